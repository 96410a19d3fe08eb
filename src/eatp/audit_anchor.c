/* src/eatp/audit_anchor.c - see audit_anchor.h. */
#include "audit_anchor.h"
#include "fault.h"
#include "kailash/crypto.h"
#include "kailash/json.h"
#include "kailash/time.h"
#include "kailash/wide.h"
#include "wire.h"

#include <inttypes.h>

typedef struct audit_anchor {
    kl_object object;
    kl_value anchor_id;
    kl_value sequence; /* unsigned */
    kl_value previous_hash, agent_id, action, verification_level, envelope_id, result, timestamp;
    kl_value metadata;     /* map or null */
    kl_value subject_hash; /* string or null */
    kl_value hash;
} audit_anchor;

/* ---- the hash --------------------------------------------------------------------------------- */

static void add_part(kl_buffer *to, kl_text part)
{
    kl_buffer_byte(to, ':');
    kl_buffer_add(to, part);
}

static kl_status add_input(kl_buffer *to, const kl_anchor_input *input, bool with_metadata,
                           kl_error *error)
{
    kl_buffer_add(to, input->anchor_id);
    kl_buffer_format(to, ":%" PRIu64, input->sequence);
    add_part(to, input->previous_hash);
    add_part(to, input->agent_id);
    add_part(to, input->action);
    add_part(to, input->verification_level);
    add_part(to, input->envelope_id);
    add_part(to, input->result);
    add_part(to, input->timestamp);
    if (with_metadata) {
        kl_buffer_byte(to, ':');
        KL_TRY(kl_canonical_add(to, input->metadata, error));
    }
    if (input->subject_hash.len) {
        kl_buffer_string(to, ":subject_hash=");
        kl_buffer_add(to, input->subject_hash);
    }
    return to->status == KL_OK ? KL_OK : kl_error_no_memory(error);
}

static kl_status hash_of(char out[65], const kl_anchor_input *input, bool with_metadata,
                         kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_status status = add_input(&text, input, with_metadata, error);
    if (status == KL_OK)
        status = kl_sha256_hex(out, kl_buffer_text(&text), error);
    kl_buffer_free(&text);
    return status;
}

kl_status kl_anchor_hash(char out[65], const kl_anchor_input *input, kl_error *error)
{
    bool is_map = kl_is(input->metadata, KL_KIND_MAP);
    if (!is_map && !kl_is_null(input->metadata))
        return kl_error_set(error, KL_INVALID, "metadata: expected an object or null, got %s",
                            kl_value_kind_name(input->metadata));
    return hash_of(out, input, is_map, error);
}

kl_status kl_anchor_subject_hash(kl_value *out, kl_value subject, kl_error *error)
{
    char hex[65];
    kl_value text;
    kl_json_style style = kl_json_jcs;
    style.exact_integers = true; /* so do the other implementations, whose integers have no bounds */
    KL_TRY(kl_json_print(&text, subject, &style, error));
    kl_status status = kl_sha256_hex(hex, kl_as_text(text), error);
    kl_value_release(text);
    return status == KL_OK ? kl_string_format(out, error, "sha256:%s", hex) : status;
}

/* Compact, and with integers of any size: metadata may hold them. */
static const kl_json_style anchor_style = {.exact_integers = true};

/* ---- making and reading ----------------------------------------------------------------------- */

static const char subject_prefix[] = "sha256:";

static bool is_subject_hash(kl_text text)
{
    const size_t prefix = sizeof subject_prefix - 1;
    if (text.len != prefix + 64 || memcmp(text.data, subject_prefix, prefix) != 0)
        return false;
    for (size_t i = prefix; i < text.len; i++)
        if (!memchr("0123456789abcdef", text.data[i], 16))
            return false;
    return true;
}

static kl_status wrong_subject_hash(kl_error *error)
{
    return kl_error_set(error, KL_INVALID, "subject_hash: expected \"sha256:\" and 64 lower-case "
                                           "hexadecimal digits");
}

