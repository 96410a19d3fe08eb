/* src/base/json_read.c - JSON text to values; yyjson parses, this turns its tree into ours. */
#include "payload.h"
#include "stack.h"
#include "kailash/json.h"
#include "kailash/object.h"

#include <pthread.h>
#include <yyjson.h>

typedef struct read_frame {
    yyjson_val *next; /* the item (or key) to read next */
    size_t left;
    kl_value value;   /* the array or map being filled; owned */
    kl_value key;     /* of a map: the key whose value is being read; owned */
    kl_value *slots;  /* of a map of a known shape: where its next value goes */
} read_frame;

/* Objects of the shapes met last need neither keys nor look-ups. */
enum { SHAPES_KEPT = 4, SHAPE_KEYS_MAX = 64, SHAPE_KEY_MAX = 128 /* bytes */ };

typedef struct shapes {
    kl_keys *of[SHAPES_KEPT]; /* owned, or NULL */
    size_t next;
} shapes;

/* Those of the text before, of this thread: short texts of one kind follow one another. */
static _Thread_local shapes remembered;
static _Thread_local bool is_watched; /* whether they are forgotten with the thread */
static pthread_key_t thread_end;

static void release_shapes(void *data)
{
    shapes *all = data;
    for (size_t i = 0; i < SHAPES_KEPT; i++) {
        kl_keys_release(all->of[i]);
        all->of[i] = NULL;
    }
}

__attribute__((constructor)) static void watch_thread_ends(void)
{
    (void)pthread_key_create(&thread_end, release_shapes);
}

__attribute__((destructor)) static void forget_shapes(void) { release_shapes(&remembered); }

/* Short strings met lately: names and words that come again and again are one string. */
enum { WORDS = 64, WORDS_OF_LONG_TEXT = 4096, LONG_TEXT = 16384, WORD_MAX = 24 };

typedef struct reader {
    kl_stack stack;
    kl_value *words; /* owned; null where there is none */
    size_t word_count;
    shapes shapes;
    kl_text text;
    unsigned flags;
    kl_error *error;
} reader;

/* Anything but the items of a container, which stays empty. */
static kl_status read_head(kl_value *out, yyjson_val *from, unsigned flags, kl_error *error)
{
    switch (yyjson_get_type(from)) {
    case YYJSON_TYPE_BOOL:
        *out = kl_bool(yyjson_get_bool(from));
        return KL_OK;
    case YYJSON_TYPE_NUM:
        if (yyjson_is_sint(from))
            *out = kl_int(yyjson_get_sint(from));
        else if (yyjson_is_uint(from) && yyjson_get_uint(from) <= INT64_MAX)
            *out = kl_int((int64_t)yyjson_get_uint(from));
        else if (yyjson_is_uint(from) && flags & KL_JSON_WIDE)
            return kl_object_table.wide_new(out, yyjson_get_uint(from), error);
        else
            *out = kl_double(yyjson_is_uint(from) ? (double)yyjson_get_uint(from)
                                                  : yyjson_get_real(from));
        return KL_OK;
    case YYJSON_TYPE_STR:
        return kl_string_from_valid(out, (kl_text){yyjson_get_str(from), yyjson_get_len(from)},
                                    error);
    case YYJSON_TYPE_ARR:
        return kl_array_new(out, yyjson_arr_size(from), error);
    case YYJSON_TYPE_OBJ:
        if (yyjson_obj_size(from) == 0) {
            *out = kl_map_empty();
            return KL_OK;
        }
        return kl_map_new(out, yyjson_obj_size(from), error);
    default:
        *out = kl_null();
        return KL_OK;
    }
}

static bool has_shape(yyjson_val *object, const kl_keys *keys)
{
    if (!keys || keys->len != yyjson_obj_size(object))
        return false;
    yyjson_val *key = unsafe_yyjson_get_first(object);
    for (uint32_t i = 0; i < keys->len; i++) {
        kl_text name = {unsafe_yyjson_get_str(key), unsafe_yyjson_get_len(key)};
        if (!kl_text_equal(name, kl_string_text(keys->keys[i])))
            return false;
        key = unsafe_yyjson_get_next(unsafe_yyjson_get_next(key));
    }
    return true;
}

