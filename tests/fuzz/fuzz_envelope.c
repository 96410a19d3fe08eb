/* tests/fuzz/fuzz_envelope.c - a session envelope of any text judges any path: two lines, the path and
 * the document. */
#include "fuzz.h"
#include "kailash/match.h"
#include "trust_plane/enforcer.h"
#include "trust_plane/path.h"

/* A normal form is its own, is no longer than what it is of, and covers itself. */
static void try_path(kl_text path)
{
    char *first = kl_alloc(path.len + 1), *second = kl_alloc(path.len + 1);
    KL_REQUIRE(first && second);
    kl_text form = kl_path_normalise(first, path);
    KL_REQUIRE(form.len <= KL_MAX(path.len, 1));
    KL_REQUIRE(kl_text_equal(kl_path_normalise(second, form), form));
    KL_REQUIRE(!kl_path_is_normal(path) || kl_text_equal(path, form));
    kl_free(first);
    kl_free(second);
}

/* What is printed is read back as the same document. */
static void read_again(const kl_session_envelope *envelope)
{
    kl_session_envelope *again = NULL;
    kl_value text = kl_null(), second = kl_null();
    KL_REQUIRE(kl_session_envelope_print(&text, envelope, NULL) == KL_OK);
    if (kl_as_text(text).len <= KL_SESSION_TEXT_MAX) {
        KL_REQUIRE(kl_session_envelope_parse(&again, kl_as_text(text), NULL) == KL_OK);
        KL_REQUIRE(kl_session_envelope_print(&second, again, NULL) == KL_OK);
        KL_REQUIRE(kl_text_equal(kl_as_text(text), kl_as_text(second)));
    }
    kl_session_envelope_release(again);
    kl_value_release(second);
    kl_value_release(text);
}

/* It is as tight as itself, and so is what it has in common with itself. */
static void compare(const kl_session_envelope *envelope)
{
    kl_session_envelope *both = NULL;
    bool tighter = false;
    if (kl_session_envelope_intersect(&both, envelope, envelope, NULL) != KL_OK)
        return; /* block lists together may have too many entries */
    KL_REQUIRE(kl_session_envelope_is_tighter(&tighter, both, envelope, NULL) == KL_OK && tighter);
    KL_REQUIRE(kl_session_envelope_is_tighter(&tighter, envelope, both, NULL) == KL_OK && tighter);
    kl_session_envelope_release(both);
}

static bool is_blocked(const kl_session_envelope *envelope, kl_text form)
{
    for (size_t i = 0; i < kl_array_len(envelope->blocked_patterns); i++)
        if (kl_glob_flat(kl_as_text(kl_array_at(envelope->blocked_patterns, i)), form))
            return true;
    return false;
}

/* What a pattern matches is never approved, and every verdict but approval has a reason. */
static void judge(const kl_session_envelope *envelope, kl_text path)
{
    kl_session_enforcer *enforcer = NULL;
    kl_value reason = kl_null();
    char *room = kl_alloc(path.len + 1);
    KL_REQUIRE(room);
    kl_session_action action = {.action = KL_TEXT("write"), .resource_path = path,
                                .channel = KL_TEXT("a"), .has_cost = true, .cost = 1};
    if (kl_session_enforcer_new(&enforcer, envelope, false, NULL) == KL_OK) {
        kl_session_verdict verdict = kl_session_judge(enforcer, &action);
        KL_REQUIRE(kl_session_reason(&reason, enforcer, &verdict, &action, NULL) == KL_OK);
        KL_REQUIRE((verdict.zone == KL_ZONE_AUTO_APPROVED) == kl_is_null(reason));
        bool blocked = is_blocked(envelope, kl_path_normalise(room, path));
        KL_REQUIRE(!blocked || verdict.zone == KL_ZONE_BLOCKED);
    }
    kl_value_release(reason);
    kl_session_enforcer_free(enforcer);
    kl_free(room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *line = memchr(data, '\n', size);
    kl_text path = {text, line ? (size_t)(line - text) : size};
    kl_text document = line ? (kl_text){line + 1, size - path.len - 1} : KL_TEXT("{}");
    kl_session_envelope *envelope = NULL;
    try_path(path);
    if (kl_session_envelope_parse(&envelope, document, NULL) == KL_OK) {
        read_again(envelope);
        compare(envelope);
        judge(envelope, path);
    }
    kl_session_envelope_release(envelope);
    return 0;
}
