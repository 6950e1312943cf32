#!/usr/bin/env bash
# Every test: installs what is missing, builds, and runs ctest and the check of the rooms.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/packages.sh build test
scripts/build.sh release -DALBERT_BUILD_TESTS=ON
scripts/check_layers.py
ctest --preset release -j "$(nproc)"
