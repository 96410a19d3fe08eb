/* src/base/slab.c - see slab.h. A payload finds its slab by the distance in its flags. */
#include "slab.h"
#include "fork.h"

#include <pthread.h>

/* `live` counts the payloads in use, and while the slab is being filled LENT more, which are taken
 * off in one go: so making a payload counts nothing. */
typedef struct kl_slab {
    uint32_t live;        /* atomic */
    uint32_t chunk;       /* the size of the chunk it lies in; 0 = it has memory of its own */
    struct kl_slab *next; /* of one that is free, in its chunk */
    _Alignas(16) char room[];
} kl_slab;

enum { LENT = 1 << 30 };

/* ---- chunks: where long lists have their slabs ------------------------------------------------- */

/*
 * Aligned to its size, so that a slab finds its chunk. Slabs that are free again are used again, wherever
 * others of their chunk are kept; a chunk that is empty goes, but for a few.
 */
typedef struct chunk {
    struct chunk *next, *before; /* of those of its size that have a free slab */
    kl_slab *free;               /* that were used before */
    uint32_t fresh;              /* bytes in use, or used before */
    uint32_t used;               /* slabs in use */
} chunk;

/* The first few lists of a process lie in small chunks, so that little is held for what is gone, and the next
 * in large pages, where the system has them. */
typedef struct chunk_size {
    uint32_t size;
    size_t all_max, empty_max;
    chunk *open;
    size_t all, empty;
} chunk_size;

enum { SLAB_STEP = KL_SLAB_SIZE + 16 };

static pthread_mutex_t chunks_lock = PTHREAD_MUTEX_INITIALIZER; /* guards what follows */
KL_LOCK_FOR_FORK(chunks_lock, KL_FORK_INNER)
static chunk_size sizes[] = {
    {.size = 256 << 10, .all_max = 16, .empty_max = 2},
    {.size = 2 << 20, .all_max = SIZE_MAX, .empty_max = 8}, /* half of what memory.c keeps */
};

static bool is_full(const chunk *each, const chunk_size *of)
{
    return !each->free && each->fresh + SLAB_STEP > of->size;
}

static void link_chunk(chunk *each, chunk_size *of)
{
    each->before = NULL;
    each->next = of->open;
    if (of->open)
        of->open->before = each;
    of->open = each;
}

static void unlink_chunk(chunk *each, chunk_size *of)
{
    if (each->before)
        each->before->next = each->next;
    else
        of->open = each->next;
    if (each->next)
        each->next->before = each->before;
}

static bool add_chunk(chunk_size *of)
{
    chunk *made = of->all < of->all_max ? kl_pages_take(of->size) : NULL;
    if (!made)
        return false;
    (void)kl_in_large_pages(made, of->size);
    *made = (chunk){.fresh = SLAB_STEP};
    link_chunk(made, of);
    of->all++;
    of->empty++;
    return true;
}

static kl_slab *take_slab_of(chunk_size *of)
{
    chunk *from = of->open;
    kl_slab *slab = from->free;
    of->empty -= from->used++ == 0;
    if (slab) {
        from->free = slab->next;
    } else {
        slab = (kl_slab *)(void *)((char *)from + from->fresh);
        from->fresh += SLAB_STEP;
    }
    slab->chunk = of->size;
    if (is_full(from, of))
        unlink_chunk(from, of);
    return slab;
}

static kl_slab *take_slab(void)
{
    kl_slab *slab = NULL;
    pthread_mutex_lock(&chunks_lock);
    for (size_t i = 0; i < KL_COUNT(sizes) && !slab; i++)
        if (sizes[i].open || add_chunk(&sizes[i]))
            slab = take_slab_of(&sizes[i]);
    pthread_mutex_unlock(&chunks_lock);
    return slab;
}

static void give_back_slab(kl_slab *slab)
{
    chunk_size *of = &sizes[slab->chunk != sizes[0].size];
    chunk *home = (chunk *)((uintptr_t)slab & ~(uintptr_t)(of->size - 1));
    pthread_mutex_lock(&chunks_lock);
    if (is_full(home, of))
        link_chunk(home, of);
    slab->next = home->free;
    home->free = slab;
    of->empty += --home->used == 0;
    bool drops = home->used == 0 && of->empty > of->empty_max;
    if (drops) {
        unlink_chunk(home, of);
        of->empty--;
        of->all--;
    }
    pthread_mutex_unlock(&chunks_lock);
    if (drops)
        kl_pages_give_back(home, of->size);
}

