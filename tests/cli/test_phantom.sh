#!/usr/bin/env bash
# The phantom verb: whole results, refusals, same bytes.
source "$(dirname "$0")/common.sh"
cat >"$work/small.json" <<'END'
{"name": "small",
 "image": {"size": [64, 48, 5], "spacing_mm": [3, 3, 5], "noise_hu": 10, "noise_mm": 1},
 "parts": [{"solid": {"kind": "ellipsoid", "centre_lps": [0, 0, 0], "radii_mm": [80, 60, 90]},
            "hu": 60, "label": 1}]}
END
sed 's/80, 60/-80, 60/' "$work/small.json" >"$work/bad.json"
mkdir "$work/results"

expect 2 "-o DIR" "$program" phantom "$work/small.json"
expect 1 "no/such.json" "$program" phantom no/such.json -o "$work/results/a"
expect 1 "radii_mm[0] is -80" \
  "$program" phantom "$work/bad.json" -o "$work/results/a"
expect 2 "--seed" "$program" phantom "$work/small.json" -o "$work/results/a" \
  --seed -1
only_holds "$work/results"

expect 0 "5 slices" "$program" phantom "$work/small.json" -o "$work/results/a"
only_holds "$work/results/a" dicom truth.json truth_labels.nii.gz
only_holds "$work/results/a/dicom" IM0000{1,2,3,4,5}.dcm
expect 2 "exists already" \
  "$program" phantom "$work/small.json" -o "$work/results/a"
expect 0 "5 slices" "$program" phantom "$work/small.json" \
  -o "$work/results/b" --threads 1
diff -r "$work/results/a" "$work/results/b" || fail "two phantoms differ"
expect 0 "5 slices" "$program" phantom "$work/small.json" \
  -o "$work/results/b" --seed 2 --force
cmp -s "$work"/results/{a,b}/dicom/IM00001.dcm && fail "the seed does nothing"
only_holds "$work/results" a b
expect 0 "64x48x5" "$program" list "$work/results/a/dicom"

cat >"$work/adult.json" <<'END'
{"base": "adult", "image": {"size": [4, 4, 2]},
 "paths": [{"entry_lps": [-164, 2, -70], "target_lps": [-110, 2, -70]}],
 "lesions": [{"tissue": "metastasis_hypo", "solid": {"kind": "union", "of": [
   {"kind": "ellipsoid", "centre_lps": [0, 0, 0], "radii_mm": [8, 8, 8]},
   {"kind": "ellipsoid", "centre_lps": [7, 3, 0], "radii_mm": [6, 7, 6]}]},
   "place": {"in": "liver", "to": "capsule", "gap_mm": 4,
             "near_lps": [-118, 4, -100]}}]}
END
for threads in 1 2; do
  expect 0 "1 lesions" "$program" phantom "$work/adult.json" \
    -o "$work/results/adult$threads" --threads "$threads"
done
diff -r "$work"/results/adult{1,2} || fail "the truth depends on threads"
holds "$(grep -c '"liver": 4.0' "$work/results/adult1/truth.json")" = 1

expect 2 "leave out RECIPE" "$program" phantom "$work/small.json" --random 3 \
  -o "$work/results/c"
expect 2 "goes with --random" "$program" phantom -o "$work/results/c" \
  --save-recipe "$work/drawn.json"
expect 2 "--random" "$program" phantom --random -1 -o "$work/results/c"
expect 1 "no/such" "$program" phantom --random 51 -o "$work/results/c" \
  --save-recipe no/such/drawn.json
expect 2 "exists already" "$program" phantom --random 51 \
  -o "$work/results/a" --save-recipe "$work/drawn.json"
sed -i '/"size"/,/]/c "size": [4, 4, 2],' "$work/drawn.json"
expect 0 "4 lesions" "$program" phantom "$work/drawn.json" -o "$work/results/c"
done_checking
