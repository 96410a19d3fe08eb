/* src/base/schema_format.c - what "format" asks of a string (JSON Schema 2020-12, section 7.3). */
#include "payload.h"
#include "schema_node.h"

typedef struct scan {
    const char *at, *end;
} scan;

/* ---- small steps ------------------------------------------------------------------------------- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_letter(char c)
{
    c |= 0x20;
    return c >= 'a' && c <= 'z';
}

static bool is_hex(char c) { return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }

static bool take(scan *s, char c)
{
    if (s->at == s->end || *s->at != c)
        return false;
    s->at++;
    return true;
}

static bool take_any(scan *s, const char *set)
{
    if (s->at == s->end || !*s->at || !strchr(set, *s->at))
        return false;
    s->at++;
    return true;
}

/* Exactly `count` digits, as a number. */
static bool take_digits(scan *s, int count, int *out)
{
    *out = 0;
    for (; count; count--, s->at++) {
        if (s->at == s->end || !is_digit(*s->at))
            return false;
        *out = 10 * *out + (*s->at - '0');
    }
    return true;
}

/* One digit or more. */
static bool take_number(scan *s)
{
    const char *from = s->at;
    while (s->at < s->end && is_digit(*s->at))
        s->at++;
    return s->at > from;
}

static bool at_end(const scan *s) { return s->at == s->end; }

static scan scan_of(kl_text text) { return (scan){text.data, text.data + text.len}; }

/* ---- dates and times (RFC 3339) ------------------------------------------------------------------ */

static bool take_date(scan *s)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day;
    if (!take_digits(s, 4, &year) || !take(s, '-') || !take_digits(s, 2, &month) ||
        !take(s, '-') || !take_digits(s, 2, &day) || month < 1 || month > 12)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day >= 1 && day <= days[month - 1] + (month == 2 && leap);
}

/* A second 60 is right only where it is 23:59 in UTC. */
static bool take_time(scan *s)
{
    int hour, minute, second, offset_hour = 0, offset_minute = 0, sign = 1;
    if (!take_digits(s, 2, &hour) || !take(s, ':') || !take_digits(s, 2, &minute) ||
        !take(s, ':') || !take_digits(s, 2, &second))
        return false;
    if (take(s, '.') && !take_number(s))
        return false;
    if (!take_any(s, "Zz")) {
        sign = take(s, '-') ? -1 : take(s, '+') ? 1 : 0;
        if (!sign || !take_digits(s, 2, &offset_hour) || !take(s, ':') ||
            !take_digits(s, 2, &offset_minute))
            return false;
    }
    if (hour > 23 || minute > 59 || second > 60 || offset_hour > 23 || offset_minute > 59)
        return false;
    int utc = hour * 60 + minute - sign * (offset_hour * 60 + offset_minute);
    return second < 60 || (utc + 2880) % 1440 == 1439;
}

static bool is_date(kl_text text)
{
    scan s = scan_of(text);
    return take_date(&s) && at_end(&s);
}

static bool is_time(kl_text text)
{
    scan s = scan_of(text);
    return take_time(&s) && at_end(&s);
}

static bool is_date_time(kl_text text)
{
    scan s = scan_of(text);
    return take_date(&s) && take_any(&s, "Tt") && take_time(&s) && at_end(&s);
}

/* Numbers with `units` behind them, none left out between two: "1Y2M3D". */
static bool take_units(scan *s, const char *units)
{
    const char *next = NULL;
    while (s->at < s->end && is_digit(*s->at)) {
        take_number(s);
        const char *unit = at_end(s) ? NULL : strchr(units, *s->at);
        if (!unit || !*unit || (next && unit != next))
            return false;
        next = unit + 1;
        s->at++;
    }
    return next != NULL;
}

/* RFC 3339, appendix A. */
static bool is_duration(kl_text text)
{
    scan s = scan_of(text);
    if (!take(&s, 'P') || at_end(&s))
        return false;
    scan week = s;
    if (take_number(&week) && take(&week, 'W'))
        return at_end(&week);
    if (*s.at != 'T' && !take_units(&s, "YMD"))
        return false;
    return at_end(&s) || (take(&s, 'T') && take_units(&s, "HMS") && at_end(&s));
}

