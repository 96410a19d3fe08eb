/* Random envelopes: their intersection is a meet, and tightening is what a model of masks says. */
#include "governance_test.h"
#include "pact/judge.h"

/* ---- drawing ---------------------------------------------------------------------------------------- */

/* xorshift: the same envelopes in every run. */
static uint64_t state = 88172645463325252u;
static uint32_t draw(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state % below);
}

static const char *const operations[] = {"read", "Write", "send", "drop", "zip"};
static const char *const lower_operations[] = {"read", "write", "send", "drop", "zip"};
static const char *const places[] = {"db", "docs/*", "docs/**", "docs/a", "docs/a/**", "docs/a/b"};
/* What the patterns above can be told apart by. */
static const char *const asked_places[] = {"db", "docs/a", "docs/b", "docs/a/b", "docs/a/c", "docs/a/b/c",
                                           "docs/b/c", "other"};
static const uint64_t amounts[] = {0, 100, 5000, 10000}; /* cents */
static const uint64_t counts[] = {1, 5, 10, UINT64_MAX}; /* the last is null */

enum { STATES = 5, SLOTS = 7 * 48 }; /* half hours of a week */

/* What an envelope says, as numbers and masks. */
typedef struct drawn {
    bool states[STATES];
    unsigned transaction, total, threshold, period; /* indices of amounts; of periods */
    bool spending;
    unsigned allowed, denied, approvals; /* masks of operations */
    unsigned concurrent, resource;       /* indices of counts */
    bool has_hours, in_berlin;
    struct window {
        unsigned day, start, end; /* half hours */
    } hours, blackout;
    bool has_blackout, has_rate;
    unsigned duration, rate; /* indices of counts */
    unsigned sources, denied_sources; /* masks of places */
    bool external;
    unsigned length; /* index of counts */
} drawn;

static unsigned mask(unsigned bits, unsigned one_in)
{
    unsigned out = 0;
    for (unsigned i = 0; i < bits; i++)
        if (draw(one_in) == 0)
            out |= 1u << i;
    return out;
}

static struct window window(void)
{
    unsigned start = draw(48);
    return (struct window){draw(8), start, (start + 1 + draw(47)) % 48};
}

static drawn draw_envelope(void)
{
    drawn d = {.transaction = draw(4), .total = draw(4), .threshold = draw(4), .period = draw(3),
               .spending = draw(4) != 0, .concurrent = draw(4), .resource = draw(4), .duration = draw(4),
               .rate = draw(3), .length = draw(4), .external = draw(2), .has_hours = draw(2),
               .in_berlin = draw(2), .has_blackout = draw(2), .has_rate = draw(2)};
    for (size_t i = 0; i < STATES; i++)
        d.states[i] = draw(4) != 0;
    d.allowed = draw(3) ? mask(5, 2) : 0;
    d.denied = mask(5, 4);
    d.approvals = mask(5, 4);
    d.sources = draw(3) ? mask(6, 3) : 0;
    d.denied_sources = mask(6, 5);
    d.hours = window();
    d.blackout = window();
    return d;
}

/* ---- writing ---------------------------------------------------------------------------------------- */

static void add_words(kl_buffer *to, const char *name, const char *const *words, unsigned of)
{
    bool is_first = true;
    kl_buffer_format(to, "\"%s\":[", name);
    for (unsigned i = 0; of >> i; i++)
        if (of & (1u << i)) {
            kl_buffer_format(to, "%s\"%s\"", is_first ? "" : ",", words[i]);
            is_first = false;
        }
    kl_buffer_string(to, "],");
}

static void add_count(kl_buffer *to, const char *name, unsigned index)
{
    if (counts[index] == UINT64_MAX)
        kl_buffer_format(to, "\"%s\":null,", name);
    else
        kl_buffer_format(to, "\"%s\":%llu,", name, (unsigned long long)counts[index]);
}

static void add_window(kl_buffer *to, const struct window *w)
{
    static const char *const days[] = {"monday", "tuesday",  "wednesday", "thursday",
                                       "friday", "saturday", "sunday"};
    kl_buffer_string(to, "{");
    if (w->day < 7)
        kl_buffer_format(to, "\"day_of_week\":[\"%s\"],", days[w->day]);
    kl_buffer_format(to, "\"start_time\":\"%02u:%02u\",\"end_time\":\"%02u:%02u\"}", w->start / 2,
                     w->start % 2 * 30, w->end / 2, w->end % 2 * 30);
}

