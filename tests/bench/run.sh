#!/usr/bin/env bash
# Speed: kernels against ITK, the networks, access planning, and the whole
# program on a real case when it is there. Prints; asserts nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."
shared=${ABLASCREEN_SHARED:-$PWD/../shared}
for program in kernels access nets; do
  printf '\n== %s\n' "$program"
  "build/tests/bench/abl_bench_$program"
done
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# The phantom's four lesions and one more. The reference is what gzip needs for
# the scan itself, at its usual level and on one core.
printf '\n== writing the result of five lesions\n'
fifth='{"name": "fifth", "hu": 60, "solid": {"kind": "ellipsoid",
  "centre_lps": [-75, -25, -75], "radii_mm": [7, 7, 7]}},'
demo=$(<testdata/recipes/demo.json)
echo "${demo/'"lesions": ['/"\"lesions\": [$fifth"}" >"$out/five.json"
build/ablascreen phantom "$out/five.json" -o "$out/five" --quiet
cat "$out"/five/dicom/*.dcm >"$out/scan"
start=$EPOCHREALTIME
gzip -c "$out/scan" >/dev/null
end=$EPOCHREALTIME
for try in 1 2 3; do
  build/ablascreen run "$out/five/dicom" -o "$out/result" --force --quiet \
    --timings
done | awk -v start="$start" -v end="$end" '$1 == "write" {
  printf "%.2f s, %.2f times as long as gzip (%.2f s)\n", $2,
    $2 / (end - start), end - start }'

printf '\n== the whole program\n'
study="$shared/cases/hcc_tace_006"
if [ -d "$study" ]; then
  for try in 1 2 3; do
    build/ablascreen run "$study" -o "$out/result" --force --quiet --timings |
      sed -n '/^time/,$p'
  done
else
  echo "skipped: no real cases in $shared"
fi
