/* src/nodes/ldap.c - DirectoryIntegrationNode: users and groups of an LDAP directory. */
#include "mode.h"
#include "driver.h"
#include "drivers/ldap.h"
#include "kailash/crypto.h"
#include "ldap_filter.h"
#include "build_map.h"
#include "outside.h"

#include <strings.h>

static const char *const operations[] = {"authenticate", "search_users", "get_groups", "sync_user",
                                         NULL};
static const char *const backends[] = {"memory", "ldap", NULL};
static const char *const scopes[] = {"base", "one", "subtree", NULL};

enum {
    OPERATION, DN, PASSWORD, BASE_DN, FILTER, FILTER_VALUES, USER_DN, BACKEND, URL, STARTTLS, CA_FILE,
    VERIFY, BIND_DN, BIND_PASSWORD, TIMEOUT, PAGE_SIZE, MAX_ENTRIES, SEARCH_SCOPE, ATTRIBUTES,
    ATTRIBUTE_MAP, GROUP_BASE_DN, GROUP_FILTER, ENTRIES
};

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_STRING,
     .doc = "authenticate: is this the password of dn; search_users: entries below base_dn that match "
            "filter; get_groups: groups that user_dn is a member of; sync_user: the entry user_dn"},
    {.name = "dn", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "authenticate: distinguished name of the user"},
    {.name = "password", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "authenticate: the password; an empty one is never right"},
    {.name = "base_dn", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "search_users: where to search"},
    {.name = "filter", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "search_users: an LDAP filter such as (uid=ann), always told explicitly; {name} in it "
            "stands for that one of filter_values"},
    {.name = "filter_values", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "values for the filter, escaped so that each stands for itself: what users typed belongs "
            "here, not into the filter"},
    {.name = "user_dn", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "get_groups, sync_user: distinguished name of the user"},
};
static const kl_param config[] = {
    {.name = "backend", .kind = KL_KIND_ENUM, .names = backends, .flags = KL_OPTIONAL,
     .doc = "memory: the directory is `entries`; ldap: the server at `url`. Without it: ldap when "
            "there is a url, else memory"},
    {.name = "url", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "ldap://, ldaps:// (TLS) or ldapi:// (unix socket) with host and port"},
    {.name = "starttls", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "turn an ldap:// connection into TLS before anything else is said"},
    {.name = "ca_file", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "PEM file of certificates to trust; without it those of the system"},
    {.name = "verify_tls", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "false takes any certificate: for tests only"},
    {.name = "bind_dn", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "who searches; without it anonymous"},
    {.name = "bind_password", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "password of bind_dn"},
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .fallback = "30000",
     .range = KL_RANGE(1, 86400000), .doc = "milliseconds for the whole operation"},
    {.name = "page_size", .kind = KL_KIND_COUNT, .fallback = "500", .range = KL_RANGE(0, 100000),
     .doc = "entries that the server sends at once; 0 = all"},
    {.name = "max_entries", .kind = KL_KIND_COUNT, .fallback = "10000",
     .range = KL_RANGE(1, 10000000), .doc = "more entries are a failure"},
    {.name = "search_scope", .kind = KL_KIND_ENUM, .names = scopes, .fallback = "\"subtree\"",
     .doc = "search_users: base_dn itself, the entries right below it, or it and all below"},
    {.name = "attributes", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "attributes to fetch; without it all"},
    {.name = "attribute_map", .kind = KL_KIND_MAP, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "member of a user -> attribute, such as {\"email\": \"mail\"}: the members that users get "
            "beside dn and attributes; a list when the attribute has several values"},
    {.name = "group_base_dn", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "get_groups: where groups are searched; without it below the dc= parts of user_dn"},
    {.name = "group_filter", .kind = KL_KIND_STRING,
     .fallback = "\"(|(member={user_dn})(uniqueMember={user_dn}))\"",
     .doc = "get_groups: which of them the user {user_dn} belongs to"},
    {.name = "entries", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .fallback = "[]",
     .flags = KL_SECRET,
     .doc = "the directory in memory: dicts {dn, attributes: {name: value or list}, password}"},
};
static const kl_param outputs[] = {
    {.name = "success", .kind = KL_KIND_BOOL, .doc = "false only when sync_user finds no such entry"},
    {.name = "authenticated", .kind = KL_KIND_BOOL, .flags = KL_OPTIONAL,
     .doc = "authenticate: whether name and password are right"},
    {.name = "users", .kind = KL_KIND_ARRAY, .flags = KL_OPTIONAL,
     .doc = "search_users: dicts {dn, attributes: {name: [values]}} with the members of "
            "attribute_map"},
    {.name = "groups", .kind = KL_KIND_ARRAY, .flags = KL_OPTIONAL,
     .doc = "get_groups: dicts {dn, name}"},
    {.name = "user", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL, .doc = "sync_user: such a dict, or null"},
};

