/* src/store/graph_parse.c - from Cypher to trees, by recursive descent. See graph_cypher.h. */
#include "graph_cypher.h"
#include "graph_lex.h"
#include "graph_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

typedef struct parser {
    cypher_query *query;
    kl_text text;
    size_t at; /* behind `now` */
    cypher_token now;
    const char *last_end; /* of the token before */
    size_t depth;
} parser;

/* ---- tokens ------------------------------------------------------------------------------------- */

static kl_status advance(parser *p, kl_error *error)
{
    p->last_end = p->now.end ? p->now.end : p->text.data;
    return cypher_next_token(&p->now, p->text, &p->at, error);
}

static kl_status unexpected(const parser *p, const char *wanted, kl_error *error)
{
    if (p->now.kind == TOKEN_END)
        return kl_error_set_at(error, KL_SYNTAX, p->text.data, p->now.start,
                               "expected %s, got the end of the query", wanted);
    size_t len = KL_MIN((size_t)(p->now.end - p->now.start), 40);
    return kl_error_set_at(error, KL_SYNTAX, p->text.data, p->now.start, "expected %s, got %.*s",
                           wanted, (int)len, p->now.start);
}

static bool is_symbol(const parser *p, const char *symbol)
{
    return p->now.kind == TOKEN_SYMBOL && kl_text_is(p->now.text, symbol);
}

static bool text_is_word(kl_text text, const char *word)
{
    return text.len == strlen(word) && strncasecmp(text.data, word, text.len) == 0;
}

static bool is_word(const parser *p, const char *word)
{
    return p->now.kind == TOKEN_NAME && !p->now.quoted && text_is_word(p->now.text, word);
}

/* Whether the token behind the one at hand is this word. */
static bool next_is_word(const parser *p, const char *word)
{
    cypher_token next;
    size_t at = p->at;
    return cypher_next_token(&next, p->text, &at, NULL) == KL_OK && next.kind == TOKEN_NAME &&
           text_is_word(next.text, word);
}

static bool next_is_symbol(const parser *p, const char *symbol)
{
    cypher_token next;
    size_t at = p->at;
    return cypher_next_token(&next, p->text, &at, NULL) == KL_OK && next.kind == TOKEN_SYMBOL &&
           kl_text_is(next.text, symbol);
}

static kl_status take_symbol(parser *p, const char *symbol, kl_error *error)
{
    char wanted[16] = "'";
    if (is_symbol(p, symbol))
        return advance(p, error);
    strcat(strcat(wanted, symbol), "'");
    return unexpected(p, wanted, error);
}

static kl_status take_word(parser *p, const char *word, kl_error *error)
{
    return is_word(p, word) ? advance(p, error) : unexpected(p, word, error);
}

/* Take it if it is there. */
static kl_status maybe_symbol(bool *found, parser *p, const char *symbol, kl_error *error)
{
    *found = is_symbol(p, symbol);
    return *found ? advance(p, error) : KL_OK;
}

static kl_status maybe_word(bool *found, parser *p, const char *word, kl_error *error)
{
    *found = is_word(p, word);
    return *found ? advance(p, error) : KL_OK;
}

static kl_status take_name(kl_text *out, parser *p, const char *wanted, kl_error *error)
{
    if (p->now.kind != TOKEN_NAME || p->now.text.len == 0)
        return unexpected(p, wanted, error);
    *out = p->now.text;
    return advance(p, error);
}

/* ---- trees -------------------------------------------------------------------------------------- */

static kl_status make(cypher_expression **out, parser *p, cypher_kind kind, const char *start,
                      kl_error *error)
{
    cypher_query *query = p->query;
    KL_TRY(graph_grow(&query->expressions, &query->expression_capacity, query->expression_count,
                      sizeof(cypher_expression *), error));
    cypher_expression *made = kl_alloc_zero(1, sizeof *made);
    if (!made)
        return kl_error_no_memory(error);
    made->kind = kind;
    made->source = (kl_text){start, 0};
    query->expressions[query->expression_count++] = made;
    *out = made;
    return KL_OK;
}

/* The expression ends where the last token did. */
static void end_source(const parser *p, cypher_expression *it)
{
    it->source.len = p->last_end > it->source.data ? (size_t)(p->last_end - it->source.data) : 0;
}

static kl_status add_part(cypher_expression *to, cypher_expression *part, kl_error *error)
{
    cypher_expression **parts =
        kl_realloc(to->parts, (to->count + 1) * sizeof(cypher_expression *));
    if (!parts)
        return kl_error_no_memory(error);
    to->parts = parts;
    to->parts[to->count++] = part;
    return KL_OK;
}

static kl_status set_name(cypher_expression *to, kl_text name, kl_error *error)
{
    return kl_string_new(&to->value, name, error);
}

static kl_status parse_expression(cypher_expression **out, parser *p, kl_error *error);

/* ---- atoms -------------------------------------------------------------------------------------- */

