/* python/bridge/frames.c - tables, columns and sparse matrices of other packages, known by what they can do.
 *
 * pandas, polars and pyarrow are never imported here. A table whose columns are all numbers is asked for its
 * matrix as a whole, any other column by column.
 */
#include "data.h"
#include "reflect/view_numbers.h"

/* ---- one column ---------------------------------------------------------------------------------- */

typedef enum column_kind { OTHER, NUMBERS, NULLABLE, UNKNOWN } column_kind;

/* What a dtype of pandas or polars says of its column; -1 with an exception. Codes of categories
 * are not what a column holds. */
static int kind_of_dtype(PyObject *dtype)
{
    PyObject *kind = NULL, *answer = NULL;
    int has = bridge_has(dtype, "categories");
    if (has != 0)
        return has < 0 ? -1 : OTHER;
    has = bridge_lookup(&kind, dtype, "kind");
    if (has < 0)
        return -1;
    if (has) {
        const char *letter = PyUnicode_Check(kind) ? PyUnicode_AsUTF8(kind) : NULL;
        bool is_number = letter && *letter && strchr("fiub", *letter);
        Py_DECREF(kind);
        int nullable = is_number ? bridge_has(dtype, "na_value") : 0; /* of pandas' own dtypes */
        return nullable < 0 ? -1 : nullable ? NULLABLE : is_number ? NUMBERS : OTHER;
    }
    if (!bridge_has(dtype, "is_numeric"))
        return PyErr_Occurred() ? -1 : UNKNOWN;
    answer = PyObject_CallMethod(dtype, "is_numeric", NULL);
    int truth = answer ? PyObject_IsTrue(answer) : -1;
    Py_XDECREF(answer);
    return truth < 0 ? -1 : truth ? NUMBERS : UNKNOWN;
}

static int kind_of_column(PyObject *column)
{
    PyObject *dtype;
    int has = bridge_lookup(&dtype, column, "dtype");
    if (has <= 0)
        return has < 0 ? -1 : UNKNOWN;
    int kind = kind_of_dtype(dtype);
    Py_DECREF(dtype);
    return kind;
}

/* `column.to_numpy()`; missing numbers of pandas' nullable kinds are NaN there. */
static PyObject *numbers_of(PyObject *column, column_kind kind)
{
    PyObject *method = PyObject_GetAttrString(column, "to_numpy"), *made = NULL;
    if (method && kind == NULLABLE) {
        PyObject *none = PyTuple_New(0);
        PyObject *named = Py_BuildValue("{s:s,s:d}", "dtype", "float64", "na_value", Py_NAN);
        made = none && named ? PyObject_Call(method, none, named) : NULL;
        Py_XDECREF(named);
        Py_XDECREF(none);
    } else if (method && bridge_has(column, "to_pylist") == 1) { /* pyarrow copies when it is asked to */
        PyObject *none = PyTuple_New(0), *named = Py_BuildValue("{s:O}", "zero_copy_only", Py_False);
        made = none && named ? PyObject_Call(method, none, named) : NULL;
        Py_XDECREF(named);
        Py_XDECREF(none);
    } else if (method && !PyErr_Occurred()) {
        made = PyObject_CallNoArgs(method);
    }
    Py_XDECREF(method);
    return made;
}

static PyObject *items_of(PyObject *column)
{
    static const char *const methods[] = {"to_list", "tolist", "to_pylist"};
    for (size_t i = 0; i < KL_COUNT(methods); i++) {
        int has = bridge_has(column, methods[i]);
        if (has != 0)
            return has < 0 ? NULL : PyObject_CallMethod(column, methods[i], NULL);
    }
    return PySequence_List(column);
}

static int values_to_value(kl_value *out, const char *name, PyObject *column)
{
    PyObject *list = items_of(column);
    int status = list ? 0 : -1;
    bool is_object = list && kind_of_column(column) == OTHER && bridge_has(column, "cat") != 1;
    if (list && is_object && PyList_Check(list))
        status = bridge_numbers_to_view(out, name, list);
    if (status == 0)
        status = bridge_to_value_as(out, list, KL_DATA) < 0 ? -1 : 1;
    Py_XDECREF(list);
    return status < 0 || PyErr_Occurred() ? -1 : 0;
}

