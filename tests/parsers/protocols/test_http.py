"""Requests and replies, and their rows."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.limits import PENDING_REQUESTS, VIOLATION_BYTES
from parsers.protocols.analyzer import End, Event, Gap, Reset
from parsers.protocols.http import HTTP, recognise
from parsers.protocols.http.start_line import ReplyLine, RequestLine, reply_line, request_line
from tests.parsers.protocols.feeding import SECOND, START, Turn, connection, converse, data, each_way, run

GET = b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def request(line: bytes = b"GET / HTTP/1.1", *fields: bytes, body: bytes = b"") -> bytes:
    return b"\r\n".join((line, *fields, b"", body))


def reply(line: bytes = b"HTTP/1.1 200 OK", *fields: bytes, body: bytes = b"") -> bytes:
    return request(line, b"Content-Length: %d" % len(body), *fields, body=body)


@each_way
def test_a_request_and_its_reply_are_a_row(way: str) -> None:
    asked = request(
        b"POST /a%20b?c=%25 HTTP/1.1",
        b"host: Example.org:8080",
        b"User-Agent:  an agent ",
        b"REFERER: http://elsewhere/",
        b"Origin: http://origin",
        b"Content-Length: 2",
        body=b"hi",
    )
    told = converse(HTTP, [(True, asked), (False, OK)], way, trailing=b"\r\n")
    assert told.service == "http"
    row = told.only("http")
    assert {name: cell for name, cell in row.items() if cell is not None} == {
        "ts": START + SECOND,
        "uid": "CuidOfTheTests",
        "id.orig_h": "10.0.0.1",
        "id.orig_p": 40000,
        "id.resp_h": "192.0.2.80",
        "id.resp_p": 80,
        "trans_depth": 1,
        "method": "POST",
        "host": "Example.org:8080",
        "uri": "/a b?c=%",
        "referrer": "http://elsewhere/",
        "version": "1.1",
        "user_agent": "an agent ",
        "origin": "http://origin",
        "request_body_len": 2,
        "response_body_len": 5,
        "status_code": 200,
        "status_msg": "OK",
        "tags": [],
        "orig_fuids": [told.files[0].file.fuid],
        "resp_fuids": [told.files[1].file.fuid],
    }


@each_way
def test_pipelined_requests_are_answered_in_their_order(way: str) -> None:
    asked = b"".join(request(b"GET /%d HTTP/1.1" % number) for number in range(3))
    answered = b"".join(reply(b"HTTP/1.1 20%d OK" % number) for number in range(3))
    rows = converse(HTTP, [(True, asked), (False, answered)], way, trailing=b"\r\n").rows["http"]
    assert [(row["trans_depth"], row["uri"], row["status_code"]) for row in rows] == [
        (1, "/0", 200),
        (2, "/1", 201),
        (3, "/2", 202),
    ]


@each_way
def test_an_interim_reply_comes_before_the_final_one(way: str) -> None:
    turns = [(True, request(b"PUT /x HTTP/1.1", b"Expect: 100-continue", b"Content-Length: 1"))]
    turns += [(False, b"HTTP/1.1 100 Continue\r\n\r\n"), (True, b"x"), (False, OK)]
    row = converse(HTTP, turns, way, trailing=b"\r\n").only("http")
    assert (row["info_code"], row["info_msg"], row["status_code"], row["request_body_len"]) == (100, "Continue", 200, 1)


def test_what_was_never_answered_has_a_row() -> None:
    told = converse(HTTP, [(True, GET + GET)])
    assert [row["status_code"] for row in told.rows["http"]] == [None, None]
    assert told.service == "http"


def test_replies_alone_have_rows_but_confirm_nothing() -> None:
    told = converse(HTTP, [(False, OK + OK)])
    assert [(row["trans_depth"], row["method"], row["status_code"]) for row in told.rows["http"]] == [
        (1, None, 200),
        (2, None, 200),
    ]
    assert told.service is None


def test_too_many_unanswered_requests_are_given_up() -> None:
    count = PENDING_REQUESTS + 50
    rows = converse(HTTP, [(True, GET * count), (False, OK)]).rows["http"]
    assert len(rows) == count
    assert [row["trans_depth"] for row in rows if row["status_code"]] == [PENDING_REQUESTS + 1]


@pytest.mark.parametrize(
    ("credentials", "username"),
    [
        (b"Basic " + base64.b64encode(b"me:secret:x"), "me"),
        (b"bAsIc  " + base64.b64encode(b":x"), ""),
        (b"Basic " + base64.b64encode(b"nobody"), "<problem-decoding> (Basic bm9ib2R5)"),
        (b"Basic bWU6eA== ", "<problem-decoding> (Basic bWU6eA== )"),
        (b"Basic bWU6eA==bWU6eA==", "<problem-decoding> (Basic bWU6eA==bWU6eA==)"),
        (b"Bearer abc", None),
        (b"Not Basic bWU6eA==", None),
    ],
)
def test_the_user_of_basic_authentication(credentials: bytes, username: str | None) -> None:
    row = converse(HTTP, [(True, request(b"GET / HTTP/1.1", b"Authorization: " + credentials)), (False, OK)]).only(
        "http"
    )
    assert row["username"] == username
    assert row["password"] is None


@pytest.mark.parametrize(
    ("credentials", "told"),
    [
        (b"Basic bWU6eA", "incomplete base64 group, padding with 12 bits of 0"),
        (b"Basic bWU*6eA==", "character 42 ignored by Base64 decoding"),
        (b"Basic bWU6eA==bWU6eA==", "extra base64 groups after '=' padding are ignored"),
    ],
)
def test_credentials_that_are_not_encoded_right(credentials: bytes, told: str) -> None:
    row = converse(HTTP, [(True, request(b"GET / HTTP/1.1", b"Authorization: " + credentials))]).only("weird")
    assert (row["name"], row["addl"], row["source"]) == ("base64_illegal_encoding", told, None)


def test_proxies_are_listed() -> None:
    asked = request(b"GET / HTTP/1.1", b"Via: 1.1 a", b"X-Forwarded-For: 10.9.8.7", b"Via: 1.1 a")
    row = converse(HTTP, [(True, asked), (False, OK)]).only("http")
    assert row["proxied"] == ["VIA -> 1.1 a", "X-FORWARDED-FOR -> 10.9.8.7"]


def test_strange_bytes_are_escaped() -> None:
    row = converse(HTTP, [(True, request(b"GET /%ff\xfe HTTP/1.1", b"Host: \xc3\xa4")), (False, OK)]).only("http")
    assert row["uri"] == "/\\xff\\xfe"
    assert row["host"] == "ä"


BAD, LOWER = ["bad_HTTP_request"], ["lowercase_HTTP_keyword"]


@pytest.mark.parametrize(
    ("line", "parsed", "weird"),
    [
        (b"GET / HTTP/1.1", RequestLine(b"GET", b"/", b"1.1"), []),
        (b"get\t/ \t http/1.0 and more", RequestLine(b"get", b"/", b"1.0"), LOWER),
        (b'GET /a b"c HTTP/1.1', RequestLine(b"GET", b'/a b"c', b"1.1"), []),
        (b"GET HTTP/1.1", RequestLine(b"GET", b"", b"1.1"), ["missing_HTTP_uri"]),
        (b"GET / HTTP/x.y", RequestLine(b"GET", b"/", b"0.0"), []),
        (b"GET / HTTP/1", RequestLine(b"GET", b"/", None), []),
        (b"GET /", RequestLine(b"GET", b"/", b"0.9"), []),
        (b"GET /a bc", RequestLine(b"GET", b"/a b", b"0.9"), []),
        (b"GET /a  b", RequestLine(b"GET", b"/a", b"0.9"), []),
        (b"GET /a  ", RequestLine(b"GET", b"/a", b"0.9"), []),
        (b"GET /%41%u00e9 HTTP/1.1", RequestLine(b"GET", b"/%41%u00e9", b"1.1"), []),
        (b"GET /%", RequestLine(b"GET", b"/%", b"0.9"), ["illegal_%_at_end_of_URI"]),
        (b"GET /%%4", RequestLine(b"GET", b"/%%4", b"0.9"), ["double_%_in_URI", "partial_escape_at_end_of_URI"]),
        (b"GET /%zz HTTP/1.1", RequestLine(b"GET", b"/%zz", b"1.1"), ["unescaped_%_in_URI"]),
        (b"GO /a", RequestLine(b"", b"/a", b"0.9"), BAD),
        (b"GET ", RequestLine(b"", b"", b"0.9"), BAD),
        (b"GET", None, BAD),
        (b" GET / HTTP/1.1", None, ["bad_HTTP_request_with_version"]),
        (b"(GET) /", None, BAD),
        (b"", None, BAD),
    ],
)
def test_request_lines(line: bytes, parsed: RequestLine | None, weird: list[str]) -> None:
    odd: list[str] = []
    assert request_line(line, odd) == parsed
    assert odd == weird


@pytest.mark.parametrize(
    ("line", "parsed"),
    [
        (b"HTTP/1.1 200 OK then", ReplyLine(b"1.1", 200, b"OK then")),
        (b"http/1.0\t404", ReplyLine(b"1.0", 404, None)),
        (b"HTTP/1.1 200 ", ReplyLine(b"1.1", 200, b"")),
        (b"HTTP/1.1 2x0 odd", ReplyLine(b"1.1", 0, b"odd")),
        (b"HTTP/11 200 OK", ReplyLine(b"0.0", 200, b"OK")),
        (b"HTTP/1.1", ReplyLine(b"1.1", None, None)),
        (b"HTTP/1.1 20", ReplyLine(b"1.1", None, None)),
        (b"SSH-2.0-x", None),
        (b"", None),
    ],
)
def test_reply_lines(line: bytes, parsed: ReplyLine | None) -> None:
    odd: list[str] = []
    assert reply_line(line, odd) == parsed
    assert odd == (LOWER if line.startswith(b"http") else [])


def test_a_missing_reason_is_said_to_be_empty() -> None:
    answered = b"HTTP/1.1 204\r\n\r\nHTTP/1.1 204 \r\n\r\n"
    rows = converse(HTTP, [(True, GET + GET), (False, answered)]).rows["http"]
    assert [row["status_msg"] for row in rows] == ["<empty>", ""]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
@pytest.mark.parametrize("step", [0, 1, 3])
def test_lines_end_as_they_like(end: bytes, step: int) -> None:
    asked, answered = GET.replace(b"\r\n", end), OK.replace(b"\r\n", end)
    row = run(HTTP, [data(True, asked, step=step), data(False, answered, START + SECOND, step)]).only("http")
    assert (row["host"], row["status_code"], row["response_body_len"]) == ("example.org", 200, 5)


@each_way
def test_http_09_is_a_request_without_a_version_and_a_reply_without_a_header(way: str) -> None:
    told = converse(HTTP, [(True, b"GET /old\r\n"), (False, b"HTTP/1.1 looks like a reply\r\n\r\nbut is not")], way)
    row = told.only("http")
    assert (row["uri"], row["version"], row["status_code"], row["status_msg"]) == ("/old", "0.9", 0, "<empty>")
    assert row["response_body_len"] == 41
    assert told.service == "http"


def test_http_09_may_come_after_a_reply() -> None:
    rows = converse(HTTP, [(False, b"HTTP/1.1 200 OK\r\n\r\nbody\r\n"), (True, b"GET /old\r\n"), (False, b"x")]).rows[
        "http"
    ]
    assert [row["version"] for row in rows] == ["1.1", "0.9"]


def test_what_is_no_request_ends_it() -> None:
    told = converse(HTTP, [(True, b"\x16\x03\x01 nothing\r\n"), (False, b"SSH-2.0-x\r\n")])
    assert told.service is None
    assert "http" not in told.rows


def test_a_reply_of_another_protocol_ends_it_but_the_request_has_its_row() -> None:
    told = converse(HTTP, [(True, GET), (False, b"SSH-2.0-OpenSSH\r\n"), (False, OK)])
    assert told.service is None
    assert told.only("http")["status_code"] is None


def test_a_reply_brings_it_back_after_a_bad_request() -> None:
    told = converse(HTTP, [(True, b"(GET) / HTTP/1.1\r\n\r\n"), (False, OK)])
    assert told.only("http")["status_code"] == 200
    assert told.service is None


def test_late_nonsense_does_not_take_the_name_away() -> None:
    told = converse(HTTP, [(True, GET), (False, reply(body=b"x" * VIOLATION_BYTES) + b"nonsense\r\n")])
    assert told.service == "http"


def test_what_follows_the_only_request_of_a_connection_is_passed_over() -> None:
    told = converse(HTTP, [(True, request(b"GET / HTTP/1.0") + b"(cruft)\r\n"), (False, OK)])
    assert told.service == "http"
    assert told.only("http")["status_code"] == 200


def test_a_connection_whose_opening_was_not_seen_is_left_alone() -> None:
    told = converse(HTTP, [(True, GET), (False, OK)], to=connection(partial=True))
    assert (told.service, told.rows) == (None, {})


@pytest.mark.parametrize(
    ("orig", "resp", "known"),
    [
        (b"GET / HTTP/1.1", b"", True),
        (b"\r\n PROPFIND /", b"", True),
        (b"", b"http/1.1 200 OK", True),
        (b"", b"HTTP/x", False),
        (b"get /", b"", False),
        (b"HTTP/1.1 200 OK", b"GET / HTTP/1.1", False),
        (b"", b"", False),
    ],
)
def test_recognition(orig: bytes, resp: bytes, known: bool) -> None:
    assert recognise(orig, resp) is known


def test_it_is_found_on_any_port() -> None:
    told = converse(HTTP, [(True, GET), (False, OK)], to=connection(resp_p=4711))
    assert told.service == "http"
    assert told.only("http")["status_code"] == 200


@each_way
def test_a_tunnel_goes_to_whatever_protocol_it_is(way: str) -> None:
    turns: list[Turn] = [(True, request(b"CONNECT inside:80 HTTP/1.1"))]
    turns += [(False, b"HTTP/1.0 200 established\r\n\r\n"), (True, GET), (False, OK)]
    told = converse(HTTP, turns, way)
    # Transactions are counted through: to them, the end of the tunnel is the end of a reply that nobody asked for.
    assert [(row["trans_depth"], row["method"], row["host"]) for row in told.rows["http"]] == [
        (2, "GET", "example.org"),
        (3, None, None),
        (1, "CONNECT", None),
    ]
    assert told.service == "http"
    (row,) = told.rows["tunnel"]
    assert (row["uid"], row["id.orig_p"], row["id.resp_p"]) == (None, 0, 80)
    assert (row["tunnel_type"], row["action"]) == ("Tunnel::HTTP", "Tunnel::DISCOVER")


def test_a_tunnel_that_is_refused_is_none() -> None:
    turns = [
        (True, request(b"CONNECT inside:80 HTTP/1.1")),
        (False, reply(b"HTTP/1.1 403 no")),
        (True, GET),
        (False, OK),
    ]
    told = converse(HTTP, turns)
    assert [row["method"] for row in told.rows["http"]] == ["CONNECT", "GET"]
    assert "tunnel" not in told.rows


def test_tunnels_in_tunnels_are_bounded() -> None:
    layer: list[Turn] = [(True, request(b"CONNECT x:1 HTTP/1.1")), (False, b"HTTP/1.1 200 OK\r\n\r\n")]
    assert len(converse(HTTP, layer * 50).rows["http"]) < 20


def test_an_upgraded_connection_is_not_read_on() -> None:
    upgrade = (b"Connection: Upgrade", b"Upgrade: made-up")
    turns = [(True, request(b"GET / HTTP/1.1", *upgrade)), (False, request(b"HTTP/1.1 101 Switching", *upgrade))]
    row = converse(HTTP, [*turns, (True, b"\x81\x00"), (False, b"\x81\x05hello\r\n\r\n")]).only("http")
    assert (row["status_code"], row["info_code"]) == (101, 101)


def test_a_row_has_the_time_of_its_request_line() -> None:
    asked = data(True, GET * 2, START, step=len(GET))
    assert [row["ts"] for row in run(HTTP, [asked]).rows["http"]] == [START, START + 1000]


def test_a_hole_in_a_reply_s_header_ends_the_replies() -> None:
    told = run(HTTP, [data(True, GET + GET), data(False, OK[:20]), Gap(False, 10, START), data(False, OK + OK)])
    assert [(row["status_code"], row["response_body_len"]) for row in told.rows["http"]] == [(200, 0), (None, 0)]
    assert told.service == "http"


def test_a_hole_in_a_request_s_header_ends_both_sides() -> None:
    told = run(HTTP, [data(True, GET[:20]), Gap(True, 10, START), data(True, GET), data(False, OK)])
    (row,) = told.rows["http"]
    assert (row["host"], row["status_code"]) == (None, 200)


def test_what_comes_after_a_reset_is_none_of_the_message() -> None:
    begun = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"
    told = run(HTTP, [data(True, GET), data(False, begun), Reset(True, START), data(False, b"world"), data(False, OK)])
    assert told.only("http")["response_body_len"] == 5
    assert told.only("files")["seen_bytes"] == 5


def test_a_reset_between_messages_changes_nothing() -> None:
    rows = run(HTTP, [data(True, GET), data(False, OK), Reset(True, START), data(False, OK)]).rows["http"]
    assert [row["response_body_len"] for row in rows] == [5, 5]


ADDRESSES = [b"/", b"/%41", b"/%%41", b"/%u0041%u00e9%u2603", b"/%", b"/%4", b"/%zz", b"/a%%"]
PLAIN = ["/", "/A", "/A", "/A\\xe9&\\x03", "/%", "/%4", "/%zz", "/a%%"]


@pytest.mark.parametrize(("address", "plain"), zip(ADDRESSES, PLAIN, strict=True))
def test_percent_escapes_are_undone(address: bytes, plain: str) -> None:
    row = converse(HTTP, [(True, request(b"GET " + address + b" HTTP/1.1"))]).only("http")
    assert row["uri"] == plain.replace("\\x03", "\x03")


PIECES = st.sampled_from(
    [
        GET,
        OK,
        b"GET /old\r\n",
        b"CONNECT x:1 HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"5\r\nhello\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Type: multipart/mixed; boundary=X\r\nContent-Length: 40\r\n\r\n",
        b"--X\r\nContent-Length: 3\r\n\r\nabc\r\n--X--\r\n",
        b"Content-Encoding: gzip\r\nConnection: close\r\n",
        b"HTTP/1.1 206 Partial\r\nContent-Range: bytes 5-9/100\r\n\r\n",
        b"\r\n",
        b"\n",
        b"\r",
        b" ",
        b"\0",
    ]
)


@given(st.lists(st.tuples(st.booleans(), st.one_of(PIECES, st.binary(max_size=30)), st.integers(0, 5)), max_size=15))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_survived(turns: list[tuple[bool, bytes, int]]) -> None:
    events: list[Event] = []
    for is_orig, content, kind in turns:
        if kind == 0:
            events.append(Gap(is_orig, len(content), START))
        elif kind == 1:
            events.append(End(is_orig, START))
        elif content:
            events.append(data(is_orig, content, step=kind % 3))
    run(HTTP, events)
