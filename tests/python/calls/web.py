"""WebSocketNode with a server of this process, WebhookNode with a client of it."""

import http.client
import socket
import threading
import time

from websocket_server import Server, echo

SERVER = Server(echo)
threading.Thread(target=SERVER.serve_forever, daemon=True).start()

with socket.create_server(("127.0.0.1", 0)) as _free:
    PORT = _free.getsockname()[1]


def keep_asking():
    """Whoever listens gets a request."""
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=1)
            connection.request("POST", "/in", b"{}", {"content-type": "application/json"})
            connection.getresponse().read()
            connection.close()
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.005)


threading.Thread(target=keep_asking, daemon=True).start()

CALLS = {
    "WebSocketNode": [
        {"url": SERVER.url, "action": "send_and_receive", "message": "x", "connection_id": "calls",
         "timeout_ms": 2000, "headers": {"x": "y"}, "binary": False, "max_message_bytes": 1000000,
         "compression": True, "close_code": 1000, "close_reason": "", "verify_tls": True, "allow_private": True,
         "scope": "registry"},
        {"url": SERVER.url, "action": "connect", "subprotocols": []},
        {"url": SERVER.url, "action": "close", "connection_id": "calls"},
    ],
    "WebhookNode": [
        {"host": "127.0.0.1", "port": PORT, "path": "/in", "methods": ["POST"], "timeout_ms": 300,
         "response": {"status": 200, "body": "x"}, "max_body_bytes": 1000, "body_format": "auto",
         "request_timeout_ms": 1000, "on_listen": "NoOpNode"},
    ],
}
