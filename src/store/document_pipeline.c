/* src/store/document_pipeline.c - see document_pipeline.h. A stage is a row of `stages`. */
#include "document_pipeline.h"
#include "document_expression.h"
#include "document_filter.h"
#include "document_path.h"
#include "key_index.h"
#include "same.h"
#include "sort.h"

#include <stdio.h>

/* ---- sorting ------------------------------------------------------------------------------------ */

kl_status kl_documents_sort_check(kl_value order, const char *where, kl_error *error)
{
    if (!kl_is(order, KL_KIND_MAP) || kl_map_len(order) == 0)
        return kl_error_form(error, KL_INVALID, "invalid input '%s': expected object of fields, got %s",
                             where, kl_value_kind_name(order));
    for (size_t i = 0; i < kl_map_len(order); i++) {
        kl_value way = kl_map_value_at(order, i);
        if (!kl_is_number(way) || (kl_as_double(way) != 1 && kl_as_double(way) != -1))
            return kl_error_form(error, KL_INVALID, "invalid input '%s.%.*s': expected 1 (ascending) or "
                                 "-1 (descending)", where, KL_TEXT_ARG(kl_map_key_at(order, i)));
    }
    return KL_OK;
}

typedef struct extreme {
    kl_value key; /* borrowed */
    bool found, descending;
} extreme;

static kl_status take_extreme(extreme *to, kl_value value, kl_error *error)
{
    int order = 0;
    if (to->found && kl_is_number(value) && kl_is_number(to->key))
        order = kl_number_compare(value, to->key);
    else if (to->found)
        KL_TRY(kl_value_compare(&order, value, to->key, error));
    if (!to->found || (to->descending ? order > 0 : order < 0))
        to->key = value;
    to->found = true;
    return KL_OK;
}

/* A list sorts by its least item, or descending by its greatest. */
static kl_status visit_key(const kl_value *value, void *data, kl_error *error)
{
    if (!value)
        return KL_OK;
    if (!kl_is(*value, KL_KIND_ARRAY))
        return take_extreme(data, *value, error);
    for (size_t i = 0; i < kl_array_len(*value); i++)
        KL_TRY(take_extreme(data, kl_array_at(*value, i), error));
    return KL_OK;
}

kl_status kl_documents_sort(kl_value *documents, kl_value order, kl_work *work, kl_error *error)
{
    size_t count = kl_array_len(*documents);
    kl_status status = KL_OK;
    kl_work nobody = {0};
    kl_sort_pair *pairs = kl_alloc_zero(KL_MAX(count, 1), sizeof *pairs);
    kl_value *items = pairs ? kl_array_edit(documents, error) : NULL;
    if (!pairs || (!items && count))
        KL_TRY_OUT(kl_error_no_memory(error));
    for (size_t i = 0; i < count; i++)
        pairs[i].item = items[i];
    for (size_t f = kl_map_len(order); f-- > 0;) { /* stable, so the first field comes last */
        bool descending = kl_as_double(kl_map_value_at(order, f)) < 0;
        for (size_t i = 0; i < count; i++) {
            extreme key = {.descending = descending};
            KL_TRY_OUT(kl_document_walk(&pairs[i].item, kl_map_key_at(order, f), visit_key, &key,
                                        error));
            pairs[i].key = key.key;
        }
        KL_TRY_OUT(kl_sort_pairs(pairs, count, descending, work ? work : &nobody, error));
    }
    for (size_t i = 0; i < count; i++)
        items[i] = pairs[i].item;
out:
    kl_free(pairs);
    return status;
}

/* ---- projections -------------------------------------------------------------------------------- */

/* 1 and true keep a field, 0 and false leave it out; all else computes it. */
static bool keeps(kl_value rule)
{
    return (kl_is(rule, KL_KIND_BOOL) && kl_as_bool(rule)) ||
           (kl_is_number(rule) && kl_as_double(rule) != 0);
}

static bool leaves_out(kl_value rule)
{
    return (kl_is(rule, KL_KIND_BOOL) && !kl_as_bool(rule)) ||
           (kl_is_number(rule) && kl_as_double(rule) == 0);
}

