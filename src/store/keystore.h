/* src/store/keystore.h - what a Redis server does, within the process: strings, numbers, hashes,
 * lists, sets, sorted sets, streams, expiry, channels. Answers as a server does in RESP3.
 *
 * Any thread may use a store at any time; one command, or one group of commands, after the other.
 */
#ifndef KL_STORE_KEYSTORE_H
#define KL_STORE_KEYSTORE_H

#include "kailash/time.h"
#include "kailash/value.h"

typedef struct kl_keystore kl_keystore;

KL_API kl_status kl_keystore_new(kl_keystore **out, kl_error *error);
/* Nobody may use it any more. NULL is fine. */
KL_API void kl_keystore_free(kl_keystore *store);

/* How long a command may wait, as BLPOP, and who may stop it. NULL = nobody. */
typedef struct kl_keystore_watch {
    kl_time deadline;                                /* of the monotonic clock; KL_TIME_NONE = none */
    kl_status (*check)(void *data, kl_error *error); /* asked every 20 ms, or NULL */
    void *data;
} kl_keystore_watch;

/* Whether there is a command of that name, in any case. */
KL_API bool kl_keystore_knows(kl_text name);

/*
 * Run one command: its name and arguments, scalars. `*out` is given. What a server would refuse is
 * KL_FAILED with its message ("WRONGTYPE Operation against ..."), an unknown command "unsupported
 * Redis command: NAME", a wrong number of arguments "GET requires 1 argument: key".
 */
KL_API kl_status kl_keystore_run(kl_value *out, kl_keystore *store, const kl_value *words,
                                 size_t count, const kl_keystore_watch *watch, kl_error *error);

/* Run commands (an array of arrays of words) with nobody's commands in between. `*out` is given: an
 * array of their answers, {"error": message} for one that was refused; `*refused` is the index of
 * the first of those, or SIZE_MAX. Nothing waits. */
KL_API kl_status kl_keystore_run_all(kl_value *out, size_t *refused, kl_keystore *store,
                                     kl_value commands, kl_error *error);

/* ---- channels -------------------------------------------------------------------------------------- */

typedef struct kl_keystore_subscription kl_keystore_subscription;

/* Listen to channels from now on; `names` is an array of texts, or of patterns. Given. */
KL_API kl_status kl_keystore_subscribe(kl_keystore_subscription **out, kl_keystore *store,
                                       kl_value names, bool are_patterns, kl_error *error);
/* Wait for the next message: a map {channel, message[, pattern]}, given. KL_TIMEOUT behind the
 * deadline. */
KL_API kl_status kl_keystore_listen(kl_value *out, kl_keystore_subscription *subscription,
                                    const kl_keystore_watch *watch, kl_error *error);
KL_API void kl_keystore_unsubscribe(kl_keystore_subscription *subscription);

#endif
