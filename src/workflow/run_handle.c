/* src/workflow/run_handle.c - RunHandle: watch, pause, cancel a run in the background. */
#include "run_handle.h"
#include "future.h"
#include "pool.h"

struct kl_run_handle {
    kl_future future;
    kl_runtime *runtime;
    kl_run *run;
};

static void work(void *data)
{
    kl_run_handle *handle = data;
    kl_value result = kl_null();
    kl_error error = KL_ERROR_INIT;
    bool ran;
    kl_status status = kl_runtime_run(&result, &ran, handle->runtime, handle->run, &error);
    /* Who has drained the runtime finds the result, and who has the result a runtime without it. */
    bool first = kl_future_settle(&handle->future, status, result, &error);
    kl_runtime_let_go(handle->runtime, handle->run, ran);
    if (first)
        kl_future_tell(&handle->future);
    kl_error_clear(&error);
    kl_object_release(&handle->future.object);
}

static void cancel_run(kl_future *future) { kl_run_stop(((kl_run_handle *)future)->run, KL_CANCELLED); }

/* Whoever locked the run lives in the parent. */
static void free_run(kl_future *future)
{
    kl_run *run = ((kl_run_handle *)future)->run;
    if (run)
        kl_run_init_locks(run);
}

kl_status kl_run_handle_start(kl_run_handle **out, kl_runtime *runtime, kl_run *run,
                              kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_run_handle_type, error));
    kl_run_handle *handle = (kl_run_handle *)object;
    handle->future.cancel = cancel_run;
    handle->future.forked = free_run;
    handle->run = kl_run_retain(run);
    kl_future_init(&handle->future, NULL);
    handle->runtime = (kl_runtime *)kl_object_retain(&runtime->object);
    kl_object_retain(object); /* the task's */
    kl_status status = kl_pool_submit(kl_pool_shared(), work, handle, error);
    if (status != KL_OK) {
        kl_object_release(object);
        kl_object_release(object);
        return status;
    }
    *out = handle;
    return KL_OK;
}

static void handle_dispose(kl_object *self)
{
    kl_run_handle *handle = (kl_run_handle *)self;
    kl_run_release(handle->run);
    if (handle->runtime)
        kl_object_release(&handle->runtime->object);
}

void kl_run_handle_cancel(kl_run_handle *handle) { kl_run_stop(handle->run, KL_CANCELLED); }
void kl_run_handle_pause(kl_run_handle *handle, bool paused) { kl_run_pause(handle->run, paused); }
bool kl_run_handle_is_done(kl_run_handle *handle) { return kl_future_is_done(&handle->future); }

kl_status kl_run_handle_result(kl_value *out, kl_run_handle *handle, double seconds,
                               kl_error *error)
{
    return kl_future_wait(out, &handle->future, seconds, error);
}

/* ---- methods ------------------------------------------------------------------------------------- */

static kl_status get_run_id(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_string_from_valid(out, (kl_text){((kl_run_handle *)self)->run->id, 36}, error);
}

static kl_status call_pause(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out;
    (void)args;
    (void)error;
    kl_run_handle_pause((kl_run_handle *)self, true);
    return KL_OK;
}

static kl_status call_resume(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out;
    (void)args;
    (void)error;
    kl_run_handle_pause((kl_run_handle *)self, false);
    return KL_OK;
}

static kl_status call_cancel(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out;
    (void)args;
    (void)error;
    kl_run_handle_cancel((kl_run_handle *)self);
    return KL_OK;
}

static kl_status call_is_paused(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    (void)args;
    (void)error;
    *out = kl_bool(kl_run_is_paused(((kl_run_handle *)self)->run));
    return KL_OK;
}

static kl_status call_is_done(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    (void)error;
    *out = kl_bool(kl_run_handle_is_done((kl_run_handle *)self));
    return KL_OK;
}

static kl_status call_result(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    double seconds = kl_is_null(args[0]) ? -1 : kl_as_double(args[0]);
    return kl_run_handle_result(out, (kl_run_handle *)self, seconds, error);
}

static kl_status handle_repr(kl_value *out, kl_object *self, kl_error *error)
{
    kl_run_handle *handle = (kl_run_handle *)self;
    const char *state = kl_run_handle_is_done(handle)   ? "done"
                        : kl_run_is_paused(handle->run) ? "paused"
                                                        : "running";
    return kl_string_format(out, error, "RunHandle(run_id=%s, %s)", handle->run->id, state);
}

static const kl_param result_params[] = {
    {.name = "timeout", .kind = KL_KIND_DURATION, .flags = KL_OPTIONAL,
     .doc = "seconds to wait; None = until it is there"},
};

static const kl_method methods[] = {
    {.name = "run_id", .call = get_run_id, .flags = KL_PROPERTY, .returns = KL_KIND_STRING,
     .doc = "UUID of the run."},
    {.name = "pause", .call = call_pause, .returns = KL_KIND_NONE,
     .doc = "Starts no further node until resume(); nodes that run go on."},
    {.name = "resume", .call = call_resume, .returns = KL_KIND_NONE, .doc = "Ends a pause."},
    {.name = "cancel", .call = call_cancel, .returns = KL_KIND_NONE,
     .doc = "Asks the run to stop; result() then raises RuntimeError."},
    {.name = "is_paused", .call = call_is_paused, .returns = KL_KIND_BOOL,
     .doc = "Whether it is paused."},
    {.name = "is_done", .call = call_is_done, .returns = KL_KIND_BOOL,
     .doc = "Whether it has ended, in whatever way."},
    {.name = "result", .call = call_result, .params = KL_TABLE(result_params),
     .returns = KL_KIND_MAP, .raises = "RuntimeError",
     .doc = "Waits for the run and returns what execute() would; raises what it would raise."},
};

const kl_type kl_run_handle_type = {
    .name = "RunHandle",
    .module = "kailash",
    .doc = "A run in the background, from Runtime.start(). Can be awaited.",
    .size = sizeof(kl_run_handle),
    .flags = KL_TYPE_NO_INIT,
    .base = &kl_future_type,
    .methods = KL_TABLE(methods),
    .dispose = handle_dispose,
    .repr = handle_repr,
};
KL_PUBLISH(kl_run_handle_type);
