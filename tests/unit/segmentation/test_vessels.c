/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/vessels.h"

#include "imaging/threads.h"
#include "segmentation/import_labels.h"
#include "tests/unit/check.h"
#include "tests/unit/segmentation/phantom.h"

/* A block of liver (110 HU) in fat, vena cava behind it on the left side,
 * portal trunk below; mm from the first voxel. */
enum {
    LIVER_HU = 110,
    VEIN_HU = 160
};
static const double body_mm[3] = {96, 84, 72};
static const double liver_lo[3] = {14, 14, 14}, liver_hi[3] = {82, 70, 58};

typedef struct tube {
    double from[3], to[3], radius;
    uint8_t label; /* of a trunk; 0: in the liver */
    double flat;   /* as many times thinner along z; 0: round */
} tube;

static const tube cava = {
    {48, 74, -9}, {48, 74, 90}, 8, ABL_INFERIOR_VENA_CAVA, 0};
static const tube trunk = {
    {48, 30, -9}, {48, 30, 15}, 6, ABL_PORTAL_AND_SPLENIC_VEIN, 0};
static const tube hepatic = {{48, 70, 46}, {20, 24, 50}, 3, 0, 0};
static const tube portal = {{48, 30, 14}, {74, 50, 34}, 2.5, 0, 0};
static const tube portal_left = {{48, 30, 14}, {22, 44, 26}, 2, 0, 0};

typedef struct scene {
    double spacing[3];
    const tube *tubes[6]; /* ends with NULL */
    double blob_radius, plate_mm, noise_hu;
    double vein_hu;
    bool has_lesion; /* where the blob is */
    bool has_gap;    /* the liver's outline leaves the third tube out, to
                        30 mm from its start */
    abl_phase phase;
} scene;

static scene usual(void)
{
    scene s = {.spacing = {0.8, 0.8, 1.5},
               .tubes = {&cava, &trunk, &hepatic, &portal, &portal_left},
               .noise_hu = 6,
               .vein_hu = VEIN_HU,
               .phase = ABL_PHASE_PORTAL_VENOUS};
    return s;
}

static double off_tube(const tube *t, const double p[3])
{
    double along = 0, length = 0, off = 0;
    for (int a = 0; a < 3; a++) {
        along += (p[a] - t->from[a]) * (t->to[a] - t->from[a]);
        length += (t->to[a] - t->from[a]) * (t->to[a] - t->from[a]);
    }
    along = fmin(fmax(along / length, 0), 1);
    for (int a = 0; a < 3; a++) {
        double d = p[a] - t->from[a] - along * (t->to[a] - t->from[a]);
        d *= a == 2 && t->flat > 0 ? t->flat : 1;
        off += d * d;
    }
    return sqrt(off) - t->radius;
}

static const double blob_at[3] = {66, 26, 44};

static double soft(double off)
{
    return 1 / (1 + exp(off / 0.3));
}

typedef struct made {
    abl_structures *s;
    abl_volume *image;
} made;

static bool is_in_gap(const tube *t, const double p[3])
{
    double square = 0;
    for (int a = 0; a < 3; a++)
        square += (p[a] - t->from[a]) * (p[a] - t->from[a]);
    return square < 30 * 30 && off_tube(t, p) < 0;
}

