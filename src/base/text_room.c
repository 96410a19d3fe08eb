/* src/base/text_room.c - see text_room.h. */
#include "text_room.h"
#include "ascii.h"
#include "host.h"
#include "parts.h"
#include "payload.h"

/* Taking the face's lock for it costs less than copying so much. */
enum { LONG_TEXT = 64 << 10 };

kl_status kl_text_room(kl_value *out, char **room, size_t len, bool is_ascii, kl_error *error)
{
    if (is_ascii && len >= LONG_TEXT && kl_host_room(out, KL_KIND_STRING, room, len))
        return KL_OK;
    KL_TRY(kl_bytes_room(out, room, len, error));
    out->kind = KL_KIND_STRING;
    return KL_OK;
}

kl_status kl_face_bytes_room(kl_value *out, char **room, size_t len, kl_error *error)
{
    bool is_there = len >= LONG_TEXT && kl_host_room(out, KL_KIND_BYTES, room, len);
    return is_there ? KL_OK : kl_bytes_room(out, room, len, error);
}

static kl_status look_at_part(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    kl_text *text = data;
    (void)block, (void)error; /* nobody reads a message */
    return kl_text_is_ascii((kl_text){text->data + begin, end - begin}) ? KL_OK : KL_SYNTAX;
}

bool kl_long_text_is_ascii(kl_text text)
{
    kl_cut cut = kl_cut_bytes(text.len);
    return kl_cut_parts(cut) == 1 ? kl_text_is_ascii(text)
                                  : kl_parallel_try(cut.count, cut.grain, look_at_part, &text, NULL) == KL_OK;
}

typedef struct mapping {
    kl_text text;
    kl_ascii_fn *function;
    bool turned;
    char *to;
} mapping;

/* What was looked at is still in the first cache when it is mapped. */
static kl_status map_part(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    enum { PIECE = 8192 };
    const mapping *m = data;
    (void)block, (void)error; /* nobody reads a message */
    for (size_t at = begin, next; at < end; at = next) {
        next = at + KL_MIN(end - at, PIECE);
        kl_text piece = {m->text.data + at, next - at};
        if (!kl_text_is_ascii(piece))
            return KL_SYNTAX;
        m->function(m->to + (m->turned ? m->text.len - next : at), piece);
    }
    return KL_OK;
}

kl_status kl_text_map_ascii(kl_value *out, bool *is_ascii, kl_text text, kl_ascii_fn *function, bool turned,
                            kl_error *error)
{
    enum { FORETASTE = 512 }; /* of most texts that are not: no room is made for them in vain */
    mapping m = {.text = text, .function = function, .turned = turned};
    kl_cut cut = kl_cut_bytes(text.len);
    kl_value made;
    *is_ascii = kl_text_is_ascii((kl_text){text.data, KL_MIN(text.len, FORETASTE)});
    if (!*is_ascii)
        return KL_OK;
    KL_TRY(kl_text_room(&made, &m.to, text.len, true, error));
    *is_ascii = kl_parallel_try(cut.count, cut.grain, map_part, &m, NULL) == KL_OK;
    if (*is_ascii)
        *out = made;
    else
        kl_value_release(made);
    return KL_OK;
}
