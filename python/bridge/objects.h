/* python/bridge/objects.h - what types.c puts into the classes it makes. */
#ifndef KL_PYTHON_OBJECTS_H
#define KL_PYTHON_OBJECTS_H

#include "bridge.h"

/* What is known of a class that was made from a table. Lives as long as the process. */
typedef struct bridge_class {
    const kl_type *type;
    PyTypeObject *python;
    bridge_signature signature; /* of the constructor */
    bool holds_callables;       /* Python's collector looks into its objects */
} bridge_class;

/* Of a class or of the nearest of its bases that has one; NULL when none has. */
const bridge_class *bridge_class_of(PyTypeObject *class);

PyObject *bridge_construct(PyTypeObject *class, const bridge_class *made_from,
                           PyObject *const *args, size_t count, PyObject *names);
PyObject *bridge_object_vectorcall(PyObject *class, PyObject *const *args, size_t flags,
                                   PyObject *names);
PyObject *bridge_object_new(PyTypeObject *class, PyObject *args, PyObject *named);
/* Of types with KL_TYPE_BASE. */
int bridge_object_init(PyObject *self, PyObject *args, PyObject *named);
void bridge_object_dealloc(PyObject *self);
PyObject *bridge_object_repr(PyObject *self);
PyObject *bridge_object_compare(PyObject *self, PyObject *other, int operation);
Py_hash_t bridge_object_hash(PyObject *self);
PyObject *bridge_object_await(PyObject *self);
PyObject *bridge_restore(PyObject *module, PyObject *const *args, Py_ssize_t count);
/* class, instance: an instance of the subclass that takes the object over; the former has none any more. */
PyObject *bridge_as_subclass(PyObject *module, PyObject *const *args, Py_ssize_t count);

/* Of types with KL_TYPE_FIELDS: a public name that is none of the table is refused, a private one (what a framework
 * notes about an object) is kept; subclasses may have any. */
int bridge_object_setattr(PyObject *self, PyObject *name, PyObject *value);

/* enums.c */
PyObject *bridge_enum_vectorcall(PyObject *class, PyObject *const *args, size_t flags,
                                 PyObject *names);
PyObject *bridge_enum_str(PyObject *self);
/* The position of an item: the number that one of a KL_TYPE_NUMBERED enum is. */
PyObject *bridge_enum_int(PyObject *self);
PyObject *bridge_enum_compare(PyObject *self, PyObject *other, int operation);
Py_hash_t bridge_enum_hash(PyObject *self);
/* buffers.c */
int bridge_view_get_buffer(PyObject *self, Py_buffer *buffer, int flags);
void bridge_view_release_buffer(PyObject *self, Py_buffer *buffer);
/* cycles.c */
bool bridge_holds_callables(const kl_type *type);
size_t bridge_instance_size(const kl_type *type);
/* Where instances of types with KL_TYPE_FIELDS keep attributes of their own; 0 = they have none. */
Py_ssize_t bridge_dict_offset(const kl_type *type);
/* After an object was made for an instance: hold the instances of what it owns. */
void bridge_hold_children(PyObject *self);
/* An instance that the collector knows ends. */
void bridge_end_collecting(PyObject *self);
int bridge_object_traverse(PyObject *self, visitproc visit, void *arg);
int bridge_object_clear(PyObject *self);

extern PyMethodDef bridge_record_methods[], bridge_json_methods[], bridge_enum_methods[];

#endif
