import pytest

from parsers import errand
from parsers.cancelling import CalledOffError


def test_the_answer_comes_with_the_exit_status() -> None:
    answer, status = errand.run("base64", question=b"zeek", cancelled=lambda: False)
    assert (answer.strip(), status) == (b"emVlaw==", 0)
    assert errand.run("no.such.module", question=b"", cancelled=lambda: False) == (b"", 1)


def test_nobody_waits_any_more() -> None:
    with pytest.raises(CalledOffError):
        errand.run("timeit", "-s", "import time", "time.sleep(60)", question=b"", cancelled=lambda: True)


def test_an_answer_has_its_time() -> None:
    with pytest.raises(errand.TookTooLongError):
        errand.run("timeit", "while True: pass", question=b"", cancelled=lambda: False, seconds=0.2)
