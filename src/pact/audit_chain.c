/* src/pact/audit_chain.c - see audit_chain.h. */
#include "audit_chain.h"

#include "kailash/crypto.h"
#include "kailash/id.h"
#include "kailash/wide.h"

/* An anchor in memory: its texts one behind the other, parted by ':' as they are hashed, without the
 * previous hash where that is the hash of the link before it. */
struct kl_pact_link {
    unsigned char hash[32];
    uint32_t len[KL_ANCHOR_PARTS];
    bool has_metadata;
    bool follows; /* the previous hash is that of the link before it, and left out */
    char text[];
};

enum { SCRATCH = 2048, PART_MAX = 1 << 20 };

static void write_hex(char out[65], const unsigned char bytes[32])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 32; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[64] = '\0';
}

void kl_pact_chain_begin(kl_pact_chain *chain, size_t limit)
{
    *chain = (kl_pact_chain){.limit = limit};
    memcpy(chain->last, KL_ANCHOR_GENESIS, 65);
    memcpy(chain->before, KL_ANCHOR_GENESIS, 65);
    pthread_mutex_init(&chain->lock, NULL);
}

void kl_pact_chain_end(kl_pact_chain *chain)
{
    for (size_t i = 0; i < chain->count; i++)
        kl_free(chain->links[i]);
    kl_free(chain->links);
    pthread_mutex_destroy(&chain->lock);
}

void kl_pact_chain_resume(kl_pact_chain *chain, uint64_t total, const char last[65])
{
    chain->total = total;
    memcpy(chain->last, last, 65);
    memcpy(chain->before, last, 65);
}

/* ---- hashing ------------------------------------------------------------------------------------------ */

static size_t pre_image_size(const kl_pact_anchor *anchor)
{
    size_t size = KL_ANCHOR_PARTS; /* the colons, one byte too many */
    for (int i = 0; i < KL_ANCHOR_PARTS; i++)
        size += anchor->part[i].len;
    return size;
}

/* The text that is hashed; its length. */
static size_t write_pre_image(char *to, const kl_pact_anchor *anchor)
{
    char *at = to;
    for (int i = 0; i < KL_ANCHOR_PARTS; i++) {
        if (!anchor->part[i].data)
            continue;
        if (at > to)
            *at++ = ':';
        memcpy(at, anchor->part[i].data, anchor->part[i].len);
        at += anchor->part[i].len;
    }
    return (size_t)(at - to);
}

static kl_status hash_anchor(unsigned char out[32], const kl_pact_anchor *anchor, kl_error *error)
{
    char small[SCRATCH], *text = small;
    unsigned char hash[KL_HASH_MAX];
    size_t size = pre_image_size(anchor);
    if (size > sizeof small && !(text = kl_alloc(size)))
        return kl_error_no_memory(error);
    size_t len = write_pre_image(text, anchor);
    kl_status status = kl_hash_once(hash, KL_HASH_SHA256, (kl_text){text, len}, error);
    if (text != small)
        kl_free(text);
    memcpy(out, hash, 32);
    return status;
}

kl_status kl_pact_anchor_rehash(char hash[65], const kl_pact_anchor *anchor, kl_error *error)
{
    unsigned char bytes[32];
    KL_TRY(hash_anchor(bytes, anchor, error));
    write_hex(hash, bytes);
    return KL_OK;
}

/* ---- links ---------------------------------------------------------------------------------------------- */

static kl_status make_link(kl_pact_link **out, const kl_pact_anchor *anchor,
                           const unsigned char hash[32], bool follows, kl_error *error)
{
    size_t size = 0;
    for (int i = 0; i < KL_ANCHOR_PARTS; i++)
        size += anchor->part[i].len;
    kl_pact_link *link = kl_alloc(sizeof *link + size);
    if (!link)
        return kl_error_no_memory(error);
    char *at = link->text;
    memcpy(link->hash, hash, 32);
    link->has_metadata = anchor->part[KL_ANCHOR_METADATA].data != NULL;
    link->follows = follows;
    for (int i = 0; i < KL_ANCHOR_PARTS; i++) {
        bool is_left_out = follows && i == KL_ANCHOR_PREVIOUS;
        link->len[i] = is_left_out ? 0 : (uint32_t)anchor->part[i].len;
        if (link->len[i])
            memcpy(at, anchor->part[i].data, link->len[i]);
        at += link->len[i];
    }
    *out = link;
    return KL_OK;
}

