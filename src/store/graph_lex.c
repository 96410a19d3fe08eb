/* src/store/graph_lex.c - see graph_lex.h. */
#include "graph_lex.h"
#include "buffer.h"

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_name_start(char c) { return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || (c & 0x80); }
static bool is_name_part(char c) { return is_name_start(c) || is_digit(c); }
static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

typedef struct lexer {
    kl_text query;
    size_t at;
} lexer;

static char peek(const lexer *l, size_t ahead)
{
    return l->at + ahead < l->query.len ? l->query.data[l->at + ahead] : '\0';
}

static kl_status fail(const lexer *l, size_t at, const char *what, kl_error *error)
{
    return kl_error_set_at(error, KL_SYNTAX, l->query.data, l->query.data + at, "%s", what);
}

static kl_status skip_blanks(lexer *l, kl_error *error)
{
    for (;;) {
        while (l->at < l->query.len && is_blank(l->query.data[l->at]))
            l->at++;
        if (peek(l, 0) == '/' && peek(l, 1) == '/') {
            while (l->at < l->query.len && l->query.data[l->at] != '\n')
                l->at++;
        } else if (peek(l, 0) == '/' && peek(l, 1) == '*') {
            const char *end = memmem(l->query.data + l->at + 2, l->query.len - l->at - 2, "*/", 2);
            if (!end)
                return fail(l, l->at, "comment without end", error);
            l->at = (size_t)(end - l->query.data) + 2;
        } else {
            return KL_OK;
        }
    }
}

static void read_number(lexer *l, cypher_token *out)
{
    out->kind = TOKEN_INTEGER;
    while (is_digit(peek(l, 0)))
        l->at++;
    if (peek(l, 0) == '.' && is_digit(peek(l, 1))) { /* "1..3" is a range */
        out->kind = TOKEN_FLOAT;
        l->at++;
        while (is_digit(peek(l, 0)))
            l->at++;
    }
    size_t sign = peek(l, 1) == '+' || peek(l, 1) == '-';
    if ((peek(l, 0) | 0x20) == 'e' && is_digit(peek(l, 1 + sign))) {
        out->kind = TOKEN_FLOAT;
        l->at += 1 + sign;
        while (is_digit(peek(l, 0)))
            l->at++;
    }
}

static kl_status read_quoted(lexer *l, cypher_token *out, kl_error *error)
{
    char quote = peek(l, 0);
    size_t start = l->at++;
    while (l->at < l->query.len && l->query.data[l->at] != quote)
        l->at += 1 + (quote != '`' && l->query.data[l->at] == '\\');
    if (l->at >= l->query.len)
        return fail(l, start, quote == '`' ? "name without its closing `" : "string without end", error);
    l->at++;
    out->kind = quote == '`' ? TOKEN_NAME : TOKEN_STRING;
    out->quoted = true;
    out->text = (kl_text){l->query.data + start + 1, l->at - start - 2};
    return KL_OK;
}

static void read_symbol(lexer *l)
{
    static const char *const pairs[] = {"<>", "<=", ">=", "=~", "+=", "..", "<-", "->", NULL};
    for (size_t i = 0; pairs[i]; i++) {
        if (peek(l, 0) == pairs[i][0] && peek(l, 1) == pairs[i][1]) {
            l->at += 2;
            return;
        }
    }
    l->at++;
}

kl_status cypher_next_token(cypher_token *out, kl_text query, size_t *at, kl_error *error)
{
    lexer l = {query, *at};
    KL_TRY(skip_blanks(&l, error));
    size_t start = l.at;
    *out = (cypher_token){.start = query.data + start};
    char c = peek(&l, 0);
    if (l.at >= query.len) {
        out->kind = TOKEN_END;
    } else if (is_digit(c)) {
        read_number(&l, out);
    } else if (is_name_start(c)) {
        out->kind = TOKEN_NAME;
        while (is_name_part(peek(&l, 0)))
            l.at++;
    } else if (c == '$' && is_name_part(peek(&l, 1))) {
        out->kind = TOKEN_PARAMETER;
        l.at++;
        start++;
        while (is_name_part(peek(&l, 0)))
            l.at++;
    } else if (c == '\'' || c == '"' || c == '`') {
        KL_TRY(read_quoted(&l, out, error));
    } else if (strchr("()[]{}.,:;|=<>+-*/%^$", c) && c) {
        out->kind = TOKEN_SYMBOL;
        read_symbol(&l);
    } else {
        return fail(&l, l.at, "expected a token of Cypher", error);
    }
    if (!out->text.data)
        out->text = (kl_text){query.data + start, l.at - start};
    out->end = query.data + l.at;
    *at = l.at;
    return KL_OK;
}

/* Four hexadecimal digits, or -1. */
static int32_t read_hex(const char *at, const char *end)
{
    int32_t code = 0;
    for (int i = 0; i < 4; i++) {
        char c = at + i < end ? at[i] : 'x';
        int digit = is_digit(c) ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
        if (digit < 0)
            return -1;
        code = code * 16 + digit;
    }
    return code;
}

static void add_character(kl_buffer *to, uint32_t code)
{
    if (code < 0x80) {
        kl_buffer_byte(to, (char)code);
    } else if (code < 0x800) {
        kl_buffer_byte(to, (char)(0xC0 | code >> 6));
        kl_buffer_byte(to, (char)(0x80 | (code & 0x3F)));
    } else {
        kl_buffer_byte(to, (char)(0xE0 | code >> 12));
        kl_buffer_byte(to, (char)(0x80 | (code >> 6 & 0x3F)));
        kl_buffer_byte(to, (char)(0x80 | (code & 0x3F)));
    }
}

static kl_status read_escape(kl_buffer *to, const char **at, const char *end, kl_text query,
                             kl_error *error)
{
    static const char letters[] = "ntrbf\\'\"`/", meanings[] = "\n\t\r\b\f\\'\"`/";
    const char *start = *at;
    const char *found = start + 1 < end ? strchr(letters, start[1]) : NULL;
    if (found && *found) {
        kl_buffer_byte(to, meanings[found - letters]);
        *at += 2;
        return KL_OK;
    }
    int32_t code = start + 1 < end && start[1] == 'u' ? read_hex(start + 2, end) : -1;
    if (code <= 0 || (code >= 0xD800 && code < 0xE000))
        return kl_error_set_at(error, KL_SYNTAX, query.data, start,
                               "expected an escape such as \\n, \\' or \\u00e9");
    add_character(to, (uint32_t)code);
    *at += 6;
    return KL_OK;
}

kl_status cypher_string_value(kl_value *out, const cypher_token *token, kl_text query,
                              kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    const char *end = token->text.data + token->text.len;
    for (const char *at = token->text.data; at < end;) {
        if (*at != '\\') {
            kl_buffer_byte(&text, *at++);
            continue;
        }
        kl_status status = read_escape(&text, &at, end, query, error);
        if (status != KL_OK) {
            kl_buffer_free(&text);
            return status;
        }
    }
    return kl_buffer_finish(out, &text, error);
}
