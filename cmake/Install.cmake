# cmake --install, and the package that find_package(eckart) reads.
include(CMakePackageConfigHelpers)

install(TARGETS eckart_lib eckart_options EXPORT eckartTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  FILE_SET eckart_headers DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS eckart_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(EXPORT eckartTargets NAMESPACE eckart:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/eckart)
configure_package_config_file(cmake/eckartConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/eckartConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/eckart)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/eckartConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/eckartConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/eckartConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/eckart)
