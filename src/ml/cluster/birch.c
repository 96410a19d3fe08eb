/* src/ml/cluster/birch.c - Birch: groups of close rows in one pass, then clusters of groups. */
#include "../estimator_parts.h"
#include "../model.h"
#include "../numeric.h"
#include "cf_tree.h"
#include "k_means.h"

typedef struct birch {
    kl_estimator base;
    double threshold;
    int64_t branching_factor;
    kl_value n_clusters; /* int, an estimator, or null */
    bool compute_labels;
    kl_value subcluster_centers_, subcluster_labels_, labels_;
    kl_value tree_groups, tree_nodes; /* the tree, to which partial_fit() adds */
} birch;

/* ---- learning ------------------------------------------------------------------------------------ */

static kl_status keep_tree(birch *self, const kl_cf_tree *tree, size_t d, kl_error *error)
{
    kl_value centers, groups, nodes;
    double *to;
    KL_TRY(kl_table_new(&centers, &to, kl_cf_tree_groups(tree), d, error));
    kl_cf_tree_means(to, tree);
    kl_learn(&self->subcluster_centers_, centers);
    KL_TRY(kl_cf_tree_keep(&groups, &nodes, tree, error));
    kl_learn(&self->tree_groups, groups);
    kl_learn(&self->tree_nodes, nodes);
    return KL_OK;
}

/* Add rows to the tree there is, or to a new one. */
static kl_status group_rows(birch *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_cf_tree *tree;
    size_t branching = (size_t)self->branching_factor;
    KL_TRY(kl_is_null(self->tree_nodes)
               ? kl_cf_tree_new(&tree, in->d, self->threshold, branching, error)
               : kl_cf_tree_from(&tree, self->tree_groups, self->tree_nodes, self->threshold, branching, error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < in->n && status == KL_OK; i++) {
        status = kl_cf_tree_add(tree, kl_row(in->x, i), error);
        if (status == KL_OK && i % 1024 == 0)
            status = kl_task_step(task, i, in->n, error);
    }
    if (status == KL_OK)
        status = keep_tree(self, tree, in->d, error);
    kl_cf_tree_free(tree);
    return status;
}

static kl_status each_its_own(birch *self, size_t groups, kl_error *error)
{
    kl_value value;
    double *labels;
    KL_TRY(kl_vector_new(&value, &labels, groups, error));
    for (size_t g = 0; g < groups; g++)
        labels[g] = (double)g;
    kl_learn(&self->subcluster_labels_, value);
    return KL_OK;
}

/* Labels that another clusterer gives the groups. */
static kl_status cluster_groups(birch *self, kl_value model, kl_error *error)
{
    kl_value labels, copy;
    kl_task task = KL_TASK_INIT;
    const double *numbers;
    size_t n;
    KL_TRY(kl_model_fit(model, self->subcluster_centers_, kl_null(), kl_null(), error));
    KL_TRY(kl_model_attribute(&labels, model, "labels_", error));
    kl_status status = kl_numbers_read(&numbers, &n, labels, "labels_", &task, error);
    if (status == KL_OK && n != kl_array_axis(self->subcluster_centers_, 0))
        status = kl_bad_dimension(error, "labels", kl_array_axis(self->subcluster_centers_, 0), n);
    if (status == KL_OK)
        status = kl_vector_from(&copy, numbers, n, error);
    if (status == KL_OK)
        kl_learn(&self->subcluster_labels_, copy);
    kl_task_end(&task);
    kl_value_release(labels);
    return status;
}

/* Ward's clusters of the groups, or those of a clusterer that was given. */
static kl_status name_groups(birch *self, kl_error *error)
{
    size_t groups = kl_array_axis(self->subcluster_centers_, 0);
    kl_value model, params;
    if (kl_is_null(self->n_clusters))
        return each_its_own(self, groups, error);
    if (kl_is_model(self->n_clusters)) {
        KL_TRY(kl_model_clone(&model, self->n_clusters, error));
        kl_status status = cluster_groups(self, model, error);
        kl_value_release(model);
        return status;
    }
    if (!kl_is(self->n_clusters, KL_KIND_INT) || kl_as_int(self->n_clusters) < 1)
        return kl_bad_parameter(error, "n_clusters", "an int >= 1, a clusterer, or None", self->n_clusters);
    if ((size_t)kl_as_int(self->n_clusters) > groups) {
        KL_TRY(kl_warn_convergence(error, "Birch found %zu groups, fewer than the %lld clusters wanted; lower the threshold",
                                   groups, (long long)kl_as_int(self->n_clusters)));
        return each_its_own(self, groups, error);
    }
    KL_TRY(kl_string_from_valid(&params, KL_TEXT("AgglomerativeClustering"), error));
    kl_status status = kl_model_resolve(&model, params, "n_clusters", error);
    kl_value_release(params);
    if (status != KL_OK)
        return status;
    status = kl_map_of_one(&params, KL_TEXT("n_clusters"), self->n_clusters, error);
    if (status == KL_OK) {
        status = kl_model_set_params(model, params, error);
        kl_value_release(params);
    }
    if (status == KL_OK)
        status = groups > 1 ? cluster_groups(self, model, error) : each_its_own(self, groups, error);
    kl_value_release(model);
    return status;
}

static kl_status label_rows(double *out, const birch *self, const double *x, size_t n, kl_task *task,
                            kl_error *error)
{
    int32_t *groups;
    KL_TAKE_RAW(groups, task, n + 1, error);
    KL_TRY(kl_k_means_assign(groups, NULL, x, n, kl_array_axis(self->subcluster_centers_, 1),
                             kl_doubles(self->subcluster_centers_), kl_array_axis(self->subcluster_centers_, 0), NULL,
                             task, error));
    for (size_t i = 0; i < n; i++)
        out[i] = kl_doubles(self->subcluster_labels_)[groups[i]];
    return KL_OK;
}

static kl_status fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    birch *self = (birch *)base;
    kl_value labels;
    double *to;
    KL_TRY(group_rows(self, in, task, error));
    KL_TRY(name_groups(self, error));
    if (!self->compute_labels)
        return KL_OK;
    KL_TRY(kl_vector_new(&labels, &to, in->n, error));
    kl_learn(&self->labels_, labels);
    return label_rows(to, self, in->x->data, in->n, task, error);
}

