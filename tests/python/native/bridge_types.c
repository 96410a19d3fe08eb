/* tests/python/native/bridge_types.c - types of another C library, one for each thing that tables
 * can say and the bridge must make Python of. Used by tests/python/test_bridge*.py. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "kailash/array_view.h"
#include "kailash/host.h"
#include "kailash/json.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

#define METHOD(name)                                                                               \
    static kl_status name(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
#define UNUSED (void)out, (void)self, (void)args, (void)error
#define MODULE .module = "bridge_types"

/* ---- enums ----------------------------------------------------------------------------------- */

static const kl_item colors[] = {
    {"RED", "red", "like a rose"},
    {"DEEP_BLUE", "deep-blue", "like the sea"},
};
static const kl_type color_type = {
    .name = "Color", MODULE, .doc = "A colour.", .flags = KL_TYPE_ENUM, .items = KL_TABLE(colors),
};

static const kl_item levels[] = {
    {"LOW", "low", "little"}, {"MIDDLE", "middle", "some"}, {"HIGH", "high", "much"},
};
static const char *const level_functions[] = {"low", "middle", "high"};
static const kl_type level_type;

METHOD(level_next)
{
    (void)args;
    const kl_item *item = kl_item_in(kl_value_of(self));
    return kl_item_at(out, &level_type, (size_t)(item - levels) + 1, error);
}

METHOD(level_parse)
{
    (void)self;
    return kl_item_of(out, &level_type, kl_as_text(args[0]), error);
}

static const kl_param text_param[] = {{.name = "text", .kind = KL_KIND_STRING, .doc = "a text"}};
static const kl_constant level_constants[] = {{"COUNT", "3", "number of levels"}};
static const kl_method level_methods[] = {
    {.name = "next", .call = level_next, .returns = KL_KIND_OBJECT, .returns_type = &level_type,
     .raises = "ValueError", .doc = "The level above."},
    {.name = "parse", .call = level_parse, .params = KL_TABLE(text_param), .flags = KL_STATIC,
     .returns = KL_KIND_OBJECT, .returns_type = &level_type, .doc = "The level of a text."},
};
static const kl_type level_type = {
    .name = "Level", MODULE, .doc = "How much.", .flags = KL_TYPE_ENUM | KL_TYPE_ORDERED,
    .items = KL_TABLE(levels), .item_methods = level_functions,
    .constants = KL_TABLE(level_constants),
    .methods = KL_TABLE(level_methods),
};

/* ---- records --------------------------------------------------------------------------------- */

typedef struct point {
    kl_object object;
    double x, y;
} point;
static const kl_field point_fields[] = {
    KL_DOUBLE(point, x, 0, .doc = "to the right"),
    KL_DOUBLE(point, y, 0, .doc = "upwards"),
};
static const kl_type point_type = {
    .name = "Point", MODULE, .doc = "A point.", .size = sizeof(point),
    .flags = KL_TYPE_RECORD | KL_TYPE_ORDERED | KL_TYPE_HAS_JSON | KL_TYPE_BASE,
    .fields = KL_TABLE(point_fields),
};

typedef struct drawing {
    kl_object object;
    kl_value origin, points, named, level, color, token, on_change, old;
    int64_t size;
} drawing;
static const kl_field drawing_fields[] = {
    KL_VALUE(drawing, origin, .kind = KL_KIND_OBJECT, .type = &point_type, .doc = "where it starts"),
    KL_VALUE(drawing, points, .kind = KL_KIND_ARRAY, .item = KL_KIND_OBJECT, .type = &point_type,
             .fallback = "[]", .flags = KL_SETTABLE, .doc = "its points"),
    KL_VALUE(drawing, named, .kind = KL_KIND_MAP, .item = KL_KIND_OBJECT, .type = &point_type,
             .fallback = "{}", .flags = KL_SETTABLE, .doc = "points by name"),
    KL_ENUM(drawing, level, "low", .type = &level_type, .flags = KL_SETTABLE, .doc = "how much"),
    KL_VALUE(drawing, color, .kind = KL_KIND_OBJECT, .type = &color_type,
             .flags = KL_OPTIONAL | KL_SETTABLE, .doc = "its colour"),
    KL_VALUE(drawing, token, .kind = KL_KIND_STRING, .flags = KL_SECRET | KL_OPTIONAL,
             .doc = "what nobody may see"),
    KL_VALUE(drawing, on_change, .kind = KL_KIND_CALLABLE, .flags = KL_OPTIONAL | KL_SETTABLE |
             KL_KEYWORD_ONLY, .doc = "told of changes"),
    KL_VALUE(drawing, old, .kind = KL_KIND_STRING, .flags = KL_DEPRECATED | KL_OPTIONAL,
             .doc = "use points instead"),
    KL_COUNT_FIELD(drawing, size, 1, .flags = KL_SETTABLE, .doc = "its size"),
};

