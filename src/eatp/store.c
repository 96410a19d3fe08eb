/* src/eatp/store.c - what all stores do alike: checking what goes in, and the methods. */
#include "store_parts.h"
#include "fault.h"
#include "kailash/json.h"
#include "kailash/time.h"

/* ---- what goes in ----------------------------------------------------------------------------- */

static kl_status text_member(kl_value *out, kl_value map, const char *what, const char *name,
                             bool may_be_empty, kl_error *error)
{
    kl_value value = kl_map_get(map, kl_text_from(name));
    if (!kl_is(value, KL_KIND_STRING) || (!may_be_empty && !kl_as_text(value).len))
        return kl_fault(error, KL_INVALID, NULL, "malformed_record",
                        "%s: %s must be a text%s", what, name,
                        may_be_empty ? "" : " that is not empty");
    *out = value;
    return KL_OK;
}

kl_status kl_store_created_at(kl_value *out, kl_value map, const char *const names[2],
                              kl_error *error)
{
    char text[KL_TIME_TEXT];
    kl_time time = kl_time_now();
    for (int i = 0; i < 2 && names[i]; i++) {
        kl_value given = kl_map_get(map, kl_text_from(names[i]));
        if (kl_is_null(given))
            continue;
        kl_status status = kl_time_parse(&time, kl_as_text(given), error);
        if (status == KL_OK)
            break;
        kl_error_prefix(error, "%s: ", names[i]);
        return status;
    }
    size_t len = kl_time_print(text, time, 9, KL_TIME_Z);
    return kl_string_from_valid(out, (kl_text){text, len}, error);
}

static kl_status payload_json(kl_value *out, const char *what, kl_value payload, kl_error *error)
{
    kl_value json;
    const kl_json_style style = {.order = KL_JSON_INSERTION, .nan = KL_JSON_NAN_ERROR,
                                 .ascii = true, .spaced = true, .bytes_error = true};
    kl_status status = kl_json_print(&json, payload, &style, error);
    if (status != KL_OK) {
        kl_error_prefix(error, "%s: ", what);
        return status;
    }
    if (kl_as_text(json).len > KL_STORE_TEXT_MAX) {
        kl_value_release(json);
        return kl_fault(error, KL_INVALID, NULL, "too_large",
                        "%s: more than %zu bytes as JSON", what, KL_STORE_TEXT_MAX);
    }
    *out = json;
    return KL_OK;
}

static kl_status check_map(kl_value value, const char *what, kl_error *error)
{
    if (kl_is(value, KL_KIND_MAP))
        return KL_OK;
    return kl_error_set(error, KL_INVALID, "%s: expected an object, got %s", what,
                        kl_value_kind_name(value));
}

static kl_status read_block(kl_stored *out, kl_value block, kl_error *error)
{
    static const char *const times[2] = {"issued_at", "created_at"};
    kl_stored read = {.payload = block};
    KL_TRY(check_map(block, "block", error));
    KL_TRY(text_member(&read.id, block, "block", "block_id", false, error));
    KL_TRY(text_member(&read.agent_id, block, "block", "agent_id", true, error));
    KL_TRY(payload_json(&read.json, "block", block, error));
    kl_status status = kl_store_created_at(&read.created_at, block, times, error);
    if (status == KL_OK)
        *out = read;
    else
        kl_value_release(read.json);
    return status;
}

kl_status kl_store_with_revoked(kl_value *out, kl_value record, bool revoked, kl_error *error)
{
    kl_value copy = kl_value_retain(record);
    kl_status status = kl_map_set(&copy, KL_TEXT("revoked"), kl_bool(revoked), error);
    if (status == KL_OK)
        *out = copy;
    else
        kl_value_release(copy);
    return status;
}

