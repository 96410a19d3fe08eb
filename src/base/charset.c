/* src/base/charset.c - see charset.h. */
#include "charset.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>

/* A character of any encoding is shorter than this. */
enum { TAIL_MAX = 16, NAME_MAX_LEN = 40, BLOCK = 16384 };

struct kl_charset {
    iconv_t handle;
    char from[NAME_MAX_LEN + 1], to[NAME_MAX_LEN + 1];
    char tail[TAIL_MAX]; /* of the last block: the start of a character */
    size_t tail_len;
    uint64_t position;   /* bytes converted */
};

/* The name alone: iconv's suffixes (//IGNORE, //TRANSLIT) would lose text silently. */
static kl_status copy_name(char to[NAME_MAX_LEN + 1], kl_text name, kl_error *error)
{
    bool good = name.len > 0 && name.len <= NAME_MAX_LEN;
    for (size_t i = 0; good && i < name.len; i++)
        good = isalnum((unsigned char)name.data[i]) || strchr("-_.:()", name.data[i]);
    if (!good)
        return kl_error_set(error, KL_INVALID, "expected the name of an encoding, got \"%.*s\"",
                            (int)KL_MIN(name.len, NAME_MAX_LEN), name.data);
    memcpy(to, name.data, name.len);
    to[name.len] = '\0';
    return KL_OK;
}

kl_status kl_charset_new(kl_charset **out, kl_text from, kl_text to, kl_error *error)
{
    kl_charset *charset = kl_alloc_zero(1, sizeof *charset);
    kl_status status;
    if (!charset)
        return kl_error_no_memory(error);
    KL_TRY_OUT(copy_name(charset->from, from, error));
    KL_TRY_OUT(copy_name(charset->to, to, error));
    charset->handle = iconv_open(charset->to, charset->from);
    if (charset->handle == (iconv_t)-1) {
        status = errno == ENOMEM
                     ? kl_error_no_memory(error)
                     : kl_error_set(error, KL_INVALID,
                                    "expected the name of an encoding, got \"%s\"",
                                    strcasecmp(charset->to, "UTF-8") == 0 ? charset->from
                                                                          : charset->to);
        goto out;
    }
    *out = charset;
    return KL_OK;
out:
    kl_free(charset);
    return status;
}

void kl_charset_free(kl_charset *charset)
{
    if (!charset)
        return;
    iconv_close(charset->handle);
    kl_free(charset);
}

/* Convert as much of `*text` as can be; what is left is the start of a character. */
static kl_status convert(kl_buffer *to, kl_charset *charset, kl_text *text, kl_error *error)
{
    while (text->len > 0) {
        char *room = kl_buffer_room(to, KL_MIN(text->len, BLOCK) + 64);
        if (!room)
            return to->status == KL_NO_MEMORY ? kl_error_no_memory(error) : to->status;
        char *in = (char *)(uintptr_t)text->data, *at = room;
        size_t left = text->len, spare = to->cap - to->len;
        size_t done = iconv(charset->handle, &in, &left, &at, &spare);
        int code = errno;
        to->len += (size_t)(at - room);
        charset->position += text->len - left;
        *text = (kl_text){in, left};
        if (done == (size_t)-1 && code == EILSEQ)
            return kl_error_set(error, KL_SYNTAX, "the text at byte %llu is not valid in %s, or not in %s",
                                (unsigned long long)charset->position, charset->from, charset->to);
        if (done == (size_t)-1 && code == EINVAL)
            break;
    }
    return KL_OK;
}

/* Complete the character that the last block ended within, byte by byte. */
static kl_status join_tail(kl_buffer *to, kl_charset *charset, kl_text *block, kl_error *error)
{
    while (charset->tail_len > 0 && block->len > 0) {
        charset->tail[charset->tail_len++] = *block->data++;
        block->len--;
        kl_text text = {charset->tail, charset->tail_len};
        KL_TRY(convert(to, charset, &text, error));
        memmove(charset->tail, text.data, text.len);
        charset->tail_len = text.len;
        if (charset->tail_len == TAIL_MAX)
            return kl_error_set(error, KL_SYNTAX, "the text at byte %llu is not valid in %s",
                                (unsigned long long)charset->position, charset->from);
    }
    return KL_OK;
}

/* A stateful encoding ends in its first state. */
static kl_status end_state(kl_buffer *to, kl_charset *charset, kl_error *error)
{
    char *room = kl_buffer_room(to, 64);
    size_t spare = 64;
    if (!room)
        return to->status == KL_NO_MEMORY ? kl_error_no_memory(error) : to->status;
    char *at = room;
    iconv(charset->handle, NULL, NULL, &at, &spare);
    to->len += (size_t)(at - room);
    return KL_OK;
}

kl_status kl_charset_add(kl_buffer *to, kl_charset *charset, kl_text block, bool last,
                         kl_error *error)
{
    KL_TRY(join_tail(to, charset, &block, error));
    KL_TRY(convert(to, charset, &block, error));
    if (block.len >= TAIL_MAX || (last && block.len + charset->tail_len > 0))
        return kl_error_set(error, KL_SYNTAX, "the text ends within a character of %s",
                            charset->from);
    if (block.len > 0) {
        memcpy(charset->tail, block.data, block.len);
        charset->tail_len = block.len;
    }
    return last ? end_state(to, charset, error) : KL_OK;
}

kl_status kl_charset_convert(kl_buffer *out, kl_text text, kl_text from, kl_text to,
                             kl_error *error)
{
    kl_charset *charset;
    KL_TRY(kl_charset_new(&charset, from, to, error));
    kl_status status = kl_charset_add(out, charset, text, true, error);
    kl_charset_free(charset);
    return status;
}

/* ---- a source -------------------------------------------------------------------------------- */

static kl_status refill(kl_decoder *decoder, kl_error *error)
{
    char block[BLOCK];
    size_t got;
    decoder->ready.len = decoder->given = 0;
    while (decoder->ready.len == 0 && !decoder->ended) {
        KL_TRY(decoder->from->read(decoder->from, &got, block, sizeof block, error));
        decoder->ended = got == 0;
        KL_TRY(kl_charset_add(&decoder->ready, decoder->charset, (kl_text){block, got}, got == 0,
                              error));
    }
    return KL_OK;
}

static kl_status read_decoded(kl_source *self, size_t *got, char *to, size_t room, kl_error *error)
{
    kl_decoder *decoder = (kl_decoder *)self;
    if (decoder->given == decoder->ready.len)
        KL_TRY(refill(decoder, error));
    *got = KL_MIN(room, decoder->ready.len - decoder->given);
    if (*got)
        memcpy(to, decoder->ready.data + decoder->given, *got);
    decoder->given += *got;
    return KL_OK;
}

kl_status kl_decoder_begin(kl_decoder *decoder, kl_source *from, kl_text encoding, kl_error *error)
{
    *decoder = (kl_decoder){.source = {read_decoded}, .from = from, .ready = KL_BUFFER_INIT};
    return kl_charset_new(&decoder->charset, encoding, KL_TEXT("UTF-8"), error);
}

void kl_decoder_end(kl_decoder *decoder)
{
    kl_charset_free(decoder->charset);
    kl_buffer_free(&decoder->ready);
}
