/* src/drivers/quickjs_value.c - values as JavaScript's and back, without a text between them. */
#include "quickjs_engine.h"

/* ---- to JavaScript ------------------------------------------------------------------------------ */

typedef kl_js_passage passage;

static kl_status too_deep(const passage *p, const char *what, kl_error *error)
{
    return kl_js_fail(p->engine, KL_JS_VALUE,
                      kl_error_set(error, KL_DEPTH, "%s '%.*s' nests deeper than %d levels", what,
                                   KL_TEXT_ARG(p->name), KL_JS_DEPTH_MAX));
}

static kl_status give(JSValue *out, passage *p, kl_value value, kl_error *error);

/* Items up to `*done` were made. */
static kl_status give_items(JSValue *items, size_t *done, passage *p, kl_value list, kl_error *error)
{
    for (size_t count = kl_array_len(list); *done < count; (*done)++)
        KL_TRY(give(&items[*done], p, kl_array_at(list, *done), error));
    return KL_OK;
}

static kl_status give_list(JSValue *out, passage *p, kl_value list, kl_error *error)
{
    size_t count = kl_array_len(list), done = 0;
    JSContext *context = p->engine->context;
    JSValue *items = js_calloc(context, KL_MAX(count, 1), sizeof *items);
    if (!items)
        return kl_js_thrown(p->engine, "", error);
    kl_status status = give_items(items, &done, p, list, error);
    JSValue made = JS_UNDEFINED;
    if (status == KL_OK) {
        made = JS_NewArrayFrom(context, (int)count, items); /* takes the items, also on failure */
        status = JS_IsException(made) ? kl_js_thrown(p->engine, "", error) : KL_OK;
    } else
        while (done > 0)
            JS_FreeValue(context, items[--done]);
    js_free(context, items);
    if (status == KL_OK)
        *out = made;
    return status;
}

static kl_status give_pair(JSValueConst to, passage *p, kl_text key, kl_value value, kl_error *error)
{
    JSContext *context = p->engine->context;
    JSValue item;
    KL_TRY(give(&item, p, value, error));
    JSAtom atom = JS_NewAtomLen(context, key.data, key.len);
    if (atom == JS_ATOM_NULL) {
        JS_FreeValue(context, item);
        return kl_js_thrown(p->engine, "", error);
    }
    int set = JS_DefinePropertyValue(context, to, atom, item, JS_PROP_C_W_E);
    JS_FreeAtom(context, atom);
    return set < 0 ? kl_js_thrown(p->engine, "", error) : KL_OK;
}

static kl_status give_map(JSValue *out, passage *p, kl_value map, kl_error *error)
{
    JSContext *context = p->engine->context;
    JSValue made = JS_NewObject(context);
    if (JS_IsException(made))
        return kl_js_thrown(p->engine, "", error);
    kl_status status = KL_OK;
    for (size_t i = 0, count = kl_map_len(map); i < count && status == KL_OK; i++)
        status = give_pair(made, p, kl_map_key_at(map, i), kl_map_value_at(map, i), error);
    if (status == KL_OK)
        *out = made;
    else
        JS_FreeValue(context, made);
    return status;
}

static JSValue give_bytes(JSContext *context, kl_text bytes)
{
    return JS_NewUint8ArrayCopy(context, (const uint8_t *)bytes.data, bytes.len);
}

static kl_status give_scalar(JSValue *out, passage *p, kl_value value, kl_error *error)
{
    JSContext *context = p->engine->context;
    kl_text text = kl_as_text(value);
    switch (kl_value_kind(value)) {
    case KL_KIND_NULL: *out = JS_NULL; return KL_OK;
    case KL_KIND_BOOL: *out = JS_NewBool(context, value.as.boolean); return KL_OK;
    case KL_KIND_INT: *out = JS_NewInt64(context, value.as.integer); return KL_OK;
    case KL_KIND_DOUBLE: *out = JS_NewFloat64(context, value.as.real); return KL_OK;
    case KL_KIND_STRING: *out = JS_NewStringLen(context, text.data, text.len); break;
    case KL_KIND_BYTES: *out = give_bytes(context, text); break;
    default:
        return kl_js_fail(p->engine, KL_JS_VALUE,
                          kl_error_set(error, KL_INVALID, "'%.*s' holds an object, which has no form "
                                                          "in JavaScript",
                                       KL_TEXT_ARG(p->name)));
    }
    return JS_IsException(*out) ? kl_js_thrown(p->engine, "", error) : KL_OK;
}

