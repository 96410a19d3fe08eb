/* src/nodes/sql_pools.c - see sql_pools.h. */
#include "sql_pools.h"
#include "deadline.h"
#include "fork.h"
#include "host.h"
#include "pool.h"
#include "kailash/id.h"
#include "store/sql_url.h"
#include "workflow/shared.h"

#include <stdio.h>

/* ---- pools by name ------------------------------------------------------------------------------- */

typedef struct named_pool {
    struct named_pool *next;
    char *key;
    kl_sql_pool *pool;
} named_pool;

struct kl_sql_pools {
    pthread_mutex_t lock; /* guards the list */
    named_pool *list;
    bool of_process;
    kl_fork_watch fork_watch;
};

static void end_pool(kl_sql_pool *pool)
{
    if (pool)
        kl_sql_pool_close(pool);
    kl_sql_pool_release(pool);
}

static void free_named(named_pool *it)
{
    kl_free(it->key);
    kl_free(it);
}

static kl_status make_pools(void **out, kl_text name, kl_error *error)
{
    kl_sql_pools *pools = kl_alloc_zero(1, sizeof *pools);
    if (!pools)
        return kl_error_no_memory(error);
    pools->of_process = kl_text_is(name, "process");
    pthread_mutex_init(&pools->lock, NULL);
    pools->fork_watch.lock = &pools->lock;
    kl_fork_watch_begin(&pools->fork_watch);
    *out = pools;
    return KL_OK;
}

static void free_pools(void *state)
{
    kl_sql_pools *pools = state;
    kl_fork_watch_end(&pools->fork_watch);
    while (pools->list) {
        named_pool *it = pools->list;
        pools->list = it->next;
        kl_sql_pool_release(it->pool);
        free_named(it);
    }
    pthread_mutex_destroy(&pools->lock);
    kl_free(pools);
}

kl_status kl_sql_pools_of(kl_sql_pools **out, const kl_node_call *call, kl_value scope,
                          kl_error *error)
{
    static const kl_shared_kind kind = {make_pools, free_pools};
    void *state;
    KL_TRY(kl_node_shared(&state, &kind, kl_as_text(scope), call, scope, error));
    *out = state;
    return KL_OK;
}

/* Where the pool of a key hangs, or the end of the list. With the lock held. */
static named_pool **find_pool(kl_sql_pools *pools, kl_text key)
{
    named_pool **at = &pools->list;
    while (*at && !kl_text_is(key, (*at)->key))
        at = &(*at)->next;
    return at;
}

static kl_sql_pool *retain_pool(kl_sql_pools *pools, kl_text key)
{
    pthread_mutex_lock(&pools->lock);
    named_pool *found = *find_pool(pools, key);
    kl_sql_pool *pool = found ? kl_sql_pool_retain(found->pool) : NULL;
    pthread_mutex_unlock(&pools->lock);
    return pool;
}

/* What is meant as a URL may hold a password. */
static kl_status refuse_key(kl_text key, kl_error *error)
{
    kl_value shown;
    KL_TRY(kl_sql_url_redact(&shown, key, error));
    kl_error_set(error, KL_NOT_FOUND, "no pool registered under key '%s'", kl_as_text(shown).data);
    kl_value_release(shown);
    return KL_NOT_FOUND;
}

static kl_status new_named(named_pool **out, kl_text key, kl_sql_pool *pool, kl_error *error)
{
    named_pool *made = kl_alloc_zero(1, sizeof *made);
    char *copy = kl_strdup(key);
    if (!made || !copy) {
        kl_free(made);
        kl_free(copy);
        end_pool(pool);
        return kl_error_no_memory(error);
    }
    *made = (named_pool){NULL, copy, pool};
    *out = made;
    return KL_OK;
}

/* A registry has its own pool for a URL, registered under it; the first of two threads makes it. */
static kl_status share_within(kl_sql_pool **out, kl_sql_pools *pools, kl_text url, kl_error *error)
{
    kl_sql_pool *pool;
    named_pool *made;
    KL_TRY(kl_sql_pool_new(&pool, url, NULL, error));
    KL_TRY(new_named(&made, url, pool, error));
    pthread_mutex_lock(&pools->lock);
    named_pool **at = find_pool(pools, url), *lost = *at ? made : NULL;
    if (!*at)
        *at = made;
    *out = kl_sql_pool_retain((*at)->pool);
    pthread_mutex_unlock(&pools->lock);
    if (lost) {
        end_pool(lost->pool);
        free_named(lost);
    }
    return KL_OK;
}