static kl_status drawing_check(kl_object *self, kl_error *error)
{
    return ((drawing *)self)->size > 100 ? kl_error_set(error, KL_INVALID, "size: at most 100")
                                         : KL_OK;
}

static const kl_type drawing_type = {
    .name = "Drawing", MODULE, .doc = "Points and more.", .size = sizeof(drawing),
    .flags = KL_TYPE_MUTABLE | KL_TYPE_HAS_JSON, .fields = KL_TABLE(drawing_fields),
    .check = drawing_check,
};

/* ---- a class with all the methods that Python gives a meaning to ----------------------------- */

typedef struct counter {
    kl_object object;
    int64_t limit, at, opened;
} counter;

static kl_status counter_init(kl_object *self, const kl_value *args, kl_error *error)
{
    (void)error;
    ((counter *)self)->limit = kl_as_int(args[0]);
    ((counter *)self)->at = kl_as_int(args[1]);
    return KL_OK;
}

METHOD(counter_iter)
{
    UNUSED;
    *out = kl_value_of(kl_object_retain(self));
    return KL_OK;
}

METHOD(counter_next)
{
    (void)args;
    counter *c = (counter *)self;
    if (c->at >= c->limit)
        return kl_error_set(error, KL_STOP, "no more");
    *out = kl_int(c->at++);
    return KL_OK;
}

METHOD(counter_len)
{
    UNUSED;
    *out = kl_int(((counter *)self)->limit);
    return KL_OK;
}

METHOD(counter_item)
{
    int64_t index = kl_as_int(args[0]);
    if (index < 0 || index >= ((counter *)self)->limit)
        return kl_error_set(error, KL_KEY, "%lld", (long long)index);
    *out = kl_int(index);
    return KL_OK;
}

METHOD(counter_contains)
{
    UNUSED;
    int64_t number = kl_as_int(args[0]);
    *out = kl_bool(kl_is(args[0], KL_KIND_INT) && number >= 0 && number < ((counter *)self)->limit);
    return KL_OK;
}

METHOD(counter_call)
{
    UNUSED;
    *out = kl_int(((counter *)self)->limit * kl_as_int(args[0]) + kl_as_int(args[1]));
    return KL_OK;
}

METHOD(counter_enter)
{
    UNUSED;
    ((counter *)self)->opened++;
    return counter_iter(out, self, args, error);
}

METHOD(counter_exit)
{
    UNUSED;
    ((counter *)self)->opened--;
    return KL_OK;
}

METHOD(counter_limit)
{
    return counter_len(out, self, args, error);
}

METHOD(counter_set_limit)
{
    (void)out;
    if (kl_as_int(args[0]) > 1000)
        return kl_error_set(error, KL_INVALID, "limit: at most 1000");
    ((counter *)self)->limit = kl_as_int(args[0]);
    return KL_OK;
}

METHOD(counter_opened)
{
    UNUSED;
    *out = kl_int(((counter *)self)->opened);
    return KL_OK;
}

static const kl_type counter_type;

METHOD(counter_of)
{
    (void)self;
    kl_value values[2] = {kl_int((int64_t)kl_value_len(args[0])), kl_int(0)};
    return kl_object_make(out, &counter_type, values, error);
}

