"""Windows' interfaces by UUID and their operations by number, under the names that Zeek gives them.

They lie in interfaces.tsv beside this file: UUID, interface, operations from number 0 on; what has no name is empty.
Source: Zeek, scripts/base/protocols/dce-rpc/consts.zeek; Microsoft's open specifications.
"""

from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

# What a pipe is usually bound to, where the binding was not seen.
OF_PIPES: Final = {
    "winreg": "338cd001-2244-31f1-aaaa-900038001003",
    "spoolss": "12345678-1234-abcd-ef00-0123456789ab",
    "srvsvc": "4b324fc8-1670-01d3-1278-5a47bf6ee188",
}


class Interface(NamedTuple):
    """One interface; an operation without a name is an empty one."""

    name: str
    operations: list[str]


@cache
def _interfaces() -> dict[str, Interface]:
    lines = Path(__file__).with_name("interfaces.tsv").read_text("ascii").splitlines()
    rows = (line.split("\t") for line in lines)
    return {uuid: Interface(name, operations) for uuid, name, *operations in rows}


def name(uuid: str) -> str:
    """What an interface is called."""
    found = _interfaces().get(uuid)
    return found.name if found is not None else f"unknown-{uuid}"


def operation(uuid: str, number: int) -> str:
    """What an interface's operation of this number is called."""
    found = _interfaces().get(uuid)
    named = found.operations[number] if found is not None and number < len(found.operations) else ""
    return named or f"unknown-{number}"
