#include "kailash/data.h"
#include "kailash/host.h"
#include "sweep.h"
#include "test.h"

#include <math.h>

/* ---- tables and matrices ------------------------------------------------------------------------- */

static kl_value numbers(const double *from, size_t count)
{
    kl_value made;
    assert_int_equal(kl_array_view_new(&made, 'd', 1, (const int64_t[]){(int64_t)count}, NULL), KL_OK);
    if (count)
        memcpy(kl_as_array_view(made)->layout.data, from, count * sizeof *from);
    return made;
}

static kl_value integers(const int64_t *from, size_t count)
{
    kl_value made;
    assert_int_equal(kl_array_view_new(&made, 'q', 1, (const int64_t[]){(int64_t)count}, NULL), KL_OK);
    if (count)
        memcpy(kl_as_array_view(made)->layout.data, from, count * sizeof *from);
    return made;
}

KL_TEST(a_table_has_columns_of_one_length)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *names, *columns, *message;
    } rows[] = {
        {"[\"a\"]", "[[1,2],[3,4]]", "1 names of 2 columns"},
        {"[\"a\",\"b\"]", "[[1,2],[3]]", "the column 'b' has 1 rows, others 2"},
        {"[\"a\",5]", "[[1,2],[3,4]]", "names[1]: expected string, got integer"},
        {"[\"a\"]", "[7]", "the column 'a' is no array of one dimension"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value made;
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_data_frame_new(&made, json(rows[i].names), json(rows[i].columns), kl_null(),
                                           &error),
                         KL_INVALID);
        assert_string_equal(kl_error_message(&error), rows[i].message);
        kl_error_clear(&error);
    }
    kl_value made;
    assert_int_equal(kl_data_frame_new(&made, json("[\"a\",\"b\"]"), json("[[1,2],[null,\"x\"]]"),
                                       kl_null(), NULL),
                     KL_OK);
    assert_int_equal(((kl_data_frame *)made.as.object)->rows, 2);
    kl_value_release(made);
}

KL_TEST(parts_of_a_sparse_matrix_fit_each_other)
{
    KL_UNUSED_STATE;
    static const struct {
        int64_t rows, cols, indices[3], indptr[3];
        size_t counts[2];
        const char *message;
    } bad[] = {
        {2, 3, {0, 2}, {0, 1, 2}, {1, 3}, "indices: expected 2 items as data has, got 1"},
        {3, 3, {0, 2}, {0, 1, 2}, {2, 3}, "indptr: expected one item more than the 3 rows, got 3"},
        {2, 3, {0, 2}, {0, 1, 1}, {2, 3}, "indptr: expected to lead from 0 to 2, got 0 to 1"},
        {2, 3, {0, 2}, {0, 3, 2}, {2, 3}, "indptr[1]: 3, but 0 before it"},
        {2, 3, {0, -1}, {0, 1, 2}, {2, 3}, "indices[1]: no column -1 of 3"},
    };
    const double data[] = {1, 2};
    for (size_t i = 0; i < KL_COUNT(bad); i++) {
        kl_value made;
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_sparse_matrix_new(&made, bad[i].rows, bad[i].cols, numbers(data, 2),
                                              integers(bad[i].indices, bad[i].counts[0]),
                                              integers(bad[i].indptr, bad[i].counts[1]), &error),
                         KL_INVALID);
        assert_string_equal(kl_error_message(&error), bad[i].message);
        kl_error_clear(&error);
    }
}

static kl_status make_both(void *unused)
{
    (void)unused;
    kl_value data, indices, indptr, made, dense = kl_null();
    KL_TRY(kl_array_view_new(&data, 'd', 1, (const int64_t[]){0}, NULL));
    if (kl_array_view_new(&indices, 'q', 1, (const int64_t[]){0}, NULL) != KL_OK) {
        kl_value_release(data);
        return KL_NO_MEMORY;
    }
    if (kl_array_view_new(&indptr, 'q', 1, (const int64_t[]){3}, NULL) != KL_OK) {
        kl_value_release(data);
        kl_value_release(indices);
        return KL_NO_MEMORY;
    }
    KL_TRY(kl_sparse_matrix_new(&made, 2, 4, data, indices, indptr, NULL));
    kl_status status = kl_object_call(&dense, made.as.object, KL_TEXT("toarray"), NULL, 0, NULL);
    if (status == KL_OK)
        assert_int_equal(kl_array_view_count(kl_as_array_view(dense)), 8);
    kl_value_release(dense);
    kl_value_release(made);
    return status;
}

KL_TEST(matrices_survive_every_failed_allocation)
{
    KL_UNUSED_STATE;
    assert_true(sweep(make_both, NULL) > 3);
}

/* ---- tables of comma-separated values ------------------------------------------------------------ */

