/* Calibre along the centrelines from the brightness of their sections.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "segmentation/vessels_work.h"

enum {
    RAYS = 16,
    RINGS = 40, /* most samples along a ray */
    RING_MOST = RAYS * 3,
    HALF_WINDOW = 3 /* nodes to each side that are averaged */
};
static const double step_mm = 0.5;
static const double wide_mm = 2.6;  /* radius whose middle is free of blur */
static const double local_mm = 3.5; /* radius that knows its own contrast */
static const double ring_mm = 1.5;
static const double most_offset = 0.3; /* of the background, in contrasts */
/* A radius is believed up to this multiple of the mask's and so much more. */
static const double most_growth = 1.4, most_more_mm = 1.2;
static const double least_mm = 0.4, most_mm = 14; /* radius */

/* Nodes of one branch, which follow one another in the array. */
typedef struct branch_run {
    size_t first, count;
    bool starts_at_junction, ends_at_junction;
} branch_run;

typedef struct gauge {
    const abl_vessel_work *work;
    abl_vessels *vessels;
    double (*mm)[3], (*smooth)[3], (*course)[3]; /* by node */
    double *core, *radius, *raw;                 /* by node */
    int32_t *children;
    double contrast_hu[ABL_TREE_COUNT];
    double reach_mm;
} gauge;

static double median(double *values, size_t count)
{
    for (size_t n = 1; n < count; n++) {
        const double value = values[n];
        size_t m = n;
        for (; m > 0 && values[m - 1] > value; m--)
            values[m] = values[m - 1];
        values[m] = value;
    }
    return count % 2 ? values[count / 2]
                     : 0.5 * (values[count / 2 - 1] + values[count / 2]);
}

static double length(const double a[3])
{
    return sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]);
}

static double distance(const double a[3], const double b[3])
{
    const double d[3] = {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
    return length(d);
}

static size_t max_size(size_t a, size_t b)
{
    return a > b ? a : b;
}
static size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

static branch_run next_run(const gauge *g, size_t first)
{
    const abl_vessel_node *node = g->vessels->nodes;
    branch_run run = {.first = first, .count = 1};
    while (first + run.count < g->vessels->node_count &&
           node[first + run.count].branch == node[first].branch)
        run.count++;
    run.starts_at_junction = node[first].parent != ABL_VESSEL_NO_PARENT;
    run.ends_at_junction = g->children[first + run.count - 1] > 1;
    return run;
}

/* Moving average whose window shrinks towards the ends, twice. */
static void smooth_run(gauge *g, branch_run run)
{
    double(*from)[3] = g->mm + run.first, (*to)[3] = g->smooth + run.first;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t n = 0; n < run.count; n++) {
            const size_t room = min_size(n, run.count - 1 - n);
            const size_t half = min_size(room, 2);
            for (int a = 0; a < 3; a++) {
                double sum = 0;
                for (size_t m = n - half; m <= n + half; m++)
                    sum += from[m][a];
                to[n][a] = sum / (double)(2 * half + 1);
            }
        }
        memcpy(from, to, run.count * sizeof *from);
    }
}

static void point_run(gauge *g, branch_run run)
{
    for (size_t n = 0; n < run.count; n++) {
        const size_t lo = run.first + (n > 3 ? n - 3 : 0);
        const size_t hi = run.first + min_size(n + 3, run.count - 1);
        const int32_t parent = g->vessels->nodes[lo].parent;
        const double *low =
            lo == run.first && parent >= 0 ? g->smooth[parent] : g->smooth[lo];
        double d[3];
        for (int a = 0; a < 3; a++)
            d[a] = g->smooth[hi][a] - low[a];
        const double norm = length(d);
        for (int a = 0; a < 3; a++)
            g->course[run.first + n][a] =
                norm > 0 ? d[a] / norm : (a == 2 ? 1 : 0);
    }
}

static void make_frame(double u[3], double v[3], const double course[3])
{
    const double ax = fabs(course[0]), ay = fabs(course[1]);
    const double az = fabs(course[2]);
    const double other[3] = {ax <= ay && ax <= az, ay < ax && ay <= az,
                             az < ax && az < ay};
    for (int a = 0; a < 3; a++)
        u[a] = course[(a + 1) % 3] * other[(a + 2) % 3] -
               course[(a + 2) % 3] * other[(a + 1) % 3];
    const double norm = length(u);
    for (int a = 0; a < 3; a++)
        u[a] /= norm;
    for (int a = 0; a < 3; a++)
        v[a] = course[(a + 1) % 3] * u[(a + 2) % 3] -
               course[(a + 2) % 3] * u[(a + 1) % 3];
}

