/* src/nodes/masking.c - DataMaskingNode: personal data in texts and nested values made unreadable. */
#include "build_map.h"
#include "encode.h"
#include "kailash/crypto.h"
#include "kailash/json.h"
#include "kailash/match.h"
#include "kailash/node.h"
#include "payload.h"
#include "unicode.h"

#include <arpa/inet.h>
#include <stdio.h>

/* ---- what is looked for -------------------------------------------------------------------------- */

/* Digits with a blank or hyphen here and there; the last one checks the others (Luhn). */
static bool is_card(kl_text text)
{
    int sum = 0, count = 0;
    for (size_t i = text.len; i-- > 0;) {
        if (text.data[i] < '0' || text.data[i] > '9')
            continue;
        int digit = text.data[i] - '0';
        if (count++ % 2)
            digit = digit * 2 - (digit > 4 ? 9 : 0);
        sum += digit;
    }
    return sum % 10 == 0;
}

static bool is_address(kl_text text)
{
    char copy[64];
    unsigned char parsed[16];
    if (text.len < 3 || text.len >= sizeof copy)
        return false;
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    return inet_pton(strchr(copy, ':') ? AF_INET6 : AF_INET, copy, parsed) == 1;
}

/* Patterns begin and end where a word does, so that none eats a part of a longer number; what only
 * separates words ("ip:", "card-") does not hide what follows it. */
#define ALONE "(?<![0-9A-Za-z])"
#define BEGIN ALONE "(?<!\\d-)"
#define END "(?![0-9A-Za-z])(?!-\\d)"

static const struct {
    const char *name, *regex;
    bool (*is_real)(kl_text match);
} known[] = {
    {"credit_card", BEGIN "\\d{4}([ -])\\d{4}\\1\\d{4}\\1\\d{4}\\1\\d{3}" END, is_card},
    {"credit_card", ALONE "\\d{13,19}(?![0-9A-Za-z])", is_card},
    {"credit_card",
     BEGIN "(?:\\d{4}([ -])\\d{4}\\1\\d{4}\\1\\d{4}|\\d{4}([ -])\\d{6}\\2\\d{4,5})" END,
     is_card},
    {"ssn", BEGIN "\\d{3}-\\d{2}-\\d{4}" END, NULL},
    {"email",
     "(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]++@[A-Za-z0-9](?:[A-Za-z0-9-]*\\.)+[A-Za-z]{2,}",
     NULL},
    {"phone",
     "(?<![0-9A-Za-z+])(?:(?:\\+?1[-. ]?)?(?:\\(\\d{3}\\) ?|\\d{3}[-. ]?)\\d{3}[-. ]?\\d{4}"
     "|\\+\\d{1,3}(?:[-. ]?\\d{2,4}){2,4})" END,
     NULL},
    {"ip_address", "(?<![0-9A-Za-z.])[0-9]{1,3}(?:\\.[0-9]{1,3}){3}(?![0-9A-Za-z]|\\.\\d)", is_address},
    {"ip_address", "(?<![0-9A-Za-z.])(?<![0-9A-Fa-f:]:)[0-9A-Fa-f:]{3,39}(?![0-9A-Za-z:])", is_address},
};

static const char *const modes[] = {"mask", "hash", "tokenize", NULL};

enum { DATA, PATTERNS, CUSTOM, FIELDS, MODE, KEY, MASK_CHAR, KEEP_FIRST, KEEP_LAST };

static const kl_param inputs[] = {
    {.name = "data", .kind = KL_KIND_ANY, .doc = "a text, or any value that holds texts"},
    {.name = "patterns", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .fallback = "[\"credit_card\",\"ssn\",\"email\",\"phone\",\"ip_address\"]",
     .doc = "what to look for: credit_card (by its check digit), ssn, email, phone, ip_address; "
            "looked for in this order"},
};
static const kl_param config[] = {
    {.name = "custom_patterns", .kind = KL_KIND_MAP, .item = KL_KIND_STRING, .fallback = "{}",
     .doc = "name -> regular expression of more to look for"},
    {.name = "fields", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .fallback = "[]",
     .doc = "keys of dicts, in any case, whose whole value is masked wherever they stand"},
    {.name = "mode", .kind = KL_KIND_ENUM, .names = modes, .fallback = "\"mask\"",
     .doc = "mask: characters are covered; hash: replaced by the HMAC-SHA-256 under `key` in "
            "hexadecimal; tokenize: replaced by NAME_ and 16 digits of that HMAC. Equal values give "
            "equal hashes and tokens"},
    {.name = "key", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "key of hash and tokenize, at least 16 characters; required for them"},
    {.name = "mask_char", .kind = KL_KIND_STRING, .fallback = "\"*\"",
     .doc = "the character that covers others"},
    {.name = "keep_first", .kind = KL_KIND_COUNT, .fallback = "4",
     .doc = "characters left readable at the start; a value no longer than what would stay is "
            "covered whole"},
    {.name = "keep_last", .kind = KL_KIND_COUNT, .fallback = "0",
     .doc = "characters left readable at the end"},
};
static const kl_param outputs[] = {
    {.name = "masked_data", .kind = KL_KIND_ANY, .doc = "the data with what was found made unreadable"},
    {.name = "fields_masked", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "patterns, custom patterns and fields that were found"},
    {.name = "mask_count", .kind = KL_KIND_INT, .doc = "how many values were made unreadable"},
};

