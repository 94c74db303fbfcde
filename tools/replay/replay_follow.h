/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Follows the station of a capture that was recorded at the car. There the answers of the station came when it was
 * ready, and what its modem measured is not in the file. So an outlet that answered at once, or never, would blame the
 * car for what its own station did.
 *
 *   CM_SLAC_PARM.REQ    is given to the outlet when the station of the file answers it; one without an answer is left
 *                       out: that station had no vehicle yet, or no key
 *   CM_MNBC_SOUND.IND   brings a profile with what the station's next CM_ATTEN_CHAR.IND reports, for as many sounds as
 *                       it reports; the last one comes with that message, or at the end of TIME_OUT where it came later
 *   anything else       is given as it comes
 */
#ifndef TOOLS_REPLAY_REPLAY_FOLLOW_H
#define TOOLS_REPLAY_REPLAY_FOLLOW_H

#include "homeplug/mme/mme.h"
#include "tools/replay/capture.h"

/* Cars whose request waits; with one more the first of them is left out. */
#define REPLAY_FOLLOW_CARS 8

enum replay_follow_what {
	REPLAY_FOLLOW_GIVE,    /* to the outlet, now */
	REPLAY_FOLLOW_PROFILE, /* for the modem, to the outlet, now */
	REPLAY_FOLLOW_LEFT_OUT
};
typedef void replay_follow_take(void *context, enum replay_follow_what what, const uint8_t *octets, size_t len);

struct replay_request {
	uint8_t ev_mac[MAC_LEN];
	size_t len;
	uint8_t octets[MME_FRAME_MAX];
};

struct replay_follow {
	replay_follow_take *take;
	void *context;
	uint8_t modem_mac[MAC_LEN];
	uint8_t evse_mac[MAC_LEN];
	struct capture_reader *ahead; /* stands behind: */
	bool has_ind;                 /* the station's next CM_ATTEN_CHAR.IND */
	struct mme ind;
	uint64_t ind_us;
	uint64_t window_us; /* when the TIME_OUT of the present CM_START_ATTEN_CHAR.IND is over */
	unsigned sounds;    /* of that car since then */
	bool has_last;      /* the last profile waits: */
	uint64_t last_us;   /* until then */
	size_t request_count;
	struct replay_request requests[REPLAY_FOLLOW_CARS];
};

/* False and `error` where the file cannot be read. `take` is called with what is to be done, in order. */
bool replay_follow_begin(struct replay_follow *follow, const char *path, const uint8_t evse_mac[MAC_LEN],
			 const uint8_t modem_mac[MAC_LEN], replay_follow_take *take, void *context,
			 char error[PORT_ERROR_SIZE]);
/* When replay_follow_tick is to be called; UINT64_MAX: not at all. Before each frame that is later. */
uint64_t replay_follow_deadline(const struct replay_follow *follow);
void replay_follow_tick(struct replay_follow *follow);
/* The next frame of the file, not the station's. */
void replay_follow_car(struct replay_follow *follow, const uint8_t *octets, size_t len, uint64_t time_us);
/* The next frame of the file, the station's. */
void replay_follow_station(struct replay_follow *follow, const uint8_t *octets, size_t len);
/* The file is over: what still waits is left out. */
void replay_follow_end(struct replay_follow *follow);
void replay_follow_close(struct replay_follow *follow);

#endif
