"""A filter on whole columns keeps what one looking at each row by itself would keep."""

import re
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import query, schema
from parsers.query import QueryError
from parsers.schema import Field, Record

RECORD = Record(
    "log",
    "",
    "",
    (
        Field("n", "count", ""),
        Field("a", "addr", ""),
        Field("s", "string", ""),
        Field("r", "string", "", repeats=True),
        Field("b", "bool", ""),
        Field("d", "interval", ""),
        Field("v", "vector[string]", ""),
        Field("h", "set[addr]", ""),
    ),
)
ADDRESSES = ["10.0.0.9", "10.0.0.10", "192.0.2.1", "::1", "fe80::5"]
TEXTS = ["", "a", "ab", "b.C", "x y", "-"]
ROW = st.tuples(
    st.none() | st.integers(0, 4),
    st.none() | st.sampled_from(ADDRESSES),
    st.none() | st.sampled_from(TEXTS),
    st.none() | st.sampled_from(TEXTS),
    st.none() | st.booleans(),
    st.none() | st.sampled_from([0, 1_500_000_000, -2_000_000_000]),
    st.none() | st.lists(st.none() | st.sampled_from(TEXTS), max_size=3),
    st.none() | st.lists(st.sampled_from(ADDRESSES), max_size=2),
)
# What a filter says, and whether a cell that is set passes it.
Row = dict[str, Any]
Case = tuple[str, Callable[[Row], bool]]
SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: bool(a == b),
    "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    ">=": lambda a, b: bool(a >= b),
}


def members(value: Any) -> list[Any]:
    return [member for member in value if member is not None] if isinstance(value, list) else [value]


def either(field: str, passes: Callable[[Any], bool]) -> Callable[[Row], bool]:
    return lambda row: row[field] is not None and any(map(passes, members(row[field])))


def none_of(field: str, passes: Callable[[Any], bool]) -> Callable[[Row], bool]:
    return lambda row: row[field] is not None and not any(map(passes, members(row[field])))


def inside(network: str) -> Callable[[Any], bool]:
    return lambda address: ip_address(address) in ip_network(network)


def cases() -> st.SearchStrategy[Case]:
    signs = st.sampled_from(sorted(SIGNS))
    numbers = st.tuples(signs, st.integers(-1, 5)).map(
        lambda c: (f"n {c[0]} {c[1]}", either("n", lambda v: SIGNS[c[0]](v, c[1])))
    )
    intervals = st.tuples(signs, st.sampled_from([0, 1500, -2000])).map(
        lambda c: (f"d {c[0]} {c[1]}ms", either("d", lambda v: SIGNS[c[0]](v, c[1] * 1_000_000)))
    )
    texts = st.tuples(st.sampled_from("srv"), signs, st.sampled_from(TEXTS)).map(
        lambda c: (f'{c[0]} {c[1]} "{c[2]}"', either(c[0], lambda v: SIGNS[c[1]](v, c[2])))
    )
    others = st.tuples(st.sampled_from("srv"), st.sampled_from(TEXTS)).map(
        lambda c: (f'{c[0]} != "{c[1]}"', none_of(c[0], lambda v: bool(v == c[1])))
    )
    parts = st.tuples(st.sampled_from("srv"), st.sampled_from("ab.y")).map(
        lambda c: (f"{c[0]} contains {c[1]}", either(c[0], lambda v: c[1] in v))
    )
    patterns = st.tuples(st.sampled_from("srv"), st.sampled_from(["^a", "b$", "a|y", "^$"])).map(
        lambda c: (f'{c[0]} ~ "{c[1]}"', either(c[0], lambda v: re.search(c[1], v) is not None))
    )
    networks = st.tuples(st.sampled_from("ah"), st.sampled_from(["10.0.0.8/30", "fe80::/10", "0.0.0.0/0", "::1"]))
    within = networks.map(lambda c: (f"{c[0]} == {c[1]}", either(c[0], inside(c[1]))))
    without = networks.map(lambda c: (f"{c[0]} != {c[1]}", none_of(c[0], inside(c[1]))))
    has = st.sampled_from(RECORD.names).map(lambda f: (f"has {f}", lambda row: row[f] is not None))
    unset = st.sampled_from(RECORD.names).map(lambda f: (f"{f} == -", lambda row: row[f] is None))
    empty = st.sampled_from("vh").map(lambda f: (f"{f} == (empty)", lambda row: row[f] == []))
    flags = st.sampled_from([True, False]).map(lambda t: (f"b == {t}", either("b", lambda v: bool(v == t))))
    words = st.sampled_from(["a", "C", "10", ".0", "1.5", "-2", "::", "t"]).map(lambda w: (w, anywhere(w)))
    return st.one_of(
        numbers, intervals, texts, others, parts, patterns, within, without, has, unset, empty, flags, words
    )


def anywhere(word: str) -> Callable[[Row], bool]:
    def shown(value: Any, field: str) -> str:
        if isinstance(value, bool):
            return "T" if value else "F"
        return f"{value / 1e9:.6f}" if field == "d" else str(value)

    def holds(row: Row) -> bool:
        return any(
            word.lower() in shown(member, field).lower()
            for field, value in row.items()
            for member in members(value)
            if member is not None
        )

    return holds


def joined(inner: st.SearchStrategy[Case]) -> st.SearchStrategy[Case]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        inner.map(lambda c: (f"not ({c[0]})", lambda row: not c[1](row))),
        pairs.map(lambda p: (f"({p[0][0]} and {p[1][0]})", lambda row: p[0][1](row) and p[1][1](row))),
        pairs.map(lambda p: (f"(({p[0][0]}) || {p[1][0]})", lambda row: p[0][1](row) or p[1][1](row))),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, max_size=8), st.recursive(cases(), joined, max_leaves=4))
def test_as_row_by_row(rows: list[tuple[Any, ...]], case: Case) -> None:
    text, keeps = case
    found = query.rows(query.parse(text, RECORD.types), schema.frame(RECORD.table(rows)))
    assert found.tolist() == [i for i, row in enumerate(rows) if keeps(dict(zip(RECORD.names, row, strict=True)))]


WORDS = st.sampled_from(
    [*RECORD.names, *"(){},!", "==", "!=", "<", "~", "=", "&&", "||", "and", "or", "not", "in", "has", "contains",
     '"a"', "-", "(empty)", "10.0.0.0/8", "1..2", "5m", "tcp.port", "host:x", "/a/", '"', "\\"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40) | st.lists(WORDS, max_size=8).map(" ".join))
def test_any_text_is_a_filter_or_an_error(text: str) -> None:
    try:
        parsed = query.parse(text, RECORD.types)
    except QueryError as error:
        wrong = error
    else:
        query.rows(parsed, schema.frame(RECORD.table([(1, "::1", "a", "b", True, 5, ["x"], None)])))
        return
    assert 0 <= wrong.start <= wrong.end <= len(text)
    assert wrong.message.isprintable()