static kl_status parse_number(cypher_expression **out, parser *p, kl_error *error)
{
    char digits[64];
    kl_text text = p->now.text;
    if (text.len >= sizeof digits)
        return unexpected(p, "a number of at most 63 characters", error);
    memcpy(digits, text.data, text.len);
    digits[text.len] = '\0';
    KL_TRY(make(out, p, CYPHER_LITERAL, p->now.start, error));
    errno = 0;
    if (p->now.kind == TOKEN_INTEGER)
        (*out)->value = kl_int(strtoll(digits, NULL, 10));
    if (p->now.kind == TOKEN_FLOAT || errno == ERANGE)
        (*out)->value = kl_double(strtod(digits, NULL));
    return advance(p, error);
}

/* Expressions up to a closing symbol, with commas between. */
static kl_status parse_list(cypher_expression *to, parser *p, const char *end, kl_error *error)
{
    bool more = !is_symbol(p, end);
    while (more) {
        cypher_expression *item;
        KL_TRY(parse_expression(&item, p, error));
        KL_TRY(add_part(to, item, error));
        KL_TRY(maybe_symbol(&more, p, ",", error));
    }
    return take_symbol(p, end, error);
}

/* [x IN list WHERE test | what]; behind the bracket. */
static kl_status parse_comprehension(cypher_expression *it, parser *p, kl_error *error)
{
    kl_text name;
    bool found;
    cypher_expression *part = NULL;
    it->kind = CYPHER_COMPREHENSION;
    KL_TRY(take_name(&name, p, "a name", error));
    KL_TRY(set_name(it, name, error));
    KL_TRY(take_word(p, "IN", error));
    KL_TRY(parse_expression(&part, p, error));
    KL_TRY(add_part(it, part, error));
    KL_TRY(maybe_word(&found, p, "WHERE", error));
    part = NULL;
    if (found)
        KL_TRY(parse_expression(&part, p, error));
    KL_TRY(add_part(it, part, error));
    KL_TRY(maybe_symbol(&found, p, "|", error));
    part = NULL;
    if (found)
        KL_TRY(parse_expression(&part, p, error));
    KL_TRY(add_part(it, part, error));
    return take_symbol(p, "]", error);
}

static kl_status parse_brackets(cypher_expression **out, parser *p, kl_error *error)
{
    KL_TRY(make(out, p, CYPHER_LIST, p->now.start, error));
    KL_TRY(advance(p, error));
    if (p->now.kind == TOKEN_NAME && next_is_word(p, "IN"))
        return parse_comprehension(*out, p, error);
    return parse_list(*out, p, "]", error);
}

static kl_status parse_map(cypher_expression **out, parser *p, kl_error *error)
{
    KL_TRY(make(out, p, CYPHER_MAP, p->now.start, error));
    KL_TRY(take_symbol(p, "{", error));
    KL_TRY(kl_array_new(&(*out)->names, 0, error));
    bool more = !is_symbol(p, "}");
    while (more) {
        kl_text name;
        cypher_expression *item;
        KL_TRY(take_name(&name, p, "a property name", error));
        kl_value key;
        KL_TRY(kl_string_new(&key, name, error));
        KL_TRY(kl_array_push(&(*out)->names, key, error));
        KL_TRY(take_symbol(p, ":", error));
        KL_TRY(parse_expression(&item, p, error));
        KL_TRY(add_part(*out, item, error));
        KL_TRY(maybe_symbol(&more, p, ",", error));
    }
    return take_symbol(p, "}", error);
}

static kl_status parse_case(cypher_expression **out, parser *p, kl_error *error)
{
    cypher_expression *part = NULL;
    bool found;
    KL_TRY(make(out, p, CYPHER_CASE, p->now.start, error));
    KL_TRY(advance(p, error));
    if (!is_word(p, "WHEN"))
        KL_TRY(parse_expression(&part, p, error));
    KL_TRY(add_part(*out, part, error));
    if (!is_word(p, "WHEN"))
        return unexpected(p, "WHEN", error);
    while (is_word(p, "WHEN")) {
        KL_TRY(advance(p, error));
        KL_TRY(parse_expression(&part, p, error));
        KL_TRY(add_part(*out, part, error));
        KL_TRY(take_word(p, "THEN", error));
        KL_TRY(parse_expression(&part, p, error));
        KL_TRY(add_part(*out, part, error));
    }
    KL_TRY(maybe_word(&found, p, "ELSE", error));
    part = NULL;
    if (found)
        KL_TRY(parse_expression(&part, p, error));
    KL_TRY(add_part(*out, part, error));
    return take_word(p, "END", error);
}

static kl_status parse_call(cypher_expression **out, parser *p, kl_error *error)
{
    char name[32];
    kl_text given = p->now.text;
    if (given.len >= sizeof name)
        return unexpected(p, "a function", error);
    for (size_t i = 0; i < given.len; i++)
        name[i] = given.data[i] >= 'A' && given.data[i] <= 'Z' ? (char)(given.data[i] | 0x20)
                                                               : given.data[i];
    KL_TRY(make(out, p, CYPHER_CALL, p->now.start, error));
    KL_TRY(set_name(*out, (kl_text){name, given.len}, error));
    KL_TRY(advance(p, error));
    KL_TRY(take_symbol(p, "(", error));
    bool is_count = kl_text_is((kl_text){name, given.len}, "count"), star;
    KL_TRY(maybe_symbol(&star, p, "*", error));
    if (star && is_count) {
        (*out)->kind = CYPHER_COUNT_ALL;
        return take_symbol(p, ")", error);
    }
    if (star)
        return unexpected(p, "arguments", error);
    KL_TRY(maybe_word(&(*out)->distinct, p, "DISTINCT", error));
    return parse_list(*out, p, ")", error);
}

