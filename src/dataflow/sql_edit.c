/* src/dataflow/sql_edit.c - see sql_edit.h. */
#include "sql_edit.h"

#include "store/sql_text.h"

#include <stdlib.h>

/* ---- collecting ---------------------------------------------------------------------------------- */

kl_status sql_edit_begin(sql_edits *edits, const char *at, size_t skip, kl_error *error)
{
    if (edits->count == edits->cap) {
        size_t cap = edits->cap ? 2 * edits->cap : 16;
        sql_edit *grown = kl_realloc(edits->items, cap * sizeof *grown);
        if (!grown)
            return kl_error_no_memory(error);
        edits->items = grown;
        edits->cap = cap;
    }
    edits->items[edits->count] = (sql_edit){.at = at, .skip = skip, .text_at = edits->texts.len,
                                            .order = edits->count};
    edits->count++;
    return KL_OK;
}

void sql_edit_end(sql_edits *edits)
{
    sql_edit *last = &edits->items[edits->count - 1];
    last->text_len = edits->texts.len - last->text_at;
}

kl_status sql_edit_add(sql_edits *edits, const char *at, size_t skip, const char *text, kl_error *error)
{
    KL_TRY(sql_edit_begin(edits, at, skip, error));
    kl_buffer_string(&edits->texts, text);
    sql_edit_end(edits);
    return KL_OK;
}

void sql_edits_clear(sql_edits *edits)
{
    kl_free(edits->items);
    kl_buffer_free(&edits->texts);
    *edits = (sql_edits)SQL_EDITS_INIT;
}

/* The fixes become changes like others. */
static kl_status add_fixes(sql_edits *edits, const sql_tokens *tokens, kl_error *error)
{
    for (size_t i = 0; i < tokens->fix_count; i++) {
        const sql_fix *fix = &tokens->fixes[i];
        KL_TRY(sql_edit_begin(edits, fix->text.data, fix->text.len, error));
        kl_text inside = fix->kind == SQL_FIX_QUOTE ? sql_dollar_inside(fix->text) : KL_TEXT("");
        kl_buffer_byte(&edits->texts, fix->kind == SQL_FIX_QUOTE ? '\'' : ' ');
        for (size_t k = 0; k < inside.len; k++) {
            kl_buffer_byte(&edits->texts, inside.data[k]);
            if (inside.data[k] == '\'')
                kl_buffer_byte(&edits->texts, '\'');
        }
        if (fix->kind == SQL_FIX_QUOTE)
            kl_buffer_byte(&edits->texts, '\'');
        sql_edit_end(edits);
    }
    return KL_OK;
}

static int by_place(const void *left, const void *right)
{
    const sql_edit *a = left, *b = right;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return a->order < b->order ? -1 : 1;
}

/* ---- placeholders with numbers ------------------------------------------------------------------- */

/*
 * The tenant's numbers come behind those of the text. But $1 is a name to SQLite, which counts names as they come:
 * where it may read the text, all are numbered as they come, and so must the text's have been.
 */
typedef struct numbering {
    uint32_t *becomes; /* by number: what it is in the new text; 0 = not met yet */
    bool *drops;       /* by number: whether it stood only in what was dropped */
    uint32_t highest;  /* of the text */
    uint32_t next;     /* of the text, to be met next */
    uint32_t given;    /* so far */
    bool in_order;
} numbering;

static bool is_dropped(const sql_edits *edits, const char *at)
{
    size_t low = 0, high = edits->count; /* the last change that begins at or before `at` */
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (edits->items[middle].at <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low && at < edits->items[low - 1].at + edits->items[low - 1].skip;
}

static kl_status numbering_new(numbering *n, const sql_edits *edits, const sql_tokens *tokens, kl_error *error)
{
    for (size_t i = 0; i < tokens->count; i++)
        n->highest = KL_MAX(n->highest, tokens->items[i].number);
    n->becomes = kl_alloc_zero(n->highest, sizeof *n->becomes);
    n->drops = kl_alloc_zero(n->highest, sizeof *n->drops);
    if (!n->becomes || !n->drops)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < tokens->count; i++)
        if (tokens->items[i].number && is_dropped(edits, tokens->items[i].text.data))
            n->drops[tokens->items[i].number - 1] = true;
    for (size_t i = 0; i < tokens->count; i++)
        if (tokens->items[i].number && !is_dropped(edits, tokens->items[i].text.data))
            n->drops[tokens->items[i].number - 1] = false;
    n->in_order = tokens->prefix == '$' && tokens->readers & SQL_BY_SQLITE;
    for (uint32_t i = 0; i < n->highest && !n->in_order; i++)
        n->becomes[i] = n->drops[i] ? 0 : ++n->given;
    return KL_OK;
}

