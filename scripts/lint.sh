#!/usr/bin/env bash
# clang-format and clang-tidy over the sources; lint.sh --fix formats in place.
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -t files < <(git ls-files '*.h' '*.cpp')
if [ "${1:-}" = --fix ]; then exec clang-format-19 -i "${files[@]}"; fi
clang-format-19 --dry-run --Werror "${files[@]}"
mapfile -t units < <(git ls-files 'src/*.cpp' 'apps/*.cpp')
[ -f build/release/compile_commands.json ] || cmake --preset release > /dev/null
printf '%s\0' "${units[@]}" | xargs -0 -n 4 -P "$(nproc)" clang-tidy-19 -p build/release --quiet 2> >(grep -v 'warnings generated' >&2 || true)
echo "lint: ${#files[@]} files formatted, ${#units[@]} units tidy"
