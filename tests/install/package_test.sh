#!/usr/bin/env bash
# Makes the Debian packages of a build and looks into them: package_test.sh BUILD_DIR CPACK SOURCE_DIR
set -euo pipefail
build=$1
cpack=$2
source=$3
for program in dpkg-deb dpkg-shlibdeps file; do
  if ! command -v "$program" >/dev/null; then
    echo "SKIPPED: $program is missing; tools/setup --tests installs it"
    exit 77
  fi
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SOURCE_DATE_EPOCH=1700000000
umask 022

fail() {
  echo "$1" >&2
  exit 1
}

# packages FOLDER: makes them all, installed below /usr.
packages() {
  "$cpack" --config "$build/CPackConfig.cmake" -B "$1" -D CPACK_PACKAGING_INSTALL_PREFIX=/usr >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    fail "cpack failed"
  }
}

# package NAME: its file.
package() { echo "$work/made/$1"_[0-9]*.deb; }

# has NAME FIELD PATTERN, lacks NAME FIELD PATTERN: about a field of the package's control file.
has() { dpkg-deb -f "$(package "$1")" "$2" | grep -E >/dev/null -- "$3" || fail "$1: '$2' does not say '$3'"; }
lacks() { if dpkg-deb -f "$(package "$1")" "$2" | grep -E -- "$3"; then fail "$1: '$2' says '$3'"; fi; }

# holds NAME PATH, only NAME PATTERN: about the files in it.
holds() { dpkg-deb --fsys-tarfile "$(package "$1")" | tar -t | grep -xE >/dev/null -- "\./$2" || fail "$1 lacks $2"; }
only() {
  local other
  other=$(dpkg-deb --fsys-tarfile "$(package "$1")" | tar -t | grep -v '/$' | grep -vE -- "^\./usr/($2|share/doc/$1/)" || true)
  [ -z "$other" ] || fail "$1 holds other files: $other"
}

packages "$work/made"
version=$(sed -n 's/^project(eckart VERSION \([0-9.]*\).*/\1/p' "$source/CMakeLists.txt")
[ "$(find "$work/made" -maxdepth 1 -name '*.deb' | wc -l)" -eq 3 ] || fail "there must be three packages"
for name in eckart libeckart0 libeckart-dev; do
  has "$name" Version "^$version-1\+[a-z]+"
  has "$name" Maintainer '.+ <.+@.+>'
  has "$name" Description '^Low-rank compression'
  holds "$name" "usr/share/doc/$name/copyright"
  holds "$name" "usr/share/doc/$name/changelog.gz"
  holds "$name" "usr/share/doc/$name/changelog.Debian.gz"
  owners=$(dpkg-deb --fsys-tarfile "$(package "$name")" | tar -tv | awk '{print $1, $2}' | sort -u)
  if grep -vE '^(drwxr-xr-x|-rw-r--r--|-rwxr-xr-x|lrwxrwxrwx) root/root$' <<<"$owners"; then fail "$name: wrong modes or owners"; fi
done

for library in 'libdnnl[0-9]' 'libopenblas0-openmp \| libopenblas0' 'libstdc\+\+6'; do
  has eckart Depends "$library"
  has libeckart0 Depends "$library"
done
lacks eckart Depends 'libeckart|-dev'
has eckart Recommends gnuplot-nox
holds eckart usr/bin/eckart
holds eckart usr/share/man/man1/eckart.1.gz
holds eckart usr/share/man/man1/eckart-compress.1.gz
holds eckart usr/share/bash-completion/completions/eckart
holds eckart usr/share/zsh/vendor-completions/_eckart
holds eckart usr/share/fish/vendor_completions.d/eckart.fish
only eckart 'bin/eckart|share/(man|bash-completion|zsh|fish)/'

lacks libeckart0 Depends 'libeckart|-dev'
only libeckart0 'lib/(.*/)?libeckart\.so\.0'
dpkg-deb -I "$(package libeckart0)" shlibs | grep >/dev/null '^libeckart 0 libeckart0 (=' || fail "libeckart0 does not say what needs it"
dpkg-deb -I "$(package libeckart0)" triggers | grep >/dev/null '^activate-noawait ldconfig$' || fail "libeckart0 does not call ldconfig"

has libeckart-dev Depends "libeckart0 \(= $version-1\+[a-z]+[0-9.]*\), libeigen3-dev, nlohmann-json3-dev"
only libeckart-dev 'include/eckart/|lib/(.*/)?(libeckart\.(so|a)$|cmake/eckart/|pkgconfig/eckart\.pc)'

# The program alone, and a project that is built with the library's packages.
for name in eckart libeckart0 libeckart-dev; do dpkg-deb -x "$(package "$name")" "$work/root"; done
mv "$work/root/usr/bin/eckart" "$work/eckart"
"$work/eckart" --version
CXXFLAGS='' cmake -S "$source/tests/install/consumer" -B "$work/consumer" -G Ninja -DCMAKE_PREFIX_PATH="$work/root/usr" >/dev/null
cmake --build "$work/consumer" >/dev/null
"$work/consumer/consumer"

packages "$work/again"
for file in "$work"/made/*.deb; do cmp "$file" "$work/again/$(basename "$file")"; done
