/* tests/python/native/data_types.c - a type that tells what reached it, and one as estimators are. Used by
 * tests/python/test_ml_data.py. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "kailash/data.h"

#include <pthread.h>
#include <stdio.h>

#define METHOD(name)                                                                               \
    static kl_status name(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
#define UNUSED (void)out, (void)self, (void)args, (void)error

/* ---- what reached us --------------------------------------------------------------------------- */

static kl_status shown(kl_value *out, kl_value value, kl_error *error)
{
    const kl_array_view *view = kl_as_array_view(value);
    const kl_data_frame *frame = kl_as_object(value, &kl_data_frame_type);
    const kl_sparse_matrix *sparse = kl_as_object(value, &kl_sparse_matrix_type);
    if (view)
        return kl_string_format(out, error, "%s %zu", kl_format_name(view->layout.format),
                                view->layout.ndim);
    if (frame)
        return kl_string_format(out, error, "frame %lldx%zu%s", (long long)frame->rows,
                                kl_array_len(frame->columns),
                                kl_is_null(frame->matrix) ? "" : " matrix");
    if (sparse)
        return kl_string_format(out, error, "sparse %lldx%lld", (long long)sparse->rows,
                                (long long)sparse->cols);
    if (kl_as_foreign(value))
        return kl_string_format(out, error, "foreign");
    return kl_string_format(out, error, "%s",
                            kl_is(value, KL_KIND_OBJECT) ? value.as.object->type->name
                                                         : kl_value_kind_name(value));
}

METHOD(kind)
{
    (void)self;
    return shown(out, args[0], error);
}

METHOD(echo)
{
    UNUSED;
    *out = kl_value_retain(args[0]);
    return KL_OK;
}

METHOD(parts)
{
    (void)self;
    const kl_data_frame *frame = kl_as_object(args[0], &kl_data_frame_type);
    if (!frame)
        return kl_error_set(error, KL_TYPE, "no frame");
    KL_TRY(kl_map_new(out, 3, error));
    kl_map_set(out, KL_TEXT("names"), kl_value_retain(frame->names), error);
    kl_map_set(out, KL_TEXT("columns"), kl_value_retain(frame->columns), error);
    return kl_map_set(out, KL_TEXT("matrix"), kl_value_retain(frame->matrix), error);
}

METHOD(gather)
{
    (void)self;
    KL_TRY(kl_array_new(out, 2, error));
    kl_array_push(out, kl_value_retain(args[0]), error);
    return kl_array_push(out, kl_value_retain(args[1]), error);
}

METHOD(zeros)
{
    (void)self;
    int64_t shape[] = {kl_as_int(args[0]), 2};
    kl_value view;
    KL_TRY(kl_array_view_new(&view, 'd', 2, shape, error));
    *out = view;
    return KL_OK;
}

METHOD(all_formats)
{
    UNUSED;
    KL_TRY(kl_array_new(out, 0, error));
    for (const char *at = "bhiqBHIQfd?"; *at; at++) {
        kl_value view;
        KL_TRY(kl_array_view_new(&view, *at, 1, (const int64_t[]){2}, error));
        KL_TRY(kl_array_push(out, view, error));
    }
    return KL_OK;
}

METHOD(scalar)
{
    UNUSED;
    return kl_array_view_new(out, 'd', 0, NULL, error);
}

/* ---- objects of the face ------------------------------------------------------------------------- */

METHOD(call)
{
    (void)self;
    return kl_foreign_call(out, args[0], kl_as_text(args[1]).data, kl_array_items(args[2]),
                           kl_array_len(args[2]), args[3], error);
}

typedef struct job {
    kl_value *out;
    const kl_value *args;
    kl_error *error;
    kl_status status;
} job;

static void *run(void *data)
{
    job *j = data;
    j->status = call(j->out, NULL, j->args, j->error);
    return NULL;
}

METHOD(call_on_thread)
{
    (void)self;
    job j = {out, args, error, KL_OK};
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, &j) != 0)
        return kl_error_set(error, KL_FAILED, "no thread");
    pthread_join(thread, NULL);
    return j.status;
}

METHOD(get)
{
    (void)self;
    return kl_foreign_get(out, args[0], kl_as_text(args[1]).data, error);
}

METHOD(has)
{
    UNUSED;
    *out = kl_bool(kl_foreign_has(args[0], kl_as_text(args[1]).data));
    return KL_OK;
}

METHOD(class_of)
{
    (void)self;
    return kl_foreign_class(out, args[0], error);
}

METHOD(same)
{
    UNUSED;
    *out = kl_bool(kl_foreign_same(args[0], args[1]));
    return KL_OK;
}

METHOD(as_data)
{
    (void)self;
    const kl_param x = {.name = "x", .kind = KL_KIND_ANY, .flags = KL_DATA};
    kl_value data;
    KL_TRY(kl_param_convert(&data, &x, args[0], error));
    kl_status status = shown(out, data, error);
    kl_value_release(data);
    return status;
}

