"""NTLM's messages, bare and in GSSAPI's negotiation, as SMB carries them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.protocols import gssapi, ntlm, smb
from parsers.protocols.analyzer import Data, End, Gap, Protocol
from parsers.protocols.utf16 import to_utf8
from tests.parsers.protocols import ntlm_messages as n
from tests.parsers.protocols import smb_messages as m
from tests.parsers.protocols.feeding import SECOND, START, Told, connection, converse

SERVER = n.challenge(nb="SRV", dns="srv.example.org", tree="example.org")
USER = n.authenticate("alice", "EXAMPLE", "DESK")
MORE = 0xC0000016
COMPLETE, INCOMPLETE, REJECTED = 0, 1, 2


def log_on(*blobs: tuple[bool, bytes], way: str = "whole", partial: bool = False) -> Told:
    """A log-on over SMB 2, blob by blob."""
    turns = [
        (is_orig, m.frame(m.session_setup(i, blob) if is_orig else m.session_set_up(i, blob, MORE)))
        for i, (is_orig, blob) in enumerate(blobs)
    ]
    return converse([smb.PROTOCOL, gssapi.GSSAPI, ntlm.NTLM], turns, way, connection(resp_p=445, partial=partial))


def negotiated(state: int | None) -> Told:
    return log_on(
        (True, n.init(n.negotiate())),
        (False, n.answer(INCOMPLETE, SERVER)),
        (True, n.answer(None, USER)),
        (False, n.answer(state)),
    )


@pytest.mark.parametrize(("state", "success"), [(COMPLETE, True), (REJECTED, False), (None, None), (INCOMPLETE, None)])
def test_a_negotiated_log_on(state: int | None, success: bool | None) -> None:
    found = negotiated(state)
    assert found.service == "ntlm,gssapi,smb"
    row = found.only("ntlm")
    assert row["ts"] == START + SECOND
    assert (row["username"], row["domainname"], row["hostname"]) == ("alice", "EXAMPLE", "DESK")
    assert row["server_nb_computer_name"] == "SRV"
    assert (row["server_dns_computer_name"], row["server_tree_name"]) == ("srv.example.org", "example.org")
    assert row["success"] is success


def test_a_bare_log_on() -> None:
    found = log_on((True, n.negotiate()), (False, SERVER), (True, USER))
    assert found.service == "ntlm,smb"
    assert (found.only("ntlm")["username"], found.only("ntlm")["success"]) == ("alice", None)


def test_only_the_first_log_on_of_a_connection_is_told() -> None:
    blobs = [(True, n.init(n.negotiate())), (True, n.answer(None, USER)), (False, n.answer(COMPLETE))]
    found = log_on(*blobs, (True, n.answer(None, n.authenticate("bob"))), (False, n.answer(COMPLETE)))
    assert found.only("ntlm")["username"] == "alice"


@pytest.mark.parametrize(
    "pairs",
    [
        (n.pair(6, bytes(4)), n.pair(7, bytes(8)), n.pair(9, "x".encode("utf-16-le"))),
        (n.pair(8, b"\x30\0\0\0" + bytes(4) + b"\1\0\0\0" + bytes(8)),),
        (n.pair(8, b"\x30\0\0\0" + bytes(4) + bytes(4) + bytes(4)),),
        (n.pair(10, bytes(2)),),
    ],
)
def test_other_pairs_are_passed_over(pairs: tuple[bytes, ...]) -> None:
    found = log_on((False, n.challenge(*pairs, nb="SRV")), (True, USER))
    assert found.only("ntlm")["server_nb_computer_name"] == "SRV"


@pytest.mark.parametrize(
    "message",
    [
        SERVER[:30],
        n.challenge(n.pair(11, b"")),
        n.authenticate("alice")[:-3],
        n.negotiate(n.OEM_DOMAIN),
        n.negotiate()[:-1],
    ],
)
def test_a_broken_message_says_nothing(message: bytes) -> None:
    found = log_on((True, message))
    assert found.service is None
    assert found.rows == {}


def test_a_message_of_another_kind_is_one_all_the_same() -> None:
    found = log_on((True, b"NTLMSSP\0\x09\0\0\0"))
    assert (found.service, found.rows) == ("ntlm", {})


def test_a_version_must_be_whole() -> None:
    head = b"NTLMSSP\0\1\0\0\0" + (n.VERSION | 1).to_bytes(4, "little")
    assert log_on((True, head + b"\0\0\0\0\x40\0\0\0" * 2 + bytes(7))).service is None
    assert log_on((True, head + b"\0\0\0\0\x40\0\0\0" * 2 + bytes(8))).service == "ntlm"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("grün".encode("utf-16-le"), "grün".encode()),
        ("a\0b".encode("utf-16-le"), b"a"),
        (b"a\0b", b"ab"),
        ("\U0001f600".encode("utf-16-le"), "\U0001f600".encode()),
        (b"\x00\xdca\x00", b"\xed\xb0\x80a"),
        (b"a\0\x00\xd8", None),
        (b"", b""),
    ],
)
def test_utf_16(raw: bytes, text: bytes | None) -> None:
    assert to_utf8(raw) == text


def test_text_that_is_none_stays_as_it_is_and_is_weird() -> None:
    found = log_on((True, n.authenticate("a").replace(b"a\0", b"\x01\xd8")))
    assert found.only("ntlm")["username"] == "\x01\\xd8"
    assert (found.only("weird")["name"], found.only("weird")["source"]) == ("utf16_conversion_failed", None)


class Heard:
    """Stands for Kerberos: keeps what it is given."""

    def __init__(self) -> None:
        self.messages: list[tuple[bool, bytes]] = []

    def deliver(self, data: Data) -> None:
        self.messages.append((data.is_orig, data.data))

    def gap(self, gap: Gap) -> None: ...

    def end(self, end: End) -> None: ...

    def finish(self, ts: int) -> None: ...


def test_kerberos_is_passed_on() -> None:
    request, reply = b"\x6e\x03abc", b"\x6f\x01d"
    named = n.encoded(0x60, n.KERBEROS + b"\1\0" + request)
    turns = [
        (True, m.frame(m.session_setup(1, n.init(named, n.KERBEROS)))),
        (False, m.frame(m.session_set_up(1, n.answer(COMPLETE, reply)))),
    ]
    heard = Heard()
    krb = Protocol("krb", (), lambda _: heard)
    told = converse([smb.PROTOCOL, gssapi.GSSAPI, ntlm.NTLM, krb], turns, to=connection(resp_p=445))
    assert told.service == "gssapi"
    assert heard.messages == [(True, request), (False, reply)]


@pytest.mark.parametrize("token", [b"\4\4\0\xff\xff\xff\xff\xff", b"\5\4\0\xff\xff\xff\xff\xff"])
def test_protected_messages_are_no_negotiation(token: bytes) -> None:
    assert log_on((True, token)).service == "gssapi"


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (n.init(n.negotiate())[:-4], "out_of_bound: GSSAPI_NEG_TOKEN_INIT_Arg:args: 36 > 32"),
        (b"\x60\x84\1\2\0\0\0\0", "out_of_bound: ASN1EncodingMeta:len: 2 > 0"),
        (b"\xa1\x08\x30\x06\xa7\x01\x00\x00", "invalid index for case: GSSAPI_NEG_TOKEN_RESP_Arg: 7"),
        (
            n.encoded(0x60, n.SPNEGO + b"\xa0\4\x30\2\xa4\0"),
            "invalid index for case: GSSAPI_NEG_TOKEN_INIT_Arg_Data: 4",
        ),
    ],
)
def test_what_does_not_fit_is_told_where_it_did_before(token: bytes, reason: str) -> None:
    assert log_on((True, token)).rows == {}
    found = log_on((True, n.init(None)), (True, token), (True, n.init(n.negotiate())))
    row = found.only("analyzer")
    assert (row["analyzer_name"], row["failure_reason"]) == ("GSSAPI", f"Binpac exception: binpac exception: {reason}")
    # It is heard on, but not taken for the protocol any more.
    assert found.service == "ntlm,smb"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from([b"", b"NTLMSSP\0", b"\x60", b"\xa1"]), st.binary(max_size=90)))
)
def test_any_bytes_are_survived(parts: list[tuple[bool, bytes, bytes]]) -> None:
    log_on(*((is_orig, start + rest) for is_orig, start, rest in parts))
