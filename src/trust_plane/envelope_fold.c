/* src/trust_plane/envelope_fold.c - session envelopes compared and combined. */
#include "envelope_member.h"
#include "path.h"
#include "kailash/json.h"

/* ---- lists ----------------------------------------------------------------------------------- */

/* A list of an envelope, ready to be asked. */
typedef struct list_set {
    bool is_path;
    kl_text_set texts;
    kl_path_set paths;
} list_set;

static kl_status list_set_of(list_set *set, kl_value list, bool is_path, kl_error *error)
{
    *set = (list_set){.is_path = is_path, .paths = KL_PATH_SET_EMPTY};
    return is_path ? kl_path_set_of(&set->paths, list, false, error)
                   : kl_text_set_of(&set->texts, list, error);
}

static void list_set_end(list_set *set)
{
    kl_text_set_end(&set->texts);
    kl_path_set_end(&set->paths);
}

/* Whether an item is in the list: for paths, within one of its subtrees. */
static kl_status holds(bool *out, const list_set *set, kl_value item, kl_error *error)
{
    kl_text text = kl_as_text(item);
    if (!set->is_path) {
        *out = kl_text_set_has(&set->texts, text);
        return KL_OK;
    }
    char *room = kl_alloc(text.len + 1);
    if (!room)
        return kl_error_no_memory(error);
    *out = kl_path_set_covers(&set->paths, kl_path_normalise(room, text));
    kl_free(room);
    return KL_OK;
}

/* Append what of `list` is in `set` (NULL = all of it). */
static kl_status add_held(kl_value *to, kl_value list, const list_set *set, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_value item = kl_array_at(list, i);
        bool held = true;
        if (set)
            KL_TRY(holds(&held, set, item, error));
        if (held)
            KL_TRY(kl_array_push(to, kl_value_retain(item), error));
    }
    return KL_OK;
}

/* Sort, and leave out what stands twice; `list` is taken. */
static kl_status sorted_unique(kl_value *out, kl_value list, kl_error *error)
{
    kl_value unique = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_array_sort(&list, error));
    KL_TRY_OUT(kl_array_new(&unique, kl_array_len(list), error));
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_value item = kl_array_at(list, i);
        if (i == 0 || !kl_text_equal(kl_as_text(item), kl_as_text(kl_array_at(list, i - 1))))
            KL_TRY_OUT(kl_array_push(&unique, kl_value_retain(item), error));
    }
    *out = kl_value_take(&unique);
out:
    kl_value_release(unique);
    kl_value_release(list);
    return status;
}

static kl_status union_of(kl_value *out, kl_value a, kl_value b, kl_error *error)
{
    kl_value all;
    KL_TRY(kl_array_new(&all, kl_array_len(a) + kl_array_len(b), error));
    kl_status status = add_held(&all, a, NULL, error);
    if (status == KL_OK)
        status = add_held(&all, b, NULL, error);
    if (status == KL_OK)
        return sorted_unique(out, all, error);
    kl_value_release(all);
    return status;
}

/* What is in both; null is everything. Of two subtrees one of which holds the other the inner stays. */
static kl_status common(kl_value *out, kl_value a, kl_value b, bool is_path, kl_error *error)
{
    kl_value both = kl_null();
    kl_status status;
    list_set in_a = {.paths = KL_PATH_SET_EMPTY}, in_b = {.paths = KL_PATH_SET_EMPTY};
    if (kl_is_null(a) || kl_is_null(b)) {
        kl_value one = kl_is_null(a) ? b : a;
        *out = kl_null();
        return kl_is_null(one) ? KL_OK : sorted_unique(out, kl_value_retain(one), error);
    }
    KL_TRY_OUT(list_set_of(&in_a, a, is_path, error));
    KL_TRY_OUT(list_set_of(&in_b, b, is_path, error));
    KL_TRY_OUT(kl_array_new(&both, 4, error));
    KL_TRY_OUT(add_held(&both, a, &in_b, error));
    KL_TRY_OUT(add_held(&both, b, &in_a, error));
    status = sorted_unique(out, kl_value_take(&both), error);
out:
    kl_value_release(both);
    list_set_end(&in_a);
    list_set_end(&in_b);
    return status;
}

