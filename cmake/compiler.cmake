# Language level, warnings, sanitizers and the baseline processor.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(THALWEG_SANITIZE "" CACHE STRING "Sanitizers of the build, as in -fsanitize=...")
option(THALWEG_FUZZ "Build the libFuzzer targets (needs clang)" OFF)

# Baseline x86-64-v2; wider instruction sets are chosen at run time in the kernels room.
add_compile_options(-march=x86-64-v2 -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Werror)
add_compile_options(-fno-math-errno -fno-trapping-math -ffp-contract=off)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # restrict: false alarms on std::string in g++ 12 (GCC bug 105651).
  add_compile_options(-Wno-psabi -Wno-restrict)
  # g++ 12 takes the first value of a variable for dead where `variable = Call()` follows within a
  # try block, although the call can throw (base/error_test.cc shows it).
  add_compile_options(-fno-tree-dse)
endif()
if(THALWEG_SANITIZE)
  add_compile_options(-fsanitize=${THALWEG_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${THALWEG_SANITIZE})
endif()

if(THALWEG_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # Paths below the source folder are hashed as relative ones, so that clones share their results.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()
