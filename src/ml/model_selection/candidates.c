/* src/ml/model_selection/candidates.c - combinations of parameters. */
#include "candidates.h"

#include "kailash/data.h"

#include <math.h>

/* ---- lists ------------------------------------------------------------------------------------------------- */

/* The items of a list or of an array of numbers; given. Null when it is neither. */
static kl_status items_of(kl_value *out, kl_value value, kl_task *task, kl_error *error)
{
    const kl_array_view *view = kl_as_array_view(value);
    const double *numbers;
    size_t n;
    kl_value list;
    if (!view) {
        *out = kl_is(value, KL_KIND_ARRAY) ? kl_value_retain(value) : kl_null();
        return KL_OK;
    }
    KL_TRY(kl_numbers_read(&numbers, &n, value, "param_grid", task, error));
    KL_TRY(kl_array_new(&list, n, error));
    bool whole = view->layout.format != 'd' && view->layout.format != 'f';
    for (size_t i = 0; i < n; i++)
        kl_array_push(&list,
                      view->layout.format == '?' ? kl_bool(numbers[i] != 0)
                      : whole                    ? kl_int((int64_t)numbers[i])
                                                 : kl_double(numbers[i]),
                      NULL); /* has room */
    *out = list;
    return KL_OK;
}

static kl_status check_list(kl_text key, kl_value given, kl_value items, kl_error *error)
{
    if (kl_is_null(items))
        return kl_error_set(error, KL_TYPE, "parameter '%.*s': expected a list of values, got %s", KL_TEXT_ARG(key),
                            kl_value_kind_name(given));
    if (kl_array_len(items) == 0)
        return kl_bad_input(error, "parameter '%.*s' has an empty list of values", KL_TEXT_ARG(key));
    return KL_OK;
}

/* A grid with sorted keys and plain lists; `any`: what is no list stays as it is. Given. */
static kl_status prepare(kl_value *out, kl_value grid, bool any, kl_task *task, kl_error *error)
{
    kl_value sorted, items;
    if (!kl_is(grid, KL_KIND_MAP))
        return kl_error_set(error, KL_TYPE, "expected a dict of lists, or a list of such dicts, got %s",
                            kl_value_kind_name(grid));
    KL_TRY(kl_map_sorted(&sorted, grid, error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_map_len(sorted) && status == KL_OK; i++) {
        kl_value given = kl_map_value_at(sorted, i);
        status = items_of(&items, given, task, error);
        if (status != KL_OK)
            break;
        if (!any || !kl_is_null(items))
            status = check_list(kl_map_key_at(sorted, i), given, items, error);
        if (status == KL_OK && !kl_is_null(items))
            status = kl_map_set_key(&sorted, kl_map_key_value_at(sorted, i), items, error);
        else
            kl_value_release(items);
    }
    if (status == KL_OK)
        *out = sorted;
    else
        kl_value_release(sorted);
    return status;
}

/* How many combinations; SIZE_MAX when they are beyond counting. */
static size_t size_of(kl_value grid)
{
    size_t size = 1;
    for (size_t i = 0; i < kl_map_len(grid); i++)
        if (__builtin_mul_overflow(size, kl_array_len(kl_map_value_at(grid, i)), &size))
            return SIZE_MAX;
    return size;
}

/* Combination `number`, counted with the last key fastest. */
static kl_status combination(kl_value *out, kl_value grid, size_t number, kl_error *error)
{
    kl_value map;
    size_t left = size_of(grid);
    KL_TRY(kl_map_new(&map, kl_map_len(grid), error));
    for (size_t i = 0; i < kl_map_len(grid); i++) {
        kl_value items = kl_map_value_at(grid, i);
        left /= kl_array_len(items);
        kl_status status = kl_map_set_key(&map, kl_map_key_value_at(grid, i),
                                          kl_value_retain(kl_array_at(items, number / left)), error);
        number %= left;
        if (status != KL_OK) {
            kl_value_release(map);
            return status;
        }
    }
    *out = map;
    return KL_OK;
}

enum { CANDIDATES_MAX = 10000000 };

static kl_status add_grid(kl_value *list, kl_value grid, kl_task *task, kl_error *error)
{
    kl_value sorted, one;
    KL_TRY(prepare(&sorted, grid, false, task, error));
    size_t size = size_of(sorted);
    kl_status status = size > CANDIDATES_MAX
                           ? kl_error_set(error, KL_LIMIT, "the grid has more than %d combinations", CANDIDATES_MAX)
                           : KL_OK;
    for (size_t i = 0; i < size && status == KL_OK; i++) {
        status = combination(&one, sorted, i, error);
        if (status == KL_OK)
            status = kl_array_push(list, one, error);
    }
    kl_value_release(sorted);
    return status;
}

kl_status kl_candidates_all(kl_value *out, kl_value grid, kl_error *error)
{
    kl_task task = KL_TASK_INIT;
    kl_value list;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&list, 8, error));
    if (kl_is(grid, KL_KIND_ARRAY)) {
        for (size_t i = 0; i < kl_array_len(grid) && status == KL_OK; i++)
            status = add_grid(&list, kl_array_at(grid, i), &task, error);
        if (status == KL_OK && kl_array_len(list) == 0)
            status = kl_bad_input(error, "param_grid is empty");
    } else {
        status = add_grid(&list, grid, &task, error);
    }
    kl_task_end(&task);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

