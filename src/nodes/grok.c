/* src/nodes/grok.c - see grok.h. */
#include "grok.h"
#include "buffer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Pieces by name. Those of numbers and addresses are bounded on both sides, so that %{INT} does not
 * match within a word. */
static const struct {
    const char *name, *pattern;
} pieces[] = {
    {"WORD", "\\b\\w+\\b"},
    {"NOTSPACE", "\\S+"},
    {"SPACE", "\\s*"},
    {"DATA", ".*?"},
    {"GREEDYDATA", ".*"},
    {"INT", "(?<![\\w.+-])[+-]?[0-9]+(?![\\w])"},
    {"POSINT", "\\b[1-9][0-9]*\\b"},
    {"NONNEGINT", "\\b[0-9]+\\b"},
    {"NUMBER", "(?<![\\w.+-])[+-]?(?:[0-9]+(?:\\.[0-9]+)?|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![\\w])"},
    {"BASE10NUM", "%{NUMBER}"},
    {"BASE16NUM", "\\b(?:0[xX])?[0-9A-Fa-f]+\\b"},
    {"BOOL", "\\b(?:true|false)\\b"},
    {"QUOTEDSTRING", "(?:\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*')"},
    {"QS", "%{QUOTEDSTRING}"},
    {"UUID", "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"},
    {"USERNAME", "[\\w.-]+"},
    {"USER", "%{USERNAME}"},
    {"EMAILADDRESS", "[\\w.+-]+@%{HOSTNAME}"},
    {"IPV4", "(?<![0-9.])(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})\\.){3}"
             "(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})(?![0-9])"},
    {"IPV6", "(?<![\\w:])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9A-Fa-f]{1,4}|%{IPV4})?(?:%\\w+)?"},
    {"IP", "(?:%{IPV4}|%{IPV6})"},
    {"HOSTNAME", "\\b[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?"
                 "(?:\\.[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?)*\\.?"},
    {"IPORHOST", "(?:%{IP}|%{HOSTNAME})"},
    {"HOSTPORT", "%{IPORHOST}:%{POSINT}"},
    {"MAC", "(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}"},
    {"PATH", "(?:%{UNIXPATH}|%{WINPATH})"},
    {"UNIXPATH", "(?:/[^/\\s]*)+"},
    {"WINPATH", "(?:[A-Za-z]:|\\\\)(?:\\\\[^\\\\?*]*)+"},
    {"URIPROTO", "[A-Za-z][A-Za-z0-9+.-]*"},
    {"URIHOST", "%{IPORHOST}(?::[0-9]+)?"},
    {"URIPATH", "(?:/[^\\s?#]*)+"},
    {"URIPARAM", "\\?[^\\s#]*"},
    {"URIPATHPARAM", "%{URIPATH}(?:%{URIPARAM})?"},
    {"URI", "%{URIPROTO}://(?:[^\\s@/]*@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?"},
    {"MONTH", "\\b(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
              "Sep(?:tember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\\b"},
    {"MONTHNUM", "(?:0?[1-9]|1[0-2])"},
    {"MONTHDAY", "(?:0[1-9]|[12][0-9]|3[01]|[1-9])"},
    {"DAY", "(?:Mon|Tue(?:s)?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?"},
    {"YEAR", "[0-9]{4}"},
    {"HOUR", "(?:2[0-3]|[01]?[0-9])"},
    {"MINUTE", "[0-5][0-9]"},
    {"SECOND", "(?:[0-5]?[0-9]|60)(?:[.,][0-9]+)?"},
    {"TIME", "%{HOUR}:%{MINUTE}(?::%{SECOND})?"},
    {"DATE_US", "%{MONTHNUM}[/-]%{MONTHDAY}[/-](?:%{YEAR}|[0-9]{2})"},
    {"DATE_EU", "%{MONTHDAY}[./-]%{MONTHNUM}[./-](?:%{YEAR}|[0-9]{2})"},
    {"ISO8601_TIMEZONE", "(?:Z|[+-]%{HOUR}(?::?%{MINUTE})?)"},
    {"TIMESTAMP_ISO8601", "%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?"
                          "%{ISO8601_TIMEZONE}?"},
    {"HTTPDATE", "%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} [+-][0-9]{4}"},
    {"SYSLOGTIMESTAMP", "%{MONTH} +%{MONTHDAY} %{TIME}"},
    {"PROG", "[\\x21-\\x5a\\x5c\\x5e-\\x7e]+"},
    {"SYSLOGPROG", "%{PROG:program}(?:\\[%{POSINT:pid:int}\\])?"},
    {"SYSLOGHOST", "%{IPORHOST}"},
    {"SYSLOGBASE", "%{SYSLOGTIMESTAMP:timestamp} %{SYSLOGHOST:host} %{SYSLOGPROG}:"},
    {"LOGLEVEL", "\\b(?i:trace|debug|notice|info(?:rmation)?|warn(?:ing)?|err(?:or)?|crit(?:ical)?|"
                 "fatal|severe|alert|emerg(?:ency)?)\\b"},
    {"COMMONAPACHELOG", "%{IPORHOST:clientip} %{NOTSPACE:ident} %{NOTSPACE:auth} "
                        "\\[%{HTTPDATE:timestamp}\\] \"(?:%{WORD:verb} %{NOTSPACE:request}"
                        "(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawrequest})\" "
                        "%{INT:response:int} (?:%{INT:bytes:int}|-)"},
    {"COMBINEDAPACHELOG", "%{COMMONAPACHELOG} %{QS:referrer} %{QS:agent}"},
};

