"""software.log: the programs that local hosts run, as protocols give them away.

Analysers state what they see (`http`, `smtp`, `ssh`, `ftp`, one file for each); `folded` puts together what a shard has
seen, and `logged` says which of it Zeek writes.
"""

from parsers.protocols.software.record import RECORD, SIGHTINGS
from parsers.protocols.software.tracking import folded, logged

__all__ = ["RECORD", "SIGHTINGS", "folded", "logged"]
