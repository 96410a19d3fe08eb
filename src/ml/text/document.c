/* src/ml/text/document.c - see document.h. */
#include "document.h"

#include "base/buffer.h"
#include "base/charset.h"
#include "base/payload.h"
#include "kailash/data.h"
#include "store/file.h"

/* ---- encodings ----------------------------------------------------------------------------------- */

/* The names of Python for encodings, as iconv knows them. */
static const struct {
    const char *name, *known;
} encodings[] = {
    {"utf-8", "UTF-8"},      {"utf8", "UTF-8"},         {"u8", "UTF-8"},         {"latin-1", "ISO-8859-1"},
    {"latin1", "ISO-8859-1"}, {"l1", "ISO-8859-1"},     {"iso8859-1", "ISO-8859-1"}, {"ascii", "US-ASCII"},
    {"us-ascii", "US-ASCII"},
};

enum { NAME_MAX_LENGTH = 63 };

/* In small letters, "_" as "-"; then by the table. */
static const char *known_encoding(char *room, kl_text name)
{
    size_t len = KL_MIN(name.len, NAME_MAX_LENGTH);
    for (size_t i = 0; i < len; i++) {
        char c = name.data[i];
        room[i] = c == '_' ? '-' : c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
    }
    room[len] = '\0';
    for (size_t i = 0; i < KL_COUNT(encodings); i++)
        if (strcmp(room, encodings[i].name) == 0)
            return encodings[i].known;
    return room;
}

static bool is_utf8(const char *encoding) { return strcmp(encoding, "UTF-8") == 0; }

kl_status kl_document_check(const kl_text_params *params, kl_error *error)
{
    char room[NAME_MAX_LENGTH + 1];
    kl_charset *charset;
    const char *encoding = known_encoding(room, kl_as_text(params->encoding));
    kl_error ignored = KL_ERROR_INIT;
    kl_status status = kl_charset_new(&charset, kl_text_from(encoding), KL_TEXT("UTF-8"), &ignored);
    kl_error_clear(&ignored);
    if (status != KL_OK)
        return status == KL_NO_MEMORY ? kl_error_no_memory(error)
                                      : kl_bad_parameter(error, "encoding", "the name of an encoding", params->encoding);
    kl_charset_free(charset);
    bool passes = is_utf8(encoding) || strcmp(encoding, "US-ASCII") == 0 || strcmp(encoding, "ISO-8859-1") == 0;
    if (!passes && !kl_word_is(params->decode_error, "strict"))
        return kl_bad_parameter(error, "decode_error", "'strict', other than with utf-8, ascii and latin-1",
                                params->decode_error);
    return KL_OK;
}

/* Bytes that are no text are left out, or become U+FFFD. `ascii`: so is all that is not ASCII. */
static kl_status decode_leniently(kl_value *out, kl_text bytes, bool ascii, bool replace, kl_error *error)
{
    static const char mark[] = "\xEF\xBF\xBD";
    kl_buffer text = KL_BUFFER_INIT;
    while (bytes.len > 0) {
        size_t good = ascii ? 0 : kl_utf8_valid_length(bytes), bad = 1;
        while (ascii && good < bytes.len && (unsigned char)bytes.data[good] < 0x80)
            good++;
        kl_buffer_add(&text, (kl_text){bytes.data, good});
        if (good == bytes.len)
            break;
        if (!ascii)
            bad = kl_utf8_broken_length((kl_text){bytes.data + good, bytes.len - good});
        if (replace)
            kl_buffer_add(&text, kl_text_from(mark));
        bytes = (kl_text){bytes.data + good + bad, bytes.len - good - bad};
    }
    return kl_buffer_finish(out, &text, error);
}

static kl_status refuse_bytes(const char *encoding, size_t number, kl_error *cause, kl_error *error)
{
    kl_bad_input(error, "x[%zu] is not %s: %s", number, encoding, kl_error_message(cause));
    kl_error_clear(cause);
    return KL_INVALID;
}

