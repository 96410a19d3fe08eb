/* src/drivers/quickjs.h - what the quickjs driver (QuickJS-ng) offers: JavaScript, checked and run. */
#ifndef KL_DRIVERS_QUICKJS_H
#define KL_DRIVERS_QUICKJS_H

#include "buffer.h"

/* One script to run. All is borrowed for the length of the call. */
typedef struct kl_js_script {
    kl_text code;
    kl_value inputs;  /* a map: global variables, set before the code runs */
    kl_value outputs; /* a list of texts: the global variables to give back */
    size_t memory_max;
    size_t items_max, text_max; /* values of all outputs; bytes of one text and of the console */
    /* Asked every few thousand steps; true = stop now. Lasting: also asked after the script. */
    bool (*stop)(void *data);
    void *data;
} kl_js_script;

/* Why a script failed, beside the error. */
typedef enum kl_js_fault {
    KL_JS_NONE,
    KL_JS_THROWN,  /* the script is not JavaScript, or threw */
    KL_JS_VALUE,   /* an output has no form as a value, or an input none as JavaScript's */
    KL_JS_MEMORY,  /* memory_max was reached */
    KL_JS_ITEMS,   /* items_max was reached */
    KL_JS_TEXT,    /* text_max was reached */
    KL_JS_STOPPED, /* by stop() */
} kl_js_fault;

typedef struct kl_quickjs_functions {
    /* Run a script in an engine of its own and let its promises settle. `*outputs` (a map, in the
     * order asked for; functions are left out) and `*console` (a text) are given. Line and column
     * of the error are those of what was thrown. */
    kl_status (*run)(kl_value *outputs, kl_value *console, kl_js_fault *fault,
                     const kl_js_script *script, kl_error *error);
    /* Compile only: KL_SYNTAX with line and column when it is not JavaScript. */
    kl_status (*check)(kl_text code, kl_error *error);
} kl_quickjs_functions;

#endif
