/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/lesions.h"

#include "tests/unit/check.h"
#include "tests/unit/segmentation/phantom.h"

const char *const abl_test_suite = "segmentation.lesions";

static const double net_mm[3] = {1.25, 1.25, 2.5};
static const double native_mm[3] = {0.8, 0.75, 1.5};
static const double liver_mm[3] = {56, 55, 50};

typedef struct scene {
    abl_volume *image;
    abl_lesion_maps maps;
    abl_structures structures;
} scene;

/* A liver of 110 HU and 44 mm in fat of -90 HU. */
static bool make_scene(scene *s)
{
    const abl_grid native = phantom_grid(141, 147, 67, native_mm);
    const abl_grid net = phantom_grid(90, 88, 40, net_mm);
    memset(s, 0, sizeof *s);
    s->structures.noise_hu = -1;
    s->image = phantom_volume(&native, ABL_PIXEL_I16);
    s->maps.liver = phantom_volume(&net, ABL_PIXEL_F32);
    s->maps.lesion = phantom_volume(&net, ABL_PIXEL_F32);
    abl_volume *field = phantom_volume(&net, ABL_PIXEL_F32);
    s->structures.items[ABL_LIVER].field = field;
    if (!s->image || !s->maps.liver || !s->maps.lesion || !field)
        return false;
    for (size_t v = 0; v < abl_grid_voxels(&net); v++) {
        const double d = phantom_depth_mm(&net, v, liver_mm, 44) / 3;
        abl_volume_f32(field)[v] = (float)(d < -1 ? -1 : d > 1 ? 1 : d);
    }
    for (size_t v = 0; v < abl_grid_voxels(&native); v++)
        abl_volume_i16(s->image)[v] =
            phantom_depth_mm(&native, v, liver_mm, 44) > 0 ? 110 : -90;
    return true;
}

/* Draws a ball into the image, and one into p(lesion). */
static void put(scene *s, const double centre_mm[3], double radius_mm,
                double net_radius_mm, int16_t hu)
{
    for (size_t v = 0; v < abl_grid_voxels(&s->image->grid); v++) {
        double part =
            0.5 +
            phantom_depth_mm(&s->image->grid, v, centre_mm, radius_mm) / 1.2;
        part = part < 0 ? 0 : part > 1 ? 1 : part;
        int16_t *to = &abl_volume_i16(s->image)[v];
        *to = (int16_t)lround((1 - part) * *to + part * hu);
    }
    phantom_sphere(s->maps.lesion, centre_mm, net_radius_mm, 5, 0.95f);
}

static void add_noise(scene *s, double sd)
{
    uint64_t state = 5;
    for (size_t v = 0; v < abl_grid_voxels(&s->image->grid); v++)
        abl_volume_i16(s->image)[v] =
            (int16_t)(abl_volume_i16(s->image)[v] +
                      lround(phantom_noise(&state, sd)));
}

static void put_organ(scene *s, abl_structure_id id, const double centre_mm[3],
                      double radius_mm)
{
    const double organ_mm[3] = {2.5, 2.5, 3};
    const abl_grid grid = phantom_grid(46, 45, 34, organ_mm);
    abl_volume *field = phantom_volume(&grid, ABL_PIXEL_F32);
    for (size_t v = 0; field && v < abl_grid_voxels(&grid); v++)
        abl_volume_f32(field)[v] =
            phantom_depth_mm(&grid, v, centre_mm, radius_mm) > 0 ? 0.7f : -0.7f;
    s->structures.items[id].field = field;
}

static void find(scene *s)
{
    abl_error err;
    ABL_CHECK_OK(abl_lesions_find(&s->structures, s->image, &s->maps, &err),
                 &err);
}

static void clear(scene *s)
{
    abl_volume_destroy(s->image);
    abl_lesion_maps_clear(&s->maps);
    for (int id = 0; id < ABL_STRUCTURE_COUNT; id++)
        abl_volume_destroy(s->structures.items[id].field);
    for (size_t n = 0; n < s->structures.lesion_count; n++)
        abl_volume_destroy(s->structures.lesions[n].field);
    free(s->structures.lesions);
    abl_volume_destroy(s->structures.lesion_labels);
}

