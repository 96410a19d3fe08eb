/* tests/fuzz/fuzz_url.c - any URL, seen alone and from a base: the first line is the base. */
#include "fuzz.h"
#include "net/guard.h"
#include "net/url.h"

/* What was read reads the same again, and names what it is made of. */
static void check(const kl_url *url)
{
    kl_url again;
    kl_text text = kl_as_text(url->text);
    KL_REQUIRE(kl_url_parse(&again, text, NULL) == KL_OK);
    KL_REQUIRE(kl_text_equal(kl_as_text(again.text), text));
    KL_REQUIRE(kl_text_equal(again.host, url->host) && again.port == url->port);
    KL_REQUIRE(kl_text_equal(again.target, url->target));
    KL_REQUIRE(kl_is_null(again.user) && kl_is_null(again.password));
    KL_REQUIRE(kl_url_same_origin(&again, url));
    KL_REQUIRE(url->target.len > 0 && url->target.data[0] == '/');
    for (size_t i = 0; i < text.len; i++)
        KL_REQUIRE((unsigned char)text.data[i] > 0x20 && text.data[i] != 0x7f);
    kl_url_clear(&again);
}

/* An address that is not admitted stays so in whatever notation. */
static void check_guard(const kl_url *url)
{
    static const kl_guard careful = {.policy = KL_GUARD_REFUSE_PRIVATE};
    bool is_address;
    kl_address address;
    char text[KL_ADDRESS_TEXT];
    kl_status status = kl_guard_check_host(&careful, url->host, NULL);
    if (kl_address_of_host(&is_address, &address, url->host, NULL) != KL_OK || !is_address)
        return;
    kl_address_print(text, &address);
    KL_REQUIRE(kl_guard_check_host(&careful, kl_text_from(text), NULL) == status);
    KL_REQUIRE(kl_guard_check_address(&careful, &address, NULL) == status);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kl_text input = {(const char *)data, size};
    const char *line = size ? memchr(input.data, '\n', size) : NULL;
    size_t head = line ? (size_t)(line - input.data) : size;
    kl_text reference = {input.data + KL_MIN(head + 1, size), size - KL_MIN(head + 1, size)};
    kl_url base, joined;
    kl_value shown;
    KL_REQUIRE(kl_url_redact(&shown, (kl_text){input.data, head}, NULL) == KL_OK);
    kl_value_release(shown);
    if (kl_url_parse(&base, (kl_text){input.data, head}, NULL) != KL_OK)
        return 0;
    check(&base);
    check_guard(&base);
    if (kl_url_join(&joined, &base, reference, NULL) == KL_OK) {
        check(&joined);
        kl_url_clear(&joined);
    }
    kl_url_clear(&base);
    return 0;
}
