/* src/trust_plane/shadow_file.c - see shadow_file.h. */
#include "shadow_file.h"
#include "canonical.h"
#include "folder_parts.h"
#include "eatp/fault.h"
#include "eatp/keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "shadow/records"
#define NONE "0000000000000000000000000000000000000000000000000000000000000000"
enum { HASH = 64, LINES_LEAST = 64, LINES_MOST = 4096, SIZE_MOST = 8 << 20 };

struct kl_shadow_file {
    kl_trust_folder *folder;
    size_t keep, lines_most;
    kl_gate gate;         /* guards what follows */
    int descriptor;       /* of the newest file; -1 = not open */
    uint64_t number;      /* its name */
    size_t lines;
    off_t size;           /* up to which the two below are known */
    char last[HASH + 1];  /* hash of the last line */
};

/* ---- files and their numbers ----------------------------------------------------------------------------- */

static uint64_t number_of(kl_text name)
{
    char digits[24];
    const char *dot = memchr(name.data, '.', name.len);
    size_t len = dot ? (size_t)(dot - name.data) : name.len;
    if (!len || len >= sizeof digits || strspn(name.data, "0123456789") < len)
        return 0;
    memcpy(digits, name.data, len);
    digits[len] = '\0';
    return strtoull(digits, NULL, 10);
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* All numbers, ascending; the caller frees them. */
static kl_status numbers(uint64_t **out, size_t *count, const kl_trust_folder *folder,
                         kl_error *error)
{
    kl_value names = kl_null();
    KL_TRY(kl_trust_list(&names, folder, FOLDER, ".jsonl", error));
    size_t length = kl_array_len(names);
    uint64_t *made = kl_alloc((length + 1) * sizeof *made);
    if (!made) {
        kl_value_release(names);
        return kl_error_no_memory(error);
    }
    *count = 0;
    for (size_t i = 0; i < length; i++) {
        uint64_t number = number_of(kl_as_text(kl_array_at(names, i)));
        if (number)
            made[(*count)++] = number;
    }
    kl_value_release(names);
    qsort(made, *count, sizeof *made, by_number);
    *out = made;
    return KL_OK;
}

static kl_text name_of(char to[32], uint64_t number)
{
    int len = snprintf(to, 32, "%llu.jsonl", (unsigned long long)number);
    return (kl_text){to, (size_t)len};
}

/* ---- lines ----------------------------------------------------------------------------------------------- */

/* SHA-256 of the hash before and the record in family B. */
static kl_status hash_line(char out[HASH + 1], const char *before, kl_value map, kl_error *error)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    kl_buffer_string(&bytes, before);
    kl_status status = kl_trust_canonical_add(&bytes, map, error);
    if (status == KL_OK)
        status = kl_sha256_hex(out, kl_buffer_text(&bytes), error);
    kl_buffer_free(&bytes);
    return status;
}

/* The line of a record, with its hash and a line end; the hash alone in `hash`. */
static kl_status make_line(kl_value *out, char hash[HASH + 1], const char *before, kl_value record,
                           kl_error *error)
{
    kl_value map = kl_null(), text = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_object_to_map(&map, record.as.object, error));
    KL_TRY_OUT(hash_line(hash, before, map, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("hash"), (kl_text){hash, HASH}, error));
    KL_TRY_OUT(kl_json_print(&text, map, &kl_json_plain, error));
    KL_TRY_OUT(kl_string_format(out, error, "%s\n", kl_as_text(text).data));
out:
    kl_value_release(map);
    kl_value_release(text);
    return status;
}

/* A line as a record; `problem` says what is wrong with it. `last` becomes the hash that it tells. */
static kl_status read_line(kl_value *out, const char **problem, char last[HASH + 1], kl_text line,
                           kl_error *error)
{
    kl_value map = kl_null(), bare = kl_null();
    char hash[HASH + 1];
    kl_status status = kl_trust_parse(&map, line, NULL);
    *out = kl_null();
    *problem = "is no JSON object";
    if (status != KL_OK)
        return status == KL_NO_MEMORY ? kl_error_no_memory(error) : KL_OK;
    kl_text told = kl_as_text(kl_map_get(map, KL_TEXT("hash")));
    bare = kl_value_retain(map);
    KL_TRY_OUT(kl_map_remove(&bare, KL_TEXT("hash"), error));
    KL_TRY_OUT(hash_line(hash, last, bare, error));
    *problem = NULL;
    if (told.len != HASH || memcmp(told.data, hash, HASH) != 0)
        *problem = "is not what was written";
    memcpy(last, told.len == HASH ? told.data : hash, HASH);
    status = kl_shadow_record_read(out, bare, NULL);
    if (status != KL_OK && status != KL_NO_MEMORY) {
        *problem = "is no record";
        status = KL_OK;
    }
out:
    kl_value_release(map);
    kl_value_release(bare);
    return status;
}

