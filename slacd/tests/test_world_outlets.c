/* SPDX-License-Identifier: Apache-2.0 */
/* Several outlets, parameters that change, interfaces that come and go, the validation of a distant car, requests. */
#include "slacd/tests/world/daemon.h"
#include "slacd/tests/world/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define TWO                                                                                                            \
	"wire evse0 plc0\nwire evse1 plc1\nstation --evse DE*TST*E1=evse0 --evse DE*TST*E2=evse1\nrun 10\nev plc0\n"   \
	"ev plc1 --modem-mac 02:50:4c:00:00:02 --ev-mac 02:45:56:00:00:02 "
#define OTHER_CAR "ev plc1 --modem-mac 02:50:4c:00:00:02 --ev-mac 02:45:56:00:00:02\n"
#define OUTLET    "\"supports_eim\":true,\"connectors\":[{\"id\":1,\"services\":{\"ac\":{}}}]"
#define LOST      "log      ERROR Interface is lost: "

/* --- interfaces --- */

/* The interface goes in this way, is missed once, comes back and serves with a fresh key. */
static void goes_and_comes_back(const char *goes, const char *why, const char *comes)
{
	play("boot\n");
	size_t from = mark();
	play(goes);
	play("run 3000");
	line_of(from, why);
	assert_count(from, LOST, 1);
	assert_none(from, "> ");
	play(comes);
	play("run 10000");
	line_of(from, "> CM_SET_KEY.REQ*<nmk2>");
	from = mark();
	play(MATCHED);
	assert_statuses(from, E1, "matching matched");
}

static void interface_that_goes_is_said_once_and_serves_again_by_itself(void **state)
{
	static const char *const ways[][3] = {
		{"wire-down evse0\n", LOST "it is down", "wire-up evse0\n"},
		{"wire-down plc0\n", LOST "no carrier", "car plc0 kill\nwire-up plc0\nev plc0\n"},
		{"wire-rename evse0 foo0\n", LOST "renamed to foo0", "wire-rename foo0 evse0\n"},
		{"wire-remove evse0\ncar plc0 kill\n", LOST "it was removed", "wire evse0 plc0\nev plc0\n"},
	};

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		goes_and_comes_back(ways[i][0], ways[i][1], ways[i][2]);
		assert_int_equal(story_end(state), 0);
		story_begin(state);
	}
}

static void interface_whose_mac_changes_is_opened_with_the_new_one(void **state)
{
	(void)state;
	play("boot");
	size_t from = mark();
	play("wire-mac evse0 02:00:00:00:be:ef\nrun 10000");
	line_of(from, LOST "its MAC changed");
	line_of(from, "log      INFO Interface is open. *mac=02:00:00:00:be:ef");
	from = mark();
	play(MATCHED);
	line_of(from, "> CM_SLAC_PARM.CNF 0x6065 ????????????02000000beef");
}

static void matched_car_whose_interface_goes_is_unmatched(void **state)
{
	(void)state;
	play("boot\n" MATCHED);
	size_t from = mark();
	play("wire-down evse0\nrun 3000");
	assert_statuses(from, E1, "unmatched:link_lost");
	play("run 60000");
	assert_services(from, "busy");
	play("wire-up evse0\nrun 10000");
	assert_services(from, "busy ready");
}

static void interface_missing_at_the_start_is_opened_as_soon_as_it_is_there(void **state)
{
	(void)state;
	play("station --evse DE*TST*E1=evse0\nrun 10\nslacd start\nrun 10000");
	assert_count(0, "log      ERROR Outlet cannot serve: interface evse0 does not exist", 1);
	size_t from = mark();
	play("wire evse0 plc0\nev plc0\nrun 1");
	line_of(from, "log      INFO Interface is open");
	play("run 3000\n" MATCHED);
}

