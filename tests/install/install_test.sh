#!/usr/bin/env bash
# Installs a build, moves it, and builds and runs a project against it: install_test.sh BUILD_DIR CMAKE SOURCE_DIR
# The project links the shared library, the static one, and the shared one by pkg-config without CMake.
set -euo pipefail
build=$1
cmake=$2
source=$3
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CXXFLAGS=''

fail() {
  echo "$1" >&2
  exit 1
}

"$cmake" --install "$build" --prefix "$work/first" >/dev/null
mv "$work/first" "$work/moved"
library=$(dirname "$(find "$work/moved" -name libeckart.so)")
"$work/moved/bin/eckart" --version
if readelf -d "$work/moved/bin/eckart" | grep libeckart; then fail "the program needs libeckart.so; it shall stand alone"; fi
readelf -d "$library/libeckart.so" | grep -F 'Library soname: [libeckart.so.0]' >/dev/null || fail "the soname is not libeckart.so.0"
# What it shows is Eckart's: no symbol of what is inlined into it (Eigen, fmt, JSON), of private headers or embedded files.
foreign=$(nm -DC --defined-only "$library/libeckart.so" | cut -d ' ' -f 3- | grep -vE '^((vtable|typeinfo|typeinfo name|guard variable) for )?(eckart|std)::' || true)
[ -z "$foreign" ] || fail "libeckart.so shows foreign symbols: $foreign"
if nm -DC --defined-only "$library/libeckart.so" | grep -F 'eckart::report::fill_template'; then fail "libeckart.so shows private functions"; fi
nm -C "$library/libeckart.a" 2>/dev/null | grep -F 'eckart::report::' >/dev/null || fail "the static library lacks the report"

for target in eckart::eckart eckart::static; do
  folder=$work/${target#eckart::}
  "$cmake" -S "$here/consumer" -B "$folder" -G Ninja -DCMAKE_PREFIX_PATH="$work/moved" -DCMAKE_BUILD_TYPE=Release \
    -DECKART_TARGET=$target -DECKART_EXAMPLES="$source/examples" >/dev/null
  "$cmake" --build "$folder" >/dev/null
  "$folder/consumer"
  "$folder/linear_ode" >/dev/null
done
readelf -d "$work/eckart/consumer" | grep -F libeckart.so.0 >/dev/null || fail "eckart::eckart is not the shared library"
if readelf -d "$work/static/consumer" | grep libeckart; then fail "eckart::static is not the static library"; fi

export PKG_CONFIG_PATH=$library/pkgconfig
read -ra flags <<<"$(pkg-config --cflags --libs eckart)"
"${CXX:-c++}" -std=c++20 "$here/consumer/main.cpp" -o "$work/by_pkgconfig" "${flags[@]}"
LD_LIBRARY_PATH=$library "$work/by_pkgconfig"
read -ra flags <<<"$(pkg-config --cflags --libs --static eckart | sed 's/-leckart/-l:libeckart.a/')"
"${CXX:-c++}" -std=c++20 "$here/consumer/main.cpp" -o "$work/by_static_pkgconfig" "${flags[@]}"
"$work/by_static_pkgconfig"

# The installation must not refer to the machine it was built on.
if grep -rIlF -e "$build" -e "$work/first" -e "$source" "$work/moved"; then fail "the files above name folders of the build"; fi
