/* src/reflect/lint_params.c - faults in tables of parameters, fields and ports. */
#include "lint.h"
#include "buffer.h"
#include "kailash/json.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

kl_status kl_lint_start(kl_lint *lint, kl_error *error)
{
    *lint = (kl_lint){kl_null(), KL_OK, error};
    return lint->status = kl_array_new(&lint->faults, 0, error);
}

kl_status kl_lint_end(kl_value *out, kl_lint *lint)
{
    if (lint->status == KL_OK)
        *out = lint->faults;
    else
        kl_value_release(lint->faults);
    return lint->status;
}

void kl_lint_fault(kl_lint *lint, const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    kl_text text = {line, (size_t)KL_MIN(KL_MAX(len, 0), (int)sizeof line - 1)};
    kl_value fault;
    if (lint->status == KL_OK)
        lint->status = kl_string_repair(&fault, text, lint->error);
    if (lint->status == KL_OK)
        lint->status = kl_array_push(&lint->faults, fault, lint->error);
}

bool kl_is_port_name(const char *name)
{
    if (!name || !*name || isdigit((unsigned char)*name))
        return false;
    for (; *name; name++)
        if (!isalnum((unsigned char)*name) && *name != '_')
            return false;
    return true;
}

bool kl_is_identifier(const char *name)
{
    static const char *const reserved[] = {
        "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
        "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
        "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
        "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield"};
    for (size_t i = 0; name && i < KL_COUNT(reserved); i++)
        if (strcmp(name, reserved[i]) == 0)
            return false;
    return kl_is_port_name(name);
}

static void check_words(kl_lint *lint, const char *path, const kl_param *param)
{
    bool is_enum = param->kind == KL_KIND_ENUM || param->item == KL_KIND_ENUM;
    bool has_words = param->names && param->names[0];
    bool has_items = is_enum && param->type && param->type->item_count;
    if (has_words && has_items)
        kl_lint_fault(lint, "%s: words of its own beside those of its type", path);
    if (is_enum && !has_words && !has_items)
        kl_lint_fault(lint, "%s: an enum without words", path);
    if (!is_enum && param->names)
        kl_lint_fault(lint, "%s: words, but no enum", path);
    for (size_t i = 0; has_words && param->names[i]; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(param->names[i], param->names[j]) == 0)
                kl_lint_fault(lint, "%s: the word '%s' stands twice", path, param->names[i]);
}

static void check_kind(kl_lint *lint, const char *path, const kl_param *param)
{
    bool holds_items = param->kind == KL_KIND_ARRAY || param->kind == KL_KIND_MAP;
    if (param->kind == KL_KIND_NULL || param->kind >= KL_KIND_NONE)
        kl_lint_fault(lint, "%s: no kind", path);
    if (param->item && !holds_items)
        kl_lint_fault(lint, "%s: a kind of items, but neither array nor map", path);
    if (param->item >= KL_KIND_NONE)
        kl_lint_fault(lint, "%s: items of no kind", path);
    bool names_type = param->kind == KL_KIND_OBJECT || param->item == KL_KIND_OBJECT ||
                      param->kind == KL_KIND_ENUM || param->item == KL_KIND_ENUM ||
                      param->item == KL_KIND_ARRAY; /* arrays of such objects */
    if (param->type && !names_type)
        kl_lint_fault(lint, "%s: a type, but no object", path);
}

static bool has_size(const kl_param *param)
{
    switch (param->kind) {
    case KL_KIND_INT:
    case KL_KIND_COUNT:
    case KL_KIND_DOUBLE:
    case KL_KIND_NUMBER:
    case KL_KIND_DURATION:
    case KL_KIND_STRING:
    case KL_KIND_BYTES:
    case KL_KIND_ARRAY:
    case KL_KIND_MAP:
    case KL_KIND_TUPLE:
    case KL_KIND_ANY:
        return true;
    default:
        return false;
    }
}

static void check_range(kl_lint *lint, const char *path, const kl_param *param)
{
    if (param->range && !(param->range->min <= param->range->max))
        kl_lint_fault(lint, "%s: an empty range", path);
    if (param->range && !has_size(param))
        kl_lint_fault(lint, "%s: a range, but no number, text or container", path);
}

/* The default is parsed here, not taken from kl_param_default(), which hides bad JSON. */
static void check_default(kl_lint *lint, const char *path, const kl_param *param)
{
    kl_value value;
    kl_error why = KL_ERROR_INIT;
    if (!param->fallback)
        return;
    kl_status status = kl_json_parse(&value, kl_text_from(param->fallback), &why);
    if (status != KL_OK) {
        kl_lint_fault(lint, "%s: the default is no JSON: %s", path, kl_error_message(&why));
    } else {
        if (kl_param_check(param, value, &why) != KL_OK)
            kl_lint_fault(lint, "%s: the default is refused: %s", path, kl_error_message(&why));
        kl_value_release(value);
    }
    if (why.code == KL_NO_MEMORY)
        lint->status = kl_error_no_memory(lint->error);
    kl_error_clear(&why);
}