/* ---- where --------------------------------------------------------------------------------------- */

typedef struct directory {
    kl_node_call *call;
    const kl_ldap_driver *driver; /* NULL: in memory */
    void *session;
    kl_ldap_watch watch;
} directory;

static kl_status fail(kl_error *error, kl_error *why)
{
    return kl_outside_error(error, why, "url");
}

static kl_status bind_service(directory *in, kl_error *why)
{
    const kl_value *args = in->call->args;
    kl_text name = kl_as_text(args[BIND_DN]), password = kl_as_text(args[BIND_PASSWORD]);
    bool accepted;
    if (kl_is_null(args[BIND_DN]))
        return KL_OK;
    if (password.len == 0)
        return kl_error_set(why, KL_FAILED, "LDAP: bind_dn needs a bind_password that is not empty");
    KL_TRY(in->driver->bind(&accepted, in->session, name.data, password, &in->watch, why));
    return accepted ? KL_OK : kl_error_set(why, KL_FAILED, "LDAP: bind: wrong bind_dn or bind_password");
}

/* `binds`: as who searches. */
static kl_status open_directory(directory *in, kl_node_call *call, bool binds, kl_error *error)
{
    const kl_value *args = call->args;
    const void *driver;
    kl_error why = KL_ERROR_INIT;
    *in = (directory){.call = call,
                      .watch = {kl_outside_deadline(kl_as_int(args[TIMEOUT])), kl_outside_check, call}};
    bool in_memory = kl_is_null(args[BACKEND]) ? kl_is_null(args[URL])
                                               : kl_text_is(kl_as_text(args[BACKEND]), "memory");
    if (in_memory)
        return KL_OK;
    if (kl_is_null(args[URL]))
        return kl_node_missing(error, "url");
    KL_TRY(kl_driver_load(&driver, "ldap", error));
    in->driver = driver;
    kl_ldap_options options = {
        .url = kl_as_text(args[URL]).data,
        .start_tls = kl_as_bool(args[STARTTLS]),
        .ca_file = kl_is_null(args[CA_FILE]) ? NULL : kl_as_text(args[CA_FILE]).data,
        .insecure = !kl_as_bool(args[VERIFY])};
    kl_status status = in->driver->open(&in->session, &options, &in->watch, &why);
    if (status == KL_OK && binds)
        status = bind_service(in, &why);
    if (status == KL_OK)
        return KL_OK;
    if (in->session)
        in->driver->close(in->session);
    return fail(error, &why);
}

static void close_directory(directory *in)
{
    if (in->session)
        in->driver->close(in->session);
}

/* ---- the directory in memory --------------------------------------------------------------------- */

static bool same_text(kl_text a, kl_text b)
{
    return a.len == b.len && strncasecmp(a.data, b.data, a.len) == 0;
}

static bool is_within(kl_text dn, kl_text base, kl_text scope)
{
    if (same_text(dn, base))
        return !kl_text_is(scope, "one");
    if (kl_text_is(scope, "base") || (base.len && dn.len <= base.len + 1))
        return false;
    size_t head = base.len ? dn.len - base.len - 1 : dn.len;
    if (base.len && (dn.data[head] != ',' ||
                     !same_text((kl_text){dn.data + head + 1, base.len}, base)))
        return false;
    return kl_text_is(scope, "subtree") || !memchr(dn.data, ',', head);
}

