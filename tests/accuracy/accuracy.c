/* Prints how well the structures of real cases agree with their references,
 * and whether the targets are met.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   abl_accuracy [--case NAME] [--dump FOLDER] [--verbose]
 *
 * Cases are looked for in $ABLASCREEN_SHARED/cases, or ../shared/cases. Exit
 * code 0: all targets of the cases that are there are met (or none is there);
 * 1: one is missed, or a case failed; 2: wrong usage.
 */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cases.h"
#include "corridor.h"
#include "imaging/nifti.h"
#include "organ_table.h"
#include "score.h"

typedef struct accuracy_options {
    char folder[PATH_MAX];
    const char *only, *dump;
    bool verbose;
} accuracy_options;

typedef struct accuracy {
    accuracy_options options;
    organ_table organs;
    score_detection from_10_mm; /* sums over the cases with lesions */
    size_t lesion_cases, false_any_size;
    size_t run, skipped, missed;
} accuracy;

static void say_target(accuracy *a, const char *what, double value,
                       double target, bool good)
{
    printf("    %-44s %7.3f  target %6.3f  %s\n", what, value, target,
           good ? "ok" : "MISSED");
    a->missed += !good;
}

static void print_structures(const abl_structures *s, const double *seconds)
{
    const abl_phase_estimate *phase = &s->phase;
    size_t low = 0;
    for (size_t n = 0; n < s->lesion_count; n++)
        low += s->lesions[n].is_low_confidence;
    printf("    liver %.0f mL%s, edge +-%.1f mm; %zu lesion candidates, %zu of "
           "low confidence; noise %.1f HU\n",
           s->items[ABL_LIVER].volume_ml,
           s->items[ABL_LIVER].found == ABL_FOUND_CUT ? " (cut)" : "",
           s->items[ABL_LIVER].edge_sd_mm, s->lesion_count, low, s->noise_hu);
    printf("    phase %s, confidence %.2f: %s\n", abl_phase_name(phase->phase),
           phase->confidence, phase->reason);
    for (size_t n = 0; n < s->warning_count; n++)
        printf("    warning %s: %s\n", s->warnings[n].code,
               s->warnings[n].text);
    printf("    %.1f s organs, %.1f s lesions, %.1f s body\n",
           seconds[ABL_SEGMENT_ORGANS], seconds[ABL_SEGMENT_LESIONS],
           seconds[ABL_SEGMENT_BODY]);
}

static void print_lesion_list(const abl_structures *s)
{
    for (size_t n = 0; n < s->lesion_count; n++) {
        const abl_lesion *l = &s->lesions[n];
        printf("    lesion %2zu: %5.1f mm at %zu %zu %zu, confidence %.2f%s, "
               "edge %.1f mm: %s\n",
               n + 1, l->equivalent_diameter_mm, (l->lo[0] + l->hi[0]) / 2,
               (l->lo[1] + l->hi[1]) / 2, (l->lo[2] + l->hi[2]) / 2,
               l->confidence, l->is_low_confidence ? " (low)" : "",
               l->edge_sd_mm, l->confidence_reason);
    }
}

static abl_status score_lesion_case(accuracy *a, const abl_structures *s,
                                    const abl_volume *truth, abl_error *err)
{
    score_lesions l;
    abl_status status =
        score_lesions_find(&l, s, truth, 2, a->options.verbose, err);
    if (status)
        return status;
    printf("    lesions: Dice %.3f; volume %.1f mL, reference %.1f mL\n",
           l.dice, l.found_ml, l.truth_ml);
    printf("    from 10 mm: %zu of %zu found, %zu false (%zu not low); from 5 "
           "mm: %zu of %zu, %zu false of any size\n",
           l.from_10_mm.found, l.from_10_mm.truth, l.from_10_mm.false_all,
           l.from_10_mm.false_sure, l.from_5_mm.found, l.from_5_mm.truth,
           l.from_5_mm.false_all);
    printf("    equivalent diameter, %zu single pairs from 10 mm: mean error "
           "%.1f mm, bias %+.1f mm, worst %.1f mm\n",
           l.pairs, l.diameter_error_mm, l.diameter_bias_mm,
           l.worst_diameter_mm);
    a->from_10_mm.truth += l.from_10_mm.truth;
    a->from_10_mm.found += l.from_10_mm.found;
    a->lesion_cases += 1;
    a->from_10_mm.false_all += l.from_10_mm.false_all;
    a->false_any_size += l.from_5_mm.false_all;
    return ABL_OK;
}

static abl_status score_case(accuracy *a, const case_entry *entry,
                             const abl_structures *s, const case_data *data,
                             abl_error *err)
{
    static const uint8_t ours[] = {ABL_LIVER, 0}, any[] = {1, 2, 0};
    static const uint8_t btcv[] = {6, 0}, one[] = {1, 255, 0};
    const uint8_t *truth = entry->kind == CASE_ORGANS  ? btcv
                           : entry->kind == CASE_LIVER ? one
                                                       : any;
    if (entry->kind == CASE_NO_TRUTH) {
        print_lesion_list(s);
        return ABL_OK;
    }
    if (data->truth_moved)
        printf("    (reference sampled nearest from another grid)\n");
    const double dice = score_dice(s->labels, ours, data->truth, truth);
    say_target(a, "liver Dice", dice, entry->least_liver_dice,
               dice >= entry->least_liver_dice);
    if (entry->kind == CASE_ORGANS)
        organ_table_add(&a->organs, entry->name, s, data->truth);
    if (entry->kind == CASE_LIVER_AND_LESION)
        return score_lesion_case(a, s, data->truth, err);
    if (a->options.verbose)
        print_lesion_list(s);
    return ABL_OK;
}

