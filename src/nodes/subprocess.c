/* src/nodes/subprocess.c - SubprocessNode: another program, of those that are allowed. */
#include "buffer.h"
#include "code.h"
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COMMAND, ARGS, ALLOWED, WORKING_DIR, ENV, STDIN, TIMEOUT, CLEAR_ENV, MAX_OUTPUT, MAX_CPU,
       MAX_MEMORY, MAX_FILES };

enum { CHUNK = 64 << 10 };
/* How long a program that is gone may have others that still hold its output. */
#define GRACE (100 * KL_MILLISECOND)

/* What is read of one stream. */
typedef struct stream {
    int file; /* -1 = ended */
    kl_buffer text;
    bool is_cut;
} stream;

/* One program at work. */
typedef struct job {
    const kl_value *args;
    kl_code_watch watch;
    char **argv, **environment;
    kl_value path;
    pid_t child;
    int exit, input; /* a file that tells of the end, and where stdin is written to */
    kl_text unsent;
    stream streams[2];
    bool is_over; /* the program has ended */
} job;

/* ---- what may be started ------------------------------------------------------------------------- */

static bool is_listed(kl_value list, kl_text command)
{
    for (size_t i = 0; i < kl_array_len(list); i++)
        if (kl_text_equal(kl_as_text(kl_array_at(list, i)), command))
            return true;
    return false;
}

static kl_status refuse_command(const job *j, kl_error *error)
{
    kl_buffer words = {.limit = 4096};
    for (size_t i = 0; i < kl_array_len(j->args[ALLOWED]); i++) {
        kl_buffer_string(&words, i ? ", " : "");
        kl_buffer_add(&words, kl_as_text(kl_array_at(j->args[ALLOWED], i)));
    }
    kl_status status = kl_node_failed(error, "command '%.*s' is not in the allowed commands list: [%.*s]",
                                      KL_TEXT_ARG(kl_as_text(j->args[COMMAND])),
                                      KL_TEXT_ARG(kl_buffer_text(&words)));
    kl_buffer_free(&words);
    return status;
}

static kl_status refuse_start(const job *j, const char *why, kl_error *error)
{
    return kl_node_failed(error, "failed to spawn command '%.*s': %s",
                          KL_TEXT_ARG(kl_as_text(j->args[COMMAND])), why);
}

/* A text for the system, which ends texts with NUL. */
static kl_status copy(char **out, const job *j, kl_text text, kl_error *error)
{
    if (memchr(text.data, '\0', text.len))
        return refuse_start(j, "nul byte found in provided data", error);
    *out = kl_strdup(text);
    return *out ? KL_OK : kl_error_no_memory(error);
}

static kl_status make_argv(job *j, kl_error *error)
{
    size_t count = kl_array_len(j->args[ARGS]);
    KL_TRY(kl_process_strings_new(&j->argv, count + 1, error));
    KL_TRY(copy(&j->argv[0], j, kl_as_text(j->args[COMMAND]), error));
    for (size_t i = 0; i < count; i++)
        KL_TRY(copy(&j->argv[i + 1], j, kl_as_text(kl_array_at(j->args[ARGS], i)), error));
    return KL_OK;
}

/* ---- its environment ----------------------------------------------------------------------------- */

static bool is_replaced(kl_value env, const char *pair)
{
    const char *end = strchr(pair, '=');
    return end && kl_map_has(env, (kl_text){pair, (size_t)(end - pair)});
}

static kl_status add_pair(char **slot, const job *j, kl_text name, kl_text value, kl_error *error)
{
    kl_buffer pair = KL_BUFFER_INIT;
    if (name.len == 0 || memchr(name.data, '=', name.len))
        return kl_node_bad(error, "env", "expected names without '=', got '%.*s'", KL_TEXT_ARG(name));
    kl_buffer_add(&pair, name);
    kl_buffer_byte(&pair, '=');
    kl_buffer_add(&pair, value);
    kl_status status = pair.status == KL_OK ? copy(slot, j, kl_buffer_text(&pair), error)
                                            : kl_error_no_memory(error);
    kl_buffer_free(&pair);
    return status;
}