/* `payload`, `json` and `created_at` are given, the others borrowed from the record. */
static kl_status read_delegation(kl_stored *out, kl_value record, kl_error *error)
{
    static const char *const times[2] = {"created_at", NULL};
    kl_value revoked = kl_map_get(record, KL_TEXT("revoked"));
    kl_stored read = {.revoked = kl_as_bool(revoked), .payload = kl_null(), .json = kl_null()};
    kl_status status;
    KL_TRY(check_map(record, "delegation", error));
    KL_TRY(text_member(&read.id, record, "delegation", "delegation_id", false, error));
    KL_TRY(text_member(&read.delegator, record, "delegation", "delegator", true, error));
    KL_TRY(text_member(&read.delegate, record, "delegation", "delegate", true, error));
    if (!kl_is_null(revoked) && !kl_is(revoked, KL_KIND_BOOL))
        return kl_fault(error, KL_INVALID, NULL, "malformed_record",
                        "delegation: revoked must be true or false");
    KL_TRY_OUT(kl_store_with_revoked(&read.payload, record, read.revoked, error));
    KL_TRY_OUT(payload_json(&read.json, "delegation", read.payload, error));
    KL_TRY_OUT(kl_store_created_at(&read.created_at, record, times, error));
    *out = read;
    return KL_OK;
out:
    kl_value_release(read.json);
    kl_value_release(read.payload);
    return status;
}

/* ---- for the stores --------------------------------------------------------------------------- */

kl_status kl_store_conflict(kl_error *error, const char *what, kl_value id)
{
    kl_fault(error, KL_DENIED, KL_EATP_AUTHORITY, "conflict",
             "%s '%.*s' is stored already, with other content", what,
             (int)KL_MIN(kl_as_text(id).len, 200), kl_as_text(id).data);
    kl_fault_detail(error, "id", id);
    return KL_DENIED;
}

kl_status kl_store_same_delegation(bool *same, kl_value a, kl_value b, kl_error *error)
{
    kl_value alike;
    KL_TRY(kl_store_with_revoked(&alike, a, kl_as_bool(kl_map_get(b, KL_TEXT("revoked"))), error));
    kl_status status = kl_value_equal(same, alike, b, error);
    kl_value_release(alike);
    return status;
}

kl_status kl_store_rank(kl_value *list, kl_value created_at, kl_value record, kl_error *error)
{
    kl_value row;
    kl_status status;
    KL_TRY(kl_array_new(&row, 3, error));
    KL_TRY_OUT(kl_array_push(&row, kl_value_retain(created_at), error));
    KL_TRY_OUT(kl_array_push(&row, kl_value_retain(kl_map_get(record, KL_TEXT("delegation_id"))),
                             error));
    KL_TRY_OUT(kl_array_push(&row, kl_value_retain(record), error));
    return kl_array_push(list, row, error);
out:
    kl_value_release(row);
    return status;
}

kl_status kl_store_sorted(kl_value *out, kl_value list, int64_t limit, kl_error *error)
{
    kl_value records = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_array_sort(&list, error));
    KL_TRY_OUT(kl_array_new(&records, 0, error));
    for (size_t i = 0; i < kl_array_len(list) && i < (uint64_t)limit; i++)
        KL_TRY_OUT(kl_array_push(&records, kl_value_retain(kl_array_at(kl_array_at(list, i), 2)),
                                 error));
    *out = kl_value_take(&records);
out:
    kl_value_release(records);
    kl_value_release(list);
    return status;
}

/* ---- for all others --------------------------------------------------------------------------- */

static kl_status string_or_null(kl_value *out, kl_text text, kl_error *error)
{
    if (text.data)
        return kl_string_new(out, text, error);
    *out = kl_null();
    return KL_OK;
}

kl_status kl_store_append_block(int64_t *seq, kl_trust_store *store, kl_value block,
                                kl_error *error)
{
    kl_stored stored;
    KL_TRY(read_block(&stored, block, error));
    kl_status status = store->functions->append_block(seq, store, &stored, error);
    kl_value_release(stored.json);
    kl_value_release(stored.created_at);
    return status;
}

kl_status kl_store_blocks(kl_value *out, kl_trust_store *store, kl_text agent_id, kl_error *error)
{
    kl_value agent;
    KL_TRY(string_or_null(&agent, agent_id, error));
    kl_status status = store->functions->blocks(out, store, agent, error);
    kl_value_release(agent);
    return status;
}

kl_status kl_store_block_count(int64_t *out, kl_trust_store *store, kl_error *error)
{
    return store->functions->block_count(out, store, error);
}

kl_status kl_store_put_delegation(kl_trust_store *store, kl_value record, kl_error *error)
{
    kl_stored stored;
    KL_TRY(read_delegation(&stored, record, error));
    kl_status status = store->functions->put_delegation(store, &stored, error);
    kl_value_release(stored.payload);
    kl_value_release(stored.json);
    kl_value_release(stored.created_at);
    return status;
}