/* Nothing in a recommended corridor is as bright as bone or dark as gas. */
static abl_status check_corridors(accuracy *a, const abl_structures *s,
                                  const case_data *data, abl_error *err)
{
    corridor_check c;
    const abl_status status =
        corridor_check_find(&c, data->image, s, data->info, err);
    if (status || !c.lesions)
        return status;
    printf("    %zu of %zu lesions have a recommended path\n", c.paths,
           c.lesions);
    if (!c.paths)
        return ABL_OK;
    say_target(a, "brightest in the corridors [HU]", c.most_hu,
               CORRIDOR_MOST_HU, c.most_hu <= CORRIDOR_MOST_HU);
    say_target(a, "darkest in the corridors [HU]", c.least_hu,
               CORRIDOR_LEAST_HU, c.least_hu >= CORRIDOR_LEAST_HU);
    return ABL_OK;
}

static abl_status dump(const accuracy *a, const case_entry *entry,
                       const abl_structures *s, const case_data *data,
                       abl_error *err)
{
    const struct {
        const char *what;
        const abl_volume *volume;
    } files[] = {{"image", data->image},
                 {"labels", s->labels},
                 {"lesions", s->lesion_labels},
                 {"truth", data->truth}};
    abl_status status = ABL_OK;
    for (size_t n = 0; n < 4 && !status && a->options.dump; n++) {
        char path[PATH_MAX];
        snprintf(path, sizeof path, "%s/%s_%s.nii.gz", a->options.dump,
                 entry->name, files[n].what);
        if (files[n].volume)
            status = abl_nifti_write(path, files[n].volume, err);
    }
    return status;
}

static abl_status run_case(accuracy *a, const case_entry *entry, abl_error *err)
{
    double seconds[ABL_SEGMENT_STAGES] = {0};
    const abl_segment_options how = {.model_dir = ABL_MODEL_DIR,
                                     .stage_seconds = seconds};
    case_data data;
    abl_structures *structures = NULL;
    abl_status status = case_load(&data, a->options.folder, entry, err);
    if (!status)
        status = abl_segment_ct(&structures, data.image, data.info, &how, err);
    if (!status) {
        print_structures(structures, seconds);
        status = score_case(a, entry, structures, &data, err);
    }
    if (!status)
        status = check_corridors(a, structures, &data, err);
    if (!status)
        status = dump(a, entry, structures, &data, err);
    abl_structures_destroy(structures);
    case_clear(&data);
    return status;
}

static bool is_there(const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct stat info;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return stat(path, &info) == 0;
}

static void visit_case(accuracy *a, const case_entry *entry)
{
    if (a->options.only && strcmp(a->options.only, entry->name) != 0)
        return;
    printf("%s\n", entry->name);
    if (!is_there(a->options.folder, entry->image)) {
        printf("    skipped: not in %s\n", a->options.folder);
        a->skipped += 1;
        return;
    }
    abl_error err = {.code = ABL_OK};
    a->run += 1;
    if (run_case(a, entry, &err) != ABL_OK) {
        printf("    FAILED: %s\n", err.message);
        a->missed += 1;
    }
    fflush(stdout);
}

static bool read_arguments(accuracy_options *options, int argc, char **argv)
{
    const char *shared = getenv("ABLASCREEN_SHARED");
    snprintf(options->folder, sizeof options->folder, "%s/cases",
             shared && shared[0] ? shared : "../shared");
    for (int n = 1; n < argc; n++) {
        const bool has_value = n + 1 < argc;
        if (strcmp(argv[n], "--verbose") == 0)
            options->verbose = true;
        else if (strcmp(argv[n], "--case") == 0 && has_value)
            options->only = argv[++n];
        else if (strcmp(argv[n], "--dump") == 0 && has_value)
            options->dump = argv[++n];
        else
            return false;
    }
    return true;
}

static void print_sums(accuracy *a)
{
    a->missed += organ_table_print(&a->organs);
    printf("\n");
    if (a->from_10_mm.truth && !a->options.only) {
        const double share =
            (double)a->from_10_mm.found / (double)a->from_10_mm.truth;
        say_target(a, "lesions from 10 mm found, all cases", share, 0.8,
                   share >= 0.8);
        const double each = (double)a->false_any_size / (double)a->lesion_cases;
        say_target(a, "false lesions of any size, mean of the cases", each, 2,
                   each <= 2);
    }
    printf("%zu cases run, %zu skipped, %zu targets missed\n", a->run,
           a->skipped, a->missed);
}

int main(int argc, char **argv)
{
    accuracy a = {.run = 0};
    if (!read_arguments(&a.options, argc, argv)) {
        fprintf(stderr, "usage: %s [--case NAME] [--dump FOLDER] [--verbose]\n",
                argv[0]);
        return 2;
    }
    for (size_t n = 0; n < case_count; n++)
        visit_case(&a, &case_list[n]);
    print_sums(&a);
    return a.missed ? 1 : 0;
}