/* The network draws it 1 mm too small or too large; the image corrects. */
static void diameter_is_that_of_the_image(void)
{
    const double at_mm[3] = {60.3, 50.7, 52.2};
    for (double off_mm = -1; off_mm <= 1; off_mm += 2) {
        scene s;
        CU_ASSERT_FATAL(make_scene(&s));
        put(&s, at_mm, 9, 9 + off_mm, 50);
        add_noise(&s, 12);
        find(&s);
        CU_ASSERT_EQUAL_FATAL(s.structures.lesion_count, 1);
        const abl_lesion *lesion = &s.structures.lesions[0];
        ABL_CHECK_NEAR(lesion->equivalent_diameter_mm, 18, 1.0);
        CU_ASSERT(lesion->confidence > 0.6 && !lesion->is_low_confidence);
        CU_ASSERT(lesion->edge_sd_mm > 0.3 && lesion->edge_sd_mm < 3);
        CU_ASSERT_FALSE(lesion->touches_border);
        clear(&s);
    }
}

static void surface_is_where_the_network_says_without_contrast(void)
{
    scene s;
    const double at_mm[3] = {60.3, 50.7, 52.2};
    CU_ASSERT_FATAL(make_scene(&s));
    put(&s, at_mm, 9, 9, 110);
    add_noise(&s, 12);
    find(&s);
    CU_ASSERT_EQUAL_FATAL(s.structures.lesion_count, 1);
    ABL_CHECK_NEAR(s.structures.lesions[0].equivalent_diameter_mm, 18.4, 1.2);
    CU_ASSERT_TRUE(s.structures.lesions[0].is_low_confidence);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(s.structures.lesions[0].confidence_reason, "hardly differs"));
    clear(&s);
}

static void touching_lesions_are_two_and_the_larger_is_first(void)
{
    scene s;
    const double a_mm[3] = {45, 55, 50}, b_mm[3] = {63, 55, 50};
    CU_ASSERT_FATAL(make_scene(&s));
    put(&s, b_mm, 10, 10, 50);
    put(&s, a_mm, 8, 8, 50);
    find(&s);
    CU_ASSERT_EQUAL_FATAL(s.structures.lesion_count, 2);
    const abl_lesion *l = s.structures.lesions;
    CU_ASSERT(l[0].volume_ml > l[1].volume_ml);
    CU_ASSERT(l[0].lo[0] > l[1].lo[0]);
    ABL_CHECK_NEAR(l[0].equivalent_diameter_mm, 20, 1.2);
    ABL_CHECK_NEAR(l[1].equivalent_diameter_mm, 16, 1.2);
    const abl_volume *labels = s.structures.lesion_labels;
    CU_ASSERT_EQUAL(
        abl_volume_u8(
            labels)[abl_grid_offset(&labels->grid, (size_t)(45 / 0.8),
                                    (size_t)(55 / 0.75), (size_t)(50 / 1.5))],
        2);
    clear(&s);
}

static void speck_is_dropped(void)
{
    scene s;
    CU_ASSERT_FATAL(make_scene(&s));
    const size_t v = abl_grid_offset(&s.maps.lesion->grid, 48, 40, 20);
    abl_volume_f32(s.maps.lesion)[v] = 0.8f;
    find(&s);
    CU_ASSERT_EQUAL(s.structures.lesion_count, 0);
    clear(&s);
}

static void other_organs_are_no_lesions(void)
{
    static const struct {
        abl_structure_id id;
        double shift_mm; /* of the organ from the candidate, radius 8 mm */
        size_t lesions;
    } rows[] = {
        {ABL_GALLBLADDER, 0, 0},  {ABL_GALLBLADDER, 6, 0},
        {ABL_GALLBLADDER, 19, 1}, {ABL_STOMACH, 0, 0},
        {ABL_STOMACH, 11, 1},     {ABL_INFERIOR_VENA_CAVA, 0, 0},
        {ABL_RIGHT_KIDNEY, 2, 0}, {ABL_PORTAL_AND_SPLENIC_VEIN, 0, 0},
    };
    for (size_t n = 0; n < sizeof rows / sizeof *rows; n++) {
        scene s;
        const double at_mm[3] = {55, 40, 50};
        const double organ_mm[3] = {55 + rows[n].shift_mm, 40, 50};
        CU_ASSERT_FATAL(make_scene(&s));
        put(&s, at_mm, 8, 8, 60);
        put_organ(&s, rows[n].id, organ_mm, 9);
        find(&s);
        CU_ASSERT_EQUAL(s.structures.lesion_count, rows[n].lesions);
        clear(&s);
    }
}