typedef enum field_type { AS_TEXT, AS_INT, AS_FLOAT } field_type;

typedef struct grok_field {
    char *name;
    size_t group;
    field_type type;
} grok_field;

struct kl_grok {
    kl_regex *regex;
    grok_field *fields;
    size_t field_count;
};

enum { DEPTH_MAX = 16, GROUPS_MAX = 256, EXPANDED_MAX = 65536 };

/* ---- expanding ----------------------------------------------------------------------------------- */

/* Groups of the expression are named f0, f1 ...: names of fields may hold what PCRE2 refuses. */
typedef struct expansion {
    kl_buffer text;
    kl_value pieces;
    kl_value names; /* array: name of field f<index> */
    kl_value types; /* array of ints: field_type of it */
    kl_error *error;
} expansion;

static kl_status find_piece(kl_text *out, const expansion *x, kl_text name)
{
    kl_value own = kl_map_get(x->pieces, name);
    if (kl_is(own, KL_KIND_STRING)) {
        *out = kl_as_text(own);
        return KL_OK;
    }
    for (size_t i = 0; i < KL_COUNT(pieces); i++) {
        if (kl_text_is(name, pieces[i].name)) {
            *out = kl_text_from(pieces[i].pattern);
            return KL_OK;
        }
    }
    return kl_error_set(x->error, KL_SYNTAX, "no grok pattern is named '%.*s'", KL_TEXT_ARG(name));
}

static kl_status type_of(field_type *out, const expansion *x, kl_text word)
{
    static const struct {
        const char *word;
        field_type type;
    } words[] = {{"", AS_TEXT},      {"string", AS_TEXT}, {"int", AS_INT},
                 {"long", AS_INT},   {"float", AS_FLOAT}, {"double", AS_FLOAT}};
    for (size_t i = 0; i < KL_COUNT(words); i++) {
        if (kl_text_is(word, words[i].word)) {
            *out = words[i].type;
            return KL_OK;
        }
    }
    return kl_error_set(x->error, KL_SYNTAX, "'%.*s' is no type of a grok field; expected int, "
                                             "float or string", KL_TEXT_ARG(word));
}

/* Up to the next colon of `*rest`, which goes on behind it. */
static kl_text next_part(kl_text *rest)
{
    const char *colon = rest->len ? memchr(rest->data, ':', rest->len) : NULL;
    size_t len = colon ? (size_t)(colon - rest->data) : rest->len;
    kl_text part = {rest->data, len};
    len += colon != NULL;
    *rest = (kl_text){rest->data + len, rest->len - len};
    return part;
}

