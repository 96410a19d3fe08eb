/* src/pact/effective_class.c - PactEffectiveEnvelopeSnapshot, and an effective envelope explained. */
#include "effective.h"
#include "../base/buffer.h"
#include "knowledge.h"
#include "role_envelope.h"
#include "kailash/json.h"
#include "kailash/wide.h"

#include <stdlib.h>

/* ---- PactEffectiveEnvelopeSnapshot ----------------------------------------------------------- */

typedef struct snapshot {
    kl_object object;
    kl_value chain;        /* array of strings */
    kl_value version_hash, content_hash;
    bool is_expired;
    kl_value computed_at;  /* string */
    kl_value envelope;     /* map */
} snapshot;

static kl_status fill(snapshot *own, const kl_pact_effective *effective, kl_error *error)
{
    KL_TRY(kl_governance_content_hash(&own->content_hash, effective->envelope, error));
    KL_TRY(kl_pact_time_string(&own->computed_at, effective->computed_at, KL_TIME_Z, error));
    own->chain = kl_value_retain(effective->chain);
    own->version_hash = kl_value_retain(effective->version_hash);
    own->envelope = kl_value_retain(kl_governance_map(effective->envelope));
    own->is_expired = effective->is_expired;
    return KL_OK;
}

kl_status kl_pact_effective_object(kl_value *out, const kl_pact_effective *effective, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_pact_effective_type, error));
    kl_status status = fill((snapshot *)object, effective, error);
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    *out = kl_value_of(object);
    return KL_OK;
}

static kl_status put_chain(kl_value *map, kl_value chain, kl_error *error)
{
    kl_value list, item;
    kl_pact_address address;
    kl_status status;
    KL_TRY(kl_array_new(&list, kl_array_len(chain), error));
    for (size_t i = 0; i < kl_array_len(chain); i++) {
        KL_TRY_OUT(kl_pact_address_parse(&address, kl_as_text(kl_array_at(chain, i)), error));
        KL_TRY_OUT(kl_pact_path_map(&item, kl_pact_path_of(&address), error));
        KL_TRY_OUT(kl_array_push(&list, item, error));
    }
    return kl_map_set(map, KL_TEXT("chain"), list, error);
out:
    kl_value_release(list);
    return status;
}

/* As an array of its bytes, which is how documents have it. */
static kl_status put_hash(kl_value *map, kl_value hex, kl_error *error)
{
    kl_value list;
    kl_text text = kl_as_text(hex);
    KL_TRY(kl_array_new(&list, text.len / 2, error));
    for (size_t i = 0; i + 1 < text.len; i += 2) {
        const char pair[3] = {text.data[i], text.data[i + 1], '\0'};
        kl_status status = kl_array_push(&list, kl_int(strtol(pair, NULL, 16)), error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    return kl_map_set(map, KL_TEXT("version_hash"), list, error);
}

static kl_status put_all(kl_value *map, const snapshot *own, kl_error *error)
{
    KL_TRY(kl_map_set(map, KL_TEXT("envelope"), kl_value_retain(own->envelope), error));
    KL_TRY(put_chain(map, own->chain, error));
    KL_TRY(put_hash(map, own->version_hash, error));
    KL_TRY(kl_map_set(map, KL_TEXT("computed_at"), kl_value_retain(own->computed_at), error));
    return kl_map_set(map, KL_TEXT("content_hash"), kl_value_retain(own->content_hash), error);
}

static kl_status to_json(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value map;
    (void)args;
    KL_TRY(kl_map_new(&map, 5, error));
    kl_status status = put_all(&map, (const snapshot *)self, error);
    if (status == KL_OK)
        status = kl_json_print(out, map, &kl_json_plain, error);
    kl_value_release(map);
    return status;
}

static kl_status snapshot_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const snapshot *own = (const snapshot *)self;
    return kl_string_format(out, error, "PactEffectiveEnvelopeSnapshot(chain_len=%zu, hash='%.8s')",
                            kl_array_len(own->chain), kl_as_text(own->version_hash).data);
}

static const kl_field fields[] = {
    KL_VALUE(snapshot, chain, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "addresses whose envelopes make it up, from the root on"),
    KL_VALUE(snapshot, version_hash, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "SHA-256 of the versions of those envelopes, in hexadecimal; another one after any of them "
                    "was replaced"),
    KL_VALUE(snapshot, content_hash, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "SHA-256 of what it allows (the canonical JSON of its dimensions), in hexadecimal"),
    {.name = "is_expired", .kind = KL_KIND_BOOL, .flags = KL_READ_ONLY,
     .offset = offsetof(snapshot, is_expired),
     .doc = "whether the time of an envelope in it is over: then everything is blocked"},
    KL_VALUE(snapshot, computed_at, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "when it was computed: RFC 3339, UTC"),
    KL_VALUE(snapshot, envelope, .kind = KL_KIND_MAP, .flags = KL_READ_ONLY | KL_HIDDEN,
             .doc = "the envelope"),
};
static const kl_method methods[] = {
    {.name = "to_json", .call = to_json, .returns = KL_KIND_STRING,
     .doc = "The envelope, its chain and hashes as JSON text."},
};

const kl_type kl_pact_effective_type = {
    .name = "PactEffectiveEnvelopeSnapshot",
    .module = "kailash.pact",
    .doc = "The envelope a role works under: that of each role above it, its own, and that of its task, all at "
           "once.",
    .size = sizeof(snapshot),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .repr = snapshot_repr,
};
KL_PUBLISH(kl_pact_effective_type);

/* ---- explained ------------------------------------------------------------------------------- */

static void tell_financial(kl_buffer *to, kl_value dimension)
{
    unsigned long long cents = kl_as_unsigned(kl_map_get(dimension, KL_TEXT("max_transaction_cents")));
    bool spending = kl_as_bool(kl_map_get(dimension, KL_TEXT("spending_allowed")));
    kl_buffer_format(to, "max_tx=$%llu.%02llu, spending=%s", cents / 100, cents % 100, spending ? "yes" : "no");
}

static void tell_operational(kl_buffer *to, kl_value dimension)
{
    kl_buffer_format(to, "%zu allowed, %zu denied",
                     kl_array_len(kl_map_get(dimension, KL_TEXT("allowed_operations"))),
                     kl_array_len(kl_map_get(dimension, KL_TEXT("denied_operations"))));
}

static void tell_temporal(kl_buffer *to, kl_value dimension)
{
    kl_buffer_format(to, "%zu blackout(s)", kl_array_len(kl_map_get(dimension, KL_TEXT("blackout_periods"))));
}

static void tell_configured(kl_buffer *to, kl_value dimension)
{
    (void)dimension;
    kl_buffer_string(to, "configured");
}

static void tell_constraints(kl_buffer *to, size_t indent, const kl_governance *envelope)
{
    static const struct {
        const char *name;
        void (*tell)(kl_buffer *to, kl_value dimension);
    } rows[] = {{"financial", tell_financial}, {"operational", tell_operational}, {"temporal", tell_temporal},
                {"data_access", tell_configured}, {"communication", tell_configured}};
    kl_value dimensions = kl_map_get(kl_governance_map(envelope), KL_TEXT("dimensions"));
    kl_buffer_format(to, "%*sConstraints: ", (int)indent, "");
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value dimension = kl_map_get(dimensions, kl_text_from(rows[i].name));
        kl_buffer_format(to, "%s%s: ", i ? "; " : "", rows[i].name);
        if (kl_is_null(dimension))
            kl_buffer_string(to, "unconstrained");
        else
            rows[i].tell(to, dimension);
    }
    kl_buffer_byte(to, '\n');
}

