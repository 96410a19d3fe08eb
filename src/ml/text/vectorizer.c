/* src/ml/text/vectorizer.c - see vectorizer.h. */
#include "vectorizer.h"

#include "../numeric.h"

#include <math.h>

/* ---- which terms --------------------------------------------------------------------------------- */

/* A bound of documents: a count (int), or a share of them (float). */
static kl_status read_bound(double *out, kl_value bound, const char *name, size_t rows, double otherwise,
                            kl_error *error)
{
    *out = otherwise;
    if (kl_is_null(bound))
        return KL_OK;
    double number = kl_as_double(bound);
    bool share = kl_is(bound, KL_KIND_DOUBLE);
    if (!kl_is_number(bound) || !(number >= 0) || (share && number > 1))
        return kl_bad_parameter(error, name, "a count >= 0 (int) or a share in [0, 1] (float)", bound);
    *out = share ? number * (double)rows : number;
    return KL_OK;
}

/* In how many texts each term occurs, and how often in all. */
static void count_terms(double *documents, double *total, const kl_counts *c)
{
    for (size_t k = 0; k < c->numbers; k++) {
        documents[c->columns[k]]++;
        total[c->columns[k]] += c->data[k];
    }
}

/* Terms in the order of their letters, by merging. */
static void sort_terms(int64_t *order, int64_t *spare, size_t n, const kl_counts *c)
{
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t start = 0; start < n; start += 2 * width) {
            size_t middle = KL_MIN(start + width, n), end = KL_MIN(start + 2 * width, n);
            size_t left = start, right = middle;
            for (size_t at = start; at < end; at++) {
                bool from_left = left < middle &&
                                 (right >= end || kl_text_compare(kl_counts_term(c, (size_t)order[left]),
                                                                  kl_counts_term(c, (size_t)order[right])) <= 0);
                spare[at] = from_left ? order[left++] : order[right++];
            }
        }
        memcpy(order, spare, n * sizeof *order);
    }
}

/* Those with enough texts, in the order of their letters; of them the commonest. */
static kl_status choose(int64_t **order, size_t *kept, const kl_vectorizer *self, const kl_counts *c, kl_task *task,
                        kl_error *error)
{
    double low, high, *documents, *total;
    int64_t *spare, *ranked;
    KL_TRY(read_bound(&high, self->max_df, "max_df", c->rows, INFINITY, error));
    KL_TRY(read_bound(&low, self->min_df, "min_df", c->rows, 0, error));
    if (high < low)
        return kl_bad_input(error, "max_df is less than min_df: no term can fit both");
    KL_TAKE(documents, task, c->terms + 1, error);
    KL_TAKE(total, task, c->terms + 1, error);
    KL_TAKE_RAW(*order, task, c->terms + 1, error);
    KL_TAKE_RAW(spare, task, c->terms + 1, error);
    count_terms(documents, total, c);
    *kept = 0;
    for (size_t t = 0; t < c->terms; t++)
        if (documents[t] >= low && documents[t] <= high)
            (*order)[(*kept)++] = (int64_t)t;
    sort_terms(*order, spare, *kept, c);
    if (kl_is_null(self->max_features) || (size_t)kl_as_int(self->max_features) >= *kept)
        return KL_OK;
    KL_TAKE_RAW(ranked, task, *kept, error);
    for (size_t i = 0; i < *kept; i++)
        documents[i] = -total[(*order)[i]];
    KL_TRY(kl_argsort(ranked, documents, *kept, task, error));
    size_t wanted = (size_t)kl_as_int(self->max_features), at = 0;
    bool *chosen;
    KL_TAKE(chosen, task, *kept, error);
    for (size_t i = 0; i < wanted; i++)
        chosen[ranked[i]] = true;
    for (size_t i = 0; i < *kept; i++)
        if (chosen[i])
            (*order)[at++] = (*order)[i];
    *kept = wanted;
    return KL_OK;
}

/* ---- the vocabulary ------------------------------------------------------------------------------ */

static kl_status add_term(kl_vectorizer *self, kl_value term, size_t column, kl_error *error)
{
    KL_TRY(kl_map_set_key(&self->vocabulary_, term, kl_int((int64_t)column), error));
    return kl_array_push(&self->terms, kl_value_retain(term), error);
}

static kl_status begin_vocabulary(kl_vectorizer *self, size_t count, kl_error *error)
{
    kl_value map, list;
    KL_TRY(kl_map_new(&map, count, error));
    kl_learn(&self->vocabulary_, map);
    KL_TRY(kl_array_new(&list, count, error));
    kl_learn(&self->terms, list);
    return KL_OK;
}

