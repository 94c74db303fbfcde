# SPDX-License-Identifier: Apache-2.0
"""What the measured figures are for many stations: plain multiplication."""
STATIONS = (10, 1_000, 100_000)
# A station of two outlets, ten cars a day each: a busy one.
SESSIONS_A_DAY = 20
# Of the day in its busiest hour.
PEAK = 0.1
DAY_S, HOUR_S, YEAR_DAYS = 86400, 3600, 365
KEEP_ALIVE_S = 60
# Measured (doc/scale.md, section 2). Of a session with telemetry: messages, statuses among them, octets on the line.
MESSAGES, STATUSES, SESSION_OCTETS = 16, 3, 5622
KEEP_ALIVE_OCTETS = 400
CONNECTION_OCTETS, CONNECTION_KIB = 5951, 26
# Seconds of one core.
CONNECTION_CPU_S, MESSAGE_CPU_S = 2.5e-3, 28e-6
# What a bridge says once more at each connection.
RETAINED = 21
# Of two outlets; prometheus.yml.
SERIES, SCRAPE_S = 62, 60
# Telemetry, status.
ROW_OCTETS = {"SQLite": (68, 247), "PostgreSQL": (209, 306)}


def figure(number):
    return f"{number:,.0f}" if number >= 10 else f"{number:.2g}"


def lines():
    """Name, and the figure as a function of the number of stations."""
    sessions = SESSIONS_A_DAY
    octets = sessions * SESSION_OCTETS + DAY_S / KEEP_ALIVE_S * KEEP_ALIVE_OCTETS
    values = MESSAGES - STATUSES
    yield "outlets", lambda n: 2 * n
    yield "sessions a day", lambda n: sessions * n
    yield "messages a second, mean", lambda n: n * sessions * MESSAGES / DAY_S
    yield "messages a second, busiest hour", lambda n: n * sessions * MESSAGES * PEAK / HOUR_S
    yield "of one core of the broker, busiest hour, %", lambda n: n * sessions * MESSAGES * PEAK / HOUR_S * MESSAGE_CPU_S * 100
    yield "the lines, kbit/s, mean", lambda n: n * octets * 8 / DAY_S / 1e3
    yield f"of it keep-alive each {KEEP_ALIVE_S} s, %", lambda n: 100 * DAY_S / KEEP_ALIVE_S * KEEP_ALIVE_OCTETS / octets
    yield "connections, GB of memory of the broker", lambda n: n * CONNECTION_KIB * 1024 / 1e9
    yield "keep-alives a second", lambda n: n / KEEP_ALIVE_S
    yield "rows a day", lambda n: n * sessions * MESSAGES
    for database, (value, status) in ROW_OCTETS.items():
        yield (f"{database}, GB a year",
               lambda n, v=value, s=status: n * sessions * YEAR_DAYS * (values * v + STATUSES * s) / 1e9)
    yield "Prometheus, series", lambda n: n * SERIES
    yield f"Prometheus, samples a second, each {SCRAPE_S} s", lambda n: n * SERIES / SCRAPE_S
    yield "all come back: CPU of their connections, s of a core", lambda n: n * CONNECTION_CPU_S
    yield "all come back: CPU of their retained values, s", lambda n: n * RETAINED * MESSAGE_CPU_S
    yield "all come back: MB", lambda n: n * CONNECTION_OCTETS / 1e6
    yield "a day without the line, messages that then come", lambda n: n * sessions * MESSAGES


def table():
    print("| | " + " | ".join(f"{count:,} stations" for count in STATIONS) + " |\n|---|" + "---|" * len(STATIONS))
    for name, of in lines():
        print(f"| {name} | " + " | ".join(figure(of(count)) for count in STATIONS) + " |")
