#!/usr/bin/env bash
# run.sh BUILD_DIR SOURCE_DIR COMPILER: install, then build and run the consumer in every way that is offered.
set -euo pipefail
build=$1 source=$2 compiler=$3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cmake --install "$build" --prefix "$scratch/prefix" > /dev/null
cmake -S "$source/tests/install/consumer" -B "$scratch/build" -G Ninja -DCMAKE_PREFIX_PATH="$scratch/prefix" \
  -DCMAKE_CXX_COMPILER="$compiler" > /dev/null
cmake --build "$scratch/build" > /dev/null
model=$source/models/albert-mini-en
by_package=$("$scratch/build/consumer_albert" "$model")
echo "by find_package: $by_package"
shared=$("$scratch/build/consumer_shared" "$model")
echo "shared library: $shared"

library=$(dirname "$(find "$scratch/prefix" -name albert.pc)")
flags=$(PKG_CONFIG_PATH=$library pkg-config --define-variable=prefix="$scratch/prefix" --cflags --libs --static albert)
# shellcheck disable=SC2086  # the flags are words
"$compiler" -std=c++20 "$source/tests/install/consumer/main.cpp" -o "$scratch/consumer" $flags -Wl,-rpath,"${library%/pkgconfig}"
by_pkg_config=$("$scratch/consumer" "$model")
echo "by pkg-config: $by_pkg_config"
[ "$by_package" = "$by_pkg_config" ]
[ "$by_package" = "$shared" ]
[[ $by_package == "[1, "* ]]
"$scratch/prefix/bin/albert" --version
if grep -rnE '#include <(fmt|simdjson|utf8proc|protozero|CLI|spdlog)' "$scratch/prefix/include"; then
  echo "a public header includes a third-party one" >&2
  exit 1
fi
# The rooms' own names stay inside; instances of the standard library's templates may show.
if nm -DC --defined-only "${library%/pkgconfig}/libalbert.so" | grep -E ' (albert::(backend|formats|cpu|PackedBatch|ByteCursor|Arena|ThreadPool|FileSource)|fmt::|simdjson::)'; then
  echo "the shared library shows internal names" >&2
  exit 1
fi
