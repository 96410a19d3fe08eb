/* src/eatp/delegation_store.c - EatpDelegationChain in a store: save() and load(). */
#include "delegation_record.h"
#include "delegation_state.h"
#include "fault.h"
#include "kailash/wide.h"
#include "store.h"

/* ---- save --------------------------------------------------------------------------------------- */

/* With the lock held: all records; given. */
static kl_status snapshot(kl_value *out, const kl_delegation_chain *chain, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, chain->count, error));
    for (size_t i = 0; i < chain->count; i++) {
        kl_status status = kl_array_push(&list, kl_value_retain(chain->grants[i].wire), error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

kl_status kl_delegation_chain_save(kl_value *out, kl_object *self, const kl_value *args,
                                   kl_error *error)
{
    kl_delegation_chain *chain = (kl_delegation_chain *)self;
    kl_trust_store *store = (kl_trust_store *)args[0].as.object;
    kl_value records;
    (void)out;
    pthread_mutex_lock(&chain->lock);
    kl_status status = snapshot(&records, chain, error);
    pthread_mutex_unlock(&chain->lock);
    if (status != KL_OK)
        return status;
    for (size_t i = 0; i < kl_array_len(records) && status == KL_OK; i++)
        status = kl_store_put_delegation(store, kl_array_at(records, i), error);
    kl_value_release(records);
    return status;
}

/* ---- load: records ------------------------------------------------------------------------------ */

static kl_value member(kl_value map, const char *name) { return kl_map_get(map, kl_text_from(name)); }

static kl_status check_signer(const kl_delegation_chain *chain, kl_value wire, kl_error *error)
{
    char signer[65];
    kl_text delegator = kl_as_text(member(wire, "delegator"));
    kl_delegation_signer(signer, wire);
    kl_text key = {signer, 64};
    if (kl_text_equal(key, kl_as_text(kl_key_pair_public_hex(chain->pair))) ||
        kl_text_equal(key, kl_as_text(kl_map_get(chain->agent_keys, delegator))))
        return KL_OK;
    return kl_fault(error, KL_INVALID, NULL, "foreign_key",
                    "it is signed with a key that may not sign for '%.*s'; see agent_keys",
                    KL_TEXT_ARG(delegator));
}

/* Whoever signs with a key of its own may have stored more than it had. */
static kl_status check_within(const kl_delegation_chain *chain, kl_value wire, size_t parent,
                              kl_error *error)
{
    kl_value expires_at = member(wire, "expires_at");
    kl_candidate says = {
        .delegator = kl_as_text(member(wire, "delegator")),
        .delegate = kl_as_text(member(wire, "delegate")),
        .capabilities = member(wire, "capabilities"),
        .constraints = member(wire, "constraints"),
        .limits = member(wire, "resource_limits"),
        .scope = member(wire, "scope"),
        .expires = !kl_is_null(expires_at),
    };
    if (says.expires)
        KL_TRY(kl_instant_read(&says.end, expires_at, "expires_at", error));
    return kl_delegation_within(&says, &chain->grants[parent], error);
}

/* A checked record whose parent (if it has one) is there; what comes of a revoked grant is revoked. */
static kl_status enter(kl_delegation_chain *chain, kl_value wire, size_t parent, kl_error *error)
{
    KL_TRY(check_signer(chain, wire, error));
    if (parent == KL_NO_GRANT)
        return kl_delegation_enter(chain, wire, error);
    KL_TRY(check_within(chain, wire, parent, error));
    kl_value changed = kl_value_retain(wire);
    kl_status status = KL_OK;
    if (chain->grants[parent].is_revoked)
        status = kl_map_set(&changed, KL_TEXT("revoked"), kl_bool(true), error);
    if (status == KL_OK)
        status = kl_delegation_enter(chain, changed, error);
    kl_value_release(changed);
    return status;
}

static kl_status enter_stored(kl_delegation_chain *chain, kl_value record, size_t parent,
                              kl_error *error)
{
    kl_value wire;
    kl_status status = kl_delegation_verify(&wire, record, false, error);
    if (status == KL_OK) {
        status = enter(chain, wire, parent, error);
        kl_value_release(wire);
    }
    if (status == KL_INVALID || status == KL_SYNTAX)
        kl_error_prefix(error, "delegation %.*s: ",
                        KL_TEXT_ARG(kl_as_text(member(record, "delegation_id"))));
    return status;
}

/* Clocks go back, so a child may stand before its parent: what has to wait is tried again. */
static kl_status enter_all(kl_delegation_chain *chain, kl_value records, kl_error *error)
{
    kl_value waiting = kl_value_retain(records);
    size_t before = SIZE_MAX;
    kl_status status = KL_OK;
    while (kl_array_len(waiting) && kl_array_len(waiting) < before) {
        kl_value rest;
        before = kl_array_len(waiting);
        KL_TRY_OUT(kl_array_new(&rest, 0, error));
        for (size_t i = 0; i < before && status == KL_OK; i++) {
            kl_value record = kl_array_at(waiting, i), id = member(record, "parent_delegation_id");
            size_t parent = kl_delegation_find(chain, kl_as_text(id));
            status = !kl_is_null(id) && parent == KL_NO_GRANT
                         ? kl_array_push(&rest, kl_value_retain(record), error)
                         : enter_stored(chain, record, parent, error);
        }
        kl_value_replace(&waiting, rest);
        if (status != KL_OK)
            goto out;
    }
    if (kl_array_len(waiting))
        status = kl_fault(error, KL_INVALID, NULL, "missing_parent",
                          "delegation %.*s: the grant it was made from is missing",
                          KL_TEXT_ARG(kl_as_text(member(kl_array_at(waiting, 0), "delegation_id"))));
out:
    kl_value_release(waiting);
    return status;
}

/* ---- load: revocations -------------------------------------------------------------------------- */

/* An event, borrowed, behind those that are there. */
static kl_status push_event(kl_delegation_chain *chain, kl_value event, kl_error *error)
{
    KL_TRY(kl_delegation_reserve_events(chain, 1, error));
    KL_TRY(kl_revocation_tip_add(chain->revocation_tip, event, error));
    chain->events[chain->event_count++] = kl_value_retain(event);
    chain->epoch = kl_as_unsigned(member(event, "epoch"));
    return KL_OK;
}

/* The events of the ledger of before, and their ids in `told`. */
static kl_status adopt(kl_delegation_chain *chain, kl_value *told, kl_value ledger, kl_error *error)
{
    kl_value wire = ((const kl_wire_record *)ledger.as.object)->wire;
    kl_value events = member(wire, "events");
    KL_TRY(kl_revocation_ledger_check(wire, kl_as_text(kl_key_pair_public_hex(chain->pair)), 0,
                                      error));
    for (size_t i = 0; i < kl_array_len(events); i++) {
        kl_value event = kl_array_at(events, i);
        KL_TRY(push_event(chain, event, error));
        KL_TRY(kl_map_set_key(told, member(event, "delegation_id"), kl_bool(true), error));
    }
    return KL_OK;
}

/* What the ledger revokes is revoked, whatever the store says. */
static kl_status revoke_told(kl_delegation_chain *chain, kl_value told, kl_error *error)
{
    for (size_t i = 0; i < chain->count; i++) {
        kl_grant *grant = &chain->grants[i];
        bool inherits = grant->parent != KL_NO_GRANT && chain->grants[grant->parent].is_revoked;
        kl_text id = kl_as_text(kl_grant_member(grant, "delegation_id"));
        if (grant->is_revoked || !(inherits || kl_map_has(told, id)))
            continue;
        KL_TRY(kl_map_set(&grant->wire, KL_TEXT("revoked"), kl_bool(true), error));
        grant->is_revoked = true;
    }
    return KL_OK;
}

/* Revocations that the ledger does not tell get an event now. */
static kl_status tell_rest(kl_delegation_chain *chain, kl_value told, kl_error *error)
{
    for (size_t i = 0; i < chain->count; i++) {
        const kl_grant *grant = &chain->grants[i];
        kl_text id = kl_as_text(kl_grant_member(grant, "delegation_id"));
        kl_value event;
        if (!grant->is_revoked || kl_map_has(told, id))
            continue;
        KL_TRY(kl_revocation_event_make(&event, id, chain->epoch + 1, chain->pair, error));
        kl_status status = push_event(chain, event, error);
        kl_value_release(event);
        KL_TRY(status);
    }
    return KL_OK;
}

static kl_status restore_revocations(kl_delegation_chain *chain, kl_value ledger, kl_error *error)
{
    kl_value told;
    kl_status status;
    KL_TRY(kl_map_new(&told, 0, error));
    if (!kl_is_null(ledger))
        KL_TRY_OUT(adopt(chain, &told, ledger, error));
    KL_TRY_OUT(revoke_told(chain, told, error));
    status = tell_rest(chain, told, error);
out:
    kl_value_release(told);
    return status;
}

/* ---- load --------------------------------------------------------------------------------------- */

static kl_status fill(kl_delegation_chain *chain, kl_value records, kl_value agent_keys,
                      kl_value ledger, kl_error *error)
{
    if (!kl_is_null(agent_keys))
        kl_value_replace(&chain->agent_keys, kl_value_retain(agent_keys));
    KL_TRY(enter_all(chain, records, error));
    return restore_revocations(chain, ledger, error);
}

/* store, keypair, agent_keys, revocation_ledger. */
kl_status kl_delegation_chain_load(kl_value *out, kl_object *self, const kl_value *args,
                                   kl_error *error)
{
    kl_value records, made;
    kl_error detail = KL_ERROR_INIT;
    (void)self;
    KL_TRY(kl_store_delegations(&records, (kl_trust_store *)args[0].as.object, (kl_text){NULL, 0},
                                INT64_MAX, error));
    kl_status status = kl_object_make(&made, &kl_delegation_chain_type, &args[1], error);
    if (status != KL_OK) {
        kl_value_release(records);
        return status;
    }
    status = fill((kl_delegation_chain *)made.as.object, records, args[2], args[3], &detail);
    kl_value_release(records);
    if (status == KL_OK) {
        *out = made;
        return KL_OK;
    }
    kl_value_release(made);
    if (status == KL_INVALID && !detail.type)
        status = kl_fault(error, KL_INVALID, KL_EATP_AUTHORITY, "tamper_detected", "%s",
                          kl_error_message(&detail));
    else
        kl_error_move(error, &detail);
    kl_error_clear(&detail);
    return status;
}
