/* cli/ml_fit.c - kailash ml fit: learns from a table and tells how well. */
#include "load.h"
#include "ml.h"
#include "terminal.h"
#include "kailash/time.h"

#include <math.h>
#include <stdlib.h>

/* Everything of one fit; ended by end(). */
typedef struct fitting {
    const invocation *in;
    const kl_type *type;
    const char *target; /* name of the column, or NULL */
    bool is_classifier;
    kl_value estimator, tags, nested, params; /* nested: parameters such as step__alpha */
    kl_value frame, x, y;                     /* the whole table; y null without a target */
    kl_value train_x, train_y, test_x, test_y;
    size_t *order, test, rows;                /* the rows held back come first */
    ml_report report;
} fitting;

/* ---- the estimator ----------------------------------------------------------------------------- */

static kl_status read_params(fitting *f, kl_error *error)
{
    const char *pair;
    KL_TRY(kl_map_new(&f->params, 4, error));
    KL_TRY(kl_map_new(&f->nested, 1, error));
    for (size_t i = 0; (pair = given_at(f->in, "set", i)); i++) {
        const char *equals = strchr(pair, '=');
        kl_text name = {pair, (size_t)(equals - pair)};
        kl_value value;
        KL_TRY(parse_value(&value, equals + 1, error));
        bool is_nested = memmem(pair, name.len, "__", 2) != NULL;
        KL_TRY(kl_map_set(is_nested ? &f->nested : &f->params, name, value, error));
    }
    return KL_OK;
}

/* --seed is random_state of what has one, unless --set says otherwise. */
static kl_status set_seed(fitting *f, kl_error *error)
{
    size_t count;
    const kl_param *params = kl_type_params(&count, f->type);
    int64_t seed = (int64_t)given_number(f->in, "seed", 0);
    for (size_t i = 0; i < count; i++)
        if (strcmp(params[i].name, "random_state") == 0 &&
            !kl_map_has(f->params, KL_TEXT("random_state")))
            return kl_map_set(&f->params, KL_TEXT("random_state"), kl_int(seed), error);
    return KL_OK;
}

static kl_status make_estimator(fitting *f, kl_error *error)
{
    kl_value out;
    KL_TRY(read_params(f, error));
    KL_TRY(set_seed(f, error));
    KL_TRY(kl_object_from_map(&f->estimator, f->type, f->params, error));
    if (kl_map_len(f->nested)) {
        KL_TRY(ml_call(&out, f->estimator, "set_params", &f->nested, 1, error));
        kl_value_release(out);
    }
    KL_TRY(ml_call(&f->tags, f->estimator, "_tags", NULL, 0, error));
    f->is_classifier = kl_text_is(kl_as_text(kl_map_get(f->tags, KL_TEXT("kind"))), "classifier");
    return KL_OK;
}

/* ---- the data ---------------------------------------------------------------------------------- */

/* Every label of a target must be there: which row has none? */
static kl_status check_target(const fitting *f, kl_error *error)
{
    for (size_t i = 0; i < f->rows; i++) {
        bool is_missing = kl_as_array_view(f->y) ? isnan(ml_number(f->y, i))
                                                 : kl_is_null(kl_array_at(f->y, i));
        if (is_missing)
            return kl_error_set(error, KL_INVALID,
                                "row %zu of the table has no %s; every row needs the target", i + 1,
                                f->target);
    }
    bool is_regressor = kl_text_is(kl_as_text(kl_map_get(f->tags, KL_TEXT("kind"))), "regressor");
    if (is_regressor && !kl_as_array_view(f->y))
        return kl_error_set(error, KL_TYPE,
                            "column '%s' holds texts, but %s answers with numbers; a classifier learns "
                            "labels: kailash ml list --kind classifier",
                            f->target, f->type->name);
    return KL_OK;
}

static kl_status read_data(fitting *f, kl_error *error)
{
    f->target = given_value(f->in, "target");
    KL_TRY(ml_read(&f->frame, second_argument(f->in), error));
    f->rows = ml_rows(f->frame);
    if (!f->target && kl_as_bool(kl_map_get(f->tags, KL_TEXT("requires_y"))))
        return kl_error_set(error, KL_INVALID, "%s learns a target; name its column: --target COLUMN",
                            f->type->name);
    if (f->target) {
        size_t column = ml_column(f->frame, kl_text_from(f->target));
        kl_data_frame *frame = kl_as_object(f->frame, &kl_data_frame_type);
        if (column == SIZE_MAX)
            return ml_refuse_column(f->frame, f->target, "", error);
        f->y = kl_value_retain(kl_array_at(frame->columns, column));
        KL_TRY(check_target(f, error));
    }
    return ml_features(&f->x, f->frame, f->target, f->in, error);
}

/* ---- rows held back ---------------------------------------------------------------------------- */

