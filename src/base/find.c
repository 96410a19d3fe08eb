/* src/base/find.c - see find.h.
 *
 * Where the first and the last byte stand at their distance, the bytes between them are compared:
 * sixteen places at a time. Long texts are left to memmem(), whose time never grows with their length.
 */
#include "find.h"

enum { LONG = 64 };

static size_t find_singly(size_t *places, size_t room, kl_finder *finder)
{
    size_t count = 0, len = finder->what.len;
    while (count < room && finder->at + len <= finder->text.len) {
        const char *from = finder->text.data + finder->at;
        const char *found = memmem(from, finder->text.len - finder->at, finder->what.data, len);
        if (!found) {
            finder->at = finder->text.len;
            break;
        }
        places[count++] = (size_t)(found - finder->text.data);
        finder->at = places[count - 1] + len;
    }
    return count;
}

#if defined(__SSE2__)
#include <emmintrin.h>

enum { WIDE = 16 };

/* Bits of the places among the sixteen at `from` where the first and the last byte are right. */
static unsigned candidates(const char *from, size_t last, __m128i first_byte, __m128i last_byte)
{
    __m128i firsts = _mm_loadu_si128((const __m128i *)(const void *)from);
    __m128i lasts = _mm_loadu_si128((const __m128i *)(const void *)(from + last));
    return (unsigned)_mm_movemask_epi8(
        _mm_and_si128(_mm_cmpeq_epi8(firsts, first_byte), _mm_cmpeq_epi8(lasts, last_byte)));
}

/* `len` bytes between the ends, which are right already. */
static inline bool is_between(const char *a, const char *b, size_t len)
{
    uint16_t two, other;
    if (len == 2) {
        memcpy(&two, a, 2);
        memcpy(&other, b, 2);
        return two == other;
    }
    if (len > 8)
        return memcmp(a, b, len) == 0;
    for (size_t i = 0; i < len; i++)
        if (a[i] != b[i])
            return false;
    return true;
}

size_t kl_find(size_t *places, size_t room, kl_finder *finder)
{
    const char *text = finder->text.data, *what = finder->what.data;
    size_t len = finder->what.len, last = len - 1, count = 0, at = finder->at;
    __m128i first_byte = _mm_set1_epi8(what[0]), last_byte = _mm_set1_epi8(what[last]);
    size_t free_from = at; /* places before it lie in one that was found */
    if (len > LONG)
        return find_singly(places, room, finder);
    for (; count < room && at + WIDE + last <= finder->text.len; at += WIDE) {
        unsigned bits = candidates(text + at, last, first_byte, last_byte);
        for (; bits; bits &= bits - 1) {
            size_t place = at + (size_t)__builtin_ctz(bits);
            if (place < free_from || (len > 2 && !is_between(text + place + 1, what + 1, len - 2)))
                continue;
            places[count++] = place;
            free_from = place + len;
            if (count == room)
                break;
        }
    }
    /* Where the room ended within sixteen places, the others are looked at again. */
    finder->at = KL_MAX(count == room && room ? free_from : at, free_from);
    if (count < room)
        count += find_singly(places + count, room - count, finder);
    return count;
}
#else
size_t kl_find(size_t *places, size_t room, kl_finder *finder)
{
    return find_singly(places, room, finder);
}
#endif

/* ---- parts ------------------------------------------------------------------------------------- */

static bool overlaps_itself(kl_text what)
{
    for (size_t shared = 1; shared < what.len; shared++)
        if (memcmp(what.data, what.data + what.len - shared, shared) == 0)
            return true;
    return false;
}

kl_cut kl_find_parts(kl_text text, kl_text what)
{
    kl_cut cut = kl_cut_bytes(text.len);
    bool whole = kl_cut_parts(cut) == 1 || what.len > KL_MIN(LONG, cut.grain) || overlaps_itself(what);
    return whole ? kl_cut_whole(text.len) : cut;
}

size_t kl_find_edge(kl_text text, kl_text what, size_t at)
{
    size_t place, reach = KL_MIN(what.len - 1, at);
    kl_finder finder = kl_finder_in(text, what, at - reach, at);
    return reach && kl_find(&place, 1, &finder) ? place + what.len : at;
}
