#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""slac-conformance is shown to fail: each mutation of mutations.py must be caught by one of its cases.

test_conformance_mutations.py TESTER MUTANTS [NAME ...]: TESTER is slac-conformance, MUTANTS the slacd that has all
mutations in it. Without a mutation chosen the same cases must pass. Several testers run at once; they mostly wait.
"""
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from mutations import MUTATIONS  # noqa: E402

SKIPPED = 77
PARALLEL = 12
# A machine that stood still for so long may have spoilt what a case tries: a mutation that got through is tried again.
STALL_S = 0.1
ATTEMPTS = 3
# In a longer case some stall is all but certain: its failure is not tried again.
LONG_CASE_S = 60


def run_cases(tester, mutants, mutation, cases, jobs, attempts=ATTEMPTS):
    """Verdicts by case id."""
    environment = dict(os.environ, SLACD=mutants)
    environment.pop("SLACD_MUTATION", None)
    if mutation is not None:
        environment["SLACD_MUTATION"] = mutation
    with tempfile.NamedTemporaryFile("r", suffix=".json") as results:
        command = [tester, "--only", ",".join(cases), "--jobs", str(jobs), "--attempts", str(attempts), "--json",
                   results.name]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True)
        if ended.returncode not in (0, 1, SKIPPED):
            sys.exit(f"{' '.join(command)}: exit code {ended.returncode}\n{ended.stdout}{ended.stderr}")
        return {result["id"]: result for result in json.load(results)["results"]}


def catch(tester, mutants, mutation, seconds):
    name, cases = mutation[0], mutation[6]
    within = 1 if max(seconds(case) for case in cases) > LONG_CASE_S else ATTEMPTS
    for attempt in range(1, ATTEMPTS + 1):
        results = run_cases(tester, mutants, name, cases, len(cases), within)
        failed = [case for case, result in results.items() if result["verdict"] == "FAIL"]
        # What the tester was too slow for says nothing of the mutation.
        caught = [case for case in failed if not results[case].get("disturbed")]
        stall = max(result["stall"] for result in results.values())
        if caught or (stall < STALL_S and not failed):
            break
        print(f"attempt {attempt}: {name} got through, the machine stalled for {stall:.2f} s", flush=True)
    return name, cases, results, caught


def main():
    tester, mutants, *wanted = sys.argv[1:]
    mutations = [mutation for mutation in MUTATIONS if not wanted or mutation[0] in wanted]
    cases = sorted({case for mutation in mutations for case in mutation[6]})
    started = time.monotonic()
    unmutated = run_cases(tester, mutants, None, cases, 2 * PARALLEL)
    if all(result["verdict"] == "SKIP" for result in unmutated.values()):
        print("skipped: the tester skips its cases here")
        sys.exit(SKIPPED)
    bad = 0
    for case in cases:
        if case not in unmutated or unmutated[case]["verdict"] != "PASS":
            bad += 1
            print(f"NOT PASSED without a mutation: {case} {unmutated.get(case, {}).get('message', 'no such case')}")
    with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
        def seconds(case):
            return unmutated.get(case, {}).get("seconds", 0)

        # The cases that take longest begin first.
        mutations.sort(key=lambda mutation: -max(map(seconds, mutation[6])))
        for name, listed, results, caught in pool.map(lambda one: catch(tester, mutants, one, seconds), mutations):
            if caught:
                print(f"caught    {name:36} by {caught[0]}: {results[caught[0]]['message'][:100]}")
            else:
                bad += 1
                print(f"SURVIVED  {name:36} {', '.join(listed)}")
    print(f"{len(mutations)} mutations, {bad} not as they must be, {time.monotonic() - started:.0f} s")
    sys.exit(1 if bad else 0)


main()
