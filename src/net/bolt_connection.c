/* src/net/bolt_connection.c - see bolt_connection.h. */
#include "bolt_connection.h"
#include "kailash/crypto.h"

/* ---- bytes --------------------------------------------------------------------------------------- */

static kl_status fill(kl_bolt *bolt, const kl_stream_watch *watch, kl_error *error)
{
    size_t got = 0;
    bolt->start = bolt->end = 0;
    KL_TRY(kl_stream_read(&got, bolt->link.stream, bolt->input, sizeof bolt->input, watch, error));
    if (got == 0)
        return kl_error_set(error, KL_IO, "the server closed the connection");
    bolt->end = got;
    return KL_OK;
}

/* Exactly `size` bytes to the end of `to`. */
static kl_status take_bytes(kl_buffer *to, kl_bolt *bolt, size_t size, const kl_stream_watch *watch,
                            kl_error *error)
{
    while (size > 0) {
        if (bolt->start == bolt->end)
            KL_TRY(fill(bolt, watch, error));
        size_t count = KL_MIN(size, bolt->end - bolt->start);
        kl_buffer_add(to, (kl_text){bolt->input + bolt->start, count});
        bolt->start += count;
        size -= count;
        if (to->status == KL_NO_MEMORY)
            return kl_error_no_memory(error);
        if (to->status != KL_OK)
            return kl_error_set(error, KL_LIMIT,
                                "resource limit exceeded: message (limit: %zu bytes)",
                                KL_BOLT_MESSAGE_MAX);
    }
    return KL_OK;
}

static kl_status take_chunk_size(size_t *out, kl_bolt *bolt, const kl_stream_watch *watch,
                                 kl_error *error)
{
    size_t size = 0;
    for (int i = 0; i < 2; i++) {
        if (bolt->start == bolt->end)
            KL_TRY(fill(bolt, watch, error));
        size = size << 8 | (unsigned char)bolt->input[bolt->start++];
    }
    *out = size;
    return KL_OK;
}

/* The next message. Empty ones between messages only show that the server is there. */
static kl_status take_message(kl_bolt *bolt, const kl_stream_watch *watch, kl_error *error)
{
    size_t size;
    bolt->message.len = 0;
    bolt->message.limit = KL_BOLT_MESSAGE_MAX;
    for (;;) {
        KL_TRY(take_chunk_size(&size, bolt, watch, error));
        if (size > 0)
            KL_TRY(take_bytes(&bolt->message, bolt, size, watch, error));
        else if (bolt->message.len > 0)
            return KL_OK;
    }
}

/* ---- the handshake ------------------------------------------------------------------------------- */

kl_status kl_bolt_shake(kl_bolt *bolt, const kl_stream_watch *watch, kl_error *error)
{
    /* A magic number, then versions as wished: each a zero, how many minor ones below count too,
     * minor and major number. */
    static const char offer[] = "\x60\x60\xB0\x17" "\x00\x08\x08\x05" "\x00\x01\x04\x04"
                                "\x00\x00\x00\x00" "\x00\x00\x00\x00";
    kl_buffer answer = KL_BUFFER_INIT;
    kl_status status =
        kl_stream_write(bolt->link.stream, (kl_text){offer, sizeof offer - 1}, watch, error);
    if (status == KL_OK)
        status = take_bytes(&answer, bolt, 4, watch, error);
    if (status == KL_OK) {
        const unsigned char *is = (const unsigned char *)answer.data;
        bolt->version = (unsigned)(is[3] << 8 | is[2]);
        bool known = (is[3] == 5 && is[2] <= 8) || (is[3] == 4 && is[2] >= 3 && is[2] <= 4);
        if (memcmp(is, "HTTP", 4) == 0)
            status = kl_error_set(error, KL_IO, "the server speaks HTTP; expected one that speaks "
                                                "Bolt, by default at port 7687");
        else if (is[0] || is[1] || !known)
            status = kl_error_set(error, KL_IO, "the server speaks no version of Bolt that is known "
                                                "here: 5.8 to 5.0, 4.4, 4.3");
    }
    kl_buffer_free(&answer);
    return status;
}

