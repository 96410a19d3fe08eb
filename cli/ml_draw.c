/* cli/ml_draw.c - the report of a fit as one picture; see ml.h.
 *
 * Panels stand side by side, each a square of SIDE with room for what is written around it. Every number is also in
 * the text of the picture (<desc>, and <title> of what is drawn), so that it can be read without seeing it.
 */
#include "ml.h"
#include "terminal.h"

#include <math.h>
#include <stdlib.h>

enum {
    SIDE = 300, LEFT = 92, RIGHT = 28, TOP = 104, BOTTOM = 64, PANEL = LEFT + SIDE + RIGHT,
    CURVES = 8, DOTS = 2000, CELLS = 40, BARS = 15, NAME_MAX = 14
};

static const char style[] =
    ".kl-ml{font-family:Inter,ui-sans-serif,system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',"
    "Arial,'DejaVu Sans',sans-serif;font-size:11px;fill:#4a5262}\n"
    ".kl-ml .page{fill:#f7f8fa}\n"
    ".kl-ml .card{fill:#fff;stroke:#dde1e8}\n"
    ".kl-ml .head{fill:#1c2230;font-size:17px;font-weight:600}\n"
    ".kl-ml .name{fill:#1c2230;font-size:13px;font-weight:600}\n"
    ".kl-ml .grid{stroke:#edeff3}\n"
    ".kl-ml .line{fill:none;stroke:#a3acbb;stroke-dasharray:5 4}\n"
    ".kl-ml .cell{fill:#3b73e8}\n"
    ".kl-ml .count{fill:#1c2230}.kl-ml .high{fill:#fff}\n"
    ".kl-ml .dot{fill:#3b73e8;fill-opacity:.55}\n"
    ".kl-ml .plus{fill:#12a37f}.kl-ml .minus{fill:#d9622b}\n"
    ".kl-ml .curve{fill:none;stroke-width:2}\n"
    ".kl-ml .s0{stroke:#3b73e8}.kl-ml .s1{stroke:#12a37f}.kl-ml .s2{stroke:#d9622b}"
    ".kl-ml .s3{stroke:#8b5cf0}.kl-ml .s4{stroke:#d6457d}.kl-ml .s5{stroke:#0d99b8}"
    ".kl-ml .s6{stroke:#7d8a1f}.kl-ml .s7{stroke:#6b7587}\n"
    "@media (prefers-color-scheme:dark){\n"
    ".kl-ml{fill:#c0c8d4}\n"
    ".kl-ml .page{fill:#12151b}\n"
    ".kl-ml .card{fill:#1c2129;stroke:#323a47}\n"
    ".kl-ml .head,.kl-ml .name,.kl-ml .count{fill:#edf0f5}\n"
    ".kl-ml .grid{stroke:#2a313c}\n"
    ".kl-ml .line{stroke:#667184}\n"
    ".kl-ml .dot{fill:#7aa2f7}\n"
    "}\n";

/* ---- pieces ------------------------------------------------------------------------------------ */

/* At most `most` characters of a text, as XML has it. */
static void put_text(FILE *to, const char *text, size_t most)
{
    size_t shown = 0;
    for (; *text && (shown < most || ((unsigned char)*text & 0xC0) == 0x80); text++) {
        shown += ((unsigned char)*text & 0xC0) != 0x80;
        if (*text == '&' || *text == '<' || *text == '>' || *text == '"')
            fprintf(to, "&#%d;", *text);
        else if ((unsigned char)*text >= 0x20)
            fputc(*text, to);
    }
    if (*text)
        fputs("\xE2\x80\xA6", to);
}

