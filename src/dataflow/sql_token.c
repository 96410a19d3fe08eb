/* src/dataflow/sql_token.c - see sql_token.h. */
#include "sql_token.h"

#include "store/sql_text.h"

typedef struct lexer {
    const char *start, *at, *end;
    unsigned readers;
    size_t brackets; /* that are open */
    sql_tokens out;
    kl_error *error;
} lexer;

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_word_start(char c) { return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || (c & 0x80) != 0; }
static bool is_word(char c) { return is_word_start(c) || is_digit(c) || c == '$'; }
bool sql_is_word_byte(char c) { return is_word(c); }
static int lower(char c) { return c | 0x20; } /* of a letter */
static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static bool is_operator(char c) { return c && strchr("+-*/<>=~!@#%^&|", c); }

static char peek(const lexer *l, size_t ahead)
{
    return (char)((size_t)(l->end - l->at) > ahead ? l->at[ahead] : '\0');
}

static bool reads(const lexer *l, unsigned reader) { return (l->readers & reader) != 0; }

static kl_status refuse(const lexer *l, const char *at, const char *what)
{
    return kl_error_set_at(l->error, KL_FAILED, l->start, at, "%s at byte %zu", what,
                           (size_t)(at - l->start));
}

/* ---- what was found ------------------------------------------------------------------------------ */

static kl_status grow(void **items, size_t *cap, size_t count, size_t size, kl_error *error)
{
    if (count < *cap)
        return KL_OK;
    size_t wanted = *cap ? 2 * *cap : 64;
    void *grown = kl_realloc(*items, wanted * size);
    if (!grown)
        return kl_error_no_memory(error);
    *items = grown;
    *cap = wanted;
    return KL_OK;
}

/* A token from `start` to l->at. */
static kl_status add(lexer *l, sql_token_kind kind, const char *start)
{
    sql_tokens *out = &l->out;
    KL_TRY(grow((void **)&out->items, &out->cap, out->count, sizeof *out->items, l->error));
    kl_text text = {start, (size_t)(l->at - start)};
    sql_word word = kind == SQL_TOKEN_WORD ? sql_word_of(text) : SQL_NO_WORD;
    out->items[out->count++] = (sql_token){.kind = kind, .word = word, .text = text};
    return KL_OK;
}

static kl_status add_fix(lexer *l, sql_fix_kind kind, const char *start, const char *end)
{
    sql_tokens *out = &l->out;
    KL_TRY(grow((void **)&out->fixes, &out->fix_cap, out->fix_count, sizeof *out->fixes, l->error));
    out->fixes[out->fix_count++] = (sql_fix){kind, {start, (size_t)(end - start)}};
    return KL_OK;
}

/* ---- blanks and comments ------------------------------------------------------------------------- */

/* PostgreSQL ends a line at a carriage return too. */
static kl_status skip_line(lexer *l)
{
    for (; l->at < l->end && *l->at != '\n'; l->at++)
        if (*l->at == '\r' && peek(l, 1) != '\n')
            return refuse(l, l->at, "a carriage return within a comment, where not all databases end it,");
    return KL_OK;
}

static kl_status skip_dashes(lexer *l)
{
    char next = peek(l, 2);
    if (reads(l, SQL_BY_MYSQL) && next && !is_blank(next))
        KL_TRY(add_fix(l, SQL_FIX_ADD_BLANK, l->at + 2, l->at + 2));
    return skip_line(l);
}

/* Only PostgreSQL lets comments nest; a comment with another in it is dropped where others read too. */
static kl_status skip_block(lexer *l)
{
    const char *start = l->at;
    bool nests = reads(l, SQL_BY_POSTGRES), nested = false;
    if (reads(l, SQL_BY_MYSQL) && (peek(l, 2) == '!' || (peek(l, 2) == 'M' && peek(l, 3) == '!')))
        return refuse(l, start, "a comment that MySQL executes");
    size_t depth = 1;
    for (l->at += 2; l->at < l->end && depth; l->at++) {
        bool opens = nests && *l->at == '/' && peek(l, 1) == '*';
        bool closes = *l->at == '*' && peek(l, 1) == '/';
        nested |= opens;
        depth += opens;
        depth -= closes;
        l->at += opens || closes;
    }
    if (depth)
        return refuse(l, start, "a comment without end");
    return nested && l->readers != SQL_BY_POSTGRES
               ? add_fix(l, SQL_FIX_DROP_COMMENT, start, l->at) : KL_OK;
}

