/* src/dataflow/provenance_sweep.c - anchors that lead nowhere, and anchors that nothing backs. */
#include "provenance_sweep.h"

static const char *const anchor_columns[] = {"id", "anchor", "chunk_refs", "origin", NULL};
static const char *const row_order[] = {"created_at", "id", NULL};
enum { ID, ANCHOR, CHUNK_REFS, ORIGIN };

/* ---- reading the anchors ------------------------------------------------------------------------- */

/* What becomes of a row, whose chunk_refs are an array; `data` is whoever reads. */
typedef kl_status take_anchor(void *data, kl_value *values, kl_error *error);

static kl_status read_anchor(kl_reading *reading, take_anchor *take, void *data, kl_error *error)
{
    kl_value refs;
    kl_status status = kl_reading_json(&refs, reading->values[CHUNK_REFS], error);
    if (status == KL_NO_MEMORY)
        return status;
    if (status != KL_OK || !kl_is(refs, KL_KIND_ARRAY)) {
        if (status == KL_OK)
            kl_value_release(refs);
        return kl_data_refuse(reading->session, error,
                              "AccountabilityAnchor '%.*s': chunk_refs is no JSON array",
                              KL_TEXT_ARG(kl_as_text(reading->values[ID])));
    }
    kl_value_replace(&reading->values[CHUNK_REFS], refs);
    return take(data, reading->values, error);
}

static kl_status read_anchors(kl_data_session *session, take_anchor *take, void *data,
                              kl_error *error)
{
    kl_reading reading;
    kl_status status;
    bool has_row;
    KL_TRY_OUT(kl_reading_select(&reading, session, "AccountabilityAnchor", anchor_columns, error));
    KL_TRY_OUT(kl_reading_scope(&reading, error));
    KL_TRY_OUT(kl_reading_order(&reading, row_order, error));
    for (;;) {
        KL_TRY_OUT(kl_reading_next(&has_row, &reading, error));
        if (!has_row)
            break;
        KL_TRY_OUT(read_anchor(&reading, take, data, error));
    }
out:
    kl_reading_end(&reading);
    return status;
}

/* {"id", "anchor", "chunk_refs", "origin"}, appended. */
static kl_status push_anchor(kl_value *list, const kl_value *values, kl_error *error)
{
    kl_value map;
    kl_status status = kl_map_new(&map, 4, error);
    if (status != KL_OK)
        return status;
    for (size_t i = 0; anchor_columns[i]; i++)
        KL_TRY_OUT(kl_map_set(&map, kl_text_from(anchor_columns[i]), kl_value_retain(values[i]),
                              error));
    return kl_array_push(list, map, error);
out:
    kl_value_release(map);
    return status;
}

/* ---- the sweeps ---------------------------------------------------------------------------------- */

/* What is written by hand needs no chunk behind it. */
static bool is_unbacked(const kl_value *values)
{
    return !kl_array_len(values[CHUNK_REFS]) &&
           !kl_text_is(kl_as_text(values[ORIGIN]), "hand-authored");
}

static kl_status sort_out(void *data, kl_value *values, kl_error *error)
{
    kl_sweep *sweep = data;
    if (sweep->wants_backed && kl_array_len(values[CHUNK_REFS]))
        return push_anchor(&sweep->backed, values, error);
    return is_unbacked(values) ? push_anchor(&sweep->unbacked, values, error) : KL_OK;
}

kl_status kl_sweep_read(kl_sweep *sweep, kl_data_session *session, bool wants_backed,
                        kl_error *error)
{
    *sweep = (kl_sweep){.wants_backed = wants_backed};
    KL_TRY(kl_array_new(&sweep->backed, 0, error));
    KL_TRY(kl_array_new(&sweep->unbacked, 0, error));
    KL_TRY(kl_array_new(&sweep->orphaned, 0, error));
    return read_anchors(session, sort_out, sweep, error);
}

void kl_sweep_end(kl_sweep *sweep)
{
    kl_value_release(sweep->backed);
    kl_value_release(sweep->unbacked);
    kl_value_release(sweep->orphaned);
}