static kl_status decode_strictly(kl_value *out, kl_text bytes, const char *encoding, size_t number, kl_error *error)
{
    kl_error cause = KL_ERROR_INIT;
    kl_buffer text = KL_BUFFER_INIT;
    kl_status status = is_utf8(encoding) ? kl_string_new(out, bytes, &cause)
                                         : kl_charset_convert(&text, bytes, kl_text_from(encoding), KL_TEXT("UTF-8"), &cause);
    if (status == KL_OK)
        return is_utf8(encoding) ? KL_OK : kl_buffer_finish(out, &text, error);
    kl_buffer_free(&text);
    if (status != KL_NO_MEMORY)
        return refuse_bytes(encoding, number, &cause, error);
    kl_error_clear(&cause);
    return kl_error_no_memory(error);
}

static kl_status decode(kl_value *out, const kl_text_params *params, kl_text bytes, size_t number, kl_error *error)
{
    char room[NAME_MAX_LENGTH + 1];
    const char *encoding = known_encoding(room, kl_as_text(params->encoding));
    bool ascii = strcmp(encoding, "US-ASCII") == 0;
    if (kl_word_is(params->decode_error, "strict") || (!ascii && !is_utf8(encoding)))
        return decode_strictly(out, bytes, encoding, number, error);
    return decode_leniently(out, bytes, ascii, kl_word_is(params->decode_error, "replace"), error);
}

/* ---- documents ----------------------------------------------------------------------------------- */

static kl_status refuse(const char *expected, kl_value document, size_t number, kl_error *error)
{
    return kl_error_set(error, KL_TYPE, "x[%zu]: expected %s, got %s", number, expected,
                        kl_is(document, KL_KIND_OBJECT) ? document.as.object->type->name : kl_value_kind_name(document));
}

static kl_status of_content(kl_value *out, const kl_text_params *params, kl_value content, size_t number, kl_error *error)
{
    if (kl_is(content, KL_KIND_BYTES))
        return decode(out, params, kl_as_text(content), number, error);
    if (!kl_is(content, KL_KIND_STRING))
        return refuse("a text or bytes", content, number, error);
    *out = kl_value_retain(content);
    return KL_OK;
}

static kl_status of_path(kl_value *out, const kl_text_params *params, kl_value path, size_t number, kl_error *error)
{
    const kl_file_range_options options = {.limit = KL_DOCUMENT_MAX};
    kl_buffer bytes = KL_BUFFER_INIT;
    if (!kl_is(path, KL_KIND_STRING))
        return refuse("the path of a file", path, number, error);
    kl_status status = kl_file_read(&bytes, kl_as_text(path), &options, error);
    if (status == KL_OK)
        status = decode(out, params, (kl_text){bytes.data ? bytes.data : "", bytes.len}, number, error);
    kl_buffer_free(&bytes);
    return status;
}

static kl_status of_file(kl_value *out, const kl_text_params *params, kl_value file, size_t number, kl_error *error)
{
    kl_value content;
    if (!kl_as_foreign(file) || !kl_foreign_has(file, "read"))
        return refuse("an open file", file, number, error);
    KL_TRY(kl_foreign_call(&content, file, "read", NULL, 0, kl_null(), error));
    kl_status status = kl_is(content, KL_KIND_STRING) || kl_is(content, KL_KIND_BYTES)
                           ? KL_OK
                           : refuse("a text or bytes of read()", content, number, error);
    if (status == KL_OK && kl_as_text(content).len > KL_DOCUMENT_MAX)
        status = kl_error_set(error, KL_LIMIT, "x[%zu]: read() gave more than %d bytes", number, KL_DOCUMENT_MAX);
    if (status == KL_OK)
        status = of_content(out, params, content, number, error);
    kl_value_release(content);
    return status;
}

kl_status kl_document_text(kl_value *out, const kl_text_params *params, kl_value document, size_t number, kl_error *error)
{
    if (kl_word_is(params->input, "filename"))
        return of_path(out, params, document, number, error);
    return kl_word_is(params->input, "file") ? of_file(out, params, document, number, error)
                                             : of_content(out, params, document, number, error);
}