/* A stream of numbers that is the same everywhere (SplitMix64). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static void shuffle(size_t *rows, size_t count, uint64_t *state)
{
    for (size_t i = count; i > 1; i--) {
        size_t j = (size_t)(next_random(state) % i), row = rows[j];
        rows[j] = rows[i - 1];
        rows[i - 1] = row;
    }
}

typedef struct labelled { size_t row; double number; kl_text text; } labelled;

static int by_label(const void *a, const void *b)
{
    const labelled *x = a, *y = b;
    int order = (x->number > y->number) - (x->number < y->number);
    return order ? order : kl_text_compare(x->text, y->text);
}

/* How many of `count` rows of one class are held back; one at least stays. */
static size_t share_of(size_t count, double share)
{
    size_t held = (size_t)lround((double)count * share);
    return held < count ? held : count ? count - 1 : 0;
}

/* The same share of every class: rows sorted by class, of each its first ones after a shuffle. */
static kl_status split_by_class(fitting *f, double share, uint64_t *state, kl_error *error)
{
    labelled *all = malloc((f->rows + 1) * sizeof *all);
    size_t *held = malloc((f->rows + 1) * sizeof *held), kept = f->rows;
    if (!all || !held) {
        free(all);
        free(held);
        return kl_error_no_memory(error);
    }
    shuffle(f->order, f->rows, state);
    for (size_t i = 0; i < f->rows; i++) {
        bool is_number = kl_as_array_view(f->y) != NULL;
        size_t row = f->order[i];
        all[i] = (labelled){row, is_number ? ml_number(f->y, row) : 0,
                            is_number ? KL_TEXT("") : kl_as_text(kl_array_at(f->y, row))};
    }
    qsort(all, f->rows, sizeof *all, by_label);
    for (size_t begin = 0, end; begin < f->rows; begin = end) {
        for (end = begin + 1; end < f->rows && by_label(&all[begin], &all[end]) == 0;)
            end++;
        size_t back = share_of(end - begin, share);
        for (size_t i = begin; i < end; i++)
            held[i < begin + back ? f->test++ : --kept] = all[i].row;
    }
    memcpy(f->order, held, f->rows * sizeof *held);
    free(all);
    free(held);
    return KL_OK;
}

static kl_status hold_back(fitting *f, kl_error *error)
{
    double share = f->target ? given_number(f->in, "test", 0.25) : 0;
    uint64_t state = (uint64_t)given_number(f->in, "seed", 0);
    f->order = malloc((f->rows + 1) * sizeof *f->order);
    if (!f->order)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < f->rows; i++)
        f->order[i] = i;
    if (f->is_classifier && share > 0) {
        KL_TRY(split_by_class(f, share, &state, error));
    } else if (share > 0) {
        shuffle(f->order, f->rows, &state);
        f->test = share_of(f->rows, share);
    }
    const size_t *rest = f->order + f->test;
    size_t count = f->rows - f->test;
    KL_TRY(ml_take(&f->train_x, f->x, rest, count, error));
    KL_TRY(ml_take(&f->test_x, f->x, f->order, f->test, error));
    if (!f->target)
        return KL_OK;
    KL_TRY(ml_take_items(&f->train_y, f->y, rest, count, error));
    return ml_take_items(&f->test_y, f->y, f->order, f->test, error);
}

/* ---- learning ---------------------------------------------------------------------------------- */

static double seconds_since(kl_time begin) { return (double)(kl_clock_now() - begin) / KL_SECOND; }

static kl_status learn(fitting *f, kl_error *error)
{
    kl_value out;
    const kl_value args[] = {f->train_x, f->train_y};
    kl_time begin = kl_clock_now();
    KL_TRY(ml_call(&out, f->estimator, "fit", args, f->target ? 2 : 1, error));
    f->report.fit_seconds = seconds_since(begin);
    kl_value_release(out);
    return KL_OK;
}

static kl_status judge(fitting *f, kl_error *error)
{
    ml_report *r = &f->report;
    kl_data_frame *x = kl_as_object(f->x, &kl_data_frame_type);
    r->name = f->type->name;
    r->data = second_argument(f->in);
    r->target = f->target;
    r->train = f->rows - f->test;
    r->test = f->test;
    r->names = x->names;
    r->params = f->params;
    if (f->target && ml_has(f->estimator, "predict")) {
        kl_time begin = kl_clock_now();
        r->is_scored = true;
        KL_TRY(ml_score(&r->scores, f->estimator, f->is_classifier, f->test ? f->test_x : f->train_x,
                        f->test ? f->test_y : f->train_y, f->y, error));
        r->ask_seconds = seconds_since(begin);
    }
    if (!f->target)
        r->labels = ml_attribute(f->estimator, "labels_");
    return ml_weigh(&r->importance, f->estimator, kl_array_len(x->names), error);
}

static kl_status save(const fitting *f, const char *path, kl_error *error)
{
    kl_value name, out;
    KL_TRY(kl_string_repair(&name, kl_text_from(path), error));
    kl_status status = ml_call(&out, f->estimator, "save", &name, 1, error);
    kl_value_release(name);
    if (status == KL_OK)
        kl_value_release(out);
    return status;
}

