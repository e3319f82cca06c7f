#!/usr/bin/env bash
# What 'list' says of good, damaged and odd inputs.
source "$(dirname "$0")/common.sh"

cat >"$work/recipe.json" <<'END'
{"name": "small", "base": "adult", "series_description": "Liver PV",
 "image": {"size": [64, 64, 24], "spacing_mm": [6, 6, 5],
 "centre_lps": [0, 0, -88], "psf_mm": 3, "psf_z_mm": 3, "noise_hu": 5,
 "noise_mm": 3}}
END
study="$work/a study, with spaces and ü 肝"
expect 0 "" "$program" phantom "$work/recipe.json" -o "$study"
expect 0 "'ablascreen run' would analyse #1" "$program" list "$study"
expect 0 "64x64x24" "$program" list "$study"
expect 0 "portal venous" "$program" list "$study"
expect 0 "8-bit voxels: a label map, no CT" "$program" list "$study"
grep -qi "patient\|phantom^" "$work/out.txt" && fail "a name is printed"
expect 0 '"chosen": 1' "$program" list --json "$study"
expect 0 '"phase_hint_source": "SeriesDescription \"Liver PV\""' \
  "$program" list --json "$study"

expect 0 "name the folder" "$program" list "$study/dicom/IM00003.dcm"

cp -r "$study/dicom" "$work/hole"
rm "$work/hole/IM00011.dcm"
expect 0 "1 slice missing between IM00010.dcm" "$program" list "$work/hole"
expect 0 "No series can be analysed" "$program" list "$work/hole"
expect 1 "1 slice missing between IM00010.dcm" \
  "$program" run "$work/hole" -o "$work/out"
holds ! -e "$work/out"

cp -r "$study/dicom" "$work/cut"
truncate -s 3000 "$work/cut/IM00004.dcm"
expect 0 "IM00004.dcm" "$program" list "$work/cut"
expect 0 "No series can be analysed" "$program" list "$work/cut"

cp -r "$study/dicom" "$work/odd"
cp "$work/odd/IM00001.dcm" "$work/odd/copy of 1"
mkfifo "$work/odd/pipe"
ln -s .. "$work/odd/loop"
ln -s /nowhere "$work/odd/dangling"
mkdir -p "$work/odd/deeper/still"
mv "$work/odd/IM00002.dcm" "$work/odd/deeper/still/"
expect 0 "1 second copy of a slice dropped" "$program" list "$work/odd"
expect 0 "64x64x24" "$program" list "$work/odd"
expect 0 "3 other files were skipped" "$program" list "$work/odd"

expect 1 "neither a file nor a folder" "$program" list "$work/odd/pipe"
expect 1 "No such file" "$program" list "$work/nowhere"
mkdir "$work/empty"
expect 1 "an empty folder" "$program" list "$work/empty"
expect 2 "expected INPUT" "$program" list
done_checking