static kl_status parse_word(cypher_expression **out, parser *p, kl_error *error)
{
    static const struct {
        const char *word;
        kl_value value;
    } constants[] = {
        {"true", {KL_KIND_BOOL, 0, {.boolean = true}}},
        {"false", {KL_KIND_BOOL, 0, {.boolean = false}}},
        {"null", {KL_KIND_NULL, 0, {.integer = 0}}},
    };
    for (size_t i = 0; i < KL_COUNT(constants); i++) {
        if (is_word(p, constants[i].word)) {
            KL_TRY(make(out, p, CYPHER_LITERAL, p->now.start, error));
            (*out)->value = constants[i].value;
            return advance(p, error);
        }
    }
    if (is_word(p, "CASE"))
        return parse_case(out, p, error);
    if (next_is_symbol(p, "(") && !p->now.quoted)
        return parse_call(out, p, error);
    KL_TRY(make(out, p, CYPHER_VARIABLE, p->now.start, error));
    KL_TRY(set_name(*out, p->now.text, error));
    return advance(p, error);
}

static kl_status parse_atom(cypher_expression **out, parser *p, kl_error *error)
{
    switch (p->now.kind) {
    case TOKEN_INTEGER:
    case TOKEN_FLOAT:
        return parse_number(out, p, error);
    case TOKEN_STRING:
        KL_TRY(make(out, p, CYPHER_LITERAL, p->now.start, error));
        KL_TRY(cypher_string_value(&(*out)->value, &p->now, p->text, error));
        return advance(p, error);
    case TOKEN_PARAMETER:
        KL_TRY(make(out, p, CYPHER_PARAMETER, p->now.start, error));
        KL_TRY(set_name(*out, p->now.text, error));
        return advance(p, error);
    case TOKEN_NAME:
        return parse_word(out, p, error);
    default:
        break;
    }
    if (is_symbol(p, "["))
        return parse_brackets(out, p, error);
    if (is_symbol(p, "{"))
        return parse_map(out, p, error);
    if (!is_symbol(p, "("))
        return unexpected(p, "an expression", error);
    KL_TRY(advance(p, error));
    KL_TRY(parse_expression(out, p, error));
    return take_symbol(p, ")", error);
}

/* ---- operators ---------------------------------------------------------------------------------- */

/* An operation with one operand so far. */
static kl_status wrap(cypher_expression **out, parser *p, cypher_kind kind, cypher_expression *part,
                      kl_error *error)
{
    cypher_expression *made;
    KL_TRY(make(&made, p, kind, part->source.data, error));
    KL_TRY(add_part(made, part, error));
    *out = made;
    return KL_OK;
}

static kl_status parse_labels(kl_value *out, parser *p, kl_error *error)
{
    if (kl_is_null(*out))
        KL_TRY(kl_array_new(out, 1, error));
    while (is_symbol(p, ":")) {
        kl_text name;
        kl_value label;
        KL_TRY(advance(p, error));
        KL_TRY(take_name(&name, p, "a label", error));
        KL_TRY(kl_string_new(&label, name, error));
        KL_TRY(kl_array_push(out, label, error));
    }
    return KL_OK;
}

/* [i], [i..j], [..j], [i..]; behind the bracket. */
static kl_status parse_subscript(cypher_expression **it, parser *p, kl_error *error)
{
    cypher_expression *first = NULL, *second = NULL;
    bool range;
    KL_TRY(wrap(it, p, CYPHER_INDEX, *it, error));
    if (!is_symbol(p, ".."))
        KL_TRY(parse_expression(&first, p, error));
    KL_TRY(maybe_symbol(&range, p, "..", error));
    KL_TRY(add_part(*it, first, error));
    if (!range)
        return take_symbol(p, "]", error);
    (*it)->kind = CYPHER_SLICE;
    if (!is_symbol(p, "]"))
        KL_TRY(parse_expression(&second, p, error));
    KL_TRY(add_part(*it, second, error));
    return take_symbol(p, "]", error);
}

static kl_status parse_postfix(cypher_expression **out, parser *p, kl_error *error)
{
    KL_TRY(parse_atom(out, p, error));
    end_source(p, *out);
    for (size_t steps = 0;; steps++) {
        if (steps > CYPHER_DEPTH_MAX)
            return unexpected(p, "at most 64 steps into a value", error);
        if (is_symbol(p, ".")) {
            kl_text name;
            KL_TRY(advance(p, error));
            KL_TRY(wrap(out, p, CYPHER_PROPERTY, *out, error));
            KL_TRY(take_name(&name, p, "a property name", error));
            KL_TRY(set_name(*out, name, error));
        } else if (is_symbol(p, "[")) {
            KL_TRY(advance(p, error));
            KL_TRY(parse_subscript(out, p, error));
        } else if (is_symbol(p, ":") && (*out)->kind == CYPHER_VARIABLE) {
            KL_TRY(wrap(out, p, CYPHER_LABELS, *out, error));
            KL_TRY(parse_labels(&(*out)->value, p, error));
        } else {
            return KL_OK;
        }
        end_source(p, *out);
    }
}

