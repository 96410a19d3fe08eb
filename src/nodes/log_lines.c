/* src/nodes/log_lines.c - see log_lines.h. Each reader takes from the front of what is left. */
#include "log_lines.h"
#include "buffer.h"
#include "kailash/json.h"
#include "build_map.h"

#include <stdio.h>

/* ---- taking from the front ----------------------------------------------------------------------- */

typedef struct scanner {
    const char *at, *end;
} scanner;

static bool take_char(scanner *s, char c)
{
    bool is_there = s->at < s->end && *s->at == c;
    s->at += is_there;
    return is_there;
}

/* Up to `stop`, which is passed over; false when it does not come. */
static bool take_until(kl_text *out, scanner *s, char stop)
{
    const char *found = s->at < s->end ? memchr(s->at, stop, (size_t)(s->end - s->at)) : NULL;
    if (!found)
        return false;
    *out = (kl_text){s->at, (size_t)(found - s->at)};
    s->at = found + 1;
    return true;
}

/* What comes before the next blank or the end, at least one byte; the blank is passed over. */
static bool take_word(kl_text *out, scanner *s)
{
    const char *from = s->at;
    while (s->at < s->end && *s->at != ' ')
        s->at++;
    *out = (kl_text){from, (size_t)(s->at - from)};
    take_char(s, ' ');
    return out->len > 0;
}

/* 1 to 9 digits. */
static bool take_number(int64_t *out, scanner *s)
{
    const char *from = s->at;
    *out = 0;
    while (s->at < s->end && *s->at >= '0' && *s->at <= '9' && s->at - from < 10)
        *out = 10 * *out + (*s->at++ - '0');
    return s->at > from && s->at - from < 10;
}

static kl_text rest(const scanner *s) { return (kl_text){s->at, (size_t)(s->end - s->at)}; }

static void set_text(kl_build *m, const char *name, kl_text text)
{
    kl_value item = kl_null();
    if (m->status == KL_OK)
        kl_build_given(m, name, kl_string_new(&item, text, m->error), item);
}

/* "-" stands for nothing. */
static void set_given(kl_build *m, const char *name, kl_text text)
{
    if (!kl_text_is(text, "-"))
        set_text(m, name, text);
}

/* ---- access logs --------------------------------------------------------------------------------- */

typedef struct access {
    kl_text address, identity, user, time, request, status, size, method, path, protocol;
    kl_text referrer, agent;
    int64_t status_code, byte_count;
    bool has_size, is_combined;
} access;

/* "..." with \" within; the quotes and a blank behind them are passed over. */
static bool take_quoted(kl_text *out, scanner *s)
{
    if (!take_char(s, '"'))
        return false;
    const char *from = s->at;
    while (s->at < s->end && *s->at != '"')
        s->at += *s->at == '\\' && s->at + 1 < s->end ? 2 : 1;
    *out = (kl_text){from, (size_t)(s->at - from)};
    bool is_closed = take_char(s, '"');
    take_char(s, ' ');
    return is_closed;
}

/* METHOD PATH PROTOCOL; the path may hold blanks. */
static bool split_request(access *a)
{
    scanner s = {a->request.data, a->request.data + a->request.len};
    if (!take_word(&a->method, &s))
        return false;
    const char *last = s.end;
    while (last > s.at && last[-1] != ' ')
        last--;
    if (last == s.at)
        return false;
    a->path = (kl_text){s.at, (size_t)(last - 1 - s.at)};
    a->protocol = (kl_text){last, (size_t)(s.end - last)};
    return a->path.len && a->protocol.len;
}

static bool whole_number(int64_t *out, kl_text text)
{
    scanner s = {text.data, text.data + text.len};
    return take_number(out, &s) && s.at == s.end;
}

static bool read_size(access *a)
{
    if (kl_text_is(a->size, "-"))
        return true;
    a->has_size = true;
    a->byte_count = 0;
    for (size_t i = 0; i < a->size.len; i++) {
        int digit = a->size.data[i] - '0';
        if (digit < 0 || digit > 9 || a->byte_count > (INT64_MAX - digit) / 10)
            return false;
        a->byte_count = 10 * a->byte_count + digit;
    }
    return a->size.len > 0;
}

