#!/usr/bin/env python3
"""HTTPRequestNode and HTTPBatchNode beside httpx, against nginx on loopback; prints a Markdown table.

Claim: a request of a workflow costs less than a third of what httpx takes for one.

Two processes that wait for one another take another time on one core than on two: there each must first be woken. So
the server stays on one core, and single requests are made where the kernel puts who asks, on the core of the server,
and on another one. "Socket" sends and receives the same bytes and does nothing else: what the kernel and the server take.
KAILASH_HTTPX names the Python interpreter of an environment with httpx.
"""

import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

sys.path.pop(0)  # this folder, where "http" is this file

ROUNDS = 7
COUNT = 500  # requests of a round
MANY = 1000  # requests of a batch
AT_ONCE = 20

NGINX = """daemon off; worker_processes 1; pid {folder}/pid; error_log stderr error;
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 1000000; client_body_temp_path {folder}; proxy_temp_path {folder};
fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
server {{ listen 127.0.0.1:{port}; location / {{ default_type application/json; return 200 '{body}'; }} }} }}
"""
BODY = json.dumps({"items": [{"id": i, "name": f"name {i}"} for i in range(10)]})


def singly(one):
    """Single requests: where the kernel puts who asks, on the core of the server, and on another one."""
    cores = sorted(os.sched_getaffinity(0))
    figures = {"one after the other": best(lambda: [one() for _ in range(COUNT)], COUNT)}
    for name, core in (("on the server's core", cores[0]), ("on another core", cores[-1])):
        os.sched_setaffinity(0, {core})
        figures[f"one after the other, {name}"] = best(lambda: [one() for _ in range(COUNT)], COUNT)
    os.sched_setaffinity(0, cores)
    return figures


def best(work, requests):
    """Microseconds of one request: the smallest of several rounds."""
    smallest = float("inf")
    work()
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        work()
        smallest = min(smallest, time.perf_counter() - begin)
    return smallest / requests * 1e6


# ---- the sides; each runs in a process of its own ---------------------------------------------

def measure_ours(url):
    import kailash

    registry = kailash.NodeRegistry()
    runtime = kailash.Runtime(registry)

    def workflow(type_name, count, config):
        builder = kailash.WorkflowBuilder()
        for index in range(count):
            builder.add_node(type_name, f"n{index}", config)
        return builder.build(registry)

    one, twenty = (workflow("HTTPRequestNode", count, {"url": url}) for count in (1, AT_ONCE))
    batch = workflow("HTTPBatchNode", 1, {"concurrency": AT_ONCE, "requests": [{"url": url}] * MANY})
    assert runtime.execute(one)["results"]["n0"]["body"]["items"][9]["id"] == 9
    assert runtime.execute(batch)["results"]["n0"]["success_count"] == MANY

    def repeat(work, times):
        for _ in range(times):
            runtime.execute(work)

    return {
        **singly(lambda: runtime.execute(one)),
        f"{AT_ONCE} at once": best(lambda: repeat(twenty, COUNT // AT_ONCE), COUNT),
        f"{MANY:,} in a batch, {AT_ONCE} at once": best(lambda: repeat(batch, 1), MANY),
    }


def measure_socket(url):
    host = url.split("/")[2]
    request = f"GET / HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n\r\n".encode()
    with socket.create_connection(host.split(":")) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def one():
            connection.sendall(request)
            assert connection.recv(65536).endswith(b"]}")

        return singly(one)


def measure_httpx(url):
    import asyncio
    import concurrent.futures

    import httpx

    client = httpx.Client(limits=httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE))
    threads = concurrent.futures.ThreadPoolExecutor(AT_ONCE)

    def get(_=None):
        return client.get(url).json()

    async def gather():
        turn = asyncio.Semaphore(AT_ONCE)  # its own pool slows down with the requests that wait in it

        async def one(many):
            async with turn:
                return (await many.get(url)).json()

        async with httpx.AsyncClient() as many:
            await asyncio.gather(*(one(many) for _ in range(MANY)))

    return {
        **singly(get),
        f"{AT_ONCE} at once": best(lambda: list(threads.map(get, range(COUNT))), COUNT),
        f"{MANY:,} in a batch, {AT_ONCE} at once": best(lambda: asyncio.run(gather()), MANY),
    }


# ---- all ------------------------------------------------------------------------------------------

@contextlib.contextmanager
def nginx():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder) / "nginx.conf"
        config.write_text(NGINX.format(folder=folder, port=port, body=BODY))
        cores = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {min(cores)})  # which the server inherits
        server = subprocess.Popen(["nginx", "-p", folder, "-c", str(config)])
        os.sched_setaffinity(0, cores)
        try:
            for _ in range(100):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()
            server.wait()


def measured(interpreter, side, url):
    done = subprocess.run([interpreter, __file__, side, url], capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        return {}
    return json.loads(done.stdout)


def main():
    if len(sys.argv) == 3:
        measure = {"ours": measure_ours, "httpx": measure_httpx, "socket": measure_socket}[sys.argv[1]]
        print(json.dumps(measure(sys.argv[2])))
        return
    with nginx() as url:
        columns = {side: measured(sys.executable, side, url) for side in ("socket", "ours")}
        if os.environ.get("KAILASH_HTTPX"):
            columns["httpx"] = measured(os.environ["KAILASH_HTTPX"], "httpx", url)
    print("| µs a request | " + " | ".join(columns) + " | times |")
    print("|---|" + "---|" * (len(columns) + 1))
    for name in columns["ours"]:
        cells = [column.get(name) for column in columns.values()]
        times = f"{cells[2] / cells[1]:.1f}" if len(cells) == 3 and cells[2] else ""
        print(f"| {name} | " + " | ".join(f"{cell:.0f}" if cell else "" for cell in cells) + f" | {times} |")


if __name__ == "__main__":
    main()
