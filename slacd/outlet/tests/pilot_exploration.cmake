# SPDX-License-Identifier: Apache-2.0
# The exhaustive exploration of an outlet and its pilot, and the mutants it must catch. Included by CMakeLists.txt.
# Under an emulator it takes too long, and it would find the same.
if(NOT SLACD_TESTS OR CMAKE_CROSSCOMPILING)
  return()
endif()
add_library(pilot_exploration STATIC EXCLUDE_FROM_ALL exploration_car.c exploration_configurations.c
  exploration_invariants.c exploration_key.c exploration_outlet.c exploration_rest.c exploration_search.c
  exploration_service.c exploration_station.c exploration_truth.c exploration_way.c exploration_words.c
  exploration_world.c)
target_link_libraries(pilot_exploration PUBLIC outlet smart_charging_core)
slacd_unit_test(test_exploration_key pilot_exploration)
slacd_unit_test(test_pilot_exploration pilot_exploration)
if(TEST ${SLACD_TEST_PREFIX}test_pilot_exploration)
  set_tests_properties(${SLACD_TEST_PREFIX}test_pilot_exploration PROPERTIES COST 60 TIMEOUT 300)
endif()

# The mutants are about the invariants, not about memory or fuzzing: once is enough.
if(SLACD_SANITIZE OR SLACD_FUZZ)
  return()
endif()
set(mutate ${CMAKE_CURRENT_SOURCE_DIR}/pilot_mutants.py)
set(mutants ${CMAKE_CURRENT_BINARY_DIR}/mutants)
set(mutated cp/basic_charging.c cp/control_pilot.c cp/pilot_end.c cp/pilot_pause.c cp/pilot_request.c cp/pilot_shown.c
  cp/pilot_step.c slacd/outlet/outlet.c slacd/outlet/outlet_pilot.c slacd/outlet/outlet_slac.c
  tools/smart-charging/current_limit.c)
list(TRANSFORM mutated PREPEND ${PROJECT_SOURCE_DIR}/)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${mutate})
execute_process(COMMAND /usr/bin/python3 ${mutate} --names OUTPUT_VARIABLE names COMMAND_ERROR_IS_FATAL ANY)
list(TRANSFORM names PREPEND ${mutants}/ OUTPUT_VARIABLE sources)
list(TRANSFORM sources APPEND .c)
add_custom_command(OUTPUT ${sources} COMMAND /usr/bin/python3 ${mutate} --write ${PROJECT_SOURCE_DIR} ${mutants}
  DEPENDS ${mutate} ${mutated} VERBATIM)
add_custom_target(pilot_mutants DEPENDS ${sources})
add_library(pilot_mutant_main STATIC pilot_mutant_main.c)
target_link_libraries(pilot_mutant_main PUBLIC pilot_exploration)
# The mutant stands before the library with the original, which is then not taken from it.
foreach(name ${names})
  add_executable(${name} ${mutants}/${name}.c)
  add_dependencies(${name} pilot_mutants)
  # A mutant may leave a function or a value unused.
  set_source_files_properties(${mutants}/${name}.c PROPERTIES COMPILE_OPTIONS "-w;-g0" GENERATED ON)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${mutants})
  target_link_libraries(${name} PRIVATE pilot_mutant_main)
endforeach()
add_test(NAME ${SLACD_TEST_PREFIX}pilot_exploration_catches_mutants
  COMMAND /usr/bin/python3 ${mutate} --run ${mutants})
set_tests_properties(${SLACD_TEST_PREFIX}pilot_exploration_catches_mutants PROPERTIES LABELS unit PROCESSORS 4 COST 60
  TIMEOUT 600)
