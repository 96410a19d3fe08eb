/* src/net/mail.h - mail: messages with texts, HTML and attachments (RFC 5322, MIME), sent by SMTP. */
#ifndef KL_NET_MAIL_H
#define KL_NET_MAIL_H

#include "kailash/time.h"
#include "kailash/value.h"

typedef struct kl_mail_attachment {
    kl_text filename, content_type, data;
} kl_mail_attachment;

/* All is borrowed. Texts are UTF-8; addresses and subject hold no line breaks. */
typedef struct kl_mail {
    kl_text from;
    const kl_text *to, *cc, *bcc; /* addresses; those of bcc are not in the message */
    size_t to_count, cc_count, bcc_count;
    kl_text subject;
    kl_text text;
    kl_text html; /* empty = none */
    const kl_mail_attachment *attachments;
    size_t attachment_count;
} kl_mail;

/* The message with its Message-ID as they are sent; both given. */
KL_API kl_status kl_mail_compose(kl_value *message, kl_value *message_id, const kl_mail *mail,
                                 kl_error *error);

typedef enum kl_mail_tls {
    KL_MAIL_STARTTLS, /* plain at first, then TLS, which is required */
    KL_MAIL_TLS,      /* from the first byte */
    KL_MAIL_PLAIN,    /* never: password and message can be read on the way */
} kl_mail_tls;

/* Where to send it; all is borrowed, empty texts stand for what is not given. */
typedef struct kl_mail_server {
    kl_text host;
    uint16_t port;
    kl_mail_tls tls;
    bool trusts_all;
    kl_text ca_file;
    kl_text user, password;
    kl_duration timeout;         /* for all of it */
    bool (*stopped)(void *data); /* asked now and then: true gives up */
    void *data;
} kl_mail_server;

/* How it went. */
typedef struct kl_mail_outcome {
    bool sent;
    bool unreachable; /* no connection was made: another try may help */
    int reply;        /* the server's last reply, 0 = none */
    char why[256];    /* it was not sent */
} kl_mail_outcome;

/* Deliver a composed message to all recipients of `mail`. Fails only when it could not be tried. */
KL_API kl_status kl_mail_send(kl_mail_outcome *out, const kl_mail_server *server,
                              const kl_mail *mail, kl_text message, kl_error *error);

/* Whether a text is an address as RFC 5321 has them, without a name around it. */
KL_API bool kl_mail_is_address(kl_text text);

#endif
