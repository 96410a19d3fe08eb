/* src/dataflow/clearance.c - what the caller may see: see clearance.h; and ClearanceVerdict,
 * set_caller_clearance() and its like. */
#include "clearance.h"
#include "classification.h"

/* ---- the slot ---------------------------------------------------------------------------------- */

/* In the slot: the rank, or: */
enum { UNVERIFIED = -1 };

kl_clearance kl_clearance_now(void)
{
    int64_t number;
    if (!kl_slot_get(&number, KL_SLOT_CLEARANCE))
        return (kl_clearance){KL_CLEARANCE_ABSENT, 0};
    if (number < 0 || number > KL_RANK_MAX)
        return (kl_clearance){KL_CLEARANCE_UNVERIFIED, 0};
    return (kl_clearance){KL_CLEARANCE_VERIFIED, (int)number};
}

static kl_status check_rank(int rank, kl_error *error)
{
    if (rank >= 0 && rank <= KL_RANK_MAX)
        return KL_OK;
    return kl_error_set(error, KL_INVALID, "a clearance has a rank from 0 to %d, not %d",
                        KL_RANK_MAX, rank);
}

kl_status kl_clearance_set(int rank, kl_error *error)
{
    int64_t number = rank;
    KL_TRY(check_rank(rank, error));
    return kl_slot_set(KL_SLOT_CLEARANCE, &number, NULL, error);
}

kl_status kl_clearance_refuse(kl_error *error)
{
    int64_t number = UNVERIFIED;
    return kl_slot_set(KL_SLOT_CLEARANCE, &number, NULL, error);
}

kl_status kl_clearance_reset(kl_error *error)
{
    return kl_slots_are_used() ? kl_slot_set(KL_SLOT_CLEARANCE, NULL, NULL, error) : KL_OK;
}

kl_status kl_clearance_begin(kl_slot_before *before, int rank, kl_error *error)
{
    int64_t number = rank;
    KL_TRY(check_rank(rank, error));
    return kl_slot_set(KL_SLOT_CLEARANCE, &number, before, error);
}

kl_status kl_clearance_end(kl_slot_before *before, kl_error *error)
{
    return kl_slot_restore(KL_SLOT_CLEARANCE, before, error);
}

/* ---- ClearanceVerdict -------------------------------------------------------------------------- */

typedef struct verdict {
    kl_object object;
    kl_value state; /* string */
    kl_value rank;  /* int, or null */
} verdict;

static const char *const states[] = {"absent", "unverified", "verified", NULL};

static const kl_field verdict_fields[] = {
    KL_VALUE(verdict, state, .kind = KL_KIND_ENUM, .names = states,
             .doc = "absent: nothing was presented; unverified: what was presented does not hold; "
                    "verified: rank says what the caller may see"),
    KL_VALUE(verdict, rank, .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
             .range = KL_RANGE(0, KL_RANK_MAX), .doc = "rank of a verified clearance, else None"),
};

extern const kl_type kl_clearance_verdict_type;

static kl_status new_verdict(kl_value *out, kl_clearance clearance, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_clearance_verdict_type, error));
    verdict *made = (verdict *)object;
    kl_text word = kl_text_from(states[clearance.state]);
    kl_status status = kl_string_new(&made->state, word, error);
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    if (clearance.state == KL_CLEARANCE_VERIFIED)
        made->rank = kl_int(clearance.rank);
    *out = kl_value_of(object);
    return KL_OK;
}

static kl_status absent(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self, (void)args;
    return new_verdict(out, (kl_clearance){KL_CLEARANCE_ABSENT, 0}, error);
}

static kl_status unverified(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self, (void)args;
    return new_verdict(out, (kl_clearance){KL_CLEARANCE_UNVERIFIED, 0}, error);
}

static kl_status verified(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return new_verdict(out, (kl_clearance){KL_CLEARANCE_VERIFIED, (int)kl_as_int(args[0])}, error);
}

static kl_status resolved_rank(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    (void)args, (void)error;
    *out = kl_int(kl_as_int(((verdict *)self)->rank));
    return KL_OK;
}