static void add_money(kl_buffer *to, const drawn *d)
{
    kl_buffer_format(to,
                     "\"financial\":{\"max_transaction_cents\":%llu,\"max_cumulative_cents\":%llu,"
                     "\"approval_threshold_cents\":%llu,\"cumulative_period\":\"%s\","
                     "\"allowed_currencies\":[],\"spending_allowed\":%s},",
                     (unsigned long long)amounts[d->transaction], (unsigned long long)amounts[d->total],
                     (unsigned long long)amounts[d->threshold], kl_period_name((kl_period)d->period),
                     d->spending ? "true" : "false");
}

static void add_operations(kl_buffer *to, const drawn *d)
{
    kl_buffer_string(to, "\"operational\":{");
    add_words(to, "allowed_operations", operations, d->allowed);
    add_words(to, "denied_operations", lower_operations, d->denied);
    add_words(to, "require_approval_for", operations, d->approvals);
    add_count(to, "max_concurrent_operations", d->concurrent);
    if (counts[d->resource] == UINT64_MAX)
        kl_buffer_string(to, "\"resource_limits\":{}},");
    else
        kl_buffer_format(to, "\"resource_limits\":{\"calls\":%llu}},", (unsigned long long)counts[d->resource]);
}

static void add_times(kl_buffer *to, const drawn *d)
{
    kl_buffer_string(to, "\"temporal\":{");
    add_count(to, "max_duration_seconds", d->duration);
    kl_buffer_string(to, "\"blackout_periods\":[");
    if (d->has_blackout)
        add_window(to, &d->blackout);
    kl_buffer_string(to, "],\"rate_limits\":[");
    if (d->has_rate)
        kl_buffer_format(to, "{\"operation\":\"Read\",\"max_count\":%llu,\"window_seconds\":60}",
                         (unsigned long long)counts[d->rate]);
    kl_buffer_string(to, "],\"operating_hours\":");
    if (d->has_hours) {
        kl_buffer_format(to, "{\"timezone\":\"%s\",\"windows\":[", d->in_berlin ? "Europe/Berlin" : "UTC");
        add_window(to, &d->hours);
        kl_buffer_string(to, "]}},");
    } else {
        kl_buffer_string(to, "null},");
    }
}

static void add_places(kl_buffer *to, const drawn *d)
{
    kl_buffer_string(to, "\"data_access\":{");
    add_words(to, "allowed_data_sources", places, d->sources);
    add_words(to, "denied_data_sources", places, d->denied_sources);
    kl_buffer_string(to, "\"data_classifications\":[],\"pii_handling\":\"none\"},");
}

static void add_talk(kl_buffer *to, const drawn *d)
{
    kl_buffer_string(to, "\"communication\":{");
    add_count(to, "max_message_length", d->length);
    kl_buffer_format(to,
                     "\"allowed_channels\":[],\"denied_channels\":[],\"allowed_recipients\":[],"
                     "\"denied_recipients\":[],\"require_approval_for_external\":%s,\"content_filters\":[]},",
                     d->external ? "true" : "false");
}

static kl_governance *write_envelope(const drawn *d)
{
    static void (*const adds[])(kl_buffer *to, const drawn *d) = {add_money, add_operations, add_times,
                                                                 add_places, add_talk};
    kl_buffer text = KL_BUFFER_INIT;
    for (size_t i = 0; i < STATES; i++)
        if (d->states[i])
            adds[i](&text, d);
    size_t len = text.len ? text.len - 1 : 0; /* without the last comma */
    kl_buffer_byte(&text, 0);
    text.data[len] = 0;
    kl_governance *envelope = envelope_of(text.data);
    kl_buffer_free(&text);
    return envelope;
}

/* ---- what is judged --------------------------------------------------------------------------------- */

static uint64_t used(void *data, kl_text operation, kl_time since)
{
    (void)operation, (void)since;
    return *(uint64_t *)data;
}

/* One thing to do, drawn. */
typedef struct deed {
    kl_value context;
    uint64_t count;
    kl_usage usage;
    kl_judge_input input;
} deed;

