/* The whole chain, image to measures, on random adults with known answers:
 * which lesions are found, and how far each measure is off.
 * SPDX-License-Identifier: Apache-2.0
 *
 * usage: abl_accuracy_images [phantoms] [first seed] [--list]
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "draw.h"
#include "eligibility/measure_lesion.h"
#include "image_phantom.h"
#include "tally.h"

enum {
    AXIAL,
    PERPENDICULAR,
    FERET,
    VOLUME,
    EQUIVALENT,
    CAPSULE,
    CAVA,
    GALLBLADDER,
    KIDNEY,
    ROWS
};
static const char *const row_names[ROWS] = {
    "longest axial mm", "perpendicular mm",  "max 3-D mm",
    "volume %",         "equivalent mm",     "to capsule mm",
    "to vena cava mm",  "to gallbladder mm", "to right kidney mm"};

static const struct {
    int row, gap;
    abl_structure_id id;
} distances[] = {
    {CAVA, IMAGE_CAVA, ABL_INFERIOR_VENA_CAVA},
    {GALLBLADDER, IMAGE_GALLBLADDER, ABL_GALLBLADDER},
    {KIDNEY, IMAGE_KIDNEY, ABL_RIGHT_KIDNEY},
};

#define SIZES 4
static const double size_edges[SIZES + 1] = {5, 8, 10, 20, 60};

typedef struct totals {
    tally_table table;
    size_t there[2][SIZES], found[2][SIZES]; /* darker, brighter than liver */
    size_t joined[SIZES];
    size_t false_sure, false_low, phantoms;
    bool list;
} totals;

typedef struct overlap {
    size_t truth, own[ABL_MAX_LESIONS + 1];
    double centre_lps[3]; /* of the truth's voxels */
} overlap;

static void fail(const abl_error *err)
{
    fprintf(stderr, "abl_accuracy_images: %s\n", err->message);
    exit(1);
}

/* Voxels of the truth by the lesion found there. */
static void count_overlap(overlap *out, const blob *b, const abl_volume *labels)
{
    const abl_grid *grid = &labels->grid;
    memset(out, 0, sizeof *out);
    double reach = 0, lo[3], hi[3], middle[3];
    reach = 0.5 * blob_longest_mm(b) + 2;
    for (int a = 0; a < 3; a++) {
        double unit[3] = {a == 0, a == 1, a == 2};
        const double high = blob_reach(b, unit);
        unit[a] = -1;
        middle[a] = 0.5 * (high - blob_reach(b, unit));
    }
    abl_grid_to_ijk(middle, grid, middle);
    reach *= 1.8;
    for (int a = 0; a < 3; a++) {
        lo[a] = fmax(0, floor(middle[a] - reach / grid->spacing_mm[a]));
        hi[a] = fmin((double)grid->size[a] - 1,
                     ceil(middle[a] + reach / grid->spacing_mm[a]));
    }
    for (double k = lo[2]; k <= hi[2]; k++)
        for (double j = lo[1]; j <= hi[1]; j++)
            for (double i = lo[0]; i <= hi[0]; i++) {
                double lps[3];
                abl_grid_to_lps(lps, grid, (double[3]){i, j, k});
                if (!(blob_value(b, lps) > 0))
                    continue;
                out->truth++;
                for (int a = 0; a < 3; a++)
                    out->centre_lps[a] += lps[a];
                out->own[abl_volume_u8(labels)[abl_grid_offset(
                    grid, (size_t)i, (size_t)j, (size_t)k)]]++;
            }
    for (int a = 0; a < 3 && out->truth; a++)
        out->centre_lps[a] /= (double)out->truth;
}

static size_t find_partner(const overlap *o, const size_t *of_found)
{
    size_t best = 0;
    for (size_t r = 1; r <= ABL_MAX_LESIONS; r++)
        if (o->own[r] && (!best || o->own[r] > o->own[best]))
            best = r;
    return best && 4 * o->own[best] >= o->truth &&
                   3 * o->own[best] >= of_found[best]
               ? best
               : 0;
}

