/* cli/ml_data.c - tables of comma-separated values as what models learn from; see ml.h. */
#include "ml.h"
#include "terminal.h"

#include <math.h>
#include <stdlib.h>

static kl_data_frame *frame_of(kl_value value) { return kl_as_object(value, &kl_data_frame_type); }

kl_status ml_read(kl_value *out, const char *path, kl_error *error)
{
    kl_value text;
    KL_TRY(read_file(&text, path, error));
    kl_status status = kl_data_frame_from_csv(out, kl_as_text(text), error);
    kl_value_release(text);
    return status == KL_OK ? KL_OK : kl_error_prefix(error, "%s: ", path);
}

size_t ml_rows(kl_value frame) { return (size_t)frame_of(frame)->rows; }

static kl_text name_of(kl_value frame, size_t column)
{
    return kl_as_text(kl_array_at(frame_of(frame)->names, column));
}

size_t ml_column(kl_value frame, kl_text name)
{
    size_t count = kl_array_len(frame_of(frame)->names);
    for (size_t i = 0; i < count; i++)
        if (kl_text_equal(name_of(frame, i), name))
            return i;
    return SIZE_MAX;
}

static const char *column_at(const void *frame, size_t index)
{
    kl_value names = frame_of(*(const kl_value *)frame)->names;
    return index < kl_array_len(names) ? kl_as_text(kl_array_at(names, index)).data : NULL;
}

kl_status ml_refuse_column(kl_value frame, const char *name, const char *why, kl_error *error)
{
    char hint[160], all[300] = "the table has";
    size_t used = strlen(all);
    for (size_t i = 0; column_at(&frame, i) && used < 240; i++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s %.50s", i ? "," : "",
                                 column_at(&frame, i));
    return kl_error_set(error, KL_NOT_FOUND, "no column '%s'%s; %s", name, why,
                        did_you_mean(hint, sizeof hint, most_like(name, column_at, &frame), all));
}

/* ---- columns ----------------------------------------------------------------------------------- */

size_t ml_length(kl_value column)
{
    const kl_array_view *view = kl_as_array_view(column);
    return view ? (size_t)view->shape[0] : kl_array_len(column);
}

double ml_number(kl_value column, size_t row)
{
    const kl_array_view *view = kl_as_array_view(column);
    kl_value item = view ? kl_null() : kl_array_at(column, row);
    if (!view)
        return kl_is_number(item) ? kl_as_double(item) : NAN;
    int64_t index = (int64_t)row;
    const void *at = kl_array_view_at(view, &index);
    switch (view->layout.format) {
    case 'd': return *(const double *)at;
    case 'f': return *(const float *)at;
    case 'q': return (double)*(const int64_t *)at;
    case 'i': return *(const int32_t *)at;
    case '?': return *(const bool *)at;
    default: return NAN;
    }
}

const char *ml_label(char *room, size_t size, kl_value column, size_t row)
{
    kl_value item = kl_as_array_view(column) ? kl_null() : kl_array_at(column, row);
    if (kl_is(item, KL_KIND_STRING))
        snprintf(room, size, "%s", kl_as_text(item).data);
    else
        snprintf(room, size, "%.15g", ml_number(column, row));
    return room;
}

static kl_status new_column(kl_value *out, double **numbers, size_t rows, kl_error *error)
{
    int64_t shape = (int64_t)rows;
    KL_TRY(kl_array_view_new(out, 'd', 1, &shape, error));
    *numbers = kl_as_array_view(*out)->layout.data;
    return KL_OK;
}

kl_status ml_take_items(kl_value *out, kl_value column, const size_t *rows, size_t count,
                        kl_error *error)
{
    double *numbers;
    if (kl_as_array_view(column)) {
        KL_TRY(new_column(out, &numbers, count, error));
        for (size_t i = 0; i < count; i++)
            numbers[i] = ml_number(column, rows[i]);
        return KL_OK;
    }
    kl_value list;
    KL_TRY(kl_array_new(&list, count, error));
    for (size_t i = 0; i < count; i++)
        kl_array_push(&list, kl_value_retain(kl_array_at(column, rows[i])), NULL); /* has room */
    *out = list;
    return KL_OK;
}

