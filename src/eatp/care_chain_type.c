/* src/eatp/care_chain_type.c - EatpCareChain: its methods and tables. */
#include "attestation.h"
#include "care_chain_state.h"
#include "fault.h"
#include "genesis.h"
#include "identity.h"
#include "lineage.h"
#include "store.h"

/* ---- making and ending -------------------------------------------------------------------------- */

static kl_status init(kl_object *self, const kl_value *args, kl_error *error)
{
    kl_care_chain *chain = (kl_care_chain *)self;
    pthread_mutex_init(&chain->lock, NULL);
    chain->fork_watch.lock = &chain->lock;
    kl_fork_watch_begin(&chain->fork_watch);
    chain->pair = (kl_key_pair *)kl_value_retain(args[0]).as.object;
    KL_TRY(kl_array_new(&chain->blocks, 0, error));
    return kl_map_new(&chain->latest, 0, error);
}

static void dispose(kl_object *self)
{
    kl_care_chain *chain = (kl_care_chain *)self;
    kl_fork_watch_end(&chain->fork_watch);
    kl_object_release((kl_object *)chain->pair);
    kl_value_release(chain->genesis);
    kl_value_release(chain->blocks);
    kl_value_release(chain->latest);
    kl_free(chain->postures);
    pthread_mutex_destroy(&chain->lock);
}

static size_t count_of(kl_care_chain *chain)
{
    pthread_mutex_lock(&chain->lock);
    size_t count = kl_array_len(chain->blocks);
    pthread_mutex_unlock(&chain->lock);
    return count;
}

static kl_status length(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_int((int64_t)count_of((kl_care_chain *)self));
    return KL_OK;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "EatpCareChain(blocks=%zu)",
                            count_of((kl_care_chain *)self));
}

/* ---- genesis ------------------------------------------------------------------------------------ */

static kl_status set_genesis(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_care_chain *chain = (kl_care_chain *)self;
    kl_value genesis;
    (void)out;
    KL_TRY(kl_org_id_check(args[0], error));
    KL_TRY(kl_genesis_make(&genesis, args[0], chain->pair, error));
    pthread_mutex_lock(&chain->lock);
    kl_status status = KL_OK;
    if (chain->is_sealed)
        status = kl_fault(error, KL_INVALID, NULL, "sealed",
                          "the genesis block is signed and cannot be changed; begin another chain");
    else
        kl_value_replace(&chain->genesis, kl_value_take(&genesis));
    pthread_mutex_unlock(&chain->lock);
    kl_value_release(genesis);
    return status;
}

/* With the lock held. A chain that is sealed stays as it is. */
static kl_status seal(kl_care_chain *chain, kl_error *error)
{
    kl_value genesis;
    if (chain->is_sealed)
        return KL_OK;
    if (kl_is_null(chain->genesis))
        return kl_fault(error, KL_INVALID, NULL, "empty_chain",
                        "invalid genesis block: no genesis block set; call set_genesis() first");
    genesis = kl_value_retain(chain->genesis);
    kl_status status = kl_record_sign(&genesis, &kl_genesis_shape, chain->pair, error);
    if (status == KL_OK)
        return kl_care_chain_begin(chain, genesis, error);
    kl_value_release(genesis);
    return status;
}

static kl_status sign_genesis(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_care_chain *chain = (kl_care_chain *)self;
    (void)out, (void)args;
    pthread_mutex_lock(&chain->lock);
    kl_status status = seal(chain, error);
    pthread_mutex_unlock(&chain->lock);
    return status;
}

static kl_status genesis_record(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    kl_value map;
    (void)args;
    KL_TRY(kl_care_chain_genesis(&map, (kl_care_chain *)self, error));
    kl_status status = kl_genesis_record_new(out, map, error);
    kl_value_release(map);
    return status;
}

/* ---- issuing ------------------------------------------------------------------------------------ */

