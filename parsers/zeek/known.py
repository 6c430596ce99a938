"""The columns of Zeek's logs: of those that the program writes by their records, of all others by the lists here.

A format without types (JSON) is read with these. Source: the headers of logs that Zeek 8.2 wrote, and the records
that its scripts log (scripts/base, scripts/policy); older fields as Zeek 3 to 5 named them.
"""

from collections.abc import Collection, Iterator
from functools import cache

import pyarrow as pa

from parsers.protocols.registry import RECORDS
from parsers.schema import CONNECTION, Field, arrow_field

# A name without a type is a string. Words that stand for several fields: the six that nearly every log opens with, the
# ends of a connection, a place.
_SHORT = {
    "@": " ".join(f"{field.name}:{field.type}" for field in CONNECTION),
    "@ends": " ".join(f"{field.name}:{field.type}" for field in CONNECTION[2:]),
    "@place": "remote_location.country_code remote_location.region remote_location.city "
    "remote_location.latitude:double remote_location.longitude:double",
}

_FIELDS = {
    "analyzer": "ts:time analyzer_kind analyzer_name uid fuid @ends proto:enum failure_reason failure_data",
    "analyzer_debug": "ts:time cause analyzer_kind analyzer_name uid fuid @ends failure_reason failure_data",
    "broker": "ts:time ty:enum ev peer.address peer.bound_port:port message",
    "capture_loss": "ts:time ts_delta:interval peer gaps:count acks:count percent_lost:double",
    "cluster": "ts:time node message",
    "config": "ts:time id old_value new_value location",
    "dce_rpc": "@ rtt:interval named_pipe endpoint operation",
    "dhcp": "ts:time uids:set[string] client_addr:addr server_addr:addr mac host_name client_fqdn domain "
    "requested_addr:addr assigned_addr:addr lease_time:interval client_message server_message "
    "msg_types:vector[string] duration:interval",
    "dnp3": "@ fc_request fc_reply iin:count",
    "dpd": "@ proto:enum analyzer failure_reason",
    "ftp": "@ user password command arg mime_type file_size:count reply_code:count reply_msg "
    "data_channel.passive:bool data_channel.orig_h:addr data_channel.resp_h:addr data_channel.resp_p:port fuid",
    "intel": "@ seen.indicator seen.indicator_type:enum seen.where:enum seen.node matched:set[enum] "
    "sources:set[string] fuid file_mime_type file_desc",
    "irc": "@ nick user command value addl dcc_file_name dcc_file_size:count dcc_mime_type fuid",
    "kerberos": "@ request_type client service success:bool error_msg from:time till:time cipher forwardable:bool "
    "renewable:bool client_cert_subject client_cert_fuid server_cert_subject server_cert_fuid",
    "known_certs": "ts:time host:addr port_num:port subject issuer_subject serial",
    "known_hosts": "ts:time host:addr",
    "known_modbus": "ts:time host:addr device_type:enum",
    "known_services": "ts:time host:addr port_num:port port_proto:enum service:set[string]",
    "ldap": "@ message_id:int version:int opcode result diagnostic_message object argument",
    "ldap_search": "@ message_id:int scope deref_aliases base_object result_count:count result diagnostic_message "
    "filter attributes:vector[string]",
    "loaded_scripts": "name",
    "modbus": "@ tid:count unit:count func pdu_type exception",
    "modbus_register_change": "@ register:count old_val:count new_val:count delta:interval",
    "mqtt_connect": "@ proto_name proto_version client_id connect_status will_topic will_payload",
    "mqtt_publish": "@ from_client:bool retain:bool qos status topic payload payload_len:count",
    "mqtt_subscribe": "@ action:enum topics:vector[string] qos_levels:vector[count] granted_qos_level:count ack:bool",
    "mysql": "@ cmd arg success:bool rows:count response",
    "netcontrol": "ts:time rule_id category:enum cmd state:enum action target:enum entity_type entity mod msg "
    "priority:int expire:interval location plugin",
    "netcontrol_catch_release": "ts:time rule_id ip:addr action:enum block_interval:interval watch_interval:interval "
    "blocked_until:time watched_until:time num_blocked:count location message plugin",
    "netcontrol_drop": "ts:time rule_id orig_h:addr orig_p:port resp_h:addr resp_p:port expire:interval location",
    "netcontrol_shunt": "ts:time rule_id f.src_h:addr f.src_p:port f.dst_h:addr f.dst_p:port expire:interval location",
    "notice": "@ fuid file_mime_type file_desc proto:enum note:enum msg sub src:addr dst:addr p:port n:count "
    "peer_descr actions:set[enum] email_dest:set[string] suppress_for:interval @place",
    "ntlm": "@ username hostname domainname server_nb_computer_name server_dns_computer_name server_tree_name "
    "success:bool",
    "ntp": "@ version:count mode:count stratum:count poll:interval precision:interval root_delay:interval "
    "root_disp:interval ref_id ref_time:time org_time:time rec_time:time xmt_time:time num_exts:count",
    "ocsp": "ts:time id hashAlgorithm issuerNameHash issuerKeyHash serialNumber certStatus revoketime:time "
    "revokereason thisUpdate:time nextUpdate:time",
    "packet_filter": "ts:time node filter init:bool success:bool failure_reason",
    "postgresql": "@ user database application_name frontend frontend_arg backend backend_arg success:bool rows:count",
    "quic": "@ version client_initial_dcid client_scid server_scid server_name client_protocol history",
    "radius": "@ username mac framed_addr:addr tunnel_client connect_info reply_msg result ttl:interval",
    "rdp": "@ cookie result security_protocol client_channels:vector[string] keyboard_layout client_build client_name "
    "client_dig_product_id desktop_width:count desktop_height:count requested_color_depth cert_type cert_count:count "
    "cert_permanent:bool encryption_level encryption_method",
    "redis": "@ cmd.name cmd.key cmd.value success:bool reply.value",
    "reporter": "ts:time level:enum message location",
    "rfb": "@ client_major_version client_minor_version server_major_version server_minor_version "
    "authentication_method auth:bool share_flag:bool desktop_name width:count height:count",
    "signatures": "ts:time uid src_addr:addr src_port:port dst_addr:addr dst_port:port note:enum sig_id event_msg "
    "sub_msg sig_count:count host_count:count",
    "sip": "@ trans_depth:count method uri date request_from request_to response_from response_to reply_to call_id "
    "seq subject request_path:vector[string] response_path:vector[string] user_agent status_code:count status_msg "
    "warning request_body_len:count response_body_len:count content_type",
    "smb_cmd": "@ command sub_command argument status rtt:interval version username tree tree_service "
    "referenced_file.ts:time referenced_file.uid referenced_file.id.orig_h:addr referenced_file.id.orig_p:port "
    "referenced_file.id.resp_h:addr referenced_file.id.resp_p:port referenced_file.fuid referenced_file.action:enum "
    "referenced_file.path referenced_file.name referenced_file.size:count referenced_file.prev_name "
    "referenced_file.times.modified:time referenced_file.times.accessed:time referenced_file.times.created:time "
    "referenced_file.times.changed:time",
    "smb_files": "@ fuid action:enum path name size:count prev_name times.modified:time times.accessed:time "
    "times.created:time times.changed:time",
    "smb_mapping": "@ path service native_file_system share_type",
    "smtp": "@ trans_depth:count helo mailfrom rcptto:set[string] date from to:set[string] cc:set[string] reply_to "
    "msg_id in_reply_to subject x_originating_ip:addr first_received second_received last_reply path:vector[addr] "
    "user_agent tls:bool fuids:vector[string]",
    "snmp": "@ duration:interval version community get_requests:count get_bulk_requests:count get_responses:count "
    "set_requests:count display_string up_since:time",
    "socks": "@ version:count user password status request.host:addr request.name request_p:port bound.host:addr "
    "bound.name bound_p:port",
    "software": "ts:time host:addr host_p:port software_type:enum name version.major:count version.minor:count "
    "version.minor2:count version.minor3:count version.addl unparsed_version",
    "ssh": "@ version:count auth_success:bool auth_attempts:count direction:enum client server cipher_alg mac_alg "
    "compression_alg kex_alg host_key_alg host_key_fingerprint",
    "stats": "ts:time peer mem:count pkts_proc:count bytes_recv:count pkts_dropped:count pkts_link:count "
    "pkt_lag:interval pkts_filtered:count events_proc:count events_queued:count active_tcp_conns:count "
    "active_udp_conns:count active_icmp_conns:count tcp_conns:count udp_conns:count icmp_conns:count timers:count "
    "active_timers:count files:count active_files:count dns_requests:count active_dns_requests:count "
    "reassem_tcp_size:count reassem_file_size:count reassem_frag_size:count reassem_unknown_size:count",
    "syslog": "@ proto:enum facility severity message",
    "telemetry": "ts:time peer metric_type name labels:vector[string] label_values:vector[string] value:double",
    "telemetry_histogram": "ts:time peer name labels:vector[string] label_values:vector[string] "
    "bounds:vector[double] values:vector[double] sum:double observations:double",
    "traceroute": "ts:time src:addr dst:addr proto",
    "tunnel": "@ tunnel_type:enum action:enum",
    "unknown_protocols": "ts:time analyzer protocol_id first_bytes analyzer_history:vector[string]",
    "websocket": "@ host uri user_agent subprotocol client_protocols:vector[string] "
    "server_extensions:vector[string] client_extensions:vector[string]",
    "weird": "@ name addl notice:bool peer source",
    "weird_stats": "ts:time name num_seen:count",
}
_FIELDS["notice_alarm"] = _FIELDS["notice"]

