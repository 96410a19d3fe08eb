/* src/net/mail.c - composing messages. */
#include "mail.h"
#include "buffer.h"
#include "encode.h"
#include "kailash/id.h"
#include "schema.h"

#include <string.h>

enum {
    LINE_MAX_PLAIN = 900, /* RFC 5321: 998 bytes */
    BASE64_LINE = 57,     /* bytes that make a line of 76 */
    WORD_BYTES = 45,      /* bytes that make an encoded word of 75 (RFC 2047) */
};

/* What could end the address, or the line, in a command or a header is refused even in quotes. */
bool kl_mail_is_address(kl_text text)
{
    bool fits = false;
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.data[i] <= ' ' || text.data[i] == '<' || text.data[i] == '>' ||
            text.data[i] == ',' || text.data[i] == 0x7f)
            return false;
    return text.len <= 254 &&
           kl_schema_format_fits(&fits, KL_TEXT("email"), text, NULL) == KL_OK && fits;
}

/* ---- headers ------------------------------------------------------------------------------------- */

static bool is_plain(kl_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.data[i] < 0x20 || (unsigned char)text.data[i] > 0x7e)
            return false;
    return true;
}

/* How many bytes of a text make one encoded word, never part of a character. */
static size_t word_len(kl_text text)
{
    size_t len = KL_MIN(text.len, (size_t)WORD_BYTES);
    while (len < text.len && len > 0 && ((unsigned char)text.data[len] & 0xc0) == 0x80)
        len--;
    return len;
}

/* A text in a header: as it is, or as encoded words on lines of their own. */
static void add_words(kl_buffer *to, kl_text text)
{
    bool looks_encoded = text.len && memmem(text.data, text.len, "=?", 2);
    if (is_plain(text) && text.len <= 60 && !looks_encoded) {
        kl_buffer_add(to, text);
        return;
    }
    while (text.len && to->status == KL_OK) {
        size_t len = word_len(text);
        kl_buffer_string(to, "=?utf-8?B?");
        kl_base64_encode(to, (kl_text){text.data, len}, KL_BASE64_STANDARD);
        kl_buffer_string(to, "?=");
        text = (kl_text){text.data + len, text.len - len};
        if (text.len)
            kl_buffer_string(to, "\r\n ");
    }
}

static void add_addresses(kl_buffer *to, const char *name, const kl_text *addresses, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        kl_buffer_string(to, i ? ",\r\n " : name);
        kl_buffer_add(to, addresses[i]);
    }
    if (count)
        kl_buffer_string(to, "\r\n");
}

/* "Fri, 27 Nov 2026 12:00:00 +0000" */
static void add_date(kl_buffer *to)
{
    static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    kl_date date = kl_time_split(kl_time_now());
    kl_buffer_format(to, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d +0000\r\n",
                     days + 3 * date.weekday, date.day, months + 3 * (date.month - 1),
                     date.year, date.hour, date.minute, date.second);
}

static kl_status make_id(kl_value *out, kl_text from, kl_error *error)
{
    char uuid[37];
    kl_buffer buffer = KL_BUFFER_INIT;
    const char *at = memrchr(from.data, '@', from.len);
    KL_TRY(kl_uuid_new(uuid, error));
    kl_buffer_format(&buffer, "<%s%.*s>", uuid, (int)(from.data + from.len - at), at);
    return kl_buffer_finish(out, &buffer, error);
}

static void add_head(kl_buffer *to, const kl_mail *mail, kl_text id)
{
    add_date(to);
    add_addresses(to, "From: ", &mail->from, 1);
    add_addresses(to, "To: ", mail->to, mail->to_count);
    add_addresses(to, "Cc: ", mail->cc, mail->cc_count);
    if (mail->to_count + mail->cc_count == 0)
        kl_buffer_string(to, "To: undisclosed-recipients:;\r\n");
    kl_buffer_string(to, "Subject: ");
    add_words(to, mail->subject);
    kl_buffer_string(to, "\r\nMessage-ID: ");
    kl_buffer_add(to, id);
    kl_buffer_string(to, "\r\nMIME-Version: 1.0\r\n");
}

/* ---- bodies -------------------------------------------------------------------------------------- */

