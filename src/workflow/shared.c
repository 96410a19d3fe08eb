/* src/workflow/shared.c - see shared.h. */
#include "shared.h"
#include "engine.h"

struct kl_shared {
    kl_shared *next;
    const kl_shared_kind *kind;
    void *state;
    size_t name_len;
    char name[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards of_process */
KL_LOCK_FOR_FORK(lock, KL_FORK_INNER)
static kl_shared *of_process;

const char *const kl_scope_words[] = {"process", "registry", NULL};

static kl_shared *find(kl_shared *list, const kl_shared_kind *kind, kl_text name)
{
    while (list && !(list->kind == kind && kl_text_equal(name, (kl_text){list->name, list->name_len})))
        list = list->next;
    return list;
}

static void free_one(kl_shared *it)
{
    it->kind->dispose(it->state);
    kl_free(it);
}

void kl_shared_free(kl_shared *list)
{
    while (list) {
        kl_shared *next = list->next;
        free_one(list);
        list = next;
    }
}

__attribute__((destructor)) static void free_process(void)
{
    kl_shared *list = of_process;
    of_process = NULL;
    kl_shared_free(list);
}

static kl_status make(kl_shared **out, const kl_shared_kind *kind, kl_text name, kl_error *error)
{
    kl_shared *made = kl_alloc(sizeof *made + name.len);
    if (!made)
        return kl_error_no_memory(error);
    *made = (kl_shared){.kind = kind, .name_len = name.len};
    memcpy(made->name, name.data, name.len);
    kl_status status = kind->make(&made->state, name, error);
    if (status != KL_OK) {
        kl_free(made);
        return status;
    }
    *out = made;
    return KL_OK;
}

kl_status kl_shared_get(void **out, const kl_shared_kind *kind, kl_text name,
                        kl_registry *registry, kl_error *error)
{
    pthread_mutex_t *guard = registry ? &registry->lock : &lock;
    kl_shared **list = registry ? &registry->shared : &of_process, *made;
    pthread_mutex_lock(guard);
    kl_shared *found = find(*list, kind, name);
    pthread_mutex_unlock(guard);
    if (found) {
        *out = found->state;
        return KL_OK;
    }
    KL_TRY(make(&made, kind, name, error));
    pthread_mutex_lock(guard);
    found = find(*list, kind, name);
    if (!found) {
        made->next = *list;
        *list = found = made;
    }
    pthread_mutex_unlock(guard);
    if (found != made) /* another thread was first */
        free_one(made);
    *out = found->state;
    return KL_OK;
}

kl_status kl_node_shared(void **out, const kl_shared_kind *kind, kl_text name,
                         const kl_node_call *call, kl_value scope, kl_error *error)
{
    bool own = kl_text_is(kl_as_text(scope), "registry");
    return kl_shared_get(out, kind, name, own ? call->registry : NULL, error);
}
