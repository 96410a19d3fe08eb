/* src/base/unicode.c - see unicode.h. */
#include "unicode.h"
#include "text_room.h"
#include "driver.h"
#include "payload.h"
#include "unicode_special.h"
#include "drivers/utf8proc.h"

enum { SIGMA = 0x3A3, SIGMA_SMALL = 0x3C3, SIGMA_FINAL = 0x3C2, I_WITH_DOT = 0x130 };

static kl_status load_always(const kl_utf8proc **out, kl_error *error)
{
    const void *functions = NULL;
    KL_TRY(kl_driver_load(&functions, "utf8proc", error));
    *out = functions;
    return KL_OK;
}

/* The driver, or NULL for ASCII, which does without. */
static kl_status load(const kl_utf8proc **out, kl_text text, kl_error *error)
{
    *out = NULL;
    return kl_long_text_is_ascii(text) ? KL_OK : load_always(out, error);
}

static void put(kl_buffer *to, uint32_t code)
{
    char *room = kl_buffer_room(to, 4);
    if (room)
        to->len += kl_utf8_encode(room, code);
}

static uint32_t before_end(kl_text text, size_t at)
{
    const char *from = text.data + at;
    return kl_utf8_next(&from);
}

size_t kl_text_step(kl_text text, size_t at)
{
    size_t len = 1;
    while (at + len < text.len && ((unsigned char)text.data[at + len] & 0xC0) == 0x80)
        len++;
    return len;
}

size_t kl_text_offset(kl_text text, size_t index)
{
    size_t at = 0;
    while (index-- > 0 && at < text.len)
        at += kl_text_step(text, at);
    return at;
}

/* ---- one character --------------------------------------------------------------------------- */

static const special_case *find_special(uint32_t code)
{
    size_t low = 0, high = KL_COUNT(special_cases);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (special_cases[middle].code < code)
            low = middle + 1;
        else
            high = middle;
    }
    return low < KL_COUNT(special_cases) && special_cases[low].code == code ? &special_cases[low]
                                                                            : NULL;
}

static uint32_t ascii_upper(uint32_t code) { return code >= 'a' && code <= 'z' ? code - 32 : code; }
static uint32_t ascii_lower(uint32_t code) { return code >= 'A' && code <= 'Z' ? code + 32 : code; }

/* The large form, that of a title or that of all capitals. */
static void put_large(kl_buffer *to, const kl_utf8proc *driver, uint32_t code, bool title)
{
    if (code < 0x80) {
        put(to, ascii_upper(code));
        return;
    }
    const special_case *special = find_special(code);
    if (!special) {
        put(to, title ? driver->to_title(code) : driver->to_upper(code));
        return;
    }
    const uint16_t *codes = title ? special->title : special->upper;
    for (int i = 0; i < 3 && codes[i]; i++)
        put(to, codes[i]);
}

static bool cased_follows(const kl_utf8proc *driver, kl_text text, size_t at)
{
    while (at < text.len) {
        uint32_t code = before_end(text, at);
        if (!driver->is_case_ignorable(code))
            return driver->is_cased(code);
        at += kl_text_step(text, at);
    }
    return false;
}

/* Whether a cased letter stands before `at`. */
static bool cased_before(const kl_utf8proc *driver, kl_text text, size_t at)
{
    while (at > 0) {
        do
            at--;
        while (at > 0 && ((unsigned char)text.data[at] & 0xC0) == 0x80);
        uint32_t code = before_end(text, at);
        if (!driver->is_case_ignorable(code))
            return driver->is_cased(code);
    }
    return false;
}

