/* src/store/text_index.c - see text_index.h. */
#include "text_index.h"
#include "key_index.h"

#include <math.h>

typedef struct posting {
    uint32_t slot, times;
} posting;

typedef struct term {
    kl_value word;
    posting *postings;
    size_t count, capacity;
} term;

struct kl_text_index {
    kl_key_index words; /* word -> term */
    term *terms;
    size_t term_count, term_capacity;
    uint32_t *lengths; /* words of each slot */
    size_t count, capacity;
};

/* ---- words -------------------------------------------------------------------------------------- */

static bool is_word_byte(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c & 0x80);
}

kl_word kl_word_next(kl_text text, size_t *at)
{
    while (*at < text.len && !is_word_byte(text.data[*at]))
        ++*at;
    size_t start = *at;
    while (*at < text.len && is_word_byte(text.data[*at]))
        ++*at;
    return (kl_word){{text.data + start, *at - start}};
}

enum { WORD_MAX = 256 }; /* longer ones are cut, bytes */

static kl_status small_letters(kl_value *out, kl_text word, kl_error *error)
{
    char small[WORD_MAX];
    size_t len = KL_MIN(word.len, sizeof small);
    while (len < word.len && len > 0 && (word.data[len] & 0xC0) == 0x80)
        len--; /* not within a character */
    for (size_t i = 0; i < len; i++)
        small[i] = word.data[i] >= 'A' && word.data[i] <= 'Z' ? (char)(word.data[i] | 0x20)
                                                              : word.data[i];
    return kl_string_from_valid(out, (kl_text){small, len}, error);
}

kl_status kl_words_of(kl_value *out, kl_text text, kl_error *error)
{
    kl_value words, seen = kl_map_empty();
    size_t at = 0;
    kl_status status;
    KL_TRY(kl_array_new(&words, 0, error));
    for (kl_word word = kl_word_next(text, &at); word.text.len; word = kl_word_next(text, &at)) {
        kl_value small;
        KL_TRY_OUT(small_letters(&small, word.text, error));
        bool fresh = !kl_map_has(seen, kl_as_text(small));
        status = fresh ? kl_map_set_key(&seen, small, kl_null(), error) : KL_OK;
        if (fresh && status == KL_OK)
            status = kl_array_push(&words, kl_value_retain(small), error);
        kl_value_release(small);
        if (status != KL_OK)
            goto out;
    }
    *out = kl_value_take(&words);
    status = KL_OK;
out:
    kl_value_release(words);
    kl_value_release(seen);
    return status;
}

/* ---- making ------------------------------------------------------------------------------------- */

static kl_value word_of(const void *store, size_t slot)
{
    return ((const kl_text_index *)store)->terms[slot].word;
}

kl_status kl_text_index_new(kl_text_index **out, kl_error *error)
{
    kl_text_index *index = kl_alloc_zero(1, sizeof *index);
    if (!index)
        return kl_error_no_memory(error);
    index->words = (kl_key_index){.key_of = word_of, .store = index};
    *out = index;
    return KL_OK;
}

void kl_text_index_free(kl_text_index *index)
{
    if (!index)
        return;
    for (size_t i = 0; i < index->term_count; i++) {
        kl_value_release(index->terms[i].word);
        kl_free(index->terms[i].postings);
    }
    kl_key_index_clear(&index->words);
    kl_free(index->terms);
    kl_free(index->lengths);
    kl_free(index);
}

size_t kl_text_index_count(const kl_text_index *index) { return index->count; }

/* One more place in an array that doubles. */
static kl_status grow(void *rows, size_t *capacity, size_t count, size_t size, kl_error *error)
{
    void **at = rows;
    if (count < *capacity)
        return KL_OK;
    size_t more = *capacity ? 2 * *capacity : 8;
    void *moved = kl_realloc(*at, more * size);
    if (!moved)
        return kl_error_no_memory(error);
    *at = moved;
    *capacity = more;
    return KL_OK;
}

/* The term of a word (borrowed), made if need be. */
static kl_status term_of(term **out, kl_text_index *index, kl_value word, kl_error *error)
{
    size_t slot;
    KL_TRY(kl_key_index_find(&slot, &index->words, word, error));
    if (slot == KL_SLOT_NONE) {
        KL_TRY(grow(&index->terms, &index->term_capacity, index->term_count, sizeof(term), error));
        slot = index->term_count;
        index->terms[slot] = (term){.word = word};
        KL_TRY(kl_key_index_put(&index->words, word, slot, error));
        kl_value_retain(word);
        index->term_count++;
    }
    *out = &index->terms[slot];
    return KL_OK;
}

static kl_status count_word(kl_text_index *index, kl_value word, kl_error *error)
{
    term *it;
    uint32_t slot = (uint32_t)index->count;
    KL_TRY(term_of(&it, index, word, error));
    if (it->count && it->postings[it->count - 1].slot == slot) {
        it->postings[it->count - 1].times++;
        return KL_OK;
    }
    KL_TRY(grow(&it->postings, &it->capacity, it->count, sizeof(posting), error));
    it->postings[it->count++] = (posting){slot, 1};
    return KL_OK;
}

/* Take back the postings of a slot that was not finished. */
static void take_back(kl_text_index *index)
{
    for (size_t i = 0; i < index->term_count; i++) {
        term *it = &index->terms[i];
        if (it->count && it->postings[it->count - 1].slot == index->count)
            it->count--;
    }
}

kl_status kl_text_index_add(kl_text_index *index, kl_text text, kl_error *error)
{
    size_t at = 0;
    uint32_t length = 0;
    kl_status status = KL_OK;
    KL_TRY(grow(&index->lengths, &index->capacity, index->count, sizeof *index->lengths, error));
    for (kl_word word = kl_word_next(text, &at); word.text.len && status == KL_OK;
         word = kl_word_next(text, &at)) {
        kl_value small;
        status = small_letters(&small, word.text, error);
        if (status != KL_OK)
            break;
        status = count_word(index, small, error);
        kl_value_release(small);
        length++;
    }
    if (status != KL_OK) {
        take_back(index);
        return status;
    }
    index->lengths[index->count++] = length;
    return KL_OK;
}

/* ---- weighing ----------------------------------------------------------------------------------- */

static void add_weights(double *scores, const kl_text_index *index, const term *it,
                        const bool *alive, double total, double mean)
{
    double holders = 0;
    for (size_t i = 0; i < it->count; i++)
        holders += alive[it->postings[i].slot];
    double rarity = log(1 + (total - holders + 0.5) / (holders + 0.5));
    for (size_t i = 0; i < it->count; i++) {
        posting p = it->postings[i];
        double length = mean > 0 ? index->lengths[p.slot] / mean : 1;
        if (alive[p.slot])
            scores[p.slot] += rarity * p.times * 2.2 / (p.times + 1.2 * (0.25 + 0.75 * length));
    }
}

kl_status kl_text_index_score(double *scores, const kl_text_index *index, kl_text query,
                              const bool *alive, kl_error *error)
{
    kl_value words;
    double total = 0, mean = 0;
    for (size_t i = 0; i < index->count; i++) {
        total += alive[i];
        mean += alive[i] ? index->lengths[i] : 0;
    }
    mean = total > 0 ? mean / total : 0;
    KL_TRY(kl_words_of(&words, query, error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(words) && status == KL_OK; i++) {
        size_t slot;
        status = kl_key_index_find(&slot, &index->words, kl_array_at(words, i), error);
        if (status == KL_OK && slot != KL_SLOT_NONE)
            add_weights(scores, index, &index->terms[slot], alive, total, mean);
    }
    kl_value_release(words);
    return status;
}