static void find_axial_truth(double full[2], const blob *b,
                             const abl_grid *grid)
{
    double u[3], v[3];
    for (int r = 0; r < 3; r++) {
        u[r] = grid->direction[r][0];
        v[r] = grid->direction[r][1];
    }
    full[0] = full[1] = 0;
    for (size_t k = 0; k < grid->size[2]; k++) {
        double at[3], section[2];
        abl_grid_to_lps(at, grid, (double[3]){0, 0, (double)k});
        if (blob_section_mm(section, b, at, u, v) && section[0] > full[0])
            memcpy(full, section, sizeof section);
    }
}

static double step_of(const abl_grid *grid, const abl_segment *along)
{
    double unit[3];
    for (int a = 0; a < 3; a++)
        unit[a] = (along->to_lps[a] - along->from_lps[a]) /
                  fmax(along->mm.value, 1e-9);
    return abl_grid_step_along_mm(grid, unit);
}

static void score(totals *t, const image_phantom *p, size_t n,
                  const abl_lesion_findings *found, const abl_grid *grid,
                  const char *name)
{
    const blob *b = &p->lesions[n];
    const tally_class of = {p->mm[2], p->longest_mm[n], name};
    double axial[2];
    find_axial_truth(axial, b, grid);
    const struct {
        const abl_segment *segment;
        double truth;
        size_t row;
    } lengths[] = {{&found->longest_axial_diameter, axial[0], AXIAL},
                   {&found->perpendicular_diameter, axial[1], PERPENDICULAR},
                   {&found->max_3d_diameter, p->longest_mm[n], FERET}};
    for (int l = 0; l < 3; l++)
        tally_add_value(&t->table, &of, lengths[l].row, &lengths[l].segment->mm,
                        lengths[l].truth,
                        0.5 + 0.5 * step_of(grid, lengths[l].segment));
    const double ml = blob_volume_mm3(b) / 1000;
    const double equivalent = cbrt(6000 * ml / M_PI);
    const abl_value percent = {true, 100 * found->volume_ml.value / ml,
                               100 * found->volume_ml.uncertainty / ml, NULL};
    if (equivalent >= 10)
        tally_add_value(&t->table, &of, VOLUME, &percent, 100, 3);
    tally_add_value(&t->table, &of, EQUIVALENT, &found->equivalent_diameter_mm,
                    equivalent, 0.5);
    const double *gaps_mm = p->gaps_mm[n];
    const double near = abl_grid_half_diagonal_mm(grid);
    if (gaps_mm[IMAGE_CAPSULE] < IMAGE_MOST_GAP_MM &&
        gaps_mm[IMAGE_CAPSULE] < gaps_mm[IMAGE_HILUM])
        tally_add_value(&t->table, &of, CAPSULE, &found->capsule.mm,
                        gaps_mm[IMAGE_CAPSULE], near);
    for (size_t d = 0; d < sizeof distances / sizeof *distances; d++)
        if (gaps_mm[distances[d].gap] < IMAGE_MOST_GAP_MM)
            tally_add_value(&t->table, &of, (size_t)distances[d].row,
                            &found->to[distances[d].id].nearest.mm,
                            gaps_mm[distances[d].gap], near);
}

/* What a lesion is like, found (partner r) or not (0): one line of L name
 * key value .., the same keys for all. */
