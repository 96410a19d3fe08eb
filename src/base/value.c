/* src/base/value.c - what concerns whole values: freeing, equality, order, hash, depth, paths. */
#include "payload.h"
#include "memo.h"
#include "stack.h"
#include "kailash/object.h"

#include <math.h>

const char *kl_kind_name(kl_kind kind)
{
    static const char *const names[] = {
        "null",  "bool",   "integer", "float",  "string",           "bytes",
        "array", "object", "object",  "any",    "number",           "non-negative integer",
        "number of seconds", "word",  "callable", "buffer", "tuple", "nothing"};
    return (unsigned)kind < KL_COUNT(names) ? names[kind] : "unknown";
}

bool kl_value_truthy(kl_value value)
{
    switch (kl_value_kind(value)) {
    case KL_KIND_NULL:
        return false;
    case KL_KIND_BOOL:
        return value.as.boolean;
    case KL_KIND_INT:
        return value.as.integer != 0;
    case KL_KIND_DOUBLE:
        return value.as.real != 0.0;
    case KL_KIND_OBJECT:
        return true;
    default:
        return kl_value_len(value) > 0;
    }
}

size_t kl_value_len(kl_value value)
{
    switch (kl_value_kind(value)) {
    case KL_KIND_STRING:
    case KL_KIND_BYTES:
        return value.as.string->len;
    case KL_KIND_ARRAY:
        return kl_array_len(value);
    case KL_KIND_MAP:
        return kl_map_len(value);
    default:
        return 0;
    }
}

/* ---- freeing --------------------------------------------------------------------------------- */

/* Payloads whose last reference goes while another one is being freed wait in a list per thread
 * instead of recursing. They are linked through the third word, which nobody reads any more: the
 * capacity of an array or a map, the face of an object. */
typedef struct dead {
    kl_payload payload; /* flags hold the kind, too */
    void *kept;
    struct dead *next;
} dead;

static __thread dead *waiting;
static __thread bool is_freeing;

static void free_string(kl_string *string)
{
    if (string->payload.flags & KL_PAYLOAD_WRAPPED) {
        kl_foreign *owner = kl_string_owner(kl_value_of_string(string));
        owner->release(owner);
    }
    kl_payload_free(&string->payload);
}

static void free_now(kl_kind kind, kl_payload *payload)
{
    if (kind == KL_KIND_ARRAY) {
        kl_array *array = (kl_array *)payload;
        for (size_t i = 0; i < array->len; i++)
            kl_value_release(array->items[i]);
        kl_payload_free(payload);
    } else if (kind == KL_KIND_MAP) {
        kl_map *map = (kl_map *)payload;
        for (uint32_t i = 0; i < map->keys->len; i++)
            kl_value_release(map->values[i]);
        kl_keys_release(map->keys);
        kl_payload_free(payload);
    } else {
        kl_object *object = (kl_object *)payload;
        object->face = NULL;
        kl_object_table.dispose(object);
    }
}

