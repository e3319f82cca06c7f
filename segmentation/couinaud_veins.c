/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/couinaud_veins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NONE  ABL_VESSEL_NO_PARENT
#define VEINS ABL_HEPATIC_VEINS_COUNT

/* Roots of the great veins, and what a main course must have. */
static const double root_calibre_mm = 4, root_length_mm = 20;
static const double confluence_mm = 25;
static const double least_course_mm = 30, most_course_mm = 100;
static const double common_mm = 30, apart_degrees = 25;
/* Direction is read between these distances from the vena cava. */
static const double near_mm = 15, far_mm = 65;
/* Usual directions and their spread; no course beyond 2.2 spreads. */
static const double usual_degrees[VEINS] = {-95, -30, 45};
static const double spread_degrees[VEINS] = {28, 20, 25};
static const double most_spreads = 2.2;

#define MAX_COURSES 24

typedef struct course {
    int32_t leaf;
    double degrees, weight, score;
} course;

typedef struct course_list {
    size_t count;
    course items[MAX_COURSES]; /* best first */
} course_list;

static bool is_great_root(const abl_vessel_walk *walk, size_t n)
{
    const abl_vessel_node *node = &walk->vessels->nodes[n];
    return node->tree == ABL_TREE_HEPATIC && node->parent == NONE &&
           walk->below_mm[n] >= root_length_mm &&
           abl_vessel_branch_calibre_mm(walk, (int32_t)n, 15) >=
               root_calibre_mm;
}

bool abl_hepatic_confluence(double lps[3], const abl_vessel_walk *walk)
{
    const abl_vessels *vessels = walk->vessels;
    double top = -HUGE_VAL, count = 0;
    for (size_t n = 0; n < vessels->node_count; n++)
        if (is_great_root(walk, n))
            top = fmax(top, vessels->nodes[n].lps[2]);
    lps[0] = lps[1] = lps[2] = 0;
    for (size_t n = 0; n < vessels->node_count; n++) {
        if (!is_great_root(walk, n) ||
            vessels->nodes[n].lps[2] < top - confluence_mm)
            continue;
        count++;
        for (int a = 0; a < 3; a++)
            lps[a] += vessels->nodes[n].lps[a];
    }
    for (int a = 0; a < 3; a++)
        lps[a] /= fmax(1, count);
    return count > 0;
}

double abl_degrees_around(const double cava_lps[3], const double lps[3])
{
    return atan2(lps[0] - cava_lps[0], cava_lps[1] - lps[1]) * 180 / M_PI;
}

/* Length times calibre up to most_course_mm, and the mean direction. */
static course read_course(const abl_vessel_walk *walk, int32_t leaf,
                          const double cava_lps[3])
{
    const abl_vessel_node *nodes = walk->vessels->nodes;
    course out = {.leaf = leaf};
    double front = 0, left = 0;
    for (int32_t n = leaf; nodes[n].parent != NONE; n = nodes[n].parent) {
        const double x = nodes[n].lps[0] - cava_lps[0];
        const double y = cava_lps[1] - nodes[n].lps[1], r = hypot(x, y);
        if (walk->from_root_mm[n] <= most_course_mm)
            out.weight += walk->edge_mm[n] * fmin(10, nodes[n].calibre_mm);
        if (!(r >= near_mm && r <= far_mm))
            continue;
        front += walk->edge_mm[n] * y / r;
        left += walk->edge_mm[n] * x / r;
    }
    if (!(hypot(front, left) >= 0.5 * least_course_mm))
        out.weight = 0;
    out.degrees = atan2(left, front) * 180 / M_PI;
    return out;
}

static void keep(course_list *list, course item)
{
    size_t n = list->count;
    if (n < MAX_COURSES)
        list->count++;
    else if (item.score <= list->items[--n].score)
        return;
    for (; n > 0 && list->items[n - 1].score < item.score; n--)
        list->items[n] = list->items[n - 1];
    list->items[n] = item;
}

static double difference(double a, double b)
{
    return remainder(a - b, 360);
}

static void list_courses(course_list lists[VEINS], const abl_vessel_walk *walk,
                         const double cava_lps[3], const double usual[VEINS])
{
    const abl_vessel_node *nodes = walk->vessels->nodes;
    for (size_t n = 0; n < walk->vessels->node_count; n++) {
        if (nodes[n].tree != ABL_TREE_HEPATIC || walk->first_child[n] != NONE ||
            walk->from_root_mm[n] < least_course_mm)
            continue;
        int32_t root = (int32_t)n;
        while (nodes[root].parent != NONE)
            root = nodes[root].parent;
        if (!is_great_root(walk, (size_t)root) ||
            nodes[root].lps[2] < cava_lps[2] - confluence_mm)
            continue;
        course item = read_course(walk, (int32_t)n, cava_lps);
        for (int v = 0; v < VEINS && item.weight > 0; v++) {
            const double off =
                difference(item.degrees, usual[v]) / spread_degrees[v];
            item.score = item.weight * exp(-0.5 * off * off);
            if (fabs(off) <= most_spreads)
                keep(&lists[v], item);
        }
    }
}

