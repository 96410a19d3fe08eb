#include "buffer.h"
#include "engine_test.h"
#include "node_test.h"
#include "sweep.h"

#include "nodes/marshal.h"

#include <dirent.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FAILS "node execution failed: Python execution failed: "
#define TRACE "Traceback (most recent call last):\n  File \"<string>\", line "
/* Reaches what the list of modules keeps away, as no list can prevent. */
#define OS "import json\nos = json.codecs.sys.modules['os']\n"

static kl_status run_python(kl_value *out, const char *config, const char *code, const char *names,
                            const char *inputs, kl_error *error)
{
    kl_value given, settings = json(config);
    assert_int_equal(kl_map_new(&given, 3, NULL), KL_OK);
    assert_int_equal(kl_map_set_text(&given, KL_TEXT("code"), kl_text_from(code), NULL), KL_OK);
    assert_int_equal(kl_map_set(&given, KL_TEXT("output_vars"), json(names), NULL), KL_OK);
    if (inputs)
        assert_int_equal(kl_map_set(&given, KL_TEXT("inputs"), json(inputs), NULL), KL_OK);
    kl_status status = kl_node_run_alone(out, kl_node_type_find(KL_TEXT("EmbeddedPythonNode")),
                                         settings, given, error);
    kl_value_release(given);
    kl_value_release(settings);
    return status;
}

static kl_value outputs_of(const char *config, const char *code, const char *names,
                           const char *inputs, int line)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (run_python(&out, config, code, names, inputs, &error) != KL_OK)
        fail_msg("line %d: %s", line, kl_error_message(&error));
    assert_true(kl_is(kl_map_get(out, KL_TEXT("execution_time_ms")), KL_KIND_INT));
    assert_int_equal(kl_map_remove(&out, KL_TEXT("execution_time_ms"), NULL), KL_OK);
    return out;
}

static void python_in(const char *config, const char *code, const char *names, const char *inputs,
                      const char *expected, int line)
{
    kl_value out = outputs_of(config, code, names, inputs, line);
    assert_json_in(kl_value_retain(kl_map_get(out, KL_TEXT("outputs"))), expected, __FILE__, line);
    kl_value_release(out);
}
#define python(code, names, inputs, expected) python_in("{}", code, names, inputs, expected, __LINE__)

static void python_fails_in(const char *config, const char *code, const char *message, int line)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (run_python(&out, config, code, "[\"x\"]", NULL, &error) == KL_OK)
        fail_msg("line %d: no error", line);
    if (strcmp(kl_error_message(&error), message) != 0)
        fail_msg("line %d: got \"%s\", expected \"%s\"", line, kl_error_message(&error), message);
    kl_error_clear(&error);
}
#define python_fails(code, message) python_fails_in("{}", code, message, __LINE__)

/* It fails, and the message holds `part`. */
static void refused_in(const char *config, const char *code, const char *part, int line)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (run_python(&out, config, code, "[\"x\"]", NULL, &error) == KL_OK)
        fail_msg("line %d: no error", line);
    if (!strstr(kl_error_message(&error), part))
        fail_msg("line %d: got \"%s\", expected \"%s\" in it", line, kl_error_message(&error), part);
    kl_error_clear(&error);
}
#define refused(code, part) refused_in("{}", code, part, __LINE__)

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t count_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    size_t count = 0;
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

/* ---- values --------------------------------------------------------------------------------------- */

