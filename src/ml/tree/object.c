/* src/ml/tree/object.c - Tree: one tree of a model as users see it, array by array. */
#include "decision_tree.h"

#include <stdio.h>

typedef struct tree_object {
    kl_object object;
    kl_tree_set set; /* all trees of the model */
    size_t tree, features, outputs, classes;
} tree_object;

kl_status kl_tree_object(kl_value *out, const kl_tree_set *set, size_t tree, size_t features,
                         size_t outputs, size_t classes, kl_error *error)
{
    kl_object *made;
    KL_TRY(kl_object_alloc(&made, &kl_tree_type, error));
    tree_object *object = (tree_object *)made;
    object->set = (kl_tree_set){.nodes = kl_value_retain(set->nodes),
                                .values = kl_value_retain(set->values),
                                .starts = kl_value_retain(set->starts)};
    object->tree = tree;
    object->features = features;
    object->outputs = outputs;
    object->classes = classes;
    *out = kl_value_of(made);
    return KL_OK;
}

static void dispose(kl_object *self) { kl_tree_set_release(&((tree_object *)self)->set); }

static const kl_tree_node *nodes_of(const kl_object *self, size_t *count)
{
    const tree_object *tree = (const tree_object *)self;
    *count = kl_tree_size(&tree->set, tree->tree);
    return kl_tree_nodes(&tree->set, tree->tree);
}

/* ---- numbers --------------------------------------------------------------------------------------------- */

#define PROPERTY(name)                                                                             \
    static kl_status name(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)

PROPERTY(node_count)
{
    size_t count;
    (void)args, (void)error;
    nodes_of(self, &count);
    *out = kl_int((int64_t)count);
    return KL_OK;
}

PROPERTY(n_leaves)
{
    size_t count;
    (void)args, (void)error;
    const kl_tree_node *nodes = nodes_of(self, &count);
    *out = kl_int((int64_t)kl_tree_leaves(nodes, count));
    return KL_OK;
}

PROPERTY(max_depth)
{
    size_t count, depth;
    (void)args;
    const kl_tree_node *nodes = nodes_of(self, &count);
    KL_TRY(kl_tree_depth(&depth, nodes, count, error));
    *out = kl_int((int64_t)depth);
    return KL_OK;
}

PROPERTY(n_features)
{
    (void)args, (void)error;
    *out = kl_int((int64_t)((tree_object *)self)->features);
    return KL_OK;
}

PROPERTY(n_outputs)
{
    (void)args, (void)error;
    *out = kl_int((int64_t)((tree_object *)self)->outputs);
    return KL_OK;
}

PROPERTY(n_classes)
{
    (void)args, (void)error;
    *out = kl_int((int64_t)((tree_object *)self)->classes);
    return KL_OK;
}

/* ---- arrays ---------------------------------------------------------------------------------------------- */

/* A column of the nodes, whose members are all of eight bytes. */
static kl_status integers(kl_value *out, const kl_object *self, size_t offset, kl_error *error)
{
    size_t count;
    int64_t *to;
    const kl_tree_node *nodes = nodes_of(self, &count);
    KL_TRY(kl_indices_new(out, &to, count, error));
    for (size_t i = 0; i < count; i++)
        memcpy(&to[i], (const char *)&nodes[i] + offset, sizeof *to);
    return KL_OK;
}

static kl_status doubles(kl_value *out, const kl_object *self, size_t offset, kl_error *error)
{
    size_t count;
    double *to;
    const kl_tree_node *nodes = nodes_of(self, &count);
    KL_TRY(kl_vector_new(out, &to, count, error));
    for (size_t i = 0; i < count; i++)
        memcpy(&to[i], (const char *)&nodes[i] + offset, sizeof *to);
    return KL_OK;
}

#define COLUMN(name, kind, member)                                                                 \
    PROPERTY(name)                                                                                 \
    {                                                                                              \
        (void)args;                                                                                \
        return kind(out, self, offsetof(kl_tree_node, member), error);                             \
    }
COLUMN(children_left, integers, left)
COLUMN(children_right, integers, right)
COLUMN(feature, integers, feature)
COLUMN(threshold, doubles, threshold)
COLUMN(impurity, doubles, impurity)
COLUMN(n_node_samples, integers, samples)
COLUMN(weighted_n_node_samples, doubles, weight)
COLUMN(missing_go_to_left, integers, missing_left)