static void interface_is_looked_at_when_the_kernel_tells_nothing(void **state)
{
	(void)state;
	play("watch refuse\nboot");
	line_of(0, "log      WARN The kernel does not tell about interfaces");
	size_t from = mark();
	play("wire-down evse0\nrun 6000\nwire-up evse0\nrun 10000");
	assert_count(from, LOST, 1);
	play(MATCHED);
}

static void interface_that_comes_and_goes_is_not_said_each_time(void **state)
{
	(void)state;
	play("set modem.link_retry_ms 200\nboot");
	size_t from = mark();
	for (int i = 0; i < 8; i++)
		play("wire-down evse0\nrun 500\nwire-up evse0\nrun 500");
	assert_count(from, LOST, 3);
	play("run 70000");
	assert_count(from, "log      INFO Interface has stayed for a minute, the modem has its key", 1);
}

/* --- which interface the station may name --- */

#define REFUSED "log      WARN Outlet cannot serve, the interface is refused: "
#define IN_USE  "log      WARN The interface is given up when the vehicle has left: "
#define WITH_IP "it has the address 10.0.0.5; *outlets.interfaces"
#define SENT    "evse0 *> "

static void interface_with_an_address_is_refused_until_it_has_none(void **state)
{
	(void)state;
	play("wire evse0 plc0\nwire-address evse0 10.0.0.5\nstation --evse DE*TST*E1=evse0\nev plc0\nrun 10\nslacd start\n"
	     "run 15000");
	assert_count(0, REFUSED WITH_IP, 1);
	assert_none(0, SENT);
	assert_services(0, "starting ready busy");
	size_t from = mark();
	play("wire-address evse0 none\nrun 3000\n" MATCHED);
	assert_services(from, "ready");
	assert_statuses(from, E1, "matching matched");
}

/* Nobody tells when there are enough again. */
static void too_few_files_to_ask_for_addresses_are_said_and_got_over(void **state)
{
	(void)state;
	play("wire evse0 plc0\nwire-untold evse0 on\nstation --evse DE*TST*E1=evse0\nev plc0\nrun 10\nslacd start\n"
	     "run 15000");
	assert_count(0, REFUSED "*it cannot be told whether it has IP addresses (Too many open files); ", 1);
	assert_none(0, SENT);
	play("wire-untold evse0 off\nrun 3000\n" MATCHED);
}

static void interface_that_gets_an_address_while_nobody_is_there_is_given_up(void **state)
{
	(void)state;
	play("boot");
	size_t from = mark();
	play("wire-address evse0 10.0.0.5\nrun 100");
	line_of(from, LOST WITH_IP);
	from = mark();
	play("run 15000\nwire-down evse0\nrun 100\nwire-up evse0\nrun 3000");
	assert_none(from, SENT);
	assert_none(from, REFUSED);
	assert_none(from, "log      ERROR");
	play("wire-address evse0 none\nrun 3000\n" MATCHED);
}

static void running_car_is_not_cut_for_an_address(void **state)
{
	(void)state;
	play("boot\n" MATCHED);
	size_t from = mark();
	play("wire-address evse0 10.0.0.5\nrun 5000\nwire-address evse0 10.0.0.5\nrun 1000");
	assert_count(from, IN_USE WITH_IP, 1);
	assert_statuses(from, E1, "");
	play("cs unplug\ncar plc0 unplug\nrun 100");
	assert_statuses(from, E1, "unmatched:vehicle_left");
	line_of(from, LOST WITH_IP);
	from = mark();
	play("run 5000\ncs plug\ncar plc0 plug\nrun 5000");
	assert_none(from, SENT);
	play("car plc0 unplug\nwire-address evse0 none\nrun 3000\ncar plc0 plug\nrun 5000");
	assert_statuses(from, E1, "matching matched");
}