/* ---- at random --------------------------------------------------------------------------------------------- */

static bool are_lists(kl_value grid)
{
    for (size_t i = 0; i < kl_map_len(grid); i++)
        if (!kl_is(kl_map_value_at(grid, i), KL_KIND_ARRAY))
            return false;
    return true;
}

/* {"uniform": [a, b]} and its like. */
static kl_status draw_range(kl_value *out, kl_value spec, kl_text key, kl_random *random, kl_task *task,
                            kl_error *error)
{
    kl_text how = kl_map_key_at(spec, 0);
    kl_value bounds;
    KL_TRY(items_of(&bounds, kl_map_value_at(spec, 0), task, error));
    double a = kl_as_double(kl_array_at(bounds, 0)), b = kl_as_double(kl_array_at(bounds, 1));
    bool fits = kl_map_len(spec) == 1 && kl_array_len(bounds) == 2 && kl_is_number(kl_array_at(bounds, 0)) &&
                kl_is_number(kl_array_at(bounds, 1)) && a < b;
    kl_value_release(bounds);
    if (fits && kl_text_is(how, "uniform"))
        *out = kl_double(kl_random_between(random, a, b));
    else if (fits && kl_text_is(how, "loguniform") && a > 0)
        *out = kl_double(exp(kl_random_between(random, log(a), log(b))));
    else if (fits && kl_text_is(how, "randint") && fabs(a) < 9e15 && fabs(b) < 9e15)
        *out = kl_int((int64_t)a + (int64_t)kl_random_below(random, (uint64_t)((int64_t)b - (int64_t)a)));
    else
        return kl_error_set(error, KL_INVALID,
                            "parameter '%.*s': expected {\"uniform\": [a, b]}, {\"loguniform\": [a, b]} with a > 0 or "
                            "{\"randint\": [a, b]} with a < b",
                            KL_TEXT_ARG(key));
    return KL_OK;
}

static kl_status draw_foreign(kl_value *out, kl_value spec, kl_text key, kl_random *random, kl_error *error)
{
    kl_value named;
    if (!kl_as_foreign(spec) || !kl_foreign_has(spec, "rvs"))
        return kl_error_set(error, KL_TYPE, "parameter '%.*s': expected a list, an object with rvs() or a range, got %s",
                            KL_TEXT_ARG(key), kl_value_kind_name(spec));
    KL_TRY(kl_map_of_one(&named, KL_TEXT("random_state"), kl_int((int64_t)(kl_random_u32(random) & INT32_MAX)), error));
    kl_status status = kl_foreign_call(out, spec, "rvs", NULL, 0, named, error);
    kl_value_release(named);
    return status;
}

