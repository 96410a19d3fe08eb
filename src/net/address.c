/* src/net/address.c - see address.h. The tables follow IANA's registries of special addresses. */
#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

#define V4(a, b, c, d)                                                                             \
    {                                                                                              \
        {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d}                                     \
    }
#define V4_BITS(bits) (96 + (bits))
/* The first eight bytes; the others are zero. */
#define V6(a, b, c, d, e, f, g, h)                                                                 \
    {                                                                                              \
        {a, b, c, d, e, f, g, h, 0, 0, 0, 0, 0, 0, 0, 0}                                           \
    }

/* The first row that fits counts, so what is special within another range stands before it. */
static const struct {
    kl_network network;
    kl_address_class class;
    const char *name;
} special[] = {
    {{V4(168, 63, 129, 16), V4_BITS(32)}, KL_ADDRESS_FORBIDDEN, "a metadata address"},
    {{V4(100, 100, 100, 200), V4_BITS(32)}, KL_ADDRESS_FORBIDDEN, "a metadata address"},
    {{V4(169, 254, 169, 254), V4_BITS(32)}, KL_ADDRESS_FORBIDDEN, "a metadata address"},
    {{V6(0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0), 32}, KL_ADDRESS_FORBIDDEN, "a metadata address"},
    {{V6(0xfd, 0x20, 0x00, 0xce, 0, 0, 0, 0), 32}, KL_ADDRESS_FORBIDDEN, "a metadata address"},
    {{V4(0, 0, 0, 0), V4_BITS(8)}, KL_ADDRESS_FORBIDDEN, "an unspecified address"},
    {{V4(10, 0, 0, 0), V4_BITS(8)}, KL_ADDRESS_INTERNAL, "a private address"},
    {{V4(100, 64, 0, 0), V4_BITS(10)}, KL_ADDRESS_FORBIDDEN, "a carrier-grade NAT address"},
    {{V4(127, 0, 0, 0), V4_BITS(8)}, KL_ADDRESS_LOOPBACK, "a loopback address"},
    {{V4(169, 254, 0, 0), V4_BITS(16)}, KL_ADDRESS_FORBIDDEN, "a link-local address"},
    {{V4(172, 16, 0, 0), V4_BITS(12)}, KL_ADDRESS_INTERNAL, "a private address"},
    {{V4(192, 0, 0, 0), V4_BITS(24)}, KL_ADDRESS_FORBIDDEN, "a reserved address"},
    {{V4(192, 0, 2, 0), V4_BITS(24)}, KL_ADDRESS_FORBIDDEN, "a documentation address"},
    {{V4(192, 88, 99, 0), V4_BITS(24)}, KL_ADDRESS_FORBIDDEN, "a reserved address"},
    {{V4(192, 168, 0, 0), V4_BITS(16)}, KL_ADDRESS_INTERNAL, "a private address"},
    {{V4(198, 18, 0, 0), V4_BITS(15)}, KL_ADDRESS_FORBIDDEN, "a benchmarking address"},
    {{V4(198, 51, 100, 0), V4_BITS(24)}, KL_ADDRESS_FORBIDDEN, "a documentation address"},
    {{V4(203, 0, 113, 0), V4_BITS(24)}, KL_ADDRESS_FORBIDDEN, "a documentation address"},
    {{V4(224, 0, 0, 0), V4_BITS(4)}, KL_ADDRESS_FORBIDDEN, "a multicast address"},
    {{V4(255, 255, 255, 255), V4_BITS(32)}, KL_ADDRESS_FORBIDDEN, "the broadcast address"},
    {{V4(240, 0, 0, 0), V4_BITS(4)}, KL_ADDRESS_FORBIDDEN, "a reserved address"},
    {{{{0}}, 128}, KL_ADDRESS_FORBIDDEN, "an unspecified address"},
    {{{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}, 128},
     KL_ADDRESS_LOOPBACK, "a loopback address"},
    {{V6(0x00, 0x64, 0xff, 0x9b, 0, 1, 0, 0), 48}, KL_ADDRESS_FORBIDDEN, "a local NAT64 address"},
    {{V6(0x01, 0, 0, 0, 0, 0, 0, 0), 64}, KL_ADDRESS_FORBIDDEN, "a discard-only address"},
    {{V6(0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0), 32},
     KL_ADDRESS_FORBIDDEN, "a documentation address"},
    {{V6(0x20, 0x01, 0, 0, 0, 0, 0, 0), 23}, KL_ADDRESS_FORBIDDEN, "a reserved address"},
    {{V6(0x3f, 0xff, 0, 0, 0, 0, 0, 0), 20}, KL_ADDRESS_FORBIDDEN, "a documentation address"},
    {{V6(0x5f, 0x00, 0, 0, 0, 0, 0, 0), 16}, KL_ADDRESS_FORBIDDEN, "a reserved address"},
    {{V6(0xfc, 0, 0, 0, 0, 0, 0, 0), 7}, KL_ADDRESS_INTERNAL, "a private address"},
    {{V6(0xfe, 0x80, 0, 0, 0, 0, 0, 0), 10}, KL_ADDRESS_FORBIDDEN, "a link-local address"},
    {{V6(0xfe, 0xc0, 0, 0, 0, 0, 0, 0), 10}, KL_ADDRESS_FORBIDDEN, "a site-local address"},
    {{V6(0xff, 0, 0, 0, 0, 0, 0, 0), 8}, KL_ADDRESS_FORBIDDEN, "a multicast address"},
};

