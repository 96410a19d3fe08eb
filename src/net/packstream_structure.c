/* src/net/packstream_structure.c - the structures of graphs, time and space as plain values. */
#include "packstream.h"

#include <math.h>

static kl_status misfit(uint8_t tag, kl_error *error)
{
    return kl_error_set(error, KL_SYNTAX,
                        "the message of the server is malformed: bad fields of structure 0x%02X", tag);
}

static kl_value field(kl_value fields, size_t index) { return kl_array_at(fields, index); }

/* ---- graphs -------------------------------------------------------------------------------------- */

/* A number as text; a text stays. Given. */
static kl_status id_text(kl_value *out, kl_value id, kl_error *error)
{
    if (kl_is(id, KL_KIND_INT))
        return kl_string_format(out, error, "%lld", (long long)kl_as_int(id));
    *out = kl_value_retain(id);
    return KL_OK;
}

static kl_status set_id(kl_value *map, const char *key, kl_value id, kl_error *error)
{
    kl_value text;
    KL_TRY(id_text(&text, id, error));
    return kl_map_set(map, kl_text_from(key), text, error);
}

static kl_status set(kl_value *map, const char *key, kl_value value, kl_error *error)
{
    return kl_map_set(map, kl_text_from(key), kl_value_retain(value), error);
}

