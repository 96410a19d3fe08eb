/* src/trust_plane/cooldown.c - see cooldown.h. */
#include "cooldown.h"
#include "../base/payload.h"

static uint64_t key_of(kl_text action)
{
    uint64_t hash = kl_text_hash(action); /* seeded: differs from process to process */
    return hash ? hash : 1;
}

/* The slot of a key, or the free one where it belongs. */
static kl_cooldown_slot *find(const kl_cooldowns *times, uint64_t key)
{
    size_t at = key & (times->size - 1);
    while (times->slots[at].key && times->slots[at].key != key)
        at = (at + 1) & (times->size - 1);
    return &times->slots[at];
}

kl_time kl_cooldowns_last(const kl_cooldowns *times, kl_text action)
{
    if (!times->slots)
        return KL_TIME_NONE;
    const kl_cooldown_slot *slot = find(times, key_of(action));
    return slot->key ? slot->last : KL_TIME_NONE;
}

static bool is_over(const kl_cooldown_slot *slot, kl_time now, kl_duration keep)
{
    return !slot->key || now - slot->last >= keep;
}

/* Make room for one more, leaving behind what is over. */
static bool make_room(kl_cooldowns *times, kl_time now, kl_duration keep)
{
    kl_cooldowns fresh = {NULL, 16, 0};
    size_t live = 0;
    for (size_t i = 0; i < times->size; i++)
        live += !is_over(&times->slots[i], now, keep);
    if (live >= KL_COOLDOWNS_MAX)
        return false;
    while (fresh.size < 4 * live)
        fresh.size *= 2;
    fresh.slots = kl_alloc_zero(fresh.size, sizeof *fresh.slots);
    if (!fresh.slots)
        return false;
    for (size_t i = 0; i < times->size; i++)
        if (!is_over(&times->slots[i], now, keep)) {
            *find(&fresh, times->slots[i].key) = times->slots[i];
            fresh.count++;
        }
    kl_free(times->slots);
    *times = fresh;
    return true;
}

bool kl_cooldowns_note(kl_cooldowns *times, kl_text action, kl_time now, kl_duration keep)
{
    uint64_t key = key_of(action);
    kl_cooldown_slot *slot = times->slots ? find(times, key) : NULL;
    if (!slot || !slot->key) {
        bool is_full = 2 * times->count >= times->size;
        if (is_full && !make_room(times, now, keep))
            return false;
        slot = find(times, key);
        times->count += !slot->key;
    }
    *slot = (kl_cooldown_slot){key, now};
    return true;
}

bool kl_cooldowns_copy(kl_cooldowns *times, const kl_cooldowns *from)
{
    if (!from->slots)
        return true;
    kl_cooldown_slot *slots = kl_alloc(from->size * sizeof *slots);
    if (!slots)
        return false;
    memcpy(slots, from->slots, from->size * sizeof *slots);
    *times = (kl_cooldowns){slots, from->size, from->count};
    return true;
}

void kl_cooldowns_end(kl_cooldowns *times)
{
    kl_free(times->slots);
    *times = (kl_cooldowns){NULL, 0, 0};
}