static bool begins_dashes(const lexer *l)
{
    return *l->at == '-' && peek(l, 1) == '-' &&
           (l->readers != SQL_BY_MYSQL || !peek(l, 2) || is_blank(peek(l, 2)));
}

static kl_status skip_blanks(lexer *l)
{
    while (l->at < l->end) {
        bool dashes = begins_dashes(l), hash = *l->at == '#' && l->readers == SQL_BY_MYSQL;
        if (is_blank(*l->at))
            l->at++;
        else if (dashes || hash)
            KL_TRY(dashes ? skip_dashes(l) : skip_line(l));
        else if (*l->at == '/' && peek(l, 1) == '*')
            KL_TRY(skip_block(l));
        else
            break;
    }
    return KL_OK;
}

/* ---- strings and quoted names -------------------------------------------------------------------- */

/* Behind the closing quote of what opens at `at`, or NULL; a doubled quote stands for itself. */
static const char *end_of(const lexer *l, const char *at, bool backslash)
{
    char quote = *at;
    for (at++; at < l->end; at++) {
        bool escape = backslash && *at == '\\';
        if (*at == quote && (at + 1 == l->end || at[1] != quote))
            return at + 1;
        if ((escape || *at == quote) && at + 1 < l->end)
            at++;
    }
    return NULL;
}

/* Pass over what is quoted. `escaped`: whether backslashes count for those who disagree with MySQL. */
static kl_status skip_quoted(lexer *l, bool escaped)
{
    const char *open = l->at, *with = end_of(l, open, true), *without = end_of(l, open, false);
    bool mysql = reads(l, SQL_BY_MYSQL), only_mysql = l->readers == SQL_BY_MYSQL;
    bool split = escaped ? l->readers != SQL_BY_POSTGRES : mysql && !only_mysql;
    if (split && with != without)
        return refuse(l, open, "a backslash before a quote, which not all databases read as an escape (give the "
                               "dialect),");
    const char *end = escaped || only_mysql ? with : without;
    if (!end)
        return refuse(l, open, *open == '\'' ? "a string without end" : "a quoted name without end");
    l->at = end;
    return KL_OK;
}

static kl_status read_double_quoted(lexer *l)
{
    const char *start = l->at;
    KL_TRY(skip_quoted(l, false));
    return add(l, l->readers == SQL_BY_MYSQL ? SQL_TOKEN_STRING : SQL_TOKEN_NAME, start);
}

/* Whether there are letters, digits and, if allowed, blanks only. */
static bool is_plain(const char *at, const char *end, const char *also)
{
    for (; at < end; at++)
        if (!is_word(*at) && !strchr(also, *at))
            return false;
    return true;
}

static kl_status read_backquoted(lexer *l)
{
    const char *start = l->at, *end = end_of(l, start, false);
    if (l->readers == SQL_BY_POSTGRES)
        return refuse(l, start, "a name in `, which PostgreSQL does not know,");
    if (!end)
        return refuse(l, start, "a quoted name without end");
    if (reads(l, SQL_BY_POSTGRES) && !is_plain(start + 1, end - 1, ""))
        return refuse(l, start, "a name in ` that is no plain word (give the dialect)");
    l->at = end;
    return add(l, SQL_TOKEN_NAME, start);
}

/* Whether what was read last may be followed by a subscript. */
static bool is_behind_value(const lexer *l)
{
    if (!l->out.count)
        return false;
    const sql_token *last = &l->out.items[l->out.count - 1];
    if (last->kind == SQL_TOKEN_WORD)
        return last->word == SQL_ARRAY || !(sql_word_flags(last->word) & SQL_RESERVED);
    return last->kind == SQL_TOKEN_NAME || last->kind == SQL_TOKEN_PLACEHOLDER ||
           (last->kind == SQL_TOKEN_SYMBOL && strchr(")]", *last->text.data));
}

/* Whether brackets up to `close` end there for PostgreSQL, which reads strings within, and for SQLite,
 * which does not. */
