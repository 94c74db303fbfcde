#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""mutate.py SOURCE_ROOT OUTPUT_DIRECTORY: writes the sources of mutations.py with every mutation in them, each behind
`mutated("name")`, which is true where the environment variable SLACD_MUTATION has that name. With --list: their names;
with --files: the sources, separated by semicolons.
"""
import pathlib
import re
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


def search(text, wanted, start=0):
    """The first place of this code, however it is broken into lines; None: there is none."""
    return re.compile(r"\s+".join(map(re.escape, wanted.split()))).search(text, start)


def place(text, anchor, old, where):
    """Where the text to replace begins and ends."""
    after = search(text, anchor)
    if after is None:
        sys.exit(f"mutate.py: {where}: no '{anchor}'")
    found = search(text, old, after.start())
    if found is None:
        sys.exit(f"mutate.py: {where}: no '{old}' after '{anchor}'")
    return found.span()


def mutate(text, mutations):
    """All places are looked up in the original; two mutations of one place are nested."""
    places = {}
    for name, file, anchor, old, kind, new, _ in mutations:
        places.setdefault(place(text, anchor, old, f"{file}, {name}"), []).append((name, kind, new))
    for (begin, end), variants in sorted(places.items(), reverse=True):
        result = text[begin:end]
        for name, kind, new in variants:
            result = replacement(name, result, kind, new)
        text = text[:begin] + result + text[end:]
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
