/* src/dataflow/validators.c - EmailValidator and its like: one value against one rule. */
#include "validation.h"
#include "payload.h"
#include "kailash/json.h"
#include "kailash/match.h"

#include <ctype.h>
#include <math.h>

/* ---- messages ---------------------------------------------------------------------------------- */

/* "'value' and what is wrong with it". */
static void blame(kl_buffer *to, kl_text value, const char *fault)
{
    kl_buffer_byte(to, '\'');
    kl_buffer_add(to, value);
    kl_buffer_string(to, "' ");
    kl_buffer_string(to, fault);
}

void kl_put_number(kl_buffer *to, kl_value number)
{
    char digits[32];
    double real = kl_as_double(number);
    if (kl_is(number, KL_KIND_INT))
        kl_buffer_format(to, "%lld", (long long)number.as.integer);
    else if (!isfinite(real))
        kl_buffer_string(to, isnan(real) ? "NaN" : real > 0 ? "inf" : "-inf");
    else
        kl_buffer_add(to, (kl_text){digits, kl_double_print_es(digits, real)});
}

/* ---- texts ------------------------------------------------------------------------------------- */

static bool is_one_of(char character, const char *set)
{
    return character != '\0' && strchr(set, character);
}

static bool starts_with(kl_text text, const char *start)
{
    size_t len = strlen(start);
    return text.len >= len && memcmp(text.data, start, len) == 0;
}

static bool has_blank(kl_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.data[i] <= ' ' || text.data[i] == 0x7F)
            return true;
    return false;
}

static kl_text part(kl_text text, size_t from, size_t to)
{
    return (kl_text){text.data + from, to - from};
}

/* Dots stand between labels that are not empty, and at least one does. */
static bool is_domain(kl_text text)
{
    bool has_dot = false, after_dot = true;
    for (size_t i = 0; i < text.len; i++) {
        bool dot = text.data[i] == '.';
        if (dot && after_dot)
            return false;
        has_dot |= dot;
        after_dot = dot;
    }
    return has_dot && !after_dot;
}

static kl_status check_email(kl_buffer *fault, kl_object *self, kl_value given, kl_error *error)
{
    kl_text value = kl_as_text(given);
    (void)self, (void)error;
    const char *at = memchr(value.data, '@', value.len);
    size_t local = at ? (size_t)(at - value.data) : 0;
    kl_text domain = at ? part(value, local + 1, value.len) : value;
    if (local == 0 || memchr(domain.data, '@', domain.len) || has_blank(value))
        blame(fault, value, "is not a valid email address");
    else if (!is_domain(domain))
        blame(fault, value, "has an invalid email domain");
    return KL_OK;
}

static kl_status check_phone(kl_buffer *fault, kl_object *self, kl_value given, kl_error *error)
{
    kl_text value = kl_as_text(given);
    (void)self, (void)error;
    size_t digits = 0;
    bool odd = false;
    for (size_t i = 1; i < value.len; i++) {
        bool is_digit = isdigit((unsigned char)value.data[i]);
        digits += is_digit;
        odd |= !is_digit && !is_one_of(value.data[i], " -()");
    }
    if (value.len == 0 || value.data[0] != '+')
        blame(fault, value, "is not a valid international phone number (must start with +)");
    else if (odd)
        blame(fault, value, "is not a valid international phone number (only digits, blanks, '-', "
                            "'(' and ')' may follow the +)");
    else if (digits < 7 || digits > 15) {
        blame(fault, value, "has ");
        kl_buffer_format(fault, "%zu digits (expected 7-15 for international format)", digits);
    }
    return KL_OK;
}

/* The host of what follows "http://": without user, port and path. */
static kl_text host_of(kl_text rest)
{
    size_t end = 0, start = 0;
    while (end < rest.len && !is_one_of(rest.data[end], "/?#"))
        end++;
    for (size_t i = 0; i < end; i++)
        if (rest.data[i] == '@')
            start = i + 1;
    kl_text host = part(rest, start, end);
    if (host.len && host.data[0] == '[')
        return host;
    const char *colon = memchr(host.data, ':', host.len);
    return colon ? part(host, 0, (size_t)(colon - host.data)) : host;
}

