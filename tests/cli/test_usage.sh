#!/usr/bin/env bash
# Wrong command lines: exit 2, a reason, and a hint.
source "$(dirname "$0")/common.sh"

expect 2 "usage: ablascreen" "$program"
expect 0 "usage: ablascreen" "$program" --help
expect 0 "ablascreen " "$program" --version
expect 2 "unknown verb 'treat'" "$program" treat
for verb in run list worklist teach phantom rules; do
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
expect 2 "navigated) nor a file" "$program" rules net+laser
expect 2 "mwa, cryo and rfa" "$program" rules --modality laser
expect 2 "one modality at a time" "$program" rules net+rfa --modality mwa
expect 2 "as in net+mwa" "$program" rules mwa
expect 0 "profile strict+rfa+navigated" "$program" rules strict+rfa+navigated
expect 0 "coagulation: normal" "$program" rules --modality cryo
expect 0 '"severity": "exclude"' "$program" rules collision+rfa --json
# A profile that is printed can be read again, and changed by a small file.
"$program" rules net+navigated --json >"$work/mine.json"
expect 0 "profile net+navigated" "$program" rules "$work/mine.json"
cat >"$work/small.json" <<'END'
{
  "schema": "ablascreen-profile/1", "name": "small", "title": "t",
  "based_on": "net",
  "rules": {"R13": {"enabled": false}}
}
END
expect 0 "OFF in this profile" "$program" rules "$work/small.json"
sed -i 's/false/"no"/' "$work/small.json"
expect 1 "small.json:4: rules.R13.enabled: must be true or false" \
  "$program" rules "$work/small.json"
done_checking
