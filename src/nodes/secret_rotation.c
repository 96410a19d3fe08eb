/* src/nodes/secret_rotation.c - SecretRotationNode: whether a secret must go, and the next one. */
#include "build_map.h"
#include "encode.h"
#include "kailash/crypto.h"
#include "kailash/id.h"
#include "kailash/node.h"
#include "secret_targets.h"

#include <math.h>

enum { TYPE, CURRENT, CREATED, MAX_AGE, MIN_LENGTH, FORCE, TARGETS };

static const kl_param inputs[] = {
    {.name = "secret_type", .kind = KL_KIND_STRING,
     .doc = "api_key: 32 letters and digits behind \"kailash_\"; password: 32 letters, digits and "
            "signs; jwt_secret: 32 random bytes in base64url; anything else: 32 letters and digits"},
    {.name = "current_value", .kind = KL_KIND_STRING, .flags = KL_SECRET,
     .doc = "the secret as it is; only its length is looked at"},
    {.name = "created_at", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "when it was made: seconds since 1970, or RFC 3339 text"},
};
static const kl_param config[] = {
    {.name = "max_age_days", .kind = KL_KIND_NUMBER, .fallback = "90",
     .range = KL_RANGE(0, 36500), .doc = "age from which on it is rotated, in days"},
    {.name = "min_length", .kind = KL_KIND_COUNT, .fallback = "32",
     .doc = "characters below which it is rotated"},
    {.name = "force", .kind = KL_KIND_BOOL, .fallback = "false", .doc = "rotate in any case"},
    {.name = "targets", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .fallback = "[]",
     .doc = "where a new secret is put, in order, before it is told: {type: \"file\", path}: the "
            "whole content; {type: \"env_file\", path, name}: the line NAME='...'; {type: \"action\", "
            "action}: a node that gets secret_type, expires_at, new_value. Files appear at once, "
            "readable by their owner only. When one fails, the node does"},
};
static const kl_param outputs[] = {
    {.name = "rotation_needed", .kind = KL_KIND_BOOL, .doc = "whether there is a new secret"},
    {.name = "rotation_reason", .kind = KL_KIND_STRING, .doc = "why, or \"no rotation needed\""},
    {.name = "new_value", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "the new secret, or null"},
    {.name = "expires_at", .kind = KL_KIND_INT,
     .doc = "when the next rotation is due, in seconds since 1970: max_age_days from now"},
    {.name = "written", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "the targets that have the new secret"},
};

/* ---- why ----------------------------------------------------------------------------------------- */

static kl_status read_created(int64_t *out, kl_value created, kl_error *error)
{
    kl_time time;
    if (kl_is(created, KL_KIND_INT)) {
        *out = kl_as_int(created);
        return KL_OK;
    }
    double seconds = kl_as_double(created);
    if (kl_is(created, KL_KIND_DOUBLE) && seconds > -1e15 && seconds < 1e15) {
        *out = (int64_t)seconds;
        return KL_OK;
    }
    if (!kl_is(created, KL_KIND_STRING) ||
        kl_time_parse(&time, kl_as_text(created), NULL) != KL_OK)
        return kl_node_bad_value(error, "created_at", "seconds since 1970 or RFC 3339 text", created);
    *out = time / KL_SECOND;
    return KL_OK;
}

/* Characters of a valid text. */
static int64_t length_of(kl_text text)
{
    int64_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    return count;
}

/* "" when there is none. */
static kl_status find_reasons(kl_buffer *to, const kl_value *args, int64_t now, kl_error *error)
{
    int64_t created = 0, length = length_of(kl_as_text(args[CURRENT]));
    double limit = kl_as_double(args[MAX_AGE]), age = 0;
    if (!kl_is_null(args[CREATED])) {
        KL_TRY(read_created(&created, args[CREATED], error));
        age = ((double)now - (double)created) / 86400;
        if (age >= limit)
            kl_buffer_format(to, "secret is %.0f days old (max: %g)", floor(age),
                             limit);
    }
    if (length < kl_as_int(args[MIN_LENGTH]))
        kl_buffer_format(to, "%ssecret length %lld is below minimum %lld", to->len ? "; " : "",
                         (long long)length, (long long)kl_as_int(args[MIN_LENGTH]));
    if (kl_as_bool(args[FORCE]) && !to->len)
        kl_buffer_string(to, "rotation was asked for");
    return to->status == KL_OK ? KL_OK : kl_error_no_memory(error);
}

/* ---- the new secret ------------------------------------------------------------------------------ */

enum { SECRET_LEN = 32 };

#define LETTERS_AND_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define SIGNS "#%*+-=@_"

