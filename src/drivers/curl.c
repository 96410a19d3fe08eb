/* src/drivers/curl.c - the curl driver: libcurl's multi interface behind curl.h. */
#include "curl_own.h"
#include "buffer.h"
#include "driver.h"
#include "processors.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Handles of ended exchanges that are kept for the next ones. */
enum { SPARE_MAX = 64 };

struct kl_curl_client {
    CURLM *multi;
    CURL *spare[SPARE_MAX];
    size_t spare_count;
    size_t running;    /* exchanges begun and not ended */
    bool woken;        /* atomic: since the last wait */
    int64_t last_wait; /* microseconds; 0 = there was none */
    uint32_t pauses;   /* waits that are left without looking */
};

/* What the driver keeps of an exchange, beside the handle. */
typedef struct transfer {
    CURL *easy;
    struct curl_slist *headers;
    char words[CURL_ERROR_SIZE];
    bool refused;
} transfer;

/* ---- callbacks ----------------------------------------------------------------------------------- */

static bool note(kl_curl_exchange *exchange, bool admitted)
{
    transfer *own = exchange->handle;
    own->refused |= !admitted;
    return admitted;
}

static curl_socket_t open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
    kl_curl_exchange *exchange = data;
    (void)purpose;
    if (!note(exchange, exchange->admits(exchange->data, &address->addr)))
        return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* A connection that was kept passed open_socket() for another request, whose guard may differ. */
static int before_request(void *data, char *remote, char *local, int remote_port, int local_port)
{
    kl_curl_exchange *exchange = data;
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    (void)local, (void)remote_port, (void)local_port;
    bool admitted = true; /* a Unix socket has no address */
    if (inet_pton(AF_INET, remote, &v4.sin_addr) == 1)
        admitted = exchange->admits(exchange->data, &v4);
    else if (inet_pton(AF_INET6, remote, &v6.sin6_addr) == 1)
        admitted = exchange->admits(exchange->data, &v6);
    return note(exchange, admitted) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

/* Many servers send head and body apart, and wait with the body until the head is acknowledged; the
 * kernel would let them wait for 40 ms. */
static void acknowledge(CURL *easy)
{
    curl_socket_t socket = CURL_SOCKET_BAD;
    int on = 1;
    if (curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK &&
        socket != CURL_SOCKET_BAD)
        setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on); /* fails on Unix sockets */
}

static size_t on_head(char *line, size_t size, size_t count, void *data)
{
    kl_curl_exchange *exchange = data;
    bool admitted = exchange->on_head(exchange->data, (kl_text){line, size * count});
    if (count == 2 && line[0] == '\r')
        acknowledge(((transfer *)exchange->handle)->easy);
    return note(exchange, admitted) ? size * count : 0;
}

static size_t on_body(char *part, size_t size, size_t count, void *data)
{
    kl_curl_exchange *exchange = data;
    bool admitted = exchange->on_body(exchange->data, (kl_text){part, size * count});
    return note(exchange, admitted) ? size * count : CURL_WRITEFUNC_ERROR;
}

static size_t read_body(char *to, size_t size, size_t count, void *data)
{
    kl_curl_exchange *exchange = data;
    size_t got = 0;
    if (!note(exchange, exchange->read_body(exchange->data, &got, to, size * count)))
        return CURL_READFUNC_ABORT;
    return got;
}

static int rewind_body(void *data, curl_off_t offset, int origin)
{
    kl_curl_exchange *exchange = data;
    if (offset != 0 || origin != SEEK_SET || !exchange->rewind_body(exchange->data))
        return CURL_SEEKFUNC_CANTSEEK;
    return CURL_SEEKFUNC_OK;
}

/* ---- setting up ---------------------------------------------------------------------------------- */

/* Every setting passes through here, so that none fails unseen. */
#define SET(option, value)                                                                         \
    do {                                                                                           \
        CURLcode set_code_ = curl_easy_setopt(easy, option, value);                                \
        if (set_code_ != CURLE_OK)                                                                 \
            return set_code_;                                                                      \
    } while (0)

