/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/teach/teach.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "eligibility/report/text.h"
#include "eligibility/teach/case_id.h"
#include "eligibility/teach/teach_case.h"
#include "imaging/file_bytes.h"
#include "imaging/sha256.h"

typedef struct set {
    size_t count;
    abl_teach_case *cases;
    abl_teach_sources *sources;
} set;

static void leave_out(abl_teach_summary *out, const char *name,
                      const char *reason)
{
    abl_teach_left_out *one = &out->left_out[out->left_out_count++];
    abl_text_clean(one->name, sizeof one->name, name);
    abl_text_clean(one->reason, sizeof one->reason, reason);
}

/* What the keyed hash is made from: the series, or else the whole report. */
static abl_status name_by_salt(abl_teach_case *item,
                               const abl_teach_options *options, abl_error *err)
{
    char path[PATH_MAX], sum[65];
    const char *from = item->report.series_uid;
    abl_status status = ABL_OK;
    if (!from[0]) {
        snprintf(path, sizeof path, "%s/report.json", item->folder);
        status = abl_file_sha256(sum, path, err);
        from = sum;
    }
    if (!status)
        abl_case_id_from_salt(item->id, options->salt, options->salt_bytes,
                              from);
    return status;
}

/* Reads one result; the reason of a refusal is in @p err. */
static abl_status read_case(abl_teach_case *item, const abl_found_result *from,
                            const abl_teach_options *options, abl_error *err)
{
    item->folder = from->folder;
    if (from->problem)
        return abl_error_set(err, ABL_E_FORMAT, "%s", from->problem);
    abl_status status = abl_case_load(&item->report, from->folder, err);
    if (!status && item->report.status != ABL_CASE_READ)
        status = abl_error_set(err, ABL_E_FORMAT, "%s", item->report.message);
    if (!status)
        status = abl_teach_source_load(&item->source, from->folder, err);
    if (!status && !options->accept_burned_in)
        status = abl_teach_check_burned_in(&item->source, err);
    if (!status && options->salt)
        status = name_by_salt(item, options, err);
    return status;
}

static bool is_fatal(abl_status status)
{
    return status == ABL_E_NOMEM || status == ABL_E_CANCELLED ||
           status == ABL_E_INTERNAL;
}

static abl_status read_cases(set *all, abl_teach_summary *out,
                             const abl_found_results *results,
                             const abl_teach_options *options, abl_error *err)
{
    for (size_t n = 0; n < results->count; n++) {
        abl_teach_case *item = &all->cases[all->count];
        abl_error why = {ABL_OK, ""};
        abl_status status = read_case(item, &results->items[n], options, &why);
        if (is_fatal(status))
            return abl_error_set(err, status, "%s", why.message);
        if (status) {
            leave_out(out, results->items[n].name, why.message);
            abl_teach_case_clear(item);
            memset(item, 0, sizeof *item);
            continue;
        }
        item->classes = abl_finding_classes(
            &item->report, abl_teach_max_exophytic_percent(all->sources));
        all->count++;
    }
    return ABL_OK;
}

static int by_id(const void *left, const void *right)
{
    const abl_teach_case *a = left, *b = right;
    const int order = strcmp(a->id, b->id);
    return order ? order : strcmp(a->folder, b->folder);
}

/* A series that was run twice makes two cases. */
static void name_cases(set *all, bool by_salt)
{
    if (by_salt && all->count)
        qsort(all->cases, all->count, sizeof *all->cases, by_id);
    size_t same = 1;
    for (size_t n = 0; n < all->count; n++) {
        if (!by_salt) {
            abl_case_id_from_order(all->cases[n].id, n + 1);
            continue;
        }
        char *id = all->cases[n].id;
        const bool again =
            n > 0 && strncmp(id, all->cases[n - same].id, 15) == 0;
        same = again ? same + 1 : 1;
        if (again)
            snprintf(id + 15, sizeof all->cases[n].id - 15, "-%zu", same);
    }
}

