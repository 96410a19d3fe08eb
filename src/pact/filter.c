/* src/pact/filter.c - PactFilterDecision, and the filter that is asked before anything is read. */
#include "engine_parts.h"
#include "kailash/json.h"

/* ---- PactFilterDecision ---------------------------------------------------------------------- */

typedef struct filter_decision {
    kl_object object;
    bool allowed;
    kl_value reason;
    kl_value filtered_scope;  /* map of lists, or null: all */
    kl_value audit_anchor_id; /* string or null */
} filter_decision;

static const char *const scope_lists[] = {"classifications", "item_ids", "owning_units"};

static kl_status decision_check(kl_object *self, kl_error *error)
{
    kl_value scope = ((filter_decision *)self)->filtered_scope;
    for (size_t i = 0; i < kl_map_len(scope); i++) {
        kl_text key = kl_map_key_at(scope, i);
        kl_value value = kl_map_value_at(scope, i);
        bool is_list = false;
        for (size_t j = 0; j < KL_COUNT(scope_lists); j++)
            is_list |= kl_text_is(key, scope_lists[j]);
        if (!is_list && !kl_text_is(key, "description"))
            return kl_error_set(error, KL_INVALID,
                                "filtered_scope: unknown key '%.*s'; known are classifications, description, "
                                "item_ids, owning_units", KL_TEXT_ARG(key));
        if (is_list && !kl_is_null(value) && !kl_is(value, KL_KIND_ARRAY))
            return kl_error_set(error, KL_INVALID, "filtered_scope: %.*s: expected an array, got %s",
                                KL_TEXT_ARG(key), kl_value_kind_name(value));
    }
    return KL_OK;
}

/* Lists in order; what is not said is null, and the description empty. */
static kl_status canonical_scope(kl_value *out, kl_value scope, kl_error *error)
{
    kl_value map, list;
    kl_status status;
    if (kl_is_null(scope)) {
        *out = kl_null();
        return KL_OK;
    }
    KL_TRY(kl_map_new(&map, 4, error));
    for (size_t i = 0; i < KL_COUNT(scope_lists); i++) {
        kl_value given = kl_map_get(scope, kl_text_from(scope_lists[i]));
        list = kl_null();
        if (!kl_is_null(given))
            KL_TRY_OUT(kl_pact_texts_sorted(&list, given, error));
        KL_TRY_OUT(kl_map_set(&map, kl_text_from(scope_lists[i]), list, error));
    }
    kl_value description = kl_map_get(scope, KL_TEXT("description"));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("description"), kl_as_text(description), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status put_canonical(kl_value *map, const filter_decision *own, kl_error *error)
{
    kl_value scope;
    KL_TRY(kl_map_set(map, KL_TEXT("allowed"), kl_bool(own->allowed), error));
    KL_TRY(kl_map_set(map, KL_TEXT("audit_anchor_id"), kl_value_retain(own->audit_anchor_id), error));
    KL_TRY(canonical_scope(&scope, own->filtered_scope, error));
    KL_TRY(kl_map_set(map, KL_TEXT("filtered_scope"), scope, error));
    return kl_map_set(map, KL_TEXT("reason"), kl_value_retain(own->reason), error);
}

static kl_status canonical(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value map;
    (void)args;
    KL_TRY(kl_map_new(&map, 4, error));
    kl_status status = put_canonical(&map, (const filter_decision *)self, error);
    if (status == KL_OK)
        status = kl_json_print(out, map, &kl_json_spaced_b, error);
    kl_value_release(map);
    return status;
}

static const kl_field fields[] = {
    {.name = "allowed", .kind = KL_KIND_BOOL, .offset = offsetof(filter_decision, allowed),
     .doc = "whether the question may go on to the access algorithm"},
    KL_VALUE(filter_decision, reason, .kind = KL_KIND_STRING, .fallback = "\"\"", .doc = "why"),
    KL_VALUE(filter_decision, filtered_scope, .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
             .doc = "what may be asked for: classifications, item_ids, owning_units (lists; None = any) and a "
                    "description; None = anything"),
    KL_VALUE(filter_decision, audit_anchor_id, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "the anchor that tells of it, or None"),
};
static const kl_method methods[] = {
    {.name = "to_canonical_json", .call = canonical, .returns = KL_KIND_STRING,
     .doc = "The form in which implementations of PACT compare filters: keys sorted, in ASCII."},
};

static const kl_type filter_decision_type = {
    .name = "PactFilterDecision",
    .module = "kailash.pact",
    .doc = "What a knowledge filter says before anything is read; see PactGovernanceEngine.filter_knowledge().",
    .size = sizeof(filter_decision),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .check = decision_check,
};
KL_PUBLISH(filter_decision_type);

/* ---- asking ---------------------------------------------------------------------------------- */

static bool lists(kl_value list, kl_text text)
{
    if (kl_is_null(list))
        return true;
    for (size_t i = 0; i < kl_array_len(list); i++)
        if (kl_text_equal(kl_as_text(kl_array_at(list, i)), text))
            return true;
    return false;
}

static bool is_in_scope(kl_value scope, const kl_pact_item *item)
{
    kl_text level = kl_text_from(kl_pact_level_name((kl_confidentiality)item->level));
    kl_value units = kl_map_get(scope, KL_TEXT("owning_units"));
    bool owned = kl_is_null(units);
    for (size_t i = 0; i < kl_array_len(units) && !owned; i++)
        owned = kl_pact_text_covers(kl_as_text(kl_array_at(units, i)), kl_as_text(item->owner_address));
    return owned && lists(kl_map_get(scope, KL_TEXT("classifications")), level) &&
           lists(kl_map_get(scope, KL_TEXT("item_ids")), kl_as_text(item->id));
}

static kl_status put_one(kl_value *map, const char *name, kl_value text, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, 1, error));
    kl_status status = kl_array_push(&list, kl_value_retain(text), error);
    if (status != KL_OK) {
        kl_value_release(list);
        return status;
    }
    return kl_map_set(map, kl_text_from(name), list, error);
}

