# SPDX-License-Identifier: Apache-2.0
SUMMARY = "SLAC service of an EV charging station (ISO 15118-3)"
DESCRIPTION = "HomePlug Green PHY SLAC matching, the control-pilot requests around it, and status over MQTT."
LICENSE = "Apache-2.0"
LIC_FILES_CHKSUM = "file://LICENSE;md5=3b83ef96387f14655fc854ddc3c6bd57"

# Where your copy of the sources is, for example git://git.example.org/slacd.git;protocol=https;branch=main
SLACD_SRC_URI ?= ""
SLACD_SRCREV ?= "${AUTOREV}"
SRC_URI = "${SLACD_SRC_URI}"
SRCREV = "${SLACD_SRCREV}"
S = "${WORKDIR}/git"

# meta-openembedded has libmosquitto (mosquitto, in meta-networking) and libpq (postgresql, in meta-oe).
DEPENDS = "json-c libcap-ng libevent libpcap mosquitto openssl postgresql sqlite3 zlib"
# The journal.
DEPENDS:append = " ${@bb.utils.contains('DISTRO_FEATURES', 'systemd', 'systemd', '', d)}"
# sys/queue.h, which glibc brings and musl does not.
DEPENDS:append:libc-musl = " bsd-headers"

inherit cmake pkgconfig systemd useradd

EXTRA_OECMAKE = "-DSLACD_TESTS=OFF -DSLACD_WERROR=OFF -DSLACD_SYSTEMD_UNIT_DIR=${systemd_system_unitdir}"

USERADD_PACKAGES = "${PN}"
USERADD_PARAM:${PN} = "--system --no-create-home --user-group --home-dir / --shell ${base_sbindir}/nologin slacd"

do_install:append() {
    # A password, and the key of a certificate, are here.
    chown root:slacd ${D}${sysconfdir}/slacd ${D}${sysconfdir}/slacd/slacd.json
    chmod 0750 ${D}${sysconfdir}/slacd
    chmod 0640 ${D}${sysconfdir}/slacd/slacd.json
}

SYSTEMD_SERVICE:${PN} = "slacd.service"

PACKAGE_BEFORE_PN = "${PN}-tools"
FILES:${PN}-tools = " \
    ${bindir}/* \
    ${libexecdir}/slacd/* \
    ${datadir}/slacd/* \
    ${datadir}/doc/slacd-tools/* \
    ${datadir}/bash-completion/completions/cs-* \
    ${datadir}/bash-completion/completions/slac-* \
    ${datadir}/bash-completion/completions/smart-charging-service \
    ${systemd_system_unitdir}/smart-charging-service.service \
    ${systemd_system_unitdir}/slac-history.service \
    ${mandir}/man1/* \
"
FILES:${PN} += " \
    ${systemd_system_unitdir}/slacd.service \
    ${systemd_system_unitdir}/slacd@.service \
    ${nonarch_libdir}/sysusers.d/slacd.conf \
    ${datadir}/bash-completion/completions/slacd \
"
CONFFILES:${PN} = "${sysconfdir}/slacd/slacd.json"
# What goes to the journal loads it.
RRECOMMENDS:${PN} = "${@bb.utils.contains('DISTRO_FEATURES', 'systemd', 'libsystemd', '', d)}"
RRECOMMENDS:${PN}-tools = "${@bb.utils.contains('DISTRO_FEATURES', 'systemd', 'libsystemd', '', d)}"
# The slac-conformance and slac-sequence-diagram scripts; slac-bench.
RDEPENDS:${PN}-tools = "bash iproute2 mosquitto python3-core python3-json python3-misc util-linux-unshare"
# A plug-in, preloaded into slacd by slac-bench.
INSANE_SKIP:${PN}-tools += "dev-so"
