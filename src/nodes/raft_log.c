/* src/nodes/raft_log.c - see raft_log.h.
 *
 *   a1b2c3d4e5f60718 {"raft":1,...}                      whose file it is
 *   ................ {"term":3,"vote":1}                 vote: null = for none
 *   ................ {"index":7,"term":3,"command":...}  entries from 7 on, if there were any, are gone
 */
#include "raft_log.h"
#include "buffer.h"
#include "crypto/blake3.h"
#include "kailash/json.h"
#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SUM_LEN = 16 };

struct kl_raft_log {
    char *path;
    int file;
    off_t size;
    bool failed; /* what stands at the end is not known */
    uint64_t term;
    uint32_t voted_for;
    kl_raft_entry *entries; /* what was restored, until the first save */
    size_t count, room;
};

static kl_status fail(const kl_raft_log *log, const char *action, kl_error *error)
{
    return kl_error_set(error, KL_IO, "cannot %s the state file '%s': %s", action, log->path,
                        strerror(errno));
}

/* ---- writing ------------------------------------------------------------------------------------- */

static void sum_of(char out[SUM_LEN], kl_text json)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char hash[KL_BLAKE3_LEN];
    kl_blake3(hash, json);
    for (size_t i = 0; i < SUM_LEN; i++)
        out[i] = digits[hash[i / 2] >> (i % 2 ? 0 : 4) & 15];
}

static void add_line(kl_buffer *to, kl_text json)
{
    char sum[SUM_LEN];
    sum_of(sum, json);
    kl_buffer_add(to, (kl_text){sum, SUM_LEN});
    kl_buffer_byte(to, ' ');
    kl_buffer_add(to, json);
    kl_buffer_byte(to, '\n');
}

static void add_term(kl_buffer *to, uint64_t term, uint32_t voted_for)
{
    kl_buffer line = KL_BUFFER_INIT;
    kl_buffer_format(&line, "{\"term\":%llu,\"vote\":", (unsigned long long)term);
    if (voted_for == KL_RAFT_NOBODY)
        kl_buffer_string(&line, "null}");
    else
        kl_buffer_format(&line, "%u}", voted_for);
    if (line.status != KL_OK)
        to->status = line.status;
    add_line(to, kl_buffer_text(&line));
    kl_buffer_free(&line);
}

static kl_status add_entry(kl_buffer *to, size_t index, const kl_raft_entry *entry, kl_error *error)
{
    kl_value command;
    kl_buffer line = KL_BUFFER_INIT;
    KL_TRY(kl_json_print(&command, entry->command, &kl_json_plain, error));
    kl_buffer_format(&line, "{\"index\":%zu,\"term\":%llu,\"command\":", index,
                     (unsigned long long)entry->term);
    kl_buffer_add(&line, kl_as_text(command));
    kl_buffer_byte(&line, '}');
    if (line.status != KL_OK)
        to->status = line.status;
    add_line(to, kl_buffer_text(&line));
    kl_buffer_free(&line);
    kl_value_release(command);
    return KL_OK;
}

/* Append and wait for the disk. After a failure nobody knows what the file holds at its end, so nothing is
 * written any more: who opens it again reads what is there. */
static kl_status append(kl_raft_log *log, kl_text bytes, kl_error *error)
{
    while (bytes.len > 0) {
        ssize_t count = pwrite(log->file, bytes.data, bytes.len, log->size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            log->failed = true;
            return fail(log, "write", error);
        }
        log->size += count;
        bytes = (kl_text){bytes.data + count, bytes.len - (size_t)count};
    }
    if (fdatasync(log->file) == 0)
        return KL_OK;
    log->failed = true;
    return fail(log, "write", error);
}

static void forget(kl_raft_log *log)
{
    while (log->count > 0)
        kl_value_release(log->entries[--log->count].command);
    kl_free(log->entries);
    log->entries = NULL;
    log->room = 0;
}

