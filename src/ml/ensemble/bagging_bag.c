/* src/ml/ensemble/bagging_bag.c - out-of-bag answers of bagged members. */
#include "bagging.h"
#include "out_of_bag.h"

#include <math.h>

typedef struct bag {
    kl_bagging *self;
    const kl_fit *in;
    kl_draws draws;
    size_t width;
    double *sums;      /* n x width */
    int64_t *answers;  /* n: members that did not see the row */
    double *counts;    /* n */
    int64_t *unseen;   /* rows */
    double *numbers;   /* n x width: answers of one member */
} bag;

static void add_answers(bag *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t row = (size_t)b->unseen[i];
        for (size_t k = 0; k < b->width; k++)
            b->sums[row * b->width + k] += b->numbers[i * b->width + k];
        b->answers[row]++;
    }
}

/* Of a tree, for all rows, those unseen first: trees answer quickly. */
static kl_status ask_tree(bag *b, size_t member, size_t count, kl_task *task, kl_error *error)
{
    const kl_tree_pack *pack;
    uint32_t *leaves;
    KL_TRY(kl_bagging_pack(&pack, b->self, error));
    KL_TAKE_RAW(leaves, task, b->in->n, error);
    KL_TRY(kl_trees_leaves(leaves, pack, &b->self->trees, member, member + 1, false, b->in->x, error));
    for (size_t i = 0; i < count; i++)
        memcpy(b->numbers + i * b->width, pack->values + leaves[b->unseen[i]] * b->width,
               b->width * sizeof *b->numbers);
    kl_task_free(task, leaves);
    return KL_OK;
}

static kl_status ask_model(bag *b, size_t member, size_t count, kl_task *task, kl_error *error)
{
    kl_value some, x, model = kl_array_at(b->self->models, member);
    KL_TRY(kl_data_take(&some, b->in->raw_x, b->unseen, count, error));
    kl_status status = kl_bagging_view(&x, b->self, member, some, error);
    kl_value_release(some);
    if (status != KL_OK)
        return status;
    memset(b->numbers, 0, count * b->width * sizeof *b->numbers);
    status = b->in->codes ? kl_member_add_proba(b->numbers, model, x, count, b->self->base.classes,
                                                task, error)
                          : kl_member_numbers(b->numbers, model, x, count, b->width, task, error);
    kl_value_release(x);
    return status;
}

static kl_status ask(bag *b, size_t member, kl_task *task, kl_error *error)
{
    uint64_t seed = (uint64_t)kl_indices(b->self->seeds)[member];
    size_t count = 0;
    KL_TRY(kl_draw_counts(b->counts, &b->draws, seed, member, error));
    for (size_t i = 0; i < b->in->n; i++)
        if (b->counts[i] == 0)
            b->unseen[count++] = (int64_t)i;
    if (!count)
        return KL_OK;
    KL_TRY(kl_is_null(b->self->models) ? ask_tree(b, member, count, task, error)
                                       : ask_model(b, member, count, task, error));
    add_answers(b, count);
    return KL_OK;
}

kl_status kl_bagging_out_of_bag(kl_bagging *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    bag b = {.self = self, .in = in, .width = in->codes ? in->classes : 1};
    kl_value answers, score;
    KL_TRY(kl_bagging_draws(&b.draws, self, task, error));
    KL_TAKE(b.answers, task, in->n, error);
    KL_TAKE_RAW(b.counts, task, in->n, error);
    KL_TAKE_RAW(b.unseen, task, in->n, error);
    KL_TAKE_RAW(b.numbers, task, in->n * b.width, error);
    if (in->codes)
        KL_TRY(kl_table_new(&answers, &b.sums, in->n, b.width, error));
    else
        KL_TRY(kl_vector_new(&answers, &b.sums, in->n, error));
    kl_learn(in->codes ? &self->oob_decision_function_ : &self->oob_prediction_, answers);
    for (size_t m = 0; m < kl_bagging_members(self); m++)
        KL_TRY(ask(&b, m, task, error));
    KL_TRY(kl_oob_means(b.sums, b.answers, in->n, b.width, error));
    KL_TRY(kl_oob_score(&score, kl_null(), b.sums, in, self->base.classes, task, error));
    kl_learn(&self->oob_score_, score);
    for (size_t i = 0; in->codes && i < in->n * b.width; i++)
        if (b.answers[i / b.width] == 0)
            b.sums[i] = NAN;
    return KL_OK;
}
