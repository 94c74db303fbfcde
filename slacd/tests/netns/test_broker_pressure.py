# SPDX-License-Identifier: Apache-2.0
"""Bursts and stored messages on the broker: what the station says is not lost, and what slacd asks for is not late."""
import json
import re
import signal
import subprocess

import harness
from harness import Bench, EVSE, FAST_EV, OTHER, SHORT_TIMERS, with_settings

OUTLETS = 64
VEHICLES = 6
UNRELATED = 5000
QUESTIONS = 20000
OWN_NAMES = 30000
# Messages that mosquitto sends to one client before it waits for an acknowledgement.
MOSQUITTO_INFLIGHT = 20
# Basic charging soon: every outlet has a current that a limit changes.
ON_EIM = with_settings(SHORT_TIMERS, pilot={"basic_charging_on_eim": True, "step_f_ms": 200, "step_x1_ms": 100})
# Frequent enough to see a repeated question.
IMPATIENT = with_settings(ON_EIM, mqtt={"request_timeout_ms": 1000, "request_backoff_max_ms": 1000})


def message(name, kind, data, message_id="1"):
    return json.dumps({"id": message_id, "name": name, "type": kind, "data": data})


def cp_status(state, evse=EVSE):
    return message("cp_status", "update", {"evse_id": evse, "connector_id": "1", "state": state})


def limit(evse, current_a):
    return {"evse_id": evse, "status_code": "evse_ready", "ac": {
        "max_current": {"l1": current_a, "l2": current_a, "l3": current_a}, "nominal_voltage": 230,
        "rcd_error": False}}


def limits(*entries):
    return message("cs_status_and_limits", "update", {"evses": entries})


QUESTION = message("service_status", "request", {"service": "slac"})