static void paint_voxel(const scene *of, made *m, abl_volume *liver, size_t v,
                        const double p[3], uint64_t *state)
{
    double inside = 100, vein = 0;
    uint8_t label = 0;
    for (int a = 0; a < 3; a++)
        inside = fmin(inside, fmin(p[a] - liver_lo[a], liver_hi[a] - p[a]));
    const double base = inside > 0 ? LIVER_HU : -60;
    if (of->has_gap && is_in_gap(of->tubes[2], p))
        inside = -1;
    abl_volume_f32(liver)[v] = (float)fmin(inside / 2, 1);
    label = inside > 0 ? ABL_LIVER : 0;
    for (int n = 0; n < 6 && of->tubes[n]; n++) {
        const double off = off_tube(of->tubes[n], p);
        vein = fmax(vein, soft(off));
        label = off < 0 && of->tubes[n]->label ? of->tubes[n]->label : label;
    }
    double square = 0;
    for (int a = 0; a < 3; a++)
        square += (p[a] - blob_at[a]) * (p[a] - blob_at[a]);
    if (of->blob_radius > 0)
        vein = fmax(vein, soft(sqrt(square) - of->blob_radius));
    if (of->has_lesion && square < of->blob_radius * of->blob_radius)
        abl_volume_u8(m->s->lesion_labels)[v] = 1;
    if (of->plate_mm > 0 && inside > 2)
        vein = fmax(vein, soft(fabs(p[0] - 66) - of->plate_mm / 2));
    const double hu = base + vein * (of->vein_hu - base);
    abl_volume_i16(m->image)[v] =
        (int16_t)lrint(hu + phantom_noise(state, of->noise_hu));
    abl_volume_u8(m->s->labels)[v] = label;
}

static made make(const scene *of)
{
    made m = {calloc(1, sizeof(abl_structures)), NULL};
    size_t n[3];
    for (int a = 0; a < 3; a++)
        n[a] = (size_t)(body_mm[a] / of->spacing[a]);
    const abl_grid grid = phantom_grid(n[0], n[1], n[2], of->spacing);
    m.image = phantom_volume(&grid, ABL_PIXEL_I16);
    m.s->labels = phantom_volume(&grid, ABL_PIXEL_U8);
    m.s->lesion_labels = phantom_volume(&grid, ABL_PIXEL_U8);
    abl_volume *liver = phantom_volume(&grid, ABL_PIXEL_F32);
    uint64_t state = 5;
    for (size_t v = 0; v < abl_grid_voxels(&grid); v++) {
        const double p[3] = {(double)(v % n[0]) * of->spacing[0],
                             (double)(v / n[0] % n[1]) * of->spacing[1],
                             (double)(v / (n[0] * n[1])) * of->spacing[2]};
        paint_voxel(of, &m, liver, v, p, &state);
    }
    m.s->items[ABL_LIVER].field = liver;
    const int ids[3] = {ABL_LIVER, ABL_INFERIOR_VENA_CAVA,
                        ABL_PORTAL_AND_SPLENIC_VEIN};
    for (int i = 0; i < 3; i++) {
        m.s->items[ids[i]].found = ABL_FOUND;
        m.s->items[ids[i]].mean_hu = i == 0 ? LIVER_HU : of->vein_hu;
    }
    m.s->phase.phase = of->phase;
    return m;
}

static void clear(made *m)
{
    abl_structures_destroy(m->s);
    abl_volume_destroy(m->image);
}

static made find(const scene *of)
{
    abl_error err;
    made m = make(of);
    ABL_CHECK_OK(abl_vessels_find(m.s, m.image, NULL, &err), &err);
    return m;
}

/* Share of the middle of a tube with a node of the tree beside it, and the
 * mean calibre of those. */
static double share_found(double *calibre_mm, const made *m, const tube *t,
                          abl_tree tree)
{
    const abl_vessels *vessels = m->s->vessels;
    double found = 0, sum = 0;
    for (int step = 0; step < 20; step++) {
        const double at = 0.3 + 0.55 * step / 19;
        double nearest = 1e9, calibre = 0;
        for (size_t n = 0; n < vessels->node_count; n++) {
            double square = 0;
            for (int a = 0; a < 3; a++) {
                const double d = vessels->nodes[n].lps[a] -
                                 m->image->grid.origin_lps[a] - t->from[a] -
                                 at * (t->to[a] - t->from[a]);
                square += d * d;
            }
            if (vessels->nodes[n].tree == tree && square < nearest) {
                nearest = square;
                calibre = vessels->nodes[n].calibre_mm;
            }
        }
        found += sqrt(nearest) < 1.5;
        sum += calibre;
    }
    *calibre_mm = sum / 20;
    return found / 20;
}

static void expect(const made *m, const tube *t, abl_tree tree)
{
    double calibre;
    ABL_CHECK_NEAR(share_found(&calibre, m, t, tree), 1, 0.01);
    ABL_CHECK_NEAR(calibre, 2 * t->radius, 0.7);
}

