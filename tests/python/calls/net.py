"""Nodes that send requests, to a server of this process."""

import json
import threading

from http_servers import Server


def say_json(handler):
    handler.say(200, json.dumps({"data": {"a": 1}}).encode(), content_type="application/json")


SERVER = Server({"/": say_json})
threading.Thread(target=SERVER.serve_forever, daemon=True).start()
URL = f"{SERVER.url}/"

SETTINGS = {"verify_tls": True, "max_response_bytes": 1000, "follow_redirects": True, "allow_private": True}
CALLS = {
    "GraphQLNode": [
        {"endpoint": URL, "query": "{a}", "variables": {}, "operation_name": "a", "headers": {"x": "y"},
         "timeout_ms": 2000, "raise_on_errors": False, "persisted_queries": False, **SETTINGS},
        {"endpoint": URL, "query": "{a}", "files": {"variables.a": "x"}, "auth": {"type": "bearer", "token": "t"},
         "subscription_url": "ws://127.0.0.1:1", "connection_params": {}, "max_events": 1, "listen_ms": 1},
    ],
    "HTTPBatchNode": [
        {"requests": [{"url": URL}], "concurrency": 2, "timeout_ms": 2000, "connect_timeout_ms": 2000,
         "max_retries": 0, "retry_delay_ms": 1, "response_format": "auto", **SETTINGS},
    ],
    "HTTPRequestNode": [
        {"url": URL, "method": "POST", "headers": {"x": "y"}, "query_params": {"a": 1}, "body": "x",
         "cookies": {"a": "b"}, "timeout_ms": 2000, "connect_timeout_ms": 2000, "max_retries": 0,
         "retry_delay_ms": 1, "response_format": "auto", **SETTINGS},
        {"url": URL, "method": "POST", "max_retries": 0, "params": {"a": 1}, "json": 1,
         "auth": {"type": "basic", "username": "u", "password": "p"}},
        {"url": URL, "method": "POST", "max_retries": 0, "form": {"a": 1}, "files": {"b": b"x"}},
    ],
    "HealthCheckNode": [
        {"targets": [{"url": URL}], "timeout_ms": 2000, "concurrency": 2, **SETTINGS},
        {"targets": [{"type": "tcp", "host": "127.0.0.1", "port": SERVER.port}]},
    ],
    "RateLimitedAPINode": [
        {"url": URL, "method": "POST", "headers": {"x": "y"}, "query_params": {"a": 1}, "body": "x",
         "auth": {"type": "api_key", "key": "k"}, "requests_per_second": 1000, "burst": 1000, "mode": "wait",
         "limiter_key": "bad_inputs", "scope": "registry", "timeout_ms": 2000, **SETTINGS},
    ],
    "WebScrapingNode": [
        {"html": "<p>x", "selector": "p", "extract": "text", "limit": 1, "timeout_ms": 2000, "headers": {"x": "y"},
         **SETTINGS},
        {"html": "<p>x", "selectors": {"a": "p"}},
        {"url": URL, "selector": "p", "auth": {"type": "bearer", "token": "t"}},
    ],
}
