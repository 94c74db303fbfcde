/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/process.h"

#include "service/log.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#ifdef SLACD_HAS_CAPNG
#include <cap-ng.h>
#endif

#define REMEDY                                                                                                         \
	"start it as a user with CAP_NET_RAW (in systemd User= and AmbientCapabilities=CAP_NET_RAW), "                 \
	"or as root with --no-drop"

static bool fail(char error[PROCESS_ERROR_SIZE], const char *what)
{
	snprintf(error, PROCESS_ERROR_SIZE, "%s; " REMEDY, what);
	return false;
}

#ifdef SLACD_HAS_CAPNG

/* Leaves CAP_NET_RAW in libcap-ng's picture of this process, if it has it. False: there was nothing else. */
static bool choose_net_raw(void)
{
	bool has_others = false;

	capng_get_caps_process();
	const bool has_it = capng_have_capability(CAPNG_PERMITTED, CAP_NET_RAW) != 0;
	for (unsigned i = 0; i <= CAP_LAST_CAP; i++)
		has_others = has_others || (i != CAP_NET_RAW && capng_have_capability(CAPNG_PERMITTED, i) != 0);
	capng_clear(CAPNG_SELECT_CAPS);
	if (has_it)
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_RAW);
	return has_others;
}

static bool become_user(char error[PROCESS_ERROR_SIZE])
{
	const struct passwd *user = getpwnam(PROCESS_USER);
	char what[160];

	if (user == NULL)
		return fail(error, "There is no user " PROCESS_USER " for slacd to become: make it (useradd --system "
				   "--no-create-home --shell /usr/sbin/nologin " PROCESS_USER ")");
	if (user->pw_uid == 0)
		return fail(error, "The user " PROCESS_USER " is root itself");
	choose_net_raw();
	int result = capng_change_id((int)user->pw_uid, (int)user->pw_gid, CAPNG_INIT_SUPP_GRP | CAPNG_CLEAR_AMBIENT);
	if (result != 0) {
		snprintf(what, sizeof(what), "slacd cannot become the user " PROCESS_USER ": %s (libcap-ng says %d)",
			 strerror(errno), result);
		return fail(error, what);
	}
	log_line(LOG_LEVEL_INFO, "Root is given up. user=%s", PROCESS_USER);
	return true;
}

static bool give_up_others(char error[PROCESS_ERROR_SIZE])
{
	if (!choose_net_raw() || capng_apply(CAPNG_SELECT_CAPS) == 0)
		return true;
	return fail(error, "Capabilities that slacd does not need cannot be given up");
}

#else

static bool become_user(char error[PROCESS_ERROR_SIZE])
{
	return fail(error, "slacd was built without libcap-ng and cannot give up root");
}

static bool give_up_others(char error[PROCESS_ERROR_SIZE])
{
	(void)error;
	return true;
}

#endif

bool process_give_up_rights(bool stays_root, char error[PROCESS_ERROR_SIZE])
{
	if (geteuid() != 0)
		return give_up_others(error);
	if (!stays_root)
		return become_user(error);
	log_line(LOG_LEVEL_WARN, "slacd stays root, as --no-drop says.");
	return true;
}

void process_protect(void)
{
	const struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* The leak checker of a sanitizer build must trace its own process, which this forbids. */
#ifndef __SANITIZE_ADDRESS__
	prctl(PR_SET_DUMPABLE, 0);
#endif
}
