/* Vessels of the computed abdomen against the tubes they were painted from.
 * SPDX-License-Identifier: Apache-2.0
 *
 * usage: abl_accuracy_vessels [--networks] [--verbose] [--only N]
 *
 * Organs and lesions are the true ones, so that the table is about vessels;
 * with --networks they are found in the image too. Truth is each tube's
 * centreline inside the liver, where it lies in no wider tube, lesion or
 * trunk. Prints, per scan: share of the centreline from the least calibre
 * found, and by the right tree; length found that no tube explains; calibre
 * bias and 95 % limits; share of calibres within half a voxel + 0.3 mm and in
 * their stated 95 % interval, and its mean half-width; which tree was taken for
 * which.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "imaging/phantom_model.h"
#include "segmentation/field.h"
#include "segmentation/mask_field.h"
#include "segmentation/vessels.h"

#define SAMPLE_MM    0.5
#define BORDER_MM    3.0 /* from the capsule: vessels are cut off before it */
#define PAIR_MM      1.5 /* beyond the true wall */
#define MOST_BIAS_MM 0.3
#define LEAST_FOUND  0.95
#define LEAST_WITHIN 0.85 /* of calibres */
/* Of calibres in their stated 95 % interval: each scan, and all together. */
#define LEAST_COVERED 0.92
#define MOST_COVERED  0.98

typedef struct scan {
    const char *what;
    double in_plane_mm, slice_mm, noise_hu, psf_z_mm;
    bool is_target; /* the stated targets hold for it */
} scan;

static const scan scans[] = {
    {"0.75 x 0.75 x 1.0 mm, noise 12", 0.75, 1.0, 12, 0.4, true},
    {"0.75 x 0.75 x 2.5 mm, noise 12", 0.75, 2.5, 12, 0.7, true},
    {"0.75 x 0.75 x 2.5 mm, noise 18", 0.75, 2.5, 18, 0.7, true},
    {"0.60 x 0.60 x 1.5 mm, noise 20", 0.60, 1.5, 20, 0.5, true},
    {"0.90 x 0.90 x 2.0 mm, noise  8", 0.90, 2.0, 8, 0.6, true},
    {"0.75 x 0.75 x 4.0 mm, noise 10", 0.75, 4.0, 10, 1.2, false},
    {"0.75 x 0.75 x 5.0 mm, noise 10", 0.75, 5.0, 10, 1.5, false},
};

typedef struct sample {
    double lps[3], radius_mm;
    abl_tree tree;
    size_t tube;
    bool counts, is_clear; /* of other tubes */
} sample;

typedef struct truth {
    sample *items;
    size_t count, capacity;
} truth;

typedef struct result {
    double length[2], found[2], right[2]; /* mm by true tree */
    double taken[2][ABL_TREE_COUNT];      /* mm of true tree by found tree */
    double all_found_mm, false_mm;
    size_t calibres, within;
    double sum, squares, worst, covered, half_widths;
} result;

/* Of all scans. */
typedef struct interval_tally {
    double calibres, covered;
} interval_tally;

static void stop(const abl_error *err)
{
    fprintf(stderr, "abl_accuracy_vessels: %s\n", err->message);
    exit(1);
}

static double distance(const double a[3], const double b[3])
{
    double sum = 0;
    for (int n = 0; n < 3; n++)
        sum += (a[n] - b[n]) * (a[n] - b[n]);
    return sqrt(sum);
}

/* ---- Truth ---- */

static void add_sample(truth *t, const abl_solid_point *a,
                       const abl_solid_point *b, double share, abl_tree tree,
                       size_t tube)
{
    if (t->count == t->capacity) {
        t->capacity = 2 * t->capacity + 1024;
        t->items = realloc(t->items, t->capacity * sizeof *t->items);
        if (!t->items)
            exit(1);
    }
    sample *s = &t->items[t->count++];
    for (int n = 0; n < 3; n++)
        s->lps[n] = a->lps[n] + share * (b->lps[n] - a->lps[n]);
    s->radius_mm = a->radius_mm + share * (b->radius_mm - a->radius_mm);
    s->tree = tree;
    s->tube = tube;
    s->counts = true;
}

