"""What is weird in HTTP."""

import pytest

from parsers.limits import MIME_DEPTH, PENDING_REQUESTS
from parsers.protocols.analyzer import Event, Gap
from parsers.protocols.http import HTTP
from tests.parsers.protocols.feeding import SECOND, START, Told, Turn, connection, converse, data, run

GET = b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


def odd(told: Told) -> list[tuple[str, str | None, str | None]]:
    return [(row["name"], row["addl"], row["source"]) for row in told.rows.get("weird", [])]


def weirds(*turns: Turn) -> list[tuple[str, str | None, str | None]]:
    """Names, further words and analysers of what is weird in a conversation, however its bytes come."""
    whole = odd(converse(HTTP, turns))
    assert sorted(map(str, odd(converse(HTTP, turns, "byte by byte")))) == sorted(map(str, whole))
    return whole


def fields(*said: bytes, reply: bool = True, code: bytes = b"200 OK") -> list[tuple[str, str | None, str | None]]:
    """What is weird in the header of a reply, or of a request."""
    head = b"\r\n".join([b"HTTP/1.1 " + code if reply else b"POST / HTTP/1.1", *said, b"", b""])
    return weirds((True, GET), (False, head)) if reply else weirds((True, head))


def test_nothing() -> None:
    assert weirds((True, GET), (False, OK), (True, GET), (False, OK)) == []


@pytest.mark.parametrize(
    ("turns", "names"),
    [
        ([(True, GET), (True, b"\r\n")], ["bad_HTTP_request", "empty_http_request"]),
        ([(True, b"GET / HTTP/1.0\r\n\r\n" + GET)], ["HTTP_version_mismatch"]),
        ([(True, b"GET / HTTP/1.0\r\n\r\n" * 2)], ["unexpected_multiple_HTTP_requests"]),
        ([(True, GET * 2), (False, OK + OK.replace(b"1.1", b"1.0"))], ["HTTP_version_mismatch"]),
        ([(True, b"PUT /\r\n")], ["invalid_http_09_request_method"]),
        ([(False, OK[:30] + b"\r\n\r\n"), (True, b"GET /\r\n")], ["http_09_reply_before_request"]),
        ([(False, OK * 2), (True, GET)], ["HTTP_response_before_request"]),
        ([(True, b"BREW / HTTP/1.1\r\n\r\n")], ["unknown_HTTP_method"]),
        ([(True, GET.replace(b"Host: e", b"Host: e\rX: "))], ["line_terminated_with_single_CR"]),
        ([(True, GET[:-4] + b"\r\r\n")], []),
    ],
)
def test_messages(turns: list[Turn], names: list[str]) -> None:
    found = [name for name, _, _ in weirds(*turns)]
    assert [name for name in found if name != "HTTP_response_before_request" or name in names] == names


def test_who_says_it() -> None:
    assert weirds((True, b"BREW / HTTP/1.1\r\n\r\n")) == [("unknown_HTTP_method", "BREW", None)]
    assert weirds((True, b"x\r\n")) == [("bad_HTTP_request", None, "HTTP")]
    single = weirds((True, GET[:-2] + b"A: b\rC: d\r\n\r\n"))
    assert single == [("line_terminated_with_single_CR", None, "CONTENTLINE")]


@pytest.mark.parametrize(
    ("said", "name", "addl"),
    [
        ([b"Content-Length: 007"], "HTTP_content_length_leading_zeros", "007"),
        ([b"Content-Length: x"], "HTTP_bad_content_length", "x"),
        ([b"Content-Length: -1"], "HTTP_bad_content_length", "-1"),
        ([b"Content-Length: 18446744073709551615"], "HTTP_bad_content_length", "18446744073709551615"),
        ([b"Transfer-Encoding: chunked", b"Content-Length: 1"], "HTTP_content_length_and_chunked", None),
        ([b"Content-Length: 1", b"Transfer-Encoding: chunked"], "HTTP_content_length_and_chunked", None),
        ([b"Transfer-Encoding: chunked, identity"], "HTTP_chunked_multi", ", identity"),
        ([b"X-A: b", b" c"], "HTTP_obsolete_line_folding", "X-A"),
        ([b"Expect: 200-ok"], "HTTP_expect_not_100_continue", "200-ok"),
        ([b"Expect: 100-continue", b"Content-Length: 0"], "HTTP_content_length_0_and_expect_100_cont", None),
        ([b"Content-Length: 0", b"Expect: 100-continue"], "HTTP_content_length_0_and_expect_100_cont", None),
        (
            [b"Content-Type: multipart/mixed; boundary=X", b"Transfer-Encoding: chunked"],
            "HTTP_chunked_transfer_for_multipart_message",
            None,
        ),
    ],
)
def test_header_fields(said: list[bytes], name: str, addl: str | None) -> None:
    assert fields(*said) == [(name, addl, "HTTP")]
    assert fields(*said, reply=False) == [(name, addl, "HTTP")]


