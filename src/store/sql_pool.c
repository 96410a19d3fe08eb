/* src/store/sql_pool.c - the connections to one database: opened on demand, taken, given back. */
#include "deadline.h"
#include "driver.h"
#include "fork.h"
#include "host.h"
#include "pool.h"
#include "sql_connection.h"
#include "sql_url.h"

#include <stdio.h>

struct kl_sql_pool {
    uint32_t refs; /* atomic */
    kl_sql_address address;
    const kl_sql_driver *driver;
    size_t connections_max, connections_min;
    kl_duration acquire_timeout, idle_timeout, lifetime_max;
    const char *session;
    bool shares_memory;
    kl_sql_pool *next_shared; /* in the list of shared pools; guarded by its lock */

    pthread_mutex_t lock;    /* guards what follows */
    pthread_cond_t returned; /* a connection came back or was closed */
    kl_sql *idle;            /* list, the last used first */
    kl_sql *held;            /* list: see kl_sql_hold() */
    kl_value url;            /* string: by which new connections are made; null = by the address */
    uint32_t generation;     /* how often it was changed */
    size_t idle_count, open;
    bool closed;
    uint32_t forks; /* how often this process was forked off */
    kl_fork_watch fork_watch;
};

/* ---- making and ending --------------------------------------------------------------------------- */

static size_t most_connections(const kl_sql_address *address, const kl_sql_pool_options *options)
{
    if (address->memory && !(options && options->shares_memory))
        return 1; /* each connection would be a database of its own */
    if (options && options->connections_max)
        return options->connections_max;
    if (address->memory)
        return 1;
    return address->dialect == KL_SQL_SQLITE ? 5 : 10;
}

/* In a forked child: the connections are its parent's. To use or even to close them here would
 * break them there, so they are forgotten. */
static void forget_connections(void *data)
{
    kl_sql_pool *pool = data;
    pool->idle = pool->held = NULL;
    pool->idle_count = pool->open = 0;
    pool->forks++;
    pthread_cond_init(&pool->returned, NULL); /* threads of the parent may be waiting on it */
}

/* A name that no other database in memory of this process has. */
static kl_status name_memory(kl_value *out, const kl_sql_pool *same, kl_error *error)
{
    static uint64_t names; /* atomic */
    if (same) {
        *out = kl_value_retain(same->address.memory_name);
        return KL_OK;
    }
    return kl_string_format(out, error, "/kailash-%llu",
                            (unsigned long long)__atomic_add_fetch(&names, 1, __ATOMIC_RELAXED));
}

static void take_options(kl_sql_pool *pool, const kl_sql_pool_options *options)
{
    pool->connections_max = most_connections(&pool->address, options);
    pool->acquire_timeout =
        options && options->acquire_timeout ? options->acquire_timeout : 30 * KL_SECOND;
    if (!options)
        return;
    pool->connections_min = options->connections_min;
    pool->idle_timeout = options->idle_timeout;
    pool->lifetime_max = options->lifetime_max;
    pool->session = options->session;
    pool->shares_memory = !kl_is_null(pool->address.memory_name);
}

kl_status kl_sql_pool_new(kl_sql_pool **out, kl_text url, const kl_sql_pool_options *options,
                          kl_error *error)
{
    kl_sql_address address;
    const void *driver = NULL;
    KL_TRY(kl_sql_address_read(&address, url, error));
    kl_status status = kl_driver_load(&driver, address.driver, error);
    if (status == KL_OK && address.memory && options && options->shares_memory)
        status = name_memory(&address.memory_name, options->same_memory, error);
    kl_sql_pool *pool = status == KL_OK ? kl_alloc_zero(1, sizeof *pool) : NULL;
    if (!pool) {
        kl_sql_address_clear(&address);
        return status == KL_OK ? kl_error_no_memory(error) : status;
    }
    pool->refs = 1;
    pool->address = address;
    pool->driver = driver;
    take_options(pool, options);
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->returned, NULL);
    pool->fork_watch =
        (kl_fork_watch){.lock = &pool->lock, .forked = forget_connections, .data = pool};
    kl_fork_watch_begin(&pool->fork_watch);
    *out = pool;
    return KL_OK;
}

kl_sql_pool *kl_sql_pool_retain(kl_sql_pool *pool)
{
    __atomic_fetch_add(&pool->refs, 1, __ATOMIC_RELAXED);
    return pool;
}

