"""Runs code for EmbeddedPythonNode: a warm interpreter that forks a child for every call, or the program itself.

Started by the library with a socket as file 3. Each message there carries the socket of one call
and the modules it wants; a child is forked, which locks itself in, runs the code and answers.
Messages of a call are a length of eight bytes and a dict in the form of marshal, version 2.

What keeps code in is the system: a filter of system calls, limits, no files, no privileges. The
list of modules and the names that are refused below keep honest code honest, no more than that.
"""

import ast
import builtins
import ctypes
import functools
import gc
import marshal
import os
import resource
import signal
import socket
import struct
import sys
import threading
import traceback
import warnings

# Loaded now, because a child that is locked in cannot open their files.
WARM = (
    "_strptime base64 collections.abc copy datetime decimal encodings.ascii encodings.latin_1 encodings.utf_16 "
    "encodings.utf_32 enum functools itertools json math numbers operator re string time"
)
HIDDEN = frozenset(
    "__subclasses__ __globals__ __builtins__ __code__ __closure__ __bases__ __base__ __mro__ __loader__ __spec__ "
    "__getattribute__ f_back f_globals f_builtins f_locals f_code tb_frame gi_frame gi_code cr_frame cr_code ag_frame "
    "ag_code".split()
)
# What functions of the language written in C import when they are called.
INNER = frozenset(("_strptime", "time"))
CLOSED = ("breakpoint", "exit", "help", "input", "quit", "copyright", "credits", "license")
FILE = "<string>"
DEPTH_MAX = 500
PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, FILTER = 1, 22, 38, 2

libc = ctypes.CDLL(None, use_errno=True)


# ---- messages ---------------------------------------------------------------------------------


def read_exactly(file, count):
    parts = []
    while count:
        part = os.read(file, min(count, 1 << 20))
        if not part:
            os._exit(0)  # whoever asked is gone
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def receive(file):
    return marshal.loads(read_exactly(file, struct.unpack("<Q", read_exactly(file, 8))[0]))


def send(file, message):
    data = marshal.dumps(message, 2)
    data = memoryview(struct.pack("<Q", len(data)) + data)
    while data:
        data = data[os.write(file, data) :]


# ---- values -----------------------------------------------------------------------------------


def plain_key(key):
    if isinstance(key, str):
        return str(key)
    if key is None or isinstance(key, bool):
        return {None: "null", True: "true", False: "false"}[key]
    return int.__repr__(key) if isinstance(key, int) else str(key)


def plain_int(value):
    return int(value) if -(2**63) <= value < 2**63 else float(value)


def plain(value, above=()):
    """What the library can hold; text for all else."""
    if value is None or value is True or value is False:
        return value
    kind = type(value)
    if kind is float or kind is bytes:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return plain_int(value)
    if isinstance(value, float):
        return float(value)
    if not isinstance(value, (list, tuple, dict)):
        return str(value)
    if len(above) >= DEPTH_MAX or id(value) in above:
        is_circle = id(value) in above
        raise ValueError("an output refers to itself" if is_circle else f"an output nests deeper than {DEPTH_MAX} levels")
    above = (*above, id(value))
    if isinstance(value, dict):
        return {plain_key(key): plain(item, above) for key, item in value.items()}
    return [plain(item, above) for item in value]


class Output:
    """A text stream that keeps so many characters."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, most):
        self.parts, self.left, self.is_cut = [], most, False

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        kept = text[: self.left]
        if kept:
            self.parts.append(kept)
        self.left -= len(kept)
        self.is_cut |= len(kept) < len(text)
        return len(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        pass

    def isatty(self):
        return False

    def writable(self):
        return True

    def text(self):
        return "".join(self.parts)


# ---- what code may do -------------------------------------------------------------------------


def is_allowed(name, modules):
    """Itself or a package that it lies in is listed."""
    parts = name.split(".")
    return any(".".join(parts[:count]) in modules for count in range(1, len(parts) + 1))


def make_importer(modules):
    load = builtins.__import__

    def restricted_import(name, globals=None, locals=None, fromlist=(), level=0):
        if level or name not in INNER and not is_allowed(name, modules):
            raise ImportError(f"Import of '{name}' is not allowed")
        return load(name, globals, locals, fromlist, level)

    return restricted_import


def closed_open(*args, **kwargs):
    raise PermissionError("open() is not allowed; allow_files allows it")


def make_getattr():
    get = builtins.getattr

    def restricted_getattr(value, name, *default):
        if isinstance(name, str) and name in HIDDEN:
            raise AttributeError(f"Access to '{name}' is not allowed")
        return get(value, name, *default)

    return restricted_getattr


def check_names(tree):
    for node in ast.walk(tree):
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else None
        if name in HIDDEN:
            raise AttributeError(f"line {node.lineno}: Access to '{name}' is not allowed")


def namespace(request):
    functions = {name: value for name, value in vars(builtins).items() if name not in CLOSED}
    functions["__import__"] = make_importer(frozenset(request["modules"]))
    functions["getattr"] = make_getattr()
    if not request["files"]:
        functions["open"] = closed_open
    variables = {"__builtins__": functions, "__name__": "__main__"}
    variables.update(request["inputs"])
    return variables


# ---- locking in -------------------------------------------------------------------------------


def limit(what, value):
    hard = resource.getrlimit(what)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_char_p)]


def imported(request):
    """The modules that code says it imports, as far as it may."""
    try:
        tree = ast.parse(request["code"])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []  # compiling it tells why
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return [name for name in names if is_allowed(name, request["modules"])]


def lock_in(request):
    """Nothing can be undone from here on; tells whether the filter of system calls holds."""
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_NPROC, 0)
    limit(resource.RLIMIT_AS, request["memory"])
    if request["cpu"]:
        limit(resource.RLIMIT_CPU, request["cpu"])
    if not request["check"]:
        load(imported(request))
    limit(resource.RLIMIT_NOFILE, 64 if request["files"] else 0)
    if not request["files"]:
        limit(resource.RLIMIT_FSIZE, 0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    steps = request["filter"]
    program = Program(len(steps) // 8, steps)
    return bool(steps) and libc.prctl(PR_SET_SECCOMP, FILTER, ctypes.byref(program), 0, 0) == 0


# ---- a call -----------------------------------------------------------------------------------


def explain(error):
    """The traceback from where the code is."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename != FILE:
        frames = frames.tb_next
    try:
        return "".join(traceback.format_exception(type(error), error, frames))
    except BaseException:
        return f"{type(error).__name__}\n"


