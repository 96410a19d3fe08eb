/* src/base/tz.c - zoneinfo files: a row of changes, and a rule for the years behind the last one. */
#include "tz.h"
#include "fork.h"
#include "tz_rule.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    HEADER = 44,
    COUNTS = 20,      /* where they begin in the header */
    FILE_MAX = 65536, /* the largest of the world has less than 4 KiB */
    NAME_MAX_LEN = 64,
    OFFSET_MAX = 26 * 3600, /* RFC 9636: nobody is farther from UTC */
};

typedef struct change {
    int64_t at;
    int32_t offset; /* from then on */
} change;

struct kl_tz {
    char name[NAME_MAX_LEN + 1];
    kl_tz *next; /* of those that were found */
    int32_t before; /* offset until the first change */
    bool has_rule;  /* for what is behind the last change */
    kl_tz_rule rule;
    size_t count;
    change changes[];
};

/* ---- reading ------------------------------------------------------------------------------------- */

/* The counts of a header, in their order. */
typedef struct counts {
    uint32_t utc_flags, standard_flags, leaps, times, types, characters;
} counts;

static uint32_t big_endian_32(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t big_endian(const unsigned char *at, size_t size)
{
    if (size == 4)
        return (int32_t)big_endian_32(at);
    return (int64_t)((uint64_t)big_endian_32(at) << 32 | big_endian_32(at + 4));
}

static kl_status malformed(kl_error *error, const char *what)
{
    return kl_error_set(error, KL_INVALID, "malformed zoneinfo file: %s", what);
}

static kl_status read_header(counts *out, kl_text rest, kl_error *error)
{
    if (rest.len < HEADER || memcmp(rest.data, "TZif", 4) != 0)
        return malformed(error, "it has no header");
    const unsigned char *at = (const unsigned char *)rest.data + COUNTS;
    *out = (counts){big_endian_32(at),      big_endian_32(at + 4),  big_endian_32(at + 8),
                    big_endian_32(at + 12), big_endian_32(at + 16), big_endian_32(at + 20)};
    uint32_t all[] = {out->utc_flags, out->standard_flags, out->leaps,
                      out->times,     out->types,          out->characters};
    for (size_t i = 0; i < KL_COUNT(all); i++)
        if (all[i] > FILE_MAX)
            return malformed(error, "a count is larger than the file");
    return KL_OK;
}

static size_t block_size(const counts *c, size_t time_size)
{
    return c->times * (time_size + 1) + (size_t)c->types * 6 + c->characters +
           c->leaps * (time_size + 4) + c->standard_flags + c->utc_flags;
}

/* One block: times, then their types, then what the types are. */
static kl_status read_block(kl_tz *tz, const counts *c, const unsigned char *at, size_t time_size,
                            kl_error *error)
{
    const unsigned char *kinds = at + c->times * time_size, *types = kinds + c->times;
    for (size_t i = 0; i < c->types; i++) {
        int64_t offset = big_endian(types + 6 * i, 4);
        if (offset < -OFFSET_MAX || offset > OFFSET_MAX)
            return malformed(error, "an offset is out of range");
    }
    tz->before = (int32_t)big_endian(types, 4);
    tz->count = c->times;
    for (size_t i = 0; i < c->times; i++) {
        if (kinds[i] >= c->types)
            return malformed(error, "a change to a type that is not there");
        tz->changes[i] = (change){big_endian(at + i * time_size, time_size),
                                  (int32_t)big_endian(types + (size_t)kinds[i] * 6, 4)};
        if (i && tz->changes[i].at <= tz->changes[i - 1].at)
            return malformed(error, "its changes are not in order");
    }
    return KL_OK;
}

/* The rule stands between two line feeds behind the block of version 2 and later. */
static kl_status read_footer(kl_tz *tz, kl_text footer, kl_error *error)
{
    if (footer.len < 2 || footer.data[0] != '\n')
        return malformed(error, "it has no footer");
    const char *end = memchr(footer.data + 1, '\n', footer.len - 1);
    if (!end)
        return malformed(error, "its footer does not end");
    kl_text text = {footer.data + 1, (size_t)(end - footer.data) - 1};
    tz->has_rule = text.len > 0;
    if (tz->has_rule && !kl_tz_rule_read(&tz->rule, text))
        return malformed(error, "its rule for later years cannot be read");
    return KL_OK;
}

kl_status kl_tz_read(kl_tz **out, kl_text bytes, kl_error *error)
{
    counts c;
    size_t time_size = 4;
    KL_TRY(read_header(&c, bytes, error));
    bool has_footer = bytes.data[4] >= '2';
    if (has_footer) { /* the first block is for readers of version 1 */
        size_t skip = HEADER + block_size(&c, time_size);
        if (skip > bytes.len)
            return malformed(error, "it ends within a block");
        bytes = (kl_text){bytes.data + skip, bytes.len - skip};
        time_size = 8;
        KL_TRY(read_header(&c, bytes, error));
    }
    size_t size = HEADER + block_size(&c, time_size);
    if (size > bytes.len)
        return malformed(error, "it ends within a block");
    if (c.types == 0 || c.leaps != 0)
        return malformed(error, c.leaps ? "it counts leap seconds" : "it has no types");
    kl_tz *tz = kl_alloc_zero(1, sizeof *tz + c.times * sizeof *tz->changes);
    if (!tz)
        return kl_error_no_memory(error);
    kl_status status =
        read_block(tz, &c, (const unsigned char *)bytes.data + HEADER, time_size, error);
    if (status == KL_OK && has_footer)
        status = read_footer(tz, (kl_text){bytes.data + size, bytes.len - size}, error);
    if (status != KL_OK) {
        kl_free(tz);
        return status;
    }
    *out = tz;
    return KL_OK;
}

void kl_tz_free(kl_tz *tz) { kl_free(tz); }

/* ---- asking -------------------------------------------------------------------------------------- */

/* How many changes are at or before a time. */
static size_t changes_until(const kl_tz *tz, int64_t time)
{
    size_t low = 0, high = tz->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (tz->changes[middle].at <= time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int32_t kl_tz_offset(const kl_tz *tz, int64_t time)
{
    size_t passed = changes_until(tz, time);
    if (passed == tz->count && tz->has_rule)
        return kl_tz_rule_offset(&tz->rule, time);
    return passed ? tz->changes[passed - 1].offset : tz->before;
}

int64_t kl_tz_next(const kl_tz *tz, int64_t time)
{
    size_t passed = changes_until(tz, time);
    if (passed < tz->count)
        return tz->changes[passed].at;
    return tz->has_rule ? kl_tz_rule_next(&tz->rule, time) : INT64_MAX;
}

/* ---- by name ------------------------------------------------------------------------------------- */

static const char *const folders[] = {"/usr/share/zoneinfo", "/usr/lib/zoneinfo",
                                      "/usr/share/lib/zoneinfo", "/etc/zoneinfo"};

static kl_tz utc = {.name = "UTC"};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards `found` */
static kl_tz *found = &utc;
KL_LOCK_FOR_FORK(lock, KL_FORK_INNER)

/* A name leads to no other folder: letters, digits, '_', '-', '+', and '/' between them. */
static bool is_name(kl_text name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool is_word = is_letter || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+';
        bool divides = c == '/' && i > 0 && name.data[i - 1] != '/' && i + 1 < name.len;
        if (!is_word && !divides)
            return false;
    }
    return name.len > 0 && name.len <= NAME_MAX_LEN;
}

static kl_tz *find_in(kl_tz *first, kl_text name)
{
    while (first && !kl_text_is(name, first->name))
        first = first->next;
    return first;
}

/* Read a regular file as a whole; its length, or -1. */
static ssize_t read_file(char *to, size_t room, const char *path)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return -1;
    size_t len = 0;
    ssize_t got = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) ? 1 : -1;
    while (got > 0 && len < room) {
        got = read(fd, to + len, room - len);
        if (got > 0)
            len += (size_t)got;
        else if (got < 0 && errno == EINTR)
            got = 1;
    }
    close(fd); /* it was only read */
    return got == 0 ? (ssize_t)len : -1;
}

