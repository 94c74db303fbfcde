# SPDX-License-Identifier: Apache-2.0
# The man pages. slacd.json(5) is made of the table of settings, and a tool's page of its --help: both by running what
# was built. Where that cannot be run (cross-compiled, and no emulator) these pages are left out, and that is said.
set(man ${CMAKE_CURRENT_BINARY_DIR}/man)
find_program(HELP2MAN help2man)
find_program(GZIP gzip REQUIRED)

# install_page(PAGE COMPONENT): ${man}/PAGE, compressed.
function(install_page page component)
  string(REGEX MATCH "[0-9]$" section ${page})
  add_custom_command(OUTPUT ${man}/${page}.gz COMMAND ${GZIP} -9nkf ${man}/${page} DEPENDS ${man}/${page} VERBATIM)
  install(FILES ${man}/${page}.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section} COMPONENT ${component})
  set_property(GLOBAL APPEND PROPERTY SLACD_MAN_PAGES ${man}/${page}.gz)
endfunction()

configure_file(man/slacd.8.in ${man}/slacd.8 @ONLY)
install_page(slacd.8 slacd)

set(can_run TRUE)
if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
  set(can_run FALSE)
  message(STATUS "Of the man pages only slacd(8) is made: what is built for another machine cannot be run here.")
endif()
if(can_run)
  add_executable(settings_page ${PROJECT_SOURCE_DIR}/slacd/settings/settings_page_main.c)
  target_link_libraries(settings_page PRIVATE slacd_parts)
  add_custom_command(OUTPUT ${man}/slacd.json.5 COMMAND settings_page > ${man}/slacd.json.5 DEPENDS settings_page VERBATIM)
  install_page(slacd.json.5 slacd)
endif()

# make_tool_page(NAME COMMAND...): what --help of the command says, with what is written in man/NAME.h2m.
function(make_tool_page name)
  string(REPLACE ";" " " command "${ARGN}")
  set(include ${CMAKE_CURRENT_SOURCE_DIR}/man/${name}.h2m)
  list(GET ARGN -1 program)
  add_custom_command(OUTPUT ${man}/${name}.1
    COMMAND ${HELP2MAN} --no-info --version-string=${PROJECT_VERSION} --source "slacd ${PROJECT_VERSION}"
      --manual "User Commands" --include ${include} --output ${man}/${name}.1 ${command}
    DEPENDS ${program} ${include} VERBATIM)
  install_page(${name}.1 tools)
endfunction()
if(can_run AND HELP2MAN)
  foreach(tool ${program_tools})
    make_tool_page(${tool} ${CMAKE_CROSSCOMPILING_EMULATOR} $<TARGET_FILE:${tool}>)
  endforeach()
  make_tool_page(slac-conformance ${PROJECT_SOURCE_DIR}/tools/slac-conformance)
  make_tool_page(slac-bench ${PROJECT_SOURCE_DIR}/tools/slac-bench)
  make_tool_page(slac-sequence-diagram ${PROJECT_SOURCE_DIR}/tools/sequence-diagram)
elseif(can_run)
  message(STATUS "The tools' man pages are not made: help2man was not found.")
endif()

get_property(pages GLOBAL PROPERTY SLACD_MAN_PAGES)
add_custom_target(man_pages ALL DEPENDS ${pages})
