/* src/workflow/node_lint.c - faults in the rows of node types. */
#include "node_lint.h"
#include "invoke.h"

static void check_tables(kl_lint *lint, const kl_node_type *row)
{
    kl_lint_params(lint, row->name, row->inputs, row->input_count, KL_LINT_PORTS);
    kl_lint_params(lint, row->name, row->config, row->config_count, KL_LINT_SETTINGS);
    kl_lint_params(lint, row->name, row->outputs, row->output_count, KL_LINT_OUTPUTS);
    if (row->input_count + row->config_count > KL_NODE_ARGS_MAX)
        kl_lint_fault(lint, "%s: %zu inputs and settings; at most %d are possible", row->name,
                      row->input_count + row->config_count, KL_NODE_ARGS_MAX);
    for (size_t i = 0; i < row->input_count; i++)
        for (size_t j = 0; j < row->config_count; j++)
            if (kl_text_is(kl_text_from(row->inputs[i].name), row->config[j].name))
                kl_lint_fault(lint, "%s.%s: both an input and a setting", row->name,
                              row->inputs[i].name);
}

static void check_row(kl_lint *lint, const kl_node_type *row)
{
    if (!kl_is_identifier(row->name)) {
        kl_lint_fault(lint, "%s: the name is no identifier", row->name ? row->name : "(no name)");
        return;
    }
    if (!(row->doc && *row->doc))
        kl_lint_fault(lint, "%s: no doc", row->name);
    if (!(row->category && *row->category))
        kl_lint_fault(lint, "%s: no category", row->name);
    if (!row->run)
        kl_lint_fault(lint, "%s: nothing to run", row->name);
    if (row->dispose && !row->prepare && !row->prepare_with)
        kl_lint_fault(lint, "%s: ends a state that nothing prepares", row->name);
    check_tables(lint, row);
}

static const kl_node_type *find(const kl_node_type *const *rows, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (kl_text_is(kl_text_from(rows[i]->name), name))
            return rows[i];
    return NULL;
}

static void check_alias(kl_lint *lint, const kl_node_type *row, const kl_node_type *meant)
{
    if (!meant)
        kl_lint_fault(lint, "%s: alias of %s, which does not exist", row->name, row->alias_of);
    else if (meant->alias_of)
        kl_lint_fault(lint, "%s: alias of %s, which is an alias itself", row->name, row->alias_of);
    if (row->run || row->inputs || row->config || row->outputs)
        kl_lint_fault(lint, "%s: an alias has no tables of its own", row->name);
}

void kl_lint_nodes(kl_lint *lint, const kl_node_type *const *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const kl_node_type *row = rows[i];
        if (row->alias_of)
            check_alias(lint, row, find(rows, count, row->alias_of));
        else
            check_row(lint, row);
        if (row->name && find(rows, i, row->name))
            kl_lint_fault(lint, "%s: stands twice", row->name);
    }
}

kl_status kl_nodes_lint(kl_value *out, kl_error *error)
{
    kl_lint lint;
    size_t count = kl_node_type_count();
    const kl_node_type **rows = kl_alloc(count * sizeof *rows);
    if (!rows)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < count; i++)
        rows[i] = kl_node_type_at(i);
    kl_status status = kl_lint_start(&lint, error);
    if (status == KL_OK) {
        kl_lint_nodes(&lint, rows, count);
        status = kl_lint_end(out, &lint);
    }
    kl_free(rows);
    return status;
}
