/* src/ml/preprocessing/polynomial_features.c - PolynomialFeatures: products of columns. */
#include "../estimator.h"
#include "../shapes.h"
#include "parallel.h"
#include "base/buffer.h"
#include "kailash/data.h"

typedef struct polynomial_features {
    kl_estimator base;
    kl_value degree; /* int, or (min, max) */
    bool interaction_only, include_bias;
    kl_value order;
    kl_value powers_;
    kl_value factors; /* k: the product that it extends by one column, or -1; and that column */
    int64_t n_output_features_;
} polynomial_features;

static const char *const orders[] = {"C", "F", NULL};

enum { OUTPUTS_MAX = 1 << 26 };

/* ---- which products ------------------------------------------------------------------------------ */

/* Products in order of their degree, those of one degree in order of their columns. Each is an earlier one times its last
 * column. `parent` -1: 1 (the bias). Those below the least degree are computed, not given. */
typedef struct products {
    int64_t *parent, *column; /* of each product */
    size_t count, room;
} products;

static kl_status add_product(products *p, int64_t parent, int64_t column, kl_error *error)
{
    if (p->count == p->room) {
        size_t room = p->room ? 2 * p->room : 64;
        if (p->count >= OUTPUTS_MAX)
            return kl_bad_input(error, "more than %d products of columns: lower the degree", OUTPUTS_MAX);
        int64_t *parents = kl_realloc(p->parent, room * sizeof *parents);
        if (!parents)
            return kl_error_no_memory(error);
        p->parent = parents;
        int64_t *columns = kl_realloc(p->column, room * sizeof *columns);
        if (!columns)
            return kl_error_no_memory(error);
        p->column = columns;
        p->room = room;
    }
    p->parent[p->count] = parent;
    p->column[p->count++] = column;
    return KL_OK;
}

/* All products of one degree more: those of the last degree times each column not before their own last one. */
static kl_status extend(products *p, size_t begin, size_t end, size_t cols, bool interaction_only,
                        kl_error *error)
{
    for (size_t k = begin; k < end; k++) {
        size_t from = p->column[k] < 0 ? 0 : (size_t)p->column[k] + (interaction_only ? 1 : 0);
        for (size_t j = from; j < cols; j++)
            KL_TRY(add_product(p, (int64_t)k, (int64_t)j, error));
    }
    return KL_OK;
}

static kl_status read_degree(int64_t *least, int64_t *most, const polynomial_features *self,
                             kl_error *error)
{
    kl_value degree = self->degree;
    bool is_pair = kl_is(degree, KL_KIND_ARRAY) && kl_array_len(degree) == 2;
    *least = is_pair ? kl_as_int(kl_array_at(degree, 0)) : 0;
    *most = is_pair ? kl_as_int(kl_array_at(degree, 1)) : kl_as_int(degree);
    bool fits = (is_pair || kl_is(degree, KL_KIND_INT)) && *least >= 0 && *least <= *most &&
                *most <= 1000;
    if (!fits)
        return kl_bad_parameter(error, "degree", "an int >= 1, or a pair (least, most)", degree);
    if (*most == 0)
        return kl_bad_parameter(error, "degree", "a degree of at least 1", degree);
    return KL_OK;
}

/* How often each column occurs in product `k`. */
static void count_powers(int64_t *row, const products *p, int64_t k)
{
    for (; k >= 0 && p->column[k] >= 0; k = p->parent[k])
        row[p->column[k]]++;
}

static kl_status keep(polynomial_features *self, const products *p, size_t given_from, size_t cols,
                      kl_error *error)
{
    kl_value powers, factors;
    int64_t *table, *pairs;
    size_t bias = self->include_bias ? 1 : 0, count = bias + p->count - given_from;
    if (count == 0)
        return kl_bad_input(error, "no product of columns is left");
    KL_TRY(kl_index_table_new(&powers, &table, count, cols, error));
    kl_learn(&self->powers_, powers);
    for (size_t k = bias; k < count; k++)
        count_powers(table + k * cols, p, (int64_t)(k - bias + given_from));
    KL_TRY(kl_index_table_new(&factors, &pairs, p->count, 2, error));
    kl_learn(&self->factors, factors);
    for (size_t k = 0; k < p->count; k++) {
        pairs[2 * k] = p->parent[k];
        pairs[2 * k + 1] = p->column[k];
    }
    self->n_output_features_ = (int64_t)count;
    return KL_OK;
}

static kl_status poly_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    polynomial_features *self = (polynomial_features *)base;
    products p = {0};
    int64_t least, most;
    size_t begin = 0, given_from = 1; /* the bias is told apart */
    (void)task;
    KL_TRY(read_degree(&least, &most, self, error));
    kl_status status = add_product(&p, -1, -1, error);
    for (int64_t degree = 1; degree <= most && status == KL_OK; degree++) {
        size_t end = p.count;
        if (degree == least)
            given_from = end;
        status = extend(&p, begin, end, in->d, self->interaction_only, error);
        begin = end;
    }
    if (status == KL_OK)
        status = keep(self, &p, given_from, in->d, error);
    kl_free(p.parent);
    kl_free(p.column);
    return status;
}

