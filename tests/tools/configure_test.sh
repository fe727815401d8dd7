#!/usr/bin/env bash
# cmake ends with one clear line for each dependency that is missing or too old, and takes newer ones:
#   configure_test.sh SOURCE_DIR CMAKE COMPILER GENERATOR
set -euo pipefail
source_dir=$1 cmake=$2 compiler=$3 generator=$4
unset CXXFLAGS LDFLAGS
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# configure ARGUMENT...: leaves the exit status in $status and what was said in $work/said.
configure() {
  rm -rf "$work/build"
  status=0
  "$cmake" -S "$source_dir" -B "$work/build" -G "$generator" -DCMAKE_CXX_COMPILER="$compiler" \
    -DECKART_BUILD_BENCH=ON "$@" >"$work/said" 2>&1 || status=$?
}

fail() {
  echo "$1; cmake ended with $status and said:" && cat "$work/said" && exit 1
}

# refuses LINE ARGUMENT...: cmake fails with this line, whole and alone, as its only error.
refuses() {
  local line=$1
  shift
  configure "$@"
  [ "$status" -eq 1 ] || fail "'cmake $*' does not end with 1"
  grep -Fxq "    $line" "$work/said" || fail "'cmake $*' does not say: $line"
  [ "$(grep -c 'is missing' "$work/said")" -eq 1 ] || fail "'cmake $*' says more than: $line"
  [ "$(grep -c '^CMake Error' "$work/said")" -eq 1 ] || fail "'cmake $*' has more errors than one"
}

accepts() {
  configure "$@"
  [ "$status" -eq 0 ] || fail "'cmake $*' fails"
}

# pretend PACKAGE VERSION: a package for find_package that says it would not do where another major version is asked for.
pretend() {
  local folder=$work/pretended/$1-$2
  mkdir -p "$folder"
  printf 'if(NOT TARGET %s::%s)\n  add_library(%s::%s INTERFACE IMPORTED)\nendif()\n' "$1" "$1" "$1" "$1" \
    >"$folder/$1Config.cmake"
  cat >"$folder/$1ConfigVersion.cmake" <<END
set(PACKAGE_VERSION $2)
if(NOT PACKAGE_FIND_VERSION STREQUAL "" AND NOT PACKAGE_FIND_VERSION_MAJOR STREQUAL ${2%%.*})
  set(PACKAGE_VERSION_UNSUITABLE TRUE)
endif()
END
  pretended=(-DCMAKE_FIND_PACKAGE_PREFER_CONFIG=ON "-D$1_DIR=$folder")
}

# pretend_module MODULE VERSION LIBRARY: the same for pkg-config.
pretend_module() {
  printf 'Name: %s\nDescription: pretended\nVersion: %s\nLibs: -L%s -l%s\n' "$1" "$2" "$work" "$3" >"$work/pc/$1.pc"
}

# pretend_compiler NAME MACRO: a compiler whose major version is 9.
pretend_compiler() {
  printf '#!/bin/sh\nexec %s -w -U%s -D%s=9 "$@"\n' "$1" "$2" "$2" >"$work/$1"
  chmod +x "$work/$1"
}

accepts
pretend CLI11 99.1
accepts "${pretended[@]}"

case $("$compiler" --version) in *clang*) openmp=libomp-dev ;; *) openmp=g++ ;; esac
while IFS='|' read -r package name minimum debian; do
  install=": install the Debian package '$debian' (or run tools/setup)"
  refuses "$name${minimum:+ $minimum or newer} is missing$install" "-DCMAKE_DISABLE_FIND_PACKAGE_$package=ON"
  if [ -n "$minimum" ]; then
    pretend "$package" 0.9.5
    refuses "$name $minimum or newer is missing (found 0.9.5)$install" "${pretended[@]}"
  fi
done <<END
Threads|The C library's development package||libc6-dev
OpenMP|The compiler's OpenMP||$openmp
Eigen3|Eigen|3.4|libeigen3-dev
nlohmann_json|nlohmann-json|3.11|nlohmann-json3-dev
fmt|fmt|9.1|libfmt-dev
CLI11|CLI11|2.1|libcli11-dev
CURL|libcurl|7.88|libcurl4-openssl-dev
LibArchive|libarchive|3.6|libarchive-dev
OpenSSL|OpenSSL|3.0|libssl-dev
Protobuf|protobuf|3.21|libprotobuf-dev
ONNX|ONNX|1.12|libonnx-dev
PNG|libpng|1.6|libpng-dev
ZLIB|zlib|1.2|zlib1g-dev
OpenCL|OpenCL, which oneDNN's package looks for,||ocl-icd-opencl-dev
dnnl|oneDNN|2.6|libdnnl-dev
GTest|GoogleTest|1.12|libgtest-dev
rapidcheck|RapidCheck||librapidcheck-dev
benchmark|Google Benchmark|1.7|libbenchmark-dev
END
refuses "pkg-config is missing: install the Debian package 'pkgconf' (or run tools/setup)" \
  -DPKG_CONFIG_EXECUTABLE="$work/nowhere"

# OpenBLAS and LAPACKE come by pkg-config: missing, too old, and announced without their library.
openblas="OpenBLAS 0.3.21 or newer is missing"
lapacke="LAPACKE 3.11 or newer is missing"
install_openblas=": install the Debian package 'libopenblas-openmp-dev' (or run tools/setup)"
install_lapacke=": install the Debian package 'liblapacke-dev' (or run tools/setup)"
mkdir "$work/pc"
touch "$work/libhere.so"
export PKG_CONFIG_LIBDIR=$work/pc
pretend_module lapacke 3.99 here
refuses "$openblas$install_openblas"
pretend_module openblas 0.3.5 here
refuses "$openblas (found 0.3.5)$install_openblas"
pretend_module openblas 0.3.99 elsewhere
refuses "$openblas$install_openblas"
pretend_module openblas 0.3.99 here
pretend_module lapacke 3.8 here
refuses "$lapacke (found 3.8)$install_lapacke"
rm "$work/pc/lapacke.pc"
refuses "$lapacke$install_lapacke"
unset PKG_CONFIG_LIBDIR

chart_js="Chart.js (chart.min.js) 3.9 or newer is missing"
install_chart_js=": install the Debian package 'libjs-chart.js' (or run tools/setup)"
refuses "$chart_js$install_chart_js" -DECKART_CHART_JS="$work/nowhere.js"
printf '/*!\n * Chart.js v2.9.4\n */\n' >"$work/chart.min.js"
refuses "$chart_js (found 2.9.4)$install_chart_js" -DECKART_CHART_JS="$work/chart.min.js"

pretend_compiler g++ __GNUC__
refuses "g++ 12 or newer is missing (found $(g++ -dumpfullversion | sed 's/^[0-9]*/9/')): install the Debian package 'g++' (or run tools/setup)" \
  -DCMAKE_CXX_COMPILER="$work/g++"
if command -v clang++ >/dev/null; then
  pretend_compiler clang++ __clang_major__
  refuses "clang++ 14 or newer is missing (found $(clang++ -dumpversion | sed 's/^[0-9]*/9/')): install the Debian package 'clang' (or run tools/setup)" \
    -DCMAKE_CXX_COMPILER="$work/clang++"
fi

# All that is missing is told at once.
configure -DCMAKE_DISABLE_FIND_PACKAGE_fmt=ON -DCMAKE_DISABLE_FIND_PACKAGE_PNG=ON
[ "$(grep -c 'is missing' "$work/said")" -eq 2 ] || fail "two missing packages are not told at once"
