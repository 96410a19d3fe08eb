/* src/reflect/lint.c - faults in the tables of types and functions. */
#include "lint.h"
#include "describe.h"
#include "fields.h"
#include "kailash/json.h"

#include <ctype.h>
#include <stdio.h>

/* ---- exceptions ------------------------------------------------------------------------------ */

static bool is_python_exception(kl_text name)
{
    const char *at =
        "Exception ArithmeticError AssertionError AttributeError BufferError ConnectionError "
        "EOFError FileExistsError FileNotFoundError ImportError IndexError InterruptedError "
        "KeyError KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError "
        "NotImplementedError OSError OverflowError PermissionError RecursionError RuntimeError "
        "StopAsyncIteration StopIteration SyntaxError SystemExit TimeoutError TypeError "
        "UnicodeDecodeError UnicodeEncodeError UnicodeError ValueError ZeroDivisionError "
        "Warning DeprecationWarning FutureWarning RuntimeWarning UserWarning";
    for (kl_text word = kl_next_word(&at); word.len; word = kl_next_word(&at))
        if (kl_text_equal(word, name))
            return true;
    return false;
}

static const kl_type *find_exception(kl_text name)
{
    for (size_t i = 0, count = kl_type_count(); i < count; i++)
        if ((kl_type_at(i)->flags & KL_TYPE_EXCEPTION) && kl_text_is(name, kl_type_at(i)->name))
            return kl_type_at(i);
    return NULL;
}

static bool is_exception(kl_text name) { return is_python_exception(name) || find_exception(name); }

/* Whether the bases lead back to `type`; more levels than there are types are a circle too. */
static bool descends_from_itself(const kl_type *type, const kl_type *start, size_t levels)
{
    const char *at = type->base_name ? type->base_name : "";
    for (kl_text word = kl_next_word(&at); word.len; word = kl_next_word(&at)) {
        const kl_type *base = find_exception(word);
        if (kl_text_is(word, start->name) || (base && base == start))
            return true;
        if (base && levels && descends_from_itself(base, start, levels - 1))
            return true;
    }
    return false;
}

static void check_exception(kl_lint *lint, const char *path, const kl_type *type)
{
    const char *at = type->base_name ? type->base_name : "";
    for (kl_text word = kl_next_word(&at); word.len; word = kl_next_word(&at))
        if (!is_exception(word))
            kl_lint_fault(lint, "%s: no exception %.*s to be its base", path, KL_TEXT_ARG(word));
    if (descends_from_itself(type, type, 16))
        kl_lint_fault(lint, "%s: its bases lead back to itself", path);
    if (type->init || type->check || type->dispose || type->params)
        kl_lint_fault(lint, "%s: an exception is made by the face; no init, check or dispose",
                      path);
    for (size_t i = 0; i < type->field_count; i++)
        if (!(type->fields[i].flags & KL_READ_ONLY))
            kl_lint_fault(lint, "%s.%s: an attribute of an exception is read-only", path,
                          type->fields[i].name);
}

/* ---- methods --------------------------------------------------------------------------------- */

static void check_raises(kl_lint *lint, const char *path, const char *raises)
{
    const char *at = raises ? raises : "";
    for (kl_text word = kl_next_word(&at); word.len; word = kl_next_word(&at))
        if (!is_exception(word))
            kl_lint_fault(lint, "%s: raises %.*s, which is no exception", path, KL_TEXT_ARG(word));
}

static void check_returns(kl_lint *lint, const char *path, const kl_method *method)
{
    bool holds_items = method->returns == KL_KIND_ARRAY || method->returns == KL_KIND_MAP;
    if (method->returns == KL_KIND_NULL || method->returns > KL_KIND_NONE)
        kl_lint_fault(lint, "%s: does not say what it returns (KL_KIND_NONE: nothing)", path);
    /* What awaiting gives has no members of its own in the table. */
    if (method->item && !holds_items && !(method->flags & KL_AWAITABLE))
        kl_lint_fault(lint, "%s: a kind of items, but returns neither array nor map", path);
    if (method->returns_type && method->returns != KL_KIND_OBJECT && method->item != KL_KIND_OBJECT)
        kl_lint_fault(lint, "%s: returns a type, but no object", path);
}

