/* src/dataflow/sql_tenant.c - see sql_tenant.h. */
#include "sql_tenant.h"
#include "sql_parse.h"

/* ---- EXPLAIN ------------------------------------------------------------------------------------- */

/* (ANALYZE, FORMAT json) */
static kl_status parse_options(sql_parser *p)
{
    while (!sql_at_symbol(p, ')')) {
        bool plain = p->now->kind == SQL_TOKEN_WORD || p->now->kind == SQL_TOKEN_NUMBER || sql_at_symbol(p, ',');
        if (!plain || sql_at(p, SQL_SELECT) || sql_at(p, SQL_WITH))
            return sql_unexpected(p, "an option of EXPLAIN");
        sql_advance(p);
    }
    sql_advance(p);
    return KL_OK;
}

/* EXPLAIN QUERY PLAN, EXPLAIN ANALYZE VERBOSE, EXPLAIN (options), EXPLAIN FORMAT=JSON */
static kl_status parse_explain(sql_parser *p)
{
    if (!sql_accept(p, SQL_EXPLAIN))
        return KL_OK;
    if (sql_accept_text(p, "query"))
        return sql_accept_text(p, "plan") ? KL_OK : sql_unexpected(p, "PLAN");
    if (sql_at_symbol(p, '(') && (sql_is_name(p->now + 1) || p->now[1].word == SQL_ANALYZE)) {
        sql_advance(p);
        return parse_options(p);
    }
    while (sql_accept(p, SQL_ANALYZE) || sql_accept_text(p, "verbose") || sql_accept_text(p, "extended"))
        continue;
    if (!sql_accept_text(p, "format"))
        return KL_OK;
    if (!sql_at_operator(p, "="))
        return sql_unexpected(p, "=");
    sql_advance(p);
    return sql_parse_name(p, "a format");
}

/* ---- the whole ----------------------------------------------------------------------------------- */

static kl_status parse_all(sql_parser *p, bool only_reads)
{
    if (p->now->kind == SQL_TOKEN_END)
        return kl_error_set(p->error, KL_FAILED, "there is no statement");
    const sql_token *start = p->now;
    KL_TRY(parse_explain(p));
    KL_TRY(sql_parse_statement(p));
    bool ended = false;
    while (sql_accept_symbol(p, ';'))
        ended = true;
    if (p->now->kind != SQL_TOKEN_END)
        return ended ? sql_refuse(p, p->now, "a second statement; give one at a time")
                     : sql_unexpected(p, "the end of the statement");
    KL_TRY(sql_check_frames(p));
    return only_reads && p->writes ? sql_refuse(p, start, "a statement that changes rows; expected one that only reads")
                                   : KL_OK;
}

/* The column's name as it stands in the text: quoted where it would else mean something else. */
static kl_status write_column(kl_value *out, const kl_sql_tenant *tenant, kl_error *error)
{
    bool upper = false;
    for (size_t i = 0; i < tenant->column.len; i++)
        upper |= tenant->column.data[i] >= 'A' && tenant->column.data[i] <= 'Z';
    bool special = sql_word_flags(sql_word_of(tenant->column)) & (SQL_RESERVED | SQL_VALUE);
    const char *quote = tenant->readers == SQL_BY_MYSQL ? "`" : "\"";
    bool one = tenant->readers == SQL_BY_MYSQL || tenant->readers == SQL_BY_SQLITE ||
               tenant->readers == SQL_BY_POSTGRES;
    if (special && !one)
        return kl_error_set(error, KL_FAILED, "the tenant column '%.*s' is a word of SQL; give the dialect, so that it "
                                              "can be quoted", KL_TEXT_ARG(tenant->column));
    if (!special && !(upper && tenant->readers == SQL_BY_POSTGRES))
        quote = "";
    return kl_string_format(out, error, "%s%.*s%s", quote, KL_TEXT_ARG(tenant->column), quote);
}

static kl_status set_given(kl_value *map, const char *key, kl_value *value, kl_error *error)
{
    return kl_is_null(*value) ? KL_OK : kl_map_set(map, kl_text_from(key), kl_value_take(value), error);
}

static kl_status make_params(kl_value *out, kl_text tenant, size_t count, kl_error *error)
{
    kl_value params = kl_null(), id = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_string_new(&id, tenant, error));
    KL_TRY_OUT(kl_array_new(&params, count, error));
    for (size_t i = 0; i < count; i++)
        KL_TRY_OUT(kl_array_push(&params, kl_value_retain(id), error));
    kl_value_release(id);
    *out = params;
    return KL_OK;
out:
    kl_value_release(id);
    kl_value_release(params);
    return status;
}

static kl_status make_answer(kl_value *out, sql_edited *edited, kl_text tenant, kl_error *error)
{
    kl_value map = kl_null(), params = kl_null();
    kl_status status;
    KL_TRY_OUT(make_params(&params, tenant, edited->tenants, error));
    KL_TRY_OUT(kl_map_new(&map, 4, error));
    KL_TRY_OUT(set_given(&map, "sql", &edited->sql, error));
    KL_TRY_OUT(set_given(&map, "params", &params, error));
    KL_TRY_OUT(set_given(&map, "param_positions", &edited->positions, error));
    KL_TRY_OUT(set_given(&map, "param_names", &edited->names, error));
    KL_TRY_OUT(set_given(&map, "dropped_params", &edited->dropped, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(params);
    kl_value_release(map);
    return status;
}

kl_status kl_sql_tenant_scope(kl_value *out, kl_text sql, const kl_sql_tenant *tenant, kl_error *error)
{
    sql_tokens tokens = {0};
    sql_edited edited = {0};
    kl_value written = kl_null();
    sql_parser p = {.column = tenant->column, .edits = SQL_EDITS_INIT, .frames = {.now = SQL_NONE}, .error = error};
    kl_status status;
    KL_TRY_OUT(write_column(&written, tenant, error));
    KL_TRY_OUT(sql_tokens_read(&tokens, sql, tenant->readers, error));
    p.tokens = &tokens;
    p.now = tokens.items;
    p.written = kl_as_text(written).data;
    KL_TRY_OUT(parse_all(&p, tenant->only_reads));
    KL_TRY_OUT(sql_edits_make(&edited, &p.edits, &tokens, error));
    KL_TRY_OUT(make_answer(out, &edited, tenant->tenant, error));
out:
    sql_edited_clear(&edited);
    sql_edits_clear(&p.edits);
    sql_frames_clear(&p.frames);
    sql_tokens_clear(&tokens);
    kl_value_release(written);
    return status;
}
