/* src/nodes/metric_book.c - see metric_book.h. */
#include "metric_book.h"
#include "buffer.h"
#include "kailash/json.h"
#include "value_text.h"

#include <math.h>
#include <stdio.h>

/* The values of one set of labels. */
typedef struct series {
    kl_value labels; /* string: as they are printed, sorted and without braces: a="1",b="2" */
    double value;    /* of a histogram: the sum */
    uint64_t count;  /* of a histogram */
    uint64_t *below; /* of a histogram: observations per bucket, not added up; the last is +Inf */
    bool negative;   /* of a histogram: something below 0 was observed, so the sum may fall */
} series;

typedef struct family {
    kl_value name;
    kl_value help, unit; /* strings or null */
    kl_metric_kind kind;
    double *bounds;      /* of a histogram, without +Inf */
    size_t bound_count;
    series *rows;
    size_t row_count, row_size;
} family;

struct kl_metric_book {
    family *families;
    size_t count, size, series_count;
};

static const double default_bounds[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

/* ---- checking ------------------------------------------------------------------------------------ */

static bool is_name(kl_text text, bool with_colons)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i], lower = (char)(c | 0x20);
        bool is_letter = (lower >= 'a' && lower <= 'z') || c == '_' || (with_colons && c == ':');
        if (!is_letter && !(i && c >= '0' && c <= '9'))
            return false;
    }
    return text.len > 0;
}

static bool ends_with(kl_text text, const char *end)
{
    size_t len = strlen(end);
    return text.len > len && memcmp(text.data + text.len - len, end, len) == 0;
}

static kl_status check_label(const kl_metric *metric, size_t index, kl_error *error)
{
    kl_text name = kl_map_key_at(metric->labels, index);
    kl_value value = kl_map_value_at(metric->labels, index);
    if (!is_name(name, false) || (name.len > 1 && name.data[0] == '_' && name.data[1] == '_'))
        return kl_error_set(error, KL_INVALID, "labels: '%.*s' is no name of a label; expected "
                            "letters, digits and _, no digit first and not __", KL_TEXT_ARG(name));
    if (metric->kind == KL_METRIC_HISTOGRAM && kl_text_is(name, "le"))
        return kl_error_set(error, KL_INVALID, "labels: 'le' is the histogram's own");
    if (kl_is(value, KL_KIND_STRING) || kl_is_number(value) || kl_is(value, KL_KIND_BOOL))
        return KL_OK;
    return kl_error_set(error, KL_INVALID, "labels.%.*s: expected string, number or bool, got %s",
                        KL_TEXT_ARG(name), kl_value_kind_name(value));
}

static kl_status check_buckets(kl_value buckets, kl_error *error)
{
    double last = -INFINITY;
    if (kl_array_len(buckets) > KL_METRIC_BUCKETS_MAX)
        return kl_error_set(error, KL_INVALID, "buckets: expected at most %d bounds",
                            KL_METRIC_BUCKETS_MAX);
    for (size_t i = 0; i < kl_array_len(buckets); i++) {
        kl_value bound = kl_array_at(buckets, i);
        if (!kl_is_number(bound) || !isfinite(kl_as_double(bound)) || kl_as_double(bound) <= last)
            return kl_error_set(error, KL_INVALID, "buckets: expected rising finite numbers");
        last = kl_as_double(bound);
    }
    return KL_OK;
}

kl_status kl_metric_check(const kl_metric *metric, kl_error *error)
{
    kl_text name = kl_as_text(metric->name), unit = kl_as_text(metric->unit);
    if (!is_name(name, true))
        return kl_error_set(error, KL_INVALID, "name: expected letters, digits, _ and :, no digit "
                            "first");
    if (metric->kind == KL_METRIC_COUNTER && !(metric->value >= 0 && isfinite(metric->value)))
        return kl_error_set(error, KL_INVALID, "value: a counter grows by a finite number of at "
                            "least 0");
    if (metric->kind == KL_METRIC_HISTOGRAM && isnan(metric->value))
        return kl_error_set(error, KL_INVALID, "value: a histogram observes numbers, got NaN");
    kl_text base = name;
    if (metric->kind == KL_METRIC_COUNTER && ends_with(name, "_total"))
        base.len -= 6;
    if (!kl_is_null(metric->unit) &&
        (!is_name(unit, false) || !ends_with(base, kl_as_text(metric->unit).data) ||
         base.data[base.len - unit.len - 1] != '_'))
        return kl_error_set(error, KL_INVALID, "unit: the name must end in _%.*s",
                            KL_TEXT_ARG(unit));
    for (size_t i = 0; i < kl_map_len(metric->labels); i++)
        KL_TRY(check_label(metric, i, error));
    return check_buckets(metric->buckets, error);
}

