/* src/store/sql_text.c - see sql_text.h. */
#include "sql_text.h"
#include "buffer.h"

#include <inttypes.h>
#include <strings.h>

enum kind { KIND_NONE, KIND_PLAIN, KIND_NUMBER, KIND_NAME };

static const char *const kind_names[] = {"", "?", "$1", ":name"};

typedef struct scanner {
    const char *start, *at, *end;
    const char *copied; /* up to where the text stands in `to` */
    kl_sql_dialect dialect;
    bool has_values;
    enum kind kind;
    kl_buffer to;
    kl_sql_text text;
    size_t order_cap;
    kl_error *error;
} scanner;

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static char peek(const scanner *s, size_t ahead)
{
    return (size_t)(s->end - s->at) > ahead ? s->at[ahead] : '\0';
}

/* ---- what holds no placeholders ------------------------------------------------------------------ */

/* From an opening quote to behind the closing one; a doubled quote stands for itself. */
static void skip_quoted(scanner *s, char closing, bool backslash)
{
    for (s->at++; s->at < s->end; s->at++) {
        if (backslash && *s->at == '\\' && s->at + 1 < s->end) {
            s->at++;
        } else if (*s->at == closing) {
            s->at++;
            if (closing == ']' || s->at == s->end || *s->at != closing)
                return;
        }
    }
}

static void skip_line(scanner *s)
{
    while (s->at < s->end && *s->at != '\n')
        s->at++;
}

/* Only PostgreSQL lets comments nest. */
static void skip_comment(scanner *s)
{
    size_t depth = 1;
    for (s->at += 2; s->at < s->end && depth; s->at++) {
        bool opens = *s->at == '/' && peek(s, 1) == '*' && s->dialect == KL_SQL_POSTGRES;
        bool closes = *s->at == '*' && peek(s, 1) == '/';
        depth += opens;
        depth -= closes;
        s->at += opens || closes;
    }
}

static void skip_word(scanner *s)
{
    while (s->at < s->end && (is_word(*s->at) || *s->at == '$'))
        s->at++;
}

/* $tag$ ... $tag$; false when this is none. */
static bool skip_dollar_quoted(scanner *s)
{
    const char *tag_end = s->at + 1;
    if (tag_end < s->end && is_digit(*tag_end))
        return false;
    while (tag_end < s->end && is_word(*tag_end))
        tag_end++;
    if (tag_end == s->end || *tag_end != '$')
        return false;
    size_t len = (size_t)(tag_end - s->at) + 1;
    const char *close = memmem(tag_end + 1, (size_t)(s->end - tag_end) - 1, s->at, len);
    s->at = close ? close + len : s->end;
    return true;
}

/* ---- placeholders -------------------------------------------------------------------------------- */

static kl_status set_kind(scanner *s, enum kind kind)
{
    if (s->kind != KIND_NONE && s->kind != kind)
        return kl_error_set_at(s->error, KL_SYNTAX, s->start, s->at,
                               "placeholders of two kinds (%s and %s) in one text; use one kind",
                               kind_names[s->kind], kind_names[kind]);
    s->kind = kind;
    return KL_OK;
}

static kl_status add_order(scanner *s, uint32_t value)
{
    if (s->text.order_count == s->order_cap) {
        size_t cap = s->order_cap ? 2 * s->order_cap : 16;
        uint32_t *grown = kl_realloc(s->text.order, cap * sizeof *grown);
        if (!grown)
            return kl_error_no_memory(s->error);
        s->text.order = grown;
        s->order_cap = cap;
    }
    s->text.order[s->text.order_count++] = value;
    return KL_OK;
}

/* Value `number` (from 1) stands at s->at and is `len` bytes long: write it the database's way. */
static kl_status place(scanner *s, size_t number, size_t len)
{
    if (number < 1 || number > KL_SQL_VALUES_MAX)
        return kl_error_set_at(s->error, KL_SYNTAX, s->start, s->at,
                               "placeholder number out of range; give 1 to %d", KL_SQL_VALUES_MAX);
    s->text.count = KL_MAX(s->text.count, number);
    kl_buffer_add(&s->to, (kl_text){s->copied, (size_t)(s->at - s->copied)});
    s->at += len;
    s->copied = s->at;
    if (s->dialect != KL_SQL_MYSQL) {
        kl_buffer_format(&s->to, "%c%zu", s->dialect == KL_SQL_SQLITE ? '?' : '$', number);
        return KL_OK;
    }
    kl_buffer_byte(&s->to, '?');
    return add_order(s, (uint32_t)number - 1);
}

