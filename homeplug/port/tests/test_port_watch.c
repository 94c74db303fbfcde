/* SPDX-License-Identifier: Apache-2.0 */
/* The live tests change interfaces in a network namespace of their own: they need root and are skipped without. */
#include "homeplug/port/port_watch.h"
#include "homeplug/port/tests/netlink_messages.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_MS  5000
#define EXIT_SKIPPED 77
#define EVENTS_MAX   8

static const uint8_t mac_a[MAC_LEN] = {0x02, 0x11, 0x22, 0x33, 0x44, 0xaa};

/* --- What was told --- */

struct told {
	size_t count;
	struct port_event events[EVENTS_MAX];
};

static void note(void *context, const struct port_event *event)
{
	struct told *told = context;

	assert_true(told->count < EVENTS_MAX);
	told->events[told->count++] = *event;
}

/* --- Messages --- */

static const struct ifinfomsg ethernet_7 = {
	.ifi_type = ARPHRD_ETHER, .ifi_index = 7, .ifi_flags = IFF_UP | IFF_RUNNING};

/* The interface qca0 with a name, a queue length that is of no concern, and its MAC. */
static void add_qca0(struct netlink_messages *messages, uint16_t type, const struct ifinfomsg *info)
{
	const uint32_t queue = 1000;

	netlink_begin(messages, type, info, sizeof(*info));
	netlink_add_attribute(messages, IFLA_IFNAME, "qca0", sizeof("qca0"));
	netlink_add_attribute(messages, IFLA_TXQLEN, &queue, sizeof(queue));
	netlink_add_attribute(messages, IFLA_ADDRESS, mac_a, sizeof(mac_a));
	netlink_end(messages);
}

/* Parses the first `len` octets, from memory of just that size. */
static struct told parse(const struct netlink_messages *messages, size_t len)
{
	struct told told = {0};
	void *exact = malloc(len > 0 ? len : 1);

	assert_non_null(exact);
	memcpy(exact, messages->octets, len);
	port_watch_parse(exact, len, note, &told);
	free(exact);
	return told;
}

static struct port_event parse_one(const struct netlink_messages *messages)
{
	struct told told = parse(messages, messages->len);

	assert_int_equal(told.count, 1);
	return told.events[0];
}

/* --- Parsing --- */

static void interface_that_is_up_and_running_is_told_whole(void **state)
{
	struct netlink_messages messages = {0};

	(void)state;
	add_qca0(&messages, RTM_NEWLINK, &ethernet_7);
	struct port_event event = parse_one(&messages);
	assert_int_equal(event.news, PORT_NEWS_STATE);
	assert_int_equal(event.ifindex, 7);
	assert_string_equal(event.name, "qca0");
	assert_true(event.up);
	assert_true(event.running);
	assert_true(event.has_mac);
	assert_memory_equal(event.mac, mac_a, MAC_LEN);
}

static void interface_with_an_alternative_name_is_told_from_one_without(void **state)
{
	const struct {
		struct rtattr header;
		char name[8];
	} alternative = {.header = {.rta_len = sizeof(alternative), .rta_type = 53}, .name = "modem7"};
	struct netlink_messages messages = {0};

	(void)state;
	add_qca0(&messages, RTM_NEWLINK, &ethernet_7);
	assert_true(parse_one(&messages).has_no_other_name);
	messages.len = 0;
	netlink_begin(&messages, RTM_NEWLINK, &ethernet_7, sizeof(ethernet_7));
	netlink_add_attribute(&messages, NLA_F_NESTED | 52, &alternative, sizeof(alternative));
	netlink_add_attribute(&messages, IFLA_IFNAME, "qca0", sizeof("qca0"));
	netlink_end(&messages);
	assert_false(parse_one(&messages).has_no_other_name);
	assert_string_equal(parse_one(&messages).name, "qca0");
}

static void missing_carrier_and_down_are_told_apart(void **state)
{
	struct ifinfomsg info = ethernet_7;
	struct netlink_messages messages = {0};

	(void)state;
	info.ifi_flags = IFF_UP;
	add_qca0(&messages, RTM_NEWLINK, &info);
	info.ifi_flags = 0;
	add_qca0(&messages, RTM_NEWLINK, &info);
	struct told told = parse(&messages, messages.len);
	assert_int_equal(told.count, 2);
	assert_true(told.events[0].up);
	assert_false(told.events[0].running);
	assert_false(told.events[1].up);
}

