# SPDX-License-Identifier: Apache-2.0
"""The station simulator as a test's or a user's tool: its script, its exit codes, its output."""
import os
import uuid

import harness
from harness import Bench, SHORT_TIMERS

FALLBACK = """
expect cp_pwm hlc
plug
expect status basic_charging within 5000
expect cp_pwm f within 100
expect cp_pwm x1 within 5000
expect cp_pwm x2 within 5000
unplug
expect status unmatched within 1000
expect cp_pwm hlc within 1000
quit
"""


class CsSim(Bench):
    def run_cs_sim(self, *arguments):
        return self.add(harness.Program("cs-sim", os.environ["CS_SIM"], *arguments))

    def run_script(self, text, *arguments):
        return self.start_station("--script", self.write("script.txt", text), *arguments)

    def start_daemon_and_broker(self):
        self.link()
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.ev = self.start_ev()
        self.slacd = self.start_slacd({**SHORT_TIMERS, "mqtt": {"request_timeout_ms": 100}})

    def test_wrong_use_is_named_with_exit_code_2(self):
        for arguments, part in ((("--bogus",), "--bogus"), (("extra",), "extra"),
                                (("--mqtt-port", "0"), "--mqtt-port"), (("--answer", "maybe"), "--answer"),
                                (("--evse", "E1"), "EVSE_ID=INTERFACE"),
                                (("--config", self.path("none.json")), "none.json"), (("--play", "slac"), "ocpp,iso15118"),
                                (("--print-script", "lunch"), "session-eim"), (("--script", "lunch"), "nor a script")):
            with self.subTest(arguments=arguments):
                cs_sim = self.run_cs_sim(*arguments)
                self.assertEqual(cs_sim.exit_code(), 2)
                self.assertIn(part, cs_sim.text())

    def test_wrong_script_line_is_named_before_anything_happens(self):
        cs_sim = self.run_script("plug\n\n# a comment\nexpect cp_pwm x3\n")
        self.assertEqual(cs_sim.exit_code(), 2)
        self.assertRegex(cs_sim.text(), r"script\.txt:4: expected: expect cp_pwm hlc\|f\|x1\|x2")
        self.assertEqual(len(cs_sim.output.since()), 1)

    def test_wrong_argument_of_a_command_is_answered_with_what_is_right(self):
        for line, expected in (("status_code fine", "status_code evse_ready"),
                               ("hlc_charging yes", "hlc_charging on|off"),
                               ("data_link cut", "data_link terminate|pause|resume"),
                               ("request all", "request link_status|"),
                               ("other_pwm x1", "other_pwm hlc|AMPERE [EVSE], 80 A at most"),
                               ("other_pwm 80.1", "other_pwm hlc|AMPERE [EVSE], 80 A at most"),
                               ("parameters", "parameters FILE or"), ("parameters remove", "parameters FILE or"),
                               ("parameters add", "parameters FILE or"), ("restart now", "restart"),
                               ("limits", "limits FILE"), ("card", "card TOKEN"), ("cable 0", "cable AMPERE"),
                               ("car flies", "car draws AMPERE"),
                               ("car consumes 16 16", "car draws AMPERE"), ("car ready maybe", "car draws AMPERE"), ("csms limit", "csms start|stop"),
                               ("availability maybe", "availability operative|inoperative"),
                               ("expect current much", "expect cp_pwm"), ("expect session Lunch", "expect cp_pwm"),
                               ("expect request lunch", "expect cp_pwm")):
            with self.subTest(line=line):
                cs_sim = self.run_script(line + "\n")
                self.assertEqual(cs_sim.exit_code(), 2)
                self.assertIn(f"script.txt:1: expected: {expected}", cs_sim.text())

    def test_command_that_cannot_be_carried_out_is_named_with_exit_code_1(self):
        self.broker = self.start_broker()
        for line, said in (("parameters remove DE*NONE", "no outlet 'DE*NONE'"),
                           ("data_link pause DE*NONE", "no outlet"),
                           ("status_code evse_ready DE*NONE", "no outlet"), ("parameters none.json", "none.json"),
                           ("limits none.json", "none.json"), ("parameters add E2", "EVSE_ID=INTERFACE"),
                           ("csms stop", "--play ocpp"), ("car stop", "--play iso15118"), ("card A DE*NONE", "no outlet")):
            with self.subTest(line=line):
                cs_sim = self.run_script(line + "\n")
                self.assertEqual(cs_sim.exit_code(), 1)
                self.assertIn(said, cs_sim.text())

    def test_wrong_command_on_stdin_is_answered_and_the_next_one_taken(self):
        self.broker = self.start_broker()
        station = self.start_station()
        for line, said in (("car draws 16 9", "no outlet '9'"), ("meter 5", "no outlet '5'"), ("plug DE*NONE", "'DE.NONE'"),
                           ("csms start", "--play ocpp"), ("car stop", "--play iso15118"),
                           ("parameters none.json", "none.json"), ("fly", "unknown command 'fly'")):
            with self.subTest(line=line):
                station.say(line)
                station.wait_line(said)
        station.say("quit")
        self.assertEqual(station.exit_code(), 0)

    def test_neighbours_of_the_station_speak_on_their_own_topic(self):
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.run_script("data_link pause\nauthorize\nhlc_charging on\nother_pwm 10.5\nother_pwm hlc\nquit\n",
                        "--topic-iso15118", "iso15118/slac", "--topic-from-station", "cs/josev").exit_code()
        for name, topic in (("slac_data_link", "iso15118/slac"), ("authorization", "cs/josev"),
                            ("hlc_charging", "josev/cs"), ("cp_pwm", "josev/cs")):
            self.assertEqual(self.observer.messages.wait(lambda message: message.name == name, name).topic, topic)
        self.observer.wait_pilot("hlc")
        self.assertEqual(self.observer.pilots(), [("x2", 10.5), "hlc"])

    def test_card_is_asked_for_by_the_station_and_answered_by_the_backend_with_the_same_id(self):
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.run_script("tap accepted\nquit\n").exit_code()
        answer = self.observer.messages.wait(lambda message: message.type == "response", "the answer")
        request = self.observer.messages.wait(lambda message: message.type == "request", "the request")
        self.assertEqual((request.name, request.topic, request.data["token_type"]),
                         ("authorization", "cs/josev", "ISO14443"))
        self.assertEqual((answer.id, answer.name, answer.topic, answer.data),
                         (request.id, "authorization", "josev/cs", {"status": "accepted"}))

    def test_script_sees_a_whole_fallback_and_exits_with_0(self):
        self.start_daemon_and_broker()
        cs_sim = self.run_script(FALLBACK)
        self.assertEqual(cs_sim.exit_code(), 0, cs_sim.text())
        self.observer.wait_slac("unmatched")
        self.assertEqual(self.observer.slac_statuses(), ["basic_charging", "unmatched"])

    def test_expectation_that_is_not_met_exits_with_1_and_names_it(self):
        self.start_daemon_and_broker()
        cs_sim = self.run_script("expect cp_pwm hlc\nexpect status matched within 200\nplug\nquit\n")
        self.assertEqual(cs_sim.exit_code(), 1)
        self.assertIn("expected status matched within 200 ms, but it did not come", cs_sim.text())
        self.assertEqual(cs_sim.lines("cp_status update .* B"), [])

    def test_every_message_is_one_line_with_its_time_both_ways(self):
        self.start_daemon_and_broker()
        cs_sim = self.run_script(FALLBACK)
        cs_sim.exit_code()
        for line in cs_sim.output.since():
            self.assertRegex(line.text, r"^ *\d+\.\d{3} ms  (slacd -> cs|cs -> slacd|cs) ")
        for part in ("slacd -> cs  cp_pwm request  .* x2 32.0 A", "cs -> slacd  cp_pwm response  .* valid",
                     "cs -> slacd  cp_status update  .* F$"):
            self.assertNotEqual(cs_sim.lines(part), [], part)

    def test_quiet_says_nothing_and_colour_only_when_asked_for(self):
        self.start_daemon_and_broker()
        quiet = self.run_script("expect cp_pwm hlc\nquit\n", "--quiet")
        self.assertEqual(quiet.exit_code(), 0)
        self.assertEqual(quiet.text(), "")
        coloured = self.run_script("plug\nquit\n", "--color", "always")
        self.assertEqual(coloured.exit_code(), 0)
        self.assertIn("\033[", coloured.text())
        plain = self.run_script("unplug\nquit\n")
        self.assertEqual(plain.exit_code(), 0)
        self.assertNotIn("\033[", plain.text())

    def test_answers_are_as_late_as_asked_for(self):
        self.start_daemon_and_broker()
        self.start_station("--answer-delay-ms", "300")
        self.observer.wait_service("ready")
        request = self.observer.wait_pilot("hlc")
        answer = self.observer.wait_response(request.id)
        self.assert_time(answer.time - request.time, 0.3, "cp_pwm response")

    def test_files_are_sent_as_they_are(self):
        outlet = {"evse_id": "DE*FILE", "supports_eim": False, "network_interface": "evse0", "connectors": []}
        parameters = {"parameters": [outlet], "unknown": [1, {"a": None}]}
        limits = {"evses": [{"evse_id": "DE*FILE", "status_code": "evse_ready"}]}
        self.start_daemon_and_broker()
        self.start_station("--config", self.write("p.json", parameters),
                           "--limits", self.write("l.json", limits))
        for name, data in (("cs_parameters", parameters), ("cs_status_and_limits", limits)):
            answer = self.observer.messages.wait(
                lambda message, name=name: message.name == name and message.type == "response", name)
            self.assertEqual(answer.data, data)

    def test_foreign_outlet_gets_no_answer_and_a_wrong_request_a_refusal(self):
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.station = self.start_station()
        self.station.wait_line("connected to the broker")
        ids = {}
        for data, name in (('"evse_id":"DE*NONE","hlc":true,"error_state":false,"fault_state":false', "cp_pwm"),
                           ('"evse_id":"DE*NONE"', "stop_charging"),
                           (f'"evse_id":"{harness.EVSE}","operational_status":"maybe"', "change_availability"),
                           (f'"evse_id":"{harness.EVSE}","connector_id":99,"action":"lock"', "cs_connector"),
                           (f'"evse_id":"{harness.EVSE}"', "cs_contactor_status")):
            ids[name] = str(uuid.uuid4())
            self.station.say(f'raw josev/cs {{"id":"{ids[name]}","name":"{name}","type":"request","data":{{{data}}}}}')
        self.observer.wait_response(ids["cs_contactor_status"])
        self.assertEqual([(message.id, message.data.get("status")) for message in self.observer.messages.since()
                          if message.type == "response"],
                         [(ids["change_availability"], "rejected"), (ids["cs_connector"], "error"),
                          (ids["cs_contactor_status"], "opened")])
        self.station.wait_line(r"data\.operational_status")

    def test_current_that_no_duty_cycle_codes_is_refused(self):
        self.broker = self.start_broker()
        station = self.start_station()
        for current, answer in ((5, "invalid"), (80.1, "invalid"), (0, "valid"), (6, "valid"), (80, "valid")):
            with self.subTest(current=current):
                mark = station.output.mark()
                station.say(f'raw josev/cs {{"id":"{uuid.uuid4()}","name":"cp_pwm","type":"request","data":{{"evse_id":'
                            f'"{harness.EVSE}","hlc":false,"current":{current},"error_state":false,"fault_state":false}}}}')
                self.assertRegex(station.wait_line("cp_pwm response", after=mark).text, f" {answer}$")

    def test_outlet_goes_out_of_service_and_comes_back(self):
        self.start_daemon_and_broker()
        self.station = self.start_station("--play", "ocpp")
        self.observer.wait_service("ready")
        self.observer.wait_pilot("hlc")
        self.station.say("csms inoperative")
        self.observer.wait_pilot("f")
        mark = self.observer.mark()
        self.station.say("csms operative")
        self.observer.wait_pilot("hlc", after=mark)
        codes = [message.data["evses"][0]["status_code"] for message in self.observer.messages.since()
                 if message.name == "cs_status_and_limits" and message.type == "update"]
        self.assertEqual(codes, ["evse_shutdown", "evse_ready"])

    def test_help_lists_every_option_and_command(self):
        helped = self.run_cs_sim("--help")
        self.assertEqual(helped.exit_code(), 0)
        for word in ("--evse", "--script", "--answer-delay-ms", "--topic-iso15118", "plug", "expect", "raw", "quit",
                     "limits", "status_code", "parameters add", "parameters remove", "hlc_charging", "data_link",
                     "authorize", "deauthorize", "tap accepted|rejected", "other_pwm hlc|AMPERE",
                     "request link_status|network_info|reset|service_status", "restart", "--play", "--device-model",
                     "--print-script", "session-eim", "car draws", "car consumes", "car ready", "csms limit", "card TOKEN", "meter", "availability",
                     "cable AMPERE", "transaction started"):
            self.assertIn(word, helped.text())
        version = self.run_cs_sim("--version")
        self.assertEqual(version.exit_code(), 0)
        self.assertRegex(version.text(), r"^cs-sim \d+\.\d+\.\d+$")


