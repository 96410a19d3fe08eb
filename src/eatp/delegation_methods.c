/* src/eatp/delegation_methods.c - EatpDelegationChain: its methods and tables. */
#include "delegation_record.h"
#include "delegation_scope.h"
#include "delegation_state.h"
#include "fault.h"
#include "identity.h"
#include "store.h"

/* ---- making and ending -------------------------------------------------------------------------- */

static kl_status init(kl_object *self, const kl_value *args, kl_error *error)
{
    kl_delegation_chain *chain = (kl_delegation_chain *)self;
    pthread_mutex_init(&chain->lock, NULL);
    chain->fork_watch.lock = &chain->lock;
    kl_fork_watch_begin(&chain->fork_watch);
    chain->pair = (kl_key_pair *)kl_value_retain(args[0]).as.object;
    memset(chain->tip_hash, '0', 64);
    KL_TRY(kl_map_new(&chain->by_id, 0, error));
    KL_TRY(kl_map_new(&chain->newest_to, 0, error));
    KL_TRY(kl_map_new(&chain->newest_by, 0, error));
    return kl_map_new(&chain->agent_keys, 0, error);
}

static void dispose(kl_object *self)
{
    kl_delegation_chain *chain = (kl_delegation_chain *)self;
    kl_fork_watch_end(&chain->fork_watch);
    for (size_t i = 0; i < chain->count; i++)
        kl_value_release(chain->grants[i].wire);
    for (size_t i = 0; i < chain->event_count; i++)
        kl_value_release(chain->events[i]);
    kl_free(chain->grants);
    kl_free(chain->events);
    kl_value_release(chain->by_id);
    kl_value_release(chain->newest_to);
    kl_value_release(chain->newest_by);
    kl_value_release(chain->agent_keys);
    kl_object_release((kl_object *)chain->pair);
    pthread_mutex_destroy(&chain->lock);
}

static size_t count_of(kl_delegation_chain *chain)
{
    pthread_mutex_lock(&chain->lock);
    size_t count = chain->count;
    pthread_mutex_unlock(&chain->lock);
    return count;
}

static kl_status length(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_int((int64_t)count_of((kl_delegation_chain *)self));
    return KL_OK;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "EatpDelegationChain(delegations=%zu)",
                            count_of((kl_delegation_chain *)self));
}

/* ---- delegating --------------------------------------------------------------------------------- */

/* delegator, delegate, capabilities, level, scope; then, from `more` on, keypair and expiry. */
static kl_delegation_request request_of(const kl_value *args, const kl_value *more)
{
    return (kl_delegation_request){
        .delegator = args[0],
        .delegate = args[1],
        .capabilities = args[2],
        .level = args[3],
        .scope = args[4],
        .delegator_pair = more[0],
        .expires_at = more[1],
    };
}

static kl_status add_for_id(kl_value *out, kl_object *self, const kl_delegation_request *request,
                            kl_error *error)
{
    kl_value wire;
    KL_TRY(kl_delegation_chain_add(&wire, (kl_delegation_chain *)self, request, error));
    *out = kl_value_retain(kl_map_get(wire, KL_TEXT("delegation_id")));
    kl_value_release(wire);
    return KL_OK;
}

static kl_status delegate(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_delegation_request request = request_of(args, args + 5);
    return add_for_id(out, self, &request, error);
}

static kl_status delegate_record(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    const kl_delegation_request request = request_of(args, args + 5);
    kl_value wire;
    KL_TRY(kl_delegation_chain_add(&wire, (kl_delegation_chain *)self, &request, error));
    kl_status status = kl_delegation_record_new(out, wire, error);
    kl_value_release(wire);
    return status;
}

static kl_status delegate_sub(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_delegation_request request = request_of(args, args + 6);
    request.parent_id = args[5];
    return add_for_id(out, self, &request, error);
}

static kl_status last_record(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_delegation_chain *chain = (kl_delegation_chain *)self;
    (void)args;
    pthread_mutex_lock(&chain->lock);
    kl_value wire = chain->count ? kl_value_retain(chain->grants[chain->newest].wire) : kl_null();
    pthread_mutex_unlock(&chain->lock);
    *out = kl_null();
    kl_status status =
        kl_is_null(wire) ? KL_OK : kl_delegation_record_new(out, wire, error);
    kl_value_release(wire);
    return status;
}

/* ---- keys of agents ----------------------------------------------------------------------------- */