kl_status kl_raft_log_save(void *data, const kl_raft_saved *saved, size_t from, kl_error *error)
{
    kl_raft_log *log = data;
    kl_buffer lines = KL_BUFFER_INIT;
    kl_status status = KL_OK;
    if (log->failed)
        return kl_error_set(error, KL_STATE, "the state file '%s' could not be written", log->path);
    forget(log);
    if (saved->term != log->term || saved->voted_for != log->voted_for)
        add_term(&lines, saved->term, saved->voted_for);
    for (size_t i = from; i <= saved->entry_count && status == KL_OK; i++)
        status = add_entry(&lines, i, &saved->entries[i - 1], error);
    if (status == KL_OK && lines.status != KL_OK)
        status = kl_error_no_memory(error);
    if (status == KL_OK)
        status = append(log, kl_buffer_text(&lines), error);
    kl_buffer_free(&lines);
    if (status == KL_OK) {
        log->term = saved->term;
        log->voted_for = saved->voted_for;
    }
    return status;
}

/* ---- reading ------------------------------------------------------------------------------------- */

static kl_status damaged(const kl_raft_log *log, size_t at, kl_error *error)
{
    return kl_error_set(error, KL_STATE, "the state file '%s' is damaged at byte %zu", log->path, at);
}

static kl_status take_term(kl_raft_log *log, kl_value line)
{
    kl_value vote = kl_map_get(line, KL_TEXT("vote"));
    log->term = (uint64_t)kl_as_int(kl_map_get(line, KL_TEXT("term")));
    log->voted_for = kl_is_null(vote) ? KL_RAFT_NOBODY : (uint32_t)kl_as_int(vote);
    return KL_OK;
}

static kl_status take_entry(bool *good, kl_raft_log *log, kl_value line, kl_error *error)
{
    size_t index = (size_t)kl_as_int(kl_map_get(line, KL_TEXT("index")));
    *good = index > 0 && index <= log->count + 1;
    if (!*good)
        return KL_OK;
    while (log->count >= index)
        kl_value_release(log->entries[--log->count].command);
    if (log->count == log->room) {
        kl_raft_entry *larger = kl_realloc(log->entries, (2 * log->room + 64) * sizeof *larger);
        if (!larger)
            return kl_error_no_memory(error);
        log->entries = larger;
        log->room = 2 * log->room + 64;
    }
    log->entries[log->count++] =
        (kl_raft_entry){(uint64_t)kl_as_int(kl_map_get(line, KL_TEXT("term"))),
                        kl_value_retain(kl_map_get(line, KL_TEXT("command")))};
    return KL_OK;
}

/* Whether `line` (without its end) is whole: "SUM JSON". */
static bool is_whole(kl_text *json, kl_text line)
{
    char sum[SUM_LEN];
    if (line.len <= SUM_LEN + 1 || line.data[SUM_LEN] != ' ')
        return false;
    *json = (kl_text){line.data + SUM_LEN + 1, line.len - SUM_LEN - 1};
    sum_of(sum, *json);
    return memcmp(sum, line.data, SUM_LEN) == 0;
}

static kl_status take_line(bool *good, kl_raft_log *log, kl_text json, kl_error *error)
{
    kl_value line;
    kl_error why = KL_ERROR_INIT;
    *good = true;
    kl_status status = kl_json_parse(&line, json, &why);
    if (status != KL_OK) {
        *good = false;
        status = status == KL_NO_MEMORY ? kl_error_no_memory(error) : KL_OK;
        kl_error_clear(&why);
        return status;
    }
    if (kl_map_has(line, KL_TEXT("index")))
        status = take_entry(good, log, line, error);
    else
        status = take_term(log, line);
    kl_value_release(line);
    return status;
}

/* Is there a whole line in what follows one that is not? Then it was not a crash that cut it. */
static bool goes_on(kl_text rest)
{
    kl_text json;
    const char *end;
    while (rest.len > 0 && (end = memchr(rest.data, '\n', rest.len)) != NULL) {
        size_t len = (size_t)(end - rest.data);
        if (is_whole(&json, (kl_text){rest.data, len}))
            return true;
        rest = (kl_text){end + 1, rest.len - len - 1};
    }
    return false;
}