static const kl_param counter_params[] = {
    {.name = "limit", .kind = KL_KIND_COUNT, .doc = "where it ends"},
    {.name = "start", .kind = KL_KIND_COUNT, .fallback = "0", .flags = KL_KEYWORD_ONLY,
     .doc = "where it starts"},
};
static const kl_param index_param[] = {{.name = "index", .kind = KL_KIND_INT, .doc = "which"}};
static const kl_param any_param[] = {{.name = "value", .kind = KL_KIND_ANY, .doc = "anything"}};
static const kl_param call_params[] = {
    {.name = "factor", .kind = KL_KIND_INT, .doc = "a factor"},
    {.name = "plus", .kind = KL_KIND_INT, .fallback = "0", .flags = KL_KEYWORD_ONLY,
     .doc = "what is added"},
};
/* The one parameter of a settable property is what its setter takes. */
static const kl_method counter_methods[] = {
    {.name = "__iter__", .call = counter_iter, .returns = KL_KIND_OBJECT,
     .returns_type = &counter_type, .doc = "Itself."},
    {.name = "__next__", .call = counter_next, .returns = KL_KIND_INT, .doc = "The next number."},
    {.name = "__len__", .call = counter_len, .returns = KL_KIND_INT, .doc = "Its limit."},
    {.name = "__getitem__", .call = counter_item, .params = KL_TABLE(index_param),
     .returns = KL_KIND_INT, .raises = "KeyError", .doc = "A number."},
    {.name = "__contains__", .call = counter_contains, .params = KL_TABLE(any_param),
     .returns = KL_KIND_BOOL, .doc = "Whether it will come."},
    {.name = "__call__", .call = counter_call, .params = KL_TABLE(call_params),
     .returns = KL_KIND_INT, .doc = "A multiple."},
    {.name = "__enter__", .call = counter_enter, .returns = KL_KIND_OBJECT,
     .returns_type = &counter_type, .doc = "Opens it."},
    {.name = "__exit__", .call = counter_exit, .returns = KL_KIND_NONE, .doc = "Closes it."},
    {.name = "opened", .call = counter_opened, .flags = KL_PROPERTY, .returns = KL_KIND_INT,
     .doc = "How often it is open."},
    {.name = "limit", .call = counter_limit, .set = counter_set_limit, .flags = KL_PROPERTY,
     .params = KL_TABLE(index_param), .returns = KL_KIND_INT, .doc = "Where it ends."},
    {.name = "old_limit", .call = counter_limit, .set = counter_set_limit, .flags = KL_PROPERTY,
     .params = KL_TABLE(index_param), .returns = KL_KIND_INT, .deprecated = "old_limit ends; use limit",
     .doc = "The same under its old name."},
    {.name = "of", .call = counter_of, .params = KL_TABLE(any_param), .flags = KL_STATIC,
     .returns = KL_KIND_OBJECT, .returns_type = &counter_type, .doc = "One as long as a value."},
};
static const kl_constant counter_constants[] = {
    {"MAX", "1000", "the highest limit"},
    {"NAMES", "[\"a\", \"b\"]", "some names"},
    {"DEFAULTS", "{\"start\": 0}", "what is taken"},
};
static const kl_type counter_type = {
    .name = "Counter", MODULE, .doc = "Counts.", .size = sizeof(counter),
    .params = KL_TABLE(counter_params), .init = counter_init, .methods = KL_TABLE(counter_methods),
    .constants = KL_TABLE(counter_constants),
};

/* ---- a base class that holds callables and objects ------------------------------------------- */

typedef struct agent {
    kl_object object;
    kl_value name, callbacks, kept;
} agent;

static kl_status agent_init(kl_object *self, const kl_value *args, kl_error *error)
{
    agent *a = (agent *)self;
    kl_value answer = kl_null();
    a->name = kl_value_retain(args[0]);
    KL_TRY(kl_array_new(&a->callbacks, 0, error));
    if (kl_is_null(args[1]))
        return KL_OK;
    kl_status status = kl_call_value(&answer, args[1], args, 1, error); /* may make further agents */
    kl_value_release(answer);
    return status;
}

static void agent_dispose(kl_object *self)
{
    agent *a = (agent *)self;
    kl_value_release(a->name);
    kl_value_release(a->callbacks);
    kl_value_release(a->kept);
}

static void agent_traverse(kl_object *self, kl_visit *visit, void *data)
{
    visit(((agent *)self)->callbacks, data);
    visit(((agent *)self)->kept, data);
}

static void agent_clear(kl_object *self)
{
    kl_value_release(kl_value_take(&((agent *)self)->kept));
    kl_value_release(kl_value_take(&((agent *)self)->callbacks));
}

METHOD(agent_name)
{
    UNUSED;
    *out = kl_value_retain(((agent *)self)->name);
    return KL_OK;
}

METHOD(agent_on)
{
    (void)out;
    agent *a = (agent *)self;
    if (kl_is_null(a->callbacks))
        KL_TRY(kl_array_new(&a->callbacks, 0, error));
    return kl_array_push(&a->callbacks, kl_value_retain(args[0]), error);
}

METHOD(agent_fire)
{
    agent *a = (agent *)self;
    kl_value callbacks = kl_value_retain(a->callbacks); /* they may add others */
    kl_status status = kl_array_new(out, 0, error);
    for (size_t i = 0; status == KL_OK && i < kl_array_len(callbacks); i++) {
        kl_value answer = kl_null();
        status = kl_call_value(&answer, kl_array_at(callbacks, i), args, 1, error);
        if (status == KL_OK)
            status = kl_array_push(out, answer, error);
    }
    kl_value_release(callbacks);
    if (status != KL_OK)
        kl_value_release(kl_value_take(out));
    return status;
}