static void removed_interface_is_told(void **state)
{
	struct netlink_messages messages = {0};

	(void)state;
	add_qca0(&messages, RTM_DELLINK, &ethernet_7);
	struct port_event event = parse_one(&messages);
	assert_int_equal(event.news, PORT_NEWS_REMOVED);
	assert_int_equal(event.ifindex, 7);
	assert_string_equal(event.name, "qca0");
}

static void port_that_leaves_a_bridge_is_not_taken_for_removed(void **state)
{
	struct ifinfomsg info = ethernet_7;
	struct netlink_messages messages = {0};

	(void)state;
	info.ifi_family = AF_BRIDGE;
	add_qca0(&messages, RTM_DELLINK, &info);
	assert_int_equal(parse(&messages, messages.len).count, 0);
}

/* The interface is a port of number 9, which is of this kind; NULL: the kernel does not say. */
static void add_port(struct netlink_messages *messages, const char *kind, size_t kind_len)
{
	const uint32_t master = 9;
	uint8_t nested[64];
	const struct rtattr inner = {.rta_type = IFLA_INFO_SLAVE_KIND, .rta_len = (uint16_t)RTA_LENGTH(kind_len)};

	netlink_begin(messages, RTM_NEWLINK, &ethernet_7, sizeof(ethernet_7));
	netlink_add_attribute(messages, IFLA_IFNAME, "qca0", sizeof("qca0"));
	netlink_add_attribute(messages, IFLA_MASTER, &master, sizeof(master));
	if (kind != NULL) {
		assert_true(RTA_LENGTH(kind_len) <= sizeof(nested));
		memcpy(nested, &inner, sizeof(inner));
		memcpy(nested + RTA_LENGTH(0), kind, kind_len);
		netlink_add_attribute(messages, IFLA_LINKINFO | NLA_F_NESTED, nested, RTA_LENGTH(kind_len));
	}
	netlink_end(messages);
}

static void interface_whose_frames_a_master_takes_is_captured(void **state)
{
	static const char *const taking[] = {"bridge", "bond", "team", "openvswitch", "hsr"};
	static const char *const others[] = {"vrf", "bridges", "", "a-kind-with-a-very-long-name"};
	struct port_event event;

	(void)state;
	for (size_t i = 0; i < sizeof(taking) / sizeof(taking[0]); i++) {
		struct netlink_messages messages = {0};
		add_port(&messages, taking[i], strlen(taking[i]) + 1);
		event = parse_one(&messages);
		assert_int_equal(event.master, 9);
		assert_string_equal(event.master_kind, taking[i]);
		assert_true(port_event_is_captured(&event));
		assert_true(event.running);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct netlink_messages messages = {0};
		add_port(&messages, others[i], strlen(others[i]) + 1);
		event = parse_one(&messages);
		assert_int_equal(event.master, 9);
		assert_false(port_event_is_captured(&event));
	}
}

static void interface_with_an_unknown_master_or_none_is_not_captured(void **state)
{
	struct netlink_messages unknown = {0}, none = {0};
	struct port_event event;

	(void)state;
	add_port(&unknown, NULL, 0);
	event = parse_one(&unknown);
	assert_int_equal(event.master, 9);
	assert_false(port_event_is_captured(&event));
	add_qca0(&none, RTM_NEWLINK, &ethernet_7);
	event = parse_one(&none);
	assert_int_equal(event.master, 0);
	assert_false(port_event_is_captured(&event));
}

static void other_messages_are_passed_over(void **state)
{
	struct netlink_messages messages = {0};

	(void)state;
	add_qca0(&messages, RTM_NEWROUTE, &ethernet_7);
	add_qca0(&messages, NLMSG_DONE, &ethernet_7);
	add_qca0(&messages, RTM_DELLINK, &ethernet_7);
	assert_int_equal(parse_one(&messages).news, PORT_NEWS_REMOVED);
}

