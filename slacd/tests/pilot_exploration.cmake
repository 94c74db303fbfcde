# SPDX-License-Identifier: Apache-2.0
# The exhaustive exploration of the pilot logic, and the mutants it must catch. Included by CMakeLists.txt.
if(NOT SLACD_TESTS)
  return()
endif()
add_library(pilot_exploration STATIC pilot_configurations.c pilot_explorer.c pilot_matching.c pilot_news.c pilot_world.c
  pilot_invariants.c pilot_invariants_recovery.c pilot_invariants_requests.c pilot_invariants_said.c
  pilot_invariants_truth.c)
target_link_libraries(pilot_exploration PUBLIC slacd_parts)
slacd_unit_test(test_pilot_exploration pilot_exploration)
set_tests_properties(${SLACD_TEST_PREFIX}test_pilot_exploration PROPERTIES COST 20)
slacd_unit_test(test_pilot_matching pilot_exploration homeplug_slac_car)

# The mutants are about the invariants, not about memory: once is enough.
if(SLACD_SANITIZE)
  return()
endif()
set(mutate ${CMAKE_CURRENT_SOURCE_DIR}/pilot_mutants.py)
set(mutants ${CMAKE_CURRENT_BINARY_DIR}/mutants)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${mutate})
execute_process(COMMAND /usr/bin/python3 ${mutate} --names OUTPUT_VARIABLE names COMMAND_ERROR_IS_FATAL ANY)
list(TRANSFORM names PREPEND ${mutants}/)
add_custom_command(OUTPUT ${names} COMMAND /usr/bin/python3 ${mutate} ${CMAKE_SOURCE_DIR}/cp/control_pilot.c ${mutants}
  DEPENDS ${mutate} ${CMAKE_SOURCE_DIR}/cp/control_pilot.c VERBATIM)
add_executable(pilot_exploration_catches_mutants pilot_exploration_catches_mutants.c ${names})
# A mutant may leave a function or a value unused.
set_source_files_properties(${names} PROPERTIES COMPILE_OPTIONS "-w")
target_link_libraries(pilot_exploration_catches_mutants PRIVATE pilot_exploration)
add_test(NAME ${SLACD_TEST_PREFIX}pilot_exploration_catches_mutants COMMAND pilot_exploration_catches_mutants)
set_tests_properties(${SLACD_TEST_PREFIX}pilot_exploration_catches_mutants PROPERTIES LABELS unit PROCESSORS 2 COST 20
  TIMEOUT 300)
