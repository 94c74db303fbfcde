# SPDX-License-Identifier: Apache-2.0
"""Whatever the station answers wrongly is named once, changes nothing, and is asked for again."""
import json
import subprocess

import harness
from harness import Bench, EVSE

IMPATIENT = {"mqtt": {"request_timeout_ms": 60, "request_backoff_max_ms": 120}}
# Long enough for an answer that a program must be started for.
PATIENT = {"mqtt": {"request_timeout_ms": 700, "request_backoff_max_ms": 700}}
ASKS_FOR_LIMITS = "Outbound MQTT message.*cs_status_and_limits"
OUTLET = ('{"evse_id":"%s","supports_eim":true,"network_interface":"evse0",'
          '"connectors":[{"id":1,"services":{"ac":{}}}]}' % EVSE)
LIMITS = ('{"evse_id":"%s","status_code":"evse_ready","ac":{"max_current":{"l1":%%s},"nominal_voltage":230,'
          '"rcd_error":false}}' % EVSE)
# What the answer's data is, and what the warning says of it.
WRONG_PARAMETERS = (
    ("{}", r"member=data\.parameters expected=.*array"),
    ("[]", r"member=data expected=.*object"),
    ('"text"', r"member=data expected=.*object"),
    ('{"parameters":{}}', r"member=data\.parameters expected=.*array"),
    ('{"parameters":[7]}', r"member=data\.parameters\[0\] expected=.*object"),
    ('{"parameters":[%s]}' % OUTLET.replace('"services"', '"s"'),
     r"member=data\.parameters\[0\]\.connectors\[0\]\.services expected=.*object"),
    ('{"parameters":[%s]}' % OUTLET.replace("evse0", "../evse0"), r"\.network_interface expected=.*interface"),
    ('{"parameters":[%s]}' % ",".join(OUTLET.replace("E1", f"E{i}") for i in range(257)), r"expected=.*at most 256"),
)
WRONG_LIMITS = tuple((f'{{"evses":[{LIMITS % current}]}}', r"max_current\.l1 expected=.*0 to 1000 A")
                     for current in ("-1", "1001", '"16"', "null", "true", "[]", "1e999", "NaN")) + (
    ('{"evses":[%s]}' % (LIMITS % "16").replace("evse_ready", "fine"), r"status_code expected=.*evse_not_ready"),
    ('{"evses":[%s]}' % (LIMITS % "16").replace("false", "0"), r"rcd_error expected=.*true or false"))
# Not even JSON for slacd: octets of a whole message.
BROKEN = {
    "truncated": b'{"id":"%s","name":"cs_parameters","type":"response","data":{"parameters":[',
    "UTF-8 garbage": b'{"id":"%s","name":"cs_parameters","type":"response","data":{"parameters":[],'
                     b'"x":"\xff\xfe\xc0\x80"}}',
    "NUL": b'{"id":"%s","name":"cs_parameters","type":"response","data":{"parameters":[]}}\0',
    "two objects": b'{"id":"%s","name":"cs_parameters","type":"response","data":{"parameters":[]}}{}',
    "too deep": b'{"id":"%s","data":' + b"[" * 40000,
}
MEGABYTE = (b'{"id":"%s","name":"cs_parameters","type":"response","data":{"parameters":[],"x":"'
            + b"x" * (1 << 20) + b'"}}')


