/* src/net/guard.c - see guard.h. */
#include "guard.h"
#include "buffer.h"

static const struct {
    const char *name;
    bool loopback, internal;
} policies[] = {
    [KL_GUARD_REFUSE_PRIVATE] = {"refuse_private", false, false},
    [KL_GUARD_ALLOW_LOOPBACK] = {"allow_loopback", true, false},
    [KL_GUARD_ALLOW_INTERNAL] = {"allow_internal_unicast", false, true},
    [KL_GUARD_ALLOW_INTERNAL_AND_LOOPBACK] = {"allow_internal_unicast_and_loopback", true, true},
};

static bool admits_class(kl_guard_policy policy, kl_address_class class)
{
    switch (class) {
    case KL_ADDRESS_PUBLIC: return true;
    case KL_ADDRESS_LOOPBACK: return policies[policy].loopback;
    case KL_ADDRESS_INTERNAL: return policies[policy].internal;
    case KL_ADDRESS_FORBIDDEN: break;
    }
    return false;
}

/* ---- checking ------------------------------------------------------------------------------------ */

static bool in_networks(const kl_guard *guard, const kl_address *address)
{
    for (size_t i = 0; i < guard->network_count; i++)
        if (kl_network_has(&guard->networks[i], address))
            return true;
    return guard->networks == NULL;
}

kl_status kl_guard_check_address(const kl_guard *guard, const kl_address *address, kl_error *error)
{
    const char *name;
    char text[KL_ADDRESS_TEXT];
    kl_address_class class = kl_address_classify(address, &name);
    bool admitted = admits_class(guard->policy, class);
    if (admitted && (class == KL_ADDRESS_PUBLIC || in_networks(guard, address)))
        return KL_OK;
    kl_address_print(text, address);
    return kl_error_set(error, KL_DENIED, "SSRF blocked: %s is %s%s", text, name,
                        admitted ? " outside of the networks that are allowed" : "");
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c; }

/* Names are equal in any case; `wanted` is lower-case. */
static bool is_host(kl_text host, kl_text wanted)
{
    if (host.len != wanted.len)
        return false;
    for (size_t i = 0; i < host.len; i++)
        if (lower(host.data[i]) != wanted.data[i])
            return false;
    return true;
}

static kl_text without_dot(kl_text host)
{
    if (host.len && host.data[host.len - 1] == '.')
        host.len--;
    return host;
}

static bool is_listed(kl_value hosts, kl_text host)
{
    for (size_t i = 0; i < kl_array_len(hosts); i++)
        if (is_host(host, kl_as_text(kl_array_at(hosts, i))))
            return true;
    return false;
}

/* RFC 6761: localhost and what ends in .localhost. */
static bool names_loopback(kl_text host)
{
    const kl_text local = KL_TEXT("localhost");
    if (host.len > local.len && host.data[host.len - local.len - 1] == '.')
        host = (kl_text){host.data + host.len - local.len, local.len};
    return is_host(host, local);
}

kl_status kl_guard_check_host(const kl_guard *guard, kl_text host, kl_error *error)
{
    bool is_address;
    kl_address address;
    host = without_dot(host);
    if (!kl_is_null(guard->hosts) && !is_listed(guard->hosts, host))
        return kl_error_set(error, KL_DENIED, "SSRF blocked: host '%.*s' is not on the list of "
                            "allowed hosts", KL_TEXT_ARG(host));
    KL_TRY(kl_address_of_host(&is_address, &address, host, error));
    if (is_address)
        return kl_guard_check_address(guard, &address, error);
    if (names_loopback(host) && !policies[guard->policy].loopback)
        return kl_error_set(error, KL_DENIED, "SSRF blocked: '%.*s' is this machine",
                            KL_TEXT_ARG(host));
    return KL_OK;
}

/* ---- making -------------------------------------------------------------------------------------- */

static kl_status read_policy(kl_guard_policy *out, kl_text name, kl_error *error)
{
    for (size_t i = 0; i < KL_COUNT(policies); i++) {
        if (kl_text_is(name, policies[i].name)) {
            *out = (kl_guard_policy)i;
            return KL_OK;
        }
    }
    return kl_error_set(error, KL_INVALID,
                        "unrecognized first_hop_policy \"%.*s\"; expected one of: refuse_private, "
                        "allow_loopback, allow_internal_unicast, "
                        "allow_internal_unicast_and_loopback",
                        KL_TEXT_ARG(name));
}

static kl_status check_network(kl_guard_policy policy, const kl_network *network, kl_text text,
                               kl_error *error)
{
    kl_address_class class = kl_network_classify(network);
    if (class == KL_ADDRESS_PUBLIC)
        return kl_error_set(error, KL_INVALID,
                            "CIDR \"%.*s\" is public: public destinations are never refused, so it "
                            "narrows nothing", KL_TEXT_ARG(text));
    if (!admits_class(policy, class))
        return kl_error_set(error, KL_INVALID,
                            "CIDR \"%.*s\" is not admitted by first-hop policy %s; the set can "
                            "only narrow what the policy admits", KL_TEXT_ARG(text),
                            policies[policy].name);
    return KL_OK;
}

static kl_status read_networks(kl_guard *guard, kl_value list, kl_error *error)
{
    size_t count = kl_array_len(list);
    if (kl_is_null(list))
        return KL_OK;
    kl_network *networks = kl_alloc_zero(count, sizeof *networks);
    if (!networks)
        return kl_error_no_memory(error);
    guard->networks = networks;
    guard->network_count = count;
    for (size_t i = 0; i < count; i++) {
        kl_text text = kl_as_text(kl_array_at(list, i));
        kl_status status = kl_network_read(&networks[i], text, error);
        if (status == KL_OK)
            status = check_network(guard->policy, &networks[i], text, error);
        if (status != KL_OK)
            return kl_error_prefix(error, "invalid first_hop_cidrs: "), status;
    }
    return KL_OK;
}

static kl_status push_host(kl_value *hosts, kl_value name, kl_error *error)
{
    kl_value item;
    kl_buffer text = KL_BUFFER_INIT;
    kl_text host = without_dot(kl_as_text(name));
    if (!kl_is(name, KL_KIND_STRING) || host.len == 0)
        return kl_error_set(error, KL_INVALID, "allowed_hosts: expected names of hosts");
    for (size_t i = 0; i < host.len; i++)
        kl_buffer_byte(&text, lower(host.data[i]));
    KL_TRY(kl_buffer_finish(&item, &text, error));
    return kl_array_push(hosts, item, error);
}

static kl_status read_hosts(kl_guard *guard, kl_value list, kl_error *error)
{
    if (kl_is_null(list))
        return KL_OK;
    KL_TRY(kl_array_new(&guard->hosts, kl_array_len(list), error));
    for (size_t i = 0; i < kl_array_len(list); i++)
        KL_TRY(push_host(&guard->hosts, kl_array_at(list, i), error));
    return KL_OK;
}

kl_status kl_guard_init(kl_guard *out, kl_text policy, kl_value networks, kl_value hosts,
                        kl_error *error)
{
    kl_guard guard = {0};
    kl_status status;
    KL_TRY_OUT(read_policy(&guard.policy, policy, error));
    KL_TRY_OUT(read_networks(&guard, networks, error));
    KL_TRY_OUT(read_hosts(&guard, hosts, error));
    *out = guard;
    return KL_OK;
out:
    kl_guard_clear(&guard);
    return status;
}

void kl_guard_clear(kl_guard *guard)
{
    kl_free((void *)guard->networks);
    kl_value_release(guard->hosts);
    *guard = (kl_guard){0};
}
