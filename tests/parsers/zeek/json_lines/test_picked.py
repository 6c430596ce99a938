"""A few members picked out of JSON lines are those that Arrow's parser finds."""

import json

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.zeek.json_lines import arrow, picked
from parsers.zeek.json_lines.lines import Lines
from parsers.zeek.json_lines.objects import Way
from parsers.zeek.values import SECONDS

KINDS: dict[Way, pa.DataType] = {
    ("ts",): SECONDS,
    ("uid",): pa.string(),
    ("id.resp_p",): pa.uint16(),
    ("duration",): pa.float64(),
    ("local",): pa.bool_(),
    ("answers",): pa.list_(pa.string()),
}


def lines(*texts: str) -> Lines:
    return Lines("".join(f"{text}\n" for text in texts).encode())


def by_arrow(some: Lines) -> list[pa.Array] | None:
    batch = arrow.structs(some, KINDS, "ignore")
    return None if batch is None else [pc.struct_field(batch, list(way)) for way in KINDS]


def test_values_of_all_kinds_and_what_is_not_there() -> None:
    some = lines(
        '{"ts":1700000000.123456789,"uid":"C\\u00e9\\n","id.resp_p":443,"other":[{"uid":1}],"local":true}',
        '{"answers":["a",null,""],"duration":1e-06,"uid":null,"id":{"resp_p":1}}',
        '{"answers":[],"duration":2,"local":false,"ts":-1}',
    )
    assert picked.columns(some, KINDS) == by_arrow(some)


@pytest.mark.parametrize(
    "line",
    [
        '{"uid":1}',
        '{"id.resp_p":65536}',
        '{"id.resp_p":1.5}',
        '{"ts":"1"}',
        '{"ts":null}',
        '{"uid":"\\ud800"}',
        '{"uid":"a"',
        '{"uid":"a"}{"uid":"b"}',
        "",
        "null",
        "[]",
    ],
)
def test_what_is_otherwise_is_left_to_others(line: str) -> None:
    assert picked.columns(lines('{"uid":"a"}', line), KINDS) is None


def test_ways_into_objects_are_left_to_others() -> None:
    assert picked.columns(lines('{"id":{"resp_p":1}}'), {("id", "resp_p"): pa.uint16()}) is None


VALUES = {
    "ts": st.integers(0, 10**9) | st.floats(0, 10**9).map(lambda number: round(number, 6)),
    "uid": st.text(st.characters(codec="utf-8", exclude_characters="\n")),
    "id.resp_p": st.integers(0, 65535),
    "duration": st.floats(allow_nan=False, allow_infinity=False),
    "local": st.booleans(),
    "answers": st.lists(st.text(st.characters(codec="utf-8"), max_size=3), max_size=3),
    "more": st.none() | st.integers() | st.lists(st.text(max_size=2), max_size=2),
}


@given(st.lists(st.fixed_dictionaries({}, optional=VALUES), min_size=1, max_size=5))
def test_any_objects(objects: list[dict[str, object]]) -> None:
    some = lines(*(json.dumps(found) for found in objects))
    made = picked.columns(some, KINDS)
    assert made is None or made == by_arrow(some)
