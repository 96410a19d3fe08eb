/* python/bridge/types.c - Python classes made from tables, when they are first asked for. */
#include "buffer.h"
#include "data.h"
#include "objects.h"
#include "kailash/array_view.h"
#include "reflect/fields.h"
#include "workflow/future.h"

#include <structmember.h>

/* ---- which class belongs to which table ---------------------------------------------------------- */

/* Two small hash tables over pointers; classes are never unmade. Guarded by the lock. */
enum { SLOTS = 4096 };
static bridge_class *by_table[SLOTS], *by_class[SLOTS];
static size_t class_count;

static size_t slot_of(const void *key) { return ((uintptr_t)key >> 4) * 0x9E3779B1u % SLOTS; }

static bridge_class *find_table(const kl_type *type)
{
    for (size_t slot = slot_of(type); by_table[slot]; slot = (slot + 1) % SLOTS)
        if (by_table[slot]->type == type)
            return by_table[slot];
    return NULL;
}

static bridge_class *find_class(const PyTypeObject *class)
{
    for (size_t slot = slot_of(class); by_class[slot]; slot = (slot + 1) % SLOTS)
        if (by_class[slot]->python == class)
            return by_class[slot];
    return NULL;
}

static void remember(bridge_class *class)
{
    size_t slot = slot_of(class->type);
    class_count++;
    while (by_table[slot])
        slot = (slot + 1) % SLOTS;
    by_table[slot] = class;
    slot = slot_of(class->python);
    while (by_class[slot])
        slot = (slot + 1) % SLOTS;
    by_class[slot] = class;
}

const bridge_class *bridge_class_of(PyTypeObject *class)
{
    bridge_class *found = NULL;
    for (; class && !found; class = class->tp_base)
        found = find_class(class);
    return found;
}

/* ---- properties ---------------------------------------------------------------------------------- */

static int warn_if_deprecated(const kl_field *field, const kl_object *object)
{
    if (!(field->flags & KL_DEPRECATED))
        return 0;
    return bridge_warn_deprecated(object->type->name, field);
}

static PyObject *field_get(PyObject *self, void *closure)
{
    const kl_field *field = closure;
    kl_value value;
    kl_error error = KL_ERROR_INIT;
    kl_object *object = bridge_self(self);
    if (!object || warn_if_deprecated(field, object) < 0)
        return NULL;
    if (kl_field_get(&value, object, field, &error) != KL_OK)
        return bridge_raise(&error);
    bool is_item = field->kind == KL_KIND_ENUM && field->type && !kl_is_null(value);
    bool arrays = object->type->flags & KL_TYPE_ARRAYS;
    PyObject *out = is_item ? bridge_item(field->type, value) : bridge_from_value_as(value, arrays);
    kl_value_release(value);
    return out && arrays && field->kind == KL_KIND_BUFFER ? bridge_array_from_list(out) : out;
}

static int field_set(PyObject *self, PyObject *given, void *closure)
{
    const kl_field *field = closure;
    kl_object *object = bridge_self(self);
    kl_value value;
    kl_error error = KL_ERROR_INIT;
    if (!object)
        return -1;
    if (!given) {
        PyErr_Format(PyExc_AttributeError, "%s.%s cannot be deleted", object->type->name,
                     field->name);
        return -1;
    }
    if (bridge_argument(&value, field, object->type->name, given) < 0)
        return -1;
    kl_object_retain(object); /* a check may call back */
    kl_status status = kl_field_set(object, field, value, &error);
    kl_object_release(object);
    kl_value_release(value);
    if (status == KL_OK)
        bridge_hold_children(self);
    else
        bridge_raise(&error);
    return status == KL_OK ? 0 : -1;
}

static PyObject *property_get(PyObject *self, void *closure)
{
    kl_object *object = bridge_self(self);
    return object && bridge_warn_of_method(closure) == 0 ? bridge_call_checked(closure, object->type, object)
                                                        : NULL;
}

static int property_set(PyObject *self, PyObject *given, void *closure)
{
    const kl_method *method = closure;
    kl_value value, nothing = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_object *object = bridge_self(self);
    if (!object || bridge_warn_of_method(method) < 0)
        return -1;
    if (!given) {
        PyErr_Format(PyExc_AttributeError, "%s cannot be deleted", method->name);
        return -1;
    }
    if (bridge_argument(&value, &method->params[0], method->name, given) < 0)
        return -1;
    kl_object_retain(object);
    kl_status status = method->set(&nothing, object, &value, &error);
    kl_object_release(object);
    kl_value_release(value);
    kl_value_release(nothing);
    if (status != KL_OK)
        bridge_raise(&error);
    return status == KL_OK ? 0 : -1;
}

