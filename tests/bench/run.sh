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
printf '\n== the whole program\n'
study="$shared/cases/hcc_tace_006"
if [ -d "$study" ]; then
  out=$(mktemp -d)
  trap 'rm -rf "$out"' EXIT
  for try in 1 2 3; do
    build/ablascreen run "$study" -o "$out/result" --force --quiet --timings |
      sed -n '/^time/,$p'
  done
else
  echo "skipped: no real cases in $shared"
fi
