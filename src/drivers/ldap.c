/* src/drivers/ldap.c - directories over LDAPv3, through libldap (OpenLDAP). */
#include "ldap.h"
#include "driver.h"

#include <ldap.h>
#include <sys/time.h>

/* The base sees whether text is UTF-8 when it makes a string of it. */
static kl_status text_value(kl_value *out, const struct berval *text, kl_error *error)
{
    kl_text bytes = {text->bv_val ? text->bv_val : "", text->bv_len};
    kl_status status = kl_string_new(out, bytes, NULL);
    return status == KL_SYNTAX ? kl_bytes_new(out, bytes, error)
           : status == KL_OK   ? KL_OK
                               : kl_error_no_memory(error);
}

/* ---- failing ------------------------------------------------------------------------------------- */

static kl_status code_of(int code)
{
    switch (code) {
    case LDAP_NO_MEMORY: return KL_NO_MEMORY;
    case LDAP_NO_SUCH_OBJECT: return KL_NOT_FOUND;
    case LDAP_TIMEOUT: return KL_TIMEOUT;
    case LDAP_SERVER_DOWN:
    case LDAP_CONNECT_ERROR: return KL_IO;
    case LDAP_FILTER_ERROR:
    case LDAP_PARAM_ERROR: return KL_INVALID;
    default: return KL_FAILED;
    }
}

/* `more` is what the server said beside the code, or NULL. */
static kl_status fail(kl_error *error, int code, const char *what, const char *more)
{
    if (code == LDAP_NO_MEMORY)
        return kl_error_no_memory(error);
    return kl_error_set(error, code_of(code), "LDAP: %s: %s%s%s", what, ldap_err2string(code),
                        more && *more ? ": " : "", more ? more : "");
}

/* With what libldap knows of the connection, such as a refused certificate. */
static kl_status fail_session(kl_error *error, LDAP *session, int code, const char *what)
{
    char *more = NULL;
    ldap_get_option(session, LDAP_OPT_DIAGNOSTIC_MESSAGE, &more);
    kl_status status = fail(error, code, what, more);
    ldap_memfree(more);
    return status;
}

/* ---- waiting ------------------------------------------------------------------------------------- */

static kl_status check(const kl_ldap_watch *watch, kl_error *error)
{
    if (watch->check)
        KL_TRY(watch->check(watch->data, error));
    if (kl_clock_now() >= watch->deadline)
        return kl_error_set(error, KL_TIMEOUT, "LDAP: timed out");
    return KL_OK;
}

/* The answer to a request; given. */
static kl_status wait_for(LDAPMessage **out, LDAP *session, int id, const kl_ldap_watch *watch,
                          kl_error *error)
{
    for (;;) {
        struct timeval pause = {0, 50000};
        *out = NULL;
        int type = ldap_result(session, id, LDAP_MSG_ALL, &pause, out);
        if (type > 0)
            return KL_OK;
        if (type < 0) {
            int code = LDAP_OTHER;
            ldap_get_option(session, LDAP_OPT_RESULT_CODE, &code);
            return fail_session(error, session, code, "waiting for the server");
        }
        kl_status status = check(watch, error);
        if (status != KL_OK) {
            ldap_abandon_ext(session, id, NULL, NULL);
            return status;
        }
    }
}

/* The code of an answer (taken); `*controls` (or NULL) are given. */
static kl_status read_result(int *code, LDAPControl ***controls, LDAP *session,
                             LDAPMessage *message, const char *what, kl_error *error)
{
    char *more = NULL;
    int parsed = ldap_parse_result(session, message, code, NULL, &more, NULL, controls, 1);
    kl_status status = KL_OK;
    if (parsed != LDAP_SUCCESS)
        status = fail(error, parsed, what, NULL);
    else if (*code != LDAP_SUCCESS && *code != LDAP_INVALID_CREDENTIALS)
        status = fail(error, *code, what, more);
    ldap_memfree(more);
    return status;
}

/* ---- opening ------------------------------------------------------------------------------------- */

static int set_tls(LDAP *session, const kl_ldap_options *options)
{
    int need = options->insecure ? LDAP_OPT_X_TLS_NEVER : LDAP_OPT_X_TLS_DEMAND, client = 0;
    int code = ldap_set_option(session, LDAP_OPT_X_TLS_REQUIRE_CERT, &need);
    if (code == LDAP_OPT_SUCCESS && options->ca_file)
        code = ldap_set_option(session, LDAP_OPT_X_TLS_CACERTFILE, options->ca_file);
    if (code == LDAP_OPT_SUCCESS)
        code = ldap_set_option(session, LDAP_OPT_X_TLS_NEWCTX, &client);
    return code;
}