/* A role and its envelope; roles above it first. */
static void tell_chain(kl_buffer *to, const kl_pact_engine *engine, uint32_t node)
{
    uint32_t path[KL_PACT_DEPTH_MAX];
    size_t count = 0;
    for (uint32_t at = node; at != KL_PACT_NO_NODE; at = engine->org->nodes[at].parent)
        path[count++] = at;
    for (size_t depth = 0; count > 0; depth++) {
        const kl_pact_node *at = &engine->org->nodes[path[--count]];
        const kl_role_envelope *own = (const kl_role_envelope *)engine->roles[path[count]].envelope;
        kl_buffer_format(to, "%*s[R] %.*s %.*s ", (int)(2 * depth), "", KL_TEXT_ARG(kl_as_text(at->name)),
                         KL_TEXT_ARG(kl_as_text(at->address)));
        if (!own) {
            kl_buffer_string(to, "(no envelope)\n");
            continue;
        }
        kl_buffer_format(to, "(version %lld)\n", (long long)own->version);
        tell_constraints(to, 2 * depth + 2, own->envelope);
    }
}

static kl_status tell_effective(kl_buffer *to, kl_pact_engine *engine, uint32_t node, kl_time now,
                                kl_error *error)
{
    kl_pact_effective *effective;
    char time[KL_TIME_TEXT];
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_pact_effective_get(&effective, engine, node, KL_TEXT(""), now, &why);
    if (status == KL_NOT_FOUND) {
        kl_buffer_string(to, "Effective Envelope: NONE (no envelopes in chain)");
    } else if (status == KL_INVALID) {
        kl_buffer_format(to, "Effective Envelope: BLOCKED (%s)", kl_error_message(&why));
    } else if (status == KL_OK) {
        kl_buffer_string(to, "Effective Envelope:\n");
        tell_constraints(to, 2, effective->envelope);
        kl_buffer_format(to, "  Version Hash: %s\n", kl_as_text(effective->version_hash).data);
        kl_time_print(time, effective->computed_at, KL_TIME_SHORTEST, KL_TIME_Z);
        time[10] = ' ';
        kl_buffer_format(to, "  Computed At: %.*s UTC\n", (int)strcspn(time, "Z"), time);
        if (effective->is_expired)
            kl_buffer_string(to, "  BLOCKED: envelope expired\n");
        kl_pact_effective_release(effective);
    } else {
        kl_error_move(error, &why);
        return status;
    }
    kl_error_clear(&why);
    return KL_OK;
}

kl_status kl_pact_effective_explain(kl_value *out, kl_pact_engine *engine, uint32_t node, kl_time now,
                                    kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_format(&text, "=== Envelope Explanation for %.*s ===\n\nAncestor Chain (root to target):\n\n",
                     KL_TEXT_ARG(kl_as_text(engine->org->nodes[node].address)));
    tell_chain(&text, engine, node);
    kl_buffer_byte(&text, '\n');
    kl_status status = tell_effective(&text, engine, node, now, error);
    if (status != KL_OK) {
        kl_buffer_free(&text);
        return status;
    }
    return kl_buffer_finish(out, &text, error);
}
