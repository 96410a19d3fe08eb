/* src/nodes/secret_targets.c - see secret_targets.h. */
#include "secret_targets.h"
#include "action.h"
#include "build_map.h"
#include "kailash/crypto.h"
#include "store/file.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* Readable by the owner alone. */
static const kl_file_write_options private_file = {.sync = true, .mode = 0600};

static kl_text text_of(kl_value target, const char *key)
{
    return kl_as_text(kl_map_get(target, kl_text_from(key)));
}

static kl_status as_node_error(kl_status status, kl_error *why, kl_error *error)
{
    if (status == KL_OK || status == KL_NO_MEMORY || status == KL_CANCELLED)
        kl_error_move(error, why);
    else
        status = kl_node_failed(error, "the new secret was not written: %s", kl_error_message(why));
    kl_error_clear(why);
    return status;
}

/* ---- a file of its own --------------------------------------------------------------------------- */

static kl_status write_file(kl_value target, kl_value secret, kl_error *error)
{
    return kl_file_write(text_of(target, "path"), kl_as_text(secret), &private_file, error);
}

/* ---- a line NAME=VALUE of a file ----------------------------------------------------------------- */

enum { ENVIRONMENT_FILE_MAX = 1 << 20 };

static bool is_name(kl_text name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        bool letter = ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
        if (!letter && !(i > 0 && c >= '0' && c <= '9'))
            return false;
    }
    return name.len > 0;
}

/* Whether the line sets the variable: "NAME=...", " export NAME=...". */
static bool sets(kl_text line, kl_text name)
{
    size_t at = 0;
    while (at < line.len && (line.data[at] == ' ' || line.data[at] == '\t'))
        at++;
    if (line.len - at > 7 && memcmp(line.data + at, "export ", 7) == 0)
        at += 7;
    return line.len - at > name.len && memcmp(line.data + at, name.data, name.len) == 0 &&
           line.data[at + name.len] == '=';
}

/* Secrets made here hold neither quotes nor line ends. */
static void add_line(kl_buffer *to, kl_text name, kl_text secret)
{
    kl_buffer_add(to, name);
    kl_buffer_string(to, "='");
    kl_buffer_add(to, secret);
    kl_buffer_string(to, "'\n");
}

/* The file with the variable set once: where it stood first, else at the end. */
static void set_variable(kl_buffer *to, kl_text before, kl_text name, kl_text secret)
{
    bool done = false;
    while (before.len) {
        const char *end = memchr(before.data, '\n', before.len);
        size_t len = end ? (size_t)(end - before.data) : before.len;
        kl_text line = {before.data, len};
        bool mine = sets(line, name);
        if (mine && !done)
            add_line(to, name, secret);
        else if (!mine) {
            kl_buffer_add(to, line);
            kl_buffer_byte(to, '\n');
        }
        done |= mine;
        before = (kl_text){before.data + len + (end != NULL), before.len - len - (end != NULL)};
    }
    if (!done)
        add_line(to, name, secret);
}

static kl_status write_environment(kl_value target, kl_value secret, kl_error *error)
{
    kl_buffer before = KL_BUFFER_INIT, after = KL_BUFFER_INIT;
    kl_file_range_options limit = {.limit = ENVIRONMENT_FILE_MAX};
    kl_value path = kl_map_get(target, KL_TEXT("path"));
    kl_status status = KL_OK;
    bool exists = access(kl_as_text(path).data, F_OK) == 0 || errno != ENOENT;
    if (exists)
        KL_TRY_OUT(kl_file_read(&before, kl_as_text(path), &limit, error));
    set_variable(&after, kl_buffer_text(&before), text_of(target, "name"), kl_as_text(secret));
    if (after.status != KL_OK)
        KL_TRY_OUT(kl_error_no_memory(error));
    status = kl_file_write(kl_as_text(path), kl_buffer_text(&after), &private_file, error);
out:
    kl_wipe(before.data, before.len);
    kl_wipe(after.data, after.len);
    kl_buffer_free(&before);
    kl_buffer_free(&after);
    return status;
}