static kl_status make_environment(job *j, kl_error *error)
{
    kl_value env = j->args[ENV];
    char **inherited = kl_as_bool(j->args[CLEAR_ENV]) ? NULL : environ;
    size_t count = 0, used = 0;
    while (inherited && inherited[count])
        count++;
    KL_TRY(kl_process_strings_new(&j->environment, count + kl_map_len(env), error));
    for (size_t i = 0; i < count; i++)
        if (!is_replaced(env, inherited[i]))
            KL_TRY(copy(&j->environment[used++], j, kl_text_from(inherited[i]), error));
    for (size_t i = 0; i < kl_map_len(env); i++)
        KL_TRY(add_pair(&j->environment[used++], j, kl_map_key_at(env, i),
                        kl_as_text(kl_map_value_at(env, i)), error));
    return KL_OK;
}

/* ---- starting ------------------------------------------------------------------------------------ */

static kl_status start_program(job *j, const int *files, kl_error *error)
{
    const kl_value *args = j->args;
    kl_process_plan plan = {
        .path = kl_as_text(j->path).data, .argv = j->argv, .environment = j->environment,
        .directory = kl_is_null(args[WORKING_DIR]) ? NULL : kl_as_text(args[WORKING_DIR]).data,
        .files = {files[0], files[1], files[2], -1},
        .cpu_seconds = (uint64_t)kl_as_int(args[MAX_CPU]),
        .memory_bytes = (uint64_t)kl_as_int(args[MAX_MEMORY]),
        .open_files = (uint64_t)kl_as_int(args[MAX_FILES]), .dies_with_thread = true};
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_process_start(&j->child, &plan, &why);
    if (status != KL_OK)
        status = refuse_start(j, kl_error_message(&why), error);
    kl_error_clear(&why);
    return status;
}

static kl_status find_program(job *j, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_process_find(&j->path, kl_as_text(j->args[COMMAND]), &why);
    if (status == KL_NO_MEMORY)
        kl_error_move(error, &why);
    else if (status != KL_OK)
        status = refuse_start(j, kl_error_message(&why), error);
    kl_error_clear(&why);
    return status;
}

static void set_waiting(int file) { fcntl(file, F_SETFL, O_NONBLOCK); }

/* `theirs` are the program's ends, closed here by the caller. */
static kl_status open_pipes(job *j, int *theirs, kl_error *error)
{
    int ends[2];
    KL_TRY(kl_process_pipe(ends, error));
    theirs[0] = ends[0];
    j->input = ends[1];
    set_waiting(j->input);
    for (int i = 0; i < 2; i++) {
        KL_TRY(kl_process_pipe(ends, error));
        theirs[i + 1] = ends[1];
        j->streams[i].file = ends[0];
        set_waiting(ends[0]);
    }
    return KL_OK;
}

static kl_status begin(job *j, kl_error *error)
{
    int theirs[3] = {-1, -1, -1};
    kl_text directory = kl_as_text(j->args[WORKING_DIR]);
    if (!is_listed(j->args[ALLOWED], kl_as_text(j->args[COMMAND])))
        return refuse_command(j, error);
    if (memchr(directory.data, '\0', directory.len))
        return refuse_start(j, "nul byte found in provided data", error);
    KL_TRY(make_argv(j, error));
    KL_TRY(make_environment(j, error));
    KL_TRY(find_program(j, error));
    kl_status status = open_pipes(j, theirs, error);
    if (status == KL_OK)
        status = start_program(j, theirs, error);
    for (int i = 0; i < 3; i++)
        kl_process_close(&theirs[i]);
    if (status == KL_OK)
        j->exit = (int)syscall(SYS_pidfd_open, j->child, 0); /* without: it is asked now and then */
    return status;
}

/* ---- its streams --------------------------------------------------------------------------------- */

/* Beyond the bound it is read and dropped, so that the program does not stand still. */
static void keep(stream *from, const char *data, size_t len, size_t max)
{
    size_t room = max - KL_MIN(from->text.len, max);
    from->is_cut |= len > room;
    kl_buffer_add(&from->text, (kl_text){data, KL_MIN(len, room)});
}

static void read_stream(stream *from, size_t max)
{
    char data[CHUNK];
    ssize_t got = read(from->file, data, sizeof data);
    if (got > 0)
        keep(from, data, (size_t)got, max);
    else if (got == 0 || (errno != EAGAIN && errno != EINTR))
        kl_process_close(&from->file);
}

