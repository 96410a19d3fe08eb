/* src/trust_plane/mirror_records.c - see mirror.h; TrustExecutionRecord, EscalationRecord,
 * InterventionRecord, MirrorRecords. */
#include "mirror.h"
#include "canonical.h"
#include "eatp/fault.h"
#include "eatp/keys.h"

const char *const kl_competency_words[7] = {
    "ethical_judgment",   "relationship_capital",   "contextual_wisdom",
    "creative_synthesis", "emotional_intelligence", "cultural_navigation", NULL};
const char *const kl_competency_names[7] = {
    "EthicalJudgment",   "RelationshipCapital",   "ContextualWisdom",
    "CreativeSynthesis", "EmotionalIntelligence", "CulturalNavigation", NULL};

#define TEXT(member) {.name = (member), .kind = KL_KIND_STRING}
#define MAYBE(member)                                                                              \
    {.name = (member), .kind = KL_KIND_STRING, .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_NULL}
#define CREATED {.name = "created_at", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME}

static const kl_member execution_members[] = {TEXT("id"), TEXT("action"), TEXT("outcome"),
                                              TEXT("competency_category"), MAYBE("notes"), CREATED};
static const kl_member escalation_members[] = {TEXT("id"), TEXT("reason"), MAYBE("resolution"),
                                               TEXT("escalated_to"), CREATED};
static const kl_member intervention_members[] = {
    TEXT("id"), TEXT("action_taken"), TEXT("context"), MAYBE("outcome"), TEXT("competency_category"),
    CREATED};

static const kl_shape shapes[KL_MIRROR_KINDS] = {
    {.name = "execution record", KL_SHAPE_MEMBERS(execution_members)},
    {.name = "escalation record", KL_SHAPE_MEMBERS(escalation_members)},
    {.name = "intervention record", KL_SHAPE_MEMBERS(intervention_members)},
};

const kl_stored_kind kl_mirror_files[KL_MIRROR_KINDS] = {
    {.sub = "mirror/execution", .id_member = "id", .prefix = "exec-", .shape = &shapes[0]},
    {.sub = "mirror/escalation", .id_member = "id", .prefix = "esc-", .shape = &shapes[1]},
    {.sub = "mirror/intervention", .id_member = "id", .prefix = "int-", .shape = &shapes[2]},
};

/* ---- adding -------------------------------------------------------------------------------------- */

static kl_status make_record(kl_value *out, const kl_stored_kind *kind, const kl_value *texts,
                             kl_error *error)
{
    const kl_shape *shape = kind->shape;
    kl_value map, id = kl_null(), now = kl_null();
    kl_status status;
    KL_TRY(kl_map_new(&map, shape->count, error));
    KL_TRY_OUT(kl_trust_id_new(&id, kind->prefix, error));
    KL_TRY_OUT(kl_stored_now(&now, error));
    KL_TRY_OUT(kl_stored_set(&map, "id", id, error));
    for (size_t i = 1; i + 1 < shape->count; i++) {
        bool required = !(shape->members[i].flags & KL_MEMBER_NULL);
        if (required || !kl_is_null(texts[i - 1]))
            KL_TRY_OUT(kl_trust_text_check(texts[i - 1], shape->members[i].name, false, error));
        KL_TRY_OUT(kl_stored_set(&map, shape->members[i].name, texts[i - 1], error));
    }
    KL_TRY_OUT(kl_stored_set(&map, "created_at", now, error));
    *out = kl_value_take(&map);
out:
    kl_value_release(now);
    kl_value_release(id);
    kl_value_release(map);
    return status;
}

kl_status kl_mirror_add(kl_value *out, kl_trust_folder *folder, kl_mirror_kind kind,
                        const kl_value *texts, kl_error *error)
{
    kl_value record;
    KL_TRY(make_record(&record, &kl_mirror_files[kind], texts, error));
    kl_status status = kl_trust_lock(folder, error);
    if (status == KL_OK) {
        status = kl_stored_put(folder, &kl_mirror_files[kind], record, error);
        kl_trust_unlock(folder);
    }
    if (status == KL_OK)
        *out = kl_value_retain(kl_stored_member(record, "id"));
    kl_value_release(record);
    return status;
}

