/* src/ml/neural/mlp.c - MLPClassifier, MLPRegressor: networks of layers. */
#include "ml/shapes.h"
#include "../kernels.h"
#include "training.h"

#include <math.h>

typedef struct mlp {
    kl_estimator base;
    kl_value hidden_layer_sizes, activation, solver, learning_rate, batch_size, random_state;
    kl_value loss; /* of MLPRegressor; else null */
    double alpha, learning_rate_init, power_t, tol, momentum, validation_fraction, beta_1, beta_2, epsilon;
    int64_t max_iter, n_iter_no_change, max_fun;
    bool shuffle, verbose, warm_start, nesterovs_momentum, early_stopping;
    /* learned */
    kl_value coefs_, intercepts_, loss_curve_, validation_scores_, best_loss_, best_validation_score_, out_activation_;
    double loss_;
    int64_t n_iter_, n_layers_, n_outputs_, t_;
    kl_value weights, widths, moments; /* kept: all weights in one vector, widths of layers, state of the solver */
    int64_t steps;
} mlp;

static const char *const activations[] = {"relu", "tanh", "logistic", "identity", NULL};
static const char *const solvers[] = {"adam", "sgd", "lbfgs", NULL};
static const char *const losses[] = {"squared_error", "poisson", NULL};
static const char *const schedules[] = {"constant", "invscaling", "adaptive", NULL};

static const char *const output_names[] = {
    [KL_OUTPUT_NUMBERS] = "identity", [KL_OUTPUT_COUNTS] = "exp",
    [KL_OUTPUT_BINARY] = "logistic", [KL_OUTPUT_CLASSES] = "softmax"};

/* The place of a word among such words. */
static unsigned place_of(kl_value word, const char *const *words)
{
    unsigned i = 0;
    while (words[i + 1] && !kl_word_is(word, words[i]))
        i++;
    return i;
}

/* ---- the network --------------------------------------------------------------------------------- */

static kl_status add_layer(kl_network *net, kl_value size, kl_value all, kl_error *error)
{
    if (!kl_is(size, KL_KIND_INT) || kl_as_int(size) < 1 || kl_as_int(size) > 1000000)
        return kl_bad_parameter(error, "hidden_layer_sizes", "sizes that are ints from 1 to 1000000", all);
    if (net->layers == KL_LAYERS_MAX - 1)
        return kl_bad_parameter(error, "hidden_layer_sizes", "at most 63 layers", all);
    net->width[++net->layers] = (size_t)kl_as_int(size);
    return KL_OK;
}

/* `classes` 0: of a regressor. */
static kl_network_output output_of(const mlp *self, size_t classes)
{
    if (classes > 0)
        return classes <= 2 ? KL_OUTPUT_BINARY : KL_OUTPUT_CLASSES;
    return kl_word_is(self->loss, "poisson") ? KL_OUTPUT_COUNTS : KL_OUTPUT_NUMBERS;
}

static kl_status make_network(kl_network *net, const mlp *self, const kl_fit *in, kl_error *error)
{
    kl_value sizes = self->hidden_layer_sizes;
    *net = (kl_network){.alpha = self->alpha};
    net->activation = (kl_activation)place_of(self->activation, activations);
    net->width[0] = in->d;
    if (kl_is_null(sizes))
        net->width[++net->layers] = 100;
    else if (kl_is(sizes, KL_KIND_INT))
        KL_TRY(add_layer(net, sizes, sizes, error));
    else if (kl_as_array_view(sizes)) {
        for (size_t i = 0; i < kl_array_axis(sizes, 0) && kl_indices(sizes); i++)
            KL_TRY(add_layer(net, kl_int(kl_indices(sizes)[i]), sizes, error));
    } else if (kl_is(sizes, KL_KIND_ARRAY)) {
        for (size_t i = 0; i < kl_array_len(sizes); i++)
            KL_TRY(add_layer(net, kl_array_at(sizes, i), sizes, error));
    } else
        return kl_bad_parameter(error, "hidden_layer_sizes", "an int or a list of ints", sizes);
    net->output = output_of(self, in->codes ? in->classes : 0);
    net->width[++net->layers] = !in->codes ? in->outputs : in->classes <= 2 ? 1 : in->classes;
    kl_network_lay_out(net);
    return KL_OK;
}