static void add_tubes(truth *t, const abl_solids *solids, size_t index,
                      abl_tree tree)
{
    const abl_solid_node *node = &solids->nodes[index];
    if (node->kind == ABL_SOLID_UNION)
        for (size_t n = 0; n < node->count; n++)
            add_tubes(t, solids, solids->children[node->first + n], tree);
    if (node->kind != ABL_SOLID_TUBE)
        return;
    const abl_solid_point *p = solids->points + node->first;
    for (size_t n = 0; n + 1 < node->count; n++) {
        const double mm = distance(p[n].lps, p[n + 1].lps);
        const size_t pieces = (size_t)(mm / SAMPLE_MM + 0.5);
        for (size_t m = 0; m < pieces; m++)
            add_sample(t, &p[n], &p[n + 1], (double)m / (double)pieces, tree,
                       index);
    }
}

static size_t part_solid(const abl_phantom *phantom, const char *name)
{
    for (size_t n = 0; n < phantom->part_count; n++)
        if (strcmp(phantom->parts[n].name, name) == 0)
            return phantom->parts[n].solid;
    fprintf(stderr, "abl_accuracy_vessels: no part \"%s\"\n", name);
    exit(1);
}

/* The tubes of a part that is cut by the liver: its first child. */
static void add_part(truth *t, const abl_phantom *phantom, const char *name,
                     abl_tree tree)
{
    const abl_solid_node *node =
        &phantom->solids.nodes[part_solid(phantom, name)];
    add_tubes(t, &phantom->solids, phantom->solids.children[node->first], tree);
}

static bool is_hidden(const truth *t, size_t n)
{
    const sample *s = &t->items[n];
    for (size_t m = 0; m < t->count; m++) {
        const sample *other = &t->items[m];
        if (other->tube != s->tube && other->radius_mm > s->radius_mm + 0.05 &&
            distance(other->lps, s->lps) < other->radius_mm)
            return true;
    }
    return false;
}

/* No other tube near enough to reach into the section. */
static bool is_clear(const truth *t, size_t n)
{
    const sample *s = &t->items[n];
    for (size_t m = 0; m < t->count; m++) {
        const sample *other = &t->items[m];
        if (other->tube != s->tube &&
            distance(other->lps, s->lps) <
                other->radius_mm + s->radius_mm + PAIR_MM)
            return false;
    }
    return true;
}

static truth read_truth(const abl_phantom *phantom)
{
    truth t = {NULL, 0, 0};
    const abl_solids *solids = &phantom->solids;
    const size_t liver = part_solid(phantom, "liver");
    const size_t cava = part_solid(phantom, "inferior vena cava");
    const size_t portal = part_solid(phantom, "portal and splenic vein");
    add_part(&t, phantom, "hepatic veins", ABL_TREE_HEPATIC);
    add_part(&t, phantom, "portal branches", ABL_TREE_PORTAL);
    for (size_t n = 0; n < t.count; n++) {
        sample *s = &t.items[n];
        s->counts = abl_solid_value(solids, liver, s->lps) < -BORDER_MM &&
                    abl_solid_value(solids, cava, s->lps) > 0 &&
                    abl_solid_value(solids, portal, s->lps) > 0 &&
                    !is_hidden(&t, n);
        s->is_clear = s->counts && is_clear(&t, n);
        for (size_t m = 0; m < phantom->lesion_count; m++)
            s->counts =
                s->counts &&
                abl_solid_value(solids, phantom->lesions[m].solid, s->lps) > 1;
    }
    return t;
}

/* ---- Structures from the true labels ---- */

static abl_volume *mask_of(const abl_volume *labels, int lo, int hi)
{
    abl_error err;
    abl_volume *mask = NULL;
    if (abl_volume_create(&mask, &labels->grid, ABL_PIXEL_U8, &err))
        stop(&err);
    for (size_t v = 0; v < abl_grid_voxels(&labels->grid); v++) {
        const int label = abl_volume_u8(labels)[v];
        abl_volume_u8(mask)[v] = label >= lo && label <= hi;
    }
    return mask;
}

static double mean_hu(const abl_volume *image, const abl_volume *labels, int id)
{
    double sum = 0, count = 0;
    for (size_t v = 0; v < abl_grid_voxels(&image->grid); v++)
        if (abl_volume_u8(labels)[v] == id) {
            sum += abl_volume_i16(image)[v];
            count += 1;
        }
    return count > 0 ? sum / count : 0;
}

static abl_volume *field_of(const abl_volume *labels, int lo, int hi)
{
    abl_error err;
    abl_volume *field = NULL, *mask = mask_of(labels, lo, hi);
    if (abl_field_from_mask(&field, mask, &err))
        stop(&err);
    abl_volume_destroy(mask);
    return field;
}

