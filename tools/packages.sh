# SPDX-License-Identifier: Apache-2.0
# Sourced by tools/quickstart and tools/test: installs what is missing from Debian, and says so.

build_packages="gcc libc6-dev libpcap-dev libevent-dev libmosquitto-dev libjson-c-dev libssl-dev zlib1g-dev libcap-ng-dev libsystemd-dev libsqlite3-dev libpq-dev cmake ninja-build pkg-config"
coverage_packages="gcovr libcmocka-dev"
lint_packages="cppcheck clang-tidy"
browser_packages="chromium"
run_packages="mosquitto mosquitto-clients iproute2 util-linux"

# install_packages PACKAGE...: needs root only when one of them is missing.
install_packages() {
	missing=""
	for package in "$@"; do
		dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -q '^installed$' || missing="$missing $package"
	done
	if [ -z "$missing" ]; then
		echo "All Debian packages that are needed are installed."
		return 0
	fi
	echo "Installing from Debian:$missing"
	if [ "$(id -u)" -ne 0 ]; then
		echo "$0: these packages are missing and only root can install them: apt-get install$missing" >&2
		return 1
	fi
	status=0
	# shellcheck disable=SC2086 # the list is split on purpose
	{ DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends $missing ||
		{ apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends $missing; }
	} > "${TMPDIR:-/tmp}/slacd-apt.$$" 2>&1 </dev/null || status=1
	if [ "$status" -ne 0 ]; then
		cat "${TMPDIR:-/tmp}/slacd-apt.$$" >&2
		echo "$0: the packages could not be installed" >&2
	fi
	rm -f "${TMPDIR:-/tmp}/slacd-apt.$$"
	return "$status"
}
