/* src/trust_plane/project_read.c - what a project holds, read back. */
#include "project_parts.h"
#include "eatp/fault.h"
#include "scan.h"

kl_status kl_trust_project_manifest(kl_value *out, kl_trust_project *project, kl_error *error)
{
    KL_TRY(kl_trust_project_begin(project, error));
    *out = kl_value_retain(project->manifest);
    kl_trust_project_end(project);
    return KL_OK;
}

static kl_status copy_chain(kl_value *out, const kl_chain *chain, kl_error *error)
{
    kl_value anchors = kl_null();
    KL_TRY(kl_array_new(&anchors, chain->count, error));
    for (size_t i = 0; i < chain->count; i++) {
        kl_status status = kl_array_push(&anchors, kl_value_retain(chain->links[i].anchor), error);
        if (status != KL_OK) {
            kl_value_release(anchors);
            return status;
        }
    }
    *out = anchors;
    return KL_OK;
}

kl_status kl_trust_project_anchors(kl_value *out, kl_trust_project *project, kl_error *error)
{
    KL_TRY(kl_trust_project_begin(project, error));
    kl_status status = copy_chain(out, &project->chain, error);
    kl_trust_project_end(project);
    return status;
}

/* Keys to sort by: place in the chain, or behind all of it the time, then the id; last the record. */
static kl_status sort_key(kl_value *out, const kl_value *places, kl_value record, kl_error *error)
{
    kl_value id = kl_map_get(record, KL_TEXT("id")), key = kl_null();
    const kl_value *place = kl_map_find(*places, kl_as_text(id));
    const kl_value parts[] = {place ? *place : kl_int(INT64_MAX),
                              kl_map_get(record, KL_TEXT("created_at")), id, record};
    KL_TRY(kl_array_new(&key, KL_COUNT(parts), error));
    for (size_t i = 0; i < KL_COUNT(parts); i++) {
        kl_status status = kl_array_push(&key, kl_value_retain(parts[i]), error);
        if (status != KL_OK) {
            kl_value_release(key);
            return status;
        }
    }
    *out = key;
    return KL_OK;
}

static kl_status places_of(kl_value *out, const kl_chain *chain, kl_error *error)
{
    kl_value places = kl_null();
    KL_TRY(kl_map_new(&places, chain->count, error));
    for (size_t i = 0; i < chain->count; i++) {
        kl_value id = kl_map_get(chain->links[i].anchor, KL_TEXT("record_id"));
        kl_status status = kl_map_set_key(&places, id, kl_int((int64_t)i), error);
        if (status != KL_OK) {
            kl_value_release(places);
            return status;
        }
    }
    *out = places;
    return KL_OK;
}

static kl_status sort_records(kl_value *out, const kl_scan *scan, const kl_chain *chain,
                              kl_error *error)
{
    kl_value places = kl_null(), keys = kl_null(), sorted = kl_null(), key = kl_null();
    kl_status status;
    KL_TRY(places_of(&places, chain, error));
    KL_TRY_OUT(kl_array_new(&keys, scan->count, error));
    KL_TRY_OUT(kl_array_new(&sorted, scan->count, error));
    for (size_t i = 0; i < scan->count; i++) {
        const kl_scan_item *item = &scan->items[i];
        if (kl_is_null(item->map)) {
            status = kl_fault(error, KL_FAILED, NULL, "serialization_error", "%.*s: %s",
                              KL_TEXT_ARG(item->name), kl_as_text(item->problem).data);
            goto out;
        }
        KL_TRY_OUT(sort_key(&key, &places, item->map, error));
        KL_TRY_OUT(kl_array_push(&keys, key, error));
    }
    KL_TRY_OUT(kl_array_sort(&keys, error));
    for (size_t i = 0; i < kl_array_len(keys); i++)
        KL_TRY_OUT(kl_array_push(&sorted, kl_value_retain(kl_array_at(kl_array_at(keys, i), 3)),
                                 error));
    *out = kl_value_take(&sorted);
out:
    kl_value_release(places);
    kl_value_release(keys);
    kl_value_release(sorted);
    return status;
}

static kl_status read_records(kl_value *out, kl_trust_project *project, kl_trust_kind kind,
                              kl_error *error)
{
    const kl_trust_kind_facts *facts = &kl_trust_kinds[kind];
    KL_TRY(kl_trust_project_begin(project, error));
    kl_scan scan = {.folder = project->folder, .sub = facts->sub, .shape = facts->shape, .kind = facts};
    kl_status status = kl_scan_list(&scan, error);
    if (status == KL_OK)
        status = sort_records(out, &scan, &project->chain, error);
    kl_scan_end(&scan);
    kl_trust_project_end(project);
    return status;
}

kl_status kl_trust_project_decisions(kl_value *out, kl_trust_project *project, kl_error *error)
{
    return read_records(out, project, KL_TRUST_DECISION, error);
}

kl_status kl_trust_project_milestones(kl_value *out, kl_trust_project *project, kl_error *error)
{
    return read_records(out, project, KL_TRUST_MILESTONE, error);
}
