#!/usr/bin/env bash
# Builds the program and lets the model inside it answer on real text, one line a task.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/packages.sh build
scripts/build.sh release -DALBERT_BUILD_TESTS=OFF   # they need more packages; scripts/test.sh turns them on
albert=build/release/bin/albert
show() {
  printf '\n$ albert'
  printf ' %q' "$@"
  printf '\n'
  "$albert" "$@"
}
show fill-mask "The [MASK] was dark and the wind was cold."
show text-classification "My card was declined in a shop, what should I do?"
show token-classification "Anna flew from Paris to New York to see the Rolling Stones."
show question-answering --question "Who wrote the book?" --context "The book was written by Jane Austen in 1813."
show multiple-choice "She opened the window because the room was hot." --choice "The cool air came in." --choice "He sold seven ships to the king."
show sentence-order "He closed the door behind him." --text-pair "Then he walked down the street."
show feature-extraction --pooling mean --json "The wind was cold." | cut -c 1-120
