/* src/ml/composition/registry.c - which estimators there are: those of the library by name, classes of the face that were
 * registered. */
#include "ml/model.h"

#include "base/fork.h"
#include "kailash/data.h"

#include <pthread.h>

/* ---- those of the library ---------------------------------------------------------------------------------- */

static const char *const kind_words[] = {"classifier", "regressor", "cluster", "outlier", "transformer", NULL};
static const kl_estimator_kind kinds[] = {KL_EST_CLASSIFIER, KL_EST_REGRESSOR, KL_EST_CLUSTER, KL_EST_OUTLIER,
                                          KL_EST_TRANSFORMER};

/* Without a kind: whatever answers, that is, all but transformers and what is what it holds. */
static bool is_listed(const kl_type *type, kl_value kind)
{
    if (!kl_type_is(type, &kl_estimator_type) || type->flags & KL_TYPE_NO_INIT || !type->extension)
        return false;
    kl_estimator_kind own = ((const kl_estimator_table *)type->extension)->kind;
    if (kl_is_null(kind))
        return own == KL_EST_CLASSIFIER || own == KL_EST_REGRESSOR || own == KL_EST_CLUSTER || own == KL_EST_OUTLIER;
    for (size_t i = 0; i < KL_COUNT(kinds); i++)
        if (kl_word_is(kind, kind_words[i]))
            return own == kinds[i];
    return false;
}

static kl_status list_estimators(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value names;
    (void)self;
    KL_TRY(kl_array_new(&names, 64, error));
    for (size_t i = 0; i < kl_type_count(); i++) {
        const kl_type *type = kl_type_at(i);
        kl_status status = is_listed(type, args[0])
                               ? kl_array_push_text(&names, kl_text_from(type->name), error)
                               : KL_OK;
        if (status != KL_OK) {
            kl_value_release(names);
            return status;
        }
    }
    *out = names; /* types stand in the order of their names */
    return KL_OK;
}

static kl_status estimator_count(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    int64_t count = 0;
    (void)self, (void)args, (void)error;
    for (size_t i = 0; i < kl_type_count(); i++)
        count += is_listed(kl_type_at(i), kl_null());
    *out = kl_int(count);
    return KL_OK;
}

/* ---- those of the face ------------------------------------------------------------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards `classes` */
static kl_value classes;                                 /* array, or null before the first */
KL_LOCK_FOR_FORK(lock, KL_FORK_INNER)

/* Position of a class; -1 when it is not there. Under the lock. */
static ptrdiff_t find(kl_value class)
{
    for (size_t i = 0; i < kl_array_len(classes); i++)
        if (kl_foreign_same(kl_array_at(classes, i), class))
            return (ptrdiff_t)i;
    return -1;
}

static kl_status check_class(kl_value class, kl_error *error)
{
    if (!kl_as_foreign(class) || !kl_foreign_has(class, "mro"))
        return kl_error_set(error, KL_TYPE, "cls: expected a class, got %s",
                            kl_as_foreign(class) ? "an object" : kl_value_kind_name(class));
    if (!kl_foreign_has(class, "fit"))
        return kl_error_set(error, KL_TYPE, "cls: the class has no fit()");
    return KL_OK;
}

static kl_status register_class(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    KL_TRY(check_class(args[0], error));
    kl_status status = KL_OK;
    pthread_mutex_lock(&lock);
    if (kl_is_null(classes))
        status = kl_array_new(&classes, 8, error);
    if (status == KL_OK && find(args[0]) < 0)
        status = kl_array_push(&classes, kl_value_retain(args[0]), error);
    pthread_mutex_unlock(&lock);
    if (status == KL_OK)
        *out = kl_value_retain(args[0]);
    return status;
}