static abl_status build_cases(set *all, const char *folder,
                              const abl_teach_options *options, abl_error *err)
{
    abl_status status = ABL_OK;
    for (size_t n = 0; n < all->count && !status; n++) {
        char path[PATH_MAX];
        snprintf(path, sizeof path, "%s/%s", folder, all->cases[n].id);
        status = abl_progress_step(&options->progress, "teaching pages",
                                   (double)n / (double)all->count, err);
        if (!status && mkdir(path, 0755) != 0)
            status =
                abl_error_set(err, ABL_E_IO, "%s: %s", path, strerror(errno));
        if (!status)
            status =
                abl_teach_case_build(&all->cases[n], folder, all->sources, err);
    }
    return status;
}

/* Answers are kept under this name, so that two sets do not mix. */
static void name_set(char id[17], const set *all)
{
    char hex[65];
    abl_sha256 sha;
    abl_sha256_init(&sha);
    for (size_t n = 0; n < all->count; n++)
        abl_sha256_update(&sha, all->cases[n].data, strlen(all->cases[n].data));
    abl_sha256_finish(hex, &sha);
    snprintf(id, 17, "%.16s", hex);
}

static abl_status write_marker(const char *folder, const set *all,
                               const char *set_id, abl_error *err)
{
    char path[PATH_MAX], text[256];
    snprintf(path, sizeof path, "%s/%s", folder, ABL_TEACH_MARKER);
    const int length = snprintf(text, sizeof text,
                                "{\"schema\": \"ablascreen-teaching-set/1\", "
                                "\"set\": \"%s\", \"cases\": %zu}\n",
                                set_id, all->count);
    return abl_file_write(path, text, (size_t)length, err);
}

static abl_status write_pages(const set *all, const char *folder,
                              abl_error *err)
{
    char set_id[17];
    name_set(set_id, all);
    abl_status status = ABL_OK;
    for (size_t n = 0; n < all->count && !status; n++)
        status = abl_teach_page_write(folder, &all->cases[n], set_id, err);
    if (!status)
        status =
            abl_teach_index_write(folder, all->cases, all->count, set_id, err);
    if (!status)
        status = write_marker(folder, all, set_id, err);
    return status;
}

static abl_status write_set(set *all, abl_teach_summary *out,
                            const char *folder,
                            const abl_found_results *results,
                            const abl_teach_options *options, abl_error *err)
{
    abl_status status = abl_teach_sources_create(&all->sources, err);
    if (!status)
        status = read_cases(all, out, results, options, err);
    if (!status && all->count == 0)
        status =
            out->left_out_count
                ? abl_error_set(err, ABL_E_FORMAT,
                                "no case to teach with; %.200s: %s",
                                out->left_out[0].name, out->left_out[0].reason)
                : abl_error_set(err, ABL_E_FORMAT, "no result was named");
    name_cases(all, options->salt != NULL);
    if (!status)
        status = build_cases(all, folder, options, err);
    if (!status)
        status = write_pages(all, folder, err);
    out->case_count = all->count;
    return status;
}

abl_status abl_teach_write(abl_teach_summary *out, const char *folder,
                           const abl_found_results *results,
                           const abl_teach_options *options, abl_error *err)
{
    set all = {0};
    memset(out, 0, sizeof *out);
    out->left_out = abl_alloc(results->count, sizeof *out->left_out, err);
    all.cases = abl_alloc(results->count + 1, sizeof *all.cases, err);
    abl_status status = ABL_E_NOMEM;
    if (out->left_out && all.cases)
        status = write_set(&all, out, folder, results, options, err);
    for (size_t n = 0; n < all.count; n++)
        abl_teach_case_clear(&all.cases[n]);
    free(all.cases);
    abl_teach_sources_destroy(all.sources);
    return status;
}

void abl_teach_summary_clear(abl_teach_summary *summary)
{
    free(summary->left_out);
    memset(summary, 0, sizeof *summary);
}