KL_TEST(variables_go_in_and_out)
{
    KL_UNUSED_STATE;
    python("x = a + 1", "[\"x\",\"a\",\"none\"]", "{\"a\":1}", "{\"x\":2,\"a\":1,\"none\":null}");
    python("", "[\"v\"]", "{\"v\":[null,true,false,0,-1,2147483648,-2147483649,9223372036854775807,"
           "-9223372036854775808,1.5,\"\",\"\xF0\x9F\x98\x80\\u0000\",[],{},{\"a\":{\"b\":[]}}]}",
           "{\"v\":[null,true,false,0,-1,2147483648,-2147483649,9223372036854775807,"
           "-9223372036854775808,1.5,\"\",\"\xF0\x9F\x98\x80\\u0000\",[],{},{\"a\":{\"b\":[]}}]}");
    python("x = (1, 2); y = {1}; z = 2**70; w = -2**64; t = 2**63", "[\"x\",\"y\",\"z\",\"w\",\"t\"]", NULL,
           "{\"x\":[1,2],\"y\":\"{1}\",\"z\":1.1805916207174113e+21,\"w\":-1.8446744073709552e+19,"
           "\"t\":9.223372036854776e+18}");
    python("import datetime, collections, enum\nd = datetime.date(2024, 1, 1)\no = collections.OrderedDict(a=1)\n"
           "class E(enum.IntEnum):\n  A = 3\ne = E.A\nb = b'ab'\nclass S(str): pass\ns = S('t')",
           "[\"d\",\"o\",\"e\",\"b\",\"s\"]", NULL,
           "{\"d\":\"2024-01-01\",\"o\":{\"a\":1},\"e\":3,\"b\":\"YWI=\",\"s\":\"t\"}");
    python("x = {1: 2, None: 3, True: 4, 1.5: 5, (1, 2): 6}", "[\"x\"]", NULL,
           "{\"x\":{\"1\":4,\"null\":3,\"1.5\":5,\"(1, 2)\":6}}");
    python("import datetime\nx = str(datetime.datetime.strptime('2024-01-02', '%Y-%m-%d'))", "[\"x\"]", NULL,
           "{\"x\":\"2024-01-02 00:00:00\"}");
    python("import statistics, decimal, hashlib, fractions, dataclasses\n"
           "x = [statistics.mean([1, 2]), str(decimal.Decimal('1.1') + 1), hashlib.sha256(b'').hexdigest()[:8]]",
           "[\"x\"]", NULL, "{\"x\":[1.5,\"2.1\",\"e3b0c442\"]}");
    kl_value out = outputs_of("{}", "x = [float('nan'), float('inf')]", "[\"x\"]", NULL, __LINE__);
    kl_value list = kl_map_get(kl_map_get(out, KL_TEXT("outputs")), KL_TEXT("x"));
    assert_true(isnan(kl_as_double(kl_array_at(list, 0))));
    assert_true(isinf(kl_as_double(kl_array_at(list, 1))));
    kl_value_release(out);
}

KL_TEST(what_is_printed_is_captured)
{
    KL_UNUSED_STATE;
    kl_value out = outputs_of("{}", "import math\nprint('a'); print('b')\nprint('c', math.pi > 3)", "[\"x\"]",
                              NULL, __LINE__);
    assert_json(out, "{\"outputs\":{\"x\":null},\"stdout\":\"a\\nb\\nc True\",\"stderr\":\"\",\"truncated\":false}");
    out = outputs_of("{\"max_output_bytes\":5}", "while_ = [print('xyz') for _ in range(9)]", "[\"x\"]", NULL,
                     __LINE__);
    assert_json(out, "{\"outputs\":{\"x\":null},\"stdout\":\"xyz\\nx\",\"stderr\":\"\",\"truncated\":true}");
    python_fails_in("{\"timeout_seconds\":1}", "while 1: print('flood' * 1000)",
                    "node execution timed out after 1s", __LINE__);
}

KL_TEST(errors_come_with_their_traceback)
{
    KL_UNUSED_STATE;
    python_fails("raise ValueError('bad')", FAILS TRACE "1, in <module>\nValueError: bad");
    python_fails("def f():\n  1 / 0\nf()",
                 FAILS TRACE "3, in <module>\n  File \"<string>\", line 2, in f\nZeroDivisionError: division by zero");
    python_fails("x=", FAILS "  File \"<string>\", line 1\n    x=\n      ^\nSyntaxError: invalid syntax");
    python_fails("raise SystemExit(3)", FAILS TRACE "1, in <module>\nSystemExit: 3");
    python_fails("raise KeyboardInterrupt", FAILS TRACE "1, in <module>\nKeyboardInterrupt");
    refused("class E(Exception):\n  def __str__(self): raise E\nraise E", "E");
    refused("def f(): f()\nf()", "RecursionError: maximum recursion depth exceeded");
    refused("x = []\nx.append(x)", "ValueError: an output refers to itself");
    refused("x = []\nfor _ in range(600): x = [x]", "ValueError: an output nests deeper than 500 levels");
    refused("class A:\n  def __str__(self): raise ValueError('no text')\nx = A()", "ValueError: no text");
    refused("x = '\\0' + chr(0)\nexec('\\0')", "null bytes");
}

