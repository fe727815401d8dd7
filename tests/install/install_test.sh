#!/usr/bin/env bash
# Installs a build, moves it, and builds and runs a project against it: install_test.sh BUILD_DIR CMAKE
set -euo pipefail
build=$1
cmake=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$cmake" --install "$build" --prefix "$work/first" >/dev/null
mv "$work/first" "$work/moved"
"$work/moved/bin/eckart" --version
cp -r "$here/consumer" "$work/consumer"
CXXFLAGS='' "$cmake" -S "$work/consumer" -B "$work/build" -G Ninja -DCMAKE_PREFIX_PATH="$work/moved" \
  -DCMAKE_BUILD_TYPE=Release >/dev/null
"$cmake" --build "$work/build" >/dev/null
"$work/build/consumer"
# The package must not refer to the machine it was built on.
if grep -rIlF -e "$build" -e "$work/first" "$work/moved"; then
  echo "the files above name folders of the build" >&2
  exit 1
fi