static kl_status parse_unary(cypher_expression **out, parser *p, kl_error *error)
{
    const char *start = p->now.start;
    if (is_symbol(p, "+")) {
        KL_TRY(advance(p, error));
        return parse_postfix(out, p, error);
    }
    if (!is_symbol(p, "-"))
        return parse_postfix(out, p, error);
    cypher_expression *operand;
    KL_TRY(advance(p, error));
    KL_TRY(make(out, p, CYPHER_NEGATE, start, error));
    KL_TRY(parse_postfix(&operand, p, error));
    KL_TRY(add_part(*out, operand, error));
    end_source(p, *out);
    return KL_OK;
}

typedef struct binary {
    const char *symbol; /* or NULL */
    const char *word, *second; /* keywords */
    cypher_kind kind;
} binary;

/* Of every level its operators, the loosest first. */
static const binary levels[][10] = {
    {{NULL, "OR", NULL, CYPHER_OR}},
    {{NULL, "XOR", NULL, CYPHER_XOR}},
    {{NULL, "AND", NULL, CYPHER_AND}},
    {{NULL, NULL, NULL, CYPHER_NOT}}, /* read apart */
    {{"=", NULL, NULL, CYPHER_EQ}, {"<>", NULL, NULL, CYPHER_NE}, {"<=", NULL, NULL, CYPHER_LE},
     {">=", NULL, NULL, CYPHER_GE}, {"<", NULL, NULL, CYPHER_LT}, {">", NULL, NULL, CYPHER_GT},
     {"=~", NULL, NULL, CYPHER_MATCHES}},
    {{NULL, "IN", NULL, CYPHER_IN}, {NULL, "STARTS", "WITH", CYPHER_STARTS},
     {NULL, "ENDS", "WITH", CYPHER_ENDS}, {NULL, "CONTAINS", NULL, CYPHER_CONTAINS},
     {NULL, "IS", NULL, CYPHER_IS_NULL}},
    {{"+", NULL, NULL, CYPHER_ADD}, {"-", NULL, NULL, CYPHER_SUBTRACT}},
    {{"*", NULL, NULL, CYPHER_MULTIPLY}, {"/", NULL, NULL, CYPHER_DIVIDE},
     {"%", NULL, NULL, CYPHER_MODULO}},
    {{"^", NULL, NULL, CYPHER_POWER}},
};

static const binary *find_operator(const parser *p, size_t level)
{
    for (const binary *it = levels[level]; it < levels[level] + 10; it++)
        if ((it->symbol && is_symbol(p, it->symbol)) || (it->word && is_word(p, it->word)))
            return it;
    return NULL;
}

static kl_status parse_level(cypher_expression **out, parser *p, size_t level, kl_error *error);

/* IS NULL, IS NOT NULL; behind IS. */
static kl_status parse_is(cypher_expression *it, parser *p, kl_error *error)
{
    bool negated;
    KL_TRY(maybe_word(&negated, p, "NOT", error));
    if (negated)
        it->kind = CYPHER_IS_NOT_NULL;
    return take_word(p, "NULL", error);
}

static kl_status parse_not(cypher_expression **out, parser *p, size_t level, kl_error *error)
{
    const char *start = p->now.start;
    cypher_expression *operand;
    if (!is_word(p, "NOT"))
        return parse_level(out, p, level + 1, error);
    if (++p->depth > CYPHER_DEPTH_MAX)
        return unexpected(p, "at most 64 levels of nesting", error);
    KL_TRY(advance(p, error));
    KL_TRY(make(out, p, CYPHER_NOT, start, error));
    KL_TRY(parse_not(&operand, p, level, error));
    p->depth--;
    KL_TRY(add_part(*out, operand, error));
    end_source(p, *out);
    return KL_OK;
}

/* Longest chain of operators of one level, as in a AND b AND c: evaluating recurses along it. */
enum { CHAIN_MAX = 512 };

static kl_status parse_level(cypher_expression **out, parser *p, size_t level, kl_error *error)
{
    if (level == KL_COUNT(levels))
        return parse_unary(out, p, error);
    if (levels[level][0].kind == CYPHER_NOT)
        return parse_not(out, p, level, error);
    KL_TRY(parse_level(out, p, level + 1, error));
    const binary *it = find_operator(p, level);
    for (size_t chain = 0; it; it = find_operator(p, level)) {
        cypher_expression *right;
        if (++chain > CHAIN_MAX)
            return unexpected(p, "at most 512 operators in a row", error);
        KL_TRY(advance(p, error));
        if (it->second)
            KL_TRY(take_word(p, it->second, error));
        KL_TRY(wrap(out, p, it->kind, *out, error));
        if (it->kind == CYPHER_IS_NULL) {
            KL_TRY(parse_is(*out, p, error));
        } else {
            KL_TRY(parse_level(&right, p, level + 1, error));
            KL_TRY(add_part(*out, right, error));
        }
        end_source(p, *out);
    }
    return KL_OK;
}

