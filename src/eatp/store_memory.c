/* src/eatp/store_memory.c - EatpMemoryStore: a store that ends with its object. */
#include "fork.h"
#include "store_parts.h"

#include <pthread.h>

typedef struct memory_store {
    kl_trust_store store;
    kl_fork_watch fork_watch;
    pthread_mutex_t lock;  /* guards what follows */
    kl_value blocks;       /* array of maps */
    kl_value places;       /* map block_id -> its place in the array */
    kl_value delegations;  /* map id -> record */
    kl_value created;      /* map id -> created_at of the record */
} memory_store;

static kl_status append_locked(int64_t *seq, memory_store *m, const kl_stored *block,
                               kl_error *error)
{
    const kl_value *place = kl_map_find(m->places, kl_as_text(block->id));
    bool same;
    if (place) {
        *seq = kl_as_int(*place);
        KL_TRY(kl_value_equal(&same, kl_array_at(m->blocks, (size_t)*seq), block->payload, error));
        return same ? KL_OK : kl_store_conflict(error, "block", block->id);
    }
    *seq = (int64_t)kl_array_len(m->blocks);
    KL_TRY(kl_map_set_key(&m->places, block->id, kl_int(*seq), error));
    kl_status status = kl_array_push(&m->blocks, kl_value_retain(block->payload), error);
    if (status != KL_OK) /* the newest key goes without moving others */
        (void)kl_map_remove(&m->places, kl_as_text(block->id), NULL);
    return status;
}

static kl_status append_block(int64_t *seq, kl_trust_store *store, const kl_stored *block,
                              kl_error *error)
{
    memory_store *m = (memory_store *)store;
    pthread_mutex_lock(&m->lock);
    kl_status status = append_locked(seq, m, block, error);
    pthread_mutex_unlock(&m->lock);
    return status;
}

static bool is_wanted(kl_value map, const char *member, kl_value wanted)
{
    return kl_is_null(wanted) ||
           kl_text_equal(kl_as_text(kl_map_get(map, kl_text_from(member))), kl_as_text(wanted));
}

static kl_status blocks(kl_value *out, kl_trust_store *store, kl_value agent_id, kl_error *error)
{
    memory_store *m = (memory_store *)store;
    kl_value list = kl_null();
    kl_status status;
    pthread_mutex_lock(&m->lock);
    kl_value all = kl_value_retain(m->blocks); /* a snapshot: whoever adds copies it first */
    pthread_mutex_unlock(&m->lock);
    KL_TRY_OUT(kl_array_new(&list, 0, error));
    for (size_t i = 0; i < kl_array_len(all); i++)
        if (is_wanted(kl_array_at(all, i), "agent_id", agent_id))
            KL_TRY_OUT(kl_array_push(&list, kl_value_retain(kl_array_at(all, i)), error));
    *out = kl_value_take(&list);
out:
    kl_value_release(list);
    kl_value_release(all);
    return status;
}

static int64_t count_of(memory_store *m)
{
    pthread_mutex_lock(&m->lock);
    int64_t count = (int64_t)kl_array_len(m->blocks);
    pthread_mutex_unlock(&m->lock);
    return count;
}

static kl_status block_count(int64_t *out, kl_trust_store *store, kl_error *error)
{
    (void)error;
    *out = count_of((memory_store *)store);
    return KL_OK;
}

/* ---- delegations ------------------------------------------------------------------------------ */

static kl_status revoke_locked(memory_store *m, kl_value id, kl_value record, kl_error *error)
{
    kl_value revoked;
    KL_TRY(kl_store_with_revoked(&revoked, record, true, error));
    return kl_map_set(&m->delegations, kl_as_text(id), revoked, error);
}

static kl_status put_locked(memory_store *m, const kl_stored *record, kl_error *error)
{
    kl_value kept = kl_map_get(m->delegations, kl_as_text(record->id));
    bool same;
    if (kl_is_null(kept)) {
        KL_TRY(kl_map_set_key(&m->created, record->id, kl_value_retain(record->created_at), error));
        return kl_map_set_key(&m->delegations, record->id, kl_value_retain(record->payload), error);
    }
    KL_TRY(kl_store_same_delegation(&same, record->payload, kept, error));
    if (!same)
        return kl_store_conflict(error, "delegation", record->id);
    return record->revoked ? revoke_locked(m, record->id, kept, error) : KL_OK;
}

