"""Remote Desktop's opening, and what follows it."""

import os
import subprocess
from pathlib import Path
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.protocols.analyzer import Event, Gap
from parsers.protocols.rdp import RDP, recognise
from parsers.protocols.rdp.layouts import LAYOUTS
from parsers.protocols.ssl import SSL
from tests.parsers.files.certificates import certificate
from tests.parsers.protocols.feeding import SECOND, START, Told, Turn, connection, converse, data, each_way, run
from tests.parsers.protocols.loopback import Loopback, loopback
from tests.parsers.protocols.tls_messages import client_hello, handshake, server_hello, server_name

TO = connection(resp_p=3389)
CLIENT = handshake(client_hello(server_name(b"desk.example.org")))
SERVER = handshake(server_hello())


def tpkt(kind: int, body: bytes, length: int | None = None) -> bytes:
    header = bytes((len(body) + 1 if length is None else length, kind))
    return pack(">BBH", 3, 0, len(header + body) + 4) + header + body


def ask(cookie: bytes = b"Cookie: mstshash=user\r\n", wanted: bytes = b"\x01\0\x08\0\x03\0\0\0") -> bytes:
    return tpkt(0xE0, bytes(5) + cookie + wanted)


def answer(kind: int = 2, length: int = 8, protocol: int = 1) -> bytes:
    return tpkt(0xD0, bytes(5) + pack("<BBHI", kind, 0, length, protocol))


def element(tag: int, content: bytes) -> bytes:
    return bytes((tag, len(content))) + content


def block(kind: int, content: bytes) -> bytes:
    return pack("<HH", kind, len(content) + 4) + content


def core(layout: int = 0x409, build: int = 7601, flags: int = 0, depth: int = 16, name: str = "LAB-7") -> bytes:
    fixed = pack("<IHHIII", 0x80004, 1920, 1080, 0, layout, build) + name.encode("utf-16-le").ljust(32, b"\0")
    fixed += bytes(12 + 64) + pack("<8sHHH", bytes(8), depth, 7, flags)
    return block(0xC001, fixed + "4711".encode("utf-16-le").ljust(64, b"\0"))


def channels(*names: bytes) -> bytes:
    return block(0xC003, pack("<I", len(names)) + b"".join(name.ljust(8, b"\0") + bytes(4) for name in names))


def client(*blocks: bytes) -> bytes:
    header = element(0x65, b"x") + element(4, b"\1") + element(4, b"\1") + element(1, b"\xff")
    header += (element(0x30, b"parameters")) * 3 + bytes(4)
    conference = pack(">H", 5) + bytes(5) + bytes(2) + bytes(8) + b"Duca" + bytes(2)
    return tpkt(0xF0, b"\x80\x7f\x65" + header + conference + b"".join(blocks), 2)


def server(*blocks: bytes, result: int = 0) -> bytes:
    header = b"\x82\x01\x00" + element(10, b"\0") + element(2, b"\0") + element(0x30, b"parameters") + bytes(4)
    conference = pack(">H", 5) + bytes(5) + bytes(1) + bytes(5) + bytes((result,)) + bytes(3) + b"McDn" + bytes(2)
    return tpkt(0xF0, b"\x80\x7f\x66" + header + conference + b"".join(blocks), 2)


def security(certificates: bytes, method: int = 2, level: int = 3) -> bytes:
    return block(0x0C02, pack("<IIII", method, level, 32, len(certificates)) + bytes(32) + certificates)


def proprietary(version: int = 1) -> bytes:
    key = b"RSA1" + pack("<III", 8, 64, 65537) + bytes(8)
    return pack("<IIIHH", version, 1, 1, 6, len(key)) + key + pack("<HH", 8, 4) + bytes(4)


def chain(*certificates: bytes, version: int = 0x80000002) -> bytes:
    return pack("<II", version, len(certificates)) + b"".join(pack("<I", len(found)) + found for found in certificates)


def session(answered: bytes, way: str = "whole", port: int = 3389) -> Told:
    turns = [(True, ask()), (False, answered), (True, CLIENT), (False, SERVER)]
    return converse([RDP, SSL], turns, way, to=connection(resp_p=port))


@pytest.mark.parametrize("way", ["whole", "byte by byte"])
@pytest.mark.parametrize("port", [3389, 4711])
def test_tls_follows_when_it_is_chosen(way: str, port: int) -> None:
    told = session(answer(), way, port)
    assert told.service == "ssl"
    assert told.only("ssl")["server_name"] == "desk.example.org"
    row = told.only("rdp")
    assert (row["cookie"], row["result"], row["security_protocol"]) == ("user", "encrypted", "SSL")
    assert row["cert_count"] == 0
    assert row["ts"] == START + SECOND * (1 if port == 3389 else 2)


