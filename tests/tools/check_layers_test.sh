#!/usr/bin/env bash
# tools/check_layers accepts this tree and refuses each of the bad includes below: check_layers_test.sh SOURCE_DIR
set -euo pipefail
check=$1/tools/check_layers
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

# refuses FILE INCLUDE MESSAGE: a tree with only this include in this file fails and says MESSAGE.
refuses() {
  mkdir -p "$tree/$(dirname "$1")"
  echo "#include $2" >"$tree/$1"
  if output=$("$check" "$tree" 2>&1); then
    echo "check_layers accepts $2 in $1" && exit 1
  fi
  if [[ $output != *"$1:1: "*"$3"* ]]; then
    echo "check_layers refuses $2 in $1 with the wrong words: $output" && exit 1
  fi
  rm "$tree/$1"
}

accepts() {
  mkdir -p "$tree/$(dirname "$1")"
  echo "#include $2" >"$tree/$1"
  "$check" "$tree" || { echo "check_layers refuses $2 in $1" && exit 1; }
  rm "$tree/$1"
}

"$check" "$1"
refuses src/data/a.cpp '"eckart/train/loop.hpp"' 'train comes after data'
refuses include/eckart/core/a.hpp '"eckart/linalg/svd.hpp"' 'linalg comes after core'
refuses src/linalg/a.cpp '"ops/onednn/stream.hpp"' 'ops comes after linalg'
refuses include/eckart/ops/a.hpp '"ops/onednn/stream.hpp"' 'private header'
refuses src/ops/a.cpp '"../core/b.hpp"' 'leaves its folder'
refuses src/ops/a.cpp '"eckart/utils/b.hpp"' "unknown module 'utils'"
refuses apps/eckart/a.cpp '"ops/onednn/stream.hpp"' 'private to the library'
refuses src/ops/a.cpp '<oneapi/dnnl/dnnl.hpp>' 'belongs into src/ops/onednn'
refuses src/ops/a.cpp '<lapacke.h>' 'belongs into src/linalg'
refuses src/train/a.cpp '<curl/curl.h>' 'belongs into src/data'
refuses include/eckart/core/a.hpp '<fmt/core.h>' 'belongs into src'
refuses src/core/a.cpp '<CLI/CLI.hpp>' 'belongs into apps'
refuses src/core/a.cpp '<boost/any.hpp>' 'not a known library'
accepts src/train/a.cpp '"eckart/data/dataset.hpp"'
accepts src/ops/onednn/a.cpp '<oneapi/dnnl/dnnl.hpp>'
accepts src/core/a.cpp '<sys/stat.h>'
accepts src/core/a.cpp '"build_info.hpp"'
