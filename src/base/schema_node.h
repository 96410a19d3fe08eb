/* src/base/schema_node.h - a compiled JSON Schema, shared by the schema_*.c files. */
#ifndef KL_BASE_SCHEMA_NODE_H
#define KL_BASE_SCHEMA_NODE_H

#include "schema.h"
#include "kailash/match.h"

/* Levels a schema may nest, and one evaluation may go down through references and values; schemas
 * that one evaluation may apply, as references within anyOf can double them at every level. */
enum {
    KL_SCHEMA_DEPTH_MAX = 400,
    KL_SCHEMA_EVALUATION_MAX = 1500,
    KL_SCHEMA_STEPS_MAX = 50000000,
};

typedef enum schema_draft { SCHEMA_DRAFT_7 = 1, SCHEMA_DRAFT_2020 = 2 } schema_draft;

/* Groups of keywords that a metaschema switches on or off. */
typedef enum schema_vocabulary {
    VOCABULARY_CORE = 1,
    VOCABULARY_APPLICATOR = 2,
    VOCABULARY_UNEVALUATED = 4,
    VOCABULARY_VALIDATION = 8,
    VOCABULARY_FORMAT = 16,
    VOCABULARY_FORMAT_ASSERTION = 32,
    VOCABULARY_ALL = 31, /* the standard dialect: formats are annotations */
} schema_vocabulary;

/* What the value of a keyword must be; says too where subschemas lie. */
typedef enum keyword_shape {
    SHAPE_SCHEMA,
    SHAPE_SCHEMAS,        /* list of schemas, not empty */
    SHAPE_SCHEMA_MAP,     /* name -> schema */
    SHAPE_PATTERN_MAP,    /* regular expression -> schema */
    SHAPE_ITEMS,          /* draft-07: schema or list of schemas */
    SHAPE_DEPENDENCIES,   /* draft-07: name -> schema or list of names */
    SHAPE_NUMBER,
    SHAPE_POSITIVE,
    SHAPE_COUNT,
    SHAPE_BOOL,
    SHAPE_STRING,
    SHAPE_NAMES,          /* list of strings */
    SHAPE_NAME_LISTS,     /* name -> list of strings */
    SHAPE_TYPES,          /* a name of a type or a list of them */
    SHAPE_LIST,
    SHAPE_ANY,
    SHAPE_PATTERN,
    SHAPE_REFERENCE,
} keyword_shape;

typedef struct schema_node schema_node;
typedef struct schema_keyword schema_keyword;
typedef struct schema_frame schema_frame;
typedef struct schema_check schema_check;

/* Check the instance of `frame` against one keyword. */
typedef kl_status keyword_check(bool *valid, schema_check *check, schema_frame *frame,
                                const schema_keyword *keyword, kl_error *error);

typedef struct keyword_row {
    const char *name;
    unsigned drafts;
    unsigned vocabulary;
    keyword_shape shape;
    keyword_check *check; /* NULL: another keyword reads it, or it only holds schemas */
} keyword_row;

/* All keywords, in the order they are checked. */
extern const keyword_row kl_schema_keywords[];
extern const size_t kl_schema_keyword_count;

struct schema_keyword {
    const keyword_row *row;
    kl_value value;        /* what the schema says; borrowed from the node's */
    schema_node **schemas; /* owned array: of a map or list in its order; NULL where there is none */
    size_t schema_count;
    kl_regex **patterns;   /* owned: one, or one per schema of a SHAPE_PATTERN_MAP */
    size_t pattern_count;
    int64_t count;         /* of a SHAPE_COUNT */
    kl_value anchor;       /* of a $dynamicRef: the name to look for in the dynamic scope, or null */
};

struct schema_node {
    kl_value value;        /* owned */
    kl_value pointer;      /* from the root of its document; owned string */
    size_t document, resource;
    schema_keyword *keywords;
    size_t keyword_count;
};