kl_status ml_take(kl_value *out, kl_value frame, const size_t *rows, size_t count, kl_error *error)
{
    kl_value columns = kl_null(), column;
    kl_value from = frame_of(frame)->columns;
    kl_status status;
    KL_TRY_OUT(kl_array_new(&columns, kl_array_len(from), error));
    for (size_t i = 0; i < kl_array_len(from); i++) {
        KL_TRY_OUT(ml_take_items(&column, kl_array_at(from, i), rows, count, error));
        KL_TRY_OUT(kl_array_push(&columns, column, error));
    }
    return kl_data_frame_new(out, kl_value_retain(frame_of(frame)->names), columns, kl_null(), error);
out:
    kl_value_release(columns);
    return status;
}

/* ---- texts as numbers -------------------------------------------------------------------------- */

typedef struct features {
    kl_value names, columns;
} features;

static kl_status add(features *to, kl_text name, kl_value column, kl_error *error)
{
    kl_status status = kl_array_push_text(&to->names, name, error);
    if (status == KL_OK)
        return kl_array_push(&to->columns, column, error);
    kl_value_release(column);
    return status;
}

/* Whether an item of a column is this text; a column may hold numbers where it held texts before. */
static bool is_text(kl_value column, size_t row, kl_text text)
{
    if (!kl_as_array_view(column)) {
        kl_value item = kl_array_at(column, row);
        return kl_is(item, KL_KIND_STRING) && kl_text_equal(kl_as_text(item), text);
    }
    char *end;
    double number = strtod(text.data, &end);
    return text.len && !*end && ml_number(column, row) == number;
}

/* 1 where the column holds `text`. */
static kl_status indicate(kl_value *out, kl_value column, kl_text text, kl_error *error)
{
    double *numbers;
    size_t rows = ml_length(column);
    KL_TRY(new_column(out, &numbers, rows, error));
    for (size_t i = 0; i < rows; i++)
        numbers[i] = is_text(column, i, text);
    return KL_OK;
}

/* The different texts of a column, sorted; given. */
static kl_status texts_of(kl_value *out, kl_text name, kl_value column, kl_error *error)
{
    kl_value seen, list = kl_null();
    kl_status status;
    KL_TRY(kl_map_new(&seen, 16, error));
    for (size_t i = 0; i < kl_array_len(column); i++) {
        kl_value item = kl_array_at(column, i);
        if (kl_is(item, KL_KIND_STRING))
            KL_TRY_OUT(kl_map_set_key(&seen, item, kl_null(), error));
        if (kl_map_len(seen) > ML_TEXTS_MAX) {
            status = kl_error_set(error, KL_INVALID,
                                  "column '%s' holds more than %d different texts, too many for a column "
                                  "of 1 and 0 each; leave it out: --drop '%s'",
                                  name.data, ML_TEXTS_MAX, name.data);
            goto out;
        }
    }
    KL_TRY_OUT(kl_array_new(&list, kl_map_len(seen), error));
    for (size_t i = 0; i < kl_map_len(seen); i++)
        KL_TRY_OUT(kl_array_push(&list, kl_value_retain(kl_map_key_value_at(seen, i)), error));
    KL_TRY_OUT(kl_array_sort(&list, error));
    *out = kl_value_take(&list);
out:
    kl_value_release(list);
    kl_value_release(seen);
    return status;
}

static kl_status add_texts(features *to, kl_text name, kl_value column, kl_error *error)
{
    kl_value texts, indicator = kl_null(), called = kl_null();
    kl_status status;
    KL_TRY(texts_of(&texts, name, column, error));
    for (size_t i = 0; i < kl_array_len(texts); i++) {
        kl_text text = kl_as_text(kl_array_at(texts, i));
        KL_TRY_OUT(kl_string_format(&called, error, "%.*s=%.*s", KL_TEXT_ARG(name), KL_TEXT_ARG(text)));
        KL_TRY_OUT(indicate(&indicator, column, text, error));
        KL_TRY_OUT(add(to, kl_as_text(called), kl_value_take(&indicator), error));
        kl_value_replace(&called, kl_null());
    }
    status = KL_OK;
out:
    kl_value_release(called);
    kl_value_release(texts);
    return status;
}

