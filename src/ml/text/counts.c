/* src/ml/text/counts.c - see counts.h. */
#include "counts.h"

/* ---- hashing ------------------------------------------------------------------------------------- */

static uint32_t turn(uint32_t x, int by) { return (x << by) | (x >> (32 - by)); }

uint32_t kl_murmur3(kl_text text, uint32_t seed)
{
    const unsigned char *at = (const unsigned char *)text.data;
    uint32_t h = seed, k = 0;
    size_t blocks = text.len / 4;
    for (size_t i = 0; i < blocks; i++, at += 4) {
        k = at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
        h ^= turn(k * 0xcc9e2d51u, 15) * 0x1b873593u;
        h = turn(h, 13) * 5 + 0xe6546b64u;
    }
    k = 0;
    for (size_t i = text.len & 3; i-- > 0;)
        k = k << 8 | at[i];
    if (text.len & 3)
        h ^= turn(k * 0xcc9e2d51u, 15) * 0x1b873593u;
    h ^= (uint32_t)text.len;
    h = (h ^ h >> 16) * 0x85ebca6bu;
    h = (h ^ h >> 13) * 0xc2b2ae35u;
    return h ^ h >> 16;
}

/* ---- room ---------------------------------------------------------------------------------------- */

static kl_status grow(void *pointer, size_t *room, size_t needed, size_t size, kl_error *error)
{
    void **memory = pointer;
    size_t more = *room ? *room : 1024;
    if (needed <= *room)
        return KL_OK;
    while (more < needed)
        more *= 2;
    void *grown = more > SIZE_MAX / size ? NULL : kl_realloc(*memory, more * size);
    if (!grown)
        return kl_error_no_memory(error);
    *memory = grown;
    *room = more;
    return KL_OK;
}

static kl_status grow_terms(kl_counts *c, kl_error *error)
{
    size_t room = c->term_room, same = room;
    KL_TRY(grow(&c->term_at, &room, c->terms + 2, sizeof *c->term_at, error));
    room = same;
    KL_TRY(grow(&c->seen_at, &room, c->terms + 2, sizeof *c->seen_at, error));
    room = same;
    KL_TRY(grow(&c->seen_row, &room, c->terms + 2, sizeof *c->seen_row, error));
    c->term_room = room;
    return KL_OK;
}

/* ---- terms --------------------------------------------------------------------------------------- */

static uint32_t hash_of(const kl_counts *c, kl_text term) { return kl_murmur3(term, (uint32_t)((uintptr_t)c >> 4)); }

static kl_status rehash(kl_counts *c, kl_error *error)
{
    size_t count = c->slot_count ? 2 * c->slot_count : 1024;
    uint32_t *slots = kl_alloc_zero(count, sizeof *slots);
    if (!slots)
        return kl_error_no_memory(error);
    for (size_t t = 0; t < c->terms; t++) {
        size_t at = hash_of(c, kl_counts_term(c, t)) & (count - 1);
        while (slots[at])
            at = (at + 1) & (count - 1);
        slots[at] = (uint32_t)t + 1;
    }
    kl_free(c->slots);
    c->slots = slots;
    c->slot_count = count;
    return KL_OK;
}

static kl_status add_term(size_t *out, kl_counts *c, kl_text term, size_t at, kl_error *error)
{
    if (c->terms >= UINT32_MAX - 1)
        return kl_error_set(error, KL_LIMIT, "more than %u terms", UINT32_MAX - 1);
    KL_TRY(grow_terms(c, error));
    KL_TRY(grow(&c->letters, &c->letter_room, c->letter_len + term.len + 1, 1, error));
    memcpy(c->letters + c->letter_len, term.data, term.len);
    c->term_at[c->terms] = c->letter_len;
    c->letter_len += term.len;
    c->term_at[c->terms + 1] = c->letter_len;
    c->seen_row[c->terms] = 0;
    c->slots[at] = (uint32_t)c->terms + 1;
    *out = c->terms++;
    return 2 * c->terms > c->slot_count ? rehash(c, error) : KL_OK;
}

static kl_status term_number(size_t *out, kl_counts *c, kl_text term, kl_error *error)
{
    if (!c->slots)
        KL_TRY(rehash(c, error));
    size_t at = hash_of(c, term) & (c->slot_count - 1);
    for (; c->slots[at]; at = (at + 1) & (c->slot_count - 1))
        if (kl_text_equal(kl_counts_term(c, c->slots[at] - 1), term)) {
            *out = c->slots[at] - 1;
            return KL_OK;
        }
    return add_term(out, c, term, at, error);
}

/* ---- counting ------------------------------------------------------------------------------------ */

static kl_status count_number(kl_counts *c, size_t term, kl_error *error)
{
    int64_t row = (int64_t)c->rows + 1;
    if (c->seen_row[term] == row) {
        c->data[c->seen_at[term]]++;
        return KL_OK;
    }
    size_t room = c->number_room;
    KL_TRY(grow(&c->columns, &room, c->numbers + 1, sizeof *c->columns, error));
    room = c->number_room;
    KL_TRY(grow(&c->data, &room, c->numbers + 1, sizeof *c->data, error));
    c->number_room = room;
    c->seen_row[term] = row;
    c->seen_at[term] = (int64_t)c->numbers;
    c->columns[c->numbers] = (int64_t)term;
    c->data[c->numbers++] = 1;
    return KL_OK;
}

static kl_status count_any(void *data, kl_text term, kl_error *error)
{
    size_t number;
    KL_TRY(term_number(&number, data, term, error));
    return count_number(data, number, error);
}

typedef struct known {
    kl_counts *counts;
    kl_value columns;
} known;

