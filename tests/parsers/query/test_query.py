"""The filter language: which rows a filter keeps, and what is said of one that is wrong."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from parsers import query, schema
from parsers.cancelling import CalledOffError
from parsers.query import QueryError
from parsers.schema import Field, Record

SECOND = 1_000_000_000
START = 1_602_536_538 * SECOND  # 2020-10-12 21:02:18 UTC
RECORD = Record(
    "log",
    "",
    "",
    (
        Field("ts", "time", ""),
        Field("uid", "string", ""),
        Field("id.orig_h", "addr", ""),
        Field("id.orig_p", "port", ""),
        Field("id.resp_h", "addr", ""),
        Field("id.resp_p", "port", ""),
        Field("proto", "enum", ""),
        Field("service", "string", "", repeats=True),
        Field("duration", "interval", ""),
        Field("bytes", "count", ""),
        Field("balance", "int", ""),
        Field("ratio", "double", ""),
        Field("local", "bool", ""),
        Field("text", "string", ""),
        Field("net", "subnet", ""),
        Field("names", "set[string]", ""),
        Field("hosts", "vector[addr]", ""),
        Field("sizes", "vector[count]", ""),
    ),
)
ROWS: list[tuple[Any, ...]] = [
    (START, "CaaaA1", "10.0.0.9", 49979, "192.0.2.80", 80, "tcp", "http", 29_200_000_000, 629_760, -5, 0.5, True,
     'GET /a.exe "x"', "10.0.0.0/8", ["b", "a"], ["192.0.2.1", "::1"], [1, 500]),
    (START + 40 * SECOND, "CbbbB2", "10.0.0.10", 50000, "192.0.2.53", 53, "udp", "dns", 1_500_000, 404, 0, 1.0, False,
     "", "fe80::/10", [], ["10.0.0.9"], [404]),
    (START + 594_123_000, "CcccC3", "fe80::1", 22, "ff02::fb", 5353, "udp", None, None, None, None, None, None,
     None, None, None, None, None),
    (START + 3600 * SECOND, "CdddD4", "192.0.2.80", 80, "10.0.0.9", 443, "tcp", "ssl,http", 300 * SECOND, 2**63, 7, 2.5,
     True, "tab\there \\xff Evil", "192.0.2.0/24", ["c,d"], [], []),
]  # fmt: skip


def frame(rows: list[tuple[Any, ...]] = ROWS) -> Any:
    return schema.frame(RECORD.table(rows))


def kept(text: str) -> list[int]:
    parsed = query.parse(text, RECORD.types)
    found = query.rows(parsed, RECORD.table(ROWS))
    assert found.dtype == np.int32
    assert np.array_equal(found, query.rows(parsed, frame()))
    return list(map(int, found))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", [0, 1, 2, 3]),
        ("   ", [0, 1, 2, 3]),
        # Ports, counts, other numbers.
        ("id.resp_p == 80", [0]),
        ("id.resp_p==80", [0]),
        ("id.resp_p eq 80/tcp", [0]),
        ("id.resp_p != 80", [1, 2, 3]),
        ("id.resp_p < 100", [0, 1]),
        ("id.resp_p ge 443", [2, 3]),
        ("id.resp_p == 70000", []),
        ("id.resp_p < 70000", [0, 1, 2, 3]),
        ("id.resp_p in {80, 443}", [0, 3]),
        ("id.resp_p in {80 443 5000..6000}", [0, 2, 3]),
        ("id.resp_p not in {80, 443}", [1, 2]),
        ("not id.resp_p in {80, 443}", [1, 2]),
        ("bytes > 500kB", [0, 3]),
        ("bytes == 615KiB", [0]),
        ("bytes == 0x194", [1]),
        ("bytes > 403.5", [0, 1, 3]),
        ("bytes == 404.5", []),
        ("bytes < 404.5", [1]),
        ("bytes == 9223372036854775808", [3]),
        ("bytes > -1", [0, 1, 3]),
        ("bytes < -1", []),
        ("bytes != 404", [0, 3]),
        ("not bytes == 404", [0, 2, 3]),
        ("balance == -5", [0]),
        ("balance < 1", [0, 1]),
        ("ratio > .5", [1, 3]),
        ("ratio >= 0.5", [0, 1, 3]),
        ("ratio == 2.5", [3]),
        # Times and intervals.
        ("ts == 2020-10-12 21:02:18", [0]),
        ("ts > 2020-10-12 21:02:18.5", [1, 2, 3]),
        ("ts >= 2020-10-12T21:02:58Z", [1, 3]),
        ("ts < 2020-10-12 21:03", [0, 1, 2]),
        ("ts > 2020-10-13", []),
        ("ts == 1602536538", [0]),
        ("ts == 1602536538.594123", [2]),
        ("ts == +40s", [1]),
        ("ts > +1m", [3]),
        ("ts in {+0s..+1s}", [0, 2]),
        ("ts in {2020-10-12 21:02:18, 2020-10-12 21:02:58}", [0, 1]),
        ("frame.time < +1s", [0, 2]),
        ("duration > 29", [0, 3]),
        ("duration == 5m", [3]),
        ("duration == 1.5ms", [1]),
        ("duration < 1h30m and duration > 250ms", [0, 3]),
        # Addresses and networks.
        ("id.orig_h == 10.0.0.9", [0]),
        ("id.orig_h == 10.0.0.0/8", [0, 1]),
        ("id.orig_h != 10.0.0.0/8", [2, 3]),
        ("id.orig_h in 10.0.0.0/8", [0, 1]),
        ("id.orig_h in {10.0.0.9, fe80::/10}", [0, 2]),
        ("id.orig_h in {10.0.0.1..10.0.0.9}", [0]),
        ("id.orig_h == FE80:0::1", [2]),
        ("id.orig_h == [fe80::1]", [2]),
        ("id.orig_h == fe80::/16", [2]),
        ("id.orig_h == ::/0", [2]),
        ("id.orig_h < 10.0.0.10", [0]),
        ("id.orig_h > 10.0.0.9", [1, 3]),
        ("id.orig_h >= fe80::1", [2]),
        ("id.orig_h <= fe80::", []),
        ('id.orig_h contains "0.0.1"', [1]),
        ("net == 10.0.0.0/8", [0]),
        ("net != 10.0.0.0/8", [1, 3]),
        ("ip.addr == 10.0.0.9", [0, 3]),
        ("ip.addr != 10.0.0.9", [1, 2]),
        ("ip.src == 10.0.0.9", [0]),
        ("ip.dst == 10.0.0.9", [3]),
        ("tcp.port == 80", [0, 3]),
        ("tcp.dstport == 80", [0]),
        ("tcp.port != 80", []),
        ("udp.port == 53", [1]),
        ("udp.port == 80", []),
        ("has udp.port", [1, 2]),
        # Text.
        ('service == "http"', [0]),
        ("service == http", [0]),
        ("service:http", [0]),
        ('text:""', [1]),
        ('service != "http"', [1, 3]),
        ('not service == "http"', [1, 2, 3]),
        ("service contains http", [0, 3]),
        ('service ~ "^(ssl|dns)"', [1, 3]),
        ("service matches /^d.s$/", [1]),
        ("service ~ http$", [0, 3]),
        ("service > http", [3]),
        ("service <= dns", [1]),
        ("service in {http, -}", [0, 2]),
        ("service in {dns (empty)}", [1]),
        ("proto == tcp && service == http", [0]),
        (r'text contains "\"x\""', [0]),
        (r'text contains "\x09"', [3]),
        (r'text contains "\xff"', [3]),
        (r'text ~ "\.exe\b"', [0]),
        ("text contains evil", []),
        ('text ~ "(?i)evil"', [3]),
        # Unset, empty, flags.
        ("service == -", [2]),
        ("service != -", [0, 1, 3]),
        ('service == "-"', []),
        ("has service", [0, 1, 3]),
        ("not has service", [2]),
        ("text == (empty)", [1]),
        ("text != (empty)", [0, 3]),
        ("names == (empty)", [1]),
        ("names != (empty)", [0, 3]),
        ("names == -", [2]),
        ("local == T", [0, 3]),
        ("local != true", [1]),
        ("local == false", [1]),
        # Sets and vectors: any member.
        ("names == a", [0]),
        ("names != a", [1, 3]),
        ("names contains d", [3]),
        ("names in {b, x}", [0]),
        ("hosts == 10.0.0.0/8", [1]),
        ("hosts == ::1", [0]),
        ("sizes > 400", [0, 1]),
        ("sizes != 404", [0, 3]),
        # Words anywhere.
        ("EVIL", [3]),
        ("evil", [3]),
        ('"a.exe"', [0]),
        ('"c,d"', [3]),
        ("fe80", [1, 2]),
        ("fe80::1", [2]),
        ("nothing", []),
        ("629760", [0]),
        ("29.2", [0]),
        ("0.0015", [1]),
        ("21:02:18", [0, 2]),
        ("21:02:18.59", [2]),
        ("2020-10-12", [0, 1, 2, 3]),
        ("1602536538.594", [2]),
        ("-5", [0]),
        ("2.5", [1, 3]),
        # Joined.
        ("http and not evil", [0]),
        ("dns || evil", [1, 3]),
        ("dns or http and evil", [1, 3]),
        ("(dns or http) and evil", [3]),
        ("!dns && !http", [2]),
        ("NOT dns AND NOT http", [2]),
        ("not not dns", [1]),
        ("((dns))", [1]),
    ],
)
def test_rows(text: str, rows: list[int]) -> None:
    assert kept(text) == rows


TIME = "expected a time such as 2020-10-12 21:02, epoch seconds, or +40s from the start"
ADDRESS = "expected an address or a network such as 10.0.0.0/8 or fe80::/10"
FIELDS = "ts, uid, id.orig_h, id.orig_p, id.resp_h, id.resp_p …"


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("hots == a", "this log has no field hots; near: hosts", "hots"),
        ("Service == a", "this log has no field Service; near: service", "Service"),
        ("qtype_name == A", "this log has no qtype_name; dns has it", "qtype_name"),
        ("dns.qry.name == a", "this log has no dns.qry.name (query); dns has it", "dns.qry.name"),
        ("query:a", "this log has no query; dns has it", "query"),
        ("zzzzzz == 1", f"this log has no field zzzzzz; it has {FIELDS}", "zzzzzz"),
        ("has", "expected a field after has; the text ends here", ""),
        ("uid =", 'compare with == (two signs); to look for "=" itself, put the text in quotes', "="),
        ("uid ==", "expected a value after ==; the text ends here", ""),
        ("uid == )", 'expected a value after ==; found ")" here', ")"),
        ("a b", 'expected "and" or "or" before "b"; text with spaces needs quotes', "b"),
        ("a and", "expected a field or a word to look for; the text ends here", ""),
        ("== 1", 'expected a field or a word to look for; found "=" here', "="),
        ("(a", 'this "(" is never closed', "("),
        ("a)", 'this ")" closes nothing', ")"),
        ('uid == "a', 'this text has no closing "', '"a'),
        ("bytes in", "expected a list such as {80, 443} after in; the text ends here", ""),
        ("bytes in 80", 'expected a list such as {80, 443} after in; found "80" here', "80"),
        ("bytes in {80", 'this "{" is never closed', "{"),
        ("bytes in {}", "this list is empty", "{}"),
        ("bytes in {80)", 'expected a value or }; found ")" here', ")"),
        ("bytes == many", 'expected a number such as 404, 1.5MB or 64KiB, not "many"', "many"),
        ("bytes < 5..6", "< needs one value, not a range", "5..6"),
        ("bytes contains 4", "contains looks into text; this field is of type count", "4"),
        ("bytes == (empty)", "a field of type count is never (empty); - stands for unset", "(empty)"),
        ("ts > yesterday", f'{TIME}, not "yesterday"', "yesterday"),
        ("ts > 2020-13-01", f'{TIME}, not "2020-13-01"', "2020-13-01"),
        ("duration > 5x", 'expected an interval such as 5m, 1h30m, 250ms or seconds, not "5x"', "5x"),
        ("id.resp_p == http", 'expected a port number, not "http"', "http"),
        ("id.orig_h == 300.0.0.1", f'{ADDRESS}, not "300.0.0.1"', "300.0.0.1"),
        ("id.orig_h < 10.0.0.0/8", "< needs an address, not a network or a range", "10.0.0.0/8"),
        ("id.orig_h == 10.0.0.1..::1", "a range needs two addresses of one family", "10.0.0.1..::1"),
        ("local == 1", 'expected T or F, not "1"', "1"),
        ("local < T", "a field of type bool is only compared with == and !=", "T"),
        ("ratio == x", 'expected a number, not "x"', "x"),
        ('text ~ "("', "this pattern cannot be used: missing ): (", '"("'),
        ("a or \udcff", r"this is no text; write bytes as \xNN in quotes", "\udcff"),
        ("(" * 101, "more than 100 parts lie inside one another", "("),
    ],
)  # fmt: skip
def test_errors(text: str, message: str, place: str) -> None:
    with pytest.raises(QueryError) as raised:
        query.parse(text, RECORD.types)
    assert raised.value.message == message
    assert text[raised.value.start : raised.value.end] == place


def test_an_alias_needs_the_log_that_it_belongs_to() -> None:
    with pytest.raises(QueryError, match=r"this log has no http\.host \(host\)"):
        query.parse("http.host == a", {"ts": "time", "host": "addr"})
    with pytest.raises(QueryError, match=r"this log has no udp\.port"):
        query.parse("udp.port == 1", {"id.orig_p": "port", "id.resp_p": "port"})


def test_a_log_that_does_not_name_its_transport_has_tcp_ports() -> None:
    query.parse("tcp.port == 80", {"id.orig_p": "port", "id.resp_p": "port"})


def test_no_rows_at_all() -> None:
    for text in ("", "evil", "21:02", "443", "ts > +1s", "ip.addr == 10.0.0.0/8", "names == a", "not has service"):
        assert query.rows(query.parse(text, RECORD.types), frame([])).tolist() == []


def test_columns_in_several_chunks() -> None:
    table = pa.concat_tables([RECORD.table(ROWS[:2]), RECORD.table([]), RECORD.table(ROWS[2:])])
    for text in ("id.orig_h == 10.0.0.0/8", "names != a", "21:02:18", "443", "service == http", "2.5", "sizes > 1"):
        parsed = query.parse(text, RECORD.types)
        assert query.mask(parsed, schema.frame(table)).tolist() == query.mask(parsed, frame()).tolist()


def test_a_column_of_text_may_be_called_address() -> None:
    table = Record("log", "", "", (Field("a", "addr", ""),)).table(
        [("not one",), ("1.2.3.999",), ("::zz",), ("1.2.3.4",)]
    )
    found = query.rows(query.parse("a == 0.0.0.0/0 or a == ::/0", {"a": "addr"}), schema.frame(table))
    assert found.tolist() == [3]


@pytest.mark.parametrize("far", [False, True])
@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("t == 2020-10-12 21:02:18.594123", [0]),
        ("t == 2020-10-12 21:02:18.5941235", []),
        ("t > 2020-10-12 21:02:18.5941225", [0, 1]),
        ("t < 2020-10-12 21:02:18.5941235", [0, 2]),
        ("t < 1951-01-01", [2]),
        ("38.594", [0]),
        ("1950-06", [2]),
        ("2200-01-01", [1]),
    ],
)
def test_times_in_either_unit(text: str, rows: list[int], far: bool) -> None:
    record = Record("log", "", "", (Field("t", "time", "", far=far),))
    times = [START + 594_123_000, 7_258_118_400 * SECOND, -617_000_000 * SECOND, None]
    made = schema.frame(record.table([(time,) for time in times]))
    assert query.rows(query.parse(text, record.types), made).tolist() == rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("t > 2262-04-12", [0]),
        ("t == 9999-12-31 23:59:59", [0]),
        ("t >= 9999-12-31 23:59:59.0000001", []),
        ("t < 0001-01-02", [1]),
        ("t < 99999999999999999999", [0, 1]),
        ("9999-12", [0]),
        ("0001-01-01", [1]),
        ("253402300799", [0]),
    ],
)
def test_times_of_any_year(text: str, rows: list[int]) -> None:
    record = Record("log", "", "", (Field("t", "time", "", far=True),))
    times = [253_402_300_799 * SECOND, -62_135_596_800 * SECOND, None]
    made = schema.frame(record.table([(time,) for time in times]))
    assert query.rows(query.parse(text, record.types), made).tolist() == rows


def test_a_search_that_nobody_waits_for_is_given_up() -> None:
    with pytest.raises(CalledOffError):
        query.rows(query.parse("evil", RECORD.types), frame(), lambda: True)