static void each_tree_is_followed_from_its_trunk_with_its_calibre(void)
{
    const double spacings[2][3] = {{0.8, 0.8, 1.5}, {0.7, 0.9, 2.5}};
    for (int n = 0; n < 2; n++) {
        scene of = usual();
        memcpy(of.spacing, spacings[n], sizeof of.spacing);
        made m = find(&of);
        expect(&m, &hepatic, ABL_TREE_HEPATIC);
        expect(&m, &portal, ABL_TREE_PORTAL);
        expect(&m, &portal_left, ABL_TREE_PORTAL);
        CU_ASSERT_TRUE(m.s->vessels->trees[ABL_TREE_HEPATIC].is_assessable);
        CU_ASSERT_TRUE(m.s->vessels->trees[ABL_TREE_PORTAL].is_assessable);
        CU_ASSERT_EQUAL(m.s->items[ABL_HEPATIC_VEINS].found, ABL_FOUND);
        CU_ASSERT_EQUAL(m.s->items[ABL_PORTAL_VEINS].found, ABL_FOUND);
        CU_ASSERT_TRUE(m.s->items[ABL_HEPATIC_VEINS].edge_sd_mm > 0.1);
        clear(&m);
    }
}

static void parents_come_before_their_children(void)
{
    scene of = usual();
    made m = find(&of);
    const abl_vessels *vessels = m.s->vessels;
    CU_ASSERT_TRUE(vessels->node_count > 50);
    for (size_t n = 0; n < vessels->node_count; n++) {
        const abl_vessel_node *node = &vessels->nodes[n];
        CU_ASSERT_TRUE(node->parent < (int32_t)n);
        if (node->parent >= 0)
            CU_ASSERT_EQUAL(node->tree, vessels->nodes[node->parent].tree);
        CU_ASSERT_TRUE(node->calibre_mm > 0 && node->calibre_sd_mm > 0);
    }
    clear(&m);
}

static void crossing_trees_keep_their_own_branches(void)
{
    static const tube upper = {{48, 70, 40}, {20, 24, 40}, 3, 0, 0};
    static const tube below = {{48, 30, 14}, {44, 52, 34}, 2.5, 0, 0};
    static const tube beyond = {{44, 52, 34}, {37, 60, 50}, 2.2, 0, 0};
    scene of = usual();
    const tube *tubes[6] = {&cava, &trunk, &upper, &below, &beyond, NULL};
    memcpy(of.tubes, tubes, sizeof tubes);
    made m = find(&of);
    double calibre;
    CU_ASSERT_TRUE(share_found(&calibre, &m, &upper, ABL_TREE_HEPATIC) > 0.9);
    CU_ASSERT_TRUE(share_found(&calibre, &m, &below, ABL_TREE_PORTAL) > 0.8);
    clear(&m);
}

/* Great hepatic veins are often more than twice as wide as thick; this one is
 * seen to join nothing. */
static void an_oval_great_vein_is_a_vessel(void)
{
    static const tube oval = {{76, 26, 44}, {20, 40, 44}, 9, 0, 2.6};
    scene of = usual();
    const tube *tubes[6] = {&cava, &trunk, &oval, &portal, NULL};
    memcpy(of.tubes, tubes, sizeof tubes);
    made m = find(&of);
    double calibre;
    CU_ASSERT_TRUE(share_found(&calibre, &m, &oval, ABL_TREE_UNNAMED) > 0.9);
    clear(&m);
}

static void a_great_vein_left_out_of_the_liver_is_followed(void)
{
    static const tube great = {{48, 68, 40}, {24, 22, 40}, 6, 0, 0};
    scene of = usual();
    const tube *tubes[6] = {&cava, &trunk, &great, &portal, NULL};
    memcpy(of.tubes, tubes, sizeof tubes);
    of.has_gap = true;
    made m = find(&of);
    double calibre;
    CU_ASSERT_TRUE(share_found(&calibre, &m, &great, ABL_TREE_HEPATIC) > 0.9);
    ABL_CHECK_NEAR(calibre, 12, 1);
    clear(&m);
}

