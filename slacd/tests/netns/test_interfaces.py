# SPDX-License-Identifier: Apache-2.0
"""Interfaces that are missing, come and go, or may not be opened; other outlets never notice."""
import re
import subprocess

import harness
from harness import Bench, FAST_EV, MODEM_TIMERS, OTHER, ip, with_settings


PORT_OF_BR7 = "it is a port of the bridge br7, which takes its frames"


class Interfaces(Bench):
    def start_two_outlets(self, *, wrapper=()):
        """The first works, the second's interface does not exist."""
        self.link()
        self.broker = self.start_broker()
        self.observer = self.start_observer(self.broker)
        self.station = self.start_station(evses=(f"{harness.EVSE}=evse0", f"{OTHER}=evse1"))
        self.station.wait_line("connected to the broker")
        self.ev = self.start_ev()
        self.slacd = self.start_slacd({"modem": {"link_retry_ms": 100}}, wrapper=wrapper)
        self.observer.wait_service("ready")

    def test_missing_interface_leaves_the_other_outlet_alone_and_serves_when_it_comes(self):
        self.start_two_outlets()
        self.slacd.wait_line("ERROR .*interface evse1 does not exist.*evse_id=" + re.escape(OTHER))
        self.assert_matches()
        self.link("evse1", "plc1")
        self.slacd.wait_line("Interface is open.*interface=evse1")
        other_ev = self.start_ev(interface="plc1")
        self.station.say(f"plug {OTHER}")
        other_ev.say("plug")
        self.observer.wait_slac("matched", evse=OTHER)

    def test_interface_that_is_down_is_said_once_and_serves_when_it_is_up(self):
        ip("link", "add", "evse1", "type", "veth", "peer", "name", "plc1")
        self.addCleanup(ip, "link", "del", "evse1")
        self.start_two_outlets()
        self.slacd.wait_line("ERROR .*interface evse1 is down")
        self.assert_matches()  # several retries of the other one long
        self.assertEqual(len(self.slacd.lines("interface evse1")), 1)
        ip("link", "set", "plc1", "up")
        ip("link", "set", "evse1", "up")
        self.slacd.wait_line("Interface is open.*interface=evse1")

    def test_interface_that_goes_down_is_reported_and_served_again_when_it_is_back(self):
        self.start_all({"modem": {"link_retry_ms": 100}, "bench": {"busy_after_ms": 300}})
        self.assert_matches()
        mark = self.observer.mark()
        log = self.slacd.mark()
        ip("link", "set", "evse0", "down")
        self.slacd.wait_line("ERROR .*Interface is lost", after=log)
        self.observer.wait_service("busy", after=mark)
        ip("link", "set", "evse0", "up")
        self.observer.wait_service("ready", after=mark)
        self.assertEqual(self.observer.wait_slac("unmatched", after=mark).data["reason"], "link_lost")
        self.slacd.wait_line("WARN .*SLAC status.*status=unmatched reason=link_lost .*next=wait", after=log)
        self.assertEqual(self.observer.pilots(mark), [])
        mark = self.observer.mark()
        self.station.say("unplug")
        self.ev.say("unplug")
        self.observer.wait_slac("unmatched", after=mark)
        self.assert_matches()

    def test_interface_lost_while_matched_wakes_the_car_with_f_where_configured(self):
        self.start_all(with_settings(MODEM_TIMERS, slac={"link_loss": "retry"}, modem={"link_retry_ms": 100}),
                       ev=FAST_EV)
        self.assert_matches()
        mark = self.observer.mark()
        log = self.slacd.mark()
        ip("link", "set", "evse0", "down")
        f = self.observer.wait_pilot("f", after=mark)
        hlc = self.observer.wait_pilot("hlc", after=mark)
        self.assert_time(hlc.time, f.time + 0.4, "step_f_ms")
        self.assertEqual(self.outcome(mark), [("unmatched", "link_lost")])
        self.slacd.wait_line("WARN .*SLAC status.*status=unmatched reason=link_lost .*next=F", after=log)
        ip("link", "set", "evse0", "up")
        self.slacd.wait_line("Modem has confirmed its key", after=log)
        self.ev.say("unplug", "plug")
        self.observer.wait_slac("matched", after=mark)
        self.assertEqual(self.observer.pilots(mark), ["x1", "f", "hlc"])

    def test_interface_that_is_deleted_and_made_again_is_served_again(self):
        self.start_all({"modem": {"link_retry_ms": 100}})
        self.ev.kill()
        ip("link", "del", "evse0")
        self.slacd.wait_line("ERROR .*(Interface is lost|does not exist)")
        mark = self.slacd.mark()
        self.link()
        self.slacd.wait_line("Interface is open", after=mark)
        self.ev = self.start_ev()
        self.slacd.wait_line("Modem has confirmed its key", after=mark)
        self.assert_matches()

    def bridge(self):
        ip("link", "add", "br7", "type", "bridge")
        self.addCleanup(subprocess.run, ["ip", "link", "del", "br7"], stderr=subprocess.DEVNULL, check=False)

    def test_port_of_a_bridge_is_named_and_serves_when_it_has_left_the_bridge(self):
        self.bridge()
        self.link("evse1", "plc1")
        ip("link", "set", "evse1", "master", "br7")
        self.start_two_outlets()
        cannot = f"ERROR .*Outlet cannot serve: interface evse1: {PORT_OF_BR7}.*evse_id={re.escape(OTHER)}"
        self.slacd.wait_line(cannot)
        self.assert_matches()  # several retries of the other one long
        self.assertEqual(len(self.slacd.lines(PORT_OF_BR7)), 1)
        self.assertEqual(self.slacd.lines("no answer within"), [])
        ip("link", "set", "evse1", "nomaster")
        self.slacd.wait_line("Interface is open.*interface=evse1")

    def test_interface_that_appears_in_a_bridge_is_named(self):
        self.bridge()
        self.start_two_outlets()
        self.slacd.wait_line("ERROR .*interface evse1 does not exist")
        self.link("evse1", "plc1")
        self.slacd.wait_line("Interface is open.*interface=evse1")
        ip("link", "del", "evse1")
        self.slacd.wait_line("ERROR .*Interface is lost: .*interface=evse1")
        ip("link", "add", "evse1", "master", "br7", "type", "veth", "peer", "name", "plc1")
        self.slacd.wait_line(f"ERROR .*Outlet cannot serve: interface evse1: {PORT_OF_BR7}")

    def test_interface_that_becomes_a_port_of_a_bridge_in_a_match_ends_it_as_lost_and_says_why(self):
        self.bridge()
        self.start_all(with_settings(MODEM_TIMERS, modem={"link_retry_ms": 100}), ev=FAST_EV)
        self.assert_matches()
        mark = self.observer.mark()
        log = self.slacd.mark()
        ip("link", "set", "evse0", "master", "br7")
        self.observer.wait_slac("unmatched", after=mark)
        self.slacd.wait_line(f"ERROR .*Interface is lost: {PORT_OF_BR7}", after=log)
        self.assertEqual(self.outcome(mark), [("unmatched", "link_lost")])
        self.slacd.never_line("Outlet cannot serve", 0.5, log)  # it has been said
        ip("link", "set", "evse0", "nomaster")
        self.slacd.wait_line("Modem has confirmed its key", after=log)
        self.assert_next_car_matches()

    def test_interface_with_an_address_is_refused_and_serves_when_it_has_none(self):
        """Nobody on the broker can make slacd send keys into another network of the host."""
        self.link("evse1", "plc1")
        capture = self.capture_on("plc1")
        ip("addr", "add", "10.7.0.1/24", "dev", "evse1")
        ip("addr", "add", "2001:db8::1/64", "dev", "evse1", "nodad")
        self.start_two_outlets()
        refused = "WARN .*the interface is refused: it has the address {}; .*outlets.interfaces.*evse_id=" + \
            re.escape(OTHER)
        self.slacd.wait_line(refused.format("10.7.0.1"))
        log = self.slacd.mark()
        ip("addr", "del", "10.7.0.1/24", "dev", "evse1")
        self.slacd.wait_line(refused.format("2001:db8::1"), after=log)
        self.assert_matches()
        self.assertEqual(capture.all(harness.CM_SET_KEY_REQ), [])
        self.assertEqual(len(self.slacd.lines("the interface is refused")), 2)
        ip("addr", "del", "2001:db8::1/64", "dev", "evse1")
        self.slacd.wait_line("Interface is open.*interface=evse1", after=log)

    def test_car_is_not_cut_for_an_address_and_the_interface_is_given_up_when_it_leaves(self):
        self.start_all({"modem": {"link_retry_ms": 100}})
        self.assert_matches()
        log = self.slacd.mark()
        ip("addr", "add", "10.7.0.1/24", "dev", "evse0")
        self.slacd.wait_line("WARN .*given up when the vehicle has left: it has the address 10.7.0.1", after=log)
        self.assertEqual(self.link_status(), "connected")
        self.station.say("unplug")
        self.ev.say("unplug")
        self.slacd.wait_line("ERROR .*Interface is lost: it has the address 10.7.0.1", after=log)
        ip("addr", "del", "10.7.0.1/24", "dev", "evse0")
        self.slacd.wait_line("Interface is open", after=log)
        self.slacd.wait_line("Modem has confirmed its key", after=log)
        self.assert_matches()

    def test_bridge_is_refused_and_an_interface_of_the_configuration_is_not(self):
        self.link("evse1", "plc1")
        self.bridge()
        ip("link", "set", "br7", "up")
        ip("addr", "add", "10.7.0.1/24", "dev", "evse1")
        self.broker = self.start_broker()
        self.station = self.start_station(evses=(f"{harness.EVSE}=br7", f"{OTHER}=evse1"))
        self.station.wait_line("connected to the broker")
        ip("link", "add", "dm7", "master", "br7", "up", "type", "veth", "peer", "name", "dm8")
        ip("link", "set", "dm8", "up")
        self.addCleanup(ip, "link", "del", "dm7")
        self.slacd = self.start_slacd({"outlets": {OTHER: {"interface": "evse1"}}})
        self.slacd.wait_line("WARN .*the interface is refused: it is a bridge.*interface=br7")
        self.slacd.wait_line("Interface is open.*interface=evse1")

    def test_missing_permission_names_the_capability_and_the_service_stays_reachable(self):
        self.start_two_outlets(wrapper=("setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw"))
        self.slacd.wait_line("ERROR .*CAP_NET_RAW is missing")
        self.assertTrue(self.slacd.runs())
        mark = self.observer.mark()
        self.station.say('raw cs/josev {"id":"1","name":"service_status","type":"request",'
                         '"data":{"service":"slac"}}')
        self.assertEqual(self.observer.wait_response("1", after=mark).service, "ready")


if __name__ == "__main__":
    harness.main(["setpriv"])
