import pytest

from parsers.capture import links
from parsers.capture.formats.registry import index
from parsers.capture.links.names import NAMES
from parsers.capture.links.registry import LAYERS
from parsers.updates import OpenError
from tests.parsers.capture.build import pcap


@pytest.mark.parametrize(("link", "named"), [(147, r"link type 147 \(USER0\)"), (9999, "link type 9999")])
def test_a_capture_of_no_link_type_that_is_read_is_refused(link: int, named: str) -> None:
    with pytest.raises(OpenError, match=f"packets of {named} are not read.*Capture again.*editcap"):
        links.troubles(index(memoryview(pcap([], link=link))))


def test_what_is_read_is_not_among_the_names_of_what_is_not() -> None:
    assert not NAMES.keys() & LAYERS.keys()