/* Whether a projection only leaves fields out (beside _id, which may be left out of any). */
static bool is_exclusion(kl_value projection)
{
    for (size_t i = 0; i < kl_map_len(projection); i++)
        if (!leaves_out(kl_map_value_at(projection, i)))
            return false;
    return true;
}

static kl_status tree_of(kl_value *out, kl_value projection, bool except, kl_error *error)
{
    kl_value tree = kl_map_empty();
    const kl_value *id = kl_map_find(projection, KL_TEXT("_id"));
    kl_status status = KL_OK;
    if (!except && !(id && leaves_out(*id)))
        status = kl_document_tree_add(&tree, KL_TEXT("_id"), error);
    for (size_t i = 0; i < kl_map_len(projection) && status == KL_OK; i++) {
        kl_text path = kl_map_key_at(projection, i);
        kl_value rule = kl_map_value_at(projection, i);
        bool is_id = kl_text_is(path, "_id");
        if (except ? leaves_out(rule) : keeps(rule) && !is_id)
            status = kl_document_tree_add(&tree, path, error);
    }
    if (status == KL_OK)
        *out = tree;
    else
        kl_value_release(tree);
    return status;
}

kl_status kl_projection_check(kl_value projection, const char *where, kl_error *error)
{
    bool except = is_exclusion(projection);
    kl_value tree;
    if (!kl_is(projection, KL_KIND_MAP))
        return kl_error_form(error, KL_INVALID, "invalid input '%s': expected object, got %s", where,
                             kl_value_kind_name(projection));
    for (size_t i = 0; i < kl_map_len(projection); i++) {
        char place[160];
        kl_text path = kl_map_key_at(projection, i);
        kl_value rule = kl_map_value_at(projection, i);
        snprintf(place, sizeof place, "%s.%.*s", where, (int)KL_MIN(path.len, 80), path.data);
        if (!except && leaves_out(rule) && !kl_text_is(path, "_id"))
            return kl_error_form(error, KL_INVALID, "invalid input '%s': expected fields to keep or "
                                 "fields to leave out, got both", place);
        KL_TRY(kl_expression_check(rule, place, error));
    }
    kl_error why = KL_ERROR_INIT;
    kl_status status = tree_of(&tree, projection, except, &why);
    if (status == KL_INVALID)
        kl_error_form_before(&why, "invalid input '%s': a path ", where);
    if (status == KL_OK)
        kl_value_release(tree);
    else
        kl_error_move(error, &why);
    return status;
}

static kl_status compute_fields(kl_value *made, kl_value document, kl_value fields, bool all,
                                kl_work *work, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(fields); i++) {
        kl_value rule = kl_map_value_at(fields, i), value = kl_null();
        bool present;
        if (!all && (keeps(rule) || leaves_out(rule)))
            continue;
        KL_TRY(kl_expression_value(&value, &present, rule, document, work, error));
        if (present)
            KL_TRY(kl_document_set(made, kl_map_key_at(fields, i), value, error));
    }
    return KL_OK;
}

kl_status kl_projection_apply(kl_value *out, kl_value document, kl_value projection, kl_work *work,
                              kl_error *error)
{
    bool except = is_exclusion(projection);
    kl_value tree, made = kl_null();
    KL_TRY(tree_of(&tree, projection, except, error));
    kl_status status = kl_document_part(&made, document, tree, except, error);
    kl_value_release(tree);
    if (status == KL_OK && !except)
        status = compute_fields(&made, document, projection, false, work, error);
    if (status == KL_OK)
        *out = made;
    else
        kl_value_release(made);
    return status;
}

/* ---- stages ------------------------------------------------------------------------------------- */

typedef struct stage {
    kl_value documents; /* owned array: what goes in, then what comes out */
    kl_value rule;
    const kl_pipeline_context *context;
} stage;

/* Put `made` (taken) in the place of the documents. */
static void replace(stage *s, kl_value made) { kl_value_replace(&s->documents, made); }

/* What a stage makes of one document: append it, or some, or none, to `to`. */
typedef kl_status one_fn(kl_value *to, kl_value document, const stage *s, void *data, kl_error *error);