static void end_connection(kl_sql *sql)
{
    kl_sql_disconnect(sql);
    kl_free(sql);
}

static void end_connections(kl_sql *list)
{
    while (list) {
        kl_sql *next = list->next;
        end_connection(list);
        list = next;
    }
}

void kl_sql_pool_close(kl_sql_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    kl_sql *idle = pool->idle;
    pool->closed = true;
    pool->open -= pool->idle_count;
    pool->idle_count = 0;
    pool->idle = NULL;
    pthread_cond_broadcast(&pool->returned);
    pthread_mutex_unlock(&pool->lock);
    end_connections(idle);
}

void kl_sql_pool_release(kl_sql_pool *pool)
{
    if (!pool || __atomic_fetch_sub(&pool->refs, 1, __ATOMIC_ACQ_REL) != 1)
        return;
    kl_fork_watch_end(&pool->fork_watch);
    end_connections(pool->idle);
    kl_sql_address_clear(&pool->address);
    kl_value_release(pool->url);
    pthread_mutex_destroy(&pool->lock);
    pthread_cond_destroy(&pool->returned);
    kl_free(pool);
}

kl_sql_pool_status kl_sql_pool_look(kl_sql_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    kl_sql_pool_status status = {pool->open, pool->idle_count, pool->connections_max};
    pthread_mutex_unlock(&pool->lock);
    return status;
}

const kl_sql_address *kl_sql_pool_address(const kl_sql_pool *pool) { return &pool->address; }

/* ---- one pool per URL ---------------------------------------------------------------------------- */

static pthread_mutex_t shared_lock = PTHREAD_MUTEX_INITIALIZER; /* guards the list */
KL_LOCK_FOR_FORK(shared_lock, KL_FORK_OUTER)
static kl_sql_pool *shared;

kl_status kl_sql_pool_shared(kl_sql_pool **out, kl_text url, kl_error *error)
{
    kl_status status = KL_OK;
    pthread_mutex_lock(&shared_lock);
    kl_sql_pool *pool = shared;
    while (pool && !kl_text_equal(kl_as_text(pool->address.url), url))
        pool = pool->next_shared;
    if (!pool && (status = kl_sql_pool_new(&pool, url, NULL, error)) == KL_OK) {
        pool->next_shared = shared;
        shared = pool;
    }
    if (status == KL_OK)
        *out = kl_sql_pool_retain(pool);
    pthread_mutex_unlock(&shared_lock);
    return status;
}

__attribute__((destructor)) static void free_shared(void)
{
    while (shared) {
        kl_sql_pool *next = shared->next_shared;
        kl_sql_pool_release(shared);
        shared = next;
    }
}

/* ---- taking and giving back ---------------------------------------------------------------------- */

/* How often a waiting thread looks whether it is to stop. */
#define POLL_INTERVAL (50 * KL_MILLISECOND)

static kl_status refuse_closed(kl_error *error)
{
    return kl_error_set(error, KL_STATE, "the pool of this database is closed");
}

static kl_status refuse_waiting(const kl_sql_pool *pool, kl_error *error)
{
    return kl_error_set(error, KL_TIMEOUT,
                        "no connection to the database became free in %.3g s: all %zu are in use",
                        (double)pool->acquire_timeout / 1e9, pool->connections_max);
}

/* A server that was restarted has closed its end: found out without a word to it. */
static bool is_alive(const kl_sql *sql)
{
    return !sql->driver->is_alive || sql->driver->is_alive(sql->connection);
}

static void drop_idle(kl_sql_pool *pool)
{
    kl_sql *dead = pool->idle;
    pool->idle = dead->next;
    pool->idle_count--;
    pool->open--;
    end_connection(dead); /* its end waits for nobody: the server is gone */
}

/* Whether a connection is not worth keeping: too old, or made by a URL of the past. */
static bool is_outdated(const kl_sql_pool *pool, const kl_sql *sql, kl_time now)
{
    return sql->generation != pool->generation ||
           (pool->lifetime_max && now - sql->opened >= pool->lifetime_max);
}

/* Those that nobody has used for long: they stand at the end of the list. */
static void drop_unused(kl_sql_pool *pool, kl_time now)
{
    kl_sql **link = &pool->idle;
    size_t kept = pool->open - pool->idle_count;
    while (*link && (kept < pool->connections_min || kept < 1 ||
                     now - (*link)->idle_since < pool->idle_timeout)) {
        link = &(*link)->next;
        kept++;
    }
    kl_sql *unused = *link;
    *link = NULL;
    for (kl_sql *at = unused; at; at = at->next) {
        pool->idle_count--;
        pool->open--;
    }
    end_connections(unused);
}