/* Labels 101.. become lesions, and liver where they are. */
static abl_structures *make_structures(const abl_volume *image,
                                       abl_volume *labels, size_t lesions)
{
    abl_error err;
    abl_structures *s = calloc(1, sizeof *s);
    if (!s ||
        abl_volume_create(&s->lesion_labels, &labels->grid, ABL_PIXEL_U8, &err))
        exit(1);
    s->lesions = calloc(lesions + 1, sizeof *s->lesions);
    s->lesion_count = s->lesions ? lesions : 0;
    for (size_t n = 0; n < s->lesion_count; n++)
        s->lesions[n].field =
            field_of(labels, ABL_PHANTOM_LESION_FIRST + (int)n,
                     ABL_PHANTOM_LESION_FIRST + (int)n);
    for (size_t v = 0; v < abl_grid_voxels(&labels->grid); v++) {
        uint8_t *label = &abl_volume_u8(labels)[v];
        if (*label >= ABL_PHANTOM_LESION_FIRST) {
            abl_volume_u8(s->lesion_labels)[v] =
                (uint8_t)(*label - ABL_PHANTOM_LESION_FIRST + 1);
            *label = ABL_LIVER;
        } else if (*label > ABL_LEFT_ADRENAL_GLAND) {
            *label = 0;
        }
    }
    const int ids[] = {ABL_LIVER, ABL_INFERIOR_VENA_CAVA,
                       ABL_PORTAL_AND_SPLENIC_VEIN};
    for (int n = 0; n < 3; n++) {
        s->items[ids[n]].found = ABL_FOUND;
        s->items[ids[n]].mean_hu = mean_hu(image, labels, ids[n]);
        s->items[ids[n]].field = field_of(labels, ids[n], ids[n]);
    }
    s->labels = labels;
    s->phase.phase = ABL_PHASE_PORTAL_VENOUS;
    return s;
}

/* ---- Score ---- */

static const abl_vessel_node *nearest_node(double *mm,
                                           const abl_vessels *vessels,
                                           const double lps[3], int tree)
{
    const abl_vessel_node *best = NULL;
    *mm = INFINITY;
    for (size_t n = 0; n < vessels->node_count; n++) {
        const double d = distance(vessels->nodes[n].lps, lps);
        if ((tree < 0 || (int)vessels->nodes[n].tree == tree) && d < *mm) {
            *mm = d;
            best = &vessels->nodes[n];
        }
    }
    return best;
}

static void score_truth(result *r, const truth *t, const abl_vessels *vessels)
{
    for (size_t n = 0; n < t->count; n++) {
        const sample *s = &t->items[n];
        if (!s->counts || 2 * s->radius_mm < vessels->least_calibre_mm)
            continue;
        double any, own;
        const double reach = s->radius_mm + PAIR_MM;
        const abl_vessel_node *node = nearest_node(&any, vessels, s->lps, -1);
        nearest_node(&own, vessels, s->lps, (int)s->tree);
        r->length[s->tree] += SAMPLE_MM;
        r->found[s->tree] += any <= reach ? SAMPLE_MM : 0;
        r->right[s->tree] += own <= reach ? SAMPLE_MM : 0;
        if (any <= reach)
            r->taken[s->tree][node->tree] += SAMPLE_MM;
    }
}

static void score_calibre(result *r, const abl_vessel_node *node,
                          const sample *s, double target_mm)
{
    const double error = node->calibre_mm - 2 * s->radius_mm;
    r->calibres++;
    r->within += fabs(error) <= target_mm;
    r->covered += fabs(error) <= 1.96 * node->calibre_sd_mm;
    r->half_widths += 1.96 * node->calibre_sd_mm;
    r->sum += error;
    r->squares += error * error;
    if (fabs(error) > fabs(r->worst))
        r->worst = error;
}

