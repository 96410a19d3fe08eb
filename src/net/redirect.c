/* src/net/redirect.c - where an answer leads, and whether one may go there. */
#include "transfer.h"

static bool is_redirect(int status_code)
{
    return status_code == 301 || status_code == 302 || status_code == 303 || status_code == 307 ||
           status_code == 308;
}

bool kl_redirect_wanted(const kl_transfer *t, int status_code)
{
    return t->request->redirects != KL_HTTP_REDIRECTS_NEVER && is_redirect(status_code) &&
           kl_http_header_of(&t->result->response, "location").len > 0;
}

/* 303 asks for a GET; of 301 and 302 all browsers make one out of a POST. */
static bool becomes_get(const kl_transfer *t, int status_code)
{
    kl_text method = kl_request_method(t);
    if (status_code == 303)
        return !kl_text_is(method, "HEAD");
    return (status_code == 301 || status_code == 302) && kl_text_is(method, "POST");
}

static kl_status choose_guard(kl_transfer *t, kl_error *error)
{
    static const kl_guard careful = {.policy = KL_GUARD_REFUSE_PRIVATE};
    const kl_guard *first = t->request->guard ? t->request->guard : &careful;
    bool home = kl_url_same_origin(&t->first, &t->url);
    t->guard = *first;
    if (home || t->request->redirects == KL_HTTP_REDIRECTS_FREE)
        return KL_OK;
    if (t->request->socket_path.len)
        return kl_error_set(error, KL_DENIED, "a Unix socket leads to one origin only");
    if (t->request->redirects == KL_HTTP_REDIRECTS_STRICT &&
        first->policy != KL_GUARD_REFUSE_PRIVATE)
        return kl_error_set(error, KL_DENIED, "SSRF blocked: only the same host and port may be "
                            "redirected to");
    t->guard = (kl_guard){.hosts = first->hosts};
    return KL_OK;
}

static kl_status go(kl_transfer *t, kl_url *url, kl_error *error)
{
    kl_url_clear(&t->url);
    t->url = *url;
    t->strayed |= !kl_url_same_origin(&t->first, &t->url);
    KL_TRY(choose_guard(t, error));
    return kl_guard_check_host(&t->guard, t->url.host, error);
}

kl_status kl_redirect_follow(kl_transfer *t, kl_error *error)
{
    kl_http_response *response = &t->result->response;
    uint32_t max = t->request->redirects_max ? t->request->redirects_max : KL_HTTP_REDIRECTS_MAX;
    kl_url url;
    kl_error why = KL_ERROR_INIT;
    if (response->redirects == max)
        return kl_error_set(error, KL_FAILED, "redirect refused: more than %u redirects", max);
    kl_status status = kl_url_join(&url, &t->url, kl_http_header_of(response, "location"), &why);
    t->is_get |= becomes_get(t, response->status_code);
    response->redirects++;
    if (status == KL_OK)
        status = go(t, &url, &why);
    if (status == KL_OK && !t->is_get && t->request->source &&
        !(t->request->rewind && t->request->rewind(t->request->source)))
        status = kl_error_set(&why, KL_FAILED, "the body cannot be sent again");
    if (status == KL_NO_MEMORY)
        kl_error_move(error, &why);
    else if (status != KL_OK)
        kl_error_set(error, status == KL_INVALID ? KL_FAILED : status, "redirect refused: %s",
                     kl_error_message(&why));
    kl_error_clear(&why);
    return status == KL_INVALID ? KL_FAILED : status;
}