class Sessions(Bench):
    """The scripts that cs-sim brings, against slacd and a car."""

    def start(self):
        self.link()
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.ev = self.start_ev(*harness.FAST_EV, "--stay")
        self.slacd = self.start_slacd(harness.with_settings(
            SHORT_TIMERS, pilot={"step_x1_hlc_ms": 300}, mqtt={"request_timeout_ms": 100}))

    def play(self, script, speaks, *arguments, service="ac"):
        mark = self.observer.mark()
        station = self.start_station("--script", script, *arguments, evses=(f"{harness.EVSE}=evse0:{service}",))
        plugged = ("B1", "B2")
        if speaks:
            self.observer.messages.wait(lambda message: message.pilot_state in plugged, "the vehicle", after=mark)
            self.ev.say("plug")
        self.assertEqual(station.exit_code(30), 0, f"{script}: {station.text()}")
        if speaks:
            self.ev.say("unplug")
        return self.observer.messages.since(mark)

    def assert_charged(self, messages):
        meters = [message.data["total_active_energy_imported"] for message in messages
                  if message.name == "meter_values" and message.type != "request"]
        self.assertEqual(meters[0], 0)
        self.assertEqual(meters, sorted(meters))
        self.assertEqual([message.data["status"] for message in messages if message.name == "transaction_status"
                          and message.data["status"] != "in_progress"], ["started", "ended"])

    def test_every_script_runs_to_its_end(self):
        self.start()
        for script in ("session-eim", "session-pnc", "session-remote-stop", "session-paused", "basic-charging"):
            with self.subTest(script=script):
                self.assert_charged(self.play(script, script != "basic-charging", "--play", "ocpp,iso15118"))

    def test_script_of_direct_current_runs_to_its_end(self):
        self.start()
        messages = self.play("session-dc", True, "--play", "ocpp,iso15118", service="dc")
        self.assert_charged(messages)
        answers = [message.data for message in messages if message.type == "response"
                   and message.name in ("cable_check", "power_electronics_setpoint")]
        self.assertEqual(answers[-3], {"evse_id": harness.EVSE, "cable_check_status": "finished", "isolation_level": "valid"})
        self.assertEqual([data["status"] for data in answers[-2:]], ["accepted"] * 2)

    def test_smart_charging_script_runs_against_the_service(self):
        self.start()
        station = self.start_station("--play", "ocpp")
        self.observer.wait_service("ready")
        # One that boots before the station knows nothing of the session.
        smart = self.add(harness.Program("smart-charging", os.environ["SMART_CHARGING"]))
        smart.wait_line("Service status.*status=ready")
        printed = self.add(harness.Program("cs-sim", os.environ["CS_SIM"], "--print-script", "smart-charging"))
        printed.exit_code()
        for line in printed.text().splitlines():
            station.say(line)
        self.assertEqual(station.exit_code(20), 0, station.text())
        self.assertEqual([message.data["status"] for message in self.observer.messages.since()
                          if message.topic == "smart_charging/ocpp"], ["accepted"] * 4)

    def test_printed_script_is_the_one_that_runs(self):
        printed = self.add(harness.Program("cs-sim", os.environ["CS_SIM"], "--print-script", "basic-charging"))
        self.assertEqual(printed.exit_code(), 0)
        self.start()
        self.play(self.write("mine", printed.text() + "\n"), False, "--play", "ocpp")


if __name__ == "__main__":
    harness.main()
