/* src/ml/gaussian_process/gp_kernel.c - covariance functions from text and from objects of the face, and as text. */
#include "gp_kernel.h"

#include "kailash/data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* What simple kernels are called, here and by scikit-learn, and their hyperparameters. */
static const struct {
    const char *word, *class_name;
    kl_gp_kind kind;
    const char *params[2]; /* the first may be given without a name */
} simple[] = {
    {"constant", "ConstantKernel", KL_GP_CONSTANT, {"constant_value", NULL}},
    {"white", "WhiteKernel", KL_GP_WHITE, {"noise_level", NULL}},
    {"rbf", "RBF", KL_GP_RBF, {"length_scale", NULL}},
    {"matern", "Matern", KL_GP_MATERN, {"length_scale", NULL}},
    {"rational_quadratic", "RationalQuadratic", KL_GP_RATIONAL_QUADRATIC, {"length_scale", "alpha"}},
    {"exp_sine_squared", "ExpSineSquared", KL_GP_EXP_SINE_SQUARED, {"length_scale", "periodicity"}},
    {"dot_product", "DotProduct", KL_GP_DOT_PRODUCT, {"sigma_0", NULL}},
};

static const double low_default = 1e-5, high_default = 1e5;

/* ---- making ------------------------------------------------------------------------------------------- */

kl_status kl_gp_add(kl_gp_kernel *kernel, kl_gp_node node, const double *values, size_t count,
                    double low, double high, kl_error *error)
{
    if (kernel->count == KL_GP_NODES_MAX || kernel->params + count > KL_GP_PARAMS_MAX)
        return kl_bad_input(error, "kernel: more than %d parts or %d numbers", KL_GP_NODES_MAX,
                            KL_GP_PARAMS_MAX);
    node.param = kernel->params, node.params = count;
    if (node.kind >= KL_GP_SUM) {
        const kl_gp_node *first = &kernel->nodes[node.first], *second = &kernel->nodes[node.second];
        node.param = first->param;
        node.params = first->params + (node.kind == KL_GP_POWER ? 0 : second->params);
    }
    for (size_t i = 0; i < count; i++) {
        if (!(values[i] > 0) || !isfinite(values[i]))
            return kl_bad_input(error, "kernel: expected numbers > 0, got %g", values[i]);
        kernel->values[kernel->params] = values[i];
        kernel->low[kernel->params] = low;
        kernel->high[kernel->params++] = high;
    }
    kernel->nodes[kernel->count++] = node;
    return KL_OK;
}

static kl_status begin(kl_gp_kernel *kernel, kl_task *task, kl_error *error)
{
    *kernel = (kl_gp_kernel){0};
    KL_TAKE(kernel->values, task, (size_t)3 * KL_GP_PARAMS_MAX, error);
    kernel->low = kernel->values + KL_GP_PARAMS_MAX;
    kernel->high = kernel->low + KL_GP_PARAMS_MAX;
    return KL_OK;
}

/* A product, sum or power of nodes that are there. */
static kl_status join(kl_gp_kernel *kernel, kl_gp_kind kind, size_t first, size_t second,
                      double exponent, kl_error *error)
{
    kl_gp_node node = {.kind = kind, .first = first, .second = second, .fixed = exponent};
    return kl_gp_add(kernel, node, NULL, 0, 0, 0, error);
}

/* ---- text ----------------------------------------------------------------------------------------------- */

typedef struct reader {
    kl_gp_kernel *kernel;
    const char *start, *at, *end;
    int depth;
    kl_error *error;
} reader;

static kl_status unexpected(reader *r, const char *wanted)
{
    return kl_error_set_at(r->error, KL_SYNTAX, r->start, r->at, "kernel: expected %s at byte %zu of '%.*s'",
                           wanted, (size_t)(r->at - r->start), (int)(r->end - r->start), r->start);
}

static void skip(reader *r)
{
    while (r->at < r->end && *r->at == ' ')
        r->at++;
}

static bool take(reader *r, const char *mark)
{
    skip(r);
    size_t len = strlen(mark);
    if ((size_t)(r->end - r->at) < len || memcmp(r->at, mark, len) != 0)
        return false;
    r->at += len;
    return true;
}

/* `*` that is not the beginning of `**`. */
static bool take_times(reader *r)
{
    skip(r);
    return !(r->end - r->at > 1 && r->at[0] == '*' && r->at[1] == '*') && take(r, "*");
}