static kl_status draw(kl_value *out, kl_value spec, kl_text key, kl_random *random, kl_task *task, kl_error *error)
{
    if (kl_is(spec, KL_KIND_ARRAY)) {
        *out = kl_value_retain(kl_array_at(spec, kl_random_below(random, kl_array_len(spec))));
        return KL_OK;
    }
    return kl_is(spec, KL_KIND_MAP) ? draw_range(out, spec, key, random, task, error)
                                    : draw_foreign(out, spec, key, random, error);
}

static kl_status draw_all(kl_value *out, kl_value grid, kl_random *random, kl_task *task, kl_error *error)
{
    kl_value map, value;
    KL_TRY(kl_map_new(&map, kl_map_len(grid), error));
    for (size_t i = 0; i < kl_map_len(grid); i++) {
        kl_status status = draw(&value, kl_map_value_at(grid, i), kl_map_key_at(grid, i), random, task, error);
        if (status == KL_OK)
            status = kl_map_set_key(&map, kl_map_key_value_at(grid, i), value, error);
        if (status != KL_OK) {
            kl_value_release(map);
            return status;
        }
    }
    *out = map;
    return KL_OK;
}

/* Number `number` of all combinations of several grids of lists. */
static kl_status numbered(kl_value *out, const kl_value *grids, size_t count, size_t number, kl_error *error)
{
    size_t g = 0;
    for (; g + 1 < count && number >= size_of(grids[g]); g++)
        number -= size_of(grids[g]);
    return combination(out, grids[g], number, error);
}

static kl_status without_repeating(kl_value *list, const kl_value *grids, size_t grid_count, size_t size,
                                   size_t count, kl_random *random, kl_task *task, kl_error *error)
{
    int64_t *chosen;
    kl_value one;
    KL_TAKE(chosen, task, count + 1, error);
    KL_TRY(kl_random_sample(random, chosen, count, size, error));
    for (size_t i = 0; i < count; i++) {
        KL_TRY(numbered(&one, grids, grid_count, (size_t)chosen[i], error));
        KL_TRY(kl_array_push(list, one, error));
    }
    return KL_OK;
}

static kl_status draw_list(kl_value *list, const kl_value *grids, size_t grid_count, size_t count, uint64_t seed,
                           kl_task *task, kl_error *error)
{
    kl_random random;
    kl_value one;
    size_t size = 0;
    bool lists = true;
    kl_random_open(&random, seed, 0, 0);
    for (size_t g = 0; g < grid_count; g++) {
        lists = lists && are_lists(grids[g]);
        if (lists && (size_of(grids[g]) == SIZE_MAX || __builtin_add_overflow(size, size_of(grids[g]), &size)))
            lists = false;
    }
    if (lists && size < (size_t)1 << 48)
        return without_repeating(list, grids, grid_count, size, KL_MIN(count, size), &random, task, error);
    for (size_t i = 0; i < count; i++) {
        size_t g = kl_random_below(&random, grid_count);
        KL_TRY(draw_all(&one, grids[g], &random, task, error));
        KL_TRY(kl_array_push(list, one, error));
    }
    return KL_OK;
}

kl_status kl_candidates_some(kl_value *out, kl_value grid, size_t count, uint64_t seed, kl_task *task, kl_error *error)
{
    bool several = kl_is(grid, KL_KIND_ARRAY);
    size_t grid_count = several ? kl_array_len(grid) : 1, made = 0;
    kl_value *grids, list;
    kl_status status = KL_OK;
    if (grid_count == 0)
        return kl_bad_input(error, "param_distributions is empty");
    KL_TAKE(grids, task, grid_count, error);
    KL_TRY(kl_array_new(&list, KL_MIN(count, 1024), error));
    for (; made < grid_count && status == KL_OK; made++)
        status = prepare(&grids[made], several ? kl_array_at(grid, made) : grid, true, task, error);
    if (status == KL_OK)
        status = draw_list(&list, grids, grid_count, count, seed, task, error);
    for (size_t g = 0; g < made; g++)
        kl_value_release(grids[g]);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}
