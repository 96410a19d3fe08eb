"""A WebSocket server on loopback written for tests: each does with a connection what it likes."""

import base64
import contextlib
import hashlib
import socket
import socketserver
import struct
import threading

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def frame(opcode, payload=b"", last=True, reserved=0):
    """A frame as a server sends it."""
    head = bytes([(0x80 if last else 0) | reserved | opcode])
    if len(payload) < 126:
        return head + bytes([len(payload)]) + payload
    if len(payload) < 65536:
        return head + b"\x7e" + struct.pack(">H", len(payload)) + payload
    return head + b"\x7f" + struct.pack(">Q", len(payload)) + payload


class Peer:
    """One connection, after its handshake."""

    def __init__(self, connection, head):
        self.connection, self.head = connection, head
        self.rfile = connection.makefile("rb")

    def send(self, *frames):
        self.connection.sendall(b"".join(frames))

    def read(self):
        """(opcode, payload) of a frame, which must be masked; None at the end."""
        start = self.rfile.read(2)
        if len(start) < 2:
            return None
        size = start[1] & 0x7F
        assert start[1] & 0x80, "a client masks what it sends"
        if size > 125:
            size = int.from_bytes(self.rfile.read(2 if size == 126 else 8), "big")
        mask = self.rfile.read(4)
        payload = self.rfile.read(size)
        return start[0] & 0x0F, bytes(byte ^ mask[i & 3] for i, byte in enumerate(payload))


def accept_of(head):
    return base64.b64encode(hashlib.sha1(head["sec-websocket-key"].encode() + GUID).digest()).decode()


def say_yes(head, more=""):
    return ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: keep-alive, upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept_of(head)}\r\n{more}\r\n").encode()


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    block_on_close = False

    def __init__(self, talk, answer=say_yes, context=None):
        self.talk, self.answer, self.context = talk, answer, context
        self.heads, self.failures = [], []
        super().__init__(("127.0.0.1", 0), None)
        self.url = f"{'wss' if context else 'ws'}://127.0.0.1:{self.server_address[1]}"

    def finish_request(self, request, client_address):
        request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.context:
            request = self.context.wrap_socket(request, server_side=True)
        data = b""
        while b"\r\n\r\n" not in data:
            piece = request.recv(1)
            if not piece:
                return
            data += piece
        lines = data.decode().split("\r\n")
        head = {"": lines[0]}
        for line in lines[1:-2]:
            name, _, value = line.partition(":")
            head[name.lower()] = value.strip()
        self.heads.append(head)
        request.sendall(self.answer(head))
        try:
            self.talk(Peer(request, head))
        except AssertionError as failure:
            self.failures.append(failure)
        with contextlib.suppress(OSError):
            request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request, client_address):
        pass


@contextlib.contextmanager
def serve(talk, **options):
    with Server(talk, **options) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
        assert not server.failures


def echo(peer):
    """Sends back whatever comes, until the goodbye."""
    while message := peer.read():
        if message[0] == CLOSE:
            peer.send(frame(CLOSE, message[1]))
            return
        if message[0] in (TEXT, BINARY):
            peer.send(frame(*message))
