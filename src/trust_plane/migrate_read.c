/* src/trust_plane/migrate_read.c - reading trees of other formats; see migrate.h. */
#include "migrate.h"
#include "eatp/fault.h"
#include "envelope.h"
#include "kailash/crypto.h"
#include "records.h"
#include "stored.h"

#include <math.h>

kl_status kl_tree_format_of(kl_tree_format *out, const kl_trust_folder *folder, kl_error *error)
{
    kl_value manifest = kl_null();
    kl_status status = kl_trust_read_json(&manifest, folder, "", KL_TEXT("manifest.json"), error);
    if (status != KL_OK)
        return kl_stored_damage(error, status, "manifest.json");
    if (kl_map_has(manifest, KL_TEXT("genesis_id")))
        *out = KL_TREE_OPEN_SDK;
    else
        *out = kl_trust_exists(folder, "keys", KL_TEXT("private.key")) ? KL_TREE_OLD : KL_TREE_OURS;
    kl_value_release(manifest);
    return KL_OK;
}

void kl_migration_end(kl_migration *m)
{
    kl_value *const values[] = {&m->name, &m->author, &m->envelope, &m->records, &m->originals,
                                &m->errors, &m->left};
    for (size_t i = 0; i < KL_COUNT(values); i++)
        kl_value_release(kl_value_take(values[i]));
}

/* ---- members of the open SDK --------------------------------------------------------------------- */

/* How a member gets its value: from which one of theirs, and what stands there without it. */
typedef struct member_rule {
    const char *to, *from;
    enum { TEXT, OPTIONAL_TEXT, TEXTS, CONFIDENCE, TIME, LEVEL, REVIEW, HASH } kind;
} member_rule;

static const member_rule decision_rules[] = {
    {"decision", "decision", TEXT},
    {"rationale", "rationale", TEXT},
    {"decision_type", "decision_type", TEXT},
    {"confidence", "confidence", CONFIDENCE},
    {"alternatives", "alternatives", TEXTS},
    {"risks", "risks", TEXTS},
    {"related_decisions", "related_decisions", TEXTS},
    {"evidence", "evidence", TEXTS},
    {"created_at", "timestamp", TIME},
    {"review_requirement", "verification_grade", REVIEW},
    {"confidentiality", "confidentiality", LEVEL},
};
static const member_rule milestone_rules[] = {
    {"version", "version", TEXT},
    {"description", "description", TEXT},
    {"file_path", "file_path", OPTIONAL_TEXT},
    {"file_hash", "file_hash", HASH},
    {"created_at", "timestamp", TIME},
};

static kl_status text_of(kl_value *out, kl_value value, const char *name, bool required,
                         kl_error *error)
{
    if (kl_is(value, KL_KIND_STRING)) {
        KL_TRY(kl_trust_text_check(value, name, false, error));
        *out = kl_value_retain(value);
        return KL_OK;
    }
    if (required || !kl_is_null(value))
        return kl_error_set(error, KL_INVALID, "%s is no text", name);
    *out = kl_null();
    return KL_OK;
}

