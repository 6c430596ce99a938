"""SMB 2 and 3 (MS-SMB2): what one message says.

Source: Zeek, src/analyzer/protocol/smb/smb2-*.pac, scripts/base/protocols/smb/smb2-main.zeek.
"""

from parsers.protocols.smb.smb2.message import read, read_encrypted

__all__ = ["read", "read_encrypted"]
