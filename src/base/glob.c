/* src/base/glob.c - globs, as automata whose states are walked side by side: no backtracking.
 *
 * A glob becomes a row of operations, each a state. Operations that take no character lead only
 * forwards, so one rising pass over the set of states follows them all (Thompson 1968). */
#include "payload.h"
#include "kailash/match.h"

enum { GROUPS_MAX = 16, TAKEN = 2 * KL_GLOB_MAX + 8 /* a comma takes two */ };

typedef enum operation_kind {
    TAKE_CHARACTER, /* the character `first` */
    TAKE_ANY,       /* one character; in a path not '/' */
    TAKE_CLASS,     /* pattern bytes `first` to `second` are the inside of [...] */
    SKIP_SEGMENT,   /* any run of characters; in a path without '/' */
    SKIP_ALL,       /* any run of characters */
    BRANCH,         /* to the next operation and to `first` */
    JUMP,           /* to `first` */
    ACCEPT
} operation_kind;

typedef struct operation {
    uint32_t kind : 4;
    uint32_t second : 28;
    uint32_t first;
} operation;

struct kl_glob {
    kl_glob_kind kind;
    char *pattern; /* owned; classes are read from it */
    size_t count;
    operation operations[];
};

typedef struct group {
    size_t branch;   /* the BRANCH of the alternative being read */
    size_t last_end; /* the JUMP behind the alternative before, linked by `first`; SIZE_MAX = none */
    bool at_start;   /* the group stands at the start of a segment */
} group;

typedef struct compiler {
    const char *start, *at, *end;
    operation *operations; /* TAKEN of them */
    size_t count;
    group groups[GROUPS_MAX];
    size_t depth;
    bool at_start; /* of a segment */
    kl_error *error;
} compiler;

/* ---- characters ------------------------------------------------------------------------------ */

/* The next character; a byte that is no UTF-8 counts as one that equals only itself. */
static uint32_t next_character(const char **at, const char *end)
{
    unsigned char lead = (unsigned char)**at;
    if (lead < 0x80) {
        ++*at;
        return lead;
    }
    size_t len = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if ((size_t)(end - *at) >= len && kl_utf8_valid_length((kl_text){*at, len}) == len)
        return kl_utf8_next(at);
    ++*at;
    return 0x110000u + lead;
}

/* A character of a class, a backslash taking the next one as it is. */
static uint32_t class_character(const char **at, const char *end)
{
    if (**at == '\\' && end - *at > 1)
        ++*at;
    return next_character(at, end);
}

static bool class_holds(const char *at, const char *end, uint32_t character)
{
    bool negated = at < end && (*at == '!' || *at == '^'), found = false;
    at += negated;
    while (at < end) {
        uint32_t low = class_character(&at, end), high = low;
        if (end - at >= 2 && *at == '-') {
            at++;
            high = class_character(&at, end);
        }
        found = found || (low <= character && character <= high);
    }
    return found != negated;
}

/* ---- compiling ------------------------------------------------------------------------------- */

static size_t put(compiler *c, operation_kind kind, size_t first, size_t second)
{
    c->operations[c->count] = (operation){(uint32_t)kind, (uint32_t)second & 0xFFFFFFF,
                                          (uint32_t)first};
    return c->count++;
}

static kl_status refuse(compiler *c, const char *at, const char *why)
{
    return kl_error_set_at(c->error, KL_SYNTAX, c->start, at, "glob: %s", why);
}

static kl_status check_class(compiler *c, const char *at, const char *end)
{
    at += at < end && (*at == '!' || *at == '^');
    while (at < end) {
        const char *from = at;
        uint32_t low = class_character(&at, end);
        if (end - at < 2 || *at != '-')
            continue;
        at++;
        if (class_character(&at, end) < low)
            return refuse(c, from, "the range runs backwards");
    }
    return KL_OK;
}

static kl_status compile_class(compiler *c)
{
    const char *open = c->at - 1, *inside = c->at, *at = inside;
    if (at < c->end && (*at == '!' || *at == '^'))
        at++;
    const char *first = at; /* a ']' that comes first is one of the class */
    while (at < c->end && (*at != ']' || at == first))
        at += *at == '\\' && c->end - at > 1 ? 2 : 1;
    if (at >= c->end)
        return refuse(c, open, "the class '[' is not closed");
    KL_TRY(check_class(c, inside, at));
    put(c, TAKE_CLASS, (size_t)(inside - c->start), (size_t)(at - c->start));
    c->at = at + 1;
    return KL_OK;
}

