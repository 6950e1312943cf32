#!/usr/bin/env bash
# build.sh [PRESET [-DOPTION=VALUE...]]: configures and builds a preset (release by default) with every core.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
shift $(($# > 0 ? 1 : 0))
if command -v ccache > /dev/null; then export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
cmake --preset "$preset" "$@" > /dev/null
cmake --build --preset "$preset" -- --quiet
