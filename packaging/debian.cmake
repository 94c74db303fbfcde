# SPDX-License-Identifier: Apache-2.0
# cpack -G DEB: the packages slacd and slacd-tools. tools/package calls it as Debian would.
set(CPACK_PACKAGE_NAME slacd)
set(CPACK_PACKAGE_CONTACT "${SLACD_MAINTAINER}")
set(CPACK_PACKAGE_VENDOR slacd)
set(CPACK_STRIP_FILES ON)
set(CPACK_SET_DESTDIR ON) # /etc is outside of the prefix
set(CPACK_COMPONENTS_ALL slacd tools)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_BINARY_DIR}/cpack_check.cmake)
configure_file(debian/cpack_check.cmake.in cpack_check.cmake @ONLY)

set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(debian ${CMAKE_CURRENT_SOURCE_DIR}/debian)
set(CPACK_DEBIAN_SLACD_PACKAGE_NAME slacd)
set(CPACK_DEBIAN_SLACD_PACKAGE_SECTION net)
# libsystemd0 is loaded where it is needed: dpkg-shlibdeps does not see it.
set(CPACK_DEBIAN_SLACD_PACKAGE_DEPENDS "libsystemd0, systemd | systemd-standalone-sysusers | systemd-sysusers")
set(CPACK_DEBIAN_SLACD_PACKAGE_SUGGESTS "mosquitto, slacd-tools")
set(CPACK_DEBIAN_SLACD_PACKAGE_CONTROL_EXTRA ${debian}/postinst ${debian}/prerm ${debian}/postrm ${debian}/conffiles)
set(CPACK_COMPONENT_SLACD_DESCRIPTION "SLAC service of an EV charging station (ISO 15118-3)
slacd pairs an electric car's power-line modem with a charging station's:
HomePlug Green PHY SLAC matching. It asks the station for the control-pilot
signals around it over MQTT, and asks for basic charging when a car does not
speak.")

set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME slacd-tools)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SECTION net)
set(CPACK_DEBIAN_TOOLS_PACKAGE_DEPENDS "libsystemd0, python3:any")
set(CPACK_DEBIAN_TOOLS_PACKAGE_CONTROL_EXTRA ${debian}/tools/prerm ${debian}/tools/postrm)
set(CPACK_DEBIAN_TOOLS_PACKAGE_RECOMMENDS "iproute2, mosquitto, slacd")
set(CPACK_DEBIAN_TOOLS_PACKAGE_SUGGESTS "postgresql, valgrind") # slac-history; slac-bench --part instructions
set(CPACK_COMPONENT_TOOLS_DESCRIPTION "simulators and test tools for SLAC of an EV charging station
slac-ev plays a car and the modems, cs-sim plays the station, cs-fleet starts
many of both with their slacd, slac-replay plays captures, slac-trace says why
the sessions in a capture went so,
slac-monitor shows the outlets in a browser, slac-conformance tests an EVSE,
slac-bench measures, and slac-sequence-diagram draws recorded MQTT messages.
smart-charging-service turns charging profiles (OCPP 2.0.1) into limits of the
station, beside slacd. slac-history stores what stations say, in SQLite or
PostgreSQL.")

# Debian's own documents, compressed as its policy asks.
set(documents ${CMAKE_CURRENT_BINARY_DIR}/debian)
configure_file(debian/changelog.in ${documents}/changelog.Debian @ONLY)
configure_file(${PROJECT_SOURCE_DIR}/CHANGELOG.md ${documents}/changelog COPYONLY)
foreach(name changelog changelog.Debian)
  add_custom_command(OUTPUT ${documents}/${name}.gz COMMAND ${GZIP} -9nkf ${documents}/${name}
    DEPENDS ${documents}/${name} VERBATIM)
endforeach()
add_custom_target(debian_documents ALL DEPENDS ${documents}/changelog.gz ${documents}/changelog.Debian.gz)
set(folder_of_slacd slacd)
set(folder_of_tools slacd-tools)
foreach(component slacd tools)
  install(FILES debian/copyright ${documents}/changelog.gz ${documents}/changelog.Debian.gz
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${folder_of_${component}} COMPONENT ${component})
endforeach()
include(CPack)