@pytest.mark.parametrize(
    ("said", "name", "addl"),
    [
        (b"lines 1-2/3", "HTTP_content_range_unknown_byte_unit", None),
        (b"bytes 1-2", "HTTP_content_range_cannot_parse", None),
        (b"bytes 12/3", "HTTP_content_range_cannot_parse", None),
        (b"bytes a-2/3", "HTTP_content_range_cannot_parse", "a-2/3"),
        (b"bytes 1--2/3", "HTTP_content_range_invalid", "1--2/3"),
        (b"bytes 2-1/3", "HTTP_non_positive_content_range", "2-1/3"),
        (b"bytes 0-9223372036854775807/3", "HTTP_content_range_overflow", "0-9223372036854775807/3"),
        (b"bytes 1 - 2/x", "HTTP_content_range_invalid_instance", "1-2/x"),
    ],
)
def test_ranges(said: bytes, name: str, addl: str | None) -> None:
    found = fields(b"Content-Range: " + said, code=b"206 Partial Content")
    assert found == [(name, addl, "HTTP")]
    assert fields(b"Content-Range: " + said) == []


def test_ranges_of_another_length() -> None:
    part = b"Content-Range: bytes 0-4/9", b"Content-Length: 6"
    for said in (part, part[::-1]):
        assert fields(*said, code=b"206 Partial Content") == [("HTTP_range_not_matching_len", None, "HTTP")]
    chunked = fields(b"Transfer-Encoding: chunked", part[0], code=b"206 Partial Content")
    assert chunked == [("HTTP_content_range_and_chunked", None, "HTTP")]


def test_bodies() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert weirds((True, GET), (False, chunked + b"zz\r\n\r\n")) == [("HTTP_bad_chunk_size", "zz", "HTTP")]
    content = b"\xff" * 20
    packed = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(content)
    assert odd(converse(HTTP, [(True, GET), (False, packed + content)])) == [("inflate_failed", None, "ZIP")]


def test_entities_inside() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/mixed; boundary=X\r\n\r\n--X\r\n"
    nested = head + b"Transfer-Encoding: chunked\r\n\r\nhi\r\n--X--\r\n"
    assert weirds((True, GET), (False, nested)) == [("HTTP_nested_transfer_encoding_header", None, "HTTP")]
    long = head + b"X: " + b"".join(b"a" * 9000 + b"\r\n " for _ in range(9)) + b"\r\n\r\n--X--\r\n"
    assert {name for name, _, _ in weirds((True, GET), (False, long))} == {"exceeded_mime_max_header_bytes"}
    deep = b"HTTP/1.1 200 OK\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * (MIME_DEPTH + 2)
    assert weirds((True, GET), (False, deep)) == [("exceeded_mime_max_depth", str(MIME_DEPTH), "HTTP")]
    coded = head + b"Content-Transfer-Encoding: base64\r\n\r\nYW*J\r\n--X--\r\n"
    assert weirds((True, GET), (False, coded))[0] == (
        "base64_illegal_encoding",
        "character 42 ignored by Base64 decoding",
        None,
    )


def test_another_protocol_in_the_segment_of_the_reply_before_it() -> None:
    asked = b"CONNECT example.org:443 HTTP/1.1\r\n\r\n"
    told = converse(HTTP, [(True, asked), (False, b"HTTP/1.1 200 OK\r\n\r\nhello")])
    assert odd(told) == [("protocol_data_with_HTTP_CONNECT_reply", "5", "HTTP")]


def test_too_many_requests_wait() -> None:
    found = odd(converse(HTTP, [(True, GET * (PENDING_REQUESTS + 2))]))
    assert found == [("HTTP_excessive_pipelining", None, None)]


def test_the_time_is_that_of_the_line_behind_a_field() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: x\r\nA: b\r\nC: d\r\n\r\n"
    at = head.index(b"C: d")
    fed: list[Event] = [data(True, GET), data(False, head, START, at)]
    fed[-1].times[1] = START + SECOND  # type: ignore[union-attr]
    assert [row["ts"] for row in run(HTTP, fed).rows["weird"]] == [START]


def test_a_client_whose_beginning_was_not_seen() -> None:
    told = run(HTTP, [data(True, b"a\rb\r\n"), data(False, b"a\rb\r\n")], connection(partial=True))
    assert odd(told) == [("line_terminated_with_single_CR", None, "CONTENTLINE")]


def test_a_hole_leaves_a_line_without_its_end() -> None:
    told = run(HTTP, [data(True, GET), data(False, OK[:30]), Gap(False, 8, START), data(False, b"x\r\n")])
    assert odd(told) == []
