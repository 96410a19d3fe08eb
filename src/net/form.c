/* src/net/form.c - multipart/form-data (RFC 7578), with names written as browsers write them. */
#include "transfer.h"

#include "kailash/id.h"

#include <stdio.h>

static void add_quoted(kl_buffer *to, kl_text name)
{
    kl_buffer_byte(to, '"');
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        if (c == '"' || c == '\r' || c == '\n')
            kl_buffer_format(to, "%%%02X", (unsigned)c);
        else
            kl_buffer_byte(to, c);
    }
    kl_buffer_byte(to, '"');
}

static void add_part(kl_buffer *to, const kl_http_part *part, const char *boundary)
{
    kl_text type = part->content_type;
    if (type.len == 0 && part->filename.len)
        type = KL_TEXT("application/octet-stream");
    kl_buffer_format(to, "--%s\r\nContent-Disposition: form-data; name=", boundary);
    add_quoted(to, part->name);
    if (part->filename.len) {
        kl_buffer_string(to, "; filename=");
        add_quoted(to, part->filename);
    }
    if (type.len) {
        kl_buffer_string(to, "\r\nContent-Type: ");
        kl_buffer_add(to, type);
    }
    kl_buffer_string(to, "\r\n\r\n");
    kl_buffer_add(to, part->data);
    kl_buffer_string(to, "\r\n");
}

kl_status kl_request_form(kl_transfer *t, kl_error *error)
{
    unsigned char random[16];
    KL_TRY(kl_random(random, sizeof random, error));
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(t->boundary + 2 * i, 3, "%02x", random[i]);
    for (size_t i = 0; i < t->request->part_count; i++)
        add_part(&t->form, &t->request->parts[i], t->boundary);
    kl_buffer_format(&t->form, "--%s--\r\n", t->boundary);
    if (t->form.status == KL_OK)
        return KL_OK;
    if (t->form.status == KL_NO_MEMORY)
        return kl_error_no_memory(error);
    return kl_error_set(error, KL_INVALID, "invalid request: the form is larger than 1 GiB");
}