static void put_label(FILE *to, double x, double y, const char *anchor, const char *text)
{
    fprintf(to, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
    put_text(to, text, NAME_MAX);
    fputs("</text>\n", to);
}

static void begin_panel(FILE *to, size_t index, const char *name)
{
    fprintf(to, "<g transform=\"translate(%zu %d)\">\n<text class=\"name\" x=\"0\" y=\"-18\">%s</text>\n",
            index * PANEL + LEFT, TOP, name);
}

static void end_panel(FILE *to) { fputs("</g>\n", to); }

/* ---- axes -------------------------------------------------------------------------------------- */

typedef struct axis { double low, high, step; } axis;

/* Round numbers about a range, and the step between its marks: 1, 2 or 5 times a power of ten. */
static axis round_axis(double low, double high)
{
    if (!(high > low)) {
        low -= 0.5;
        high = low + 1;
    }
    double rough = (high - low) / 5, power = pow(10, floor(log10(rough))), part = rough / power;
    double step = (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10) * power;
    return (axis){floor(low / step) * step, ceil(high / step) * step, step};
}

static double place(axis of, double value) { return (value - of.low) / (of.high - of.low) * SIDE; }

static void put_axes(FILE *to, axis x, axis y, const char *x_name, const char *y_name)
{
    char mark[40];
    for (int i = 0; i <= (int)lround((x.high - x.low) / x.step) && i < 20; i++) {
        double at = place(x, x.low + i * x.step);
        snprintf(mark, sizeof mark, "%.6g", fabs(x.low + i * x.step) < x.step / 1e6 ? 0 : x.low + i * x.step);
        fprintf(to, "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"0\" y2=\"%d\"/>\n", at, at, SIDE);
        put_label(to, at, SIDE + 16, "middle", mark);
    }
    for (int i = 0; i <= (int)lround((y.high - y.low) / y.step) && i < 20; i++) {
        double at = SIDE - place(y, y.low + i * y.step);
        snprintf(mark, sizeof mark, "%.6g", fabs(y.low + i * y.step) < y.step / 1e6 ? 0 : y.low + i * y.step);
        fprintf(to, "<line class=\"grid\" x1=\"0\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>\n", SIDE, at, at);
        put_label(to, -8, at + 4, "end", mark);
    }
    fprintf(to, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", SIDE / 2, SIDE + 38, x_name);
    fprintf(to, "<text transform=\"translate(-70 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>\n",
            SIDE / 2, y_name);
}

/* ---- classifiers ------------------------------------------------------------------------------- */

static void put_cell(FILE *to, const ml_scores *s, size_t truth, size_t answer, double size)
{
    size_t count = s->confusion[truth * s->classes + answer];
    double share = s->support[truth] ? (double)count / (double)s->support[truth] : 0;
    fprintf(to, "<g><title>%zu rows of ", count);
    put_text(to, s->labels[truth], 60);
    fputs(" taken for ", to);
    put_text(to, s->labels[answer], 60);
    fprintf(to, "</title><rect class=\"cell\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
                "fill-opacity=\"%.3f\"/>",
            (double)answer * size + 1, (double)truth * size + 1, size - 2, size - 2, 0.04 + 0.96 * share);
    if (size >= 20)
        fprintf(to, "<text class=\"count%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%zu</text>",
                share > 0.55 ? " high" : "", ((double)answer + 0.5) * size, ((double)truth + 0.5) * size + 4,
                count);
    fputs("</g>\n", to);
}

static void put_confusion(FILE *to, size_t index, const ml_scores *s)
{
    double size = (double)SIDE / (double)s->classes;
    begin_panel(to, index, "Confusion matrix: a row is the truth");
    for (size_t t = 0; t < s->classes && s->classes <= CELLS; t++) {
        for (size_t a = 0; a < s->classes; a++)
            put_cell(to, s, t, a, size);
        if (size >= 12)
            put_label(to, -8, ((double)t + 0.5) * size + 4, "end", s->labels[t]);
        if (size >= 40)
            put_label(to, ((double)t + 0.5) * size, SIDE + 16, "middle", s->labels[t]);
    }
    if (s->classes > CELLS)
        put_label(to, SIDE / 2, SIDE / 2, "middle", "too many");
    fprintf(to, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">answer</text>\n", SIDE / 2, SIDE + 38);
    end_panel(to);
}

static kl_status put_curve(FILE *to, const ml_scores *s, size_t class, size_t line, kl_error *error)
{
    size_t count;
    double *at = ml_roc(&count, s, class);
    if (!at)
        return kl_error_no_memory(error);
    fprintf(to, "<polyline class=\"curve s%zu\" points=\"", line);
    size_t step = count / DOTS + 1;
    for (size_t i = 0; i < count; i = i + step < count || i == count - 1 ? i + step : count - 1)
        fprintf(to, "%.1f,%.1f ", at[2 * i] * SIDE, SIDE - at[2 * i + 1] * SIDE);
    fputs("\"/>\n", to);
    free(at);
    double y = SIDE - 14 * (double)(line + 1);
    fprintf(to, "<line class=\"curve s%zu\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
                "<text x=\"%d\" y=\"%.1f\">",
            line, SIDE - 150, SIDE - 134, y - 4, y - 4, SIDE - 128, y);
    put_text(to, s->labels[class], NAME_MAX);
    fprintf(to, " %.3f</text>\n", s->auc[class]);
    return KL_OK;
}

/* One curve for each class against the rest; of two classes the second's, which says all. */
static kl_status put_curves(FILE *to, size_t index, const ml_scores *s, kl_error *error)
{
    kl_status status = KL_OK;
    size_t lines = 0;
    begin_panel(to, index, "ROC, each class against the rest (area)");
    put_axes(to, (axis){0, 1, 0.2}, (axis){0, 1, 0.2}, "share of the others taken for it",
             "share of it that is found");
    fprintf(to, "<line class=\"line\" x1=\"0\" y1=\"%d\" x2=\"%d\" y2=\"0\"/>\n", SIDE, SIDE);
    for (size_t c = s->classes == 2; c < s->classes && lines < CURVES && status == KL_OK; c++)
        if (!isnan(s->auc[c]))
            status = put_curve(to, s, c, lines++, error);
    end_panel(to);
    return status;
}

/* ---- regressors -------------------------------------------------------------------------------- */

static axis range_of(const double *numbers, size_t count, const double *more)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        low = fmin(low, fmin(numbers[i], more ? more[i] : numbers[i]));
        high = fmax(high, fmax(numbers[i], more ? more[i] : numbers[i]));
    }
    return round_axis(low, high);
}

