"""What happens to entries while a program uses them, in a program of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from parsers.cache import locks
from tests.parsers.cache.conftest import Reader
from tests.parsers.cache.rows import all_cells

# Opens what was kept, has it damaged and looks at it again; says how many rows were the same.
_PROGRAM = """
import sys
from pathlib import Path
from parsers import limits
from parsers.cache import guard, kept, place
limits.CACHED_BYTES = 1
guard.prepare()
(entry,) = place.entries().iterdir()
found = kept.opened(entry.name, ["a.pcap"])
before = [batch.table.to_pylist() for batch in found.logs]
for path in entry.glob("*.arrow"):
    path.chmod(0o600)
    with path.open("r+b") as file:
        if sys.argv[1] == "cut":
            file.truncate(0)
        else:
            file.write(b"\\xff" * path.stat().st_size)
assert [batch.table.to_pylist() for batch in found.logs] == before
print(sum(map(len, before)))
"""


@pytest.mark.parametrize("damage", ["cut", "overwritten"])
@pytest.mark.usefixtures("folder")
def test_rows_stay_when_their_files_are_damaged_under_them(capture: Path, reader: Reader, damage: str) -> None:
    reader(capture)
    done = subprocess.run([sys.executable, "-c", _PROGRAM, damage], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "4\n", "")
    assert len(all_cells(reader(capture))) == 2
    assert reader.count == 2


def test_one_who_uses_an_entry_keeps_it(folder: Path, capture: Path, reader: Reader) -> None:
    reader(capture)
    (entry,) = folder.iterdir()
    with locks.unused(entry) as free:
        assert free
    reader(capture)
    with locks.unused(entry) as free:
        assert not free
