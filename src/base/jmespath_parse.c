/* src/base/jmespath_parse.c - tokens to a tree, by operator precedence (Pratt). */
#include "jmespath_tree.h"
#include "buffer.h"
#include "kailash/json.h"

#include <errno.h>
#include <stdlib.h>

typedef struct parser {
    kl_jmespath *tree;
    kl_text text;
    jm_token now, ahead;
    unsigned flags;
    unsigned depth;
    kl_error *error;
} parser;

/* How strongly a token binds what stands left of it; below PROJECTION_STOP it ends a projection. */
enum { PROJECTION_STOP = 10 };
static const uint8_t powers[JM_TOKEN_KINDS] = {
    [JM_BAR] = 1,       [JM_OR] = 2,        [JM_AND] = 3,  [JM_EQ] = 5,    [JM_NE] = 5,
    [JM_LT] = 5,        [JM_LE] = 5,        [JM_GT] = 5,   [JM_GE] = 5,    [JM_BOTH] = 9,
    [JM_STAR] = 20,     [JM_QUESTION] = 21, [JM_DOT] = 40, [JM_BANG] = 45, [JM_LBRACE] = 50,
    [JM_LBRACKET] = 55, [JM_LPAREN] = 60,
};

static kl_status parse_expression(uint32_t *out, parser *p, unsigned power);
static kl_status parse_rest(uint32_t *out, parser *p, uint32_t left, unsigned power);

/* ---- tokens ---------------------------------------------------------------------------------- */

static kl_status advance(parser *p)
{
    p->now = p->ahead;
    return jm_next_token(&p->ahead, p->text, p->now.end, p->error);
}

static kl_status unexpected(parser *p, const char *wanted)
{
    size_t at = (size_t)(p->now.start - p->text.data);
    if (p->now.kind == JM_END)
        return kl_error_set_at(p->error, KL_SYNTAX, p->text.data, p->now.start,
                               "the expression ends at byte %zu; expected %s", at, wanted);
    kl_text shown = {p->now.start, KL_MIN((size_t)(p->now.end - p->now.start), 40)};
    return kl_error_set_at(p->error, KL_SYNTAX, p->text.data, p->now.start,
                           "unexpected '%.*s' at byte %zu; expected %s", KL_TEXT_ARG(shown), at,
                           wanted);
}

static kl_status expect(parser *p, jm_token_kind kind, const char *wanted)
{
    return p->now.kind == kind ? advance(p) : unexpected(p, wanted);
}

static kl_status enter(parser *p)
{
    if (++p->depth <= KL_JMESPATH_DEPTH_MAX)
        return KL_OK;
    return kl_error_set_at(p->error, KL_SYNTAX, p->text.data, p->now.start,
                           "the expression nests deeper than %d levels", KL_JMESPATH_DEPTH_MAX);
}

/* ---- nodes ----------------------------------------------------------------------------------- */

static jm_node *node_at(parser *p, uint32_t index) { return &p->tree->nodes[index]; }

static kl_status add_node(uint32_t *out, parser *p, jm_kind kind, uint32_t left)
{
    kl_jmespath *tree = p->tree;
    if (tree->count == tree->cap) {
        uint32_t wanted = tree->cap + tree->cap / 2 + 8;
        jm_node *grown =
            wanted < tree->cap ? NULL : kl_realloc(tree->nodes, wanted * sizeof *grown);
        if (!grown)
            return kl_error_no_memory(p->error);
        tree->nodes = grown;
        tree->cap = wanted;
    }
    uint32_t self = tree->count++;
    tree->nodes[self] = (jm_node){.kind = (uint8_t)kind,
                                  .first = self,
                                  .up = JM_NONE,
                                  .right = JM_NONE,
                                  .condition = JM_NONE,
                                  .next = JM_NONE};
    if (left != JM_NONE) {
        tree->nodes[self].first = tree->nodes[left].first;
        tree->nodes[left].up = self;
    }
    *out = self;
    return KL_OK;
}

/* ---- literals -------------------------------------------------------------------------------- */

static kl_text inside(jm_token token)
{
    return (kl_text){token.start + 1, (size_t)(token.end - token.start) - 2};
}

/* The content of a quoted token, backslashes before `mark` taken away. */
static void unescape(kl_buffer *to, kl_text text, char mark)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '\\' && i + 1 < text.len && text.data[i + 1] == mark)
            i++;
        else if (text.data[i] == '\\' && i + 1 < text.len)
            kl_buffer_byte(to, text.data[i++]);
        kl_buffer_byte(to, text.data[i]);
    }
}

