/* cli/parse.c - the command line against the tables. */
#include "command.h"
#include "terminal.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* ---- looking up -------------------------------------------------------------------------------- */

static const char *option_name(const void *command, size_t index)
{
    const option *option = cli_option(command, index);
    return option ? option->name : NULL;
}

static const option *find_long(const command *command, kl_text name)
{
    const option *option;
    for (size_t i = 0; (option = cli_option(command, i)); i++)
        if (kl_text_is(name, option->name))
            return option;
    return NULL;
}

static const option *find_letter(const command *command, char letter)
{
    const option *option;
    for (size_t i = 0; (option = cli_option(command, i)); i++)
        if (option->letter == letter)
            return option;
    return NULL;
}

/* ---- checking a value -------------------------------------------------------------------------- */

static bool is_number(const char *text, bool whole)
{
    char *end;
    errno = 0;
    double value = strtod(text, &end);
    bool digits = text[0] >= '0' && text[0] <= '9';
    return digits && !*end && errno == 0 && isfinite(value) &&
           (!whole || (value == floor(value) && value <= UINT32_MAX && !strpbrk(text, "xX.")));
}

static bool refuse_word(const char *what, const char *value, const char *const *words)
{
    char all[200] = "give one of:", hint[80];
    for (size_t i = 0; words[i]; i++)
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s %s", i ? "," : "", words[i]);
    print_error(did_you_mean(hint, sizeof hint, most_like(value, word_at, words), all),
                "%s: unknown word '%s'", what, value);
    return false;
}

static bool is_word(const char *value, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        if (strcmp(words[i], value) == 0)
            return true;
    return false;
}

static bool check_value(const option *option, const char *value)
{
    char name[64];
    snprintf(name, sizeof name, "--%s", option->name);
    switch (option->kind) {
    case OPTION_COUNT:
        if (!is_number(value, true))
            print_error("give a whole number from 0", "%s: '%s' is no count", name, value);
        return is_number(value, true);
    case OPTION_SECONDS:
        if (!is_number(value, false))
            print_error("give a number from 0, such as 2.5", "%s: '%s' is no time in seconds", name,
                        value);
        return is_number(value, false);
    case OPTION_WORD:
        return is_word(value, option->words) || refuse_word(name, value, option->words);
    case OPTION_PAIR:
        if (!strchr(value, '=') || value[0] == '=')
            print_error("write a name, an equals sign and a value", "%s: '%s' is no %s", name, value,
                        option->value);
        return strchr(value, '=') && value[0] != '=';
    default:
        return true;
    }
}

/* ---- parsing ----------------------------------------------------------------------------------- */

typedef struct words {
    char **at, **end;
} words;

static bool already_given(const invocation *in, const option *option)
{
    for (size_t i = 0; i < in->given_count && !option->repeats; i++)
        if (in->given[i].option == option && option->kind != OPTION_FLAG)
            return true;
    return false;
}

static bool add_option(invocation *in, const option *option, const char *value)
{
    if (already_given(in, option)) {
        print_error("give it once", "--%s stands twice", option->name);
        return false;
    }
    if (option->kind != OPTION_FLAG && !check_value(option, value))
        return false;
    in->given[in->given_count++] = (given_option){option, value};
    return true;
}

static bool refuse_option(const command *command, const char *word, size_t len)
{
    char hint[160], see[80] = "see: kailash help", name[80];
    snprintf(name, sizeof name, "%.*s", (int)KL_MIN(len, 70), word);
    const char *like = most_like(name + strspn(name, "-"), option_name, command);
    if (command)
        snprintf(see, sizeof see, "see: kailash help %s", command->name);
    snprintf(hint, sizeof hint, "did you mean --%s?", like ? like : "");
    print_error(like ? hint : see, "unknown option %s", name);
    return false;
}

/* The value of an option that needs one: behind its name, or the next word. */
static bool take_value(invocation *in, const option *option, const char *attached, words *rest)
{
    if (attached)
        return add_option(in, option, attached);
    if (rest->at == rest->end) {
        print_error(option->doc, "--%s needs a value: --%s %s", option->name, option->name,
                    option->value);
        return false;
    }
    return add_option(in, option, *rest->at++);
}

static bool parse_long(invocation *in, const char *word, words *rest)
{
    const char *equals = strchr(word, '=');
    size_t len = equals ? (size_t)(equals - word) : strlen(word);
    const option *option = find_long(in->command, (kl_text){word + 2, len - 2});
    if (!option)
        return refuse_option(in->command, word, len);
    if (option->kind != OPTION_FLAG)
        return take_value(in, option, equals ? equals + 1 : NULL, rest);
    if (equals) {
        print_error("leave out the value", "--%s takes no value", option->name);
        return false;
    }
    return add_option(in, option, NULL);
}

