/* python/bridge/cycles.c - objects that hold Python functions, seen by Python's collector.
 *
 * A function that an object holds may lead back to the object: registry -> callback -> closure ->
 * registry. The collector finds such a circle when it can walk from the instance through the object
 * to the function. It may do so only where it knows all owners, so the walk steps into what has
 * exactly one: the object when nothing but its instance owns it, and within it whatever nothing
 * else owns. All that is shared (with a run, say, or with a second object) is taken for reachable
 * and stays.
 *
 * The collector walks twice and both walks must meet the same functions. The interpreter lock is
 * held meanwhile; with it held and all owners of each thing known that the walk steps into, no other
 * thread can change one: whatever works without the lock holds a reference of its own.
 */
#include "bridge.h"
#include "objects.h"

bool bridge_holds_callables(const kl_type *type)
{
    if (type->flags & KL_TYPE_FIELDS) /* attributes of its own */
        return true;
    for (size_t i = 0; i < type->field_count; i++)
        if (type->fields[i].kind == KL_KIND_CALLABLE || type->fields[i].flags & KL_FOREIGN)
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
    if (!function)
        function = bridge_foreign_of(value);
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

/* ---- objects that objects share ------------------------------------------------------------------ */

/*
 * A runtime and the instance of its registry both own the registry. The instance of the runtime
 * therefore holds that of the registry, as a Python reference that the collector sees, and is known
 * to it as a holder. All owners of the registry are known when its references are its instance's
 * own and those that its holders' objects have, where nothing but the holder owns such an object.
 */
typedef struct collecting {
    bridge_object object;
    PyObject *held; /* list of instances whose objects ours owns; NULL = none */
    struct collecting **holders; /* borrowed: each holds this instance */
    size_t holder_count;
} collecting;

Py_ssize_t bridge_dict_offset(const kl_type *type)
{
    return type->flags & KL_TYPE_FIELDS ? (Py_ssize_t)sizeof(collecting) : 0;
}

size_t bridge_instance_size(const kl_type *type)
{
    size_t dict = type->flags & KL_TYPE_FIELDS ? sizeof(PyObject *) : 0;
    return (bridge_holds_callables(type) ? sizeof(collecting) : sizeof(bridge_object)) + dict;
}

/* The attributes of its own that an instance has room for, or NULL. */
static PyObject **own_attributes(PyObject *self)
{
    Py_ssize_t offset = bridge_dict_offset(bridge_class_of(Py_TYPE(self))->type);
    return offset ? (PyObject **)((char *)self + offset) : NULL;
}

/* The instance as one that the collector knows; NULL when it is of another kind. */
static collecting *collecting_of(PyObject *instance)
{
    const bridge_class *class = bridge_class_of(Py_TYPE(instance));
    return class && class->holds_callables ? (collecting *)instance : NULL;
}

static bool has_holder(const collecting *child, const collecting *holder)
{
    for (size_t i = 0; i < child->holder_count; i++)
        if (child->holders[i] == holder)
            return true;
    return false;
}

/* Without memory nothing is noted, and the circle stays. */
static void note_holder(collecting *child, collecting *holder)
{
    size_t size = (child->holder_count + 1) * sizeof *child->holders;
    struct collecting **grown = PyMem_Realloc(child->holders, size);
    if (!grown)
        return;
    child->holders = grown;
    child->holders[child->holder_count++] = holder;
}

static void hold_child(kl_value value, void *data)
{
    collecting *holder = data;
    PyObject *instance = kl_is(value, KL_KIND_OBJECT) ? value.as.object->face : NULL;
    collecting *child = instance ? collecting_of(instance) : NULL;
    /* Each counts once: is_known() looks into it for all references. */
    if (!child || child == holder || has_holder(child, holder))
        return;
    if (!holder->held && !(holder->held = PyList_New(0))) {
        PyErr_Clear();
        return;
    }
    if (PyList_Append(holder->held, instance) < 0)
        PyErr_Clear();
    else
        note_holder(child, holder);
}

static void forget_holder(collecting *child, const collecting *holder)
{
    size_t kept = 0;
    for (size_t i = 0; i < child->holder_count; i++)
        if (child->holders[i] != holder)
            child->holders[kept++] = child->holders[i];
    child->holder_count = kept;
}

static void let_children_go(collecting *holder)
{
    PyObject *held = holder->held;
    holder->held = NULL;
    for (Py_ssize_t i = 0; held && i < PyList_GET_SIZE(held); i++)
        forget_holder((collecting *)PyList_GET_ITEM(held, i), holder);
    Py_XDECREF(held);
}

void bridge_hold_children(PyObject *self)
{
    collecting *holder = collecting_of(self);
    if (!holder)
        return;
    let_children_go(holder); /* those of an object that it had before */
    kl_object_traverse(holder->object.object, hold_child, holder);
}

void bridge_end_collecting(PyObject *self)
{
    PyObject **attributes = own_attributes(self);
    if (attributes)
        Py_CLEAR(*attributes);
    let_children_go((collecting *)self);
    PyMem_Free(((collecting *)self)->holders); /* none is left: each would hold this instance */
}

typedef struct counting {
    const kl_object *object;
    uint32_t found;
} counting;

static void count_value(kl_value value, void *data)
{
    counting *c = data;
    c->found += kl_is(value, KL_KIND_OBJECT) && value.as.object == c->object;
}

/* Whether the collector knows all owners of the object of an instance. */
static bool is_known(const collecting *instance)
{
    kl_object *object = instance->object.object;
    counting c = {object, 1};
    if (!object)
        return false;
    if (is_sole(kl_value_of(object)))
        return true;
    for (size_t i = 0; i < instance->holder_count; i++) {
        kl_object *owner = instance->holders[i]->object.object;
        if (owner && is_sole(kl_value_of(owner)))
            kl_object_traverse(owner, count_value, &c);
    }
    return c.found == __atomic_load_n(&object->payload.refs, __ATOMIC_ACQUIRE);
}

/* ---- what the collector calls -------------------------------------------------------------------- */

int bridge_object_traverse(PyObject *self, visitproc visit, void *arg)
{
    collecting *instance = (collecting *)self;
    walk w = {.visit = visit, .arg = arg};
    Py_VISIT(Py_TYPE(self));
    PyObject **attributes = own_attributes(self);
    if (attributes)
        Py_VISIT(*attributes);
    Py_VISIT(instance->held);
    if (is_known(instance))
        kl_object_traverse(instance->object.object, visit_value, &w);
    return w.status;
}

int bridge_object_clear(PyObject *self)
{
    collecting *instance = (collecting *)self;
    PyObject **attributes = own_attributes(self);
    if (attributes)
        Py_CLEAR(*attributes);
    if (is_known(instance))
        kl_object_clear(instance->object.object);
    let_children_go(instance);
    return 0;
}
