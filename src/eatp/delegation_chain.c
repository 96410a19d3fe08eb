/* src/eatp/delegation_chain.c - EatpDelegationChain: growing, finding, verifying. Rules are in
 * delegation_rules.c, revocation in delegation_revoke.c, the tables in delegation_methods.c. */
#include "delegation_record.h"
#include "delegation_scope.h"
#include "delegation_state.h"
#include "fault.h"
#include "identity.h"

/* ---- finding ------------------------------------------------------------------------------------ */

bool kl_grant_is_active(const kl_grant *grant)
{
    if (grant->is_revoked)
        return false;
    return !grant->expires ||
           kl_instant_compare(grant->expires_at, kl_instant_of(kl_time_now())) > 0;
}

static size_t number_in(kl_value map, kl_text name)
{
    const kl_value *number = kl_map_find(map, name);
    return number && number->as.integer >= 0 ? (size_t)number->as.integer : KL_NO_GRANT;
}

size_t kl_delegation_find(const kl_delegation_chain *chain, kl_text id)
{
    return number_in(chain->by_id, id);
}

size_t kl_delegation_newest(const kl_delegation_chain *chain, kl_delegation_side side, kl_text name)
{
    return number_in(side == KL_GRANTS_TO ? chain->newest_to : chain->newest_by, name);
}

size_t kl_delegation_newest_active(const kl_delegation_chain *chain, kl_text delegate)
{
    size_t at = kl_delegation_newest(chain, KL_GRANTS_TO, delegate);
    while (at != KL_NO_GRANT && !kl_grant_is_active(&chain->grants[at]))
        at = chain->grants[at].older_to;
    return at;
}

kl_value kl_delegation_chain_find(kl_delegation_chain *chain, kl_text id)
{
    pthread_mutex_lock(&chain->lock);
    size_t at = kl_delegation_find(chain, id);
    kl_value wire = at == KL_NO_GRANT ? kl_null() : kl_value_retain(chain->grants[at].wire);
    pthread_mutex_unlock(&chain->lock);
    return wire;
}