/* ---- requests ------------------------------------------------------------------------------------ */

/* Behind it the message stands in chunks of at most 65535 bytes. */
static void put_in_chunks(kl_buffer *to, kl_text message)
{
    while (message.len > 0) {
        size_t size = KL_MIN(message.len, (size_t)UINT16_MAX);
        kl_buffer_byte(to, (char)(size >> 8));
        kl_buffer_byte(to, (char)size);
        kl_buffer_add(to, (kl_text){message.data, size});
        message = (kl_text){message.data + size, message.len - size};
    }
    kl_buffer_add(to, (kl_text){"\0\0", 2});
}

kl_status kl_bolt_ask(kl_bolt *bolt, uint8_t tag, const kl_value *fields, size_t count,
                      kl_error *error)
{
    kl_buffer message = {.limit = KL_BOLT_MESSAGE_MAX};
    kl_status status = KL_OK;
    kl_packstream_begin(&message, tag, (uint8_t)count);
    for (size_t i = 0; i < count && status == KL_OK; i++)
        status = kl_packstream_write(&message, fields[i], error);
    if (status == KL_OK && message.status != KL_OK)
        status = kl_error_no_memory(error);
    if (status == KL_OK) {
        put_in_chunks(&bolt->out, kl_buffer_text(&message));
        bolt->unanswered++;
    }
    if (message.data)
        kl_wipe(message.data, message.cap); /* it may hold a password */
    kl_buffer_free(&message);
    return status;
}

kl_status kl_bolt_flush(kl_bolt *bolt, const kl_stream_watch *watch, kl_error *error)
{
    kl_status status = bolt->out.status == KL_OK
                           ? kl_stream_write(bolt->link.stream, kl_buffer_text(&bolt->out), watch, error)
                           : kl_error_no_memory(error);
    if (status != KL_OK)
        bolt->link.spoilt = true;
    if (bolt->out.data)
        kl_wipe(bolt->out.data, bolt->out.cap);
    bolt->out.len = 0;
    return status;
}

/* ---- answers ------------------------------------------------------------------------------------- */

static kl_status read_answer(kl_bolt_answer *out, kl_bolt *bolt, const kl_stream_watch *watch,
                             kl_error *error)
{
    kl_bolt_answer answer = {.content = kl_null()};
    size_t fields;
    KL_TRY(take_message(bolt, watch, error));
    kl_text rest = kl_buffer_text(&bolt->message);
    answer.bytes = rest.len;
    KL_TRY(kl_packstream_head(&answer.tag, &fields, &rest, error));
    kl_kind kind = answer.tag == KL_BOLT_RECORD    ? KL_KIND_ARRAY
                   : answer.tag == KL_BOLT_IGNORED ? KL_KIND_NULL
                                                   : KL_KIND_MAP;
    if (fields > 0)
        KL_TRY(kl_packstream_read(&answer.content, &rest, error));
    if (answer.tag != KL_BOLT_IGNORED &&
        (fields != 1 || rest.len || !kl_is(answer.content, kind))) {
        kl_value_release(answer.content);
        return kl_error_set(error, KL_SYNTAX, "the server sent a malformed answer 0x%02X",
                            answer.tag);
    }
    *out = answer;
    return KL_OK;
}

kl_status kl_bolt_answer_read(kl_bolt_answer *out, kl_bolt *bolt, const kl_stream_watch *watch,
                              kl_error *error)
{
    kl_status status = read_answer(out, bolt, watch, error);
    if (status != KL_OK)
        bolt->link.spoilt = true;
    else if (out->tag != KL_BOLT_RECORD && bolt->unanswered > 0)
        bolt->unanswered--;
    return status;
}

static bool begins(kl_text text, const char *start)
{
    return text.len >= strlen(start) && memcmp(text.data, start, strlen(start)) == 0;
}

