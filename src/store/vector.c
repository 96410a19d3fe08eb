/* src/store/vector.c - collections of vectors: storing and removing. See vector.h. */
#include "vector_rows.h"

#include <stdio.h>
#include <stdlib.h>

const char *const kl_vector_metric_words[] = {"cosine", "euclidean", "dot_product", NULL};

static kl_value id_of(const void *store, size_t slot)
{
    return ((const kl_vectors *)store)->rows[slot].id;
}

kl_status kl_vectors_new(kl_vectors **out, kl_text name, kl_text file, kl_error *error)
{
    kl_vectors *vectors = kl_alloc_zero(1, sizeof *vectors);
    if (!vectors)
        return kl_error_no_memory(error);
    kl_latch_begin(&vectors->latch);
    vectors->ids = (kl_key_index){.key_of = id_of, .store = vectors};
    kl_status status = kl_string_new(&vectors->name, name, error);
    if (status == KL_OK && file.len)
        status = kl_mirror_new(&vectors->mirror, file, "vectors", name, error);
    if (status != KL_OK) {
        kl_vectors_free(vectors);
        return status;
    }
    *out = vectors;
    return KL_OK;
}

static void drop_indexes(kl_vectors *vectors)
{
    for (size_t i = 0; i < KL_VECTOR_METRICS; i++) {
        kl_hnsw_free(vectors->graphs[i]);
        vectors->graphs[i] = NULL;
    }
    kl_text_index_free(vectors->texts);
    vectors->texts = NULL;
}

static void release_row(kl_vector_row *row)
{
    kl_value_release(row->id);
    kl_value_release(row->metadata);
    kl_value_release(row->content);
    *row = (kl_vector_row){0};
}

static void clear(kl_vectors *vectors)
{
    for (size_t i = 0; i < vectors->set.count; i++)
        release_row(&vectors->rows[i]);
    kl_vector_set_clear(&vectors->set);
    kl_key_index_clear(&vectors->ids);
    drop_indexes(vectors);
    vectors->next_number = 0;
}

void kl_vectors_free(kl_vectors *vectors)
{
    if (!vectors)
        return;
    clear(vectors);
    kl_free(vectors->rows);
    kl_mirror_free(vectors->mirror);
    kl_value_release(vectors->name);
    kl_latch_end(&vectors->latch);
    kl_free(vectors);
}

/* ---- slots -------------------------------------------------------------------------------------- */

static kl_status reserve(kl_vectors *vectors, size_t more, kl_error *error)
{
    KL_TRY(kl_vector_set_reserve(&vectors->set, more, error));
    if (vectors->row_capacity < vectors->set.capacity) {
        kl_vector_row *rows = kl_realloc(vectors->rows, vectors->set.capacity * sizeof *rows);
        if (!rows)
            return kl_error_no_memory(error);
        vectors->rows = rows;
        vectors->row_capacity = vectors->set.capacity;
    }
    return KL_OK;
}

/* A slot dies; its place stays until the collection is packed. */
static kl_status kill(kl_vectors *vectors, size_t slot, kl_error *error)
{
    KL_TRY(kl_key_index_remove(&vectors->ids, vectors->rows[slot].id, error));
    vectors->set.alive[slot] = false;
    vectors->set.dead++;
    release_row(&vectors->rows[slot]);
    return KL_OK;
}

/* Ids that were numbered before are not given again: "<collection>_<n>". */
static void pass_number(kl_vectors *vectors, kl_text id)
{
    kl_text name = kl_as_text(vectors->name);
    if (id.len <= name.len + 1 || id.len > name.len + 17 ||
        memcmp(id.data, name.data, name.len) != 0 || id.data[name.len] != '_')
        return;
    char *end;
    long long number = strtoll(id.data + name.len + 1, &end, 10);
    if (end == id.data + id.len && number >= vectors->next_number)
        vectors->next_number = number + 1;
}

/* Put a row (borrowed) into a new slot; the old one of its id dies. */
static kl_status put_row(kl_vectors *vectors, const kl_vector_row *row, const float *vector,
                         kl_error *error)
{
    size_t old, slot = vectors->set.count;
    KL_TRY(reserve(vectors, 1, error));
    KL_TRY(kl_key_index_find(&old, &vectors->ids, row->id, error));
    if (old != KL_SLOT_NONE)
        KL_TRY(kill(vectors, old, error));
    vectors->rows[slot] = (kl_vector_row){kl_value_retain(row->id), kl_value_retain(row->metadata),
                                          kl_value_retain(row->content)};
    kl_status status = kl_key_index_put(&vectors->ids, row->id, slot, error);
    if (status != KL_OK) {
        release_row(&vectors->rows[slot]);
        return status;
    }
    kl_vector_set_append(&vectors->set, vector);
    pass_number(vectors, kl_as_text(row->id));
    return KL_OK;
}