/* The network of what was learned. */
static void learned_network(kl_network *net, const mlp *self)
{
    *net = (kl_network){.alpha = self->alpha, .layers = (size_t)self->n_layers_ - 1};
    net->activation = (kl_activation)place_of(self->activation, activations);
    for (size_t k = 0; k <= net->layers; k++)
        net->width[k] = (size_t)kl_indices(self->widths)[k];
    net->output = output_of(self, kl_is_null(self->base.classes) ? 0 : kl_labels_count(self->base.classes));
    kl_network_lay_out(net);
}

/* Layers as wide as their weights, from the features to the outputs. */
static kl_status restored(kl_estimator *base, kl_error *error)
{
    const mlp *self = (const mlp *)base;
    const int64_t *widths = kl_indices(self->widths);
    int64_t layers = self->n_layers_ - 1, weights = 0;
    size_t classes = kl_labels_count(base->classes);
    bool is_sound = layers >= 1 && layers <= KL_LAYERS_MAX && widths[0] == base->features &&
                    widths[layers] == self->n_outputs_ &&
                    widths[layers] == (kl_is_null(base->classes) ? base->outputs : classes <= 2 ? 1 : (int64_t)classes);
    for (int64_t k = 0; k <= layers && is_sound; k++)
        is_sound = widths[k] >= 1 && widths[k] <= INT32_MAX;
    for (int64_t k = 0; k < layers && is_sound; k++)
        is_sound = !__builtin_add_overflow(weights, (widths[k] + 1) * widths[k + 1], &weights);
    is_sound = is_sound && kl_is_vector(self->weights, 'd', (size_t)weights);
    return kl_shapes_are(is_sound, base, "layers", error);
}

/* ---- learning ------------------------------------------------------------------------------------ */

static kl_status read_batch(size_t *out, const mlp *self, size_t n, kl_error *error)
{
    kl_value size = self->batch_size;
    *out = KL_MIN((size_t)200, n);
    if (kl_is_null(size) || kl_word_is(size, "auto"))
        return KL_OK;
    if (!kl_is(size, KL_KIND_INT) || kl_as_int(size) < 1)
        return kl_bad_parameter(error, "batch_size", "an int >= 1 or 'auto'", size);
    *out = KL_MIN((size_t)kl_as_int(size), n);
    return KL_OK;
}

static kl_status set_training(kl_training *how, const mlp *self, const kl_fit *in, kl_task *task,
                              kl_error *error)
{
    *how = (kl_training){
        .solver = (kl_solver)place_of(self->solver, solvers),
        .schedule = (kl_schedule)place_of(self->learning_rate, schedules),
        .rate = self->learning_rate_init, .power_t = self->power_t, .momentum = self->momentum,
        .beta_1 = self->beta_1, .beta_2 = self->beta_2, .epsilon = self->epsilon, .tol = self->tol,
        .validation_fraction = self->validation_fraction, .nesterov = self->nesterovs_momentum,
        .shuffle = self->shuffle, .early_stopping = self->early_stopping,
        .epochs_max = (size_t)self->max_iter, .patience = (size_t)self->n_iter_no_change,
        .evaluations_max = (size_t)self->max_fun, .x = in->x->data, .y = in->y, .codes = in->codes,
        .row_weights = in->weights, .rows = in->n, .classes = in->classes,
    };
    if (how->early_stopping && how->solver == KL_SOLVER_LBFGS)
        how->early_stopping = false; /* it has no epochs to stop after */
    KL_TRY(kl_estimator_seed(&how->seed, &self->base, error));
    KL_TAKE(how->losses, task, how->epochs_max + 1, error);
    KL_TAKE(how->scores, task, how->epochs_max + 1, error);
    return read_batch(&how->batch, self, in->n, error);
}

