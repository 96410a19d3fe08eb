/* src/base/slot.c - see slot.h. */
#include "slot.h"
#include "host.h"

bool kl_slots_used;

static _Thread_local kl_slots here;

static void note_use(void) { __atomic_store_n(&kl_slots_used, true, __ATOMIC_RELEASE); }

static uint32_t bit(kl_slot slot) { return 1u << slot; }

/* ---- one slot ------------------------------------------------------------------------------------ */

bool kl_slot_get(int64_t *out, kl_slot slot)
{
    bool is_filled;
    int64_t number = 0;
    if (!kl_slots_are_used())
        return false;
    if (!kl_host_get_slot(slot, &is_filled, &number)) {
        is_filled = here.filled & bit(slot);
        number = here.numbers[slot];
    }
    if (is_filled)
        *out = number;
    return is_filled;
}

static void set_here(kl_slot slot, bool is_filled, int64_t number)
{
    here.numbers[slot] = number;
    if (is_filled)
        here.filled |= bit(slot);
    else
        here.filled &= ~bit(slot);
}

kl_status kl_slot_set(kl_slot slot, const int64_t *number, kl_slot_before *before, kl_error *error)
{
    bool is_filled;
    int64_t old = 0;
    note_use(); /* before it is there: whoever can see it also looks for it */
    if (before)
        *before = (kl_slot_before){0};
    if (kl_host_get_slot(slot, &is_filled, &old))
        return kl_host_set_slot(slot, number, before ? &before->token : NULL, error);
    if (before)
        *before = (kl_slot_before){NULL, &here, here.filled & bit(slot), here.numbers[slot]};
    set_here(slot, number != NULL, number ? *number : 0);
    return KL_OK;
}

kl_status kl_slot_restore(kl_slot slot, kl_slot_before *before, kl_error *error)
{
    kl_status status = KL_OK;
    if (before->token)
        status = kl_host_restore_slot(slot, before->token, error);
    else if (before->thread == &here)
        set_here(slot, before->is_filled, before->number);
    else
        status = kl_error_set(error, KL_INVALID, "the slot was set on another thread");
    kl_slot_forget(before);
    return status;
}

void kl_slot_forget(kl_slot_before *before)
{
    if (before->token)
        before->token->release(before->token);
    *before = (kl_slot_before){0};
}

/* ---- all of them --------------------------------------------------------------------------------- */

kl_slots kl_slots_now(void)
{
    kl_slots now = {0};
    if (!kl_slots_are_used())
        return now;
    for (kl_slot slot = 0; slot < KL_SLOT_COUNT; slot++)
        if (kl_slot_get(&now.numbers[slot], slot))
            now.filled |= bit(slot);
    return now;
}

kl_slots kl_slots_enter(const kl_slots *slots)
{
    kl_slots before = here;
    here = *slots;
    if (slots->filled)
        note_use();
    return before;
}

void kl_slots_leave(const kl_slots *before) { here = *before; }

kl_slots kl_slots_of_thread(void) { return here; }
