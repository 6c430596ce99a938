"""What a pcapng file holds beside packets that its owner should know of.

Source: draft-ietf-opsawg-pcapng, sections 4.5 (names) and 4.7 (decryption secrets).
"""

import numpy as np

from parsers.capture.formats.pcapng.blocks import NAMES, SECRETS, Blocks
from parsers.updates import Trouble

# Types of secrets, which are letters.
_SECRETS = {0x544C534B: "TLS", 0x5353484B: "SSH", 0x57474B4C: "WireGuard", 0x5A4E574B: "ZigBee", 0x5A41504B: "ZigBee"}


def announce(blocks: Blocks) -> list[Trouble]:
    """A line each for keys and for names of hosts, neither of which is used."""
    secrets, names = blocks.where(blocks.kind == SECRETS), blocks.where(blocks.kind == NAMES)
    kinds = sorted({f"{_SECRETS[kind]} " for kind in np.unique(secrets.words["first"]).tolist() if kind in _SECRETS})
    found = (
        (secrets, f"{'and '.join(kinds)}keys", "open the capture in Wireshark to see what they decrypt"),
        (names, "names of hosts", "only names that were seen in packets are shown"),
    )
    return [
        Trouble(f"it holds {what}, at byte {where.at[0]}, which are not used: {hint}", harmless=True)
        for where, what, hint in found
        if len(where)
    ]