static int set_options(LDAP *session, const kl_ldap_options *options, const kl_ldap_watch *watch)
{
    int version = LDAP_VERSION3;
    kl_duration left = KL_MAX(watch->deadline - kl_clock_now(), KL_MILLISECOND);
    struct timeval patience = {left / KL_SECOND, left % KL_SECOND / KL_MICROSECOND};
    int code = ldap_set_option(session, LDAP_OPT_PROTOCOL_VERSION, &version);
    if (code == LDAP_OPT_SUCCESS)
        code = ldap_set_option(session, LDAP_OPT_NETWORK_TIMEOUT, &patience);
    if (code == LDAP_OPT_SUCCESS) /* a referral would take the password to another server */
        code = ldap_set_option(session, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
    return code == LDAP_OPT_SUCCESS ? set_tls(session, options) : code;
}

static kl_status begin_tls(LDAP *session, const kl_ldap_watch *watch, kl_error *error)
{
    LDAPMessage *message;
    int id, code = ldap_start_tls(session, NULL, NULL, &id);
    if (code != LDAP_SUCCESS)
        return fail_session(error, session, code, "StartTLS");
    KL_TRY(wait_for(&message, session, id, watch, error));
    KL_TRY(read_result(&code, NULL, session, message, "StartTLS", error));
    code = ldap_install_tls(session);
    return code == LDAP_SUCCESS ? KL_OK : fail_session(error, session, code, "StartTLS");
}

static kl_status open(void **out, const kl_ldap_options *options, const kl_ldap_watch *watch,
                      kl_error *error)
{
    LDAP *session = NULL;
    int code = ldap_initialize(&session, options->url);
    if (code != LDAP_SUCCESS)
        return kl_error_set(error, code == LDAP_NO_MEMORY ? KL_NO_MEMORY : KL_INVALID,
                            "expected ldap://, ldaps:// or ldapi:// with a host, got a URL that "
                            "libldap refuses");
    code = set_options(session, options, watch);
    kl_status status =
        code == LDAP_OPT_SUCCESS ? KL_OK : fail_session(error, session, code, "options");
    if (status == KL_OK && options->start_tls)
        status = begin_tls(session, watch, error);
    if (status != KL_OK) {
        ldap_unbind_ext_s(session, NULL, NULL);
        return status;
    }
    *out = session;
    return KL_OK;
}

static void close_session(void *session) { ldap_unbind_ext_s(session, NULL, NULL); }

static kl_status bind(bool *accepted, void *session, const char *dn, kl_text password,
                      const kl_ldap_watch *watch, kl_error *error)
{
    struct berval secret = {password.len, (char *)password.data};
    LDAPMessage *message;
    int id, code = ldap_sasl_bind(session, dn, LDAP_SASL_SIMPLE, &secret, NULL, NULL, &id);
    if (code != LDAP_SUCCESS)
        return fail_session(error, session, code, "bind");
    KL_TRY(wait_for(&message, session, id, watch, error));
    KL_TRY(read_result(&code, NULL, session, message, "bind", error));
    *accepted = code == LDAP_SUCCESS;
    return KL_OK;
}

/* ---- searching ----------------------------------------------------------------------------------- */

static kl_status push_values(kl_value *list, struct berval **values, kl_error *error)
{
    for (size_t i = 0; values && values[i]; i++) {
        kl_value value;
        KL_TRY(text_value(&value, values[i], error));
        KL_TRY(kl_array_push(list, value, error));
    }
    return KL_OK;
}

static kl_status add_attribute(kl_value *map, LDAP *session, LDAPMessage *entry, const char *name,
                               kl_error *error)
{
    kl_value list;
    struct berval **values = ldap_get_values_len(session, entry, name);
    kl_status status = kl_array_new(&list, 1, error);
    if (status == KL_OK) {
        status = push_values(&list, values, error);
        if (status == KL_OK)
            status = kl_map_set(map, kl_text_from(name), list, error);
        else
            kl_value_release(list);
    }
    ldap_value_free_len(values);
    return status;
}

static kl_status read_attributes(kl_value *out, LDAP *session, LDAPMessage *entry, kl_error *error)
{
    BerElement *place = NULL;
    kl_value map;
    KL_TRY(kl_map_new(&map, 8, error));
    kl_status status = KL_OK;
    for (char *name = ldap_first_attribute(session, entry, &place); name;
         name = ldap_next_attribute(session, entry, place)) {
        if (status == KL_OK)
            status = add_attribute(&map, session, entry, name, error);
        ldap_memfree(name);
    }
    ber_free(place, 0);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static kl_status push_entry(kl_value *list, LDAP *session, LDAPMessage *entry, kl_error *error)
{
    kl_value map, dn, attributes;
    char *name = ldap_get_dn(session, entry);
    if (!name)
        return kl_error_no_memory(error);
    kl_status status = kl_string_repair(&dn, kl_text_from(name), error);
    ldap_memfree(name);
    KL_TRY(status);
    status = kl_map_new(&map, 2, error);
    if (status != KL_OK) {
        kl_value_release(dn);
        return status;
    }
    status = kl_map_set(&map, KL_TEXT("dn"), dn, error);
    if (status == KL_OK)
        status = read_attributes(&attributes, session, entry, error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("attributes"), attributes, error);
    if (status == KL_OK)
        return kl_array_push(list, map, error);
    kl_value_release(map);
    return status;
}

/* All entries of an answer. */
static kl_status push_entries(kl_value *list, LDAP *session, LDAPMessage *message,
                              size_t entries_max, kl_error *error)
{
    for (LDAPMessage *entry = ldap_first_entry(session, message); entry;
         entry = ldap_next_entry(session, entry)) {
        if (kl_array_len(*list) >= entries_max)
            return kl_error_set(error, KL_LIMIT, "resource limit exceeded: entries (limit: %zu "
                                                 "entries)",
                                entries_max);
        KL_TRY(push_entry(list, session, entry, error));
    }
    return KL_OK;
}

/* One page; `cookie` says where it begins and then where the next one does. */
static kl_status search_page(kl_value *list, LDAP *session, const kl_ldap_search *search,
                             struct berval *cookie, const kl_ldap_watch *watch, kl_error *error)
{
    static const int scopes[] = {LDAP_SCOPE_BASE, LDAP_SCOPE_ONELEVEL, LDAP_SCOPE_SUBTREE};
    LDAPControl *paging = NULL, *sent[2] = {NULL, NULL}, **received = NULL;
    LDAPMessage *message = NULL;
    int id, total, code = LDAP_SUCCESS;
    kl_status status = KL_OK;
    if (search->page)
        code = ldap_create_page_control(session, search->page, cookie, 0, &paging);
    sent[0] = paging;
    if (code == LDAP_SUCCESS)
        code = ldap_search_ext(session, search->base, scopes[search->scope], search->filter,
                               (char **)search->attributes, 0, paging ? sent : NULL, NULL, NULL,
                               LDAP_NO_LIMIT, &id);
    if (code != LDAP_SUCCESS)
        status = fail_session(error, session, code, "search");
    ldap_control_free(paging);
    KL_TRY(status);
    KL_TRY(wait_for(&message, session, id, watch, error));
    status = push_entries(list, session, message, search->entries_max, error);
    if (status != KL_OK) {
        ldap_msgfree(message);
        return status;
    }
    KL_TRY(read_result(&code, &received, session, message, "search", error));
    ber_memfree(cookie->bv_val);
    *cookie = (struct berval){0, NULL};
    LDAPControl *page = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, received, NULL);
    if (page)
        ldap_parse_pageresponse_control(session, page, &total, cookie);
    ldap_controls_free(received);
    return KL_OK;
}

static kl_status search_all(kl_value *out, void *session, const kl_ldap_search *search,
                            const kl_ldap_watch *watch, kl_error *error)
{
    struct berval cookie = {0, NULL};
    kl_value list;
    kl_status status;
    KL_TRY(kl_array_new(&list, 0, error));
    do
        status = search_page(&list, session, search, &cookie, watch, error);
    while (status == KL_OK && cookie.bv_len > 0);
    ber_memfree(cookie.bv_val);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

static const kl_ldap_driver functions = {
    .open = open, .bind = bind, .search = search_all, .close = close_session};

KL_API const kl_driver kl_driver_entry = {
    .abi = KL_DRIVER_ABI, .name = "ldap", .functions = &functions};