/* Values as a list, all of them. */
static kl_status list_of(kl_value *out, kl_value value, kl_error *error)
{
    if (kl_is(value, KL_KIND_ARRAY)) {
        *out = kl_value_retain(value);
        return KL_OK;
    }
    KL_TRY(kl_array_new(out, 1, error));
    return kl_array_push(out, kl_value_retain(value), error);
}

static bool is_wanted(kl_value wanted, kl_text name)
{
    for (size_t i = 0; i < kl_array_len(wanted); i++)
        if (same_text(kl_as_text(kl_array_at(wanted, i)), name))
            return true;
    return kl_is_null(wanted);
}

/* An entry as a server tells it; given. */
static kl_status tell_entry(kl_value *out, kl_value entry, kl_value wanted, kl_error *error)
{
    kl_value given = kl_map_get(entry, KL_TEXT("attributes"));
    kl_build attributes = kl_build_begin(0, error), made = kl_build_begin(0, error);
    for (size_t i = 0; i < kl_map_len(given) && attributes.status == KL_OK; i++) {
        kl_value list = kl_null();
        kl_text name = kl_map_key_at(given, i);
        if (!is_wanted(wanted, name))
            continue;
        kl_status status = list_of(&list, kl_map_value_at(given, i), error);
        kl_build_given(&attributes, name.data, status, list);
    }
    kl_value map = kl_null();
    kl_status status = kl_build_end(&map, &attributes);
    kl_build_share(&made, "dn", kl_map_get(entry, KL_TEXT("dn")));
    kl_build_given(&made, "attributes", status, map);
    return kl_build_end(out, &made);
}