static kl_status put_delegation(kl_trust_store *store, const kl_stored *record, kl_error *error)
{
    memory_store *m = (memory_store *)store;
    pthread_mutex_lock(&m->lock);
    kl_status status = put_locked(m, record, error);
    pthread_mutex_unlock(&m->lock);
    return status;
}

static kl_status delegation(kl_value *out, kl_trust_store *store, kl_value id, kl_error *error)
{
    memory_store *m = (memory_store *)store;
    (void)error;
    pthread_mutex_lock(&m->lock);
    *out = kl_value_retain(kl_map_get(m->delegations, kl_as_text(id)));
    pthread_mutex_unlock(&m->lock);
    return KL_OK;
}

static kl_status delegations(kl_value *out, kl_trust_store *store, kl_value delegate,
                             int64_t limit, kl_error *error)
{
    memory_store *m = (memory_store *)store;
    kl_value list = kl_null();
    kl_status status;
    pthread_mutex_lock(&m->lock);
    kl_value all = kl_value_retain(m->delegations), created = kl_value_retain(m->created);
    pthread_mutex_unlock(&m->lock);
    KL_TRY_OUT(kl_array_new(&list, 0, error));
    for (size_t i = 0; i < kl_map_len(all); i++) {
        kl_value record = kl_map_value_at(all, i);
        if (is_wanted(record, "delegate", delegate))
            KL_TRY_OUT(kl_store_rank(&list, kl_map_get(created, kl_map_key_at(all, i)), record,
                                     error));
    }
    status = kl_store_sorted(out, kl_value_take(&list), limit, error);
out:
    kl_value_release(list);
    kl_value_release(created);
    kl_value_release(all);
    return status;
}

static kl_status set_revoked(bool *found, bool *newly, kl_trust_store *store, kl_value id,
                             kl_error *error)
{
    memory_store *m = (memory_store *)store;
    kl_status status = KL_OK;
    pthread_mutex_lock(&m->lock);
    kl_value record = kl_map_get(m->delegations, kl_as_text(id));
    *found = !kl_is_null(record);
    *newly = *found && !kl_as_bool(kl_map_get(record, KL_TEXT("revoked")));
    if (*newly)
        status = revoke_locked(m, id, record, error);
    pthread_mutex_unlock(&m->lock);
    return status;
}

static const kl_store_functions functions = {
    .append_block = append_block,
    .blocks = blocks,
    .block_count = block_count,
    .put_delegation = put_delegation,
    .delegation = delegation,
    .delegations = delegations,
    .set_revoked = set_revoked,
};

/* ---- the type --------------------------------------------------------------------------------- */

static kl_status memory_init(kl_object *self, const kl_value *args, kl_error *error)
{
    memory_store *m = (memory_store *)self;
    (void)args;
    m->store.functions = &functions;
    pthread_mutex_init(&m->lock, NULL);
    m->fork_watch.lock = &m->lock;
    kl_fork_watch_begin(&m->fork_watch);
    KL_TRY(kl_array_new(&m->blocks, 0, error));
    KL_TRY(kl_map_new(&m->places, 0, error));
    KL_TRY(kl_map_new(&m->delegations, 0, error));
    return kl_map_new(&m->created, 0, error);
}

static void memory_dispose(kl_object *self)
{
    memory_store *m = (memory_store *)self;
    kl_fork_watch_end(&m->fork_watch);
    kl_value_release(m->blocks);
    kl_value_release(m->places);
    kl_value_release(m->delegations);
    kl_value_release(m->created);
    pthread_mutex_destroy(&m->lock);
}

static kl_status memory_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "EatpMemoryStore(blocks=%lld)",
                            (long long)count_of((memory_store *)self));
}

static const kl_method methods[] = {KL_STORE_METHODS};

static const kl_type kl_memory_store_type = {
    .name = "EatpMemoryStore",
    .module = "kailash",
    .doc = "A trust store in memory, for tests and for what need not last.",
    .size = sizeof(memory_store),
    .base = &kl_trust_store_type,
    .init = memory_init,
    .dispose = memory_dispose,
    .methods = KL_TABLE(methods),
    .repr = memory_repr,
};
KL_PUBLISH(kl_memory_store_type);
