/* cli/main.c - the `kailash` command. */
#include "command.h"
#include "terminal.h"

#include <signal.h>
#include <stdlib.h>

static int run_command(const invocation *in)
{
    if (in->group) {
        print_group(in->group);
        return given_flag(in, "help") ? EXIT_OK : EXIT_USAGE;
    }
    if (!in->command) {
        print_overview();
        return given_flag(in, "help") ? EXIT_OK : EXIT_USAGE;
    }
    if (given_flag(in, "help")) {
        print_command_help(in->command);
        return EXIT_OK;
    }
    return in->command->run(in);
}

int main(int argc, char **argv)
{
    invocation in = {0};
    signal(SIGPIPE, SIG_IGN); /* a reader that goes away shows as a failed write */
    text_init();
    terminal_init(NULL);
    in.given = calloc((size_t)argc + 1, sizeof *in.given);
    if (!in.given) {
        print_error(NULL, "out of memory");
        return EXIT_FAILED;
    }
    int code = parse_command_line(&in, argc, argv);
    terminal_init(given_value(&in, "color"));
    if (code == EXIT_OK)
        code = run_command(&in);
    free(in.given);
    return finish_output(code);
}
