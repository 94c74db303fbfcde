# SPDX-License-Identifier: Apache-2.0
"""Records of sessions with real clocks and a real disk: the status names the file, and it is replayed to the same."""
import os
import signal

import harness
import records
from harness import SHORT_TIMERS, Bench


class SessionRecords(Bench):
    def in_state_directory(self, directory):
        """As systemd does it with StateDirectory=."""
        return ("env", f"STATE_DIRECTORY={directory}")

    def end_slacd(self):
        """Now everything that is to be written has been."""
        self.slacd.signal(signal.SIGTERM)
        self.assertEqual(self.slacd.exit_code(), 0)

    def wait_record(self, name):
        path = os.path.join(self.records, name)
        harness.await_true(lambda: os.path.exists(path), f"the record {name}")
        return path

    def test_a_car_that_does_not_speak_leaves_a_record_of_that_and_none_of_its_charging(self):
        self.start_all({**SHORT_TIMERS, "record": {}}, wrapper=self.in_state_directory(self.records))
        mark = self.observer.mark()
        self.plug()
        status = self.observer.wait_slac("basic_charging", after=mark)
        path = self.wait_record(status.data["record"])
        self.assertTrue(path.endswith("-basic_charging-no_parm_req.pcapng"), path)
        self.observer.wait_pilot(("x2", 32.0), after=mark)
        self.station.say("unplug")
        self.assertNotIn("record", self.observer.wait_slac("unmatched", after=mark).data)
        self.end_slacd()
        self.assertEqual(os.listdir(self.records), [os.path.basename(path)])
        records.replay(path)

    def test_a_match_is_replayed_octet_for_octet_and_its_key_is_not_in_the_record(self):
        configuration = harness.with_settings({}, record={"when": "always", "directory": self.records})
        self.start_all(configuration)
        mark = self.observer.mark()
        self.assert_matches()
        self.unplug_both()
        path = self.wait_record(self.observer.wait_slac("unmatched", after=mark).data["record"])
        keys = self.key_requests()
        self.end_slacd()
        records.replay(path)
        self.assertGreaterEqual(len(keys), 2)
        with open(path, "rb") as file:
            record = file.read()
        for key in keys:
            for i in range(len(key) - 5):
                self.assertNotIn(key[i:i + 6], record)
                self.assertNotIn(key[i:i + 6].hex().encode(), record)

    def test_a_directory_that_is_not_there_is_said_and_matching_goes_on(self):
        self.start_all({"record": {"when": "always"}}, wrapper=self.in_state_directory(self.path("none")))
        self.assert_said_once("ERROR.*Session records are not written: the directory cannot be opened")
        self.assert_matches()
        self.unplug_both()
        self.assert_matches()


if __name__ == "__main__":
    harness.main()
