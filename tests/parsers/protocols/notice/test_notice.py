"""Notices: their rows, and which of them are written."""

import numpy as np

from parsers.limits import NOTICE_SUPPRESSED
from parsers.protocols.expiry import Expiry
from parsers.protocols.notice import RECORD, Notice, logged

SECOND = 1_000_000_000
CLOCK = np.arange(0, 3 * NOTICE_SUPPRESSED, SECOND)
ENDS = ("10.0.0.1", 40000, "192.0.2.7", 80)


def test_the_row_of_a_connection() -> None:
    (row,) = logged([Notice(5, "Some::Note", "what", uid="C1", ends=ENDS, proto="tcp")], Expiry(CLOCK))
    cells = dict(zip(RECORD.names, row, strict=True))
    assert {name: cell for name, cell in cells.items() if cell is not None} == {
        "ts": 5,
        "uid": "C1",
        "id.orig_h": "10.0.0.1",
        "id.orig_p": 40000,
        "id.resp_h": "192.0.2.7",
        "id.resp_p": 80,
        "proto": "tcp",
        "note": "Some::Note",
        "msg": "what",
        "src": "10.0.0.1",
        "dst": "192.0.2.7",
        "p": 80,
        "actions": ["Notice::ACTION_LOG"],
        "email_dest": [],
        "suppress_for": NOTICE_SUPPRESSED,
    }
    assert len(RECORD.table([row])) == 1


def test_what_is_said_of_addresses_counts_before_those_of_the_connection() -> None:
    (row,) = logged([Notice(5, "Some::Note", "what", ends=ENDS, src="10.0.0.9", p=81, n=3)], Expiry(CLOCK))
    cells = dict(zip(RECORD.names, row, strict=True))
    assert [cells[name] for name in ("src", "dst", "p", "n", "id.orig_h")] == ["10.0.0.9", "192.0.2.7", 81, 3, ENDS[0]]


def times(*notices: Notice) -> list[int]:
    return [row[0] // SECOND for row in logged(notices, Expiry(CLOCK))]


def test_the_same_notice_is_held_back() -> None:
    def at(second: int, note: str = "Some::Note", identifier: str | None = "same") -> Notice:
        return Notice(second * SECOND, note, "what", identifier=identifier)

    assert times(at(50), at(7), at(60), at(3500), at(3700), at(4000)) == [7, 3700]
    assert times(at(1), at(1, "Other::Note"), at(1, identifier="other"), at(2)) == [1, 1, 1]
    assert times(at(1, identifier=None), at(2, identifier=None)) == [1, 2]
    # The end of the capture is no end of the time.
    assert times(at(8000), at(10000)) == [8000]


def test_one_that_is_never_held_back() -> None:
    notices = [Notice(second, "Some::Note", "what", identifier="same", suppress_for=0) for second in range(3)]
    assert len(logged(notices, Expiry(CLOCK))) == 3
