/* src/pact/recorder.c - see recorder.h. */
#include "recorder.h"

#include "../base/fork.h"
#include "../eatp/keys.h"
#include "kailash/id.h"
#include "kailash/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where lines go. The first three tiers are those of kl_pact_tier_name(). */
enum { TIERS = 4, DELEGATED = 3, EVIDENCE = TIERS, FILES };
static const char *const file_names[FILES] = {"zone1-pseudo.jsonl", "zone2-guardian.jsonl",
                                              "zone3-cognate.jsonl", "zone4-delegated.jsonl",
                                              "evidence.jsonl"};
enum { KEPT_MAX = 10000, PATH_MAX_BYTES = 4096 };

/* A file that lines are added to. */
typedef struct line_file {
    int descriptor; /* -1 = there is none */
    bool torn;      /* it ends within a line */
} line_file;

struct kl_pact_recorder {
    kl_object object;
    kl_pact_engine *engine;
    kl_key_pair *key;     /* signs the lines of delegated agents; NULL = those are refused */
    bool in_memory;
    kl_fork_watch watch;
    pthread_mutex_t lock; /* guards all below; lines of one decision stand together */
    line_file files[FILES];
    kl_value lines[2];    /* in memory: the last lines of audit, of evidence */
    int64_t evidence, dropped;
};

kl_pact_engine *kl_pact_recorder_engine(const kl_pact_recorder *recorder) { return recorder->engine; }

static int tier_of(kl_posture posture)
{
    static const int tiers[KL_POSTURES] = {0, 1, 2, 2, DELEGATED};
    return tiers[posture];
}

/* ---- writing -------------------------------------------------------------------------------------------- */

static kl_status write_all(line_file *file, const char *bytes, size_t len, kl_error *error)
{
    for (size_t done = 0; done < len;) {
        ssize_t wrote = write(file->descriptor, bytes + done, len - done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0) {
            file->torn |= done > 0;
            return kl_error_set(error, KL_IO, "%s", wrote < 0 ? strerror(errno) : "nothing was written");
        }
        done += (size_t)wrote;
    }
    return KL_OK;
}

/* In one call, so that lines of several processes do not mix. A line that was torn is ended first. */
static kl_status write_line(line_file *file, kl_text line, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    if (file->torn)
        kl_buffer_byte(&text, '\n');
    kl_buffer_add(&text, line);
    kl_buffer_byte(&text, '\n');
    kl_status status = text.status == KL_OK ? write_all(file, text.data, text.len, error)
                                            : kl_error_no_memory(error);
    if (status == KL_OK)
        file->torn = false;
    kl_buffer_free(&text);
    return status;
}

static kl_status keep_line(kl_value *lines, kl_value line, kl_error *error)
{
    if (kl_array_len(*lines) >= KEPT_MAX) {
        kl_value rest;
        KL_TRY(kl_array_slice(&rest, *lines, KEPT_MAX / 10, KEPT_MAX, error));
        kl_value_replace(lines, rest);
    }
    return kl_array_push(lines, kl_value_retain(line), error);
}

static kl_status put_line(kl_pact_recorder *r, int file, kl_value line, kl_error *error)
{
    if (r->in_memory)
        return keep_line(&r->lines[file == EVIDENCE], line, error);
    return write_line(&r->files[file], kl_as_text(line), error);
}

/* The lines of one verdict, ready to be written. */
typedef struct prepared {
    kl_value audit, evidence;
} prepared;

static kl_status sign_line(kl_value *line, kl_pact_audit_line *facts, const kl_key_pair *key,
                           kl_error *error)
{
    kl_value signature, signed_line;
    KL_TRY(kl_sign_hex(&signature, key, kl_as_text(*line), error));
    facts->signature = signature;
    kl_status status = kl_pact_audit_text(&signed_line, facts, error);
    kl_value_release(signature);
    if (status == KL_OK)
        kl_value_replace(line, signed_line);
    return status;
}

