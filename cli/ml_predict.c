/* cli/ml_predict.c - kailash ml predict: what a saved model says of a table. */
#include "ml.h"
#include "terminal.h"

#include <math.h>
#include <stdlib.h>

/* Everything of one prediction; ended by end(). */
typedef struct asking {
    const invocation *in;
    kl_value model, frame, x;
    kl_value answer, chances, labels; /* the last two null without --proba */
    kl_value names;                   /* of the columns, when a table is answered with a table; or null */
} asking;

static kl_status load_model(kl_value *out, const char *path, kl_error *error)
{
    kl_value name;
    KL_TRY(kl_string_repair(&name, kl_text_from(path), error));
    kl_status status = kl_type_call(out, kl_type_find(KL_TEXT("Estimator"), "kailash.ml"),
                                    KL_TEXT("load"), &name, 1, error);
    kl_value_release(name);
    return status == KL_OK ? KL_OK : kl_error_prefix(error, "%s: ", path);
}

/* A model of columns without names gets those of the table in their order. */
static kl_status match_by_place(asking *a, kl_error *error)
{
    kl_value wanted;
    KL_TRY(ml_call(&wanted, a->model, "n_features_in_", NULL, 0, error));
    KL_TRY(ml_features(&a->x, a->frame, NULL, a->in, error));
    size_t count = kl_array_len(((kl_data_frame *)kl_as_object(a->x, &kl_data_frame_type))->names);
    if ((int64_t)count == kl_as_int(wanted))
        return KL_OK;
    return kl_error_set(error, KL_INVALID,
                        "the model has learned from %lld columns without names; the table has %zu",
                        (long long)kl_as_int(wanted), count);
}

static kl_status match(asking *a, kl_error *error)
{
    kl_value names = ml_attribute(a->model, "feature_names_in_");
    kl_status status = kl_array_len(names) ? ml_match(&a->x, a->frame, names, error)
                                           : match_by_place(a, error);
    kl_value_release(names);
    return status == KL_OK ? KL_OK : kl_error_prefix(error, "%s: ", second_argument(a->in));
}

static kl_status ask(asking *a, kl_error *error)
{
    const char *method = ml_has(a->model, "predict") ? "predict" : "transform";
    KL_TRY(ml_call(&a->answer, a->model, method, &a->x, 1, error));
    if (given_flag(a->in, "proba")) {
        KL_TRY(ml_call(&a->chances, a->model, "predict_proba", &a->x, 1, error));
        a->labels = ml_attribute(a->model, "classes_");
    }
    if (strcmp(method, "transform") == 0 && ml_has(a->model, "get_feature_names_out"))
        KL_TRY(ml_call(&a->names, a->model, "get_feature_names_out", NULL, 0, error));
    return KL_OK;
}

/* ---- as CSV ------------------------------------------------------------------------------------ */

static void write_text(FILE *to, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, to);
        return;
    }
    fputc('"', to);
    for (; *text; text++)
        fprintf(to, *text == '"' ? "\"\"" : "%c", *text);
    fputc('"', to);
}

/* The exact number; nothing where there is none. */
static void write_number(FILE *to, double number)
{
    char text[40];
    int digits = 15;
    do
        snprintf(text, sizeof text, "%.*g", digits, number);
    while (strtod(text, NULL) != number && ++digits < 18);
    if (!isnan(number))
        fputs(text, to);
}

static size_t width_of(kl_value table)
{
    const kl_array_view *view = kl_as_array_view(table);
    return view && view->layout.ndim == 2 ? (size_t)view->shape[1] : 1;
}

static double cell_of(kl_value table, size_t row, size_t column)
{
    const kl_array_view *view = kl_as_array_view(table);
    const double *at = kl_array_view_at(view, (int64_t[]){(int64_t)row, (int64_t)column});
    return *at;
}

static bool is_table(kl_value value)
{
    const kl_array_view *view = kl_as_array_view(value);
    return view && view->layout.ndim == 2 && view->layout.format == 'd';
}

static void write_header(FILE *to, const asking *a)
{
    char label[512];
    size_t width = width_of(a->answer);
    for (size_t i = 0; i < width; i++) {
        if (kl_array_len(a->names) == width)
            write_text(to, kl_as_text(kl_array_at(a->names, i)).data);
        else if (width == 1)
            fputs("prediction", to);
        else
            fprintf(to, "prediction_%zu", i);
        fputs(i + 1 < width ? "," : "", to);
    }
    for (size_t i = 0; i < ml_length(a->labels); i++) {
        fputs(",p_", to);
        write_text(to, ml_label(label, sizeof label, a->labels, i));
    }
    fputc('\n', to);
}

static void write_answer(FILE *to, const asking *a, size_t row)
{
    char label[512];
    if (is_table(a->answer)) {
        for (size_t i = 0; i < width_of(a->answer); i++) {
            fputs(i ? "," : "", to);
            write_number(to, cell_of(a->answer, row, i));
        }
    } else if (kl_as_array_view(a->answer)) {
        write_number(to, ml_number(a->answer, row));
    } else {
        write_text(to, ml_label(label, sizeof label, a->answer, row));
    }
    for (size_t i = 0; i < ml_length(a->labels); i++) {
        fputc(',', to);
        write_number(to, cell_of(a->chances, row, i));
    }
    fputc('\n', to);
}

