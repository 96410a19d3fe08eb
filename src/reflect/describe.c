/* src/reflect/describe.c - types and functions as maps: for stubs and the reference. */
#include "describe.h"
#include "fields.h"
#include "kailash/json.h"

const char *kl_kind_word(kl_kind kind)
{
    static const char *const words[] = {[KL_KIND_NULL] = "null",         [KL_KIND_BOOL] = "bool",
                                        [KL_KIND_INT] = "int",           [KL_KIND_DOUBLE] = "float",
                                        [KL_KIND_STRING] = "string",     [KL_KIND_BYTES] = "bytes",
                                        [KL_KIND_ARRAY] = "array",       [KL_KIND_MAP] = "map",
                                        [KL_KIND_OBJECT] = "object",     [KL_KIND_ANY] = "any",
                                        [KL_KIND_NUMBER] = "number",     [KL_KIND_COUNT] = "count",
                                        [KL_KIND_DURATION] = "duration", [KL_KIND_ENUM] = "enum",
                                        [KL_KIND_CALLABLE] = "callable", [KL_KIND_BUFFER] = "buffer",
                                        [KL_KIND_TUPLE] = "tuple",       [KL_KIND_NONE] = "none"};
    return (unsigned)kind < KL_COUNT(words) ? words[kind] : "unknown";
}

/* ---- methods --------------------------------------------------------------------------------- */

static void describe_returns(kl_description *to, const kl_method *method)
{
    kl_description returns = kl_description_start(5, to->error);
    const kl_type *type = method->returns_type;
    kl_value map = kl_null();
    kl_describe_text(&returns, "kind", kl_kind_word(method->returns));
    kl_describe_text(&returns, "item", method->item ? kl_kind_word(method->item) : NULL);
    kl_describe_text(&returns, "type", type ? type->name : NULL);
    kl_describe_text(&returns, "type_module", type ? type->module : NULL);
    kl_describe_bool(&returns, "optional", method->returns_optional);
    kl_status status = kl_description_end(&map, &returns);
    if (to->status == KL_OK)
        to->status = status;
    kl_describe_value(to, "returns", map);
}

static void describe_method(kl_description *to, const kl_method *method)
{
    kl_describe_text(to, "name", method->name);
    kl_describe_bool(to, "static", method->flags & KL_STATIC);
    kl_describe_bool(to, "property", method->flags & KL_PROPERTY);
    kl_describe_bool(to, "settable", method->set != NULL);
    kl_describe_bool(to, "blocking", method->flags & KL_BLOCKING);
    kl_describe_bool(to, "awaitable", method->flags & KL_AWAITABLE);
    kl_describe_bool(to, "arrays", method->flags & KL_ARRAYS);
    kl_describe_params(to, "params", method->params, method->param_count, 0);
    describe_returns(to, method);
    kl_describe_words(to, "raises", method->raises);
    kl_describe_text(to, "deprecated", method->deprecated);
    kl_describe_text(to, "doc", method->doc);
}

static void describe_methods(kl_description *to, const kl_type *type)
{
    kl_value list = kl_null();
    if (to->status == KL_OK)
        to->status = kl_array_new(&list, type->item_count + type->method_count, to->error);
    for (size_t i = 0; i < type->item_count && to->status == KL_OK; i++) {
        kl_method made;
        if (!kl_item_method(&made, type, i))
            continue;
        kl_description method = kl_description_start(11, to->error);
        describe_method(&method, &made);
        to->status = kl_description_push(&list, &method);
    }
    for (size_t i = 0; i < type->method_count && to->status == KL_OK; i++) {
        kl_description method = kl_description_start(12, to->error);
        describe_method(&method, &type->methods[i]);
        to->status = kl_description_push(&list, &method);
    }
    kl_describe_value(to, "methods", list);
}

/* ---- class attributes ------------------------------------------------------------------------ */