/* ---- one value made unreadable ------------------------------------------------------------------- */

enum { DEPTH_MAX = 128, KEY_MIN = 16 };

/* Something to look for, compiled once for all texts of a run. */
typedef struct pattern {
    kl_text name;
    kl_regex *regex;
    bool (*is_real)(kl_text match); /* or NULL */
} pattern;

typedef struct masking {
    const kl_value *args;
    pattern *patterns;
    size_t pattern_count;
    kl_value names; /* array: what was found */
    int64_t count;
    kl_error *error;
} masking;

static size_t cut(kl_text text, kl_value count)
{
    return kl_text_offset(text, (size_t)KL_MIN(kl_as_int(count), (int64_t)text.len));
}

static void cover(masking *m, kl_buffer *to, kl_text text)
{
    size_t characters = kl_utf8_count(text);
    size_t first = (size_t)KL_MIN(kl_as_int(m->args[KEEP_FIRST]), INT32_MAX);
    size_t last = (size_t)KL_MIN(kl_as_int(m->args[KEEP_LAST]), INT32_MAX);
    if (first + last >= characters)
        first = last = 0;
    size_t start = cut(text, kl_int((int64_t)first));
    size_t end = cut(text, kl_int((int64_t)(characters - last)));
    kl_buffer_add(to, (kl_text){text.data, start});
    for (size_t i = first; i < characters - last; i++)
        kl_buffer_add(to, kl_as_text(m->args[MASK_CHAR]));
    kl_buffer_add(to, (kl_text){text.data + end, text.len - end});
}

static kl_status replace_by_hash(masking *m, kl_buffer *to, kl_text name, kl_text text)
{
    kl_value hash;
    KL_TRY(kl_hmac(&hash, KL_HASH_SHA256, kl_as_text(m->args[KEY]), text, m->error));
    kl_text bytes = kl_as_text(hash);
    if (kl_text_is(kl_as_text(m->args[MODE]), "tokenize")) {
        kl_buffer_add(to, name);
        kl_buffer_byte(to, '_');
        bytes.len = 8;
    }
    kl_hex_encode(to, bytes);
    kl_value_release(hash);
    return KL_OK;
}

static kl_status note_name(masking *m, kl_text name)
{
    m->count++;
    for (size_t i = 0; i < kl_array_len(m->names); i++)
        if (kl_text_equal(kl_as_text(kl_array_at(m->names, i)), name))
            return KL_OK;
    return kl_array_push_text(&m->names, name, m->error);
}

static kl_status conceal(masking *m, kl_buffer *to, kl_text name, kl_text text)
{
    KL_TRY(note_name(m, name));
    if (!kl_text_is(kl_as_text(m->args[MODE]), "mask"))
        return replace_by_hash(m, to, name, text);
    cover(m, to, text);
    return KL_OK;
}

/* ---- matches in a text --------------------------------------------------------------------------- */

static kl_status finish(kl_value *text, kl_buffer *to, kl_error *error)
{
    kl_value made;
    if (to->status == KL_LIMIT) {
        kl_buffer_free(to);
        return kl_node_limit(error, "text_size", KL_NODE_TEXT_MAX, "bytes");
    }
    KL_TRY(kl_buffer_finish(&made, to, error));
    kl_value_replace(text, made);
    return KL_OK;
}