/* ---- the three records --------------------------------------------------------------------------- */

static kl_status content_hash(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_trust_canonical_hash(out, ((kl_wire_record *)self)->wire, error);
}

static const kl_method record_methods[] = {
    {.name = "content_hash", .call = content_hash, .returns = KL_KIND_STRING,
     .doc = "SHA-256 of the canonical JSON of the record as it is stored, without its seal, as hexadecimal text."},
    KL_WIRE_METHODS,
};

#define RECORD_TEXT(owner, member, text)                                                           \
    KL_VALUE(owner, member, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY, .doc = (text))
#define RECORD_MAYBE(owner, member, text)                                                          \
    KL_VALUE(owner, member, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY | KL_OPTIONAL, .doc = (text))
#define RECORD_TYPE(variable, type_name, owner, field_table, text)                                 \
    static const kl_type variable = {                                                              \
        .name = (type_name), .module = "kailash", .doc = (text), .size = sizeof(owner),  \
        .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT, .fields = KL_TABLE(field_table), \
        .methods = KL_TABLE(record_methods)};                                                      \
    KL_PUBLISH(variable)

typedef struct execution {
    kl_object object;
    kl_value wire;
    kl_value id, action, outcome, competency_category, notes, created_at;
} execution;

static const kl_field execution_fields[] = {
    KL_WIRE_FIELD(execution),
    RECORD_TEXT(execution, id, "its id, exec- and 12 hexadecimal digits"),
    RECORD_TEXT(execution, action, "what was done"),
    RECORD_TEXT(execution, outcome, "what came of it"),
    RECORD_TEXT(execution, competency_category, "the human competency it took: a HumanCompetency"),
    RECORD_MAYBE(execution, notes, "what else is to be said, or None"),
    RECORD_TEXT(execution, created_at, "when: UTC, RFC 3339"),
};
RECORD_TYPE(execution_type, "TrustExecutionRecord", execution, execution_fields,
            "An action that went its way, as a mirror record of a trust project.");

typedef struct escalation {
    kl_object object;
    kl_value wire;
    kl_value id, reason, escalated_to, resolution, created_at;
} escalation;

static const kl_field escalation_fields[] = {
    KL_WIRE_FIELD(escalation),
    RECORD_TEXT(escalation, id, "its id, esc- and 12 hexadecimal digits"),
    RECORD_TEXT(escalation, reason, "why"),
    RECORD_TEXT(escalation, escalated_to, "to whom"),
    RECORD_MAYBE(escalation, resolution, "how it ended, or None"),
    RECORD_TEXT(escalation, created_at, "when: UTC, RFC 3339"),
};
RECORD_TYPE(escalation_type, "EscalationRecord", escalation, escalation_fields,
            "Something that was handed to somebody else, as a mirror record of a trust project.");

typedef struct intervention {
    kl_object object;
    kl_value wire;
    kl_value id, action_taken, context, competency_category, outcome, created_at;
} intervention;

static const kl_field intervention_fields[] = {
    KL_WIRE_FIELD(intervention),
    RECORD_TEXT(intervention, id, "its id, int- and 12 hexadecimal digits"),
    RECORD_TEXT(intervention, action_taken, "what somebody did"),
    RECORD_TEXT(intervention, context, "in what situation"),
    RECORD_TEXT(intervention, competency_category, "the human competency it took: a HumanCompetency"),
    RECORD_MAYBE(intervention, outcome, "what came of it, or None"),
    RECORD_TEXT(intervention, created_at, "when: UTC, RFC 3339"),
};
RECORD_TYPE(intervention_type, "InterventionRecord", intervention, intervention_fields,
            "Somebody who stepped in, as a mirror record of a trust project.");

static const kl_type *const record_types[KL_MIRROR_KINDS] = {&execution_type, &escalation_type,
                                                             &intervention_type};

/* ---- MirrorRecords ------------------------------------------------------------------------------- */

typedef struct records {
    kl_object object;
    kl_value executions, escalations, interventions;
    int64_t total;
} records;

