#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds doc/conformance.md against the sources, so that it cannot go stale.

Every case of slac-conformance has a row that begins with the case's own text, and every row a test; every test named
there exists; everything under "fulfilled by" is a function, a struct member or a setting of the sources; every id of
the conformance document and every timer and counter of the timer document that concerns an EVSE has a row (where these
documents lie beside the checkout); the tables of transitions and switches are those of the sources. With --write these
two are written anew. Every case is among those that a mutation must fail (mutations.py), but for WITHOUT_MUTATION.
"""
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
from mutations import MUTATIONS  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[3]
MATRIX = ROOT / "doc" / "conformance.md"
DOCUMENT = ROOT.parent / "shared" / "spec" / "conformance.md"
TIMERS = ROOT.parent / "shared" / "spec" / "slac-timers.md"
EVSE_SIDES = ("EVSE", "both")
VERDICTS = ("pass", "partly", "not yet", "not observable")
NO_TEST_NEEDED = ("not yet", "not observable")
PRODUCT = ("homeplug", "cp", "mqtt", "service", "slacd")
COLUMNS = 5
# Why a case has none: a mutation takes more than a second of the tests, and must be a mistake of its own.
WITHOUT_MUTATION = {
    "what a sequence of right messages leads to, of which each part has its mutations": (
        "Field_double_parm_req", "Field_same_run_id_again", "Field_run_after_failed_run", "Field_status_order",
        "Field_one_start_only", "Field_sounds_after_the_result", "Field_B_C_B_is_no_new_vehicle",
        "General_amp_maps_cross"),
    "another value of what a case with a mutation tries: CmValidate_001, CmAmpMap_001, AttenuationCharacterization_020": (
        "General_validate_two_toggles", "General_validate_three_toggles", "Fields_AMP_MAP_CNF",
        "Fields_ATTEN_CHAR_IND_extremes"),
    "state A at another time than in the cases of state_a_unnoticed…": (
        "General_state_A_ends_sounding", "General_validate_state_A", "General_link_lost_and_state_A_in_E_F"),
    "the bounds of a frame are those of one cursor, without which nothing is read": (
        "General_amp_map_too_short", "Field_garbage_between"),
}


def without_comments(text):
    return re.sub(r"//[^\n]*|/\*.*?\*/", " ", text, flags=re.S)


def sources():
    paths = [path for folder in PRODUCT for path in sorted((ROOT / folder).rglob("*.[ch]"))
             if "tests" not in path.parts]
    return "\n".join(without_comments(path.read_text()) for path in paths)


def symbols():
    """The names of all functions, struct members and settings."""
    text = sources()
    functions = re.findall(r"^[a-z][\w \t*]*?[ \t*](\w+)\(", text, re.M)
    members = [name for body in re.findall(r"^(?:static )?(?:const )?struct \w+ \{$(.*?)^\}", text, re.M | re.S)
               for name in re.findall(r"(\w+)(?:\[[^\]]*\])*(?:\s*:\s*\d+)?\s*[;,]", body)]
    settings = re.findall(r'^\t[A-Z]+\("\w+\.(\w+)",', text, re.M)
    return {*functions, *members, *settings}


def unit_tests():
    """{"test_slac_evse": {names}} of every cmocka test, {"test_match.py": {names}} of every end-to-end test."""
    tests = {}
    for path in ROOT.glob("**/tests/test_*.c"):
        tests[path.stem] = set(re.findall(r"^\s*(?:static )?void (\w+)\(void \*\*state\)", path.read_text(), re.M))
    for path in ROOT.glob("slacd/tests/netns/test_*.py"):
        tests[path.name] = set(re.findall(r"def (test_\w+)", path.read_text()))
    for path in ROOT.glob("**/tests/fuzz_*.c"):
        tests[path.stem] = set()
    return tests


def black_box_cases():
    """{id: what it does}"""
    listed = subprocess.run([ROOT / "tools" / "slac-conformance", "--list"], check=True, capture_output=True, text=True)
    return dict(re.split(r"\s+", line, maxsplit=1) for line in listed.stdout.splitlines() if line.strip())


def rows():
    text = MATRIX.read_text()
    first = text[:text.index("## Test purposes")].count("\n")
    for number, line in list(enumerate(text.splitlines(), 1))[first:]:
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and len(cells) == COLUMNS and cells[0] != "id" and not cells[0].startswith("-"):
            yield number, cells


def spans(cell):
    return re.findall(r"`([^`]+)`", cell)


def test_is_missing(span, units, cases):
    name, _, test = (part.strip() for part in span.partition(":"))
    if name == "slac-conformance":
        return test not in cases
    return name not in units or (test != "" and test not in units[name])


def check_rows(problems, seen):
    known, units, cases = symbols(), unit_tests(), black_box_cases()
    for number, (ident, text, by, tests, verdict) in rows():
        where = f"line {number}, {ident}"
        if ident in seen:
            problems.append(f"{where}: a second row")
        seen.add(ident)
        if not text.startswith(cases.get(ident, "")):
            problems.append(f"{where}: does not begin with the text of the tester: {cases[ident]}")
        if ident in cases and f"slac-conformance: {ident}" not in spans(tests):
            problems.append(f"{where}: not proven by its own case")
        if verdict not in VERDICTS:
            problems.append(f"{where}: verdict '{verdict}', expected one of {', '.join(VERDICTS)}")
        for span in spans(by):
            if span not in known:
                problems.append(f"{where}: '{span}' is no function, struct member or setting of the sources")
        if not spans(tests) and verdict not in NO_TEST_NEEDED:
            problems.append(f"{where}: no test")
        problems += [f"{where}: no such test: {span}" for span in spans(tests) if test_is_missing(span, units, cases)]
    problems += [f"{case}: the tester has this case, the matrix does not" for case in sorted(cases.keys() - seen)]


def check_mutations(problems):
    cases = black_box_cases()
    failed = {case for mutation in MUTATIONS for case in mutation[6]}
    excepted = {case for group in WITHOUT_MUTATION.values() for case in group}
    problems += [f"{case}: fails with no mutation, and is not excepted" for case in sorted(cases.keys() - failed - excepted)]
    problems += [f"{case}: excepted, although it fails with a mutation" for case in sorted(excepted & failed)]
    problems += [f"{case}: the tester has no such case" for case in sorted((excepted | failed) - cases.keys())]


def ids_of(cell, name):
    """The ids that a cell of the document's first column names, and the name that a following "…_004" stands for:
    "AC CmSlacParm_001, 003" is AC_CmSlacParm_001 and _003, "AC_002, DC_001" is both of these, "007 … 011 odd" every
    second one."""
    ids = []
    step = 2 if re.search(r"\b(odd|even)\b", cell) else 1
    pattern = r"(?:\b(AC|DC) )?(?:(\w*[A-Za-z])_|…_)?(?<!\d)(\d{3})\b(?:\s*…\s*(\d{3})\b)?"
    for prefix, own, first, last in re.findall(pattern, cell):
        if own:
            name = f"{prefix}_{own}" if prefix else own
        ids += [f"{name}_{value:03}" for value in range(int(first), int(last or first) + 1, step)]
    return ids, name


def document_ids():
    """The ids of the document's table, its ranges written out."""
    name, ids = "", []
    for line in DOCUMENT.read_text().splitlines():
        match = re.match(r"\| ((?:(?:AC|DC) |…)?\w*_\d{3}[^|]*)\|", line)
        if match is not None:
            found, name = ids_of(match.group(1), name)
            ids += found
    return ids


