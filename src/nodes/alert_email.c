/* src/nodes/alert_email.c - EmailAlertNode: an alert by mail. */
#include "http_call.h"
#include "stopping.h"
#include "kailash/id.h"
#include "net/mail.h"

enum {
    SMTP_HOST, SMTP_PORT, FROM_ADDRESS, TO_ADDRESS, CC, BCC, SUBJECT, BODY, HTML, ATTACHMENTS,
    USERNAME, PASSWORD, TLS, VERIFY_TLS, CA_FILE, TIMEOUT_MS, MAX_RETRIES, RETRY_DELAY_MS,
};

enum { RECIPIENTS_MAX = 1000, ATTACHMENTS_MAX = 100 };

static const char *const tls_modes[] = {"none", "starttls", "tls", NULL};
static const kl_param inputs[] = {
    {.name = "smtp_host", .kind = KL_KIND_STRING, .doc = "name or address of the mail server"},
    {.name = "smtp_port", .kind = KL_KIND_COUNT, .fallback = "587", .range = KL_RANGE(1, 65535),
     .doc = "587 to submit mail, 465 with tls from the first byte, 25 between servers"},
    {.name = "from_address", .kind = KL_KIND_STRING, .doc = "address of the sender"},
    {.name = "to_address", .kind = KL_KIND_ANY, .doc = "address of who gets it, or a list of some"},
    {.name = "cc", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL, .doc = "who gets a copy, likewise"},
    {.name = "bcc", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "who gets a copy that the others do not know of, likewise"},
    {.name = "subject", .kind = KL_KIND_STRING, .doc = "one line"},
    {.name = "body", .kind = KL_KIND_STRING, .doc = "the message as plain text"},
    {.name = "html", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "the same as HTML, for readers that show it"},
    {.name = "attachments", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .fallback = "[]",
     .doc = "dicts {filename, content (text or bytes), content_type "
            "(\"application/octet-stream\")}"},
};
static const kl_param config[] = {
    {.name = "username", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "who logs in; default: nobody"},
    {.name = "password", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "password of username"},
    {.name = "tls", .kind = KL_KIND_ENUM, .names = tls_modes, .flags = KL_OPTIONAL,
     .doc = "none = never, starttls = required after a plain greeting, tls = from the first byte; "
            "default: tls on port 465, else starttls"},
    {.name = "verify_tls", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "check the server's certificate"},
    {.name = "ca_file", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "PEM file of the authorities to trust instead of the system's"},
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .fallback = "30000",
     .range = KL_RANGE(1, 86400000), .doc = "time for each try, in milliseconds"},
    {.name = "max_retries", .kind = KL_KIND_COUNT, .fallback = "3", .range = KL_RANGE(0, 1000),
     .doc = "tries after the first, when no connection was made or the server asks to come again (4xx)"},
    {.name = "retry_delay_ms", .kind = KL_KIND_COUNT, .fallback = "1000",
     .range = KL_RANGE(0, 3600000), .doc = "delay before the first retry, which doubles with each"},
};
static const kl_param outputs[] = {
    {.name = "alert_id", .kind = KL_KIND_STRING, .doc = "UUID of the alert"},
    {.name = "sent", .kind = KL_KIND_BOOL, .doc = "whether the server took it for every recipient"},
    {.name = "message_id", .kind = KL_KIND_STRING, .doc = "of the message; \"\" when it was not sent"},
    {.name = "response_status", .kind = KL_KIND_INT,
     .doc = "the server's last reply; 0 when it could not be reached"},
    {.name = "timestamp", .kind = KL_KIND_INT, .doc = "when, in seconds since 1970"},
    {.name = "error", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "why it was not sent, or null"},
};

/* ---- reading ------------------------------------------------------------------------------------- */

typedef struct letter {
    kl_mail mail;
    kl_text *addresses; /* of to, cc, bcc, in this order */
    kl_mail_attachment *attachments;
} letter;

static void end_letter(letter *it)
{
    kl_free(it->addresses);
    kl_free(it->attachments);
}

static kl_status check_address(kl_value value, const char *name, kl_error *error)
{
    if (kl_is(value, KL_KIND_STRING) && kl_mail_is_address(kl_as_text(value)))
        return KL_OK;
    return kl_node_bad_value(error, name, "valid email address", value);
}

static size_t count_of(kl_value addresses)
{
    return kl_is(addresses, KL_KIND_ARRAY) ? kl_array_len(addresses) : !kl_is_null(addresses);
}