static kl_status is_determined(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(!kl_is_null(((verdict *)self)->rank));
    return KL_OK;
}

static kl_status verdict_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const verdict *v = (const verdict *)self;
    kl_text state = kl_as_text(v->state);
    if (kl_is_null(v->rank))
        return kl_string_format(out, error, "ClearanceVerdict.%.*s()", KL_TEXT_ARG(state));
    return kl_string_format(out, error, "ClearanceVerdict.verified(%d)", (int)kl_as_int(v->rank));
}

static const kl_param rank_params[] = {
    {.name = "rank", .kind = KL_KIND_COUNT, .range = KL_RANGE(0, KL_RANK_MAX),
     .doc = "sensitivity level up to which the caller sees values, 5 being everything"},
};

static const kl_method verdict_methods[] = {
    {.name = "absent", .call = absent, .flags = KL_STATIC, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_clearance_verdict_type, .doc = "Nothing was presented."},
    {.name = "unverified", .call = unverified, .flags = KL_STATIC, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_clearance_verdict_type,
     .doc = "A clearance was presented that does not hold."},
    {.name = "verified", .call = verified, .flags = KL_STATIC, .params = KL_TABLE(rank_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_clearance_verdict_type,
     .raises = "OverflowError, ValueError", .doc = "A clearance of that rank."},
    {.name = "resolved_rank", .call = resolved_rank, .returns = KL_KIND_INT,
     .doc = "The rank that reads go by: 0, the public's, unless a clearance is verified."},
    {.name = "is_determined", .call = is_determined, .returns = KL_KIND_BOOL,
     .doc = "Whether a clearance is verified."},
};

const kl_type kl_clearance_verdict_type = {
    .name = "ClearanceVerdict",
    .module = "kailash.dataflow",
    .doc = "What is known of a caller's clearance. Rank 0 is a verdict like any other, and not the "
           "absence of one.",
    .size = sizeof(verdict),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(verdict_fields),
    .methods = KL_TABLE(verdict_methods),
    .repr = verdict_repr,
};
KL_PUBLISH(kl_clearance_verdict_type);

/* ---- the guard --------------------------------------------------------------------------------- */

typedef struct guard {
    kl_object object;
    int rank;
    bool in_use;           /* atomic: from __enter__ to __exit__ */
    kl_slot_before before; /* while in use */
} guard;

static kl_status guard_enter(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    guard *g = (guard *)self;
    (void)args;
    if (__atomic_exchange_n(&g->in_use, true, __ATOMIC_ACQ_REL))
        return kl_error_set(error, KL_STATE,
                            "this clearance is in force already; every with-block needs a "
                            "with_caller_clearance() of its own");
    kl_status status = kl_clearance_begin(&g->before, g->rank, error);
    if (status == KL_OK)
        *out = kl_value_of(kl_object_retain(self));
    else
        __atomic_store_n(&g->in_use, false, __ATOMIC_RELEASE);
    return status;
}

static kl_status guard_exit(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    guard *g = (guard *)self;
    (void)out, (void)args;
    if (!__atomic_load_n(&g->in_use, __ATOMIC_ACQUIRE))
        return KL_OK;
    kl_status status = kl_clearance_end(&g->before, error);
    __atomic_store_n(&g->in_use, false, __ATOMIC_RELEASE);
    return status;
}

/* One that is let go while in force ends there, if it is still where it began. */
static void guard_dispose(kl_object *self)
{
    guard *g = (guard *)self;
    if (g->in_use)
        kl_clearance_end(&g->before, NULL);
}

static const kl_method guard_methods[] = {
    {.name = "__enter__", .call = guard_enter, .returns = KL_KIND_OBJECT, .raises = "RuntimeError",
     .doc = "The clearance is in force."},
    {.name = "__exit__", .call = guard_exit, .returns = KL_KIND_NONE, .raises = "ValueError",
     .doc = "What was before is in force again. ValueError in another context than that in which "
            "the block was entered."},
};

static const kl_type guard_type = {
    .name = "_CallerClearanceGuard",
    .module = "kailash.dataflow",
    .doc = "A clearance for the length of a with-block.",
    .size = sizeof(guard),
    .flags = KL_TYPE_NO_INIT,
    .methods = KL_TABLE(guard_methods),
    .dispose = guard_dispose,
};
KL_PUBLISH(guard_type);

/* ---- functions --------------------------------------------------------------------------------- */

static kl_status set_caller(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out, (void)self;
    return kl_clearance_set(kl_classification_level(args[0]), error);
}

static kl_status reset_caller(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out, (void)self, (void)args;
    return kl_clearance_reset(error);
}

static kl_status caller(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self, (void)args;
    return kl_item_at(out, &kl_data_classification_type, (size_t)kl_clearance_now().rank, error);
}

static kl_status caller_opt(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_clearance now = kl_clearance_now();
    (void)self, (void)args;
    return now.state == KL_CLEARANCE_VERIFIED
               ? kl_item_at(out, &kl_data_classification_type, (size_t)now.rank, error)
               : KL_OK;
}

static kl_status current_verdict(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    (void)self, (void)args;
    return new_verdict(out, kl_clearance_now(), error);
}

static kl_status with_caller(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_object *made;
    (void)self;
    KL_TRY(kl_object_alloc(&made, &guard_type, error));
    ((guard *)made)->rank = kl_classification_level(args[0]);
    *out = kl_value_of(made);
    return KL_OK;
}

static const kl_param clearance_params[] = {
    {.name = "clearance", .kind = KL_KIND_OBJECT, .type = &kl_data_classification_type,
     .doc = "values up to this classification are seen as they are"},
};

static const kl_function set_function = {
    .module = "kailash.dataflow",
    .method = {.name = "set_caller_clearance", .call = set_caller,
               .params = KL_TABLE(clearance_params), .returns = KL_KIND_NONE,
               .doc = "Gives what runs now a clearance, until reset_caller_clearance() or the end of "
                      "its context: an asyncio task, or a thread. On a thread that serves one caller "
                      "after the other, prefer with_caller_clearance()."}};
KL_PUBLISH_FUNCTION(set_function);

static const kl_function reset_function = {
    .module = "kailash.dataflow",
    .method = {.name = "reset_caller_clearance", .call = reset_caller, .returns = KL_KIND_NONE,
               .doc = "From now on there is no clearance: reads see what is public."}};
KL_PUBLISH_FUNCTION(reset_function);

static const kl_function caller_function = {
    .module = "kailash.dataflow",
    .method = {.name = "current_caller_clearance", .call = caller, .returns = KL_KIND_OBJECT,
               .returns_type = &kl_data_classification_type,
               .doc = "The clearance that reads go by: Public when there is none."}};
KL_PUBLISH_FUNCTION(caller_function);

static const kl_function caller_opt_function = {
    .module = "kailash.dataflow",
    .method = {.name = "current_caller_clearance_opt", .call = caller_opt,
               .returns = KL_KIND_OBJECT, .returns_type = &kl_data_classification_type,
               .returns_optional = true,
               .doc = "The clearance that was set, or None when there is none."}};
KL_PUBLISH_FUNCTION(caller_opt_function);

static const kl_function verdict_function = {
    .module = "kailash.dataflow",
    .method = {.name = "current_clearance_verdict", .call = current_verdict,
               .returns = KL_KIND_OBJECT, .returns_type = &kl_clearance_verdict_type,
               .doc = "What is known of the caller's clearance, and decides about masking."}};
KL_PUBLISH_FUNCTION(verdict_function);

static const kl_function with_function = {
    .module = "kailash.dataflow",
    .method = {.name = "with_caller_clearance", .call = with_caller,
               .params = KL_TABLE(clearance_params), .returns = KL_KIND_OBJECT,
               .returns_type = &guard_type,
               .doc = "A clearance for the length of a with-block; blocks nest, and an exception ends "
                      "one as its end does."}};
KL_PUBLISH_FUNCTION(with_function);
