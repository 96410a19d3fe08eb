/* src/nodes/python_warm.c - see python_warm.h. */
#include "python_warm.h"
#include "deadline.h"
#include "driver.h"
#include "fork.h"
#include "marshal.h"
#include "process.h"
#include "workflow/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { START_TRIES = 2, MODULES_MAX = 60000, SPARES_MAX = 4 };

/* One interpreter of a process, and its workers. */
typedef struct warm {
    pthread_mutex_t lock; /* guards all of it; held while the interpreter starts */
    pthread_cond_t changed;
    kl_fork_watch watch;
    char *executable;
    int control; /* -1 = not started */
    pid_t process;
    size_t busy, most;
    kl_python_worker *idle;
    /* Asked for beforehand, so that nobody waits for them; not met yet. The first is the oldest. */
    kl_python_worker *spares;
    size_t spare_count;
} warm;

/* ---- workers ------------------------------------------------------------------------------------- */

/* With its end of the socket closed a worker ends by itself once it waits for a request; one that is
 * at work is killed. Its parent, the warm interpreter, reaps it. */
static void end_worker(kl_python_worker *worker, bool is_busy)
{
    if (!worker)
        return;
    if (is_busy && worker->process >= 0)
        syscall(SYS_pidfd_send_signal, worker->process, SIGKILL, NULL, 0);
    kl_process_close(&worker->process);
    kl_process_close(&worker->socket);
    kl_value_release(worker->settings);
    kl_free(worker);
}

static void end_list(kl_python_worker **list)
{
    while (*list) {
        kl_python_worker *next = (*list)->next;
        end_worker(*list, false);
        *list = next;
    }
}

/* Those that nobody has taken. */
static void end_all(warm *w)
{
    end_list(&w->idle);
    end_list(&w->spares);
    w->spare_count = 0;
}

/* ---- the interpreter's life ---------------------------------------------------------------------- */

/* It ends by itself when nobody holds the other end of its socket. */
static void stop(warm *w)
{
    end_all(w);
    kl_process_close(&w->control);
    if (w->process > 0)
        while (waitpid(w->process, NULL, 0) < 0 && errno == EINTR) {}
    w->process = 0;
}

/* A forked child has no part in its parent's interpreter: it starts its own. */
static void forget(void *data)
{
    warm *w = data;
    w->process = 0;
    w->busy = 0;
    end_all(w);
    kl_process_close(&w->control);
}

static kl_status make(void **out, kl_text name, kl_error *error)
{
    warm *w = kl_alloc_zero(1, sizeof *w);
    if (!w || !(w->executable = kl_strdup(name))) {
        kl_free(w);
        return kl_error_no_memory(error);
    }
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    w->control = -1;
    w->most = (size_t)KL_MAX(count, 1);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->changed, NULL);
    w->watch = (kl_fork_watch){.lock = &w->lock, .forked = forget, .data = w};
    kl_fork_watch_begin(&w->watch);
    *out = w;
    return KL_OK;
}

static void dispose(void *state)
{
    warm *w = state;
    kl_fork_watch_end(&w->watch);
    stop(w);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
    kl_free(w->executable);
    kl_free(w);
}

static const kl_shared_kind kind = {make, dispose};

bool kl_python_wait(int file, short events, kl_code_watch *watch)
{
    struct pollfd one = {.fd = file, .events = events};
    while (!kl_code_must_stop(watch)) {
        int patience = (int)((kl_code_patience(watch) + KL_MILLISECOND - 1) / KL_MILLISECOND);
        if (poll(&one, 1, patience) > 0)
            return true;
    }
    return false;
}

static kl_status refuse_interpreter(const warm *w, const char *why, kl_error *error)
{
    return kl_error_set(error, KL_UNAVAILABLE,
                        "the Python interpreter '%s' cannot be used: %s; set python_executable to "
                        "that of Python 3.9 or later",
                        w->executable, why);
}

