/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How to use slacd as a library: one outlet on a raw socket, with a pilot of its own and without MQTT.
 *
 *   embed INTERFACE       an interface, or for a try without root unix:PATH or unix-listen:PATH
 *
 * The outlet (slacd/outlet/outlet.h) decides everything and touches nothing. A program around it does three things:
 * it gives the outlet each input with the monotonic time, it carries out the effects in their order, and it gives
 * OUTLET_TICK at outlet_deadline. Here a pilot state is a line of stdin ("A1", "B2"), and a pilot request is printed
 * and counts as carried out. Put your measurement and your duty cycle in their place.
 * CMake: target_link_libraries(yours PRIVATE outlet homeplug_port).
 */
#include "homeplug/port/port.h"
#include "slacd/outlet/outlet.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct outlet outlet;
static struct port *port;

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void carry_out(const struct outlet_effect *effect)
{
	const struct pilot_request *request = &effect->pilot.request;

	if (effect->kind == OUTLET_SEND && !port_send(port, effect->frame.octets, effect->frame.len))
		perror(effect->frame.name); /* nothing else to do: what matters is sent again */
	else if (effect->kind == OUTLET_PILOT_REQUEST && request->kind == PILOT_X2)
		printf("pilot: X2 %u.%u A\n", request->current_da / 10, request->current_da % 10);
	else if (effect->kind == OUTLET_PILOT_REQUEST)
		printf("pilot: %s\n", pilot_request_text(request->kind));
	else if (effect->kind == OUTLET_SERVING)
		printf("serving: %s\n", effect->serving ? "yes" : "no");
	else if (effect->kind == OUTLET_STATUS)
		printf("status: %s %s\n", outlet_status_text(effect->status.kind),
		       slac_reason_text(effect->status.reason));
}

static void give(const struct outlet_input *input)
{
	struct outlet_input done = {.kind = OUTLET_PILOT_ANSWER, .pilot = {.answer = OUTLET_ANSWER_VALID}};
	struct outlet_effects effects;

	outlet_input(&outlet, input, now_us(), &effects);
	for (size_t i = 0; i < effects.count; i++) {
		carry_out(&effects.items[i]);
		if (effects.items[i].kind == OUTLET_PILOT_REQUEST)
			done.pilot.number = effects.items[i].pilot.number;
	}
	outlet_effects_wipe(&effects); /* its frames may hold the key */
	if (done.pilot.number != 0)
		give(&done);
}

static void give_kind(enum outlet_input_kind kind)
{
	give(&(const struct outlet_input){.kind = kind});
}

/* False at the end of the port. A program that is to stay gives OUTLET_PORT_DOWN and opens it again. */
static bool read_frames(void)
{
	uint8_t octets[MME_FRAME_MAX];
	struct outlet_input input = {.kind = OUTLET_FRAME, .frame = {.octets = octets}};
	enum port_result result;

	while ((result = port_recv(port, octets, sizeof(octets), &input.frame.len)) == PORT_FRAME)
		give(&input);
	return result == PORT_EMPTY;
}

/* False at the end of stdin. What is no pilot state is ignored. */
static bool read_pilot(void)
{
	struct outlet_input input = {.kind = OUTLET_CP_STATUS, .cp_status = {.state = CP_STATE_A1}};
	char line[16];

	if (fgets(line, sizeof(line), stdin) == NULL)
		return false;
	line[strcspn(line, "\n")] = '\0';
	for (; input.cp_status.state < CP_STATE_COUNT; input.cp_status.state++)
		if (strcmp(cp_state_text(input.cp_status.state), line) == 0)
			give(&input);
	return true;
}

static void run(void)
{
	struct pollfd fds[] = {{.fd = port_fd(port), .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};

	do {
		const uint64_t deadline_us = outlet_deadline(&outlet), us = now_us();
		const int wait_ms = deadline_us > us ? (int)((deadline_us - us) / 1000 + 1) : 0;
		if (poll(fds, 2, deadline_us == OUTLET_NEVER ? -1 : wait_ms) < 0)
			return;
		give_kind(OUTLET_TICK);
	} while ((fds[0].revents == 0 || read_frames()) && (fds[1].revents == 0 || read_pilot()));
}

/* An AC outlet of 16 A, with the times of the standard. The values not named are zero, or off. */
static void begin(void)
{
	struct outlet_config config = {.pilot.request_timeout_ms = 1000, .pilot.request_backoff_max_ms = 30000};
	struct outlet_input limits = {.kind = OUTLET_LIMITS,
				      .limits = {.current = {.has_ac = true, .phase_da = {160, 160, 160}}}};
	struct outlet_input up = {.kind = OUTLET_PORT_UP};

	slac_evse_defaults(&config.slac, false);
	config.slac.await_link = true; /* `matched` when the modem tells the link, where it can */
	control_pilot_defaults(&config.pilot, false);
	config.pilot.has_ac = true;
	modem_defaults(&config.modem, false);
	amp_map_defaults(&config.amp_map);
	outlet_init(&outlet, &config, random_fill_csprng, NULL);
	give(&limits);
	port_mac(port, up.port_mac);
	give(&up);
	give_kind(OUTLET_START);
}

int main(int argc, char **argv)
{
	char error[PORT_ERROR_SIZE] = "usage: embed INTERFACE";

	if (argc != 2 || (port = port_open(argv[1], error)) == NULL) {
		fprintf(stderr, "embed: %s\n", error);
		return argc == 2 ? 1 : 2;
	}
	setvbuf(stdin, NULL, _IONBF, 0); /* poll must see what is left of it */
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	begin();
	run();
	give_kind(OUTLET_STOP);
	outlet_wipe(&outlet);
	port_close(port);
	return 0;
}