PROPERTY(value)
{
    const tree_object *tree = (const tree_object *)self;
    size_t count = kl_tree_size(&tree->set, tree->tree), width = kl_tree_width(&tree->set);
    size_t shape[] = {count, tree->outputs, tree->classes};
    void *data;
    (void)args;
    KL_TRY(kl_tensor_new(out, &data, 'd', 3, shape, error));
    memcpy(data, kl_tree_values(&tree->set, tree->tree), count * width * sizeof(double));
    return KL_OK;
}

PROPERTY(node_depths)
{
    size_t count;
    int64_t *depths;
    (void)args;
    const kl_tree_node *nodes = nodes_of(self, &count);
    KL_TRY(kl_indices_new(out, &depths, count, error));
    kl_tree_depths(depths, nodes, count);
    for (size_t i = 0; i < count; i++)
        depths[i]++;
    return KL_OK;
}

PROPERTY(importances)
{
    size_t count;
    double *numbers;
    const kl_tree_node *nodes = nodes_of(self, &count);
    size_t features = ((tree_object *)self)->features;
    KL_TRY(kl_vector_new(out, &numbers, features, error));
    kl_tree_importances(numbers, nodes, count, kl_as_bool(args[0]));
    return KL_OK;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    char text[96];
    size_t count, depth;
    const kl_tree_node *nodes = nodes_of(self, &count);
    KL_TRY(kl_tree_depth(&depth, nodes, count, error));
    snprintf(text, sizeof text, "Tree(node_count=%zu, max_depth=%zu)", count, depth);
    return kl_string_new(out, kl_text_from(text), error);
}

/* ---- the type -------------------------------------------------------------------------------------------- */

#define ROW(title, kind, text)                                                                     \
    {.name = #title, .call = title, .returns = kind, .flags = KL_PROPERTY, .doc = text}

static const kl_param importances_params[] = {
    {.name = "normalize", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "as shares of 1; otherwise as decreases of impurity"},
};
static const kl_method methods[] = {
    ROW(node_count, KL_KIND_INT, "Nodes; number 0 is the root, every child has a higher number than its parent."),
    ROW(n_leaves, KL_KIND_INT, "Leaves."),
    ROW(max_depth, KL_KIND_INT, "Splits above the deepest leaf; 0 for a root alone."),
    ROW(n_features, KL_KIND_INT, "Columns of x."),
    ROW(n_outputs, KL_KIND_INT, "Columns of y."),
    ROW(n_classes, KL_KIND_INT, "Numbers a value has for each output: classes, or 1."),
    ROW(children_left, KL_KIND_BUFFER, "The node that rows with x[feature] <= threshold go to; -1 for leaves."),
    ROW(children_right, KL_KIND_BUFFER, "The node that the other rows go to; -1 for leaves."),
    ROW(feature, KL_KIND_BUFFER, "Column of x that a node splits; -2 for leaves."),
    ROW(threshold, KL_KIND_BUFFER, "Where it splits; -2 for leaves, infinity where all but NaN go left."),
    ROW(impurity, KL_KIND_BUFFER, "Impurity of each node by the criterion."),
    ROW(n_node_samples, KL_KIND_BUFFER, "Rows that reached each node in fit()."),
    ROW(weighted_n_node_samples, KL_KIND_BUFFER, "Their weight."),
    ROW(missing_go_to_left, KL_KIND_BUFFER, "1 where NaN goes left."),
    ROW(value, KL_KIND_BUFFER, "What each node answers: nodes x outputs x classes; shares of the classes, or numbers."),
    {.name = "compute_node_depths", .call = node_depths, .returns = KL_KIND_BUFFER,
     .doc = "Depth of each node, where the root has 1."},
    {.name = "compute_feature_importances", .call = importances, .returns = KL_KIND_BUFFER,
     .params = KL_TABLE(importances_params),
     .doc = "How much of the decrease of impurity each feature brought."},
};
const kl_type kl_tree_type = {
    .name = "Tree",
    .module = "kailash.ml",
    .doc = "One tree of a model: arrays with an item for each node. It holds what was learned; it does not change.",
    .size = sizeof(tree_object),
    .flags = KL_TYPE_NO_INIT | KL_TYPE_ARRAYS,
    .methods = KL_TABLE(methods),
    .dispose = dispose,
    .repr = repr,
};
KL_PUBLISH(kl_tree_type);
