/* src/trust_plane/mirror.c - MirrorManager and CompetencyMap. */
#include "mirror.h"
#include "buffer.h"
#include "seal.h"

/* ---- CompetencyMap ------------------------------------------------------------------------------- */

typedef struct competency_map {
    kl_object object;
    int64_t total_records;
    double ai_autonomy_rate;
    kl_value dominant_category;
    kl_competency_counts counts;
} competency_map;

static const kl_type competency_map_type;

/* {competency: n, ...} of those that are there. */
static kl_status distribution_of(kl_value *out, const kl_competency_counts *counts, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, 7, error));
    for (size_t i = 0; kl_competency_words[i]; i++) {
        if (!counts->of[i])
            continue;
        kl_status status = kl_map_set(&map, kl_text_from(kl_competency_words[i]),
                                      kl_int(counts->of[i]), error);
        if (status != KL_OK) {
            kl_value_release(map);
            return status;
        }
    }
    *out = map;
    return KL_OK;
}

static kl_status distribution(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return distribution_of(out, &((competency_map *)self)->counts, error);
}

void kl_competency_markdown(kl_buffer *to, const kl_competency_counts *counts)
{
    int dominant = kl_competency_dominant(counts);
    int64_t sum = 0;
    for (int i = 0; i < 6; i++)
        sum += counts->of[i];
    kl_buffer_string(to, "### Competency Distribution\n\n| Category | Count | Percentage |\n"
                         "|----------|------:|----------:|\n");
    for (int i = 0; i < 6; i++)
        if (counts->of[i])
            kl_buffer_format(to, "| %s | %lld | %.1f%% |\n", kl_competency_names[i],
                             (long long)counts->of[i], 100.0 * (double)counts->of[i] / (double)sum);
    kl_buffer_format(to, "\n**Dominant category**: %s\n\n**AI autonomy rate**: %.1f%%\n",
                     dominant < 0 ? "none" : kl_competency_names[dominant],
                     counts->total ? 100.0 * (double)counts->executions / (double)counts->total : 0.0);
}

static kl_status to_markdown(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const competency_map *m = (const competency_map *)self;
    kl_buffer text = KL_BUFFER_INIT;
    (void)args;
    kl_competency_markdown(&text, &m->counts);
    return kl_buffer_finish(out, &text, error);
}

static const kl_field map_fields[] = {
    KL_COUNT_FIELD(competency_map, total_records, 0, .doc = "records of all three kinds"),
    KL_DOUBLE(competency_map, ai_autonomy_rate, 0,
              .doc = "executions as a share of all records, 0 to 1; 0.0 without records"),
    KL_VALUE(competency_map, dominant_category, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "the most frequent competency, of equals the first in the order of "
                    "HumanCompetency; None when there is none"),
};

static const kl_method map_methods[] = {
    {.name = "distribution", .call = distribution, .returns = KL_KIND_MAP, .item = KL_KIND_INT,
     .doc = "{competency: number of executions and interventions}, of those that occur."},
    {.name = "to_markdown", .call = to_markdown, .returns = KL_KIND_STRING,
     .doc = "The same as a section of a Markdown document."},
};

static const kl_type competency_map_type = {
    .name = "CompetencyMap",
    .module = "kailash",
    .doc = "Which human competencies the mirror records of a trust project speak of.",
    .size = sizeof(competency_map),
    .flags = KL_TYPE_NO_INIT,
    .fields = KL_TABLE(map_fields),
    .methods = KL_TABLE(map_methods),
};
KL_PUBLISH(competency_map_type);

