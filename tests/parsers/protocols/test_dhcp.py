"""DHCP, from messages to the rows of transactions."""

import subprocess
from ipaddress import IPv4Address
from pathlib import Path
from struct import pack
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.capture.pipeline import updates
from parsers.protocols.analyzer import Connection
from parsers.protocols.dhcp import MESSAGES, PROTOCOL, RECORD, joined
from parsers.protocols.dhcp.analyzer import mac, recognise
from parsers.protocols.expiry import Expiry
from parsers.source import LogSet
from tests.parsers.capture.build import ethernet, ipv4, pcap, udp
from tests.parsers.protocols.feeding import SECOND, START, Told, Turn, datagrams, run
from tests.parsers.protocols.loopback import loopback

MAC = bytes.fromhex("0200000000aa")
COOKIE = 0x63825363
DISCOVER, OFFER, REQUEST, ACK, NAK, RELEASE = 1, 2, 3, 5, 6, 7
END = b"\xff"
OUT_OF_BOUND = "Binpac exception: binpac exception: out_of_bound"


def option(code: int, value: bytes) -> bytes:
    return bytes([code, len(value)]) + value


def message(kind: int | None, *options: bytes, xid: int = 7, given: str = "0.0.0.0", cookie: int = COOKIE) -> bytes:
    head = pack(">4BIHH", 1, 1, 6, 0, xid, 0, 0) + bytes(4) + IPv4Address(given).packed + bytes(8)
    kinds = b"" if kind is None else option(53, bytes([kind]))
    return head + MAC.ljust(16, b"\0") + bytes(192) + pack(">I", cookie) + kinds + b"".join(options) + END


def client(source: str = "0.0.0.0", target: str = "255.255.255.255") -> Connection:
    return Connection("CofTheClient", source, 68, target, 67, "udp", START)


def said(*turns: Turn, to: Connection | None = None) -> Told:
    return run(PROTOCOL, datagrams(turns), to or client("10.0.0.5", "10.0.0.1"))


def rows(told: Told, until: int = START) -> list[dict[str, Any]]:
    """The log's rows when the capture lasts until then, a packet each second."""
    clock = np.arange(START, max(until, START) + SECOND, SECOND, dtype=np.int64)
    messages = [tuple(row.values()) for row in told.rows.get("dhcp", [])]
    return [dict(zip(RECORD.names, row, strict=True)) for row in joined(messages, Expiry(clock))]


def test_an_address_is_handed_out() -> None:
    asked = [option(12, b"desk"), option(50, bytes([10, 0, 0, 9])), option(81, b"\0\0\0desk.example")]
    gave = [option(15, b"example\0"), option(51, pack(">I", 3600))]
    told = said(
        (True, message(DISCOVER, *asked, option(61, b"\1" + MAC))),
        (False, message(OFFER, *gave, given="10.0.0.9")),
        (True, message(REQUEST, *asked)),
        (False, message(ACK, *gave, given="10.0.0.9")),
    )
    assert told.service == "dhcp"
    assert rows(told) == [
        {
            "ts": START,
            "uids": ["CofTheClient"],
            "client_addr": "10.0.0.5",
            "server_addr": "10.0.0.1",
            "mac": "02:00:00:00:00:aa",
            "host_name": "desk",
            "client_fqdn": "desk.example",
            "domain": "example",
            "requested_addr": "10.0.0.9",
            "assigned_addr": "10.0.0.9",
            "lease_time": 3600 * SECOND,
            "client_message": None,
            "server_message": None,
            "msg_types": ["DISCOVER", "OFFER", "REQUEST", "ACK"],
            "duration": 3 * SECOND,
        }
    ]


def test_the_records_make_tables() -> None:
    told = said((True, message(DISCOVER)))
    table = MESSAGES.table([tuple(told.only("dhcp").values())])
    assert RECORD.table(joined(MESSAGES.rows(table), Expiry(np.array([START])))).num_rows == 1


def test_a_client_without_an_address_has_the_one_that_it_is_given() -> None:
    (row,) = rows(said((True, message(DISCOVER)), to=client()))
    assert (row["client_addr"], row["server_addr"], row["mac"]) == (None, None, "02:00:00:00:00:aa")
    server = Connection("CofTheServer", "10.0.0.1", 67, "255.255.255.255", 68, "udp", START)
    (row,) = rows(said((True, message(ACK, given="10.0.0.9")), to=server))
    assert (row["client_addr"], row["server_addr"], row["mac"]) == ("10.0.0.9", "10.0.0.1", "02:00:00:00:00:aa")


def test_reasons_are_those_of_the_side_that_gives_them() -> None:
    (row,) = rows(said((True, message(4, option(56, b"in use"))), (False, message(NAK, option(56, b"not here")))))
    assert (row["client_message"], row["server_message"]) == ("in use", "not here")


@pytest.mark.parametrize(
    ("kind", "name"), [(RELEASE, "RELEASE"), (18, "TLS"), (19, "unknown-message-type-19"), (9, "FORCERENEW")]
)
def test_kinds(kind: int, name: str) -> None:
    assert rows(said((True, message(kind))))[0]["msg_types"] == [name]


