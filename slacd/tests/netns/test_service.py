# SPDX-License-Identifier: Apache-2.0
"""slacd as a service of the system: what it is started with, and what the service manager hears of it."""
import os
import signal
import socket

import harness
from harness import Bench


QUICK = harness.with_settings(harness.MODEM_TIMERS, mqtt={"request_timeout_ms": 200, "request_backoff_max_ms": 200})


class Service(Bench):
    def listen(self):
        """The service manager's end: what slacd says to it, in order."""
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.manager.close)
        self.manager.bind(self.path("notify"))
        self.manager.settimeout(harness.PATIENCE_S)
        self.heard = []
        return f"NOTIFY_SOCKET={self.path('notify')}"

    def hear(self, wanted):
        """All that is said up to the first datagram with this in it; returns that one."""
        while True:
            self.heard.append(self.manager.recv(4096).decode())
            if wanted in self.heard[-1]:
                return self.heard[-1]

    def test_service_manager_hears_of_each_step_and_of_what_is_wrong(self):
        environment = self.listen()
        self.link()
        self.broker = self.start_broker()
        self.slacd = self.start_slacd(QUICK, wrapper=("env", environment))
        self.hear("STATUS=starting: the station has not told cs_parameters")
        self.assertFalse(any("READY=1" in said for said in self.heard))
        self.observer = self.start_observer(self.broker)
        self.station = self.start_station()
        self.hear("READY=1\nSTATUS=ready: ")
        self.hear(f"STATUS=ready: 0 of 1 outlets can serve; {harness.EVSE} cannot: no answer within ")
        self.ev = self.start_ev()
        self.assertEqual(self.hear("1 of 1"), "STATUS=ready: 1 of 1 outlets can serve")
        self.broker.kill()
        self.hear("STATUS=ready: no connection to the MQTT broker; 1 of 1")
        self.slacd.signal(signal.SIGTERM)
        self.hear("STOPPING=1\nSTATUS=stopping: ")
        self.assertEqual(self.slacd.exit_code(), 0)
        self.assertEqual(sum("READY=1" in said for said in self.heard), 1)
        self.assertFalse(any("WATCHDOG" in said for said in self.heard))

    def test_watchdog_is_fed_while_the_event_loop_goes_round_and_not_when_it_stands_still(self):
        environment = self.listen()
        slacd = self.start_slacd(wrapper=("env", environment, "WATCHDOG_USEC=200000"))
        for _ in range(4):
            self.hear("WATCHDOG=1")
        slacd.signal(signal.SIGSTOP)
        self.manager.settimeout(0.4)
        with self.assertRaises(TimeoutError):
            for _ in range(10):  # what was said before
                self.hear("WATCHDOG=1")

    def test_closed_descriptors_are_opened_before_anything_can_get_their_numbers(self):
        self.broker = self.start_broker()
        slacd = self.start_slacd(wrapper=("sh", "-c", 'exec "$0" "$@" <&- >&- 2>&-'))
        self.broker.wait_line("New client connected .* as slacd-")
        opened = [os.readlink(f"/proc/{slacd.process.pid}/fd/{fd}") for fd in (0, 1, 2)]
        self.assertEqual(opened, ["/dev/null"] * 3)

    def test_sighup_reads_the_configuration_again_and_a_wrong_one_changes_nothing(self):
        environment = self.listen()
        slacd = self.start_slacd({"service": {"log_level": "INFO"}}, wrapper=("env", environment))
        self.hear("STATUS=starting")
        self.configure({"service": {"log_level": "debug"}, "mqtt": {"keepalive_s": 10}})
        slacd.signal(signal.SIGHUP)
        self.hear("RELOADING=1\nMONOTONIC_USEC=")
        slacd.wait_line("INFO .*Setting has changed. setting=service.log_level")
        slacd.wait_line("WARN .*Setting has changed and needs a restart. setting=mqtt.keepalive_s")
        slacd.wait_line("INFO .*Configuration was read again. changes=2")
        self.write("slacd.json", '{"service": {"log_level": ')
        mark = slacd.mark()
        slacd.signal(signal.SIGHUP)
        slacd.wait_line("ERROR .*Configuration is wrong, everything stays as it was: .*slacd.json: not valid JSON")
        slacd.signal(signal.SIGUSR1)
        slacd.wait_line("Statistics", after=mark)
        self.assertTrue(slacd.runs())


if __name__ == "__main__":
    harness.main()