static kl_status parse_expression(cypher_expression **out, parser *p, kl_error *error)
{
    if (++p->depth > CYPHER_DEPTH_MAX)
        return unexpected(p, "at most 64 levels of nesting", error);
    KL_TRY(parse_level(out, p, 0, error));
    p->depth--;
    return KL_OK;
}

/* ---- patterns ----------------------------------------------------------------------------------- */

static kl_status parse_properties(cypher_expression **out, parser *p, kl_error *error)
{
    if (is_symbol(p, "{"))
        return parse_map(out, p, error);
    return p->now.kind == TOKEN_PARAMETER ? parse_atom(out, p, error) : KL_OK;
}

static kl_status parse_node(cypher_node *it, parser *p, kl_error *error)
{
    it->at = p->now.start;
    KL_TRY(take_symbol(p, "(", error));
    if (p->now.kind == TOKEN_NAME)
        KL_TRY(take_name(&it->name, p, "a name", error));
    KL_TRY(parse_labels(&it->labels, p, error));
    KL_TRY(parse_properties(&it->properties, p, error));
    return take_symbol(p, ")", error);
}

static kl_status parse_count(size_t *out, parser *p, kl_error *error)
{
    if (p->now.kind != TOKEN_INTEGER || p->now.text.len > 6)
        return unexpected(p, "a number of hops", error);
    *out = strtoul(p->now.text.data, NULL, 10);
    return advance(p, error);
}

/* *, *2, *1..3, *..3, *2..; behind the star. */
static kl_status parse_range(cypher_hop *it, parser *p, kl_error *error)
{
    bool range;
    it->many = true;
    it->min = 1;
    it->max = CYPHER_HOPS_MAX;
    bool given = p->now.kind == TOKEN_INTEGER;
    if (given)
        KL_TRY(parse_count(&it->min, p, error));
    KL_TRY(maybe_symbol(&range, p, "..", error));
    if (given && !range)
        it->max = it->min;
    if (range && p->now.kind == TOKEN_INTEGER)
        KL_TRY(parse_count(&it->max, p, error));
    if (it->max > CYPHER_HOPS_MAX || it->min > it->max)
        return unexpected(p, "a range of at most 64 hops", error);
    return KL_OK;
}

static kl_status parse_types(kl_value *out, parser *p, kl_error *error)
{
    bool more;
    KL_TRY(kl_array_new(out, 1, error));
    KL_TRY(maybe_symbol(&more, p, ":", error));
    while (more) {
        kl_text name;
        kl_value type;
        KL_TRY(take_name(&name, p, "a relationship type", error));
        KL_TRY(kl_string_new(&type, name, error));
        KL_TRY(kl_array_push(out, type, error));
        KL_TRY(maybe_symbol(&more, p, "|", error));
        bool colon;
        if (more)
            KL_TRY(maybe_symbol(&colon, p, ":", error)); /* "|:B", an older form */
    }
    return KL_OK;
}

static kl_status parse_hop_detail(cypher_hop *it, parser *p, kl_error *error)
{
    bool found;
    KL_TRY(maybe_symbol(&found, p, "[", error));
    if (!found)
        return kl_array_new(&it->types, 0, error);
    if (p->now.kind == TOKEN_NAME)
        KL_TRY(take_name(&it->name, p, "a name", error));
    KL_TRY(parse_types(&it->types, p, error));
    KL_TRY(maybe_symbol(&found, p, "*", error));
    if (found)
        KL_TRY(parse_range(it, p, error));
    KL_TRY(parse_properties(&it->properties, p, error));
    return take_symbol(p, "]", error);
}

static kl_status parse_hop(cypher_hop *it, parser *p, kl_error *error)
{
    bool left, right;
    it->at = p->now.start;
    KL_TRY(maybe_symbol(&left, p, "<-", error));
    if (!left)
        KL_TRY(take_symbol(p, "-", error));
    KL_TRY(parse_hop_detail(it, p, error));
    KL_TRY(maybe_symbol(&right, p, "->", error));
    if (!right)
        KL_TRY(take_symbol(p, "-", error));
    it->direction = left == right ? CYPHER_BOTH : left ? CYPHER_IN_WARDS : CYPHER_OUT;
    return KL_OK;
}