static void put_dot(FILE *to, axis x, double at, axis y, double up)
{
    if (isfinite(at) && isfinite(up))
        fprintf(to, "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>\n", place(x, at),
                SIDE - place(y, up));
}

static void put_truth(FILE *to, size_t index, const ml_scores *s)
{
    axis both = range_of(s->y, s->rows, s->guess);
    begin_panel(to, index, "Predictions beside the truth");
    put_axes(to, both, both, "truth", "prediction");
    fprintf(to, "<line class=\"line\" x1=\"0\" y1=\"%d\" x2=\"%d\" y2=\"0\"/>\n", SIDE, SIDE);
    for (size_t i = 0; i < s->rows; i += s->rows / DOTS + 1)
        put_dot(to, both, s->y[i], both, s->guess[i]);
    end_panel(to);
}

static kl_status put_residuals(FILE *to, size_t index, const ml_scores *s, kl_error *error)
{
    double *off = malloc((s->rows + 1) * sizeof *off);
    if (!off)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < s->rows; i++)
        off[i] = s->y[i] - s->guess[i];
    axis x = range_of(s->guess, s->rows, NULL), y = range_of(off, s->rows, NULL);
    begin_panel(to, index, "Residuals");
    put_axes(to, x, y, "prediction", "truth - prediction");
    if (y.low <= 0 && y.high >= 0)
        fprintf(to, "<line class=\"line\" x1=\"0\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>\n", SIDE,
                SIDE - place(y, 0), SIDE - place(y, 0));
    for (size_t i = 0; i < s->rows; i += s->rows / DOTS + 1)
        put_dot(to, x, s->guess[i], y, off[i]);
    end_panel(to);
    free(off);
    return KL_OK;
}

/* ---- features ---------------------------------------------------------------------------------- */

