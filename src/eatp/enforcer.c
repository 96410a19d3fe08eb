/* src/eatp/enforcer.c - EatpStrictEnforcer: only what is approved passes, and every decision is kept. */
#include "fork.h"
#include "hold_queue.h"
#include "kinds.h"
#include "verdict.h"

#include <pthread.h>

/* So many decisions are kept, the newest. */
enum { RECORDS_MAX = 100000 };

typedef struct enforcer {
    kl_object object;
    kl_value on_held;    /* an EatpHeldBehavior */
    kl_value hold_queue; /* an EatpHoldQueue, or null */
    kl_fork_watch fork_watch;
    pthread_mutex_t lock; /* guards what follows */
    kl_value records;     /* array of maps; may hold up to twice as many */
} enforcer;

/* ---- making ----------------------------------------------------------------------------------- */

static kl_status enforcer_init(kl_object *self, const kl_value *args, kl_error *error)
{
    enforcer *e = (enforcer *)self;
    pthread_mutex_init(&e->lock, NULL);
    e->fork_watch.lock = &e->lock;
    kl_fork_watch_begin(&e->fork_watch);
    if (kl_is_null(args[0]))
        KL_TRY(kl_item_at(&e->on_held, &kl_eatp_held_behavior_type, KL_HELD_QUEUE, error));
    else
        e->on_held = kl_value_retain(args[0]);
    e->hold_queue = kl_value_retain(args[1]);
    return kl_array_new(&e->records, 0, error);
}

static void enforcer_dispose(kl_object *self)
{
    enforcer *e = (enforcer *)self;
    kl_fork_watch_end(&e->fork_watch);
    kl_value_release(e->on_held);
    kl_value_release(e->hold_queue);
    kl_value_release(e->records);
    pthread_mutex_destroy(&e->lock);
}

/* ---- judging ---------------------------------------------------------------------------------- */

static kl_zone strict(kl_zone zone) { return zone == KL_ZONE_FLAGGED ? KL_ZONE_BLOCKED : zone; }

static const char *word(kl_zone zone) { return kl_eatp_verdict_type.items[zone].word; }

static kl_status permits(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self, (void)error;
    *out = kl_bool(kl_verdict_zone(args[0]) == KL_ZONE_AUTO_APPROVED);
    return KL_OK;
}

static kl_status apply(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return kl_verdict_of(out, strict(kl_verdict_zone(args[0])), error);
}

static kl_status classify(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    kl_zone zone = strict(kl_verdict_zone(args[0]));
    return kl_string_new(out, kl_text_from(zone == KL_ZONE_AUTO_APPROVED ? "allowed" : word(zone)),
                         error);
}

/* ---- recording -------------------------------------------------------------------------------- */

static kl_status keep(enforcer *e, kl_value record, kl_error *error)
{
    kl_value newest;
    if (kl_array_len(e->records) >= 2 * RECORDS_MAX) {
        KL_TRY(kl_array_slice(&newest, e->records, RECORDS_MAX, 2 * RECORDS_MAX, error));
        kl_value_replace(&e->records, newest);
    }
    return kl_array_push(&e->records, kl_value_retain(record), error);
}

static kl_status record_map(kl_value *out, enforcer *e, kl_zone input, kl_error *error)
{
    kl_zone zone = strict(input);
    kl_item_object *behavior = (kl_item_object *)e->on_held.as.object;
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 5, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("input"), kl_text_from(word(input)), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("verdict"), kl_text_from(word(zone)), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("allowed"), kl_bool(zone == KL_ZONE_AUTO_APPROVED), error));
    if (zone == KL_ZONE_HELD)
        KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("held_behavior"),
                                   kl_text_from(behavior->item->word), error));
    else
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("held_behavior"), kl_null(), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* What is held goes to the queue, if there is one and that is what is done with it. */
static kl_status queue_held(kl_value *record, enforcer *e, const kl_hold *hold, kl_error *error)
{
    kl_item_object *behavior = (kl_item_object *)e->on_held.as.object;
    bool queues = behavior->item == &kl_eatp_held_behavior_type.items[KL_HELD_QUEUE];
    kl_value id;
    if (!hold || kl_is_null(e->hold_queue) || !queues)
        return KL_OK;
    KL_TRY(kl_hold_queue_add(&id, e->hold_queue.as.object, hold, error));
    return kl_map_set(record, KL_TEXT("hold_id"), id, error);
}

static kl_status decide(kl_value *out, enforcer *e, kl_zone input, const kl_hold *hold,
                        kl_error *error)
{
    kl_value record;
    KL_TRY(record_map(&record, e, input, error));
    kl_status status = input == KL_ZONE_HELD ? queue_held(&record, e, hold, error) : KL_OK;
    if (status == KL_OK) {
        pthread_mutex_lock(&e->lock);
        status = keep(e, record, error);
        pthread_mutex_unlock(&e->lock);
    }
    if (status == KL_OK)
        *out = record;
    else
        kl_value_release(record);
    return status;
}

static kl_status enforce(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_hold hold = {.agent_id = kl_as_text(args[1]), .action = kl_as_text(args[2]),
                    .reason = kl_as_text(args[3]), .context = args[4]};
    return decide(out, (enforcer *)self, kl_verdict_zone(args[0]), &hold, error);
}

static ptrdiff_t level_of(kl_value confidentiality)
{
    return kl_item_in(confidentiality) - kl_confidentiality_type.items;
}

static kl_status enforce_classification(kl_value *out, kl_object *self, const kl_value *args,
                                        kl_error *error)
{
    bool cleared = level_of(args[0]) <= level_of(args[1]);
    return decide(out, (enforcer *)self, cleared ? KL_ZONE_AUTO_APPROVED : KL_ZONE_BLOCKED, NULL,
                  error);
}