METHOD(apply)
{
    (void)self;
    return kl_call_value(out, args[0], kl_array_items(args[1]), kl_array_len(args[1]), error);
}

static const kl_param x_param[] = {
    {.name = "x", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "data"}};
static const kl_param any_param[] = {
    {.name = "x", .kind = KL_KIND_ANY, .flags = KL_FOREIGN, .doc = "anything"}};
static const kl_param two_params[] = {
    {.name = "a", .kind = KL_KIND_ANY, .flags = KL_FOREIGN, .doc = "anything"},
    {.name = "b", .kind = KL_KIND_ANY, .flags = KL_FOREIGN, .doc = "anything"}};
static const kl_param rest_params[] = {
    {.name = "first", .kind = KL_KIND_INT, .fallback = "0", .alias = "f", .doc = "a number"},
    {.name = "rest", .kind = KL_KIND_MAP, .flags = KL_REST, .doc = "all others"}};
static const kl_param count_param[] = {{.name = "count", .kind = KL_KIND_COUNT, .doc = "rows"}};
static const kl_param call_params[] = {
    {.name = "object", .kind = KL_KIND_ANY, .flags = KL_FOREIGN, .doc = "whose method"},
    {.name = "method", .kind = KL_KIND_STRING, .doc = "its name"},
    {.name = "args", .kind = KL_KIND_ARRAY, .flags = KL_FOREIGN | KL_TUPLE, .fallback = "[]",
     .doc = "by position"},
    {.name = "named", .kind = KL_KIND_MAP, .flags = KL_FOREIGN | KL_OPTIONAL, .doc = "by keyword"}};
static const kl_param name_params[] = {
    {.name = "object", .kind = KL_KIND_ANY, .flags = KL_FOREIGN, .doc = "whose"},
    {.name = "name", .kind = KL_KIND_STRING, .doc = "which"}};
static const kl_param apply_params[] = {
    {.name = "function", .kind = KL_KIND_CALLABLE, .flags = KL_DATA, .doc = "called with args"},
    {.name = "args", .kind = KL_KIND_ARRAY, .flags = KL_FOREIGN, .doc = "its arguments"}};

#define ROW(method_name, function, table, kind, more)                                              \
    {.name = method_name, .call = function, .params = KL_TABLE(table), .returns = kind,            \
     .flags = KL_STATIC | (more), .doc = "For tests."}
#define PLAIN(method_name, function, kind, more)                                                   \
    {.name = method_name, .call = function, .returns = kind, .flags = KL_STATIC | (more),          \
     .doc = "For tests."}
static const kl_method data_methods[] = {
    ROW("kind", kind, x_param, KL_KIND_STRING, 0),
    ROW("echo", echo, x_param, KL_KIND_ANY, KL_ARRAYS),
    ROW("raw", echo, x_param, KL_KIND_ANY, 0),
    ROW("parts", parts, x_param, KL_KIND_MAP, KL_ARRAYS),
    ROW("foreign_kind", kind, any_param, KL_KIND_STRING, 0),
    ROW("foreign", echo, any_param, KL_KIND_ANY, KL_ARRAYS),
    ROW("gather", gather, rest_params, KL_KIND_ARRAY, KL_ARRAYS),
    ROW("zeros", zeros, count_param, KL_KIND_BUFFER, KL_ARRAYS),
    ROW("raw_zeros", zeros, count_param, KL_KIND_BUFFER, 0),
    PLAIN("all_formats", all_formats, KL_KIND_ARRAY, KL_ARRAYS),
    PLAIN("scalar", scalar, KL_KIND_BUFFER, KL_ARRAYS),
    ROW("call", call, call_params, KL_KIND_ANY, KL_ARRAYS),
    ROW("call_on_thread", call_on_thread, call_params, KL_KIND_ANY, KL_ARRAYS | KL_BLOCKING),
    ROW("get", get, name_params, KL_KIND_ANY, KL_ARRAYS),
    ROW("has", has, name_params, KL_KIND_BOOL, 0),
    ROW("class_of", class_of, any_param, KL_KIND_STRING, 0),
    ROW("same", same, two_params, KL_KIND_BOOL, 0),
    ROW("as_data", as_data, any_param, KL_KIND_STRING, 0),
    ROW("apply", apply, apply_params, KL_KIND_ANY, KL_ARRAYS),
};
static const kl_type data_type = {
    .name = "Data", .module = "data_types", .doc = "Tells what reached it.",
    .size = sizeof(kl_object), .flags = KL_TYPE_NO_INIT, .methods = KL_TABLE(data_methods)};

/* ---- a type as estimators are -------------------------------------------------------------------- */