static void check_flags(kl_lint *lint, const char *path, const kl_param *param, kl_lint_role role)
{
    const uint32_t of_fields = KL_SETTABLE | KL_HIDDEN | KL_READ_ONLY;
    if (role != KL_LINT_FIELDS && (param->flags & of_fields))
        kl_lint_fault(lint, "%s: a flag that only fields may have", path);
    if ((param->flags & KL_WRITABLE) && param->kind != KL_KIND_BUFFER)
        kl_lint_fault(lint, "%s: writable, but no buffer", path);
    if (role != KL_LINT_PORTS && (param->flags & KL_MANY))
        kl_lint_fault(lint, "%s: many, but no input of a node", path);
    if ((param->flags & KL_LEARNED) && !(role == KL_LINT_FIELDS && param->flags & (KL_READ_ONLY | KL_HIDDEN)))
        kl_lint_fault(lint, "%s: learned, but no field that is read-only or hidden", path);
    if ((param->flags & KL_DATA) && param->kind != KL_KIND_ANY && param->kind != KL_KIND_CALLABLE)
        kl_lint_fault(lint, "%s: data are of any kind", path);
    const uint32_t not_of_rest = KL_OPTIONAL | KL_KEYWORD_ONLY | KL_SECRET | KL_DEPRECATED;
    bool is_plain_map = param->kind == KL_KIND_MAP && !param->item && !param->fallback &&
                        !param->range && !(param->flags & not_of_rest);
    if ((param->flags & KL_REST) && !(role == KL_LINT_ARGUMENTS && is_plain_map))
        kl_lint_fault(lint, "%s: gathers keywords, but is no plain map of a function", path);
    if ((param->flags & KL_SETTABLE) && (param->flags & KL_HIDDEN))
        kl_lint_fault(lint, "%s: settable and hidden", path);
}

static bool is_hidden(const kl_param *param) { return param->flags & KL_HIDDEN; }

static void check_param(kl_lint *lint, const char *path, const kl_param *param, kl_lint_role role)
{
    bool by_key = role != KL_LINT_ARGUMENTS && role != KL_LINT_FIELDS;
    if (!(by_key ? kl_is_port_name(param->name) : kl_is_identifier(param->name)))
        kl_lint_fault(lint, "%s: the name is no identifier", path);
    if (!is_hidden(param) && !(param->doc && *param->doc))
        kl_lint_fault(lint, "%s: no doc", path);
    check_kind(lint, path, param);
    check_words(lint, path, param);
    check_range(lint, path, param);
    if (param->kind < KL_KIND_NONE)
        check_default(lint, path, param);
    check_flags(lint, path, param, role);
}

static const char *shown(const char *name) { return name ? name : "(no name)"; }

void kl_lint_order(kl_lint *lint, const char *where, const kl_param *params, size_t count)
{
    const uint32_t not_by_position = KL_KEYWORD_ONLY | KL_HIDDEN | KL_READ_ONLY | KL_REST;
    const kl_param *optional = NULL;
    for (size_t i = 0; i < count; i++) {
        if (params[i].flags & not_by_position)
            continue;
        if (!kl_param_required(&params[i]))
            optional = &params[i];
        else if (optional)
            kl_lint_fault(lint, "%s.%s: required, but stands after the optional %s", where,
                          shown(params[i].name), shown(optional->name));
    }
}

/* `is_before`: each pair of names is told of once, each pair with an alias too. */
static void check_names(kl_lint *lint, const char *path, const kl_param *param,
                        const kl_param *other, bool is_before)
{
    bool same_name = is_before && kl_text_is(kl_text_from(other->name), param->name);
    bool same_alias = is_before && param->alias && other->alias &&
                      strcmp(param->alias, other->alias) == 0;
    bool is_taken = param->alias && kl_text_is(kl_text_from(other->name), param->alias);
    if (same_name || same_alias)
        kl_lint_fault(lint, "%s: stands twice", path);
    if (is_taken)
        kl_lint_fault(lint, "%s: its other name is that of a parameter", path);
}

void kl_lint_params(kl_lint *lint, const char *where, const kl_param *params, size_t count,
                    kl_lint_role role)
{
    if (count > KL_PARAMS_MAX)
        kl_lint_fault(lint, "%s: %zu parameters; at most %d are possible", where, count,
                      KL_PARAMS_MAX);
    for (size_t i = 0; i < count; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s.%s", where, shown(params[i].name));
        check_param(lint, path, &params[i], role);
        if ((params[i].flags & KL_REST) && i + 1 < count)
            kl_lint_fault(lint, "%s: gathers keywords, but is not the last", path);
        if (params[i].alias && !kl_is_identifier(params[i].alias))
            kl_lint_fault(lint, "%s: its other name '%s' is no identifier", path, params[i].alias);
        for (size_t j = 0; j < count; j++)
            check_names(lint, path, &params[i], &params[j], j < i);
    }
    if (role == KL_LINT_ARGUMENTS)
        kl_lint_order(lint, where, params, count);
}
