#!/usr/bin/env bash
# Ctrl-C at several moments: exit 1, and nothing is left behind.
source "$(dirname "$0")/common.sh"
mkdir "$work/results"
expect 0 "" "$program" phantom -o "$work/study"
for seconds in 0.05 0.6 3; do
  got=0
  timeout --preserve-status -s INT "$seconds" "$program" run \
    "$work/study/dicom" -o "$work/results/out" --quiet 2>"$work/err.txt" ||
    got=$?
  [ "$got" = 1 ] || [ "$got" = 130 ] || fail "exit $got after an interrupt"
  only_holds "$work/results"
done
done_checking