static kl_status for_each(stage *s, one_fn *one, void *data, kl_error *error)
{
    kl_value made;
    KL_TRY(kl_array_new(&made, kl_array_len(s->documents), error));
    for (size_t i = 0; i < kl_array_len(s->documents); i++) {
        kl_status status = kl_work_step(s->context->work, error);
        if (status == KL_OK)
            status = one(&made, kl_array_at(s->documents, i), s, data, error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
    }
    replace(s, made);
    return KL_OK;
}

static kl_status match_one(kl_value *to, kl_value document, const stage *s, void *data,
                           kl_error *error)
{
    bool matches;
    KL_TRY(kl_filter_test(&matches, data, document, s->context->work, error));
    return matches ? kl_array_push(to, kl_value_retain(document), error) : KL_OK;
}

static kl_status run_match(stage *s, kl_error *error)
{
    kl_filter *filter;
    KL_TRY(kl_filter_compile(&filter, s->rule, "$match", error));
    kl_status status = for_each(s, match_one, filter, error);
    kl_filter_free(filter);
    return status;
}

static kl_status project_one(kl_value *to, kl_value document, const stage *s, void *data,
                             kl_error *error)
{
    kl_value made;
    (void)data;
    KL_TRY(kl_projection_apply(&made, document, s->rule, s->context->work, error));
    return kl_array_push(to, made, error);
}

static kl_status run_project(stage *s, kl_error *error)
{
    return for_each(s, project_one, NULL, error);
}

static kl_status add_fields_one(kl_value *to, kl_value document, const stage *s, void *data,
                                kl_error *error)
{
    kl_value made = kl_value_retain(document);
    (void)data;
    kl_status status = compute_fields(&made, document, s->rule, true, s->context->work, error);
    if (status == KL_OK)
        return kl_array_push(to, made, error);
    kl_value_release(made);
    return status;
}

static kl_status run_add_fields(stage *s, kl_error *error)
{
    return for_each(s, add_fields_one, NULL, error);
}

static kl_status unset_one(kl_value *to, kl_value document, const stage *s, void *data,
                           kl_error *error)
{
    kl_value made;
    (void)s;
    KL_TRY(kl_document_part(&made, document, *(kl_value *)data, true, error));
    return kl_array_push(to, made, error);
}

static kl_status unset_tree(kl_value *out, kl_value rule, kl_error *error)
{
    kl_value tree = kl_map_empty();
    size_t count = kl_is(rule, KL_KIND_ARRAY) ? kl_array_len(rule) : 1;
    kl_status status = KL_OK;
    for (size_t i = 0; i < count && status == KL_OK; i++)
        status = kl_document_tree_add(
            &tree, kl_as_text(kl_is(rule, KL_KIND_ARRAY) ? kl_array_at(rule, i) : rule), error);
    if (status == KL_OK)
        *out = tree;
    else
        kl_value_release(tree);
    return status;
}

static kl_status run_unset(stage *s, kl_error *error)
{
    kl_value tree;
    KL_TRY(unset_tree(&tree, s->rule, error));
    kl_status status = for_each(s, unset_one, &tree, error);
    kl_value_release(tree);
    return status;
}

/* "$path", or {path: "$path", includeArrayIndex: name, preserveNullAndEmptyArrays: bool} */
static kl_value unwind_path(kl_value rule)
{
    return kl_is(rule, KL_KIND_MAP) ? kl_map_get(rule, KL_TEXT("path")) : rule;
}

static kl_status push_unwound(kl_value *to, kl_value document, kl_value rule, const kl_value *item,
                              int64_t index, kl_error *error)
{
    kl_text path = kl_as_text(unwind_path(rule));
    kl_value made = kl_value_retain(document), name = kl_map_get(rule, KL_TEXT("includeArrayIndex"));
    kl_status status = KL_OK;
    if (item)
        status = kl_document_set(&made, (kl_text){path.data + 1, path.len - 1}, kl_value_retain(*item),
                                 error);
    if (status == KL_OK && kl_value_len(name))
        status = kl_document_set(&made, kl_as_text(name), index < 0 ? kl_null() : kl_int(index),
                                 error);
    if (status == KL_OK)
        return kl_array_push(to, made, error);
    kl_value_release(made);
    return status;
}

static kl_status unwind_one(kl_value *to, kl_value document, const stage *s, void *data,
                            kl_error *error)
{
    kl_text path = kl_as_text(unwind_path(s->rule));
    kl_value list;
    bool present, keep = kl_value_truthy(kl_map_get(s->rule, KL_TEXT("preserveNullAndEmptyArrays")));
    (void)data;
    KL_TRY(kl_expression_path(&list, &present, document, (kl_text){path.data + 1, path.len - 1},
                              error));
    kl_status status = KL_OK;
    bool is_list = kl_is(list, KL_KIND_ARRAY);
    if (is_list ? kl_array_len(list) == 0 : kl_is_null(list))
        status = keep ? push_unwound(to, document, s->rule, NULL, -1, error) : KL_OK;
    else if (!is_list)
        status = push_unwound(to, document, s->rule, NULL, -1, error);
    for (size_t i = 0; is_list && i < kl_array_len(list) && status == KL_OK; i++) {
        kl_value item = kl_array_at(list, i);
        status = push_unwound(to, document, s->rule, &item, (int64_t)i, error);
    }
    kl_value_release(list);
    return status;
}

static kl_status run_unwind(stage *s, kl_error *error) { return for_each(s, unwind_one, NULL, error); }

static kl_status run_sort(stage *s, kl_error *error)
{
    return kl_documents_sort(&s->documents, s->rule, s->context->work, error);
}

static kl_status cut(stage *s, size_t start, size_t end, kl_error *error)
{
    kl_value made;
    KL_TRY(kl_array_slice(&made, s->documents, start, end, error));
    replace(s, made);
    return KL_OK;
}

static kl_status run_skip(stage *s, kl_error *error)
{
    return cut(s, (size_t)kl_as_int(s->rule), SIZE_MAX, error);
}

static kl_status run_limit(stage *s, kl_error *error)
{
    return cut(s, 0, (size_t)kl_as_int(s->rule), error);
}

static kl_status run_count(stage *s, kl_error *error)
{
    kl_value made, count = kl_null();
    size_t documents = kl_array_len(s->documents);
    KL_TRY(kl_array_new(&made, 1, error));
    kl_status status = KL_OK;
    if (documents) { /* of nothing there is no count, as in MongoDB */
        status = kl_map_new(&count, 1, error);
        if (status == KL_OK)
            status = kl_map_set(&count, kl_as_text(s->rule), kl_int((int64_t)documents), error);
        if (status == KL_OK)
            status = kl_array_push(&made, kl_value_retain(count), error);
        kl_value_release(count);
    }
    if (status == KL_OK)
        replace(s, made);
    else
        kl_value_release(made);
    return status;
}

static kl_status run_group(stage *s, kl_error *error)
{
    kl_value made;
    KL_TRY(kl_group_run(&made, s->documents, s->rule, s->context->work, error));
    replace(s, made);
    return KL_OK;
}

static kl_status run_sort_by_count(stage *s, kl_error *error)
{
    kl_value group, order = kl_null();
    KL_TRY(kl_map_new(&group, 1, error));
    kl_status status = kl_map_set(&group, KL_TEXT("_id"), kl_value_retain(s->rule), error);
    if (status == KL_OK)
        status = kl_map_new(&order, 1, error);
    if (status == KL_OK)
        status = kl_map_set(&order, KL_TEXT("count"), kl_int(-1), error);
    kl_value made;
    if (status == KL_OK && (status = kl_group_run(&made, s->documents, group, s->context->work,
                                                  error)) == KL_OK) {
        replace(s, made);
        status = kl_documents_sort(&s->documents, order, s->context->work, error);
    }
    kl_value_release(group);
    kl_value_release(order);
    return status;
}

static kl_status replace_root_one(kl_value *to, kl_value document, const stage *s, void *data,
                                  kl_error *error)
{
    kl_value made = kl_null();
    bool present;
    (void)data;
    KL_TRY(kl_expression_value(&made, &present, kl_map_get(s->rule, KL_TEXT("newRoot")), document,
                               s->context->work, error));
    if (kl_is(made, KL_KIND_MAP))
        return kl_array_push(to, made, error);
    kl_value_release(made);
    return kl_error_set(error, KL_INVALID, "$replaceRoot: expected newRoot to be an object, got %s",
                        present ? kl_value_kind_name(made) : "a missing field");
}

static kl_status run_replace_root(stage *s, kl_error *error)
{
    return for_each(s, replace_root_one, NULL, error);
}

/* ---- $lookup ------------------------------------------------------------------------------------ */

static kl_status visit_values(const kl_value *value, void *data, kl_error *error)
{
    if (value && kl_is(*value, KL_KIND_ARRAY)) {
        for (size_t i = 0; i < kl_array_len(*value); i++)
            KL_TRY(kl_array_push(data, kl_value_retain(kl_array_at(*value, i)), error));
        return KL_OK;
    }
    return kl_array_push(data, value ? kl_value_retain(*value) : kl_null(), error);
}

/* {FOREIGN: {"$in": values at the local path}} */
static kl_status lookup_filter(kl_filter **out, kl_value document, kl_value rule, kl_error *error)
{
    kl_value values = kl_null(), in = kl_null(), filter = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_array_new(&values, 1, error));
    KL_TRY_OUT(kl_document_walk(&document, kl_as_text(kl_map_get(rule, KL_TEXT("localField"))),
                                visit_values, &values, error));
    KL_TRY_OUT(kl_map_new(&in, 1, error));
    KL_TRY_OUT(kl_map_set(&in, KL_TEXT("$in"), kl_value_take(&values), error));
    KL_TRY_OUT(kl_map_new(&filter, 1, error));
    KL_TRY_OUT(kl_map_set(&filter, kl_as_text(kl_map_get(rule, KL_TEXT("foreignField"))),
                          kl_value_take(&in), error));
    status = kl_filter_compile(out, filter, "$lookup", error);
out:
    kl_value_release(values);
    kl_value_release(in);
    kl_value_release(filter);
    return status;
}

