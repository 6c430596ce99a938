"""SSH: versions, what is agreed on, the server's key, guessed logins."""

import base64
import hashlib
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.protocols.ssh import SSH, recognise
from tests.parsers.protocols.feeding import SECOND, START, Told, Turn, connection, converse, data, each_way, run
from tests.parsers.protocols.loopback import loopback

CLIENT = b"SSH-2.0-test_client\r\n"
SERVER = b"SSH-2.0-test_server\r\n"
KEY = b"the server's key"
ALGORITHMS = (b"curve25519-sha256", b"ssh-ed25519", b"aes128-ctr", b"aes128-ctr", b"mac", b"mac", b"none", b"none")


def string(content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + content


def packet(kind: int, payload: bytes = b"") -> bytes:
    padding = 4 + -(len(payload) + 10) % 8
    return (len(payload) + 2 + padding).to_bytes(4, "big") + bytes((padding, kind)) + payload + bytes(padding)


def offer(*algorithms: bytes) -> bytes:
    names = (*algorithms, *ALGORITHMS[len(algorithms) :], b"", b"")
    return packet(20, bytes(16) + b"".join(map(string, names)) + bytes(5))


INIT = packet(30, string(b"e"))
REPLY = packet(31, string(KEY) + string(b"f") + string(b"signature"))
NEWKEYS = packet(21)
OPENING = [
    (True, CLIENT),
    (False, SERVER),
    (True, offer()),
    (False, offer()),
    (True, INIT),
    (False, REPLY + NEWKEYS),
    (True, NEWKEYS),
]


def session(turns: Sequence[Turn], way: str = "whole", port: int = 22) -> Told:
    return converse(SSH, turns, way, connection(resp_p=port))


def encrypted(*sizes: int) -> list[Turn]:
    """Answers of these sizes, a question of the client's before each."""
    return [turn for size in sizes for turn in ((True, bytes(40)), (False, bytes(size)))]


@each_way
@pytest.mark.parametrize("port", [22, 2222])
def test_a_session(way: str, port: int) -> None:
    told = session(OPENING, way, port)
    assert told.service == "ssh"
    row = told.only("ssh")
    assert (row["client"], row["server"], row["version"]) == ("SSH-2.0-test_client", "SSH-2.0-test_server", 2)
    assert [row[name] for name in ("kex_alg", "host_key_alg", "cipher_alg", "mac_alg", "compression_alg")] == [
        "curve25519-sha256",
        "ssh-ed25519",
        "aes128-ctr",
        "mac",
        "none",
    ]
    whole = base64.b64encode(hashlib.sha256(KEY).digest()).decode()
    assert row["host_key_fingerprint"] == "SHA256:" + whole[:32]
    assert (row["auth_success"], row["auth_attempts"]) == (None, 0)


@pytest.mark.parametrize(
    ("sizes", "success", "attempts"),
    [
        ((), None, 0),
        ((44,), None, 0),
        ((44, 28), True, 1),
        ((44, 60, 28), True, 1),
        ((44, 60, 60, 60), False, 2),
        ((44, 60, 60, 28), True, 2),
        ((44, 60, 60, 28, 60, 60), True, 2),
        ((44, 600, 60, 60), False, 1),
        ((44, 600, 500, 500), False, 1),
        ((44, 60, 61, 62), None, 0),
    ],
)
def test_logins_are_guessed_from_sizes(sizes: Sequence[int], success: bool | None, attempts: int) -> None:
    row = session([*OPENING, *encrypted(*sizes)]).only("ssh")
    assert (row["auth_success"], row["auth_attempts"]) == (success, attempts)


def test_nothing_is_guessed_before_the_client_speaks() -> None:
    turns: list[Turn] = [*OPENING, (False, bytes(44)), (False, bytes(28))]
    assert session(turns).only("ssh")["auth_success"] is None


def test_nothing_is_guessed_under_compression() -> None:
    packed = offer(*ALGORITHMS[:6], b"zlib@openssh.com", b"zlib@openssh.com")
    turns = [*OPENING[:2], (True, packed), (False, packed), *OPENING[4:], *encrypted(44, 28)]
    row = session(turns).only("ssh")
    assert (row["auth_success"], row["auth_attempts"]) == (None, 0)


def test_what_comes_with_the_new_keys_is_encrypted() -> None:
    turns = [*OPENING[:6], (True, NEWKEYS + bytes(40)), (False, bytes(44)), (True, bytes(40)), (False, bytes(28))]
    assert session(turns).only("ssh")["auth_success"] is True


@pytest.mark.parametrize(
    ("client", "server", "version", "weird"),
    [
        (b"SSH-2.0-c", b"SSH-1.99-s", 2, None),
        (b"SSH-1.99-c", b"SSH-2.0-s", 2, None),
        (b"SSH-1.99-c", b"SSH-1.99-s", 2, None),
        (b"SSH-1.99-c", b"SSH-1.5-s", 1, None),
        (b"SSH-1.5-c", b"SSH-1.5-s", 1, None),
        (b"SSH-1.5-c", b"SSH-2.0-s", None, "SSH_version_mismatch"),
        (b"SSH-2.0-c", b"SSH-1.5-s", None, "SSH_version_mismatch"),
        (b"SSH-3.0-c", b"SSH-2.0-s", None, None),
        (b"SSH-", b"SSH-2.0-s", None, "SSH_cannot_determine_version"),
    ],
)
def test_versions(client: bytes, server: bytes, version: int | None, weird: str | None) -> None:
    told = session([(True, client + b"\n"), (False, b"mind the step\r\n" + server + b"\n")])
    row = told.only("ssh")
    assert (row["version"], row["client"], row["server"]) == (version, client.decode(), server.decode())
    assert [found["name"] for found in told.rows.get("weird", ())] == ([weird] if weird else [])


def test_the_first_of_the_clients_that_the_server_has_too() -> None:
    client = offer(b"a,curve25519-sha256,b", b"x,y", b"c1,c2", b"c1,c2", b"m", b"m", b"none", b"zlib")
    server = offer(b"b,curve25519-sha256", b"z", b"c2,c1", b"c2", b"m", b"n", b"none", b"zlib")
    row = session([*OPENING[:2], (True, client), (False, server)]).only("ssh")
    assert row["kex_alg"] == "curve25519-sha256"
    assert row["host_key_alg"] == "Algorithm negotiation failed"
    assert row["cipher_alg"] == "To server: c1, to client: c2"
    assert row["mac_alg"] == "To server: m, to client: Algorithm negotiation failed"
    assert row["compression_alg"] == "To server: none, to client: zlib"


@pytest.mark.parametrize(
    ("algorithm", "messages"),
    [
        (b"diffie-hellman-group14-sha256", [(True, INIT), (False, REPLY)]),
        (b"ecdh-sha2-nistp256", [(True, INIT), (False, REPLY)]),
        (b"mlkem768x25519-sha256", [(True, INIT), (False, REPLY)]),
        (
            b"diffie-hellman-group-exchange-sha256",
            [
                (True, packet(34, bytes(12))),
                (False, packet(31, string(b"p") + string(b"g"))),
                (True, packet(32, string(b"e"))),
                (False, packet(33, string(KEY) + string(b"f") + string(b"s"))),
            ],
        ),
        (
            b"gss-group14-sha1-x",
            [(True, packet(30, string(b"t") + string(b"e"))), (False, packet(33, string(KEY)))],
        ),
    ],
)
def test_kinds_of_key_exchange(algorithm: bytes, messages: list[Turn]) -> None:
    turns = [*OPENING[:2], (True, offer(algorithm)), (False, offer(algorithm)), *messages, (True, NEWKEYS)]
    told = session(turns)
    assert told.service == "ssh"
    assert told.only("ssh")["host_key_fingerprint"] is not None


def test_a_key_exchange_that_nobody_knows() -> None:
    told = session([*OPENING[:2], (True, offer(b"new")), (False, offer(b"new")), (False, REPLY)])
    assert [told.rows["weird"][0][name] for name in ("name", "addl")] == ["ssh_unknown_kex_algorithm", "new"]
    assert told.only("ssh")["host_key_fingerprint"] is None


def test_of_very_many_algorithms_the_first_are_looked_at() -> None:
    to = connection(resp_p=22)
    many = b",".join(b"a%d" % number for number in range(101))
    told = converse(SSH, [*OPENING[:2], (True, offer(many))], to=to)
    assert (told.only("weird")["name"], told.only("weird")["addl"]) == (
        "SSH_max_kexinit_kex_algorithms_exceeded",
        "101 > 100",
    )
    assert [letter for _, letter in to.marks] == ["X"]


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ((9 << 20).to_bytes(4, "big"), "SSH_max_packet_length_exceeded"),
        (packet(20, bytes(16) + (3 << 20).to_bytes(4, "big")), "SSH_max_string_length_exceeded"),
    ],
)
def test_lengths_that_nobody_means(message: bytes, name: str) -> None:
    assert session([*OPENING[:2], (True, message)]).only("weird")["name"] == name


