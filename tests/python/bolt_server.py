"""A server that speaks Bolt to one client after another, and notes what it is told.

PackStream is written here anew, so that both sides of the wire cannot err alike.
"""

import contextlib
import socketserver
import struct
import threading

NAMES = {0x01: "HELLO", 0x02: "GOODBYE", 0x0F: "RESET", 0x10: "RUN", 0x11: "BEGIN", 0x12: "COMMIT", 0x13: "ROLLBACK",
         0x3F: "PULL", 0x6A: "LOGON"}
SUCCESS, RECORD, IGNORED, FAILURE = 0x70, 0x71, 0x7E, 0x7F


class Structure:
    def __init__(self, tag, *fields):
        self.tag, self.fields = tag, fields


def head(length, tiny, small):
    if tiny and length < 16:
        return bytes([tiny + length])
    size = 0 if length < 1 << 8 else 1 if length < 1 << 16 else 2
    return bytes([small + size]) + length.to_bytes(1 << size, "big")


def pack(value):
    if value is None or value is True or value is False:
        return {None: b"\xc0", False: b"\xc2", True: b"\xc3"}[value]
    if isinstance(value, int):
        if -16 <= value < 128:
            return struct.pack(">b", value)
        return b"\xcb" + struct.pack(">q", value)
    if isinstance(value, float):
        return b"\xc1" + struct.pack(">d", value)
    if isinstance(value, str):
        return head(len(value.encode()), 0x80, 0xD0) + value.encode()
    if isinstance(value, bytes):
        return head(len(value), 0, 0xCC) + value
    if isinstance(value, list):
        return head(len(value), 0x90, 0xD4) + b"".join(map(pack, value))
    if isinstance(value, dict):
        return head(len(value), 0xA0, 0xD8) + b"".join(pack(k) + pack(v) for k, v in value.items())
    return bytes([0xB0 + len(value.fields), value.tag]) + b"".join(map(pack, value.fields))


def unpack(data):
    """The value at the beginning, and what follows it."""
    marker, data = data[0], data[1:]
    fixed = {0xC0: None, 0xC2: False, 0xC3: True}
    if marker in fixed:
        return fixed[marker], data
    if marker < 0x80 or marker >= 0xF0:
        return marker - 256 if marker >= 0xF0 else marker, data
    if marker == 0xC1:
        return struct.unpack(">d", data[:8])[0], data[8:]
    if 0xC8 <= marker <= 0xCB:
        size = 1 << (marker - 0xC8)
        return int.from_bytes(data[:size], "big", signed=True), data[size:]
    for tiny, small, kind in ((None, 0xCC, bytes), (0x80, 0xD0, str), (0x90, 0xD4, list), (0xA0, 0xD8, dict)):
        if tiny and marker & 0xF0 == tiny:
            return unpack_items(kind, marker & 0x0F, data)
        if small <= marker <= small + 2:
            size = 1 << (marker - small)
            return unpack_items(kind, int.from_bytes(data[:size], "big"), data[size:])
    raise AssertionError(f"marker {marker:#x}")


def unpack_items(kind, length, data):
    if kind in (bytes, str):
        return (data[:length] if kind is bytes else data[:length].decode()), data[length:]
    items = []
    for _ in range(length * (2 if kind is dict else 1)):
        item, data = unpack(data)
        items.append(item)
    return (dict(zip(items[::2], items[1::2], strict=True)) if kind is dict else items), data


class Handler(socketserver.StreamRequestHandler):
    def say(self, tag, *fields):
        message = bytes([0xB0 + len(fields), tag]) + b"".join(map(pack, fields))
        self.wfile.write(b"\0\0")  # an empty message: still there
        for start in range(0, len(message), 1000):  # many chunks
            piece = message[start : start + 1000]
            self.wfile.write(struct.pack(">H", len(piece)) + piece)
        self.wfile.write(b"\0\0")

    def listen(self):
        message = b""
        while True:
            size = self.rfile.read(2)
            if len(size) < 2:
                return None
            if size == b"\0\0":
                break
            message += self.rfile.read(int.from_bytes(size, "big"))
        fields, rest = [], message[2:]
        while rest:
            field, rest = unpack(rest)
            fields.append(field)
        assert message[0] == 0xB0 + len(fields)
        return NAMES[message[1]], fields

    def handle(self):
        self.server.connections += 1
        self.server.offers.append(self.rfile.read(20))
        self.wfile.write(self.server.version)
        rows, failed = [], False
        while heard := self.listen():
            name, fields = heard
            self.server.heard.append((name, *fields))
            if name == "RESET":
                failed = False
                self.say(SUCCESS, {})
            elif failed:
                self.say(IGNORED)
            elif name == "GOODBYE":
                return
            elif name == "RUN":
                answer = self.server.answer(*fields)
                failed = isinstance(answer, Exception)
                if failed:
                    self.say(FAILURE, answer.args[0])
                elif answer is None:
                    return  # without a word
                else:
                    columns, rows = answer
                    self.say(SUCCESS, {"fields": columns})
            elif name == "PULL":
                for row in rows[: fields[0]["n"]]:
                    self.say(RECORD, row)
                rows = rows[fields[0]["n"] :]
                self.say(SUCCESS, {"has_more": True} if rows else {"stats": self.server.stats})
            elif name in ("HELLO", "LOGON") and fields[0].get("credentials") not in (None, "right"):
                self.say(FAILURE, {"code": "Neo.ClientError.Security.Unauthorized", "message": "who are you?"})
                failed = True
            else:
                self.say(SUCCESS, {})


class Server(socketserver.ThreadingTCPServer):
    """`answer(query, params, extra)` gives (columns, rows), an Exception of a failure's map, or None to hang up."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, answer, version=b"\0\0\4\5"):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer, self.version = answer, version
        self.heard, self.offers, self.connections, self.stats = [], [], 0, {}
        self.url = f"bolt://127.0.0.1:{self.server_address[1]}"

    def said(self):
        """What was heard since the last time, without greetings."""
        heard, self.heard = self.heard, []
        return [message for message in heard if message[0] not in ("HELLO", "LOGON", "GOODBYE")]


@contextlib.contextmanager
def serve(answer, version=b"\0\0\4\5"):
    with Server(answer, version) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
