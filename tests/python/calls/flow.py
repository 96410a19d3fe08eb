"""Streams, batches, monitoring, transactions, edges and resources."""

import kailash
from calls.net import URL


def made(type_name, name, **inputs):
    """The id of something that the node keeps for the process."""
    registry = kailash.NodeRegistry()
    builder = kailash.WorkflowBuilder()
    builder.add_node(type_name, "n")
    return kailash.Runtime(registry).execute(builder.build(registry), inputs)["results"]["n"][name]


SAGA = made("SagaCoordinatorNode", "saga_id", operation="start", steps=[{"step_id": "a"}])
COMMIT = made("TwoPhaseCommitCoordinatorNode", "transaction_id", operation="prepare",
              participants=[{"id": "a"}, {"id": "b"}])
TRANSACTION = made("DistributedTransactionManagerNode", "transaction_id", operation="begin",
                   transaction_type="2pc")
CONTEXT = made("TransactionContextNode", "transaction_id", operation="create")
MIGRATION = made("EdgeMigrationNode", "migration_id", operation="plan", source="a", target="b")
made("EdgeStateMachineNode", "success", operation="define", machine_id="m", states=["a", "b"])
made("EdgeCoordinationNode", "success", operation="create_cluster", cluster_id="c", members=["a"])
made("EdgeDataNode", "success", operation="store", key="k", data=1)

TRIES = {"max_retries": 0, "retry_delay_ms": 1, "timeout_ms": 2000}
KEPT = {"log": "kept.db", "scope": "registry"}
ADD = {"node": "MathOperationsNode", "inputs": {"operation": "add", "a": 1, "b": 2}}
CONDITION = {"field": "a", "op": "equals", "value": 1}