/* The shape an object has, when it is a known one; borrowed. */
static kl_keys *known_shape(const reader *r, yyjson_val *object)
{
    for (size_t i = 0; i < SHAPES_KEPT && yyjson_obj_size(object); i++)
        if (has_shape(object, r->shapes.of[i]))
            return r->shapes.of[i];
    return NULL;
}

static void keep_shape(reader *r, kl_value map)
{
    kl_keys *keys = kl_map_keys(map);
    if (!keys || keys->len == 0 || keys->len > SHAPE_KEYS_MAX)
        return;
    for (size_t i = 0; i < SHAPES_KEPT; i++)
        if (r->shapes.of[i] == keys)
            return;
    for (uint32_t i = 0; i < keys->len; i++)
        if (keys->keys[i]->len > SHAPE_KEY_MAX)
            return;
    kl_keys **slot = &r->shapes.of[r->shapes.next++ % SHAPES_KEPT];
    kl_keys_release(*slot);
    *slot = kl_keys_retain(keys);
}

/* From the first and the last bytes: short words differ there. */
static size_t word_slot(const reader *r, kl_text text)
{
    uint64_t first = 0, last = 0;
    if (text.len >= 8) {
        memcpy(&first, text.data, 8);
        memcpy(&last, text.data + text.len - 8, 8);
    } else if (text.len >= 4) {
        memcpy(&first, text.data, 4);
        memcpy(&last, text.data + text.len - 4, 4);
    } else if (text.len) {
        first = (unsigned char)text.data[0];
        last = (unsigned char)text.data[text.len / 2] |
               (unsigned)(unsigned char)text.data[text.len - 1] << 8;
    }
    uint64_t mixed = (first + text.len) * 0x9E3779B97F4A7C15ull ^ last * 0xC2B2AE3D27D4EB4Full;
    return (size_t)(mixed >> 40) & (r->word_count - 1);
}

/* What is being read is not known to other threads yet, so its owners are counted without locks:
 * for short texts the counting would cost more than all else. */
static kl_value share(kl_value word)
{
    word.as.payload->refs++;
    return word;
}

static void release_words(reader *r)
{
    for (size_t i = 0; i < r->word_count; i++) {
        kl_value word = r->words[i];
        if (kl_is(word, KL_KIND_STRING) && word.as.payload->refs > 1)
            word.as.payload->refs--;
        else
            kl_value_release(word);
    }
}

static kl_status read_string(kl_value *out, reader *r, yyjson_val *from)
{
    kl_text text = {unsafe_yyjson_get_str(from), unsafe_yyjson_get_len(from)};
    kl_value *slot = text.len <= WORD_MAX ? &r->words[word_slot(r, text)] : NULL;
    if (slot && kl_is(*slot, KL_KIND_STRING) && kl_text_equal(kl_as_text(*slot), text)) {
        *out = share(*slot);
        return KL_OK;
    }
    KL_TRY(kl_string_from_valid(out, text, r->error));
    if (slot)
        kl_value_replace(slot, share(*out));
    return KL_OK;
}

/* The bracket that opens the level behind the last one allowed; the text is known to be JSON. */
static const char *too_deep(kl_text text)
{
    size_t depth = 0;
    bool in_string = false;
    const char *at = text.data;
    for (const char *end = at + text.len; at < end; at++) {
        if (in_string) {
            if (*at == '"')
                in_string = false;
            at += *at == '\\'; /* and what it escapes */
        } else if (*at == '"') {
            in_string = true;
        } else if (*at == '[' || *at == '{') {
            if (++depth > KL_JSON_DEPTH_IN)
                break;
        } else if (*at == ']' || *at == '}') {
            depth--;
        }
    }
    return at;
}

static kl_status enter(reader *r, yyjson_val *from, kl_value value, kl_value *slots)
{
    read_frame *frame = r->stack.len < KL_JSON_DEPTH_IN ? kl_stack_push(&r->stack) : NULL;
    if (!frame) {
        kl_value_release(value);
        return r->stack.len < KL_JSON_DEPTH_IN
                   ? kl_error_no_memory(r->error)
                   : kl_error_set_at(r->error, KL_SYNTAX, r->text.data, too_deep(r->text),
                                     "nests deeper than %d levels", KL_JSON_DEPTH_IN);
    }
    *frame = (read_frame){unsafe_yyjson_get_first(from), yyjson_get_len(from), value, kl_null(),
                           slots};
    return KL_OK;
}

