/* src/store/document.c - see document.h. */
#include "document.h"
#include "document_filter_tree.h"
#include "document_index.h"
#include "document_path.h"
#include "document_update.h"
#include "kailash/id.h"
#include "kailash/json.h"
#include "key_index.h"
#include "mirror.h"

struct kl_documents {
    kl_latch latch; /* guards all below */
    kl_value name;
    kl_mirror *mirror; /* NULL = in memory only */
    kl_value *slots;   /* documents in the order they came; null = removed */
    size_t count, capacity, dead;
    kl_key_index ids;
    kl_document_index *indexes;
    size_t index_count;
};

static kl_value id_of(const void *store, size_t slot)
{
    return kl_map_get(((const kl_documents *)store)->slots[slot], KL_TEXT("_id"));
}

kl_status kl_documents_new(kl_documents **out, kl_text name, kl_text file, kl_error *error)
{
    kl_documents *documents = kl_alloc_zero(1, sizeof *documents);
    if (!documents)
        return kl_error_no_memory(error);
    kl_latch_begin(&documents->latch);
    documents->ids = (kl_key_index){.key_of = id_of, .store = documents};
    kl_status status = kl_string_new(&documents->name, name, error);
    if (status == KL_OK && file.len)
        status = kl_mirror_new(&documents->mirror, file, "documents", name, error);
    if (status != KL_OK) {
        kl_documents_free(documents);
        return status;
    }
    *out = documents;
    return KL_OK;
}

static void clear(kl_documents *documents)
{
    for (size_t i = 0; i < documents->count; i++)
        kl_value_release(documents->slots[i]);
    documents->count = documents->dead = 0;
    kl_key_index_clear(&documents->ids);
    for (size_t i = 0; i < documents->index_count; i++)
        kl_document_index_clear(&documents->indexes[i]);
}

void kl_documents_free(kl_documents *documents)
{
    if (!documents)
        return;
    clear(documents);
    for (size_t i = 0; i < documents->index_count; i++)
        kl_value_release(documents->indexes[i].path);
    kl_free(documents->indexes);
    kl_free(documents->slots);
    kl_mirror_free(documents->mirror);
    kl_value_release(documents->name);
    kl_latch_end(&documents->latch);
    kl_free(documents);
}

/* ---- slots -------------------------------------------------------------------------------------- */

static kl_status index_document(kl_documents *documents, kl_value document, size_t slot,
                                kl_error *error)
{
    for (size_t i = 0; i < documents->index_count; i++)
        KL_TRY(kl_document_index_add(&documents->indexes[i], document, slot, error));
    return KL_OK;
}

/* A new slot for a document (borrowed). */
static kl_status append(kl_documents *documents, kl_value document, kl_error *error)
{
    if (documents->count == documents->capacity) {
        size_t capacity = documents->capacity ? 2 * documents->capacity : 64;
        kl_value *slots = kl_realloc(documents->slots, capacity * sizeof *slots);
        if (!slots)
            return kl_error_no_memory(error);
        documents->slots = slots;
        documents->capacity = capacity;
    }
    size_t slot = documents->count;
    documents->slots[slot] = document;
    KL_TRY(kl_key_index_put(&documents->ids, kl_map_get(document, KL_TEXT("_id")), slot, error));
    kl_value_retain(document);
    documents->count++;
    return index_document(documents, document, slot, error);
}

static kl_status rebuild_indexes(kl_documents *documents, kl_error *error)
{
    for (size_t i = 0; i < documents->index_count; i++)
        kl_document_index_clear(&documents->indexes[i]);
    for (size_t slot = 0; slot < documents->count; slot++)
        if (!kl_is_null(documents->slots[slot]))
            KL_TRY(index_document(documents, documents->slots[slot], slot, error));
    for (size_t i = 0; i < documents->index_count; i++)
        KL_TRY(kl_document_index_settle(&documents->indexes[i], true, error));
    return KL_OK;
}