/* The properties of a class; lives as long as the process. Of one name the first counts: a property that a method
 * computes goes before the parameter that is a field. */
static PyGetSetDef *make_properties(const kl_type *type)
{
    PyGetSetDef *made = PyMem_Calloc(2 * type->field_count + type->method_count + 2, sizeof *made);
    PyGetSetDef *at = made;
    for (size_t i = 0; made && i < type->method_count; i++) {
        const kl_method *method = &type->methods[i];
        if (method->flags & KL_PROPERTY)
            *at++ = (PyGetSetDef){method->name, property_get, method->set ? property_set : NULL,
                                  method->doc, (void *)(uintptr_t)method};
    }
    for (size_t i = 0; made && i < type->field_count; i++) {
        const kl_field *field = &type->fields[i];
        setter set = kl_field_is_settable(type, field) ? field_set : NULL;
        void *closure = (void *)(uintptr_t)field;
        if (field->flags & KL_HIDDEN)
            continue;
        *at++ = (PyGetSetDef){field->name, field_get, set, field->doc, closure};
        if (field->alias)
            *at++ = (PyGetSetDef){field->alias, field_get, set, field->doc, closure};
    }
    if (made && bridge_dict_offset(type))
        *at = (PyGetSetDef){"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL, NULL};
    return made;
}

/* ---- the class ----------------------------------------------------------------------------------- */

/* "Name(a, b=1)\n--\n\ndoc" with the fields listed; lives as long as the class. */
static char *class_doc(const kl_type *type, const kl_param *params, size_t count)
{
    kl_buffer text = KL_BUFFER_INIT;
    PyObject *signature = bridge_signature_text(params, count, NULL);
    if (signature && !(type->flags & KL_TYPE_NO_INIT))
        kl_buffer_format(&text, "%s%s\n--\n\n", type->name, PyUnicode_AsUTF8(signature));
    Py_XDECREF(signature);
    kl_buffer_string(&text, type->doc ? type->doc : "");
    if (count)
        kl_buffer_string(&text, "\n\nArgs:");
    for (size_t i = 0; i < count; i++)
        if (!(params[i].flags & (KL_HIDDEN | KL_READ_ONLY)))
            kl_buffer_format(&text, "\n    %s: %s", params[i].name,
                             params[i].doc ? params[i].doc : "");
    kl_buffer_byte(&text, '\0');
    return text.status == KL_OK ? text.data : NULL;
}

static char *class_name(const kl_type *type)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_format(&text, "%s.%s", type->module, type->name);
    kl_buffer_byte(&text, '\0');
    return text.status == KL_OK ? text.data : NULL;
}

static PyMemberDef members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(bridge_object, weak_references), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

