/* cli/commands.c - the list of commands and the options all of them take. */
#include "command.h"

const command *const cli_commands[] = {
    &cli_run,        &cli_validate,  &cli_graph,      &cli_nodes,
    &cli_describe,   &cli_db_migrate, &cli_db_diff,   &cli_db_inspect,
    &cli_db_shell,   &cli_pact_check, &cli_pact_explain, &cli_pact_matrix,
    &cli_completion, &cli_version,   &cli_help,
};
const size_t cli_command_count = KL_COUNT(cli_commands);

const command_group cli_groups[] = {
    {"db", "Work with databases: migrate, diff, inspect, shell."},
    {"pact", "Ask an organisation what its roles may do: check, explain, matrix."},
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

/* The group that a command is the first of, among those of its group. */
static const command_group *group_begins_at(size_t index)
{
    for (size_t i = 0; i < cli_group_count; i++) {
        const command_group *group = &cli_groups[i];
        if (cli_word_in_group(cli_commands[index], group) &&
            (index == 0 || !cli_word_in_group(cli_commands[index - 1], group)))
            return group;
    }
    return NULL;
}

const char *cli_first_word(size_t index, const char **summary)
{
    for (size_t i = 0; i < cli_command_count; i++) {
        const command_group *group = group_begins_at(i);
        if (!group && strchr(cli_commands[i]->name, ' '))
            continue;
        if (index-- > 0)
            continue;
        if (summary)
            *summary = group ? group->summary : cli_commands[i]->summary;
        return group ? group->name : cli_commands[i]->name;
    }
    return NULL;
}

const char *cli_command_name(const void *list, size_t index)
{
    (void)list;
    return index < cli_command_count ? cli_commands[index]->name : NULL;
}

const command *cli_find_command(const char *name)
{
    for (size_t i = 0; i < cli_command_count; i++)
        if (strcmp(cli_commands[i]->name, name) == 0)
            return cli_commands[i];
    return NULL;
}