static void check_property(kl_lint *lint, const char *path, const kl_method *method)
{
    bool is_property = method->flags & KL_PROPERTY;
    if (is_property && method->set && method->param_count != 1)
        kl_lint_fault(lint, "%s: a property that may be assigned has one parameter, the value",
                      path);
    if (is_property && !method->set && method->param_count)
        kl_lint_fault(lint, "%s: a property with parameters", path);
    if (is_property && (method->flags & KL_STATIC))
        kl_lint_fault(lint, "%s: a property cannot be static", path);
    if (is_property && method->returns == KL_KIND_NONE)
        kl_lint_fault(lint, "%s: a property that returns nothing", path);
    if (!is_property && method->set)
        kl_lint_fault(lint, "%s: can be assigned, but is no property", path);
}

static void check_method(kl_lint *lint, const char *where, const kl_method *method)
{
    char path[256];
    snprintf(path, sizeof path, "%s.%s", where, method->name ? method->name : "(no name)");
    if (!kl_is_identifier(method->name))
        kl_lint_fault(lint, "%s: the name is no identifier", path);
    if (!(method->doc && *method->doc))
        kl_lint_fault(lint, "%s: no doc", path);
    if (!method->call && !method->gives)
        kl_lint_fault(lint, "%s: nothing to call", path);
    check_raises(lint, path, method->raises);
    check_returns(lint, path, method);
    check_property(lint, path, method);
    kl_lint_params(lint, path, method->params, method->param_count, KL_LINT_ARGUMENTS);
}

/* Those that give items; the others are checked against them as against all. */
static void check_item_methods(kl_lint *lint, const char *path, const kl_type *type)
{
    kl_method method, other;
    for (size_t i = 0; i < type->item_count; i++) {
        if (!kl_item_method(&method, type, i))
            continue;
        check_method(lint, path, &method);
        bool twice = kl_type_method(type, kl_text_from(method.name)) != NULL;
        for (size_t j = 0; j < i; j++)
            twice |= kl_item_method(&other, type, j) && strcmp(other.name, method.name) == 0;
        for (size_t j = 0; j < type->item_count; j++)
            twice |= strcmp(type->items[j].name, method.name) == 0;
        if (twice)
            kl_lint_fault(lint, "%s.%s: stands twice", path, method.name);
    }
}

static void check_methods(kl_lint *lint, const char *path, const kl_type *type)
{
    check_item_methods(lint, path, type);
    for (size_t i = 0; i < type->method_count; i++) {
        const char *name = type->methods[i].name;
        check_method(lint, path, &type->methods[i]);
        for (size_t j = 0; j < i; j++)
            if (kl_text_is(kl_text_from(type->methods[j].name), name))
                kl_lint_fault(lint, "%s.%s: stands twice", path, name);
        /* A property may show a parameter in a form of its own. */
        bool is_shown = type->methods[i].flags & KL_PROPERTY && type->flags & KL_TYPE_FIELDS;
        if (name && !is_shown && kl_type_field(type, kl_text_from(name)))
            kl_lint_fault(lint, "%s.%s: both a field and a method", path, name);
    }
}

/* ---- fields ---------------------------------------------------------------------------------- */

static size_t member_size(const kl_field *field)
{
    if (field->flags & (KL_OPTIONAL | KL_WIDE))
        return sizeof(kl_value);
    switch (field->kind) {
    case KL_KIND_BOOL:
        return sizeof(bool);
    case KL_KIND_INT:
    case KL_KIND_COUNT:
    case KL_KIND_DOUBLE:
        return sizeof(int64_t);
    default:
        return sizeof(kl_value);
    }
}