static bool read_access(access *a, kl_text line)
{
    scanner s = {line.data, line.data + line.len};
    *a = (access){0};
    if (!take_word(&a->address, &s) || !take_word(&a->identity, &s) || !take_word(&a->user, &s) ||
        !take_char(&s, '[') || !take_until(&a->time, &s, ']') || !take_char(&s, ' ') ||
        !take_quoted(&a->request, &s) || !take_word(&a->status, &s) || !take_word(&a->size, &s))
        return false;
    a->is_combined = take_quoted(&a->referrer, &s) && take_quoted(&a->agent, &s);
    return split_request(a) && whole_number(&a->status_code, a->status) && read_size(a);
}

static kl_status give_access(kl_value *out, const access *a, bool with_agent, kl_error *error)
{
    kl_build m = kl_build_begin(0, error);
    set_text(&m, "remote_addr", a->address);
    set_text(&m, "remote_user", a->user);
    set_text(&m, "timestamp", a->time);
    set_text(&m, "method", a->method);
    set_text(&m, "path", a->path);
    set_text(&m, "protocol", a->protocol);
    kl_build_int(&m, "status", a->status_code);
    if (a->has_size)
        kl_build_int(&m, "body_bytes_sent", a->byte_count);
    if (with_agent) {
        set_given(&m, "http_referer", a->referrer);
        set_given(&m, "http_user_agent", a->agent);
    }
    kl_build_string(&m, "level", a->status_code >= 500   ? "error"
                                 : a->status_code >= 400 ? "warning"
                                                         : "info");
    return kl_build_end(out, &m);
}

static kl_status read_common(kl_value *out, kl_text line, kl_error *error)
{
    access a;
    return read_access(&a, line) ? give_access(out, &a, false, error) : KL_OK;
}

static kl_status read_combined(kl_value *out, kl_text line, kl_error *error)
{
    access a;
    return read_access(&a, line) && a.is_combined ? give_access(out, &a, true, error) : KL_OK;
}

/* ---- syslog -------------------------------------------------------------------------------------- */

static const char *const facilities[] = {
    "kern",   "user",   "mail",   "daemon", "auth",   "syslog", "lpr",    "news",
    "uucp",   "cron",   "authpriv", "ftp",  "ntp",    "audit",  "alert",  "clock",
    "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"};
static const char *const severities[] = {"emerg",   "alert",  "crit", "err",
                                         "warning", "notice", "info", "debug"};
static const char *const levels[] = {"error",   "error", "error", "error",
                                     "warning", "info",  "info",  "debug"};

/* <N> with N up to 191. */
static bool take_priority(int64_t *out, scanner *s)
{
    return take_char(s, '<') && take_number(out, s) && *out <= 191 && take_char(s, '>');
}

static void set_priority(kl_build *m, int64_t priority)
{
    kl_build_int(m, "priority", priority);
    kl_build_string(m, "facility", facilities[priority / 8]);
    kl_build_string(m, "severity", severities[priority % 8]);
    kl_build_string(m, "level", levels[priority % 8]);
}

static bool is_month(const char *at)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (size_t i = 0; i < sizeof names - 1; i += 3)
        if (memcmp(at, names + i, 3) == 0)
            return true;
    return false;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* "Mmm dd hh:mm:ss " */
static bool take_bsd_time(kl_text *out, scanner *s)
{
    const char *t = s->at;
    if (s->end - t < 16 || !is_month(t) || t[3] != ' ' || !(t[4] == ' ' || is_digit(t[4])) ||
        !is_digit(t[5]) || t[6] != ' ' || t[9] != ':' || t[12] != ':' || t[15] != ' ')
        return false;
    for (size_t i = 7; i < 15; i++)
        if (i != 9 && i != 12 && !is_digit(t[i]))
            return false;
    *out = (kl_text){t, 15};
    s->at += 16;
    return true;
}

/* TAG or TAG[PID], up to the colon; all is message when there is none. */
static void set_tag(kl_build *m, scanner *s)
{
    const char *at = s->at;
    while (at < s->end && at - s->at < 64 && *at != ':' && *at != ' ' && *at != '[')
        at++;
    kl_text tag = {s->at, (size_t)(at - s->at)}, pid = {0};
    scanner behind = {at, s->end};
    bool has_pid = take_char(&behind, '[') && take_until(&pid, &behind, ']');
    if (!tag.len || !take_char(&behind, ':'))
        return;
    set_text(m, "app_name", tag);
    if (has_pid)
        set_text(m, "proc_id", pid);
    s->at = behind.at;
    take_char(s, ' ');
}