static void draw_deed(deed *d)
{
    static const double costs[] = {0, 0.01, 0.5, 0.8, 1, 1.01, 40, 45, 50, 50.01, 80, 99, 100, 100.01, -1};
    static const char *const names[] = {"cost", "daily_total"};
    static const char *const numbers[] = {"concurrent_operations", "calls", "duration_seconds", "message_length",
                                          "external"};
    *d = (deed){.count = draw(12)};
    assert_int_equal(kl_map_new(&d->context, 4, NULL), KL_OK);
    for (size_t i = 0; i < KL_COUNT(names); i++)
        if (draw(2))
            assert_int_equal(kl_map_set(&d->context, kl_text_from(names[i]),
                                        kl_double(costs[draw(KL_COUNT(costs))]), NULL), KL_OK);
    for (size_t i = 0; i < KL_COUNT(numbers); i++)
        if (draw(3) == 0)
            assert_int_equal(kl_map_set(&d->context, kl_text_from(numbers[i]), kl_int(draw(12)), NULL), KL_OK);
    d->usage = (kl_usage){.data = &d->count, .count = used};
    d->input = (kl_judge_input){.action = kl_text_from(lower_operations[draw(5)]), .context = d->context,
                                .usage = &d->usage};
    if (draw(4))
        d->input.resource = kl_text_from(asked_places[draw(KL_COUNT(asked_places))]);
    d->input.now = kl_time_now() + (kl_time)draw(2 * 365 * 48) * 30 * KL_MINUTE;
}

static kl_judgement judge(const kl_governance *envelope, const deed *d)
{
    kl_judgement found;
    assert_int_equal(kl_judge(&found, envelope, &d->input, NULL), KL_OK);
    return found;
}

/* ---- the meet --------------------------------------------------------------------------------------- */

static bool same_words(const kl_words *a, const kl_words *b)
{
    bool same = (a->count == 0) == (b->count == 0);
    for (size_t i = 0; i < a->count; i++)
        same = same && kl_words_cover(b, a->all[i]);
    for (size_t i = 0; i < b->count; i++)
        same = same && kl_words_cover(a, b->all[i]);
    return same;
}

static bool same_resources(const kl_governance *a, const kl_governance *b)
{
    bool same = a->resource_count == b->resource_count && a->rate_count == b->rate_count;
    for (size_t i = 0; same && i < a->resource_count; i++)
        same = a->resources[i].max == b->resources[i].max; /* one name is drawn */
    for (size_t i = 0; same && i < a->rate_count; i++)
        same = a->rates[i].max_count == b->rates[i].max_count;
    return same;
}

/* Whether two envelopes mean the same, whatever their order of words. */
static bool same(const kl_governance *a, const kl_governance *b)
{
    bool is_same = memcmp(a->stated, b->stated, sizeof a->stated) == 0 &&
                   memcmp(a->limits, b->limits, sizeof a->limits) == 0 &&
                   a->period == b->period && a->spending_allowed == b->spending_allowed &&
                   a->external_needs_approval == b->external_needs_approval && a->pii == b->pii;
    for (size_t i = 0; i < KL_LISTS; i++)
        is_same = is_same && same_words(&a->lists[i], &b->lists[i]);
    return is_same && same_resources(a, b) && a->zone == b->zone && kl_week_equal(&a->hours, &b->hours) &&
           kl_week_equal(&a->blackouts, &b->blackouts);
}

/* NULL when they have nothing in common. */
static kl_governance *meet(const kl_governance *a, const kl_governance *b)
{
    kl_governance *both = NULL;
    kl_error error = KL_ERROR_INIT;
    if (!a || !b)
        return NULL;
    if (kl_governance_intersect(&both, a, b, true, &error) != KL_OK) {
        assert_string_equal(error.type, "EnvelopeIntersectionError");
        kl_error_clear(&error);
    }
    return both;
}

static void assert_same(const kl_governance *a, const kl_governance *b)
{
    assert_true(!a == !b);
    if (a)
        assert_true(same(a, b));
}

/* Times and totals of two kinds are met by something narrower than both; else both at once is exactly both. */
static bool meets_exactly(const kl_governance *a, const kl_governance *b)
{
    bool one_clock = !a->zone || !b->zone || a->zone == b->zone;
    bool one_period = a->period == b->period || !a->stated[KL_FINANCIAL] || !b->stated[KL_FINANCIAL];
    return one_clock && one_period;
}

