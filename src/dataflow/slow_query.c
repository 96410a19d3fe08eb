/* src/dataflow/slow_query.c - see slow_query.h. */
#include "slow_query.h"
#include "dataflow.h"
#include "kailash/log.h"
#include "query_engine.h"
#include "sql_token.h"

/* ---- texts without values ---------------------------------------------------------------------- */

/* Not within a character. */
static kl_text cut(kl_text text)
{
    if (text.len <= KL_STATEMENT_SHOWN)
        return text;
    size_t len = KL_STATEMENT_SHOWN;
    while (len && ((unsigned char)text.data[len] & 0xC0) == 0x80)
        len--;
    return (kl_text){text.data, len};
}

static void put_tokens(kl_buffer *to, const sql_tokens *tokens)
{
    const char *at = tokens->sql.data;
    for (size_t i = 0; i < tokens->count && to->len < KL_STATEMENT_SHOWN; i++) {
        const sql_token *token = &tokens->items[i];
        if (token->kind != SQL_TOKEN_STRING && token->kind != SQL_TOKEN_NUMBER)
            continue;
        kl_buffer_add(to, (kl_text){at, (size_t)(token->text.data - at)});
        kl_buffer_byte(to, '?');
        at = token->text.data + token->text.len;
    }
    kl_buffer_add(to, (kl_text){at, (size_t)(tokens->sql.data + tokens->sql.len - at)});
}

/* Or what might be one: comments may quote values too. */
static bool has_comment(kl_text text, kl_sql_dialect dialect)
{
    return memmem(text.data, text.len, "--", 2) || memmem(text.data, text.len, "/*", 2) ||
           (dialect == KL_SQL_MYSQL && memchr(text.data, '#', text.len));
}

kl_status kl_statement_without_values(kl_value *out, kl_text text, kl_sql_dialect dialect,
                                      kl_error *error)
{
    static const unsigned readers[] = {[KL_SQL_SQLITE] = SQL_BY_SQLITE,
                                       [KL_SQL_POSTGRES] = SQL_BY_POSTGRES,
                                       [KL_SQL_MYSQL] = SQL_BY_MYSQL};
    sql_tokens tokens;
    kl_buffer shown = KL_BUFFER_INIT;
    if (has_comment(text, dialect) || sql_tokens_read(&tokens, text, readers[dialect], NULL) != KL_OK)
        return kl_string_format(out, error, "a statement of %zu bytes", text.len);
    put_tokens(&shown, &tokens);
    sql_tokens_clear(&tokens);
    if (shown.status == KL_OK)
        shown.len = cut(kl_buffer_text(&shown)).len;
    return kl_buffer_finish(out, &shown, error);
}

/* ---- what is told ------------------------------------------------------------------------------ */

/* Without memory the record is lost, as any other. */
static void tell_slow(const kl_dataflow *dataflow, kl_text text, double duration_ms)
{
    kl_value fields, shown;
    if (!kl_log_enabled(KL_LOG_WARN) ||
        kl_statement_without_values(&shown, text, dataflow->dialect, NULL) != KL_OK)
        return;
    if (kl_map_new(&fields, 2, NULL) == KL_OK) {
        if (kl_map_set(&fields, KL_TEXT("duration_ms"), kl_double(duration_ms), NULL) == KL_OK &&
            kl_map_set(&fields, KL_TEXT("threshold_ms"), kl_double(dataflow->watch.slow_ms),
                       NULL) == KL_OK)
            kl_log_write(KL_LOG_WARN, "kailash.dataflow", fields, "slow statement: %.*s",
                         KL_TEXT_ARG(kl_as_text(shown)));
        kl_value_release(fields);
    }
    kl_value_release(shown);
}

void kl_note_statement(kl_dataflow *dataflow, kl_text text, double duration_ms)
{
    if (kl_is_null(dataflow->watch.query_engine))
        return;
    /* What finds no memory is not counted; the statement itself has run. */
    kl_query_engine_record(dataflow->watch.query_engine.as.object, cut(text), duration_ms, NULL);
    if (duration_ms > dataflow->watch.slow_ms)
        tell_slow(dataflow, text, duration_ms);
}
