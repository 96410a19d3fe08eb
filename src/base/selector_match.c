/* src/base/selector_match.c - finds the elements that a selector means.
 *
 * Compounds are tried from the right to the left. Recursion goes as deep as the selector is long,
 * never as deep as the document; every element looked at counts as work.
 */
#include "html_token.h"
#include "selector_tree.h"

typedef struct matcher {
    const kl_selector *selector;
    const kl_page *document;
    uint32_t anchor; /* what :scope means */
    kl_work *work;
    kl_error *error;
} matcher;

static kl_status match_list(bool *out, const matcher *m, uint32_t list, uint32_t element);

static const selector_node *rule_at(const matcher *m, uint32_t index)
{
    return &m->selector->nodes[index];
}

static const kl_page_node *element_at(const matcher *m, uint32_t index)
{
    return kl_page_node_at(m->document, index);
}

/* ---- attributes ---------------------------------------------------------------------------------- */

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c; }

static bool same_bytes(const char *a, const char *b, size_t len, bool any_case)
{
    if (!any_case)
        return len == 0 || memcmp(a, b, len) == 0;
    for (size_t i = 0; i < len; i++)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

static bool same(kl_text a, kl_text b, bool any_case)
{
    return a.len == b.len && same_bytes(a.data, b.data, a.len, any_case);
}

static bool contains(kl_text text, kl_text part, bool any_case)
{
    for (size_t i = 0; i + part.len <= text.len; i++)
        if (same_bytes(text.data + i, part.data, part.len, any_case))
            return true;
    return false;
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

static bool has_word(kl_text text, kl_text word, bool any_case)
{
    size_t at = 0;
    while (at < text.len) {
        while (at < text.len && is_blank(text.data[at]))
            at++;
        size_t from = at;
        while (at < text.len && !is_blank(text.data[at]))
            at++;
        if (at > from && same((kl_text){text.data + from, at - from}, word, any_case))
            return true;
    }
    return false;
}

/* "de" fits "de" and "de-AT". */
static bool begins_by_dash(kl_text text, kl_text part, bool any_case)
{
    if (text.len < part.len || !same_bytes(text.data, part.data, part.len, any_case))
        return false;
    return text.len == part.len || text.data[part.len] == '-';
}

static bool fits_value(const selector_node *rule, kl_text value, kl_text wanted)
{
    bool any_case = rule->any_case, room = wanted.len && value.len >= wanted.len;
    switch (rule->kind) {
    case SELECTOR_EQUALS: return same(value, wanted, any_case);
    case SELECTOR_INCLUDES: return has_word(value, wanted, any_case);
    case SELECTOR_DASH: return begins_by_dash(value, wanted, any_case);
    case SELECTOR_BEGINS: return room && same_bytes(value.data, wanted.data, wanted.len, any_case);
    case SELECTOR_ENDS:
        return room && same_bytes(value.data + value.len - wanted.len, wanted.data, wanted.len,
                                  any_case);
    case SELECTOR_CONTAINS: return wanted.len && contains(value, wanted, any_case);
    default: return true; /* SELECTOR_HAS_ATTRIBUTE */
    }
}

static bool fits_attribute(const matcher *m, const selector_node *rule, uint32_t element)
{
    const kl_text *value =
        kl_page_attribute_of(m->document, element, selector_name(m->selector, rule));
    return value && fits_value(rule, *value, selector_text(m->selector, rule));
}

static bool has_attribute(const matcher *m, uint32_t element, const char *name)
{
    return kl_page_attribute_of(m->document, element, kl_text_from(name)) != NULL;
}

static bool fits_word_of(const matcher *m, const selector_node *rule, uint32_t element)
{
    bool id = rule->kind == SELECTOR_ID;
    const kl_text *value =
        kl_page_attribute_of(m->document, element, id ? KL_TEXT("id") : KL_TEXT("class"));
    kl_text wanted = selector_text(m->selector, rule);
    return value && (id ? kl_text_equal(*value, wanted) : has_word(*value, wanted, false));
}

/* ---- states -------------------------------------------------------------------------------------- */

static bool is_named(const matcher *m, uint32_t element, const char *const *names)
{
    for (; *names; names++)
        if (kl_text_is(element_at(m, element)->text, *names))
            return true;
    return false;
}

static bool is_link(const matcher *m, uint32_t element)
{
    static const char *const names[] = {"a", "area", "link", NULL};
    return is_named(m, element, names) && has_attribute(m, element, "href");
}

/* Disabled itself, or by a fieldset around it. */
static bool is_disabled(const matcher *m, uint32_t element)
{
    static const char *const fieldset[] = {"fieldset", NULL};
    if (has_attribute(m, element, "disabled"))
        return true;
    for (uint32_t at = element_at(m, element)->parent; at != KL_PAGE_NONE;
         at = element_at(m, at)->parent)
        if (is_named(m, at, fieldset) && has_attribute(m, at, "disabled"))
            return true;
    return false;
}

static bool can_be_disabled(const matcher *m, uint32_t element)
{
    static const char *const names[] = {"button",   "input",  "select",   "textarea",
                                        "optgroup", "option", "fieldset", NULL};
    return is_named(m, element, names);
}

static bool is_checked(const matcher *m, uint32_t element)
{
    static const char *const option[] = {"option", NULL}, *const input[] = {"input", NULL};
    if (is_named(m, element, option))
        return has_attribute(m, element, "selected");
    const kl_text *type = kl_page_attribute_of(m->document, element, KL_TEXT("type"));
    return is_named(m, element, input) && type && has_attribute(m, element, "checked") &&
           (kl_html_same_name(*type, KL_TEXT("checkbox")) ||
            kl_html_same_name(*type, KL_TEXT("radio")));
}

static bool has_language(const matcher *m, const selector_node *rule, uint32_t element)
{
    for (; element != KL_PAGE_NONE; element = element_at(m, element)->parent) {
        const kl_text *lang = kl_page_attribute_of(m->document, element, KL_TEXT("lang"));
        if (lang)
            return begins_by_dash(*lang, selector_text(m->selector, rule), true);
    }
    return false;
}

/* No elements and no text, not even blanks; comments do not count. */
static bool is_empty(const matcher *m, uint32_t element)
{
    for (uint32_t i = element + 1; i < element_at(m, element)->end; i++)
        if (element_at(m, i)->kind != KL_PAGE_COMMENT)
            return false;
    return true;
}

/* ---- places -------------------------------------------------------------------------------------- */

static uint32_t neighbour(const matcher *m, uint32_t element, bool next)
{
    return next ? element_at(m, element)->next : element_at(m, element)->previous;
}

/* Its place among the siblings that count, from either end; 0 when it does not count itself. */
static kl_status place_of(int64_t *out, const matcher *m, const selector_node *rule,
                          uint32_t element)
{
    const kl_page_node *node = element_at(m, element);
    int64_t place = 0;
    if (!rule->of_type && rule->child == SELECTOR_NONE) {
        uint32_t all = node->parent == KL_PAGE_NONE ? 1 : element_at(m, node->parent)->elements;
        *out = rule->from_end ? (int64_t)all - node->position + 1 : node->position;
        return KL_OK;
    }
    for (uint32_t at = element; at != KL_PAGE_NONE; at = neighbour(m, at, rule->from_end)) {
        bool counts = true;
        KL_TRY(kl_work_step(m->work, m->error));
        if (rule->of_type)
            counts = kl_text_equal(element_at(m, at)->text, node->text);
        else
            KL_TRY(match_list(&counts, m, rule->child, at));
        if (at == element && !counts)
            break;
        place += counts;
    }
    *out = place;
    return KL_OK;
}

static kl_status is_nth(bool *out, const matcher *m, const selector_node *rule, uint32_t element)
{
    int64_t place;
    KL_TRY(place_of(&place, m, rule, element));
    int64_t beyond = place - rule->b;
    *out = place > 0 && (rule->a == 0 ? beyond == 0
                                      : beyond % rule->a == 0 && beyond / rule->a >= 0);
    return KL_OK;
}

static kl_status is_only(bool *out, const matcher *m, const selector_node *rule, uint32_t element)
{
    selector_node first = *rule, last = *rule;
    bool is_first, is_last;
    first.b = last.b = 1;
    last.from_end = true;
    KL_TRY(is_nth(&is_first, m, &first, element));
    KL_TRY(is_nth(&is_last, m, &last, element));
    *out = is_first && is_last;
    return KL_OK;
}

/* ---- :has ---------------------------------------------------------------------------------------- */

/* Whether an element from `first` up to `end` matches the relative selectors. */
static kl_status has_among(bool *out, const matcher *m, uint32_t list, uint32_t first, uint32_t end)
{
    *out = false;
    for (uint32_t i = first; i < end && !*out; i++) {
        KL_TRY(kl_work_step(m->work, m->error));
        if (element_at(m, i)->kind == KL_PAGE_ELEMENT)
            KL_TRY(match_list(out, m, list, i));
    }
    return KL_OK;
}

/* What may match stands below the element, or below or at one of the siblings behind it. */
static kl_status has(bool *out, const matcher *m, const selector_node *rule, uint32_t element)
{
    matcher inner = *m;
    const kl_page_node *node = element_at(m, element);
    inner.anchor = element;
    KL_TRY(has_among(out, &inner, rule->child, element + 1, node->end));
    if (*out || node->parent == KL_PAGE_NONE)
        return KL_OK;
    bool looks_aside = false;
    for (uint32_t at = rule->child; at != SELECTOR_NONE; at = rule_at(m, at)->next) {
        uint32_t compound = rule_at(m, at)->child, left;
        while ((left = rule_at(m, compound)->next) != SELECTOR_NONE &&
               rule_at(m, left)->next != SELECTOR_NONE)
            compound = left;
        looks_aside |= rule_at(m, compound)->combinator == '+' || rule_at(m, compound)->combinator == '~';
    }
    if (!looks_aside)
        return KL_OK;
    return has_among(out, &inner, rule->child, node->end, element_at(m, node->parent)->end);
}

/* ---- compounds and chains ------------------------------------------------------------------------ */

static kl_status match_simple(bool *out, const matcher *m, const selector_node *rule,
                              uint32_t element)
{
    const kl_page_node *node = element_at(m, element);
    switch (rule->kind) {
    case SELECTOR_NAME:
        *out = kl_html_same_name(node->text, selector_text(m->selector, rule));
        return KL_OK;
    case SELECTOR_ID:
    case SELECTOR_CLASS: *out = fits_word_of(m, rule, element); return KL_OK;
    case SELECTOR_ROOT: *out = node->parent == KL_PAGE_NONE; return KL_OK;
    case SELECTOR_SCOPE:
        *out = m->anchor == KL_PAGE_NONE ? node->parent == KL_PAGE_NONE : element == m->anchor;
        return KL_OK;
    case SELECTOR_EMPTY: *out = is_empty(m, element); return KL_OK;
    case SELECTOR_NTH: return is_nth(out, m, rule, element);
    case SELECTOR_ONLY: return is_only(out, m, rule, element);
    case SELECTOR_LINK: *out = is_link(m, element); return KL_OK;
    case SELECTOR_ENABLED:
        *out = can_be_disabled(m, element) && !is_disabled(m, element);
        return KL_OK;
    case SELECTOR_DISABLED:
        *out = can_be_disabled(m, element) && is_disabled(m, element);
        return KL_OK;
    case SELECTOR_CHECKED: *out = is_checked(m, element); return KL_OK;
    case SELECTOR_LANG: *out = has_language(m, rule, element); return KL_OK;
    case SELECTOR_NEVER: *out = false; return KL_OK;
    case SELECTOR_IS: return match_list(out, m, rule->child, element);
    case SELECTOR_NOT:
        KL_TRY(match_list(out, m, rule->child, element));
        *out = !*out;
        return KL_OK;
    case SELECTOR_HAS: return has(out, m, rule, element);
    case SELECTOR_ANY:
    case SELECTOR_COMPLEX:
    case SELECTOR_COMPOUND: *out = true; return KL_OK;
    default: *out = fits_attribute(m, rule, element); return KL_OK;
    }
}

static kl_status match_compound(bool *out, const matcher *m, uint32_t compound, uint32_t element)
{
    *out = true;
    KL_TRY(kl_work_step(m->work, m->error));
    for (uint32_t at = rule_at(m, compound)->child; at != SELECTOR_NONE && *out;
         at = rule_at(m, at)->next)
        KL_TRY(match_simple(out, m, rule_at(m, at), element));
    return KL_OK;
}

/* A compound at the element, and those to its left at some of the elements above or before it. */
static kl_status match_chain(bool *out, const matcher *m, uint32_t compound, uint32_t element)
{
    KL_TRY(match_compound(out, m, compound, element));
    uint32_t left = rule_at(m, compound)->next, at = element;
    char combinator = rule_at(m, compound)->combinator;
    if (!*out || left == SELECTOR_NONE)
        return KL_OK;
    bool up = combinator == ' ' || combinator == '>', once = combinator == '>' || combinator == '+';
    do {
        at = up ? element_at(m, at)->parent : element_at(m, at)->previous;
        *out = false;
        if (at == KL_PAGE_NONE)
            return KL_OK;
        KL_TRY(match_chain(out, m, left, at));
    } while (!*out && !once);
    return KL_OK;
}

static kl_status match_list(bool *out, const matcher *m, uint32_t list, uint32_t element)
{
    *out = false;
    for (uint32_t at = list; at != SELECTOR_NONE && !*out; at = rule_at(m, at)->next)
        KL_TRY(match_chain(out, m, rule_at(m, at)->child, element));
    return KL_OK;
}

/* ---- all ----------------------------------------------------------------------------------------- */

kl_status kl_selector_matches(bool *out, const kl_selector *selector,
                              const kl_page *document, uint32_t index, kl_work *work,
                              kl_error *error)
{
    matcher m = {selector, document, KL_PAGE_NONE, work, error};
    if (kl_page_node_at(document, index)->kind == KL_PAGE_ELEMENT)
        return match_list(out, &m, selector->first, index);
    *out = false;
    return KL_OK;
}

kl_status kl_selector_next(uint32_t *out, const kl_selector *selector,
                           const kl_page *document, uint32_t scope, uint32_t from,
                           kl_work *work, kl_error *error)
{
    bool whole = scope == KL_PAGE_NONE, matches;
    uint32_t end = whole ? kl_page_count(document) : kl_page_node_at(document, scope)->end;
    uint32_t first = from != KL_PAGE_NONE ? from + 1 : whole ? 0 : scope + 1;
    matcher m = {selector, document, scope, work, error};
    *out = KL_PAGE_NONE;
    for (uint32_t i = first; i < end; i++) {
        KL_TRY(kl_work_step(work, error));
        if (kl_page_node_at(document, i)->kind != KL_PAGE_ELEMENT)
            continue;
        KL_TRY(match_list(&matches, &m, selector->first, i));
        if (matches) {
            *out = i;
            return KL_OK;
        }
    }
    return KL_OK;
}
