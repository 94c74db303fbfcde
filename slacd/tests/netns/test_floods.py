# SPDX-License-Identifier: Apache-2.0
"""Rubbish on the power line and on the broker costs a bounded number of log lines and nothing else."""
import multiprocessing
import random
import signal
import socket
import subprocess
import time

import harness
from harness import Bench

FRAMES = 20000
MESSAGES = 5000
LOG_LINES_MAX = 60
BROADCAST = b"\xff" * 6
# evse_slac.c: steps of runs that are logged in a minute.
STEPS_MAX = 240
KNOWN_TYPES = (0x6008, 0x6009, 0x600D, 0x6064, 0x606A, 0x606F, 0x6076, 0x6078, 0x607C, 0x6086)


def random_frames(count):
    """HomePlug frames of known and unknown types with random content and length; the same ones every time."""
    source = random.Random(15118)
    for _ in range(count):
        mmtype = source.choice(KNOWN_TYPES) if source.random() < 0.7 else source.randrange(0x10000)
        mmv = source.choice((0, 1, 1, 1, 2))
        header = BROADCAST + source.randbytes(6) + b"\x88\xe1" + bytes([mmv]) + mmtype.to_bytes(2, "little")
        yield header + source.choice((b"\0\0", source.randbytes(2))) + source.randbytes(source.randrange(200))


def new_runs(count):
    """CM_SLAC_PARM.REQ of one car with another run_id each."""
    car = bytes.fromhex("02bad0000001")
    for i in range(count):
        yield (BROADCAST + car + b"\x88\xe1\x01" + harness.CM_SLAC_PARM_REQ.to_bytes(2, "little") + b"\0\0\0\0" +
               i.to_bytes(8, "big")).ljust(60, b"\0")


def parm_req(number):
    """CM_SLAC_PARM.REQ of one of many cars."""
    return (BROADCAST + b"\x06\xf1" + number.to_bytes(4, "big") + b"\x88\xe1\x01" +
            harness.CM_SLAC_PARM_REQ.to_bytes(2, "little") + b"\0\0\0\0" + b"\xf1" * 8).ljust(60, b"\0")


