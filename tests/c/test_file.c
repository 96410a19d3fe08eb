/* Files: paths kept within a folder, reading with limits, writing whole or not at all. */
#include "store/file.h"
#include "folder.h"

static kl_text path_of(const char *path) { return kl_text_from(fill(path)); }

/* Reads the file; the status, and its content or the message. */
static kl_status read_into(char *to, size_t size, const char *path, kl_file_range_options options)
{
    kl_buffer buffer = KL_BUFFER_INIT;
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_file_read(&buffer, path_of(path), &options, &error);
    snprintf(to, size, "%.*s", status == KL_OK ? (int)buffer.len : INT_MAX,
             status == KL_OK ? kl_buffer_text(&buffer).data : kl_error_message(&error));
    kl_buffer_free(&buffer);
    kl_error_clear(&error);
    return status;
}

static void reads(const char *path, kl_file_range_options options, kl_status wanted,
                  const char *expected)
{
    char text[8192];
    assert_int_equal(read_into(text, sizeof text, path, options), wanted);
    assert_string_equal(text, fill(expected));
}

static void writes(const char *path, const char *content, kl_file_write_options options,
                   kl_status wanted, const char *message)
{
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_file_write(path_of(path), kl_text_from(content), &options, &error);
    assert_string_equal(status == KL_OK ? "" : kl_error_message(&error), fill(message));
    assert_int_equal(status, wanted);
    kl_error_clear(&error);
}

#define RANGE(...) ((kl_file_range_options){.base_dir = {"", 0}, __VA_ARGS__})
#define PLAIN ((kl_file_write_options){.sync = false})

KL_TEST(files_are_read)
{
    KL_UNUSED_STATE;
    put_file("{DIR}/a.txt", KL_TEXT("hello"));
    put_file("{DIR}/empty", KL_TEXT(""));
    reads("{DIR}/a.txt", RANGE(), KL_OK, "hello");

    reads("{DIR}/./a.txt", RANGE(), KL_OK, "hello");
    reads("{DIR}/empty", RANGE(), KL_OK, "");
    reads("{DIR}/a.txt", RANGE(.offset = 1, .length = 3), KL_OK, "ell");
    reads("{DIR}/a.txt", RANGE(.offset = 3), KL_OK, "lo");
    reads("{DIR}/a.txt", RANGE(.offset = 99), KL_OK, "");
    reads("{DIR}/a.txt", RANGE(.offset = UINT64_MAX), KL_INVALID,
          "offset: beyond the end of every file");
}

KL_TEST(what_cannot_be_read_is_told)
{
    KL_UNUSED_STATE;
    assert_int_equal(mkfifo(fill("{DIR}/pipe"), 0600), 0);
    reads("{DIR}/none", RANGE(), KL_IO, "cannot open '{DIR}/none': No such file or directory");
    reads("{DIR}/none/x", RANGE(), KL_IO, "cannot open '{DIR}/none/x': No such file or directory");
    reads("{DIR}/a.txt/x", RANGE(), KL_IO, "cannot resolve '{DIR}/a.txt/x': Not a directory");
    reads("{DIR}", RANGE(), KL_IO, "expected file, got directory: '{DIR}'");
    reads("{DIR}/pipe", RANGE(), KL_IO, "expected file, got device or pipe: '{DIR}/pipe'");
    reads("/dev/zero", RANGE(), KL_IO, "expected file, got device or pipe: '/dev/zero'");
    reads("/", RANGE(), KL_IO, "expected file, got directory: '/'");
    reads("", RANGE(), KL_INVALID, "path: expected a path, got an empty text");
    reads("{DIR}/a.txt", RANGE(.limit = 4), KL_LIMIT,
          "resource limit exceeded: file_size (limit: 4 bytes)");
    reads("{DIR}/a.txt", RANGE(.limit = 5), KL_OK, "hello");
    reads("{DIR}/a.txt", RANGE(.limit = 4, .offset = 1), KL_OK, "ello");
    assert_int_equal(unlink(fill("{DIR}/pipe")), 0);
}

KL_TEST(files_that_do_not_know_their_size_are_read_and_limited)
{
    KL_UNUSED_STATE;
    char text[8192];
    assert_int_equal(read_into(text, sizeof text, "/proc/self/status", RANGE()), KL_OK);
    assert_non_null(strstr(text, "Name:"));
    assert_int_equal(read_into(text, sizeof text, "/proc/self/status", RANGE(.limit = 10)), KL_LIMIT);
}

KL_TEST(bad_paths_are_refused)
{
    KL_UNUSED_STATE;
    kl_buffer buffer = KL_BUFFER_INIT;
    kl_error error = KL_ERROR_INIT;
    char path[PATH_MAX + 10];
    assert_int_equal(kl_file_read(&buffer, KL_TEXT("/tmp\0x"), NULL, &error), KL_INVALID);
    assert_string_equal(error.message, "path: a path holds no NUL");
    memset(path, 'a', sizeof path);
    assert_int_equal(kl_file_read(&buffer, (kl_text){path, sizeof path}, NULL, &error), KL_INVALID);
    assert_string_equal(error.message, "path: longer than 4095 bytes");
    path[0] = '/';
    assert_int_equal(kl_file_read(&buffer, (kl_text){path, 300}, NULL, &error), KL_IO);
    assert_non_null(strstr(error.message, "File name too long"));
    kl_error_clear(&error);
    kl_buffer_free(&buffer);
}