static kl_text word_at(reader *r)
{
    skip(r);
    const char *begin = r->at;
    while (r->at < r->end && ((*r->at >= 'a' && *r->at <= 'z') || *r->at == '_' ||
                              (r->at > begin && *r->at >= '0' && *r->at <= '9')))
        r->at++;
    return (kl_text){begin, (size_t)(r->at - begin)};
}

static bool number_at(double *out, reader *r)
{
    char text[64];
    size_t len = 0;
    skip(r);
    while (len + 1 < sizeof text && r->at + len < r->end && strchr("0123456789.eE+-infINF", r->at[len]) &&
           r->at[len])
        len++;
    memcpy(text, r->at, len);
    text[len] = 0;
    char *end = text;
    *out = strtod(text, &end);
    r->at += end - text;
    return end != text;
}

/* What stands within the brackets of a simple kernel. */
typedef struct arguments {
    double values[KL_GP_PARAMS_MAX], second, low, high, nu;
    size_t count;
} arguments;

static kl_status read_list(arguments *a, reader *r)
{
    for (a->count = 0; a->count < KL_GP_PARAMS_MAX;) {
        if (!number_at(&a->values[a->count++], r))
            return unexpected(r, "a number");
        if (take(r, "]"))
            return KL_OK;
        if (!take(r, ","))
            return unexpected(r, "',' or ']'");
    }
    return unexpected(r, "fewer numbers");
}

static kl_status read_bounds(arguments *a, reader *r)
{
    if (!take(r, "=") || !take(r, "(") || !number_at(&a->low, r) || !take(r, ",") ||
        !number_at(&a->high, r) || !take(r, ")"))
        return unexpected(r, "bounds=(low, high)");
    return a->low > 0 && a->low <= a->high ? KL_OK : unexpected(r, "bounds with 0 < low <= high before");
}

static kl_status read_named(arguments *a, reader *r, size_t which, kl_text name)
{
    if (kl_text_is(name, "fixed")) {
        a->low = a->high = 1;
        return KL_OK;
    }
    if (kl_text_is(name, "bounds"))
        return read_bounds(a, r);
    const char *second = simple[which].params[1];
    bool is_first = kl_text_is(name, simple[which].params[0]);
    bool is_second = second && kl_text_is(name, second);
    bool is_nu = simple[which].kind == KL_GP_MATERN && kl_text_is(name, "nu");
    if (!is_first && !is_second && !is_nu)
        return unexpected(r, "a parameter of this kernel before");
    if (!take(r, "="))
        return unexpected(r, "'='");
    if (is_first && take(r, "["))
        return read_list(a, r);
    double *to = is_nu ? &a->nu : is_second ? &a->second : a->values;
    return number_at(to, r) ? KL_OK : unexpected(r, "a number");
}

static kl_status read_arguments(arguments *a, reader *r, size_t which)
{
    if (take(r, ")"))
        return KL_OK;
    for (size_t k = 0;; k++) {
        kl_text name = {NULL, 0};
        if (take(r, "["))
            KL_TRY(k == 0 ? read_list(a, r) : unexpected(r, "a name"));
        else if (k > 0 || !number_at(&a->values[0], r)) {
            name = word_at(r);
            KL_TRY(name.len ? read_named(a, r, which, name) : unexpected(r, "a number or a name"));
        }
        if (take(r, ")"))
            return KL_OK;
        if (!take(r, ","))
            return unexpected(r, "',' or ')'");
    }
}

/* One simple kernel, with `a` its numbers. */
static kl_status add_simple(kl_gp_kernel *kernel, size_t which, const arguments *a, kl_error *error)
{
    kl_gp_kind kind = simple[which].kind;
    kl_gp_node node = {.kind = kind, .fixed = a->nu};
    double both[] = {a->values[0], a->second}, turned[] = {a->second, a->values[0]};
    if (kind == KL_GP_MATERN && !(a->nu > 0))
        return kl_bad_input(error, "kernel: nu of matern must be > 0, got %g", a->nu);
    /* By name, as scikit-learn has it: alpha before length_scale. */
    if (simple[which].params[1])
        return kl_gp_add(kernel, node, kind == KL_GP_RATIONAL_QUADRATIC ? turned : both, 2, a->low,
                         a->high, error);
    if (a->count > 1 && kind != KL_GP_RBF && kind != KL_GP_MATERN)
        return kl_bad_input(error, "kernel: %s has one number, got %zu", simple[which].word, a->count);
    return kl_gp_add(kernel, node, a->values, a->count, a->low, a->high, error);
}