static bool has_numbers(PyObject *array)
{
    PyObject *dtype = PyObject_GetAttrString(array, "dtype");
    PyObject *kind = dtype ? PyObject_GetAttrString(dtype, "kind") : NULL;
    const char *letter = kind ? PyUnicode_AsUTF8(kind) : NULL;
    bool found = letter && *letter && strchr("fiub", *letter);
    Py_XDECREF(kind);
    Py_XDECREF(dtype);
    PyErr_Clear();
    return found;
}

/* A view of its numbers, or an array of its values. */
static int column_to_value(kl_value *out, const char *name, PyObject *column)
{
    int kind = kind_of_column(column);
    if (kind < 0)
        return -1;
    if (kind == OTHER)
        return values_to_value(out, name, column);
    PyObject *array = numbers_of(column, (column_kind)kind);
    if (!array)
        return -1;
    int status = bridge_is_numpy(array, NUMPY_ARRAY) && has_numbers(array)
                     ? bridge_array_to_value(out, name, array)
                     : values_to_value(out, name, column);
    Py_DECREF(array);
    return status;
}

/* ---- a table as one matrix ----------------------------------------------------------------------- */

/* A view of a part of another one's memory keeps that one. */
typedef struct part_owner {
    kl_foreign foreign;
    kl_value whole;
} part_owner;

static void release_part(kl_foreign *self)
{
    kl_value_release(((part_owner *)self)->whole);
    kl_free(self);
}

static int no_memory(void)
{
    PyErr_NoMemory();
    return -1;
}

static int column_of(kl_value *out, kl_value matrix, int64_t index)
{
    const kl_array_view *view = kl_as_array_view(matrix);
    kl_array_layout layout = view->layout;
    part_owner *owner = kl_alloc(sizeof *owner);
    if (!owner)
        return no_memory();
    *owner = (part_owner){{release_part}, kl_value_retain(matrix)};
    layout.ndim = 1;
    layout.data = (char *)layout.data + index * view->strides[1];
    if (kl_array_view_wrap(out, &layout, &owner->foreign, NULL) == KL_OK)
        return 0;
    release_part(&owner->foreign);
    return no_memory();
}

static int columns_of(kl_value *out, kl_value matrix)
{
    int64_t count = kl_as_array_view(matrix)->shape[1];
    kl_value list, column;
    if (kl_array_new(&list, (size_t)count, NULL) != KL_OK)
        return no_memory();
    for (int64_t i = 0; i < count; i++) {
        int status = column_of(&column, matrix, i);
        if (status == 0 && kl_array_push(&list, column, NULL) != KL_OK)
            status = no_memory();
        if (status < 0) {
            kl_value_release(list);
            return -1;
        }
    }
    *out = list;
    return 0;
}

/* Whether `dtypes` of a table are numbers alone; -1 with an exception. */
static int are_numbers(PyObject *frame)
{
    PyObject *dtypes;
    int all = bridge_lookup(&dtypes, frame, "dtypes");
    if (all <= 0)
        return all;
    PyObject *list = PySequence_List(dtypes);
    Py_DECREF(dtypes);
    if (!list)
        return -1;
    for (Py_ssize_t i = 0; all > 0 && i < PyList_GET_SIZE(list); i++) {
        int kind = kind_of_dtype(PyList_GET_ITEM(list, i));
        all = kind < 0 ? -1 : kind == NUMBERS;
    }
    if (PyList_GET_SIZE(list) == 0)
        all = 0;
    Py_DECREF(list);
    return all;
}

/* The matrix of a table that has it as one: 1, or 0 when it has none, -1 with an exception. */
static int whole_matrix(kl_value *out, const char *name, PyObject *frame)
{
    int all = are_numbers(frame);
    if (all <= 0)
        return all;
    PyObject *array = PyObject_CallMethod(frame, "to_numpy", NULL);
    if (!array)
        return -1;
    int status = 0;
    if (bridge_is_numpy(array, NUMPY_ARRAY) && has_numbers(array))
        status = bridge_array_to_value(out, name, array) < 0 ? -1 : 1;
    Py_DECREF(array);
    if (status == 1 && kl_as_array_view(*out)->layout.ndim != 2) {
        kl_value_release(*out);
        return 0;
    }
    return status;
}