KL_TEST(inputs_are_checked)
{
    KL_UNUSED_STATE;
    fails("EmbeddedPythonNode", NULL, "{\"output_vars\":[\"x\"]}", "missing required input: code");
    fails("EmbeddedPythonNode", NULL, "{\"code\":\"\"}", "missing required input: output_vars");
    fails("EmbeddedPythonNode", "{\"in_process\":true}", "{\"code\":\"\",\"output_vars\":[\"x\"]}",
          "invalid input 'in_process': this program has no Python interpreter that takes code; leave it out to "
          "run the code in a worker");
    python_fails_in("{\"python_executable\":\"nosuchpython\"}", "x = 1",
                    "node execution failed: the Python interpreter 'nosuchpython' cannot be used: No such file or "
                    "directory; set python_executable to that of Python 3.9 or later", __LINE__);
    python_fails_in("{\"python_executable\":\"/bin/true\"}", "x = 1",
                    "node execution failed: the Python interpreter '/bin/true' cannot be used: it ended at once; "
                    "set python_executable to that of Python 3.9 or later", __LINE__);
    kl_value nested = kl_int(1), inputs, given = json("{\"code\":\"\",\"output_vars\":[\"x\"]}"), out;
    kl_error error = KL_ERROR_INIT;
    for (int i = 0; i < 600; i++) {
        kl_value list;
        assert_int_equal(kl_array_new(&list, 1, NULL), KL_OK);
        assert_int_equal(kl_array_push(&list, nested, NULL), KL_OK);
        nested = list;
    }
    assert_int_equal(kl_map_new(&inputs, 1, NULL), KL_OK);
    assert_int_equal(kl_map_set(&inputs, KL_TEXT("x"), nested, NULL), KL_OK);
    assert_int_equal(kl_map_set(&given, KL_TEXT("inputs"), inputs, NULL), KL_OK);
    assert_int_equal(kl_node_run_alone(&out, kl_node_type_find(KL_TEXT("EmbeddedPythonNode")), kl_null(),
                                       given, &error), KL_FAILED);
    assert_string_equal(kl_error_message(&error), "invalid input 'inputs': it nests deeper than 512 levels");
    kl_error_clear(&error);
    kl_value_release(given);
}

/* ---- walls ---------------------------------------------------------------------------------------- */

KL_TEST(only_listed_modules_are_imported)
{
    KL_UNUSED_STATE;
    static const char *const others[] = {"os", "sys", "subprocess", "socket", "pathlib", "io", "threading",
                                         "ctypes", "random", "importlib", "builtins", "posix", "marshal"};
    for (size_t i = 0; i < KL_COUNT(others); i++) {
        char code[80], part[80];
        snprintf(part, sizeof part, "ImportError: Import of '%s' is not allowed", others[i]);
        snprintf(code, sizeof code, "import %s", others[i]);
        refused(code, part);
        snprintf(code, sizeof code, "from %s import *", others[i]);
        refused(code, part);
        snprintf(code, sizeof code, "__import__('%s')", others[i]);
        refused(code, part);
        snprintf(code, sizeof code, "exec('import %s')", others[i]);
        refused(code, part);
    }
    refused("import os.path", "Import of 'os.path' is not allowed");
    refused_in("{\"allowed_modules\":[\"math\"]}", "import math\nimport json", "Import of 'json' is not allowed",
               __LINE__);
    python_in("{\"allowed_modules\":[\"random\",\"xml.dom\"]}",
              "import random, xml.dom.minidom\nx = random.Random(1).randint(5, 5)", "[\"x\"]", NULL, "{\"x\":5}",
              __LINE__);
    refused_in("{\"allowed_modules\":[\"nosuchmodule\"]}", "import nosuchmodule",
               "ModuleNotFoundError: No module named 'nosuchmodule'", __LINE__);
}

KL_TEST(the_usual_escapes_are_closed)
{
    KL_UNUSED_STATE;
    refused("x = ().__class__.__base__.__subclasses__()", "Access to '__");
    refused("x = getattr(object, '__subclasses__')()", "Access to '__subclasses__' is not allowed");
    refused("x = __builtins__", "Access to '__builtins__' is not allowed");
    refused("def f(): pass\nx = f.__globals__", "Access to '__globals__' is not allowed");
    refused("x = open('/etc/passwd')", "PermissionError: open() is not allowed; allow_files allows it");
    refused("input()", "NameError");
    refused("exit()", "NameError");
}

