/* src/ml/tree/pack.c - trees as they are read fastest, and reading them.
 *
 * Rows go down in groups of eight: their steps do not wait for each other. A leaf is its own child, so a group goes
 * on until nobody moves.
 */
#include "tree.h"

#include "kailash/data.h"
#include "parallel.h"

#include <math.h>

/* ---- the pack -------------------------------------------------------------------------------------------- */

static kl_status damaged(kl_error *error, size_t tree, size_t node)
{
    return kl_error_set(error, KL_INVALID, "tree %zu, node %zu is damaged: it leads out of the tree",
                        tree, node);
}

/* The largest float32 that is no greater. */
static float float_below(double x)
{
    float y = (float)x;
    return (double)y > x ? nextafterf(y, -INFINITY) : y;
}

static bool is_sound(const kl_tree_node *node, size_t id, size_t count, size_t features)
{
    if (node->left == KL_TREE_LEAF && node->right == KL_TREE_LEAF)
        return true;
    return node->left > (int64_t)id && node->left < (int64_t)count && node->right > (int64_t)id &&
           node->right < (int64_t)count && node->left != node->right && node->feature >= 0 &&
           node->feature < (int64_t)features;
}

/* One tree from `at` on; `place` (count numbers) is scratch: where each node goes, 0 = nowhere yet (no child is
 * the first of a pack). */
static kl_status pack_tree(kl_tree_pack *pack, size_t tree, const kl_tree_node *nodes, size_t count,
                           size_t first, size_t features, uint32_t *place, kl_error *error)
{
    size_t next = first + 1;
    memset(place, 0, count * sizeof *place);
    place[0] = pack->roots[tree] = (uint32_t)first;
    for (size_t i = 0; i < count; i++) {
        const kl_tree_node *node = &nodes[i];
        bool is_leaf = node->left < 0;
        if ((i && !place[i]) || !is_sound(node, i, count, features) ||
            (!is_leaf && (place[node->left] || place[node->right])))
            return damaged(error, tree, i);
        kl_pack_node *packed = &pack->nodes[place[i]];
        packed->origin = (uint32_t)(first + i);
        packed->child = is_leaf ? place[i] : (uint32_t)next;
        packed->threshold = is_leaf ? INFINITY : float_below(node->threshold);
        packed->feature = is_leaf ? KL_PACK_NAN_LEFT
                                  : (uint32_t)node->feature |
                                        (node->missing_left ? KL_PACK_NAN_LEFT : 0);
        if (is_leaf)
            continue;
        place[node->left] = (uint32_t)next++;
        place[node->right] = (uint32_t)next++;
    }
    return KL_OK;
}

static kl_status check_set(const kl_tree_set *set, kl_error *error)
{
    size_t nodes = kl_array_axis(set->nodes, 0), trees = kl_tree_count(set);
    const int64_t *starts = kl_indices(set->starts);
    bool is_sound = kl_is_table(set->nodes, 'q', KL_ANY_COUNT, 8) &&
                    kl_is_table(set->values, 'd', nodes, KL_ANY_COUNT) && kl_tree_width(set) && trees &&
                    kl_is_vector(set->starts, 'q', KL_ANY_COUNT) && nodes <= INT32_MAX && starts[0] == 0 &&
                    starts[trees] == (int64_t)nodes;
    for (size_t t = 0; is_sound && t < trees; t++)
        is_sound = starts[t] < starts[t + 1];
    return is_sound ? KL_OK : kl_error_set(error, KL_INVALID, "the arrays of the trees are damaged");
}

static kl_status fill_pack(kl_tree_pack *pack, const kl_tree_set *set, size_t features,
                           kl_error *error)
{
    const int64_t *starts = kl_indices(set->starts);
    size_t nodes = kl_array_axis(set->nodes, 0);
    kl_status status = KL_OK;
    uint32_t *place = kl_alloc(nodes * sizeof *place);
    pack->roots = kl_alloc(pack->trees * sizeof *pack->roots);
    pack->nodes = kl_alloc(nodes * sizeof *pack->nodes);
    if (!place || !pack->roots || !pack->nodes)
        status = kl_error_no_memory(error);
    for (size_t t = 0; status == KL_OK && t < pack->trees; t++)
        status = pack_tree(pack, t, kl_tree_nodes(set, t), kl_tree_size(set, t), (size_t)starts[t],
                           features, place, error);
    kl_free(place);
    return status;
}

void kl_tree_pack_free(kl_tree_pack *pack)
{
    if (!pack)
        return;
    kl_free(pack->roots);
    kl_free(pack->nodes);
    kl_free(pack);
}

