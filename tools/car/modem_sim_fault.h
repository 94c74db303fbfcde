/* SPDX-License-Identifier: Apache-2.0 */
/* How the EVSE's simulated modem misbehaves: what is asked for with --modem-fault, or with "fault" on stdin. Pure. */
#ifndef TOOLS_CAR_MODEM_SIM_FAULT_H
#define TOOLS_CAR_MODEM_SIM_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* When it reboots: as soon as this was delivered to its host. */
enum modem_step {
	MODEM_STEP_NONE,
	MODEM_STEP_NOW,
	MODEM_STEP_PARM,   /* CM_SLAC_PARM.REQ */
	MODEM_STEP_START,  /* the first CM_START_ATTEN_CHAR.IND */
	MODEM_STEP_SOUND,  /* the first CM_MNBC_SOUND.IND */
	MODEM_STEP_MATCH,  /* CM_SLAC_MATCH.REQ */
	MODEM_STEP_MATCHED /* the link is up */
};

/* While it is away it neither answers nor carries anything. */
struct modem_reboot {
	enum modem_step at;
	uint32_t away_ms;
	bool loses_key;
	bool new_mac;
	bool announces; /* VS_HST_ACTION.IND when it is back */
};

enum modem_foreign {
	MODEM_FOREIGN_NONE,
	MODEM_FOREIGN_TOO,   /* another modem answers too, later */
	MODEM_FOREIGN_FIRST, /* earlier */
	MODEM_FOREIGN_ONLY   /* instead */
};

struct modem_faults {
	bool silent;
	uint32_t slow_ms;
	bool refuse;
	bool no_set_key;      /* neither takes a key nor answers CM_SET_KEY.REQ */
	bool no_get_key;      /* does not answer CM_GET_KEY.REQ */
	bool boot_loader;     /* says so in its version, and answers nothing else */
	bool no_network_info; /* does not answer VS_NW_INFO.REQ */
	bool no_echo;         /* its key answers have no nonce of ours */
	bool double_answers;
	enum modem_foreign foreign;
	bool lose_key; /* once, lose_key_ms after it has one */
	uint32_t lose_key_ms;
	bool refuse_reset;
	bool reset_loses_key;
	struct modem_reboot reboot; /* once */
	bool no_link_status;        /* does not answer any question for the link */
	bool no_vendor_link_status; /* does not answer its vendor's */
	bool no_link;
	uint32_t flapping_ms; /* 0: no */
	bool link_lost;
	uint32_t link_lost_ms;
	bool no_groups;
	bool no_profiles;
	uint32_t profiles_late_ms;
	bool profiles_double;
	bool profiles_doubled_value;
	bool twins;
	bool neighbour_twins;
	bool network_info_mmv1;
};

/* Reads "NAME[:VALUE][,...]" and adds it to *faults. False for anything else; *faults is unchanged then. */
bool modem_faults_parse(const char *text, struct modem_faults *faults);

/* The lines of --help: name with its values, and meaning; NULL after the last one. */
const char *modem_fault_name(size_t index);
const char *modem_fault_help(size_t index);

#endif
