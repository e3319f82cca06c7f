/* What pictures promise: labels that cover nothing, shadows of the right size.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "eligibility/report/canvas.h"
#include "eligibility/report/contour.h"
#include "eligibility/report/overlay_scene.h"
#include "eligibility/report/project.h"
#include "tests/unit/check.h"

static bool overlap(const double a[4], const double b[4])
{
    return a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];
}

static void labels_cover_neither_the_lesion_nor_each_other(void)
{
    abl_error err;
    abl_canvas canvas;
    ABL_CHECK_OK(abl_canvas_open(&canvas, 400, 400, &err), &err);
    abl_canvas_reserve(&canvas, 150, 150, 250, 250);
    abl_canvas_reserve_line(&canvas, (double[2]){250, 200},
                            (double[2]){390, 200}, 6);
    const size_t before = canvas.box_count;
    CU_ASSERT(before > 5);
    for (int n = 0; n < 8; n++)
        CU_ASSERT_TRUE(abl_canvas_label(&canvas, (double[2]){200, 200}, 16,
                                        ABL_INK_LESION, "vessel 3.2 mm"));
    CU_ASSERT_EQUAL(canvas.box_count, before + 8);
    for (size_t a = before; a < canvas.box_count; a++) {
        const double *box = canvas.boxes[a];
        CU_ASSERT(box[0] >= 0 && box[1] >= 0 && box[2] <= 400 && box[3] <= 400);
        for (size_t b = 0; b < a; b++)
            CU_ASSERT_FALSE(overlap(box, canvas.boxes[b]));
    }
    abl_canvas_clear(&canvas);
}

static void a_label_without_room_is_left_out(void)
{
    abl_error err;
    abl_canvas canvas;
    ABL_CHECK_OK(abl_canvas_open(&canvas, 200, 200, &err), &err);
    abl_canvas_reserve(&canvas, 0, 0, 200, 200);
    CU_ASSERT_FALSE(abl_canvas_label(&canvas, (double[2]){100, 100}, 16,
                                     ABL_INK_LESION, "1"));
    CU_ASSERT_EQUAL(canvas.box_count, 1);
    abl_canvas_clear(&canvas);
}

static void labels_stay_in_their_pane(void)
{
    abl_error err;
    abl_canvas canvas;
    ABL_CHECK_OK(abl_canvas_open(&canvas, 400, 200, &err), &err);
    const abl_pane pane = {.canvas = &canvas,
                           .view = {.width_px = 200, .height_px = 200},
                           .left_px = 200};
    abl_canvas_reserve(&canvas, 0, 0, 400, 200);
    abl_pane_limit_labels(&pane);
    for (int n = 0; n < 4; n++)
        CU_ASSERT_TRUE(abl_canvas_label(&canvas, (double[2]){204, 100}, 16,
                                        ABL_INK_LESION, "12"));
    CU_ASSERT_TRUE(abl_canvas_label(&canvas, (double[2]){398, 100}, 16,
                                    ABL_INK_LESION, "13"));
    CU_ASSERT_EQUAL(canvas.box_count, 5);
    for (size_t n = 0; n < canvas.box_count; n++) {
        CU_ASSERT(canvas.boxes[n][0] >= 200);
        CU_ASSERT(canvas.boxes[n][2] <= 400);
    }
    abl_canvas_clear(&canvas);
}

/* Room is left only beyond two lesions, of which one may be crossed. */
static void a_line_to_a_label_goes_round_a_lesion(void)
{
    abl_error err;
    abl_canvas canvas;
    const double anchor[2] = {200, 200};
    ABL_CHECK_OK(abl_canvas_open(&canvas, 400, 400, &err), &err);
    abl_canvas_reserve_lesion(&canvas, (double[4]){210, 150, 280, 250});
    abl_canvas_reserve(&canvas, 0, 0, 400, 140);
    abl_canvas_reserve(&canvas, 0, 260, 400, 400);
    abl_canvas_reserve(&canvas, 110, 0, 230, 400); /* but no lesion */
    CU_ASSERT_TRUE(abl_canvas_label(&canvas, anchor, 14, ABL_INK_LESION, "1"));
    CU_ASSERT(canvas.boxes[canvas.box_count - 1][2] <= 110);
    abl_canvas_reserve(&canvas, 0, 0, 200, 400);
    CU_ASSERT_TRUE(abl_canvas_label(&canvas, anchor, 14, ABL_INK_LESION, "2"));
    CU_ASSERT(canvas.boxes[canvas.box_count - 1][0] >= 280);
    abl_canvas_clear(&canvas);
}

/* From a place near its right edge a lesion is left to the right, though there
 * is room on the left. */