/* Of types whose instances have attributes of their own. */
static PyMemberDef members_with_dict[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(bridge_object, weak_references), READONLY, NULL},
    {"__dictoffset__", T_PYSSIZET, 0, READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static int is_record(const kl_type *type)
{
    return (type->flags & (KL_TYPE_RECORD | KL_TYPE_MUTABLE)) != 0;
}

/* Slots that types of this kind have beside those of all; returns how many. */
static size_t add_slots(PyType_Slot *slots, const kl_type *type)
{
    size_t n = 0;
    if (type->flags & KL_TYPE_BASE && !(type->flags & KL_TYPE_NO_INIT))
        slots[n++] = (PyType_Slot){Py_tp_init, bridge_object_init};
    if (kl_type_is(type, &kl_future_type))
        slots[n++] = (PyType_Slot){Py_am_await, bridge_object_await};
    if (kl_type_is(type, &kl_array_view_type)) {
        slots[n++] = (PyType_Slot){Py_bf_getbuffer, bridge_view_get_buffer};
        slots[n++] = (PyType_Slot){Py_bf_releasebuffer, bridge_view_release_buffer};
    }
    if (type->flags & KL_TYPE_FIELDS)
        slots[n++] = (PyType_Slot){Py_tp_setattro, bridge_object_setattr};
    if (bridge_holds_callables(type)) {
        slots[n++] = (PyType_Slot){Py_tp_traverse, bridge_object_traverse};
        slots[n++] = (PyType_Slot){Py_tp_clear, bridge_object_clear};
    }
    return n;
}

/* How values of this kind compare, and what else records and enums can do; returns how many. */
static size_t add_value_slots(PyType_Slot *slots, const kl_type *type)
{
    size_t n = 0;
    bool is_enum = type->flags & KL_TYPE_ENUM;
    void *hash = is_enum ? (void *)bridge_enum_hash : (void *)bridge_object_hash;
    if (type->flags & KL_TYPE_MUTABLE)
        hash = (void *)PyObject_HashNotImplemented;
    if (is_enum || is_record(type) || type->flags & KL_TYPE_ORDERED) {
        slots[n++] = (PyType_Slot){Py_tp_richcompare, is_enum ? (void *)bridge_enum_compare
                                                              : (void *)bridge_object_compare};
        slots[n++] = (PyType_Slot){Py_tp_hash, hash};
    }
    if (is_enum) {
        slots[n++] = (PyType_Slot){Py_tp_str, bridge_enum_str};
        if (type->flags & KL_TYPE_NUMBERED) {
            slots[n++] = (PyType_Slot){Py_nb_int, bridge_enum_int};
            slots[n++] = (PyType_Slot){Py_nb_index, bridge_enum_int};
        }
        slots[n++] = (PyType_Slot){Py_tp_methods, bridge_enum_methods};
    } else if (is_record(type)) {
        slots[n++] = (PyType_Slot){Py_tp_methods, type->flags & KL_TYPE_HAS_JSON
                                                      ? bridge_json_methods
                                                      : bridge_record_methods};
    }
    return n;
}

/* Whether other tables stand on this one, so that its class has others below it. */
static bool is_base(const kl_type *type)
{
    bool found = type->flags & KL_TYPE_BASE;
    for (size_t i = 0; i < kl_type_count() && !found; i++)
        found = kl_type_at(i)->base == type;
    return found;
}

/* A class whose table names a base is below the class of that. */
static PyObject *class_from(PyType_Spec *spec, const kl_type *base)
{
    PyTypeObject *above = base ? (PyTypeObject *)bridge_type(base) : NULL;
    if (base && !above)
        return NULL;
    if (!above)
        return PyType_FromSpec(spec);
    above->tp_flags |= Py_TPFLAGS_BASETYPE; /* of tables that are not published */
    PyObject *made = PyType_FromSpecWithBases(spec, (PyObject *)above);
    Py_DECREF(above);
    return made;
}

static PyObject *make_class(const kl_type *type, PyGetSetDef *properties, char *doc, char *name)
{
    PyType_Slot slots[24];
    size_t n = 0;
    unsigned flags = Py_TPFLAGS_DEFAULT;
    slots[n++] = (PyType_Slot){Py_tp_dealloc, bridge_object_dealloc};
    slots[n++] = (PyType_Slot){Py_tp_repr, bridge_object_repr};
    slots[n++] = (PyType_Slot){Py_tp_getset, properties};
    members_with_dict[1].offset = bridge_dict_offset(type);
    slots[n++] = (PyType_Slot){Py_tp_members, bridge_dict_offset(type) ? members_with_dict : members};
    slots[n++] = (PyType_Slot){Py_tp_doc, doc};
    if (type->flags & KL_TYPE_NO_INIT)
        flags |= Py_TPFLAGS_DISALLOW_INSTANTIATION;
    else
        slots[n++] = (PyType_Slot){Py_tp_new, bridge_object_new};
    if (is_base(type))
        flags |= Py_TPFLAGS_BASETYPE;
    if (bridge_holds_callables(type))
        flags |= Py_TPFLAGS_HAVE_GC;
    n += add_value_slots(&slots[n], type);
    n += add_slots(&slots[n], type);
    slots[n] = (PyType_Slot){0, NULL};
    PyType_Spec spec = {.name = name, .basicsize = (int)bridge_instance_size(type), .flags = flags,
                        .slots = slots};
    return class_from(&spec, type->base);
}

static int add_method(PyObject *class, const kl_type *type, const kl_method *method)
{
    PyObject *made = bridge_method_new(method, type, type->module);
    int status = made ? PyObject_SetAttrString(class, method->name, made) : -1;
    Py_XDECREF(made);
    return status;
}

/* Methods that give items live as long as the class: as long as the process. */
static int add_item_methods(PyObject *class, const kl_type *type)
{
    kl_method *made = type->item_count ? PyMem_Calloc(type->item_count, sizeof *made) : NULL;
    if (type->item_count && !made) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t i = 0; i < type->item_count; i++)
        if (kl_item_method(&made[i], type, i) && add_method(class, type, &made[i]) < 0)
            return -1;
    return 0;
}

