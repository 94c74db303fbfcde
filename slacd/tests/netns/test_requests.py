# SPDX-License-Identifier: Apache-2.0
"""What others ask of slacd: data link, link status, network information, reset, service status;
and what is not its own."""
import re
import signal
import time

import harness
from harness import Bench, EVSE, FAST_EV, MODEM_TIMERS, OTHER, SHORT_TIMERS, with_settings

VS_NW_INFO_REQ = 0xA038
VS_NW_INFO_CNF = 0xA039
FOREIGN_MODEM = "02:50:4c:00:00:99"
UNTOLD = "WARN .*The modem does not tell its network"
NOT_PAUSED = "WARN .*The data link is not paused: "
X2 = ("x2", 32.0)


class Requests(Bench):
    def key_changes(self, after):
        return self.capture.all(harness.CM_SET_KEY_REQ, after)

    def test_link_status_follows_the_match(self):
        self.start_all()
        self.assertEqual(self.link_status(), "unknown")
        self.assert_matches()
        self.assertEqual(self.link_status(), "connected")
        self.station.say("unplug")
        self.observer.wait_slac("unmatched")
        self.assertEqual(self.link_status(), "unknown")

    def test_terminate_leaves_the_network_and_the_same_vehicle_may_match_again(self):
        self.start_all()
        self.assert_matches()
        frames = self.capture.frames.mark()
        mark = self.observer.mark()
        self.data_link("terminate")
        self.assertEqual(self.observer.wait_slac("unmatched", after=mark).data["reason"], "terminated")
        self.capture.wait(harness.CM_SET_KEY_CNF, after=frames)
        self.assertEqual(self.link_status(), "unknown")
        self.ev.say("unplug", "plug")
        self.observer.wait_slac("matched", after=mark)
        self.assertEqual(self.observer.slac_statuses(mark), ["unmatched", "matching", "matched"])

    def test_pause_keeps_the_key_and_resume_gives_the_same_one_to_the_modem(self):
        self.start_all()
        self.assert_matches()
        key = self.key_changes(0)[-1].octets[harness.SET_KEY_REQ_KEY]
        frames = self.capture.frames.mark()
        mark = self.observer.mark()
        self.data_link("pause")
        self.assertEqual(self.link_status(), "unknown")
        self.assertEqual(self.key_changes(frames), [])
        self.data_link("resume")
        self.capture.wait(harness.CM_SET_KEY_CNF, after=frames)
        self.assertEqual([frame.octets[harness.SET_KEY_REQ_KEY] for frame in self.key_changes(frames)], [key])
        self.observer.wait_slac("matched", after=mark)
        self.assertEqual(self.link_status(), "connected")
        self.assertEqual(self.observer.slac_statuses(mark), ["matched"])

    def test_pause_while_a_resume_waits_for_the_link_keeps_the_key(self):
        resume_s = 0.6
        self.start_all(with_settings(MODEM_TIMERS, bench={"t_conn_resume_ms": int(resume_s * 1000)}), ev=FAST_EV)
        self.assert_matches()
        key = self.key_changes(0)[-1].octets[harness.SET_KEY_REQ_KEY]
        mark = self.observer.mark()
        self.data_link("pause")
        self.fault("no-link")
        frames = self.capture.frames.mark()
        self.data_link("resume")
        self.capture.wait(harness.CM_SET_KEY_CNF, after=frames)
        self.observer.wait_pilot("hlc", after=mark)  # an X1 right after it would take its place in the queue
        self.data_link("pause")
        self.observer.messages.never(lambda message: message.slac, "a status", 2 * resume_s, mark)
        self.assertEqual({frame.octets[harness.SET_KEY_REQ_KEY] for frame in self.key_changes(frames)}, {key})
        questions = self.capture.frames.mark()
        self.observer.messages.never(lambda message: message.slac, "a status", resume_s, mark)
        self.assertEqual(self.frames_of(harness.LINK_QUESTIONS, questions), [])
        self.assertEqual(self.link_status(), "unknown")
        self.assertEqual(self.slacd.lines(NOT_PAUSED), [])
        self.fault("none")
        self.data_link("resume")
        self.observer.wait_slac("matched", after=mark)
        self.assertEqual(self.outcome(mark), [("matched", "")])
        self.assertEqual(self.link_status(), "connected")
        self.assertEqual(self.observer.pilots(mark), ["x1", "hlc", "x1", "hlc"])

    def test_pause_before_the_car_is_matched_is_refused_with_the_reason(self):
        self.start_all(MODEM_TIMERS, ev=(*FAST_EV, "--modem-fault", "no-link"))
        mark = self.plug_both()
        self.capture.wait(harness.CM_SLAC_MATCH_CNF)
        self.data_link("pause")
        self.data_link("pause")
        self.slacd.wait_line(NOT_PAUSED + "the car is not matched before its link is up")
        self.fault("none")
        self.observer.wait_slac("matched", after=mark)
        self.assertEqual(self.link_status(), "connected")
        self.assert_said_once(NOT_PAUSED)

    def test_vehicle_that_leaves_in_a_pause_takes_the_key_with_it(self):
        self.start_all()
        self.assert_matches()
        key = self.key_changes(0)[-1].octets[harness.SET_KEY_REQ_KEY]
        self.data_link("pause")
        frames = self.capture.frames.mark()
        self.station.say("unplug")
        self.capture.wait(harness.CM_SET_KEY_CNF, after=frames)
        self.data_link("resume")
        self.assertEqual(self.link_status(), "unknown")
        self.assertNotIn(key, [frame.octets[harness.SET_KEY_REQ_KEY] for frame in self.key_changes(frames)])

    def test_vehicle_that_matches_again_in_a_pause_is_connected(self):
        self.start_all()
        self.assert_matches()
        self.data_link("pause")
        mark = self.observer.mark()
        self.ev.say("unplug", "plug")
        self.observer.wait_slac("matched", after=mark)
        self.assertEqual(self.link_status(), "connected")

    def test_data_link_message_without_a_match_changes_nothing(self):
        self.start_all()
        mark = self.observer.mark()
        for action in ("pause", "resume", "terminate"):
            self.data_link(action)
        self.assertEqual(self.observer.slac_statuses(mark), [])
        self.assert_matches()

    def test_network_information_is_that_of_the_modem(self):
        self.start_all()
        answer = self.ask("network_info", "slac_network_info")
        self.assertEqual(answer.data["evse_id"], EVSE)
        self.assertIsInstance(answer.data["networks"], list)

    def test_network_information_is_asked_of_qualcomm_modems_only(self):
        for family in ("lumissil", "standard"):
            with self.subTest(family=family):
                self.start_all(with_settings(MODEM_TIMERS, modem={"response_ms": 5000}),
                               ev=(*FAST_EV, "--modem-family", family))
                asked = time.monotonic()
                self.assertEqual(self.ask("network_info", "slac_network_info").data, {"evse_id": EVSE, "networks": []})
                self.assertLess(time.monotonic() - asked, 2.5)
                self.assertEqual(self.frames_of(VS_NW_INFO_REQ), [])
                self.assertEqual(self.complaints(), [])
                self.stop_programs()

    def test_network_information_that_no_modem_gives_is_said_once_a_minute(self):
        self.start_all(MODEM_TIMERS, ev=FAST_EV)
        self.fault("silent")
        for _ in range(3):
            self.assertEqual(self.ask("network_info", "slac_network_info").data, {"evse_id": EVSE, "networks": []})
        self.assertEqual(len(self.frames_of(VS_NW_INFO_REQ)), 3)
        self.assert_said_once(UNTOLD)

    def test_network_information_of_another_modem_is_counted_and_not_passed_on(self):
        self.start_all(MODEM_TIMERS, ev=FAST_EV)
        self.ask("network_info", "slac_network_info")
        ours = self.capture.wait(VS_NW_INFO_CNF).octets
        foreign = ours[:6] + bytes.fromhex(FOREIGN_MODEM.replace(":", "")) + ours[12:]
        mark = self.slacd.mark()
        harness.send_frames("plc0", [foreign] * 3)
        self.slacd.wait_line(f"WARN .*Modem answer ignored.*from={FOREIGN_MODEM}.*not from our modem", after=mark)
        self.ask("network_info", "slac_network_info")  # is answered behind the foreign ones
        self.assertEqual(len(self.slacd.lines("Modem answer ignored", mark)), 1)
        self.slacd.signal(signal.SIGUSR1)
        self.slacd.wait_line(r"Statistics: answers of foreign modems.*evse_id=.*count=3$", after=mark)

    def test_reset_begins_anew_with_the_vehicle_that_is_there(self):
        self.start_all()
        self.assert_matches()
        mark = self.observer.mark()
        frames = self.capture.frames.mark()
        self.assertEqual(self.ask(f"reset {EVSE}", "slac_reset").data, {"status": "accepted"})
        self.assertEqual(self.observer.wait_slac("unmatched", after=mark).data["reason"], "reset")
        self.capture.wait(harness.CM_SET_KEY_CNF, after=frames)
        self.ev.say("unplug", "plug")
        self.observer.wait_slac("matched", after=mark)

    def test_reset_of_the_whole_service_takes_basic_charging_back(self):
        self.start_all(SHORT_TIMERS)
        self.plug()
        self.observer.wait_pilot(X2)
        mark = self.observer.mark()
        self.assertEqual(self.ask("reset", "slac_reset").data, {"status": "accepted"})
        self.observer.wait_pilot(X2, after=mark)
        self.assertEqual(self.observer.pilots(mark), ["hlc", "f", "x1", X2])

    def test_reset_of_an_unknown_outlet_is_rejected_and_named(self):
        self.start_all()
        mark = self.observer.mark()
        self.station.say('raw cs/josev {"id":"r","name":"slac_reset","type":"request","data":{"evse_id":"%s"}}' % OTHER)
        answer = self.observer.messages.wait(lambda message: message.id == "r" and message.type == "response", "reset",
                                             after=mark)
        self.assertEqual(answer.data, {"status": "rejected"})
        self.slacd.wait_line("WARN .*slac_reset.*evse_id=" + re.escape(OTHER))

    def test_service_status_request_is_answered_for_slac_only(self):
        self.start_all()
        mark = self.observer.mark()
        self.station.say('raw cs/josev {"id":"o","name":"service_status","type":"request","data":{"service":"ocpp"}}')
        self.observer.messages.wait(lambda message: message.id == "o", "the request to another service")
        answer = self.ask("service_status", "service_status")
        self.assertEqual(answer.data["status"], "ready")
        update = self.observer.wait_service("ready")
        self.assertEqual(answer.data, update.data)
        self.assertFalse([message for message in self.observer.messages.since(mark)
                          if message.id == "o" and message.type == "response"])

    def test_service_status_says_starting_while_the_station_is_silent(self):
        self.link()
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.station = self.start_station("--answer", "none")
        self.station.wait_line("connected to the broker")
        self.slacd = self.start_slacd()
        self.observer.messages.wait(lambda message: message.name == "cs_parameters", "cs_parameters")
        self.assertEqual(self.ask("service_status", "service_status").data["status"], "starting")

    def test_messages_that_are_not_slacds_are_ignored_without_a_word(self):
        self.start_all()
        mark = self.slacd.mark()
        seen = self.observer.mark()
        for name in ("stop_charging", "meter_values", "cable_check", "vehicle_info"):
            for kind in ("request", "response", "update"):
                self.station.say('raw cs/josev {"id":"1","name":"%s","type":"%s","data":{"evse_id":"%s"}}'
                                 % (name, kind, EVSE))
        self.ask("service_status", "service_status")
        self.assertEqual(self.slacd.lines("stop_charging|meter_values|WARN|ERROR", mark), [])
        self.assertEqual(len([message for message in self.observer.messages.since(seen)
                              if message.topic == "josev/cs"]), 1)

    def test_josev_name_carries_exactly_the_josev_members(self):
        self.start_all({**SHORT_TIMERS, "mqtt": {"status_message": "slac_status"}})
        self.assert_matches()
        self.station.say("unplug")
        self.ev.say("unplug")
        self.observer.wait_slac("unmatched")
        statuses = [message for message in self.observer.messages.since() if message.slac]
        self.assertEqual({message.name for message in statuses}, {"slac_status"})
        for message in statuses:
            self.assertEqual(set(message.data), {"evse_id", "run_id", "status"})
        mark = self.observer.mark()
        self.plug()
        self.assertEqual(self.observer.wait_slac("basic_charging", after=mark).data,
                         {"evse_id": EVSE, "run_id": "0x" + 16 * "0", "status": "basic_charging"})

    def test_status_updates_go_to_every_topic_and_requests_to_the_first(self):
        topics = ["josev/cs", "energy/slac", "site/7/slac"]
        self.start_all({"mqtt": {"topics_to_station": topics}})
        self.plug()
        self.ev.say("plug")
        self.observer.messages.wait(lambda message: message.slac == "matched" and message.topic == topics[-1],
                                    "matched")
        self.ask("link_status", "slac_link_status")
        for topic in topics:
            said = [message for message in self.observer.messages.since() if message.topic == topic]
            statuses = [message.slac or message.service for message in said if message.type == "update"]
            self.assertEqual(statuses, ["starting", "ready", "matching", "matched"], topic)
            others = {message.type for message in said} - {"update"}
            self.assertEqual(others, {"request", "response"} if topic == topics[0] else set())


if __name__ == "__main__":
    harness.main()
