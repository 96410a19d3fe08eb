"""MariaDB on a socket in its folder, for one user with a password over TCP, with TLS, as well.

KAILASH_TEST_MARIADB_PID names the file with the server's process id: it is started again when it ends.
"""
import os

PASSWORD = "p@ss:w/rd"


def certificate(service):
    """A certificate for the server, signed by itself."""
    key, cert = (os.path.join(service.folder, name) for name in ("key.pem", "cert.pem"))
    service.call(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                  "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key, "-out", cert])
    return key, cert


def start(service):
    folder, port = service.folder, service.free_port()
    data, socket, pid = (os.path.join(folder, name) for name in ("data", "mariadb.sock", "pid"))
    key, cert = certificate(service)
    os.mkdir(data)
    setup = os.path.join(folder, "setup.sql")
    with open(setup, "w", encoding="utf-8") as file:
        file.write("CREATE DATABASE IF NOT EXISTS kailash CHARACTER SET utf8mb4;\n"
                   "CREATE USER IF NOT EXISTS kailash@localhost, kailash@'127.0.0.1';\n"
                   f"SET PASSWORD FOR kailash@'127.0.0.1' = PASSWORD('{PASSWORD}');\n"
                   f"SET PASSWORD FOR kailash@localhost = PASSWORD('{PASSWORD}');\n"
                   "GRANT ALL ON *.* TO kailash@localhost;\nGRANT ALL ON *.* TO kailash@'127.0.0.1';\n")
    service.give_to("nobody")
    common = ["--no-defaults", f"--datadir={data}"]
    service.call(["mariadb-install-db", *common, "--auth-root-authentication-method=normal", "--skip-test-db"],
                 user="nobody")
    server = " ".join(["mariadbd", *common, f"--socket={socket}", f"--pid-file={pid}", f"--port={port}",
                       f"--tmpdir={folder}",  # another server that starts would clear a shared one
                       "--bind-address=127.0.0.1", "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0",
                       f"--ssl-cert={cert}", f"--ssl-key={key}", f"--init-file={setup}"])
    service.run(["sh", "-c", f"while :; do {server}; sleep 0.1; done"], user="nobody",
                env={"PATH": os.environ["PATH"] + ":/usr/sbin"})
    service.wait_for_port(port)
    secret = "p%40ss%3Aw%2Frd"
    return {
        "KAILASH_TEST_MARIADB_URL": f"mariadb://kailash:{secret}@/kailash?socket={socket}",
        "KAILASH_TEST_MARIADB_TCP_URL": f"mysql://kailash:{secret}@127.0.0.1:{port}/kailash",
        "KAILASH_TEST_MARIADB_CERTIFICATE": cert,
        "KAILASH_TEST_MARIADB_PID": pid,
    }
