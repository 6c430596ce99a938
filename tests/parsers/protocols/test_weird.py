"""Which rows of weird.log are written."""

from typing import Any

import numpy as np

from parsers.limits import WEIRD_QUIET, WEIRD_SAMPLING, WEIRD_THRESHOLD, WEIRD_TOLD
from parsers.protocols import weird
from parsers.protocols.analyzer import Analyzer, Connection, Context, Data, Protocol
from parsers.protocols.expiry import Expiry
from parsers.schema import Row
from tests.parsers.protocols.feeding import SECOND, START, connection, data, run

MINUTE = 60 * SECOND
# A packet every second for two days and a half.
CLOCK = START + np.arange(60 * 3600) * SECOND


def on(ts: int, name: str, to: Connection | None = None) -> Row:
    return weird.of_connection(ts, to or connection(), name, "", "TCP")


def times(rows: list[Row]) -> list[int]:
    return [(row[0] - START) // SECOND for row in rows]


def test_the_same_of_the_same_is_told_again_after_ten_minutes() -> None:
    rows = [on(START + minute * MINUTE, "window_recision") for minute in range(25)]
    assert times(weird.logged(rows, Expiry(CLOCK))) == [0, 11 * 60, 22 * 60]


def test_an_entry_is_forgotten_when_a_timer_looks() -> None:
    expiry = Expiry(CLOCK)
    assert expiry.after(START, WEIRD_QUIET) == START + WEIRD_QUIET + 10 * SECOND
    assert expiry.after(START + 3 * SECOND, WEIRD_QUIET) == START + WEIRD_QUIET + 10 * SECOND
    assert expiry.after(int(CLOCK[-1]), WEIRD_QUIET) is None


def test_others_are_told_at_once() -> None:
    other = connection()
    other.orig_p = 1
    rows = [
        on(START, "window_recision"),
        on(START + 1, "window_recision", other),
        on(START + 2, "baroque_SYN"),
        weird.of_flow(START + 3, "10.0.0.1", "192.0.2.80", "window_recision", "", ""),
        weird.of_net(START + 4, "window_recision", "", ""),
        weird.of_net(START + 5, "window_recision", "other words", ""),
    ]
    assert weird.logged(rows, Expiry(CLOCK)) == rows[:5]


def test_some_are_told_once_a_day_for_an_originator() -> None:
    other = connection(resp_p=81)
    days = [on(START + hour * 3600 * SECOND, "SYN_with_data", other if hour % 2 else None) for hour in range(50)]
    assert [at // 3600 for at in times(weird.logged(days, Expiry(CLOCK)))] == [0, 1 + WEIRD_TOLD // (3600 * SECOND)]


def test_some_are_told_once_a_day_for_a_connection() -> None:
    rows = [on(START + hour * 3600 * SECOND, "simultaneous_open", connection(resp_p=hour % 2)) for hour in range(6)]
    assert times(weird.logged(rows, Expiry(CLOCK))) == [0, 3600]


def test_some_are_not_told() -> None:
    assert not weird.logged([on(START, "spontaneous_FIN")], Expiry(CLOCK))
    assert not weird.thinned([on(START, "spontaneous_FIN")])


def test_some_are_noticed() -> None:
    (row,) = weird.logged([on(START, "SYN_after_partial")], Expiry(CLOCK))
    assert dict(zip(weird.RECORD.names, row, strict=True))["notice"] is True


def test_thinning_changes_nothing() -> None:
    rows = [on(START + i * 37 * SECOND, "window_recision", connection(resp_p=i % 3)) for i in range(300)]
    thinned = weird.thinned(reversed(rows))
    assert len(thinned) < 60
    assert weird.logged(thinned, Expiry(CLOCK)) == weird.logged(rows, Expiry(CLOCK))


def test_a_file_is_named_in_the_words() -> None:
    row = weird.of_file(START, "F1", "x509_cert_parse_error", "", "")
    assert dict(zip(weird.RECORD.names, row, strict=True))["addl"] == "F1"
    row = weird.of_file(START, "F1", "x509_utc_length", "3", "")
    assert dict(zip(weird.RECORD.names, row, strict=True))["addl"] == "F1: 3"


def test_rows_come_back_out_of_a_table() -> None:
    rows = [on(START, "baroque_SYN"), weird.of_net(START + 1, "truncated_IP", "", "IP")]
    assert list(weird.RECORD.rows(weird.RECORD.table(rows))) == rows


def test_of_masses_samples_are_left() -> None:
    sampling = weird.Sampling()
    permitted = [i for i in range(1, 3 * WEIRD_SAMPLING) if sampling.permits("a", START)]
    assert permitted == [
        *range(1, WEIRD_THRESHOLD + 1),
        WEIRD_THRESHOLD + WEIRD_SAMPLING,
        WEIRD_THRESHOLD + 2 * WEIRD_SAMPLING,
    ]
    assert sampling.permits("b", START)
    assert not sampling.permits("a", START + WEIRD_QUIET)
    assert all(sampling.permits("a", START + WEIRD_QUIET + 1) for _ in range(WEIRD_THRESHOLD))
    assert not sampling.permits("a", START + WEIRD_QUIET + 2)


class Complaining:
    """An analyser that finds everything weird."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def deliver(self, data: Data) -> None:
        self.context.weird("odd_thing", data.ts)
        self.context.weird("odder_thing", data.ts, "so odd", source="INNER")
        self.context.weird("script_thing", data.ts, source="")

    def gap(self, gap: Any) -> None: ...
    def end(self, end: Any) -> None: ...
    def finish(self, ts: int) -> None: ...


def complaining(context: Context) -> Analyzer:
    return Complaining(context)


def test_an_analyser_tells_what_is_weird() -> None:
    told = run(Protocol("talk", (), complaining, frozenset({80})), [data(True, b"x")])
    rows = [(row["uid"], row["name"], row["addl"], row["source"], row["peer"]) for row in told.rows["weird"]]
    assert rows == [
        ("CuidOfTheTests", "odd_thing", None, "TALK", "zeek"),
        ("CuidOfTheTests", "odder_thing", "so odd", "INNER", "zeek"),
        ("CuidOfTheTests", "script_thing", None, None, "zeek"),
    ]


def test_masses_on_a_connection_are_bounded() -> None:
    told = run(Protocol("talk", (), complaining, frozenset({80})), [data(True, b"x")] * 2000)
    assert len(told.rows["weird"]) == 3 * (WEIRD_THRESHOLD + 1)
