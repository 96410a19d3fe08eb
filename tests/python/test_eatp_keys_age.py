"""Key files of EatpFilesystemStore are those of the `age` command, in both directions."""
import os
import pty
import select
import shutil
import time

import pytest

import kailash

AGE = shutil.which("age")
needs_age = pytest.mark.skipif(not AGE, reason="the age command is not installed")


def age(arguments, passphrase, timeout=60):
    """Run age on a terminal of its own, answering its questions; its exit status and what it said."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(AGE, [AGE, *arguments])
    said, answered, deadline = b"", 0, time.monotonic() + timeout
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                part = os.read(terminal, 4096)
            except OSError:  # the terminal is gone with its process
                break
            if not part:
                break
            said += part
            if said.count(b"passphrase") > answered and said.rstrip().endswith(b":"):
                answered = said.count(b"passphrase")
                os.write(terminal, passphrase.encode() + b"\n")
    status = os.waitpid(child, 0)[1]
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), said


@needs_age
def test_age_opens_our_keys(tmp_path):
    store = kailash.EatpFilesystemStore(str(tmp_path / "store"), "correct horse", work_factor=12)
    secret = bytes(range(32))
    store.store_key("signing-1", secret)
    out = tmp_path / "opened"
    path = tmp_path / "store" / "keys" / "signing-1.key.age"
    status, said = age(["-d", "-o", str(out), str(path)], "correct horse")
    assert status == 0, said
    assert out.read_bytes() == secret
    status, said = age(["-d", "-o", str(tmp_path / "wrong"), str(path)], "wrong horse")
    assert status != 0
    assert not (tmp_path / "wrong").exists() or (tmp_path / "wrong").read_bytes() != secret


@needs_age
def test_we_open_keys_of_age(tmp_path):
    store = kailash.EatpFilesystemStore(str(tmp_path / "store"), "correct horse")
    plain = tmp_path / "plain"
    plain.write_bytes(b"\x00\xff" * 40000)  # more than one chunk
    path = tmp_path / "store" / "keys" / "other.key.age"
    status, said = age(["-p", "-o", str(path), str(plain)], "correct horse")
    assert status == 0, said
    assert store.load_key("other") == plain.read_bytes()


@needs_age
def test_files_for_other_recipients_are_refused(tmp_path):
    store = kailash.EatpFilesystemStore(str(tmp_path / "store"), "correct horse")
    plain, path = tmp_path / "plain", tmp_path / "store" / "keys" / "x.key.age"
    plain.write_bytes(b"secret")
    recipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
    status, said = age(["-r", recipient, "-o", str(path), str(plain)], "")
    assert status == 0, said
    with pytest.raises(kailash.EatpAuthorityError, match="scrypt recipient"):
        store.load_key("x")
