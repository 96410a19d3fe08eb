/* src/base/log.c - log records: to a hook, or as lines on standard error. */
#include "buffer.h"
#include "fork.h"
#include "kailash/json.h"
#include "kailash/log.h"
#include "kailash/time.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

int kl_log_threshold = KL_LOG_OFF;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the two below */
KL_LOCK_FOR_FORK(lock, KL_FORK_INNER)
static kl_log_hook hook;
static void *hook_context;

/* A hook that logs calls itself: beyond a few levels it must be running in circles. */
enum { NESTING_MAX = 4 };
static _Thread_local int nesting;

/* ---- levels ---------------------------------------------------------------------------------- */

static const char *const level_names[] = {"trace", "debug", "info", "warn", "error", "off"};

const char *kl_log_level_name(kl_log_level level)
{
    return (unsigned)level < KL_COUNT(level_names) ? level_names[level] : "unknown";
}

static bool is_word(kl_text text, const char *word)
{
    return text.len == strlen(word) && strncasecmp(text.data, word, text.len) == 0;
}

kl_status kl_log_level_of(kl_log_level *out, kl_text name, kl_error *error)
{
    if (is_word(name, "warning"))
        name = KL_TEXT("warn");
    for (size_t i = 0; i < KL_COUNT(level_names); i++) {
        if (is_word(name, level_names[i])) {
            *out = (kl_log_level)i;
            return KL_OK;
        }
    }
    return kl_error_set(error, KL_INVALID,
                        "unknown log level '%.*s'; expected one of trace, debug, info, warn, "
                        "error, off",
                        KL_TEXT_ARG(name));
}

void kl_log_set_level(kl_log_level level)
{
    __atomic_store_n(&kl_log_threshold, (int)level, __ATOMIC_RELAXED);
}

kl_log_level kl_log_level_now(void)
{
    return (kl_log_level)__atomic_load_n(&kl_log_threshold, __ATOMIC_RELAXED);
}

void kl_log_set_hook(kl_log_hook given, void *context)
{
    pthread_mutex_lock(&lock);
    hook = given;
    hook_context = context;
    pthread_mutex_unlock(&lock);
}

__attribute__((constructor)) static void read_environment(void)
{
    const char *wanted = getenv("KAILASH_LOG");
    kl_log_level level;
    if (!wanted || !*wanted)
        return;
    if (kl_log_level_of(&level, kl_text_from(wanted), NULL) == KL_OK)
        kl_log_set_level(level);
    else
        fprintf(stderr, "KAILASH_LOG: unknown log level '%s'; expected one of trace, debug, info, "
                        "warn, error, off\n", wanted);
}

/* ---- secrets --------------------------------------------------------------------------------- */

static bool is_secret_name(kl_text key)
{
    static const char *const words[] = {"password", "passwd", "secret", "token", "api_key", "apikey",
                                        "authorization", "credential", "private_key", "cookie"};
    for (size_t i = 0; i < KL_COUNT(words); i++) {
        size_t len = strlen(words[i]);
        for (size_t at = 0; at + len <= key.len; at++)
            if (strncasecmp(key.data + at, words[i], len) == 0)
                return true;
    }
    return false;
}

/* Numbers are no secrets: "max_tokens" may be told. */
static bool is_secret(kl_text key, kl_value value)
{
    return value.kind >= KL_KIND_STRING && is_secret_name(key);
}

/* `fields` with secrets masked; given. Shares the map when there is none. */
static kl_status mask(kl_value *out, kl_value fields)
{
    kl_value masked = kl_value_retain(fields);
    for (size_t i = 0; i < kl_map_len(fields); i++) {
        kl_text key = kl_map_key_at(fields, i);
        if (!is_secret(key, kl_map_value_at(fields, i)))
            continue;
        kl_status status = kl_map_set_text(&masked, key, KL_TEXT("***"), NULL);
        if (status != KL_OK) {
            kl_value_release(masked);
            return status;
        }
    }
    *out = masked;
    return KL_OK;
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* One record is one line, whatever the text holds. */
static void add_on_one_line(kl_buffer *line, kl_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte >= 0x20 && byte != 0x7F)
            kl_buffer_byte(line, (char)byte);
        else
            kl_buffer_format(line, "\\x%02x", byte);
    }
}

