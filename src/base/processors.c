/* src/base/processors.c - see processors.h. */
#include "processors.h"
#include "kailash/log.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- control groups -------------------------------------------------------------------------------------- */

size_t kl_processors_of_quota(const char *text)
{
    long long quota, period;
    if (sscanf(text, "%lld %lld", &quota, &period) != 2 || quota <= 0 || period <= 0)
        return 0; /* "max 100000", "-1 100000" */
    return (size_t)((quota + period - 1) / period);
}

/* The first line of a file, without its end; false when there is no such file. */
static bool read_line(char *to, size_t size, const char *path)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    bool got = fgets(to, (int)size, file) != NULL;
    fclose(file);
    if (got)
        to[strcspn(to, "\n")] = '\0';
    return got;
}

/* The tightest limit of the group and of all that it lies in; `path` is cut step by step. */
static size_t quota_of_groups(char *path)
{
    size_t least = 0;
    for (;;) {
        char file[4200], text[128];
        snprintf(file, sizeof file, "/sys/fs/cgroup%s/cpu.max", path);
        size_t limit = read_line(text, sizeof text, file) ? kl_processors_of_quota(text) : 0;
        if (limit && (!least || limit < least))
            least = limit;
        char *slash = strrchr(path, '/');
        if (!slash)
            return least;
        *slash = '\0';
    }
}

/* Version 1 keeps the two numbers in two files. */
static size_t quota_of_old_groups(void)
{
    char quota[64], period[64], both[130];
    if (!read_line(quota, sizeof quota, "/sys/fs/cgroup/cpu/cpu.cfs_quota_us") ||
        !read_line(period, sizeof period, "/sys/fs/cgroup/cpu/cpu.cfs_period_us"))
        return 0;
    snprintf(both, sizeof both, "%s %s", quota, period);
    return kl_processors_of_quota(both);
}

static size_t quota(void)
{
    char line[4096];
    if (read_line(line, sizeof line, "/proc/self/cgroup") && strncmp(line, "0::/", 4) == 0) {
        char *path = line + 3;
        if (path[1] == '\0')
            path[0] = '\0';
        return quota_of_groups(path);
    }
    return quota_of_old_groups();
}

/* ---- all together ------------------------------------------------------------------------------------------ */

static size_t wanted_by_user(void)
{
    const char *text = secure_getenv("KAILASH_NUM_THREADS");
    if (!text || !*text)
        return 0;
    char *end;
    long wanted = strtol(text, &end, 10);
    if (*end == '\0' && wanted >= 1)
        return (size_t)wanted;
    KL_LOG(KL_LOG_WARN, "kailash",
           "KAILASH_NUM_THREADS is '%s'; expected a number of threads, 1 or more", text);
    return 0;
}

static size_t allowed(void)
{
    cpu_set_t set;
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    size_t count = sched_getaffinity(0, sizeof set, &set) == 0 ? (size_t)CPU_COUNT(&set)
                                                              : (size_t)KL_MAX(online, 1);
    size_t limit = quota();
    return limit ? KL_MIN(limit, count) : count;
}

size_t kl_processors(void)
{
    static size_t known; /* atomic; threads that ask at the same time find the same */
    size_t count = __atomic_load_n(&known, __ATOMIC_RELAXED);
    if (count)
        return count;
    count = wanted_by_user();
    if (!count)
        count = allowed();
    count = KL_MIN(KL_MAX(count, 1), KL_PROCESSORS_MAX);
    __atomic_store_n(&known, count, __ATOMIC_RELAXED);
    return count;
}