/* A schema with a URI of its own. */
typedef struct schema_resource {
    kl_value uri;          /* absolute if it can be, without fragment; owned */
    kl_value pointer;      /* from the root of its document; owned */
    kl_value anchors;      /* map: name -> index of its node */
    kl_value dynamic;      /* the same for $dynamicAnchor only */
    size_t document;
    schema_draft draft;
    unsigned vocabularies;
} schema_resource;

typedef struct schema_document {
    kl_value value; /* owned */
    kl_value nodes; /* map: pointer -> index of the node there */
} schema_document;

struct kl_schema {
    schema_document *documents;
    size_t document_count, document_cap;
    schema_resource *resources;
    size_t resource_count, resource_cap;
    schema_node **nodes;
    size_t node_count, node_cap;
    schema_node *root;     /* NULL until the schema itself is indexed */
    kl_value by_uri;       /* map: URI -> index of its resource */
    kl_value given;        /* the documents of the options; null = none */
    bool assert_formats;
    uint32_t max_steps;
    unsigned loading;      /* documents being added within one another */
    bool tracks_evaluated; /* some keyword unevaluated... stands in it */
};

/* ---- schema_index.c: which schemas there are, and where ---------------------------------------- */

/* Add a document; `*node` is its root. */
kl_status kl_schema_add_document(schema_node **node, kl_schema *schema, kl_value value, kl_text uri,
                                 kl_error *error);
/* What `reference`, standing in a schema of `resource`, leads to. */
kl_status kl_schema_resolve(schema_node **node, kl_schema *schema, size_t resource,
                            kl_text reference, kl_error *error);
/* The node of a subschema that was indexed with its parent. */
schema_node *kl_schema_child(const kl_schema *schema, const schema_node *node, kl_text keyword,
                             kl_text name);
/* KL_INVALID "PLACE: ...", the place being a JSON pointer into the schema. */
kl_status kl_schema_refuse(kl_error *error, kl_text pointer, const char *keyword,
                           const char *format, ...) KL_PRINTF(4, 5);
/* Append "/token" to a JSON pointer, escaped; given. */
kl_status kl_schema_pointer_step(kl_value *out, kl_text pointer, kl_text token, kl_error *error);

/* ---- schema_uri.c -------------------------------------------------------------------------------- */

/* `reference` against `base` (RFC 3986, 5.2), without its fragment, which `*fragment` (may be
 * NULL) borrows from `reference`, "" when there is none; given. */
kl_status kl_uri_resolve(kl_value *out, kl_text *fragment, kl_text base, kl_text reference,
                         kl_error *error);
/* %XX undone; given. KL_SYNTAX when that is no UTF-8. */
kl_status kl_uri_decode(kl_value *out, kl_text text, kl_error *error);

/* ---- schema_compile.c ---------------------------------------------------------------------------- */

kl_status kl_schema_compile_node(kl_schema *schema, schema_node *node, kl_error *error);

/* ---- schema_equal.c: values as JSON sees them ------------------------------------------------------ */

/* Deep equality with 1 equal to 1.0. KL_DEPTH beyond KL_SCHEMA_EVALUATION_MAX levels. */
kl_status kl_schema_equal(bool *out, kl_value a, kl_value b, kl_error *error);
/* Whether two items of an array are equal; their indices. */
kl_status kl_schema_find_twins(bool *found, size_t *first, size_t *second, kl_value array,
                               kl_error *error);
/* Whether `number` is a multiple of `of` (> 0), both taken as the decimals they print as. */
bool kl_schema_is_multiple(kl_value number, kl_value of);
/* A number without a fraction. */
bool kl_schema_is_integer(kl_value value);

/* ---- schema_pattern.c ------------------------------------------------------------------------------ */

/* Compile an ECMA-262 pattern (with its "u" flag); KL_SYNTAX. */
kl_status kl_schema_pattern_new(kl_regex **out, kl_text pattern, kl_error *error);

/* ---- schema_metaschemas.c -------------------------------------------------------------------------- */

/* The text of a metaschema by its URI (without fragment); empty when it is none. */
kl_text kl_schema_metaschema(kl_text uri);

#endif