static void list_lesion(const char *name, const image_phantom *p, size_t n,
                        size_t r, size_t partners, const double centre_lps[3],
                        const abl_findings *findings,
                        const abl_structures *structures)
{
    printf("L %s partner %zu shared %zu longest %.2f hu %.1f parts %zu "
           "edge %.2f",
           name, r, r ? partners : 0, p->longest_mm[n], p->hu[n],
           p->lesions[n].count, p->edge_mm[n]);
    if (r) {
        const abl_lesion_findings *found = &findings->lesions[r - 1];
        printf(" off_x %.2f off_y %.2f off_z %.2f",
               found->centroid_lps[0] - centre_lps[0],
               found->centroid_lps[1] - centre_lps[1],
               found->centroid_lps[2] - centre_lps[2]);
        printf(" edge_sd %.3f confidence %.2f low %d contrast %.1f cnr %.2f",
               structures->lesions[r - 1].edge_sd_mm, found->confidence,
               found->is_low_confidence, found->contrast_hu.value,
               found->cnr.value);
    }
    printf("\n");
}

static void list_phantom(uint64_t seed, const image_phantom *p,
                         const abl_structures *structures)
{
    const abl_structure *items = structures->items;
    printf("P %llu mm %.3f %.3f %.3f noise %.2f psf %.2f %.2f turned %d "
           "liver_sd %.3f cava_sd %.3f gallbladder_sd %.3f kidney_sd %.3f\n",
           (unsigned long long)seed, p->mm[0], p->mm[1], p->mm[2], p->noise_hu,
           p->psf_mm, p->psf_z_mm, p->row[0] < 1, items[ABL_LIVER].edge_sd_mm,
           items[ABL_INFERIOR_VENA_CAVA].edge_sd_mm,
           items[ABL_GALLBLADDER].edge_sd_mm,
           items[ABL_RIGHT_KIDNEY].edge_sd_mm);
}

static void count_size(size_t counts[SIZES], double longest_mm)
{
    for (size_t s = 0; s < SIZES; s++)
        counts[s] +=
            longest_mm >= size_edges[s] && longest_mm < size_edges[s + 1];
}

static void compare(totals *t, uint64_t seed, const image_phantom *p,
                    const abl_structures *structures,
                    const abl_findings *findings)
{
    static size_t of_found[256], partners[256], in_truth[256];
    size_t partner_of[IMAGE_PHANTOM_LESIONS];
    double centres_lps[IMAGE_PHANTOM_LESIONS][3];
    memset(of_found, 0, sizeof of_found);
    memset(partners, 0, sizeof partners);
    memset(in_truth, 0, sizeof in_truth);
    const uint8_t *label = abl_volume_u8(structures->lesion_labels);
    const size_t voxels = abl_grid_voxels(&structures->lesion_labels->grid);
    for (size_t v = 0; v < voxels; v++)
        of_found[label[v]]++;
    for (size_t n = 0; n < p->count; n++) {
        overlap o;
        count_overlap(&o, &p->lesions[n], structures->lesion_labels);
        partner_of[n] = find_partner(&o, of_found);
        memcpy(centres_lps[n], o.centre_lps, sizeof o.centre_lps);
        partners[partner_of[n]]++;
        for (size_t r = 1; r <= ABL_MAX_LESIONS; r++)
            in_truth[r] += o.own[r];
    }
    for (size_t n = 0; n < p->count; n++) {
        const size_t r = partner_of[n];
        const bool is_bright = p->hu[n] > IMAGE_LIVER_HU;
        count_size(t->there[is_bright], p->longest_mm[n]);
        char name[32];
        (void)snprintf(name, sizeof name, "%llu.%zu", (unsigned long long)seed,
                       n + 1);
        if (t->list)
            list_lesion(name, p, n, r, partners[r], centres_lps[n], findings,
                        structures);
        if (!r)
            continue;
        count_size(t->found[is_bright], p->longest_mm[n]);
        if (partners[r] > 1)
            count_size(t->joined, p->longest_mm[n]);
        else
            score(t, p, n, &findings->lesions[r - 1],
                  &structures->lesion_labels->grid, t->list ? name : NULL);
    }
    for (size_t r = 1; r <= structures->lesion_count; r++)
        if (10 * in_truth[r] < of_found[r]) {
            t->false_low += structures->lesions[r - 1].is_low_confidence;
            t->false_sure += !structures->lesions[r - 1].is_low_confidence;
        }
}

