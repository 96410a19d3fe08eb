/* src/eatp/hold_queue.c - see hold_queue.h. */
#include "hold_queue.h"
#include "fault.h"
#include "fork.h"
#include "kailash/id.h"
#include "kailash/time.h"

#include <pthread.h>

typedef struct hold_queue {
    kl_object object;
    kl_fork_watch fork_watch;
    pthread_mutex_t lock; /* guards what follows */
    kl_value holds;       /* map id -> hold, a map; in the order they came */
    size_t pending;
} hold_queue;

static kl_status queue_init(kl_object *self, const kl_value *args, kl_error *error)
{
    hold_queue *q = (hold_queue *)self;
    (void)args;
    pthread_mutex_init(&q->lock, NULL);
    q->fork_watch.lock = &q->lock;
    kl_fork_watch_begin(&q->fork_watch);
    return kl_map_new(&q->holds, 0, error);
}

static void queue_dispose(kl_object *self)
{
    hold_queue *q = (hold_queue *)self;
    kl_fork_watch_end(&q->fork_watch);
    kl_value_release(q->holds);
    pthread_mutex_destroy(&q->lock);
}

static bool is_pending(kl_value hold)
{
    return kl_text_is(kl_as_text(kl_map_get(hold, KL_TEXT("status"))), "pending");
}

static kl_status set_now(kl_value *hold, const char *key, kl_error *error)
{
    char text[KL_TIME_TEXT];
    size_t len = kl_time_print(text, kl_time_now(), 9, KL_TIME_Z);
    return kl_map_set_text(hold, kl_text_from(key), (kl_text){text, len}, error);
}

/* ---- adding ----------------------------------------------------------------------------------- */

/* A member may be any text of a face, so it is checked. */
static kl_status set_checked(kl_value *hold, const char *key, kl_text text, kl_error *error)
{
    kl_value value;
    KL_TRY(kl_string_new(&value, text, error));
    return kl_map_set(hold, kl_text_from(key), value, error);
}