/* Forget removed slots once they are many. */
static kl_status pack(kl_documents *documents, kl_error *error)
{
    size_t to = 0;
    if (documents->dead < 1024 || documents->dead < documents->count / 4)
        return KL_OK;
    for (size_t from = 0; from < documents->count; from++)
        if (!kl_is_null(documents->slots[from]))
            documents->slots[to++] = documents->slots[from];
    documents->count = to;
    documents->dead = 0;
    /* The table has room: it held as many. */
    for (size_t i = 0; i < documents->ids.size; i++)
        documents->ids.entries[i].slot = KL_SLOT_NONE;
    documents->ids.count = 0;
    for (size_t slot = 0; slot < to; slot++)
        KL_TRY(kl_key_index_put(&documents->ids, id_of(documents, slot), slot, error));
    return rebuild_indexes(documents, error);
}

/* ---- the file ----------------------------------------------------------------------------------- */

static kl_status load_row(void *data, kl_text key, kl_value body, kl_text bytes, kl_error *error)
{
    (void)key, (void)bytes;
    if (!kl_map_has(body, KL_TEXT("_id")))
        return kl_error_set(error, KL_FAILED, "the file holds a document without _id");
    return append(data, body, error);
}

static kl_status load(kl_documents *documents, kl_error *error)
{
    bool stale;
    if (!documents->mirror)
        return KL_OK;
    KL_TRY(kl_mirror_is_stale(&stale, documents->mirror, error));
    if (!stale)
        return KL_OK;
    clear(documents);
    KL_TRY(kl_mirror_load(documents->mirror, load_row, documents, error));
    for (size_t i = 0; i < documents->index_count; i++)
        KL_TRY(kl_document_index_settle(&documents->indexes[i], true, error));
    return KL_OK;
}

/* An id as the key of a row; given. */
static kl_status key_of(kl_value *out, kl_value id, kl_error *error)
{
    return kl_json_print(out, id, &kl_json_canonical_a, error);
}

static kl_status mirror_put(kl_documents *documents, kl_value document, kl_error *error)
{
    kl_value key;
    if (!documents->mirror)
        return KL_OK;
    KL_TRY(key_of(&key, kl_map_get(document, KL_TEXT("_id")), error));
    kl_status status = kl_mirror_put(documents->mirror, kl_as_text(key), document,
                                     (kl_text){NULL, 0}, error);
    kl_value_release(key);
    return status;
}

static kl_status mirror_remove(kl_documents *documents, kl_value document, kl_error *error)
{
    kl_value key;
    if (!documents->mirror)
        return KL_OK;
    KL_TRY(key_of(&key, kl_map_get(document, KL_TEXT("_id")), error));
    kl_status status = kl_mirror_remove(documents->mirror, kl_as_text(key), error);
    kl_value_release(key);
    return status;
}

/* ---- holding ------------------------------------------------------------------------------------ */

static kl_status begin_change(kl_documents *documents, kl_latch_waiter waiter, kl_error *error)
{
    KL_TRY(kl_latch_write(&documents->latch, waiter, error));
    kl_status status = documents->mirror ? kl_mirror_begin(documents->mirror, error) : KL_OK;
    if (status == KL_OK && (status = load(documents, error)) != KL_OK && documents->mirror)
        kl_mirror_rollback(documents->mirror);
    if (status != KL_OK)
        kl_latch_leave(&documents->latch);
    return status;
}

static kl_status end_change(kl_documents *documents, kl_status status, kl_error *error)
{
    if (documents->mirror && status == KL_OK)
        status = kl_mirror_commit(documents->mirror, error);
    else if (documents->mirror)
        kl_mirror_rollback(documents->mirror);
    if (documents->mirror && status != KL_OK)
        kl_mirror_forget(documents->mirror);
    if (status == KL_OK)
        status = pack(documents, error);
    for (size_t i = 0; i < documents->index_count && status == KL_OK; i++)
        status = kl_document_index_settle(&documents->indexes[i], false, error);
    kl_latch_leave(&documents->latch);
    return status;
}

static kl_status begin_query(kl_documents *documents, kl_latch_waiter waiter, kl_error *error)
{
    for (;;) {
        bool stale = false;
        KL_TRY(kl_latch_read(&documents->latch, waiter, error));
        kl_status status =
            documents->mirror ? kl_mirror_is_stale(&stale, documents->mirror, error) : KL_OK;
        if (status == KL_OK && !stale)
            return KL_OK;
        kl_latch_leave(&documents->latch);
        KL_TRY(status);
        KL_TRY(kl_latch_write(&documents->latch, waiter, error));
        status = load(documents, error);
        kl_latch_leave(&documents->latch);
        KL_TRY(status);
    }
}

