/* SPDX-License-Identifier: Apache-2.0 */
/* The live tests make a veth pair in a network namespace of their own: they need root and are skipped
 * without. */
#include "homeplug/link.h"
#include "homeplug/mme.h"

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

static char folder[] = "/tmp/slacd-test-link-XXXXXX";
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

static void send_filled(struct link *link, size_t len, uint8_t fill)
{
	uint8_t frame[MME_FRAME_MAX];

	assert_true(link_send(link, frame, frame_make(frame, len, HOMEPLUG_ETHERTYPE, fill)));
}

/* Waits until the link's fd is readable, then receives. */
static enum link_result wait_recv(struct link *link, uint8_t *frame, size_t *len)
{
	struct pollfd waiting = {.fd = link_fd(link), .events = POLLIN};

	assert_int_equal(poll(&waiting, 1, PATIENCE_MS), 1);
	return link_recv(link, frame, MME_FRAME_MAX, len);
}

static void expect_filled(struct link *link, size_t len, uint8_t fill)
{
	uint8_t expected[MME_FRAME_MAX];
	uint8_t frame[MME_FRAME_MAX];
	size_t got;

	assert_int_equal(wait_recv(link, frame, &got), LINK_FRAME);
	assert_int_equal(got, frame_make(expected, len, HOMEPLUG_ETHERTYPE, fill));
	assert_memory_equal(frame, expected, len);
}

static void expect_result(struct link *link, enum link_result expected)
{
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	assert_int_equal(link_recv(link, frame, sizeof(frame), &len), expected);
}

static struct link *open_or_fail(const char *prefix)
{
	char error[LINK_ERROR_SIZE] = "";
	char name[128];

	snprintf(name, sizeof(name), "%s%s", prefix, socket_path);
	struct link *link = link_open(name, error);
	if (link == NULL)
		fail_msg("%s", error);
	return link;
}

static void expect_error(const char *name, const char *expected)
{
	char error[LINK_ERROR_SIZE] = "";

	assert_null(link_open(name, error));
	if (strstr(error, expected) == NULL)
		fail_msg("\"%s\" expected in \"%s\"", expected, error);
}

/* --- Unix sockets --- */

static void unix_frames_arrive_whole_and_in_order(void **state)
{
	struct link *listening = open_or_fail("unix-listen:");
	struct link *connecting = open_or_fail("unix:");

	(void)state;
	send_filled(connecting, 60, 1);
	send_filled(connecting, 129, 2);
	send_filled(connecting, MME_FRAME_MAX, 3);
	expect_filled(listening, 60, 1);
	expect_filled(listening, 129, 2);
	expect_filled(listening, MME_FRAME_MAX, 3);
	expect_result(listening, LINK_EMPTY);
	send_filled(listening, 85, 4);
	expect_filled(connecting, 85, 4);
	expect_result(connecting, LINK_EMPTY);
	link_close(connecting);
	link_close(listening);
}

static void unix_longer_frame_is_cut(void **state)
{
	struct link *listening = open_or_fail("unix-listen:");
	struct link *connecting = open_or_fail("unix:");
	uint8_t frame[60];
	size_t len;

	(void)state;
	send_filled(connecting, 129, 1);
	send_filled(connecting, 60, 2);
	assert_int_equal(link_recv(listening, frame, sizeof(frame), &len), LINK_FRAME);
	assert_int_equal(len, sizeof(frame));
	expect_filled(listening, 60, 2);
	link_close(connecting);
	link_close(listening);
}

static void unix_listener_outlives_its_peers(void **state)
{
	struct link *listening = open_or_fail("unix-listen:");
	int fd = link_fd(listening);
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	(void)state;
	for (uint8_t round = 1; round <= 3; round++) {
		expect_result(listening, LINK_EMPTY);
		assert_false(link_connected(listening));
		struct link *connecting = open_or_fail("unix:");
		send_filled(connecting, 60, round);
		expect_filled(listening, 60, round);
		assert_true(link_connected(listening));
		link_close(connecting);
		assert_int_equal(wait_recv(listening, frame, &len), LINK_END);
		assert_int_equal(link_fd(listening), fd);
	}
	frame_make(frame, 60, HOMEPLUG_ETHERTYPE, 0);
	assert_false(link_send(listening, frame, 60));
	assert_int_equal(errno, ENOTCONN);
	link_close(listening);
}

