"""What messages carry: how long bodies are, how they are transferred and encoded, which files they are."""

import gzip
import zlib

import pytest

from parsers.limits import HTTP_FILES
from parsers.protocols.analyzer import Event, Gap
from parsers.protocols.filename import filename
from parsers.protocols.http import HTTP
from parsers.protocols.http.inflation import Inflation
from tests.parsers.protocols.feeding import SECOND, START, Told, connection, converse, data, each_way, run

GET = b"GET /file HTTP/1.1\r\nHost: example.org\r\n\r\n"


def message(line: bytes, *fields: bytes, body: bytes = b"") -> bytes:
    return b"\r\n".join((line, *fields, b"", body))


def answered(*fields: bytes, body: bytes = b"", way: str = "whole", trailing: bytes = b"") -> Told:
    """What comes of a reply with these fields and this body."""
    return converse(
        HTTP, [(True, GET), (False, message(b"HTTP/1.1 200 OK", *fields, body=body))], way, trailing=trailing
    )


def asked(*fields: bytes, body: bytes = b"", way: str = "whole") -> Told:
    """What comes of a request with these fields and this body."""
    turns = [(True, message(b"POST / HTTP/1.1", *fields, body=body)), (False, b"HTTP/1.1 204 no\r\n\r\n")]
    return converse(HTTP, turns, way)


@each_way
def test_a_body_of_a_length(way: str) -> None:
    told = answered(b"Content-Length: 5", body=b"hello", way=way, trailing=b"\r\n")
    (file,) = told.files
    assert file.content == b"hello"
    assert file.handle == "Analyzer::ANALYZER_HTTP1600000000.0F1110.0.0.1:40000 > 192.0.2.80:80"
    assert told.only("files")["total_bytes"] == 5
    assert told.only("http")["response_body_len"] == 5


@each_way
def test_a_body_in_chunks(way: str) -> None:
    body = b"5;ext=1\r\nhello\r\n00A\r\n, world!\r\n\r\n0\r\nX-Trailer: y\r\n\r\n"
    told = answered(b"Transfer-Encoding: chunked", body=body, way=way, trailing=b"\r\n")
    (file,) = told.files
    assert file.content == b"hello, world!\r\n"
    assert told.only("http")["response_body_len"] == 15
    assert told.service == "http"


@pytest.mark.parametrize("size", [b"", b"zz", b"-5", b"fffffffffffffffff"])
def test_a_chunk_without_a_size_is_the_last(size: bytes) -> None:
    told = answered(b"Transfer-Encoding: chunked", body=b"2\r\nab\r\n" + size + b"\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")
    assert told.files[0].content == b"ab"
    assert len(told.rows["http"]) == 2