static kl_status bad_json(parser *p, kl_error *why)
{
    if (why->code == KL_NO_MEMORY) {
        kl_error_clear(why);
        return kl_error_no_memory(p->error);
    }
    kl_error_set_at(p->error, KL_SYNTAX, p->text.data, p->now.start,
                    "the literal at byte %zu is not JSON: %s",
                    (size_t)(p->now.start - p->text.data), kl_error_message(why));
    kl_error_clear(why);
    return KL_SYNTAX;
}

/* An older form of the language: what is no JSON is the text of a string. */
static kl_status parse_bare_text(kl_value *out, kl_text text, kl_error *error)
{
    kl_buffer quoted = KL_BUFFER_INIT;
    while (text.len && strchr(" \t\r\n", text.data[0]) && text.data[0]) {
        text.data++;
        text.len--;
    }
    kl_buffer_byte(&quoted, '"');
    kl_buffer_add(&quoted, text);
    kl_buffer_byte(&quoted, '"');
    kl_status status = quoted.status == KL_OK ? kl_json_parse(out, kl_buffer_text(&quoted), error)
                                              : kl_error_no_memory(error);
    kl_buffer_free(&quoted);
    return status;
}

static kl_status read_json(kl_value *out, parser *p)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_error why = KL_ERROR_INIT;
    unescape(&text, inside(p->now), '`');
    kl_status status = text.status == KL_OK ? kl_json_parse(out, kl_buffer_text(&text), NULL)
                                            : kl_error_no_memory(NULL);
    if (status != KL_OK && status != KL_NO_MEMORY)
        status = parse_bare_text(out, kl_buffer_text(&text), NULL);
    if (status == KL_NO_MEMORY)
        kl_error_no_memory(&why);
    else if (status != KL_OK) /* the reason why it is no JSON tells more */
        kl_json_parse(out, kl_buffer_text(&text), &why);
    kl_buffer_free(&text);
    return status == KL_OK ? KL_OK : bad_json(p, &why);
}

static kl_status read_raw(kl_value *out, parser *p)
{
    kl_buffer text = KL_BUFFER_INIT;
    unescape(&text, inside(p->now), '\'');
    return kl_buffer_finish(out, &text, p->error);
}

static kl_status read_quoted(kl_value *out, parser *p)
{
    kl_error why = KL_ERROR_INIT;
    kl_text text = {p->now.start, (size_t)(p->now.end - p->now.start)};
    if (kl_json_parse(out, text, &why) != KL_OK)
        return bad_json(p, &why);
    return KL_OK;
}

static kl_status read_name(kl_value *out, parser *p)
{
    if (p->now.kind == JM_QUOTED)
        return read_quoted(out, p);
    return kl_string_from_valid(out, (kl_text){p->now.start, (size_t)(p->now.end - p->now.start)},
                                p->error);
}

static kl_status read_number(int64_t *out, parser *p)
{
    char text[24];
    size_t len = (size_t)(p->now.end - p->now.start);
    errno = 0;
    if (len < sizeof text) {
        memcpy(text, p->now.start, len);
        text[len] = '\0';
        *out = strtoll(text, NULL, 10);
    }
    if (len >= sizeof text || errno == ERANGE)
        return kl_error_set_at(p->error, KL_SYNTAX, p->text.data, p->now.start,
                               "the number at byte %zu is out of range",
                               (size_t)(p->now.start - p->text.data));
    return KL_OK;
}

/* A node that holds what `read` makes of the current token, which is stepped over. */
static kl_status add_value(uint32_t *out, parser *p, jm_kind kind, uint32_t left,
                           kl_status (*read)(kl_value *out, parser *p))
{
    uint32_t self;
    KL_TRY(add_node(&self, p, kind, left));
    kl_value value = kl_null();
    KL_TRY(read(&value, p));
    node_at(p, self)->value = value;
    *out = self;
    return advance(p);
}

/* ---- lists of expressions -------------------------------------------------------------------- */

/* Link `item` behind `*last` into the list of `owner`. */
static void append(parser *p, uint32_t owner, uint32_t *last, uint32_t item)
{
    if (*last == JM_NONE)
        node_at(p, owner)->right = item;
    else
        node_at(p, *last)->next = item;
    node_at(p, owner)->count++;
    *last = item;
}

