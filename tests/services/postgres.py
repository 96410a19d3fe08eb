"""PostgreSQL on a socket in its folder, for one user with a password over TCP, with TLS, as well.

KAILASH_TEST_POSTGRES_PID names the file with the server's process id: it is started again when it ends.
KAILASH_TEST_POSTGRES_LOG is what it writes, each line with the process that served ("[PID]").
KAILASH_TEST_PGVECTOR_URL is there where the extension pgvector is installed.
"""
import glob
import os
import subprocess

BIN = max(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[-2]))
PASSWORD = "p@ss:w/rd"


def certificate(service):
    """A certificate for the server, signed by itself; its key for the server's eyes only."""
    key, cert = (os.path.join(service.folder, name) for name in ("key.pem", "cert.pem"))
    service.call(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                  "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key, "-out", cert])
    os.chmod(key, 0o600)
    return key, cert


def serves(service, port):
    """It listens before it serves."""
    command = [f"{BIN}/pg_isready", "-q", "-t", "2", "-h", service.folder, "-p", str(port)]
    return subprocess.run(command, check=False, env=service.environment()).returncode == 0


def start(service):
    folder, port = service.folder, service.free_port()
    data = os.path.join(folder, "data")
    key, cert = certificate(service)
    secret = os.path.join(folder, "password")
    with open(secret, "w", encoding="utf-8") as file:
        file.write(PASSWORD)
    service.give_to("nobody")
    service.call([f"{BIN}/initdb", "-D", data, "-U", "kailash", "-E", "UTF8", "--locale", "C.UTF-8", "-N",
                  "--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={secret}"], user="nobody")
    server = f"{BIN}/postgres -D {data} -k {folder} -p {port} -c listen_addresses=127.0.0.1 -c fsync=off"
    server += f" -c ssl=on -c ssl_cert_file={cert} -c ssl_key_file={key}"
    service.run(["sh", "-c", f"while :; do {server}; sleep 0.1; done"], user="nobody")
    service.wait_for_port(port)
    service.wait_until(lambda: serves(service, port), "an answer of PostgreSQL")
    url = f"postgres://kailash@/postgres?host={folder}&port={port}"
    version = BIN.split("/")[-2]
    has_vectors = os.path.exists(f"/usr/share/postgresql/{version}/extension/vector.control")
    return {
        "KAILASH_TEST_POSTGRES_URL": url,
        **({"KAILASH_TEST_PGVECTOR_URL": url} if has_vectors else {}),
        "KAILASH_TEST_POSTGRES_TCP_URL": f"postgres://kailash:p%40ss%3Aw%2Frd@127.0.0.1:{port}/postgres",
        "KAILASH_TEST_POSTGRES_CERTIFICATE": cert,
        "KAILASH_TEST_POSTGRES_LOG": service.log,
        "KAILASH_TEST_POSTGRES_PID": os.path.join(data, "postmaster.pid"),
    }
