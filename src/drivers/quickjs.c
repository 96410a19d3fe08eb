/* src/drivers/quickjs.c - the quickjs driver: scripts in engines of their own, through QuickJS-ng.
 *
 * Every script has a runtime and a context of its own, which are gone when it ends: making both
 * takes about as long as making a context alone, and nothing can be left for the next script.
 * The engine has neither files, processes, network nor timers: only the language.
 */
#include "quickjs_engine.h"
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>

#define FILE_NAME "<code>"
/* What one thread's stack surely has left; QuickJS counts from where a script begins. Frames are
 * larger under a sanitizer. */
#ifdef __SANITIZE_ADDRESS__
enum { STACK_MAX = 2 << 20 };
#else
enum { STACK_MAX = 512 * 1024 };
#endif
enum { CHECK_MEMORY_MAX = 256 << 20 };

/* ---- engines ------------------------------------------------------------------------------------ */

static int interrupt(JSRuntime *runtime, void *data)
{
    (void)runtime;
    kl_js_engine *engine = data;
    if (engine->script && engine->script->stop && engine->script->stop(engine->script->data))
        engine->is_stopped = true;
    return engine->is_stopped;
}

/* The engine's memory goes as a whole: it is not taken apart. */
static void engine_end(kl_js_engine *engine)
{
    kl_js_abandon_passages(engine);
    kl_value_release(engine->outputs);
    kl_buffer_free(&engine->console);
    kl_js_memory_free(engine->memory);
}

static kl_status engine_begin(kl_js_engine *engine, const kl_js_script *script, kl_error *error)
{
    *engine = (kl_js_engine){.script = script, .rejected = JS_UNDEFINED, .console = KL_BUFFER_INIT};
    engine->code = script ? script->code : KL_TEXT("");
    engine->console.limit = script ? script->text_max : 0;
    engine->memory = kl_js_memory_new(script ? script->memory_max : CHECK_MEMORY_MAX);
    return engine->memory ? KL_OK : kl_error_no_memory(error);
}

/* Without a failure: see quickjs_memory.c. */
static void engine_start(kl_js_engine *engine)
{
    engine->runtime = JS_NewRuntime2(&kl_js_memory_functions, engine->memory);
    engine->context = JS_NewContext(engine->runtime);
    JS_SetContextOpaque(engine->context, engine);
    JS_SetMaxStackSize(engine->runtime, STACK_MAX);
    JS_UpdateStackTop(engine->runtime);
    JS_SetInterruptHandler(engine->runtime, interrupt, engine);
}

/* Do `work`, and what follows when it was left for want of memory. */
static kl_status within_memory(kl_js_engine *engine,
                               kl_status (*work)(kl_js_engine *engine, kl_error *error),
                               kl_error *error)
{
    if (setjmp(*kl_js_memory_out(engine->memory)) == 0) {
        engine_start(engine);
        return work(engine, error);
    }
    kl_error_clear(error);
    engine->fault = kl_js_memory_fault(engine->memory);
    return engine->fault == KL_JS_MEMORY
               ? kl_error_set(error, KL_LIMIT, "the script takes too much memory")
               : kl_error_no_memory(error);
}

/* ---- what was thrown ---------------------------------------------------------------------------- */

/* "    at name (<code>:LINE:COLUMN)": the first place within the script. */
static void read_place(kl_error *error, kl_text stack)
{
    char *at = memmem(stack.data, stack.len, FILE_NAME ":", sizeof FILE_NAME);
    if (!at || !error)
        return;
    char *end;
    unsigned long line = strtoul(at + sizeof FILE_NAME, &end, 10);
    unsigned long column = *end == ':' ? strtoul(end + 1, NULL, 10) : 0;
    error->line = (uint32_t)line;
    error->column = (uint32_t)column;
}

static void read_stack(kl_error *error, JSContext *context, JSValueConst reason)
{
    kl_buffer stack = KL_BUFFER_INIT;
    JSValue text = JS_IsError(reason) ? JS_GetPropertyStr(context, reason, "stack") : JS_UNDEFINED;
    if (JS_IsString(text) && kl_js_add_text(&stack, context, text)) {
        kl_buffer_byte(&stack, '\0');
        if (stack.status == KL_OK)
            read_place(error, kl_buffer_text(&stack));
    }
    JS_FreeValue(context, text);
    JS_FreeValue(context, JS_GetException(context));
    kl_buffer_free(&stack);
}