def run(request):
    out, err = Output(request["output_max"]), Output(request["output_max"])
    sys.stdout, sys.stderr = out, err
    answer = {"error": None, "outputs": {}}
    try:
        tree = ast.parse(request["code"], FILE)
        check_names(tree)
        variables = namespace(request)
        sys.setrecursionlimit(1000)
        exec(compile(tree, FILE, "exec"), variables)
        sys.setrecursionlimit(1000 + 4 * DEPTH_MAX)
        answer["outputs"] = {name: plain(variables.get(name)) for name in request["outputs"]}
    except BaseException as error:
        answer["error"] = explain(error)
    sys.stdout = sys.stderr = None
    return {**answer, "stdout": out.text(), "stderr": err.text(), "is_cut": out.is_cut or err.is_cut}


def note(line, column, message):
    return {"line": line or 1, "column": column or 1, "message": str(message)}


def check(request):
    """Whether code compiles; nothing runs."""
    answer = {"error": None, "faults": [], "warnings": []}
    try:
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            compile(request["code"], FILE, "exec", dont_inherit=True)
        answer["warnings"] = [note(warning.lineno, 1, warning.message) for warning in seen]
    except SyntaxError as error:
        answer["faults"] = [note(error.lineno, error.offset, error.msg)]
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        answer["faults"] = [note(1, 1, str(error) or type(error).__name__)]
    return answer


EXERCISE = {
    "code": "def f(a):\n    return [a + b for b in range(9)]\nc = {'d': f(1.5)}\nprint(c)\n",
    "inputs": {"a": 1},
    "outputs": ["c"],
    "modules": ["json"],
    "files": False,
    "output_max": 99,
}


def serve(file):
    """Requests of one caller, until it closes the socket: all have the limits of the first."""
    marshal.loads(marshal.dumps(run(EXERCISE), 2))  # touches the memory that a call will need
    os.write(file, struct.pack("<Q", os.getpid()))
    is_filtered = None
    while True:
        request = receive(file)
        if is_filtered is None:
            is_filtered = lock_in(request)
        try:
            answer = check(request) if request["check"] else run(request)
            answer["is_filtered"] = is_filtered
            send(file, answer)
        except BaseException as error:
            what = f"{type(error).__name__}: the answer does not fit in memory\n"
            send(file, {"error": what, "is_filtered": is_filtered})


def become_child(control, file):
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(file, 3)  # over the control socket
    os.closerange(4, 4096)
    gc.enable()
    serve(3)


@functools.cache
def add_site_packages():
    """Not before somebody wants one of them: what they bring makes every fork slower."""
    import site

    site.main()


def load_one(name):
    try:
        __import__(name)
    except ImportError:
        add_site_packages()
        __import__(name)


def load(names):
    for name in names:
        if name not in sys.modules:
            try:
                load_one(name)
            except Exception:
                pass  # the code that imports it is told why


def main():
    load(WARM.split())
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies
    control = socket.socket(fileno=3)
    control.send(sys.version.split()[0].encode())
    gc.collect()
    gc.disable()
    gc.freeze()
    while True:
        data, files, _, _ = socket.recv_fds(control, 65536, 1)
        if not data:
            os._exit(0)
        load(marshal.loads(data))
        if files and os.fork() == 0:
            become_child(control, files[0])
        for file in files:
            os.close(file)


# ---- in the program itself ----------------------------------------------------------------------


class Stopped(BaseException):
    """Raised in code that must stop; no honest `except` catches it."""


def watch(must_stop, thread, over):
    """Asks every few milliseconds whether the code must stop, until it is over."""
    while not over.wait(0.02):
        if must_stop():
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(Stopped))
            return


def run_here(request, must_stop):
    """The same without a worker: as a worker answers, or None when the code was stopped."""
    out, err = Output(request["output_max"]), Output(request["output_max"])
    answer, over = {"error": None, "outputs": {}, "is_filtered": True}, threading.Event()
    watcher = threading.Thread(target=watch, args=(must_stop, threading.get_ident(), over), daemon=True)

    def captured_print(*values, file=None, **options):
        ours = out if file is None or file is sys.stdout else err if file is sys.stderr else file
        print(*values, file=ours, **options)

    def execute():
        variables = namespace(request)
        variables["__builtins__"]["print"] = captured_print
        exec(compile(request["code"], FILE, "exec"), variables)
        answer["outputs"] = {name: plain(variables.get(name)) for name in request["outputs"]}

    try:
        watcher.start()
        try:
            execute()
        finally:
            over.set()
            watcher.join()  # what it raises arrives here at the latest
    except Stopped:
        return None
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        answer["error"] = explain(error)
    return {**answer, "stdout": out.text(), "stderr": err.text(), "is_cut": out.is_cut or err.is_cut}


if __name__ == "__main__":
    main()
