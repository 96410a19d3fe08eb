/* src/ml/shapes.c - see shapes.h. */
#include "shapes.h"

#include "reflect/fields.h"

enum { NAMES_MAX = 16, AXES_MAX = KL_ARRAY_DIMENSIONS_MAX };

/* What is read, and the sizes of the words so far. */
typedef struct sizes {
    const kl_estimator *model;
    struct {
        kl_text name;
        int64_t size;
    } known[NAMES_MAX];
    size_t count;
} sizes;

/* ---- text ---------------------------------------------------------------------------------------- */

static kl_text trimmed(kl_text text)
{
    while (text.len && *text.data == ' ')
        text.data++, text.len--;
    while (text.len && text.data[text.len - 1] == ' ')
        text.len--;
    return text;
}

/* What stands before `mark`, or all; `rest` becomes what is behind it. */
static kl_text part(kl_text *rest, char mark)
{
    const char *at = rest->len ? memchr(rest->data, mark, rest->len) : NULL;
    size_t len = at ? (size_t)(at - rest->data) : rest->len;
    kl_text found = {rest->data, len};
    rest->data += len + (at != NULL);
    rest->len -= len + (at != NULL);
    return trimmed(found);
}

static kl_text word(kl_text *rest)
{
    *rest = trimmed(*rest);
    return part(rest, ' ');
}

/* ---- sizes --------------------------------------------------------------------------------------- */

static bool is_digits(kl_text name, int64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < name.len; i++) {
        if (name.data[i] < '0' || name.data[i] > '9')
            return false;
        *out = 10 * *out + (name.data[i] - '0');
    }
    return name.len > 0;
}

static bool of_frame(int64_t *out, const kl_estimator *model, kl_text name)
{
    int64_t classes = (int64_t)kl_labels_count(model->classes);
    const struct {
        const char *name;
        int64_t size;
    } words[] = {{"features", model->features},
                 {"outputs", model->outputs},
                 {"classes", classes},
                 {"decisions", classes > 2 ? classes : 1},
                 {"pairs", classes < 2 ? 0 : classes > INT32_MAX ? -1 : classes * (classes - 1) / 2}};
    for (size_t i = 0; i < KL_COUNT(words); i++)
        if (kl_text_is(name, words[i].name)) {
            *out = words[i].size;
            return true;
        }
    return false;
}

static const kl_field *field_of(const kl_estimator *model, kl_text name)
{
    const kl_type *type = model->object.type;
    for (size_t i = 0; i < type->field_count; i++)
        if (kl_text_is(name, type->fields[i].name))
            return &type->fields[i];
    return NULL;
}

/* -1 for what is no int. */
static bool of_field(int64_t *out, const kl_estimator *model, kl_text name)
{
    const kl_field *field = field_of(model, name);
    kl_value value;
    if (!field)
        return false;
    kl_field_get_own(&value, &model->object, field);
    *out = kl_is(value, KL_KIND_INT) ? kl_as_int(value) : -1;
    kl_value_release(value);
    return true;
}

static bool of_known(int64_t *out, const sizes *s, kl_text name)
{
    for (size_t i = 0; i < s->count; i++)
        if (kl_text_equal(s->known[i].name, name)) {
            *out = s->known[i].size;
            return true;
        }
    return false;
}

static int64_t off_of(kl_text *name)
{
    bool is_off = name->len > 2 && name->data[name->len - 1] == '1' &&
                  (name->data[name->len - 2] == '+' || name->data[name->len - 2] == '-');
    int64_t off = !is_off ? 0 : name->data[name->len - 2] == '+' ? 1 : -1;
    name->len -= is_off ? 2 : 0;
    return off;
}

static bool is_size(sizes *s, kl_text name, int64_t size)
{
    int64_t off = off_of(&name), known;
    if (kl_text_is(name, "*"))
        return true;
    if (is_digits(name, &known) || of_frame(&known, s->model, name) || of_field(&known, s->model, name) ||
        of_known(&known, s, name))
        return known >= 0 && known < INT64_MAX && known + off == size;
    if (s->count == NAMES_MAX || size - off < 0)
        return false;
    s->known[s->count].name = name;
    s->known[s->count++].size = size - off;
    return true;
}

static bool read_size(int64_t *out, const sizes *s, kl_text name)
{
    int64_t off = off_of(&name);
    bool found = is_digits(name, out) || of_frame(out, s->model, name) || of_field(out, s->model, name) ||
                 of_known(out, s, name);
    if (found && *out < INT64_MAX)
        *out += off;
    return found;
}

/* ---- forms --------------------------------------------------------------------------------------- */

/* The items of an array of int64 within what "<", "<-", "^" and "+" say. */
static bool items_fit(const sizes *s, kl_value value, kl_text mark, kl_text name)
{
    size_t count = kl_array_view_count(kl_as_array_view(value));
    const int64_t *items = kl_indices(value);
    int64_t limit, least = kl_text_is(mark, "<-") ? -1 : 0;
    if (!read_size(&limit, s, name))
        return false;
    if (kl_text_is(mark, "^")) {
        for (size_t i = 1; i < count; i++)
            if (items[i] < items[i - 1])
                return false;
        return count > 0 && items[0] == 0 && items[count - 1] == limit;
    }
    if (kl_text_is(mark, "+")) {
        for (size_t i = 0; i < count; i++) {
            if (items[i] < 0 || items[i] > limit)
                return false;
            limit -= items[i];
        }
        return limit == 0;
    }
    for (size_t i = 0; i < count; i++)
        if (items[i] < least || items[i] >= limit)
            return false;
    return true;
}

static bool is_mark(kl_text text)
{
    return kl_text_is(text, "<") || kl_text_is(text, "<-") || kl_text_is(text, "^") || kl_text_is(text, "+");
}

