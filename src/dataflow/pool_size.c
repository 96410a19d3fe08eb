/* src/dataflow/pool_size.c - PoolSize: how many connections a pool may have. */
#include "config.h"

#include <inttypes.h>

kl_status kl_pool_size_new(kl_value *out, kl_pool_size_kind kind, int64_t count, kl_error *error)
{
    kl_object *object;
    if (kind != KL_POOL_AUTO && count < 0)
        return kl_error_set(error, KL_OVERFLOW, "pool size: expected 1 or more, got %" PRId64, count);
    if (kind != KL_POOL_AUTO && count == 0)
        return kl_error_set(error, KL_INVALID, "pool size: expected 1 or more, got 0");
    KL_TRY(kl_object_alloc(&object, &kl_pool_size_type, error));
    ((kl_pool_size *)object)->kind = kind;
    ((kl_pool_size *)object)->count = count;
    *out = kl_value_of(object);
    return KL_OK;
}

static kl_status make_auto(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    (void)args;
    return kl_pool_size_new(out, KL_POOL_AUTO, 0, error);
}

static kl_status make_fixed(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return kl_pool_size_new(out, KL_POOL_FIXED, kl_as_int(args[0]), error);
}

static kl_status make_per_worker(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    (void)self;
    return kl_pool_size_new(out, KL_POOL_PER_WORKER, kl_as_int(args[0]), error);
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_pool_size *size = (const kl_pool_size *)self;
    if (size->kind == KL_POOL_AUTO)
        return kl_string_from_valid(out, KL_TEXT("PoolSize.Auto"), error);
    return kl_string_format(out, error, "PoolSize.%s(%" PRId64 ")",
                            size->kind == KL_POOL_FIXED ? "fixed" : "per_worker", size->count);
}

static const kl_param count_param[] = {
    {.name = "n", .kind = KL_KIND_COUNT, .range = KL_RANGE(1, 65535), .doc = "connections"},
};

#define MAKER .returns = KL_KIND_OBJECT, .returns_type = &kl_pool_size_type, .flags = KL_STATIC
static const kl_method methods[] = {
    {.name = "auto_", .call = make_auto, MAKER,
     .doc = "By the kind of database: 5 for an SQLite file, 1 in memory, 10 for a server."},
    {.name = "fixed", .call = make_fixed, .params = KL_TABLE(count_param), MAKER,
     .raises = "ValueError, OverflowError", .doc = "At most n connections."},
    {.name = "per_worker", .call = make_per_worker, .params = KL_TABLE(count_param), MAKER,
     .raises = "ValueError, OverflowError", .doc = "At most n connections for each worker process."},
};

static const kl_constant constants[] = {
    {.name = "Auto", .value = "@auto_", .doc = "By the kind of database."},
};

static const kl_field fields[] = {
    KL_INT(kl_pool_size, kind, 0, .flags = KL_HIDDEN, .doc = "how it is told"),
    KL_INT(kl_pool_size, count, 0, .flags = KL_HIDDEN, .doc = "the number"),
};

const kl_type kl_pool_size_type = {
    .name = "PoolSize",
    .module = "kailash",
    .doc = "How many connections a pool may have.",
    .size = sizeof(kl_pool_size),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .constants = KL_TABLE(constants),
    .repr = repr,
};
KL_PUBLISH(kl_pool_size_type);
