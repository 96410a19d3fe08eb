/* src/dataflow/statement.c - texts that are put together, and plans that are kept; see statement.h. */
#include "statement.h"
#include "kailash/id.h"
#include "query_cache.h"

#include <pthread.h>

/* ---- statements ---------------------------------------------------------------------------------- */

kl_status kl_statement_begin(kl_statement *statement, const kl_data_session *session,
                             const kl_table *table, kl_error *error)
{
    *statement = (kl_statement){.session = session, .table = table, .text = KL_BUFFER_INIT};
    return kl_array_new(&statement->values, 8, error);
}

void kl_statement_end(kl_statement *statement)
{
    kl_buffer_free(&statement->text);
    kl_value_release(kl_value_take(&statement->values));
}

void kl_put_and(kl_statement *statement)
{
    kl_put(statement, statement->has_where ? " AND " : " WHERE ");
    statement->has_where = true;
}

void kl_put_name(kl_statement *statement, size_t column)
{
    kl_buffer_add(&statement->text, kl_as_text(statement->table->quoted[column]));
}

void kl_put_table(kl_statement *statement)
{
    kl_buffer_add(&statement->text, kl_as_text(statement->table->quoted_table));
}

/* PostgreSQL takes text for its own types only when told to. */
static const char *cast_of(const kl_table *table, const kl_column *column)
{
    if (!table->native)
        return "";
    switch (column->kind) {
    case KL_COLUMN_TIMESTAMP:
        return "::TIMESTAMPTZ";
    case KL_COLUMN_JSON:
        return "::JSONB";
    case KL_COLUMN_UUID:
        return "::UUID";
    default:
        return "";
    }
}

void kl_put_placeholder(kl_statement *statement, size_t column)
{
    kl_buffer_byte(&statement->text, '?');
    kl_put(statement, cast_of(statement->table, statement->table->columns[column]));
}

kl_status kl_put_bound(kl_statement *statement, kl_value value, kl_error *error)
{
    return kl_array_push(&statement->values, value, error);
}

kl_status kl_put_value(kl_statement *statement, size_t column, kl_value value, kl_error *error)
{
    kl_value bound;
    KL_TRY(kl_column_bind(&bound, statement->table, statement->table->columns[column], value,
                          error));
    kl_put_placeholder(statement, column);
    return kl_put_bound(statement, bound, error);
}

/* A text that could not be put together for want of memory. */
kl_status kl_check_statement(const kl_statement *statement, kl_error *error)
{
    if (statement->text.status == KL_OK)
        return KL_OK;
    if (statement->text.status == KL_NO_MEMORY)
        return kl_error_no_memory(error);
    return kl_error_set(error, statement->text.status, "the statement is too long");
}

kl_status kl_statement_run(kl_value *rows, kl_sql_effect *effect, kl_data_session *session,
                           kl_statement *statement, kl_error *error)
{
    KL_TRY(kl_check_statement(statement, error));
    return kl_data_session_query(rows, effect, session, kl_buffer_text(&statement->text),
                                 kl_array_items(statement->values),
                                 kl_array_len(statement->values), error);
}

static kl_status run_plain(kl_value *rows, kl_data_session *session, const kl_table *table,
                           kl_text text, const kl_value *values, size_t count, kl_error *error)
{
    (void)table;
    return kl_data_session_query(rows, NULL, session, text, values, count, error);
}

kl_status kl_statement_select(kl_value *rows, kl_data_session *session, kl_statement *statement,
                              kl_error *error)
{
    KL_TRY(kl_check_statement(statement, error));
    return kl_query_cached(rows, session, statement->table, run_plain,
                           kl_buffer_text(&statement->text), kl_array_items(statement->values),
                           kl_array_len(statement->values), error);
}

/* ---- plans: finding ------------------------------------------------------------------------------ */

/* Plans that a table keeps; the oldest makes room. */
enum { PLANS_MAX = 64 };

struct kl_plans {
    pthread_mutex_t lock; /* guards all */
    kl_plan *kept[PLANS_MAX];
    size_t next; /* place of the next one */
    uint64_t generation; /* atomic */
    bool kept_results;   /* atomic */
    int writers;         /* atomic */
    int rank, echoes; /* atomic; see kl_plans_rank() and those behind it */
};

kl_status kl_plans_new(struct kl_plans **out, kl_error *error)
{
    struct kl_plans *plans = kl_alloc_zero(1, sizeof *plans);
    if (!plans)
        return kl_error_no_memory(error);
    pthread_mutex_init(&plans->lock, NULL);
    plans->rank = plans->echoes = -1;
    *out = plans;
    return KL_OK;
}

