#!/usr/bin/env bash
# Two runs, and runs with 1 and 2 threads, write the same bytes.
source "$(dirname "$0")/common.sh"
expect 0 "" "$program" phantom -o "$work/study"
expect 0 "" "$program" phantom -o "$work/again"
diff -r "$work/study" "$work/again" || fail "two phantoms differ"
for run in "a 2" "b 2" "c 1"; do
  set -- $run
  expect 0 "" "$program" run "$work/study/dicom" -o "$work/$1" --threads "$2"
done
diff -r "$work/a" "$work/b" || fail "two runs differ"
diff -r "$work/a" "$work/c" || fail "1 and 2 threads differ"
checks=$((checks + 3))
done_checking
