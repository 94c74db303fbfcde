# SPDX-License-Identifier: Apache-2.0
"""embed, the example of slacd as a library, matches with slac-ev over a Unix socket and carries its pilot.

Usage: test_embed.py EMBED SLAC-EV
"""
import os
import subprocess
import sys
import tempfile

EMBED, SLAC_EV = sys.argv[1:3]
TIMEOUT_S = 20


def await_line(program, wanted, said):
    """Reads the program's lines until one is `wanted`; a program that ends first has failed."""
    for line in program.stdout:
        said.append(line.rstrip())
        if said[-1] == wanted:
            return
    raise AssertionError(f"not said: {wanted!r}, but: {said}")


def show(embed, state):
    embed.stdin.write(state + "\n")
    embed.stdin.flush()


def play(path):
    # slac-ev waits for its peer; the car begins when it is told to on stdin.
    car = subprocess.Popen([SLAC_EV, "--interface", "unix-listen:" + path, "--wait", "--timeout-ms",
                            str(TIMEOUT_S * 1000)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    embed = None
    try:
        while not os.path.exists(path):
            assert car.poll() is None, "slac-ev has ended"
        embed = subprocess.Popen([EMBED, "unix:" + path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        said = []
        await_line(embed, "serving: yes", said)
        assert "pilot: high-level charging" in said, said
        show(embed, "B2")
        car.stdin.write("plug\n")
        car.stdin.flush()
        await_line(embed, "status: matching", said)
        await_line(embed, "status: matched", said)
        show(embed, "A2")
        await_line(embed, "status: unmatched vehicle_left", said)
        embed.stdin.close()
        assert embed.wait(TIMEOUT_S) == 0
        wrong = subprocess.run([EMBED, "unix:" + path + ".none"], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               text=True, timeout=TIMEOUT_S, check=False)
        assert wrong.returncode == 1 and "nobody listens" in wrong.stderr, wrong
        return said
    finally:
        for program in (car, embed):
            if program is not None and program.poll() is None:
                program.terminate()
                program.wait()


with tempfile.TemporaryDirectory() as folder:
    print("\n".join(play(os.path.join(folder, "line"))))
