/* src/pact/access_links.c - steps 3d and 3e: what policies and bridges let a role read. */
#include "access.h"

/* ---- one policy, one bridge ------------------------------------------------------------------ */

typedef enum share_word {
    SHARE_INACTIVE, SHARE_EXPIRED, SHARE_OUTSIDE, SHARE_CEILING, SHARE_ELSEWHERE, SHARE_REFUSES, SHARE_GRANTS
} share_word;

/* `*scope` is set when it refuses. */
static share_word ask_share(const char **scope, const kl_pact_share *share, const kl_pact_asked *asked,
                            kl_text role, kl_confidentiality clearance)
{
    if (!share->is_active)
        return SHARE_INACTIVE;
    if (asked->now >= share->expires)
        return SHARE_EXPIRED;
    if (asked->now < share->not_before || asked->now > share->not_after)
        return SHARE_OUTSIDE;
    if (asked->item->level > share->level)
        return SHARE_CEILING;
    if (!kl_pact_text_covers(kl_as_text(share->source_unit_address), kl_as_text(asked->item->owner_address)) ||
        !kl_pact_text_covers(kl_as_text(share->target_unit_address), role))
        return SHARE_ELSEWHERE;
    *scope = kl_pact_share_refuses(share, asked->item, clearance, asked->posture);
    return *scope ? SHARE_REFUSES : SHARE_GRANTS;
}

typedef enum bridge_word {
    BRIDGE_UNUSABLE, BRIDGE_CEILING, BRIDGE_ELSEWHERE, BRIDGE_DIRECTION, BRIDGE_PATH, BRIDGE_GRANTS
} bridge_word;

static bool path_fits(const kl_pact_bridge *bridge, const kl_pact_item *item)
{
    if (kl_is_null(item->path))
        return kl_is_null(bridge->read_paths);
    return kl_pact_path_allowed(bridge->read_paths, kl_as_text(item->path));
}

static bridge_word ask_bridge(const kl_pact_bridge *bridge, const kl_pact_asked *asked, kl_text role)
{
    kl_text a = kl_as_text(bridge->role_a_address), b = kl_as_text(bridge->role_b_address);
    kl_text owner = kl_as_text(asked->item->owner_address);
    bool forth = kl_text_equal(role, a) && kl_text_equal(owner, b);
    bool back = kl_text_equal(role, b) && kl_text_equal(owner, a);
    if (!kl_pact_bridge_is_usable(bridge, asked->now))
        return BRIDGE_UNUSABLE;
    if (asked->item->level > bridge->level)
        return BRIDGE_CEILING;
    if (!forth && !back)
        return BRIDGE_ELSEWHERE;
    if (!forth && !bridge->bilateral)
        return BRIDGE_DIRECTION;
    return path_fits(bridge, asked->item) ? BRIDGE_GRANTS : BRIDGE_PATH;
}

/* ---- finding --------------------------------------------------------------------------------- */

/* The next longer beginning of an address that ends in a role, from `*len` on. */
static bool next_prefix(size_t *len, kl_text address)
{
    size_t start = *len ? *len + 1 : 0;
    for (size_t i = start; i <= address.len && start < address.len; i++) {
        if (i < address.len && address.data[i] != '-')
            continue;
        if (address.data[start] == 'R') {
            *len = i;
            return true;
        }
        start = i + 1;
    }
    return false;
}

static kl_value id_of(kl_value share) { return ((const kl_pact_share *)share.as.object)->id; }

/* Whether `object` stands before what was found so far. */
static bool comes_first(kl_value found, kl_value object)
{
    return kl_is_null(found) || kl_text_compare(kl_as_text(id_of(object)), kl_as_text(id_of(found))) < 0;
}

static void ask_shares(kl_pact_found *out, kl_value list, const kl_pact_asked *asked, kl_text role,
                       kl_confidentiality clearance)
{
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_value share = kl_array_at(list, i);
        const char *scope = NULL;
        share_word word = ask_share(&scope, (const kl_pact_share *)share.as.object, asked, role, clearance);
        if (word == SHARE_GRANTS && comes_first(out->grants, share))
            out->grants = share;
        if (word == SHARE_REFUSES && comes_first(out->refuses, share)) {
            out->refuses = share;
            out->scope = scope;
        }
    }
}