static kl_status prepare(prepared *out, const kl_pact_recorder *r, const kl_pact_verdict *verdict,
                         kl_posture posture, kl_error *error)
{
    char id[37], time[KL_TIME_TEXT];
    kl_time at = kl_time_now();
    size_t len = kl_time_print(time, at - at % KL_MICROSECOND, KL_TIME_SHORTEST, KL_TIME_OFFSET);
    kl_text timestamp = {time, len};
    KL_TRY(kl_uuid_new(id, error));
    kl_pact_audit_line facts = {
        .event_id = {id, 36}, .timestamp = timestamp,
        .role_address = kl_as_text(verdict->role_address), .action = kl_as_text(verdict->action),
        .reason = kl_as_text(verdict->reason), .posture = posture, .zone = verdict->zone,
        .tenant_id = kl_null(), .signature = kl_null()};
    KL_TRY(kl_pact_audit_text(&out->audit, &facts, error));
    if (tier_of(posture) == DELEGATED && r->key)
        KL_TRY(sign_line(&out->audit, &facts, r->key, error));
    return kl_pact_evidence_text(&out->evidence, verdict, timestamp, error);
}

/* With the lock held. */
static kl_status write_prepared(kl_pact_recorder *r, const prepared *lines, kl_posture posture,
                                const char **stage, kl_error *error)
{
    int tier = tier_of(posture);
    *stage = "audit";
    if (!r->in_memory && r->files[tier].descriptor < 0) {
        r->dropped++;
        return kl_error_set(error, KL_FAILED, "no store configured for tier %s",
                            kl_pact_tier_name(posture));
    }
    KL_TRY(put_line(r, tier, lines->audit, error));
    *stage = "evidence";
    KL_TRY(put_line(r, EVIDENCE, lines->evidence, error));
    r->evidence++;
    return KL_OK;
}

kl_status kl_pact_recorder_write(kl_pact_recorder *r, const kl_pact_verdict *verdict,
                                 kl_posture posture, kl_error *error)
{
    prepared lines = {kl_null(), kl_null()};
    kl_error why = KL_ERROR_INIT;
    const char *stage = "audit";
    kl_status status = prepare(&lines, r, verdict, posture, &why);
    if (status == KL_OK) {
        pthread_mutex_lock(&r->lock);
        status = write_prepared(r, &lines, posture, &stage, &why);
        pthread_mutex_unlock(&r->lock);
    }
    kl_value_release(lines.audit);
    kl_value_release(lines.evidence);
    if (status == KL_NO_MEMORY)
        kl_error_move(error, &why);
    else if (status != KL_OK)
        status = kl_error_set(error, KL_FAILED,
                              "governance decision for action '%.*s' could not be recorded at the %s stage: "
                              "%s; refusing the action because it cannot be audited (engine verdict was "
                              "%.*s)", KL_TEXT_ARG(kl_as_text(verdict->action)), stage,
                              kl_error_message(&why), KL_TEXT_ARG(kl_as_text(verdict->zone_text)));
    kl_error_clear(&why);
    return status;
}

/* ---- making ------------------------------------------------------------------------------------------------ */

static kl_status begin(kl_pact_recorder **out, kl_value engine, bool in_memory, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_pact_recorder_type, error));
    kl_pact_recorder *r = (kl_pact_recorder *)object;
    r->engine = (kl_pact_engine *)kl_object_retain(engine.as.object);
    r->in_memory = in_memory;
    for (int i = 0; i < FILES; i++)
        r->files[i].descriptor = -1;
    pthread_mutex_init(&r->lock, NULL);
    r->watch.lock = &r->lock;
    kl_fork_watch_begin(&r->watch);
    kl_status status = kl_array_new(&r->lines[0], 0, error);
    if (status == KL_OK)
        status = kl_array_new(&r->lines[1], 0, error);
    if (status == KL_OK)
        *out = r;
    else
        kl_object_release(object);
    return status;
}

static void recorder_dispose(kl_object *self)
{
    kl_pact_recorder *r = (kl_pact_recorder *)self;
    kl_fork_watch_end(&r->watch);
    for (int i = 0; i < FILES; i++)
        if (r->files[i].descriptor >= 0)
            close(r->files[i].descriptor);
    kl_value_release(r->lines[0]);
    kl_value_release(r->lines[1]);
    if (r->key)
        kl_object_release((kl_object *)r->key);
    if (r->engine)
        kl_object_release(&r->engine->object);
    pthread_mutex_destroy(&r->lock);
}

static kl_status no_folder(kl_text path, kl_error *error)
{
    kl_error_set(error, KL_IO, "failed to create audit directory '%.*s': %s (os error %d)",
                 KL_TEXT_ARG(path), strerror(errno), errno);
    if (error)
        error->type = "OSError";
    return KL_IO;
}