static kl_status open_group(compiler *c)
{
    if (c->depth == GROUPS_MAX)
        return refuse(c, c->at - 1, "braces nest too deep");
    c->groups[c->depth++] = (group){put(c, BRANCH, 0, 0), SIZE_MAX, c->at_start};
    return KL_OK;
}

/* The alternative ends: jump behind the group, which is not known yet. */
static void end_alternative(compiler *c, group *now)
{
    now->last_end = put(c, JUMP, now->last_end == SIZE_MAX ? UINT32_MAX : now->last_end, 0);
}

static void next_alternative(compiler *c)
{
    group *now = &c->groups[c->depth - 1];
    end_alternative(c, now);
    c->operations[now->branch].first = (uint32_t)c->count;
    now->branch = put(c, BRANCH, 0, 0);
    c->at_start = now->at_start;
}

static kl_status close_group(compiler *c)
{
    if (c->depth == 0)
        return refuse(c, c->at - 1, "'}' without '{'");
    group *now = &c->groups[--c->depth];
    c->operations[now->branch].first = (uint32_t)now->branch + 1; /* the last has no other way */
    for (size_t at = now->last_end; at != SIZE_MAX && at != UINT32_MAX;) {
        size_t before = c->operations[at].first;
        c->operations[at].first = (uint32_t)c->count;
        at = before;
    }
    c->at_start = false;
    return KL_OK;
}

static void compile_star(compiler *c)
{
    bool fills = c->at_start;
    if (c->at == c->end || *c->at != '*') {
        put(c, SKIP_SEGMENT, 0, 0);
        return;
    }
    while (c->at < c->end && *c->at == '*')
        c->at++;
    if (!fills || c->at == c->end || *c->at != '/') {
        put(c, SKIP_ALL, 0, 0);
        return;
    }
    c->at++; /* segments with the '/' behind them, or none */
    size_t branch = put(c, BRANCH, 0, 0);
    put(c, SKIP_ALL, 0, 0);
    put(c, TAKE_CHARACTER, '/', 0);
    c->operations[branch].first = (uint32_t)c->count;
}

static kl_status compile_next(compiler *c)
{
    uint32_t character = next_character(&c->at, c->end);
    bool follows_slash = false;
    switch (character) {
    case '*':
        compile_star(c);
        follows_slash = c->at[-1] == '/';
        break;
    case '?':
        put(c, TAKE_ANY, 0, 0);
        break;
    case '[':
        KL_TRY(compile_class(c));
        break;
    case '{':
        return open_group(c); /* stays at the start if it was */
    case '}':
        return close_group(c);
    case ',':
        if (c->depth == 0) {
            put(c, TAKE_CHARACTER, ',', 0);
            break;
        }
        next_alternative(c);
        return KL_OK;
    case '\\':
        if (c->at == c->end)
            return refuse(c, c->at - 1, "nothing follows the backslash");
        character = next_character(&c->at, c->end);
        /* fall through */
    default:
        put(c, TAKE_CHARACTER, character, 0);
        follows_slash = character == '/';
    }
    c->at_start = follows_slash;
    return KL_OK;
}

static kl_status compile(size_t *count, operation *operations, kl_text pattern, kl_error *error)
{
    compiler c = {pattern.data, pattern.data, pattern.data + pattern.len, operations, 0,
                  {{0}}, 0, true, error};
    if (pattern.len > KL_GLOB_MAX)
        return kl_error_set(error, KL_SYNTAX, "glob: %zu bytes are too long; give at most %d",
                            pattern.len, KL_GLOB_MAX);
    while (c.at < c.end)
        KL_TRY(compile_next(&c));
    if (c.depth)
        return refuse(&c, c.end, "'{' is not closed");
    put(&c, ACCEPT, 0, 0);
    *count = c.count;
    return KL_OK;
}

/* ---- matching -------------------------------------------------------------------------------- */

enum { WORDS = (TAKEN + 63) / 64 };

typedef struct states {
    uint64_t bits[WORDS];
} states;

static void enter(states *set, size_t state) { set->bits[state / 64] |= 1ull << (state % 64); }

/* Whether an operation takes the character, after which the next state is entered. */
static bool takes(const operation *now, const char *pattern, uint32_t character, bool in_segment)
{
    switch (now->kind) {
    case TAKE_CHARACTER:
        return now->first == character;
    case TAKE_ANY:
        return in_segment;
    case TAKE_CLASS:
        return in_segment && class_holds(pattern + now->first, pattern + now->second, character);
    default:
        return false;
    }
}

/* Where an operation leads without a character. */
static void follow(states *set, const operation *now, size_t state)
{
    switch (now->kind) {
    case BRANCH:
        enter(set, now->first);
        /* fall through */
    case SKIP_SEGMENT:
    case SKIP_ALL:
        enter(set, state + 1);
        break;
    case JUMP:
        enter(set, now->first);
        break;
    default:
        break;
    }
}

