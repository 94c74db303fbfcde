/* SPDX-License-Identifier: Apache-2.0 */
/* The live tests make a veth pair in a network namespace of their own: they need root and are skipped
 * without. */
#include "homeplug/mme/modem_mme.h"
#include "homeplug/port/port.h"
#include "homeplug/port/port_link_up.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_MS  2000
#define EXIT_SKIPPED 77
#define NOBODY       65534

static char folder[] = "/tmp/slacd-test-port-XXXXXX";
static char socket_path[64];

static size_t frame_make(uint8_t frame[MME_FRAME_MAX], size_t len, uint16_t ethertype, uint8_t fill)
{
	memset(frame, fill, len);
	memcpy(frame, mac_broadcast, MAC_LEN);
	frame[6] = 0x02;
	frame[12] = (uint8_t)(ethertype >> 8);
	frame[13] = (uint8_t)ethertype;
	return len;
}

static void send_filled(struct port *port, size_t len, uint8_t fill)
{
	uint8_t frame[MME_FRAME_MAX];

	assert_true(port_send(port, frame, frame_make(frame, len, HOMEPLUG_ETHERTYPE, fill)));
}

/* Waits until the port's fd is readable, then receives. */
static enum port_result wait_recv(struct port *port, uint8_t *frame, size_t *len)
{
	struct pollfd waiting = {.fd = port_fd(port), .events = POLLIN};

	assert_int_equal(poll(&waiting, 1, PATIENCE_MS), 1);
	return port_recv(port, frame, MME_FRAME_MAX, len);
}

static void expect_filled(struct port *port, size_t len, uint8_t fill)
{
	uint8_t expected[MME_FRAME_MAX];
	uint8_t frame[MME_FRAME_MAX];
	size_t got;

	assert_int_equal(wait_recv(port, frame, &got), PORT_FRAME);
	assert_int_equal(got, frame_make(expected, len, HOMEPLUG_ETHERTYPE, fill));
	assert_memory_equal(frame, expected, len);
}

static void expect_result(struct port *port, enum port_result expected)
{
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	assert_int_equal(port_recv(port, frame, sizeof(frame), &len), expected);
}

static struct port *open_or_fail(const char *prefix)
{
	char error[PORT_ERROR_SIZE] = "";
	char name[128];

	snprintf(name, sizeof(name), "%s%s", prefix, socket_path);
	struct port *port = port_open(name, error);
	if (port == NULL)
		fail_msg("%s", error);
	return port;
}

static void expect_error(const char *name, const char *expected)
{
	char error[PORT_ERROR_SIZE] = "";

	assert_null(port_open(name, error));
	if (strstr(error, expected) == NULL)
		fail_msg("\"%s\" expected in \"%s\"", expected, error);
}

/* --- Unix sockets --- */

static void unix_frames_arrive_whole_and_in_order(void **state)
{
	struct port *listening = open_or_fail("unix-listen:");
	struct port *connecting = open_or_fail("unix:");

	(void)state;
	send_filled(connecting, 60, 1);
	send_filled(connecting, 129, 2);
	send_filled(connecting, MME_FRAME_MAX, 3);
	expect_filled(listening, 60, 1);
	expect_filled(listening, 129, 2);
	expect_filled(listening, MME_FRAME_MAX, 3);
	expect_result(listening, PORT_EMPTY);
	send_filled(listening, 85, 4);
	expect_filled(connecting, 85, 4);
	expect_result(connecting, PORT_EMPTY);
	port_close(connecting);
	port_close(listening);
}

static void unix_longer_frame_is_cut(void **state)
{
	struct port *listening = open_or_fail("unix-listen:");
	struct port *connecting = open_or_fail("unix:");
	uint8_t frame[60];
	size_t len;

	(void)state;
	send_filled(connecting, 129, 1);
	send_filled(connecting, 60, 2);
	assert_int_equal(port_recv(listening, frame, sizeof(frame), &len), PORT_FRAME);
	assert_int_equal(len, sizeof(frame));
	expect_filled(listening, 60, 2);
	port_close(connecting);
	port_close(listening);
}