/* Number, labels, properties and, from version 5 on, the element id. */
static kl_status node(kl_value *out, uint8_t tag, kl_value fields, kl_error *error)
{
    kl_value map;
    kl_status status;
    bool fits = kl_is(field(fields, 0), KL_KIND_INT) && kl_is(field(fields, 1), KL_KIND_ARRAY) &&
                kl_is(field(fields, 2), KL_KIND_MAP);
    bool named = kl_array_len(fields) == 4;
    if (!fits || (named && !kl_is(field(fields, 3), KL_KIND_STRING)))
        return misfit(tag, error);
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(set_id(&map, "id", field(fields, named ? 3 : 0), error));
    KL_TRY_OUT(set(&map, "labels", field(fields, 1), error));
    KL_TRY_OUT(set(&map, "properties", field(fields, 2), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* `from` and `to` are null for one of a path, which tells them itself. */
static kl_status make_relationship(kl_value *out, kl_value id, kl_value type, kl_value from,
                                   kl_value to, kl_value properties, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 5, error));
    KL_TRY_OUT(set_id(&map, "id", id, error));
    KL_TRY_OUT(set(&map, "type", type, error));
    KL_TRY_OUT(set_id(&map, "from_id", from, error));
    KL_TRY_OUT(set_id(&map, "to_id", to, error));
    KL_TRY_OUT(set(&map, "properties", properties, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* Number, numbers of the ends, type, properties; from version 5 on the three element ids. */
static kl_status relationship(kl_value *out, uint8_t tag, kl_value fields, kl_error *error)
{
    size_t ids = kl_array_len(fields) == 8 ? 5 : 0;
    kl_kind kind = ids ? KL_KIND_STRING : KL_KIND_INT;
    bool fits = kl_is(field(fields, 3), KL_KIND_STRING) && kl_is(field(fields, 4), KL_KIND_MAP);
    for (size_t i = ids; i < ids + 3; i++)
        fits = fits && kl_is(field(fields, i), kind);
    if (!fits)
        return misfit(tag, error);
    return make_relationship(out, field(fields, ids), field(fields, 3), field(fields, ids + 1),
                             field(fields, ids + 2), field(fields, 4), error);
}

/* One that a path ties: number, type, properties[, element id]. */
static kl_status unbound(kl_value *out, uint8_t tag, kl_value fields, kl_error *error)
{
    bool named = kl_array_len(fields) == 4;
    bool fits = kl_is(field(fields, 0), KL_KIND_INT) && kl_is(field(fields, 1), KL_KIND_STRING) &&
                kl_is(field(fields, 2), KL_KIND_MAP);
    if (!fits || (named && !kl_is(field(fields, 3), KL_KIND_STRING)))
        return misfit(tag, error);
    return make_relationship(out, field(fields, named ? 3 : 0), field(fields, 1), kl_null(),
                             kl_null(), field(fields, 2), error);
}

/* ---- paths --------------------------------------------------------------------------------------- */

typedef struct path {
    kl_value known_nodes, known_relationships, steps; /* borrowed */
    kl_value nodes, relationships;                    /* owned: what is walked along */
} path;

static bool is_with(kl_value map, const char *key)
{
    return kl_is(map, KL_KIND_MAP) && kl_map_has(map, kl_text_from(key));
}

/* Relationships are told by their place from 1 on, negative when walked against their direction;
 * nodes by their place from 0 on. */
static kl_status walk(path *p, size_t step, kl_error *error)
{
    kl_value made, r_place = field(p->steps, step), n_place = field(p->steps, step + 1);
    int64_t r_index = kl_as_int(r_place), n_index = kl_as_int(n_place);
    bool back = r_index < 0;
    uint64_t r_count = back ? 0 - (uint64_t)r_index : (uint64_t)r_index;
    kl_value one = r_count ? field(p->known_relationships, (size_t)r_count - 1) : kl_null();
    kl_value next = n_index < 0 ? kl_null() : field(p->known_nodes, (size_t)n_index);
    kl_value last = field(p->nodes, kl_array_len(p->nodes) - 1);
    if (!kl_is(r_place, KL_KIND_INT) || !kl_is(n_place, KL_KIND_INT) || !is_with(one, "type") ||
        !is_with(next, "labels"))
        return misfit('P', error);
    KL_TRY(make_relationship(&made, kl_map_get(one, KL_TEXT("id")), kl_map_get(one, KL_TEXT("type")),
                             kl_map_get(back ? next : last, KL_TEXT("id")),
                             kl_map_get(back ? last : next, KL_TEXT("id")),
                             kl_map_get(one, KL_TEXT("properties")), error));
    KL_TRY(kl_array_push(&p->relationships, made, error));
    return kl_array_push(&p->nodes, kl_value_retain(next), error);
}

static kl_status walk_all(path *p, kl_error *error)
{
    KL_TRY(kl_array_new(&p->nodes, 2, error));
    KL_TRY(kl_array_new(&p->relationships, 1, error));
    KL_TRY(kl_array_push(&p->nodes, kl_value_retain(field(p->known_nodes, 0)), error));
    for (size_t i = 0; i < kl_array_len(p->steps); i += 2)
        KL_TRY(walk(p, i, error));
    return KL_OK;
}

static kl_status path_map(kl_value *out, const path *p, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, 2, error));
    kl_status status = set(&map, "nodes", p->nodes, error);
    if (status == KL_OK)
        status = set(&map, "relationships", p->relationships, error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static kl_status path_value(kl_value *out, uint8_t tag, kl_value fields, kl_error *error)
{
    path p = {.known_nodes = field(fields, 0), .known_relationships = field(fields, 1),
              .steps = field(fields, 2)};
    if (!is_with(field(p.known_nodes, 0), "labels") || !kl_is(p.steps, KL_KIND_ARRAY) ||
        kl_array_len(p.steps) % 2 != 0)
        return misfit(tag, error);
    kl_status status = walk_all(&p, error);
    if (status == KL_OK)
        status = path_map(out, &p, error);
    kl_value_release(p.nodes);
    kl_value_release(p.relationships);
    return status;
}

/* ---- time ---------------------------------------------------------------------------------------- */

enum { DAY_SECONDS = 86400, NANOS = 1000000000 };
/* Years up to a billion, as servers know them: nothing here overflows. */
#define DAYS_MAX ((int64_t)366000000000)

static bool ints(kl_value fields, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!kl_is(field(fields, i), KL_KIND_INT))
            return false;
    return true;
}

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/* Days since 1970-01-01 by the proleptic Gregorian calendar; years begin in March, so that the day
 * of a leap year is the last. */
static void add_date(kl_buffer *to, int64_t days)
{
    days += 719468;
    int64_t era = floor_div(days, 146097), day = days - era * 146097;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    int64_t of_year = day - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    int64_t of_month = of_year - (153 * month + 2) / 5 + 1;
    month = month < 10 ? month + 3 : month - 9;
    year += era * 400 + (month <= 2);
    if (year < 0 || year > 9999)
        kl_buffer_format(to, "%+05lld", (long long)year);
    else
        kl_buffer_format(to, "%04lld", (long long)year);
    kl_buffer_format(to, "-%02lld-%02lld", (long long)month, (long long)of_month);
}

/* The fewest of 0, 3, 6 or 9 digits. */
static void add_fraction(kl_buffer *to, int64_t nanos)
{
    if (nanos % 1000000 == 0 && nanos)
        kl_buffer_format(to, ".%03lld", (long long)(nanos / 1000000));
    else if (nanos % 1000 == 0 && nanos)
        kl_buffer_format(to, ".%06lld", (long long)(nanos / 1000));
    else if (nanos)
        kl_buffer_format(to, ".%09lld", (long long)nanos);
}

static void add_clock(kl_buffer *to, int64_t seconds, int64_t nanos)
{
    kl_buffer_format(to, "%02d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60),
                     (int)(seconds % 60));
    add_fraction(to, nanos);
}

static void add_offset(kl_buffer *to, int64_t offset)
{
    int away = (int)(offset < 0 ? -offset : offset);
    if (offset == 0) {
        kl_buffer_byte(to, 'Z');
        return;
    }
    kl_buffer_format(to, "%c%02d:%02d", offset < 0 ? '-' : '+', away / 3600, away / 60 % 60);
    if (away % 60)
        kl_buffer_format(to, ":%02d", away % 60);
}

static void add_moment(kl_buffer *to, int64_t seconds, int64_t nanos)
{
    int64_t day = floor_div(seconds, DAY_SECONDS);
    add_date(to, day);
    kl_buffer_byte(to, 'T');
    add_clock(to, seconds - day * DAY_SECONDS, nanos);
}

static bool in(int64_t number, int64_t least, int64_t most)
{
    return number >= least && number <= most;
}

static bool date(kl_buffer *to, kl_value fields)
{
    int64_t days = kl_as_int(field(fields, 0));
    if (!ints(fields, 1) || !in(days, -DAYS_MAX, DAYS_MAX))
        return false;
    add_date(to, days);
    return true;
}

static bool is_clock(kl_value fields)
{
    return ints(fields, kl_array_len(fields)) &&
           in(kl_as_int(field(fields, 0)), 0, (int64_t)DAY_SECONDS * NANOS - 1);
}

static bool is_offset(kl_value offset)
{
    return kl_is(offset, KL_KIND_INT) && in(kl_as_int(offset), -DAY_SECONDS, DAY_SECONDS);
}

static bool local_time(kl_buffer *to, kl_value fields)
{
    int64_t nanos = kl_as_int(field(fields, 0));
    if (!is_clock(fields))
        return false;
    add_clock(to, nanos / NANOS, nanos % NANOS);
    return true;
}

static bool time_of_day(kl_buffer *to, kl_value fields)
{
    if (!is_offset(field(fields, 1)) || !local_time(to, fields))
        return false;
    add_offset(to, kl_as_int(field(fields, 1)));
    return true;
}

static bool is_moment(kl_value fields)
{
    return ints(fields, 2) &&
           in(kl_as_int(field(fields, 0)), -DAYS_MAX * DAY_SECONDS, DAYS_MAX * DAY_SECONDS) &&
           in(kl_as_int(field(fields, 1)), 0, NANOS - 1);
}

static bool local_moment(kl_buffer *to, kl_value fields)
{
    if (!is_moment(fields))
        return false;
    add_moment(to, kl_as_int(field(fields, 0)), kl_as_int(field(fields, 1)));
    return true;
}

/* Seconds of the wall clock there (legacy). */
static bool offset_moment_local(kl_buffer *to, kl_value fields)
{
    if (!is_offset(field(fields, 2)) || !local_moment(to, fields))
        return false;
    add_offset(to, kl_as_int(field(fields, 2)));
    return true;
}

/* Seconds of UTC. */
static bool offset_moment(kl_buffer *to, kl_value fields)
{
    if (!is_offset(field(fields, 2)) || !is_moment(fields))
        return false;
    int64_t offset = kl_as_int(field(fields, 2));
    add_moment(to, kl_as_int(field(fields, 0)) + offset, kl_as_int(field(fields, 1)));
    add_offset(to, offset);
    return true;
}

static bool zone_moment_local(kl_buffer *to, kl_value fields)
{
    if (!kl_is(field(fields, 2), KL_KIND_STRING) || !local_moment(to, fields))
        return false;
    kl_buffer_byte(to, '[');
    kl_buffer_add(to, kl_as_text(field(fields, 2)));
    kl_buffer_byte(to, ']');
    return true;
}

static bool zone_moment(kl_buffer *to, kl_value fields)
{
    if (!kl_is(field(fields, 2), KL_KIND_STRING) || !local_moment(to, fields))
        return false;
    kl_buffer_string(to, "Z[");
    kl_buffer_add(to, kl_as_text(field(fields, 2)));
    kl_buffer_byte(to, ']');
    return true;
}

/* Seconds and a fraction that is added to them, both of the sign of their sum. */
static void add_seconds(kl_buffer *to, int64_t seconds, int64_t nanos)
{
    bool negative = seconds < 0;
    if (negative && nanos) {
        seconds++;
        nanos = NANOS - nanos;
    }
    kl_buffer_format(to, "T%s%llu", negative ? "-" : "",
                     (unsigned long long)(negative ? 0 - (uint64_t)seconds : (uint64_t)seconds));
    add_fraction(to, nanos);
    kl_buffer_byte(to, 'S');
}

static bool duration(kl_buffer *to, kl_value fields)
{
    int64_t months = kl_as_int(field(fields, 0)), days = kl_as_int(field(fields, 1));
    int64_t seconds = kl_as_int(field(fields, 2)), nanos = kl_as_int(field(fields, 3));
    if (!ints(fields, 4) || !in(nanos, 0, NANOS - 1))
        return false;
    kl_buffer_byte(to, 'P');
    if (months)
        kl_buffer_format(to, "%lldM", (long long)months);
    if (days)
        kl_buffer_format(to, "%lldD", (long long)days);
    if (seconds || nanos || (!months && !days))
        add_seconds(to, seconds, nanos);
    return true;
}

/* ---- space --------------------------------------------------------------------------------------- */

static kl_status point(kl_value *out, uint8_t tag, kl_value fields, kl_error *error)
{
    static const char *const names[] = {"srid", "x", "y", "z"};
    kl_value map;
    kl_status status;
    if (!kl_is(field(fields, 0), KL_KIND_INT))
        return misfit(tag, error);
    for (size_t i = 1; i < kl_array_len(fields); i++)
        if (!kl_is(field(fields, i), KL_KIND_DOUBLE))
            return misfit(tag, error);
    KL_TRY(kl_map_new(&map, 4, error));
    for (size_t i = 0; i < kl_array_len(fields); i++)
        KL_TRY_OUT(set(&map, names[i], field(fields, i), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* ---- all ----------------------------------------------------------------------------------------- */

static const struct {
    uint8_t tag, fields, or_fields;
    kl_status (*value)(kl_value *out, uint8_t tag, kl_value fields, kl_error *error);
    bool (*text)(kl_buffer *to, kl_value fields); /* false: the fields do not fit */
} structures[] = {
    {'N', 3, 4, node, NULL},
    {'R', 5, 8, relationship, NULL},
    {'r', 3, 4, unbound, NULL},
    {'P', 3, 3, path_value, NULL},
    {'X', 3, 3, point, NULL},
    {'Y', 4, 4, point, NULL},
    {'D', 1, 1, NULL, date},
    {'T', 2, 2, NULL, time_of_day},
    {'t', 1, 1, NULL, local_time},
    {'d', 2, 2, NULL, local_moment},
    {'F', 3, 3, NULL, offset_moment_local},
    {'f', 3, 3, NULL, zone_moment_local},
    {'I', 3, 3, NULL, offset_moment},
    {'i', 3, 3, NULL, zone_moment},
    {'E', 4, 4, NULL, duration},
};

kl_status kl_packstream_structure(kl_value *out, uint8_t tag, kl_value fields, kl_error *error)
{
    size_t row = 0, count = kl_array_len(fields);
    while (row < KL_COUNT(structures) && structures[row].tag != tag)
        row++;
    if (row == KL_COUNT(structures))
        return kl_error_set(error, KL_SYNTAX, "the server sent an unknown structure 0x%02X", tag);
    if (count != structures[row].fields && count != structures[row].or_fields)
        return misfit(tag, error);
    if (structures[row].value)
        return structures[row].value(out, tag, fields, error);
    kl_buffer text = KL_BUFFER_INIT;
    if (structures[row].text(&text, fields))
        return kl_buffer_finish(out, &text, error);
    kl_buffer_free(&text);
    return misfit(tag, error);
}
