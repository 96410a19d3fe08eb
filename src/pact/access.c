/* src/pact/access.c - the access algorithm. One walk decides and explains: what is told is what was done. */
#include "access.h"

static const char *const level_titles[] = {"Public", "Restricted", "Confidential", "Secret", "Top Secret"};
static const char *const posture_titles[] = {"Pseudo-Agent", "Supervised", "Shared Planning",
                                             "Continuous Insight", "Delegated"};

const char *kl_pact_level_title(kl_confidentiality level) { return level_titles[level]; }

/* The walk. */
typedef struct walk {
    const kl_pact_engine *engine;
    const kl_pact_asked *asked;
    const kl_pact_node *node;
    kl_confidentiality clearance; /* the smaller of the role's and the posture's */
    kl_pact_answer *out;
    kl_pact_trace *trace;
    kl_error *error;
} walk;

/* ---- telling --------------------------------------------------------------------------------- */

#define TELL(walk, ...)                                                                            \
    do {                                                                                           \
        if ((walk)->trace)                                                                         \
            kl_buffer_format(&(walk)->trace->text, __VA_ARGS__);                                   \
    } while (0)

static kl_status end_step(walk *w, int step, const char *name, const char *result)
{
    kl_value made;
    if (!w->trace)
        return KL_OK;
    if (w->trace->text.status != KL_OK)
        return kl_error_no_memory(w->error);
    KL_TRY(kl_pact_explain_step_new(&made, step, name, result, kl_buffer_text(&w->trace->text), w->error));
    w->trace->text.len = 0;
    return kl_array_push(&w->trace->steps, made, w->error);
}

/* The answer; the reason is a format. */
#define ANSWER(walk, is_allowed, at_step, by_path, ...)                                            \
    ((walk)->out->allowed = (is_allowed), (walk)->out->step = (at_step), (walk)->out->path = (by_path), \
     kl_string_format(&(walk)->out->reason, (walk)->error, __VA_ARGS__))

/* An answer that is always the same. */
static kl_status answer(walk *w, bool allowed, int step, const char *path, kl_text reason)
{
    w->out->allowed = allowed;
    w->out->step = step;
    w->out->path = path;
    return kl_string_from_valid(&w->out->reason, reason, w->error);
}

/* ---- step 0: preconditions ------------------------------------------------------------------- */

enum { PRECONDITIONS, PUBLIC_SHORTCUT, CLEARANCE_GATE, CONTAINMENT_GATE, DEFAULT_DENY };

static kl_status role_not_found(walk *w)
{
    kl_text role = w->asked->role;
    TELL(w, "role not found: '%.*s'", KL_TEXT_ARG(role));
    KL_TRY(end_step(w, PRECONDITIONS, "preconditions", "deny"));
    return ANSWER(w, false, PRECONDITIONS, NULL, "role not found: '%.*s' — default deny", KL_TEXT_ARG(role));
}

static kl_status other_organisation(walk *w)
{
    kl_text own = kl_as_text(w->engine->org->id), other = kl_as_text(w->asked->item->org_id);
    TELL(w, "  FAIL: Org mismatch - role org '%.*s' != knowledge org '%.*s'\n", KL_TEXT_ARG(own),
         KL_TEXT_ARG(other));
    KL_TRY(end_step(w, PRECONDITIONS, "Preconditions", "deny"));
    return ANSWER(w, false, PRECONDITIONS, NULL, "org mismatch: role org '%.*s' != knowledge org '%.*s'",
                  KL_TEXT_ARG(own), KL_TEXT_ARG(other));
}

static kl_status nobody_there(walk *w, kl_pact_standing standing)
{
    static const char *const why[] = {
        [KL_PACT_VACANT] = "is vacant with no acting designation",
        [KL_PACT_SUSPENDED] = "is suspended due to vacant parent with auto_suspend_on_vacancy"};
    kl_text id = kl_as_text(w->node->id);
    TELL(w, "  FAIL: Role '%.*s' is %s\n", KL_TEXT_ARG(id),
         standing == KL_PACT_VACANT ? "vacant" : "suspended");
    KL_TRY(end_step(w, PRECONDITIONS, "Preconditions", "deny"));
    return ANSWER(w, false, PRECONDITIONS, NULL,
                  "vacant role cannot access knowledge: '%.*s' (role '%.*s' %s)", KL_TEXT_ARG(id),
                  KL_TEXT_ARG(id), why[standing]);
}

