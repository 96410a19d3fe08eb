"""What all tests of the command use: the built binary, definitions, a pseudo-terminal."""

import json
import os
import pty
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest

# A shell that starts a job in the background makes it deaf to Ctrl-C; these tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("KAILASH_BINARY", str(ROOT / "build" / "release" / "cli" / "kailash"))


def environment(**more):
    """The caller's environment with nothing in it that changes what is printed."""
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "TERM")}
    return {**kept, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color", **more}


def start(*args, **options):
    return subprocess.Popen([BINARY, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            stdin=subprocess.DEVNULL, text=True, env=environment(), **options)


def kailash(*args, stdin="", env=None, cwd=None):
    return subprocess.run([BINARY, *map(str, args)], input=stdin, capture_output=True, text=True,
                          env=environment(**(env or {})), timeout=60, cwd=cwd)


def on_terminal(*args, env=None, send=None, after=0.0, columns=80):
    """Run on a pseudo-terminal; gives exit code and all that was shown. Sends `send` when `after`
    seconds have passed."""
    pid, terminal = pty.fork()
    if pid == 0:
        import fcntl
        import struct
        import termios

        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.execve(BINARY, [BINARY, *map(str, args)], environment(**(env or {})))
    shown, begun = b"", time.monotonic()
    while time.monotonic() - begun < 30:
        if send and time.monotonic() - begun >= after:
            os.write(terminal, send)
            send = None
        if not select.select([terminal], [], [], 0.05)[0]:
            continue
        try:
            part = os.read(terminal, 65536)
        except OSError:  # Linux says EIO when the other side is closed
            break
        if not part:
            break
        shown += part
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(terminal)
    return code, shown.decode()


def node(node_id, type_name="NoOpNode", **config):
    return {"type_name": type_name, "node_id": node_id, "config": config}


def edge(source, output, target, port):
    return {"source_node": source, "source_output": output, "target_node": target,
            "target_input": port}


def definition(nodes, connections=(), cycles=False):
    return {"version": "1.0", "nodes": list(nodes), "connections": list(connections),
            "enable_cycles": cycles}


def has_node(name):
    return any(row["name"] == name for row in json.loads(kailash("nodes", "--json").stdout))


@pytest.fixture
def workflow(tmp_path):
    """Writes a definition to a file."""

    def write(nodes, connections=(), cycles=False, name="flow.json", indent=1):
        path = tmp_path / name
        path.write_text(json.dumps(definition(nodes, connections, cycles), indent=indent,
                                   ensure_ascii=False))
        return path

    return write


needs_wait = pytest.mark.skipif("not __import__('conftest').has_node('WaitNode')",
                                reason="this build has no WaitNode")
needs_gate = pytest.mark.skipif("not __import__('conftest').has_node('GateNode')",
                                reason="this build has no GateNode")
