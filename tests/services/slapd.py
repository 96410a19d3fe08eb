"""OpenLDAP: a small directory, in the clear and with TLS."""
import os
import subprocess

DIRECTORY = """dn: dc=example,dc=org
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: ou=people,dc=example,dc=org
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=example,dc=org
objectClass: organizationalUnit
ou: groups

dn: uid=ann,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: ann
cn: Ann (A*) Lee
sn: Lee
mail: ann@example.org
mail: lee@example.org
userPassword: s3cret
jpegPhoto:: //79

dn: cn=admins,ou=groups,dc=example,dc=org
objectClass: groupOfNames
cn: admins
member: uid=ann,ou=people,dc=example,dc=org

""" + "".join(f"""dn: uid=user{n},ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: user{n}
cn: User {n}
sn: {n}

""" for n in range(25))


def start(service):
    port, tls_port = service.free_port(), service.free_port()
    path = lambda name: os.path.join(service.folder, name)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", path("key.pem"),
                    "-out", path("cert.pem"), "-days", "2", "-subj", "/CN=127.0.0.1",
                    "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    os.mkdir(path("data"))
    with open(path("slapd.conf"), "w") as config:
        config.write(f"""include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {path("pid")}
TLSCertificateFile {path("cert.pem")}
TLSCertificateKeyFile {path("key.pem")}
sizelimit unlimited
database mdb
suffix "dc=example,dc=org"
rootdn "cn=admin,dc=example,dc=org"
rootpw adm1n
directory {path("data")}
access to attrs=userPassword by anonymous auth by * none
access to * by * read
""")
    with open(path("directory.ldif"), "w") as ldif:
        ldif.write(DIRECTORY)
    subprocess.run(["/usr/sbin/slapadd", "-f", path("slapd.conf"), "-l", path("directory.ldif")],
                   check=True, capture_output=True)
    service.run(["/usr/sbin/slapd", "-d", "0", "-f", path("slapd.conf"),
                 "-h", f"ldap://127.0.0.1:{port} ldaps://127.0.0.1:{tls_port}"])
    service.wait_for_port(port)
    service.wait_for_port(tls_port)
    return {"KAILASH_TEST_LDAP_URL": f"ldap://127.0.0.1:{port}",
            "KAILASH_TEST_LDAPS_URL": f"ldaps://127.0.0.1:{tls_port}",
            "KAILASH_TEST_LDAP_CA_FILE": path("cert.pem")}