static kl_status give(JSValue *out, passage *p, kl_value value, kl_error *error)
{
    if (!kl_is(value, KL_KIND_ARRAY) && !kl_is(value, KL_KIND_MAP))
        return give_scalar(out, p, value, error);
    if (p->depth == KL_JS_DEPTH_MAX)
        return too_deep(p, "input", error);
    p->depth++;
    kl_status status = kl_is(value, KL_KIND_ARRAY) ? give_list(out, p, value, error)
                                                   : give_map(out, p, value, error);
    p->depth--;
    return status;
}

/* Begin and end the reading of one value; passages within each other end in turn. */
static passage *begin_passage(kl_js_engine *engine, kl_text name)
{
    passage *made = js_malloc(engine->context, sizeof *made);
    if (!made)
        return NULL;
    made->engine = engine;
    made->previous = engine->passage;
    made->name = name;
    made->depth = 0;
    engine->passage = made;
    return made;
}

static void drop_held(passage *p)
{
    for (int i = 0; i < p->depth; i++) {
        kl_value_release(p->made[i]);
        kl_value_release(p->key[i]);
    }
}

static void end_passage(passage *p)
{
    p->engine->passage = p->previous;
    js_free(p->engine->context, p);
}

void kl_js_abandon_passages(kl_js_engine *engine)
{
    for (; engine->passage; engine->passage = engine->passage->previous)
        drop_held(engine->passage);
}

kl_status kl_js_from_value(JSValue *out, kl_js_engine *engine, kl_value value, kl_text name,
                           kl_error *error)
{
    passage p;
    p.engine = engine;
    p.name = name;
    p.depth = 0;
    return give(out, &p, value, error);
}

/* ---- from JavaScript ---------------------------------------------------------------------------- */

bool kl_js_add_text(kl_buffer *to, JSContext *context, JSValueConst value)
{
    size_t len;
    const char *text = JS_ToCStringLen(context, &len, value);
    if (!text)
        return false;
    kl_value good = kl_null(); /* halves of surrogate pairs are no UTF-8 */
    if (kl_string_repair(&good, (kl_text){text, len}, NULL) == KL_OK)
        kl_buffer_add(to, kl_as_text(good));
    else
        to->status = KL_NO_MEMORY;
    kl_value_release(good);
    JS_FreeCString(context, text);
    return true;
}

static kl_status refuse(const passage *p, const char *why, kl_error *error)
{
    return kl_js_fail(p->engine, KL_JS_VALUE, kl_error_set(error, KL_FAILED, "output '%.*s': %s",
                                                           KL_TEXT_ARG(p->name), why));
}

static kl_status thrown(const passage *p, kl_error *error)
{
    return kl_js_thrown(p->engine, "", error);
}

static kl_status take(kl_value *out, bool *is_nothing, passage *p, JSValueConst value,
                      kl_error *error);

static kl_status count_item(passage *p, kl_error *error)
{
    kl_js_engine *engine = p->engine;
    const kl_js_script *script = engine->script;
    if (++engine->items > script->items_max)
        return kl_js_fail(engine, KL_JS_ITEMS,
                          kl_error_set(error, KL_LIMIT, "the outputs hold too many values"));
    if (engine->items % 4096 == 0 && script->stop && script->stop(script->data)) {
        engine->is_stopped = true;
        return kl_js_reason(engine, JS_UNDEFINED, "", error);
    }
    return KL_OK;
}

static kl_status take_text(kl_value *out, passage *p, JSValueConst value, kl_error *error)
{
    size_t len;
    const char *text = JS_ToCStringLen(p->engine->context, &len, value);
    if (!text)
        return thrown(p, error);
    kl_status status = len > p->engine->script->text_max
                           ? kl_js_fail(p->engine, KL_JS_TEXT,
                                        kl_error_set(error, KL_LIMIT, "an output is too long"))
                           : kl_string_repair(out, (kl_text){text, len}, error);
    JS_FreeCString(p->engine->context, text);
    return status;
}

/* Numbers as JSON tells them: whole ones are integers, NaN and infinities are null. */
static kl_value take_number(double number)
{
    if (!(number - number == 0))
        return kl_null();
    if (number >= -0x1p63 && number < 0x1p63 && (double)(int64_t)number == number)
        return kl_int((int64_t)number);
    return kl_double(number);
}