/* Matrices and offsets as lists of arrays. */
static kl_status keep_layers(mlp *self, const kl_network *net, kl_error *error)
{
    const double *weights = kl_doubles(self->weights);
    kl_value matrices, offsets, one;
    KL_TRY(kl_array_new(&matrices, net->layers, error));
    kl_learn(&self->coefs_, matrices);
    KL_TRY(kl_array_new(&offsets, net->layers, error));
    kl_learn(&self->intercepts_, offsets);
    for (size_t k = 0; k < net->layers; k++) {
        KL_TRY(kl_table_from(&one, weights + net->matrix[k], net->width[k], net->width[k + 1], error));
        KL_TRY(kl_array_push(&self->coefs_, one, error));
        KL_TRY(kl_vector_from(&one, weights + net->offset[k], net->width[k + 1], error));
        KL_TRY(kl_array_push(&self->intercepts_, one, error));
    }
    return KL_OK;
}

static kl_status keep_list(kl_value *out, const double *numbers, size_t n, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, n, error));
    for (size_t i = 0; i < n; i++)
        kl_array_push(&list, kl_double(numbers[i]), NULL); /* has room */
    kl_learn(out, list);
    return KL_OK;
}

static kl_status keep_history(mlp *self, const kl_training *how, kl_network_output output, kl_error *error)
{
    kl_value word;
    self->loss_ = how->loss;
    self->n_iter_ = (int64_t)how->epochs;
    self->t_ = how->seen;
    self->steps = how->steps;
    if (how->solver != KL_SOLVER_LBFGS)
        KL_TRY(keep_list(&self->loss_curve_, how->losses, how->epochs, error));
    if (how->early_stopping)
        KL_TRY(keep_list(&self->validation_scores_, how->scores, how->epochs, error));
    kl_learn(how->early_stopping ? &self->best_validation_score_ : &self->best_loss_,
             kl_double(how->early_stopping ? how->best_score : how->best_loss));
    KL_TRY(kl_string_from_valid(&word, kl_text_from(output_names[output]), error));
    kl_learn(&self->out_activation_, word);
    return KL_OK;
}

static kl_status keep_shape(mlp *self, const kl_network *net, kl_error *error)
{
    kl_value widths;
    int64_t *width;
    KL_TRY(kl_indices_new(&widths, &width, net->layers + 1, error));
    kl_learn(&self->widths, widths);
    for (size_t k = 0; k <= net->layers; k++)
        width[k] = (int64_t)net->width[k];
    self->n_layers_ = (int64_t)net->layers + 1;
    self->n_outputs_ = (int64_t)net->width[net->layers];
    return KL_OK;
}

/* Weights to begin with: those of before, when they fit and are wanted. */
static kl_status begin_weights(mlp *self, const kl_network *net, const mlp *before, uint64_t seed,
                               kl_error *error)
{
    kl_value weights;
    double *numbers;
    KL_TRY(kl_vector_new(&weights, &numbers, net->size, error));
    kl_learn(&self->weights, weights);
    if (before && kl_array_axis(before->weights, 0) == net->size)
        memcpy(numbers, kl_doubles(before->weights), net->size * sizeof *numbers);
    else
        kl_network_begin(numbers, net, seed);
    return KL_OK;
}

static kl_status check_counts(const kl_fit *in, kl_error *error)
{
    for (size_t i = 0; i < in->n * in->outputs; i++)
        if (in->y[i] < 0)
            return kl_bad_input(error, "y must be >= 0 for loss 'poisson', but row %zu is %g", i / in->outputs, in->y[i]);
    return KL_OK;
}

static kl_status learn(mlp *self, const kl_fit *in, const mlp *before, bool more, kl_task *task,
                       kl_error *error)
{
    kl_network net;
    kl_training how;
    kl_value moments;
    KL_TRY(make_network(&net, self, in, error));
    if (net.output == KL_OUTPUT_COUNTS)
        KL_TRY(check_counts(in, error));
    KL_TRY(set_training(&how, self, in, task, error));
    KL_TRY(begin_weights(self, &net, before, how.seed, error));
    KL_TRY(kl_vector_new(&moments, &how.moments, 2 * net.size, error));
    if (more && before && kl_array_axis(before->moments, 0) == 2 * net.size) {
        memcpy(how.moments, kl_doubles(before->moments), 2 * net.size * sizeof *how.moments);
        how.steps = before->steps;
        how.seen = before->t_;
    }
    kl_learn(&self->moments, moments);
    if (more) {
        how.epochs_max = 1;
        how.one_epoch = true;
        how.early_stopping = false;
    }
    KL_TRY(kl_train(kl_doubles(self->weights), &net, &how, task, error));
    KL_TRY(keep_shape(self, &net, error));
    KL_TRY(keep_layers(self, &net, error));
    KL_TRY(keep_history(self, &how, net.output, error));
    if (!how.converged && !more)
        return kl_warn_convergence(error, "%s stopped after %zu iterations without having converged; raise max_iter",
                                   self->base.object.type->name, how.epochs);
    return KL_OK;
}