kl_status kl_tree_pack_get(const kl_tree_pack **out, kl_tree_pack_slot *slot,
                           const kl_tree_set *set, size_t features, kl_error *error)
{
    kl_tree_pack *have = atomic_load(slot);
    if (have) {
        *out = have;
        return KL_OK;
    }
    KL_TRY(check_set(set, error));
    kl_tree_pack *pack = kl_alloc_zero(1, sizeof *pack);
    if (!pack)
        return kl_error_no_memory(error);
    pack->trees = kl_tree_count(set);
    pack->width = kl_tree_width(set);
    pack->count = kl_array_axis(set->nodes, 0);
    pack->values = kl_doubles(set->values);
    kl_status status = fill_pack(pack, set, features, error);
    if (status != KL_OK) {
        kl_tree_pack_free(pack);
        return status;
    }
    if (!atomic_compare_exchange_strong(slot, &have, pack)) {
        kl_tree_pack_free(pack); /* another thread was faster */
        pack = have;
    }
    *out = pack;
    return KL_OK;
}

/* ---- one step ------------------------------------------------------------------------------------------- */

static inline uint32_t step(const kl_pack_node *nodes, uint32_t at, const float *row)
{
    const kl_pack_node *node = &nodes[at];
    return node->child + !(row[node->feature & ~KL_PACK_NAN_LEFT] <= node->threshold);
}

/* The same where numbers may be missing. */
static inline uint32_t careful_step(const kl_pack_node *nodes, uint32_t at, const float *row)
{
    const kl_pack_node *node = &nodes[at];
    float x = row[node->feature & ~KL_PACK_NAN_LEFT];
    return node->child + (isnan(x) ? !(node->feature & KL_PACK_NAN_LEFT) : !(x <= node->threshold));
}

static uint32_t descend(const kl_pack_node *nodes, uint32_t at, const float *row, bool has_nan)
{
    for (uint32_t next;; at = next) {
        next = has_nan ? careful_step(nodes, at, row) : step(nodes, at, row);
        if (next == at)
            return at;
    }
}

enum { GROUP = 8 };

static void descend_group(uint32_t *at, const kl_pack_node *nodes, const float *rows, size_t d)
{
    uint32_t moved;
    do {
        moved = 0;
        for (size_t k = 0; k < GROUP; k++) {
            uint32_t next = step(nodes, at[k], rows + k * d);
            moved |= next ^ at[k];
            at[k] = next;
        }
    } while (moved);
}

void kl_tree_apply(uint32_t *out, size_t stride, const kl_tree_pack *pack, size_t tree,
                   const float *rows, size_t n, size_t d, bool has_nan)
{
    const kl_pack_node *nodes = pack->nodes;
    uint32_t root = pack->roots[tree];
    size_t i = 0;
    for (; !has_nan && i + GROUP <= n; i += GROUP) {
        uint32_t at[GROUP];
        for (size_t k = 0; k < GROUP; k++)
            at[k] = root;
        descend_group(at, nodes, rows + i * d, d);
        for (size_t k = 0; k < GROUP; k++)
            out[(i + k) * stride] = nodes[at[k]].origin;
    }
    for (; i < n; i++)
        out[i * stride] = nodes[descend(nodes, root, rows + i * d, has_nan)].origin;
}

/* ---- many rows ------------------------------------------------------------------------------------------ */

/* Rows of a block: their floats fit the cache beside a tree. Where the trees do not fit it together, more rows make
 * up for bringing each of them in. */
static size_t block_rows(const kl_tree_pack *pack, size_t d)
{
    bool is_large = pack->count > 1 << 15;
    size_t cells = is_large ? 131072 : 32768, most = is_large ? 1024 : 256;
    return KL_MIN(KL_MAX(cells / KL_MAX(d, 1), GROUP), most);
}

typedef struct reading {
    const kl_tree_pack *pack;
    const kl_tree_set *set;
    size_t first, last;
    const double *scales;
    const kl_matrix *x;
    bool local;
    double *sums;
    size_t columns; /* of the sums, when each tree adds to one; else 0 */
    double scale;
    uint32_t *leaves;
} reading;

static void add_values(const reading *r, size_t tree, const uint32_t *leaf, size_t begin, size_t count)
{
    size_t width = r->pack->width;
    double scale = r->scales ? r->scales[tree - r->first] : 1;
    double *out = r->sums + begin * width;
    for (size_t i = 0; i < count; i++) {
        const double *value = r->pack->values + leaf[i] * width;
        for (size_t k = 0; k < width; k++)
            out[i * width + k] += scale * value[k];
    }
}

static void boost_values(const reading *r, size_t tree, const uint32_t *leaf, size_t begin,
                         size_t count)
{
    double *out = r->sums + begin * r->columns + tree % r->columns;
    for (size_t i = 0; i < count; i++)
        out[i * r->columns] += r->scale * r->pack->values[leaf[i]];
}