static void begin_arguments(arguments *a)
{
    a->values[0] = a->second = 1, a->count = 1;
    a->low = low_default, a->high = high_default, a->nu = 1.5;
}

static kl_status read_simple(reader *r, kl_text word)
{
    arguments a;
    begin_arguments(&a);
    for (size_t i = 0; i < KL_COUNT(simple); i++)
        if (kl_text_is(word, simple[i].word)) {
            if (take(r, "("))
                KL_TRY(read_arguments(&a, r, i));
            return add_simple(r->kernel, i, &a, r->error);
        }
    r->at = word.data;
    return unexpected(r, "constant, white, rbf, matern, rational_quadratic, exp_sine_squared, dot_product or a "
                         "number");
}

static kl_status read_sum(reader *r);

static kl_status read_factor(reader *r)
{
    double number;
    if (take(r, "(")) {
        if (++r->depth > KL_GP_DEPTH_MAX)
            return unexpected(r, "fewer brackets");
        KL_TRY(read_sum(r));
        r->depth--;
        if (!take(r, ")"))
            return unexpected(r, "')'");
    } else if (number_at(&number, r)) {
        KL_TRY(kl_gp_add(r->kernel, (kl_gp_node){.kind = KL_GP_CONSTANT}, &number, 1, low_default,
                         high_default, r->error));
    } else {
        KL_TRY(read_simple(r, word_at(r)));
    }
    size_t made = r->kernel->count - 1;
    if (!take(r, "**"))
        return KL_OK;
    if (!number_at(&number, r) || !isfinite(number))
        return unexpected(r, "an exponent");
    return join(r->kernel, KL_GP_POWER, made, made, number, r->error);
}

static kl_status read_product(reader *r)
{
    KL_TRY(read_factor(r));
    while (take_times(r)) {
        size_t first = r->kernel->count - 1;
        KL_TRY(read_factor(r));
        KL_TRY(join(r->kernel, KL_GP_PRODUCT, first, r->kernel->count - 1, 0, r->error));
    }
    return KL_OK;
}

static kl_status read_sum(reader *r)
{
    KL_TRY(read_product(r));
    while (take(r, "+")) {
        size_t first = r->kernel->count - 1;
        KL_TRY(read_product(r));
        KL_TRY(join(r->kernel, KL_GP_SUM, first, r->kernel->count - 1, 0, r->error));
    }
    return KL_OK;
}

static kl_status read_text(kl_gp_kernel *kernel, kl_text text, kl_error *error)
{
    if (kl_text_is(text, "rbf") || kl_text_is(text, "matern"))
        text = text.len == 3 ? KL_TEXT("1 * rbf(1)") : KL_TEXT("1 * matern(1)");
    reader r = {kernel, text.data, text.data, text.data + text.len, 0, error};
    KL_TRY(read_sum(&r));
    skip(&r);
    return r.at == r.end ? KL_OK : unexpected(&r, "'+', '*', '**' or the end");
}

/* ---- objects of the face -------------------------------------------------------------------------------- */

static kl_status read_object(kl_gp_kernel *kernel, kl_value object, int depth, kl_error *error);

static kl_status number_of(double *out, kl_value object, const char *name, kl_error *error)
{
    kl_value value;
    KL_TRY(kl_foreign_get(&value, object, name, error));
    *out = kl_as_double(value);
    bool fits = kl_is_number(value);
    kl_value_release(value);
    return fits ? KL_OK : kl_bad_input(error, "kernel: expected %s to be a number", name);
}

static kl_status lengths_of(arguments *a, kl_value object, const char *name, kl_error *error)
{
    kl_value value;
    kl_task task = KL_TASK_INIT;
    const double *numbers;
    size_t count;
    KL_TRY(kl_foreign_get(&value, object, name, error));
    kl_status status = KL_OK;
    if (kl_is_number(value))
        a->values[0] = kl_as_double(value);
    else
        status = kl_numbers_read(&numbers, &count, value, name, &task, error);
    if (status == KL_OK && !kl_is_number(value) && (count == 0 || count > KL_GP_PARAMS_MAX))
        status = kl_bad_input(error, "kernel: %s has %zu numbers", name, count);
    if (status == KL_OK && !kl_is_number(value)) {
        memcpy(a->values, numbers, count * sizeof *numbers);
        a->count = count;
    }
    kl_task_end(&task);
    kl_value_release(value);
    return status;
}

