/* src/net/smtp.c - sending composed messages. */
#include "clients.h"
#include "kailash/crypto.h"
#include "mail.h"

#include <stdio.h>

/* What libcurl is told, as texts that end in NUL. */
typedef struct strings {
    char **items;
    size_t count, size;
} strings;

/* A copy; NULL of an empty text, or when memory ran out (then count stays behind). */
static const char *add(strings *to, kl_text text)
{
    char *copy = text.len ? kl_strdup(text) : NULL;
    if (copy)
        to->items[to->count++] = copy;
    return copy;
}

static void end_strings(strings *all)
{
    for (size_t i = 0; i < all->count; i++) {
        kl_wipe(all->items[i], strlen(all->items[i])); /* the password is one of them */
        kl_free(all->items[i]);
    }
    kl_free(all->items);
}

static const char *add_url(strings *to, const kl_mail_server *server)
{
    char url[320];
    bool v6 = memchr(server->host.data, ':', server->host.len) != NULL;
    snprintf(url, sizeof url, "%s://%s%.*s%s:%u/", server->tls == KL_MAIL_TLS ? "smtps" : "smtp",
             v6 ? "[" : "", KL_TEXT_ARG(server->host), v6 ? "]" : "", server->port);
    return add(to, kl_text_from(url));
}

static void fill_outcome(kl_mail_outcome *out, const kl_curl_mail *mail)
{
    *out = (kl_mail_outcome){
        .sent = mail->fault == KL_CURL_FINE,
        .unreachable = mail->fault == KL_CURL_NAME || mail->fault == KL_CURL_CONNECT,
        .reply = mail->reply,
    };
    if (!out->sent)
        snprintf(out->why, sizeof out->why, "%s", mail->words);
}

static kl_status send_by(kl_mail_outcome *out, const kl_curl *curl, kl_curl_mail *mail,
                         const strings *texts, size_t wanted, kl_error *error)
{
    if (texts->count != wanted)
        return kl_error_no_memory(error);
    KL_TRY(curl->send_mail(mail, error));
    if (mail->fault == KL_CURL_MEMORY)
        return kl_error_no_memory(error);
    fill_outcome(out, mail);
    return KL_OK;
}

kl_status kl_mail_send(kl_mail_outcome *out, const kl_mail_server *server, const kl_mail *mail,
                       kl_text message, kl_error *error)
{
    const kl_curl *curl;
    size_t recipients = mail->to_count + mail->cc_count + mail->bcc_count;
    size_t wanted = recipients + 2 + !!server->user.len + !!server->password.len + !!server->ca_file.len;
    strings texts = {kl_alloc_zero(wanted, sizeof *texts.items), 0, wanted};
    KL_TRY(kl_curl_load(&curl, error));
    if (!texts.items)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < mail->to_count; i++)
        add(&texts, mail->to[i]);
    for (size_t i = 0; i < mail->cc_count; i++)
        add(&texts, mail->cc[i]);
    for (size_t i = 0; i < mail->bcc_count; i++)
        add(&texts, mail->bcc[i]);
    kl_curl_mail told = {
        .url = add_url(&texts, server),
        .starts_tls = server->tls == KL_MAIL_STARTTLS,
        .user = add(&texts, server->user),
        .password = add(&texts, server->password),
        .from = add(&texts, mail->from),
        .recipients = (const char *const *)texts.items,
        .recipient_count = recipients,
        .message = message,
        .ca_file = add(&texts, server->ca_file),
        .trusts_all = server->trusts_all,
        .connect_timeout_ms = (long)(server->timeout / KL_MILLISECOND),
        .timeout_ms = (long)(server->timeout / KL_MILLISECOND),
        .stopped = server->stopped,
        .data = server->data,
    };
    kl_status status = send_by(out, curl, &told, &texts, wanted, error);
    end_strings(&texts);
    return status;
}
