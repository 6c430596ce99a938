"""What was kept of an origin, as it is found."""

from collections.abc import Sequence
from dataclasses import dataclass

from parsers.updates import Batch, Update


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: logs, what would be told beside them, and whether these are all logs that there are."""

    logs: Sequence[Batch] = ()
    beside: Sequence[Update] = ()
    whole: bool = False