static kl_status parse_pattern(cypher_pattern *it, parser *p, kl_error *error)
{
    size_t nodes = 0, hops = 0;
    if (p->now.kind == TOKEN_NAME && next_is_symbol(p, "=")) {
        KL_TRY(take_name(&it->name, p, "a name", error));
        KL_TRY(advance(p, error));
    }
    KL_TRY(graph_grow(&it->nodes, &nodes, 0, sizeof *it->nodes, error));
    it->nodes[0] = (cypher_node){0};
    KL_TRY(parse_node(&it->nodes[0], p, error));
    while (is_symbol(p, "-") || is_symbol(p, "<-")) {
        if (it->hop_count == CYPHER_HOPS_MAX)
            return unexpected(p, "at most 64 hops in a pattern", error);
        KL_TRY(graph_grow(&it->hops, &hops, it->hop_count, sizeof *it->hops, error));
        KL_TRY(graph_grow(&it->nodes, &nodes, it->hop_count + 1, sizeof *it->nodes, error));
        cypher_hop *hop = &it->hops[it->hop_count];
        cypher_node *node = &it->nodes[++it->hop_count];
        *hop = (cypher_hop){0};
        *node = (cypher_node){0};
        KL_TRY(parse_hop(hop, p, error));
        KL_TRY(parse_node(node, p, error));
    }
    return KL_OK;
}

static kl_status parse_patterns(cypher_clause *it, parser *p, bool one, kl_error *error)
{
    size_t capacity = 0;
    bool more = true;
    while (more) {
        if (it->pattern_count == CYPHER_PATTERNS_MAX)
            return unexpected(p, "at most 64 patterns in a clause", error);
        KL_TRY(graph_grow(&it->patterns, &capacity, it->pattern_count, sizeof *it->patterns, error));
        it->patterns[it->pattern_count++] = (cypher_pattern){0};
        KL_TRY(parse_pattern(&it->patterns[it->pattern_count - 1], p, error));
        more = false;
        if (!one)
            KL_TRY(maybe_symbol(&more, p, ",", error));
    }
    return KL_OK;
}

/* What is created has one type and one direction per hop. */
static kl_status check_created(const parser *p, const cypher_clause *clause, kl_error *error)
{
    for (size_t i = 0; i < clause->pattern_count; i++) {
        for (size_t k = 0; k < clause->patterns[i].hop_count; k++) {
            const cypher_hop *hop = &clause->patterns[i].hops[k];
            if (hop->many || kl_array_len(hop->types) != 1)
                return kl_error_set_at(error, KL_SYNTAX, p->text.data, hop->at,
                                       "expected one type for a relationship to be created");
            if (hop->direction == CYPHER_BOTH && clause->kind == CYPHER_CREATE)
                return kl_error_set_at(error, KL_SYNTAX, p->text.data, hop->at,
                                       "expected a direction for a relationship to be created");
        }
    }
    return KL_OK;
}

/* ---- clauses ------------------------------------------------------------------------------------ */

static kl_status parse_where(cypher_clause *it, parser *p, kl_error *error)
{
    bool found;
    KL_TRY(maybe_word(&found, p, "WHERE", error));
    return found ? parse_expression(&it->where, p, error) : KL_OK;
}

static kl_status new_set(cypher_set **out, cypher_clause *it, size_t *capacity, kl_error *error)
{
    KL_TRY(graph_grow(&it->sets, capacity, it->set_count, sizeof *it->sets, error));
    it->sets[it->set_count] = (cypher_set){0};
    *out = &it->sets[it->set_count++];
    return KL_OK;
}

static kl_status parse_set(cypher_set *it, parser *p, kl_error *error)
{
    cypher_expression *target;
    bool found;
    KL_TRY(parse_postfix(&target, p, error));
    it->target = target;
    if (target->kind == CYPHER_LABELS) {
        it->kind = CYPHER_SET_LABELS;
        it->labels = kl_value_retain(target->value);
        it->target = target->parts[0];
        return KL_OK;
    }
    if (target->kind == CYPHER_PROPERTY) {
        it->kind = CYPHER_SET_PROPERTY;
        it->name = kl_as_text(target->value);
        it->target = target->parts[0];
        KL_TRY(take_symbol(p, "=", error));
        return parse_expression(&it->value, p, error);
    }
    if (target->kind != CYPHER_VARIABLE)
        return unexpected(p, "name.property, name = map, name += map or name:Label", error);
    KL_TRY(maybe_symbol(&found, p, "+=", error));
    it->kind = found ? CYPHER_SET_MORE : CYPHER_SET_ALL;
    if (!found)
        KL_TRY(take_symbol(p, "=", error));
    return parse_expression(&it->value, p, error);
}

static kl_status parse_sets(cypher_clause *it, parser *p, size_t *capacity, kl_error *error)
{
    bool more = true;
    while (more) {
        cypher_set *set;
        KL_TRY(new_set(&set, it, capacity, error));
        KL_TRY(parse_set(set, p, error));
        KL_TRY(maybe_symbol(&more, p, ",", error));
    }
    return KL_OK;
}

