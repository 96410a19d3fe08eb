/* src/ml/text/analyzer.c - see analyzer.h. */
#include "document.h"

#include "base/buffer.h"
#include "base/payload.h"
#include "base/unicode.h"
#include "kailash/data.h"
#include "kailash/match.h"

const char *const kl_input_names[] = {"content", "filename", "file", NULL};
const char *const kl_decode_errors[] = {"strict", "ignore", "replace", NULL};

/* Words of two characters and more. */
static const char default_pattern[] = "(?u)\\b\\w\\w+\\b";

typedef struct span {
    size_t begin, end;
} span;

struct kl_analyzer {
    const kl_text_params *params;
    kl_regex *pattern;   /* NULL: the default, for texts of ASCII done by hand */
    kl_regex *words;     /* the default, when a text is not ASCII */
    kl_value stop;       /* map of words, or null */
    size_t least, most;
    kl_buffer text;      /* the one at hand, in lower case */
    kl_buffer term;
    span *spans;         /* its tokens */
    size_t count, room;
    size_t documents;    /* seen so far */
};

/* ---- making -------------------------------------------------------------------------------------- */

static kl_status read_range(kl_analyzer *a, kl_error *error)
{
    const kl_text_params *p = a->params;
    int64_t least = p->ngram_range_min, most = p->ngram_range_max;
    if (kl_is(p->ngram_range, KL_KIND_ARRAY)) {
        if (kl_array_len(p->ngram_range) != 2)
            return kl_bad_parameter(error, "ngram_range", "two ints (fewest, most)", p->ngram_range);
        least = kl_as_int(kl_array_at(p->ngram_range, 0));
        most = kl_as_int(kl_array_at(p->ngram_range, 1));
    }
    if (least < 1 || least > most || most > 1000)
        return kl_bad_input(error, "invalid range of n-grams: expected 1 <= fewest <= most <= 1000, got (%lld, %lld)",
                            (long long)least, (long long)most);
    a->least = (size_t)least;
    a->most = (size_t)most;
    return KL_OK;
}

static kl_status note_stop_words(kl_analyzer *a, kl_value words, kl_error *error)
{
    KL_TRY(kl_map_new(&a->stop, kl_array_len(words), error));
    for (size_t i = 0; i < kl_array_len(words); i++)
        KL_TRY(kl_map_set_key(&a->stop, kl_array_at(words, i), kl_null(), error));
    return KL_OK;
}

static kl_status read_stop_words(kl_analyzer *a, kl_error *error)
{
    kl_value words = a->params->stop_words;
    if (!kl_word_is(words, "english"))
        return kl_is(words, KL_KIND_ARRAY) ? note_stop_words(a, words, error) : KL_OK;
    KL_TRY(kl_stop_words_english(&words, error));
    kl_status status = note_stop_words(a, words, error);
    kl_value_release(words);
    return status;
}

static kl_status read_pattern(kl_analyzer *a, kl_error *error)
{
    kl_text pattern = kl_as_text(a->params->token_pattern);
    if (kl_is_null(a->params->token_pattern) || kl_text_is(pattern, default_pattern))
        return KL_OK;
    if (pattern.len >= 4 && memcmp(pattern.data, "(?u)", 4) == 0) /* Python's word for what holds anyway */
        pattern = (kl_text){pattern.data + 4, pattern.len - 4};
    KL_TRY(kl_regex_new(&a->pattern, pattern, error));
    if (kl_regex_group_count(a->pattern) > 1)
        return kl_bad_parameter(error, "token_pattern", "a pattern with at most one group", a->params->token_pattern);
    return KL_OK;
}

kl_status kl_analyzer_new(kl_analyzer **out, const kl_text_params *params, kl_error *error)
{
    kl_analyzer *a = kl_alloc_zero(1, sizeof *a);
    if (!a)
        return kl_error_no_memory(error);
    a->params = params;
    a->text = a->term = (kl_buffer)KL_BUFFER_INIT;
    kl_status status = kl_document_check(params, error);
    if (status == KL_OK)
        status = read_range(a, error);
    if (status == KL_OK)
        status = read_stop_words(a, error);
    if (status == KL_OK)
        status = read_pattern(a, error);
    if (status == KL_OK)
        *out = a;
    else
        kl_analyzer_free(a);
    return status;
}

void kl_analyzer_free(kl_analyzer *a)
{
    if (!a)
        return;
    kl_regex_free(a->pattern);
    kl_regex_free(a->words);
    kl_value_release(a->stop);
    kl_buffer_free(&a->text);
    kl_buffer_free(&a->term);
    kl_free(a->spans);
    kl_free(a);
}

