# SPDX-License-Identifier: Apache-2.0
"""How a case ends, and the list of all cases."""
import inspect


class Failed(Exception):
    def __init__(self, what, expected, observed):
        super().__init__(f"{what}: expected {expected}; came {observed}")
        self.expected = str(expected)
        self.observed = str(observed)


class Skipped(Exception):
    """The case cannot be judged with this EVSE program."""


class Unusable(Exception):
    """What the user gave the tester does not work: nothing is said about the EVSE program."""


class Disturbed(Exception):
    """The tester itself was too late: the case says nothing and has to be run again."""


class Case:
    def __init__(self, function, seconds, services, settings, limit_a, strict_only):
        self.id = function.__name__
        self.function = function
        self.text = inspect.getdoc(function)
        self.seconds = seconds
        self.services = services
        self.settings = settings
        self.limit_a = limit_a
        self.strict_only = strict_only

    @property
    def is_field(self):
        return self.id.startswith("Field_")


CASES = {}


def case(seconds, services="ac", settings=None, limit_a=32.0, strict_only=False):
    """Registers a function as the case of its name.

    seconds: how long it takes, for the order of the run; services: what the outlet offers; settings: sections of
    slacd's JSON configuration that the case needs; limit_a: what the station lets the outlet offer; strict_only: the
    field profile rightly does otherwise.
    """
    def register(function):
        if function.__name__ in CASES:
            raise ValueError(f"two cases are named {function.__name__}")
        if not function.__doc__:
            raise ValueError(f"{function.__name__} says not what it does")
        CASES[function.__name__] = Case(function, seconds, services, settings or {}, limit_a,
                                        strict_only)
        return function
    return register