/* A database in memory ends with its last connection, so none of them is dropped. */
static void tidy_idle(kl_sql_pool *pool)
{
    kl_time now = pool->idle && (pool->lifetime_max || pool->idle_timeout) ? kl_clock_now() : 0;
    if (pool->shares_memory)
        return;
    while (pool->idle && (is_outdated(pool, pool->idle, now) || !is_alive(pool->idle)))
        drop_idle(pool);
    if (pool->idle_timeout && pool->idle)
        drop_unused(pool, now);
}

/* With pool->lock held: whether this thread holds another connection, with a transaction on it. */
static bool holds_another(const kl_sql_pool *pool)
{
    for (const kl_sql *held = pool->held; held; held = held->next_held)
        if (pthread_equal(held->holder, pthread_self()))
            return true;
    return false;
}

/* Connections to one database in memory at most, and how many of them stay. */
enum { MEMORY_MAX = 256, MEMORY_KEPT = 8 };

static bool may_open(const kl_sql_pool *pool)
{
    return pool->open < (pool->shares_memory ? KL_MAX(pool->connections_max, (size_t)MEMORY_MAX)
                                             : pool->connections_max);
}

/* With pool->lock held, though not while the watch looks: it may wait for a lock whose holder waits
 * for ours. */
static kl_status look(kl_sql_pool *pool, const kl_sql_watch *watch, kl_error *error)
{
    pthread_mutex_unlock(&pool->lock);
    kl_status status = kl_sql_watch_check(watch, error);
    pthread_mutex_lock(&pool->lock);
    return status;
}

/* With pool->lock held: an idle connection, or leave (`*out` NULL) to open one. */
static kl_status wait_for_one(kl_sql **out, kl_sql_pool *pool, const kl_sql_watch *watch,
                              kl_error *error)
{
    kl_time deadline = kl_clock_after(pool->acquire_timeout), next_look = KL_TIME_NONE;
    for (;;) {
        if (pool->closed)
            return refuse_closed(error);
        tidy_idle(pool);
        if (pool->idle) {
            *out = pool->idle;
            pool->idle = (*out)->next;
            pool->idle_count--;
            return KL_OK;
        }
        if (may_open(pool)) {
            pool->open++;
            *out = NULL;
            return KL_OK;
        }
        kl_time now = kl_clock_now();
        if (now >= deadline)
            return refuse_waiting(pool, error);
        if (watch && (next_look == KL_TIME_NONE || now >= next_look)) {
            KL_TRY(look(pool, watch, error));
            next_look = now + POLL_INTERVAL;
            continue; /* one may have come back meanwhile */
        }
        kl_wait_until(&pool->returned, &pool->lock, KL_MIN(deadline, next_look));
    }
}

static void forget_one(kl_sql_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->open--;
    pthread_cond_signal(&pool->returned);
    pthread_mutex_unlock(&pool->lock);
}

/* The address to connect to now; given. */
static kl_sql_address current_address(kl_sql_pool *pool, uint32_t *generation)
{
    kl_sql_address address = pool->address;
    pthread_mutex_lock(&pool->lock);
    address.url = kl_value_retain(kl_is_null(pool->url) ? pool->address.url : pool->url);
    *generation = pool->generation;
    pthread_mutex_unlock(&pool->lock);
    return address;
}

static kl_status run_session_text(kl_sql *sql, kl_error *error)
{
    if (!sql->pool->session)
        return KL_OK;
    return kl_sql_execute(NULL, sql, kl_text_from(sql->pool->session), kl_null(), error);
}

static kl_status connect_one(kl_sql **out, kl_sql_pool *pool, const kl_sql_watch *watch,
                             kl_error *error)
{
    uint32_t generation;
    kl_sql_address address = current_address(pool, &generation);
    kl_sql *sql = kl_alloc_zero(1, sizeof *sql);
    kl_status status = sql ? pool->driver->open(&sql->connection, &address, watch, error)
                           : kl_error_no_memory(error);
    kl_value_release(address.url);
    if (status == KL_OK) {
        sql->pool = pool;
        sql->driver = pool->driver;
        sql->dialect = pool->address.dialect;
        sql->forks = pool->forks;
        sql->opened = kl_clock_now();
        sql->generation = generation;
        status = run_session_text(sql, error);
        if (status != KL_OK)
            kl_sql_disconnect(sql);
    }
    if (status != KL_OK) {
        kl_free(sql);
        forget_one(pool);
        return status;
    }
    *out = sql;
    return KL_OK;
}