/* The section through one node: contrast by ray and ring. */
typedef struct section {
    double value[RAYS][RINGS];
    size_t rings;
} section;

static void sample_section(section *s, const gauge *g, size_t node,
                           double reach_mm)
{
    double u[3], v[3];
    make_frame(u, v, g->course[node]);
    s->rings = (size_t)(reach_mm / step_mm + 0.5);
    s->rings = min_size(s->rings, RINGS);
    for (int ray = 0; ray < RAYS; ray++) {
        const double c = cos(2 * M_PI * ray / RAYS);
        const double d = sin(2 * M_PI * ray / RAYS);
        for (size_t ring = 0; ring < s->rings; ring++) {
            const double rho = ((double)ring + 0.5) * step_mm;
            double ijk[3];
            for (int a = 0; a < 3; a++)
                ijk[a] = (g->smooth[node][a] + rho * (c * u[a] + d * v[a])) /
                         g->work->grid.spacing_mm[a];
            s->value[ray][ring] = abl_volume_sample_ijk(g->work->contrast, ijk);
        }
    }
}

/* Median of the rings beyond the section that look like liver. */
static double background_of(const section *s, size_t inner, double contrast)
{
    double values[RING_MOST];
    size_t count = 0;
    for (int ray = 0; ray < RAYS; ray++)
        for (size_t ring = inner; ring < min_size(s->rings, inner + 3); ring++)
            if (fabs(s->value[ray][ring]) <= contrast)
                values[count++] = s->value[ray][ring];
    const double limit = most_offset * contrast;
    return count < RAYS ? 0 : fmin(fmax(median(values, count), -limit), limit);
}

/* Mean contrast within half of the radius. */
static double core_of(const section *s, double radius_mm, double background)
{
    const size_t rings = max_size(1, (size_t)(0.5 * radius_mm / step_mm));
    double sum = 0, weights = 0;
    for (int ray = 0; ray < RAYS; ray++)
        for (size_t ring = 0; ring < rings; ring++) {
            sum += s->value[ray][ring] * ((double)ring + 0.5);
            weights += (double)ring + 0.5;
        }
    return sum / weights - background;
}

/* Square of the radius: twice the contrast summed along a ray, weighted by
 * the distance, over the vessel's contrast; median of the rays, so that a
 * neighbour on one side does not count. */
static double square_radius(const section *s, size_t inner, double background,
                            double contrast)
{
    double squares[RAYS];
    for (int ray = 0; ray < RAYS; ray++) {
        double sum = 0;
        for (size_t ring = 0; ring < inner; ring++)
            sum += (s->value[ray][ring] - background) * ((double)ring + 0.5) *
                   step_mm * step_mm;
        squares[ray] = 2 * sum / contrast;
    }
    return median(squares, RAYS);
}

static size_t inner_rings(const gauge *g, double radius_mm)
{
    const double mm = fmin(radius_mm + g->reach_mm, most_mm);
    return max_size(2, (size_t)(mm / step_mm + 0.5));
}

static double section_reach(const gauge *g, double radius_mm)
{
    return (double)inner_rings(g, radius_mm) * step_mm + ring_mm;
}