/* Bounds of a hyperparameter: the word fixed, or two numbers. */
static kl_status bounds_of(double *low, double *high, kl_value object, const char *name,
                           kl_error *error)
{
    char attribute[64];
    kl_value value;
    kl_task task = KL_TASK_INIT;
    kl_matrix pair = {0};
    snprintf(attribute, sizeof attribute, "%s_bounds", name);
    KL_TRY(kl_foreign_get(&value, object, attribute, error));
    kl_status status = KL_OK;
    if (kl_word_is(value, "fixed")) {
        *low = *high = 1;
    } else {
        const double *numbers = NULL;
        size_t count = 0;
        if (kl_array_axis(value, 1) > 0) {
            status = kl_matrix_read(&pair, value, attribute, 0, &task, error);
            numbers = pair.data, count = pair.rows * pair.cols;
        } else {
            status = kl_numbers_read(&numbers, &count, value, attribute, &task, error);
        }
        if (status == KL_OK && (count != 2 || !(numbers[0] > 0) || !(numbers[0] <= numbers[1])))
            status = kl_bad_input(error, "kernel: expected %s to be 'fixed' or two numbers > 0", attribute);
        if (status == KL_OK)
            *low = numbers[0], *high = numbers[1];
    }
    kl_task_end(&task);
    kl_value_release(value);
    return status;
}

static kl_status read_simple_object(kl_gp_kernel *kernel, kl_value object, size_t which,
                                    kl_error *error)
{
    arguments a;
    begin_arguments(&a);
    KL_TRY(lengths_of(&a, object, simple[which].params[0], error));
    KL_TRY(bounds_of(&a.low, &a.high, object, simple[which].params[0], error));
    if (simple[which].params[1])
        KL_TRY(number_of(&a.second, object, simple[which].params[1], error));
    if (simple[which].kind == KL_GP_MATERN)
        KL_TRY(number_of(&a.nu, object, "nu", error));
    KL_TRY(add_simple(kernel, which, &a, error));
    if (!simple[which].params[1])
        return KL_OK;
    size_t second = kernel->params - (simple[which].kind == KL_GP_RATIONAL_QUADRATIC ? 2 : 1);
    return bounds_of(&kernel->low[second], &kernel->high[second], object, simple[which].params[1], error);
}

static kl_status read_part(kl_gp_kernel *kernel, kl_value object, const char *name, int depth,
                           kl_error *error)
{
    kl_value part;
    KL_TRY(kl_foreign_get(&part, object, name, error));
    kl_status status = read_object(kernel, part, depth + 1, error);
    kl_value_release(part);
    return status;
}

static kl_status read_composed(kl_gp_kernel *kernel, kl_value object, kl_text name, int depth,
                               kl_error *error)
{
    double exponent;
    if (kl_text_is(name, "Exponentiation")) {
        KL_TRY(read_part(kernel, object, "kernel", depth, error));
        KL_TRY(number_of(&exponent, object, "exponent", error));
        return join(kernel, KL_GP_POWER, kernel->count - 1, kernel->count - 1, exponent, error);
    }
    bool is_sum = kl_text_is(name, "Sum");
    if (!is_sum && !kl_text_is(name, "Product"))
        return kl_bad_input(error, "kernel: unknown kernel %.*s; expected ConstantKernel, WhiteKernel, RBF, "
                                   "Matern, RationalQuadratic, ExpSineSquared, DotProduct, or what is made of "
                                   "them",
                            KL_TEXT_ARG(name));
    KL_TRY(read_part(kernel, object, "k1", depth, error));
    size_t first = kernel->count - 1;
    KL_TRY(read_part(kernel, object, "k2", depth, error));
    return join(kernel, is_sum ? KL_GP_SUM : KL_GP_PRODUCT, first, kernel->count - 1, 0, error);
}

static kl_status read_object(kl_gp_kernel *kernel, kl_value object, int depth, kl_error *error)
{
    kl_value name;
    if (depth > KL_GP_DEPTH_MAX)
        return kl_bad_input(error, "kernel: more than %d levels", KL_GP_DEPTH_MAX);
    if (!kl_as_foreign(object))
        return kl_bad_parameter(error, "kernel", "a text such as '1 * rbf(1)', a kernel object, or None",
                                object);
    KL_TRY(kl_foreign_class(&name, object, error));
    kl_text class_name = kl_as_text(name);
    kl_status status = KL_OK;
    size_t i = 0;
    while (i < KL_COUNT(simple) && !kl_text_is(class_name, simple[i].class_name))
        i++;
    status = i < KL_COUNT(simple) ? read_simple_object(kernel, object, i, error)
                                  : read_composed(kernel, object, class_name, depth, error);
    kl_value_release(name);
    return status;
}