def flood(interface, per_second, addresses, sent):
    """So many CM_SLAC_PARM.REQ a second, as far as the machine can; addresses 0: each has its own."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
        sender.bind((interface, 0))
        began = time.monotonic()
        while True:
            due = int((time.monotonic() - began) * per_second)
            while sent.value < due:
                try:
                    sender.send(parm_req(sent.value % addresses if addresses else sent.value))
                except OSError:
                    break  # the interface is busy
                sent.value += 1
            time.sleep(0.001)


class Floods(Bench):
    def match_in_flood(self, per_second, addresses):
        """How many frames a second there were, and how long the car took."""
        sent = multiprocessing.Value("Q", 0, lock=False)
        flooder = multiprocessing.Process(target=flood, args=("plc0", per_second, addresses, sent), daemon=True)
        mark, ev_mark = self.observer.mark(), self.ev.mark()
        self.plug()
        flooder.start()
        try:
            began = time.monotonic()
            harness.await_true(lambda: sent.value > 0, "the flood begins")
            time.sleep(0.3)  # it has taken every place
            plugged = time.monotonic()
            self.ev.say("plug")
            self.ev.wait_line("link up", after=ev_mark)
            took_s = time.monotonic() - plugged
            rate = sent.value / (time.monotonic() - began)
            self.observer.wait_slac("matched", after=mark)
        finally:
            flooder.kill()
            flooder.join()
        # All runs of the flood may have failed before: then there was a `failed` in between.
        self.assertEqual(self.observer.slac_statuses(mark)[-1], "matched")
        self.unplug_both()
        return rate, took_s

    def test_car_matches_in_every_flood_of_requests_ten_of_ten(self):
        """With five places, of which the flood has taken every one."""
        self.start_all({"slac": {"parallel_runs": 5}}, ev=harness.FAST_EV)
        for per_second in (100, 1000, 5000, 20000, 50000):
            for addresses in (0, 10):
                with self.subTest(per_second=per_second, addresses=addresses):
                    rate, took_s = self.match_in_flood(per_second, addresses)
                    print(f"{per_second} frames/s wanted, {rate:.0f} sent, of {addresses or 'random'} addresses: "
                          f"linked after {took_s:.2f} s")

    def ask_until_answered(self):
        """A full inbound queue may drop the question: it is asked again."""
        mark = self.observer.mark()

        def ask():
            self.station.say('raw cs/josev {"id":"after","name":"service_status","type":"request",'
                             '"data":{"service":"slac"}}')
            try:
                self.observer.wait_response("after", within=0.3, after=mark)
            except AssertionError:
                return False
            return True
        harness.await_true(ask, "an answer after the flood")

    def test_malformed_frames_leave_few_lines_and_a_service_that_matches(self):
        self.start_all()
        mark = self.slacd.mark()
        harness.send_frames("plc0", random_frames(FRAMES))
        self.ask_until_answered()
        self.assertLess(len(self.slacd.lines("", mark)), LOG_LINES_MAX)
        self.assertGreater(len(self.slacd.lines("Malformed frame", mark)), 0)
        self.assert_matches()

    def test_runs_that_begin_again_and_again_leave_few_lines_and_a_service_that_matches(self):
        self.start_all()
        self.plug()
        mark = self.slacd.mark()
        harness.send_frames("plc0", new_runs(FRAMES))
        self.slacd.wait_line("More than 240 steps", after=mark)
        self.ask_until_answered()
        self.assertEqual(len(self.slacd.lines("SLAC run:", mark)), STEPS_MAX)
        self.assertEqual(len(self.slacd.lines("WARN .*More than 240 steps of SLAC runs in a minute, further ones are "
                                              "not logged for [1-5]?[0-9] s", mark)), 1)
        self.assertLess(len(self.slacd.lines("", mark)), STEPS_MAX + LOG_LINES_MAX)
        self.ev.say("plug")
        self.observer.wait_slac("matched")
        self.slacd.signal(signal.SIGUSR1)
        left_out = self.slacd.wait_line("Statistics: steps of SLAC runs not logged.*service").text
        self.assertGreater(int(left_out.split("count=")[1]), STEPS_MAX)  # the kernel drops what comes too fast

    def test_malformed_frames_during_a_match_do_not_disturb_it(self):
        self.start_all()
        self.plug()
        self.ev.say("plug")
        self.observer.wait_slac("matching")
        harness.send_frames("plc0", random_frames(2000))
        self.observer.wait_slac("matched")
        self.assertEqual(self.observer.slac_statuses(), ["matching", "matched"])

    def test_malformed_messages_leave_few_lines_and_a_service_that_matches(self):
        self.start_all()
        mark = self.slacd.mark()
        kinds = ('{"id":"1","name":"cp_status","type":"update","data":{"evse_id":7}}',
                 "not json " + "x" * 200,
                 '{"id":"1","name":"cp_status"',
                 "[" * 500,
                 '{"id":"1","name":"cs_parameters","type":"response","data":{"parameters":{}}}')
        lines = [kinds[i % len(kinds)] for i in range(MESSAGES)]
        subprocess.run(["mosquitto_pub", "-p", str(harness.BROKER_PORT), "-t", "cs/josev", "-l"],
                       input="\n".join(lines), text=True, check=True)
        # The broker has passed everything on: what is answered now comes after the flood, and so does the car.
        self.broker.wait_line("Received DISCONNECT from auto-")
        self.ask_until_answered()
        self.assertLess(len(self.slacd.lines("", mark)), LOG_LINES_MAX)
        self.assertGreater(len(self.slacd.lines("MQTT message refused", mark)), 0)
        self.assert_matches()

    def test_refused_message_is_named_by_topic_name_member_and_expectation(self):
        self.start_all()
        self.station.say('raw cs/josev {"id":"1","name":"cp_status","type":"update","data":{"evse_id":"%s",'
                         '"connector_id":"1","state":"B3"}}' % harness.EVSE)
        self.slacd.wait_line(r"WARN .*refused.*topic=cs/josev name=cp_status member=data.state expected=.*B2")

    def test_message_for_an_unknown_outlet_is_named_and_changes_nothing(self):
        self.start_all()
        self.station.say('raw cs/josev {"id":"1","name":"cp_status","type":"update","data":'
                         '{"evse_id":"DE*OTHER","connector_id":"1","state":"B2"}}')
        self.slacd.wait_line(r"WARN .*cp_status.*evse_id=DE\*OTHER")
        self.assertEqual(self.slacd.lines("Vehicle is connected"), [])


if __name__ == "__main__":
    harness.main()
