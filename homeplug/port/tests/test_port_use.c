/* SPDX-License-Identifier: Apache-2.0 */
/* The live tests give addresses to interfaces in a network namespace of their own: they need root and are skipped without. */
#include "homeplug/port/port_use.h"
#include "homeplug/port/tests/netlink_messages.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define EXIT_SKIPPED 77
#define PROTO        11 /* IFA_PROTO */

/* --- Messages --- */

static struct netlink_messages begin(uint16_t type, int family, unsigned ifindex)
{
	const struct ifaddrmsg info = {.ifa_family = (uint8_t)family, .ifa_index = ifindex};
	struct netlink_messages message = {0};

	netlink_begin(&message, type, &info, sizeof(info));
	return message;
}

/* An address of interface 7, made by `protocol`, 0: not told. */
static struct netlink_messages address_of_7(int family, const char *text, uint8_t protocol)
{
	struct netlink_messages message = begin(RTM_NEWADDR, family, 7);
	struct in6_addr octets;

	assert_int_equal(inet_pton(family, text, &octets), 1);
	netlink_add_attribute(&message, IFA_ADDRESS, &octets, family == AF_INET ? 4 : 16);
	if (protocol != 0)
		netlink_add_attribute(&message, PROTO, &protocol, sizeof(protocol));
	netlink_end(&message);
	return message;
}

static const char *address_in(const struct netlink_messages *message, int ifindex)
{
	static char address[INET6_ADDRSTRLEN];

	address[0] = '\0';
	assert_false(port_use_parse(message->octets, message->len, ifindex, address));
	return address;
}

