/* cli/manual.c - the manual page, in the man macros of roff. */
#include "command.h"

#include <stdio.h>

/* Text in which nothing is taken for a request or an escape. */
static void put(const char *text)
{
    bool at_start = true;
    for (; *text; text++) {
        if (text[0] == '\n' && text[1] == '\n') {
            fputs("\n.PP\n", stdout);
            text++;
            at_start = true;
            continue;
        }
        if (at_start && (*text == '.' || *text == '\''))
            fputs("\\&", stdout);
        at_start = *text == '\n';
        if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '-')
            fputs("\\-", stdout);
        else
            fputc(*text, stdout);
    }
}

static void paragraph(const char *text)
{
    put(text);
    fputc('\n', stdout);
}

static void put_option(const option *option)
{
    fputs(".TP\n", stdout);
    if (option->letter)
        printf("\\fB\\-%c\\fR, ", option->letter);
    fputs("\\fB", stdout);
    put("--");
    put(option->name);
    fputs("\\fR", stdout);
    if (option->value) {
        fputs(" \\fI", stdout);
        put(option->value);
        fputs("\\fR", stdout);
    }
    fputc('\n', stdout);
    put(option->doc);
    paragraph(option->repeats ? " May be repeated." : "");
}

static void put_examples(const command *command)
{
    for (size_t i = 0; i < command->example_count; i++) {
        fputs(".PP\n", stdout);
        paragraph(command->examples[i].doc);
        fputs(".RS 4\n.nf\n\\fB", stdout);
        put(command->examples[i].line);
        fputs("\\fR\n.fi\n.RE\n", stdout);
    }
}

static void put_argument_name(const argument *argument)
{
    if (argument->name)
        printf(argument->required ? " %s" : " [%s]", argument->name);
}

static void put_argument(const argument *argument)
{
    if (argument->name) {
        printf(".TP\n\\fI%s\\fR\n", argument->name);
        paragraph(argument->doc);
    }
}

static void put_command(const command *command)
{
    printf(".SS \"kailash %s", command->name);
    put_argument_name(&command->argument);
    put_argument_name(&command->second);
    fputs(" [OPTION]...\"\n", stdout);
    paragraph(command->summary);
    fputs(".PP\n", stdout);
    paragraph(command->doc);
    put_argument(&command->argument);
    put_argument(&command->second);
    for (size_t i = 0; i < command->option_count; i++)
        put_option(&command->options[i]);
    put_examples(command);
}

void print_manual(void)
{
    printf(".TH KAILASH 1 \"\" \"kailash %s\" \"User Commands\"\n", kl_version());
    fputs(".SH NAME\nkailash \\- build, check and run workflows\n.SH SYNOPSIS\n"
          ".B kailash\n.I COMMAND\n[\\fIARGUMENT\\fR] [\\fIOPTION\\fR]...\n.SH DESCRIPTION\n"
          "A workflow is a graph of nodes, described in a JSON file. This command checks such "
          "files, draws them, runs them, and tells what they can be made of.\n"
          ".SH COMMANDS\n",
          stdout);
    for (size_t i = 0; i < cli_command_count; i++)
        put_command(cli_commands[i]);
    fputs(".SH \"OPTIONS OF EVERY COMMAND\"\n", stdout);
    for (size_t i = 0; i < cli_common_option_count; i++)
        put_option(&cli_common_options[i]);
    fputs(".SH \"EXIT STATUS\"\n", stdout);
    for (size_t i = 0; cli_exit_codes[i]; i += 2) {
        printf(".TP\n\\fB%s\\fR\n", cli_exit_codes[i]);
        paragraph(cli_exit_codes[i + 1]);
    }
    fputs(".SH ENVIRONMENT\n"
          ".TP\n\\fBNO_COLOR\\fR\nWhen set to anything, no colours are used unless "
          "\\fB\\-\\-color\\fR asks for them.\n"
          ".TP\n\\fBCOLUMNS\\fR\nWidth of tables when standard output is no terminal; otherwise "
          "100.\n",
          stdout);
}
