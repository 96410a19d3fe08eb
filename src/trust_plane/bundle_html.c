/* src/trust_plane/bundle_html.c - a bundle as a page: no script, nothing from elsewhere, every value
 * escaped. */
#include "bundle.h"
#include "records.h"
#include "stored.h"

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'\">\n"
    "<meta name=\"referrer\" content=\"no-referrer\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";

static const char style[] =
    "<style>\n"
    ":root { color-scheme: light dark; --line: #8884; --soft: #8881; }\n"
    "body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; "
    "overflow-wrap: anywhere; }\n"
    "h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }\n"
    "dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }\n"
    "dt { font-weight: 600; } dd { margin: 0; }\n"
    ".valid, .invalid { padding: .75rem 1rem; border-radius: .4rem; font-weight: 600; color: #000; }\n"
    ".valid { background: #c7f0d2; } .invalid { background: #f8c9c9; }\n"
    "table { border-collapse: collapse; width: 100%; font-size: .9rem; }\n"
    "th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px "
    "solid var(--line); }\n"
    "pre { background: var(--soft); padding: 1rem; overflow: auto; max-height: 30rem; font-size: .8rem; "
    "white-space: pre-wrap; }\n"
    "code { font-size: .85em; }\n"
    "</style>\n";

/* Text as HTML. What would steer the direction of writing is made visible, other control characters
 * but line ends and tabs become U+FFFD. */
static void escape(kl_buffer *to, kl_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        const unsigned char *at = (const unsigned char *)text.data + i;
        if (byte == '&')
            kl_buffer_string(to, "&amp;");
        else if (byte == '<')
            kl_buffer_string(to, "&lt;");
        else if (byte == '>')
            kl_buffer_string(to, "&gt;");
        else if (byte == '"')
            kl_buffer_string(to, "&quot;");
        else if (byte == '\'')
            kl_buffer_string(to, "&#39;");
        else if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F)
            kl_buffer_string(to, "\xEF\xBF\xBD");
        else if (byte == 0xE2 && i + 2 < text.len &&
                 ((at[1] == 0x80 && ((at[2] >= 0xAA && at[2] <= 0xAE) || at[2] == 0x8E || at[2] == 0x8F)) ||
                  (at[1] == 0x81 && at[2] >= 0xA6 && at[2] <= 0xA9))) {
            unsigned point = 0x2000u | (unsigned)(at[1] & 0x3F) << 6 | (at[2] & 0x3Fu);
            kl_buffer_format(to, "[U+%04X]", point);
            i += 2;
        } else
            kl_buffer_byte(to, (char)byte);
    }
}

static void element(kl_buffer *to, const char *name, kl_text text)
{
    kl_buffer_format(to, "<%s>", name);
    escape(to, text);
    kl_buffer_format(to, "</%s>", name);
}

static void pair(kl_buffer *to, const char *label, kl_text text)
{
    element(to, "dt", kl_text_from(label));
    element(to, "dd", text);
    kl_buffer_byte(to, '\n');
}

static void count_pair(kl_buffer *to, const char *label, kl_value list)
{
    kl_buffer_format(to, "<dt>%s</dt><dd>%zu</dd>\n", label, kl_array_len(list));
}

/* ---- tables -------------------------------------------------------------------------------------- */

typedef struct column {
    const char *title, *member;
} column;

static const column decision_columns[] = {
    {"Id", "id"}, {"Time", "created_at"}, {"Type", "decision_type"}, {"Decision", "decision"},
    {"Rationale", "rationale"}, {"Confidentiality", "confidentiality"}, {NULL, NULL}};
static const column milestone_columns[] = {
    {"Id", "id"}, {"Time", "created_at"}, {"Version", "version"}, {"Description", "description"},
    {"File", "file_path"}, {NULL, NULL}};
static const column anchor_columns[] = {
    {"Id", "anchor_id"}, {"Time", "created_at"}, {"Type", "anchor_type"}, {"Record", "record_id"},
    {"Parent", "parent_anchor_id"}, {NULL, NULL}};
static const column redacted_columns[] = {{"Id", "id"}, {"Hash", "record_hash"}, {NULL, NULL}};

static void table(kl_buffer *to, const char *title, kl_value rows, const column *columns)
{
    if (!kl_array_len(rows))
        return;
    kl_buffer_format(to, "<h2>%s</h2>\n<table>\n<thead><tr>", title);
    for (const column *c = columns; c->title; c++)
        element(to, "th", kl_text_from(c->title));
    kl_buffer_string(to, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < kl_array_len(rows); i++) {
        kl_buffer_string(to, "<tr>");
        for (const column *c = columns; c->title; c++)
            element(to, "td", kl_stored_text(kl_array_at(rows, i), c->member));
        kl_buffer_string(to, "</tr>\n");
    }
    kl_buffer_string(to, "</tbody>\n</table>\n");
}

