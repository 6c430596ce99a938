"""Logs that are followed for as long as somebody wants that."""

from pathlib import Path

from parsers import following
from parsers.updates import LIVE, Batch, Progress, Trouble
from tests.parsers.zeek.folders import write
from tests.parsers.zeek.following.sensor import header, row


def test_what_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    looks = iter([False, False, True])

    def has_ended() -> bool:
        write(tmp_path / "current" / "conn.log", header() + row(1))
        return next(looks)

    missing, live, come = following.updates([tmp_path / "current"], has_ended)
    assert missing == Trouble(f"{tmp_path}/current: is not there yet; it is waited for", harmless=True)
    assert live == Progress(LIVE, 0, 0)
    assert isinstance(come, Batch)


def test_what_is_there_comes_before_it_is_live(tmp_path: Path) -> None:
    write(tmp_path / "conn.log", header() + row(1))
    told = list(following.updates([tmp_path], lambda: True))
    assert isinstance(told[0], Batch)
    assert told[-1] == Progress(LIVE, 0, 0)
