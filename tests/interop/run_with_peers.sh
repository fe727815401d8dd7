#!/usr/bin/env bash
# Runs a Python test with the interpreter that has PyTorch: run_with_peers.sh TEST.py ECKART
# Exit status 77 (skipped) where ECKART_PEER_PYTHON does not name one.
set -euo pipefail

if [ -z "${ECKART_PEER_PYTHON-}" ]; then
  echo "SKIPPED: ECKART_PEER_PYTHON names no Python with PyTorch; eval \"\$(tools/peers DIR)\" makes one"
  exit 77
fi
exec "$ECKART_PEER_PYTHON" -B "$1" "$2"