/* The folder and those above it, for their owner alone. */
static kl_status make_folder(kl_text path, kl_error *error)
{
    char text[PATH_MAX_BYTES];
    struct stat found;
    if (path.len >= sizeof text || memchr(path.data, '\0', path.len)) {
        errno = path.len >= sizeof text ? ENAMETOOLONG : EINVAL;
        return no_folder(path, error);
    }
    for (size_t i = 1; i <= path.len; i++) {
        if (i < path.len && path.data[i] != '/')
            continue;
        memcpy(text, path.data, i);
        text[i] = '\0';
        if (mkdir(text, 0700) != 0 && errno != EEXIST)
            return no_folder(path, error);
    }
    if (path.len && stat(text, &found) == 0 && !S_ISDIR(found.st_mode)) {
        errno = ENOTDIR;
        return no_folder(path, error);
    }
    return KL_OK;
}

static bool ends_within_a_line(int descriptor)
{
    char last;
    off_t size = lseek(descriptor, 0, SEEK_END);
    return size > 0 && pread(descriptor, &last, 1, size - 1) == 1 && last != '\n';
}

static kl_status open_file(line_file *file, kl_text folder, const char *name, kl_error *error)
{
    char path[PATH_MAX_BYTES + 64];
    snprintf(path, sizeof path, "%.*s%s%s", KL_TEXT_ARG(folder), folder.len ? "/" : "", name);
    file->descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file->descriptor < 0) {
        kl_error_set(error, KL_IO, "failed to open audit file '%s': %s (os error %d)", path,
                     strerror(errno), errno);
        if (error)
            error->type = "OSError";
        return KL_IO;
    }
    file->torn = ends_within_a_line(file->descriptor);
    return KL_OK;
}

static kl_status open_files(kl_pact_recorder *r, kl_text folder, kl_error *error)
{
    KL_TRY(make_folder(folder, error));
    for (int i = 0; i < FILES; i++)
        if (i != DELEGATED || r->key)
            KL_TRY(open_file(&r->files[i], folder, file_names[i], error));
    return KL_OK;
}

static kl_status call_in_memory(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    (void)self;
    kl_pact_recorder *r;
    KL_TRY(begin(&r, args[0], true, error));
    *out = kl_value_of(&r->object);
    return KL_OK;
}

static kl_status call_file_backed(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    (void)self;
    kl_pact_recorder *r;
    KL_TRY(begin(&r, args[0], false, error));
    if (!kl_is_null(args[2]))
        r->key = (kl_key_pair *)kl_object_retain(args[2].as.object);
    kl_status status = open_files(r, kl_as_text(args[1]), error);
    if (status == KL_OK)
        *out = kl_value_of(&r->object);
    else
        kl_object_release(&r->object);
    return status;
}

/* ---- the class ---------------------------------------------------------------------------------------------- */

static int64_t count(kl_pact_recorder *r, const int64_t *number)
{
    pthread_mutex_lock(&r->lock);
    int64_t now = *number;
    pthread_mutex_unlock(&r->lock);
    return now;
}

static kl_status call_evidence(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    kl_pact_recorder *r = (kl_pact_recorder *)self;
    *out = kl_int(count(r, &r->evidence));
    return KL_OK;
}

static kl_status call_dropped(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    kl_pact_recorder *r = (kl_pact_recorder *)self;
    *out = kl_int(count(r, &r->dropped));
    return KL_OK;
}

static kl_value lines_of(kl_pact_recorder *r, int which)
{
    pthread_mutex_lock(&r->lock);
    kl_value lines = kl_value_retain(r->lines[which]);
    pthread_mutex_unlock(&r->lock);
    return lines;
}

static kl_status call_audit_lines(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    (void)args, (void)error;
    *out = lines_of((kl_pact_recorder *)self, 0);
    return KL_OK;
}

static kl_status call_evidence_lines(kl_value *out, kl_object *self, const kl_value *args,
                                     kl_error *error)
{
    (void)args, (void)error;
    *out = lines_of((kl_pact_recorder *)self, 1);
    return KL_OK;
}