static void address_that_has_gone_before_the_car_does_changes_nothing(void **state)
{
	(void)state;
	play("boot\n" MATCHED);
	size_t from = mark();
	play("wire-address evse0 10.0.0.5\nrun 1000\nwire-address evse0 none\nrun 1000\ncs unplug\ncar plc0 unplug\nrun 5000");
	assert_count(from, IN_USE, 1);
	assert_none(from, LOST);
	play(MATCHED);
}

static void interface_that_the_configuration_names_may_have_an_address(void **state)
{
	static const char *const settings[] = {"set outlets.DE*TST*E1.interface evse0\n",
					       "set outlets.interfaces [\"qca*\",\"evse?\"]\n"};

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		play("wire evse0 plc0\nwire-address evse0 10.0.0.5\nstation --evse DE*TST*E1=evse0\nev plc0\nrun 10");
		play(settings[i]);
		play("slacd start\nrun 3000\n" MATCHED);
		assert_none(0, REFUSED);
		assert_int_equal(story_end(state), 0);
		story_begin(state);
	}
}

static void only_listed_interfaces_are_believed(void **state)
{
	(void)state;
	play("set outlets.interfaces [\"evse1\"]\n" TWO
	     "\nslacd start\nrun 15000\nwire-down evse0\nwire-up evse0\nrun 5000");
	assert_count(0, REFUSED "the station names it, and it is not in outlets.interfaces*evse_id=DE?TST?E1", 1);
	assert_none(0, SENT);
	play("cs plug " E2 "\ncar plc1 plug\nrun 5000");
	assert_statuses(0, E2, "matching matched");
}

static void unix_socket_is_never_believed(void **state)
{
	(void)state;
	play("set outlets.interfaces [\"*\"]\nboot");
	size_t from = mark();
	play("publish cs/josev {\"id\":\"1\",\"name\":\"cs_parameters\",\"type\":\"update\",\"data\":{\"parameters\":[{"
	     "\"evse_id\":\"" E1 "\",\"network_interface\":\"unix:line\"," OUTLET "}]}}\nrun 15000");
	assert_count(from, REFUSED "the station names a Unix socket", 1);
	assert_none(from, "log      ERROR");
}

static void assert_told(const char *text)
{
	if (strstr(daemon_told(), text) == NULL)
		fail_msg("%s is not in: %s", text, daemon_told());
}

static void service_manager_is_told_why_an_interface_is_refused(void **state)
{
	(void)state;
	play("set outlets.interfaces [\"evse1\"]\nboot\nrun 15000");
	assert_told("DE*TST*E1 cannot: the station names it, and it is not in outlets.interfaces");
	assert_int_equal(story_end(state), 0);
	story_begin(state);
	play("boot\nwire-remove evse0\ncar plc0 kill\nrun 100");
	assert_told("DE*TST*E1 cannot: ");
	play("wire evse0 plc0\nwire-address evse0 10.0.0.5\nrun 3000");
	line_of(0, REFUSED WITH_IP);
	assert_told("DE*TST*E1 cannot: it has the address 10.0.0.5");
}

static void address_is_noticed_where_the_kernel_tells_nothing(void **state)
{
	(void)state;
	play("watch refuse\nboot");
	size_t from = mark();
	play("wire-address evse0 10.0.0.5\nrun 5000");
	assert_count(from, LOST WITH_IP, 1);
	assert_none(from, REFUSED);
	from = mark();
	play("run 5000");
	assert_none(from, SENT);
	play("wire-address evse0 none\nrun 5000\n" MATCHED);
}

/* --- outlets --- */

static void two_outlets_match_at_once(void **state)
{
	(void)state;
	play(TWO "\nslacd start\nrun 2000");
	size_t from = mark();
	play("cs plug " E1 "\ncs plug " E2 "\ncar plc0 plug\ncar plc1 plug\nrun 5000");
	assert_statuses(from, E1, "matching matched");
	assert_statuses(from, E2, "matching matched");
}