/* ---- tokens -------------------------------------------------------------------------------------- */

static kl_status add_span(kl_analyzer *a, size_t begin, size_t end, kl_error *error)
{
    if (a->count == a->room) {
        size_t room = a->room ? 2 * a->room : 256;
        span *spans = kl_realloc(a->spans, room * sizeof *spans);
        if (!spans)
            return kl_error_no_memory(error);
        a->spans = spans;
        a->room = room;
    }
    a->spans[a->count++] = (span){begin, end};
    return KL_OK;
}

static bool is_word_byte(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Words of a text of ASCII. */
static kl_status scan_ascii(kl_analyzer *a, kl_text text, kl_error *error)
{
    for (size_t at = 0; at < text.len;) {
        size_t begin = at;
        while (at < text.len && is_word_byte((unsigned char)text.data[at]))
            at++;
        if (at - begin >= 2)
            KL_TRY(add_span(a, begin, at, error));
        at += at == begin;
        while (at < text.len && !is_word_byte((unsigned char)text.data[at]))
            at++;
    }
    return KL_OK;
}

static kl_status scan_pattern(kl_analyzer *a, const kl_regex *pattern, kl_text text, kl_error *error)
{
    kl_regex_scan scan;
    size_t groups, spans[4];
    KL_TRY(kl_regex_scan_begin(&scan, pattern, text, error));
    for (;;) {
        KL_TRY(kl_regex_scan_next(&groups, spans, 2, &scan, error));
        if (groups == 0)
            return KL_OK;
        bool has_group = kl_regex_group_count(pattern) == 1 && groups > 1 && spans[2] != SIZE_MAX;
        KL_TRY(add_span(a, spans[has_group ? 2 : 0], spans[has_group ? 3 : 1], error));
    }
}

static bool is_ascii(kl_text text)
{
    unsigned char all = 0;
    for (size_t i = 0; i < text.len; i++)
        all |= (unsigned char)text.data[i];
    return all < 0x80;
}

static kl_status scan_words(kl_analyzer *a, kl_text text, kl_error *error)
{
    if (a->pattern)
        return scan_pattern(a, a->pattern, text, error);
    if (is_ascii(text))
        return scan_ascii(a, text, error);
    if (!a->words)
        KL_TRY(kl_regex_new(&a->words, KL_TEXT("\\b\\w\\w+\\b"), error));
    return scan_pattern(a, a->words, text, error);
}

/* Without stop words. */
static void drop_stop_words(kl_analyzer *a, kl_text text)
{
    size_t kept = 0;
    for (size_t i = 0; i < a->count; i++) {
        kl_text word = {text.data + a->spans[i].begin, a->spans[i].end - a->spans[i].begin};
        if (!kl_map_has(a->stop, word))
            a->spans[kept++] = a->spans[i];
    }
    a->count = kept;
}

/* Tokens in a row, joined by blanks. */
static kl_status emit_rows(kl_analyzer *a, kl_text text, kl_emit *emit, void *data, kl_error *error)
{
    for (size_t n = a->least; n <= a->most; n++)
        for (size_t i = 0; i + n <= a->count; i++) {
            kl_text term = {text.data + a->spans[i].begin, a->spans[i].end - a->spans[i].begin};
            if (n > 1) {
                a->term.len = 0;
                for (size_t k = i; k < i + n; k++) {
                    if (k > i)
                        kl_buffer_byte(&a->term, ' ');
                    kl_buffer_add(&a->term, (kl_text){text.data + a->spans[k].begin,
                                                      a->spans[k].end - a->spans[k].begin});
                }
                if (a->term.status != KL_OK)
                    return kl_error_no_memory(error);
                term = (kl_text){a->term.data, a->term.len};
            }
            KL_TRY(emit(data, term, error));
        }
    return KL_OK;
}

/* ---- characters ---------------------------------------------------------------------------------- */

static bool is_blank(unsigned char c) { return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f); }

/* Where code points begin, and the end. */
static kl_status mark_characters(kl_analyzer *a, kl_text text, kl_error *error)
{
    a->count = 0;
    for (size_t at = 0; at < text.len;) {
        size_t step = kl_text_step(text, at);
        KL_TRY(add_span(a, at, at + step, error));
        at += step;
    }
    return KL_OK;
}