KL_TEST(paths_stay_within_base_dir)
{
    KL_UNUSED_STATE;
    static char base[PATH_MAX];
    assert_int_equal(mkdir(fill("{DIR}/base"), 0700), 0);
    assert_int_equal(mkdir(fill("{DIR}/base2"), 0700), 0);
    put_file("{DIR}/base/in", KL_TEXT("in"));
    put_file("{DIR}/base2/out", KL_TEXT("out"));
    assert_int_equal(symlink("in", fill("{DIR}/base/good")), 0);
    assert_int_equal(symlink(fill("{DIR}/base/in"), fill("{DIR}/base/absolute")), 0);
    assert_int_equal(symlink("../base2/out", fill("{DIR}/base/bad")), 0);
    assert_int_equal(symlink("../base2", fill("{DIR}/base/folder")), 0);
    assert_int_equal(symlink("../base2/new", fill("{DIR}/base/dangling")), 0);
    strcpy(base, fill("{DIR}/base"));
    kl_file_range_options within = {.base_dir = kl_text_from(base)};
    kl_file_write_options write_within = {.base_dir = kl_text_from(base)};

    reads("{DIR}/base/in", within, KL_OK, "in");
    reads("{DIR}/base/good", within, KL_OK, "in");
    reads("{DIR}/base/absolute", within, KL_OK, "in");
    reads("{DIR}/base/../base/in", within, KL_OK, "in");
    static const char *const outside[] = {
        "{DIR}/base2/out", "{DIR}/base/bad", "{DIR}/base/folder/out", "{DIR}/base/../base2/out",
        "{DIR}/base/folder/none", "/etc/passwd", "../etc",
    };
    for (size_t i = 0; i < KL_COUNT(outside); i++) {
        char message[500];
        snprintf(message, sizeof message, "path '%s' leads outside base_dir '{DIR}/base'", outside[i]);
        reads(outside[i], within, KL_DENIED, message);
        writes(outside[i], "x", write_within, KL_DENIED, message);
    }
    assert_false(file_exists("{DIR}/base2/none"));
    /* A link to nothing is not followed but replaced. */
    writes("{DIR}/base/dangling", "mine", write_within, KL_OK, "");
    assert_false(file_exists("{DIR}/base2/new"));
    assert_file("{DIR}/base/dangling", "mine");
    writes("{DIR}/base/new/er/file", "deep", write_within, KL_OK, "");
    assert_file("{DIR}/base/new/er/file", "deep");
    writes("{DIR}/base/none/../../base2/x", "x", write_within, KL_IO,
           "cannot resolve '{DIR}/base/none/../../base2/x': No such file or directory");
    assert_false(file_exists("{DIR}/base/none"));
    strcpy(base, fill("{DIR}/nowhere"));
    within.base_dir = kl_text_from(base);
    reads("{DIR}/base/in", within, KL_IO,
          "cannot resolve base_dir '{DIR}/nowhere': No such file or directory");
    within.base_dir = KL_TEXT("/");
    reads("{DIR}/base/in", within, KL_OK, "in");
}

KL_TEST(writing_replaces_whole_files)
{
    KL_UNUSED_STATE;
    int before = count_test_files();
    writes("{DIR}/w", "one", PLAIN, KL_OK, "");
    assert_file("{DIR}/w", "one");
    writes("{DIR}/w", "two2", PLAIN, KL_OK, "");
    assert_file("{DIR}/w", "two2");
    writes("{DIR}/w", "", (kl_file_write_options){.sync = true}, KL_OK, "");
    assert_file("{DIR}/w", "");
    writes("{DIR}/w", "a", (kl_file_write_options){.append = true}, KL_OK, "");
    writes("{DIR}/w", "b", (kl_file_write_options){.append = true, .sync = true}, KL_OK, "");
    assert_file("{DIR}/w", "ab");
    writes("{DIR}/w", "x", (kl_file_write_options){.create_new = true}, KL_IO,
           "cannot create '{DIR}/w': File exists");
    writes("{DIR}/w2", "x", (kl_file_write_options){.create_new = true}, KL_OK, "");
    assert_file("{DIR}/w2", "x");
    writes("{DIR}", "x", PLAIN, KL_IO, "expected file, got directory: '{DIR}'");
    writes("/dev/null", "x", PLAIN, KL_IO, "expected file, got device or pipe: '/dev/null'");
    assert_int_equal(count_test_files(), before + 2);
}

