/* src/eatp/lineage_fold.c - what an agent may do by its envelope and all its active grants together. */
#include "delegation_record.h"
#include "envelope.h"
#include "kailash/log.h"
#include "lineage_parts.h"

static kl_value wire_of(kl_value record) { return ((kl_wire_record *)record.as.object)->wire; }

/* Why a grant does not count now; NULL when it does. */
static kl_status reason_of(const char **out, kl_value wire, kl_error *error)
{
    kl_value expires_at = kl_map_get(wire, KL_TEXT("expires_at"));
    kl_instant end;
    *out = NULL;
    if (kl_as_bool(kl_map_get(wire, KL_TEXT("revoked"))))
        *out = "revoked";
    if (*out || kl_is_null(expires_at))
        return KL_OK;
    KL_TRY(kl_instant_read(&end, expires_at, "expires_at", error));
    if (kl_instant_compare(end, kl_instant_of(kl_time_now())) <= 0)
        *out = "expired";
    return KL_OK;
}

/* `*folded` and a grant, both at once, into `*folded`. */
static kl_status narrow(kl_governance **folded, kl_value wire, kl_error *error)
{
    kl_value map;
    kl_governance *grant, *both;
    KL_TRY(kl_delegation_envelope(&map, wire, error));
    kl_status status = kl_governance_read(&grant, map, error);
    kl_value_release(map);
    if (status != KL_OK)
        return status;
    status = kl_governance_intersect(&both, *folded, grant, false, error);
    kl_governance_release(grant);
    if (status != KL_OK)
        return status;
    kl_governance_release(*folded);
    *folded = both;
    return KL_OK;
}

static kl_status fold(kl_governance **folded, size_t *active, const kl_lineage *lineage,
                      kl_error *error)
{
    *active = 0;
    for (size_t i = 0; i < kl_array_len(lineage->delegations); i++) {
        kl_value wire = wire_of(kl_array_at(lineage->delegations, i));
        kl_text id = kl_as_text(kl_map_get(wire, KL_TEXT("delegation_id")));
        const char *reason;
        KL_TRY(reason_of(&reason, wire, error));
        if (reason) {
            KL_LOG(KL_LOG_WARN, "kailash.eatp", "delegation %.*s does not count: it is %s",
                   KL_TEXT_ARG(id), reason);
            continue;
        }
        KL_TRY(narrow(folded, wire, error));
        ++*active;
    }
    return KL_OK;
}

kl_status kl_lineage_fold(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_lineage *lineage = (kl_lineage *)self;
    kl_governance *folded;
    size_t count, active = 0;
    (void)args;
    KL_TRY(kl_lineage_verify(&count, lineage, (kl_text){NULL, 0}, error));
    KL_TRY(kl_governance_read(&folded, wire_of(lineage->envelope), error));
    kl_status status = fold(&folded, &active, lineage, error);
    if (status == KL_OK && active)
        status = kl_eatp_envelope_new(out, kl_value_retain(kl_governance_map(folded)), error);
    else if (status == KL_OK)
        *out = kl_value_retain(lineage->envelope);
    kl_governance_release(folded);
    return status;
}

static kl_status add_dropped(kl_value *list, kl_value wire, const char *reason, kl_error *error)
{
    kl_value row;
    kl_status status;
    KL_TRY(kl_map_new(&row, 2, error));
    KL_TRY_OUT(kl_map_set(&row, KL_TEXT("delegation_id"),
                          kl_value_retain(kl_map_get(wire, KL_TEXT("delegation_id"))), error));
    KL_TRY_OUT(kl_map_set_text(&row, KL_TEXT("reason"), kl_text_from(reason), error));
    return kl_array_push(list, row, error);
out:
    kl_value_release(row);
    return status;
}

kl_status kl_lineage_dropped(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_lineage *lineage = (const kl_lineage *)self;
    kl_value list;
    kl_status status;
    (void)args;
    KL_TRY(kl_array_new(&list, 0, error));
    for (size_t i = 0; i < kl_array_len(lineage->delegations); i++) {
        kl_value wire = wire_of(kl_array_at(lineage->delegations, i));
        const char *reason;
        KL_TRY_OUT(reason_of(&reason, wire, error));
        if (reason)
            KL_TRY_OUT(add_dropped(&list, wire, reason, error));
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}