kl_status kl_sql_pool_of(kl_sql_pool **out, kl_sql_pools *pools, kl_text key_or_url,
                         kl_error *error)
{
    kl_sql_pool *pool = retain_pool(pools, key_or_url);
    if (!pool && !kl_sql_is_url(key_or_url))
        return refuse_key(key_or_url, error);
    if (!pool)
        return pools->of_process ? kl_sql_pool_shared(out, key_or_url, error)
                                 : share_within(out, pools, key_or_url, error);
    *out = pool;
    return KL_OK;
}

kl_status kl_sql_pool_register(kl_sql_pools *pools, kl_text key, kl_sql_pool *pool, kl_error *error)
{
    named_pool *made;
    KL_TRY(new_named(&made, key, pool, error));
    pthread_mutex_lock(&pools->lock);
    named_pool **at = find_pool(pools, key), *before = *at;
    made->next = before ? before->next : NULL;
    *at = made;
    pthread_mutex_unlock(&pools->lock);
    if (before) {
        end_pool(before->pool);
        free_named(before);
    }
    return KL_OK;
}

bool kl_sql_pool_unregister(kl_sql_pools *pools, kl_text key)
{
    pthread_mutex_lock(&pools->lock);
    named_pool **at = find_pool(pools, key), *found = *at;
    if (found)
        *at = found->next;
    pthread_mutex_unlock(&pools->lock);
    if (!found)
        return false;
    end_pool(found->pool);
    free_named(found);
    return true;
}

/* ---- transactions by id -------------------------------------------------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the transactions */

struct kl_sql_transaction {
    kl_sql_transaction *next;
    char id[KL_SQL_TRANSACTION_ID_SIZE];
    kl_sql *sql;
    kl_duration idle;
    kl_time expires; /* when nobody uses it until then */
    bool used;
};

static kl_sql_transaction *transactions;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool sweeping; /* a thread waits for transactions to expire */

static kl_sql_transaction **find_transaction(kl_text id)
{
    kl_sql_transaction **at = &transactions;
    while (*at && !kl_text_is(id, (*at)->id))
        at = &(*at)->next;
    return at;
}

static void free_transaction(kl_sql_transaction *transaction)
{
    kl_sql_give_back(transaction->sql); /* rolls back what is open */
    kl_free(transaction);
}

/* Take the first that has expired out of the list; `*next` is when the next one will. */
static kl_sql_transaction *take_expired(kl_time *next)
{
    kl_time now = kl_clock_now();
    *next = KL_TIME_NONE;
    for (kl_sql_transaction **at = &transactions; *at; at = &(*at)->next) {
        kl_sql_transaction *it = *at;
        if (!it->used && it->expires <= now) {
            *at = it->next;
            return it;
        }
        if (!it->used)
            *next = KL_MIN(*next, it->expires);
    }
    return NULL;
}

/* A task of the shared pool: rolls back what nobody uses, and ends when there is no transaction. */
static void sweep(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
    while (transactions) {
        kl_time next;
        kl_sql_transaction *expired = take_expired(&next);
        if (!expired) {
            kl_wait_until(&changed, &lock, next);
            continue;
        }
        pthread_mutex_unlock(&lock);
        free_transaction(expired);
        pthread_mutex_lock(&lock);
    }
    sweeping = false;
    pthread_mutex_unlock(&lock);
}

kl_status kl_sql_transaction_new_id(char id[KL_SQL_TRANSACTION_ID_SIZE], kl_error *error)
{
    char uuid[37];
    KL_TRY(kl_uuid_new(uuid, error));
    snprintf(id, KL_SQL_TRANSACTION_ID_SIZE, "txn_%s", uuid);
    return KL_OK;
}