/* ---- slabs ------------------------------------------------------------------------------------- */

static void let_go(kl_slab *slab, uint32_t count)
{
    if (__atomic_sub_fetch(&slab->live, count, __ATOMIC_ACQ_REL) != 0)
        return;
    if (slab->chunk)
        give_back_slab(slab);
    else
        kl_free(slab);
}

void kl_slabs_end(kl_slabs *slabs)
{
    if (slabs->now)
        let_go(slabs->now, LENT - slabs->made);
    *slabs = (kl_slabs){0};
}

enum { ALONE = 64 }; /* slabs that have memory of their own; a list with more is long */

static bool begin_slab(kl_slabs *slabs)
{
    bool in_chunk = slabs->count >= ALONE;
    uint32_t count = slabs->count + !in_chunk;
    kl_slab *slab = in_chunk ? take_slab() : kl_alloc(KL_SLAB_SIZE);
    if (!slab)
        return false;
    kl_slabs_end(slabs);
    slab->live = LENT;
    if (!in_chunk)
        slab->chunk = 0;
    *slabs = (kl_slabs){slab, sizeof *slab, 0, count};
    return true;
}

static void *take_alone(size_t size)
{
    kl_payload *payload = kl_alloc(size);
    if (payload)
        *payload = (kl_payload){1, 0};
    return payload;
}

void *kl_slabs_take_slowly(kl_slabs *slabs, size_t size)
{
    if (size > KL_SLAB_LARGEST || KL_MEMORY_IS_CHECKED)
        return take_alone(size);
    return begin_slab(slabs) ? kl_slabs_take(slabs, size) : NULL;
}

void kl_payload_free(kl_payload *payload)
{
    uint32_t distance = payload->flags >> KL_PAYLOAD_SLAB_SHIFT;
    if (distance)
        let_go((kl_slab *)(void *)((char *)payload - 16 * (size_t)distance), 1);
    else
        kl_free(payload);
}

void *kl_payload_resize(kl_payload *payload, size_t size, size_t wanted)
{
    if (!(payload->flags >> KL_PAYLOAD_SLAB_SHIFT))
        return kl_realloc(payload, wanted);
    kl_payload *moved = kl_alloc(wanted);
    if (!moved)
        return NULL;
    memcpy(moved, payload, KL_MIN(size, wanted));
    moved->flags &= (1u << KL_PAYLOAD_SLAB_SHIFT) - 1;
    kl_payload_free(payload);
    return moved;
}

/* ---- values in slabs --------------------------------------------------------------------------- */

kl_status kl_slabs_string(kl_value *out, kl_slabs *slabs, kl_text text, kl_error *error)
{
    if (text.len > KL_SLAB_LARGEST)
        return kl_string_from_valid(out, text, error);
    kl_string *string = kl_slabs_take(slabs, sizeof *string + text.len + 1);
    if (!string)
        return kl_error_no_memory(error);
    string->len = text.len;
    string->hash = 0;
    memcpy(string->data, text.data, text.len);
    string->data[text.len] = '\0';
    *out = kl_value_of_string(string);
    return KL_OK;
}

kl_status kl_slabs_array(kl_value *out, kl_slabs *slabs, size_t capacity, kl_error *error)
{
    if (capacity > KL_SLAB_LARGEST)
        return kl_array_new(out, capacity, error);
    kl_array *array = kl_slabs_take(slabs, sizeof *array + capacity * sizeof *array->items);
    if (!array)
        return kl_error_no_memory(error);
    array->len = 0;
    array->cap = capacity;
    *out = (kl_value){KL_KIND_ARRAY, 0, {.array = array}};
    return KL_OK;
}

kl_status kl_slabs_map(kl_value *out, kl_value **values, kl_slabs *slabs, kl_keys *keys,
                       kl_error *error)
{
    kl_map *map = kl_slabs_take(slabs, sizeof *map + keys->len * sizeof *map->values);
    if (!map)
        return kl_error_no_memory(error);
    map->keys = kl_keys_retain(keys);
    map->cap = keys->len;
    memset(map->values, 0, keys->len * sizeof *map->values); /* all nulls: KL_KIND_NULL is 0 */
    *values = map->values;
    *out = (kl_value){KL_KIND_MAP, 0, {.map = map}};
    return KL_OK;
}