typedef struct learner {
    kl_object object;
    kl_object *model; /* what was learned; guarded by the interpreter lock */
    double alpha;
    int64_t size;
    kl_value part, parts, rate, coef_;
} learner;
static const kl_type learner_base_type, learner_type;

METHOD(learner_learn)
{
    learner *l = (learner *)self;
    kl_object *model;
    (void)out;
    KL_TRY(kl_object_alloc(&model, self->type, error));
    ((learner *)model)->coef_ = kl_value_retain(args[0]);
    kl_object_release(l->model);
    l->model = model;
    *out = kl_value_of(kl_object_retain(self));
    return KL_OK;
}

METHOD(learner_double)
{
    UNUSED;
    *out = kl_double(2 * ((learner *)self)->alpha);
    return KL_OK;
}

static kl_status learner_holder(kl_object **out, const kl_object *self, kl_error *error)
{
    const learner *l = (const learner *)self;
    if (!l->model)
        return kl_error_set(error, KL_ATTRIBUTE, "%s is not fitted yet", self->type->name);
    *out = kl_object_retain(l->model);
    return KL_OK;
}

static void learner_dispose(kl_object *self) { kl_object_release(((learner *)self)->model); }

static void learner_traverse(kl_object *self, kl_visit *visit, void *data)
{
    if (((learner *)self)->model)
        visit(kl_value_of(((learner *)self)->model), data);
}

static void learner_clear(kl_object *self)
{
    kl_object *model = ((learner *)self)->model;
    ((learner *)self)->model = NULL;
    kl_object_release(model);
}

static const kl_method base_methods[] = {
    {.name = "learn", .call = learner_learn, .params = KL_TABLE(x_param), .returns = KL_KIND_OBJECT,
     .returns_type = &learner_base_type, .doc = "Keeps x as coef_."},
};
static const kl_type learner_base_type = {
    .name = "LearnerBase", .module = "data_types", .doc = "Base of learners.",
    .size = sizeof(learner), .flags = KL_TYPE_NO_INIT, .methods = KL_TABLE(base_methods),
    .holder = learner_holder, .dispose = learner_dispose, .traverse = learner_traverse,
    .clear = learner_clear};

static const kl_field learner_fields[] = {
    KL_DOUBLE(learner, alpha, 1.0, .alias = "a", .doc = "a number"),
    KL_INT(learner, size, 3, .flags = KL_KEYWORD_ONLY, .range = KL_RANGE(1, 10), .doc = "a size"),
    KL_VALUE(learner, part, .kind = KL_KIND_ANY, .flags = KL_FOREIGN | KL_OPTIONAL, .doc = "any"),
    KL_VALUE(learner, parts, .kind = KL_KIND_ARRAY, .flags = KL_FOREIGN, .fallback = "[]",
             .doc = "some"),
    KL_VALUE(learner, rate, .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL, .doc = "a number or none"),
    KL_VALUE(learner, coef_, .kind = KL_KIND_BUFFER,
             .flags = KL_LEARNED | KL_READ_ONLY | KL_OPTIONAL, .doc = "what was learned"),
};
static const kl_method learner_methods[] = {
    {.name = "double_alpha", .call = learner_double, .returns = KL_KIND_DOUBLE, .doc = "2 alpha."},
};
static const kl_type learner_type = {
    .name = "Learner", .module = "data_types", .doc = "As estimators are.", .size = sizeof(learner),
    .base = &learner_base_type, .flags = KL_TYPE_FIELDS | KL_TYPE_ARRAYS | KL_TYPE_BASE,
    .fields = KL_TABLE(learner_fields), .methods = KL_TABLE(learner_methods)};

/* ---- the module ---------------------------------------------------------------------------------- */

static int add_class(PyObject *module, PyObject *class_of_table, const kl_type *type)
{
    PyObject *capsule = PyCapsule_New((void *)(uintptr_t)type, "kailash.type", NULL);
    PyObject *class = capsule ? PyObject_CallOneArg(class_of_table, capsule) : NULL;
    int status = class ? PyObject_SetAttrString(module, type->name, class) : -1;
    Py_XDECREF(class);
    Py_XDECREF(capsule);
    return status;
}

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "data_types", .m_size = -1,
};

PyMODINIT_FUNC PyInit_data_types(void)
{
    const kl_type *types[] = {&data_type, &learner_base_type, &learner_type};
    PyObject *bridge = PyImport_ImportModule("kailash._kailash");
    PyObject *class_of_table = bridge ? PyObject_GetAttrString(bridge, "_class_of") : NULL;
    PyObject *module = class_of_table ? PyModule_Create(&definition) : NULL;
    for (size_t i = 0; module && i < KL_COUNT(types); i++)
        if (add_class(module, class_of_table, types[i]) < 0)
            Py_CLEAR(module);
    Py_XDECREF(class_of_table);
    Py_XDECREF(bridge);
    return module;
}
