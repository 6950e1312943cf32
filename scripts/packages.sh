#!/usr/bin/env bash
# packages.sh GROUP...: installs the Debian packages of each group that are missing. Root is asked
# for (sudo) only when something is.
#   build   what compiles the program      test   what the tests need besides
#   lint    clang-format, clang-tidy and the fuzzers
#   record  what record_terminal.py reads a terminal with
set -euo pipefail
declare -A groups=(
  [build]="g++ cmake ninja-build pkg-config libedit-dev libfmt-dev liblzma-dev libprotozero-dev libsentencepiece-dev libsimdjson-dev libtomlplusplus-dev
    libutf8proc-dev libzstd-dev zlib1g-dev"
  [test]="libgtest-dev python3 binutils"
  [record]="python3 python3-pyte"
  [lint]="clang-19 clang-format-19 clang-tidy-19 libclang-rt-19-dev git python3"
)
missing=()
for group in "$@"; do
  for package in ${groups[$group]:?unknown group: $group}; do
    dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q ' installed$' || missing+=("$package")
  done
done
[ ${#missing[@]} -eq 0 ] && exit 0
echo "installing: ${missing[*]}" >&2
as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
# Old lists may still serve when a mirror is away, so a failed update alone is not the end.
"${as_root[@]}" apt-get update -qq >&2 || true
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
