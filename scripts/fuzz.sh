#!/usr/bin/env bash
# fuzz.sh [SECONDS [TARGET...]]: builds the fuzz targets and runs each for SECONDS (20). A finding
# fails, and its input stays in build/fuzz/findings; what a run learns stays in build/fuzz/corpus.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-20}
shift $(($# > 0 ? 1 : 0))
if command -v ccache > /dev/null; then export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
cmake --preset fuzz > /dev/null
cmake --build --preset fuzz --target fuzzers -- --quiet
build=build/fuzz
fuzz/make_seeds.py "$build/seeds"
if [ $# -eq 0 ]; then
  for program in "$build"/bin/fuzz_*; do set -- "$@" "${program##*/fuzz_}"; done
fi
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=0 UBSAN_OPTIONS=print_stacktrace=1
symbolizer=$(command -v llvm-symbolizer-19 || command -v llvm-symbolizer || true)
if [ -n "$symbolizer" ]; then export ASAN_SYMBOLIZER_PATH=$symbolizer; fi
found=()
for target in "$@"; do
  corpus=$build/corpus/$target findings=$build/findings/$target log=$build/$target.log
  mkdir -p "$corpus" "$findings" "$build/seeds/$target"
  case $target in
    tokenizer_json) max_len=16384 ;;
    json | config) max_len=2048 ;;
    *) max_len=8192 ;;
  esac
  if "$build/bin/fuzz_$target" -max_total_time="$seconds" -max_len="$max_len" -rss_limit_mb=2048 -timeout=20 \
    -artifact_prefix="$findings/" "$corpus" "$build/seeds/$target" > "$log" 2>&1; then
    echo "fuzz: $target: $(grep -o 'Done .*' "$log" | tail -1)"
  else
    found+=("$target")
    echo "fuzz: $target: finding"
    tail -n 40 "$log"
  fi
done
if [ ${#found[@]} -gt 0 ]; then
  echo "fuzz: findings in: ${found[*]}; run build/fuzz/bin/fuzz_TARGET FILE on those of $build/findings" >&2
  exit 1
fi