# Fields of scripts that are not loaded by default, and of older ones: columns only where they occur.
_OPTIONAL = {
    "analyzer": "cause analyzer_kind packet_segment",
    "conn": "vlan:int inner_vlan:int pppoe_session_id:count "
    "speculative_service failed_service:set[string] ip_proto_name",
    "dhcp": "msg_orig:vector[addr] client_software server_software circuit_id agent_remote_id subscriber_id",
    "dns": "original_query auth:set[string] addl:set[string]",
    "dpd": "packet_segment",
    "files": "entropy:double",
    "http": "client_header_names:vector[string] server_header_names:vector[string] cookie_vars:vector[string] "
    "uri_vars:vector[string] filename",
    "kerberos": "auth_ticket new_ticket auth_ticket_sha256 new_ticket_sha256",
    "modbus": "track_address:count",
    "notice": "dropped:bool community_id",
    "rdp": "ssl:bool",
    "smtp": "is_webmail:bool",
    "software": "url",
    "ssh": "host_key @place",
    "ssl": "subject issuer client_subject client_issuer validation_status validation_code:int ocsp_status "
    "valid_ct_logs:count valid_ct_operators:count "
    "requested_client_certificate_authorities:vector[string] server_version:count client_version:count "
    "client_ciphers:vector[count] ssl_client_exts:vector[count] ssl_server_exts:vector[count] "
    "ticket_lifetime_hint:count dh_param_size:count point_formats:vector[count] client_curves:vector[count] "
    "orig_alpn:vector[string] client_supported_versions:vector[count] server_supported_version:count "
    "psk_key_exchange_modes:vector[count] client_key_share_groups:vector[count] server_key_share_group:count "
    "client_comp_methods:vector[count] sigalgs:vector[count] hashalgs:vector[count]",
    "x509": "cert",
}

