import pytest

from parsers.protocols import syslog, weird
from parsers.protocols.truncation import weirds

HEAD = "C1", "10.0.0.1", 40000, "192.0.2.7", 514
LONG, SHORT = ((100, *HEAD, "udp", "USER", "INFO", "x" * size) for size in (4097, 4096))


@pytest.mark.parametrize(("times", "told"), [(None, 100), ([200, 300], 300)])
def test_a_row_that_is_cut_is_told_of_when_it_is_written(times: list[int] | None, told: int) -> None:
    table = syslog.RECORD.table([SHORT, LONG])
    assert weirds("syslog", table, times) == [weird.of_net(told, "log_string_field_truncated", "Syslog::LOG", "")]