static CURLcode set_callbacks(CURL *easy, kl_curl_exchange *exchange)
{
    transfer *own = exchange->handle;
    SET(CURLOPT_PRIVATE, exchange);
    SET(CURLOPT_ERRORBUFFER, own->words);
    SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(CURLOPT_OPENSOCKETDATA, exchange);
    SET(CURLOPT_PREREQFUNCTION, before_request);
    SET(CURLOPT_PREREQDATA, exchange);
    SET(CURLOPT_HEADERFUNCTION, on_head);
    SET(CURLOPT_HEADERDATA, exchange);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, exchange);
    return CURLE_OK;
}

static CURLcode set_body(CURL *easy, kl_curl_exchange *exchange)
{
    if (exchange->streams_body) {
        SET(CURLOPT_UPLOAD, 1L);
        SET(CURLOPT_READFUNCTION, read_body);
        SET(CURLOPT_READDATA, exchange);
        SET(CURLOPT_SEEKFUNCTION, rewind_body);
        SET(CURLOPT_SEEKDATA, exchange);
        SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)exchange->body_len);
    } else if (exchange->has_body) {
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDS, exchange->body.data);
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)exchange->body.len);
    } else if (strcmp(exchange->method, "HEAD") == 0) {
        SET(CURLOPT_NOBODY, 1L);
    }
    SET(CURLOPT_CUSTOMREQUEST, exchange->method);
    return CURLE_OK;
}

static CURLcode set_tls(CURL *easy, const kl_curl_exchange *exchange)
{
    SET(CURLOPT_SSL_VERIFYPEER, exchange->trusts_all ? 0L : 1L);
    SET(CURLOPT_SSL_VERIFYHOST, exchange->trusts_all ? 0L : 2L);
    SET(CURLOPT_PROXY_SSL_VERIFYPEER, exchange->trusts_all ? 0L : 1L);
    SET(CURLOPT_PROXY_SSL_VERIFYHOST, exchange->trusts_all ? 0L : 2L);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (exchange->ca_file) {
        SET(CURLOPT_CAINFO, exchange->ca_file);
        SET(CURLOPT_CAPATH, NULL); /* this file instead of the system's, not beside it */
        SET(CURLOPT_PROXY_CAINFO, exchange->ca_file);
    }
    if (exchange->certificate)
        SET(CURLOPT_SSLCERT, exchange->certificate);
    if (exchange->key)
        SET(CURLOPT_SSLKEY, exchange->key);
    if (!exchange->key_password)
        return CURLE_OK;
    /* A kept connection is told apart by the certificate, not by whether one may use its key. */
    SET(CURLOPT_FRESH_CONNECT, 1L);
    SET(CURLOPT_FORBID_REUSE, 1L);
    SET(CURLOPT_KEYPASSWD, exchange->key_password);
    return CURLE_OK;
}

static CURLcode set_auth(CURL *easy, const kl_curl_exchange *exchange)
{
    if (exchange->auth != KL_CURL_NO_AUTH) {
        SET(CURLOPT_HTTPAUTH, exchange->auth == KL_CURL_BASIC ? CURLAUTH_BASIC : CURLAUTH_DIGEST);
        SET(CURLOPT_USERNAME, exchange->user ? exchange->user : "");
        SET(CURLOPT_PASSWORD, exchange->password ? exchange->password : "");
    }
    if (exchange->cookie)
        SET(CURLOPT_COOKIE, exchange->cookie);
    if (!exchange->keeps_cookies)
        return CURLE_OK;
    SET(CURLOPT_COOKIEFILE, ""); /* begins the engine, reads nothing */
    for (size_t i = 0; i < kl_array_len(exchange->cookies); i++)
        SET(CURLOPT_COOKIELIST, kl_as_text(kl_array_at(exchange->cookies, i)).data);
    return CURLE_OK;
}

