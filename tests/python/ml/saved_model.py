"""The bytes of a saved estimator taken apart and put together, with checksums that are right whatever is in them."""

import struct
import zlib

import numpy as np

msgpack = __import__("pytest").importorskip("msgpack")

HEAD = 8  # "KMOD" and the version


class Saved:
    """What a pickle holds: `tree`, plain values, and `arrays`, which it refers to by number."""

    def __init__(self, data):
        self.head = data[:HEAD]
        tree, at = self._section(data, HEAD)
        items, _ = self._section(data, at)
        self.tree = msgpack.unpackb(tree, strict_map_key=False)
        self.arrays = list(self._arrays(items))

    @staticmethod
    def _section(data, at):
        length = struct.unpack_from("<Q", data, at + 4)[0]
        return data[at + 12:at + 12 + length], at + 12 + length

    @staticmethod
    def _arrays(items):
        at = 0
        while at < len(items):
            kind, dimensions = chr(items[at]), items[at + 1]
            shape = struct.unpack_from(f"<{dimensions}Q", items, at + 2)
            at += 2 + 8 * dimensions
            array = np.frombuffer(items, kind, int(np.prod(shape)), at).reshape(shape)
            at += array.nbytes
            yield array

    def bytes(self):
        items = b""
        for array in self.arrays:
            items += array.dtype.char.replace("l", "q").encode() + bytes([array.ndim])
            items += struct.pack(f"<{array.ndim}Q", *array.shape) + array.tobytes()
        sections = (msgpack.packb(self.tree), items)
        return self.head + b"".join(struct.pack("<IQ", zlib.crc32(s), len(s)) + s for s in sections)


def objects(form, path=""):
    """All objects within, each with the way to it."""
    if isinstance(form, dict):
        if form.get("$") == "object":
            yield path, form
        for key, item in form.items():
            yield from objects(item, f"{path}.{key}")
    elif isinstance(form, list):
        for i, item in enumerate(form):
            yield from objects(item, f"{path}[{i}]")
