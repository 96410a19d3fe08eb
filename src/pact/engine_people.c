/* src/pact/engine_people.c - clearances and designations of an engine. */
#include "engine_parts.h"

kl_status kl_pact_put_clearance(kl_pact_engine *engine, uint32_t node, const char *action, kl_value clearance,
                                kl_error *error)
{
    const kl_pact_clearance *own = (const kl_pact_clearance *)clearance.as.object;
    kl_text address = kl_as_text(engine->org->nodes[node].address);
    kl_text level = kl_text_from(kl_pact_level_name((kl_confidentiality)own->level));
    kl_text vetting = kl_text_from(kl_pact_vetting_name((kl_pact_vetting)own->vetting));
    kl_value row, details;
    kl_status status;
    KL_TRY(kl_map_new(&details, 3, error));
    row = kl_null();
    KL_TRY_OUT(kl_map_set_text(&details, KL_TEXT("max_clearance"), level, error));
    KL_TRY_OUT(kl_map_set_text(&details, KL_TEXT("vetting_status"), vetting, error));
    KL_TRY_OUT(kl_map_set(&details, KL_TEXT("compartments"), kl_value_retain(own->compartments), error));
    KL_TRY_OUT(kl_pact_clearance_write(&row, own, error));
    const kl_pact_change change = {.action = action, .role_address = address, .details = details,
                                   .table = KL_PACT_TABLE_CLEARANCES, .key = address, .row = row};
    KL_TRY_OUT(kl_pact_apply(engine, &change, error));
    kl_object_release(engine->roles[node].clearance);
    engine->roles[node].clearance = kl_object_retain(clearance.as.object);
out:
    kl_value_release(row);
    kl_value_release(details);
    return status;
}

kl_status kl_pact_put_designation(kl_pact_engine *engine, uint32_t node, kl_value designation,
                                  kl_error *error)
{
    const kl_pact_designation *own = kl_as_object(designation, &kl_pact_designation_type);
    kl_text address = kl_as_text(engine->org->nodes[node].address);
    kl_value row = kl_null(), details;
    kl_status status;
    KL_TRY(own ? kl_map_of_one(&details, KL_TEXT("acting_occupant"), kl_value_retain(own->acting_occupant),
                               error)
               : kl_map_of_one(&details, KL_TEXT("removed"), kl_bool(true), error));
    if (own)
        KL_TRY_OUT(kl_pact_designation_write(&row, own, error));
    const kl_pact_change change = {.action = "vacancy_designated", .role_address = address,
                                   .details = details, .table = KL_PACT_TABLE_DESIGNATIONS,
                                   .key = address, .row = row};
    KL_TRY_OUT(kl_pact_apply(engine, &change, error));
    kl_object_release(engine->roles[node].designation);
    engine->roles[node].designation = own ? kl_object_retain(designation.as.object) : NULL;
out:
    kl_value_release(row);
    kl_value_release(details);
    return status;
}