/* A program that does not read makes writing raise SIGPIPE, which no host may have to know of. */
static ssize_t write_quietly(int file, kl_text text)
{
    sigset_t pipe_only, before;
    const struct timespec now = {0, 0};
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
    ssize_t sent = write(file, text.data, text.len);
    int why = errno;
    if (sent < 0 && why == EPIPE && !sigismember(&before, SIGPIPE))
        sigtimedwait(&pipe_only, NULL, &now);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = why;
    return sent;
}

static void write_input(job *j)
{
    ssize_t sent = write_quietly(j->input, j->unsent);
    if (sent > 0) {
        j->unsent.data += sent;
        j->unsent.len -= (size_t)sent;
    } else if (sent < 0 && errno != EAGAIN && errno != EINTR)
        j->unsent.len = 0;
    if (j->unsent.len == 0)
        kl_process_close(&j->input);
}

/* Whether it has ended, leaving it to be reaped: its number stays its own until then. */
static bool has_ended(const job *j)
{
    siginfo_t about = {.si_pid = 0};
    int failed = waitid(P_PID, (id_t)j->child, &about, WEXITED | WNOHANG | WNOWAIT);
    return failed ? errno == ECHILD : about.si_pid != 0;
}

static bool is_reading(const job *j) { return j->streams[0].file >= 0 || j->streams[1].file >= 0; }

static void serve(job *j, kl_duration patience)
{
    struct pollfd files[4] = {
        {.fd = j->streams[0].file, .events = POLLIN},
        {.fd = j->streams[1].file, .events = POLLIN},
        {.fd = j->input, .events = POLLOUT},
        {.fd = j->is_over ? -1 : j->exit, .events = POLLIN},
    };
    size_t max = (size_t)kl_as_int(j->args[MAX_OUTPUT]);
    /* Without a file that tells of the end it is asked every few milliseconds. */
    kl_duration until = j->exit < 0 && !j->is_over ? KL_MIN(patience, 5 * KL_MILLISECOND) : patience;
    if (poll(files, 4, (int)((until + KL_MILLISECOND - 1) / KL_MILLISECOND)) < 0)
        return;
    for (int i = 0; i < 2; i++)
        if (files[i].revents)
            read_stream(&j->streams[i], max);
    if (files[2].revents)
        write_input(j);
}

/* What the program, or others that it left behind, still have in the pipes. */
static void drain(job *j)
{
    kl_time until = kl_clock_now() + GRACE;
    kl_process_close(&j->input);
    for (kl_time now; is_reading(j) && (now = kl_clock_now()) < until;)
        serve(j, until - now);
}

static kl_status follow(job *j)
{
    while (!j->is_over && !kl_code_must_stop(&j->watch)) {
        serve(j, kl_code_patience(&j->watch));
        j->is_over = has_ended(j);
    }
    return j->watch.why == KL_TIMEOUT ? KL_OK : j->watch.why;
}

/* ---- the result ---------------------------------------------------------------------------------- */

static kl_status put_stream(kl_value *map, const char *name, stream *from, kl_error *error)
{
    kl_value text;
    if (from->text.status != KL_OK)
        return kl_error_no_memory(error);
    KL_TRY(kl_string_repair(&text, kl_buffer_text(&from->text), error));
    return kl_map_set(map, kl_text_from(name), text, error);
}

