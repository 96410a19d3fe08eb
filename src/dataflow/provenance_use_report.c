/* src/dataflow/provenance_use_report.c - what of the declared knowledge agents really read, in words. */
#include "provenance_activation.h"
#include "provenance_report.h"

#include <inttypes.h>

static const char *const entry_columns[] = {"id", "description", "framework_tag", NULL};
static const char *const by_id[] = {"id", NULL};
enum { ID, DESCRIPTION, FRAMEWORK };

/* ---- words --------------------------------------------------------------------------------------- */

/* `use` is NULL when there is no event. */
static const char *incorporation_of(const kl_index_use *use)
{
    if (!use)
        return "not-retrieved";
    if (use->incorporated)
        return "incorporated";
    return use->unjudged ? "retrieved-unjudged" : "retrieved-not-incorporated";
}

static const char *judgement(const kl_index_use *use)
{
    if (use->incorporated)
        return "at least once it was judged to have gone into the answer";
    return use->unjudged ? "whether it went into an answer is not judged yet"
                         : "it was judged to have gone into no answer";
}

static kl_status put_index_annotation(kl_value *map, const kl_index_use *use, kl_error *error)
{
    if (!use)
        return kl_map_set_format(map, "annotation", error, "No agent has retrieved it.");
    if (!use->agents)
        return kl_map_set_format(map, "annotation", error,
                                 "It was retrieved, but nothing tells by whom; %s.", judgement(use));
    return kl_map_set_format(map, "annotation", error, "%" PRId64 " %s retrieved it; %s.",
                             use->agents, use->agents == 1 ? "agent has" : "agents have",
                             judgement(use));
}

static kl_status put_artifact_annotation(kl_value *map, const kl_artifact_use *use, kl_error *error)
{
    static const char *const by[] = {"Seen in use by", "Available to",
                                     "In use, by their own account, by"};
    static const char *const unknown[] = {"Seen in use", "Available", "Told to be in use"};
    if (!use->agents)
        return kl_map_set_format(map, "annotation", error, "%s, but nothing tells with whom.",
                                 unknown[use->tier]);
    return kl_map_set_format(map, "annotation", error, "%s %" PRId64 " %s.", by[use->tier],
                             use->agents, use->agents == 1 ? "agent" : "agents");
}

/* ---- the index ----------------------------------------------------------------------------------- */

/* What declared and undeclared keys have in common. */
static kl_status put_use(kl_value *map, const kl_index_use *use, int64_t threshold, kl_error *error)
{
    KL_TRY(kl_report_set(map, "distinct_agent_count", kl_int(use ? use->agents : 0), error));
    KL_TRY(kl_map_set_format(map, "bucket", error, "%s",
                             use ? kl_activation_bucket(use->agents, threshold) : "not-activated"));
    KL_TRY(kl_map_set_format(map, "incorporation", error, "%s", incorporation_of(use)));
    return put_index_annotation(map, use, error);
}

static kl_status push_entry(kl_value *list, const kl_value *values, const kl_index_use *use,
                            int64_t threshold, kl_error *error)
{
    kl_value map;
    kl_status status = kl_map_new(&map, 7, error);
    if (status != KL_OK)
        return status;
    KL_TRY_OUT(kl_report_set(&map, "index_key", kl_value_retain(values[ID]), error));
    KL_TRY_OUT(kl_report_set(&map, "description", kl_value_retain(values[DESCRIPTION]), error));
    KL_TRY_OUT(kl_report_set(&map, "framework_tag", kl_value_retain(values[FRAMEWORK]), error));
    KL_TRY_OUT(put_use(&map, use, threshold, error));
    return kl_array_push(list, map, error);
out:
    kl_value_release(map);
    return status;
}

/* The parts of a report as they come together. */
typedef struct use_report {
    int64_t threshold;
    int64_t not_activated, unattributed; /* of the declared keys */
    kl_index_uses index;
    kl_artifact_uses artifacts;
    kl_value entries; /* array */
} use_report;

static kl_status take_entry(use_report *report, const kl_value *values, kl_error *error)
{
    kl_index_use *use = kl_index_use_of(&report->index, kl_as_text(values[ID]));
    if (use)
        use->declared = true;
    report->not_activated += !use;
    report->unattributed += use && !use->agents;
    return push_entry(&report->entries, values, use, report->threshold, error);
}

static kl_status read_entries(use_report *report, kl_data_session *session, kl_error *error)
{
    kl_reading reading;
    kl_status status;
    bool has_row;
    KL_TRY_OUT(kl_reading_select(&reading, session, "IndexEntry", entry_columns, error));
    KL_TRY_OUT(kl_reading_scope(&reading, error));
    KL_TRY_OUT(kl_reading_order(&reading, by_id, error));
    for (;;) {
        KL_TRY_OUT(kl_reading_next(&has_row, &reading, error));
        if (!has_row)
            break;
        KL_TRY_OUT(take_entry(report, reading.values, error));
    }
out:
    kl_reading_end(&reading);
    return status;
}

