/* src/drivers/xml.c - the xml driver: libxml2's parser and XPath behind xml.h. */
#include "xml.h"
#include "buffer.h"
#include "driver.h"
#include "libxml_error.h"

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <math.h>

/* ---- parsing --------------------------------------------------------------------------------- */

/* What stopped the parser: the first fatal error, or a reference to an entity that XML itself does
 * not define. */
typedef struct refusal {
    char words[256]; /* empty while all is well */
    int line, column;
} refusal;

static void note(refusal *to, int line, int column, const char *format, const char *text)
{
    if (to->words[0])
        return;
    snprintf(to->words, sizeof to->words, format, text);
    to->line = line;
    to->column = column;
}

static void on_error(void *data, libxml_error why)
{
    xmlParserCtxtPtr parser = data;
    if (why->level == XML_ERR_FATAL && why->code != XML_ERR_NO_MEMORY && why->message)
        note(parser->_private, why->line, why->int2, "%s", why->message);
}

static xmlEntityPtr refuse_entity(void *data, const xmlChar *name)
{
    xmlParserCtxtPtr parser = data;
    if (parser->inSubset)
        return NULL; /* is being declared, not used */
    note(parser->_private, parser->input->line, parser->input->col, "unrecognized entity '%.64s'",
         (const char *)name);
    xmlStopParser(parser);
    return NULL;
}

/* Parameter entities do not exist either: what needs them is malformed, what does not is skipped. */
static xmlEntityPtr no_parameter_entity(void *data, const xmlChar *name)
{
    (void)data;
    (void)name;
    return NULL;
}

static void ignore_entity(void *data, const xmlChar *name, int type, const xmlChar *public_id,
                          const xmlChar *system_id, xmlChar *content)
{
    (void)data;
    (void)name;
    (void)type;
    (void)public_id;
    (void)system_id;
    (void)content;
}

static kl_status syntax_error(kl_error *error, int line, int column, const char *message)
{
    size_t len = strlen(message);
    while (len && strchr("\n .", message[len - 1]))
        len--;
    kl_error_set(error, KL_SYNTAX, "%.*s", (int)len, message);
    if (error) {
        error->line = line > 0 ? (uint32_t)line : 1;
        error->column = column > 0 ? (uint32_t)column : 1;
    }
    return KL_SYNTAX;
}

static kl_status explain(xmlParserCtxtPtr parser, const refusal *seen, kl_error *error)
{
    const xmlError *why = xmlCtxtGetLastError(parser);
    if (seen->words[0])
        return syntax_error(error, seen->line, seen->column, seen->words);
    if (!why || why->code == XML_ERR_NO_MEMORY)
        return kl_error_no_memory(error);
    return syntax_error(error, why->line, why->int2, why->message ? why->message : "malformed XML");
}

static kl_status parse(xmlDocPtr *out, kl_text text, kl_error *error)
{
    const int options = XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_NOERROR |
                        XML_PARSE_NOWARNING | XML_PARSE_COMPACT;
    refusal seen = {"", 0, 0};
    if (text.len > INT32_MAX)
        return kl_error_set(error, KL_LIMIT, "the document is larger than 2 GiB");
    xmlParserCtxtPtr parser = xmlNewParserCtxt();
    if (!parser)
        return kl_error_no_memory(error);
    parser->_private = &seen;
    parser->sax->getEntity = refuse_entity;
    parser->sax->getParameterEntity = no_parameter_entity;
    parser->sax->entityDecl = ignore_entity;
    parser->sax->serror = on_error;
    xmlDocPtr document =
        xmlCtxtReadMemory(parser, text.data, (int)text.len, NULL, "UTF-8", options);
    kl_status status = KL_OK;
    if (!document || !parser->wellFormed || seen.words[0]) {
        status = explain(parser, &seen, error);
        xmlFreeDoc(document);
    } else {
        *out = document;
    }
    xmlFreeParserCtxt(parser);
    return status;
}

/* ---- nodes to values --------------------------------------------------------------------------- */

static kl_status element_value(kl_value *out, xmlNodePtr element, unsigned depth, kl_error *error);

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static kl_text trim(kl_text text)
{
    while (text.len && is_space(text.data[0]))
        text = (kl_text){text.data + 1, text.len - 1};
    while (text.len && is_space(text.data[text.len - 1]))
        text.len--;
    return text;
}

