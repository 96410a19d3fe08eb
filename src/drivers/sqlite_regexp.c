/* src/drivers/sqlite_regexp.c - see sqlite_regexp.h. A pattern is compiled once per statement. */
#include "sqlite_regexp.h"
#include "kailash/match.h"

static void free_regex(void *regex) { kl_regex_free(regex); }

static kl_text text_of(sqlite3_value *value)
{
    const char *data = (const char *)sqlite3_value_text(value);
    return (kl_text){data ? data : "", (size_t)sqlite3_value_bytes(value)};
}

static void fail(sqlite3_context *context, kl_error *error)
{
    if (error->code == KL_NO_MEMORY)
        sqlite3_result_error_nomem(context);
    else
        sqlite3_result_error(context, kl_error_message(error), -1);
    kl_error_clear(error);
}

/* The pattern of argument 0. SQLite keeps what stays the same for all rows. */
static const kl_regex *pattern_of(sqlite3_context *context, sqlite3_value *value)
{
    kl_regex *regex = sqlite3_get_auxdata(context, 0);
    kl_error error = KL_ERROR_INIT;
    if (regex)
        return regex;
    if (kl_regex_new(&regex, text_of(value), &error) != KL_OK) {
        fail(context, &error);
        return NULL;
    }
    sqlite3_set_auxdata(context, 0, regex, free_regex);
    return sqlite3_get_auxdata(context, 0); /* NULL when there was no memory to keep it */
}

/* `text REGEXP pattern` calls regexp(pattern, text). */
static void regexp(sqlite3_context *context, int count, sqlite3_value **values)
{
    kl_error error = KL_ERROR_INIT;
    bool found;
    (void)count;
    if (sqlite3_value_type(values[0]) == SQLITE_NULL || sqlite3_value_type(values[1]) == SQLITE_NULL)
        return;
    const kl_regex *regex = pattern_of(context, values[0]);
    if (!regex)
        return;
    if (kl_regex_search(&found, regex, text_of(values[1]), &error) == KL_OK)
        sqlite3_result_int(context, found);
    else
        fail(context, &error);
}

int kl_sqlite_add_regexp(sqlite3 *db)
{
    return sqlite3_create_function_v2(db, "regexp", 2,
                                      SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL,
                                      regexp, NULL, NULL, NULL);
}
