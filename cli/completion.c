/* cli/completion.c - completion scripts for shells, written from the command table. */
#include "ml.h"
#include "terminal.h"
#include "kailash/node.h"


/* ---- lists of words ---------------------------------------------------------------------------- */

static void each_node(void (*put)(const char *name, const char *doc))
{
    for (size_t i = 0; i < kl_node_type_count(); i++) {
        const kl_node_type *type = kl_node_type_at(i);
        put(type->name, type->category ? type->category : "");
    }
}

static void each_type(void (*put)(const char *name, const char *doc))
{
    for (size_t i = 0; i < kl_type_count(); i++)
        put(kl_type_at(i)->name, kl_type_at(i)->module);
    for (size_t i = 0; i < kl_function_count(); i++)
        put(kl_function_at(i)->method.name, kl_function_at(i)->module);
}

static void each_estimator(void (*put)(const char *name, const char *doc))
{
    for (size_t i = 0; i < kl_type_count(); i++)
        if (ml_is_estimator(kl_type_at(i)))
            put(kl_type_at(i)->name, "");
}

/* What may follow the words of a group, or stand first (NULL). */
static void each_next_word(const command_group *group,
                           void (*put)(const char *name, const char *doc))
{
    const char *summary, *word;
    for (size_t i = 0; (word = cli_next_word(group, i, &summary)); i++)
        put(word, summary);
}

static void each_argument(const argument *argument, void (*put)(const char *name, const char *doc))
{
    if (argument->completion == COMPLETE_NODES)
        each_node(put);
    else if (argument->completion == COMPLETE_TYPES)
        each_type(put);
    else if (argument->completion == COMPLETE_ESTIMATORS)
        each_estimator(put);
    else if (argument->completion == COMPLETE_COMMANDS)
        each_next_word(NULL, put);
    else if (argument->completion == COMPLETE_WORDS)
        for (const char *const *word = argument->words; *word; word++)
            put(*word, "");
}

/* With two arguments words and files are offered at both places. */
static bool completes_files(const command *command)
{
    return command->argument.completion == COMPLETE_FILES ||
           command->second.completion == COMPLETE_FILES;
}

static void each_option(const command *command, void (*put)(const option *option))
{
    const option *option;
    for (size_t i = 0; (option = cli_option(command, i)); i++)
        put(option);
}

static void put_word(const char *name, const char *doc)
{
    (void)doc;
    printf("%s ", name);
}

static void put_option_word(const option *option)
{
    printf("--%s ", option->name);
    if (option->letter)
        printf("-%c ", option->letter);
}

/* ---- bash -------------------------------------------------------------------------------------- */

static void bash_value(const option *option)
{
    if (option->kind == OPTION_FLAG)
        return;
    printf("      --%s", option->name);
    if (option->letter)
        printf("|-%c", option->letter);
    fputs(") ", stdout);
    if (option->kind == OPTION_FILE)
        fputs("compopt -o default 2>/dev/null; ", stdout);
    if (option->kind == OPTION_WORD) {
        fputs("COMPREPLY=($(compgen -W '", stdout);
        for (const char *const *word = option->words; *word; word++)
            put_word(*word, "");
        fputs("' -- \"$word\")); ", stdout);
    }
    fputs("return ;;\n", stdout);
}

static void bash_command(const command *command)
{
    printf("    '%s')\n      case \"$before\" in\n", command->name);
    each_option(command, bash_value);
    fputs("      esac\n      options='", stdout);
    each_option(command, put_option_word);
    fputs("'\n", stdout);
    if (completes_files(command))
        fputs("      files=1\n", stdout);
    fputs("      words='", stdout);
    each_argument(&command->argument, put_word);
    fputs("' ;;\n", stdout);
}

