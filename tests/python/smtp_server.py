"""A mail server on loopback that keeps what it gets, for tests."""

import base64
import contextlib
import socketserver
import threading


class Session(socketserver.StreamRequestHandler):
    """RFC 5321 with STARTTLS, AUTH PLAIN and AUTH LOGIN. `server.replies` changes answers by verb."""

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.user, self.sender, self.recipients, self.secure = None, None, [], False
        if self.server.context and self.server.implicit:
            self.encrypt()
        self.say("220 test ESMTP")
        for line in iter(lambda: self.rfile.readline(), b""):  # STARTTLS changes rfile
            verb, _, rest = line.decode().strip().partition(" ")
            self.server.verbs.append(verb.upper())
            answer = self.server.replies.get(verb.upper())
            if callable(answer):
                answer = answer(rest)
            if answer:
                self.say(answer)
            elif verb.upper() == "QUIT":
                return self.say("221 bye")
            else:
                getattr(self, f"do_{verb.lower()}", self.unknown)(rest)

    def encrypt(self):
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", 0)
        self.secure = True

    def unknown(self, rest):
        self.say("502 what?")

    def do_ehlo(self, rest):
        offers = ["test", "AUTH PLAIN LOGIN"]
        if self.server.context and not self.secure:
            offers.insert(1, "STARTTLS")
        for offer in offers[:-1]:
            self.say(f"250-{offer}")
        self.say(f"250 {offers[-1]}")

    def do_starttls(self, rest):
        self.say("220 go on")
        self.encrypt()

    def do_auth(self, rest):
        kind, _, first = rest.partition(" ")
        if not first:
            self.say("334 ")
            first = self.rfile.readline().decode().strip()
        if kind == "LOGIN":
            self.say("334 " + base64.b64encode(b"Password:").decode())
            name, word = base64.b64decode(first), base64.b64decode(self.rfile.readline())
        else:
            _, name, word = base64.b64decode(first).split(b"\0")
        known = (name, word) == self.server.login
        self.user = name.decode()
        self.say("235 welcome" if known else "535 no")

    def do_mail(self, rest):
        self.sender = rest.removeprefix("FROM:<").partition(">")[0]
        self.say("250 fine")

    def do_rcpt(self, rest):
        self.recipients.append(rest.removeprefix("TO:<").partition(">")[0])
        self.say("250 fine")

    def do_data(self, rest):
        self.say("354 go on")
        lines = []
        for line in iter(self.rfile.readline, b".\r\n"):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.server.mails.append((self.user, self.secure, self.sender, self.recipients, b"".join(lines)))
        self.say("250 kept")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self, context, implicit, replies):
        super().__init__(("127.0.0.1", 0), Session)
        self.context, self.implicit, self.replies = context, implicit, replies
        self.port = self.server_address[1]
        self.mails, self.verbs, self.login = [], [], (b"ann", "pä ss".encode())

    def handle_error(self, request, client_address):
        pass  # the client refused the certificate: that is what is tested


@contextlib.contextmanager
def serve_mail(context=None, implicit=False, **replies):
    server = Server(context, implicit, replies)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
