"""KubernetesNode, DockerNode and CloudNode against servers that say what their APIs say."""

import base64
import http.server
import json
import os
import socketserver
import struct
import threading

import pytest

from http_servers import Authority, serve
from node_calls import call, failure

POD = {"kind": "Pod"}


def say(value, status=200):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return lambda handler: handler.say(status, body, content_type="application/json")


def asked(server, index=-1):
    method, path, _, body = server.seen[index]
    return method, path, json.loads(body) if body else None


# ---- Kubernetes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("given", "method", "path", "body", "message"), [
    ({"operation": "list_pods"}, "GET", "/api/v1/namespaces/default/pods", None, "listed pods in namespace default"),
    ({"operation": "get_pod", "name": "p"}, "GET", "/api/v1/namespaces/default/pods/p", None, "retrieved pod p"),
    ({"operation": "deploy", "manifest": {"a": 1}, "namespace": "n"}, "POST",
     "/apis/apps/v1/namespaces/n/deployments", {"a": 1}, "deployed to namespace n"),
    ({"operation": "scale", "name": "d", "replicas": 0}, "PUT",
     "/apis/apps/v1/namespaces/default/deployments/d/scale",
     {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "d", "namespace": "default"},
      "spec": {"replicas": 0}}, "scaled d to 0 replicas"),
    ({"operation": "delete", "name": "p"}, "DELETE", "/api/v1/namespaces/default/pods/p", None, "deleted pod p"),
])
def test_calls_of_a_cluster(given, method, path, body, message):
    with serve({path: say(POD)}) as server:
        out = call("KubernetesNode", {"base_url": server.url + "/"}, given)
        assert out == {"result": POD, "status": "200", "message": message}
        assert asked(server) == (method, path, body)


def test_logs_of_a_pod_are_text():
    path = "/api/v1/namespaces/default/pods/p/log"
    with serve({path: say(b'{"level": 1}\nline')}) as server:
        out = call("KubernetesNode", {"base_url": server.url}, {"operation": "get_logs", "name": "p"})
        assert out["result"] == '{"level": 1}\nline'
        call("KubernetesNode", {"base_url": server.url},
             {"operation": "get_logs", "name": "p", "container": "a&b", "tail_lines": 5})
        assert asked(server)[1] == f"{path}?tailLines=5&container=a%26b"


def test_names_are_no_paths():
    with serve({}) as server:
        for name in ("a/b", "../x", "a?b", "a b", "ä", "%2e%2e"):
            failure("KubernetesNode", {"base_url": server.url}, {"operation": "get_pod", "name": name})
            assert asked(server)[1].count("/") == 6 and "?" not in asked(server)[1]
        for name in (".", ".."):
            assert failure("KubernetesNode", {"base_url": server.url}, {"operation": "get_pod", "name": name}) == \
                f"invalid input 'name': expected a name, got \"{name}\""


def test_what_a_cluster_needs():
    for given, missing in [({"operation": "get_pod"}, "name"), ({"operation": "get_pod", "name": ""}, "name"),
                           ({"operation": "deploy"}, "manifest"), ({"operation": "scale", "name": "d"}, "replicas"),
                           ({}, "operation")]:
        assert failure("KubernetesNode", {}, given) == f"missing required input: {missing}"


def test_what_a_cluster_refuses():
    with serve({"/api/v1/namespaces/default/pods": say({"message": "pods is forbidden"}, 403)}) as server:
        assert failure("KubernetesNode", {"base_url": server.url}, {"operation": "list_pods"}) == \
            "node execution failed: list_pods failed: HTTP 403: pods is forbidden"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


def kubeconfig(path, cluster, user, **changes):
    config = {"current-context": "c", "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
              "clusters": [{"name": "k", "cluster": cluster}], "users": [{"name": "u", "user": user}], **changes}
    path.write_text(json.dumps(config))  # which is YAML too
    return str(path)


