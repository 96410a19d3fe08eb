/* tests/c/ml_sweep.h - fits and answers of estimators with every allocation failing in turn. */
#ifndef KL_TESTS_ML_SWEEP_H
#define KL_TESTS_ML_SWEEP_H

#include "kailash/json.h"
#include "ml/estimator.h"
#include "sweep.h"

typedef struct ml_case {
    const char *name, *parameters; /* of a type of kailash.ml; JSON */
    const char *method;            /* asked after fit(); NULL = none */
    /* New data, given; `y` null when fit() takes none. */
    kl_status (*data)(kl_value *x, kl_value *y, kl_error *error);
} ml_case;

static kl_status ml_fit_and_ask(void *data)
{
    const ml_case *one = data;
    kl_value model = kl_null(), parameters = kl_null(), args[2] = {kl_null(), kl_null()}, out = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_json_parse(&parameters, kl_text_from(one->parameters), &error);
    if (status == KL_OK)
        status = one->data(&args[0], &args[1], &error);
    if (status == KL_OK)
        status = kl_object_from_map(&model, kl_type_find(kl_text_from(one->name), "kailash.ml"), parameters, &error);
    if (status == KL_OK)
        status = kl_object_call(&out, model.as.object, KL_TEXT("fit"), args, kl_is_null(args[1]) ? 1 : 2, &error);
    kl_value_release(out);
    out = kl_null();
    if (status == KL_OK && one->method)
        status = kl_object_call(&out, model.as.object, kl_text_from(one->method), args, 1, &error);
    if (status != KL_OK && status != KL_NO_MEMORY)
        print_error("%s: %s\n", one->name, kl_error_message(&error));
    kl_value_release(out);
    kl_value_release(model);
    kl_value_release(args[0]);
    kl_value_release(args[1]);
    kl_value_release(parameters);
    kl_error_clear(&error);
    return status;
}

static inline void ml_sweep(const ml_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ml_case one = cases[i];
        assert_int_equal(ml_fit_and_ask(&one), KL_OK); /* what is made once in the process is there */
        assert_true(sweep(ml_fit_and_ask, &one) > 5);
    }
}

#endif