static void unix_listener_outlives_its_peers(void **state)
{
	struct port *listening = open_or_fail("unix-listen:");
	int fd = port_fd(listening);
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	(void)state;
	for (uint8_t round = 1; round <= 3; round++) {
		expect_result(listening, PORT_EMPTY);
		assert_false(port_connected(listening));
		struct port *connecting = open_or_fail("unix:");
		send_filled(connecting, 60, round);
		expect_filled(listening, 60, round);
		assert_true(port_connected(listening));
		port_close(connecting);
		assert_int_equal(wait_recv(listening, frame, &len), PORT_END);
		assert_int_equal(port_fd(listening), fd);
	}
	frame_make(frame, 60, HOMEPLUG_ETHERTYPE, 0);
	assert_false(port_send(listening, frame, 60));
	assert_int_equal(errno, ENOTCONN);
	port_close(listening);
}

static void unix_new_peer_replaces_the_old_one(void **state)
{
	struct port *listening = open_or_fail("unix-listen:");
	struct port *first = open_or_fail("unix:");
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	(void)state;
	send_filled(first, 60, 1);
	expect_filled(listening, 60, 1);
	struct port *second = open_or_fail("unix:");
	send_filled(second, 60, 2);
	expect_filled(listening, 60, 2);
	send_filled(listening, 60, 3);
	expect_filled(second, 60, 3);
	assert_int_equal(wait_recv(first, frame, &len), PORT_END);
	port_close(first);
	expect_result(listening, PORT_EMPTY);
	port_close(second);
	port_close(listening);
}

static void unix_connecting_side_learns_that_the_peer_left(void **state)
{
	struct port *listening = open_or_fail("unix-listen:");
	struct port *connecting = open_or_fail("unix:");
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	(void)state;
	expect_result(listening, PORT_EMPTY);
	send_filled(listening, 60, 1);
	port_close(listening);
	expect_filled(connecting, 60, 1);
	assert_int_equal(wait_recv(connecting, frame, &len), PORT_END);
	frame_make(frame, 60, HOMEPLUG_ETHERTYPE, 0);
	assert_false(port_send(connecting, frame, 60));
	port_close(connecting);
	assert_int_equal(access(socket_path, F_OK), -1);
}

static void unix_peer_that_leaves_with_unread_frames_is_an_end(void **state)
{
	struct port *listening = open_or_fail("unix-listen:");
	struct port *connecting = open_or_fail("unix:");
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	(void)state;
	expect_result(listening, PORT_EMPTY);
	send_filled(listening, 60, 1);
	port_close(connecting);
	assert_int_equal(wait_recv(listening, frame, &len), PORT_END);
	expect_result(listening, PORT_EMPTY);
	port_close(listening);
}

/* A process that died without removing its socket file. */
static void leave_stale_socket(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
}

static void unix_stale_socket_file_is_replaced(void **state)
{
	(void)state;
	leave_stale_socket();
	struct port *listening = open_or_fail("unix-listen:");
	struct port *connecting = open_or_fail("unix:");
	port_close(connecting);
	port_close(listening);
}

static void unix_living_listener_is_left_alone(void **state)
{
	struct port *listening = open_or_fail("unix-listen:");
	struct port *connecting = open_or_fail("unix:");
	char name[128];

	(void)state;
	snprintf(name, sizeof(name), "unix-listen:%s", socket_path);
	expect_error(name, socket_path);
	expect_error(name, "Address already in use");
	send_filled(connecting, 60, 1);
	expect_filled(listening, 60, 1);
	port_close(connecting);
	port_close(listening);
}

static void unix_other_file_is_left_alone(void **state)
{
	char name[128];
	FILE *file = fopen(socket_path, "w");

	(void)state;
	assert_non_null(file);
	fclose(file);
	snprintf(name, sizeof(name), "unix-listen:%s", socket_path);
	expect_error(name, "Address already in use");
	assert_int_equal(unlink(socket_path), 0);
}

static void unix_errors_name_the_path(void **state)
{
	char name[256];

	(void)state;
	snprintf(name, sizeof(name), "unix:%s", socket_path);
	expect_error(name, socket_path);
	expect_error(name, "nobody listens there");
	expect_error("unix-listen:/nowhere/at/all", "/nowhere/at/all: bind: No such file or directory");
	expect_error("unix:", "a path is expected");
	memset(name, 'x', sizeof(name) - 1);
	memcpy(name, "unix:", 5);
	name[sizeof(name) - 1] = '\0';
	expect_error(name, "the path is too long");
}

