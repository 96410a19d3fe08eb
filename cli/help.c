/* cli/help.c - help pages made from the tables, and the commands help and version. */
#include "command.h"
#include "terminal.h"

#include <stdlib.h>

static size_t page_width(void) { return KL_MIN(terminal_width(), 100); }

static void heading(const char *title)
{
    printf("\n%s%s%s\n", painted(stdout, PAINT_BOLD), title, painted(stdout, PAINT_PLAIN));
}

/* "  name   doc", the doc wrapped beside the name. */
static void entry(const char *name, size_t indent, const char *doc)
{
    size_t used = 2 + text_width(kl_text_from(name));
    printf("  %s%s%s", painted(stdout, PAINT_CYAN), name, painted(stdout, PAINT_PLAIN));
    if (used + 2 > indent) {
        fputc('\n', stdout);
        used = 0;
    }
    printf("%*s", (int)(indent - used), "");
    print_wrapped(stdout, doc, indent, indent, page_width());
    fputc('\n', stdout);
}

static void print_exit_codes(void)
{
    heading("Exit codes");
    for (size_t i = 0; cli_exit_codes[i]; i += 2)
        entry(cli_exit_codes[i], 8, cli_exit_codes[i + 1]);
}

/* ---- one command ------------------------------------------------------------------------------- */

static void print_option(const option *option)
{
    char name[96], doc[600];
    snprintf(name, sizeof name, "%s%c%s--%s%s%s", option->letter ? "-" : " ",
             option->letter ? option->letter : ' ', option->letter ? ", " : "  ", option->name,
             option->value ? " " : "", option->value ? option->value : "");
    snprintf(doc, sizeof doc, "%s%s", option->doc, option->repeats ? " May be repeated." : "");
    entry(name, 32, doc);
}

static void print_argument(const argument *argument)
{
    if (argument->name)
        printf(argument->required ? " %s" : " [%s]", argument->name);
}

static void print_usage(const command *command)
{
    printf("kailash %s", command->name);
    print_argument(&command->argument);
    print_argument(&command->second);
    fputs(" [OPTION]...\n", stdout);
}

static void print_examples(const command *command)
{
    if (!command->example_count)
        return;
    heading("Examples");
    for (size_t i = 0; i < command->example_count; i++) {
        fputs("  ", stdout);
        print_wrapped(stdout, command->examples[i].doc, 2, 2, page_width());
        printf("\n    %s%s%s\n", painted(stdout, PAINT_CYAN), command->examples[i].line,
               painted(stdout, PAINT_PLAIN));
    }
}

void print_command_help(const command *command)
{
    printf("%s%s%s\n\n", painted(stdout, PAINT_BOLD), command->summary,
           painted(stdout, PAINT_PLAIN));
    fputs("Usage: ", stdout);
    print_usage(command);
    fputc('\n', stdout);
    print_wrapped(stdout, command->doc, 0, 0, page_width());
    fputc('\n', stdout);
    if (command->argument.name) {
        heading(command->second.name ? "Arguments" : "Argument");
        entry(command->argument.name, 32, command->argument.doc);
        if (command->second.name)
            entry(command->second.name, 32, command->second.doc);
    }
    heading("Options");
    const option *option;
    for (size_t i = 0; (option = cli_option(command, i)); i++)
        print_option(option);
    print_examples(command);
    print_exit_codes();
}

/* ---- a group ----------------------------------------------------------------------------------- */

/* What may follow a group, or stand first: a line each. */
static void print_words(const command_group *group)
{
    const char *word, *summary;
    heading("Commands");
    for (size_t i = 0; (word = cli_next_word(group, i, &summary)); i++)
        entry(word, 15, summary);
}

void print_group(const command_group *group)
{
    printf("%s%s%s\n\nUsage: kailash %s COMMAND [ARGUMENT] [OPTION]...\n",
           painted(stdout, PAINT_BOLD), group->summary, painted(stdout, PAINT_PLAIN), group->name);
    print_words(group);
    printf("\nkailash help %s COMMAND tells everything about one.\n", group->name);
    print_exit_codes();
}

/* ---- the overview ------------------------------------------------------------------------------ */

void print_overview(void)
{
    printf("%sKailash %s%s: build, check and run workflows.\n\n", painted(stdout, PAINT_BOLD),
           kl_version(), painted(stdout, PAINT_PLAIN));
    fputs("Usage: kailash COMMAND [ARGUMENT] [OPTION]...\n", stdout);
    print_words(NULL);
    heading("Options of every command");
    for (size_t i = 0; i < cli_common_option_count; i++)
        print_option(&cli_common_options[i]);
    heading("Begin here");
    fputs("  kailash nodes                    what a workflow can be made of\n"
          "  kailash validate workflow.json   is this one right?\n"
          "  kailash run workflow.json        run it\n"
          "  kailash help run                 everything about one command\n",
          stdout);
    print_exit_codes();
}

