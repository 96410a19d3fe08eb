/* cli/attest.h - what the commands on trust projects share. */
#ifndef KL_CLI_ATTEST_H
#define KL_CLI_ATTEST_H

#include "command.h"
#include "terminal.h"
#include "kailash/json.h"

/* ---- options ----------------------------------------------------------------------------------- */

#define ATTEST_DIR "./trust-plane"

extern const char *const attest_formats[];

#define ATTEST_DIR_OPTION                                                                          \
    {.name = "dir", .kind = OPTION_FILE, .value = "PATH",                                          \
     .doc = "Directory of the trust project; without it " ATTEST_DIR "."}
#define ATTEST_FORMAT_OPTION                                                                       \
    {.name = "format", .kind = OPTION_WORD, .value = "FORM", .words = attest_formats,              \
     .doc = "Form of the output: text or json, which is what --json says too."}
#define ATTEST_PIN_OPTION                                                                          \
    {.name = "authority", .kind = OPTION_TEXT, .value = "KEY",                                     \
     .doc = "The authority's public key, 64 hexadecimal digits, that the project must be signed by; " \
            "without it the environment variable TRUST_PLANE_AUTHORITY_PUBKEY."}
#define ATTEST_KEY_OPTION                                                                          \
    {.name = "key-file", .kind = OPTION_FILE, .value = "FILE",                                     \
     .doc = "File of mode 0600 with the operational key that signs; without it what "              \
            "TRUST_PLANE_OPERATIONAL_KEY_FILE or TRUST_PLANE_OPERATIONAL_KEY say."}
/* What every command that reads a project takes; and every one that signs. */
#define ATTEST_READS ATTEST_DIR_OPTION, ATTEST_FORMAT_OPTION, ATTEST_PIN_OPTION
#define ATTEST_SIGNS ATTEST_READS, ATTEST_KEY_OPTION

const char *attest_dir(const invocation *in);
bool attest_json(const invocation *in);
/* The value of an option that must be there; NULL after a usage error was printed. */
const char *attest_required(const invocation *in, const char *name);

/* ---- the library, by name ------------------------------------------------------------------------- */

/* A text of the command line as a string; given. */
kl_status attest_string(kl_value *out, const char *text, kl_error *error);
/* All values of an option that repeats, as an array; given. */
kl_status attest_strings(kl_value *out, const invocation *in, const char *option, kl_error *error);
/* The value of an option, null when it is not given; given. */
kl_status attest_optional(kl_value *out, const invocation *in, const char *option, kl_error *error);
/* A static method of a type of the trust plane; a function; a method of an object. `*out` given. */
kl_status attest_make(kl_value *out, const char *type, const char *name, const kl_value *args,
                      size_t count, kl_error *error);
kl_status attest_function(kl_value *out, const char *name, const kl_value *args, size_t count,
                          kl_error *error);
kl_status attest_call(kl_value *out, kl_value object, const char *name, const kl_value *args,
                      size_t count, kl_error *error);
/* A field or a property of an object; given, null without memory. */
kl_value attest_get(kl_value object, const char *name);
/* Records of an array as maps; given. */
kl_status attest_maps(kl_value *out, kl_value records, kl_error *error);

/*
 * The project of --dir; given. `signs`: with its operational key, which must be named somewhere. The
 * directory that was named on the command line is the one that may be signed into.
 */
kl_status attest_project(kl_value *out, const invocation *in, bool signs, kl_error *error);
/* The same with the key if one is named somewhere. */
kl_status attest_project_with_key(kl_value *out, const invocation *in, kl_error *error);
bool attest_names_key(const invocation *in);
/* The same for a class that is loaded from the directory: DelegationManager, HoldManager. */
kl_status attest_manager(kl_value *out, const invocation *in, const char *type, kl_error *error);

/* The envelope of a built-in template as JSON text; given. */
kl_status attest_template_envelope(kl_value *out, const char *name, kl_error *error);
/* A ConstraintEnvelope of a file of JSON, "-" = standard input; given. */
kl_status attest_envelope(kl_value *out, const char *path, kl_error *error);

/* ---- output ----------------------------------------------------------------------------------------- */

/* Text that somebody stored: without control characters, so that none can steer the terminal. */
void attest_put(FILE *to, kl_text text);
void attest_cell(table *table, kl_text text);
/* "label  text" of a list of facts. */
void attest_fact(const char *label, kl_text text);
void attest_number(const char *label, int64_t number);
/* Names of an array with ", " between them, as one cell. */
void attest_names_cell(table *table, kl_value names);

/*
 * The end of a command: prints `result` (taken) as JSON when that is asked for, tells the failure
 * when `status` is one; gives the exit code.
 */
int attest_finish(const invocation *in, kl_status status, kl_value result, kl_error *error);
/* Whether a failure says that what was checked is not what it should be, and not that it could not be
 * checked. */
bool attest_is_damage(const kl_error *error);

#endif
