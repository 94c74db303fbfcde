# SPDX-License-Identifier: Apache-2.0
# cmake -DFILES=A;B -DOUTPUT=C -P embed.cmake: a C file with the octets of each file, in the order of
# monitor_pages.h. Needs nothing but cmake, on whatever machine it runs.
set(text "/* Made by tools/monitor/embed.cmake. */\n#include \"tools/monitor/monitor_pages.h\"\n\n")
set(table "")
set(number 0)
foreach(file ${FILES})
  file(READ ${file} octets HEX)
  string(LENGTH "${octets}" length)
  math(EXPR length "${length} / 2")
  string(REGEX REPLACE "(..)" "0x\\1," octets "${octets}")
  string(REGEX REPLACE "(................................................................................)" "\\1\n" octets "${octets}")
  string(APPEND text "static const unsigned char page_${number}[] = {\n${octets}0};\n")
  get_filename_component(name ${file} NAME)
  string(APPEND table "\t{\"${name}\", page_${number}, ${length}},\n")
  math(EXPR number "${number} + 1")
endforeach()
string(APPEND text "\nconst struct monitor_page monitor_pages[] = {\n${table}};\nconst size_t monitor_page_count = ${number};\n")
file(WRITE ${OUTPUT} "${text}")
