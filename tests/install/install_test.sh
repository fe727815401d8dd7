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
# What it shows is Eckart's: nothing of what is inlined into it (Eigen, fmt, JSON), no embedded files, no private functions.
shown=$(nm -D --defined-only "$library/libeckart.so" | cut -d ' ' -f 3)
grep -q '^_ZN6eckart' <<<"$shown" || fail "libeckart.so shows nothing of Eckart"
foreign=$(grep -E -e '^_Z[A-Z]*(5Eigen|3fmt|8nlohmann)' -e '^[^_]|^_[^Z]' <<<"$shown" || true)
[ -z "$foreign" ] || fail "libeckart.so shows foreign symbols: $foreign"
# The program uses nothing but the interface, so all that its objects want must be there.
mapfile -t objects < <(find "$build/apps/eckart" -name '*.o')
missing=$(comm -23 <(nm -u "${objects[@]}" | grep -oE '_ZN?K?6eckart.*|_ZT[A-Z]N?6eckart.*' | sort -u) \
  <({ nm --defined-only "${objects[@]}" | cut -d ' ' -f 3 && echo "$shown"; } | sort -u))
[ -z "$missing" ] || fail "libeckart.so lacks of the interface: $(c++filt <<<"$missing")"
private=_ZN6eckart6report13fill_template
if grep "^$private" <<<"$shown"; then fail "libeckart.so shows private functions"; fi
nm "$library/libeckart.a" 2>/dev/null | grep "T $private" >/dev/null || fail "the static library lacks $private; the check above is void"

for target in eckart::eckart eckart::static; do
  folder=$work/${target#eckart::}
  "$cmake" -S "$here/consumer" -B "$folder" -G Ninja -DCMAKE_PREFIX_PATH="$work/moved" -DCMAKE_BUILD_TYPE=Release \
    -DECKART_TARGET=$target -DECKART_EXAMPLES="$source/examples" >/dev/null
  "$cmake" --build "$folder" >"$work/log" 2>&1 || { cat "$work/log"; fail "a project with $target does not build"; }
  "$folder/consumer"
  "$folder/linear_ode" >/dev/null
done
readelf -d "$work/eckart/consumer" | grep -F libeckart.so.0 >/dev/null || fail "eckart::eckart is not the shared library"
if readelf -d "$work/static/consumer" | grep libeckart; then fail "eckart::static is not the static library"; fi

export PKG_CONFIG_PATH=$library/pkgconfig
read -ra flags <<<"$(pkg-config --cflags --libs eckart)"
"${CXX:-c++}" -std=c++20 "$here/consumer/main.cpp" -o "$work/by_pkgconfig" "${flags[@]}"
LD_LIBRARY_PATH=$library "$work/by_pkgconfig"
pkg-config --define-variable=prefix=/elsewhere --cflags --libs eckart | grep -E -e '-I/elsewhere/include .*-L/elsewhere/lib' >/dev/null ||
  fail "eckart.pc does not follow its prefix"
read -ra flags <<<"$(pkg-config --cflags --libs --static eckart | sed 's/-leckart/-l:libeckart.a/')"
"${CXX:-c++}" -std=c++20 "$here/consumer/main.cpp" -o "$work/by_static_pkgconfig" "${flags[@]}"
"$work/by_static_pkgconfig"

# The installation must not refer to the machine it was built on.
if grep -rlF -e "$build" -e "$work/first" -e "$source" "$work/moved"; then fail "the files above name folders of the build"; fi
