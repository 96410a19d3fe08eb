/* src/dataflow/bulk_copy.c - see bulk_copy.h.
 *
 * COPY gives nothing back, so the keys that the database would number are taken from its sequence
 * first, and the rows are told from what was sent.
 */
#include "bulk_copy.h"
#include "access.h"
#include "echo.h"
#include "host.h"
#include "row.h"

typedef struct copy {
    const kl_table *table;
    const kl_plan *plan;
    kl_data_session *session;
    kl_value items; /* borrowed: those from `from` on */
    size_t from;
    size_t rows, columns; /* of the values: the slots of the plan, and the key when it is numbered */
    kl_value *values;     /* owned */
    kl_value *told;       /* the rows as the caller may see them go there */
    bool numbered;        /* the last column is the key, from the sequence */
    bool is_told;
} copy;

static bool has_key(const kl_plan *plan, const kl_table *table)
{
    for (size_t i = 0; i < plan->row_slots; i++)
        if (plan->slots[i].column == table->key)
            return true;
    return false;
}

/* ---- values -------------------------------------------------------------------------------------- */

/* A value goes to the server in the very type of its column. */
static void make_floats(const copy *c, kl_value *row)
{
    for (size_t i = 0; i < c->plan->row_slots; i++)
        if (kl_is(row[i], KL_KIND_INT) &&
            c->table->columns[c->plan->slots[i].column]->kind == KL_COLUMN_FLOAT)
            row[i] = kl_double(kl_as_double(row[i]));
}

/* Items `begin` up to `end`. Rows that are bound so far are released on failure. */
static kl_status bind_rows(bool *fits, copy *c, size_t begin, size_t end, kl_value *now, kl_error *error)
{
    const kl_plan *plan = c->plan;
    *fits = true;
    for (size_t i = begin; i < end && *fits; i++) {
        kl_value *row = c->values + i * c->columns;
        kl_plan_input input = {.data = kl_map_values(kl_array_at(c->items, c->from + i)), .now = *now};
        kl_status status =
            kl_plan_fill(row, plan, 0, plan->row_slots, c->session, c->table, &input, error);
        *now = input.now;
        KL_TRY(status); /* the row holds nothing then */
        *fits = kl_echo_fits(plan, c->table, row);
        if (*fits)
            make_floats(c, row);
    }
    return KL_OK;
}

/* The first row tells whether it is worth to ask for numbers; the others are bound while the server draws
 * them. */
static kl_status bind_and_number(bool *fits, copy *c, kl_value *now, kl_error *error)
{
    kl_echo echo;
    bool bound = false;
    KL_TRY(bind_rows(fits, c, 0, 1, now, error));
    if (!*fits)
        return KL_OK;
    KL_TRY(kl_echo_ask(&echo, c->session, c->table, c->numbered ? c->rows : 0, error));
    kl_status status = bind_rows(&bound, c, 1, c->rows, now, error);
    kl_status answer = kl_echo_answer(fits, &echo, status == KL_OK ? error : NULL);
    *fits = *fits && bound;
    if (status == KL_OK)
        status = answer;
    for (size_t i = 0; i < c->rows && c->numbered && status == KL_OK && *fits; i++)
        c->values[i * c->columns + c->columns - 1] = kl_int(kl_echo_number(&echo, i));
    kl_value_release(echo.numbers);
    return status;
}

/* The sequence goes on behind the keys that were given; see put_sequence() of row.c. */
static kl_status move_sequence(const copy *c, kl_error *error)
{
    int64_t most = 0;
    size_t at = 0;
    kl_buffer text = KL_BUFFER_INIT;
    while (c->plan->slots[at].column != c->table->key)
        at++;
    for (size_t i = 0; i < c->rows; i++)
        most = KL_MAX(most, kl_as_int(c->values[i * c->columns + at]));
    if (c->table->columns[c->table->key]->kind != KL_COLUMN_INTEGER || most < 1)
        return KL_OK;
    kl_buffer_format(&text,
                     "SELECT CASE WHEN ?::bigint > COALESCE(pg_sequence_last_value(seq), 0) THEN "
                     "setval(seq, ?::bigint) END FROM (SELECT pg_get_serial_sequence('%.*s', '%.*s')"
                     "::regclass AS seq) AS counter",
                     KL_TEXT_ARG(kl_as_text(c->table->quoted_table)),
                     KL_TEXT_ARG(kl_as_text(c->table->columns[c->table->key]->name)));
    kl_value values[] = {kl_int(most), kl_int(most)};
    kl_status status = text.status == KL_OK
                           ? kl_data_session_query(NULL, NULL, c->session, kl_buffer_text(&text),
                                                   values, 2, error)
                           : kl_error_no_memory(error);
    kl_buffer_free(&text);
    return status;
}

