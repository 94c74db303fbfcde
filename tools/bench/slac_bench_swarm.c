/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/slac_bench_swarm.h"

#include "tools/bench/slac_bench_messages.h"

#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define EVENTS   64
#define SOUND_US 20000
#define STARTS   3
/* TT_match_response. One that waits must not keep the others waiting for longer than TT_match_sequence. */
#define ANSWER_US 200000
#define STEP_US   10000
#define MMTYPE_AT 15

static bool open_car(struct swarm *swarm, unsigned index)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = index};
	struct swarm_car *car = &swarm->cars[index];
	const int on = 1;
	char interface[16];

	snprintf(interface, sizeof(interface), "c%u", index);
	if (!wire_open(&car->wire, interface))
		return false;
	car->wire.modem.mac[MAC_LEN - 2] = (uint8_t)(index >> 8);
	car->wire.modem.mac[MAC_LEN - 1] = (uint8_t)index;
	return setsockopt(car->wire.fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) == 0 &&
	       epoll_ctl(swarm->epoll, EPOLL_CTL_ADD, car->wire.fd, &event) == 0;
}

bool swarm_open(struct swarm *swarm, unsigned count)
{
	memset(swarm, 0, sizeof(*swarm));
	swarm->epoll = epoll_create1(EPOLL_CLOEXEC);
	for (; swarm->count < count; swarm->count++)
		if (swarm->epoll < 0 || !open_car(swarm, swarm->count)) {
			fprintf(stderr, "slac-bench: no car at outlet %u\n", swarm->count);
			return false;
		}
	return true;
}

void swarm_close(struct swarm *swarm)
{
	while (swarm->count > 0)
		wire_close(&swarm->cars[--swarm->count].wire);
	if (swarm->epoll >= 0)
		close(swarm->epoll);
}

