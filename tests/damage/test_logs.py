"""Logs that are damaged: rows before it stay, damage that can be seen is told with its line, no other row changes."""

import gzip
import io
from functools import cache
from pathlib import Path

import pytest

from parsers.export.registry import FORMATS
from tests.damage.reading import Found, read
from tests.damage.variants import Variant, variants
from tui.exit_status import DONE, NOTHING, PARTLY
from tui.options import demo

EACH = 20


@cache
def written(form: str) -> bytes:
    """The demonstration's conn.log."""
    file = io.BytesIO()
    FORMATS[form].write(file, "conn", read(demo()).tables["conn"])
    return file.getvalue()


def read_as(folder: Path, name: str, data: bytes) -> tuple[Found, list[str]]:
    """What is read of a file, and the rows of conn; what is said is one line that names the file."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    found = read(path)
    for text in found.said:
        assert name in text
        assert "\n" not in text
    assert (found.status == NOTHING) <= bool(found.said)
    return found, found.rows("conn")


def damaged(form: str, data: bytes) -> list[object]:
    return [pytest.param(form, variant, id=f"{form}-{variant}") for variant in variants(data, EACH, len(form))]


def rows_before(data: bytes, place: int) -> int:
    """How many rows end before a place."""
    return sum(not line.startswith(b"#") for line in data[:place].splitlines(keepends=True) if line.endswith(b"\n"))


@pytest.mark.parametrize(("form", "variant"), [*damaged("zeek", written("zeek")), *damaged("json", written("json"))])
def test_lines(form: str, variant: Variant, tmp_path: Path) -> None:
    data = written(form)
    _, good = read_as(tmp_path / "good", "conn.log", data)
    found, rows = read_as(tmp_path, "conn.log", variant.data)
    if b"#close" not in data[variant.at :] and form == "zeek":
        assert rows == good
        return
    before = rows_before(data, variant.at)
    header = form == "zeek" and not before
    if not header:
        assert rows[:before] == good[:before]
    line = data[: variant.at].count(b"\n") + 1
    told = any(f":{line}:" in text or f":{line + 1}:" in text for text in found.said)
    match variant.kind:
        case "cut" if data[variant.at - 1 : variant.at] != b"\n" and not header:
            assert found.status == PARTLY
            assert told
        case "cut" if not header:
            assert found.status == DONE
        case "flipped" if not header and b"\n" not in (
            data[variant.at : variant.at + 1],
            variant.data[variant.at :][:1],
        ):
            if len(rows) == len(good):
                assert rows[before + 1 :] == good[before + 1 :]
            else:
                assert rows[before:] == good[before + 1 :]
                assert found.status == PARTLY
            assert found.status == DONE or told


@pytest.mark.parametrize("number", range(EACH))
def test_packed(number: int, tmp_path: Path) -> None:
    data = written("zeek")
    variant = list(variants(gzip.compress(data, mtime=0), EACH, 7))[number]
    _, good = read_as(tmp_path / "good", "conn.log", data)
    found, rows = read_as(tmp_path, "conn.log.gz", variant.data)
    assert found.status in (PARTLY, NOTHING)
    assert rows == good[: len(rows)] or variant.kind != "cut"


@pytest.mark.parametrize("number", range(EACH))
def test_parquet(number: int, tmp_path: Path) -> None:
    """The place of everything stands at a Parquet file's end: a cut one holds nothing that can be found."""
    data = written("parquet")
    variant = list(variants(data, EACH, 8))[number]
    _, good = read_as(tmp_path / "good", "conn.parquet", data)
    found, rows = read_as(tmp_path, "conn.parquet", variant.data)
    if variant.kind == "cut":
        assert found.status == NOTHING
    assert found.status != DONE or rows == good or variant.kind == "doubled"
