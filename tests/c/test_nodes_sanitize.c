/* InputSanitizationNode, and what is under it: references and tokens of HTML. */
#include "node_sweep.h"
#include "html_clean.h"
#include "html_text.h"
#include "html_token.h"

static void cleans_in(const char *html, const char *expected, const char *file, int line)
{
    kl_buffer out = KL_BUFFER_INIT;
    assert_int_equal(kl_html_clean(&out, NULL, kl_text_from(html), NULL), KL_OK);
    if (!kl_text_is(kl_buffer_text(&out), expected))
        print_error("%s:%d: %s\n  gave %.*s\n  not  %s\n", file, line, html,
                    KL_TEXT_ARG(kl_buffer_text(&out)), expected);
    assert_true(kl_text_is(kl_buffer_text(&out), expected));
    kl_buffer_free(&out);
}
#define cleans(html, expected) cleans_in(html, expected, __FILE__, __LINE__)

/* ---- references ---------------------------------------------------------------------------------- */

KL_TEST(references_are_decoded_as_browsers_do)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text, *content, *attribute;
    } rows[] = {
        {"&lt;&gt;&amp;&quot;&apos;", "<>&\"'", "<>&\"'"},
        {"&#60;&#x3c;&#X3C;&#60x", "<<<<x", "<<<<x"},
        {"&copy;&copy &copyx &copy=1", "\xC2\xA9\xC2\xA9 \xC2\xA9x \xC2\xA9=1",
         "\xC2\xA9\xC2\xA9 &copyx &copy=1"},
        {"&notin; &notit;", "\xE2\x88\x89 \xC2\xACit;", "\xE2\x88\x89 &notit;"},
        {"&Tab;&NewLine;&colon;", "\t\n:", "\t\n:"},
        {"&#0;&#xD800;&#x110000;&#99999999999;",
         "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD",
         "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"&#128;", "\xE2\x82\xAC", "\xE2\x82\xAC"},
        {"& &; &# &#; &#x; &unknown; &", "& &; &# &#; &#x; &unknown; &",
         "& &; &# &#; &#x; &unknown; &"},
        {"&CounterClockwiseContourIntegral;", "\xE2\x88\xB3", "\xE2\x88\xB3"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_buffer content = KL_BUFFER_INIT, attribute = KL_BUFFER_INIT;
        kl_html_decode(&content, kl_text_from(rows[i].text), KL_HTML_CONTENT);
        kl_html_decode(&attribute, kl_text_from(rows[i].text), KL_HTML_ATTRIBUTE);
        kl_buffer_byte(&content, '\0');
        kl_buffer_byte(&attribute, '\0');
        assert_string_equal(content.data, rows[i].content);
        assert_string_equal(attribute.data, rows[i].attribute);
        kl_buffer_free(&content);
        kl_buffer_free(&attribute);
    }
}

/* ---- html ---------------------------------------------------------------------------------------- */

KL_TEST(harmless_html_stays)
{
    KL_UNUSED_STATE;
    cleans("", "");
    cleans("plain", "plain");
    cleans("<p>a <b>b</b> <i>c</i></p>", "<p>a <b>b</b> <i>c</i></p>");
    cleans("2 < 3 > 1 \"q\" 'a' & b", "2 &lt; 3 &gt; 1 \"q\" 'a' &amp; b");
    cleans("a&lt;b &copy; &amp; &nbsp;x", "a&lt;b \xC2\xA9 &amp; &nbsp;x");
    cleans("<h1 lang=en class=c>t</h1>", "<h1 lang=\"en\">t</h1>");
    cleans("<b title='<x>&quot;'>q</b>", "<b title=\"&lt;x&gt;&quot;\">q</b>");
    cleans("<BR/><Hr>", "<br><hr>");
    cleans("<a href='/r?a=1&b=2' title=t>r</a>",
           "<a href=\"/r?a=1&amp;b=2\" title=\"t\" rel=\"noopener noreferrer\">r</a>");
    cleans("<a href=//host/x>r</a>", "<a href=\"//host/x\" rel=\"noopener noreferrer\">r</a>");
    cleans("<a href=mailto:a@b.c>m</a>", "<a href=\"mailto:a@b.c\" rel=\"noopener noreferrer\">m</a>");
    cleans("<img src=\"x.png\" alt=\"a\" width=3>", "<img src=\"x.png\" alt=\"a\" width=\"3\">");
}

KL_TEST(elements_are_closed_and_nested)
{
    KL_UNUSED_STATE;
    cleans("<b>unclosed", "<b>unclosed</b>");
    cleans("</b>stray</p></br>", "stray");
    cleans("<p>a<p>b", "<p>a</p><p>b</p>");
    cleans("<p>a<div>b", "<p>a</p><div>b</div>");
    cleans("<b><i>x</b>y</i>", "<b><i>x</i></b>y");
    cleans("<ul><li>a<li>b<ul><li>c</ul><li>d</ul>",
           "<ul><li>a</li><li>b<ul><li>c</li></ul></li><li>d</li></ul>");
    cleans("<dl><dt>a<dd>b<dt>c</dl>", "<dl><dt>a</dt><dd>b</dd><dt>c</dt></dl>");
    cleans("<a href=/1>x<a href=/2>y",
           "<a href=\"/1\" rel=\"noopener noreferrer\">x</a>"
           "<a href=\"/2\" rel=\"noopener noreferrer\">y</a>");
    cleans("<table><tr><td>1<td>2<tr><th>3</table>after",
           "<table><tbody><tr><td>1</td><td>2</td></tr><tr><th>3</th></tr></tbody></table>after");
    cleans("<table><td>1</table>", "<table><tbody><tr><td>1</td></tr></tbody></table>");
    cleans("<table><caption>c<thead><tr><th>h<tbody><tr><td>d</table>",
           "<table><caption>c</caption><thead><tr><th>h</th></tr></thead><tbody><tr><td>d</td></tr>"
           "</tbody></table>");
    cleans("<table><col span=2><tr><td>x</table>",
           "<table><colgroup><col span=\"2\"></colgroup><tbody><tr><td>x</td></tr></tbody></table>");
    cleans("<table><tr><td><table><tr><td>in</table>out</table>",
           "<table><tbody><tr><td><table><tbody><tr><td>in</td></tr></tbody></table>out</td></tr>"
           "</tbody></table>");
    cleans("<td>x</td><tr>y", "xy");
    cleans("<table><tr><td></p></div>x</table>",
           "<table><tbody><tr><td>x</td></tr></tbody></table>");
}

KL_TEST(active_content_goes)
{
    KL_UNUSED_STATE;
    cleans("a<script>alert(1)</script>b", "ab");
    cleans("a<SCRIPT\n>alert('</p>')</sCriPt >b", "ab");
    cleans("a<script>alert(1)", "a");
    cleans("a<script>x</scripty></script>b", "ab");
    cleans("<style>p{}</style><iframe src=x>y</iframe>z", "z");
    cleans("<object>o</object><embed src=x><base href=x><meta x><link x>", "o");
    cleans("<form action=x><input value=1><button>b</button></form>", "b");
    cleans("<p onclick=x OnMouseOver='y' style='x' class=c id=i>t</p>", "<p>t</p>");
    cleans("<img src=x onerror=alert(1)//", "");
    cleans("<img src=x/onerror=1>", "<img src=\"x/onerror=1\">");
    cleans("<img/src=x/onerror=1>", "<img src=\"x/onerror=1\">");
    cleans("<img src='x'onerror=1>", "<img src=\"x\">");
    cleans("<b =onclick=x onclick=y>t</b>", "<b>t</b>");
    cleans("<scr<script>ipt>alert(1)</scr</script>ipt>", "ipt&gt;alert(1)ipt&gt;");
    cleans("<<script>script>x</script>", "&lt;");
    cleans("a<!-- c --><b>-->b</b>", "a<b>--&gt;b</b>");
    cleans("a<!--><b>x</b>-->", "a<b>x</b>--&gt;");
    cleans("a<!-- x --!><b>y</b>", "a<b>y</b>");
    cleans("a<!-- never closed <b>x</b>", "a");
    cleans("a<![CDATA[<b>x]]>c", "ax]]&gt;c");
    cleans("<!DOCTYPE html><?xml version=1?>a</ x>b", "ab");
    cleans("a<b", "a");
    cleans("<math>m<mi>x</mi></math>", "mx");
    cleans("<svg><text>hello</text><svg/></svg>a", "a");
    cleans("<svg onload=x>t", "");
}

KL_TEST(addresses_are_read_as_browsers_read_them)
{
    KL_UNUSED_STATE;
    static const char *const bad[] = {
        "javascript:alert(1)", "JaVaScRiPt:x", " javascript:x", "&#1;javascript:x", "java\nscript:x",
        "java&Tab;script:x", "java&NewLine;script:x", "javascript&colon;x", "javascript&#58;x",
        "&#106avascript:x", "&#x6A;avascript:x", "vbscript:x", "data:text/html,x", "unknown:x",
        "&#0000106&#0000097vascript:x", "java\tscript:x", "\x01javascript:x", "blob:x", "file:///x",
        "view-source:x", "java script:x"};
    for (size_t i = 0; i < KL_COUNT(bad); i++) {
        char html[128];
        snprintf(html, sizeof html, "<a href=\"%s\">x</a>", bad[i]);
        cleans(html, "<a rel=\"noopener noreferrer\">x</a>");
        snprintf(html, sizeof html, "<img src='%s'><q cite='%s'>x</q>", bad[i], bad[i]);
        cleans(html, "<img><q>x</q>");
    }
    cleans("<a href='./a:b'>x</a><a href='#a:b'>y</a>",
           "<a href=\"./a:b\" rel=\"noopener noreferrer\">x</a>"
           "<a href=\"#a:b\" rel=\"noopener noreferrer\">y</a>");
    cleans("<a href=' HTTP://x\n/y '>x</a>", "<a href=\"HTTP://x/y\" rel=\"noopener noreferrer\">x</a>");
}

/* Texts that browsers take for markup only on the second reading. */
KL_TEST(nothing_mutates_into_markup)
{
    KL_UNUSED_STATE;
    cleans("<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
           "<p title=\"&lt;/noscript&gt;&lt;img src=x onerror=alert(1)&gt;\"></p>");
    cleans("<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 "
           "onerror=alert(1)&gt;\">",
           "<table><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\"></table>");
    cleans("<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">", "");
    cleans("<textarea><b></textarea><img src=x onerror=1></b>", "<b><img src=\"x\"></b>");
    cleans("<title>&lt;script>x</title>", "&lt;script&gt;x");
    cleans("<xmp><p title='</xmp><b>x</b>'>", "<b>x</b>'&gt;");
    cleans("<template><script>x</script><b>y</b></template>", "<b>y</b>");
    cleans("<select><option><iframe></select><b>z", "");
    cleans("<plaintext><b>x", "<b>x</b>");
    cleans("&lt;script&gt;alert(1)&lt;/script&gt;", "&lt;script&gt;alert(1)&lt;/script&gt;");
    cleans("&amp;lt;b&amp;gt;", "&amp;lt;b&amp;gt;");
    cleans("<b title='`'>`</b>", "<b title=\"`\">`</b>");
}

/* ---- whatever comes ------------------------------------------------------------------------------ */

static uint64_t seed = 88172645463325252u;

static size_t draw(size_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (size_t)(seed % below);
}

static void add_piece(kl_buffer *to)
{
    static const char *const pieces[] = {
        "<", ">", "</", "/>", "\"", "'", "=", " ", "&", ";", "&lt;", "&#", "x", "<!--", "-->", "--!>",
        "<![CDATA[", "]]>", "<script", "</script>", "<style>", "</style>", "<svg>", "</svg>", "<math>",
        "<table>", "</table>", "<tr>", "<td>", "</td>", "<tbody>", "<col>", "<caption>", "<p>", "</p>",
        "<b>", "</b>", "<a href=", "<a ", "javascript:", "onclick=", "<img src=", "title=", "<li>",
        "<ul>", "</ul>", "<dd>", "<pre>\n", "<br/>", "<h1>", "<div ", "<title>", "<textarea>", "<xmp>",
        "<noscript>", "<iframe", "\xC2\xA0", "\xC3\xA9", "&nbsp", "&copy", "<template>", "\t", "\n",
        "<rt>", "<ruby>", "</tr>", "http:", "<q cite=", "&Tab;", "&colon;"};
    kl_buffer_string(to, pieces[draw(KL_COUNT(pieces))]);
}

static void assert_inert(kl_text html)
{
    kl_html_reader reader = {.text = html};
    kl_html_token token;
    for (kl_html_next(&token, &reader); token.kind != KL_HTML_ALL_READ;
         kl_html_next(&token, &reader)) {
        assert_int_not_equal(token.kind, KL_HTML_COMMENT);
        if (token.kind == KL_HTML_TEXT)
            continue;
        static const char *const bad[] = {"script", "style", "svg", "math", "iframe", "xmp", "title",
                                          "textarea", "noscript", "template"};
        for (size_t i = 0; i < KL_COUNT(bad); i++)
            assert_false(kl_html_same_name(token.text, kl_text_from(bad[i])));
        for (size_t i = 0; i < token.attribute_count; i++) {
            kl_text name = token.attributes[i].name, value = token.attributes[i].value;
            assert_false(name.len > 1 && name.data[0] == 'o' && name.data[1] == 'n');
            bool address = kl_text_is(name, "href") || kl_text_is(name, "src");
            assert_false(address && value.len > 11 && strncasecmp(value.data, "javascript:", 11) == 0);
        }
    }
}

KL_TEST(what_is_clean_stays_as_it_is)
{
    KL_UNUSED_STATE;
    for (int round = 0; round < 20000; round++) {
        kl_buffer html = KL_BUFFER_INIT, once = KL_BUFFER_INIT, twice = KL_BUFFER_INIT;
        for (size_t i = draw(40); i > 0; i--)
            add_piece(&html);
        assert_int_equal(kl_html_clean(&once, NULL, kl_buffer_text(&html), NULL), KL_OK);
        assert_int_equal(kl_html_clean(&twice, NULL, kl_buffer_text(&once), NULL), KL_OK);
        if (!kl_text_equal(kl_buffer_text(&once), kl_buffer_text(&twice)))
            print_error("%.*s\n%.*s\n%.*s\n", KL_TEXT_ARG(kl_buffer_text(&html)),
                        KL_TEXT_ARG(kl_buffer_text(&once)), KL_TEXT_ARG(kl_buffer_text(&twice)));
        assert_true(kl_text_equal(kl_buffer_text(&once), kl_buffer_text(&twice)));
        assert_inert(kl_buffer_text(&once));
        kl_buffer_free(&html);
        kl_buffer_free(&once);
        kl_buffer_free(&twice);
    }
}

KL_TEST(depth_and_size_are_bounded)
{
    KL_UNUSED_STATE;
    static const char *const pieces[] = {"<b>", "<div>", "<table>", "<table><td>", "<ul><li>", "<a b=c"};
    for (size_t i = 0; i < KL_COUNT(pieces); i++) {
        kl_buffer html = KL_BUFFER_INIT, once = KL_BUFFER_INIT, twice = KL_BUFFER_INIT;
        for (int n = 0; n < 20000; n++)
            kl_buffer_string(&html, pieces[i]);
        assert_int_equal(kl_html_clean(&once, NULL, kl_buffer_text(&html), NULL), KL_OK);
        assert_int_equal(kl_html_clean(&twice, NULL, kl_buffer_text(&once), NULL), KL_OK);
        assert_true(kl_text_equal(kl_buffer_text(&once), kl_buffer_text(&twice)));
        kl_buffer_free(&html);
        kl_buffer_free(&once);
        kl_buffer_free(&twice);
    }
}

/* ---- the node ------------------------------------------------------------------------------------ */

static void sanitizes_in(const char *kind, const char *input, const char *expected, const char *notes,
                         const char *file, int line)
{
    char inputs[2048], wanted[2048];
    snprintf(inputs, sizeof inputs, "{\"input\":\"%s\",\"sanitization_type\":\"%s\"}", input, kind);
    snprintf(wanted, sizeof wanted,
             "{\"sanitized\":\"%s\",\"changes_made\":%s,\"removed_elements\":[%s]}", expected,
             strcmp(input, expected) == 0 ? "false" : "true", notes);
    gives_in("InputSanitizationNode", NULL, inputs, wanted, file, line);
}
#define sanitizes(kind, input, expected, notes)                                                    \
    sanitizes_in(kind, input, expected, notes, __FILE__, __LINE__)

KL_TEST(html_by_the_node)
{
    KL_UNUSED_STATE;
    sanitizes("html", "plain", "plain", "");
    sanitizes("html", "<b>u", "<b>u</b>", "\"HTML tags stripped or modified\"");
    sanitizes("html", "<p onclick=x>a<script>1</script><script>2</script><a href=javascript:1>x</a>",
              "<p>a<a rel=\\\"noopener noreferrer\\\">x</a></p>",
              "\"removed dangerous pattern: onclick=\",\"removed dangerous pattern: <script\","
              "\"removed dangerous pattern: javascript:\"");
    sanitizes("html", "<iframe src=x>y</iframe><object>o</object>", "o",
              "\"removed dangerous pattern: <iframe\",\"removed dangerous pattern: <object\"");
    sanitizes("html", "a\\u0000b", "ab", "\"HTML tags stripped or modified\"");
}

KL_TEST(texts_for_sql)
{
    KL_UNUSED_STATE;
    sanitizes("sql_safe", "plain", "plain", "");
    sanitizes("sql_safe", "O'Reilly", "O''Reilly", "\"single quote escaped\"");
    sanitizes("sql_safe", "O'R; DROP  TABLE x; -- \\\"a\\\" \\\\ /* c */",
              "O''R DROP  TABLE x -- \\\\\\\"a\\\\\\\" \\\\\\\\ /* c */",
              "\"single quote escaped\",\"semicolons removed\",\"'\\\"' escaped\",\"'\\\\' escaped\","
              "\"SQL injection pattern detected: drop table\",\"SQL injection pattern detected: -- \","
              "\"SQL injection pattern detected: /*\"");
    sanitizes("sql_safe", "a\\u0000b", "ab", "\"null bytes removed\"");
}

KL_TEST(names_of_files)
{
    KL_UNUSED_STATE;
    sanitizes("filename", "report.txt", "report.txt", "");
    sanitizes("filename", "../../etc/passwd", "etcpasswd",
              "\"path traversal sequences removed\",\"path separators removed\"");
    sanitizes("filename", "a:b*c?\\\"<>|\\u0000\\u0007.txt", "abc.txt",
              "\"null bytes removed\",\"illegal filename characters removed\"");
    sanitizes("filename", " .a .txt . ", "a .txt", "\"leading or trailing dots and blanks removed\"");
    sanitizes("filename", "...", "", "\"path traversal sequences removed\"");
    sanitizes("filename", "con", "_con", "\"reserved device name changed\"");
    sanitizes("filename", "NUL.tar.gz", "_NUL.tar.gz", "\"reserved device name changed\"");
    sanitizes("filename", "Com1.txt", "_Com1.txt", "\"reserved device name changed\"");
    sanitizes("filename", "lpt\xC2\xB9", "_lpt\xC2\xB9", "\"reserved device name changed\"");
    sanitizes("filename", "com10", "com10", "");
    sanitizes("filename", "console", "console", "");
}

KL_TEST(long_names_are_cut_between_characters)
{
    KL_UNUSED_STATE;
    char input[600] = "{\"sanitization_type\":\"filename\",\"input\":\"", *end = input + strlen(input);
    for (int i = 0; i < 130; i++)
        end = stpcpy(end, "\xC3\xA9");
    strcpy(end, ".txt\"}");
    kl_value out = kl_null();
    assert_int_equal(run_node(&out, "InputSanitizationNode", NULL, input, NULL), KL_OK);
    kl_text name = kl_as_text(kl_map_get(out, KL_TEXT("sanitized")));
    assert_int_equal(name.len, 254);
    assert_memory_equal(name.data + 248, "\xC3\xA9.txt", 6);
    kl_value_release(out);
}

KL_TEST(addresses)
{
    KL_UNUSED_STATE;
    sanitizes("url", "abc123", "abc123", "");
    sanitizes("url", "http://x.y/a b?c=d&e=\xC3\xA9", "http%3A%2F%2Fx%2Ey%2Fa%20b%3Fc%3Dd%26e%3D%C3%A9",
              "\"unsafe URL characters encoded\"");
    static const char *const bad[] = {"javascript:alert(1)", " JavaScript:x", "java\\nscript :x",
                                      "\\u0001javascript:", "javascript:"};
    for (size_t i = 0; i < KL_COUNT(bad); i++)
        sanitizes("url", bad[i], "", "\"dangerous URL scheme blocked: javascript\"");
    sanitizes("url", "DATA:text/html,x", "", "\"dangerous URL scheme blocked: data\"");
    sanitizes("url", "vbscript:x", "", "\"dangerous URL scheme blocked: vbscript\"");
    sanitizes("url", "javascript", "javascript", "");
}

KL_TEST(wrong_inputs)
{
    KL_UNUSED_STATE;
    fails("InputSanitizationNode", NULL, "{\"input\":\"x\"}",
          "missing required input: sanitization_type");
    fails("InputSanitizationNode", NULL, "{\"sanitization_type\":\"html\"}",
          "missing required input: input");
    fails("InputSanitizationNode", NULL, "{\"input\":5,\"sanitization_type\":\"html\"}",
          "invalid input 'input': expected string, got 5");
    fails("InputSanitizationNode", NULL, "{\"input\":\"x\",\"sanitization_type\":\"zz\"}",
          "invalid input 'sanitization_type': expected one of: html, sql_safe, filename, url, got \"zz\"");
}

KL_TEST(memory_may_end)
{
    KL_UNUSED_STATE;
    static const char *const kinds[] = {"html", "sql_safe", "filename", "url"};
    for (size_t i = 0; i < KL_COUNT(kinds); i++) {
        char inputs[256];
        snprintf(inputs, sizeof inputs,
                 "{\"sanitization_type\":\"%s\",\"input\":\"<p onx=1 title='&lt;'>a'b;/con<table><td> "
                 "<script>UNION SELECT\"}",
                 kinds[i]);
        survives_failed_allocations("InputSanitizationNode", NULL, inputs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_are_decoded_as_browsers_do),
        cmocka_unit_test(harmless_html_stays),
        cmocka_unit_test(elements_are_closed_and_nested),
        cmocka_unit_test(active_content_goes),
        cmocka_unit_test(addresses_are_read_as_browsers_read_them),
        cmocka_unit_test(nothing_mutates_into_markup),
        cmocka_unit_test(what_is_clean_stays_as_it_is),
        cmocka_unit_test(depth_and_size_are_bounded),
        cmocka_unit_test(html_by_the_node),
        cmocka_unit_test(texts_for_sql),
        cmocka_unit_test(names_of_files),
        cmocka_unit_test(long_names_are_cut_between_characters),
        cmocka_unit_test(addresses),
        cmocka_unit_test(wrong_inputs),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
