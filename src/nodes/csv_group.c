/* src/nodes/csv_group.c - rows gathered into groups and summed up; see csv_steps.h. */
#include "csv.h"
#include "csv_steps.h"
#include "kailash/json.h"

#include <stdio.h>

typedef enum aggregate_op { COUNT, SUM, AVERAGE, MIN, MAX, FIRST, LAST } aggregate_op;
static const char *const op_names[] = {"count", "sum", "average", "min", "max", "first", "last"};

/* One column to compute. */
typedef struct aggregate {
    aggregate_op op;
    kl_value field; /* name of the column, null = the row itself (count); borrowed */
} aggregate;

/* What a group knows of one column so far. */
typedef struct tally {
    int64_t count;
    int64_t whole;   /* sum while all numbers are integers and it fits */
    double real;     /* the same sum as a double */
    bool is_real;
    kl_value chosen; /* min, max, first, last; owned */
} tally;

struct csv_groups {
    kl_value group_by; /* array of names; borrowed */
    aggregate *aggregates;
    size_t aggregate_count;
    kl_value columns;  /* array of names of the result; owned */
    kl_value index;    /* map from the group's cells as JSON text to its number; owned */
    kl_value cells;    /* array of the groups' own cells, each an array; owned */
    tally *tallies;    /* aggregate_count of each group */
    size_t tally_cap;  /* groups that there is room for */
};

/* ---- making ------------------------------------------------------------------------------------ */

static kl_status read_op(aggregate_op *op, kl_value word, const char *name, kl_error *error)
{
    for (size_t i = 0; i < KL_COUNT(op_names); i++)
        if (kl_is(word, KL_KIND_STRING) && kl_text_is(kl_as_text(word), op_names[i])) {
            *op = (aggregate_op)i;
            return KL_OK;
        }
    return kl_node_bad_value(error, name,
                             "one of: count, sum, average, min, max, first, last", word);
}

static kl_status read_aggregate(aggregate *out, kl_value key, kl_value given, kl_error *error)
{
    char name[160];
    snprintf(name, sizeof name, "aggregates.%.100s", kl_as_text(key).data);
    if (!kl_is(given, KL_KIND_MAP))
        return kl_node_bad_value(error, name, "object with op and field", given);
    out->field = kl_map_get(given, KL_TEXT("field"));
    strcat(name, ".op");
    KL_TRY(read_op(&out->op, kl_map_get(given, KL_TEXT("op")), name, error));
    strcpy(name + strlen(name) - strlen(".op"), ".field");
    if (!kl_is(out->field, KL_KIND_STRING) && !(out->op == COUNT && kl_is_null(out->field)))
        return kl_node_bad_value(error, name, "string", out->field);
    return KL_OK;
}

static kl_status set_up(csv_groups *groups, kl_value group_by, kl_value aggregates, kl_error *error)
{
    kl_csv_union names;
    kl_status status = kl_csv_union_begin(&names, error);
    groups->group_by = group_by;
    if (status == KL_OK)
        status = kl_map_new(&groups->index, 0, error);
    if (status == KL_OK)
        status = kl_array_new(&groups->cells, 0, error);
    for (size_t i = 0; status == KL_OK && i < kl_array_len(group_by); i++)
        status = kl_array_push(&names.columns, kl_value_retain(kl_array_at(group_by, i)), error);
    for (size_t i = 0; status == KL_OK && i < kl_map_len(aggregates); i++) {
        kl_value key = kl_map_key_value_at(aggregates, i);
        status = read_aggregate(&groups->aggregates[groups->aggregate_count++], key,
                                kl_map_value_at(aggregates, i), error);
        if (status == KL_OK)
            status = kl_array_push(&names.columns, kl_value_retain(key), error);
    }
    groups->columns = kl_value_take(&names.columns);
    kl_csv_union_end(&names);
    return status;
}

kl_status csv_groups_new(csv_groups **out, kl_value group_by, kl_value aggregates, kl_error *error)
{
    csv_groups *groups = kl_alloc_zero(1, sizeof *groups);
    size_t count = kl_map_len(aggregates);
    if (!groups)
        return kl_error_no_memory(error);
    groups->aggregates = kl_alloc_zero(KL_MAX(count, 1), sizeof *groups->aggregates);
    kl_status status = groups->aggregates ? set_up(groups, group_by, aggregates, error)
                                          : kl_error_no_memory(error);
    if (status != KL_OK) {
        csv_groups_free(groups);
        return status;
    }
    *out = groups;
    return KL_OK;
}

void csv_groups_free(csv_groups *groups)
{
    if (!groups)
        return;
    size_t count = kl_array_len(groups->cells) * groups->aggregate_count;
    for (size_t i = 0; groups->tallies && i < count; i++)
        kl_value_release(groups->tallies[i].chosen);
    kl_free(groups->tallies);
    kl_free(groups->aggregates);
    kl_value_release(groups->columns);
    kl_value_release(groups->index);
    kl_value_release(groups->cells);
    kl_free(groups);
}

kl_value csv_groups_columns(const csv_groups *groups) { return groups->columns; }

/* ---- gathering --------------------------------------------------------------------------------- */

static kl_status make_room(csv_groups *groups, size_t wanted, kl_error *error)
{
    if (wanted <= groups->tally_cap)
        return KL_OK;
    size_t cap = 2 * groups->tally_cap + 16;
    tally *grown = kl_realloc(groups->tallies,
                              KL_MAX(cap * groups->aggregate_count, 1) * sizeof *grown);
    if (!grown)
        return kl_error_no_memory(error);
    groups->tallies = grown;
    groups->tally_cap = cap;
    return KL_OK;
}

