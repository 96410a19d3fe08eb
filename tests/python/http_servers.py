"""Servers on loopback that answer, or fail to, in every way a test wants."""

import contextlib
import http.server
import socket
import socketserver
import ssl
import subprocess
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    """Asks the function of the path: `answer(handler)` of `server.paths`."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_any(self):
        self.body = self.rfile.read(int(self.headers.get("content-length") or 0))
        path = self.path.partition("?")[0]
        self.server.seen.append((self.command, self.path, dict(self.headers), self.body))
        answer = self.server.paths.get(path)
        if answer:
            answer(self)
        else:
            self.say(404, b"nobody lives here")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = handle_any

    def say(self, status=200, body=b"", **headers):
        """A whole answer; `content_type` and the like are headers."""
        head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.1 {status} Said\r\ncontent-length: {len(body)}\r\n{head}\r\n"
        self.wfile.write(head.encode() + (b"" if self.command == "HEAD" else body))

    def raw(self, data):
        """Bytes, and the end of the connection."""
        self.wfile.write(data)
        self.close_connection = True

    def reset(self):
        """The end of the connection without a goodbye."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.connection.close()
        self.close_connection = True

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    """paths: {path: function of the handler}. `seen` has the requests: (method, path, headers, body)."""

    request_queue_size = 512

    def __init__(self, paths, context=None, host="127.0.0.1"):
        super().__init__((host, 0), Handler)
        self.paths, self.seen, self.context = paths, [], context
        self.port = self.server_address[1]
        self.url = f"{'https' if context else 'http'}://{host}:{self.port}"

    def get_request(self):
        connection, address = super().get_request()
        if self.context:
            connection = self.context.wrap_socket(connection, server_side=True,
                                                  do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request, client_address):
        pass  # the client went away, or refused the certificate: that is what is tested


@contextlib.contextmanager
def serve(paths, context=None, host="127.0.0.1"):
    server = Server(paths, context, host)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.socket.close()


class Authority:
    """Signs certificates of servers and clients, with the openssl command."""

    def __init__(self, folder):
        self.folder = folder
        self.file = str(folder / "ca.pem")
        self.key = str(folder / "ca.key")
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                      "-keyout", self.key, "-out", self.file, "-days", "2", "-subj", "/CN=Test authority",
                      "-addext", "basicConstraints=critical,CA:TRUE",
                      "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        (folder / "index").write_text("")
        (folder / "serial").write_text("01\n")
        (folder / "ca.conf").write_text(
            "[ca]\ndefault_ca=own\n[own]\ndatabase=index\nserial=serial\nnew_certs_dir=.\n"
            "default_md=sha256\npolicy=any\ncopy_extensions=copy\nunique_subject=no\n"
            "[any]\ncommonName=supplied\n")

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=self.folder)

    def certificate(self, name, names="IP:127.0.0.1,DNS:localhost", end="20491231000000Z", password=None):
        """(certificate, key) files that say `names` and end at a time."""
        certificate, key, asked = (str(self.folder / f"{name}.{kind}") for kind in ("pem", "key", "csr"))
        secret = ["-passout", f"pass:{password}"] if password else ["-nodes"]
        self._openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", *secret,
                      "-keyout", key, "-out", asked, "-subj", f"/CN={name}",
                      "-addext", f"subjectAltName={names}")
        self._openssl("ca", "-batch", "-config", "ca.conf", "-cert", self.file, "-keyfile", self.key,
                      "-in", asked, "-out", certificate, "-notext", "-startdate", "20200101000000Z",
                      "-enddate", end)
        return certificate, key

    def context(self, name, asks_clients=False, **certificate):
        """An ssl context of a server."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.certificate(name, **certificate))
        if asks_clients:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.file)
        return context


class ProxyHandler(socketserver.StreamRequestHandler):
    """A proxy for http (absolute URLs) and https (CONNECT) that leads all to `server.target`."""

    def handle(self):
        head = b""
        while b"\r\n\r\n" not in head:
            got = self.request.recv(65536)
            if not got:
                return
            head += got
        self.server.seen.append(head.decode())
        with socket.create_connection(self.server.target) as target:
            if head.startswith(b"CONNECT "):
                self.request.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            else:
                target.sendall(head.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n", 1))
            back = threading.Thread(target=self.pump, args=(target, self.request))
            back.start()
            self.pump(self.request, target)
            back.join()

    @staticmethod
    def pump(source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


class Proxy(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextlib.contextmanager
def proxy(target_port):
    server = Proxy(("127.0.0.1", 0), ProxyHandler)
    server.target, server.seen = ("127.0.0.1", target_port), []
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
