# Sourced by the command-line tests: program in $program, empty folder $work.
set -euo pipefail
program=$1
work=$2
rm -rf "$work"
mkdir -p "$work"
checks=0

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# expect CODE WORDS COMMAND...: exit code, and words on stdout or stderr.
expect() {
  local code=$1 words=$2 got=0
  shift 2
  "$@" >"$work/out.txt" 2>"$work/err.txt" </dev/null || got=$?
  if [ "$got" != "$code" ]; then
    cat "$work/out.txt" "$work/err.txt" >&2
    fail "exit $got instead of $code: $*"
  fi
  if ! cat "$work/out.txt" "$work/err.txt" | grep -qF -- "$words"; then
    cat "$work/out.txt" "$work/err.txt" >&2
    fail "'$words' is not in what it said: $*"
  fi
  checks=$((checks + 1))
}

# Nothing but the named entries is in a folder, hidden ones included.
only_holds() {
  local folder=$1 found wanted
  shift
  found=$(ls -A "$folder" | sort | tr '\n' ' ')
  wanted=$([ $# = 0 ] || printf '%s\n' "$@" | sort | tr '\n' ' ')
  [ "$found" = "$wanted" ] || fail "$folder holds: $found; expected: $wanted"
  checks=$((checks + 1))
}

holds() { # condition...
  test "$@" || fail "not so: $*"
  checks=$((checks + 1))
}

done_checking() {
  [ "$checks" -gt 0 ] || fail "nothing was checked"
  echo "$checks checks passed"
}
