# One static library, one test program and the micro-benchmarks per room. What a room may link stands in src/LAYERS.

# thalweg_rooms(<layers file>): adds src/<room> for every line, in order.
function(thalweg_rooms layers)
  add_custom_target(tests)
  add_custom_target(benches)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${layers})
  file(STRINGS ${layers} lines REGEX "^[a-z_]+:")
  foreach(line IN LISTS lines)
    string(REGEX MATCH "^([a-z_]+):(.*)$" _ "${line}")
    set(room ${CMAKE_MATCH_1})
    separate_arguments(deps UNIX_COMMAND "${CMAKE_MATCH_2}")
    set_property(GLOBAL PROPERTY THALWEG_DEPS_${room} "${deps}")
    add_subdirectory(src/${room})
  endforeach()
endfunction()

# thalweg_room(<name> [LIBRARIES ...]): the library thalweg_<name> out of all sources below the folder,
# <name>_test out of *_test.cc, <name>_mpi_test (run on three processes) out of *_mpi_test.cc, and one
# program per *_bench.cc.
function(thalweg_room name)
  cmake_parse_arguments(ROOM "" "" "LIBRARIES;EXCLUDE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cc)
  set(tests ${sources})
  set(benches ${sources})
  set(mpi_tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_(test|bench|fuzz)\\.cc$")
  list(FILTER mpi_tests INCLUDE REGEX "_mpi_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER tests EXCLUDE REGEX "_mpi_test\\.cc$")
  list(FILTER benches INCLUDE REGEX "_bench\\.cc$")
  if(ROOM_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX "${ROOM_EXCLUDE}")
  endif()

  get_property(deps GLOBAL PROPERTY THALWEG_DEPS_${name})
  list(TRANSFORM deps PREPEND thalweg_)
  add_library(thalweg_${name} STATIC ${sources})
  target_include_directories(thalweg_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(thalweg_${name} PUBLIC ${deps} PRIVATE ${ROOM_LIBRARIES} Threads::Threads)

  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE thalweg_${name} ${ROOM_LIBRARIES} GTest::gmock
                          GTest::gtest_main)
    # Half of all compiling is tests; it is the rooms below them that must be fast.
    target_compile_options(${name}_test PRIVATE $<$<CONFIG:Release>:-O1>)
    # Only where it is used: objects with the folder's name in them are compiled anew per clone.
    foreach(test IN LISTS tests mpi_tests)
      file(STRINGS ${test} uses LIMIT_COUNT 1 REGEX THALWEG_SOURCE_DIR)
      if(uses)
        set_property(SOURCE ${test} APPEND PROPERTY COMPILE_DEFINITIONS
                     THALWEG_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
      endif()
    endforeach()
    add_dependencies(tests ${name}_test)
    gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST TEST_PREFIX ${name}.
                         PROPERTIES TIMEOUT 600)
    # The same tests where frames and trainings are those of several ranks. Not with sanitizers, which
    # see the tests that compare ranks anyway.
    if(name MATCHES "^(mapreduce|ingest|learn)$" AND NOT THALWEG_SANITIZE)
      foreach(ranks 2 3)
        gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST TEST_PREFIX ${name}.on_${ranks}_ranks.
                             PROPERTIES TIMEOUT 600 ENVIRONMENT THALWEG_TEST_RANKS=${ranks})
      endforeach()
    endif()
  endif()
  if(mpi_tests AND TARGET thalweg_mpi)
    add_executable(${name}_mpi_test ${mpi_tests}
                   ${CMAKE_SOURCE_DIR}/src/cluster/mpi/mpi_test_main.cc)
    target_link_libraries(${name}_mpi_test PRIVATE thalweg_${name} ${ROOM_LIBRARIES} GTest::gmock
                          GTest::gtest)
    target_compile_options(${name}_mpi_test PRIVATE $<$<CONFIG:Release>:-O1>)
    add_dependencies(tests ${name}_mpi_test)
    add_test(NAME ${name}.mpi
             COMMAND ${CMAKE_SOURCE_DIR}/tools/mpirun.sh 3 $<TARGET_FILE:${name}_mpi_test>
                     --gtest_filter=-*LostRank*)
    set_tests_properties(${name}.mpi PROPERTIES TIMEOUT 600 PROCESSORS 2)
  endif()
  foreach(bench IN LISTS benches)
    get_filename_component(program ${bench} NAME_WE)
    add_executable(${program} EXCLUDE_FROM_ALL ${bench})
    target_link_libraries(${program} PRIVATE thalweg_${name} ${ROOM_LIBRARIES}
                          benchmark::benchmark_main)
    add_dependencies(benches ${program})
  endforeach()
endfunction()
