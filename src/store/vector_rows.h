/* src/store/vector_rows.h - inside of a collection of vectors, shared by vector.c and vector_query.c. */
#ifndef KL_STORE_VECTOR_ROWS_H
#define KL_STORE_VECTOR_ROWS_H

#include "key_index.h"
#include "mirror.h"
#include "text_index.h"
#include "vector.h"
#include "vector_hnsw.h"

typedef struct kl_vector_row {
    kl_value id, metadata, content;
} kl_vector_row;

struct kl_vectors {
    kl_latch latch; /* guards all below */
    kl_value name;
    kl_mirror *mirror;   /* NULL = in memory only */
    kl_vector_set set;
    kl_vector_row *rows; /* of each slot */
    size_t row_capacity;
    kl_key_index ids;    /* of the slots that are alive */
    int64_t next_number; /* of ids that are made */
    kl_hnsw *graphs[KL_VECTOR_METRICS]; /* made when first used; may lack the newest slots */
    kl_text_index *texts;               /* likewise */
};

/* Load what the file has gained; with the latch held for writing. */
kl_status kl_vectors_load(kl_vectors *vectors, kl_error *error);

#endif