static kl_status hold_map(kl_value *out, kl_text id, const kl_hold *hold, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 10, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("hold_id"), id, error));
    KL_TRY_OUT(set_checked(&map, "agent_id", hold->agent_id, error));
    KL_TRY_OUT(set_checked(&map, "action", hold->action, error));
    KL_TRY_OUT(set_checked(&map, "reason", hold->reason, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("context"), kl_value_retain(hold->context), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("status"), KL_TEXT("pending"), error));
    KL_TRY_OUT(set_now(&map, "created_at", error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("resolved_by"), kl_null(), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("resolved_at"), kl_null(), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("resolution"), kl_null(), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* Forget the oldest of the decided ones. Seldom, so that it costs little for each. */
static kl_status shrink(hold_queue *q, kl_error *error)
{
    size_t len = kl_map_len(q->holds), decided = len - q->pending;
    kl_value kept;
    kl_status status;
    if (len < 3 * (size_t)KL_HOLDS_MAX)
        return KL_OK;
    KL_TRY(kl_map_new(&kept, 2 * (size_t)KL_HOLDS_MAX, error));
    for (size_t i = 0; i < len; i++) {
        kl_value hold = kl_map_value_at(q->holds, i);
        if (!is_pending(hold) && decided-- > KL_HOLDS_MAX)
            continue;
        KL_TRY_OUT(kl_map_set_key(&kept, kl_map_key_value_at(q->holds, i), kl_value_retain(hold),
                                  error));
    }
    kl_value_replace(&q->holds, kept);
    return KL_OK;
out:
    kl_value_release(kept);
    return status;
}

static kl_status add_locked(hold_queue *q, kl_value id, kl_value hold, kl_error *error)
{
    if (q->pending >= KL_HOLDS_MAX)
        return kl_fault(error, KL_LIMIT, NULL, "queue_full",
                        "the hold queue is full: %d actions wait; approve, reject or expire some",
                        KL_HOLDS_MAX);
    KL_TRY(shrink(q, error));
    KL_TRY(kl_map_set_key(&q->holds, id, kl_value_retain(hold), error));
    q->pending++;
    return KL_OK;
}

kl_status kl_hold_queue_add(kl_value *out, kl_object *queue, const kl_hold *hold, kl_error *error)
{
    hold_queue *q = (hold_queue *)queue;
    char uuid[37];
    kl_value id, map;
    KL_TRY(kl_uuid_new(uuid, error));
    KL_TRY(kl_string_new(&id, (kl_text){uuid, 36}, error));
    kl_status status = hold_map(&map, kl_as_text(id), hold, error);
    if (status == KL_OK) {
        pthread_mutex_lock(&q->lock);
        status = add_locked(q, id, map, error);
        pthread_mutex_unlock(&q->lock);
        kl_value_release(map);
    }
    if (status == KL_OK)
        *out = id;
    else
        kl_value_release(id);
    return status;
}

static kl_status enqueue(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_hold hold = {.agent_id = kl_as_text(args[0]), .action = kl_as_text(args[1]),
                    .reason = kl_as_text(args[2]), .context = args[3]};
    return kl_hold_queue_add(out, self, &hold, error);
}

/* ---- deciding --------------------------------------------------------------------------------- */

/* Put the decision into a copy of the hold; given. */
static kl_status decided(kl_value *out, kl_value hold, const char *status_word, kl_value by,
                         kl_value why, kl_error *error)
{
    kl_value map = kl_value_retain(hold);
    kl_status status;
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("status"), kl_text_from(status_word), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("resolved_by"), kl_value_retain(by), error));
    KL_TRY_OUT(set_now(&map, "resolved_at", error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("resolution"), kl_value_retain(why), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status decide_locked(hold_queue *q, const char *status_word, kl_value id, kl_value by,
                               kl_value why, kl_error *error)
{
    const kl_value *hold = kl_map_find(q->holds, kl_as_text(id));
    kl_value map;
    if (!hold)
        return kl_fault(error, KL_INVALID, KL_EATP_ERROR, "hold_not_found",
                        "there is no hold '%.*s'", KL_TEXT_ARG(kl_as_text(id)));
    if (!is_pending(*hold))
        return kl_fault(error, KL_INVALID, KL_EATP_ERROR, "hold_resolved",
                        "hold '%.*s' is %.*s already", KL_TEXT_ARG(kl_as_text(id)),
                        KL_TEXT_ARG(kl_as_text(kl_map_get(*hold, KL_TEXT("status")))));
    KL_TRY(decided(&map, *hold, status_word, by, why, error));
    KL_TRY(kl_map_set(&q->holds, kl_as_text(id), map, error));
    q->pending--;
    return KL_OK;
}

static kl_status decide(hold_queue *q, const char *status_word, const kl_value *args,
                        kl_error *error)
{
    if (!kl_as_text(args[1]).len)
        return kl_error_set(error, KL_INVALID, "approver: must not be empty");
    pthread_mutex_lock(&q->lock);
    kl_status status = decide_locked(q, status_word, args[0], args[1], args[2], error);
    pthread_mutex_unlock(&q->lock);
    return status;
}

static kl_status approve(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out;
    return decide((hold_queue *)self, "approved", args, error);
}

static kl_status reject(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out;
    return decide((hold_queue *)self, "rejected", args, error);
}

static bool is_older(kl_value hold, kl_time limit)
{
    kl_time created = limit;
    (void)kl_time_parse(&created, kl_as_text(kl_map_get(hold, KL_TEXT("created_at"))), NULL);
    return created < limit;
}

static kl_status expire_locked(kl_value *ids, hold_queue *q, kl_time limit, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(q->holds); i++) {
        kl_value id = kl_map_key_value_at(q->holds, i), hold = kl_map_value_at(q->holds, i);
        if (!is_pending(hold))
            continue;
        if (!is_older(hold, limit))
            return KL_OK; /* so are all behind it */
        kl_value_retain(id); /* that of the map may be moved by the change */
        kl_status status = kl_array_push(ids, kl_value_retain(id), error);
        if (status == KL_OK)
            status = decide_locked(q, "expired", id, kl_null(), kl_null(), error);
        kl_value_release(id);
        KL_TRY(status);
    }
    return KL_OK;
}

static kl_status expire(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    hold_queue *q = (hold_queue *)self;
    double seconds = kl_as_double(args[0]);
    kl_time now = kl_time_now();
    /* Beyond the age of the clock nothing is older. */
    kl_time limit = seconds * 1e9 < (double)now ? now - (kl_time)(seconds * 1e9) : 0;
    kl_value ids;
    KL_TRY(kl_array_new(&ids, 0, error));
    pthread_mutex_lock(&q->lock);
    kl_status status = expire_locked(&ids, q, limit, error);
    pthread_mutex_unlock(&q->lock);
    if (status == KL_OK)
        *out = ids;
    else
        kl_value_release(ids);
    return status;
}

/* ---- looking ---------------------------------------------------------------------------------- */

static kl_status get(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    hold_queue *q = (hold_queue *)self;
    (void)error;
    pthread_mutex_lock(&q->lock);
    *out = kl_value_retain(kl_map_get(q->holds, kl_as_text(args[0])));
    pthread_mutex_unlock(&q->lock);
    return KL_OK;
}

static size_t pending_of(hold_queue *q)
{
    pthread_mutex_lock(&q->lock);
    size_t pending = q->pending;
    pthread_mutex_unlock(&q->lock);
    return pending;
}

static kl_status pending_count(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    (void)args, (void)error;
    *out = kl_int((int64_t)pending_of((hold_queue *)self));
    return KL_OK;
}

static kl_status pending_holds(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    hold_queue *q = (hold_queue *)self;
    (void)args;
    kl_value list = kl_null();
    kl_status status;
    pthread_mutex_lock(&q->lock);
    kl_value holds = kl_value_retain(q->holds); /* a snapshot: whoever changes copies it first */
    pthread_mutex_unlock(&q->lock);
    KL_TRY_OUT(kl_array_new(&list, 0, error));
    for (size_t i = 0; i < kl_map_len(holds); i++)
        if (is_pending(kl_map_value_at(holds, i)))
            KL_TRY_OUT(kl_array_push(&list, kl_value_retain(kl_map_value_at(holds, i)), error));
    *out = kl_value_take(&list);
out:
    kl_value_release(list);
    kl_value_release(holds);
    return status;
}

static kl_status queue_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "EatpHoldQueue(pending=%zu)",
                            pending_of((hold_queue *)self));
}