/* What a link says; `before` is the hash of the one before it, and must live as long. */
static void read_link(kl_pact_anchor *anchor, const kl_pact_link *link, const char before[65],
                      uint64_t position)
{
    const char *at = link->text;
    for (int i = 0; i < KL_ANCHOR_PARTS; i++) {
        anchor->part[i] = (kl_text){at, link->len[i]};
        at += link->len[i];
    }
    if (link->follows)
        anchor->part[KL_ANCHOR_PREVIOUS] = (kl_text){before, 64};
    if (!link->has_metadata)
        anchor->part[KL_ANCHOR_METADATA] = (kl_text){NULL, 0};
    anchor->position = position;
    write_hex(anchor->hash, link->hash);
}

/* Room for one more link; the oldest tenth goes when there are too many. */
static kl_status make_room(kl_pact_chain *chain, kl_error *error)
{
    if (chain->count == chain->limit) {
        size_t gone = chain->limit / 10 + 1;
        write_hex(chain->before, chain->links[gone - 1]->hash);
        for (size_t i = 0; i < gone; i++)
            kl_free(chain->links[i]);
        chain->count -= gone;
        memmove(chain->links, chain->links + gone, chain->count * sizeof *chain->links);
    }
    if (chain->count < chain->cap)
        return KL_OK;
    size_t cap = chain->cap ? 2 * chain->cap : 64;
    kl_pact_link **links = kl_realloc(chain->links, cap * sizeof *links);
    if (!links)
        return kl_error_no_memory(error);
    chain->links = links;
    chain->cap = cap;
    return KL_OK;
}

/* ---- appending -------------------------------------------------------------------------------------------- */

typedef struct texts {
    char id[37], sequence[24], timestamp[KL_TIME_TEXT];
} texts;

/* Its decimal digits, from the end of the room on. */
static kl_text digits_of(texts *made, uint64_t number)
{
    char *end = made->sequence + sizeof made->sequence, *at = end;
    do
        *--at = (char)('0' + number % 10);
    while (number /= 10);
    return (kl_text){at, (size_t)(end - at)};
}

static kl_status fill(kl_pact_anchor *anchor, texts *made, const kl_pact_chain *chain,
                      const kl_pact_anchor_facts *facts, kl_error *error)
{
    anchor->position = chain->total;
    anchor->part[KL_ANCHOR_ID] = facts->anchor_id;
    if (!facts->anchor_id.len) {
        KL_TRY(kl_uuid_new(made->id, error));
        anchor->part[KL_ANCHOR_ID] = (kl_text){made->id, 36};
    }
    anchor->part[KL_ANCHOR_SEQUENCE] = facts->sequence;
    if (!facts->sequence.len)
        anchor->part[KL_ANCHOR_SEQUENCE] = digits_of(made, chain->total);
    anchor->part[KL_ANCHOR_PREVIOUS] =
        facts->previous.len ? facts->previous : (kl_text){chain->last, 64};
    anchor->part[KL_ANCHOR_AGENT] = facts->agent_id;
    anchor->part[KL_ANCHOR_ACTION] = facts->action;
    anchor->part[KL_ANCHOR_LEVEL] = facts->level;
    anchor->part[KL_ANCHOR_ENVELOPE] = facts->envelope_id;
    anchor->part[KL_ANCHOR_RESULT] = facts->result;
    anchor->part[KL_ANCHOR_TIMESTAMP] = facts->timestamp;
    if (!facts->timestamp.len) {
        size_t len = kl_time_print(made->timestamp, kl_time_now(), 6, KL_TIME_OFFSET);
        anchor->part[KL_ANCHOR_TIMESTAMP] = (kl_text){made->timestamp, len};
    }
    anchor->part[KL_ANCHOR_METADATA] = facts->metadata;
    for (int i = 0; i < KL_ANCHOR_PARTS; i++) {
        if (anchor->part[i].len > PART_MAX)
            return kl_error_set(error, KL_LIMIT, "audit anchor: a part has %zu bytes, more than %d",
                                anchor->part[i].len, PART_MAX);
        if (!anchor->part[i].data && i != KL_ANCHOR_METADATA)
            anchor->part[i] = KL_TEXT("");
    }
    return KL_OK;
}

