/* cli/pact.h - what the commands on organisations share: an engine from a file. */
#ifndef KL_CLI_PACT_H
#define KL_CLI_PACT_H

#include "command.h"

/* The engine of the organisation in the file that `in->argument` names: JSON, YAML, or the file of
 * PactGovernanceEngine.open(), which stays as it is. Reports a failure and returns its exit code; given. */
int pact_load(kl_value *engine, const invocation *in);
/* Call a method with up to eight arguments (borrowed), the further ones having their defaults; given. */
kl_status pact_call(kl_value *out, kl_value object, const char *method, const kl_value *args,
                    size_t count, kl_error *error);
/* A field or a property of an object, null when it has none of that name; given. */
kl_value pact_member(kl_value object, const char *name);
/* The address of a role that is given by address or id. KL_NOT_FOUND; given. */
kl_status pact_address(kl_value *out, kl_value engine, const char *role, kl_error *error);
/* An option as a string, null when it is not given; given. */
kl_status pact_text(kl_value *out, const invocation *in, const char *option, kl_error *error);

/* For the tables of options. */
#define PACT_FILE_ARGUMENT                                                                         \
    {.name = "FILE", .required = true, .completion = COMPLETE_FILES,                               \
     .doc = "an organisation in JSON or YAML, with its envelopes, clearances, bridges and policies; " \
            "or the SQLite file of PactGovernanceEngine.open(), which stays as it is; - reads "    \
            "standard input"}
#define PACT_ROLE_OPTION                                                                           \
    {.name = "role", .letter = 'r', .kind = OPTION_TEXT, .value = "ROLE",                          \
     .doc = "Address of the role, such as D1-R1-T1-R1, or its id."}

#endif
