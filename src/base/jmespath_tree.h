/* src/base/jmespath_tree.h - tokens and trees of JMESPath; for jmespath_*.c only. */
#ifndef KL_BASE_JMESPATH_TREE_H
#define KL_BASE_JMESPATH_TREE_H

#include "jmespath.h"
#include "lookup.h"

/* ---- tokens ---------------------------------------------------------------------------------- */

typedef enum jm_token_kind {
    JM_END,
    JM_NAME,   /* unquoted identifier */
    JM_QUOTED, /* "identifier" as a JSON string */
    JM_RAW,    /* 'raw string' */
    JM_JSON,   /* `literal` */
    JM_NUMBER,
    JM_RBRACKET,
    JM_RPAREN,
    JM_COMMA,
    JM_RBRACE,
    JM_AT,
    JM_AMPERSAND,
    JM_COLON,
    JM_BAR,
    JM_OR,
    JM_AND,
    JM_EQ,
    JM_NE,
    JM_LT,
    JM_LE,
    JM_GT,
    JM_GE,
    JM_BOTH, /* [] */
    JM_STAR,
    JM_QUESTION, /* [? */
    JM_DOT,
    JM_BANG,
    JM_LBRACE,
    JM_LBRACKET,
    JM_LPAREN,
    JM_TOKEN_KINDS
} jm_token_kind;

typedef struct jm_token {
    jm_token_kind kind;
    const char *start, *end;
} jm_token;

/* The token at or behind `at`; KL_SYNTAX when there is none that fits. */
kl_status jm_next_token(jm_token *out, kl_text text, const char *at, kl_error *error);

/* ---- trees ----------------------------------------------------------------------------------- */

typedef enum jm_kind {
    JM_CURRENT_NODE,
    JM_LITERAL_NODE,
    JM_FIELD_NODE,
    JM_SEGMENT_NODE,
    JM_INDEX_NODE,
    JM_SLICE_NODE,
    JM_FLATTEN_NODE,
    JM_PROJECT_NODE, /* the items of an array */
    JM_VALUES_NODE,  /* the values of a map */
    JM_FILTER_NODE,
    JM_LIST_NODE, /* [a, b] */
    JM_HASH_NODE, /* {k: a} */
    JM_PAIR_NODE, /* one pair of it */
    JM_CALL_NODE,
    JM_NOT_NODE,
    JM_PIPE_NODE,
    JM_OR_NODE,
    JM_AND_NODE,
    JM_COMPARE_NODE,
    JM_NODE_KINDS
} jm_kind;

#define JM_NONE UINT32_MAX

/*
 * A node applies to what its left child gives, or to the current value when it has none. Left
 * children form chains of any length; they are walked by `first` and `up`, without recursion.
 */
typedef struct jm_node {
    uint8_t kind;              /* jm_kind */
    uint8_t operator;          /* of a comparison: jm_token_kind */
    bool has_start, has_stop;  /* of a slice */
    bool is_expression;        /* an argument &... */
    uint32_t first;            /* the leftmost node of the chain that ends here */
    uint32_t up;               /* the node whose left child this is */
    uint32_t right;            /* right operand, what is done with each item, or first of a list */
    uint32_t condition;        /* of a filter */
    uint32_t next;             /* sibling in a list of items, pairs or arguments */
    uint32_t count;            /* of a list */
    kl_value value;            /* literal, key */
    int64_t start, stop, step; /* of a slice; start is also the index */
    const struct jm_function *function;
    kl_keys *keys; /* of a hash with distinct keys: the shape of its maps */
} jm_node;

struct kl_jmespath {
    uint32_t refs; /* atomic */
    uint32_t count, cap;
    uint32_t root;
    uint32_t makers; /* lists and maps it builds; from the second on results may be huge */
    jm_node *nodes;
};

typedef struct jm_search {
    const kl_jmespath *tree;
    kl_work *work;
} jm_search;

kl_status jm_eval(kl_value *out, jm_search *search, uint32_t node, kl_value current,
                  kl_error *error);

/*
 * An expression that is evaluated for each item of a list. One that is a mere field, as most are, is
 * looked up without a walk through the tree.
 */
typedef struct jm_each {
    uint32_t node;
    bool is_field;
    kl_lookup lookup;
} jm_each;

jm_each jm_each_of(const jm_search *search, uint32_t node);
/* For item `index` of `items`; `*out` given. */
kl_status jm_each_eval(kl_value *out, jm_each *each, jm_search *search, const kl_value *items,
                       size_t index, size_t count, kl_error *error);

/* ---- functions ------------------------------------------------------------------------------- */

typedef enum jm_types {
    JM_T_NUMBER = 1,
    JM_T_STRING = 2,
    JM_T_BOOL = 4,
    JM_T_ARRAY = 8,
    JM_T_OBJECT = 16,
    JM_T_NULL = 32,
    JM_T_NUMBERS = 64,     /* an array of numbers */
    JM_T_STRINGS = 128,    /* an array of strings */
    JM_T_EXPRESSION = 256, /* &expression: not evaluated beforehand */
    JM_T_ANY = 512,
} jm_types;

typedef struct jm_call {
    jm_search *search;
    const kl_value *args; /* checked; null where an expression stands */
    size_t count;
    uint32_t expression; /* the node of the argument that is one */
} jm_call;

enum { JM_PARAMS_MAX = 2 };

typedef struct jm_function {
    const char *name;
    uint16_t params[JM_PARAMS_MAX]; /* jm_types of each; 0 = no such parameter */
    bool many;                      /* the last parameter may repeat */
    kl_status (*call)(kl_value *out, jm_call *call, kl_error *error);
} jm_function;

/* NULL when there is none. */
const jm_function *jm_function_find(kl_text name);
size_t jm_function_params(const jm_function *function);
/* Whether `value` is of one of the types. */
bool jm_type_fits(unsigned types, kl_value value);
/* KL_INVALID: "NAME(): argument N: expected ..., got ..." */
kl_status jm_refuse_argument(const jm_function *function, size_t index, kl_value value,
                             kl_error *error);

#endif