static void numbering_free(numbering *n)
{
    kl_free(n->becomes);
    kl_free(n->drops);
}

/* What `number` becomes; 0 when it comes out of its order. */
static uint32_t renumber(numbering *n, uint32_t number)
{
    if (n->becomes[number - 1])
        return n->becomes[number - 1];
    while (n->next < n->highest && n->drops[n->next])
        n->next++;
    if (number != n->next + 1)
        return 0;
    n->next++;
    return n->becomes[number - 1] = ++n->given;
}

/* ---- writing ------------------------------------------------------------------------------------- */

typedef struct writer {
    const sql_tokens *tokens;
    size_t token;   /* the next one to pass */
    const char *at; /* up to where the SQL was passed */
    kl_buffer to;
    size_t kept, passed; /* plain placeholders of the text that stay; all of them so far */
    numbering numbers;
    size_t dashes; /* in the names of the tenant's placeholders; 0 = not counted yet */
    sql_edited out;
    bool moved; /* a value of the tenant does not come last */
    kl_error *error;
} writer;

static kl_status push(kl_value *array, kl_value item, kl_error *error)
{
    if (kl_is_null(*array)) {
        kl_status status = kl_array_new(array, 4, error);
        if (status != KL_OK) {
            kl_value_release(item);
            return status;
        }
    }
    return kl_array_push(array, item, error);
}

static void copy(writer *w, const char *end)
{
    kl_buffer_add(&w->to, (kl_text){w->at, (size_t)(end - w->at)});
    w->at = end;
}

static kl_status keep_number(writer *w, const sql_token *token)
{
    uint32_t before = w->numbers.given, number = renumber(&w->numbers, token->number);
    if (!number)
        return kl_error_set_at(w->error, KL_FAILED, w->tokens->sql.data, token->text.data,
                               "a placeholder out of its order, which SQLite would count as it comes; give the dialect");
    copy(w, token->text.data);
    kl_buffer_format(&w->to, "%c%u", w->tokens->prefix, number);
    w->at = token->text.data + token->text.len;
    w->moved |= w->numbers.in_order && w->numbers.given > before && w->out.tenants;
    return KL_OK;
}

static kl_status keep(writer *w, const sql_token *token)
{
    if (token->number)
        return keep_number(w, token);
    w->kept++;
    w->moved |= w->out.tenants && w->tokens->placeholders == SQL_PLACEHOLDERS_PLAIN;
    return KL_OK;
}

/* Pass the SQL up to `end`; it is kept or dropped. */
static kl_status pass(writer *w, const char *end, bool keeps)
{
    for (; w->token < w->tokens->count && w->tokens->items[w->token].text.data < end; w->token++) {
        const sql_token *token = &w->tokens->items[w->token];
        if (token->kind != SQL_TOKEN_PLACEHOLDER)
            continue;
        if (keeps)
            KL_TRY(keep(w, token));
        else if (w->tokens->placeholders == SQL_PLACEHOLDERS_PLAIN)
            KL_TRY(push(&w->out.dropped, kl_int((int64_t)w->passed), w->error));
        w->passed++;
    }
    if (keeps)
        copy(w, end);
    w->at = end;
    return KL_OK;
}

static kl_status write_number(writer *w)
{
    uint32_t number = ++w->numbers.given;
    if (number > KL_SQL_VALUES_MAX)
        return kl_error_set(w->error, KL_LIMIT, "more than %d values", KL_SQL_VALUES_MAX);
    kl_buffer_format(&w->to, "%c%u", w->tokens->prefix, number);
    return push(&w->out.positions, kl_int((int64_t)number - 1), w->error);
}

/* tenant_of_row_, with as many _ as it takes for no name of the text to begin so. */
static size_t count_dashes(const sql_tokens *tokens)
{
    static const char stem[] = "tenant_of_row";
    size_t needed = 1;
    for (size_t i = 0; i < tokens->count; i++) {
        kl_text name = tokens->items[i].text;
        if (tokens->items[i].kind != SQL_TOKEN_PLACEHOLDER || name.len < sizeof stem ||
            memcmp(name.data + 1, stem, sizeof stem - 1) != 0)
            continue;
        size_t dashes = 0;
        while (sizeof stem + dashes < name.len && name.data[sizeof stem + dashes] == '_')
            dashes++;
        needed = KL_MAX(needed, dashes + 1);
    }
    return needed;
}

