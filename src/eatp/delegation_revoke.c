/* src/eatp/delegation_revoke.c - revoking a grant and all that came of it, all or nothing. */
#include "delegation_state.h"
#include "fault.h"

/* What one call revokes. */
typedef struct batch {
    size_t *numbers; /* of grants, in their order; owned */
    size_t count, capacity;
    kl_value *wires;  /* their records with revoked = true; owned until they are entered */
    kl_value *events; /* likewise */
    kl_value ids;     /* array */
    unsigned char tip[KL_REVOCATION_TIP];
} batch;

static kl_status add_number(batch *b, size_t number, kl_error *error)
{
    if (b->count == b->capacity) {
        size_t capacity = b->capacity ? 2 * b->capacity : 16;
        size_t *grown = kl_realloc(b->numbers, capacity * sizeof *grown);
        if (!grown)
            return kl_error_no_memory(error);
        b->numbers = grown;
        b->capacity = capacity;
    }
    b->numbers[b->count++] = number;
    return KL_OK;
}

/* The grant behind `at` and all below it, in pre-order; KL_NO_GRANT at the end. */
static size_t after_subtree(const kl_delegation_chain *chain, size_t at, size_t root)
{
    while (at != root && chain->grants[at].next_sibling == KL_NO_GRANT)
        at = chain->grants[at].parent;
    return at == root ? KL_NO_GRANT : chain->grants[at].next_sibling;
}

/* A revoked grant has only revoked ones below it. */
static kl_status collect(batch *b, kl_delegation_chain *chain, size_t root, kl_error *error)
{
    for (size_t at = root; at != KL_NO_GRANT;) {
        kl_grant *grant = &chain->grants[at];
        if (grant->is_revoked || grant->is_collected) {
            at = after_subtree(chain, at, root);
            continue;
        }
        KL_TRY(add_number(b, at, error));
        grant->is_collected = true;
        at = grant->first_child != KL_NO_GRANT ? grant->first_child
                                               : after_subtree(chain, at, root);
    }
    return KL_OK;
}

kl_status kl_delegation_reserve_events(kl_delegation_chain *chain, size_t more, kl_error *error)
{
    size_t wanted = chain->event_count + more;
    if (wanted <= chain->event_capacity)
        return KL_OK;
    size_t capacity = KL_MAX(wanted, 2 * chain->event_capacity);
    kl_value *grown = kl_realloc(chain->events, capacity * sizeof *grown);
    if (!grown)
        return kl_error_no_memory(error);
    chain->events = grown;
    chain->event_capacity = capacity;
    return KL_OK;
}

static kl_status prepare_one(batch *b, const kl_delegation_chain *chain, size_t i, kl_error *error)
{
    const kl_grant *grant = &chain->grants[b->numbers[i]];
    kl_value id = kl_grant_member(grant, "delegation_id");
    b->wires[i] = kl_value_retain(grant->wire);
    KL_TRY(kl_map_set(&b->wires[i], KL_TEXT("revoked"), kl_bool(true), error));
    KL_TRY(kl_revocation_event_make(&b->events[i], kl_as_text(id), chain->epoch + i + 1, chain->pair,
                                    error));
    KL_TRY(kl_revocation_tip_add(b->tip, b->events[i], error));
    return kl_array_push(&b->ids, kl_value_retain(id), error);
}

/* All that can fail, before anything changes. */
static kl_status prepare(batch *b, kl_delegation_chain *chain, kl_error *error)
{
    KL_TRY(kl_delegation_reserve_events(chain, b->count, error));
    KL_TRY(kl_array_new(&b->ids, b->count, error));
    b->wires = kl_alloc_zero(b->count + 1, sizeof *b->wires);
    b->events = kl_alloc_zero(b->count + 1, sizeof *b->events);
    if (!b->wires || !b->events)
        return kl_error_no_memory(error);
    memcpy(b->tip, chain->revocation_tip, sizeof b->tip);
    for (size_t i = 0; i < b->count; i++)
        KL_TRY(prepare_one(b, chain, i, error));
    return KL_OK;
}

