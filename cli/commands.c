/* cli/commands.c - the list of commands and the options all of them take. */
#include "command.h"

const command *const cli_commands[] = {
    &cli_run,        &cli_validate,  &cli_graph,      &cli_nodes,
    &cli_describe,   &cli_db_migrate, &cli_db_diff,   &cli_db_inspect,
    &cli_db_shell,   &cli_pact_check, &cli_pact_explain, &cli_pact_matrix,
    &cli_ml_list,    &cli_ml_describe, &cli_ml_fit,   &cli_ml_predict,
    &cli_attest_init, &cli_attest_status, &cli_attest_decide, &cli_attest_decisions,
    &cli_attest_milestone, &cli_attest_verify, &cli_attest_repair, &cli_attest_migrate,
    &cli_attest_delegate_add, &cli_attest_delegate_list, &cli_attest_delegate_revoke,
    &cli_attest_hold_list, &cli_attest_hold_approve, &cli_attest_hold_deny,
    &cli_attest_template_list, &cli_attest_template_show, &cli_attest_template_apply,
    &cli_attest_shadow_enable, &cli_attest_shadow_report, &cli_attest_shadow_details,
    &cli_attest_shadow_promote, &cli_attest_shadow_disable, &cli_attest_audit,
    &cli_attest_export_json, &cli_attest_export_html, &cli_attest_diagnose,
    &cli_attest_conformance, &cli_attest_mirror,
    &cli_completion, &cli_version,   &cli_help,
};
const size_t cli_command_count = KL_COUNT(cli_commands);

const command_group cli_groups[] = {
    {"db", "Work with databases: migrate, diff, inspect, shell."},
    {"pact", "Ask an organisation what its roles may do: check, explain, matrix."},
    {"ml", "Learn from tables: list, describe, fit, predict."},
    {"attest", "Work with trust projects: record decisions, verify, delegate, export."},
    {"attest delegate", "Say who may resolve holds: add, list, revoke."},
    {"attest hold", "Actions that wait for somebody's word: list, approve, deny."},
    {"attest template", "Constraint envelopes to begin with: list, show, apply."},
    {"attest shadow", "Try a stricter envelope: enable, report, details, promote, disable."},
    {"attest export", "Write the project as one document: json, html."},
};
const size_t cli_group_count = KL_COUNT(cli_groups);

static const char *const color_words[] = {"auto", "always", "never", NULL};

const option cli_common_options[] = {
    {.name = "json", .kind = OPTION_FLAG, .doc = "Print machine-readable JSON on standard output."},
    {.name = "color", .kind = OPTION_WORD, .value = "WHEN", .words = color_words,
     .doc = "When to use colours: auto (on a terminal, unless NO_COLOR is set), always, never."},
    {.name = "help", .letter = 'h', .kind = OPTION_FLAG, .doc = "Explain the command and stop."},
};
const size_t cli_common_option_count = KL_COUNT(cli_common_options);

const char *const cli_exit_codes[] = {
    "0",   "success",
    "1",   "the work failed: a refused definition, a failed node, an unreadable file",
    "2",   "the command line was wrong",
    "3",   "what was verified is not sound (kailash attest)",
    "130", "interrupted by Ctrl-C (143: by SIGTERM)",
    NULL,
};

const option *cli_option(const command *command, size_t index)
{
    size_t own = command ? command->option_count : 0;
    if (index < own)
        return &command->options[index];
    index -= own;
    index += command && command->no_json; /* --json is the first of the common ones */
    return index < cli_common_option_count ? &cli_common_options[index] : NULL;
}

const command_group *cli_find_group(const char *name)
{
    for (size_t i = 0; i < cli_group_count; i++)
        if (strcmp(cli_groups[i].name, name) == 0)
            return &cli_groups[i];
    return NULL;
}

const char *cli_word_in_group(const command *command, const command_group *group)
{
    size_t len = strlen(group->name);
    bool is_of = strncmp(command->name, group->name, len) == 0 && command->name[len] == ' ';
    return is_of ? command->name + len + 1 : NULL;
}

/* What a command is called within `group`, or NULL; its whole name without a group. */
static const char *word_within(size_t index, const command_group *group)
{
    return group ? cli_word_in_group(cli_commands[index], group) : cli_commands[index]->name;
}

/* The group one word longer than `outer` that a command is the first of, or NULL. */
static const command_group *group_begins_at(size_t index, const command_group *outer)
{
    const char *words = word_within(index, outer);
    size_t len = (size_t)(words - cli_commands[index]->name) + strcspn(words, " ");
    for (size_t i = 0; i < cli_group_count; i++) {
        const command_group *group = &cli_groups[i];
        if (strlen(group->name) == len && cli_word_in_group(cli_commands[index], group) &&
            (index == 0 || !cli_word_in_group(cli_commands[index - 1], group)))
            return group;
    }
    return NULL;
}

const char *cli_next_word(const command_group *group, size_t index, const char **summary)
{
    for (size_t i = 0; i < cli_command_count; i++) {
        const char *words = word_within(i, group);
        const command_group *inner = words ? group_begins_at(i, group) : NULL;
        if (!words || (!inner && strchr(words, ' ')) || index-- > 0)
            continue;
        if (summary)
            *summary = inner ? inner->summary : cli_commands[i]->summary;
        return inner ? inner->name + (words - cli_commands[i]->name) : words;
    }
    return NULL;
}

const command *cli_find_command(const char *name)
{
    for (size_t i = 0; i < cli_command_count; i++)
        if (strcmp(cli_commands[i]->name, name) == 0)
            return cli_commands[i];
    return NULL;
}
