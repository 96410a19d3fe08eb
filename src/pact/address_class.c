/* src/pact/address_class.c - PactAddress. */
#include "address.h"

/* A record of its text, from which the segments are read when they are needed. */
typedef struct address_object {
    kl_object object;
    kl_value text; /* string */
} address_object;

kl_status kl_pact_address_new(kl_value *out, kl_pact_path path, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_pact_address_type, error));
    kl_status status = kl_pact_path_text(&((address_object *)object)->text, path, error);
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    *out = kl_value_of(object);
    return KL_OK;
}

void kl_pact_address_get(kl_pact_address *out, const kl_object *address)
{
    /* Text that was written from segments reads back. */
    if (kl_pact_address_parse(out, kl_as_text(((const address_object *)address)->text), NULL) != KL_OK)
        out->count = 0;
}

static kl_status address_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "PactAddress('%.*s')",
                            KL_TEXT_ARG(kl_as_text(((address_object *)self)->text)));
}

static kl_status address_compare(int *out, kl_object *a, kl_object *b, kl_error *error)
{
    kl_pact_address x, y;
    (void)error;
    kl_pact_address_get(&x, a);
    kl_pact_address_get(&y, b);
    *out = kl_pact_path_compare(kl_pact_path_of(&x), kl_pact_path_of(&y));
    return KL_OK;
}

/* ---- methods --------------------------------------------------------------------------------- */

/* The first `count` segments as an address, None for 0. */
static kl_status prefix(kl_value *out, const kl_pact_address *address, size_t count, kl_error *error)
{
    *out = kl_null();
    return count ? kl_pact_address_new(out, kl_pact_path_cut(kl_pact_path_of(address), count), error)
                 : KL_OK;
}

#define PREFIX_METHOD(method, length)                                                              \
    static kl_status method(kl_value *out, kl_object *self, const kl_value *args, kl_error *error) \
    {                                                                                              \
        kl_pact_address address;                                                                   \
        (void)args;                                                                                \
        kl_pact_address_get(&address, self);                                                       \
        return prefix(out, &address, length(kl_pact_path_of(&address)), error);                    \
    }
PREFIX_METHOD(parent, kl_pact_path_parent)
PREFIX_METHOD(supervisor, kl_pact_path_supervisor)
PREFIX_METHOD(unit, kl_pact_path_unit)
PREFIX_METHOD(department, kl_pact_path_department)
PREFIX_METHOD(team, kl_pact_path_team)

static kl_status parse(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_pact_address address;
    (void)self;
    KL_TRY(kl_pact_address_parse(&address, kl_as_text(args[0]), error));
    return kl_pact_address_new(out, kl_pact_path_of(&address), error);
}

static kl_status lca(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_pact_address a, b;
    (void)self;
    kl_pact_address_get(&a, args[0].as.object);
    kl_pact_address_get(&b, args[1].as.object);
    return prefix(out, &a, kl_pact_path_lca(kl_pact_path_of(&a), kl_pact_path_of(&b)), error);
}

static kl_status depth(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_pact_address address;
    (void)args, (void)error;
    kl_pact_address_get(&address, self);
    *out = kl_int((int64_t)address.count);
    return KL_OK;
}

static kl_status ancestors(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_pact_address address;
    kl_value list, item;
    kl_status status;
    (void)args;
    kl_pact_address_get(&address, self);
    kl_pact_path path = kl_pact_path_of(&address);
    KL_TRY(kl_array_new(&list, path.count / 2, error));
    for (size_t count = 1; count < path.count; count++) {
        if (kl_pact_segment_letter(path.at[count - 1]) != 'R')
            continue;
        KL_TRY_OUT(kl_pact_address_new(&item, kl_pact_path_cut(path, count), error));
        KL_TRY_OUT(kl_array_push(&list, item, error));
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

static kl_status is_prefix_of(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_pact_address own, other;
    (void)error;
    kl_pact_address_get(&own, self);
    kl_pact_address_get(&other, args[0].as.object);
    *out = kl_bool(kl_pact_path_is_prefix(kl_pact_path_of(&own), kl_pact_path_of(&other)));
    return KL_OK;
}

static kl_status str(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((address_object *)self)->text);
    return KL_OK;
}

static const kl_param text_param[] = {
    {.name = "s", .kind = KL_KIND_STRING, .doc = "such as D1-R1-T2-R1; letters in either case"},
};
static const kl_param pair_params[] = {
    {.name = "a", .kind = KL_KIND_OBJECT, .type = &kl_pact_address_type, .doc = "one address"},
    {.name = "b", .kind = KL_KIND_OBJECT, .type = &kl_pact_address_type, .doc = "the other"},
};
static const kl_param other_param[] = {
    {.name = "other", .kind = KL_KIND_OBJECT, .type = &kl_pact_address_type,
     .doc = "what may begin with this one"},
};

#define ADDRESS_OR_NONE                                                                            \
    .returns = KL_KIND_OBJECT, .returns_type = &kl_pact_address_type, .returns_optional = true

static const kl_method methods[] = {
    {.name = "parse", .call = parse, .params = KL_TABLE(text_param), .flags = KL_STATIC,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_pact_address_type, .raises = "ValueError",
     .doc = "The address of a text: at most 100 segments joined by -, each D, T or R with a number "
            "from 1 to 4294967295; each D and T is followed by an R."},
    {.name = "lca", .call = lca, .params = KL_TABLE(pair_params), .flags = KL_STATIC, ADDRESS_OR_NONE,
     .doc = "The longest address that both begin with; None when there is none."},
    {.name = "depth", .call = depth, .returns = KL_KIND_INT, .doc = "Number of segments."},
    {.name = "parent", .call = parent, ADDRESS_OR_NONE,
     .doc = "Without the last segment, if that is an address; else None."},
    {.name = "supervisor", .call = supervisor, ADDRESS_OR_NONE,
     .doc = "The nearest ancestor; None at the top."},
    {.name = "ancestors", .call = ancestors, .returns = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,
     .returns_type = &kl_pact_address_type,
     .doc = "All addresses above it, the highest first."},
    {.name = "containment_unit", .call = unit, ADDRESS_OR_NONE,
     .doc = "Up to the role behind the last department or team; None without either."},
    {.name = "department_segment", .call = department, ADDRESS_OR_NONE,
     .doc = "Up to the role behind the last department; None without one."},
    {.name = "team_segment", .call = team, ADDRESS_OR_NONE,
     .doc = "Up to the role behind the last team, even if a department comes later; None without one."},
    {.name = "is_prefix_of", .call = is_prefix_of, .params = KL_TABLE(other_param),
     .returns = KL_KIND_BOOL, .doc = "Whether the other address is this one or stands below it."},
    {.name = "__str__", .call = str, .returns = KL_KIND_STRING, .doc = "The text, in upper case."},
};

/* Hidden: it is the address, and str() tells it. */
static const kl_field fields[] = {
    KL_VALUE(address_object, text, .kind = KL_KIND_STRING, .flags = KL_HIDDEN | KL_READ_ONLY,
             .doc = "the text"),
};

const kl_type kl_pact_address_type = {
    .name = "PactAddress",
    .module = "kailash.pact",
    .doc = "Where a role stands in an organisation: departments (D), teams (T) and roles (R) from the "
           "top, such as D1-R1-T2-R1. Addresses are equal, and ordered, by their segments.",
    .size = sizeof(address_object),
    .flags = KL_TYPE_RECORD | KL_TYPE_ORDERED | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .repr = address_repr,
    .compare = address_compare,
};
KL_PUBLISH(kl_pact_address_type);