/* Fields lie behind the kl_object, within the struct, and apart from each other. */
static void check_layout(kl_lint *lint, const char *path, const kl_type *type)
{
    for (size_t i = 0; i < type->field_count; i++) {
        const kl_field *field = &type->fields[i];
        size_t end = field->offset + member_size(field);
        if (field->offset < sizeof(kl_object) || end > type->size)
            kl_lint_fault(lint, "%s.%s: lies outside of the struct", path, field->name);
        for (size_t j = 0; j < i; j++) {
            const kl_field *other = &type->fields[j];
            if (field->offset < other->offset + member_size(other) && other->offset < end)
                kl_lint_fault(lint, "%s.%s: lies on %s", path, field->name, other->name);
        }
    }
}

static void check_settable(kl_lint *lint, const char *path, const kl_type *type)
{
    for (size_t i = 0; i < type->field_count; i++)
        if ((type->flags & KL_TYPE_RECORD) && (type->fields[i].flags & KL_SETTABLE))
            kl_lint_fault(lint, "%s.%s: settable, but the record is immutable", path,
                          type->fields[i].name);
}

static void check_repr_fields(kl_lint *lint, const char *path, const kl_type *type)
{
    const char *at = type->repr_fields ? type->repr_fields : "";
    for (kl_text word = kl_next_word(&at); word.len; word = kl_next_word(&at))
        if (!kl_type_field(type, word))
            kl_lint_fault(lint, "%s: repr shows %.*s, which is no field", path, KL_TEXT_ARG(word));
}

/* ---- types ----------------------------------------------------------------------------------- */

static bool is_module_name(const char *name)
{
    if (!name || !*name)
        return false;
    for (const char *at = name; *at; at++)
        if (!isalnum((unsigned char)*at) && *at != '_' && *at != '.')
            return false;
    return true;
}

static void check_constructor(kl_lint *lint, const char *path, const kl_type *type)
{
    bool is_record = kl_type_has_fields(type);
    if ((type->flags & KL_TYPE_NO_INIT) && (type->init || type->params))
        kl_lint_fault(lint, "%s: cannot be constructed, but has a constructor", path);
    if (!type->init && type->param_count && !(type->flags & KL_TYPE_EXCEPTION))
        kl_lint_fault(lint, "%s: parameters that nothing reads", path);
    kl_lint_params(lint, path, type->params, type->param_count, KL_LINT_ARGUMENTS);
    kl_lint_params(lint, path, type->fields, type->field_count, KL_LINT_FIELDS);
    if (is_record && !type->init && !(type->flags & KL_TYPE_NO_INIT))
        kl_lint_order(lint, path, type->fields, type->field_count);
}

static void check_flags(kl_lint *lint, const char *path, const kl_type *type)
{
    bool is_record = kl_type_is_record(type);
    if ((type->flags & KL_TYPE_RECORD) && (type->flags & KL_TYPE_MUTABLE))
        kl_lint_fault(lint, "%s: a record is immutable or mutable, not both", path);
    if ((type->flags & KL_TYPE_FIELDS) && (is_record || type->init))
        kl_lint_fault(lint, "%s: made from its fields, but a record or with a constructor", path);
    bool has_learned = kl_type_fields_have(type, KL_LEARNED), has_holder = false;
    for (const kl_type *level = type; level; level = level->base)
        has_holder |= level->holder != NULL;
    if (has_learned && !has_holder)
        kl_lint_fault(lint, "%s: learned fields, but nothing that holds them", path);
    if ((type->flags & KL_TYPE_HAS_JSON) && !is_record)
        kl_lint_fault(lint, "%s: only records have JSON forms", path);
    bool has_order = is_record || type->compare || (type->flags & KL_TYPE_ENUM);
    if ((type->flags & KL_TYPE_ORDERED) && !has_order)
        kl_lint_fault(lint, "%s: ordered, but neither a record nor with a comparison", path);
    const uint32_t not_of_enums = KL_TYPE_RECORD | KL_TYPE_MUTABLE | KL_TYPE_EXCEPTION |
                                  KL_TYPE_BASE;
    if ((type->flags & KL_TYPE_ENUM) && (type->flags & not_of_enums))
        kl_lint_fault(lint, "%s: an enum is no record, no exception and no base", path);
    if ((type->flags & KL_TYPE_NUMBERED) && !(type->flags & KL_TYPE_ENUM))
        kl_lint_fault(lint, "%s: numbered, but no enum", path);
    if (!type->traverse != !type->clear)
        kl_lint_fault(lint, "%s: traverse and clear go together", path);
    if (type->base_name && !(type->flags & KL_TYPE_EXCEPTION))
        kl_lint_fault(lint, "%s: a base by name is for exceptions", path);
}