/* ---- a node -------------------------------------------------------------------------------------- */

static kl_status run_action(kl_value target, kl_value secret, kl_value facts,
                            const kl_node_call *call, kl_error *error)
{
    kl_action *action;
    kl_value inputs, out = kl_null();
    KL_TRY(kl_action_new(&action, kl_map_get(target, KL_TEXT("action")), call->registry,
                         "targets[].action", error));
    kl_build build = kl_build_begin(4, error);
    kl_build_merge(&build, facts);
    kl_build_share(&build, "new_value", secret);
    kl_status status = kl_build_end(&inputs, &build);
    if (status == KL_OK) {
        status = kl_action_run(&out, action, call, inputs, error);
        kl_value_release(inputs);
    }
    kl_value_release(out);
    kl_action_free(action);
    return status;
}

/* ---- all ----------------------------------------------------------------------------------------- */

static kl_status bad_target(size_t index, const char *key, const char *expected, kl_value got,
                            kl_error *error)
{
    char name[64];
    snprintf(name, sizeof name, "targets[%zu].%s", index, key);
    return kl_is_null(got) ? kl_node_missing(error, name)
                           : kl_node_bad_value(error, name, expected, got);
}

static kl_status check_one(kl_value target, size_t index, kl_error *error)
{
    kl_value type = kl_map_get(target, KL_TEXT("type")), path = kl_map_get(target, KL_TEXT("path"));
    kl_value name = kl_map_get(target, KL_TEXT("name"));
    kl_value action = kl_map_get(target, KL_TEXT("action"));
    bool file = kl_text_is(kl_as_text(type), "file");
    bool environment = kl_text_is(kl_as_text(type), "env_file");
    if (!file && !environment && !kl_text_is(kl_as_text(type), "action"))
        return bad_target(index, "type", "one of: file, env_file, action", type, error);
    bool good = kl_is(path, KL_KIND_STRING) && kl_as_text(path).len &&
                !memchr(kl_as_text(path).data, '\0', kl_as_text(path).len);
    if ((file || environment) && !good)
        return bad_target(index, "path", "path of a file", path, error);
    if (environment && !(kl_is(name, KL_KIND_STRING) && is_name(kl_as_text(name))))
        return bad_target(index, "name", "name of a variable", name, error);
    if (!file && !environment && !kl_is(action, KL_KIND_STRING) && !kl_is(action, KL_KIND_MAP))
        return bad_target(index, "action", "name of a node type, or a dict", action, error);
    return KL_OK;
}

kl_status kl_secret_targets_check(kl_value targets, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(targets); i++)
        KL_TRY(check_one(kl_array_at(targets, i), i, error));
    return KL_OK;
}

static kl_status write_one(kl_value target, kl_value secret, kl_value facts,
                           const kl_node_call *call, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_text type = text_of(target, "type");
    kl_status status = kl_text_is(type, "file")       ? write_file(target, secret, &why)
                       : kl_text_is(type, "env_file") ? write_environment(target, secret, &why)
                                                      : run_action(target, secret, facts, call, &why);
    return as_node_error(status, &why, error);
}

kl_status kl_secret_targets_write(kl_value *written, kl_value targets, kl_value secret,
                                  kl_value facts, const kl_node_call *call, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(targets); i++) {
        kl_value target = kl_array_at(targets, i);
        kl_text path = text_of(target, "path"), name = text_of(target, "name");
        KL_TRY(write_one(target, secret, facts, call, error));
        KL_TRY(kl_list_format(written, error, "%.*s%s%.*s%s%.*s", KL_TEXT_ARG(text_of(target, "type")),
                              path.len ? " " : "", KL_TEXT_ARG(path), name.len ? " " : "",
                              KL_TEXT_ARG(name)));
    }
    return KL_OK;
}
