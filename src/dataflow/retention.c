/* src/dataflow/retention.c - RetentionPolicy, RetentionAction, DataRetentionEnforcer. */
#include "retention.h"
#include "fork.h"

#include <pthread.h>

/* ---- RetentionAction --------------------------------------------------------------------------- */

static const kl_item actions[] = {
    [KL_RETENTION_RETAIN] = {"Retain", "Retain", "it stays"},
    [KL_RETENTION_ARCHIVE] = {"Archive", "Archive", "it is moved to an archive"},
    [KL_RETENTION_DELETE] = {"Delete", "Delete", "it is deleted"},
    [KL_RETENTION_CONSENT] = {"RequiresConsent", "RequiresConsent",
                              "it stays as long as the person consents"},
};
static const char *const action_functions[] = {
    [KL_RETENTION_RETAIN] = "retain", [KL_RETENTION_ARCHIVE] = "archive",
    [KL_RETENTION_DELETE] = "delete", [KL_RETENTION_CONSENT] = "requires_consent"
};

const kl_type kl_retention_action_type = {
    .name = "RetentionAction",
    .module = "kailash.dataflow",
    .doc = "What becomes of a value, or a row, at its age.",
    .flags = KL_TYPE_ENUM,
    .items = actions,
    .item_methods = action_functions,
    .item_count = KL_COUNT(actions),
};
KL_PUBLISH(kl_retention_action_type);

/* ---- RetentionPolicy --------------------------------------------------------------------------- */

enum { INDEFINITE, DAYS, YEARS, UNTIL_CONSENT_REVOKED };
enum { DAYS_OF_YEAR = 365 };

typedef struct policy {
    kl_object object;
    int64_t kind;
    int64_t count; /* of days or years */
} policy;

static const kl_field policy_fields[] = {
    KL_COUNT_FIELD(policy, kind, 0, .flags = KL_HIDDEN),
    KL_COUNT_FIELD(policy, count, 0, .flags = KL_HIDDEN),
};

static kl_status new_policy(kl_value *out, int64_t kind, int64_t count, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_retention_policy_type, error));
    ((policy *)object)->kind = kind;
    ((policy *)object)->count = count;
    *out = kl_value_of(object);
    return KL_OK;
}

static kl_status indefinite(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self, (void)args;
    return new_policy(out, INDEFINITE, 0, error);
}

static kl_status days(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return new_policy(out, DAYS, kl_as_int(args[0]), error);
}

static kl_status years(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return new_policy(out, YEARS, kl_as_int(args[0]), error);
}

static kl_status until_revoked(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    (void)self, (void)args;
    return new_policy(out, UNTIL_CONSENT_REVOKED, 0, error);
}

/* -1 = no limit. */
static int64_t max_days_of(const policy *p)
{
    if (p->kind == YEARS)
        return KL_MIN(p->count * DAYS_OF_YEAR, (int64_t)UINT32_MAX);
    return p->kind == DAYS ? p->count : -1;
}

kl_retention kl_retention_of(kl_value value, int64_t age_days)
{
    const policy *p = kl_as_object(value, &kl_retention_policy_type);
    if (p && p->kind == UNTIL_CONSENT_REVOKED)
        return KL_RETENTION_CONSENT;
    int64_t most = p ? max_days_of(p) : -1;
    return most >= 0 && age_days > most ? KL_RETENTION_DELETE : KL_RETENTION_RETAIN;
}

static kl_status max_days(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    int64_t most = max_days_of((policy *)self);
    (void)args, (void)error;
    *out = most < 0 ? kl_null() : kl_int(most);
    return KL_OK;
}

static kl_status policy_str(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const policy *p = (const policy *)self;
    (void)args;
    if (p->kind == INDEFINITE)
        return kl_string_new(out, KL_TEXT("Indefinite"), error);
    if (p->kind == UNTIL_CONSENT_REVOKED)
        return kl_string_new(out, KL_TEXT("UntilConsentRevoked"), error);
    return kl_string_format(out, error, "%lld %s", (long long)p->count,
                            p->kind == DAYS ? "days" : "years");
}

