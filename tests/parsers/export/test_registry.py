"""What all formats can do: write into pipes, and into broken ones."""

import io
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from parsers.export.format import Format
from parsers.export.registry import CUT, FORMATS
from tests.parsers.export.tables import table

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
ALL = [*FORMATS.values(), CUT]
MANY = table(
    n=("count", list(range(40_000))), s=("string", ["text"] * 40_000), v=("vector[time]", [[1, None], None] * 20_000)
)


@pytest.mark.parametrize("form", ALL, ids=lambda form: form.name)
def test_a_pipe_gets_what_a_file_gets(form: Format) -> None:
    expected = io.BytesIO()
    form.write(expected, "odd", MANY, now=NOW)
    out, into = os.pipe()
    with ThreadPoolExecutor() as pool, Path(f"/dev/fd/{out}").open("rb") as reader:
        got = pool.submit(reader.read)
        os.close(out)
        with os.fdopen(into, "wb") as file:
            form.write(file, "odd", MANY, now=NOW)
        assert got.result() == expected.getvalue()


@pytest.mark.parametrize("form", ALL, ids=lambda form: form.name)
def test_a_pipe_that_nobody_reads(form: Format) -> None:
    out, into = os.pipe()
    os.close(out)
    file = os.fdopen(into, "wb", buffering=0)
    with pytest.raises(BrokenPipeError):
        form.write(file, "odd", MANY, now=NOW)
    file.close()


def test_cells_alone() -> None:
    file = io.BytesIO()
    CUT.write(file, "odd", table(a=("string", ["x\ty", None]), b=("set[count]", [[1, 2], []])))
    assert file.getvalue() == b"x\\x09y\t1,2\n-\t(empty)\n"