static void check_base(kl_lint *lint, const char *path, const kl_type *type)
{
    const kl_type *base = type->base;
    if (!base)
        return;
    if (type->size < base->size)
        kl_lint_fault(lint, "%s: smaller than its base %s", path, base->name);
    for (size_t i = 0; i < base->field_count; i++)
        if (i >= type->field_count || type->fields[i].offset != base->fields[i].offset ||
            !kl_text_is(kl_text_from(type->fields[i].name), base->fields[i].name))
            kl_lint_fault(lint, "%s: the field %s of its base is not repeated", path,
                          base->fields[i].name);
}

/* ---- class attributes ------------------------------------------------------------------------ */

/* A name that is taken by a field, a method, or an attribute before it. */
static bool is_taken(const kl_type *type, const char *name, size_t items, size_t constants)
{
    kl_text text = kl_text_from(name);
    for (size_t i = 0; i < items; i++)
        if (kl_text_is(text, type->items[i].name))
            return true;
    for (size_t i = 0; i < constants; i++)
        if (kl_text_is(text, type->constants[i].name))
            return true;
    return kl_type_field(type, text) || kl_type_method(type, text);
}

static void check_attribute(kl_lint *lint, const char *path, const kl_type *type, const char *name,
                            const char *doc, size_t items, size_t constants)
{
    if (!kl_is_identifier(name))
        kl_lint_fault(lint, "%s.%s: the name is no identifier", path, name ? name : "(no name)");
    else if (is_taken(type, name, items, constants))
        kl_lint_fault(lint, "%s.%s: stands twice", path, name);
    if (!(doc && *doc))
        kl_lint_fault(lint, "%s.%s: no doc", path, name ? name : "(no name)");
}

static void check_items(kl_lint *lint, const char *path, const kl_type *type)
{
    bool is_enum = type->flags & KL_TYPE_ENUM;
    if (is_enum != (type->item_count > 0))
        kl_lint_fault(lint, is_enum ? "%s: an enum without items" : "%s: items, but no enum", path);
    if (is_enum && (type->size || type->fields || type->init || type->params || type->dispose))
        kl_lint_fault(lint, "%s: an enum has items, and no struct, fields or constructor", path);
    for (size_t i = 0; i < type->item_count; i++) {
        const kl_item *item = &type->items[i];
        check_attribute(lint, path, type, item->name, item->doc, i, 0);
        if (!(item->word && *item->word))
            kl_lint_fault(lint, "%s.%s: no word", path, item->name ? item->name : "(no name)");
        for (size_t j = 0; j < i; j++)
            if (kl_text_is(kl_text_from(item->word), type->items[j].word))
                kl_lint_fault(lint, "%s: the word '%s' stands twice", path, item->word);
    }
}

static void check_maker(kl_lint *lint, const char *path, const kl_type *type,
                        const kl_constant *constant)
{
    const kl_method *method = kl_type_method(type, kl_text_from(constant->value + 1));
    if (!method || !(method->flags & KL_STATIC) || method->param_count ||
        method->returns_type != type)
        kl_lint_fault(lint, "%s.%s: no static method without parameters that gives a %s", path,
                      constant->name ? constant->name : "(no name)", type->name);
}

