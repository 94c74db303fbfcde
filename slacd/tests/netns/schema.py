# SPDX-License-Identifier: Apache-2.0
"""The schemas of mqtt/schema: one for each message that slacd or the smart-charging service sends, by its name and type, and
one for the values of telemetry."""
import decimal
import json
import pathlib
import sys

try:
    import jsonschema
except ImportError:
    print("skipped: Debian's python3-jsonschema is not installed")
    sys.exit(77)

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "mqtt" / "schema"


def parse(text):
    """Decimal numbers as they are written: 16.3 is a multiple of 0.1, which its binary neighbour is not."""
    return json.loads(text, parse_float=decimal.Decimal)


def load():
    validators = {}
    for path in FOLDER.glob("*.schema.json"):
        schema = parse(path.read_text(encoding="utf-8"))
        jsonschema.Draft7Validator.check_schema(schema)
        name, kind = path.name.split(".")[:2]
        validators[name, kind] = jsonschema.Draft7Validator(schema)
    return validators


VALIDATORS = load()
TELEMETRY = VALIDATORS.pop(("telemetry", "value"))


def violation(payload):
    """What is wrong with a message of slacd, or None."""
    try:
        message = parse(payload)
    except (ValueError, RecursionError) as error:
        return f"not JSON: {error}"
    if not isinstance(message, dict):
        return "not an object"
    kind = (message.get("name"), message.get("type"))
    if kind not in VALIDATORS:
        return f"there is no schema for {kind}"
    error = next(VALIDATORS[kind].iter_errors(message), None)
    return f"{error.json_path}: {error.message}" if error else None


def telemetry_violation(payload):
    """What is wrong with a retained value, or None; one that is empty is cleared."""
    try:
        error = next(TELEMETRY.iter_errors(parse(payload)), None) if payload else None
    except ValueError as wrong:
        return f"not JSON: {wrong}"
    return f"{error.json_path}: {error.message}" if error else None
