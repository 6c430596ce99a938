"""RFB: the logins of VNC, and a real server."""

from pathlib import Path
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.protocols.analyzer import Event, Gap
from parsers.protocols.rfb import RFB, recognise
from tests.parsers.protocols.feeding import SECOND, START, Told, Turn, connection, converse, data, each_way, run
from tests.parsers.protocols.loopback import Loopback, loopback

TO = connection(resp_p=5900)
CHALLENGE = bytes(16)


def versions(minor: bytes = b"008") -> list[Turn]:
    return [(False, b"RFB 003.008\n"), (True, b"RFB 003." + minor + b"\n")]


def screen(name: bytes = b"lab", width: int = 800, height: int = 600) -> bytes:
    return pack(">HH16sI", width, height, b"\x20" + bytes(15), len(name)) + name


def talk(*turns: Turn, minor: bytes = b"008") -> Told:
    return converse(RFB, [*versions(minor), *turns], to=TO)


OPEN: list[Turn] = [(False, b"\1\1"), (True, b"\1"), (False, bytes(4)), (True, b"\1"), (False, screen())]


@each_way
def test_a_session_without_login(way: str) -> None:
    told = converse(RFB, [*versions(), *OPEN], way if way != "with trailing bytes" else "whole", to=TO)
    assert told.service == "rfb"
    row = told.only("rfb")
    assert (row["client_major_version"], row["client_minor_version"]) == ("003", "008")
    assert (row["server_major_version"], row["server_minor_version"]) == ("003", "008")
    assert (row["authentication_method"], row["auth"], row["share_flag"]) == ("None", True, True)
    assert (row["desktop_name"], row["width"], row["height"]) == ("lab", 800, 600)


def test_a_session_begins_when_both_sides_have_spoken() -> None:
    assert talk(*OPEN).only("rfb")["ts"] == START + 2 * SECOND


@pytest.mark.parametrize(("result", "auth"), [(0, True), (1, False)])
def test_a_login_with_a_password(result: int, auth: bool) -> None:
    said = (False, pack(">I", result) + (b"" if auth else pack(">I", 3) + b"no!"))
    row = talk((False, b"\2\1\2"), (True, b"\2"), (False, CHALLENGE), (True, CHALLENGE), said).only("rfb")
    assert (row["authentication_method"], row["auth"], row["desktop_name"]) == ("VNC", auth, None)


def test_a_login_at_a_mac() -> None:
    challenge = pack(">HH", 2, 4) + bytes(8)
    turns = [
        (False, b"\1\x1e"),
        (True, b"\x1e"),
        (False, challenge),
        (True, bytes(8)),
        (False, bytes(4)),
        (True, b"\0"),
    ]
    row = talk(*turns, (False, screen(b"Mac")), minor=b"889").only("rfb")
    assert (row["authentication_method"], row["auth"], row["share_flag"]) == ("Apple Remote Desktop", True, False)
    assert row["desktop_name"] == "Mac"


@pytest.mark.parametrize(
    ("turns", "method", "auth"),
    [
        ([(False, pack(">I", 1)), (True, b"\1"), (False, screen())], "None", None),
        ([(False, pack(">I", 2) + CHALLENGE), (True, CHALLENGE), (False, bytes(4))], "VNC", True),
        ([(False, pack(">II", 0, 4) + b"full")], "Invalid", None),
    ],
)
def test_the_first_version(turns: list[Turn], method: str, auth: bool | None) -> None:
    row = talk(*turns, minor=b"003").only("rfb")
    assert (row["authentication_method"], row["auth"]) == (method, auth)


def test_a_server_that_lets_nobody_in() -> None:
    assert talk((False, b"\0" + pack(">I", 4) + b"full")).only("rfb")["authentication_method"] is None


def test_an_unanswered_choice_of_the_second_version() -> None:
    row = talk((False, b"\1\1"), (True, b"\1\1"), (False, screen()), minor=b"007").only("rfb")
    assert (row["auth"], row["desktop_name"]) == (None, "lab")