/* Names of the samples of a family: with these ends, and for all but counters also without. */
static const char *const counter_ends[] = {"_total", "_created", NULL};
static const char *const histogram_ends[] = {"_bucket", "_sum", "_count", "_created", NULL};
static const char *const no_ends[] = {NULL};

static const char *const *ends_of(kl_metric_kind kind)
{
    return kind == KL_METRIC_COUNTER     ? counter_ends
           : kind == KL_METRIC_HISTOGRAM ? histogram_ends
                                         : no_ends;
}

/* The name of a family in OpenMetrics: a counter's without _total. */
static kl_text base_name(kl_text name, kl_metric_kind kind)
{
    if (kind == KL_METRIC_COUNTER && ends_with(name, "_total"))
        name.len -= 6;
    return name;
}

/* Whether `name` is one of the samples of a family called `of`. */
static bool is_sample_of(kl_text name, kl_text of, kl_metric_kind kind)
{
    if (kl_text_equal(name, of))
        return true;
    if (name.len <= of.len || memcmp(name.data, of.data, of.len) != 0)
        return false;
    for (const char *const *end = ends_of(kind); *end; end++)
        if (kl_text_is((kl_text){name.data + of.len, name.len - of.len}, *end))
            return true;
    return false;
}

static kl_status check_clash(const family *f, const kl_metric *metric, kl_error *error)
{
    kl_text own = base_name(kl_as_text(metric->name), metric->kind);
    kl_text other = base_name(kl_as_text(f->name), f->kind);
    if (!is_sample_of(own, other, f->kind) && !is_sample_of(other, own, metric->kind))
        return KL_OK;
    return kl_error_set(error, KL_INVALID, "name: '%.*s' clashes with the %s '%.*s'",
                        KL_TEXT_ARG(kl_as_text(metric->name)),
                        f->kind == KL_METRIC_COUNTER ? "counter"
                        : f->kind == KL_METRIC_GAUGE ? "gauge"
                                                     : "histogram",
                        KL_TEXT_ARG(kl_as_text(f->name)));
}

/* ---- labels -------------------------------------------------------------------------------------- */

static void write_escaped(kl_buffer *to, kl_text text, bool with_quotes)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '\n')
            kl_buffer_string(to, "\\n");
        else if (c == '\\' || (c == '"' && with_quotes))
            kl_buffer_format(to, "\\%c", c);
        else
            kl_buffer_byte(to, c);
    }
}

static kl_status write_label(kl_buffer *to, kl_text name, kl_value value, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_status status = kl_value_write(&text, value, error);
    if (status == KL_OK && text.status != KL_OK)
        status = kl_error_no_memory(error);
    if (status == KL_OK) {
        kl_buffer_add(to, name);
        kl_buffer_string(to, "=\"");
        write_escaped(to, kl_buffer_text(&text), true);
        kl_buffer_byte(to, '"');
    }
    kl_buffer_free(&text);
    return status;
}

/* The labels as they are printed, sorted by name: equal sets have equal texts. */
static kl_status write_labels(kl_buffer *to, kl_value labels, kl_error *error)
{
    kl_value sorted;
    kl_status status = KL_OK;
    if (!kl_map_len(labels))
        return KL_OK;
    KL_TRY(kl_map_sorted(&sorted, labels, error));
    for (size_t i = 0; i < kl_map_len(sorted) && status == KL_OK; i++) {
        if (i)
            kl_buffer_byte(to, ',');
        status = write_label(to, kl_map_key_at(sorted, i), kl_map_value_at(sorted, i), error);
    }
    kl_value_release(sorted);
    return status;
}

