/* tests/c/test_array_view.c - views of memory: made, wrapped, read, refused, let go. */
#include "kailash/array_view.h"
#include "sweep.h"

#include <pthread.h>

typedef struct owner {
    kl_foreign foreign;
    int released;
} owner;

static void note_release(kl_foreign *self) { ((owner *)self)->released++; }

static kl_value wrap(void *data, char format, size_t ndim, const int64_t *shape,
                     const int64_t *strides, owner *by)
{
    kl_value view;
    kl_array_layout layout = {.data = data, .format = format, .ndim = ndim, .shape = shape,
                              .strides = strides};
    *by = (owner){{note_release}, 0};
    assert_int_equal(kl_array_view_wrap(&view, &layout, &by->foreign, NULL), KL_OK);
    return view;
}

KL_TEST(formats_have_sizes_and_names)
{
    KL_UNUSED_STATE;
    static const struct {
        char format;
        size_t size;
        const char *name;
    } rows[] = {{'b', 1, "int8"},   {'h', 2, "int16"},   {'i', 4, "int32"},   {'q', 8, "int64"},
                {'B', 1, "uint8"},  {'H', 2, "uint16"},  {'I', 4, "uint32"},  {'Q', 8, "uint64"},
                {'f', 4, "float32"}, {'d', 8, "float64"}, {'?', 1, "bool"}};
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        assert_int_equal(kl_format_size(rows[i].format), rows[i].size);
        assert_string_equal(kl_format_name(rows[i].format), rows[i].name);
    }
    assert_int_equal(kl_format_size('x'), 0);
    assert_null(kl_format_name('\0'));
}

KL_TEST(new_memory_is_zeroed_and_row_by_row)
{
    KL_UNUSED_STATE;
    kl_value value;
    const int64_t shape[] = {2, 3, 4};
    assert_int_equal(kl_array_view_new(&value, 'd', 3, shape, NULL), KL_OK);
    kl_array_view *view = kl_as_array_view(value);
    assert_int_equal(kl_array_view_count(view), 24);
    assert_true(view->layout.writable && kl_array_view_is_contiguous(view));
    assert_int_equal(view->strides[0], 96);
    assert_int_equal(view->strides[2], 8);
    const int64_t last[] = {1, 2, 3};
    assert_ptr_equal(kl_array_view_at(view, last), (char *)view->layout.data + 23 * 8);
    assert_true(*(double *)kl_array_view_at(view, last) == 0);
    kl_value_release(value);
}

KL_TEST(the_owner_is_released_once)
{
    KL_UNUSED_STATE;
    owner by;
    int32_t numbers[] = {1, 2, 3, 4, 5, 6};
    const int64_t shape[] = {3, 2}, columns[] = {4, 12};
    kl_value value = wrap(numbers, 'i', 2, shape, columns, &by), twice = kl_value_retain(value);
    kl_array_view *view = kl_as_array_view(value);
    assert_false(kl_array_view_is_contiguous(view));
    assert_int_equal(*(int32_t *)kl_array_view_at(view, (const int64_t[]){2, 1}), 6);
    kl_value_release(value);
    assert_int_equal(by.released, 0);
    kl_value_release(twice);
    assert_int_equal(by.released, 1);
}

static void *let_go(void *value)
{
    kl_value_release(*(kl_value *)value);
    return NULL;
}

KL_TEST(any_thread_may_let_go)
{
    KL_UNUSED_STATE;
    owner by;
    char byte = 0;
    pthread_t thread;
    kl_value value = wrap(&byte, 'b', 0, NULL, NULL, &by);
    assert_int_equal(pthread_create(&thread, NULL, let_go, &value), 0);
    pthread_join(thread, NULL);
    assert_int_equal(by.released, 1);
}

KL_TEST(dimensions_of_one_item_do_not_matter)
{
    KL_UNUSED_STATE;
    owner by;
    int16_t numbers[4] = {0};
    static const struct {
        int64_t shape[2], strides[2];
        bool contiguous;
    } rows[] = {
        {{2, 2}, {4, 2}, true},  {{2, 2}, {2, 4}, false}, {{1, 4}, {100, 2}, true},
        {{4, 1}, {2, 100}, true}, {{0, 4}, {6, 6}, true}, {{2, 2}, {0, 2}, false},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value value = wrap(numbers, 'h', 2, rows[i].shape, rows[i].strides, &by);
        assert_int_equal(kl_array_view_is_contiguous(kl_as_array_view(value)), rows[i].contiguous);
        kl_value_release(value);
    }
}

