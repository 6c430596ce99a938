import os
import signal
import threading
from contextlib import closing
from pathlib import Path

import pytest

from parsers.capture.workers import Lost, aside, share_out
from tests.processes import children, is_alive, wait_until

ENDED = Lost("a worker process ended early; is memory short?")


@pytest.fixture(autouse=True)
def _two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0, 1})


def squares(number: int) -> tuple[int, int]:
    return number * number, os.getpid()


def test_alone_tasks_are_done_one_by_one_in_this_process() -> None:
    done: list[int] = []

    def work(number: int) -> int:
        done.append(number)
        return os.getpid()

    results = share_out(work, [1, 2, 3], alone=True)
    assert next(results) == (1, os.getpid())
    assert done == [1]
    assert [task for task, _ in results] == [2, 3]


def test_one_task_needs_no_process() -> None:
    assert list(share_out(squares, [3], alone=False)) == [(3, (9, os.getpid()))]
    assert list(share_out(squares, [], alone=False)) == []


def test_each_task_is_done_once_by_one_of_the_workers() -> None:
    results = list(share_out(squares, range(50), alone=False))
    assert sorted(task for task, _ in results) == list(range(50))
    workers = set()
    for task, result in results:
        assert not isinstance(result, Lost)
        assert result[0] == task * task
        workers.add(result[1])
    assert len(workers) <= 2
    assert os.getpid() not in workers
    assert not any(map(is_alive, workers))


def test_results_are_larger_than_a_pipe() -> None:
    sizes = [1 << 20, 3 << 20, 5]
    assert dict(share_out(bytes, sizes, alone=False)) == {size: bytes(size) for size in sizes}


@pytest.mark.parametrize("alone", [False, True])
def test_a_task_that_fails_costs_no_other_its_result(alone: bool) -> None:
    results = dict(share_out(lambda number: 12 // number, [0, 3, 4], alone=alone))
    assert results == {
        0: Lost("the analysis failed: ZeroDivisionError('integer division or modulo by zero'); please report it"),
        3: 4,
        4: 3,
    }


def test_workers_that_are_killed_are_replaced() -> None:
    def work(number: int) -> int:
        if number % 3 == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return -number

    results = dict(share_out(work, range(12), alone=False))
    assert results == {number: ENDED if number % 3 == 0 else -number for number in range(12)}


def test_an_answer_that_is_cut_off(tmp_path: Path) -> None:
    """It is longer than a pipe, and nobody reads it before its worker is killed."""

    def work(number: int) -> bytes:
        if number == 0:
            wait_until((tmp_path / "go").exists)
            threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGKILL)).start()
            return bytes(1 << 20)
        return b"%d" % os.getppid()

    results = share_out(work, [0, 1], alone=False)
    assert next(results) == (1, b"%d" % os.getpid())
    before = [pid for pid in children(os.getpid()) if is_alive(pid)]
    (tmp_path / "go").touch()
    wait_until(lambda: not all(map(is_alive, before)))
    assert list(results) == [(0, ENDED)]


def test_ctrl_c_is_for_the_parent() -> None:
    def work(number: int) -> int:
        os.kill(os.getpid(), signal.SIGINT)
        return number

    assert sorted(share_out(work, [1, 2], alone=False)) == [(1, 1), (2, 2)]


def test_signals_are_dealt_with_as_before() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    list(share_out(squares, [1, 2], alone=False))
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == before


def test_whoever_wants_no_more_results_ends_the_workers() -> None:
    with closing(share_out(squares, range(1000), alone=False)) as results:
        next(results)
        pids = [pid for pid in children(os.getpid()) if is_alive(pid)]
        assert len(pids) == 2
    assert not any(map(is_alive, pids))


def test_work_that_is_done_aside() -> None:
    with aside(os.getpid) as result:
        assert result() != os.getpid()
    with aside(lambda: bytes(3 << 20)) as result:
        assert result() == bytes(3 << 20)
    with aside(os.getpid, alone=True) as result:
        assert result() == os.getpid()
    assert not children(os.getpid())


def test_what_fails_aside_fails_here() -> None:
    def fail() -> None:
        raise ValueError("odd")

    with aside(fail) as result, pytest.raises(ValueError, match="odd"):
        result()


def test_work_whose_process_is_killed_is_done_here() -> None:
    here = os.getpid()

    def work() -> int:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return here

    with aside(work) as result:
        assert result() == here


def test_work_that_nobody_asks_for_is_given_up() -> None:
    with aside(threading.Event().wait):
        (child,) = children(os.getpid())
    wait_until(lambda: not is_alive(child))
