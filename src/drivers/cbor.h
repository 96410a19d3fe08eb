/* src/drivers/cbor.h - what the cbor driver (libcbor) offers: bytes as data items, items as bytes. */
#ifndef KL_DRIVERS_CBOR_H
#define KL_DRIVERS_CBOR_H

#include "kailash/base.h"

typedef enum kl_cbor_kind {
    KL_CBOR_UNSIGNED,
    KL_CBOR_NEGATIVE, /* stands for -1 - number */
    KL_CBOR_BYTES,
    KL_CBOR_TEXT,
    KL_CBOR_ARRAY,
    KL_CBOR_MAP,
    KL_CBOR_TAG,
    KL_CBOR_FLOAT,
    KL_CBOR_BOOL,
    KL_CBOR_NULL,
    KL_CBOR_UNDEFINED,
    KL_CBOR_BREAK,
} kl_cbor_kind;

/* A data item without what it holds: the items of an array, map or tag follow it. */
typedef struct kl_cbor_item {
    kl_cbor_kind kind;
    bool open;       /* of bytes, text, array, map: its length is not told, a break ends it */
    uint64_t number; /* the integer, the tag, 0 or 1, or how many items or pairs follow */
    double real;
    kl_text text;    /* of bytes and text; borrowed from the data; UTF-8 is not checked */
    size_t size;     /* bytes it takes */
} kl_cbor_item;

typedef enum kl_cbor_outcome { KL_CBOR_READ, KL_CBOR_SHORT, KL_CBOR_MALFORMED } kl_cbor_outcome;

enum { KL_CBOR_HEAD_MAX = 9 };

typedef struct kl_cbor_functions {
    /* The item that `data` begin with. */
    kl_cbor_outcome (*read)(kl_cbor_item *out, kl_text data);
    /* Write the shortest head of an item of any kind but float; how many bytes. `number` as in
     * kl_cbor_item; of bytes and text, which the caller writes behind it, their length. */
    size_t (*head)(char to[KL_CBOR_HEAD_MAX], kl_cbor_kind kind, uint64_t number);
    /* Write a float in the shortest form that keeps it; how many bytes. */
    size_t (*real)(char to[KL_CBOR_HEAD_MAX], double real);
} kl_cbor_functions;

#endif