kl_status kl_sql_transaction_keep(const char *id, kl_sql *sql, kl_duration idle, kl_error *error)
{
    kl_sql_transaction *made = kl_alloc_zero(1, sizeof *made);
    kl_status status = made ? KL_OK : kl_error_no_memory(error);
    pthread_mutex_lock(&lock);
    if (status == KL_OK && !sweeping) {
        status = kl_pool_submit(kl_pool_shared(), sweep, NULL, error);
        sweeping = status == KL_OK;
    }
    if (status == KL_OK) {
        memcpy(made->id, id, KL_SQL_TRANSACTION_ID_SIZE);
        made->sql = sql;
        made->idle = idle;
        made->expires = kl_clock_after(idle);
        made->next = transactions;
        transactions = made;
        pthread_cond_broadcast(&changed);
    }
    pthread_mutex_unlock(&lock);
    if (status != KL_OK) {
        kl_free(made);
        kl_sql_give_back(sql);
    }
    return status;
}

kl_status kl_sql_transaction_use(kl_sql_transaction **out, kl_sql **sql, kl_text id,
                                 kl_error *error)
{
    kl_status status = KL_OK;
    pthread_mutex_lock(&lock);
    kl_sql_transaction *found = *find_transaction(id);
    if (!found)
        status = kl_error_set(error, KL_NOT_FOUND,
                              "no transaction '%.*s': it is unknown, over or was idle too long",
                              KL_TEXT_ARG(id));
    else if (found->used)
        status = kl_error_set(error, KL_STATE, "transaction '%s' is in use by another node",
                              found->id);
    else
        found->used = true;
    pthread_mutex_unlock(&lock);
    KL_TRY(status);
    *out = found;
    *sql = found->sql;
    return KL_OK;
}

void kl_sql_transaction_leave(kl_sql_transaction *transaction)
{
    pthread_mutex_lock(&lock);
    transaction->used = false;
    transaction->expires = kl_clock_after(transaction->idle);
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

void kl_sql_transaction_end(kl_sql_transaction *transaction)
{
    pthread_mutex_lock(&lock);
    kl_sql_transaction **at = find_transaction(kl_text_from(transaction->id));
    *at = transaction->next;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    free_transaction(transaction);
}

/* How often a running statement looks whether the user has interrupted. */
#define POLL_INTERVAL (50 * KL_MILLISECOND)

/* In a forked child: connections and threads are the parent's, and so are the transactions. */
static void before_fork(void) { pthread_mutex_lock(&lock); }
static void after_fork(void) { pthread_mutex_unlock(&lock); }
static void after_fork_in_child(void)
{
    transactions = NULL;
    sweeping = false;
    pthread_cond_init(&changed, NULL);
    pthread_mutex_unlock(&lock);
}

__attribute__((constructor(KL_FORK_OUTER))) static void watch_forks(void)
{
    pthread_atfork(before_fork, after_fork, after_fork_in_child);
}

/* ---- errors -------------------------------------------------------------------------------------- */

/* What the user's interrupt was, between the statement it ends on this thread and its report. */
static _Thread_local kl_error interrupt;
static _Thread_local kl_time next_poll;

bool kl_sql_run_is_stopped(void *run)
{
    kl_time now = kl_clock_now();
    if (interrupt.code != KL_OK || kl_run_is_cancelled(run))
        return true;
    if (now < next_poll)
        return false;
    next_poll = now + POLL_INTERVAL;
    return kl_host_poll(&interrupt) != KL_OK;
}

kl_status kl_sql_node_error(kl_error *error, kl_error *why)
{
    if (why->code == KL_CANCELLED && interrupt.code != KL_OK)
        kl_error_move(why, &interrupt);
    kl_status code = why->code;
    if (code == KL_NO_MEMORY || code == KL_CANCELLED || code == KL_INTERRUPTED) {
        kl_error_move(error, why);
        return code;
    }
    if (why->details) /* the database itself said it */
        kl_error_prefix(why, "query execution failed: error returned from database: ");
    if (why->details || (code != KL_SYNTAX && code != KL_INVALID))
        kl_node_form(why);
    else
        kl_node_form_bad(why, code == KL_SYNTAX ? "query" : "params");
    if (code != KL_LIMIT && code != KL_TIMEOUT)
        why->code = KL_FAILED;
    code = why->code;
    kl_error_move(error, why);
    return code;
}