static kl_status mask_matches(masking *m, kl_value *text, const pattern *p)
{
    kl_text all = kl_as_text(*text);
    kl_buffer to = {.limit = KL_NODE_TEXT_MAX};
    kl_regex_scan scan;
    size_t groups = 0, span[2], done = 0;
    kl_status status = kl_regex_scan_begin(&scan, p->regex, all, m->error);
    while (status == KL_OK &&
           (status = kl_regex_scan_next(&groups, span, 1, &scan, m->error)) == KL_OK && groups) {
        kl_text match = {all.data + span[0], span[1] - span[0]};
        if (!match.len || (p->is_real && !p->is_real(match)))
            continue;
        kl_buffer_add(&to, (kl_text){all.data + done, span[0] - done});
        status = conceal(m, &to, p->name, match);
        done = span[1];
    }
    if (status != KL_OK || done == 0) {
        kl_buffer_free(&to);
        return status;
    }
    kl_buffer_add(&to, (kl_text){all.data + done, all.len - done});
    return finish(text, &to, m->error);
}

static kl_status mask_text(masking *m, kl_value *text)
{
    for (size_t i = 0; i < m->pattern_count; i++)
        KL_TRY(mask_matches(m, text, &m->patterns[i]));
    return KL_OK;
}

/* ---- nested values ------------------------------------------------------------------------------- */

/* The field of the list that `key` names, or an empty text. */
static kl_text field_of(const masking *m, kl_text key)
{
    for (size_t i = 0; i < kl_array_len(m->args[FIELDS]); i++) {
        kl_text field = kl_as_text(kl_array_at(m->args[FIELDS], i));
        if (field.len == key.len && strncasecmp(field.data, key.data, key.len) == 0)
            return field;
    }
    return KL_TEXT("");
}

/* What is no text is covered as the JSON it prints as. */
static kl_status mask_whole(masking *m, kl_value *value, kl_text field)
{
    kl_value text = kl_null();
    kl_buffer to = {.limit = KL_NODE_TEXT_MAX};
    kl_status status;
    if (kl_is_null(*value))
        return KL_OK;
    if (kl_is(*value, KL_KIND_STRING))
        text = kl_value_retain(*value);
    else
        KL_TRY(kl_json_print(&text, *value, &kl_json_plain, m->error));
    KL_TRY_OUT(conceal(m, &to, field, kl_as_text(text)));
    status = finish(value, &to, m->error);
out:
    if (status != KL_OK)
        kl_buffer_free(&to);
    kl_value_release(text);
    return status;
}

static kl_status mask_value(masking *m, kl_value *value, kl_text field, size_t depth);

static kl_status mask_items(masking *m, kl_value *array, kl_text field, size_t depth)
{
    kl_value made;
    KL_TRY(kl_array_new(&made, kl_array_len(*array), m->error));
    for (size_t i = 0; i < kl_array_len(*array); i++) {
        kl_value item = kl_value_retain(kl_array_at(*array, i));
        kl_status status = mask_value(m, &item, field, depth);
        if (status == KL_OK)
            status = kl_array_push(&made, item, m->error);
        else
            kl_value_release(item);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
    }
    kl_value_replace(array, made);
    return KL_OK;
}

static kl_status mask_pairs(masking *m, kl_value *map, kl_text field, size_t depth)
{
    kl_value made;
    KL_TRY(kl_map_new(&made, kl_map_len(*map), m->error));
    for (size_t i = 0; i < kl_map_len(*map); i++) {
        kl_text own = field_of(m, kl_map_key_at(*map, i));
        kl_value item = kl_value_retain(kl_map_value_at(*map, i));
        kl_status status = mask_value(m, &item, own.len ? own : field, depth);
        if (status == KL_OK)
            status = kl_map_set_key(&made, kl_map_key_value_at(*map, i), item, m->error);
        else
            kl_value_release(item);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
    }
    kl_value_replace(map, made);
    return KL_OK;
}

/* `field` is the one the value stands in, "" for none. */
static kl_status mask_value(masking *m, kl_value *value, kl_text field, size_t depth)
{
    if (depth > DEPTH_MAX)
        return kl_node_limit(m->error, "nesting", DEPTH_MAX, "levels");
    if (kl_is(*value, KL_KIND_ARRAY))
        return mask_items(m, value, field, depth + 1);
    if (kl_is(*value, KL_KIND_MAP))
        return mask_pairs(m, value, field, depth + 1);
    if (field.len)
        return mask_whole(m, value, field);
    return kl_is(*value, KL_KIND_STRING) ? mask_text(m, value) : KL_OK;
}

/* ---- the node ------------------------------------------------------------------------------------ */