static kl_status emit_characters(kl_analyzer *a, kl_text text, bool once, kl_emit *emit, void *data, kl_error *error)
{
    KL_TRY(mark_characters(a, text, error));
    for (size_t n = a->least; n <= a->most; n++) {
        for (size_t i = 0; i + n <= a->count; i++) {
            kl_text term = {text.data + a->spans[i].begin, a->spans[i + n - 1].end - a->spans[i].begin};
            KL_TRY(emit(data, term, error));
        }
        if (once && a->count < n) { /* a short word counts as itself, but once */
            KL_TRY(emit(data, text, error));
            break;
        }
        if (once && a->count == n)
            break;
    }
    return KL_OK;
}

/* Blanks in a row become one. */
static kl_status squeeze(kl_analyzer *a, kl_text text, kl_error *error)
{
    a->term.len = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool blank = is_blank((unsigned char)text.data[i]);
        bool next = i + 1 < text.len && is_blank((unsigned char)text.data[i + 1]);
        if (!blank) {
            kl_buffer_byte(&a->term, text.data[i]);
            continue;
        }
        size_t begin = i;
        while (next) {
            i++;
            next = i + 1 < text.len && is_blank((unsigned char)text.data[i + 1]);
        }
        kl_buffer_byte(&a->term, i > begin ? ' ' : text.data[i]);
    }
    return a->term.status == KL_OK ? KL_OK : kl_error_no_memory(error);
}

static kl_status emit_char(kl_analyzer *a, kl_text text, kl_emit *emit, void *data, kl_error *error)
{
    KL_TRY(squeeze(a, text, error));
    return emit_characters(a, (kl_text){a->term.data ? a->term.data : "", a->term.len}, false, emit, data, error);
}

static kl_status emit_char_wb(kl_analyzer *a, kl_text text, kl_emit *emit, void *data, kl_error *error)
{
    for (size_t at = 0; at < text.len;) {
        size_t begin = at;
        while (at < text.len && !is_blank((unsigned char)text.data[at]))
            at++;
        if (at > begin) {
            a->term.len = 0;
            kl_buffer_byte(&a->term, ' ');
            kl_buffer_add(&a->term, (kl_text){text.data + begin, at - begin});
            kl_buffer_byte(&a->term, ' ');
            if (a->term.status != KL_OK)
                return kl_error_no_memory(error);
            KL_TRY(emit_characters(a, (kl_text){a->term.data, a->term.len}, true, emit, data, error));
        }
        at += at < text.len;
    }
    return KL_OK;
}

/* ---- before tokens are sought -------------------------------------------------------------------- */

/* Small letters; ASCII into the analyzer's own memory. */
static kl_status lower(kl_text *out, kl_value *held, kl_analyzer *a, kl_text text, kl_error *error)
{
    if (!is_ascii(text)) {
        KL_TRY(kl_text_lower(held, text, 0, error));
        *out = kl_as_text(*held);
        return KL_OK;
    }
    a->text.len = 0;
    char *room = kl_buffer_room(&a->text, text.len);
    if (!room && text.len)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        room[i] = c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
    }
    a->text.len += text.len;
    *out = (kl_text){room ? room : "", text.len};
    return KL_OK;
}

static kl_status expect_text(kl_value value, const char *from, kl_error *error)
{
    return kl_is(value, KL_KIND_STRING)
               ? KL_OK
               : kl_error_set(error, KL_TYPE, "%s: expected a text, got %s", from, kl_value_kind_name(value));
}

/* The text that a function makes of one; given. */
static kl_status call_for_text(kl_value *out, kl_value function, kl_value text, const char *name, kl_error *error)
{
    kl_value made;
    KL_TRY(kl_call_value(&made, function, &text, 1, error));
    kl_status status = expect_text(made, name, error);
    if (status == KL_OK)
        *out = made;
    else
        kl_value_release(made);
    return status;
}

/* `*text` becomes what it is without accents, kept by `*held`. */
static kl_status strip(kl_text *text, kl_value *held, const kl_text_params *params, kl_error *error)
{
    kl_value made, plain;
    bool ascii = kl_word_is(params->strip_accents, "ascii");
    if (kl_is_null(params->strip_accents))
        return KL_OK;
    if (ascii || kl_word_is(params->strip_accents, "unicode")) {
        if (is_ascii(*text))
            return KL_OK;
        KL_TRY(kl_text_without_accents(&made, *text, ascii, 0, error));
    } else {
        KL_TRY(kl_string_new(&plain, *text, error));
        kl_status status = call_for_text(&made, params->strip_accents, plain, "strip_accents", error);
        kl_value_release(plain);
        if (status != KL_OK)
            return status;
    }
    kl_value_replace(held, made);
    *text = kl_as_text(made);
    return KL_OK;
}

