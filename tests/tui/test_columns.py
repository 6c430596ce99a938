"""Columns: which first, how wide."""

from dataclasses import replace

import pyarrow as pa
import pytest

from parsers.protocols.registry import RECORDS
from tests.frames import START, UID, ends, plain, story, table
from tui import cells
from tui.columns import GAP, Column, columns, fitted


def of(log: str, width: int) -> tuple[Column, ...]:
    return fitted(columns(story()[log], RECORDS[log], START // (86_400 * 10**9)), width)


@pytest.mark.parametrize("log", list(story()))
def test_what_matters_comes_first_and_nothing_is_lost(log: str) -> None:
    made = of(log, 78)
    assert [column.name for column in made if column.first] == RECORDS[log].first_columns
    assert sorted(column.name for column in made) == sorted(RECORDS[log].names)
    assert all(column.meaning for column in made)


def test_addresses_times_and_numbers_are_never_cut() -> None:
    for column in of("http", 60):
        if column.type in ("addr", "time", "count", "port"):
            assert column.width >= column.content


def test_texts_give_way_until_the_first_set_fits() -> None:
    long = ends(UID, 1, 2) | {"method": "GET", "host": "h" * 60, "uri": "/" + "u" * 300, "status_code": 200}
    made = fitted(columns(table("http", long), RECORDS["http"]), 110)
    first = [column for column in made if column.first]
    status = [column.name for column in first].index("status_code")
    assert sum(column.width + GAP for column in first[: status + 1]) - GAP <= 110
    assert min(column.width for column in made if column.name in ("host", "uri")) >= 10


def test_a_log_that_nobody_knows_has_all_its_columns() -> None:
    made = fitted(columns(plain({"a": "string", "b": "count"}, ("x", 1)), None), 80)
    assert [(column.name, column.first, column.width) for column in made] == [("a", False, 1), ("b", False, 1)]


def test_no_rows_leave_the_names_readable() -> None:
    assert all(column.width >= 2 for column in fitted(columns(table("http"), RECORDS["http"]), 80))


def test_what_the_reader_chose_stays_with_a_newer_table() -> None:
    before = columns(plain({"a": "string", "b": "string"}, ("x" * 30, "y")), None)
    changed = (replace(before[0], hidden=True), replace(before[1], wide=True))
    after = columns(plain({"a": "string", "b": "string"}, ("x", "y")), None, None, changed)
    assert after[0].hidden
    assert after[0].content == 30
    assert after[1].wide


def test_of_a_log_that_grows_only_the_new_rows_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    old = plain({"a": "string"}, *((f"{row}",) for row in range(300)))
    before = columns(old, None)
    new = pa.concat_tables([old, plain({"a": "string"}, *((f"{row}" * 3,) for row in range(300, 900)))])
    asked: list[int] = []
    monkeypatch.setattr(cells, "width_of", lambda text: asked.append(int(text)) or len(text))  # type: ignore[func-returns-value]
    after = columns(new, None, None, before)
    assert min(asked) == 300300300
    assert max(asked) == 899899899
    assert len(asked) < 50
    assert after[0].content == 9