METHOD(agent_callbacks)
{
    UNUSED;
    *out = kl_value_retain(((agent *)self)->callbacks);
    return KL_OK;
}

METHOD(agent_keep)
{
    UNUSED;
    kl_value_replace(&((agent *)self)->kept, kl_value_retain(args[0]));
    return KL_OK;
}

METHOD(agent_kept)
{
    UNUSED;
    *out = kl_value_retain(((agent *)self)->kept);
    return KL_OK;
}

METHOD(agent_describe)
{
    (void)args;
    kl_text name = kl_as_text(((agent *)self)->name);
    return kl_string_format(out, error, "agent %.*s", KL_TEXT_ARG(name));
}

static const kl_type agent_type;
static const kl_param agent_params[] = {
    {.name = "name", .kind = KL_KIND_STRING, .doc = "its name"},
    {.name = "on_start", .kind = KL_KIND_CALLABLE, .flags = KL_OPTIONAL,
     .doc = "called with the name while it is made"},
};
static const kl_param callback_param[] = {
    {.name = "callback", .kind = KL_KIND_CALLABLE, .doc = "called with a value"}};
static const kl_param agent_param[] = {
    {.name = "other", .kind = KL_KIND_OBJECT, .type = &agent_type, .flags = KL_OPTIONAL,
     .doc = "another one"}};
static const kl_method agent_methods[] = {
    {.name = "name", .call = agent_name, .flags = KL_PROPERTY, .returns = KL_KIND_STRING,
     .doc = "Its name."},
    {.name = "on", .call = agent_on, .params = KL_TABLE(callback_param), .returns = KL_KIND_NONE,
     .doc = "Adds a callback."},
    {.name = "fire", .call = agent_fire, .params = KL_TABLE(any_param), .returns = KL_KIND_ARRAY,
     .doc = "What all callbacks answer."},
    {.name = "callbacks", .call = agent_callbacks, .returns = KL_KIND_ARRAY,
     .item = KL_KIND_CALLABLE, .doc = "All callbacks."},
    {.name = "keep", .call = agent_keep, .params = KL_TABLE(agent_param), .returns = KL_KIND_NONE,
     .doc = "Holds another one."},
    {.name = "kept", .call = agent_kept, .returns = KL_KIND_OBJECT, .returns_type = &agent_type,
     .returns_optional = true, .doc = "What it holds."},
    {.name = "describe", .call = agent_describe, .returns = KL_KIND_STRING, .doc = "In words."},
};
static const kl_type agent_type = {
    .name = "Agent", MODULE, .doc = "Something to build upon.", .size = sizeof(agent),
    .flags = KL_TYPE_BASE, .params = KL_TABLE(agent_params), .init = agent_init,
    .dispose = agent_dispose, .methods = KL_TABLE(agent_methods), .traverse = agent_traverse,
    .clear = agent_clear,
};

/* Two owners in one: what it links may be the same agent twice. */
typedef struct pair {
    kl_object object;
    kl_value first, second, on_change;
} pair;
static const kl_field pair_fields[] = {
    KL_VALUE(pair, first, .kind = KL_KIND_OBJECT, .type = &agent_type, .doc = "one"),
    KL_VALUE(pair, second, .kind = KL_KIND_OBJECT, .type = &agent_type, .doc = "the other"),
    KL_VALUE(pair, on_change, .kind = KL_KIND_CALLABLE, .flags = KL_OPTIONAL | KL_SETTABLE,
             .doc = "told of changes"),
};
static const kl_type pair_type = {
    .name = "Pair", MODULE, .doc = "Two agents.", .size = sizeof(pair), .flags = KL_TYPE_MUTABLE,
    .fields = KL_TABLE(pair_fields),
};

/* A base that needs no arguments. */
typedef struct plugin {
    kl_object object;
    kl_value label;
} plugin;
static const kl_field plugin_fields[] = {
    KL_VALUE(plugin, label, .kind = KL_KIND_STRING, .fallback = "\"none\"", .flags = KL_SETTABLE,
             .doc = "its label"),
};
static const kl_type plugin_type = {
    .name = "Plugin", MODULE, .doc = "A plugin.", .size = sizeof(plugin),
    .flags = KL_TYPE_BASE | KL_TYPE_MUTABLE | KL_TYPE_HAS_JSON, .fields = KL_TABLE(plugin_fields),
};

/* ---- exceptions ------------------------------------------------------------------------------ */

