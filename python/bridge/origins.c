/* python/bridge/origins.c - see origins.h. */
#include "origins.h"

typedef struct origin_list {
    PyObject *list;
    uint32_t first;
} origin_list;

static __thread bridge_origins *current;

bridge_origins *bridge_origins_now(void) { return current; }

void bridge_origins_begin(bridge_origins *origins)
{
    *origins = (bridge_origins){.next = 1, .outer = current};
    current = origins;
}

void bridge_origins_end(bridge_origins *origins)
{
    current = origins->outer;
    for (size_t i = 0; i < origins->count; i++)
        Py_DECREF(origins->lists[i].list);
    kl_free(origins->lists);
    Py_XDECREF(origins->prepared);
    kl_value_release(origins->expected);
}

static bool make_room(bridge_origins *origins)
{
    if (origins->count < origins->size)
        return true;
    size_t size = origins->size ? 2 * origins->size : 16;
    origin_list *grown = kl_realloc(origins->lists, size * sizeof *grown);
    if (!grown)
        return false; /* numbers will be made anew */
    origins->lists = grown;
    origins->size = size;
    return true;
}

uint32_t bridge_origins_add(PyObject *list)
{
    bridge_origins *origins = current;
    size_t len = (size_t)PyList_GET_SIZE(list);
    if (!origins || len < 2 || len >= UINT32_MAX - origins->next || !make_room(origins))
        return 0;
    uint32_t first = origins->next;
    origins->lists[origins->count++] = (origin_list){Py_NewRef(list), first};
    origins->next += (uint32_t)len;
    return first;
}

static uint32_t end_of(const bridge_origins *origins, size_t index)
{
    return index + 1 == origins->count ? origins->next : origins->lists[index + 1].first;
}

static bool look_at(bridge_origins *origins, size_t index, uint32_t origin)
{
    if (index >= origins->count || origins->lists[index].first > origin ||
        origin >= end_of(origins, index))
        return false;
    origins->at = index;
    origins->list = origins->lists[index].list;
    origins->first = origins->lists[index].first;
    origins->len = end_of(origins, index) - origins->first;
    origins->before = origin - origins->first;
    return true;
}

/* Lists beyond this many are not searched: making a number would be faster. */
enum { SEARCHED = 64 };

bool bridge_origins_find(bridge_origins *origins, uint32_t origin)
{
    size_t at = origins->at;
    if (look_at(origins, at + 1, origin) || look_at(origins, at, origin) ||
        look_at(origins, at - 1, origin))
        return true;
    for (size_t i = 0; origins->count <= SEARCHED && i < origins->count; i++)
        if (look_at(origins, i, origin))
            return true;
    return false;
}
