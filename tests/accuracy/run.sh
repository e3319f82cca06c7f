#!/usr/bin/env bash
# Prints the accuracy tables: phantoms always, real cases when they are there.
# usage: run.sh [short]   (short: fewer phantoms, for make test)
set -euo pipefail
cd "$(dirname "$0")/../.."
export ABLASCREEN_SHARED=${ABLASCREEN_SHARED:-$PWD/../shared}
if [ "${1:-}" = short ]; then
  build/tests/accuracy/abl_accuracy_measures 30
  build/tests/accuracy/abl_accuracy_images 2
  build/tests/accuracy/abl_accuracy_vessels --only 1
else
  build/tests/accuracy/abl_accuracy_measures
  build/tests/accuracy/abl_accuracy_images
  build/tests/accuracy/abl_accuracy_vessels
  tests/cli/test_recipes.sh "$PWD/build/ablascreen" "$PWD/build/recipes"
fi
build/tests/accuracy/abl_accuracy