static void a_line_to_a_label_does_not_run_across_its_own_lesion(void)
{
    abl_error err;
    abl_canvas canvas;
    ABL_CHECK_OK(abl_canvas_open(&canvas, 500, 400, &err), &err);
    abl_canvas_reserve_lesion(&canvas, (double[4]){200, 150, 260, 250});
    abl_canvas_reserve(&canvas, 0, 0, 500, 140);
    abl_canvas_reserve(&canvas, 0, 260, 500, 400);
    abl_canvas_reserve(&canvas, 260, 0, 340, 400);
    CU_ASSERT_TRUE(abl_canvas_label(&canvas, (double[2]){250, 200}, 14,
                                    ABL_INK_LESION, "1"));
    CU_ASSERT(canvas.boxes[canvas.box_count - 1][0] >= 340);
    abl_canvas_clear(&canvas);
}

static void texts_of_marks_cover_no_ring(void)
{
    abl_error err;
    abl_canvas canvas;
    static const abl_mark marks[] = {{{100, 100}, 8, "1"},
                                     {{118, 110}, 5, "2"},
                                     {{124, 98}, 5, "3"},
                                     {{106, 80}, 5, "4"}};
    const size_t count = sizeof marks / sizeof marks[0];
    ABL_CHECK_OK(abl_canvas_open(&canvas, 400, 400, &err), &err);
    abl_canvas_marks(&canvas, marks, count, 13, ABL_INK_MEASURE);
    CU_ASSERT_EQUAL(canvas.box_count, 2 * count);
    for (size_t a = count; a < canvas.box_count; a++)
        for (size_t n = 0; n < count; n++) {
            const double x = marks[n].at[0], y = marks[n].at[1];
            const double r = marks[n].radius_px;
            const double ring[4] = {x - r, y - r, x + r, y + r};
            CU_ASSERT_FALSE(overlap(canvas.boxes[a], ring));
        }
    abl_canvas_clear(&canvas);
}

static void text_is_cut_between_characters_and_not_before_a_unit(void)
{
    abl_error err;
    abl_canvas canvas;
    ABL_CHECK_OK(abl_canvas_open(&canvas, 200, 200, &err), &err);
    for (double left = 0; left < 190; left++)
        abl_canvas_fit_text(&canvas, left, 20, 14, ABL_INK_TEXT,
                            "\u00b1\u00b1\u00b1\u00b1\u00b1\u00b1\u00b1\u00b1"
                            "\u00b1\u00b1\u00b1\u00b1\u00b1\u00b1\u00b1");
    CU_ASSERT_EQUAL(cairo_status(canvas.cairo), CAIRO_STATUS_SUCCESS);
    const double bound = abl_canvas_wrap_text(
        &canvas, 150, 20, 14, ABL_INK_TEXT, 2, "1.5 \u00b1 3.8 mm");
    const double rule = abl_canvas_wrap_text(&canvas, 150, 20, 14, ABL_INK_TEXT,
                                             2, "R14 visibility");
    const double broken = abl_canvas_wrap_text(
        &canvas, 150, 20, 14, ABL_INK_TEXT, 2, "1.5 and 3.8 mm");
    ABL_CHECK_NEAR(bound, 38, 0);
    ABL_CHECK_NEAR(rule, 38, 0);
    ABL_CHECK_NEAR(broken, 56, 0);
    abl_canvas_clear(&canvas);
}

static const double centre_lps[3] = {20, 25, 30};

/* A ball of 10 mm at centre_lps. */
static abl_volume *ball(abl_pixel_type type)
{
    abl_error err;
    abl_volume *out = NULL;
    const abl_grid grid = abl_grid_axial(41, 51, 31, 1, 1, 2);
    ABL_CHECK_OK(abl_volume_create(&out, &grid, type, &err), &err);
    for (size_t k = 0; k < 31; k++)
        for (size_t j = 0; j < 51; j++)
            for (size_t i = 0; i < 41; i++) {
                const size_t n = abl_grid_offset(&grid, i, j, k);
                const double x = (double)i - 20, y = (double)j - 25,
                             z = 2 * (double)k - 30;
                const double depth = 10 - sqrt(x * x + y * y + z * z);
                if (type == ABL_PIXEL_F32)
                    abl_volume_f32(out)[n] = (float)depth;
                else if (type == ABL_PIXEL_U8)
                    abl_volume_u8(out)[n] = depth > 0;
                else
                    abl_volume_i16(out)[n] = depth > 0 ? 100 : 900;
            }
    return out;
}

typedef struct span {
    double low[2], high[2];
} span;