def timer_symbols():
    """What sections 1 and 2 of the timer document list for an EVSE; a table without a column for the side
    concerns both."""
    side = None
    for line in re.split(r"^## (?=3)", TIMERS.read_text(), flags=re.M)[0].split("\n## 1.", 1)[1].splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if cells[0] == "Symbol":
            side = cells.index("Side") if "Side" in cells else None
        elif re.fullmatch(r"(TT|TP|T|C)_\w+", cells[0]) and (side is None or cells[side] in EVSE_SIDES):
            yield cells[0]


def transitions_table():
    text = (ROOT / "homeplug/slac/slac_run.c").read_text()
    body = text[text.index("slac_transitions[] = {"):text.index("slac_transitions_count")]
    pattern = r'\{SLAC_RUN_(\w+),\s*(\w+),\s*(\w+),\s*"([^"]*)",\s*"([^"]*)"\}'
    lines = ["| state | message or time-out | leads to | action | where it is written, what it is for |",
             "|---|---|---|---|---|"]
    for state, message, action, to, clause in re.findall(pattern, body):
        message = "(time-out)" if message == "SLAC_DEADLINE" else re.sub(r"_(REQ|CNF|IND|RSP)$", r".\1", message)
        lines.append(f"| {state} | {message} | {to.replace('=', 'stays')} | {action}() | {clause} |")
    if body.count("{SLAC_RUN_") != len(lines) - 2:
        sys.exit("conformance_matrix.py: a row of slac_transitions in slac_run.c is not understood")
    return "\n".join(lines)


def switches_table():
    defaults = (ROOT / "homeplug/slac/slac_evse.c").read_text()
    switches = re.findall(r"\.(\w+) = !strict,", defaults)
    settings = (ROOT / "slacd/settings/settings_table.c").read_text()
    helps = dict(re.findall(r'SWITCH\("slac\.(\w+)",\s*[\w.]+,\s*"([^"]*)"\)', settings))
    if not switches or not helps.keys() >= set(switches):
        sys.exit("conformance_matrix.py: a switch of slac_evse_defaults is no setting")
    lines = ["| setting slac.… | strict | field | what true does |", "|---|---|---|---|"]
    lines += [f"| {name} | false | true | {helps[name]} |" for name in switches]
    return "\n".join(lines)


def section(text, name):
    begin = f"<!-- {name}: written by tools/conformance/tests/conformance_matrix.py --write -->\n\n"
    end = f"\n\n<!-- end of {name} -->"
    start = text.index(begin) + len(begin)
    return start, text.index(end, start)


GENERATED = {"transitions": transitions_table, "switches": switches_table}


def write():
    text = MATRIX.read_text()
    for name, table in GENERATED.items():
        start, end = section(text, name)
        text = text[:start] + table() + text[end:]
    MATRIX.write_text(text)


def main():
    if sys.argv[1:] == ["--write"]:
        write()
        return
    problems, seen = [], set()
    check_rows(problems, seen)
    check_mutations(problems)
    text = MATRIX.read_text()
    for name, table in GENERATED.items():
        start, end = section(text, name)
        if text[start:end] != table():
            problems.append(f"the table of {name} differs from the sources; conformance_matrix.py --write")
    if DOCUMENT.exists():
        problems += [f"{ident}: in the conformance document, not in the matrix"
                     for ident in document_ids() if ident not in seen]
    else:
        print("skipped: the conformance document is not beside the checkout, its ids are not compared")
    if TIMERS.exists():
        problems += [f"{symbol}: in the timer document, not in the matrix"
                     for symbol in timer_symbols() if symbol not in seen]
    else:
        print("skipped: the timer document is not beside the checkout, its symbols are not compared")
    print("\n".join(problems) if problems else f"{len(seen)} rows, every test and every symbol named there exists")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
