# SPDX-License-Identifier: Apache-2.0
# cmake -DFILES=A;B -DOUTPUT=C -P embed_scripts.cmake: a C file with the text of each script. Needs nothing but cmake.
set(text "/* Made by tools/station/embed_scripts.cmake. */\n#include \"tools/station/cs_sim_scripts.h\"\n\n#include <stddef.h>\n\n")
string(APPEND text "const struct cs_builtin_script cs_builtin_scripts[] = {\n")
foreach(file ${FILES})
  get_filename_component(name ${file} NAME)
  file(READ ${file} octets HEX)
  string(REGEX REPLACE "(..)" "\\\\x\\1" octets "${octets}")
  string(APPEND text "\t{\"${name}\", \"${octets}\"},\n")
endforeach()
string(APPEND text "\t{NULL, NULL},\n};\n")
file(WRITE ${OUTPUT} "${text}")