KL_TEST(an_abort_leaves_the_file_as_it_was)
{
    KL_UNUSED_STATE;
    kl_file_writer *writer;
    put_file("{DIR}/keep", KL_TEXT("old"));
    int before = count_test_files();
    assert_int_equal(kl_file_writer_new(&writer, path_of("{DIR}/keep"), NULL, NULL), KL_OK);
    assert_int_equal(kl_file_writer_add(writer, KL_TEXT("new"), NULL), KL_OK);
    assert_int_equal(kl_file_writer_size(writer), 3);
    assert_file("{DIR}/keep", "old");
    kl_file_writer_abort(writer);
    assert_file("{DIR}/keep", "old");
    assert_int_equal(count_test_files(), before);
}

KL_TEST(mode_bits_and_links_are_kept)
{
    KL_UNUSED_STATE;
    struct stat facts;
    put_file("{DIR}/mode", KL_TEXT("x"));
    assert_int_equal(chmod(fill("{DIR}/mode"), 0640), 0);
    assert_int_equal(symlink("mode", fill("{DIR}/link")), 0);
    writes("{DIR}/link", "through", PLAIN, KL_OK, "");
    assert_file("{DIR}/mode", "through");
    assert_int_equal(lstat(fill("{DIR}/link"), &facts), 0);
    assert_true(S_ISLNK(facts.st_mode));
    assert_int_equal(stat(fill("{DIR}/mode"), &facts), 0);
    assert_int_equal(facts.st_mode & 07777, 0640);
    mode_t mask = umask(027);
    writes("{DIR}/fresh", "x", PLAIN, KL_OK, "");
    umask(mask);
    assert_int_equal(stat(fill("{DIR}/fresh"), &facts), 0);
    assert_int_equal(facts.st_mode & 07777, 0640);
}

KL_TEST(permissions_are_heeded)
{
    KL_UNUSED_STATE;
    bool is_root = geteuid() == 0;
    put_file("{DIR}/secret", KL_TEXT("x"));
    put_file("{DIR}/fixed", KL_TEXT("x"));
    assert_int_equal(chmod(fill("{DIR}/secret"), 0), 0);
    assert_int_equal(chmod(fill("{DIR}/fixed"), 0444), 0);
    assert_int_equal(chmod(test_folder, 0777), 0);
    if (is_root)
        assert_int_equal(seteuid(65534), 0); /* the superuser may do everything */
    reads("{DIR}/secret", RANGE(), KL_IO, "cannot open '{DIR}/secret': Permission denied");
    writes("{DIR}/fixed", "y", PLAIN, KL_IO, "cannot write '{DIR}/fixed': Permission denied");
    writes("{DIR}/fixed", "y", (kl_file_write_options){.append = true}, KL_IO,
           "cannot write '{DIR}/fixed': Permission denied");
    if (is_root)
        assert_int_equal(seteuid(0), 0);
    assert_file("{DIR}/fixed", "x");
}

KL_TEST(folders_are_opened)
{
    KL_UNUSED_STATE;
    kl_error error = KL_ERROR_INIT;
    int folder;
    assert_int_equal(kl_folder_open(&folder, path_of("{DIR}"), KL_TEXT(""), &error), KL_OK);
    close(folder);
    assert_int_equal(kl_folder_open(&folder, KL_TEXT("/"), KL_TEXT(""), &error), KL_OK);
    close(folder);
    put_file("{DIR}/a.txt", KL_TEXT("hello"));
    assert_int_equal(kl_folder_open(&folder, path_of("{DIR}/a.txt"), KL_TEXT(""), &error), KL_IO);
    assert_string_equal(error.message, fill("expected directory, got file: '{DIR}/a.txt'"));
    assert_int_equal(kl_folder_open(&folder, path_of("{DIR}/no"), KL_TEXT(""), &error), KL_IO);
    assert_string_equal(error.message, fill("cannot open '{DIR}/no': No such file or directory"));
    kl_error_clear(&error);
}

KL_TEST(files_survive_every_failed_allocation)
{
    KL_UNUSED_STATE;
    int before = count_test_files();
    size_t failed = 1;
    for (size_t n = 1; failed > 0; n++) {
        kl_buffer buffer = KL_BUFFER_INIT;
        kl_test_fail_allocation(n);
        kl_status status = kl_file_write(path_of("{DIR}/sweep"), KL_TEXT("x"), NULL, NULL);
        if (status == KL_OK)
            status = kl_file_read(&buffer, path_of("{DIR}/sweep"), NULL, NULL);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        assert_int_equal(status, failed ? KL_NO_MEMORY : KL_OK);
        kl_buffer_free(&buffer);
    }
    assert_int_equal(count_test_files(), before + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_read),
        cmocka_unit_test(what_cannot_be_read_is_told),
        cmocka_unit_test(files_that_do_not_know_their_size_are_read_and_limited),
        cmocka_unit_test(bad_paths_are_refused),
        cmocka_unit_test(paths_stay_within_base_dir),
        cmocka_unit_test(writing_replaces_whole_files),
        cmocka_unit_test(an_abort_leaves_the_file_as_it_was),
        cmocka_unit_test(mode_bits_and_links_are_kept),
        cmocka_unit_test(permissions_are_heeded),
        cmocka_unit_test(folders_are_opened),
        cmocka_unit_test(files_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