/* "a, b]" behind the opening bracket. */
static kl_status parse_list(uint32_t *out, parser *p, uint32_t left)
{
    uint32_t self, item, last = JM_NONE;
    KL_TRY(add_node(&self, p, JM_LIST_NODE, left));
    p->tree->makers++;
    for (;;) {
        KL_TRY(parse_expression(&item, p, 0));
        append(p, self, &last, item);
        if (p->now.kind != JM_COMMA)
            break;
        KL_TRY(advance(p));
    }
    *out = self;
    return expect(p, JM_RBRACKET, "',' or ']'");
}

static kl_status parse_pair(uint32_t *out, parser *p)
{
    uint32_t self, value;
    if (p->now.kind != JM_NAME && p->now.kind != JM_QUOTED)
        return unexpected(p, "a key");
    KL_TRY(add_value(&self, p, JM_PAIR_NODE, JM_NONE, read_name));
    KL_TRY(expect(p, JM_COLON, "':'"));
    KL_TRY(parse_expression(&value, p, 0));
    node_at(p, self)->right = value;
    *out = self;
    return KL_OK;
}

/* The shape of the maps to build, unless a key stands twice. */
static kl_status make_shape(parser *p, uint32_t hash)
{
    kl_value seen;
    kl_status status = KL_OK;
    KL_TRY(kl_map_new(&seen, node_at(p, hash)->count, p->error));
    for (uint32_t at = node_at(p, hash)->right; at != JM_NONE; at = node_at(p, at)->next)
        KL_TRY_OUT(kl_map_set_key(&seen, node_at(p, at)->value, kl_null(), p->error));
    if (kl_map_len(seen) == node_at(p, hash)->count)
        node_at(p, hash)->keys = kl_keys_retain(kl_map_keys(seen));
out:
    kl_value_release(seen);
    return status;
}

/* "k: a, l: b}" behind the opening brace. */
static kl_status parse_hash(uint32_t *out, parser *p, uint32_t left)
{
    uint32_t self, pair, last = JM_NONE;
    KL_TRY(add_node(&self, p, JM_HASH_NODE, left));
    p->tree->makers++;
    for (;;) {
        KL_TRY(parse_pair(&pair, p));
        append(p, self, &last, pair);
        if (p->now.kind != JM_COMMA)
            break;
        KL_TRY(advance(p));
    }
    KL_TRY(expect(p, JM_RBRACE, "',' or '}'"));
    *out = self;
    return make_shape(p, self);
}

/* ---- calls ----------------------------------------------------------------------------------- */

static kl_status parse_argument(uint32_t *out, parser *p)
{
    bool is_expression = p->now.kind == JM_AMPERSAND;
    if (is_expression)
        KL_TRY(advance(p));
    KL_TRY(parse_expression(out, p, 0));
    node_at(p, *out)->is_expression = is_expression;
    return KL_OK;
}

static kl_status fail_call(parser *p, jm_token name, const char *what, size_t wanted, size_t given)
{
    size_t at = (size_t)(name.start - p->text.data);
    kl_text text = {name.start, KL_MIN((size_t)(name.end - name.start), 60)};
    if (!wanted)
        return kl_error_set_at(p->error, KL_SYNTAX, p->text.data, name.start,
                               "there is no function '%.*s' (byte %zu)", KL_TEXT_ARG(text), at);
    return kl_error_set_at(p->error, KL_SYNTAX, p->text.data, name.start,
                           "%.*s() at byte %zu takes %s%zu argument%s, not %zu", KL_TEXT_ARG(text),
                           at, what, wanted, wanted == 1 ? "" : "s", given);
}

/* Number of arguments, and expressions where the function wants them and nowhere else. */
static kl_status check_call(parser *p, uint32_t call, jm_token name)
{
    const jm_node *self = node_at(p, call);
    const jm_function *function = self->function;
    size_t wanted = jm_function_params(function), index = 0;
    if (function->many ? self->count < wanted : self->count != wanted)
        return fail_call(p, name, function->many ? "at least " : "", wanted, self->count);
    for (uint32_t at = self->right; at != JM_NONE; at = node_at(p, at)->next, index++) {
        bool wants = function->params[KL_MIN(index, wanted - 1)] & JM_T_EXPRESSION;
        if (wants != node_at(p, at)->is_expression)
            return kl_error_set_at(p->error, KL_SYNTAX, p->text.data, name.start,
                                   "%s() at byte %zu: argument %zu must %s an &expression",
                                   function->name, (size_t)(name.start - p->text.data), index + 1,
                                   wants ? "be" : "not be");
    }
    return KL_OK;
}