KL_TEST(the_system_keeps_code_in)
{
    KL_UNUSED_STATE;
    refused(OS "x = os.open('/etc/passwd', 0)", "PermissionError: [Errno 1]");
    refused(OS "x = os.listdir('/')", "PermissionError: [Errno 1]");
    refused(OS "x = os.fork()", "PermissionError: [Errno 1]");
    refused(OS "os.execv('/bin/sh', ['sh'])", "PermissionError: [Errno 1]");
    refused(OS "os.posix_spawn('/bin/sh', ['sh'], {})", "PermissionError: [Errno 1]");
    refused(OS "os.kill(os.getppid(), 9)", "[Errno 1]");
    refused(OS "os.kill(1, 0)", "[Errno 1]");
    refused(OS "os.unlink('/tmp/nothing')", "[Errno 1]");
    refused(OS "x = os.memfd_create('a')", "[Errno 1]");
    refused(OS "x = os.pipe()", "[Errno 1]");
    refused(OS "x = os.setuid(0)", "[Errno 1]");
    refused("import json\ns = json.codecs.sys.modules['socket']\nx = s.socket()", "PermissionError: [Errno 1]");
    refused("import json\nsys = json.codecs.sys\nio = sys.modules['io']\nx = io.FileIO('/etc/passwd')",
            "PermissionError: [Errno 1]");
    refused("import json\nc = json.codecs.sys.modules['ctypes']\nx = c.CDLL(None).system(b'echo hi')\nassert x == 0",
            "Error");
    /* The environment of this process is not theirs. */
    setenv("KL_TEST_SECRET", "1", 1);
    python(OS "x = 'KL_TEST_SECRET' in os.environ", "[\"x\"]", NULL, "{\"x\":false}");
    unsetenv("KL_TEST_SECRET");
    python(OS "x = []\nfor file in range(64):\n  try: x.append((file, 0 * os.get_inheritable(file)))\n  except OSError: pass",
           "[\"x\"]", NULL, "{\"x\":[[0,0],[1,0],[2,0],[3,0]]}");
}

KL_TEST(files_are_allowed_when_asked_for)
{
    KL_UNUSED_STATE;
    char path[] = "/tmp/kailash_test_XXXXXX", code[200];
    int file = mkstemp(path);
    close(file);
    snprintf(code, sizeof code, "f = open('%s', 'w')\nf.write('ab')\nf.close()\nx = open('%s').read()", path, path);
    python_in("{\"allow_files\":true}", code, "[\"x\"]", NULL, "{\"x\":\"ab\"}", __LINE__);
    refused_in("{\"allow_files\":true}", OS "os.execv('/bin/sh', ['sh'])", "PermissionError: [Errno 1]", __LINE__);
    refused_in("{\"allow_files\":true}", OS "x = os.fork()", "PermissionError: [Errno 1]", __LINE__);
    unlink(path);
}

KL_TEST(limits_hold)
{
    KL_UNUSED_STATE;
    double begin_at = now();
    python_fails_in("{\"timeout_seconds\":0.3}", "while 1: pass", "node execution timed out after 300ms", __LINE__);
    python_fails_in("{\"timeout_seconds\":0.3}", "import time\ntime.sleep(100)",
                    "node execution timed out after 300ms", __LINE__);
    python_fails_in("{\"timeout_seconds\":0.3}",
                    "while 1:\n  try:\n    while 1: pass\n  except BaseException: pass",
                    "node execution timed out after 300ms", __LINE__);
    python_fails_in("{\"timeout_seconds\":0.3}", "x = 9**9**9", "node execution timed out after 300ms", __LINE__);
    assert_true(now() - begin_at < 10);
    refused("x = [0] * 10**10", "MemoryError");
    refused("x = 'a' * 10**9", "MemoryError");
    refused("x = []\nwhile 1: x.append('a' * 10**6)", "MemoryError");
    python_fails(OS "os._exit(0)", FAILS "the code ended its process, or its limits did");
    python_fails(OS "s = json.codecs.sys.modules['signal']\nos.write(3, b'\\xff' * 8)\nos._exit(0)",
                 "resource limit exceeded: outputs of the code (limit: 536870912 bytes)");
    python_fails(OS "os.write(3, b'\\4' + b'\\0' * 7 + b'XXXX')\nos._exit(0)",
                 "the data of the Python worker are damaged");
    python("x = 1", "[\"x\"]", NULL, "{\"x\":1}");
}

/* ---- workers -------------------------------------------------------------------------------------- */

KL_TEST(nothing_is_left_for_the_next_call)
{
    KL_UNUSED_STATE;
    python("import math\nmath.leak = 1\na = 2", "[\"a\"]", NULL, "{\"a\":2}");
    python("import math\nx = [hasattr(math, 'leak'), 'a' in globals()]", "[\"x\"]", NULL, "{\"x\":[false,false]}");
}

