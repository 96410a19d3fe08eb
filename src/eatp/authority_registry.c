/* src/eatp/authority_registry.c - EatpAuthorityRegistry: the authorities that are known, one an
 * organisation. */
#include "authority.h"
#include "authority_parts.h"
#include "fault.h"
#include "fork.h"

#include <pthread.h>

typedef struct registry {
    kl_object object;
    kl_fork_watch fork_watch;
    pthread_mutex_t lock; /* guards authorities */
    kl_value authorities; /* map of org_id -> EatpOrganizationalAuthority */
} registry;

static kl_status init(kl_object *self, const kl_value *args, kl_error *error)
{
    registry *r = (registry *)self;
    (void)args;
    pthread_mutex_init(&r->lock, NULL);
    r->fork_watch.lock = &r->lock;
    kl_fork_watch_begin(&r->fork_watch);
    return kl_map_new(&r->authorities, 0, error);
}

static void dispose(kl_object *self)
{
    registry *r = (registry *)self;
    kl_fork_watch_end(&r->fork_watch);
    kl_value_release(r->authorities);
    pthread_mutex_destroy(&r->lock);
}

/* ---- changing ----------------------------------------------------------------------------------- */

static kl_status register_authority(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    registry *r = (registry *)self;
    kl_value name = ((kl_authority *)args[0].as.object)->org_id;
    (void)out;
    pthread_mutex_lock(&r->lock);
    kl_status status =
        kl_map_has(r->authorities, kl_as_text(name))
            ? kl_fault(error, KL_INVALID, KL_EATP_AUTHORITY, "already_registered",
                       "authority for org_id '%.*s' already registered; use "
                       "replace(force_replace=True) to change it on purpose",
                       KL_TEXT_ARG(kl_as_text(name)))
            : kl_map_set_key(&r->authorities, name, kl_value_retain(args[0]), error);
    pthread_mutex_unlock(&r->lock);
    return status;
}

/* With the lock held. */
static kl_status check_replace(const registry *r, kl_text name, kl_text of_authority, bool is_forced,
                               kl_error *error)
{
    if (!kl_text_equal(name, of_authority))
        return kl_fault(error, KL_INVALID, KL_EATP_AUTHORITY, "org_id_mismatch",
                        "replace() refused: authority.org_id='%.*s' does not match org_id='%.*s'",
                        KL_TEXT_ARG(of_authority), KL_TEXT_ARG(name));
    if (!kl_map_has(r->authorities, name))
        return kl_fault(error, KL_INVALID, KL_EATP_AUTHORITY, "not_registered",
                        "replace() refused: no authority for org_id '%.*s' is registered",
                        KL_TEXT_ARG(name));
    if (!is_forced)
        return kl_fault(error, KL_INVALID, KL_EATP_AUTHORITY, "not_forced",
                        "replace() refused for org_id '%.*s': pass force_replace=True to overwrite "
                        "the authority that is there", KL_TEXT_ARG(name));
    return KL_OK;
}

static kl_status replace(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    registry *r = (registry *)self;
    kl_value of_authority = ((kl_authority *)args[1].as.object)->org_id;
    (void)out;
    pthread_mutex_lock(&r->lock);
    kl_status status = check_replace(r, kl_as_text(args[0]), kl_as_text(of_authority),
                                     kl_as_bool(args[2]), error);
    if (status == KL_OK)
        status = kl_map_set_key(&r->authorities, args[0], kl_value_retain(args[1]), error);
    pthread_mutex_unlock(&r->lock);
    return status;
}

static kl_status unregister(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    registry *r = (registry *)self;
    pthread_mutex_lock(&r->lock);
    kl_value found = kl_value_retain(kl_map_get(r->authorities, kl_as_text(args[0])));
    kl_status status = kl_map_remove(&r->authorities, kl_as_text(args[0]), error);
    pthread_mutex_unlock(&r->lock);
    if (status == KL_OK)
        *out = found;
    else
        kl_value_release(found);
    return status;
}