static kl_status parse_call(uint32_t *out, parser *p, uint32_t left)
{
    jm_token name = p->now;
    uint32_t self, argument, last = JM_NONE;
    const jm_function *function =
        jm_function_find((kl_text){name.start, (size_t)(name.end - name.start)});
    if (!function)
        return fail_call(p, name, "", 0, 0);
    KL_TRY(add_node(&self, p, JM_CALL_NODE, left));
    node_at(p, self)->function = function;
    KL_TRY(advance(p));
    KL_TRY(advance(p));
    while (p->now.kind != JM_RPAREN) {
        if (last != JM_NONE)
            KL_TRY(expect(p, JM_COMMA, "',' or ')'"));
        KL_TRY(parse_argument(&argument, p));
        append(p, self, &last, argument);
    }
    KL_TRY(advance(p));
    *out = self;
    return check_call(p, self, name);
}

/* ---- projections ----------------------------------------------------------------------------- */

static kl_status parse_step(uint32_t *out, parser *p, uint32_t left);

static kl_status parse_projected(uint32_t *out, parser *p, unsigned power)
{
    if (powers[p->now.kind] < PROJECTION_STOP) {
        *out = JM_NONE;
        return KL_OK;
    }
    if (p->now.kind == JM_LBRACKET || p->now.kind == JM_QUESTION)
        return parse_expression(out, p, power);
    uint32_t left;
    KL_TRY(expect(p, JM_DOT, "'.' or '['"));
    KL_TRY(parse_step(&left, p, JM_NONE));
    return parse_rest(out, p, left, power);
}

/* A projection of what `left` gives; what follows applies to each of its items. */
static kl_status parse_projection(uint32_t *out, parser *p, jm_kind kind, uint32_t left,
                                  uint32_t condition, unsigned power)
{
    uint32_t self, right;
    KL_TRY(add_node(&self, p, kind, left));
    KL_TRY(enter(p));
    KL_TRY(parse_projected(&right, p, power));
    p->depth--;
    node_at(p, self)->right = right;
    node_at(p, self)->condition = condition;
    *out = self;
    return KL_OK;
}

static kl_status parse_values(uint32_t *out, parser *p, uint32_t left)
{
    KL_TRY(advance(p));
    return parse_projection(out, p, JM_VALUES_NODE, left, JM_NONE, powers[JM_STAR]);
}

static kl_status parse_flatten(uint32_t *out, parser *p, uint32_t left)
{
    uint32_t flat;
    KL_TRY(advance(p));
    KL_TRY(add_node(&flat, p, JM_FLATTEN_NODE, left));
    return parse_projection(out, p, JM_PROJECT_NODE, flat, JM_NONE, powers[JM_BOTH]);
}

static kl_status parse_filter(uint32_t *out, parser *p, uint32_t left)
{
    uint32_t condition;
    KL_TRY(advance(p));
    KL_TRY(parse_expression(&condition, p, 0));
    KL_TRY(expect(p, JM_RBRACKET, "']'"));
    return parse_projection(out, p, JM_FILTER_NODE, left, condition, powers[JM_QUESTION]);
}

/* ---- brackets -------------------------------------------------------------------------------- */

/* "start:stop:step]"; `part` counts the colons. */
static kl_status parse_slice(uint32_t *out, parser *p, uint32_t left)
{
    uint32_t self;
    int part = 0;
    KL_TRY(add_node(&self, p, JM_SLICE_NODE, left));
    node_at(p, self)->step = 1;
    while (p->now.kind != JM_RBRACKET) {
        if (p->now.kind == JM_COLON && ++part > 2)
            return unexpected(p, "']'");
        if (p->now.kind == JM_NUMBER && p->ahead.kind != JM_NUMBER) {
            jm_node *node = node_at(p, self);
            KL_TRY(read_number(part == 0   ? &node->start
                               : part == 1 ? &node->stop
                                           : &node->step,
                               p));
            node->has_start |= part == 0;
            node->has_stop |= part == 1;
            if (part == 2 && node->step == 0)
                return kl_error_set_at(p->error, KL_SYNTAX, p->text.data, p->now.start,
                                       "the step of a slice must not be 0 (byte %zu)",
                                       (size_t)(p->now.start - p->text.data));
        } else if (p->now.kind != JM_COLON) {
            return unexpected(p, "a number, ':' or ']'");
        }
        KL_TRY(advance(p));
    }
    KL_TRY(advance(p));
    return parse_projection(out, p, JM_PROJECT_NODE, self, JM_NONE, powers[JM_STAR]);
}

