/* src/nodes/process.c - see process.h. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin"

enum { FILES_MAX = 4, CLOSE_UNTIL = 65536 };

#ifdef __SANITIZE_THREAD__
#define vfork _Fork /* there vfork() is a fork(), which calls the handlers */
#endif

/* ---- the child: shares the parent's memory until it is another program, so it only makes calls --- */

static void default_signals(void)
{
    sigset_t none;
    sigemptyset(&none);
    for (int number = 1; number < NSIG; number++)
        if (number != SIGKILL && number != SIGSTOP)
            signal(number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* First beyond the reach of the numbers they get, so that none is overwritten. */
static bool place_files(const int *files)
{
    int high[FILES_MAX];
    for (int i = 0; i < FILES_MAX && files[i] >= 0; i++)
        if ((high[i] = fcntl(files[i], F_DUPFD_CLOEXEC, 16)) < 0)
            return false;
    for (int i = 0; i < FILES_MAX && files[i] >= 0; i++)
        if (dup2(high[i], i) < 0)
            return false;
    return true;
}

static void close_others(const int *files)
{
    unsigned first = 0;
    while (first < FILES_MAX && files[first] >= 0)
        first++;
    enum { WHEN_EXECUTING = 4 /* CLOSE_RANGE_CLOEXEC */ };
    if (syscall(SYS_close_range, first, ~0U, WHEN_EXECUTING) == 0)
        return;
    for (int file = (int)first; file < CLOSE_UNTIL; file++)
        fcntl(file, F_SETFD, FD_CLOEXEC);
}

static bool limit(__rlimit_resource_t what, uint64_t value)
{
    struct rlimit both = {value, value};
    return value == 0 || setrlimit(what, &both) == 0;
}

static bool set_limits(const kl_process_plan *plan)
{
    return limit(RLIMIT_CPU, plan->cpu_seconds) && limit(RLIMIT_AS, plan->memory_bytes) &&
           limit(RLIMIT_NOFILE, plan->open_files);
}

static _Noreturn void become(const kl_process_plan *plan, pid_t parent, int report)
{
    bool good = setpgid(0, 0) == 0 && place_files(plan->files);
    if (good && plan->dies_with_thread)
        good = prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent;
    if (good && plan->directory)
        good = chdir(plan->directory) == 0;
    if (good && set_limits(plan)) {
        default_signals();
        close_others(plan->files);
        execve(plan->path, plan->argv, plan->environment);
    }
    int why = errno;
    while (write(report, &why, sizeof why) < 0 && errno == EINTR) {}
    _exit(127);
}

/* vfork() copies no memory and calls no handlers, whatever other threads hold. No signal handler may
 * run in the child meanwhile. */
static __attribute__((noinline)) pid_t start(const kl_process_plan *plan, int report)
{
    pid_t parent = getpid();
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = vfork();
    if (child == 0)
        become(plan, parent, report);
    int why = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = why;
    return child;
}

/* ---- the parent --------------------------------------------------------------------------------- */

static kl_status explain(int why, kl_error *error)
{
    char words[128];
    kl_status code = why == ENOENT || why == ENOTDIR ? KL_NOT_FOUND
                     : why == EACCES || why == EPERM ? KL_DENIED
                                                     : KL_IO;
    return kl_error_set(error, code, "%s", strerror_r(why, words, sizeof words));
}

void kl_process_close(int *file)
{
    if (*file >= 0)
        close(*file);
    *file = -1;
}

kl_status kl_process_pipe(int ends[2], kl_error *error)
{
    int made[2];
    if (pipe2(made, O_CLOEXEC) < 0)
        return explain(errno, error);
    ends[0] = made[0];
    ends[1] = made[1];
    return KL_OK;
}

static void reap(pid_t child)
{
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
}

kl_status kl_process_start(pid_t *out, const kl_process_plan *plan, kl_error *error)
{
    int report[2], why = 0;
    KL_TRY(kl_process_pipe(report, error));
    pid_t child = start(plan, report[1]);
    if (child < 0)
        why = errno;
    close(report[1]);
    ssize_t got = 0;
    while (child > 0 && (got = read(report[0], &why, sizeof why)) < 0 && errno == EINTR) {}
    close(report[0]);
    if (child > 0 && got > 0)
        reap(child);
    if (child < 0 || got > 0)
        return explain(why, error);
    *out = child;
    return KL_OK;
}

int kl_process_end(pid_t leader)
{
    int state = 0;
    kill(-leader, SIGKILL);
    pid_t got;
    while ((got = waitpid(leader, &state, 0)) < 0 && errno == EINTR) {}
    return got == leader ? state : -1;
}

/* ---- finding ------------------------------------------------------------------------------------- */

static bool is_program(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISREG(about.st_mode) && access(path, X_OK) == 0;
}

static kl_status search(kl_value *out, const char *folders, kl_text command, kl_error *error)
{
    char path[4096];
    for (const char *at = folders, *end; *at; at = *end ? end + 1 : end) {
        end = strchrnul(at, ':');
        int len = snprintf(path, sizeof path, "%.*s/%.*s", (int)(end - at), at, KL_TEXT_ARG(command));
        if (*at == '/' && len > 0 && (size_t)len < sizeof path && is_program(path))
            return kl_string_repair(out, kl_text_from(path), error);
    }
    return explain(ENOENT, error);
}

kl_status kl_process_find(kl_value *out, kl_text command, kl_error *error)
{
    if (command.len == 0)
        return explain(ENOENT, error);
    if (memchr(command.data, '/', command.len))
        return kl_string_new(out, command, error);
    const char *folders = getenv("PATH");
    return search(out, folders && *folders ? folders : DEFAULT_PATH, command, error);
}

kl_status kl_process_strings_new(char ***out, size_t count, kl_error *error)
{
    char **made = kl_alloc_zero(count + 1, sizeof *made);
    if (!made)
        return kl_error_no_memory(error);
    *out = made;
    return KL_OK;
}

void kl_process_strings_free(char **strings)
{
    for (size_t i = 0; strings && strings[i]; i++)
        kl_free(strings[i]);
    kl_free(strings);
}
