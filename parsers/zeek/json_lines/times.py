"""Times in all of JSON's spellings as decimals of seconds: what Zeek's other logs hold of them, and no digit more.

A number with as many digits as a double has was a double, and Zeek writes those with six decimals; one with more
digits is exact. Source: Zeek, src/threading/formatters/JSON.cc (TS_EPOCH, TS_MILLIS, TS_MILLIS_UNSIGNED, TS_ISO8601).
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import numpy.typing as npt

SECOND = 1_000_000_000
MILLISECOND = 1_000_000
# No time lies behind the year 9999: a larger number counts something smaller than seconds.
LAST = 253_402_300_799
# Below this (1973) whole numbers are Zeek's milliseconds of a capture whose clock was never set.
_EARLY = 10**8
_NUMBER = re.compile(r"(-?)(\d+)(?:\.(\d+))?([eE][+-]?\d{1,3})?")
_WHOLE_DIGITS = 20
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?)?)?"
    r"\s*(?:[Zz]|UTC|([+-])(\d\d):?(\d\d)?)?"
)


def unit_of(numbers: Iterable[str]) -> int | None:
    """What one step of times is that are written as whole numbers, in nanoseconds; None where there is no number."""
    largest = -1
    for text in numbers:
        found = _NUMBER.fullmatch(text)
        if found is None or len(found[2]) > _WHOLE_DIGITS:
            continue
        if found[3] or found[4]:
            return SECOND
        largest = max(largest, abs(_signed(int(text))))
    if largest < 0:
        return None
    return MILLISECOND if largest < _EARLY else _unit(largest)


def time(text: str, unit: int) -> str:
    """A number or an ISO 8601 time as seconds; a text that is neither stays as it is."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return _iso(text)
    _, digits, decimals, exponent = found.groups()
    if len(digits) > _WHOLE_DIGITS or exponent:
        return micros(text)
    if decimals:
        step = _unit(int(digits))
        if step != SECOND:
            return micros(str(Decimal(text) * step / SECOND))
        return text if len(decimals) in (8, 9) else micros(text)
    number = _signed(int(text))
    return decimal(number * (unit if unit != SECOND else _unit(abs(number))))


def _signed(number: int) -> int:
    """TS_MILLIS_UNSIGNED: what lies before 1970 has run over."""
    return number - (1 << 64) if 1 << 63 <= number < 1 << 64 else number


def _unit(number: int) -> int:
    """What a step of so many is when they are no more than the years up to 9999."""
    unit = SECOND
    while number > LAST and unit > 1:
        unit, number = unit // 1000, number // 1000
    return unit


def micros(text: str) -> str:
    """A number of seconds with no more than the six decimals that Zeek writes; any other text as it is."""
    found = _NUMBER.fullmatch(text)
    if found is None or (len(found[3] or "") <= 6 and not found[4]):
        return text
    return f"{float(text):.6f}"


def rounded(steps: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Nanoseconds of numbers of seconds; those with seven decimals have six, as `time` gives them."""
    seven = np.flatnonzero((steps % 1000 != 0) & (steps % 100 == 0))
    if not len(seven):
        return steps
    steps = steps.copy()
    texts = (micros(decimal(number)) for number in steps[seven].tolist())
    steps[seven] = [int(text.replace(".", "")) * 1000 for text in texts]
    return steps


def decimal(steps: int) -> str:
    """Nanoseconds as seconds with nine decimals."""
    whole, rest = divmod(abs(steps), SECOND)
    return f"{'-' * (steps < 0)}{whole}.{rest:09d}"


def _iso(text: str) -> str:
    """An ISO 8601 time as seconds; without a zone it is UTC."""
    found = _ISO.fullmatch(text.strip())
    if found is None:
        return text
    day, hour, minute, second, decimals, sign, east, of_it = found.groups()
    try:
        whole = datetime.fromisoformat(day).replace(tzinfo=UTC) - datetime.fromtimestamp(0, UTC)
    except ValueError:
        return text
    if int(hour or 0) > 23 or int(minute or 0) > 59 or int(second or 0) > 60:
        return text
    zone = timedelta(hours=int(east or 0), minutes=int(of_it or 0))
    whole += timedelta(hours=int(hour or 0), minutes=int(minute or 0), seconds=int(second or 0))
    whole += zone if sign == "-" else -zone
    return decimal(whole // timedelta(seconds=1) * SECOND + int((decimals or "")[:9].ljust(9, "0")))
