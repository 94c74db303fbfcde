/* SPDX-License-Identifier: Apache-2.0 */
#include "slacd/tests/world/sequence.h"

#include "homeplug/mme/mme.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define STEPS_MIN 40
#define STEPS     120

struct sequence {
	uint64_t state;
	unsigned outlets;
	FILE *out;
};

/* 0 … below - 1 */
static unsigned pick(struct sequence *sequence, unsigned below)
{
	uint64_t z = sequence->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (unsigned)((z ^ (z >> 31)) % below);
}

#define PICK(sequence, texts) ((texts)[pick((sequence), (unsigned)(sizeof(texts) / sizeof((texts)[0])))])

/* --- what is chosen before the start --- */

static const char *const settings[] = {
	"slac.profile strict",
	"slac.validation on",
	"slac.parallel_runs 5",
	"slac.missing_profile 10",
	"slac.link_loss \"retry\"",
	"slac.amp_map true",
	"slac.listen_after_failure false",
	"slac.rematch_matched_ev false",
	"slac.dc_listens_after_init false",
	"slac.attn_rx_db 3",
	"pilot.slac_init_retries 2",
	"pilot.failed_pulses 1",
	"pilot.hlc_at_start false",
	"pilot.basic_charging_on_eim true",
	"pilot.basic_charging_on_eim true",
	"pilot.basic_charging_on_eim true",
	"pilot.nominal_needs_eim true",
	"pilot.nominal_current_a 10",
	"modem.link_detection \"on\"",
	"modem.link_detection \"off\"",
	"modem.reset_after_key true",
	"modem.reset_after_session true",
	"modem.key_result_0 \"taken\"",
	"modem.family \"qualcomm\"",
	"modem.family \"standard\"",
	"mqtt.status_message \"slac_status\"",
	"mqtt.topics_to_station [\"josev/cs\",\"energy/slac\"]",
	"outlets.DE*TST*E1.nominal_current_a 8",
};

static const char *const short_timers[] = {
	"slac.allow_nonstandard_timers true",
	"slac.tt_evse_slac_init_ms 900",
	"bench.tt_match_join_ms 1500",
	"pilot.step_f_ms 600",
	"pilot.step_x1_ms 300",
	"mqtt.request_timeout_ms 300",
	"modem.response_ms 200",
	"modem.reset_ms 1500",
	"bench.busy_after_ms 400",
};

static const char *const car_options[] = {
	"",
	"--rsp-to-match-ms 600",
	"--double-parm",
	"--cars 2 --expect 1",
	"--cars 3 --expect 1 --wait-for-all",
	"--stop-at parm",
	"--stop-at sound",
	"--stop-at rsp",
	"--stop-at match",
	"--silent",
	"--sounds 6",
	"--lose-sounds 3",
	"--signalattn-direct 10",
	"--signalattn-direct 10 --toggles 2",
	"--signalattn-indirect 15",
	"--amp-map",
	"--amp-map --amp-map-result 1",
	"--join-ms 900",
	"--run-id tesla",
	"--profile 33",
	"--profile-groups 0",
	"--parm-repeats 2",
};

static const char *const modem_options[] = {
	"",
	"",
	"--modem-family lumissil",
	"--modem-family standard",
	"--modem-delay-ms 150",
	"--modem-result 0",
	"--modem-refuses",
	"--modem-reset-ms 200",
};

static const char *const faults[] = {
	"none",
	"none",
	"none",
	"silent",
	"slow:30",
	"slow:400",
	"refuse",
	"no-set-key",
	"no-get-key",
	"double-answers",
	"foreign-answers",
	"foreign-answers:first",
	"foreign-answers:only",
	"lose-key",
	"refuse-reset",
	"reset-loses-key",
	"reboot-at:now:300",
	"reboot-at:now:120:lose-key:announce",
	"reboot-at:parm:120",
	"reboot-at:start:120:lose-key",
	"reboot-at:sound:50:lose-key:announce",
	"reboot-at:match:120:lose-key:announce",
	"reboot-at:matched:400",
	"reboot-at:now:50:lose-key:new-mac",
	"no-link-status",
	"no-vendor-link-status",
	"no-link",
	"flapping:400",
	"link-lost:500",
	"no-groups",
	"no-profiles",
	"profiles-late:300",
	"profiles-double",
	"twins,neighbour-twins",
	"network-info-mmv1",
};

