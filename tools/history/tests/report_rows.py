# SPDX-License-Identifier: Apache-2.0
"""Made rows for reports, and databases with them: the tables are made as slac-history makes them."""
import pathlib
import random
import re
import sqlite3
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

    def started(self, station, at_us, evse="DE*ABC*E1"):
        self.telemetry.append((station, evse, "sessions_matched", at_us, 0, None))

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


def mess(count):
    """Statuses without sense, at times that are often the same, of names that are no use to anybody."""
    rows = Rows(7)
    choose = rows.random.choice
    for _ in range(count):
        at = BEGIN_US + rows.random.randrange(3 * DAY_US // 1000000 // 60) * 60 * 1000000
        status = choose(("matching", "matched", "failed", "unmatched", "basic_charging", "strange"))
        reason = "" if status.startswith("match") else choose(("no_sounds", "vehicle_left", "power_line_link_lost", "no_parm_req", "reset"))
        rows.status(choose(("=1+1", "<b>&", "S\u00fcd", "s1", "S1", "x" * 63)), at, status, reason,
                    choose((NO_RUN, "0x0000000000000001", "0x0000000000000002")), choose(("", "00:18:87:00:A1:D6", "70:B3:D5:00:00:01")),
                    choose((None, 12.5, 61.1)), choose(("E1", "E2")))
        rows.telemetry.append((choose(("s1", "S1", "T")), "E1", "last_match_ms", at + len(rows.telemetry), rows.random.randrange(30000), None))
        rows.telemetry.append((choose(("s1", "S1", "T")), "E1", "sessions_matched", at + len(rows.telemetry), rows.random.randrange(3), None))
    return rows


def makers_file(path):
    path.write_text("OUI/MA-L  Organization\n\n00-18-87   (hex)\t\tMaker One\n001887     (base 16)\t\tMaker One\n\t\t\t\tA street\n\n"
                    "70-B3-D5   (hex)\t\tMaker Two, Ltd.\n")


def postgres_sql(rows):
    """What makes the tables of PostgreSQL, and their rows."""
    def literal(value):
        if value is None:
            return "NULL"
        return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)

    def time(us):
        return f"TIMESTAMPTZ 'epoch' + {us} * INTERVAL '1 microsecond'"

    lines = [schema("postgres")]
    for row in rows.statuses:
        values = [literal(value) for value in row]
        values[3:5] = [time(row[3]), time(row[4])]
        lines.append(f"INSERT INTO status VALUES ({', '.join(values)});")
    for row in rows.telemetry:
        values = [literal(value) for value in row]
        values[3] = time(row[3])
        lines.append(f"INSERT INTO telemetry VALUES ({', '.join(values)});")
    return "BEGIN;\n" + "\n".join(lines) + "\nCOMMIT;\n"


def sqlite_file(path, rows):
    with sqlite3.connect(path) as database:
        database.executescript("PRAGMA journal_mode = WAL;" + schema("sqlite"))
        database.executemany(f"INSERT INTO status VALUES ({','.join('?' * 11)})", rows.statuses)
        database.executemany(f"INSERT INTO telemetry VALUES ({','.join('?' * 6)})", rows.telemetry)
    database.close()
