/* XML read through libxml2 and written here. */
#include "format_test.h"

#include "xml.h"

KL_TEST(elements_become_values)
{
    KL_UNUSED_STATE;
    static const char *const rows[][2] = {
        {"<a/>", "{\"a\":null}"},
        {"<a> \n </a>", "{\"a\":null}"},
        {"<a> x y\n</a>", "{\"a\":\"x y\"}"},
        {"<a b='1' c=\"x &lt; y\"/>", "{\"a\":{\"@b\":\"1\",\"@c\":\"x < y\"}}"},
        {"<a b=''>t</a>", "{\"a\":{\"@b\":\"\",\"#text\":\"t\"}}"},
        {"<a><b>1</b><c/><b>2</b><b>3</b></a>", "{\"a\":{\"b\":[\"1\",\"2\",\"3\"],\"c\":null}}"},
        {"<a>x<b/>y</a>", "{\"a\":{\"b\":null,\"#text\":\"xy\"}}"},
        {"<a><!-- gone --><?pi gone?>x<!-- gone -->y</a>", "{\"a\":\"xy\"}"},
        {"<a><![CDATA[<b> & ]]>c</a>", "{\"a\":\"<b> & c\"}"},
        {"<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x1F600;</a>", "{\"a\":\"<>&\\\"'A😀\"}"},
        {"<?xml version='1.0' encoding='ISO-8859-1'?><é>ü</é>", "{\"é\":\"ü\"}"},
        {"<!DOCTYPE a><a/>", "{\"a\":null}"},
        {"<p:a xmlns:p='urn:x' xmlns='urn:y' p:q='1'><b/></p:a>",
         "{\"p:a\":{\"@xmlns:p\":\"urn:x\",\"@xmlns\":\"urn:y\",\"@p:q\":\"1\",\"b\":null}}"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        reads_in("xml", kl_text_from(rows[i][0]), rows[i][1], rows[i][0], (int)i);
}

KL_TEST(malformed_documents_have_a_place)
{
    KL_UNUSED_STATE;
    refuses("xml", "<a>\n  <b></c></a>", "Opening and ending tag mismatch: b line 2 and c", 2, 10);
    static const char *const rows[] = {
        "", " ", "x", "<a>", "<a", "<a b></a>", "<a b=1/>", "<a b='1' b='2'/>", "<a/><b/>",
        "<a>&</a>", "<a>&nbsp;</a>", "<a>&#0;</a>", "<1a/>", "<a><b></a></b>", "<a>\x01</a>",
        "<p:a><![CDATA[x</p:a>", "<a><!-- -- --></a>", "<?xml version='1.0'?>",
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        is_malformed("xml", rows[i]);
}

KL_TEST(entities_and_files_are_refused)
{
    KL_UNUSED_STATE;
    refuses("xml", "<!DOCTYPE a [<!ENTITY e 'x'>]>\n<a>&e;</a>", "unrecognized entity 'e'", 2, 7);
    static const char *const rows[] = {
        "<!DOCTYPE a [<!ENTITY e 'x'>]><a b='&e;'/>",
        "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>",
        "<!DOCTYPE a [<!ENTITY % e SYSTEM 'file:///etc/passwd'> %e;]><a/>",
        "<!DOCTYPE a [<!ENTITY a0 'xx'><!ENTITY a1 '&a0;&a0;'><!ENTITY a2 '&a1;&a1;'>]><a>&a2;</a>",
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        is_malformed("xml", rows[i]);
    /* An external subset is not loaded, so what it might declare is unknown. */
    is_malformed("xml", "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a>&e;</a>");
    reads("xml", "<!DOCTYPE a SYSTEM 'file:///no/such.dtd'><a>x</a>", "{\"a\":\"x\"}");
    reads("xml", "<!DOCTYPE a [<!ENTITY unused 'x'><!ENTITY % p 'y'>]><a>x</a>", "{\"a\":\"x\"}");
}

KL_TEST(depth_is_bounded)
{
    KL_UNUSED_STATE;
    for (size_t depth = 127; depth <= 5000; depth += depth == 127 ? 1 : 4872) {
        char *text = malloc(depth * 7 + 1);
        for (size_t i = 0; i < depth; i++) {
            memcpy(text + 3 * i, "<a>", 3);
            memcpy(text + 3 * depth + 4 * i, "</a>", 4);
        }
        kl_value value = kl_null();
        kl_status status =
            kl_format_read(&value, KL_TEXT("xml"), (kl_text){text, depth * 7}, NULL);
        assert_int_equal(status, depth == 127 ? KL_OK : KL_SYNTAX);
        kl_value_release(value);
        free(text);
    }
}

KL_TEST(writing)
{
    KL_UNUSED_STATE;
#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
    const kl_format_options lines = {.indent = 2};
    const char *value = "{\"a\":{\"@x\":1,\"@y\":\"<\\\"\\n\",\"b\":[1,null,\"\"],\"c\":{\"d\":{}},\"e\":[]}}";
    writes("xml", value,
           HEAD "<a x=\"1\" y=\"&lt;&quot;&#10;\"><b>1</b><b/><b></b><c><d/></c></a>");
    writes_in("xml", value, lines,
              HEAD "\n<a x=\"1\" y=\"&lt;&quot;&#10;\">\n  <b>1</b>\n  <b/>\n  <b></b>\n  <c>\n    <d/>\n"
                   "  </c>\n</a>\n",
              __FILE__, __LINE__);
    writes_in("xml", "{\"a\":{\"#text\":\"t\",\"b\":1}}", lines, HEAD "\n<a>t<b>1</b></a>\n", __FILE__,
              __LINE__);
    writes_in("xml", "{\"x\":1,\"y\":2}", (kl_format_options){.root = KL_TEXT("r")},
              HEAD "<r><x>1</x><y>2</y></r>", __FILE__, __LINE__);
    writes_in("xml", "[1,{\"a\":2}]", (kl_format_options){.root = KL_TEXT("r")},
              HEAD "<r><item>1</item><item><a>2</a></item></r>", __FILE__, __LINE__);
    writes_in("xml", "\"t\"", (kl_format_options){.root = KL_TEXT("r")}, HEAD "<r>t</r>", __FILE__,
              __LINE__);
    writes("xml", "{\"a\":{\"@x\":null,\"#text\":true}}", HEAD "<a x=\"\">true</a>");
}

KL_TEST(what_xml_cannot_say)
{
    KL_UNUSED_STATE;
    cannot_write("xml", "[1]", "XML holds a dict, got array");
    cannot_write("xml", "{}", "an XML document has one top element, got 0; name a root element");
    cannot_write("xml", "{\"a\":1,\"b\":2}",
                 "an XML document has one top element, got 2; name a root element");
    cannot_write("xml", "{\"a\":[1,2]}",
                 "an XML document has one top element, got 2; name a root element");
    cannot_write("xml", "{\"a b\":1}", "'a b' is no XML name");
    cannot_write("xml", "{\"\":1}", "'' is no XML name");
    cannot_write("xml", "{\"a\":{\"@1\":1}}", "'1' is no XML name");
    cannot_write("xml", "{\"a\":{\"@\":1}}", "'@' is no XML name");
    cannot_write("xml", "{\"a\":{\"@b\":[1]}}", "'@b': an array has no XML form");
    cannot_write("xml", "{\"a\":{\"b\":[[1]]}}", "'b': an array has no XML form");
    cannot_write("xml", "{\"a\":\"\\u0001\"}", "character U+0001 has no XML form");
    cannot_write("xml", "{\"a\":\"\\uffff\"}", "character U+FFFF has no XML form");
    assert_true(kl_xml_is_name(KL_TEXT("p:é-1.x")));
    assert_false(kl_xml_is_name(KL_TEXT("-a")));
}

KL_TEST(documents_round_trip)
{
    KL_UNUSED_STATE;
    round_trips("xml", "{\"a\":{\"@x\":\"1 \\n\\t\\r<>&\\\"'\",\"b\":[\"1\",null,{\"c\":\"x\\ny\"}],\"#text\":\"é]]>\"}}");
    round_trips("xml", "{\"p:a\":{\"@xmlns:p\":\"urn:x\",\"p:b\":null}}");
    round_trips("xml", "{\"a\":\"x\\ry\"}");
}

KL_TEST(xml_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    survives_failed_allocations("xml", KL_TEXT("<a x='1'><b>1</b><b>2</b><b/><c>t<d/></c></a>"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_become_values),
        cmocka_unit_test(malformed_documents_have_a_place),
        cmocka_unit_test(entities_and_files_are_refused),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(writing),
        cmocka_unit_test(what_xml_cannot_say),
        cmocka_unit_test(documents_round_trip),
        cmocka_unit_test(xml_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