static void score_found(result *r, const truth *t, const abl_vessels *vessels,
                        double target_mm, const abl_phantom *phantom)
{
    const size_t liver = part_solid(phantom, "liver");
    for (size_t n = 0; n < vessels->node_count; n++) {
        const abl_vessel_node *node = &vessels->nodes[n];
        if (node->parent < 0 ||
            abl_solid_value(&phantom->solids, liver, node->lps) > 0)
            continue;
        const double mm = distance(node->lps, vessels->nodes[node->parent].lps);
        const sample *best = NULL;
        double nearest = INFINITY;
        bool explained = false;
        for (size_t m = 0; m < t->count; m++) {
            const double d = distance(t->items[m].lps, node->lps);
            explained |= d <= t->items[m].radius_mm + PAIR_MM;
            if (d < nearest) {
                nearest = d;
                best = &t->items[m];
            }
        }
        if (node->calibre_mm >= vessels->least_calibre_mm) {
            r->all_found_mm += mm;
            r->false_mm += explained ? 0 : mm;
        }
        if (best && best->counts && best->is_clear && nearest <= PAIR_MM &&
            2 * best->radius_mm >= vessels->least_calibre_mm)
            score_calibre(r, node, best, target_mm);
    }
}

/* Each tube that was not all found by its own tree. */
static void list_tubes(const truth *t, const abl_vessels *vessels)
{
    for (size_t n = 0; n < t->count;) {
        double length = 0, taken[ABL_TREE_COUNT] = {0}, any;
        size_t m = n;
        for (; m < t->count && t->items[m].tube == t->items[n].tube; m++) {
            const sample *s = &t->items[m];
            if (!s->counts || 2 * s->radius_mm < vessels->least_calibre_mm)
                continue;
            const abl_vessel_node *node =
                nearest_node(&any, vessels, s->lps, -1);
            length += SAMPLE_MM;
            if (any <= s->radius_mm + PAIR_MM)
                taken[node->tree] += SAMPLE_MM;
        }
        const sample *s = &t->items[n];
        if (taken[s->tree] < length - 2)
            printf("    %s tube at %.0f %.0f %.0f, radius %.1f mm: %.0f of "
                   "%.0f mm (hepatic %.0f, portal %.0f, unknown %.0f)\n",
                   abl_tree_title(s->tree), s->lps[0], s->lps[1], s->lps[2],
                   s->radius_mm, taken[s->tree], length, taken[0], taken[1],
                   taken[2]);
        n = m;
    }
}

static double percent(double part, double whole)
{
    return whole > 0 ? 100 * part / whole : 0;
}

static bool print_result(const scan *of, const result *r,
                         const abl_vessels *vessels, double target_mm,
                         double seconds)
{
    const double length = r->length[0] + r->length[1];
    const double found = r->found[0] + r->found[1];
    const double right = r->right[0] + r->right[1];
    const double count = (double)r->calibres, bias = r->sum / fmax(count, 1);
    const double sd = sqrt(fmax(r->squares / fmax(count, 1) - bias * bias, 0));
    printf("%s  (from %.1f mm, %.1f s)\n", of->what, vessels->least_calibre_mm,
           seconds);
    for (int tree = 0; tree < ABL_TREE_COUNT; tree++)
        if (!vessels->trees[tree].is_assessable)
            printf("  %s: %s\n", abl_tree_title((abl_tree)tree),
                   vessels->trees[tree].why_not);
    printf("  length %.0f mm: found %.1f %%, by the right tree %.1f %%; false "
           "%.0f mm of %.0f\n",
           length, percent(found, length), percent(right, length), r->false_mm,
           r->all_found_mm);
    for (int tree = 0; tree < 2; tree++)
        printf("    %-13s found as hepatic %5.1f, portal %5.1f, unknown %5.1f "
               "%%\n",
               abl_tree_title((abl_tree)tree),
               percent(r->taken[tree][0], r->length[tree]),
               percent(r->taken[tree][1], r->length[tree]),
               percent(r->taken[tree][2], r->length[tree]));
    printf("  calibre, %zu nodes: bias %+.2f, limits %+.2f to %+.2f, worst "
           "%+.2f mm; within %.2f mm %.1f %%; in stated interval (mean +-%.2f "
           "mm) %.1f %%\n",
           r->calibres, bias, bias - 1.96 * sd, bias + 1.96 * sd, r->worst,
           target_mm, percent((double)r->within, count),
           r->half_widths / fmax(count, 1), percent(r->covered, count));
    fflush(stdout);
    return r->covered >= LEAST_COVERED * count &&
           (!of->is_target ||
            (found >= LEAST_FOUND * length && fabs(bias) <= MOST_BIAS_MM &&
             (double)r->within >= LEAST_WITHIN * count));
}

#define LESION(x, y, z, r)                                                 \
    "{\"solid\":{\"kind\":\"ellipsoid\",\"centre_lps\":[" #x "," #y "," #z \
    "],\"radii_mm\":[" #r "," #r "," #r "]},\"hu\":62,\"edge_mm\":1.5}"