class BrokerPressure(Bench):
    def publish(self, lines, qos=1):
        """A client of its own says all this as fast as the broker takes it; returns the running program."""
        publisher = self.add(harness.Program("publisher", "mosquitto_pub", "-p", harness.BROKER_PORT, "-q", qos, "-t",
                                             "cs/josev", "-l"))
        publisher.process.stdin.write("\n".join(lines) + "\n")
        publisher.process.stdin.close()
        return publisher

    def publish_at_once(self, lines):
        """All of it has been passed on by the broker before slacd takes the first of it."""
        passed_on = self.broker.mark()
        self.slacd.signal(signal.SIGSTOP)
        # With QoS 0 the broker waits for no acknowledgement.
        self.publish(lines, qos=0).exit_code()
        self.broker.wait_line("Received DISCONNECT from auto-", after=passed_on)
        self.slacd.signal(signal.SIGCONT)

    def start_outlets(self, evses, configuration=ON_EIM):
        """Outlets without interfaces: they have a pilot, but match nobody."""
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.station = self.start_station(evses=[f"{evse}=none{i}" for i, evse in enumerate(evses)])
        self.station.wait_line("connected to the broker")
        self.slacd = self.start_slacd(configuration)
        self.observer.wait_service("ready")
        for evse in evses:
            self.observer.wait_state_after_request(evse)

    def charge(self, evses):
        """Each has a car and the pilot of basic charging at 32 A."""
        mark = self.observer.mark()
        self.station.say(*(f"{word} {evse}" for evse in evses for word in ("plug", "authorize")))
        self.assert_current(evses, 32.0, mark)
        for evse in evses:  # then the broker has nothing more in flight to slacd
            self.slacd.wait_line(rf"Inbound MQTT message.*name=cp_status .*evse_id={re.escape(evse)} .*duty_cycle=53")

    def start_charging(self, evses, configuration=ON_EIM):
        self.start_outlets(evses, configuration)
        self.charge(evses)

    def assert_current(self, evses, current_a, mark, within=harness.PATIENCE_S):
        for evse in evses:
            self.observer.wait_pilot(("x2", current_a), within, mark, evse)

    def test_limit_for_many_outlets_at_once_reaches_each_through_a_broker_that_hangs(self):
        evses = [f"DE*TST*E{i}" for i in range(OUTLETS)]
        self.start_charging(evses)
        mark = self.observer.mark()
        passed_on = self.broker.mark()
        # What others ask at the same time must not take the places of the pilot requests.
        self.slacd.signal(signal.SIGSTOP)
        self.publish([QUESTION] * (MOSQUITTO_INFLIGHT - 1) + [limits(*(limit(evse, 6) for evse in evses))]).exit_code()
        harness.await_true(lambda: len(self.broker.lines("Sending PUBLISH to slacd-", passed_on)) >= MOSQUITTO_INFLIGHT,
                           "the broker passes it on")
        self.broker.signal(signal.SIGSTOP)
        log = self.slacd.mark()
        self.slacd.signal(signal.SIGCONT)
        self.slacd.wait_line(f"AC limit. evse_id={re.escape(evses[-1])} current=6.0 A", after=log)
        self.broker.signal(signal.SIGCONT)
        self.assert_current(evses, 6.0, mark, within=2.0)

    def test_burst_of_questions_keeps_no_pilot_request_waiting(self):
        self.start_charging((EVSE, OTHER))
        asked = self.publish([QUESTION] * QUESTIONS)
        self.observer.messages.wait(lambda item: item.service and item.type == "response", "service_status")
        for current_a in (10.0, 20.0, 6.0):
            mark = self.observer.mark()
            self.station.say(f"limit {current_a} {EVSE}", f"limit {current_a} {OTHER}")
            self.assert_current((EVSE, OTHER), current_a, mark)
        self.assertEqual(self.slacd.lines("Request was not taken"), [])
        self.assertLessEqual(len(self.slacd.lines("Response is lost|MQTT message dropped")), 4)
        asked.kill()

    def test_states_behind_messages_of_others_arrive(self):
        self.start_all()
        mark = self.slacd.mark()
        unrelated = message("meter_values", "update", {"name": "cp_status", "text": "x" * 200})
        self.publish_at_once([unrelated] * UNRELATED + [cp_status("B2")])
        self.slacd.wait_line("Vehicle is connected", after=mark)
        self.publish_at_once([unrelated] * UNRELATED + [limits(limit(EVSE, 13))])
        self.slacd.wait_line("AC limit.*current=13.0 A", after=mark)
        self.assertEqual(self.slacd.lines("MQTT message dropped"), [])

    def test_states_of_all_outlets_at_once_arrive_all_in_their_order(self):
        evses = [f"DE*TST*E{i}" for i in range(OUTLETS)]
        self.start_outlets(evses)
        mark = self.slacd.mark()
        states = ("B1", "C1", "A1") * VEHICLES
        self.publish_at_once([cp_status(state, evse) for state in states for evse in evses])
        for evse in evses:
            news = re.compile(f"Vehicle (is connected|has left). evse_id={re.escape(evse)}$")
            harness.await_true(lambda news=news: len(self.slacd.lines(news, mark)) >= 2 * VEHICLES,
                               f"every vehicle of {evse} comes and goes")

    def test_flood_of_slacds_own_names_disturbs_no_match_and_loses_nothing(self):
        self.start_all(ev=FAST_EV)
        # Requests that somebody else sends: slacd must look at each, and says nothing of them.
        flood = self.publish([message("cp_pwm", "request", {"evse_id": EVSE})] * OWN_NAMES)
        self.plug()
        self.ev.say("plug")
        self.observer.wait_slac("matched")
        self.assertTrue(flood.runs(), "the flood must last longer than the match")
        flood.exit_code()
        self.publish([cp_status("A2")]).exit_code()
        self.observer.wait_slac("unmatched")
        self.assertEqual(self.observer.slac_statuses(), ["matching", "matched", "unmatched"])
        self.assertEqual(self.slacd.lines("No connection|MQTT message dropped"), [])

    def test_stored_messages_are_not_obeyed_and_are_named(self):
        broker = self.start_broker()
        for topic, text in (("cs/josev", limits(limit(EVSE, 6))),
                            ("iso15118/slac", message("slac_data_link", "update", {"evse_id": EVSE, "action": "terminate"}))):
            subprocess.run(["mosquitto_pub", "-p", str(harness.BROKER_PORT), "-q", "1", "-r", "-t", topic, "-m", text],
                           check=True)
        broker.wait_line("Received DISCONNECT from auto-")
        self.broker = broker
        self.observer = self.start_observer(broker)
        self.station = self.start_station(evses=(f"{EVSE}=none0",))
        self.station.wait_line("connected to the broker")
        self.slacd = self.start_slacd(ON_EIM)
        self.observer.wait_service("ready")
        for topic, name in (("cs/josev", "cs_status_and_limits"), ("iso15118/slac", "slac_data_link")):
            self.slacd.wait_line(f"WARN .*Retained MQTT message ignored.*without the retain flag.*topic={topic} name={name}")
        mark = self.observer.mark()
        self.charge((EVSE,))
        self.assertEqual([item for item in self.observer.messages.since() if item.slac == "unmatched"], [])
        # The same message with a subscriber there is one of now, stored or not.
        subprocess.run(["mosquitto_pub", "-p", str(harness.BROKER_PORT), "-q", "1", "-r", "-t", "cs/josev", "-m",
                        limits(limit(EVSE, 8))], check=True)
        self.assert_current((EVSE,), 8.0, mark)

    def test_limits_are_asked_for_again_after_a_reconnection(self):
        self.start_charging((EVSE,), IMPATIENT)
        self.station.say("answer none")
        self.broker.kill()
        self.slacd.wait_line("No connection")
        mark = self.observer.mark()
        self.broker = self.start_broker()
        first = self.observer.wait_request("cs_status_and_limits", after=mark)
        second = self.observer.messages.wait(
            lambda item: item.name == "cs_status_and_limits" and item.type == "request" and item.id != first.id,
            "the question again", after=mark)
        # The pilot is as it was: another limit then needs no other X1.
        self.publish([message("cp_status", "update", {"evse_id": EVSE, "connector_id": "1", "state": "B2",
                                                      "max_voltage": 9.0, "min_voltage": -12.0,
                                                      "duty_cycle": 53.3})]).exit_code()
        # Whoever answers late says what may be out of date.
        self.publish([message("cs_status_and_limits", "response", {"evses": [limit(EVSE, 20)]}, first.id)]).exit_code()
        asked = [second]

        def is_taken():
            request = [item for item in self.observer.messages.since(mark)
                       if item.name == "cs_status_and_limits" and item.type == "request"][-1]
            if request.id != asked[-1].id or len(asked) == 1:
                asked.append(request)
                self.publish([message("cs_status_and_limits", "response", {"evses": [limit(EVSE, 7)]},
                                      request.id)]).exit_code()
            return ("x2", 7.0) in self.observer.pilots(mark)
        harness.await_true(is_taken, "an answer in time is a change")
        self.assertNotIn(("x2", 20.0), self.observer.pilots(mark))

    def test_wrong_entry_of_the_limits_spoils_no_right_one_and_is_no_permission(self):
        self.start_charging((EVSE, OTHER))
        mark = self.observer.mark()
        self.publish([limits(limit(EVSE, 10), limit(OTHER, -16))])
        self.assert_current((EVSE,), 10.0, mark)
        self.observer.wait_pilot("x1", after=mark, evse=OTHER)
        self.slacd.wait_line(r"WARN .*Entry of an MQTT message refused.*name=cs_status_and_limits "
                             rf"member=data\.evses\[1\]\.ac\.max_current\.l1 .*evse_id={re.escape(OTHER)}")


if __name__ == "__main__":
    harness.main()
