/* src/nodes/build_map.h - a map of outputs, filled key by key: the first failure sticks, so that
 * callers check once, at the end. */
#ifndef KL_NODES_BUILD_MAP_H
#define KL_NODES_BUILD_MAP_H

#include "kailash/node.h"
#include "kailash/time.h"

typedef struct kl_build {
    kl_value map; /* null after a failure */
    kl_status status;
    kl_error *error;
} kl_build;

/* An empty map. `error` (may be NULL) is written when something fails. End it with kl_build_end(). */
kl_build kl_build_begin(size_t capacity, kl_error *error);
/* Go on with a map that is there (taken). */
kl_build kl_build_of(kl_value map, kl_error *error);

/* A pair; `item` is taken, also on failure. */
void kl_build_put(kl_build *build, const char *key, kl_value item);
/* A pair whose value somebody else holds too. */
void kl_build_share(kl_build *build, const char *key, kl_value item);
/* What another call gave: `item` is taken when `status` is KL_OK, else the failure sticks (its
 * error was written by that call). */
void kl_build_given(kl_build *build, const char *key, kl_status status, kl_value item);

/* Pairs of valid UTF-8, of numbers ... */
void kl_build_text(kl_build *build, const char *key, kl_text text);
void kl_build_string(kl_build *build, const char *key, const char *text);
void kl_build_int(kl_build *build, const char *key, int64_t integer);
void kl_build_double(kl_build *build, const char *key, double real);
void kl_build_bool(kl_build *build, const char *key, bool boolean);
void kl_build_null(kl_build *build, const char *key);
/* printf; what is no UTF-8 is replaced. */
void kl_build_format(kl_build *build, const char *key, const char *format, ...) KL_PRINTF(3, 4);
/* An empty list. */
void kl_build_list(kl_build *build, const char *key);
/* Every pair of a map. */
void kl_build_merge(kl_build *build, kl_value map);

/* The map, given; or the first failure, and nothing. */
kl_status kl_build_end(kl_value *out, kl_build *build);

/* printf onto the end of a list. */
kl_status kl_list_format(kl_value *list, kl_error *error, const char *format, ...) KL_PRINTF(3, 4);

/* Now, as nodes tell it: whole seconds since 1970. */
static inline int64_t kl_epoch_seconds(void) { return kl_time_now() / KL_SECOND; }

#endif
