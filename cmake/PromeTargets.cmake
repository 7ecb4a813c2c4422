# One way to declare a library, a test and a fuzzer, so that every target gets the same language level,
# warnings and sanitizers.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_VERIFY_INTERFACE_HEADER_SETS ON)

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

# PromQL arithmetic must round as Prometheus does: no contraction of a*b+c, no fast-math anywhere.
add_library(prome_options INTERFACE)
target_compile_options(prome_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wimplicit-fallthrough -Werror
  -ffp-contract=off -fno-math-errno)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False alarms of g++ 12: std::string concatenation (GCC bug 105329), and operator delete of Asio's coroutine frames
  # once both it and operator new are inlined.
  target_compile_options(prome_options INTERFACE -Wno-restrict -Wno-mismatched-new-delete)
elseif(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # std::stable_sort of libstdc++ 12 uses what that library itself calls deprecated.
  target_compile_options(prome_options INTERFACE -Wno-deprecated-declarations)
endif()
target_include_directories(prome_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_link_libraries(prome_options INTERFACE Threads::Threads)
if(PROME_SANITIZE)
  target_compile_options(prome_options INTERFACE -fsanitize=${PROME_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(prome_options INTERFACE -fsanitize=${PROME_SANITIZE})
  if(PROME_SANITIZE STREQUAL "thread")
    # ThreadSanitizer knows no fences, and g++ refuses them; Asio's handlers are ordered by its queue's mutex anyway.
    target_compile_definitions(prome_options INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
endif()
if(PROME_BUILD_FUZZERS)
  target_compile_options(prome_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# prome_library(<folder> SOURCES ... DEPS ...): the static library prome_<folder> of src/<folder>.
# Its headers are a header set: `cmake --build . --target all_verify_interface_header_sets` compiles each alone.
function(prome_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(prome_${name} STATIC ${ARG_SOURCES})
  file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.h)
  target_sources(prome_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${CMAKE_SOURCE_DIR}/src FILES ${headers})
  target_link_libraries(prome_${name} PUBLIC prome_options ${ARG_DEPS})
endfunction()

# prome_test(<name> SOURCES ... DEPS ...): a GoogleTest program, one ctest entry, bounded in time.
function(prome_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gtest GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
endfunction()

# prome_fuzzer(<name> SOURCES ... DEPS ...): a libFuzzer program, built only with the fuzz preset.
function(prome_fuzzer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  if(PROME_BUILD_FUZZERS)
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE ${ARG_DEPS})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  endif()
endfunction()
