/* src/workflow/exceptions.c - the exceptions of the engine. */
#include "kailash/type.h"

#define ATTRIBUTE(attribute, of_kind, text)                                                        \
    {.name = (attribute), .kind = (of_kind), .flags = KL_READ_ONLY | KL_OPTIONAL, .doc = (text)}

static const kl_field gate_attributes[] = {
    ATTRIBUTE("kind", KL_KIND_STRING,
              "input_absent: an input that the predicate names did not arrive; "
              "malformed_predicate: the predicate itself cannot be read"),
    ATTRIBUTE("node_id", KL_KIND_STRING, "id of the gate"),
    ATTRIBUTE("input_key", KL_KIND_STRING, "name of the missing input, or None"),
    ATTRIBUTE("detail", KL_KIND_STRING, "what is wrong, in words"),
};

static const kl_type kl_gate_undetermined_type = {
    .name = "GateUndetermined",
    .module = "kailash",
    .doc = "A gate can neither open nor close, because an input of its predicate is absent.",
    .flags = KL_TYPE_EXCEPTION,
    .base_name = "RuntimeError",
    .fields = KL_TABLE(gate_attributes),
};
KL_PUBLISH(kl_gate_undetermined_type);

static const kl_type kl_soft_time_limit_exceeded_type = {
    .name = "SoftTimeLimitExceeded",
    .module = "kailash",
    .doc = "The soft time limit of a run has passed; raised by check_cancellation() within a "
           "callback, which may still tidy up, and by the run when the callback lets it escape.",
    .flags = KL_TYPE_EXCEPTION,
    .base_name = "Exception",
};
KL_PUBLISH(kl_soft_time_limit_exceeded_type);

static const kl_field record_attributes[] = {
    ATTRIBUTE("run_id", KL_KIND_STRING, "UUID of the run"),
    ATTRIBUTE("run_result", KL_KIND_MAP, "result of the run when it succeeded, else None"),
    ATTRIBUTE("run_error", KL_KIND_STRING, "message of the run's failure, or None"),
    ATTRIBUTE("killed_at", KL_KIND_STRING, "UTC time at which a limit or a shutdown ended the "
                                           "run, or None"),
    ATTRIBUTE("store_error", KL_KIND_STRING, "why the record could not be written"),
};

static const kl_type kl_terminal_record_not_written_type = {
    .name = "TerminalRecordNotWritten",
    .module = "kailash",
    .doc = "A run ended, but the execution store could not write down how. The outcome is in "
           "run_result or run_error, so it is not lost.",
    .flags = KL_TYPE_EXCEPTION,
    .base_name = "RuntimeError",
    .fields = KL_TABLE(record_attributes),
};
KL_PUBLISH(kl_terminal_record_not_written_type);