static void unix_new_peer_replaces_the_old_one(void **state)
{
	struct link *listening = open_or_fail("unix-listen:");
	struct link *first = open_or_fail("unix:");
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	(void)state;
	send_filled(first, 60, 1);
	expect_filled(listening, 60, 1);
	struct link *second = open_or_fail("unix:");
	send_filled(second, 60, 2);
	expect_filled(listening, 60, 2);
	send_filled(listening, 60, 3);
	expect_filled(second, 60, 3);
	assert_int_equal(wait_recv(first, frame, &len), LINK_END);
	link_close(first);
	expect_result(listening, LINK_EMPTY);
	link_close(second);
	link_close(listening);
}

static void unix_connecting_side_learns_that_the_peer_left(void **state)
{
	struct link *listening = open_or_fail("unix-listen:");
	struct link *connecting = open_or_fail("unix:");
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	(void)state;
	expect_result(listening, LINK_EMPTY);
	send_filled(listening, 60, 1);
	link_close(listening);
	expect_filled(connecting, 60, 1);
	assert_int_equal(wait_recv(connecting, frame, &len), LINK_END);
	frame_make(frame, 60, HOMEPLUG_ETHERTYPE, 0);
	assert_false(link_send(connecting, frame, 60));
	link_close(connecting);
	assert_int_equal(access(socket_path, F_OK), -1);
}

static void unix_peer_that_leaves_with_unread_frames_is_an_end(void **state)
{
	struct link *listening = open_or_fail("unix-listen:");
	struct link *connecting = open_or_fail("unix:");
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	(void)state;
	expect_result(listening, LINK_EMPTY);
	send_filled(listening, 60, 1);
	link_close(connecting);
	assert_int_equal(wait_recv(listening, frame, &len), LINK_END);
	expect_result(listening, LINK_EMPTY);
	link_close(listening);
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
	struct link *listening = open_or_fail("unix-listen:");
	struct link *connecting = open_or_fail("unix:");
	link_close(connecting);
	link_close(listening);
}

static void unix_living_listener_is_left_alone(void **state)
{
	struct link *listening = open_or_fail("unix-listen:");
	struct link *connecting = open_or_fail("unix:");
	char name[128];

	(void)state;
	snprintf(name, sizeof(name), "unix-listen:%s", socket_path);
	expect_error(name, socket_path);
	expect_error(name, "Address already in use");
	send_filled(connecting, 60, 1);
	expect_filled(listening, 60, 1);
	link_close(connecting);
	link_close(listening);
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
	struct link *listening = open_or_fail("unix-listen:");
	struct link *connecting = open_or_fail("unix:");
	uint8_t a[MAC_LEN];
	uint8_t b[MAC_LEN];

	(void)state;
	link_mac(listening, a);
	link_mac(connecting, b);
	assert_false(mac_equal(a, b));
	assert_int_equal(a[0], 0x02);
	assert_int_equal(b[0], 0x02);
	link_close(connecting);
	link_close(listening);
}

static void empty_frame_is_refused(void **state)
{
	struct link *listening = open_or_fail("unix-listen:");
	struct link *connecting = open_or_fail("unix:");
	uint8_t none = 0;

	(void)state;
	assert_false(link_send(connecting, &none, 0));
	assert_int_equal(errno, EINVAL);
	link_close(connecting);
	link_close(listening);
	link_close(NULL);
}

/* --- live --- */

