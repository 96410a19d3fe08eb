/* IterativeImputer with every allocation failing. */
#include "ml/array.h"
#include "sweep.h"
#include "test.h"

#include <math.h>

enum { ROWS = 12, COLS = 3 };

/* One column is the sum of the others; each has gaps. */
static kl_status make_table(kl_value *out)
{
    double *x;
    KL_TRY(kl_table_new(out, &x, ROWS, COLS, NULL));
    for (int i = 0; i < ROWS; i++) {
        x[i * COLS] = i;
        x[i * COLS + 1] = (i * 7) % 5;
        x[i * COLS + 2] = x[i * COLS] + x[i * COLS + 1];
        if (i % 4 < COLS)
            x[i * COLS + i % 4] = NAN;
    }
    return KL_OK;
}

static kl_status fill(kl_value *out, kl_value x, const char *params)
{
    kl_value map = kl_null(), imputer = kl_null(), fitted = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_json_parse(&map, kl_text_from(params), NULL));
    KL_TRY_OUT(kl_object_from_map(&imputer, kl_type_find(KL_TEXT("IterativeImputer"), "kailash.ml"), map, NULL));
    KL_TRY_OUT(kl_object_call(&fitted, imputer.as.object, KL_TEXT("fit"), &x, 1, NULL));
    status = kl_object_call(out, imputer.as.object, KL_TEXT("transform"), &x, 1, NULL);
out:
    kl_value_release(fitted);
    kl_value_release(imputer);
    kl_value_release(map);
    return status;
}

static kl_status fill_all(void *params)
{
    kl_value x, filled;
    KL_TRY(make_table(&x));
    kl_status status = fill(&filled, x, params);
    kl_value_release(x);
    if (status == KL_OK)
        kl_value_release(filled);
    return status;
}

KL_TEST(gaps_are_filled_with_what_the_other_columns_say)
{
    KL_UNUSED_STATE;
    kl_value x, filled;
    assert_int_equal(make_table(&x), KL_OK);
    assert_int_equal(fill(&filled, x, "{\"max_iter\": 50, \"tol\": 0.001}"), KL_OK);
    for (int i = 0; i < ROWS; i++) {
        const double *row = kl_doubles(filled) + i * COLS;
        assert_true(fabs(row[0] + row[1] - row[2]) < 0.5);
        for (int j = 0; j < COLS; j++)
            assert_true(j == i % 4 || row[j] == kl_doubles(x)[i * COLS + j]);
    }
    kl_value_release(filled);
    kl_value_release(x);
}

KL_TEST(every_allocation_may_fail)
{
    KL_UNUSED_STATE;
    static char plain[] = "{\"max_iter\": 2, \"tol\": 1000.0, \"add_indicator\": true}";
    static char drawn[] = "{\"max_iter\": 1, \"sample_posterior\": true, \"n_nearest_features\": 1, "
                          "\"random_state\": 1, \"imputation_order\": \"random\"}";
    assert_true(sweep(fill_all, plain) > 50);
    assert_true(sweep(fill_all, drawn) > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gaps_are_filled_with_what_the_other_columns_say),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