def test_chunks_are_http_1_1_s_alone() -> None:
    turns = [
        (True, GET.replace(b"1.1", b"1.0")),
        (False, b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"),
    ]
    assert converse(HTTP, turns).files[0].content == b"1\r\na\r\n"


@each_way
@pytest.mark.parametrize("close", [True, False])
def test_a_body_up_to_the_end_of_the_connection(way: str, close: bool) -> None:
    """Where the server did not say that it closes, lines end with CR LF whatever ended them."""
    fields = [b"Connection: close"] if close else []
    told = answered(*fields, body=b"one\ntwo\rthree\r\n\r\nfour", way=way)
    expected = b"one\ntwo\rthree\r\n\r\nfour" if close else b"one\r\ntwo\r\nthree\r\n\r\nfour\r\n"
    assert told.files[0].content == expected
    assert told.only("http")["response_body_len"] == len(expected)


@pytest.mark.parametrize("status", [b"100 x", b"204 x", b"304 x"])
def test_replies_that_never_have_a_body(status: bytes) -> None:
    told = converse(
        HTTP, [(True, GET), (False, message(b"HTTP/1.1 " + status, b"Content-Length: 5") + b"HTTP/1.1 200 OK\r\n\r\n")]
    )
    assert told.rows["http"][-1]["status_code"] in {200, 304, 204}
    assert not told.files


def test_the_reply_to_head_has_no_body() -> None:
    head = GET.replace(b"GET", b"HEAD")
    turns = [(True, head + GET), (False, (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n") * 2 + b"x")]
    assert [row["response_body_len"] for row in converse(HTTP, turns).rows["http"]] == [0, 1]


def test_a_request_has_a_body_only_when_it_says_so() -> None:
    assert asked(body=b"(not) a body\r\n").service is None
    assert asked(b"Content-Length: 3", body=b"abc").files[0].handle.endswith("T1110.0.0.1:40000 > 192.0.2.80:80")


@pytest.mark.parametrize("length", [b"-1", b"99999999999999999999", b"x", b'""'])
def test_a_length_that_is_none(length: bytes) -> None:
    told = asked(b"Content-Length: " + length, body=b"GET /two HTTP/1.1\r\n\r\n")
    assert [row["method"] for row in told.rows["http"]] == ["POST", "GET"]


@pytest.mark.parametrize("length", [b"5, 7", b"(a comment) 5", b'"5"', b"005", b"5x"])
def test_a_length_is_the_first_number(length: bytes) -> None:
    told = answered(b"Content-Length: " + length, body=b"hello")
    assert told.only("files")["total_bytes"] == 5


PLAIN = b"the quick brown fox " * 1000
RAW = zlib.compressobj(wbits=-15)
DEFLATED = RAW.compress(PLAIN) + RAW.flush()


@each_way
@pytest.mark.parametrize(
    ("coding", "body"),
    [
        (b"gzip", gzip.compress(PLAIN)),
        (b"X-GZIP", gzip.compress(PLAIN)),
        (b"deflate", zlib.compress(PLAIN)),
    ],
)
def test_compressed_bodies(way: str, coding: bytes, body: bytes) -> None:
    told = answered(
        b"Content-Encoding: " + coding, b"Content-Length: %d" % len(body), body=body, way=way, trailing=b"\r\n"
    )
    assert told.files[0].content == PLAIN
    assert told.only("files")["total_bytes"] is None
    assert told.only("http")["response_body_len"] == len(PLAIN)


def test_the_header_of_deflated_bodies_may_be_missing() -> None:
    told = answered(b"Content-Encoding: deflate", b"Content-Length: %d" % len(DEFLATED), body=DEFLATED)
    assert told.files[0].content == PLAIN


def test_compressed_bodies_to_the_end_of_the_connection() -> None:
    assert answered(b"Content-Encoding: gzip", body=gzip.compress(PLAIN)).files[0].content == PLAIN


def test_what_cannot_be_inflated_is_lost() -> None:
    good = gzip.compress(PLAIN)
    inflation = Inflation()
    assert inflation.inflate(good[:30] + b"\xff" * 50) in PLAIN
    assert inflation.inflate(good) == b""
    assert Inflation().inflate(b"\xff" * 50) == b""


def test_inflation_stops_at_the_end_of_the_stream_and_at_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    inflation = Inflation()
    assert inflation.inflate(gzip.compress(b"one") + gzip.compress(b"two")) == b"one"
    monkeypatch.setattr("parsers.protocols.http.inflation.INFLATED_BYTES", 10_000)
    bomb = zlib.compress(bytes(10_000_000))
    bounded = Inflation()
    assert len(bounded.inflate(bomb)) + len(bounded.inflate(bomb)) < 20_000
    assert bounded.is_cut
    assert not inflation.is_cut
    to = connection()
    turns = [(True, GET), (False, message(b"HTTP/1.1 200 OK", b"Content-Encoding: gzip", body=bomb))]
    assert converse(HTTP, turns, to=to).only("http")["response_body_len"] < 20_000
    assert to.marks == [(START + 2 * SECOND, "X")]


FORM = (
    b'--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\nvalue\r\n'
    b'--XX\r\nContent-Disposition: form-data; name="b"; filename="my%20file.bin"\r\n\r\n'
    b"\x00\n\r\x01--XX\r\n-\r\r\n\r\n--XX--"
)


@each_way
def test_the_parts_of_a_form_are_files(way: str) -> None:
    told = asked(
        b"Content-Type: multipart/form-data; boundary=XX", b"Content-Length: %d" % len(FORM), body=FORM, way=way
    )
    assert [file.content for file in told.files] == [b"value", b"\x00\n\r\x01--XX\r\n-\r\r\n"]
    assert [file.handle[35:39] for file in told.files] == ["T121", "T131"]
    row = told.rows["http"][0]
    assert row["orig_filenames"] == ["my file.bin"]
    assert row["orig_fuids"] == [file.file.fuid for file in told.files]
    assert told.service == "http"


@pytest.mark.parametrize("step", [0, 7, 64])
def test_a_large_part_passes_whole(step: int) -> None:
    content = bytes(range(256)) * 40 + b"\r\n--\r\n--X\r\n" + b"end"
    body = b"--XX\r\n\r\n" + content + b"\r\n--XX--\r\n"
    head = message(b"POST / HTTP/1.1", b"Content-Type: multipart/mixed; boundary=XX", b"Content-Length: %d" % len(body))
    told = run(HTTP, [data(True, head + body + GET, START, step)])
    assert told.files[0].content == content
    assert [row["method"] for row in told.rows["http"]] == ["POST", "GET"]


def test_the_length_of_a_form_counts_two_bytes_for_the_end_of_a_line() -> None:
    body = b"--XX\n\r\nx\r\n--XX--\r\n"
    told = asked(b"Content-Type: multipart/form-data; boundary=XX", b"Content-Length: %d" % len(body), body=body)
    assert told.only("http")["request_body_len"] == len(body) + 1


def test_a_part_may_have_a_length_of_its_own() -> None:
    body = b"--XX\r\nContent-Length: 8\r\n\r\n\r\n--XX\r\n\r\n--XX--\r\n"
    told = answered(b"Content-Type: multipart/mixed; boundary=XX", b"Content-Length: %d" % len(body), body=body)
    assert told.files[0].content == b"\r\n--XX\r\n"


def test_a_message_inside_a_message() -> None:
    body = b"Subject: x\r\n\r\ninside\r\n"
    told = answered(b"Content-Type: message/rfc822", b"Content-Length: %d" % len(body), body=body)
    assert told.files[0].content == b"inside\r\n"
    assert told.files[0].handle[35:39] == "F121"


def test_files_named_in_a_row_are_bounded() -> None:
    body = b"--X\r\n\r\nabc\r\n" * (HTTP_FILES + 5) + b"--X--\r\n"
    told = answered(b"Content-Type: multipart/mixed; boundary=X", b"Content-Length: %d" % len(body), body=body)
    assert len(told.files) == HTTP_FILES + 5
    assert len(told.rows["http"][0]["resp_fuids"]) == HTTP_FILES


@pytest.mark.parametrize(
    ("field", "name"),
    [
        (b"Content-Disposition: attachment; filename=a.exe", "a.exe"),
        (b'content-disposition: inline; FileName = "a b.exe"; size=3', "a b.exe"),
        (b"Content-Disposition: attachment; filename*=UTF-8'en'%c3%a4.txt", "ä.txt"),
        (b'Content-Type: text/plain; name="n.txt"', "n.txt"),
        (b"Content-Disposition: attachment; file=a", None),
        (b"Content-Type: text/plain; charset=utf-8", None),
    ],
)
def test_file_names(field: bytes, name: str | None) -> None:
    told = answered(field, b"Content-Length: 1", body=b"x")
    assert told.only("files")["filename"] == name
    assert told.only("http")["resp_filenames"] == (None if name is None else [name])


def test_the_last_name_counts() -> None:
    assert filename(b'form-data; name="field"; filename="file"') == b"file"
    assert filename(b'filename="open') == b"open"


@each_way
def test_mime_types_stand_in_the_row(way: str) -> None:
    told = answered(b"Content-Length: 20", body=b"GIF89a" + bytes(14), way=way)
    assert told.only("http")["resp_mime_types"] == ["image/gif"]


RANGE = GET.replace(b"\r\n\r\n", b"\r\nRange: bytes=0-\r\n\r\n")


def partial(first: int, content: bytes, total: bytes) -> bytes:
    place = b"Content-Range: bytes %d-%d/%s" % (first, first + len(content) - 1, total)
    return message(b"HTTP/1.1 206 Partial", place, b"Content-Length: %d" % len(content), body=content)


def test_the_parts_of_a_download_are_one_file() -> None:
    turns = [(True, RANGE), (False, partial(5, b"world", b"10")), (True, RANGE), (False, partial(0, b"hello", b"10"))]
    told = converse(HTTP, turns)
    (file,) = told.files
    assert file.content == b"helloworld"
    assert file.handle == "Analyzer::ANALYZER_HTTPF10.0.0.1example.org/file"
    assert told.only("files")["total_bytes"] == 10
    assert [row["resp_fuids"] for row in told.rows["http"]] == [[file.file.fuid], None]


def test_another_port_or_host_is_another_download() -> None:
    turns = [(True, RANGE.replace(b"Host: example.org\r\n", b"")), (False, partial(0, b"hello", b"*"))]
    told = converse(HTTP, turns, to=connection(resp_p=8080, resp_h="2001:db8::1"))
    assert told.files[0].handle == "Analyzer::ANALYZER_HTTPF10.0.0.1[2001:db8::1]:8080/file"
    told = converse(HTTP, [(True, RANGE.replace(b"/file", b"http://x/y")), (False, partial(0, b"hello", b"*"))])
    assert told.files[0].handle == "Analyzer::ANALYZER_HTTPF10.0.0.1http://x/y"


@pytest.mark.parametrize(
    "place",
    [b"bytes 9-5/10", b"bytes x-5/10", b"lines 0-4/10", b"bytes 0/10", b"bytes 0-4", b"bytes 0-9223372036854775807/1"],
)
def test_a_range_that_is_none(place: bytes) -> None:
    turns = [
        (True, GET),
        (False, message(b"HTTP/1.1 206 P", b"Content-Length: 5", b"Content-Range: " + place, body=b"hello")),
    ]
    assert converse(HTTP, turns).only("files")["total_bytes"] == 5


def test_a_range_may_be_longer_than_the_length() -> None:
    turns = [
        (True, GET),
        (False, message(b"HTTP/1.1 206 P", b"Content-Range: bytes 0-9/10", b"Content-Length: 5", body=b"helloworld")),
    ]
    assert converse(HTTP, turns).files[0].content == b"helloworld"


@pytest.mark.parametrize("length", [b"Content-Length: 10", b"Transfer-Encoding: chunked"])
def test_a_hole_in_a_body_is_passed(length: bytes) -> None:
    chunk = b"a\r\n" if b"chunked" in length else b""
    rest = b"\r\n0\r\n\r\n" if chunk else b""
    first = message(b"HTTP/1.1 200 OK", length, body=chunk + b"abc")
    events: list[Event] = [
        data(True, GET + GET),
        data(False, first),
        Gap(False, 4, START),
        data(False, b"hij" + rest, START + SECOND),
    ]
    told = run(HTTP, [*events, data(False, b"HTTP/1.1 204 no\r\n\r\n", START + SECOND)])
    assert told.files[0].content == b"abchij"
    assert told.files[0].holes == [4]
    assert [(row["status_code"], row["response_body_len"]) for row in told.rows["http"]] == [(200, 10), (204, 0)]


def test_a_hole_that_ends_a_body_ends_the_message() -> None:
    first = message(b"HTTP/1.1 200 OK", b"Content-Length: 5", body=b"abc")
    told = run(
        HTTP, [data(True, GET), data(False, first), Gap(False, 2, START), data(False, b"HTTP/1.1 204 no\r\n\r\n")]
    )
    assert [row["status_code"] for row in told.rows["http"]] == [200, 204]


@pytest.mark.parametrize(("content", "gap"), [(b"", 4), (b"abc", 8)])
def test_a_hole_that_is_not_all_inside_a_body_ends_the_replies(content: bytes, gap: int) -> None:
    first = message(b"HTTP/1.1 200 OK", b"Content-Length: 10", body=content)
    told = run(HTTP, [data(True, GET), data(False, first), Gap(False, gap, START), data(False, first)])
    assert [row["response_body_len"] for row in told.rows["http"]] == [len(content)]


@pytest.mark.parametrize(
    ("field", "body", "same"),
    [
        (b"Transfer-Encoding: chunked", b"5\r\nhello\r\n0\r\n\r\n", True),
        (b"Content-Length: 5", b"hello", False),
    ],
)
def test_a_hole_behind_a_body_is_its_file_s_unless_that_was_as_long_as_was_said(
    field: bytes, body: bytes, same: bool
) -> None:
    first = message(b"HTTP/1.1 200 OK", field, body=body)
    told = run(HTTP, [data(True, GET), data(False, first), data(True, GET), Gap(False, 9, START + SECOND)])
    one, other = (row["resp_fuids"] for row in told.rows["http"])
    assert len(one) == len(other) == 1
    assert (one == other) is same


def test_a_hole_behind_a_reply_is_told_by_no_request() -> None:
    first = message(b"HTTP/1.1 200 OK", b"Content-Length: 5", body=b"hello")
    told = run(HTTP, [data(True, GET + GET), data(False, first), Gap(False, 9, START + SECOND)])
    assert [len(row["resp_fuids"] or ()) for row in told.rows["http"]] == [1, 0]


def test_a_body_s_last_line_may_lack_its_end() -> None:
    """What comes in segments of its own is known to be over by its length."""
    body = b"--XX\r\n\r\nx\r\n--XX--"
    head = message(b"POST / HTTP/1.1", b"Content-Type: multipart/mixed; boundary=XX", b"Content-Length: %d" % len(body))
    told = run(HTTP, [data(True, head), data(True, body), data(True, GET)])
    assert [row["method"] for row in told.rows["http"]] == ["POST", "GET"]
    assert told.files[0].content == b"x"


def test_the_times_of_a_file_are_those_of_its_bytes() -> None:
    whole = message(b"HTTP/1.1 200 OK", b"Content-Length: 3000", body=bytes(3000))
    told = run(HTTP, [data(True, GET), data(False, whole, START + SECOND, 1000)])
    row = told.only("files")
    assert (row["ts"], row["duration"]) == (START + SECOND, 3000)