static kl_status parse_index(uint32_t *out, parser *p, uint32_t left)
{
    uint32_t self;
    if (p->now.kind == JM_COLON || p->ahead.kind == JM_COLON)
        return parse_slice(out, p, left);
    KL_TRY(add_node(&self, p, JM_INDEX_NODE, left));
    KL_TRY(read_number(&node_at(p, self)->start, p));
    KL_TRY(advance(p));
    *out = self;
    return expect(p, JM_RBRACKET, "']'");
}

/* "[0]", "[1:2]", "[*]" behind `left`, or at the beginning, where "[a, b]" may stand too. */
static kl_status parse_bracket(uint32_t *out, parser *p, uint32_t left, bool may_list)
{
    KL_TRY(advance(p));
    if (p->now.kind == JM_NUMBER || p->now.kind == JM_COLON)
        return parse_index(out, p, left);
    if (p->now.kind == JM_STAR && (p->ahead.kind == JM_RBRACKET || !may_list)) {
        KL_TRY(advance(p));
        KL_TRY(expect(p, JM_RBRACKET, "']'"));
        return parse_projection(out, p, JM_PROJECT_NODE, left, JM_NONE, powers[JM_STAR]);
    }
    return may_list ? parse_list(out, p, left) : unexpected(p, "a number, ':' or '*'");
}

/* ---- steps, beginnings, operators ------------------------------------------------------------ */

static kl_status parse_segment(uint32_t *out, parser *p, uint32_t left)
{
    uint32_t self;
    if (*p->now.start == '-')
        return unexpected(p, "a name");
    int64_t index;
    KL_TRY(read_number(&index, p));
    KL_TRY(add_value(&self, p, JM_SEGMENT_NODE, left, read_name));
    node_at(p, self)->start = index;
    *out = self;
    return KL_OK;
}

/* What may stand behind a dot. */
static kl_status parse_step(uint32_t *out, parser *p, uint32_t left)
{
    switch (p->now.kind) {
    case JM_NAME:
        if (p->ahead.kind == JM_LPAREN)
            return parse_call(out, p, left);
        return add_value(out, p, JM_FIELD_NODE, left, read_name);
    case JM_QUOTED:
        return add_value(out, p, JM_FIELD_NODE, left, read_name);
    case JM_STAR:
        return parse_values(out, p, left);
    case JM_LBRACKET:
        KL_TRY(advance(p));
        return parse_list(out, p, left);
    case JM_LBRACE:
        KL_TRY(advance(p));
        return parse_hash(out, p, left);
    case JM_NUMBER:
        if (p->flags & KL_JMESPATH_SEGMENTS)
            return parse_segment(out, p, left);
        /* fall through */
    default:
        return unexpected(p, "a name, '*', '[' or '{'");
    }
}

static kl_status parse_not(uint32_t *out, parser *p)
{
    uint32_t operand;
    KL_TRY(advance(p));
    KL_TRY(parse_expression(&operand, p, powers[JM_BANG]));
    return add_node(out, p, JM_NOT_NODE, operand);
}

static kl_status parse_group(uint32_t *out, parser *p)
{
    uint32_t inner;
    KL_TRY(advance(p));
    KL_TRY(parse_expression(&inner, p, 0));
    *out = inner;
    return expect(p, JM_RPAREN, "')'");
}

/* What an expression may begin with. */
static kl_status parse_beginning(uint32_t *out, parser *p)
{
    switch (p->now.kind) {
    case JM_AT:
        KL_TRY(add_node(out, p, JM_CURRENT_NODE, JM_NONE));
        return advance(p);
    case JM_RAW:
        return add_value(out, p, JM_LITERAL_NODE, JM_NONE, read_raw);
    case JM_JSON:
        return add_value(out, p, JM_LITERAL_NODE, JM_NONE, read_json);
    case JM_BANG:
        return parse_not(out, p);
    case JM_LPAREN:
        return parse_group(out, p);
    case JM_BOTH:
        return parse_flatten(out, p, JM_NONE);
    case JM_QUESTION:
        return parse_filter(out, p, JM_NONE);
    case JM_LBRACKET:
        return parse_bracket(out, p, JM_NONE, true);
    case JM_NAME:
    case JM_QUOTED:
    case JM_STAR:
    case JM_LBRACE:
        return parse_step(out, p, JM_NONE);
    case JM_NUMBER:
        if (p->flags & KL_JMESPATH_SEGMENTS)
            return parse_segment(out, p, JM_NONE);
        /* fall through */
    default:
        return unexpected(p, "an expression");
    }
}