static kl_status lookup_one(kl_value *to, kl_value document, const stage *s, void *data,
                            kl_error *error)
{
    kl_value foreign = *(kl_value *)data, found = kl_null(), made = kl_null();
    kl_filter *filter;
    kl_status status;
    KL_TRY(lookup_filter(&filter, document, s->rule, error));
    stage inner = {kl_value_retain(foreign), kl_null(), s->context};
    KL_TRY_OUT(for_each(&inner, match_one, filter, error));
    found = kl_value_take(&inner.documents);
    made = kl_value_retain(document);
    KL_TRY_OUT(kl_document_set(&made, kl_as_text(kl_map_get(s->rule, KL_TEXT("as"))),
                               kl_value_take(&found), error));
    status = kl_array_push(to, kl_value_take(&made), error);
out:
    kl_filter_free(filter);
    kl_value_release(inner.documents);
    kl_value_release(found);
    kl_value_release(made);
    return status;
}

static kl_status run_lookup(stage *s, kl_error *error)
{
    kl_value foreign;
    if (!s->context->collection)
        return kl_error_set(error, KL_INVALID, "$lookup: there are no other collections here");
    KL_TRY(s->context->collection(&foreign, s->context->data,
                                  kl_as_text(kl_map_get(s->rule, KL_TEXT("from"))), error));
    kl_status status = for_each(s, lookup_one, &foreign, error);
    kl_value_release(foreign);
    return status;
}