static void measure_core(gauge *g, size_t node)
{
    section s;
    const double radius = 0.5 * g->vessels->nodes[node].calibre_mm;
    sample_section(&s, g, node, section_reach(g, radius));
    const double background =
        background_of(&s, inner_rings(g, radius), g->work->contrast_hu);
    g->core[node] = core_of(&s, radius, background);
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median contrast of the wide nodes of a tree; < 0 when there are too few. */
static double contrast_of(const gauge *g, int tree, double *values)
{
    size_t count = 0;
    for (size_t n = 0; n < g->vessels->node_count; n++) {
        const abl_vessel_node *node = &g->vessels->nodes[n];
        if ((tree == ABL_TREE_COUNT || (int)node->tree == tree) &&
            node->calibre_mm >= 2 * wide_mm)
            values[count++] = g->core[n];
    }
    if (count < 8)
        return -1;
    qsort(values, count, sizeof *values, compare);
    return values[count / 2];
}

static void choose_contrasts(gauge *g, double *values)
{
    const double all = contrast_of(g, ABL_TREE_COUNT, values);
    for (int tree = 0; tree < ABL_TREE_COUNT; tree++) {
        double own = contrast_of(g, tree, values);
        if (own < 0)
            own = all > 0 ? all : g->work->contrast_hu;
        g->contrast_hu[tree] = fmax(own, 0.5 * g->work->contrast_hu);
    }
}

/* Contrast to divide by: that of the tree, for wide vessels their own. */
static double contrast_at(const gauge *g, branch_run run, size_t n,
                          double radius_mm)
{
    const double tree = g->contrast_hu[g->vessels->nodes[run.first + n].tree];
    if (radius_mm < wide_mm)
        return tree;
    const size_t lo = n > 4 ? n - 4 : 0, hi = min_size(n + 4, run.count - 1);
    double sum = 0;
    for (size_t m = lo; m <= hi; m++)
        sum += g->core[run.first + m];
    const double own = sum / (double)(hi - lo + 1);
    const double share = fmin(1, (radius_mm - wide_mm) / (local_mm - wide_mm));
    return fmax(tree + share * (own - tree), 0.6 * tree);
}

static void measure_node(gauge *g, branch_run run, size_t n)
{
    const size_t node = run.first + n;
    const double depth = 0.5 * g->vessels->nodes[node].calibre_mm;
    const double most = fmin(most_growth * depth + most_more_mm, most_mm);
    double radius = depth;
    section s;
    sample_section(&s, g, node, section_reach(g, most));
    for (int pass = 0; pass < 3; pass++) {
        const double contrast = contrast_at(g, run, n, radius);
        const size_t inner = min_size(inner_rings(g, radius), s.rings - 2);
        const double square = square_radius(
            &s, inner, background_of(&s, inner, contrast), contrast);
        radius = sqrt(fmax(square, least_mm * least_mm));
        radius = fmin(radius, most);
    }
    g->raw[node] = radius;
}

/* Near a junction the section cuts the other branch too: the first sound
 * value stands for those before it. */
static void mend_ends(gauge *g, branch_run run)
{
    double *raw = g->raw + run.first;
    size_t lo = 0, hi = run.count - 1;
    const double(*at)[3] = (const double(*)[3])g->smooth + run.first;
    if (run.starts_at_junction) {
        const int32_t parent = g->vessels->nodes[run.first].parent;
        const double clear =
            fmax(0.5 * g->vessels->nodes[parent].calibre_mm + 0.5 * raw[0], 2);
        while (lo + 1 < run.count &&
               distance(at[lo], g->smooth[parent]) < clear)
            lo++;
    }
    if (run.ends_at_junction)
        while (hi > 0 && distance(at[hi], at[run.count - 1]) <
                             fmax(1.5 * raw[hi > 2 ? hi - 2 : 0], 2))
            hi--;
    if (lo > hi)
        lo = hi = min_size((lo + hi) / 2, run.count - 1);
    for (size_t n = 0; n < lo; n++)
        raw[n] = raw[lo];
    for (size_t n = hi + 1; n < run.count; n++)
        raw[n] = raw[hi];
}

/* Scatter along the branch; 4 % for the contrast divided by; and what noise
 * and thick slices add, from the phantoms of tests/accuracy. */
static double stated_sd(const gauge *g, double calibre_mm, double random_mm)
{
    const double noise = 2.0 * g->work->noise_hu / g->work->contrast_hu;
    const double slices = 0.1 * g->work->image->grid.spacing_mm[2];
    const double scale = 0.04 * calibre_mm;
    return sqrt(random_mm * random_mm + noise * noise + slices * slices +
                scale * scale);
}

/* Running median, then mean; the scatter about it is the uncertainty. */
static void smooth_calibre(gauge *g, branch_run run)
{
    const double *raw = g->raw + run.first;
    double *out = g->radius + run.first;
    for (size_t n = 0; n < run.count; n++) {
        const size_t half = HALF_WINDOW;
        const size_t lo = n > half ? n - half : 0;
        const size_t hi = min_size(n + half, run.count - 1);
        double window[2 * HALF_WINDOW + 1], sum = 0;
        for (size_t m = lo; m <= hi; m++)
            window[m - lo] = raw[m];
        const double middle = median(window, hi - lo + 1);
        double weights = 0, scatter = 0;
        for (size_t m = lo; m <= hi; m++) {
            const double limited =
                fmin(fmax(raw[m], 0.75 * middle), 1.25 * middle);
            sum += limited;
            scatter += (limited - middle) * (limited - middle);
            weights += 1;
        }
        out[n] = sum / weights;
        abl_vessel_node *node = &g->vessels->nodes[run.first + n];
        const double random =
            2 * sqrt(scatter / weights / fmax(weights / 2, 1));
        node->calibre_mm = 2 * out[n];
        node->calibre_sd_mm = stated_sd(g, node->calibre_mm, random);
    }
}

static void clear_gauge(gauge *g)
{
    free(g->mm);
    free(g->smooth);
    free(g->course);
    free(g->core);
    free(g->radius);
    free(g->raw);
    free(g->children);
}

static abl_status prepare(gauge *g, abl_error *err)
{
    const size_t count = g->vessels->node_count;
    g->mm = abl_alloc(count, sizeof *g->mm, err);
    g->smooth = abl_alloc(count, sizeof *g->smooth, err);
    g->course = abl_alloc(count, sizeof *g->course, err);
    g->core = abl_alloc(count, sizeof *g->core, err);
    g->radius = abl_alloc(count, sizeof *g->radius, err);
    g->raw = abl_alloc(count, sizeof *g->raw, err);
    g->children = abl_alloc(count, sizeof *g->children, err);
    if (!g->mm || !g->smooth || !g->course || !g->core || !g->radius ||
        !g->raw || !g->children)
        return ABL_E_NOMEM;
    for (size_t n = 0; n < count; n++) {
        const abl_vessel_node *node = &g->vessels->nodes[n];
        abl_vessel_from_lps(g->mm[n], &g->work->grid, node->lps);
        if (node->parent >= 0)
            g->children[node->parent]++;
    }
    for (size_t n = 0; n < count;) {
        const branch_run run = next_run(g, n);
        smooth_run(g, run);
        n += run.count;
    }
    for (size_t n = 0; n < count;) {
        const branch_run run = next_run(g, n);
        point_run(g, run);
        n += run.count;
    }
    return ABL_OK;
}

static void measure_all(gauge *g)
{
    const size_t count = g->vessels->node_count;
    for (size_t n = 0; n < count;) {
        const branch_run run = next_run(g, n);
#pragma omp parallel for schedule(dynamic, 4)
        for (size_t m = 0; m < run.count; m++)
            measure_node(g, run, m);
        n += run.count;
    }
    for (size_t n = 0; n < count;) {
        const branch_run run = next_run(g, n);
        mend_ends(g, run);
        n += run.count;
    }
    for (size_t n = 0; n < count;) {
        const branch_run run = next_run(g, n);
        smooth_calibre(g, run);
        n += run.count;
    }
    for (size_t n = 0; n < count; n++)
        abl_vessel_to_lps(g->vessels->nodes[n].lps, &g->work->grid,
                          g->smooth[n]);
}

abl_status abl_vessels_measure(abl_vessels *vessels,
                               const abl_vessel_work *work, abl_error *err)
{
    gauge g = {.work = work, .vessels = vessels};
    /* Blur reaches as far as the slices are apart. */
    g.reach_mm = 1.6 + 0.5 * fmax(0, work->image->grid.spacing_mm[2] - 1);
    if (vessels->node_count == 0)
        return ABL_OK;
    abl_status status = prepare(&g, err);
    double *values =
        status ? NULL : abl_alloc(vessels->node_count, sizeof *values, err);
    if (!status && !values)
        status = ABL_E_NOMEM;
    if (!status) {
#pragma omp parallel for schedule(dynamic, 16)
        for (size_t n = 0; n < vessels->node_count; n++)
            measure_core(&g, n);
        choose_contrasts(&g, values);
        measure_all(&g);
    }
    free(values);
    clear_gauge(&g);
    return status;
}
