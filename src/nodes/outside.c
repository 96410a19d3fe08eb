/* src/nodes/outside.c - see outside.h. */
#include "outside.h"
#include "stopping.h"
#include "host.h"
#include "kailash/json.h"

#include <stdio.h>
#include <stdlib.h>

kl_status kl_outside_check(void *call, kl_error *error)
{
    const kl_node_call *node = call;
    return kl_node_check_run(node->run, error);
}

kl_time kl_outside_deadline(int64_t timeout_ms)
{
    return timeout_ms > INT64_MAX / KL_MILLISECOND ? KL_TIME_NONE
                                                   : kl_clock_after(timeout_ms * KL_MILLISECOND);
}

kl_status kl_outside_error(kl_error *error, kl_error *why, const char *input)
{
    kl_status code = why->code;
    if (code == KL_NO_MEMORY || code == KL_CANCELLED || code == KL_INTERRUPTED) {
        kl_error_move(error, why);
        return code;
    }
    if (code == KL_INVALID)
        kl_node_form_bad(why, input);
    else
        kl_node_form(why);
    if (code != KL_TIMEOUT && code != KL_LIMIT)
        why->code = KL_FAILED;
    code = why->code;
    kl_error_move(error, why);
    return code;
}

kl_status kl_outside_listen(char *host, size_t size, uint16_t *port, const char *name, kl_value listen,
                            kl_error *error)
{
    const char *text = kl_as_text(listen).data, *colon = strrchr(text, ':');
    char *end = NULL;
    unsigned long number = colon && colon[1] >= '0' && colon[1] <= '9' ? strtoul(colon + 1, &end, 10) : 0;
    size_t len = colon ? (size_t)(colon - text) : 0;
    if (!end || *end || number > 65535 || len == 0 || len >= size || strlen(text) != kl_value_len(listen))
        return kl_node_bad_value(error, name, "HOST:PORT", listen);
    bool bracketed = text[0] == '[' && text[len - 1] == ']';
    snprintf(host, size, "%.*s", (int)(bracketed ? len - 2 : len), bracketed ? text + 1 : text);
    *port = (uint16_t)number;
    return KL_OK;
}

kl_status kl_outside_text(kl_value *out, kl_value value, kl_error *error)
{
    if (kl_is(value, KL_KIND_STRING) || kl_is(value, KL_KIND_BYTES)) {
        *out = kl_value_retain(value);
        return KL_OK;
    }
    return kl_json_print(out, value, &kl_json_plain, error);
}
