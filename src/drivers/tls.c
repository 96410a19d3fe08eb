/* src/drivers/tls.c - TLS 1.2 and later, through libssl (OpenSSL 3). */
#include "tls.h"
#include "driver.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

/* ---- failing ------------------------------------------------------------------------------------- */

/* What OpenSSL says of its first failure, which is the cause of the others; clears its list. */
static kl_status fail(kl_error *error, const char *what)
{
    unsigned long code = ERR_peek_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;
    bool out_of_memory = ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
    ERR_clear_error();
    if (out_of_memory)
        return kl_error_no_memory(error);
    return kl_error_set(error, KL_IO, "TLS: %s: %s", what, reason ? reason : "OpenSSL failed");
}

/* A certificate that was refused is told with the reason. */
static kl_status fail_session(kl_error *error, SSL *ssl, const char *what)
{
    long verified = SSL_get_verify_result(ssl);
    if (verified == X509_V_OK)
        return fail(error, what);
    ERR_clear_error();
    return kl_error_set(error, KL_IO, "TLS: the certificate of the server is refused: %s",
                        X509_verify_cert_error_string(verified));
}

/* ---- the socket under a session: as OpenSSL's own, but never a SIGPIPE --------------------------- */

static int bio_read(BIO *bio, char *to, int size)
{
    BIO_clear_retry_flags(bio);
    ssize_t got = recv((int)(intptr_t)BIO_get_data(bio), to, (size_t)size, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        BIO_set_retry_read(bio);
    if (got == 0)
        BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return (int)got;
}

static int bio_write(BIO *bio, const char *from, int size)
{
    BIO_clear_retry_flags(bio);
    ssize_t put = send((int)(intptr_t)BIO_get_data(bio), from, (size_t)size, MSG_NOSIGNAL);
    if (put < 0 && (errno == EAGAIN || errno == EINTR))
        BIO_set_retry_write(bio);
    return (int)put;
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
    (void)number, (void)pointer;
    if (command == BIO_CTRL_EOF)
        return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
    return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *socket_method(void)
{
    static BIO_METHOD *kept; /* atomic, set once */
    BIO_METHOD *found = __atomic_load_n(&kept, __ATOMIC_ACQUIRE);
    if (found)
        return found;
    BIO_METHOD *made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    if (!made || !BIO_meth_set_read(made, bio_read) || !BIO_meth_set_write(made, bio_write) ||
        !BIO_meth_set_ctrl(made, bio_control)) {
        BIO_meth_free(made);
        return NULL;
    }
    if (__atomic_compare_exchange_n(&kept, &found, made, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return made;
    BIO_meth_free(made); /* another thread was first; `found` is its one */
    return found;
}

static kl_status attach(SSL *ssl, int socket, kl_error *error)
{
    BIO_METHOD *method = socket_method();
    BIO *bio = method ? BIO_new(method) : NULL;
    if (!bio)
        return fail(error, "no session");
    BIO_set_data(bio, (void *)(intptr_t)socket);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio); /* takes it */
    return KL_OK;
}

/* ---- opening ------------------------------------------------------------------------------------- */

static kl_status trust(SSL_CTX *context, const kl_tls_options *options, kl_error *error)
{
    if (options->insecure) {
        SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
        return KL_OK;
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    int loaded = options->ca_file ? SSL_CTX_load_verify_file(context, options->ca_file)
                                  : SSL_CTX_set_default_verify_paths(context);
    return loaded ? KL_OK : fail(error, "the certificates to trust cannot be read");
}

static kl_status identify(SSL_CTX *context, const kl_tls_options *options, kl_error *error)
{
    if (!options->cert_file)
        return KL_OK;
    const char *key = options->key_file ? options->key_file : options->cert_file;
    if (!SSL_CTX_use_certificate_chain_file(context, options->cert_file))
        return fail(error, "the certificate of the client cannot be read");
    if (!SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM))
        return fail(error, "the private key of the client cannot be read");
    return KL_OK;
}

static bool is_address(const char *host)
{
    unsigned char bytes[16];
    return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

/* The name is sent to the server and must stand in its certificate; an address is only checked. */
static kl_status expect(SSL *ssl, const kl_tls_options *options, kl_error *error)
{
    const char *host = options->host;
    if (!host || !*host)
        return options->insecure ? KL_OK
                                 : kl_error_set(error, KL_INVALID,
                                                "TLS: there is no host name to check the "
                                                "certificate of the server against");
    if (is_address(host))
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) ? KL_OK
                                                                        : fail(error, "host");
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (!SSL_set_tlsext_host_name(ssl, host) || !SSL_set1_host(ssl, host))
        return fail(error, "host");
    return KL_OK;
}

static kl_status new_context(SSL_CTX **out, const kl_tls_options *options, kl_error *error)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (!context)
        return fail(error, "no session");
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_mode(context,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    kl_status status = trust(context, options, error);
    if (status == KL_OK)
        status = identify(context, options, error);
    if (status != KL_OK) {
        SSL_CTX_free(context);
        return status;
    }
    *out = context;
    return KL_OK;
}

static kl_status open(void **out, int socket, const kl_tls_options *options, kl_error *error)
{
    SSL_CTX *context;
    ERR_clear_error();
    KL_TRY(new_context(&context, options, error));
    SSL *ssl = SSL_new(context);
    SSL_CTX_free(context); /* the session holds it */
    kl_status status = ssl ? attach(ssl, socket, error) : fail(error, "no session");
    if (status == KL_OK)
        status = expect(ssl, options, error);
    if (status != KL_OK) {
        SSL_free(ssl);
        return status;
    }
    SSL_set_connect_state(ssl);
    *out = ssl;
    return KL_OK;
}

/* ---- moving bytes -------------------------------------------------------------------------------- */

/* After a call that did not succeed. A peer that vanishes without a close is an end that cannot be
 * trusted, and so an error. */
static kl_status outcome(kl_tls_want *want, SSL *ssl, int result, const char *what, kl_error *error)
{
    int reason = SSL_get_error(ssl, result);
    *want = reason == SSL_ERROR_WANT_READ    ? KL_TLS_WANT_READ
            : reason == SSL_ERROR_WANT_WRITE ? KL_TLS_WANT_WRITE
                                             : KL_TLS_DONE;
    if (*want != KL_TLS_DONE || reason == SSL_ERROR_ZERO_RETURN)
        return KL_OK;
    if (reason == SSL_ERROR_SYSCALL && ERR_peek_error() == 0)
        return kl_error_set(error, KL_IO, "TLS: %s: the connection was closed", what);
    return fail_session(error, ssl, what);
}

static kl_status shake(kl_tls_want *want, void *session, kl_error *error)
{
    ERR_clear_error();
    int result = SSL_do_handshake(session);
    *want = KL_TLS_DONE;
    if (result == 1)
        return KL_OK;
    KL_TRY(outcome(want, session, result, "handshake", error));
    if (*want == KL_TLS_DONE)
        return kl_error_set(error, KL_IO, "TLS: handshake: the connection was closed");
    return KL_OK;
}

static kl_status read(size_t *got, kl_tls_want *want, void *session, char *to, size_t size,
                      kl_error *error)
{
    ERR_clear_error();
    *got = 0;
    *want = KL_TLS_DONE;
    int result = SSL_read_ex(session, to, size, got);
    return result == 1 ? KL_OK : outcome(want, session, result, "reading", error);
}

static kl_status write(size_t *put, kl_tls_want *want, void *session, kl_text bytes,
                       kl_error *error)
{
    ERR_clear_error();
    *put = 0;
    *want = KL_TLS_DONE;
    int result = SSL_write_ex(session, bytes.data, bytes.len, put);
    if (result == 1)
        return KL_OK;
    KL_TRY(outcome(want, session, result, "writing", error));
    if (*want == KL_TLS_DONE)
        return kl_error_set(error, KL_IO, "TLS: writing: the connection was closed");
    return KL_OK;
}

/* Looks through what is not for us, such as tickets for the next session. */
static bool is_readable(void *session)
{
    char byte;
    size_t got;
    ERR_clear_error();
    int result = SSL_peek_ex(session, &byte, 1, &got);
    bool must_wait = result != 1 && SSL_get_error(session, result) == SSL_ERROR_WANT_READ;
    ERR_clear_error();
    return !must_wait;
}

/* A time beyond what can be told is its end: year 2262. */
static kl_time time_of(const ASN1_TIME *from)
{
    struct tm parts;
    kl_time time;
    if (ASN1_TIME_to_tm(from, &parts) != 1)
        return KL_TIME_NONE;
    kl_date date = {.year = parts.tm_year + 1900, .month = parts.tm_mon + 1, .day = parts.tm_mday,
                    .hour = parts.tm_hour, .minute = parts.tm_min, .second = parts.tm_sec};
    return kl_time_join(&time, &date, NULL) == KL_OK ? time : KL_TIME_NONE - 1;
}

static kl_time peer_end(void *session)
{
    X509 *certificate = SSL_get0_peer_certificate(session);
    return certificate ? time_of(X509_get0_notAfter(certificate)) : KL_TIME_NONE;
}

static void close_session(void *session, bool politely)
{
    ERR_clear_error();
    if (politely && SSL_is_init_finished(session))
        SSL_shutdown(session); /* a peer that is gone need not be told */
    SSL_free(session);
    ERR_clear_error();
}

static const kl_tls functions = {
    .open = open,
    .shake = shake,
    .read = read,
    .write = write,
    .is_readable = is_readable,
    .peer_end = peer_end,
    .close = close_session,
};

KL_API const kl_driver kl_driver_entry = {
    .abi = KL_DRIVER_ABI, .name = "tls", .functions = &functions};
