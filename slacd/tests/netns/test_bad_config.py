# SPDX-License-Identifier: Apache-2.0
"""Wrong use is refused at the start: exit code 2, and one line says what is wrong and what is expected."""
import os

import harness
from harness import Bench

BOOT_PARAMETERS = {"parameters": [{
    "evse_id": harness.EVSE, "supports_eim": True, "network_interface": "evse0",
    "connectors": [{"id": 1, "services": {"ac": {}}}]}]}


class BadConfig(Bench):
    def assert_refused(self, slacd, *parts, code=2):
        self.assertEqual(slacd.exit_code(), code)
        said = slacd.text()
        for part in parts:
            self.assertIn(part, said)

    def refused_configuration(self, content):
        return self.start_slacd(None, "--config", self.write("bad.json", content))

    def test_unknown_option_is_named(self):
        slacd = self.start_slacd(None, "--verbos")
        self.assert_refused(slacd, "unknown option", "--verbos", "--help")
        self.assertEqual(len(slacd.output.since()), 1)

    def test_missing_argument_is_named(self):
        self.assert_refused(self.start_slacd(None, "--mqtt-port"), "missing argument", "--mqtt-port")

    def test_bad_option_value_is_named_with_what_is_expected(self):
        for option, value, expected in (("--mqtt-port", "70000", "0 to 65535"),
                                        ("--log-level", "LOUD", "TRACE|DEBUG")):
            self.assert_refused(self.start_slacd(None, option, value), option, value, expected)

    def test_unreadable_configuration_is_named_with_the_reason(self):
        os.mkfifo(self.path("fifo"))
        for path, reason in ((self.path("none.json"), "No such file"), (self.directory, "a directory"),
                             (self.path("fifo"), "a FIFO"), ("/dev/zero", "a device")):
            for option in ("--config", "--cs-config-file", "--cs-limits-file"):
                self.assert_refused(self.start_slacd(None, option, path), path, reason)

    def test_configuration_that_is_no_json_is_named_with_the_place(self):
        self.assert_refused(self.refused_configuration('{"mqtt": {'), "bad.json", "not valid JSON at line 1, column 11")

    def test_what_is_given_twice_is_named_with_the_place(self):
        self.assert_refused(self.refused_configuration('{"mqtt": {},\n "mqtt": {}}'),
                            "bad.json: mqtt: given twice, the second time at line 2, column 2")

    def test_wrong_setting_is_named_by_file_path_and_expectation(self):
        for content, parts in (
                ({"slac": {"profile": "strikt"}}, ("slac.profile", "field|strict")),
                ({"slac": {"profil": "strict"}}, ("slac.profil",)),
                ({"slaac": {}}, ("slaac", "mqtt, slac")),
                ({"mqtt": {"port": "1883"}}, ("mqtt.port", "a whole number")),
                ({"mqtt": {"port": -1}}, ("mqtt.port", "0 to 65535")),
                ({"mqtt": {"port": 0}}, ("mqtt.host", "absolute path of a Unix socket")),
                ({"modem": {"poll_ms": 100}}, ("modem.poll_ms", "bench.poll_ms")),
                ({"pilot": {"nominal_current_a": 5}}, ("pilot.nominal_current_a", "6 to 80 A")),
                ({"outlets": {harness.EVSE: {"interfase": "eth0"}}}, ("interfase",))):
            with self.subTest(content=content):
                self.assert_refused(self.refused_configuration(content), "bad.json", *parts)

    def test_timer_outside_the_standard_needs_to_be_allowed(self):
        self.assert_refused(self.refused_configuration({"slac": {"tt_evse_slac_init_ms": 1000}}),
                            "slac.tt_evse_slac_init_ms", "20000", "50000", "slac.allow_nonstandard_timers")

    def test_comment_that_does_not_end_is_named_with_its_place(self):
        slacd = self.refused_configuration('{"mqtt": {}} /* the station')
        self.assert_refused(slacd, "bad.json", "line 1, column 14", "comment does not end")

    def test_start_with_bench_settings_warns_and_names_them(self):
        for content, warned in (({"bench": {"poll_ms": 100, "busy_after_ms": 500}}, True), ({"bench": {}}, False)):
            slacd = self.start_slacd(content, "--cs-limits-file", self.path("none.json"))
            self.assertEqual(slacd.exit_code(), 2)
            warning = "WARN slacd: Settings for benches and tests are set"
            self.assertEqual(warning in slacd.text(), warned)
            if warned:
                self.assertIn("settings=bench.poll_ms,bench.busy_after_ms", slacd.text())

    def test_bad_boot_file_is_named_by_file_path_and_expectation(self):
        bad = {"parameters": [dict(BOOT_PARAMETERS["parameters"][0], connectors="one")]}
        self.assert_refused(self.start_slacd(None, "--cs-config-file", self.write("station.json", bad)),
                            "station.json", "data.parameters[0].connectors", "an array")

    def test_boot_file_that_is_no_json_or_says_something_twice_is_named_with_the_place(self):
        for text, said in (('{"parameters": [],\n}', "not valid JSON at line 2, column 1"),
                           ('{"parameters": [],\n "parameters": []}', "parameters: given twice, the second time at line 2")):
            path = self.write("station.json", text)
            self.assert_refused(self.start_slacd(None, "--cs-config-file", path), path, said)

    def test_missing_boot_file_is_named(self):
        path = self.path("none.json")
        self.assert_refused(self.start_slacd(None, "--cs-limits-file", path), path, "No such file")

    def test_environment_is_checked_like_an_option(self):
        environment = ("env", "MQTT_PORT=x")
        self.assert_refused(self.start_slacd(wrapper=environment), "MQTT_PORT", "'x'", "0 to 65535")

    def test_boot_files_replace_the_questions_to_the_station(self):
        self.link()
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.ev = self.start_ev()
        limits = {"evses": [{"evse_id": harness.EVSE, "status_code": "evse_ready"}]}
        self.slacd = self.start_slacd(None, "--cs-config-file", self.write("station.json", BOOT_PARAMETERS),
                                      "--cs-limits-file", self.write("limits.json", limits))
        self.observer.wait_service("ready")
        self.assertEqual([message for message in self.observer.messages.since()
                          if message.name in ("cs_parameters", "cs_status_and_limits")], [])
        self.station = self.start_station()
        self.station.wait_line("connected to the broker")
        self.assert_matches()

    def test_printed_configuration_is_accepted_again(self):
        printed = self.start_slacd(None, "--print-config")
        self.assertEqual(printed.exit_code(), 0)
        path = self.write("printed.json", printed.text())
        again = self.start_slacd(None, "--config", path, "--print-config")
        self.assertEqual(again.exit_code(), 0)
        self.assertEqual(again.text(), printed.text())


if __name__ == "__main__":
    harness.main()