/* -h, -oFILE, -o FILE; flags may stand together. */
static bool parse_short(invocation *in, const char *word, words *rest)
{
    for (const char *at = word + 1; *at; at++) {
        const option *option = find_letter(in->command, *at);
        if (!option)
            return refuse_option(in->command, word, strlen(word));
        if (option->kind != OPTION_FLAG)
            return take_value(in, option, at[1] ? at + 1 : NULL, rest);
        if (!add_option(in, option, NULL))
            return false;
    }
    return true;
}

static const char *next_word(const void *group, size_t index)
{
    return cli_next_word(group, index, NULL);
}

const char *cli_suggest(char *hint, size_t size, const command_group *group, const char *word)
{
    const char *like = most_like(word, next_word, group);
    if (like)
        snprintf(hint, size, "did you mean %s%s%s?", group ? group->name : "", group ? " " : "", like);
    else
        snprintf(hint, size, "see: kailash help%s%s", group ? " " : "", group ? group->name : "");
    return hint;
}

/* The next word of the name of a command or of a group. */
static bool take_command(invocation *in, const char *word)
{
    char name[160], hint[120];
    const command_group *outer = in->group;
    snprintf(name, sizeof name, "%s%s%.*s", outer ? outer->name : "", outer ? " " : "", 100, word);
    in->command = cli_find_command(name);
    in->group = in->command ? NULL : cli_find_group(name);
    if (!in->command && !in->group)
        print_error(cli_suggest(hint, sizeof hint, outer, word), "unknown command '%s'", name);
    return in->command || in->group;
}

/* Of help: a further word of a name that began as that of a group. */
static bool take_further_word(invocation *in, const char *word)
{
    char name[200];
    size_t given = 0;
    snprintf(name, sizeof name, "%.60s", in->argument);
    while (given < KL_COUNT(in->more) && in->more[given]) {
        snprintf(name + strlen(name), sizeof name - strlen(name), " %.60s", in->more[given]);
        given++;
    }
    if (given == KL_COUNT(in->more) || !cli_find_group(name))
        return false;
    in->more[given] = word;
    return true;
}

static bool take_argument(invocation *in, const char *word)
{
    const argument *argument = &in->command->argument;
    char hint[120];
    if (argument->completion == COMPLETE_COMMANDS && in->argument && take_further_word(in, word))
        return true;
    const char **taken = in->argument ? &in->more[0] : &in->argument;
    if (in->argument)
        argument = &in->command->second;
    if (argument->name && !*taken) {
        *taken = word;
        return argument->completion != COMPLETE_WORDS || is_word(word, argument->words) ||
               refuse_word(argument->name, word, argument->words);
    }
    snprintf(hint, sizeof hint, "see: kailash help %s", in->command->name);
    print_error(hint, "%s: unexpected argument '%s'", in->command->name, word);
    return false;
}

static bool parse_words(invocation *in, words rest)
{
    bool options = true;
    while (rest.at < rest.end) {
        const char *word = *rest.at++;
        bool ok = true;
        if (options && strcmp(word, "--") == 0)
            options = false;
        else if (!in->command && strcmp(word, "--version") == 0)
            ok = take_command(in, "version");
        else if (options && strncmp(word, "--", 2) == 0)
            ok = parse_long(in, word, &rest);
        else if (options && word[0] == '-' && word[1])
            ok = parse_short(in, word, &rest);
        else
            ok = in->command ? take_argument(in, word) : take_command(in, word);
        if (!ok)
            return false;
    }
    return true;
}

int parse_command_line(invocation *in, int argc, char **argv)
{
    if (!parse_words(in, (words){argv + 1, argv + argc}))
        return EXIT_USAGE;
    if (!in->command || given_flag(in, "help"))
        return EXIT_OK;
    const command *command = in->command;
    const argument *missing = command->argument.required && !in->argument ? &command->argument
                              : command->second.required && !in->more[0]  ? &command->second
                                                                          : NULL;
    if (missing) {
        char hint[120];
        snprintf(hint, sizeof hint, "see: kailash help %s", in->command->name);
        print_error(hint, "%s: %s is missing", in->command->name, missing->name);
        return EXIT_USAGE;
    }
    return EXIT_OK;
}

/* ---- reading what was given -------------------------------------------------------------------- */

const char *given_value(const invocation *in, const char *name)
{
    for (size_t i = in->given_count; i-- > 0;)
        if (strcmp(in->given[i].option->name, name) == 0)
            return in->given[i].value;
    return NULL;
}

bool given_flag(const invocation *in, const char *name)
{
    for (size_t i = 0; i < in->given_count; i++)
        if (strcmp(in->given[i].option->name, name) == 0)
            return true;
    return false;
}

const char *given_at(const invocation *in, const char *name, size_t index)
{
    for (size_t i = 0; i < in->given_count; i++)
        if (strcmp(in->given[i].option->name, name) == 0 && index-- == 0)
            return in->given[i].value;
    return NULL;
}

double given_number(const invocation *in, const char *name, double fallback)
{
    const char *text = given_value(in, name);
    return text ? strtod(text, NULL) : fallback;
}