static void choose_settings(struct sequence *sequence)
{
	if (pick(sequence, 3) > 0)
		for (size_t i = 0; i < sizeof(short_timers) / sizeof(short_timers[0]); i++)
			fprintf(sequence->out, "set %s\n", short_timers[i]);
	for (unsigned i = pick(sequence, 5); i > 0; i--)
		fprintf(sequence->out, "set %s\n", PICK(sequence, settings));
}

static void begin(struct sequence *sequence)
{
	static const char *const services[] = {"", "", "", ":ac", ":dc", ":acdc"};
	static const char *const answers[] = {"", "", "", "", "", "--answer none", "--answer-delay-ms 150"};

	const bool same_car = pick(sequence, 3) == 0; /* it is heard at both outlets */

	sequence->outlets = 1 + pick(sequence, 3) / 2;
	fprintf(sequence->out, "log DEBUG\nwire-jitter\n");
	choose_settings(sequence);
	if (pick(sequence, 12) == 0)
		fprintf(sequence->out, "watch refuse\n");
	for (unsigned i = 0; i < sequence->outlets; i++)
		fprintf(sequence->out, "wire evse%u plc%u\n", i, i);
	fprintf(sequence->out, "station --evse DE*TST*E1=evse0%s", PICK(sequence, services));
	if (sequence->outlets == 2)
		fprintf(sequence->out, " --evse DE*TST*E2=evse1%s", PICK(sequence, services));
	fprintf(sequence->out, " %s\n", PICK(sequence, answers));
	for (unsigned i = 0; i < sequence->outlets; i++)
		fprintf(sequence->out, "ev plc%u %s %s --ev-mac 02:45:56:00:0%u:01 --modem-mac 02:50:4c:00:00:0%u\n", i,
			PICK(sequence, car_options), PICK(sequence, modem_options), same_car ? 1 : i + 1, i + 1);
	fprintf(sequence->out, "run 5\nslacd start\n");
}

/* --- what happens --- */

static unsigned outlet(struct sequence *sequence)
{
	return pick(sequence, sequence->outlets);
}

static void let_time_pass(struct sequence *sequence)
{
	static const unsigned most_ms[] = {5, 50, 300, 300, 1500, 1500, 6000, 30000};

	fprintf(sequence->out, "run %u.%03u\n", pick(sequence, PICK(sequence, most_ms)), pick(sequence, 1000));
}

static void plug(struct sequence *sequence)
{
	unsigned i = outlet(sequence);

	fprintf(sequence->out, "cs plug DE*TST*E%u\nrun %u\ncar plc%u plug\n", i + 1, pick(sequence, 200), i);
}

static void unplug(struct sequence *sequence)
{
	unsigned i = outlet(sequence);

	fprintf(sequence->out, "cs unplug DE*TST*E%u\nrun %u\ncar plc%u unplug\n", i + 1, pick(sequence, 50), i);
}

static void car_moves(struct sequence *sequence)
{
	fprintf(sequence->out, "car plc%u %s\n", outlet(sequence), pick(sequence, 2) ? "plug" : "unplug");
}

static void pilot_state(struct sequence *sequence)
{
	static const char *const states[] = {"A1", "A2", "B1", "B1", "B2", "B2", "C1", "C2", "C2", "D2", "E", "F"};

	fprintf(sequence->out, "cs state %s DE*TST*E%u\n", PICK(sequence, states), outlet(sequence) + 1);
}

static void modem_fault(struct sequence *sequence)
{
	fprintf(sequence->out, "car plc%u fault %s\n", outlet(sequence), PICK(sequence, faults));
}