static const kl_field bad_thing_fields[] = {
    {.name = "code", .kind = KL_KIND_INT, .flags = KL_READ_ONLY | KL_OPTIONAL, .doc = "a number"},
    {.name = "where", .kind = KL_KIND_ARRAY, .flags = KL_READ_ONLY | KL_OPTIONAL, .doc = "a path"},
};
static const kl_type bridge_error_type = {
    .name = "BridgeError", MODULE, .doc = "The base.", .flags = KL_TYPE_EXCEPTION,
    .base_name = "RuntimeError",
};
static const kl_type bad_thing_type = {
    .name = "BadThing", MODULE, .doc = "A bad thing.", .flags = KL_TYPE_EXCEPTION,
    .base_name = "RuntimeError, ValueError", .fields = KL_TABLE(bad_thing_fields),
};

/* ---- functions ------------------------------------------------------------------------------- */

METHOD(tools_total)
{
    (void)self;
    const kl_array_view *view = kl_as_array_view(args[0]);
    double sum = 0;
    KL_TRY(kl_array_view_require(view, "numbers", "d", 2, error));
    for (int64_t i = 0; i < view->shape[0]; i++)
        for (int64_t j = 0; j < view->shape[1]; j++)
            sum += *(const double *)kl_array_view_at(view, (const int64_t[]){i, j});
    *out = kl_double(sum);
    return KL_OK;
}

METHOD(tools_view)
{
    UNUSED;
    *out = kl_value_retain(args[0]);
    return KL_OK;
}

METHOD(tools_address)
{
    UNUSED;
    *out = kl_int((int64_t)(intptr_t)kl_as_array_view(args[0])->layout.data);
    return KL_OK;
}

METHOD(tools_is_contiguous)
{
    UNUSED;
    *out = kl_bool(kl_array_view_is_contiguous(kl_as_array_view(args[0])));
    return KL_OK;
}

METHOD(tools_fill)
{
    UNUSED;
    kl_array_view *view = kl_as_array_view(args[0]);
    KL_TRY(kl_array_view_require(view, "target", "Bb", 1, error));
    for (int64_t i = 0; i < view->shape[0]; i++)
        *(uint8_t *)kl_array_view_at(view, &i) = (uint8_t)kl_as_int(args[1]);
    return KL_OK;
}

METHOD(tools_zeros)
{
    (void)self;
    int64_t shape[KL_ARRAY_DIMENSIONS_MAX + 1];
    size_t ndim = KL_MIN(kl_array_len(args[1]), KL_COUNT(shape));
    for (size_t i = 0; i < ndim; i++)
        shape[i] = kl_as_int(kl_array_at(args[1], i));
    return kl_array_view_new(out, kl_as_text(args[0]).data[0], ndim, shape, error);
}

METHOD(tools_apply)
{
    (void)self;
    return kl_call_value(out, args[0], kl_array_items(args[1]), kl_array_len(args[1]), error);
}

static kl_status add(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                     kl_error *error)
{
    if (count != 1 || !kl_is(args[0], KL_KIND_INT))
        return kl_error_set(error, KL_TYPE, "takes one int");
    *out = kl_int(*(const int64_t *)self->data + kl_as_int(args[0]));
    return KL_OK;
}

static void end_add(kl_callable *self) { kl_free(self->data); }

METHOD(tools_adder)
{
    (void)self;
    int64_t *number = kl_alloc(sizeof *number);
    if (!number)
        return kl_error_no_memory(error);
    *number = kl_as_int(args[0]);
    kl_status status = kl_callable_new(out, add, end_add, number, error);
    if (status != KL_OK)
        kl_free(number);
    return status;
}

METHOD(tools_same)
{
    UNUSED;
    *out = kl_value_retain(args[0]);
    return KL_OK;
}