/* Whether the line is written as we write: else it was changed in blanks. */
static bool is_plain(kl_text line)
{
    kl_value map = kl_null(), text = kl_null();
    bool plain = kl_trust_parse(&map, line, NULL) == KL_OK &&
                 kl_json_print(&text, map, &kl_json_plain, NULL) == KL_OK &&
                 kl_text_equal(kl_as_text(text), line);
    kl_value_release(map);
    kl_value_release(text);
    return plain;
}

static kl_status read_lines(kl_text bytes, kl_text name, kl_shadow_line *each, void *data,
                            kl_error *error)
{
    char last[HASH + 1] = NONE;
    for (size_t line = 1; bytes.len; line++) {
        const char *end = memchr(bytes.data, '\n', bytes.len), *problem;
        size_t len = end ? (size_t)(end - bytes.data) : bytes.len;
        kl_value record = kl_null();
        KL_TRY(read_line(&record, &problem, last, (kl_text){bytes.data, len}, error));
        if (!problem && (!end || !is_plain((kl_text){bytes.data, len})))
            problem = end ? "is not written as it was" : "has no end";
        kl_status status = each(data, name, line, record, problem, error);
        kl_value_release(record);
        KL_TRY(status);
        len += end != NULL;
        bytes = (kl_text){bytes.data + len, bytes.len - len};
    }
    return KL_OK;
}