static bool ends_alike(const char *at, const char *close)
{
    bool string = false;
    for (; at < close; at++) {
        if (strchr("[\"`$#\\", *at) || (at[0] == '-' && at[1] == '-') || (at[0] == '/' && at[1] == '*'))
            return false;
        string ^= *at == '\'';
    }
    return !string;
}

static kl_status read_bracket(lexer *l)
{
    const char *start = l->at, *close = memchr(start, ']', (size_t)(l->end - start));
    bool sqlite = reads(l, SQL_BY_SQLITE), subscript = l->readers != SQL_BY_SQLITE && is_behind_value(l);
    bool plain = close && (subscript ? ends_alike(start + 1, close) : is_plain(start + 1, close, " "));
    if (!sqlite || (subscript && plain)) {
        l->at++;
        l->brackets++;
        return add(l, SQL_TOKEN_SYMBOL, start);
    }
    if (!close)
        return refuse(l, start, "a quoted name without end");
    if (l->readers != SQL_BY_SQLITE && !plain)
        return refuse(l, start, "brackets that not all databases read alike (give the dialect)");
    l->at = close + 1;
    return add(l, SQL_TOKEN_NAME, start);
}

/* $tag$ ... $tag$; false when this is none. */
static bool find_dollar_end(const lexer *l, const char **end)
{
    const char *tag = l->at + 1;
    while (tag < l->end && is_word(*tag) && *tag != '$')
        tag++;
    if (tag == l->end || *tag != '$' || is_digit(l->at[1]))
        return false;
    size_t len = (size_t)(tag - l->at) + 1;
    const char *close = memmem(tag + 1, (size_t)(l->end - tag) - 1, l->at, len);
    *end = close ? close + len : NULL;
    return true;
}

kl_text sql_dollar_inside(kl_text string)
{
    size_t tag = (size_t)((const char *)memchr(string.data + 1, '$', string.len - 1) - string.data) + 1;
    return (kl_text){string.data + tag, string.len - 2 * tag};
}

static kl_status read_dollar_string(lexer *l, const char *end)
{
    const char *start = l->at;
    if (!end)
        return refuse(l, start, "a string without end");
    l->at = end;
    if (l->readers != SQL_BY_POSTGRES) {
        kl_text inside = sql_dollar_inside((kl_text){start, (size_t)(end - start)});
        if (memchr(inside.data, '\\', inside.len))
            return refuse(l, start, "a backslash in a $$ string (give the dialect)");
        KL_TRY(add_fix(l, SQL_FIX_QUOTE, start, end));
    }
    return add(l, SQL_TOKEN_STRING, start);
}

/* ---- placeholders -------------------------------------------------------------------------------- */

static kl_status add_placeholder(lexer *l, sql_placeholders kind, const char *start)
{
    sql_tokens *out = &l->out;
    bool first = out->placeholders == SQL_PLACEHOLDERS_NONE;
    if (!first && (out->placeholders != kind || (kind == SQL_PLACEHOLDERS_NUMBER && out->prefix != *start)))
        return refuse(l, start, "a placeholder of another kind than those before it");
    if (first)
        out->prefix = *start;
    out->placeholders = kind;
    if (reads(l, SQL_BY_SQLITE) && kind == SQL_PLACEHOLDERS_NAME && peek(l, 0) == '(')
        return refuse(l, start, "a placeholder with a parenthesis, which SQLite takes for part of its name,");
    return add(l, SQL_TOKEN_PLACEHOLDER, start);
}

static kl_status read_numbered(lexer *l)
{
    const char *start = l->at++;
    uint32_t number = 0;
    for (; is_digit(peek(l, 0)); l->at++)
        number = KL_MIN(number * 10 + (uint32_t)(*l->at - '0'), (uint32_t)1000000);
    if (number < 1 || number > KL_SQL_VALUES_MAX)
        return refuse(l, start, "a placeholder whose number is out of range");
    if (is_word(peek(l, 0)))
        return refuse(l, start, "a placeholder with letters behind its number");
    KL_TRY(add_placeholder(l, SQL_PLACEHOLDERS_NUMBER, start));
    l->out.items[l->out.count - 1].number = number;
    return KL_OK;
}

static kl_status read_named(lexer *l, sql_token_kind kind, size_t skip)
{
    const char *start = l->at;
    for (l->at += skip; is_word(peek(l, 0));)
        l->at++;
    return kind == SQL_TOKEN_PLACEHOLDER ? add_placeholder(l, SQL_PLACEHOLDERS_NAME, start) : add(l, kind, start);
}