/* ---- matching ----------------------------------------------------------------------------------- */

/* A walk over the slots that may match a filter. */
typedef struct matching {
    kl_documents *documents;
    kl_filter *filter;
    kl_work work;
    size_t *slots; /* that an index gave; NULL = all are looked at */
    size_t count, next, examined;
} matching;

/* Within lists and maps equal numbers are not in one place of an index. */
static bool is_sortable(const kl_filter_bounds *bounds)
{
    for (size_t i = 0; i < bounds->equal_count; i++)
        if (kl_is(bounds->equals[i], KL_KIND_ARRAY) || kl_is(bounds->equals[i], KL_KIND_MAP))
            return false;
    return bounds->equals || !(bounds->low && kl_is(*bounds->low, KL_KIND_ARRAY));
}

/* Let `_id` or an index narrow the walk. */
static kl_status narrow(matching *m, kl_error *error)
{
    kl_filter_bounds bounds;
    kl_documents *documents = m->documents;
    if (kl_filter_bounds_of(&bounds, m->filter, KL_TEXT("_id")) && bounds.equal_count == 1 &&
        !kl_is_number(bounds.equals[0]) && is_sortable(&bounds)) {
        size_t slot;
        KL_TRY(kl_key_index_find(&slot, &documents->ids, bounds.equals[0], error));
        m->slots = kl_alloc(sizeof *m->slots);
        if (!m->slots)
            return kl_error_no_memory(error);
        m->slots[0] = slot;
        m->count = slot != KL_SLOT_NONE;
        return KL_OK;
    }
    for (size_t i = 0; i < documents->index_count; i++)
        if (kl_filter_bounds_of(&bounds, m->filter, kl_as_text(documents->indexes[i].path)) &&
            is_sortable(&bounds))
            return kl_document_index_find(&m->slots, &m->count, &documents->indexes[i], &bounds, error);
    return KL_OK;
}

static kl_status matching_begin(matching *m, kl_documents *documents, kl_value filter,
                                kl_latch_waiter waiter, kl_error *error)
{
    *m = (matching){.documents = documents, .count = documents->count,
                    .work = {.is_stopped = waiter.is_stopped, .data = waiter.data}};
    KL_TRY(kl_filter_compile(&m->filter, filter, "filter", error));
    size_t *none = m->slots;
    kl_status status = narrow(m, error);
    if (status == KL_OK && m->slots == none)
        m->count = documents->count;
    return status;
}

static void matching_end(matching *m)
{
    kl_filter_free(m->filter);
    kl_free(m->slots);
}

/* The next slot that matches, or KL_SLOT_NONE. */
static kl_status next_match(size_t *out, matching *m, kl_error *error)
{
    *out = KL_SLOT_NONE;
    while (m->next < m->count && *out == KL_SLOT_NONE) {
        size_t slot = m->slots ? m->slots[m->next] : m->next;
        bool matches = false;
        m->next++;
        if (slot >= m->documents->count || kl_is_null(m->documents->slots[slot]))
            continue;
        m->examined++;
        KL_TRY(kl_filter_test(&matches, m->filter, m->documents->slots[slot], &m->work, error));
        if (matches)
            *out = slot;
    }
    return KL_OK;
}

