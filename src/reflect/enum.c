/* src/reflect/enum.c - enums: one object per item, made when the first is asked for. */
#include "buffer.h"
#include "enum.h"
#include "fork.h"

/* The objects of an enum, all of them, for the life of the process. */
typedef struct made_enum {
    const kl_type *type;
    struct made_enum *next;
    kl_item_object items[];
} made_enum;

static pthread_mutex_t made_lock = PTHREAD_MUTEX_INITIALIZER; /* guards adding to what follows */
KL_LOCK_FOR_FORK(made_lock, KL_FORK_INNER)
static made_enum *made; /* atomic: readers take no lock */

__attribute__((destructor)) static void free_made(void)
{
    while (made) {
        made_enum *next = made->next;
        kl_free(made);
        made = next;
    }
}

static made_enum *find(const kl_type *type)
{
    made_enum *at = __atomic_load_n(&made, __ATOMIC_ACQUIRE);
    while (at && at->type != type)
        at = at->next;
    return at;
}

static made_enum *make(const kl_type *type)
{
    made_enum *fresh = kl_alloc_zero(1, sizeof *fresh + type->item_count * sizeof *fresh->items);
    if (!fresh)
        return NULL;
    fresh->type = type;
    for (size_t i = 0; i < type->item_count; i++) {
        fresh->items[i].object.payload.refs = 1; /* that of this list: it never ends */
        fresh->items[i].object.type = type;
        fresh->items[i].item = &type->items[i];
    }
    pthread_mutex_lock(&made_lock);
    made_enum *other = find(type);
    if (!other) {
        fresh->next = made;
        __atomic_store_n(&made, fresh, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&made_lock);
    if (!other)
        return fresh;
    kl_free(fresh); /* another thread was faster */
    return other;
}

kl_status kl_item_at(kl_value *out, const kl_type *type, size_t position, kl_error *error)
{
    if (position >= type->item_count)
        return kl_error_set(error, KL_INVALID, "%s has %zu items, none at %zu", type->name,
                            type->item_count, position);
    made_enum *all = find(type);
    if (!all && !(all = make(type)))
        return kl_error_no_memory(error);
    *out = kl_value_of(kl_object_retain(&all->items[position].object));
    return KL_OK;
}

bool kl_item_method(kl_method *out, const kl_type *type, size_t position)
{
    if (!type->item_methods)
        return false;
    *out = (kl_method){.name = type->item_methods[position], .flags = KL_STATIC,
                       .gives = &type->items[position], .returns = KL_KIND_OBJECT,
                       .returns_type = type, .doc = type->items[position].doc};
    return true;
}

ptrdiff_t kl_item_find(const kl_type *type, kl_text word)
{
    for (size_t i = 0; i < type->item_count; i++)
        if (kl_text_is(word, type->items[i].word))
            return (ptrdiff_t)i;
    return -1;
}

kl_status kl_item_of(kl_value *out, const kl_type *type, kl_text word, kl_error *error)
{
    ptrdiff_t at = kl_item_find(type, word);
    if (at >= 0)
        return kl_item_at(out, type, (size_t)at, error);
    kl_buffer words = KL_BUFFER_INIT;
    kl_value list;
    for (size_t i = 0; i < type->item_count; i++)
        kl_buffer_format(&words, "%s%s", i ? ", " : "", type->items[i].word);
    KL_TRY(kl_buffer_finish(&list, &words, error));
    kl_text text = kl_as_text(list);
    kl_error_set(error, KL_INVALID, "%s: unknown '%.*s'; expected one of: %.*s", type->name,
                 (int)KL_MIN(word.len, 60), word.data, KL_TEXT_ARG(text));
    kl_value_release(list);
    return KL_INVALID;
}

const kl_item *kl_item_in(kl_value value)
{
    bool is_item = kl_is(value, KL_KIND_OBJECT) && value.as.object->type->flags & KL_TYPE_ENUM;
    return is_item ? ((const kl_item_object *)value.as.object)->item : NULL;
}