kl_status kl_competency_map(kl_value *out, const kl_trust_folder *folder, kl_error *error)
{
    kl_object *object;
    kl_competency_counts counts;
    KL_TRY(kl_competency_count(&counts, folder, error));
    KL_TRY(kl_object_alloc(&object, &competency_map_type, error));
    competency_map *m = (competency_map *)object;
    int dominant = kl_competency_dominant(&counts);
    m->counts = counts;
    m->total_records = counts.total;
    m->ai_autonomy_rate = counts.total ? (double)counts.executions / (double)counts.total : 0;
    kl_status status = KL_OK;
    if (dominant >= 0)
        status = kl_string_new(&m->dominant_category, kl_text_from(kl_competency_words[dominant]),
                               error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

/* ---- MirrorManager ------------------------------------------------------------------------------- */

typedef struct manager {
    kl_object object;
    kl_trust_folder *folder;
} manager;

static kl_status init(kl_object *self, const kl_value *args, kl_error *error)
{
    kl_trust_folder **folder = &((manager *)self)->folder;
    KL_TRY(kl_trust_folder_open(folder, kl_as_text(args[0]), error));
    return kl_seal_by(*folder, args[1], error);
}

static void dispose(kl_object *self)
{
    if (((manager *)self)->folder)
        kl_trust_folder_release(((manager *)self)->folder);
}

static kl_trust_folder *folder_of(kl_object *self) { return ((manager *)self)->folder; }

static kl_status record_execution(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    return kl_mirror_add(out, folder_of(self), KL_MIRROR_EXECUTION, args, error);
}

/* Files have the resolution before the addressee. */
static kl_status record_escalation(kl_value *out, kl_object *self, const kl_value *args,
                                   kl_error *error)
{
    const kl_value texts[] = {args[0], args[2], args[1]};
    return kl_mirror_add(out, folder_of(self), KL_MIRROR_ESCALATION, texts, error);
}

/* Likewise the outcome before the competency. */
static kl_status record_intervention(kl_value *out, kl_object *self, const kl_value *args,
                                     kl_error *error)
{
    const kl_value texts[] = {args[0], args[1], args[3], args[2]};
    return kl_mirror_add(out, folder_of(self), KL_MIRROR_INTERVENTION, texts, error);
}

static kl_status count(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_competency_counts counts;
    kl_value map;
    (void)args;
    KL_TRY(kl_competency_count(&counts, folder_of(self), error));
    KL_TRY(distribution_of(&map, &counts, error));
    kl_status status = kl_map_set(&map, KL_TEXT("total_records"), kl_int(counts.total), error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static kl_status get_records(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_mirror_records(out, folder_of(self), error);
}

static kl_status get_competency(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_competency_map(out, folder_of(self), error);
}

#define COMPETENCY_PARAM                                                                           \
    {.name = "competency", .kind = KL_KIND_ENUM, .names = kl_competency_words,                     \
     .doc = "the human competency it took"}

static const kl_param init_params[] = {
    {.name = "trust_dir", .kind = KL_KIND_STRING, .doc = "directory of the trust project"},
    KL_SEAL_PARAM,
};
static const kl_param execution_params[] = {
    {.name = "action", .kind = KL_KIND_STRING, .doc = "what was done"},
    {.name = "outcome", .kind = KL_KIND_STRING, .doc = "what came of it"},
    COMPETENCY_PARAM,
    {.name = "notes", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "what else is to be said"},
};
static const kl_param escalation_params[] = {
    {.name = "reason", .kind = KL_KIND_STRING, .doc = "why"},
    {.name = "escalated_to", .kind = KL_KIND_STRING, .doc = "to whom"},
    {.name = "resolution", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "how it ended"},
};
static const kl_param intervention_params[] = {
    {.name = "action_taken", .kind = KL_KIND_STRING, .doc = "what somebody did"},
    {.name = "context", .kind = KL_KIND_STRING, .doc = "in what situation"},
    COMPETENCY_PARAM,
    {.name = "outcome", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "what came of it"},
};

static const kl_method methods[] = {
    {.name = "record_execution", .call = record_execution, .flags = KL_BLOCKING,
     .params = KL_TABLE(execution_params), .returns = KL_KIND_STRING,
     .raises = "ValueError, RuntimeError", .doc = "An action that went its way; the record's id."},
    {.name = "record_escalation", .call = record_escalation, .flags = KL_BLOCKING,
     .params = KL_TABLE(escalation_params), .returns = KL_KIND_STRING,
     .raises = "ValueError, RuntimeError",
     .doc = "Something that was handed to somebody else; the record's id."},
    {.name = "record_intervention", .call = record_intervention, .flags = KL_BLOCKING,
     .params = KL_TABLE(intervention_params), .returns = KL_KIND_STRING,
     .raises = "ValueError, RuntimeError", .doc = "Somebody who stepped in; the record's id."},
    {.name = "competency_map", .call = count, .flags = KL_BLOCKING, .returns = KL_KIND_MAP,
     .item = KL_KIND_INT, .raises = "RuntimeError",
     .doc = "{competency: executions and interventions, ..., \"total_records\": records of all three "
            "kinds}; competencies that do not occur are left out."},
    {.name = "records", .call = get_records, .flags = KL_BLOCKING, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_mirror_records_type, .raises = "RuntimeError", .doc = "All records as MirrorRecords, the oldest first."},
    {.name = "competency", .call = get_competency, .flags = KL_BLOCKING, .returns = KL_KIND_OBJECT,
     .returns_type = &competency_map_type, .raises = "RuntimeError",
     .doc = "The competency_map() with shares and what prevails."},
};

static const kl_type manager_type = {
    .name = "MirrorManager",
    .module = "kailash.trust_plane",
    .doc = "What people did, handed on and stepped into in a trust project, and what it took.",
    .size = sizeof(manager),
    .flags = KL_TYPE_AT_ROOT,
    .params = KL_TABLE(init_params),
    .init = init,
    .dispose = dispose,
    .methods = KL_TABLE(methods),
};
KL_PUBLISH(manager_type);