/* The members of a block that its issuer is told; given. */
static kl_status receipt(kl_value *out, kl_value block, bool with_expiry, kl_error *error)
{
    static const char *const names[] = {"block_id", "agent_id", "trust_level", "issued_by",
                                        "issued_at", "expires_at"};
    size_t count = KL_COUNT(names) - !with_expiry;
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, count, error));
    for (size_t i = 0; i < count; i++)
        KL_TRY_OUT(kl_map_set(&map, kl_text_from(names[i]),
                              kl_value_retain(kl_map_get(block, kl_text_from(names[i]))), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* The block is given. The link to its predecessor wants the lock around signing, too. */
static kl_status append(kl_value *block, kl_care_chain *chain, kl_grant_of_trust *grant,
                        kl_error *error)
{
    kl_value made = kl_null();
    pthread_mutex_lock(&chain->lock);
    kl_status status = kl_care_chain_sealed(chain, error);
    if (status == KL_OK) {
        grant->issued_by = kl_map_get(chain->genesis, KL_TEXT("org_id"));
        status = kl_care_block_make(
            &made, grant, &(kl_block_place){kl_array_len(chain->blocks) + 1, {chain->tip, 64}},
            chain->pair, error);
    }
    if (status == KL_OK)
        status = kl_care_chain_push(chain, kl_value_retain(made), error);
    pthread_mutex_unlock(&chain->lock);
    if (status == KL_OK)
        *block = kl_value_take(&made);
    kl_value_release(made);
    return status;
}

static kl_status issue(kl_value *out, kl_object *self, const kl_value *args, const kl_value *expiry,
                       kl_error *error)
{
    kl_grant_of_trust grant = {.agent_id = args[0], .expires = expiry && !kl_is_null(*expiry)};
    kl_value block;
    KL_TRY(kl_agent_id_check(args[0], error));
    KL_TRY(kl_trust_level_read(&grant.level, args[1], error));
    if (grant.expires)
        KL_TRY(kl_instant_read(&grant.expires_at, *expiry, "expires_at", error));
    KL_TRY(append(&block, (kl_care_chain *)self, &grant, error));
    kl_status status = receipt(out, block, expiry != NULL, error);
    kl_value_release(block);
    return status;
}

static kl_status issue_trust(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    return issue(out, self, args, NULL, error);
}

static kl_status issue_with_expiry(kl_value *out, kl_object *self, const kl_value *args,
                                   kl_error *error)
{
    return issue(out, self, args, &args[2], error);
}

/* ---- asking ------------------------------------------------------------------------------------- */

static kl_status verify(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out, (void)args;
    return kl_care_chain_verify((kl_care_chain *)self, error);
}

static kl_status get_level(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    int level;
    KL_TRY(kl_care_chain_level(&level, (kl_care_chain *)self, args[0], error));
    *out = level < 0 ? kl_null() : kl_int(level);
    return KL_OK;
}

static kl_status is_allowed(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    int level, capability;
    KL_TRY(kl_rung_read(&capability, KL_LADDER_CAPABILITY, kl_as_text(args[1]), KL_SNAKE,
                        "capability", error));
    KL_TRY(kl_care_chain_level(&level, (kl_care_chain *)self, args[0], error));
    *out = kl_bool(level >= 0 &&
                   kl_level_allows((kl_trust_level)level, (kl_capability)capability));
    return KL_OK;
}

static kl_status capabilities(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    int level;
    KL_TRY(kl_care_chain_level(&level, (kl_care_chain *)self, args[0], error));
    return kl_level_capabilities(out, level < 0 ? KL_TRUST_UNTRUSTED : (kl_trust_level)level,
                                 KL_SNAKE, error);
}

static kl_status attestation(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_trust_level level;
    kl_value map;
    KL_TRY(kl_care_chain_attest(&map, &level, (kl_care_chain *)self, args[0], args[1], error));
    kl_status status = kl_attestation_new(out, map, error);
    kl_value_release(map);
    return status;
}

static kl_status lineage(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_lineage_request request = {
        .chain = (kl_care_chain *)self,
        .agent_id = args[0],
        .delegations = args[1],
        .audit_anchors = args[2],
        .valid_days = args[3],
        .filters_foreign = kl_as_bool(args[4]),
        .with_manifest = kl_as_bool(args[5]),
    };
    return kl_lineage_make(out, &request, error);
}

/* ---- tables ------------------------------------------------------------------------------------- */

#define AGENT {.name = "agent_id", .kind = KL_KIND_STRING, .doc = "the agent"}
#define LEVEL KL_LEVEL_PARAM("what the agent may do:")
#define VALID_DAYS                                                                                 \
    {.name = "valid_days", .kind = KL_KIND_INT, .fallback = "90",                                  \
     .doc = "days from now that the attestation holds, at least 1 and not beyond the year 9999"}

static const kl_param init_params[] = {
    {.name = "keypair", .kind = KL_KIND_OBJECT, .type = &kl_key_pair_type,
     .doc = "the organisation's key, which signs genesis, grants and attestations"},
};
static const kl_param save_params[] = {
    {.name = "store", .kind = KL_KIND_OBJECT, .type = &kl_trust_store_type,
     .doc = "an EatpMemoryStore, EatpFilesystemStore or EatpSqlxStore"},
};
static const kl_param load_params[] = {
    {.name = "store", .kind = KL_KIND_OBJECT, .type = &kl_trust_store_type,
     .doc = "an EatpMemoryStore, EatpFilesystemStore or EatpSqlxStore"},
    {.name = "keypair", .kind = KL_KIND_OBJECT, .type = &kl_key_pair_type,
     .doc = "the organisation's key, whose chain is looked for"},
};
static const kl_param genesis_params[] = {
    {.name = "org_id", .kind = KL_KIND_STRING, .doc = "name of the organisation, not empty"},
};
static const kl_param issue_params[] = {AGENT, LEVEL};
static const kl_param expiry_params[] = {
    AGENT, LEVEL,
    {.name = "expires_at", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "when the grant ends, RFC 3339 with an offset; one in the past ends the agent's trust at "
            "once; None = never"},
};
static const kl_param agent_param[] = {AGENT};
static const kl_param capability_params[] = {
    AGENT,
    {.name = "capability", .kind = KL_KIND_STRING, .doc = "a token such as tool_call"},
};
static const kl_param attestation_params[] = {AGENT, VALID_DAYS};
static const kl_param lineage_params[] = {
    AGENT,
    {.name = "delegations", .kind = KL_KIND_ARRAY, .flags = KL_OPTIONAL | KL_TUPLE,
     .item = KL_KIND_OBJECT, .doc = "grants to the agent: EatpDelegationRecord"},
    {.name = "audit_anchors", .kind = KL_KIND_ARRAY, .flags = KL_OPTIONAL | KL_TUPLE,
     .item = KL_KIND_OBJECT, .doc = "what the agent did: EatpAuditAnchor"},
    VALID_DAYS,
    {.name = "filter_foreign_records", .kind = KL_KIND_BOOL, .fallback = "false",
     .flags = KL_KEYWORD_ONLY,
     .doc = "leave records of other agents out, instead of refusing them"},
    {.name = "manifest", .kind = KL_KIND_BOOL, .fallback = "false", .flags = KL_KEYWORD_ONLY,
     .doc = "sign the set of records too, so that one taken away or added is found by whoever reads "
            "the lineage"},
};

#define READER(method_name, function, parameters, kind, item_kind, text)                           \
    {.name = (method_name), .call = (function), .params = KL_TABLE(parameters), .returns = (kind), \
     .item = (item_kind), .raises = "EatpAuthorityError, ValueError", .doc = (text)}
#define LEVEL_READER(method_name, text)                                                            \
    {.name = (method_name), .call = get_level, .params = KL_TABLE(agent_param),                    \
     .returns = KL_KIND_INT, .returns_optional = true, .raises = "EatpAuthorityError",             \
     .doc = (text)}

#define LEVEL_DOC                                                                                  \
    "The level that the newest grant of an agent gives; None when it has none or that has expired: "\
    "an older grant does not come back. What is new in the chain is verified first, once."
#define ALLOWED_DOC "Whether the agent's level has a capability now."
#define CAPABILITIES_DOC "Tokens of what the agent's level allows now; [] when it has none."

static const kl_method methods[] = {
    {.name = "set_genesis", .call = set_genesis, .params = KL_TABLE(genesis_params),
     .returns = KL_KIND_NONE, .raises = "ValueError",
     .doc = "Names the organisation at the root, with the capabilities of level 2. May be repeated "
            "until sign_genesis()."},
    {.name = "sign_genesis", .call = sign_genesis, .returns = KL_KIND_NONE, .raises = "ValueError",
     .doc = "Signs the root, which is fixed from then on. Nothing happens the second time."},
    {.name = "genesis_record", .call = genesis_record, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_genesis_record_type, .raises = "ValueError",
     .doc = "The signed root; the same bytes at each call."},
    {.name = "issue_trust", .call = issue_trust, .params = KL_TABLE(issue_params),
     .returns = KL_KIND_MAP, .raises = "ValueError, OverflowError",
     .doc = "Appends a signed grant, which replaces the agent's older ones, up or down. A dict of "
            "block_id, agent_id, trust_level, issued_by and issued_at."},
    {.name = "issue_trust_with_expiry", .call = issue_with_expiry, .params = KL_TABLE(expiry_params),
     .returns = KL_KIND_MAP, .raises = "ValueError, OverflowError",
     .doc = "The same for a grant that ends; the dict has expires_at too, in UTC."},
    {.name = "verify", .call = verify, .returns = KL_KIND_NONE, .flags = KL_BLOCKING,
     .raises = "EatpAuthorityError",
     .doc = "Checks every signature and link anew, from the root on."},
    {.name = "save", .call = kl_care_chain_save, .params = KL_TABLE(save_params),
     .returns = KL_KIND_NONE, .flags = KL_BLOCKING,
     .raises = "ValueError, EatpAuthorityError, RuntimeError",
     .doc = "Puts genesis and grants into a store. What is there already stays."},
    {.name = "load", .call = kl_care_chain_load, .params = KL_TABLE(load_params),
     .flags = KL_STATIC | KL_BLOCKING, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_care_chain_type, .raises = "EatpAuthorityError, RuntimeError",
     .doc = "The chain of a key that a store holds, verified from the root on."},
    {.name = "__len__", .call = length, .returns = KL_KIND_INT,
     .doc = "Number of grants, the genesis not counted."},
    LEVEL_READER("get_agent_trust_level", LEVEL_DOC),
    LEVEL_READER("get_agent_trust_level_verified", "The same as get_agent_trust_level()."),
    READER("is_capability_allowed", is_allowed, capability_params, KL_KIND_BOOL, 0, ALLOWED_DOC),
    READER("is_capability_allowed_verified", is_allowed, capability_params, KL_KIND_BOOL, 0,
           "The same as is_capability_allowed()."),
    READER("agent_capabilities", capabilities, agent_param, KL_KIND_ARRAY, KL_KIND_STRING,
           CAPABILITIES_DOC),
    READER("agent_capabilities_verified", capabilities, agent_param, KL_KIND_ARRAY, KL_KIND_STRING,
           "The same as agent_capabilities()."),
    {.name = "capability_attestation", .call = attestation, .params = KL_TABLE(attestation_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_attestation_type,
     .raises = "ValueError, EatpAuthorityError",
     .doc = "A signed statement of what the agent may do now. ValueError when it has no valid level."},
    {.name = "lineage", .call = lineage, .params = KL_TABLE(lineage_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_lineage_type, .flags = KL_BLOCKING,
     .raises = "ValueError, EatpAuthorityError",
     .doc = "All that speaks for an agent in one document: the root, a fresh attestation, the signed "
            "envelope of its level, the given grants and anchors."},
};

const kl_type kl_care_chain_type = {
    .name = "EatpCareChain",
    .module = "kailash",
    .doc = "An organisation's signed chain of grants of trust to agents. Threads may share one.",
    .size = sizeof(kl_care_chain),
    .params = KL_TABLE(init_params),
    .methods = KL_TABLE(methods),
    .init = init,
    .dispose = dispose,
    .repr = repr,
};
KL_PUBLISH(kl_care_chain_type);