static const char lesions[] = LESION(-112, 4, -78, 9) "," LESION(
    -62, -8, -24, 9) "," LESION(-118, 4, -110, 9) "," LESION(34, -50, -31, 6.5);

static abl_phantom *make_phantom(const scan *of)
{
    char text[2048];
    abl_error err;
    abl_phantom *phantom = NULL;
    const double extent[3] = {246, 216, 200};
    snprintf(text, sizeof text,
             "{\"name\":\"vessels\",\"base\":\"adult\",\"lesions\":[%s],"
             "\"image\":{\"size\":[%.0f,%.0f,%.0f],\"spacing_mm\":[%g,%g,%g],"
             "\"centre_lps\":[-30,5,-90],\"psf_mm\":0.65,\"psf_z_mm\":%g,"
             "\"noise_hu\":%g,\"noise_mm\":0.7}}",
             lesions, floor(extent[0] / of->in_plane_mm),
             floor(extent[1] / of->in_plane_mm),
             floor(extent[2] / of->slice_mm), of->in_plane_mm, of->in_plane_mm,
             of->slice_mm, of->psf_z_mm, of->noise_hu);
    if (abl_phantom_parse(&phantom, text, strlen(text), of->what, &err))
        stop(&err);
    return phantom;
}

static double read_clock_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static bool run_scan(interval_tally *all, const scan *of, bool networks,
                     bool verbose)
{
    abl_error err;
    abl_phantom *phantom = make_phantom(of);
    abl_volume *image = NULL, *labels = NULL;
    abl_structures *s = NULL;
    if (abl_phantom_render(&image, &labels, phantom, NULL, 1, NULL, &err))
        stop(&err);
    double seconds = 0;
    if (networks) {
        const abl_segment_options how = {.model_dir = ABL_MODEL_DIR};
        if (abl_segment_ct(&s, image, NULL, &how, &err))
            stop(&err);
        abl_volume_destroy(labels);
    } else {
        s = make_structures(image, labels, phantom->lesion_count);
        seconds = read_clock_s();
        if (abl_vessels_find(s, image, NULL, &err))
            stop(&err);
        seconds = read_clock_s() - seconds;
    }
    truth t = read_truth(phantom);
    result r = {0};
    const double target_mm = 0.5 * of->in_plane_mm + 0.3;
    score_truth(&r, &t, s->vessels);
    score_found(&r, &t, s->vessels, target_mm, phantom);
    const bool good = print_result(of, &r, s->vessels, target_mm, seconds);
    all->calibres += (double)r.calibres;
    all->covered += r.covered;
    if (verbose)
        list_tubes(&t, s->vessels);
    free(t.items);
    abl_structures_destroy(s);
    abl_volume_destroy(image);
    abl_phantom_destroy(phantom);
    return good;
}

int main(int argc, char **argv)
{
    bool networks = false, verbose = false, good = true;
    long only = -1;
    interval_tally all = {0, 0};
    for (int n = 1; n < argc; n++)
        if (strcmp(argv[n], "--networks") == 0)
            networks = true;
        else if (strcmp(argv[n], "--verbose") == 0)
            verbose = true;
        else if (strcmp(argv[n], "--only") == 0 && n + 1 < argc)
            only = strtol(argv[++n], NULL, 10);
        else
            return fprintf(stderr, "usage: abl_accuracy_vessels [--networks] "
                                   "[--verbose] [--only N]\n"),
                   2;
    printf("Vessels of the computed abdomen; organs %s\n",
           networks ? "found in the image" : "as painted");
    for (size_t n = 0; n < sizeof scans / sizeof *scans; n++)
        if (only < 0 || (size_t)only == n)
            good = run_scan(&all, &scans[n], networks, verbose) && good;
    const double share = all.covered / fmax(all.calibres, 1);
    printf("stated 95 %% interval of the calibre, all scans: %.1f %% of %.0f\n",
           100 * share, all.calibres);
    good = good && (only >= 0 || share <= MOST_COVERED);
    printf(
        "targets: interval 92 %% or more in each scan, 92 to 98 %% in all; up to "
        "2.5 mm slices: at least 95 %% of the length found, "
        "calibre bias within 0.3 mm, 85 %% of calibres within half a voxel + "
        "0.3 mm: %s\n"
        "wished for: 95 %% of calibres, and of the length by the right tree\n",
        good ? "met" : "MISSED");
    return good ? 0 : 1;
}
