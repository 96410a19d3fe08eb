"""EdgeCoordinationNode with peers: three processes that agree, and what happens to them."""

import asyncio
import contextlib
import hashlib
import hmac
import json
import os
import pathlib
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import pytest

import kailash

SECRET = "a secret of at least 16 bytes"
PEER = pathlib.Path(__file__).parent / "raft_peer.py"
PATIENCE = 4 if "asan" in os.environ.get("LD_PRELOAD", "") else 1  # three sanitized processes on two processors


class Network:
    """A way from each peer to each other that can be cut: what comes then is swallowed, as by a firewall."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.cut = set()
        self.open = {}
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def way(self, source, target, port):
        """The port of a way that leads to `port`."""
        async def carry(reader, writer):
            key = (source, target)
            if key in self.cut:
                with contextlib.suppress(Exception):
                    await asyncio.wait_for(reader.read(), 5)
                writer.close()
                return
            try:
                there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                writer.close()
                return
            await asyncio.gather(self.pump(reader, there_writer), self.pump(there_reader, writer))

        async def listen():
            server = await asyncio.start_server(carry, "127.0.0.1", 0)
            return server.sockets[0].getsockname()[1]
        return asyncio.run_coroutine_threadsafe(listen(), self.loop).result(5)

    async def pump(self, reader, writer):
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        with contextlib.suppress(OSError, RuntimeError):
            writer.close()

    def isolate(self, name, names):
        for other in names:
            if other != name:
                self.cut |= {(name, other), (other, name)}

    def mend(self):
        self.cut.clear()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Group:
    """Processes named a, b, c."""

    def __init__(self, folder, names="abc", **config):
        self.folder, self.names, self.network = folder, names, Network()
        self.ports = {name: free_port() for name in names}
        self.config = {"secret": SECRET, "election_timeout_ms": 300 * PATIENCE, "heartbeat_ms": 50 * PATIENCE,
                       "timeout_ms": 8000 * PATIENCE, **config}
        self.urls = {name: {other: f"http://127.0.0.1:{self.port_for(name, other)}/raft"
                            for other in names} for name in names}
        self.processes = {}
        for name in names:
            self.start(name)

    def port_for(self, name, other):
        return self.ports[name] if other == name else self.network.way(name, other, self.ports[other])

    def start(self, name):
        process = subprocess.Popen([sys.executable, str(PEER)], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)
        config = {**self.config, "self": name, "peers": self.urls[name],
                  "state_file": str(self.folder / f"{name}.raft")}
        process.stdin.write(json.dumps(config) + "\n")
        self.processes[name] = process

    def kill(self, name):
        self.processes[name].kill()
        self.processes.pop(name).wait(10)

    def send(self, name, operation, **inputs):
        self.processes[name].stdin.write(json.dumps({"operation": operation, "cluster_id": "c", **inputs})
                                         + "\n")
        self.processes[name].stdin.flush()

    def receive(self, name):
        return json.loads(self.processes[name].stdout.readline())

    def ask(self, name, operation, **inputs):
        self.send(name, operation, **inputs)
        return self.receive(name)

    def everyone(self, operation, **inputs):
        """All at once: a member takes part only once its process was asked for something."""
        for name in self.processes:
            self.send(name, operation, **inputs)
        return {name: self.receive(name) for name in self.processes}

    def leader(self, name):
        return self.ask(name, "get_leader")["leader"]

    def end(self):
        for name in list(self.processes):
            self.processes[name].stdin.close()
            status = self.processes[name].wait(20)
            assert status == 0, (name, status)


@pytest.fixture
def group(tmp_path):
    made = Group(tmp_path)
    yield made
    made.end()


def test_peers_elect_one_leader_and_share_what_they_are_told(group):
    for answer in group.everyone("create_cluster", members=["x", "y", "x"]).values():
        assert answer == {"cluster_id": "c", "members": ["x", "y"], "success": True,
                          "message": "Cluster created successfully"}
    assert group.ask("a", "join", member_id="z")["member_count"] == 3
    assert group.ask("b", "join", member_id="z")["member_count"] == 3
    assert group.ask("c", "leave", member_id="x")["member_count"] == 2
    for answer in group.everyone("get_members").values():
        assert answer["members"] == ["y", "z"]
    leaders = group.everyone("elect_leader")
    assert len({(answer["leader"], answer["term"]) for answer in leaders.values()}) == 1
    assert leaders["a"]["leader"] in "abc"
    for answer in group.everyone("check_quorum").values():
        assert answer["has_quorum"] and answer["quorum_needed"] == 2 and answer["total_members"] == 3
    answer = group.ask("a", "check_quorum", active_members=["nobody"])
    assert not answer["has_quorum"] and answer["total_members"] == 2
    assert group.ask("b", "get_members", cluster_id="nope")["error"].endswith(
        "node execution failed: cluster 'nope' not found")
    assert group.ask("b", "join", cluster_id="nope", member_id="q")["error"].endswith(
        "node execution failed: cluster 'nope' not found")


def test_a_cluster_begins_with_all_peers(group):
    group.everyone("create_cluster")
    assert group.ask("b", "get_members")["members"] == ["a", "b", "c"]


def test_a_leader_that_is_killed_is_followed_by_another_and_nothing_is_lost(group):
    group.everyone("create_cluster", members=[])
    expected = []
    for turn in range(3):
        for k in range(5):
            member = f"m{turn}-{k}"
            name = list(group.processes)[k % 3]
            assert group.ask(name, "join", member_id=member)["success"]
            expected.append(member)
        first = group.ask("a" if "a" in group.processes else "b", "get_leader")
        old = first["leader"]
        group.kill(old)
        left = list(group.processes)
        during = f"during{turn}"
        assert group.ask(left[0], "join", member_id=during)["member_count"] == len(expected) + 1
        expected.append(during)
        second = group.ask(left[1], "get_leader")
        assert second["leader"] in left and second["term"] > first["term"]
        group.start(old)
        assert group.ask(old, "get_members")["members"] == expected


def test_all_may_be_killed_at_once(group):
    group.everyone("create_cluster", members=["x"])
    term = group.ask("a", "get_leader")["term"]
    assert group.ask("a", "join", member_id="y")["success"]
    for name in "abc":
        group.kill(name)
    for name in "abc":
        group.start(name)
    for answer in group.everyone("get_members").values():
        assert answer["members"] == ["x", "y"]
    assert group.ask("b", "get_leader")["term"] > term


def test_a_leader_that_is_cut_off_learns_that_it_leads_no_more(group):
    group.everyone("create_cluster", members=[])
    old = group.leader("a")
    others = [name for name in "abc" if name != old]
    group.network.isolate(old, "abc")
    group.send(old, "join", member_id="minority")
    assert group.ask(others[0], "join", member_id="majority")["member_count"] == 1
    assert group.leader(others[1]) in others
    assert "no leader: fewer than 2 of 3 peers reach each other" in group.receive(old)["error"]
    assert group.ask(others[0], "get_members")["members"] == ["majority"]
    group.network.mend()
    assert group.ask(old, "get_members")["members"] == ["majority"]
    assert group.leader(old) == group.leader(others[0])


def test_a_minority_neither_changes_nor_reads(tmp_path):
    group = Group(tmp_path, timeout_ms=1500 * PATIENCE)
    group.everyone("create_cluster", members=["x"])
    for name in "bc":
        group.kill(name)
    time.sleep(1 * PATIENCE)
    for operation, inputs in [("join", {"member_id": "y"}), ("get_members", {}), ("get_leader", {}),
                              ("elect_leader", {})]:
        error = group.ask("a", operation, **inputs)["error"]
        assert error.endswith("node execution failed: no leader: fewer than 2 of 3 peers reach each other")
    assert group.ask("a", "check_quorum") == {
        "cluster_id": "c", "has_quorum": False, "message": "Cluster does NOT have quorum",
        "quorum_needed": 2, "success": True, "total_members": 3}
    group.start("b")
    group.send("b", "check_quorum")
    assert group.ask("a", "check_quorum")["has_quorum"]
    group.receive("b")
    group.end()


def test_commands_from_all_sides_are_obeyed_once(group):
    group.everyone("create_cluster", members=[])
    def work(name):
        for k in range(15):
            assert group.ask(name, "join", member_id=f"{name}{k}")["success"]
    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    group.network.isolate("b", "abc")
    time.sleep(0.6 * PATIENCE)
    group.network.mend()
    for thread in threads:
        thread.join(60 * PATIENCE)
    seen = [answer["members"] for answer in group.everyone("get_members").values()]
    assert seen[0] == seen[1] == seen[2]
    assert sorted(seen[0]) == sorted(f"{name}{k}" for name in "abc" for k in range(15))
    for name in "abc":
        assert [m for m in seen[0] if m[0] == name] == [f"{name}{k}" for k in range(15)]


# ---- one peer alone ----------------------------------------------------------------------------------


def node(inputs, **config):
    registry = kailash.NodeRegistry()
    builder = kailash.WorkflowBuilder()
    builder.add_node("EdgeCoordinationNode", "n", config)
    return kailash.Runtime(registry).execute(builder.build(registry), inputs)["results"]["n"]


def alone(folder, **config):
    port = free_port()
    return {"self": "a", "peers": {"a": f"http://127.0.0.1:{port}/raft"}, "secret": SECRET,
            "state_file": str(folder / "a.raft"), "election_timeout_ms": 40, "heartbeat_ms": 10,
            "scope": "registry", "timeout_ms": 3000, **config}


CREATE = {"operation": "create_cluster", "cluster_id": "c", "members": ["x"]}
JOIN = {"operation": "join", "cluster_id": "c", "member_id": "y"}
MEMBERS = {"operation": "get_members", "cluster_id": "c"}


def test_a_peer_alone_remembers(tmp_path):
    config = alone(tmp_path)
    node(CREATE, **config)
    node(JOIN, **config)
    assert node(MEMBERS, **config)["members"] == ["x", "y"]
    assert os.stat(tmp_path / "a.raft").st_mode & 0o777 == 0o600
    assert SECRET not in (tmp_path / "a.raft").read_text()


def test_a_line_that_a_crash_cut_short_is_cut_away(tmp_path):
    config = alone(tmp_path)
    file = tmp_path / "a.raft"
    node(CREATE, **config)
    whole = file.read_bytes()
    node(JOIN, **config)
    longer = file.read_bytes()
    for cut in range(len(whole), len(longer), 7):
        file.write_bytes(longer[:cut])
        assert node(MEMBERS, **config)["members"] in (["x"], ["x", "y"])
    file.write_bytes(longer[:300] + b"#" + longer[301:])
    with pytest.raises(RuntimeError, match=r"the state file '.*a\.raft' is damaged at byte \d+"):
        node(MEMBERS, **config)


@pytest.mark.parametrize("change, message", [
    ({"peers": {}}, r"invalid input 'peers': expected 1 to 64 names and URLs, got 0"),
    ({"peers": {"a": "ftp://x"}}, r"invalid input 'peers\.a': expected an http or https URL, got scheme 'ftp'"),
    ({"self": "q"}, r"invalid input 'self': expected one of the names of peers, got \"q\""),
    ({"self": None}, r"missing required input: self"),
    ({"secret": None}, r"missing required input: secret"),
    ({"secret": "short"}, r"invalid input 'secret': expected at least 16 bytes, got 5"),
    ({"state_file": None}, r"missing required input: state_file"),
    ({"database": "x.db"}, r"invalid input 'database': expected none: what peers agree on is in their state_file"),
    ({"election_timeout_ms": 39}, r"invalid input 'election_timeout_ms': expected at least four times heartbeat_ms, got 39"),
    ({"listen": "nowhere"}, r"invalid input 'listen': expected HOST:PORT, got \"nowhere\""),
    ({"listen": "127.0.0.1:99999"}, r"invalid input 'listen': expected HOST:PORT, got \"127"),
    ({"listen": "127.0.0.1:"}, r"invalid input 'listen': expected HOST:PORT, got \"127"),
    ({"state_file": "/nonexistent/folder/x"}, r"node execution failed: cannot open the state file '/nonexistent/folder/x': No such file"),
])
def test_bad_settings_are_refused(tmp_path, change, message):
    config = {key: value for key, value in {**alone(tmp_path), **change}.items() if value is not None}
    with pytest.raises(RuntimeError, match=message):
        node(CREATE, **config)


def test_a_member_runs_once(tmp_path):
    registry = kailash.NodeRegistry()
    runtime = kailash.Runtime(registry)

    def run(inputs, **config):
        builder = kailash.WorkflowBuilder()
        builder.add_node("EdgeCoordinationNode", "n", config)
        return runtime.execute(builder.build(registry), inputs)
    config = alone(tmp_path)
    run(CREATE, **config)
    run(MEMBERS, **config)
    with pytest.raises(RuntimeError, match="member 'a' runs in this process with other settings"):
        run(MEMBERS, **{**config, "secret": SECRET + "!"})
    with pytest.raises(RuntimeError, match=r"the state file '.*' is in use by another member"):
        node(MEMBERS, **{**config, "listen": "127.0.0.1:0"})
    with pytest.raises(RuntimeError, match=r"cannot listen on 127\.0\.0\.1:\d+: Address already in use"):
        node(MEMBERS, **{**config, "state_file": str(tmp_path / "other")})
    with pytest.raises(RuntimeError, match=r"resource limit exceeded: command \(limit: 32768 bytes\)"):
        run({"operation": "join", "cluster_id": "c", "member_id": "x" * 40000}, **config)


def test_a_file_of_another_group_is_refused(tmp_path):
    config = alone(tmp_path)
    node(CREATE, **config)
    config["peers"]["b"] = "http://127.0.0.1:1/raft"
    with pytest.raises(RuntimeError, match="belongs to another member"):
        node(MEMBERS, **config)


def post(url, body, method="POST"):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, method=method), timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def signed(body, secret=SECRET, members='["a","b"]'):
    text = b"kailash-raft-1\n" + members.encode() + b"\n" + body
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest().encode() + b"\n" + body


def test_only_what_is_signed_is_obeyed(tmp_path):
    registry = kailash.NodeRegistry()
    config = alone(tmp_path, timeout_ms=100)
    url = config["peers"]["a"]
    config["peers"] = {"a": url, "b": "http://127.0.0.1:1/raft"}
    builder = kailash.WorkflowBuilder()
    builder.add_node("EdgeCoordinationNode", "n", config)
    workflow = builder.build(registry)
    runtime = kailash.Runtime(registry)
    assert not runtime.execute(workflow, {"operation": "check_quorum",
                                          "cluster_id": "c"})["results"]["n"]["has_quorum"]
    vote = json.dumps({"note": "raft", "from": 1, "to": 0, "kind": "append_request", "term": 1 << 40,
                       "index": 0, "index_term": 0, "commit": 0, "round": 0, "granted": False,
                       "entries": []}).encode()
    assert post(url, b"") == 401
    assert post(url, vote) == 401
    assert post(url, signed(vote, "another secret than that")) == 401
    assert post(url, signed(vote, members='["a","b","c"]')) == 401
    assert post(url, signed(b"{")) == 400
    assert post(url, signed(b"{}")) == 400
    assert post(url, signed(vote.replace(b"append_request", b"nonsense"))) == 400
    assert post(url, signed(vote.replace(b": 1099511627776", b": -1"))) == 400
    assert post(url, signed(vote.replace(b"[]", b"[[1]]"))) == 400
    assert post(url, signed(vote.replace(b"[]", b'[["1", null]]'))) == 400
    assert post(url, signed(b'{"note": "command", "from": 1, "to": 0, "body": 5}')) == 400
    assert post(url, signed(vote.replace(b'"from": 1', b'"from": 64'))) == 400
    assert post(url, signed(vote.replace(b'"from": 1', b'"from": 63'))) == 204  # passed over
    assert post(url + "x", signed(vote)) == 404
    assert post(url, None, "GET") == 405
    leader = {"operation": "get_leader", "cluster_id": "c"}
    with pytest.raises(RuntimeError, match="no leader: fewer than 2 of 2 peers reach each other"):
        runtime.execute(workflow, leader)
    assert post(url, signed(vote)) == 204
    with pytest.raises(RuntimeError, match="the leader 'b' did not answer in time|no leader"):
        runtime.execute(workflow, leader)


def test_a_forked_child_is_no_member(tmp_path):
    registry = kailash.NodeRegistry()
    config = alone(tmp_path)
    builder = kailash.WorkflowBuilder()
    builder.add_node("EdgeCoordinationNode", "n", config)
    workflow = builder.build(registry)
    runtime = kailash.Runtime(registry)
    runtime.execute(workflow, CREATE)
    child = os.fork()
    if child == 0:
        try:
            runtime.execute(workflow, MEMBERS)
        except RuntimeError as error:
            os._exit(7 if "forked" in str(error) else 8)
        os._exit(9)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert runtime.execute(workflow, MEMBERS)["results"]["n"]["members"] == ["x"]


def test_a_process_ends_while_its_member_logs(tmp_path):
    script = f"""
