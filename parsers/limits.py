"""Every bound of the program in one place, each with its reason."""

from typing import Final

# Zeek's default_file_bof_buffer_size: the bytes that a file's MIME type is decided on.
MIME_BYTES: Final = 4096
# What the automaton of all MIME patterns may take; a smaller one is rebuilt again and again.
MIME_MEMORY: Final = 64 << 20
# A file of which nothing is heard for so long is over, in nanoseconds (Zeek: default_file_timeout_interval).
FILE_TIMEOUT: Final = 120 * 1_000_000_000
# What one file may hold back while a part before it is missing (Zeek: Files::reassembly_buffer_size), and in how many
# pieces: keeping very many in order would take too long.
FILE_REASSEMBLY_BYTES: Final = 512 << 10
FILE_PIECES: Final = 1 << 14
# The bytes of a packet, near enough: how much of a file comes at a time.
PACKET_BYTES: Final = 1460
# What is remembered of a file that several connections carry, to look at it again in the order of time.
SHARED_FILE_BYTES: Final = 64 << 20
# Zeek cuts a logged string here, and a set or vector there (Log::default_max_field_*), and tells so: what is kept of
# longer ones is one more.
FIELD_BYTES: Final = 4096
CONTAINER_ELEMENTS: Final = 100
# Zeek cuts the sum of a row's strings here, and of the elements of its sets (Log::default_max_total_*).
ROW_STRING_BYTES: Final = 256_000
ROW_ELEMENTS: Final = 500
# Certificates may have more names (Zeek: X509::default_max_field_container_elements, default_max_total_…).
CERTIFICATE_ELEMENTS: Final = 500
CERTIFICATE_ROW_ELEMENTS: Final = 1500
# Logs that take less memory than this are formatted faster than processes start.
WRITTEN_ALONE_BYTES: Final = 8 << 20
# Threads that format rows of a log: more than a few only wait for the disk.
WRITING_THREADS: Final = 4
# The bytes that one delivery to an analyser holds at most: long downloads stay in small pieces of memory.
CHUNK_BYTES: Final = 1 << 20
# The bytes of one direction that may wait for a hole to be filled or for an acknowledgement; with more of them its
# data is passed on no further (Zeek: tcp_excessive_data_without_further_acks). Only their places are kept.
UNACKED_BYTES: Final = 10 << 20
# The segments that may wait behind a hole: each costs a search among the others.
PENDING_SEGMENTS: Final = 1 << 15
# The bytes of a connection's start that decide which protocol it speaks (Zeek: dpd_buffer_size).
RECOGNITION_BYTES: Final = 1024
# The segments and gaps of a connection's start that do so (Zeek: dpd_max_packets).
RECOGNITION_CHUNKS: Final = 100
# An analyser that finds its connection to be another protocol's stays after this many bytes
# (Zeek: ignore_violations_after).
VIOLATION_BYTES: Final = 10 * 1024
# Protocols inside protocols (a proxy asked for a proxy) are followed this deep: each level is one more call.
HAND_OVERS: Final = 8
# The bytes between a program's DOS header and its PE header (Zeek: MAX_DOS_CODE_LENGTH); real ones have hundreds.
PE_STUB_BYTES: Final = 4 << 20
# A file that pefile looks at on demand: larger ones are cut, the seconds and memory of that process are bounded.
INSPECT_BYTES: Final = 64 << 20
INSPECT_SECONDS: Final = 20
INSPECT_MEMORY: Final = 1 << 30
# The sections, libraries, functions, resources and warnings that a report lists at most.
INSPECT_LIST: Final = 500
# A compressed body grows to this at most, against bombs.
INFLATED_BYTES: Final = 256 << 20
# Packets that one worker takes at a time: few enough for early rows, enough to be worth a message.
SHARD_PACKETS: Final = 20_000
# In a lake, workers share a larger capture in parts of this size: each of them decodes all of it, a tenth of the work.
LAKE_PART_BYTES: Final = 64 << 20
# The first packets of a large capture, whose connections are shown before the rest is looked at: they lie in so many
# bytes, a capture of four times as many is large.
FIRST_PACKETS: Final = 20_000
FIRST_BYTES: Final = 8 << 20
# With more packets than this, all of conn is not told before what connections carry: its rows would be held twice.
EARLY_PACKETS: Final = 1 << 22
# Below this a capture is indexed, and half of it decoded, faster than another process does it.
ALONE_BYTES: Final = 32 << 20
# Below this a capture is analysed faster than processes start.
INLINE_PACKETS: Final = 20_000
# More processes than this gain little and cost memory each.
WORKERS: Final = 8
# libpcap refuses a record that claims more (MAXIMUM_SNAPLEN): what follows such a one is not a capture.
CAPTURED_PACKET_BYTES: Final = 262_144
# libpcap and Wireshark refuse a longer block of a pcapng; here it only tells damage from a file that was cut off.
PCAPNG_BLOCK_BYTES: Final = 16 << 20
# Packets that are read: each takes 160 bytes of memory or, beyond the budget, of a disk for its columns, and a
# microsecond to be found; empty ones pack to next to nothing. A capture of 20 GB whose packets are short has no more.
CAPTURE_PACKETS: Final = 1 << 27
# Captures that are opened together: the kernel gives a process 65,530 mappings.
CAPTURES: Final = 10_000
# A compressed capture grows to this at most, against bombs: the rest is left, and said so.
SPOOLED_BYTES: Final = 16 << 30
# What unpacking may take: the window of zstd --long and --ultra -22; xz -9 takes 65 MB.
UNPACKING_BYTES: Final = 128 << 20
# Packed files inside packed files (a log that was packed, in a backup that is).
PACKING_DEPTH: Final = 4
# Members of a zip that are looked at to find the capture.
ZIP_MEMBERS: Final = 1_000
# Headers inside headers before the IP packet (Zeek: PacketAnalyzer::max_depth).
LINK_HEADERS: Final = 25
# Frames aggregated in one of IEEE 802.11: its longest holds 11,454 bytes, a frame with an IP header 42 at least.
AGGREGATED_FRAMES: Final = 512
# Datagrams, and fragments of all of them, that wait for their missing fragments: the oldest are given up beyond that.
WAITING_DATAGRAMS: Final = 1 << 16
WAITING_FRAGMENTS: Final = 1 << 19
# After this long a datagram is given up, in nanoseconds (Zeek: frag_timeout).
FRAGMENT_TIMEOUT: Final = 300 * 1_000_000_000
# Zeek's DNS: pointers followed in one name (dns_max_compression_chain_depth), bytes of a name, questions of a message
# (dns_max_queries), transaction ids and messages of one id that wait for their other half (DNS::max_pending_*).
DNS_POINTERS: Final = 20
DNS_NAME_BYTES: Final = 512
DNS_QUESTIONS: Final = 25
DNS_PENDING_IDS: Final = 50
DNS_PENDING_MESSAGES: Final = 50
# Zeek's buffer for a name in a certificate, its closing zero included.
NAME_BYTES: Final = 2048
# Certificates that are not read again when they come again, and the longest of them: 4 MB at most.
REMEMBERED_CERTIFICATES: Final = 512
REMEMBERED_BYTES: Final = 8192
# An RSA exponent: longer ones are not real and take Python long to write in decimal.
EXPONENT_BYTES: Final = 512
# Identifiers that are followed from one row, and rows of one log that are listed with it: a certificate may be
# everyone's.
RELATED_KEYS: Final = 100
RELATED_ROWS: Final = 6
# Lines of a Zeek log are read in blocks that grow from the first to the second size: first rows at once, then speed.
LOG_FIRST_BYTES: Final = 1 << 18
LOG_BLOCK_BYTES: Final = 1 << 22
# The first bytes of a log that tell its format: the first line may be damaged.
LOG_SNIFFED_BYTES: Final = 1 << 16
# A longer line is no row of a log: Zeek's strings end at 256 kB a row, escaped four times that.
LOG_LINE_BYTES: Final = 1 << 24
# Nesting of a JSON object, keys in it, and different keys in one log: Zeek's have two levels and less than a hundred.
JSON_DEPTH: Final = 100
JSON_KEYS: Final = 1000
JSON_COLUMNS: Final = 1000
# JSON that is not one object a line is held whole.
JSON_DOCUMENT_BYTES: Final = 64 << 20
# A log whose header changes more often is made to keep a reader busy; rotated logs in one file stay below.
LOG_HEADERS: Final = 1000
# Rows of one log that are reported one by one; the others are counted.
LOG_FAULTS: Final = 10
# Rows of a Parquet file that are read at a time, however many its groups hold.
PARQUET_ROWS: Final = 1 << 16
# The rows of a Parquet file take this at most, against bombs: a byte may stand for a thousand rows.
PARQUET_BYTES: Final = 16 << 30
# Folders inside a folder of logs: a sensor's own are two deep, archives by year, month, day and hour five.
LOG_FOLDERS: Final = 6
# What is looked at in folders of logs: a year of a sensor that rotates thirty logs every hour.
LOG_ENTRIES: Final = 300_000
# Files there that are not called logs and are looked into, for they may be some.
LOG_SNIFFED_FILES: Final = 1000
# Logs that are looked at on the screen are read whole, and so is a folder of so many bytes, packed ones counted as
# unpacked: it takes a second. In a larger one, logs of fewer bytes than the second are.
LOG_WHOLE_BYTES: Final = 64 << 20
LOG_SMALL_BYTES: Final = 2 << 20
# Places of a log whose rows are kept that were read once more for the panel: some megabytes each.
LOG_PLACES_KEPT: Final = 8
# Small parts of a log are put together to so many rows before they are passed on.
LOG_BATCH_ROWS: Final = 1 << 14
# Rows that are written to a file for lack of memory are put together to pieces of so many bytes, and of so many rows:
# a piece is copied on the way, and each one costs a little wherever all rows are looked at.
PIECE_BYTES: Final = 16 << 20
PIECE_ROWS: Final = 1 << 18
# The values of a log's columns that repeat are kept once for all its rows; beyond this they begin anew.
DICTIONARY_BYTES: Final = 64 << 20
# What is smaller is read again as fast as its rows are found again.
CACHED_BYTES: Final = 1 << 20
# Files that are looked into to know them again, and in how many places: as many seeks as a slow disk does in a second.
SAMPLED_FILES: Final = 16
SAMPLED_BLOCKS: Final = 8
# What the cache may take of the disk: a part of it, and not more than this.
CACHE_SHARE: Final = 10
CACHE_BYTES: Final = 20 << 30
# Logs of a folder that stand open at the same time.
OPEN_LOGS: Final = 100
# Logs that are followed at the same time: each is an open file, of which a process may have 1,024 as a rule; a sensor
# writes some sixty.
FOLLOWED_LOGS: Final = 500
# Logs that were followed to their end and are known again by their beginnings: those of some weeks.
FOLLOWED_BEGINNINGS: Final = 1 << 16
# What is told of faults while logs are followed, for as long as that takes.
FOLLOWED_TROUBLES: Final = 1000
# What one copy to a terminal's clipboard holds: xterm and tmux refuse longer OSC 52 sequences (base64 adds a third).
COPIED_CHARACTERS: Final = 50_000
# Zeek's SSL::max_ssl_history_length and SSL::max_alerts_per_record.
SSL_HISTORY: Final = 100
ALERTS_PER_RECORD: Final = 10
# Zeek's SSH::max_packet_length, max_string_length and max_kexinit_*_algorithms: longer ones are cut.
SSH_PACKET_BYTES: Final = 8 << 20
SSH_STRING_BYTES: Final = 2 << 20
SSH_ALGORITHMS: Final = 100
# Zeek's SMTP::bdat_max_line_length, max_{rcptto,to,cc}_addresses and max_path_length, max_invalid_mail_transactions;
# commands that wait for their replies.
BDAT_LINE_BYTES: Final = 4096
SMTP_ADDRESSES: Final = 1000
SMTP_INVALID_TRANSACTIONS: Final = 25
SMTP_PENDING_COMMANDS: Final = 1000
# Connections that are expected because others announced them (Zeek: FTP::max_expected_data_channels), and for how long
# they are, in nanoseconds.
EXPECTED_CONNECTIONS: Final = 100_000
EXPECTED_TIMEOUT: Final = 300 * 1_000_000_000
# Zeek's FTP::max_command_length, max_pending_commands, max_{user,password}_length, max_{arg,reply_msg}_length.
FTP_COMMAND_BYTES: Final = 100
FTP_PENDING_COMMANDS: Final = 20
FTP_NAME_BYTES: Final = 128
FTP_TEXT_BYTES: Final = 4096
# A line of IRC, after Zeek's bounds for what it reads at all and what it takes for a line; invalid lines until it gives
# up; DCC transfers that are expected (IRC::max_dcc_expected_transfers).
IRC_READ_BYTES: Final = 1000
IRC_LINE_BYTES: Final = 512
IRC_COMMAND_BYTES: Final = 20
IRC_INVALID_LINES: Final = 20
DCC_TRANSFERS: Final = 5000
# Zeek's POP3::max_pending_commands and max_unknown_client_commands.
POP3_PENDING_COMMANDS: Final = 10
POP3_UNKNOWN_COMMANDS: Final = 10
# A line of Finger that has more bytes ends there, as in Zeek.
FINGER_LINE_BYTES: Final = 1000
# Zeek's binpac buffers (flowbuffer_capacity_max): a longer handshake message is none.
HANDSHAKE_BYTES: Final = 10 << 20
# Zeek's bounds for DTLS: the handshake message that is put together, the records of a wrong version in a row.
DTLS_HANDSHAKE_BYTES: Final = 100_000
DTLS_VERSION_ERRORS: Final = 10
# The last number that 64 bits with a sign hold; Zeek reads no longer one from a header.
INT64_MAX: Final = (1 << 63) - 1
# A line of text that goes on longer ends there (Zeek: DEFAULT_MAX_LINE_LENGTH).
LINE_BYTES: Final = (16 << 20) - 100
# Zeek's MIME::max_header_bytes and MIME::max_depth: a folded header field, entities inside entities.
HEADER_FIELD_BYTES: Final = 65_536
MIME_DEPTH: Final = 100
# Zeek's HTTP::max_files_orig and max_files_resp (files named in a row), HTTP::max_pending_requests.
HTTP_FILES: Final = 15
PENDING_REQUESTS: Final = 100
# Parts of a filter that lie inside one another: nobody writes more, and Python's stack is finite.
FILTER_DEPTH: Final = 100
# Tunnels inside tunnels (Zeek: Tunnel::max_depth).
TUNNEL_DEPTH: Final = 4
# A connection that comes through other tunnels more often is looked at no further for that
# (Zeek: Tunnel::max_changes_per_connection).
TUNNEL_CHANGES: Final = 5
# A tunnel between addresses that is idle for so long is forgotten (Zeek: Tunnel::ip_tunnel_timeout), one through which
# no new connection comes is said to be over (Tunnel::expiration_interval), in nanoseconds.
TUNNEL_PAIR_TIMEOUT: Final = 24 * 3600 * 1_000_000_000
TUNNEL_TIMEOUT: Final = 3600 * 1_000_000_000
# Zeek's Weird::sampling_threshold and sampling_rate: so many of a kind count, then one of so many.
WEIRD_THRESHOLD: Final = 25
WEIRD_SAMPLING: Final = 1000
# The same of the same is not told again so soon (Zeek: Weird::weird_ignore, Weird::sampling_duration), what is told
# once not for a day (Weird::did_log), in nanoseconds.
WEIRD_QUIET: Final = 600 * 1_000_000_000
WEIRD_TOLD: Final = 24 * 3600 * 1_000_000_000
# For how long the same notice is not raised again (Zeek: Notice::default_suppression_interval), in nanoseconds.
NOTICE_SUPPRESSED: Final = 3600 * 1_000_000_000
# For how long Zeek takes hosts, services and certificates for known, how long it waits for the name of a service, and
# the time for which a shard keeps one sighting of each, in nanoseconds.
KNOWN_FOR: Final = 24 * 3600 * 1_000_000_000
SERVICE_WAITS: Final = 300 * 1_000_000_000
KNOWN_STEP: Final = 60 * 1_000_000_000
# Zeek's DHCP::max_uids_per_log_entry and max_msg_types_per_log_entry: a transaction of more is written and begins anew.
DHCP_CONNECTIONS: Final = 10
DHCP_MESSAGES: Final = 50
# A transaction is looked at after so long, and is over when it was quiet or lasted for more than this, in nanoseconds
# (Zeek: scripts/base/protocols/dhcp/main.zeek, join_data, DHCP::max_txid_watch_time).
DHCP_TIMEOUT: Final = 10 * 1_000_000_000
DHCP_QUIET: Final = 5 * 1_000_000_000
DHCP_WATCHED: Final = 30 * 1_000_000_000
# Zeek's SIP::max_request_path_length and max_response_path_length: what is kept of the way that a message has come.
SIP_PATH: Final = 100
# A message that is waited for until it is whole: Zeek gives up on longer ones (BinPAC::flowbuffer_capacity_max).
FRAME_BYTES: Final = 10 << 20
# Zeek's DCE_RPC::max_cmd_reassembly and max_frag_data: messages in fragments at a time, the bytes of one.
DCE_RPC_FRAGMENTED: Final = 20
DCE_RPC_FRAGMENT_BYTES: Final = 30_000
# Zeek's SMB::max_pending_messages, max_dce_rpc_analyzers and max_andx_depth: what is asked and not answered yet, pipes
# that are open, commands inside commands.
SMB_PENDING: Final = 1000
SMB_PIPES: Final = 1000
SMB_ANDX_DEPTH: Final = 10
# Opened files and trees of one connection, pipes that calls were made in: the oldest are forgotten beyond that.
SMB_HANDLES: Final = 1 << 16
DCE_RPC_PIPES: Final = 1 << 14
# A file that was told of is not told of again for so long, in nanoseconds (Zeek: SMB::State's recent_files).
SMB_RECENT: Final = 180 * 1_000_000_000
# So many FIN or RST packets of one side, each soon after the one before, are a storm (Zeek: tcp_storm_thresh,
# tcp_storm_interarrival_thresh, in nanoseconds).
STORM_PACKETS: Final = 1000
STORM_INTERVAL: Final = 1_000_000_000
# What Zeek keeps of a published message (MQTT::max_payload_size).
MQTT_PAYLOAD_BYTES: Final = 100
# A longer text is none (Zeek: rfb-protocol.pac, MAX_DATA_LENGTH).
RFB_TEXT_BYTES: Final = 65_536
# Zeek's Redis::max_aggregate_elements, max_pending_commands, and the bounds of its grammar: a string, values inside
# values, a command in one line.
REDIS_ELEMENTS: Final = 20_000
REDIS_PENDING: Final = 10_000
REDIS_STRING_BYTES: Final = 1 << 20
REDIS_DEPTH: Final = 20
REDIS_LINE_BYTES: Final = 1024
# Zeek writes a Remote Desktop session after this long, in nanoseconds (RDP::rdp_check_interval).
RDP_CHECK: Final = 10 * 1_000_000_000
# Zeek's bounds for what it reads of one (rdp-protocol.pac), and the channels that a real client wants at most.
RDP_CHANNELS: Final = 1000
RDP_CERTIFICATES: Final = 1000
RDP_DATA_BYTES: Final = 256 << 10
RDP_USUAL_CHANNELS: Final = 31
# What of a WebSocket's frame is passed on at a time, and how long frames that only control it are (Zeek:
# WebSocket::payload_chunk_size, max_control_frame_size).
WEBSOCKET_CHUNK_BYTES: Final = 8192
WEBSOCKET_CONTROL_BYTES: Final = 125
# Zeek's LDAP::max_pending_messages and max_pending_searches, and the bounds of its grammar: elements inside elements,
# filters inside filters.
LDAP_PENDING: Final = 10
LDAP_DEPTH: Final = 32
LDAP_FILTER_DEPTH: Final = 20
# A longer answer about a certificate is not read: real ones have a few thousand bytes.
OCSP_BYTES: Final = 1 << 20
# What a host runs is told of again after so long, in nanoseconds (Zeek: Software::tracked).
SOFTWARE_TRACKED: Final = 24 * 3600 * 1_000_000_000
# Zeek's QUIC::max_history_length and max_discarded_packet_events, and the bounds of its grammar: a packet that is
# decrypted, a hello, what is read for the length of one.
QUIC_HISTORY: Final = 100
QUIC_DISCARDED: Final = 100
QUIC_PACKET_BYTES: Final = 10_000
QUIC_HELLO_BYTES: Final = (16 << 10) + 256
QUIC_HEADLESS_BYTES: Final = 2000
# What of a hello may come before its beginning: clients that shuffle theirs cut it into some twenty pieces.
QUIC_PENDING_PIECES: Final = 256
QUIC_PENDING_BYTES: Final = 64 << 10