/* ---- the products -------------------------------------------------------------------------------- */

typedef struct work {
    const kl_matrix *x;
    const int64_t *factors;
    size_t products, given, bias;
    double *out, *scratch; /* scratch: products for each thread */
} work;

static kl_status multiply_rows(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const work *w = data;
    double *all = w->scratch + kl_parallel_me() * w->products;
    (void)block;
    (void)error;
    for (size_t i = begin; i < end; i++) {
        const double *row = kl_row(w->x, i);
        all[0] = 1;
        for (size_t k = 1; k < w->products; k++)
            all[k] = all[w->factors[2 * k]] * row[w->factors[2 * k + 1]];
        double *to = w->out + i * w->given;
        to[0] = 1;
        memcpy(to + w->bias, all + w->products - (w->given - w->bias), (w->given - w->bias) * sizeof *all);
    }
    return KL_OK;
}

static kl_status poly_transform(kl_value *out, const kl_estimator *base, const kl_matrix *x,
                                kl_task *task, kl_error *error)
{
    const polynomial_features *self = (const polynomial_features *)base;
    work w = {.x = x, .factors = kl_indices(self->factors),
              .products = kl_array_axis(self->factors, 0), .given = (size_t)self->n_output_features_,
              .bias = self->include_bias};
    KL_TAKE_RAW(w.scratch, task, w.products * kl_parallel_threads(), error);
    KL_TRY(kl_table_new(out, &w.out, x->rows, w.given, error));
    kl_status status =
        kl_parallel_for(x->rows, 1 + 65536 / w.products, multiply_rows, &w, error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

/* Each product extends one before it, by a column that there is. */
static kl_status restored(kl_estimator *base, kl_error *error)
{
    const polynomial_features *self = (const polynomial_features *)base;
    const int64_t *factors = kl_indices(self->factors);
    int64_t count = (int64_t)kl_array_axis(self->factors, 0), given = self->n_output_features_;
    bool is_sound = given >= self->include_bias && count >= 1 && given <= count;
    for (int64_t k = 1; k < count && is_sound; k++)
        is_sound = factors[2 * k] >= 0 && factors[2 * k] < k && factors[2 * k + 1] >= 0 &&
                   factors[2 * k + 1] < base->features;
    return kl_shapes_are(is_sound, base, "products", error);
}

/* "1", "a", "a^2", "a b" */
static kl_status name_product(kl_value *out, const int64_t *powers, size_t cols, kl_value names,
                              kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    for (size_t j = 0; j < cols; j++) {
        if (powers[j] == 0)
            continue;
        if (text.len)
            kl_buffer_byte(&text, ' ');
        kl_buffer_add(&text, kl_as_text(kl_array_at(names, j)));
        if (powers[j] > 1)
            kl_buffer_format(&text, "^%lld", (long long)powers[j]);
    }
    if (text.len == 0)
        kl_buffer_byte(&text, '1');
    return kl_buffer_finish(out, &text, error);
}

static kl_status poly_names(kl_value *out, const kl_estimator *base, kl_value names, kl_error *error)
{
    const polynomial_features *self = (const polynomial_features *)base;
    size_t count = (size_t)self->n_output_features_, cols = (size_t)base->features;
    kl_value list, name;
    KL_TRY(kl_array_new(&list, count, error));
    for (size_t k = 0; k < count; k++) {
        kl_status status = name_product(&name, kl_indices(self->powers_) + k * cols, cols, names, error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
        kl_array_push(&list, name, NULL); /* has room */
    }
    *out = list;
    return KL_OK;
}

static const kl_field fields[] = {
    KL_VALUE(polynomial_features, degree, .kind = KL_KIND_ANY, .fallback = "2", .flags = KL_TUPLE,
             .doc = "most columns in a product, counted as often as they occur; or a pair (least, most)"),
    KL_BOOL(polynomial_features, interaction_only, false,
            .doc = "whether a column occurs at most once in a product"),
    KL_BOOL(polynomial_features, include_bias, true, .doc = "whether the column of ones is given, too"),
    KL_ENUM(polynomial_features, order, "C", .names = orders, .flags = KL_KEYWORD_ONLY,
            .doc = "has no effect: results lie row by row"),
    KL_LEARNED_ARRAY(polynomial_features, powers_,
                     .doc = "how often each column occurs in each product: products x columns"),
    KL_LEARNED_INT(polynomial_features, n_output_features_, .doc = "products that are given"),
    KL_KEPT_ARRAY(polynomial_features, factors,
                  .doc = "each product as an earlier one and the column it is multiplied by"),
};

static const kl_method methods[] = {KL_EST_TRANSFORMS, KL_EST_NAMES_OUT};

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER,
    .fit = poly_fit,
    .transform = poly_transform,
    .names_out = poly_names,
    .restored = restored,
    .shapes = "powers_ = int n_output_features_ features; factors = int * 2",
};

const kl_type kl_polynomial_features_type = {
    .name = "PolynomialFeatures",
    KL_ESTIMATOR(polynomial_features),
    .doc = "All products of columns up to a degree: 1, a, b, a^2, a b, b^2 ... in order of their degree.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_polynomial_features_type);
