/* python/bridge/origins.h - the numbers of a result that came from a list of the arguments.
 *
 * A number in the library is not the Python object it was made of, and making a new one costs ten
 * times what sharing the old one does. So while a call converts its arguments, every list gets a
 * range of origins, and a number carries its origin in the word of a value that nothing else uses.
 * When the results are converted, the object at that place is shared if it still is the same
 * number: so an origin that is stale, or from another call, does no harm.
 */
#ifndef KL_PYTHON_ORIGINS_H
#define KL_PYTHON_ORIGINS_H

#include "bridge.h"

/* The lists of one call, on the stack of the thread that makes it. */
typedef struct bridge_origins {
    struct origin_list *lists; /* ordered by their first origin; they own a reference */
    size_t count, size;
    uint32_t next;             /* the first origin that is free */
    size_t at;                 /* the list looked at last, and what is known of it: */
    PyObject *list;            /* NULL = none yet */
    uint32_t first, len, before; /* before: the index asked for last */
    struct bridge_origins *outer;
    kl_value expected;         /* the list that the call will give back, or null; see bridge_prepare() */
    PyObject *prepared;        /* of its first `prepared_count` items, or NULL */
    Py_ssize_t prepared_count;
} bridge_origins;

void bridge_origins_begin(bridge_origins *origins);
void bridge_origins_end(bridge_origins *origins);
/* Those of the call that this thread makes, or NULL. */
bridge_origins *bridge_origins_now(void);

/* The origin of the first item of a list; 0 when nobody asks. */
uint32_t bridge_origins_add(PyObject *list);
/* Look at the list that holds `origin`; false when it is not worth it. */
bool bridge_origins_find(bridge_origins *origins, uint32_t origin);

/* An int of few digits, which most are, read where it lies; false for others. */
static inline bool bridge_small_int(int64_t *out, PyObject *integer)
{
#if PY_VERSION_HEX >= 0x030C0000
    if (!PyUnstable_Long_IsCompact((PyLongObject *)integer))
        return false;
    *out = PyUnstable_Long_CompactValue((PyLongObject *)integer);
#else
    Py_ssize_t size = Py_SIZE(integer); /* of its digits, with its sign */
    if (size < -1 || size > 1)
        return false;
    *out = size * (int64_t)((PyLongObject *)integer)->ob_digit[0]; /* 0 has a digit, too */
#endif
    return true;
}

static inline bool bridge_is_number(PyObject *object, kl_value number)
{
    if (kl_is(number, KL_KIND_DOUBLE)) {
        double real = PyFloat_CheckExact(object) ? PyFloat_AS_DOUBLE(object) : 0;
        return PyFloat_CheckExact(object) && memcmp(&real, &number.as.real, sizeof real) == 0;
    }
    int overflow;
    int64_t small;
    if (!PyLong_CheckExact(object))
        return false;
    if (bridge_small_int(&small, object))
        return small == number.as.integer;
    return PyLong_AsLongLongAndOverflow(object, &overflow) == number.as.integer && !overflow;
}

/* Objects in an order far from that of their memory, as those of a list that was sorted, take longer
 * to look at than to make. */
enum { BRIDGE_NEAR = 256 };

/* The object that a number was made of; borrowed, NULL when there is none. */
static inline PyObject *bridge_origin(bridge_origins *origins, kl_value number)
{
    uint32_t index = number.reserved - origins->first;
    if (index >= origins->len) {
        if (!bridge_origins_find(origins, number.reserved))
            return NULL;
        index = number.reserved - origins->first;
    }
    bool near = index - origins->before + BRIDGE_NEAR <= 2 * BRIDGE_NEAR;
    origins->before = index;
    if (!near || (Py_ssize_t)index >= PyList_GET_SIZE(origins->list)) /* it may have changed */
        return NULL;
    PyObject *object = PyList_GET_ITEM(origins->list, index);
    return bridge_is_number(object, number) ? object : NULL;
}

#endif