/* The newest first. With the lock held; given. */
static kl_status collect(kl_value *out, const kl_delegation_chain *chain, kl_delegation_side side,
                         kl_text name, bool only_active, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, 0, error));
    for (size_t at = kl_delegation_newest(chain, side, name); at != KL_NO_GRANT;) {
        const kl_grant *grant = &chain->grants[at];
        at = side == KL_GRANTS_TO ? grant->older_to : grant->older_by;
        if (only_active && !kl_grant_is_active(grant))
            continue;
        kl_status status = kl_array_push(&list, kl_value_retain(grant->wire), error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

kl_status kl_delegation_chain_list(kl_value *out, kl_delegation_chain *chain,
                                   kl_delegation_side side, kl_value name, bool only_active,
                                   kl_error *error)
{
    kl_value list;
    pthread_mutex_lock(&chain->lock);
    kl_status status = collect(&list, chain, side, kl_as_text(name), only_active, error);
    pthread_mutex_unlock(&chain->lock);
    if (status != KL_OK)
        return status;
    kl_value *items = kl_array_edit(&list, error);
    size_t count = kl_array_len(list);
    if (!items && count) {
        kl_value_release(list);
        return KL_NO_MEMORY;
    }
    for (size_t i = 0; i < count / 2; i++) {
        kl_value other = items[i];
        items[i] = items[count - 1 - i];
        items[count - 1 - i] = other;
    }
    *out = list;
    return KL_OK;
}

/* ---- growing ------------------------------------------------------------------------------------ */

static kl_status make_room(kl_delegation_chain *chain, kl_error *error)
{
    if (chain->count < chain->capacity)
        return KL_OK;
    size_t capacity = chain->capacity ? 2 * chain->capacity : 16;
    kl_grant *grown = kl_realloc(chain->grants, capacity * sizeof *grown);
    if (!grown)
        return kl_error_no_memory(error);
    chain->grants = grown;
    chain->capacity = capacity;
    return KL_OK;
}

/* Have the key in a map of numbers, so that setting it later allocates nothing. */
static kl_status have_key(kl_value *map, kl_value key, kl_error *error)
{
    if (kl_map_has(*map, kl_as_text(key)))
        return KL_OK;
    return kl_map_set_key(map, key, kl_int(-1), error);
}

static kl_status next_tip(char out[65], const kl_delegation_chain *chain, kl_value wire,
                          kl_error *error)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    kl_buffer_add(&bytes, (kl_text){chain->tip_hash, 64});
    kl_status status = kl_delegation_payload(&bytes, wire, error);
    if (status == KL_OK)
        status = kl_sha256_hex(out, kl_buffer_text(&bytes), error);
    kl_buffer_free(&bytes);
    return status;
}

/* What a record says of its times and of the grants it stands among. */
static kl_status read_grant(kl_grant *out, const kl_delegation_chain *chain, kl_value wire,
                            kl_error *error)
{
    kl_value parent_id = kl_map_get(wire, KL_TEXT("parent_delegation_id"));
    kl_value expires_at = kl_map_get(wire, KL_TEXT("expires_at"));
    kl_value delegator = kl_map_get(wire, KL_TEXT("delegator"));
    kl_value delegate = kl_map_get(wire, KL_TEXT("delegate"));
    kl_grant grant = {
        .wire = wire,
        .parent = kl_delegation_find(chain, kl_as_text(parent_id)),
        .first_child = KL_NO_GRANT,
        .last_child = KL_NO_GRANT,
        .next_sibling = KL_NO_GRANT,
        .older_to = kl_delegation_newest(chain, KL_GRANTS_TO, kl_as_text(delegate)),
        .older_by = kl_delegation_newest(chain, KL_GRANTS_BY, kl_as_text(delegator)),
        .is_revoked = kl_as_bool(kl_map_get(wire, KL_TEXT("revoked"))),
        .expires = !kl_is_null(expires_at),
    };
    if (!kl_is_null(parent_id) && grant.parent == KL_NO_GRANT)
        return kl_fault(error, KL_INVALID, NULL, "missing_parent", "delegation not found: %.*s",
                        KL_TEXT_ARG(kl_as_text(parent_id)));
    grant.ancestor = !kl_is_null(parent_id)
                         ? grant.parent
                         : kl_delegation_newest_active(chain, kl_as_text(delegator));
    grant.depth = grant.ancestor == KL_NO_GRANT ? 0 : chain->grants[grant.ancestor].depth + 1;
    KL_TRY(kl_instant_read(&grant.created_at, kl_map_get(wire, KL_TEXT("created_at")), "created_at",
                           error));
    if (grant.expires)
        KL_TRY(kl_instant_read(&grant.expires_at, expires_at, "expires_at", error));
    *out = grant;
    return KL_OK;
}

static bool is_newer(const kl_grant *a, const kl_grant *b)
{
    int order = kl_instant_compare(a->created_at, b->created_at);
    if (order != 0)
        return order > 0;
    return kl_text_compare(kl_as_text(kl_grant_member(a, "delegation_id")),
                           kl_as_text(kl_grant_member(b, "delegation_id"))) > 0;
}

static void link_child(kl_delegation_chain *chain, size_t at)
{
    size_t parent = chain->grants[at].parent;
    if (parent == KL_NO_GRANT)
        return;
    kl_grant *above = &chain->grants[parent];
    if (above->last_child == KL_NO_GRANT)
        above->first_child = at;
    else
        chain->grants[above->last_child].next_sibling = at;
    above->last_child = at;
}

kl_status kl_delegation_enter(kl_delegation_chain *chain, kl_value wire, kl_error *error)
{
    kl_grant grant;
    char tip[65];
    kl_value delegator = kl_map_get(wire, KL_TEXT("delegator"));
    kl_value delegate = kl_map_get(wire, KL_TEXT("delegate"));
    kl_value id = kl_map_get(wire, KL_TEXT("delegation_id"));
    kl_value number = kl_int((int64_t)chain->count);
    if (kl_map_has(chain->by_id, kl_as_text(id)))
        return kl_fault(error, KL_INVALID, NULL, "duplicate_id",
                        "delegation %.*s is in the chain already", KL_TEXT_ARG(kl_as_text(id)));
    KL_TRY(read_grant(&grant, chain, wire, error));
    KL_TRY(make_room(chain, error));
    KL_TRY(next_tip(tip, chain, wire, error));
    KL_TRY(have_key(&chain->newest_to, delegate, error));
    KL_TRY(have_key(&chain->newest_by, delegator, error));
    KL_TRY(kl_map_set_key(&chain->by_id, id, number, error));
    /* From here on nothing can fail: both keys are there. */
    kl_map_set_key(&chain->newest_to, delegate, number, NULL);
    kl_map_set_key(&chain->newest_by, delegator, number, NULL);
    kl_value_retain(wire);
    chain->grants[chain->count] = grant;
    link_child(chain, chain->count);
    if (chain->count == 0 || is_newer(&grant, &chain->grants[chain->newest]))
        chain->newest = chain->count;
    memcpy(chain->tip_hash, tip, sizeof tip);
    chain->count++;
    return KL_OK;
}

/* ---- delegating --------------------------------------------------------------------------------- */

/* What a request says in the words of the wire; all owned. */
typedef struct ready {
    kl_delegation_ask ask; /* borrows from what follows */
    kl_value capabilities, constraints, limits, scope;
    kl_value parent_id, expires_at; /* string or null */
} ready;

static kl_status read_end(ready *r, kl_value expires_at, kl_error *error)
{
    if (kl_is_null(expires_at))
        return KL_OK;
    r->ask.says.expires = true;
    KL_TRY(kl_instant_read(&r->ask.says.end, expires_at, "expires_at", error));
    return kl_instant_text(&r->expires_at, r->ask.says.end, KL_TIME_Z, error);
}

static kl_status make_ready(ready *r, const kl_delegation_request *request, kl_error *error)
{
    kl_delegation_ask *ask = &r->ask;
    KL_TRY(kl_agent_id_check(request->delegator, error));
    KL_TRY(kl_agent_id_check(request->delegate, error));
    KL_TRY(kl_trust_level_read(&ask->level, request->level, error));
    KL_TRY(read_end(r, request->expires_at, error));
    if (!kl_is_null(request->parent_id))
        KL_TRY(kl_uuid_read(&r->parent_id, request->parent_id, "parent UUID", error));
    KL_TRY(kl_capabilities_respell(&r->capabilities, request->capabilities, KL_SNAKE, KL_PASCAL,
                                   error));
    KL_TRY(kl_level_constraints(&r->constraints, ask->level, error));
    KL_TRY(kl_level_limits(&r->limits, ask->level, error));
    KL_TRY(kl_scope_wire(&r->scope, request->scope, error));
    ask->says.delegator = kl_as_text(request->delegator);
    ask->says.delegate = kl_as_text(request->delegate);
    ask->says.capabilities = r->capabilities;
    ask->says.constraints = r->constraints;
    ask->says.limits = r->limits;
    ask->says.scope = r->scope;
    ask->has_max_depth = request->has_max_depth;
    ask->max_depth = request->max_depth;
    return KL_OK;
}

static void end_ready(ready *r)
{
    kl_value_release(r->capabilities);
    kl_value_release(r->constraints);
    kl_value_release(r->limits);
    kl_value_release(r->scope);
    kl_value_release(r->parent_id);
    kl_value_release(r->expires_at);
}

/* The key that signs for a delegator; borrowed. Its own, once it has one here. */
static kl_status signer_of(const kl_key_pair **out, const kl_delegation_chain *chain,
                           const kl_delegation_request *request, kl_error *error)
{
    kl_text name = kl_as_text(request->delegator);
    const kl_value *registered = kl_map_find(chain->agent_keys, name);
    const kl_key_pair *own = (const kl_key_pair *)kl_as_object(request->delegator_pair,
                                                               &kl_key_pair_type);
    if (registered && !own)
        return kl_fault(error, KL_INVALID, KL_EATP_DELEGATION, "key_required",
                        "delegator '%.*s' signs with a key of its own: delegator_keypair is missing",
                        KL_TEXT_ARG(name));
    if (registered &&
        !kl_text_equal(kl_as_text(*registered), kl_as_text(kl_key_pair_public_hex(own))))
        return kl_fault(error, KL_INVALID, KL_EATP_DELEGATION, "foreign_key",
                        "delegator '%.*s' has another key here than that of delegator_keypair",
                        KL_TEXT_ARG(name));
    *out = own ? own : chain->pair;
    return KL_OK;
}

static kl_status find_parent(size_t *out, const kl_delegation_chain *chain, kl_value id,
                             kl_error *error)
{
    *out = KL_NO_GRANT;
    if (kl_is_null(id))
        return KL_OK;
    *out = kl_delegation_find(chain, kl_as_text(id));
    if (*out != KL_NO_GRANT)
        return KL_OK;
    return kl_fault(error, KL_INVALID, NULL, "missing_parent", "delegation not found: %.*s",
                    KL_TEXT_ARG(kl_as_text(id)));
}

/* One that does not say when it ends, ends with its parent. */
static void inherit_end(ready *r, const kl_grant *parent)
{
    if (r->ask.says.expires || !parent->expires)
        return;
    r->ask.says.expires = true;
    r->ask.says.end = parent->expires_at;
    r->expires_at = kl_value_retain(kl_grant_member(parent, "expires_at"));
}

/* The first grant with a key of its own makes that the delegator's. */
static kl_status enter_signed(kl_delegation_chain *chain, kl_value wire,
                              const kl_delegation_request *request, const kl_key_pair *signer,
                              kl_error *error)
{
    kl_text name = kl_as_text(request->delegator);
    if (kl_is_null(request->delegator_pair) || kl_map_has(chain->agent_keys, name))
        return kl_delegation_enter(chain, wire, error);
    KL_TRY(kl_map_set_key(&chain->agent_keys, request->delegator,
                          kl_value_retain(kl_key_pair_public_hex(signer)), error));
    kl_status status = kl_delegation_enter(chain, wire, error);
    if (status != KL_OK)
        kl_map_remove(&chain->agent_keys, name, NULL); /* a key too many refuses, and grants nothing */
    return status;
}

/* With the lock held; the wire map is given. */
static kl_status add(kl_value *out, kl_delegation_chain *chain, ready *r,
                     const kl_delegation_request *request, kl_error *error)
{
    const kl_key_pair *signer;
    size_t parent;
    kl_value wire;
    KL_TRY(find_parent(&parent, chain, r->parent_id, error));
    if (parent != KL_NO_GRANT)
        inherit_end(r, &chain->grants[parent]);
    KL_TRY(kl_delegation_rules(chain, &r->ask, parent, error));
    KL_TRY(signer_of(&signer, chain, request, error));
    const kl_delegation_input input = {
        .delegator = request->delegator,
        .delegate = request->delegate,
        .capabilities = r->capabilities,
        .constraints = r->constraints,
        .limits = r->limits,
        .scope = r->scope,
        .parent_id = r->parent_id,
        .expires_at = r->expires_at,
    };
    KL_TRY(kl_delegation_make(&wire, &input, signer, error));
    kl_status status = enter_signed(chain, wire, request, signer, error);
    if (status == KL_OK)
        *out = wire;
    else
        kl_value_release(wire);
    return status;
}

kl_status kl_delegation_chain_add(kl_value *out, kl_delegation_chain *chain,
                                  const kl_delegation_request *request, kl_error *error)
{
    ready r = {0};
    kl_status status = make_ready(&r, request, error);
    if (status == KL_OK) {
        pthread_mutex_lock(&chain->lock);
        status = add(out, chain, &r, request, error);
        pthread_mutex_unlock(&chain->lock);
    }
    end_ready(&r);
    return status;
}

/* ---- verifying ---------------------------------------------------------------------------------- */

/* With the lock held: all records, and the keys of agents; given. */
static kl_status snapshot(kl_value *wires, kl_value *keys, const kl_delegation_chain *chain,
                          kl_error *error)
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
    *wires = list;
    *keys = kl_value_retain(chain->agent_keys);
    return KL_OK;
}

