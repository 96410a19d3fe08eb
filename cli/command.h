/* cli/command.h - commands and options as tables. Parsing, help, the manual page and the shell
 * completions all read them; a new option is a row. */
#ifndef KL_CLI_COMMAND_H
#define KL_CLI_COMMAND_H

#include "kailash/type.h"

/* What the command tells its caller; documented in every help. */
enum exit_code { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_UNSOUND = 3,
                 EXIT_INTERRUPTED = 130 };

typedef enum option_kind {
    OPTION_FLAG,    /* given or not */
    OPTION_TEXT,    /* any text */
    OPTION_FILE,    /* a path; "-" where the doc says so */
    OPTION_COUNT,   /* a whole number from 0 */
    OPTION_SECONDS, /* a number from 0 */
    OPTION_WORD,    /* one of .words */
    OPTION_PAIR,    /* NAME=VALUE */
} option_kind;

/* What a shell can complete an argument to. */
typedef enum completion_kind {
    COMPLETE_NOTHING,
    COMPLETE_FILES,
    COMPLETE_NODES,
    COMPLETE_TYPES,
    COMPLETE_ESTIMATORS,
    COMPLETE_COMMANDS,
    COMPLETE_WORDS, /* argument.words */
} completion_kind;

typedef struct option {
    const char *name; /* without the dashes */
    char letter;      /* short form, or 0 */
    option_kind kind;
    bool repeats;
    const char *value; /* what help calls the value, such as "FILE"; NULL for a flag */
    const char *const *words; /* ended by NULL */
    const char *doc;
} option;

typedef struct argument {
    const char *name; /* such as "FILE"; NULL: the command takes none */
    bool required;
    completion_kind completion;
    const char *const *words;
    const char *doc;
} argument;

typedef struct example {
    const char *line, *doc;
} example;

typedef struct invocation invocation;

/* Words in the name of a command, at most. */
enum { COMMAND_WORDS = 3 };

typedef struct command {
    const char *name;    /* a word; or more, all but the last of which are the name of a group */
    const char *summary; /* a line in the list of commands */
    const char *doc;     /* paragraphs, parted by empty lines */
    argument argument;
    argument second; /* of commands that take two */
    const option *options;
    size_t option_count;
    const example *examples;
    size_t example_count;
    int (*run)(const invocation *in); /* an exit_code */
    bool no_json; /* what it prints has no JSON form, so --json is refused */
} command;

extern const command cli_run, cli_validate, cli_graph, cli_nodes, cli_describe, cli_db_migrate,
    cli_db_diff, cli_db_inspect, cli_db_shell, cli_pact_check, cli_pact_explain, cli_pact_matrix,
    cli_ml_list, cli_ml_describe, cli_ml_fit, cli_ml_predict,
    cli_completion, cli_version, cli_help;
extern const command cli_attest_init, cli_attest_status, cli_attest_decide, cli_attest_decisions,
    cli_attest_milestone, cli_attest_verify, cli_attest_repair, cli_attest_migrate,
    cli_attest_delegate_add, cli_attest_delegate_list, cli_attest_delegate_revoke,
    cli_attest_hold_list, cli_attest_hold_approve, cli_attest_hold_deny, cli_attest_template_list,
    cli_attest_template_show, cli_attest_template_apply, cli_attest_shadow_enable,
    cli_attest_shadow_report, cli_attest_shadow_details, cli_attest_shadow_promote,
    cli_attest_shadow_disable, cli_attest_audit, cli_attest_export_json, cli_attest_export_html,
    cli_attest_diagnose, cli_attest_conformance, cli_attest_mirror;

/* Commands of several words, by those they begin with: "attest", or "attest hold" within it. */
typedef struct command_group {
    const char *name, *summary;
} command_group;
extern const command_group cli_groups[];
extern const size_t cli_group_count;
const command_group *cli_find_group(const char *name);
/* What a command of the group is called within it; NULL when it is none of it. */
const char *cli_word_in_group(const command *command, const command_group *group);
/* Word `index` of what may follow the words of a group (NULL: stand first on the command line):
 * commands and groups, in order; NULL at the end. `summary` may be NULL. */
const char *cli_next_word(const command_group *group, size_t index, const char **summary);

/* All commands, in the order of the help. */
extern const command *const cli_commands[];
extern const size_t cli_command_count;
const command *cli_find_command(const char *name);
/* A hint about a word that may not follow those of a group (NULL: stand first): what may be meant, or
 * which help to read. Returns `hint` (size bytes). */
const char *cli_suggest(char *hint, size_t size, const command_group *group, const char *word);

/* Options that every command takes. */
extern const option cli_common_options[];
extern const size_t cli_common_option_count;
/* Option `index` of a command (NULL = none given yet): its own, then the common ones; NULL at the
 * end. */
const option *cli_option(const command *command, size_t index);

extern const char *const cli_exit_codes[]; /* "0", "meaning", ..., NULL */

/* ---- a parsed command line --------------------------------------------------------------------- */

typedef struct given_option {
    const option *option;
    const char *value; /* borrowed from argv; NULL for a flag */
} given_option;

struct invocation {
    const command *command;
    const command_group *group; /* its words alone were given; `command` is NULL then */
    const char *argument; /* NULL when not given */
    const char *more[COMMAND_WORDS - 1]; /* the second argument; of help: further words of a command's name */
    given_option *given;
    size_t given_count;
};

bool given_flag(const invocation *in, const char *name);
/* The last value of an option, or NULL. */
const char *given_value(const invocation *in, const char *name);
/* The value of occurrence `index` of an option that repeats, or NULL. */
const char *given_at(const invocation *in, const char *name, size_t index);
/* A number that parsing has checked; `fallback` when it is not given. */
double given_number(const invocation *in, const char *name, double fallback);

/* The second argument, or NULL. */
static inline const char *second_argument(const invocation *in) { return in->more[0]; }

/* Parse; on a usage error prints it and returns EXIT_USAGE. `in->given` has room for argc. */
int parse_command_line(invocation *in, int argc, char **argv);

/* ---- pages made from the tables ---------------------------------------------------------------- */

void print_overview(void);
void print_command_help(const command *command);
void print_group(const command_group *group);
void print_manual(void); /* roff */
int print_completion(const char *shell);

#endif
