#!/usr/bin/env bash
# The committed corpora are what their scripts make, byte by byte: corpus_script_test.sh SOURCE_DIR
set -euo pipefail
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
for corpus in safetensors safetensors_index onnx; do
  python3 -B "$1/tests/corpus/make_${corpus}_corpus.py" "$made/$corpus"
  diff -r --no-dereference "$made/$corpus" "$1/tests/corpus/$corpus"
done