/* Items that are no texts are kept as their JSON. */
static kl_status texts_of(kl_value *out, kl_value value, const char *name, kl_error *error)
{
    kl_value list, text;
    if (!kl_is_null(value) && !kl_is(value, KL_KIND_ARRAY))
        return kl_error_set(error, KL_INVALID, "%s is no list", name);
    KL_TRY(kl_array_new(&list, kl_array_len(value), error));
    for (size_t i = 0; i < kl_array_len(value); i++) {
        kl_value item = kl_array_at(value, i);
        kl_status status = KL_OK;
        if (kl_is(item, KL_KIND_STRING))
            text = kl_value_retain(item);
        else
            status = kl_json_print(&text, item, &kl_json_spaced, error);
        if (status == KL_OK)
            status = kl_array_push(&list, text, error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

static kl_status confidence_of(kl_value *out, kl_value value, kl_error *error)
{
    double number = kl_as_double(value);
    if (!kl_is_null(value) && (!kl_is_number(value) || !(number >= 0 && number <= 1)))
        return kl_error_set(error, KL_INVALID, "confidence is no number from 0 to 1");
    *out = kl_is_null(value) ? kl_null() : kl_double(number);
    return KL_OK;
}

static kl_status time_of(kl_value *out, kl_value value, kl_error *error)
{
    kl_time time;
    KL_TRY(kl_time_parse(&time, kl_as_text(value), error));
    return kl_trust_time_text(out, time, error);
}

static kl_status level_of(kl_value *out, kl_value value, kl_error *error)
{
    int rung = KL_PUBLIC;
    if (!kl_is_null(value))
        KL_TRY(kl_rung_read(&rung, KL_LADDER_CONFIDENTIALITY, kl_as_text(value),
                            KL_SNAKE | KL_PASCAL | KL_ANY_CASE, "confidentiality", error));
    return kl_string_new(out, kl_text_from(kl_rung_name(KL_LADDER_CONFIDENTIALITY, rung, KL_PASCAL)),
                         error);
}

static kl_status review_of(kl_value *out, kl_value value, kl_error *error)
{
    static const char *const words[] = {"quick", "standard", "full"};
    kl_text text = kl_is_null(value) ? KL_TEXT("standard") : kl_as_text(value);
    for (size_t i = 0; i < KL_COUNT(words); i++)
        if (kl_text_is(text, words[i]))
            return kl_string_new(out, text, error);
    return kl_error_set(error, KL_INVALID, "unknown verification_grade '%.*s'",
                        (int)KL_MIN(text.len, 40), text.data);
}

/* In the open SDK no file has an empty hash. */
static kl_status hash_of(kl_value *out, kl_value value, kl_error *error)
{
    kl_text text = kl_as_text(value);
    *out = kl_null();
    if (!text.len)
        return KL_OK;
    if (text.len != 64 || strspn(text.data, "0123456789abcdef") != 64)
        return kl_error_set(error, KL_INVALID, "file_hash is no SHA-256 in hexadecimal text");
    *out = kl_value_retain(value);
    return KL_OK;
}

static kl_status apply_rule(kl_value *out, const member_rule *rule, kl_value from, kl_error *error)
{
    kl_value value = kl_stored_member(from, rule->from);
    switch (rule->kind) {
    case TEXT: return text_of(out, value, rule->from, true, error);
    case OPTIONAL_TEXT:
        if (!kl_as_text(value).len)
            value = kl_null();
        return text_of(out, value, rule->from, false, error);
    case TEXTS: return texts_of(out, value, rule->from, error);
    case CONFIDENCE: return confidence_of(out, value, error);
    case TIME: return time_of(out, value, error);
    case LEVEL: return level_of(out, value, error);
    case REVIEW: return review_of(out, value, error);
    case HASH: return hash_of(out, value, error);
    }
    return kl_error_set(error, KL_INVALID, "unknown rule"); /* not reached: all kinds stand above */
}

static kl_status convert(kl_value *out, const member_rule *rules, size_t count, kl_value from,
                         kl_error *error)
{
    kl_value map, value;
    KL_TRY(kl_map_new(&map, count, error));
    for (size_t i = 0; i < count; i++) {
        kl_status status = apply_rule(&value, &rules[i], from, error);
        if (status == KL_OK)
            status = kl_map_set(&map, kl_text_from(rules[i].to), value, error);
        if (status != KL_OK) {
            kl_value_release(map);
            return status;
        }
    }
    *out = map;
    return KL_OK;
}

/* ---- records ------------------------------------------------------------------------------------- */

/* A record of an older tree of ours: as it is, without its id. */
static kl_status strip(kl_value *out, const kl_trust_kind_facts *kind, kl_value from, kl_error *error)
{
    KL_TRY(kl_shape_check(kind->shape, from, error));
    kl_value map = kl_value_retain(from);
    kl_status status = kl_map_remove(&map, KL_TEXT("id"), error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static kl_status convert_record(kl_value *out, kl_trust_kind kind, kl_tree_format format, kl_value from,
                                kl_error *error)
{
    if (format == KL_TREE_OLD)
        return strip(out, &kl_trust_kinds[kind], from, error);
    return kind == KL_TRUST_DECISION
               ? convert(out, decision_rules, KL_COUNT(decision_rules), from, error)
               : convert(out, milestone_rules, KL_COUNT(milestone_rules), from, error);
}

/* [time, position, anchor_type, record], so that sorting brings them into their order. */
static kl_status add_record(kl_migration *m, kl_trust_kind kind, kl_value record, kl_error *error)
{
    kl_value item;
    kl_time time = 0;
    kl_status status;
    if (kl_time_parse(&time, kl_stored_text(record, "created_at"), NULL) != KL_OK)
        time = 0; /* its shape was checked; what no clock can show comes first */
    KL_TRY(kl_array_new(&item, 4, error));
    KL_TRY_OUT(kl_array_push(&item, kl_int(time), error));
    KL_TRY_OUT(kl_array_push(&item, kl_int((int64_t)kl_array_len(m->records)), error));
    KL_TRY_OUT(kl_array_push_text(&item, kl_text_from(kl_trust_kinds[kind].name), error));
    KL_TRY_OUT(kl_array_push(&item, kl_value_retain(record), error));
    return kl_array_push(&m->records, item, error);
out:
    kl_value_release(item);
    return status;
}

static kl_status add_original(kl_migration *m, const char *sub, kl_text name, kl_text bytes,
                              kl_error *error)
{
    kl_value hash, line;
    KL_TRY(kl_hash_hex(&hash, KL_HASH_SHA256, bytes, error));
    kl_status status = kl_string_format(&line, error, "%s/%.*s sha256:%s", sub, KL_TEXT_ARG(name),
                                        kl_as_text(hash).data);
    kl_value_release(hash);
    return status == KL_OK ? kl_array_push(&m->originals, line, error) : status;
}

static kl_status read_record(kl_migration *m, const kl_trust_folder *folder, kl_trust_kind kind,
                             kl_tree_format format, kl_text name, kl_error *error)
{
    const char *sub = kl_trust_kinds[kind].sub;
    kl_value bytes = kl_null(), from = kl_null(), record = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_trust_read(&bytes, NULL, folder, sub, name, error));
    KL_TRY_OUT(kl_trust_parse(&from, kl_as_text(bytes), error));
    KL_TRY_OUT(convert_record(&record, kind, format, from, error));
    KL_TRY_OUT(add_record(m, kind, record, error));
    KL_TRY_OUT(add_original(m, sub, name, kl_as_text(bytes), error));
out:
    kl_value_release(record);
    kl_value_release(from);
    kl_value_release(bytes);
    return status;
}

static kl_status note_error(kl_migration *m, const char *sub, kl_text name, const kl_error *what,
                            kl_error *error)
{
    kl_value line;
    KL_TRY(kl_string_format(&line, error, "%s/%.*s: %s", sub, KL_TEXT_ARG(name),
                            kl_error_message(what)));
    return kl_array_push(&m->errors, line, error);
}

static kl_status read_kind(kl_migration *m, const kl_trust_folder *folder, kl_trust_kind kind,
                           kl_tree_format format, kl_error *error)
{
    const char *sub = kl_trust_kinds[kind].sub;
    kl_value names;
    KL_TRY(kl_trust_list(&names, folder, sub, ".json", error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(names) && status == KL_OK; i++) {
        kl_text name = kl_as_text(kl_array_at(names, i));
        kl_error local = KL_ERROR_INIT;
        status = read_record(m, folder, kind, format, name, &local);
        if (status == KL_NO_MEMORY || status == KL_UNAVAILABLE)
            kl_error_move(error, &local);
        else if (status != KL_OK)
            status = note_error(m, sub, name, &local, error);
        kl_error_clear(&local);
    }
    kl_value_release(names);
    return status;
}

/* ---- the envelope of the open SDK ---------------------------------------------------------------- */

/* An empty allow-list there is no restriction; here null is. */
static kl_value allow_list(kl_value list) { return kl_array_len(list) ? list : kl_null(); }

/* [start, end] there, a list of such here. */
static kl_status hours_of(kl_value *out, kl_value hours, kl_error *error)
{
    kl_value list;
    *out = kl_null();
    if (kl_array_len(hours) != 2)
        return KL_OK;
    KL_TRY(kl_array_new(&list, 1, error));
    kl_status status = kl_array_push(&list, kl_value_retain(hours), error);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

static kl_status with(kl_session_envelope **envelope, const char *dimension, const char *member,
                      kl_value value, kl_error *error)
{
    kl_session_envelope *changed;
    KL_TRY(kl_session_envelope_with(&changed, *envelope, dimension, member, value, error));
    kl_session_envelope_release(*envelope);
    *envelope = changed;
    return KL_OK;
}

static kl_status fill_envelope(kl_session_envelope **envelope, kl_value from, kl_error *error)
{
    static const struct {
        const char *dimension, *member;
        bool is_allow_list;
    } rows[] = {
        {"operational", "allowed_actions", true},     {"operational", "blocked_actions", false},
        {"data_access", "read_paths", true},          {"data_access", "write_paths", true},
        {"data_access", "blocked_paths", false},      {"data_access", "blocked_patterns", false},
        {"financial", "max_cost_per_session", false}, {"financial", "max_cost_per_action", false},
        {"financial", "budget_tracking", false},      {"temporal", "max_session_hours", false},
        {"communication", "allowed_channels", true},  {"communication", "blocked_channels", false},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value value = kl_stored_member(kl_stored_member(from, rows[i].dimension), rows[i].member);
        if (rows[i].is_allow_list)
            value = allow_list(value);
        if (!kl_is_null(value))
            KL_TRY(with(envelope, rows[i].dimension, rows[i].member, value, error));
    }
    kl_value temporal = kl_stored_member(from, "temporal"), hours;
    kl_value cooldown = kl_stored_member(temporal, "cooldown_minutes");
    if (kl_value_truthy(cooldown))
        KL_TRY(with(envelope, "temporal", "cooldown_minutes", cooldown, error));
    if (kl_array_len(kl_stored_member(kl_stored_member(from, "communication"), "requires_review")))
        KL_TRY(with(envelope, "communication", "requires_review", kl_bool(true), error));
    KL_TRY(hours_of(&hours, kl_stored_member(temporal, "allowed_hours"), error));
    kl_status status = with(envelope, "temporal", "allowed_hours", hours, error);
    kl_value_release(hours);
    return status;
}

static kl_status envelope_of(kl_value *out, kl_value from, kl_error *error)
{
    kl_session_envelope *envelope;
    KL_TRY(kl_session_envelope_empty(&envelope, error));
    kl_status status = fill_envelope(&envelope, from, error);
    if (status == KL_OK)
        status = kl_constraint_envelope_new(out, envelope, error);
    kl_session_envelope_release(envelope);
    return status;
}

static kl_status old_envelope(kl_value *out, const kl_trust_folder *folder, kl_error *error)
{
    kl_value map;
    kl_session_envelope *envelope;
    if (!kl_trust_exists(folder, "", KL_TEXT("constraint-envelope.json")))
        return KL_OK;
    KL_TRY(kl_trust_read_json(&map, folder, "", KL_TEXT("constraint-envelope.json"), error));
    kl_status status = kl_session_envelope_read(&envelope, map, error);
    kl_value_release(map);
    KL_TRY(status);
    status = kl_constraint_envelope_new(out, envelope, error);
    kl_session_envelope_release(envelope);
    return status;
}

/* ---- the whole tree ------------------------------------------------------------------------------ */

static kl_status read_manifest(kl_migration *m, const kl_trust_folder *folder, kl_tree_format format,
                               kl_error *error)
{
    kl_value manifest, bytes = kl_null();
    kl_status status;
    KL_TRY(kl_trust_read_json(&manifest, folder, "", KL_TEXT("manifest.json"), error));
    kl_value envelope = kl_stored_member(manifest, "constraint_envelope");
    KL_TRY_OUT(text_of(&m->name, kl_stored_member(manifest, "project_name"), "project_name", true, error));
    KL_TRY_OUT(text_of(&m->author, kl_stored_member(manifest, "author"), "author", true, error));
    if (format == KL_TREE_OLD)
        KL_TRY_OUT(old_envelope(&m->envelope, folder, error));
    else if (!kl_is_null(envelope))
        KL_TRY_OUT(envelope_of(&m->envelope, envelope, error));
    KL_TRY_OUT(kl_trust_read(&bytes, NULL, folder, "", KL_TEXT("manifest.json"), error));
    KL_TRY_OUT(add_original(m, ".", KL_TEXT("manifest.json"), kl_as_text(bytes), error));
out:
    kl_value_release(bytes);
    kl_value_release(manifest);
    return status;
}

static kl_status note_left(kl_migration *m, const kl_trust_folder *folder, kl_error *error)
{
    static const char *const folders[] = {"delegates", "holds", "mirror/execution", "mirror/escalation",
                                          "mirror/intervention", "mirror", "sessions"};
    for (size_t i = 0; i < KL_COUNT(folders); i++) {
        kl_value names;
        KL_TRY(kl_trust_list(&names, folder, folders[i], ".json", error));
        size_t count = kl_array_len(names);
        kl_value_release(names);
        if (count)
            KL_TRY(kl_array_push_text(&m->left, kl_text_from(folders[i]), error));
    }
    return KL_OK;
}

kl_status kl_migration_read(kl_migration *out, const kl_trust_folder *folder, kl_tree_format format,
                            kl_error *error)
{
    kl_migration m = {.name = kl_null()};
    kl_status status;
    KL_TRY_OUT(kl_array_new(&m.records, 16, error));
    KL_TRY_OUT(kl_array_new(&m.originals, 16, error));
    KL_TRY_OUT(kl_array_new(&m.errors, 0, error));
    KL_TRY_OUT(kl_array_new(&m.left, 0, error));
    KL_TRY_OUT(read_manifest(&m, folder, format, error));
    for (int kind = 0; kind < KL_TRUST_KINDS; kind++)
        KL_TRY_OUT(read_kind(&m, folder, (kl_trust_kind)kind, format, error));
    KL_TRY_OUT(kl_array_sort(&m.records, error));
    KL_TRY_OUT(note_left(&m, folder, error));
    *out = m;
    return KL_OK;
out:
    kl_migration_end(&m);
    return kl_stored_damage(error, status, "manifest.json");
}
