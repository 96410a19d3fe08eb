/* src/dataflow/provenance_render.c - coverage in words, for who reads no numbers. */
#include "provenance_report.h"
#include "kailash/json.h"

#include <inttypes.h>

/* ---- words ---------------------------------------------------------------------------------------- */

static const char *band_of(int64_t covered, int64_t uncovered)
{
    if (covered + uncovered == 0)
        return "no-data";
    if (!uncovered)
        return "fully-covered";
    return covered ? "partially-covered" : "not-covered";
}

/* A rounded percentage must not tell of all or nothing where it is neither. */
static int percent_of(int64_t covered, int64_t uncovered)
{
    int percent = (int)(100.0 * (double)covered / (double)(covered + uncovered) + 0.5);
    return KL_MAX(1, KL_MIN(99, percent));
}

/* `what` is "This source" or "The corpus". */
static kl_status put_annotation(kl_value *map, const char *key, const char *what, int64_t covered,
                                int64_t uncovered, kl_error *error)
{
    if (covered + uncovered == 0)
        return kl_map_set_format(map, key, error,
                                 "%s has no span to measure: nothing was read, or only boilerplate.",
                                 what);
    if (!uncovered)
        return kl_map_set_format(map, key, error,
                                 "%s is wholly in the index; boilerplate does not count.", what);
    if (!covered)
        return kl_map_set_format(map, key, error,
                                 "%s is not in the index: none of its %" PRId64 " spans reached it.",
                                 what, uncovered);
    return kl_map_set_format(map, key, error,
                             "%s is in the index to %d %%; %" PRId64 " of its spans did not reach it.",
                             what, percent_of(covered, uncovered), uncovered);
}

/* ---- sources -------------------------------------------------------------------------------------- */

/* A text as it is, anything else as JSON with sorted keys. */
static kl_status span_display(kl_value *out, kl_value span, kl_error *error)
{
    static const kl_json_style style = {.order = KL_JSON_CODE_POINTS, .spaced = true};
    if (!kl_is(span, KL_KIND_STRING))
        return kl_json_print(out, span, &style, error);
    *out = kl_value_retain(span);
    return KL_OK;
}

static kl_status push_gap(kl_value *list, kl_value span, kl_error *error)
{
    kl_value map, shown;
    kl_status status = kl_map_new(&map, 3, error);
    if (status != KL_OK)
        return status;
    KL_TRY_OUT(kl_report_set(&map, "source_id",
                             kl_value_retain(kl_map_get(span, KL_TEXT("source_id"))), error));
    KL_TRY_OUT(kl_report_set(&map, "locator",
                             kl_value_retain(kl_map_get(span, KL_TEXT("locator"))), error));
    KL_TRY_OUT(span_display(&shown, kl_map_get(span, KL_TEXT("span")), error));
    KL_TRY_OUT(kl_report_set(&map, "span_display", shown, error));
    return kl_array_push(list, map, error);
out:
    kl_value_release(map);
    return status;
}

static kl_status put_gaps(kl_value *map, kl_value uncovered, kl_error *error)
{
    kl_value list;
    kl_status status = kl_array_new(&list, kl_array_len(uncovered), error);
    if (status != KL_OK)
        return status;
    for (size_t i = 0; i < kl_array_len(uncovered); i++)
        KL_TRY_OUT(push_gap(&list, kl_array_at(uncovered, i), error));
    return kl_report_set(map, "uncovered", list, error);
out:
    kl_value_release(list);
    return status;
}

static kl_status push_source(kl_value *list, const kl_source_coverage *source, kl_error *error)
{
    int64_t covered = source->covered, uncovered = (int64_t)kl_array_len(source->uncovered);
    kl_value map;
    kl_status status = kl_map_new(&map, 7, error);
    if (status != KL_OK)
        return status;
    KL_TRY_OUT(kl_report_set(&map, "source_id", kl_value_retain(source->source_id), error));
    KL_TRY_OUT(kl_report_set(&map, "coverage", kl_coverage_of(covered, uncovered), error));
    KL_TRY_OUT(kl_map_set_format(&map, "band", error, "%s", band_of(covered, uncovered)));
    KL_TRY_OUT(put_annotation(&map, "annotation", "This source", covered, uncovered, error));
    KL_TRY_OUT(kl_report_set(&map, "covered_span_count", kl_int(covered), error));
    KL_TRY_OUT(kl_report_set(&map, "boilerplate_span_count", kl_int(source->boilerplate), error));
    KL_TRY_OUT(put_gaps(&map, source->uncovered, error));
    return kl_array_push(list, map, error);
out:
    kl_value_release(map);
    return status;
}

static kl_status put_sources(kl_value *report, const kl_corpus *corpus, kl_error *error)
{
    kl_value list;
    kl_status status = kl_array_new(&list, corpus->count, error);
    if (status != KL_OK)
        return status;
    for (size_t i = 0; i < corpus->count; i++)
        KL_TRY_OUT(push_source(&list, &corpus->sources[i], error));
    return kl_report_set(report, "sources", list, error);
out:
    kl_value_release(list);
    return status;
}

/* ---- the corpus ------------------------------------------------------------------------------------ */

typedef struct totals {
    int64_t covered, boilerplate, uncovered;
    int64_t with_gaps; /* sources */
} totals;

static totals add_up(const kl_corpus *corpus)
{
    totals sum = {0};
    for (size_t i = 0; i < corpus->count; i++) {
        int64_t uncovered = (int64_t)kl_array_len(corpus->sources[i].uncovered);
        sum.covered += corpus->sources[i].covered;
        sum.boilerplate += corpus->sources[i].boilerplate;
        sum.uncovered += uncovered;
        sum.with_gaps += uncovered > 0;
    }
    return sum;
}

