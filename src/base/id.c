/* src/base/id.c - random numbers and UUIDs. */
#include "kailash/id.h"

#include <errno.h>
#include <pthread.h>
#include <sys/random.h>

kl_status kl_random(void *to, size_t size, kl_error *error)
{
    for (char *at = to; size > 0;) {
        ssize_t got = getrandom(at, size, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return kl_error_set(error, KL_UNAVAILABLE, "random numbers: %s", strerror(errno));
        at += got;
        size -= (size_t)got;
    }
    return KL_OK;
}

/*
 * UUIDs name things, they guard nothing: each thread draws them from a buffer, a system call for
 * every 64th. The buffer is thrown away in a forked child, which would repeat its parent's ids.
 */
enum { DRAWN = 64 * 16 };
static _Thread_local unsigned char drawn[DRAWN];
static _Thread_local size_t left;
static _Thread_local unsigned drawn_in;
static unsigned generation;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void forked(void) { generation++; }
static void watch_forks(void) { pthread_atfork(NULL, NULL, forked); }

static kl_status draw(unsigned char out[16], kl_error *error)
{
    pthread_once(&once, watch_forks);
    if (left == 0 || drawn_in != generation) {
        left = 0;
        KL_TRY(kl_random(drawn, DRAWN, error));
        left = DRAWN;
        drawn_in = generation;
    }
    left -= 16;
    memcpy(out, drawn + left, 16);
    memset(drawn + left, 0, 16);
    return KL_OK;
}

kl_status kl_uuid_new(char out[37], kl_error *error)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[16];
    KL_TRY(draw(bytes, error));
    bytes[6] = (unsigned char)((bytes[6] & 0x0F) | 0x40);
    bytes[8] = (unsigned char)((bytes[8] & 0x3F) | 0x80);
    char *at = out;
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        *at++ = digits[bytes[i] >> 4];
        *at++ = digits[bytes[i] & 15];
    }
    *at = '\0';
    return KL_OK;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool kl_uuid_is_valid(kl_text text)
{
    if (text.len != 36)
        return false;
    for (size_t i = 0; i < 36; i++) {
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? text.data[i] != '-' : !is_hex(text.data[i]))
            return false;
    }
    return true;
}