KL_TEST(workers_that_live_on_are_quick_and_said_so)
{
    KL_UNUSED_STATE;
    const char *shared = "{\"isolated\":false}";
    python_in(shared, "import math\nmath.kept = 1\na = 2", "[\"a\"]", NULL, "{\"a\":2}", __LINE__);
    python_in(shared, "import math\nx = [hasattr(math, 'kept'), 'a' in globals()]", "[\"x\"]", NULL,
              "{\"x\":[true,false]}", __LINE__);
    refused_in(shared, "raise ValueError('a')", "ValueError: a", __LINE__);
    python_fails_in(shared, OS "os._exit(0)", FAILS "the code ended its process, or its limits did", __LINE__);
    python_in(shared, "x = 1", "[\"x\"]", NULL, "{\"x\":1}", __LINE__);
    python_in("{\"isolated\":false,\"memory_limit_bytes\":1073741824}", "import math\nx = hasattr(math, 'kept')",
              "[\"x\"]", NULL, "{\"x\":false}", __LINE__);
}

static void *many_calls(void *data)
{
    for (int i = 0; i < 15; i++) {
        kl_value out = kl_null();
        kl_status status = run_python(&out, i % 2 ? "{}" : "{\"isolated\":false}", "x = [k * 2 for _ in range(3)]",
                                      "[\"x\"]", "{\"k\":21}", NULL);
        kl_value list = kl_map_get(kl_map_get(out, KL_TEXT("outputs")), KL_TEXT("x"));
        if (status != KL_OK || kl_as_int(kl_array_at(list, 2)) != 42)
            *(bool *)data = false;
        kl_value_release(out);
    }
    return NULL;
}

static bool in_threads(void)
{
    pthread_t threads[8];
    bool good = true;
    for (size_t i = 0; i < KL_COUNT(threads); i++)
        pthread_create(&threads[i], NULL, many_calls, &good);
    for (size_t i = 0; i < KL_COUNT(threads); i++)
        pthread_join(threads[i], NULL);
    return good;
}

KL_TEST(threads_and_forks_have_workers)
{
    KL_UNUSED_STATE;
    assert_true(in_threads());
    pid_t child = fork();
    if (child == 0)
        _exit(in_threads() ? 0 : 1);
    int state;
    assert_int_equal(waitpid(child, &state, 0), child);
    assert_int_equal(state, 0);
    assert_true(in_threads());
}

/* Children of this process that have ended and were not reaped; the interpreters are alive. */
KL_TEST(nothing_leaks)
{
    KL_UNUSED_STATE;
    for (int i = 0; i < 3; i++)
        python("x = 1", "[\"x\"]", NULL, "{\"x\":1}");
    size_t files = count_files();
    for (int i = 0; i < 30; i++) {
        python("x = 1", "[\"x\"]", NULL, "{\"x\":1}");
        refused("raise ValueError", "ValueError");
        python_fails_in("{\"timeout_seconds\":0.01}", "while 1: pass", "node execution timed out after 10ms", __LINE__);
    }
    python("x = 1", "[\"x\"]", NULL, "{\"x\":1}");
    assert_true(count_files() <= files + 4); /* spare workers */
    siginfo_t about = {.si_pid = 0};
    assert_int_equal(waitid(P_ALL, 0, &about, WEXITED | WNOHANG | WNOWAIT), 0);
    assert_int_equal(about.si_pid, 0);
}

/* The numbers of this process's children. */
static size_t children_of(pid_t *out, size_t most)
{
    char path[64];
    size_t count = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *file = fopen(path, "r");
    for (int pid; file && count < most && fscanf(file, "%d", &pid) == 1; count++)
        out[count] = pid;
    if (file)
        fclose(file);
    return count;
}

KL_TEST(an_interpreter_that_dies_is_started_again)
{
    KL_UNUSED_STATE;
    pid_t children[16];
    python("x = 1", "[\"x\"]", NULL, "{\"x\":1}");
    size_t count = children_of(children, KL_COUNT(children));
    for (size_t i = 0; i < count; i++)
        kill(children[i], SIGKILL);
    usleep(50000);
    python("x = 2", "[\"x\"]", NULL, "{\"x\":2}");
    assert_true(count > 0);
}