/* ---- intersection ---------------------------------------------------------------------------- */

static kl_value smaller(kl_value a, kl_value b)
{
    if (kl_is_null(a) || kl_is_null(b))
        return kl_is_null(a) ? b : a;
    return kl_as_double(a) <= kl_as_double(b) ? a : b;
}

static kl_value larger(kl_value a, kl_value b)
{
    if (kl_is_null(a) || kl_is_null(b))
        return kl_is_null(a) ? b : a;
    return kl_as_int(a) >= kl_as_int(b) ? a : b;
}

/* Hours of one stay as they are written: only those of two are computed. */
static kl_status common_hours(kl_value *out, kl_value a, kl_value b, kl_error *error)
{
    if (!kl_is_null(a) && !kl_is_null(b))
        return kl_session_hour_ranges(out, kl_session_hour_bits(a) & kl_session_hour_bits(b), error);
    *out = kl_value_retain(kl_is_null(a) ? b : a);
    return KL_OK;
}

/* A member of both; given. */
static kl_status combine(kl_value *out, const kl_session_member *member, kl_value a, kl_value b,
                         kl_error *error)
{
    switch (member->kind) {
    case KL_MEMBER_ALLOW:
        return common(out, a, b, member->is_path, error);
    case KL_MEMBER_BLOCK:
        return union_of(out, a, b, error);
    case KL_MEMBER_HOURS:
        return common_hours(out, a, b, error);
    case KL_MEMBER_LIMIT:
        *out = smaller(a, b);
        break;
    case KL_MEMBER_COOLDOWN:
        *out = larger(a, b);
        break;
    case KL_MEMBER_FLAG:
        *out = kl_bool(kl_as_bool(a) || kl_as_bool(b));
        break;
    case KL_MEMBER_TEXT:
    case KL_MEMBER_MOMENT:
        *out = kl_null(); /* nobody has signed both */
    }
    return KL_OK;
}

