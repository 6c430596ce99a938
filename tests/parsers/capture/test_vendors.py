"""Who made a network card."""

import asyncio
import subprocess
import sys

import pytest

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


async def test_an_event_loop_is_in_nobodys_way() -> None:
    assert asyncio.get_running_loop().is_running()
    vendor.__globals__["_table"].cache_clear()
    vendor.__globals__["_registered"].cache_clear()
    assert vendor("005056000001") == "VMware, Inc."


def test_the_registry_is_read_when_it_is_asked() -> None:
    code = "import sys, parsers.capture.pipeline; assert 'aiooui' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
