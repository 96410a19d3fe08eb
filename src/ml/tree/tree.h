/* src/ml/tree/tree.h - binary trees of axis-parallel splits: how they are kept, read, packed for prediction.
 *
 * All trees of a model lie in three arrays, a *kl_tree_set*, that are saved as they are: nodes of all trees one
 * after another, the values of the nodes, and where each tree begins. Children are counted from the first node
 * of their tree, which is its root; every child stands behind its parent. Growers append to a kl_tree_buffer; a
 * committee that grows in parallel has one buffer a tree and joins them at the end (kl_tree_set_join()).
 *
 * Predictions read the kl_tree_pack, a compact copy that is made when first needed, and checked while it is made:
 * what came from a file cannot lead outside of it.
 */
#ifndef KL_ML_TREE_H
#define KL_ML_TREE_H

#include "ml/estimator.h"

#include <stdatomic.h>

/* ---- nodes ------------------------------------------------------------------------------------------- */

#define KL_TREE_LEAF (-1)      /* `left` and `right` of a leaf */
#define KL_TREE_UNDEFINED (-2) /* its `feature` and `threshold` */

/* Eight numbers of eight bytes, so that nodes are a table of int64. */
typedef struct kl_tree_node {
    int64_t left, right;   /* x <= threshold goes left */
    int64_t feature;
    double threshold;      /* infinity: all but NaN goes left */
    double impurity;
    int64_t samples;       /* rows it was grown from */
    double weight;         /* and the sum of their weights */
    int64_t missing_left;  /* 1: NaN goes left */
} kl_tree_node;
_Static_assert(sizeof(kl_tree_node) == 64, "a node is a row of eight int64");

/* The trees of a model. A value has `width` numbers. */
typedef struct kl_tree_set {
    kl_value nodes;  /* int64, nodes x 8 */
    kl_value values; /* float64, nodes x width */
    kl_value starts; /* int64, trees + 1: the first node of each, and how many there are in all */
} kl_tree_set;

/* The fields that keep the set in the member `set` of an estimator. */
#define KL_TREE_KEPT(owner, set, part, title)                                                      \
    {.name = title, .kind = KL_KIND_BUFFER, .flags = KL_LEARNED | KL_HIDDEN | KL_OPTIONAL,         \
     .offset = offsetof(owner, set.part), .doc = "the trees of the model"}
#define KL_TREE_SET_FIELDS(owner, set)                                                             \
    KL_TREE_KEPT(owner, set, nodes, "tree_nodes"), KL_TREE_KEPT(owner, set, values, "tree_values"), \
        KL_TREE_KEPT(owner, set, starts, "tree_starts")

static inline size_t kl_tree_count(const kl_tree_set *set)
{
    size_t starts = kl_array_axis(set->starts, 0);
    return starts ? starts - 1 : 0;
}
static inline size_t kl_tree_width(const kl_tree_set *set) { return kl_array_axis(set->values, 1); }
static inline const kl_tree_node *kl_tree_nodes(const kl_tree_set *set, size_t tree)
{
    return (const kl_tree_node *)kl_indices(set->nodes) + kl_indices(set->starts)[tree];
}
static inline double *kl_tree_values(const kl_tree_set *set, size_t tree)
{
    return kl_doubles(set->values) + (size_t)kl_indices(set->starts)[tree] * kl_tree_width(set);
}
static inline size_t kl_tree_size(const kl_tree_set *set, size_t tree)
{
    const int64_t *starts = kl_indices(set->starts);
    return (size_t)(starts[tree + 1] - starts[tree]);
}

/* ---- growing ----------------------------------------------------------------------------------------- */

/* A tree that grows. Zero it; kl_tree_buffer_end() frees it. For one thread at a time. */
typedef struct kl_tree_buffer {
    kl_tree_node *nodes;
    double *values; /* count x width */
    size_t count, capacity, width;
} kl_tree_buffer;

/* Append a leaf with zeroed values, as child of `parent` (negative = the root); its number. The caller fills
 * what it is. */
kl_status kl_tree_buffer_add(size_t *out, kl_tree_buffer *tree, int64_t parent, bool is_left,
                             kl_error *error);
void kl_tree_buffer_end(kl_tree_buffer *tree);

/* The trees of `before` (or NULL) and then those of `count` buffers, which stay as they are. Given. */
kl_status kl_tree_set_join(kl_tree_set *out, const kl_tree_set *before,
                           const kl_tree_buffer *trees, size_t count, size_t width,
                           kl_error *error);
void kl_tree_set_release(kl_tree_set *set);

/* Add to out (one number a feature) the decrease of impurity that each feature of a tree brought, as shares of 1
 * when `normalised` (nothing is added for a tree that is a leaf). */
