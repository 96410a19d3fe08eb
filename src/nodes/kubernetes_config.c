/* src/nodes/kubernetes_config.c - see kubernetes.h. */
#include "kubernetes.h"
#include "encode.h"
#include "format.h"
#include "kailash/node.h"
#include "store/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 20 };
#define ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount/"

static void end_file(kl_cluster_file *file)
{
    if (file->path[0])
        kl_free(file->path);
    if (file->descriptor >= 0)
        close(file->descriptor);
}

void kl_cluster_clear(kl_cluster *cluster)
{
    kl_value_release(cluster->server);
    kl_value_release(cluster->token);
    end_file(&cluster->ca);
    end_file(&cluster->certificate);
    end_file(&cluster->key);
}

/* ---- files --------------------------------------------------------------------------------------- */

static kl_status set_path(kl_cluster_file *file, kl_text path, kl_error *error)
{
    char *copy = kl_strdup(path);
    if (!copy)
        return kl_error_no_memory(error);
    file->path = copy;
    return KL_OK;
}

/* Keys that stand in the config never reach a disk. */
static kl_status set_content(kl_cluster_file *file, kl_text bytes, kl_error *error)
{
    char path[32];
    int descriptor = memfd_create("kubeconfig", MFD_CLOEXEC);
    if (descriptor < 0)
        return kl_error_set(error, KL_IO, "no file in memory can be made: %s", strerror(errno));
    file->descriptor = descriptor;
    if (write(descriptor, bytes.data, bytes.len) != (ssize_t)bytes.len)
        return kl_error_set(error, KL_IO, "a certificate of the kubeconfig cannot be kept in memory");
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    return set_path(file, kl_text_from(path), error);
}

/* `key` names a file, relative to that of the config; `key`-data holds its content in base64. */
static kl_status read_file(kl_cluster_file *file, kl_value map, const char *key, kl_text folder,
                           kl_error *error)
{
    char name[64];
    kl_buffer bytes = KL_BUFFER_INIT;
    snprintf(name, sizeof name, "%s-data", key);
    kl_value data = kl_map_get(map, kl_text_from(name)), path = kl_map_get(map, kl_text_from(key));
    if (kl_is(data, KL_KIND_STRING)) {
        kl_status status = kl_base64_decode(&bytes, kl_as_text(data), KL_BASE64_STANDARD, error);
        if (status == KL_OK)
            status = set_content(file, kl_buffer_text(&bytes), error);
        else
            kl_error_prefix(error, "%s: ", name);
        kl_buffer_free(&bytes);
        return status;
    }
    if (!kl_is(path, KL_KIND_STRING) || kl_as_text(path).len == 0)
        return KL_OK;
    if (kl_as_text(path).data[0] == '/')
        return set_path(file, kl_as_text(path), error);
    kl_buffer_add(&bytes, folder);
    kl_buffer_add(&bytes, kl_as_text(path));
    kl_status status = bytes.status == KL_OK ? set_path(file, kl_buffer_text(&bytes), error)
                                             : kl_error_no_memory(error);
    kl_buffer_free(&bytes);
    return status;
}

static kl_text trimmed(kl_text text)
{
    while (text.len && (unsigned char)text.data[text.len - 1] <= ' ')
        text.len--;
    return text;
}

static kl_status read_text(kl_value *out, kl_text path, kl_error *error)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    kl_status status = kl_file_read(&bytes, path, &(kl_file_range_options){.limit = FILE_MAX}, error);
    if (status == KL_OK)
        status = kl_string_new(out, trimmed(kl_buffer_text(&bytes)), error);
    kl_buffer_free(&bytes);
    return status;
}

/* ---- kubeconfig ---------------------------------------------------------------------------------- */

/* The part `inner` of the entry of a list that has a name; borrowed. */
static kl_status find_named(kl_value *out, kl_value config, const char *list, const char *inner,
                            kl_text name, kl_error *error)
{
    kl_value entries = kl_map_get(config, kl_text_from(list));
    for (size_t i = 0; kl_is(entries, KL_KIND_ARRAY) && i < kl_array_len(entries); i++) {
        kl_value entry = kl_array_at(entries, i), own = kl_map_get(entry, KL_TEXT("name"));
        if (kl_is(own, KL_KIND_STRING) && kl_text_equal(kl_as_text(own), name)) {
            *out = kl_map_get(entry, kl_text_from(inner));
            return KL_OK;
        }
    }
    return kl_error_set(error, KL_INVALID, "it has no '%.*s' among its %s", KL_TEXT_ARG(name), list);
}