static void every_address_counts_but_what_15118_and_a_router_give(void **state)
{
	static const struct {
		int family;
		const char *text;
		uint8_t protocol;
		const char *counted;
	} cases[] = {
		{AF_INET, "10.0.0.5", 0, "10.0.0.5"},
		{AF_INET, "169.254.1.2", 0, "169.254.1.2"},
		{AF_INET6, "2001:db8::1", 0, "2001:db8::1"},
		{AF_INET6, "fd00::1", 3, "fd00::1"},
		{AF_INET6, "fec0::1", 0, "fec0::1"},
		{AF_INET6, "fe80::1", 0, ""},
		{AF_INET6, "febf::1", 0, ""},
		{AF_INET6, "2001:db8::1", 2, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct netlink_messages message = address_of_7(cases[i].family, cases[i].text, cases[i].protocol);
		assert_string_equal(address_in(&message, 7), cases[i].counted);
		assert_string_equal(address_in(&message, 8), "");
	}
}

static void address_of_the_host_goes_before_that_of_its_peer(void **state)
{
	static const uint8_t ours[] = {10, 0, 0, 1};
	static const uint8_t peers[] = {10, 0, 0, 2};

	(void)state;
	for (int local_first = 0; local_first <= 1; local_first++) {
		struct netlink_messages message = begin(RTM_NEWADDR, AF_INET, 7);
		if (local_first)
			netlink_add_attribute(&message, IFA_LOCAL, ours, sizeof(ours));
		netlink_add_attribute(&message, IFA_ADDRESS, peers, sizeof(peers));
		if (!local_first)
			netlink_add_attribute(&message, IFA_LOCAL, ours, sizeof(ours));
		netlink_end(&message);
		assert_string_equal(address_in(&message, 7), "10.0.0.1");
	}
}

static void address_that_cannot_be_read_counts(void **state)
{
	struct netlink_messages message = begin(RTM_NEWADDR, AF_INET6, 7);

	(void)state;
	netlink_add_attribute(&message, IFA_ADDRESS, "1234", 4);
	netlink_end(&message);
	assert_string_equal(address_in(&message, 7), "?");
}

static void other_messages_tell_no_address_and_the_end_is_told(void **state)
{
	struct netlink_messages message = address_of_7(AF_INET, "10.0.0.5", 0);
	char address[INET6_ADDRSTRLEN] = "";
	const uint16_t done = NLMSG_DONE;
	const uint16_t gone = RTM_DELADDR;

	(void)state;
	netlink_patch(&message, offsetof(struct nlmsghdr, nlmsg_type), &gone, sizeof(gone));
	assert_string_equal(address_in(&message, 7), "");
	netlink_patch(&message, offsetof(struct nlmsghdr, nlmsg_type), &done, sizeof(done));
	assert_true(port_use_parse(message.octets, message.len, 7, address));
	assert_string_equal(address, "");
	assert_false(port_use_parse(message.octets, message.len - 1, 7, address));
}

/* --- A kernel that permits or tells less --- */

#define GET_WIRELESS_NAME 0x8b01
#define IF_INET6          "/proc/net/if_inet6"

static struct {
	bool no_rtnetlink;   /* a sandbox forbids it */
	bool no_ipv6;        /* the kernel has none */
	bool no_proc;        /* nor is there anything else of /proc/net */
	bool has_extensions; /* the interface is a wireless one, by an old driver or by a new one */
	bool has_phy;
} kernel;

int __real_socket(int domain, int type, int protocol);
int __real_ioctl(int fd, unsigned long request, ...);
int __real_access(const char *path, int mode);
FILE *__real_fopen(const char *path, const char *mode);
int __wrap_socket(int domain, int type, int protocol);
int __wrap_ioctl(int fd, unsigned long request, void *argument);
int __wrap_access(const char *path, int mode);
FILE *__wrap_fopen(const char *path, const char *mode);
FILE *__wrap_fopen64(const char *path, const char *mode);

int __wrap_socket(int domain, int type, int protocol)
{
	if (domain != AF_NETLINK || !kernel.no_rtnetlink)
		return __real_socket(domain, type, protocol);
	errno = EAFNOSUPPORT; /* as RestrictAddressFamilies= does */
	return -1;
}

int __wrap_ioctl(int fd, unsigned long request, void *argument)
{
	if (request != GET_WIRELESS_NAME)
		return __real_ioctl(fd, request, argument);
	errno = EOPNOTSUPP;
	return kernel.has_extensions ? 0 : -1;
}

int __wrap_access(const char *path, int mode)
{
	if (strcmp(path, "/sys/class/net/ta/phy80211") == 0 && kernel.has_phy)
		return 0;
	if (strncmp(path, "/proc/net/", 10) == 0 && kernel.no_proc) {
		errno = ENOENT;
		return -1;
	}
	return __real_access(path, mode);
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
	if (strcmp(path, IF_INET6) != 0 || !(kernel.no_ipv6 || kernel.no_proc))
		return __real_fopen(path, mode);
	errno = ENOENT;
	return NULL;
}

FILE *__wrap_fopen64(const char *path, const char *mode)
{
	return __wrap_fopen(path, mode);
}

static int forget_kernel(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	return 0;
}

/* --- With the kernel --- */

static void run(const char *command)
{
	assert_int_equal(system(command), 0);
}

static struct port_use look(const char *name)
{
	struct port_use use;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	port_use_look(fd, (int)if_nametoindex(name), &use);
	close(fd);
	return use;
}

static void expect_address(const char *name, const char *address)
{
	const struct port_use use = look(name);

	assert_true(use.is_known);
	assert_string_equal(use.address, address);
}

static void addresses_are_seen_as_they_come_and_go(void **state)
{
	(void)state;
	run("ip link add ta type veth peer name tb && ip link set ta up && ip link set tb up");
	expect_address("ta", "");
	assert_false(look("ta").is_wireless);
	run("ip addr add 10.0.0.5/24 dev tb && ip addr add fe80::7/64 dev ta nodad");
	expect_address("ta", "");
	run("ip addr add 2001:db8::5/64 dev ta nodad");
	expect_address("ta", "2001:db8::5");
	run("ip addr flush dev ta && ip addr add 10.0.0.6/24 dev ta");
	expect_address("ta", "10.0.0.6");
	run("ip link del ta");
}

/* More than one part of the kernel's answer could hold, if it told of the other interface, too. */
static void address_is_found_among_many(void **state)
{
	(void)state;
	run("ip link add ta type veth peer name tb");
	run("for a in $(seq 1 250); do echo addr add 10.1.0.$a/16 dev ta; done | ip -batch -");
	run("ip addr add 10.2.0.1/16 dev tb");
	expect_address("tb", "10.2.0.1");
	run("ip link del ta");
}

static void addresses_are_seen_where_rtnetlink_is_not_permitted_as_well(void **state)
{
	(void)state;
	kernel.no_rtnetlink = true;
	run("ip link add ta type veth peer name tb && ip link set ta up && ip link set tb up");
	run("ip addr add 10.0.0.5/24 dev tb && ip addr add fe80::7/64 dev ta nodad");
	run("ip addr add 2001:db8::4/64 dev tb nodad");
	expect_address("ta", "");
	run("ip addr add 2001:db8::5/64 dev ta nodad");
	expect_address("ta", "2001:db8::5");
	run("ip addr flush dev ta && ip addr add 10.0.0.6/24 dev ta");
	expect_address("ta", "10.0.0.6");
	kernel.no_ipv6 = true;
	expect_address("ta", "10.0.0.6");
	run("ip addr flush dev ta");
	expect_address("ta", "");
	run("ip link del ta");
}

static void addresses_that_nobody_tells_are_not_taken_for_none(void **state)
{
	(void)state;
	run("ip link add ta type veth peer name tb");
	kernel.no_rtnetlink = true;
	kernel.no_proc = true;
	const struct port_use use = look("ta");
	run("ip link del ta");
	assert_false(use.is_known);
	assert_int_not_equal(use.error, 0);
}

static void wireless_interface_is_known_by_its_driver_old_or_new(void **state)
{
	(void)state;
	run("ip link add ta type veth peer name tb");
	kernel.has_extensions = true;
	const struct port_use by_old = look("ta");
	kernel.has_extensions = false;
	kernel.has_phy = true;
	const struct port_use by_new = look("ta");
	const struct port_use other = look("tb");
	run("ip link del ta");
	assert_true(by_old.is_wireless);
	assert_true(by_new.is_wireless);
	assert_false(other.is_wireless);
}

static void interface_that_is_gone_is_unknown(void **state)
{
	(void)state;
	const struct port_use use = look("none");
	assert_false(use.is_known);
	assert_int_equal(use.error, ENODEV);
}

static int run_parse_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_address_counts_but_what_15118_and_a_router_give),
		cmocka_unit_test(address_of_the_host_goes_before_that_of_its_peer),
		cmocka_unit_test(address_that_cannot_be_read_counts),
		cmocka_unit_test(other_messages_tell_no_address_and_the_end_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

static int run_live_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_seen_as_they_come_and_go),
		cmocka_unit_test(address_is_found_among_many),
		cmocka_unit_test_setup(addresses_are_seen_where_rtnetlink_is_not_permitted_as_well, forget_kernel),
		cmocka_unit_test_setup(addresses_that_nobody_tells_are_not_taken_for_none, forget_kernel),
		cmocka_unit_test_setup(wireless_interface_is_known_by_its_driver_old_or_new, forget_kernel),
		cmocka_unit_test_setup(interface_that_is_gone_is_unknown, forget_kernel),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
	if (run_parse_tests() != 0)
		return 1;
	if (unshare(CLONE_NEWNET) < 0) {
		printf("live tests skipped: a network namespace is not permitted (%s)\n", strerror(errno));
		return EXIT_SKIPPED;
	}
	return run_live_tests() == 0 ? 0 : 1;
}