@pytest.mark.parametrize(
    ("answered", "result", "protocol"),
    [
        (answer(protocol=0), None, "RDP"),
        (answer(kind=3, protocol=5), "HYBRID_REQUIRED_BY_SERVER", None),
        (answer(kind=3, protocol=99), "failure_code-99", None),
        (answer(kind=4), None, None),
        (answer(length=9), None, None),
        (tpkt(0xD0, bytes(5)), None, None),
        (tpkt(0xF0, bytes(5)), None, None),
    ],
)
def test_tls_does_not_follow_otherwise(answered: bytes, result: str | None, protocol: str | None) -> None:
    told = session(answered)
    assert set(told.rows) == {"rdp"}
    assert (told.only("rdp")["result"], told.only("rdp")["security_protocol"]) == (result, protocol)


@each_way
def test_a_session_without_tls(way: str) -> None:
    said = client(core(flags=2), channels(b"rdpdr", b"cliprdr"))
    replied = server(block(0x0C01, bytes(4)), security(proprietary()))
    turns = [(True, ask()), (False, answer(protocol=0)), (True, said), (False, replied)]
    told = converse(RDP, turns, way if way != "with trailing bytes" else "whole", to=TO)
    assert told.service == "rdp"
    row = told.only("rdp")
    assert (row["result"], row["security_protocol"], row["client_channels"]) == ("Success", "RDP", ["rdpdr", "cliprdr"])
    assert (row["keyboard_layout"], row["client_build"]) == ("English - United States", "RDP 7.1")
    assert (row["client_name"], row["client_dig_product_id"]) == ("LAB-7", "4711")
    assert (row["desktop_width"], row["desktop_height"], row["requested_color_depth"]) == (1920, 1080, "32bit")
    assert (row["cert_type"], row["cert_count"], row["cert_permanent"]) == ("RSA", 1, True)
    assert (row["encryption_level"], row["encryption_method"]) == ("High", "128bit")


def test_certificates_without_tls() -> None:
    found = certificate()
    told = converse(RDP, [(True, ask()), (False, server(security(chain(found, b"none"))))], to=TO)
    row = told.only("rdp")
    assert (row["cert_type"], row["cert_count"], row["cert_permanent"]) == ("X.509", 2, False)
    assert (told.only("x509")["host_cert"], told.only("x509")["client_cert"]) == (True, False)


def test_a_server_that_does_not_encrypt() -> None:
    told = converse(RDP, [(False, server(security(proprietary(), 0, 0), result=1)), (True, client(core()))], to=TO)
    row = told.only("rdp")
    assert (row["result"], row["encryption_level"], row["encryption_method"]) == ("User rejected", "None", "None")
    assert row["client_name"] == "LAB-7"


@pytest.mark.parametrize(
    ("layout", "shown"),
    [(0x407, LAYOUTS[0x407]), (0x90409, "English - United States (Best Guess for 590857)"), (0xFFFF, "keyboard-65535")],
)
def test_keyboards(layout: int, shown: str) -> None:
    row = converse(RDP, [(True, client(core(layout, build=1, depth=3)))], to=TO).only("rdp")
    assert row["keyboard_layout"] == shown
    assert (row["client_build"], row["requested_color_depth"]) == ("client_build-1", "high_color_depth-3")


def test_many_channels_are_weird() -> None:
    told = converse(RDP, [(True, client(core(), channels(*[b"x"] * 32)))], to=TO)
    assert told.only("weird")["name"] == "RDP_channels_requested_exceeds_max"
    assert (told.only("weird")["addl"], told.only("weird")["source"]) == ("32", None)


def test_a_row_waits_no_longer_than_ten_seconds() -> None:
    fed = [data(True, ask()), data(True, client(core()), START + 11 * SECOND)]
    assert run(RDP, fed, TO).only("rdp")["client_name"] is None
    fed = [data(True, ask()), data(True, client(core()), START + 9 * SECOND)]
    assert run(RDP, fed, TO).only("rdp")["client_name"] == "LAB-7"


