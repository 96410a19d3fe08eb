/* tests/fuzz/fuzz_sql_tenant.c - any text, kept to one tenant: what comes out has the same structure for every
 * database that it is for, and as many placeholders for the tenant as there are values. */
#include "fuzz.h"
#include "dataflow/sql_tenant.h"

static bool is_structure(const sql_token *token)
{
    if (token->kind == SQL_TOKEN_SYMBOL)
        return strchr("(),;", *token->text.data) != NULL;
    return token->kind == SQL_TOKEN_WORD && sql_word_flags(token->word) & SQL_RESERVED;
}

/* The next token at or behind `*at` that makes the structure; brackets, which are a name or a subscript, are
 * passed over. */
static const sql_token *next(const sql_token **at)
{
    for (;; (*at)++) {
        if ((*at)->kind == SQL_TOKEN_END)
            return NULL;
        if ((*at)->kind == SQL_TOKEN_SYMBOL && *(*at)->text.data == '[') {
            while ((*at)->kind != SQL_TOKEN_END && *(*at)->text.data != ']')
                (*at)++;
            if ((*at)->kind == SQL_TOKEN_END)
                return NULL;
        } else if (is_structure(*at)) {
            return (*at)++;
        }
    }
}

static void same_structure(const sql_tokens *a, const sql_tokens *b)
{
    const sql_token *left = a->items, *right = b->items;
    for (;;) {
        const sql_token *one = next(&left), *other = next(&right);
        KL_REQUIRE((one == NULL) == (other == NULL));
        if (!one)
            return;
        KL_REQUIRE(one->text.data == other->text.data && one->text.len == other->text.len);
    }
}

/* Text that one of them does not take at all is harmless there. */
static void read_by_each(kl_text sql, unsigned readers)
{
    sql_tokens all, one;
    KL_REQUIRE(sql_tokens_read(&all, sql, readers, NULL) == KL_OK);
    for (unsigned reader = 1; reader <= SQL_BY_MYSQL; reader *= 2) {
        if (!(readers & reader) || sql_tokens_read(&one, sql, reader, NULL) != KL_OK)
            continue;
        same_structure(&all, &one);
        sql_tokens_clear(&one);
    }
    sql_tokens_clear(&all);
}

static void check(kl_value answer, unsigned readers)
{
    kl_text sql = kl_as_text(kl_map_get(answer, KL_TEXT("sql")));
    kl_value params = kl_map_get(answer, KL_TEXT("params"));
    kl_value positions = kl_map_get(answer, KL_TEXT("param_positions"));
    kl_value names = kl_map_get(answer, KL_TEXT("param_names"));
    KL_REQUIRE(kl_is_null(positions) || kl_array_len(positions) == kl_array_len(params));
    KL_REQUIRE(kl_is_null(names) || kl_array_len(names) == kl_array_len(params));
    for (size_t i = 1; i < kl_array_len(positions); i++)
        KL_REQUIRE(kl_as_int(kl_array_at(positions, i)) > kl_as_int(kl_array_at(positions, i - 1)));
    read_by_each(sql, readers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kl_value answer = kl_null(), text = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (size < 1 || size > 4000)
        return 0;
    unsigned readers = data[0] % SQL_BY_ALL + 1;
    if (kl_string_new(&text, (kl_text){(const char *)data + 1, size - 1}, NULL) != KL_OK)
        return 0; /* texts of values are UTF-8 */
    kl_sql_tenant tenant = {KL_TEXT("t1"), KL_TEXT("tenant_id"), readers, false};
    kl_status status = kl_sql_tenant_scope(&answer, kl_as_text(text), &tenant, &error);
    KL_REQUIRE(status == KL_OK || ((status == KL_FAILED || status == KL_LIMIT) && error.position < size));
    if (status == KL_OK)
        check(answer, readers);
    kl_error_clear(&error);
    kl_value_release(answer);
    kl_value_release(text);
    return 0;
}