static kl_status search_memory(kl_value *out, const directory *in, const kl_ldap_search *search,
                               kl_value wanted, kl_error *error)
{
    static const char *const words[] = {"base", "one", "subtree"};
    kl_value entries = in->call->args[ENTRIES], list, told;
    kl_text base = kl_text_from(search->base), filter = kl_text_from(search->filter);
    bool matches;
    kl_status status;
    KL_TRY(kl_ldap_filter_test(&matches, filter, kl_null(), error));
    KL_TRY(kl_array_new(&list, 0, error));
    for (size_t i = 0; i < kl_array_len(entries); i++) {
        kl_value entry = kl_array_at(entries, i);
        kl_text dn = kl_as_text(kl_map_get(entry, KL_TEXT("dn")));
        if (!is_within(dn, base, kl_text_from(words[search->scope])))
            continue;
        KL_TRY_OUT(kl_ldap_filter_test(&matches, filter, entry, error));
        if (!matches)
            continue;
        if (kl_array_len(list) >= search->entries_max) {
            status = kl_error_set(error, KL_LIMIT, "resource limit exceeded: entries (limit: %zu "
                                                   "entries)",
                                  search->entries_max);
            goto out;
        }
        KL_TRY_OUT(tell_entry(&told, entry, wanted, error));
        KL_TRY_OUT(kl_array_push(&list, told, error));
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

static void check_password(bool *right, const directory *in, kl_text dn, kl_text password)
{
    kl_value entries = in->call->args[ENTRIES];
    *right = false;
    for (size_t i = 0; i < kl_array_len(entries); i++) {
        kl_value entry = kl_array_at(entries, i), known = kl_map_get(entry, KL_TEXT("password"));
        if (same_text(kl_as_text(kl_map_get(entry, KL_TEXT("dn"))), dn) &&
            kl_is(known, KL_KIND_STRING))
            *right = kl_equal_secret(kl_as_text(known), password);
    }
}

/* ---- searching ----------------------------------------------------------------------------------- */

/* Names of attributes, ended by NULL, borrowed from `wanted`; NULL for all. */
static kl_status attribute_names(const char ***out, kl_value wanted, kl_error *error)
{
    *out = NULL;
    if (kl_is_null(wanted))
        return KL_OK;
    *out = kl_alloc_zero(kl_array_len(wanted) + 1, sizeof **out);
    if (!*out)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < kl_array_len(wanted); i++)
        (*out)[i] = kl_as_text(kl_array_at(wanted, i)).data;
    if (kl_array_len(wanted) == 0)
        kl_free(*out), *out = NULL;
    return KL_OK;
}

/* Entries that match; given. `filter_key` is the input that a malformed filter came from. */
static kl_status search(kl_value *out, directory *in, kl_text base, kl_text filter,
                        kl_ldap_scope scope, kl_value wanted, const char *filter_key,
                        kl_error *error)
{
    const kl_value *args = in->call->args;
    const char **names;
    kl_error why = KL_ERROR_INIT;
    KL_TRY(attribute_names(&names, wanted, error));
    kl_ldap_search how = {.base = base.data,
                          .filter = filter.data,
                          .scope = scope,
                          .attributes = names,
                          .page = (int)kl_as_int(args[PAGE_SIZE]),
                          .entries_max = (size_t)kl_as_int(args[MAX_ENTRIES])};
    bool matches; /* the filter is checked here, so that both backends refuse the same */
    kl_status status = kl_ldap_filter_test(&matches, filter, kl_null(), &why);
    if (status == KL_OK)
        status = in->driver ? in->driver->search(out, in->session, &how, &in->watch, &why)
                            : search_memory(out, in, &how, wanted, &why);
    kl_free(names);
    if (status == KL_SYNTAX) {
        kl_node_bad(error, filter_key, "%s", kl_error_message(&why));
        kl_error_clear(&why);
        return KL_FAILED;
    }
    if (status == KL_NOT_FOUND) { /* the caller may know what that means */
        kl_error_move(error, &why);
        return status;
    }
    return status == KL_OK ? KL_OK : kl_outside_error(error, &why, "url");
}

/* The value of an attribute in any case: the only one, or the list; borrowed. */
static kl_value attribute(kl_value entry, kl_text name)
{
    kl_value attributes = kl_map_get(entry, KL_TEXT("attributes"));
    for (size_t i = 0; i < kl_map_len(attributes); i++)
        if (same_text(kl_map_key_at(attributes, i), name)) {
            kl_value values = kl_map_value_at(attributes, i);
            return kl_array_len(values) == 1 ? kl_array_at(values, 0) : values;
        }
    return kl_null();
}

/* A user as the node gives it: the entry with the members of attribute_map. Given. */
static kl_status tell_user(kl_value *out, kl_value entry, kl_value names, kl_error *error)
{
    kl_build user = kl_build_of(kl_value_retain(entry), error);
    for (size_t i = 0; i < kl_map_len(names); i++)
        kl_build_share(&user, kl_map_key_at(names, i).data,
                         attribute(entry, kl_as_text(kl_map_value_at(names, i))));
    return kl_build_end(out, &user);
}

static kl_status tell_users(kl_value *out, kl_value entries, kl_value names, kl_error *error)
{
    kl_value list, user;
    KL_TRY(kl_array_new(&list, kl_array_len(entries), error));
    for (size_t i = 0; i < kl_array_len(entries); i++) {
        kl_status status = tell_user(&user, kl_array_at(entries, i), names, error);
        if (status == KL_OK)
            status = kl_array_push(&list, user, error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

/* ---- operations ---------------------------------------------------------------------------------- */

static kl_status authenticate(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_text dn = kl_as_text(call->args[DN]), password = kl_as_text(call->args[PASSWORD]);
    bool right = false;
    kl_error why = KL_ERROR_INIT;
    directory in;
    KL_TRY(open_directory(&in, call, false, error));
    kl_status status = KL_OK;
    /* To a server a name without a password, or the reverse, is an anonymous bind, which succeeds. */
    if (password.len && dn.len && in.driver)
        status = in.driver->bind(&right, in.session, dn.data, password, &in.watch, &why);
    else if (password.len && dn.len)
        check_password(&right, &in, dn, password);
    close_directory(&in);
    if (status != KL_OK)
        return fail(error, &why);
    kl_build made = kl_build_begin(0, error);
    kl_build_bool(&made, "success", true);
    kl_build_bool(&made, "authenticated", right);
    return kl_build_end(out, &made);
}

/* The filter with its values; given. */
static kl_status read_filter(kl_value *out, kl_value filter, kl_value values, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    if (kl_is_null(filter))
        return kl_node_bad(error, "filter",
                           "expected an explicit LDAP filter string, e.g. \"(cn=Alice)\"; pass "
                           "\"(objectClass=*)\" to search the whole subtree, got no filter input");
    if (!kl_is(filter, KL_KIND_STRING))
        return kl_node_bad(error, "filter", "expected string, got %s", kl_value_kind_name(filter));
    if (kl_value_len(filter) == 0)
        return kl_node_bad(error, "filter",
                           "expected a non-empty LDAP filter, e.g. \"(objectClass=*)\" (RFC 4515), "
                           "got empty filter string");
    if (kl_is_null(values)) {
        *out = kl_value_retain(filter);
        return KL_OK;
    }
    kl_status status = kl_ldap_filter_fill(out, kl_as_text(filter), values, &why);
    if (status == KL_KEY) {
        kl_node_bad(error, "filter_values", "%s", kl_error_message(&why));
        kl_error_clear(&why);
        return KL_FAILED;
    }
    kl_error_move(error, &why);
    return status;
}

static kl_ldap_scope scope_of(kl_value word)
{
    return kl_text_is(kl_as_text(word), "base")  ? KL_LDAP_BASE
           : kl_text_is(kl_as_text(word), "one") ? KL_LDAP_ONE
                                                 : KL_LDAP_SUBTREE;
}

/* What a search found, or did not, as a failure of the node. */
static kl_status settle(kl_status status, kl_error *error)
{
    if (status != KL_NOT_FOUND)
        return status;
    kl_node_form(error);
    if (error)
        error->code = KL_FAILED;
    return KL_FAILED;
}

static kl_status search_users(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    kl_value filter, entries, users = kl_null();
    directory in;
    KL_TRY(read_filter(&filter, args[FILTER], args[FILTER_VALUES], error));
    kl_status status = open_directory(&in, call, true, error);
    if (status == KL_OK) {
        status = settle(search(&entries, &in, kl_as_text(args[BASE_DN]), kl_as_text(filter),
                               scope_of(args[SEARCH_SCOPE]), args[ATTRIBUTES], "filter", error),
                        error);
        close_directory(&in);
    }
    kl_value_release(filter);
    KL_TRY(status);
    status = tell_users(&users, entries, args[ATTRIBUTE_MAP], error);
    kl_value_release(entries);
    kl_build made = kl_build_begin(0, error);
    kl_build_bool(&made, "success", true);
    kl_build_given(&made, "users", status, users);
    return kl_build_end(out, &made);
}

/* The dc= parts at the end of a name; empty when there are none. */
static kl_text domain_of(kl_text dn)
{
    for (size_t i = 0; i + 3 <= dn.len; i++)
        if ((i == 0 || dn.data[i - 1] == ',') && strncasecmp(dn.data + i, "dc=", 3) == 0)
            return (kl_text){dn.data + i, dn.len - i};
    return KL_TEXT("");
}

static kl_status tell_groups(kl_value *out, kl_value entries, kl_error *error)
{
    kl_value list, group;
    KL_TRY(kl_array_new(&list, kl_array_len(entries), error));
    for (size_t i = 0; i < kl_array_len(entries); i++) {
        kl_value entry = kl_array_at(entries, i);
        kl_build made = kl_build_begin(0, error);
        kl_build_share(&made, "dn", kl_map_get(entry, KL_TEXT("dn")));
        kl_build_share(&made, "name", attribute(entry, KL_TEXT("cn")));
        kl_status status = kl_build_end(&group, &made);
        if (status == KL_OK)
            status = kl_array_push(&list, group, error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

static kl_status find_groups(kl_value *out, kl_node_call *call, kl_text base, kl_error *error)
{
    kl_value filter, values, entries, names;
    directory in;
    KL_TRY(kl_node_result(&values, "user_dn", kl_value_retain(call->args[USER_DN]), error));
    kl_status status = read_filter(&filter, call->args[GROUP_FILTER], values, error);
    kl_value_release(values);
    KL_TRY(status);
    status = kl_array_new(&names, 1, error);
    if (status == KL_OK)
        status = kl_array_push_text(&names, KL_TEXT("cn"), error);
    else
        names = kl_null();
    if (status == KL_OK)
        status = open_directory(&in, call, true, error);
    if (status == KL_OK) {
        status = settle(search(&entries, &in, base, kl_as_text(filter), KL_LDAP_SUBTREE, names,
                               "group_filter", error),
                        error);
        close_directory(&in);
    }
    kl_value_release(names);
    kl_value_release(filter);
    KL_TRY(status);
    status = tell_groups(out, entries, error);
    kl_value_release(entries);
    return status;
}

static kl_status get_groups(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    kl_text base = kl_is_null(args[GROUP_BASE_DN]) ? domain_of(kl_as_text(args[USER_DN]))
                                                   : kl_as_text(args[GROUP_BASE_DN]);
    kl_value groups;
    bool in_memory = kl_is_null(args[URL]);
    if (base.len == 0 && !in_memory && kl_is_null(args[GROUP_BASE_DN]))
        return kl_node_missing(error, "group_base_dn");
    KL_TRY(find_groups(&groups, call, base, error));
    kl_build made = kl_build_begin(0, error);
    kl_build_bool(&made, "success", true);
    kl_build_put(&made, "groups", groups);
    return kl_build_end(out, &made);
}

static kl_status sync_user(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    kl_value entries = kl_null(), user = kl_null();
    kl_error why = KL_ERROR_INIT;
    directory in;
    KL_TRY(open_directory(&in, call, true, error));
    kl_status status = search(&entries, &in, kl_as_text(args[USER_DN]), KL_TEXT("(objectClass=*)"),
                              KL_LDAP_BASE, args[ATTRIBUTES], "filter", &why);
    close_directory(&in);
    if (status != KL_OK && status != KL_NOT_FOUND) {
        kl_error_move(error, &why);
        return status;
    }
    kl_error_clear(&why);
    status = KL_OK;
    bool found = kl_array_len(entries) > 0;
    if (found)
        status = tell_user(&user, kl_array_at(entries, 0), args[ATTRIBUTE_MAP], error);
    kl_value_release(entries);
    kl_build made = kl_build_begin(0, error);
    kl_build_bool(&made, "success", found);
    kl_build_given(&made, "user", status, user);
    return kl_build_end(out, &made);
}

static const kl_mode rows[] = {
    {"authenticate", "dn password", authenticate},
    {"search_users", "base_dn", search_users},
    {"get_groups", "user_dn", get_groups},
    {"sync_user", "user_dn", sync_user},
};

static bool has_nul(kl_value value)
{
    kl_text text = kl_as_text(value);
    return text.len && memchr(text.data, '\0', text.len);
}

static const char *arg_name(const kl_node_type *type, size_t index)
{
    return index < type->input_count ? type->inputs[index].name
                                     : type->config[index - type->input_count].name;
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    static const size_t texts[] = {DN, BASE_DN, FILTER, USER_DN, URL, CA_FILE, BIND_DN, GROUP_BASE_DN};
    kl_text word = kl_as_text(call->args[OPERATION]);
    bool known = false;
    for (size_t i = 0; operations[i]; i++)
        known = known || kl_text_is(word, operations[i]);
    if (!known)
        return kl_node_bad(error, "operation",
                           "expected authenticate, search_users, get_groups, or sync_user, got %.*s",
                           KL_TEXT_ARG(word));
    for (size_t i = 0; i < KL_COUNT(texts); i++) /* libldap would see but what stands before it */
        if (has_nul(call->args[texts[i]]))
            return kl_node_bad(error, arg_name(call->type, texts[i]),
                               "expected text without NUL");
    return kl_mode_run(out, rows, KL_COUNT(rows), call->args[OPERATION], call, error);
}

static const kl_node_type types[] = {
    {
        .name = "DirectoryIntegrationNode",
        .category = "Auth",
        .doc = "Authenticates and looks up users and groups in an LDAP directory.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run,
    },
};

static const kl_node_family directories = {.name = "ldap", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(directories);