static void describe_items(kl_description *to, const kl_type *type)
{
    kl_value list = kl_null();
    if (to->status == KL_OK)
        to->status = kl_array_new(&list, type->item_count, to->error);
    for (size_t i = 0; i < type->item_count && to->status == KL_OK; i++) {
        kl_description item = kl_description_start(3, to->error);
        kl_describe_text(&item, "name", type->items[i].name);
        kl_describe_text(&item, "word", type->items[i].word);
        kl_describe_text(&item, "doc", type->items[i].doc);
        to->status = kl_description_push(&list, &item);
    }
    kl_describe_value(to, "items", list);
}

static void describe_constants(kl_description *to, const kl_type *type)
{
    kl_value list = kl_null(), value = kl_null();
    if (to->status == KL_OK)
        to->status = kl_array_new(&list, type->constant_count, to->error);
    for (size_t i = 0; i < type->constant_count && to->status == KL_OK; i++) {
        kl_description constant = kl_description_start(4, to->error);
        bool is_made = *type->constants[i].value == '@';
        value = kl_null();
        kl_describe_text(&constant, "name", type->constants[i].name);
        if (is_made)
            kl_describe_text(&constant, "type", type->name);
        if (constant.status == KL_OK && !is_made)
            constant.status =
                kl_json_parse(&value, kl_text_from(type->constants[i].value), to->error);
        kl_describe_value(&constant, "value", constant.status == KL_OK ? value : kl_null());
        kl_describe_text(&constant, "doc", type->constants[i].doc);
        to->status = kl_description_push(&list, &constant);
    }
    kl_describe_value(to, "constants", list);
}

/* ---- types ----------------------------------------------------------------------------------- */

static const char *kind_of(const kl_type *type)
{
    if (type->flags & KL_TYPE_EXCEPTION)
        return "exception";
    if (type->flags & KL_TYPE_ENUM)
        return "enum";
    return kl_type_is_record(type) ? "record" : "class";
}

static bool can_construct(const kl_type *type)
{
    return !(type->flags & (KL_TYPE_NO_INIT | KL_TYPE_EXCEPTION));
}

static void describe_constructor(kl_description *to, const kl_type *type)
{
    size_t count;
    const kl_param *params = kl_type_params(&count, type);
    kl_describe_params(to, "params", params, can_construct(type) ? count : 0,
                       KL_HIDDEN | KL_READ_ONLY | KL_LEARNED);
}

kl_status kl_type_describe(kl_value *out, const kl_type *type, kl_error *error)
{
    const char *exception_bases = type->base_name ? type->base_name : "Exception";
    kl_description to = kl_description_start(20, error);
    kl_describe_text(&to, "name", type->name);
    kl_describe_text(&to, "module", type->module);
    kl_describe_text(&to, "kind", kind_of(type));
    if (type->flags & KL_TYPE_EXCEPTION)
        kl_describe_words(&to, "bases", exception_bases);
    else
        kl_describe_words(&to, "bases", type->base ? type->base->name : NULL);
    kl_describe_bool(&to, "constructible", can_construct(type));
    kl_describe_bool(&to, "subclassable", type->flags & (KL_TYPE_BASE | KL_TYPE_EXCEPTION));
    kl_describe_bool(&to, "mutable", type->flags & KL_TYPE_MUTABLE);
    kl_describe_bool(&to, "ordered", type->flags & KL_TYPE_ORDERED);
    kl_describe_bool(&to, "json", type->flags & KL_TYPE_HAS_JSON);
    kl_describe_bool(&to, "numbered", type->flags & KL_TYPE_NUMBERED);
    kl_describe_bool(&to, "at_root", type->flags & KL_TYPE_AT_ROOT);
    kl_describe_bool(&to, "arrays", type->flags & KL_TYPE_ARRAYS);
    kl_describe_text(&to, "doc", type->doc);
    describe_constructor(&to, type);
    kl_describe_fields(&to, type);
    describe_methods(&to, type);
    describe_items(&to, type);
    describe_constants(&to, type);
    return kl_description_end(out, &to);
}

kl_status kl_function_describe(kl_value *out, const kl_function *function, kl_error *error)
{
    kl_description to = kl_description_start(14, error);
    kl_describe_text(&to, "module", function->module);
    kl_describe_text(&to, "kind", "function");
    describe_method(&to, &function->method);
    return kl_description_end(out, &to);
}