static const kl_field records_fields[] = {
    KL_VALUE(records, executions, .kind = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,
             .type = &execution_type, .doc = "actions, the oldest first"),
    KL_VALUE(records, escalations, .kind = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,
             .type = &escalation_type, .doc = "what was handed to somebody else, the oldest first"),
    KL_VALUE(records, interventions, .kind = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,
             .type = &intervention_type, .doc = "what somebody stepped into, the oldest first"),
    KL_COUNT_FIELD(records, total, 0, .doc = "number of all three"),
};

const kl_type kl_mirror_records_type = {
    .name = "MirrorRecords",
    .module = "kailash",
    .doc = "All mirror records of a trust project.",
    .size = sizeof(records),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(records_fields),
};
KL_PUBLISH(kl_mirror_records_type);

static kl_status read_kind(kl_value *out, const kl_trust_folder *folder, kl_mirror_kind kind,
                           kl_error *error)
{
    kl_value maps = kl_null(), list = kl_null(), one;
    kl_status status;
    KL_TRY_OUT(kl_stored_list(&maps, folder, &kl_mirror_files[kind], error));
    KL_TRY_OUT(kl_array_new(&list, kl_array_len(maps), error));
    for (size_t i = 0; i < kl_array_len(maps); i++) {
        KL_TRY_OUT(kl_wire_record_new(&one, record_types[kind], &shapes[kind],
                                      kl_value_retain(kl_array_at(maps, i)), error));
        KL_TRY_OUT(kl_array_push(&list, one, error));
    }
    *out = kl_value_take(&list);
out:
    kl_value_release(list);
    kl_value_release(maps);
    return status;
}

kl_status kl_mirror_records(kl_value *out, const kl_trust_folder *folder, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_mirror_records_type, error));
    records *r = (records *)object;
    kl_status status = read_kind(&r->executions, folder, KL_MIRROR_EXECUTION, error);
    if (status == KL_OK)
        status = read_kind(&r->escalations, folder, KL_MIRROR_ESCALATION, error);
    if (status == KL_OK)
        status = read_kind(&r->interventions, folder, KL_MIRROR_INTERVENTION, error);
    r->total = (int64_t)(kl_array_len(r->executions) + kl_array_len(r->escalations) +
                         kl_array_len(r->interventions));
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

/* ---- counting ------------------------------------------------------------------------------------ */

static kl_status count_one(kl_competency_counts *counts, kl_text word, kl_error *error)
{
    for (size_t i = 0; kl_competency_words[i]; i++)
        if (kl_text_is(word, kl_competency_words[i])) {
            counts->of[i]++;
            return KL_OK;
        }
    return kl_fault(error, KL_FAILED, NULL, "serialization_error",
                    "serialization error: unknown competency in a mirror record: '%.*s'",
                    (int)KL_MIN(word.len, 60), word.data);
}

kl_status kl_competency_count(kl_competency_counts *out, const kl_trust_folder *folder,
                              kl_error *error)
{
    kl_competency_counts counts = {.total = 0};
    for (int kind = 0; kind < KL_MIRROR_KINDS; kind++) {
        kl_value maps;
        kl_status status = kl_stored_list(&maps, folder, &kl_mirror_files[kind], error);
        if (status != KL_OK)
            return status;
        counts.total += (int64_t)kl_array_len(maps);
        if (kind == KL_MIRROR_EXECUTION)
            counts.executions = (int64_t)kl_array_len(maps);
        for (size_t i = 0; i < kl_array_len(maps) && kind != KL_MIRROR_ESCALATION && status == KL_OK; i++)
            status = count_one(&counts, kl_stored_text(kl_array_at(maps, i), "competency_category"),
                               error);
        kl_value_release(maps);
        KL_TRY(status);
    }
    *out = counts;
    return KL_OK;
}

int kl_competency_dominant(const kl_competency_counts *counts)
{
    int best = -1;
    int64_t most = 0;
    for (int i = 0; i < 6; i++)
        if (counts->of[i] > most) {
            most = counts->of[i];
            best = i;
        }
    return best;
}
