/* src/drivers/quickjs_engine.h - one engine at work, for the files of the quickjs driver. */
#ifndef KL_DRIVERS_QUICKJS_ENGINE_H
#define KL_DRIVERS_QUICKJS_ENGINE_H

#include "quickjs.h"

#include <setjmp.h>
#include <quickjs.h> /* the library's own */

/* Levels that values from and to JavaScript may nest. */
enum { KL_JS_DEPTH_MAX = 512 };

/* Memory of one engine, within a bound. Where it ends, the script is left for `out`. */
typedef struct kl_js_memory kl_js_memory;

extern const JSMallocFunctions kl_js_memory_functions;
kl_js_memory *kl_js_memory_new(size_t max); /* NULL without memory */
jmp_buf *kl_js_memory_out(kl_js_memory *memory);
/* KL_JS_MEMORY: the bound was reached; else the process has no more. */
kl_js_fault kl_js_memory_fault(const kl_js_memory *memory);
void kl_js_memory_free(kl_js_memory *memory);

/* Values on their way out: the lists and maps that are being filled, one a level, and their keys.
 * Lies in the engine's memory, so that it is still there when the script is left. */
typedef struct kl_js_passage {
    struct kl_js_engine *engine;
    struct kl_js_passage *previous; /* of what is being read while this one is */
    kl_text name;                   /* told in errors */
    int depth;
    void *path[KL_JS_DEPTH_MAX]; /* the objects of JavaScript that are being read */
    kl_value made[KL_JS_DEPTH_MAX], key[KL_JS_DEPTH_MAX];
} kl_js_passage;

typedef struct kl_js_engine {
    const kl_js_script *script; /* NULL while only compiling */
    kl_text code;
    kl_js_memory *memory;
    JSRuntime *runtime;
    JSContext *context;
    kl_buffer console;
    JSValue rejected;  /* list of pairs promise, reason that nobody has handled */
    bool is_waiting;   /* the script awaits at its top level: its result is a promise */
    bool is_stopped;   /* by script->stop() */
    size_t items;      /* values given so far */
    kl_value outputs;  /* the map that is being filled */
    kl_js_passage *passage; /* the innermost, or NULL */
    kl_js_fault fault;
} kl_js_engine;

static inline kl_js_engine *kl_js_engine_of(JSContext *context) { return JS_GetContextOpaque(context); }

/* Note why it failed; returns `code`. */
static inline kl_status kl_js_fail(kl_js_engine *engine, kl_js_fault fault, kl_status code)
{
    engine->fault = fault;
    return code;
}

/* The exception that is pending becomes the error: KL_FAILED, KL_CANCELLED when it was stopped or
 * KL_LIMIT without memory. `what` is put before the message. */
kl_status kl_js_thrown(kl_js_engine *engine, const char *what, kl_error *error);
/* The same for a reason (borrowed) that was caught. */
kl_status kl_js_reason(kl_js_engine *engine, JSValueConst reason, const char *what, kl_error *error);

/* A value as JavaScript's; given. `name` is told in errors. */
kl_status kl_js_from_value(JSValue *out, kl_js_engine *engine, kl_value value, kl_text name,
                           kl_error *error);
/* The reverse; `*is_function` tells of a function, which gives null. */
kl_status kl_js_to_value(kl_value *out, bool *is_function, kl_js_engine *engine, JSValueConst value,
                         kl_text name, kl_error *error);
/* End what passages hold that were left. */
void kl_js_abandon_passages(kl_js_engine *engine);

/* Text of JavaScript as UTF-8, appended; false with an exception pending. */
bool kl_js_add_text(kl_buffer *to, JSContext *context, JSValueConst value);

/* Put `console` into the global object; false with an exception pending. */
bool kl_js_add_console(kl_js_engine *engine);

#endif
