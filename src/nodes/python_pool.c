/* src/nodes/python_pool.c - see python_pool.h. */
#include "python_pool.h"
#include "host.h"
#include "marshal.h"
#include "python_warm.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

enum { CHUNK = 256 << 10 };

/* ---- bytes; false when the watch says stop or the worker is gone ---------------------------------- */

static bool send_all(int file, kl_text data, kl_code_watch *watch)
{
    while (data.len) {
        ssize_t sent = send(file, data.data, data.len, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0) {
            data.data += sent;
            data.len -= (size_t)sent;
        } else if (errno != EINTR && (errno != EAGAIN || !kl_python_wait(file, POLLOUT, watch)))
            return false;
    }
    return true;
}

static bool receive(char *to, size_t len, int file, kl_code_watch *watch)
{
    while (len) {
        if (!kl_python_wait(file, POLLIN, watch))
            return false;
        ssize_t got = recv(file, to, len, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
            return false;
        to += KL_MAX(got, 0);
        len -= (size_t)KL_MAX(got, 0);
    }
    return true;
}

/* ---- messages ------------------------------------------------------------------------------------ */

static kl_status gone(const kl_python_call *call, kl_error *error)
{
    if (call->watch->why != KL_OK)
        return kl_code_stopped(call->watch, error);
    return kl_error_set(error, KL_FAILED, "the code ended its process, or its limits did");
}

static kl_status send_request(int file, const kl_python_call *call, kl_error *error)
{
    kl_buffer data = KL_BUFFER_INIT;
    uint64_t len = 0;
    kl_buffer_add(&data, (kl_text){(const char *)&len, sizeof len});
    kl_status status = kl_marshal_write(&data, call->request, error);
    if (status == KL_OK && data.status != KL_OK)
        status = data.status == KL_LIMIT ? kl_node_limit(error, "inputs", KL_BUFFER_MAX, "bytes")
                                         : kl_error_no_memory(error);
    if (status == KL_OK) {
        len = data.len - sizeof len;
        memcpy(data.data, &len, sizeof len);
        if (!send_all(file, kl_buffer_text(&data), call->watch))
            status = gone(call, error);
    }
    kl_buffer_free(&data);
    return status;
}

static kl_status receive_body(kl_value *out, int file, uint64_t len, const kl_python_call *call,
                              kl_error *error)
{
    kl_buffer data = KL_BUFFER_INIT;
    kl_status status = KL_OK;
    while (status == KL_OK && data.len < len) {
        size_t part = (size_t)KL_MIN(len - data.len, CHUNK);
        char *room = kl_buffer_room(&data, part);
        if (!room)
            status = kl_error_no_memory(error);
        else if (!receive(room, part, file, call->watch))
            status = gone(call, error);
        else
            data.len += part;
    }
    if (status == KL_OK)
        status = kl_marshal_read(out, kl_buffer_text(&data), error);
    kl_buffer_free(&data);
    return status;
}

static kl_status receive_answer(kl_value *out, int file, const kl_python_call *call, kl_error *error)
{
    uint64_t len;
    if (!receive((char *)&len, sizeof len, file, call->watch))
        return gone(call, error);
    if (len > call->answer_max)
        return kl_node_limit(error, "outputs of the code", call->answer_max, "bytes");
    return receive_body(out, file, len, call, error);
}

/* ---- asking -------------------------------------------------------------------------------------- */

static kl_text executable_of(const kl_python_call *call)
{
    const char *own = kl_host_interpreter();
    if (call->executable.len)
        return call->executable;
    return own && *own ? kl_text_from(own) : KL_TEXT("python3");
}

kl_status kl_python_ask(kl_value *answer, const kl_python_call *call, kl_error *error)
{
    kl_python_worker *worker;
    kl_text executable = executable_of(call);
    KL_TRY(kl_python_take(&worker, executable, call->settings, call->modules, call->watch, error));
    if (!worker)
        return kl_code_stopped(call->watch, error);
    kl_status status = send_request(worker->socket, call, error);
    if (status == KL_OK)
        status = receive_answer(answer, worker->socket, call, error);
    if (status == KL_OK)
        kl_python_give(executable, worker);
    else
        kl_python_kill(executable, worker);
    return status;
}
