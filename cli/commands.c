/* cli/commands.c - the list of commands and the options all of them take. */
#include "command.h"

const command *const cli_commands[] = {
    &cli_run,      &cli_validate,   &cli_graph,   &cli_nodes,
    &cli_describe, &cli_completion, &cli_version, &cli_help,
};
const size_t cli_command_count = KL_COUNT(cli_commands);

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
