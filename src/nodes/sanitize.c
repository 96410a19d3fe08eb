/* src/nodes/sanitize.c - InputSanitizationNode: input of strangers made safe for one place. */
#include "build_map.h"
#include "html_clean.h"
#include "html_token.h"
#include "kailash/node.h"

static const char *const kinds[] = {"html", "sql_safe", "filename", "url", NULL};

enum { INPUT, KIND };

static const kl_param inputs[] = {
    {.name = "input", .kind = KL_KIND_STRING, .doc = "text from outside"},
    {.name = "sanitization_type", .kind = KL_KIND_ENUM, .names = kinds,
     .doc = "html: keeps harmless elements, attributes and addresses, and writes them anew; "
            "sql_safe: quotes doubled, semicolons dropped, for texts where values cannot be bound; "
            "filename: a name that any system takes, without folders; url: percent-encoded, empty "
            "when it would run a script"},
};
static const kl_param outputs[] = {
    {.name = "sanitized", .kind = KL_KIND_STRING, .doc = "the text, safe for that place"},
    {.name = "changes_made", .kind = KL_KIND_BOOL, .doc = "whether it differs from the input"},
    {.name = "removed_elements", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "what was taken away, changed or noticed, one line each"},
};

/* What one kind of cleaning writes to and reports to. */
typedef struct cleaning {
    kl_text text;
    kl_buffer to;
    kl_value notes; /* array */
    kl_error *error;
} cleaning;

static kl_status note(cleaning *c, bool fact, const char *line)
{
    return fact ? kl_array_push_text(&c->notes, kl_text_from(line), c->error) : KL_OK;
}

/* ---- html ---------------------------------------------------------------------------------------- */

static kl_status clean_html(cleaning *c)
{
    KL_TRY(kl_html_clean(&c->to, &c->notes, c->text, c->error));
    bool changed = !kl_text_equal(kl_buffer_text(&c->to), c->text);
    return note(c, changed && kl_array_len(c->notes) == 0, "HTML tags stripped or modified");
}

/* ---- sql_safe ------------------------------------------------------------------------------------ */

static const char *const sql_patterns[] = {
    "union select", "union all select", "drop table", "insert into", "delete from", "or 1=1",
    "or '1'='1", "1=1", "xp_cmdshell", "exec(", "waitfor delay", "information_schema",
    "into outfile", "load_file(", "-- ", "/*"};

/* Lower-case, runs of blanks as one: how patterns are looked for. */
static void normalize(kl_buffer *to, kl_text text)
{
    bool blank = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool is_blank = c == ' ' || (c >= '\t' && c <= '\r');
        if (!is_blank || !blank)
            kl_buffer_byte(to, (char)(is_blank ? ' ' : c >= 'A' && c <= 'Z' ? c | 0x20 : c));
        blank = is_blank;
    }
}

static kl_status note_patterns(cleaning *c)
{
    kl_buffer text = KL_BUFFER_INIT;
    normalize(&text, c->text);
    kl_status status = text.status == KL_OK ? KL_OK : kl_error_no_memory(c->error);
    for (size_t i = 0; i < KL_COUNT(sql_patterns) && status == KL_OK && text.len; i++)
        if (memmem(text.data, text.len, sql_patterns[i], strlen(sql_patterns[i])))
            status = kl_list_format(&c->notes, c->error, "SQL injection pattern detected: %s",
                                    sql_patterns[i]);
    kl_buffer_free(&text);
    return status;
}

static bool holds(kl_text text, char byte) { return text.len && memchr(text.data, byte, text.len); }

static kl_status clean_sql(cleaning *c)
{
    for (size_t i = 0; i < c->text.len; i++) {
        char byte = c->text.data[i];
        if (byte == '\'')
            kl_buffer_byte(&c->to, '\'');
        else if (byte == '"' || byte == '\\')
            kl_buffer_byte(&c->to, '\\');
        if (byte != ';' && byte != '\0')
            kl_buffer_byte(&c->to, byte);
    }
    KL_TRY(note(c, holds(c->text, '\''), "single quote escaped"));
    KL_TRY(note(c, holds(c->text, ';'), "semicolons removed"));
    KL_TRY(note(c, holds(c->text, '"'), "'\"' escaped"));
    KL_TRY(note(c, holds(c->text, '\\'), "'\\' escaped"));
    KL_TRY(note(c, holds(c->text, '\0'), "null bytes removed"));
    return note_patterns(c);
}

