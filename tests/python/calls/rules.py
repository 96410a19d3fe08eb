"""Nodes that apply rules: sanitizing, masking, threats, policies, compliance, secrets."""

CALLS = {
    "InputSanitizationNode": [
        {"input": "<b onclick=x>a", "sanitization_type": kind} for kind in ("html", "sql_safe", "filename", "url")
    ],
    "DataMaskingNode": [
        {"data": "joe@example.com", "patterns": ["email"], "custom_patterns": {"a": "b+"}, "fields": ["pin"],
         "mode": "mask", "mask_char": "#", "keep_first": 1, "keep_last": 1},
        {"data": {"pin": 1}, "mode": "tokenize", "key": "0123456789abcdef"},
    ],
    "ThreatDetectionNode": [
        {"request_data": {"ip": "8.8.8.8", "body": "<script>"}, "rules": [{"category": "a", "pattern": "b"}]},
        {"request_data": {}, "rules_file": "rules.json"},
    ],
    "BehaviorAnalysisNode": [
        {"session_data": {"user_id": "u", "actions": ["a"]}, "baseline_actions": 2, "threshold": 0.5,
         "admin_actions": ["a"]},
    ],
    "ABACPermissionEvaluatorNode": [
        {"subject": {"a": 1}, "resource": {}, "action": "read", "environment": {}, "combining": "first",
         "policies": [{"id": "p", "effect": "allow", "action": "*"}]},
    ],
    "ComplianceCheckNode": [{"data": {"email": "x"}, "regulations": ["gdpr", "sox"]}],
    "DataRetentionPolicyNode": [
        {"operation": word, "records": [{"id": 1, "created_at": 5}], "policy": {"retention_days": 3}, "now": 1e9}
        for word in ("evaluate", "enforce", "report")
    ],
    "SecretRotationNode": [
        {"secret_type": "api_key", "current_value": "x", "created_at": 5, "max_age_days": 30, "min_length": 8,
         "force": False, "targets": [{"type": "env_file", "path": "env", "name": "KEY"}]},
    ],
    "DataLineageNode": [
        {"operation": "record_transform", "data_id": "a", "source_ids": ["b"], "transform_type": "t",
         "allow_cycles": True, "namespace": "n", "scope": "registry"},
        {"operation": "record_source"},
        {"operation": "get_lineage", "data_id": "a", "database": "sqlite::memory:"},
        {"operation": "get_impact", "data_id": "a"},
        {"operation": "export"},
    ],
    "TenantAssignmentNode": [
        {"operation": "assign", "user_id": "u", "tenant_id": "t", "role": "owner", "scope": "registry"},
        {"operation": "get_tenant", "user_id": "u", "tenant_id": "t", "database": "sqlite::memory:"},
        {"operation": "list_tenants", "user_id": "u"},
        {"operation": "check_isolation", "resource_id": "r", "tenant_id": "t"},
        {"operation": "register_resource", "resource_id": "r", "tenant_id": "t", "database": ":memory:"},
        {"operation": "release_resource", "resource_id": "r", "tenant_id": "t"},
        {"operation": "revoke", "user_id": "u", "tenant_id": "t"},
    ],
    "GDPRComplianceNode": [
        {"operation": "grant_consent", "user_id": "u", "consent_type": "c", "scope": "registry",
         "deadline_days": 3},
        {"operation": "consent_check", "user_id": "u", "database": "sqlite::memory:"},
        {"operation": "withdraw_consent", "user_id": "u"},
        {"operation": "data_subject_request", "user_id": "u", "request_type": "access"},
        {"operation": "pending_requests", "user_id": "u"},
        {"operation": "data_portability", "user_id": "u"},
        {"operation": "audit_trail", "user_id": "u"},
        {"operation": "right_to_erasure", "user_id": "u"},
    ],
    "SecurityEventNode": [
        {"operation": "record", "event_type": "logout", "severity": "info", "user_id": "u", "source_ip": "::1",
         "details": {"a": 1}, "scope": "registry",
         "thresholds": [{"event_type": "logout", "by": "user_id", "count": 1, "window_seconds": 5}]},
        {"operation": "query", "since": 0, "until": 9, "limit": 3, "database": ":memory:"},
    ],
    **{name: [
        {"operation": "log", "signing_key": "0123456789abcdef", "event_type": "e", "actor_id": "u", "action": "a",
         "resource": "r", "details": {"a": 1.0}, "scope": "registry"},
        {"operation": "query", "signing_key": "0123456789abcdef", "since": "2020-01-01T00:00:00Z",
         "until": "2200-01-01T00:00:00Z", "limit": 3, "database": ":memory:"},
        {"operation": "verify", "signing_key": "0123456789abcdef", "head": "0" * 64},
        {"event_type": "e", "actor_id": "u", "action": "a", "signing_key": "0123456789abcdef",
         "file": f"{name}.log"},
    ] for name in ("EnterpriseAuditLoggerNode", "AuditLogNode")},
    "UserManagementNode": [
        {"operation": "list", "page": 1, "page_size": 5, "scope": "registry"},
        {"operation": "create", "user_data": {"city": "Rome"}, "database": "sqlite::memory:"},
        {"operation": "search", "query": "x"},
        {"operation": "authenticate", "username": "nobody", "password": "x"},
    ],
    "RoleManagementNode": [
        {"operation": "list", "scope": "registry"},
        {"operation": "list", "role": "r", "description": "d", "permissions": ["a:*"], "denied": ["b"],
         "inherits": [], "user_id": "u", "database": "sqlite::memory:"},
    ],
    "PermissionCheckNode": [
        {"user_id": "u", "permission": "docs:read", "scope": "registry", "database": "sqlite::memory:"},
    ],
}
