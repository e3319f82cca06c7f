#!/usr/bin/env bash
# Imported label maps: truth of a phantom, and what is refused.
source "$(dirname "$0")/common.sh"
mkdir "$work/results"
out="$work/results/out"
run() { "$program" run "$work/study/dicom" -o "$out" "$@"; }

expect 0 "" "$program" phantom -o "$work/study"
truth="$work/study/truth_labels.nii.gz"
# Names as our own labels.json has them.
{
  echo '{"labels": ['
  names=(liver spleen right_kidney left_kidney gallbladder esophagus stomach
    aorta inferior_vena_cava portal_and_splenic_vein pancreas
    right_adrenal_gland left_adrenal_gland lung bone bowel_gas heart)
  for n in "${!names[@]}"; do
    echo "{\"value\": $((n + 1)), \"name\": \"${names[n]}\"},"
  done
  for n in 1 2 3; do echo "{\"value\": 10$n, \"name\": \"lesion_0$n\"},"; done
  echo '{"value": 104, "name": "lesion_04"}]}'
} >"$work/names.json"
expect 0 "4 lesions" run --labels "$truth" --label-names "$work/names.json"
sum=$(sha256sum "$truth" | cut -d' ' -f1)
grep -qF "$sum" "$out/report.json" || fail "no sum of the label map"
grep -qF "$sum" "$out/report.html" || fail "no sum of the label map"
grep -qF '"origin": "imported"' "$out/report.json" || fail "origin not said"

echo '{"1": "liver"}' >"$work/few.json"
expect 1 "has no name in few.json" run --force --labels "$truth" \
  --label-names "$work/few.json"
echo '{"1": "livr"}' >"$work/typo.json"
expect 1 '"livr"' run --force --labels "$truth" --label-names "$work/typo.json"
expect 1 "no/such" run --force --labels no/such.nii.gz
expect 1 "" run --force --labels "$work/few.json"
expect 2 "needs --labels" run --force --label-names "$work/few.json"
expect 2 "once for each" run --force --labels "$truth" --label-names a \
  --label-names b
only_holds "$work/results" out
done_checking
