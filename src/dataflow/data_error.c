/* src/dataflow/data_error.c - see data_error.h. */
#include "data_error.h"
#include "buffer.h"

#include <stdarg.h>
#include <stdio.h>

/* What the kinds of faults that drivers name mean to callers. */
static const struct {
    const char *kind;
    const char *type;
    const char *sqlstate; /* on every database, whatever number it has for it */
} constraints[] = {
    {"unique", "UniqueViolationError", "23505"},
    {"foreign_key", "ForeignKeyViolationError", "23503"},
    {"not_null", "NotNullViolationError", "23502"},
    {"check", "CheckViolationError", "23514"},
};

/* What is said of a fault, on its way to the details of an error. */
typedef struct fault {
    kl_sql_dialect dialect;
    const char *type;
    const char *constraint_kind; /* NULL = no constraint was broken */
    char sqlstate[8];            /* "" = none */
    kl_value constraint, table;  /* strings or null */
    kl_value columns;            /* array */
    int64_t native_code;         /* 0 = none */
} fault;

/* ---- attributes -------------------------------------------------------------------------------- */

static void set_details(kl_error *error, kl_value details)
{
    kl_value *kept = kl_alloc(sizeof *kept);
    if (!kept) { /* the message must do */
        kl_value_release(details);
        return;
    }
    if (error->details) {
        kl_value_release(*(kl_value *)error->details);
        kl_free(error->details);
    }
    *kept = details;
    error->details = kept;
}

static kl_status add_text(kl_value *map, const char *name, const char *text)
{
    kl_value value = kl_null();
    if (text)
        KL_TRY(kl_string_repair(&value, kl_text_from(text), NULL));
    return kl_map_set(map, kl_text_from(name), value, NULL);
}

kl_status kl_error_raise(kl_error *error, const char *type, const kl_error_attribute *attributes,
                         size_t count, const char *format, ...)
{
    char message[1024];
    va_list arguments;
    kl_value details;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    kl_error_set(error, KL_FAILED, "%s", message);
    if (!error || kl_map_new(&details, count, NULL) != KL_OK)
        return KL_FAILED;
    error->type = type;
    kl_status status = KL_OK;
    for (size_t i = 0; i < count && status == KL_OK; i++)
        status = kl_map_set(&details, kl_text_from(attributes[i].name),
                            kl_value_retain(attributes[i].value), NULL);
    set_details(error, details);
    return KL_FAILED;
}

/* ---- what stands in messages ------------------------------------------------------------------- */

static kl_text between(kl_text text, const char *before, const char *after)
{
    const char *from = text.len ? memmem(text.data, text.len, before, strlen(before)) : NULL;
    if (!from)
        return (kl_text){NULL, 0};
    from += strlen(before);
    size_t left = (size_t)(text.data + text.len - from);
    const char *to = *after ? memmem(from, left, after, strlen(after)) : from + left;
    return to ? (kl_text){from, (size_t)(to - from)} : (kl_text){NULL, 0};
}

static void set_text(kl_value *slot, kl_text text)
{
    kl_value made;
    if (text.data && text.len && kl_string_repair(&made, text, NULL) == KL_OK)
        kl_value_replace(slot, made);
}

static void add_column(fault *f, kl_text name)
{
    kl_value made;
    if (name.len && kl_string_repair(&made, name, NULL) == KL_OK)
        kl_array_push(&f->columns, made, NULL);
}

/* "UNIQUE constraint failed: orders.a, orders.b"; an index over an expression tells "index 'name'",
 * a check its name or its text. */
static void read_sqlite(fault *f, kl_text message)
{
    kl_text rest = between(message, "constraint failed: ", "");
    if (!rest.data)
        return;
    if (strcmp(f->constraint_kind, "check") == 0 || rest.data[0] == '\'' ||
        (rest.len > 7 && memcmp(rest.data, "index '", 7) == 0)) {
        kl_text quoted = between(rest, "'", "'");
        set_text(&f->constraint, quoted.data ? quoted : rest);
        return;
    }
    while (rest.len) {
        const char *comma = memmem(rest.data, rest.len, ", ", 2);
        kl_text name = {rest.data, comma ? (size_t)(comma - rest.data) : rest.len};
        const char *dot = memchr(name.data, '.', name.len);
        if (dot) {
            set_text(&f->table, (kl_text){name.data, (size_t)(dot - name.data)});
            add_column(f, (kl_text){dot + 1, (size_t)(name.data + name.len - dot - 1)});
        }
        size_t used = comma ? name.len + 2 : name.len;
        rest = (kl_text){rest.data + used, rest.len - used};
    }
}