static kl_status fill_texts(audit_anchor *anchor, const kl_anchor_input *input, kl_error *error)
{
    KL_TRY(kl_string_new(&anchor->anchor_id, input->anchor_id, error));
    KL_TRY(kl_string_new(&anchor->previous_hash, input->previous_hash, error));
    KL_TRY(kl_string_new(&anchor->agent_id, input->agent_id, error));
    KL_TRY(kl_string_new(&anchor->action, input->action, error));
    KL_TRY(kl_string_new(&anchor->verification_level, input->verification_level, error));
    KL_TRY(kl_string_new(&anchor->envelope_id, input->envelope_id, error));
    KL_TRY(kl_string_new(&anchor->result, input->result, error));
    KL_TRY(kl_string_new(&anchor->timestamp, input->timestamp, error));
    if (!input->subject_hash.len)
        return KL_OK;
    if (!is_subject_hash(input->subject_hash))
        return wrong_subject_hash(error);
    return kl_string_new(&anchor->subject_hash, input->subject_hash, error);
}

static kl_status make(kl_value *out, const kl_anchor_input *input, kl_error *error)
{
    kl_object *object;
    char computed[65];
    kl_status status;
    KL_TRY(kl_object_alloc(&object, &kl_audit_anchor_type, error));
    audit_anchor *anchor = (audit_anchor *)object;
    KL_TRY_OUT(kl_unsigned_new(&anchor->sequence, input->sequence, error));
    KL_TRY_OUT(fill_texts(anchor, input, error));
    anchor->metadata = kl_value_retain(input->metadata);
    KL_TRY_OUT(kl_anchor_hash(computed, input, error));
    KL_TRY_OUT(kl_string_from_valid(&anchor->hash, (kl_text){computed, 64}, error));
    *out = kl_value_of(object);
    return KL_OK;
out:
    kl_object_release(object);
    return status;
}

kl_status kl_audit_anchor_new(kl_value *out, const kl_anchor_input *input, kl_error *error)
{
    kl_anchor_input written = *input;
    if (kl_is(written.metadata, KL_KIND_MAP) && !kl_map_len(written.metadata))
        written.metadata = kl_null();
    return make(out, &written, error);
}

static const kl_member input_members[] = {
    {.name = "anchor_id", .kind = KL_KIND_STRING},
    {.name = "sequence", .kind = KL_KIND_COUNT, .flags = KL_MEMBER_WIDE},
    {.name = "previous_hash", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_32},
    {.name = "agent_id", .kind = KL_KIND_STRING},
    {.name = "action", .kind = KL_KIND_STRING},
    {.name = "verification_level", .kind = KL_KIND_STRING},
    {.name = "envelope_id", .kind = KL_KIND_STRING},
    {.name = "result", .kind = KL_KIND_STRING},
    {.name = "timestamp", .kind = KL_KIND_STRING},
    {.name = "metadata", .kind = KL_KIND_MAP, .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_NULL},
    {.name = "subject_hash", .kind = KL_KIND_STRING, .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_NULL},
};
static const kl_shape input_shape = {.name = "input", KL_SHAPE_MEMBERS(input_members)};

static const kl_member anchor_members[] = {
    {.name = "input", .kind = KL_KIND_MAP, .shape = &input_shape},
    {.name = "hash", .kind = KL_KIND_STRING},
};
static const kl_shape anchor_shape = {
    .name = "AuditAnchor", KL_SHAPE_MEMBERS(anchor_members), .closed = true};

/* The members are shared, not copied: places in the shape and in the record, in one order. */
static kl_status fill_from(audit_anchor *anchor, kl_value from, kl_error *error)
{
    kl_value *const slots[] = {
        &anchor->anchor_id, &anchor->sequence, &anchor->previous_hash, &anchor->agent_id,
        &anchor->action, &anchor->verification_level, &anchor->envelope_id, &anchor->result,
        &anchor->timestamp, &anchor->metadata, &anchor->subject_hash};
    _Static_assert(KL_COUNT(slots) == KL_COUNT(input_members), "a place per member");
    for (size_t i = 0; i < KL_COUNT(slots); i++) {
        const kl_value *value = kl_shape_find(from, &input_shape, i);
        *slots[i] = value ? kl_value_retain(*value) : kl_null();
    }
    kl_text subject = kl_as_text(anchor->subject_hash);
    if (!subject.len)
        kl_value_replace(&anchor->subject_hash, kl_null());
    return subject.len && !is_subject_hash(subject) ? wrong_subject_hash(error) : KL_OK;
}

