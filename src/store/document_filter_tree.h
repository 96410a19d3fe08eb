/* src/store/document_filter_tree.h - a compiled filter, for those who test it and those who say it in
 * another language. */
#ifndef KL_STORE_DOCUMENT_FILTER_TREE_H
#define KL_STORE_DOCUMENT_FILTER_TREE_H

#include "document_filter.h"
#include "kailash/match.h"

typedef enum kl_filter_kind {
    /* of tests */
    KL_FILTER_AND,
    KL_FILTER_OR,
    KL_FILTER_NOT, /* of its one test */
    /* of the values at a path */
    KL_FILTER_EQ,
    KL_FILTER_GT,
    KL_FILTER_GTE,
    KL_FILTER_LT,
    KL_FILTER_LTE,
    KL_FILTER_IN,
    KL_FILTER_EXISTS, /* with its own truth */
    KL_FILTER_REGEX,
    KL_FILTER_SIZE,
    KL_FILTER_ELEM_MATCH, /* an item that its one test matches */
    KL_FILTER_TYPE,
    KL_FILTER_MOD,
} kl_filter_kind;

struct kl_filter {
    kl_filter_kind kind;
    kl_value path;    /* owned string; "" = the value itself */
    kl_value operand; /* owned */
    kl_regex *regex;
    kl_filter **parts;
    size_t count;
};

#endif
