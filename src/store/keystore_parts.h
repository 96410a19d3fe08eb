/* src/store/keystore_parts.h - what the files of the key store share; see keystore.h. */
#ifndef KL_STORE_KEYSTORE_PARTS_H
#define KL_STORE_KEYSTORE_PARTS_H

#include "keystore.h"

#include <pthread.h>

/* ---- dictionaries: from bytes to something, in the order it came ------------------------------- */

typedef struct kl_dict_entry {
    kl_value key; /* string or bytes; null: removed */
    uint64_t hash;
    union {
        kl_value value;
        void *pointer;
        double score;
    };
} kl_dict_entry;

typedef struct kl_dict {
    kl_dict_entry *entries; /* in order, removed ones among them */
    size_t used, cap, count;
    uint32_t *slots; /* index + 1 into `entries`, open addressing; 0 = free */
    size_t slot_count;
} kl_dict;

/* Those found are valid until the next one is added. NULL when there is none. */
kl_dict_entry *kl_dict_find(const kl_dict *dict, kl_text key);
/* Find or add; `key` is borrowed. A new one is zeroed (`*added`). NULL without memory. */
kl_dict_entry *kl_dict_add(bool *added, kl_dict *dict, kl_value key);
/* The caller has ended what the entry holds. */
void kl_dict_remove(kl_dict *dict, kl_dict_entry *entry);
/* Entry number `at` or a later one that is there: for (i = 0; (e = kl_dict_at(d, &i)); i++). */
kl_dict_entry *kl_dict_at(const kl_dict *dict, size_t *at);
/* Frees keys and table; what entries hold is the caller's. */
void kl_dict_end(kl_dict *dict);

/* ---- items --------------------------------------------------------------------------------------- */

typedef enum kl_item_type {
    KL_ITEM_STRING,
    KL_ITEM_HASH,
    KL_ITEM_LIST,
    KL_ITEM_SET,
    KL_ITEM_SORTED,
    KL_ITEM_STREAM,
} kl_item_type;

/* Values in a row that grows and shrinks at both ends. */
typedef struct kl_list {
    kl_value *items; /* those from `start` on, `count` of them */
    size_t start, count, cap;
} kl_list;

typedef struct kl_ranked {
    double score;
    kl_value member; /* borrowed from the dictionary */
} kl_ranked;

/* Members by name, and in order of score, then of bytes. */
typedef struct kl_sorted {
    kl_dict scores;
    kl_ranked *ranks;
    size_t cap;
} kl_sorted;

typedef struct kl_stream_log kl_stream_log;

typedef struct kl_stored {
    kl_item_type type;
    int64_t expires; /* milliseconds of the wall clock; INT64_MAX = never */
    union {
        kl_value string;
        kl_dict hash; /* values; of a set nothing */
        kl_list list;
        kl_sorted sorted;
        kl_stream_log *log;
    };
} kl_stored;

struct kl_keystore {
    pthread_mutex_t lock; /* guards all */
    pthread_cond_t changed;
    kl_dict items; /* pointers to kl_stored */
    size_t sweep;  /* where the search for expired items goes on */
    kl_keystore_subscription *subscriptions;
};

void kl_stored_free(kl_stored *item);
void kl_list_end(kl_list *list);
void kl_sorted_end(kl_sorted *sorted);
void kl_stream_log_free(kl_stream_log *log);
kl_status kl_stream_log_new(kl_stream_log **out, kl_error *error);

/* ---- commands ------------------------------------------------------------------------------------ */

/* One command that runs. Words are texts: strings or bytes. */
typedef struct kl_command_call {
    kl_keystore *store;
    const struct kl_command *command;
    const kl_value *words; /* words[0] is the name */
    size_t count;
    int64_t now; /* milliseconds of the wall clock */
    kl_value *out;
    kl_error *error;
    bool waits;      /* set by a command: nothing is there yet, but it may wait */
    int64_t patience; /* for how many milliseconds; 0 = for ever */
} kl_command_call;

typedef struct kl_command {
    const char *name;
    int least, most; /* arguments; most < 0 = any number */
    const char *usage;
    kl_status (*run)(kl_command_call *call);
} kl_command;

typedef struct kl_command_table {
    const kl_command *rows;
    size_t count;
} kl_command_table;

extern const kl_command_table kl_key_commands, kl_string_commands, kl_hash_commands,
    kl_list_commands, kl_set_commands, kl_sorted_commands, kl_stream_commands, kl_channel_commands,
    kl_group_commands, kl_scan_commands;

static inline kl_text kl_word(const kl_command_call *call, size_t index)
{
    return kl_as_text(call->words[index]);
}
/* Whether a word is there and is that one, in any case. `option` is in lower case. */
bool kl_word_is(const kl_command_call *call, size_t index, const char *option);

/* The message of a refusal; KL_FAILED. */
kl_status kl_refuse(const kl_command_call *call, const char *message);
kl_status kl_refuse_syntax(const kl_command_call *call);
kl_status kl_refuse_arity(const kl_command_call *call);

/* Numbers as servers read them: no blanks, no leading zeros. */
bool kl_read_integer(int64_t *out, kl_text text);
kl_status kl_integer_word(int64_t *out, const kl_command_call *call, size_t index);
kl_status kl_float_word(double *out, const kl_command_call *call, size_t index);

/* ---- answers ------------------------------------------------------------------------------------- */

static inline kl_status kl_answer(const kl_command_call *call, kl_value value) /* taken */
{
    *call->out = value;
    return KL_OK;
}
static inline kl_status kl_answer_int(const kl_command_call *call, int64_t integer)
{
    return kl_answer(call, kl_int(integer));
}
kl_status kl_answer_text(const kl_command_call *call, const char *text);
/* A string when it is UTF-8, else bytes; given. */
kl_status kl_text_value(kl_value *out, kl_text text, kl_error *error);

/* ---- items by key -------------------------------------------------------------------------------- */

/* The item of the key that is word `index`; NULL when there is none (any more). */
kl_stored *kl_find_item(const kl_command_call *call, size_t index);
/* The same, of a type: WRONGTYPE for another. `*out` may be NULL. */
kl_status kl_find_typed(kl_stored **out, const kl_command_call *call, size_t index,
                        kl_item_type type);
/* The same, made empty where there is none. */
kl_status kl_make_typed(kl_stored **out, const kl_command_call *call, size_t index,
                        kl_item_type type);
/* Put an item (taken, also on failure) under a key, ending what was there. */
kl_status kl_put_item(const kl_command_call *call, size_t index, kl_stored *item);
/* The text `string` (taken) under a key; `expires` as in kl_stored. */
kl_status kl_put_string(const kl_command_call *call, size_t index, kl_value string,
                        int64_t expires);
bool kl_remove_item(const kl_command_call *call, size_t index);
/* Remove a hash, list, set or sorted set that has become empty. */
void kl_remove_if_empty(const kl_command_call *call, size_t index, const kl_stored *item);
size_t kl_stored_count(const kl_stored *item);

/* Globs as servers have them: * ? [a-z] [^a-z] and a backslash. */
bool kl_redis_glob(kl_text pattern, kl_text text);

/* ---- used across types --------------------------------------------------------------------------- */

kl_status kl_list_push(kl_list *list, kl_value item, bool at_start, kl_error *error); /* retains */

#endif