static void address_that_comes_or_goes_is_told_with_its_interface(void **state)
{
	static const uint16_t types[] = {RTM_NEWADDR, RTM_DELADDR};
	const struct ifaddrmsg info = {.ifa_family = AF_INET, .ifa_index = 7};

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct netlink_messages messages = {0};
		netlink_begin(&messages, types[i], &info, sizeof(info));
		netlink_end(&messages);
		const struct port_event event = parse_one(&messages);
		assert_int_equal(event.news, PORT_NEWS_ADDRESS);
		assert_int_equal(event.ifindex, 7);
		messages.octets[0]--;
		assert_int_equal(parse(&messages, messages.len).count, 0);
	}
}

static void interface_without_ethernet_has_no_mac(void **state)
{
	struct ifinfomsg info = ethernet_7;
	struct netlink_messages messages = {0};

	(void)state;
	info.ifi_type = ARPHRD_LOOPBACK;
	add_qca0(&messages, RTM_NEWLINK, &info);
	assert_false(parse_one(&messages).has_mac);
}

static void mac_of_another_length_is_none(void **state)
{
	struct netlink_messages messages = {0};

	(void)state;
	netlink_begin(&messages, RTM_NEWLINK, &ethernet_7, sizeof(ethernet_7));
	netlink_add_attribute(&messages, IFLA_ADDRESS, mac_a, sizeof(mac_a) - 1);
	netlink_end(&messages);
	assert_false(parse_one(&messages).has_mac);
}