static void put_importance(FILE *to, size_t index, const ml_report *r)
{
    const ml_importance *m = &r->importance;
    size_t shown = KL_MIN(m->count, BARS);
    double most = fabs(m->value[0]), height = (double)SIDE / (double)KL_MAX(shown, 5);
    begin_panel(to, index, strcmp(m->what, "coef_") == 0 ? "Weights of the features"
                                                         : "Importance of the features");
    for (size_t i = 0; i < shown; i++) {
        const char *name = kl_as_text(kl_array_at(r->names, m->feature[i])).data;
        double y = (double)i * height, width = most > 0 ? fabs(m->value[i]) / most * (SIDE - 60) : 0;
        fputs("<g><title>", to);
        put_text(to, name, 80);
        fprintf(to, ": %.6g</title><rect class=\"%s\" x=\"0\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
                    "rx=\"2\"/><text x=\"%.1f\" y=\"%.1f\">%.3g</text></g>\n",
                m->value[i], m->value[i] < 0 ? "minus" : "plus", y + height * 0.15, width, height * 0.7,
                width + 6, y + height / 2 + 4, m->value[i]);
        put_label(to, -8, y + height / 2 + 4, "end", name);
    }
    end_panel(to);
}

/* ---- the picture ------------------------------------------------------------------------------- */

static void put_head(FILE *to, const ml_report *r, size_t panels)
{
    const ml_scores *s = &r->scores;
    int width = (int)KL_MAX(panels, 1) * PANEL, height = TOP + SIDE + BOTTOM;
    char scores[200] = "", rows[80];
    if (r->is_scored && s->is_classifier)
        snprintf(scores, sizeof scores, "accuracy %.4g, balanced accuracy %.4g, F1 %.4g", s->accuracy,
                 s->balanced, s->macro_f1);
    else if (r->is_scored)
        snprintf(scores, sizeof scores, "R2 %.4g, MAE %.4g, RMSE %.4g", s->r2, s->mae, s->rmse);
    snprintf(rows, sizeof rows, "%zu features, learned from %zu rows, %s %zu", kl_array_len(r->names),
             r->train, r->test ? "scored on" : "held back", r->test);
    fprintf(to, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"kl-ml\" role=\"img\" "
                "aria-labelledby=\"kl-ml-title kl-ml-desc\" width=\"%d\" height=\"%d\" "
                "viewBox=\"0 0 %d %d\">\n<title id=\"kl-ml-title\">",
            width, height, width, height);
    fprintf(to, "%s: ", r->name);
    put_text(to, r->target ? r->target : "without a target", 80);
    fprintf(to, "</title>\n<desc id=\"kl-ml-desc\">%s. %s.</desc>\n<style>\n%s</style>\n", scores, rows, style);
    fprintf(to, "<rect class=\"page\" width=\"%d\" height=\"%d\"/>\n"
                "<rect class=\"card\" x=\"8.5\" y=\"8.5\" width=\"%d\" height=\"%d\" rx=\"10\"/>\n"
                "<text class=\"head\" x=\"28\" y=\"38\">%s: ",
            width, height, width - 17, height - 17, r->name);
    put_text(to, r->target ? r->target : "without a target", 40);
    fprintf(to, "</text>\n<text x=\"28\" y=\"58\">%s%s%s</text>\n", scores, *scores ? "; " : "", rows);
}

static kl_status put_panels(FILE *to, const ml_report *r, kl_error *error)
{
    const ml_scores *s = &r->scores;
    size_t index = 0;
    if (r->is_scored && s->is_classifier) {
        put_confusion(to, index++, s);
        if (s->chances)
            KL_TRY(put_curves(to, index++, s, error));
    } else if (r->is_scored) {
        put_truth(to, index++, s);
        KL_TRY(put_residuals(to, index++, s, error));
    }
    if (r->importance.count)
        put_importance(to, index, r);
    return KL_OK;
}

kl_status ml_draw(const char *path, const ml_report *r, kl_error *error)
{
    out_file file;
    size_t panels = r->importance.count > 0;
    if (r->is_scored)
        panels += r->scores.is_classifier && !r->scores.chances ? 1 : 2;
    KL_TRY(out_open(&file, path, error));
    put_head(file.stream, r, panels);
    kl_status status = put_panels(file.stream, r, error);
    fputs("</svg>\n", file.stream);
    kl_status closed = out_close(&file, status == KL_OK, status == KL_OK ? error : NULL);
    return status == KL_OK ? closed : status;
}