static kl_status tell_thrown(kl_js_engine *engine, const kl_buffer *text, const char *what,
                             kl_error *error)
{
    kl_text told = text->len ? kl_buffer_text(text) : KL_TEXT("an exception without text");
    engine->fault = KL_JS_THROWN;
    return kl_error_set(error, KL_FAILED, "%s%.*s", what, KL_TEXT_ARG(told));
}

kl_status kl_js_reason(kl_js_engine *engine, JSValueConst reason, const char *what, kl_error *error)
{
    JSContext *context = engine->context;
    kl_buffer text = {.limit = 64 << 10};
    kl_error place = KL_ERROR_INIT;
    if (engine->is_stopped)
        return kl_js_fail(engine, KL_JS_STOPPED,
                          kl_error_set(error, KL_CANCELLED, "the script was stopped"));
    read_stack(&place, context, reason);
    if (!kl_js_add_text(&text, context, reason))
        JS_FreeValue(context, JS_GetException(context));
    kl_status status = engine->is_stopped ? kl_js_reason(engine, JS_UNDEFINED, what, error)
                                          : tell_thrown(engine, &text, what, error);
    kl_buffer_free(&text);
    if (error && status == KL_FAILED && place.line) {
        error->line = place.line;
        error->column = place.column;
    }
    return status;
}

kl_status kl_js_thrown(kl_js_engine *engine, const char *what, kl_error *error)
{
    JSValue reason = JS_GetException(engine->context);
    kl_status status = kl_js_reason(engine, reason, what, error);
    JS_FreeValue(engine->context, reason);
    return status;
}

/* ---- promises ----------------------------------------------------------------------------------- */

/* A promise was rejected with nobody listening, or somebody listens after all: a list of pairs
 * holds those that nobody has listened to. */
static void track(JSContext *context, JSValueConst promise, JSValueConst reason, bool is_handled,
                  void *data)
{
    kl_js_engine *engine = data;
    int64_t count = 0;
    if (!JS_IsArray(engine->rejected) || JS_GetLength(context, engine->rejected, &count) < 0)
        return;
    if (!is_handled) {
        JS_DefinePropertyValueUint32(context, engine->rejected, (uint32_t)count,
                                     JS_DupValue(context, promise), JS_PROP_C_W_E);
        JS_DefinePropertyValueUint32(context, engine->rejected, (uint32_t)count + 1,
                                     JS_DupValue(context, reason), JS_PROP_C_W_E);
        return;
    }
    for (int64_t i = 0; i + 1 < count; i += 2) {
        JSValue seen = JS_GetPropertyUint32(context, engine->rejected, (uint32_t)i);
        if (JS_IsStrictEqual(context, seen, promise))
            JS_DefinePropertyValueUint32(context, engine->rejected, (uint32_t)i, JS_NULL,
                                         JS_PROP_C_W_E);
        JS_FreeValue(context, seen);
    }
}

static kl_status fail_unhandled(kl_js_engine *engine, kl_error *error)
{
    JSContext *context = engine->context;
    int64_t count = 0;
    kl_status status = KL_OK;
    if (JS_GetLength(context, engine->rejected, &count) < 0)
        return kl_js_thrown(engine, "", error);
    for (int64_t i = 0; i + 1 < count && status == KL_OK; i += 2) {
        JSValue promise = JS_GetPropertyUint32(context, engine->rejected, (uint32_t)i);
        JSValue reason = JS_GetPropertyUint32(context, engine->rejected, (uint32_t)i + 1);
        if (!JS_IsNull(promise))
            status = kl_js_reason(engine, reason, "a rejected promise that nobody handles: ", error);
        JS_FreeValue(context, promise);
        JS_FreeValue(context, reason);
    }
    return status;
}

/* Run what promises have queued until nothing is. */
static kl_status drain(kl_js_engine *engine, kl_error *error)
{
    JSContext *context;
    int more;
    while ((more = JS_ExecutePendingJob(engine->runtime, &context)) > 0)
        if (interrupt(engine->runtime, engine))
            return kl_js_reason(engine, JS_UNDEFINED, "", error);
    return more < 0 ? kl_js_thrown(engine, "", error) : KL_OK;
}

/* ---- running ------------------------------------------------------------------------------------ */

/* JavaScript as a script; if it is none and says `await`, as one that may wait at its top level. */
static JSValue evaluate(kl_js_engine *engine, const char *code, size_t len)
{
    JSContext *context = engine->context;
    int flags = JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_COMPILE_ONLY;
    JSValue result = JS_Eval(context, code, len, FILE_NAME, flags);
    if (!JS_IsException(result) || !memmem(code, len, "await", 5))
        return result;
    JSValue why = JS_GetException(context);
    result = JS_Eval(context, code, len, FILE_NAME, flags | JS_EVAL_FLAG_ASYNC);
    engine->is_waiting = !JS_IsException(result);
    if (engine->is_waiting) {
        JS_FreeValue(context, why);
        return result;
    }
    JS_FreeValue(context, JS_GetException(context));
    return JS_Throw(context, why);
}