static void name_that_is_not_terminated_or_too_long_is_none(void **state)
{
	static const char longer[IF_NAMESIZE + 1] = "sixteen-octets--";
	static const struct {
		const char *octets;
		size_t len;
	} names[] = {{"qca0", 4}, {longer, sizeof(longer)}, {"", 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct netlink_messages messages = {0};
		netlink_begin(&messages, RTM_NEWLINK, &ethernet_7, sizeof(ethernet_7));
		netlink_add_attribute(&messages, IFLA_IFNAME, names[i].octets, names[i].len);
		netlink_end(&messages);
		assert_string_equal(parse_one(&messages).name, "");
	}
}

static void cut_messages_give_only_what_is_whole(void **state)
{
	struct netlink_messages messages = {0};

	(void)state;
	add_qca0(&messages, RTM_NEWLINK, &ethernet_7);
	size_t first = messages.len;
	add_qca0(&messages, RTM_DELLINK, &ethernet_7);
	for (size_t len = 0; len <= messages.len; len++)
		assert_int_equal(parse(&messages, len).count, len == messages.len ? 2 : len >= first);
}

static void wrong_lengths_end_the_reading(void **state)
{
	static const uint32_t message_lens[] = {0, 1, NLMSG_HDRLEN - 1, 4096, UINT32_MAX - 1, UINT32_MAX};
	static const uint16_t attribute_lens[] = {0, 1, RTA_LENGTH(0) - 1, 4096, UINT16_MAX};

	(void)state;
	for (size_t i = 0; i < sizeof(message_lens) / sizeof(message_lens[0]); i++) {
		struct netlink_messages messages = {0};
		add_qca0(&messages, RTM_NEWLINK, &ethernet_7);
		netlink_patch(&messages, 0, &message_lens[i], sizeof(message_lens[i]));
		assert_int_equal(parse(&messages, messages.len).count, 0);
	}
	for (size_t i = 0; i < sizeof(attribute_lens) / sizeof(attribute_lens[0]); i++) {
		struct netlink_messages messages = {0};
		add_qca0(&messages, RTM_NEWLINK, &ethernet_7);
		netlink_patch(&messages, NLMSG_LENGTH(sizeof(struct ifinfomsg)), &attribute_lens[i],
			      sizeof(attribute_lens[i]));
		struct port_event event = parse_one(&messages);
		assert_string_equal(event.name, "");
		assert_false(event.has_mac);
		assert_true(event.running);
	}
}

/* The MAC is the last attribute. An octet of it is behind the end of the message. */
static void attribute_that_is_longer_than_its_message_is_none(void **state)
{
	const size_t padding = RTA_ALIGN(sizeof(mac_a)) - sizeof(mac_a);
	struct netlink_messages messages = {0};

	(void)state;
	add_qca0(&messages, RTM_NEWLINK, &ethernet_7);
	messages.len -= padding + 1;
	netlink_patch(&messages, 0, &(uint32_t){(uint32_t)messages.len}, sizeof(uint32_t));
	const struct port_event event = parse_one(&messages);
	assert_string_equal(event.name, "qca0");
	assert_false(event.has_mac);
}

static void message_too_short_for_an_interface_is_passed_over(void **state)
{
	const uint32_t len = NLMSG_LENGTH(sizeof(struct ifinfomsg)) - 4;
	const struct nlmsghdr header = {.nlmsg_type = RTM_NEWLINK, .nlmsg_len = len};
	struct netlink_messages messages = {0};

	(void)state;
	netlink_add_octets(&messages, &header, sizeof(header));
	messages.len = len;
	add_qca0(&messages, RTM_DELLINK, &ethernet_7);
	assert_int_equal(parse_one(&messages).news, PORT_NEWS_REMOVED);
}

static void count_only(void *context, const struct port_event *event)
{
	size_t *count = context;

	assert_non_null(memchr(event->name, '\0', sizeof(event->name)));
	assert_non_null(memchr(event->master_kind, '\0', sizeof(event->master_kind)));
	assert_true(event->ifindex > 0);
	++*count;
}

/* A wrong octet anywhere is survived; what is told keeps its form. */
static void any_wrong_octet_is_survived(void **state)
{
	struct netlink_messages messages = {0};

	(void)state;
	add_qca0(&messages, RTM_NEWLINK, &ethernet_7);
	add_port(&messages, "bridge", sizeof("bridge"));
	for (size_t at = 0; at < messages.len; at++) {
		for (unsigned value = 0; value < 256; value++) {
			size_t count = 0;
			uint8_t kept = messages.octets[at];
			messages.octets[at] = (uint8_t)value;
			port_watch_parse(messages.octets, messages.len, count_only, &count);
			assert_true(count <= 2);
			messages.octets[at] = kept;
		}
	}
}

/* --- Live --- */

static void run(const char *command)
{
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

/* Reads until nothing is left. */
static struct port_event last_of_all(struct port_watch *watch)
{
	struct port_event last = {0};
	struct told told;
	enum port_result result;

	do {
		told.count = 0;
		result = port_watch_read(watch, note, &told);
		if (told.count > 0)
			last = told.events[told.count - 1];
	} while (result == PORT_FRAME);
	assert_int_equal(result, PORT_EMPTY);
	return last;
}

/* Waits for an event about `name` of this kind. */
static struct port_event await(struct port_watch *watch, const char *name, bool (*wanted)(const struct port_event *))
{
	struct pollfd waiting = {.fd = port_watch_fd(watch), .events = POLLIN};
	struct told told;

	while (poll(&waiting, 1, PATIENCE_MS) == 1) {
		told.count = 0;
		assert_int_equal(port_watch_read(watch, note, &told), PORT_FRAME);
		for (size_t i = 0; i < told.count; i++)
			if (strcmp(told.events[i].name, name) == 0 && wanted(&told.events[i]))
				return told.events[i];
	}
	fail_msg("nothing was told of %s", name);
	return (struct port_event){0};
}

static bool is_there(const struct port_event *event)
{
	return event->news == PORT_NEWS_STATE;
}

static bool is_running(const struct port_event *event)
{
	return is_there(event) && event->up && event->running;
}

static bool is_without_carrier(const struct port_event *event)
{
	return is_there(event) && event->up && !event->running;
}

static bool is_down(const struct port_event *event)
{
	return is_there(event) && !event->up;
}

static bool is_removed(const struct port_event *event)
{
	return event->news == PORT_NEWS_REMOVED;
}

static bool has_mac_a(const struct port_event *event)
{
	return event->has_mac && mac_equal(event->mac, mac_a);
}

static bool has_other_names(const struct port_event *event)
{
	return is_running(event) && !event->has_no_other_name;
}

static bool has_no_other_name(const struct port_event *event)
{
	return is_running(event) && event->has_no_other_name;
}

static struct port_event look(const struct port_watch *watch, int ifindex)
{
	struct port_event event;

	assert_true(port_watch_look(port_watch_fd(watch), ifindex, &event));
	return event;
}

static int watch_open(void **state)
{
	char error[PORT_ERROR_SIZE] = "";
	struct port_watch *watch = port_watch_open(error);

	if (watch == NULL)
		fail_msg("%s", error);
	*state = watch;
	return 0;
}

static int watch_close(void **state)
{
	port_watch_close(*state);
	return system("ip link del ta 2>/dev/null") == -1 ? -1 : 0;
}

static void quiet_watch_is_empty(void **state)
{
	struct told told = {0};

	assert_int_equal(port_watch_read(*state, note, &told), PORT_EMPTY);
	assert_int_equal(told.count, 0);
}

static void life_of_an_interface_is_told_step_by_step(void **state)
{
	struct port_watch *watch = *state;

	run("ip link add ta type veth peer name tb");
	int ifindex = await(watch, "ta", is_there).ifindex;
	assert_int_equal(ifindex, (int)if_nametoindex("ta"));
	run("ip link set ta up");
	assert_int_equal(await(watch, "ta", is_without_carrier).ifindex, ifindex);
	run("ip link set tb up");
	await(watch, "ta", is_running);
	run("ip link set tb down");
	await(watch, "ta", is_without_carrier);
	run("ip link set ta address 02:11:22:33:44:aa");
	await(watch, "ta", has_mac_a);
	run("ip link set ta down");
	await(watch, "ta", is_down);
	run("ip link set ta name tc");
	assert_int_equal(await(watch, "tc", is_there).ifindex, ifindex);
	run("ip link del tc");
	assert_int_equal(await(watch, "tc", is_removed).ifindex, ifindex);
}

static void alternative_names_are_told_as_they_come_and_go(void **state)
{
	struct port_watch *watch = *state;

	run("ip link add ta type veth peer name tb && ip link set ta up && ip link set tb up");
	await(watch, "ta", has_no_other_name);
	run("ip link property add dev ta altname modem7");
	await(watch, "ta", has_other_names);
	run("ip link property del dev ta altname modem7");
	await(watch, "ta", has_no_other_name);
}

static void look_sees_what_is_told(void **state)
{
	struct port_watch *watch = *state;

	run("ip link add ta type veth peer name tb");
	run("ip link set ta address 02:11:22:33:44:aa");
	run("ip link set ta up && ip link set tb up");
	int ifindex = await(watch, "ta", is_running).ifindex;
	struct port_event now = look(watch, ifindex);
	assert_string_equal(now.name, "ta");
	assert_int_equal(now.ifindex, ifindex);
	assert_true(is_running(&now));
	assert_true(has_mac_a(&now));
	run("ip link set tb down");
	await(watch, "ta", is_without_carrier);
	now = look(watch, ifindex);
	assert_true(is_without_carrier(&now));
	run("ip link del ta");
	now = look(watch, ifindex);
	assert_true(is_removed(&now));
	now = look(watch, 1);
	assert_string_equal(now.name, "lo");
	assert_false(now.has_mac);
}

static bool is_captured(const struct port_event *event)
{
	return event->news == PORT_NEWS_STATE && port_event_is_captured(event);
}

static bool is_free(const struct port_event *event)
{
	return event->news == PORT_NEWS_STATE && event->master == 0;
}

static void port_of_a_bridge_is_told_and_seen_with_the_name_of_the_bridge(void **state)
{
	struct port_watch *watch = *state;
	char text[PORT_CAPTURE_SIZE];

	run("ip link add ta type veth peer name tb && ip link add br9 type bridge");
	run("ip link set ta master br9");
	struct port_event told = await(watch, "ta", is_captured);
	struct port_event now = look(watch, told.ifindex);
	assert_true(is_captured(&now));
	assert_int_equal(now.master, told.master);
	port_event_capture_text(&now, text);
	assert_string_equal(text, "it is a port of the bridge br9, which takes its frames");
	assert_string_equal(now.kind, "veth");
	assert_false(port_event_has_ports(&now));
	now = look(watch, now.master);
	assert_string_equal(now.kind, "bridge");
	assert_true(port_event_has_ports(&now));
	run("ip link set ta nomaster");
	await(watch, "ta", is_free);
	now = look(watch, told.ifindex);
	assert_true(is_free(&now));
	run("ip link del ta && ip link del br9");
	port_event_capture_text(&told, text); /* it is gone since */
	assert_string_equal(text, "it is a port of the bridge ?, which takes its frames");
}

static void message_of_another_process_is_ignored(void **state)
{
	struct port_watch *watch = *state;
	struct sockaddr_nl address = {0};
	socklen_t len = sizeof(address);
	struct netlink_messages messages = {0};
	struct told told = {0};
	int other = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	assert_true(other >= 0);
	assert_int_equal(getsockname(port_watch_fd(watch), (struct sockaddr *)&address, &len), 0);
	address.nl_groups = 0;
	add_qca0(&messages, RTM_DELLINK, &ethernet_7);
	assert_int_equal(sendto(other, messages.octets, messages.len, 0, (const struct sockaddr *)&address, len),
			 messages.len);
	assert_int_equal(port_watch_read(watch, note, &told), PORT_FRAME);
	assert_int_equal(port_watch_read(watch, note, &told), PORT_EMPTY);
	assert_int_equal(told.count, 0);
	close(other);
}

static void overrun_is_told_once_and_old_news_are_dropped(void **state)
{
	struct port_watch *watch = *state;
	const int least = 1;

	assert_int_equal(setsockopt(port_watch_fd(watch), SOL_SOCKET, SO_RCVBUF, &least, sizeof(least)), 0);
	run("ip link add ta type veth peer name tb");
	run("for i in 1 2 3 4; do ip link set ta up; ip link set ta down; done");
	assert_int_equal(last_of_all(watch).news, PORT_NEWS_MISSED);
	run("ip link set ta address 02:11:22:33:44:aa");
	await(watch, "ta", has_mac_a);
}

static int run_parse_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interface_that_is_up_and_running_is_told_whole),
		cmocka_unit_test(interface_with_an_alternative_name_is_told_from_one_without),
		cmocka_unit_test(missing_carrier_and_down_are_told_apart),
		cmocka_unit_test(removed_interface_is_told),
		cmocka_unit_test(port_that_leaves_a_bridge_is_not_taken_for_removed),
		cmocka_unit_test(interface_whose_frames_a_master_takes_is_captured),
		cmocka_unit_test(interface_with_an_unknown_master_or_none_is_not_captured),
		cmocka_unit_test(other_messages_are_passed_over),
		cmocka_unit_test(address_that_comes_or_goes_is_told_with_its_interface),
		cmocka_unit_test(interface_without_ethernet_has_no_mac),
		cmocka_unit_test(mac_of_another_length_is_none),
		cmocka_unit_test(name_that_is_not_terminated_or_too_long_is_none),
		cmocka_unit_test(cut_messages_give_only_what_is_whole),
		cmocka_unit_test(wrong_lengths_end_the_reading),
		cmocka_unit_test(attribute_that_is_longer_than_its_message_is_none),
		cmocka_unit_test(message_too_short_for_an_interface_is_passed_over),
		cmocka_unit_test(any_wrong_octet_is_survived),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

static int run_live_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(quiet_watch_is_empty, watch_open, watch_close),
		cmocka_unit_test_setup_teardown(life_of_an_interface_is_told_step_by_step, watch_open, watch_close),
		cmocka_unit_test_setup_teardown(alternative_names_are_told_as_they_come_and_go, watch_open,
						watch_close),
		cmocka_unit_test_setup_teardown(look_sees_what_is_told, watch_open, watch_close),
		cmocka_unit_test_setup_teardown(port_of_a_bridge_is_told_and_seen_with_the_name_of_the_bridge,
						watch_open, watch_close),
		cmocka_unit_test_setup_teardown(message_of_another_process_is_ignored, watch_open, watch_close),
		cmocka_unit_test_setup_teardown(overrun_is_told_once_and_old_news_are_dropped, watch_open, watch_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
	if (run_parse_tests() != 0)
		return 1;
	if (unshare(CLONE_NEWNET) < 0) {
		printf("live port watch tests skipped: a network namespace is not permitted (%s)\n", strerror(errno));
		return EXIT_SKIPPED;
	}
	return run_live_tests() == 0 ? 0 : 1;
}
