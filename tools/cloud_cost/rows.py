# SPDX-License-Identifier: Apache-2.0
"""Octets of a row in SQLite and PostgreSQL, in the tables of slac-history, with its keys and indices."""
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import tempfile
import time
import uuid

TELEMETRY_ROWS = 500_000
STATUS_ROWS = 100_000
STATIONS = 100
SECOND_US = 1_000_000
BEGIN_US = 1_795_770_000 * SECOND_US
# (name, the number or text of a row)
VALUES = (("state", lambda: (None, random.choice(("matching", "matched", "unmatched")))), ("reason", lambda: (None, "")),
          ("pilot", lambda: (None, random.choice(("A2", "B2", "C2")))), ("ev_mac", lambda: (None, "00:18:87:00:A1:D6")),
          ("attenuation_db", lambda: (round(random.uniform(10, 30), 1), None)),
          ("sessions_matched", lambda: (random.randrange(10000), None)), ("last_match_ms", lambda: (random.randrange(3000), None)),
          ("offered_current_a", lambda: (16.0, None)))
TABLES = """CREATE TABLE telemetry (station {text}, evse_id {text}, name {text}, sampling_time {time} NOT NULL,
 number {real}, text TEXT, PRIMARY KEY (station, evse_id, name, sampling_time)){rowid};
CREATE TABLE status (station {text}, message_id {text}, evse_id {text}, sampling_time {time} NOT NULL,
 received_time {time} NOT NULL, status {text}, reason {text}, run_id {text}, ev_mac {text}, attenuation_db {real}, record TEXT,
 PRIMARY KEY (station, message_id)){rowid};
CREATE INDEX status_sampling_time ON status (sampling_time);
"""


def telemetry():
    """As time goes on, of all stations in turns."""
    for number in range(TELEMETRY_ROWS):
        name, value = VALUES[number % len(VALUES)]
        station = number // len(VALUES) % STATIONS
        yield (f"DE-ABC-{station:04}", f"DE*ABC*E{station:04}*{random.randrange(2) + 1}", name, BEGIN_US + number * 10_007, *value())


def status():
    for number in range(STATUS_ROWS):
        station, when = number % STATIONS, BEGIN_US + number * 50_021
        failed = number % 10 == 0
        yield (f"DE-ABC-{station:04}", str(uuid.UUID(int=random.getrandbits(128))), f"DE*ABC*E{station:04}*1", when, when + 40_000,
               "failed" if failed else "matched", "no_sounds" if failed else "", "0x5F4BC6EDE6893CD9", "00:18:87:00:A1:D6", 20.5,
               "20261127T091921.878279Z-DE_ABC_E1-failed-no_sounds.pcapng" if failed else None)


def in_sqlite(directory):
    path = os.path.join(directory, "history.db")
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=WAL")
    database.executescript(TABLES.format(text="TEXT NOT NULL", time="INTEGER", real="REAL", rowid=" WITHOUT ROWID"))
    sizes = []
    for table, rows, count in (("telemetry", telemetry(), TELEMETRY_ROWS), ("status", status(), STATUS_ROWS)):
        before, began = os.path.getsize(path), time.monotonic()
        columns = 6 if table == "telemetry" else 11
        with database:
            database.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * columns)})", rows)
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        sizes += [(os.path.getsize(path) - before) / count, count / (time.monotonic() - began)]
    database.close()
    return sizes


def copy_text(rows, times):
    for row in rows:
        cells = [f"to_be_time:{cell}" if place in times else "\\N" if cell is None else str(cell) for place, cell in enumerate(row)]
        for place in times:
            cells[place] = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(row[place] // SECOND_US)) + f".{row[place] % SECOND_US:06}+00"
        yield "\t".join(cells) + "\n"


def in_postgres(directory):
    """In a cluster of its own; its server must not be root."""
    programs = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), default=None)
    if programs is None:
        return None
    data = os.path.join(directory, "cluster")
    os.makedirs(data)
    for path in (directory, data):
        shutil.chown(path, "postgres", "postgres")
    as_postgres = ("runuser", "-u", "postgres", "--")

    def run(*command, **options):
        return subprocess.run([*as_postgres, *map(str, command)], check=True, capture_output=True, text=True, **options).stdout

    def query(sql, **options):
        return run("psql", "-h", directory, "-d", "postgres", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql, **options)

    run(programs / "initdb", "-D", data, "-A", "trust")
    run(programs / "pg_ctl", "-D", data, "-w", "-l", os.path.join(directory, "log"), "-o", f"-c listen_addresses= -k {directory}",
        "start")
    try:
        query(TABLES.format(text="text NOT NULL", time="timestamptz", real="double precision", rowid=""))
        sizes = []
        for table, rows, count, times in (("telemetry", telemetry(), TELEMETRY_ROWS, (3,)), ("status", status(), STATUS_ROWS, (3, 4))):
            text = "".join(copy_text(rows, times))
            began = time.monotonic()
            query(f"COPY {table} FROM STDIN", input=text)
            took = time.monotonic() - began
            sizes += [int(query(f"SELECT pg_total_relation_size('{table}')")) / count, count / took]
        return sizes
    finally:
        run(programs / "pg_ctl", "-D", data, "-m", "fast", "stop")


def sizes():
    random.seed(1)
    print("| | telemetry, octets a row | telemetry, rows/s | status, octets a row | status, rows/s |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="cloud-cost-") as directory:
        for name, measured in (("SQLite", in_sqlite(directory)), ("PostgreSQL", in_postgres(directory))):
            said = [f"{figure:.0f}" for figure in measured] if measured else ["not installed"]
            print(f"| {name} | " + " | ".join(said) + " |", flush=True)