static void station_command(struct sequence *sequence)
{
	static const char *const commands[] = {
		"limit 16",
		"limit 0",
		"limit 5.9",
		"limit 32",
		"status_code evse_not_ready",
		"status_code evse_malfunction",
		"status_code evse_ready",
		"status_code evse_ready",
		"status_code evse_emergency_shutdown",
		"hlc_charging on",
		"hlc_charging off",
		"data_link terminate",
		"data_link pause",
		"data_link resume",
		"authorize",
		"deauthorize",
		"request link_status",
		"request network_info",
		"request reset",
	};

	fprintf(sequence->out, "cs %s DE*TST*E%u\n", PICK(sequence, commands), outlet(sequence) + 1);
}

/* Not for long: a station that answers nothing any more makes a dull sequence. */
static void bad_answers(struct sequence *sequence)
{
	static const char *const answers[] = {"invalid", "error", "none"};

	fprintf(sequence->out, "cs answer %s\n", PICK(sequence, answers));
	let_time_pass(sequence);
	if (pick(sequence, 2) == 0)
		plug(sequence);
	let_time_pass(sequence);
	fprintf(sequence->out, "cs answer valid\n");
}

static void station_as_a_whole(struct sequence *sequence)
{
	static const char *const commands[] = {
		"answer valid",
		"restart",
		"request reset",
		"request service_status",
		"parameters remove DE*TST*E2",
		"parameters add DE*TST*E2=evse1",
	};

	fprintf(sequence->out, "cs %s\n", PICK(sequence, commands));
}

static void broker(struct sequence *sequence)
{
	static const char *const away[] = {"down", "hang"};
	static const char *const back[] = {"up", "go"};
	unsigned how = pick(sequence, 2);

	fprintf(sequence->out, "broker %s\nrun %u\n", away[how], pick(sequence, 4000));
	if (pick(sequence, 3) == 0)
		plug(sequence);
	fprintf(sequence->out, "broker %s\n", back[how]);
}

static void interface(struct sequence *sequence)
{
	unsigned i = outlet(sequence);

	switch (pick(sequence, 6)) {
	case 0:
	case 1:
		fprintf(sequence->out, "wire-down evse%u\nrun %u\nwire-up evse%u\n", i, pick(sequence, 3000), i);
		break;
	case 2:
		fprintf(sequence->out, "wire-rename evse%u evsex%u\nrun %u\nwire-rename evsex%u evse%u\n", i, i,
			pick(sequence, 3000), i, i);
		break;
	case 3:
		fprintf(sequence->out, "wire-mac evse%u 02:00:00:00:be:%02x\n", i, pick(sequence, 256));
		break;
	case 4:
		fprintf(sequence->out, "wire-choke evse%u on\nrun %u\nwire-choke evse%u off\n", i, pick(sequence, 500),
			i);
		break;
	default:
		fprintf(sequence->out, "watch %s\n", pick(sequence, 4) == 0 ? "break" : "miss");
		break;
	}
}

static void octets(struct sequence *sequence, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		fprintf(sequence->out, "%02x", pick(sequence, 256));
}

/* HomePlug frames of known and unknown types with random content and length. */
static void garbage(struct sequence *sequence)
{
	static const unsigned types[] = {0x6008, 0x6009, 0x600c, 0x600d, 0x601c, 0x601d, 0x6048, 0x6049, 0x6064, 0x6065,
					 0x606a, 0x606e, 0x606f, 0x6076, 0x6078, 0x6079, 0x607c, 0x607d, 0x6086, 0xa001,
					 0xa01d, 0xa039, 0xa062, 0xa0b9, 0xa14e, 0xac6d, 0xac71, 0xac9d};
	static const unsigned versions[] = {0, 1, 1, 1, 1, 2};

	for (unsigned i = pick(sequence, 8); i > 0; i--) {
		unsigned type = PICK(sequence, types);
		fprintf(sequence->out, "frame plc%u ffffffffffff0245560001%02x88e1%02x%02x%02x0000", outlet(sequence),
			pick(sequence, 3), PICK(sequence, versions), type & 0xff, type >> 8);
		octets(sequence, pick(sequence, 140));
		fprintf(sequence->out, "\n");
	}
}

