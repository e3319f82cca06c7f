#!/usr/bin/env bash
# Wrong command lines: exit 2, a reason, and a hint.
source "$(dirname "$0")/common.sh"

expect 2 "usage: ablascreen" "$program"
expect 0 "usage: ablascreen" "$program" --help
expect 0 "ablascreen " "$program" --version
expect 2 "unknown verb 'treat'" "$program" treat
for verb in run list phantom rules; do
  expect 0 "usage: ablascreen $verb" "$program" "$verb" --help
  expect 2 "unknown option" "$program" "$verb" --no-such-option
  expect 2 "whole number" "$program" "$verb" --threads 1.5
done
expect 2 "INPUT" "$program" run
expect 2 "-o DIR" "$program" run "$work"
expect 2 "INPUT" "$program" list
expect 0 "R2" "$program" rules
expect 0 "cited" "$program" rules
expect 2 "profile" "$program" rules no-such-profile
done_checking
