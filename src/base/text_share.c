/* src/base/text_share.c - see text_share.h. A text finds its set by its hash. Newcomers share one place in it; what
 * comes for the second time moves to another, in turn. */
#include "text_share.h"
#include "parallel.h"

enum { SET_BITS = 11, SETS = 1 << SET_BITS, KEPT = 3 };
enum { ROUND = 4096, PASSING = 16 * ROUND, WORTH = 16, LOT = 1024, PATIENCE = 4 };

/* What tells a text: its first and last eight bytes and their number are all there is of up to sixteen. */
typedef struct gist {
    uint64_t first, last;
} gist;

struct kl_seen_text {
    gist gist;
    uint32_t len;      /* + 1; 0 = free */
    uint32_t owned;    /* references to the string, of which all but one may be given away */
    kl_string *string; /* NULL = it is being made, or came to nothing */
};

struct kl_seen_texts {
    kl_seen_text kept[KEPT];
    uint64_t newcomer; /* the hash of one that came once */
    uint32_t others;   /* that came since */
    uint32_t turn;     /* the place that is given up next */
};

static gist gist_of(kl_text text)
{
    if (text.len < 8)
        return (gist){kl_short_block(text), 0};
    return (gist){kl_load_8(text.data), kl_load_8(text.data + text.len - 8)};
}

/* Never 0. Who makes texts collide makes them unshared. */
static uint64_t mix(gist gist, size_t len)
{
    static const uint64_t odd[] = {0x9E3779B97F4A7C15u, 0xC2B2AE3D27D4EB4Fu, 0x165667B19E3779F9u};
    uint64_t mixed = (gist.first ^ len * odd[2]) * odd[0] ^ gist.last * odd[1];
    return (mixed ^ mixed >> 29) * odd[1] | 1;
}

static uint32_t is_kept(const kl_seen_text *kept, gist gist, kl_text text)
{
    uint64_t other = (kept->gist.first ^ gist.first) | (kept->gist.last ^ gist.last) | (kept->len ^ (text.len + 1));
    return other == 0;
}

static void forget(kl_seen_text *kept)
{
    if (kept->string)
        kl_value_drop_owners(kl_value_of_string(kept->string), kept->owned);
    *kept = (kl_seen_text){.string = NULL};
}

/* One reference, out of those that were taken in a lot. */
static kl_value give(kl_seen_text *kept)
{
    if (kept->owned == 1) {
        kl_payload_add_owners(&kept->string->payload, LOT);
        kept->owned += LOT;
    }
    kept->owned--;
    return kl_value_of_string(kept->string);
}

/* At the end of a round: is it worth looking on? */
static void judge(kl_text_share *share)
{
    if (share->again < share->met / WORTH)
        share->passing = PASSING;
    share->met = share->again = 0;
}

static kl_seen_text *take_place(struct kl_seen_texts *set, gist gist, kl_text text)
{
    kl_seen_text *place = &set->kept[set->turn];
    set->turn = set->turn + 1 < KEPT ? set->turn + 1 : 0;
    set->newcomer = 0;
    forget(place);
    place->gist = gist;
    place->len = (uint32_t)text.len + 1;
    return place;
}

/* The one before has some time to come again: else two that take turns would drive each other out for ever. */
static void meet_newcomer(struct kl_seen_texts *set, uint64_t mixed)
{
    if (set->newcomer && ++set->others < PATIENCE)
        return;
    set->newcomer = mixed;
    set->others = 0;
}

/* Those longer than two times eight have a middle. */
static bool is_same(const kl_seen_text *kept, kl_text text)
{
    return kept->string && (text.len <= 16 || kl_text_equal(kl_string_text(kept->string), text));
}

bool kl_text_share_look(kl_value *out, kl_seen_text **place, kl_text_share *share, kl_text text)
{
    if (!share->seen)
        share->seen = kl_alloc_zero(SETS, sizeof *share->seen);
    if (!share->seen) { /* then nothing is shared */
        share->passing = PASSING;
        return false;
    }
    gist gist = gist_of(text);
    uint64_t mixed = mix(gist, text.len);
    struct kl_seen_texts *set = &share->seen[mixed >> (64 - SET_BITS)];
    _Static_assert(KEPT == 3, "which are compared");
    /* All at once: which one it is cannot be foretold. */
    uint32_t found = is_kept(&set->kept[0], gist, text) | is_kept(&set->kept[1], gist, text) << 1 |
                     is_kept(&set->kept[2], gist, text) << 2;
    share->again += found || set->newcomer == mixed;
    if (++share->met == ROUND)
        judge(share);
    if (found) {
        kl_seen_text *kept = &set->kept[__builtin_ctz(found)];
        if (!is_same(kept, text))
            return false;
        *out = give(kept);
        return true;
    }
    if (set->newcomer == mixed)
        *place = take_place(set, gist, text);
    else
        meet_newcomer(set, mixed);
    return false;
}

void kl_text_share_keep(kl_seen_text *place, kl_value made)
{
    if (!place)
        return;
    place->string = kl_value_retain(made).as.string;
    place->owned = 1;
}

void kl_text_share_end(kl_text_share *share)
{
    for (size_t i = 0; share->seen && i < SETS; i++)
        for (size_t at = 0; at < KEPT; at++)
            forget(&share->seen[i].kept[at]);
    kl_free(share->seen);
    *share = KL_TEXT_SHARE_INIT;
}

/* ---- making -------------------------------------------------------------------------------------------- */

kl_status kl_strings_make(kl_value *out, kl_strings *with, kl_text text, kl_error *error)
{
    kl_seen_text *place;
    if (kl_text_share_find(out, &place, &with->share, text))
        return KL_OK;
    KL_TRY(kl_slabs_string(out, &with->slabs, text, error));
    kl_text_share_keep(place, *out);
    return KL_OK;
}

void kl_strings_end(kl_strings *strings)
{
    kl_text_share_end(&strings->share);
    kl_slabs_end(&strings->slabs);
}

/* Far enough from one another that threads do not take the same line of memory from each other. */
struct kl_strings_apart {
    kl_strings strings;
    char apart[128];
};

kl_status kl_loop_strings_begin(kl_loop_strings *strings, kl_error *error)
{
    *strings = (kl_loop_strings){.count = kl_parallel_threads()};
    strings->each = kl_alloc(strings->count * sizeof *strings->each);
    if (!strings->each)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < strings->count; i++)
        strings->each[i].strings = KL_STRINGS_INIT;
    return KL_OK;
}

kl_strings *kl_loop_strings_mine(const kl_loop_strings *strings) { return &strings->each[kl_parallel_me()].strings; }

void kl_loop_strings_end(kl_loop_strings *strings)
{
    for (size_t i = 0; strings->each && i < strings->count; i++)
        kl_strings_end(&strings->each[i].strings);
    kl_free(strings->each);
    *strings = (kl_loop_strings){0};
}
