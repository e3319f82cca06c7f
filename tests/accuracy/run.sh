#!/usr/bin/env bash
# Prints the accuracy tables: phantoms always, real cases when they are there.
set -euo pipefail
cd "$(dirname "$0")/../.."
export ABLASCREEN_SHARED=${ABLASCREEN_SHARED:-$PWD/../shared}
build/tests/accuracy/abl_accuracy_measures
build/tests/accuracy/abl_accuracy
