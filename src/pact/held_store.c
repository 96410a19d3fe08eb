/* src/pact/held_store.c - see held_store.h. */
#include "held_store.h"

#include "../base/fork.h"
#include "kailash/log.h"

#include <pthread.h>

struct kl_pact_held_store {
    kl_object object;
    kl_fork_watch watch;
    pthread_mutex_t lock; /* guards all below */
    kl_pact_held **at;    /* owned, by number */
    size_t count, cap;
    size_t reserved;      /* room that was promised */
    int64_t next_id;
};

static kl_status store_init(kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    kl_pact_held_store *store = (kl_pact_held_store *)self;
    store->next_id = 1;
    pthread_mutex_init(&store->lock, NULL);
    store->watch.lock = &store->lock;
    kl_fork_watch_begin(&store->watch);
    return KL_OK;
}

static void store_dispose(kl_object *self)
{
    kl_pact_held_store *store = (kl_pact_held_store *)self;
    kl_fork_watch_end(&store->watch);
    for (size_t i = 0; i < store->count; i++)
        kl_object_release(&store->at[i]->object);
    kl_free(store->at);
    pthread_mutex_destroy(&store->lock);
}

kl_status kl_pact_held_store_new(kl_pact_held_store **out, kl_error *error)
{
    kl_value store;
    KL_TRY(kl_object_make(&store, &kl_pact_held_store_type, NULL, error));
    *out = (kl_pact_held_store *)store.as.object;
    return KL_OK;
}

kl_object *kl_pact_held_store_object(kl_pact_held_store *store) { return &store->object; }

/* ---- with the lock held -------------------------------------------------------------------------------- */

/* The place of a number, or where it would stand. */
static size_t place(const kl_pact_held_store *store, int64_t id)
{
    size_t low = 0, high = store->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (store->at[middle]->action_id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool stands_at(const kl_pact_held_store *store, size_t at, int64_t id)
{
    return at < store->count && store->at[at]->action_id == id;
}

static bool is_decided(const kl_pact_held *held)
{
    kl_pact_hold_kind kind = kl_pact_hold_kind_of(kl_pact_held_state(held));
    return kind == KL_PACT_HOLD_REJECTED || kind == KL_PACT_HOLD_CONSUMED;
}

static void drop_decided(kl_pact_held_store *store)
{
    size_t kept = 0;
    for (size_t i = 0; i < store->count; i++)
        if (is_decided(store->at[i]))
            kl_object_release(&store->at[i]->object);
        else
            store->at[kept++] = store->at[i];
    store->count = kept;
}

static void drop_oldest(kl_pact_held_store *store, size_t count)
{
    for (size_t i = 0; i < count; i++)
        kl_object_release(&store->at[i]->object);
    store->count -= count;
    memmove(store->at, store->at + count, store->count * sizeof *store->at);
}

/* Room for one more within the limit; how many had to go that nobody has decided on. */
static size_t make_way(kl_pact_held_store *store)
{
    if (store->count + store->reserved < KL_PACT_HELD_MAX)
        return 0;
    drop_decided(store);
    if (store->count + store->reserved < KL_PACT_HELD_MAX)
        return 0;
    size_t gone = KL_MIN(store->count, KL_PACT_HELD_MAX / 10);
    drop_oldest(store, gone);
    return gone;
}

static kl_status reserve(size_t *gone, kl_pact_held_store *store, kl_error *error)
{
    *gone = make_way(store);
    size_t wanted = store->count + store->reserved + 1;
    if (wanted > store->cap) {
        size_t cap = KL_MAX(store->cap ? 2 * store->cap : 16, wanted);
        kl_pact_held **at = kl_realloc(store->at, cap * sizeof *at);
        if (!at)
            return kl_error_no_memory(error);
        store->at = at;
        store->cap = cap;
    }
    store->reserved++;
    return KL_OK;
}

static void put(kl_pact_held_store *store, kl_pact_held *held)
{
    size_t at = place(store, held->action_id);
    kl_object_retain(&held->object);
    store->reserved--;
    memmove(store->at + at + 1, store->at + at, (store->count - at) * sizeof *store->at);
    store->at[at] = held;
    store->count++;
}

/* ---- with it ---------------------------------------------------------------------------------------------- */

kl_status kl_pact_held_reserve(int64_t *id, kl_pact_held_store *store, kl_error *error)
{
    size_t gone;
    pthread_mutex_lock(&store->lock);
    kl_status status = reserve(&gone, store, error);
    if (status == KL_OK)
        *id = store->next_id++;
    pthread_mutex_unlock(&store->lock);
    if (gone)
        kl_log_write(KL_LOG_WARN, "kailash.pact", kl_null(),
                     "%zu held actions were waiting for a human; the oldest %zu were dropped, and so denied",
                     KL_PACT_HELD_MAX, gone);
    return status;
}

void kl_pact_held_put(kl_pact_held_store *store, kl_pact_held *held)
{
    pthread_mutex_lock(&store->lock);
    put(store, held);
    pthread_mutex_unlock(&store->lock);
}

void kl_pact_held_leave(kl_pact_held_store *store)
{
    pthread_mutex_lock(&store->lock);
    store->reserved--;
    pthread_mutex_unlock(&store->lock);
}

kl_status kl_pact_held_restore(kl_pact_held_store *store, kl_pact_held *held, kl_error *error)
{
    size_t gone;
    pthread_mutex_lock(&store->lock);
    kl_status status = reserve(&gone, store, error);
    if (status == KL_OK) {
        put(store, held);
        store->next_id = KL_MAX(store->next_id, held->action_id + 1);
    }
    pthread_mutex_unlock(&store->lock);
    return status;
}

kl_pact_held *kl_pact_held_get(kl_pact_held_store *store, int64_t id)
{
    kl_pact_held *found = NULL;
    pthread_mutex_lock(&store->lock);
    size_t at = place(store, id);
    if (stands_at(store, at, id))
        found = (kl_pact_held *)kl_object_retain(&store->at[at]->object);
    pthread_mutex_unlock(&store->lock);
    return found;
}

bool kl_pact_held_replace(kl_pact_held_store *store, const kl_pact_held *held, kl_pact_held *made)
{
    pthread_mutex_lock(&store->lock);
    size_t at = place(store, held->action_id);
    bool stands = at < store->count && store->at[at] == held;
    if (stands)
        store->at[at] = (kl_pact_held *)kl_object_retain(&made->object);
    pthread_mutex_unlock(&store->lock);
    if (stands)
        kl_object_release((kl_object *)(uintptr_t)&held->object);
    return stands;
}

static kl_status copy_list(kl_value *list, const kl_pact_held_store *store, int kind,
                           kl_error *error)
{
    for (size_t i = 0; i < store->count; i++) {
        kl_pact_held *held = store->at[i];
        if (kind < 0 || (int)kl_pact_hold_kind_of(kl_pact_held_state(held)) == kind)
            KL_TRY(kl_array_push(list, kl_value_of(kl_object_retain(&held->object)), error));
    }
    return KL_OK;
}

kl_status kl_pact_held_list(kl_value *out, kl_pact_held_store *store, int kind, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, 0, error));
    pthread_mutex_lock(&store->lock);
    kl_status status = copy_list(&list, store, kind, error);
    pthread_mutex_unlock(&store->lock);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

/* ---- the class ---------------------------------------------------------------------------------------------- */

static kl_status call_get(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)error;
    kl_pact_held *held = kl_pact_held_get((kl_pact_held_store *)self, kl_as_int(args[0]));
    *out = held ? kl_value_of(&held->object) : kl_null();
    return KL_OK;
}

