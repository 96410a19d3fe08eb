"""Redis: one server that listens in the clear, with TLS and on a unix socket; a user with a password."""
import os
import subprocess


def start(service):
    port, tls_port = service.free_port(), service.free_port()
    path = lambda name: os.path.join(service.folder, name)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                    "-nodes", "-keyout", path("key.pem"), "-out", path("cert.pem"), "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
                   check=True, capture_output=True)
    with open(path("redis.conf"), "w") as config:
        config.write(f"""port {port}
bind 127.0.0.1
tls-port {tls_port}
tls-cert-file {path("cert.pem")}
tls-key-file {path("key.pem")}
tls-ca-cert-file {path("cert.pem")}
tls-auth-clients no
unixsocket {path("socket")}
dir {service.folder}
save ""
user default on nopass ~* &* +@all
user ann on >s3cr:t ~* &* +@all
""")
    service.run(["redis-server", path("redis.conf")])
    service.wait_for_port(port)
    service.wait_for_port(tls_port)
    return {"KAILASH_TEST_REDIS_URL": f"redis://127.0.0.1:{port}",
            "KAILASH_TEST_REDIS_TLS_URL": f"rediss://localhost:{tls_port}",
            "KAILASH_TEST_REDIS_UNIX_URL": f"unix://{path('socket')}",
            "KAILASH_TEST_REDIS_CA_FILE": path("cert.pem")}