/* ---- addresses --------------------------------------------------------------------------------- */

static bool is_ipv4(kl_text text)
{
    scan s = scan_of(text);
    for (int part = 0; part < 4; part++) {
        const char *from = s.at;
        int number = 0;
        if (part && !take(&s, '.'))
            return false;
        from = s.at;
        while (!at_end(&s) && is_digit(*s.at) && s.at - from < 3)
            number = 10 * number + (*s.at++ - '0');
        if (s.at == from || number > 255 || (*from == '0' && s.at - from > 1))
            return false;
    }
    return at_end(&s);
}

/* Eight groups, "::" for some of them, the last two also as an IPv4 address (RFC 4291, 2.2). */
static bool is_ipv6(kl_text text)
{
    scan s = scan_of(text);
    int groups = 0;
    bool gap = false, after_colon = false;
    if (text.len >= 2 && text.data[0] == ':' && text.data[1] != ':')
        return false;
    while (!at_end(&s)) {
        const char *from = s.at;
        while (!at_end(&s) && is_hex(*s.at) && s.at - from < 4)
            s.at++;
        if (!at_end(&s) && (*s.at == '.' || is_digit(*s.at)) && groups <= 6) {
            kl_text rest = {from, (size_t)(s.end - from)};
            return is_ipv4(rest) && (gap ? groups <= 5 : groups == 6);
        }
        if (s.at > from) {
            groups++;
            after_colon = false;
        }
        if (at_end(&s))
            break;
        if (!take(&s, ':') || groups > 8)
            return false;
        bool twice = take(&s, ':');
        if ((twice && gap) || (!twice && s.at - from == 1))
            return false;
        gap |= twice;
        after_colon = !twice;
    }
    return !after_colon && (gap ? groups <= 7 : groups == 8);
}

/* Letters, digits and hyphens in labels of 1 to 63, no hyphen at their ends (RFC 1123). */
static bool is_hostname(kl_text text)
{
    size_t label = 0;
    if (text.len == 0 || text.len > 253)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '.') {
            if (label == 0 || text.data[i - 1] == '-')
                return false;
            label = 0;
            continue;
        }
        if (!(is_letter(c) || is_digit(c) || (c == '-' && label > 0)) || ++label > 63)
            return false;
        /* "??--" is kept for A-labels, of which "xn--" is the only kind. */
        if (label == 4 && c == '-' && text.data[i - 1] == '-' &&
            !((text.data[i - 3] | 0x20) == 'x' && (text.data[i - 2] | 0x20) == 'n'))
            return false;
    }
    return label > 0 && text.data[text.len - 1] != '-';
}

static bool is_email_domain(kl_text text)
{
    if (text.len < 2 || text.data[0] != '[')
        return is_hostname(text);
    kl_text inside = {text.data + 1, text.len - 2};
    if (text.data[text.len - 1] != ']')
        return false;
    if (inside.len > 5 && memcmp(inside.data, "IPv6:", 5) == 0)
        return is_ipv6((kl_text){inside.data + 5, inside.len - 5});
    return is_ipv4(inside);
}

static bool is_quoted_local(kl_text local)
{
    for (size_t i = 1; i + 1 < local.len; i++) {
        unsigned char c = (unsigned char)local.data[i];
        if (c == '\\' && i + 2 < local.len)
            i++;
        else if (c == '"' || c == '\\' || c < 32 || c == 127)
            return false;
    }
    return local.len >= 2 && local.data[local.len - 1] == '"';
}

static bool is_local_part(kl_text local, bool unicode)
{
    if (local.len && local.data[0] == '"')
        return is_quoted_local(local);
    for (size_t i = 0; i < local.len; i++) {
        char c = local.data[i];
        bool dot = c == '.' && i > 0 && i + 1 < local.len && local.data[i - 1] != '.';
        bool other = (unsigned char)c >= 0x80 && unicode;
        if (!dot && !other && !is_letter(c) && !is_digit(c) && !(c && strchr("!#$%&'*+-/=?^_`{|}~", c)))
            return false;
    }
    return local.len > 0 && local.len <= 64;
}

