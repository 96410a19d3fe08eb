#!/usr/bin/env python3
"""What nodes of cryptography cost over OpenSSL itself.

Claims: HashingNode, run as a workflow from Python, reaches at least 95 % of the throughput of `openssl
speed` on the same machine; so do the cipher that EncryptionNode calls, and the node itself.

`openssl speed` encrypts in place; a cipher of shared values writes to other memory. "Call" has the result made a
Python object on top, which is a copy of it; "node" is the node alone, as between two other nodes.
"""

import ctypes
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("KAILASH_BUILD", HERE.parent.parent / "build" / "release"))
sys.path.insert(0, str(BUILD / "python"))

import kailash  # noqa: E402

CIPHERS = {"aes-256-gcm": 0, "chacha20-poly1305": 1}
DIGESTS = {"sha256": "sha256", "sha512": "sha512", "sha3_256": "sha3-256", "blake2b": "blake2b512"}


class Text(ctypes.Structure):
    _fields_ = [("data", ctypes.c_char_p), ("len", ctypes.c_size_t)]


class Cipher(ctypes.Structure):
    _fields_ = [("kind", ctypes.c_int), ("key", Text), ("nonce", Text), ("aad", Text)]


class Value(ctypes.Structure):
    _fields_ = [("kind", ctypes.c_uint32), ("reserved", ctypes.c_uint32), ("payload", ctypes.c_void_p)]


def openssl(size, options):
    """MB/s: the last column of the line for machines."""
    out = subprocess.run(["openssl", "speed", "-mr", "-seconds", "1", "-bytes", str(size), *options],
                         capture_output=True, text=True, check=True).stdout
    line = next(line for line in out.splitlines() if line.startswith("+F:"))
    return float(line.split(":")[-1]) / 1e6


def repeat(work, size, slices=200, seconds=0.005):
    """MB/s of the call and of the node (0 = there is none), in the best of many slices of time: other programs
    disturb some of them."""
    best = [0.0, 0.0]
    for _ in range(slices):
        count, inner, begin = 0, 0.0, time.perf_counter()
        while time.perf_counter() - begin < seconds:
            inner += work() or 0
            count += 1
        best[0] = max(best[0], count * size / (time.perf_counter() - begin))
        best[1] = max(best[1], count * size / inner if inner else 0)
    return [figure / 1e6 for figure in best]


def node(type_name, config, data):
    registry = kailash.NodeRegistry()
    builder = kailash.WorkflowBuilder()
    builder.add_node(type_name, "n", config)
    workflow, runtime = builder.build(registry), kailash.Runtime(registry)

    def work():
        return runtime.execute(workflow, {"data": data})["metadata"]["node_durations_ms"]["n"] / 1e3

    return work


def room(kind, data):
    """kl_cipher_seal() of the library, and the end of what it gave."""
    library = ctypes.CDLL(str(BUILD / "libkailash.so"))
    library.kl_value_free_payload.argtypes = [Value]
    cipher, text = Cipher(kind, Text(bytes(32), 32), Text(bytes(12), 12), Text(None, 0)), Text(data, len(data))

    def work():
        sealed = Value()
        assert library.kl_cipher_seal(ctypes.byref(sealed), ctypes.byref(cipher), text, None) == 0
        library.kl_value_free_payload(sealed)

    library.kl_cipher_seal.argtypes = [ctypes.c_void_p, ctypes.c_void_p, Text, ctypes.c_void_p]
    return work


def rows():
    size = 1 << 20
    data = os.urandom(size)
    for name, theirs in DIGESTS.items():
        yield f"HashingNode {name}", size, node("HashingNode", {"algorithm": name}, data), ["-evp", theirs]
    for size in (1 << 18, 1 << 20):
        data = os.urandom(size)
        for name, kind in CIPHERS.items():
            options = ["-aead", "-evp", name]
            config = {"operation": "encrypt", "key": bytes(32), "algorithm": name}
            yield f"kl_cipher_seal {name}", size, room(kind, data), options
            yield f"EncryptionNode {name}", size, node("EncryptionNode", config, data), options


def main():
    print("| | KiB | openssl speed, MB/s | node, MB/s | node, % | call, MB/s | call, % |\n|---|---|---|---|---|---|---|")
    for name, size, work, options in rows():
        call, inner, theirs = 0.0, 0.0, 0.0
        for _ in range(3):  # in turns, the best of both: the machine is not always equally fast
            figures = repeat(work, size)
            call, inner = max(call, figures[0]), max(inner, figures[1])
            theirs = max(theirs, openssl(size, options))
        cells = [f"{figure:.0f} | {100 * figure / theirs:.0f}" if figure else " | " for figure in (inner, call)]
        print(f"| {name} | {size >> 10} | {theirs:.0f} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