void kl_value_free_payload(kl_value value)
{
    if (value.kind == KL_KIND_STRING || value.kind == KL_KIND_BYTES) {
        free_string(value.as.string);
        return;
    }
    if (is_freeing) {
        dead *later = (dead *)value.as.payload;
        later->payload.flags &= ~(uint32_t)KL_PAYLOAD_PAIRS; /* whose bit the kind takes */
        later->payload.flags |= value.kind << KL_PAYLOAD_KIND_SHIFT;
        later->next = waiting;
        waiting = later;
        return;
    }
    is_freeing = true;
    free_now((kl_kind)value.kind, value.as.payload);
    while (waiting) {
        dead *next = waiting;
        waiting = next->next;
        free_now((kl_kind)(next->payload.flags >> KL_PAYLOAD_KIND_SHIFT & 15), &next->payload);
    }
    is_freeing = false;
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* Order of an int and a double that is no NaN, exactly: no rounding of the int. */
static int compare_int_double(int64_t integer, double real)
{
    if (real >= 9223372036854775808.0)
        return -1;
    if (real < -9223372036854775808.0)
        return 1;
    int64_t whole = (int64_t)real; /* towards zero */
    if (integer != whole)
        return integer < whole ? -1 : 1;
    double rest = real - (double)whole;
    return rest > 0 ? -1 : rest < 0 ? 1 : 0;
}

int kl_number_compare(kl_value a, kl_value b)
{
    bool a_real = kl_is(a, KL_KIND_DOUBLE), b_real = kl_is(b, KL_KIND_DOUBLE);
    bool a_nan = a_real && isnan(a.as.real), b_nan = b_real && isnan(b.as.real);
    if (a_nan || b_nan)
        return a_nan - b_nan;
    if (a_real && b_real)
        return (a.as.real > b.as.real) - (a.as.real < b.as.real);
    if (a_real)
        return -compare_int_double(b.as.integer, a.as.real);
    if (b_real)
        return compare_int_double(a.as.integer, b.as.real);
    return (a.as.integer > b.as.integer) - (a.as.integer < b.as.integer);
}

/* ---- equality -------------------------------------------------------------------------------- */

typedef struct pair_frame {
    kl_value a, b; /* containers of one kind and length */
    size_t next;
} pair_frame;

/* Equality of everything but the items of containers. */
static kl_status equal_head(bool *out, kl_value a, kl_value b, kl_error *error)
{
    *out = false;
    if (a.kind != b.kind)
        return KL_OK;
    switch (kl_value_kind(a)) {
    case KL_KIND_NULL:
        *out = true;
        return KL_OK;
    case KL_KIND_BOOL:
        *out = a.as.boolean == b.as.boolean;
        return KL_OK;
    case KL_KIND_INT:
        *out = a.as.integer == b.as.integer;
        return KL_OK;
    case KL_KIND_DOUBLE:
        *out = a.as.real == b.as.real;
        return KL_OK;
    case KL_KIND_STRING:
    case KL_KIND_BYTES:
        *out = a.as.string == b.as.string ||
               kl_text_equal(kl_string_text(a.as.string), kl_string_text(b.as.string));
        return KL_OK;
    case KL_KIND_OBJECT:
        *out = a.as.object == b.as.object;
        return *out ? KL_OK : kl_object_table.equal(out, a.as.object, b.as.object, error);
    default:
        *out = kl_value_len(a) == kl_value_len(b);
        return KL_OK;
    }
}

static bool is_container(kl_value value)
{
    return value.kind == KL_KIND_ARRAY || value.kind == KL_KIND_MAP;
}

static kl_status push_pair(kl_stack *stack, kl_value a, kl_value b, kl_error *error)
{
    pair_frame *frame = kl_stack_push(stack);
    if (!frame)
        return kl_error_no_memory(error);
    *frame = (pair_frame){a, b, 0};
    return KL_OK;
}

/* The next items to compare; false when the second map lacks the key. */
static bool next_pair(kl_value *a, kl_value *b, pair_frame *frame)
{
    size_t index = frame->next++;
    if (kl_is(frame->a, KL_KIND_ARRAY)) {
        *a = kl_array_at(frame->a, index);
        *b = kl_array_at(frame->b, index);
        return true;
    }
    *a = kl_map_value_at(frame->a, index);
    if (kl_map_keys(frame->a) == kl_map_keys(frame->b)) {
        *b = kl_map_value_at(frame->b, index);
        return true;
    }
    const kl_value *found = kl_map_find(frame->b, kl_map_key_at(frame->a, index));
    *b = found ? *found : kl_null();
    return found != NULL;
}

kl_status kl_value_equal(bool *out, kl_value a, kl_value b, kl_error *error)
{
    bool equal;
    KL_TRY(equal_head(&equal, a, b, error));
    if (!equal || !is_container(a)) {
        *out = equal;
        return KL_OK;
    }
    kl_stack stack;
    kl_memo memo = {0};
    kl_status status;
    kl_stack_init(&stack, sizeof(pair_frame));
    KL_TRY_OUT(push_pair(&stack, a, b, error));
    while (equal && stack.len) {
        pair_frame *top = kl_stack_top(&stack);
        if (top->next == kl_value_len(top->a)) {
            kl_stack_pop(&stack);
            continue;
        }
        equal = next_pair(&a, &b, top);
        if (equal)
            KL_TRY_OUT(equal_head(&equal, a, b, error));
        if (!equal || !is_container(a))
            continue;
        bool met; /* and found equal, or this walk would be over */
        KL_TRY_OUT(kl_memo_meet(&met, &memo, a, b, error));
        if (!met)
            KL_TRY_OUT(push_pair(&stack, a, b, error));
    }
    *out = equal;
out:
    kl_memo_end(&memo);
    kl_stack_end(&stack);
    return status;
}

/* ---- order ----------------------------------------------------------------------------------- */

static int rank(kl_value value)
{
    return value.kind == KL_KIND_DOUBLE ? KL_KIND_INT : (int)value.kind;
}

/* Order of everything but the items of containers; 0 for two containers of one kind. */
static kl_status compare_head(int *out, kl_value a, kl_value b, kl_error *error)
{
    if (rank(a) != rank(b)) {
        *out = rank(a) < rank(b) ? -1 : 1;
        return KL_OK;
    }
    *out = 0;
    switch (kl_value_kind(a)) {
    case KL_KIND_BOOL:
        *out = (int)a.as.boolean - (int)b.as.boolean;
        return KL_OK;
    case KL_KIND_INT:
    case KL_KIND_DOUBLE:
        *out = kl_number_compare(a, b);
        if (*out == 0)
            *out = (int)a.kind - (int)b.kind;
        return KL_OK;
    case KL_KIND_STRING:
    case KL_KIND_BYTES:
        *out = kl_text_compare(kl_as_text(a), kl_as_text(b));
        return KL_OK;
    case KL_KIND_OBJECT:
        return a.as.object == b.as.object
                   ? KL_OK
                   : kl_object_table.compare(out, a.as.object, b.as.object, error);
    default:
        return KL_OK;
    }
}

typedef struct order_frame {
    kl_value a, b; /* arrays, or maps with sorted keys; owned */
    size_t next;   /* of a map: 2 * pair, + 1 for its value */
} order_frame;

static kl_status push_order(kl_stack *stack, kl_value a, kl_value b, kl_error *error)
{
    kl_value own_a = kl_null(), own_b = kl_null();
    if (kl_is(a, KL_KIND_MAP)) {
        KL_TRY(kl_map_sorted(&own_a, a, error));
        kl_status status = kl_map_sorted(&own_b, b, error);
        if (status != KL_OK) {
            kl_value_release(own_a);
            return status;
        }
    } else {
        own_a = kl_value_retain(a);
        own_b = kl_value_retain(b);
    }
    order_frame *frame = kl_stack_push(stack);
    if (!frame) {
        kl_value_release(own_a);
        kl_value_release(own_b);
        return kl_error_no_memory(error);
    }
    *frame = (order_frame){own_a, own_b, 0};
    return KL_OK;
}

/* Number of things to compare in a container: items, or keys and values. */
static size_t parts(kl_value value)
{
    return kl_is(value, KL_KIND_MAP) ? 2 * kl_map_len(value) : kl_array_len(value);
}

static kl_value part_at(kl_value value, size_t index)
{
    if (kl_is(value, KL_KIND_ARRAY))
        return kl_array_at(value, index);
    return index % 2 ? kl_map_value_at(value, index / 2) : kl_map_key_value_at(value, index / 2);
}

static void pop_order(kl_stack *stack)
{
    order_frame *top = kl_stack_top(stack);
    kl_value_release(top->a);
    kl_value_release(top->b);
    kl_stack_pop(stack);
}

kl_status kl_value_compare(int *out, kl_value a, kl_value b, kl_error *error)
{
    int order;
    KL_TRY(compare_head(&order, a, b, error));
    if (order || !is_container(a)) {
        *out = order;
        return KL_OK;
    }
    kl_stack stack;
    kl_memo memo = {0};
    kl_status status;
    kl_stack_init(&stack, sizeof(order_frame));
    KL_TRY_OUT(push_order(&stack, a, b, error));
    while (order == 0 && stack.len) {
        order_frame *top = kl_stack_top(&stack);
        size_t index = top->next++, a_len = parts(top->a), b_len = parts(top->b);
        if (index == a_len || index == b_len) {
            order = (a_len > b_len) - (a_len < b_len);
            pop_order(&stack);
            continue;
        }
        a = part_at(top->a, index);
        b = part_at(top->b, index);
        KL_TRY_OUT(compare_head(&order, a, b, error));
        if (order || !is_container(a))
            continue;
        bool met;
        KL_TRY_OUT(kl_memo_meet(&met, &memo, a, b, error));
        if (!met)
            KL_TRY_OUT(push_order(&stack, a, b, error));
    }
    *out = order;
out:
    while (stack.len)
        pop_order(&stack);
    kl_memo_end(&memo);
    kl_stack_end(&stack);
    return status;
}

/* ---- hash ------------------------------------------------------------------------------------ */

static uint64_t mix(uint64_t hash)
{
    hash ^= hash >> 32;
    hash *= 0xD6E8FEB86659FD93ull;
    return hash ^ hash >> 32;
}

typedef struct hash_frame {
    kl_value value;
    size_t next;
    uint64_t sum;
    bool due; /* worth remembering */
} hash_frame;

static kl_status hash_head(uint64_t *out, kl_value value, kl_error *error)
{
    uint64_t bits = 0;
    switch (kl_value_kind(value)) {
    case KL_KIND_BOOL:
        bits = value.as.boolean;
        break;
    case KL_KIND_INT:
        bits = (uint64_t)value.as.integer;
        break;
    case KL_KIND_DOUBLE: {
        double real = value.as.real == 0.0 ? 0.0 : value.as.real; /* -0.0 equals 0.0 */
        memcpy(&bits, &real, sizeof bits);
        break;
    }
    case KL_KIND_STRING:
    case KL_KIND_BYTES:
        bits = kl_string_hash(value.as.string);
        break;
    case KL_KIND_OBJECT:
        KL_TRY(kl_object_table.hash(&bits, value.as.object, error));
        break;
    default:
        break;
    }
    *out = mix(bits + value.kind * 0x9E3779B97F4A7C15ull);
    return KL_OK;
}

/* Items count by their place, pairs by their key alone: the order of keys does not matter. */
static void add_item(hash_frame *frame, uint64_t item)
{
    if (kl_is(frame->value, KL_KIND_ARRAY)) {
        frame->sum = mix(frame->sum + item);
        return;
    }
    kl_value key = kl_map_key_value_at(frame->value, frame->next - 1);
    frame->sum += mix(item ^ mix(kl_string_hash(key.as.string)));
}

static kl_status push_hash(kl_stack *stack, kl_value value, bool due, kl_error *error)
{
    hash_frame *frame = kl_stack_push(stack);
    if (!frame)
        return kl_error_no_memory(error);
    *frame = (hash_frame){.value = value, .due = due};
    return KL_OK;
}

/* The container on top is complete: its hash goes to the one below, or into `*out`. */
static kl_status pop_hash(uint64_t *out, kl_stack *stack, kl_memo *memo, kl_error *error)
{
    hash_frame *top = kl_stack_top(stack);
    uint64_t hash = mix(top->sum + top->value.kind);
    if (top->due)
        KL_TRY(kl_memo_add(memo, top->value.as.payload, NULL, kl_int((int64_t)hash), error));
    kl_stack_pop(stack);
    if (stack->len)
        add_item(kl_stack_top(stack), hash);
    else
        *out = hash;
    return KL_OK;
}

/* The next item of the container on top: added to it, or put on top itself. */
static kl_status hash_next(kl_stack *stack, kl_memo *memo, kl_error *error)
{
    hash_frame *top = kl_stack_top(stack);
    size_t index = top->next++;
    kl_value item = kl_is(top->value, KL_KIND_ARRAY) ? kl_array_at(top->value, index)
                                                     : kl_map_value_at(top->value, index);
    if (is_container(item)) {
        bool due = kl_memo_is_due(memo, item);
        const kl_value *known = due ? kl_memo_find(memo, item.as.payload, NULL) : NULL;
        if (!known)
            return push_hash(stack, item, due, error);
        add_item(top, (uint64_t)kl_as_int(*known));
        return KL_OK;
    }
    uint64_t hash;
    KL_TRY(hash_head(&hash, item, error));
    add_item(top, hash);
    return KL_OK;
}

kl_status kl_value_hash(uint64_t *out, kl_value value, kl_error *error)
{
    kl_stack stack;
    kl_memo memo = {0};
    kl_status status;
    if (!is_container(value))
        return hash_head(out, value, error);
    kl_stack_init(&stack, sizeof(hash_frame));
    KL_TRY_OUT(push_hash(&stack, value, false, error));
    while (stack.len) {
        hash_frame *top = kl_stack_top(&stack);
        bool full = top->next == kl_value_len(top->value);
        KL_TRY_OUT(full ? pop_hash(out, &stack, &memo, error) : hash_next(&stack, &memo, error));
    }
out:
    kl_memo_end(&memo);
    kl_stack_end(&stack);
    return status;
}

/* ---- depth and paths ------------------------------------------------------------------------- */

typedef struct depth_frame {
    kl_value value;
    size_t next;
    size_t below; /* levels of the deepest item so far */
    bool due;     /* worth remembering */
} depth_frame;

static kl_status push_depth(kl_stack *stack, kl_value value, bool due, kl_error *error)
{
    depth_frame *frame = kl_stack_push(stack);
    if (!frame)
        return kl_error_no_memory(error);
    *frame = (depth_frame){.value = value, .due = due};
    return KL_OK;
}

/* The container on top is complete. */
static kl_status pop_depth(size_t *out, kl_stack *stack, kl_memo *memo, kl_error *error)
{
    depth_frame *top = kl_stack_top(stack);
    size_t levels = top->below + 1;
    if (top->due)
        KL_TRY(kl_memo_add(memo, top->value.as.payload, NULL, kl_int((int64_t)levels), error));
    kl_stack_pop(stack);
    depth_frame *below = kl_stack_top(stack);
    if (below)
        below->below = KL_MAX(below->below, levels);
    else
        *out = levels;
    return KL_OK;
}

static kl_status depth_next(kl_stack *stack, kl_memo *memo, kl_error *error)
{
    depth_frame *top = kl_stack_top(stack);
    size_t index = top->next++;
    kl_value item = kl_is(top->value, KL_KIND_ARRAY) ? kl_array_at(top->value, index)
                                                     : kl_map_value_at(top->value, index);
    if (!is_container(item))
        return KL_OK;
    bool due = kl_memo_is_due(memo, item);
    const kl_value *known = due ? kl_memo_find(memo, item.as.payload, NULL) : NULL;
    if (!known)
        return push_depth(stack, item, due, error);
    top->below = KL_MAX(top->below, (size_t)kl_as_int(*known));
    return KL_OK;
}

kl_status kl_value_depth(size_t *out, kl_value value, size_t limit, kl_error *error)
{
    kl_stack stack;
    kl_memo memo = {0};
    kl_status status = KL_OK;
    size_t deepest = 0;
    kl_stack_init(&stack, sizeof(depth_frame));
    if (is_container(value))
        KL_TRY_OUT(push_depth(&stack, value, false, error));
    while (stack.len) {
        depth_frame *top = kl_stack_top(&stack);
        deepest = stack.len + top->below;
        if (deepest > limit)
            break;
        bool full = top->next == kl_value_len(top->value);
        KL_TRY_OUT(full ? pop_depth(&deepest, &stack, &memo, error)
                        : depth_next(&stack, &memo, error));
    }
    *out = deepest;
out:
    kl_memo_end(&memo);
    kl_stack_end(&stack);
    return status;
}

/* The index a path segment spells, or SIZE_MAX. */
static size_t segment_index(kl_text segment)
{
    size_t index = 0;
    if (segment.len == 0 || segment.len > 18)
        return SIZE_MAX;
    for (size_t i = 0; i < segment.len; i++) {
        if (segment.data[i] < '0' || segment.data[i] > '9')
            return SIZE_MAX;
        index = 10 * index + (size_t)(segment.data[i] - '0');
    }
    return index;
}

const kl_value *kl_value_path(const kl_value *value, kl_text path)
{
    while (path.len && value) {
        const char *dot = memchr(path.data, '.', path.len);
        kl_text segment = {path.data, dot ? (size_t)(dot - path.data) : path.len};
        if (kl_is(*value, KL_KIND_ARRAY)) {
            size_t index = segment_index(segment);
            value = index < kl_array_len(*value) ? &value->as.array->items[index] : NULL;
        } else {
            value = kl_map_find(*value, segment);
        }
        path.data += segment.len + (dot != NULL);
        path.len -= segment.len + (dot != NULL);
    }
    return value;
}