/* Networks take a piece of a hepatic vein for portal trunk now and then. */
static void an_island_of_portal_trunk_starts_no_tree(void)
{
    static const tube island = {{46.5, 67.5, 46.2},
                                {29, 38.8, 48.7},
                                3.2,
                                ABL_PORTAL_AND_SPLENIC_VEIN,
                                0};
    scene of = usual();
    const tube *tubes[6] = {&cava, &trunk, &hepatic, &portal, &island, NULL};
    memcpy(of.tubes, tubes, sizeof tubes);
    made m = find(&of);
    expect(&m, &hepatic, ABL_TREE_HEPATIC);
    clear(&m);
}

static size_t nodes_near_blob(const made *m, double within_mm)
{
    size_t count = 0;
    for (size_t n = 0; n < m->s->vessels->node_count; n++) {
        double square = 0;
        for (int a = 0; a < 3; a++) {
            const double d = m->s->vessels->nodes[n].lps[a] -
                             m->image->grid.origin_lps[a] - blob_at[a];
            square += d * d;
        }
        count += square < within_mm * within_mm;
    }
    return count;
}

static void a_bright_ball_is_no_vessel(void)
{
    scene of = usual();
    of.blob_radius = 6;
    made m = find(&of);
    CU_ASSERT_EQUAL(nodes_near_blob(&m, 8), 0);
    clear(&m);
}

static void a_lesion_holds_no_vessel(void)
{
    scene of = usual();
    of.blob_radius = 7;
    of.has_lesion = true;
    made m = find(&of);
    CU_ASSERT_EQUAL(nodes_near_blob(&m, 6), 0);
    clear(&m);
}

static void a_plate_is_no_vessel(void)
{
    scene of = usual();
    of.plate_mm = 2;
    made m = find(&of);
    double unnamed = m.s->items[ABL_LIVER_VESSELS].volume_ml;
    ABL_CHECK_NEAR(unnamed, 0, 0.3);
    clear(&m);
}

static void scans_that_show_no_veins_are_not_assessable(void)
{
    const struct {
        abl_phase phase;
        double vein_hu, noise_hu, slice_mm;
        const char *words;
    } rows[] = {
        {ABL_PHASE_UNENHANCED, VEIN_HU, 6, 1.5, "unenhanced"},
        {ABL_PHASE_ARTERIAL, VEIN_HU, 6, 1.5, "arterial"},
        {ABL_PHASE_PORTAL_VENOUS, LIVER_HU + 8, 6, 1.5, "brighter"},
        {ABL_PHASE_PORTAL_VENOUS, LIVER_HU + 20, 60, 1.5, "brighter"},
        {ABL_PHASE_PORTAL_VENOUS, VEIN_HU, 6, 6, "apart"},
    };
    for (size_t n = 0; n < sizeof rows / sizeof *rows; n++) {
        scene of = usual();
        of.phase = rows[n].phase;
        of.vein_hu = rows[n].vein_hu;
        of.noise_hu = rows[n].noise_hu;
        of.spacing[2] = rows[n].slice_mm;
        made m = find(&of);
        for (int tree = 0; tree < ABL_TREE_COUNT; tree++) {
            const abl_tree_state *state = &m.s->vessels->trees[tree];
            CU_ASSERT_FALSE(state->is_assessable);
            CU_ASSERT_PTR_NOT_NULL(strstr(state->why_not, rows[n].words));
            CU_ASSERT_EQUAL(m.s->items[ABL_HEPATIC_VEINS + tree].found,
                            ABL_NOT_LOOKED_FOR);
        }
        clear(&m);
    }
}

static void a_missing_trunk_leaves_its_tree_unknown(void)
{
    scene of = usual();
    made m = make(&of);
    abl_error err;
    for (size_t v = 0; v < abl_grid_voxels(&m.image->grid); v++)
        if (abl_volume_u8(m.s->labels)[v] == ABL_INFERIOR_VENA_CAVA)
            abl_volume_u8(m.s->labels)[v] = 0;
    m.s->items[ABL_INFERIOR_VENA_CAVA].found = ABL_NOT_FOUND;
    ABL_CHECK_OK(abl_vessels_find(m.s, m.image, NULL, &err), &err);
    const abl_tree_state *trees = m.s->vessels->trees;
    CU_ASSERT_FALSE(trees[ABL_TREE_HEPATIC].is_assessable);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(trees[ABL_TREE_HEPATIC].why_not, "was not found"));
    CU_ASSERT_TRUE(trees[ABL_TREE_PORTAL].is_assessable);
    expect(&m, &hepatic, ABL_TREE_UNNAMED);
    clear(&m);
}