/* `*held` keeps the text: release it also after a failure. */
static kl_status prepare(kl_text *text, kl_value *held, kl_analyzer *a, kl_value document, kl_error *error)
{
    *held = kl_null();
    if (!kl_is_null(a->params->preprocessor)) {
        KL_TRY(call_for_text(held, a->params->preprocessor, document, "preprocessor", error));
        *text = kl_as_text(*held);
        return KL_OK;
    }
    *text = kl_as_text(document);
    if (a->params->lowercase)
        KL_TRY(lower(text, held, a, *text, error));
    return strip(text, held, a->params, error);
}

kl_status kl_analyzer_prepare(kl_value *out, kl_analyzer *a, kl_value text, kl_error *error)
{
    kl_value held;
    kl_text prepared;
    KL_TRY(expect_text(text, "doc", error));
    kl_status status = prepare(&prepared, &held, a, text, error);
    if (status == KL_OK)
        status = kl_string_new(out, prepared, error);
    kl_value_release(held);
    return status;
}

/* ---- functions of the user that make lists ------------------------------------------------------- */

static kl_status check_list(kl_value list, const char *name, kl_error *error)
{
    bool is_empty = kl_as_array_view(list) && kl_array_view_count(kl_as_array_view(list)) == 0;
    if (!kl_is(list, KL_KIND_ARRAY) && !is_empty)
        return kl_error_set(error, KL_TYPE, "%s: expected a list of texts from it, got %s", name,
                            kl_value_kind_name(list));
    for (size_t i = 0; i < kl_array_len(list); i++)
        if (!kl_is(kl_array_at(list, i), KL_KIND_STRING))
            return kl_error_set(error, KL_TYPE, "%s: expected texts in its list, got %s", name,
                                kl_value_kind_name(kl_array_at(list, i)));
    return KL_OK;
}

/* The list that a function makes of a text; given. */
static kl_status call_for_list(kl_value *out, kl_value function, kl_value text, const char *name, kl_error *error)
{
    kl_value list, made;
    KL_TRY(kl_call_value(&made, function, &text, 1, error));
    kl_status status = KL_OK;
    if (kl_as_foreign(made)) { /* a list of the face */
        status = kl_foreign_as_data(&list, made, name, error);
        kl_value_release(made);
        if (status != KL_OK)
            return status;
        made = list;
    }
    status = check_list(made, name, error);
    if (status == KL_OK)
        *out = made;
    else
        kl_value_release(made);
    return status;
}

/* Tokens that a function of the user makes. */
static kl_status emit_called(kl_analyzer *a, kl_value text, kl_emit *emit, void *data, kl_error *error)
{
    kl_value tokens;
    kl_buffer all = KL_BUFFER_INIT;
    KL_TRY(call_for_list(&tokens, a->params->tokenizer, text, "tokenizer", error));
    kl_status status = KL_OK;
    a->count = 0;
    for (size_t i = 0; i < kl_array_len(tokens) && status == KL_OK; i++) {
        size_t begin = all.len;
        kl_buffer_add(&all, kl_as_text(kl_array_at(tokens, i)));
        status = all.status == KL_OK ? add_span(a, begin, all.len, error) : kl_error_no_memory(error);
    }
    kl_text joined = {all.data ? all.data : "", all.len};
    if (status == KL_OK && !kl_is_null(a->stop))
        drop_stop_words(a, joined);
    if (status == KL_OK)
        status = emit_rows(a, joined, emit, data, error);
    kl_value_release(tokens);
    kl_buffer_free(&all);
    return status;
}

/* Terms that a function of the user makes of a whole document. */
static kl_status emit_terms(kl_analyzer *a, kl_value text, kl_emit *emit, void *data, kl_error *error)
{
    kl_value terms;
    kl_status status = KL_OK;
    KL_TRY(call_for_list(&terms, a->params->analyzer, text, "analyzer", error));
    for (size_t i = 0; i < kl_array_len(terms) && status == KL_OK; i++)
        status = emit(data, kl_as_text(kl_array_at(terms, i)), error);
    kl_value_release(terms);
    return status;
}

/* ---- one document -------------------------------------------------------------------------------- */

