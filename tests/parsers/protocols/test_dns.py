"""DNS over UDP and TCP, from messages to rows."""

from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.limits import CONTAINER_ELEMENTS
from parsers.protocols.dns import PROTOCOL
from parsers.protocols.dns.record import RECORD
from parsers.protocols.dns.records import READERS
from tests.parsers.protocols.dns_messages import QUERY, REPLY, answers, message, name, question, record, udp
from tests.parsers.protocols.feeding import (
    SECOND,
    START,
    connection,
    converse,
    data,
    each_way,
    events,
    run,
)

OWNER = b"\xc0\x0c"
ADDRESS = bytes([192, 0, 2, 1])
ASKED = message(QUERY, [question("WWW.Example.com")])
ANSWERED = message(REPLY, [question("www.example.com")], [record(OWNER, 1, ADDRESS, ttl=300)])


def framed(*messages: bytes) -> bytes:
    return b"".join(pack(">H", len(content)) + content for content in messages)


def test_a_query_and_its_reply_are_one_row() -> None:
    told = udp([(True, ASKED), (False, ANSWERED)])
    assert told.only("dns") == {
        "ts": START,
        "uid": "CuidOfTheTests",
        "id.orig_h": "10.0.0.1",
        "id.orig_p": 40000,
        "id.resp_h": "192.0.2.80",
        "id.resp_p": 53,
        "proto": "udp",
        "trans_id": 7,
        "rtt": SECOND,
        "query": "www.example.com",
        "qclass": 1,
        "qclass_name": "C_INTERNET",
        "qtype": 1,
        "qtype_name": "A",
        "rcode": 0,
        "rcode_name": "NOERROR",
        "AA": False,
        "TC": False,
        "RD": True,
        "RA": True,
        "Z": 0,
        "answers": ["192.0.2.1"],
        "TTLs": [300 * SECOND],
        "rejected": False,
        "opcode": 0,
        "opcode_name": "query",
    }
    assert told.service == "dns"


def test_the_record_makes_a_table() -> None:
    rows = [tuple(udp([(True, ASKED), (False, ANSWERED)]).only("dns").values())]
    assert RECORD.table(rows).num_rows == 1


@each_way
def test_tcp_frames_its_messages(way: str) -> None:
    second = message(QUERY, [question("b.test", 28)], trans_id=8)
    turns = [(True, framed(ASKED, second)), (False, framed(ANSWERED))]
    told = converse(PROTOCOL, turns, way, connection("tcp", 53), trailing=b"\x00")
    assert [(row["trans_id"], row["answers"]) for row in told.rows["dns"]] == [(7, ["192.0.2.1"]), (8, None)]
    assert told.service == "dns"


