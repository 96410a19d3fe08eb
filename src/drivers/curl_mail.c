/* src/drivers/curl_mail.c - mail by libcurl's SMTP client. */
#include "curl_own.h"

#include <curl/curl.h>
#include <stdio.h>

/* What is left of the message to send. */
typedef struct reading {
    kl_text left;
} reading;

static size_t read_message(char *to, size_t size, size_t count, void *data)
{
    reading *at = data;
    size_t len = KL_MIN(size * count, at->left.len);
    memcpy(to, at->left.data, len);
    at->left.data += len;
    at->left.len -= len;
    return len;
}

static int on_progress(void *data, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const kl_curl_mail *mail = data;
    (void)a, (void)b, (void)c, (void)d;
    return mail->stopped && mail->stopped(mail->data);
}

static kl_curl_fault fault_of(CURLcode code)
{
    switch (code) {
    case CURLE_OK:
        return KL_CURL_FINE;
    case CURLE_ABORTED_BY_CALLBACK:
        return KL_CURL_REFUSED;
    case CURLE_COULDNT_RESOLVE_HOST:
        return KL_CURL_NAME;
    case CURLE_COULDNT_CONNECT:
        return KL_CURL_CONNECT;
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        return KL_CURL_TLS;
    case CURLE_OPERATION_TIMEDOUT:
        return KL_CURL_TIMEOUT;
    case CURLE_OUT_OF_MEMORY:
        return KL_CURL_MEMORY;
    default:
        return KL_CURL_BROKEN;
    }
}

static void set_options(CURL *easy, kl_curl_mail *mail, reading *body, char *words)
{
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, words);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* not what the environment says */
    curl_easy_setopt(easy, CURLOPT_URL, mail->url);
    curl_easy_setopt(easy, CURLOPT_USE_SSL, mail->starts_tls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, mail->trusts_all ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, mail->trusts_all ? 0L : 2L);
    if (mail->ca_file)
        curl_easy_setopt(easy, CURLOPT_CAINFO, mail->ca_file);
    if (mail->user)
        curl_easy_setopt(easy, CURLOPT_USERNAME, mail->user);
    if (mail->password)
        curl_easy_setopt(easy, CURLOPT_PASSWORD, mail->password);
    curl_easy_setopt(easy, CURLOPT_MAIL_FROM, mail->from);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, mail->connect_timeout_ms);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, mail->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, read_message);
    curl_easy_setopt(easy, CURLOPT_READDATA, body);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, mail);
}

static kl_status recipients_of(struct curl_slist **out, const kl_curl_mail *mail, kl_error *error)
{
    struct curl_slist *list = NULL;
    for (size_t i = 0; i < mail->recipient_count; i++) {
        struct curl_slist *longer = curl_slist_append(list, mail->recipients[i]);
        if (!longer) {
            curl_slist_free_all(list);
            return kl_error_no_memory(error);
        }
        list = longer;
    }
    *out = list;
    return KL_OK;
}

kl_status curl_send_mail(kl_curl_mail *mail, kl_error *error)
{
    char words[CURL_ERROR_SIZE] = "";
    reading body = {mail->message};
    struct curl_slist *recipients;
    long reply = 0;
    KL_TRY(curl_initialise(error));
    KL_TRY(recipients_of(&recipients, mail, error));
    CURL *easy = curl_easy_init();
    if (!easy) {
        curl_slist_free_all(recipients);
        return kl_error_no_memory(error);
    }
    set_options(easy, mail, &body, words);
    curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, recipients);
    CURLcode code = curl_easy_perform(easy);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &reply);
    mail->fault = fault_of(code);
    mail->reply = (int)reply;
    snprintf(mail->words, sizeof mail->words, "%s", words[0] ? words : curl_easy_strerror(code));
    curl_easy_cleanup(easy);
    curl_slist_free_all(recipients);
    return KL_OK;
}