static void assert_never_wider(const kl_governance *both, const kl_governance *a, const kl_governance *b)
{
    for (size_t i = 0; i < 60; i++) {
        deed d;
        draw_deed(&d);
        kl_judgement of_both = judge(both, &d), of_a = judge(a, &d), of_b = judge(b, &d);
        kl_zone worst = KL_MAX(of_a.zone, of_b.zone);
        if (of_both.zone < worst || (meets_exactly(a, b) && of_both.zone != worst)) {
            kl_value reason;
            kl_judgement_reason(&reason, &of_both, &d.input, NULL);
            fail_msg("zones %d, %d meet as %d: %s", (int)of_a.zone, (int)of_b.zone, (int)of_both.zone,
                     kl_as_text(reason).data);
        }
        kl_judgement_end(&of_both);
        kl_judgement_end(&of_a);
        kl_judgement_end(&of_b);
        kl_value_release(d.context);
    }
}

KL_TEST(intersection_is_a_meet_and_never_wider)
{
    KL_UNUSED_STATE;
    size_t met = 0;
    for (size_t round = 0; round < 1500; round++) {
        drawn x = draw_envelope(), y = draw_envelope(), z = draw_envelope();
        kl_governance *a = write_envelope(&x), *b = write_envelope(&y), *c = write_envelope(&z);
        kl_governance *ab = meet(a, b), *ba = meet(b, a), *bc = meet(b, c), *aa = meet(a, a);
        kl_governance *left = meet(ab, c), *right = meet(a, bc);
        assert_same(ab, ba);
        assert_same(left, right);
        assert_non_null(aa);
        assert_same(aa, a);
        if (ab) {
            met++;
            assert_never_wider(ab, a, b);
            kl_governance *again = meet(ab, a); /* what lies below a is not changed by it */
            assert_non_null(again);
            if (meets_exactly(a, b))
                assert_same(again, ab);
            kl_governance_release(again);
        }
        kl_governance *all[] = {a, b, c, ab, ba, bc, aa, left, right};
        for (size_t i = 0; i < KL_COUNT(all); i++)
            kl_governance_release(all[i]);
    }
    assert_true(met > 300 && met < 1500); /* both kinds are drawn */
}

/* ---- the model of tightening ------------------------------------------------------------------------ */

static bool lies_within(unsigned child, unsigned parent) { return (child & ~parent) == 0; }

/* The places that a mask of patterns stands for, asked one by one. */
static unsigned meant(unsigned of)
{
    unsigned out = 0;
    for (unsigned i = 0; i < KL_COUNT(places); i++)
        for (unsigned k = 0; of & (1u << i) && k < KL_COUNT(asked_places); k++) {
            const char *slash = strstr(places[i], "/*");
            size_t folder = slash ? (size_t)(slash - places[i]) + 1 : 0;
            bool deep = slash && slash[2] == '*';
            bool is_in = slash ? strncmp(asked_places[k], places[i], folder) == 0 &&
                                     (deep || !strchr(asked_places[k] + folder, '/'))
                               : strcmp(asked_places[k], places[i]) == 0;
            if (is_in)
                out |= 1u << k;
        }
    return out;
}

static bool allows_less(unsigned child, unsigned parent, unsigned child_meant, unsigned parent_meant)
{
    return parent == 0 || (child != 0 && lies_within(child_meant, parent_meant));
}

static bool is_open(const struct window *w, unsigned slot)
{
    for (unsigned day = 0; day < 7; day++) {
        if (w->day < 7 && w->day != day)
            continue;
        unsigned from = day * 48 + w->start, len = (w->end + 48 - w->start) % 48;
        if ((slot + SLOTS - from) % SLOTS < len)
            return true;
    }
    return false;
}

/* Half hours by which the clock of the child's hours runs behind that of the parent's, winter and summer. */
static bool hours_less(const drawn *child, const drawn *parent)
{
    if (!child->has_hours || !parent->has_hours)
        return true;
    int shift = (int)parent->in_berlin - (int)child->in_berlin; /* hours in winter, twice in summer */
    int most = shift ? 2 : 1;
    for (int times = 1; times <= most; times++)
        for (unsigned slot = 0; slot < SLOTS; slot++)
            if (is_open(&child->hours, slot) &&
                !is_open(&parent->hours, (slot + SLOTS + (unsigned)(SLOTS + 2 * shift * times)) % SLOTS))
                return false;
    return true;
}

