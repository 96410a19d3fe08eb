/* src/ml/decomposition/dictionary.h - atoms of which every row needs few: DictionaryLearning, and SparsePCA of columns.
 *
 *   min over codes (n x k) and atoms (k x d) of |x - codes atoms|^2 / 2 + alpha |codes|_1, |atom| <= 1
 *
 * in turns: codes by coding.h, then one atom after the other at its minimum (Mairal, Bach, Ponce, Sapiro 2009).
 */
#ifndef KL_ML_DECOMPOSITION_DICTIONARY_H
#define KL_ML_DECOMPOSITION_DICTIONARY_H

#include "../estimator.h"
#include "coding.h"

typedef struct kl_dictionary kl_dictionary;
struct kl_dictionary {
    const double *x;
    size_t n, d, k;
    kl_coding coding;    /* lassos only; its alpha is that of the objective */
    double tol;          /* stop when a turn lessens the objective by less than this share of it */
    size_t turns_max;
    bool positive_atoms;
    uint64_t seed;       /* of the atoms that take the place of unused ones */
    /* After every fifth turn, the first one too; or NULL. */
    kl_status (*told)(void *data, const kl_dictionary *so_far, kl_error *error);
    void *data;
    double *codes, *atoms; /* n x k, k x d: kl_dictionary_begin() or the caller fills them, kl_dictionary_learn() betters them */
    /* results */
    double *costs; /* the objective after each turn; in the task */
    size_t turns;
};

/* Codes and atoms from the first k singular vectors of x, with zeros for those that it does not have. */
kl_status kl_dictionary_begin(kl_dictionary *l, kl_task *task, kl_error *error);
/* The same from given ones of `count` atoms: null both, which is KL_OK and *given = false, or n x count and count x d. Names
 * are for messages. */
kl_status kl_dictionary_begin_from(bool *given, kl_dictionary *l, kl_value codes, const char *codes_name, kl_value atoms,
                                   const char *atoms_name, bool turned, kl_task *task, kl_error *error);
kl_status kl_dictionary_learn(kl_dictionary *l, kl_task *task, kl_error *error);
/* The entry of largest magnitude of each atom's codes becomes positive. */
void kl_dictionary_flip(double *codes, double *atoms, size_t n, size_t k, size_t d);

#endif