def test_a_kubeconfig(authority, tmp_path):
    certificate, key = authority.certificate("client")
    inline = {f"{name}-data": base64.b64encode(open(file, "rb").read()).decode()
              for name, file in [("client-certificate", certificate), ("client-key", key)]}
    root = base64.b64encode(open(authority.file, "rb").read()).decode()
    context = authority.context("cluster", asks_clients=True)
    before = len(os.listdir("/proc/self/fd"))
    with serve({"/api/v1/namespaces/default/pods": say(POD)}, context) as server:
        for cluster, user in [
            ({"server": server.url, "certificate-authority-data": root}, {**inline, "token": "secret"}),
            ({"server": server.url, "certificate-authority": authority.file},
             {"client-certificate": certificate, "client-key": key, "token": "secret"}),
            ({"server": server.url, "insecure-skip-tls-verify": True}, {**inline, "token": "secret"}),
        ]:
            file = kubeconfig(tmp_path / "config", cluster, user)
            assert call("KubernetesNode", {"kubeconfig": file}, {"operation": "list_pods"})["result"] == POD
            assert server.seen[-1][2]["authorization"] == "Bearer secret"
        file = kubeconfig(tmp_path / "config", {"server": server.url}, inline)
        assert "certificate" in failure("KubernetesNode", {"kubeconfig": file}, {"operation": "list_pods"})
    assert len(os.listdir("/proc/self/fd")) <= before + 8  # connections that are kept


def test_a_token_file_and_another_context(tmp_path):
    (tmp_path / "token").write_text("from a file\n")
    with serve({"/api/v1/namespaces/default/pods": say(POD)}) as server:
        file = kubeconfig(tmp_path / "config", {"server": server.url}, {"tokenFile": str(tmp_path / "token")})
        call("KubernetesNode", {"kubeconfig": file, "context": "c"}, {"operation": "list_pods"})
        assert server.seen[-1][2]["authorization"] == "Bearer from a file"
        call("KubernetesNode", {"kubeconfig": file, "token": "given"}, {"operation": "list_pods"})
        assert server.seen[-1][2]["authorization"] == "Bearer given"


@pytest.mark.parametrize(("changes", "why"), [
    ({"current-context": "zz"}, "it has no 'zz' among its contexts"),
    ({"clusters": []}, "it has no 'k' among its clusters"),
    ({"users": 5}, "it has no 'u' among its users"),
    ({"clusters": [{"name": "k", "cluster": {}}]}, "its cluster names no server"),
    ({"users": [{"name": "u", "user": {"exec": {"command": "x"}}}]}, "its user asks a program for credentials"),
    ({"users": [{"name": "u", "user": {"client-key-data": "!"}}]}, "client-key-data: "),
])
def test_bad_kubeconfigs(tmp_path, changes, why):
    file = kubeconfig(tmp_path / "config", {"server": "http://127.0.0.1:1"}, {}, **changes)
    text = failure("KubernetesNode", {"kubeconfig": file}, {"operation": "list_pods"})
    assert text.startswith(f"invalid input 'kubeconfig': {file}: {why}")


def test_no_kubeconfig_and_no_pod(tmp_path, monkeypatch):
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    missing = str(tmp_path / "missing")
    assert failure("KubernetesNode", {"kubeconfig": missing}, {"operation": "list_pods"}).startswith(
        f"invalid input 'kubeconfig': {missing}: ")
    assert failure("KubernetesNode", {"in_cluster": True}, {"operation": "list_pods"}).startswith(
        "invalid input 'in_cluster': this is no pod")


# ---- Docker ---------------------------------------------------------------------------------------


def frame(stream, text):
    return struct.pack(">BxxxI", stream, len(text)) + text


def test_calls_of_an_engine():
    with serve({"/containers/json": say([{"Id": "a"}]), "/containers/c/json": say({"Id": "c"}),
                "/containers/c/stop": lambda handler: handler.say(304),
                "/containers/c": lambda handler: handler.say(204)}) as server:
        config = {"host": server.url.replace("http://", "tcp://")}
        out = call("DockerNode", config, {"operation": "list_containers", "all": True})
        assert out == {"result": [{"Id": "a"}], "status": "200", "message": "listed containers"}
        assert asked(server)[:2] == ("GET", "/containers/json?all=true")
        assert call("DockerNode", config, {"operation": "inspect", "container_id": "c"})["result"] == {"Id": "c"}
        assert call("DockerNode", config, {"operation": "stop", "container_id": "c"})["status"] == "304"
        out = call("DockerNode", config, {"operation": "remove", "container_id": "c", "force": True})
        assert out == {"result": None, "status": "204", "message": "removed container c"}
        assert asked(server)[:2] == ("DELETE", "/containers/c?force=true")


def test_running_an_image():
    with serve({"/containers/create": say({"Id": "abc"}, 201),
                "/containers/abc/start": lambda handler: handler.say(204)}) as server:
        out = call("DockerNode", {"host": server.url}, {
            "operation": "run", "image": "i:1", "name": "n", "command": ["sh", "-c", "true"],
            "env": {"A": "b=c"}, "options": {"HostConfig": {"AutoRemove": True}}})
        assert out == {"result": {"Id": "abc"}, "status": "201", "message": "started container n of i:1"}
        assert asked(server, 0) == ("POST", "/containers/create?name=n", {
            "HostConfig": {"AutoRemove": True}, "Image": "i:1", "Cmd": ["sh", "-c", "true"], "Env": ["A=b=c"]})
        assert asked(server, 1)[:2] == ("POST", "/containers/abc/start")