static void print_bash(void)
{
    fputs("# bash completion for kailash; made by: kailash completion bash\n"
          "_kailash()\n{\n"
          "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
          "  local options= words= files= command=\n"
          "  COMPREPLY=()\n"
          "  local at=1\n"
          "  while [ \"$at\" -lt \"$COMP_CWORD\" ]; do\n"
          "    case \"$command\" in\n      ''",
          stdout);
    for (size_t i = 0; i < cli_group_count; i++)
        printf("|'%s'", cli_groups[i].name);
    fputs(") command=\"${command:+$command }${COMP_WORDS[at]}\" ;;\n"
          "      *) break ;;\n    esac\n    at=$((at + 1))\n  done\n"
          "  case \"$command\" in\n    '')\n      words='",
          stdout);
    each_next_word(NULL, put_word);
    fputs("'\n      options='--help --version' ;;\n", stdout);
    for (size_t i = 0; i < cli_group_count; i++) {
        printf("    '%s')\n      words='", cli_groups[i].name);
        each_next_word(&cli_groups[i], put_word);
        fputs("'\n      options='--help' ;;\n", stdout);
    }
    for (size_t i = 0; i < cli_command_count; i++)
        bash_command(cli_commands[i]);
    fputs("  esac\n"
          "  case \"$word\" in\n"
          "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
          "    *)\n"
          "      if [ -n \"$files\" ]; then compopt -o default 2>/dev/null; fi\n"
          "      COMPREPLY=($(compgen -W \"$words\" -- \"$word\")) ;;\n"
          "  esac\n"
          "}\ncomplete -F _kailash kailash\n",
          stdout);
}

/* ---- zsh --------------------------------------------------------------------------------------- */

/* Inside '...' of zsh, in a spec in which brackets and colons mean something. */
static void zsh_text(const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", stdout);
        else if (strchr("[]:\\", *text))
            printf("\\%c", *text);
        else
            fputc(*text, stdout);
    }
}

static void zsh_value(const option *option)
{
    if (option->kind == OPTION_FLAG)
        return;
    printf(":%s:", option->value);
    if (option->kind == OPTION_FILE)
        fputs("_files", stdout);
    if (option->kind == OPTION_WORD) {
        fputc('(', stdout);
        for (const char *const *word = option->words; *word; word++)
            put_word(*word, "");
        fputc(')', stdout);
    }
}

static void zsh_option(const option *option)
{
    const char *many = option->repeats ? "*" : "";
    for (int form = option->letter ? 0 : 1; form < 2; form++) {
        fputs("        '", stdout);
        if (form == 0)
            printf("%s-%c[", many, option->letter);
        else
            printf("%s--%s[", many, option->name);
        zsh_text(option->doc);
        fputc(']', stdout);
        zsh_value(option);
        fputs("' \\\n", stdout);
    }
}

static void zsh_argument(const argument *argument, const char *place)
{
    if (!argument->name)
        return;
    printf("        '%s:%s:", argument->required ? place : "::", argument->name);
    if (argument->completion == COMPLETE_FILES) {
        fputs("_files", stdout);
    } else {
        fputc('(', stdout);
        each_argument(argument, put_word);
        fputc(')', stdout);
    }
    fputs("' \\\n", stdout);
}

static void zsh_word(const char *name, const char *doc)
{
    printf("    '%s:", name);
    zsh_text(doc);
    fputs("'\n", stdout);
}

/* Its next word, then on with that as part of the command. */
static void zsh_group(const command_group *group)
{
    printf("    '%s')\n  commands=(\n", group->name);
    each_next_word(group, zsh_word);
    fputs("  )\n"
          "      if (( CURRENT == 2 )); then\n"
          "        _describe -t commands command commands\n        return\n"
          "      fi\n"
          "      command=\"$command ${words[2]}\"\n"
          "      shift words\n      (( CURRENT-- ))\n      ;;\n",
          stdout);
}

static void print_zsh(void)
{
    fputs("#compdef kailash\n# zsh completion for kailash; made by: kailash completion zsh\n"
          "_kailash() {\n  local -a commands\n  commands=(\n",
          stdout);
    each_next_word(NULL, zsh_word);
    fputs("  )\n"
          "  if (( CURRENT == 2 )); then\n    _describe -t commands command commands\n    return\n"
          "  fi\n"
          "  local command=${words[2]}\n"
          "  shift words\n  (( CURRENT-- ))\n"
          "  while true; do\n  case $command in\n",
          stdout);
    for (size_t i = 0; i < cli_group_count; i++)
        zsh_group(&cli_groups[i]);
    fputs("    *) break ;;\n  esac\n  done\n  case $command in\n", stdout);
    for (size_t i = 0; i < cli_command_count; i++) {
        printf("    '%s')\n      _arguments -s \\\n", cli_commands[i]->name);
        each_option(cli_commands[i], zsh_option);
        zsh_argument(&cli_commands[i]->argument, "1");
        zsh_argument(&cli_commands[i]->second, "2");
        fputs("      ;;\n", stdout);
    }
    fputs("  esac\n}\n"
          "if [ \"$funcstack[1]\" = _kailash ]; then _kailash \"$@\"; else compdef _kailash kailash; "
          "fi\n",
          stdout);
}

