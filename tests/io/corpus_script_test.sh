#!/usr/bin/env bash
# The committed corpus is what its script makes, byte by byte: corpus_script_test.sh SOURCE_DIR
set -euo pipefail
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
python3 -B "$1/tests/corpus/make_safetensors_corpus.py" "$made"
diff -r "$made" "$1/tests/corpus/safetensors"