static int add_methods(PyObject *class, const kl_type *type)
{
    if (add_item_methods(class, type) < 0)
        return -1;
    for (size_t i = 0; i < type->method_count; i++) {
        const kl_method *method = &type->methods[i];
        if (!(method->flags & KL_PROPERTY) && add_method(class, type, method) < 0)
            return -1;
    }
    return 0;
}

static int set_attribute(PyObject *class, const char *name, PyObject *value)
{
    int status = value ? PyObject_SetAttrString(class, name, value) : -1;
    Py_XDECREF(value);
    return status;
}

static int add_item(PyTypeObject *class, const kl_type *type, size_t position)
{
    kl_value item;
    kl_error error = KL_ERROR_INIT;
    if (kl_item_at(&item, type, position, &error) != KL_OK) {
        bridge_raise(&error);
        return -1;
    }
    PyObject *made = bridge_wrap_as(class, item.as.object);
    kl_value_release(item);
    return set_attribute((PyObject *)class, type->items[position].name, made);
}

static int add_constant(PyTypeObject *class, const kl_type *type, const kl_constant *constant)
{
    kl_value value;
    kl_error error = KL_ERROR_INIT;
    kl_status status =
        *constant->value == '@'
            ? kl_type_call(&value, type, kl_text_from(constant->value + 1), NULL, 0, &error)
            : kl_json_parse(&value, kl_text_from(constant->value), &error);
    if (status != KL_OK) {
        bridge_raise(&error);
        return -1;
    }
    bool is_own = kl_as_object(value, type) != NULL; /* the class is not known by its table yet */
    PyObject *made = is_own ? bridge_wrap_as(class, value.as.object) : bridge_from_value(value);
    kl_value_release(value);
    return set_attribute((PyObject *)class, constant->name, made);
}

static int add_attributes(PyTypeObject *class, const kl_type *type)
{
    for (size_t i = 0; i < type->item_count; i++)
        if (add_item(class, type, i) < 0)
            return -1;
    for (size_t i = 0; i < type->constant_count; i++)
        if (add_constant(class, type, &type->constants[i]) < 0)
            return -1;
    return 0;
}

static bridge_class *new_class(const kl_type *type)
{
    size_t count;
    const kl_param *params = kl_type_params(&count, type);
    bridge_class *made = PyMem_Calloc(1, sizeof *made);
    PyGetSetDef *properties = make_properties(type);
    char *doc = class_doc(type, params, count), *name = class_name(type);
    if (!made || !properties || !doc || !name) {
        PyErr_NoMemory();
        return NULL;
    }
    made->type = type;
    made->holds_callables = bridge_holds_callables(type);
    if (bridge_signature_init(&made->signature, type->name, params, count) < 0)
        return NULL;
    made->python = (PyTypeObject *)make_class(type, properties, doc, name);
    if (!made->python || add_methods((PyObject *)made->python, type) < 0 ||
        add_attributes(made->python, type) < 0)
        return NULL;
    if (!(type->flags & KL_TYPE_NO_INIT))
        made->python->tp_vectorcall = type->flags & KL_TYPE_ENUM ? bridge_enum_vectorcall
                                                                 : bridge_object_vectorcall;
    return made;
}

PyObject *bridge_type(const kl_type *type)
{
    if (type->flags & KL_TYPE_EXCEPTION)
        return bridge_exception(type);
    bridge_class *known = find_table(type);
    if (!known && class_count >= SLOTS / 2) {
        PyErr_SetString(PyExc_RuntimeError, "too many classes are made of tables");
        return NULL;
    }
    if (!known) {
        known = new_class(type);
        if (!known)
            return NULL;
        remember(known);
    }
    return Py_NewRef((PyObject *)known->python);
}