/* The combined members of one dimension, as a map; given. */
static kl_status combine_dimension(kl_value *out, kl_session_dimension dimension,
                                   const kl_session_envelope *a, const kl_session_envelope *b,
                                   kl_error *error)
{
    kl_value map, value;
    kl_status status;
    KL_TRY(kl_map_new(&map, 4, error));
    for (size_t i = 0; i < KL_SESSION_MEMBERS; i++) {
        const kl_session_member *member = &kl_session_members[i];
        if (member->dimension != dimension)
            continue;
        KL_TRY_OUT(combine(&value, member, kl_session_member_of(a, member),
                           kl_session_member_of(b, member), error));
        KL_TRY_OUT(kl_map_set(&map, kl_text_from(member->name), value, error));
    }
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

kl_status kl_session_envelope_intersect(kl_session_envelope **out, const kl_session_envelope *a,
                                        const kl_session_envelope *b, kl_error *error)
{
    kl_value map, members;
    kl_status status;
    KL_TRY(kl_map_new(&map, KL_SESSION_DIMENSIONS, error));
    for (int i = 0; i < KL_SESSION_DIMENSIONS; i++) {
        kl_session_dimension dimension = (kl_session_dimension)i;
        KL_TRY_OUT(combine_dimension(&members, dimension, a, b, error));
        KL_TRY_OUT(kl_map_set(&map, kl_text_from(kl_session_dimension_name(dimension)), members,
                              error));
    }
    status = kl_session_envelope_read(out, map, error);
out:
    kl_value_release(map);
    return status;
}

/* ---- comparison ------------------------------------------------------------------------------ */

/* Whether every item of `inner` is in `outer`. */
static kl_status is_within(bool *out, kl_value inner, kl_value outer, bool is_path, kl_error *error)
{
    list_set set;
    kl_status status = list_set_of(&set, outer, is_path, error);
    *out = true;
    for (size_t i = 0; status == KL_OK && *out && i < kl_array_len(inner); i++)
        status = holds(out, &set, kl_array_at(inner, i), error);
    list_set_end(&set);
    return status;
}

/* Whether a member of the child is nowhere wider than that of the parent. */
static kl_status member_is_tighter(bool *out, const kl_session_member *member, kl_value child,
                                   kl_value parent, kl_error *error)
{
    *out = true;
    switch (member->kind) {
    case KL_MEMBER_BLOCK:
        return is_within(out, parent, child, member->is_path, error);
    case KL_MEMBER_ALLOW:
        if (kl_is_null(parent))
            return KL_OK;
        if (!kl_is_null(child))
            return is_within(out, child, parent, member->is_path, error);
        *out = false;
        return KL_OK;
    case KL_MEMBER_LIMIT:
        *out = kl_is_null(parent) ||
               (!kl_is_null(child) && kl_as_double(child) <= kl_as_double(parent));
        return KL_OK;
    case KL_MEMBER_HOURS:
        if (!kl_is_null(parent)) {
            uint32_t all = (1u << KL_SESSION_HOURS) - 1;
            uint32_t hours = kl_is_null(child) ? all : kl_session_hour_bits(child);
            *out = !(hours & ~kl_session_hour_bits(parent));
        }
        return KL_OK;
    case KL_MEMBER_COOLDOWN:
        *out = kl_as_int(child) >= kl_as_int(parent); /* null is none: 0 */
        return KL_OK;
    case KL_MEMBER_FLAG:
        *out = kl_as_bool(child) || !kl_as_bool(parent);
        return KL_OK;
    case KL_MEMBER_TEXT:
    case KL_MEMBER_MOMENT:
        return KL_OK;
    }
    return KL_OK;
}

/* The first member where the child is wider; NULL = none. */
static kl_status find_wider(const kl_session_member **out, const kl_session_envelope *child,
                            const kl_session_envelope *parent, kl_error *error)
{
    *out = NULL;
    for (size_t i = 0; i < KL_SESSION_MEMBERS && !*out; i++) {
        const kl_session_member *member = &kl_session_members[i];
        bool tighter;
        KL_TRY(member_is_tighter(&tighter, member, kl_session_member_of(child, member),
                                 kl_session_member_of(parent, member), error));
        if (!tighter)
            *out = member;
    }
    return KL_OK;
}

kl_status kl_session_envelope_is_tighter(bool *out, const kl_session_envelope *child,
                                         const kl_session_envelope *parent, kl_error *error)
{
    const kl_session_member *wider;
    KL_TRY(find_wider(&wider, child, parent, error));
    *out = wider == NULL;
    return KL_OK;
}

/* A value as JSON in a message, cut by characters. */
static kl_status shown(kl_value *out, kl_value value, kl_error *error)
{
    enum { SHOWN = 80 };
    KL_TRY(kl_json_print(out, value, &kl_json_record, error)); /* ASCII: a byte is a character */
    kl_text text = kl_as_text(*out);
    if (text.len <= SHOWN)
        return KL_OK;
    kl_value whole = *out;
    kl_status status = kl_string_format(out, error, "%.*s...", SHOWN, text.data);
    kl_value_release(whole);
    return status;
}

kl_status kl_session_envelope_check_tighter(const kl_session_envelope *child,
                                            const kl_session_envelope *parent, kl_error *error)
{
    const kl_session_member *wider;
    kl_value x = kl_null(), y = kl_null();
    KL_TRY(find_wider(&wider, child, parent, error));
    if (!wider)
        return KL_OK;
    kl_status status = shown(&x, kl_session_member_of(child, wider), error);
    if (status == KL_OK)
        status = shown(&y, kl_session_member_of(parent, wider), error);
    if (status == KL_OK)
        status = kl_error_set(error, KL_INVALID, "%s widening: %s: child %s > parent %s",
                              kl_session_dimension_name(wider->dimension), wider->name,
                              kl_as_text(x).data, kl_as_text(y).data);
    kl_value_release(x);
    kl_value_release(y);
    return status;
}
