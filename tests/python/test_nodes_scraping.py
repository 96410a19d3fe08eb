"""MetricsCollectorNode with `serve`: fetched as a scraper does."""

import os
import socket
import threading
import urllib.error
import urllib.request

import pytest
from prometheus_client import parser as prometheus
from prometheus_client.openmetrics import parser as openmetrics

import kailash

NODE = "MetricsCollectorNode"


class Collector:
    """One registry of nodes; what it serves ends with it."""

    def __init__(self, **config):
        self.registry = kailash.NodeRegistry()
        self.config = {"registry": "r", "scope": "registry", "serve": "127.0.0.1:0", **config}

    def __call__(self, metrics, **config):
        builder = kailash.WorkflowBuilder()
        builder.add_node(NODE, "n", {**self.config, **config})
        return kailash.Runtime(self.registry).execute(builder.build(self.registry),
                                                      {"metrics": metrics})["results"]["n"]


def fetch(url, method="GET", **headers):
    request = urllib.request.Request(url, method=method, headers={k.replace("_", "-"): v
                                                                  for k, v in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


COUNT = [{"name": "c", "type": "counter", "help": "how many", "labels": {"a": 'x"\n'}, "value": 2}]


def test_what_is_collected_is_fetched():
    collect = Collector()
    out = collect(COUNT)
    url = out["scrape_url"]
    assert url.startswith("http://127.0.0.1:") and url.endswith("/metrics")
    status, headers, body = fetch(url)
    assert (status, headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert body == out["prometheus_text"]
    assert collect(COUNT)["scrape_url"] == url
    sample, = [s for family in prometheus.text_string_to_metric_families(fetch(url)[2])
               for s in family.samples]
    assert (sample.labels, sample.value) == ({"a": 'x"\n'}, 4)
    assert fetch(url + "?x=1")[0] == 200


@pytest.mark.parametrize(("accept", "opened"), [
    ("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
     "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", True),
    ("Application/OpenMetrics-Text", True), ("text/plain", False), ("*/*", False), ("", False),
    ("application/openmetrics-text; q=0.0, text/plain", False), ("application/openmetrics-textual", False)])
def test_the_format_is_what_scrapers_ask_for(accept, opened):
    collect = Collector()
    url = collect(COUNT)["scrape_url"]
    _, headers, body = fetch(url, accept=accept)
    assert headers["vary"] == "Accept"
    if opened:
        assert headers["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
        assert list(openmetrics.text_string_to_metric_families(body)) and body.endswith("# EOF\n")
    else:
        assert headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert "# EOF" not in body


def test_who_may_fetch():
    collect = Collector(serve_token="geheim", serve_path="/inner/metrics")
    url = collect(COUNT)["scrape_url"]
    assert url.endswith("/inner/metrics")
    assert fetch(url)[0] == 401 and fetch(url)[1]["www-authenticate"] == "Bearer"
    assert fetch(url, authorization="Bearer geheimx")[0] == 401
    assert fetch(url, authorization="Basic geheim")[0] == 401
    assert fetch(url, authorization="bearer geheim")[0] == 200
    assert fetch(url.replace("/inner", ""), authorization="Bearer geheim")[0] == 404
    status, headers, body = fetch(url, "HEAD", authorization="Bearer geheim")
    assert status == 200 and int(headers["content-length"]) > 10 and body == ""
    status, headers, _ = fetch(url, "POST", authorization="Bearer geheim")
    assert (status, headers["allow"]) == (405, "GET, HEAD")


def test_it_ends_with_its_registry():
    collect = Collector()
    url = collect(COUNT)["scrape_url"]
    del collect
    with pytest.raises(urllib.error.URLError):
        fetch(url)


def test_one_address_for_each_book():
    collect = Collector()
    url = collect(COUNT)["scrape_url"]
    port = url.split(":")[2].split("/")[0]
    for change in ({"serve": f"127.0.0.1:{port}"}, {"serve_path": "/x"}, {"serve_token": "x"}):
        with pytest.raises(RuntimeError, match="registry 'r' is served already, at another address, path or token"):
            collect(COUNT, **change)
    with pytest.raises(RuntimeError, match=f"node execution failed: cannot listen on 127.0.0.1:{port}: Address already in use"):
        collect(COUNT, registry="another", serve=f"127.0.0.1:{port}")
    assert collect(COUNT, registry="another")["scrape_url"] != url


@pytest.mark.parametrize(("change", "message"), [
    ({"registry": None}, "invalid input 'serve': expected a registry too: nothing else is kept to be fetched"),
    ({"serve": "9090"}, 'invalid input \'serve\': expected HOST:PORT, got "9090"'),
    ({"serve_path": "metrics"}, "invalid input 'serve_path': expected a path that begins with /"),
    ({"serve_token": ""}, "invalid input 'serve_token': expected a text that is not empty"),
    ({"serve": "no.such.host.invalid:1"}, "node execution failed: host 'no.such.host.invalid' is not found"),
])
def test_bad_settings(change, message):
    with pytest.raises(RuntimeError) as error:
        Collector(**change)(COUNT)
    assert message in str(error.value)


def test_many_begin_at_once_and_many_fetch():
    collect = Collector()
    urls, failures = [], []

    def work():
        try:
            url = collect([{"name": "c", "type": "counter"}])["scrape_url"]
            urls.append(url)
            for _ in range(5):
                assert fetch(url)[0] == 200
        except Exception as error:  # noqa: BLE001 - told below
            failures.append(error)
    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not failures and len(set(urls)) == 1
    assert fetch(urls[0])[2].endswith("c 12\n")


def test_slow_and_rude_clients_keep_nobody_waiting():
    collect = Collector()
    url = collect(COUNT)["scrape_url"]
    port = int(url.split(":")[2].split("/")[0])
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
    idle[0].sendall(b"GET /met")
    idle[1].sendall(b"\xff\0\r\n\r\n")
    idle[2].sendall(b"GET /metrics HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello")
    assert fetch(url)[0] == 200
    assert b" 400 " in idle[1].recv(100)
    assert b" 413 " in idle[2].recv(100)
    for each in idle:
        each.close()


def test_a_forked_child_serves_nothing():
    collect = Collector()
    url = collect(COUNT)["scrape_url"]
    child = os.fork()
    if child == 0:
        try:
            mine = collect(COUNT)["scrape_url"]
            os._exit(0 if mine != url and fetch(mine)[2].endswith(" 4\n") else 1)
        except BaseException:  # noqa: BLE001 - nothing may reach the parent's pytest
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert fetch(url)[2].endswith(" 2\n")
