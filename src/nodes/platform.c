/* src/nodes/platform.c - PlatformNode: the machine; ConnectionDashboardNode: connections counted. */
#include "mode.h"
#include "build_map.h"

#include <stdlib.h>
#include <strings.h>
#include <sys/utsname.h>
#include <unistd.h>

/* ---- PlatformNode -------------------------------------------------------------------------------- */

enum { OPERATION, VARIABLE };

static const char *const words[] = {"info", "os", "arch", "cpus", "env", NULL};

static kl_status arch_of(struct utsname *out, kl_error *error)
{
    return uname(out) == 0 ? KL_OK : kl_node_failed(error, "the system does not tell its name");
}

static int64_t cpus(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count;
}

static kl_status give_info(kl_value *out, kl_node_call *call, kl_error *error)
{
    struct utsname name;
    (void)call;
    KL_TRY(arch_of(&name, error));
    kl_build m = kl_build_begin(0, error);
    kl_build_string(&m, "arch", name.machine);
    kl_build_int(&m, "cpus", cpus());
    kl_build_string(&m, "dll_suffix", ".so");
    kl_build_string(&m, "exe_suffix", "");
    kl_build_string(&m, "family", "unix");
    kl_build_string(&m, "os", "linux");
    return kl_build_end(out, &m);
}

static kl_status give_os(kl_value *out, kl_node_call *call, kl_error *error)
{
    (void)call;
    kl_build m = kl_build_begin(0, error);
    kl_build_string(&m, "os", "linux");
    return kl_build_end(out, &m);
}

static kl_status give_arch(kl_value *out, kl_node_call *call, kl_error *error)
{
    struct utsname name;
    (void)call;
    KL_TRY(arch_of(&name, error));
    kl_build m = kl_build_begin(0, error);
    kl_build_string(&m, "arch", name.machine);
    return kl_build_end(out, &m);
}

static kl_status give_cpus(kl_value *out, kl_node_call *call, kl_error *error)
{
    (void)call;
    return kl_node_result(out, "cpus", kl_int(cpus()), error);
}

/* Whether one of the words of a name, which underscores part, is one that secrets have. */
static bool is_secret(kl_text name)
{
    static const char *const secret[] = {"SECRET", "SECRETS", "PASSWORD", "PASSWD", "PASS",
                                         "PASSPHRASE", "PGPASSWORD", "TOKEN", "KEY", "APIKEY",
                                         "CREDENTIAL", "CREDENTIALS", "AUTH", "PRIVATE"};
    for (size_t from = 0, at = 0; at <= name.len; at++) {
        if (at < name.len && name.data[at] != '_')
            continue;
        for (size_t i = 0; i < KL_COUNT(secret); i++)
            if (strlen(secret[i]) == at - from &&
                strncasecmp(secret[i], name.data + from, at - from) == 0)
                return true;
        from = at + 1;
    }
    return false;
}

static kl_status give_variable(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_text name = kl_as_text(call->args[VARIABLE]);
    bool is_name = name.len && !memchr(name.data, '\0', name.len) && !memchr(name.data, '=', name.len);
    const char *text = is_name && !is_secret(name) ? getenv(name.data) : NULL;
    kl_value value;
    KL_TRY(kl_string_repair(&value, kl_text_from(text), error));
    return kl_node_result(out, "value", value, error);
}

static const kl_mode rows[] = {
    {"info", "", give_info},
    {"os", "", give_os},
    {"arch", "", give_arch},
    {"cpus", "", give_cpus},
    {"env", "env_var", give_variable},
};

static kl_status platform_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    return kl_mode_run(out, KL_TABLE(rows), call->args[OPERATION], call, error);
}