static void store_leaves(const reading *r, size_t tree, const uint32_t *leaf, size_t begin,
                         size_t count)
{
    size_t trees = r->last - r->first;
    uint32_t less = r->local ? (uint32_t)kl_indices(r->set->starts)[tree] : 0;
    for (size_t i = 0; i < count; i++)
        r->leaves[(begin + i) * trees + tree - r->first] = leaf[i] - less;
}

static kl_status read_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const reading *r = data;
    size_t d = r->x->cols, count = end - begin;
    bool has_nan;
    (void)block;
    float *rows = kl_alloc(count * (d * sizeof *rows + sizeof(uint32_t)));
    if (!rows)
        return kl_error_no_memory(error);
    uint32_t *leaf = (uint32_t *)(void *)(rows + count * d);
    kl_status status = kl_rows_f32(rows, &has_nan, r->x, begin, end, error);
    for (size_t t = r->first; status == KL_OK && t < r->last; t++) {
        kl_tree_apply(leaf, 1, r->pack, t, rows, count, d, has_nan);
        if (r->columns)
            boost_values(r, t, leaf, begin, count);
        else if (r->sums)
            add_values(r, t, leaf, begin, count);
        else
            store_leaves(r, t, leaf, begin, count);
    }
    kl_free(rows);
    return status;
}

kl_status kl_trees_add(double *out, const kl_tree_pack *pack, size_t first, size_t last,
                       const double *scales, const kl_matrix *x, kl_error *error)
{
    reading r = {.pack = pack, .first = first, .last = last, .scales = scales, .x = x, .sums = out};
    return kl_parallel_for(x->rows, block_rows(pack, x->cols), read_block, &r, error);
}

kl_status kl_trees_boost(double *out, size_t columns, const kl_tree_pack *pack, size_t first,
                         size_t last, double scale, const kl_matrix *x, kl_error *error)
{
    reading r = {.pack = pack, .first = first, .last = last, .scale = scale, .x = x, .sums = out,
                 .columns = columns};
    return kl_parallel_for(x->rows, block_rows(pack, x->cols), read_block, &r, error);
}

kl_status kl_trees_leaves(uint32_t *leaves, const kl_tree_pack *pack, const kl_tree_set *set,
                          size_t first, size_t last, bool local, const kl_matrix *x,
                          kl_error *error)
{
    reading r = {.pack = pack, .set = set, .first = first, .last = last, .local = local, .x = x,
                 .leaves = leaves};
    return kl_parallel_for(x->rows, block_rows(pack, x->cols), read_block, &r, error);
}

/* ---- paths ---------------------------------------------------------------------------------------------- */

/* Nodes that a row passes in all trees, root first; only counted when `out` is NULL. */
static size_t path_of(int64_t *out, const kl_tree_pack *pack, const float *row)
{
    size_t count = 0;
    for (size_t t = 0; t < pack->trees; t++)
        for (uint32_t at = pack->roots[t], next;; at = next) {
            if (out)
                out[count] = pack->nodes[at].origin;
            count++;
            next = careful_step(pack->nodes, at, row);
            if (next == at)
                break;
        }
    return count;
}

kl_status kl_trees_path(kl_value *out, const kl_tree_pack *pack, const kl_tree_set *set,
                        const kl_matrix *x, kl_task *task, kl_error *error)
{
    kl_value indptr = kl_null(), indices = kl_null(), data = kl_null();
    int64_t *starts, *columns;
    double *ones;
    float *row;
    bool has_nan;
    kl_status status;
    KL_TAKE_RAW(row, task, KL_MAX(x->cols, 1), error);
    KL_TRY_OUT(kl_indices_new(&indptr, &starts, x->rows + 1, error));
    for (size_t i = 0; i < x->rows; i++) {
        KL_TRY_OUT(kl_rows_f32(row, &has_nan, x, i, i + 1, error));
        starts[i + 1] = starts[i] + (int64_t)path_of(NULL, pack, row);
    }
    size_t all = (size_t)starts[x->rows];
    KL_TRY_OUT(kl_indices_new(&indices, &columns, all, error));
    KL_TRY_OUT(kl_vector_new(&data, &ones, all, error));
    for (size_t i = 0; i < x->rows; i++) {
        KL_TRY_OUT(kl_rows_f32(row, &has_nan, x, i, i + 1, error));
        path_of(columns + starts[i], pack, row);
    }
    for (size_t i = 0; i < all; i++)
        ones[i] = 1;
    return kl_sparse_matrix_new(out, (int64_t)x->rows, (int64_t)kl_array_axis(set->nodes, 0), data,
                                indices, indptr, error);
out:
    kl_value_release(indptr);
    kl_value_release(indices);
    kl_value_release(data);
    return status;
}
