"""Who made a network card."""

import asyncio
import subprocess
import sys

import pytest

from parsers.capture import vendors
from parsers.capture.vendors import vendor


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("005056000001", "VMware, Inc."),
        # For several; made up; both; a block that is given out in smaller parts; nobody's.
        ("01005e000001", None),
        ("025056000001", None),
        ("ffffffffffff", None),
        ("f4a454000001", None),
        ("fcfffe000001", None),
    ],
)
def test_vendors(address: str, name: str | None) -> None:
    assert vendor(address) == name


async def test_the_package_finds_the_same() -> None:
    # Also where there is an event loop already.
    assert asyncio.get_running_loop().is_running()
    ours, its = vendors._registry(), vendors._asked()
    some = ["000000", "000001", "001b21", "005056", "f4a454", "fcfffe", "ffffff"]
    some += [f"{number:06x}" for number in range(0, 1 << 24, 4999)]
    assert [ours(prefix) for prefix in some] == [its(prefix) for prefix in some]
    assert ours("005056") == "VMware, Inc."


def test_a_table_of_another_layout_is_left_to_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendors, "_MAGIC", b"OUI9")
    assert vendors._registry.__wrapped__()("005056") == "VMware, Inc."


def test_the_registry_is_read_when_it_is_asked() -> None:
    code = "import sys, parsers.capture.decoded; assert 'aiooui' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