static bool is_email_of(kl_text text, bool unicode)
{
    size_t at = text.len;
    while (at > 0 && text.data[at - 1] != '@')
        at--;
    if (at == 0)
        return false;
    kl_text domain = {text.data + at, text.len - at};
    bool domain_fits = is_email_domain(domain);
    if (unicode && !domain_fits) {
        domain_fits = domain.len > 0 && !memchr(domain.data, ' ', domain.len);
        bool foreign = false;
        for (size_t i = 0; i < domain.len; i++)
            foreign |= (unsigned char)domain.data[i] >= 0x80;
        domain_fits &= foreign;
    }
    return domain_fits && is_local_part((kl_text){text.data, at - 1}, unicode);
}

static bool is_email(kl_text text) { return is_email_of(text, false); }
static bool is_idn_email(kl_text text) { return is_email_of(text, true); }

/* ---- URIs (RFC 3986, and 3987 where `international`) ---------------------------------------------- */

/* Characters of one of the parts: unreserved, sub-delims, `also`, and %XX. */
static bool take_part(scan *s, const char *also, const char *stops, bool international)
{
    for (; !at_end(s) && !(*s->at && strchr(stops, *s->at)); s->at++) {
        char c = *s->at;
        if (c == '%') {
            if (s->end - s->at < 3 || !is_hex(s->at[1]) || !is_hex(s->at[2]))
                return false;
            s->at += 2;
        } else if (!is_letter(c) && !is_digit(c) && !(c && strchr("-._~!$&'()*+,;=", c)) &&
                   !(c && strchr(also, c)) && !(international && (unsigned char)c >= 0x80)) {
            return false;
        }
    }
    return true;
}

static bool is_future_address(kl_text text)
{
    scan s = scan_of(text);
    if (!take_any(&s, "vV"))
        return false;
    const char *from = s.at;
    while (!at_end(&s) && is_hex(*s.at))
        s.at++;
    return s.at > from && take(&s, '.') && !at_end(&s) && take_part(&s, ":", "%", false) &&
           at_end(&s);
}

static bool take_authority(scan *s, bool international)
{
    const char *stop = s->at, *at_sign = NULL;
    while (stop < s->end && !strchr("/?#", *stop)) {
        at_sign = *stop == '@' ? stop : at_sign;
        stop++;
    }
    scan user = {s->at, at_sign ? at_sign : s->at};
    if (!take_part(&user, ":", "", international))
        return false;
    s->at = at_sign ? at_sign + 1 : s->at;
    if (take(s, '[')) {
        const char *closing = memchr(s->at, ']', (size_t)(stop - s->at));
        kl_text inside = {s->at, closing ? (size_t)(closing - s->at) : 0};
        if (!closing || (!is_ipv6(inside) && !is_future_address(inside)))
            return false;
        s->at = closing + 1;
    } else {
        scan host = {s->at, stop};
        if (!take_part(&host, "", ":", international))
            return false;
        s->at = host.at;
    }
    if (take(s, ':'))
        while (s->at < stop && is_digit(*s->at))
            s->at++;
    return s->at == stop;
}

/* A scheme and its colon; the place stays when there is none. */
static bool take_scheme(scan *s)
{
    scan look = *s;
    if (at_end(&look) || !is_letter(*look.at))
        return false;
    while (!at_end(&look) && (is_letter(*look.at) || is_digit(*look.at) || (*look.at && strchr("+-.", *look.at))))
        look.at++;
    if (!take(&look, ':'))
        return false;
    *s = look;
    return true;
}