static uint64_t real_time_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* A frame and when the kernel got it; its length, or -1. */
static ssize_t receive(int fd, uint8_t octets[MME_FRAME_MAX], uint64_t *received_ns)
{
	union {
		char space[CMSG_SPACE(sizeof(struct timespec))];
		struct cmsghdr align;
	} control;
	struct iovec vector = {.iov_base = octets, .iov_len = MME_FRAME_MAX};
	struct msghdr message = {.msg_iov = &vector,
				 .msg_iovlen = 1,
				 .msg_control = control.space,
				 .msg_controllen = sizeof(control.space)};
	struct timespec time = {0};
	ssize_t len = recvmsg(fd, &message, MSG_DONTWAIT);

	if (len >= 0 && CMSG_FIRSTHDR(&message) != NULL)
		memcpy(&time, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(time));
	*received_ns = (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
	return len;
}

static void note_late(struct swarm *swarm, uint64_t ns)
{
	if (ns > swarm->late_ns)
		swarm->late_ns = ns;
}

static void take(struct swarm *swarm, struct swarm_car *car)
{
	uint8_t octets[MME_FRAME_MAX];
	uint64_t received_ns;
	ssize_t len;

	while ((len = receive(car->wire.fd, octets, &received_ns)) >= 0) {
		const uint64_t took_ns = received_ns > car->sent_ns ? received_ns - car->sent_ns : 0;
		if (len < MME_FRAME_MIN || swarm->awaited == 0 || car->answered || car->failed ||
		    took_ns > (uint64_t)ANSWER_US * 1000 ||
		    (octets[MMTYPE_AT] | octets[MMTYPE_AT + 1] << 8) != swarm->awaited) {
			wire_serve(&car->wire, octets, len);
			continue;
		}
		memcpy(car->evse_mac, octets + MAC_LEN, MAC_LEN);
		samples_add(swarm->times, took_ns);
		swarm->answered_ns = received_ns;
		car->answered = true;
		swarm->outstanding--;
	}
}

/* False: nothing has come. */
static bool serve_once(struct swarm *swarm, uint64_t until_ns)
{
	struct epoll_event events[EVENTS];
	uint64_t now_ns = bench_now_ns();
	int wait_ms = until_ns > now_ns ? (int)((until_ns - now_ns) / 1000000) : 0;
	int count = epoll_wait(swarm->epoll, events, EVENTS, wait_ms);

	for (int i = 0; i < count; i++)
		take(swarm, &swarm->cars[events[i].data.u32]);
	return count > 0;
}

void swarm_serve(struct swarm *swarm, uint64_t until_ns)
{
	do {
		serve_once(swarm, until_ns);
	} while (bench_now_ns() < until_ns);
}

static bool have_keys(const struct swarm *swarm, unsigned keys)
{
	for (unsigned i = 0; i < swarm->count; i++)
		if (swarm->cars[i].wire.keys < keys)
			return false;
	return true;
}

bool swarm_wait_keys(struct swarm *swarm, unsigned keys, unsigned timeout_us)
{
	uint64_t until_ns = bench_now_ns() + (uint64_t)timeout_us * 1000;

	while (!have_keys(swarm, keys)) {
		if (bench_now_ns() >= until_ns)
			return false;
		serve_once(swarm, bench_now_ns() + (uint64_t)STEP_US * 1000);
	}
	return true;
}

/* What a car says next. */
enum word { WORD_PARM, WORD_START, WORD_SOUND, WORD_PROFILE, WORD_RSP, WORD_MATCH };

static struct mme message(const struct swarm_car *car, enum word word, uint64_t number, uint8_t remaining)
{
	const uint8_t *mac = car->wire.mac;

	switch (word) {
	case WORD_PARM:
		return message_parm_req(mac, number);
	case WORD_START:
		return message_start_ind(mac, number);
	case WORD_SOUND:
		return message_sound_ind(mac, number, remaining);
	case WORD_PROFILE:
		return message_profile_ind(&car->wire.modem, mac);
	case WORD_RSP:
		return message_atten_char_rsp(mac, car->evse_mac, number);
	case WORD_MATCH:
	default:
		return message_match_req(mac, car->evse_mac, number);
	}
}

static void say(struct swarm *swarm, enum word word, uint64_t number, uint8_t remaining)
{
	for (unsigned i = 0; i < swarm->count; i++) {
		struct swarm_car *car = &swarm->cars[i];
		const struct mme frame = message(car, word, number, remaining);
		car->sent_ns = real_time_ns();
		if (!car->failed && !wire_send(&car->wire, &frame))
			car->failed = true;
	}
}

static void ask(struct swarm *swarm, enum word word, uint64_t number, uint16_t answer_type, struct samples *times)
{
	uint64_t until_ns = bench_now_ns() + (uint64_t)ANSWER_US * 1000;

	swarm->awaited = answer_type;
	swarm->times = times;
	swarm->outstanding = 0;
	swarm->answered_ns = real_time_ns();
	for (unsigned i = 0; i < swarm->count; i++) {
		swarm->cars[i].answered = false;
		swarm->outstanding += !swarm->cars[i].failed;
	}
	say(swarm, word, number, 0);
	/* Where this thread was kept from running, answers that came in time are still there after it. */
	while (swarm->outstanding > 0 && (serve_once(swarm, until_ns) || bench_now_ns() < until_ns))
		;
	if (swarm->outstanding == 0)
		note_late(swarm, real_time_ns() - swarm->answered_ns);
	for (unsigned i = 0; i < swarm->count; i++)
		swarm->cars[i].failed = swarm->cars[i].failed || !swarm->cars[i].answered;
	swarm->awaited = 0;
}

static void rest(struct swarm *swarm, uint64_t *turn_ns)
{
	*turn_ns += (uint64_t)SOUND_US * 1000;
	swarm_serve(swarm, *turn_ns);
	note_late(swarm, bench_now_ns() - *turn_ns);
}

unsigned swarm_match(struct swarm *swarm, uint64_t number, struct samples times[])
{
	uint64_t turn_ns;
	unsigned matched = 0;

	swarm->late_ns = 0;
	for (unsigned i = 0; i < swarm->count; i++)
		swarm->cars[i].failed = false;
	ask(swarm, WORD_PARM, number, CM_SLAC_PARM_CNF, &times[0]);
	turn_ns = bench_now_ns();
	for (unsigned i = 0; i < STARTS; i++) {
		rest(swarm, &turn_ns);
		say(swarm, WORD_START, number, 0);
	}
	for (uint8_t remaining = SLAC_NUM_SOUNDS; remaining-- > 0;) {
		rest(swarm, &turn_ns);
		say(swarm, WORD_SOUND, number, remaining);
		if (remaining > 0)
			say(swarm, WORD_PROFILE, number, 0);
	}
	rest(swarm, &turn_ns);
	ask(swarm, WORD_PROFILE, number, CM_ATTEN_CHAR_IND, &times[1]);
	say(swarm, WORD_RSP, number, 0);
	turn_ns = bench_now_ns();
	rest(swarm, &turn_ns);
	ask(swarm, WORD_MATCH, number, CM_SLAC_MATCH_CNF, &times[2]);
	for (unsigned i = 0; i < swarm->count; i++)
		matched += !swarm->cars[i].failed;
	return matched;
}