/* Scalars as JSON; of containers only the size, for what lies in them was not chosen for a log. */
static void add_field(kl_buffer *line, kl_text key, kl_value value)
{
    kl_value text = kl_null();
    kl_buffer_byte(line, ' ');
    add_on_one_line(line, key);
    kl_buffer_byte(line, '=');
    if (kl_is(value, KL_KIND_ARRAY))
        kl_buffer_format(line, "[%zu]", kl_array_len(value));
    else if (kl_is(value, KL_KIND_MAP))
        kl_buffer_format(line, "{%zu}", kl_map_len(value));
    else if (kl_is(value, KL_KIND_OBJECT) || kl_is(value, KL_KIND_BYTES))
        kl_buffer_format(line, "<%s>", kl_value_kind_name(value));
    else if (kl_json_print(&text, value, &kl_json_plain, NULL) == KL_OK)
        add_on_one_line(line, kl_as_text(text));
    kl_value_release(text);
}

static void write_all(int file, kl_text text)
{
    while (text.len > 0) {
        ssize_t written = write(file, text.data, text.len);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return; /* there is nobody left to tell that telling failed */
        text.data += written;
        text.len -= (size_t)written;
    }
}

static void write_line(kl_log_level level, const char *logger, kl_text message, kl_value fields)
{
    kl_buffer line = KL_BUFFER_INIT;
    char time[KL_TIME_TEXT];
    kl_time_print(time, kl_time_now(), 6, KL_TIME_Z);
    kl_buffer_format(&line, "%s %s %s: ", time, kl_log_level_name(level), logger);
    add_on_one_line(&line, message);
    for (size_t i = 0; i < kl_map_len(fields); i++)
        add_field(&line, kl_map_key_at(fields, i), kl_map_value_at(fields, i));
    kl_buffer_byte(&line, '\n');
    if (line.status == KL_OK)
        write_all(STDERR_FILENO, kl_buffer_text(&line)); /* one call: lines of threads do not mix */
    kl_buffer_free(&line);
}

/* ---- records --------------------------------------------------------------------------------- */

static void deliver(kl_log_level level, const char *logger, kl_text message, kl_value fields)
{
    pthread_mutex_lock(&lock);
    kl_log_hook receiver = hook;
    void *context = hook_context;
    pthread_mutex_unlock(&lock);
    if (receiver)
        receiver(context, level, logger, message, fields);
    else
        write_line(level, logger, message, fields);
}

/* printf into a string of valid UTF-8; given. */
static kl_status format_message(kl_value *out, const char *format, va_list arguments)
{
    char small[512], *text = small;
    va_list again;
    va_copy(again, arguments);
    int len = vsnprintf(small, sizeof small, format, arguments);
    if (len >= (int)sizeof small) {
        text = kl_alloc((size_t)len + 1);
        if (text)
            vsnprintf(text, (size_t)len + 1, format, again);
    }
    va_end(again);
    kl_status status = len < 0 || !text
                           ? KL_NO_MEMORY
                           : kl_string_repair(out, (kl_text){text, (size_t)len}, NULL);
    if (text != small)
        kl_free(text);
    return status;
}

void kl_log_write(kl_log_level level, const char *logger, kl_value fields, const char *format, ...)
{
    kl_value message = kl_null(), masked = kl_null();
    int error_number = errno; /* logging between a failure and its report must not change it */
    va_list arguments;
    if (!kl_log_enabled(level) || level >= KL_LOG_OFF || nesting >= NESTING_MAX)
        return;
    nesting++;
    va_start(arguments, format);
    if (format_message(&message, format, arguments) == KL_OK && mask(&masked, fields) == KL_OK)
        deliver(level, logger, kl_as_text(message), masked);
    va_end(arguments);
    nesting--;
    kl_value_release(message);
    kl_value_release(masked);
    errno = error_number;
}