/* ---- the page ------------------------------------------------------------------------------------ */

static void top(kl_buffer *to, kl_value bundle)
{
    kl_value manifest = kl_stored_member(bundle, "manifest");
    kl_buffer_string(to, head);
    kl_buffer_string(to, "<title>Trust Verification Bundle - ");
    escape(to, kl_stored_text(manifest, "project_name"));
    kl_buffer_string(to, "</title>\n");
    kl_buffer_string(to, style);
    kl_buffer_string(to, "</head>\n<body>\n<h1>Trust Verification Bundle</h1>\n<dl>\n");
    pair(to, "Project", kl_stored_text(manifest, "project_name"));
    pair(to, "Author", kl_stored_text(manifest, "author"));
    pair(to, "Posture", kl_stored_text(manifest, "trust_posture"));
    pair(to, "Made", kl_stored_text(bundle, "created_at"));
    pair(to, "Shown up to", kl_stored_text(bundle, "confidentiality_level"));
    count_pair(to, "Decisions", kl_stored_member(bundle, "decisions"));
    count_pair(to, "Left out", kl_stored_member(bundle, "redacted"));
    count_pair(to, "Milestones", kl_stored_member(bundle, "milestones"));
    count_pair(to, "Anchors", kl_stored_member(bundle, "anchors"));
    pair(to, "Operational key", kl_stored_text(bundle, "public_key"));
    pair(to, "Authority key", kl_stored_text(bundle, "authority_key"));
    pair(to, "Bundle hash", kl_stored_text(bundle, "bundle_hash"));
    kl_buffer_string(to, "</dl>\n");
}

/* What verifying it said when the page was made; a page cannot vouch for itself. */
static kl_status verdict(kl_buffer *to, kl_value bundle, kl_error *error)
{
    const kl_bundle_demands none = {.authority = KL_TEXT("")};
    kl_error local = KL_ERROR_INIT;
    kl_status status = kl_bundle_verify(bundle, &none, &local);
    if (status == KL_NO_MEMORY || status == KL_UNAVAILABLE) {
        kl_error_move(error, &local);
        return status;
    }
    if (status == KL_OK) {
        kl_buffer_string(to, "<p class=\"valid\">Verified when this page was made: signatures, chain and "
                             "records are sound.</p>\n");
    } else {
        kl_buffer_string(to, "<p class=\"invalid\">NOT verified when this page was made: ");
        escape(to, kl_text_from(kl_error_message(&local)));
        kl_buffer_string(to, "</p>\n");
    }
    kl_buffer_string(to, "<p>A page can say anything. To be sure, verify the JSON below with "
                         "<code>VerificationBundle.from_json(...).verify(authority_pubkey=...)</code> and "
                         "an authority key that you got by another way.</p>\n");
    kl_error_clear(&local);
    return KL_OK;
}

static kl_status json(kl_buffer *to, kl_value bundle, kl_error *error)
{
    /* In ASCII, so that what is hidden or turned around in a text shows. */
    static const kl_json_style form = {.ascii = true, .indent = 2};
    kl_value text;
    KL_TRY(kl_json_print(&text, bundle, &form, error));
    kl_buffer_string(to, "<h2>Bundle</h2>\n<pre>");
    escape(to, kl_as_text(text));
    kl_buffer_string(to, "</pre>\n</body>\n</html>\n");
    kl_value_release(text);
    return KL_OK;
}

kl_status kl_bundle_html(kl_value *out, kl_value bundle, kl_error *error)
{
    kl_buffer page = KL_BUFFER_INIT;
    top(&page, bundle);
    kl_status status = verdict(&page, bundle, error);
    table(&page, "Decisions", kl_stored_member(bundle, "decisions"), decision_columns);
    table(&page, "Decisions left out", kl_stored_member(bundle, "redacted"), redacted_columns);
    table(&page, "Milestones", kl_stored_member(bundle, "milestones"), milestone_columns);
    table(&page, "Anchors", kl_stored_member(bundle, "anchors"), anchor_columns);
    if (status == KL_OK)
        status = json(&page, bundle, error);
    if (status == KL_OK)
        return kl_buffer_finish(out, &page, error);
    kl_buffer_free(&page);
    return status;
}