static void widen(void *user, const double point_px[2], bool starts)
{
    span *of = user;
    (void)starts;
    for (int a = 0; a < 2; a++) {
        of->low[a] = fmin(of->low[a], point_px[a]);
        of->high[a] = fmax(of->high[a], point_px[a]);
    }
}

static void shadow_of_a_ball_is_its_disc_from_every_side(void)
{
    static const abl_plane planes[] = {ABL_PLANE_SAGITTAL, ABL_PLANE_CORONAL,
                                       ABL_PLANE_AXIAL};
    abl_error err;
    abl_volume *field = ball(ABL_PIXEL_F32);
    for (int axis = 0; axis < 3; axis++) {
        abl_volume *flat = NULL;
        const double through[3] = {3, 4, 5}; /* the plane may lie anywhere */
        ABL_CHECK_OK(abl_project_field(&flat, field, axis, through, &err),
                     &err);
        CU_ASSERT_EQUAL(flat->grid.size[axis], 1);
        const abl_view view =
            abl_view_plane(&field->grid, planes[axis], through, 0.5, 201, 201);
        span seen = {{1e9, 1e9}, {-1e9, -1e9}};
        ABL_CHECK_OK(abl_contour_field(&view, flat, 1, widen, &seen, &err),
                     &err);
        for (int a = 0; a < 2; a++)
            ABL_CHECK_NEAR(seen.high[a] - seen.low[a], 40, 1.2);
        abl_volume_destroy(flat);
    }
    abl_volume_destroy(field);
}

static void rays_through_the_structure_show_only_it(void)
{
    abl_error err;
    abl_volume *image = ball(ABL_PIXEL_I16), *labels = ball(ABL_PIXEL_U8);
    abl_volume *flat = NULL;
    const size_t range[2] = {0, 50};
    abl_volume_i16(image)[abl_grid_offset(&image->grid, 20, 25, 15)] = 190;
    ABL_CHECK_OK(
        abl_project_image(&flat, image, labels, 1, 1, range, centre_lps, &err),
        &err);
    const int16_t *hu = abl_volume_i16(flat);
    /* 100 around 190: a third of it is left after three voxels' mean. */
    CU_ASSERT_EQUAL(hu[abl_grid_offset(&flat->grid, 20, 0, 15)], 130);
    CU_ASSERT_EQUAL(hu[abl_grid_offset(&flat->grid, 2, 0, 2)], 900);
    abl_volume_destroy(flat);
    const size_t outside[2] = {48, 50};
    ABL_CHECK_OK(abl_project_image(&flat, image, labels, 1, 1, outside,
                                   centre_lps, &err),
                 &err);
    CU_ASSERT_EQUAL(
        abl_volume_i16(flat)[abl_grid_offset(&flat->grid, 20, 0, 15)], 900);
    abl_volume_destroy(flat);
    abl_volume_destroy(image);
    abl_volume_destroy(labels);
}

/* An axial picture at z = 0 of a lesion without any measure yet. */
typedef struct drawing {
    abl_volume *image;
    abl_report report;
    abl_lesion_findings lesion;
    abl_scene scene;
} drawing;

static void start_drawing(drawing *d)
{
    abl_error err;
    memset(d, 0, sizeof *d);
    d->image = ball(ABL_PIXEL_I16);
    d->report.image = d->image;
    d->scene.report = &d->report;
    d->scene.lesion = &d->lesion;
    d->scene.kind = ABL_VIEW_AXIAL;
    ABL_CHECK_OK(abl_canvas_open(&d->scene.canvas, 400, 400, &err), &err);
    d->scene.pane.canvas = &d->scene.canvas;
    d->scene.pane.view =
        abl_view_plane(&d->image->grid, ABL_PLANE_AXIAL,
                       (const double[3]){20, 25, 0}, 0.25, 400, 400);
}

static void end_drawing(drawing *d)
{
    abl_canvas_clear(&d->scene.canvas);
    abl_volume_destroy(d->image);
}

/* From (20, 20, z) to (20 + mm, 20, z + rise). */
static abl_segment segment_at(double mm, double z, double rise)
{
    return (abl_segment){.mm = {true, mm, 0.5, NULL},
                         .from_lps = {20, 20, z},
                         .to_lps = {20 + mm, 20, z + rise}};
}

static void give_distance(drawing *d, abl_structure_id id, abl_segment segment)
{
    d->lesion.to[id].structure = id;
    d->lesion.to[id].nearest = segment;
}