/* ---- asking ------------------------------------------------------------------------------------- */

static kl_status lookup(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    registry *r = (registry *)self;
    (void)error;
    pthread_mutex_lock(&r->lock);
    *out = kl_value_retain(kl_map_get(r->authorities, kl_as_text(args[0])));
    pthread_mutex_unlock(&r->lock);
    return KL_OK;
}

static kl_status contains(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value found = kl_null();
    KL_TRY(lookup(&found, self, args, error));
    *out = kl_bool(!kl_is_null(found));
    kl_value_release(found);
    return KL_OK;
}

static size_t count_of(registry *r)
{
    pthread_mutex_lock(&r->lock);
    size_t count = kl_map_len(r->authorities);
    pthread_mutex_unlock(&r->lock);
    return count;
}

static kl_status length(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_int((int64_t)count_of((registry *)self));
    return KL_OK;
}

static kl_status list_orgs(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    registry *r = (registry *)self;
    kl_value names, all;
    kl_status status;
    (void)args;
    pthread_mutex_lock(&r->lock);
    all = kl_value_retain(r->authorities);
    pthread_mutex_unlock(&r->lock);
    KL_TRY_OUT(kl_array_new(&names, kl_map_len(all), error));
    for (size_t i = 0; i < kl_map_len(all) && status == KL_OK; i++)
        status = kl_array_push(&names, kl_value_retain(kl_map_key_value_at(all, i)), error);
    if (status == KL_OK)
        status = kl_array_sort(&names, error);
    if (status == KL_OK)
        *out = names;
    else
        kl_value_release(names);
out:
    kl_value_release(all);
    return status;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "EatpAuthorityRegistry(authorities=%zu)",
                            count_of((registry *)self));
}

/* ---- tables ------------------------------------------------------------------------------------- */

#define ORG {.name = "org_id", .kind = KL_KIND_STRING, .doc = "name of an organisation"}
#define AUTHORITY                                                                                  \
    {.name = "authority", .kind = KL_KIND_OBJECT, .type = &kl_authority_type, .doc = "its authority"}

static const kl_param authority_param[] = {AUTHORITY};
static const kl_param org_param[] = {ORG};
static const kl_param replace_params[] = {
    ORG, AUTHORITY,
    {.name = "force_replace", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "that it is meant: without it nothing is replaced"},
};

static const kl_method methods[] = {
    {.name = "register", .call = register_authority, .params = KL_TABLE(authority_param),
     .returns = KL_KIND_NONE, .raises = "EatpAuthorityError",
     .doc = "Adds the authority of an organisation that has none here."},
    {.name = "replace", .call = replace, .params = KL_TABLE(replace_params),
     .returns = KL_KIND_NONE, .raises = "EatpAuthorityError",
     .doc = "Puts another authority in the place of that of the same organisation."},
    {.name = "lookup", .call = lookup, .params = KL_TABLE(org_param), .returns = KL_KIND_OBJECT,
     .returns_type = &kl_authority_type, .returns_optional = true,
     .doc = "The authority of an organisation, or None."},
    {.name = "unregister", .call = unregister, .params = KL_TABLE(org_param),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_authority_type, .returns_optional = true,
     .doc = "Takes the authority of an organisation away; it, or None when there was none."},
    {.name = "list_orgs", .call = list_orgs, .returns = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "Names of the organisations, sorted."},
    {.name = "__contains__", .call = contains, .params = KL_TABLE(org_param),
     .returns = KL_KIND_BOOL, .doc = "Whether an organisation has an authority here."},
    {.name = "__len__", .call = length, .returns = KL_KIND_INT, .doc = "Number of authorities."},
};

static const kl_type registry_type = {
    .name = "EatpAuthorityRegistry",
    .module = "kailash",
    .doc = "The authorities that are known, one an organisation. Threads may share one.",
    .size = sizeof(registry),
    .methods = KL_TABLE(methods),
    .init = init,
    .dispose = dispose,
    .repr = repr,
};
KL_PUBLISH(registry_type);