/* The sources above the owner and the targets above the role: a few of each, however many policies. */
void kl_pact_access_shares(kl_pact_found *out, const kl_pact_engine *engine, const kl_pact_asked *asked,
                           uint32_t node, kl_confidentiality clearance)
{
    kl_text owner = kl_as_text(asked->item->owner_address);
    kl_text role = kl_as_text(engine->org->nodes[node].address);
    *out = (kl_pact_found){kl_null(), kl_null(), NULL};
    if (kl_map_len(engine->shares.by_ends) == 0)
        return;
    for (size_t from = 0; next_prefix(&from, owner);) {
        kl_value targets = kl_map_get(engine->shares.by_ends, (kl_text){owner.data, from});
        for (size_t to = 0; !kl_is_null(targets) && next_prefix(&to, role);)
            ask_shares(out, kl_map_get(targets, (kl_text){role.data, to}), asked, role, clearance);
    }
}

/* The first by id; but one for one use is kept for when no other helps. */
void kl_pact_access_bridges(kl_pact_found *out, const kl_pact_engine *engine, const kl_pact_asked *asked,
                            uint32_t node)
{
    kl_text role = kl_as_text(engine->org->nodes[node].address);
    kl_value list =
        kl_pact_links_between(&engine->bridges, role, kl_as_text(asked->item->owner_address));
    *out = (kl_pact_found){kl_null(), kl_null(), NULL};
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_value value = kl_array_at(list, i);
        const kl_pact_bridge *bridge = (const kl_pact_bridge *)value.as.object;
        const kl_pact_bridge *found =
            kl_is_null(out->grants) ? NULL : (const kl_pact_bridge *)out->grants.as.object;
        if (ask_bridge(bridge, asked, role) != BRIDGE_GRANTS)
            continue;
        bool is_better = !found || (found->one_time_use && !bridge->one_time_use);
        bool is_alike = found && found->one_time_use == bridge->one_time_use;
        if (is_better ||
            (is_alike && kl_text_compare(kl_as_text(bridge->id), kl_as_text(found->id)) < 0))
            out->grants = value;
    }
}

/* ---- telling --------------------------------------------------------------------------------- */

static void tell_share(kl_buffer *to, share_word word, const kl_pact_share *share, const char *scope,
                       kl_confidentiality level)
{
    kl_text id = kl_as_text(share->id);
    kl_buffer_format(to, "    KSP '%.*s': ", KL_TEXT_ARG(id));
    switch (word) {
    case SHARE_INACTIVE:
        kl_buffer_string(to, "inactive, skipped\n");
        return;
    case SHARE_EXPIRED:
        kl_buffer_string(to, "expired, skipped\n");
        return;
    case SHARE_OUTSIDE:
        kl_buffer_string(to, "outside time_window, skipped\n");
        return;
    case SHARE_CEILING:
        kl_buffer_format(to, "item classification %s exceeds KSP ceiling %s, skipped\n",
                         kl_pact_level_title(level), kl_pact_level_title((kl_confidentiality)share->level));
        return;
    default:
        break;
    }
    kl_buffer_format(to, "source=%.*s, target=%.*s, pair_matches=%s\n",
                     KL_TEXT_ARG(kl_as_text(share->source_unit_address)),
                     KL_TEXT_ARG(kl_as_text(share->target_unit_address)),
                     word == SHARE_ELSEWHERE ? "false" : "true");
    if (word == SHARE_REFUSES)
        kl_buffer_format(to, "    KSP '%.*s': scope check failed (%s), not shared\n", KL_TEXT_ARG(id), scope);
    if (word == SHARE_GRANTS)
        kl_buffer_format(to, "    PASS: KSP '%.*s' grants access (source->target direction)\n",
                         KL_TEXT_ARG(id));
}