static kl_status policy_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const policy *p = (const policy *)self;
    static const char *const names[] = {"indefinite", "days", "years", "until_consent_revoked"};
    if (p->kind == DAYS || p->kind == YEARS)
        return kl_string_format(out, error, "RetentionPolicy.%s(%lld)", names[p->kind],
                                (long long)p->count);
    return kl_string_format(out, error, "RetentionPolicy.%s()", names[p->kind]);
}

static const kl_param count_params[] = {
    {.name = "n", .kind = KL_KIND_COUNT, .range = KL_RANGE(0, UINT32_MAX), .doc = "how many"},
};

#define MAKER(maker, function, text, ...)                                                          \
    {.name = (maker), .call = (function), .flags = KL_STATIC, .returns = KL_KIND_OBJECT,           \
     .returns_type = &kl_retention_policy_type, .doc = (text), __VA_ARGS__}

static const kl_method policy_methods[] = {
    MAKER("indefinite", indefinite, "For ever.", .params = NULL),
    MAKER("days", days, "So many days.", .params = KL_TABLE(count_params),
          .raises = "OverflowError"),
    MAKER("years", years, "So many years of 365 days.", .params = KL_TABLE(count_params),
          .raises = "OverflowError"),
    MAKER("until_consent_revoked", until_revoked, "As long as the person consents.",
          .params = NULL),
    {.name = "max_days", .call = max_days, .flags = KL_PROPERTY, .returns = KL_KIND_INT,
     .returns_optional = true,
     .doc = "Days after which the value goes, at most 2^32-1; None when no time ends it."},
    {.name = "__str__", .call = policy_str, .returns = KL_KIND_STRING,
     .doc = "In words, such as 365 days."},
};

const kl_type kl_retention_policy_type = {
    .name = "RetentionPolicy",
    .module = "kailash.dataflow",
    .doc = "How long a value is kept.",
    .size = sizeof(policy),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(policy_fields),
    .methods = KL_TABLE(policy_methods),
    .repr = policy_repr,
};
KL_PUBLISH(kl_retention_policy_type);

/* ---- DataRetentionEnforcer --------------------------------------------------------------------- */

typedef struct enforcer {
    kl_object object;
    kl_fork_watch fork_watch;
    pthread_mutex_t lock; /* guards what follows */
    kl_value policies;    /* map of field -> its first policy */
} enforcer;

static kl_status enforcer_init(kl_object *self, const kl_value *args, kl_error *error)
{
    enforcer *e = (enforcer *)self;
    (void)args;
    pthread_mutex_init(&e->lock, NULL);
    e->fork_watch.lock = &e->lock;
    kl_fork_watch_begin(&e->fork_watch);
    return kl_map_new(&e->policies, 0, error);
}

static void enforcer_dispose(kl_object *self)
{
    enforcer *e = (enforcer *)self;
    kl_fork_watch_end(&e->fork_watch);
    kl_value_release(e->policies);
    pthread_mutex_destroy(&e->lock);
}

static kl_status add_policy(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    enforcer *e = (enforcer *)self;
    kl_status status = KL_OK;
    (void)out;
    pthread_mutex_lock(&e->lock);
    if (!kl_map_has(e->policies, kl_as_text(args[0]))) /* the first one stays */
        status = kl_map_set_key(&e->policies, args[0], kl_value_retain(args[1]), error);
    pthread_mutex_unlock(&e->lock);
    return status;
}

kl_retention kl_retention_check(kl_object *self, kl_text field, int64_t age_days)
{
    enforcer *e = (enforcer *)self;
    pthread_mutex_lock(&e->lock);
    kl_retention action = kl_retention_of(kl_map_get(e->policies, field), age_days);
    pthread_mutex_unlock(&e->lock);
    return action;
}

bool kl_retention_has(kl_object *self, kl_text field)
{
    enforcer *e = (enforcer *)self;
    pthread_mutex_lock(&e->lock);
    bool has = field.len ? kl_map_has(e->policies, field) : kl_map_len(e->policies) > 0;
    pthread_mutex_unlock(&e->lock);
    return has;
}

