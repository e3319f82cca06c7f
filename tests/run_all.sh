#!/usr/bin/env bash
# The whole suite: lint, unit and command-line tests, the same under
# sanitizers, and the accuracy table when the real cases are there.
set -euo pipefail
cd "$(dirname "$0")/.."
only=${1:-all}
jobs=$(nproc)
export OMP_WAIT_POLICY=passive # tests share the processors

say() { printf '\n== %s\n' "$*"; }

build() { # preset
  say "build: $1"
  cmake --preset "$1" -Wno-dev >"build-$1.log" 2>&1 ||
    { tail -40 "build-$1.log"; exit 1; }
  rm -f "build-$1.log"
  cmake --build --preset "$1" -j "$jobs"
}

if [ "$only" = all ]; then
  say "format and lint"
  tests/lint/run.sh
  build release
  # Tests wait for browsers and single threads; the next build fills that time.
  log=$(mktemp)
  set -m # a group of its own, to be ended as a whole
  (build asan) >"$log" 2>&1 &
  next=$!
  set +m
  renice -n 19 -g "$next" >/dev/null
  trap 'kill -- "-$next" 2>/dev/null || true; rm -f "$log"' EXIT
  say "tests"
  ctest --preset release -j "$jobs"
  wait "$next" || { cat "$log"; exit 1; }
  trap - EXIT
  rm -f "$log"
else
  build asan
fi

say "tests under AddressSanitizer and UBSan"
# ITK and DCMTK keep singletons until exit; leaks of ours are still reported.
export ASAN_OPTIONS=detect_leaks=1:halt_on_error=1:abort_on_error=0
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export ABL_UNDER_SANITIZERS=1 # some tests leave out what they have shown
export LSAN_OPTIONS=suppressions=$PWD/tests/lint/lsan.supp:print_suppressions=0
ctest --preset asan -j "$jobs" -LE slow

if [ "$only" = all ]; then
  say "accuracy on phantoms and real cases"
  tests/accuracy/run.sh short
fi
say "all tests passed"
