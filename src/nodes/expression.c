/* src/nodes/expression.c - see expression.h. */
#include "expression.h"

kl_status kl_node_condition(kl_condition **out, kl_value expression, kl_error *error)
{
    kl_status status = kl_condition_compile(out, expression, "expression", error);
    if (status != KL_INVALID)
        return status;
    if (error)
        error->code = KL_FAILED; /* the message already has the form of a node's */
    return KL_FAILED;
}

/* Keeps the position. */
static kl_status refuse(kl_error *error)
{
    if (!error)
        return KL_FAILED;
    kl_node_form_bad(error, "expression");
    error->code = KL_FAILED;
    return KL_FAILED;
}

kl_status kl_node_jmespath(kl_jmespath **out, kl_value expression, kl_error *error)
{
    kl_text text = kl_as_text(expression);
    kl_status status =
        kl_jmespath_get(out, text.len ? text : KL_TEXT("@"), KL_JMESPATH_SEGMENTS, error);
    return status == KL_SYNTAX ? refuse(error) : status;
}

kl_status kl_node_search(kl_value *out, const kl_jmespath *expression, kl_value data, kl_work *work,
                         kl_error *error)
{
    kl_status status = kl_jmespath_search(out, expression, data, work, error);
    return status == KL_INVALID ? refuse(error) : status;
}