/* ---- recording ----------------------------------------------------------------------------------- */

kl_status kl_metric_book_new(kl_metric_book **out, kl_error *error)
{
    *out = kl_alloc_zero(1, sizeof **out);
    return *out ? KL_OK : kl_error_no_memory(error);
}

static void free_family(family *f)
{
    for (size_t i = 0; i < f->row_count; i++) {
        kl_value_release(f->rows[i].labels);
        kl_free(f->rows[i].below);
    }
    kl_free(f->rows);
    kl_free(f->bounds);
    kl_value_release(f->name);
    kl_value_release(f->help);
    kl_value_release(f->unit);
}

void kl_metric_book_clear(kl_metric_book *book)
{
    for (size_t i = 0; i < book->count; i++)
        free_family(&book->families[i]);
    kl_free(book->families);
    *book = (kl_metric_book){0};
}

void kl_metric_book_free(kl_metric_book *book)
{
    if (!book)
        return;
    kl_metric_book_clear(book);
    kl_free(book);
}

/* Room for one more item of `*items`, which holds `count` of them. */
static kl_status make_room(void **items, size_t *size, size_t count, size_t item_size,
                           kl_error *error)
{
    if (count < *size)
        return KL_OK;
    size_t more = *size ? 2 * *size : 4;
    void *larger = kl_realloc(*items, more * item_size);
    if (!larger)
        return kl_error_no_memory(error);
    *items = larger;
    *size = more;
    return KL_OK;
}

static kl_status copy_bounds(family *f, kl_value buckets, kl_error *error)
{
    size_t count = kl_is_null(buckets) ? KL_COUNT(default_bounds) : kl_array_len(buckets);
    f->bounds = kl_alloc((count + 1) * sizeof *f->bounds);
    if (!f->bounds)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < count; i++)
        f->bounds[i] = kl_is_null(buckets) ? default_bounds[i] : kl_as_double(kl_array_at(buckets, i));
    f->bound_count = count;
    return KL_OK;
}

static kl_status add_family(family **out, kl_metric_book *book, const kl_metric *metric,
                            kl_error *error)
{
    for (size_t i = 0; i < book->count; i++)
        KL_TRY(check_clash(&book->families[i], metric, error));
    KL_TRY(make_room((void **)&book->families, &book->size, book->count, sizeof(family), error));
    family made = {.kind = metric->kind};
    if (made.kind == KL_METRIC_HISTOGRAM)
        KL_TRY(copy_bounds(&made, metric->buckets, error));
    made.name = kl_value_retain(metric->name);
    made.help = kl_value_retain(metric->help);
    made.unit = kl_value_retain(metric->unit);
    book->families[book->count] = made;
    *out = &book->families[book->count++];
    return KL_OK;
}

static kl_status find_family(family **out, kl_metric_book *book, const kl_metric *metric,
                             kl_error *error)
{
    for (size_t i = 0; i < book->count; i++) {
        family *f = &book->families[i];
        if (!kl_text_equal(kl_as_text(f->name), kl_as_text(metric->name)))
            continue;
        if (f->kind != metric->kind)
            return check_clash(f, metric, error);
        if (!kl_is_null(metric->help))
            kl_value_replace(&f->help, kl_value_retain(metric->help));
        *out = f;
        return KL_OK;
    }
    return add_family(out, book, metric, error);
}

/* `labels` is taken. */
static kl_status add_row(series **out, kl_metric_book *book, family *f, kl_value labels,
                         kl_error *error)
{
    series row = {.labels = labels};
    kl_status status = KL_OK;
    if (book->series_count >= KL_METRIC_SERIES_MAX)
        status = kl_error_set(error, KL_LIMIT, "resource limit exceeded: series (limit: %d series)",
                              KL_METRIC_SERIES_MAX);
    if (status == KL_OK)
        status = make_room((void **)&f->rows, &f->row_size, f->row_count, sizeof(series), error);
    if (status == KL_OK && f->kind == KL_METRIC_HISTOGRAM) {
        row.below = kl_alloc_zero(f->bound_count + 1, sizeof *row.below);
        status = row.below ? KL_OK : kl_error_no_memory(error);
    }
    if (status != KL_OK) {
        kl_value_release(labels);
        return status;
    }
    f->rows[f->row_count] = row;
    *out = &f->rows[f->row_count++];
    book->series_count++;
    return KL_OK;
}