static kl_status load(kl_tz **out, kl_text name, kl_error *error)
{
    char path[128];
    bool any = false;
    char *bytes = kl_alloc(FILE_MAX);
    if (!bytes)
        return kl_error_no_memory(error);
    kl_status status = KL_NOT_FOUND;
    for (size_t i = 0; status == KL_NOT_FOUND && i < KL_COUNT(folders); i++) {
        any = any || access(folders[i], X_OK) == 0;
        snprintf(path, sizeof path, "%s/%.*s", folders[i], KL_TEXT_ARG(name));
        ssize_t len = read_file(bytes, FILE_MAX, path);
        if (len >= 0)
            status = kl_tz_read(out, (kl_text){bytes, (size_t)len}, error);
    }
    kl_free(bytes);
    if (status == KL_NOT_FOUND)
        return kl_error_set(error, KL_INVALID, "unknown time zone '%.*s'%s", KL_TEXT_ARG(name),
                            any ? "; expected a name such as Europe/Berlin, or UTC"
                                : ": the zoneinfo files of the system are missing (package tzdata)");
    if (status == KL_INVALID)
        kl_error_prefix(error, "time zone '%.*s': ", KL_TEXT_ARG(name));
    return status;
}

/* Two threads may have loaded the same: the first one stays. */
static const kl_tz *remember(kl_tz *loaded, kl_text name)
{
    memcpy(loaded->name, name.data, name.len);
    pthread_mutex_lock(&lock);
    kl_tz *known = find_in(found, name);
    if (!known) {
        loaded->next = found;
        found = loaded;
    }
    pthread_mutex_unlock(&lock);
    if (known)
        kl_tz_free(loaded);
    return known ? known : loaded;
}

kl_status kl_tz_find(const kl_tz **out, kl_text name, kl_error *error)
{
    if (!is_name(name))
        return kl_error_set(error, KL_INVALID,
                            "unknown time zone '%.*s'; expected a name such as Europe/Berlin, or UTC",
                            (int)KL_MIN(name.len, NAME_MAX_LEN), name.data);
    pthread_mutex_lock(&lock);
    kl_tz *tz = find_in(found, name);
    pthread_mutex_unlock(&lock);
    if (!tz) {
        KL_TRY(load(&tz, name, error));
        *out = remember(tz, name);
        return KL_OK;
    }
    *out = tz;
    return KL_OK;
}
