#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""mutate.py SOURCE_ROOT OUTPUT_DIRECTORY: writes the sources of mutations.py with every mutation in them, each behind
`mutated("name")`, which is true where the environment variable SLACD_MUTATION has that name. With --list: their names;
with --files: the sources, separated by semicolons.
"""
import pathlib
import sys

sys.dont_write_bytecode = True
from mutations import MUTATIONS  # noqa: E402

HEADER = """#include <stdlib.h>
#include <string.h>
static inline int mutated(const char *name)
{
	const char *wanted = getenv("SLACD_MUTATION");
	return wanted != NULL && strcmp(wanted, name) == 0;
}
"""


def replacement(name, old, kind, new):
    condition = f'mutated("{name}")'
    if kind == "expr":
        return f"({condition} ? ({new}) : ({old}))"
    if kind == "stmt":
        return f"if ({condition}) {{ {new} }} else {{ {old} }}"
    return f"if ({condition}) {{ {new} }}\n\t{old}"


def place(text, anchor, old, where):
    """Offset of the text to replace."""
    if text.count(anchor) < 1:
        sys.exit(f"mutate.py: {where}: no '{anchor}'")
    offset = text.find(old, text.index(anchor))
    if offset < 0:
        sys.exit(f"mutate.py: {where}: no '{old}' after '{anchor}'")
    return offset


def mutate(text, mutations):
    """All offsets are looked up in the original; two mutations of one place are nested."""
    places = {}
    for name, file, anchor, old, kind, new, _ in mutations:
        places.setdefault((place(text, anchor, old, f"{file}, {name}"), old), []).append((name, kind, new))
    for (offset, old), variants in sorted(places.items(), reverse=True):
        result = old
        for name, kind, new in variants:
            result = replacement(name, result, kind, new)
        text = text[:offset] + result + text[offset + len(old):]
    return HEADER + text


def files():
    return sorted({mutation[1] for mutation in MUTATIONS})


def main():
    if sys.argv[1:] == ["--files"]:
        print(";".join(files()))
        return
    if sys.argv[1:] == ["--list"]:
        print("\n".join(mutation[0] for mutation in MUTATIONS))
        return
    root, output = map(pathlib.Path, sys.argv[1:])
    for file in files():
        mutations = [mutation for mutation in MUTATIONS if mutation[1] == file]
        target = output / file.replace("/", "_")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(mutate((root / file).read_text(), mutations))


main()