/* One address or a list of some; they go behind those that are there already. */
static kl_status add_addresses(letter *it, size_t *used, const kl_text **list, size_t *count,
                               const char *name, kl_value given, kl_error *error)
{
    *list = it->addresses + *used;
    *count = count_of(given);
    for (size_t i = 0; i < *count; i++) {
        kl_value one = kl_is(given, KL_KIND_ARRAY) ? kl_array_at(given, i) : given;
        KL_TRY(check_address(one, name, error));
        it->addresses[(*used)++] = kl_as_text(one);
    }
    return KL_OK;
}

static kl_status read_recipients(letter *it, const kl_value *args, kl_error *error)
{
    size_t used = 0;
    size_t all = count_of(args[TO_ADDRESS]) + count_of(args[CC]) + count_of(args[BCC]);
    if (count_of(args[TO_ADDRESS]) == 0)
        return kl_node_bad(error, "to_address", "expected at least one address");
    if (all > RECIPIENTS_MAX)
        return kl_node_limit(error, "recipients", RECIPIENTS_MAX, "addresses");
    it->addresses = kl_alloc_zero(all, sizeof *it->addresses);
    if (!it->addresses)
        return kl_error_no_memory(error);
    kl_mail *mail = &it->mail;
    KL_TRY(add_addresses(it, &used, &mail->to, &mail->to_count, "to_address", args[TO_ADDRESS], error));
    KL_TRY(add_addresses(it, &used, &mail->cc, &mail->cc_count, "cc", args[CC], error));
    return add_addresses(it, &used, &mail->bcc, &mail->bcc_count, "bcc", args[BCC], error);
}

static bool has_control(kl_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.data[i] < ' ' || text.data[i] == 0x7f)
            return true;
    return false;
}

static kl_status read_attachment(kl_mail_attachment *out, kl_value given, kl_error *error)
{
    kl_value filename = kl_map_get(given, KL_TEXT("filename"));
    kl_value content = kl_map_get(given, KL_TEXT("content"));
    const kl_value *type = kl_map_find(given, KL_TEXT("content_type"));
    if (!kl_is(filename, KL_KIND_STRING) || has_control(kl_as_text(filename)))
        return kl_node_bad_value(error, "attachments.filename", "string", filename);
    if (!kl_is(content, KL_KIND_STRING) && !kl_is(content, KL_KIND_BYTES))
        return kl_node_bad_value(error, "attachments.content", "string or bytes", content);
    if (type && (!kl_is(*type, KL_KIND_STRING) || has_control(kl_as_text(*type)) ||
                 !memchr(kl_as_text(*type).data, '/', kl_as_text(*type).len)))
        return kl_node_bad_value(error, "attachments.content_type", "media type", *type);
    *out = (kl_mail_attachment){
        .filename = kl_as_text(filename),
        .content_type = type ? kl_as_text(*type) : KL_TEXT("application/octet-stream"),
        .data = kl_as_text(content),
    };
    return KL_OK;
}

static kl_status read_attachments(letter *it, kl_value given, kl_error *error)
{
    size_t count = kl_array_len(given);
    if (count > ATTACHMENTS_MAX)
        return kl_node_limit(error, "attachments", ATTACHMENTS_MAX, "files");
    it->attachments = kl_alloc_zero(count + 1, sizeof *it->attachments);
    if (!it->attachments)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < count; i++)
        KL_TRY(read_attachment(&it->attachments[i], kl_array_at(given, i), error));
    it->mail.attachments = it->attachments;
    it->mail.attachment_count = count;
    return KL_OK;
}

static kl_status read_letter(letter *it, const kl_value *args, kl_error *error)
{
    KL_TRY(check_address(args[FROM_ADDRESS], "from_address", error));
    KL_TRY(read_recipients(it, args, error));
    KL_TRY(read_attachments(it, args[ATTACHMENTS], error));
    if (has_control(kl_as_text(args[SUBJECT])))
        return kl_node_bad(error, "subject", "expected one line of text without control characters");
    it->mail.from = kl_as_text(args[FROM_ADDRESS]);
    it->mail.subject = kl_as_text(args[SUBJECT]);
    it->mail.text = kl_as_text(args[BODY]);
    it->mail.html = kl_is_null(args[HTML]) ? KL_TEXT("") : kl_as_text(args[HTML]);
    return KL_OK;
}

static bool is_host(kl_text host)
{
    for (size_t i = 0; i < host.len; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:", host.data[i]) ||
            !host.data[i])
            return false;
    return host.len > 0 && host.len <= 255;
}