/* A message of a car that keeps to the form, out of any order. */
static void stray_message(struct sequence *sequence)
{
	static const enum mmtype types[] = {CM_SLAC_PARM_REQ,  CM_START_ATTEN_CHAR_IND, CM_MNBC_SOUND_IND,
					    CM_ATTEN_CHAR_RSP, CM_VALIDATE_REQ,         CM_SLAC_MATCH_REQ};
	const uint8_t ev_mac[MAC_LEN] = {0x02, 0x45, 0x56, 0x00, 0x01, (uint8_t)(1 + pick(sequence, 2))};
	struct mme message;
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	mme_init(&message, PICK(sequence, types), ev_mac, mac_broadcast);
	if (mme_encode(&message, frame, sizeof(frame), &len) != MME_OK)
		return;
	fprintf(sequence->out, "frame plc%u ", outlet(sequence));
	for (size_t i = 0; i < len; i++)
		fprintf(sequence->out, "%02x", frame[i]);
	fprintf(sequence->out, "\n");
}

static void broken_message(struct sequence *sequence)
{
	static const char *const texts[] = {
		"cs/josev not json",
		"cs/josev {\"id\":\"1\",\"name\":\"cp_status\"",
		"cs/josev {\"id\":\"1\",\"name\":\"cp_status\",\"type\":\"update\",\"data\":{\"evse_id\":7}}",
		"cs/josev {\"id\":\"1\",\"name\":\"cp_status\",\"type\":\"update\",\"data\":{\"evse_id\":\"DE*OTHER\","
		"\"connector_id\":\"1\",\"state\":\"B2\"}}",
		"cs/josev {\"id\":\"r\",\"name\":\"reset\",\"type\":\"request\",\"data\":{\"evse_id\":\"DE*OTHER\"}}",
		"cs/josev {\"id\":\"x\",\"name\":\"cp_pwm\",\"type\":\"response\",\"data\":{\"evse_id\":\"DE*TST*E1\","
		"\"status\":\"valid\"}}",
		"iso15118/slac {\"id\":\"1\",\"name\":\"stop_charging\",\"type\":\"update\",\"data\":{}}",
	};

	fprintf(sequence->out, "publish %s\n", PICK(sequence, texts));
}

static void daemon(struct sequence *sequence)
{
	static const char *const ends[] = {"stop", "kill"};

	if (pick(sequence, 3) > 0)
		fprintf(sequence->out, "slacd statistics\n");
	else
		fprintf(sequence->out, "slacd %s\nrun %u\nslacd start\n", PICK(sequence, ends), pick(sequence, 500));
}

static void random_octets(struct sequence *sequence)
{
	fprintf(sequence->out, "random fail\nrun %u\n", pick(sequence, 300));
	unplug(sequence);
	fprintf(sequence->out, "random work\n");
}

static void step(struct sequence *sequence)
{
	static void (*const happenings[])(struct sequence *) = {
		plug,
		plug,
		plug,
		plug,
		unplug,
		unplug,
		car_moves,
		pilot_state,
		pilot_state,
		modem_fault,
		modem_fault,
		station_command,
		station_command,
		station_command,
		station_as_a_whole,
		bad_answers,
		broker,
		interface,
		garbage,
		stray_message,
		stray_message,
		broken_message,
	};

	if (pick(sequence, 60) == 0)
		daemon(sequence);
	else if (pick(sequence, 60) == 0)
		random_octets(sequence);
	else
		PICK(sequence, happenings)(sequence);
	let_time_pass(sequence);
}

char *sequence_new(uint64_t seed)
{
	struct sequence sequence = {.state = seed * UINT64_C(0xd1342543de82ef95) + 1};
	char *text = NULL;
	size_t size = 0;

	sequence.out = open_memstream(&text, &size);
	if (sequence.out == NULL)
		abort();
	begin(&sequence);
	for (unsigned i = STEPS_MIN + pick(&sequence, STEPS); i > 0; i--)
		step(&sequence);
	fprintf(sequence.out, "run 30000\nslacd stop\nrun 10\n");
	fclose(sequence.out);
	return text;
}
