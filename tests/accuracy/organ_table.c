/* SPDX-License-Identifier: Apache-2.0 */
#include "organ_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "score.h"

static const double allowance = 0.02;

static const struct {
    const char *title;
    uint8_t id[2][3], truth[2][3]; /* one or two organs, each list 0-ended */
    double card[ORGAN_CASES];      /* of segmentation/models; 0: not stated */
    double plain[ORGAN_CASES];
} rows[ORGAN_ROWS] = {
    {"liver", {{ABL_LIVER}}, {{6}}, {.958, .973}, {.958, .973}},
    {"spleen", {{ABL_SPLEEN}}, {{1}}, {0, 0}, {.950, .954}},
    {"kidneys",
     {{ABL_RIGHT_KIDNEY}, {ABL_LEFT_KIDNEY}},
     {{2}, {3}},
     {0, 0},
     {.938, .954}},
    {"aorta", {{ABL_AORTA}}, {{8}}, {0, 0}, {.897, .897}},
    {"inferior vena cava",
     {{ABL_INFERIOR_VENA_CAVA}},
     {{9}},
     {0, 0},
     {.898, .903}},
    {"stomach", {{ABL_STOMACH}}, {{7}}, {.700, .924}, {.706, .925}},
    {"oesophagus", {{ABL_ESOPHAGUS}}, {{5}}, {0, 0}, {.750, .732}},
    {"pancreas", {{ABL_PANCREAS}}, {{11}}, {0, 0}, {.532, .787}},
    {"portal and splenic vein",
     {{ABL_PORTAL_AND_SPLENIC_VEIN}},
     {{10}},
     {0, 0},
     {.727, .738}},
    {"gallbladder", {{ABL_GALLBLADDER}}, {{4}}, {.542, .801}, {.479, .799}},
    {"adrenal glands",
     {{ABL_RIGHT_ADRENAL_GLAND}, {ABL_LEFT_ADRENAL_GLAND}},
     {{12}, {13}},
     {0, 0},
     {.551, .697}},
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

/* Whether the card asks for more than the plain network gives. */
static bool is_card_out_of_reach(int slot, int r)
{
    return rows[r].plain[slot] < rows[r].card[slot] - allowance;
}

static bool misses(const organ_table *table, int slot, int r)
{
    const double card = is_card_out_of_reach(slot, r) ? 0 : rows[r].card[slot];
    const double target = fmax(card, rows[r].plain[slot]) - allowance;
    return table->case_name[slot] && !(table->dice[slot][r] >= target);
}

static void print_number(double value)
{
    if (value > 0)
        printf("  %6.3f", value);
    else
        printf("  %6s", "-");
}

static size_t print_row(const organ_table *table, int r)
{
    size_t missed = 0;
    bool out_of_reach = false;
    printf("%-24s", rows[r].title);
    for (int c = 0; c < ORGAN_CASES; c++) {
        print_number(table->dice[c][r]);
        print_number(rows[r].plain[c]);
        print_number(rows[r].card[c]);
        missed += misses(table, c, r);
        out_of_reach = out_of_reach || is_card_out_of_reach(c, r);
    }
    printf("  %s%s\n", missed ? "MISSED" : "ok",
           out_of_reach ? " (card out of the plain network's reach)" : "");
    return missed;
}

size_t organ_table_print(const organ_table *table)
{
    size_t missed = 0;
    if (table->cases == 0)
        return 0;
    printf("\nOrgans, Dice on the scan's grid; target within %.2f of the plain "
           "network and of the model card\n%-24s",
           allowance, "");
    for (int c = 0; c < ORGAN_CASES; c++)
        printf("  %6s   plain    card", card_names[c]);
    printf("\n");
    for (int r = 0; r < ORGAN_ROWS; r++)
        missed += print_row(table, r);
    return missed;
}