static kl_status write_file(const asking *a, kl_error *error)
{
    out_file file;
    const char *path = given_value(a->in, "out");
    KL_TRY(out_open(&file, path ? path : "-", error));
    write_header(file.stream, a);
    for (size_t i = 0; i < ml_rows(a->x); i++)
        write_answer(file.stream, a, i);
    return out_close(&file, true, error);
}

/* ---- as JSON ----------------------------------------------------------------------------------- */

static kl_status plain_row(kl_value *out, kl_value table, size_t row, kl_error *error)
{
    KL_TRY(kl_array_new(out, width_of(table), error));
    for (size_t i = 0; i < width_of(table); i++) {
        double number = cell_of(table, row, i);
        kl_array_push(out, isnan(number) ? kl_null() : kl_double(number), NULL); /* has room */
    }
    return KL_OK;
}

/* Numbers and texts as values that JSON has. */
static kl_status plain(kl_value *out, kl_value answer, kl_error *error)
{
    kl_value list, item;
    KL_TRY(kl_array_new(&list, ml_length(answer), error));
    kl_status status = KL_OK;
    for (size_t i = 0; status == KL_OK && i < ml_length(answer); i++) {
        if (is_table(answer))
            status = plain_row(&item, answer, i, error);
        else if (kl_as_array_view(answer))
            item = kl_double(ml_number(answer, i));
        else
            item = kl_value_retain(kl_array_at(answer, i));
        if (status == KL_OK)
            status = kl_array_push(&list, item, error);
    }
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

static kl_status put_plain(kl_value *map, const char *name, kl_value answer, kl_error *error)
{
    kl_value list;
    if (kl_is_null(answer))
        return KL_OK;
    KL_TRY(plain(&list, answer, error));
    return kl_map_set(map, kl_text_from(name), list, error);
}

static kl_status print_as_json(const asking *a, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 4, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("estimator"),
                               kl_text_from(a->model.as.object->type->name), error));
    KL_TRY_OUT(put_plain(&map, "predictions", a->answer, error));
    KL_TRY_OUT(put_plain(&map, "classes", a->labels, error));
    KL_TRY_OUT(put_plain(&map, "probabilities", a->chances, error));
    status = print_json(stdout, map, error);
out:
    kl_value_release(map);
    return status;
}

/* ---- the command ------------------------------------------------------------------------------- */

static kl_status run(asking *a, kl_error *error)
{
    KL_TRY(load_model(&a->model, a->in->argument, error));
    KL_TRY(ml_read(&a->frame, second_argument(a->in), error));
    KL_TRY(match(a, error));
    KL_TRY(ask(a, error));
    return given_flag(a->in, "json") ? print_as_json(a, error) : write_file(a, error);
}

static void end(asking *a)
{
    const kl_value held[] = {a->model, a->frame, a->x, a->answer, a->chances, a->labels, a->names};
    for (size_t i = 0; i < KL_COUNT(held); i++)
        kl_value_release(held[i]);
}

static int predict_run(const invocation *in)
{
    asking a = {.in = in};
    kl_error error = KL_ERROR_INIT;
    if (given_flag(in, "json") && given_value(in, "out")) {
        print_error("leave one of them out", "ml predict: --json and --out exclude each other");
        return EXIT_USAGE;
    }
    ml_listen();
    kl_status status = run(&a, &error);
    end(&a);
    return status == KL_OK ? EXIT_OK : report_error_as(&error, NULL, given_flag(in, "json"));
}

static const option predict_options[] = {
    {.name = "out", .letter = 'o', .kind = OPTION_FILE, .value = "FILE",
     .doc = "Write to FILE, complete or not at all; - is standard output."},
    {.name = "proba", .letter = 'p', .kind = OPTION_FLAG,
     .doc = "Add a column for the probability of each class."},
    {.name = "drop", .letter = 'd', .kind = OPTION_TEXT, .repeats = true, .value = "COLUMN",
     .doc = "Leave a column out, for a model that has learned from columns without names."},
};

static const example predict_examples[] = {
    {"kailash ml predict iris.kmlf new.csv --out answers.csv", "A line for each row of the table:"},
    {"kailash ml predict iris.kmlf new.csv --proba", "With the probability of each class:"},
};

const command cli_ml_predict = {
    .name = "ml predict",
    .summary = "Ask a saved model about a table.",
    .doc = "Prints a table with the model's answer for every row of DATA: the label, the number, the cluster, or "
           "the columns that a transformer makes. Columns are found by the names that the model has learned from; "
           "further ones are passed over, and one that is missing is an error. A text that the model has not seen "
           "is none of those it knows.",
    .argument = {.name = "MODEL", .required = true, .completion = COMPLETE_FILES,
                 .doc = "the model, saved by kailash ml fit --save or by save() of an estimator"},
    .second = {.name = "DATA", .required = true, .completion = COMPLETE_FILES,
               .doc = "the table; - reads standard input"},
    .options = KL_TABLE(predict_options),
    .examples = KL_TABLE(predict_examples),
    .run = predict_run,
};