static kl_status start_process(warm *w, int theirs, kl_error *error)
{
    char script[4096];
    kl_value path;
    kl_error why = KL_ERROR_INIT;
    kl_driver_path(script, sizeof script, "python_worker");
    kl_status status = kl_process_find(&path, kl_text_from(w->executable), &why);
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (status == KL_OK && nowhere >= 0) {
        char *argv[] = {w->executable, "-I", "-S", "-B", script, NULL};
        char *environment[] = {"LANG=C.UTF-8", "OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1",
                               "MKL_NUM_THREADS=1", NULL};
        kl_process_plan plan = {.path = kl_as_text(path).data, .argv = argv,
                                .environment = environment,
                                .files = {nowhere, nowhere, nowhere, theirs}};
        status = kl_process_start(&w->process, &plan, &why);
        kl_value_release(path);
    }
    kl_process_close(&nowhere);
    if (status != KL_OK && status != KL_NO_MEMORY)
        status = refuse_interpreter(w, kl_error_message(&why), error);
    else if (status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    return status;
}

/* It says its version when it is ready. */
static kl_status greet(warm *w, kl_code_watch *watch, kl_error *error)
{
    char version[64];
    if (!kl_python_wait(w->control, POLLIN, watch))
        return KL_OK;
    ssize_t got = recv(w->control, version, sizeof version, MSG_DONTWAIT);
    return got > 0 ? KL_OK : refuse_interpreter(w, "it ended at once", error);
}

static kl_status start(warm *w, kl_code_watch *watch, kl_error *error)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return kl_error_set(error, KL_IO, "no socket for the Python interpreter");
    w->control = ends[0];
    kl_status status = start_process(w, ends[1], error);
    close(ends[1]);
    if (status == KL_OK)
        status = greet(w, watch, error);
    if (status != KL_OK || watch->why != KL_OK)
        stop(w);
    return status;
}

/* ---- getting a worker ---------------------------------------------------------------------------- */

/* Send the worker's end of its socket, with the modules to load; false when nobody receives, or the
 * watch says stop. */
static bool send_call(const warm *w, int theirs, kl_text modules, kl_code_watch *watch)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {.room = {0}};
    struct iovec data = {(void *)(uintptr_t)modules.data, modules.len};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control.room,
                             .msg_controllen = sizeof control.room};
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof theirs);
    memcpy(CMSG_DATA(&control.header), &theirs, sizeof theirs);
    ssize_t sent;
    do
        sent = sendmsg(w->control, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && (errno == EINTR ||
                        (errno == EAGAIN && kl_python_wait(w->control, POLLOUT, watch))));
    return sent >= 0;
}

static bool has_ended(int process)
{
    struct pollfd one = {.fd = process, .events = POLLIN};
    return poll(&one, 1, 0) > 0;
}

/* A worker says its number first and waits then, so the number is its own, unless it was killed. */
static kl_status meet(kl_python_worker *worker, bool *is_there, kl_code_watch *watch)
{
    uint64_t number;
    *is_there = false;
    if (!kl_python_wait(worker->socket, POLLIN, watch))
        return KL_OK;
    if (recv(worker->socket, &number, sizeof number, MSG_DONTWAIT | MSG_WAITALL) != sizeof number)
        return KL_OK;
    worker->process = (int)syscall(SYS_pidfd_open, (pid_t)number, 0);
    *is_there = worker->process >= 0 ? !has_ended(worker->process) : errno != ESRCH;
    return KL_OK;
}

static kl_status new_worker(kl_python_worker **out, kl_error *error)
{
    kl_python_worker *made = kl_alloc_zero(1, sizeof *made);
    if (!made)
        return kl_error_no_memory(error);
    made->socket = made->process = -1;
    *out = made;
    return KL_OK;
}

/* Ask the interpreter for it, with the lock held; `*is_sent` is false when it was found dead. */
static kl_status call_worker(bool *is_sent, kl_python_worker *worker, const warm *w, kl_text modules,
                             kl_code_watch *watch, kl_error *error)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return kl_error_set(error, KL_IO, "no socket for a Python worker");
    worker->socket = ends[0];
    *is_sent = send_call(w, ends[1], modules, watch);
    close(ends[1]);
    return KL_OK;
}

static kl_status fork_worker(bool *is_there, kl_python_worker *worker, warm *w, kl_text modules,
                             kl_code_watch *watch, kl_error *error)
{
    *is_there = false;
    if (w->control < 0)
        KL_TRY(start(w, watch, error));
    if (w->control < 0)
        return KL_OK; /* the watch said stop */
    bool is_sent;
    KL_TRY(call_worker(&is_sent, worker, w, modules, watch, error));
    return is_sent ? meet(worker, is_there, watch) : KL_OK;
}

/* An interpreter that was found dead is started again, once. */
static kl_status get_worker(kl_python_worker *worker, warm *w, kl_text modules, kl_code_watch *watch,
                            kl_error *error)
{
    for (int i = 0; i < START_TRIES; i++) {
        bool is_there;
        KL_TRY(fork_worker(&is_there, worker, w, modules, watch, error));
        if (is_there || watch->why != KL_OK)
            return KL_OK;
        kl_process_close(&worker->socket);
        if (w->process > 0)
            kill(w->process, SIGKILL);
        stop(w);
    }
    return refuse_interpreter(w, "it starts no worker", error);
}

static kl_status meet_spare(kl_python_worker **out, warm *w, kl_code_watch *watch)
{
    bool is_there = false;
    kl_python_worker *worker = w->spares;
    *out = NULL;
    if (!worker)
        return KL_OK;
    w->spares = worker->next;
    w->spare_count--;
    KL_TRY(meet(worker, &is_there, watch));
    if (is_there)
        *out = worker;
    else
        end_worker(worker, true);
    return KL_OK;
}