static kl_status push_undeclared(kl_value *list, const kl_index_use *use, int64_t threshold,
                                 kl_error *error)
{
    kl_value map;
    kl_status status = kl_map_new(&map, 5, error);
    if (status != KL_OK)
        return status;
    KL_TRY_OUT(kl_report_set(&map, "index_key", kl_value_retain(use->key), error));
    KL_TRY_OUT(put_use(&map, use, threshold, error));
    return kl_array_push(list, map, error);
out:
    kl_value_release(map);
    return status;
}

static kl_status put_undeclared(kl_value *map, const use_report *report, kl_error *error)
{
    kl_value list;
    kl_status status = kl_array_new(&list, 0, error);
    if (status != KL_OK)
        return status;
    for (size_t i = 0; i < report->index.count; i++)
        if (!report->index.items[i].declared)
            KL_TRY_OUT(push_undeclared(&list, &report->index.items[i], report->threshold, error));
    return kl_report_set(map, "undeclared_index_activations", list, error);
out:
    kl_value_release(list);
    return status;
}

/* ---- artifacts ----------------------------------------------------------------------------------- */

static kl_status push_artifact(kl_value *list, const kl_artifact_use *use, int64_t threshold,
                               kl_error *error)
{
    static const char *const tiers[] = {"observed", "availability", "self-reported"};
    kl_value map;
    kl_status status = kl_map_new(&map, 6, error);
    if (status != KL_OK)
        return status;
    KL_TRY_OUT(kl_report_set(&map, "artifact_id", kl_value_retain(use->id), error));
    KL_TRY_OUT(kl_report_set(&map, "artifact_type", kl_value_retain(use->type), error));
    KL_TRY_OUT(kl_map_set_format(&map, "observation_tier", error, "%s", tiers[use->tier]));
    KL_TRY_OUT(kl_report_set(&map, "distinct_agent_count", kl_int(use->agents), error));
    KL_TRY_OUT(kl_map_set_format(&map, "bucket", error, "%s",
                                 kl_activation_bucket(use->agents, threshold)));
    KL_TRY_OUT(put_artifact_annotation(&map, use, error));
    return kl_array_push(list, map, error);
out:
    kl_value_release(map);
    return status;
}

static kl_status put_artifacts(kl_value *map, const use_report *report, kl_error *error)
{
    kl_value list;
    kl_status status = kl_array_new(&list, report->artifacts.count, error);
    if (status != KL_OK)
        return status;
    for (size_t i = 0; i < report->artifacts.count; i++)
        KL_TRY_OUT(push_artifact(&list, &report->artifacts.items[i], report->threshold, error));
    return kl_report_set(map, "artifacts", list, error);
out:
    kl_value_release(list);
    return status;
}

/* ---- the report ---------------------------------------------------------------------------------- */

static kl_status render(kl_value *out, const use_report *report, kl_value label, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 7, error));
    KL_TRY_OUT(kl_report_set(&map, "scope_label", kl_value_retain(label), error));
    KL_TRY_OUT(kl_report_set(&map, "threshold", kl_int(report->threshold), error));
    KL_TRY_OUT(kl_report_set(&map, "indexes", kl_value_retain(report->entries), error));
    KL_TRY_OUT(put_artifacts(&map, report, error));
    KL_TRY_OUT(kl_report_set(&map, "indexes_not_activated", kl_int(report->not_activated), error));
    KL_TRY_OUT(kl_report_set(&map, "indexes_activated_unattributed", kl_int(report->unattributed),
                             error));
    KL_TRY_OUT(put_undeclared(&map, report, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status read_all(use_report *report, kl_data_session *session, kl_error *error)
{
    KL_TRY(kl_array_new(&report->entries, 0, error));
    KL_TRY(kl_index_uses_read(&report->index, session, error));
    KL_TRY(read_entries(report, session, error));
    return kl_artifact_uses_read(&report->artifacts, session, error);
}

static kl_status call_render(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_data_session session;
    use_report report = {.threshold = kl_as_int(args[3]), .entries = kl_null()};
    (void)self;
    KL_TRY(kl_provenance_begin(&session, args[0], args[1], "render_activation_report", "IndexEntry",
                               error));
    kl_status status = read_all(&report, &session, error);
    kl_data_session_end(&session);
    if (status == KL_OK)
        status = render(out, &report, args[2], error);
    kl_index_uses_end(&report.index);
    kl_artifact_uses_end(&report.artifacts);
    kl_value_release(report.entries);
    return status;
}

static const kl_param params[] = {KL_P_EXPRESS, KL_P_TENANT, KL_P_LABEL, KL_P_THRESHOLD};

static const kl_function render_function = {
    .module = KL_PROVENANCE_MODULE,
    .method = {.name = "render_activation_report", .call = call_render, .params = KL_TABLE(params),
               .flags = KL_BLOCKING, .returns = KL_KIND_MAP,
               .raises = "OverflowError, " KL_PROVENANCE_RAISES,
               .doc = "What agents did with the knowledge: every declared index entry, also those "
                      "that nobody retrieved, with agents, bucket, incorporation (incorporated, "
                      "retrieved-not-incorporated, retrieved-unjudged, not-retrieved) and a "
                      "sentence; every artifact by tier of observation; and the keys of events that "
                      "no entry declares."}};
KL_PUBLISH_FUNCTION(render_function);
