"""Nodes that keep records, seen from several registries, threads and processes; sanitized HTML seen by
another reader of HTML."""

import concurrent.futures
import html.parser
import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node_calls import call, failure

import kailash

KEY = "0123456789abcdef"


def in_registry(registry, type_name, inputs, config=None):
    builder = kailash.WorkflowBuilder()
    builder.add_node(type_name, "n", config or {})
    return kailash.Runtime(registry).execute(builder.build(registry), inputs)["results"]["n"]


@pytest.mark.parametrize("scope", ["registry", "process"])
def test_registries_share_or_do_not(scope):
    one, other = kailash.NodeRegistry(), kailash.NodeRegistry()
    user = f"user-{scope}"
    in_registry(one, "TenantAssignmentNode", {"operation": "assign", "user_id": user, "tenant_id": "t"},
                {"scope": scope})
    seen = in_registry(other, "TenantAssignmentNode", {"operation": "list_tenants", "user_id": user},
                       {"scope": scope})
    assert len(seen["user_tenants"]) == (1 if scope == "process" else 0)
    own = in_registry(one, "TenantAssignmentNode", {"operation": "list_tenants", "user_id": user},
                      {"scope": scope})
    assert len(own["user_tenants"]) == 1


def test_a_database_outlives_the_process(tmp_path):
    url = f"sqlite://{tmp_path}/users.db?mode=rwc"
    created = call("UserManagementNode", {"database": url},
                   {"operation": "create", "user_data": {"username": "joe", "password": "hunter22"}})
    code = f"""
import json, kailash
registry = kailash.NodeRegistry()
builder = kailash.WorkflowBuilder()
builder.add_node("UserManagementNode", "n", {{"database": {url!r}}})
print(json.dumps(kailash.Runtime(registry).execute(builder.build(registry), {{
    "operation": "authenticate", "username": "joe", "password": "hunter22"}})["results"]["n"]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["user"]["id"] == created["user"]["id"]


@pytest.mark.parametrize("kind", ["file", "database", "memory"])
def test_threads_make_one_chain(tmp_path, kind):
    config = {"signing_key": KEY, "scope": "registry"}
    if kind == "file":
        config["file"] = str(tmp_path / "audit.log")
    elif kind == "database":
        config["database"] = f"sqlite://{tmp_path}/audit.db?mode=rwc"
    registry = kailash.NodeRegistry()
    entry = {"event_type": "e", "actor_id": "u", "action": "a"}
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: in_registry(registry, "AuditLogNode", entry, config)["audit_id"], range(80)))
    assert len(set(ids)) == 80
    checked = in_registry(registry, "AuditLogNode", {"operation": "verify"}, config)
    assert checked == {"valid": True, "status": "verified", "count": 80, "faults": []}


def test_processes_make_one_chain(tmp_path):
    code = f"""
import kailash
registry = kailash.NodeRegistry()
builder = kailash.WorkflowBuilder()
builder.add_node("AuditLogNode", "n", {{"signing_key": {KEY!r}, "file": {str(tmp_path / "audit.log")!r}}})
workflow, runtime = builder.build(registry), kailash.Runtime(registry)
for _ in range(25):
    runtime.execute(workflow, {{"event_type": "e", "actor_id": "u", "action": "a"}})
"""
    running = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(4)]
    assert [process.wait() for process in running] == [0] * 4
    checked = call("AuditLogNode", {"signing_key": KEY, "file": str(tmp_path / "audit.log")},
                   {"operation": "verify"})
    assert (checked["status"], checked["count"]) == ("verified", 100)


def test_a_new_secret_goes_to_a_callback():
    registry, seen = kailash.NodeRegistry(), []
    registry.register_callback("Store", lambda inputs: seen.append(inputs) or {}, ["new_value"], [])
    given_out = in_registry(registry, "SecretRotationNode", {"secret_type": "api_key", "current_value": "old"},
                            {"targets": [{"type": "action", "action": "Store"}]})
    assert [one["new_value"] for one in seen] == [given_out["new_value"]]
    assert seen[0]["secret_type"] == "api_key"

    def refuse(inputs):
        raise ValueError("no")

    registry.register_callback("Refuse", refuse, ["new_value"], [])
    with pytest.raises(RuntimeError, match="the new secret was not written"):
        in_registry(registry, "SecretRotationNode", {"secret_type": "api_key", "current_value": "old"},
                    {"targets": [{"type": "action", "action": "Refuse"}]})


def test_secrets_stay_out_of_messages():
    assert "hunter22" not in failure("UserManagementNode", {}, {
        "operation": "create", "user_data": {"username": 5, "password": "hunter22"}})
    assert "short" not in failure("AuditLogNode", {"signing_key": "short"}, {"operation": "verify"})
    assert "secret" not in failure("UserManagementNode", {"database": "zz://joe:secret@host/db"},
                                   {"operation": "list"})


class Reader(html.parser.HTMLParser):
    """What Python's own reader finds in a text."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes = set(), []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs


PIECES = st.sampled_from([
    "<", ">", "</", "/>", '"', "'", "=", " ", "&", ";", "<script>", "</script>", "<img src=x onerror=y", "<a href=",
    "javascript:x", "java&Tab;script&colon;x", "<svg>", "</svg>", "<style>", "<!--", "-->", "<table>", "<td>", "<p>",
    "</p>", "<b title=", "data:text/html,x", "<iframe src=x>", "<math>", "<![CDATA[", "]]>", "text", "&lt;", "\u00a0",
])


@given(st.lists(PIECES, max_size=30).map("".join))
def test_sanitized_html_is_harmless_and_stays(text):
    once = call("InputSanitizationNode", {"sanitization_type": "html"}, {"input": text})["sanitized"]
    again = call("InputSanitizationNode", {"sanitization_type": "html"}, {"input": once})
    assert (again["sanitized"], again["changes_made"]) == (once, False)
    read = Reader(once)
    assert not read.tags & {"script", "style", "iframe", "svg", "math", "object", "embed", "link", "meta", "base"}
    for name, value in read.attributes:
        assert not name.startswith("on") and name != "style"
        if name in ("href", "src"):
            assert not value.strip().lower().startswith(("javascript:", "data:", "vbscript:"))
