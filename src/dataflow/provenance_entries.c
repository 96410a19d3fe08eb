/* src/dataflow/provenance_entries.c - the index entries as the coverage report describes them. */
#include "provenance_report.h"

static const char *const columns[] = {"id", "description", "coverage_status", "framework_tag",
                                      "chunk_refs", NULL};
static const char *const row_order[] = {"created_at", "id", NULL};
enum { ID, DESCRIPTION, STATUS, FRAMEWORK, CHUNK_REFS };

static const char *const annotations[] = {
    [KL_COVERAGE_DISTILLED] = "Distilled: its sources were read for what they mean.",
    [KL_COVERAGE_FALLBACK] = "Cut into chunks as it stood, not distilled; it can be found.",
    [KL_COVERAGE_BOILERPLATE] = "Left out as boilerplate, which does not count as a gap.",
    [KL_COVERAGE_UNKNOWN] = "",
};

static kl_status count_refs(int64_t *out, const kl_reading *reading, kl_error *error)
{
    kl_value refs;
    kl_status status = kl_reading_json(&refs, reading->values[CHUNK_REFS], error);
    if (status == KL_NO_MEMORY)
        return status;
    bool is_array = status == KL_OK && kl_is(refs, KL_KIND_ARRAY);
    if (is_array)
        *out = (int64_t)kl_array_len(refs);
    if (status == KL_OK)
        kl_value_release(refs);
    if (is_array)
        return KL_OK;
    return kl_data_refuse(reading->session, error, "IndexEntry '%.*s': chunk_refs is no JSON array",
                          KL_TEXT_ARG(kl_as_text(reading->values[ID])));
}

static kl_status push_entry(kl_value *list, const kl_reading *reading, kl_error *error)
{
    kl_coverage_status covered = kl_coverage_status_of(kl_as_text(reading->values[STATUS]));
    const kl_value *values = reading->values;
    int64_t refs;
    kl_value map;
    KL_TRY(count_refs(&refs, reading, error));
    kl_status status = kl_map_new(&map, 6, error);
    if (status != KL_OK)
        return status;
    KL_TRY_OUT(kl_report_set(&map, "index_key", kl_value_retain(values[ID]), error));
    KL_TRY_OUT(kl_report_set(&map, "description", kl_value_retain(values[DESCRIPTION]), error));
    KL_TRY_OUT(kl_report_set(&map, "coverage_status", kl_value_retain(values[STATUS]), error));
    KL_TRY_OUT(kl_map_set_format(&map, "status_annotation", error, "%s", annotations[covered]));
    KL_TRY_OUT(kl_report_set(&map, "framework_tag", kl_value_retain(values[FRAMEWORK]), error));
    KL_TRY_OUT(kl_report_set(&map, "backing_chunk_count", kl_int(refs), error));
    return kl_array_push(list, map, error);
out:
    kl_value_release(map);
    return status;
}

kl_status kl_index_descriptions(kl_value *out, kl_data_session *session, kl_error *error)
{
    kl_reading reading;
    kl_value list;
    kl_status status;
    bool has_row;
    KL_TRY(kl_array_new(&list, 0, error));
    KL_TRY_OUT(kl_reading_select(&reading, session, "IndexEntry", columns, error));
    KL_TRY_OUT(kl_reading_scope(&reading, error));
    KL_TRY_OUT(kl_reading_order(&reading, row_order, error));
    for (;;) {
        KL_TRY_OUT(kl_reading_next(&has_row, &reading, error));
        if (!has_row)
            break;
        KL_TRY_OUT(push_entry(&list, &reading, error));
    }
out:
    kl_reading_end(&reading);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}