static void commit(batch *b, kl_delegation_chain *chain)
{
    for (size_t i = 0; i < b->count; i++) {
        kl_grant *grant = &chain->grants[b->numbers[i]];
        kl_value_replace(&grant->wire, kl_value_take(&b->wires[i]));
        grant->is_revoked = true;
        chain->events[chain->event_count++] = kl_value_take(&b->events[i]);
    }
    chain->epoch += b->count;
    memcpy(chain->revocation_tip, b->tip, sizeof b->tip);
}

static void end(batch *b, kl_delegation_chain *chain)
{
    for (size_t i = 0; i < b->count; i++) {
        chain->grants[b->numbers[i]].is_collected = false;
        if (b->wires)
            kl_value_release(b->wires[i]);
        if (b->events)
            kl_value_release(b->events[i]);
    }
    kl_value_release(b->ids);
    kl_free(b->wires);
    kl_free(b->events);
    kl_free(b->numbers);
}

/* Of what was collected, unless that failed (`status`). With the lock held; ids are given. */
static kl_status revoke(kl_value *out, batch *b, kl_delegation_chain *chain, kl_status status,
                        kl_error *error)
{
    if (status == KL_OK)
        status = prepare(b, chain, error);
    if (status == KL_OK) {
        commit(b, chain);
        *out = kl_value_take(&b->ids);
    }
    end(b, chain);
    return status;
}

kl_status kl_delegation_chain_revoke(kl_value *out, kl_delegation_chain *chain, kl_value id,
                                     kl_error *error)
{
    batch b = {0};
    kl_value lower;
    KL_TRY(kl_uuid_read(&lower, id, "UUID", error));
    pthread_mutex_lock(&chain->lock);
    size_t at = kl_delegation_find(chain, kl_as_text(lower));
    kl_status status =
        at == KL_NO_GRANT
            ? kl_fault(error, KL_INVALID, NULL, "unknown_delegation", "delegation not found: %.*s",
                       KL_TEXT_ARG(kl_as_text(lower)))
            : revoke(out, &b, chain, collect(&b, chain, at, error), error);
    pthread_mutex_unlock(&chain->lock);
    kl_value_release(lower);
    return status;
}

/* The grants that somebody made, in the order of creation. With the lock held. */
static kl_status collect_by(batch *b, kl_delegation_chain *chain, kl_text delegator, kl_error *error)
{
    batch roots = {0};
    kl_status status = KL_OK;
    size_t at = kl_delegation_newest(chain, KL_GRANTS_BY, delegator);
    for (; at != KL_NO_GRANT && status == KL_OK; at = chain->grants[at].older_by)
        status = add_number(&roots, at, error);
    for (size_t i = roots.count; i > 0 && status == KL_OK; i--)
        status = collect(b, chain, roots.numbers[i - 1], error);
    kl_free(roots.numbers);
    return status;
}

kl_status kl_delegation_chain_revoke_by(kl_value *out, kl_delegation_chain *chain,
                                        kl_value delegator, kl_error *error)
{
    batch b = {0};
    pthread_mutex_lock(&chain->lock);
    kl_status status = collect_by(&b, chain, kl_as_text(delegator), error);
    status = revoke(out, &b, chain, status, error);
    pthread_mutex_unlock(&chain->lock);
    return status;
}

kl_status kl_delegation_chain_ledger(kl_value *out, kl_object *self, const kl_value *args,
                                     kl_error *error)
{
    kl_delegation_chain *chain = (kl_delegation_chain *)self;
    (void)args;
    pthread_mutex_lock(&chain->lock);
    const kl_revocation_state state = {
        .events = chain->events,
        .count = chain->event_count,
        .tip = chain->revocation_tip,
        .block_count = chain->count,
        .tip_hash = {chain->tip_hash, 64},
    };
    kl_status status = kl_revocation_ledger_make(out, &state, chain->pair, error);
    pthread_mutex_unlock(&chain->lock);
    return status;
}
