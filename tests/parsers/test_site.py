import pytest

from parsers.site import is_local


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("10.1.2.3", True),
        ("100.64.0.1", True),
        ("8.8.8.8", False),
        ("192.0.2.1", True),
        ("224.0.0.251", True),
        ("224.0.1.1", False),
        ("255.255.255.255", True),
        ("::1", True),
        ("2001:db8::1", True),
        ("2606:4700::1", False),
        ("fe80::1", True),
        pytest.param("2002:a01:203::1", True, id="6to4-of-a-private-network"),
        pytest.param("2002:808:808::1", False, id="6to4-of-a-public-address"),
    ],
)
def test_private_networks_are_local(address: str, expected: bool) -> None:
    assert is_local(address) is expected