/* `*used` is where the whole lines end. */
static kl_status take_lines(size_t *used, kl_raft_log *log, kl_text text, kl_text owner, kl_error *error)
{
    const char *end;
    size_t at = 0;
    while (at < text.len && (end = memchr(text.data + at, '\n', text.len - at)) != NULL) {
        size_t len = (size_t)(end - text.data) - at;
        kl_text json;
        bool good = is_whole(&json, (kl_text){text.data + at, len});
        if (!good)
            break;
        if (at == 0 && !kl_text_equal(json, owner))
            return kl_error_set(error, KL_STATE, "the state file '%s' belongs to another member: %.*s",
                                log->path, (int)KL_MIN(json.len, 300), json.data);
        if (at > 0)
            KL_TRY(take_line(&good, log, json, error));
        if (!good)
            return damaged(log, at, error);
        at += len + 1;
    }
    if (goes_on((kl_text){text.data + at, text.len - at}) || (at == 0 && text.len > 0 &&
                                                              memchr(text.data, '\n', text.len)))
        return damaged(log, at, error);
    *used = at;
    return KL_OK;
}

/* A new file is there after a crash only when its folder says so too. */
static kl_status sync_folder(const kl_raft_log *log, kl_error *error)
{
    char *copy = kl_strdup(kl_text_from(log->path));
    if (!copy)
        return kl_error_no_memory(error);
    int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    kl_free(copy);
    bool good = folder >= 0 && fsync(folder) == 0;
    kl_status status = good ? KL_OK : fail(log, "write the folder of", error);
    if (folder >= 0)
        close(folder);
    return status;
}

static kl_status begin_file(kl_raft_log *log, kl_text owner, kl_error *error)
{
    kl_buffer line = KL_BUFFER_INIT;
    add_line(&line, owner);
    kl_status status = line.status == KL_OK ? append(log, kl_buffer_text(&line), error)
                                            : kl_error_no_memory(error);
    kl_buffer_free(&line);
    return status == KL_OK ? sync_folder(log, error) : status;
}

static kl_status read_file(kl_raft_log *log, kl_text owner, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    size_t used = 0;
    kl_status status = kl_file_read(&text, kl_text_from(log->path), NULL, error);
    if (status == KL_OK && text.status != KL_OK)
        status = kl_error_no_memory(error);
    if (status == KL_OK)
        status = take_lines(&used, log, kl_buffer_text(&text), owner, error);
    bool torn = status == KL_OK && used < text.len;
    kl_buffer_free(&text);
    log->size = (off_t)used;
    if (torn && ftruncate(log->file, log->size) != 0)
        status = fail(log, "mend", error);
    return status == KL_OK && !used ? begin_file(log, owner, error) : status;
}

static kl_status open_file(kl_raft_log *log, kl_error *error)
{
    struct stat about;
    log->file = open(log->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (log->file < 0 || fstat(log->file, &about) != 0)
        return fail(log, "open", error);
    if (!S_ISREG(about.st_mode))
        return kl_error_set(error, KL_IO, "the state file '%s' is no regular file", log->path);
    if (flock(log->file, LOCK_EX | LOCK_NB) == 0)
        return KL_OK;
    return errno == EWOULDBLOCK
               ? kl_error_set(error, KL_STATE, "the state file '%s' is in use by another member",
                              log->path)
               : fail(log, "lock", error);
}

kl_status kl_raft_log_open(kl_raft_log **out, kl_text path, kl_text owner, kl_error *error)
{
    kl_raft_log *log = kl_alloc(sizeof *log);
    if (!log)
        return kl_error_no_memory(error);
    *log = (kl_raft_log){.path = kl_strdup(path), .file = -1, .voted_for = KL_RAFT_NOBODY};
    kl_status status = log->path ? open_file(log, error) : kl_error_no_memory(error);
    if (status == KL_OK)
        status = read_file(log, owner, error);
    if (status == KL_OK)
        *out = log;
    else
        kl_raft_log_close(log);
    return status;
}

kl_raft_saved kl_raft_log_restored(const kl_raft_log *log)
{
    return (kl_raft_saved){log->term, log->voted_for, log->entries, log->count};
}

void kl_raft_log_close(kl_raft_log *log)
{
    if (!log)
        return;
    forget(log);
    if (log->file >= 0)
        close(log->file);
    kl_free(log->path);
    kl_free(log);
}