void kl_plan_release(const kl_plan *given)
{
    kl_plan *plan = (kl_plan *)(uintptr_t)given;
    if (!plan || __atomic_sub_fetch(&plan->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    kl_keys_release(plan->keys);
    kl_value_release(plan->extra);
    kl_value_release(plan->text);
    kl_free(plan);
}

void kl_plans_free(struct kl_plans *plans)
{
    if (!plans)
        return;
    for (size_t i = 0; i < PLANS_MAX; i++)
        kl_plan_release(plans->kept[i]);
    pthread_mutex_destroy(&plans->lock);
    kl_free(plans);
}

int kl_plans_rank(struct kl_plans *plans) { return __atomic_load_n(&plans->rank, __ATOMIC_RELAXED); }

void kl_plans_set_rank(struct kl_plans *plans, int rank)
{
    __atomic_store_n(&plans->rank, rank, __ATOMIC_RELAXED);
}

int kl_plans_echoes(struct kl_plans *plans)
{
    return __atomic_load_n(&plans->echoes, __ATOMIC_RELAXED);
}

void kl_plans_set_echoes(struct kl_plans *plans, bool echoes)
{
    __atomic_store_n(&plans->echoes, echoes, __ATOMIC_RELAXED);
}

uint64_t kl_plans_generation(struct kl_plans *plans)
{
    return __atomic_load_n(&plans->generation, __ATOMIC_ACQUIRE);
}

void kl_plans_note_kept(struct kl_plans *plans)
{
    __atomic_store_n(&plans->kept_results, true, __ATOMIC_RELEASE);
}

bool kl_plans_has_writers(struct kl_plans *plans)
{
    return __atomic_load_n(&plans->writers, __ATOMIC_ACQUIRE) > 0;
}

bool kl_plans_new_generation(struct kl_plans *plans, int writers)
{
    if (writers > 0)
        __atomic_add_fetch(&plans->writers, writers, __ATOMIC_ACQ_REL);
    __atomic_add_fetch(&plans->generation, 1, __ATOMIC_ACQ_REL);
    if (writers < 0)
        __atomic_add_fetch(&plans->writers, writers, __ATOMIC_ACQ_REL);
    return __atomic_exchange_n(&plans->kept_results, false, __ATOMIC_ACQ_REL);
}

static bool same_keys(const kl_keys *a, const kl_keys *b)
{
    if (a == b)
        return true;
    if (!a || !b || kl_keys_len(a) != kl_keys_len(b))
        return false;
    for (size_t i = 0; i < kl_keys_len(a); i++)
        if (!kl_text_equal(kl_as_text(kl_keys_at(a, i)), kl_as_text(kl_keys_at(b, i))))
            return false;
    return true;
}

static bool same_texts(kl_value a, kl_value b)
{
    if (kl_array_len(a) != kl_array_len(b))
        return false;
    for (size_t i = 0; i < kl_array_len(a); i++)
        if (!kl_text_equal(kl_as_text(kl_array_at(a, i)), kl_as_text(kl_array_at(b, i))))
            return false;
    return true;
}

static kl_keys *keys_of(kl_value data)
{
    return kl_is(data, KL_KIND_MAP) ? kl_map_keys(data) : NULL;
}

static bool is_for(const kl_plan *plan, const kl_plan_key *key)
{
    return plan->kind == key->kind && plan->variant == key->variant &&
           same_keys(plan->keys, keys_of(key->data)) && same_texts(plan->extra, key->extra);
}

static kl_plan *find_plan(struct kl_plans *plans, const kl_plan_key *key)
{
    kl_plan *found = NULL;
    pthread_mutex_lock(&plans->lock);
    for (size_t i = 0; i < PLANS_MAX && plans->kept[i] && !found; i++)
        if (is_for(plans->kept[i], key))
            found = plans->kept[i];
    if (found)
        __atomic_add_fetch(&found->refs, 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&plans->lock);
    return found;
}

static void keep_plan(struct kl_plans *plans, kl_plan *plan)
{
    __atomic_add_fetch(&plan->refs, 1, __ATOMIC_RELAXED);
    pthread_mutex_lock(&plans->lock);
    kl_plan *oldest = plans->kept[plans->next];
    plans->kept[plans->next] = plan;
    plans->next = (plans->next + 1) % PLANS_MAX;
    pthread_mutex_unlock(&plans->lock);
    kl_plan_release(oldest);
}

/* ---- plans: making ------------------------------------------------------------------------------- */

kl_status kl_draft_slot(kl_plan_draft *draft, size_t column, kl_plan_source source, size_t at,
                        kl_error *error)
{
    if (draft->count == draft->room) {
        size_t room = 2 * draft->room + 16;
        kl_plan_slot *grown = kl_realloc(draft->slots, room * sizeof *grown);
        if (!grown)
            return kl_error_no_memory(error);
        draft->slots = grown;
        draft->room = room;
    }
    draft->slots[draft->count++] = (kl_plan_slot){source, (uint32_t)column, (uint32_t)at};
    kl_put_placeholder(&draft->statement, column);
    return KL_OK;
}

static kl_status finish_draft(kl_plan **out, kl_plan_draft *draft, const kl_plan_key *key,
                              kl_error *error)
{
    kl_plan *plan = kl_alloc_zero(1, sizeof *plan + draft->count * sizeof *draft->slots);
    if (!plan)
        return kl_error_no_memory(error);
    kl_status status = kl_buffer_finish(&plan->text, &draft->statement.text, error);
    if (status != KL_OK) {
        kl_free(plan);
        return status;
    }
    plan->refs = 1;
    plan->kind = key->kind;
    plan->variant = key->variant;
    plan->keys = kl_keys_retain(keys_of(key->data));
    plan->extra = kl_value_retain(key->extra);
    plan->row_begin = draft->row_begin;
    plan->row_end = draft->row_end;
    plan->row_slots = draft->row_slots;
    plan->count = draft->count;
    if (draft->count)
        memcpy(plan->slots, draft->slots, draft->count * sizeof *draft->slots);
    *out = plan;
    return KL_OK;
}

kl_status kl_plan_get(const kl_plan **out, const kl_data_session *session, const kl_table *table,
                      const kl_plan_key *key, kl_plan_make *make, kl_error *error)
{
    kl_plan *plan = find_plan(table->plans, key);
    if (plan) {
        *out = plan;
        return KL_OK;
    }
    kl_plan_draft draft = {0};
    KL_TRY(kl_statement_begin(&draft.statement, session, table, error));
    kl_status status = make(&draft, key, error);
    if (status == KL_OK)
        status = finish_draft(&plan, &draft, key, error);
    kl_statement_end(&draft.statement);
    kl_free(draft.slots);
    KL_TRY(status);
    keep_plan(table->plans, plan);
    *out = plan;
    return KL_OK;
}

/* ---- plans: values ------------------------------------------------------------------------------- */

void kl_values_end(kl_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        kl_value_release(values[i]);
}

static kl_status new_uuid(kl_value *out, kl_error *error)
{
    char text[37];
    KL_TRY(kl_uuid_new(text, error));
    return kl_string_from_valid(out, (kl_text){text, 36}, error);
}

/* One time for all of an execution. */
static kl_status take_now(kl_value *out, const kl_table *table, const kl_column *column,
                          kl_plan_input *input, kl_error *error)
{
    if (kl_is_null(input->now)) {
        kl_value now;
        KL_TRY(kl_timestamp_now(&now, error));
        kl_status status = kl_column_bind(&input->now, table, column, now, error);
        kl_value_release(now);
        KL_TRY(status);
    }
    *out = kl_value_retain(input->now);
    return KL_OK;
}

static kl_status fill_slot(kl_value *out, const kl_plan_slot *slot, const kl_data_session *session,
                           const kl_table *table, kl_plan_input *input, kl_error *error)
{
    const kl_column *column = table->columns[slot->column];
    switch (slot->source) {
    case KL_FROM_DATA:
        return kl_column_bind(out, table, column, input->data[slot->at], error);
    case KL_FROM_INITIAL:
        return kl_column_bind(out, table, column, column->initial, error);
    case KL_FROM_NOW:
        return take_now(out, table, column, input, error);
    case KL_FROM_UUID:
        return new_uuid(out, error);
    case KL_FROM_TENANT:
        return kl_column_bind(out, table, column, session->caller.tenant, error);
    case KL_FROM_LEVEL:
        *out = kl_int(session->caller.level);
        return KL_OK;
    case KL_FROM_CLEARANCE:
        *out = kl_int(session->caller.clearance);
        return KL_OK;
    case KL_FROM_KEY:
        *out = kl_value_retain(input->key);
        return KL_OK;
    case KL_FROM_NULL:
        break;
    }
    *out = kl_null();
    return KL_OK;
}

kl_status kl_plan_fill(kl_value *values, const kl_plan *plan, size_t from, size_t to,
                       const kl_data_session *session, const kl_table *table, kl_plan_input *input,
                       kl_error *error)
{
    for (size_t i = from; i < to; i++) {
        kl_status status = fill_slot(&values[i - from], &plan->slots[i], session, table, input,
                                     error);
        if (status != KL_OK) {
            kl_values_end(values, i - from);
            return status;
        }
    }
    return KL_OK;
}

kl_status kl_plan_bind(kl_plan_values *values, const kl_plan *plan, const kl_data_session *session,
                       const kl_table *table, kl_plan_input *input, kl_error *error)
{
    values->count = 0;
    values->all = values->few;
    if (plan->count > KL_PLAN_VALUES && !(values->all = kl_alloc(plan->count * sizeof(kl_value))))
        return kl_error_no_memory(error);
    kl_status status = kl_plan_fill(values->all, plan, 0, plan->count, session, table, input, error);
    if (status == KL_OK)
        values->count = plan->count;
    else if (values->all != values->few)
        kl_free(values->all);
    return status;
}

void kl_plan_unbind(kl_plan_values *values)
{
    kl_values_end(values->all, values->count);
    if (values->all != values->few)
        kl_free(values->all);
}