static kl_status emit_text(kl_analyzer *a, kl_text text, kl_emit *emit, void *data, kl_error *error)
{
    if (kl_word_is(a->params->analyzer, "char"))
        return emit_char(a, text, emit, data, error);
    if (kl_word_is(a->params->analyzer, "char_wb"))
        return emit_char_wb(a, text, emit, data, error);
    if (!kl_is_null(a->params->tokenizer)) {
        kl_value again;
        KL_TRY(kl_string_new(&again, text, error));
        kl_status status = emit_called(a, again, emit, data, error);
        kl_value_release(again);
        return status;
    }
    a->count = 0;
    KL_TRY(scan_words(a, text, error));
    if (!kl_is_null(a->stop))
        drop_stop_words(a, text);
    return emit_rows(a, text, emit, data, error);
}

static kl_status emit_prepared(kl_analyzer *a, kl_value document, kl_emit *emit, void *data, kl_error *error)
{
    kl_value held;
    kl_text text;
    kl_status status = prepare(&text, &held, a, document, error);
    if (status == KL_OK)
        status = emit_text(a, text, emit, data, error);
    kl_value_release(held);
    return status;
}

kl_status kl_analyzer_run(kl_analyzer *a, kl_value value, kl_emit *emit, void *data, kl_error *error)
{
    kl_value document;
    KL_TRY(kl_document_text(&document, a->params, value, a->documents++, error));
    kl_status status = kl_is(a->params->analyzer, KL_KIND_STRING) ? emit_prepared(a, document, emit, data, error)
                                                                  : emit_terms(a, document, emit, data, error);
    kl_value_release(document);
    return status;
}

kl_status kl_analyzer_tokens(kl_value *out, kl_analyzer *a, kl_value text, kl_error *error)
{
    kl_text whole = kl_as_text(text);
    kl_value list;
    KL_TRY(expect_text(text, "text", error));
    a->count = 0;
    KL_TRY(scan_words(a, whole, error));
    KL_TRY(kl_array_new(&list, a->count, error));
    for (size_t i = 0; i < a->count; i++) {
        kl_text token = {whole.data + a->spans[i].begin, a->spans[i].end - a->spans[i].begin};
        kl_status status = kl_array_push_text(&list, token, error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

/* ---- x and parameters ---------------------------------------------------------------------------- */

kl_status kl_texts_read(kl_value *out, kl_value x, kl_error *error)
{
    const kl_data_frame *frame = kl_as_object(x, &kl_data_frame_type);
    if (frame && kl_array_len(frame->columns) == 1)
        x = kl_array_at(frame->columns, 0);
    const kl_array_view *view = kl_as_array_view(x);
    if (view && view->layout.ndim == 1 && view->shape[0] == 0) { /* an empty list is a list of anything */
        *out = kl_null();
        return KL_OK;
    }
    if (!kl_is(x, KL_KIND_ARRAY))
        return kl_error_set(error, KL_TYPE, "x: expected a list of texts, got %s",
                            kl_is(x, KL_KIND_OBJECT) ? x.as.object->type->name : kl_value_kind_name(x));
    *out = x;
    return KL_OK;
}

static bool is_function(kl_value value) { return kl_as_object(value, &kl_callable_type) != NULL; }

static bool is_one_of(kl_value value, const char *const *words)
{
    for (; *words; words++)
        if (kl_word_is(value, *words))
            return true;
    return false;
}

/* A list of texts; an empty one comes as an array of numbers. */
static bool are_words(kl_value list)
{
    for (size_t i = 0; i < kl_array_len(list); i++)
        if (!kl_is(kl_array_at(list, i), KL_KIND_STRING))
            return false;
    return kl_is(list, KL_KIND_ARRAY) || (kl_as_array_view(list) && kl_array_axis(list, 0) == 0);
}

kl_status kl_text_check(kl_text_params *p, const char *dtypes, kl_error *error)
{
    static const char *const analyzers[] = {"word", "char", "char_wb", NULL}, *const accents[] = {"ascii", "unicode", NULL};
    if (!kl_is_null(p->stop_words) && !kl_word_is(p->stop_words, "english") && !are_words(p->stop_words))
        return kl_bad_parameter(error, "stop_words", "a list of words, 'english' or None", p->stop_words);
    if (!is_one_of(p->analyzer, analyzers) && !is_function(p->analyzer))
        return kl_bad_parameter(error, "analyzer", "'word', 'char', 'char_wb' or a function", p->analyzer);
    if (!kl_is_null(p->strip_accents) && !is_one_of(p->strip_accents, accents) && !is_function(p->strip_accents))
        return kl_bad_parameter(error, "strip_accents", "'ascii', 'unicode', a function or None", p->strip_accents);
    return kl_dtype_check(&p->dtype, dtypes, error);
}