kl_status kl_audit_anchor_read(kl_value *out, kl_value map, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_shape_check(&anchor_shape, map, error));
    kl_value hash = *kl_shape_find(map, &anchor_shape, 1);
    if (!kl_as_text(hash).len)
        return kl_error_set(error, KL_INVALID, "hash: expected 64 hexadecimal digits, got none");
    KL_TRY(kl_object_alloc(&object, &kl_audit_anchor_type, error));
    audit_anchor *anchor = (audit_anchor *)object;
    kl_status status = fill_from(anchor, *kl_shape_find(map, &anchor_shape, 0), error);
    anchor->hash = kl_value_retain(hash);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

/* ---- looking ---------------------------------------------------------------------------------- */

kl_anchor_input kl_audit_anchor_input(const kl_object *object)
{
    const audit_anchor *anchor = (const audit_anchor *)object;
    return (kl_anchor_input){
        .anchor_id = kl_as_text(anchor->anchor_id),
        .sequence = kl_as_unsigned(anchor->sequence),
        .previous_hash = kl_as_text(anchor->previous_hash),
        .agent_id = kl_as_text(anchor->agent_id),
        .action = kl_as_text(anchor->action),
        .verification_level = kl_as_text(anchor->verification_level),
        .envelope_id = kl_as_text(anchor->envelope_id),
        .result = kl_as_text(anchor->result),
        .timestamp = kl_as_text(anchor->timestamp),
        .metadata = anchor->metadata,
        .subject_hash = kl_as_text(anchor->subject_hash),
    };
}

kl_text kl_audit_anchor_hash(const kl_object *anchor)
{
    return kl_as_text(((const audit_anchor *)anchor)->hash);
}

kl_status kl_audit_anchor_check(bool *valid, const kl_object *anchor, kl_error *error)
{
    char computed[65];
    kl_anchor_input input = kl_audit_anchor_input(anchor);
    kl_text stored = kl_audit_anchor_hash(anchor);
    KL_TRY(kl_anchor_hash(computed, &input, error));
    bool same = kl_text_is(stored, computed);
    if (!same && kl_is(input.metadata, KL_KIND_MAP) && !kl_map_len(input.metadata)) {
        KL_TRY(hash_of(computed, &input, false, error));
        same = kl_text_is(stored, computed);
    }
    *valid = same;
    return KL_OK;
}

