# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by what makes a small Debian of its own: where this machine gets Debian from. Nothing is written down here.

debian_release() { # its code name
	(. /etc/os-release && echo "$VERSION_CODENAME")
}

# What apt says of its own configuration, whatever the form of that. Only the release itself: its updates are not
# needed, and not every mirror has them complete for other architectures.
list_release_sources() { # [FILTER...]
	# shellcheck disable=SC2016 # apt replaces these
	apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Component: main' \
		"Release: $(debian_release)" "$@" | sort -u
}

# The lines of a sources.list. Without apt's lists of packages it is not known which of the sources are Debian's.
debian_release_sources() {
	local lines
	lines=$(list_release_sources 'Origin: Debian')
	if [ -z "$lines" ]; then
		apt-get -q update >&2
		lines=$(list_release_sources 'Origin: Debian')
	fi
	[ -n "$lines" ] || lines=$(list_release_sources)
	printf '%s\n' "$lines"
}

# make_debian TARGET MMDEBSTRAP-OPTION...: a small Debian in a directory or a .tar, with a state of its own.
make_debian() {
	local target=$1 options sources
	shift
	sources=$(debian_release_sources)
	if [ -z "$sources" ]; then
		echo "This machine's apt knows no mirror of Debian $(debian_release)." >&2
		return 1
	fi
	# A proxy, for example.
	mapfile -t options < <(apt-config dump --no-empty --format '%f "%v";%n' Acquire::http Acquire::https | sed 's/^/--aptopt=/')
	mmdebstrap --quiet "${options[@]}" "$@" "$(debian_release)" "$target" - <<< "$sources"
}