static kl_status read_question(lexer *l)
{
    const char *start = l->at;
    if (is_digit(peek(l, 1)))
        return read_numbered(l);
    l->at++;
    return add_placeholder(l, SQL_PLACEHOLDERS_PLAIN, start);
}

static kl_status read_dollar(lexer *l)
{
    const char *end;
    if (is_digit(peek(l, 1)))
        return read_numbered(l);
    if (reads(l, SQL_BY_POSTGRES) && find_dollar_end(l, &end))
        return read_dollar_string(l, end);
    if (reads(l, SQL_BY_SQLITE) && is_word_start(peek(l, 1)))
        return read_named(l, SQL_TOKEN_PLACEHOLDER, 1);
    return refuse(l, l->at, "a $ that begins nothing");
}

/* Between brackets of PostgreSQL a colon stands between two bounds. */
static kl_status read_colon(lexer *l)
{
    const char *start = l->at;
    bool bound = l->brackets && l->at > l->start && (is_word(l->at[-1]) || is_digit(peek(l, 1)));
    if (is_word_start(peek(l, 1)) && !bound)
        return read_named(l, SQL_TOKEN_PLACEHOLDER, 1);
    char next = peek(l, 1);
    l->at += 1 + (next == ':' || next == '=');
    return add(l, next == ':' ? SQL_TOKEN_CAST : next == '=' ? SQL_TOKEN_ASSIGN : SQL_TOKEN_SYMBOL, start);
}

/* @name and @@name; false when an operator begins here. */
static bool begins_variable(const lexer *l, const char *at)
{
    size_t signs = at + 1 < l->end && at[1] == '@' ? 2 : 1;
    return l->readers != SQL_BY_POSTGRES && *at == '@' && (size_t)(l->end - at) > signs &&
           is_word_start(at[signs]);
}

static kl_status read_variable(lexer *l)
{
    size_t signs = peek(l, 1) == '@' ? 2 : 1;
    if (l->readers == SQL_BY_MYSQL)
        return read_named(l, SQL_TOKEN_VARIABLE, signs);
    if (l->readers == SQL_BY_SQLITE && signs == 1)
        return read_named(l, SQL_TOKEN_PLACEHOLDER, 1);
    return refuse(l, l->at, "an @name, which databases read differently (give the dialect),");
}

/* ---- words, numbers, operators ------------------------------------------------------------------- */

static kl_status read_word(lexer *l)
{
    const char *start = l->at;
    while (is_word(peek(l, 0)))
        l->at++;
    if (memmem(start, (size_t)(l->at - start), "\xEF\xBB\xBF", 3))
        return refuse(l, start, "a byte order mark, which SQLite takes for a blank,");
    return add(l, SQL_TOKEN_WORD, start);
}

/* x'00', b'01', n'text', e'text': where a letter and what follows are one token. */
static bool begins_prefixed(const lexer *l)
{
    int letter = lower(peek(l, 0));
    if (peek(l, 1) != '\'')
        return false;
    return letter == 'x' || ((letter == 'b' || letter == 'n') && l->readers != SQL_BY_SQLITE) ||
           (letter == 'e' && reads(l, SQL_BY_POSTGRES));
}

static kl_status read_prefixed(lexer *l)
{
    const char *start = l->at++;
    KL_TRY(skip_quoted(l, lower(*start) == 'e'));
    return add(l, SQL_TOKEN_STRING, start);
}

static void skip_digits(lexer *l)
{
    while (is_digit(peek(l, 0)) || (peek(l, 0) == '_' && is_digit(peek(l, 1))))
        l->at++;
}

static void skip_number(lexer *l)
{
    if (peek(l, 0) == '0' && lower(peek(l, 1)) == 'x') {
        for (l->at += 2; is_digit(peek(l, 0)) || (lower(peek(l, 0)) >= 'a' && lower(peek(l, 0)) <= 'f');)
            l->at++;
        return;
    }
    skip_digits(l);
    if (peek(l, 0) == '.')
        l->at++;
    skip_digits(l);
    size_t sign = peek(l, 1) == '+' || peek(l, 1) == '-';
    if (lower(peek(l, 0)) == 'e' && is_digit(peek(l, 1 + sign))) {
        l->at += 1 + sign;
        skip_digits(l);
    }
}

