# SPDX-License-Identifier: Apache-2.0
"""smart-charging-service beside slacd: the boot, and who is master of the pilot from the plug-in to the unplug.

The pilot is judged by what cs-sim reports of it (cp_status), not by what it was asked for.
"""
import json
import os
import signal
import subprocess
import uuid

import harness
from harness import BROKER_PORT, EVSE, FAST_EV, Program, SHORT_TIMERS, await_true, with_settings

FALLBACK = with_settings(SHORT_TIMERS, pilot={"step_f_ms": 200, "step_x1_ms": 100}, mqtt={"request_timeout_ms": 300})
FLOOD = 5000
CP_STATES_WITH_VEHICLE = ("B1", "B2", "C1", "C2")

# A station as the boot guide has it: a shell that reads a message a line, finds its id, and answers with the tools of
# mosquitto, QoS 0, members in another order than slacd's.
GUIDE_STATION = r"""
mosquitto_sub -p PORT -t josev/cs | while read -r line; do
	id=$(printf '%s' "$line" | grep -oE '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')
	case "$line" in
	*'"name":"cs_parameters","type":"request"'*)
		data='{"sw_version":"v1.0.1","hw_version":"v2.0.0","number_of_evses":1,"parameters":[{"evse_id":"DE*TST*E1",
		"supports_eim":true,"network_interface":"evse0","connectors":[{"id":1,"services":{"ac":{"connector_type":
		"AC_three_phase_core","nominal_voltage":230}}}]}]}'
		name=cs_parameters ;;
	*'"name":"cs_status_and_limits","type":"request"'*)
		data='{"evses":[{"evse_id":"DE*TST*E1","status_code":"evse_ready","ac":{"max_current":{"l1":32,"l2":32,"l3":32},
		"nominal_voltage":230,"rcd_error":false}}]}'
		name=cs_status_and_limits ;;
	*) continue ;;
	esac
	mosquitto_pub -p PORT -t cs/josev -m "$(printf '{"id":"%s","type":"response","name":"%s","data":%s}' "$id" "$name" \
		"$data" | tr -d '\n\t')"
done
"""


def duty_of(ampere):
    """In percent (IEC 61851-1), for 6 to 51 A."""
    return ampere / 0.6


def profile(ampere, **members):
    """A TxDefaultProfile of one period; the same id replaces it."""
    unit = members.pop("unit", "A")
    period = {"start_period": 0, "limit": ampere, **members.pop("period", {})}
    return {"id": 1, "stack_level": 0, "charging_profile_purpose": "TxDefaultProfile", "charging_profile_kind": "Absolute",
            "charging_schedule": [{"id": 1, "start_schedule": "2023-05-15T17:00:00+01:00", "charging_rate_unit": unit,
                                   "charging_schedule_period": [period]}], **members}