/* Length that two courses have in common. */
static double shared_mm(const abl_vessel_walk *walk, int32_t a, int32_t b)
{
    const abl_vessel_node *nodes = walk->vessels->nodes;
    while (a != b && a != NONE && b != NONE) {
        if (a > b)
            a = nodes[a].parent;
        else
            b = nodes[b].parent;
    }
    return a == b && a != NONE ? walk->from_root_mm[a] : -1;
}

static bool go_together(const abl_vessel_walk *walk, const course *right,
                        const course *left)
{
    return !right || !left ||
           (right->degrees + apart_degrees <= left->degrees &&
            shared_mm(walk, right->leaf, left->leaf) <= common_mm);
}

static const course *option(const course_list *list, size_t n)
{
    return n < list->count ? &list->items[n] : NULL;
}

static double score_of(const course *item)
{
    return item ? item->score : 0;
}

/* The three that together score best; any may be missing. */
static void choose(int32_t leaf[VEINS], const course_list lists[VEINS],
                   const abl_vessel_walk *walk)
{
    double best = 0;
    for (size_t r = 0; r <= lists[ABL_RIGHT_VEIN].count; r++)
        for (size_t m = 0; m <= lists[ABL_MIDDLE_VEIN].count; m++) {
            const course *right = option(&lists[ABL_RIGHT_VEIN], r);
            const course *middle = option(&lists[ABL_MIDDLE_VEIN], m);
            if (!go_together(walk, right, middle))
                continue;
            for (size_t l = 0; l <= lists[ABL_LEFT_VEIN].count; l++) {
                const course *left = option(&lists[ABL_LEFT_VEIN], l);
                const double score =
                    score_of(right) + score_of(middle) + score_of(left);
                if (score <= best || !go_together(walk, middle, left) ||
                    !go_together(walk, right, left))
                    continue;
                best = score;
                leaf[ABL_RIGHT_VEIN] = right ? right->leaf : NONE;
                leaf[ABL_MIDDLE_VEIN] = middle ? middle->leaf : NONE;
                leaf[ABL_LEFT_VEIN] = left ? left->leaf : NONE;
            }
        }
}

/* Each course without what it has in common with another. */
static void mark_own(abl_hepatic_courses *out, const abl_vessel_walk *walk)
{
    const abl_vessel_node *nodes = walk->vessels->nodes;
    for (int v = 0; v < VEINS; v++)
        for (int32_t n = out->leaf[v]; n != NONE; n = nodes[n].parent)
            out->is_own[v][n] = true;
    for (size_t n = 0; n < walk->vessels->node_count; n++) {
        const int count =
            out->is_own[0][n] + out->is_own[1][n] + out->is_own[2][n];
        for (int v = 0; v < VEINS; v++)
            out->is_own[v][n] = out->is_own[v][n] && count == 1;
    }
}

abl_status abl_hepatic_courses_find(abl_hepatic_courses *out,
                                    const abl_vessel_walk *walk,
                                    const double cava_lps[3],
                                    double middle_degrees, abl_error *err)
{
    memset(out, 0, sizeof *out);
    course_list lists[VEINS];
    memset(lists, 0, sizeof lists);
    const double usual[VEINS] = {usual_degrees[0], middle_degrees,
                                 usual_degrees[2]};
    for (int v = 0; v < VEINS; v++) {
        out->leaf[v] = NONE;
        out->is_own[v] =
            abl_alloc(walk->vessels->node_count, sizeof *out->is_own[v], err);
        if (!out->is_own[v])
            return ABL_E_NOMEM;
    }
    list_courses(lists, walk, cava_lps, usual);
    choose(out->leaf, lists, walk);
    mark_own(out, walk);
    return ABL_OK;
}

void abl_hepatic_courses_clear(abl_hepatic_courses *courses)
{
    for (int v = 0; v < VEINS; v++)
        free(courses->is_own[v]);
    memset(courses, 0, sizeof *courses);
}

void abl_hepatic_courses_name(abl_vessels *vessels,
                              const abl_hepatic_courses *courses)
{
    static const abl_vessel_part parts[VEINS] = {
        ABL_PART_RIGHT_HEPATIC, ABL_PART_MIDDLE_HEPATIC, ABL_PART_LEFT_HEPATIC};
    for (size_t n = 0; n < vessels->node_count; n++) {
        abl_vessel_node *node = &vessels->nodes[n];
        if (node->tree != ABL_TREE_HEPATIC)
            continue;
        node->part = node->parent == NONE ? ABL_PART_NONE
                                          : vessels->nodes[node->parent].part;
        for (int v = 0; v < VEINS; v++)
            if (courses->is_own[v][n])
                node->part = parts[v];
    }
}
