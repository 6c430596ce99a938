"""A few columns of a long file: what several processes pick out of it is what one reads."""

import json
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import limits
from parsers.capture import workers
from parsers.query.need import Need
from parsers.zeek.json_lines import reading, stretches
from parsers.zeek.json_lines.stretches import Picking, Stretch
from parsers.zeek.places import Placed
from parsers.zeek.places import Stretch as Place
from tests.parsers.zeek.json_lines.lines import rows
from tests.parsers.zeek.logs import gathered

COLUMNS = frozenset({"uid", "id.resp_p", "service", "more"})
SHORT = 200


@pytest.fixture(autouse=True)
def short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "LEAST_BYTES", SHORT)
    monkeypatch.setattr(stretches, "_BYTES", SHORT)
    monkeypatch.setattr(limits, "LOG_FIRST_BYTES", SHORT)
    monkeypatch.setattr(stretches, "active_count", lambda: 1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})


@pytest.fixture
def picked(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each stretch that was looked at here, in place of other processes, was picked."""
    seen: list[bool] = []

    def looked_at(picking: Picking, stretch: Stretch) -> pa.Table | None:
        table = picking(stretch)
        seen.append(table is not None)
        return table

    share_out = workers.share_out

    def alone(picking: Picking, some: list[Stretch]) -> Iterator[tuple[Stretch, object]]:
        return share_out(partial(looked_at, picking), some, alone=True)

    monkeypatch.setattr(workers, "share_out", alone)
    return seen


def conn(number: int, **more: Any) -> dict[str, Any]:
    return {"ts": 1_700_000_000.25 + number, "uid": f"C{number}", "id.resp_p": number % 9, "proto": "tcp", **more}


def read(path: Path) -> tuple[dict[str, pa.Table], list[str], list[Place]]:
    """The columns of the logs in a file, what is told of it, and where its rows stand."""
    with path.open("rb") as file:
        updates = list(reading.read(path, file, lambda _: Need(COLUMNS)))
    places = [update.place for update in updates if isinstance(update, Placed)]
    return *gathered(updates), [place for place in places if isinstance(place, Place)]


def by_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, pa.Table], list[str], list[Place]]:
    """The same where no stretch is picked."""
    with monkeypatch.context() as patch:
        patch.setattr(Picking, "__call__", lambda *_: None)
        return read(path)


def test_other_processes_read_a_log_as_this_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "conn.log"
    path.write_text(rows(*(conn(number, service="dns" if number % 3 else "ssl") for number in range(200))))
    tables, troubles, places = read(path)
    assert tables["conn"]["uid"].to_pylist() == [f"C{number}" for number in range(200)]
    assert troubles == []
    assert len(places) > 50
    data = path.read_bytes()
    for place, after in zip(places, [*places[1:], None], strict=True):
        assert place.line == data[: place.start].count(b"\n") + 1
        assert place.start + place.size == (after.start if after else len(data))
    monkeypatch.setattr(stretches, "LEAST_BYTES", 1 << 30)
    alone, said, _ = read(path)
    assert (alone["conn"].to_pydict(), said) == (tables["conn"].to_pydict(), [])


ODD = [
    '{"ts":1,"uid":"C',
    "",
    '{"ts":1,"uid":"C1","service":7}',
    '{"ts":1,"uid":"C1","id.resp_p":"x"}',
    '{"ts":1,"uid":"C1","id.resp_p":65536}',
    '{"ts":1,"id":{"resp_p":5}}',
    '{"_path":"dns","ts":1,"uid":"D"}',
    '{"ts":1,"uid":"a\\\\\\\\x41"}',
    '{"ts":1,"uid":"a\\\\x80"}',
    '{"ts":1,"uid":"\\udb80\\udc41"}',
    '{"ts":1,"uid":"C1","more":[1]}',
    '{"ts":1,"uid":"C1"}{"ts":2,"uid":"C2"}',
    "[",
]


@pytest.mark.parametrize("odd", ODD)
def test_what_is_otherwise_is_read_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, picked: list[bool], odd: str
) -> None:
    path = tmp_path / "conn.log"
    before, after = (rows(*map(conn, range(start, start + 20))) for start in (0, 20))
    path.write_text(f"{before}{odd}\n{after}")
    found = read(path)
    assert picked[0]
    assert found == by_one(path, monkeypatch)


@pytest.mark.parametrize("end", ['{"ts":1,"uid":"C', '{"ts":1,"uid":"last"}', '{"ts":1,"uid":"' + "a" * 3000 + '"}\n'])
def test_the_end_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, picked: list[bool], end: str) -> None:
    monkeypatch.setattr(stretches, "_LONGEST", 2000)
    path = tmp_path / "conn.log"
    path.write_text(rows(*map(conn, range(30))) + end)
    found = read(path)
    assert all(picked)
    monkeypatch.setattr(stretches, "LEAST_BYTES", 1 << 30)
    assert found[:2] == read(path)[:2]


def test_forms_that_are_no_lines_are_not_picked(tmp_path: Path, picked: list[bool]) -> None:
    objects = [conn(number) for number in range(30)]
    lines = rows(*objects)
    for text in (json.dumps(objects), json.dumps(objects, indent=1), f"[\n{lines}]", f"\ufeff{lines}"):
        path = tmp_path / "conn.log"
        path.write_text(text)
        tables, troubles, _ = read(path)
        assert len(tables["conn"]) == 30
        assert troubles == []
    assert picked == []


def test_lines_of_a_shipper_are_not_picked(tmp_path: Path, picked: list[bool]) -> None:
    path = tmp_path / "conn.log"
    path.write_text(rows(*({"message": json.dumps(conn(number))} for number in range(30))))
    assert len(read(path)[0]["conn"]) == 30
    assert picked == []


def test_a_file_that_becomes_shorter_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "conn.log"
    path.write_text(rows(*map(conn, range(200))))
    share_out = workers.share_out

    def shorter(picking: Picking, some: list[Stretch]) -> Iterator[tuple[Stretch, object]]:
        os.truncate(path, 500)
        return share_out(picking, some, alone=True)

    monkeypatch.setattr(workers, "share_out", shorter)
    found = read(path)[0]["conn"]["uid"].to_pylist()
    assert found == [f"C{number}" for number in range(len(found))]
    assert len(found) >= path.read_text().count("\n")


LINES = st.one_of(
    st.integers(0, 99).map(lambda number: json.dumps(conn(number))),
    st.sampled_from(ODD),
    st.fixed_dictionaries(
        {"ts": st.integers(0, 10**9)},
        optional={
            "uid": st.text(max_size=5),
            "id.resp_p": st.integers(0, 70000) | st.none(),
            "service": st.sampled_from(["dns", "", "\\", '",uid":"'])
            | st.text(st.characters(min_codepoint=0xF0000, max_codepoint=0xF00FF), max_size=2),
            "more": st.integers() | st.booleans() | st.text(max_size=3) | st.lists(st.integers(), max_size=2),
            "other": st.recursive(st.text(max_size=5), lambda inner: st.dictionaries(st.text(max_size=5), inner)),
        },
    ).map(json.dumps),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(LINES, max_size=30))
def test_any_lines(some: list[str]) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(workers, "share_out", partial(workers.share_out, alone=True))
        path = Path(folder, "conn.log")
        path.write_text(rows(*map(conn, range(4))) + "".join(f"{line}\n" for line in some))
        assert read(path) == by_one(path, patch)
