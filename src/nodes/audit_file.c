/* src/nodes/audit_file.c - an audit log in a file of JSON lines; see audit_log.h. */
#include "audit_log.h"
#include "buffer.h"
#include "kailash/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct audit_file {
    int descriptor;
    FILE *stream; /* of the descriptor, to read lines */
    off_t size;   /* before anything was appended */
} audit_file;

/* Longest line: an entry of the largest text there is, escaped. */
enum { LINE_MAX_BYTES = 1 << 28 };

static kl_status fail(const char *action, kl_error *error)
{
    return kl_node_failed(error, "cannot %s the audit file: %s", action, strerror(errno));
}

/* ---- lines --------------------------------------------------------------------------------------- */

typedef struct line {
    char *data; /* of getline() */
    size_t room;
    kl_value parsed, text; /* a map, and the canonical text of its entry */
} line;

static void line_clear(line *l)
{
    kl_value_release(kl_value_take(&l->parsed));
    kl_value_release(kl_value_take(&l->text));
}

/* The entry is printed again: what was signed is its canonical form. What is no JSON is left as it is,
 * without a signature. */
static kl_status parse(line *l, kl_text text, kl_error *error)
{
    line_clear(l);
    kl_status status = kl_json_parse_with(&l->parsed, text, KL_JSON_UNIQUE_KEYS, error);
    if (status == KL_OK)
        status = kl_json_print(&l->text, kl_map_get(l->parsed, KL_TEXT("entry")), &kl_json_canonical_b,
                               error);
    if (status == KL_OK || status == KL_NO_MEMORY)
        return status;
    kl_error_clear(error);
    line_clear(l);
    return kl_string_repair(&l->text, text, error);
}

/* ---- the sink ------------------------------------------------------------------------------------ */

static kl_status read_lines(void *self, kl_audit_visit *visit, void *data, kl_error *error)
{
    audit_file *file = self;
    line l = {0};
    kl_status status = KL_OK;
    ssize_t len;
    rewind(file->stream);
    while (status == KL_OK && (len = getline(&l.data, &l.room, file->stream)) > 0) {
        size_t used = (size_t)len - (l.data[len - 1] == '\n');
        status = used > LINE_MAX_BYTES ? kl_node_limit(error, "line", LINE_MAX_BYTES, "bytes")
                                       : parse(&l, (kl_text){l.data, used}, error);
        if (status == KL_OK)
            status = visit(data, kl_as_text(l.text),
                           kl_as_text(kl_map_get(l.parsed, KL_TEXT("signature"))), error);
    }
    if (status == KL_OK && ferror(file->stream))
        status = fail("read", error);
    line_clear(&l);
    free(l.data);
    return status;
}

/* Where the last line begins, of a file that ends in a line's end. */
static kl_status find_last(off_t *out, const audit_file *file, kl_error *error)
{
    char block[4096];
    off_t end = file->size - 1; /* the last byte is that line's own end */
    while (end > 0) {
        size_t len = (size_t)KL_MIN(end, (off_t)sizeof block);
        if (pread(file->descriptor, block, len, end - (off_t)len) != (ssize_t)len)
            return fail("read", error);
        const char *found = memrchr(block, '\n', len);
        if (found) {
            *out = end - (off_t)len + (found - block) + 1;
            return KL_OK;
        }
        end -= (off_t)len;
    }
    *out = 0;
    return KL_OK;
}

static kl_status read_last(line *l, const audit_file *file, kl_error *error)
{
    off_t start;
    KL_TRY(find_last(&start, file, error));
    size_t len = (size_t)(file->size - start);
    if (len > LINE_MAX_BYTES)
        return kl_node_limit(error, "line", LINE_MAX_BYTES, "bytes");
    char *text = kl_alloc(len);
    if (!text)
        return kl_error_no_memory(error);
    kl_status status = pread(file->descriptor, text, len, start) == (ssize_t)len
                           ? KL_OK : fail("read", error);
    if (status == KL_OK && text[len - 1] != '\n')
        status = kl_node_failed(error, "the audit file ends within an entry");
    if (status == KL_OK)
        status = parse(l, (kl_text){text, len - 1}, error);
    kl_free(text);
    return status;
}