static kl_status read_3164(kl_value *out, kl_text line, kl_error *error)
{
    scanner s = {line.data, line.data + line.len};
    int64_t priority = -1;
    kl_text time, host;
    if (s.at < s.end && *s.at == '<' && !take_priority(&priority, &s))
        return KL_OK;
    if (!take_bsd_time(&time, &s) || !take_word(&host, &s))
        return KL_OK;
    kl_build m = kl_build_begin(0, error);
    if (priority >= 0)
        set_priority(&m, priority);
    set_text(&m, "timestamp", time);
    set_text(&m, "hostname", host);
    set_tag(&m, &s);
    set_text(&m, "message", rest(&s));
    return kl_build_end(out, &m);
}

/* NAME="VALUE", in which \" \\ and \] are escaped. */
static kl_status take_parameter(bool *ok, kl_build *to, scanner *s)
{
    kl_text name;
    kl_buffer text = KL_BUFFER_INIT;
    kl_value value = kl_null(), key = kl_null();
    *ok = take_until(&name, s, '=') && name.len && take_char(s, '"');
    while (*ok && s->at < s->end && *s->at != '"') {
        bool escapes = *s->at == '\\' && s->at + 1 < s->end &&
                       (s->at[1] == '"' || s->at[1] == '\\' || s->at[1] == ']');
        s->at += escapes;
        kl_buffer_byte(&text, *s->at++);
    }
    *ok = *ok && take_char(s, '"');
    if (!*ok || to->status != KL_OK) {
        kl_buffer_free(&text);
        return to->status;
    }
    kl_status status = kl_buffer_finish(&value, &text, to->error);
    if (status == KL_OK)
        status = kl_string_new(&key, name, to->error);
    if (status == KL_OK)
        status = kl_map_set_key(&to->map, key, kl_value_take(&value), to->error);
    kl_value_release(key);
    kl_value_release(value);
    return status;
}

/* [ID NAME="VALUE" ...] */
static kl_status take_element(bool *ok, kl_build *to, scanner *s)
{
    const char *from = s->at;
    kl_value parameters = kl_null();
    while (s->at < s->end && *s->at != ' ' && *s->at != ']')
        s->at++;
    kl_text id = {from, (size_t)(s->at - from)};
    kl_build m = kl_build_begin(0, to->error);
    kl_status status = KL_OK;
    *ok = id.len > 0;
    while (*ok && status == KL_OK && take_char(s, ' '))
        status = take_parameter(ok, &m, s);
    *ok = *ok && take_char(s, ']');
    if (status == KL_OK)
        status = kl_build_end(&parameters, &m);
    kl_value_release(m.map);
    if (status != KL_OK || !*ok) {
        kl_value_release(parameters);
        return status;
    }
    return kl_map_set(&to->map, id, parameters, to->error);
}

static kl_status take_structured(bool *ok, kl_value *out, scanner *s, kl_error *error)
{
    kl_build m = kl_build_begin(0, error);
    kl_status status = m.status;
    *ok = take_char(s, '-');
    if (!*ok)
        for (*ok = s->at < s->end && *s->at == '['; *ok && status == KL_OK && take_char(s, '[');)
            status = take_element(ok, &m, s);
    if (status == KL_OK && *ok)
        return kl_build_end(out, &m);
    kl_value_release(m.map);
    return status;
}

typedef struct modern {
    kl_text version, time, host, app, process, id;
    int64_t priority;
    kl_value structured;
} modern;

static bool read_header(modern *h, scanner *s)
{
    return take_priority(&h->priority, s) && take_word(&h->version, s) &&
           is_digit(h->version.data[0]) && take_word(&h->time, s) && take_word(&h->host, s) &&
           take_word(&h->app, s) && take_word(&h->process, s) && take_word(&h->id, s);
}

