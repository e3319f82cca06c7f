#!/usr/bin/env bash
# Teaching pages of a study whose every identifier is unique: none of them may
# be in any byte of the folder. Then the pages as a reader uses them.
source "$(dirname "$0")/common.sh"
here=$(dirname "$0")
python() { /usr/bin/python3 "$@"; }
cat >"$work/small.json" <<'END'
{"name": "small", "base": "adult",
 "image": {"size": [212, 152, 52], "spacing_mm": [1.6, 1.6, 4],
           "centre_lps": [0, 2, -86]},
 "lesions": [{"name": "a", "tissue": "metastasis_hypo",
   "solid": {"kind": "ellipsoid", "centre_lps": [0, 0, 0],
             "radii_mm": [12, 12, 12]},
   "place": {"near_lps": [-104, 3, -67], "in": "liver"}}]}
END
expect 0 "" "$program" phantom "$work/small.json" -o "$work/plain"
study="$work/ZQ7XJ900/ZQ7XJ901"
mkdir "$work/ZQ7XJ900"
python "$here/make_sentinels.py" "$work/plain/dicom" "$study" "$work/ids.json"
cat >"$work/context.json" <<'END'
{"schema": "ablascreen-context/1", "coagulation":
 {"value": "normal", "note": "ZQ7XJ902", "date": "1901-03-03",
  "by": "ZQ7XJ903"}}
END
say() { # reader -> an override
  printf '{"schema": "ablascreen-override/1", "reader": {"name": "%s",
    "when": "1837-04-04", "role": "%s"}, "lesions":
    [{"action": "confirm", "match": {"number": 1}}]}' "$1" "$1"
}
say ZQ7XJ904 >"$work/ZQ7XJ905.json"
result="$work/ZQ7XJ906"
expect 0 "imaging criteria" "$program" run "$study" -o "$result" --teaching \
  --dicom none --context "$work/context.json" --override "$work/ZQ7XJ905.json"
only_holds "$result" report.json report.html report.pdf lesions.csv overlays \
  masks dicom teaching
# The identifiers are in the report, so that leaving them out is a deed.
grep -q ZQ7XJ902 "$result/report.json" || fail "the note is not in report.json"
grep -q 73517351 "$result/report.json" || fail "the UIDs are not in report.json"

# Nothing is drawn from the headers: other identifiers, the same pixels. A
# second whole run costs too much under sanitizers.
if ! grep -qa __asan_init "$program"; then
  say plain >"$work/other.json"
  expect 0 "" "$program" run "$work/plain/dicom" -o "$work/other" --teaching \
    --dicom none --override "$work/other.json"
  diff -r "$result/teaching" "$work/other/teaching" ||
    fail "identifiers change the pictures"
  checks=$((checks + 1))
fi

teach() { "$program" teach "$@"; }
mkdir "$work/sets"
set="$work/sets/set"
expect 2 "-o DIR" teach "$result"
expect 1 "there is no such folder" teach "$work/nowhere" -o "$set"
expect 0 "1 of 1 results taken" teach "$result" -o "$set"
only_holds "$set" index.html case-01.html case-01 teaching-set.json
clean() { python "$here/check_deid.py" "$1" "$work/ids.json"; }
clean "$set" || fail "an identifier is in the pages"
checks=$((checks + 1))
expect 2 "--force" teach "$result" -o "$set"
expect 0 "" teach "$result" -o "$work/sets/again"
diff -r "$set" "$work/sets/again" || fail "two sets differ"

# Other names for cases; a salt that can be guessed is none.
printf 'short' >"$work/salt"
expect 2 "can be guessed" teach "$result" -o "$work/sets/x" \
  --salt "$work/salt"
head -c 32 /dev/zero | tr '\0' k >"$work/salt"
expect 0 "" teach "$result" "$result/." -o "$work/sets/salted" \
  --salt "$work/salt"
only_holds "$work/sets" set again salted
ls "$work/sets/salted" | grep -qE '^case-[0-9a-f]{10}\.html$' || fail "salted"
clean "$work/sets/salted" || fail "an identifier is in the salted pages"

# Identifiers in every text of the report and in the pictures' files.
cp -r "$result" "$work/spoiled"
python "$here/spoil_result.py" "$work/spoiled" "$work/ids.json"
expect 0 "" teach "$work/spoiled" -o "$work/sets/spoiled"
clean "$work/sets/spoiled" || fail "an identifier of the report came through"

# The search itself finds what is hidden in each of these ways.
for way in $(python "$here/leak.py" list); do
  rm -rf "$work/leaky"
  mkdir -p "$work/leaky/case-01"
  cp "$set/index.html" "$work/leaky"
  cp "$set/case-01/axial-001.png" "$work/leaky/case-01"
  python "$here/leak.py" "$work/leaky" "$work/ids.json" "$way"
  expect 1 "FOUND" python "$here/check_deid.py" "$work/leaky" "$work/ids.json"
done

# Burned-in text, and results that cannot be used.
mark() { sed -i "s/\"$1\": [^,]*/\"$1\": $2/" \
  "$work/spoiled/teaching/teaching.json"; }
mark burned_in_annotation '"yes"'
expect 1 "--accept-burned-in" teach "$work/spoiled" -o "$work/sets/burned"
expect 0 "left out" teach "$work/spoiled" "$result" -o "$work/sets/burned"
expect 0 "2 of 2" teach "$work/spoiled" "$result" -o "$work/sets/burned" \
  --accept-burned-in --force
grep -q "accepted that after looking" "$work/sets/burned/case-01.html" ||
  fail "the page does not say that text may be burned in"
mark burned_in_annotation '"absent"'
mark is_secondary true
expect 1 "captures of a screen" teach "$work/spoiled" -o "$work/sets/x"
mark mm_per_px '"wide"'
expect 1 "must be a number" teach "$work/spoiled" -o "$work/sets/x"
rm -r "$work/spoiled/teaching"
expect 1 "with --teaching" teach "$work/spoiled" -o "$work/sets/x"
holds ! -e "$work/sets/x"

for page in "$set"/*.html; do
  grep -qF "Research use only" "$page" || fail "$page: no disclaimer"
  grep -qF "De-identified" "$page" || fail "$page: no statement"
  grep -qiE '\b(eligible for treatment|we recommend|should be treated)\b' \
    "$page" && fail "$page: it must never say treat"
done
expect 0 "checks of the pages passed" \
  python "$here/check_teach.py" "$set" "$result/report.json"
done_checking
