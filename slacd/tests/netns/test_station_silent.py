# SPDX-License-Identifier: Apache-2.0
"""A station that does not answer, answers late or refuses."""
import harness
from harness import Bench, SHORT_TIMERS

IMPATIENT = {"mqtt": {"request_timeout_ms": 200, "request_backoff_max_ms": 400}}
X2 = ("x2", 32.0)


class SilentStation(Bench):
    def start_silent(self, configuration=None):
        self.link()
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.station = self.start_station("--answer", "none")
        self.station.wait_line("connected to the broker")
        self.ev = self.start_ev()
        self.slacd = self.start_slacd({**IMPATIENT, **(configuration or {})})

    def wait_requests(self, name, count):
        requests = []
        while len(requests) < count:
            after = self.observer.messages.items.index(requests[-1]) + 1 if requests else 0
            requests.append(self.observer.wait_request(name, after=after))
        return requests

    def test_boot_requests_are_repeated_with_new_ids_until_answered(self):
        self.start_silent()
        ids = [message.id for message in self.wait_requests("cs_parameters", 4)]
        self.assertEqual(len(set(ids)), 4)
        self.assertEqual(self.observer.pilots(), [])
        self.station.say("answer valid")
        self.observer.wait_service("ready")
        self.assert_matches()

    def test_repetitions_back_off(self):
        self.start_silent()
        times = [message.time for message in self.wait_requests("cs_parameters", 4)]
        for step, expected in zip(range(3), (0.2, 0.4, 0.4)):
            self.assert_time(times[step + 1] - times[step], expected, f"repetition {step + 1}")

    def test_answer_to_an_earlier_boot_request_is_not_taken(self):
        self.start_silent()
        first = self.wait_requests("cs_parameters", 2)[0]
        self.station.say('raw cs/josev {"id":"%s","name":"cs_parameters","type":"response",'
                         '"data":{"parameters":[]}}' % first.id)
        mark = self.observer.mark()
        self.observer.wait_request("cs_parameters", after=mark)

    def test_car_that_came_during_the_boot_is_served_by_a_station_that_says_so_only_once(self):
        self.start_silent({"pilot": {"hlc_at_start": False}})
        self.wait_requests("cs_parameters", 1)
        self.station.say("plug")
        self.observer.wait_state("B1")
        self.assertEqual(self.slacd.lines("Vehicle is connected"), [])
        self.station.say("answer valid")
        self.slacd.wait_line("Vehicle is connected")
        self.ev.say("plug")
        self.observer.wait_slac("matched")
        self.assertEqual(self.slacd.lines("not in cs_parameters"), [])

    def test_station_that_neither_answers_nor_obeys_never_gets_a_nominal_duty(self):
        self.start_all({**SHORT_TIMERS, **IMPATIENT})
        self.station.say("answer none")
        mark = self.observer.mark()
        self.plug()
        self.observer.wait_pilot("x1", after=mark)
        self.assertEqual(self.observer.pilots(mark), ["f", "x1"])
        self.assertEqual(self.outcome(mark), [("basic_charging", "no_parm_req"), ("failed", "pilot_unconfirmed")])
        self.observer.never_pilot(("f", "x2"), 1.0, self.observer.mark())
        self.station.say("answer valid", "unplug")
        self.observer.wait_pilot("hlc", after=mark)

    def test_unanswered_pilot_request_is_repeated_with_a_new_id_until_answered(self):
        self.start_all({**SHORT_TIMERS, **IMPATIENT})
        self.station.say("answer none")
        mark = self.observer.mark()
        self.plug()
        first = self.observer.wait_pilot("f", after=mark)
        again = self.observer.wait_pilot("f", after=self.observer.messages.items.index(first) + 1)
        self.assertNotEqual(first.id, again.id)
        self.station.say("answer valid")
        last = self.observer.wait_pilot(X2, after=mark)
        self.observer.wait_state("B2", after=self.observer.messages.items.index(last))
        self.observer.never_pilot(("f", "x1", "x2"), 1.0, self.observer.mark())

    def test_refused_pilot_request_is_logged_with_its_name_and_repeated(self):
        self.start_all({**SHORT_TIMERS, **IMPATIENT})
        self.station.say("answer error")
        mark = self.observer.mark()
        self.plug()
        self.slacd.wait_line(r"ERROR .*refuses a pilot request.*request=F status=error")
        self.observer.wait_pilot("x1", after=mark)
        self.assertEqual(self.observer.pilots(mark), ["f", "x1"])
        self.assertEqual(self.outcome(mark), [("basic_charging", "no_parm_req"), ("failed", "pilot_refused")])
        self.observer.never_pilot(("f", "x2"), 1.0, self.observer.mark())

    def test_silent_modem_is_said_once_and_the_service_is_busy_until_it_answers(self):
        self.link()
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.station = self.start_station()
        self.station.wait_line("connected to the broker")
        modem = self.start_ev("--modem-silent")
        self.slacd = self.start_slacd({"bench": {"busy_after_ms": 500}, "modem": {"response_ms": 100}})
        self.observer.wait_service("busy")
        self.assertEqual(len(self.slacd.lines("no answer within 100 ms")), 1)
        modem.kill()
        mark = self.observer.mark()
        self.ev = self.start_ev()
        self.observer.wait_service("ready", after=mark)
        self.assert_matches()


if __name__ == "__main__":
    harness.main()