static void dark_neighbour_of_the_gallbladder_is_doubted(void)
{
    const int16_t hu[] = {10, 60};
    for (int n = 0; n < 2; n++) {
        scene s;
        const double at_mm[3] = {55, 40, 50}, organ_mm[3] = {73, 40, 50};
        CU_ASSERT_FATAL(make_scene(&s));
        put(&s, at_mm, 8, 8, hu[n]);
        put_organ(&s, ABL_GALLBLADDER, organ_mm, 10);
        find(&s);
        CU_ASSERT_EQUAL_FATAL(s.structures.lesion_count, 1);
        const char *reason = s.structures.lesions[0].confidence_reason;
        CU_ASSERT_EQUAL(strstr(reason, "gallbladder") != NULL, n == 0);
        clear(&s);
    }
}

static void candidate_outside_the_liver_is_dropped(void)
{
    scene s;
    const double at_mm[3] = {56, 55, 1};
    CU_ASSERT_FATAL(make_scene(&s));
    put(&s, at_mm, 6, 6, 60);
    find(&s);
    CU_ASSERT_EQUAL(s.structures.lesion_count, 0);
    clear(&s);
}

static void lesion_at_the_first_slice_touches_the_border(void)
{
    scene s;
    const double at_mm[3] = {56, 55, 2}, low_mm[3] = {56, 55, 10};
    CU_ASSERT_FATAL(make_scene(&s));
    abl_volume *field = s.structures.items[ABL_LIVER].field;
    for (size_t v = 0; v < abl_grid_voxels(&field->grid); v++)
        abl_volume_f32(field)[v] =
            phantom_depth_mm(&field->grid, v, low_mm, 44) > 0 ? 1.0f : -1.0f;
    for (size_t v = 0; v < abl_grid_voxels(&s.image->grid); v++)
        abl_volume_i16(s.image)[v] = 110;
    put(&s, at_mm, 8, 8, 50);
    find(&s);
    CU_ASSERT_EQUAL_FATAL(s.structures.lesion_count, 1);
    CU_ASSERT_TRUE(s.structures.lesions[0].touches_border);
    clear(&s);
}

static void same_input_gives_the_same_lesions(void)
{
    scene s[2];
    const double a_mm[3] = {45, 45, 50}, b_mm[3] = {70, 60, 45};
    for (int n = 0; n < 2; n++) {
        CU_ASSERT_FATAL(make_scene(&s[n]));
        put(&s[n], a_mm, 7, 7, 50);
        put(&s[n], b_mm, 7, 7, 50);
        add_noise(&s[n], 15);
        find(&s[n]);
    }
    CU_ASSERT_EQUAL_FATAL(s[0].structures.lesion_count, 2);
    CU_ASSERT_EQUAL(memcmp(s[0].structures.lesion_labels->data,
                           s[1].structures.lesion_labels->data,
                           abl_grid_voxels(&s[0].image->grid)),
                    0);
    for (int n = 0; n < 2; n++)
        clear(&s[n]);
}

/* Without contrast agent a vessel in section is as dark as a lesion, on an
 * arterial scan the portal vein may be as bright as one. */