static void unix_two_ends_have_different_local_macs(void **state)
{
	struct port *listening = open_or_fail("unix-listen:");
	struct port *connecting = open_or_fail("unix:");
	uint8_t a[MAC_LEN];
	uint8_t b[MAC_LEN];

	(void)state;
	port_mac(listening, a);
	port_mac(connecting, b);
	assert_false(mac_equal(a, b));
	assert_int_equal(a[0], 0x02);
	assert_int_equal(b[0], 0x02);
	port_close(connecting);
	port_close(listening);
}

static void empty_frame_is_refused(void **state)
{
	struct port *listening = open_or_fail("unix-listen:");
	struct port *connecting = open_or_fail("unix:");
	uint8_t none = 0;

	(void)state;
	assert_false(port_send(connecting, &none, 0));
	assert_int_equal(errno, EINVAL);
	port_close(connecting);
	port_close(listening);
	port_close(NULL);
}

/* --- live --- */

static void run(const char *command)
{
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

static struct port *live_or_fail(const char *interface)
{
	char error[PORT_ERROR_SIZE] = "";
	struct port *port = port_open(interface, error);

	if (port == NULL)
		fail_msg("%s", error);
	return port;
}

/*
 * Shortly after an interface was set up the kernel still drops what is sent: the queue is attached later. Sends
 * until a frame comes through, then takes what is left, up to the last one.
 */
static void await_passage(const char *from, const char *to)
{
	struct port *sender = live_or_fail(from);
	struct port *receiver = live_or_fail(to);
	struct pollfd waiting = {.fd = port_fd(receiver), .events = POLLIN};
	uint8_t frame[MME_FRAME_MAX];
	size_t len;
	uint8_t sent = 0;
	int ready = 0;

	for (int waited_ms = 0; ready == 0 && waited_ms < PATIENCE_MS; waited_ms += 5) {
		port_send(sender, frame, frame_make(frame, 60, HOMEPLUG_ETHERTYPE, ++sent));
		ready = poll(&waiting, 1, 5);
	}
	do {
		assert_int_equal(poll(&waiting, 1, PATIENCE_MS), 1);
		assert_int_equal(port_recv(receiver, frame, sizeof(frame), &len), PORT_FRAME);
	} while (frame[len - 1] != sent);
	port_close(receiver);
	port_close(sender);
}

static int veth_up(void **state)
{
	(void)state;
	run("ip link add ta type veth peer name tb");
	/* Without IPv6 the interfaces stay quiet. */
	run("ip link set ta addrgenmode none up && ip link set tb addrgenmode none up");
	await_passage("ta", "tb");
	await_passage("tb", "ta");
	return 0;
}

static int veth_down(void **state)
{
	(void)state;
	return system("ip link del ta 2>/dev/null") == -1 ? -1 : 0;
}

static void live_frames_arrive_whole_and_in_order(void **state)
{
	struct port *a = live_or_fail("ta");
	struct port *b = live_or_fail("tb");

	(void)state;
	send_filled(a, 60, 1);
	send_filled(a, 129, 2);
	send_filled(a, MME_FRAME_MAX, 3);
	expect_filled(b, 60, 1);
	expect_filled(b, 129, 2);
	expect_filled(b, MME_FRAME_MAX, 3);
	expect_result(b, PORT_EMPTY);
	expect_result(a, PORT_EMPTY);
	assert_true(port_connected(a));
	port_close(b);
	port_close(a);
}

static void live_other_ethertypes_are_dropped(void **state)
{
	struct port *a = live_or_fail("ta");
	struct port *b = live_or_fail("tb");
	uint8_t frame[MME_FRAME_MAX];

	(void)state;
	assert_true(port_send(a, frame, frame_make(frame, 60, 0x0800, 1)));
	assert_true(port_send(a, frame, frame_make(frame, 60, 0x88e2, 2)));
	send_filled(a, 60, 3);
	expect_filled(b, 60, 3);
	expect_result(b, PORT_EMPTY);
	port_close(b);
	port_close(a);
}

static void send_message(struct port *port, uint16_t mmtype, uint8_t fill)
{
	uint8_t frame[MME_FRAME_MAX];
	const size_t len = frame_make(frame, 60, HOMEPLUG_ETHERTYPE, fill);

	frame[15] = (uint8_t)mmtype;
	frame[16] = (uint8_t)(mmtype >> 8);
	assert_true(port_send(port, frame, len));
}

static void expect_message(struct port *port, uint8_t fill)
{
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	assert_int_equal(wait_recv(port, frame, &len), PORT_FRAME);
	assert_int_equal(frame[59], fill);
}

static void live_quiet_port_hears_modems_and_the_first_word_of_a_car_until_it_hears_all(void **state)
{
	struct port *a = live_or_fail("ta");
	struct port *b = live_or_fail("tb");

	(void)state;
	send_message(a, CM_MNBC_SOUND_IND, 1); /* queued already */
	assert_true(port_hear(b, PORT_HEARS_QUIET));
	send_message(a, CM_MNBC_SOUND_IND, 2);
	send_message(a, CM_ATTEN_PROFILE_IND, 3);
	send_message(a, CM_SET_KEY_CNF, 4);
	send_message(a, CM_SET_KEY_REQ, 5);
	send_message(a, CM_SLAC_PARM_REQ, 6);
	expect_message(b, 1);
	expect_message(b, 4);
	expect_message(b, 6);
	expect_result(b, PORT_EMPTY);
	assert_true(port_hear(b, PORT_HEARS_ALL));
	assert_true(port_hear(b, PORT_HEARS_ALL));
	send_message(a, CM_MNBC_SOUND_IND, 7);
	expect_message(b, 7);
	port_close(b);
	port_close(a);
}

static void send_link_status(struct port *port, const uint8_t host[MAC_LEN], uint8_t link_status)
{
	uint8_t frame[MME_FRAME_MAX];
	uint8_t mac[MAC_LEN];
	struct modem_mme message;
	size_t len;

	port_mac(port, mac);
	modem_mme_init(&message, MODEM_VS_PL_LNK_STATUS_CNF, mac, host);
	message.vs_pl_lnk_status_cnf.link_status = link_status;
	assert_int_equal(modem_mme_encode(&message, frame, sizeof(frame), &len), MME_OK);
	assert_true(port_send(port, frame, len));
}

static void expect_link_status(struct port *port, uint8_t link_status)
{
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	assert_int_equal(wait_recv(port, frame, &len), PORT_FRAME);
	assert_int_equal(frame[21], link_status);
}

static void live_answer_that_the_link_is_up_waits_where_the_port_hears_changes(void **state)
{
	static const uint8_t other[MAC_LEN] = {0x02, 0x99};
	struct port *a = live_or_fail("ta");
	struct port *b = live_or_fail("tb");
	struct port_link_up *link_up = port_link_up_open();
	uint8_t frame[MME_FRAME_MAX];
	uint8_t mac[MAC_LEN];
	size_t len;
	int ifindex;

	(void)state;
	assert_non_null(link_up);
	port_mac(b, mac);
	send_link_status(a, mac, 1);
	expect_link_status(b, 1); /* it hears all */
	assert_true(port_hear(b, PORT_HEARS_CHANGES));
	send_link_status(a, mac, 1);
	send_link_status(a, mac, 0);
	send_link_status(a, other, 1); /* not for this host: the modem must judge that */
	expect_link_status(b, 0);
	expect_link_status(b, 1);
	expect_result(b, PORT_EMPTY);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(port_link_up_recv(link_up, frame, sizeof(frame), &len, &ifindex), PORT_FRAME);
		assert_int_equal(frame[21], 1);
		assert_memory_equal(frame, mac, MAC_LEN);
		assert_int_equal(ifindex, port_ifindex(b));
	}
	assert_int_equal(port_link_up_recv(link_up, frame, sizeof(frame), &len, &ifindex), PORT_EMPTY);
	port_link_up_close(link_up);
	port_link_up_close(NULL);
	port_close(b);
	port_close(a);
}