KL_TEST(a_cancelled_run_kills_its_worker)
{
    KL_UNUSED_STATE;
    fixture f;
    kl_run_handle *handle;
    kl_value out = kl_null();
    begin(&f);
    add_node(&f, "EmbeddedPythonNode", "a", "{\"code\":\"while 1: pass\",\"output_vars\":[\"x\"]}");
    build(&f, "{}");
    double begin_at = now();
    assert_int_equal(kl_runtime_start(&handle, f.runtime, f.workflow, kl_null(), NULL, NULL), KL_OK);
    usleep(100000);
    kl_run_handle_cancel(handle);
    assert_int_equal(kl_run_handle_result(&out, handle, -1, NULL), KL_CANCELLED);
    kl_object_release((kl_object *)handle);
    free_fixture(&f);
    assert_true(now() - begin_at < 5);
}

/* ---- marshal -------------------------------------------------------------------------------------- */

KL_TEST(damaged_data_are_refused)
{
    KL_UNUSED_STATE;
    kl_buffer text = KL_BUFFER_INIT;
    kl_value value = json("{\"a\":[null,true,1,-5000000000,2.5,\"text\",{\"b\":[]}]}"), read = kl_null();
    assert_int_equal(kl_marshal_write(&text, value, NULL), KL_OK);
    for (size_t len = 0; len < text.len; len++)
        assert_int_equal(kl_marshal_read(&read, (kl_text){text.data, len}, NULL), KL_SYNTAX);
    for (size_t i = 0; i < text.len; i++)
        for (int bit = 0; bit < 8; bit++) {
            text.data[i] ^= (char)(1 << bit);
            if (kl_marshal_read(&read, kl_buffer_text(&text), NULL) == KL_OK)
                kl_value_release(read);
            text.data[i] ^= (char)(1 << bit);
        }
    assert_int_equal(kl_marshal_read(&read, kl_buffer_text(&text), NULL), KL_OK);
    bool same = false;
    assert_int_equal(kl_value_equal(&same, read, value, NULL), KL_OK);
    assert_true(same);
    kl_value_release(read);
    kl_buffer_byte(&text, 'N');
    assert_int_equal(kl_marshal_read(&read, kl_buffer_text(&text), NULL), KL_SYNTAX);
    kl_buffer_free(&text);
    for (int i = 0; i < 600; i++)
        kl_buffer_add(&text, (kl_text){"[\1\0\0\0", 5});
    kl_buffer_byte(&text, 'N');
    assert_int_equal(kl_marshal_read(&read, kl_buffer_text(&text), NULL), KL_SYNTAX);
    kl_buffer_free(&text);
    kl_value_release(value);
}

static kl_status one_call(void *data)
{
    kl_value out = kl_null(), given = kl_null(), config = kl_null();
    kl_status status = kl_json_parse(&given, KL_TEXT("{\"code\":\"x = {'b': a}\\nprint(x)\",\"output_vars\":[\"x\"],"
                                                     "\"inputs\":{\"a\":[1]}}"), NULL);
    if (status == KL_OK)
        status = kl_json_parse(&config, kl_text_from(data), NULL);
    if (status == KL_OK)
        status = kl_node_run_alone(&out, kl_node_type_find(KL_TEXT("EmbeddedPythonNode")), config, given, NULL);
    kl_value_release(config);
    kl_value_release(given);
    kl_value_release(out);
    return status;
}

KL_TEST(any_allocation_may_fail)
{
    KL_UNUSED_STATE;
    static char new_one[] = "{}", same[] = "{\"isolated\":false}";
    assert_true(sweep(one_call, new_one) > 20);
    assert_true(sweep(one_call, same) > 20);
    python("x = 1", "[\"x\"]", NULL, "{\"x\":1}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variables_go_in_and_out),
        cmocka_unit_test(what_is_printed_is_captured),
        cmocka_unit_test(errors_come_with_their_traceback),
        cmocka_unit_test(inputs_are_checked),
        cmocka_unit_test(only_listed_modules_are_imported),
        cmocka_unit_test(the_usual_escapes_are_closed),
        cmocka_unit_test(the_system_keeps_code_in),
        cmocka_unit_test(files_are_allowed_when_asked_for),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(nothing_is_left_for_the_next_call),
        cmocka_unit_test(workers_that_live_on_are_quick_and_said_so),
        cmocka_unit_test(threads_and_forks_have_workers),
        cmocka_unit_test(nothing_leaks),
        cmocka_unit_test(an_interpreter_that_dies_is_started_again),
        cmocka_unit_test(a_cancelled_run_kills_its_worker),
        cmocka_unit_test(damaged_data_are_refused),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
