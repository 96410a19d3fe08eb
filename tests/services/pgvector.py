"""PostgreSQL with pgvector, for Debian's has no such extension: both as they lie in the wheel of pgserver.

It is pinned in pgvector.json and kept in the cache folder.
"""
import glob
import shutil

import fetched


def start(service):
    if glob.glob("/usr/share/postgresql/*/extension/vector.control"):
        return {}  # then the server of postgres.py has it
    wheel, why = fetched.wheel("pgvector", fetched.pins_of(__file__))
    if why:
        return fetched.not_started("pgvector", why)
    folder, port = service.folder, service.free_port()
    shutil.copytree(wheel, f"{folder}/wheel")  # the cache folder may be for its owner's eyes only
    programs, data = f"{folder}/wheel/pgserver/pginstall/bin", f"{folder}/data"
    service.give_to("nobody")
    service.call([f"{programs}/initdb", "-D", data, "-U", "kailash", "-E", "UTF8", "-N", "--auth=trust"], user="nobody")
    service.run([f"{programs}/postgres", "-D", data, "-k", folder, "-p", str(port), "-c", "listen_addresses=127.0.0.1",
                 "-c", "fsync=off"], user="nobody")
    service.wait_for_port(port)
    return {"KAILASH_TEST_PGVECTOR_URL": f"postgres://kailash@/postgres?host={folder}&port={port}"}