static kl_status last(void *self, int64_t *number, char signature[KL_AUDIT_SIGNATURE_LEN + 1],
                      kl_error *error)
{
    const audit_file *file = self;
    line l = {0};
    *number = 0;
    signature[0] = '\0';
    if (file->size == 0)
        return KL_OK;
    kl_status status = read_last(&l, file, error);
    if (status == KL_OK) {
        kl_value entry = kl_map_get(l.parsed, KL_TEXT("entry"));
        kl_text found = kl_as_text(kl_map_get(l.parsed, KL_TEXT("signature")));
        size_t len = KL_MIN(found.len, (size_t)KL_AUDIT_SIGNATURE_LEN);
        *number = kl_as_int(kl_map_get(entry, KL_TEXT("sequence")));
        if (*number < 1)
            status = kl_node_failed(error, "the last line of the audit file is no entry");
        memcpy(signature, found.data, len);
        signature[len] = '\0';
    }
    line_clear(&l);
    return status;
}

static kl_status write_all(int descriptor, kl_text bytes, kl_error *error)
{
    while (bytes.len) {
        ssize_t len = write(descriptor, bytes.data, bytes.len);
        if (len < 0 && errno != EINTR)
            return fail("write", error);
        len = KL_MAX(len, 0);
        bytes = (kl_text){bytes.data + len, bytes.len - (size_t)len};
    }
    return KL_OK;
}

static kl_status append(void *self, int64_t number, kl_value text, kl_value signature, kl_error *error)
{
    audit_file *file = self;
    kl_buffer to = KL_BUFFER_INIT;
    (void)number;
    kl_buffer_string(&to, "{\"entry\":");
    kl_buffer_add(&to, kl_as_text(text));
    kl_buffer_string(&to, ",\"signature\":\"");
    kl_buffer_add(&to, kl_as_text(signature));
    kl_buffer_string(&to, "\"}\n");
    kl_status status = to.status == KL_OK ? write_all(file->descriptor, kl_buffer_text(&to), error)
                                          : kl_error_no_memory(error);
    if (status == KL_OK && fsync(file->descriptor) < 0)
        status = fail("write", error);
    kl_buffer_free(&to);
    return status;
}

/* A line that was written in part is taken back. */
static kl_status end(void *self, kl_status status, kl_error *error)
{
    audit_file *file = self;
    (void)error;
    if (status != KL_OK && lseek(file->descriptor, 0, SEEK_END) > file->size)
        (void)!ftruncate(file->descriptor, file->size);
    fclose(file->stream); /* lets the lock go, too */
    kl_free(file);
    return status;
}

static const kl_audit_sink sink_of_file = {last, append, read_lines, end};

static kl_status open_stream(audit_file *file, kl_text path, bool write, kl_error *error)
{
    struct stat facts;
    int flags = (write ? O_RDWR | O_APPEND | O_CREAT : O_RDONLY) | O_CLOEXEC;
    file->descriptor = open(path.data, flags, 0600);
    if (file->descriptor < 0)
        return fail("open", error);
    file->stream = fdopen(file->descriptor, write ? "a+" : "r");
    if (!file->stream) {
        close(file->descriptor);
        return fail("open", error);
    }
    bool good = flock(file->descriptor, write ? LOCK_EX : LOCK_SH) == 0 &&
                fstat(file->descriptor, &facts) == 0;
    if (good && S_ISREG(facts.st_mode)) {
        file->size = facts.st_size;
        return KL_OK;
    }
    kl_status status = good ? kl_node_failed(error, "the audit file is no regular file")
                            : fail("lock", error);
    fclose(file->stream);
    return status;
}

kl_status kl_audit_open_file(const kl_audit_sink **sink, void **self, kl_text path, bool write,
                             kl_error *error)
{
    if (!path.len || memchr(path.data, '\0', path.len))
        return kl_node_bad(error, "file", "expected path of a file");
    audit_file *file = kl_alloc_zero(1, sizeof *file);
    if (!file)
        return kl_error_no_memory(error);
    kl_status status = open_stream(file, path, write, error);
    if (status != KL_OK) {
        kl_free(file);
        return status;
    }
    *sink = &sink_of_file;
    *self = file;
    return KL_OK;
}