/* ---- step 2: clearance ----------------------------------------------------------------------- */

static kl_text compartment_without(kl_value wanted, kl_value cleared)
{
    for (size_t i = 0; i < kl_array_len(wanted); i++) {
        bool found = false;
        kl_text text = kl_as_text(kl_array_at(wanted, i));
        for (size_t j = 0; j < kl_array_len(cleared) && !found; j++)
            found = kl_text_equal(text, kl_as_text(kl_array_at(cleared, j)));
        if (!found)
            return text;
    }
    return (kl_text){NULL, 0};
}

static const kl_pact_clearance *clearance_of(const walk *w)
{
    return (const kl_pact_clearance *)w->engine->roles[w->out->node].clearance;
}

/* Whether the role is cleared for the level of the item. */
static bool is_level_cleared(walk *w)
{
    static const char *const vettings[] = {"Pending", "Active", "Suspended", "Expired", "Revoked"};
    const kl_pact_clearance *clearance = clearance_of(w);
    const kl_pact_item *item = w->asked->item;
    int ceiling = (int)w->asked->posture; /* the rung of the same number */
    TELL(w, "  Posture ceiling: %s -> %s\n", posture_titles[w->asked->posture], level_titles[ceiling]);
    if (!clearance) {
        TELL(w, "  No clearance granted for this role\n  FAIL: No clearance and item is not Public\n");
        return false;
    }
    TELL(w, "  Role clearance: %s (vetting: %s)\n", level_titles[clearance->level],
         vettings[clearance->vetting]);
    if (clearance->vetting != KL_PACT_ACTIVE) {
        TELL(w, "  FAIL: Clearance is not active\n");
        return false;
    }
    w->clearance = (kl_confidentiality)KL_MIN(clearance->level, (int64_t)ceiling);
    TELL(w, "  Effective clearance: min(%s, %s) = %s\n", level_titles[clearance->level],
         level_titles[ceiling], level_titles[w->clearance]);
    bool is_enough = (int64_t)w->clearance >= item->level;
    TELL(w, is_enough ? "  Clearance sufficient: %s >= %s\n"
                      : "  FAIL: Effective clearance %s < item classification %s\n",
         level_titles[w->clearance], level_titles[item->level]);
    return is_enough;
}

static bool is_cleared(walk *w)
{
    if (!is_level_cleared(w))
        return false;
    kl_value wanted = w->asked->item->compartments;
    kl_text lacking = compartment_without(wanted, clearance_of(w)->compartments);
    if (lacking.data)
        TELL(w, "  FAIL: Missing compartment: '%.*s'\n", KL_TEXT_ARG(lacking));
    else if (kl_array_len(wanted))
        TELL(w, "  Compartment check: all required compartments present\n");
    return !lacking.data;
}

/* ---- step 3: containment --------------------------------------------------------------------- */

/* To the role behind the last department or team; empty when there is neither. */
static kl_text unit_of(kl_text address)
{
    size_t i = address.len;
    while (i > 0 && address.data[i - 1] != 'D' && address.data[i - 1] != 'T')
        i--;
    if (i == 0)
        return (kl_text){address.data, 0};
    for (int dashes = 0; i < address.len; i++)
        if (address.data[i] == '-' && ++dashes == 2)
            break;
    return (kl_text){address.data, i};
}

static bool is_in_team(kl_text address) { return memchr(address.data, 'T', address.len) != NULL; }

static kl_status allow_by_place(walk *w, const char *path, kl_text reason)
{
    KL_TRY(end_step(w, CONTAINMENT_GATE, "Containment Gate", "allow"));
    return answer(w, true, CONTAINMENT_GATE, path, reason);
}

