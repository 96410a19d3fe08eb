/* src/drivers/quickjs_console.c - console: what a script prints becomes text, a line per call. */
#include "quickjs_engine.h"

#include "kailash/json.h"

/* Level by number, as the functions of `console` carry it. */
static const struct {
    const char *name;
    const char *prefix;
} levels[] = {
    {"log", ""},           {"info", "[INFO] "},   {"debug", "[DEBUG] "}, {"warn", "[WARN] "},
    {"error", "[ERROR] "}, {"trace", "[TRACE] "}, {"dir", ""},
};

/* Objects as JSON; what has no JSON form as JavaScript's own text. */
static bool add_object(kl_js_engine *engine, JSValueConst value)
{
    kl_value plain = kl_null(), text = kl_null();
    bool is_function;
    size_t items = engine->items;
    kl_js_fault fault = engine->fault;
    kl_status status = kl_js_to_value(&plain, &is_function, engine, value, KL_TEXT("console"), NULL);
    engine->items = items;
    if (engine->is_stopped)
        return false;
    engine->fault = fault;
    if (status == KL_OK)
        status = kl_json_print(&text, plain, &kl_json_spaced, NULL);
    kl_value_release(plain);
    if (status == KL_OK)
        kl_buffer_add(&engine->console, kl_as_text(text));
    kl_value_release(text);
    return status == KL_OK || kl_js_add_text(&engine->console, engine->context, value);
}

static bool add_value(kl_js_engine *engine, JSValueConst value)
{
    JSContext *context = engine->context;
    bool is_plain = JS_IsObject(value) && !JS_IsFunction(context, value) && !JS_IsError(value) &&
                    !JS_IsRegExp(value) && !JS_IsPromise(value);
    if (is_plain)
        return add_object(engine, value);
    if (!JS_IsSymbol(value))
        return kl_js_add_text(&engine->console, context, value);
    JSValue description = JS_GetPropertyStr(context, value, "description");
    kl_buffer_string(&engine->console, "Symbol(");
    bool good = !JS_IsException(description) &&
                kl_js_add_text(&engine->console, context, description);
    kl_buffer_byte(&engine->console, ')');
    JS_FreeValue(context, description);
    return good;
}

static JSValue print(JSContext *context, JSValueConst self, int count, JSValueConst *args, int level)
{
    (void)self;
    kl_js_engine *engine = kl_js_engine_of(context);
    if (engine->console.len)
        kl_buffer_byte(&engine->console, '\n');
    kl_buffer_string(&engine->console, levels[level].prefix);
    for (int i = 0; i < count; i++) {
        if (i)
            kl_buffer_byte(&engine->console, ' ');
        if (!add_value(engine, args[i]))
            return JS_EXCEPTION;
    }
    if (engine->console.status == KL_OK)
        return JS_UNDEFINED;
    JSValue full = JS_NewInternalError(context, "the console is full");
    JS_SetUncatchableError(context, full);
    return JS_Throw(context, full);
}

static JSValue print_failed(JSContext *context, JSValueConst self, int count, JSValueConst *args)
{
    if (count && JS_ToBool(context, args[0]))
        return JS_UNDEFINED;
    JSValue text = JS_NewString(context, "Assertion failed");
    JSValueConst all[17] = {text};
    int rest = KL_MIN(KL_MAX(count - 1, 0), 16);
    for (int i = 0; i < rest; i++)
        all[i + 1] = args[i + 1];
    JSValue result = print(context, self, rest + 1, all, 4);
    JS_FreeValue(context, text);
    return result;
}

static bool add_function(JSContext *context, JSValueConst to, const char *name, JSValue function)
{
    return !JS_IsException(function) &&
           JS_DefinePropertyValueStr(context, to, name, function, JS_PROP_C_W_E) >= 0;
}

bool kl_js_add_console(kl_js_engine *engine)
{
    JSContext *context = engine->context;
    JSValue console = JS_NewObject(context);
    if (JS_IsException(console))
        return false;
    bool good = add_function(context, console, "assert",
                             JS_NewCFunction(context, print_failed, "assert", 1));
    for (int i = 0; good && i < (int)KL_COUNT(levels); i++)
        good = add_function(context, console, levels[i].name,
                            JS_NewCFunctionMagic(context, print, levels[i].name, 0,
                                                 JS_CFUNC_generic_magic, i));
    if (!good) {
        JS_FreeValue(context, console);
        return false;
    }
    JSValue global = JS_GetGlobalObject(context);
    good = JS_DefinePropertyValueStr(context, global, "console", console,
                                     JS_PROP_CONFIGURABLE | JS_PROP_WRITABLE) >= 0;
    JS_FreeValue(context, global);
    return good;
}