static kl_status take_bytes(kl_value *out, passage *p, JSValueConst value, kl_error *error)
{
    size_t len = 0;
    const uint8_t *bytes = JS_GetUint8Array(p->engine->context, &len, value);
    if (!bytes && JS_HasException(p->engine->context))
        return thrown(p, error);
    if (len > p->engine->script->text_max)
        return kl_js_fail(p->engine, KL_JS_TEXT,
                          kl_error_set(error, KL_LIMIT, "an output is too long"));
    return kl_bytes_new(out, (kl_text){(const char *)bytes, bytes ? len : 0}, error);
}

static kl_status take_item(kl_value *list, passage *p, JSValueConst value, int64_t index,
                           kl_error *error)
{
    bool is_nothing;
    kl_value item = kl_null();
    JSValue found = JS_GetPropertyInt64(p->engine->context, value, index);
    if (JS_IsException(found))
        return thrown(p, error);
    kl_status status = take(&item, &is_nothing, p, found, error);
    JS_FreeValue(p->engine->context, found);
    return status == KL_OK ? kl_array_push(list, item, error) : status;
}

static kl_status take_list(kl_value *out, passage *p, JSValueConst value, kl_error *error)
{
    int64_t count = 0;
    kl_value *list = &p->made[p->depth - 1];
    if (JS_GetLength(p->engine->context, value, &count) < 0)
        return thrown(p, error);
    if ((uint64_t)count > p->engine->script->items_max)
        return kl_js_fail(p->engine, KL_JS_ITEMS,
                          kl_error_set(error, KL_LIMIT, "the outputs hold too many values"));
    KL_TRY(kl_array_new(list, (size_t)KL_MIN(count, 4096), error));
    for (int64_t i = 0; i < count; i++)
        KL_TRY(take_item(list, p, value, i, error));
    *out = kl_value_take(list);
    return KL_OK;
}

static kl_status take_key(kl_value *out, passage *p, JSAtom atom, kl_error *error)
{
    size_t len;
    const char *text = JS_AtomToCStringLen(p->engine->context, &len, atom);
    if (!text)
        return thrown(p, error);
    kl_status status = kl_string_repair(out, (kl_text){text, len}, error);
    JS_FreeCString(p->engine->context, text);
    return status;
}

/* What is undefined or a function has no place in a map. */
static kl_status take_pair(passage *p, JSValueConst value, JSAtom atom, kl_error *error)
{
    JSContext *context = p->engine->context;
    kl_value *map = &p->made[p->depth - 1], *key = &p->key[p->depth - 1], item = kl_null();
    bool is_nothing = false;
    KL_TRY(take_key(key, p, atom, error));
    JSValue found = JS_GetProperty(context, value, atom);
    kl_status status = JS_IsException(found) ? thrown(p, error)
                                             : take(&item, &is_nothing, p, found, error);
    JS_FreeValue(context, found);
    if (status == KL_OK && !is_nothing)
        status = kl_map_set_key(map, *key, item, error);
    kl_value_release(kl_value_take(key));
    return status;
}

static kl_status take_map(kl_value *out, passage *p, JSValueConst value, kl_error *error)
{
    JSContext *context = p->engine->context;
    JSPropertyEnum *names;
    uint32_t count;
    kl_value *map = &p->made[p->depth - 1];
    if (JS_GetOwnPropertyNames(context, &names, &count, value,
                               JS_GPN_STRING_MASK | JS_GPN_ENUM_ONLY) < 0)
        return thrown(p, error);
    kl_status status = kl_map_new(map, KL_MIN(count, 4096), error);
    for (uint32_t i = 0; i < count && status == KL_OK; i++)
        status = take_pair(p, value, names[i].atom, error);
    JS_FreePropertyEnum(context, names, count);
    if (status == KL_OK)
        *out = kl_value_take(map);
    return status;
}

/* `value` by a function of the language: Array.from(value), Object.fromEntries(value). */
static kl_status take_through(kl_value *out, passage *p, const char *owner, const char *name,
                              JSValueConst value, kl_error *error)
{
    JSContext *context = p->engine->context;
    bool is_nothing;
    JSValue global = JS_GetGlobalObject(context);
    JSValue object = JS_GetPropertyStr(context, global, owner);
    JSValue function = JS_GetPropertyStr(context, object, name);
    JSValue made = JS_Call(context, function, object, 1, &value);
    kl_status status = JS_IsException(made) ? thrown(p, error)
                                            : take(out, &is_nothing, p, made, error);
    JS_FreeValue(context, made);
    JS_FreeValue(context, function);
    JS_FreeValue(context, object);
    JS_FreeValue(context, global);
    return status;
}

