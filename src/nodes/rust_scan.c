/* src/nodes/rust_scan.c - see rust_scan.h.
 *
 * It knows the tokens that hide brackets: comments, which nest, texts of all kinds, raw ones with any
 * number of hashes, characters, and the lifetimes that look like these.
 */
#include "rust_scan.h"

#include <stdio.h>

enum { NESTING_MAX = 4096 };

typedef struct bracket {
    char kind;
    size_t line, column;
} bracket;

typedef struct scanner {
    const char *at, *end;
    size_t line, column;
    bracket *open; /* NESTING_MAX of them */
    size_t depth;
    kl_rust_fault_fn *tell;
    void *data;
    kl_error *error;
} scanner;

/* ---- characters ---------------------------------------------------------------------------------- */

static char peek(const scanner *s, size_t ahead)
{
    return ahead < (size_t)(s->end - s->at) ? s->at[ahead] : '\0';
}

static void step(scanner *s)
{
    unsigned char byte = (unsigned char)*s->at++;
    if (byte == '\n') {
        s->line++;
        s->column = 1;
    } else if ((byte & 0xC0) != 0x80)
        s->column++;
}

static void steps(scanner *s, size_t count)
{
    while (count-- > 0 && s->at < s->end)
        step(s);
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static kl_status fault_at(scanner *s, size_t line, size_t column, const char *message)
{
    return s->tell(s->data, line, column, message, s->error);
}

/* ---- what hides brackets ------------------------------------------------------------------------- */

static void skip_line(scanner *s)
{
    while (s->at < s->end && *s->at != '\n')
        step(s);
}

static kl_status skip_comment(scanner *s)
{
    size_t line = s->line, column = s->column, depth = 0;
    do {
        bool begins = peek(s, 0) == '/' && peek(s, 1) == '*', ends = peek(s, 0) == '*' && peek(s, 1) == '/';
        depth += begins;
        depth -= ends;
        steps(s, begins || ends ? 2 : 1);
    } while (depth > 0 && s->at < s->end);
    return depth ? fault_at(s, line, column, "Unclosed block comment") : KL_OK;
}

/* At the quote of a text. */
static kl_status skip_text(scanner *s)
{
    size_t line = s->line, column = s->column;
    step(s);
    while (s->at < s->end && *s->at != '"')
        steps(s, *s->at == '\\' ? 2 : 1);
    if (s->at >= s->end)
        return fault_at(s, line, column, "Unclosed string literal");
    step(s);
    return KL_OK;
}

static bool closes_raw(const scanner *s, size_t hashes)
{
    for (size_t i = 0; i < hashes; i++)
        if (peek(s, i + 1) != '#')
            return false;
    return true;
}

/* At the first hash or quote. */
static kl_status skip_raw(scanner *s)
{
    size_t line = s->line, column = s->column, hashes = 0;
    while (peek(s, hashes) == '#')
        hashes++;
    steps(s, hashes + 1);
    while (s->at < s->end && !(*s->at == '"' && closes_raw(s, hashes)))
        step(s);
    if (s->at >= s->end)
        return fault_at(s, line, column, "Unclosed raw string literal");
    steps(s, hashes + 1);
    return KL_OK;
}

/* Bytes of the character at `ahead`. */
static size_t character_len(const scanner *s, size_t ahead)
{
    size_t len = 1;
    while (((unsigned char)peek(s, ahead + len) & 0xC0) == 0x80)
        len++;
    return len;
}

/* At a quote: 'a' is a character, 'a a lifetime. */
static kl_status skip_quote(scanner *s)
{
    size_t line = s->line, column = s->column;
    if (peek(s, 1) == '\\') {
        steps(s, 3);
        while (s->at < s->end && *s->at != '\'' && *s->at != '\n')
            step(s);
        if (peek(s, 0) != '\'')
            return fault_at(s, line, column, "Unclosed character literal");
        step(s);
        return KL_OK;
    }
    size_t len = character_len(s, 1);
    if (peek(s, 1) != '\'' && peek(s, 1 + len) == '\'' && peek(s, 1) != '\n') {
        steps(s, 2 + len);
        return KL_OK;
    }
    step(s);
    if (!is_word(peek(s, 0)))
        return fault_at(s, line, column, "Unclosed character literal");
    while (s->at < s->end && is_word(*s->at))
        step(s);
    return KL_OK;
}

/* A word, or the prefix of a text: r"..", br#".."#, c"..", b'.', r#name. */
static kl_status skip_word(scanner *s)
{
    const char *start = s->at;
    while (s->at < s->end && is_word(*s->at))
        step(s);
    kl_text word = {start, (size_t)(s->at - start)};
    bool is_raw = kl_text_is(word, "r") || kl_text_is(word, "br") || kl_text_is(word, "cr");
    size_t hashes = 0;
    while (is_raw && peek(s, hashes) == '#')
        hashes++;
    if (is_raw && peek(s, hashes) == '"')
        return skip_raw(s);
    return KL_OK; /* a quote behind b or c is as any other */
}

/* ---- brackets ------------------------------------------------------------------------------------ */

static char partner(char kind) { return kind == '(' ? ')' : kind == '[' ? ']' : '}'; }

static const char *name_of(char kind)
{
    return kind == ')' ? "parenthesis" : kind == ']' ? "bracket" : "brace";
}

static kl_status open_bracket(scanner *s)
{
    if (s->depth == NESTING_MAX)
        return kl_error_set(s->error, KL_DEPTH, "the code nests deeper than %d brackets", NESTING_MAX);
    s->open[s->depth++] = (bracket){*s->at, s->line, s->column};
    step(s);
    return KL_OK;
}

static kl_status close_bracket(scanner *s)
{
    char message[80], kind = *s->at;
    size_t line = s->line, column = s->column;
    step(s);
    if (s->depth == 0) {
        snprintf(message, sizeof message, "Unexpected closing %s '%c'", name_of(kind), kind);
        return fault_at(s, line, column, message);
    }
    char opened = s->open[--s->depth].kind;
    if (partner(opened) == kind)
        return KL_OK;
    snprintf(message, sizeof message, "Mismatched bracket: expected closing for '%c', got '%c'", opened,
             kind);
    return fault_at(s, line, column, message);
}

static kl_status scan_one(scanner *s)
{
    char c = *s->at;
    if (c == '/' && peek(s, 1) == '/')
        skip_line(s);
    else if (c == '/' && peek(s, 1) == '*')
        return skip_comment(s);
    else if (c == '"')
        return skip_text(s);
    else if (c == '\'')
        return skip_quote(s);
    else if (c == '(' || c == '[' || c == '{')
        return open_bracket(s);
    else if (c == ')' || c == ']' || c == '}')
        return close_bracket(s);
    else if (is_word(c))
        return skip_word(s);
    else
        step(s);
    return KL_OK;
}

static kl_status scan(scanner *s)
{
    char message[40];
    if (peek(s, 0) == '#' && peek(s, 1) == '!' && peek(s, 2) != '[')
        skip_line(s);
    while (s->at < s->end)
        KL_TRY(scan_one(s));
    for (size_t i = 0; i < s->depth; i++) {
        snprintf(message, sizeof message, "Unclosed bracket '%c'", s->open[i].kind);
        KL_TRY(fault_at(s, s->open[i].line, s->open[i].column, message));
    }
    return KL_OK;
}

kl_status kl_rust_scan(kl_text code, kl_rust_fault_fn *tell, void *data, kl_error *error)
{
    scanner s = {code.data, code.data + code.len, 1, 1, NULL, 0, tell, data, error};
    s.open = kl_alloc_zero(NESTING_MAX, sizeof *s.open);
    if (!s.open)
        return kl_error_no_memory(error);
    kl_status status = scan(&s);
    kl_free(s.open);
    return status;
}
