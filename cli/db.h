/* cli/db.h - what the commands on databases share. */
#ifndef KL_CLI_DB_H
#define KL_CLI_DB_H

#include "command.h"
#include "kailash/dataflow.h"

#define DB_OPTION                                                                                  \
    {.name = "database", .letter = 'd', .kind = OPTION_TEXT, .value = "URL",                       \
     .doc = "The database: sqlite:FILE, postgres://USER:PASSWORD@HOST/NAME, mysql://... . Without " \
            "it the environment variable DATABASE_URL, where a password is seen by fewer."}
#define DROP_OPTION                                                                                \
    {.name = "drop", .kind = OPTION_FLAG,                                                          \
     .doc = "Let columns, indexes and keys go too that no model declares, with what they hold. "   \
            "Without it they stay. Tables that no model has always stay."}

/* Connect to what --database names. Reports a failure and returns its exit code. */
int db_open(kl_dataflow **out, const invocation *in);
/* The same with the models of the file that `in->argument` names, if it does. */
int db_open_with_models(kl_dataflow **out, const invocation *in);

/* A JSON value of a file; given. The message names the file, and for malformed text the place. */
kl_status read_json_file(kl_value *out, const char *path, kl_error *error);

/* ---- migrations in files (db_files.c) ---------------------------------------------------------- */

typedef struct migration_file {
    char *path;
    kl_value migration; /* an object of kl_migration_type */
} migration_file;

typedef struct migration_files {
    migration_file *items; /* by version */
    size_t count, cap;
} migration_files;

/* All of a folder (*.json); end it with free_migration_files(). */
kl_status read_migration_files(migration_files *out, const char *folder, kl_error *error);
void free_migration_files(migration_files *files);
/* Write FOLDER/VERSION.json, making the folder if it is not there; `*path` is given (free()). */
kl_status write_migration_file(char **path, const char *folder, kl_value migration,
                               kl_error *error);
/* A field of a migration by name; given. */
kl_value migration_field(kl_value migration, const char *name);

#endif
