/* src/pact/vacancy.c - PactVacancyDesignation and PactVacancyStatus. */
#include "knowledge.h"
#include "people.h"

/* ---- PactVacancyDesignation ------------------------------------------------------------------ */

static kl_status fill(kl_pact_designation *own, const kl_value texts[3], int64_t hours, kl_time now,
                      kl_error *error)
{
    if (hours > KL_PACT_HOURS_MAX || hours < -KL_PACT_HOURS_MAX)
        return kl_error_set(error, KL_INVALID,
                            "expiry_hours: %lld is out of range; expected -%d to %d", (long long)hours,
                            KL_PACT_HOURS_MAX, KL_PACT_HOURS_MAX);
    KL_TRY(kl_pact_address_text(&own->role_address, kl_as_text(texts[0]), error));
    if (__builtin_add_overflow(now, hours * KL_HOUR, &own->expires))
        return kl_error_set(error, KL_INVALID, "expiry_hours: the end lies beyond the year 2262");
    KL_TRY(kl_pact_time_string(&own->designated_at, now, KL_TIME_OFFSET, error));
    KL_TRY(kl_pact_time_string(&own->expires_at, own->expires, KL_TIME_OFFSET, error));
    own->acting_occupant = kl_value_retain(texts[1]);
    own->designated_by = kl_value_retain(texts[2]);
    return KL_OK;
}

kl_status kl_pact_designation_new(kl_value *out, const kl_value texts[3], int64_t hours, kl_time now,
                                  kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_pact_designation_type, error));
    kl_status status = fill((kl_pact_designation *)object, texts, hours, now, error);
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    *out = kl_value_of(object);
    return KL_OK;
}

static kl_status put_all(kl_value *map, const kl_pact_designation *own, kl_error *error)
{
    KL_TRY(kl_pact_put(map, "role_address", own->role_address, error));
    KL_TRY(kl_pact_put(map, "acting_occupant", own->acting_occupant, error));
    KL_TRY(kl_pact_put(map, "designated_by", own->designated_by, error));
    KL_TRY(kl_pact_put(map, "designated_at", own->designated_at, error));
    return kl_pact_put(map, "expires_at", own->expires_at, error);
}

kl_status kl_pact_designation_write(kl_value *out, const kl_pact_designation *designation, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, 5, error));
    kl_status status = put_all(&map, designation, error);
    if (status != KL_OK) {
        kl_value_release(map);
        return status;
    }
    *out = map;
    return KL_OK;
}

static kl_status read_all(kl_pact_designation *own, kl_value row, kl_error *error)
{
    const kl_pact_reader reader = {"designation", row, error};
    KL_TRY(kl_pact_member_check(&reader));
    KL_TRY(kl_pact_member_address(&own->role_address, &reader, "role_address", true));
    KL_TRY(kl_pact_member_text(&own->acting_occupant, &reader, "acting_occupant", true));
    KL_TRY(kl_pact_member_text(&own->designated_by, &reader, "designated_by", true));
    KL_TRY(kl_pact_member_text(&own->designated_at, &reader, "designated_at", true));
    KL_TRY(kl_pact_member_text(&own->expires_at, &reader, "expires_at", true));
    return kl_time_parse(&own->expires, kl_as_text(own->expires_at), error);
}

kl_status kl_pact_designation_read(kl_value *out, kl_value row, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_pact_designation_type, error));
    kl_status status = read_all((kl_pact_designation *)object, row, error);
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    *out = kl_value_of(object);
    return KL_OK;
}

static kl_status designation_init(kl_object *self, const kl_value *args, kl_error *error)
{
    return fill((kl_pact_designation *)self, args, kl_as_int(args[3]), kl_time_now(), error);
}

static kl_status is_active(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(kl_pact_designation_is_active((const kl_pact_designation *)self, kl_time_now()));
    return KL_OK;
}

static kl_status designation_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_pact_designation *own = (const kl_pact_designation *)self;
    bool active = kl_pact_designation_is_active(own, kl_time_now());
    return kl_string_format(out, error, "PactVacancyDesignation(role='%.*s', acting='%.*s', active=%s)",
                            KL_TEXT_ARG(kl_as_text(own->role_address)),
                            KL_TEXT_ARG(kl_as_text(own->acting_occupant)), active ? "true" : "false");
}

static const kl_param designation_params[] = {
    {.name = "role_address", .kind = KL_KIND_STRING, .doc = "address of the role that nobody holds"},
    {.name = "acting_occupant", .kind = KL_KIND_STRING, .doc = "id of the role whose holder acts"},
    {.name = "designated_by", .kind = KL_KIND_STRING, .doc = "who says so"},
    {.name = "expiry_hours", .kind = KL_KIND_INT, .fallback = "24",
     .doc = "hours until it ends, at most 876000; 0 and less: it has ended already"},
};