METHOD(tools_points)
{
    (void)self;
    kl_value map;
    KL_TRY(kl_map_new(&map, 2, error));
    kl_status status = kl_map_set(&map, KL_TEXT("list"), kl_value_retain(args[0]), error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("map"), kl_value_retain(args[1]), error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

METHOD(tools_paint)
{
    (void)self;
    kl_text color = kl_as_text(args[0]), level = kl_as_text(args[1]);
    return kl_string_format(out, error, "%.*s %.*s %zu", KL_TEXT_ARG(color), KL_TEXT_ARG(level),
                            kl_array_len(args[2]));
}

METHOD(tools_swap)
{
    UNUSED;
    kl_value swapped;
    KL_TRY(kl_array_new(&swapped, 2, error));
    KL_TRY(kl_array_push(&swapped, kl_value_retain(kl_array_at(args[0], 1)), error));
    KL_TRY(kl_array_push(&swapped, kl_value_retain(kl_array_at(args[0], 0)), error));
    *out = swapped;
    return KL_OK;
}

/* Keys and values of a dict as pairs. */
METHOD(tools_pairs)
{
    UNUSED;
    kl_value list, pair;
    KL_TRY(kl_array_new(&list, 0, error));
    for (size_t i = 0; i < kl_map_len(args[0]); i++) {
        kl_value items = kl_map_value_at(args[0], i);
        KL_TRY(kl_array_new(&pair, 2, error));
        KL_TRY(kl_array_push(&pair, kl_value_retain(kl_map_key_value_at(args[0], i)), error));
        KL_TRY(kl_array_push(&pair, kl_int((int64_t)kl_array_len(items)), error));
        KL_TRY(kl_array_push(&list, pair, error));
    }
    *out = list;
    return KL_OK;
}

/* As src/base/slot.h declares it. */
KL_API bool kl_slot_get(int64_t *out, kl_slot slot);

METHOD(tools_clearance)
{
    UNUSED;
    int64_t number;
    (void)error;
    *out = kl_slot_get(&number, KL_SLOT_CLEARANCE) ? kl_int(number) : kl_null();
    return KL_OK;
}

/* What the function gives, and behind it what is in the slot then. */
METHOD(tools_clearance_after)
{
    UNUSED;
    kl_value given, pair;
    int64_t number;
    KL_TRY(kl_call_value(&given, args[0], NULL, 0, error));
    KL_TRY(kl_array_new(&pair, 2, error));
    KL_TRY(kl_array_push(&pair, given, error));
    bool found = kl_slot_get(&number, KL_SLOT_CLEARANCE);
    KL_TRY(kl_array_push(&pair, found ? kl_int(number) : kl_null(), error));
    *out = pair;
    return KL_OK;
}

METHOD(tools_fail)
{
    UNUSED;
    kl_value where, *details;
    kl_error_set(error, KL_INVALID, "a bad thing: %s", kl_as_text(args[0]).data);
    if (kl_text_is(kl_as_text(args[0]), "base")) {
        error->type = "BridgeError";
        return KL_INVALID;
    }
    error->type = "BadThing";
    details = kl_alloc(sizeof *details);
    if (!details || kl_map_new(details, 2, NULL) != KL_OK)
        return KL_INVALID;
    error->details = details;
    kl_map_set(details, KL_TEXT("code"), kl_int(7), NULL);
    if (kl_array_new(&where, 1, NULL) == KL_OK) {
        kl_array_push_text(&where, KL_TEXT("here"), NULL);
        kl_map_set(details, KL_TEXT("where"), where, NULL);
    }
    return KL_INVALID;
}

METHOD(tools_sleep)
{
    UNUSED;
    double seconds = kl_as_double(args[0]);
    struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&time, NULL);
    return KL_OK;
}

static void *release(void *value)
{
    kl_value_release(*(kl_value *)value);
    kl_free(value);
    return NULL;
}

/* Another thread, which knows nothing of Python, gets the only reference and lets it go. */
METHOD(tools_drop_elsewhere)
{
    UNUSED;
    pthread_t thread;
    kl_value *slot = kl_alloc(sizeof *slot);
    if (!slot)
        return kl_error_no_memory(error);
    *slot = kl_value_retain(args[0]);
    if (pthread_create(&thread, NULL, release, slot) != 0) {
        release(slot);
        return kl_error_set(error, KL_FAILED, "no thread");
    }
    pthread_join(thread, NULL);
    return KL_OK;
}

METHOD(tools_sum_of_many)
{
    UNUSED;
    int64_t sum = 0;
    for (size_t i = 0; i < KL_PARAMS_MAX; i++)
        sum += kl_as_int(args[i]) * (int64_t)(i + 1);
    *out = kl_int(sum);
    return KL_OK;
}

static const kl_param numbers_param[] = {
    {.name = "numbers", .kind = KL_KIND_BUFFER, .doc = "memory of numbers"}};
static const kl_param fill_params[] = {
    {.name = "target", .kind = KL_KIND_BUFFER, .flags = KL_WRITABLE, .doc = "bytes to fill"},
    {.name = "number", .kind = KL_KIND_INT, .range = KL_RANGE(0, 255), .doc = "with what"},
};
static const kl_param zeros_params[] = {
    {.name = "format", .kind = KL_KIND_STRING, .range = KL_RANGE(1, 1), .doc = "a letter"},
    {.name = "shape", .kind = KL_KIND_ARRAY, .item = KL_KIND_INT, .doc = "its shape"},
};
static const kl_param apply_params[] = {
    {.name = "function", .kind = KL_KIND_CALLABLE, .doc = "what to call"},
    {.name = "args", .kind = KL_KIND_ARRAY, .fallback = "[]", .doc = "with what"},
};
static const kl_param points_params[] = {
    {.name = "list", .kind = KL_KIND_ARRAY, .item = KL_KIND_OBJECT, .type = &point_type,
     .fallback = "[]", .doc = "points"},
    {.name = "map", .kind = KL_KIND_MAP, .item = KL_KIND_OBJECT, .type = &point_type,
     .fallback = "{}", .doc = "points by name"},
};
static const kl_param paint_params[] = {
    {.name = "color", .kind = KL_KIND_ENUM, .type = &color_type, .doc = "a colour"},
    {.name = "level", .kind = KL_KIND_ENUM, .type = &level_type, .fallback = "\"middle\"",
     .doc = "how much"},
    {.name = "others", .kind = KL_KIND_ARRAY, .item = KL_KIND_ENUM, .type = &color_type,
     .fallback = "[]", .flags = KL_KEYWORD_ONLY, .doc = "further colours"},
};
static const kl_param swap_params[] = {
    {.name = "pair", .kind = KL_KIND_TUPLE, .range = KL_RANGE(2, 2), .doc = "two of anything"}};
static const kl_param pairs_params[] = {
    {.name = "named", .kind = KL_KIND_MAP, .item = KL_KIND_TUPLE, .doc = "tuples by name"}};
static const kl_param seconds_param[] = {
    {.name = "seconds", .kind = KL_KIND_DURATION, .doc = "how long"}};
static kl_param many_params[KL_PARAMS_MAX];
static char many_names[KL_PARAMS_MAX][8];

static const kl_method tools_methods[] = {
    {.name = "total", .call = tools_total, .params = KL_TABLE(numbers_param), .flags = KL_STATIC,
     .returns = KL_KIND_DOUBLE, .doc = "Sum of a matrix."},
    {.name = "view", .call = tools_view, .params = KL_TABLE(numbers_param), .flags = KL_STATIC,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_array_view_type, .doc = "What C sees."},
    {.name = "address", .call = tools_address, .params = KL_TABLE(numbers_param),
     .flags = KL_STATIC, .returns = KL_KIND_INT, .doc = "Where the numbers lie."},
    {.name = "is_contiguous", .call = tools_is_contiguous, .params = KL_TABLE(numbers_param),
     .flags = KL_STATIC, .returns = KL_KIND_BOOL, .doc = "Whether they lie row by row."},
    {.name = "fill", .call = tools_fill, .params = KL_TABLE(fill_params), .flags = KL_STATIC,
     .returns = KL_KIND_NONE, .doc = "Fills bytes."},
    {.name = "zeros", .call = tools_zeros, .params = KL_TABLE(zeros_params), .flags = KL_STATIC,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_array_view_type, .doc = "New memory."},
    {.name = "apply", .call = tools_apply, .params = KL_TABLE(apply_params), .flags = KL_STATIC,
     .returns = KL_KIND_ANY, .doc = "Calls a function."},
    {.name = "adder", .call = tools_adder, .params = KL_TABLE(index_param), .flags = KL_STATIC,
     .returns = KL_KIND_CALLABLE, .doc = "A function that adds."},
    {.name = "same", .call = tools_same, .params = KL_TABLE(callback_param), .flags = KL_STATIC,
     .returns = KL_KIND_CALLABLE, .doc = "The function itself."},
    {.name = "points", .call = tools_points, .params = KL_TABLE(points_params),
     .flags = KL_STATIC, .returns = KL_KIND_MAP, .doc = "Both, back."},
    {.name = "paint", .call = tools_paint, .params = KL_TABLE(paint_params), .flags = KL_STATIC,
     .returns = KL_KIND_STRING, .doc = "The words of items."},
    {.name = "swap", .call = tools_swap, .params = KL_TABLE(swap_params), .flags = KL_STATIC,
     .returns = KL_KIND_TUPLE, .doc = "The two items the other way round."},
    {.name = "pairs", .call = tools_pairs, .params = KL_TABLE(pairs_params), .flags = KL_STATIC,
     .returns = KL_KIND_ARRAY, .item = KL_KIND_TUPLE, .doc = "Names and sizes."},
    {.name = "old_paint", .call = tools_paint, .params = KL_TABLE(paint_params),
     .flags = KL_STATIC, .returns = KL_KIND_STRING, .deprecated = "old_paint() ends; use paint()",
     .doc = "The words of items."},
    {.name = "clearance", .call = tools_clearance, .flags = KL_STATIC, .returns = KL_KIND_INT,
     .returns_optional = true, .doc = "The slot, with the lock."},
    {.name = "clearance_without_lock", .call = tools_clearance, .flags = KL_STATIC | KL_BLOCKING,
     .returns = KL_KIND_INT, .returns_optional = true, .doc = "The slot, without the lock."},
    {.name = "clearance_after", .call = tools_clearance_after, .params = KL_TABLE(callback_param),
     .flags = KL_STATIC | KL_BLOCKING, .returns = KL_KIND_ARRAY,
     .doc = "The slot without the lock, after a call of a function."},
    {.name = "fail", .call = tools_fail, .params = KL_TABLE(text_param), .flags = KL_STATIC,
     .returns = KL_KIND_NONE, .doc = "Raises."},
    {.name = "sleep", .call = tools_sleep, .params = KL_TABLE(seconds_param),
     .flags = KL_STATIC | KL_BLOCKING, .returns = KL_KIND_NONE, .doc = "Sleeps."},
    {.name = "hold", .call = tools_sleep, .params = KL_TABLE(seconds_param), .flags = KL_STATIC,
     .returns = KL_KIND_NONE, .doc = "Sleeps while no other thread of Python runs."},
    {.name = "drop_elsewhere", .call = tools_drop_elsewhere, .params = KL_TABLE(agent_param),
     .flags = KL_STATIC | KL_BLOCKING, .returns = KL_KIND_NONE, .doc = "On another thread."},
    {.name = "sum_of_many", .call = tools_sum_of_many, .params = KL_TABLE(many_params),
     .flags = KL_STATIC, .returns = KL_KIND_INT, .doc = "As many parameters as there can be."},
};
static const kl_type tools_type = {
    .name = "Tools", MODULE, .doc = "Functions.", .size = sizeof(kl_object),
    .flags = KL_TYPE_NO_INIT, .methods = KL_TABLE(tools_methods),
};

static void name_many_params(void)
{
    for (size_t i = 0; i < KL_PARAMS_MAX; i++) {
        snprintf(many_names[i], sizeof many_names[i], "p%zu", i);
        many_params[i] = (kl_param){.name = many_names[i], .kind = KL_KIND_INT, .fallback = "0",
                                    .doc = "a number"};
    }
}

static const kl_item places[] = {{"First", "first", "of all"}, {"Last", "last", "of all"}};
static const kl_type place_type = {
    .name = "Place", MODULE, .doc = "Where.", .flags = KL_TYPE_ENUM | KL_TYPE_NUMBERED,
    .items = KL_TABLE(places),
};

/* ---- tables with faults ---------------------------------------------------------------------- */

static const kl_item doubled[] = {{"ONE", "one", "one"}, {"TWO", "one", "two"}};
static const kl_type doubled_type = {
    .name = "Doubled", MODULE, .doc = "A fault.", .flags = KL_TYPE_ENUM, .items = KL_TABLE(doubled),
};

/* ---- the module ------------------------------------------------------------------------------ */

static int add_class(PyObject *module, PyObject *class_of, const kl_type *type)
{
    PyObject *capsule = PyCapsule_New((void *)(uintptr_t)type, "kailash.type", NULL);
    PyObject *class = capsule ? PyObject_CallOneArg(class_of, capsule) : NULL;
    int status = class ? PyObject_SetAttrString(module, type->name, class) : -1;
    Py_XDECREF(class);
    Py_XDECREF(capsule);
    return status;
}

/* The capsule of a table that _class_of() must refuse. */
static PyObject *faulty(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    return PyCapsule_New((void *)(uintptr_t)&doubled_type, "kailash.type", NULL);
}

static PyMethodDef functions[] = {
    {"_faulty", faulty, METH_NOARGS, "The capsule of a table with a fault."},
    {NULL, NULL, 0, NULL},
};
static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "bridge_types", .m_size = -1, .m_methods = functions,
};

PyMODINIT_FUNC PyInit_bridge_types(void)
{
    const kl_type *types[] = {&color_type, &level_type, &place_type, &point_type, &drawing_type, &counter_type,
                              &agent_type, &pair_type, &plugin_type, &bridge_error_type,
                              &bad_thing_type, &tools_type};
    PyObject *bridge = PyImport_ImportModule("kailash._kailash");
    PyObject *class_of = bridge ? PyObject_GetAttrString(bridge, "_class_of") : NULL;
    PyObject *module = class_of ? PyModule_Create(&definition) : NULL;
    name_many_params();
    for (size_t i = 0; module && i < KL_COUNT(types); i++)
        if (add_class(module, class_of, types[i]) < 0)
            Py_CLEAR(module);
    Py_XDECREF(class_of);
    Py_XDECREF(bridge);
    return module;
}
