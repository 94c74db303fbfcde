# SPDX-License-Identifier: Apache-2.0
"""A station that comes late, or restarts in the middle: its pilots are off then, the vehicle is still there."""
import harness
from harness import Bench, EVSE, SHORT_TIMERS

X2 = ("x2", 32.0)
SLOW_CAR = ("--rsp-to-match-ms", "1500")
IMPATIENT = {"mqtt": {"request_timeout_ms": 200, "request_backoff_max_ms": 400}}


class StationRestart(Bench):
    def restart(self):
        """Until the station is back and has reported the state that it found."""
        mark = self.station.mark()
        observed = self.observer.mark()
        self.station.say("restart")
        self.station.wait_line("connected to the broker", after=mark)
        self.observer.messages.wait(lambda message: message.pilot_state is not None, "cp_status", after=observed)
        return observed

    def test_station_that_comes_long_after_slacd_is_served(self):
        self.link()
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.ev = self.start_ev()
        self.slacd = self.start_slacd(IMPATIENT)
        self.slacd.wait_line("The station does not answer, repeating the request. request=cs_parameters attempt=3")
        self.station = self.start_station()
        self.observer.wait_service("ready")
        self.assertEqual([message.service for message in self.observer.messages.since() if message.service],
                         ["starting", "ready"])
        self.assert_matches()

    def test_station_that_restarts_between_its_two_boot_answers_is_served(self):
        self.link()
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.ev = self.start_ev()
        self.station = self.start_station("--answer", "none")
        self.station.wait_line("connected to the broker")
        self.slacd = self.start_slacd({"mqtt": {"request_timeout_ms": 1000}})  # it is answered once
        asked = self.observer.messages.wait(lambda message: message.name == "cs_parameters", "cs_parameters")
        self.station.say('raw cs/josev {"id":"%s","name":"cs_parameters","type":"response","data":{"parameters":[{'
                         '"evse_id":"%s","supports_eim":true,"network_interface":"evse0",'
                         '"connectors":[{"id":1,"services":{"ac":{}}}]}]}}' % (asked.id, EVSE))
        self.observer.messages.wait(lambda message: message.name == "cs_status_and_limits", "cs_status_and_limits")
        self.station.say("restart", "answer valid")
        self.observer.wait_service("ready")
        self.assert_matches()

    def test_restart_without_a_vehicle_does_not_spoil_the_next_one(self):
        self.start_all()
        self.restart()
        mark = self.observer.mark()
        self.station.say("plug")
        self.ev.say("plug")
        self.observer.wait_pilot("hlc", after=mark)
        self.observer.wait_state("B2", after=mark)
        self.observer.wait_slac("matched", after=mark)

    def test_restart_in_mid_match_does_not_end_it(self):
        self.start_all(ev=SLOW_CAR)
        self.plug()
        self.ev.say("plug")
        self.observer.wait_slac("matching")
        mark = self.restart()
        self.observer.wait_pilot("hlc", after=mark)
        self.observer.wait_state("B2", after=mark)
        self.observer.wait_slac("matched", after=mark)
        self.assertEqual(self.observer.slac_statuses(), ["matching", "matched"])

    def test_restart_after_the_match_keeps_it(self):
        self.start_all()
        self.assert_matches()
        mark = self.restart()
        self.observer.wait_pilot("hlc", after=mark)
        self.observer.wait_state("B2", after=mark)
        self.station.say("unplug")
        self.observer.wait_slac("unmatched", after=mark)
        self.assertEqual(self.observer.slac_statuses(), ["matching", "matched", "unmatched"])

    def test_restart_in_f_gets_a_whole_f_and_goes_on_to_x2(self):
        self.start_all({"slac": SHORT_TIMERS["slac"], "pilot": {"step_f_ms": 1500, "step_x1_ms": 300}})
        self.plug()
        self.observer.wait_pilot("f")
        mark = self.restart()
        self.observer.wait_pilot(X2, after=mark)
        self.observer.wait_state("B2", after=mark)
        self.assertEqual(self.observer.pilots(mark), ["f", "x1", X2])
        self.assertEqual(self.observer.slac_statuses(), ["basic_charging"])

    def test_restart_in_basic_charging_gets_the_current_again(self):
        self.start_all(SHORT_TIMERS)
        self.plug()
        self.observer.wait_pilot(X2)
        self.observer.wait_state("B2", after=self.observer.messages.items.index(self.observer.wait_pilot(X2)))
        mark = self.restart()
        self.observer.wait_pilot(X2, after=mark)
        self.observer.wait_state("B2", after=mark)
        self.assertEqual(self.observer.slac_statuses(), ["basic_charging"])


if __name__ == "__main__":
    harness.main()