/* Number of the group with these cells (taken), a new one if need be. */
static kl_status find_group(size_t *out, csv_groups *groups, kl_value cells, kl_error *error)
{
    kl_value text = kl_null();
    size_t next = kl_array_len(groups->cells), size = groups->aggregate_count;
    kl_status status;
    KL_TRY_OUT(kl_json_print(&text, cells, &kl_json_plain, error));
    const kl_value *known = kl_map_find(groups->index, kl_as_text(text));
    *out = known ? (size_t)kl_as_int(*known) : next;
    if (known)
        goto out;
    KL_TRY_OUT(make_room(groups, next + 1, error));
    memset(groups->tallies + next * size, 0, size * sizeof(tally));
    KL_TRY_OUT(kl_map_set_key(&groups->index, text, kl_int((int64_t)next), error));
    status = kl_array_push(&groups->cells, kl_value_take(&cells), error);
out:
    kl_value_release(text);
    kl_value_release(cells);
    return status;
}

static void add_number(tally *to, kl_value number)
{
    to->is_real = to->is_real || !kl_is(number, KL_KIND_INT) ||
                  __builtin_add_overflow(to->whole, kl_as_int(number), &to->whole);
    to->real += kl_as_double(number);
}

/* A cell as what it says: texts may be numbers. Given. */
static kl_status meaning(kl_value *out, kl_value cell, kl_error *error)
{
    if (kl_is(cell, KL_KIND_STRING))
        return kl_csv_infer(out, kl_as_text(cell), error);
    *out = kl_value_retain(cell);
    return KL_OK;
}

/* Keep `value` if it is the first, or beats what is kept. */
static kl_status choose(tally *to, aggregate_op op, kl_value value, kl_error *error)
{
    int order = 0;
    bool first = to->count == 1;
    if ((op == MIN || op == MAX) && !first)
        KL_TRY(kl_value_compare(&order, value, to->chosen, error));
    if (first || op == LAST || (op == MIN && order < 0) || (op == MAX && order > 0))
        kl_value_replace(&to->chosen, kl_value_retain(value));
    return KL_OK;
}

static kl_status add_cell(tally *to, const aggregate *how, kl_value row, kl_error *error)
{
    kl_value cell = kl_is_null(how->field) ? kl_bool(true) : kl_map_get(row, kl_as_text(how->field));
    kl_value value;
    kl_status status = KL_OK;
    KL_TRY(meaning(&value, cell, error));
    if (!kl_is_null(value)) { /* empty cells count for nothing */
        to->count++;
        if (how->op == SUM || how->op == AVERAGE) {
            if (kl_is_number(value))
                add_number(to, value);
            else
                status = kl_node_failed(error, "cannot compute %s of '%s': a cell is no number",
                                        op_names[how->op], kl_as_text(how->field).data);
        } else if (how->op != COUNT) {
            bool as_it_is = how->op == FIRST || how->op == LAST;
            status = choose(to, how->op, as_it_is ? cell : value, error);
        }
    }
    kl_value_release(value);
    return status;
}

kl_status csv_groups_add(csv_groups *groups, kl_value row, kl_error *error)
{
    kl_value cells;
    size_t group = 0, size = groups->aggregate_count, count = kl_array_len(groups->group_by);
    KL_TRY(kl_array_new(&cells, count, error));
    for (size_t i = 0; i < count; i++) {
        kl_value cell = kl_map_get(row, kl_as_text(kl_array_at(groups->group_by, i)));
        kl_status status = kl_array_push(&cells, kl_value_retain(cell), error);
        if (status != KL_OK) {
            kl_value_release(cells);
            return status;
        }
    }
    KL_TRY(find_group(&group, groups, cells, error));
    for (size_t i = 0; i < size; i++)
        KL_TRY(add_cell(&groups->tallies[group * size + i], &groups->aggregates[i], row, error));
    return KL_OK;
}

/* ---- results ----------------------------------------------------------------------------------- */

/* Value of one aggregate; given. Without any cell: 0 for count and sum, else null. */
static kl_value result_of(const tally *from, aggregate_op op)
{
    switch (op) {
    case COUNT:
        return kl_int(from->count);
    case SUM:
        return from->is_real ? kl_double(from->real) : kl_int(from->whole);
    case AVERAGE:
        return from->count ? kl_double(from->real / (double)from->count) : kl_null();
    default:
        return kl_value_retain(from->chosen);
    }
}

static kl_status make_row(kl_value *out, csv_groups *groups, size_t group, kl_error *error)
{
    kl_value row, cells = kl_array_at(groups->cells, group);
    const tally *tallies = groups->tallies + group * groups->aggregate_count;
    size_t own = kl_array_len(cells);
    kl_status status;
    KL_TRY(kl_map_new(&row, own + groups->aggregate_count, error));
    for (size_t i = 0; i < own + groups->aggregate_count; i++) {
        kl_value value = i < own ? kl_value_retain(kl_array_at(cells, i))
                                 : result_of(&tallies[i - own], groups->aggregates[i - own].op);
        KL_TRY_OUT(kl_map_set_key(&row, kl_array_at(groups->columns, i), value, error));
    }
    *out = row;
    return KL_OK;
out:
    kl_value_release(row);
    return status;
}

kl_status csv_groups_rows(kl_value *out, csv_groups *groups, kl_error *error)
{
    kl_value rows, row;
    size_t count = kl_array_len(groups->cells);
    kl_status status;
    KL_TRY(kl_array_new(&rows, count, error));
    for (size_t i = 0; i < count; i++) {
        KL_TRY_OUT(make_row(&row, groups, i, error));
        KL_TRY_OUT(kl_array_push(&rows, row, error));
    }
    *out = rows;
    return KL_OK;
out:
    kl_value_release(rows);
    return status;
}
