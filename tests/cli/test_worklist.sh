#!/usr/bin/env bash
# The worklist verb on reports that are good, hostile, old and missing. No
# study is analysed: reports are made from the unit tests' small one.
source "$(dirname "$0")/common.sh"
here=$(dirname "$0")
/usr/bin/python3 "$here/make_cases.py" "$work/cases"

expect 2 "-o DIR" "$program" worklist "$work/cases"
expect 2 "RESULT" "$program" worklist -o "$work/out"
expect 1 "cannot be made" "$program" worklist "$work/cases" \
  -o "$work/no/such/out"
expect 1 "no result could be read" "$program" worklist "$work/nowhere" \
  "$work/cases/broken" -o "$work/out"
holds ! -e "$work/out"
only_holds "$work" cases out.txt err.txt

mkdir "$work/tables"
expect 0 "4 of 9 folders read, 14 rows" "$program" worklist "$work/cases" \
  "$work/nowhere" -o "$work/tables/list"
only_holds "$work/tables/list" worklist.csv worklist.html
expect 2 "--force" "$program" worklist "$work/cases" -o "$work/tables/list"
cp -r "$work/tables/list" "$work/first"
expect 0 "" "$program" worklist "$work/cases" "$work/nowhere" \
  -o "$work/tables/list" --force
diff -r "$work/first" "$work/tables/list" || fail "two worklists differ"
/usr/bin/python3 "$here/check_worklist.py" "$work/tables/list" || fail "tables"
checks=$((checks + 1))
expect 0 "checks of the table passed" \
  /usr/bin/python3 "$here/check_worklist_page.py" "$work/tables/list"
sed 's/left < right ? -sign/left > right ? -sign/' \
  "$work/tables/list/worklist.html" >"$work/first/worklist.html"
expect 1 "FAILED" \
  /usr/bin/python3 "$here/check_worklist_page.py" "$work/first"
expect 1 "" bash -c "trap '' XFSZ; ulimit -f 4; exec '$program' worklist \
  '$work/cases' -o '$work/tables/full'"
only_holds "$work/tables" list
done_checking