static kl_mail_tls tls_of(const kl_value *args)
{
    kl_text mode = kl_is_null(args[TLS]) ? KL_TEXT("") : kl_as_text(args[TLS]);
    if (mode.len == 0)
        return kl_as_int(args[SMTP_PORT]) == 465 ? KL_MAIL_TLS : KL_MAIL_STARTTLS;
    return kl_text_is(mode, "tls") ? KL_MAIL_TLS : kl_text_is(mode, "none") ? KL_MAIL_PLAIN : KL_MAIL_STARTTLS;
}

static kl_status read_server(kl_mail_server *out, const kl_node_call *node, kl_error *error)
{
    const kl_value *args = node->args;
    if (!is_host(kl_as_text(args[SMTP_HOST])))
        return kl_node_bad_value(error, "smtp_host", "name or address of a host", args[SMTP_HOST]);
    if (!kl_is_null(args[PASSWORD]) && kl_is_null(args[USERNAME]))
        return kl_node_bad(error, "username", "a password is given, but nobody whose it is");
    *out = (kl_mail_server){
        .host = kl_as_text(args[SMTP_HOST]),
        .port = (uint16_t)kl_as_int(args[SMTP_PORT]),
        .tls = tls_of(args),
        .trusts_all = !kl_as_bool(args[VERIFY_TLS]),
        .ca_file = kl_is_null(args[CA_FILE]) ? KL_TEXT("") : kl_as_text(args[CA_FILE]),
        .user = kl_is_null(args[USERNAME]) ? KL_TEXT("") : kl_as_text(args[USERNAME]),
        .password = kl_is_null(args[PASSWORD]) ? KL_TEXT("") : kl_as_text(args[PASSWORD]),
        .timeout = kl_as_int(args[TIMEOUT_MS]) * KL_MILLISECOND,
        .stopped = kl_node_is_stopped,
        .data = node->run,
    };
    return KL_OK;
}

/* ---- sending ------------------------------------------------------------------------------------- */

/* Try until it is sent, or another try would not help. */
static kl_status deliver(kl_mail_outcome *out, const kl_node_call *node, const kl_mail_server *server,
                         const kl_mail *mail, kl_text message, kl_error *error)
{
    int64_t left = kl_as_int(node->args[MAX_RETRIES]);
    double delay = (double)kl_as_int(node->args[RETRY_DELAY_MS]) / 1000;
    for (;; delay *= 2) {
        KL_TRY(kl_mail_send(out, server, mail, message, error));
        bool later = out->unreachable || out->reply / 100 == 4;
        if (out->sent || !later || left-- == 0)
            return KL_OK;
        KL_TRY(kl_run_wait(node->run, KL_MIN(delay, 3600), error));
    }
}

static kl_status answer(kl_value *out, const kl_mail_outcome *outcome, kl_value message_id,
                        kl_error *error)
{
    char id[37];
    kl_value map;
    kl_status status;
    KL_TRY(kl_uuid_new(id, error));
    KL_TRY(kl_map_new(&map, KL_COUNT(outputs), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("alert_id"), kl_text_from(id), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("sent"), kl_bool(outcome->sent), error));
    if (outcome->sent)
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("message_id"), kl_value_retain(message_id), error));
    else
        KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("message_id"), KL_TEXT(""), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("response_status"), kl_int(outcome->reply), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("timestamp"), kl_int(kl_time_now() / KL_SECOND), error));
    if (outcome->sent)
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("error"), kl_null(), error));
    else
        KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("error"), kl_text_from(outcome->why), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status send_letter(kl_value *out, const kl_node_call *node, const kl_mail *mail,
                             kl_error *error)
{
    kl_mail_server server;
    kl_mail_outcome outcome;
    kl_value message = kl_null(), message_id = kl_null();
    kl_status status;
    KL_TRY(read_server(&server, node, error));
    KL_TRY(kl_mail_compose(&message, &message_id, mail, error));
    KL_TRY_OUT(deliver(&outcome, node, &server, mail, kl_as_text(message), error));
    status = answer(out, &outcome, message_id, error);
out:
    kl_value_release(message);
    kl_value_release(message_id);
    return status;
}

static kl_status email_run(kl_value *out, kl_node_call *node, kl_error *error)
{
    letter it = {0};
    kl_status status = read_letter(&it, node->args, error);
    if (status == KL_OK)
        status = send_letter(out, node, &it.mail, error);
    end_letter(&it);
    return status;
}

static const kl_node_type types[] = {
    {.name = "EmailAlertNode", .category = "Monitoring", .doc = "Sends an alert by mail.",
     .inputs = KL_TABLE(inputs), .config = KL_TABLE(config), .outputs = KL_TABLE(outputs),
     .flags = KL_NODE_BLOCKING, .run = email_run},
};

static const kl_node_family email_alert = {.name = "email alert", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(email_alert);
