from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from parsers.capture import decoded, early, pipeline, watching
from parsers.source import LogSet
from parsers.updates import Batch, Facts, OpenError, Update
from tests.parsers.capture.build import pcap
from tui.options import demo


@pytest.fixture
def demo_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demonstration is taken for a large capture, and all of conn is told whenever it can be."""
    size = demo().stat().st_size // 6
    settings = (
        (watching, {"FIRST_BYTES": size}),
        (decoded, {"INLINE_PACKETS": 0, "SHARD_PACKETS": 1}),
        (early, {"_PARTS": 0, "_LEAST_SECONDS": 0}),
    )
    for module, bounds in settings:
        for name, bound in bounds.items():
            monkeypatch.setattr(module, name, bound)


def conn(updates: Iterator[Update]) -> list[Batch]:
    return [update for update in updates if isinstance(update, Batch) and update.log == "conn"]


def settled(updates: Iterator[Update]) -> LogSet:
    logs = LogSet()
    logs.read(updates)
    return logs


def assert_same(one: LogSet, other: LogSet) -> None:
    assert (one.facts, one.troubles, one.names) == (other.facts, other.troubles, other.names)
    for log in one.names:
        assert one.table(log).to_pylist() == other.table(log).to_pylist()


def ids(table: pa.Table) -> list[tuple[object, object]]:
    return list(zip(table["ts"].to_pylist(), table["uid"].to_pylist(), strict=True))


@pytest.mark.usefixtures("demo_is_large")
def test_connections_are_told_of_at_once_then_all_of_them_then_what_they_carry() -> None:
    first, bare, *others = conn(watching.updates([demo()]))
    whole = settled(pipeline.updates([demo()])).table("conn")
    assert not first.replaces
    assert 0 < len(first.table) < len(whole)
    assert set(ids(first.table)) < set(ids(whole))
    assert bare.table.drop_columns(["service"]).to_pylist() == whole.drop_columns(["service"]).to_pylist()
    assert bare.table["service"].null_count == len(whole)
    assert all(batch.replaces for batch in (bare, *others))
    assert all(ids(batch.table) == ids(whole) for batch in others)
    unset = [batch.table["service"].null_count for batch in others]
    assert unset == sorted(unset, reverse=True)
    assert others[-1].table.to_pylist() == whole.to_pylist()


@pytest.mark.usefixtures("demo_is_large")
def test_the_first_rows_come_before_anything_else_is_known() -> None:
    told = [type(update) for update in watching.updates([demo()])]
    assert told.index(Batch) < told.index(Facts)


@pytest.mark.usefixtures("demo_is_large")
def test_in_the_end_nothing_is_different() -> None:
    assert_same(settled(watching.updates([demo()])), settled(pipeline.updates([demo()])))


@pytest.mark.usefixtures("demo_is_large")
def test_of_too_many_packets_connections_are_told_with_what_they_carry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoded, "EARLY_PACKETS", 0)
    assert [batch.replaces for batch in conn(watching.updates([demo()]))][:3] == [False, True, False]
    assert_same(settled(watching.updates([demo()])), settled(pipeline.updates([demo()])))


@pytest.mark.usefixtures("demo_is_large")
def test_several_captures_have_no_first_packets_in_one_place(tmp_path: Path) -> None:
    (tmp_path / "other.pcap").write_bytes(pcap([]))
    paths = [tmp_path / "other.pcap", demo()]
    assert all(batch.replaces for batch in conn(watching.updates(paths)))
    assert_same(settled(watching.updates(paths)), settled(pipeline.updates(paths)))


def test_of_a_small_capture_all_is_told_at_once() -> None:
    assert len(conn(watching.updates([demo()]))) == 1
    assert_same(settled(watching.updates([demo()])), settled(pipeline.updates([demo()])))


@pytest.mark.usefixtures("demo_is_large")
def test_what_cannot_be_read_is_told_as_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "FIRST_BYTES", 30)
    path = tmp_path / "a.pcap"
    path.write_bytes(demo().read_bytes()[:30] + b"\xff" * 200)
    assert_same(settled(watching.updates([path])), settled(pipeline.updates([path])))
    path.write_bytes(b"none" + demo().read_bytes())
    with pytest.raises(OpenError, match="not a capture"):
        list(watching.updates([path]))