static kl_status run_facet(stage *s, kl_error *error)
{
    kl_value made, list = kl_null();
    KL_TRY(kl_map_new(&made, kl_map_len(s->rule), error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_map_len(s->rule) && status == KL_OK; i++) {
        kl_value result = kl_null();
        status = kl_pipeline_run(&result, kl_value_retain(s->documents), kl_map_value_at(s->rule, i),
                                 s->context, error);
        if (status == KL_OK)
            status = kl_map_set_key(&made, kl_map_key_value_at(s->rule, i), result, error);
    }
    if (status == KL_OK)
        status = kl_array_new(&list, 1, error);
    if (status == KL_OK)
        status = kl_array_push(&list, kl_value_take(&made), error);
    if (status == KL_OK)
        replace(s, kl_value_take(&list));
    kl_value_release(made);
    kl_value_release(list);
    return status;
}

/* ---- checks of stages --------------------------------------------------------------------------- */

static kl_status refuse(const char *where, const char *expected, kl_value got, kl_error *error)
{
    return kl_error_form(error, KL_INVALID, "invalid input '%s': expected %s, got %s", where, expected,
                         kl_value_kind_name(got));
}

static kl_status check_match(kl_value rule, const char *where, kl_error *error)
{
    kl_filter *filter;
    KL_TRY(kl_is(rule, KL_KIND_MAP) ? KL_OK : refuse(where, "object", rule, error));
    KL_TRY(kl_filter_compile(&filter, rule, where, error));
    kl_filter_free(filter);
    return KL_OK;
}

static kl_status check_fields(kl_value rule, const char *where, kl_error *error)
{
    if (!kl_is(rule, KL_KIND_MAP))
        return refuse(where, "object", rule, error);
    return kl_expression_check(rule, where, error);
}

static bool is_path(kl_value value) { return kl_is(value, KL_KIND_STRING) && kl_value_len(value) > 0; }

static kl_status check_unset(kl_value rule, const char *where, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(rule); i++)
        if (!is_path(kl_array_at(rule, i)))
            return refuse(where, "path or array of paths", kl_array_at(rule, i), error);
    if (!kl_is(rule, KL_KIND_ARRAY) && !is_path(rule))
        return refuse(where, "path or array of paths", rule, error);
    kl_value tree;
    KL_TRY(unset_tree(&tree, rule, error));
    kl_value_release(tree);
    return KL_OK;
}