/* The question, as a filter gets it. */
static kl_status query_of(kl_value *out, const kl_pact_item *item, kl_error *error)
{
    const kl_pact_word *level = (const kl_pact_word *)item->classification.as.object;
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 4, error));
    KL_TRY_OUT(put_one(&map, "item_ids", item->id, error));
    KL_TRY_OUT(put_one(&map, "classifications", level->name, error));
    KL_TRY_OUT(put_one(&map, "owning_units", item->owner_address, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("description"), kl_value_retain(item->name), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status deny(kl_value *denial, kl_error *error, const char *what, kl_text why)
{
    return kl_string_format(denial, error, "knowledge filter: %s%s%.*s", what, why.len ? ": " : "",
                            KL_TEXT_ARG(why));
}

/* A decision as the dict that it is in a face, or as it is. */
static kl_status follow(kl_value *denial, kl_value told, const kl_pact_item *item, kl_error *error)
{
    const filter_decision *decision = (const filter_decision *)told.as.object;
    if (!decision->allowed)
        return deny(denial, error, "denied", kl_as_text(decision->reason));
    if (!kl_is_null(decision->filtered_scope) && !is_in_scope(decision->filtered_scope, item))
        return deny(denial, error, "the item is outside of the filtered scope", kl_as_text(decision->reason));
    return KL_OK;
}

/* True and False are answers, too. */
static kl_status read_answer(kl_value *denial, kl_value told, const kl_pact_item *item, kl_error *error)
{
    kl_value decision;
    kl_error why = KL_ERROR_INIT;
    *denial = kl_null();
    if (kl_is(told, KL_KIND_BOOL))
        return kl_as_bool(told) ? KL_OK : deny(denial, error, "denied", KL_TEXT(""));
    if (kl_as_object(told, &filter_decision_type))
        return follow(denial, told, item, error);
    if (!kl_is(told, KL_KIND_MAP))
        return deny(denial, error, "gave neither a bool nor the dict of a PactFilterDecision — denied",
                    KL_TEXT(""));
    kl_status status = kl_object_from_map(&decision, &filter_decision_type, told, &why);
    if (status == KL_OK) {
        status = follow(denial, decision, item, error);
        kl_value_release(decision);
        return status;
    }
    status = deny(denial, error, "gave a dict that is no PactFilterDecision — denied",
                  kl_text_from(kl_error_message(&why)));
    kl_error_clear(&why);
    return status;
}

static kl_status call_filter(kl_value *told, kl_value filter, kl_text role, const kl_pact_item *item,
                             kl_error *error)
{
    kl_value args[2] = {kl_null(), kl_null()};
    kl_status status = kl_string_new(&args[0], role, error);
    if (status == KL_OK)
        status = query_of(&args[1], item, error);
    if (status == KL_OK)
        status = kl_call_value(told, filter, args, 2, error);
    kl_value_release(args[0]);
    kl_value_release(args[1]);
    return status;
}

kl_status kl_pact_ask_filter(kl_value *denial, kl_pact_engine *engine, kl_text role, const kl_pact_item *item,
                             kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_value told;
    *denial = kl_null();
    if (!__atomic_load_n(&engine->has_filter, __ATOMIC_ACQUIRE))
        return KL_OK;
    kl_pact_read_begin(engine);
    kl_value filter = kl_value_retain(engine->filter);
    kl_pact_lock_end(engine);
    if (kl_is_null(filter))
        return KL_OK;
    kl_status status = call_filter(&told, filter, role, item, &why);
    kl_value_release(filter);
    if (status == KL_OK) {
        status = read_answer(denial, told, item, error);
        kl_value_release(told);
        return status;
    }
    /* Who wants to stop is not to be held up; all else is doubt. */
    if (status == KL_INTERRUPTED || status == KL_NO_MEMORY) {
        kl_error_move(error, &why);
        return status;
    }
    status = deny(denial, error, "failed — denied", kl_text_from(kl_error_message(&why)));
    kl_error_clear(&why);
    return status;
}