/* 3a to 3c: where both stand. `*decided` tells whether that decides. */
static kl_status by_place(bool *decided, walk *w)
{
    kl_text role = kl_as_text(w->node->address), owner = kl_as_text(w->asked->item->owner_address);
    kl_text role_unit = unit_of(role), unit = unit_of(owner);
    kl_text shown = unit.len ? unit : KL_TEXT("(none)");
    *decided = true;
    TELL(w, "  Checking 5 sub-paths:\n\n  3a: Same Unit Check\n    Role containment unit: %.*s\n"
            "    Item containment unit: %.*s\n",
         KL_TEXT_ARG(role_unit), KL_TEXT_ARG(shown));
    if (unit.len && kl_text_equal(role_unit, unit)) {
        TELL(w, "    PASS: Same containment unit\n");
        return allow_by_place(w, "3a: same_unit", KL_TEXT("same organizational unit"));
    }
    TELL(w, "    No match\n\n  3b: Downward Visibility Check\n    Role address: %.*s\n    Item owner: %.*s\n",
         KL_TEXT_ARG(role), KL_TEXT_ARG(owner));
    if (kl_pact_text_covers(role, owner)) {
        TELL(w, "    PASS: Role is ancestor of item owner (downward visibility)\n");
        return allow_by_place(w, "3b: downward", KL_TEXT("downward visibility (supervisor)"));
    }
    TELL(w, "    No match: role is not an ancestor of item owner\n\n  3c: Team-Inherits-Department Check\n");
    if (is_in_team(role) && !is_in_team(owner) && unit.len && kl_pact_text_covers(unit, role)) {
        TELL(w, "    PASS: team member '%.*s' inherits department knowledge owned by '%.*s'\n",
             KL_TEXT_ARG(role), KL_TEXT_ARG(owner));
        return allow_by_place(w, "3c: t_inherits_d", KL_TEXT("team inherits department knowledge"));
    }
    TELL(w, "    No match\n\n");
    *decided = false;
    return KL_OK;
}

static kl_status allow_by_share(walk *w, const kl_pact_share *share)
{
    KL_TRY(end_step(w, CONTAINMENT_GATE, "Containment Gate", "allow"));
    return ANSWER(w, true, CONTAINMENT_GATE, "3d: ksp", "knowledge share policy '%.*s' grants access",
                  KL_TEXT_ARG(kl_as_text(share->id)));
}

static kl_status allow_by_bridge(walk *w, const kl_pact_bridge *bridge, kl_value value)
{
    kl_text id = kl_as_text(bridge->id);
    if (bridge->one_time_use)
        w->out->uses_up = value;
    KL_TRY(end_step(w, CONTAINMENT_GATE, "Containment Gate", "allow"));
    return bridge->bilateral ? ANSWER(w, true, CONTAINMENT_GATE, "3e: bridge",
                                      "bilateral bridge '%.*s' grants access", KL_TEXT_ARG(id))
                             : ANSWER(w, true, CONTAINMENT_GATE, "3e: bridge",
                                      "unilateral bridge '%.*s' grants access (A->B)", KL_TEXT_ARG(id));
}

/* A policy that would share with this role, but not this item, decides when nothing else does. */
static kl_status refuse_by_share(walk *w, const kl_pact_found *shares)
{
    const kl_pact_share *share = (const kl_pact_share *)shares->refuses.as.object;
    KL_TRY(end_step(w, CONTAINMENT_GATE, "Containment Gate", "deny"));
    return ANSWER(w, false, CONTAINMENT_GATE, NULL,
                  "knowledge share policy '%.*s' denies access (scope: %s)",
                  KL_TEXT_ARG(kl_as_text(share->id)), shares->scope);
}