static void run(const char *command)
{
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

static struct link *live_or_fail(const char *interface)
{
	char error[LINK_ERROR_SIZE] = "";
	struct link *link = link_open(interface, error);

	if (link == NULL)
		fail_msg("%s", error);
	return link;
}

/*
 * Shortly after an interface was set up the kernel still drops what is sent: the queue is attached later. Sends
 * until a frame comes through, then takes what is left, up to the last one.
 */
static void await_passage(const char *from, const char *to)
{
	struct link *sender = live_or_fail(from);
	struct link *receiver = live_or_fail(to);
	struct pollfd waiting = {.fd = link_fd(receiver), .events = POLLIN};
	uint8_t frame[MME_FRAME_MAX];
	size_t len;
	uint8_t sent = 0;
	int ready = 0;

	for (int waited_ms = 0; ready == 0 && waited_ms < PATIENCE_MS; waited_ms += 5) {
		link_send(sender, frame, frame_make(frame, 60, HOMEPLUG_ETHERTYPE, ++sent));
		ready = poll(&waiting, 1, 5);
	}
	do {
		assert_int_equal(poll(&waiting, 1, PATIENCE_MS), 1);
		assert_int_equal(link_recv(receiver, frame, sizeof(frame), &len), LINK_FRAME);
	} while (frame[len - 1] != sent);
	link_close(receiver);
	link_close(sender);
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
	struct link *a = live_or_fail("ta");
	struct link *b = live_or_fail("tb");

	(void)state;
	send_filled(a, 60, 1);
	send_filled(a, 129, 2);
	send_filled(a, MME_FRAME_MAX, 3);
	expect_filled(b, 60, 1);
	expect_filled(b, 129, 2);
	expect_filled(b, MME_FRAME_MAX, 3);
	expect_result(b, LINK_EMPTY);
	expect_result(a, LINK_EMPTY);
	assert_true(link_connected(a));
	link_close(b);
	link_close(a);
}

static void live_other_ethertypes_are_dropped(void **state)
{
	struct link *a = live_or_fail("ta");
	struct link *b = live_or_fail("tb");
	uint8_t frame[MME_FRAME_MAX];

	(void)state;
	assert_true(link_send(a, frame, frame_make(frame, 60, 0x0800, 1)));
	assert_true(link_send(a, frame, frame_make(frame, 60, 0x88e2, 2)));
	send_filled(a, 60, 3);
	expect_filled(b, 60, 3);
	expect_result(b, LINK_EMPTY);
	link_close(b);
	link_close(a);
}

static void live_mac_is_the_interfaces(void **state)
{
	static const uint8_t expected[MAC_LEN] = {0x02, 0x11, 0x22, 0x33, 0x44, 0xaa};
	uint8_t mac[MAC_LEN];

	(void)state;
	run("ip link set ta address 02:11:22:33:44:aa");
	struct link *a = live_or_fail("ta");
	link_mac(a, mac);
	assert_memory_equal(mac, expected, MAC_LEN);
	link_close(a);
}

static void live_interface_down_and_gone(void **state)
{
	struct link *a = live_or_fail("ta");
	uint8_t frame[MME_FRAME_MAX];
	size_t len;

	(void)state;
	run("ip link set ta down");
	assert_int_equal(wait_recv(a, frame, &len), LINK_DOWN);
	frame_make(frame, 60, HOMEPLUG_ETHERTYPE, 0);
	assert_false(link_send(a, frame, 60));
	assert_int_equal(errno, ENETDOWN);
	expect_error("ta", "interface ta is down");
	run("ip link set ta up");
	struct link *again = live_or_fail("ta");
	run("ip link del ta");
	assert_int_equal(wait_recv(again, frame, &len), LINK_DOWN);
	assert_int_equal(wait_recv(a, frame, &len), LINK_DOWN);
	expect_error("ta", "interface ta does not exist");
	link_close(again);
	link_close(a);
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

static void live_index_is_the_interfaces_and_outlives_its_name(void **state)
{
	struct link *a = live_or_fail("ta");

	(void)state;
	assert_int_equal(link_ifindex(a), if_nametoindex("ta"));
	run("ip link set ta down && ip link set ta name tc");
	assert_int_equal(link_ifindex(a), if_nametoindex("tc"));
	link_close(a);
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
	static struct link *links[LINKS];
	int last_open = 0;

	(void)state;
	for (int i = 0; i < LINKS; i++) {
		links[i] = live_or_fail("ta");
		fds[i] = link_fd(links[i]);
	}
	for (int i = 0; i < LINKS; i++)
		link_close(links[i]);
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
	char error[LINK_ERROR_SIZE] = "";
	int status;
	pid_t child = fork();

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		bool refused = setuid(NOBODY) == 0 && link_open("ta", error) == NULL;
		_exit(refused && strstr(error, "CAP_NET_RAW") != NULL && strstr(error, "setcap") != NULL ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void interface_that_is_gone_is_told_from_other_failures(void **state)
{
	const int gone[] = {ENETDOWN, ENODEV, ENXIO};

	(void)state;
	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		assert_int_equal(link_result_of_errno(gone[i]), LINK_DOWN);
	assert_int_equal(link_result_of_errno(EAGAIN), LINK_EMPTY);
	assert_int_equal(link_result_of_errno(EINTR), LINK_EMPTY);
	assert_int_equal(link_result_of_errno(EPIPE), LINK_END);
	assert_int_equal(link_result_of_errno(EIO), LINK_ERROR);
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
		cmocka_unit_test_setup_teardown(live_mac_is_the_interfaces, veth_up, veth_down),
		cmocka_unit_test_setup_teardown(live_interface_down_and_gone, veth_up, veth_down),
		cmocka_unit_test_setup_teardown(live_interface_without_carrier_is_not_opened, veth_up, veth_down),
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
		printf("live link tests skipped: a network namespace is not permitted (%s)\n", strerror(errno));
		return EXIT_SKIPPED;
	}
	return run_live_tests() == 0 ? 0 : 1;
}
