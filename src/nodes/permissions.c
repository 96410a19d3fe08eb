/* src/nodes/permissions.c - ABACPermissionEvaluatorNode: may this subject do that to this resource. */
#include "abac.h"
#include "build_map.h"
#include "kailash/node.h"
#include "operation.h"

#include <stdio.h>

static const char *const combinations[] = {"first", "deny_overrides", "allow_overrides", NULL};

enum { SUBJECT, RESOURCE, ACTION, POLICIES, ENVIRONMENT, COMBINING };

static const kl_param inputs[] = {
    {.name = "subject", .kind = KL_KIND_MAP, .doc = "attributes of who asks"},
    {.name = "resource", .kind = KL_KIND_MAP, .doc = "attributes of what is asked for"},
    {.name = "action", .kind = KL_KIND_STRING, .doc = "what shall be done"},
    {.name = "policies", .kind = KL_KIND_ARRAY,
     .doc = "list of {id, effect allow|deny, action (a word, a list of words, \"*\"), "
            "subject_conditions, resource_conditions, environment_conditions, priority}; conditions "
            "are lists of {attribute (may be a dotted path), operator, value}; operators: equals "
            "not_equals contains not_contains in_list greater_than less_than greater_than_or_equal "
            "less_than_or_equal starts_with ends_with between is_null. A fault in any of them denies"},
    {.name = "environment", .kind = KL_KIND_MAP, .fallback = "{}",
     .doc = "attributes of the surroundings"},
};
static const kl_param config[] = {
    {.name = "combining", .kind = KL_KIND_ENUM, .names = combinations, .fallback = "\"first\"",
     .doc = "which of the policies that apply decides: the first, a denying one if there is one, or "
            "an allowing one; higher priorities come first, else the order of the list"},
};
static const kl_param outputs[] = {
    {.name = "allowed", .kind = KL_KIND_BOOL, .doc = "the decision; false when no policy applies"},
    {.name = "effect", .kind = KL_KIND_STRING, .doc = "\"Allow\" or \"Deny\""},
    {.name = "matched_policy", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "id of the policy that decided; not there when none did"},
    {.name = "reason", .kind = KL_KIND_STRING, .doc = "why, in words"},
};

static kl_status answer(kl_value *out, bool allowed, kl_value id, const char *head, const char *tail,
                        kl_error *error)
{
    kl_build build = kl_build_begin(4, error);
    kl_build_put(&build, "allowed", kl_bool(allowed));
    kl_build_text(&build, "effect", kl_text_from(allowed ? "Allow" : "Deny"));
    if (kl_is_null(id)) {
        kl_build_format(&build, "reason", "%s%s", head, tail);
    } else {
        kl_build_share(&build, "matched_policy", id);
        kl_build_format(&build, "reason", "policy '%.*s' matched with effect %s",
                        KL_TEXT_ARG(kl_as_text(id)), allowed ? "Allow" : "Deny");
    }
    return kl_build_end(out, &build);
}

/* ---- which policy decides ------------------------------------------------------------------------ */

/* The policy that decides: the first that applies and has the wanted effect, else the first at all. */
typedef struct decision {
    kl_value policy; /* borrowed; null = none applies */
    bool allowed;
} decision;

static double priority_of(kl_value policy)
{
    return kl_as_double(kl_map_get(policy, KL_TEXT("priority")));
}

/* Whether `policy` beats what was found before it in the list. */
static bool is_better(const decision *before, kl_value policy, bool allows, kl_text combining)
{
    if (kl_is_null(before->policy))
        return true;
    bool wanted = kl_text_is(combining, "allow_overrides");
    if (!kl_text_is(combining, "first") && allows != before->allowed)
        return allows == wanted;
    return priority_of(policy) > priority_of(before->policy);
}

static kl_status decide(decision *out, const kl_node_call *call, kl_error *error)
{
    kl_work work = kl_node_work(call);
    kl_abac_request request = {.subject = call->args[SUBJECT],
                               .resource = call->args[RESOURCE],
                               .environment = call->args[ENVIRONMENT],
                               .action = kl_as_text(call->args[ACTION])};
    kl_value policies = call->args[POLICIES];
    *out = (decision){.policy = kl_null()};
    for (size_t i = 0; i < kl_array_len(policies); i++) {
        kl_value policy = kl_array_at(policies, i);
        bool applies, allows = kl_abac_allows(policy);
        KL_TRY(kl_work_step(&work, error));
        KL_TRY(kl_abac_applies(&applies, policy, &request, &work, error));
        if (applies && is_better(out, policy, allows, kl_as_text(call->args[COMBINING])))
            *out = (decision){.policy = policy, .allowed = allows};
    }
    return KL_OK;
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    decision found;
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(call->args[POLICIES]) && status == KL_OK; i++)
        status = kl_abac_check(kl_array_at(call->args[POLICIES], i), &why);
    if (status == KL_INVALID)
        status = answer(out, false, kl_null(), "policy parse error: ", kl_error_message(&why), error);
    else if (status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    if (status != KL_OK || !kl_is_null(*out))
        return status;
    KL_TRY(decide(&found, call, error));
    return answer(out, found.allowed, kl_map_get(found.policy, KL_TEXT("id")),
                  "no applicable ABAC policy found, denied by default", "", error);
}

static const kl_node_type types[] = {
    {
        .name = "ABACPermissionEvaluatorNode",
        .category = "Security",
        .doc = "Decides by the attributes of subject, resource and surroundings; in doubt it denies.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .run = run,
    },
};

static const kl_node_family permission_nodes = {.name = "permissions", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(permission_nodes);