static void add_base64(kl_buffer *to, kl_text data)
{
    kl_buffer_string(to, "Content-Transfer-Encoding: base64\r\n\r\n");
    for (size_t at = 0; at < data.len && to->status == KL_OK; at += BASE64_LINE) {
        kl_base64_encode(to, (kl_text){data.data + at, KL_MIN(data.len - at, (size_t)BASE64_LINE)},
                         KL_BASE64_STANDARD);
        kl_buffer_string(to, "\r\n");
    }
}

/* Whether a text may go as it is, but for its line ends. */
static bool is_seven_bit(kl_text text)
{
    size_t line = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        line = byte == '\n' ? 0 : line + 1;
        if (byte > 0x7e || (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') ||
            line > LINE_MAX_PLAIN)
            return false;
    }
    return true;
}

/* With CR LF for every line end: LF, CR, or both. */
static void add_lines(kl_buffer *to, kl_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.data[i];
        bool pair = byte == '\r' && i + 1 < text.len && text.data[i + 1] == '\n';
        if (byte == '\n' || (byte == '\r' && !pair))
            kl_buffer_string(to, "\r\n");
        else if (!pair)
            kl_buffer_byte(to, byte);
    }
    if (text.len && to->len && to->data[to->len - 1] != '\n')
        kl_buffer_string(to, "\r\n");
}

static void add_text(kl_buffer *to, const char *type, kl_text text)
{
    kl_buffer_format(to, "Content-Type: %s; charset=utf-8\r\n", type);
    if (!is_seven_bit(text)) {
        add_base64(to, text);
        return;
    }
    kl_buffer_string(to, "Content-Transfer-Encoding: 7bit\r\n\r\n");
    add_lines(to, text);
}

/* A filename as RFC 2231 has it, percent-encoded UTF-8. */
static void add_attachment(kl_buffer *to, const kl_mail_attachment *file)
{
    kl_buffer_string(to, "Content-Type: ");
    kl_buffer_add(to, file->content_type);
    kl_buffer_string(to, "\r\nContent-Disposition: attachment; filename*=UTF-8''");
    for (size_t i = 0; i < file->filename.len; i++) {
        unsigned char byte = (unsigned char)file->filename.data[i];
        bool safe = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                    (byte >= 'a' && byte <= 'z') || byte == '.' || byte == '-' || byte == '_';
        kl_buffer_format(to, safe ? "%c" : "%%%02X", byte);
    }
    kl_buffer_string(to, "\r\n");
    add_base64(to, file->data);
}

/* Between parts, before the first one and (`last`) behind the last one. */
static void add_boundary(kl_buffer *to, const char *boundary, bool last)
{
    kl_buffer_format(to, "--%s%s\r\n", boundary, last ? "--" : "");
}

/* The text, or text and HTML for the reader to choose from. */
static void add_texts(kl_buffer *to, const kl_mail *mail, const char *boundary)
{
    if (!mail->html.len) {
        add_text(to, "text/plain", mail->text);
        return;
    }
    kl_buffer_format(to, "Content-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n", boundary);
    add_boundary(to, boundary, false);
    add_text(to, "text/plain", mail->text);
    add_boundary(to, boundary, false);
    add_text(to, "text/html", mail->html);
    add_boundary(to, boundary, true);
}

static void add_body(kl_buffer *to, const kl_mail *mail, const char *outer, const char *inner)
{
    if (!mail->attachment_count) {
        add_texts(to, mail, inner);
        return;
    }
    kl_buffer_format(to, "Content-Type: multipart/mixed; boundary=\"%s\"\r\n\r\n", outer);
    add_boundary(to, outer, false);
    add_texts(to, mail, inner);
    for (size_t i = 0; i < mail->attachment_count; i++) {
        add_boundary(to, outer, false);
        add_attachment(to, &mail->attachments[i]);
    }
    add_boundary(to, outer, true);
}

kl_status kl_mail_compose(kl_value *message, kl_value *message_id, const kl_mail *mail,
                          kl_error *error)
{
    kl_buffer buffer = KL_BUFFER_INIT;
    char outer[37], inner[37];
    kl_value id;
    KL_TRY(kl_uuid_new(outer, error));
    KL_TRY(kl_uuid_new(inner, error));
    KL_TRY(make_id(&id, mail->from, error));
    add_head(&buffer, mail, kl_as_text(id));
    add_body(&buffer, mail, outer, inner);
    kl_status status = kl_buffer_finish_bytes(message, &buffer, error);
    if (status != KL_OK) {
        kl_value_release(id);
        return status;
    }
    *message_id = id;
    return KL_OK;
}
