# cmake --install, in three components, which are also the packages of Package.cmake:
#   program      eckart with its man pages and completions
#   runtime      libeckart.so.N
#   development  headers, libeckart.so and libeckart.a, what find_package(eckart) and pkg-config read
include(CMakePackageConfigHelpers)
set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/eckart)

install(TARGETS eckart_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
install(TARGETS eckart_shared EXPORT eckartTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT development
  FILE_SET eckart_headers DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(TARGETS eckart_static EXPORT eckartStaticTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
  FILE_SET eckart_headers DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)

foreach(targets eckartTargets eckartStaticTargets)
  install(EXPORT ${targets} NAMESPACE eckart:: DESTINATION ${config_folder} COMPONENT development)
endforeach()
configure_package_config_file(cmake/eckartConfig.cmake.in ${PROJECT_BINARY_DIR}/eckartConfig.cmake
  INSTALL_DESTINATION ${config_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/eckartConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/eckartConfig.cmake ${PROJECT_BINARY_DIR}/eckartConfigVersion.cmake
  DESTINATION ${config_folder} COMPONENT development)

# Relative to the file itself, so that an installed tree may be moved.
file(RELATIVE_PATH ECKART_PREFIX_FROM_PKGCONFIG /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" ECKART_PREFIX_FROM_PKGCONFIG "${ECKART_PREFIX_FROM_PKGCONFIG}")
configure_file(cmake/eckart.pc.in ${PROJECT_BINARY_DIR}/eckart.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/eckart.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
