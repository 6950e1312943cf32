#!/usr/bin/env bash
# agreement.sh [PYTHON]: prints how models, gradients, tokenizers, tasks, metrics and checkpoints agree with the reference, a Markdown table each.
#
# PYTHON has transformers 4.34.1 with PyTorch 2.1.2 and sentencepiece; by default $ALBERT_REFERENCE_PYTHON, else the
# one under ~/.cache/albert-oracle/reference. COUNT sets how much is compared: 1 (default) takes some minutes on an idle machine.
# ALBERT_ASSETS, or ../shared/assets, may hold tokenizers/albert-base-v2, the published vocabulary. What cannot be
# compared here says "skipped". Exits with 1 when anything differs.
set -uo pipefail
cd "$(dirname "$0")/.."
python=${1:-${ALBERT_REFERENCE_PYTHON:-$HOME/.cache/albert-oracle/reference/bin/python}}
command -v "$python" > /dev/null || { echo "skipped: the reference is not installed at $python"; exit 77; }
count=${COUNT:-1}
bin=build/release/bin
published=${ALBERT_ASSETS:-../shared/assets}/tokenizers/albert-base-v2
export TRANSFORMERS_OFFLINE=1 HF_HUB_OFFLINE=1 OMP_NUM_THREADS=1
failed=0
run() {
  "$python" "tests/oracle/compare_$1.py" "${@:2}"
  case $? in 0 | 77) ;; *) failed=1 ;; esac
}

"$python" -c 'import torch, transformers; print("transformers", transformers.__version__ + ", torch", torch.__version__)'
run models --program $bin/albert --count $((150 * count))
run models --program $bin/albert --count $((30 * count)) --padding packed
run gradients --program $bin/albert --count $((120 * count))
run gradients --program $bin/albert --count $((30 * count)) --padding packed --activations recompute
for tokenizer in models/albert-mini-en tests/golden/wordpiece "$published"; do
  if [ ! -d "$tokenizer" ]; then
    echo "skipped: no published vocabulary at $tokenizer"
    continue
  fi
  for form in slow fast; do
    run tokenizers --program $bin/tokenize_rows --tokenizer "$tokenizer" --form $form --count $((2000 * count))
  done
done
# WordPiece with capitals and accents, and as a tokenizer.json without a class.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PYTHONHASHSEED=0 "$python" tests/golden/make_wordpiece_vocabulary.py "$work/cased/vocab.txt" --cased
for init in '{"do_lower_case": false}' '{"do_lower_case": false, "strip_accents": true}' '{"strip_accents": false}' \
  '{"do_lower_case": false, "tokenize_chinese_chars": false}'; do
  for form in slow fast; do
    run tokenizers --program $bin/tokenize_rows --tokenizer "$work/cased" --form $form --init "$init" --suite texts,dictionary --count $((1000 * count))
  done
done
"$python" tests/oracle/classless_tokenizer.py "$work/classless" > /dev/null 2>&1
for folder in "$work"/classless/*; do
  run tokenizers --program $bin/tokenize_rows --tokenizer "$folder" --form fast --suite calls,dictionary,added,decode --count $((1000 * count))
done
# The calls: every argument, all fields, one seed for each form.
for form in slow fast; do
  run tokenizers --program $bin/tokenize_rows --tokenizer models/albert-mini-en --form $form --suite dictionary --count $((10400 * count)) --seed 1
done
run tasks --albert $bin/albert --assets "${ALBERT_ASSETS:-../shared/assets}" --count $((30 * count))
run tasks --albert $bin/albert --tokenizer tests/golden/wordpiece --count $((10 * count))
run fine_tuning --program $bin/albert
run metrics --albert $bin/albert --assets "${ALBERT_ASSETS:-../shared/assets}" --count $((30 * count))
run checkpoints --tool $bin/checkpoint_tool --count $((40 * count))
exit $failed