static kl_status read_5424(kl_value *out, kl_text line, kl_error *error)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* may stand before a message in UTF-8 */
    scanner s = {line.data, line.data + line.len};
    modern h = {.structured = kl_null()};
    bool ok;
    if (!read_header(&h, &s))
        return KL_OK;
    KL_TRY(take_structured(&ok, &h.structured, &s, error));
    if (!ok || (s.at < s.end && !take_char(&s, ' '))) {
        kl_value_release(h.structured);
        return KL_OK;
    }
    if (s.end - s.at >= 3 && memcmp(s.at, mark, 3) == 0)
        s.at += 3;
    kl_build m = kl_build_begin(0, error);
    set_priority(&m, h.priority);
    set_given(&m, "timestamp", h.time);
    set_given(&m, "hostname", h.host);
    set_given(&m, "app_name", h.app);
    set_given(&m, "proc_id", h.process);
    set_given(&m, "msg_id", h.id);
    kl_build_put(&m, "structured_data", h.structured);
    set_text(&m, "message", rest(&s));
    return kl_build_end(out, &m);
}

static kl_status read_syslog(kl_value *out, kl_text line, kl_error *error)
{
    KL_TRY(read_5424(out, line, error));
    return kl_is_null(*out) ? read_3164(out, line, error) : KL_OK;
}

/* ---- logfmt -------------------------------------------------------------------------------------- */

static char unescape(char c) { return c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c; }

static bool take_string(kl_buffer *to, scanner *s)
{
    while (s->at < s->end && *s->at != '"') {
        bool escapes = *s->at == '\\' && s->at + 1 < s->end;
        s->at += escapes;
        kl_buffer_byte(to, escapes ? unescape(*s->at) : *s->at);
        s->at++;
    }
    return take_char(s, '"');
}

/* The value behind the '='; a key without one is true. */
static kl_status take_value(bool *ok, kl_value *out, scanner *s, kl_error *error)
{
    kl_text word;
    kl_buffer text = KL_BUFFER_INIT;
    *ok = true;
    if (!take_char(s, '=')) {
        *out = kl_bool(true);
        return KL_OK;
    }
    if (!take_char(s, '"')) {
        const char *from = s->at;
        while (s->at < s->end && *s->at != ' ')
            s->at++;
        word = (kl_text){from, (size_t)(s->at - from)};
        return kl_string_new(out, word, error);
    }
    *ok = take_string(&text, s);
    if (!*ok) {
        kl_buffer_free(&text);
        return KL_OK;
    }
    return kl_buffer_finish(out, &text, error);
}

/* Words only, without a single '=', are no logfmt. */
static kl_status read_logfmt(kl_value *out, kl_text line, kl_error *error)
{
    scanner s = {line.data, line.data + line.len};
    kl_value map, value;
    bool has_pair = false, ok = true;
    KL_TRY(kl_map_new(&map, 8, error));
    kl_status status = KL_OK;
    while (status == KL_OK && ok) {
        while (take_char(&s, ' '))
            continue;
        const char *from = s.at;
        while (s.at < s.end && *s.at != ' ' && *s.at != '=' && *s.at != '"')
            s.at++;
        kl_text key = {from, (size_t)(s.at - from)};
        if (s.at == s.end && !key.len)
            break;
        has_pair = has_pair || (s.at < s.end && *s.at == '=');
        ok = key.len > 0 && !(s.at < s.end && *s.at == '"');
        if (ok)
            status = take_value(&ok, &value, &s, error);
        if (ok && status == KL_OK)
            status = kl_map_set(&map, key, value, error);
    }
    if (status == KL_OK && ok && has_pair)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

/* ---- JSON ---------------------------------------------------------------------------------------- */

static kl_status read_json(kl_value *out, kl_text line, kl_error *error)
{
    kl_value value;
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_json_parse(&value, line, &why);
    kl_error_clear(&why);
    if (status == KL_NO_MEMORY)
        return kl_error_no_memory(error);
    if (status == KL_OK && kl_is(value, KL_KIND_MAP))
        *out = value;
    else if (status == KL_OK)
        kl_value_release(value);
    return KL_OK;
}

kl_log_line_fn *kl_log_line_reader(kl_text format)
{
    static const struct {
        const char *format;
        kl_log_line_fn *read;
    } readers[] = {
        {"json", read_json},         {"apache", read_common},   {"nginx", read_common},
        {"combined", read_combined}, {"syslog", read_syslog},   {"syslog3164", read_3164},
        {"syslog5424", read_5424},   {"logfmt", read_logfmt},
    };
    for (size_t i = 0; i < KL_COUNT(readers); i++)
        if (kl_text_is(format, readers[i].format))
            return readers[i].read;
    return NULL;
}