/* The engine reads a byte beyond the end and wants it to be NUL. */
static kl_status compile(JSValue *out, kl_js_engine *engine, kl_text code, kl_error *error)
{
    char *copy = js_strndup(engine->context, code.data, code.len);
    JSValue function = copy ? evaluate(engine, copy, code.len) : JS_EXCEPTION;
    js_free(engine->context, copy);
    if (JS_IsException(function))
        return kl_js_thrown(engine, "", error);
    *out = function;
    return KL_OK;
}

static kl_status set_inputs(kl_js_engine *engine, kl_error *error)
{
    JSContext *context = engine->context;
    kl_value inputs = engine->script->inputs;
    for (size_t i = 0, count = kl_map_len(inputs); i < count; i++) {
        kl_text name = kl_map_key_at(inputs, i);
        JSValue value;
        KL_TRY(kl_js_from_value(&value, engine, kl_map_value_at(inputs, i), name, error));
        JSAtom atom = JS_NewAtomLen(context, name.data, name.len);
        JSValue global = JS_GetGlobalObject(context);
        int set = atom == JS_ATOM_NULL
                      ? (JS_FreeValue(context, value), -1)
                      : JS_DefinePropertyValue(context, global, atom, value,
                                               JS_PROP_C_W_E | JS_PROP_THROW);
        JS_FreeValue(context, global);
        JS_FreeAtom(context, atom);
        if (set < 0)
            return kl_js_thrown(engine, "", error);
    }
    return KL_OK;
}

static bool is_identifier(kl_text name)
{
    if (name.len == 0 || name.len > 1000 || (name.data[0] >= '0' && name.data[0] <= '9'))
        return false;
    for (size_t i = 0; i < name.len; i++) {
        unsigned char byte = (unsigned char)name.data[i], letter = byte | 0x20;
        if (!(letter >= 'a' && letter <= 'z') && !(byte >= '0' && byte <= '9') && byte != '_' &&
            byte != '$' && byte < 0x80)
            return false;
    }
    return true;
}

static JSValue read_property(JSContext *context, kl_text name)
{
    JSAtom atom = JS_NewAtomLen(context, name.data, name.len);
    if (atom == JS_ATOM_NULL)
        return JS_EXCEPTION;
    JSValue global = JS_GetGlobalObject(context);
    JSValue value = JS_GetProperty(context, global, atom);
    JS_FreeValue(context, global);
    JS_FreeAtom(context, atom);
    return value;
}

/* let, const and class are no properties of the global object, but a script sees them. A name that
 * no script can say, or that was never declared, is looked up as a property. */
static JSValue read_variable(JSContext *context, kl_text name)
{
    char code[1100];
    if (!is_identifier(name))
        return read_property(context, name);
    int len = snprintf(code, sizeof code, "typeof %.*s=='undefined'?undefined:%.*s", KL_TEXT_ARG(name),
                       KL_TEXT_ARG(name));
    if (len < 0 || (size_t)len >= sizeof code)
        return read_property(context, name);
    JSValue value = JS_Eval(context, code, (size_t)len, "<output>", JS_EVAL_TYPE_GLOBAL |
                                                                       JS_EVAL_FLAG_COMPILE_ONLY);
    if (!JS_IsException(value))
        return JS_EvalFunction(context, value);
    JS_FreeValue(context, JS_GetException(context)); /* a reserved word */
    return read_property(context, name);
}

static kl_status refuse_promise(kl_js_engine *engine, kl_text name, kl_error *error)
{
    return kl_js_fail(engine, KL_JS_VALUE,
                      kl_error_set(error, KL_FAILED, "output '%.*s': the promise never settles",
                                   KL_TEXT_ARG(name)));
}

/* A promise stands for what it was fulfilled with. */
static kl_status settle(JSValue *value, kl_js_engine *engine, kl_text name, kl_error *error)
{
    JSContext *context = engine->context;
    while (JS_IsPromise(*value)) {
        JSPromiseStateEnum state = JS_PromiseState(context, *value);
        if (state == JS_PROMISE_PENDING)
            return refuse_promise(engine, name, error);
        JSValue result = JS_PromiseResult(context, *value);
        JS_FreeValue(context, *value);
        *value = result;
        if (state == JS_PROMISE_REJECTED)
            return kl_js_reason(engine, result, "a rejected promise: ", error);
    }
    return KL_OK;
}

