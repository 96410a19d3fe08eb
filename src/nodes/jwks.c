/* src/nodes/jwks.c - see jwks.h. */
#include "jwks.h"
#include "fork.h"
#include "host.h"
#include "kailash/time.h"
#include "workflow/shared.h"

#include <pthread.h>

/* Of one URL; the name of the state. */
typedef struct document {
    pthread_mutex_t lock; /* guards the rest */
    kl_fork_watch watch;
    kl_value body; /* a map; null before the first fetch */
    kl_time fetched;
} document;

static kl_status make(void **out, kl_text name, kl_error *error)
{
    (void)name;
    document *made = kl_alloc_zero(1, sizeof *made);
    if (!made)
        return kl_error_no_memory(error);
    pthread_mutex_init(&made->lock, NULL);
    made->watch.lock = &made->lock;
    kl_fork_watch_begin(&made->watch);
    *out = made;
    return KL_OK;
}

static void dispose(void *state)
{
    document *made = state;
    kl_fork_watch_end(&made->watch);
    pthread_mutex_destroy(&made->lock);
    kl_value_release(made->body);
    kl_free(made);
}

static const kl_shared_kind document_kind = {make, dispose};

/* What is kept, if it is younger than `max_age`; else null. Given. */
static kl_value kept(document *of, kl_duration max_age)
{
    kl_value body = kl_null();
    pthread_mutex_lock(&of->lock);
    if (!kl_is_null(of->body) && kl_clock_now() - of->fetched < max_age)
        body = kl_value_retain(of->body);
    pthread_mutex_unlock(&of->lock);
    return body;
}

static void keep(document *of, kl_value body)
{
    pthread_mutex_lock(&of->lock);
    kl_value old = of->body;
    of->body = kl_value_retain(body);
    of->fetched = kl_clock_now();
    pthread_mutex_unlock(&of->lock);
    kl_value_release(old);
}

/* One per URL, per registry: who has another registry has other trust. */
static kl_status document_of(document **out, const kl_oauth_http *http, kl_text url,
                             kl_error *error)
{
    void *state;
    KL_TRY(kl_shared_get(&state, &document_kind, url, http->call->registry, error));
    *out = state;
    return KL_OK;
}

/* From what is kept for less than `max_age`, or fetched; `*fresh` tells which. */
static kl_status get(kl_value *out, bool *fresh, const kl_oauth_http *http, kl_text url,
                     kl_duration max_age, kl_error *error)
{
    document *of;
    KL_TRY(document_of(&of, http, url, error));
    *out = kept(of, max_age);
    *fresh = kl_is_null(*out);
    if (!*fresh)
        return KL_OK;
    void *token = kl_blocking_begin();
    kl_status status = kl_oauth_get(out, http, url, (kl_text){0}, error);
    kl_blocking_end(token);
    if (status == KL_OK)
        keep(of, *out);
    return status;
}

kl_status kl_jwks_document(kl_value *out, const kl_oauth_http *http, kl_text url, kl_error *error)
{
    bool fresh;
    return get(out, &fresh, http, url, KL_JWKS_KEEP * KL_SECOND, error);
}

static kl_status verify_with(kl_value *claims, kl_jwt_fault *fault, kl_text token,
                             const kl_jwt_rules *rules, const kl_oauth_http *http, kl_value keys,
                             kl_error *error)
{
    kl_jwk_set set;
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_jwk_set_read(&set, keys, &why);
    if (status == KL_INVALID || status == KL_LIMIT || status == KL_NOT_FOUND)
        status = kl_node_failed(error, "%s failed: %s", http->what, kl_error_message(&why));
    else
        kl_error_move(error, &why);
    kl_error_clear(&why);
    KL_TRY(status);
    status = kl_jwt_verify_with(claims, fault, token, rules, &set, error);
    kl_jwk_set_end(&set);
    return status;
}

kl_status kl_jwks_verify(kl_value *claims, kl_jwt_fault *fault, kl_text token,
                         const kl_jwt_rules *rules, const kl_oauth_http *http, kl_text url,
                         kl_error *error)
{
    kl_value keys;
    bool fresh;
    KL_TRY(get(&keys, &fresh, http, url, KL_JWKS_KEEP * KL_SECOND, error));
    kl_status status = verify_with(claims, fault, token, rules, http, keys, error);
    kl_value_release(keys);
    if (status != KL_OK || *fault != KL_JWT_KEY || fresh)
        return status;
    /* The provider may have new keys since; made-up kids must not make us ask for each token. */
    KL_TRY(get(&keys, &fresh, http, url, KL_JWKS_PACE * KL_SECOND, error));
    status = fresh ? verify_with(claims, fault, token, rules, http, keys, error) : KL_OK;
    kl_value_release(keys);
    return status;
}