/* "?5" or "$5": `len` bytes from s->at on. */
static kl_status place_number(scanner *s)
{
    size_t number = 0, len = 1;
    for (; is_digit(peek(s, len)); len++)
        number = KL_MIN(number * 10 + (size_t)(peek(s, len) - '0'), (size_t)1000000);
    KL_TRY(set_kind(s, KIND_NUMBER));
    return place(s, number, len);
}

static kl_status place_plain(scanner *s)
{
    KL_TRY(set_kind(s, KIND_PLAIN));
    return place(s, s->text.count + 1, 1);
}

static kl_status place_name(scanner *s)
{
    size_t len = 1;
    while (is_word(peek(s, len)))
        len++;
    KL_TRY(set_kind(s, KIND_NAME));
    kl_text name = {s->at + 1, len - 1};
    if (kl_is_null(s->text.names))
        KL_TRY(kl_map_new(&s->text.names, 4, s->error));
    const kl_value *known = kl_map_find(s->text.names, name);
    if (known)
        return place(s, (size_t)kl_as_int(*known), len);
    size_t number = s->text.count + 1;
    KL_TRY(kl_map_set(&s->text.names, name, kl_int((int64_t)number), s->error));
    return place(s, number, len);
}

/* ---- one token ----------------------------------------------------------------------------------- */

static kl_status read_colon(scanner *s)
{
    bool cast = peek(s, 1) == ':' || peek(s, 1) == '=';
    bool slice = s->dialect == KL_SQL_POSTGRES && s->at > s->start && is_word(s->at[-1]); /* a[1:n] */
    if (!cast && !slice && is_word(peek(s, 1)) && !is_digit(peek(s, 1)))
        return place_name(s);
    s->at += cast ? 2 : 1;
    return KL_OK;
}

static kl_status read_dollar(scanner *s)
{
    if (is_digit(peek(s, 1)))
        return place_number(s);
    if (s->dialect == KL_SQL_SQLITE && is_word(peek(s, 1)))
        return place_name(s);
    s->at++;
    return KL_OK;
}

static kl_status read_question(scanner *s)
{
    if (s->dialect == KL_SQL_POSTGRES && !s->has_values) {
        s->at++;
        return KL_OK;
    }
    return is_digit(peek(s, 1)) ? place_number(s) : place_plain(s);
}

/* PostgreSQL's E'...' knows backslashes, MySQL's strings always do. */
static bool knows_backslash(const scanner *s)
{
    if (s->dialect != KL_SQL_POSTGRES || s->at == s->start)
        return s->dialect == KL_SQL_MYSQL;
    bool prefixed = (s->at[-1] | 0x20) == 'e';
    return prefixed && (s->at - 1 == s->start || !is_word(s->at[-2]));
}

/* Pass over a string, a quoted name, a comment or a word; false when none begins here. */
static bool skip_whole(scanner *s)
{
    char c = *s->at;
    bool mysql = s->dialect == KL_SQL_MYSQL, postgres = s->dialect == KL_SQL_POSTGRES;
    if (c == '\'')
        skip_quoted(s, '\'', knows_backslash(s));
    else if (c == '"')
        skip_quoted(s, '"', mysql);
    else if (c == '`' && !postgres)
        skip_quoted(s, '`', false);
    else if (c == '[' && s->dialect == KL_SQL_SQLITE)
        skip_quoted(s, ']', false);
    else if (c == '-' && peek(s, 1) == '-' && (!mysql || (unsigned char)peek(s, 2) <= ' '))
        skip_line(s);
    else if (c == '#' && mysql)
        skip_line(s);
    else if (c == '/' && peek(s, 1) == '*')
        skip_comment(s);
    else if (is_word(c))
        skip_word(s);
    else
        return c == '$' && postgres && skip_dollar_quoted(s);
    return true;
}

static kl_status read_token(scanner *s)
{
    char c = *s->at;
    if (skip_whole(s))
        return KL_OK;
    if (c == '?')
        return read_question(s);
    if (c == '$')
        return read_dollar(s);
    if (c == ':')
        return read_colon(s);
    if (c == '@' && s->dialect == KL_SQL_SQLITE && is_word(peek(s, 1)))
        return place_name(s);
    s->at++;
    return KL_OK;
}

/* ---- statements ---------------------------------------------------------------------------------- */

static scanner scan(kl_text sql, kl_sql_dialect dialect)
{
    return (scanner){.start = sql.data, .at = sql.data, .end = sql.data + sql.len,
                     .dialect = dialect};
}

size_t kl_sql_text_first(kl_text sql, kl_sql_dialect dialect)
{
    scanner s = scan(sql, dialect);
    while (s.at < s.end) {
        if (*s.at == ';')
            return (size_t)(s.at - s.start) + 1;
        if (!skip_whole(&s))
            s.at++;
    }
    return sql.len;
}

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* Whether a comment was passed over. */
static bool skip_remark(scanner *s)
{
    char c = *s->at;
    bool begins = (c == '-' && peek(s, 1) == '-') || c == '#' || (c == '/' && peek(s, 1) == '*');
    return begins && skip_whole(s);
}

