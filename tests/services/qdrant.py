"""Qdrant's own engine (qdrant-edge) behind a strict REST face of ours, for no registry has the server itself.

The engine's wheel is pinned in qdrant.json and kept in the cache folder. KAILASH_TEST_QDRANT_KEY is the API key that
each request must have.
"""
import os
import pathlib
import sys

import fetched

KEY = "a key+for/tests"
SERVER = pathlib.Path(__file__).resolve().parent / "servers" / "qdrant.py"


def start(service):
    folder, why = fetched.wheel("qdrant", fetched.pins_of(__file__))
    if why:
        return fetched.not_started("qdrant", why)
    port = service.free_port()
    service.run([sys.executable, str(SERVER), str(port), os.path.join(service.folder, "data"), KEY],
                env={"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"})
    service.wait_for_port(port)
    return {"KAILASH_TEST_QDRANT_URL": f"http://127.0.0.1:{port}", "KAILASH_TEST_QDRANT_KEY": KEY}