static kl_status unregister_class(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value gone = kl_null();
    (void)self;
    *out = kl_bool(false);
    pthread_mutex_lock(&lock);
    ptrdiff_t at = kl_as_foreign(args[0]) ? find(args[0]) : -1;
    kl_status status = KL_OK;
    if (at >= 0) {
        kl_value rest = kl_null();
        status = kl_array_new(&rest, kl_array_len(classes), error);
        for (size_t i = 0; status == KL_OK && i < kl_array_len(classes); i++)
            if ((ptrdiff_t)i != at)
                kl_array_push(&rest, kl_value_retain(kl_array_at(classes, i)), NULL); /* has room */
        if (status == KL_OK) {
            gone = classes;
            classes = rest;
            *out = kl_bool(true);
        }
    }
    pthread_mutex_unlock(&lock);
    kl_value_release(gone); /* which may run code of the face */
    return status;
}

static kl_status registered_ids(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value ids;
    (void)self, (void)args;
    pthread_mutex_lock(&lock);
    kl_value now = kl_value_retain(classes);
    pthread_mutex_unlock(&lock);
    kl_status status = kl_array_new(&ids, kl_array_len(now), error);
    for (size_t i = 0; status == KL_OK && i < kl_array_len(now); i++)
        kl_array_push(&ids, kl_int(kl_foreign_identity(kl_array_at(now, i))), NULL); /* has room */
    kl_value_release(now);
    if (status == KL_OK)
        *out = ids;
    return status;
}

/* ---- tables ------------------------------------------------------------------------------------------------ */

static const kl_param kind_params[] = {
    {.name = "kind", .kind = KL_KIND_ENUM, .names = kind_words, .flags = KL_OPTIONAL,
     .doc = "only those of a kind; None = classifiers, regressors, clusterers and outlier detectors"}};
static const kl_param class_params[] = {
    {.name = "cls", .kind = KL_KIND_ANY, .flags = KL_FOREIGN, .doc = "a class with fit() and predict() or transform()"}};

static const kl_function list_function = {
    .module = "kailash.ml",
    .method = {.name = "list_estimators", .call = list_estimators, .params = KL_TABLE(kind_params),
               .returns = KL_KIND_ARRAY, .item = KL_KIND_STRING, .raises = "ValueError",
               .doc = "Names of the library's estimators, sorted. Each may stand for one with its default parameters "
                      "wherever an estimator is expected."}};
KL_PUBLISH_FUNCTION(list_function);
static const kl_function count_function = {
    .module = "kailash.ml",
    .method = {.name = "estimator_count", .call = estimator_count, .returns = KL_KIND_INT,
               .doc = "How many names list_estimators() gives."}};
KL_PUBLISH_FUNCTION(count_function);

#define REGISTRY(variable, home, python, function, table, result, text)                            \
    static const kl_function variable = {                                                          \
        .module = home,                                                                            \
        .method = {.name = python, .call = function, .params = table, .param_count = KL_COUNT(table), \
                   .returns = result, .raises = "TypeError", .doc = text}};                        \
    KL_PUBLISH_FUNCTION(variable)
#define REGISTER_DOC                                                                               \
    "Remember a class of Python as an estimator; returns it, so that it may be used as a decorator. Unregistered " \
    "ones may be used as well."
REGISTRY(register_function, "kailash.ml", "register_estimator", register_class, class_params, KL_KIND_ANY, REGISTER_DOC);
REGISTRY(register_twin, "kailash._kailash", "register_py_estimator", register_class, class_params, KL_KIND_ANY,
         REGISTER_DOC);
REGISTRY(unregister_function, "kailash.ml", "unregister_estimator", unregister_class, class_params, KL_KIND_BOOL,
         "Forget a class that was registered; whether it was.");
REGISTRY(unregister_twin, "kailash._kailash", "unregister_py_estimator", unregister_class, class_params, KL_KIND_BOOL,
         "Forget a class that was registered; whether it was.");

static const kl_function ids_function = {
    .module = "kailash.ml",
    .method = {.name = "registered_estimator_ids", .call = registered_ids, .returns = KL_KIND_ARRAY,
               .item = KL_KIND_INT, .doc = "id() of each registered class, in the order they were registered."}};
KL_PUBLISH_FUNCTION(ids_function);
