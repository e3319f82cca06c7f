#!/usr/bin/env bash
# Runs with 1 and 2 threads write the same bytes; so do two phantoms.
source "$(dirname "$0")/common.sh"
expect 0 "" "$program" phantom -o "$work/study" --threads 2
expect 0 "" "$program" phantom -o "$work/again" --threads 1
diff -r "$work/study" "$work/again" || fail "two phantoms differ"
for threads in 1 2; do
  expect 0 "" "$program" run "$work/study/dicom" -o "$work/result$threads" \
    --threads "$threads"
done
diff -r "$work"/result{1,2} || fail "1 and 2 threads differ"
checks=$((checks + 2))
done_checking