static bool is_dropped(const invocation *in, kl_text name)
{
    const char *dropped;
    for (size_t i = 0; (dropped = given_at(in, "drop", i)); i++)
        if (kl_text_is(name, dropped))
            return true;
    return false;
}

static kl_status begin(features *to, size_t count, kl_error *error)
{
    *to = (features){kl_null(), kl_null()};
    KL_TRY(kl_array_new(&to->names, count, error));
    kl_status status = kl_array_new(&to->columns, count, error);
    if (status != KL_OK)
        kl_value_release(to->names);
    return status;
}

static kl_status end(kl_value *out, features *made, kl_status status, kl_error *error)
{
    if (status == KL_OK && kl_array_len(made->columns))
        return kl_data_frame_new(out, made->names, made->columns, kl_null(), error);
    kl_value_release(made->columns);
    kl_value_release(made->names);
    return status == KL_OK ? kl_error_set(error, KL_INVALID, "no column is left to learn from")
                           : status;
}

static kl_status check_dropped(kl_value frame, const invocation *in, kl_error *error)
{
    const char *dropped;
    for (size_t i = 0; (dropped = given_at(in, "drop", i)); i++)
        if (ml_column(frame, kl_text_from(dropped)) == SIZE_MAX)
            return ml_refuse_column(frame, dropped, " to drop", error);
    return KL_OK;
}

kl_status ml_features(kl_value *out, kl_value frame, const char *target, const invocation *in,
                      kl_error *error)
{
    features made;
    kl_data_frame *from = frame_of(frame);
    KL_TRY(check_dropped(frame, in, error));
    KL_TRY(begin(&made, kl_array_len(from->names), error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(from->names) && status == KL_OK; i++) {
        kl_text name = name_of(frame, i);
        kl_value column = kl_array_at(from->columns, i);
        if ((target && kl_text_is(name, target)) || is_dropped(in, name))
            continue;
        status = kl_as_array_view(column) ? add(&made, name, kl_value_retain(column), error)
                                          : add_texts(&made, name, column, error);
    }
    return end(out, &made, status, error);
}

/* The column that a feature NAME=TEXT tells of: the longest NAME that is one. SIZE_MAX when none is. */
static size_t told_column(kl_text *text, kl_value frame, kl_text feature)
{
    for (size_t at = feature.len; at-- > 0;) {
        size_t column = feature.data[at] == '=' ? ml_column(frame, (kl_text){feature.data, at}) : SIZE_MAX;
        if (column != SIZE_MAX) {
            *text = (kl_text){feature.data + at + 1, feature.len - at - 1};
            return column;
        }
    }
    return SIZE_MAX;
}

/* Of a feature NAME=TEXT the column NAME is what misses. */
static kl_status refuse_feature(kl_value frame, kl_text feature, kl_error *error)
{
    char name[256];
    snprintf(name, sizeof name, "%.*s", (int)KL_MIN(strcspn(feature.data, "="), sizeof name - 1),
             feature.data);
    return ml_refuse_column(frame, name, ", from which the model has learned", error);
}

static kl_status match_one(kl_value *out, kl_value frame, kl_text feature, kl_error *error)
{
    kl_text text;
    size_t column = ml_column(frame, feature);
    kl_value columns = frame_of(frame)->columns;
    if (column != SIZE_MAX && kl_as_array_view(kl_array_at(columns, column))) {
        *out = kl_value_retain(kl_array_at(columns, column));
        return KL_OK;
    }
    if (column != SIZE_MAX)
        return kl_error_set(error, KL_TYPE, "column '%s' holds texts; the model has learned from numbers",
                            feature.data);
    column = told_column(&text, frame, feature);
    if (column == SIZE_MAX)
        return refuse_feature(frame, feature, error);
    return indicate(out, kl_array_at(columns, column), text, error);
}

kl_status ml_match(kl_value *out, kl_value frame, kl_value names, kl_error *error)
{
    features made;
    KL_TRY(begin(&made, kl_array_len(names), error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(names) && status == KL_OK; i++) {
        kl_value column;
        kl_text name = kl_as_text(kl_array_at(names, i));
        status = match_one(&column, frame, name, error);
        if (status == KL_OK)
            status = add(&made, name, column, error);
    }
    return end(out, &made, status, error);
}
