"""A process that shows nothing needs no pandas."""

import sys


def go_without_pandas() -> None:
    """Keep pyarrow from loading pandas in this process.

    It looks for pandas when it first makes an array of a list, to know a Series when it sees one; that costs 0.4 s, half
    of what a small capture takes. An import of a module that stands as None in `sys.modules` fails at once
    (Python's reference, the import system, section 5.3.1).
    """
    sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]
