/* src/eatp/delegation_scope.c - EatpDelegationScope: where a grant holds, and for how much money. */
#include "delegation_scope.h"
#include "kailash/wide.h"

static const kl_member members[] = {
    {.name = "domain", .kind = KL_KIND_STRING},
    {.name = "operations", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING},
    {.name = "max_financial_cents", .kind = KL_KIND_COUNT,
     .flags = KL_MEMBER_WIDE | KL_MEMBER_NULL | KL_MEMBER_OPTIONAL | KL_MEMBER_SIGNED_NULL},
};
const kl_shape kl_scope_shape = {.name = "scope", KL_SHAPE_MEMBERS(members)};

typedef struct scope {
    kl_object object;
    kl_value domain;              /* string */
    kl_value operations;          /* array of strings */
    kl_value max_financial_cents; /* unsigned, or null */
} scope;

static kl_status wire_of(kl_value *out, const scope *s, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, KL_COUNT(members), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("domain"), kl_value_retain(s->domain), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("operations"), kl_value_retain(s->operations), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("max_financial_cents"),
                          kl_value_retain(s->max_financial_cents), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

kl_status kl_scope_wire(kl_value *out, kl_value value, kl_error *error)
{
    return wire_of(out, kl_as_object(value, &kl_delegation_scope_type), error);
}

/* ---- narrower ----------------------------------------------------------------------------------- */

static bool has_text(kl_value array, kl_text text)
{
    for (size_t i = 0; i < kl_array_len(array); i++)
        if (kl_text_equal(kl_as_text(kl_array_at(array, i)), text))
            return true;
    return false;
}

static bool operations_within(kl_value child, kl_value parent)
{
    for (size_t i = 0; i < kl_array_len(child); i++)
        if (!has_text(parent, kl_as_text(kl_array_at(child, i))))
            return false;
    return true;
}

static bool cents_within(kl_value child, kl_value parent)
{
    if (kl_is_null(parent))
        return true;
    return !kl_is_null(child) && kl_as_unsigned(child) <= kl_as_unsigned(parent);
}

static bool is_within(kl_value domain, kl_value operations, kl_value cents, kl_value in_domain,
                      kl_value in_operations, kl_value in_cents)
{
    return kl_text_equal(kl_as_text(domain), kl_as_text(in_domain)) &&
           operations_within(operations, in_operations) && cents_within(cents, in_cents);
}

bool kl_scope_within(kl_value child, kl_value parent)
{
    const kl_text domain = KL_TEXT("domain"), operations = KL_TEXT("operations"),
                  cents = KL_TEXT("max_financial_cents");
    return is_within(kl_map_get(child, domain), kl_map_get(child, operations),
                     kl_map_get(child, cents), kl_map_get(parent, domain),
                     kl_map_get(parent, operations), kl_map_get(parent, cents));
}

static kl_status is_subset_of(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const scope *child = (const scope *)self;
    const scope *parent = kl_as_object(args[0], &kl_delegation_scope_type);
    (void)error;
    *out = kl_bool(is_within(child->domain, child->operations, child->max_financial_cents,
                             parent->domain, parent->operations, parent->max_financial_cents));
    return KL_OK;
}

/* ---- the type ----------------------------------------------------------------------------------- */

static kl_status init(kl_object *self, const kl_value *args, kl_error *error)
{
    scope *s = (scope *)self;
    s->domain = kl_value_retain(args[0]);
    s->max_financial_cents = kl_value_retain(args[2]);
    if (kl_is_null(args[1]))
        return kl_array_new(&s->operations, 0, error);
    s->operations = kl_value_retain(args[1]);
    return KL_OK;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    const scope *s = (const scope *)self;
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_format(&text, "EatpDelegationScope(domain='%.*s', ops=[",
                     KL_TEXT_ARG(kl_as_text(s->domain)));
    for (size_t i = 0; i < kl_array_len(s->operations); i++)
        kl_buffer_format(&text, "%s\"%.*s\"", i ? ", " : "",
                         KL_TEXT_ARG(kl_as_text(kl_array_at(s->operations, i))));
    kl_buffer_string(&text, "])");
    return kl_buffer_finish(out, &text, error);
}

static const kl_param params[] = {
    {.name = "domain", .kind = KL_KIND_STRING, .doc = "where the grant holds; compared as it stands"},
    {.name = "operations", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .flags = KL_OPTIONAL | KL_TUPLE, .doc = "what may be done there; None = []: nothing by name"},
    {.name = "max_financial_cents", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL | KL_WIDE,
     .doc = "most money of a decision, in cents; None = no bound"},
};

static const kl_field fields[] = {
    KL_VALUE(scope, domain, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "where the grant holds"),
    KL_VALUE(scope, operations, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
             .flags = KL_READ_ONLY, .doc = "what may be done there"),
    KL_VALUE(scope, max_financial_cents, .kind = KL_KIND_COUNT,
             .flags = KL_READ_ONLY | KL_OPTIONAL | KL_WIDE,
             .doc = "most money of a decision, in cents; None = no bound"),
};

static const kl_param parent_param[] = {
    {.name = "parent", .kind = KL_KIND_OBJECT, .type = &kl_delegation_scope_type,
     .doc = "the scope that must not be left"},
};

static const kl_method methods[] = {
    {.name = "is_subset_of", .call = is_subset_of, .params = KL_TABLE(parent_param),
     .returns = KL_KIND_BOOL,
     .doc = "Whether this scope is nowhere wider: the same domain, only operations of the parent ([] "
            "has none), and cents within the parent's bound if it has one."},
};

const kl_type kl_delegation_scope_type = {
    .name = "EatpDelegationScope",
    .module = "kailash",
    .doc = "Where a grant holds, and for how much money.",
    .size = sizeof(scope),
    .flags = KL_TYPE_RECORD,
    .params = KL_TABLE(params),
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .init = init,
    .repr = repr,
};
KL_PUBLISH(kl_delegation_scope_type);
