"""Redis, Kafka, caches and directories: within the process, and on the servers that the environment names."""

import os

from calls.flow import made

PROCESS = {"scope": "process"}
KAFKA = {"backend": "memory", "timeout_ms": 100, **PROCESS}
MEMORY = {"backend": "memory", "timeout_ms": 100, "verify_tls": True, **PROCESS}
WITHIN = [MEMORY]  # where Redis may be
if "KAILASH_TEST_REDIS_URL" in os.environ:
    WITHIN.append({"url": os.environ["KAILASH_TEST_REDIS_URL"], "timeout_ms": 2000})

for where in WITHIN:
    made("RedisCommandNode", "result", command="DEL", args=["calls"], **where)
    made("RedisStreamNode", "result", operation="group_create", stream="calls", group="g", id="0", **where)

GROUP = {"stream": "calls", "group": "g", "consumer": "c"}
STREAM = [
    {"operation": "add", "stream": "calls", "fields": {"a": 1}, "id": "*", "maxlen": 3},
    {"operation": "read", "stream": "calls", "id": "0", "count": 2, "block_ms": 1},
    {"operation": "range", "stream": "calls", "start": "-", "end": "+", "count": 2, "reverse": True},
    {"operation": "read_group", **GROUP, "id": ">", "count": 2, "block_ms": 1, "no_ack": False},
    {"operation": "ack", **GROUP, "ids": ["1-1"]},
    {"operation": "claim", **GROUP, "ids": ["1-1"], "min_idle_ms": 1},
    {"operation": "claim", **GROUP, "start": "0", "count": 1},
    {"operation": "group_create", "stream": "calls", "group": "g", "id": "0"},
    {"operation": "len", "stream": "calls"},
    {"operation": "trim", "stream": "calls", "min_id": "1-1"},
]
COMMAND = [
    {"command": "set", "args": ["calls:k", "v"], "raise_on_error": True},
    {"commands": [["GET", "calls:k"], {"command": "incrby", "args": ["calls:n", 1]}], "transaction": True},
]
CHANNEL = [
    {"operation": "publish", "channel": "calls", "message": {"a": 1}},
    {"operation": "subscribe", "channel": ["calls"], "count": 1, "timeout_ms": 5},
    {"operation": "psubscribe", "channel": "c*s", "timeout_ms": 5},
]
LIMITS = {"namespace": "calls", "ttl_secs": 60, "max_entries": 100, "max_bytes": 100_000, "eviction": "lfu"}
GET = [
    {"key": "computed", "stats": True, **LIMITS, "ttl_secs": 0, "compute": "MathOperationsNode",
     "compute_output": "result", "compute_inputs": {"operation": "add", "a": 1, "b": 2}},
    {"key": "none", "namespace": "calls", "ttl_ms": 60_000},
]
SET = [{"key": "k", "value": {"a": 1}, **LIMITS}, {"key": "k", "value": None, "ttl_ms": 60_000}]
FORGET = [{"key": "k", "namespace": "calls"}, {"pattern": "k*", "namespace": "calls"}]

ANN = "uid=ann,ou=people,dc=example,dc=org"
ADMINS = "cn=admins,ou=groups,dc=example,dc=org"
DIRECTORY = {"backend": "memory", "entries": [
    {"dn": ANN, "attributes": {"uid": "ann", "mail": ["ann@example.org"]}, "password": "s3cret"},
    {"dn": ADMINS, "attributes": {"cn": "admins", "member": ANN}},
]}
LDAP = [DIRECTORY]
if "KAILASH_TEST_LDAP_URL" in os.environ:
    LDAP.append({"url": os.environ["KAILASH_TEST_LDAP_URL"], "timeout_ms": 2000, "page_size": 10,
                 "starttls": False, "verify_tls": True})
USERS = [
    {"operation": "authenticate", "dn": ANN, "password": "s3cret"},
    {"operation": "search_users", "base_dn": "dc=example,dc=org", "filter": "(uid={name})",
     "filter_values": {"name": "ann"}, "search_scope": "subtree", "attributes": ["uid", "mail"],
     "attribute_map": {"email": "mail"}, "max_entries": 10},
    {"operation": "get_groups", "user_dn": ANN, "group_base_dn": "dc=example,dc=org",
     "group_filter": "(member={user_dn})"},
    {"operation": "sync_user", "user_dn": ANN},
]


def each(places, calls):
    """Each call at each place; what a call says counts."""
    return [{**place, **call} for place in places for call in calls]


CALLS = {
    "CacheGetNode": each(WITHIN, GET),
    "CacheInvalidateNode": each(WITHIN, FORGET),
    "CacheSetNode": each(WITHIN, SET),
    "DirectoryIntegrationNode": each(LDAP, USERS),
    "KafkaConsumerNode": [
        {"topic": "calls", "group_id": "g", "max_messages": 2, "commit": "sync", "offset_reset": "earliest",
         "parse_json": True, **KAFKA},
    ],
    "KafkaProducerNode": [
        {"topic": "calls", "value": {"a": 1}, "key": "k", "headers": {"h": "x"}, "partition": 0, **KAFKA},
        {"topic": "calls", "value": "x", "transactional_id": "t", **KAFKA},
    ],
    "KafkaStreamNode": [
        {"source_topic": "calls", "target_topic": "mapped", "group_id": "s", "max_messages": 2,
         "expression": "value", "offset_reset": "earliest", "transactional_id": "t", **KAFKA},
    ],
    "RedisCommandNode": each(WITHIN, COMMAND),
    "RedisPubSubNode": each(WITHIN, CHANNEL),
    "RedisStreamNode": each(WITHIN, STREAM),
}