CALLS = {
    "BatchProcessorNode": [
        {"items": [{"a": 1}], "expression": "a", "batch_size": 1, "concurrency": 2, "fail_fast": True},
        {"items": [1], "node": {"type": "NoOpNode", "config": {}}, **TRIES},
    ],
    "ConnectionDashboardNode": [{"connections": [{"status": "active"}]}],
    "DeadlockDetectorNode": [{"edges": [{"waiter": "a", "holder": "b"}], "max_cycles": 1}],
    "DistributedTransactionManagerNode": [
        {"operation": "begin", "transaction_type": "saga", "inputs": {"a": 1}, **TRIES, **KEPT},
        {"operation": "begin", "pattern": "auto", "database": "kept.db"},
        {"operation": "status", "transaction_id": TRANSACTION},
        {"operation": "list"},
        {"operation": "recover", **KEPT},
    ],
    "EdgeCoordinationNode": [
        {"operation": "create_cluster", "cluster_id": "c", "members": ["a"]},
        {"operation": "create_cluster", "cluster_id": "c", "database": "kept.db", "scope": "registry"},
        {"operation": "join", "cluster_id": "c", "member_id": "b"},
        {"operation": "leave", "cluster_id": "c", "member_id": "b"},
        {"operation": "elect_leader", "cluster_id": "c"},
        {"operation": "get_leader", "cluster_id": "c"},
        {"operation": "get_members", "cluster_id": "c"},
        {"operation": "check_quorum", "cluster_id": "c", "active_members": ["a"]},
        {"operation": "create_cluster", "cluster_id": "c", "peers": {"a": "http://127.0.0.1:1/raft"},
         "self": "a", "secret": "0123456789abcdef", "state_file": "a.raft", "listen": "127.0.0.1:0",
         "election_timeout_ms": 40, "heartbeat_ms": 10, "timeout_ms": 2000, "scope": "registry"},
    ],
    "EdgeDataNode": [
        {"operation": "store", "key": "k", "data": {"a": 1}},
        {"operation": "store", "key": "k", "data": 1, "database": "kept.db", "scope": "registry"},
        {"operation": "retrieve", "key": "k"},
        {"operation": "validate", "key": "k"},
        {"operation": "diff", "source_key": "k", "target_key": "k"},
        {"operation": "sync", "source_key": "k", "target_key": "k"},
        {"operation": "sync", "peers": ["peer.db"], "prefix": "k", "database": "kept.db"},
        {"operation": "list", "prefix": ""},
        {"operation": "delete", "key": "none"},
    ],
    "EdgeMigrationNode": [
        {"operation": "plan", "source": "a", "target": "b", "strategy": "canary", "canary_percent": 5},
        {"operation": "plan", "source": "a", "target": "b", "database": "kept.db", "scope": "registry"},
        {"operation": "status", "migration_id": MIGRATION},
        {"operation": "list"},
    ],
    "EdgeMonitoringNode": [
        {"operation": word, "nodes_metrics": [{"node_id": "a", "cpu_percent": 99, "memory_percent": 1.0}]}
        for word in ("aggregate", "health", "summary", "threshold")
    ],
    "EdgeStateMachineNode": [
        {"operation": "define", "machine_id": "n", "states": ["a"], "transitions": [], "initial_state": "a"},
        {"operation": "define", "machine_id": "n", "states": ["a"], "database": "kept.db", "scope": "registry"},
        {"operation": "transition", "machine_id": "m", "target_state": "b"},
        {"operation": "get_state", "machine_id": "m"},
        {"operation": "reset", "machine_id": "m"},
        {"operation": "list"},
    ],
    "EdgeWarmingNode": [
        {"operation": "warm", "url": URL, "requests": 1, "timeout_ms": 2000},
        {"operation": "check", "url": URL},
        {"operation": "batch", "urls": [URL], "requests": 1},
    ],
    "LogProcessorNode": [
        {"log_lines": ['{"a": 1}', "x"], "filter": CONDITION, "extract": ["a"],
         "routes": [{"name": "r", "when": CONDITION}]},
        {"log_lines": ["a 1", " b"], "format": "grok", "pattern": "%{MINE:m}", "patterns": {"MINE": "%{WORD}"},
         "multiline_start": "^a", "multiline_continue": "^ "},
    ],
    "MetricsCollectorNode": [
        {"metrics": [{"name": "c", "value": 1, "type": "counter", "labels": {"a": "b"}}], "registry": "bad",
         "reset": True, "format": "openmetrics", "scope": "registry"},
        {"metrics": [], "registry": "served", "serve": "127.0.0.1:0", "serve_path": "/m", "serve_token": "t",
         "scope": "registry"},
    ],
    "PerformanceAnomalyNode": [
        {"metrics_history": [1, {"value": 2, "timestamp": 3}], "sensitivity": 1, "method": "seasonal",
         "period": 1, "include_all": True},
    ],
    "PerformanceBenchmarkNode": [{"iterations": 2, "node": "MathOperationsNode", "inputs": ADD["inputs"], "warmup": 1}],
    "PlatformNode": [
        {"operation": "env", "env_var": "HOME"},
        *({"operation": word} for word in ("info", "os", "arch", "cpus")),
    ],
    "RaceConditionDetectorNode": [
        {"execution_trace": [{"thread_id": "a", "resource": "x", "operation": "read", "timestamp": 1}],
         "window": 1, "max_races": 1},
    ],
    "ResourceAnalyzerNode": [
        {"operation": "analyze", "samples": [1, 2.0], "resource_name": "r"},
        {"operation": "summarize", "nodes_data": [{"cpu_percent": 1}]},
        {"operation": "recommend", "analysis": {"average": 1, "trend": "stable"}},
    ],
    "ResourceOptimizerNode": [
        {"operation": word, "cpu_percent": 1, "memory_percent": 1.0, "current_instances": 2}
        for word in ("optimize", "evaluate", "right_size")
    ],
    "ResourceScalerNode": [
        {"operation": word, "cpu_percent": 1, "memory_percent": 1.0, "current_instances": 2,
         "target_instances": 3, "cpu_cores": 1, "memory_gb": 1, "min_instances": 1, "max_instances": 9}
        for word in ("scale_horizontal", "scale_vertical", "auto_scale", "plan")
    ],
    "SagaCoordinatorNode": [
        {"operation": "start", "steps": [{"step_id": "a", "action": ADD}], "inputs": {}, **TRIES, **KEPT},
        {"operation": "start", "steps": [{"step_id": "a"}], "database": "kept.db"},
        {"operation": "get_status", "saga_id": SAGA},
        {"operation": "step_failed", "saga_id": SAGA, "step_id": "a", "error": "e"},
        {"operation": "resume", "saga_id": SAGA},
        {"operation": "recover", **KEPT},
        {"operation": "list"},
    ],
    "SagaStepNode": [
        {"step_id": "a", "saga_id": "b", "action": ADD, "operation": "execute", "inputs": {}, **TRIES},
        {"step_id": "a", "saga_id": "b", "action": ADD, "compensation": ADD, "operation": "compensate", **KEPT},
        {"step_id": "a", "saga_id": "b", "action": ADD, "database": "kept.db"},
    ],
    "StreamConsumerNode": [
        # a stream that nobody closes and no timeout: that would wait indeed
        {"items": [1], "operation": word, "timeout_ms": 1, "max_items": 1, "scope": "registry"}
        for word in ("collect", "count", "first", "last", "sum", "flatten")
    ],
    "StreamProducerNode": [
        {"data": [1, 2], "batch_size": 1},
        {"data": [1], "stream": "bad", "capacity": 1, "backpressure": "drop_old", "timeout_ms": 1,
         "close": False, "scope": "registry"},
    ],
    "StreamTransformNode": [
        {"items": [{"a": 1}], "operation": word, "field": "a", "value": 1, "count": 1}
        for word in ("map_field", "filter_field", "take", "skip", "reverse", "unique", "sort")
    ],
    "TransactionContextNode": [
        {"operation": "create", "metadata": {"a": 1}, "participants": ["x"], **KEPT},
        {"operation": "get", "transaction_id": CONTEXT},
        {"operation": "update", "transaction_id": CONTEXT, "metadata": {"b": 2}},
    ],
    "TransactionMonitorNode": [
        {"transaction_id": "t", "operation": word, "transactions": [{"status": "active"}]}
        for word in ("start", "update", "complete", "fail")
    ] + [{"transaction_id": "t", "operation": "start", **KEPT}],
    "TwoPhaseCommitCoordinatorNode": [
        {"operation": "prepare", "participants": [{"id": "a"}], "inputs": {}, **TRIES, **KEPT},
        {"operation": "execute", "participants": [{"id": "a", "commit": ADD}], "database": "kept.db"},
        {"operation": "vote", "transaction_id": COMMIT, "participant_id": "a", "vote": "yes"},
        {"operation": "get_status", "transaction_id": COMMIT},
        {"operation": "resume", "transaction_id": COMMIT},
        {"operation": "recover", **KEPT},
    ],
}
