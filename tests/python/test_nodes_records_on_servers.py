"""Nodes that keep records, on database servers: the same calls give the same as on SQLite."""

import concurrent.futures
import uuid

import pytest

from node_calls import call

KEY = "0123456789abcdef"


@pytest.fixture(params=["SQLITE", "POSTGRES", "MARIADB"])
def url(request, tmp_path):
    if request.param == "SQLITE":
        return f"sqlite://{tmp_path}/records.db?mode=rwc"
    return request.getfixturevalue("service_url")(f"KAILASH_TEST_{request.param}_URL")


@pytest.fixture
def mark():
    """A word of this test's own: the servers' tables outlive it."""
    return uuid.uuid4().hex[:12]


def test_users_and_roles(url, mark):
    def users(**inputs):
        return call("UserManagementNode", {"database": url}, inputs)

    def roles(**inputs):
        return call("RoleManagementNode", {"database": url}, inputs)

    def may(permission):
        return call("PermissionCheckNode", {"database": url}, {"user_id": user, "permission": permission})

    data = {"username": f"Joe{mark}", "email": f"{mark}@x.y", "password": "hunter22", "note": "é_%"}
    user = users(operation="create", user_data=data)["user"]["id"]
    for taken in ({"username": f"joe{mark}"}, {"email": f"{mark.upper()}@X.y"}):
        with pytest.raises(RuntimeError, match="is taken"):
            users(operation="create", user_data=taken)
    assert users(operation="authenticate", username=f"{mark}@x.y", password="hunter22")["success"]
    assert users(operation="search", query=f"JOE{mark}")["total"] == 1
    assert users(operation="search", query="É_%")["total"] >= 1
    assert users(operation="update", user_id=user, user_data={"note": None})["user"].get("note") is None
    reader, editor = f"reader{mark}", f"editor{mark}"
    roles(operation="create", role=reader, permissions=["docs:read"])
    roles(operation="create", role=editor, permissions=["docs:*"], denied=["docs:delete"], inherits=[reader])
    assert roles(operation="assign", user_id=user, role=editor)["roles"] == [editor]
    assert roles(operation="assign", user_id=user, role=editor)["roles"] == [editor]
    assert may("docs:read")["roles"] == [editor, reader]
    assert may("docs:write")["allowed"] and not may("docs:delete")["allowed"]
    assert roles(operation="revoke", user_id=user, role=editor)["success"]
    assert users(operation="delete", user_id=user)["deleted"]


def test_lineage(url, mark):
    def lineage(**inputs):
        return call("DataLineageNode", {"database": url}, inputs)

    a, b, c = f"a{mark}", f"b{mark}", f"c{mark}"
    lineage(operation="record_source", data_id=a)
    lineage(operation="record_transform", data_id=b, source_ids=[a], transform_type="t")
    lineage(operation="record_transform", data_id=c, source_ids=[b, a, b])
    assert lineage(operation="get_lineage", data_id=c)["ancestry"] == [b, a]
    assert lineage(operation="get_impact", data_id=a)["descendants"] == [b, c]
    assert len(lineage(operation="export", data_id=c)["events"]) == 3
    with pytest.raises(RuntimeError, match="cannot be made from"):
        lineage(operation="record_transform", data_id=a, source_ids=[c])


def test_tenants(url, mark):
    def tenant(operation, **inputs):
        return call("TenantAssignmentNode", {"database": url},
                    {"operation": operation, "tenant_id": f"t{mark}", **inputs})

    for role in ("member", "owner", "owner"):
        tenant("assign", user_id=mark, role=role)
    assert tenant("get_tenant", user_id=mark)["tenant"]["role"] == "owner"
    tenant("register_resource", resource_id=mark)
    assert tenant("check_isolation", resource_id=mark, user_id=mark)["isolation_valid"]
    assert not tenant("check_isolation", resource_id="other", user_id=mark)["isolation_valid"]
    assert not tenant("revoke", user_id=mark)["assigned"]
    assert tenant("list_tenants", user_id=mark)["user_tenants"] == []


def test_consents(url, mark):
    def gdpr(operation, **inputs):
        return call("GDPRComplianceNode", {"database": url}, {"operation": operation, "user_id": mark, **inputs})

    assert not gdpr("consent_check")["compliant"]
    gdpr("grant_consent")
    gdpr("grant_consent")
    assert gdpr("consent_check")["compliant"]
    request = gdpr("data_subject_request")["result"]["request_id"]
    assert gdpr("pending_requests")["result"]["overdue_count"] == 0
    gdpr("complete_request", request_id=request)
    data = gdpr("data_portability")["result"]["data"]
    assert data["consents"][0]["granted"] is True
    assert data["data_subject_requests"][0]["status"] == "completed"
    assert gdpr("withdraw_consent")["result"]["withdrawn"]
    assert gdpr("right_to_erasure")["result"]["records_removed"] == 1
    assert gdpr("audit_trail")["result"]["entry_count"] == 9


def test_events(url, mark):
    def event(**inputs):
        return call("SecurityEventNode", {"database": url}, inputs)

    for number in range(1, 6):
        out = event(event_type="login_failure", severity="info", user_id=mark, details={"n": number})
        assert out["alert_triggered"] == (number == 5)
    found = event(operation="query", user_id=mark, limit=2)
    assert [one["details"]["n"] for one in found["events"]] == [5, 4]
    assert event(operation="query", user_id=mark, since=2**40)["count"] == 0


def test_the_audit_log(url):
    config = {"signing_key": KEY, "database": url}
    out = call("AuditLogNode", config, {"event_type": "e", "actor_id": "é", "action": "a", "details": {"x": 1.5}})
    checked = call("AuditLogNode", config, {"operation": "verify", "head": out["signature"]})
    assert checked["status"] == "verified"
    assert call("AuditLogNode", config, {"operation": "query", "actor_id": "é"})["count"] >= 1


def test_threads_take_turns(url, mark):
    config = {"signing_key": KEY, "database": url}
    entry = {"event_type": "e", "actor_id": mark, "action": "a"}
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: call("AuditLogNode", config, entry), range(40)))
        tenants = [{"operation": "assign", "user_id": mark, "tenant_id": f"{mark}{number % 4}"} for number in range(40)]
        list(pool.map(lambda inputs: call("TenantAssignmentNode", {"database": url}, inputs), tenants))
    assert call("AuditLogNode", config, {"operation": "verify"})["status"] == "verified"
    assert call("AuditLogNode", config, {"operation": "query", "actor_id": mark})["count"] == 40
    listed = call("TenantAssignmentNode", {"database": url}, {"operation": "list_tenants", "user_id": mark})
    assert len(listed["user_tenants"]) == 4