static bool is_array(sizes *s, kl_value value, kl_text form)
{
    const kl_array_view *view = kl_as_array_view(value);
    kl_text rest = form, first = word(&rest), next;
    char format = kl_text_is(first, "int") ? 'q' : kl_text_is(first, "flag") ? '?' : 'd';
    size_t axis = 0;
    if (!view || view->layout.format != format || !kl_array_view_is_contiguous(view))
        return false;
    if (format == 'd')
        rest = form;
    while ((next = word(&rest)).len && !is_mark(next))
        if (axis >= view->layout.ndim || !is_size(s, next, view->shape[axis++]))
            return false;
    return axis == view->layout.ndim && (!next.len || (format == 'q' && items_fit(s, value, next, word(&rest))));
}

static bool is_form(sizes *s, kl_value value, kl_text form);

static bool is_list(sizes *s, kl_value value, kl_text form)
{
    kl_text rest = form, count = (word(&rest), word(&rest));
    if (!kl_is(value, KL_KIND_ARRAY) || !is_size(s, count, (int64_t)kl_array_len(value)))
        return false;
    if (!kl_text_is(word(&rest), "of"))
        return true;
    for (size_t i = 0, known = s->count; i < kl_array_len(value); i++, s->count = known)
        if (!is_form(s, kl_array_at(value, i), rest))
            return false;
    return true;
}

/* "map count < size": texts, each with an int of its own. */
static bool is_map(sizes *s, kl_value value, kl_text form)
{
    kl_text rest = form, count = (word(&rest), word(&rest)), mark = word(&rest), name = word(&rest);
    int64_t limit;
    if (!kl_is(value, KL_KIND_MAP) || !is_size(s, count, (int64_t)kl_map_len(value)) || !kl_text_is(mark, "<") ||
        !read_size(&limit, s, name))
        return false;
    for (size_t i = 0; i < kl_map_len(value); i++) {
        kl_value number = kl_map_value_at(value, i);
        if (!kl_is(number, KL_KIND_INT) || kl_as_int(number) < 0 || kl_as_int(number) >= limit)
            return false;
    }
    return true;
}

/* "field" or "field is word" */
static bool holds(const kl_estimator *model, kl_text condition)
{
    const kl_field *field = field_of(model, word(&condition));
    kl_value value = kl_null();
    if (!field)
        return false;
    kl_field_get_own(&value, &model->object, field);
    bool is_true = kl_is(value, KL_KIND_BOOL) ? kl_as_bool(value) : !kl_is_null(value);
    if (kl_text_is(word(&condition), "is"))
        is_true = kl_is(value, KL_KIND_STRING) && kl_text_equal(kl_as_text(value), trimmed(condition));
    kl_value_release(value);
    return is_true;
}

/* Cut off what stands behind "if" or "unless"; whether it holds. */
static bool applies(const kl_estimator *model, kl_text *form)
{
    kl_text rest = *form, next;
    while ((next = word(&rest)).len) {
        bool is_if = kl_text_is(next, "if");
        if (!is_if && !kl_text_is(next, "unless"))
            continue;
        *form = trimmed((kl_text){form->data, (size_t)(next.data - form->data)});
        return holds(model, rest) == is_if;
    }
    return true;
}

static bool is_form(sizes *s, kl_value value, kl_text form)
{
    if (!applies(s->model, &form))
        return false;
    kl_text rest = form, first = word(&rest);
    if (kl_text_is(first, "any"))
        return true;
    if (kl_text_is(first, "none"))
        return kl_is_null(value);
    if (kl_text_is(first, "number"))
        return kl_is_number(value);
    if (kl_text_is(first, "text"))
        return kl_is(value, KL_KIND_STRING);
    if (kl_text_is(first, "equal"))
        return kl_is(value, KL_KIND_INT) && is_size(s, word(&rest), kl_as_int(value));
    if (kl_text_is(first, "map"))
        return is_map(s, value, form);
    return kl_text_is(first, "list") ? is_list(s, value, form) : is_array(s, value, form);
}

static bool is_one_of(sizes *s, kl_value value, kl_text forms)
{
    size_t known = s->count;
    while (forms.len) {
        if (is_form(s, value, part(&forms, '|')))
            return true;
        s->count = known;
    }
    return false;
}

kl_status kl_shapes_check(const kl_estimator *model, kl_error *error)
{
    const kl_estimator_table *table = kl_table_of(model);
    sizes s = {.model = model};
    kl_text rows = table && table->shapes ? kl_text_from(table->shapes) : (kl_text){"", 0};
    while (rows.len) {
        kl_text forms = part(&rows, ';'), name = part(&forms, '=');
        bool optional = name.len && *name.data == '?';
        name = optional ? (kl_text){name.data + 1, name.len - 1} : name;
        const kl_field *field = field_of(model, name);
        kl_value value = kl_null();
        if (!field && optional)
            continue;
        if (field)
            kl_field_get_own(&value, &model->object, field);
        bool fits = field && is_one_of(&s, value, forms);
        kl_value_release(value);
        if (!fits)
            return kl_error_set(error, KL_SYNTAX, "the saved estimator is damaged: %s.%.*s is not %.*s",
                                model->object.type->name, KL_TEXT_ARG(name), KL_TEXT_ARG(trimmed(forms)));
    }
    return KL_OK;
}

kl_status kl_shapes_are(bool is_sound, const kl_estimator *model, const char *what, kl_error *error)
{
    return is_sound ? KL_OK
                    : kl_error_set(error, KL_SYNTAX, "the saved estimator is damaged: %s of %s do not fit together", what,
                                   model->object.type->name);
}