/* A frame of EtherType 0x88E1 in a VLAN. */
static size_t tagged_frame(uint8_t frame[MME_FRAME_MAX], uint16_t vlan, uint8_t fill)
{
	const size_t len = frame_make(frame, 64, 0x8100, fill);

	frame[14] = (uint8_t)(vlan >> 8);
	frame[15] = (uint8_t)vlan;
	frame[16] = HOMEPLUG_ETHERTYPE >> 8;
	frame[17] = HOMEPLUG_ETHERTYPE & 0xff;
	return len;
}

static void live_frames_of_a_vlan_are_for_the_vlans_own_interface(void **state)
{
	struct port *a = live_or_fail("ta");
	struct port *b = live_or_fail("tb");
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	(void)state;
	assert_true(port_send(a, frame, tagged_frame(frame, 5, 1)));
	send_filled(a, 60, 2);
	expect_filled(b, 60, 2);
	expect_result(b, PORT_EMPTY);
	assert_true(port_send(a, frame, tagged_frame(frame, 0xe000, 3))); /* a priority, and no VLAN */
	assert_int_equal(wait_recv(b, frame, &len), PORT_FRAME);
	assert_int_equal(frame[len - 1], 3);
	if (system("ip link add link tb name tb5 type vlan id 5 2>/dev/null && ip link set tb5 addrgenmode none up") ==
	    0) {
		struct port *vlan = live_or_fail("tb5");
		send_filled(a, 60, 4);
		assert_true(port_send(a, frame, tagged_frame(frame, 5, 5)));
		assert_int_equal(wait_recv(vlan, frame, &len), PORT_FRAME);
		assert_int_equal(frame[len - 1], 5);
		expect_filled(b, 60, 4);
		expect_result(b, PORT_EMPTY);
		port_close(vlan);
	}
	port_close(b);
	port_close(a);
}