/* "prefix:name", or the name alone, with `mark` in front. */
static kl_status qualified_name(kl_value *out, const char *mark, const xmlNs *ns,
                                const xmlChar *name, kl_error *error)
{
    const char *prefix = ns && ns->prefix ? (const char *)ns->prefix : "";
    return kl_string_format(out, error, "%s%s%s%s", mark, prefix, *prefix ? ":" : "",
                            (const char *)name);
}

/* A list that begins with `first`; both are taken. */
static kl_status list_of(kl_value *out, kl_value first, kl_error *error)
{
    kl_value list;
    kl_status status = kl_array_new(&list, 2, error);
    if (status != KL_OK) {
        kl_value_release(first);
        return status;
    }
    status = kl_array_push(&list, first, error);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

/* One more value of `name`, which has `before`; `item` is taken. */
static kl_status extend(kl_value *map, kl_value name, kl_value before, kl_value item,
                        kl_error *error)
{
    kl_value list = kl_value_retain(before);
    kl_status status = kl_map_set_key(map, name, kl_null(), error); /* so that it has one owner */
    if (status == KL_OK && !kl_is(list, KL_KIND_ARRAY))
        status = list_of(&list, kl_value_take(&list), error);
    if (status == KL_OK)
        status = kl_array_push(&list, item, error);
    else
        kl_value_release(item);
    if (status == KL_OK)
        return kl_map_set_key(map, name, list, error);
    kl_value_release(list);
    return status;
}

/* Set `name` (taken); a second value of the name makes it a list. `item` is taken. */
static kl_status add(kl_value *map, kl_value name, kl_value item, kl_error *error)
{
    const kl_value *before = kl_map_find(*map, kl_as_text(name));
    kl_status status = before ? extend(map, name, *before, item, error)
                              : kl_map_set_key(map, name, item, error);
    kl_value_release(name);
    return status;
}

static kl_status add_text(kl_value *map, kl_value name, const xmlChar *text, kl_error *error)
{
    kl_value item;
    kl_status status = kl_string_new(&item, kl_text_from((const char *)text), error);
    if (status == KL_OK)
        status = kl_map_set_key(map, name, item, error);
    kl_value_release(name);
    return status;
}

/* The text of an attribute; libxml2 keeps it as a list of nodes. */
static kl_status add_attribute(kl_value *map, xmlAttrPtr attribute, kl_error *error)
{
    kl_value name;
    KL_TRY(qualified_name(&name, "@", attribute->ns, attribute->name, error));
    xmlChar *text = xmlNodeListGetString(attribute->doc, attribute->children, 1);
    kl_status status = add_text(map, name, text ? text : (const xmlChar *)"", error);
    xmlFree(text);
    return status;
}

static kl_status add_attributes(kl_value *map, xmlNodePtr element, kl_error *error)
{
    for (xmlNsPtr ns = element->nsDef; ns; ns = ns->next) {
        kl_value name;
        const char *prefix = (const char *)ns->prefix;
        KL_TRY(kl_string_format(&name, error, "@xmlns%s%s", prefix ? ":" : "",
                                prefix ? prefix : ""));
        KL_TRY(add_text(map, name, ns->href ? ns->href : (const xmlChar *)"", error));
    }
    for (xmlAttrPtr attribute = element->properties; attribute; attribute = attribute->next)
        KL_TRY(add_attribute(map, attribute, error));
    return KL_OK;
}

/* Children go into the map, their texts into the buffer. */
static kl_status add_children(kl_value *map, kl_buffer *text, xmlNodePtr element, unsigned depth,
                              kl_error *error)
{
    for (xmlNodePtr child = element->children; child; child = child->next) {
        if (child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE)
            kl_buffer_string(text, (const char *)child->content);
        if (child->type != XML_ELEMENT_NODE)
            continue;
        kl_value name, item;
        KL_TRY(qualified_name(&name, "", child->ns, child->name, error));
        kl_status status = element_value(&item, child, depth + 1, error);
        if (status != KL_OK) {
            kl_value_release(name);
            return status;
        }
        KL_TRY(add(map, name, item, error));
    }
    return text->status == KL_OK ? KL_OK : kl_error_no_memory(error);
}

static kl_status element_value(kl_value *out, xmlNodePtr element, unsigned depth, kl_error *error)
{
    kl_buffer buffer = KL_BUFFER_INIT;
    kl_value map = kl_null(), item;
    kl_status status;
    if (depth > KL_XML_DEPTH_MAX)
        return syntax_error(error, (int)xmlGetLineNo(element), 1, "nests deeper than 127 levels");
    KL_TRY(kl_map_new(&map, 0, error));
    KL_TRY_OUT(add_attributes(&map, element, error));
    KL_TRY_OUT(add_children(&map, &buffer, element, depth, error));
    kl_text text = trim(kl_buffer_text(&buffer));
    if (kl_map_len(map) == 0 && text.len == 0) {
        *out = kl_null();
        goto out;
    }
    if (text.len)
        KL_TRY_OUT(kl_string_new(&item, text, error));
    if (kl_map_len(map) == 0) {
        *out = item;
        goto out;
    }
    if (text.len)
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("#text"), item, error));
    *out = kl_value_take(&map);
