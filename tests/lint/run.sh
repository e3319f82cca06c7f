#!/usr/bin/env bash
# Format, house rules, spelling and static analysis.
set -euo pipefail
cd "$(dirname "$0")/../.."
failed=0
complain() { printf 'lint: %s\n' "$*" >&2; failed=1; }

mapfile -t sources < <(git ls-files '*.c' '*.h' '*.cxx' '*.hpp')

clang-format-14 --dry-run -Werror "${sources[@]}" || complain "format"

tests/lint/check_source.sh "${sources[@]}" || complain "house rules"

codespell -q 3 --ignore-words tests/lint/words.txt \
  $(git ls-files '*.md' '*.c' '*.h' '*.cxx' '*.hpp' '*.json' '*.sh') ||
  complain "spelling"

if command -v node >/dev/null; then
  for script in $(git ls-files '*.js'); do
    node --check "$script" || complain "$script"
  done
fi

# Debian's cppcheck takes arrays that a callee fills for uninitialised; gcc's
# own warnings are errors in the build.
cppcheck --quiet --enable=warning --inline-suppr --std=c11 \
  --error-exitcode=1 --suppress=missingIncludeSystem --suppress=uninitvar \
  --suppress=uninitStructMember --suppress=arrayIndexThenCheck \
  -I . -j "$(nproc)" \
  $(git ls-files 'imaging/*.c' 'segmentation/*.c' 'eligibility/*.c' \
    'cli/*.c') || complain "cppcheck"

[ "$failed" = 0 ] && echo "lint: clean"
exit "$failed"
