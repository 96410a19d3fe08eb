/* python/bridge/enums.c - items of enums: one instance each, equal to its text. */
#include "bridge.h"
#include "objects.h"

/* Items are made with their class and live as long, so they are always initialised. */
static const kl_item *item_of(PyObject *self)
{
    return kl_item_in(kl_value_of(((bridge_object *)self)->object));
}

PyObject *bridge_item(const kl_type *type, kl_value word)
{
    kl_value item;
    kl_error error = KL_ERROR_INIT;
    if (kl_item_of(&item, type, kl_as_text(word), &error) != KL_OK)
        return bridge_raise(&error);
    PyObject *made = bridge_wrap(item.as.object);
    kl_value_release(item);
    return made;
}

/* Also takes an item, and gives it back. */
PyObject *bridge_enum_vectorcall(PyObject *class, PyObject *const *args, size_t flags,
                                 PyObject *names)
{
    if (PyVectorcall_NARGS(flags) == 1 && !names && Py_IS_TYPE(args[0], (PyTypeObject *)class))
        return Py_NewRef(args[0]);
    return bridge_object_vectorcall(class, args, flags, names);
}

PyObject *bridge_enum_str(PyObject *self) { return PyUnicode_FromString(item_of(self)->word); }

static bool is_word(PyObject *text, const kl_item *item)
{
    Py_ssize_t len;
    const char *data = PyUnicode_AsUTF8AndSize(text, &len);
    if (!data)
        PyErr_Clear(); /* lone surrogates: no word has them */
    return data && kl_text_is((kl_text){data, (size_t)len}, item->word);
}

static const kl_type *type_of(PyObject *self) { return ((bridge_object *)self)->object->type; }

PyObject *bridge_enum_int(PyObject *self)
{
    return PyLong_FromSsize_t(item_of(self) - type_of(self)->items);
}

/* Items that are numbers compare as these with numbers. */
static PyObject *compare_number(PyObject *self, PyObject *other, int operation)
{
    PyObject *number = bridge_enum_int(self);
    PyObject *out = number ? PyObject_RichCompare(number, other, operation) : NULL;
    Py_XDECREF(number);
    return out;
}

PyObject *bridge_enum_compare(PyObject *self, PyObject *other, int operation)
{
    bool is_equality = operation == Py_EQ || operation == Py_NE;
    if (Py_IS_TYPE(other, Py_TYPE(self))) {
        const kl_item *a = item_of(self), *b = item_of(other);
        if (is_equality || type_of(self)->flags & KL_TYPE_ORDERED)
            Py_RETURN_RICHCOMPARE(a, b, operation);
    } else if (type_of(self)->flags & KL_TYPE_NUMBERED) {
        bool may_order = is_equality || type_of(self)->flags & KL_TYPE_ORDERED;
        if (PyLong_Check(other) && may_order)
            return compare_number(self, other, operation);
    } else if (PyUnicode_Check(other) && is_equality) {
        return PyBool_FromLong(is_word(other, item_of(self)) == (operation == Py_EQ));
    }
    Py_RETURN_NOTIMPLEMENTED;
}

Py_hash_t bridge_enum_hash(PyObject *self)
{
    bool is_number = type_of(self)->flags & KL_TYPE_NUMBERED;
    PyObject *text = is_number ? bridge_enum_int(self) : bridge_enum_str(self);
    Py_hash_t hash = text ? PyObject_Hash(text) : -1;
    Py_XDECREF(text);
    return hash;
}

static PyObject *enum_copy(PyObject *self, PyObject *unused)
{
    (void)unused;
    return Py_NewRef(self);
}

/* As the class attribute that it is: some classes cannot be called. */
static PyObject *enum_reduce(PyObject *self, PyObject *unused)
{
    (void)unused;
    PyObject *get = PyMapping_GetItemString(PyEval_GetBuiltins(), "getattr");
    return get ? Py_BuildValue("N(Os)", get, (PyObject *)Py_TYPE(self), item_of(self)->name) : NULL;
}

PyMethodDef bridge_enum_methods[] = {
    {"__copy__", enum_copy, METH_NOARGS, NULL},
    {"__deepcopy__", enum_copy, METH_O, NULL},
    {"__reduce__", enum_reduce, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};
