# SPDX-License-Identifier: Apache-2.0
"""A fleet of three stations with a real broker: every command, a launcher and a keeper that are killed, a broker that restarts.

It runs in a network namespace of its own, as root of it: so one of the stations has veth pairs.
"""
import json
import os
import pathlib
import signal
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "slacd/tests/netns"))

import harness  # noqa: E402
from harness import Bench, Program, await_true  # noqa: E402

LAUNCHER = "fleet/launcher"
# A car that never speaks, and one that falls silent, are over in a second.
SETTINGS = {"slac": {"allow_nonstandard_timers": True, "tt_evse_slac_init_ms": 800},
            "pilot": {"step_f_ms": 400, "step_x1_ms": 300}}


def station(name, rest):
    return f"fleet/stations/{name}/{rest}"


def processes_in(directory):
    """Those whose command line names the directory."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = pathlib.Path("/proc", pid, "cmdline").read_bytes()
            state = pathlib.Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if f"{directory}/".encode() in words and state != "Z":
            found.append(int(pid))
    return found


class Fleet(Bench):
    def setUp(self):
        super().setUp()
        self.broker = self.start_broker(quiet=True)
        self.ear = self.add(Program("mosquitto_sub", "mosquitto_sub", "-v", "-q", "1", "-t", f"{LAUNCHER}/#", "-t",
                                    station("+", "status"), "-t", station("+", "error"), "-t",
                                    station("+", "connectors/+/status"), "-t", station("late", "josev/cs"), "-t",
                                    "mark"))
        subprocess.run(["mosquitto_pub", "-r", "-t", "mark", "-m", "here"], check=True)
        self.ear.wait_line("^mark here")

    def kill_programs(self):
        """Those of the stations, too, which outlive their launcher."""
        super().kill_programs()
        for pid in processes_in(self.directory):
            os.kill(pid, signal.SIGKILL)

    def start_launcher(self, *options):
        launcher = self.start_cs_fleet("--setup-directory", self.path("setups"), *options)
        launcher.wait_line("cs-fleet: ready")
        return launcher

    def start_cs_fleet(self, *options, behind=()):
        return self.add(Program("cs-fleet", *behind, os.environ["CS_FLEET"], "--mqtt-host", "127.0.0.1", "--directory",
                                self.path("d"), "--slacd", os.environ["SLACD"], "--cs-sim", os.environ["CS_SIM"],
                                "--slac-ev", os.environ["SLAC_EV"], "--slacd-config",
                                self.write("settings.json", SETTINGS), *options))

    @staticmethod
    def tell(topic, payload):
        text = payload if isinstance(payload, str) else json.dumps(payload)
        subprocess.run(["mosquitto_pub", "-q", "1", "-t", topic, "-m", text], check=True)

    def tell_large(self, topic):
        subprocess.run(["mosquitto_pub", "-q", "1", "-t", topic, "-s"], input=b"x" * 400000, check=True)

    def command(self, **members):
        self.tell(f"{LAUNCHER}/cmd", members)

    def heard(self, topic, *words, after=0):
        """The payload of the first message with all of these."""
        def is_it(line):
            return line.text.startswith(f"{topic} ") and all(word in line.text for word in words)
        line = self.ear.output.wait(is_it, f"{topic} with {words}", after=after)
        return json.loads(line.text.partition(" ")[2].replace("(null)", "null") or "null")

    def tell_and_hear(self, tell, topic, *words):
        mark = self.ear.mark()
        tell()
        return self.heard(topic, *words, after=mark)

    def connector(self, name, number, what="status"):
        return station(name, f"connectors/{number}/{what}")

    def input(self, name, number, what, *words, **members):
        return self.tell_and_hear(lambda: self.tell(self.connector(name, number, what), members),
                                  self.connector(name, number), *words)

    def assert_refused(self, topic, error_topic, payload, *words):
        answer = self.tell_and_hear(lambda: self.tell(topic, payload), error_topic, *words)
        self.assertEqual(answer["topic"], topic)

    def retain(self, *payload):
        """A command and an input that nobody is to obey, or none of them any more."""
        for topic, members in ((f"{LAUNCHER}/cmd", {"command": "start", "id": "old"}),
                               (self.connector("S1", 2, "id_tag"), {"id_tag": "old"})):
            subprocess.run(["mosquitto_pub", "-r", "-t", topic, *(payload or ("-m", json.dumps(members)))], check=True)

    def start_first(self):
        """With the station of a setup."""
        path = os.path.join(self.directory, "first.json")
        pathlib.Path(path).write_text('{"stations":[{"id":"S1","connectors":2}]}')
        return self.start_launcher("--setup", path)

    def start_three(self):
        """One is there already, one has veth pairs."""
        self.command(command="start", connectors=1)
        self.command(command="start", id="park-3", connectors=1, link="veth")
        return {name: self.heard(station(name, "status"), '"Alive"') for name in ("S1", "S2", "park-3")}

    def drive_cars(self):
        self.input("park-3", 1, "car", '"matched"', plugged=True, attenuation=31)
        status = self.input("S1", 2, "car", '"matched"', plugged=True, consumption_l1=13, attenuation=25)
        self.assertEqual(status["attenuation_db"], 25.0)
        self.assertEqual((status["pilot"], status["duty_percent"], status["id_tag"]), ("B2", 5.0, ""))
        status = self.input("S1", 2, "id_tag", '"C2"', "13.0,0.0,0.0", id_tag="04A2")
        self.assertEqual(status["sessions_matched"], 1)
        self.input("S1", 2, "car", "13.0,16.0,16.0", consumption_l2=16, consumption_l3=16)
        self.input("S1", 2, "car", '"unmatched"', "vehicle_left", plugged=False)
        # A car that falls silent, and a fault.
        self.input("S1", 1, "car", '"state":"failed"', plugged=True, behaviour="stop-at:start")
        self.input("S1", 1, "car", '"A', plugged=False)
        self.input("S1", 1, "faulted", '"pilot":"F"', faulted=True)
        self.input("S1", 1, "faulted", '"duty_percent":5.0', faulted=False)

    def send_wrong(self):
        commands, errors = f"{LAUNCHER}/cmd", f"{LAUNCHER}/error"
        self.assert_refused(commands, errors, "no JSON", "expected a JSON object")
        self.assert_refused(commands, errors, {"command": "start", "id": "S1"}, "expected one that is free")
        self.assert_refused(commands, errors, {"command": "start", "connectors": 10**6}, "from 1 to 256, not 1000000")
        self.assert_refused(commands, errors, {"command": "kill", "id": "S9"}, "expected a station that there is")
        self.assert_refused(commands, errors, {"command": "load", "name": "none"}, "none.json")
        self.assert_refused(self.connector("S1", 1, "car"), station("S1", "error"), {"speed": 3}, "speed: expected one of")
        self.assert_refused(self.connector("S1", 3, "car"), station("S1", "error"), {"ready": True}, "from 1 to 2")
        self.assert_refused(station("S1", "cmd"), station("S1", "error"), {"command": "fly"}, "kill, restart or close")
        for topic, error in ((commands, errors), (station("S1", "cmd"), station("S1", "error"))):
            self.tell_and_hear(lambda: self.tell_large(topic), error, "at most 256 KiB")

    def kill_and_restart(self, before):
        again = self.tell_and_hear(lambda: self.command(command="restart", id="S1"), station("S1", "status"), '"Alive"',
                                   '"restarts":1')
        self.assertEqual(again["pids"]["keeper"], before["S1"]["pids"]["keeper"])
        self.assertNotEqual(again["pids"]["slacd"], before["S1"]["pids"]["slacd"])
        self.tell_and_hear(lambda: self.command(command="kill", id="S2"), station("S2", "status"), '"Dead"')
        self.assert_gone("S2")
        self.tell_and_hear(lambda: self.command(command="restart", id="S2"), station("S2", "status"), '"Alive"')

    def start_kill_and_restart(self):
        """At once: the end of the first keeper is not that of the second."""
        commands = [json.dumps({"command": command, "id": "quick"}) + "\n" for command in ("start", "kill", "restart")]
        mark = self.ear.mark()
        subprocess.run(["mosquitto_pub", "-q", "1", "-t", f"{LAUNCHER}/cmd", "-l"], input="".join(commands), text=True,
                       check=True)
        self.heard(station("quick", "status"), '"Alive"', after=mark)

    def assert_gone(self, name):
        await_true(lambda: not processes_in(self.path(f"d/{name}")), f"no process of {name} is left")

    def assert_only_log_left(self, name):
        self.assertEqual(os.listdir(self.path(f"d/{name}")), ["log"])

    def lose_launcher_and_keeper(self, launcher, before):
        launcher.signal(signal.SIGKILL)
        self.heard(f"{LAUNCHER}/status", '"Dead"')
        self.tell_and_hear(lambda: os.kill(before["park-3"]["pids"]["keeper"], signal.SIGKILL),
                           station("park-3", "status"), '"Dead"')
        self.assert_gone("park-3")
        mark = self.ear.mark()
        second = self.start_launcher()
        self.heard(f"{LAUNCHER}/status", '"Alive"', '"stations":3', after=mark)
        # Another one takes over, and the first one ends.
        third = self.start_launcher()
        self.assertEqual(second.exit_code(), 1)
        return third

    def says_ready(self, name, mark):
        """What it has said before may be lost to this ear as well."""
        ask = {"id": "1", "name": "service_status", "type": "request", "data": {"service": "slac"}}
        self.tell(station(name, "cs/josev"), ask)
        return any("service_status" in line.text and '"ready"' in line.text for line in
                   self.ear.lines(station(name, "josev/cs"), after=mark))

    def lose_broker(self):
        """Meanwhile a station starts whose keeper comes to the broker behind its programs."""
        self.broker.kill()
        mark = self.ear.mark()
        late = self.start_cs_fleet("--keeper", "late", "--connectors", "1")
        await_true(lambda: len(processes_in(self.path("d/late"))) >= 2, "slacd and the car of the station run")
        late.signal(signal.SIGSTOP)
        self.broker = self.start_broker(quiet=True)
        await_true(lambda: self.says_ready("late", mark), "slacd has said that it is ready, and is so")
        late.signal(signal.SIGCONT)
        self.heard(station("late", "status"), '"Alive"', after=mark)
        self.heard(self.connector("late", 1), '"A2"', after=mark)
        for topic in (station("S1", "status"), station("S2", "status"), f"{LAUNCHER}/status"):
            self.heard(topic, '"Alive"', after=mark)

    def retained(self):
        heard = subprocess.run(["mosquitto_sub", "-v", "-t", "fleet/#", "--retained-only", "-W", "1"],
                               capture_output=True, text=True).stdout
        return [line.partition(" ")[0] for line in heard.splitlines()]

    def test_every_command_and_every_end(self):
        self.retain()
        launcher = self.start_first()
        before = self.start_three()
        self.drive_cars()
        self.send_wrong()
        self.tell_and_hear(lambda: self.command(command="save", name="demo"), f"{LAUNCHER}/status", '"setups":["demo"]')
        self.kill_and_restart(before)
        launcher = self.lose_launcher_and_keeper(launcher, before)
        self.lose_broker()
        self.tell_and_hear(lambda: self.command(command="close"), f"{LAUNCHER}/status", '"stations":0')
        self.assert_only_log_left("park-3")  # whose keeper was killed
        mark = self.ear.mark()
        self.command(command="load", name="demo")
        for name in before:
            self.heard(station(name, "status"), '"Alive"', after=mark)
        self.start_kill_and_restart()
        self.assertEqual(self.ear.lines(f"{LAUNCHER}/error", after=mark), [])
        self.command(command="close", id="*")
        self.heard(f"{LAUNCHER}/status", '"stations":0', after=mark)
        self.command(command="close_launcher")
        self.assertEqual(launcher.exit_code(), 0)
        for name in (*before, "late", "quick"):
            self.assert_gone(name)
            self.assert_only_log_left(name)
        self.retain("-n")
        self.assertEqual(self.retained(), [f"{LAUNCHER}/status"])

    def test_full_disk_is_said(self):
        full = self.path("full")
        os.mkdir(full)
        fill = f'mount -t tmpfs -o size=4k none {full} && head -c 4096 /dev/zero >{full}/file && exec "$@"'
        self.start_cs_fleet("--directory", full, "--stations", "1", behind=("unshare", "--mount", "sh", "-c", fill, "sh"))
        self.heard(f"{LAUNCHER}/error", "station S1 cannot be started", "No space left on device")
        self.heard(station("S1", "status"), '"Dead"')

    def assert_wrong(self, options, said):
        done = subprocess.run([os.environ["CS_FLEET"], *options], capture_output=True, text=True, timeout=10)
        self.assertEqual(done.returncode, 2)
        self.assertIn(said, done.stderr)

    def test_wrong_setup_ends_with_2(self):
        path = self.write("wrong.json", {"stations": [{"id": "S1"}, {"id": "S2", "connectors": 300}]})
        self.assert_wrong(("--setup", path, "--slacd", os.environ["SLACD"], "--cs-sim", os.environ["CS_SIM"], "--slac-ev",
                           os.environ["SLAC_EV"]),
                          f"{path}: stations[1].connectors: expected a whole number from 1 to 256, not 300")
        self.write("wrong.json", {"stations": [{"id": "S1"}, {"id": "S2"}]})
        self.assert_wrong(("--setup", path, "--stations", "2"), "expected --setup or --stations, not both")
        self.assert_wrong(("--stations", "3", "--max-stations", "2"), "expected at most 2 (--max-stations), not 3")
        self.assert_wrong(("--setup", path, "--max-stations", "1"), "expected at most 1 stations (--max-stations), not 2")
        self.assert_wrong(("--slacd", "/none"), "--slacd '/none': expected a program that can be executed")

    def test_what_keepers_need_and_cannot_use_ends_with_2(self):
        path = self.write("settings.json", [])
        self.assert_wrong(("--directory", f"{path}/d"), f"--directory: {path}/d: cannot be made")
        self.assert_wrong(("--directory", path), f"--directory: {path}: expected a directory of this user")
        self.assert_wrong(("--directory", self.directory, "--slacd-config", "/none"), "--slacd-config: /none: ")
        self.assert_wrong(("--directory", self.directory, "--slacd-config", path),
                          f"--slacd-config: {path}: expected a JSON object")


if __name__ == "__main__":
    harness.main()
