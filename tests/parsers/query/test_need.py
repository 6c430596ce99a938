"""What readers may leave out for a question."""

import pytest

from parsers.query.need import need
from parsers.query.question import Wording

_TYPES = {
    "ts": "time",
    "uid": "string",
    "id.orig_h": "addr",
    "id.orig_p": "port",
    "id.resp_h": "addr",
    "id.resp_p": "port",
    "proto": "enum",
    "orig_bytes": "count",
}


@pytest.mark.parametrize(
    ("where", "columns"),
    [
        (None, {"uid"}),
        ("orig_bytes > 3 or not has ts", {"uid", "orig_bytes", "ts"}),
        ("ip.addr == 10.0.0.1", {"uid", "id.orig_h", "id.resp_h"}),
        ("tcp.port == 80", {"uid", "id.orig_p", "id.resp_p", "proto"}),
        ("ts < +40s", {"uid", "ts"}),
        ("uid == C1 and somewhere", None),
    ],
)
def test_columns_are_those_that_are_looked_at(where: str | None, columns: set[str] | None) -> None:
    found = need(Wording(where, fields="uid").understood(_TYPES))
    assert found.columns == (None if columns is None else frozenset(columns))


def test_all_columns_are_needed_where_none_are_named() -> None:
    assert need(Wording("orig_bytes > 3").understood(_TYPES)).columns is None
    assert need(Wording("orig_bytes > 3", count_by="proto").understood(_TYPES)).columns == frozenset(
        {"orig_bytes", "proto"}
    )


@pytest.mark.parametrize(
    ("where", "may_hold"),
    [
        ("orig_bytes > 20", False),
        ("orig_bytes in {9, 11}", False),
        ("orig_bytes >= 20", True),
        ("orig_bytes == 15 and orig_bytes < 3", False),
        ("not orig_bytes > 20", True),
        ("orig_bytes != 15", True),
        ("orig_bytes == -", True),
        ("orig_bytes > 20 or uid == C1", True),
        ("orig_bytes > 20 and uid == C1", False),
    ],
)
def test_rows_with_values_between_are_needed_or_not(where: str, may_hold: bool) -> None:
    bounds = need(Wording(where).understood(_TYPES)).bounds
    # A group of rows in which they are 12 to 20.
    assert all(bound.may_hold("orig_bytes", 12, 20) for bound in bounds) == may_hold


def test_relative_times_bound_nothing() -> None:
    assert need(Wording("ts < +40s and orig_bytes > 3").understood(_TYPES)).bounds == ()
