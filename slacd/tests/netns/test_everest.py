# SPDX-License-Identifier: Apache-2.0
"""slacd with EVerest in the place of the station. everest-sim plays EVerest's API modules with an EvseManager behind each,
and checks every rule of the interface on what slacd publishes: a broken one ends it, and the test."""
import os
import shutil
import signal
import subprocess

import harness
from harness import BROKER_PORT, EVSE, FAST_EV, OTHER, SHORT_TIMERS, Bench, Program, ip, with_settings

from test_pev import PEV_INI

MODULE = "slac_1"
OTHER_MODULE = "slac_2"
TOPIC = f"everest_api/1/slac/{MODULE}/"


class Everest(Bench):
    def configuration(self, *, outlets=None, base=None, **mqtt):
        return with_settings({"mqtt": {"dialect": "everest", **mqtt},
                              "outlets": outlets or {EVSE: {"interface": "evse0", "everest_module": MODULE}}},
                             **(base or {}))

    def start_everest(self, *arguments, modules=(MODULE,)):
        words = [word for module in modules for word in ("--module", module)]
        program = self.add(Program("everest-sim", os.environ["EVEREST_SIM"], *words, *arguments))
        program.wait_line("connected to the broker")
        return program

    def start_slacd_for_everest(self, configuration):
        slacd = self.start_slacd(configuration)
        slacd.wait_line("validation .CM_VALIDATE. is off")
        slacd.wait_line("Modem has confirmed its key")
        return slacd

    def start_site(self, configuration=None, *, ev=(*FAST_EV, "--ev-mac", "02:45:56:ab:cd:ef"), everest=()):
        self.link()
        self.broker = self.start_broker()
        self.everest = self.start_everest(*everest)
        self.ev = self.start_ev(*ev)
        self.slacd = self.start_slacd_for_everest(configuration or self.configuration())
        self.everest.wait_line(f'{MODULE} < state "UNMATCHED"')

    def kill_programs(self):
        super().kill_programs()
        for program in self.programs:
            self.assertNotIn("VIOLATION", program.text())

    def match(self, everest=None, ev=None, module=MODULE):
        everest, ev = everest or self.everest, ev or self.ev
        mark, ev_mark = everest.mark(), ev.mark()
        everest.say(f"enter {module}")
        everest.wait_line(f'{module} < state "MATCHING"', after=mark)
        ev.say("plug")
        ev.wait_line("link up", after=ev_mark)
        everest.wait_line(f"{module} < dlink_ready true", after=mark)
        said = [line.text.split(" < ")[1] for line in everest.lines(f"{module} <", after=mark)
                if "clear_error" not in line.text]  # of slacd's start, when the modem was found
        self.assertEqual([text for text in said if "mac" not in text],
                         ['state "MATCHING"', 'state "MATCHED"', "dlink_ready true"])
        self.assertEqual(len(said), 4)

    def leave(self, everest=None, ev=None, module=MODULE):
        everest, ev = everest or self.everest, ev or self.ev
        mark = everest.mark()
        everest.say(f"unplug {module}")
        ev.say("unplug")
        everest.wait_line(f'{module} < state "UNMATCHED"', after=mark)

    def restart_everest(self, state):
        """Waits for what is said again; whether all of it is, and in time, is what the rules say."""
        mark = self.everest.mark()
        self.everest.say("start")
        self.everest.wait_line(f'{MODULE} < state "{state}"', after=mark)
        self.everest.wait_line(f"{MODULE} < dlink_ready {'true' if state == 'MATCHED' else 'false'}", after=mark)

    def test_cars_match_one_after_the_other_while_everest_restarts_in_every_state(self):
        self.start_site(self.configuration(base={"slac": {"allow_nonstandard_timers": True}}))
        self.restart_everest("UNMATCHED")
        self.everest.say("enter")
        self.everest.wait_line('state "MATCHING"')
        self.restart_everest("MATCHING")
        self.ev.say("plug")
        self.slacd.wait_line("SLAC status.*status=matching")
        self.everest.say("start")  # in the middle of matching
        self.everest.wait_line("dlink_ready true")
        self.restart_everest("MATCHED")
        mark = self.everest.mark()
        self.everest.say("enter")  # as an EvseManager does that finds a car
        self.everest.say("pause")
        self.slacd.wait_line("name=dlink_pause")
        self.restart_everest("MATCHED")
        self.assertEqual(self.everest.lines("UNMATCHED", after=mark), [])
        mark = self.everest.mark()
        self.everest.say("error")
        self.everest.wait_line('state "UNMATCHED"', after=mark)
        self.restart_everest("UNMATCHED")
        self.everest.say("leave")
        self.ev.say("unplug")
        self.match()
        self.leave()
        self.restart_everest("UNMATCHED")
        self.match()

    def test_two_outlets_with_a_prefix(self):
        self.link()
        self.link("evse1", "plc1")
        self.broker = self.start_broker()
        self.everest = self.start_everest("--prefix", "site/", modules=(MODULE, OTHER_MODULE))
        self.ev = self.start_ev(*FAST_EV)
        other_ev = self.start_ev(*FAST_EV, "--modem-mac", "02:50:4c:00:00:02", "--ev-mac", "02:45:56:00:00:02",
                                 interface="plc1")
        self.slacd = self.start_slacd_for_everest(self.configuration(
            everest_prefix="site/",
            outlets={EVSE: {"interface": "evse0", "everest_module": MODULE},
                     OTHER: {"interface": "evse1", "everest_module": OTHER_MODULE}}))
        for module in (MODULE, OTHER_MODULE):
            self.everest.wait_line(f'{module} < state "UNMATCHED"')
        self.match()
        self.match(ev=other_ev, module=OTHER_MODULE)
        mark = self.everest.mark()
        self.everest.say(f"terminate {OTHER_MODULE}")
        self.everest.wait_line(f'{OTHER_MODULE} < state "UNMATCHED"', after=mark)
        self.assertEqual(self.everest.lines(f"{MODULE} <", after=mark), [])
        self.leave()

    def test_pev_is_matched(self):
        if shutil.which("pev") is None:
            self.skipTest("the program pev is not installed")
        self.link("ev0", "plc1")
        self.start_site(ev=("--ev-interface", "plc1"))
        self.everest.say("enter")
        self.everest.wait_line('state "MATCHING"')
        profile = self.write("pev.ini", PEV_INI)
        self.add(Program("pev", "pev", "-i", "ev0", "-p", profile, "-v"))
        self.everest.wait_line("dlink_ready true")
        self.ev.wait_line("link up")
        mark = self.everest.mark()
        self.everest.say("unplug")
        self.everest.wait_line('state "UNMATCHED"', after=mark)

    def test_a_silent_car_gets_the_e_f_step_once(self):
        timers = {"slac": SHORT_TIMERS["slac"]}
        self.start_site(self.configuration(base=timers), ev=(*FAST_EV, "--silent"), everest=("--f-ms", "300"))
        self.everest.say("enter")
        self.everest.wait_line("request_error_routine null")
        mark = self.everest.mark()
        self.everest.wait_line("> enter_bcd", after=mark)
        again = self.everest.wait_line('state "MATCHING"', after=mark)
        failed = self.slacd.wait_line("SLAC status.*status=failed reason=no_parm_req")
        self.everest.wait_line('state "UNMATCHED"', after=self.everest.output.items.index(again))
        self.assertEqual(len(self.everest.lines("request_error_routine")), 1)
        self.assertIsNotNone(failed)

    def test_what_others_say_is_not_obeyed(self):
        self.link()
        self.broker = self.start_broker()
        subprocess.run(["mosquitto_pub", "-p", str(BROKER_PORT), "-t", TOPIC + "e2m/enter_bcd", "-m", "{}", "-r"],
                       check=True)
        self.everest = self.start_everest()
        self.ev = self.start_ev(*FAST_EV)
        self.slacd = self.start_slacd_for_everest(self.configuration())
        self.slacd.wait_line("Retained MQTT message ignored.*enter_bcd")
        self.everest.wait_line('state "UNMATCHED"')
        self.match()
        mark = self.everest.mark()
        self.everest.say(f"raw {TOPIC}e2m/reset 0", f"raw {TOPIC}e2m/leave_bcd null", f"large {TOPIC}e2m/leave_bcd 1000000",
                         "raw everest_api/1/slac/unknown/e2m/leave_bcd {}", f"raw {TOPIC}e2m/reset true")
        self.slacd.wait_line("reset true ignored")
        self.slacd.wait_line("MQTT message refused.*name=reset.*expected=.true or false")
        self.slacd.wait_line("MQTT message refused.*name=leave_bcd")
        self.slacd.wait_line("MQTT message dropped: an inbound message of more than")
        self.slacd.wait_line("a module of EVerest that no outlet has ignored.*module=unknown")
        self.assertEqual(self.everest.lines(f"{MODULE} <", after=mark), [])
        self.leave()

    def test_the_broker_and_slacd_restart_in_a_match(self):
        self.start_site()
        self.match()
        self.everest.say("time 8000")
        mark, log = self.everest.mark(), self.slacd.mark()
        self.broker.signal(signal.SIGKILL)
        self.broker.exit_code()
        self.slacd.wait_line("No connection to the MQTT broker", after=log)
        self.broker = self.start_broker()
        self.everest.wait_line("connected to the broker", after=mark)
        self.slacd.wait_line("Connected to the MQTT broker", after=log)
        self.everest.say("unplug")
        self.everest.wait_line('state "UNMATCHED"', after=mark)
        self.ev.say("unplug")
        self.match()
        self.everest.say("time 8000")
        mark = self.everest.mark()
        self.slacd.signal(signal.SIGKILL)
        self.slacd.exit_code()
        self.slacd = self.start_slacd_for_everest(self.configuration())
        self.everest.wait_line('state "UNMATCHED"', after=mark)
        self.everest.say("leave", "may-end")
        self.ev.say("unplug")
        self.match()
        mark = self.everest.mark()
        self.slacd.signal(signal.SIGTERM)
        self.assertEqual(self.slacd.exit_code(), 0)
        self.everest.wait_line("communication_check false", after=mark)
        self.assertEqual([line.text.split(" < ")[1] for line in self.everest.lines(f"{MODULE} <", after=mark)],
                         ["dlink_ready false", 'state "UNMATCHED"', "communication_check false"])

    def test_everest_that_is_late_is_found_by_asking(self):
        self.link()
        self.broker = self.start_broker()
        self.everest = self.start_everest("--wait")
        self.ev = self.start_ev(*FAST_EV)
        self.slacd = self.start_slacd_for_everest(self.configuration(outlets={EVSE: {"interface": "evse0"}}))
        self.everest.say("start")
        self.everest.wait_line("answered the question for modules")
        self.slacd.wait_line(f"EVerest's module was found.*module={MODULE}")
        self.everest.wait_line('state "UNMATCHED"')
        self.match()
        self.slacd.wait_line("EVerest is heard")
        log = self.slacd.mark()
        self.everest.say("heartbeat off")
        self.slacd.wait_line("EVerest's heartbeat has stopped", after=log)
        self.everest.say("heartbeat on")
        self.slacd.wait_line("EVerest's heartbeat is back", after=log)
        self.leave()

    def test_no_interface_and_no_modem_are_errors_until_the_outlet_serves(self):
        self.start_site(self.configuration(base={"modem": {"response_ms": 150, "reset_ms": 1500, "link_retry_ms": 100}}))
        mark = self.everest.mark()
        ip("link", "set", "evse0", "down")
        self.everest.wait_line('raise_error .*"CommunicationFault","sub_type":"interface","message":"', after=mark)
        ip("link", "set", "evse0", "up")
        self.everest.wait_line('clear_error .*"CommunicationFault","sub_type":"interface"}', after=mark)
        mark = self.everest.mark()
        self.fault("silent")
        ip("link", "set", "evse0", "down")
        ip("link", "set", "evse0", "up")
        self.everest.wait_line('raise_error .*"sub_type":"modem"', after=mark)
        self.restart_everest("UNMATCHED")
        mark = self.everest.mark()
        self.ev.say("fault none")
        self.everest.wait_line('clear_error .*"sub_type":"modem"}', after=mark)
        self.match()


if __name__ == "__main__":
    if not os.access(os.environ.get("EVEREST_SIM", ""), os.X_OK):
        harness.skip("the environment variable EVEREST_SIM names no program")
    harness.main()