static kl_status containment(walk *w)
{
    kl_pact_found shares, bridges;
    uint32_t node = w->out->node;
    bool decided;
    KL_TRY(by_place(&decided, w));
    if (decided)
        return KL_OK;
    if (w->trace)
        KL_TRY(kl_pact_explain_shares(&w->trace->text, w->engine, w->asked, node, w->clearance, w->error));
    kl_pact_access_shares(&shares, w->engine, w->asked, node, w->clearance);
    if (!kl_is_null(shares.grants))
        return allow_by_share(w, (const kl_pact_share *)shares.grants.as.object);
    if (w->trace)
        KL_TRY(kl_pact_explain_bridges(&w->trace->text, w->engine, w->asked, node, w->error));
    kl_pact_access_bridges(&bridges, w->engine, w->asked, node);
    if (!kl_is_null(bridges.grants))
        return allow_by_bridge(w, (const kl_pact_bridge *)bridges.grants.as.object, bridges.grants);
    TELL(w, "  All 5 sub-paths exhausted\n");
    if (!kl_is_null(shares.refuses))
        return refuse_by_share(w, &shares);
    KL_TRY(end_step(w, CONTAINMENT_GATE, "Containment Gate", "pass"));
    TELL(w, "  No access path found. Access denied.\n");
    KL_TRY(end_step(w, DEFAULT_DENY, "Default DENY", "deny"));
    return answer(w, false, DEFAULT_DENY, NULL, KL_TEXT("no access path found — default deny"));
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* Steps 1 to 4, for a role that is there. */
static kl_status from_classification(walk *w)
{
    int64_t level = w->asked->item->level;
    TELL(w, "  Vacancy: not vacant\n  PASS\n");
    KL_TRY(end_step(w, PRECONDITIONS, "Preconditions", "pass"));
    TELL(w, "  Item classification: %s\n", level_titles[level]);
    if (level == KL_PUBLIC) {
        TELL(w, "  PASS: Public items are accessible org-wide\n");
        KL_TRY(end_step(w, PUBLIC_SHORTCUT, "Public Shortcut", "allow"));
        return answer(w, true, PUBLIC_SHORTCUT, "1: public",
                      KL_TEXT("public knowledge is accessible org-wide"));
    }
    TELL(w, "  SKIP: Item is not Public, proceeding to clearance check\n");
    KL_TRY(end_step(w, PUBLIC_SHORTCUT, "Public Shortcut", "skip"));
    if (!is_cleared(w)) {
        KL_TRY(end_step(w, CLEARANCE_GATE, "Classification + Clearance Gate", "deny"));
        return answer(w, false, CLEARANCE_GATE, NULL, KL_TEXT("access denied"));
    }
    TELL(w, "  PASS\n");
    KL_TRY(end_step(w, CLEARANCE_GATE, "Classification + Clearance Gate", "pass"));
    return containment(w);
}

static kl_status decide(walk *w)
{
    const kl_pact_org *org = w->engine->org;
    uint32_t node = kl_pact_org_resolve(org, w->asked->role);
    if (node == KL_PACT_NO_NODE)
        return role_not_found(w);
    w->out->node = node;
    w->node = &org->nodes[node];
    TELL(w, "  Role found: %.*s at %.*s\n", KL_TEXT_ARG(kl_as_text(w->node->name)),
         KL_TEXT_ARG(kl_as_text(w->node->address)));
    if (!kl_text_equal(kl_as_text(org->id), kl_as_text(w->asked->item->org_id)))
        return other_organisation(w);
    TELL(w, "  Org match: %.*s\n", KL_TEXT_ARG(kl_as_text(org->id)));
    kl_pact_standing standing = kl_pact_role_standing(w->engine, node, w->asked->now);
    return standing == KL_PACT_PRESENT ? from_classification(w) : nobody_there(w, standing);
}

kl_status kl_pact_access(kl_pact_answer *out, const kl_pact_engine *engine, const kl_pact_asked *asked,
                         kl_pact_trace *trace, kl_error *error)
{
    kl_pact_answer found = {.reason = kl_null(), .node = KL_PACT_NO_NODE, .uses_up = kl_null()};
    walk w = {.engine = engine, .asked = asked, .out = &found, .trace = trace, .error = error};
    KL_TRY(decide(&w));
    *out = found;
    return KL_OK;
}
