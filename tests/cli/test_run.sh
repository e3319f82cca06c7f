#!/usr/bin/env bash
# The main job on a generated study, then on a full disk.
source "$(dirname "$0")/common.sh"
mkdir "$work/results"
out="$work/results/out"

recipe=() size=512x512
if [ -n "${ABL_UNDER_SANITIZERS:-}" ]; then # the same body in coarser voxels
  size=212x152
  image='"size": [212, 152, 52], "spacing_mm": [1.6, 1.6, 4],'
  image+='"centre_lps": [0, 2, -86]'
  sed "s|\"base\": \"adult\",|& \"image\": {$image},|" \
    "$(dirname "$0")/../../testdata/recipes/demo.json" >"$work/coarse.json"
  recipe=("$work/coarse.json")
fi
expect 0 "" "$program" phantom "${recipe[@]}" -o "$work/study"
expect 0 "$size" "$program" list "$work/study/dicom"
expect 0 "imaging criteria" "$program" run "$work/study/dicom" -o "$out"
only_holds "$work/results" out
only_holds "$out" report.json report.html report.pdf lesions.csv overlays \
  masks dicom
only_holds "$out/masks" labels.nii.gz labels.json
for sheet in surface overview projection montage; do
  holds -s "$out/overlays/$sheet.png"
done
for plane in axial nearest coronal sagittal; do
  holds -s "$out/overlays/lesion-01-$plane.png"
done
grep -qF "Research use only" "$out/report.html" || fail "no disclaimer"
grep -qiE 'https?://|<script .*src' "$out/report.html" && fail "refers elsewhere"
grep -qiE '\b(eligible for treatment|we recommend|should be treated)\b' \
  "$out/report.html" "$out/report.json" && fail "it must never say treat"
grep -qF "PHANTOM" "$out/report.html" "$out/report.json" &&
  fail "a patient's name is in the report"

# Under sanitizers one run is enough: the browser sees the same page.
if [ -n "${ABL_UNDER_SANITIZERS:-}" ]; then
  echo "left out under sanitizers: the page in a browser, the full disk"
  done_checking
  exit 0
fi

# As a reader uses it; then a page whose script was altered must not pass.
here=$(dirname "$0")
expect 0 "checks of the page passed" \
  "$here/check_report.py" "$out/report.html" "$out/report.json"
sed 's/Math.sign(event.deltaY)/0/' "$out/report.html" >"$work/broken.html"
expect 1 "FAILED: the viewer's script runs" \
  "$here/check_report.py" "$work/broken.html" "$out/report.json"
head -1 "$out/lesions.csv" | grep -q '^lesion,verdict,limiting_factor,' ||
  fail "lesions.csv has no head"
holds "$(grep -c ',' "$out/lesions.csv")" = \
  "$(($(grep -c '<section class="lesion"' "$out/report.html") + 1))"

expect 2 "--force" "$program" run "$work/study/dicom" -o "$out"
# A disk that fills up: no file may grow over 64 blocks of 512 bytes.
expect 1 "" bash -c "trap '' XFSZ; ulimit -f 64; exec '$program' run \
  '$work/study/dicom' -o '$work/results/full' --quiet"
only_holds "$work/results" out
done_checking