static kl_status check_unwind(kl_value rule, const char *where, kl_error *error)
{
    kl_value path = unwind_path(rule), name = kl_map_get(rule, KL_TEXT("includeArrayIndex"));
    kl_text text = kl_as_text(path);
    if (!kl_is(path, KL_KIND_STRING) || text.len < 2 || text.data[0] != '$' || text.data[1] == '$')
        return refuse(where, "\"$path\", or an object with path", path, error);
    for (size_t i = 0; i < kl_map_len(rule); i++) {
        kl_text key = kl_map_key_at(rule, i);
        if (!kl_text_is(key, "path") && !kl_text_is(key, "includeArrayIndex") &&
            !kl_text_is(key, "preserveNullAndEmptyArrays"))
            return kl_error_form(error, KL_INVALID, "invalid input '%s.%.*s': expected one of: path, "
                                 "includeArrayIndex, preserveNullAndEmptyArrays", where,
                                 KL_TEXT_ARG(key));
    }
    return kl_is_null(name) || is_path(name) ? KL_OK : refuse(where, "path", name, error);
}

static kl_status check_number(kl_value rule, const char *where, kl_error *error)
{
    if (kl_is(rule, KL_KIND_INT) && kl_as_int(rule) >= 0)
        return KL_OK;
    return refuse(where, "non-negative integer", rule, error);
}

static kl_status check_count(kl_value rule, const char *where, kl_error *error)
{
    return is_path(rule) && kl_as_text(rule).data[0] != '$' ? KL_OK
                                                            : refuse(where, "field name", rule, error);
}

static kl_status check_lookup(kl_value rule, const char *where, kl_error *error)
{
    static const char *const keys[] = {"from", "localField", "foreignField", "as"};
    for (size_t i = 0; i < KL_COUNT(keys); i++)
        if (!is_path(kl_map_get(rule, kl_text_from(keys[i]))))
            return kl_error_form(error, KL_INVALID, "missing required input: %s.%s", where, keys[i]);
    return kl_map_len(rule) == KL_COUNT(keys)
               ? KL_OK
               : kl_error_form(error, KL_INVALID, "invalid input '%s': expected from, localField, "
                               "foreignField and as only", where);
}

static kl_status check_pipeline(kl_value pipeline, const char *where, size_t depth, kl_error *error);

