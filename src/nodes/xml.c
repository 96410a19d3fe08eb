/* src/nodes/xml.c - XML documents read, written and searched. */
#include "xml.h"
#include "kailash/node.h"

#include <stdio.h>

enum {
    OPERATION, CONTENT, DATA, XPATH, NAMESPACES, ROOT_ELEMENT, INDENT, MAX_SIZE_BYTES,
};

static const char *const operations[] = {"parse", "generate", "xpath", NULL};

/* {result, success}, or {result: null, success: false, error}. `result` is taken. */
static kl_status give(kl_value *out, kl_value result, const char *fault, kl_error *error)
{
    kl_value map = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("result"), kl_value_take(&result), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("success"), kl_bool(!fault), error));
    if (fault)
        KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("error"), kl_text_from(fault), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(result);
    kl_value_release(map);
    return status;
}

/* A malformed document is a result; an expression that cannot be used is a bad value. */
static kl_status explain(kl_value *out, kl_status status, kl_error *why, kl_error *error)
{
    char words[512];
    if (status == KL_SYNTAX) {
        snprintf(words, sizeof words, "%.400s at line %u column %u", kl_error_message(why),
                 why->line, why->column);
        status = give(out, kl_null(), words, error);
    } else if (status == KL_INVALID) {
        status = kl_node_bad(error, "xpath", "%s", kl_error_message(why));
    } else {
        kl_error_move(error, why);
    }
    kl_error_clear(why);
    return status;
}

static bool is_blank(kl_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!text.data[i] || !strchr(" \t\r\n", text.data[i]))
            return false;
    return true;
}

static kl_status read_content(kl_value *result, const kl_xml_functions *xml, kl_node_call *call,
                              bool search, kl_error *why)
{
    kl_text content = kl_as_text(call->args[CONTENT]);
    if (is_blank(content)) { /* no document: nothing in it, nothing found */
        *result = kl_null();
        return search ? KL_OK : kl_map_new(result, 0, why);
    }
    return search ? xml->xpath(result, content, kl_as_text(call->args[XPATH]),
                               call->args[NAMESPACES], why)
                  : xml->read(result, content, why);
}

static kl_status parse(kl_value *out, kl_node_call *call, bool search, kl_error *error)
{
    const kl_xml_functions *xml;
    kl_value result;
    kl_error why = KL_ERROR_INIT;
    size_t limit = (size_t)kl_as_int(call->args[MAX_SIZE_BYTES]);
    if (kl_is_null(call->args[CONTENT]))
        return kl_node_missing(error, "content");
    if (search && kl_is_null(call->args[XPATH]))
        return kl_node_missing(error, "xpath");
    if (kl_value_len(call->args[CONTENT]) > limit)
        return kl_node_limit(error, "content_size", limit, "bytes");
    KL_TRY(kl_xml_load(&xml, error));
    kl_status status = read_content(&result, xml, call, search, &why);
    return status == KL_OK ? give(out, result, NULL, error) : explain(out, status, &why, error);
}

static kl_status generate(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value data = call->args[DATA], result;
    const kl_xml_style style = {.indent = (int)kl_as_int(call->args[INDENT]),
                                .root = kl_as_text(call->args[ROOT_ELEMENT]),
                                .several_roots = true};
    kl_error why = KL_ERROR_INIT;
    if (!kl_node_given(call, DATA))
        return kl_node_missing(error, "data");
    if (!style.root.len && !kl_is(data, KL_KIND_MAP))
        return kl_node_bad_value(error, "data", "object", data);
    if (style.root.len && !kl_xml_is_name(style.root))
        return kl_node_bad_value(error, "root_element", "an XML name", call->args[ROOT_ELEMENT]);
    kl_status status = kl_xml_write(&result, data, &style, &why);
    if (status == KL_INVALID || status == KL_DEPTH)
        status = kl_node_bad(error, "data", "%s", kl_error_message(&why));
    else if (status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    KL_TRY(status);
    if (kl_value_len(result) <= KL_NODE_TEXT_MAX)
        return give(out, result, NULL, error);
    kl_value_release(result);
    return kl_node_limit(error, "text_size", KL_NODE_TEXT_MAX, "bytes");
}

static kl_status xml_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_text operation = kl_as_text(call->args[OPERATION]);
    if (kl_text_is(operation, "generate"))
        return generate(out, call, error);
    return parse(out, call, kl_text_is(operation, "xpath"), error);
}

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = operations,
     .doc = "parse: text to a dict; generate: dict to text; xpath: search a text"},
    {.name = "content", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "the document, for parse and xpath"},
    {.name = "data", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "for generate: a dict of elements by name; \"@name\" is an attribute, \"#text\" the "
            "text beside, a list repeats the element"},
    {.name = "xpath", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "XPath 1.0 expression, at most 65536 bytes"},
};

static const kl_param config[] = {
    {.name = "namespaces", .kind = KL_KIND_MAP, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "prefixes used in xpath, with their URIs"},
    {.name = "root_element", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "name of an element around all that is generated"},
    {.name = "indent", .kind = KL_KIND_INT, .fallback = "2", .range = KL_RANGE(0, 16),
     .doc = "blanks per level of generated text; 0 = all on one line"},
    {.name = "max_size_bytes", .kind = KL_KIND_COUNT, .fallback = "104857600",
     .doc = "largest document that is read"},
};

static const kl_param outputs[] = {
    {.name = "result", .kind = KL_KIND_ANY,
     .doc = "the dict, the text, or what the expression found: null, one value or a list"},
    {.name = "success", .kind = KL_KIND_BOOL, .doc = "false when the document is malformed"},
    {.name = "error", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "what is wrong with the document, and where"},
};

static const kl_node_type types[] = {
    {
        .name = "XMLParserNode",
        .category = "File",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_HEAVY,
        .run = xml_run,
        .doc = "Reads XML into dicts, writes dicts as XML, and searches XML with XPath 1.0. Elements "
               "nest at most 127 levels; entities of a DTD are refused and nothing is loaded.",
    },
};

static const kl_node_family xml_nodes = {.name = "xml", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(xml_nodes);