/* All that match as an array, `max` at most; given. */
static kl_status gather(kl_value *out, matching *m, size_t max, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, 0, error));
    while (kl_array_len(list) < max) {
        size_t slot;
        kl_status status = next_match(&slot, m, error);
        if (status == KL_OK && slot == KL_SLOT_NONE)
            break;
        if (status == KL_OK)
            status = kl_array_push(&list, kl_value_retain(m->documents->slots[slot]), error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

/* ---- finding ------------------------------------------------------------------------------------ */

static kl_status project(kl_value *list, kl_value projection, kl_work *work, kl_error *error)
{
    kl_value made;
    KL_TRY(kl_array_new(&made, kl_array_len(*list), error));
    for (size_t i = 0; i < kl_array_len(*list); i++) {
        kl_value one;
        kl_status status = kl_projection_apply(&one, kl_array_at(*list, i), projection, work, error);
        if (status == KL_OK)
            status = kl_array_push(&made, one, error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
    }
    kl_value_replace(list, made);
    return KL_OK;
}

static kl_status shape(kl_value *list, const kl_documents_find *find, kl_work *work, kl_error *error)
{
    if (!kl_is_null(find->order))
        KL_TRY(kl_documents_sort(list, find->order, work, error));
    if (find->skip || find->limit) {
        kl_value part;
        size_t end = find->limit && find->limit < SIZE_MAX - find->skip ? find->skip + find->limit
                                                                        : SIZE_MAX;
        KL_TRY(kl_array_slice(&part, *list, find->skip, end, error));
        kl_value_replace(list, part);
    }
    return kl_is_null(find->projection) ? KL_OK : project(list, find->projection, work, error);
}

kl_status kl_documents_query(kl_value *out, kl_documents *documents, kl_documents_find *find,
                             kl_latch_waiter waiter, kl_error *error)
{
    matching m = {0};
    kl_value list = kl_null();
    size_t max = find->limit && kl_is_null(find->order) && find->limit < SIZE_MAX - find->skip
                     ? find->skip + find->limit
                     : SIZE_MAX;
    if (!kl_is_null(find->order))
        KL_TRY(kl_documents_sort_check(find->order, "sort", error));
    if (!kl_is_null(find->projection))
        KL_TRY(kl_projection_check(find->projection, "projection", error));
    KL_TRY(begin_query(documents, waiter, error));
    kl_status status = matching_begin(&m, documents, find->filter, waiter, error);
    if (status == KL_OK)
        status = gather(&list, &m, max, error);
    kl_latch_leave(&documents->latch);
    if (status == KL_OK)
        status = shape(&list, find, &m.work, error);
    find->examined = m.examined;
    matching_end(&m);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

kl_status kl_documents_count(size_t *out, kl_documents *documents, kl_value filter,
                             kl_latch_waiter waiter, kl_error *error)
{
    matching m = {0};
    size_t count = 0, slot = 0;
    KL_TRY(begin_query(documents, waiter, error));
    kl_status status = matching_begin(&m, documents, filter, waiter, error);
    while (status == KL_OK && slot != KL_SLOT_NONE) {
        status = next_match(&slot, &m, error);
        count += status == KL_OK && slot != KL_SLOT_NONE;
    }
    kl_latch_leave(&documents->latch);
    matching_end(&m);
    if (status == KL_OK)
        *out = count;
    return status;
}

kl_status kl_documents_aggregate(kl_value *out, kl_documents *documents, kl_value pipeline,
                                 kl_pipeline_context context, kl_latch_waiter waiter,
                                 kl_error *error)
{
    kl_documents_find all = {0};
    kl_value list, rest;
    kl_work work = {.is_stopped = waiter.is_stopped, .data = waiter.data};
    size_t first = 0;
    KL_TRY(kl_pipeline_check(pipeline, error));
    kl_value match = kl_map_get(kl_array_at(pipeline, 0), KL_TEXT("$match"));
    if (!kl_is_null(match)) { /* an index may help it */
        all.filter = match;
        first = 1;
    }
    KL_TRY(kl_documents_query(&list, documents, &all, waiter, error));
    kl_status status = kl_array_slice(&rest, pipeline, first, SIZE_MAX, error);
    if (status != KL_OK) {
        kl_value_release(list);
        return status;
    }
    if (!context.work)
        context.work = &work;
    status = kl_pipeline_run(out, list, rest, &context, error);
    kl_value_release(rest);
    return status;
}

/* ---- uniqueness --------------------------------------------------------------------------------- */

static kl_status refuse_twice(const kl_documents *documents, kl_text path, kl_value value,
                              kl_error *error)
{
    kl_value shown;
    KL_TRY(kl_json_print(&shown, value, &kl_json_plain, error));
    kl_status status = kl_error_set(error, KL_STATE, "collection '%.*s' has a document with %.*s %.*s "
                                    "already", KL_TEXT_ARG(kl_as_text(documents->name)),
                                    KL_TEXT_ARG(path), KL_TEXT_ARG(kl_as_text(shown)));
    kl_value_release(shown);
    return status;
}

static kl_status check_unique_path(kl_documents *documents, const kl_document_index *index,
                                   kl_value document, size_t except, kl_error *error)
{
    kl_filter *filter = NULL;
    size_t *slots = NULL, count = 0;
    bool matches = false;
    const kl_value *found = kl_value_path(&document, kl_as_text(index->path));
    kl_value value = found ? *found : kl_null(), condition;
    kl_filter_bounds bounds = {.equals = &value, .equal_count = 1};
    KL_TRY(kl_map_new(&condition, 1, error));
    kl_status status = kl_map_set(&condition, kl_as_text(index->path), kl_value_retain(value), error);
    if (status == KL_OK)
        status = kl_filter_compile(&filter, condition, "filter", error);
    if (status == KL_OK)
        status = kl_document_index_find(&slots, &count, index, &bounds, error);
    for (size_t i = 0; i < count && status == KL_OK && !matches; i++)
        if (slots[i] != except && !kl_is_null(documents->slots[slots[i]]))
            status = kl_filter_test(&matches, filter, documents->slots[slots[i]], NULL, error);
    if (status == KL_OK && matches)
        status = refuse_twice(documents, kl_as_text(index->path), value, error);
    kl_free(slots);
    kl_filter_free(filter);
    kl_value_release(condition);
    return status;
}

static kl_status check_unique(kl_documents *documents, kl_value document, size_t except,
                              kl_error *error)
{
    kl_value id = kl_map_get(document, KL_TEXT("_id"));
    size_t slot;
    KL_TRY(kl_key_index_find(&slot, &documents->ids, id, error));
    if (slot != KL_SLOT_NONE && slot != except)
        return refuse_twice(documents, KL_TEXT("_id"), id, error);
    for (size_t i = 0; i < documents->index_count; i++)
        if (documents->indexes[i].unique)
            KL_TRY(check_unique_path(documents, &documents->indexes[i], document, except, error));
    return KL_OK;
}

/* ---- changing ----------------------------------------------------------------------------------- */

static kl_status remove_slot(kl_documents *documents, size_t slot, kl_error *error)
{
    KL_TRY(mirror_remove(documents, documents->slots[slot], error));
    KL_TRY(kl_key_index_remove(&documents->ids, id_of(documents, slot), error));
    kl_value_replace(&documents->slots[slot], kl_null());
    documents->dead++;
    return KL_OK;
}

/* A document with an id in front; given. */
static kl_status with_id(kl_value *out, kl_value document, kl_error *error)
{
    char uuid[37];
    kl_value made;
    if (kl_map_has(document, KL_TEXT("_id"))) {
        *out = kl_value_retain(document);
        return KL_OK;
    }
    KL_TRY(kl_uuid_new(uuid, error));
    KL_TRY(kl_map_new(&made, kl_map_len(document) + 1, error));
    kl_status status = kl_map_set_text(&made, KL_TEXT("_id"), kl_text_from(uuid), error);
    if (status == KL_OK)
        status = kl_map_merge(&made, document, error);
    if (status == KL_OK)
        *out = made;
    else
        kl_value_release(made);
    return status;
}

static kl_status check_id(kl_value document, kl_error *error)
{
    kl_value id = kl_map_get(document, KL_TEXT("_id"));
    if (!kl_is(id, KL_KIND_ARRAY) && !kl_is(id, KL_KIND_BYTES) && !kl_is(id, KL_KIND_OBJECT))
        return KL_OK;
    return kl_error_form(error, KL_INVALID, "invalid input 'document._id': expected scalar or object, "
                         "got %s", kl_value_kind_name(id));
}

kl_status kl_document_identify(kl_value *out, kl_value document, kl_error *error)
{
    KL_TRY(check_id(document, error));
    return with_id(out, document, error);
}

static kl_status insert_one(kl_value *ids, kl_documents *documents, kl_value document,
                            kl_error *error)
{
    kl_value made;
    KL_TRY(kl_document_identify(&made, document, error));
    kl_status status = check_unique(documents, made, KL_SLOT_NONE, error);
    if (status == KL_OK)
        status = mirror_put(documents, made, error);
    if (status == KL_OK)
        status = append(documents, made, error);
    if (status == KL_OK && ids)
        status = kl_array_push(ids, kl_value_retain(kl_map_get(made, KL_TEXT("_id"))), error);
    kl_value_release(made);
    return status;
}

/* Take back what was inserted from slot `first` on; the mirror does so by itself. */
static void take_back(kl_documents *documents, size_t first)
{
    for (size_t slot = first; slot < documents->count; slot++) {
        kl_key_index_remove(&documents->ids, id_of(documents, slot), NULL);
        kl_value_replace(&documents->slots[slot], kl_null());
        documents->dead++;
    }
}

kl_status kl_documents_insert(kl_value *ids, kl_documents *documents, kl_value list,
                              kl_latch_waiter waiter, kl_error *error)
{
    kl_value made;
    KL_TRY(kl_array_new(&made, kl_array_len(list), error));
    kl_status status = begin_change(documents, waiter, error);
    if (status == KL_OK) {
        size_t first = documents->count;
        for (size_t i = 0; i < kl_array_len(list) && status == KL_OK; i++)
            status = insert_one(&made, documents, kl_array_at(list, i), error);
        if (status != KL_OK)
            take_back(documents, first);
        status = end_change(documents, status, error);
    }
    if (status == KL_OK)
        *ids = made;
    else
        kl_value_release(made);
    return status;
}

static kl_status update_slot(kl_documents *documents, size_t slot, kl_documents_update *update,
                             kl_error *error)
{
    kl_value made = kl_value_retain(documents->slots[slot]);
    bool same = true;
    kl_status status = kl_update_apply(&made, update->update, false, error);
    if (status == KL_OK)
        status = kl_value_equal(&same, made, documents->slots[slot], error);
    update->matched++;
    if (status == KL_OK && !same) {
        status = check_unique(documents, made, slot, error);
        if (status == KL_OK)
            status = mirror_put(documents, made, error);
        if (status == KL_OK) /* first the entries: what they are too many of does no harm */
            status = index_document(documents, made, slot, error);
        if (status == KL_OK) {
            kl_value_replace(&documents->slots[slot], kl_value_retain(made));
            update->modified++;
        }
    }
    kl_value_release(made);
    return status;
}

/* What a filter demands by equality, as a document: the start of an upsert. */
static kl_status demanded(kl_value *made, const kl_filter *filter, kl_error *error)
{
    for (size_t i = 0; i < filter->count; i++) {
        const kl_filter *part = filter->parts[i];
        if (part->kind == KL_FILTER_AND)
            KL_TRY(demanded(made, part, error));
        else if (part->kind == KL_FILTER_EQ && kl_value_len(part->path))
            KL_TRY(kl_document_set(made, kl_as_text(part->path), kl_value_retain(part->operand),
                                   error));
    }
    return KL_OK;
}

static kl_status insert_upsert(kl_documents *documents, const kl_filter *filter,
                               kl_documents_update *update, kl_error *error)
{
    kl_value made = kl_map_empty(), ids = kl_null();
    kl_status status = demanded(&made, filter, error);
    if (status == KL_OK)
        status = kl_update_apply(&made, update->update, true, error);
    if (status == KL_OK)
        status = kl_array_new(&ids, 1, error);
    if (status == KL_OK)
        status = insert_one(&ids, documents, made, error);
    if (status == KL_OK)
        update->upserted_id = kl_value_retain(kl_array_at(ids, 0));
    kl_value_release(made);
    kl_value_release(ids);
    return status;
}

static kl_status change_matching(kl_documents *documents, kl_documents_update *update,
                                 kl_latch_waiter waiter, kl_error *error)
{
    matching m = {0};
    size_t slot = 0;
    kl_status status = matching_begin(&m, documents, update->filter, waiter, error);
    while (status == KL_OK && slot != KL_SLOT_NONE && !(update->one && update->matched)) {
        status = next_match(&slot, &m, error);
        if (status == KL_OK && slot != KL_SLOT_NONE)
            status = update_slot(documents, slot, update, error);
    }
    if (status == KL_OK && update->upsert && update->matched == 0)
        status = insert_upsert(documents, m.filter, update, error);
    matching_end(&m);
    return status;
}

kl_status kl_documents_change(kl_documents *documents, kl_documents_update *update,
                              kl_latch_waiter waiter, kl_error *error)
{
    update->matched = update->modified = 0;
    update->upserted_id = kl_null();
    KL_TRY(kl_update_check(update->update, error));
    KL_TRY(begin_change(documents, waiter, error));
    kl_status status = change_matching(documents, update, waiter, error);
    status = end_change(documents, status, error);
    if (status != KL_OK)
        kl_value_replace(&update->upserted_id, kl_null());
    return status;
}

kl_status kl_documents_delete(size_t *deleted, kl_documents *documents, kl_value filter, bool one,
                              kl_latch_waiter waiter, kl_error *error)
{
    matching m = {0};
    size_t slot = 0, count = 0;
    KL_TRY(begin_change(documents, waiter, error));
    kl_status status = matching_begin(&m, documents, filter, waiter, error);
    while (status == KL_OK && slot != KL_SLOT_NONE && !(one && count)) {
        status = next_match(&slot, &m, error);
        if (status == KL_OK && slot != KL_SLOT_NONE) {
            status = remove_slot(documents, slot, error);
            count++;
        }
    }
    matching_end(&m);
    status = end_change(documents, status, error);
    if (status == KL_OK)
        *deleted = count;
    return status;
}

/* ---- indexes ------------------------------------------------------------------------------------ */

static kl_document_index *find_index(const kl_documents *documents, kl_text path)
{
    for (size_t i = 0; i < documents->index_count; i++)
        if (kl_text_equal(path, kl_as_text(documents->indexes[i].path)))
            return &documents->indexes[i];
    return NULL;
}

static void remove_index(kl_documents *documents, kl_document_index *index)
{
    kl_document_index_clear(index);
    kl_value_release(index->path);
    *index = documents->indexes[--documents->index_count];
}

static kl_status fill_index(kl_documents *documents, kl_document_index *index, kl_error *error)
{
    for (size_t slot = 0; slot < documents->count; slot++)
        if (!kl_is_null(documents->slots[slot]))
            KL_TRY(kl_document_index_add(index, documents->slots[slot], slot, error));
    KL_TRY(kl_document_index_settle(index, true, error));
    for (size_t slot = 0; slot < documents->count && index->unique; slot++)
        if (!kl_is_null(documents->slots[slot]))
            KL_TRY(check_unique_path(documents, index, documents->slots[slot], slot, error));
    return KL_OK;
}

static kl_status add_index(kl_documents *documents, kl_text path, bool unique, kl_error *error)
{
    kl_document_index *found = find_index(documents, path);
    kl_value name;
    if (found && found->unique == unique)
        return KL_OK;
    if (found)
        remove_index(documents, found);
    kl_document_index *indexes =
        kl_realloc(documents->indexes, (documents->index_count + 1) * sizeof *indexes);
    if (!indexes)
        return kl_error_no_memory(error);
    documents->indexes = indexes;
    KL_TRY(kl_string_new(&name, path, error));
    kl_document_index *made = &indexes[documents->index_count++];
    *made = (kl_document_index){.path = name, .unique = unique};
    kl_status status = fill_index(documents, made, error);
    if (status != KL_OK)
        remove_index(documents, made);
    return status;
}

kl_status kl_documents_create_index(kl_documents *documents, kl_text path, bool unique,
                                    kl_latch_waiter waiter, kl_error *error)
{
    KL_TRY(kl_latch_write(&documents->latch, waiter, error));
    kl_status status = load(documents, error);
    if (status == KL_OK)
        status = add_index(documents, path, unique, error);
    kl_latch_leave(&documents->latch);
    return status;
}

kl_status kl_documents_drop_index(bool *dropped, kl_documents *documents, kl_text path,
                                  kl_latch_waiter waiter, kl_error *error)
{
    KL_TRY(kl_latch_write(&documents->latch, waiter, error));
    kl_document_index *found = find_index(documents, path);
    *dropped = found != NULL;
    if (found)
        remove_index(documents, found);
    kl_latch_leave(&documents->latch);
    return KL_OK;
}

static kl_status describe(kl_value *list, const kl_document_index *index, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, 2, error));
    kl_status status = kl_map_set(&map, KL_TEXT("path"), kl_value_retain(index->path), error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("unique"), kl_bool(index->unique), error);
    if (status == KL_OK)
        return kl_array_push(list, map, error);
    kl_value_release(map);
    return status;
}

kl_status kl_documents_indexes(kl_value *out, kl_documents *documents, kl_latch_waiter waiter,
                               kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, 0, error));
    kl_status status = kl_latch_read(&documents->latch, waiter, error);
    if (status == KL_OK) {
        for (size_t i = 0; i < documents->index_count && status == KL_OK; i++)
            status = describe(&list, &documents->indexes[i], error);
        kl_latch_leave(&documents->latch);
    }
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}
