"""Folders of logs of which only some were read whole, and those kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from parsers import limits
from parsers.cache import place
from parsers.cache.origin import Origin, updates_beside, updates_of
from parsers.opening import browsed, updates
from parsers.source import LogSet
from parsers.updates import Batch, Update
from tests.parsers.cache.rows import all_cells

HEAD = "#separator \\x09\n#path\t{}\n#fields\tts\tuid\n#types\ttime\tstring\n"


@pytest.fixture
def logs(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two logs that are counted unless somebody looks at them."""
    monkeypatch.setattr(limits, "LOG_WHOLE_BYTES", 0)
    monkeypatch.setattr(limits, "LOG_SMALL_BYTES", 0)
    # More than the first rows, which are always read.
    monkeypatch.setattr(limits, "LOG_FIRST_BYTES", 100)
    made = tmp_path / "logs"
    made.mkdir()
    for log in ("conn", "dns"):
        rows = "".join(f"{number}.000000\t{log}{number}\n" for number in range(100))
        (made / f"{log}.log").write_text(HEAD.format(log) + rows)
    return made


def opened(logs: Path, *looked_at: str) -> tuple[LogSet, frozenset[str]]:
    """What the screen has when all is read, and the logs that were known before."""
    told: list[frozenset[str]] = []
    made = LogSet()

    def read(known: frozenset[str]) -> Iterator[Update]:
        told.append(known)
        browsing = browsed([logs], known)
        assert browsing is not None
        yield from browsing.updates()
        for log in looked_at:
            yield from browsing.whole(log)

    made.read(updates_beside(Origin([logs], ()), read))
    made.keep()
    return made, told[0] if told else frozenset({"all"})


def test_what_was_looked_at_is_found_again(logs: Path) -> None:
    first, known = opened(logs, "conn")
    assert (known, len(first.table("conn")), first.known["dns"].table.num_rows) == (frozenset(), 100, 100)
    again, known = opened(logs)
    assert known == {"conn"}
    assert all_cells(again)["conn"] == all_cells(first)["conn"]
    assert again.known["dns"].table.num_rows == 100
    more, known = opened(logs, "dns")
    assert known == {"conn"}
    (entry,) = place.entries().iterdir()
    assert len(list(entry.glob("*.arrow"))) == 2
    whole, known = opened(logs)
    assert known == {"all"}
    assert all_cells(whole) == all_cells(more)
    assert {log: len(table) for log, table in whole.tables.items()} == {"conn": 100, "dns": 100}


def test_one_log_is_printed_from_what_was_kept(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PIECE_ROWS", 30)
    first, _ = opened(logs, "conn")

    def rows(log: str) -> list[int]:
        told = updates_of(log, Origin([logs], ()), lambda: updates([logs], only=frozenset({log})))
        return [len(update.table) for update in told if isinstance(update, Batch)]

    assert rows("conn") == [30, 30, 30, 10]
    assert sum(rows("dns")) == 100
    assert len(first.table("conn")) == 100