static bool all_views(kl_value columns)
{
    for (size_t i = 0; i < kl_array_len(columns); i++)
        if (!kl_as_array_view(kl_array_at(columns, i)))
            return false;
    return kl_array_len(columns) > 0;
}

static int fill_column(double *to, kl_value column, const char *name)
{
    kl_value reals;
    kl_error error = KL_ERROR_INIT;
    if (kl_view_convert(&reals, column, name, 'd', &error) != KL_OK) {
        bridge_raise(&error);
        return -1;
    }
    const kl_array_view *view = kl_as_array_view(reals);
    if (view->shape[0])
        memcpy(to, view->layout.data, (size_t)view->shape[0] * sizeof *to);
    kl_value_release(reals);
    return 0;
}

/* Columns of different kinds of numbers side by side as float64, column after column; null when there are others. */
static int matrix_of(kl_value *out, const char *name, kl_value columns)
{
    kl_error error = KL_ERROR_INIT;
    kl_value block, matrix;
    *out = kl_null();
    if (!all_views(columns))
        return 0;
    int64_t count = (int64_t)kl_array_len(columns);
    int64_t rows = kl_as_array_view(kl_array_at(columns, 0))->shape[0];
    if (kl_array_view_new(&block, 'd', 2, (const int64_t[]){count, rows}, &error) != KL_OK) {
        bridge_raise(&error);
        return -1;
    }
    double *numbers = kl_as_array_view(block)->layout.data;
    part_owner *owner = kl_alloc(sizeof *owner);
    int status = owner ? 0 : no_memory();
    for (int64_t i = 0; status == 0 && i < count; i++)
        status = fill_column(numbers + i * rows, kl_array_at(columns, (size_t)i), name);
    kl_array_layout layout = {.data = numbers, .format = 'd', .writable = true, .ndim = 2,
                              .shape = (const int64_t[]){rows, count},
                              .strides = (const int64_t[]){sizeof(double),
                                                           rows * (int64_t)sizeof(double)}};
    if (owner)
        *owner = (part_owner){{release_part}, kl_value_retain(block)};
    if (status == 0 && kl_array_view_wrap(&matrix, &layout, &owner->foreign, NULL) != KL_OK)
        status = no_memory();
    if (status == 0)
        *out = matrix;
    else if (owner)
        release_part(&owner->foreign);
    kl_value_release(block);
    return status;
}

/* ---- a table ------------------------------------------------------------------------------------- */

/* Names and columns of a table; both NULL without an exception when it is none. */
typedef struct parts {
    PyObject *names;   /* list */
    PyObject *columns; /* list, or NULL while nobody needs it */
} parts;

static PyObject *list_attribute(PyObject *object, const char *name)
{
    PyObject *found = PyObject_GetAttrString(object, name);
    PyObject *list = found ? PySequence_List(found) : NULL;
    Py_XDECREF(found);
    return list;
}

/* The second items of the pairs that items() gives, which of equal names has all. */
static PyObject *columns_by_items(PyObject *frame)
{
    PyObject *items = PyObject_CallMethod(frame, "items", NULL);
    PyObject *pairs = items ? PySequence_List(items) : NULL, *list = pairs ? PyList_New(0) : NULL;
    for (Py_ssize_t i = 0; list && i < PyList_GET_SIZE(pairs); i++) {
        PyObject *column = PySequence_GetItem(PyList_GET_ITEM(pairs, i), 1);
        if (!column || PyList_Append(list, column) < 0)
            Py_CLEAR(list);
        Py_XDECREF(column);
    }
    Py_XDECREF(pairs);
    Py_XDECREF(items);
    return list;
}

static PyObject *columns_as_list(PyObject *frame)
{
    int has = bridge_has(frame, "get_columns"); /* polars */
    if (has != 0)
        return has < 0 ? NULL : PyObject_CallMethod(frame, "get_columns", NULL);
    has = bridge_has(frame, "column_names"); /* pyarrow */
    if (has != 0)
        return has < 0 ? NULL : list_attribute(frame, "columns");
    return columns_by_items(frame);
}