/* The chosen terms get columns; counts of others go. */
static kl_status keep_terms(kl_vectorizer *self, kl_counts *c, const int64_t *order, size_t kept, kl_task *task,
                            kl_error *error)
{
    int64_t *column;
    kl_value term;
    KL_TAKE_RAW(column, task, c->terms + 1, error);
    for (size_t t = 0; t < c->terms; t++)
        column[t] = -1;
    KL_TRY(begin_vocabulary(self, kept, error));
    for (size_t i = 0; i < kept; i++) {
        column[order[i]] = (int64_t)i;
        KL_TRY(kl_string_new(&term, kl_counts_term(c, (size_t)order[i]), error));
        kl_status status = add_term(self, term, i, error);
        kl_value_release(term);
        if (status != KL_OK)
            return status;
    }
    size_t at = 0, begin = 0;
    for (size_t row = 0; row < c->rows; row++) {
        size_t end = (size_t)c->starts[row + 1];
        for (size_t k = begin; k < end; k++)
            if (column[c->columns[k]] >= 0) {
                c->columns[at] = column[c->columns[k]];
                c->data[at++] = c->data[k];
            }
        begin = end;
        c->starts[row + 1] = (int64_t)at;
    }
    c->numbers = at;
    return KL_OK;
}

/* Terms that the user gives: a list, or a dict from term to column. */
static kl_status given_vocabulary(kl_vectorizer *self, kl_error *error)
{
    kl_value given = self->vocabulary;
    size_t count = kl_value_len(given);
    if ((!kl_is(given, KL_KIND_ARRAY) && !kl_is(given, KL_KIND_MAP)) || count == 0)
        return kl_bad_parameter(error, "vocabulary", "a list of terms, or a dict from term to column", given);
    KL_TRY(begin_vocabulary(self, count, error));
    if (kl_is(given, KL_KIND_ARRAY)) {
        for (size_t i = 0; i < count; i++) {
            kl_value term = kl_array_at(given, i);
            if (!kl_is(term, KL_KIND_STRING) || kl_map_has(self->vocabulary_, kl_as_text(term)))
                return kl_bad_parameter(error, "vocabulary", "texts that are all different", given);
            KL_TRY(add_term(self, term, i, error));
        }
        return KL_OK;
    }
    for (size_t i = 0; i < count; i++)
        KL_TRY(kl_array_push(&self->terms, kl_null(), error));
    for (size_t i = 0; i < count; i++) {
        int64_t column = kl_as_int(kl_map_value_at(given, i));
        if (column < 0 || (size_t)column >= count || !kl_is_null(kl_array_at(self->terms, (size_t)column)))
            return kl_bad_parameter(error, "vocabulary", "columns 0, 1, 2 ... without a gap", given);
        KL_TRY(kl_array_set(&self->terms, (size_t)column, kl_value_retain(kl_map_key_value_at(given, i)), error));
    }
    kl_learn(&self->vocabulary_, kl_value_retain(given));
    return KL_OK;
}

kl_status kl_vectorizer_count(kl_counts *counts, const kl_vectorizer *self, kl_value x, kl_task *task,
                              kl_error *error)
{
    kl_value texts;
    KL_TRY(kl_texts_read(&texts, x, error));
    return kl_counts_known(counts, &self->text, texts, self->vocabulary_, task, error);
}

kl_status kl_vectorizer_learn(kl_counts *counts, kl_vectorizer *self, kl_value x, kl_task *task, kl_error *error)
{
    kl_value texts;
    int64_t *order;
    size_t kept;
    KL_TRY(kl_texts_read(&texts, x, error));
    if (kl_array_len(texts) == 0)
        return kl_bad_input(error, "x has 0 texts; at least 1 is needed");
    if (!kl_is_null(self->vocabulary)) {
        KL_TRY(given_vocabulary(self, error));
        return kl_counts_known(counts, &self->text, texts, self->vocabulary_, task, error);
    }
    KL_TRY(kl_counts_learn(counts, &self->text, texts, task, error));
    if (counts->terms == 0)
        return kl_bad_input(error, "empty vocabulary: the texts have no term (words of one character and stop words are none)");
    KL_TRY(choose(&order, &kept, self, counts, task, error));
    if (kept == 0)
        return kl_bad_input(error, "empty vocabulary: min_df and max_df leave no term");
    KL_TRY(keep_terms(self, counts, order, kept, task, error));
    kl_counts_sort(counts);
    return KL_OK;
}

/* ---- weights ------------------------------------------------------------------------------------- */

void kl_tfidf_learn(double *idf, const double *documents, size_t terms, size_t n, bool smooth)
{
    double more = smooth ? 1 : 0;
    for (size_t t = 0; t < terms; t++)
        idf[t] = log(((double)n + more) / (documents[t] + more)) + 1;
}

void kl_tfidf_row(double *numbers, const int64_t *columns, size_t count, const double *idf, const kl_tfidf *how)
{
    double norm = 0;
    for (size_t k = 0; k < count; k++) {
        if (how->sublinear_tf && numbers[k] != 0)
            numbers[k] = 1 + log(numbers[k]);
        if (how->use_idf)
            numbers[k] *= idf[columns ? (size_t)columns[k] : k];
        norm += how->norm == '1' ? fabs(numbers[k]) : numbers[k] * numbers[k];
    }
    if (how->norm == '2')
        norm = sqrt(norm);
    for (size_t k = 0; how->norm && norm > 0 && k < count; k++)
        numbers[k] /= norm;
}

kl_status kl_tfidf_norm(char *out, kl_value norm, kl_error *error)
{
    *out = kl_is_null(norm) ? 0 : kl_word_is(norm, "l1") ? '1' : kl_word_is(norm, "l2") ? '2' : 'x';
    return *out != 'x' ? KL_OK : kl_bad_parameter(error, "norm", "'l1', 'l2' or None", norm);
}
