"""A log of which only some columns are asked."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from parsers.query.need import Asked, Need
from parsers.updates import Batch, Trouble
from parsers.zeek.folder import read_folder
from parsers.zeek.reader import read
from tests.parsers.zeek.logs import log


def asked(*names: str) -> Asked:
    """A question that needs these columns."""
    return lambda _: Need(frozenset(names))


def rows(path: Path, needed: Asked) -> tuple[pa.Table, list[str]]:
    """What is read of a file, and what is said of it."""
    updates = list(read(path, needed))
    tables = [update.table for update in updates if isinstance(update, Batch)]
    return pa.concat_tables(tables), [update.text for update in updates if isinstance(update, Trouble)]


def test_the_columns_are_in_the_order_of_the_log(tmp_path: Path) -> None:
    path = tmp_path / "odd.log"
    path.write_text(log("a b c", "count string set[string]", "1\tx\tp,q", "2\t-\t-"))
    table, troubles = rows(path, asked("c", "a"))
    assert table.to_pydict() == {"a": [1, 2], "c": [["p", "q"], None]}
    assert troubles == []


def test_a_damaged_row_is_left_out_and_told(tmp_path: Path) -> None:
    path = tmp_path / "odd.log"
    path.write_text(log("a b c", "count count string", "1\t1\tx", "2\ty", "z\tz\tz", "3\t3\tx"))
    table, troubles = rows(path, asked("a"))
    assert table.to_pydict() == {"a": [1, None, 3]}
    first = path.read_text().split("\n").index("2\ty") + 1
    assert troubles == [
        f"odd.log:{first}: 2 cells, the header names 3 fields; the row is left out",
        f"odd.log:{first + 1}: 'z' in a is no count; shown as unset",
    ]


@pytest.mark.parametrize("parts", [1, 5])
def test_parts_of_a_log_are_each_read_by_their_own_header(tmp_path: Path, parts: int) -> None:
    for hour in range(parts):
        fields, cells = ("a b", f"{hour}\tx") if hour % 2 else ("b a", f"x\t{hour}")
        types = "count string" if hour % 2 else "string count"
        (tmp_path / f"odd.2024-01-01-0{hour}-00-00.log").write_text(log(fields, types, cells))
    tables = [update.table for update in read_folder(tmp_path, asked=asked("a")) if isinstance(update, Batch)]
    assert pa.concat_tables(tables).to_pydict() == {"a": list(range(parts))}


def test_a_log_without_what_is_asked_has_rows_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "odd.log"
    path.write_text(log("a b", "count string", "1\tx", "2\ty"))
    table, _ = rows(path, asked("c"))
    assert len(table) == 2


# --- JSON

MANY = 3000


def write(path: Path, *objects: dict[str, Any]) -> Path:
    """Lines of objects, enough before them that these are read with others like them."""
    first = [{"ts": 1.5, "uid": f"C{number}", "id.orig_h": "10.0.0.1", "note": "x" * 90} for number in range(MANY)]
    path.write_text("".join(json.dumps(found) + "\n" for found in [*first, *objects]))
    return path


def test_of_json_the_same(tmp_path: Path) -> None:
    path = write(tmp_path / "conn.log", {"uid": "D", "note": 1, "later": [2]}, {"ts": 2, "uid": "E"})
    table, troubles = rows(path, asked("uid", "ts"))
    assert table.column_names == ["ts", "uid"]
    assert table.column("uid").to_pylist()[MANY - 1 :] == [f"C{MANY - 1}", "D", "E"]
    assert table.column("ts").null_count == 1
    assert troubles == []


def test_of_json_a_column_that_is_spelled_otherwise_later(tmp_path: Path) -> None:
    for later in ({"id_orig_h": "10.0.0.2"}, {"id": {"orig_h": "10.0.0.2"}}):
        table, troubles = rows(write(tmp_path / "conn.log", {"uid": "D", **later}), asked("id.orig_h"))
        assert table.column_names == ["id.orig_h"]
        assert table.column("id.orig_h").to_pylist()[MANY - 1 :] == ["10.0.0.1", "10.0.0.2"]
        assert troubles == []


def test_of_json_damaged_lines_are_told(tmp_path: Path) -> None:
    path = write(tmp_path / "conn.log", {"uid": "D"})
    with path.open("a") as file:
        file.write('{"uid": "E", "note"\n{"uid": "F"}\n')
    table, troubles = rows(path, asked("uid"))
    assert table.column("uid").to_pylist()[MANY:] == ["D", "F"]
    assert troubles == [f"conn.log:{MANY + 2}: is no JSON object; the row is left out"]
