/* src/nodes/raft_wire.c - see raft_wire.h. A letter is 64 hexadecimal digits, a line's end, and JSON. */
#include "raft_wire.h"
#include "build_map.h"
#include "encode.h"
#include "kailash/crypto.h"
#include "kailash/json.h"

enum { SEAL_LEN = 64 };

static const char *const notes[] = {"raft", "command", "read", "read_reply"};
static const char *const kinds[] = {"vote_request", "vote_reply", "append_request", "append_reply"};

void kl_raft_letter_clear(kl_raft_letter *letter)
{
    kl_raft_message_clear(&letter->message);
    kl_value_release(kl_value_take(&letter->body));
}

/* ---- signing ------------------------------------------------------------------------------------- */

static kl_status sign(kl_buffer *to, kl_text json, const kl_raft_seal *seal, kl_error *error)
{
    kl_buffer all = KL_BUFFER_INIT;
    kl_value mac = kl_null();
    kl_buffer_string(&all, "kailash-raft-1\n");
    kl_buffer_add(&all, seal->members);
    kl_buffer_string(&all, "\n");
    kl_buffer_add(&all, json);
    kl_status status = all.status == KL_OK
                           ? kl_hmac(&mac, KL_HASH_SHA256, seal->secret, kl_buffer_text(&all), error)
                           : kl_error_no_memory(error);
    if (status == KL_OK)
        kl_hex_encode(to, kl_as_text(mac));
    kl_value_release(mac);
    kl_buffer_free(&all);
    return status;
}

/* ---- writing ------------------------------------------------------------------------------------- */

static void put_count(kl_build *m, const char *key, uint64_t count)
{
    kl_build_int(m, key, (int64_t)KL_MIN(count, (uint64_t)INT64_MAX));
}