/* A line of audit of facts that somebody else has: for comparing implementations. */
static kl_status call_audit_line(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    (void)self;
    int posture, zone;
    KL_TRY(kl_rung_read(&posture, KL_LADDER_POSTURE, kl_as_text(args[3]),
                        KL_SNAKE | KL_PASCAL | KL_ANY_CASE, "posture level", error));
    KL_TRY(kl_rung_read(&zone, KL_LADDER_ZONE, kl_as_text(args[5]), KL_SNAKE | KL_PASCAL | KL_UPPER,
                        "gradient zone", error));
    const kl_pact_audit_line line = {
        .event_id = kl_as_text(args[0]), .timestamp = kl_as_text(args[1]),
        .role_address = kl_as_text(args[2]), .posture = (kl_posture)posture,
        .action = kl_as_text(args[4]), .zone = (kl_zone)zone, .reason = kl_as_text(args[6]),
        .tenant_id = args[7], .signature = args[8]};
    return kl_pact_audit_text(out, &line, error);
}

static kl_status recorder_repr(kl_value *out, kl_object *self, kl_error *error)
{
    (void)self;
    return kl_string_new(out, KL_TEXT("PactRecorder()"), error);
}

#define ENGINE                                                                                     \
    {.name = "engine", .kind = KL_KIND_OBJECT, .type = &kl_pact_engine_type,                       \
     .doc = "the engine whose decisions are recorded"}
#define TEXT(word, text) {.name = (word), .kind = KL_KIND_STRING, .doc = (text)}

static const kl_param memory_params[] = {ENGINE};
static const kl_param file_params[] = {
    ENGINE,
    TEXT("audit_dir", "folder of the files; it is made when it is not there"),
    {.name = "signing_key", .kind = KL_KIND_OBJECT, .type = &kl_key_pair_type, .flags = KL_OPTIONAL,
     .doc = "signs the lines of delegated agents; without it those are refused"},
};
static const kl_param line_params[] = {
    TEXT("event_id", "id of the event"),
    TEXT("timestamp", "when: RFC 3339, as it stands"),
    TEXT("role_address", "who"),
    TEXT("posture", "posture of the agent"),
    TEXT("action", "what"),
    TEXT("zone", "the verdict"),
    TEXT("reason", "why"),
    {.name = "tenant_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "whose tenant"},
    {.name = "signature", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "Ed25519 of the same line with null here, in hexadecimal"},
};

static const kl_method methods[] = {
    {.name = "in_memory", .call = call_in_memory, .params = KL_TABLE(memory_params),
     .flags = KL_STATIC, .returns = KL_KIND_OBJECT, .returns_type = &kl_pact_recorder_type,
     .doc = "One that keeps the last 10 000 lines."},
    {.name = "file_backed", .call = call_file_backed, .params = KL_TABLE(file_params),
     .flags = KL_STATIC | KL_BLOCKING, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_pact_recorder_type, .raises = "OSError",
     .doc = "One that adds lines to files: zone1-pseudo.jsonl, zone2-guardian.jsonl, "
            "zone3-cognate.jsonl by the posture of the agent, and evidence.jsonl; with a key also "
            "zone4-delegated.jsonl. They are for their owner alone."},
    {.name = "evidence_count", .call = call_evidence, .returns = KL_KIND_INT,
     .doc = "How many decisions were recorded."},
    {.name = "dropped_count", .call = call_dropped, .returns = KL_KIND_INT,
     .doc = "How many decisions were refused because there is no file for their posture."},
    {.name = "audit_lines", .call = call_audit_lines, .returns = KL_KIND_ARRAY,
     .item = KL_KIND_STRING, .doc = "The lines of audit that are in memory."},
    {.name = "evidence_lines", .call = call_evidence_lines, .returns = KL_KIND_ARRAY,
     .item = KL_KIND_STRING, .doc = "The lines of evidence that are in memory."},
    {.name = "audit_line", .call = call_audit_line, .params = KL_TABLE(line_params),
     .flags = KL_STATIC, .returns = KL_KIND_STRING, .raises = "ValueError",
     .doc = "The line of audit of the given facts, byte for byte as it is written."},
};

const kl_type kl_pact_recorder_type = {
    .name = "PactRecorder",
    .module = "kailash.pact",
    .doc = "Writes down every decision of the agents that are made with it, before it counts: what "
           "cannot be written may not be done.",
    .size = sizeof(kl_pact_recorder),
    .flags = KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .methods = KL_TABLE(methods),
    .dispose = recorder_dispose,
    .repr = recorder_repr,
};
KL_PUBLISH(kl_pact_recorder_type);