/* 1 when the names of a table are all texts, 0 when none is, -1 with an exception. */
static int are_texts(const char *name, PyObject *names)
{
    Py_ssize_t texts = 0, count = PyList_GET_SIZE(names);
    PyObject *other = NULL;
    for (Py_ssize_t i = 0; i < count; i++) {
        if (PyUnicode_Check(PyList_GET_ITEM(names, i)))
            texts++;
        else
            other = PyList_GET_ITEM(names, i);
    }
    if (texts == count)
        return 1;
    if (texts == 0)
        return 0;
    PyErr_Format(PyExc_TypeError,
                 "%s: names of columns must be all texts or none, got %zd texts and an %s; convert them "
                 "with X.columns = X.columns.astype(str)",
                 name, texts, bridge_type_name(other));
    return -1;
}

static int names_to_value(kl_value *out, PyObject *names, bool are_text)
{
    PyObject *list = are_text ? Py_NewRef(names) : PyList_New(0);
    for (Py_ssize_t i = 0; !are_text && list && i < PyList_GET_SIZE(names); i++) {
        PyObject *text = PyObject_Str(PyList_GET_ITEM(names, i));
        if (!text || PyList_Append(list, text) < 0)
            Py_CLEAR(list);
        Py_XDECREF(text);
    }
    int status = list ? bridge_to_value(out, list) : -1;
    Py_XDECREF(list);
    return status;
}

static int convert_columns(kl_value *out, const char *name, PyObject *frame)
{
    PyObject *list = columns_as_list(frame);
    kl_value made, column;
    if (!list)
        return -1;
    int status = kl_array_new(&made, (size_t)PyList_GET_SIZE(list), NULL) == KL_OK ? 0 : no_memory();
    if (status < 0) {
        Py_DECREF(list);
        return -1;
    }
    for (Py_ssize_t i = 0; status == 0 && i < PyList_GET_SIZE(list); i++) {
        status = column_to_value(&column, name, PyList_GET_ITEM(list, i));
        if (status == 0 && kl_array_push(&made, column, NULL) != KL_OK)
            status = no_memory();
    }
    Py_DECREF(list);
    if (status == 0)
        *out = made;
    else
        kl_value_release(made);
    return status;
}

/* Columns and, when all are numbers, matrix; both given. */
static int read_columns(kl_value *columns, kl_value *matrix, const char *name, PyObject *frame)
{
    int is_whole = whole_matrix(matrix, name, frame);
    if (is_whole < 0)
        return -1;
    int status = is_whole ? columns_of(columns, *matrix) : convert_columns(columns, name, frame);
    if (status < 0) {
        if (is_whole)
            kl_value_release(*matrix);
        return -1;
    }
    if (!is_whole && matrix_of(matrix, name, *columns) < 0) {
        kl_value_release(*columns);
        return -1;
    }
    return 0;
}

/* The table itself goes back where it comes out again. */
static int keep_origin(kl_value frame, PyObject *origin)
{
    bridge_ref *ref = kl_alloc(sizeof *ref);
    if (!ref)
        return no_memory();
    *ref = (bridge_ref){{bridge_twin_release}, Py_NewRef(origin)};
    ((kl_data_frame *)frame.as.object)->origin = &ref->foreign;
    return 0;
}

static int table_to_value(kl_value *out, const char *name, PyObject *frame, PyObject *names)
{
    kl_value columns, matrix, texts;
    kl_error error = KL_ERROR_INIT;
    int are_text = are_texts(name, names);
    if (are_text < 0 || read_columns(&columns, &matrix, name, frame) < 0)
        return -1;
    if (!are_text && !kl_is_null(matrix)) { /* numbers without names */
        kl_value_release(columns);
        *out = matrix;
        return 1;
    }
    if (names_to_value(&texts, names, are_text) < 0) {
        kl_value_release(columns);
        kl_value_release(matrix);
        return -1;
    }
    if (kl_data_frame_new(out, texts, columns, matrix, &error) != KL_OK) {
        kl_error_prefix(&error, "%s: ", name);
        bridge_raise(&error);
        return -1;
    }
    if (keep_origin(*out, frame) == 0)
        return 1;
    kl_value_release(*out);
    return -1;
}