static kl_status write_name(writer *w)
{
    static const char dashes[] = "________________________________________________________________";
    kl_value name;
    w->dashes = w->dashes ? w->dashes : count_dashes(w->tokens);
    if (w->dashes >= sizeof dashes)
        return kl_error_set(w->error, KL_FAILED, "a placeholder with too many _ in its name");
    KL_TRY(kl_string_format(&name, w->error, "tenant_of_row%.*s%zu", (int)w->dashes, dashes, w->out.tenants + 1));
    kl_buffer_byte(&w->to, w->tokens->prefix);
    kl_buffer_add(&w->to, kl_as_text(name));
    return push(&w->out.names, name, w->error);
}

static kl_status write_tenant(writer *w)
{
    kl_status status;
    if (w->tokens->placeholders == SQL_PLACEHOLDERS_NAME) {
        status = write_name(w);
    } else if (w->tokens->placeholders == SQL_PLACEHOLDERS_NUMBER) {
        status = write_number(w);
    } else {
        kl_buffer_byte(&w->to, '?');
        status = push(&w->out.positions, kl_int((int64_t)(w->kept + w->out.tenants)), w->error);
    }
    w->out.tenants++;
    return status;
}

static kl_status write_edit(writer *w, const sql_edit *edit, kl_text texts)
{
    KL_TRY(pass(w, edit->at, true));
    for (size_t i = 0; i < edit->text_len; i++) {
        char c = texts.data[edit->text_at + i];
        if (c == *SQL_TENANT)
            KL_TRY(write_tenant(w));
        else
            kl_buffer_byte(&w->to, c);
    }
    KL_TRY(pass(w, edit->at + edit->skip, false));
    /* No word may grow together with a placeholder. */
    bool placeholder = edit->text_len && texts.data[edit->text_at + edit->text_len - 1] == *SQL_TENANT;
    if (placeholder && w->at < w->tokens->sql.data + w->tokens->sql.len && sql_is_word_byte(*w->at))
        kl_buffer_byte(&w->to, ' ');
    return KL_OK;
}

/* A change within a piece that another drops is dropped with it. */
static size_t drop_inner(sql_edit *items, size_t count)
{
    size_t kept = 0;
    const char *end = NULL;
    for (size_t i = 0; i < count; i++) {
        if (end && items[i].at < end)
            continue;
        if (items[i].skip)
            end = items[i].at + items[i].skip;
        items[kept++] = items[i];
    }
    return kept;
}

/* ---- all ----------------------------------------------------------------------------------------- */

static kl_status prepare(writer *w, sql_edits *edits)
{
    KL_TRY(add_fixes(edits, w->tokens, w->error));
    if (edits->texts.status != KL_OK)
        return kl_error_no_memory(w->error);
    if (edits->count)
        qsort(edits->items, edits->count, sizeof *edits->items, by_place);
    edits->count = drop_inner(edits->items, edits->count);
    if (w->tokens->placeholders != SQL_PLACEHOLDERS_NUMBER)
        return KL_OK;
    KL_TRY(numbering_new(&w->numbers, edits, w->tokens, w->error));
    for (uint32_t i = 0; i < w->numbers.highest; i++)
        if (w->numbers.drops[i])
            KL_TRY(push(&w->out.dropped, kl_int(i), w->error));
    return KL_OK;
}

kl_status sql_edits_make(sql_edited *out, sql_edits *edits, const sql_tokens *tokens, kl_error *error)
{
    writer w = {.tokens = tokens, .at = tokens->sql.data, .to = KL_BUFFER_INIT, .error = error};
    kl_status status;
    KL_TRY_OUT(prepare(&w, edits));
    for (size_t i = 0; i < edits->count; i++)
        KL_TRY_OUT(write_edit(&w, &edits->items[i], kl_buffer_text(&edits->texts)));
    KL_TRY_OUT(pass(&w, tokens->sql.data + tokens->sql.len, true));
    KL_TRY_OUT(kl_buffer_finish(&w.out.sql, &w.to, error));
    if (!w.moved)
        kl_value_release(kl_value_take(&w.out.positions));
    *out = w.out;
    w.out = (sql_edited){0};
out:
    numbering_free(&w.numbers);
    kl_buffer_free(&w.to);
    sql_edited_clear(&w.out);
    return status;
}

void sql_edited_clear(sql_edited *edited)
{
    kl_value_release(edited->sql);
    kl_value_release(edited->positions);
    kl_value_release(edited->names);
    kl_value_release(edited->dropped);
    *edited = (sql_edited){0};
}