/* MySQL lets a name begin with digits. */
static kl_status read_number(lexer *l)
{
    const char *start = l->at;
    skip_number(l);
    if (!is_word(peek(l, 0)))
        return add(l, SQL_TOKEN_NUMBER, start);
    if (l->readers != SQL_BY_MYSQL || memchr(start, '.', (size_t)(l->at - start)))
        return refuse(l, start, "a number with letters behind it");
    return read_word(l);
}

static kl_status read_operator(lexer *l)
{
    const char *start = l->at;
    while (is_operator(peek(l, 0)) && !begins_dashes(l) && !(*l->at == '/' && peek(l, 1) == '*') &&
           !begins_variable(l, l->at)) {
        if (*l->at == '#' && l->readers != SQL_BY_POSTGRES) {
            if (l->readers == SQL_BY_MYSQL)
                break;
            return refuse(l, l->at, "a #, which MySQL takes for a comment,");
        }
        l->at++;
    }
    return add(l, SQL_TOKEN_OPERATOR, start);
}

static bool begins_number(const lexer *l)
{
    bool behind_name = l->at > l->start && (is_word(l->at[-1]) || strchr("\"`])", l->at[-1]));
    return is_digit(*l->at) || (*l->at == '.' && is_digit(peek(l, 1)) && !behind_name);
}

static kl_status read_symbol(lexer *l)
{
    const char *start = l->at;
    if (!strchr("()],;.", *start) || !*start)
        return refuse(l, start, "a character that SQL does not know");
    l->brackets -= *start == ']' && l->brackets;
    l->at++;
    return add(l, SQL_TOKEN_SYMBOL, start);
}

static kl_status read_text(lexer *l)
{
    const char *start = l->at;
    if (lower(*start) == 'u' && peek(l, 1) == '&' && (peek(l, 2) == '\'' || peek(l, 2) == '"') &&
        reads(l, SQL_BY_POSTGRES))
        return refuse(l, start, "a text with Unicode escapes (U&), which is not understood,");
    return begins_prefixed(l) ? read_prefixed(l) : read_word(l);
}

static kl_status read_token(lexer *l)
{
    char c = *l->at;
    const char *start = l->at;
    if (is_word_start(c))
        return read_text(l);
    if (begins_number(l))
        return read_number(l);
    if (begins_variable(l, start))
        return read_variable(l);
    if (is_operator(c))
        return read_operator(l);
    switch (c) {
    case '\'':
        KL_TRY(skip_quoted(l, false));
        return add(l, SQL_TOKEN_STRING, start);
    case '"': return read_double_quoted(l);
    case '`': return read_backquoted(l);
    case '[': return read_bracket(l);
    case '?': return read_question(l);
    case '$': return read_dollar(l);
    case ':': return read_colon(l);
    default: return read_symbol(l);
    }
}

/* ---- all ----------------------------------------------------------------------------------------- */

kl_status sql_tokens_read(sql_tokens *out, kl_text sql, unsigned readers, kl_error *error)
{
    lexer l = {.start = sql.data, .at = sql.data, .end = sql.data + sql.len, .readers = readers,
               .out = {.sql = sql, .readers = readers}, .error = error};
    kl_status status;
    const char *nul = sql.len ? memchr(sql.data, '\0', sql.len) : NULL;
    if (sql.len > SQL_TEXT_MAX)
        return kl_error_set(error, KL_LIMIT, "the SQL text is longer than %d bytes", SQL_TEXT_MAX);
    if (nul)
        return refuse(&l, nul, "a NUL byte");
    for (;;) {
        KL_TRY_OUT(skip_blanks(&l));
        if (l.at >= l.end)
            break;
        KL_TRY_OUT(read_token(&l));
    }
    KL_TRY_OUT(add(&l, SQL_TOKEN_END, l.at));
    *out = l.out;
    return KL_OK;
out:
    sql_tokens_clear(&l.out);
    return status;
}

void sql_tokens_clear(sql_tokens *tokens)
{
    kl_free(tokens->items);
    kl_free(tokens->fixes);
    *tokens = (sql_tokens){0};
}