void kl_tree_importances(double *out, const kl_tree_node *nodes, size_t count, bool normalised);
/* Those of all trees together, as shares of 1: a vector, given. */
kl_status kl_trees_importances(kl_value *out, const kl_tree_set *set, size_t features,
                               bool normalised, kl_error *error);
/* The depth of each node; the root has 0. The deepest; how many are leaves. */
void kl_tree_depths(int64_t *depths, const kl_tree_node *nodes, size_t count);
kl_status kl_tree_depth(size_t *out, const kl_tree_node *nodes, size_t count, kl_error *error);
size_t kl_tree_leaves(const kl_tree_node *nodes, size_t count);

/* Minimal cost-complexity pruning (Breiman, Friedman, Olshen, Stone 1984). The tree of the last subtree whose
 * effective alpha is <= alpha; in place. */
kl_status kl_tree_prune(kl_tree_buffer *tree, double alpha, kl_error *error);
/* The path of effective alphas and impurities of the leaves; two arrays, given. */
kl_status kl_tree_prune_path(kl_value *alphas, kl_value *impurities, const kl_tree_buffer *tree,
                             kl_error *error);

/* ---- predicting -------------------------------------------------------------------------------------- */

/* A node for prediction: the children stand side by side, numbered within the pack. A leaf is its own child. */
typedef struct kl_pack_node {
    float threshold;  /* the largest float32 that is <= the threshold; infinity in a leaf */
    uint32_t feature; /* KL_PACK_NAN_LEFT set: NaN goes left */
    uint32_t child;   /* x <= threshold: child, else child + 1 */
    uint32_t origin;  /* number of this node in its set */
} kl_pack_node;
#define KL_PACK_NAN_LEFT 0x80000000u

typedef struct kl_tree_pack {
    size_t trees, width, count; /* count: nodes of all */
    uint32_t *roots;       /* trees */
    kl_pack_node *nodes;
    const double *values;  /* of the set, by origin */
} kl_tree_pack;

/* A member of an estimator beside its set: `kl_tree_pack *_Atomic pack;`, freed by its dispose(). */
typedef kl_tree_pack *_Atomic kl_tree_pack_slot;

/* The pack of a set, made the first time; borrowed while the estimator lives. Any thread. KL_INVALID: the nodes
 * are no trees of `features` features. */
kl_status kl_tree_pack_get(const kl_tree_pack **out, kl_tree_pack_slot *slot,
                           const kl_tree_set *set, size_t features, kl_error *error);
void kl_tree_pack_free(kl_tree_pack *pack);

/* Rows of x as float32, dense: rows [begin, end) into out ((end - begin) x cols). `has_nan`: is one NaN?
 * KL_INVALID: a number is too large. */
kl_status kl_rows_f32(float *out, bool *has_nan, const kl_matrix *x, size_t begin, size_t end,
                      kl_error *error);

/* The leaf of each row of `rows` (n x d) in a tree, as its origin: out[i * stride]. */
void kl_tree_apply(uint32_t *out, size_t stride, const kl_tree_pack *pack, size_t tree,
                   const float *rows, size_t n, size_t d, bool has_nan);

/* out (rows x width) += for each tree t in [first, last), scales[t - first] (NULL = 1) times the value of the
 * leaf. Threads; sums in the order of the trees. */
kl_status kl_trees_add(double *out, const kl_tree_pack *pack, size_t first, size_t last,
                       const double *scales, const kl_matrix *x, kl_error *error);
/* out (rows x columns) += scale times the value of the leaf of each tree t in [first, last), of width 1, in column
 * t % columns: stages of boosting that have a tree for each column. Threads; in the order of the trees. */
kl_status kl_trees_boost(double *out, size_t columns, const kl_tree_pack *pack, size_t first,
                         size_t last, double scale, const kl_matrix *x, kl_error *error);
/* leaves (rows x (last - first)): origins of the leaves less the first node of their tree when `local`. */
kl_status kl_trees_leaves(uint32_t *leaves, const kl_tree_pack *pack, const kl_tree_set *set,
                          size_t first, size_t last, bool local, const kl_matrix *x,
                          kl_error *error);
/* Which nodes each row passes, of all trees side by side: a sparse matrix rows x nodes of ones. Given. */
kl_status kl_trees_path(kl_value *out, const kl_tree_pack *pack, const kl_tree_set *set,
                        const kl_matrix *x, kl_task *task, kl_error *error);

/* ---- seen by users ------------------------------------------------------------------------------------ */

extern const kl_type kl_tree_type; /* Tree */
/* A tree of a set as an object (of type Tree): arrays by node. Holds the set's arrays. Given. */
kl_status kl_tree_object(kl_value *out, const kl_tree_set *set, size_t tree, size_t features,
                         size_t outputs, size_t classes, kl_error *error);

#endif
