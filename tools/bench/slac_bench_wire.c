/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_wire.h"

#include "tools/car/modem_sim_vendor.h"
#include "tools/bench/slac_bench_samples.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_TIMEOUT_S 1
#define MMTYPE_NONE      0

static const uint8_t modem_mac[MAC_LEN] = {0x00, 0xb0, 0x52, 0x5b, 0xe7, 0xc1};

static bool configure(struct bench_wire *wire, const char *interface)
{
	struct ifreq request = {0};
	struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(HOMEPLUG_ETHERTYPE)};
	const struct timeval timeout = {.tv_sec = ANSWER_TIMEOUT_S};

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
	if (ioctl(wire->fd, SIOCGIFHWADDR, &request) < 0)
		return false;
	memcpy(wire->mac, request.ifr_hwaddr.sa_data, MAC_LEN);
	if (ioctl(wire->fd, SIOCGIFINDEX, &request) < 0)
		return false;
	address.sll_ifindex = request.ifr_ifindex;
	return setsockopt(wire->fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) == 0 &&
	       bind(wire->fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
}

/* A flood of answers to others must not fill our socket. */
static bool hear_no_neighbours(int fd)
{
	struct sock_filter steps[] = {
		{BPF_LD | BPF_H | BPF_ABS, 0, 0, 0},
		{BPF_JMP | BPF_JEQ | BPF_K, 0, 1, WIRE_NEIGHBOUR},
		{BPF_RET | BPF_K, 0, 0, 0},
		{BPF_RET | BPF_K, 0, 0, MME_FRAME_MAX},
	};
	const struct sock_fprog program = {.len = sizeof(steps) / sizeof(steps[0]), .filter = steps};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) == 0;
}

bool wire_mac(const char *interface, uint8_t mac[MAC_LEN])
{
	struct ifreq request = {0};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
	bool ok = fd >= 0 && ioctl(fd, SIOCGIFHWADDR, &request) == 0;
	if (ok)
		memcpy(mac, request.ifr_hwaddr.sa_data, MAC_LEN);
	else
		fprintf(stderr, "slac-bench: interface %s: %s\n", interface, strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok;
}

bool wire_open(struct bench_wire *wire, const char *interface)
{
	*wire = (struct bench_wire){
		/* The link is up as soon as it is asked for. */
		.modem = {.family = MODEM_QUALCOMM, .set_key_result = SET_KEY_RESULT_TAKEN, .linked = true}};
	memcpy(wire->modem.mac, modem_mac, MAC_LEN);
	wire->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (wire->fd >= 0 && hear_no_neighbours(wire->fd) && configure(wire, interface))
		return true;
	fprintf(stderr, "slac-bench: interface %s: %s\n", interface, strerror(errno));
	wire_close(wire);
	return false;
}

void wire_close(struct bench_wire *wire)
{
	if (wire->fd >= 0)
		close(wire->fd);
	wire->fd = -1;
}

bool wire_send(struct bench_wire *wire, const struct mme *frame)
{
	uint8_t octets[MME_FRAME_MAX];
	size_t len;

	return mme_encode(frame, octets, sizeof(octets), &len) == MME_OK &&
	       send(wire->fd, octets, len, 0) == (ssize_t)len;
}

/* Without decoding: this runs while time is measured. */
static bool is_of_type(const uint8_t *octets, ssize_t len, uint16_t mmtype)
{
	return len >= MME_FRAME_MIN && octets[15] == (mmtype & 0xff) && octets[16] == mmtype >> 8;
}

static bool answer_question(struct bench_wire *wire, const uint8_t *octets, ssize_t len)
{
	struct modem_mme question, answer;
	uint8_t frame[MME_FRAME_MAX];
	size_t frame_len;

	if (modem_mme_decode(octets, (size_t)len, &question) != MME_OK)
		return false;
	return modem_sim_tell(&wire->modem, &question, &answer) &&
	       modem_mme_encode(&answer, frame, sizeof(frame), &frame_len) == MME_OK &&
	       send(wire->fd, frame, frame_len, 0) == (ssize_t)frame_len;
}

void wire_serve(struct bench_wire *wire, const uint8_t *octets, ssize_t len)
{
	struct mme command;
	struct mme answer;

	if (answer_question(wire, octets, len))
		return;
	if (mme_decode(octets, (size_t)len, &command) != MME_OK || !modem_sim_is_meant(&wire->modem, &command) ||
	    !modem_sim_answer(&wire->modem, &command, &answer) || !wire_send(wire, &answer))
		return;
	if (command.mmtype != CM_SET_KEY_REQ)
		return;
	wire->keys++;
	wire->last_key_ns = bench_now_ns();
}

/* Waits for a frame until then, to the microsecond; the frame's length, or -1. */
static ssize_t receive_until(struct bench_wire *wire, uint8_t octets[MME_FRAME_MAX], uint64_t until_ns)
{
	struct pollfd fd = {.fd = wire->fd, .events = POLLIN};
	uint64_t now_ns = bench_now_ns();
	uint64_t left_ns = until_ns > now_ns ? until_ns - now_ns : 0;
	const struct timespec wait = {.tv_sec = (time_t)(left_ns / 1000000000),
				      .tv_nsec = (long)(left_ns % 1000000000)};

	if (ppoll(&fd, 1, &wait, NULL) <= 0)
		return -1;
	return recv(wire->fd, octets, MME_FRAME_MAX, MSG_DONTWAIT);
}

bool wire_wait(struct bench_wire *wire, uint16_t mmtype, unsigned timeout_us, struct mme *answer)
{
	uint64_t until_ns = bench_now_ns() + (uint64_t)timeout_us * 1000;
	uint8_t octets[MME_FRAME_MAX];
	ssize_t len;

	while ((len = receive_until(wire, octets, until_ns)) >= 0) {
		if (is_of_type(octets, len, mmtype))
			return mme_decode(octets, (size_t)len, answer) == MME_OK;
		wire_serve(wire, octets, len);
	}
	return false;
}

bool wire_wait_keys(struct bench_wire *wire, unsigned keys, unsigned timeout_us)
{
	uint64_t until_ns = bench_now_ns() + (uint64_t)timeout_us * 1000;
	uint8_t octets[MME_FRAME_MAX];
	ssize_t len;

	while (wire->keys < keys && (len = receive_until(wire, octets, until_ns)) >= 0)
		wire_serve(wire, octets, len);
	return wire->keys >= keys;
}

void wire_drain(struct bench_wire *wire)
{
	struct mme ignored;

	wire_wait(wire, MMTYPE_NONE, 0, &ignored);
}

bool wire_exchange(struct bench_wire *wire, const struct mme *request, uint16_t answer_type, struct mme *answer,
		   uint64_t *ns)
{
	uint8_t octets[MME_FRAME_MAX];
	size_t request_len;
	ssize_t len;

	if (mme_encode(request, octets, sizeof(octets), &request_len) != MME_OK)
		return false;
	uint64_t start_ns = bench_now_ns();
	if (send(wire->fd, octets, request_len, 0) != (ssize_t)request_len)
		return false;
	while ((len = recv(wire->fd, octets, sizeof(octets), 0)) >= 0) {
		uint64_t end_ns = bench_now_ns();
		if (is_of_type(octets, len, answer_type)) {
			*ns = end_ns - start_ns;
			return mme_decode(octets, (size_t)len, answer) == MME_OK;
		}
		wire_serve(wire, octets, len);
	}
	return false;
}