/* The small form of the character at `at`. */
static void put_small(kl_buffer *to, const kl_utf8proc *driver, kl_text text, size_t at)
{
    uint32_t code = before_end(text, at);
    if (code < 0x80) {
        put(to, ascii_lower(code));
    } else if (code == I_WITH_DOT) {
        put(to, 'i');
        put(to, 0x307);
    } else if (code == SIGMA) {
        bool final = cased_before(driver, text, at) &&
                     !cased_follows(driver, text, at + kl_text_step(text, at));
        put(to, final ? SIGMA_FINAL : SIGMA_SMALL);
    } else {
        put(to, driver->to_lower(code));
    }
}

/* ---- cases of a text ------------------------------------------------------------------------- */

static kl_status check_size(kl_text text, size_t limit, kl_error *error)
{
    return !limit || text.len <= limit ? KL_OK
                                       : kl_error_set(error, KL_LIMIT,
                                                      "resource limit exceeded: text_size (limit: %zu bytes)", limit);
}

/* What needs no driver, or says that it was not done. */
static kl_status map_ascii(kl_value *out, bool *done, kl_text text, kl_ascii_fn *function, size_t limit, kl_error *error)
{
    if (limit && text.len > limit && kl_long_text_is_ascii(text))
        return check_size(text, limit, error);
    return kl_text_map_ascii(out, done, text, function, false, error);
}

kl_status kl_text_upper(kl_value *out, kl_text text, size_t limit, kl_error *error)
{
    const kl_utf8proc *driver;
    kl_buffer to = {.limit = limit};
    bool done;
    KL_TRY(map_ascii(out, &done, text, kl_ascii_upper, limit, error));
    if (done)
        return KL_OK;
    KL_TRY(load_always(&driver, error));
    for (size_t at = 0; at < text.len; at += kl_text_step(text, at))
        put_large(&to, driver, before_end(text, at), false);
    return kl_buffer_finish(out, &to, error);
}

kl_status kl_text_lower(kl_value *out, kl_text text, size_t limit, kl_error *error)
{
    const kl_utf8proc *driver;
    kl_buffer to = {.limit = limit};
    bool done;
    KL_TRY(map_ascii(out, &done, text, kl_ascii_lower, limit, error));
    if (done)
        return KL_OK;
    KL_TRY(load_always(&driver, error));
    for (size_t at = 0; at < text.len; at += kl_text_step(text, at))
        put_small(&to, driver, text, at);
    return kl_buffer_finish(out, &to, error);
}

kl_status kl_text_capitalize(kl_value *out, kl_text text, size_t limit, kl_error *error)
{
    const kl_utf8proc *driver;
    kl_buffer to = {.limit = limit};
    KL_TRY(load(&driver, text, error));
    for (size_t at = 0; at < text.len; at += kl_text_step(text, at)) {
        if (at == 0)
            put_large(&to, driver, before_end(text, at), true);
        else
            put_small(&to, driver, text, at);
    }
    return kl_buffer_finish(out, &to, error);
}

static kl_character_class class_of(const kl_utf8proc *driver, uint32_t code)
{
    if (code >= 0x80)
        return driver->class_of(code);
    return code >= 'a' && code <= 'z'   ? KL_CHARACTER_LOWER
           : code >= 'A' && code <= 'Z' ? KL_CHARACTER_UPPER
           : code >= '0' && code <= '9' ? KL_CHARACTER_DIGIT
                                        : KL_CHARACTER_OTHER;
}

/* At once: a part would have to know in which word it begins. */
static kl_status title_ascii(kl_value *out, kl_text text, size_t limit, kl_error *error)
{
    char *room;
    KL_TRY(check_size(text, limit, error));
    KL_TRY(kl_text_room(out, &room, text.len, true, error));
    kl_ascii_title(room, text);
    return KL_OK;
}