static kl_status verify_one(kl_value wire, kl_value keys, kl_value chain_key, kl_error *error)
{
    char signer[65];
    kl_text delegator = kl_as_text(kl_map_get(wire, KL_TEXT("delegator")));
    kl_delegation_signer(signer, wire);
    kl_text key = {signer, 64};
    if (!kl_text_equal(key, kl_as_text(chain_key)) &&
        !kl_text_equal(key, kl_as_text(kl_map_get(keys, delegator))))
        return kl_fault(error, KL_INVALID, NULL, "foreign_key",
                        "signature verification failed: signed with a key that may not sign for "
                        "'%.*s'", KL_TEXT_ARG(delegator));
    return kl_delegation_check(wire, error);
}

kl_status kl_delegation_chain_verify(kl_delegation_chain *chain, kl_error *error)
{
    kl_value wires, keys, chain_key = kl_key_pair_public_hex(chain->pair);
    pthread_mutex_lock(&chain->lock);
    kl_status status = snapshot(&wires, &keys, chain, error);
    pthread_mutex_unlock(&chain->lock);
    if (status != KL_OK)
        return status;
    for (size_t i = 0; i < kl_array_len(wires) && status == KL_OK; i++) {
        status = verify_one(kl_array_at(wires, i), keys, chain_key, error);
        if (status == KL_INVALID)
            kl_error_prefix(error, "delegation %zu: ", i + 1);
    }
    kl_value_release(keys);
    kl_value_release(wires);
    return status;
}

kl_status kl_delegation_chain_check_depth(kl_delegation_chain *chain, uint64_t max_depth,
                                          kl_error *error)
{
    kl_status status = KL_OK;
    pthread_mutex_lock(&chain->lock);
    for (size_t i = 0; i < chain->count && status == KL_OK; i++)
        if (chain->grants[i].depth > max_depth)
            status = kl_fault(error, KL_INVALID, KL_EATP_DELEGATION, "too_deep",
                              "delegation %.*s has %zu ancestors; at most %llu are allowed",
                              KL_TEXT_ARG(kl_as_text(kl_grant_member(&chain->grants[i],
                                                                     "delegation_id"))),
                              chain->grants[i].depth, (unsigned long long)max_depth);
    pthread_mutex_unlock(&chain->lock);
    return status;
}
