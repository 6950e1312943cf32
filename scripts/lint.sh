#!/usr/bin/env bash
# lint.sh [format|tidy]: clang-format and clang-tidy over the sources (both by default);
# lint.sh --fix formats in place.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-all}
mapfile -t files < <(git ls-files '*.h' '*.cpp')
if [ "$what" = --fix ]; then exec clang-format-19 -i "${files[@]}"; fi
if [ "$what" != tidy ]; then
  clang-format-19 --dry-run --Werror "${files[@]}"
  echo "lint: ${#files[@]} files formatted"
fi
if [ "$what" != format ]; then
  mapfile -t units < <(git ls-files 'src/*.cpp' 'apps/*.cpp')
  [ -f build/release/compile_commands.json ] || cmake --preset release > /dev/null
  printf '%s\0' "${units[@]}" | xargs -0 -n 4 -P "$(nproc)" clang-tidy-19 -p build/release --quiet 2> >(grep -v 'warnings generated' >&2 || true)
  echo "lint: ${#units[@]} units tidy"
fi
