/* src/pact/effective.c - the envelope a role works under: all of those above it, its own, and its task's. */
#include "effective.h"
#include "../eatp/envelope_parts.h"
#include "../eatp/keys.h"
#include "knowledge.h"
#include "role_envelope.h"
#include "kailash/id.h"

/* Roles on the way from the top to any node. */
enum { CHAIN_MAX = KL_PACT_DEPTH_MAX };

/* What an effective envelope is made of, from the root on; all borrowed from the engine. */
typedef struct parts {
    const kl_role_envelope *roles[CHAIN_MAX];
    uint64_t revisions[CHAIN_MAX];
    kl_value addresses[CHAIN_MAX];
    size_t count;
    const kl_task_envelope *task; /* or NULL */
    uint64_t task_revision;
    kl_time valid_until;
    bool is_expired;
} parts;

void kl_pact_effective_release(kl_pact_effective *effective)
{
    if (!effective || __atomic_sub_fetch(&effective->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    kl_governance_release(effective->envelope);
    kl_value_release(effective->chain);
    kl_value_release(effective->version_hash);
    kl_free(effective);
}

/* ---- gathering ------------------------------------------------------------------------------- */

static void note_expiry(parts *p, kl_time expires, kl_time now)
{
    if (expires <= now)
        p->is_expired = true;
    else if (expires < p->valid_until)
        p->valid_until = expires;
}

static void gather_roles(parts *p, const kl_pact_engine *engine, uint32_t node, kl_time now)
{
    const kl_pact_org *org = engine->org;
    for (uint32_t at = node; at != KL_PACT_NO_NODE; at = org->nodes[at].parent)
        p->count += engine->roles[at].envelope != NULL;
    size_t place = p->count;
    for (uint32_t at = node; at != KL_PACT_NO_NODE; at = org->nodes[at].parent) {
        if (!engine->roles[at].envelope)
            continue;
        p->roles[--place] = (const kl_role_envelope *)engine->roles[at].envelope;
        p->revisions[place] = engine->roles[at].revision;
        p->addresses[place] = org->nodes[at].address;
        note_expiry(p, p->roles[place]->envelope->expires_at, now);
    }
}

/* A task's envelope counts for the role it names and those below it, until it ends. */
static void gather_task(parts *p, const kl_pact_engine *engine, uint32_t node, kl_text task, kl_time now)
{
    const kl_task_envelope *found = kl_as_object(kl_map_get(engine->tasks, task), &kl_task_envelope_type);
    if (!found || found->expires <= now)
        return;
    uint32_t owner = kl_pact_org_resolve(engine->org, kl_as_text(found->role_address));
    if (owner == KL_PACT_NO_NODE || !kl_pact_org_covers(engine->org, owner, node))
        return;
    p->task = found;
    p->task_revision = (uint64_t)kl_as_int(kl_map_get(engine->task_revisions, task));
    p->valid_until = KL_MIN(p->valid_until, found->expires);
    note_expiry(p, found->envelope->expires_at, now);
}

/* ---- computing ------------------------------------------------------------------------------- */

/* Narrow `*envelope` (owned) by another one. */
static kl_status narrow(kl_governance **envelope, const kl_governance *by, kl_error *error)
{
    kl_governance *narrower;
    KL_TRY(kl_governance_intersect(&narrower, *envelope, by, true, error));
    kl_governance_release(*envelope);
    *envelope = narrower;
    return KL_OK;
}

static kl_status intersect_all(kl_governance **out, const parts *p, kl_error *error)
{
    kl_governance *envelope = kl_governance_retain(p->roles[0]->envelope);
    kl_status status = KL_OK;
    for (size_t i = 1; i < p->count; i++)
        KL_TRY_OUT(narrow(&envelope, p->roles[i]->envelope, error));
    if (p->task)
        KL_TRY_OUT(narrow(&envelope, p->task->envelope, error));
    *out = envelope;
    return KL_OK;
out:
    kl_governance_release(envelope);
    return status;
}

/* It is nobody's document: it has an id and a time of its own, and no signature. */
static kl_status put_head(kl_value *map, kl_time now, kl_error *error)
{
    static const char *const signatures[] = {"signed_by", "signed_at", "signature"};
    char id[37];
    kl_value issued;
    KL_TRY(kl_uuid_new(id, error));
    KL_TRY(kl_map_set_text(map, KL_TEXT("envelope_id"), (kl_text){id, 36}, error));
    KL_TRY(kl_map_set_text(map, KL_TEXT("version"), KL_TEXT("effective-1"), error));
    KL_TRY(kl_pact_time_string(&issued, now, KL_TIME_Z, error));
    KL_TRY(kl_map_set(map, KL_TEXT("issued_at"), issued, error));
    KL_TRY(kl_map_set_text(map, KL_TEXT("issuer"), KL_TEXT("pact-governance"), error));
    KL_TRY(kl_map_set_text(map, KL_TEXT("context"), KL_TEXT("computed effective envelope"), error));
    for (size_t i = 0; i < KL_COUNT(signatures); i++)
        KL_TRY(kl_map_remove(map, kl_text_from(signatures[i]), error));
    return KL_OK;
}

static kl_status finish(kl_governance **out, const kl_governance *envelope, kl_time now, kl_error *error)
{
    kl_value map = kl_value_retain(kl_governance_map(envelope));
    kl_status status = put_head(&map, now, error);
    if (status == KL_OK)
        status = kl_governance_read(out, map, error);
    kl_value_release(map);
    return status;
}

static size_t put_number(unsigned char *to, uint64_t number)
{
    for (size_t i = 0; i < 8; i++)
        to[i] = (unsigned char)(number >> 8 * i);
    return 8;
}

/*
 * As long as every envelope has been set once, the versions that they state. From then on what was set
 * when, too: a document may be replaced by another one of its version.
 */
static kl_status hash_versions(kl_value *out, const kl_pact_engine *engine, const parts *p, kl_error *error)
{
    unsigned char bytes[16 * (CHAIN_MAX + 1)];
    char hex[65];
    size_t len = 0;
    for (size_t i = 0; i < p->count; i++) {
        len += put_number(bytes + len, (uint64_t)p->roles[i]->version);
        if (engine->revision > 1)
            len += put_number(bytes + len, p->revisions[i]);
    }
    if (p->task && engine->revision > 1)
        len += put_number(bytes + len, p->task_revision);
    KL_TRY(kl_sha256_hex(hex, (kl_text){(const char *)bytes, len}, error));
    return kl_string_from_valid(out, (kl_text){hex, 64}, error);
}

static kl_status chain_of(kl_value *out, const parts *p, kl_error *error)
{
    kl_value chain;
    KL_TRY(kl_array_new(&chain, p->count, error));
    for (size_t i = 0; i < p->count; i++) {
        kl_status status = kl_array_push(&chain, kl_value_retain(p->addresses[i]), error);
        if (status != KL_OK) {
            kl_value_release(chain);
            return status;
        }
    }
    *out = chain;
    return KL_OK;
}

static kl_status compute(kl_pact_effective **out, const kl_pact_engine *engine, const parts *p, kl_time now,
                         kl_error *error)
{
    kl_governance *whole = NULL;
    kl_status status;
    kl_pact_effective *made = kl_alloc_zero(1, sizeof *made);
    if (!made)
        return kl_error_no_memory(error);
    *made = (kl_pact_effective){.refs = 1, .chain = kl_null(), .version_hash = kl_null(),
                                .is_expired = p->is_expired, .computed_at = now,
                                .valid_until = p->valid_until};
    KL_TRY_OUT(intersect_all(&whole, p, error));
    KL_TRY_OUT(finish(&made->envelope, whole, now, error));
    KL_TRY_OUT(chain_of(&made->chain, p, error));
    KL_TRY_OUT(hash_versions(&made->version_hash, engine, p, error));
    *out = made;
    made = NULL;
out:
    kl_governance_release(whole);
    kl_pact_effective_release(made);
    return status;
}

kl_status kl_pact_effective_get(kl_pact_effective **out, kl_pact_engine *engine, uint32_t node, kl_text task,
                                kl_time now, kl_error *error)
{
    kl_pact_effective *effective = kl_pact_cache_get(engine->cache, node, task, now);
    if (!effective) {
        parts p = {.valid_until = KL_TIME_NONE};
        gather_roles(&p, engine, node, now);
        if (p.count == 0)
            return kl_error_set(error, KL_NOT_FOUND,
                                "missing ancestor envelope: empty envelope chain — cannot compute effective "
                                "envelope");
        if (task.len)
            gather_task(&p, engine, node, task, now);
        KL_TRY(compute(&effective, engine, &p, now, error));
        kl_pact_cache_put(engine->cache, node, task, effective);
    }
    *out = effective;
    return KL_OK;
}