KL_TEST(a_table_of_comma_separated_values_has_columns_of_numbers_and_of_texts)
{
    KL_UNUSED_STATE;
    kl_value made;
    kl_text text = KL_TEXT("a,b,c\r\n1,x,\n-2.5e1,\"y, z\",NaN\n,,7\n");
    assert_int_equal(kl_data_frame_from_csv(&made, text, NULL), KL_OK);
    kl_data_frame *frame = kl_as_object(made, &kl_data_frame_type);
    assert_int_equal(frame->rows, 3);
    const double *a = kl_as_array_view(kl_array_at(frame->columns, 0))->layout.data;
    const double *c = kl_as_array_view(kl_array_at(frame->columns, 2))->layout.data;
    kl_value b = kl_array_at(frame->columns, 1);
    assert_true(a[0] == 1 && a[1] == -25 && isnan(a[2]));
    assert_true(isnan(c[0]) && isnan(c[1]) && c[2] == 7);
    assert_string_equal(kl_as_text(kl_array_at(b, 1)).data, "y, z");
    assert_true(kl_is_null(kl_array_at(b, 2)));
    kl_value_release(made);
}

KL_TEST(comma_separated_values_that_are_no_table_are_refused)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text;
        kl_status code;
    } rows[] = {{"", KL_INVALID}, {"a,b\n1\n", KL_SYNTAX}, {"a\n\xff\xfe\n", KL_SYNTAX}};
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value made;
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_data_frame_from_csv(&made, kl_text_from(rows[i].text), &error),
                         rows[i].code);
        assert_true(kl_error_message(&error)[0] != '\0');
        kl_error_clear(&error);
    }
}

static kl_status read_table(void *unused)
{
    (void)unused;
    kl_value made;
    KL_TRY(kl_data_frame_from_csv(&made, KL_TEXT("number,text\n1,some words that take memory\n2,b\n"), NULL));
    kl_value_release(made);
    return KL_OK;
}

KL_TEST(reading_a_table_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    assert_true(sweep(read_table, NULL) > 5);
}

/* ---- objects of the face ------------------------------------------------------------------------- */

typedef struct thing {
    kl_foreign foreign;
    int number, *ended;
} thing;

static void end_thing(kl_foreign *self) { ++*((thing *)self)->ended; }

static kl_status call_method(kl_value *out, kl_foreign *object, const char *method,
                             const kl_value *args, size_t count, kl_value named, kl_error *error)
{
    (void)args, (void)named;
    if (strcmp(method, "fail") == 0)
        return kl_error_set(error, KL_FAILED, "failed");
    *out = kl_int(((thing *)object)->number + (int64_t)count);
    return KL_OK;
}

static kl_status get_attribute(kl_value *out, kl_foreign *object, const char *name, kl_error *error)
{
    (void)object;
    *out = kl_null();
    return kl_error_set(error, KL_ATTRIBUTE, "no %s", name);
}

static bool has_method(kl_foreign *object, const char *name)
{
    (void)object;
    return strcmp(name, "fit") == 0;
}

static kl_status class_name(kl_value *out, kl_foreign *object, kl_error *error)
{
    (void)object;
    return kl_string_new(out, KL_TEXT("Thing"), error);
}

static bool is_same(kl_foreign *a, kl_foreign *b)
{
    return ((thing *)a)->number == ((thing *)b)->number;
}

KL_TEST(objects_of_the_face_are_called_through_the_host)
{
    KL_UNUSED_STATE;
    static const kl_host host = {.call_method = call_method, .get_attribute = get_attribute,
                                 .has_method = has_method, .class_name = class_name,
                                 .is_same = is_same};
    int ended = 0;
    thing one = {{end_thing}, 5, &ended}, other = {{end_thing}, 5, &ended};
    kl_value a, b, out;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_foreign_wrap(&a, &one.foreign, NULL), KL_OK);
    assert_int_equal(kl_foreign_wrap(&b, &other.foreign, NULL), KL_OK);
    assert_int_equal(kl_foreign_call(&out, a, "fit", NULL, 0, kl_null(), &error), KL_UNAVAILABLE);
    assert_false(kl_foreign_has(a, "fit"));
    kl_error_clear(&error);
    kl_host_set(&host);
    assert_int_equal(kl_foreign_call(&out, a, "fit", &b, 1, kl_null(), NULL), KL_OK);
    assert_int_equal(kl_as_int(out), 6);
    assert_int_equal(kl_foreign_call(&out, a, "fail", NULL, 0, kl_null(), NULL), KL_FAILED);
    assert_int_equal(kl_foreign_call(&out, kl_int(1), "fit", NULL, 0, kl_null(), NULL), KL_TYPE);
    assert_int_equal(kl_foreign_get(&out, a, "absent", NULL), KL_ATTRIBUTE);
    assert_true(kl_foreign_has(a, "fit") && !kl_foreign_has(a, "predict"));
    assert_true(kl_foreign_same(a, b) && !kl_foreign_same(a, kl_null()));
    assert_int_equal(kl_object_repr(&out, a.as.object, NULL), KL_OK);
    assert_string_equal(kl_as_text(out).data, "<Thing>");
    kl_value_release(out);
    kl_host_set(NULL);
    kl_value_release(a);
    kl_value_release(b);
    assert_int_equal(ended, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_has_columns_of_one_length),
        cmocka_unit_test(parts_of_a_sparse_matrix_fit_each_other),
        cmocka_unit_test(matrices_survive_every_failed_allocation),
        cmocka_unit_test(a_table_of_comma_separated_values_has_columns_of_numbers_and_of_texts),
        cmocka_unit_test(comma_separated_values_that_are_no_table_are_refused),
        cmocka_unit_test(reading_a_table_survives_every_failed_allocation),
        cmocka_unit_test(objects_of_the_face_are_called_through_the_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
