"""DocumentLoaderNode over HTTP: a server of its own, pages in HTML and plain text, failures."""

import http.server
import threading

import kailash
import pytest

PAGES = {
    "/page": ("text/html; charset=utf-8", "<title>Home</title><p>Hello <b>w&ouml;rld</b></p><p>two"),
    "/text": ("text/plain", "<b>not a tag</b>"),
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        kind, text = PAGES.get(self.path, (None, ""))
        body = text.encode()
        self.send_response(200 if kind else 404)
        self.send_header("Content-Type", kind or "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as it:
        threading.Thread(target=it.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{it.server_port}"
        it.shutdown()


def load(url, **config):
    registry = kailash.NodeRegistry()
    builder = kailash.WorkflowBuilder()
    builder.add_node("DocumentLoaderNode", "n", {"source_type": "url", **config})
    runtime = kailash.Runtime(registry)
    return runtime.execute(builder.build(registry), {"url": url})["results"]["n"]["document"]


def test_a_page_becomes_text(server):
    document = load(server + "/page")
    assert document["content"] == "Hello wörld\n\ntwo"
    assert document["metadata"] == {
        "url": server + "/page", "content_type": "text/html", "title": "Home"}


def test_plain_text_stays_as_it_is(server):
    assert load(server + "/text")["content"] == "<b>not a tag</b>"


def test_failures_are_told(server):
    with pytest.raises(RuntimeError, match="HTTP GET .*/none failed: status 404"):
        load(server + "/none")
    with pytest.raises(RuntimeError, match="resource limit exceeded"):
        load(server + "/page", max_size_bytes=10)


def test_the_own_network_can_be_closed(server):
    with pytest.raises(RuntimeError, match="SSRF blocked"):
        load(server + "/page", allow_private=False)
