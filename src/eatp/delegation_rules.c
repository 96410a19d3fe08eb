/* src/eatp/delegation_rules.c - whether a grant may be made: never wider than what it is made from, never
 * in a circle. */
#include "delegation_scope.h"
#include "delegation_state.h"
#include "fault.h"
#include "kailash/wide.h"

/* ---- against the parent: ValueError ------------------------------------------------------------- */

#define VIOLATION(...) kl_fault(error, KL_INVALID, NULL, "constraint_violation", __VA_ARGS__)

static bool has_text(kl_value array, kl_text text)
{
    for (size_t i = 0; i < kl_array_len(array); i++)
        if (kl_text_equal(kl_as_text(kl_array_at(array, i)), text))
            return true;
    return false;
}

static kl_text id_of(const kl_grant *grant)
{
    return kl_as_text(kl_grant_member(grant, "delegation_id"));
}

static const char *token_of(kl_text name)
{
    return kl_rung_name(KL_LADDER_CAPABILITY, kl_rung_find(KL_LADDER_CAPABILITY, name, KL_PASCAL),
                        KL_SNAKE);
}

static kl_status check_capabilities(const kl_candidate *child, const kl_grant *parent,
                                    kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(child->capabilities); i++) {
        kl_text name = kl_as_text(kl_array_at(child->capabilities, i));
        if (!has_text(kl_grant_member(parent, "capabilities"), name))
            return VIOLATION("delegation constraint violation: capability %s not in parent "
                             "delegation %.*s", token_of(name), KL_TEXT_ARG(id_of(parent)));
    }
    return KL_OK;
}

/* An allow-list that is null allows all. */
static bool tools_within(kl_value child, kl_value parent)
{
    if (kl_is_null(parent))
        return true;
    for (size_t i = 0; i < kl_array_len(child); i++)
        if (!has_text(parent, kl_as_text(kl_array_at(child, i))))
            return false;
    return !kl_is_null(child);
}

static kl_status check_constraints(kl_value child, kl_value parent, kl_error *error)
{
    static const struct {
        const char *member, *name;
    } flags[] = {
        {"allow_network", "network"},
        {"allow_filesystem", "filesystem"},
        {"allow_code_execution", "code execution"},
        {"allow_state_mutation", "state mutation"},
        {"allow_delegation", "delegation"},
    };
    const kl_text tools = KL_TEXT("allowed_tools"), reasons = KL_TEXT("reasoning_required");
    for (size_t i = 0; i < KL_COUNT(flags); i++) {
        kl_text member = kl_text_from(flags[i].member);
        if (kl_as_bool(kl_map_get(child, member)) && !kl_as_bool(kl_map_get(parent, member)))
            return VIOLATION("delegation constraint violation: child allows %s but parent does not",
                             flags[i].name);
    }
    if (!tools_within(kl_map_get(child, tools), kl_map_get(parent, tools)))
        return VIOLATION("delegation constraint violation: child allows tools that parent does not");
    if (kl_as_bool(kl_map_get(parent, reasons)) && !kl_as_bool(kl_map_get(child, reasons)))
        return VIOLATION("delegation constraint violation: parent requires reasoning but child does "
                         "not");
    return KL_OK;
}

static kl_status check_limit(kl_value child, kl_value parent, const char *name, kl_error *error)
{
    uint64_t limit = kl_as_unsigned(kl_map_get(child, kl_text_from(name)));
    uint64_t bound = kl_as_unsigned(kl_map_get(parent, kl_text_from(name)));
    if (limit <= bound)
        return KL_OK;
    return VIOLATION("delegation constraint violation: child %s (%llu) exceeds parent (%llu)", name,
                     (unsigned long long)limit, (unsigned long long)bound);
}

static kl_status check_limits(const kl_candidate *child, const kl_grant *parent, kl_error *error)
{
    static const char *const names[] = {"max_llm_calls", "max_tool_calls", "max_total_tokens",
                                        "max_execution_secs"};
    KL_TRY(check_limit(child->constraints, kl_grant_member(parent, "constraints"),
                       "max_context_tokens", error));
    for (size_t i = 0; i < KL_COUNT(names); i++)
        KL_TRY(check_limit(child->limits, kl_grant_member(parent, "resource_limits"), names[i],
                           error));
    return KL_OK;
}

kl_status kl_delegation_within(const kl_candidate *child, const kl_grant *parent, kl_error *error)
{
    kl_text expected = kl_as_text(kl_grant_member(parent, "delegate"));
    if (!kl_text_equal(child->delegator, expected))
        return VIOLATION("delegation constraint violation: delegator '%.*s' is not the delegate of "
                         "parent delegation %.*s (expected '%.*s')", KL_TEXT_ARG(child->delegator),
                         KL_TEXT_ARG(id_of(parent)), KL_TEXT_ARG(expected));
    KL_TRY(check_capabilities(child, parent, error));
    KL_TRY(check_constraints(child->constraints, kl_grant_member(parent, "constraints"), error));
    KL_TRY(check_limits(child, parent, error));
    if (!kl_scope_within(child->scope, kl_grant_member(parent, "scope")))
        return VIOLATION("delegation constraint violation: child scope is not a subset of parent "
                         "scope");
    if (parent->expires &&
        (!child->expires || kl_instant_compare(child->end, parent->expires_at) > 0))
        return VIOLATION("delegation constraint violation: child expires after parent");
    return KL_OK;
}