class WrongAnswers(Bench):
    def start_asking(self, patience=IMPATIENT):
        """A slacd that asks a station that does not answer by itself."""
        self.link()
        self.capture = self.capture_on("evse0")
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.station = self.start_station("--answer", "none")
        self.station.wait_line("connected to the broker")
        self.ev = self.start_ev()
        self.slacd = self.start_slacd(patience)

    def publish(self, octets):
        with open(self.path("payload"), "wb") as file:
            file.write(octets)
        subprocess.run(["mosquitto_pub", "-p", str(harness.BROKER_PORT), "-q", "1", "-t", "cs/josev", "-f",
                        self.path("payload")], check=True)

    def next_request(self, name):
        mark = self.observer.mark()
        return self.observer.messages.wait(lambda message: message.name == name and message.type == "request", name,
                                           after=mark)

    def answer(self, request, data):
        self.publish(b'{"id":"%s","name":"%s","type":"response","data":%s}'
                     % (request.id.encode(), request.name.encode(), data.encode()))

    def answer_in_time(self, name, data, taken):
        """An answer that took longer than slacd waits is late: then the next request is answered, until it says
        `taken`."""
        log = self.slacd.mark()

        def is_taken():
            self.answer(self.next_request(name), data)
            try:
                self.slacd.wait_line(taken, 0.5, log)
            except AssertionError:
                return False
            return True
        harness.await_true(is_taken, f"an answer to {name} in time")

    def assert_refused(self, name, wrong):
        for data, said in wrong:
            with self.subTest(data=data[:80]):
                mark = self.slacd.mark()
                self.answer(self.next_request(name), data)
                # The same member a second time is not said again within a minute.
                self.slacd.wait_line(f"WARN .*refused.*name={name} .*{said}",
                                     after=0 if self.slacd.lines(said) else mark)
                self.next_request(name)  # it is still asked for

    def assert_boots_when_answered(self):
        mark = self.observer.mark()
        self.station.say("answer valid")
        self.observer.wait_service("ready", after=mark)
        self.assert_matches()

    def test_wrong_parameters_are_named_and_asked_for_again(self):
        self.start_asking()
        self.assert_refused("cs_parameters", WRONG_PARAMETERS)
        self.assert_boots_when_answered()

    def test_wrong_limits_are_named_and_asked_for_again(self):
        self.start_asking()
        self.answer_in_time("cs_parameters", '{"parameters":[%s]}' % OUTLET, ASKS_FOR_LIMITS)
        self.assert_refused("cs_status_and_limits", WRONG_LIMITS)
        self.assert_boots_when_answered()

    def test_what_is_no_message_at_all_changes_nothing(self):
        self.start_asking()
        for text in BROKEN.values():
            self.publish(text.replace(b"%s", self.next_request("cs_parameters").id.encode()))
        self.slacd.wait_line("WARN .*MQTT message refused.*expected=")
        self.next_request("cs_parameters")
        self.assertEqual(self.observer.pilots(), [])
        self.assertEqual(len(self.slacd.lines("MQTT message refused")), 1)
        self.assert_boots_when_answered()

    def test_message_of_a_megabyte_is_dropped_and_said_once(self):
        self.start_asking()
        for _ in range(3):
            self.publish(MEGABYTE.replace(b"%s", self.next_request("cs_parameters").id.encode()))
        self.slacd.wait_line("WARN .*MQTT message dropped.*more than 256 KiB")
        self.next_request("cs_parameters")
        self.assertEqual(len(self.slacd.lines("MQTT message dropped")), 1)
        self.assert_boots_when_answered()

    def test_huge_but_right_answer_is_taken(self):
        self.start_asking(PATIENT)
        self.answer(self.next_request("cs_parameters"), '{"parameters":[%s],"x":"%s"}' % (OUTLET, "x" * 60000))
        self.slacd.wait_line(ASKS_FOR_LIMITS)
        self.assert_boots_when_answered()

    def test_answer_with_an_unknown_id_is_not_taken(self):
        self.start_asking()
        request = self.next_request("cs_parameters")
        self.answer(type("Foreign", (), {"id": "unknown", "name": request.name}), '{"parameters":[%s]}' % OUTLET)
        self.next_request("cs_parameters")
        self.assertEqual([message for message in self.observer.messages.since()
                          if message.name == "cs_status_and_limits"], [])
        self.assert_boots_when_answered()

    def start_with_an_open_pilot_request(self, patience=IMPATIENT):
        """Booted; the station does not answer the F of a fallback."""
        self.start_all({**patience, "slac": {"allow_nonstandard_timers": True, "tt_evse_slac_init_ms": 300},
                        "pilot": {"step_f_ms": 20000}})
        self.station.say("answer none")
        self.plug()
        return self.observer.wait_pilot("f")

    def test_wrong_answers_to_a_pilot_request_leave_it_open(self):
        self.start_with_an_open_pilot_request()
        for data, said in (('{"evse_id":"%s","status":"fine"}' % EVSE, r"WARN .*name=cp_pwm member=data\.status"),
                           ('{"evse_id":7,"status":"valid"}', r"WARN .*name=cp_pwm member=data\.evse_id"),
                           ('{"status":"valid"}', r"WARN .*name=cp_pwm member=data\.evse_id"),
                           ('{"evse_id":"DE*OTHER","status":"valid"}', r"WARN .*cp_pwm for an outlet.*DE\*OTHER")):
            with self.subTest(data=data):
                self.answer(self.next_request("cp_pwm"), data)
                self.slacd.wait_line(said)
                self.assertEqual(self.next_request("cp_pwm").pilot, "f")

    def test_message_with_room_between_its_members_is_compact_in_the_log(self):
        """Tabs stand for line ends, which the observer of this test would not survive."""
        self.start_asking({**IMPATIENT, "service": {"log_level": "DEBUG"}})
        self.next_request("cs_parameters")  # it listens
        message = {"id": "7", "name": "cp_status", "type": "update",
                   "data": {"evse_id": EVSE, "connector_id": 1, "state": "A1", "note": 'a "b"  c'}}
        self.publish(json.dumps(message, indent=4).replace("\n", "\t").encode())
        line = self.slacd.wait_line('DEBUG .*Inbound MQTT message as it is.*"cp_status"').text
        self.assertTrue(line.endswith(" message=" + json.dumps(message, separators=(",", ":"))), line)

    def test_refused_pilot_request_is_repeated_with_a_new_id_until_it_is_valid(self):
        self.start_with_an_open_pilot_request(PATIENT)
        ids = []
        for status in ("invalid", "error", "invalid"):
            request = self.next_request("cp_pwm")
            ids.append(request.id)
            self.answer(request, '{"evse_id":"%s","status":"%s","info":"relay"}' % (EVSE, status))
        self.slacd.wait_line("ERROR .*refuses a pilot request.*request=F status=invalid info=\"relay\"")
        self.slacd.wait_line("ERROR .*refuses a pilot request.*request=F status=error info=\"relay\"")
        request = self.next_request("cp_pwm")
        self.assertEqual(len({*ids, request.id}), 4)
        self.answer(request, '{"evse_id":"%s","status":"valid"}' % EVSE)
        mark = self.observer.mark()
        self.observer.never_pilot(("f",), 1.0, mark)


if __name__ == "__main__":
    harness.main()