static void silent_modem_stops_its_own_outlet_only(void **state)
{
	(void)state;
	play(TWO "--modem-fault silent\nslacd start\nrun 2000");
	size_t from = mark();
	play("cs plug " E2 "\ncar plc1 plug\ncs plug " E1 "\ncar plc0 plug\nrun 5000");
	assert_statuses(from, E1, "matching matched");
	assert_statuses(from, E2, "");
	assert_services(0, "starting ready");
}

static void added_outlet_serves_and_a_match_in_progress_is_not_disturbed(void **state)
{
	(void)state;
	play("boot / --rsp-to-match-ms 800\nwire evse1 plc1\n" OTHER_CAR);
	size_t from = mark();
	play("cs plug\ncar plc0 plug");
	play_until("\"matching\"");
	play("cs parameters add DE*TST*E2=evse1\nrun 3000\ncs plug " E2 "\ncar plc1 plug\nrun 5000");
	assert_statuses(from, E1, "matching matched");
	assert_statuses(from, E2, "matching matched");
	assert_none(from, "EVSE service ends");
}

static void removed_outlet_is_told_unmatched_and_serves_no_more(void **state)
{
	(void)state;
	play("boot\nwire evse1 plc1\n" OTHER_CAR "cs parameters add DE*TST*E2=evse1\nrun 3000\ncs plug " E2
	     "\ncar plc1 plug\nrun 5000");
	size_t from = mark();
	play("cs parameters remove DE*TST*E2\nrun 1000\ncar plc1 unplug\ncar plc1 plug\nrun 3000");
	assert_statuses(from, E2, "unmatched:reset");
	assert_none(from, "evse1    > CM_SLAC_PARM.CNF");
}

static void outlet_that_moves_takes_its_vehicle_along(void **state)
{
	(void)state;
	play("boot\nwire evse1 plc1\n" OTHER_CAR "cs plug\nrun 100\ncs answer none");
	size_t from = mark();
	play("publish cs/josev {\"id\":\"1\",\"name\":\"cs_parameters\",\"type\":\"update\",\"data\":{\"parameters\":[{"
	     "\"evse_id\":\"" E1 "\",\"network_interface\":\"evse1\"," OUTLET
	     "}]}}\nrun 3000\ncar plc1 plug\nrun 5000");
	assert_statuses(from, E1, "unmatched:reset matching matched");
}

/* A car charges in basic charging, then its outlet moves to another interface. Returns the mark from before the move. */
static size_t move_while_charging(const char *settings)
{
	play(settings);
	play("boot --max-current 16\nwire evse1 plc1\n" OTHER_CAR "cs plug\nrun 30000\ncs state C2\nrun 1000");
	const size_t from = mark();
	play("publish cs/josev {\"id\":\"1\",\"name\":\"cs_parameters\",\"type\":\"update\",\"data\":{\"parameters\":[{"
	     "\"evse_id\":\"" E1 "\",\"network_interface\":\"evse1\"," OUTLET "}]}}\nrun 3000");
	line_of(from, "log      INFO EVSE service ends. *reason=changed parameters");
	return from;
}

static void charging_car_is_not_cut_when_its_outlet_moves_where_the_pilot_stays(void **state)
{
	(void)state;
	size_t from = move_while_charging("set pilot.at_exit keep");
	assert_pilots(from, E1, "x2:16.0");
	assert_statuses(from, E1, "unmatched:reset basic_charging:taken_over");
}

static void charging_car_gets_x1_and_is_listened_to_when_its_outlet_moves_elsewhere(void **state)
{
	(void)state;
	size_t from = move_while_charging("");
	assert_pilots(from, E1, "x1 hlc");
	assert_statuses(from, E1, "unmatched:reset");
}

static void interface_that_two_outlets_use_serves_the_first(void **state)
{
	(void)state;
	play("boot --evse DE*TST*E1=evse0 --evse DE*TST*E2=evse0\n");
	line_of(0, "log      ERROR Two outlets use the same interface, the second one is not started. interface=evse0");
	size_t from = mark();
	play(MATCHED);
	assert_statuses(from, E1, "matching matched");
}