static bool blackouts_more(const drawn *child, const drawn *parent)
{
    for (unsigned slot = 0; parent->has_blackout && slot < SLOTS; slot++)
        if (is_open(&parent->blackout, slot) && !(child->has_blackout && is_open(&child->blackout, slot)))
            return false;
    return true;
}

static bool count_less(unsigned child, unsigned parent)
{
    return counts[child] == UINT64_MAX || counts[child] <= counts[parent];
}

/* Counted day by day: whoever keeps the child's total, does he keep the parent's? The calendar puts at most six
 * weeks into a month, two months into a week. */
static bool total_less(const drawn *child, const drawn *parent)
{
    static const uint64_t touched[3][3] = {{1, 1, 1}, {7, 1, 2}, {31, 6, 1}};
    return amounts[child->total] * touched[parent->period][child->period] <= amounts[parent->total];
}

static bool money_less(const drawn *c, const drawn *p)
{
    return c->transaction <= p->transaction && c->threshold <= p->threshold && total_less(c, p) &&
           (p->spending || !c->spending);
}

static bool model(const drawn *c, const drawn *p)
{
    bool ok = true;
    if (c->states[0] && p->states[0])
        ok = ok && money_less(c, p);
    if (c->states[1] && p->states[1])
        ok = ok && allows_less(c->allowed, p->allowed, c->allowed, p->allowed) &&
             lies_within(p->denied, c->denied) && lies_within(p->approvals, c->approvals) &&
             count_less(c->concurrent, p->concurrent) && count_less(c->resource, p->resource);
    if (c->states[2] && p->states[2])
        ok = ok && count_less(c->duration, p->duration) && hours_less(c, p) && blackouts_more(c, p) &&
             (!p->has_rate || (c->has_rate && c->rate <= p->rate));
    if (c->states[3] && p->states[3])
        ok = ok && allows_less(c->sources, p->sources, meant(c->sources), meant(p->sources)) &&
             lies_within(meant(p->denied_sources), meant(c->denied_sources));
    if (c->states[4] && p->states[4])
        ok = ok && count_less(c->length, p->length) && (c->external || !p->external);
    return ok;
}

/* A child of a parent with few changes, so that many are tighter. */
static drawn draw_child(const drawn *parent)
{
    drawn child = *parent, other = draw_envelope();
    for (size_t i = 0; i < STATES; i++)
        child.states[i] = draw(2);
    switch (draw(12)) {
    case 0: child.transaction = other.transaction; break;
    case 1: child.total = other.total, child.period = other.period; break;
    case 2: child.spending = other.spending; break;
    case 3: child.allowed = other.allowed; break;
    case 4: child.denied = other.denied; break;
    case 5: child.concurrent = other.concurrent, child.resource = other.resource; break;
    case 6: child.has_hours = true, child.hours = other.hours, child.in_berlin = other.in_berlin; break;
    case 7: child.has_blackout = other.has_blackout, child.blackout = other.blackout; break;
    case 8: child.sources = other.sources; break;
    case 9: child.denied_sources = other.denied_sources; break;
    case 10: child.has_rate = other.has_rate, child.rate = other.rate, child.duration = other.duration; break;
    default: child.external = other.external, child.length = other.length; break;
    }
    return child;
}

KL_TEST(tightening_is_what_the_model_says)
{
    KL_UNUSED_STATE;
    size_t tighter = 0, rounds = 6000;
    for (size_t round = 0; round < rounds; round++) {
        drawn y = draw_envelope(), x = round % 4 ? draw_child(&y) : draw_envelope();
        kl_governance *child = write_envelope(&x), *parent = write_envelope(&y);
        kl_error error = KL_ERROR_INIT;
        kl_status status = kl_governance_tighter(child, parent, &error);
        if ((status == KL_OK) != model(&x, &y))
            fail_msg("round %zu: %s, the model says %s", round, kl_error_message(&error),
                     model(&x, &y) ? "tighter" : "wider");
        tighter += status == KL_OK;
        kl_error_clear(&error);
        kl_governance_release(child);
        kl_governance_release(parent);
    }
    assert_true(tighter > rounds / 10 && tighter < rounds * 9 / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intersection_is_a_meet_and_never_wider),
        cmocka_unit_test(tightening_is_what_the_model_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
