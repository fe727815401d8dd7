# One interface target carries every compiler flag that the library, the program and the tests share.
add_library(eckart_options INTERFACE)
target_compile_features(eckart_options INTERFACE cxx_std_20)
target_compile_options(eckart_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
# Two builds in different folders give the same bytes.
target_compile_options(eckart_options INTERFACE -ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)
# Inside std::string, GCC 12 reports impossible overlaps and sizes (GCC bugs 105651 and 105329), GCC 14 impossible offsets.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(eckart_options INTERFACE -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(eckart_options INTERFACE -Wno-array-bounds -Wno-stringop-overread)
endif()
# clang and sanitizers else keep libraries that nothing uses, such as the OpenCL of oneDNN.
target_link_options(eckart_options INTERFACE -Wl,--as-needed)
if(ECKART_WERROR)
  target_compile_options(eckart_options INTERFACE -Werror)
endif()
if(ECKART_SANITIZE)
  target_compile_options(eckart_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all
                                                 -fno-omit-frame-pointer)
  target_link_options(eckart_options INTERFACE -fsanitize=address,undefined)
endif()
if(ECKART_NATIVE)
  target_compile_options(eckart_options INTERFACE -march=native)
endif()
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
