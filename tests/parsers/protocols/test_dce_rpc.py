"""DCE-RPC on a connection of its own: bindings, calls, fragments, byte orders."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.protocols import dce_rpc, gssapi, ntlm
from parsers.protocols.analyzer import Gap
from parsers.protocols.dce_rpc import interfaces, recognise
from tests.parsers.protocols import rpc_messages as r
from tests.parsers.protocols.feeding import SECOND, START, Told, Turn, connection, converse, data, each_way, run
from tests.parsers.protocols.ntlm_messages import authenticate, negotiate

PROTOCOLS = [dce_rpc.PROTOCOL, gssapi.GSSAPI, ntlm.NTLM]
EPMAPPER = "e1af8308-5d1f-11c9-91a4-08002b14a0fa"
SAMR = "12345778-1234-abcd-ef00-0123456789ac"
WINREG = "338cd001-2244-31f1-aaaa-900038001003"
UNKNOWN = "01020304-0506-0708-090a-0b0c0d0e0f10"


def bound(uuid: str = EPMAPPER, address: bytes = b"135\0") -> list[Turn]:
    return [(True, r.bind(uuid)), (False, r.bind_ack(address))]


def called(operation: int, context: int = 0, call: int = 2) -> list[Turn]:
    return [(True, r.request(operation, context, call, b"stub")), (False, r.response(context, call, b"stub"))]


def told(turns: list[Turn], way: str = "whole", port: int = 135) -> Told:
    return converse(PROTOCOLS, turns, way, connection(resp_p=port))


@each_way
@pytest.mark.parametrize("port", [135, 49152])
def test_a_call(way: str, port: int) -> None:
    found = told([*bound(), *called(3)], way, port)
    assert found.service == "dce_rpc"
    row = found.only("dce_rpc")
    assert (row["ts"], row["rtt"]) == (START + 3 * SECOND, SECOND)
    assert (row["named_pipe"], row["endpoint"], row["operation"]) == ("135", "epmapper", "ept_map")


def test_high_bytes_may_come_first() -> None:
    turns = [
        (True, r.bind(EPMAPPER, order=">")),
        (False, r.bind_ack(b"135\0", order=">")),
        (True, r.request(3, order=">")),
        (False, r.response(order=">")),
    ]
    assert told(turns).only("dce_rpc")["operation"] == "ept_map"


def test_several_interfaces() -> None:
    bind = [(True, r.bind(EPMAPPER, SAMR)), (False, r.bind_ack(b"", 2))]
    rows = told([*bind, *called(3, 0), *called(57, 1)]).rows["dce_rpc"]
    assert [(row["endpoint"], row["operation"]) for row in rows] == [("epmapper", "ept_map"), ("samr", "SamrConnect2")]
    assert rows[0]["named_pipe"] is None


def test_another_interface_later() -> None:
    alter = [(True, r.bind(SAMR, kind=14)), (False, r.bind_ack(b"", kind=15))]
    rows = told([*bound(), *called(3), *alter, *called(57)]).rows["dce_rpc"]
    assert [row["endpoint"] for row in rows] == ["epmapper", "samr"]
    assert rows[1]["named_pipe"] == "135"


def test_what_nobody_knows() -> None:
    row = told([*bound(UNKNOWN), *called(7)]).only("dce_rpc")
    assert (row["endpoint"], row["operation"]) == (f"unknown-{UNKNOWN}", "unknown-7")


def test_what_every_windows_calls_all_the_time_is_not_told() -> None:
    rows = told([*bound(WINREG), *called(5), *called(6)]).rows["dce_rpc"]
    assert [row["operation"] for row in rows] == ["BaseRegCreateKey"]


def test_a_binding_that_was_not_seen_is_guessed_by_the_pipe() -> None:
    answered = r.bind_ack(b"\\PIPE\\SRVSVC\0")
    rows = told([(False, answered), *called(15), *called(16)]).rows["dce_rpc"]
    assert [(row["endpoint"], row["operation"]) for row in rows] == [("srvsvc", "NetrShareGetInfo")]


def test_a_call_without_an_answer_tells_the_last_one_again() -> None:
    rows = told([*bound(), *called(3), (True, r.request(2))]).rows["dce_rpc"]
    assert [row["operation"] for row in rows] == ["ept_map", "ept_map"]
    assert rows[1]["ts"] == START + 5 * SECOND


def test_fragments() -> None:
    first = r.unit(0, bytes(6) + b"\3\0" + b"a" * 40, 9, r.FIRST)
    last = r.unit(0, b"b" * 40, 9, r.LAST)
    other = r.unit(0, b"c" * 40, 10, 0)
    turns = [*bound(), (True, first + other), (True, last), (False, r.response(0, 9))]
    assert told(turns).only("dce_rpc")["operation"] == "ept_map"


@pytest.mark.parametrize(
    ("fragments", "name"),
    [
        ([r.unit(0, b"a" * 40, call, r.FIRST) for call in range(21)], "too_many_dce_rpc_msgs_in_reassembly"),
        ([r.unit(0, b"a" * 40, 1, r.FIRST)] * 2, "multiple_first_fragments_in_dce_rpc_reassembly"),
        (
            [r.unit(0, b"a" * 20000, 1, r.FIRST), r.unit(0, b"a" * 10001, 1, 0)],
            "too_much_dce_rpc_fragment_data",
        ),
    ],
)
def test_fragments_that_are_too_many(fragments: list[bytes], name: str) -> None:
    found = told([*bound(), *((True, fragment) for fragment in fragments), *called(3)])
    assert [row["name"] for row in found.rows["weird"]] == [name]
    assert found.only("weird")["source"] == "DCE_RPC"
    assert "dce_rpc" not in found.rows


def test_a_log_on_comes_with_a_binding() -> None:
    turns = [
        (True, r.bind(EPMAPPER, secured=r.auth(0x0A, negotiate()))),
        (True, r.unit(16, bytes(4), auth=r.auth(0x0A, authenticate("alice")))),
    ]
    found = told(turns)
    assert found.service == "ntlm,dce_rpc"
    assert found.only("ntlm")["username"] == "alice"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (0x0E, "tls_dce_rpc_auth_type"),
        (0x44, "netlogon_dce_rpc_auth_type"),
        (0x63, "unknown_dce_rpc_auth_type"),
    ],
)
def test_other_log_ons_are_weird(kind: int, name: str) -> None:
    row = told([(True, r.bind(EPMAPPER, secured=r.auth(kind, b"abcd")))]).only("weird")
    assert (row["name"], row["addl"], row["source"]) == (name, str(kind), "DCE_RPC")


@pytest.mark.parametrize(
    "broken",
    [
        b"\4" + bytes(30),
        b"\5\0\0\3\x10\0\0\0\x10\0\x10\0\1\0\0\0",
        r.unit(0, b"abc"),
        r.bind(EPMAPPER)[:24] + b"\xff" + r.bind(EPMAPPER)[25:],
        r.unit(12, bytes(8) + b"\xff\xff"),
    ],
)
def test_what_does_not_fit_is_passed_over(broken: bytes) -> None:
    found = told([*bound(), (True, broken), *called(3)])
    assert found.service == "dce_rpc"
    assert found.only("dce_rpc")["operation"] == "ept_map"
    assert "analyzer" not in found.rows


def test_a_hole_ends_it() -> None:
    fed = [data(*turn) for turn in bound()]
    after = [data(*turn) for turn in called(3)]
    assert "dce_rpc" not in run(PROTOCOLS, [*fed, Gap(True, 1, START), *after], connection(resp_p=135)).rows


@pytest.mark.parametrize(
    ("first", "known"),
    [(b"\5\0\x0b", True), (b"\5\1\x13", True), (b"\5\2\0", False), (b"\5\0\x14", False), (b"\5\0", False)],
)
def test_recognition(first: bytes, known: bool) -> None:
    assert recognise(first, b"") is known
    assert recognise(b"", first) is known


def test_interfaces_have_names() -> None:
    assert interfaces.name(SAMR) == "samr"
    assert interfaces.operation(SAMR, 57) == "SamrConnect2"
    assert interfaces.operation(SAMR, 9999) == "unknown-9999"
    assert interfaces.operation(UNKNOWN, 0) == "unknown-0"


UNITS = st.builds(
    r.unit,
    st.sampled_from([0, 2, 11, 12, 14, 15, 16]),
    st.binary(max_size=60),
    st.integers(0, 2),
    st.integers(0, 255),
    st.one_of(st.just(b""), st.builds(r.auth, st.sampled_from([9, 10, 16, 1]), st.binary(max_size=20))),
    st.sampled_from("<>"),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.one_of(UNITS, st.binary(max_size=30))), max_size=8))
def test_any_bytes_are_survived(turns: list[Turn]) -> None:
    told([*bound(), *turns])