/* Forget dead slots once they are many; what is alive moves together. */
static void pack(kl_vectors *vectors)
{
    kl_vector_set *set = &vectors->set;
    size_t to = 0;
    if (set->dead == set->count) { /* nothing is left that fixes the dimension */
        int64_t number = vectors->next_number;
        clear(vectors);
        vectors->next_number = number;
        return;
    }
    if (set->dead < 1024 || set->dead < set->count / 4)
        return;
    kl_key_index moved = {.key_of = id_of, .store = vectors};
    drop_indexes(vectors);
    for (size_t from = 0; from < set->count; from++) {
        if (!set->alive[from])
            continue;
        memmove(set->data + to * set->dimension, set->data + from * set->dimension,
                set->dimension * sizeof(float));
        set->inverse_norms[to] = set->inverse_norms[from];
        set->alive[to] = true;
        vectors->rows[to++] = vectors->rows[from];
    }
    set->count = to;
    set->dead = 0;
    /* Same keys, other slots: the table is emptied and filled without growing, so it cannot fail. */
    moved.entries = vectors->ids.entries;
    moved.size = vectors->ids.size;
    for (size_t i = 0; i < moved.size; i++)
        moved.entries[i].slot = KL_SLOT_NONE;
    vectors->ids = moved;
    for (size_t slot = 0; slot < to; slot++)
        kl_key_index_put(&vectors->ids, vectors->rows[slot].id, slot, NULL);
}

/* ---- the file ----------------------------------------------------------------------------------- */

/* A row of the file: floats in the order of the machine's bytes, which is little-endian here. */
static kl_status load_row(void *data, kl_text key, kl_value body, kl_text bytes, kl_error *error)
{
    kl_vectors *vectors = data;
    size_t dimension = bytes.len / sizeof(float);
    kl_vector_row row = {.metadata = kl_map_get(body, KL_TEXT("metadata")),
                         .content = kl_map_get(body, KL_TEXT("content"))};
    if (vectors->set.count == 0)
        vectors->set.dimension = dimension;
    if (dimension == 0 || dimension != vectors->set.dimension)
        return kl_error_set(error, KL_FAILED, "vector '%.*s' in the file has %zu numbers, the "
                            "others have %zu", KL_TEXT_ARG(key), dimension, vectors->set.dimension);
    float *vector = kl_alloc(bytes.len);
    if (!vector)
        return kl_error_no_memory(error);
    memcpy(vector, bytes.data, bytes.len);
    kl_status status = kl_string_new(&row.id, key, error);
    if (status == KL_OK)
        status = put_row(vectors, &row, vector, error);
    kl_value_release(row.id);
    kl_free(vector);
    return status;
}

kl_status kl_vectors_load(kl_vectors *vectors, kl_error *error)
{
    bool stale;
    if (!vectors->mirror)
        return KL_OK;
    KL_TRY(kl_mirror_is_stale(&stale, vectors->mirror, error));
    if (!stale)
        return KL_OK;
    clear(vectors);
    return kl_mirror_load(vectors->mirror, load_row, vectors, error);
}

static kl_status mirror_row(kl_vectors *vectors, const kl_vector_row *row, const float *vector,
                            size_t dimension, kl_error *error)
{
    kl_value body;
    kl_status status;
    KL_TRY(kl_map_new(&body, 2, error));
    KL_TRY_OUT(kl_map_set(&body, KL_TEXT("metadata"), kl_value_retain(row->metadata), error));
    KL_TRY_OUT(kl_map_set(&body, KL_TEXT("content"), kl_value_retain(row->content), error));
    status = kl_mirror_put(vectors->mirror, kl_as_text(row->id), body,
                           (kl_text){(const char *)vector, dimension * sizeof *vector}, error);
out:
    kl_value_release(body);
    return status;
}

/* ---- changes ------------------------------------------------------------------------------------ */

/* Hold the collection, and its file if it has one, for a change. */
static kl_status begin_change(kl_vectors *vectors, kl_latch_waiter waiter, kl_error *error)
{
    KL_TRY(kl_latch_write(&vectors->latch, waiter, error));
    kl_status status = vectors->mirror ? kl_mirror_begin(vectors->mirror, error) : KL_OK;
    if (status == KL_OK && (status = kl_vectors_load(vectors, error)) != KL_OK && vectors->mirror)
        kl_mirror_rollback(vectors->mirror);
    if (status != KL_OK)
        kl_latch_leave(&vectors->latch);
    return status;
}

/* Memory was changed as the file was: keep both, or undo the file's and forget memory's. */
static kl_status end_change(kl_vectors *vectors, kl_status status, kl_error *error)
{
    if (vectors->mirror && status == KL_OK)
        status = kl_mirror_commit(vectors->mirror, error);
    else if (vectors->mirror)
        kl_mirror_rollback(vectors->mirror);
    if (vectors->mirror && status != KL_OK)
        kl_mirror_forget(vectors->mirror);
    pack(vectors);
    kl_latch_leave(&vectors->latch);
    return status;
}