static void reset_begins_anew_with_the_vehicle_that_is_there(void **state)
{
	(void)state;
	play("boot\n" MATCHED);
	size_t from = mark();
	play("cs request reset DE*TST*E1\nrun 1000");
	line_of(from, "slacd *\"name\":\"slac_reset\",\"type\":\"response\"*\"accepted\"");
	assert_statuses(from, E1, "unmatched:reset");
	play("car plc0 unplug\ncar plc0 plug\nrun 5000");
	assert_statuses(from, E1, "unmatched:reset matching matched");
	from = mark();
	play("publish cs/josev {\"id\":\"r\",\"name\":\"reset\",\"type\":\"request\",\"data\":{\"evse_id\":\"" E2
	     "\"}}\nrun 10");
	line_of(from, "slacd *\"id\":\"r\"*\"rejected\"");
}

/* --- validation --- */

#define TOGGLE "await EV: S2 closed\ncs state C2\nawait EV: S2 open\ncs state B2\n"

static void distant_car_is_validated_by_its_toggles(void **state)
{
	(void)state;
	play("set slac.validation on\nboot / --signalattn-direct 10 --toggles 2");
	size_t from = mark();
	play("cs plug\ncar plc0 plug\n" TOGGLE TOGGLE "run 10000");
	assert_statuses(from, E1, "matching matched");
	assert_count(from, "> CM_VALIDATE.CNF", 2);
}

static void distant_car_whose_toggles_are_not_seen_is_not_matched(void **state)
{
	(void)state;
	play("set slac.validation on\nboot / --signalattn-direct 10 --toggles 3");
	size_t from = mark();
	play("cs plug\ncar plc0 plug\n" TOGGLE "run 30000");
	assert_none(from, "> CM_SLAC_MATCH.CNF");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(interface_that_goes_is_said_once_and_serves_again_by_itself),
		STORY(interface_whose_mac_changes_is_opened_with_the_new_one),
		STORY(matched_car_whose_interface_goes_is_unmatched),
		STORY(interface_missing_at_the_start_is_opened_as_soon_as_it_is_there),
		STORY(interface_is_looked_at_when_the_kernel_tells_nothing),
		STORY(interface_that_comes_and_goes_is_not_said_each_time),
		STORY(interface_with_an_address_is_refused_until_it_has_none),
		STORY(too_few_files_to_ask_for_addresses_are_said_and_got_over),
		STORY(interface_that_gets_an_address_while_nobody_is_there_is_given_up),
		STORY(running_car_is_not_cut_for_an_address),
		STORY(address_that_has_gone_before_the_car_does_changes_nothing),
		STORY(interface_that_the_configuration_names_may_have_an_address),
		STORY(only_listed_interfaces_are_believed),
		STORY(unix_socket_is_never_believed),
		STORY(service_manager_is_told_why_an_interface_is_refused),
		STORY(address_is_noticed_where_the_kernel_tells_nothing),
		STORY(two_outlets_match_at_once),
		STORY(silent_modem_stops_its_own_outlet_only),
		STORY(added_outlet_serves_and_a_match_in_progress_is_not_disturbed),
		STORY(removed_outlet_is_told_unmatched_and_serves_no_more),
		STORY(outlet_that_moves_takes_its_vehicle_along),
		STORY(charging_car_is_not_cut_when_its_outlet_moves_where_the_pilot_stays),
		STORY(charging_car_gets_x1_and_is_listened_to_when_its_outlet_moves_elsewhere),
		STORY(interface_that_two_outlets_use_serves_the_first),
		STORY(reset_begins_anew_with_the_vehicle_that_is_there),
		STORY(distant_car_is_validated_by_its_toggles),
		STORY(distant_car_whose_toggles_are_not_seen_is_not_matched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