static kl_status put_totals(kl_value *report, const totals *sum, kl_error *error)
{
    KL_TRY(kl_report_set(report, "corpus_coverage", kl_coverage_of(sum->covered, sum->uncovered),
                         error));
    KL_TRY(kl_map_set_format(report, "corpus_band", error, "%s",
                             band_of(sum->covered, sum->uncovered)));
    KL_TRY(put_annotation(report, "corpus_annotation", "The corpus", sum->covered, sum->uncovered,
                          error));
    KL_TRY(kl_report_set(report, "total_covered_spans", kl_int(sum->covered), error));
    KL_TRY(kl_report_set(report, "total_boilerplate_spans", kl_int(sum->boilerplate), error));
    return kl_report_set(report, "total_uncovered_spans", kl_int(sum->uncovered), error);
}

/* ---- completeness ----------------------------------------------------------------------------------- */

static kl_status push_anchor(kl_value *list, kl_value anchor, const char *annotation, kl_error *error)
{
    kl_value map;
    kl_status status = kl_map_new(&map, 3, error);
    if (status != KL_OK)
        return status;
    KL_TRY_OUT(kl_report_set(&map, "anchor_id", kl_value_retain(kl_map_get(anchor, KL_TEXT("id"))),
                             error));
    KL_TRY_OUT(kl_report_set(&map, "anchor", kl_value_retain(kl_map_get(anchor, KL_TEXT("anchor"))),
                             error));
    KL_TRY_OUT(kl_map_set_format(&map, "annotation", error, "%s", annotation));
    return kl_array_push(list, map, error);
out:
    kl_value_release(map);
    return status;
}

static kl_status put_anchors(kl_value *map, const char *key, kl_value anchors,
                             const char *annotation, kl_error *error)
{
    kl_value list;
    kl_status status = kl_array_new(&list, kl_array_len(anchors), error);
    if (status != KL_OK)
        return status;
    for (size_t i = 0; i < kl_array_len(anchors); i++)
        KL_TRY_OUT(push_anchor(&list, kl_array_at(anchors, i), annotation, error));
    return kl_report_set(map, key, list, error);
out:
    kl_value_release(list);
    return status;
}

static kl_status put_completeness(kl_value *report, const kl_corpus_facts *facts, const totals *sum,
                                  kl_error *error)
{
    const kl_sweep *sweep = &facts->sweep;
    bool is_complete = !sum->uncovered && !kl_array_len(sweep->unbacked) &&
                       !kl_array_len(sweep->orphaned);
    kl_value map;
    kl_status status = kl_map_new(&map, 5, error);
    if (status != KL_OK)
        return status;
    KL_TRY_OUT(kl_report_set(&map, "sources_represented", kl_int((int64_t)facts->corpus.count),
                             error));
    KL_TRY_OUT(kl_report_set(&map, "sources_with_gaps", kl_int(sum->with_gaps), error));
    KL_TRY_OUT(put_anchors(&map, "unbacked_anchors", sweep->unbacked,
                           "No chunk stands behind this anchor: what it names is not in the index.",
                           error));
    KL_TRY_OUT(put_anchors(&map, "orphaned_anchors", sweep->orphaned,
                           "This anchor leads nowhere any more, so its chunks have no source.",
                           error));
    KL_TRY_OUT(kl_report_set(&map, "is_complete", kl_bool(is_complete), error));
    return kl_report_set(report, "completeness", map, error);
out:
    kl_value_release(map);
    return status;
}

/* ---- the report ------------------------------------------------------------------------------------- */

static kl_status render(kl_value *out, const kl_corpus_facts *facts, kl_value label, kl_error *error)
{
    totals sum = add_up(&facts->corpus);
    kl_value report;
    kl_status status;
    KL_TRY(kl_map_new(&report, 10, error));
    KL_TRY_OUT(kl_report_set(&report, "scope_label", kl_value_retain(label), error));
    KL_TRY_OUT(put_totals(&report, &sum, error));
    KL_TRY_OUT(put_sources(&report, &facts->corpus, error));
    KL_TRY_OUT(kl_report_set(&report, "index_descriptions", kl_value_retain(facts->entries), error));
    KL_TRY_OUT(put_completeness(&report, facts, &sum, error));
    *out = report;
    return KL_OK;
out:
    kl_value_release(report);
    return status;
}

static kl_status call_render(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_corpus_facts facts;
    (void)self;
    kl_status status = kl_corpus_facts_read(&facts, args, "render_corpus_coverage", true, error);
    if (status == KL_OK)
        status = render(out, &facts, args[2], error);
    kl_corpus_facts_end(&facts);
    return status;
}

static const kl_param params[] = {KL_P_EXPRESS, KL_P_TENANT, KL_P_LABEL, KL_P_RESOLVER};

static const kl_function render_function = {
    .module = KL_PROVENANCE_MODULE,
    .method = {.name = "render_corpus_coverage", .call = call_render, .params = KL_TABLE(params),
               .flags = KL_BLOCKING, .returns = KL_KIND_MAP,
               .raises = "ValueError, " KL_PROVENANCE_RAISES,
               .doc = "compute_corpus_coverage() with totals, a sentence and a band for every source "
                      "(fully-covered, partially-covered, not-covered, no-data), a description of "
                      "every index entry, and whether nothing is missing."}};
KL_PUBLISH_FUNCTION(render_function);