static kl_status register_key(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_delegation_chain *chain = (kl_delegation_chain *)self;
    kl_verifier *verifier;
    unsigned char bytes[KL_ED25519_KEY];
    char hex[2 * KL_ED25519_KEY];
    kl_value key;
    (void)out;
    KL_TRY(kl_agent_id_check(args[0], error));
    KL_TRY(kl_verifier_new(&verifier, kl_as_text(args[1]), error));
    kl_verifier_free(verifier);
    KL_TRY(kl_hex_read(bytes, sizeof bytes, kl_as_text(args[1]), "public key", error));
    kl_hex_write(hex, bytes, sizeof bytes);
    KL_TRY(kl_string_from_valid(&key, (kl_text){hex, sizeof hex}, error));
    pthread_mutex_lock(&chain->lock);
    const kl_value *known = kl_map_find(chain->agent_keys, kl_as_text(args[0]));
    kl_status status = KL_OK;
    if (known && !kl_text_equal(kl_as_text(*known), kl_as_text(key)))
        status = kl_fault(error, KL_INVALID, KL_EATP_DELEGATION, "foreign_key",
                          "agent '%.*s' has another key here already",
                          KL_TEXT_ARG(kl_as_text(args[0])));
    else
        status = kl_map_set_key(&chain->agent_keys, args[0], kl_value_take(&key), error);
    pthread_mutex_unlock(&chain->lock);
    kl_value_release(key);
    return status;
}

static kl_status agent_key(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_delegation_chain *chain = (kl_delegation_chain *)self;
    (void)error;
    pthread_mutex_lock(&chain->lock);
    *out = kl_value_retain(kl_map_get(chain->agent_keys, kl_as_text(args[0])));
    pthread_mutex_unlock(&chain->lock);
    return KL_OK;
}

/* ---- revoking and verifying --------------------------------------------------------------------- */

static kl_status revoke_cascade(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    return kl_delegation_chain_revoke(out, (kl_delegation_chain *)self, args[0], error);
}

static kl_status revoke(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value ids;
    KL_TRY(kl_delegation_chain_revoke(&ids, (kl_delegation_chain *)self, args[0], error));
    *out = kl_int((int64_t)kl_array_len(ids));
    kl_value_release(ids);
    return KL_OK;
}

static kl_status verify(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out, (void)args;
    return kl_delegation_chain_verify((kl_delegation_chain *)self, error);
}

/* ---- tables ------------------------------------------------------------------------------------- */

#define WHO_AND_WHAT                                                                               \
    {.name = "delegator", .kind = KL_KIND_STRING, .doc = "who grants"},                            \
    {.name = "delegate", .kind = KL_KIND_STRING, .doc = "who may act then"},                       \
    {.name = "capabilities", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_TUPLE,     \
     .doc = "tokens such as tool_call: at least one, none above the level"},                       \
    KL_LEVEL_PARAM("whose flags and limits the grant has:"),                                       \
    {.name = "scope", .kind = KL_KIND_OBJECT, .type = &kl_delegation_scope_type,                   \
     .doc = "where it holds, and for how much money"}

#define KEY_AND_END                                                                                \
    {.name = "delegator_keypair", .kind = KL_KIND_OBJECT, .type = &kl_key_pair_type,               \
     .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,                                                       \
     .doc = "the delegator's own key, which signs; from then on it is the only one that signs for "\
            "it. None = the chain's key signs"},                                                   \
    {.name = "expires_at", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,         \
     .doc = "when the grant ends, RFC 3339 with an offset; None = never, or with its parent"}

static const kl_param init_params[] = {
    {.name = "keypair", .kind = KL_KIND_OBJECT, .type = &kl_key_pair_type,
     .doc = "signs grants of delegators without a key of their own, and revocations"},
};
static const kl_param delegate_params[] = {WHO_AND_WHAT, KEY_AND_END};
static const kl_param sub_params[] = {
    WHO_AND_WHAT,
    {.name = "parent_delegation_id", .kind = KL_KIND_STRING,
     .doc = "UUID of the grant to the delegator that is passed on"},
    KEY_AND_END,
};
static const kl_param id_param[] = {
    {.name = "delegation_id", .kind = KL_KIND_STRING, .doc = "UUID of the grant"},
};
static const kl_param key_params[] = {
    {.name = "agent_id", .kind = KL_KIND_STRING, .doc = "the agent"},
    {.name = "public_key_hex", .kind = KL_KIND_STRING, .doc = "64 hexadecimal characters"},
};
static const kl_param agent_param[] = {
    {.name = "agent_id", .kind = KL_KIND_STRING, .doc = "the agent"},
};

