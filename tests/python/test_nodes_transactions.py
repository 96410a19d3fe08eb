"""Sagas, two-phase commits and warming over HTTP, and steps that are Python callbacks."""

import http.server
import json
import threading
import time

import kailash
import pytest
from node_calls import call


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers by the first part of the path, and keeps what it was asked."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        asked = (self.path, body.get("phase"), self.headers["idempotency-key"], self.headers["x-token"])
        self.server.asked.append(asked)
        word = self.path.split("/")[1]
        if word == "slow":
            time.sleep(0.5)
        failing = word == "fail" or word == "flaky" and self.server.asked.count(asked) == 1
        answer = json.dumps({"vote": "no"} if word == "refuse" else {"echo": body.get("amount")}).encode()
        self.send_response(503 if failing else 200)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def do_GET(self):
        self.send_response(404 if self.path == "/no" else 200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.asked = []
    made.url = f"http://127.0.0.1:{made.server_port}"
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def test_a_saga_posts_to_its_endpoints(server):
    steps = [
        {"step_id": "pay", "action": {"endpoint": f"{server.url}/flaky", "headers": {"x-token": "t"}},
         "compensation": {"endpoint": f"{server.url}/refund"}, "inputs": {"amount": 5}},
        {"step_id": "ship", "action": {"endpoint": f"{server.url}/fail"}, "max_retries": 0},
    ]
    outputs = call("SagaCoordinatorNode", {"max_retries": 2, "retry_delay_ms": 1},
                   {"operation": "start", "steps": steps})
    assert outputs["status"] == "failed" and outputs["failed_step"] == "ship"
    assert outputs["results"] == {"pay": {"echo": 5}}
    assert outputs["error"] == "the endpoint answered with status 503"
    (undone,) = outputs["compensation_results"]
    assert (undone["step_id"], undone["status"]) == ("pay", "compensated")
    saga = outputs["saga_id"]
    pay = ("/flaky", None, f"{saga}:pay:action", "t")
    assert server.asked == [pay, pay, ("/fail", None, f"{saga}:ship:action", None),
                            ("/refund", None, f"{saga}:pay:compensation", None)]


@pytest.mark.parametrize("second, vote, outcome", [
    ("ready", "yes", "commit"), ("refuse", "no", "abort"), ("fail", "no", "abort"),
    ("slow", "timeout", "abort")])
def test_participants_are_asked_and_told_over_http(server, second, vote, outcome):
    participants = [{"id": "a", "endpoint": f"{server.url}/ready/a"},
                    {"id": "b", "endpoint": f"{server.url}/{second}/b", "timeout_ms": 200}]
    outputs = call("TwoPhaseCommitCoordinatorNode", {},
                   {"operation": "execute", "participants": participants})
    assert outputs["votes"] == {"a": "yes", "b": vote}
    assert outputs["commit_outcome"] == outcome
    told = [(path, phase) for path, phase, _, _ in server.asked]
    assert told[:2] == [("/ready/a", "prepare"), (f"/{second}/b", "prepare")]
    assert told[2] == ("/ready/a", outcome)
    assert ((f"/{second}/b", outcome) in told) == (vote != "no")
    assert outputs["undelivered"] == (["b"] if second == "slow" else [])


def test_an_unreachable_participant_votes_no():
    outputs = call("TwoPhaseCommitCoordinatorNode", {}, {
        "operation": "execute", "participants": [{"id": "a", "endpoint": "http://127.0.0.1:1/"}]})
    assert (outputs["votes"], outputs["status"]) == ({"a": "no"}, "aborted")


def test_endpoints_are_warmed(server):
    outputs = call("EdgeWarmingNode", {}, {"operation": "warm", "url": f"{server.url}/a"})
    assert outputs["message"] == f"Warmed {server.url}/a with 3 requests"
    (result,) = outputs["results"]
    assert result["success"] and result["success_count"] == result["requests"] == 3
    assert 0 < result["avg_latency_ms"] <= result["total_time_ms"]
    outputs = call("EdgeWarmingNode", {}, {"operation": "check", "url": f"{server.url}/no"})
    assert outputs["message"] == f"{server.url}/no is responsive"
    assert outputs["results"][0]["status_code"] == 404 and "total_time_ms" not in outputs
    outputs = call("EdgeWarmingNode", {}, {
        "operation": "batch", "urls": [f"{server.url}/a", "http://127.0.0.1:1/"], "requests": 2})
    assert (outputs["success_count"], outputs["failure_count"]) == (2, 2)
    assert outputs["message"] == "Warmed 2 endpoints"
    assert [result["success"] for result in outputs["results"]] == [True, False]
    with pytest.raises(RuntimeError, match="invalid input 'url': expected an http or https URL"):
        call("EdgeWarmingNode", {}, {"operation": "warm", "url": "x"})


def test_steps_may_be_python_callbacks(tmp_path):
    done = []
    registry = kailash.NodeRegistry()
    registry.register_callback("book", lambda inputs: done.append(inputs["seat"]) or {"ok": True}, [], [])
    registry.register_callback("cancel", lambda inputs: done.remove(inputs["seat"]) or {}, [], [])

    def refuse(inputs):
        raise ValueError("no room")

    registry.register_callback("refuse", refuse, [], [])
    builder = kailash.WorkflowBuilder()
    builder.add_node("SagaCoordinatorNode", "saga", {"log": str(tmp_path / "log.db")})
    workflow = builder.build(registry)
    steps = [{"step_id": f"s{i}", "action": "book", "compensation": "cancel", "inputs": {"seat": i}}
             for i in range(3)]
    runtime = kailash.Runtime(registry)
    outputs = runtime.execute(workflow, {"operation": "start", "steps": steps})["results"]["saga"]
    assert outputs["status"] == "completed" and done == [0, 1, 2]
    steps = [dict(step, inputs={"seat": step["inputs"]["seat"] + 10}) for step in steps]
    steps.append({"step_id": "last", "action": "refuse"})
    outputs = runtime.execute(workflow, {"operation": "start", "steps": steps})["results"]["saga"]
    assert outputs["status"] == "failed" and done == [0, 1, 2]
    assert "no room" in outputs["error"]
    assert [entry["step_id"] for entry in outputs["compensation_results"]] == ["s2", "s1", "s0"]