/* ---- help and version -------------------------------------------------------------------------- */

static kl_status describe_option(kl_value *list, const option *option, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 5, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("name"), kl_text_from(option->name), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("value"), kl_text_from(option->value), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("repeats"), kl_bool(option->repeats), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("doc"), kl_text_from(option->doc), error));
    return kl_array_push(list, map, error);
out:
    kl_value_release(map);
    return status;
}

static kl_status describe_command(kl_value *list, const command *command, kl_error *error)
{
    kl_value map, options = kl_null();
    const option *option;
    kl_status status;
    KL_TRY(kl_map_new(&map, 5, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("name"), kl_text_from(command->name), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("summary"), kl_text_from(command->summary), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("argument"), kl_text_from(command->argument.name),
                               error));
    if (command->second.name)
        KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("second_argument"),
                                   kl_text_from(command->second.name), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("doc"), kl_text_from(command->doc), error));
    KL_TRY_OUT(kl_array_new(&options, command->option_count, error));
    for (size_t i = 0; (option = cli_option(command, i)); i++)
        KL_TRY_OUT(describe_option(&options, option, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("options"), kl_value_take(&options), error));
    return kl_array_push(list, map, error);
out:
    kl_value_release(options);
    kl_value_release(map);
    return status;
}

/* One command, those of a group, or all of them. */
static int help_json(const command *only, const command_group *group)
{
    kl_value list;
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_array_new(&list, cli_command_count, &error);
    for (size_t i = 0; i < cli_command_count && status == KL_OK; i++)
        if ((!only || only == cli_commands[i]) &&
            (!group || cli_word_in_group(cli_commands[i], group)))
            status = describe_command(&list, cli_commands[i], &error);
    if (status == KL_OK)
        status = print_json(stdout, only ? kl_array_at(list, 0) : list, &error);
    kl_value_release(list);
    return status == KL_OK ? EXIT_OK : report_error(&error, NULL);
}

static int help_run(const invocation *in)
{
    char name[200], outer[140] = "";
    const char *last = in->argument;
    snprintf(name, sizeof name, "%.60s", in->argument ? in->argument : "");
    for (size_t i = 0; i < KL_COUNT(in->more) && in->more[i]; i++) {
        last = in->more[i];
        snprintf(outer, sizeof outer, "%.130s", name);
        snprintf(name + strlen(name), sizeof name - strlen(name), " %.60s", last);
    }
    const command *command = in->argument ? cli_find_command(name) : NULL;
    const command_group *group = in->argument ? cli_find_group(name) : NULL;
    if (group && !given_flag(in, "json")) {
        print_group(group);
        return EXIT_OK;
    }
    if (in->argument && !command && !group) {
        char hint[120];
        print_error(cli_suggest(hint, sizeof hint, cli_find_group(outer), last),
                    "unknown command '%s'", name);
        return EXIT_USAGE;
    }
    if (given_flag(in, "json"))
        return help_json(command, group);
    if (given_flag(in, "man"))
        print_manual();
    else if (command)
        print_command_help(command);
    else
        print_overview();
    return EXIT_OK;
}

static const option help_options[] = {
    {.name = "man", .kind = OPTION_FLAG, .doc = "Print the manual page in the roff format of man."},
};

static const example help_examples[] = {
    {"kailash help run", "Everything about one command:"},
    {"kailash help --man | man -l -", "The manual page:"},
};

const command cli_help = {
    .name = "help",
    .summary = "Explain a command.",
    .doc = "Prints what a command does, its options and examples; without COMMAND the list of all "
           "commands.",
    .argument = {.name = "COMMAND", .completion = COMPLETE_COMMANDS,
                 .doc = "name of a command; of those with several words, all, or the first alone"},
    .options = KL_TABLE(help_options),
    .examples = KL_TABLE(help_examples),
    .run = help_run,
};

static int version_run(const invocation *in)
{
    if (given_flag(in, "json"))
        printf("{\"version\":\"%s\"}\n", kl_version());
    else
        printf("kailash %s\n", kl_version());
    return EXIT_OK;
}

static const example version_examples[] = {
    {"kailash version --json", "For scripts:"},
};

const command cli_version = {
    .name = "version",
    .summary = "Print the version.",
    .doc = "Prints the version of the library the command runs with.",
    .examples = KL_TABLE(version_examples),
    .run = version_run,
};