/* partial_fit() without rows: the groups are named anew, as n_clusters may have changed. */
static kl_status name_again(kl_value *out, kl_estimator *self, kl_error *error)
{
    kl_estimator *before, *model;
    KL_TRY(kl_estimator_need(&before, self, error));
    kl_status status = kl_estimator_begin(&model, self, error);
    if (status == KL_OK) {
        kl_estimator_copy_learned(model, before);
        status = name_groups((birch *)model, error);
        if (status == KL_OK)
            kl_estimator_set_model(self, model);
        else
            kl_object_release(&model->object);
    }
    kl_object_release(&before->object);
    if (status == KL_OK)
        *out = kl_value_of(kl_object_retain(&self->object));
    return status;
}

KL_EST_METHOD(partial_fit)
{
    return kl_is_null(args[0]) ? name_again(out, (kl_estimator *)self, error)
                               : kl_est_partial_fit_plain(out, self, args, error);
}

/* ---- answering ----------------------------------------------------------------------------------- */

static kl_status predict(double *out, const kl_estimator *self, const kl_matrix *x, kl_task *task, kl_error *error)
{
    return label_rows(out, (const birch *)self, x->data, x->rows, task, error);
}

static kl_status transform(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                           kl_error *error)
{
    const birch *self = (const birch *)base;
    size_t groups = kl_array_axis(self->subcluster_centers_, 0);
    double *to;
    (void)task;
    KL_TRY(kl_table_new(out, &to, x->rows, groups, error));
    kl_status status = kl_distances(to, x->data, x->rows, kl_doubles(self->subcluster_centers_), groups, x->cols,
                                    KL_METRIC_EUCLIDEAN, 2, error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

static size_t width(const kl_estimator *self)
{
    return kl_array_axis(((const birch *)self)->subcluster_centers_, 0);
}

/* ---- the type ------------------------------------------------------------------------------------ */

static const kl_field fields[] = {
    KL_DOUBLE(birch, threshold, 0.5, .doc = "most radius of a group; > 0. Smaller gives more groups"),
    KL_INT(birch, branching_factor, 50, .doc = "most groups in a node of the tree; >= 2"),
    KL_VALUE(birch, n_clusters, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_FOREIGN,
             .doc = "clusters that the groups are put in, by Ward's linkage, or a clusterer that does so; None = each group "
                    "is a cluster"),
    KL_BOOL(birch, compute_labels, true, .flags = KL_KEYWORD_ONLY, .doc = "whether fit() labels its rows"),
    KL_LEARNED_ARRAY(birch, subcluster_centers_, .doc = "means of the groups: groups x columns"),
    KL_LEARNED_ARRAY(birch, subcluster_labels_, .doc = "the cluster of each group, as float64"),
    KL_LEARNED_ARRAY(birch, labels_, .doc = "the cluster of each row that was seen last, as float64; there with compute_labels"),
    KL_KEPT_ARRAY(birch, tree_groups, .doc = "groups of the tree: rows, squares, sums"),
    KL_KEPT_ARRAY(birch, tree_nodes, .doc = "nodes of the tree"),
};

static const kl_limit limits[] = {{"threshold", KL_ABOVE(0)}, {"branching_factor", KL_BETWEEN(2, 100000)}};

static const kl_param more_params[] = {
    {.name = "x", .alias = "X", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL,
     .doc = "more rows x columns of numbers; None = put the groups in clusters anew"},
    {.name = "y", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL, .doc = "not used"},
};

static const kl_method methods[] = {
    {.name = "partial_fit", .call = partial_fit, .params = KL_TABLE(more_params), .returns = KL_KIND_OBJECT,
     .returns_type = &kl_estimator_type, .raises = KL_EST_RAISES,
     .doc = "Put more rows in the groups there are, or in new ones, and the groups in clusters."},
    KL_EST_CLUSTERER, KL_EST_PREDICT, KL_EST_TRANSFORM,
    KL_EST_ROW("fit_transform", kl_est_fit_transform_plain, kl_est_fit_plain_x, KL_KIND_BUFFER,
               "fit(x), and the distance of each row to the mean of each group."),
    KL_EST_NAMES_OUT,
};

static const kl_estimator_table table = {
    .kind = KL_EST_CLUSTER,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .partial_fit = fit, /* a model of before has its tree */
    .predict = predict,
    .transform = transform,
    .width = width,
    .shapes = "subcluster_centers_ = groups features; subcluster_labels_ = groups; labels_ = * | none; "
              "tree_groups = * * | none",
};

const kl_type kl_birch_type = {
    .name = "Birch",
    KL_ESTIMATOR(birch),
    .doc = "Groups of close rows in one pass over them, kept as sums in a tree, then clusters of groups (Zhang, Ramakrishnan "
           "and Livny 1996). Takes memory for the groups alone.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_birch_type);