#define TEXT_FIELD(owner, member, text)                                                            \
    KL_VALUE(owner, member, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY, .doc = (text))

static const kl_field designation_fields[] = {
    TEXT_FIELD(kl_pact_designation, role_address, "address of the role that nobody holds"),
    TEXT_FIELD(kl_pact_designation, acting_occupant, "id of the role whose holder acts"),
    TEXT_FIELD(kl_pact_designation, designated_by, "who says so"),
    TEXT_FIELD(kl_pact_designation, designated_at, "since when: RFC 3339, UTC"),
    TEXT_FIELD(kl_pact_designation, expires_at, "until when"),
    {.name = "expires", .kind = KL_KIND_INT, .flags = KL_READ_ONLY | KL_HIDDEN,
     .offset = offsetof(kl_pact_designation, expires), .doc = "for decisions"},
};
static const kl_method designation_methods[] = {
    {.name = "is_active", .call = is_active, .returns = KL_KIND_BOOL, .doc = "Whether it has not ended."},
};

const kl_type kl_pact_designation_type = {
    .name = "PactVacancyDesignation",
    .module = "kailash.pact",
    .doc = "Who acts for a role that nobody holds, for a time.",
    .size = sizeof(kl_pact_designation),
    .flags = KL_TYPE_RECORD | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(designation_fields),
    .params = KL_TABLE(designation_params),
    .init = designation_init,
    .methods = KL_TABLE(designation_methods),
    .repr = designation_repr,
};
KL_PUBLISH(kl_pact_designation_type);

/* ---- PactVacancyStatus ----------------------------------------------------------------------- */

typedef struct vacancy_status {
    kl_object object;
    int64_t total_roles, vacant_roles;
    double vacancy_rate;
    kl_value vacant_role_ids; /* array of strings, sorted */
} vacancy_status;

static kl_status count_vacant(vacancy_status *own, const kl_pact_org *org, kl_error *error)
{
    KL_TRY(kl_array_new(&own->vacant_role_ids, 0, error));
    for (uint32_t i = 0; i < org->count; i++)
        if (org->nodes[i].is_vacant)
            KL_TRY(kl_array_push(&own->vacant_role_ids, kl_value_retain(org->nodes[i].id), error));
    KL_TRY(kl_array_sort(&own->vacant_role_ids, error));
    own->total_roles = org->count;
    own->vacant_roles = (int64_t)kl_array_len(own->vacant_role_ids);
    own->vacancy_rate = org->count ? (double)own->vacant_roles / org->count : 0;
    return KL_OK;
}

kl_status kl_pact_vacancy_status_new(kl_value *out, const kl_pact_org *org, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_pact_vacancy_status_type, error));
    kl_status status = count_vacant((vacancy_status *)object, org, error);
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    *out = kl_value_of(object);
    return KL_OK;
}

static kl_status status_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const vacancy_status *own = (const vacancy_status *)self;
    return kl_string_format(out, error, "PactVacancyStatus(total=%lld, vacant=%lld, rate=%.1f%%)",
                            (long long)own->total_roles, (long long)own->vacant_roles,
                            100 * own->vacancy_rate);
}

static const kl_field status_fields[] = {
    {.name = "total_roles", .kind = KL_KIND_INT, .flags = KL_READ_ONLY,
     .offset = offsetof(vacancy_status, total_roles), .doc = "number of roles"},
    {.name = "vacant_roles", .kind = KL_KIND_INT, .flags = KL_READ_ONLY,
     .offset = offsetof(vacancy_status, vacant_roles), .doc = "how many of them are vacant, by the document"},
    {.name = "vacancy_rate", .kind = KL_KIND_DOUBLE, .flags = KL_READ_ONLY,
     .offset = offsetof(vacancy_status, vacancy_rate), .doc = "the share of vacant roles, 0 to 1"},
    KL_VALUE(vacancy_status, vacant_role_ids, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
             .flags = KL_READ_ONLY, .doc = "ids of the vacant roles, sorted"),
};

const kl_type kl_pact_vacancy_status_type = {
    .name = "PactVacancyStatus",
    .module = "kailash.pact",
    .doc = "How many roles of an organisation nobody holds.",
    .size = sizeof(vacancy_status),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(status_fields),
    .repr = status_repr,
};
KL_PUBLISH(kl_pact_vacancy_status_type);