static CURLcode set_way(CURL *easy, const kl_curl_exchange *exchange)
{
    static const long versions[] = {
        [KL_CURL_ANY_VERSION] = CURL_HTTP_VERSION_2TLS,
        [KL_CURL_HTTP_1_1] = CURL_HTTP_VERSION_1_1,
        [KL_CURL_HTTP_2] = CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE,
    };
    SET(CURLOPT_HTTP_VERSION, versions[exchange->version]);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    SET(CURLOPT_CONNECTTIMEOUT_MS, exchange->connect_timeout_ms);
    SET(CURLOPT_TIMEOUT_MS, exchange->timeout_ms);
    SET(CURLOPT_PROXY, exchange->proxy ? exchange->proxy : ""); /* "": not the environment's */
    if (exchange->proxy_user)
        SET(CURLOPT_PROXYUSERNAME, exchange->proxy_user);
    if (exchange->proxy_password)
        SET(CURLOPT_PROXYPASSWORD, exchange->proxy_password);
    if (exchange->socket_path)
        SET(CURLOPT_UNIX_SOCKET_PATH, exchange->socket_path);
    if (!exchange->keeps_encoding)
        SET(CURLOPT_ACCEPT_ENCODING, "");
    return CURLE_OK;
}

static CURLcode set_headers(CURL *easy, const kl_curl_exchange *exchange)
{
    transfer *own = exchange->handle;
    for (size_t i = 0; i < exchange->line_count; i++) {
        struct curl_slist *longer = curl_slist_append(own->headers, exchange->lines[i]);
        if (!longer)
            return CURLE_OUT_OF_MEMORY;
        own->headers = longer;
    }
    SET(CURLOPT_HTTPHEADER, own->headers);
    return CURLE_OK;
}

static CURLcode set_all(CURL *easy, kl_curl_exchange *exchange)
{
    CURLcode code = set_callbacks(easy, exchange);
    SET(CURLOPT_URL, exchange->url);
    if (code == CURLE_OK)
        code = set_way(easy, exchange);
    if (code == CURLE_OK)
        code = set_body(easy, exchange);
    if (code == CURLE_OK)
        code = set_tls(easy, exchange);
    if (code == CURLE_OK)
        code = set_auth(easy, exchange);
    return code == CURLE_OK ? set_headers(easy, exchange) : code;
}

/* ---- exchanges ----------------------------------------------------------------------------------- */

static CURL *take_handle(kl_curl_client *client)
{
    return client->spare_count ? client->spare[--client->spare_count] : curl_easy_init();
}

/* curl_easy_reset() would leave the cookies of one request to the next. */
static void give_handle(kl_curl_client *client, CURL *easy, bool had_cookies)
{
    if (had_cookies || client->spare_count == SPARE_MAX) {
        curl_easy_cleanup(easy);
        return;
    }
    curl_easy_reset(easy);
    client->spare[client->spare_count++] = easy;
}

static void end(kl_curl_client *client, kl_curl_exchange *exchange)
{
    transfer *own = exchange->handle;
    if (!own)
        return;
    if (own->easy) {
        curl_multi_remove_handle(client->multi, own->easy);
        give_handle(client, own->easy, exchange->keeps_cookies);
        client->running--;
    }
    curl_slist_free_all(own->headers);
    kl_free(own);
    exchange->handle = NULL;
}

static kl_status begin(kl_curl_client *client, kl_curl_exchange *exchange, kl_error *error)
{
    transfer *own = kl_alloc_zero(1, sizeof *own);
    if (!own)
        return kl_error_no_memory(error);
    exchange->handle = own;
    exchange->done = false;
    own->easy = take_handle(client);
    client->running += own->easy != NULL;
    CURLcode code = own->easy ? set_all(own->easy, exchange) : CURLE_OUT_OF_MEMORY;
    CURLMcode added = code == CURLE_OK ? curl_multi_add_handle(client->multi, own->easy) : CURLM_OK;
    if (code == CURLE_OK && added == CURLM_OK)
        return KL_OK;
    end(client, exchange);
    if (code == CURLE_OUT_OF_MEMORY || added == CURLM_OUT_OF_MEMORY)
        return kl_error_no_memory(error);
    return kl_error_set(error, KL_INVALID, "%s", code != CURLE_OK ? curl_easy_strerror(code)
                                                                  : curl_multi_strerror(added));
}