kl_status kl_pact_chain_append_locked(char hash[65], kl_pact_chain *chain,
                                      const kl_pact_anchor_facts *facts, kl_pact_anchor_keep *keep,
                                      void *data, kl_error *error)
{
    kl_pact_anchor anchor;
    texts made;
    unsigned char bytes[32];
    kl_pact_link *link = NULL;
    KL_TRY(fill(&anchor, &made, chain, facts, error));
    KL_TRY(hash_anchor(bytes, &anchor, error));
    write_hex(anchor.hash, bytes);
    if (chain->limit) {
        bool follows = kl_text_equal(anchor.part[KL_ANCHOR_PREVIOUS], (kl_text){chain->last, 64});
        KL_TRY(make_room(chain, error));
        KL_TRY(make_link(&link, &anchor, bytes, follows, error));
    }
    kl_status status = keep ? keep(data, &anchor, error) : KL_OK;
    if (status != KL_OK) {
        kl_free(link);
        return status;
    }
    if (link)
        chain->links[chain->count++] = link;
    chain->total++;
    memcpy(chain->last, anchor.hash, 65);
    if (hash)
        memcpy(hash, anchor.hash, 65);
    return KL_OK;
}

kl_status kl_pact_chain_append(char hash[65], kl_pact_chain *chain,
                               const kl_pact_anchor_facts *facts, kl_pact_anchor_keep *keep,
                               void *data, kl_error *error)
{
    pthread_mutex_lock(&chain->lock);
    kl_status status = kl_pact_chain_append_locked(hash, chain, facts, keep, data, error);
    pthread_mutex_unlock(&chain->lock);
    return status;
}

/* ---- looking ------------------------------------------------------------------------------------------------ */

/* With the lock held. */
static kl_status visit_links(kl_pact_chain *chain, kl_pact_anchor_visit *visit, void *data,
                             kl_error *error)
{
    char before[65];
    kl_pact_anchor anchor;
    memcpy(before, chain->before, 65);
    for (size_t i = 0; i < chain->count; i++) {
        read_link(&anchor, chain->links[i], before, chain->total - chain->count + i);
        KL_TRY(visit(data, &anchor, error));
        memcpy(before, anchor.hash, 65);
    }
    return KL_OK;
}

kl_status kl_pact_chain_visit(kl_pact_chain *chain, kl_pact_anchor_visit *visit, void *data,
                              kl_error *error)
{
    pthread_mutex_lock(&chain->lock);
    kl_status status = visit_links(chain, visit, data, error);
    pthread_mutex_unlock(&chain->lock);
    return status;
}

uint64_t kl_pact_chain_total(kl_pact_chain *chain)
{
    pthread_mutex_lock(&chain->lock);
    uint64_t total = chain->total;
    pthread_mutex_unlock(&chain->lock);
    return total;
}

kl_status kl_pact_chain_last(kl_value *out, kl_pact_chain *chain, kl_error *error)
{
    char last[65];
    pthread_mutex_lock(&chain->lock);
    bool is_empty = chain->total == 0;
    memcpy(last, chain->last, 65);
    pthread_mutex_unlock(&chain->lock);
    if (!is_empty)
        return kl_string_from_valid(out, (kl_text){last, 64}, error);
    *out = kl_null();
    return KL_OK;
}

void kl_pact_walk_begin(kl_pact_walk *walk, uint64_t first, const char before[65])
{
    *walk = (kl_pact_walk){.first = first, .next = first};
    memcpy(walk->expected, before, 65);
}

static void walk_fails(kl_pact_walk *walk, uint64_t position, const char *reason)
{
    walk->failed = true;
    walk->broken_at = position;
    walk->reason = reason;
}

