/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/outlet/tests/exploration_world.h"

const char *world_move_text(enum world_move move)
{
	static const char *const texts[WORLD_MOVES] = {
		[WORLD_DELIVER] = "the next request is carried out and answered",
		[WORLD_HEAR] = "the station's next message arrives",
		[WORLD_TIME] = "time passes",
		[WORLD_PLUG] = "a vehicle is plugged in",
		[WORLD_UNPLUG] = "the vehicle is unplugged",
		[WORLD_CLOSE_S2] = "the vehicle goes to C",
		[WORLD_OPEN_S2] = "the vehicle goes to B",
		[WORLD_DELIVER_MUTE] = "the next request is carried out, its answer is lost",
		[WORLD_DELIVER_TWICE] = "the next request arrives, and will once more",
		[WORLD_REFUSE] = "the next request is refused",
		[WORLD_LOSE] = "the next request is lost",
		[WORLD_MISS] = "the station's next message is lost",
		[WORLD_TELL] = "the station reports its state late",
		[WORLD_RESTART] = "the station restarts",
		[WORLD_FAULT] = "the pilot is shorted",
		[WORLD_FAULT_ENDS] = "the pilot is shorted no more",
		[WORLD_BROKER_GOES] = "the broker goes, with all that was on its way",
		[WORLD_BROKER_GOES_HOLDS] = "the broker goes, and keeps what was on its way",
		[WORLD_BROKER_COMES] = "the broker comes",
		[WORLD_CLIENT_FULL] = "the broker client is full",
		[WORLD_CLIENT_TAKES] = "the broker client has room",
		[WORLD_CAR_SPEAKS] = "the car sends CM_SLAC_PARM.REQ and nothing else",
		[WORLD_CAR_MATCHES] = "the car matches",
		[WORLD_CAR_INSISTS] = "the car sends CM_SLAC_PARM.REQ again and again",
		[WORLD_LINK_UP] = "the link is found",
		[WORLD_LINK_LOST] = "the link is lost",
		[WORLD_PORT_GOES] = "the port goes",
		[WORLD_PORT_COMES] = "the port comes",
		[WORLD_LIMIT_0] = "the limit is 0 A",
		[WORLD_LIMIT_6] = "the limit is 6 A",
		[WORLD_LIMIT_16] = "the limit is 16 A",
		[WORLD_LIMIT_L2_0] = "the limit is 16 A, and 0 A on l2",
		[WORLD_LIMIT_UNREADABLE] = "the limit cannot be read",
		[WORLD_READY] = "the outlet is ready",
		[WORLD_NOT_READY] = "the outlet is not ready",
		[WORLD_OUT_OF_ORDER] = "the outlet is out of order",
		[WORLD_EIM] = "EIM is accepted",
		[WORLD_EIM_WITHDRAWN] = "EIM is withdrawn",
		[WORLD_HLC] = "a 15118 session begins",
		[WORLD_HLC_ENDS] = "the 15118 session ends",
		[WORLD_TERMINATE] = "the data link is terminated",
		[WORLD_PAUSE] = "the data link is paused",
		[WORLD_RESUME] = "the data link is resumed",
		[WORLD_RESET] = "reset",
		[WORLD_STOP] = "the service ends",
		[WORLD_LATE] = "time passes, and slacd wakes up a second late",
		[WORLD_OTHER_10] = "another service asks for 10 A",
		[WORLD_OTHER_32] = "another service asks for 32 A",
		[WORLD_OTHER_X1] = "another service asks for X1",
		[WORLD_OTHER_HLC] = "another service asks for 5 %",
		[WORLD_PROFILE_10] = "the profiles come to 10 A",
		[WORLD_PROFILE_5] = "the profiles come to 5 A",
		[WORLD_PROFILE_CLEARED] = "no profile is in force",
		[WORLD_SERVICE_RESTARTS] = "the smart-charging service restarts",
	};

	return texts[move];
}

const char *world_root_text(enum world_root root)
{
	static const char *const texts[WORLD_ROOTS] = {
		[WORLD_FROM_OFF] = "the oscillator is off, no vehicle",
		[WORLD_FROM_F] = "a predecessor left F behind",
		[WORLD_FROM_CHARGING] = "a vehicle charges at 16 A",
		[WORLD_FROM_LOWERED] = "a vehicle charges at 10 A, although 16 A are there",
	};

	return texts[root];
}