static kl_status make_id(kl_value *out, kl_vectors *vectors, const kl_vector_entry *entry,
                         kl_error *error)
{
    if (!kl_is_null(entry->id)) {
        *out = kl_value_retain(entry->id);
        return KL_OK;
    }
    return kl_string_format(out, error, "%.*s_%lld", KL_TEXT_ARG(kl_as_text(vectors->name)),
                            (long long)vectors->next_number);
}

static kl_status store_one(kl_value *ids, kl_vectors *vectors, const kl_vector_entry *entry,
                           kl_error *error)
{
    kl_vector_row row = {.content = entry->content, .metadata = entry->metadata};
    if (kl_is_null(row.metadata))
        row.metadata = kl_map_empty();
    KL_TRY(make_id(&row.id, vectors, entry, error));
    kl_status status = KL_OK;
    if (vectors->mirror)
        status = mirror_row(vectors, &row, entry->vector, entry->dimension, error);
    if (status == KL_OK)
        status = put_row(vectors, &row, entry->vector, error);
    if (status == KL_OK)
        status = kl_array_push(ids, kl_value_retain(row.id), error);
    kl_value_release(row.id);
    return status;
}

static kl_status check_dimensions(size_t *at, const kl_vectors *vectors,
                                  const kl_vector_entry *entries, size_t count, kl_error *error)
{
    bool empty = vectors->set.count == vectors->set.dead;
    size_t dimension = empty && count ? entries[0].dimension : vectors->set.dimension;
    for (*at = 0; *at < count; ++*at)
        if (entries[*at].dimension != dimension)
            return kl_error_set(error, KL_INVALID, "expected %zu numbers, as the other vectors of the "
                                "collection have, got %zu", dimension, entries[*at].dimension);
    return KL_OK;
}

static kl_status store_all(kl_value *ids, kl_vectors *vectors, const kl_vector_entry *entries,
                           size_t count, kl_error *error)
{
    if (count && vectors->set.count == vectors->set.dead) {
        pack(vectors);
        vectors->set.dimension = entries[0].dimension;
    }
    KL_TRY(reserve(vectors, count, error));
    for (size_t i = 0; i < count; i++)
        KL_TRY(store_one(ids, vectors, &entries[i], error));
    return KL_OK;
}

kl_status kl_vectors_upsert(kl_value *ids, size_t *at, kl_vectors *vectors,
                            const kl_vector_entry *entries, size_t count, bool replace,
                            kl_latch_waiter waiter, kl_error *error)
{
    kl_value made = kl_null();
    kl_status status;
    KL_TRY(kl_array_new(&made, count, error));
    status = begin_change(vectors, waiter, error);
    if (status == KL_OK) {
        if (replace && vectors->mirror)
            status = kl_mirror_clear(vectors->mirror, error);
        if (replace && status == KL_OK)
            clear(vectors);
        if (status == KL_OK)
            status = check_dimensions(at, vectors, entries, count, error);
        if (status == KL_OK)
            status = store_all(&made, vectors, entries, count, error);
        status = end_change(vectors, status, error);
    }
    if (status == KL_OK)
        *ids = made;
    else
        kl_value_release(made);
    return status;
}

static kl_status delete_slot(size_t *deleted, kl_vectors *vectors, size_t slot, kl_error *error)
{
    if (vectors->mirror)
        KL_TRY(kl_mirror_remove(vectors->mirror, kl_as_text(vectors->rows[slot].id), error));
    ++*deleted;
    return kill(vectors, slot, error);
}

static kl_status delete_ids(size_t *deleted, kl_vectors *vectors, kl_value ids, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(ids); i++) {
        size_t slot;
        KL_TRY(kl_key_index_find(&slot, &vectors->ids, kl_array_at(ids, i), error));
        if (slot != KL_SLOT_NONE)
            KL_TRY(delete_slot(deleted, vectors, slot, error));
    }
    return KL_OK;
}

static kl_status delete_matching(size_t *deleted, kl_vectors *vectors, const kl_filter *filter,
                                 kl_error *error)
{
    for (size_t slot = 0; slot < vectors->set.count; slot++) {
        bool matches = false;
        if (vectors->set.alive[slot])
            KL_TRY(kl_filter_test(&matches, filter, vectors->rows[slot].metadata, NULL, error));
        if (matches)
            KL_TRY(delete_slot(deleted, vectors, slot, error));
    }
    return KL_OK;
}

kl_status kl_vectors_delete(size_t *deleted, kl_vectors *vectors, const kl_value *ids,
                            const kl_filter *filter, kl_latch_waiter waiter, kl_error *error)
{
    size_t count = 0;
    KL_TRY(begin_change(vectors, waiter, error));
    kl_status status = ids ? delete_ids(&count, vectors, *ids, error)
                           : delete_matching(&count, vectors, filter, error);
    status = end_change(vectors, status, error);
    if (status == KL_OK)
        *deleted = count;
    return status;
}