/* The names of a table's columns as a list; NULL without an exception when it is no table. */
static PyObject *names_of(PyObject *object)
{
    PyObject *names;
    int has = bridge_lookup(&names, object, "column_names");
    if (has == 0 && bridge_has(object, "to_numpy") == 1)
        has = bridge_lookup(&names, object, "columns");
    if (has <= 0)
        return NULL;
    PyObject *list = PySequence_List(names);
    Py_DECREF(names);
    return list;
}

/* A table that can be read by the Arrow interfaces alone becomes one of pyarrow or polars, whichever is there. */
static PyObject *by_arrow(PyObject *object)
{
    static const struct {
        const char *module, *function;
    } readers[] = {{"pyarrow", "table"}, {"polars", "DataFrame"}};
    for (size_t i = 0; i < KL_COUNT(readers); i++) {
        PyObject *module = PyImport_ImportModule(readers[i].module);
        if (module) {
            PyObject *made = PyObject_CallMethod(module, readers[i].function, "O", object);
            Py_DECREF(module);
            return made;
        }
        if (!PyErr_ExceptionMatches(PyExc_ImportError))
            return NULL;
        PyErr_Clear();
    }
    PyErr_Format(PyExc_ImportError, "reading a %s needs pyarrow or polars", bridge_type_name(object));
    return NULL;
}

/* ---- a sparse matrix ----------------------------------------------------------------------------- */

static int part_to_value(kl_value *out, PyObject *matrix, const char *name, const char *dtype)
{
    PyObject *array = PyObject_GetAttrString(matrix, name);
    PyObject *converted = array ? PyObject_CallMethod(array, "astype", "sssOO", dtype, "C", "unsafe",
                                                      Py_True, Py_False)
                                : NULL;
    int status = converted ? bridge_array_to_value(out, name, converted) : -1;
    Py_XDECREF(converted);
    Py_XDECREF(array);
    return status;
}

/* Rows in order, no place twice: the matrix itself, or a copy put right, for inputs are never changed. */
static PyObject *canonical(PyObject *matrix)
{
    PyObject *csr = PyObject_CallMethod(matrix, "tocsr", NULL), *good = NULL;
    int is_good = csr ? bridge_lookup(&good, csr, "has_canonical_format") : -1;
    if (is_good > 0)
        is_good = PyObject_IsTrue(good);
    Py_XDECREF(good);
    if (is_good == 0) {
        Py_SETREF(csr, PyObject_CallMethod(csr, "copy", NULL));
        PyObject *done = csr ? PyObject_CallMethod(csr, "sum_duplicates", NULL) : NULL;
        is_good = done ? 1 : -1;
        Py_XDECREF(done);
    }
    if (is_good < 0)
        Py_CLEAR(csr);
    return csr;
}

static int read_shape(long long *rows, long long *cols, const char *name, PyObject *matrix)
{
    PyObject *shape = PyObject_GetAttrString(matrix, "shape");
    int good = shape && PyTuple_Check(shape) && PyTuple_GET_SIZE(shape) == 2
                   ? PyArg_ParseTuple(shape, "LL", rows, cols)
                   : 0;
    if (!good && !PyErr_Occurred())
        PyErr_Format(PyExc_TypeError, "%s: expected a matrix of two dimensions, got shape %R", name,
                     shape);
    Py_XDECREF(shape);
    return good ? 0 : -1;
}

static bool is_complex(PyObject *matrix)
{
    PyObject *data = PyObject_GetAttrString(matrix, "data");
    bool good = data && has_numbers(data);
    Py_XDECREF(data);
    PyErr_Clear();
    return !good;
}