def test_what_cannot_be_started_is_removed():
    with serve({"/containers/create": say({"Id": "abc"}, 201),
                "/containers/abc/start": say({"message": "port is taken"}, 500)}) as server:
        assert failure("DockerNode", {"host": server.url}, {"operation": "run", "image": "i"}) == \
            "node execution failed: start container failed: HTTP 500: port is taken"
        assert asked(server)[:2] == ("DELETE", "/containers/abc?force=true")
    with serve({"/containers/create": say({}, 201)}) as server:
        assert "the engine gave no Id" in failure("DockerNode", {"host": server.url},
                                                  {"operation": "run", "image": "i"})


@pytest.mark.parametrize(("sent", "stdout", "stderr"), [
    (b"", "", ""),
    (frame(1, b"out\n") + frame(2, b"err") + frame(1, b"more"), "out\nmore", "err"),
    (frame(1, "ä".encode()[:1]) + frame(1, "ä".encode()[1:]), "ä", ""),
    (b"a terminal's text", "a terminal's text", ""),
    (frame(1, b"cut off")[:-1], "\x01\0\0\0\0\0\0\x07cut of", ""),
    (b"\xff", "�", ""),
])
def test_logs_of_a_container(sent, stdout, stderr):
    with serve({"/containers/c/logs": say(sent)}) as server:
        out = call("DockerNode", {"host": server.url}, {"operation": "logs", "container_id": "c", "tail": 7})
        assert out["result"] == {"stdout": stdout, "stderr": stderr}
        assert asked(server)[1] == "/containers/c/logs?stdout=true&stderr=true&tail=7"


def test_an_engine_behind_a_unix_socket(tmp_path):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = b'[{"Id": "here"}]'
            self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))

        def log_message(self, *args):
            pass

    path = str(tmp_path / "docker.sock")
    with socketserver.ThreadingUnixStreamServer(path, Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        out = call("DockerNode", {"host": f"unix://{path}"}, {"operation": "list_containers"})
        assert out["result"] == [{"Id": "here"}]
        server.shutdown()
    assert "connection error" in failure("DockerNode", {"host": f"unix://{tmp_path}/none"},
                                         {"operation": "list_containers"})


def test_what_an_engine_needs():
    for given, missing in [({"operation": "stop"}, "container_id"), ({"operation": "run"}, "image"), ({}, "operation")]:
        assert failure("DockerNode", {}, given) == f"missing required input: {missing}"


# ---- instances ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("given", "method", "path", "message"), [
    ({"operation": "list_instances"}, "GET", "/v1/instances?region=eu%2F1", "listed instances in region eu/1"),
    ({"operation": "get_instance", "instance_id": "i"}, "GET", "/v1/instances/i", "retrieved instance i"),
    ({"operation": "start_instance", "instance_id": "i"}, "POST", "/v1/instances/i/start", "started instance i"),
    ({"operation": "stop_instance", "instance_id": "i"}, "POST", "/v1/instances/i/stop", "stopped instance i"),
    ({"operation": "delete_instance", "instance_id": "i"}, "DELETE", "/v1/instances/i", "deleted instance i"),
    ({"operation": "create_instance", "config": {"a": 1}}, "POST", "/v1/instances",
     "created instance in region eu/1"),
])
def test_instances(given, method, path, message):
    with serve({path.partition("?")[0]: say({"id": 1})}) as server:
        config = {"base_url": f"{server.url}/v1", "region": "eu/1", "provider": "own",
                  "auth": {"type": "bearer", "token": "t"}}
        assert call("CloudNode", config, given) == {"result": {"id": 1}, "status": "200", "message": message,
                                                    "provider": "own"}
        assert asked(server)[:2] == (method, path)
        assert server.seen[0][2]["authorization"] == "Bearer t"
        if method == "POST" and "config" in given:
            assert asked(server)[2] == {"config": {"a": 1}, "instance_type": "standard", "region": "eu/1"}


def test_instances_that_are_not():
    with serve({}) as server:
        assert failure("CloudNode", {"base_url": server.url}, {"operation": "get_instance", "instance_id": "x"}) == \
            "node execution failed: get_instance failed: HTTP 404: nobody lives here"
    assert failure("CloudNode", {}, {"operation": "get_instance"}) == "missing required input: instance_id"