static kl_status parse_operator(uint32_t *out, parser *p, uint32_t left)
{
    static const uint8_t kinds[JM_TOKEN_KINDS] = {
        [JM_BAR] = JM_PIPE_NODE,   [JM_OR] = JM_OR_NODE,      [JM_AND] = JM_AND_NODE,
        [JM_EQ] = JM_COMPARE_NODE, [JM_NE] = JM_COMPARE_NODE, [JM_LT] = JM_COMPARE_NODE,
        [JM_LE] = JM_COMPARE_NODE, [JM_GT] = JM_COMPARE_NODE, [JM_GE] = JM_COMPARE_NODE,
    };
    jm_token_kind operator= p->now.kind;
    uint32_t self, right;
    if (!kinds[operator])
        return unexpected(p, "an operator");
    KL_TRY(advance(p));
    KL_TRY(parse_expression(&right, p, powers[operator]));
    KL_TRY(add_node(&self, p, kinds[operator], left));
    node_at(p, self)->operator=(uint8_t) operator;
    node_at(p, self)->right = right;
    *out = self;
    return KL_OK;
}

static kl_status parse_next(uint32_t *out, parser *p, uint32_t left)
{
    switch (p->now.kind) {
    case JM_DOT:
        KL_TRY(advance(p));
        return parse_step(out, p, left);
    case JM_BOTH:
        return parse_flatten(out, p, left);
    case JM_QUESTION:
        return parse_filter(out, p, left);
    case JM_LBRACKET:
        return parse_bracket(out, p, left, false);
    default:
        return parse_operator(out, p, left);
    }
}

/* All that binds more strongly than `power`, behind `left`. */
static kl_status parse_rest(uint32_t *out, parser *p, uint32_t left, unsigned power)
{
    while (power < powers[p->now.kind])
        KL_TRY(parse_next(&left, p, left));
    *out = left;
    return KL_OK;
}

static kl_status parse_expression(uint32_t *out, parser *p, unsigned power)
{
    uint32_t left;
    KL_TRY(enter(p));
    KL_TRY(parse_beginning(&left, p));
    KL_TRY(parse_rest(out, p, left, power));
    p->depth--;
    return KL_OK;
}

/* ---- whole expressions ----------------------------------------------------------------------- */

static kl_status parse_all(parser *p)
{
    KL_TRY(jm_next_token(&p->ahead, p->text, p->text.data, p->error));
    KL_TRY(advance(p));
    KL_TRY(parse_expression(&p->tree->root, p, 0));
    return p->now.kind == JM_END ? KL_OK : unexpected(p, "an operator or the end");
}

kl_status kl_jmespath_compile(kl_jmespath **out, kl_text expression, unsigned flags,
                              kl_error *error)
{
    if (expression.len > UINT32_MAX / 8)
        return kl_error_set(error, KL_LIMIT, "the expression is longer than 512 MiB");
    kl_jmespath *tree = kl_alloc(sizeof *tree);
    if (!tree)
        return kl_error_no_memory(error);
    *tree = (kl_jmespath){.refs = 1};
    if (!expression.data)
        expression = KL_TEXT("");
    parser p = {.tree = tree, .text = expression, .flags = flags, .error = error};
    kl_status status = parse_all(&p);
    if (status != KL_OK) {
        kl_jmespath_release(tree);
        return status;
    }
    *out = tree;
    return KL_OK;
}

kl_jmespath *kl_jmespath_retain(kl_jmespath *expression)
{
    if (expression)
        __atomic_fetch_add(&expression->refs, 1, __ATOMIC_RELAXED);
    return expression;
}

void kl_jmespath_release(kl_jmespath *expression)
{
    if (!expression || __atomic_fetch_sub(&expression->refs, 1, __ATOMIC_ACQ_REL) != 1)
        return;
    for (uint32_t i = 0; i < expression->count; i++) {
        kl_value_release(expression->nodes[i].value);
        kl_keys_release(expression->nodes[i].keys);
    }
    kl_free(expression->nodes);
    kl_free(expression);
}
