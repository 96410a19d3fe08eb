"""What the open Python SDK has of it. Prints one JSON object."""

import json
import logging
import time

logging.disable(logging.CRITICAL)
from kailash.trust.signing import crypto  # noqa: E402


def best(work, count, rounds=7):
    smallest = float("inf")
    for _ in range(rounds):
        begin = time.perf_counter()
        for _ in range(count):
            work()
        smallest = min(smallest, (time.perf_counter() - begin) / count)
    return smallest


private, public = crypto.generate_keypair()
signature = crypto.sign(b"hello", private)
print(json.dumps({
    "sign, µs": best(lambda: crypto.sign(b"hello", private), 300) * 1e6,
    "verify, µs": best(lambda: crypto.verify_signature(b"hello", signature, public), 300) * 1e6,
}))