static void read_postgres(fault *f, kl_text message)
{
    add_column(f, between(message, "null value in column \"", "\""));
}

/* "Duplicate entry 'x' for key 'orders.name'", "Column 'a' cannot be null", "Field 'a' doesn't have a
 * default value", "CONSTRAINT `positive` failed for `d`.`t`", "... FOREIGN KEY (`a`) REFERENCES ..." */
static void read_mysql(fault *f, kl_text message)
{
    if (strcmp(f->constraint_kind, "unique") == 0) {
        kl_text key = between(message, "' for key '", "'");
        const char *dot = key.data ? memchr(key.data, '.', key.len) : NULL;
        if (dot) {
            set_text(&f->table, (kl_text){key.data, (size_t)(dot - key.data)});
            key = (kl_text){dot + 1, (size_t)(key.data + key.len - dot - 1)};
        }
        set_text(&f->constraint, key);
    } else if (strcmp(f->constraint_kind, "not_null") == 0) {
        kl_text name = between(message, "Column '", "'");
        add_column(f, name.data ? name : between(message, "Field '", "'"));
    } else {
        set_text(&f->constraint, between(message, "CONSTRAINT `", "`"));
        add_column(f, between(message, "FOREIGN KEY (`", "`"));
        kl_text table = between(message, "failed for `", "");
        if (!table.data)
            table = between(message, "constraint fails (`", ""); /* `d`.`t`, ... */
        set_text(&f->table, between(table, "`.`", "`"));
    }
}

/* ---- the values that servers quote ---------------------------------------------------------------- */

static const char redacted[] = "<redacted…>";

static void put_redacted(kl_buffer *to, kl_text text, const char *from, const char *end)
{
    kl_buffer_add(to, (kl_text){text.data, (size_t)(from - text.data)});
    kl_buffer_string(to, redacted);
    kl_buffer_add(to, (kl_text){end, (size_t)(text.data + text.len - end)});
}

/* The last place of `wanted` in `text` from `from` on, or NULL. */
static const char *last_of(kl_text text, const char *from, const char *wanted)
{
    const char *found = NULL;
    size_t len = strlen(wanted);
    for (const char *at = from; at + len <= text.data + text.len; at++)
        if (memcmp(at, wanted, len) == 0)
            found = at;
    return found;
}

/* A value may itself hold quotes: all from the first to the last one goes. Without `after`, all that
 * follows `before`. */
static bool redact_between(kl_buffer *to, kl_text text, const char *before, const char *after)
{
    const char *from = text.len ? memmem(text.data, text.len, before, strlen(before)) : NULL;
    if (!from)
        return false;
    from += strlen(before);
    const char *end = after ? last_of(text, from, after) : text.data + text.len;
    if (end)
        put_redacted(to, text, from, end);
    return end != NULL;
}

/* PostgreSQL quotes data in errors of class 22 (data) only; in others, names. */
static void put_without_values(kl_buffer *to, const fault *f, kl_text text)
{
    bool done = false;
    if (f->dialect == KL_SQL_POSTGRES)
        done = strncmp(f->sqlstate, "22", 2) == 0 && redact_between(to, text, "\"", "\"");
    else if (f->dialect == KL_SQL_MYSQL)
        done = redact_between(to, text, "Duplicate entry '", "' for key") ||
               redact_between(to, text, "value: '", "' for column") ||
               redact_between(to, text, "value: '", "'") ||
               redact_between(to, text, "value: '", NULL);
    if (!done)
        kl_buffer_add(to, text);
}

/* ---- all --------------------------------------------------------------------------------------- */

static kl_text detail(const kl_error *error, const char *name)
{
    const kl_value *details = error->details;
    return details ? kl_as_text(kl_map_get(*details, kl_text_from(name))) : (kl_text){"", 0};
}