out:
    kl_buffer_free(&buffer);
    kl_value_release(map);
    return status;
}

static kl_status document_value(kl_value *out, xmlDocPtr document, kl_error *error)
{
    xmlNodePtr root = xmlDocGetRootElement(document);
    kl_value map, name, item;
    kl_status status;
    KL_TRY(kl_map_new(&map, 1, error));
    KL_TRY_OUT(qualified_name(&name, "", root->ns, root->name, error));
    status = element_value(&item, root, 1, error);
    if (status == KL_OK)
        status = kl_map_set_key(&map, name, item, error);
    kl_value_release(name);
    KL_TRY_OUT(status);
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    return status;
}

static kl_status read_text(kl_value *out, kl_text text, kl_error *error)
{
    xmlDocPtr document;
    KL_TRY(parse(&document, text, error));
    kl_status status = document_value(out, document, error);
    xmlFreeDoc(document);
    return status;
}

/* ---- XPath ----------------------------------------------------------------------------------- */

static kl_status node_value(kl_value *out, xmlNodePtr node, kl_error *error)
{
    if (node->type == XML_ELEMENT_NODE)
        return element_value(out, node, 1, error);
    if (node->type == XML_DOCUMENT_NODE)
        return document_value(out, (xmlDocPtr)node, error);
    xmlChar *text = node->type == XML_NAMESPACE_DECL ? xmlStrdup(((xmlNsPtr)node)->href)
                                                     : xmlNodeGetContent(node);
    if (!text)
        return kl_error_no_memory(error);
    kl_status status = kl_string_new(out, kl_text_from((const char *)text), error);
    xmlFree(text);
    return status;
}

static kl_status set_value(kl_value *out, const xmlNodeSet *set, kl_error *error)
{
    int count = set ? set->nodeNr : 0;
    kl_value array, item;
    kl_status status = KL_OK;
    if (count == 0) {
        *out = kl_null();
        return KL_OK;
    }
    if (count == 1)
        return node_value(out, set->nodeTab[0], error);
    KL_TRY(kl_array_new(&array, (size_t)count, error));
    for (int i = 0; i < count; i++) {
        KL_TRY_OUT(node_value(&item, set->nodeTab[i], error));
        KL_TRY_OUT(kl_array_push(&array, item, error));
    }
    *out = kl_value_take(&array);
out:
    kl_value_release(array);
    return status;
}

/* XPath knows one kind of number; whole ones are integers to us. */
static kl_value number_value(double number)
{
    bool whole = fabs(number) <= 9007199254740992.0 && number == trunc(number);
    return whole ? kl_int((int64_t)number) : kl_double(number);
}

static kl_status result_value(kl_value *out, const xmlXPathObject *result, kl_error *error)
{
    switch (result->type) {
    case XPATH_NODESET:
        return set_value(out, result->nodesetval, error);
    case XPATH_BOOLEAN:
        *out = kl_bool(result->boolval != 0);
        return KL_OK;
    case XPATH_NUMBER:
        *out = number_value(result->floatval);
        return KL_OK;
    case XPATH_STRING:
        return kl_string_new(out, kl_text_from((const char *)result->stringval), error);
    default:
        return kl_error_set(error, KL_INVALID, "the expression has no value");
    }
}

static void keep_quiet(void *data, libxml_error why)
{
    (void)data;
    (void)why; /* stays in the context's lastError */
}

static void print_nothing(void *data, const char *format, ...)
{
    (void)data;
    (void)format;
}

static kl_status register_namespaces(xmlXPathContextPtr context, kl_value namespaces,
                                     kl_error *error)
{
    for (size_t i = 0, len = kl_map_len(namespaces); i < len; i++) {
        kl_value prefix = kl_map_key_value_at(namespaces, i);
        kl_text uri = kl_as_text(kl_map_value_at(namespaces, i));
        if (xmlXPathRegisterNs(context, (const xmlChar *)kl_as_text(prefix).data,
                               (const xmlChar *)uri.data) != 0)
            return kl_error_set(error, KL_INVALID, "namespace prefix '%s' cannot be used",
                                kl_as_text(prefix).data);
    }
    return KL_OK;
}

