/* src/nodes/text_split.c - see text_split.h. */
#include "text_split.h"
#include "unicode.h"

#include <string.h>

/* ---- spans -------------------------------------------------------------------------------------- */

static kl_status push(kl_spans *to, size_t start, size_t end, kl_error *error)
{
    if (to->count == to->capacity) {
        size_t capacity = to->capacity ? 2 * to->capacity : 64;
        kl_span *items = kl_realloc(to->items, capacity * sizeof *items);
        if (!items)
            return kl_error_no_memory(error);
        to->items = items;
        to->capacity = capacity;
    }
    to->items[to->count++] = (kl_span){start, end};
    return KL_OK;
}

static kl_span trimmed(kl_text text, size_t start, size_t end)
{
    kl_text inner = kl_text_trim((kl_text){text.data + start, end - start}, true, true);
    size_t at = inner.len ? (size_t)(inner.data - text.data) : start;
    return (kl_span){at, at + inner.len};
}

/* A chunk; nothing when it is blank. */
static kl_status push_chunk(kl_spans *to, kl_text text, size_t start, size_t end, kl_error *error)
{
    kl_span span = trimmed(text, start, end);
    return span.start < span.end ? push(to, span.start, span.end, error) : KL_OK;
}

static size_t characters(kl_text text, size_t start, size_t end)
{
    size_t count = 0;
    for (size_t i = start; i < end; i++)
        count += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    return count;
}

/* ---- where a text may be cut -------------------------------------------------------------------- */

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

/* Whether `at` begins a line. */
static bool begins_line(kl_text text, size_t at) { return at == 0 || text.data[at - 1] == '\n'; }

/* Whether the line before the one that begins at `at` is blank. */
static bool follows_blank_line(kl_text text, size_t at)
{
    if (at < 2 || text.data[at - 1] != '\n')
        return false;
    size_t i = at - 1;
    while (i > 0 && (text.data[i - 1] == ' ' || text.data[i - 1] == '\t' || text.data[i - 1] == '\r'))
        i--;
    return i > 0 && text.data[i - 1] == '\n';
}

typedef bool cut_fn(kl_text text, size_t at);

/* Between paragraphs: where text goes on behind blank lines. */
static bool cut_paragraph(kl_text text, size_t at)
{
    return follows_blank_line(text, at) && at < text.len && text.data[at] != '\n' &&
           text.data[at] != '\r';
}

static bool cut_line(kl_text text, size_t at) { return at > 0 && text.data[at - 1] == '\n'; }

static bool cut_sentence(kl_text text, size_t at) { return kl_sentence_ends(text, at); }

static bool cut_word(kl_text text, size_t at)
{
    return at > 0 && is_blank(text.data[at - 1]) && at < text.len && !is_blank(text.data[at]);
}

static bool cut_character(kl_text text, size_t at)
{
    return at < text.len && ((unsigned char)text.data[at] & 0xC0) != 0x80;
}

/* "# Heading" at the start of a line. */
static bool cut_heading(kl_text text, size_t at)
{
    size_t hashes = 0;
    if (!begins_line(text, at))
        return false;
    while (at + hashes < text.len && text.data[at + hashes] == '#')
        hashes++;
    return hashes >= 1 && hashes <= 6 && at + hashes < text.len && text.data[at + hashes] == ' ';
}

/* A line that is not indented and does not only close what was open, behind a blank line. */
static bool cut_definition(kl_text text, size_t at)
{
    return cut_paragraph(text, at) && !is_blank(text.data[at]) && !strchr(")]}", text.data[at]);
}

/* From the best place to the worst, ended by NULL. */
static cut_fn *const recursive_cuts[] = {cut_paragraph, cut_line, cut_sentence, cut_word,
                                         cut_character, NULL};
static cut_fn *const markdown_cuts[] = {cut_heading, cut_paragraph, cut_line, cut_sentence, cut_word,
                                        cut_character, NULL};
static cut_fn *const code_cuts[] = {cut_definition, cut_paragraph, cut_line, cut_word,
                                    cut_character, NULL};
/* How many of the cuts of Markdown do not count within code blocks. */
enum { MARKDOWN_OUTER_CUTS = 2 };

/* ---- splitting as deep as needed ---------------------------------------------------------------- */