static kl_status expand(expansion *x, kl_text pattern, size_t depth);

static kl_status add_field(expansion *x, kl_text name, kl_text type_word)
{
    field_type type;
    KL_TRY(type_of(&type, x, type_word));
    if (kl_array_len(x->names) >= GROUPS_MAX)
        return kl_error_set(x->error, KL_SYNTAX, "the grok pattern has more than %d fields",
                            GROUPS_MAX);
    kl_buffer_format(&x->text, "(?<f%zu>", kl_array_len(x->names));
    KL_TRY(kl_array_push(&x->types, kl_int(type), x->error));
    kl_value text;
    KL_TRY(kl_string_new(&text, name, x->error));
    return kl_array_push(&x->names, text, x->error);
}

/* What stands between the braces: NAME, NAME:field or NAME:field:type. */
static kl_status expand_reference(expansion *x, kl_text inside, size_t depth)
{
    kl_text piece, name = next_part(&inside), field = next_part(&inside);
    KL_TRY(find_piece(&piece, x, name));
    if (field.len)
        KL_TRY(add_field(x, field, inside));
    else
        kl_buffer_string(&x->text, "(?:");
    KL_TRY(expand(x, piece, depth + 1));
    kl_buffer_byte(&x->text, ')');
    return KL_OK;
}

static kl_status expand(expansion *x, kl_text pattern, size_t depth)
{
    if (depth > DEPTH_MAX)
        return kl_error_set(x->error, KL_SYNTAX, "grok patterns refer to each other more than %d "
                                                 "levels deep", DEPTH_MAX);
    for (size_t i = 0; i < pattern.len; i++) {
        bool refers = pattern.data[i] == '%' && i + 1 < pattern.len && pattern.data[i + 1] == '{';
        const char *from = pattern.data + i + 2;
        const char *end = refers ? memchr(from, '}', pattern.len - i - 2) : NULL;
        if (refers && !end)
            return kl_error_set(x->error, KL_SYNTAX, "'%%{' at byte %zu is not closed by '}'", i);
        if (!refers) {
            kl_buffer_byte(&x->text, pattern.data[i]);
            continue;
        }
        KL_TRY(expand_reference(x, (kl_text){from, (size_t)(end - from)}, depth));
        i = (size_t)(end - pattern.data);
        if (x->text.status != KL_OK)
            return kl_error_no_memory(x->error);
        if (x->text.len > EXPANDED_MAX)
            return kl_error_set(x->error, KL_SYNTAX, "the grok pattern becomes longer than %d bytes",
                                EXPANDED_MAX);
    }
    return KL_OK;
}

/* ---- compiling ----------------------------------------------------------------------------------- */

/* Field f<digits> of the expansion, or SIZE_MAX for a group of the user's own. */
static size_t own_index(kl_text name, size_t count)
{
    if (name.len < 2 || name.len > 6 || name.data[0] != 'f')
        return SIZE_MAX;
    size_t index = 0;
    for (size_t i = 1; i < name.len; i++) {
        if (name.data[i] < '0' || name.data[i] > '9')
            return SIZE_MAX;
        index = 10 * index + (size_t)(name.data[i] - '0');
    }
    return index < count ? index : SIZE_MAX;
}

static kl_status collect_fields(kl_grok *grok, kl_value names, kl_value types, kl_error *error)
{
    size_t groups = kl_regex_group_count(grok->regex);
    grok->fields = kl_alloc_zero(groups + 1, sizeof *grok->fields);
    if (!grok->fields)
        return kl_error_no_memory(error);
    for (size_t group = 1; group <= groups; group++) {
        kl_text name = kl_regex_group_name(grok->regex, group);
        size_t index = own_index(name, kl_array_len(names));
        if (!name.len)
            continue;
        grok_field *field = &grok->fields[grok->field_count];
        field->group = group;
        field->type = index == SIZE_MAX ? AS_TEXT : (field_type)kl_as_int(kl_array_at(types, index));
        field->name = kl_strdup(index == SIZE_MAX ? name : kl_as_text(kl_array_at(names, index)));
        if (!field->name)
            return kl_error_no_memory(error);
        grok->field_count++;
    }
    return KL_OK;
}