static kl_status labels_text(kl_value *out, kl_value labels, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_status status = write_labels(&text, labels, error);
    if (status == KL_OK)
        return kl_buffer_finish(out, &text, error);
    kl_buffer_free(&text);
    return status;
}

static kl_status find_row(series **out, kl_metric_book *book, family *f, kl_value labels,
                          kl_error *error)
{
    kl_value text;
    KL_TRY(labels_text(&text, labels, error));
    for (size_t i = 0; i < f->row_count; i++) {
        if (!kl_text_equal(kl_as_text(text), kl_as_text(f->rows[i].labels)))
            continue;
        kl_value_release(text);
        *out = &f->rows[i];
        return KL_OK;
    }
    return add_row(out, book, f, text, error);
}

static void observe(const family *f, series *row, double value)
{
    size_t bucket = 0;
    while (bucket < f->bound_count && value > f->bounds[bucket])
        bucket++;
    row->below[bucket]++;
    row->count++;
    row->value += value;
    row->negative = row->negative || value < 0;
}

kl_status kl_metric_record(kl_metric_book *book, const kl_metric *metric, kl_error *error)
{
    family *f = NULL;
    series *row;
    KL_TRY(find_family(&f, book, metric, error));
    KL_TRY(find_row(&row, book, f, metric->labels, error));
    if (f->kind == KL_METRIC_COUNTER)
        row->value += metric->value;
    else if (f->kind == KL_METRIC_GAUGE)
        row->value = metric->value;
    else
        observe(f, row, metric->value);
    return KL_OK;
}

/* ---- text ---------------------------------------------------------------------------------------- */

typedef struct printer {
    kl_buffer text;
    bool openmetrics;
} printer;

static void print_number(printer *p, double number)
{
    char digits[32];
    if (isnan(number))
        kl_buffer_string(&p->text, "NaN");
    else if (isinf(number))
        kl_buffer_string(&p->text, number > 0 ? "+Inf" : "-Inf");
    else if (kl_double_print_es(digits, number))
        kl_buffer_string(&p->text, digits);
}

/* NAME{LABELS,le="BOUND"} ; `end` follows the name. */
static void print_sample(printer *p, kl_text name, const char *end, kl_value label_text,
                         const double *bound)
{
    kl_text labels = kl_as_text(label_text);
    kl_buffer_add(&p->text, name);
    kl_buffer_string(&p->text, end);
    if (labels.len || bound)
        kl_buffer_byte(&p->text, '{');
    kl_buffer_add(&p->text, labels);
    if (bound) {
        kl_buffer_string(&p->text, labels.len ? ",le=\"" : "le=\"");
        print_number(p, *bound);
        /* OpenMetrics writes whole bounds as floats, Prometheus as it always did */
        if (p->openmetrics && isfinite(*bound) && *bound == floor(*bound) && fabs(*bound) < 1e15)
            kl_buffer_string(&p->text, ".0");
        kl_buffer_byte(&p->text, '"');
    }
    if (labels.len || bound)
        kl_buffer_byte(&p->text, '}');
    kl_buffer_byte(&p->text, ' ');
}

static void print_count(printer *p, uint64_t count)
{
    kl_buffer_format(&p->text, "%llu\n", (unsigned long long)count);
}

static void print_histogram(printer *p, const family *f, const series *row)
{
    kl_text name = kl_as_text(f->name);
    const double infinity = INFINITY;
    uint64_t sum = 0;
    for (size_t i = 0; i <= f->bound_count; i++) {
        sum += row->below[i];
        print_sample(p, name, "_bucket", row->labels, i < f->bound_count ? &f->bounds[i] : &infinity);
        print_count(p, sum);
    }
    /* OpenMetrics has neither where the sum could fall */
    if (p->openmetrics && (row->negative || (f->bound_count && f->bounds[0] < 0)))
        return;
    print_sample(p, name, "_sum", row->labels, NULL);
    print_number(p, row->value);
    kl_buffer_byte(&p->text, '\n');
    print_sample(p, name, "_count", row->labels, NULL);
    print_count(p, row->count);
}

