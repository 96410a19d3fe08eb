/* src/drivers/ldap.h - what the library needs of libldap: directories looked at over LDAPv3. */
#ifndef KL_DRIVERS_LDAP_H
#define KL_DRIVERS_LDAP_H

#include "kailash/time.h"
#include "kailash/value.h"

/* How long calls may wait, and who may stop them. */
typedef struct kl_ldap_watch {
    kl_time deadline;                                /* of the monotonic clock */
    kl_status (*check)(void *data, kl_error *error); /* asked every 50 ms, or NULL */
    void *data;
} kl_ldap_watch;

typedef struct kl_ldap_options {
    const char *url; /* ldap://, ldaps:// or ldapi:// */
    bool start_tls;  /* turn the connection into TLS before anything else is said */
    const char *ca_file; /* PEM; NULL = those of the system */
    bool insecure;       /* take any certificate: for tests only */
} kl_ldap_options;

typedef enum kl_ldap_scope { KL_LDAP_BASE, KL_LDAP_ONE, KL_LDAP_SUBTREE } kl_ldap_scope;

typedef struct kl_ldap_search {
    const char *base, *filter;
    kl_ldap_scope scope;
    const char *const *attributes; /* ended by NULL; NULL = all */
    int page;           /* entries a page; 0 = all at once */
    size_t entries_max; /* more are KL_LIMIT */
} kl_ldap_search;

/* A session belongs to one thread at a time. What a server refuses is KL_FAILED with its words; no
 * such entry is KL_NOT_FOUND. */
typedef struct kl_ldap_driver {
    kl_status (*open)(void **out, const kl_ldap_options *options, const kl_ldap_watch *watch,
                      kl_error *error);
    /* `*accepted` is false for a wrong name or password. */
    kl_status (*bind)(bool *accepted, void *session, const char *dn, kl_text password,
                      const kl_ldap_watch *watch, kl_error *error);
    /* `*out` is given: an array of maps {dn, attributes: {name: [values]}}. */
    kl_status (*search)(kl_value *out, void *session, const kl_ldap_search *search,
                        const kl_ldap_watch *watch, kl_error *error);
    void (*close)(void *session);
} kl_ldap_driver;

#endif
