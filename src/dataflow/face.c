/* src/dataflow/face.c - see face.h. */
#include "face.h"
#include "clearance.h"
#include "pool.h"
#include "scope.h"
#include "classification.h"
#include "workflow/future.h"

#include <ctype.h>

/* ---- reading arguments ----------------------------------------------------------------------------- */

kl_value kl_tenant_of(kl_value given)
{
    kl_text text = kl_as_text(given);
    for (size_t i = 0; i < text.len; i++)
        if (!isspace((unsigned char)text.data[i]))
            return given;
    return kl_null();
}

static void read_scope(kl_face_request *request, kl_value scope)
{
    const kl_write_scope *given = kl_as_object(scope, &kl_write_scope_type);
    if (!given)
        return;
    request->caller.tenant = kl_tenant_of(given->tenant_id);
    request->caller.level = kl_classification_level(given->classification);
}

static void read_request(kl_face_request *request, const kl_face_operation *operation,
                         kl_face_variant variant, const kl_value *args)
{
    size_t head = operation->head, all = head + operation->tail;
    size_t skip = variant == KL_FACE_TENANT ? 1 : 0;
    *request = (kl_face_request){.operation = operation, .model = args[0],
                                 .caller = {.level = -1, .clearance = kl_clearance_now().rank}};
    for (size_t i = 1; i < all; i++)
        request->args[i - 1] = args[i < head ? i : i + skip];
    if (variant == KL_FACE_TENANT)
        request->caller.tenant = kl_tenant_of(args[head]);
    if (variant != KL_FACE_SCOPED)
        return;
    if (operation->validates)
        request->validate = kl_as_bool(args[all]);
    read_scope(request, args[all + operation->validates]);
}

/* ---- running --------------------------------------------------------------------------------------- */

kl_status kl_face_run(kl_value *out, kl_face_target *target, kl_object *self,
                      const kl_face_operation *operation, kl_face_variant variant,
                      const kl_value *args, kl_error *error)
{
    kl_face_request request;
    read_request(&request, operation, variant, args);
    return target(out, self, &request, error);
}

kl_status kl_face_on_dataflow(kl_value *out, kl_dataflow *dataflow, kl_face_request *request,
                              kl_error *error)
{
    const char *method = request->operation->name;
    kl_table *table;
    kl_data_session session;
    KL_TRY(kl_dataflow_table(&table, dataflow, kl_as_text(request->model), method, error));
    kl_status status = kl_data_session_begin(&session, dataflow, method, error);
    if (status == KL_OK) {
        session.caller = request->caller;
        session.answers = !request->watch;
        if (request->watch)
            session.watch = *request->watch;
        const kl_face_call call = {&session, table, request->args, request->validate};
        status = request->operation->work(out, &call, error);
        kl_data_session_end(&session);
    }
    kl_table_release(table);
    return status;
}

/* ---- later ----------------------------------------------------------------------------------------- */

/* A call on its way: what it was given, and who asked. */
typedef struct data_future {
    kl_future future;
    kl_object *self;
    kl_later_work *work;
    void *data;
    void (*end)(void *data);
    kl_slots slots; /* of the caller's context */
    bool cancelled; /* atomic */
} data_future;

static bool is_cancelled(void *data)
{
    return __atomic_load_n(&((data_future *)data)->cancelled, __ATOMIC_ACQUIRE);
}

static void run_later(void *data)
{
    data_future *f = data;
    kl_value result = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_sql_watch watch = {.deadline = KL_TIME_NONE, .is_stopped = is_cancelled, .data = f};
    kl_slots before = kl_clearance_enter(&f->slots);
    kl_status status = f->work(&result, f->self, &watch, f->data, &error);
    kl_clearance_leave(&before);
    kl_future_finish(&f->future, status, result, &error);
    kl_error_clear(&error);
    kl_object_release(&f->future.object);
}

static void cancel_future(kl_future *future)
{
    __atomic_store_n(&((data_future *)future)->cancelled, true, __ATOMIC_RELEASE);
}