kl_status kl_store_delegation(kl_value *out, kl_trust_store *store, kl_text id, kl_error *error)
{
    kl_value key;
    KL_TRY(kl_string_new(&key, id, error));
    kl_status status = store->functions->delegation(out, store, key, error);
    kl_value_release(key);
    return status;
}

kl_status kl_store_delegations(kl_value *out, kl_trust_store *store, kl_text delegate,
                               int64_t limit, kl_error *error)
{
    kl_value key;
    KL_TRY(string_or_null(&key, delegate, error));
    kl_status status = store->functions->delegations(out, store, key, limit, error);
    kl_value_release(key);
    return status;
}

kl_status kl_store_set_revoked(bool *newly, kl_trust_store *store, kl_text id, kl_error *error)
{
    kl_value key;
    bool found = false;
    KL_TRY(kl_string_new(&key, id, error));
    kl_status status = store->functions->set_revoked(&found, newly, store, key, error);
    kl_value_release(key);
    if (status == KL_OK && !found)
        return kl_fault(error, KL_DENIED, KL_EATP_AUTHORITY, "delegation_not_found",
                        "there is no delegation '%.*s'", (int)KL_MIN(id.len, 200), id.data);
    return status;
}

/* ---- methods ---------------------------------------------------------------------------------- */

kl_status kl_store_call_append_block(kl_value *out, kl_object *self, const kl_value *args,
                              kl_error *error)
{
    int64_t seq;
    KL_TRY(kl_store_append_block(&seq, (kl_trust_store *)self, args[0], error));
    *out = kl_int(seq);
    return KL_OK;
}

static kl_text text_or_none(kl_value value)
{
    return kl_is_null(value) ? (kl_text){NULL, 0} : kl_as_text(value);
}

kl_status kl_store_call_get_blocks(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    return kl_store_blocks(out, (kl_trust_store *)self, text_or_none(args[0]), error);
}

kl_status kl_store_call_block_count(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    int64_t count;
    KL_TRY(kl_store_block_count(&count, (kl_trust_store *)self, error));
    *out = kl_int(count);
    return KL_OK;
}

kl_status kl_store_call_put_delegation(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    (void)out;
    kl_value record = kl_null();
    if (kl_is(args[0], KL_KIND_OBJECT))
        KL_TRY(kl_object_call(&record, args[0].as.object, KL_TEXT("to_dict"), NULL, 0, error));
    else
        record = kl_value_retain(args[0]);
    kl_status status = kl_store_put_delegation((kl_trust_store *)self, record, error);
    kl_value_release(record);
    return status;
}

kl_status kl_store_call_get_delegation(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    return kl_store_delegation(out, (kl_trust_store *)self, kl_as_text(args[0]), error);
}

kl_status kl_store_call_list_delegations(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    return kl_store_delegations(out, (kl_trust_store *)self, text_or_none(args[0]),
                                kl_as_int(args[1]), error);
}

kl_status kl_store_call_set_revoked(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    bool newly;
    KL_TRY(kl_store_set_revoked(&newly, (kl_trust_store *)self, kl_as_text(args[0]), error));
    *out = kl_bool(newly);
    return KL_OK;
}

const kl_param kl_store_block_param[1] = {
    {.name = "block", .kind = KL_KIND_MAP, .flags = KL_WIDE,
     .doc = "what EatpCareChain.issue_trust() gave, or any dict with block_id and agent_id; "
            "issued_at or created_at tells when"},
};
const kl_param kl_store_agent_param[1] = {
    {.name = "agent_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "whose blocks; None = everybody's"},
};
const kl_param kl_store_record_param[1] = {
    {.name = "record", .kind = KL_KIND_ANY, .flags = KL_WIDE | KL_OBJECTS,
     .doc = "an EatpDelegationRecord, or a dict with delegation_id, delegator and delegate"},
};
const kl_param kl_store_id_param[1] = {
    {.name = "delegation_id", .kind = KL_KIND_STRING, .doc = "id of the record"},
};
const kl_param kl_store_list_params[2] = {
    {.name = "delegate", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "to whom was delegated; None = anybody"},
    {.name = "limit", .kind = KL_KIND_COUNT, .fallback = "1000", .doc = "records at most"},
};

const kl_type kl_trust_store_type = {
    .name = "EatpTrustStore",
    .module = "kailash",
    .doc = "What all trust stores are: they keep blocks of chains, and delegations.",
    .size = sizeof(kl_trust_store),
    .flags = KL_TYPE_NO_INIT,
};
KL_PUBLISH(kl_trust_store_type);