kl_status kl_shadow_file_read(const kl_trust_folder *folder, kl_shadow_line *each, void *data,
                              kl_error *error)
{
    uint64_t *all = NULL;
    size_t count = 0;
    KL_TRY(numbers(&all, &count, folder, error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < count && status == KL_OK; i++) {
        char room[32];
        kl_value bytes = kl_null();
        kl_text name = name_of(room, all[i]);
        kl_error why = KL_ERROR_INIT;
        status = kl_trust_read(&bytes, NULL, folder, FOLDER, name, &why);
        if (status == KL_NOT_FOUND) /* its records grew too old meanwhile */
            status = KL_OK;
        else if (status == KL_OK)
            status = read_lines(kl_as_text(bytes), name, each, data, error);
        else if (status != KL_NO_MEMORY)
            status = each(data, name, 0, kl_null(), kl_error_message(&why), error);
        kl_error_clear(&why);
        kl_value_release(bytes);
    }
    kl_free(all);
    return status;
}

/* ---- writing --------------------------------------------------------------------------------------------- */

/* The parent's lock on an open file is also that of its copy here: another one is opened. */
static void forked(void *data, bool torn)
{
    (void)torn; /* whatever it says, it is read anew */
    kl_shadow_file *file = data;
    if (file->descriptor >= 0)
        close(file->descriptor);
    file->descriptor = -1;
}

kl_status kl_shadow_file_new(kl_shadow_file **out, kl_trust_folder *folder, size_t keep,
                             kl_error *error)
{
    kl_shadow_file *file = kl_alloc_zero(1, sizeof *file);
    if (!file)
        return kl_error_no_memory(error);
    file->folder = kl_trust_folder_retain(folder);
    file->keep = keep;
    file->lines_most = KL_MIN(KL_MAX(keep / 4, (size_t)LINES_LEAST), (size_t)LINES_MOST);
    file->descriptor = -1;
    kl_gate_init(&file->gate, forked, file);
    *out = file;
    return KL_OK;
}

void kl_shadow_file_free(kl_shadow_file *file)
{
    if (!file)
        return;
    kl_gate_end(&file->gate);
    if (file->descriptor >= 0)
        close(file->descriptor);
    kl_trust_folder_release(file->folder);
    kl_free(file);
}

static void close_file(kl_shadow_file *file)
{
    if (file->descriptor >= 0) {
        (void)flock(file->descriptor, LOCK_UN);
        close(file->descriptor);
    }
    file->descriptor = -1;
}

static kl_status open_number(kl_shadow_file *file, uint64_t number, bool create, kl_error *error)
{
    char room[32];
    KL_TRY(kl_trust_open_append(&file->descriptor, file->folder, FOLDER, name_of(room, number),
                                create, error));
    file->number = number;
    file->lines = 0;
    file->size = 0;
    memcpy(file->last, NONE, sizeof file->last);
    return KL_OK;
}

/* The newest file, or the first one. Somebody else may make or remove one at the same time. */
static kl_status open_newest(kl_shadow_file *file, kl_error *error)
{
    enum { TRIES = 100 };
    kl_status status = KL_STATE;
    for (int i = 0; i < TRIES && (status == KL_STATE || status == KL_NOT_FOUND); i++) {
        uint64_t *all = NULL;
        size_t count = 0;
        KL_TRY(numbers(&all, &count, file->folder, error));
        uint64_t newest = count ? all[count - 1] : 0;
        kl_free(all);
        if (error)
            kl_error_clear(error);
        status = open_number(file, newest ? newest : 1, !newest, error);
    }
    return status;
}

static void count_lines(kl_shadow_file *file, kl_text bytes)
{
    kl_text line = {bytes.data, 0};
    for (size_t i = 0, start = 0; i < bytes.len; i++) {
        if (bytes.data[i] != '\n')
            continue;
        line = (kl_text){bytes.data + start, i - start};
        start = i + 1;
        file->lines++;
    }
    kl_value map = kl_null();
    if (line.len && kl_trust_parse(&map, line, NULL) == KL_OK) {
        kl_text told = kl_as_text(kl_map_get(map, KL_TEXT("hash")));
        if (told.len == HASH)
            memcpy(file->last, told.data, HASH);
    }
    kl_value_release(map);
}

/* Under the file's lock: what others wrote behind what we know. */
static kl_status catch_up(kl_shadow_file *file, kl_error *error)
{
    struct stat facts;
    kl_value bytes = kl_null();
    char *room;
    if (fstat(file->descriptor, &facts) < 0 || facts.st_size < file->size ||
        facts.st_size > 2 * SIZE_MOST)
        return kl_error_set(error, KL_IO, "I/O error: a file of shadow records was changed");
    size_t more = (size_t)(facts.st_size - file->size);
    if (!more)
        return KL_OK;
    KL_TRY(kl_bytes_room(&bytes, &room, more, error));
    bool read = pread(file->descriptor, room, more, file->size) == (ssize_t)more;
    if (read)
        count_lines(file, kl_as_text(bytes));
    bool ended = read && room[more - 1] == '\n';
    kl_value_release(bytes);
    if (!read || (!ended && write(file->descriptor, "\n", 1) != 1))
        return kl_error_set(error, KL_IO, "I/O error: a file of shadow records cannot be read");
    file->size = facts.st_size + !ended;
    return KL_OK;
}

/* Files that hold nothing but records that are too old. */
static void remove_old(kl_shadow_file *file)
{
    uint64_t *all = NULL;
    size_t count = 0, kept = file->keep / file->lines_most + 2;
    if (numbers(&all, &count, file->folder, NULL) != KL_OK)
        return; /* the next time, then */
    for (size_t i = 0; i + kept < count; i++) {
        char room[32];
        (void)kl_trust_remove(file->folder, FOLDER, name_of(room, all[i]), NULL);
    }
    kl_free(all);
}

/* An open, locked, up to date file with room for a line. */
static kl_status ready(kl_shadow_file *file, kl_error *error)
{
    for (;;) {
        if (file->descriptor < 0)
            KL_TRY(open_newest(file, error));
        while (flock(file->descriptor, LOCK_EX) < 0)
            if (errno != EINTR)
                return kl_error_set(error, KL_IO, "I/O error: a file of shadow records cannot be locked");
        KL_TRY(catch_up(file, error));
        if (file->lines < file->lines_most && file->size < SIZE_MOST)
            return KL_OK;
        uint64_t next = file->number + 1;
        close_file(file);
        kl_status status = open_number(file, next, true, error);
        if (status == KL_OK) {
            remove_old(file);
            continue;
        }
        if (status != KL_STATE)
            return status;
        if (error)
            kl_error_clear(error); /* somebody else made it */
        KL_TRY(open_number(file, next, false, error));
    }
}

static kl_status append(kl_shadow_file *file, kl_value record, kl_error *error)
{
    kl_value line = kl_null();
    char hash[HASH + 1];
    KL_TRY(ready(file, error));
    KL_TRY(make_line(&line, hash, file->last, record, error));
    kl_text text = kl_as_text(line);
    bool written = write(file->descriptor, text.data, text.len) == (ssize_t)text.len;
    int code = errno;
    kl_value_release(line);
    if (!written) /* what was written of it is ended by the next */
        return kl_trust_io_error(error, code, "write", file->folder, FOLDER, KL_TEXT(""));
    memcpy(file->last, hash, sizeof file->last);
    file->size += (off_t)text.len;
    file->lines++;
    (void)flock(file->descriptor, LOCK_UN);
    return KL_OK;
}

kl_status kl_shadow_file_add(kl_shadow_file *file, kl_value record, kl_error *error)
{
    (void)kl_gate_enter(&file->gate, KL_TIME_NONE);
    kl_status status = append(file, record, error);
    if (status != KL_OK)
        close_file(file);
    kl_gate_leave(&file->gate);
    return status;
}
