# SPDX-License-Identifier: Apache-2.0
"""cs_parameters and cs_status_and_limits that change while slacd runs, and mistakes in them."""
import json
import re

import harness
from harness import Bench, EVSE, OTHER, SHORT_TIMERS

X2 = ("x2", 32.0)


def outlet(evse_id, interface, service="ac"):
    kind = "AC_three_phase_core" if service == "ac" else "DC_combo_core"
    return {"evse_id": evse_id, "supports_eim": True, "network_interface": interface,
            "connectors": [{"id": 1, "services": {service: {"connector_type": kind, "nominal_voltage": 230}}}]}


def limits(evse_id, current_a):
    return {"evse_id": evse_id, "status_code": "evse_ready", "ac": {
        "max_current": {"l1": current_a, "l2": current_a, "l3": current_a}, "nominal_voltage": 230, "rcd_error": False}}


class LiveParameters(Bench):
    def send(self, name, kind, data, message_id="live"):
        """From the station, without its simulator knowing; returns when slacd has taken it."""
        mark = self.slacd.mark()
        self.station.say("raw cs/josev " + json.dumps({"id": message_id, "name": name, "type": kind, "data": data}))
        self.slacd.wait_line("(Inbound MQTT message|MQTT message refused).*" + name, after=mark)

    def settled(self, mark):
        """slacd handles messages in order: when it answers, it has done all that was before."""
        self.station.say("request service_status")
        self.observer.messages.wait(lambda message: message.service and message.type == "response", "service_status",
                                    after=mark)

    def second_line(self):
        self.link("evse1", "plc1")
        return self.start_ev("--modem-mac", "02:50:4c:00:00:02", "--ev-mac", "02:45:56:00:00:02", interface="plc1")

    def match_on(self, ev, evse):
        mark = self.observer.mark()
        self.station.say(f"plug {evse}")
        ev.say("plug")
        self.observer.wait_slac("matched", after=mark, evse=evse)

    def test_added_outlet_serves_and_the_other_one_in_mid_match_is_not_disturbed(self):
        self.start_all(ev=("--rsp-to-match-ms", "800"))
        other_ev = self.second_line()
        self.plug()
        self.ev.say("plug")
        self.observer.wait_slac("matching")
        self.station.say(f"parameters add {OTHER}=evse1")
        self.observer.wait_pilot("hlc", evse=OTHER)
        self.observer.wait_slac("matched")
        self.assertEqual(self.observer.slac_statuses(), ["matching", "matched"])
        self.match_on(other_ev, OTHER)
        self.assertEqual(self.slacd.lines("EVSE service ends"), [])

    def test_removed_outlet_is_told_unmatched_and_serves_no_more(self):
        self.start_all()
        other_ev = self.second_line()
        self.station.say(f"parameters add {OTHER}=evse1")
        self.observer.wait_pilot("hlc", evse=OTHER)
        self.match_on(other_ev, OTHER)
        mark = self.observer.mark()
        self.plug()
        self.ev.say("plug")
        self.station.say(f"parameters remove {OTHER}")
        self.assertEqual(self.observer.wait_slac("unmatched", after=mark, evse=OTHER).data["reason"], "reset")
        self.slacd.wait_line("EVSE service ends.*no longer in cs_parameters")
        self.observer.wait_slac("matched", after=mark)
        self.slacd.wait_line("does not confirm the pilot of an outlet that ends")  # it knows the outlet no longer
        self.assertEqual(self.slacd.lines("Limits for an outlet"), [])
        mark = self.observer.mark()
        other_ev.say("unplug", "plug")
        self.send("cp_status", "update", {"evse_id": OTHER, "connector_id": "1", "state": "B2"})
        self.slacd.wait_line(r"WARN .*cp_status for an outlet that does not run.*evse_id=" + re.escape(OTHER))
        self.assertEqual(self.observer.slac_statuses(mark, OTHER), [])

    def test_outlet_that_moves_to_another_interface_takes_its_vehicle_along(self):
        self.start_all()
        moved_ev = self.second_line()
        self.plug()
        mark = self.observer.mark()
        # Nothing but what slacd knows itself says that a vehicle is there.
        self.station.say("answer none")
        self.station.say("parameters " + self.write("moved.json", {"parameters": [outlet(EVSE, "evse1")]}))
        self.slacd.wait_line("Interface is open.*interface=evse1")
        moved_ev.say("plug")
        self.observer.wait_slac("matched", after=mark)
        self.assertEqual(self.observer.slac_statuses(mark), ["unmatched", "matching", "matched"])

    def test_moved_outlet_keeps_the_limits_that_an_update_about_another_one_did_not_name(self):
        self.start_all(SHORT_TIMERS)
        self.second_line()
        self.station.say("limit 20", f"parameters add {OTHER}=evse1:dc")
        self.observer.wait_pilot("hlc", evse=OTHER)
        self.send("cs_status_and_limits", "update", {"evses": [limits(OTHER, 10)]})
        mark = self.observer.mark()
        self.send("cs_parameters", "update", {"parameters": [outlet(EVSE, "evse1")]})
        self.plug()
        self.observer.wait_pilot(("x2", 20.0), after=mark)

    def test_dc_outlet_that_becomes_ac_falls_back(self):
        self.start_all(SHORT_TIMERS, evse=f"{EVSE}=evse0:dc")
        self.send("cs_parameters", "response", {"parameters": [outlet(EVSE, "evse0")]})
        self.send("cs_status_and_limits", "response", {"evses": [limits(EVSE, 32)]})
        mark = self.observer.mark()
        self.plug()
        self.observer.wait_pilot(X2, after=mark)

    def test_the_same_parameters_again_change_nothing(self):
        self.start_all(ev=("--rsp-to-match-ms", "400"))
        self.plug()
        self.ev.say("plug")
        self.observer.wait_slac("matching")
        mark = self.observer.mark()
        self.send("cs_parameters", "update", {"parameters": [outlet(EVSE, "evse0")]})
        self.observer.wait_slac("matched", after=mark)
        self.assertEqual(self.observer.slac_statuses(mark), ["matched"])
        self.assertEqual(self.slacd.lines("EVSE service ends"), [])

    def test_late_and_doubled_answers_to_boot_requests_are_ignored_with_a_debug_line(self):
        self.start_all(None, "--log-level", "DEBUG")
        mark = self.observer.mark()
        for name, data in (("cs_parameters", {"parameters": []}),
                           ("cs_status_and_limits", {"evses": [limits(EVSE, 9)]})):
            request = next(message for message in self.observer.messages.since() if message.name == name)
            self.send(name, "response", data, request.id)
            self.slacd.wait_line(f"DEBUG .*Late or foreign {name} response ignored.*{request.id}")
        self.settled(mark)
        self.assertEqual(self.slacd.lines("EVSE service ends|AC limit.*current=9.0"), [])

    def test_late_and_doubled_answers_to_pilot_requests_are_ignored_with_a_debug_line(self):
        self.start_all(None, "--log-level", "DEBUG")
        request = self.observer.wait_pilot("hlc")
        mark = self.observer.mark()
        self.send("cp_pwm", "response", {"evse_id": EVSE, "status": "error"}, request.id)
        self.slacd.wait_line(f"DEBUG .*Late or foreign cp_pwm response ignored.*{request.id}")
        self.settled(mark)
        self.assertEqual(self.slacd.lines("refuses a pilot request"), [])
        self.assertEqual(self.observer.pilots(mark), [])

    def test_interface_that_two_outlets_use_is_named_with_both_and_serves_the_first(self):
        self.start_all()
        self.send("cs_parameters", "update", {"parameters": [outlet(EVSE, "evse0"), outlet(OTHER, "evse0")]})
        self.slacd.wait_line(r"ERROR .*interface=evse0 first=DE\*TST\*E1 \(parameters\[0\]\) "
                             r"second=DE\*TST\*E2 \(parameters\[1\]\)")
        self.assert_matches()

    def test_evse_id_that_is_there_twice_is_refused_with_both_places(self):
        self.start_all()
        self.send("cs_parameters", "update", {"parameters": [outlet(EVSE, "evse0"), outlet(EVSE, "evse1")]})
        self.slacd.wait_line(r'WARN .*name=cs_parameters member=data\.parameters\[1\]\.evse_id '
                             r'expected="another evse_id than that of parameters\[0\], DE\*TST\*E1"')
        self.send("cs_status_and_limits", "update", {"evses": [limits(EVSE, 10), limits(EVSE, 12)]})
        self.slacd.wait_line(r'WARN .*member=data\.evses\[1\]\.evse_id '
                             r'expected="another evse_id than that of evses\[0\]')
        self.assert_matches()

    def test_evse_id_that_the_station_does_not_know_is_named_with_both_places(self):
        self.start_all({"outlets": {"DE*TYPO": {"nominal_current_a": 10}}})
        self.slacd.wait_line(r"ERROR .*evse_id=DE\*TYPO \(configuration outlets\.DE\*TYPO\) "
                             r"cs_parameters=1 outlets, first DE\*TST\*E1")
        self.send("cs_status_and_limits", "update", {"evses": [limits(EVSE, 10), limits("DE*NONE", 12)]})
        self.slacd.wait_line(r"WARN .*evse_id=DE\*NONE \(cs_status_and_limits evses\[1\]\)")
        self.slacd.wait_line("current=10.0 A")

    def test_outlets_that_change_while_the_limits_are_awaited_are_the_new_ones(self):
        self.link()
        self.second_line()
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.slacd = self.start_slacd()
        asked = self.observer.messages.wait(lambda message: message.name == "cs_parameters", "cs_parameters")
        self.station = self.start_station("--answer", "none")
        self.station.wait_line("connected to the broker")
        self.send("cs_parameters", "response", {"parameters": [outlet(EVSE, "evse0")]}, asked.id)
        asked = self.observer.messages.wait(lambda message: message.name == "cs_status_and_limits", "limits request")
        self.send("cs_parameters", "update", {"parameters": [outlet(OTHER, "evse1")]})
        self.send("cs_status_and_limits", "response", {"evses": [limits(OTHER, 10)]}, asked.id)
        self.observer.wait_pilot("hlc", evse=OTHER)
        self.observer.wait_service("ready")
        self.assertEqual(self.observer.pilots(), [])

    def test_all_outlets_gone_and_back(self):
        self.start_all()
        self.assert_matches()
        mark = self.observer.mark()
        self.send("cs_parameters", "update", {"parameters": []})
        self.observer.wait_slac("unmatched", after=mark)
        self.send("cs_parameters", "update", {"parameters": [outlet(EVSE, "evse0")]})
        self.observer.wait_pilot("hlc", after=mark)
        self.ev.say("unplug", "plug")
        self.observer.wait_slac("matched", after=mark)


if __name__ == "__main__":
    harness.main()
