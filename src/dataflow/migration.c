/* src/dataflow/migration.c - Migration: statements with a name and a checksum. */
#include "migration.h"
#include "kailash/crypto.h"

kl_status kl_migration_checksum(kl_value *out, kl_value statements, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    for (size_t i = 0; i < kl_array_len(statements); i++) {
        kl_buffer_add(&text, kl_as_text(kl_array_at(statements, i)));
        kl_buffer_byte(&text, '\n');
    }
    kl_status status = text.status == KL_OK
                           ? kl_hash_hex(out, KL_HASH_SHA256, kl_buffer_text(&text), error)
                           : kl_error_set(error, text.status, "the statements are too long");
    kl_buffer_free(&text);
    return status;
}

kl_status kl_migration_verify(const kl_migration *migration, const char *method, kl_error *error)
{
    kl_value right;
    KL_TRY(kl_migration_checksum(&right, migration->up_sql, error));
    bool same = kl_text_equal(kl_as_text(right), kl_as_text(migration->checksum));
    kl_value_release(right);
    if (same)
        return KL_OK;
    return kl_error_set(error, KL_FAILED,
                        "%s failed: migration failed: migration version \"%.*s\" was changed after it "
                        "was applied: its statements do not give its checksum",
                        method, KL_TEXT_ARG(kl_as_text(migration->version)));
}

/* ---- the record ---------------------------------------------------------------------------------- */

enum { VERSION_MAX = 255 };

static kl_status check_version(kl_text version, kl_error *error)
{
    bool fine = version.len > 0 && version.len <= VERSION_MAX;
    for (size_t i = 0; i < version.len && fine; i++)
        fine = (unsigned char)version.data[i] >= 0x20 && version.data[i] != '/';
    if (fine)
        return KL_OK;
    return kl_error_set(error, KL_INVALID,
                        "version: expected 1 to %d characters, no slash and no control characters",
                        VERSION_MAX);
}

/* The checksum may be left out; one that is given must be right. */
static kl_status check(kl_object *self, kl_error *error)
{
    kl_migration *migration = (kl_migration *)self;
    kl_value right;
    KL_TRY(check_version(kl_as_text(migration->version), error));
    if (!kl_array_len(migration->up_sql))
        return kl_error_set(error, KL_INVALID, "up_sql: expected statements, got none");
    KL_TRY(kl_migration_checksum(&right, migration->up_sql, error));
    if (kl_is_null(migration->checksum)) {
        migration->checksum = right;
        return KL_OK;
    }
    bool same = kl_text_equal(kl_as_text(right), kl_as_text(migration->checksum));
    kl_value_release(right);
    return same ? KL_OK
                : kl_error_set(error, KL_INVALID, "checksum: it is not that of the statements");
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_migration *migration = (const kl_migration *)self;
    return kl_string_format(out, error,
                            "Migration(version=\"%.*s\", description=\"%.*s\", applied=%s)",
                            KL_TEXT_ARG(kl_as_text(migration->version)),
                            KL_TEXT_ARG(kl_as_text(migration->description)),
                            kl_is_null(migration->applied_at) ? "false" : "true");
}

static const kl_field fields[] = {
    KL_VALUE(kl_migration, version, .kind = KL_KIND_STRING,
             .doc = "its name; by it migrations are in order: YYYYMMDD_HHMMSS_what"),
    KL_VALUE(kl_migration, description, .kind = KL_KIND_STRING, .doc = "what it does, for people"),
    KL_VALUE(kl_migration, up_sql, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
             .doc = "the statements, one in each text"),
    KL_VALUE(kl_migration, down_sql, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
             .fallback = "[]", .doc = "the statements that undo it"),
    KL_VALUE(kl_migration, checksum, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "SHA-256 over up_sql, a line feed behind each; worked out if it is left out, and "
                    "refused if it is wrong"),
    KL_VALUE(kl_migration, applied_at, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "when it was applied (RFC 3339); None for one that was not"),
};

const kl_type kl_migration_type = {
    .name = "Migration",
    .module = "kailash",
    .doc = "Statements that change the tables of a database, and those that undo it. "
           "MigrationManager makes, applies and rolls them back.",
    .size = sizeof(kl_migration),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON | KL_TYPE_ORDERED,
    .fields = KL_TABLE(fields),
    .check = check,
    .repr = repr,
};
KL_PUBLISH(kl_migration_type);