static void a_distance_off_the_plane_is_named_and_not_drawn(void)
{
    drawing d;
    start_drawing(&d);
    d.lesion.capsule = segment_at(4, 2.6, 0);
    give_distance(&d, ABL_GALLBLADDER, segment_at(0, -3, 0));
    abl_scene_draw_measures(&d.scene);
    CU_ASSERT_EQUAL(d.scene.label_count, 0);
    CU_ASSERT_STRING_EQUAL(d.scene.elsewhere,
                           "capsule 4.0 mm (3 mm H), touches gallbladder "
                           "(3 mm F)");
    end_drawing(&d);
}

static void a_distance_that_leaves_the_plane_says_where_it_ends(void)
{
    drawing d;
    start_drawing(&d);
    d.lesion.capsule = segment_at(4, 1.5, 0);
    give_distance(&d, ABL_GALLBLADDER, segment_at(9, 0, -7));
    abl_scene_draw_measures(&d.scene);
    CU_ASSERT_STRING_EQUAL(d.scene.elsewhere, "");
    CU_ASSERT_EQUAL_FATAL(d.scene.label_count, 2);
    CU_ASSERT_STRING_EQUAL(d.scene.labels[0].text, "capsule 4.0 mm");
    CU_ASSERT_STRING_EQUAL(d.scene.labels[1].text,
                           "gallbladder 9.0 mm (ends 7 mm F)");
    end_drawing(&d);
}

static void a_distance_that_leaves_the_plane_steeply_is_only_named(void)
{
    drawing d;
    start_drawing(&d);
    d.lesion.capsule = segment_at(20, 0, 10.5);
    give_distance(&d, ABL_GALLBLADDER, segment_at(9, -12, 12));
    abl_scene_draw_measures(&d.scene);
    CU_ASSERT_EQUAL(d.scene.label_count, 0);
    CU_ASSERT_STRING_EQUAL(d.scene.elsewhere,
                           "capsule 20.0 mm (ends 10 mm H), gallbladder "
                           "9.0 mm (starts 12 mm F)");
    end_drawing(&d);
}

static void a_diameter_that_was_not_measured_is_not_drawn(void)
{
    drawing d;
    start_drawing(&d);
    d.lesion.longest_axial_diameter = segment_at(12, 0, 0);
    d.lesion.longest_axial_diameter.mm.measured = false;
    d.lesion.perpendicular_diameter = segment_at(9, 0, 0);
    d.lesion.perpendicular_diameter.is_read = true; /* a reader's has no line */
    abl_scene_draw_measures(&d.scene);
    CU_ASSERT_EQUAL(d.scene.label_count, 0);
    CU_ASSERT_STRING_EQUAL(d.scene.elsewhere, "");
    end_drawing(&d);
}

static void the_nearest_picture_shows_the_shortest_above_a_touch(void)
{
    drawing d;
    abl_shortest shortest;
    start_drawing(&d);
    CU_ASSERT_FALSE(abl_scene_find_shortest(&shortest, &d.lesion));
    d.lesion.capsule = segment_at(0.04, 0, 0);
    CU_ASSERT_FALSE(abl_overlay_has_nearest(&d.lesion));
    give_distance(&d, ABL_GALLBLADDER, segment_at(9, 0, 0));
    give_distance(&d, ABL_PORTAL_AND_SPLENIC_VEIN, segment_at(7, 0, 0));
    CU_ASSERT_TRUE_FATAL(abl_scene_find_shortest(&shortest, &d.lesion));
    CU_ASSERT_STRING_EQUAL(shortest.name,
                           abl_structure_title(ABL_PORTAL_AND_SPLENIC_VEIN));
    end_drawing(&d);
}

const char *const abl_test_suite = "eligibility.pictures";
CU_TestInfo abl_tests[] = {
    ABL_TEST(labels_cover_neither_the_lesion_nor_each_other),
    ABL_TEST(a_label_without_room_is_left_out),
    ABL_TEST(labels_stay_in_their_pane),
    ABL_TEST(text_is_cut_between_characters_and_not_before_a_unit),
    ABL_TEST(a_line_to_a_label_goes_round_a_lesion),
    ABL_TEST(a_line_to_a_label_does_not_run_across_its_own_lesion),
    ABL_TEST(texts_of_marks_cover_no_ring),
    ABL_TEST(shadow_of_a_ball_is_its_disc_from_every_side),
    ABL_TEST(rays_through_the_structure_show_only_it),
    ABL_TEST(a_distance_off_the_plane_is_named_and_not_drawn),
    ABL_TEST(a_distance_that_leaves_the_plane_says_where_it_ends),
    ABL_TEST(a_distance_that_leaves_the_plane_steeply_is_only_named),
    ABL_TEST(a_diameter_that_was_not_measured_is_not_drawn),
    ABL_TEST(the_nearest_picture_shows_the_shortest_above_a_touch),
    CU_TEST_INFO_NULL,
};