def test_what_does_not_fit_is_told_where_it_was_sure() -> None:
    turns = [*OPENING[:5], (True, NEWKEYS), (False, packet(77))]
    told = session(turns)
    assert told.service is None
    assert told.only("analyzer")["analyzer_name"] == "SSH"
    assert told.only("ssh")["version"] == 2


def test_ssh_1() -> None:
    def packet_1(kind: int, payload: bytes) -> bytes:
        length = len(payload) + 5
        return length.to_bytes(4, "big") + bytes(8 - length % 8) + bytes((kind,)) + payload + bytes(4)

    integer = (16).to_bytes(2, "big") + b"\1\2"
    keys = bytes(12) + integer * 2 + bytes(4) + integer * 2 + bytes(12)
    chosen = bytes(9) + integer + bytes(4)
    turns = [(True, b"SSH-1.5-c\n"), (False, b"SSH-1.5-s\n"), (False, packet_1(2, keys)), (True, packet_1(3, chosen))]
    told = session(turns)
    assert told.service == "ssh"
    assert told.only("ssh")["version"] == 1


def test_an_answer_that_comes_in_the_segment_of_the_version() -> None:
    fed = [data(True, CLIENT + offer()), data(False, SERVER + offer() + REPLY + NEWKEYS, START + SECOND)]
    # The client's offer came before anything was known of the server's version: it cannot be read.
    row = run(SSH, fed, connection(resp_p=22)).only("ssh")
    assert (row["version"], row["kex_alg"]) == (2, None)


