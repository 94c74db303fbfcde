# SPDX-License-Identifier: Apache-2.0
"""Judges the physical pilot of a station: what it has carried out, never what slacd believes.

The rules are those of the exploration (slacd/outlet/tests/exploration_station.h): never more than the limit, and never a
nominal duty straight after 5 %.
"""

# A limit that is told while a request is under way binds the next request.
LIMIT_GRACE_S = 1.0
# IEC 61851-1 gives a duty cycle for a current in steps that a cp_status rounds.
CURRENT_TOLERANCE_A = 0.3


def current_of(duty):
    """The current in A that a nominal duty cycle in percent offers (IEC 61851-1)."""
    return duty * 0.6 if duty <= 85 else (duty - 64) * 2.5


class Pilot:
    def __init__(self, now):
        self.signal = "x1"
        self.since = now
        self.hlc_until = None  # when 5 % was on the pilot last
        self.current_a = 0.0


class Judge:
    """Is told what happens at the station; collects what must not."""

    def __init__(self, gap_s):
        self.gap_s = gap_s  # E, F or X1 must have been there for so long between 5 % and a nominal duty
        self.pilots = {}
        self.limits = {}  # evse -> [(when it was told, A)]
        self.wrong = []
        self.carried_out = 0

    def limit(self, evse, current_a, now):
        self.limits.setdefault(evse, []).append((now, current_a))

    def allowed(self, evse, now):
        """The highest limit that may still be the one a request was made for."""
        told = self.limits.get(evse, [])
        before = [current for when, current in told if when <= now - LIMIT_GRACE_S][-1:]
        since = [current for when, current in told if now - LIMIT_GRACE_S < when <= now]
        return max(before + since, default=0.0)

    def sets(self, evse, signal, current_a, now, asked_at=None):
        """The station has put this on the pilot: "hlc", "x1", "x2", "f" or "e"."""
        pilot = self.pilots.setdefault(evse, Pilot(now))
        self.carried_out += 1
        if pilot.signal == "hlc":
            pilot.hlc_until = now
        if signal == "x2":
            self.judge_nominal(evse, pilot, current_a, now if asked_at is None else asked_at, now)
        if signal != pilot.signal:
            pilot.since = now
        pilot.signal, pilot.current_a = signal, current_a

    def judge_nominal(self, evse, pilot, current_a, asked_at, now):
        allowed = self.allowed(evse, asked_at)
        if current_a > allowed + CURRENT_TOLERANCE_A:
            self.wrong.append(f"{now:.3f} {evse}: {current_a:.1f} A, the limit is {allowed:.1f} A")
        if pilot.signal == "x2" or pilot.hlc_until is None:
            return
        gap = now - pilot.hlc_until
        if gap < self.gap_s:
            self.wrong.append(f"{now:.3f} {evse}: a nominal duty {gap * 1e3:.0f} ms after 5 %, "
                              f"{self.gap_s * 1e3:.0f} ms are due")

    def shows(self, evse, state, duty, now):
        """The station's own cp_status, which is true."""
        if state in ("E", "F"):
            self.sets(evse, state.lower(), 0.0, now)
        elif duty is not None and duty >= 100:
            self.sets(evse, "x1", 0.0, now)
        elif duty is not None and 3 <= duty <= 7:
            self.sets(evse, "hlc", 0.0, now)
        elif duty is not None and 8 <= duty <= 97:
            self.sets(evse, "x2", current_of(duty), now)

    def settled(self, evse, now):
        """Nothing is under way any more: what is on the pilot must be within the limit of this moment."""
        pilot = self.pilots.get(evse)
        limit = self.limits.get(evse, [(0, 0.0)])[-1][1]
        if pilot and pilot.signal == "x2" and pilot.current_a > limit + CURRENT_TOLERANCE_A:
            self.wrong.append(f"{now:.3f} {evse}: {pilot.current_a:.1f} A stay, the limit is {limit:.1f} A")