static const kl_param save_params[] = {
    {.name = "store", .kind = KL_KIND_OBJECT, .type = &kl_trust_store_type,
     .doc = "an EatpMemoryStore, EatpFilesystemStore or EatpSqlxStore"},
};
static const kl_param load_params[] = {
    {.name = "store", .kind = KL_KIND_OBJECT, .type = &kl_trust_store_type,
     .doc = "an EatpMemoryStore, EatpFilesystemStore or EatpSqlxStore"},
    {.name = "keypair", .kind = KL_KIND_OBJECT, .type = &kl_key_pair_type, .doc = "the chain's key"},
    {.name = "agent_keys", .kind = KL_KIND_MAP, .item = KL_KIND_STRING,
     .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
     .doc = "public keys, in lower case, of the delegators that sign with their own, by agent"},
    {.name = "revocation_ledger", .kind = KL_KIND_OBJECT, .type = &kl_revocation_ledger_type,
     .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
     .doc = "the ledger of before, which goes on and is believed more than the store; None = a new one "
            "begins"},
};

#define RAISES "ValueError, EatpDelegationError"

static const kl_method methods[] = {
    {.name = "delegate", .call = delegate, .params = KL_TABLE(delegate_params),
     .returns = KL_KIND_STRING, .raises = RAISES,
     .doc = "Signs a grant of its own; its UUID. EatpDelegationError for a grant to oneself or to "
            "somebody from whom the delegator has its authority, without capabilities, or with one "
            "above the level."},
    {.name = "delegate_record", .call = delegate_record, .params = KL_TABLE(delegate_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_delegation_record_type, .raises = RAISES,
     .doc = "The same; the record."},
    {.name = "delegate_sub", .call = delegate_sub, .params = KL_TABLE(sub_params),
     .returns = KL_KIND_STRING, .raises = RAISES,
     .doc = "Passes a grant on, nowhere wider than it is; the UUID of the new one. ValueError when it "
            "is unknown, revoked or expired, not the delegator's, or narrower than what is asked."},
    {.name = "last_delegation_record", .call = last_record, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_delegation_record_type, .returns_optional = true,
     .doc = "The newest record as it is now; None without one."},
    {.name = "revoke", .call = revoke, .params = KL_TABLE(id_param), .returns = KL_KIND_INT,
     .flags = KL_BLOCKING, .raises = "ValueError",
     .doc = "Revokes a grant and all that came of it; how many were not revoked before."},
    {.name = "revoke_cascade", .call = revoke_cascade, .params = KL_TABLE(id_param),
     .returns = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_BLOCKING, .raises = "ValueError",
     .doc = "The same; their ids, each before its descendants."},
    {.name = "revocation_ledger", .call = kl_delegation_chain_ledger, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_revocation_ledger_type,
     .doc = "All revocations as a signed ledger, for those who must not take the chain's word."},
    {.name = "register_agent_key", .call = register_key, .params = KL_TABLE(key_params),
     .returns = KL_KIND_NONE, .raises = "ValueError, EatpDelegationError",
     .doc = "From now on an agent's grants are signed with its own key. A key cannot be replaced."},
    {.name = "agent_public_key", .call = agent_key, .params = KL_TABLE(agent_param),
     .returns = KL_KIND_STRING, .returns_optional = true,
     .doc = "The key of its own that an agent has here, or None."},
    {.name = "verify", .call = verify, .returns = KL_KIND_NONE, .flags = KL_BLOCKING,
     .raises = "ValueError",
     .doc = "Checks every signature, and that it is by the chain's key or by the delegator's own."},
    {.name = "save", .call = kl_delegation_chain_save, .params = KL_TABLE(save_params),
     .returns = KL_KIND_NONE, .flags = KL_BLOCKING, .raises = "EatpAuthorityError, RuntimeError",
     .doc = "Puts every grant into a store, and what was revoked. What is there already stays."},
    {.name = "load", .call = kl_delegation_chain_load, .params = KL_TABLE(load_params),
     .flags = KL_STATIC | KL_BLOCKING, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_delegation_chain_type, .raises = "EatpAuthorityError, RuntimeError",
     .doc = "The chain that a store holds. Every signature is verified, and that nothing is wider than "
            "what it was made from."},
    {.name = "__len__", .call = length, .returns = KL_KIND_INT,
     .doc = "Number of grants, revoked ones too."},
};

const kl_type kl_delegation_chain_type = {
    .name = "EatpDelegationChain",
    .module = "kailash",
    .doc = "Who granted what to whom, and what was revoked. Threads may share one.",
    .size = sizeof(kl_delegation_chain),
    .params = KL_TABLE(init_params),
    .methods = KL_TABLE(methods),
    .init = init,
    .dispose = dispose,
    .repr = repr,
};
KL_PUBLISH(kl_delegation_chain_type);