/* IPv6 ranges whose addresses carry an IPv4 address `at` some byte. */
static const struct {
    kl_network network;
    unsigned at;
} carriers[] = {
    {{{{0}}, 96}, 12}, /* IPv4-compatible */
    {{{{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}}, 96}, 12}, /* IPv4-translated */
    {{V6(0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0), 96}, 12}, /* NAT64 */
    {{V6(0x20, 0x02, 0, 0, 0, 0, 0, 0), 16}, 2}, /* 6to4 */
};

bool kl_network_has(const kl_network *network, const kl_address *address)
{
    unsigned whole = network->bits / 8, rest = network->bits % 8;
    if (memcmp(network->base.bytes, address->bytes, whole) != 0)
        return false;
    return rest == 0 ||
           (network->base.bytes[whole] ^ address->bytes[whole]) >> (8 - rest) == 0;
}

static ptrdiff_t find_row(const kl_address *address)
{
    for (size_t i = 0; i < KL_COUNT(special); i++)
        if (kl_network_has(&special[i].network, address))
            return (ptrdiff_t)i;
    return -1;
}

static kl_address mapped(const unsigned char *v4)
{
    kl_address address = V4(v4[0], v4[1], v4[2], v4[3]);
    return address;
}

/* What is private is not made less so by a detour: such a form has no honest use. */
static kl_address_class classify_carried(const kl_address *address, const char **name)
{
    for (size_t i = 0; i < KL_COUNT(carriers); i++) {
        if (!kl_network_has(&carriers[i].network, address))
            continue;
        kl_address carried = mapped(address->bytes + carriers[i].at);
        ptrdiff_t row = find_row(&carried);
        if (row < 0)
            return KL_ADDRESS_PUBLIC;
        *name = special[row].name;
        return KL_ADDRESS_FORBIDDEN;
    }
    return KL_ADDRESS_PUBLIC;
}

kl_address_class kl_address_classify(const kl_address *address, const char **name)
{
    const char *unused;
    if (!name)
        name = &unused;
    ptrdiff_t row = find_row(address);
    *name = "a public address";
    if (row < 0)
        return classify_carried(address, name);
    *name = special[row].name;
    return special[row].class;
}

/* ---- hosts --------------------------------------------------------------------------------------- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static int digit_of(char c)
{
    if (is_digit(c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

/* Decimal, 0x hexadecimal or 0 octal; false when it is none or passes 2^32 - 1. */
static bool read_part(uint64_t *out, kl_text part)
{
    int base = 10;
    if (part.len >= 2 && part.data[0] == '0' && (part.data[1] | 0x20) == 'x') {
        base = 16;
        part = (kl_text){part.data + 2, part.len - 2};
    } else if (part.len >= 2 && part.data[0] == '0') {
        base = 8;
    } else if (part.len == 0) {
        return false;
    }
    uint64_t number = 0;
    for (size_t i = 0; i < part.len; i++) {
        int digit = digit_of(part.data[i]);
        number = number * (unsigned)base + (unsigned)digit;
        if (digit >= base || number > UINT32_MAX)
            return false;
    }
    *out = number;
    return true;
}

/* Whether the last label is a number, which no name of a host is. */
static bool ends_in_number(kl_text host)
{
    const char *dot = memrchr(host.data, '.', host.len);
    kl_text last = dot ? (kl_text){dot + 1, (size_t)(host.data + host.len - dot - 1)} : host;
    uint64_t number;
    bool digits = last.len > 0;
    for (size_t i = 0; i < last.len; i++)
        digits &= is_digit(last.data[i]);
    return digits || (last.len && read_part(&number, last));
}

static bool read_v4(kl_address *out, kl_text host)
{
    uint64_t parts[4], whole = 0;
    size_t count = 0;
    for (const char *at = host.data, *end = at + host.len; at <= end; count++) {
        const char *dot = at < end ? memchr(at, '.', (size_t)(end - at)) : NULL;
        const char *stop = dot ? dot : end;
        if (count == 4 || !read_part(&parts[count], (kl_text){at, (size_t)(stop - at)}))
            return false;
        at = stop + 1;
    }
    /* All but the last are bytes; the last fills what is left. */
    for (size_t i = 0; i + 1 < count; i++) {
        if (parts[i] > 255)
            return false;
        whole |= parts[i] << (24 - 8 * i);
    }
    if (parts[count - 1] >= (uint64_t)1 << (8 * (5 - count)))
        return false;
    whole |= parts[count - 1];
    *out = mapped((const unsigned char[]){(unsigned char)(whole >> 24), (unsigned char)(whole >> 16),
                                          (unsigned char)(whole >> 8), (unsigned char)whole});
    return true;
}

