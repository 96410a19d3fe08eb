/* src/base/schema_index.c - finds all subschemas of a document, their URIs and anchors, and what a
 * reference leads to. */
#include "buffer.h"
#include "schema_node.h"
#include "kailash/json.h"

#include <stdarg.h>
#include <stdio.h>

#define DRAFT_7_URI "http://json-schema.org/draft-07/schema"
#define DRAFT_2020_URI "https://json-schema.org/draft/2020-12/schema"

static kl_status index_schema(kl_schema *s, size_t document, kl_text pointer, kl_value value,
                              size_t resource, unsigned depth, kl_error *error);
static kl_status find_resource(size_t *out, kl_schema *s, kl_text uri, kl_error *error);

kl_status kl_schema_refuse(kl_error *error, kl_text pointer, const char *keyword,
                           const char *format, ...)
{
    char words[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    return kl_error_set(error, KL_INVALID, "%.*s%s%s%s%s", KL_TEXT_ARG(pointer), keyword ? "/" : "",
                        keyword ? keyword : "", pointer.len || keyword ? ": " : "", words);
}

kl_status kl_schema_pointer_step(kl_value *out, kl_text pointer, kl_text token, kl_error *error)
{
    kl_buffer to = KL_BUFFER_INIT;
    kl_buffer_add(&to, pointer);
    kl_buffer_byte(&to, '/');
    for (size_t i = 0; i < token.len; i++) {
        if (token.data[i] == '~' || token.data[i] == '/')
            kl_buffer_string(&to, token.data[i] == '~' ? "~0" : "~1");
        else
            kl_buffer_byte(&to, token.data[i]);
    }
    return kl_buffer_finish(out, &to, error);
}

/* Room for one more element; the array may move. */
static kl_status grow(void **array, size_t *cap, size_t len, size_t size, kl_error *error)
{
    if (len < *cap)
        return KL_OK;
    void *grown = kl_realloc(*array, (2 * *cap + 8) * size);
    if (!grown)
        return kl_error_no_memory(error);
    *array = grown;
    *cap = 2 * *cap + 8;
    return KL_OK;
}

/* ---- dialects ---------------------------------------------------------------------------------- */

typedef struct dialect {
    schema_draft draft;
    unsigned vocabularies;
} dialect;

static const dialect standard = {SCHEMA_DRAFT_2020, VOCABULARY_ALL};

/* The vocabularies that a metaschema names. */
static kl_status read_vocabularies(unsigned *out, kl_value map, kl_error *error)
{
    static const struct {
        const char *name;
        unsigned bit;
    } known[] = {
        {"core", VOCABULARY_CORE},
        {"applicator", VOCABULARY_APPLICATOR},
        {"unevaluated", VOCABULARY_UNEVALUATED},
        {"validation", VOCABULARY_VALIDATION},
        {"meta-data", 0},
        {"format-annotation", VOCABULARY_FORMAT},
        {"format-assertion", VOCABULARY_FORMAT | VOCABULARY_FORMAT_ASSERTION},
        {"content", 0},
    };
    *out = VOCABULARY_CORE;
    for (size_t i = 0, len = kl_map_len(map); i < len; i++) {
        char uri[96];
        kl_text name = kl_map_key_at(map, i);
        size_t row = 0;
        for (; row < KL_COUNT(known); row++) {
            snprintf(uri, sizeof uri, "https://json-schema.org/draft/2020-12/vocab/%s",
                     known[row].name);
            if (kl_text_is(name, uri))
                break;
        }
        if (row < KL_COUNT(known))
            *out |= known[row].bit;
        else if (kl_as_bool(kl_map_value_at(map, i)))
            return kl_error_set(error, KL_INVALID, "$schema: vocabulary '%.*s' is not known",
                                KL_TEXT_ARG(name));
    }
    return KL_OK;
}

static bool standard_dialect(dialect *out, kl_text uri)
{
    if (uri.len && uri.data[uri.len - 1] == '#')
        uri.len--;
    if (kl_text_is(uri, DRAFT_2020_URI))
        *out = standard;
    else if (kl_text_is(uri, DRAFT_7_URI) || kl_text_is(uri, "https://json-schema.org/draft-07/schema"))
        *out = (dialect){SCHEMA_DRAFT_7, VOCABULARY_ALL};
    else
        return false;
    return true;
}

/* The dialect that "$schema" names: one of the two, or that of a document that was given. */
static kl_status find_dialect(dialect *out, kl_schema *s, kl_text uri, kl_error *error)
{
    size_t at;
    for (int hops = 0; hops < 8; hops++) {
        if (standard_dialect(out, uri))
            return KL_OK;
        kl_status status = find_resource(&at, s, uri, NULL);
        if (status == KL_NO_MEMORY)
            return kl_error_no_memory(error);
        if (status != KL_OK)
            break;
        kl_value metaschema = s->documents[s->resources[at].document].value;
        kl_value vocabularies = kl_map_get(metaschema, KL_TEXT("$vocabulary"));
        if (kl_is(vocabularies, KL_KIND_MAP)) {
            out->draft = SCHEMA_DRAFT_2020;
            return read_vocabularies(&out->vocabularies, vocabularies, error);
        }
        uri = kl_as_text(kl_map_get(metaschema, KL_TEXT("$schema")));
    }
    return kl_error_set(error, KL_INVALID,
                        "$schema: '%.*s' is not known; give \"" DRAFT_2020_URI "\" or \"" DRAFT_7_URI
                        "#\"",
                        KL_TEXT_ARG(uri));
}

/* ---- resources ----------------------------------------------------------------------------------- */

static void free_resource(schema_resource *resource)
{
    kl_value_release(resource->uri);
    kl_value_release(resource->pointer);
    kl_value_release(resource->anchors);
    kl_value_release(resource->dynamic);
}

/* A resource at `pointer`, known by `uri` (taken) from now on. */
static kl_status add_resource(size_t *out, kl_schema *s, size_t document, kl_text pointer,
                              kl_value uri, dialect dialect, kl_error *error)
{
    schema_resource new = {.uri = uri, .document = document, .draft = dialect.draft,
                           .vocabularies = dialect.vocabularies};
    kl_status status;
    KL_TRY_OUT(kl_string_from_valid(&new.pointer, pointer, error));
    KL_TRY_OUT(kl_map_new(&new.anchors, 0, error));
    KL_TRY_OUT(kl_map_new(&new.dynamic, 0, error));
    KL_TRY_OUT(grow((void **)&s->resources, &s->resource_cap, s->resource_count,
                    sizeof *s->resources, error));
    if (!kl_map_has(s->by_uri, kl_as_text(uri)))
        KL_TRY_OUT(kl_map_set_key(&s->by_uri, uri, kl_int((int64_t)s->resource_count), error));
    s->resources[s->resource_count] = new;
    *out = s->resource_count++;
    return KL_OK;
out:
    free_resource(&new);
    return status;
}

static kl_status add_anchor(kl_schema *s, size_t resource, kl_text name, size_t node, bool dynamic,
                            kl_error *error)
{
    schema_resource *owner = &s->resources[resource];
    KL_TRY(kl_map_set(&owner->anchors, name, kl_int((int64_t)node), error));
    return dynamic ? kl_map_set(&owner->dynamic, name, kl_int((int64_t)node), error) : KL_OK;
}

/* A string member of a schema; empty when there is none. */
static kl_status read_name(kl_text *out, kl_value value, const char *keyword, kl_text pointer,
                           kl_error *error)
{
    const kl_value *found = kl_map_find(value, kl_text_from(keyword));
    *out = KL_TEXT("");
    if (!found)
        return KL_OK;
    if (!kl_is(*found, KL_KIND_STRING))
        return kl_schema_refuse(error, pointer, keyword, "expected string, got %s",
                                kl_value_kind_name(*found));
    *out = kl_as_text(*found);
    return KL_OK;
}

/* "$id": a new resource, unless it names an anchor only (draft-07). */
static kl_status apply_id(size_t *resource, kl_text *anchor, kl_schema *s, size_t document,
                          kl_text pointer, kl_value value, dialect dialect, kl_error *error)
{
    kl_text id;
    kl_value uri;
    KL_TRY(read_name(&id, value, "$id", pointer, error));
    bool drafts7 = dialect.draft == SCHEMA_DRAFT_7;
    if (id.len == 0 || (drafts7 && kl_map_has(value, KL_TEXT("$ref"))))
        return KL_OK;
    if (drafts7 && id.data[0] == '#') {
        *anchor = (kl_text){id.data + 1, id.len - 1};
        return KL_OK;
    }
    size_t outer = *resource;
    KL_TRY(kl_uri_resolve(&uri, anchor, kl_as_text(s->resources[outer].uri), id, error));
    bool is_root = pointer.len == 0;
    if (is_root && kl_text_equal(kl_as_text(s->resources[outer].uri), kl_as_text(uri))) {
        kl_value_release(uri);
        return KL_OK;
    }
    KL_TRY(add_resource(resource, s, document, pointer, uri, dialect, error));
    /* The URI a document was found at is another name of its root. */
    return is_root ? kl_map_set_key(&s->by_uri, s->resources[outer].uri,
                                    kl_int((int64_t)*resource), error)
                   : KL_OK;
}

/* ---- subschemas ---------------------------------------------------------------------------------- */

static kl_status index_child(kl_schema *s, size_t document, kl_text pointer, kl_text token,
                             kl_value value, size_t resource, unsigned depth, kl_error *error)
{
    kl_value below;
    KL_TRY(kl_schema_pointer_step(&below, pointer, token, error));
    kl_status status =
        index_schema(s, document, kl_as_text(below), value, resource, depth + 1, error);
    kl_value_release(below);
    return status;
}

static kl_status index_children(kl_schema *s, size_t document, kl_text pointer, kl_value values,
                                size_t resource, unsigned depth, kl_error *error)
{
    bool is_map = kl_is(values, KL_KIND_MAP);
    for (size_t i = 0, len = kl_value_len(values); i < len; i++) {
        char digits[24];
        kl_text token = {digits, is_map ? 0 : (size_t)snprintf(digits, sizeof digits, "%zu", i)};
        kl_value item = is_map ? kl_map_value_at(values, i) : kl_array_at(values, i);
        KL_TRY(index_child(s, document, pointer, is_map ? kl_map_key_at(values, i) : token, item,
                           resource, depth, error));
    }
    return KL_OK;
}

/* "dependencies" holds schemas beside lists of names. */
static kl_status index_dependencies(kl_schema *s, size_t document, kl_text pointer, kl_value map,
                                    size_t resource, unsigned depth, kl_error *error)
{
    for (size_t i = 0, len = kl_map_len(map); i < len; i++)
        if (!kl_is(kl_map_value_at(map, i), KL_KIND_ARRAY))
            KL_TRY(index_child(s, document, pointer, kl_map_key_at(map, i),
                               kl_map_value_at(map, i), resource, depth, error));
    return KL_OK;
}

static kl_status index_keyword(kl_schema *s, size_t document, kl_text pointer,
                               const keyword_row *row, kl_value value, size_t resource,
                               unsigned depth, kl_error *error)
{
    kl_value below;
    kl_status status = KL_OK;
    bool is_list = kl_is(value, KL_KIND_ARRAY), is_map = kl_is(value, KL_KIND_MAP);
    if (row->shape == SHAPE_SCHEMA || (row->shape == SHAPE_ITEMS && !is_list))
        return index_child(s, document, pointer, kl_text_from(row->name), value, resource, depth,
                           error);
    bool holds = (row->shape == SHAPE_SCHEMAS || row->shape == SHAPE_ITEMS) ? is_list : is_map;
    if (row->shape > SHAPE_DEPENDENCIES || !holds) /* compiling tells what is wrong */
        return KL_OK;
    KL_TRY(kl_schema_pointer_step(&below, pointer, kl_text_from(row->name), error));
    status = row->shape == SHAPE_DEPENDENCIES
                 ? index_dependencies(s, document, kl_as_text(below), value, resource, depth, error)
                 : index_children(s, document, kl_as_text(below), value, resource, depth, error);
    kl_value_release(below);
    return status;
}

static kl_status add_node(size_t *out, kl_schema *s, size_t document, kl_text pointer,
                          kl_value value, size_t resource, kl_error *error)
{
    KL_TRY(grow((void **)&s->nodes, &s->node_cap, s->node_count, sizeof *s->nodes, error));
    schema_node *node = kl_alloc_zero(1, sizeof *node);
    if (!node)
        return kl_error_no_memory(error);
    node->document = document;
    node->resource = resource;
    kl_status status = kl_string_from_valid(&node->pointer, pointer, error);
    if (status != KL_OK) {
        kl_free(node);
        return status;
    }
    node->value = kl_value_retain(value);
    s->nodes[s->node_count] = node;
    *out = s->node_count++;
    return kl_map_set_key(&s->documents[document].nodes, node->pointer, kl_int((int64_t)*out),
                          error);
}

static kl_status index_anchors(kl_schema *s, size_t resource, kl_text legacy, size_t node,
                               kl_text pointer, kl_value value, kl_error *error)
{
    kl_text name;
    if (legacy.len)
        KL_TRY(add_anchor(s, resource, legacy, node, false, error));
    if (s->resources[resource].draft == SCHEMA_DRAFT_7)
        return KL_OK;
    KL_TRY(read_name(&name, value, "$anchor", pointer, error));
    if (name.len)
        KL_TRY(add_anchor(s, resource, name, node, false, error));
    KL_TRY(read_name(&name, value, "$dynamicAnchor", pointer, error));
    return name.len ? add_anchor(s, resource, name, node, true, error) : KL_OK;
}

static kl_status index_map(kl_schema *s, size_t document, kl_text pointer, kl_value value,
                           size_t resource, unsigned depth, kl_error *error)
{
    dialect dialect = {s->resources[resource].draft, s->resources[resource].vocabularies};
    kl_text named, anchor = KL_TEXT("");
    size_t node;
    KL_TRY(read_name(&named, value, "$schema", pointer, error));
    if (named.len && kl_map_has(value, KL_TEXT("$id")))
        KL_TRY(find_dialect(&dialect, s, named, error));
    KL_TRY(apply_id(&resource, &anchor, s, document, pointer, value, dialect, error));
    KL_TRY(add_node(&node, s, document, pointer, value, resource, error));
    KL_TRY(index_anchors(s, resource, anchor, node, pointer, value, error));
    for (size_t i = 0; i < kl_schema_keyword_count; i++) {
        const keyword_row *row = &kl_schema_keywords[i];
        const kl_value *found = row->drafts & dialect.draft && row->shape <= SHAPE_DEPENDENCIES
                                    ? kl_map_find(value, kl_text_from(row->name))
                                    : NULL;
        if (found)
            KL_TRY(index_keyword(s, document, pointer, row, *found, resource, depth, error));
    }
    return KL_OK;
}

static kl_status index_schema(kl_schema *s, size_t document, kl_text pointer, kl_value value,
                              size_t resource, unsigned depth, kl_error *error)
{
    size_t node;
    if (depth > KL_SCHEMA_DEPTH_MAX)
        return kl_error_set(error, KL_INVALID, "schema nests deeper than %d levels",
                            KL_SCHEMA_DEPTH_MAX);
    if (kl_is(value, KL_KIND_BOOL))
        return add_node(&node, s, document, pointer, value, resource, error);
    if (!kl_is(value, KL_KIND_MAP))
        return kl_schema_refuse(error, pointer, NULL, "expected object or boolean, got %s",
                                kl_value_kind_name(value));
    return index_map(s, document, pointer, value, resource, depth, error);
}

/* ---- documents ----------------------------------------------------------------------------------- */

/* Without "$schema" a document is of the dialect of the one that refers to it. */
static kl_status root_dialect(dialect *out, kl_schema *s, kl_value value, kl_error *error)
{
    kl_text named = kl_as_text(kl_map_get(value, KL_TEXT("$schema")));
    *out = standard;
    if (s->root) {
        const schema_resource *main = &s->resources[s->root->resource];
        *out = (dialect){main->draft, main->vocabularies};
    }
    return named.len ? find_dialect(out, s, named, error) : KL_OK;
}

kl_status kl_schema_add_document(schema_node **node, kl_schema *s, kl_value value, kl_text uri,
                                 kl_error *error)
{
    kl_value nodes, name;
    size_t resource, document;
    dialect dialect;
    if (s->loading >= 16) /* a document is the metaschema of its metaschema, say */
        return kl_error_set(error, KL_INVALID, "$schema: metaschemas refer to each other");
    s->loading++;
    kl_status status = root_dialect(&dialect, s, value, error);
    s->loading--;
    KL_TRY(status);
    KL_TRY(grow((void **)&s->documents, &s->document_cap, s->document_count, sizeof *s->documents,
                error));
    KL_TRY(kl_map_new(&nodes, 8, error));
    document = s->document_count++;
    s->documents[document] = (schema_document){kl_value_retain(value), nodes};
    KL_TRY(kl_uri_resolve(&name, NULL, KL_TEXT(""), uri, error));
    KL_TRY(add_resource(&resource, s, document, KL_TEXT(""), name, dialect, error));
    KL_TRY(index_schema(s, document, KL_TEXT(""), value, resource, 0, error));
    kl_value root = kl_map_get(s->documents[document].nodes, KL_TEXT(""));
    *node = s->nodes[root.as.integer];
    return KL_OK;
}

/* Load the document of `uri`, if it was given or is built in. */
static kl_status load_document(kl_schema *s, kl_text uri, kl_error *error)
{
    schema_node *root;
    const kl_value *given = kl_map_find(s->given, uri);
    if (given)
        return kl_schema_add_document(&root, s, *given, uri, error);
    kl_text text = kl_schema_metaschema(uri);
    if (text.len == 0)
        return kl_error_set(error, KL_NOT_FOUND, "no schema is known as '%.*s'; nothing is fetched",
                            KL_TEXT_ARG(uri));
    kl_value value;
    KL_TRY(kl_json_parse(&value, text, error));
    kl_status status = kl_schema_add_document(&root, s, value, uri, error);
    kl_value_release(value);
    return status;
}

static bool known_resource(size_t *out, const kl_schema *s, kl_text uri)
{
    const kl_value *index = kl_map_find(s->by_uri, uri);
    if (index)
        *out = (size_t)index->as.integer;
    return index != NULL;
}

/* A resource whose "$id" only its document knows: read all that were given. */
static kl_status search_given(size_t *out, kl_schema *s, kl_text uri, kl_error *error)
{
    for (size_t i = 0, len = kl_map_len(s->given); i < len; i++) {
        kl_text name = kl_map_key_at(s->given, i);
        size_t at;
        if (!known_resource(&at, s, name))
            KL_TRY(load_document(s, name, error));
        if (known_resource(out, s, uri))
            return KL_OK;
    }
    return KL_NOT_FOUND;
}

static kl_status find_resource(size_t *out, kl_schema *s, kl_text uri, kl_error *error)
{
    if (uri.len && uri.data[uri.len - 1] == '#')
        uri.len--;
    if (known_resource(out, s, uri))
        return KL_OK;
    kl_status status = load_document(s, uri, error);
    if (status == KL_NOT_FOUND) {
        kl_error why = KL_ERROR_INIT;
        status = search_given(out, s, uri, &why);
        if (status != KL_NOT_FOUND)
            kl_error_move(error, &why);
        kl_error_clear(&why);
        return status;
    }
    if (status == KL_OK)
        known_resource(out, s, uri);
    return status;
}

/* ---- references ---------------------------------------------------------------------------------- */

static schema_node *node_at(const kl_schema *s, size_t document, kl_text pointer)
{
    const kl_value *index = kl_map_find(s->documents[document].nodes, pointer);
    return index ? s->nodes[index->as.integer] : NULL;
}

schema_node *kl_schema_child(const kl_schema *s, const schema_node *node, kl_text keyword,
                             kl_text name)
{
    kl_value pointer = kl_null(), below = kl_null();
    schema_node *child = NULL;
    if (kl_schema_pointer_step(&pointer, kl_as_text(node->pointer), keyword, NULL) == KL_OK &&
        (name.data == NULL ||
         kl_schema_pointer_step(&below, kl_as_text(pointer), name, NULL) == KL_OK))
        child = node_at(s, node->document, kl_as_text(name.data ? below : pointer));
    kl_value_release(pointer);
    kl_value_release(below);
    return child;
}

/* "~1" and "~0" undone; given. */
static kl_status unescape(kl_value *out, kl_text token, kl_error *error)
{
    kl_buffer to = KL_BUFFER_INIT;
    for (size_t i = 0; i < token.len; i++) {
        char next = i + 1 < token.len ? token.data[i + 1] : '\0';
        bool escaped = token.data[i] == '~' && (next == '0' || next == '1');
        kl_buffer_byte(&to, !escaped ? token.data[i] : next == '1' ? '/' : '~');
        i += escaped;
    }
    return kl_buffer_finish(out, &to, error);
}

/* What stands below `*value` under an escaped token; false when nothing does. */
static kl_status step_down(bool *found, kl_value *value, kl_text token, kl_error *error)
{
    kl_value name;
    KL_TRY(unescape(&name, token, error));
    const kl_value *below = NULL;
    if (kl_is(*value, KL_KIND_MAP))
        below = kl_map_find(*value, kl_as_text(name));
    else if (kl_is(*value, KL_KIND_ARRAY) && !memchr(token.data, '.', token.len))
        below = kl_value_path(value, kl_as_text(name));
    *found = below != NULL && token.len + (unsigned)kl_is(*value, KL_KIND_MAP) > 0;
    if (*found)
        *value = *below;
    kl_value_release(name);
    return KL_OK;
}

/* A schema at a place where no keyword keeps schemas: index it now. */
static kl_status index_odd_place(schema_node **out, kl_schema *s, size_t resource, kl_text pointer,
                                 kl_error *error)
{
    size_t document = s->resources[resource].document, at = 0;
    kl_value value = s->documents[document].value;
    while (at < pointer.len) {
        bool found;
        size_t end = at + 1;
        while (end < pointer.len && pointer.data[end] != '/')
            end++;
        KL_TRY(step_down(&found, &value, (kl_text){pointer.data + at + 1, end - at - 1}, error));
        if (!found)
            return kl_error_set(error, KL_INVALID, "nothing stands at '#%.*s'",
                                KL_TEXT_ARG(pointer));
        at = end;
        const schema_node *passed = node_at(s, document, (kl_text){pointer.data, at});
        resource = passed ? passed->resource : resource;
    }
    KL_TRY(index_schema(s, document, pointer, value, resource, 0, error));
    *out = node_at(s, document, pointer);
    return KL_OK;
}

static kl_status find_pointer(schema_node **out, kl_schema *s, size_t resource, kl_text fragment,
                              kl_error *error)
{
    kl_buffer whole = KL_BUFFER_INIT;
    kl_buffer_add(&whole, kl_as_text(s->resources[resource].pointer));
    kl_buffer_add(&whole, fragment);
    kl_status status = whole.status == KL_OK ? KL_OK : kl_error_no_memory(error);
    if (status == KL_OK) {
        *out = node_at(s, s->resources[resource].document, kl_buffer_text(&whole));
        if (!*out)
            status = index_odd_place(out, s, resource, kl_buffer_text(&whole), error);
    }
    kl_buffer_free(&whole);
    return status;
}

static kl_status find_fragment(schema_node **out, kl_schema *s, size_t resource, kl_text fragment,
                               kl_error *error)
{
    if (fragment.len == 0 || fragment.data[0] == '/')
        return find_pointer(out, s, resource, fragment, error);
    const kl_value *index = kl_map_find(s->resources[resource].anchors, fragment);
    if (!index)
        return kl_error_set(error, KL_INVALID, "there is no anchor '%.*s'", KL_TEXT_ARG(fragment));
    *out = s->nodes[index->as.integer];
    return KL_OK;
}

kl_status kl_schema_resolve(schema_node **node, kl_schema *s, size_t resource, kl_text reference,
                            kl_error *error)
{
    kl_value uri, decoded = kl_null();
    kl_text fragment;
    size_t found;
    kl_status status;
    KL_TRY(kl_uri_resolve(&uri, &fragment, kl_as_text(s->resources[resource].uri), reference,
                          error));
    KL_TRY_OUT(kl_uri_decode(&decoded, fragment, error));
    KL_TRY_OUT(find_resource(&found, s, kl_as_text(uri), error));
    KL_TRY_OUT(find_fragment(node, s, found, kl_as_text(decoded), error));
out:
    kl_value_release(decoded);
    kl_value_release(uri);
    return status;
}