static kl_status parse_removes(cypher_clause *it, parser *p, kl_error *error)
{
    size_t capacity = 0;
    bool more = true;
    while (more) {
        cypher_set *set;
        cypher_expression *target;
        KL_TRY(new_set(&set, it, &capacity, error));
        KL_TRY(parse_postfix(&target, p, error));
        if (target->kind != CYPHER_LABELS && target->kind != CYPHER_PROPERTY)
            return unexpected(p, "name.property or name:Label", error);
        set->kind = target->kind == CYPHER_LABELS ? CYPHER_REMOVE_LABELS : CYPHER_REMOVE_PROPERTY;
        if (target->kind == CYPHER_LABELS)
            set->labels = kl_value_retain(target->value);
        else
            set->name = kl_as_text(target->value);
        set->target = target->parts[0];
        KL_TRY(maybe_symbol(&more, p, ",", error));
    }
    return KL_OK;
}

static kl_status parse_merge(cypher_clause *it, parser *p, kl_error *error)
{
    size_t capacity = 0;
    KL_TRY(parse_patterns(it, p, true, error));
    KL_TRY(check_created(p, it, error));
    if (is_word(p, "ON") && next_is_word(p, "CREATE")) {
        KL_TRY(advance(p, error));
        KL_TRY(advance(p, error));
        KL_TRY(take_word(p, "SET", error));
        KL_TRY(parse_sets(it, p, &capacity, error));
    }
    it->on_match = it->set_count;
    if (is_word(p, "ON")) {
        KL_TRY(advance(p, error));
        KL_TRY(take_word(p, "MATCH", error));
        KL_TRY(take_word(p, "SET", error));
        KL_TRY(parse_sets(it, p, &capacity, error));
    }
    return KL_OK;
}

static kl_status parse_item(cypher_item *it, parser *p, kl_error *error)
{
    const char *start = p->now.start;
    KL_TRY(parse_expression(&it->expression, p, error));
    it->name = it->expression->kind == CYPHER_VARIABLE
                   ? kl_as_text(it->expression->value)
                   : (kl_text){start, (size_t)(p->last_end - start)};
    KL_TRY(maybe_word(&it->named, p, "AS", error));
    return it->named ? take_name(&it->name, p, "a name", error) : KL_OK;
}

static kl_status parse_items(cypher_item **items, size_t *count, parser *p, bool order,
                             kl_error *error)
{
    size_t capacity = 0;
    bool more = true, found;
    while (more) {
        KL_TRY(graph_grow(items, &capacity, *count, sizeof **items, error));
        cypher_item *it = &(*items)[(*count)++];
        *it = (cypher_item){0};
        KL_TRY(order ? parse_expression(&it->expression, p, error) : parse_item(it, p, error));
        if (order && (is_word(p, "DESC") || is_word(p, "DESCENDING"))) {
            it->descending = true;
            KL_TRY(advance(p, error));
        } else if (order && (is_word(p, "ASC") || is_word(p, "ASCENDING"))) {
            KL_TRY(advance(p, error));
        }
        KL_TRY(maybe_symbol(&found, p, ",", error));
        more = found;
    }
    return KL_OK;
}

static kl_status parse_projection(cypher_clause *it, parser *p, kl_error *error)
{
    bool found, more = true;
    KL_TRY(maybe_word(&it->distinct, p, "DISTINCT", error));
    KL_TRY(maybe_symbol(&it->all, p, "*", error));
    if (it->all)
        KL_TRY(maybe_symbol(&more, p, ",", error));
    if (more)
        KL_TRY(parse_items(&it->items, &it->item_count, p, false, error));
    KL_TRY(maybe_word(&found, p, "ORDER", error));
    if (found) {
        KL_TRY(take_word(p, "BY", error));
        KL_TRY(parse_items(&it->orders, &it->order_count, p, true, error));
    }
    KL_TRY(maybe_word(&found, p, "SKIP", error));
    if (found)
        KL_TRY(parse_expression(&it->skip, p, error));
    KL_TRY(maybe_word(&found, p, "LIMIT", error));
    if (found)
        KL_TRY(parse_expression(&it->limit, p, error));
    return KL_OK;
}

static kl_status parse_with(cypher_clause *it, parser *p, kl_error *error)
{
    KL_TRY(parse_projection(it, p, error));
    for (size_t i = 0; i < it->item_count; i++)
        if (!it->items[i].named && it->items[i].expression->kind != CYPHER_VARIABLE)
            return kl_error_set_at(error, KL_SYNTAX, p->text.data, it->items[i].name.data,
                                   "expected AS and a name for what WITH passes on");
    return parse_where(it, p, error);
}

static kl_status parse_unwind(cypher_clause *it, parser *p, kl_error *error)
{
    it->items = kl_alloc_zero(1, sizeof *it->items);
    if (!it->items)
        return kl_error_no_memory(error);
    it->item_count = 1;
    KL_TRY(parse_expression(&it->items[0].expression, p, error));
    KL_TRY(take_word(p, "AS", error));
    return take_name(&it->items[0].name, p, "a name", error);
}

#define CLAUSE_WORDS "MATCH, OPTIONAL MATCH, CREATE, MERGE, SET, REMOVE, DELETE, UNWIND, WITH or RETURN"

