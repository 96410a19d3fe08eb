/* src/base/host.h - how the library treats its host; see kailash/host.h. */
#ifndef KL_BASE_HOST_H
#define KL_BASE_HOST_H

#include "kailash/host.h"

/* Around every wait and every long computation. */
KL_API void *kl_blocking_begin(void);
KL_API void kl_blocking_end(void *token);
KL_API kl_status kl_host_poll(kl_error *error);
/* The same for loops, every few milliseconds at most: asking may mean waiting for the face's lock. */
KL_API kl_status kl_host_poll_paced(kl_error *error);
/* This thread begins something new: the next time it asks at once. */
KL_API void kl_host_poll_anew(void);
KL_API kl_foreign *kl_host_context(void);
/* While there is time: make the face's form of the first `count` items of the list that the call on this
 * thread will give back. Advice only. */
KL_API void kl_host_prepare(kl_value list, size_t count);
/* Room for a text of ASCII, or bytes, where the face keeps its own, see kailash/host.h; false = it offers none. */
KL_API bool kl_host_room(kl_value *out, kl_kind kind, char **room, size_t len);
/* A warning to the user: to the face, or into the log. Fails when the face takes it for an error. */
KL_API kl_status kl_host_warn(const char *text, kl_error *error);
/* The same of a category, an exception that a table names ("ConvergenceWarning"). */
KL_API kl_status kl_host_warn_as(const char *category, const char *text, kl_error *error);
/* The Python interpreter that the face runs in, or NULL. */
KL_API const char *kl_host_interpreter(void);
/* Run Python code within the face, see kailash/host.h; KL_UNAVAILABLE when it has no interpreter. */
KL_API kl_status kl_host_run_python(kl_value *out, const char *script, kl_value request,
                                    bool (*stop)(void *data), void *data, kl_error *error);
/* For slot.h: see kailash/host.h. */
bool kl_host_get_slot(kl_slot slot, bool *is_filled, int64_t *number);
kl_status kl_host_set_slot(kl_slot slot, const int64_t *number, kl_foreign **before,
                           kl_error *error);
kl_status kl_host_restore_slot(kl_slot slot, kl_foreign *before, kl_error *error);
/* For kailash/data.h: see there. */
kl_status kl_host_call_method(kl_value *out, kl_foreign *object, const char *method,
                              const kl_value *args, size_t count, kl_value named, kl_error *error);
kl_status kl_host_get_attribute(kl_value *out, kl_foreign *object, const char *name,
                                kl_error *error);
bool kl_host_has_method(kl_foreign *object, const char *name);
kl_status kl_host_class_name(kl_value *out, kl_foreign *object, kl_error *error);
kl_status kl_host_as_data(kl_value *out, kl_foreign *object, const char *name, kl_error *error);
bool kl_host_is_same(kl_foreign *a, kl_foreign *b);
int64_t kl_host_identity(kl_foreign *object);
/* The class of what an error says in words: that of the exception it carries or names, else the name
 * of its status. Borrowed from `error`. */
KL_API const char *kl_host_class_of(const kl_error *error);

#endif