static kl_status compile(kl_grok **out, kl_text pattern, kl_value names, kl_value types,
                         kl_error *error)
{
    kl_grok *grok = kl_alloc_zero(1, sizeof *grok);
    if (!grok)
        return kl_error_no_memory(error);
    kl_status status = kl_regex_cached(&grok->regex, pattern, error);
    if (status == KL_OK && kl_regex_group_count(grok->regex) >= GROUPS_MAX)
        status = kl_error_set(error, KL_SYNTAX, "the pattern has more than %d groups", GROUPS_MAX);
    if (status == KL_OK)
        status = collect_fields(grok, names, types, error);
    if (status == KL_OK)
        *out = grok;
    else
        kl_grok_free(grok);
    return status;
}

kl_status kl_grok_of_regex(kl_grok **out, kl_text pattern, kl_error *error)
{
    return compile(out, pattern, kl_null(), kl_null(), error);
}

kl_status kl_grok_new(kl_grok **out, kl_text pattern, kl_value own, kl_error *error)
{
    expansion x = {.text = KL_BUFFER_INIT, .pieces = own, .error = error};
    kl_status status;
    KL_TRY_OUT(kl_array_new(&x.names, 0, error));
    KL_TRY_OUT(kl_array_new(&x.types, 0, error));
    KL_TRY_OUT(expand(&x, pattern, 0));
    KL_TRY_OUT(x.text.status == KL_OK ? KL_OK : kl_error_no_memory(error));
    status = compile(out, kl_buffer_text(&x.text), x.names, x.types, error);
out:
    kl_buffer_free(&x.text);
    kl_value_release(x.names);
    kl_value_release(x.types);
    return status;
}

void kl_grok_free(kl_grok *grok)
{
    if (!grok)
        return;
    for (size_t i = 0; i < grok->field_count; i++)
        kl_free(grok->fields[i].name);
    kl_free(grok->fields);
    kl_regex_free(grok->regex);
    kl_free(grok);
}

/* ---- matching ------------------------------------------------------------------------------------ */

/* A number of its type; the text itself when it is none. */
static kl_status field_value(kl_value *out, field_type type, kl_text text, kl_error *error)
{
    char digits[64], *end;
    if (type != AS_TEXT && text.len && text.len < sizeof digits) {
        memcpy(digits, text.data, text.len);
        digits[text.len] = '\0';
        errno = 0;
        long long integer = strtoll(digits, &end, 10);
        if (type == AS_INT && !*end && errno == 0) {
            *out = kl_int(integer);
            return KL_OK;
        }
        double real = strtod(digits, &end);
        if (type == AS_FLOAT && !*end) {
            *out = kl_double(real);
            return KL_OK;
        }
    }
    return kl_string_new(out, text, error);
}

kl_status kl_grok_match(kl_value *out, const kl_grok *grok, kl_text line, kl_error *error)
{
    size_t spans[2 * (GROUPS_MAX + 1)], groups;
    kl_value map, item;
    kl_status status;
    *out = kl_null();
    KL_TRY(kl_regex_match(&groups, spans, GROUPS_MAX + 1, grok->regex, line, 0, error));
    if (!groups)
        return KL_OK;
    KL_TRY(kl_map_new(&map, grok->field_count, error));
    for (size_t i = 0; i < grok->field_count; i++) {
        const grok_field *field = &grok->fields[i];
        const size_t *span = &spans[2 * field->group];
        if (field->group >= groups || span[0] == SIZE_MAX)
            continue; /* took no part */
        kl_text text = {line.data + span[0], span[1] - span[0]};
        KL_TRY_OUT(field_value(&item, field->type, text, error));
        KL_TRY_OUT(kl_map_set(&map, kl_text_from(field->name), item, error));
    }
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}