static kl_status check_url(kl_buffer *fault, kl_object *self, kl_value given, kl_error *error)
{
    kl_text value = kl_as_text(given);
    (void)self, (void)error;
    size_t scheme = starts_with(value, "https://") ? 8 : starts_with(value, "http://") ? 7 : 0;
    kl_text host = host_of(part(value, scheme, value.len));
    if (!scheme)
        blame(fault, value, "is missing a URL scheme (http:// or https://)");
    else if (host.len == 0)
        blame(fault, value, "has no host after the scheme");
    else if (has_blank(host))
        blame(fault, value, "has a blank in its host");
    return KL_OK;
}

static kl_status check_uuid(kl_buffer *fault, kl_object *self, kl_value given, kl_error *error)
{
    kl_text value = kl_as_text(given);
    (void)self, (void)error;
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    size_t dashes = 0;
    bool fits = value.len == sizeof form - 1;
    for (size_t i = 0; i < value.len; i++) {
        bool dash = value.data[i] == '-';
        dashes += dash;
        fits = fits && (form[i] == '-' ? dash : isxdigit((unsigned char)value.data[i]) != 0);
    }
    if (!fits)
        blame(fault, value, dashes == 4 ? "is not a valid UUID (expected 8-4-4-4-12 hex format)"
                                        : "is not a valid UUID (expected 8-4-4-4-12 format)");
    return KL_OK;
}

/* ---- limits ------------------------------------------------------------------------------------ */

/* Both kinds of limits lie so. */
typedef struct limits {
    kl_object object;
    kl_value min, max; /* numbers, or null */
} limits;

static kl_status check_limits(kl_object *self, kl_error *error)
{
    const limits *l = (const limits *)self;
    kl_value both[] = {l->min, l->max};
    for (size_t i = 0; i < 2; i++)
        if (kl_is(both[i], KL_KIND_DOUBLE) && isnan(both[i].as.real))
            return kl_error_set(error, KL_INVALID, "%s: NaN is no limit", i ? "max" : "min");
    if (kl_is_null(l->min) || kl_is_null(l->max) || kl_number_compare(l->min, l->max) <= 0)
        return KL_OK;
    kl_buffer text = KL_BUFFER_INIT;
    kl_put_number(&text, l->min);
    kl_buffer_string(&text, " is greater than max ");
    kl_put_number(&text, l->max);
    kl_buffer_byte(&text, '\0');
    kl_error_set(error, KL_INVALID, "min: %s", text.data ? text.data : "greater than max");
    kl_buffer_free(&text);
    return KL_INVALID;
}

static kl_status limits_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const limits *l = (const limits *)self;
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_format(&text, "%s(min=", self->type->name);
    if (kl_is_null(l->min))
        kl_buffer_string(&text, "None");
    else
        kl_put_number(&text, l->min);
    kl_buffer_string(&text, ", max=");
    if (kl_is_null(l->max))
        kl_buffer_string(&text, "None");
    else
        kl_put_number(&text, l->max);
    kl_buffer_byte(&text, ')');
    return kl_buffer_finish(out, &text, error);
}

static kl_status check_length(kl_buffer *fault, kl_object *self, kl_value value, kl_error *error)
{
    const limits *l = (const limits *)self;
    (void)error;
    int64_t count = (int64_t)kl_utf8_count(kl_as_text(value));
    if (count < kl_as_int(l->min))
        kl_buffer_format(fault, "length %lld is less than minimum %lld", (long long)count,
                         (long long)kl_as_int(l->min));
    else if (!kl_is_null(l->max) && count > kl_as_int(l->max))
        kl_buffer_format(fault, "length %lld exceeds maximum %lld", (long long)count,
                         (long long)kl_as_int(l->max));
    return KL_OK;
}

static void tell_beyond(kl_buffer *fault, kl_value value, const char *relation, kl_value limit)
{
    kl_buffer_string(fault, "value ");
    kl_put_number(fault, value);
    kl_buffer_string(fault, relation);
    kl_put_number(fault, limit);
}