import logging, threading, time, kailash
logging_now = threading.Event()
def slow(record): # a handler would be waited for when logging ends
    logging_now.set()
    time.sleep(0.3)
    return False
logging.getLogger("kailash.nodes.raft").addFilter(slow)
registry = kailash.NodeRegistry()
builder = kailash.WorkflowBuilder()
builder.add_node("EdgeCoordinationNode", "n", {{
    "self": "a", "peers": {{"a": "http://127.0.0.1:{free_port()}/r", "b": "http://127.0.0.1:1/r"}},
    "secret": {SECRET!r}, "state_file": {str(tmp_path / "a.raft")!r}, "election_timeout_ms": 40,
    "heartbeat_ms": 10, "timeout_ms": 10}})
kailash.Runtime(registry).execute(builder.build(registry), {{"operation": "check_quorum", "cluster_id": "c"}})
assert logging_now.wait(10)
"""
    assert subprocess.run([sys.executable, "-c", script], timeout=20).returncode == 0


def test_waiting_ends_with_the_run(tmp_path):
    config = alone(tmp_path, timeout_ms=60000)
    config["peers"]["b"] = "http://127.0.0.1:1/raft"
    registry = kailash.NodeRegistry()
    builder = kailash.WorkflowBuilder()
    builder.add_node("EdgeCoordinationNode", "n", config)
    runtime = kailash.Runtime(registry, kailash.RuntimeConfig(node_timeout=0.3))
    before = time.monotonic()
    with pytest.raises(RuntimeError, match="timed out after 300ms"):
        runtime.execute(builder.build(registry), CREATE)
    assert time.monotonic() - before < 5