static kl_status make_result(kl_value *out, job *j, int state, kl_error *error)
{
    kl_value map;
    kl_status status;
    bool is_late = j->watch.why == KL_TIMEOUT, is_cut = j->streams[0].is_cut || j->streams[1].is_cut;
    int64_t code = !is_late && state != -1 && WIFEXITED(state) ? WEXITSTATUS(state) : -1;
    kl_value number = !is_late && state != -1 && WIFSIGNALED(state) ? kl_int(WTERMSIG(state)) : kl_null();
    KL_TRY(kl_map_new(&map, 7, error));
    KL_TRY_OUT(put_stream(&map, "stdout", &j->streams[0], error));
    KL_TRY_OUT(put_stream(&map, "stderr", &j->streams[1], error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("exit_code"), kl_int(code), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("execution_time_ms"), kl_code_elapsed_ms(&j->watch), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("timed_out"), kl_bool(is_late), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("truncated"), kl_bool(is_cut), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("signal"), number, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status work(kl_value *out, job *j, kl_error *error)
{
    KL_TRY(begin(j, error));
    kl_status status = follow(j);
    int state = kl_process_end(j->child);
    j->is_over = true;
    drain(j);
    return status == KL_OK ? make_result(out, j, state, error) : kl_code_stopped(&j->watch, error);
}

static void end(job *j)
{
    kl_process_strings_free(j->argv);
    kl_process_strings_free(j->environment);
    kl_value_release(j->path);
    kl_process_close(&j->exit);
    kl_process_close(&j->input);
    for (int i = 0; i < 2; i++) {
        kl_process_close(&j->streams[i].file);
        kl_buffer_free(&j->streams[i].text);
    }
    kl_code_watch_end(&j->watch);
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value input = call->args[STDIN];
    if (!kl_is_null(input) && !kl_is(input, KL_KIND_STRING) && !kl_is(input, KL_KIND_BYTES))
        return kl_node_bad_value(error, "stdin", "string or bytes", input);
    job j = {.args = call->args, .exit = -1, .input = -1, .unsent = kl_as_text(input),
             .streams = {{.file = -1, .text = KL_BUFFER_INIT}, {.file = -1, .text = KL_BUFFER_INIT}}};
    kl_code_watch_begin(&j.watch, call->run, kl_as_double(call->args[TIMEOUT]));
    kl_status status = work(out, &j, error);
    end(&j);
    return status;
}

static const kl_param inputs[] = {
    {.name = "command", .kind = KL_KIND_STRING,
     .doc = "program to run: a name that this process's PATH finds (folders of PATH that are "
            "relative do not count), or a path"},
    {.name = "args", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "its arguments, as they are: there is no shell"},
    {.name = "allowed_commands", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .range = KL_RANGE(1, INFINITY),
     .doc = "commands that may run; command must be one of them letter by letter, so a path must "
            "be listed as that path, and \"*\" stands for itself only"},
    {.name = "working_dir", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "folder to start in; absent: that of this process"},
    {.name = "env", .kind = KL_KIND_MAP, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "environment variables, added to those of this process or replacing them"},
    {.name = "stdin", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "text (as UTF-8) or bytes that the program reads; absent: nothing"},
};

static const kl_param config[] = {
    KL_CODE_TIMEOUT("30", "seconds after which the program and all it started are killed; the node "
                          "does not fail then: timed_out tells"),
    {.name = "clear_env", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "whether the program gets the variables of env only"},
    {.name = "max_output_bytes", .kind = KL_KIND_COUNT, .fallback = "10485760",
     .range = KL_RANGE(0, 67108864),
     .doc = "bytes kept of stdout and of stderr, each; the rest is dropped, and truncated tells"},
    {.name = "max_cpu_seconds", .kind = KL_KIND_COUNT, .fallback = "0",
     .doc = "processor time that it may use, in seconds (RLIMIT_CPU); 0 = no limit"},
    {.name = "max_memory_bytes", .kind = KL_KIND_COUNT, .fallback = "0",
     .doc = "address space that it may use, in bytes (RLIMIT_AS); 0 = no limit"},
    {.name = "max_open_files", .kind = KL_KIND_COUNT, .fallback = "0",
     .doc = "files that it may have open (RLIMIT_NOFILE); 0 = no limit"},
};

static const kl_param outputs[] = {
    {.name = "stdout", .kind = KL_KIND_STRING, .doc = "what it wrote, as UTF-8; U+FFFD for what is not"},
    {.name = "stderr", .kind = KL_KIND_STRING, .doc = "what it wrote to its error output, likewise"},
    {.name = "exit_code", .kind = KL_KIND_INT,
     .doc = "its exit code; -1 when it was killed by a signal or by the time limit"},
    {.name = "execution_time_ms", .kind = KL_KIND_INT, .doc = "how long it took, in milliseconds"},
    {.name = "timed_out", .kind = KL_KIND_BOOL, .doc = "whether the time limit ended it"},
    {.name = "truncated", .kind = KL_KIND_BOOL, .doc = "whether output was dropped"},
    {.name = "signal", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "number of the signal that ended it, else null"},
};

static const kl_node_type types[] = {
    {
        .name = "SubprocessNode",
        .category = "Code",
        .doc = "Runs a program of a list of allowed ones, without a shell; it and all it started "
               "end with the node.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING | KL_NODE_STRICT,
        .run = run,
    },
};

static const kl_node_family subprocess = {.name = "subprocess", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(subprocess);