@pytest.mark.parametrize(
    ("content", "shown"),
    [(b"example", "example"), (b"example\0\0", "example"), (b"x\0", ""), (b"", ""), (b"caf\xe9", "caf\\xe9")],
)
def test_domains(content: bytes, shown: str) -> None:
    assert rows(said((False, message(ACK, option(15, content)))))[0]["domain"] == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (MAC, "02:00:00:00:00:aa"),
        (MAC + bytes(10), "02:00:00:00:00:aa"),
        (MAC + b"\1\2" + bytes(8), "02:00:00:00:00:aa:01:02"),
        (MAC[:5], ""),
        (MAC + b"\1", ""),
    ],
)
def test_hardware_addresses(address: bytes, shown: str) -> None:
    assert mac(address) == shown


def test_options_of_a_known_size_take_it_whatever_they_say() -> None:
    # What is left of the value is an option of its own: here a host name.
    odd = bytes([50, 9, 10, 0, 0, 9]) + option(12, b"odd")
    (row,) = rows(said((True, message(REQUEST, odd))))
    assert (row["requested_addr"], row["host_name"]) == ("10.0.0.9", "odd")
    (row,) = rows(said((True, message(REQUEST, bytes([3, 7, 10, 0, 0, 1]) + option(12, b"odd")))))
    assert row["host_name"] == "odd"


def test_what_follows_the_end_is_not_read() -> None:
    (row,) = rows(said((True, message(DISCOVER) + option(12, b"trailing"))))
    assert row["host_name"] is None


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (message(None), "no DHCP message type option"),
        (message(DISCOVER, cookie=0), "bad cookie (0)"),
        (message(DISCOVER, cookie=0xFFFFFFFF), "bad cookie (-1)"),
        (message(DISCOVER)[:100], f"{OUT_OF_BOUND}: DHCP_Message:sname: 108 > 100"),
        (message(DISCOVER)[:-1] + b"\x0c", f"{OUT_OF_BOUND}: OptionValueWrapper:length: 1 > 0"),
        (message(DISCOVER)[:-1] + b"\x0c\x09desk", f"{OUT_OF_BOUND}: HOST_NAME_OPTION:host_name: 9 > 4"),
        (message(DISCOVER, option(61, b"")), f"{OUT_OF_BOUND}: Client_Identifier:hwaddr: 0 > 1"),
    ],
)
def test_what_is_no_message_ends_it(broken: bytes, reason: str) -> None:
    told = said((True, message(DISCOVER)), (True, broken), (True, message(REQUEST)))
    assert told.service is None
    assert told.only("analyzer")["failure_reason"] == reason
    assert "REQUEST" not in [row["msg_type"] for row in told.rows["dhcp"]]


def test_options_that_fill_the_message_need_no_end() -> None:
    (row,) = rows(said((True, message(DISCOVER, option(12, b"desk"))[:-1])))
    assert row["host_name"] == "desk"


def test_a_second_message_of_a_relay_agent_does_not_fit() -> None:
    relayed = message(DISCOVER, option(82, option(1, b"port 7") + option(2, b"switch")))
    assert said((True, relayed)).service == "dhcp"
    assert said((True, relayed), (True, relayed)).service is None


def test_recognition() -> None:
    assert recognise(message(DISCOVER), b"")
    assert recognise(b"", message(OFFER))
    assert not recognise(message(DISCOVER, cookie=1), b"")
    assert not recognise(b"", b"")
    other_port = Connection("CofTheClient", "10.0.0.5", 4000, "10.0.0.1", 4001, "udp", START)
    assert said((True, message(DISCOVER)), to=other_port).service == "dhcp"


def at(
    seconds: int, xid: int = 7, uid: str = "C1", kind: str = "REQUEST", *, is_client: bool = True
) -> tuple[Any, ...]:
    head = START + seconds * SECOND, uid, xid, kind, is_client, "02:00:00:00:00:aa"
    return head + (None,) * (len(MESSAGES.fields) - len(head))


