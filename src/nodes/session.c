/* src/nodes/session.c - SessionManagerNode: sessions of users, with tokens that are kept as hashes. */
#include "mode.h"
#include "session_store.h"

enum { MODE, USER_ID, METADATA, TTL, SESSION_ID, TOKEN, SCOPE };
#define DEFAULT_TTL 3600

static kl_status store_of(kl_session_store **out, const kl_node_call *call, kl_error *error)
{
    void *store;
    KL_TRY(kl_node_shared(&store, &kl_session_store_kind, KL_TEXT(""), call, call->args[SCOPE],
                          error));
    *out = store;
    return KL_OK;
}

static kl_status create(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    kl_session_store *store;
    kl_value id = kl_null(), token = kl_null(), map = kl_null();
    int64_t ttl = kl_is_null(args[TTL]) ? DEFAULT_TTL : kl_as_int(args[TTL]), expires_at;
    kl_status status;
    KL_TRY_OUT(store_of(&store, call, error));
    KL_TRY_OUT(kl_map_new(&map, 4, error));
    KL_TRY_OUT(kl_session_create(&id, &token, &expires_at, store, args[USER_ID], args[METADATA],
                                 ttl, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("session_id"), kl_value_take(&id), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("token"), kl_value_take(&token), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("user_id"), kl_value_retain(args[USER_ID]), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("expires_at"), kl_int(expires_at), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    kl_value_release(token);
    kl_value_release(id);
    return status;
}

static kl_status validate(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_session_store *store;
    kl_session session = {kl_null(), kl_null(), 0};
    kl_value map = kl_null();
    bool found = false;
    kl_status status;
    KL_TRY(store_of(&store, call, error));
    KL_TRY(kl_session_find(&found, &session, store, kl_as_text(call->args[SESSION_ID]),
                           kl_as_text(call->args[TOKEN]), error));
    KL_TRY_OUT(kl_node_result(&map, "valid", kl_bool(found), error));
    if (found) {
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("user_id"), kl_value_take(&session.user_id), error));
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("metadata"), kl_value_take(&session.metadata), error));
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("expires_at"), kl_int(session.expires_at), error));
    }
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    kl_value_release(session.user_id);
    kl_value_release(session.metadata);
    return status;
}

static kl_status refresh(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    kl_session_store *store;
    kl_value map = kl_null();
    bool found = false;
    int64_t expires_at = 0;
    kl_status status;
    KL_TRY(store_of(&store, call, error));
    KL_TRY(kl_session_refresh(&found, &expires_at, store, kl_as_text(args[SESSION_ID]),
                              kl_as_text(args[TOKEN]), kl_as_int(args[TTL]), error));
    KL_TRY_OUT(kl_node_result(&map, "valid", kl_bool(found), error));
    if (found) {
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("session_id"), kl_value_retain(args[SESSION_ID]),
                              error));
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("expires_at"), kl_int(expires_at), error));
    }
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    return status;
}

static kl_status revoke(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_session_store *store;
    KL_TRY(store_of(&store, call, error));
    bool revoked = kl_session_revoke(store, kl_as_text(call->args[SESSION_ID]));
    return kl_node_result(out, "revoked", kl_bool(revoked), error);
}

#define MODES(ROW)                                                                                 \
    ROW("create", "user_id", create)                                                               \
    ROW("validate", "session_id token", validate)                                                  \
    ROW("refresh", "session_id token", refresh)                                                    \
    ROW("revoke", "session_id", revoke)

static const kl_mode modes[] = {MODES(KL_MODE_ROW)};
static const char *const mode_names[] = {MODES(KL_MODE_NAME) NULL};

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    return kl_mode_run(out, modes, KL_COUNT(modes), call->args[MODE], call, error);
}

static const kl_param inputs[] = {
    {.name = "mode", .kind = KL_KIND_ENUM, .names = mode_names, .doc = "what to do"},
    {.name = "user_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "create: whose session it is"},
    {.name = "metadata", .kind = KL_KIND_MAP, .fallback = "{}",
     .doc = "create: what to keep with it; validate gives it back"},
    {.name = "ttl_seconds", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .range = KL_RANGE(1, 315360000),
     .doc = "create: seconds until it expires, 3600 if absent; refresh: seconds from now, as many "
            "as at its creation if absent"},
    {.name = "session_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "validate, refresh, revoke: the session"},
    {.name = "token", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "validate, refresh: the token that create gave"},
};
static const kl_param config[] = {KL_SCOPE_PARAM("registry")};
static const kl_param outputs[] = {
    {.name = "valid", .kind = KL_KIND_BOOL, .flags = KL_OPTIONAL,
     .doc = "validate, refresh: whether there is such a session with this token"},
    {.name = "session_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "a UUID"},
    {.name = "token", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "create: 43 characters of base64url, told only once"},
    {.name = "user_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "whose session it is"},
    {.name = "metadata", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "validate: what was kept with it"},
    {.name = "expires_at", .kind = KL_KIND_INT, .flags = KL_OPTIONAL, .doc = "epoch seconds"},
    {.name = "revoked", .kind = KL_KIND_BOOL, .flags = KL_OPTIONAL,
     .doc = "revoke: whether there was such a session"},
};

static const kl_node_type types[] = {
    {
        .name = "SessionManagerNode",
        .category = "Auth",
        .doc = "Keeps sessions of users in memory.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .run = run,
    },
};

static const kl_node_family session = {.name = "session", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(session);
