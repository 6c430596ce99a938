import numpy as np
import pytest

from parsers.capture import links
from parsers.capture.formats.index import Index
from parsers.capture.formats.registry import index
from parsers.capture.links.names import NAMES
from parsers.capture.links.registry import LAYERS
from parsers.updates import OpenError, Trouble
from tests.parsers.capture.build import pcap


@pytest.mark.parametrize(("link", "named"), [(147, r"link type 147 \(USER0\)"), (9999, "link type 9999")])
def test_a_capture_of_no_link_type_that_is_read_is_refused(link: int, named: str) -> None:
    with pytest.raises(OpenError, match=f"packets of {named} are not read.*Capture again.*editcap"):
        links.troubles(index(memoryview(pcap([], link=link))))


def test_what_is_read_is_not_among_the_names_of_what_is_not() -> None:
    assert not NAMES.keys() & LAYERS.keys()


def test_packets_among_others_are_counted() -> None:
    none = np.zeros(5, np.int64)
    found = Index(none, none, none, none, np.array([1, 147, 1, 147, 113]), frozenset((1, 113, 147, 6)), [])
    assert links.troubles(found) == [
        Trouble("packets of link type 147 (USER0) are not read: 2, the first is number 2"),
    ]
