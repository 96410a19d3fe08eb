/* tests/c/folder.h - a folder of one test program's own, and files in it. */
#ifndef KL_TESTS_FOLDER_H
#define KL_TESTS_FOLDER_H

#include "test.h"

#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

/* "{DIR}" in texts of tests stands for it. */
static char test_folder[64];

static inline int make_test_folder(void **state)
{
    (void)state;
    strcpy(test_folder, "/tmp/kailash_test_XXXXXX");
    return mkdtemp(test_folder) ? 0 : -1;
}

static inline int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *walk)
{
    (void)facts, (void)kind, (void)walk;
    return remove(path);
}

static inline int remove_test_folder(void **state)
{
    (void)state;
    return nftw(test_folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* `text` with {DIR} and {DATA} (the test data) filled in; in one of a few buffers in turn. */
static inline const char *fill(const char *text)
{
    static char buffers[8][8192];
    static unsigned turn;
    char *out = buffers[turn++ % 8];
    size_t len = 0;
    for (; *text && len < sizeof buffers[0] - 512; text++) {
        bool is_folder = strncmp(text, "{DIR}", 5) == 0, is_data = strncmp(text, "{DATA}", 6) == 0;
        const char *data = getenv("KAILASH_TEST_DATA");
        const char *word = is_folder ? test_folder : data ? data : "tests/data";
        if (is_folder || is_data) {
            len += (size_t)snprintf(out + len, 500, "%s", word);
            text += is_folder ? 4 : 5;
        } else {
            out[len++] = *text;
        }
    }
    out[len] = '\0';
    return out;
}

static inline void put_file(const char *path, kl_text bytes)
{
    FILE *file = fopen(fill(path), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.data, 1, bytes.len, file), bytes.len);
    assert_int_equal(fclose(file), 0);
}

static inline void assert_file(const char *path, const char *expected)
{
    static char bytes[65536];
    FILE *file = fopen(fill(path), "rb");
    assert_non_null(file);
    bytes[fread(bytes, 1, sizeof bytes - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(bytes, expected);
}

static inline bool file_exists(const char *path) { return access(fill(path), F_OK) == 0; }

/* Files in the test folder itself: no temporary file may stay behind. */
static inline int count_test_files(void)
{
    char command[200];
    int count = -1;
    snprintf(command, sizeof command, "ls -A %s | wc -l", test_folder);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_int_equal(fscanf(pipe, "%d", &count), 1);
    pclose(pipe);
    return count;
}

#endif