/* ---- looking ---------------------------------------------------------------------------------- */

/* The newest decisions, all or those that were denied. */
static kl_status list_records(kl_value *out, enforcer *e, bool denied_only, kl_error *error)
{
    kl_value list = kl_null();
    kl_status status;
    pthread_mutex_lock(&e->lock);
    kl_value records = kl_value_retain(e->records); /* a snapshot: whoever adds copies it first */
    pthread_mutex_unlock(&e->lock);
    size_t len = kl_array_len(records);
    KL_TRY_OUT(kl_array_new(&list, 0, error));
    for (size_t i = len > RECORDS_MAX ? len - RECORDS_MAX : 0; i < len; i++) {
        kl_value record = kl_array_at(records, i);
        if (!denied_only || !kl_as_bool(kl_map_get(record, KL_TEXT("allowed"))))
            KL_TRY_OUT(kl_array_push(&list, kl_value_retain(record), error));
    }
    *out = kl_value_take(&list);
out:
    kl_value_release(list);
    kl_value_release(records);
    return status;
}

static kl_status records(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return list_records(out, (enforcer *)self, false, error);
}

static kl_status review_queue(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return list_records(out, (enforcer *)self, true, error);
}

static kl_status get_on_held(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((enforcer *)self)->on_held);
    return KL_OK;
}

static kl_status enforcer_repr(kl_value *out, kl_object *self, kl_error *error)
{
    kl_item_object *behavior = (kl_item_object *)((enforcer *)self)->on_held.as.object;
    return kl_string_format(out, error, "EatpStrictEnforcer(on_held=%s)", behavior->item->word);
}

/* ---- the table -------------------------------------------------------------------------------- */

#define VERDICT_PARAM                                                                              \
    {.name = "verdict", .kind = KL_KIND_OBJECT, .type = &kl_eatp_verdict_type,                     \
     .doc = "how the action was judged"}
#define RECORD_DOC                                                                                 \
    "a dict of input and verdict (words, before and after it was made strict), allowed, and "      \
    "held_behavior (a word for what is held, else None)"

static const kl_param init_params[] = {
    {.name = "on_held", .kind = KL_KIND_OBJECT, .type = &kl_eatp_held_behavior_type,
     .flags = KL_OPTIONAL, .doc = "what becomes of an action that is held; None = Queue"},
    {.name = "hold_queue", .kind = KL_KIND_OBJECT, .type = &kl_eatp_hold_queue_type,
     .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
     .doc = "where enforce() lets held actions wait when on_held is Queue; None = nowhere"},
};
static const kl_param verdict_param[] = {VERDICT_PARAM};
static const kl_param enforce_params[] = {
    VERDICT_PARAM,
    {.name = "agent_id", .kind = KL_KIND_STRING, .fallback = "\"\"",
     .doc = "who wants to act, for the hold queue"},
    {.name = "action", .kind = KL_KIND_STRING, .fallback = "\"\"",
     .doc = "what it wants to do, likewise"},
    {.name = "reason", .kind = KL_KIND_STRING, .fallback = "\"\"",
     .doc = "why it must wait, likewise"},
    {.name = "context", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "what the person who decides should know, likewise"},
};
static const kl_param classification_params[] = {
    {.name = "action_level", .kind = KL_KIND_OBJECT, .type = &kl_confidentiality_type,
     .doc = "how confidential what is touched is"},
    {.name = "clearance", .kind = KL_KIND_OBJECT, .type = &kl_confidentiality_type,
     .doc = "the highest level that the caller may touch"},
};

static const kl_method methods[] = {
    {.name = "on_held", .call = get_on_held, .flags = KL_PROPERTY, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_eatp_held_behavior_type,
     .doc = "what becomes of an action that is held"},
    {.name = "permits", .call = permits, .params = KL_TABLE(verdict_param),
     .returns = KL_KIND_BOOL, .doc = "Whether an action passes: AutoApproved alone does."},
    {.name = "apply", .call = apply, .params = KL_TABLE(verdict_param), .returns = KL_KIND_OBJECT,
     .returns_type = &kl_eatp_verdict_type,
     .doc = "The verdict made strict: Flagged becomes Blocked."},
    {.name = "classify", .call = classify, .params = KL_TABLE(verdict_param),
     .returns = KL_KIND_STRING, .doc = "allowed, held or blocked; nothing is recorded."},
    {.name = "enforce", .call = enforce, .params = KL_TABLE(enforce_params),
     .returns = KL_KIND_MAP, .raises = "RuntimeError",
     .doc = "Judge and record: " RECORD_DOC ". A held action joins the hold queue, if there is "
            "one; hold_id in the dict tells where. RuntimeError when the queue is full: the "
            "action is denied then, too."},
    {.name = "enforce_classification", .call = enforce_classification,
     .params = KL_TABLE(classification_params), .returns = KL_KIND_MAP,
     .doc = "Approve what is no more confidential than the clearance, block the rest, and record "
            "it: " RECORD_DOC "."},
    {.name = "records", .call = records, .returns = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "What enforce() and enforce_classification() gave, the oldest first; the newest "
            "100000 are kept."},
    {.name = "review_queue", .call = review_queue, .returns = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "Those that were not allowed."},
};

static const kl_type kl_strict_enforcer_type = {
    .name = "EatpStrictEnforcer",
    .module = "kailash",
    .doc = "Enforces verdicts where \"flagged, but go ahead\" is not good enough: only AutoApproved "
           "passes. Threads may share one.",
    .size = sizeof(enforcer),
    .params = KL_TABLE(init_params),
    .init = enforcer_init,
    .dispose = enforcer_dispose,
    .methods = KL_TABLE(methods),
    .repr = enforcer_repr,
};
KL_PUBLISH(kl_strict_enforcer_type);