/* Metadata {} may have been hashed without its suffix. */
static kl_status hash_holds(bool *out, const kl_pact_anchor *anchor, kl_error *error)
{
    char hash[65];
    KL_TRY(kl_pact_anchor_rehash(hash, anchor, error));
    *out = memcmp(hash, anchor->hash, 65) == 0;
    kl_text metadata = anchor->part[KL_ANCHOR_METADATA];
    if (*out || !metadata.data || !kl_text_is(metadata, "{}"))
        return KL_OK;
    kl_pact_anchor plain = *anchor;
    plain.part[KL_ANCHOR_METADATA] = (kl_text){NULL, 0};
    KL_TRY(kl_pact_anchor_rehash(hash, &plain, error));
    *out = memcmp(hash, anchor->hash, 65) == 0;
    return KL_OK;
}

static kl_status check_step(kl_pact_walk *walk, const kl_pact_anchor *anchor, kl_error *error)
{
    bool holds;
    KL_TRY(hash_holds(&holds, anchor, error));
    if (!holds)
        walk_fails(walk, anchor->position, "hash mismatch");
    else if (anchor->position != walk->next)
        walk_fails(walk, walk->next, "missing");
    else if (!kl_text_equal(anchor->part[KL_ANCHOR_PREVIOUS], (kl_text){walk->expected, 64}))
        walk_fails(walk, anchor->position, "previous_hash mismatch");
    else
        walk->verified++;
    return KL_OK;
}

kl_status kl_pact_walk_step(void *data, const kl_pact_anchor *anchor, kl_error *error)
{
    kl_pact_walk *walk = data;
    if (!walk->failed)
        KL_TRY(check_step(walk, anchor, error));
    walk->next = anchor->position + 1;
    memcpy(walk->expected, anchor->hash, 65);
    return KL_OK;
}

kl_status kl_pact_chain_walk(kl_pact_walk *walk, kl_pact_chain *chain, kl_error *error)
{
    pthread_mutex_lock(&chain->lock);
    kl_pact_walk_begin(walk, chain->total - chain->count, chain->before);
    kl_status status = visit_links(chain, kl_pact_walk_step, walk, error);
    pthread_mutex_unlock(&chain->lock);
    return status;
}

/* ---- objects ------------------------------------------------------------------------------------------------ */

static kl_status sequence_value(kl_value *out, kl_text digits, kl_error *error)
{
    uint64_t sequence = 0;
    for (size_t i = 0; i < digits.len; i++)
        sequence = 10 * sequence + (uint64_t)(digits.data[i] - '0');
    return kl_unsigned_new(out, sequence, error);
}

static kl_status metadata_value(kl_value *out, kl_text json, kl_error *error)
{
    if (json.data)
        return kl_signed_json_parse(out, json, error);
    *out = kl_null();
    return KL_OK;
}

static kl_status part_value(kl_value *out, const kl_pact_anchor *anchor, int part, kl_error *error)
{
    kl_text text = anchor->part[part];
    if (part == KL_ANCHOR_SEQUENCE)
        return sequence_value(out, text, error);
    if (part == KL_ANCHOR_METADATA)
        return metadata_value(out, text, error);
    return kl_string_new(out, text, error);
}

static kl_status input_map(kl_value *out, const kl_pact_anchor *anchor, kl_error *error)
{
    static const char *const names[KL_ANCHOR_PARTS] = {
        "anchor_id",   "sequence", "previous_hash", "agent_id", "action", "verification_level",
        "envelope_id", "result",   "timestamp",     "metadata"};
    kl_value map, value;
    kl_status status;
    KL_TRY(kl_map_new(&map, KL_ANCHOR_PARTS, error));
    for (int i = 0; i < KL_ANCHOR_PARTS; i++) {
        KL_TRY_OUT(part_value(&value, anchor, i, error));
        KL_TRY_OUT(kl_map_set(&map, kl_text_from(names[i]), value, error));
    }
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

kl_status kl_pact_anchor_object(kl_value *out, const kl_pact_anchor *anchor, kl_error *error)
{
    kl_value map, input;
    kl_status status;
    KL_TRY(kl_map_new(&map, 2, error));
    KL_TRY_OUT(input_map(&input, anchor, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("input"), input, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("hash"), (kl_text){anchor->hash, 64}, error));
    status = kl_audit_anchor_read(out, map, error);
out:
    kl_value_release(map);
    return status;
}