/* toJSON(), which dates have, tells the value to take instead. */
static kl_status take_own_form(kl_value *out, bool *is_nothing, bool *has_own, passage *p,
                               JSValueConst value, kl_error *error)
{
    JSContext *context = p->engine->context;
    JSValue function = JS_GetPropertyStr(context, value, "toJSON");
    if (JS_IsException(function))
        return thrown(p, error);
    *has_own = JS_IsFunction(context, function);
    kl_status status = KL_OK;
    if (*has_own) {
        JSValue made = JS_Call(context, function, value, 0, NULL);
        if (JS_IsException(made))
            status = thrown(p, error);
        else if (JS_IsObject(made) && JS_VALUE_GET_PTR(made) == JS_VALUE_GET_PTR(value))
            *has_own = false; /* itself: read as it is */
        else
            status = take(out, is_nothing, p, made, error);
        JS_FreeValue(context, made);
    }
    JS_FreeValue(context, function);
    return status;
}

static kl_status take_object(kl_value *out, bool *is_nothing, passage *p, JSValueConst value,
                             kl_error *error)
{
    bool has_own = false;
    int array = JS_GetTypedArrayType(value);
    if (array == JS_TYPED_ARRAY_UINT8)
        return take_bytes(out, p, value, error);
    KL_TRY(take_own_form(out, is_nothing, &has_own, p, value, error));
    if (has_own)
        return KL_OK;
    if (JS_IsArray(value) || array >= 0)
        return take_list(out, p, value, error);
    if (JS_IsMap(value))
        return take_through(out, p, "Object", "fromEntries", value, error);
    if (JS_IsSet(value))
        return take_through(out, p, "Array", "from", value, error);
    return take_map(out, p, value, error);
}

static kl_status enter_object(kl_value *out, bool *is_nothing, passage *p, JSValueConst value,
                              kl_error *error)
{
    void *self = JS_VALUE_GET_PTR(value);
    for (int i = 0; i < p->depth; i++)
        if (p->path[i] == self)
            return refuse(p, "it refers to itself, which no value can", error);
    if (p->depth == KL_JS_DEPTH_MAX)
        return too_deep(p, "output", error);
    p->path[p->depth] = self;
    p->made[p->depth] = p->key[p->depth] = kl_null();
    p->depth++;
    kl_status status = take_object(out, is_nothing, p, value, error);
    p->depth--;
    kl_value_release(p->made[p->depth]);
    return status;
}

static kl_status take(kl_value *out, bool *is_nothing, passage *p, JSValueConst value,
                      kl_error *error)
{
    JSContext *context = p->engine->context;
    int64_t number;
    double real;
    *is_nothing = JS_IsUndefined(value) || JS_IsFunction(context, value) || JS_IsSymbol(value);
    KL_TRY(count_item(p, error));
    if (*is_nothing || JS_IsNull(value))
        *out = kl_null();
    else if (JS_IsBool(value))
        *out = kl_bool(JS_VALUE_GET_BOOL(value));
    else if (JS_IsBigInt(value))
        return refuse(p, "a BigInt has no form as a value; give Number(x) or String(x)", error);
    else if (JS_VALUE_GET_TAG(value) == JS_TAG_INT && JS_ToInt64(context, &number, value) == 0)
        *out = kl_int(number);
    else if (JS_IsNumber(value) && JS_ToFloat64(context, &real, value) == 0)
        *out = take_number(real);
    else if (JS_IsString(value))
        return take_text(out, p, value, error);
    else
        return enter_object(out, is_nothing, p, value, error);
    return KL_OK;
}

kl_status kl_js_to_value(kl_value *out, bool *is_function, kl_js_engine *engine, JSValueConst value,
                         kl_text name, kl_error *error)
{
    bool is_nothing;
    passage *p = begin_passage(engine, name);
    if (!p)
        return kl_js_thrown(engine, "", error);
    *is_function = JS_IsFunction(engine->context, value);
    kl_status status = take(out, &is_nothing, p, value, error);
    end_passage(p);
    return status;
}