/* ---- filename ------------------------------------------------------------------------------------ */

enum { NAME_BYTES_MAX = 255, EXTENSION_BYTES_MAX = 20 };

static const char illegal[] = ":*?\"<>|";

typedef struct name_notes {
    bool traversal, separators, null_bytes, illegal;
} name_notes;

static void drop_illegal(cleaning *c, name_notes *notes)
{
    for (size_t i = 0; i < c->text.len; i++) {
        unsigned char byte = (unsigned char)c->text.data[i];
        bool dots = byte == '.' && i + 1 < c->text.len && c->text.data[i + 1] == '.';
        if (dots) {
            notes->traversal = true;
            while (i + 1 < c->text.len && c->text.data[i + 1] == '.')
                i++;
        } else if (byte == '/' || byte == '\\') {
            notes->separators = true;
        } else if (byte == '\0') {
            notes->null_bytes = true;
        } else if (byte < ' ' || byte == 0x7F || strchr(illegal, byte)) {
            notes->illegal = true;
        } else {
            kl_buffer_byte(&c->to, (char)byte);
        }
    }
}

/* Windows drops them at the end, and shells trip over them at the start. */
static bool trim(kl_buffer *name)
{
    size_t start = 0, end = name->len;
    while (end > 0 && (name->data[end - 1] == ' ' || name->data[end - 1] == '.'))
        end--;
    while (start < end && (name->data[start] == ' ' || name->data[start] == '.'))
        start++;
    bool changed = start > 0 || end < name->len;
    if (start)
        memmove(name->data, name->data + start, end - start);
    name->len = end - start;
    return changed;
}

/* CON, NUL.txt, com1: Windows opens a device, whatever the extension. */
static bool is_device(kl_text name)
{
    static const char *const devices[] = {"con", "prn", "aux", "nul", "conin$", "conout$"};
    const char *dot = name.len ? memchr(name.data, '.', name.len) : NULL;
    kl_text stem = {name.data, dot ? (size_t)(dot - name.data) : name.len};
    while (stem.len && stem.data[stem.len - 1] == ' ')
        stem.len--;
    for (size_t i = 0; i < KL_COUNT(devices); i++)
        if (kl_html_same_name(stem, kl_text_from(devices[i])))
            return true;
    kl_text port = {stem.data, KL_MIN(stem.len, (size_t)3)}, number = {stem.data + port.len,
                                                                     stem.len - port.len};
    if (!kl_html_same_name(port, KL_TEXT("com")) && !kl_html_same_name(port, KL_TEXT("lpt")))
        return false;
    bool digit = number.len == 1 && number.data[0] >= '0' && number.data[0] <= '9';
    return digit || kl_text_is(number, "\xC2\xB9") || kl_text_is(number, "\xC2\xB2") ||
           kl_text_is(number, "\xC2\xB3");
}

/* To NAME_BYTES_MAX, between characters, keeping a short extension. */
static bool shorten(kl_buffer *name)
{
    if (name->len <= NAME_BYTES_MAX)
        return false;
    size_t extension = 0;
    for (size_t i = 1; i <= EXTENSION_BYTES_MAX; i++)
        if (name->data[name->len - i] == '.')
            extension = i;
    size_t cut = NAME_BYTES_MAX - extension;
    while (cut > 0 && ((unsigned char)name->data[cut] & 0xC0) == 0x80)
        cut--;
    memmove(name->data + cut, name->data + name->len - extension, extension);
    name->len = cut + extension;
    return true;
}

