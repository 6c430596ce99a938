"""SIP over UDP, from messages to rows."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.protocols.sip import PROTOCOL, RECORD
from parsers.protocols.sip.analyzer import recognise
from parsers.protocols.sip.messages import End, Flow, Header, Reply, Request
from tests.parsers.protocols.feeding import SECOND, START, Told, Turn, connection, datagrams, run
from tests.parsers.protocols.loopback import loopback

WRONG = "Binpac exception: binpac exception"


def lines(*all_lines: str, body: bytes = b"") -> bytes:
    return "".join(f"{line}\r\n" for line in (*all_lines, "")).encode() + body


def request(method: str, *headers: str, body: bytes = b"") -> bytes:
    return lines(f"{method} sip:bob@example.com SIP/2.0", *headers, body=body)


def reply(status: str, *headers: str, body: bytes = b"") -> bytes:
    return lines(f"SIP/2.0 {status}", *headers, body=body)


INVITE = request(
    "INVITE",
    "Via: SIP/2.0/UDP 10.0.0.1;branch=z9",
    "v: SIP/2.0/UDP 10.0.0.2; branch=z8",
    "From: Ann <sip:ann@example.com>;tag=1",
    "To: <sip:bob@example.com>",
    "Call-ID: 7@example.com",
    "CSeq: 1 INVITE",
    "Date: Thu, 21 Feb 2002 13:02:03 GMT",
    "Reply-To: <sip:desk@example.com>",
    "Subject: lunch",
    "User-Agent: phone",
    "Content-Length: 4",
    body=b"v=0\n",
)
OK = reply(
    "200 OK",
    "Via: SIP/2.0/UDP 10.0.0.1;branch=z9",
    "f: <sip:ann@example.com>; tag=1",
    "t: <sip:bob@example.com>;tag=2",
    "Warning: 399 nothing",
    "Content-Type: application/sdp",
    "Content-Length: 3",
    body=b"v=0",
)


def talk(*turns: Turn) -> Told:
    return run(PROTOCOL, datagrams(turns), connection("udp", 5060))


def states(told: Told) -> list[tuple[Any, ...]]:
    return [(row["trans_depth"], row["method"], row["status_code"]) for row in told.rows["sip"]]


def parts(data: bytes, *, of_requests: bool = True) -> list[Any]:
    return list(Flow(of_requests=of_requests).feed(data))


def test_a_request_and_its_reply() -> None:
    told = talk((True, INVITE), (False, OK))
    row = told.only("sip")
    assert row["ts"] == START
    assert tuple(row.values())[6:] == (
        0,
        "INVITE",
        "sip:bob@example.com",
        "Thu, 21 Feb 2002 13:02:03 GMT",
        "Ann <sip:ann@example.com>",
        "<sip:bob@example.com>",
        "<sip:ann@example.com>",
        "<sip:bob@example.com>;tag=2",
        "<sip:desk@example.com>",
        "7@example.com",
        "1 INVITE",
        "lunch",
        ["SIP/2.0/UDP 10.0.0.1", "SIP/2.0/UDP 10.0.0.2"],
        ["SIP/2.0/UDP 10.0.0.1"],
        "phone",
        200,
        "OK",
        "399 nothing",
        4,
        3,
        "application/sdp",
    )
    assert told.service == "sip"
    assert RECORD.table([tuple(row.values())]).num_rows == 1


def test_a_request_without_reply_is_a_row_at_the_end() -> None:
    told = talk((True, request("OPTIONS")))
    assert (states(told), told.service) == ([(0, "OPTIONS", None)], None)
    assert (told.only("sip")["request_path"], told.only("sip")["user_agent"]) == ([], None)


def test_replies_on_the_way_are_rows_of_their_own() -> None:
    told = talk((True, INVITE), (False, reply("100 Trying", "Via: a")), (False, OK), (True, request("ACK")))
    assert states(told) == [(0, "INVITE", 100), (0, "INVITE", 200), (0, "ACK", None)]
    assert [row["response_path"] for row in told.rows["sip"]] == [["a"], ["a", "SIP/2.0/UDP 10.0.0.1"], []]


def test_a_reply_alone_and_the_end_of_a_call() -> None:
    assert states(talk((False, OK))) == [(0, None, 200)]
    told = talk((True, request("BYE")), (False, reply("200 OK")), (True, request("INVITE")), (False, reply("486 Busy")))
    assert states(told) == [(0, "BYE", 200), (0, "INVITE", 486)]


def test_whoever_sends_it_a_reply_is_one() -> None:
    assert states(talk((False, INVITE), (True, OK))) == [(0, "INVITE", 200)]


def test_what_keeps_a_way_open_is_passed_over() -> None:
    assert talk((True, b"\r\n"), (True, b"\r\0")).rows == {}


def test_what_is_before_a_request_is_weird() -> None:
    told = talk((True, bytes(4)), (True, INVITE), (True, b"\\\xff" + request("PUBLISH")))
    assert [(row["name"], row["addl"], row["source"]) for row in told.rows["weird"]] == [
        ("sip_junk_before_request", "\\x5cx00" * 4, "SIP"),
        ("sip_junk_before_request", "\\\\x5cxff", "SIP"),
        ("unknown_SIP_method", "PUBLISH", None),
    ]


def test_paths_have_an_end() -> None:
    told = talk((True, request("OPTIONS", *["Via: x"] * 101)), (False, reply("200 OK", *["v: y"] * 101)))
    assert [len(told.only("sip")[f"{side}_path"]) for side in ("request", "response")] == [100, 100]
    names = [(row["name"], row["source"]) for row in told.rows["weird"]]
    assert names == [("sip_max_request_path_length_exceeded", None), ("sip_max_response_path_length_exceeded", None)]


@pytest.mark.parametrize(
    ("text", "length"),
    [("7", 7), (" 7 ", 7), ("x", 0), ("7x", 0), ("", 0), ("-1", (1 << 64) - 1), ("9" * 30, (1 << 64) - 1), ("007", 7)],
)
def test_lengths_as_they_are_told(text: str, length: int) -> None:
    told = talk((True, request("OPTIONS", f"CONTENT-LENGTH: {text}")))
    assert told.only("sip")["request_body_len"] == length


def test_parts() -> None:
    assert parts(request("ACK", "L: 2", "A :b", body=b"xy")) == [
        Request(b"ACK", b"sip:bob@example.com", b""),
        Header(b"L", b"2"),
        Header(b"A", b"b"),
        End(),
    ]
    assert parts(b"SIP/2.0 200\r\n\r\n", of_requests=False) == [Reply(200, b""), End()]


def test_messages_that_follow_one_another() -> None:
    both = request("ACK", "Content-Length: 2", body=b"xy") + request("BYE", "Content-Length: 0")
    assert [part for part in parts(both) if not isinstance(part, Header)] == [
        Request(b"ACK", b"sip:bob@example.com", b""),
        End(),
        Request(b"BYE", b"sip:bob@example.com", b""),
        End(),
    ]


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_every_line_end_and_every_cut(end: bytes) -> None:
    data = INVITE.replace(b"\r\n", end) + request("BYE", "Content-Length: 0").replace(b"\r\n", end)
    whole = parts(data)
    assert whole.count(End()) == 2
    for step in (1, 2, 7, 50):
        flow = Flow(of_requests=True)
        cut = [part for start in range(0, len(data), step) for part in flow.feed(data[start : start + step])]
        assert cut == whole


def test_a_body_is_as_long_as_the_last_that_was_told() -> None:
    flow = Flow(of_requests=True)
    assert list(flow.feed(request("INVITE", "Content-Length: 3", body=b"abc")))[-1] == End()
    # Zeek knows the name in this spelling only.
    assert list(flow.feed(request("ACK", "content-length: 0")))[-1] == Header(b"content-length", b"0")
    assert list(flow.feed(b"xyz"))[-1] == End()


@pytest.mark.parametrize(
    ("broken", "what"),
    [
        (b"\r\n\r\n", 'string mismatch at sip-protocol.pac:23: \nexpected pattern: "'),
        (b"INVITE  \r\n", 'string mismatch at sip-protocol.pac:25: \nexpected pattern: "'),
        (b"INVITE sip:a\r\n", "out_of_bound: SIP_Version:anonymous_field_010: 4 > 0"),
        (b"INVITE sip:a HTTP/1.1\r\n", 'string mismatch at sip-protocol.pac:45: \nexpected pattern: "SIP/"'),
        (b"INVITE sip:a SIP/x\r\n", 'string mismatch at sip-protocol.pac:46: \nexpected pattern: "'),
        (b"SIP/2.0 OK\r\n", 'string mismatch at sip-protocol.pac:39: \nexpected pattern: "'),
        (request("ACK", "nothing"), "out_of_bound: SIP_Header:anonymous_field_014: 8 > 7"),
        (request("ACK", "no thing"), 'string mismatch at sip-protocol.pac:62: \nexpected pattern: ":"'),
        (request("ACK", " folded: x"), 'string mismatch at sip-protocol.pac:60: \nexpected pattern: "'),
        (request("ACK", "L: -1"), "invalid length string: sip-protocol.pac:68: -1"),
    ],
)
def test_what_is_no_message_ends_it(broken: bytes, what: str) -> None:
    # Nothing in the last one makes the analyser come back.
    told = talk((False, OK), (True, broken), (True, b"INVITE sip:a SIP/2.0 \r\n\r\n"))
    assert told.only("analyzer")["failure_reason"].startswith(f"{WRONG}: {what}")
    assert "INVITE" not in [row["method"] for row in told.rows["sip"]]


def test_recognition() -> None:
    assert recognise(INVITE, b"")
    assert recognise(b"", OK)
    assert recognise(b" SIP/2.0\r\n", b"")
    assert not recognise(b"SIP/2.0 2000", b"")
    assert not recognise(b"INVITE sip:a SIP/2.0", b"")
    told = run(PROTOCOL, datagrams([(True, INVITE), (False, OK)]), connection("udp", 9999))
    assert told.service == "sip"


@settings(max_examples=100)
@given(st.binary(max_size=40), st.integers(0, 400), st.booleans())
def test_any_message_is_survived(noise: bytes, place: int, is_orig: bool) -> None:
    for whole in (INVITE, OK):
        talk((is_orig, whole[:place] + noise + whole[place:]), (is_orig, whole[:place]), (not is_orig, noise))


def test_a_real_call(tmp_path: Path) -> None:
    with loopback(tmp_path) as inside:
        inside.need("sipp")
        inside.start("sipp", "-sn", "uas", "-i", "127.0.0.1", "-p", "5060", "-nostdin")
        inside.wait_for(5060, "udp")
        caller = ["sipp", "-sn", "uac", "127.0.0.1:5060", "-i", "127.0.0.1", "-p", "5061", "-m", "1", "-nostdin"]
        with inside.captured():
            assert not inside.run(*caller, "-trace_msg", "-message_file", str(tmp_path / "messages")).returncode
        shown = (tmp_path / "messages").read_text()
        rows = inside.rows("sip")
        assert [(row["method"], row["status_code"], row["status_msg"]) for row in rows] == [
            ("INVITE", 180, "Ringing"),
            ("INVITE", 200, "OK"),
            ("BYE", 200, "OK"),
        ]
        assert len({row["call_id"] for row in rows}) == 1
        assert f"Call-ID: {rows[0]['call_id']}\n" in shown.replace("\r", "")
        assert [row["subject"] for row in rows] == ["Performance Test"] * 3
        assert {row["service"] for row in inside.rows("conn") if row["id.resp_p"] == 5060} == {"sip"}
        assert rows[1]["ts"].value - rows[0]["ts"].value < 10 * SECOND
