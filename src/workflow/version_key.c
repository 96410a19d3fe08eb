/* src/workflow/version_key.c - VersionKey and VersionInfo: the records of the version registry. */
#include "version_key.h"

static kl_status key_text(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const version_key *key = (const version_key *)self;
    kl_text name = kl_as_text(key->name), version = kl_as_text(key->version);
    (void)args;
    return kl_string_format(out, error, "%.*s@%.*s", KL_TEXT_ARG(name), KL_TEXT_ARG(version));
}

static const kl_field key_fields[] = {
    KL_VALUE(version_key, name, .kind = KL_KIND_STRING, .doc = "name of the workflow"),
    KL_VALUE(version_key, version, .kind = KL_KIND_STRING, .doc = "its version, any text"),
};

static const kl_method key_methods[] = {
    {.name = "__str__", .call = key_text, .returns = KL_KIND_STRING, .doc = "name@version"},
};

const kl_type kl_version_key_type = {
    .name = "VersionKey",
    .module = "kailash._kailash",
    .doc = "Name and version of a registered workflow.",
    .size = sizeof(version_key),
    .flags = KL_TYPE_RECORD,
    .fields = KL_TABLE(key_fields),
    .methods = KL_TABLE(key_methods),
};
KL_PUBLISH(kl_version_key_type);

static const kl_field info_fields[] = {
    KL_VALUE(version_info, name, .kind = KL_KIND_STRING, .doc = "name of the workflow"),
    KL_VALUE(version_info, version, .kind = KL_KIND_STRING, .doc = "its version"),
    KL_VALUE(version_info, workflow_hash, .kind = KL_KIND_STRING,
             .doc = "16 hexadecimal digits: FNV-1a 64 over the canonical definition"),
    KL_VALUE(version_info, registered_at, .kind = KL_KIND_STRING,
             .doc = "when it was registered: UTC, RFC 3339 with microseconds"),
};

const kl_type kl_version_info_type = {
    .name = "VersionInfo",
    .module = "kailash._kailash",
    .doc = "One version of a workflow, as VersionedWorkflowRegistry.list_versions() gives it.",
    .size = sizeof(version_info),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(info_fields),
};
KL_PUBLISH(kl_version_info_type);
