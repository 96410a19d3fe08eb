/* cli/terminal.c - colours, previews, JSON, errors. */
#include "terminal.h"
#include "command.h"
#include "kailash/json.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* ---- colours ----------------------------------------------------------------------------------- */

static bool paints_stdout, paints_stderr;

static bool wants_colour(int descriptor, const char *when)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    if (when && strcmp(when, "always") == 0)
        return true;
    if (when && strcmp(when, "never") == 0)
        return false;
    return isatty(descriptor) && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}

void terminal_init(const char *when)
{
    paints_stdout = wants_colour(STDOUT_FILENO, when);
    paints_stderr = wants_colour(STDERR_FILENO, when);
}

const char *painted(FILE *to, paint paint)
{
    static const char *const codes[] = {
        [PAINT_PLAIN] = "\033[0m", [PAINT_BOLD] = "\033[1m",    [PAINT_DIM] = "\033[2m",
        [PAINT_RED] = "\033[31m",  [PAINT_GREEN] = "\033[32m",  [PAINT_YELLOW] = "\033[33m",
        [PAINT_CYAN] = "\033[36m",
    };
    bool wanted = to == stdout ? paints_stdout : to == stderr && paints_stderr;
    return wanted ? codes[paint] : "";
}

size_t terminal_width(void)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    long given = columns ? strtol(columns, NULL, 10) : 0;
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
        return size.ws_col;
    return given >= 20 && given <= 10000 ? (size_t)given : 100;
}

/* ---- previews ---------------------------------------------------------------------------------- */

typedef struct preview {
    FILE *to;
    size_t left; /* characters that may still be printed */
    unsigned depth;
} preview;

enum { PREVIEW_DEPTH = 8 };

static void preview_value(preview *p, kl_value value);

static void preview_text(preview *p, const char *text, size_t len)
{
    size_t printed = KL_MIN(len, p->left);
    fwrite(text, 1, printed, p->to);
    p->left -= printed;
}

/* Only as much of a string is looked at as can be shown. */
static void preview_string(preview *p, kl_text text, const char *quote)
{
    size_t shown = KL_MIN(text.len, p->left);
    while (shown < text.len && shown > 0 && ((unsigned char)text.data[shown] & 0xC0) == 0x80)
        shown--;
    preview_text(p, quote, 1);
    fwrite(text.data, 1, shown, p->to);
    p->left -= KL_MIN(p->left, shown);
    fputs(shown < text.len ? "" : quote, p->to);
}

static void preview_items(preview *p, kl_value value, bool is_map)
{
    preview_text(p, is_map ? "{" : "[", 1);
    for (size_t i = 0; i < kl_value_len(value) && p->left > 0; i++) {
        preview_text(p, ", ", i ? 2 : 0);
        if (is_map) {
            preview_string(p, kl_map_key_at(value, i), "\"");
            preview_text(p, ": ", 2);
        }
        preview_value(p, is_map ? kl_map_value_at(value, i) : kl_array_at(value, i));
    }
    preview_text(p, is_map ? "}" : "]", 1);
}

static void preview_value(preview *p, kl_value value)
{
    kl_value text = kl_null();
    char number[48];
    bool is_map = kl_is(value, KL_KIND_MAP);
    if (p->left == 0)
        return;
    if (is_map || kl_is(value, KL_KIND_ARRAY)) {
        if (++p->depth <= PREVIEW_DEPTH)
            preview_items(p, value, is_map);
        else
            preview_text(p, "...", 3);
        p->depth--;
    } else if (kl_is(value, KL_KIND_STRING)) {
        preview_string(p, kl_as_text(value), "\"");
    } else if (kl_is(value, KL_KIND_BYTES)) {
        snprintf(number, sizeof number, "<%zu bytes>", kl_value_len(value));
        preview_text(p, number, strlen(number));
    } else if (kl_json_print(&text, value, &kl_json_plain, NULL) == KL_OK) {
        preview_text(p, kl_as_text(text).data, kl_as_text(text).len);
        kl_value_release(text);
    } else {
        preview_text(p, "<object>", 8);
    }
}

void print_preview(FILE *to, kl_value value, size_t most)
{
    preview p = {to, most, 0};
    preview_value(&p, value);
}

/* ---- JSON -------------------------------------------------------------------------------------- */

/* Containers of the first levels are walked; what lies deeper is printed by the library. */
enum { STREAMED_LEVELS = 6 };