static void check_constants(kl_lint *lint, const char *path, const kl_type *type)
{
    for (size_t i = 0; i < type->constant_count; i++) {
        const kl_constant *constant = &type->constants[i];
        kl_error why = KL_ERROR_INIT;
        kl_value value;
        check_attribute(lint, path, type, constant->name, constant->doc, type->item_count, i);
        if (constant->value && *constant->value == '@') {
            check_maker(lint, path, type, constant);
            continue;
        }
        kl_status status = kl_json_parse(&value, kl_text_from(constant->value), &why);
        if (status == KL_OK)
            kl_value_release(value);
        else if (status == KL_NO_MEMORY)
            lint->status = kl_error_no_memory(lint->error);
        else
            kl_lint_fault(lint, "%s.%s: the value is no JSON: %s", path,
                          constant->name ? constant->name : "(no name)", kl_error_message(&why));
        kl_error_clear(&why);
    }
}

void kl_lint_type(kl_lint *lint, const kl_type *type)
{
    char path[192];
    snprintf(path, sizeof path, "%s.%s", type->module ? type->module : "(no module)",
             type->name ? type->name : "(no name)");
    if (!kl_is_identifier(type->name))
        kl_lint_fault(lint, "%s: the name is no identifier", path);
    if (!is_module_name(type->module))
        kl_lint_fault(lint, "%s: the module is no name", path);
    if (!(type->doc && *type->doc))
        kl_lint_fault(lint, "%s: no doc", path);
    check_flags(lint, path, type);
    check_constructor(lint, path, type);
    check_repr_fields(lint, path, type);
    check_methods(lint, path, type);
    check_items(lint, path, type);
    check_constants(lint, path, type);
    if (type->flags & KL_TYPE_EXCEPTION) {
        check_exception(lint, path, type);
        return;
    }
    if (type->flags & KL_TYPE_ENUM)
        return;
    if (type->size < sizeof(kl_object))
        kl_lint_fault(lint, "%s: its struct does not begin with a kl_object", path);
    check_layout(lint, path, type);
    check_settable(lint, path, type);
    check_base(lint, path, type);
}

void kl_lint_function(kl_lint *lint, const kl_function *function)
{
    if (!is_module_name(function->module))
        kl_lint_fault(lint, "%s: the module is no name", function->method.name);
    check_method(lint, function->module ? function->module : "(no module)", &function->method);
    if (function->method.flags & (KL_STATIC | KL_PROPERTY))
        kl_lint_fault(lint, "%s.%s: a function is neither static nor a property", function->module,
                      function->method.name);
}

void kl_lint_names(kl_lint *lint, const kl_type *const *types, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (strcmp(types[i - 1]->name, types[i]->name) == 0 &&
            strcmp(types[i - 1]->module, types[i]->module) == 0)
            kl_lint_fault(lint, "%s.%s: stands twice", types[i]->module, types[i]->name);
}

static void lint_functions(kl_lint *lint)
{
    for (size_t i = 0, count = kl_function_count(); i < count; i++) {
        const kl_function *function = kl_function_at(i), *before = i ? kl_function_at(i - 1) : NULL;
        const char *name = function->method.name;
        kl_lint_function(lint, function);
        if (before && strcmp(before->module, function->module) == 0 &&
            strcmp(before->method.name, name) == 0)
            kl_lint_fault(lint, "%s.%s: stands twice", function->module, name);
        if (kl_type_find(kl_text_from(name), function->module))
            kl_lint_fault(lint, "%s.%s: both a type and a function", function->module, name);
    }
}

kl_status kl_types_lint(kl_value *out, kl_error *error)
{
    kl_lint lint;
    KL_TRY(kl_lint_start(&lint, error));
    for (size_t i = 0, count = kl_type_count(); i < count; i++) {
        const kl_type *pair[] = {kl_type_at(i ? i - 1 : 0), kl_type_at(i)};
        kl_lint_type(&lint, pair[1]);
        kl_lint_names(&lint, pair, i ? 2 : 1);
    }
    lint_functions(&lint);
    return kl_lint_end(out, &lint);
}