static kl_curl_fault fault_of(CURLcode code)
{
    switch (code) {
    case CURLE_OK: return KL_CURL_FINE;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return KL_CURL_NAME;
    case CURLE_COULDNT_CONNECT: return KL_CURL_CONNECT;
    case CURLE_OPERATION_TIMEDOUT: return KL_CURL_TIMEOUT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CLIENTCERT: return KL_CURL_TLS;
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_URL_MALFORMAT:
    case CURLE_FAILED_INIT: return KL_CURL_OTHER;
    default: return KL_CURL_BROKEN;
    }
}

static kl_curl_fault keep_cookies(kl_curl_exchange *exchange, CURL *easy)
{
    struct curl_slist *lines = NULL;
    kl_value list;
    if (curl_easy_getinfo(easy, CURLINFO_COOKIELIST, &lines) != CURLE_OK ||
        kl_array_new(&list, 0, NULL) != KL_OK) {
        curl_slist_free_all(lines);
        return KL_CURL_MEMORY;
    }
    kl_status status = KL_OK;
    for (struct curl_slist *line = lines; line && status == KL_OK; line = line->next) {
        kl_value text;
        status = kl_string_repair(&text, kl_text_from(line->data), NULL);
        if (status == KL_OK)
            status = kl_array_push(&list, text, NULL);
    }
    curl_slist_free_all(lines);
    kl_value_replace(&exchange->cookies, list);
    return status == KL_OK ? KL_CURL_FINE : KL_CURL_MEMORY;
}

static void finish(kl_curl_exchange *exchange, CURL *easy, CURLcode code)
{
    transfer *own = exchange->handle;
    long status_code = 0, version = 0;
    curl_off_t ready = 0; /* microseconds until the request could be sent */
    /* A refused address counts only if no other address of the host was admitted. */
    exchange->fault = code != CURLE_OK && own->refused ? KL_CURL_REFUSED : fault_of(code);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status_code);
    curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
    curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &ready);
    exchange->connected = ready > 0;
    exchange->status_code = (int)status_code;
    exchange->version_used = version == CURL_HTTP_VERSION_1_0   ? 10
                             : version == CURL_HTTP_VERSION_1_1 ? 11
                                                                : 20;
    const char *words = own->words[0] ? own->words : curl_easy_strerror(code);
    if (code == CURLE_OUT_OF_MEMORY) /* what a server can cause too, by a header without an end */
        words = "out of memory, or a header of more than 100 KiB";
    snprintf(exchange->message, sizeof exchange->message, "%.250s", words);
    if (exchange->keeps_cookies && exchange->fault == KL_CURL_FINE)
        exchange->fault = keep_cookies(exchange, easy);
    exchange->done = true;
}

/* How many were told to be done. */
static int read_messages(kl_curl_client *client)
{
    int left, count = 0;
    for (CURLMsg *message; (message = curl_multi_info_read(client->multi, &left)); count++) {
        char *data = NULL;
        CURL *easy = message->easy_handle;
        CURLcode code = message->data.result; /* the message goes with the handle */
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &data);
        finish((kl_curl_exchange *)(void *)data, easy, code);
    }
    return count;
}

static kl_status multi_failed(CURLMcode code, kl_error *error)
{
    if (code == CURLM_OUT_OF_MEMORY)
        return kl_error_no_memory(error);
    return kl_error_set(error, KL_FAILED, "libcurl: %s", curl_multi_strerror(code));
}

/* ---- waiting ----------------------------------------------------------------------------------------- */