static kl_status input_map(kl_value *out, const audit_anchor *anchor, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, KL_COUNT(input_members), error));
    for (size_t i = 0; i < KL_COUNT(input_members); i++) {
        const kl_value values[] = {
            anchor->anchor_id, anchor->sequence, anchor->previous_hash, anchor->agent_id,
            anchor->action, anchor->verification_level, anchor->envelope_id, anchor->result,
            anchor->timestamp, anchor->metadata, anchor->subject_hash,
        };
        _Static_assert(KL_COUNT(values) == KL_COUNT(input_members), "a value per member");
        if (kl_text_is(kl_text_from(input_members[i].name), "subject_hash") &&
            kl_is_null(values[i]))
            continue;
        KL_TRY_OUT(kl_map_set(&map, kl_text_from(input_members[i].name),
                              kl_value_retain(values[i]), error));
    }
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status anchor_map(kl_value *out, const audit_anchor *anchor, kl_error *error)
{
    kl_value map, input;
    kl_status status;
    KL_TRY(kl_map_new(&map, 2, error));
    KL_TRY_OUT(input_map(&input, anchor, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("input"), input, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("hash"), kl_value_retain(anchor->hash), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* ---- methods ---------------------------------------------------------------------------------- */

static kl_status call_from_json(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    (void)self;
    kl_value map;
    kl_status status = kl_signed_json_parse(&map, kl_as_text(args[0]), error);
    if (status == KL_OK) {
        status = kl_audit_anchor_read(out, map, error);
        kl_value_release(map);
    }
    if (status != KL_OK && status != KL_NO_MEMORY)
        kl_error_prefix(error, "invalid AuditAnchor JSON: ");
    return status;
}

/* Six digits and +00:00, as the hash wants it. */
static kl_status time_text(char out[KL_TIME_TEXT], kl_value given, kl_error *error)
{
    kl_time time = kl_time_now();
    kl_status status = KL_OK;
    if (!kl_is_null(given))
        status = kl_time_parse(&time, kl_as_text(given), error);
    if (status != KL_OK) {
        kl_error_prefix(error, "timestamp: ");
        return status;
    }
    kl_time_print(out, time, 6, KL_TIME_OFFSET);
    return KL_OK;
}

static kl_status call_create(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    char timestamp[KL_TIME_TEXT];
    kl_value subject_hash = kl_null();
    kl_text previous = kl_as_text(args[7]);
    bool is_hash = previous.len == 64 && strspn(previous.data, "0123456789abcdef") == 64;
    if (!is_hash)
        return kl_error_set(error, KL_INVALID, "previous_hash: expected 64 lower-case hexadecimal "
                                               "digits");
    KL_TRY(time_text(timestamp, args[8], error));
    if (!kl_is_null(args[10]))
        KL_TRY(kl_anchor_subject_hash(&subject_hash, args[10], error));
    kl_anchor_input input = {
        .anchor_id = kl_as_text(args[0]),
        .sequence = kl_as_unsigned(args[1]),
        .previous_hash = previous,
        .agent_id = kl_as_text(args[2]),
        .action = kl_as_text(args[3]),
        .verification_level = kl_as_text(args[4]),
        .envelope_id = kl_as_text(args[6]),
        .result = kl_as_text(args[5]),
        .timestamp = kl_text_from(timestamp),
        .metadata = args[9],
        .subject_hash = kl_as_text(subject_hash),
    };
    kl_status status = kl_audit_anchor_new(out, &input, error);
    kl_value_release(subject_hash);
    return status;
}

static kl_status get_sequence(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((audit_anchor *)self)->sequence);
    return KL_OK;
}

static kl_status call_metadata_json(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    (void)args;
    kl_value metadata = ((audit_anchor *)self)->metadata;
    if (kl_is_null(metadata)) {
        *out = kl_null();
        return KL_OK;
    }
    return kl_json_print(out, metadata, &anchor_style, error);
}

static kl_status call_to_json(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    kl_value map;
    KL_TRY(anchor_map(&map, (audit_anchor *)self, error));
    kl_status status = kl_json_print(out, map, &anchor_style, error);
    kl_value_release(map);
    return status;
}

static kl_status call_verify_hash(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    (void)args;
    bool valid;
    kl_anchor_input input = kl_audit_anchor_input(self);
    KL_TRY(kl_audit_anchor_check(&valid, self, error));
    if (!valid)
        return kl_fault(error, KL_INVALID, NULL, "tamper_detected",
                        "AuditAnchor hash mismatch for anchor_id=\"%.*s\" sequence=%" PRIu64
                        ": the stored hash is not that of the input",
                        KL_TEXT_ARG(input.anchor_id), input.sequence);
    *out = kl_bool(true);
    return KL_OK;
}

static kl_status anchor_repr(kl_value *out, kl_object *self, kl_error *error)
{
    kl_anchor_input input = kl_audit_anchor_input(self);
    kl_text hash = kl_audit_anchor_hash(self);
    size_t shown = 0;
    for (int i = 0; i < 8 && shown < hash.len; i++) /* characters, not bytes */
        for (shown++; shown < hash.len && ((unsigned char)hash.data[shown] & 0xC0) == 0x80;)
            shown++;
    return kl_string_format(out, error,
                            "AuditAnchor(seq=%" PRIu64 ", action='%.*s', hash='%.*s\xe2\x80\xa6')",
                            input.sequence, KL_TEXT_ARG(input.action), (int)shown, hash.data);
}

/* ---- the table -------------------------------------------------------------------------------- */

#define TEXT(member, text)                                                                         \
    KL_VALUE(audit_anchor, member, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY, .doc = (text))

static const kl_field fields[] = {
    TEXT(anchor_id, "id of the anchor"),
    KL_VALUE(audit_anchor, sequence, .kind = KL_KIND_ANY, .flags = KL_HIDDEN),
    TEXT(previous_hash, "hash of the anchor before it: 64 hexadecimal digits, zeros for the first"),
    TEXT(agent_id, "whose action it tells"),
    TEXT(action, "what was done or asked for"),
    TEXT(verification_level, "the verdict, such as AUTO_APPROVED"),
    TEXT(envelope_id, "id of the constraint envelope that was looked at; empty without one"),
    TEXT(result, "how it went, such as success"),
    TEXT(timestamp, "when: RFC 3339, as it is hashed"),
    KL_VALUE(audit_anchor, metadata, .kind = KL_KIND_ANY, .flags = KL_HIDDEN),
    KL_VALUE(audit_anchor, subject_hash, .kind = KL_KIND_STRING,
             .flags = KL_READ_ONLY | KL_OPTIONAL,
             .doc = "hash of whom or what it is about: \"sha256:\" and 64 hexadecimal digits, or "
                    "None"),
    TEXT(hash, "SHA-256 of all the others: 64 hexadecimal digits"),
};

static const kl_param json_param[] = {
    {.name = "json_str", .kind = KL_KIND_STRING, .doc = "what to_json() gave"},
};
static const kl_param create_params[] = {
    {.name = "anchor_id", .kind = KL_KIND_STRING, .doc = "id of the anchor"},
    {.name = "sequence", .kind = KL_KIND_COUNT, .flags = KL_WIDE,
     .doc = "place in its chain, from 0"},
    {.name = "agent_id", .kind = KL_KIND_STRING, .doc = "whose action it tells"},
    {.name = "action", .kind = KL_KIND_STRING, .doc = "what was done or asked for"},
    {.name = "verification_level", .kind = KL_KIND_STRING,
     .doc = "the verdict, such as AUTO_APPROVED"},
    {.name = "result", .kind = KL_KIND_STRING, .doc = "how it went, such as success"},
    {.name = "envelope_id", .kind = KL_KIND_STRING, .fallback = "\"\"",
     .doc = "id of the constraint envelope that was looked at"},
    {.name = "previous_hash", .kind = KL_KIND_STRING, .fallback = "\"" KL_ANCHOR_GENESIS "\"",
     .doc = "hash of the anchor before it: 64 hexadecimal digits, zeros for the first"},
    {.name = "timestamp", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "when: RFC 3339, kept with six digits of the second's fraction; None = now"},
    {.name = "metadata", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL | KL_WIDE | KL_SCALARS,
     .doc = "anything else, as JSON; times, UUIDs and decimals as text, bytes as base64, sets as sorted "
            "lists; None = nothing"},
    {.name = "subject", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL | KL_WIDE | KL_SCALARS,
     .doc = "whom or what it is about: hashed, not kept; None = nothing"},
};

static const kl_method methods[] = {
    {.name = "from_json", .call = call_from_json, .params = KL_TABLE(json_param),
     .flags = KL_STATIC, .returns = KL_KIND_OBJECT, .returns_type = &kl_audit_anchor_type,
     .raises = "ValueError",
     .doc = "The anchor that a JSON text tells. Its hash is not checked: verify_hash() does."},
    {.name = "create", .call = call_create, .params = KL_TABLE(create_params), .flags = KL_STATIC,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_audit_anchor_type, .raises = "ValueError",
     .doc = "A new anchor, hashed."},
    {.name = "sequence", .call = get_sequence, .flags = KL_PROPERTY, .returns = KL_KIND_INT,
     .doc = "place in its chain, from 0 to 2^64-1"},
    {.name = "metadata_json", .call = call_metadata_json, .returns = KL_KIND_STRING,
     .returns_optional = true, .doc = "The metadata as JSON text, or None without any."},
    {.name = "to_json", .call = call_to_json, .returns = KL_KIND_STRING,
     .doc = "The anchor as JSON text: {\"input\":{...},\"hash\":\"...\"}."},
    {.name = "verify_hash", .call = call_verify_hash, .returns = KL_KIND_BOOL,
     .raises = "ValueError",
     .doc = "True when the hash is that of the input; anything else is a ValueError."},
};

const kl_type kl_audit_anchor_type = {
    .name = "AuditAnchor",
    .module = "kailash",
    .doc = "A link of an audit chain: what was done and how it was judged, hashed together with the "
           "link before it.",
    .size = sizeof(audit_anchor),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .repr = anchor_repr,
};
KL_PUBLISH(kl_audit_anchor_type);