static void live_mac_is_the_interfaces(void **state)
{
	static const uint8_t expected[MAC_LEN] = {0x02, 0x11, 0x22, 0x33, 0x44, 0xaa};
	uint8_t mac[MAC_LEN];

	(void)state;
	run("ip link set ta address 02:11:22:33:44:aa");
	struct port *a = live_or_fail("ta");
	port_mac(a, mac);
	assert_memory_equal(mac, expected, MAC_LEN);
	port_close(a);
}

static void live_interface_down_and_gone(void **state)
{
	struct port *a = live_or_fail("ta");
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	(void)state;
	run("ip link set ta down");
	assert_int_equal(wait_recv(a, frame, &len), PORT_DOWN);
	frame_make(frame, 60, HOMEPLUG_ETHERTYPE, 0);
	assert_false(port_send(a, frame, 60));
	assert_int_equal(errno, ENETDOWN);
	expect_error("ta", "interface ta is down");
	run("ip link set ta up");
	struct port *again = live_or_fail("ta");
	run("ip link del ta");
	assert_int_equal(wait_recv(again, frame, &len), PORT_DOWN);
	assert_int_equal(wait_recv(a, frame, &len), PORT_DOWN);
	expect_error("ta", "interface ta does not exist");
	port_close(again);
	port_close(a);
}

static void live_interface_without_carrier_is_not_opened(void **state)
{
	(void)state;
	run("ip link set tb down");
	expect_error("ta", "interface ta: no carrier");
	assert_int_equal(errno, ENETDOWN);
	run("ip link set ta down");
	expect_error("ta", "interface ta is down");
	assert_int_equal(errno, ENETDOWN);
	run("ip link del ta");
	expect_error("ta", "interface ta does not exist");
	assert_int_equal(errno, ENODEV);
}

static void live_port_of_a_bridge_is_not_opened(void **state)
{
	(void)state;
	run("ip link add br9 type bridge && ip link set ta master br9");
	expect_error("ta", "interface ta: it is a port of the bridge br9, which takes its frames");
	assert_int_equal(errno, EBUSY);
	run("ip link set ta down"); /* that is not what keeps the frames away */
	expect_error("ta", "interface ta: it is a port of the bridge br9, which takes its frames");
	run("ip link set ta nomaster && ip link del br9 && ip link set ta up");
	port_close(live_or_fail("ta"));
}