static kl_status count_known(void *data, kl_text term, kl_error *error)
{
    known *k = data;
    const kl_value *column = kl_map_find(k->columns, term);
    return column ? count_number(k->counts, (size_t)kl_as_int(*column), error) : KL_OK;
}

static void sift(int64_t *columns, double *data, size_t root, size_t n)
{
    int64_t column = columns[root];
    double number = data[root];
    for (size_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && columns[child + 1] > columns[child])
            child++;
        if (columns[child] <= column)
            break;
        columns[root] = columns[child];
        data[root] = data[child];
    }
    columns[root] = column;
    data[root] = number;
}

/* A long row, by a heap. */
static void sort_long(int64_t *columns, double *data, size_t n)
{
    for (size_t root = n / 2; root-- > 0;)
        sift(columns, data, root, n);
    for (size_t end = n; end-- > 1;) {
        int64_t column = columns[0];
        double number = data[0];
        columns[0] = columns[end];
        data[0] = data[end];
        columns[end] = column;
        data[end] = number;
        sift(columns, data, 0, end);
    }
}

/* Ascending columns within each row. */
static void sort_row(kl_counts *c, size_t begin, size_t end)
{
    if (end - begin > 64) {
        sort_long(c->columns + begin, c->data + begin, end - begin);
        return;
    }
    for (size_t i = begin + 1; i < end; i++) {
        int64_t column = c->columns[i];
        double number = c->data[i];
        size_t at = i;
        for (; at > begin && c->columns[at - 1] > column; at--) {
            c->columns[at] = c->columns[at - 1];
            c->data[at] = c->data[at - 1];
        }
        c->columns[at] = column;
        c->data[at] = number;
    }
}

static kl_status count_all(kl_counts *c, const kl_text_params *params, kl_value texts, kl_emit *emit, void *data,
                           kl_task *task, kl_error *error)
{
    kl_analyzer *analyzer;
    size_t rows = kl_array_len(texts);
    c->starts = kl_alloc_zero(rows + 1, sizeof *c->starts);
    if (!c->starts)
        return kl_error_no_memory(error);
    KL_TRY(kl_analyzer_new(&analyzer, params, error));
    kl_status status = KL_OK;
    while (c->rows < rows && status == KL_OK) {
        status = kl_analyzer_run(analyzer, kl_array_at(texts, c->rows), emit, data, error);
        for (size_t i = (size_t)c->starts[c->rows]; params->binary && i < c->numbers; i++)
            c->data[i] = 1;
        c->starts[++c->rows] = (int64_t)c->numbers;
        if (status == KL_OK && c->rows % 256 == 0)
            status = kl_task_step(task, c->rows, rows, error);
    }
    kl_analyzer_free(analyzer);
    return status;
}

kl_status kl_counts_learn(kl_counts *out, const kl_text_params *params, kl_value texts, kl_task *task,
                          kl_error *error)
{
    *out = (kl_counts){0};
    return count_all(out, params, texts, count_any, out, task, error);
}

kl_status kl_counts_known(kl_counts *out, const kl_text_params *params, kl_value texts, kl_value columns,
                          kl_task *task, kl_error *error)
{
    known k = {.counts = out, .columns = columns};
    *out = (kl_counts){.terms = kl_map_len(columns)};
    KL_TRY(grow_terms(out, error));
    memset(out->seen_row, 0, (out->terms + 1) * sizeof *out->seen_row);
    KL_TRY(count_all(out, params, texts, count_known, &k, task, error));
    kl_counts_sort(out);
    return KL_OK;
}

void kl_counts_sort(kl_counts *c)
{
    for (size_t i = 0; i < c->rows; i++)
        sort_row(c, (size_t)c->starts[i], (size_t)c->starts[i + 1]);
}

void kl_counts_free(kl_counts *c)
{
    kl_free(c->starts);
    kl_free(c->columns);
    kl_free(c->data);
    kl_free(c->term_at);
    kl_free(c->letters);
    kl_free(c->slots);
    kl_free(c->seen_at);
    kl_free(c->seen_row);
}

/* ---- as matrices --------------------------------------------------------------------------------- */

kl_status kl_counts_dense(kl_value *out, const kl_counts *c, size_t cols, kl_error *error)
{
    double *to;
    KL_TRY(kl_table_new(out, &to, c->rows, cols, error));
    for (size_t i = 0; i < c->rows; i++)
        for (int64_t k = c->starts[i]; k < c->starts[i + 1]; k++)
            to[i * cols + (size_t)c->columns[k]] = c->data[k];
    return KL_OK;
}

kl_status kl_counts_sparse(kl_value *out, const kl_counts *c, size_t cols, kl_error *error)
{
    kl_sparse_parts to;
    KL_TRY(kl_sparse_parts_new(&to, c->rows, c->numbers, error));
    if (c->numbers) {
        memcpy(to.numbers, c->data, c->numbers * sizeof *to.numbers);
        memcpy(to.columns, c->columns, c->numbers * sizeof *to.columns);
    }
    memcpy(to.starts, c->starts, (c->rows + 1) * sizeof *to.starts);
    return kl_sparse_parts_matrix(out, &to, cols, error);
}

kl_status kl_counts_give(kl_value *out, const kl_counts *c, size_t cols, bool sparse, kl_value dtype, kl_error *error)
{
    kl_value made;
    KL_TRY(sparse ? kl_counts_sparse(&made, c, cols, error) : kl_counts_dense(&made, c, cols, error));
    kl_status status = kl_dtype_apply(&made, kl_dtype_format(dtype), error);
    if (status == KL_OK)
        *out = made;
    else
        kl_value_release(made);
    return status;
}