def test_tcp_time_is_that_of_the_last_byte() -> None:
    stream = framed(ASKED, message(QUERY, [question("b.test")], trans_id=8))
    told = run(PROTOCOL, [data(True, stream, step=10)], connection("tcp", 53))
    first, second = (row["ts"] for row in told.rows["dns"])
    assert first == START + 1000 * ((len(framed(ASKED)) - 1) // 10)
    assert second == START + 1000 * ((len(stream) - 1) // 10)


def test_a_message_cut_by_the_close_is_read_as_far_as_it_goes() -> None:
    stream = framed(ASKED)[:-4]
    told = run(PROTOCOL, events([(True, stream)]), connection("tcp", 53))
    # Either side's close makes Zeek look at what is left once more.
    assert [(row["query"], row["ts"]) for row in told.rows["dns"]] == [(None, START + 2 * SECOND)] * 2
    assert told.service is None


def test_a_query_without_reply_is_a_row_at_the_end() -> None:
    row = udp([(True, ASKED)]).only("dns")
    assert (row["query"], row["rcode"], row["rtt"], row["answers"]) == ("www.example.com", None, None, None)


def test_a_reply_without_query_has_its_name_from_the_answer() -> None:
    row = udp([(False, ANSWERED)]).only("dns")
    assert (row["query"], row["qtype"], row["rcode_name"], row["rtt"]) == ("www.example.com", None, "NOERROR", None)
    assert row["answers"] == ["192.0.2.1"]


@pytest.mark.parametrize(
    ("flags", "questions", "rejected"), [(0x8183, 1, True), (0x8185, 0, True), (0x8180, 0, False), (0x8180, 1, True)]
)
def test_rejected(flags: int, questions: int, rejected: bool) -> None:
    row = udp([(True, ASKED), (False, message(flags, [question()] * questions))]).only("dns")
    assert row["rejected"] is rejected
    assert (row["AA"], row["RA"], row["rtt"]) == (False, False, None)


def test_a_negative_reply_with_authority_is_not_rejected() -> None:
    row = udp([(True, ASKED), (False, message(0x8183, [question()], more=1))]).only("dns")
    assert (row["rejected"], row["rcode_name"]) == (False, "NXDOMAIN")


def test_bits() -> None:
    asked = message(0x0330 | QUERY, [question(qtype=65, qclass=255)])
    row = udp([(True, asked), (False, message(0x8400, [question()], [record(OWNER, 1, ADDRESS)]))]).only("dns")
    assert (row["AA"], row["TC"], row["RD"], row["RA"], row["Z"]) == (True, True, True, False, 3)
    assert (row["qtype_name"], row["qclass_name"]) == ("HTTPS", "C_ANY")


def test_numbers_without_a_name() -> None:
    row = udp([(True, message(QUERY, [question(qtype=4711, qclass=32769)]))]).only("dns")
    assert (row["qtype_name"], row["qclass_name"]) == ("query-4711", "qclass-32769")


@pytest.mark.parametrize(("opcode", "shown"), [(0, "query"), (4, "notify"), (5, "dynamic-update")])
def test_opcodes_that_are_logged(opcode: int, shown: str) -> None:
    assert udp([(True, message(opcode << 11, [question(qtype=6)]))]).only("dns")["opcode_name"] == shown


@pytest.mark.parametrize("opcode", [1, 2, 3, 6, 15])
def test_opcodes_that_are_not(opcode: int) -> None:
    told = udp([(True, message(opcode << 11, [question()]))])
    assert [(row["name"], row["addl"]) for row in told.rows.pop("weird")] == [("DNS_unknown_opcode", str(opcode))]
    assert told.rows == {}
    assert told.service is None


def test_truncated_messages() -> None:
    assert "dns" not in udp([(True, ASKED[:11])]).rows
    assert udp([(True, ASKED[:12])]).only("dns")["query"] is None
    cut = ANSWERED + record(OWNER, 1, ADDRESS)[:-1]
    cut = cut[:6] + b"\0\2" + cut[8:]
    assert udp([(True, ASKED), (False, cut)]).only("dns")["answers"] == ["192.0.2.1"]


def test_too_many_questions_are_no_dns() -> None:
    told = udp([(True, ASKED), (False, ANSWERED), (True, message(QUERY, [question()] * 26)), (True, ASKED)])
    assert len(told.rows["dns"]) == 2
    assert told.service is None


def test_more_answers_than_a_row_shows_are_not_kept() -> None:
    shown = answers(*[record(OWNER, 1, ADDRESS)] * 130)
    assert shown is not None
    assert len(shown) == CONTAINER_ELEMENTS + 1


def test_only_the_answer_section_is_read() -> None:
    content = bytearray(message(REPLY, [question()], [record(OWNER, 1, ADDRESS), record(OWNER, 1, b"\1\2\3\4")]))
    content[6:10] = b"\0\1\0\1"
    assert udp([(True, ASKED), (False, bytes(content))]).only("dns")["answers"] == ["192.0.2.1"]


def netbios_name(text: str, suffix: int = 0) -> str:
    raw = text.encode().ljust(15) + bytes([suffix])
    return "".join(chr(65 + (byte >> 4)) + chr(65 + (byte & 15)) for byte in raw)


def test_netbios() -> None:
    to = connection("udp", 137)
    asked = message(0x0110, [question(netbios_name("FRED'S PC"), 32)])
    status = message(0x0010, [question("CK" + "A" * 30, 33)], trans_id=8)
    registered = message(0x2910, [question(netbios_name("GROUP", 0x1E), 32)], trans_id=9)
    told = udp([(True, asked), (True, status), (True, registered)], to)
    assert [(row["query"], row["qtype_name"], row["opcode_name"]) for row in told.rows["dns"]] == [
        ("FRED'S PC", "NIMLOC", "netbios-query"),
        ("*", "NBSTAT", "netbios-query"),
        ("GROUP", "NIMLOC", "netbios-registration"),
    ]
    assert told.service == "dns"


def test_netbios_answers_are_not_shown() -> None:
    asked = message(0x0110, [question(netbios_name("HOST"), 32)])
    answered = message(0x8580, (), [record(name(netbios_name("HOST")), 32, b"\0\0\n\0\0\1")])
    row = udp([(True, asked), (False, answered)], connection("udp", 137)).only("dns")
    assert (row["rcode"], row["answers"], row["AA"], row["rtt"]) == (0, None, False, None)


ZONE = question("example.com", 6)


def update(prerequisites: list[bytes], changes: list[bytes]) -> bytes:
    header = pack(">6H", 7, 0xA800, 1, len(prerequisites), len(changes), 0)
    return header + ZONE + b"".join((*prerequisites, *changes))


def test_dynamic_update() -> None:
    reply = update(
        [record(name("a.example.com"), 255, b"", 0, 254), record(name("b.example.com"), 5, b"", 0, 255)],
        [
            record(name("c.example.com"), 255, b"", 0, 255),
            record(name("c.example.com"), 1, b"", 0, 255),
            record(name("C.example.com"), 1, ADDRESS, 1200),
            record(name("c.example.com"), 16, b"\2hi", 5),
        ],
    )
    row = udp([(False, reply)]).only("dns")
    assert row["answers"] == [
        "pre: NameNotInUse a.example.com",
        "pre: RRSetExists CNAME b.example.com",
        "del: RRSet * c.example.com",
        "del: RRSet A",
        "add: A c.example.com 192.0.2.1",
        "add: TXT 2 hi",
    ]
    assert row["TTLs"] == [0, 0, 0, 0, 1200 * SECOND, 5 * SECOND]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.binary(max_size=120)), max_size=6),
    st.sampled_from([("udp", 53), ("udp", 137), ("tcp", 53)]),
)
def test_any_bytes_pass(turns: list[tuple[bool, bytes]], to: tuple[str, int]) -> None:
    run(PROTOCOL, events(turns), connection(*to))


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 7),
    st.lists(st.tuples(st.sampled_from([*READERS, 4711]), st.binary(max_size=40)), max_size=5),
    st.sampled_from([REPLY, 0xA800]),
)
def test_any_record_passes(more: int, records: list[tuple[int, bytes]], flags: int) -> None:
    built = [record(b"\xc0\x0c", rtype, content) for rtype, content in records]
    content = message(flags, [question(qtype=6)], [*built, b"\xc0\x0c"], more=more)
    udp([(True, ASKED), (False, content)])