static void live_index_is_the_interfaces_and_outlives_its_name(void **state)
{
	struct port *a = live_or_fail("ta");

	(void)state;
	assert_int_equal(port_ifindex(a), if_nametoindex("ta"));
	run("ip link set ta down && ip link set ta name tc");
	assert_int_equal(port_ifindex(a), if_nametoindex("tc"));
	port_close(a);
	run("ip link del tc");
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

/* Closing takes the kernel some 10 ms each: it is done behind the caller's back, but done, and none is forgotten. */
static void live_closed_links_leave_no_descriptor(void **state)
{
	enum { LINKS = 72 }; /* more than wait to be closed at the same time */
	static int fds[LINKS];
	static struct port *ports[LINKS];
	int last_open = 0;

	(void)state;
	for (int i = 0; i < LINKS; i++) {
		ports[i] = live_or_fail("ta");
		fds[i] = port_fd(ports[i]);
	}
	for (int i = 0; i < LINKS; i++)
		port_close(ports[i]);
	for (int waited_ms = 0; last_open < LINKS && waited_ms < 60000; waited_ms++) {
		while (last_open < LINKS && !is_open(fds[last_open]))
			last_open++;
		usleep(1000);
	}
	assert_int_equal(last_open, LINKS);
}

static void live_errors_name_the_interface(void **state)
{
	(void)state;
	expect_error("eth9", "interface eth9 does not exist");
	expect_error("", "interface  does not exist");
	expect_error("a-name-of-more-than-15-octets", "interface a-name-of-more-than-15-octets does not exist");
	expect_error("lo", "interface lo is not Ethernet");
}

static void live_without_capability_says_which(void **state)
{
	char error[PORT_ERROR_SIZE] = "";
	int status;
	pid_t child = fork();

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		bool refused = setuid(NOBODY) == 0 && port_open("ta", error) == NULL;
		_exit(refused && strstr(error, "CAP_NET_RAW") != NULL && strstr(error, "setcap") != NULL ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void interface_that_is_gone_is_told_from_other_failures(void **state)
{
	const int gone[] = {ENETDOWN, ENODEV, ENXIO, EBUSY};

	(void)state;
	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		assert_int_equal(port_result_of_errno(gone[i]), PORT_DOWN);
	assert_int_equal(port_result_of_errno(EAGAIN), PORT_EMPTY);
	assert_int_equal(port_result_of_errno(EINTR), PORT_EMPTY);
	assert_int_equal(port_result_of_errno(EPIPE), PORT_END);
	assert_int_equal(port_result_of_errno(EIO), PORT_ERROR);
}

static int run_unix_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unix_frames_arrive_whole_and_in_order),
		cmocka_unit_test(unix_longer_frame_is_cut),
		cmocka_unit_test(unix_listener_outlives_its_peers),
		cmocka_unit_test(unix_new_peer_replaces_the_old_one),
		cmocka_unit_test(unix_connecting_side_learns_that_the_peer_left),
		cmocka_unit_test(unix_peer_that_leaves_with_unread_frames_is_an_end),
		cmocka_unit_test(unix_stale_socket_file_is_replaced),
		cmocka_unit_test(unix_living_listener_is_left_alone),
		cmocka_unit_test(unix_other_file_is_left_alone),
		cmocka_unit_test(unix_errors_name_the_path),
		cmocka_unit_test(unix_two_ends_have_different_local_macs),
		cmocka_unit_test(empty_frame_is_refused),
		cmocka_unit_test(interface_that_is_gone_is_told_from_other_failures),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

static int run_live_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(live_frames_arrive_whole_and_in_order, veth_up, veth_down),
		cmocka_unit_test_setup_teardown(live_other_ethertypes_are_dropped, veth_up, veth_down),
		cmocka_unit_test_setup_teardown(
			live_quiet_port_hears_modems_and_the_first_word_of_a_car_until_it_hears_all, veth_up,
			veth_down),
		cmocka_unit_test_setup_teardown(live_answer_that_the_link_is_up_waits_where_the_port_hears_changes,
						veth_up, veth_down),
		cmocka_unit_test_setup_teardown(live_frames_of_a_vlan_are_for_the_vlans_own_interface, veth_up,
						veth_down),
		cmocka_unit_test_setup_teardown(live_mac_is_the_interfaces, veth_up, veth_down),
		cmocka_unit_test_setup_teardown(live_interface_down_and_gone, veth_up, veth_down),
		cmocka_unit_test_setup_teardown(live_interface_without_carrier_is_not_opened, veth_up, veth_down),
		cmocka_unit_test_setup_teardown(live_port_of_a_bridge_is_not_opened, veth_up, veth_down),
		cmocka_unit_test_setup_teardown(live_index_is_the_interfaces_and_outlives_its_name, veth_up, veth_down),
		cmocka_unit_test_setup_teardown(live_closed_links_leave_no_descriptor, veth_up, veth_down),
		cmocka_unit_test(live_errors_name_the_interface),
		cmocka_unit_test(live_without_capability_says_which),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
	if (mkdtemp(folder) == NULL) {
		perror(folder);
		return 1;
	}
	snprintf(socket_path, sizeof(socket_path), "%s/frames", folder);
	int failed = run_unix_tests();
	rmdir(folder);
	if (failed != 0)
		return 1;
	if (unshare(CLONE_NEWNET) < 0) {
		printf("live port tests skipped: a network namespace is not permitted (%s)\n", strerror(errno));
		return EXIT_SKIPPED;
	}
	return run_live_tests() == 0 ? 0 : 1;
}
