#!/usr/bin/env bash
# Inputs that cannot be analysed: exit 1 or 2, a reason, nothing left behind.
source "$(dirname "$0")/common.sh"
mkdir "$work/results"
out="$work/results/out"

expect 1 "nowhere" "$program" run "$work/nowhere" -o "$out"
mkdir "$work/empty"
expect 1 "empty" "$program" run "$work/empty" -o "$out"
mkdir "$work/junk"
head -c 5000 /dev/zero >"$work/junk/zeros.dcm"
echo "not an image" >"$work/junk/letter.txt"
printf '\x00%.0s' {1..128} >"$work/junk/head.dcm"
printf 'DICM\xff\xff\xff\xff\xff\xff\xff\xff' >>"$work/junk/head.dcm"
expect 1 "junk" "$program" run "$work/junk" -o "$out"
printf '\x5c\x01\x00\x00broken' >"$work/short.nii"
expect 1 "short.nii" "$program" run "$work/short.nii" -o "$out"
printf '\x1f\x8b\x08\x00broken' >"$work/broken.nii.gz"
expect 1 "broken.nii.gz" "$program" run "$work/broken.nii.gz" -o "$out"
if [ "$(id -u)" != 0 ]; then
  cp "$work/short.nii" "$work/locked.nii"
  chmod 000 "$work/locked.nii"
  expect 1 "locked.nii" "$program" run "$work/locked.nii" -o "$out"
fi
only_holds "$work/results"

mkdir "$out"
touch "$out/thesis.txt"
expect 2 "exists" "$program" run "$work/empty" -o "$out"
expect 2 "something else" "$program" run "$work/empty" -o "$out" --force
only_holds "$out" thesis.txt
expect 1 "cannot be made" "$program" run "$work/empty" -o "$work/no/parent/out"
expect 2 "organ_ct" "$program" run "$work/empty" -o "$work/results/x" \
  --models "$work/empty"
echo "{" >"$work/profile.json"
expect 1 "profile.json" "$program" run "$work/empty" -o "$work/results/x" \
  --profile "$work/profile.json"
only_holds "$work/results" out
done_checking