static kl_status check_facet(kl_value rule, const char *where, kl_error *error)
{
    if (!kl_is(rule, KL_KIND_MAP) || kl_map_len(rule) == 0)
        return refuse(where, "object of pipelines", rule, error);
    for (size_t i = 0; i < kl_map_len(rule); i++) {
        char place[160];
        kl_text key = kl_map_key_at(rule, i);
        snprintf(place, sizeof place, "%.80s.%.*s", where, (int)KL_MIN(key.len, 60), key.data);
        KL_TRY(check_pipeline(kl_map_value_at(rule, i), place, 1, error));
    }
    return KL_OK;
}

static kl_status check_replace_root(kl_value rule, const char *where, kl_error *error)
{
    if (!kl_map_has(rule, KL_TEXT("newRoot")) || kl_map_len(rule) != 1)
        return kl_error_form(error, KL_INVALID, "missing required input: %s.newRoot", where);
    return kl_expression_check(kl_map_get(rule, KL_TEXT("newRoot")), where, error);
}

static const struct {
    const char *name;
    kl_status (*check)(kl_value rule, const char *where, kl_error *error);
    kl_status (*run)(stage *s, kl_error *error);
} stages[] = {
    {"$match", check_match, run_match},
    {"$group", kl_group_check, run_group},
    {"$project", kl_projection_check, run_project},
    {"$addFields", check_fields, run_add_fields},
    {"$set", check_fields, run_add_fields},
    {"$unset", check_unset, run_unset},
    {"$unwind", check_unwind, run_unwind},
    {"$sort", kl_documents_sort_check, run_sort},
    {"$skip", check_number, run_skip},
    {"$limit", check_number, run_limit},
    {"$count", check_count, run_count},
    {"$lookup", check_lookup, run_lookup},
    {"$facet", check_facet, run_facet},
    {"$sortByCount", kl_expression_check, run_sort_by_count},
    {"$replaceRoot", check_replace_root, run_replace_root},
};

static size_t find(kl_text name)
{
    size_t i = 0;
    while (i < KL_COUNT(stages) && !kl_text_is(name, stages[i].name))
        i++;
    return i;
}

static kl_status check_pipeline(kl_value pipeline, const char *where, size_t depth, kl_error *error)
{
    if (!kl_is(pipeline, KL_KIND_ARRAY))
        return refuse(where, "array of stages", pipeline, error);
    for (size_t i = 0; i < kl_array_len(pipeline); i++) {
        char place[200];
        kl_value one = kl_array_at(pipeline, i);
        kl_text name = kl_map_key_at(one, 0);
        snprintf(place, sizeof place, "%.100s[%zu]", where, i);
        if (kl_map_len(one) != 1)
            return kl_error_form(error, KL_INVALID, "invalid input '%s': expected an object of one stage",
                                 place);
        size_t at = find(name);
        snprintf(place, sizeof place, "%.100s[%zu].%.*s", where, i, (int)KL_MIN(name.len, 60),
                 name.data);
        if (at == KL_COUNT(stages))
            return kl_error_form(error, KL_INVALID, "invalid input '%s': expected one of: "
                                 KL_PIPELINE_STAGES, place);
        if (depth && kl_text_is(name, "$facet"))
            return kl_error_form(error, KL_INVALID, "invalid input '%s': expected no $facet within "
                                                    "another", place);
        KL_TRY(stages[at].check(kl_map_value_at(one, 0), place, error));
    }
    return KL_OK;
}

kl_status kl_pipeline_check(kl_value pipeline, kl_error *error)
{
    return check_pipeline(pipeline, "pipeline", 0, error);
}

kl_status kl_pipeline_run(kl_value *out, kl_value documents, kl_value pipeline,
                          const kl_pipeline_context *context, kl_error *error)
{
    stage s = {documents, kl_null(), context};
    for (size_t i = 0; i < kl_array_len(pipeline); i++) {
        kl_value one = kl_array_at(pipeline, i);
        s.rule = kl_map_value_at(one, 0);
        kl_status status = stages[find(kl_map_key_at(one, 0))].run(&s, error);
        if (status != KL_OK) {
            kl_value_release(s.documents);
            return status;
        }
    }
    *out = s.documents;
    return KL_OK;
}
