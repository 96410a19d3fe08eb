#include "fork.h"
#include "kailash/id.h"
#include "net/stream.h"
#include "sweep.h"
#include "test.h"

#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- a server that listens on a port of its own -------------------------------------------------- */

static int listen_at(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(made, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(made, 8), 0);
    assert_int_equal(getsockname(made, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return made;
}

/* Send back what comes, in upper case, until the peer ends. */
static void *echo(void *data)
{
    int peer = accept(*(int *)data, NULL, NULL);
    char bytes[4096];
    for (ssize_t got; (got = read(peer, bytes, sizeof bytes)) > 0;) {
        for (ssize_t i = 0; i < got; i++)
            bytes[i] = bytes[i] >= 'a' && bytes[i] <= 'z' ? (char)(bytes[i] - 32) : bytes[i];
        if (write(peer, bytes, (size_t)got) != got)
            break;
    }
    close(peer);
    return NULL;
}

static void refused(kl_status status, kl_status code, kl_error *error, const char *message)
{
    assert_int_equal(status, code);
    assert_string_equal(kl_error_message(error), message);
    kl_error_clear(error);
}

static kl_stream_watch within(kl_duration time)
{
    return (kl_stream_watch){.deadline = kl_clock_after(time)};
}

static void read_all(kl_stream *stream, char *to, size_t size)
{
    for (size_t at = 0, got; at < size; at += got) {
        assert_int_equal(kl_stream_read(&got, stream, to + at, size - at, NULL, NULL), KL_OK);
        assert_true(got > 0);
    }
}

KL_TEST(bytes_go_there_and_back)
{
    KL_UNUSED_STATE;
    kl_stream_address to = {.host = "localhost"};
    int server = listen_at(&to.port);
    pthread_t thread;
    kl_stream *stream = NULL;
    char answer[6] = "";
    pthread_create(&thread, NULL, echo, &server);
    assert_int_equal(kl_stream_open(&stream, &to, NULL, NULL), KL_OK);
    assert_false(kl_stream_is_readable(stream));
    assert_true(kl_stream_socket(stream) >= 0);
    assert_int_equal(kl_stream_write(stream, KL_TEXT("ab\0cd"), NULL, NULL), KL_OK);
    read_all(stream, answer, 5);
    assert_memory_equal(answer, "AB\0CD", 5);
    kl_stream_close(stream);
    pthread_join(thread, NULL);
    close(server);
}

/* More than the sockets hold: writing waits until the other side has read. */
static void *swallow(void *data)
{
    static char bytes[65536];
    size_t *total = data;
    int peer = (int)*total;
    *total = 0;
    usleep(50000);
    for (ssize_t got; (got = read(peer, bytes, sizeof bytes)) > 0;)
        *total += (size_t)got;
    close(peer);
    return NULL;
}

KL_TEST(much_is_written_whole)
{
    KL_UNUSED_STATE;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    size_t total = (size_t)pair[1], size = 10000000;
    char *bytes = calloc(1, size);
    pthread_t thread;
    kl_stream *stream = NULL;
    assert_int_equal(kl_stream_of(&stream, pair[0], NULL), KL_OK);
    pthread_create(&thread, NULL, swallow, &total);
    assert_int_equal(kl_stream_write(stream, (kl_text){bytes, size}, NULL, NULL), KL_OK);
    kl_stream_close(stream);
    pthread_join(thread, NULL);
    assert_int_equal(total, size);
    free(bytes);
}

static kl_status stop_at_third(void *data, kl_error *error)
{
    return ++*(int *)data < 3 ? KL_OK : kl_error_set(error, KL_CANCELLED, "enough");
}

KL_TEST(waiting_ends_in_time_or_when_told)
{
    KL_UNUSED_STATE;
    int pair[2], asked = 0;
    char byte;
    size_t got;
    kl_error error = KL_ERROR_INIT;
    kl_stream *stream = NULL;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(kl_stream_of(&stream, pair[0], NULL), KL_OK);
    kl_stream_watch watch = within(30 * KL_MILLISECOND);
    kl_time begin = kl_clock_now();
    refused(kl_stream_read(&got, stream, &byte, 1, &watch, &error), KL_TIMEOUT, &error, "timed out");
    assert_true(kl_clock_now() - begin >= 30 * KL_MILLISECOND);
    watch = (kl_stream_watch){KL_TIME_NONE, stop_at_third, &asked};
    refused(kl_stream_read(&got, stream, &byte, 1, &watch, &error), KL_CANCELLED, &error, "enough");
    assert_int_equal(asked, 3);
    char *much = calloc(1, 10000000);
    watch = within(30 * KL_MILLISECOND);
    refused(kl_stream_write(stream, (kl_text){much, 10000000}, &watch, &error), KL_TIMEOUT, &error,
            "timed out");
    free(much);
    close(pair[1]);
    assert_true(kl_stream_is_readable(stream));
    assert_int_equal(kl_stream_write(stream, KL_TEXT("x"), NULL, &error), KL_IO);
    kl_error_clear(&error);
    kl_stream_close(stream);
    kl_stream_close(NULL);
}

KL_TEST(the_end_of_the_peer_is_read_as_nothing)
{
    KL_UNUSED_STATE;
    int pair[2];
    char byte;
    size_t got = 9;
    kl_stream *stream = NULL;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(kl_stream_of(&stream, pair[0], NULL), KL_OK);
    close(pair[1]);
    assert_int_equal(kl_stream_read(&got, stream, &byte, 1, NULL, NULL), KL_OK);
    assert_int_equal(got, 0);
    kl_stream_close(stream);
}

static kl_status admit_none(void *data, const void *address, size_t size, kl_error *error)
{
    (void)data;
    assert_int_equal(((const struct sockaddr *)address)->sa_family, AF_INET);
    assert_int_equal(size, sizeof(struct sockaddr_in));
    return kl_error_set(error, KL_DENIED, "not there");
}

KL_TEST(what_cannot_be_connected_is_named)
{
    KL_UNUSED_STATE;
    char message[128], path[300];
    kl_error error = KL_ERROR_INIT;
    kl_stream *stream = NULL;
    kl_stream_address to = {.host = "127.0.0.1"};
    close(listen_at(&to.port)); /* nobody listens there any more */
    snprintf(message, sizeof message, "cannot connect to 127.0.0.1:%u: Connection refused", to.port);
    refused(kl_stream_open(&stream, &to, NULL, &error), KL_IO, &error, message);
    to.admit = admit_none;
    refused(kl_stream_open(&stream, &to, NULL, &error), KL_DENIED, &error, "not there");
    to = (kl_stream_address){.path = "/nonexistent/socket"};
    refused(kl_stream_open(&stream, &to, NULL, &error), KL_IO, &error,
            "cannot connect to /nonexistent/socket: No such file or directory");
    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    to.path = path;
    refused(kl_stream_open(&stream, &to, NULL, &error), KL_INVALID, &error,
            "the path of a unix socket has at most 107 bytes, this one has 299");
    to = (kl_stream_address){.host = "name.invalid", .port = 1};
    assert_int_equal(kl_stream_open(&stream, &to, NULL, &error), KL_IO);
    assert_non_null(strstr(kl_error_message(&error), "host 'name.invalid' is not found: "));
    kl_error_clear(&error);
    kl_stream_watch late = {.deadline = 0};
    refused(kl_stream_open(&stream, &to, &late, &error), KL_TIMEOUT, &error, "timed out");
    assert_null(stream);
}

KL_TEST(a_unix_socket_is_connected_by_its_path)
{
    KL_UNUSED_STATE;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char folder[] = "/tmp/kl-stream-XXXXXX", answer[2];
    assert_non_null(mkdtemp(folder));
    snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", folder);
    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(server, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(server, 1), 0);
    pthread_t thread;
    pthread_create(&thread, NULL, echo, &server);
    kl_stream *stream = NULL;
    kl_stream_address to = {.path = address.sun_path};
    assert_int_equal(kl_stream_open(&stream, &to, NULL, NULL), KL_OK);
    assert_int_equal(kl_stream_write(stream, KL_TEXT("ok"), NULL, NULL), KL_OK);
    read_all(stream, answer, 2);
    assert_memory_equal(answer, "OK", 2);
    kl_stream_close(stream);
    pthread_join(thread, NULL);
    close(server);
    unlink(address.sun_path);
    rmdir(folder);
}

/* ---- TLS, against the openssl command ------------------------------------------------------------ */

static char folder[] = "/tmp/kl-tls-XXXXXX";

static const char *in_folder(char path[64], const char *name)
{
    snprintf(path, 64, "%s/%s", folder, name);
    return path;
}

static int make_certificate(void **state)
{
    (void)state;
    char command[512];
    if (!mkdtemp(folder))
        return -1;
    snprintf(command, sizeof command,
             "cd %s && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
             "-keyout key.pem -out cert.pem -days 2 -subj /CN=localhost "
             "-addext subjectAltName=DNS:localhost 2>/dev/null",
             folder);
    return system(command);
}

static int remove_folder(void **state)
{
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

/* A server that sends back each line reversed; its process id. */
static pid_t serve_tls(uint16_t *port, bool asks_for_certificate)
{
    char cert[64], key[64], at[32];
    int probe = listen_at(port);
    close(probe);
    snprintf(at, sizeof at, "127.0.0.1:%u", *port);
    pid_t child = fork();
    if (child == 0) {
        freopen("/dev/null", "w", stdout);
        freopen("/dev/null", "w", stderr);
        in_folder(cert, "cert.pem");
        in_folder(key, "key.pem");
        execlp("openssl", "openssl", "s_server", "-quiet", "-rev", "-accept", at, "-cert", cert,
               "-key", key, "-CAfile", cert, asks_for_certificate ? "-Verify" : NULL, "1",
               "-verify_return_error", NULL);
        _exit(127);
    }
    for (int tries = 0; tries < 200; tries++) {
        kl_stream *stream = NULL;
        kl_stream_address to = {.host = "127.0.0.1", .port = *port};
        if (kl_stream_open(&stream, &to, NULL, NULL) == KL_OK) {
            kl_stream_close(stream);
            return child;
        }
        usleep(20000);
    }
    fail_msg("the server did not start");
    return child;
}

static void end_server(pid_t server)
{
    kill(server, SIGTERM);
    waitpid(server, NULL, 0);
}

static kl_status open_tls(kl_stream **out, uint16_t port, const kl_tls_options *options,
                          kl_error *error)
{
    kl_stream_address to = {.host = "127.0.0.1", .port = port};
    kl_stream_watch watch = within(10 * KL_SECOND);
    kl_stream *stream;
    KL_TRY(kl_stream_open(&stream, &to, &watch, error));
    kl_status status = kl_stream_start_tls(stream, options, &watch, error);
    if (status == KL_OK)
        *out = stream;
    else
        kl_stream_close(stream);
    return status;
}

static void says_reversed(kl_stream *stream)
{
    char answer[6] = "";
    assert_int_equal(kl_stream_write(stream, KL_TEXT("hello\n"), NULL, NULL), KL_OK);
    read_all(stream, answer, 6);
    assert_memory_equal(answer, "olleh\n", 6);
    assert_false(kl_stream_is_readable(stream));
}

KL_TEST(tls_checks_who_the_server_is)
{
    KL_UNUSED_STATE;
    uint16_t port;
    char cert[64];
    pid_t server = serve_tls(&port, false);
    kl_error error = KL_ERROR_INIT;
    kl_stream *stream = NULL;
    kl_tls_options trusted = {.host = "localhost", .ca_file = in_folder(cert, "cert.pem")};
    assert_int_equal(open_tls(&stream, port, &trusted, NULL), KL_OK);
    says_reversed(stream);
    refused(kl_stream_start_tls(stream, &trusted, NULL, &error), KL_STATE, &error,
            "the connection is encrypted already");
    kl_stream_close(stream);
    kl_tls_options other = {.host = "example.com", .ca_file = cert};
    refused(open_tls(&stream, port, &other, &error), KL_IO, &error,
            "TLS: the certificate of the server is refused: hostname mismatch");
    other.host = "127.0.0.1";
    refused(open_tls(&stream, port, &other, &error), KL_IO, &error,
            "TLS: the certificate of the server is refused: IP address mismatch");
    kl_tls_options system = {.host = "localhost"};
    refused(open_tls(&stream, port, &system, &error), KL_IO, &error,
            "TLS: the certificate of the server is refused: self-signed certificate");
    kl_tls_options any = {.insecure = true};
    assert_int_equal(open_tls(&stream, port, &any, NULL), KL_OK);
    says_reversed(stream);
    kl_stream_close(stream);
    end_server(server);
}

KL_TEST(tls_shows_a_certificate_of_ours)
{
    KL_UNUSED_STATE;
    uint16_t port;
    char cert[64], key[64];
    pid_t server = serve_tls(&port, true);
    kl_stream *stream = NULL;
    kl_tls_options options = {.host = "localhost", .ca_file = in_folder(cert, "cert.pem"),
                              .cert_file = cert, .key_file = in_folder(key, "key.pem")};
    assert_int_equal(open_tls(&stream, port, &options, NULL), KL_OK);
    says_reversed(stream);
    kl_stream_close(stream);
    end_server(server);
}

KL_TEST(tls_names_what_is_wrong)
{
    KL_UNUSED_STATE;
    uint16_t port;
    kl_error error = KL_ERROR_INIT;
    kl_stream *stream = NULL;
    int server = listen_at(&port);
    kl_tls_options options = {.host = "localhost", .ca_file = "/nonexistent"};
    assert_int_equal(open_tls(&stream, port, &options, &error), KL_IO);
    assert_non_null(strstr(kl_error_message(&error), "TLS: the certificates to trust cannot be read: "));
    kl_error_clear(&error);
    options = (kl_tls_options){.insecure = true, .cert_file = "/nonexistent"};
    assert_int_equal(open_tls(&stream, port, &options, &error), KL_IO);
    assert_non_null(strstr(kl_error_message(&error), "TLS: the certificate of the client cannot be read: "));
    kl_error_clear(&error);
    options = (kl_tls_options){.host = ""};
    refused(open_tls(&stream, port, &options, &error), KL_INVALID, &error,
            "TLS: there is no host name to check the certificate of the server against");
    close(server);
}

/* Bytes in the clear before the handshake are not taken for the peer's word. */
KL_TEST(tls_does_not_begin_over_unread_bytes)
{
    KL_UNUSED_STATE;
    int pair[2];
    kl_error error = KL_ERROR_INIT;
    kl_stream *stream = NULL;
    kl_tls_options options = {.insecure = true};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(kl_stream_of(&stream, pair[0], NULL), KL_OK);
    assert_int_equal(write(pair[1], "x", 1), 1);
    refused(kl_stream_start_tls(stream, &options, NULL, &error), KL_STATE, &error,
            "the server sent more than was asked before TLS began, or ended");
    kl_stream_close(stream);
    close(pair[1]);
}

/* A child that ends its copy leaves the connection of its parent whole. */
KL_TEST(a_forked_child_abandons)
{
    KL_UNUSED_STATE;
    uint16_t port;
    pid_t server = serve_tls(&port, false);
    kl_stream *stream = NULL;
    kl_tls_options any = {.insecure = true};
    assert_int_equal(open_tls(&stream, port, &any, NULL), KL_OK);
    pid_t child = fork();
    if (child == 0) {
        kl_stream_abandon(stream);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    says_reversed(stream);
    kl_stream_close(stream);
    end_server(server);
}

static kl_status open_and_close(void *data)
{
    kl_stream *stream;
    KL_TRY(kl_stream_open(&stream, data, NULL, NULL));
    kl_stream_close(stream);
    return KL_OK;
}

KL_TEST(memory_may_end)
{
    KL_UNUSED_STATE;
    kl_stream_address to = {.host = "localhost"};
    int server = listen_at(&to.port);
    assert_true(sweep(open_and_close, &to) > 0);
    close(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_go_there_and_back),
        cmocka_unit_test(much_is_written_whole),
        cmocka_unit_test(waiting_ends_in_time_or_when_told),
        cmocka_unit_test(the_end_of_the_peer_is_read_as_nothing),
        cmocka_unit_test(what_cannot_be_connected_is_named),
        cmocka_unit_test(a_unix_socket_is_connected_by_its_path),
        cmocka_unit_test(tls_checks_who_the_server_is),
        cmocka_unit_test(tls_shows_a_certificate_of_ours),
        cmocka_unit_test(tls_names_what_is_wrong),
        cmocka_unit_test(tls_does_not_begin_over_unread_bytes),
        cmocka_unit_test(a_forked_child_abandons),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, make_certificate, remove_folder);
}