static kl_status print_part(FILE *to, kl_value value, kl_error *error)
{
    kl_value text;
    KL_TRY(kl_json_print(&text, value, &kl_json_plain, error));
    fwrite(kl_as_text(text).data, 1, kl_as_text(text).len, to);
    kl_value_release(text);
    return KL_OK;
}

static kl_status print_level(FILE *to, kl_value value, unsigned level, kl_error *error)
{
    bool is_map = kl_is(value, KL_KIND_MAP);
    if ((!is_map && !kl_is(value, KL_KIND_ARRAY)) || level == STREAMED_LEVELS)
        return print_part(to, value, error);
    fputc(is_map ? '{' : '[', to);
    for (size_t i = 0; i < kl_value_len(value) && !ferror(to); i++) {
        if (i)
            fputc(',', to);
        if (is_map) {
            KL_TRY(print_part(to, kl_map_key_value_at(value, i), error));
            fputc(':', to);
        }
        KL_TRY(print_level(to, is_map ? kl_map_value_at(value, i) : kl_array_at(value, i),
                           level + 1, error));
    }
    fputc(is_map ? '}' : ']', to);
    return KL_OK;
}

kl_status print_json(FILE *to, kl_value value, kl_error *error)
{
    KL_TRY(print_level(to, value, 0, error));
    fputc('\n', to);
    return KL_OK;
}

/* ---- errors ------------------------------------------------------------------------------------ */

/* One line, whatever the message holds. */
static void print_line(const char *hint, const char *message)
{
    fflush(stdout);
    fprintf(stderr, "%skailash:%s ", painted(stderr, PAINT_RED), painted(stderr, PAINT_PLAIN));
    print_fitting(stderr, kl_text_from(message), SIZE_MAX / 2);
    if (hint)
        fprintf(stderr, "%s; %s%s", painted(stderr, PAINT_DIM), hint, painted(stderr, PAINT_PLAIN));
    fputc('\n', stderr);
}

void print_error(const char *hint, const char *format, ...)
{
    char *message = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&message, format, arguments) < 0)
        message = NULL;
    va_end(arguments);
    print_line(hint, message ? message : "out of memory");
    free(message);
}

static kl_status error_map(kl_value *out, const kl_error *error, kl_error *failure)
{
    kl_value map, inner = kl_null(), text;
    kl_status status;
    KL_TRY(kl_map_new(&map, 1, failure));
    KL_TRY_OUT(kl_map_new(&inner, 3, failure));
    KL_TRY_OUT(kl_map_set_text(&inner, KL_TEXT("code"), kl_text_from(kl_status_name(error->code)),
                               failure));
    KL_TRY_OUT(kl_string_repair(&text, kl_text_from(kl_error_message(error)), failure));
    KL_TRY_OUT(kl_map_set(&inner, KL_TEXT("message"), text, failure));
    if (error->details)
        KL_TRY_OUT(kl_map_merge(&inner, *(const kl_value *)error->details, failure));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("error"), kl_value_take(&inner), failure));
    *out = map;
    return KL_OK;
out:
    kl_value_release(inner);
    kl_value_release(map);
    return status;
}

int report_error_as(kl_error *error, const char *hint, bool json)
{
    kl_value map;
    if (json && error_map(&map, error, NULL) == KL_OK) {
        if (print_json(stdout, map, NULL) != KL_OK)
            fputs("{\"error\":{\"code\":\"failed\",\"message\":\"no JSON form\"}}\n", stdout);
        kl_value_release(map);
    }
    print_line(hint, kl_error_message(error));
    int code = error->code == KL_INTERRUPTED ? EXIT_INTERRUPTED : EXIT_FAILED;
    kl_error_clear(error);
    return code;
}

int report_error(kl_error *error, const char *hint) { return report_error_as(error, hint, false); }

/* Whether nobody reads standard output any more, as in `kailash nodes | head -1`. */
static bool is_reader_gone(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) > 0 && (out.revents & (POLLERR | POLLHUP));
}

int finish_output(int code)
{
    bool failed = ferror(stdout);
    errno = 0;
    failed = fflush(stdout) != 0 || failed;
    if (!failed || errno == EPIPE || is_reader_gone())
        return code;
    print_error(NULL, "cannot write to standard output%s%s", errno ? ": " : "",
                errno ? strerror(errno) : "");
    return EXIT_FAILED;
}