static void what_may_be_a_vessel_is_doubted_where_blood_looks_alike(void)
{
    static const struct {
        abl_phase phase;
        double radius_mm;
        int16_t hu;
        bool doubted;
    } rows[] = {{ABL_PHASE_UNENHANCED, 6, 76, true},
                {ABL_PHASE_UNENHANCED, 6, 52, false},
                {ABL_PHASE_UNENHANCED, 9, 76, false},
                {ABL_PHASE_PORTAL_VENOUS, 6, 76, false},
                {ABL_PHASE_UNKNOWN, 6, 76, false},
                {ABL_PHASE_ARTERIAL, 6, 150, true},
                {ABL_PHASE_ARTERIAL, 6, 175, false},
                {ABL_PHASE_ARTERIAL, 9, 150, false},
                {ABL_PHASE_ARTERIAL, 6, 76, false},
                {ABL_PHASE_PORTAL_VENOUS, 6, 150, false}};
    const double at_mm[3] = {60.3, 50.7, 52.2};
    const double portal_mm[3] = {56, 80, 50};
    for (size_t n = 0; n < sizeof rows / sizeof *rows; n++) {
        scene s;
        CU_ASSERT_FATAL(make_scene(&s));
        put(&s, at_mm, rows[n].radius_mm, rows[n].radius_mm, rows[n].hu);
        s.structures.phase.phase = rows[n].phase;
        s.structures.phase.aorta_hu = 80;
        s.structures.phase.ivc_hu = 72;
        s.structures.phase.liver_hu = 110;
        put_organ(&s, ABL_PORTAL_AND_SPLENIC_VEIN, portal_mm, 6);
        s.structures.items[ABL_PORTAL_AND_SPLENIC_VEIN].mean_hu = 140;
        find(&s);
        CU_ASSERT_EQUAL_FATAL(s.structures.lesion_count, 1);
        CU_ASSERT_EQUAL(s.structures.lesions[0].is_low_confidence,
                        rows[n].doubted);
        clear(&s);
    }
}

static void confidence_falls_with_each_doubt(void)
{
    static const struct {
        abl_lesion_evidence of;
        const char *words;
        double least, most;
    } rows[] = {
        {{0.95, 20, 4, 1, 50, 0, false, false}, "clearly", 0.99, 1},
        {{0.50, 20, 4, 1, 50, 0, false, false},
         "network is not sure",
         0.1,
         0.35},
        {{0.95, 5, 4, 1, 50, 0, false, false}, "small", 0.3, 0.6},
        {{0.95, 20, 0.6, 1, 50, 0, false, false}, "hardly differs", 0.3, 0.4},
        {{0.95, 20, 4, 0.2, 50, 0, false, false},
         "edge of the liver",
         0.4,
         0.6},
        {{0.95, 20, 4, 1, 50, 0, true, false}, "gallbladder", 0.3, 0.5},
        {{0.95, 20, 4, 1, 50, 0.05, false, false}, "cleft", 0.3, 0.45},
        {{0.70, 10, 4, 1, 50, 0.05, false, false}, "cleft", 0.2, 0.34},
        {{0.95, 20, 4, 1, 50, 0.03, false, false}, "clearly", 0.99, 1},
        {{0.95, 20, 4, 1, -40, 0, false, false}, "dark as fat", 0.2, 0.34},
        {{0.95, 20, 4, 1, -8, 0, false, false}, "clearly", 0.99, 1},
        {{0.95, 12, 4, 1, 40, 0, false, true}, "vessel", 0.2, 0.34},
        {{0.30, 3, 0, 0, 50, 0, true, false}, "network is not sure", 0, 0.01},
    };
    for (size_t n = 0; n < sizeof rows / sizeof *rows; n++) {
        char reason[160];
        const double c =
            abl_lesion_confidence(reason, sizeof reason, &rows[n].of);
        CU_ASSERT(c >= rows[n].least && c <= rows[n].most);
        CU_ASSERT_PTR_NOT_NULL(strstr(reason, rows[n].words));
    }
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(diameter_is_that_of_the_image),
    ABL_TEST(surface_is_where_the_network_says_without_contrast),
    ABL_TEST(touching_lesions_are_two_and_the_larger_is_first),
    ABL_TEST(speck_is_dropped),
    ABL_TEST(other_organs_are_no_lesions),
    ABL_TEST(dark_neighbour_of_the_gallbladder_is_doubted),
    ABL_TEST(candidate_outside_the_liver_is_dropped),
    ABL_TEST(lesion_at_the_first_slice_touches_the_border),
    ABL_TEST(same_input_gives_the_same_lesions),
    ABL_TEST(what_may_be_a_vessel_is_doubted_where_blood_looks_alike),
    ABL_TEST(confidence_falls_with_each_doubt),
    CU_TEST_INFO_NULL,
};
