/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/output_folder.h"
#include "tests/unit/check.h"

static char base[PATH_MAX];

static void enter_new_base(void)
{
    snprintf(base, sizeof base, "/tmp/abl-output-XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(base));
}

static const char *in_base(const char *name)
{
    static char path[2 * PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", base, name);
    return path;
}

static void put_file(const char *path)
{
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs("x", file);
    fclose(file);
}

static size_t entries_in(const char *path)
{
    size_t count = 0;
    DIR *stream = opendir(path);
    if (!stream)
        return 0;
    while (readdir(stream))
        count++;
    closedir(stream);
    return count - 2;
}

static void leave_base(void)
{
    char command[PATH_MAX];
    abl_output_folder folder = {.marker = ""};
    snprintf(command, sizeof command, "%s", base);
    memcpy(folder.work_path, command, sizeof command);
    abl_output_folder_discard(&folder);
}

static void commit_makes_the_folder_and_nothing_else(void)
{
    abl_error err;
    abl_output_folder folder;
    char path[PATH_MAX];
    enter_new_base();
    ABL_CHECK_OK(abl_output_folder_open(&folder, in_base("out/"), "report.json",
                                        false, &err),
                 &err);
    ABL_CHECK_OK(abl_output_folder_add(&folder, "masks", &err), &err);
    ABL_CHECK_OK(abl_output_folder_path(path, &folder, "report.json", &err),
                 &err);
    put_file(path);
    CU_ASSERT_NOT_EQUAL(access(in_base("out"), F_OK), 0);
    ABL_CHECK_OK(abl_output_folder_commit(&folder, &err), &err);
    CU_ASSERT_EQUAL(access(in_base("out/report.json"), F_OK), 0);
    CU_ASSERT_EQUAL(entries_in(base), 1);
    leave_base();
}

static void discard_leaves_nothing(void)
{
    abl_error err;
    abl_output_folder folder;
    char path[PATH_MAX];
    enter_new_base();
    ABL_CHECK_OK(abl_output_folder_open(&folder, in_base("out"), "report.json",
                                        false, &err),
                 &err);
    ABL_CHECK_OK(abl_output_folder_path(path, &folder, "half", &err), &err);
    put_file(path);
    abl_output_folder_discard(&folder);
    CU_ASSERT_EQUAL(entries_in(base), 0);
    leave_base();
}

static void existing_folder_is_kept_without_force(void)
{
    abl_error err;
    abl_output_folder folder;
    enter_new_base();
    mkdir(in_base("out"), 0755);
    ABL_CHECK_FAILS(abl_output_folder_open(&folder, in_base("out"),
                                           "report.json", false, &err),
                    ABL_E_INVALID, "--force", &err);
    leave_base();
}

static void force_never_replaces_a_foreign_folder(void)
{
    abl_error err;
    abl_output_folder folder;
    enter_new_base();
    mkdir(in_base("home"), 0755);
    put_file(in_base("home/thesis.txt"));
    ABL_CHECK_FAILS(abl_output_folder_open(&folder, in_base("home"),
                                           "report.json", true, &err),
                    ABL_E_INVALID, "something else", &err);
    CU_ASSERT_EQUAL(access(in_base("home/thesis.txt"), F_OK), 0);
    leave_base();
}

static void force_replaces_an_old_result(void)
{
    abl_error err;
    abl_output_folder folder;
    char path[PATH_MAX];
    enter_new_base();
    mkdir(in_base("out"), 0755);
    put_file(in_base("out/report.json"));
    put_file(in_base("out/old"));
    ABL_CHECK_OK(abl_output_folder_open(&folder, in_base("out"), "report.json",
                                        true, &err),
                 &err);
    ABL_CHECK_OK(abl_output_folder_path(path, &folder, "report.json", &err),
                 &err);
    put_file(path);
    ABL_CHECK_OK(abl_output_folder_commit(&folder, &err), &err);
    CU_ASSERT_NOT_EQUAL(access(in_base("out/old"), F_OK), 0);
    CU_ASSERT_EQUAL(entries_in(base), 1);
    leave_base();
}

static void impossible_places_are_refused(void)
{
    abl_error err;
    abl_output_folder folder;
    const char *bad[] = {"", "/", ".", "..", "a/.."};
    for (size_t n = 0; n < sizeof bad / sizeof bad[0]; n++)
        ABL_CHECK_FAILS(
            abl_output_folder_open(&folder, bad[n], "report.json", true, &err),
            ABL_E_INVALID, "", &err);
    ABL_CHECK_FAILS(abl_output_folder_open(&folder, "/nonexistent/parent/out",
                                           "report.json", false, &err),
                    ABL_E_IO, "No such file", &err);
    enter_new_base();
    put_file(in_base("file"));
    ABL_CHECK_FAILS(abl_output_folder_open(&folder, in_base("file"),
                                           "report.json", true, &err),
                    ABL_E_INVALID, "not a folder", &err);
    leave_base();
}

const char *const abl_test_suite = "cli.output_folder";
CU_TestInfo abl_tests[] = {
    ABL_TEST(commit_makes_the_folder_and_nothing_else),
    ABL_TEST(discard_leaves_nothing),
    ABL_TEST(existing_folder_is_kept_without_force),
    ABL_TEST(force_never_replaces_a_foreign_folder),
    ABL_TEST(force_replaces_an_old_result),
    ABL_TEST(impossible_places_are_refused),
    CU_TEST_INFO_NULL,
};
