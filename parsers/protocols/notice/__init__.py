"""notice.log: what somebody should look at. Each kind of notice is a file here and a line in the registry."""

from parsers.protocols.notice.notice import RECORD, Notice
from parsers.protocols.notice.registry import raised
from parsers.protocols.notice.suppression import logged

__all__ = ["RECORD", "Notice", "logged", "raised"]
