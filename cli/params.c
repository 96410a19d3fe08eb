/* cli/params.c - see params.h. */
#include "params.h"
#include "terminal.h"

#include <stdlib.h>

static size_t page_width(void) { return KL_MIN(terminal_width(), 100); }

void print_title(const char *title)
{
    printf("\n%s%s%s\n", painted(stdout, PAINT_BOLD), title, painted(stdout, PAINT_PLAIN));
}

void print_paragraph(const char *text, size_t indent)
{
    printf("%*s", (int)indent, "");
    print_wrapped(stdout, text, indent, indent, page_width());
    fputc('\n', stdout);
}

kl_text first_sentence(const char *doc)
{
    const char *end = doc ? doc : "";
    while (*end && !(*end == '.' && (end[1] == ' ' || end[1] == '\n' || end[1] == '\0')))
        end++;
    return (kl_text){doc ? doc : "", (size_t)(end - (doc ? doc : end))};
}

/* "integer from 1 to 5", or a word for what only tables know. */
static void print_expectation(FILE *to, const kl_param *param)
{
    kl_value words;
    if (kl_param_expectation(&words, param, NULL) != KL_OK) {
        fputs(kl_kind_name(param->kind), to);
        return;
    }
    print_fitting(to, kl_as_text(words), SIZE_MAX / 2);
    kl_value_release(words);
}

static void print_default(FILE *to, const kl_param *param)
{
    if (kl_param_required(param))
        fputs(", required", to);
    else if (param->fallback && strcmp(param->fallback, "null") != 0)
        fprintf(to, ", default %s", param->fallback);
    else
        fputs(", optional", to);
}

static void print_flags(FILE *to, const kl_param *param)
{
    fputs(param->flags & KL_MANY ? ", gathers all its connections" : "", to);
    fputs(param->flags & KL_KEYWORD_ONLY ? ", keyword only" : "", to);
    fputs(param->flags & KL_SECRET ? ", secret" : "", to);
    fputs(param->flags & KL_SETTABLE ? ", settable" : "", to);
    fputs(param->flags & KL_READ_ONLY ? ", read-only" : "", to);
    fputs(param->flags & KL_DEPRECATED ? ", deprecated" : "", to);
    fputs(param->flags & KL_LEARNED ? ", learned" : "", to);
    fputs(param->flags & KL_REST ? ", gathers all other keywords" : "", to);
    if (param->alias)
        fprintf(to, ", also called %s", param->alias);
}

static size_t name_column(const kl_param *params, size_t count)
{
    size_t width = 8;
    for (size_t i = 0; i < count; i++)
        width = KL_MAX(width, strlen(params[i].name));
    return KL_MIN(width, 28) + 4;
}

static void print_rows(const char *title, const kl_param *params, size_t count, bool taken)
{
    size_t column = name_column(params, count);
    if (count)
        print_title(title);
    for (size_t i = 0; i < count; i++) {
        size_t used = 2 + strlen(params[i].name);
        printf("  %s%s%s%*s", painted(stdout, PAINT_CYAN), params[i].name,
               painted(stdout, PAINT_PLAIN), (int)(used < column ? column - used : 1), "");
        print_expectation(stdout, &params[i]);
        if (taken) {
            print_default(stdout, &params[i]);
            print_flags(stdout, &params[i]);
        }
        fputc('\n', stdout);
        if (params[i].doc)
            print_paragraph(params[i].doc, column);
    }
}

void print_params(const char *title, const kl_param *params, size_t count)
{
    print_rows(title, params, count, true);
}

void print_outputs(const char *title, const kl_param *params, size_t count)
{
    print_rows(title, params, count, false);
}

void print_signature(const char *name, const kl_param *params, size_t count, const char *returns)
{
    printf("%s%s%s(", painted(stdout, PAINT_CYAN), name, painted(stdout, PAINT_PLAIN));
    for (size_t i = 0; i < count; i++) {
        printf("%s%s: %s", i ? ", " : "", params[i].name,
               params[i].kind == KL_KIND_OBJECT && params[i].type ? params[i].type->name
                                                                  : kl_kind_name(params[i].kind));
        if (!kl_param_required(&params[i]))
            printf(" = %s", params[i].fallback ? params[i].fallback : "null");
    }
    printf(")%s%s", returns ? " -> " : "", returns ? returns : "");
}