static kl_status clean_filename(cleaning *c)
{
    name_notes notes = {0};
    drop_illegal(c, &notes);
    KL_TRY(note(c, notes.traversal, "path traversal sequences removed"));
    KL_TRY(note(c, notes.separators, "path separators removed"));
    KL_TRY(note(c, notes.null_bytes, "null bytes removed"));
    KL_TRY(note(c, notes.illegal, "illegal filename characters removed"));
    KL_TRY(note(c, trim(&c->to), "leading or trailing dots and blanks removed"));
    bool device = is_device(kl_buffer_text(&c->to));
    if (device && kl_buffer_room(&c->to, 1)) {
        memmove(c->to.data + 1, c->to.data, c->to.len++);
        c->to.data[0] = '_';
    }
    KL_TRY(note(c, device, "reserved device name changed"));
    bool cut = shorten(&c->to);
    if (cut)
        trim(&c->to);
    return note(c, cut, "shortened to 255 bytes");
}

/* ---- url ----------------------------------------------------------------------------------------- */

static const char *const script_schemes[] = {"javascript", "data", "vbscript"};

/* The scheme as a browser reads it: blanks and controls before it or within do not count. */
static const char *script_scheme(kl_text text)
{
    char scheme[16];
    size_t len = 0;
    for (size_t i = 0; i < text.len && len < sizeof scheme; i++) {
        if ((unsigned char)text.data[i] <= ' ')
            continue;
        if (text.data[i] == ':')
            break;
        scheme[len++] = text.data[i];
        if (i + 1 == text.len)
            return NULL;
    }
    for (size_t i = 0; i < KL_COUNT(script_schemes); i++)
        if (kl_html_same_name((kl_text){scheme, len}, kl_text_from(script_schemes[i])))
            return script_schemes[i];
    return NULL;
}

static bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static kl_status clean_url(cleaning *c)
{
    const char *scheme = script_scheme(c->text);
    bool encoded = false;
    if (scheme)
        return kl_list_format(&c->notes, c->error, "dangerous URL scheme blocked: %s", scheme);
    for (size_t i = 0; i < c->text.len; i++) {
        bool plain = is_alphanumeric(c->text.data[i]);
        encoded |= !plain;
        if (plain)
            kl_buffer_byte(&c->to, c->text.data[i]);
        else
            kl_buffer_format(&c->to, "%%%02X", (unsigned char)c->text.data[i]);
    }
    return note(c, encoded, "unsafe URL characters encoded");
}

/* ---- the node ------------------------------------------------------------------------------------ */

static kl_status (*const cleaners[])(cleaning *c) = {clean_html, clean_sql, clean_filename,
                                                     clean_url};

static kl_status clean(cleaning *c, kl_text kind)
{
    size_t i = 0;
    while (!kl_text_is(kind, kinds[i]))
        i++;
    KL_TRY(cleaners[i](c));
    if (c->to.status == KL_LIMIT)
        return kl_node_limit(c->error, "text_size", KL_NODE_TEXT_MAX, "bytes");
    return c->to.status == KL_OK ? KL_OK : kl_error_no_memory(c->error);
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    cleaning c = {.text = kl_as_text(call->args[INPUT]), .to = KL_BUFFER_INIT, .error = error};
    kl_value sanitized = kl_null();
    kl_status status;
    c.to.limit = KL_NODE_TEXT_MAX;
    KL_TRY(kl_array_new(&c.notes, 0, error));
    KL_TRY_OUT(clean(&c, kl_as_text(call->args[KIND])));
    bool changed = !kl_text_equal(kl_buffer_text(&c.to), c.text);
    KL_TRY_OUT(kl_buffer_finish(&sanitized, &c.to, error));
    kl_build build = kl_build_begin(3, error);
    kl_build_put(&build, "sanitized", sanitized);
    kl_build_put(&build, "changes_made", kl_bool(changed));
    kl_build_put(&build, "removed_elements", kl_value_take(&c.notes));
    return kl_build_end(out, &build);
out:
    kl_buffer_free(&c.to);
    kl_value_release(c.notes);
    return status;
}

static const kl_node_type types[] = {
    {
        .name = "InputSanitizationNode",
        .category = "Security",
        .doc = "Makes text from outside safe for HTML, for SQL text, as a file name or in an "
               "address.",
        .inputs = KL_TABLE(inputs),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_HEAVY,
        .run = run,
    },
};

static const kl_node_family sanitize = {.name = "sanitize", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(sanitize);