static int sparse_to_value(kl_value *out, const char *name, PyObject *matrix)
{
    static const char *const names[] = {"data", "indices", "indptr"};
    long long rows, cols;
    kl_value parts[3] = {kl_null(), kl_null(), kl_null()};
    kl_error error = KL_ERROR_INIT;
    PyObject *csr = canonical(matrix);
    int status = csr ? read_shape(&rows, &cols, name, csr) : -1;
    if (status == 0 && is_complex(csr)) {
        PyErr_Format(PyExc_ValueError, "%s: expected real numbers in the sparse matrix", name);
        status = -1;
    }
    for (int i = 0; status == 0 && i < 3; i++)
        status = part_to_value(&parts[i], csr, names[i], i ? "i8" : "f8");
    Py_XDECREF(csr);
    if (status < 0) {
        for (int i = 0; i < 3; i++)
            kl_value_release(parts[i]);
        return -1;
    }
    if (kl_sparse_matrix_new(out, rows, cols, parts[0], parts[1], parts[2], &error) == KL_OK)
        return 1;
    kl_error_prefix(&error, "%s: ", name);
    bridge_raise(&error);
    return -1;
}

/* ---- which of them it is ------------------------------------------------------------------------- */

/* A column that stands alone: a Series, an Index, an Array. */
static int is_column(PyObject *object)
{
    int has = bridge_has(object, "to_numpy");
    return has != 0 ? has : bridge_has(object, "to_pylist");
}

int bridge_frame_to_value(kl_value *out, const char *name, PyObject *object)
{
    int has = PyType_Check(object) ? 0 : bridge_has(object, "tocsr");
    if (has != 0 || PyType_Check(object))
        return has <= 0 ? has : sparse_to_value(out, name, object);
    PyObject *names = names_of(object);
    if (names) {
        int status = table_to_value(out, name, object, names);
        Py_DECREF(names);
        return status;
    }
    if (PyErr_Occurred())
        return -1;
    has = is_column(object);
    if (has != 0)
        return has < 0 || column_to_value(out, name, object) < 0 ? -1 : 1;
    has = bridge_has(object, "__array__");
    if (has == 0)
        has = bridge_has(object, "__array_interface__");
    if (has != 0) {
        PyObject *array = has > 0 ? bridge_as_array(object) : NULL;
        int status = array ? bridge_array_to_value(out, name, array) : -1;
        Py_XDECREF(array);
        return status < 0 ? -1 : 1;
    }
    has = bridge_has(object, "__arrow_c_stream__");
    if (has == 0)
        has = bridge_has(object, "__dataframe__");
    PyObject *table = has > 0 ? by_arrow(object) : NULL;
    if (!table)
        return has == 0 ? 0 : -1;
    int status = bridge_has(table, "to_numpy") >= 0 ? bridge_frame_to_value(out, name, table) : -1;
    Py_DECREF(table);
    return status;
}

/* ---- C -> Python --------------------------------------------------------------------------------- */

/* Columns by name; Py_None when two have the same. */
static PyObject *columns_by_name(const kl_data_frame *frame)
{
    PyObject *dict = PyDict_New();
    for (size_t i = 0; dict && i < kl_array_len(frame->columns); i++) {
        PyObject *name = bridge_from_value(kl_array_at(frame->names, i));
        PyObject *column = name ? bridge_from_value_as(kl_array_at(frame->columns, i), true) : NULL;
        int known = column ? PyDict_Contains(dict, name) : -1;
        if (known < 0 || (known == 0 && PyDict_SetItem(dict, name, column) < 0))
            Py_CLEAR(dict);
        else if (known)
            Py_SETREF(dict, Py_NewRef(Py_None));
        Py_XDECREF(name);
        Py_XDECREF(column);
        if (known > 0)
            break;
    }
    return dict;
}

PyObject *bridge_frame_from_table(const kl_data_frame *frame)
{
    static const char *const packages[] = {"pandas", "polars"};
    PyObject *package = NULL;
    for (size_t i = 0; i < KL_COUNT(packages) && !package; i++)
        package = PyDict_GetItemString(PyImport_GetModuleDict(), packages[i]); /* borrowed */
    if (!package)
        return NULL;
    PyObject *columns = columns_by_name(frame);
    if (!columns || columns == Py_None) {
        Py_XDECREF(columns);
        return NULL;
    }
    PyObject *made = PyObject_CallMethod(package, "DataFrame", "(O)", columns);
    Py_DECREF(columns);
    return made;
}