kl_status kl_sql_pool_move(kl_sql_pool *pool, kl_text url, kl_error *error)
{
    kl_sql_address address;
    KL_TRY(kl_sql_address_read(&address, url, error));
    bool same_driver = strcmp(address.driver, pool->address.driver) == 0;
    bool is_server = pool->address.dialect != KL_SQL_SQLITE;
    kl_value taken = kl_value_take(&address.url);
    kl_sql_address_clear(&address);
    if (!same_driver) {
        kl_value_release(taken);
        return kl_error_set(error, KL_INVALID, "the new database URL is of another kind of database");
    }
    pthread_mutex_lock(&pool->lock);
    if (is_server && !kl_text_equal(kl_as_text(taken), kl_as_text(kl_is_null(pool->url)
                                                                      ? pool->address.url
                                                                      : pool->url))) {
        kl_value old = pool->url;
        pool->url = taken;
        taken = old;
        pool->generation++;
    }
    pthread_mutex_unlock(&pool->lock);
    kl_value_release(taken);
    return KL_OK;
}

void kl_sql_hold(kl_sql *sql)
{
    kl_sql_pool *pool = sql->pool;
    if (kl_pool_is_worker()) /* it does not wait for itself: it goes on with other work */
        return;
    pthread_mutex_lock(&pool->lock);
    sql->holder = pthread_self();
    if (!sql->held) {
        sql->held = true;
        sql->next_held = pool->held;
        pool->held = sql;
    }
    pthread_mutex_unlock(&pool->lock);
}

/* With pool->lock held. */
static void let_go(kl_sql_pool *pool, kl_sql *sql)
{
    kl_sql **link = &pool->held;
    while (*link && *link != sql)
        link = &(*link)->next_held;
    if (*link)
        *link = sql->next_held;
    sql->held = false;
}

kl_status kl_sql_take(kl_sql **out, kl_sql_pool *pool, const kl_sql_watch *watch, kl_error *error)
{
    kl_sql *sql = NULL;
    pthread_mutex_lock(&pool->lock);
    kl_status status = wait_for_one(&sql, pool, watch, error);
    bool impatient = status == KL_OK && pool->shares_memory && holds_another(pool);
    pthread_mutex_unlock(&pool->lock);
    KL_TRY(status);
    if (!sql)
        KL_TRY(connect_one(&sql, pool, watch, error));
    if (impatient != sql->impatient && sql->driver->set_impatient)
        sql->driver->set_impatient(sql->connection, impatient);
    sql->impatient = impatient;
    sql->pool = kl_sql_pool_retain(pool);
    *out = sql;
    return KL_OK;
}

bool kl_sql_is_inherited(const kl_sql *sql) { return sql->pool && sql->forks != sql->pool->forks; }

void kl_sql_give_back(kl_sql *sql)
{
    if (!sql)
        return;
    kl_sql_pool *pool = sql->pool;
    if (kl_sql_is_inherited(sql)) { /* its parent's: see forget_connections() */
        kl_sql_pool_release(pool);
        return;
    }
    bool sound = is_alive(sql);
    if (sound && kl_sql_in_transaction(sql))
        sound = kl_sql_rollback(sql, NULL) == KL_OK && !kl_sql_in_transaction(sql);
    sql->pool = NULL;
    pthread_mutex_lock(&pool->lock);
    if (sql->held)
        let_go(pool, sql);
    bool keep = sound && !pool->closed && sql->generation == pool->generation &&
                !(pool->shares_memory && pool->idle_count >= MEMORY_KEPT);
    if (keep) {
        if (pool->idle_timeout)
            sql->idle_since = kl_clock_now();
        sql->next = pool->idle;
        pool->idle = sql;
        pool->idle_count++;
    }
    pthread_cond_signal(&pool->returned);
    pthread_mutex_unlock(&pool->lock);
    if (!keep) {
        end_connection(sql);
        forget_one(pool);
    }
    kl_sql_pool_release(pool);
}