static void thick_slices_state_a_larger_calibre(void)
{
    scene of = usual();
    of.spacing[2] = 4;
    made m = find(&of);
    ABL_CHECK_NEAR(m.s->vessels->least_calibre_mm, 4, 1e-9);
    clear(&m);
}

/* Labels of the scene with liver only up to @p liver_end mm from the right,
 * vessels in it outlined as such when @p vessel is not 0. */
static abl_volume *outline(const made *m, double liver_end, uint8_t vessel)
{
    abl_volume *labels = phantom_volume(&m->image->grid, ABL_PIXEL_U8);
    const size_t width = labels->grid.size[0];
    for (size_t v = 0; v < abl_grid_voxels(&labels->grid); v++) {
        uint8_t label = abl_volume_u8(m->s->labels)[v];
        const double x = (double)(v % width) * labels->grid.spacing_mm[0];
        if (label == ABL_LIVER && x > liver_end)
            label = 0;
        if (label == ABL_LIVER && vessel && abl_volume_i16(m->image)[v] > 140)
            label = vessel;
        abl_volume_u8(labels)[v] = label;
    }
    return labels;
}

static void import(made *m, abl_volume *labels)
{
    abl_import_map map;
    abl_error err;
    ABL_CHECK_OK(abl_import_map_create(&map, labels, NULL, "map.nii",
                                       &m->image->grid, &err),
                 &err);
    ABL_CHECK_OK(abl_import_labels(m->s, m->image, NULL, &map, 1, NULL, &err),
                 &err);
    abl_import_map_clear(&map);
    abl_volume_destroy(labels);
}

/* How far to the left nodes go [mm]. */
static double reach_of(const abl_structures *s)
{
    double most = 0;
    for (size_t n = 0; n < s->vessels->node_count; n++)
        most = fmax(most, s->vessels->nodes[n].lps[0] -
                              s->labels->grid.origin_lps[0]);
    return most;
}

static void vessels_are_followed_in_the_liver_that_was_imported(void)
{
    scene of = usual();
    made m = find(&of);
    CU_ASSERT(reach_of(m.s) > 65);
    import(&m, outline(&m, 60, 0));
    CU_ASSERT_PTR_NOT_NULL_FATAL(m.s->vessels);
    CU_ASSERT_PTR_NOT_NULL_FATAL(m.s->hilum);
    CU_ASSERT_PTR_NOT_NULL_FATAL(m.s->couinaud);
    CU_ASSERT(reach_of(m.s) < 65);
    expect(&m, &hepatic, ABL_TREE_HEPATIC);
    clear(&m);
}

static void vessels_that_were_outlined_are_liver(void)
{
    scene of = usual();
    made m = find(&of);
    import(&m, outline(&m, 96, ABL_LIVER_VESSELS));
    const double middle[3] = {34, 47, 48};
    double lps[3];
    for (int a = 0; a < 3; a++)
        lps[a] = middle[a] + m.image->grid.origin_lps[a];
    CU_ASSERT(abl_volume_sample_lps(m.s->items[ABL_LIVER].field, lps) > 0);
    CU_ASSERT_STRING_EQUAL(m.s->warnings[0].code, "labels-vessels");
    CU_ASSERT_STRING_EQUAL(m.s->vessels->trees[ABL_TREE_HEPATIC].why_not, "");
    expect(&m, &hepatic, ABL_TREE_HEPATIC);
    clear(&m);
}