static kl_status mlp_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    mlp *self = (mlp *)base;
    return learn(self, in, self->warm_start ? (const mlp *)in->before : NULL, false, task, error);
}

static kl_status mlp_more(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    mlp *self = (mlp *)base;
    if (kl_word_is(self->solver, "lbfgs"))
        return kl_bad_input(error, "partial_fit needs a solver that goes batch by batch: 'adam' or 'sgd'");
    return learn(self, in, (const mlp *)in->before, true, task, error);
}

/* ---- answering ----------------------------------------------------------------------------------- */

enum { ROWS_AT_ONCE = 512 };

static kl_status answers(double *out, const mlp *self, const kl_matrix *x, kl_task *task, kl_error *error)
{
    kl_network net;
    kl_network_room room;
    learned_network(&net, self);
    size_t outputs = net.width[net.layers];
    KL_TRY(kl_network_room_new(&room, &net, KL_MIN(x->rows, (size_t)ROWS_AT_ONCE) + 1, task, error));
    for (size_t at = 0; at < x->rows; at += ROWS_AT_ONCE) {
        size_t count = KL_MIN((size_t)ROWS_AT_ONCE, x->rows - at);
        kl_network_forward(&net, kl_doubles(self->weights), kl_row(x, at), count, &room);
        memcpy(out + at * outputs, room.answer[net.layers], count * outputs * sizeof *out);
    }
    return KL_OK;
}

static kl_status mlp_predict(double *out, const kl_estimator *self, const kl_matrix *x, kl_task *task,
                             kl_error *error)
{
    return answers(out, (const mlp *)self, x, task, error);
}

static kl_status mlp_proba(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                           kl_error *error)
{
    const mlp *self = (const mlp *)base;
    size_t classes = kl_labels_count(base->classes);
    double *p, *one;
    KL_TRY(kl_table_new(out, &p, x->rows, classes, error));
    if (self->n_outputs_ > 1) {
        kl_status status = answers(p, self, x, task, error);
        if (status != KL_OK)
            kl_value_release(*out);
        return status;
    }
    one = kl_task_alloc_raw(task, x->rows + 1, sizeof *one);
    kl_status status = one ? answers(one, self, x, task, error) : kl_error_no_memory(error);
    if (status != KL_OK) {
        kl_value_release(*out);
        return status;
    }
    for (size_t i = 0; i < x->rows; i++) {
        p[i * classes] = 1 - one[i];
        if (classes > 1)
            p[i * classes + 1] = one[i];
    }
    return KL_OK;
}

/* ---- the types ----------------------------------------------------------------------------------- */

