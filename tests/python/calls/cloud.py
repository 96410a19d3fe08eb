"""Nodes that call the APIs of clusters, engines and clouds: a server that answers all of them."""

import threading

from calls.net import SETTINGS
from http_servers import Handler, Server
from s3_server import KEYS, store


class Anything(Handler):
    def handle_any(self):
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.say(200, b'{"Id": "abc"}', content_type="application/json")

    do_GET = do_POST = do_PUT = do_DELETE = handle_any


SERVER = Server({})
SERVER.RequestHandlerClass = Anything
threading.Thread(target=SERVER.serve_forever, daemon=True).start()
STORE = store()
STORE.buckets["b"]["k"] = (b"content", "text/plain", {})
STORE.buckets["gone"] = {}
threading.Thread(target=STORE.serve_forever, daemon=True).start()

CLUSTER = {"base_url": SERVER.url, "namespace": "n", "token": "t", "in_cluster": False, "timeout_ms": 2000, **SETTINGS}
ENGINE = {"host": SERVER.url, "timeout_ms": 2000, **SETTINGS}
CLOUD = {"base_url": SERVER.url, "provider": "p", "region": "r", "auth": {"type": "bearer", "token": "t"},
         "timeout_ms": 2000, **SETTINGS}
OBJECTS = {"base_url": STORE.url, "provider": "s3", **KEYS, "path_style": True, "timeout_ms": 2000, **SETTINGS}
CALLS = {
    "CloudNode": [
        {"operation": "get_instance", "instance_id": "i", **CLOUD},
        {"operation": "create_instance", "config": {}, "instance_type": "t", **CLOUD},
        *({"operation": name, "instance_id": "i", **CLOUD}
          for name in ("list_instances", "start_instance", "stop_instance", "delete_instance")),
        {"operation": "list_objects", "bucket": "b", "prefix": "k", "delimiter": "/", "max_keys": 5,
         "continuation_token": "at:a", **OBJECTS},
        {"operation": "get_object", "bucket": "b", "key": "k", "byte_range": "0-3", "response_format": "bytes",
         **OBJECTS},
        {"operation": "put_object", "bucket": "gone", "key": "k", "content": "x", "content_type": "text/plain",
         "metadata": {"a": "b"}, **OBJECTS},
        {"operation": "presign_url", "bucket": "b", "key": "k", "method": "PUT", "expires_seconds": 60,
         "session_token": "t", **OBJECTS},
        {"operation": "head_object", "bucket": "b", "key": "k", **OBJECTS},
        {"operation": "delete_object", "bucket": "gone", "key": "k", **OBJECTS},
    ],
    "DockerNode": [
        {"operation": "list_containers", "all": True, **ENGINE},
        {"operation": "run", "image": "i", "name": "n", "command": ["c"], "env": {"a": "b"}, "options": {}, **ENGINE},
        {"operation": "remove", "container_id": "c", "force": True, **ENGINE},
        {"operation": "logs", "container_id": "c", "tail": 5, **ENGINE},
        *({"operation": name, "container_id": "c", **ENGINE} for name in ("stop", "inspect")),
    ],
    "KubernetesNode": [
        {"operation": "list_pods", **CLUSTER},
        {"operation": "deploy", "manifest": {}, **CLUSTER},
        {"operation": "scale", "name": "d", "replicas": 2, **CLUSTER},
        {"operation": "get_logs", "name": "p", "container": "c", "tail_lines": 5, **CLUSTER},
        *({"operation": name, "name": "p", **CLUSTER} for name in ("get_pod", "delete")),
    ],
}