/* Every lesion as abl_measure() has it; the rest of it is not scored. */
static abl_findings *measure(const abl_volume *image,
                             const abl_structures *structures)
{
    abl_error err;
    abl_scene scene;
    abl_findings *out = abl_alloc(1, sizeof *out, &err);
    if (!out || abl_scene_create(&scene, image, structures, &err))
        fail(&err);
    out->lesion_count = structures->lesion_count;
    out->lesions = abl_alloc(out->lesion_count, sizeof *out->lesions, &err);
    if (!out->lesions)
        fail(&err);
    for (size_t n = 0; n < out->lesion_count; n++)
        if (abl_lesion_measure(&out->lesions[n], &scene, n, &err))
            fail(&err);
    abl_scene_clear(&scene);
    return out;
}

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void run(totals *t, uint64_t seed)
{
    abl_error err;
    image_phantom p;
    abl_volume *image = NULL;
    abl_structures *structures = NULL;
    /* neither vessels nor what follows from them change what is scored */
    const abl_segment_options how = {.model_dir = ABL_MODEL_DIR,
                                     .without_vessels = true};
    double at[5];
    at[0] = cpu_seconds();
    if (image_phantom_draw(&p, seed, &err))
        fail(&err);
    at[1] = cpu_seconds();
    if (abl_phantom_render(&image, NULL, p.recipe, NULL, seed, NULL, &err))
        fail(&err);
    at[2] = cpu_seconds();
    if (abl_segment_ct(&structures, image, NULL, &how, &err))
        fail(&err);
    at[3] = cpu_seconds();
    abl_findings *findings = measure(image, structures);
    at[4] = cpu_seconds();
    t->phantoms++;
    if (t->list)
        list_phantom(seed, &p, structures);
    compare(t, seed, &p, structures, findings);
    if (t->list)
        printf("T %llu cpu_s draw %.1f render %.1f segment %.1f measure %.1f "
               "score %.1f\n",
               (unsigned long long)seed, at[1] - at[0], at[2] - at[1],
               at[3] - at[2], at[4] - at[3], cpu_seconds() - at[4]);
    abl_findings_destroy(findings);
    abl_structures_destroy(structures);
    abl_volume_destroy(image);
    image_phantom_clear(&p);
    fflush(stdout);
}

static void print(const totals *t, bool split)
{
    printf("Image only: %zu random adults, spacing 0.75-1 x 0.75-1 x 0.8-5 mm, "
           "every third turned;\nthe whole chain from the image.\n\n"
           "                   darker than liver   brighter\n"
           "longest diameter   there  found        there  found    joined with "
           "another\n",
           t->phantoms);
    for (size_t s = 0; s < SIZES; s++)
        printf("%3.0f to %3.0f mm      %6zu %6zu       %6zu %6zu    %6zu\n",
               size_edges[s], size_edges[s + 1], t->there[0][s], t->found[0][s],
               t->there[1][s], t->found[1][s], t->joined[s]);
    printf("false lesions: %zu, and %zu of low confidence\n", t->false_sure,
           t->false_low);
    puts("\nThe capsule counts where it is nearer than the portal vein in the "
         "hilum.");
    tally_print("Image only", &t->table, split);
}

int main(int argc, char **argv)
{
    static totals t;
    size_t numbers[2] = {34, 1}, given = 0;
    t.table.names = row_names;
    t.table.rows = ROWS;
    for (int n = 1; n < argc; n++)
        if (strcmp(argv[n], "--list") == 0)
            t.list = true;
        else if (given < 2)
            numbers[given++] = strtoul(argv[n], NULL, 10);
    for (size_t n = 0; n < numbers[0]; n++)
        run(&t, numbers[1] + n);
    print(&t, numbers[0] >= 10);
    return 0;
}