/* ---- fish -------------------------------------------------------------------------------------- */

static char fish_condition[200]; /* when the command being written is on the line */

static void fish_text(const char *text)
{
    fputc('\'', stdout);
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            fputc('\\', stdout);
        fputc(*text, stdout);
    }
    fputc('\'', stdout);
}

static void fish_option(const option *option)
{
    printf("complete -c kailash -n '%s' -l %s", fish_condition, option->name);
    if (option->letter)
        printf(" -s %c", option->letter);
    if (option->kind != OPTION_FLAG)
        fputs(option->kind == OPTION_FILE ? " -r -F" : " -x", stdout);
    if (option->kind == OPTION_WORD) {
        fputs(" -a '", stdout);
        for (const char *const *word = option->words; *word; word++)
            put_word(*word, "");
        fputc('\'', stdout);
    }
    fputs(" -d ", stdout);
    fish_text(option->doc);
    fputc('\n', stdout);
}

static void fish_word(const char *name, const char *doc)
{
    printf("complete -c kailash -n __fish_use_subcommand -a %s -d ", name);
    fish_text(doc);
    fputc('\n', stdout);
}

static const command_group *fish_group;

/* The condition that all words of a name are on the line. */
static size_t fish_seen(char *to, size_t size, const char *name)
{
    size_t used = 0;
    for (const char *word = name; *word && used < size; word += strspn(word, " ")) {
        size_t len = strcspn(word, " ");
        used += (size_t)snprintf(to + used, size - used, "%s__fish_seen_subcommand_from %.*s",
                                 word == name ? "" : "; and ", (int)len, word);
        word += len;
    }
    return used;
}

static void fish_next_word(const char *name, const char *doc)
{
    char seen[sizeof fish_condition];
    fish_seen(seen, sizeof seen, fish_group->name);
    printf("complete -c kailash -n '%s; and not __fish_seen_subcommand_from ", seen);
    each_next_word(fish_group, put_word);
    printf("' -a %s -d ", name);
    fish_text(doc);
    fputc('\n', stdout);
}

static void print_fish(void)
{
    fputs("# fish completion for kailash; made by: kailash completion fish\n"
          "complete -c kailash -f\n",
          stdout);
    each_next_word(NULL, fish_word);
    for (size_t i = 0; i < cli_group_count; i++) {
        fish_group = &cli_groups[i];
        each_next_word(fish_group, fish_next_word);
    }
    for (size_t i = 0; i < cli_command_count; i++) {
        const command *command = cli_commands[i];
        fish_seen(fish_condition, sizeof fish_condition, command->name);
        each_option(command, fish_option);
        if (command->argument.completion == COMPLETE_NOTHING)
            continue;
        printf("complete -c kailash -n '%s' ", fish_condition);
        if (completes_files(command))
            fputs("-F", stdout);
        if (command->argument.completion == COMPLETE_FILES) {
            fputc('\n', stdout);
            continue;
        }
        fputs(" -a '", stdout);
        each_argument(&command->argument, put_word);
        fputs("'\n", stdout);
    }
}

/* ---- the command ------------------------------------------------------------------------------- */

static const char *const shells[] = {"bash", "zsh", "fish", NULL};

int print_completion(const char *shell)
{
    if (strcmp(shell, "bash") == 0)
        print_bash();
    else if (strcmp(shell, "zsh") == 0)
        print_zsh();
    else
        print_fish();
    return EXIT_OK;
}

static int completion_run(const invocation *in) { return print_completion(in->argument); }

static const example completion_examples[] = {
    {"eval \"$(kailash completion bash)\"", "In bash, for this session:"},
    {"kailash completion zsh > ~/.zfunc/_kailash", "In zsh, where ~/.zfunc is in $fpath:"},
    {"kailash completion fish > ~/.config/fish/completions/kailash.fish", "In fish:"},
};

const command cli_completion = {
    .name = "completion",
    .summary = "Print a completion script for a shell.",
    .doc = "The script completes commands, options, their words, files, and the names of node types "
           "and types this version knows.",
    .argument = {.name = "SHELL", .required = true, .completion = COMPLETE_WORDS, .words = shells,
                 .doc = "bash, zsh or fish"},
    .examples = KL_TABLE(completion_examples),
    .run = completion_run,
    .no_json = true,
};