@pytest.mark.parametrize(
    ("orig", "resp", "known"),
    [(CLIENT, SERVER, True), (CLIENT, b"", False), (b"", SERVER, False), (b"ssh-1.5", b"SSH-2.", True)],
)
def test_recognition(orig: bytes, resp: bytes, known: bool) -> None:
    assert recognise(orig, resp) is known


@settings(max_examples=50)
@given(st.integers(0, 7), st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=60)), max_size=6))
def test_any_bytes_are_survived(opened: int, turns: list[Turn]) -> None:
    session([*OPENING[:opened], *turns])


@settings(max_examples=50)
@given(st.integers(20, 41), st.binary(max_size=80), st.booleans())
def test_any_message_is_survived(kind: int, payload: bytes, is_orig: bool) -> None:
    session([*OPENING[:4], (is_orig, packet(kind, payload))])


def test_openssh(tmp_path: Path) -> None:
    with loopback(tmp_path) as inside:
        inside.need("/usr/sbin/sshd", "ssh", "ssh-keygen")
        for name in ("host", "user", "other"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / name], check=True)
        Path("/run/sshd").mkdir(exist_ok=True)
        options = [
            "Port=2022",
            f"HostKey={tmp_path}/host",
            f"AuthorizedKeysFile={tmp_path}/user.pub",
            "StrictModes=no",
            "PidFile=none",
            "PasswordAuthentication=no",
            "KexAlgorithms=curve25519-sha256",
            "Ciphers=aes128-ctr",
            "MACs=hmac-sha2-256",
        ]
        inside.start("/usr/sbin/sshd", "-D", "-f", "/dev/null", *(f"-o{option}" for option in options))
        inside.wait_for(2022)
        client = [*["ssh", "-p", "2022", "-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "BatchMode=yes"]]
        client += ["-o", f"UserKnownHostsFile={tmp_path}/known", "-o", "IdentityAgent=none"]
        with inside.captured():
            told = inside.run(*client, "-i", str(tmp_path / "user"), "root@127.0.0.1", "true")
            assert inside.run(*client, "-i", str(tmp_path / "other"), "root@127.0.0.1", "true").returncode == 255
        if told.returncode:
            pytest.skip(f"ssh: {told.stderr.decode()}")
        shown = subprocess.check_output(["ssh-keygen", "-l", "-f", tmp_path / "host"], text=True)
        rows = inside.rows("ssh")
        assert [row["auth_success"] for row in rows] == [True, False]
        assert {row["service"] for row in inside.rows("conn") if row["id.resp_p"] == 2022} == {"ssh"}
        for row in rows:
            _check_openssh(row, shown.split()[1])


def _check_openssh(row: dict[str, Any], fingerprint: str) -> None:
    assert row["client"].startswith("SSH-2.0-OpenSSH")
    assert row["server"] == row["client"]
    assert row["host_key_fingerprint"] == fingerprint[: len("SHA256:") + 32]
    wanted = ["curve25519-sha256", "ssh-ed25519", "aes128-ctr", "hmac-sha2-256", "none"]
    assert [row[f"{name}_alg"] for name in ("kex", "host_key", "cipher", "mac", "compression")] == wanted
