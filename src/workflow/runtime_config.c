/* src/workflow/runtime_config.c - RuntimeConfig and ExecuteOpts. */
#include "engine.h"

#include <unistd.h>

static const char *const conditional_words[] = {"skip", "evaluate_all", NULL};
static const char *const validation_words[] = {"strict", "warn", "off", NULL};

static kl_status runtime_config_check(kl_object *self, kl_error *error)
{
    runtime_config *config = (runtime_config *)self;
    kl_value *switches[] = {&config->enable_monitoring, &config->enable_resource_limits,
                            &config->enable_security, &config->enable_audit};
    if (config->max_concurrent_nodes == 0) {
        long processors = sysconf(_SC_NPROCESSORS_ONLN);
        config->max_concurrent_nodes = processors > 0 ? processors : 1;
    }
    for (size_t i = 0; i < KL_COUNT(switches); i++)
        if (kl_is_null(*switches[i]))
            *switches[i] = kl_bool(false);
    return kl_is_null(config->connection_validation)
               ? kl_string_new(&config->connection_validation, KL_TEXT("strict"), error)
               : KL_OK;
}

#define DEPRECATED_SWITCH(member)                                                                  \
    KL_VALUE(runtime_config, member, .kind = KL_KIND_BOOL,                                         \
             .flags = KL_OPTIONAL | KL_SETTABLE | KL_DEPRECATED,                 \
             .doc = "deprecated: kept and read back, has no effect")

#define SECONDS_FIELD(owner, member, flag, text)                                                   \
    KL_VALUE(owner, member, .kind = KL_KIND_DURATION, .flags = KL_OPTIONAL | (flag), .doc = text)

static const kl_field runtime_config_fields[] = {
    KL_BOOL(runtime_config, debug, false, .flags = KL_SETTABLE,
            .doc = "write verbose logs, warn of ports that nobody declares"),
    KL_COUNT_FIELD(runtime_config, max_concurrent_nodes, 0, .flags = KL_SETTABLE,
                   .doc = "most nodes of a run that work at once; 0 = number of processors"),
    KL_BOOL(runtime_config, enable_cycles, false, .flags = KL_SETTABLE,
            .doc = "allow executing a workflow with cycles"),
    KL_ENUM(runtime_config, conditional_execution, "skip", .names = conditional_words,
            .doc = "what becomes of a node whose required inputs do not arrive: skip it, or fail"),
    KL_VALUE(runtime_config, connection_validation, .kind = KL_KIND_ENUM, .names = validation_words,
             .flags = KL_OPTIONAL | KL_SETTABLE | KL_DEPRECATED,
             .doc = "deprecated: kept and read back, has no effect"),
    DEPRECATED_SWITCH(enable_monitoring),
    DEPRECATED_SWITCH(enable_resource_limits),
    DEPRECATED_SWITCH(enable_security),
    DEPRECATED_SWITCH(enable_audit),
    SECONDS_FIELD(runtime_config, node_timeout, 0, "seconds one node may take; None = no limit"),
    SECONDS_FIELD(runtime_config, workflow_timeout, 0, "seconds one run may take; None = no limit"),
    SECONDS_FIELD(runtime_config, max_workflow_duration, KL_KEYWORD_ONLY,
                  "upper bound of workflow_timeout and of every time_limit; None = none"),
    KL_VALUE(runtime_config, max_nodes_per_workflow, .kind = KL_KIND_COUNT,
             .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "refuse workflows with more nodes; None = no limit"),
    KL_VALUE(runtime_config, max_concurrent_workflows, .kind = KL_KIND_COUNT,
             .flags = KL_OPTIONAL | KL_KEYWORD_ONLY, .range = KL_RANGE(1, 1e9),
             .doc = "most runs at once, others wait for their turn; None = no limit"),
    KL_BOOL(runtime_config, strict_input_validation, false, .flags = KL_KEYWORD_ONLY,
            .doc = "refuse workflow inputs that no root node declares"),
};

const kl_type kl_runtime_config_type = {
    .name = "RuntimeConfig",
    .module = "kailash",
    .doc = "How a Runtime executes. A Runtime takes a snapshot when it is made.",
    .size = sizeof(runtime_config),
    .flags = KL_TYPE_MUTABLE,
    .fields = KL_TABLE(runtime_config_fields),
    .check = runtime_config_check,
    .repr_fields = "debug max_concurrent_nodes enable_cycles",
};
KL_PUBLISH(kl_runtime_config_type);

static const kl_field execute_opts_fields[] = {
    SECONDS_FIELD(execute_opts, soft_time_limit, 0,
                  "seconds after which ExecutionContext.check_cancellation() raises "
                  "SoftTimeLimitExceeded; None = no limit"),
    SECONDS_FIELD(execute_opts, time_limit, 0, "seconds after which the run fails; None = no limit"),
};

const kl_type kl_execute_opts_type = {
    .name = "ExecuteOpts",
    .module = "kailash",
    .doc = "Limits of one execution.",
    .size = sizeof(execute_opts),
    .flags = KL_TYPE_RECORD,
    .fields = KL_TABLE(execute_opts_fields),
};
KL_PUBLISH(kl_execute_opts_type);