static kl_status check_number(kl_buffer *fault, kl_object *self, kl_value value, kl_error *error)
{
    const limits *l = (const limits *)self;
    (void)error;
    if (kl_is(value, KL_KIND_BOOL))
        value = kl_int(kl_as_int(value));
    if (!isfinite(kl_as_double(value)))
        kl_buffer_string(fault, "value is not a finite number");
    else if (!kl_is_null(l->min) && kl_number_compare(value, l->min) < 0)
        tell_beyond(fault, value, " is less than minimum ", l->min);
    else if (!kl_is_null(l->max) && kl_number_compare(value, l->max) > 0)
        tell_beyond(fault, value, " exceeds maximum ", l->max);
    return KL_OK;
}

/* ---- patterns ---------------------------------------------------------------------------------- */

typedef struct pattern {
    kl_object object;
    kl_value pattern; /* string */
} pattern;

static kl_status pattern_check(kl_object *self, kl_error *error)
{
    kl_regex *regex;
    kl_text text = kl_as_text(((pattern *)self)->pattern);
    kl_status status = kl_regex_cached(&regex, text, error);
    if (status == KL_SYNTAX)
        kl_error_prefix(error, "invalid regular expression: '%.*s': ",
                        (int)KL_MIN(text.len, 80), text.data);
    if (status == KL_OK)
        kl_regex_free(regex);
    return status;
}

static kl_status pattern_repr(kl_value *out, kl_object *self, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_status status;
    KL_TRY_OUT(kl_put_quoted(&text, "PatternValidator(pattern=", ((pattern *)self)->pattern, error));
    kl_buffer_byte(&text, ')');
    return kl_buffer_finish(out, &text, error);
out:
    kl_buffer_free(&text);
    return status;
}

static kl_status check_pattern(kl_buffer *fault, kl_object *self, kl_value given, kl_error *error)
{
    kl_regex *regex;
    bool found = false;
    kl_text text = kl_as_text(((pattern *)self)->pattern), value = kl_as_text(given);
    KL_TRY(kl_regex_cached(&regex, text, error));
    kl_status status = kl_regex_search(&found, regex, value, error);
    kl_regex_free(regex);
    if (status == KL_OK && !found) {
        blame(fault, value, "does not match pattern '");
        kl_buffer_add(fault, text);
        kl_buffer_byte(fault, '\'');
    }
    return status;
}

/* ---- what all share ---------------------------------------------------------------------------- */

static const kl_type email_type, phone_type, url_type, uuid_type, length_type, range_type,
    pattern_type;

/* Each fills `fault` with what is wrong, or leaves it empty. */
typedef kl_status checker(kl_buffer *fault, kl_object *self, kl_value value, kl_error *error);

static const struct validator {
    const kl_type *type;
    const char *name;
    checker *check;
} validators[] = {
    {&email_type, "email", check_email},    {&phone_type, "phone", check_phone},
    {&url_type, "url", check_url},          {&uuid_type, "uuid", check_uuid},
    {&length_type, "length", check_length}, {&range_type, "range", check_number},
    {&pattern_type, "pattern", check_pattern},
};

static const struct validator *validator_of(const kl_object *self)
{
    size_t i = 0;
    while (validators[i].type != self->type)
        i++;
    return &validators[i];
}

static kl_status name(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_string_new(out, kl_text_from(validator_of(self)->name), error);
}

static kl_status validate(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const struct validator *validator = validator_of(self);
    kl_buffer fault = KL_BUFFER_INIT;
    kl_value message;
    kl_status status = validator->check(&fault, self, args[1], error);
    if (status != KL_OK || (fault.len == 0 && fault.status == KL_OK)) {
        kl_buffer_free(&fault);
        return status;
    }
    KL_TRY(kl_buffer_finish(&message, &fault, error));
    return kl_field_error_new(out, kl_as_text(args[0]), message, validator->name, error);
}

/* ---- tables ------------------------------------------------------------------------------------ */

#define FIELD_NAME_PARAM {.name = "field_name", .kind = KL_KIND_STRING, .doc = "told in the result"}

static const kl_param text_params[] = {
    FIELD_NAME_PARAM,
    {.name = "value", .kind = KL_KIND_STRING, .doc = "what to check"},
};
static const kl_param number_params[] = {
    FIELD_NAME_PARAM,
    {.name = "value", .kind = KL_KIND_NUMBER, .doc = "what to check"},
};