static void labels_of_the_bowel_leave_the_vessels(void)
{
    scene of = usual();
    made m = find(&of);
    const abl_vessels *before = m.s->vessels;
    abl_volume *labels = phantom_volume(&m.image->grid, ABL_PIXEL_U8);
    abl_volume_u8(labels)[abl_grid_offset(&labels->grid, 60, 5, 20)] =
        ABL_COLON;
    import(&m, labels);
    CU_ASSERT_PTR_EQUAL(m.s->vessels, before);
    clear(&m);
}

static void the_number_of_threads_changes_nothing(void)
{
    scene of = usual();
    abl_threads_set(1);
    made one = find(&of);
    abl_threads_set(3);
    made three = find(&of);
    abl_threads_set(0);
    CU_ASSERT_EQUAL(one.s->vessels->node_count, three.s->vessels->node_count);
    if (one.s->vessels->node_count == three.s->vessels->node_count)
        for (size_t n = 0; n < one.s->vessels->node_count; n++) {
            const abl_vessel_node *a = &one.s->vessels->nodes[n];
            const abl_vessel_node *b = &three.s->vessels->nodes[n];
            CU_ASSERT_EQUAL(memcmp(a->lps, b->lps, sizeof a->lps), 0);
            CU_ASSERT_TRUE(!(a->calibre_mm < b->calibre_mm) &&
                           !(a->calibre_mm > b->calibre_mm));
        }
    clear(&one);
    clear(&three);
}

static void wrong_inputs_are_refused(void)
{
    abl_error err;
    scene of = usual();
    made m = make(&of);
    abl_volume *wrong = phantom_volume(&m.image->grid, ABL_PIXEL_F32);
    abl_grid shifted = m.image->grid;
    shifted.origin_lps[0] += 5;
    abl_volume *moved = phantom_volume(&shifted, ABL_PIXEL_I16);
    ABL_CHECK_FAILS(abl_vessels_find(m.s, wrong, NULL, &err), ABL_E_INVALID,
                    "16-bit", &err);
    ABL_CHECK_FAILS(abl_vessels_find(m.s, moved, NULL, &err), ABL_E_GEOMETRY,
                    "", &err);
    abl_volume *labels = m.s->labels;
    m.s->labels = NULL;
    ABL_CHECK_FAILS(abl_vessels_find(m.s, m.image, NULL, &err), ABL_E_INVALID,
                    "come first", &err);
    m.s->labels = labels;
    float *liver = abl_volume_f32(m.s->items[ABL_LIVER].field);
    for (size_t v = 0; v < abl_grid_voxels(&m.image->grid); v++)
        liver[v] = -1;
    ABL_CHECK_FAILS(abl_vessels_find(m.s, m.image, NULL, &err), ABL_E_INVALID,
                    "no liver", &err);
    CU_ASSERT_PTR_NULL(m.s->vessels);
    abl_volume_destroy(wrong);
    abl_volume_destroy(moved);
    clear(&m);
}

const char *const abl_test_suite = "segmentation.vessels";
CU_TestInfo abl_tests[] = {
    ABL_TEST(each_tree_is_followed_from_its_trunk_with_its_calibre),
    ABL_TEST(parents_come_before_their_children),
    ABL_TEST(crossing_trees_keep_their_own_branches),
    ABL_TEST(an_oval_great_vein_is_a_vessel),
    ABL_TEST(a_great_vein_left_out_of_the_liver_is_followed),
    ABL_TEST(an_island_of_portal_trunk_starts_no_tree),
    ABL_TEST(a_bright_ball_is_no_vessel),
    ABL_TEST(a_lesion_holds_no_vessel),
    ABL_TEST(a_plate_is_no_vessel),
    ABL_TEST(scans_that_show_no_veins_are_not_assessable),
    ABL_TEST(a_missing_trunk_leaves_its_tree_unknown),
    ABL_TEST(thick_slices_state_a_larger_calibre),
    ABL_TEST(vessels_are_followed_in_the_liver_that_was_imported),
    ABL_TEST(vessels_that_were_outlined_are_liver),
    ABL_TEST(labels_of_the_bowel_leave_the_vessels),
    ABL_TEST(the_number_of_threads_changes_nothing),
    ABL_TEST(wrong_inputs_are_refused),
    CU_TEST_INFO_NULL,
};
