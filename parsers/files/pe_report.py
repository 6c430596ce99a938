"""What is inside an executable, as plain values that travel from the process that reads it."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Section:
    """A part of the executable: where it lies in memory and in the file, and how random its bytes are (0 to 8)."""

    name: str
    virtual_address: int
    virtual_size: int
    raw_offset: int
    raw_size: int
    entropy: float
    readable: bool
    writable: bool
    executable: bool


@dataclass(slots=True)
class Import:
    """A library that the executable uses, and the functions that it takes from it; `total` is how many there are."""

    library: str
    functions: list[str]
    total: int


@dataclass(slots=True)
class Resource:
    """A thing that the executable carries: an icon, a dialogue, a manifest, or anything else."""

    type: str
    name: str
    language: int
    size: int


@dataclass(slots=True)
class PEReport:
    """What pefile reads from an executable's bytes; every list is bounded, and `left_out` says where it was cut.

    `compiled` is seconds since the epoch, as the file says itself. `overlay_offset` is where the bytes begin that
    belong to no section, None when there are none. `signature_size` is the size of the signature, 0 without one;
    whether the signature is good is not looked at.
    """

    machine: str
    compiled: int
    is_dll: bool
    is_driver: bool
    subsystem: str
    entry_point: int
    image_base: int
    size: int
    imphash: str
    signature_size: int
    overlay_offset: int | None
    overlay_size: int
    overlay_entropy: float
    library_name: str
    sections: list[Section] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    exports: list[str] = field(default_factory=list)
    version: dict[str, str] = field(default_factory=dict)
    resources: list[Resource] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """The report as dictionaries and lists, for JSON."""
        return asdict(self)


def from_plain(cells: dict[str, Any]) -> PEReport:
    """The report that `plain` was made from."""
    parts = {
        "sections": [Section(**section) for section in cells["sections"]],
        "imports": [Import(**one) for one in cells["imports"]],
        "resources": [Resource(**resource) for resource in cells["resources"]],
    }
    return PEReport(**{**cells, **parts})