static bool add_spare(warm *w, kl_text modules, kl_code_watch *watch)
{
    kl_python_worker *made, **last = &w->spares;
    bool is_sent = false;
    if (new_worker(&made, NULL) != KL_OK)
        return false;
    if (call_worker(&is_sent, made, w, modules, watch, NULL) != KL_OK || !is_sent) {
        end_worker(made, false);
        return false;
    }
    while (*last)
        last = &(*last)->next;
    *last = made;
    w->spare_count++;
    return true;
}

/* For the next calls; where none can be had, they ask themselves. */
static void call_spares(warm *w, kl_text modules, kl_code_watch *watch)
{
    while (w->control >= 0 && w->spare_count < w->most && w->spare_count < SPARES_MAX &&
           add_spare(w, modules, watch)) {}
}

/* A worker that is idle, has these settings and lives. */
static kl_python_worker *find_idle(warm *w, kl_text settings)
{
    for (kl_python_worker **at = &w->idle; settings.len && *at;) {
        kl_python_worker *found = *at;
        if (!kl_text_equal(kl_as_text(found->settings), settings)) {
            at = &found->next;
            continue;
        }
        *at = found->next;
        struct pollfd one = {.fd = found->socket, .events = POLLIN};
        if (poll(&one, 1, 0) == 0)
            return found;
        end_worker(found, true);
    }
    return NULL;
}

/* Until one of the places is free. */
static bool wait_for_place(warm *w, kl_code_watch *watch)
{
    while (w->busy >= w->most && !kl_code_must_stop(watch))
        kl_wait_until(&w->changed, &w->lock, kl_clock_after(KL_MAX(kl_code_patience(watch), 1)));
    return watch->why == KL_OK;
}

/* One that has served nobody. */
static kl_status take_new(kl_python_worker **out, warm *w, kl_text settings, kl_text modules,
                          kl_code_watch *watch, kl_error *error)
{
    kl_python_worker *worker;
    kl_status status;
    KL_TRY(meet_spare(&worker, w, watch));
    if (!worker) {
        KL_TRY(new_worker(&worker, error));
        KL_TRY_OUT(get_worker(worker, w, modules, watch, error));
    }
    KL_TRY_OUT(kl_bytes_new(&worker->settings, settings, error));
    if (watch->why == KL_OK) {
        *out = worker;
        return KL_OK;
    }
out:
    end_worker(worker, true);
    return status;
}

static kl_status take_locked(kl_python_worker **out, warm *w, kl_text settings, kl_text modules,
                             kl_code_watch *watch, kl_error *error)
{
    *out = NULL;
    if (!wait_for_place(w, watch))
        return KL_OK;
    *out = find_idle(w, settings);
    if (!*out)
        KL_TRY(take_new(out, w, settings, modules, watch, error));
    if (*out) {
        w->busy++;
        if (settings.len == 0)
            call_spares(w, modules, watch);
    }
    return KL_OK;
}

kl_status kl_python_take(kl_python_worker **out, kl_text executable, kl_text settings,
                         kl_value modules, kl_code_watch *watch, kl_error *error)
{
    void *found;
    kl_buffer names = {.limit = MODULES_MAX};
    KL_TRY(kl_shared_get(&found, &kind, executable, NULL, error));
    warm *w = found;
    kl_status status = kl_marshal_write(&names, modules, error);
    if (status == KL_OK && names.status == KL_NO_MEMORY)
        status = kl_error_no_memory(error);
    else if (status == KL_OK && names.status != KL_OK)
        status = kl_node_limit(error, "names of allowed_modules", MODULES_MAX, "bytes");
    if (status == KL_OK) {
        pthread_mutex_lock(&w->lock);
        status = take_locked(out, w, settings, kl_buffer_text(&names), watch, error);
        pthread_mutex_unlock(&w->lock);
    }
    kl_buffer_free(&names);
    return status;
}

/* `worker` is kept for others, or ended. */
static void leave(kl_text executable, kl_python_worker *worker, bool is_kept)
{
    void *found;
    if (kl_shared_get(&found, &kind, executable, NULL, NULL) != KL_OK) {
        end_worker(worker, true);
        return;
    }
    warm *w = found;
    pthread_mutex_lock(&w->lock);
    w->busy -= w->busy > 0;
    if (is_kept) {
        worker->next = w->idle;
        w->idle = worker;
    }
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
    if (!is_kept)
        end_worker(worker, true);
}

void kl_python_give(kl_text executable, kl_python_worker *worker)
{
    leave(executable, worker, kl_value_len(worker->settings) > 0);
}

void kl_python_kill(kl_text executable, kl_python_worker *worker) { leave(executable, worker, false); }