static bool read_v6(kl_address *out, kl_text host)
{
    char text[KL_ADDRESS_TEXT];
    if (host.len >= sizeof text || memchr(host.data, '\0', host.len))
        return false;
    memcpy(text, host.data, host.len);
    text[host.len] = '\0';
    return inet_pton(AF_INET6, text, out->bytes) == 1;
}

kl_status kl_address_of_host(bool *is_address, kl_address *out, kl_text host, kl_error *error)
{
    if (host.len && host.data[host.len - 1] == '.')
        host.len--; /* "127.0.0.1." is 127.0.0.1 */
    bool v6 = memchr(host.data, ':', host.len) != NULL;
    *is_address = v6 || ends_in_number(host);
    if (!*is_address || (v6 ? read_v6(out, host) : read_v4(out, host)))
        return KL_OK;
    return kl_error_set(error, KL_INVALID, "'%.*s' is no IP address", KL_TEXT_ARG(host));
}

bool kl_address_of_socket(kl_address *out, const void *sockaddr)
{
    const struct sockaddr *any = sockaddr;
    if (any->sa_family == AF_INET) {
        struct in_addr v4 = ((const struct sockaddr_in *)sockaddr)->sin_addr;
        *out = mapped((const unsigned char *)&v4.s_addr);
    } else if (any->sa_family == AF_INET6) {
        memcpy(out->bytes, &((const struct sockaddr_in6 *)sockaddr)->sin6_addr, 16);
    } else {
        return false;
    }
    return true;
}

static bool is_v4(const kl_address *address)
{
    static const kl_network all = {V4(0, 0, 0, 0), 96};
    return kl_network_has(&all, address);
}

void kl_address_print(char to[KL_ADDRESS_TEXT], const kl_address *address)
{
    if (is_v4(address))
        inet_ntop(AF_INET, address->bytes + 12, to, KL_ADDRESS_TEXT);
    else
        inet_ntop(AF_INET6, address->bytes, to, KL_ADDRESS_TEXT);
}

/* ---- networks ------------------------------------------------------------------------------------ */

static bool read_bits(unsigned *out, kl_text text, unsigned max)
{
    unsigned bits = 0;
    for (size_t i = 0; i < text.len; i++) {
        bits = bits * 10 + (unsigned)(text.data[i] - '0');
        if (!is_digit(text.data[i]) || bits > max)
            return false;
    }
    *out = bits;
    return text.len > 0;
}

/* Strictly dotted: networks stand in settings, where 010.0.0.0 is a slip. */
static bool read_plain_v4(kl_address *out, kl_text text)
{
    char copy[INET_ADDRSTRLEN];
    unsigned char v4[4];
    if (text.len >= sizeof copy || memchr(text.data, '\0', text.len))
        return false;
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    if (inet_pton(AF_INET, copy, v4) != 1)
        return false;
    *out = mapped(v4);
    return true;
}

kl_status kl_network_read(kl_network *out, kl_text text, kl_error *error)
{
    const char *slash = memchr(text.data, '/', text.len);
    kl_text host = {text.data, slash ? (size_t)(slash - text.data) : text.len};
    kl_network network = {.bits = 128};
    bool v6 = memchr(host.data, ':', host.len) != NULL;
    bool good = v6 ? read_v6(&network.base, host) : read_plain_v4(&network.base, host);
    if (good && slash) {
        kl_text bits = {slash + 1, text.len - host.len - 1};
        good = read_bits(&network.bits, bits, v6 ? 128 : 32);
        network.bits += v6 ? 0 : 96;
    }
    if (!good)
        return kl_error_set(error, KL_INVALID,
                            "'%.*s' is no network; expected one such as 10.0.0.0/8 or fd00::/8",
                            KL_TEXT_ARG(text));
    *out = network;
    return KL_OK;
}

kl_address_class kl_network_classify(const kl_network *network)
{
    bool public = true;
    for (size_t i = 0; i < KL_COUNT(special); i++) {
        const kl_network *row = &special[i].network;
        if (row->bits <= network->bits && kl_network_has(row, &network->base))
            return special[i].class;
        public &= !kl_network_has(network, &row->base) || special[i].class == KL_ADDRESS_FORBIDDEN;
    }
    return public ? KL_ADDRESS_PUBLIC : KL_ADDRESS_FORBIDDEN;
}
