"""The captures that are opened together, as one run of bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from parsers import limits
from parsers.capture.joined import joined
from parsers.capture.spool import Spool, Stretch
from parsers.updates import OpenError, PasswordNeeded, Trouble, not_opened


@dataclass(frozen=True, slots=True)
class Captures:
    """Open captures: each one's name, and where in `data` it lies.

    The troubles are what went wrong on the way to them, each with the name of a file.
    """

    data: memoryview
    places: list[tuple[str, slice]]
    troubles: list[Trouble]


def open_captures(
    paths: Sequence[Path], password: bytes | None = None, names: Mapping[Path, str] | None = None
) -> Captures:
    """The captures in files; one that cannot be opened is a Trouble beside others that can.

    `names` are what some of them are called, where that is not their path. Raises OpenError when none can be opened;
    PasswordNeeded when one lies in a locked zip and the password is missing or wrong.
    """
    troubles: list[Trouble] = []
    stretches: list[Stretch] = []
    with Spool() as spool:
        for path in paths:
            try:
                stretches += spool.captures(path, password, (names or {}).get(path))
            except PasswordNeeded:
                raise
            except OpenError as error:
                if len(paths) == 1:
                    raise
                troubles.append(Trouble(str(error)))
        if not stretches:
            raise OpenError(troubles[0].text)
        if len(stretches) > limits.CAPTURES:
            name, more = stretches[limits.CAPTURES].name, len(stretches) - limits.CAPTURES - 1
            why = f"more than {limits.CAPTURES} captures are not opened together"
            troubles.append(Trouble(f"{name}: left out, and {more} more: {why}"))
            del stretches[limits.CAPTURES :]
        for stretch in stretches:
            troubles += stretch.troubles
        try:
            data, places = joined(stretches, spool.file)
        except OSError as error:
            raise not_opened(Path(stretches[0].name), error) from None
    return Captures(data, [(each.name, place) for each, place in zip(stretches, places, strict=True)], troubles)