static const kl_param platform_inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = words,
     .doc = "what to tell: all (info), one of os, arch, cpus, or a variable of the environment (env)"},
    {.name = "env_var", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "env: name of the variable. Names that have SECRET, PASSWORD, PASSWD, PASS, PASSPHRASE, "
            "PGPASSWORD, TOKEN, KEY, APIKEY, CREDENTIAL(S), AUTH or PRIVATE as a word between "
            "underscores, in either case, count as unset"},
};
static const kl_param platform_outputs[] = {
    {.name = "os", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "info, os: linux"},
    {.name = "arch", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "info, arch: such as x86_64 or aarch64"},
    {.name = "cpus", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "info, cpus: processors that are online"},
    {.name = "family", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "info: unix"},
    {.name = "exe_suffix", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "info: ending of programs"},
    {.name = "dll_suffix", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "info: ending of shared libraries"},
    {.name = "value", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "env: its value, \"\" when it is unset or may hold a secret"},
};

/* ---- ConnectionDashboardNode --------------------------------------------------------------------- */

typedef struct tally {
    kl_value by_status; /* map status -> count */
    int64_t total, active, failed;
} tally;

static bool is_one_of(kl_text word, const char *first, const char *second)
{
    return kl_text_is(word, first) || kl_text_is(word, second);
}

static kl_status count_connection(tally *t, kl_value connection, kl_error *error)
{
    kl_value status = kl_map_get(connection, KL_TEXT("status"));
    kl_text word = kl_is(status, KL_KIND_STRING) ? kl_as_text(status) : KL_TEXT("unknown");
    t->total++;
    t->active += is_one_of(word, "active", "connected");
    t->failed += is_one_of(word, "error", "failed");
    return kl_map_set(&t->by_status, word,
                      kl_int(kl_as_int(kl_map_get(t->by_status, word)) + 1), error);
}

static void set_counts(kl_build *m, const tally *t)
{
    kl_build_int(m, "active_count", t->active);
    kl_build_int(m, "error_count", t->failed);
    kl_build_int(m, "total_connections", t->total);
}

static kl_status give_dashboard(kl_value *out, tally *t, kl_error *error)
{
    kl_value counts = kl_null();
    kl_build inner = kl_build_begin(0, error);
    set_counts(&inner, t);
    KL_TRY(kl_build_end(&counts, &inner));
    kl_build m = kl_build_begin(0, error);
    set_counts(&m, t);
    kl_build_put(&m, "aggregation", kl_value_take(&t->by_status));
    kl_build_put(&m, "dashboard", counts);
    return kl_build_end(out, &m);
}

static kl_status dashboard_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    tally t = {0};
    kl_status status = kl_map_new(&t.by_status, 4, error);
    for (size_t i = 0; i < kl_array_len(call->args[0]) && status == KL_OK; i++)
        status = count_connection(&t, kl_array_at(call->args[0], i), error);
    if (status == KL_OK)
        status = give_dashboard(out, &t, error);
    kl_value_release(t.by_status);
    return status;
}

static const kl_param dashboard_inputs[] = {
    {.name = "connections", .kind = KL_KIND_ARRAY,
     .doc = "a dict with `status` per connection; without one it is unknown"},
};
static const kl_param dashboard_outputs[] = {
    {.name = "total_connections", .kind = KL_KIND_INT, .doc = "how many"},
    {.name = "active_count", .kind = KL_KIND_INT, .doc = "those that are active or connected"},
    {.name = "error_count", .kind = KL_KIND_INT, .doc = "those whose status is error or failed"},
    {.name = "aggregation", .kind = KL_KIND_MAP, .item = KL_KIND_INT, .doc = "number by status"},
    {.name = "dashboard", .kind = KL_KIND_MAP, .item = KL_KIND_INT, .doc = "the three counts"},
};

static const kl_node_type types[] = {
    {
        .name = "PlatformNode",
        .category = "Cloud",
        .doc = "What machine this is, and its environment without secrets.",
        .inputs = KL_TABLE(platform_inputs),
        .outputs = KL_TABLE(platform_outputs),
        .run = platform_run,
    },
    {
        .name = "ConnectionDashboardNode",
        .category = "Monitoring",
        .doc = "Counts connections by their status.",
        .inputs = KL_TABLE(dashboard_inputs),
        .outputs = KL_TABLE(dashboard_outputs),
        .run = dashboard_run,
    },
};

static const kl_node_family platform = {.name = "platform", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(platform);
