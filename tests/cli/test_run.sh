#!/usr/bin/env bash
# The main job on a generated study, then on a full disk.
source "$(dirname "$0")/common.sh"
mkdir "$work/results"
out="$work/results/out"

expect 0 "" "$program" phantom -o "$work/study"
expect 0 "512" "$program" list "$work/study/dicom"
expect 0 "imaging criteria" "$program" run "$work/study/dicom" -o "$out"
only_holds "$work/results" out
only_holds "$out" report.json report.html report.pdf overlays masks dicom
only_holds "$out/masks" labels.nii.gz labels.json
holds -s "$out/overlays/overview.png"
for plane in axial coronal sagittal; do
  holds -s "$out/overlays/lesion-01-$plane.png"
done
grep -qF "Research use only" "$out/report.html" || fail "no disclaimer"
grep -qiE 'https?://|<script' "$out/report.html" && fail "refers elsewhere"
grep -qiE '\b(eligible for treatment|we recommend|should be treated)\b' \
  "$out/report.html" "$out/report.json" && fail "it must never say treat"
grep -qF "PHANTOM" "$out/report.html" "$out/report.json" &&
  fail "a patient's name is in the report"

expect 2 "--force" "$program" run "$work/study/dicom" -o "$out"
# A disk that fills up: no file may grow over 64 blocks of 512 bytes.
expect 1 "" bash -c "trap '' XFSZ; ulimit -f 64; exec '$program' run \
  '$work/study/dicom' -o '$work/results/full' --quiet"
only_holds "$work/results" out
done_checking