static kl_status add(reader *r, read_frame *frame, kl_value item)
{
    if (frame->slots) {
        *frame->slots++ = item;
        return KL_OK;
    }
    if (kl_is(frame->value, KL_KIND_ARRAY))
        return kl_array_push(&frame->value, item, r->error);
    kl_value key = kl_value_take(&frame->key);
    kl_status status;
    unsigned unique = KL_JSON_UNIQUE_KEYS | (r->stack.len == 1 ? KL_JSON_UNIQUE_TOP : 0);
    if ((r->flags & unique) && kl_map_has(frame->value, kl_as_text(key))) {
        kl_text name = kl_as_text(key);
        status = kl_error_set(r->error, KL_SYNTAX, "key '%.*s' stands twice", KL_TEXT_ARG(name));
        kl_value_release(item);
    } else {
        status = kl_map_set_key(&frame->value, key, item, r->error);
    }
    kl_value_release(key);
    return status;
}

static kl_status leave(reader *r, kl_value *out)
{
    read_frame *top = kl_stack_top(&r->stack);
    kl_value value = kl_value_take(&top->value);
    if (!top->slots)
        keep_shape(r, value);
    kl_stack_pop(&r->stack);
    read_frame *above = kl_stack_top(&r->stack);
    if (!above) {
        *out = value;
        return KL_OK;
    }
    return add(r, above, value);
}

/* A container that has to be filled. */
static kl_status open_container(reader *r, yyjson_val *from)
{
    kl_value value, *slots = NULL;
    kl_keys *shape = unsafe_yyjson_is_obj(from) ? known_shape(r, from) : NULL;
    if (shape)
        KL_TRY(kl_map_of_shape(&value, &slots, shape, r->error));
    else
        KL_TRY(read_head(&value, from, r->flags, r->error));
    return enter(r, from, value, slots);
}

static kl_status step(reader *r, read_frame *top)
{
    kl_value item;
    if (top->slots)
        top->next = unsafe_yyjson_get_next(top->next);
    else if (kl_is(top->value, KL_KIND_MAP)) {
        KL_TRY(read_string(&top->key, r, top->next));
        top->next = unsafe_yyjson_get_next(top->next);
    }
    yyjson_val *from = top->next;
    top->next = unsafe_yyjson_get_next(from);
    top->left--;
    bool is_level = unsafe_yyjson_get_len(from) || r->stack.len >= KL_JSON_DEPTH_IN;
    if (unsafe_yyjson_is_ctn(from) && is_level) /* an empty one is filled already, if allowed */
        return open_container(r, from);
    if (unsafe_yyjson_is_str(from))
        KL_TRY(read_string(&item, r, from));
    else
        KL_TRY(read_head(&item, from, r->flags, r->error));
    return add(r, top, item);
}

static kl_status run_reader(kl_value *out, reader *r, yyjson_val *root)
{
    kl_stack_init(&r->stack, sizeof(read_frame));
    kl_status status = open_container(r, root);
    while (status == KL_OK && r->stack.len) {
        read_frame *top = kl_stack_top(&r->stack);
        status = top->left ? step(r, top) : leave(r, out);
    }
    for (; r->stack.len; kl_stack_pop(&r->stack)) {
        read_frame *top = kl_stack_top(&r->stack);
        kl_value_release(top->value);
        kl_value_release(top->key);
    }
    kl_stack_end(&r->stack);
    return status;
}

/* One who is not told of the end of the thread remembers nothing. */
static void remember(shapes *met)
{
    if (!is_watched)
        is_watched = pthread_setspecific(thread_end, &remembered) == 0;
    if (is_watched)
        remembered = *met;
    else
        release_shapes(met);
}

