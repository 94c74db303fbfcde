# SPDX-License-Identifier: Apache-2.0
# Toolchain of Debian's cross compilers, for tools/cross-build. It gives these variables of the environment:
#   SLACD_CROSS_TUPLE    arm-linux-gnueabihf, aarch64-linux-gnu
#   SLACD_CROSS_CPU      what CMake calls the processor: arm, aarch64
#   SLACD_CROSS_SYSROOT  a directory with the -dev packages of that architecture
#   SLACD_CROSS_QEMU     the program that runs a foreign one; empty: there is none
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR "$ENV{SLACD_CROSS_CPU}")
set(CMAKE_C_COMPILER "$ENV{SLACD_CROSS_TUPLE}-gcc")
set(CMAKE_SYSROOT "$ENV{SLACD_CROSS_SYSROOT}")
set(CMAKE_LIBRARY_ARCHITECTURE "$ENV{SLACD_CROSS_TUPLE}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} "${CMAKE_SYSROOT}")
set(ENV{PKG_CONFIG_LIBDIR} "${CMAKE_SYSROOT}/usr/lib/$ENV{SLACD_CROSS_TUPLE}/pkgconfig:${CMAKE_SYSROOT}/usr/share/pkgconfig")
if(NOT "$ENV{SLACD_CROSS_QEMU}" STREQUAL "")
  set(CMAKE_CROSSCOMPILING_EMULATOR "$ENV{SLACD_CROSS_QEMU};-L;${CMAKE_SYSROOT}")
endif()