static void print_metadata(printer *p, const family *f, kl_text name)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};
    if (!kl_is_null(f->help)) {
        kl_buffer_format(&p->text, "# HELP %.*s ", KL_TEXT_ARG(name));
        write_escaped(&p->text, kl_as_text(f->help), p->openmetrics);
        kl_buffer_byte(&p->text, '\n');
    }
    kl_buffer_format(&p->text, "# TYPE %.*s %s\n", KL_TEXT_ARG(name), kinds[f->kind]);
    if (p->openmetrics && !kl_is_null(f->unit))
        kl_buffer_format(&p->text, "# UNIT %.*s %s\n", KL_TEXT_ARG(name), kl_as_text(f->unit).data);
}

static void print_family(printer *p, const family *f)
{
    kl_text name = kl_as_text(f->name);
    const char *end = "";
    if (p->openmetrics && f->kind == KL_METRIC_COUNTER) {
        name = base_name(name, f->kind);
        end = "_total";
    }
    print_metadata(p, f, name);
    for (size_t i = 0; i < f->row_count; i++) {
        if (f->kind == KL_METRIC_HISTOGRAM) {
            print_histogram(p, f, &f->rows[i]);
            continue;
        }
        print_sample(p, name, end, f->rows[i].labels, NULL);
        print_number(p, f->rows[i].value);
        kl_buffer_byte(&p->text, '\n');
    }
}

static kl_status print_book(kl_value *out, const kl_metric_book *book, bool openmetrics,
                            kl_error *error)
{
    printer p = {.text = KL_BUFFER_INIT, .openmetrics = openmetrics};
    for (size_t i = 0; i < book->count; i++)
        if (book->families[i].row_count)
            print_family(&p, &book->families[i]);
    if (openmetrics)
        kl_buffer_string(&p.text, "# EOF\n");
    return kl_buffer_finish(out, &p.text, error);
}

kl_status kl_metric_book_prometheus(kl_value *out, const kl_metric_book *book, kl_error *error)
{
    return print_book(out, book, false, error);
}

kl_status kl_metric_book_openmetrics(kl_value *out, const kl_metric_book *book, kl_error *error)
{
    return print_book(out, book, true, error);
}

/* ---- values -------------------------------------------------------------------------------------- */

static kl_status series_name(kl_value *out, kl_text name, kl_text labels, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_add(&text, name);
    if (labels.len) {
        kl_buffer_byte(&text, '{');
        kl_buffer_add(&text, labels);
        kl_buffer_byte(&text, '}');
    }
    return kl_buffer_finish(out, &text, error);
}

kl_status kl_metric_series(kl_value *out, const kl_metric *metric, kl_error *error)
{
    kl_value labels;
    KL_TRY(labels_text(&labels, metric->labels, error));
    kl_status status = series_name(out, kl_as_text(metric->name), kl_as_text(labels), error);
    kl_value_release(labels);
    return status;
}

static kl_status add_values(kl_value *map, const family *f, kl_error *error)
{
    for (size_t i = 0; i < f->row_count; i++) {
        kl_value key;
        KL_TRY(series_name(&key, kl_as_text(f->name), kl_as_text(f->rows[i].labels), error));
        kl_status status = kl_map_set_key(map, key, kl_double(f->rows[i].value), error);
        kl_value_release(key);
        if (status != KL_OK)
            return status;
    }
    return KL_OK;
}

kl_status kl_metric_book_values(kl_value *out, const kl_metric_book *book, kl_metric_kind kind,
                                kl_error *error)
{
    kl_value map;
    kl_status status = KL_OK;
    KL_TRY(kl_map_new(&map, book->count, error));
    for (size_t i = 0; i < book->count && status == KL_OK; i++)
        if (book->families[i].kind == kind)
            status = add_values(&map, &book->families[i], error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}