kl_status kl_pact_explain_shares(kl_buffer *to, const kl_pact_engine *engine, const kl_pact_asked *asked,
                                 uint32_t node, kl_confidentiality clearance, kl_error *error)
{
    kl_text role = kl_as_text(engine->org->nodes[node].address);
    kl_value list;
    share_word word = SHARE_ELSEWHERE;
    KL_TRY(kl_pact_links_list(&list, &engine->shares, error));
    size_t count = kl_array_len(list);
    kl_buffer_format(to, "  3d: Knowledge Share Policy (KSP) Check\n    Evaluating %zu KSP(s)\n", count);
    for (size_t i = 0; i < count && word != SHARE_GRANTS; i++) {
        const kl_pact_share *share = (const kl_pact_share *)kl_array_at(list, i).as.object;
        const char *scope = NULL;
        word = ask_share(&scope, share, asked, role, clearance);
        tell_share(to, word, share, scope, (kl_confidentiality)asked->item->level);
    }
    if (word != SHARE_GRANTS)
        kl_buffer_string(to, count ? "    No matching KSP found\n\n" : "    No KSPs defined\n\n");
    kl_value_release(list);
    return KL_OK;
}

static void tell_bridge(kl_buffer *to, bridge_word word, const kl_pact_bridge *bridge,
                        kl_confidentiality level)
{
    kl_text id = kl_as_text(bridge->id);
    kl_buffer_format(to, "    Bridge '%.*s': ", KL_TEXT_ARG(id));
    if (word == BRIDGE_UNUSABLE) {
        kl_buffer_string(to, "not usable (inactive / unapproved / expired / one-time-used / "
                             "review-overdue), skipped\n");
        return;
    }
    if (word == BRIDGE_CEILING) {
        kl_buffer_format(to, "item classification %s exceeds bridge ceiling %s, skipped\n",
                         kl_pact_level_title(level), kl_pact_level_title((kl_confidentiality)bridge->level));
        return;
    }
    kl_buffer_format(to, "%s, role_a=%.*s, role_b=%.*s\n", bridge->bilateral ? "bilateral" : "unilateral (A->B)",
                     KL_TEXT_ARG(kl_as_text(bridge->role_a_address)),
                     KL_TEXT_ARG(kl_as_text(bridge->role_b_address)));
    if (word == BRIDGE_DIRECTION)
        kl_buffer_format(to, "    FAIL: Unilateral bridge '%.*s' does not grant B->A access (wrong direction)\n",
                         KL_TEXT_ARG(id));
    if (word == BRIDGE_PATH)
        kl_buffer_format(to, "    FAIL: the item's path is not within the read_paths of bridge '%.*s'\n",
                         KL_TEXT_ARG(id));
    if (word == BRIDGE_GRANTS)
        kl_buffer_format(to, "    PASS: %s bridge '%.*s' grants %saccess\n",
                         bridge->bilateral ? "Bilateral" : "Unilateral", KL_TEXT_ARG(id),
                         bridge->bilateral ? "" : "A->B ");
}

kl_status kl_pact_explain_bridges(kl_buffer *to, const kl_pact_engine *engine, const kl_pact_asked *asked,
                                  uint32_t node, kl_error *error)
{
    kl_text role = kl_as_text(engine->org->nodes[node].address);
    kl_value list;
    bridge_word word = BRIDGE_ELSEWHERE;
    KL_TRY(kl_pact_links_list(&list, &engine->bridges, error));
    size_t count = kl_array_len(list);
    kl_buffer_format(to, "  3e: Bridge Check\n    Evaluating %zu bridge(s)\n", count);
    for (size_t i = 0; i < count && word != BRIDGE_GRANTS; i++) {
        const kl_pact_bridge *bridge = (const kl_pact_bridge *)kl_array_at(list, i).as.object;
        word = ask_bridge(bridge, asked, role);
        tell_bridge(to, word, bridge, (kl_confidentiality)asked->item->level);
    }
    if (word != BRIDGE_GRANTS)
        kl_buffer_string(to, count ? "    No matching bridge found\n\n" : "    No bridges defined\n\n");
    kl_value_release(list);
    return KL_OK;
}