typedef struct splitter {
    kl_text text;
    cut_fn *const *cuts;
    bool *fenced; /* each byte's being in a code block of Markdown, or NULL */
    size_t size;
    kl_spans pieces;
    kl_spans groups; /* of pieces that may stand in one chunk: start and end count pieces */
    kl_work *work;
} splitter;

static bool may_cut(const splitter *s, size_t level, size_t at)
{
    if (s->fenced && level < MARKDOWN_OUTER_CUTS && s->fenced[at])
        return false;
    return s->cuts[level](s->text, at);
}

/* The pieces since the last group become one. */
static kl_status end_group(splitter *s, kl_error *error)
{
    size_t done = s->groups.count ? s->groups.items[s->groups.count - 1].end : 0;
    return done < s->pieces.count ? push(&s->groups, done, s->pieces.count, error) : KL_OK;
}

static bool fits(const splitter *s, size_t start, size_t end)
{
    kl_span inner = trimmed(s->text, start, end);
    return characters(s->text, inner.start, inner.end) <= s->size;
}

static kl_status break_up(splitter *s, size_t start, size_t end, size_t level, kl_error *error);

/* A part that fits is a piece beside its neighbours; one that does not is broken up on its own. */
static kl_status take_part(splitter *s, size_t start, size_t end, size_t level, kl_error *error)
{
    if (fits(s, start, end))
        return push(&s->pieces, start, end, error);
    KL_TRY(end_group(s, error));
    KL_TRY(break_up(s, start, end, level, error));
    return end_group(s, error);
}

/* Cut at the places of a level; as deep as there are levels, the last of which always fits. */
static kl_status break_up(splitter *s, size_t start, size_t end, size_t level, kl_error *error)
{
    size_t from = start;
    if (!s->cuts[level])
        return push(&s->pieces, start, end, error);
    for (size_t at = start + 1; at <= end; at++) {
        KL_TRY(kl_work_step(s->work, error));
        if (at < end && !may_cut(s, level, at))
            continue;
        KL_TRY(take_part(s, from, at, level + 1, error));
        from = at;
    }
    return KL_OK;
}

static size_t chunk_length(const splitter *s, size_t first, size_t last)
{
    kl_span span = trimmed(s->text, s->pieces.items[first].start, s->pieces.items[last].end);
    return characters(s->text, span.start, span.end);
}

/* As many pieces as fit into each chunk; the last ones of it begin the next when they overlap. */
static kl_status pack_group(kl_spans *out, const splitter *s, kl_span group, size_t overlap,
                            kl_error *error)
{
    const kl_span *piece = s->pieces.items;
    size_t first = group.start, end = group.end;
    while (first < end) {
        size_t last = first;
        while (last + 1 < end && chunk_length(s, first, last + 1) <= s->size) {
            last++;
            KL_TRY(kl_work_step(s->work, error));
        }
        KL_TRY(push_chunk(out, s->text, piece[first].start, piece[last].end, error));
        size_t next = last + 1;
        while (next < end && next - 1 > first && chunk_length(s, next - 1, last) <= overlap &&
               chunk_length(s, next - 1, last + 1) <= s->size)
            next--;
        first = next;
    }
    return KL_OK;
}

static kl_status pack(kl_spans *out, splitter *s, size_t overlap, kl_error *error)
{
    KL_TRY(end_group(s, error));
    for (size_t i = 0; i < s->groups.count; i++)
        KL_TRY(pack_group(out, s, s->groups.items[i], overlap, error));
    return KL_OK;
}

/* Code blocks between lines of ``` or ~~~. */
static kl_status find_fences(splitter *s, kl_error *error)
{
    kl_text text = s->text;
    bool inside = false;
    char mark = 0;
    s->fenced = kl_alloc_zero(text.len + 1, sizeof *s->fenced);
    if (!s->fenced)
        return kl_error_no_memory(error);
    for (size_t at = 0; at < text.len; at++) {
        bool fence = begins_line(text, at) && at + 3 <= text.len &&
                     (memcmp(text.data + at, "```", 3) == 0 || memcmp(text.data + at, "~~~", 3) == 0);
        if (fence && !inside) {
            inside = true;
            mark = text.data[at];
            continue; /* one may cut before it */
        }
        s->fenced[at] = inside;
        if (fence && text.data[at] == mark)
            inside = false;
    }
    return KL_OK;
}