KL_TEST(bad_layouts_are_refused_and_keep_their_owner)
{
    KL_UNUSED_STATE;
    static const int64_t one[] = {1}, two[] = {2}, negative[] = {-1}, huge[] = {INT64_MAX};
    static const int64_t odd[] = {3}, many[KL_ARRAY_DIMENSIONS_MAX + 1] = {0};
    static double numbers[2];
    char *bytes = (char *)numbers;
    static const struct {
        size_t offset;
        char format;
        size_t ndim;
        const int64_t *shape, *strides;
        kl_status status;
        const char *message;
    } rows[] = {
        {0, 'x', 1, one, NULL, KL_INVALID, "format: 'x' is no format of numbers"},
        {0, 'd', 33, many, NULL, KL_INVALID, "33 dimensions; at most 32 are possible"},
        {0, 'd', 1, negative, NULL, KL_INVALID, "shape[0]: -1 is negative"},
        {0, 'd', 1, huge, NULL, KL_OVERFLOW, "the shape has more bytes than memory can"},
        {1, 'd', 1, one, NULL, KL_INVALID,
         "items of 8 bytes do not lie at multiples of 8; copy the array"},
        {0, 'h', 1, two, odd, KL_INVALID,
         "items of 2 bytes do not lie at multiples of 2; copy the array"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value value;
        kl_error error = KL_ERROR_INIT;
        owner by = {{note_release}, 0};
        kl_array_layout layout = {.data = bytes + rows[i].offset, .format = rows[i].format,
                                  .ndim = rows[i].ndim, .shape = rows[i].shape,
                                  .strides = rows[i].strides};
        assert_int_equal(kl_array_view_wrap(&value, &layout, &by.foreign, &error), rows[i].status);
        assert_string_equal(error.message, rows[i].message);
        assert_int_equal(by.released, 0);
        kl_error_clear(&error);
    }
}

KL_TEST(requirements_name_the_parameter)
{
    KL_UNUSED_STATE;
    kl_value value;
    const int64_t shape[] = {2};
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_array_view_new(&value, 'q', 1, shape, NULL), KL_OK);
    const kl_array_view *view = kl_as_array_view(value);
    assert_int_equal(kl_array_view_require(view, "rows", "dfq", 1, &error), KL_OK);
    assert_int_equal(kl_array_view_require(view, "rows", NULL, -1, &error), KL_OK);
    assert_int_equal(kl_array_view_require(view, "rows", "df?", 1, &error), KL_TYPE);
    assert_string_equal(error.message,
                        "rows: expected float64, float32 or bool items, got int64");
    assert_int_equal(kl_array_view_require(view, "rows", "q", 2, &error), KL_INVALID);
    assert_string_equal(error.message, "rows: expected 2 dimensions, got 1");
    assert_int_equal(kl_array_view_require(view, "rows", "q", 0, &error), KL_INVALID);
    assert_string_equal(error.message, "rows: expected 0 dimensions, got 1");
    kl_error_clear(&error);
    kl_value_release(value);
}

KL_TEST(parameters_tell_writable_memory_apart)
{
    KL_UNUSED_STATE;
    static const kl_param any = {.name = "any", .kind = KL_KIND_BUFFER};
    static const kl_param target = {.name = "target", .kind = KL_KIND_BUFFER, .flags = KL_WRITABLE};
    owner by;
    char byte = 0;
    kl_error error = KL_ERROR_INIT;
    kl_value view = wrap(&byte, 'b', 0, NULL, NULL, &by);
    assert_true(kl_param_fits(&any, view) && !kl_param_fits(&any, kl_int(1)));
    assert_int_equal(kl_param_check(&target, view, &error), KL_TYPE);
    assert_string_equal(error.message, "target: expected writable buffer, got read-only buffer");
    assert_int_equal(kl_param_check(&any, kl_int(1), &error), KL_TYPE);
    assert_string_equal(error.message, "any: expected buffer, got 1");
    kl_error_clear(&error);
    kl_value_release(view);
}

static kl_status all_of_it(void *data)
{
    kl_value view, text;
    const int64_t shape[] = {2, 2};
    (void)data;
    KL_TRY(kl_array_view_new(&view, 'f', 2, shape, NULL));
    kl_status status = kl_object_repr(&text, view.as.object, NULL);
    if (status == KL_OK) {
        kl_value_release(text);
        status = kl_object_call(&text, view.as.object, KL_TEXT("shape"), NULL, 0, NULL);
    }
    if (status == KL_OK)
        kl_value_release(text);
    kl_value_release(view);
    return status;
}

KL_TEST(every_failed_allocation_is_survived)
{
    KL_UNUSED_STATE;
    assert_true(sweep(all_of_it, NULL) >= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_have_sizes_and_names),
        cmocka_unit_test(new_memory_is_zeroed_and_row_by_row),
        cmocka_unit_test(the_owner_is_released_once),
        cmocka_unit_test(any_thread_may_let_go),
        cmocka_unit_test(dimensions_of_one_item_do_not_matter),
        cmocka_unit_test(bad_layouts_are_refused_and_keep_their_owner),
        cmocka_unit_test(requirements_name_the_parameter),
        cmocka_unit_test(parameters_tell_writable_memory_apart),
        cmocka_unit_test(every_failed_allocation_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
