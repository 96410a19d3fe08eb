/* src/net/address.h - IP addresses, and which of them lie within somebody's own network. */
#ifndef KL_NET_ADDRESS_H
#define KL_NET_ADDRESS_H

#include "kailash/base.h"

/* An IPv6 address, or an IPv4 address in its mapped form (::ffff:a.b.c.d). */
typedef struct kl_address {
    unsigned char bytes[16];
} kl_address;

/* Addresses whose first `bits` bits are those of `base`. */
typedef struct kl_network {
    kl_address base;
    unsigned bits; /* 0 to 128; of an IPv4 network 96 to 128 */
} kl_network;

typedef enum kl_address_class {
    KL_ADDRESS_PUBLIC,
    KL_ADDRESS_LOOPBACK,  /* this machine */
    KL_ADDRESS_INTERNAL,  /* RFC 1918 and unique local addresses */
    KL_ADDRESS_FORBIDDEN, /* link-local, metadata of clouds, multicast, reserved ... */
} kl_address_class;

/* The class, and (unless NULL) what such an address is called, such as "a link-local address". An
 * IPv4 address within an IPv6 one (mapped, compatible, NAT64, 6to4) is judged by what it is. */
KL_API kl_address_class kl_address_classify(const kl_address *address, const char **name);

/*
 * Read the host of a URL (an IPv6 address without its brackets); `*is_address` is false for names.
 * IPv4 addresses are read as browsers read them: also 2130706433, 0x7f.1 and 0177.0.0.1.
 * KL_INVALID for what ends in a number but is no address.
 */
KL_API kl_status kl_address_of_host(bool *is_address, kl_address *out, kl_text host,
                                    kl_error *error);

/* The address of a struct sockaddr; false when it has none (a Unix socket, say). */
KL_API bool kl_address_of_socket(kl_address *out, const void *sockaddr);

/* Room for the longest text, and its NUL. */
enum { KL_ADDRESS_TEXT = 46 };
KL_API void kl_address_print(char to[KL_ADDRESS_TEXT], const kl_address *address);

/* Read "10.0.0.0/8", "fd00::/8" or a single address. KL_INVALID otherwise. */
KL_API kl_status kl_network_read(kl_network *out, kl_text text, kl_error *error);
KL_API bool kl_network_has(const kl_network *network, const kl_address *address);
/* The class that all addresses of a network have but for those forbidden; KL_ADDRESS_FORBIDDEN when
 * they differ otherwise. */
KL_API kl_address_class kl_network_classify(const kl_network *network);

#endif
