/* Random numbers and UUIDs. */
#include "test.h"
#include "kailash/id.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static int compare_ids(const void *a, const void *b) { return strcmp(a, b); }

KL_TEST(ids_are_of_version_4_and_never_repeat)
{
    KL_UNUSED_STATE;
    enum { COUNT = 20000 };
    char(*ids)[37] = malloc(COUNT * sizeof *ids);
    assert_non_null(ids);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(kl_uuid_new(ids[i], NULL), KL_OK);
        assert_int_equal(strlen(ids[i]), 36);
        assert_true(kl_uuid_is_valid(kl_text_from(ids[i])));
        assert_int_equal(ids[i][14], '4');
        assert_non_null(strchr("89ab", ids[i][19]));
        assert_null(strpbrk(ids[i], "ABCDEF"));
    }
    qsort(ids, COUNT, sizeof *ids, compare_ids);
    for (int i = 1; i < COUNT; i++)
        assert_string_not_equal(ids[i - 1], ids[i]);
    free(ids);
}

KL_TEST(a_forked_child_draws_ids_of_its_own)
{
    KL_UNUSED_STATE;
    char first[37], of_parent[37], of_child[37];
    int ends[2];
    assert_int_equal(kl_uuid_new(first, NULL), KL_OK); /* the buffer is full now */
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        bool ok = kl_uuid_new(of_child, NULL) == KL_OK && write(ends[1], of_child, 37) == 37;
        _exit(ok ? 0 : 1);
    }
    assert_int_equal(kl_uuid_new(of_parent, NULL), KL_OK);
    assert_int_equal(read(ends[0], of_child, 37), 37);
    waitpid(child, NULL, 0);
    close(ends[0]);
    close(ends[1]);
    assert_string_not_equal(of_parent, of_child);
}

static void *draw(void *id)
{
    assert_int_equal(kl_uuid_new(id, NULL), KL_OK);
    return NULL;
}

KL_TEST(threads_draw_different_ids)
{
    KL_UNUSED_STATE;
    char ids[8][37];
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, draw, ids[i]), 0);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < 8; i++)
        for (int j = 0; j < i; j++)
            assert_string_not_equal(ids[i], ids[j]);
}

KL_TEST(what_is_no_uuid_is_told)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text;
        bool valid;
    } rows[] = {
        {"123e4567-e89b-12d3-a456-426614174000", true},
        {"123E4567-E89B-12D3-A456-426614174000", true},
        {"00000000-0000-0000-0000-000000000000", true},
        {"", false},
        {"123e4567e89b12d3a456426614174000", false},
        {"123e4567-e89b-12d3-a456-42661417400", false},
        {"123e4567-e89b-12d3-a456-4266141740000", false},
        {"123e4567-e89b-12d3-a456-42661417400g", false},
        {"123e4567-e89b-12d3-a456_426614174000", false},
        {"-23e4567-e89b-12d3-a456-426614174000", false},
        {"{23e4567-e89b-12d3-a456-42661417400}", false},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        assert_int_equal(kl_uuid_is_valid(kl_text_from(rows[i].text)), rows[i].valid);
}

KL_TEST(random_bytes_fill_all_they_should_and_no_more)
{
    KL_UNUSED_STATE;
    enum { SIZE = 100000 }; /* more than the kernel gives at once */
    unsigned char *bytes = calloc(SIZE + 1, 1);
    size_t seen[256] = {0};
    assert_non_null(bytes);
    assert_int_equal(kl_random(bytes, SIZE, NULL), KL_OK);
    for (size_t i = 0; i < SIZE; i++)
        seen[bytes[i]]++;
    for (int i = 0; i < 256; i++) /* 390 expected, 20 the standard deviation */
        assert_true(seen[i] >= 200 && seen[i] <= 600);
    assert_int_equal(bytes[SIZE], 0);
    assert_int_equal(kl_random(NULL, 0, NULL), KL_OK);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_of_version_4_and_never_repeat),
        cmocka_unit_test(a_forked_child_draws_ids_of_its_own),
        cmocka_unit_test(threads_draw_different_ids),
        cmocka_unit_test(what_is_no_uuid_is_told),
        cmocka_unit_test(random_bytes_fill_all_they_should_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