def test_what_the_client_sends_is_followed() -> None:
    messages = b"".join(
        (
            b"\0" + bytes(19),
            b"\2\0" + pack(">H", 2) + bytes(8),
            b"\3" + bytes(9),
            b"\4" + bytes(7),
            b"\5" + bytes(5),
            b"\6\0\0\0" + pack(">I", 4) + b"text",
        )
    )
    told = talk(*OPEN, (True, messages), (False, b"pixels"), (True, messages))
    assert told.service == "rfb"
    told = talk(*OPEN, (True, messages + b"\x96x"))
    assert told.service is None
    assert told.only("analyzer")["failure_reason"].endswith("invalid index for case: ClientMessage: 150")
    assert told.only("rfb")["desktop_name"] == "lab"


@pytest.mark.parametrize(
    ("screen_follows", "fault"),
    [
        (b"\0\0\0\0" + b"\2" + b"\3\0\0\0\0\0\0\4text" + b"\1\0\0\0\0\1" + bytes(6), None),
        (b"\0\0\0\1" + bytes(12), "out_of_bound: ServerFramebufferUpdate:rects: 1 > 0"),
        (b"\7", "invalid index for case: ServerMessage: 7"),
    ],
)
def test_what_comes_in_the_segment_of_the_session_s_begin(screen_follows: bytes, fault: str | None) -> None:
    told = talk(*OPEN[:-1], (False, screen() + screen_follows))
    failed = told.rows.get("analyzer")
    assert (failed[0]["failure_reason"] if failed else None) == (
        fault and f"Binpac exception: binpac exception: {fault}"
    )


@pytest.mark.parametrize(
    ("turns", "fault"),
    [
        ([(False, b"\1\1"), (False, b"x")], "invalid data from RFB server"),
        ([(False, b"\1\x05"), (True, b"\5")], "unknown RFB auth selection: 5"),
        ([(False, b"\1\1"), (True, b"\1"), (False, pack(">I", 9))], "invalid RFB auth result: 9"),
        ([(False, b"\0" + pack(">I", 1 << 20))], "&enforce violation : RFBFailReasonString:len"),
    ],
)
def test_what_does_not_fit_ends_it(turns: list[Turn], fault: str) -> None:
    told = talk(*turns, (True, b"\1"), (False, screen(b"late")))
    assert told.only("analyzer")["failure_reason"].endswith(fault)
    assert told.only("rfb")["desktop_name"] is None


def test_nothing_is_read_behind_a_hole_or_of_the_middle() -> None:
    fed: list[Event] = [data(*turn) for turn in versions()]
    rest: list[Event] = [data(*turn) for turn in OPEN]
    assert run(RFB, [*fed, Gap(True, 1, START), *rest], TO).only("rfb")["desktop_name"] is None
    assert run(RFB, [*fed, *rest], connection(resp_p=5900, partial=True)).rows == {}


def test_recognition() -> None:
    assert recognise(b"RFB 003.008\n", b"RFB 003.008\n")
    assert not recognise(b"RFB 003.008\n", b"")
    assert not recognise(b"", b"RFB 003.008\n")


@given(st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=40)), max_size=6))
def test_any_bytes_are_survived(turns: list[Turn]) -> None:
    for minor in (b"003", b"008"):
        talk(*turns, minor=minor)
    talk(*OPEN, *turns)


def test_a_real_server(tmp_path: Path) -> None:
    Loopback.need("Xtigervnc", "gvnccapture")
    server = ["Xtigervnc", ":77", "-rfbport", "5977", "-interface", "127.0.0.1", "-geometry", "320x200"]
    with loopback(tmp_path) as inside:
        inside.start(*server, "-SecurityTypes", "None", "-desktop", "the lab", "-nolisten", "unix", "-nolock")
        inside.wait_for(5977)
        with inside.captured():
            picture = tmp_path / "screen.png"
            inside.run("gvnccapture", "-q", "127.0.0.1:77", str(picture))
        assert picture.exists()
        row = inside.rows("rfb")[0]
        services = [found["service"] for found in inside.rows("conn") if found["proto"] == "tcp"]
    assert (row["authentication_method"], row["auth"], row["width"], row["height"]) == ("None", True, 320, 200)
    assert row["desktop_name"] == "the lab"
    assert services == ["rfb"]