/*
 * A peer on the same machine mostly answers before this thread has fallen asleep and been woken again. Where the
 * last answer came at once, the thread looks for the next for a moment instead of sleeping: one thread at a time,
 * with others going first where they have no other processor.
 */
enum { SOON = 150, LOOKING = 60, PAUSES = 32 }; /* microseconds; waits without looking after one in vain */

static bool somebody_looks; /* atomic */

static int64_t microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

/* Whether something came. */
static bool look(kl_curl_client *client, int64_t begin)
{
    int ready = 0;
    if (client->last_wait == 0 || client->last_wait > SOON || kl_processors() < 2)
        return false;
    if (client->pauses) {
        client->pauses--;
        return false;
    }
    if (__atomic_exchange_n(&somebody_looks, true, __ATOMIC_ACQUIRE))
        return false;
    while (ready == 0 && microseconds() - begin < LOOKING && !__atomic_load_n(&client->woken, __ATOMIC_ACQUIRE)) {
        sched_yield();
        if (curl_multi_poll(client->multi, NULL, 0, 0, &ready) != CURLM_OK)
            break;
    }
    __atomic_store_n(&somebody_looks, false, __ATOMIC_RELEASE);
    client->pauses = ready ? 0 : PAUSES;
    return ready > 0;
}

static CURLMcode wait_for(kl_curl_client *client, int timeout_ms)
{
    int64_t begin = microseconds();
    CURLMcode code = CURLM_OK;
    bool is_there = timeout_ms > 0 && look(client, begin);
    if (!is_there && !__atomic_exchange_n(&client->woken, false, __ATOMIC_ACQUIRE)) /* looking used it up */
        code = curl_multi_poll(client->multi, NULL, 0, timeout_ms, NULL);
    client->last_wait = microseconds() - begin + 1;
    return code;
}

static kl_status run(kl_curl_client *client, int timeout_ms, kl_error *error)
{
    int running;
    CURLMcode code = curl_multi_perform(client->multi, &running);
    if (code != CURLM_OK)
        return multi_failed(code, error);
    if (read_messages(client))
        return KL_OK;
    code = wait_for(client, timeout_ms);
    if (code == CURLM_OK)
        code = curl_multi_perform(client->multi, &running);
    if (code != CURLM_OK)
        return multi_failed(code, error);
    read_messages(client);
    return KL_OK;
}

static void wake(kl_curl_client *client)
{
    __atomic_store_n(&client->woken, true, __ATOMIC_RELEASE);
    curl_multi_wakeup(client->multi);
}

/* ---- clients ------------------------------------------------------------------------------------- */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode initialised;

static void initialise(void) { initialised = curl_global_init(CURL_GLOBAL_DEFAULT); }

static void client_free(kl_curl_client *client)
{
    if (!client)
        return;
    for (size_t i = 0; i < client->spare_count; i++)
        curl_easy_cleanup(client->spare[i]);
    curl_multi_cleanup(client->multi);
    kl_free(client);
}

kl_status curl_initialise(kl_error *error)
{
    pthread_once(&once, initialise);
    return initialised == CURLE_OK ? KL_OK
                                   : kl_error_set(error, KL_UNAVAILABLE, "libcurl: %s",
                                                  curl_easy_strerror(initialised));
}

static kl_status client_new(kl_curl_client **out, kl_error *error)
{
    KL_TRY(curl_initialise(error));
    kl_curl_client *client = kl_alloc_zero(1, sizeof *client);
    if (!client)
        return kl_error_no_memory(error);
    client->multi = curl_multi_init();
    if (!client->multi) {
        kl_free(client);
        return kl_error_no_memory(error);
    }
    *out = client;
    return KL_OK;
}

static const kl_curl functions = {client_new, client_free, begin, run, end, wake, curl_send_mail};

KL_API const kl_driver kl_driver_entry = {KL_DRIVER_ABI, "curl", &functions};