/* An exception of the resolver's is the caller's own: it passes as it is. */
static kl_status pass_unchanged(kl_status status, kl_error *error)
{
    if (!error || !error->cause)
        return status;
    error->code = KL_INTERRUPTED;
    return KL_INTERRUPTED;
}

static kl_status resolves(bool *out, kl_value resolver, kl_value anchor, kl_error *error)
{
    kl_value answer = kl_null();
    kl_status status = kl_call_value(&answer, resolver, &anchor, 1, error);
    if (status != KL_OK)
        return pass_unchanged(status, error);
    bool is_bool = kl_is(answer, KL_KIND_BOOL);
    *out = kl_as_bool(answer);
    if (!is_bool)
        status = kl_error_set(error, KL_TYPE, "resolver: expected bool, got %s",
                              kl_value_kind_name(answer));
    kl_value_release(answer);
    return status;
}

kl_status kl_sweep_resolve(kl_sweep *sweep, kl_value resolver, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(sweep->backed); i++) {
        kl_value anchor = kl_array_at(sweep->backed, i);
        bool found;
        KL_TRY(resolves(&found, resolver, kl_map_get(anchor, KL_TEXT("anchor")), error));
        if (!found)
            KL_TRY(kl_array_push(&sweep->orphaned, kl_value_retain(anchor), error));
    }
    return KL_OK;
}

/* ---- functions ----------------------------------------------------------------------------------- */

static kl_status call_orphaned(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_data_session session;
    kl_sweep sweep;
    (void)self;
    KL_TRY(kl_provenance_begin(&session, args[0], args[1], "sweep_orphaned_chunks",
                               "AccountabilityAnchor", error));
    kl_status status = kl_sweep_read(&sweep, &session, true, error);
    kl_data_session_end(&session);
    if (status == KL_OK)
        status = kl_sweep_resolve(&sweep, args[2], error);
    if (status == KL_OK)
        *out = kl_value_take(&sweep.orphaned);
    kl_sweep_end(&sweep);
    return status;
}

static kl_status call_unbacked(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_data_session session;
    kl_sweep sweep;
    (void)self;
    KL_TRY(kl_provenance_begin(&session, args[0], args[1], "sweep_unbacked_anchors",
                               "AccountabilityAnchor", error));
    kl_status status = kl_sweep_read(&sweep, &session, false, error);
    kl_data_session_end(&session);
    if (status == KL_OK)
        *out = kl_value_take(&sweep.unbacked);
    kl_sweep_end(&sweep);
    return status;
}

static const kl_param orphaned_params[] = {KL_P_EXPRESS, KL_P_TENANT, KL_P_RESOLVER};
static const kl_param unbacked_params[] = {KL_P_EXPRESS, KL_P_TENANT};

static const kl_function orphaned_function = {
    .module = KL_PROVENANCE_MODULE,
    .method = {.name = "sweep_orphaned_chunks", .call = call_orphaned,
               .params = KL_TABLE(orphaned_params), .flags = KL_BLOCKING, .returns = KL_KIND_ARRAY,
               .item = KL_KIND_MAP, .raises = "ValueError, " KL_PROVENANCE_RAISES,
               .doc = "Anchors with chunks that lead nowhere any more: those for which the resolver "
                      "says False. [{\"id\", \"anchor\", \"chunk_refs\", \"origin\"}]"}};
KL_PUBLISH_FUNCTION(orphaned_function);

static const kl_function unbacked_function = {
    .module = KL_PROVENANCE_MODULE,
    .method = {.name = "sweep_unbacked_anchors", .call = call_unbacked,
               .params = KL_TABLE(unbacked_params), .flags = KL_BLOCKING, .returns = KL_KIND_ARRAY,
               .item = KL_KIND_MAP, .raises = KL_PROVENANCE_RAISES,
               .doc = "Anchors without any chunk, except those whose origin is hand-authored. "
                      "[{\"id\", \"anchor\", \"chunk_refs\", \"origin\"}]"}};
KL_PUBLISH_FUNCTION(unbacked_function);