bool kl_sql_text_is_blank(kl_text sql, kl_sql_dialect dialect)
{
    scanner s = scan(sql, dialect);
    while (s.at < s.end) {
        if (is_space(*s.at) || *s.at == ';')
            s.at++;
        else if (!skip_remark(&s))
            return false;
    }
    return true;
}

/* Whether the word from `word` to s->at is among `list`, which NULL ends. */
static bool is_among(const scanner *s, const char *word, const char *const *list)
{
    size_t len = (size_t)(s->at - word);
    for (; *list; list++)
        if (strlen(*list) == len && strncasecmp(word, *list, len) == 0)
            return true;
    return false;
}

bool kl_sql_text_only_reads(kl_text sql, kl_sql_dialect dialect)
{
    static const char *const openers[] = {"select", "with",     "values",  "table", "show",
                                          "desc",   "describe", "explain", NULL};
    static const char *const writers[] = {"insert", "update", "delete", "merge", "into", "analyze",
                                          "share",  "lock",   "call",   NULL};
    scanner s = scan(sql, dialect);
    bool opened = false;
    while (s.at < s.end) {
        const char *token = s.at;
        bool word = is_word(*s.at);
        if (!skip_whole(&s)) {
            s.at++;
            continue;
        }
        if (!word)
            continue;
        if (opened ? is_among(&s, token, writers) : !is_among(&s, token, openers))
            return false;
        opened = true;
    }
    return opened;
}

/* ---- all ----------------------------------------------------------------------------------------- */

kl_status kl_sql_text_read(kl_sql_text *out, kl_text sql, kl_sql_dialect dialect, bool has_values,
                           kl_error *error)
{
    scanner s = {.start = sql.data, .at = sql.data, .copied = sql.data, .end = sql.data + sql.len,
                 .dialect = dialect, .has_values = has_values, .to = KL_BUFFER_INIT,
                 .error = error};
    const char *nul = sql.len ? memchr(sql.data, '\0', sql.len) : NULL;
    kl_status status;
    if (nul)
        return kl_error_set_at(error, KL_SYNTAX, sql.data, nul, "the SQL text holds a NUL byte");
    while (s.at < s.end)
        KL_TRY_OUT(read_token(&s));
    kl_buffer_add(&s.to, (kl_text){s.copied, (size_t)(s.end - s.copied)});
    KL_TRY_OUT(kl_buffer_finish(&s.text.text, &s.to, error));
    *out = s.text;
    return KL_OK;
out:
    kl_buffer_free(&s.to);
    kl_sql_text_clear(&s.text);
    return status;
}

void kl_sql_text_clear(kl_sql_text *text)
{
    kl_value_release(text->text);
    kl_value_release(text->names);
    kl_free(text->order);
    *text = (kl_sql_text){0};
}

/* ---- values -------------------------------------------------------------------------------------- */

static kl_status check_params(const kl_sql_text *text, kl_value params, kl_error *error)
{
    bool named = !kl_is_null(text->names);
    if (named && !kl_is(params, KL_KIND_MAP))
        return kl_error_set(error, KL_INVALID,
                            "expected object with a value for each :name, got %s",
                            kl_value_kind_name(params));
    if (!named && text->count && kl_is(params, KL_KIND_MAP))
        return kl_error_set(error, KL_INVALID,
                            "expected array, got object: the text has no :name placeholders");
    size_t given = kl_array_len(params);
    if (!named && given != text->count)
        return kl_error_set(error, KL_INVALID, "expected %zu value%s, one for each placeholder, "
                            "got %zu", text->count, text->count == 1 ? "" : "s", given);
    for (size_t i = 0; named && i < kl_map_len(text->names); i++)
        if (!kl_map_has(params, kl_map_key_at(text->names, i)))
            return kl_error_set(error, KL_INVALID, "no value for the placeholder :%.*s",
                                KL_TEXT_ARG(kl_map_key_at(text->names, i)));
    return KL_OK;
}

kl_status kl_sql_text_values(kl_value **values, size_t *count, const kl_sql_text *text,
                             kl_value params, kl_error *error)
{
    KL_TRY(check_params(text, params, error));
    size_t places = text->order ? text->order_count : text->count;
    kl_value *list = kl_alloc(places * sizeof *list);
    if (!list)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < places; i++) {
        size_t number = text->order ? text->order[i] : i;
        list[i] = kl_is_null(text->names) ? kl_array_at(params, number)
                                          : kl_map_get(params, kl_map_key_at(text->names, number));
    }
    *values = list;
    *count = places;
    return KL_OK;
}
