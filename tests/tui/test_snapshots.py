"""How it looks; `pytest --snapshot-update` writes new pictures after a look at the old ones."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from parsers.protocols.registry import RECORDS
from tests.frames import SECOND, UID, ends, story, table
from tests.tui.driving import app_of, apply_filter, press, rest

SMALL, MIDDLE, WIDE = (80, 24), (120, 36), (160, 50)
Compare = Callable[..., bool]


@pytest.fixture(autouse=True)
def few_records(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tabs without rows are those of a few logs, so that no picture changes with each protocol that is added."""
    few = {log: RECORDS[log] for log in ("conn", "dns", "files", "http", "pe", "ssl", "tunnel", "weird", "x509")}
    monkeypatch.setattr("tui.screens.explorer.RECORDS", few)


def keys(*pressed: str) -> Callable[[Pilot[None]], Any]:
    async def run(pilot: Pilot[None]) -> None:
        await rest(pilot)
        for key in pressed:
            await press(pilot, key)

    return run


@pytest.mark.parametrize("size", [SMALL, MIDDLE, WIDE], ids=["small", "middle", "wide"])
def test_the_explorer(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(app_of(), terminal_size=size, run_before=keys("3"))


def test_many_rows_of_many_kinds(snap_compare: Compare) -> None:
    states = ("SF", "S0", "RSTO", "REJ")
    rows = [
        ends(f"C{n}", 40_000 + n, (443, 80, 53)[n % 3], n * 17.25)
        | {"proto": ("tcp", "tcp", "udp")[n % 3], "service": ("ssl", "http", None)[n % 3], "conn_state": states[n % 4]}
        | {"duration": n * n * SECOND // 7, "orig_bytes": n**4, "resp_bytes": 0 if n % 5 else None}
        for n in range(60)
    ]
    hostile = ends(UID, 1, 2) | {"host": "\x1b[2Jevil\u202e", "uri": "/" + "長" * 90, "user_agent": "[red]x[/red]"}
    tables = story() | {"conn": table("conn", *rows), "http": table("http", hostile)}
    assert snap_compare(app_of(tables), terminal_size=MIDDLE, run_before=keys("4", "pagedown", "j", "l", "l"))


def test_hostile_cells(snap_compare: Compare) -> None:
    hostile = ends(UID, 1, 2) | {"host": "\x1b[2Jevil\u202e", "uri": "/" + "長" * 90, "user_agent": "[red]x[/red]"}
    assert snap_compare(app_of({"http": table("http", hostile)}), terminal_size=SMALL, run_before=keys())


def test_the_panel_has_the_keys(snap_compare: Compare) -> None:
    assert snap_compare(app_of(), terminal_size=SMALL, run_before=keys("tab", "j", "j"))


def test_a_filter_that_is_wrong(snap_compare: Compare) -> None:
    typed = ["3", "slash", *"hots == 1"]
    assert snap_compare(app_of(), terminal_size=SMALL, run_before=keys(*typed))


def test_a_filter_that_is_applied(snap_compare: Compare) -> None:
    async def run(pilot: Pilot[None]) -> None:
        await rest(pilot)
        await press(pilot, "3")
        await apply_filter(pilot, "status_code == 200")

    assert snap_compare(app_of(), terminal_size=SMALL, run_before=run)


@pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=["small", "middle"])
def test_the_details_of_a_row(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(app_of(), terminal_size=size, run_before=keys("2", "enter", "j", "j"))


def test_the_help(snap_compare: Compare) -> None:
    assert snap_compare(app_of(), terminal_size=SMALL, run_before=keys("question_mark"))


def test_the_list_of_logs(snap_compare: Compare) -> None:
    assert snap_compare(app_of(), terminal_size=SMALL, run_before=keys("t"))


def test_light_colours(snap_compare: Compare) -> None:
    app = app_of()
    app.theme = "zeektui-light"
    assert snap_compare(app, terminal_size=MIDDLE, run_before=keys("4"))


def test_a_log_without_rows(snap_compare: Compare) -> None:
    tables = story() | {"pe": table("pe")}
    assert snap_compare(app_of(tables), terminal_size=SMALL, run_before=keys("7"))
