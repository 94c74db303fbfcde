# SPDX-License-Identifier: Apache-2.0
"""Made rows for reports, and databases with them: the tables are made as slac-history makes them."""
import pathlib
import random
import re
import uuid

SCHEMA = pathlib.Path(__file__).resolve().parents[1] / "history_schema.c"
DAY_US = 86400 * 1000000
BEGIN_US = 1795737600000000  # 2026-11-27
NO_RUN = "0x0000000000000000"


def schema(database):
    """The SQL of that database: the C text of history_schema.c."""
    text = re.search(rf"history_schema_{database}\[\] =(.*?);\n\n", SCHEMA.read_text(), re.DOTALL)[1]
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text))


class Rows:
    """Statuses and values as stations of a small site have said them."""

    def __init__(self, seed=1):
        self.random = random.Random(seed)
        self.statuses = []
        self.telemetry = []

    def _id(self):
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def status(self, station, at_us, status, reason="", run=NO_RUN, mac="", attenuation=None, evse="DE*ABC*E1"):
        self.statuses.append((station, self._id(), evse, at_us, at_us + 20000, status, reason, run, mac, attenuation, None))

    def matched(self, station, at_us, mac, ms=4000, attenuation=20.5, end="vehicle_left", evse="DE*ABC*E1"):
        run = f"0x{self.random.getrandbits(64) | 1:016X}"
        self.status(station, at_us, "matching", "", run, mac, None, evse)
        self.status(station, at_us + ms * 1000, "matched", "", run, mac, attenuation, evse)
        self.telemetry.append((station, evse, "last_match_ms", at_us + ms * 1000, ms, None))
        if end:
            self.status(station, at_us + 3600 * 1000000, "unmatched", end, run, mac, None, evse)

    def failed(self, station, at_us, mac, reason, attenuation=None, left=True, evse="DE*ABC*E1"):
        run = f"0x{self.random.getrandbits(64) | 1:016X}"
        self.status(station, at_us, "matching", "", run, mac, None, evse)
        self.status(station, at_us + 12000000, "failed", reason, run, mac, attenuation, evse)
        if left:
            self.status(station, at_us + 60000000, "unmatched", "vehicle_left", run, mac, None, evse)


def site():
    """The rows of the example in doc/history.md."""
    rows = Rows()
    good, bad = "00:18:87:00:A1:D6", "70:B3:D5:00:00:01"
    for day in range(3):
        at = BEGIN_US + day * DAY_US
        for hour in range(6):
            rows.matched("GARAGE", at + hour * 2 * 3600 * 1000000, good, 3900 + 10 * hour + day)
        rows.failed("GARAGE", at + 20 * 3600 * 1000000, bad, "no_match_req", 44.5)
        rows.matched("DEPOT-2", at + 6 * 3600 * 1000000, good, 5200 + 300 * day, 31.5,
                     end="power_line_link_lost" if day == 1 else "vehicle_left")
        rows.failed("DEPOT-2", at + 9 * 3600 * 1000000, bad, "no_sounds")
        rows.failed("DEPOT-2", at + 10 * 3600 * 1000000, "02:00:00:00:00:07", "no_sounds")
        rows.status("DEPOT-2", at + 15 * 3600 * 1000000, "basic_charging", "no_parm_req")
        rows.status("DEPOT-2", at + 16 * 3600 * 1000000, "unmatched", "vehicle_left")
    rows.failed("YARD", BEGIN_US + 3600 * 1000000, good, "no_start_atten_char")
    rows.failed("YARD", BEGIN_US + 7200 * 1000000, "02:00:00:00:00:07", "no_start_atten_char")
    return rows


def sqlite_file(path, rows):
    import sqlite3
    with sqlite3.connect(path) as database:
        database.executescript("PRAGMA journal_mode = WAL;" + schema("sqlite"))
        database.executemany(f"INSERT INTO status VALUES ({','.join('?' * 11)})", rows.statuses)
        database.executemany(f"INSERT INTO telemetry VALUES ({','.join('?' * 6)})", rows.telemetry)
    database.close()
