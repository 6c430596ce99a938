"""Frames as columns: those of a capture, and those that lie inside its packets."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from parsers.capture.headers import Ints


@dataclass(frozen=True, slots=True)
class Frames:
    """Frames of one depth, in capture order; columns of the same length.

    number: of the packet that a frame is or lies in; at: its place in the store; captured: bytes of it that are there;
    wire: bytes of it on the wire; link: its link type; parent: the place of what encloses it, -1 for nothing.
    """

    number: Ints
    at: Ints
    captured: Ints
    wire: Ints
    link: Ints
    parent: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.number)
