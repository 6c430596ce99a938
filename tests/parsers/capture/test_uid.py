"""Identifiers of connections."""

import re

from parsers.capture.uid import uid


def test_looks_like_one_of_zeeks() -> None:
    assert re.fullmatch(r"C[0-9A-Za-z]{17}", uid("10.0.0.1", 80))


def test_depends_on_the_facts_alone() -> None:
    assert uid("10.0.0.1", 80) == uid("10.0.0.1", 80)
    assert len({uid("10.0.0.1", port) for port in range(1000)}) == 1000
    assert uid("1", "23") != uid("12", "3")
