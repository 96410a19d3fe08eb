/* src/ml/ensemble/forest_bag.c - out-of-bag answers of a forest. */
#include "forest.h"
#include "out_of_bag.h"

#include "parallel.h"

/* Which rows each tree has seen: a bit a row. */
typedef struct bag {
    const kl_forest *forest;
    const kl_tree_pack *pack;
    const kl_matrix *x;
    kl_draws draws;
    uint64_t *seen;
    size_t words; /* a tree */
    double *sums;
    int64_t *answers;
} bag;

static kl_status mark_seen(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const bag *b = data;
    (void)block;
    double *counts = kl_alloc(b->draws.rows * sizeof *counts);
    if (!counts)
        return kl_error_no_memory(error);
    kl_status status = KL_OK;
    for (size_t t = begin; t < end && status == KL_OK; t++) {
        uint64_t seed = (uint64_t)kl_indices(b->forest->seeds)[t];
        status = kl_draw_counts(counts, &b->draws, seed, t, error);
        for (size_t i = 0; status == KL_OK && i < b->draws.rows; i++)
            if (counts[i] > 0)
                b->seen[t * b->words + i / 64] |= (uint64_t)1 << (i % 64);
    }
    kl_free(counts);
    return status;
}

static void add_unseen(const bag *b, size_t tree, const uint32_t *leaf, size_t begin, size_t end)
{
    size_t width = b->pack->width;
    const uint64_t *seen = b->seen + tree * b->words;
    for (size_t i = begin; i < end; i++) {
        if (seen[i / 64] >> (i % 64) & 1)
            continue;
        const double *value = b->pack->values + leaf[i - begin] * width;
        for (size_t k = 0; k < width; k++)
            b->sums[i * width + k] += value[k];
        b->answers[i]++;
    }
}

static kl_status ask_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const bag *b = data;
    size_t d = b->x->cols, count = end - begin;
    bool has_nan;
    (void)block;
    float *rows = kl_alloc(count * (d * sizeof *rows + sizeof(uint32_t)));
    if (!rows)
        return kl_error_no_memory(error);
    uint32_t *leaf = (uint32_t *)(void *)(rows + count * d);
    kl_status status = kl_rows_f32(rows, &has_nan, b->x, begin, end, error);
    for (size_t t = 0; status == KL_OK && t < b->pack->trees; t++) {
        kl_tree_apply(leaf, 1, b->pack, t, rows, count, d, has_nan);
        add_unseen(b, t, leaf, begin, end);
    }
    kl_free(rows);
    return status;
}

enum { BLOCK_ROWS = 128 };

kl_status kl_forest_out_of_bag(kl_forest *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    bag b = {.forest = self, .x = in->x, .words = (in->n + 63) / 64};
    kl_value answers;
    KL_TRY(kl_forest_pack(&b.pack, self, error));
    KL_TRY(kl_forest_draws(&b.draws, self, task, error));
    KL_TAKE(b.seen, task, b.pack->trees * b.words, error);
    KL_TAKE(b.answers, task, in->n, error);
    if (in->codes || in->outputs > 1)
        KL_TRY(kl_table_new(&answers, &b.sums, in->n, b.pack->width, error));
    else
        KL_TRY(kl_vector_new(&answers, &b.sums, in->n, error));
    kl_learn(in->codes ? &self->oob_decision_function_ : &self->oob_prediction_, answers);
    KL_TRY(kl_parallel_for(b.pack->trees, 1, mark_seen, &b, error));
    KL_TRY(kl_parallel_for(in->n, BLOCK_ROWS, ask_block, &b, error));
    KL_TRY(kl_oob_means(b.sums, b.answers, in->n, b.pack->width, error));
    kl_value score;
    KL_TRY(kl_oob_score(&score, self->oob_score, b.sums, in, self->base.classes, task, error));
    kl_learn(&self->oob_score_, score);
    return KL_OK;
}
