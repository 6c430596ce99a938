"""What OpenSSL's programs say to each other, as tshark fingerprints it."""

import subprocess
from pathlib import Path

from tests.parsers.protocols.loopback import Loopback, loopback

_PORT = "4433"
_CLIENTS = [
    ["-tls1_2", "-servername", "one.example"],
    ["-tls1_2", "-noservername", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256", "-no_ticket"],
    ["-tls1_3", "-servername", "two.example", "-alpn", "http/1.1,h2"],
    # The server wants another group than the one that a key is offered for: it asks for a second hello.
    ["-groups", "X25519:P-256", "-sigalgs", "RSA-PSS+SHA256"],
]
# JA4 came with Wireshark 4.2.
_JA4 = "tls.handshake.ja4"


def _tshark(path: Path) -> dict[int, dict[str, set[str]]]:
    """What it finds in the packets of each of the client's ports, by field."""
    known = subprocess.run(["tshark", "-G", "fields"], capture_output=True, text=True, check=True).stdout
    fields = ["tls.handshake.ja3", "tls.handshake.ja3s", "communityid", *([_JA4] if f"\t{_JA4}\t" in known else [])]
    shown = [word for field in ("tcp.port", *fields) for word in ("-e", field)]
    command = ["tshark", "-r", str(path), "--enable-protocol", "communityid", "-d", f"tcp.port=={_PORT},tls"]
    told = subprocess.run([*command, "-Y", "tcp", "-T", "fields", *shown], capture_output=True, text=True, check=True)
    found: dict[int, dict[str, set[str]]] = {}
    for line in told.stdout.splitlines():
        ports, *cells = line.split("\t")
        (client,) = (int(port) for port in ports.split(",") if port != _PORT)
        of = found.setdefault(client, {field.rpartition(".")[2]: set() for field in fields})
        for field, cell in zip(of, cells, strict=True):
            of[field].update(filter(None, cell.split(",")))
    return found


def test_openssl_as_tshark_tells_it(tmp_path: Path) -> None:
    Loopback.need("openssl", "tshark")
    key = ["-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem"]
    command = ["openssl", "req", "-x509", *key, "-subj", "/CN=one.example"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    files = ["-key", str(tmp_path / "key.pem"), "-cert", str(tmp_path / "cert.pem")]
    with loopback(tmp_path) as inside:
        inside.start("openssl", "s_server", "-accept", _PORT, *files, "-groups", "P-256", "-quiet")
        inside.wait_for(int(_PORT))
        with inside.captured():
            for client in _CLIENTS:
                inside.run("openssl", "s_client", "-connect", f"127.0.0.1:{_PORT}", *client)
        rows = {row["id.orig_p"]: row for row in inside.rows("ssl")}
        conns = {row["id.orig_p"]: row for row in inside.rows("conn") if row["proto"] == "tcp"}
        told = _tshark(inside.path)
    assert len(told) == len(rows) == len(_CLIENTS)
    for port, theirs in told.items():
        ours = rows[port] | {"communityid": conns[port]["community_id"]}
        # Where there are two hellos, the client's first and the server's last one count here.
        assert {name: ours[name] in found for name, found in theirs.items()} == dict.fromkeys(theirs, True)
    assert len({row["ja3"] for row in rows.values()}) == len(_CLIENTS)
    offered = {row["server_name"]: row["ja4"] for row in rows.values()}
    assert (offered["two.example"][:4], offered["two.example"][8:10]) == ("t13d", "h1")