static kl_status parse_clause(cypher_clause *it, parser *p, kl_error *error)
{
    it->at = p->now.start;
    KL_TRY(maybe_word(&it->optional, p, "OPTIONAL", error));
    if (it->optional && !is_word(p, "MATCH"))
        return unexpected(p, "MATCH", error);
    KL_TRY(maybe_word(&it->detach, p, "DETACH", error));
    if (it->detach && !is_word(p, "DELETE"))
        return unexpected(p, "DELETE", error);
    static const struct {
        const char *word;
        cypher_clause_kind kind;
    } words[] = {{"MATCH", CYPHER_MATCH},   {"CREATE", CYPHER_CREATE}, {"MERGE", CYPHER_MERGE},
                 {"SET", CYPHER_SET},       {"REMOVE", CYPHER_SET},    {"DELETE", CYPHER_DELETE},
                 {"UNWIND", CYPHER_UNWIND}, {"WITH", CYPHER_WITH},     {"RETURN", CYPHER_RETURN}};
    size_t row = 0, capacity = 0;
    while (row < KL_COUNT(words) && !is_word(p, words[row].word))
        row++;
    if (row == KL_COUNT(words))
        return unexpected(p, CLAUSE_WORDS, error);
    it->kind = words[row].kind;
    p->query->writes |= it->kind >= CYPHER_CREATE && it->kind <= CYPHER_DELETE;
    KL_TRY(advance(p, error));
    switch (it->kind) {
    case CYPHER_MATCH:
        KL_TRY(parse_patterns(it, p, false, error));
        return parse_where(it, p, error);
    case CYPHER_CREATE:
        KL_TRY(parse_patterns(it, p, false, error));
        return check_created(p, it, error);
    case CYPHER_MERGE:
        return parse_merge(it, p, error);
    case CYPHER_SET:
        return strcmp(words[row].word, "SET") == 0 ? parse_sets(it, p, &capacity, error)
                                                   : parse_removes(it, p, error);
    case CYPHER_DELETE:
        return parse_items(&it->items, &it->item_count, p, false, error);
    case CYPHER_UNWIND:
        return parse_unwind(it, p, error);
    case CYPHER_WITH:
        return parse_with(it, p, error);
    default:
        return parse_projection(it, p, error);
    }
}

static kl_status parse_query(parser *p, kl_error *error)
{
    size_t capacity = 0;
    cypher_query *query = p->query;
    bool found;
    KL_TRY(advance(p, error));
    do {
        KL_TRY(graph_grow(&query->clauses, &capacity, query->clause_count, sizeof *query->clauses,
                          error));
        query->clauses[query->clause_count++] = (cypher_clause){0};
        KL_TRY(parse_clause(&query->clauses[query->clause_count - 1], p, error));
        bool returned = query->clauses[query->clause_count - 1].kind == CYPHER_RETURN;
        KL_TRY(maybe_symbol(&found, p, ";", error));
        if ((found || returned) && p->now.kind != TOKEN_END)
            return unexpected(p, "the end of the query", error);
    } while (p->now.kind != TOKEN_END);
    cypher_clause_kind last = query->clauses[query->clause_count - 1].kind;
    if (last == CYPHER_MATCH || last == CYPHER_WITH || last == CYPHER_UNWIND)
        return unexpected(p, "RETURN or a clause that changes the graph", error);
    return KL_OK;
}

kl_status cypher_parse(cypher_query **out, kl_text text, kl_error *error)
{
    if (text.len > CYPHER_LENGTH_MAX)
        return kl_error_set(error, KL_SYNTAX, "expected a query of at most %d bytes",
                            CYPHER_LENGTH_MAX);
    cypher_query *query = kl_alloc_zero(1, sizeof *query);
    if (!query)
        return kl_error_no_memory(error);
    parser p = {.query = query, .text = text};
    query->text = text;
    kl_status status = parse_query(&p, error);
    if (status != KL_OK) {
        cypher_free(query);
        return status;
    }
    *out = query;
    return KL_OK;
}

/* ---- ending ------------------------------------------------------------------------------------- */

static void free_pattern(cypher_pattern *it)
{
    for (size_t i = 0; it->nodes && i <= it->hop_count; i++)
        kl_value_release(it->nodes[i].labels);
    for (size_t i = 0; i < it->hop_count; i++)
        kl_value_release(it->hops[i].types);
    kl_free(it->nodes);
    kl_free(it->hops);
}

static void free_clause(cypher_clause *it)
{
    for (size_t i = 0; i < it->pattern_count; i++)
        free_pattern(&it->patterns[i]);
    for (size_t i = 0; i < it->set_count; i++)
        kl_value_release(it->sets[i].labels);
    kl_free(it->patterns);
    kl_free(it->sets);
    kl_free(it->items);
    kl_free(it->orders);
}

void cypher_free(cypher_query *query)
{
    if (!query)
        return;
    for (size_t i = 0; i < query->clause_count; i++)
        free_clause(&query->clauses[i]);
    for (size_t i = 0; i < query->expression_count; i++) {
        kl_value_release(query->expressions[i]->value);
        kl_value_release(query->expressions[i]->names);
        kl_free(query->expressions[i]->parts);
        kl_free(query->expressions[i]);
    }
    kl_free(query->expressions);
    kl_free(query->clauses);
    kl_free(query);
}