static void classify(fault *f, const kl_error *error)
{
    kl_text kind = detail(error, "kind"), state = detail(error, "sqlstate");
    const kl_value *details = error->details;
    f->native_code = kl_as_int(kl_map_get(*details, KL_TEXT("code")));
    snprintf(f->sqlstate, sizeof f->sqlstate, "%.*s", KL_TEXT_ARG(state));
    f->type = "DataFlowDatabaseError";
    if (f->dialect == KL_SQL_MYSQL && kl_text_is(kind, "connection")) /* it has other ones, or none */
        snprintf(f->sqlstate, sizeof f->sqlstate, "08S01");
    for (size_t i = 0; i < KL_COUNT(constraints); i++) {
        if (!kl_text_is(kind, constraints[i].kind))
            continue;
        f->type = constraints[i].type;
        f->constraint_kind = constraints[i].kind;
        snprintf(f->sqlstate, sizeof f->sqlstate, "%s", constraints[i].sqlstate);
        return;
    }
    bool other = strncmp(f->sqlstate, "23", 2) == 0;
    if (f->dialect == KL_SQL_SQLITE && (f->native_code & 0xFF) == 19 /* SQLITE_CONSTRAINT */) {
        snprintf(f->sqlstate, sizeof f->sqlstate, "23000");
        other = true;
    }
    if (!other)
        return;
    f->type = "ConstraintViolationError";
    f->constraint_kind = strcmp(f->sqlstate, "23P01") == 0   ? "exclusion"
                         : strcmp(f->sqlstate, "23001") == 0 ? "restrict"
                                                             : "other";
}

static void read_names(fault *f, const kl_error *error)
{
    kl_text message = kl_text_from(kl_error_message(error));
    set_text(&f->constraint, detail(error, "constraint"));
    set_text(&f->table, detail(error, "table"));
    if (!f->constraint_kind)
        return;
    if (f->dialect == KL_SQL_SQLITE)
        read_sqlite(f, message);
    else if (f->dialect == KL_SQL_POSTGRES)
        read_postgres(f, message);
    else
        read_mysql(f, message);
}

static kl_status attributes_of(kl_value *out, const fault *f, bool reported)
{
    kl_value map;
    kl_status status;
    const char *how = *f->sqlstate ? "reported" : reported ? "not_reported" : "undetermined";
    KL_TRY(kl_map_new(&map, 7, NULL));
    KL_TRY_OUT(add_text(&map, "sqlstate", *f->sqlstate ? f->sqlstate : NULL));
    KL_TRY_OUT(add_text(&map, "sqlstate_status", how));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("constraint"), kl_value_retain(f->constraint), NULL));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("table"), kl_value_retain(f->table), NULL));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("columns"), kl_value_retain(f->columns), NULL));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("native_code"),
                          f->native_code ? kl_int(f->native_code) : kl_null(), NULL));
    if (f->constraint_kind)
        KL_TRY_OUT(add_text(&map, "constraint_kind", f->constraint_kind));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* Message and attributes as they are to be; what cannot be made for want of memory is left out. */
static kl_status tell(kl_error *error, const fault *f, const char *method, bool reported)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_value details;
    kl_buffer_format(&text, "%s failed: database error: %s", method,
                     reported ? "error returned from database: " : "");
    put_without_values(&text, f, kl_text_from(kl_error_message(error)));
    kl_status status = attributes_of(&details, f, reported);
    if (text.status == KL_OK)
        kl_error_set(error, KL_FAILED, "%.*s", KL_TEXT_ARG(kl_buffer_text(&text)));
    else
        kl_error_set(error, KL_FAILED, "%s failed: database error", method);
    kl_buffer_free(&text);
    error->type = f->type;
    if (status == KL_OK)
        set_details(error, details);
    return KL_FAILED;
}

kl_status kl_data_error(kl_error *error, kl_status status, const char *method,
                        kl_sql_dialect dialect)
{
    fault f = {.dialect = dialect, .type = "DataFlowDatabaseError"};
    if (status == KL_NO_MEMORY || status == KL_INVALID || status == KL_TYPE ||
        status == KL_OVERFLOW || status == KL_INTERRUPTED)
        return status;
    if (!error)
        return KL_FAILED;
    bool reported = error->details != NULL;
    if (kl_array_new(&f.columns, 0, NULL) != KL_OK)
        return kl_error_no_memory(error);
    if (reported)
        classify(&f, error);
    if (reported)
        read_names(&f, error);
    tell(error, &f, method, reported);
    kl_value_release(f.constraint);
    kl_value_release(f.table);
    kl_value_release(f.columns);
    return KL_FAILED;
}

kl_status kl_data_unreachable(kl_error *error, const char *method, const char *why)
{
    kl_error_set(error, KL_STATE, "%s", why);
    return kl_data_error(error, KL_STATE, method, KL_SQL_SQLITE);
}