class SmartCharging(harness.Bench):
    def start_service(self, *arguments):
        """Returns when it is ready."""
        mark = self.observer.mark() if hasattr(self, "observer") else 0
        service = self.add(Program("smart-charging-service", os.environ["SMART_CHARGING"], *arguments))
        self.wait_service_state("ready", after=mark)
        return service

    def start_guide_station(self):
        """With all that its shell starts."""
        station = subprocess.Popen(["bash", "-c", GUIDE_STATION.replace("PORT", str(BROKER_PORT))], start_new_session=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(station.wait)
        self.addCleanup(os.killpg, station.pid, signal.SIGKILL)

    def service_states(self, after=0):
        return [message.service for message in self.observer.messages.since(after)
                if message.service and message.data["service"] == "smart_charging"]

    def wait_service_state(self, state, after=0):
        return self.observer.messages.wait(
            lambda message: message.service == state and message.data["service"] == "smart_charging",
            f"smart_charging {state}", after=after)

    def own_ids(self):
        """How the ids of the service's messages end."""
        return self.wait_service_state("ready", after=self.service_mark).id[-12:]

    def start_site(self, configuration=None, **options):
        self.start_all(configuration or FALLBACK, **options)
        self.service_mark = self.observer.mark()
        self.service = self.start_service()
        self.own = self.own_ids()

    def ask_ocpp(self, name, **data):
        """As OCPP does; returns the answer's data."""
        mark = self.observer.mark()
        request = {"id": str(uuid.uuid4()), "name": name, "type": "request", "data": data}
        self.publish("ocpp/smart_charging", request)
        answer = self.observer.messages.wait(lambda message: message.topic == "smart_charging/ocpp"
                                             and message.id == request["id"], f"answer to {name}", after=mark)
        self.assertEqual((answer.name, answer.type), (name, "response"))
        return answer.data

    def publish(self, topic, message):
        subprocess.run(["mosquitto_pub", "-p", str(BROKER_PORT), "-q", "1", "-t", topic, "-m", json.dumps(message)],
                       check=True)

    def set_profile(self, ampere, **members):
        answer = self.ask_ocpp("set_charging_profile", evse_id=EVSE, charging_profile=profile(ampere, **members))
        self.assertEqual(answer, {"status": "accepted"})

    def currents(self, after=0):
        """What the service has asked for since, in A."""
        return [message.data["current"] for message in self.observer.messages.since(after)
                if message.pilot and message.id.endswith(self.own)]

    def wait_pilot_shown(self, state, ampere=None, after=0):
        """cs-sim reports this state, and the duty cycle for this current."""
        def wanted(message):
            return message.pilot_state == state and (
                ampere is None or abs(message.data["duty_cycle"] - duty_of(ampere)) < 0.06)
        return self.observer.messages.wait(wanted, f"cp_status {state} {ampere} A", after=after)

    def shown(self, after=0):
        """The currents that cs-sim has reported since, in A and to a tenth; 0 without PWM."""
        return [round(message.data["duty_cycle"] * 0.6, 1) if message.pilot_state[-1] == "2" else 0
                for message in self.observer.messages.since(after) if message.pilot_state in CP_STATES_WITH_VEHICLE]

    def charge(self):
        """A silent car is plugged in, slacd falls back, and the car draws."""
        mark = self.observer.mark()
        self.station.say("plug")
        self.observer.wait_slac("basic_charging", after=mark)
        taken = self.observer.messages.wait(lambda message: message.pilot and message.id.endswith(self.own),
                                            "the service takes over", after=mark)
        self.wait_answer(taken)
        mark = self.observer.mark()
        self.station.say("state C2")
        self.wait_pilot_shown("C2", after=mark)

    def wait_answer(self, request):
        answer = self.observer.wait_response(request.id)
        self.assertEqual(answer.data["status"], "valid")

    def wait_current(self, ampere, after):
        """The service asks for it, the station says that it is carried out, and shows it."""
        request = self.observer.messages.wait(
            lambda message: message.pilot and message.id.endswith(self.own) and message.data["current"] == ampere,
            f"the service asks for {ampere} A", after=after)
        self.wait_answer(request)

    # --- boot ---

    def test_it_boots_against_the_station_of_the_boot_guide(self):
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.start_guide_station()
        self.broker.wait_line("Received SUBSCRIBE from auto-")
        self.service = self.start_service()
        said = [(message.name, message.type, message.data.get("status"))
                for message in self.observer.messages.since() if message.topic == "josev/cs"]
        self.assertEqual(said, [("service_status", "update", "starting"), ("cs_parameters", "request", None),
                                ("cs_status_and_limits", "request", None), ("service_status", "update", "ready")])
        self.assertEqual(self.service.lines("WARN|ERROR"), [])
        self.publish("cs/josev", {"id": "q", "name": "service_status", "type": "request",
                                  "data": {"service": "smart_charging"}})
        self.assertEqual(self.observer.wait_response("q").data["status"], "ready")
        self.service.signal(signal.SIGTERM)
        self.wait_service_state("stopping")
        self.assertEqual(self.service.exit_code(), 0)
        self.assertEqual(self.service_states(), ["starting", "ready", "ready", "stopping"])

    def test_question_behind_a_flood_is_answered(self):
        """More requests than answers may wait: those that are lost are old ones, and that is said."""
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.start_guide_station()
        self.broker.wait_line("Received SUBSCRIBE from auto-")
        self.service = self.start_service()
        requests = [{"id": str(number), "name": "set_charging_profile", "type": "request",
                     "data": {"evse_id": EVSE, "charging_profile": profile(6 + number % 20, id=number % 400, stack_level=number % 400)}}
                    for number in range(FLOOD)]
        requests.append({"id": "last", "name": "get_composite_schedule", "type": "request", "data": {"duration": 60}})
        subprocess.run(["mosquitto_pub", "-p", str(BROKER_PORT), "-t", "ocpp/smart_charging", "-l"], check=True, text=True,
                       input="".join(json.dumps(request) + "\n" for request in requests))
        self.assertEqual(self.observer.wait_response("last").data["status"], "Accepted")
        answers = sum(message.name == "set_charging_profile" and message.type == "response"
                      for message in self.observer.messages.since())
        if answers < FLOOD:
            self.service.wait_line("MQTT message dropped: ")

    def test_wrong_use_is_named_with_exit_code_2(self):
        missing = self.path("none")
        for arguments, part in ((("--bogus",), "--bogus"), (("extra",), "extra"), (("--mqtt-port", "0"), "--mqtt-port '0'"),
                                (("--log-level", "loud"), "TRACE, DEBUG, INFO, WARN or ERROR"),
                                (("--topic-to-ocpp", "a/#"), "without wildcards"),
                                (("--topic-to-ocpp", "cs/josev"), "--topic-from-station"),
                                (("--mqtt-password-file", missing), "--mqtt-user"),
                                (("--mqtt-user", "u", "--mqtt-password-file", missing), missing),
                                (("--mqtt-tls-key", missing), "--mqtt-tls-certificate"),
                                (("--mqtt-tls-ca", missing), "--mqtt-tls-ca: ")):
            with self.subTest(arguments=arguments):
                program = self.add(Program("smart-charging-service", os.environ["SMART_CHARGING"], *arguments))
                self.assertEqual(program.exit_code(), 2)
                self.assertIn(part, program.text())

    # --- the pilot ---

    def test_pilot_has_one_master_at_a_time(self):
        self.start_site()
        mark = self.observer.mark()
        self.station.say("plug")
        self.observer.wait_pilot(("x2", 32.0), after=mark)
        taken = self.observer.messages.wait(lambda message: message.pilot and message.id.endswith(self.own),
                                            "the service takes over", after=mark)
        # slacd's F and X1 are not cut short, and its X2 was carried out before.
        self.wait_answer(taken)
        self.assertEqual(self.observer.pilots(mark), ["f", "x1", ("x2", 32.0)])
        self.assertEqual(self.currents(mark), [32.0])
        self.wait_pilot_shown("B2", 32, after=mark)
        self.assertEqual([current for current in self.shown(mark) if current not in (0, 3, 32)], [])
        self.station.say("state C2")

        self.lower_and_pause()
        self.resume()
        self.station_limit_falls()
        self.cable_is_for_nothing()
        self.broker_restarts()
        self.service_is_killed()
        self.next_car_is_served()

    def lower_and_pause(self):
        mark = self.observer.mark()
        self.set_profile(10)
        self.wait_current(10, mark)
        self.wait_pilot_shown("C2", 10, after=mark)
        mark = self.observer.mark()
        self.set_profile(5)
        self.wait_current(0, mark)
        self.wait_pilot_shown("C1", after=mark)
        mark = self.observer.mark()
        self.station.say("state B1")
        self.wait_pilot_shown("B1", after=mark)

    def resume(self):
        """From B1, where nobody else would end the pause."""
        mark = self.observer.mark()
        self.set_profile(13)
        self.wait_current(13, mark)
        self.wait_pilot_shown("B2", 13, after=mark)
        self.station.say("state C2")
        self.wait_pilot_shown("C2", 13, after=mark)
        self.assertEqual(set(self.shown(mark)), {13})

    def station_limit_falls(self):
        mark = self.observer.mark()
        self.station.say("limit 8")
        self.wait_current(8, mark)
        self.observer.messages.wait(lambda message: message.pilot == ("x2", 8.0) and not message.id.endswith(self.own),
                                    "slacd lowers, too", after=mark)
        self.wait_pilot_shown("C2", 8, after=mark)
        mark = self.observer.mark()
        self.station.say("limit 32")
        self.wait_current(13, mark)
        self.wait_pilot_shown("C2", 13, after=mark)
        self.assertLessEqual(max(self.shown(mark)), 13)

    def cable_is_for_nothing(self):
        """A rated current of 0 is no missing one."""
        for rated, ampere in ((0, 0), (32, 13)):
            mark = self.observer.mark()
            self.publish("cs/josev", {"id": "c", "name": "cable_info", "type": "update", "data": {
                "evse_id": EVSE, "connection_status": "connected", "rated_cable_current": rated, "lock": "locked"}})
            self.wait_current(ampere, mark)
        self.wait_pilot_shown("C2", 13, after=mark)

    def broker_restarts(self):
        mark, service = self.observer.mark(), self.service.mark()
        self.save_subscriptions(self.broker)
        self.broker.kill()
        self.broker = self.start_broker()
        for program in (self.service, self.slacd):
            program.wait_line("Connected to the MQTT broker", after=service if program is self.service else 0)
        self.observer.messages.wait(lambda message: message.name == "cs_status_and_limits" and message.type == "response",
                                    "limits are asked for again", after=mark)
        mark = self.observer.mark()
        self.set_profile(11)
        self.wait_current(11, mark)
        self.wait_pilot_shown("C2", 11, after=mark)
        self.assertLessEqual(max(self.shown(mark)), 13)

    def service_is_killed(self):
        mark = self.observer.mark()
        self.service.kill()
        self.wait_service_state("error", after=mark)
        self.service_mark = mark = self.observer.mark()
        self.service = self.start_service()
        self.own = self.own_ids()
        # slacd tells it of the session, what held there is not known: it neither raises nor lowers; slacd still lowers.
        self.service.wait_line("name=slac_service_status .*status=basic_charging")
        self.station.say("limit 9")
        self.wait_pilot_shown("C2", 9, after=mark)
        self.station.say("limit 32")
        self.observer.never_pilot(("x2", "x1", "hlc", "f"), 0.5, self.observer.mark())
        self.assertEqual(self.currents(mark), [])
        self.assertLessEqual(max(self.shown(mark)), 11)
        mark = self.observer.mark()
        self.set_profile(8)
        self.wait_current(8, mark)
        self.wait_pilot_shown("C2", 8, after=mark)

    def next_car_is_served(self):
        mark = self.observer.mark()
        self.station.say("unplug")
        self.observer.wait_slac("unmatched", after=mark)
        self.observer.wait_pilot("hlc", after=mark)
        self.set_profile(7)
        self.assertEqual(self.currents(mark), [])
        mark = self.observer.mark()
        self.charge()
        self.wait_pilot_shown("C2", 7, after=mark)

    # --- the 15118 session ---

    def test_limits_of_a_15118_session_go_to_its_service(self):
        self.start_site(ev=FAST_EV)
        mark = self.observer.mark()
        self.assert_matches()
        limits = lambda after: [(message.data["limit"], message.data["unit"])
                                for message in self.observer.messages.since(after)
                                if message.topic == "smart_charging/iso15118"]
        await_true(lambda: limits(mark) == [(32, "A")], "the limit of the station")
        self.publish("josev/cs", {"id": "t", "name": "transaction_status", "type": "update",
                                  "data": {"transaction_id": "T1", "status": "started", "evse_id": EVSE}})
        self.service.wait_line("transaction_status.*transaction_id=T1")
        tx = profile(6900, unit="W", id=2, charging_profile_purpose="TxProfile", transaction_id="T1")
        self.assertEqual(self.ask_ocpp("set_charging_profile", evse_id=EVSE, charging_profile=tx), {"status": "accepted"})
        await_true(lambda: limits(mark) == [(32, "A"), (6900, "W")], "the limit of the profile")
        schedule = self.ask_ocpp("get_composite_schedule", evse_id=EVSE, duration=600, charging_rate_unit="A")
        self.assertEqual(schedule["status"], "Accepted")
        self.assertEqual([(period["start_period"], period["limit"])
                          for period in schedule["schedule"]["charging_schedule_period"]], [(0, 10.0)])
        self.assertEqual(self.ask_ocpp("clear_charging_profile", charging_profile_id=7), {"status": "unknown"})
        refused = self.ask_ocpp("set_charging_profile", evse_id=EVSE, charging_profile=dict(tx, transaction_id="T2"))
        self.assertEqual((refused["status"], refused["status_info"]["reason_code"]), ("rejected", "TxNotFound"))
        self.assertEqual(self.ask_ocpp("clear_charging_profile"), {"status": "accepted"})
        await_true(lambda: limits(mark)[-1] == (32, "A"), "the limit of the station again")
        self.assertEqual(self.currents(mark), [])


if __name__ == "__main__":
    harness.main()