/* ---- the table -------------------------------------------------------------------------------- */

#define ID_PARAM {.name = "hold_id", .kind = KL_KIND_STRING, .doc = "what enqueue() gave"}

static const kl_param enqueue_params[] = {
    {.name = "agent_id", .kind = KL_KIND_STRING, .doc = "who wants to act"},
    {.name = "action", .kind = KL_KIND_STRING, .doc = "what it wants to do"},
    {.name = "reason", .kind = KL_KIND_STRING, .doc = "why it must wait"},
    {.name = "context", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "what the person who decides should know; None = nothing"},
};
static const kl_param decide_params[] = {
    ID_PARAM,
    {.name = "approver", .kind = KL_KIND_STRING, .doc = "who decides; not empty"},
    {.name = "reason", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "why"},
};
static const kl_param get_params[] = {ID_PARAM};
static const kl_param expire_params[] = {
    {.name = "ttl", .kind = KL_KIND_DURATION,
     .doc = "seconds that an action may wait: older ones expire"},
};

static const kl_method methods[] = {
    {.name = "enqueue", .call = enqueue, .params = KL_TABLE(enqueue_params),
     .returns = KL_KIND_STRING, .raises = "RuntimeError",
     .doc = "Let an action wait; the id of its hold. At most 10000 wait at a time."},
    {.name = "get", .call = get, .params = KL_TABLE(get_params), .returns = KL_KIND_MAP,
     .returns_optional = true,
     .doc = "A hold, decided or not: hold_id, agent_id, action, reason, context, status (pending, "
            "approved, rejected, expired), created_at, resolved_by, resolved_at, resolution. None "
            "when there is none, or it was decided more than 10000 decisions ago."},
    {.name = "approve", .call = approve, .params = KL_TABLE(decide_params),
     .returns = KL_KIND_NONE, .raises = "EatpError, ValueError",
     .doc = "Let an action go ahead. EatpError when there is no such hold, or it is decided."},
    {.name = "reject", .call = reject, .params = KL_TABLE(decide_params), .returns = KL_KIND_NONE,
     .raises = "EatpError, ValueError",
     .doc = "Deny an action. EatpError when there is no such hold, or it is decided."},
    {.name = "expire", .call = expire, .params = KL_TABLE(expire_params),
     .returns = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "Deny all that have waited too long; their ids, the oldest first."},
    {.name = "pending_count", .call = pending_count, .returns = KL_KIND_INT,
     .doc = "How many actions wait."},
    {.name = "pending_holds", .call = pending_holds, .returns = KL_KIND_ARRAY,
     .item = KL_KIND_MAP, .doc = "The holds of those, the oldest first; see get()."},
};

const kl_type kl_eatp_hold_queue_type = {
    .name = "EatpHoldQueue",
    .module = "kailash",
    .doc = "Actions that wait for a person to approve or reject them. Threads may share one.",
    .size = sizeof(hold_queue),
    .init = queue_init,
    .dispose = queue_dispose,
    .methods = KL_TABLE(methods),
    .repr = queue_repr,
};
KL_PUBLISH(kl_eatp_hold_queue_type);