/* Each character as likely as any other: bytes that would favour some are thrown away. */
static kl_status draw(char *out, size_t len, const char *alphabet, kl_error *error)
{
    size_t letters = strlen(alphabet), limit = 256 / letters * letters;
    for (size_t done = 0; done < len;) {
        unsigned char bytes[64];
        KL_TRY(kl_random(bytes, sizeof bytes, error));
        for (size_t i = 0; i < sizeof bytes && done < len; i++)
            if (bytes[i] < limit)
                out[done++] = alphabet[bytes[i] % letters];
        kl_wipe(bytes, sizeof bytes);
    }
    return KL_OK;
}

static bool has_any(const char *text, size_t len, const char *of)
{
    for (size_t i = 0; i < len; i++)
        if (strchr(of, text[i]))
            return true;
    return false;
}

/* One that no rule for passwords refuses. */
static kl_status draw_password(char out[SECRET_LEN], kl_error *error)
{
    bool good = false;
    while (!good) {
        KL_TRY(draw(out, SECRET_LEN, LETTERS_AND_DIGITS SIGNS, error));
        good = has_any(out, SECRET_LEN, SIGNS) && has_any(out, SECRET_LEN, "0123456789") &&
               has_any(out, SECRET_LEN, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") &&
               has_any(out, SECRET_LEN, "abcdefghijklmnopqrstuvwxyz");
    }
    return KL_OK;
}

static kl_status make_secret(kl_value *out, kl_text type, kl_error *error)
{
    char bytes[SECRET_LEN];
    kl_buffer text = KL_BUFFER_INIT;
    kl_status status;
    if (kl_text_is(type, "jwt_secret"))
        status = kl_random(bytes, sizeof bytes, error);
    else if (kl_text_is(type, "password"))
        status = draw_password(bytes, error);
    else
        status = draw(bytes, sizeof bytes, LETTERS_AND_DIGITS, error);
    if (kl_text_is(type, "api_key"))
        kl_buffer_string(&text, "kailash_");
    if (kl_text_is(type, "jwt_secret"))
        kl_base64_encode(&text, (kl_text){bytes, sizeof bytes}, KL_BASE64_URL);
    else
        kl_buffer_add(&text, (kl_text){bytes, sizeof bytes});
    kl_wipe(bytes, sizeof bytes);
    if (status == KL_OK)
        return kl_buffer_finish(out, &text, error);
    kl_buffer_free(&text);
    return status;
}

/* ---- the node ------------------------------------------------------------------------------------ */

static kl_status rotate(kl_value *secret, kl_value *written, int64_t expires, kl_node_call *call,
                        kl_error *error)
{
    kl_value facts;
    KL_TRY(make_secret(secret, kl_as_text(call->args[TYPE]), error));
    kl_build build = kl_build_begin(2, error);
    kl_build_share(&build, "secret_type", call->args[TYPE]);
    kl_build_put(&build, "expires_at", kl_int(expires));
    KL_TRY(kl_build_end(&facts, &build));
    kl_status status =
        kl_secret_targets_write(written, call->args[TARGETS], *secret, facts, call, error);
    kl_value_release(facts);
    return status;
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    int64_t now = kl_epoch_seconds();
    int64_t expires = now + (int64_t)(kl_as_double(call->args[MAX_AGE]) * 86400);
    kl_buffer reasons = KL_BUFFER_INIT;
    kl_value secret = kl_null(), written = kl_null();
    kl_status status;
    KL_TRY(kl_secret_targets_check(call->args[TARGETS], error));
    KL_TRY_OUT(find_reasons(&reasons, call->args, now, error));
    KL_TRY_OUT(kl_array_new(&written, 0, error));
    if (reasons.len)
        KL_TRY_OUT(rotate(&secret, &written, expires, call, error));
    kl_build build = kl_build_begin(5, error);
    kl_build_put(&build, "rotation_needed", kl_bool(reasons.len > 0));
    kl_build_text(&build, "rotation_reason",
                  reasons.len ? kl_buffer_text(&reasons) : KL_TEXT("no rotation needed"));
    kl_build_put(&build, "new_value", kl_value_take(&secret));
    kl_build_put(&build, "expires_at", kl_int(expires));
    kl_build_put(&build, "written", kl_value_take(&written));
    status = kl_build_end(out, &build);
out:
    kl_buffer_free(&reasons);
    kl_value_release(secret);
    kl_value_release(written);
    return status;
}

static kl_status prepare(void **state, kl_value config_map, kl_error *error)
{
    (void)state;
    return kl_secret_targets_check(kl_map_get(config_map, KL_TEXT("targets")), error);
}

static const kl_node_type types[] = {
    {
        .name = "SecretRotationNode",
        .category = "Security",
        .doc = "Tells whether a secret is too old or too short, makes the next one and puts it where "
               "it is used.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run,
        .prepare = prepare,
    },
};

static const kl_node_family rotation_nodes = {.name = "secret_rotation", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(rotation_nodes);
