/* src/dataflow/face.h - how the methods of Express and of transactions come to operations.
 *
 * One operation has many methods: create(), create_with_tenant(), create_scoped(), and an _async of
 * each. They differ only in where tenant and scope stand among their parameters, and in whether they
 * wait. So an operation is a row, a method is the row with a variant, and KL_FACE_METHOD() makes the
 * functions of both kinds.
 */
#ifndef KL_DATAFLOW_FACE_H
#define KL_DATAFLOW_FACE_H

#include "database.h"
#include "operations.h"
#include "kailash/type.h"

/* Parameters an operation has at most, beside the model's name. */
enum { KL_FACE_ARGS = 8 };

/* What an operation works with. */
typedef struct kl_face_call {
    kl_data_session *session;
    const kl_table *table;
    const kl_value *args; /* those behind the model's name; borrowed */
    bool validate;        /* check the types of values too */
} kl_face_call;
typedef kl_status kl_face_work(kl_value *out, const kl_face_call *call, kl_error *error);

typedef struct kl_face_operation {
    const char *name;
    kl_face_work *work;
    uint8_t head, tail; /* parameters before and behind that of the tenant; the model's counts */
    bool validates;     /* its scoped form has a parameter `validate` */
} kl_face_operation;

/* Where tenant and scope stand. */
typedef enum kl_face_variant {
    KL_FACE_PLAIN,
    KL_FACE_TENANT, /* behind the head */
    KL_FACE_SCOPED, /* a WriteScope behind all, and `validate` before it */
} kl_face_variant;

/* One call, before it has a connection. */
typedef struct kl_face_request {
    const kl_face_operation *operation;
    kl_value model;
    kl_value args[KL_FACE_ARGS];
    kl_data_caller caller;
    bool validate;
    const kl_sql_watch *watch; /* who may stop it, or NULL */
} kl_face_request;

/* Run a request on what has the method: a DataFlow's connection, or that of a transaction. */
typedef kl_status kl_face_target(kl_value *out, kl_object *self, kl_face_request *request,
                                 kl_error *error);

/* Read the arguments of a method and run it, on this thread or, giving a future, on another. */
KL_API kl_status kl_face_run(kl_value *out, kl_face_target *target, kl_object *self,
                             const kl_face_operation *operation, kl_face_variant variant,
                             const kl_value *args, kl_error *error);
KL_API kl_status kl_face_start(kl_value *out, kl_face_target *target, kl_object *self,
                               const kl_face_operation *operation, kl_face_variant variant,
                               const kl_value *args, kl_error *error);
/* The target for operations that run on a connection of `dataflow`. */
KL_API kl_status kl_face_on_dataflow(kl_value *out, kl_dataflow *dataflow,
                                     kl_face_request *request, kl_error *error);
/* A tenant as it counts: null when it is blank. */
KL_API kl_value kl_tenant_of(kl_value given);

/* What is awaited: the result of a call that runs on another thread. */
extern KL_API const kl_type kl_data_future_type; /* DataFlowFuture */
/* Any work as a future: `work` is called on another thread with `self` and what was captured. */
typedef kl_status kl_later_work(kl_value *out, kl_object *self, const kl_sql_watch *watch,
                                void *data, kl_error *error);
/* `data` is taken, also on failure, and ended by `end`. */
KL_API kl_status kl_data_later(kl_value *out, kl_object *self, kl_later_work *work, void *data,
                               void (*end)(void *data), kl_error *error);

/* The functions and the parameters of method `name` and of its _async twin. */
#define KL_FACE_METHOD(name, target, operation, variant, ...)                                      \
    static const kl_param name##_params[] = {__VA_ARGS__};                                         \
    static kl_status call_##name(kl_value *out, kl_object *self, const kl_value *args,             \
                                 kl_error *error)                                                  \
    {                                                                                              \
        return kl_face_run(out, target, self, operation, variant, args, error);                    \
    }                                                                                              \
    static kl_status call_##name##_async(kl_value *out, kl_object *self, const kl_value *args,     \
                                         kl_error *error)                                          \
    {                                                                                              \
        return kl_face_start(out, target, self, operation, variant, args, error);                  \
    }

/* Their rows; `...` says what is returned. */
#define KL_FACE_ROWS(word, text, ...)                                                              \
    {.name = #word, .call = call_##word, .params = KL_TABLE(word##_params),                        \
     .flags = KL_BLOCKING, .raises = KL_FACE_RAISES, .doc = text, __VA_ARGS__},                    \
        {.name = #word "_async", .call = call_##word##_async, .params = KL_TABLE(word##_params),   \
         .flags = KL_AWAITABLE, .returns = KL_KIND_OBJECT, .returns_type = &kl_data_future_type,   \
         .raises = KL_FACE_RAISES, .doc = text " Awaitable: it runs on another thread."}
#define KL_FACE_RAISES                                                                             \
    "RuntimeError, TypeError, ValueError, OverflowError, DataFlowDatabaseError, TenantRequiredError"

#endif