def transactions(*messages: tuple[Any, ...], until: int = 100) -> list[tuple[int, list[str]]]:
    clock = START + np.arange(until + 1, dtype=np.int64) * SECOND
    named = [dict(zip(RECORD.names, row, strict=True)) for row in joined(messages, Expiry(clock))]
    return [((row["ts"] - START) // SECOND, row["msg_types"]) for row in named]


def test_transactions_cross_connections() -> None:
    (row,) = joined([at(1, uid="C2"), at(0)], Expiry(np.array([START, START + SECOND])))
    assert row[1] == ["C1", "C2"]


def test_other_numbers_are_other_transactions() -> None:
    assert transactions(at(0), at(0, xid=8)) == [(0, ["REQUEST"]), (0, ["REQUEST"])]


def test_a_transaction_is_over_when_it_is_looked_at_and_quiet() -> None:
    # Every ten seconds Zeek looks at those of ten seconds ago: first at 20, then five seconds later again.
    assert transactions(at(1), at(19)) == [(1, ["REQUEST"] * 2)]
    assert transactions(at(1), at(20)) == [(1, ["REQUEST"]), (20, ["REQUEST"])]
    assert transactions(at(1), at(15), at(29), at(41)) == [(1, ["REQUEST"] * 3), (41, ["REQUEST"])]


def test_a_transaction_is_not_watched_forever() -> None:
    often = [at(seconds) for seconds in range(0, 60, 4)]
    assert [start for start, _ in transactions(*often)] == [0, 40]


def test_a_full_transaction_is_written_at_once_without_the_clients_address() -> None:
    many = [at(0) for _ in range(60)]
    assert [len(kinds) for _, kinds in transactions(*many)] == [50, 10]
    assert [row[4] for row in joined(many, Expiry(np.array([START])))] == [None, "02:00:00:00:00:aa"]
    spread = [at(0, uid=f"C{number}") for number in range(12)]
    assert [len(kinds) for _, kinds in transactions(*spread)] == [10, 2]


def test_a_capture_of_several_hosts(tmp_path: Path) -> None:
    everyone, nobody = "255.255.255.255", "0.0.0.0"
    offer = message(OFFER, given="10.0.0.9")
    talk = [(nobody, everyone, (68, 67), message(DISCOVER)), ("10.0.0.1", "10.0.0.9", (67, 68), offer)]
    frames = [ethernet(ipv4(udp(what, *ports), src=src, dst=dst)) for src, dst, ports, what in talk]
    path = tmp_path / "hosts.pcap"
    path.write_bytes(pcap(frames))
    found = LogSet()
    found.read(updates([path]))
    (row,) = found.table("dhcp").to_pylist()
    conns = found.table("conn").to_pylist()
    assert set(row["uids"]) == {conn["uid"] for conn in conns}
    assert (row["server_addr"], row["assigned_addr"], row["msg_types"]) == (
        "10.0.0.1",
        "10.0.0.9",
        ["DISCOVER", "OFFER"],
    )
    assert [(conn["id.orig_h"], conn["id.orig_p"], conn["history"]) for conn in conns] == [
        (nobody, 68, "D"),
        ("10.0.0.9", 68, "^d"),
    ]


@settings(max_examples=50)
@given(st.booleans(), st.binary(max_size=60), st.integers(0, 240))
def test_any_message_is_survived(is_orig: bool, options: bytes, size: int) -> None:
    whole = message(DISCOVER)[:-1]
    rows(said((is_orig, whole + options), (is_orig, (whole + options)[:size]), (not is_orig, options)))


_SCRIPT = """#!/bin/sh
[ "$1" = bound ] && echo "$ip $serverid $lease $domain" > "$(dirname "$0")/bound"
exit 0
"""


def test_a_real_server(tmp_path: Path) -> None:
    (tmp_path / "client").mkdir()
    script = tmp_path / "client" / "script"
    script.write_text(_SCRIPT)
    script.chmod(0o755)
    with loopback(tmp_path) as server, loopback(tmp_path / "client") as client:
        server.need("dnsmasq", "udhcpc")
        cable = ["type", "veth", "peer", "name", "cable", "netns", client.name]
        subprocess.run(["ip", "link", "add", "cable", "netns", server.name, *cable], check=True)
        for command in (
            "address add 192.0.2.1/24 dev cable",
            "link set cable up",
            # Nobody is there, but a packet to it goes out without a question.
            "neighbour add 192.0.2.99 lladdr 02:00:00:00:00:99 dev cable",
        ):
            subprocess.run(["ip", "-n", server.name, *command.split()], check=True)
        subprocess.run(["ip", "-n", client.name, "link", "set", "cable", "up"], check=True)
        leases = tmp_path / "leases"
        options = ["--port=0", "--dhcp-range=192.0.2.50,192.0.2.60,2h", "--no-ping", "--domain=lab.example"]
        options += ["--conf-file=/dev/null", "--user=root", "--dhcp-authoritative", "--interface=cable"]
        server.start("dnsmasq", "--no-daemon", "--pid-file=", f"--dhcp-leasefile={leases}", *options)
        server.wait_for(67, "udp")
        with server.captured("cable", "192.0.2.99"):
            asked = ["udhcpc", "-i", "cable", "-f", "-n", "-q", "-T", "1", "-s", str(script), "-x", "hostname:desk"]
            assert not client.run(*asked).returncode
        address, by, lease, domain = (tmp_path / "client" / "bound").read_text().split()
        _, hardware, *_ = leases.read_text().split()
        (row,) = server.rows("dhcp")
        assert row["msg_types"] == ["DISCOVER", "OFFER", "REQUEST", "ACK"]
        assert (row["assigned_addr"], row["server_addr"], row["domain"]) == (address, by, domain)
        assert (row["mac"], row["host_name"], row["lease_time"].total_seconds()) == (hardware, "desk", int(lease))
        services = {conn["service"] for conn in server.rows("conn") if conn["id.orig_p"] in (67, 68)}
        assert services == {"dhcp"}