static kl_status check_retention(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    kl_retention action = kl_retention_check(self, kl_as_text(args[0]), kl_as_int(args[1]));
    return kl_item_at(out, &kl_retention_action_type, action, error);
}

/* (field, action), at the end of a list. */
static kl_status add_pair(kl_value *list, kl_value field, kl_retention action, kl_error *error)
{
    kl_value pair, item;
    kl_status status;
    KL_TRY(kl_array_new(&pair, 2, error));
    KL_TRY_OUT(kl_array_push(&pair, kl_value_retain(field), error));
    KL_TRY_OUT(kl_item_at(&item, &kl_retention_action_type, action, error));
    KL_TRY_OUT(kl_array_push(&pair, item, error));
    return kl_array_push(list, pair, error);
out:
    kl_value_release(pair);
    return status;
}

static kl_status fields_requiring_action(kl_value *out, kl_object *self, const kl_value *args,
                                         kl_error *error)
{
    enforcer *e = (enforcer *)self;
    kl_value list = kl_null();
    kl_status status;
    pthread_mutex_lock(&e->lock);
    kl_value policies = kl_value_retain(e->policies); /* a snapshot: whoever adds copies it first */
    pthread_mutex_unlock(&e->lock);
    KL_TRY_OUT(kl_array_new(&list, 0, error));
    for (size_t i = 0; i < kl_map_len(policies); i++) {
        kl_retention action = kl_retention_of(kl_map_value_at(policies, i), kl_as_int(args[0]));
        if (action != KL_RETENTION_RETAIN)
            KL_TRY_OUT(add_pair(&list, kl_map_key_value_at(policies, i), action, error));
    }
    *out = kl_value_take(&list);
out:
    kl_value_release(list);
    kl_value_release(policies);
    return status;
}

static kl_status enforcer_repr(kl_value *out, kl_object *self, kl_error *error)
{
    (void)self;
    return kl_string_new(out, KL_TEXT("DataRetentionEnforcer()"), error);
}

#define AGE_PARAM                                                                                  \
    {.name = "age_days", .kind = KL_KIND_COUNT, .range = KL_RANGE(0, UINT32_MAX),                  \
     .doc = "age of the value in days"}

static const kl_param add_params[] = {
    {.name = "field_pattern", .kind = KL_KIND_STRING,
     .doc = "name of a field, in this very spelling"},
    {.name = "policy", .kind = KL_KIND_OBJECT, .type = &kl_retention_policy_type,
     .doc = "how long it is kept"},
};
static const kl_param check_params[] = {
    {.name = "field_name", .kind = KL_KIND_STRING, .doc = "name of a field"},
    AGE_PARAM,
};
static const kl_param age_params[] = {AGE_PARAM};

static const kl_method enforcer_methods[] = {
    {.name = "add_policy", .call = add_policy, .params = KL_TABLE(add_params),
     .returns = KL_KIND_NONE,
     .doc = "Adds a policy for a field. The first one of a field counts."},
    {.name = "check_retention", .call = check_retention, .params = KL_TABLE(check_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_retention_action_type,
     .raises = "OverflowError",
     .doc = "What becomes of a field at an age. Without a policy it stays."},
    {.name = "fields_requiring_action", .call = fields_requiring_action,
     .params = KL_TABLE(age_params), .returns = KL_KIND_ARRAY, .item = KL_KIND_TUPLE,
     .raises = "OverflowError",
     .doc = "The fields that do not just stay at an age, each once, as pairs of its name and a "
            "RetentionAction."},
};

const kl_type kl_retention_enforcer_type = {
    .name = "DataRetentionEnforcer",
    .module = "kailash.dataflow",
    .doc = "How long which field is kept. Threads may share one.",
    .size = sizeof(enforcer),
    .methods = KL_TABLE(enforcer_methods),
    .init = enforcer_init,
    .dispose = enforcer_dispose,
    .repr = enforcer_repr,
};
KL_PUBLISH(kl_retention_enforcer_type);
