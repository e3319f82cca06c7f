/* SPDX-License-Identifier: Apache-2.0 */
#include "organ_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "score.h"

static const double allowance = 0.02;

/* Figures of segmentation/models: mean of four cases, and those stated for
 * btcv03 and btcv25. 0: not stated. */
static const struct {
    const char *title;
    uint8_t id[2][3], truth[2][3]; /* one or two organs, each list 0-ended */
    double card_mean, card_case[ORGAN_CASES];
} rows[ORGAN_ROWS] = {
    {"liver", {{ABL_LIVER}}, {{6}}, .962, {.958, .973}},
    {"spleen", {{ABL_SPLEEN}}, {{1}}, .956, {0, 0}},
    {"kidneys",
     {{ABL_RIGHT_KIDNEY}, {ABL_LEFT_KIDNEY}},
     {{2}, {3}},
     .938,
     {0, 0}},
    {"aorta", {{ABL_AORTA}}, {{8}}, .918, {0, 0}},
    {"inferior vena cava", {{ABL_INFERIOR_VENA_CAVA}}, {{9}}, .902, {0, 0}},
    {"stomach", {{ABL_STOMACH}}, {{7}}, .869, {.700, .924}},
    {"oesophagus", {{ABL_ESOPHAGUS}}, {{5}}, .770, {0, 0}},
    {"pancreas", {{ABL_PANCREAS}}, {{11}}, .751, {0, 0}},
    {"portal and splenic vein",
     {{ABL_PORTAL_AND_SPLENIC_VEIN}},
     {{10}},
     .733,
     {0, 0}},
    {"gallbladder", {{ABL_GALLBLADDER}}, {{4}}, .698, {.542, .801}},
    {"adrenal glands",
     {{ABL_RIGHT_ADRENAL_GLAND}, {ABL_LEFT_ADRENAL_GLAND}},
     {{12}, {13}},
     .60,
     {0, 0}},
};
static const char *const card_names[ORGAN_CASES] = {"btcv03", "btcv25"};

static int find_slot(const char *name)
{
    for (int c = 0; c < ORGAN_CASES; c++)
        if (strcmp(card_names[c], name) == 0)
            return c;
    return -1;
}

void organ_table_add(organ_table *table, const char *name,
                     const abl_structures *structures, const abl_volume *truth)
{
    const int slot = find_slot(name);
    if (slot < 0)
        return;
    table->case_name[slot] = card_names[slot];
    table->cases += 1;
    for (int r = 0; r < ORGAN_ROWS; r++) {
        double sum = 0;
        int organs = 0;
        for (; organs < 2 && rows[r].id[organs][0]; organs++)
            sum += score_dice(structures->labels, rows[r].id[organs], truth,
                              rows[r].truth[organs]);
        table->dice[slot][r] = sum / organs;
    }
}

static bool misses(const organ_table *table, int r)
{
    bool stated = false, missed = false;
    double sum = 0;
    for (int c = 0; c < ORGAN_CASES; c++) {
        sum += table->dice[c][r];
        if (rows[r].card_case[c] == 0)
            continue;
        stated = true;
        missed = missed ||
                 (table->case_name[c] &&
                  !(table->dice[c][r] >= rows[r].card_case[c] - allowance));
    }
    if (stated || table->cases < ORGAN_CASES)
        return missed;
    return !(sum / ORGAN_CASES >= rows[r].card_mean - allowance);
}

static void print_number(double value)
{
    if (value > 0)
        printf("  %6.3f", value);
    else
        printf("  %6s", "-");
}

size_t organ_table_print(const organ_table *table)
{
    size_t missed = 0;
    if (table->cases == 0)
        return 0;
    printf("\nOrgans, Dice on the scan's grid; the card gives the mean of four "
           "cases\n%-24s  btcv03    card  btcv25    card    mean    card\n",
           "");
    for (int r = 0; r < ORGAN_ROWS; r++) {
        const bool bad = misses(table, r);
        double sum = 0;
        printf("%-24s", rows[r].title);
        for (int c = 0; c < ORGAN_CASES; c++) {
            print_number(table->dice[c][r]);
            print_number(rows[r].card_case[c]);
            sum += table->dice[c][r];
        }
        print_number(table->cases == ORGAN_CASES ? sum / ORGAN_CASES : 0);
        print_number(rows[r].card_mean);
        printf("  %s\n", bad ? "MISSED" : "ok");
        missed += bad;
    }
    return missed;
}
