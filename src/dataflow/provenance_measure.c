/* src/dataflow/provenance_measure.c - coverage in numbers: of a source, and of a whole corpus. */
#include "provenance_report.h"

/* ---- a source ------------------------------------------------------------------------------------ */

/* The numbers of a source, and what it lacks. */
static kl_status put_source(kl_value *map, const kl_source_coverage *source, kl_value label,
                            kl_error *error)
{
    int64_t uncovered = (int64_t)kl_array_len(source->uncovered);
    KL_TRY(kl_report_set(map, "source_id", kl_value_retain(source->source_id), error));
    KL_TRY(kl_report_set(map, "scope_label", kl_value_retain(label), error));
    KL_TRY(kl_report_set(map, "coverage", kl_coverage_of(source->covered, uncovered), error));
    KL_TRY(kl_report_set(map, "covered_span_count", kl_int(source->covered), error));
    KL_TRY(kl_report_set(map, "boilerplate_span_count", kl_int(source->boilerplate), error));
    KL_TRY(kl_report_set(map, "has_data", kl_bool(source->covered + uncovered > 0), error));
    KL_TRY(kl_report_set(map, "has_gaps", kl_bool(uncovered > 0), error));
    return kl_report_set(map, "uncovered_spans", kl_value_retain(source->uncovered), error);
}

static kl_status source_map(kl_value *out, const kl_source_coverage *source, kl_value label,
                            kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, 8, error));
    kl_status status = put_source(&map, source, label, error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

/* A source of which there is no chunk has a report too. */
static kl_status report_source(kl_value *out, const kl_corpus *corpus, const kl_value *args,
                               kl_error *error)
{
    kl_source_coverage none = {.source_id = args[2]};
    if (corpus->count)
        return source_map(out, &corpus->sources[0], args[3], error);
    KL_TRY(kl_array_new(&none.uncovered, 0, error));
    kl_status status = source_map(out, &none, args[3], error);
    kl_value_release(none.uncovered);
    return status;
}

static kl_status call_source(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_data_session session;
    kl_corpus corpus;
    (void)self;
    KL_TRY(kl_provenance_begin(&session, args[0], args[1], "compute_source_coverage", "Chunk",
                               error));
    kl_status status = kl_corpus_read(&corpus, &session, args[2], error);
    kl_data_session_end(&session);
    if (status == KL_OK)
        status = report_source(out, &corpus, args, error);
    kl_corpus_end(&corpus);
    return status;
}

/* ---- a corpus ------------------------------------------------------------------------------------ */

static kl_status read_rows(kl_corpus_facts *facts, kl_data_session *session, bool with_entries,
                           kl_error *error)
{
    KL_TRY(kl_corpus_read(&facts->corpus, session, kl_null(), error));
    KL_TRY(kl_sweep_read(&facts->sweep, session, true, error));
    return with_entries ? kl_index_descriptions(&facts->entries, session, error) : KL_OK;
}

kl_status kl_corpus_facts_read(kl_corpus_facts *facts, const kl_value *args, const char *method,
                               bool with_entries, kl_error *error)
{
    kl_data_session session;
    *facts = (kl_corpus_facts){.entries = kl_null()};
    KL_TRY(kl_provenance_begin(&session, args[0], args[1], method, "Chunk", error));
    kl_status status = read_rows(facts, &session, with_entries, error);
    kl_data_session_end(&session);
    return status == KL_OK ? kl_sweep_resolve(&facts->sweep, args[3], error) : status;
}

void kl_corpus_facts_end(kl_corpus_facts *facts)
{
    kl_corpus_end(&facts->corpus);
    kl_sweep_end(&facts->sweep);
    kl_value_release(facts->entries);
}

static kl_status put_sources(kl_value *report, const kl_corpus *corpus, kl_value label,
                             kl_error *error)
{
    kl_value list, map;
    kl_status status = kl_array_new(&list, corpus->count, error);
    if (status != KL_OK)
        return status;
    for (size_t i = 0; i < corpus->count; i++) {
        KL_TRY_OUT(source_map(&map, &corpus->sources[i], label, error));
        KL_TRY_OUT(kl_array_push(&list, map, error));
    }
    return kl_report_set(report, "sources", list, error);
out:
    kl_value_release(list);
    return status;
}

static kl_status put_accountability(kl_value *report, const kl_sweep *sweep, kl_error *error)
{
    bool is_clean = !kl_array_len(sweep->orphaned) && !kl_array_len(sweep->unbacked);
    kl_value map;
    kl_status status = kl_map_new(&map, 3, error);
    if (status != KL_OK)
        return status;
    KL_TRY_OUT(kl_report_set(&map, "orphaned", kl_value_retain(sweep->orphaned), error));
    KL_TRY_OUT(kl_report_set(&map, "unbacked", kl_value_retain(sweep->unbacked), error));
    KL_TRY_OUT(kl_report_set(&map, "is_clean", kl_bool(is_clean), error));
    return kl_report_set(report, "accountability", map, error);
out:
    kl_value_release(map);
    return status;
}

static kl_status report_corpus(kl_value *out, const kl_corpus_facts *facts, kl_value label,
                               kl_error *error)
{
    kl_value report;
    kl_status status;
    KL_TRY(kl_map_new(&report, 3, error));
    KL_TRY_OUT(kl_report_set(&report, "scope_label", kl_value_retain(label), error));
    KL_TRY_OUT(put_sources(&report, &facts->corpus, label, error));
    KL_TRY_OUT(put_accountability(&report, &facts->sweep, error));
    *out = report;
    return KL_OK;
out:
    kl_value_release(report);
    return status;
}

static kl_status call_corpus(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_corpus_facts facts;
    (void)self;
    kl_status status = kl_corpus_facts_read(&facts, args, "compute_corpus_coverage", false, error);
    if (status == KL_OK)
        status = report_corpus(out, &facts, args[2], error);
    kl_corpus_facts_end(&facts);
    return status;
}

/* ---- tables -------------------------------------------------------------------------------------- */

static const kl_param source_params[] = {
    KL_P_EXPRESS,
    KL_P_TENANT,
    {.name = "source_id", .kind = KL_KIND_STRING, .doc = "which source"},
    KL_P_LABEL,
};
static const kl_param corpus_params[] = {KL_P_EXPRESS, KL_P_TENANT, KL_P_LABEL, KL_P_RESOLVER};

static const kl_function source_function = {
    .module = KL_PROVENANCE_MODULE,
    .method = {.name = "compute_source_coverage", .call = call_source,
               .params = KL_TABLE(source_params), .flags = KL_BLOCKING, .returns = KL_KIND_MAP,
               .raises = KL_PROVENANCE_RAISES,
               .doc = "How much of a source reached the index: coverage from 0 to 1, or None when "
                      "nothing of it was measured, and the spans that it lacks."}};
KL_PUBLISH_FUNCTION(source_function);

static const kl_function corpus_function = {
    .module = KL_PROVENANCE_MODULE,
    .method = {.name = "compute_corpus_coverage", .call = call_corpus,
               .params = KL_TABLE(corpus_params), .flags = KL_BLOCKING, .returns = KL_KIND_MAP,
               .raises = "ValueError, " KL_PROVENANCE_RAISES,
               .doc = "The same of every source, in the order of their first chunks, and the answers "
                      "of both sweeps over the anchors."}};
KL_PUBLISH_FUNCTION(corpus_function);
