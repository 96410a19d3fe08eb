/* src/ml/composition/committee.c - lists of estimators, or of trees by their sizes. */
#include "committee.h"

#include <stdio.h>

static const char *const words[] = {"drop", NULL};
static const kl_list_rule rule = {.name = "estimators", .items = 2, .words = words};

kl_status kl_committee_tree(kl_value *out, kl_value depth, kl_value split, bool classify, kl_error *error)
{
    const kl_type *type =
        kl_type_find(classify ? KL_TEXT("DecisionTreeClassifier") : KL_TEXT("DecisionTreeRegressor"), "kailash.ml");
    kl_value map;
    if (!type)
        return kl_error_set(error, KL_UNAVAILABLE, "decision trees are not part of this library");
    KL_TRY(kl_map_of_one(&map, KL_TEXT("max_depth"), kl_value_retain(depth), error));
    kl_status status = kl_map_set(&map, KL_TEXT("min_samples_split"), kl_value_retain(split), error);
    if (status == KL_OK)
        status = kl_object_from_map(out, type, map, error);
    kl_value_release(map);
    return status;
}

static bool is_size(kl_value item) { return kl_is(item, KL_KIND_INT) || kl_is_null(item); }

/* [(3, 2), (None, 5)]; a list of numbers alone comes as a table. */
static bool are_trees(kl_value list)
{
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_value pair = kl_array_at(list, i);
        if (kl_array_len(pair) != 2 || !is_size(kl_array_at(pair, 0)) || !is_size(kl_array_at(pair, 1)))
            return false;
    }
    return kl_array_len(list) > 0;
}

static kl_status add_tree(kl_value *list, kl_value depth, kl_value split, size_t number, bool classify,
                          kl_error *error)
{
    char name[32];
    kl_value pair, tree;
    snprintf(name, sizeof name, "tree%zu", number);
    KL_TRY(kl_array_new(&pair, 2, error));
    kl_status status = kl_array_push_text(&pair, kl_text_from(name), error);
    if (status == KL_OK)
        status = kl_committee_tree(&tree, depth, split, classify, error);
    if (status == KL_OK)
        status = kl_array_push(&pair, tree, error);
    if (status != KL_OK) {
        kl_value_release(pair);
        return status;
    }
    return kl_array_push(list, pair, error);
}

static kl_status plant(kl_value *out, kl_value sizes, bool classify, kl_error *error)
{
    kl_value list;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&list, kl_array_len(sizes), error));
    for (size_t i = 0; i < kl_array_len(sizes) && status == KL_OK; i++) {
        kl_value pair = kl_array_at(sizes, i), split = kl_array_at(pair, 1);
        status = add_tree(&list, kl_array_at(pair, 0), kl_is_null(split) ? kl_int(2) : split, i, classify, error);
    }
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

kl_status kl_committee_check(kl_value *estimators, bool classify, kl_error *error)
{
    kl_value trees;
    if (kl_is_null(*estimators))
        return KL_OK;
    if (are_trees(*estimators)) {
        KL_TRY(plant(&trees, *estimators, classify, error));
        kl_value_replace(estimators, trees);
    }
    return kl_held_check(estimators, &rule, error);
}

/* Trees of growing depth, the last without a bound. */
static kl_status default_trees(kl_value *out, size_t trees, bool classify, kl_error *error)
{
    kl_value list;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&list, trees, error));
    for (size_t i = 0; i < trees && status == KL_OK; i++)
        status = add_tree(&list, i + 1 < trees ? kl_int((int64_t)(3 + 2 * i)) : kl_null(), kl_int(2), i, classify,
                          error);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

kl_status kl_committee_read(kl_committee *out, kl_value estimators, size_t trees, bool classify, kl_task *task,
                            kl_error *error)
{
    *out = (kl_committee){.list = kl_null()};
    if (kl_is_null(estimators))
        KL_TRY(default_trees(&out->list, trees, classify, error));
    else
        out->list = kl_value_retain(estimators);
    size_t count = kl_array_len(out->list);
    KL_TAKE(out->models, task, count + 1, error);
    KL_TAKE(out->names, task, count + 1, error);
    KL_TAKE(out->place, task, count + 1, error);
    for (size_t i = 0; i < count; i++) {
        if (!kl_is_model(kl_held_at(out->list, i)))
            continue;
        out->place[out->count] = i;
        out->names[out->count] = kl_held_name(out->list, i);
        out->models[out->count++] = kl_held_at(out->list, i);
    }
    return out->count > 0 ? KL_OK : kl_bad_input(error, "estimators: all are dropped; at least one is needed");
}

void kl_committee_end(kl_committee *of) { kl_value_release(kl_value_take(&of->list)); }

kl_status kl_committee_named(kl_value *out, const kl_committee *of, const kl_value *fitted, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, of->count, error));
    for (size_t i = 0; i < of->count; i++) {
        kl_status status = kl_map_set(&map, of->names[i], kl_value_retain(fitted[i]), error);
        if (status != KL_OK) {
            kl_value_release(map);
            return status;
        }
    }
    *out = map;
    return KL_OK;
}
