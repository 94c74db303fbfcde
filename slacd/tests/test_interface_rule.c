/* SPDX-License-Identifier: Apache-2.0 */
/* What the station may name, and what is said where it may not. */
#include "slacd/interface_rule.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct settings_interfaces automatic;
static const struct settings_interfaces none = {.is_listed = true};
static const struct settings_interfaces listed = {.is_listed = true, .count = 2, .pattern = {{"qca*"}, {"eth[1-3]"}}};
static char why[INTERFACE_WHY_SIZE];

static void assert_why(const char *text)
{
	if (strstr(why, text) == NULL)
		fail_msg("%s is not in: %s", text, why);
	assert_null(strchr(why, '\n'));
	assert_true(strlen(why) < INTERFACE_WHY_SIZE - 1); /* nothing was cut off */
}

static void names_are_compared_with_the_patterns(void **state)
{
	static const char *const believed[] = {"qca0", "qca", "eth1", "eth3"};
	static const char *const refused[] = {"eth0", "eth4", "eth10", "xqca0", "lo", ""};

	(void)state;
	for (size_t i = 0; i < sizeof(believed) / sizeof(believed[0]); i++)
		assert_true(interface_name_is_believed(&listed, believed[i], why));
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		assert_false(interface_name_is_believed(&listed, refused[i], why));
		assert_why("not in outlets.interfaces");
	}
	assert_false(interface_name_is_believed(&none, "qca0", why));
	assert_true(interface_name_is_believed(&automatic, "eth0", why));
}

static void no_setting_lets_the_station_name_a_unix_socket(void **state)
{
	static const struct settings_interfaces all = {.is_listed = true, .count = 1, .pattern = {{"*"}}};
	static const char *const names[] = {"unix:line", "unix-listen:line"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_false(interface_name_is_believed(&all, names[i], why));
		assert_why("outlets.<evse_id>.interface");
		assert_false(interface_name_is_believed(&automatic, names[i], why));
	}
}

static void interface_that_the_host_uses_is_refused_with_the_reason(void **state)
{
	const struct port_event hardware = {.name = "eth0", .has_mac = true};
	const struct port_event bridge = {.name = "br0", .has_mac = true, .kind = "bridge"};
	const struct port_event bond = {.name = "bond0", .has_mac = true, .kind = "bond"};
	const struct port_use unused = {.is_known = true};
	const struct port_use addressed = {.is_known = true, .address = "2001:db8:1111:2222:3333:4444:5555:6666"};
	const struct port_use wireless = {.is_known = true, .is_wireless = true};
	const struct port_use unknown = {.is_known = false, .error = EMFILE};

	(void)state;
	assert_true(interface_is_believed(&automatic, &hardware, &unused, why));
	assert_string_equal(why, "");
	assert_false(interface_is_believed(&automatic, &hardware, &addressed, why));
	assert_why("it has the address 2001:db8:1111:2222:3333:4444:5555:6666");
	assert_why("outlets.interfaces");
	assert_false(interface_is_believed(&automatic, &hardware, &wireless, why));
	assert_why("wireless");
	assert_false(interface_is_believed(&automatic, &hardware, &unknown, why));
	assert_why("cannot be told");
	assert_why("(Too many open files)");
	assert_why("outlets.<evse_id>.interface)"); /* it is not cut */
	assert_false(interface_is_believed(&automatic, &bridge, &unused, why));
	assert_why("bridge");
	assert_false(interface_is_believed(&automatic, &bond, &unused, why));
	/* Whoever lists names knows them. */
	assert_true(interface_is_believed(&listed, &bridge, &addressed, why));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_compared_with_the_patterns),
		cmocka_unit_test(no_setting_lets_the_station_name_a_unix_socket),
		cmocka_unit_test(interface_that_the_host_uses_is_refused_with_the_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
