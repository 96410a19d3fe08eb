/* python/bridge/cycles.c - objects that hold Python functions, seen by Python's collector.
 *
 * A function that an object holds may lead back to the object: registry -> callback -> closure ->
 * registry. The collector finds such a circle when it can walk from the instance through the object
 * to the function. It may do so only where it knows all owners, so the walk steps into what has
 * exactly one: the object when nothing but its instance owns it, and within it whatever nothing
 * else owns. All that is shared (with a run, say, or with a second object) is taken for reachable
 * and stays.
 *
 * The collector walks twice and both walks must meet the same functions. It holds the interpreter
 * lock meanwhile; with that lock held by us and one owner of each thing we step into, no other
 * thread can change one: whatever works without the lock holds a reference of its own.
 */
#include "bridge.h"
#include "objects.h"

bool bridge_holds_callables(const kl_type *type)
{
    for (size_t i = 0; i < type->field_count; i++)
        if (type->fields[i].kind == KL_KIND_CALLABLE)
            return true;
    for (; type; type = type->base)
        if (type->traverse)
            return true;
    return false;
}

typedef struct walk {
    visitproc visit;
    void *arg;
    int status;     /* what visit() said, when it was not 0 */
    unsigned depth; /* levels below the instance */
} walk;

enum { LEVELS_MAX = 64 }; /* what lies deeper is taken for reachable */

static bool is_sole(kl_value value)
{
    return __atomic_load_n(&value.as.payload->refs, __ATOMIC_ACQUIRE) == 1;
}

static void visit_value(kl_value value, void *data);

static void visit_inside(kl_value value, walk *w)
{
    PyObject *function = bridge_function_of(value);
    if (function)
        w->status = w->visit(function, w->arg);
    else if (kl_is(value, KL_KIND_OBJECT))
        kl_object_traverse(value.as.object, visit_value, w);
    else if (kl_is(value, KL_KIND_MAP))
        for (size_t i = 0; i < kl_map_len(value); i++)
            visit_value(kl_map_value_at(value, i), w);
    else
        for (size_t i = 0; i < kl_array_len(value); i++)
            visit_value(kl_array_at(value, i), w);
}

static void visit_value(kl_value value, void *data)
{
    walk *w = data;
    if (value.kind < KL_KIND_ARRAY || w->status != 0 || w->depth >= LEVELS_MAX || !is_sole(value))
        return;
    w->depth++;
    visit_inside(value, w);
    w->depth--;
}

int bridge_object_traverse(PyObject *self, visitproc visit, void *arg)
{
    kl_object *object = ((bridge_object *)self)->object;
    walk w = {.visit = visit, .arg = arg};
    Py_VISIT(Py_TYPE(self));
    if (object && is_sole(kl_value_of(object)))
        kl_object_traverse(object, visit_value, &w);
    return w.status;
}

int bridge_object_clear(PyObject *self)
{
    kl_object *object = ((bridge_object *)self)->object;
    if (object && is_sole(kl_value_of(object)))
        kl_object_clear(object);
    return 0;
}
