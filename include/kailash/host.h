/* kailash/host.h - what a program that holds a lock of its own, or wants to stop runs, gives to the
 * library. */
#ifndef KAILASH_HOST_H
#define KAILASH_HOST_H

#include "kailash/value.h"

KL_BEGIN_DECLS

/** Numbers that the library keeps with what runs now; in Python, in context variables. */
typedef enum kl_slot {
    KL_SLOT_CLEARANCE, /* kailash.dataflow: what the caller may see */
    KL_SLOT_COUNT
} kl_slot;

/** Functions that the library calls on its own threads as well as on the program's. */
typedef struct kl_host {
    void *(*let_go)(void);              /* release the lock if this thread holds it; NULL = no lock */
    void (*take_back)(void *token);     /* what let_go() returned */
    kl_status (*poll)(kl_error *error); /* has the user interrupted? KL_INTERRUPTED then */
    kl_foreign *(*context)(void);       /* what callbacks of work that starts here need; given, or
                                           NULL when they need nothing; NULL = never anything */
    kl_status (*warn)(const char *text, kl_error *error); /* tell the user; may refuse to go on */
    const char *(*interpreter)(void);   /* path of the Python this program runs in, or NULL; borrowed
                                           for the life of the process; NULL = none */
    /* Run a request as python_worker.py (its path is `script`) does, in this program's interpreter;
     * `stop` is asked now and then. Null with KL_OK: it was stopped. NULL = no interpreter. */
    kl_status (*run_python)(kl_value *out, const char *script, kl_value request,
                            bool (*stop)(void *data), void *data, kl_error *error);
    /* The number in a slot of the context that this thread runs, if one is there. False: it runs none
     * of the host's, or has let its lock go; the slot is the thread's then. NULL = always false. */
    bool (*get_slot)(kl_slot slot, bool *is_filled, int64_t *number);
    /* Fill it, or empty it (`number` NULL), where get_slot() says true. `before` may be NULL; else
     * `*before` (given) is what restore_slot() wants, once and in the same context. */
    kl_status (*set_slot)(kl_slot slot, const int64_t *number, kl_foreign **before, kl_error *error);
    kl_status (*restore_slot)(kl_slot slot, kl_foreign *before, kl_error *error);
    /* The class of the exception that an error carries as its cause, such as "ValueError"; borrowed
     * from it, NULL when it is none of the host's. NULL = never. */
    const char *(*class_of)(const kl_foreign *cause);
    /* For kailash/data.h: see there. NULL = the face has no objects of its own. */
    kl_status (*call_method)(kl_value *out, kl_foreign *object, const char *method,
                             const kl_value *args, size_t count, kl_value named, kl_error *error);
    kl_status (*get_attribute)(kl_value *out, kl_foreign *object, const char *name, kl_error *error);
    bool (*has_method)(kl_foreign *object, const char *name);
    kl_status (*class_name)(kl_value *out, kl_foreign *object, kl_error *error);
    bool (*is_same)(kl_foreign *a, kl_foreign *b);
    int64_t (*identity)(kl_foreign *object); /* a number that no other object has while this one lives: id() */
    kl_status (*as_data)(kl_value *out, kl_foreign *object, const char *name, kl_error *error);
    /* As warn(), of a category: the name of a table of an exception that is a warning. NULL = warn(). */
    kl_status (*warn_as)(const char *category, const char *text, kl_error *error);
    /* There is time now: the call that this thread makes for the host will probably give back `list`, and
     * the host may make its own form of the first `count` items already. Called with a greater count each
     * time. NULL = it cannot. */
    void (*prepare)(kl_value list, size_t count);
    /* A text of `len` bytes of ASCII, or bytes, by the kind: one that lies where the host keeps its own, so that it
     * need not be copied when the call that this thread makes for the host gives it back; given. Its bytes are
     * written to `*room` before anybody else sees them. False = not now, or no memory. NULL = never. */
    bool (*room)(kl_value *out, kl_kind kind, char **room, size_t len);
} kl_host;

/** NULL = none. Set once, before anything runs; borrowed for the life of the process. */
KL_API void kl_host_set(const kl_host *host);

KL_END_DECLS
#endif
