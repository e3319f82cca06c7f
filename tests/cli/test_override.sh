#!/usr/bin/env bash
# A reader's word: both results are reported, wrong files are refused early.
source "$(dirname "$0")/common.sh"
mkdir "$work/results"
out="$work/results/out"
run() { "$program" run "$work/study/dicom" -o "$out" "$@"; }
say() { # lesions, more members -> a file
  printf '%s\n%s\n"lesions": [%s]%s}' '{"schema": "ablascreen-override/1",' \
    '"reader": {"name": "R1", "when": "2024-05-17"},' "$1" "${2:-}" \
    >"$work/o.json"
}

expect 0 "" "$program" phantom -o "$work/study"
say '{"action": "treat"}'
expect 1 "o.json:3: lesions[0].action" run --override "$work/o.json"
expect 1 "no/such.json" run --override no/such.json
map=', "labels": {"file": "study/truth_labels.nii.gz"}'
say '{"action": "add", "label": 177}' "$map"
expect 2 "no voxel of label 177" run --override "$work/o.json"
say '{"action": "reject", "match": {"number": 1}}' "$map,
  \"structures\": [{\"name\": \"duodenum\"}]"
expect 2 "has no voxel of duodenum" run --override "$work/o.json"
say '{"action": "add", "label": 101}' \
  ', "labels": {"file": "study/dicom/IM00001.dcm"}'
expect 1 "modality 'CT'; outlines come as SEG" run --override "$work/o.json"
say '{"action": "reject", "match": {"number": 99}}'
expect 2 "means lesion 99, but 4 were found" run --override "$work/o.json"
only_holds "$work/results"

say '{"action": "reject", "match": {"number": 1}},
  {"action": "edit", "match": {"number": 2},
   "values": {"longest_axial_diameter_mm": 41.5}}' "$map,
  \"structures\": [{\"name\": \"gallbladder\"}],
  \"context\": {\"coagulation\": {\"value\": \"normal\"}}"
expect 0 "Read by R1, 2024-05-17. Automatic result:" run --override \
  "$work/o.json"
sum=$(sha256sum "$work/o.json" | cut -d' ' -f1)
for words in "$sum" '"origin": "edited"' '"override-labels"' \
  '3 lesions as read (3 of 4 found automatically)' '"by": "R1"' \
  '"action": "reject"' '"value": 41.5' '"automatic"'; do
  grep -qF "$words" "$out/report.json" || fail "$words is not in report.json"
done
grep -qF "Automatic and read" "$out/report.html" || fail "no table of both"
holds -s "$out/overlays/lesion-03-axial.png"
holds ! -e "$out/overlays/lesion-04-axial.png"
done_checking