static kl_status read_output(kl_value *map, kl_js_engine *engine, kl_value name, kl_error *error)
{
    kl_text text = kl_as_text(name);
    kl_value value = kl_null();
    bool is_function = false;
    JSValue variable = read_variable(engine->context, text);
    if (JS_IsException(variable))
        return kl_js_thrown(engine, "", error);
    kl_status status = settle(&variable, engine, text, error);
    if (status == KL_OK)
        status = kl_js_to_value(&value, &is_function, engine, variable, text, error);
    JS_FreeValue(engine->context, variable);
    if (status != KL_OK || is_function)
        return status;
    return kl_map_set_key(map, name, value, error);
}

static kl_status read_outputs(kl_js_engine *engine, kl_error *error)
{
    kl_value names = engine->script->outputs;
    KL_TRY(kl_map_new(&engine->outputs, kl_array_len(names), error));
    for (size_t i = 0; i < kl_array_len(names); i++)
        KL_TRY(read_output(&engine->outputs, engine, kl_array_at(names, i), error));
    return drain(engine, error); /* getters may have queued more */
}

static kl_status prepare(kl_js_engine *engine, kl_error *error)
{
    engine->rejected = JS_NewArray(engine->context);
    if (JS_IsException(engine->rejected)) {
        engine->rejected = JS_UNDEFINED;
        return kl_js_thrown(engine, "", error);
    }
    JS_SetHostPromiseRejectionTracker(engine->runtime, track, engine);
    if (!kl_js_add_console(engine))
        return kl_js_thrown(engine, "", error);
    return set_inputs(engine, error);
}

static kl_status run_code(kl_js_engine *engine, kl_error *error)
{
    JSValue function;
    KL_TRY(compile(&function, engine, engine->code, error));
    JSValue result = JS_EvalFunction(engine->context, function);
    if (JS_IsException(result))
        return kl_js_thrown(engine, "", error);
    kl_status status = drain(engine, error);
    if (status == KL_OK)
        status = fail_unhandled(engine, error);
    if (status == KL_OK && engine->is_waiting &&
        JS_PromiseState(engine->context, result) == JS_PROMISE_PENDING)
        status = kl_js_fail(engine, KL_JS_VALUE,
                            kl_error_set(error, KL_FAILED, "the script waits for a promise that "
                                                           "never settles"));
    JS_FreeValue(engine->context, result);
    return status;
}

/* What was allocated and failed without a limit of the script's is the process's own memory. */
static kl_status check_console(kl_js_engine *engine, kl_error *error)
{
    if (engine->console.status == KL_LIMIT)
        return kl_js_fail(engine, KL_JS_TEXT,
                          kl_error_set(error, KL_LIMIT, "the script writes too much"));
    return engine->console.status == KL_OK ? KL_OK : kl_error_no_memory(error);
}

static kl_status run_script(kl_js_engine *engine, kl_error *error)
{
    KL_TRY(prepare(engine, error));
    KL_TRY(run_code(engine, error));
    KL_TRY(read_outputs(engine, error));
    return check_console(engine, error);
}

static kl_status js_run(kl_value *outputs, kl_value *console, kl_js_fault *fault,
                        const kl_js_script *script, kl_error *error)
{
    kl_js_engine engine;
    KL_TRY(engine_begin(&engine, script, error));
    kl_status status = within_memory(&engine, run_script, error);
    if (status != KL_OK && engine.console.status != KL_OK)
        status = check_console(&engine, error);
    if (status == KL_OK)
        status = kl_buffer_finish(console, &engine.console, error);
    if (status == KL_OK)
        *outputs = kl_value_take(&engine.outputs);
    *fault = engine.fault;
    engine_end(&engine);
    return status;
}

static kl_status compile_only(kl_js_engine *engine, kl_error *error)
{
    JSValue function;
    KL_TRY(compile(&function, engine, engine->code, error));
    JS_FreeValue(engine->context, function);
    return KL_OK;
}

static kl_status js_check(kl_text code, kl_error *error)
{
    kl_js_engine engine;
    KL_TRY(engine_begin(&engine, NULL, error));
    engine.code = code;
    kl_status status = within_memory(&engine, compile_only, error);
    if (status == KL_FAILED) {
        status = KL_SYNTAX;
        if (error)
            error->code = KL_SYNTAX;
    }
    engine_end(&engine);
    return status;
}

static const kl_quickjs_functions functions = {js_run, js_check};

__attribute__((visibility("default"))) extern const kl_driver kl_driver_entry;
const kl_driver kl_driver_entry = {KL_DRIVER_ABI, "quickjs", &functions};