kl_status kl_text_title(kl_value *out, kl_text text, size_t limit, kl_error *error)
{
    const kl_utf8proc *driver;
    kl_buffer to = {.limit = limit};
    bool in_word = false;
    KL_TRY(load(&driver, text, error));
    if (!driver)
        return title_ascii(out, text, limit, error);
    for (size_t at = 0; at < text.len; at += kl_text_step(text, at)) {
        uint32_t code = before_end(text, at);
        bool joins = in_word && (code == '\'' || code == 0x2019);
        bool part = joins || class_of(driver, code) != KL_CHARACTER_OTHER;
        if (part && !in_word)
            put_large(&to, driver, code, true);
        else
            put_small(&to, driver, text, at);
        in_word = part;
    }
    return kl_buffer_finish(out, &to, error);
}

/* ---- blanks ---------------------------------------------------------------------------------- */

static bool is_blank(uint32_t code)
{
    return (code >= 9 && code <= 13) || code == ' ' || code == 0x85 || code == 0xA0 ||
           code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 ||
           code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

kl_text kl_text_trim(kl_text text, bool start, bool end)
{
    while (start && text.len && is_blank(before_end(text, 0))) {
        size_t step = kl_text_step(text, 0);
        text.data += step;
        text.len -= step;
    }
    while (end && text.len) {
        size_t last = text.len - 1;
        while (last > 0 && ((unsigned char)text.data[last] & 0xC0) == 0x80)
            last--;
        if (!is_blank(before_end(text, last)))
            break;
        text.len = last;
    }
    return text;
}

/* ---- order ----------------------------------------------------------------------------------- */

/* The end of the grapheme cluster (or, without driver, of the code point) that begins at `at`. */
static size_t cluster_end(const kl_utf8proc *driver, kl_text text, size_t at)
{
    int32_t state = 0;
    size_t end = at + kl_text_step(text, at);
    for (uint32_t code = driver ? before_end(text, at) : 0; driver && end < text.len;) {
        uint32_t next = before_end(text, end);
        if (driver->breaks(code, next, &state))
            break;
        end += kl_text_step(text, end);
        code = next;
    }
    return end;
}

static kl_status load_breaks(const kl_utf8proc **out, kl_text text, kl_error *error)
{
    KL_TRY(load(out, text, error));
    bool has_pairs = !*out && text.len > 1 && memchr(text.data, '\r', text.len);
    return has_pairs ? load_always(out, error) : KL_OK; /* CR LF is one cluster */
}

kl_status kl_text_reverse(kl_value *out, kl_text text, bool graphemes, kl_error *error)
{
    const kl_utf8proc *driver = NULL;
    bool done = false;
    if (graphemes)
        KL_TRY(load_breaks(&driver, text, error));
    if (!driver)
        KL_TRY(kl_text_map_ascii(out, &done, text, kl_ascii_reverse, true, error));
    if (done)
        return KL_OK;
    kl_buffer turned = KL_BUFFER_INIT;
    size_t to = text.len;
    char *room = text.len ? kl_buffer_room(&turned, text.len) : NULL;
    for (size_t at = 0, end; room && at < text.len; at = end) {
        end = cluster_end(driver, text, at);
        to -= end - at;
        memcpy(room + to, text.data + at, end - at);
    }
    turned.len = turned.status == KL_OK ? text.len : 0;
    return kl_buffer_finish(out, &turned, error);
}

kl_status kl_text_grapheme_count(size_t *out, kl_text text, kl_error *error)
{
    const kl_utf8proc *driver;
    size_t count = 0;
    KL_TRY(load_breaks(&driver, text, error));
    for (size_t at = 0; at < text.len; at = cluster_end(driver, text, at))
        count++;
    *out = count;
    return KL_OK;
}

/* ---- words of names -------------------------------------------------------------------------- */

typedef struct name_writer {
    kl_buffer to;
    const kl_utf8proc *driver;
    kl_name_style style;
    bool in_word, any; /* inside a word; some word was begun */
} name_writer;

static void begin_word(name_writer *w)
{
    static const char marks[] = {[KL_NAME_SNAKE] = '_', [KL_NAME_KEBAB] = '-'};
    if (w->any && w->style != KL_NAME_CAMEL)
        kl_buffer_byte(&w->to, marks[w->style]);
    w->in_word = false;
}

/* Whether a word ends between `before` and `at`, both inside a run of letters and digits. */
static bool word_ends(const kl_utf8proc *driver, kl_text text, kl_character_class before, size_t at)
{
    kl_character_class now = class_of(driver, before_end(text, at));
    if (now != KL_CHARACTER_UPPER)
        return false;
    if (before != KL_CHARACTER_UPPER)
        return true;
    size_t next = at + kl_text_step(text, at);
    return next < text.len && class_of(driver, before_end(text, next)) == KL_CHARACTER_LOWER;
}

kl_status kl_text_rename(kl_value *out, kl_text text, kl_name_style style, size_t limit,
                         kl_error *error)
{
    name_writer w = {.to = {.limit = limit}, .style = style};
    kl_character_class before = KL_CHARACTER_OTHER;
    KL_TRY(load(&w.driver, text, error));
    for (size_t at = 0; at < text.len; at += kl_text_step(text, at)) {
        uint32_t code = before_end(text, at);
        kl_character_class now = class_of(w.driver, code);
        bool apostrophe = w.in_word && (code == '\'' || code == 0x2019);
        if (now == KL_CHARACTER_OTHER) {
            w.in_word = w.in_word && apostrophe; /* "don't" is one word: dont */
            continue;
        }
        if (!w.in_word || word_ends(w.driver, text, before, at))
            begin_word(&w);
        if (!w.in_word && w.any && style == KL_NAME_CAMEL)
            put_large(&w.to, w.driver, code, true);
        else
            put_small(&w.to, w.driver, text, at);
        w.in_word = w.any = true;
        before = now == KL_CHARACTER_MARK ? before : now;
    }
    return kl_buffer_finish(out, &w.to, error);
}

/* The code points a character becomes in a slug. */
static size_t fold(uint32_t to[32], const kl_utf8proc *driver, uint32_t code)
{
    if (code >= 0x80)
        return driver->fold(to, 32, code);
    to[0] = ascii_lower(code);
    return 1;
}

kl_status kl_text_slug(kl_value *out, kl_text text, size_t limit, kl_error *error)
{
    const kl_utf8proc *driver;
    kl_buffer to = {.limit = limit};
    bool gap = false;
    uint32_t codes[32];
    KL_TRY(load(&driver, text, error));
    for (size_t at = 0; at < text.len; at += kl_text_step(text, at)) {
        size_t count = fold(codes, driver, before_end(text, at));
        for (size_t i = 0; i < count; i++) {
            if (class_of(driver, codes[i]) == KL_CHARACTER_OTHER) {
                gap = codes[i] != '\'' || gap;
                continue;
            }
            if (gap && to.len)
                kl_buffer_byte(&to, '-');
            gap = false;
            put(&to, codes[i]);
        }
    }
    return kl_buffer_finish(out, &to, error);
}

/* ---- accents --------------------------------------------------------------------------------- */

static void put_plain(kl_buffer *to, const kl_utf8proc *driver, uint32_t code, bool ascii)
{
    uint32_t codes[32] = {code};
    size_t count = code < 0x80 ? 1 : driver->decompose(codes, KL_COUNT(codes), code);
    for (size_t i = 0; i < count; i++)
        if (codes[i] < 0x80 || (!ascii && !driver->is_combining(codes[i])))
            put(to, codes[i]);
}

kl_status kl_text_without_accents(kl_value *out, kl_text text, bool ascii, size_t limit, kl_error *error)
{
    const kl_utf8proc *driver;
    kl_buffer to = {.limit = limit};
    KL_TRY(load(&driver, text, error));
    for (size_t at = 0; at < text.len; at += kl_text_step(text, at))
        put_plain(&to, driver, before_end(text, at), ascii);
    return kl_buffer_finish(out, &to, error);
}
