# cpack: one Debian package for each component of Install.cmake. tools/package calls it.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_CONTACT "The Eckart authors <authors@eckart.invalid>" CACHE STRING
  "Maintainer that the packages name: whoever builds them for others names a reachable one")
set(CPACK_COMPONENTS_ALL program runtime development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)

# What is built on one release needs its libraries, so the version names it: 0.1.0-1+debian12.
cmake_host_system_information(RESULT release_name QUERY DISTRIB_ID)
cmake_host_system_information(RESULT release_number QUERY DISTRIB_VERSION_ID)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1+${release_name}${release_number})
set(exact_version "${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}")

set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS OFF)
# OpenBLAS with the threads that oneDNN has too, where none is installed yet.
set(one_threading_runtime "libopenblas0-openmp | libopenblas0")

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME eckart)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION math)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS "${one_threading_runtime}")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS "ca-certificates, gnuplot-nox")
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION
"Replaces each weight matrix by two thin factors from its singular value
decomposition, measures what that costs in accuracy and time, and trains the
factors until the accuracy is back. Reads and writes safetensors.")

set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME libeckart${PROJECT_VERSION_MAJOR})
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_DEPENDS "${one_threading_runtime}")
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY "=")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/packaging/triggers)
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION "The shared library, for programs that are built with it.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libeckart-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "libeckart${PROJECT_VERSION_MAJOR} (= ${exact_version}), libeigen3-dev, nlohmann-json3-dev")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS
  "libarchive-dev, libcurl4-openssl-dev, libdnnl-dev, libfmt-dev, liblapacke-dev, libonnx-dev, libopenblas-openmp-dev, libpng-dev, libprotobuf-dev, libssl-dev, zlib1g-dev")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
"Headers of the C++20 library, the shared and the static library, and what
find_package(eckart) and pkg-config read. The suggested packages are for
linking the static one.")

# Policy: /usr/share/doc/PACKAGE/copyright and two changelogs, in each package; a plain cmake --install does without.
# tools/package sets SOURCE_DATE_EPOCH, which string(TIMESTAMP) takes for the present.
string(TIMESTAMP debian_date "%a, %d %b %Y %H:%M:%S +0000" UTC)
configure_file(packaging/changelog.Debian.in ${PROJECT_BINARY_DIR}/changelog.Debian @ONLY)
function(eckart_compress source compressed)
  add_custom_command(OUTPUT ${compressed} COMMAND gzip -9nc ${source} > ${compressed} DEPENDS ${source} VERBATIM)
endfunction()
set(changelogs ${PROJECT_BINARY_DIR}/changelog.gz ${PROJECT_BINARY_DIR}/changelog.Debian.gz)
eckart_compress(${PROJECT_SOURCE_DIR}/CHANGELOG.md ${PROJECT_BINARY_DIR}/changelog.gz)
eckart_compress(${PROJECT_BINARY_DIR}/changelog.Debian ${PROJECT_BINARY_DIR}/changelog.Debian.gz)
add_custom_target(eckart_changelogs ALL DEPENDS ${changelogs})
foreach(component PROGRAM RUNTIME DEVELOPMENT)
  string(TOLOWER ${component} name)
  set(folder ${CMAKE_INSTALL_DATAROOTDIR}/doc/${CPACK_DEBIAN_${component}_PACKAGE_NAME})
  install(FILES packaging/debian-copyright RENAME copyright DESTINATION ${folder} COMPONENT ${name} EXCLUDE_FROM_ALL)
  install(FILES ${changelogs} DESTINATION ${folder} COMPONENT ${name} EXCLUDE_FROM_ALL)
endforeach()
include(CPack)
