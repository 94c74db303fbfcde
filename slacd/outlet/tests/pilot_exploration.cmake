# SPDX-License-Identifier: Apache-2.0
# The exhaustive exploration of an outlet and its pilot, and the mutants it must catch. Included by CMakeLists.txt.
if(NOT SLACD_TESTS)
  return()
endif()
add_library(pilot_exploration STATIC EXCLUDE_FROM_ALL exploration_car.c exploration_configurations.c
  exploration_invariants.c exploration_key.c exploration_search.c exploration_station.c exploration_world.c)
target_link_libraries(pilot_exploration PUBLIC outlet)
slacd_unit_test(test_exploration_key pilot_exploration)
slacd_unit_test(test_pilot_exploration pilot_exploration)
set_tests_properties(${SLACD_TEST_PREFIX}test_pilot_exploration PROPERTIES COST 40 TIMEOUT 300)