#define METHODS(value_params)                                                                      \
    {                                                                                              \
        {.name = "name", .call = name, .flags = KL_PROPERTY, .returns = KL_KIND_STRING,            \
         .doc = "The word for this validator, as results tell it."},                               \
        {.name = "validate", .call = validate, .params = KL_TABLE(value_params),                   \
         .returns = KL_KIND_OBJECT, .returns_type = &kl_field_error_type,                          \
         .returns_optional = true, .raises = "TypeError, RuntimeError",                            \
         .doc = "None when the value fits, else what is wrong with it."},                          \
    }

static const kl_method text_methods[] = METHODS(text_params);
static const kl_method number_methods[] = METHODS(number_params);

static const kl_type email_type = {
    .name = "EmailValidator",
    .module = "kailash.dataflow",
    .doc = "An address: something, one @, and a domain with a dot; no blanks.",
    .size = sizeof(kl_object),
    .flags = KL_TYPE_RECORD,
    .methods = KL_TABLE(text_methods),
};
KL_PUBLISH(email_type);

static const kl_type phone_type = {
    .name = "PhoneValidator",
    .module = "kailash.dataflow",
    .doc = "A phone number: + and 7 to 15 digits, with blanks, -, ( and ) anywhere among them.",
    .size = sizeof(kl_object),
    .flags = KL_TYPE_RECORD,
    .methods = KL_TABLE(text_methods),
};
KL_PUBLISH(phone_type);

static const kl_type url_type = {
    .name = "UrlValidator",
    .module = "kailash.dataflow",
    .doc = "A URL that starts with http:// or https:// and has a host.",
    .size = sizeof(kl_object),
    .flags = KL_TYPE_RECORD,
    .methods = KL_TABLE(text_methods),
};
KL_PUBLISH(url_type);

static const kl_type uuid_type = {
    .name = "UuidValidator",
    .module = "kailash.dataflow",
    .doc = "A UUID: 8-4-4-4-12 hexadecimal digits, of any case.",
    .size = sizeof(kl_object),
    .flags = KL_TYPE_RECORD,
    .methods = KL_TABLE(text_methods),
};
KL_PUBLISH(uuid_type);

static const kl_field length_fields[] = {
    KL_VALUE(limits, min, .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
             .doc = "fewest characters; None = 0"),
    KL_VALUE(limits, max, .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
             .doc = "most characters; None = any number"),
};

static const kl_type length_type = {
    .name = "LengthValidator",
    .module = "kailash.dataflow",
    .doc = "A text of so many characters (code points).",
    .size = sizeof(limits),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON,
    .fields = KL_TABLE(length_fields),
    .methods = KL_TABLE(text_methods),
    .check = check_limits,
    .repr = limits_repr,
};
KL_PUBLISH(length_type);

static const kl_field range_fields[] = {
    KL_VALUE(limits, min, .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL,
             .doc = "the least; None = none"),
    KL_VALUE(limits, max, .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL,
             .doc = "the greatest; None = none"),
};

static const kl_type range_type = {
    .name = "RangeValidator",
    .module = "kailash.dataflow",
    .doc = "A finite number between two others, both included.",
    .size = sizeof(limits),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON,
    .fields = KL_TABLE(range_fields),
    .methods = KL_TABLE(number_methods),
    .check = check_limits,
    .repr = limits_repr,
};
KL_PUBLISH(range_type);

static const kl_field pattern_fields[] = {
    KL_VALUE(pattern, pattern, .kind = KL_KIND_STRING,
             .doc = "regular expression (PCRE2) that must occur in the text; ^ and $ tie it to both "
                    "ends. Matching is bounded: what backtracks too much is a RuntimeError"),
};

static const kl_type pattern_type = {
    .name = "PatternValidator",
    .module = "kailash.dataflow",
    .doc = "A text in which a regular expression occurs.",
    .size = sizeof(pattern),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON,
    .fields = KL_TABLE(pattern_fields),
    .methods = KL_TABLE(text_methods),
    .check = pattern_check,
    .repr = pattern_repr,
};
KL_PUBLISH(pattern_type);