#define MLP_PARAMETERS                                                                             \
    KL_VALUE(mlp, hidden_layer_sizes, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_FOREIGN | KL_TUPLE,\
             .doc = "units of each hidden layer, an int or a list of ints; None = one layer of 100"),\
    KL_ENUM(mlp, activation, "relu", .names = activations,                                         \
            .doc = "what a hidden unit makes of its sum: max(0, x), tanh x, 1 / (1 + e^-x), or x"),\
    KL_ENUM(mlp, solver, "adam", .names = solvers,                                                 \
            .doc = "adam and sgd learn batch by batch, lbfgs from all rows at once"),              \
    KL_DOUBLE(mlp, alpha, 0.0001, .doc = "strength of the penalty on squared weights; >= 0"),      \
    KL_DOUBLE(mlp, learning_rate_init, 0.001, .doc = "length of the first steps of adam and sgd; > 0"),\
    KL_INT(mlp, max_iter, 200, .doc = "most passes over the rows, of lbfgs most iterations; >= 1"),\
    KL_RANDOM_STATE(mlp, ),                                                                        \
    KL_VALUE(mlp, batch_size, .kind = KL_KIND_ANY, .fallback = "\"auto\"", .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,\
             .doc = "rows of a batch; \"auto\" = min(200, rows)"),                                 \
    KL_ENUM(mlp, learning_rate, "constant", .names = schedules, .flags = KL_KEYWORD_ONLY,          \
            .doc = "of sgd: constant, falling with the rows seen (invscaling), or divided by 5 when there is no gain "\
                   "(adaptive)"),                                                                  \
    KL_DOUBLE(mlp, power_t, 0.5, .flags = KL_KEYWORD_ONLY, .doc = "exponent of invscaling; >= 0"),  \
    KL_BOOL(mlp, shuffle, true, .flags = KL_KEYWORD_ONLY, .doc = "whether rows come in another order in each pass"),\
    KL_DOUBLE(mlp, tol, 0.0001, .flags = KL_KEYWORD_ONLY, .doc = "a smaller gain counts as none; > 0"),\
    KL_BOOL(mlp, verbose, false, .flags = KL_KEYWORD_ONLY, .doc = "whether progress is printed"),  \
    KL_BOOL(mlp, warm_start, false, .flags = KL_KEYWORD_ONLY,                                      \
            .doc = "whether fit() goes on from the weights of the fit before"),                    \
    KL_DOUBLE(mlp, momentum, 0.9, .flags = KL_KEYWORD_ONLY, .doc = "of sgd: share of a step that the next repeats; in [0, 1]"),\
    KL_BOOL(mlp, nesterovs_momentum, true, .flags = KL_KEYWORD_ONLY, .doc = "of sgd: whether the momentum looks ahead"),\
    KL_BOOL(mlp, early_stopping, false, .flags = KL_KEYWORD_ONLY,                                  \
            .doc = "whether rows are held back, whose score tells when to stop"),                  \
    KL_DOUBLE(mlp, validation_fraction, 0.1, .flags = KL_KEYWORD_ONLY, .doc = "share of the rows held back; in (0, 1)"),\
    KL_DOUBLE(mlp, beta_1, 0.9, .flags = KL_KEYWORD_ONLY, .doc = "of adam: how long gradients are remembered; in [0, 1)"),\
    KL_DOUBLE(mlp, beta_2, 0.999, .flags = KL_KEYWORD_ONLY, .doc = "of adam: how long their squares are; in [0, 1)"),\
    KL_DOUBLE(mlp, epsilon, 1e-8, .flags = KL_KEYWORD_ONLY, .doc = "of adam: keeps steps finite; > 0"),\
    KL_INT(mlp, n_iter_no_change, 10, .flags = KL_KEYWORD_ONLY, .doc = "passes without gain that are waited for; >= 1"),\
    KL_INT(mlp, max_fun, 15000, .flags = KL_KEYWORD_ONLY, .doc = "of lbfgs: most evaluations of the loss; >= 1")

#define MLP_LEARNED                                                                                \
    KL_LEARNED_VALUE(mlp, coefs_, .doc = "weights of each layer: inputs x outputs"),               \
    KL_LEARNED_VALUE(mlp, intercepts_, .doc = "offsets of each layer"),                            \
    KL_LEARNED_DOUBLE(mlp, loss_, .doc = "loss of the last pass"),                                 \
    KL_LEARNED_VALUE(mlp, best_loss_, .doc = "least loss; there without early_stopping"),          \
    KL_LEARNED_VALUE(mlp, loss_curve_, .doc = "loss of each pass; there but for lbfgs"),           \
    KL_LEARNED_VALUE(mlp, validation_scores_, .doc = "score of the rows held back in each pass; with early_stopping"),\
    KL_LEARNED_VALUE(mlp, best_validation_score_, .doc = "the best of them"),                      \
    KL_LEARNED_VALUE(mlp, out_activation_, .doc = "what the last layer does: identity, exp, logistic or softmax"),\
    KL_LEARNED_INT(mlp, n_iter_, .doc = "passes over the rows"),                                   \
    KL_LEARNED_INT(mlp, n_layers_, .doc = "layers, with those of inputs and outputs"),             \
    KL_LEARNED_INT(mlp, n_outputs_, .doc = "units of the last layer"),                             \
    KL_LEARNED_INT(mlp, t_, .doc = "rows seen, each as often as it was"),                          \
    KL_KEPT_ARRAY(mlp, weights, .doc = "all weights and offsets"),                                 \
    KL_KEPT_ARRAY(mlp, widths, .doc = "units of each layer"),                                      \
    KL_KEPT_ARRAY(mlp, moments, .doc = "what the solver remembers"),                               \
    KL_KEPT_INT(mlp, steps, .doc = "steps taken")

