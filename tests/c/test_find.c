/* All places of one text in another, and ASCII many bytes at a time, beside what is plainly right. */
#include "test.h"
#include "ascii.h"
#include "find.h"

#include <ctype.h>

enum { TEXT_MAX = 300 };

static uint64_t state = 1;

static size_t draw(size_t bound)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(state >> 33) % bound;
}

/* A text of letters of the first `letters` of the alphabet, in memory of just its size. */
static char *draw_text(size_t len, size_t letters)
{
    char *text = malloc(len ? len : 1);
    assert_non_null(text);
    for (size_t i = 0; i < len; i++)
        text[i] = (char)('a' + draw(letters));
    return text;
}

static void finds_all(kl_text text, kl_text what, size_t room)
{
    size_t places[8], from = 0, found;
    kl_finder finder = kl_finder_of(text, what);
    do {
        found = kl_find(places, room, &finder);
        assert_true(found <= room);
        for (size_t i = 0; i < found; i++) {
            const char *right = memmem(text.data + from, text.len - from, what.data, what.len);
            assert_non_null(right);
            assert_int_equal(places[i], right - text.data);
            from = places[i] + what.len;
        }
    } while (found == room);
    assert_null(memmem(text.data + from, text.len - from, what.data, what.len));
    assert_int_equal(kl_find(places, room, &finder), 0);
}

KL_TEST(every_place_is_found_once)
{
    KL_UNUSED_STATE;
    for (size_t round = 0; round < 20000; round++) {
        size_t letters = 1 + draw(3), len = draw(TEXT_MAX);
        kl_text text = {draw_text(len, letters), len};
        size_t what_len = 1 + draw(round % 10 ? 5 : 90);
        kl_text what = {draw_text(what_len, letters), what_len};
        finds_all(text, what, 1 + draw(8));
        free((char *)text.data);
        free((char *)what.data);
    }
}

KL_TEST(a_long_text_that_nearly_fits_everywhere)
{
    KL_UNUSED_STATE;
    char text[2000], what[400];
    memset(text, 'a', sizeof text);
    memset(what, 'a', sizeof what);
    what[200] = 'b';
    finds_all((kl_text){text, sizeof text}, (kl_text){what, sizeof what}, 3);
    what[200] = 'a';
    finds_all((kl_text){text, sizeof text}, (kl_text){what, sizeof what}, 3);
}

/* ---- ASCII ------------------------------------------------------------------------------------- */

static void title_plainly(char *to, kl_text text)
{
    bool in_word = false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        bool part = isalnum(byte) || (in_word && byte == '\'');
        to[i] = (char)(part && !in_word ? toupper(byte) : tolower(byte));
        in_word = part;
    }
}

KL_TEST(ascii_is_changed_as_byte_by_byte)
{
    KL_UNUSED_STATE;
    char from[TEXT_MAX], to[TEXT_MAX], right[TEXT_MAX];
    static const char some[] = "aZ'0 z'";
    for (size_t round = 0; round < 4000; round++) {
        kl_text text = {from, draw(TEXT_MAX)};
        for (size_t i = 0; i < text.len; i++)
            from[i] = round % 2 ? some[draw(sizeof some - 1)] : (char)draw(128);
        assert_true(kl_text_is_ascii(text));
        kl_ascii_upper(to, text);
        for (size_t i = 0; i < text.len; i++)
            assert_int_equal(to[i], toupper(from[i]));
        kl_ascii_lower(to, text);
        for (size_t i = 0; i < text.len; i++)
            assert_int_equal(to[i], tolower(from[i]));
        kl_ascii_reverse(to, text);
        for (size_t i = 0; i < text.len; i++)
            assert_int_equal(to[i], from[text.len - 1 - i]);
        kl_ascii_title(to, text);
        title_plainly(right, text);
        assert_memory_equal(to, right, text.len);
    }
}

KL_TEST(one_byte_makes_a_text_more_than_ascii)
{
    KL_UNUSED_STATE;
    char text[1000];
    memset(text, 'a', sizeof text);
    assert_true(kl_text_is_ascii((kl_text){text, 0}));
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = (char)0x80;
        assert_false(kl_text_is_ascii((kl_text){text, sizeof text}));
        assert_true(kl_text_is_ascii((kl_text){text, i}));
        text[i] = 'a';
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_place_is_found_once),
        cmocka_unit_test(a_long_text_that_nearly_fits_everywhere),
        cmocka_unit_test(ascii_is_changed_as_byte_by_byte),
        cmocka_unit_test(one_byte_makes_a_text_more_than_ascii),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