/* libxml2's codes in words; it has none of its own for a context with a handler. */
static const char *words_for(int code)
{
    static const struct {
        int code;
        const char *words;
    } table[] = {
        {XPATH_NUMBER_ERROR, "invalid number"},
        {XPATH_UNFINISHED_LITERAL_ERROR, "the literal never ends"},
        {XPATH_START_LITERAL_ERROR, "expected a literal"},
        {XPATH_VARIABLE_REF_ERROR, "expected '$'"},
        {XPATH_UNDEF_VARIABLE_ERROR, "undefined variable"},
        {XPATH_INVALID_PREDICATE_ERROR, "invalid predicate"},
        {XPATH_UNCLOSED_ERROR, "')' or ']' is missing"},
        {XPATH_UNKNOWN_FUNC_ERROR, "unknown function"},
        {XPATH_INVALID_OPERAND, "invalid operand"},
        {XPATH_INVALID_TYPE, "an argument is of the wrong type"},
        {XPATH_INVALID_ARITY, "wrong number of arguments"},
        {XPATH_UNDEF_PREFIX_ERROR, "undefined namespace prefix"},
        {XPATH_INVALID_CHAR_ERROR, "invalid character"},
    };
    for (size_t i = 0; i < KL_COUNT(table); i++)
        if (table[i].code == code)
            return table[i].words;
    return "invalid expression";
}

static kl_status explain_xpath(const xmlXPathContext *context, kl_error *error)
{
    int code = context->lastError.code - XML_XPATH_EXPRESSION_OK;
    if (code == XPATH_MEMORY_ERROR)
        return kl_error_no_memory(error);
    if (code == XPATH_OP_LIMIT_EXCEEDED || code == XPATH_RECURSION_LIMIT_EXCEEDED)
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: xpath (limit: %d steps)",
                            KL_XPATH_STEPS_MAX);
    return kl_error_set(error, KL_INVALID, "%s at byte %d", words_for(code),
                        context->lastError.int1);
}

/* Evaluate without the messages that libxml2 prints for some faults; its handler is the thread's. */
static xmlXPathObjectPtr evaluate_quietly(const char *text, xmlXPathContextPtr context)
{
    xmlGenericErrorFunc handler = xmlGenericError;
    void *data = xmlGenericErrorContext;
    xmlSetGenericErrorFunc(NULL, print_nothing);
    xmlXPathObjectPtr result = xmlXPathEval((const xmlChar *)text, context);
    xmlSetGenericErrorFunc(data, handler);
    return result;
}

static kl_status evaluate(kl_value *out, xmlDocPtr document, kl_text expression,
                          kl_value namespaces, kl_error *error)
{
    xmlXPathContextPtr context = xmlXPathNewContext(document);
    char *text = kl_strdup(expression);
    xmlXPathObjectPtr result = NULL;
    kl_status status;
    if (!context || !text) {
        status = kl_error_no_memory(error);
        goto out;
    }
    context->error = keep_quiet;
    context->opLimit = KL_XPATH_STEPS_MAX;
    KL_TRY_OUT(register_namespaces(context, namespaces, error));
    context->node = (xmlNodePtr)document;
    result = evaluate_quietly(text, context);
    status = result ? result_value(out, result, error) : explain_xpath(context, error);
out:
    xmlXPathFreeObject(result);
    xmlXPathFreeContext(context);
    kl_free(text);
    return status;
}

static kl_status xpath(kl_value *out, kl_text text, kl_text expression, kl_value namespaces,
                       kl_error *error)
{
    xmlDocPtr document;
    if (expression.len > KL_XPATH_LENGTH_MAX || memchr(expression.data, '\0', expression.len))
        return kl_error_set(error, KL_INVALID, "expected at most %d bytes without NUL",
                            KL_XPATH_LENGTH_MAX);
    KL_TRY(parse(&document, text, error));
    kl_status status = evaluate(out, document, expression, namespaces, error);
    xmlFreeDoc(document);
    return status;
}

/* Before any thread can call: the library's own tables. */
__attribute__((constructor)) static void begin(void) { xmlInitParser(); }

static const kl_xml_functions functions = {read_text, xpath};

__attribute__((visibility("default"))) const kl_driver kl_driver_entry = {
    .abi = KL_DRIVER_ABI, .name = "xml", .functions = &functions,
};