static kl_status call_all(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_pact_held_list(out, (kl_pact_held_store *)self, -1, error);
}

static kl_status call_pending(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_pact_held_list(out, (kl_pact_held_store *)self, KL_PACT_HOLD_PENDING, error);
}

static int64_t length(kl_pact_held_store *store)
{
    pthread_mutex_lock(&store->lock);
    int64_t count = (int64_t)store->count;
    pthread_mutex_unlock(&store->lock);
    return count;
}

static kl_status call_len(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_int(length((kl_pact_held_store *)self));
    return KL_OK;
}

static kl_status store_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "PactMemoryHeldActionStore(actions=%lld)",
                            (long long)length((kl_pact_held_store *)self));
}

static const kl_param id_param[] = {
    {.name = "action_id", .kind = KL_KIND_COUNT, .doc = "number of the action"},
};

static const kl_method methods[] = {
    {.name = "get", .call = call_get, .params = KL_TABLE(id_param), .returns = KL_KIND_OBJECT,
     .returns_type = &kl_pact_held_type, .returns_optional = true, .raises = "OverflowError",
     .doc = "The action of that number as it stands now; None when there is none."},
    {.name = "list_all", .call = call_all, .returns = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,
     .returns_type = &kl_pact_held_type, .doc = "All actions by number, decided ones too."},
    {.name = "list_pending", .call = call_pending, .returns = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,
     .returns_type = &kl_pact_held_type, .doc = "The actions that wait for a human, by number."},
    {.name = "__len__", .call = call_len, .returns = KL_KIND_INT, .doc = "How many actions it has."},
};

const kl_type kl_pact_held_store_type = {
    .name = "PactMemoryHeldActionStore",
    .module = "kailash.pact",
    .doc = "Held actions by number. That of an engine is engine.held_action_store(); it keeps 100 000 "
           "actions, the decided ones going first, then the oldest.",
    .size = sizeof(kl_pact_held_store),
    .flags = KL_TYPE_AT_ROOT,
    .methods = KL_TABLE(methods),
    .init = store_init,
    .dispose = store_dispose,
    .repr = store_repr,
};
KL_PUBLISH(kl_pact_held_store_type);
