#!/usr/bin/env bash
# The DICOM objects of a run: valid, of the same study, read back to the same
# numbers by other toolkits.
source "$(dirname "$0")/common.sh"
out="$work/out"

expect 0 "" "$program" phantom -o "$work/study"
expect 2 "--dicom: 'stl'" "$program" run "$work/study/dicom" -o "$out" \
  --dicom seg,stl
expect 0 "imaging criteria" "$program" run "$work/study/dicom" -o "$out"
holds -s "$out/report.pdf"

for object in "$out"/dicom/*.dcm; do
  got=0
  dciodvfy "$object" >"$work/verify.txt" 2>&1 || got=$?
  grep '^Error' "$work/verify.txt" && fail "$object is not valid"
  holds "$got" = 0
done
dcentvfy "$out"/dicom/*.dcm "$work"/study/dicom/*.dcm 2>&1 |
  grep '^Error' && fail "the objects do not belong together"

# The report says the numbers of report.json.
dsrdump "$out/dicom/report.dcm" >"$work/report.txt"
/usr/bin/python3 "$(dirname "$0")/check_dicom_out.py" "$out" || fail "read-back differs"
checks=$((checks + 1))

expect 0 "" "$program" run "$work/study/dicom" -o "$work/none" --dicom none
only_holds "$work/none/dicom"
done_checking