typedef struct automaton {
    const operation *operations;
    size_t count;
    const char *pattern;
    kl_glob_kind kind;
} automaton;

/* The states behind those of `set` when `character` comes; `set` grows by what needs none. */
static bool advance(states *next, states *set, const automaton *a, uint32_t character)
{
    bool in_segment = a->kind == KL_GLOB_FLAT || character != '/', alive = false;
    for (size_t word = 0; word <= (a->count - 1) / 64; word++) {
        for (uint64_t done = 0, left; (left = set->bits[word] & ~done) != 0;) {
            size_t state = word * 64 + (size_t)__builtin_ctzll(left);
            const operation *now = &a->operations[state];
            done |= left & -left;
            follow(set, now, state);
            if (now->kind == SKIP_ALL || (now->kind == SKIP_SEGMENT && in_segment))
                enter(next, state);
            else if (takes(now, a->pattern, character, in_segment))
                enter(next, state + 1);
            else
                continue;
            alive = true;
        }
    }
    return alive;
}

/* Whether the end of the text is accepted: follows what needs no character. */
static bool accepts(states *set, const automaton *a)
{
    for (size_t state = 0; state < a->count; state++) {
        if (!(set->bits[state / 64] >> (state % 64) & 1))
            continue;
        if (a->operations[state].kind == ACCEPT)
            return true;
        follow(set, &a->operations[state], state);
    }
    return false;
}

/* Where a state changes next, at the earliest: in "*.env" most characters pass by at once. */
static const char *skip_ahead(const states *set, const automaton *a, const char *at, const char *end)
{
    uint64_t bits = set->bits[0];
    if (a->count > 64 || (bits & (bits - 1)))
        return at; /* more than one state */
    const operation *now = &a->operations[__builtin_ctzll(bits)];
    bool skips = now->kind == SKIP_ALL || (now->kind == SKIP_SEGMENT && a->kind == KL_GLOB_FLAT);
    if (!skips || now[1].kind != TAKE_CHARACTER || now[1].first >= 0x80)
        return at;
    const char *found = memchr(at, (int)now[1].first, (size_t)(end - at));
    return found ? found : end;
}

static bool run(const automaton *a, kl_text text)
{
    states sets[2], *set = &sets[0], *next = &sets[1];
    size_t used = ((a->count - 1) / 64 + 1) * sizeof(uint64_t);
    memset(set->bits, 0, used);
    enter(set, 0);
    for (const char *at = text.data, *end = at + text.len; at < end;) {
        at = skip_ahead(set, a, at, end);
        if (at == end)
            break;
        memset(next->bits, 0, used);
        if (!advance(next, set, a, next_character(&at, end)))
            return false;
        states *swap = set;
        set = next;
        next = swap;
    }
    return accepts(set, a);
}

/* ---- the faces ------------------------------------------------------------------------------- */

kl_status kl_glob_new(kl_glob **out, kl_text pattern, kl_glob_kind kind, kl_error *error)
{
    operation operations[TAKEN];
    size_t count;
    KL_TRY(compile(&count, operations, pattern, error));
    kl_glob *glob = kl_alloc(sizeof *glob + count * sizeof(operation));
    char *copy = glob ? kl_strdup(pattern) : NULL;
    if (!copy) {
        kl_free(glob);
        return kl_error_no_memory(error);
    }
    glob->kind = kind;
    glob->pattern = copy;
    glob->count = count;
    memcpy(glob->operations, operations, count * sizeof(operation));
    *out = glob;
    return KL_OK;
}

bool kl_glob_match(const kl_glob *glob, kl_text text)
{
    const automaton a = {glob->operations, glob->count, glob->pattern, glob->kind};
    return run(&a, text);
}

void kl_glob_free(kl_glob *glob)
{
    if (!glob)
        return;
    kl_free(glob->pattern);
    kl_free(glob);
}

kl_status kl_glob_check(kl_text pattern, kl_error *error)
{
    operation operations[TAKEN];
    size_t count;
    return compile(&count, operations, pattern, error);
}

static bool match_once(kl_text pattern, kl_text text, kl_glob_kind kind)
{
    operation operations[TAKEN];
    automaton a = {operations, 0, pattern.data, kind};
    return compile(&a.count, operations, pattern, NULL) == KL_OK && run(&a, text);
}

bool kl_glob_flat(kl_text pattern, kl_text text) { return match_once(pattern, text, KL_GLOB_FLAT); }

bool kl_glob_path(kl_text pattern, kl_text text) { return match_once(pattern, text, KL_GLOB_PATH); }