@pytest.mark.parametrize(
    ("is_orig", "message", "fault"),
    [
        (True, tpkt(0xE0, b""), "out_of_bound: Connect_Request:flow_control: 5 > 0"),
        (True, b"\3\0\0\5\1", "out_of_bound: COTP:pdu: 2 > 1"),
        (True, ask(b"Cookie: mstshash=user\r"), "string mismatch at rdp-protocol.pac:85"),
        (True, ask(wanted=b"\1\0\7\0\0\0\0\0"), "&enforce violation : RDP_Negotiation_Request:length"),
        (True, client(core()[:100]), "out_of_bound: Data_Block:block"),
        (True, client(block(0xC003, pack("<I", 9999))), "&enforce violation : Client_Network_Data:channel_count"),
        (True, client(block(0xC003, pack("<I", 2))), "out_of_bound: Client_Network_Data:channel_def_array: 2 > 0"),
        (False, tpkt(0xF0, b"\x80\x7f\x66"), "out_of_bound: Server_Header:type_length: 3 > 0"),
        (False, server(security(pack("<I", 3))), "invalid index for case: Server_Certificate: 3"),
        (False, server(security(pack("<II", 2, 1))), "out_of_bound: X509:certs: 1 > 0"),
        (False, server(security(b"")), "out_of_bound: Server_Certificate:version: 4 > 0"),
    ],
)
def test_what_does_not_fit_ends_it(is_orig: bool, message: bytes, fault: str) -> None:
    told = converse(RDP, [(True, client(core())), (is_orig, message), (True, ask(b"Cookie: mstshash=late\r\n"))], to=TO)
    assert told.service is None
    assert fault in told.rows["analyzer"][0]["failure_reason"]
    assert told.rows["rdp"][0]["cookie"] is None


def test_tls_begins_with_a_segment() -> None:
    both = answer() + SERVER
    fed = [data(True, ask()), data(True, CLIENT), data(False, both, START + SECOND, len(answer())), data(True, CLIENT)]
    assert run([RDP, SSL], fed, TO).only("ssl")["server_name"] == "desk.example.org"


def test_a_hole_ends_it() -> None:
    fed: list[Event] = [data(True, ask()), data(False, answer()), Gap(True, 1, START), data(True, CLIENT)]
    assert set(run([RDP, SSL], [*fed, data(False, SERVER)], TO).rows) == {"rdp"}


@pytest.mark.parametrize(
    ("orig", "resp", "known"),
    [
        (ask(), answer(), True),
        (answer(), ask(), True),
        (ask(), b"", False),
        (b"", answer(), False),
        (b"DucaXrdpdr", b"McDn", True),
        (b"rdpdrDuca", b"McDn", False),
        (b"x", b"x", False),
    ],
)
def test_recognition(orig: bytes, resp: bytes, known: bool) -> None:
    assert recognise(orig, resp) is known


@given(st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=40)), max_size=6))
def test_any_bytes_are_survived(turns: list[Turn]) -> None:
    converse([RDP, SSL], [(False, answer()), *turns], to=TO)
    converse(RDP, [(is_orig, client(turn) if is_orig else server(turn)) for is_orig, turn in turns], to=TO)


_SETTINGS = """
[Globals]
ini_version=1
fork=false
port=3389
security_layer=negotiate
crypt_level=high
certificate={folder}/cert.pem
key_file={folder}/key.pem
[Logging]
LogFile={folder}/log
EnableSyslog=false
[Xorg]
name=Xorg
lib=libxup.so
username=ask
password=ask
"""


def test_a_real_server(tmp_path: Path) -> None:
    Loopback.need("xrdp", "xfreerdp", "Xtigervnc", "openssl")
    (tmp_path / "xrdp.ini").write_text(_SETTINGS.format(folder=tmp_path))
    keys = ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")]
    ask_for = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=desk", "-days", "1"]
    subprocess.run([*ask_for, *keys], capture_output=True, check=True)
    client = ["xfreerdp", "/v:127.0.0.1", "/u:alice", "/p:x", "/cert-ignore", "+auth-only", "/size:640x480"]
    with loopback(tmp_path) as inside:
        inside.start("xrdp", "-n", "-c", str(tmp_path / "xrdp.ini"))
        inside.wait_for(3389)
        inside.start(
            "Xtigervnc", ":5", "-SecurityTypes", "None", "-listen", "tcp", "-nolisten", "unix", "-nolock", "-ac"
        )
        inside.wait_for(6005)
        around = os.environ | {"HOME": str(tmp_path), "DISPLAY": "127.0.0.1:5"}
        with inside.captured():
            for kind in ("rdp", "tls"):
                inside.run(*client, f"/sec:{kind}", "/client-hostname:lab7", "/kbd:0x407", env=around)
        plain, protected = inside.rows("rdp")
        services = [row["service"] for row in inside.rows("conn") if row["id.resp_p"] == 3389]
        certificates = inside.rows("x509")
    assert (plain["cookie"], plain["security_protocol"], plain["result"]) == ("alice", "RDP", "Success")
    assert (plain["client_name"], plain["keyboard_layout"]) == ("lab7", "German - Germany")
    assert (plain["desktop_width"], plain["desktop_height"]) == (640, 480)
    assert (plain["cert_type"], plain["encryption_level"]) == ("RSA", "High")
    assert (protected["cookie"], protected["security_protocol"]) == ("alice", "SSL")
    assert services == ["rdp", "ssl"]
    assert all(row["certificate.subject"] == "CN=desk" for row in certificates)