static kl_status entries_of(kl_value *out, const kl_raft_message *message, kl_error *error)
{
    kl_value list, pair;
    kl_status status;
    KL_TRY(kl_array_new(&list, message->entry_count, error));
    for (size_t i = 0; i < message->entry_count; i++) {
        const kl_raft_entry *entry = &message->entries[i];
        KL_TRY_OUT(kl_array_new(&pair, 2, error));
        status = kl_array_push(&pair, kl_int((int64_t)entry->term), error);
        if (status == KL_OK)
            status = kl_array_push(&pair, kl_value_retain(entry->command), error);
        if (status != KL_OK) {
            kl_value_release(pair);
            goto out;
        }
        KL_TRY_OUT(kl_array_push(&list, pair, error));
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

static void put_message(kl_build *m, const kl_raft_message *message, kl_error *error)
{
    kl_value entries = kl_null();
    kl_build_string(m, "kind", kinds[message->kind]);
    put_count(m, "term", message->term);
    put_count(m, "index", message->index);
    put_count(m, "index_term", message->index_term);
    put_count(m, "commit", message->commit);
    put_count(m, "round", message->round);
    kl_build_bool(m, "granted", message->granted);
    if (m->status == KL_OK)
        kl_build_given(m, "entries", entries_of(&entries, message, error), entries);
}

static kl_status json_of(kl_value *out, const kl_raft_letter *letter, kl_error *error)
{
    kl_value map;
    kl_build m = kl_build_begin(10, error);
    kl_build_string(&m, "note", notes[letter->note]);
    kl_build_int(&m, "from", letter->from);
    kl_build_int(&m, "to", letter->to);
    if (letter->note == KL_RAFT_ALGORITHM)
        put_message(&m, &letter->message, error);
    else
        kl_build_share(&m, "body", letter->body);
    KL_TRY(kl_build_end(&map, &m));
    kl_status status = kl_json_print(out, map, &kl_json_plain, error);
    kl_value_release(map);
    return status;
}

kl_status kl_raft_letter_write(kl_value *out, const kl_raft_letter *letter, const kl_raft_seal *seal,
                               kl_error *error)
{
    kl_value json;
    kl_buffer bytes = KL_BUFFER_INIT;
    KL_TRY(json_of(&json, letter, error));
    kl_status status = sign(&bytes, kl_as_text(json), seal, error);
    kl_buffer_byte(&bytes, '\n');
    kl_buffer_add(&bytes, kl_as_text(json));
    kl_value_release(json);
    if (status != KL_OK) {
        kl_buffer_free(&bytes);
        return status;
    }
    return kl_buffer_finish_bytes(out, &bytes, error);
}

/* ---- reading ------------------------------------------------------------------------------------- */

static kl_status strange(kl_error *error, const char *member)
{
    return kl_error_set(error, KL_SYNTAX, "a message of Raft has no good '%s'", member);
}

static kl_status word_of(unsigned *out, kl_value map, const char *member, const char *const *words,
                         unsigned count, kl_error *error)
{
    kl_text word = kl_as_text(kl_map_get(map, kl_text_from(member)));
    for (unsigned i = 0; i < count; i++) {
        if (kl_text_is(word, words[i])) {
            *out = i;
            return KL_OK;
        }
    }
    return strange(error, member);
}

static kl_status count_of(uint64_t *out, kl_value map, const char *member, uint64_t most, kl_error *error)
{
    kl_value value = kl_map_get(map, kl_text_from(member));
    if (!kl_is(value, KL_KIND_INT) || kl_as_int(value) < 0 || (uint64_t)kl_as_int(value) > most)
        return strange(error, member);
    *out = (uint64_t)kl_as_int(value);
    return KL_OK;
}

static kl_status read_entries(kl_raft_message *message, kl_value list, kl_error *error)
{
    size_t count = kl_array_len(list);
    if (!kl_is(list, KL_KIND_ARRAY) || count > KL_RAFT_ENTRIES_MAX)
        return strange(error, "entries");
    if (count == 0)
        return KL_OK;
    message->entries = kl_alloc(count * sizeof *message->entries);
    if (!message->entries)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < count; i++) {
        kl_value pair = kl_array_at(list, i), term = kl_array_at(pair, 0);
        if (kl_array_len(pair) != 2 || !kl_is(term, KL_KIND_INT) || kl_as_int(term) < 0)
            return strange(error, "entries");
        message->entries[message->entry_count++] =
            (kl_raft_entry){(uint64_t)kl_as_int(term), kl_value_retain(kl_array_at(pair, 1))};
    }
    return KL_OK;
}

static kl_status read_message(kl_raft_message *message, kl_value map, kl_error *error)
{
    unsigned kind;
    KL_TRY(word_of(&kind, map, "kind", kinds, KL_COUNT(kinds), error));
    message->kind = (kl_raft_message_kind)kind;
    KL_TRY(count_of(&message->term, map, "term", INT64_MAX - 1, error));
    KL_TRY(count_of(&message->index, map, "index", INT64_MAX - 1, error));
    KL_TRY(count_of(&message->index_term, map, "index_term", INT64_MAX - 1, error));
    KL_TRY(count_of(&message->commit, map, "commit", INT64_MAX - 1, error));
    KL_TRY(count_of(&message->round, map, "round", INT64_MAX - 1, error));
    message->granted = kl_as_bool(kl_map_get(map, KL_TEXT("granted")));
    return read_entries(message, kl_map_get(map, KL_TEXT("entries")), error);
}

static kl_status read_letter(kl_raft_letter *letter, kl_value map, kl_error *error)
{
    unsigned note;
    uint64_t from, to;
    KL_TRY(word_of(&note, map, "note", notes, KL_COUNT(notes), error));
    KL_TRY(count_of(&from, map, "from", KL_RAFT_MEMBERS_MAX - 1, error));
    KL_TRY(count_of(&to, map, "to", KL_RAFT_MEMBERS_MAX - 1, error));
    letter->note = (kl_raft_note)note;
    letter->from = letter->message.from = (uint32_t)from;
    letter->to = letter->message.to = (uint32_t)to;
    if (letter->note == KL_RAFT_ALGORITHM)
        return read_message(&letter->message, map, error);
    letter->body = kl_value_retain(kl_map_get(map, KL_TEXT("body")));
    return kl_is(kl_map_get(letter->body, KL_TEXT("id")), KL_KIND_STRING) ? KL_OK
                                                                           : strange(error, "body");
}

static kl_status check_seal(kl_text *json, kl_text bytes, const kl_raft_seal *seal, kl_error *error)
{
    kl_buffer wanted = KL_BUFFER_INIT;
    if (bytes.len <= SEAL_LEN || bytes.data[SEAL_LEN] != '\n')
        return kl_error_set(error, KL_DENIED, "a message of Raft is not signed");
    *json = (kl_text){bytes.data + SEAL_LEN + 1, bytes.len - SEAL_LEN - 1};
    kl_status status = sign(&wanted, *json, seal, error);
    if (status == KL_OK && wanted.status != KL_OK)
        status = kl_error_no_memory(error);
    if (status == KL_OK && !kl_equal_secret(kl_buffer_text(&wanted), (kl_text){bytes.data, SEAL_LEN}))
        status = kl_error_set(error, KL_DENIED,
                              "a message of Raft is signed with another secret or list of peers");
    kl_buffer_free(&wanted);
    return status;
}

kl_status kl_raft_letter_read(kl_raft_letter *out, kl_text bytes, const kl_raft_seal *seal,
                              kl_error *error)
{
    kl_text json;
    kl_value map;
    kl_raft_letter letter = {.body = kl_null()};
    KL_TRY(check_seal(&json, bytes, seal, error));
    KL_TRY(kl_json_parse(&map, json, error));
    kl_status status = read_letter(&letter, map, error);
    kl_value_release(map);
    if (status == KL_OK)
        *out = letter;
    else
        kl_raft_letter_clear(&letter);
    return status;
}