/* ---- copying ------------------------------------------------------------------------------------- */

static kl_status tell_rows(const copy *c, kl_error *error)
{
    kl_row_list list = {.rows = c->told};
    kl_status status = KL_OK;
    for (size_t i = 0; i < c->rows && status == KL_OK; i++) {
        const kl_value *values = c->values + i * c->columns;
        int64_t number = c->numbered ? kl_as_int(values[c->columns - 1]) : 0;
        kl_value row;
        KL_TRY_OUT(kl_echo_row(&row, c->plan, c->table, values, number, &list, error));
        KL_TRY_OUT(kl_mask_row(&row, c->session, c->table, row, error));
        KL_TRY_OUT(kl_array_push(c->told, row, error));
    }
out:
    kl_slabs_end(&list.slabs);
    return status;
}

/* While the server is busy: the rows, and then what the face makes of them, if they are the whole answer. */
static kl_status tell_meanwhile(void *data, size_t sent, kl_error *error)
{
    copy *c = data;
    if (!c->is_told)
        KL_TRY(tell_rows(c, error));
    c->is_told = true;
    if (c->session->answers && c->from + c->rows == kl_array_len(c->items) &&
        !kl_writes_above_clearance(c->session, c->table))
        kl_host_prepare(*c->told, c->from + sent);
    return KL_OK;
}

static kl_status send_rows(copy *c, kl_error *error)
{
    const kl_sql_rows rows = {.values = c->values, .count = c->rows, .columns = c->columns,
                              .meanwhile = tell_meanwhile, .data = c};
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_format(&text, "COPY %s (", kl_as_text(c->table->quoted_table).data);
    for (size_t i = 0; i < c->columns; i++) {
        size_t column = i < c->plan->row_slots ? c->plan->slots[i].column : c->table->key;
        kl_buffer_format(&text, "%s%s", i ? ", " : "", kl_as_text(c->table->quoted[column]).data);
    }
    kl_buffer_string(&text, ") FROM STDIN (FORMAT binary)");
    kl_status status = text.status == KL_OK
                           ? kl_data_session_copy(c->session, kl_buffer_text(&text), &rows, error)
                           : kl_error_no_memory(error);
    kl_buffer_free(&text);
    return status;
}

static kl_status run(bool *done, copy *c, kl_value *now, kl_error *error)
{
    KL_TRY(bind_and_number(done, c, now, error));
    if (!*done)
        return KL_OK;
    if (!c->numbered) /* first: the copy is all or nothing, and what is behind it would not be */
        KL_TRY(move_sequence(c, error));
    return send_rows(c, error);
}

kl_status kl_bulk_copy(bool *done, kl_value *rows, kl_data_session *session, const kl_table *table,
                       const kl_plan *plan, kl_value items, size_t from, size_t count, kl_value *now,
                       kl_error *error)
{
    copy c = {.table = table, .plan = plan, .session = session, .items = items, .from = from,
              .rows = count, .told = rows};
    *done = false;
    if (!kl_sql_can_copy(session->sql) || !plan->row_slots)
        return KL_OK;
    c.numbered = !has_key(plan, table);
    c.columns = plan->row_slots + c.numbered;
    c.values = kl_alloc_zero(count, c.columns * sizeof *c.values);
    if (!c.values)
        return kl_error_no_memory(error);
    kl_status status = run(done, &c, now, error);
    kl_values_end(c.values, count * c.columns);
    kl_free(c.values);
    return status;
}
