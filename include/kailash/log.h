/* kailash/log.h - what the library tells about its work. Off unless asked for. */
#ifndef KAILASH_LOG_H
#define KAILASH_LOG_H

#include "kailash/value.h"

KL_BEGIN_DECLS

/** How grave a record is, rising. */
typedef enum kl_log_level {
    KL_LOG_TRACE,
    KL_LOG_DEBUG,
    KL_LOG_INFO,
    KL_LOG_WARN,
    KL_LOG_ERROR,
    KL_LOG_OFF /* as a threshold: nothing is logged */
} kl_log_level;

/**
 * Receives what is logged, on the thread that logs. `logger` is a dotted name such as
 * "kailash.workflow", `fields` a map or null; all are borrowed. It may log in its turn.
 */
typedef void (*kl_log_hook)(void *context, kl_log_level level, const char *logger, kl_text message,
                            kl_value fields);

/**
 * Send records to `hook` instead of standard error; NULL goes back there. A call that has begun on
 * another thread may still be running when this returns, so `context` must live on.
 */
KL_API void kl_log_set_hook(kl_log_hook hook, void *context);

/** Log records from `level` on. At start: what KAILASH_LOG says (such as "debug"), else KL_LOG_OFF. */
KL_API void kl_log_set_level(kl_log_level level);
/** The level from which on records are logged. */
KL_API kl_log_level kl_log_level_now(void);

/** The name of a level: "trace", "debug", "info", "warn", "error", "off". */
KL_API const char *kl_log_level_name(kl_log_level level);
/** The level of a name, in any case; also "warning". KL_INVALID lists the legal names. */
KL_API kl_status kl_log_level_of(kl_log_level *out, kl_text name, kl_error *error);

extern KL_API int kl_log_threshold; /* atomic; read it through kl_log_enabled() */

/** Whether a record of `level` goes anywhere: one load. */
static inline bool kl_log_enabled(kl_log_level level)
{
    return (int)level >= __atomic_load_n(&kl_log_threshold, __ATOMIC_RELAXED);
}

/**
 * Log a record; the macros below spare its arguments when nobody listens. `fields` (a map or null)
 * is borrowed; texts under keys that speak of secrets (password, token, ...) are masked. Never
 * fails: a record that finds no memory is lost.
 */
KL_API void kl_log_write(kl_log_level level, const char *logger, kl_value fields,
                         const char *format, ...) KL_PRINTF(4, 5);

/** KL_LOG(KL_LOG_INFO, "kailash.workflow", "run %s started", id); */
#define KL_LOG(level, logger, ...) KL_LOG_FIELDS(level, logger, kl_null(), __VA_ARGS__)
/** The same with a map of fields. */
#define KL_LOG_FIELDS(level, logger, fields, ...)                                                  \
    do {                                                                                           \
        if (__builtin_expect(kl_log_enabled(level), 0))                                            \
            kl_log_write(level, logger, fields, __VA_ARGS__);                                      \
    } while (0)

KL_END_DECLS
#endif