static bool is_reference(kl_text text, bool absolute, bool international)
{
    scan s = scan_of(text);
    bool scheme = take_scheme(&s);
    if (absolute && !scheme)
        return false;
    if (s.end - s.at >= 2 && s.at[0] == '/' && s.at[1] == '/') {
        s.at += 2;
        if (!take_authority(&s, international))
            return false;
    } else if (!scheme) { /* the first segment may have no colon, or it would be a scheme */
        scan first = s;
        if (!take_part(&first, "@", "/?#", international))
            return false;
    }
    if (!take_part(&s, ":@/", "?#", international))
        return false;
    if (take(&s, '?') && !take_part(&s, ":@/?", "#", international))
        return false;
    if (take(&s, '#') && !take_part(&s, ":@/?", "", international))
        return false;
    return at_end(&s);
}

static bool is_uri(kl_text text) { return is_reference(text, true, false); }
static bool is_uri_reference(kl_text text) { return is_reference(text, false, false); }
static bool is_iri(kl_text text) { return is_reference(text, true, true); }
static bool is_iri_reference(kl_text text) { return is_reference(text, false, true); }

/* Literals with {expressions} between (RFC 6570, section 2). */
static bool is_uri_template(kl_text text)
{
    bool inside = false;
    size_t opened = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '{' || c == '}') {
            if (inside == (c == '{') || (c == '}' && i == opened + 1))
                return false;
            inside = c == '{';
            opened = i;
        } else if (c <= 32 || c == 127 || strchr("\"<>\\^`|", (char)c)) {
            if (!(inside && c == '|' && i == opened + 1))
                return false;
        }
    }
    return !inside;
}

/* ---- the rest ---------------------------------------------------------------------------------- */

static bool is_uuid(kl_text text)
{
    if (text.len != 36)
        return false;
    for (size_t i = 0; i < 36; i++) {
        bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        if (hyphen ? text.data[i] != '-' : !is_hex(text.data[i]))
            return false;
    }
    return true;
}

static bool is_json_pointer(kl_text text)
{
    if (text.len && text.data[0] != '/')
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] == '~' &&
            (i + 1 == text.len || (text.data[i + 1] != '0' && text.data[i + 1] != '1')))
            return false;
    return true;
}

static bool is_relative_pointer(kl_text text)
{
    scan s = scan_of(text);
    if (!take_number(&s) || (text.data[0] == '0' && s.at - text.data > 1))
        return false;
    if (take(&s, '#'))
        return at_end(&s);
    return is_json_pointer((kl_text){s.at, (size_t)(s.end - s.at)});
}

static const struct {
    const char *name;
    bool (*fits)(kl_text text);
} formats[] = {
    {"date", is_date},
    {"time", is_time},
    {"date-time", is_date_time},
    {"duration", is_duration},
    {"email", is_email},
    {"idn-email", is_idn_email},
    {"hostname", is_hostname},
    {"ipv4", is_ipv4},
    {"ipv6", is_ipv6},
    {"uri", is_uri},
    {"uri-reference", is_uri_reference},
    {"iri", is_iri},
    {"iri-reference", is_iri_reference},
    {"uri-template", is_uri_template},
    {"uuid", is_uuid},
    {"json-pointer", is_json_pointer},
    {"relative-json-pointer", is_relative_pointer},
    {"regex", NULL}, /* compiled instead */
};

static size_t find_format(kl_text name)
{
    size_t row = 0;
    while (row < KL_COUNT(formats) && !kl_text_is(name, formats[row].name))
        row++;
    return row;
}

bool kl_schema_format_known(kl_text format) { return find_format(format) < KL_COUNT(formats); }

kl_status kl_schema_format_fits(bool *out, kl_text format, kl_text text, kl_error *error)
{
    size_t row = find_format(format);
    if (row == KL_COUNT(formats)) {
        *out = true;
        return KL_OK;
    }
    if (formats[row].fits) {
        *out = formats[row].fits(text);
        return KL_OK;
    }
    kl_regex *regex = NULL;
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_schema_pattern_new(&regex, text, &why);
    *out = status == KL_OK;
    kl_regex_free(regex);
    if (status == KL_SYNTAX)
        status = KL_OK;
    else if (status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    return status;
}