static kl_status read_tree(kl_value *out, yyjson_val *root, kl_text text, unsigned flags,
                           kl_error *error)
{
    kl_value few[WORDS] = {{0}}, *many = NULL; /* KL_KIND_NULL is 0 */
    if (!unsafe_yyjson_is_ctn(root))
        return read_head(out, root, flags, error);
    if (text.len >= LONG_TEXT && !(many = kl_alloc_zero(WORDS_OF_LONG_TEXT, sizeof *many)))
        return kl_error_no_memory(error);
    reader r = {.text = text, .flags = flags, .error = error, .words = many ? many : few,
                .word_count = many ? WORDS_OF_LONG_TEXT : WORDS, .shapes = remembered};
    remembered = (shapes){.next = 0};
    kl_status status = run_reader(out, &r, root);
    remember(&r.shapes);
    release_words(&r);
    kl_free(many);
    return status;
}

/* yyjson allocates through ours, so that failures can be ordered there too. */
static void *json_malloc(void *ctx, size_t size)
{
    (void)ctx;
    return kl_alloc(size);
}
static void *json_realloc(void *ctx, void *memory, size_t old_size, size_t size)
{
    (void)ctx;
    (void)old_size;
    return kl_realloc(memory, size);
}
static void json_free(void *ctx, void *memory)
{
    (void)ctx;
    kl_free(memory);
}

/* Our words for yyjson's codes. */
static const char *words_for(const yyjson_read_err *why)
{
    const struct {
        yyjson_read_code code;
        const char *words;
    } table[] = {
        {YYJSON_READ_ERROR_EMPTY_CONTENT, "the text ends too early"},
        {YYJSON_READ_ERROR_UNEXPECTED_END, "the text ends too early"},
        {YYJSON_READ_ERROR_UNEXPECTED_CONTENT, "trailing characters"},
        {YYJSON_READ_ERROR_UNEXPECTED_CHARACTER, "unexpected character"},
        {YYJSON_READ_ERROR_INVALID_STRING, "invalid string"},
        {YYJSON_READ_ERROR_LITERAL, "invalid literal; expected true, false or null"},
    };
    if (why->code == YYJSON_READ_ERROR_INVALID_STRING && strstr(why->msg, "UTF-8"))
        return "invalid UTF-8";
    if (why->code == YYJSON_READ_ERROR_INVALID_NUMBER)
        return strstr(why->msg, "infinity") ? "number out of range" : "invalid number";
    for (size_t i = 0; i < KL_COUNT(table); i++)
        if (table[i].code == why->code)
            return table[i].words;
    return why->msg;
}

static kl_status explain(const yyjson_read_err *why, kl_text text, kl_error *error)
{
    if (why->code == YYJSON_READ_ERROR_MEMORY_ALLOCATION)
        return kl_error_no_memory(error);
    size_t at = KL_MIN(why->pos, text.len);
    return kl_error_set_at(error, KL_SYNTAX, text.data, text.data + at, "%s",
                           words_for(why));
}

static kl_status parse_in(kl_value *out, kl_text text, unsigned flags, const yyjson_alc *memory,
                          kl_error *error)
{
    yyjson_read_err why;
    yyjson_doc *doc = yyjson_read_opts((char *)(uintptr_t)text.data, text.len, 0, memory, &why);
    if (!doc)
        return explain(&why, text, error);
    kl_status status = read_tree(out, yyjson_doc_get_root(doc), text, flags, error);
    yyjson_doc_free(doc);
    return status;
}

/* A short text is parsed on the stack. */
enum { STACK_ROOM = 12 << 10 };

static kl_status parse_short(kl_value *out, kl_text text, unsigned flags, kl_error *error)
{
    char room[STACK_ROOM];
    yyjson_alc memory;
    yyjson_alc_pool_init(&memory, room, sizeof room);
    return parse_in(out, text, flags, &memory, error);
}

kl_status kl_json_parse_with(kl_value *out, kl_text text, unsigned flags, kl_error *error)
{
    static const yyjson_alc memory = {json_malloc, json_realloc, json_free, NULL};
    if (text.len == 0)
        return kl_error_set_at(error, KL_SYNTAX, text.data, text.data, "the text ends too early");
    if (text.len < STACK_ROOM && yyjson_read_max_memory_usage(text.len, 0) <= STACK_ROOM)
        return parse_short(out, text, flags, error);
    return parse_in(out, text, flags, &memory, error);
}

kl_status kl_json_parse(kl_value *out, kl_text text, kl_error *error)
{
    return kl_json_parse_with(out, text, 0, error);
}
