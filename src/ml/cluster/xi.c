/* src/ml/cluster/xi.c - see xi.h. */
#include "xi.h"

#include <math.h>

/* A side that goes down; `between` is the highest place since. */
typedef struct slope {
    size_t begin, end;
    double between;
} slope;

typedef struct search {
    kl_xi *xi;
    slope *slopes;
    size_t slope_count, room;
} search;

static double ratio(const kl_xi *xi, size_t i) { return xi->plot[i] / xi->plot[i + 1]; }
static bool is_steep_up(const kl_xi *xi, size_t i) { return ratio(xi, i) <= 1 - xi->xi; }
static bool is_steep_down(const kl_xi *xi, size_t i) { return ratio(xi, i) >= 1 / (1 - xi->xi); }

/* The last steep place of the side that begins here. */
static size_t end_of_side(const kl_xi *xi, size_t begin, bool up)
{
    size_t end = begin, flat = 0;
    for (size_t i = begin; i < xi->n; i++) {
        if (up ? is_steep_up(xi, i) : is_steep_down(xi, i)) {
            flat = 0;
            end = i;
        } else if (up ? ratio(xi, i) > 1 : ratio(xi, i) < 1) {
            return end;
        } else if (++flat > xi->gap) {
            return end;
        }
    }
    return end;
}

/* Slopes from which it went up too far meanwhile are no sides any more. */
static void filter(search *s, double between)
{
    size_t kept = 0;
    for (size_t k = 0; k < s->slope_count && !isinf(between); k++) {
        slope at = s->slopes[k];
        if (!(between <= s->xi->plot[at.begin] * (1 - s->xi->xi)))
            continue;
        at.between = KL_MAX(at.between, between);
        s->slopes[kept++] = at;
    }
    s->slope_count = kept;
}

/* A valley ends with a row that was reached from within, or lower than where it begins. */
static bool correct(const kl_xi *xi, kl_valley *v)
{
    for (; v->begin < v->end; v->end--) {
        if (xi->plot[v->begin] > xi->plot[v->end])
            return true;
        for (size_t i = v->begin; i < v->end; i++)
            if (xi->from[v->end] == xi->order[i])
                return true;
    }
    return false;
}

/* The valley between a slope and a side that goes up from `up` to `end`. */
static bool valley_of(kl_valley *out, const kl_xi *xi, const slope *down, size_t up, size_t end)
{
    double after = xi->plot[end + 1], before = xi->plot[down->begin], rest = 1 - xi->xi;
    kl_valley v = {down->begin, end};
    if (after * rest < down->between)
        return false;
    if (before * rest >= after) { /* its left side is higher: begin where it is as low as the right one */
        while (xi->plot[v.begin + 1] > after && v.begin < down->end)
            v.begin++;
    } else if (after * rest >= before) { /* its right side is */
        while (v.end > up && xi->plot[v.end - 1] > before)
            v.end--;
    }
    if (xi->correct && !correct(xi, &v))
        return false;
    *out = v;
    return v.end - v.begin + 1 >= xi->least && v.begin <= down->end && v.end >= up;
}

static kl_status add_valleys(search *s, size_t up, size_t end, kl_task *task, kl_error *error)
{
    kl_xi *xi = s->xi;
    if (xi->count + s->slope_count > s->room) {
        kl_valley *valleys;
        s->room = 2 * (xi->count + s->slope_count);
        KL_TAKE_RAW(valleys, task, s->room, error);
        if (xi->count > 0)
            memcpy(valleys, xi->valleys, xi->count * sizeof *valleys);
        kl_task_free(task, xi->valleys);
        xi->valleys = valleys;
    }
    for (size_t k = s->slope_count; k-- > 0;) /* the inner ones first */
        xi->count += valley_of(&xi->valleys[xi->count], xi, &s->slopes[k], up, end);
    return KL_OK;
}

kl_status kl_xi_find(kl_xi *xi, kl_task *task, kl_error *error)
{
    search s = {.xi = xi, .room = 16};
    double between = 0;
    size_t next = 0;
    KL_TAKE_RAW(s.slopes, task, xi->n + 1, error);
    KL_TAKE_RAW(xi->valleys, task, s.room, error);
    xi->count = 0;
    for (size_t i = 0; i < xi->n; i++) {
        bool down = is_steep_down(xi, i);
        if (i < next || !(down || is_steep_up(xi, i)))
            continue;
        for (size_t k = next; k <= i; k++)
            between = KL_MAX(between, xi->plot[k]);
        filter(&s, between);
        size_t end = end_of_side(xi, i, !down);
        if (down)
            s.slopes[s.slope_count++] = (slope){i, end, 0};
        else
            KL_TRY(add_valleys(&s, i, end, task, error));
        next = end + 1;
        between = xi->plot[next];
    }
    return KL_OK;
}

void kl_xi_label(double *labels, const kl_xi *xi)
{
    double label = 0;
    for (size_t i = 0; i < xi->n; i++)
        labels[i] = -1;
    for (size_t c = 0; c < xi->count; c++) {
        kl_valley v = xi->valleys[c];
        bool is_free = true;
        for (size_t k = v.begin; k <= v.end; k++)
            is_free &= labels[xi->order[k]] < 0;
        for (size_t k = v.begin; k <= v.end && is_free; k++)
            labels[xi->order[k]] = label;
        label += is_free;
    }
}
