/* src/ml/tree/export.c - a tree as text. */
#include "export.h"

#include "base/buffer.h"

#include <stdio.h>

/* What waits to be written: a side of a split with all below it. */
typedef struct line {
    size_t node, depth;
    bool is_right; /* the line "> threshold" comes before it */
    int64_t parent;
} line;

static void write_indent(kl_buffer *to, const kl_tree_export *how, size_t depth)
{
    for (size_t i = 0; i < depth; i++) {
        kl_buffer_byte(to, '|');
        for (int64_t k = 0; k < how->spacing; k++)
            kl_buffer_byte(to, i + 1 < depth ? ' ' : '-');
    }
}

static void write_feature(kl_buffer *to, const kl_tree_export *how, int64_t feature)
{
    if (kl_is_null(how->feature_names))
        kl_buffer_format(to, "feature_%lld", (long long)feature);
    else
        kl_buffer_add(to, kl_as_text(kl_array_at(how->feature_names, (size_t)feature)));
}

static void write_side(kl_buffer *to, const kl_tree_export *how, const line *at)
{
    const kl_tree_node *parent = &how->nodes[at->parent];
    write_indent(to, how, at->depth - 1);
    kl_buffer_byte(to, ' ');
    write_feature(to, how, parent->feature);
    kl_buffer_format(to, at->is_right ? " >  %.*f\n" : " <= %.*f\n", (int)how->decimals,
                     parent->threshold);
}

static void write_numbers(kl_buffer *to, const kl_tree_export *how, const double *x, double scale)
{
    kl_buffer_byte(to, '[');
    for (size_t k = 0; k < how->width; k++)
        kl_buffer_format(to, "%s%.*f", k ? ", " : "", (int)how->decimals, x[k] * scale);
    kl_buffer_byte(to, ']');
}

/* Labels as Python prints them: 1.0, setosa. */
static void write_class(kl_buffer *to, const kl_tree_export *how, size_t class)
{
    const double *numbers = kl_doubles(how->class_names);
    char text[32];
    if (!numbers) {
        kl_buffer_add(to, kl_as_text(kl_array_at(how->class_names, class)));
        return;
    }
    snprintf(text, sizeof text, "%.15g", numbers[class]);
    kl_buffer_string(to, text);
    if (!strpbrk(text, ".en"))
        kl_buffer_string(to, ".0");
}

static void write_leaf(kl_buffer *to, const kl_tree_export *how, size_t node, size_t depth)
{
    const double *value = how->values + node * how->width;
    write_indent(to, how, depth);
    if (kl_is_null(how->class_names)) {
        kl_buffer_string(to, " value: ");
        write_numbers(to, how, value, 1);
    } else {
        size_t best = 0;
        for (size_t k = 1; k < how->width; k++)
            best = value[k] > value[best] ? k : best;
        if (how->show_weights) {
            kl_buffer_string(to, " weights: ");
            write_numbers(to, how, value, how->nodes[node].weight);
        }
        kl_buffer_string(to, " class: ");
        write_class(to, how, best);
    }
    kl_buffer_byte(to, '\n');
}

/* Levels of the tree below a node, itself one; `depths` are those of all nodes. */
static int64_t levels_below(const kl_tree_export *how, const int64_t *depths, size_t node,
                            size_t *stack)
{
    int64_t deepest = depths[node];
    size_t count = 0;
    stack[count++] = node;
    while (count) {
        const kl_tree_node *at = &how->nodes[stack[--count]];
        deepest = KL_MAX(deepest, depths[at - how->nodes]);
        if (at->left >= 0) {
            stack[count++] = (size_t)at->left;
            stack[count++] = (size_t)at->right;
        }
    }
    return deepest - depths[node] + 1;
}

static void write_node(kl_buffer *to, const kl_tree_export *how, const line *at,
                       const int64_t *depths, size_t *stack)
{
    bool is_leaf = how->nodes[at->node].left < 0;
    if (at->parent >= 0)
        write_side(to, how, at);
    if (is_leaf) {
        write_leaf(to, how, at->node, at->depth);
    } else if ((int64_t)at->depth > how->max_depth + 1) {
        write_indent(to, how, at->depth);
        kl_buffer_format(to, " truncated branch of depth %lld\n",
                         (long long)levels_below(how, depths, at->node, stack));
    }
}

static kl_status write_all(kl_buffer *to, const kl_tree_export *how, kl_task *memory,
                           kl_error *error)
{
    int64_t *depths;
    size_t *scratch, waiting = 0;
    line *lines;
    KL_TAKE_RAW(depths, memory, how->count, error);
    KL_TAKE_RAW(scratch, memory, how->count + 1, error);
    KL_TAKE_RAW(lines, memory, how->count + 1, error);
    kl_tree_depths(depths, how->nodes, how->count);
    lines[waiting++] = (line){.depth = 1, .parent = -1};
    while (waiting) {
        line at = lines[--waiting];
        const kl_tree_node *node = &how->nodes[at.node];
        write_node(to, how, &at, depths, scratch);
        if (node->left < 0 || (int64_t)at.depth > how->max_depth + 1)
            continue;
        lines[waiting++] = (line){.node = (size_t)node->right, .depth = at.depth + 1,
                                  .is_right = true, .parent = (int64_t)at.node};
        lines[waiting++] = (line){.node = (size_t)node->left, .depth = at.depth + 1,
                                  .parent = (int64_t)at.node};
    }
    return KL_OK;
}

kl_status kl_tree_export_text(kl_value *out, const kl_tree_export *how, kl_error *error)
{
    kl_task memory = KL_TASK_INIT;
    kl_buffer text = KL_BUFFER_INIT;
    kl_status status = KL_OK;
    if (!kl_is_null(how->feature_names) && kl_array_len(how->feature_names) != how->features)
        status = kl_bad_dimension(error, "feature_names", how->features,
                                  kl_array_len(how->feature_names));
    if (status == KL_OK)
        status = write_all(&text, how, &memory, error);
    kl_task_end(&memory);
    if (status == KL_OK)
        return kl_buffer_finish(out, &text, error);
    kl_buffer_free(&text);
    return status;
}