static bool is_known(kl_text name)
{
    for (size_t i = 0; i < KL_COUNT(known); i++)
        if (kl_text_is(name, known[i].name))
            return true;
    return false;
}

static bool is_wanted(const masking *m, const char *name)
{
    for (size_t i = 0; i < kl_array_len(m->args[PATTERNS]); i++)
        if (kl_text_is(kl_as_text(kl_array_at(m->args[PATTERNS], i)), name))
            return true;
    return false;
}

static kl_status add_pattern(masking *m, kl_text name, kl_text regex, bool (*is_real)(kl_text match),
                             kl_error *error)
{
    pattern *p = &m->patterns[m->pattern_count];
    *p = (pattern){.name = name, .is_real = is_real};
    KL_TRY(kl_regex_cached(&p->regex, regex, error));
    m->pattern_count++;
    return KL_OK;
}

static kl_status add_custom(masking *m, kl_text name, kl_text regex)
{
    char place[160];
    kl_error why = KL_ERROR_INIT;
    kl_status status = add_pattern(m, name, regex, NULL, &why);
    snprintf(place, sizeof place, "custom_patterns.%.*s", KL_TEXT_ARG(name));
    if (status == KL_SYNTAX)
        status = kl_node_bad(m->error, place, "expected valid regex pattern: %s",
                             kl_error_message(&why));
    else
        kl_error_move(m->error, &why);
    kl_error_clear(&why);
    return status;
}

static kl_status compile(masking *m)
{
    kl_value custom = m->args[CUSTOM];
    m->patterns = kl_alloc((KL_COUNT(known) + kl_map_len(custom)) * sizeof *m->patterns);
    if (!m->patterns)
        return kl_error_no_memory(m->error);
    for (size_t i = 0; i < KL_COUNT(known); i++)
        if (is_wanted(m, known[i].name))
            KL_TRY(add_pattern(m, kl_text_from(known[i].name), kl_text_from(known[i].regex),
                               known[i].is_real, m->error));
    for (size_t i = 0; i < kl_map_len(custom); i++)
        KL_TRY(add_custom(m, kl_map_key_at(custom, i), kl_as_text(kl_map_value_at(custom, i))));
    return KL_OK;
}

static void masking_end(masking *m)
{
    for (size_t i = 0; i < m->pattern_count; i++)
        kl_regex_free(m->patterns[i].regex);
    kl_free(m->patterns);
    kl_value_release(m->names);
}

static kl_status check(const kl_value *args, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(args[PATTERNS]); i++)
        if (!is_known(kl_as_text(kl_array_at(args[PATTERNS], i))))
            return kl_node_bad_value(error, "patterns",
                                     "one of: credit_card, ssn, email, phone, ip_address",
                                     kl_array_at(args[PATTERNS], i));
    if (!kl_text_is(kl_as_text(args[MODE]), "mask") && kl_is_null(args[KEY]))
        return kl_node_missing(error, "key");
    if (!kl_is_null(args[KEY]) && kl_as_text(args[KEY]).len < KEY_MIN)
        return kl_node_bad(error, "key", "expected at least %d characters, got %zu", KEY_MIN,
                           kl_as_text(args[KEY]).len);
    if (kl_utf8_count(kl_as_text(args[MASK_CHAR])) != 1)
        return kl_node_bad_value(error, "mask_char", "one character", args[MASK_CHAR]);
    return KL_OK;
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    masking m = {.args = call->args, .error = error};
    kl_value data = kl_null();
    kl_status status;
    KL_TRY(check(call->args, error));
    KL_TRY(kl_array_new(&m.names, 0, error));
    KL_TRY_OUT(compile(&m));
    data = kl_value_retain(call->args[DATA]);
    KL_TRY_OUT(mask_value(&m, &data, KL_TEXT(""), 0));
    kl_build build = kl_build_begin(3, error);
    kl_build_put(&build, "masked_data", kl_value_take(&data));
    kl_build_put(&build, "fields_masked", kl_value_take(&m.names));
    kl_build_put(&build, "mask_count", kl_int(m.count));
    status = kl_build_end(out, &build);
out:
    kl_value_release(data);
    masking_end(&m);
    return status;
}

static const kl_node_type types[] = {
    {
        .name = "DataMaskingNode",
        .category = "Security",
        .doc = "Covers, hashes or replaces personal data in texts and in nested values.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_HEAVY,
        .run = run,
    },
};

static const kl_node_family masking_nodes = {.name = "masking", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(masking_nodes);