kl_status kl_data_later(kl_value *out, kl_object *self, kl_later_work *work, void *data,
                        void (*end)(void *data), kl_error *error)
{
    kl_object *object;
    kl_status status = kl_object_alloc(&object, &kl_data_future_type, error);
    if (status != KL_OK) {
        end(data);
        return status;
    }
    data_future *f = (data_future *)object;
    kl_future_init(&f->future, NULL);
    f->future.cancel = cancel_future;
    f->self = kl_object_retain(self);
    f->work = work;
    f->data = data;
    f->end = end;
    f->slots = kl_clearance_capture();
    kl_object_retain(object); /* the task's */
    status = kl_pool_submit(kl_pool_shared(), run_later, f, error);
    if (status != KL_OK) {
        kl_object_release(object);
        kl_object_release(object);
        return status;
    }
    *out = kl_value_of(object);
    return KL_OK;
}

static void dispose_future(kl_object *object)
{
    data_future *f = (data_future *)object;
    if (f->data)
        f->end(f->data);
    kl_object_release(f->self);
}

/* A request that outlives the call that made it: it owns its values. */
typedef struct kept_request {
    kl_face_request request;
    kl_face_target *target;
} kept_request;

static void retain_request(kl_face_request *request)
{
    kl_value_retain(request->model);
    kl_value_retain(request->caller.tenant);
    for (size_t i = 0; i < KL_FACE_ARGS; i++)
        kl_value_retain(request->args[i]);
}

static void end_request(void *data)
{
    kl_face_request *request = &((kept_request *)data)->request;
    kl_value_release(request->model);
    kl_value_release(request->caller.tenant);
    for (size_t i = 0; i < KL_FACE_ARGS; i++)
        kl_value_release(request->args[i]);
    kl_free(data);
}

static kl_status run_request(kl_value *out, kl_object *self, const kl_sql_watch *watch, void *data,
                             kl_error *error)
{
    kept_request *kept = data;
    kept->request.watch = watch;
    return kept->target(out, self, &kept->request, error);
}

kl_status kl_face_start(kl_value *out, kl_face_target *target, kl_object *self,
                        const kl_face_operation *operation, kl_face_variant variant,
                        const kl_value *args, kl_error *error)
{
    kept_request *kept = kl_alloc(sizeof *kept);
    if (!kept)
        return kl_error_no_memory(error);
    kept->target = target;
    read_request(&kept->request, operation, variant, args);
    retain_request(&kept->request);
    return kl_data_later(out, self, run_request, kept, end_request, error);
}

/* ---- DataFlowFuture -------------------------------------------------------------------------------- */

static kl_status call_result(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    double seconds = kl_is_null(args[0]) ? -1 : kl_as_double(args[0]);
    return kl_future_wait(out, (kl_future *)self, seconds, error);
}

static kl_status call_is_done(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(kl_future_is_done((kl_future *)self));
    return KL_OK;
}

static kl_status call_cancel(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out, (void)args, (void)error;
    cancel_future((kl_future *)self);
    return KL_OK;
}

static kl_status future_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "DataFlowFuture(%s)",
                            kl_future_is_done((kl_future *)self) ? "done" : "running");
}

static const kl_param result_params[] = {
    {.name = "timeout", .kind = KL_KIND_DURATION, .flags = KL_OPTIONAL,
     .doc = "seconds to wait; None = until it is there"},
};
static const kl_method future_methods[] = {
    {.name = "result", .call = call_result, .params = KL_TABLE(result_params), .returns = KL_KIND_ANY,
     .flags = KL_BLOCKING, .raises = "RuntimeError, DataFlowDatabaseError",
     .doc = "Waits for the result, and gives it or raises what the call raised."},
    {.name = "is_done", .call = call_is_done, .returns = KL_KIND_BOOL,
     .doc = "Whether the result is there."},
    {.name = "cancel", .call = call_cancel, .returns = KL_KIND_NONE,
     .doc = "Asks the statement to stop; what it has written is undone unless it was complete."},
};

const kl_type kl_data_future_type = {
    .name = "DataFlowFuture",
    .module = "kailash.dataflow",
    .doc = "The result of a call that runs on another thread. Awaitable.",
    .size = sizeof(data_future),
    .flags = KL_TYPE_NO_INIT,
    .base = &kl_future_type,
    .dispose = dispose_future,
    .repr = future_repr,
    .methods = KL_TABLE(future_methods),
};
KL_PUBLISH(kl_data_future_type);
