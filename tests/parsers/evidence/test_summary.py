"""What matters of a row."""

import pytest

from parsers.evidence.summary import summary
from tests.frames import SECOND, START, UID, ends, plain, story, table


@pytest.mark.parametrize(
    ("log", "row", "text"),
    [
        ("pe", 0, "I386  WINDOWS_GUI  compiled 1992-06-08  .text .rsrc"),
        ("files", 0, "application/x-dosexec  629,760 bytes, whole  sha256 6b6b6b6b6b6b"),
        ("files", 1, "text/html  90 bytes, 10 missing"),
        ("http", 0, "GET evil.example/a/b/c/Xehmigm.exe  → 200"),
        ("conn", 1, "10.10.12.101:49979 → 192.0.2.133:80  tcp http  RSTO  29.2 s"),
        ("conn", 2, "10.10.12.101:49980 → 192.0.2.133:443  tcp ssl  SF  1 ms"),
        ("dns", 0, "evil.example  A  → 192.0.2.133"),
        ("ssl", 0, "c2.example  TLSv12"),
        ("x509", 0, "CN=c2.example"),
    ],
)
def test_of_each_log(log: str, row: int, text: str) -> None:
    assert "  ".join(part.text for part in summary(log, story()[log], row)) == text


def test_what_did_not_come_is_said() -> None:
    rows = table("http", ends(UID, 1, 2) | {"method": "GET", "uri": "/"})
    assert "no reply" in [part.text for part in summary("http", rows, 0)]
    rows = table("files", {"fuid": "F1", "source": "HTTP", "seen_bytes": 10, "total_bytes": 30, "missing_bytes": 0})
    assert "10 of 30 bytes" in [part.text for part in summary("files", rows, 0)]
    rows = table("dns", ends(UID, 1, 53) | {"query": "a.example", "rcode_name": "NXDOMAIN"})
    assert "→ NXDOMAIN" in [part.text for part in summary("dns", rows, 0)]
    rows = table("ssl", ends(UID, 1, 443) | {"established": False})
    assert [part.text for part in summary("ssl", rows, 0)] == ["no server name", "not established"]


def test_a_long_path_keeps_its_ends() -> None:
    uri = "/wp-content/" + "deep/" * 40 + "invoice.exe"
    rows = table("http", ends(UID, 1, 2) | {"method": "GET", "host": "evil.example", "uri": uri})
    assert summary("http", rows, 0)[0].text == "GET evil.example/wp-content/…/invoice.exe"
    rows = table("http", ends(UID, 1, 2) | {"method": "GET", "uri": "/" + "x" * 5_000})
    assert len(summary("http", rows, 0)[0].text) < 100


def test_an_ipv6_address_is_told_from_its_port() -> None:
    rows = table("conn", ends(UID, 1, 2) | {"id.orig_h": "2001:db8::1", "id.resp_h": "2001:db8::2"})
    assert summary("conn", rows, 0)[0].text == "[2001:db8::1]:1 → [2001:db8::2]:2"


def test_of_a_log_that_nobody_knows() -> None:
    types = {"ts": "time", "uid": "string", "name": "string", "took": "interval", "empty": "string", "unset": "count"}
    rows = plain(types, (START, UID, "x", 2 * SECOND, "", None), (START, UID, None, None, None, None))
    assert [part.text for part in summary("odd", rows, 0)] == ["name x", "took 2.000000", "empty (empty)"]
    assert [part.text for part in summary("odd", rows, 1)] == ["nothing is set"]


def test_hostile_text_stays_text() -> None:
    hostile = "\x1b]0;pwned\x07\x9b31m\u202eexe\n[red]x[/red]"
    rows = table("http", ends(UID, 1, 2) | {"method": "GET", "host": hostile, "uri": hostile, "user_agent": hostile})
    for part in summary("http", rows, 0):
        assert part.text.isprintable()