static kl_status split_by_cuts(kl_spans *out, kl_text text, cut_fn *const *cuts, size_t size,
                               size_t overlap, kl_work *work, kl_error *error)
{
    splitter s = {.text = text, .cuts = cuts, .size = size, .work = work};
    kl_status status = cuts == markdown_cuts ? find_fences(&s, error) : KL_OK;
    if (status == KL_OK && text.len)
        status = take_part(&s, 0, text.len, 0, error);
    if (status == KL_OK)
        status = pack(out, &s, overlap, error);
    kl_free(s.fenced);
    kl_free(s.pieces.items);
    kl_free(s.groups.items);
    return status;
}

/* ---- whole sentences and paragraphs ------------------------------------------------------------- */

static kl_status split_whole(kl_spans *out, kl_text text, cut_fn *cut, size_t size, kl_work *work,
                             kl_error *error)
{
    splitter s = {.text = text, .size = size, .work = work};
    kl_status status = KL_OK;
    for (size_t at = 1, from = 0; at <= text.len && status == KL_OK; at++) {
        status = kl_work_step(work, error);
        if (status == KL_OK && (at == text.len || cut(text, at))) {
            status = push(&s.pieces, from, at, error);
            from = at;
        }
    }
    if (status == KL_OK)
        status = pack(out, &s, 0, error);
    kl_free(s.pieces.items);
    kl_free(s.groups.items);
    return status;
}

/* ---- windows ------------------------------------------------------------------------------------ */

static kl_status split_fixed(kl_spans *out, kl_text text, size_t size, size_t overlap,
                             kl_work *work, kl_error *error)
{
    for (size_t start = 0; start < text.len;) {
        kl_text rest = {text.data + start, text.len - start};
        size_t len = kl_text_offset(rest, size);
        KL_TRY(kl_work_step(work, error));
        KL_TRY(push_chunk(out, text, start, start + len, error));
        if (start + len >= text.len)
            break;
        start += kl_text_offset(rest, size - overlap);
    }
    return KL_OK;
}

/* A token is a run of letters, digits and all beyond ASCII, or any other character but blanks. */
static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c & 0x80) ||
           c == '_';
}

static kl_status find_tokens(kl_spans *out, kl_text text, kl_work *work, kl_error *error)
{
    for (size_t at = 0; at < text.len;) {
        size_t end = at + 1;
        KL_TRY(kl_work_step(work, error));
        if (is_word(text.data[at]))
            while (end < text.len && is_word(text.data[end]))
                end++;
        if (!is_blank(text.data[at]))
            KL_TRY(push(out, at, end, error));
        at = end;
    }
    return KL_OK;
}

static kl_status split_tokens(kl_spans *out, kl_text text, size_t size, size_t overlap,
                              kl_work *work, kl_error *error)
{
    kl_spans tokens = {0};
    kl_status status = find_tokens(&tokens, text, work, error);
    for (size_t first = 0; status == KL_OK && first < tokens.count; first += size - overlap) {
        size_t end = tokens.count - first <= size ? tokens.count : first + size;
        status = push_chunk(out, text, tokens.items[first].start, tokens.items[end - 1].end, error);
        if (end == tokens.count)
            break;
    }
    kl_free(tokens.items);
    return status;
}

kl_status kl_text_split(kl_spans *out, kl_text text, kl_split_strategy strategy, size_t size,
                        size_t overlap, kl_work *work, kl_error *error)
{
    switch (strategy) {
    case KL_SPLIT_SENTENCE:
        return split_whole(out, text, cut_sentence, size, work, error);
    case KL_SPLIT_PARAGRAPH:
        return split_whole(out, text, cut_paragraph, size, work, error);
    case KL_SPLIT_RECURSIVE:
        return split_by_cuts(out, text, recursive_cuts, size, overlap, work, error);
    case KL_SPLIT_TOKEN:
        return split_tokens(out, text, size, overlap, work, error);
    case KL_SPLIT_MARKDOWN:
        return split_by_cuts(out, text, markdown_cuts, size, overlap, work, error);
    case KL_SPLIT_CODE:
        return split_by_cuts(out, text, code_cuts, size, overlap, work, error);
    default:
        return split_fixed(out, text, size, overlap, work, error);
    }
}