static kl_text text_of(kl_value map, const char *key)
{
    kl_value found = kl_map_get(map, kl_text_from(key));
    return kl_is(found, KL_KIND_STRING) ? kl_as_text(found) : KL_TEXT("");
}

static kl_status read_cluster(kl_cluster *out, kl_value cluster, kl_text folder, kl_error *error)
{
    kl_text server = text_of(cluster, "server");
    kl_value insecure = kl_map_get(cluster, KL_TEXT("insecure-skip-tls-verify"));
    if (!server.len)
        return kl_error_set(error, KL_INVALID, "its cluster names no server");
    out->trusts_all = kl_is(insecure, KL_KIND_BOOL) && kl_as_bool(insecure);
    KL_TRY(kl_string_new(&out->server, server, error));
    return read_file(&out->ca, cluster, "certificate-authority", folder, error);
}

static kl_status read_user(kl_cluster *out, kl_value user, kl_text folder, kl_error *error)
{
    kl_text token = text_of(user, "token"), token_file = text_of(user, "tokenFile");
    if (!kl_is_null(kl_map_get(user, KL_TEXT("exec"))) ||
        !kl_is_null(kl_map_get(user, KL_TEXT("auth-provider"))))
        return kl_error_set(error, KL_INVALID,
                            "its user asks a program for credentials, which is not done here; give a "
                            "token");
    if (token.len)
        KL_TRY(kl_string_new(&out->token, token, error));
    else if (token_file.len)
        KL_TRY(read_text(&out->token, token_file, error));
    KL_TRY(read_file(&out->certificate, user, "client-certificate", folder, error));
    return read_file(&out->key, user, "client-key", folder, error);
}

static kl_status read_context(kl_cluster *out, kl_value config, kl_text name, kl_text folder,
                              kl_error *error)
{
    kl_value context, cluster, user = kl_null();
    if (!name.len)
        name = text_of(config, "current-context");
    KL_TRY(find_named(&context, config, "contexts", "context", name, error));
    KL_TRY(find_named(&cluster, config, "clusters", "cluster", text_of(context, "cluster"), error));
    if (text_of(context, "user").len)
        KL_TRY(find_named(&user, config, "users", "user", text_of(context, "user"), error));
    KL_TRY(read_cluster(out, cluster, folder, error));
    return kl_is(user, KL_KIND_MAP) ? read_user(out, user, folder, error) : KL_OK;
}

static kl_status read_config(kl_cluster *out, kl_text text, kl_text context, kl_text folder,
                             kl_error *error)
{
    kl_value config;
    KL_TRY(kl_format_read(&config, KL_TEXT("yaml"), text, error));
    kl_status status = read_context(out, config, context, folder, error);
    kl_value_release(config);
    return status;
}

kl_status kl_cluster_from_file(kl_cluster *out, kl_text path, kl_text context, kl_error *error)
{
    kl_value text;
    kl_text folder = path;
    kl_status status = read_text(&text, path, error);
    if (status == KL_OK) {
        while (folder.len && folder.data[folder.len - 1] != '/')
            folder.len--;
        status = read_config(out, kl_as_text(text), context, folder, error);
        kl_value_release(text);
    }
    if (status == KL_OK || status == KL_NO_MEMORY)
        return status;
    kl_error why = KL_ERROR_INIT;
    kl_error_move(&why, error);
    status = kl_node_bad(error, "kubeconfig", "%.*s: %s", KL_TEXT_ARG(path), kl_error_message(&why));
    kl_error_clear(&why);
    return status;
}

/* ---- within a pod -------------------------------------------------------------------------------- */

kl_status kl_cluster_from_within(kl_cluster *out, kl_error *error)
{
    const char *host = getenv("KUBERNETES_SERVICE_HOST"), *port = getenv("KUBERNETES_SERVICE_PORT");
    kl_buffer url = KL_BUFFER_INIT;
    if (!host || !port)
        return kl_node_bad(error, "in_cluster",
                           "this is no pod: KUBERNETES_SERVICE_HOST and _PORT are not set");
    bool v6 = memchr(host, ':', strlen(host)) != NULL;
    kl_buffer_format(&url, "https://%s%s%s:%s", v6 ? "[" : "", host, v6 ? "]" : "", port);
    KL_TRY(kl_buffer_finish(&out->server, &url, error));
    KL_TRY(set_path(&out->ca, KL_TEXT(ACCOUNT "ca.crt"), error));
    return read_text(&out->token, KL_TEXT(ACCOUNT "token"), error);
}
