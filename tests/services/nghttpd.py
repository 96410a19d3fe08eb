"""nghttpd: HTTP/2 over TLS, with a certificate of an authority of its own."""


def start(service):
    port = service.free_port()
    service.call(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                  "-keyout", "key.pem", "-out", "ca.pem", "-days", "2", "-subj", "/CN=localhost",
                  "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"])
    with open(f"{service.folder}/index.html", "w", encoding="utf-8") as page:
        page.write("over HTTP/2\n")
    service.run(["nghttpd", "--htdocs", service.folder, "--address", "127.0.0.1", str(port), "key.pem", "ca.pem"])
    service.wait_for_port(port)
    return {"KAILASH_TEST_HTTP2_URL": f"https://127.0.0.1:{port}",
            "KAILASH_TEST_HTTP2_CA": f"{service.folder}/ca.pem"}