static kl_status tell(const fitting *f, kl_error *error)
{
    kl_value map;
    const char *picture = given_value(f->in, "report"), *model = given_value(f->in, "save");
    if (model)
        KL_TRY(save(f, model, error));
    if (picture)
        KL_TRY(ml_draw(picture, &f->report, error));
    if (given_flag(f->in, "json")) {
        KL_TRY(ml_report_map(&map, &f->report, error));
        kl_status status = print_json(stdout, map, error);
        kl_value_release(map);
        return status;
    }
    ml_print_report(&f->report);
    return KL_OK;
}

static kl_status run(fitting *f, kl_error *error)
{
    KL_TRY(make_estimator(f, error));
    KL_TRY(read_data(f, error));
    KL_TRY(hold_back(f, error));
    KL_TRY(learn(f, error));
    KL_TRY(judge(f, error));
    return tell(f, error);
}

static void end(fitting *f)
{
    const kl_value held[] = {f->estimator, f->tags,    f->nested, f->params, f->frame,  f->x,
                             f->y,         f->train_x, f->train_y, f->test_x, f->test_y, f->report.labels};
    for (size_t i = 0; i < KL_COUNT(held); i++)
        kl_value_release(held[i]);
    free(f->order);
    ml_scores_end(&f->report.scores);
    ml_importance_end(&f->report.importance);
}

static bool is_share(const invocation *in)
{
    const char *text = given_value(in, "test");
    char *rest = NULL;
    double share = text ? strtod(text, &rest) : 0;
    if (!text || (rest != text && !*rest && share >= 0 && share < 1))
        return true;
    print_error("give a number from 0 to below 1, such as 0.25", "--test: '%s' is no share", text);
    return false;
}

static int fit_run(const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    bool json = given_flag(in, "json");
    if (!is_share(in))
        return EXIT_USAGE;
    fitting f = {.in = in, .type = ml_find(in->argument, json)};
    if (!f.type)
        return EXIT_FAILED;
    ml_listen();
    kl_status status = run(&f, &error);
    end(&f);
    return status == KL_OK ? EXIT_OK : report_error_as(&error, NULL, json);
}

static const option fit_options[] = {
    {.name = "target", .letter = 't', .kind = OPTION_TEXT, .value = "COLUMN",
     .doc = "The column to learn. Clusterers, outlier detectors and transformers need none."},
    {.name = "set", .letter = 's', .kind = OPTION_PAIR, .repeats = true, .value = "PARAM=VALUE",
     .doc = "A parameter of the estimator; VALUE is read as JSON, else as text."},
    {.name = "drop", .letter = 'd', .kind = OPTION_TEXT, .repeats = true, .value = "COLUMN",
     .doc = "Leave a column out."},
    {.name = "test", .kind = OPTION_TEXT, .value = "SHARE",
     .doc = "Share of the rows to hold back for the scores, from 0 to below 1 (default 0.25); of a "
            "classifier the same share of every class."},
    {.name = "seed", .kind = OPTION_COUNT, .value = "N",
     .doc = "Seed of the split and, unless --set does, of random_state (default 0): the same seed gives the "
            "same result."},
    {.name = "save", .kind = OPTION_FILE, .value = "FILE",
     .doc = "Save the model, for kailash ml predict and kailash.ml."},
    {.name = "report", .letter = 'r', .kind = OPTION_FILE, .value = "FILE",
     .doc = "Draw the report as SVG: confusion matrix and ROC curves of a classifier, predictions beside the "
            "truth and residuals of a regressor, and what each feature counts."},
};

static const example fit_examples[] = {
    {"kailash ml fit RandomForestClassifier iris.csv --target species", "How well can it be told?"},
    {"kailash ml fit Ridge homes.csv -t price -s alpha=0.5 -d id --save homes.kmlf", "Keep the model:"},
    {"kailash ml fit LogisticRegression iris.csv -t species --report iris.svg", "A picture:"},
    {"kailash ml fit KMeans points.csv -s n_clusters=4 --json | jq .labels", "Without a target:"},
};

const command cli_ml_fit = {
    .name = "ml fit",
    .summary = "Learn from a table and tell how well.",
    .doc = "Reads a table of comma-separated values whose first row names the columns, holds a share of its "
           "rows back, lets the estimator learn the target from the rest, and prints how good it is on what it "
           "has not seen, and what each feature counts.\n\nColumns of texts become a column NAME=TEXT of 1 and 0 "
           "for each of their texts, of which there may be 50. Empty cells are missing values; estimators that do "
           "not understand them refuse them (kailash ml describe NAME).",
    .argument = {.name = "NAME", .required = true, .completion = COMPLETE_ESTIMATORS,
                 .doc = "name of an estimator, such as Ridge: kailash ml list"},
    .second = {.name = "DATA", .required = true, .completion = COMPLETE_FILES,
               .doc = "the table; - reads standard input"},
    .options = KL_TABLE(fit_options),
    .examples = KL_TABLE(fit_examples),
    .run = fit_run,
};