static const kl_field classifier_fields[] = {MLP_PARAMETERS, MLP_LEARNED};
static const kl_field regressor_fields[] = {
    MLP_PARAMETERS,
    KL_ENUM(mlp, loss, "squared_error", .names = losses, .flags = KL_KEYWORD_ONLY,
            .doc = "what is made small: half the squared error, or half the Poisson deviance, for y >= 0, of which the network "
                   "tells the logarithm"),
    MLP_LEARNED};

static const kl_limit limits[] = {
    {"alpha", KL_AT_LEAST(0)}, {"learning_rate_init", KL_ABOVE(0)}, {"max_iter", KL_AT_LEAST(1)},
    {"power_t", KL_AT_LEAST(0)}, {"tol", KL_ABOVE(0)}, {"momentum", KL_BETWEEN(0, 1)},
    {"validation_fraction", KL_BETWEEN_OPEN(0, 1)}, {"beta_1", KL_FROM_BELOW(0, 1)},
    {"beta_2", KL_FROM_BELOW(0, 1)}, {"epsilon", KL_ABOVE(0)}, {"n_iter_no_change", KL_AT_LEAST(1)},
    {"max_fun", KL_AT_LEAST(1)},
};

static const kl_method classifier_methods[] = {KL_EST_SUPERVISED_WEIGHTED, KL_EST_CLASSES, KL_EST_PROBA,
                                               KL_EST_PARTIAL_FIT};
static const kl_method regressor_methods[] = {KL_EST_SUPERVISED_WEIGHTED, KL_EST_PARTIAL_FIT_WEIGHTED_X};

static const kl_estimator_table classifier_table = {
    .kind = KL_EST_CLASSIFIER,
    .limits = KL_TABLE(limits),
    .fit = mlp_fit,
    .partial_fit = mlp_more,
    .proba = mlp_proba,
    .restored = restored,
    .shapes = "weights = *; widths = int n_layers_; moments = * | none",
};

static const kl_estimator_table regressor_table = {
    .kind = KL_EST_REGRESSOR,
    .flags = KL_EST_MULTI_OUTPUT,
    .limits = KL_TABLE(limits),
    .fit = mlp_fit,
    .partial_fit = mlp_more,
    .predict = mlp_predict,
    .restored = restored,
    .shapes = "weights = *; widths = int n_layers_; moments = * | none",
};

const kl_type kl_mlp_classifier_type = {
    .name = "MLPClassifier",
    KL_ESTIMATOR(mlp),
    .doc = "A network of layers that tells classes: least log loss + alpha / 2 |weights|^2 / rows, by back-propagation. "
           "Scale x first: it learns badly from columns of different size.",
    .fields = KL_TABLE(classifier_fields),
    .methods = KL_TABLE(classifier_methods),
    .extension = &classifier_table,
};
KL_PUBLISH(kl_mlp_classifier_type);

const kl_type kl_mlp_regressor_type = {
    .name = "MLPRegressor",
    KL_ESTIMATOR(mlp),
    .doc = "A network of layers that tells numbers: least mean squared error / 2 + alpha / 2 |weights|^2 / rows, by "
           "back-propagation. Scale x (and y) first: it learns badly from numbers of different size.",
    .fields = KL_TABLE(regressor_fields),
    .methods = KL_TABLE(regressor_methods),
    .extension = &regressor_table,
};
KL_PUBLISH(kl_mlp_regressor_type);