static kl_status status_of(kl_text code)
{
    if (begins(code, "Neo.ClientError.Security."))
        return KL_DENIED;
    if (begins(code, "Neo.ClientError.Transaction.TransactionTimedOut"))
        return KL_TIMEOUT;
    return begins(code, "Neo.TransientError.") ? KL_UNAVAILABLE : KL_FAILED;
}

/* Facts for programs; without memory the message alone must do. */
static void add_details(kl_error *error, kl_value failure, kl_value code)
{
    kl_value *details = error ? kl_alloc(sizeof *details) : NULL;
    if (!details)
        return;
    kl_value message = kl_map_get(failure, KL_TEXT("message"));
    kl_value gql = kl_map_get(failure, KL_TEXT("gql_status"));
    kl_status status = kl_map_new(details, 3, NULL);
    if (status == KL_OK) {
        status = kl_map_set(details, KL_TEXT("code"), kl_value_retain(code), NULL);
        if (status == KL_OK)
            status = kl_map_set(details, KL_TEXT("message"), kl_value_retain(message), NULL);
        if (status == KL_OK && !kl_is_null(gql))
            status = kl_map_set(details, KL_TEXT("gql_status"), kl_value_retain(gql), NULL);
        if (status == KL_OK) {
            error->details = details;
            return;
        }
        kl_value_release(*details);
    }
    kl_free(details);
}

static kl_status tell_failure(kl_value failure, kl_error *error)
{
    kl_value code = kl_map_get(failure, KL_TEXT("code"));
    if (kl_is_null(code)) /* from version 5.7 on */
        code = kl_map_get(failure, KL_TEXT("neo4j_code"));
    kl_text text = kl_as_text(kl_map_get(failure, KL_TEXT("message")));
    kl_text name = kl_is(code, KL_KIND_STRING) ? kl_as_text(code) : KL_TEXT("failure");
    kl_status status = kl_error_set(error, status_of(name), "%.*s: %.*s", KL_TEXT_ARG(name),
                                    KL_TEXT_ARG(text));
    add_details(error, failure, code);
    return status;
}

/* After a failure the server ignores all until it is reset. */
static kl_status reset(kl_bolt *bolt, const kl_stream_watch *watch, kl_error *error)
{
    kl_bolt_answer answer = {.tag = KL_BOLT_IGNORED};
    KL_TRY(kl_bolt_ask(bolt, KL_BOLT_RESET, NULL, 0, error));
    KL_TRY(kl_bolt_flush(bolt, watch, error));
    while (bolt->unanswered > 0) {
        KL_TRY(kl_bolt_answer_read(&answer, bolt, watch, error));
        kl_value_release(answer.content);
    }
    if (answer.tag != KL_BOLT_SUCCESS)
        return kl_error_set(error, KL_IO, "the server did not reset the connection");
    return KL_OK;
}

kl_status kl_bolt_settle(kl_value *out, kl_bolt *bolt, kl_bolt_answer answer,
                         const kl_stream_watch *watch, kl_error *error)
{
    if (answer.tag == KL_BOLT_SUCCESS) {
        if (out)
            *out = answer.content;
        else
            kl_value_release(answer.content);
        return KL_OK;
    }
    kl_status status = answer.tag == KL_BOLT_FAILURE
                           ? tell_failure(answer.content, error)
                           : kl_error_set(error, KL_IO, "the server sent an unexpected answer 0x%02X",
                                          answer.tag);
    kl_value_release(answer.content);
    bolt->in_transaction = false;
    /* Why the reset failed matters less than why it was needed: the connection is closed then. */
    if (answer.tag != KL_BOLT_FAILURE || reset(bolt, watch, NULL) != KL_OK)
        bolt->link.spoilt = true;
    return status;
}

kl_status kl_bolt_expect(kl_value *out, kl_bolt *bolt, const kl_stream_watch *watch,
                         kl_error *error)
{
    kl_bolt_answer answer;
    KL_TRY(kl_bolt_answer_read(&answer, bolt, watch, error));
    return kl_bolt_settle(out, bolt, answer, watch, error);
}
