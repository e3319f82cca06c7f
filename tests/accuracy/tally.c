/* SPDX-License-Identifier: Apache-2.0 */
#include "tally.h"

#include <math.h>
#include <stdio.h>

static const char *const group_names[TALLY_GROUPS] = {
    "all",     "slices < 2 mm", "slices 2-3.5 mm", "slices > 3.5 mm",
    "5-10 mm", "10-20 mm",      "20-50 mm"};

static bool belongs(size_t group, const tally_class *of)
{
    switch (group) {
    case TALLY_ALL:
        return true;
    case TALLY_THIN:
        return of->slice_mm < 2;
    case TALLY_MEDIUM:
        return of->slice_mm >= 2 && of->slice_mm <= 3.5;
    case TALLY_THICK:
        return of->slice_mm > 3.5;
    case TALLY_UNDER_10:
        return of->longest_mm < 10;
    case TALLY_10_TO_20:
        return of->longest_mm >= 10 && of->longest_mm < 20;
    default:
        return of->longest_mm >= 20;
    }
}

static void list(const char *name, const char *row, const tally_entry *e)
{
    printf("V %s ", name);
    for (; *row; row++)
        putchar(*row == ' ' ? '_' : *row);
    printf(" %.3f %.3f %.3f %.3f\n", e->value, e->truth, e->stated, e->target);
}

void tally_add(tally_table *table, const tally_class *of, size_t row,
               const tally_entry *entry)
{
    const double error = entry->value - entry->truth;
    if (of->name)
        list(of->name, table->names[row], entry);
    for (size_t g = 0; g < TALLY_GROUPS; g++) {
        if (!belongs(g, of))
            continue;
        tally *t = &table->cells[g][row];
        t->count++;
        t->sum += error;
        t->squares += error * error;
        t->worst = fabs(error) > fabs(t->worst) ? error : t->worst;
        t->stated += entry->stated;
        t->within += fabs(error) <= entry->target;
        t->covered += fabs(error) <= entry->stated;
    }
}

void tally_add_value(tally_table *table, const tally_class *of, size_t row,
                     const abl_value *value, double truth, double target)
{
    const tally_entry entry = {value->value, truth, value->uncertainty, target};
    if (value->measured)
        tally_add(table, of, row, &entry);
}

static void print_row(const char *name, const tally *t)
{
    if (!t->count) {
        printf("%-20s     0\n", name);
        return;
    }
    const double n = (double)t->count, mean = t->sum / n;
    const double sd = sqrt(fmax(0, t->squares / n - mean * mean));
    printf("%-20s %5zu %+8.2f %+8.2f %+8.2f %+8.2f %6.1f %% %8.2f %6.1f %%\n",
           name, t->count, mean, mean - 1.96 * sd, mean + 1.96 * sd, t->worst,
           100 * (double)t->within / n, t->stated / n,
           100 * (double)t->covered / n);
}

void tally_print(const char *title, const tally_table *table, bool split)
{
    for (size_t g = 0; g < (split ? TALLY_GROUPS : 1); g++) {
        printf("\n%s: %s\n%-20s %5s %8s %17s %8s %8s %8s %8s\n", title,
               group_names[g], "", "n", "bias", "95 % limits", "worst",
               "target", "stated", "holds");
        for (size_t r = 0; r < table->rows; r++)
            print_row(table->names[r], &table->cells[g][r]);
    }
}

double tally_share_within(const tally_table *table, size_t row)
{
    const tally *t = &table->cells[TALLY_ALL][row];
    return t->count ? (double)t->within / (double)t->count : 1;
}