kl_status kl_gp_read(kl_gp_kernel *out, kl_value kernel, kl_task *task, kl_error *error)
{
    KL_TRY(begin(out, task, error));
    if (kl_is_null(kernel))
        return read_text(out, KL_TEXT("rbf"), error);
    if (kl_is(kernel, KL_KIND_STRING))
        return read_text(out, kl_as_text(kernel), error);
    return read_object(out, kernel, 0, error);
}

kl_status kl_gp_check_width(const kl_gp_kernel *kernel, size_t d, kl_error *error)
{
    for (size_t i = 0; i < kernel->count; i++) {
        const kl_gp_node *node = &kernel->nodes[i];
        bool has_lengths = node->kind == KL_GP_RBF || node->kind == KL_GP_MATERN;
        if (has_lengths && node->params > 1 && node->params != d)
            return kl_bad_input(error, "kernel: expected one length, or one for each of %zu features, got %zu",
                                d, node->params);
    }
    return KL_OK;
}

/* ---- as text ---------------------------------------------------------------------------------------------- */

typedef struct printer {
    char *text;
    size_t len, room;
} printer;

static void put(printer *p, const char *format, double number)
{
    int len = snprintf(p->text + p->len, p->room - p->len, format, number);
    p->len += KL_MIN((size_t)len, p->room - p->len - 1);
}

static void put_simple(printer *p, const kl_gp_kernel *kernel, const kl_gp_node *node)
{
    size_t i = 0;
    const double *values = kernel->values + node->param;
    bool is_turned = node->kind == KL_GP_RATIONAL_QUADRATIC;
    while (simple[i].kind != node->kind)
        i++;
    put(p, simple[i].word, 0);
    put(p, node->params > 1 && !simple[i].params[1] ? "([" : "(", 0);
    put(p, "%.17g", values[is_turned]);
    if (simple[i].params[1]) {
        put(p, is_turned ? ", alpha=" : ", periodicity=", 0);
        put(p, "%.17g", values[!is_turned]);
    } else {
        for (size_t k = 1; k < node->params; k++)
            put(p, ", %.17g", values[k]);
    }
    if (node->params > 1 && !simple[i].params[1])
        put(p, "]", 0);
    if (node->kind == KL_GP_MATERN)
        put(p, ", nu=%.17g", node->fixed);
    put(p, ")", 0);
}

/* Parts come before what is made of them, so that the depth is below KL_GP_NODES_MAX. */
static void put_node(printer *p, const kl_gp_kernel *kernel, size_t at)
{
    const kl_gp_node *node = &kernel->nodes[at];
    if (node->kind < KL_GP_SUM) {
        put_simple(p, kernel, node);
        return;
    }
    bool is_power = node->kind == KL_GP_POWER, is_sum = node->kind == KL_GP_SUM;
    kl_gp_kind left = kernel->nodes[node->first].kind, right = kernel->nodes[node->second].kind;
    bool first = is_power ? left >= KL_GP_SUM : !is_sum && left == KL_GP_SUM;
    bool second = right == KL_GP_SUM || (!is_sum && right == KL_GP_PRODUCT);
    put(p, first ? "(" : "", 0);
    put_node(p, kernel, node->first);
    put(p, first ? ")" : "", 0);
    if (is_power) {
        put(p, " ** %.17g", node->fixed);
        return;
    }
    put(p, is_sum ? " + " : " * ", 0);
    put(p, second ? "(" : "", 0);
    put_node(p, kernel, node->second);
    put(p, second ? ")" : "", 0);
}

kl_status kl_gp_print(kl_value *out, const kl_gp_kernel *kernel, kl_error *error)
{
    size_t room = 128 * kernel->count + 32 * kernel->params + 1;
    printer p = {.text = kl_alloc(room), .room = room};
    if (!p.text)
        return kl_error_no_memory(error);
    put_node(&p, kernel, kernel->count - 1);
    kl_status status = kl_string_new(out, (kl_text){p.text, p.len}, error);
    kl_free(p.text);
    return status;
}
