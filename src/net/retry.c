/* src/net/retry.c - when a request is sent again, and after which delay. */
#include "transfer.h"

#include "kailash/id.h"

/* ---- whether ------------------------------------------------------------------------------------- */

static uint32_t reason_of(const kl_transfer *t, int status_code)
{
    if (status_code == 429)
        return KL_HTTP_RETRY_RATE;
    if (status_code == 408 || status_code == 409)
        return KL_HTTP_RETRY_CONFLICT;
    if (status_code >= 502 && status_code <= 504)
        return KL_HTTP_RETRY_GATEWAY | KL_HTTP_RETRY_SERVER;
    if (status_code >= 500 && status_code != 501)
        return KL_HTTP_RETRY_SERVER;
    if (status_code)
        return 0;
    switch (t->exchange.fault) {
    case KL_CURL_NAME:
    case KL_CURL_CONNECT: return KL_HTTP_RETRY_CONNECT;
    case KL_CURL_TIMEOUT: return KL_HTTP_RETRY_TIMEOUT;
    case KL_CURL_BROKEN: return KL_HTTP_RETRY_BROKEN;
    default: return 0;
    }
}

/* Sent twice, a POST may do twice what it does. */
static bool may_repeat(const kl_transfer *t, int status_code)
{
    kl_text method = kl_request_method(t);
    if (t->request->source && !t->is_get && !t->request->rewind)
        return false;
    if (status_code == 429 || (status_code == 0 && !t->exchange.connected))
        return true; /* it was not even begun */
    return t->request->retry.any_method ||
           !(kl_text_is(method, "POST") || kl_text_is(method, "PATCH"));
}

static kl_duration delay_max(const kl_transfer *t)
{
    return t->request->retry.delay_max ? t->request->retry.delay_max : KL_HTTP_RETRY_DELAY_MAX;
}

bool kl_retry_wanted(const kl_transfer *t, int status_code, kl_duration retry_after)
{
    const kl_http_retry *retry = &t->request->retry;
    if (t->result->response.tries > retry->max || t->told)
        return false;
    if (!(reason_of(t, status_code) & retry->on) || !may_repeat(t, status_code))
        return false;
    return retry_after <= delay_max(t); /* else it would only come too early again */
}

/* ---- after which delay --------------------------------------------------------------------------- */

kl_duration kl_retry_delay(const kl_transfer *t, kl_duration retry_after)
{
    const kl_http_retry *retry = &t->request->retry;
    kl_duration max = delay_max(t), delay = retry->delay ? retry->delay : KL_HTTP_RETRY_DELAY;
    for (uint32_t k = 1; k < t->result->response.tries && delay < max; k++)
        delay = delay > max / 2 ? max : 2 * delay;
    delay = KL_MIN(delay, max);
    uint16_t random = 0;
    if (!retry->no_jitter && kl_random(&random, sizeof random, NULL) == KL_OK)
        delay -= (kl_duration)((double)delay / 4 * random / UINT16_MAX);
    return KL_MAX(delay, retry_after);
}

/* ---- Retry-After --------------------------------------------------------------------------------- */

static bool digits(int32_t *out, const char *at, size_t count)
{
    int32_t number = 0;
    for (size_t i = 0; i < count; i++) {
        if (at[i] < '0' || at[i] > '9')
            return false;
        number = number * 10 + (at[i] - '0');
    }
    *out = number;
    return true;
}

/* "Wed, 21 Oct 2015 07:28:00 GMT", the one form that may still be sent (RFC 9110, 5.6.7). */
static bool read_date(kl_time *out, kl_text text)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    kl_date date = {0};
    if (text.len != 29 || memcmp(text.data + 25, " GMT", 4) != 0)
        return false;
    const char *at = text.data;
    const char *month = NULL;
    for (int i = 0; i < 12 && !month; i++)
        if (memcmp(months + 3 * i, at + 8, 3) == 0)
            month = months + 3 * i;
    if (!month)
        return false;
    date.month = (int32_t)(month - months) / 3 + 1;
    return digits(&date.day, at + 5, 2) && digits(&date.year, at + 12, 4) &&
           digits(&date.hour, at + 17, 2) && digits(&date.minute, at + 20, 2) &&
           digits(&date.second, at + 23, 2) && kl_time_join(out, &date, NULL) == KL_OK;
}

kl_duration kl_retry_after_of(kl_text value)
{
    int32_t seconds;
    kl_time date;
    if (value.len > 0 && value.len <= 9 && digits(&seconds, value.data, value.len))
        return seconds * KL_SECOND;
    if (!read_date(&date, value))
        return 0;
    return KL_MAX(date - kl_time_now(), 0);
}
