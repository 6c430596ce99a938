"""Captures handed to a real scheduler with two real workers, one of which is killed in the middle of its work."""

import sys
from pathlib import Path

from parsers import limits
from tests.parsers.capture.large import many
from tests.parsers.lake.cluster import cluster
from tests.parsers.lake.rows import files, rows
from tests.processes import finish, run_program, run_python, start
from tui.options import demo

# The program, with so small parts that a capture of some megabytes is shared by the workers.
_IN_PARTS = """
import sys
from parsers import limits
limits.LAKE_PART_BYTES = 2 << 20
from tui.cli import main
sys.exit(main())
"""
_WITHOUT_DASK = """
import sys
sys.modules["distributed"] = None
from tui.cli import main
sys.exit(main())
"""
_PARQUET = ("--format", "parquet")


def test_a_worker_that_dies_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    large = tmp_path / "large.pcap"
    large.write_bytes(many(6 * limits.SHARD_PACKETS))
    local, lake = tmp_path / "local", tmp_path / "lake"
    assert run_program(large, demo(), "--write", local, *_PARQUET, "--by-day") == (0, "", "")
    with cluster(tmp_path) as found:
        options = ("--write", lake, *_PARQUET, "--scheduler", found.address)
        run = start("-P", "-c", _IN_PARTS, large, demo(), *options, executable=sys.executable)
        found.kill_one_at_work(lake)
        assert finish(run) == (0, "", "")
        assert sum(worker.poll() is None for worker in found.workers) == 1
    assert files(lake) == files(local)
    assert rows(lake) == rows(local)


def test_what_a_cluster_lacks_is_told_in_a_line(tmp_path: Path) -> None:
    asked = (demo(), "--write", tmp_path / "lake", *_PARQUET, "--scheduler")
    status, _, complaint = run_program(*asked, "tcp://127.0.0.1")
    assert (status, complaint.count("\n")) == (2, 1)
    assert "tcp://127.0.0.1: no scheduler answers (missing port number" in complaint
    status, _, complaint = run_python(_WITHOUT_DASK, *asked, "tcp://127.0.0.1:1")
    assert (status, complaint.count("\n")) == (2, 1)
    assert "pip install 'zeektui[cluster]'" in complaint
    assert not (tmp_path / "lake").exists()
