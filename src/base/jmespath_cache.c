/* src/base/jmespath_cache.c - compiled expressions by their text. A fixed table in which a text has
 * four places; the one that was used least lately gives way. */
#include "fork.h"
#include "jmespath.h"
#include "payload.h"

#include <pthread.h>

enum { WAYS = 4, SETS = 64, TEXT_MAX = 4096 };

typedef struct entry {
    kl_value text; /* null = free */
    unsigned flags;
    uint64_t used; /* the clock at its last use */
    kl_jmespath *expression;
} entry;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards what follows */
KL_LOCK_FOR_FORK(lock, KL_FORK_INNER)
static entry table[SETS][WAYS];
static uint64_t clock_now;

static entry *set_of(kl_text text) { return table[kl_text_hash(text) % SETS]; }

static kl_jmespath *find(kl_text text, unsigned flags)
{
    kl_jmespath *found = NULL;
    pthread_mutex_lock(&lock);
    entry *set = set_of(text);
    for (int i = 0; i < WAYS && !found; i++) {
        if (set[i].expression && set[i].flags == flags &&
            kl_text_equal(kl_as_text(set[i].text), text)) {
            set[i].used = ++clock_now;
            found = kl_jmespath_retain(set[i].expression);
        }
    }
    pthread_mutex_unlock(&lock);
    return found;
}

/* Keep it; what gives way is released outside the lock. */
static kl_status keep(kl_text text, unsigned flags, kl_jmespath *expression, kl_error *error)
{
    entry made = {.flags = flags};
    KL_TRY(kl_string_from_valid(&made.text, text, error));
    made.expression = kl_jmespath_retain(expression);
    pthread_mutex_lock(&lock);
    entry *set = set_of(text), *oldest = set;
    for (int i = 1; i < WAYS; i++)
        if (set[i].used < oldest->used)
            oldest = &set[i];
    made.used = ++clock_now;
    entry old = *oldest;
    *oldest = made;
    pthread_mutex_unlock(&lock);
    kl_value_release(old.text);
    kl_jmespath_release(old.expression);
    return KL_OK;
}

kl_status kl_jmespath_get(kl_jmespath **out, kl_text expression, unsigned flags, kl_error *error)
{
    kl_jmespath *found = expression.len <= TEXT_MAX ? find(expression, flags) : NULL;
    if (!found) {
        KL_TRY(kl_jmespath_compile(&found, expression, flags, error));
        kl_status status =
            expression.len <= TEXT_MAX ? keep(expression, flags, found, error) : KL_OK;
        if (status != KL_OK) {
            kl_jmespath_release(found);
            return status;
        }
    }
    *out = found;
    return KL_OK;
}

__attribute__((destructor)) static void empty_cache(void)
{
    for (int i = 0; i < SETS * WAYS; i++) {
        entry *each = &table[i / WAYS][i % WAYS];
        kl_value_release(each->text);
        kl_jmespath_release(each->expression);
        *each = (entry){.text = kl_null()};
    }
}