# Logs as Zeek wrote them up to 4 or 5, and a field by which such a log is known.
_OLDER = {
    "files": (
        "conn_uids",
        "ts:time fuid tx_hosts:set[addr] rx_hosts:set[addr] conn_uids:set[string] source depth:count "
        "analyzers:set[string] mime_type filename duration:interval local_orig:bool is_orig:bool seen_bytes:count "
        "total_bytes:count missing_bytes:count overflow_bytes:count timedout:bool parent_fuid md5 sha1 sha256 "
        "extracted extracted_cutoff:bool extracted_size:count",
    ),
    "ssl": (
        "cert_chain_fuids",
        "@ version cipher curve server_name resumed:bool last_alert next_protocol established:bool "
        "cert_chain_fuids:vector[string] client_cert_chain_fuids:vector[string] subject issuer client_subject "
        "client_issuer",
    ),
    "x509": (
        "id",
        "ts:time id certificate.version:count certificate.serial certificate.subject certificate.issuer "
        "certificate.not_valid_before:time certificate.not_valid_after:time certificate.key_alg certificate.sig_alg "
        "certificate.key_type certificate.key_length:count certificate.exponent certificate.curve "
        "san.dns:vector[string] san.uri:vector[string] san.email:vector[string] san.ip:vector[addr] "
        "basic_constraints.ca:bool basic_constraints.path_len:count",
    ),
}

# What the fields are that any log may have: those that open it, and those that a sensor puts around its rows
# (`Log::default_ext_func`; json-streaming-logs; Corelight).
_ANYWHERE = "@ _path _write_ts:time _stream _system_name _node"


@cache
def columns(log: str) -> pa.Schema | None:
    """The columns that Zeek's log of that name has, in Zeek's order; None for a log that nobody knows."""
    if log in RECORDS:
        return pa.schema([arrow for field, arrow in _fields(log) if not field.added])
    return _schema(_types(_FIELDS[log])) if log in _FIELDS else None


def older(log: str, names: Collection[str]) -> pa.Schema | None:
    """The columns of a log that an older Zeek wrote, if the names of its fields say that one did."""
    mark, line = _OLDER.get(log, (None, ""))
    now = columns(log)
    if mark is None or mark not in names or now is None:
        return None
    there = set(now.names)
    return pa.schema(
        [now.field(name) if name in there else arrow_field(name, kind) for name, kind in _types(line).items()]
    )


@cache
def optional(log: str) -> pa.Schema:
    """The columns that a log may have besides those; what any log may have comes last."""
    added = [arrow for field, arrow in _fields(log) if field.added] if log in RECORDS else []
    return pa.schema([*added, *_schema(_types(_OPTIONAL.get(log, "")) | _types(_ANYWHERE))])


def _fields(log: str) -> Iterator[tuple[Field, pa.Field]]:
    return zip(RECORDS[log].fields, RECORDS[log].arrow, strict=True)


def _types(line: str) -> dict[str, str]:
    """The Zeek types of the fields of a list, by name."""
    words = " ".join(_SHORT.get(word, word) for word in line.split()).split()
    return {name: kind or "string" for name, _, kind in (word.partition(":") for word in words)}


def _schema(types: dict[str, str]) -> pa.Schema:
    return pa.schema([arrow_field(name, kind) for name, kind in types.items()])
