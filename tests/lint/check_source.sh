#!/usr/bin/env bash
# House rules that a compiler does not know. Arguments: source files.
set -euo pipefail
failed=0
report() { # rule, matches
  [ -z "$2" ] && return
  printf '%s:\n%s\n' "$1" "$2" >&2
  failed=1
}
library=()
for f in "$@"; do
  case $f in
  imaging/* | segmentation/* | eligibility/*) library+=("$f") ;;
  esac
done

report "C++ belongs in imaging/adapters" \
  "$(printf '%s\n' "$@" | grep -E '\.(cxx|hpp)$' | grep -v '^imaging/adapters/' || true)"
report "banned function" \
  "$(grep -nE '\b(atoi|atol|atof|gets|sprintf|vsprintf|strcpy|strcat|sscanf|alloca|strtok|system|popen)[[:space:]]*\(' "$@" || true)"
report "the library never prints, exits or aborts" \
  "$(grep -nE '\b(printf|puts|putchar|exit|abort|perror)[[:space:]]*\(' "${library[@]}" || true)"
report "missing SPDX line" "$(grep -L 'SPDX-License-Identifier' "$@" || true)"
report "missing include guard" \
  "$(printf '%s\n' "$@" | grep -E '\.(h|hpp)$' | xargs grep -LE '^#ifndef ABL_' || true)"
back() { # folder, forbidden folders
  local folder=$1 forbidden=$2
  shift 2
  printf '%s\n' "$@" | grep "^$folder/" |
    xargs grep -nE "^#include \"($forbidden)/" || true
}
report "imaging includes from above" \
  "$(back imaging 'segmentation|eligibility|cli' "$@")"
report "segmentation includes from above" \
  "$(back segmentation 'eligibility|cli' "$@")"
report "eligibility includes from above" "$(back eligibility 'cli' "$@")"
report "function over 60 lines" "$(awk 'FNR==1{n=0} /^\{/{n=FNR}
  /^\}$/{if(n&&FNR-n>60) printf "%s:%d %d lines\n",FILENAME,n,FNR-n;n=0}' "$@")"
report "file over 800 lines" \
  "$(wc -l "$@" | awk '$1>800 && $2!="total"{print $2": "$1" lines"}')"
report "a path of one workplace" \
  "$(git grep -nE '/w[o]rk/|/tmp/[w]t|/tmp/[b]ash_jobs' -- . || true)"
exit "$failed"