/* What is passed on is there still. */
static kl_status check_active(const kl_grant *parent, kl_error *error)
{
    if (parent->is_revoked)
        return kl_fault(error, KL_INVALID, NULL, "revoked", "delegation revoked: %.*s",
                        KL_TEXT_ARG(id_of(parent)));
    if (!kl_grant_is_active(parent))
        return kl_fault(error, KL_INVALID, NULL, "expired", "delegation expired: %.*s",
                        KL_TEXT_ARG(id_of(parent)));
    return KL_OK;
}

/* ---- of every grant: EatpDelegationError -------------------------------------------------------- */

#define REFUSED(code, ...) kl_fault(error, KL_INVALID, KL_EATP_DELEGATION, (code), __VA_ARGS__)

static kl_status check_level(const kl_delegation_ask *ask, kl_error *error)
{
    kl_value names = ask->says.capabilities;
    if (kl_array_len(names) == 0)
        return REFUSED("no_capability", "a delegation grants at least one capability");
    for (size_t i = 0; i < kl_array_len(names); i++) {
        kl_text name = kl_as_text(kl_array_at(names, i));
        int capability = kl_rung_find(KL_LADDER_CAPABILITY, name, KL_PASCAL);
        if (!kl_level_allows(ask->level, (kl_capability)capability))
            return REFUSED("above_level", "capability %s is above trust level %d (%s)",
                           token_of(name), (int)ask->level,
                           kl_rung_name(KL_LADDER_TRUST, (int)ask->level, KL_SNAKE));
    }
    return KL_OK;
}

static kl_status refuse_cycle(kl_text delegator, kl_text delegate, kl_error *error)
{
    return REFUSED("cycle",
                   "delegation cycle: '%.*s' is among those from whom '%.*s' has its authority",
                   KL_TEXT_ARG(delegate), KL_TEXT_ARG(delegator));
}

/* A grant that is passed on: nobody of those it came from, the root included, gets it again. */
static kl_status check_ancestors(const kl_delegation_chain *chain, size_t at, kl_text delegator,
                                 kl_text delegate, kl_error *error)
{
    for (; at != KL_NO_GRANT; at = chain->grants[at].parent) {
        const kl_grant *grant = &chain->grants[at];
        if (kl_text_equal(delegate, kl_as_text(kl_grant_member(grant, "delegator"))) ||
            kl_text_equal(delegate, kl_as_text(kl_grant_member(grant, "delegate"))))
            return refuse_cycle(delegator, delegate, error);
    }
    return KL_OK;
}

/* A grant of its own stands on all that its delegator has: whoever granted that, and so on. `met` is a
 * map of names, and the list of those still to be looked at. */
static kl_status check_grantors(const kl_delegation_chain *chain, kl_value *met, kl_text delegator,
                                kl_text delegate, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(*met); i++) {
        size_t at = kl_delegation_newest(chain, KL_GRANTS_TO, kl_map_key_at(*met, i));
        for (; at != KL_NO_GRANT; at = chain->grants[at].older_to) {
            const kl_grant *grant = &chain->grants[at];
            kl_value grantor = kl_grant_member(grant, "delegator");
            if (!kl_grant_is_active(grant) || kl_map_has(*met, kl_as_text(grantor)))
                continue;
            if (kl_text_equal(delegate, kl_as_text(grantor)))
                return refuse_cycle(delegator, delegate, error);
            KL_TRY(kl_map_set_key(met, grantor, kl_bool(true), error));
        }
    }
    return KL_OK;
}

static kl_status check_cycle(const kl_delegation_chain *chain, const kl_delegation_ask *ask,
                             size_t parent, kl_error *error)
{
    kl_text delegator = ask->says.delegator, delegate = ask->says.delegate;
    kl_value met;
    if (kl_text_equal(delegator, delegate))
        return REFUSED("self_delegation", "'%.*s' cannot delegate to itself",
                       KL_TEXT_ARG(delegator));
    if (parent != KL_NO_GRANT)
        return check_ancestors(chain, parent, delegator, delegate, error);
    KL_TRY(kl_map_new(&met, 1, error));
    kl_status status = kl_map_set(&met, delegator, kl_bool(true), error);
    if (status == KL_OK)
        status = check_grantors(chain, &met, delegator, delegate, error);
    kl_value_release(met);
    return status;
}

static kl_status check_depth(const kl_delegation_chain *chain, const kl_delegation_ask *ask,
                             size_t parent, kl_error *error)
{
    if (!ask->has_max_depth)
        return KL_OK;
    size_t ancestor = parent != KL_NO_GRANT
                          ? parent
                          : kl_delegation_newest_active(chain, ask->says.delegator);
    size_t depth = ancestor == KL_NO_GRANT ? 0 : chain->grants[ancestor].depth + 1;
    if (depth <= ask->max_depth)
        return KL_OK;
    return REFUSED("too_deep", "delegation depth %zu exceeds max_delegation_depth %llu", depth,
                   (unsigned long long)ask->max_depth);
}

kl_status kl_delegation_rules(const kl_delegation_chain *chain, const kl_delegation_ask *ask,
                              size_t parent, kl_error *error)
{
    if (parent != KL_NO_GRANT) {
        KL_TRY(check_active(&chain->grants[parent], error));
        KL_TRY(kl_delegation_within(&ask->says, &chain->grants[parent], error));
    }
    KL_TRY(check_level(ask, error));
    KL_TRY(check_cycle(chain, ask, parent, error));
    return check_depth(chain, ask, parent, error);
}
