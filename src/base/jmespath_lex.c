/* src/base/jmespath_lex.c - text to tokens. A token is a span; nothing is copied here. */
#include "jmespath_tree.h"

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static kl_status fail(kl_text text, const char *at, kl_error *error)
{
    unsigned char c = (unsigned char)*at;
    if (c < 0x20 || c >= 0x7F)
        return kl_error_set_at(error, KL_SYNTAX, text.data, at,
                               "unexpected character at byte %zu (names beyond A-Z a-z 0-9 _ stand "
                               "in double quotes)",
                               (size_t)(at - text.data));
    return kl_error_set_at(error, KL_SYNTAX, text.data, at, "unexpected '%c' at byte %zu", c,
                           (size_t)(at - text.data));
}

static kl_status name(jm_token *out, kl_text text, const char *at)
{
    const char *end = text.data + text.len, *start = at;
    while (at < end && (is_name_start(*at) || is_digit(*at)))
        at++;
    *out = (jm_token){JM_NAME, start, at};
    return KL_OK;
}

static kl_status number(jm_token *out, kl_text text, const char *at, kl_error *error)
{
    const char *end = text.data + text.len, *start = at;
    at += *at == '-';
    if (at == end || !is_digit(*at))
        return fail(text, start, error);
    while (at < end && is_digit(*at))
        at++;
    *out = (jm_token){JM_NUMBER, start, at};
    return KL_OK;
}

/* From an opening to the same closing mark; a backslash guards the byte behind it. */
static kl_status quoted(jm_token *out, jm_token_kind kind, kl_text text, const char *at,
                        kl_error *error)
{
    const char *end = text.data + text.len, *start = at;
    for (at++; at < end && *at != *start; at++)
        if (*at == '\\' && at + 1 < end)
            at++;
    if (at >= end)
        return kl_error_set_at(error, KL_SYNTAX, text.data, start,
                               "the %c at byte %zu is never closed", *start,
                               (size_t)(start - text.data));
    *out = (jm_token){kind, start, at + 1};
    return KL_OK;
}

typedef struct sign {
    char text[3];
    jm_token_kind kind;
} sign;

/* Longer signs stand before those they begin with. */
static const sign signs[] = {
    {"||", JM_OR},    {"&&", JM_AND},      {"==", JM_EQ},       {"!=", JM_NE},
    {"<=", JM_LE},    {">=", JM_GE},       {"[?", JM_QUESTION}, {"[]", JM_BOTH},
    {"|", JM_BAR},    {"&", JM_AMPERSAND}, {"<", JM_LT},        {">", JM_GT},
    {"!", JM_BANG},   {"[", JM_LBRACKET},  {"]", JM_RBRACKET},  {"(", JM_LPAREN},
    {")", JM_RPAREN}, {"{", JM_LBRACE},    {"}", JM_RBRACE},    {",", JM_COMMA},
    {":", JM_COLON},  {".", JM_DOT},       {"*", JM_STAR},      {"@", JM_AT},
};

static kl_status punctuation(jm_token *out, kl_text text, const char *at, kl_error *error)
{
    size_t left = (size_t)(text.data + text.len - at);
    for (size_t i = 0; i < KL_COUNT(signs); i++) {
        size_t len = strlen(signs[i].text);
        if (len <= left && memcmp(at, signs[i].text, len) == 0) {
            *out = (jm_token){signs[i].kind, at, at + len};
            return KL_OK;
        }
    }
    return fail(text, at, error);
}

kl_status jm_next_token(jm_token *out, kl_text text, const char *at, kl_error *error)
{
    const char *end = text.data + text.len;
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
        at++;
    if (at == end) {
        *out = (jm_token){JM_END, at, at};
        return KL_OK;
    }
    if (is_name_start(*at))
        return name(out, text, at);
    if (is_digit(*at) || *at == '-')
        return number(out, text, at, error);
    if (*at == '"')
        return quoted(out, JM_QUOTED, text, at, error);
    if (*at == '\'')
        return quoted(out, JM_RAW, text, at, error);
    if (*at == '`')
        return quoted(out, JM_JSON, text, at, error);
    return punctuation(out, text, at, error);
}
