# SPDX-License-Identifier: Apache-2.0
# Turns files into one C source: cmake -DOUTPUT=x.c -DHEADER=a/b.h
# "-DFILES=path=symbol|..." -P embed.cmake
# Each symbol becomes `const unsigned char symbol[]` with a final 0 and
# `const size_t symbol_bytes` without it.
set(text "/* Generated from files by embed.cmake. */\n#include \"${HEADER}\"\n")
string(REPLACE "|" ";" FILES "${FILES}")
foreach(item IN LISTS FILES)
  string(REGEX MATCH "^(.*)=([a-z_0-9]+)$" matched "${item}")
  set(symbol ${CMAKE_MATCH_2})
  file(READ ${CMAKE_MATCH_1} hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR bytes "${digits} / 2")
  string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
  string(APPEND text
    "\nconst unsigned char ${symbol}[] = {\n${hex}0};\n"
    "const size_t ${symbol}_bytes = ${bytes};\n")
endforeach()
file(WRITE ${OUTPUT} "${text}")
