"""Changes artefacts byte by byte: whatever the format protects must be refused once it was changed."""

import json
import os
import shutil
import tempfile

import common


def differing(first, second):
    """The members of two objects that differ."""
    if not (isinstance(first, dict) and isinstance(second, dict)):
        return {None}
    return {name for name in {*first, *second} if first.get(name) != second.get(name)
            or (name in first) != (name in second)}


def unsigned_of_lineage(original, found):
    """The wheel does not sign the envelope."""
    return (not original["whole"] and differing(original, found) == {"lineage"} and
            differing(original["lineage"], found["lineage"]) == {"envelope"})


def unsigned_of_bundle(original, found):
    """Of genesis, anchors and records there is a hash (the format's); what describes the bundle has none, unless it
    is sealed, as ours are."""
    if differing(original, found) != {"bundle"} or "seal" in original["bundle"]:
        return False
    first, second = original["bundle"], found["bundle"]
    told = {"manifest", "created_at", "confidentiality_level", "redacted", "authority_key"}
    where = {name for name in differing(first, second) if name in first}
    if not where <= told:
        return False
    names = differing(first["manifest"], second.get("manifest", {}))
    return not original["whole"] or not names & {"project_name", "author", "trust_posture", "last_anchor_id"}


# What may change unseen, by kind.
UNSIGNED = {"lineage": unsigned_of_lineage, "bundle": unsigned_of_bundle}
# The wheel does not sign the links between the anchors of a project either.
ANCHOR_LINKS = {"anchor_id", "anchor_type", "parent_anchor_id", "record_id", "created_at"}
FILE_STEPS = 16  # changes that are tried in one file of a project


def bare(value):
    """Without the members that are null: those may as well be missing."""
    if isinstance(value, dict):
        return {name: bare(item) for name, item in value.items() if item is not None}
    return [bare(item) for item in value] if isinstance(value, list) else value


def changes(data, step=1):
    for at in range(0, len(data), step):
        yield at, data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


def excerpt(data, at):
    return data[max(at - 20, 0):at + 20].decode("utf-8", "replace")


def tamper_artefact(check, kind, text):
    """How many changes were tried, and where one was accepted."""
    data, original = text.encode(), json.loads(text)
    free = UNSIGNED.get(kind, lambda original, found: False)
    tried, accepted = 0, []
    for at, changed in changes(data):
        try:
            found = json.loads(changed)
        except ValueError:  # also when it is not UTF-8 any more: nothing that a reader would take for JSON
            continue
        if found == original or free(original, found):
            continue
        tried += 1
        try:
            check(kind, changed.decode())
        except common.Unread as error:
            if bare(error.read) != bare(original):
                accepted.append(excerpt(changed, at))
        except Exception:
            continue
        else:
            accepted.append(excerpt(changed, at))
    return tried, accepted


def files_of(path):
    for folder, _, names in os.walk(path):
        for name in sorted(names):
            if name != ".lock":
                yield os.path.join(folder, name)


def protected(path, data, changed):
    """Whether a change of this file of a project must be seen."""
    name = os.path.basename(path)
    if name.endswith(".json"):
        try:
            first, second = json.loads(data), json.loads(changed)
        except ValueError:
            return True
        where = differing(first, second)
        if name == "manifest.json":
            return bool(where & {"project_name", "trust_posture", "last_anchor_id"})
        if name.startswith("anc-") and "chain_signature" not in first:
            return not where <= ANCHOR_LINKS
        return bool(where)
    return True


def tamper_project(check, path):
    tried, accepted = 0, []
    for file in list(files_of(path)):
        with open(file, "rb") as stream:
            data = stream.read()
        for at, changed in changes(data, max(len(data) // FILE_STEPS, 1)):
            if not protected(file, data, changed):
                continue
            tried += 1
            try:
                with open(file, "wb") as stream:
                    stream.write(changed)
                check("project", path)
                accepted.append(f"{os.path.relpath(file, path)}: {excerpt(changed, at)}")
            except Exception:
                pass
            finally:
                with open(file, "wb") as stream:
                    stream.write(data)
    return tried, accepted


def tamper_one(check, folder, kind):
    path = common.path_of(folder, kind)
    if kind != "project":
        return tamper_artefact(check, kind, common.read(folder, kind))
    with tempfile.TemporaryDirectory() as place:
        copy = os.path.join(place, "project")
        shutil.copytree(path, copy)
        shutil.copy(path + ".authority", copy + ".authority")
        return tamper_project(check, copy)


def tamper_all(check, folder):
    answer = {}
    for kind in common.KINDS:
        path = common.path_of(folder, kind)
        if not os.path.exists(path) or (kind == "project" and not os.path.exists(path + ".authority")):
            continue  # the SDK's directories are converted, not verified: their own form protects less
        try:
            check(kind, path if kind == "project" else common.read(folder, kind))
        except common.NoSuchForm:
            continue
        tried, accepted = tamper_one(check, folder, kind)
        if accepted:
            answer[kind] = ["not ok", f"{len(accepted)} of {tried} accepted, such as: {accepted[0]!r}"]
        else:
            answer[kind] = ["ok", str(tried)]
    return answer
