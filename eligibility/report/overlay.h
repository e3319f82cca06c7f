/* What all overlay pictures share: contours, frame, captions.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_OVERLAY_H
#define ABL_ELIGIBILITY_REPORT_OVERLAY_H

#include "eligibility/report/canvas.h"
#include "eligibility/report/report.h"

/** CT window that shows skin, fat and liver: centre and width. */
#define ABL_WINDOW_CENTRE_HU 60.0
#define ABL_WINDOW_WIDTH_HU  360.0
/** Width of the window of close pictures of a lesion; their centre is the
 * liver's attenuation. */
#define ABL_WINDOW_LIVER_WIDTH_HU 260.0

enum {
    ABL_OVERLAY_SIDE_PX = 768,  /**< the picture proper is square */
    ABL_OVERLAY_PANEL_PX = 184, /**< text below it */
    /* Sizes of text: legible when 768 pixels are shown as 512. */
    ABL_TEXT_TITLE_PX = 20,
    ABL_TEXT_LABEL_PX = 16,
    ABL_TEXT_SMALL_PX = 14
};

/** A view on a canvas; pixel (0, 0) of the view is at (left, top). */
typedef struct abl_pane {
    abl_canvas *canvas;
    abl_view view;
    double left_px, top_px;
} abl_pane;

/** Greys of the view. */
abl_status abl_pane_draw_image(const abl_pane *pane, const abl_volume *image,
                               abl_error *err) ABL_MUST_CHECK;

/** The same in another window. */
abl_status abl_pane_draw_windowed(const abl_pane *pane, const abl_volume *image,
                                  double centre_hu, double width_hu,
                                  abl_error *err) ABL_MUST_CHECK;

/** Centre of the window of close pictures [HU]: the liver's mean in steps of
 * 10, within 40 to 150; ABL_WINDOW_CENTRE_HU without a liver. */
double abl_overlay_liver_centre(const abl_structures *structures);

/** Outline of a lesion: dashed when a reader gave it. */
abl_status abl_pane_draw_lesion(const abl_pane *pane, const abl_lesion *lesion,
                                double width_px, abl_error *err) ABL_MUST_CHECK;

/** Outline of a field; nothing when @p field is NULL or out of sight. */
abl_status abl_pane_draw_field(const abl_pane *pane, const abl_volume *field,
                               const abl_line *line,
                               abl_error *err) ABL_MUST_CHECK;

/** Outlines of bone, lung, bowel gas, heart and skin, thin. */
abl_status abl_pane_draw_body(const abl_pane *pane,
                              const abl_structures *structures,
                              abl_error *err) ABL_MUST_CHECK;

/** Whether abl_pane_draw_body() draws it. */
bool abl_overlay_is_body(abl_structure_id id);

/** Only one of them. */
abl_status abl_pane_draw_body_part(const abl_pane *pane,
                                   const abl_structures *structures,
                                   abl_structure_id id,
                                   abl_error *err) ABL_MUST_CHECK;

/** How the outline of a structure looks. */
abl_line abl_overlay_line(abl_structure_id id);

/** Outlines of liver, vessels and organs; lesion @p number bold, others
 * thin. Number 0: all alike. */
abl_status abl_pane_draw_structures(const abl_pane *pane,
                                    const abl_structures *structures,
                                    int number, abl_error *err) ABL_MUST_CHECK;

/** Automatic outlines that a reader replaced or rejected, in grey with a
 * label; nothing without an override. */
abl_status abl_pane_draw_replaced(const abl_pane *pane,
                                  const abl_report *report,
                                  abl_error *err) ABL_MUST_CHECK;

/** From now on labels go into this pane only. */
void abl_pane_limit_labels(const abl_pane *pane);

/** Orientation letters, scale bar and "research use only". */
void abl_pane_draw_frame(const abl_pane *pane);

/** Canvas pixel of a point, and its distance from the plane. */
void abl_pane_locate(double pixel[2], double *depth_mm, const abl_pane *pane,
                     const double lps[3]);

/** The pictures of one lesion. */
typedef enum abl_lesion_view {
    ABL_VIEW_AXIAL,
    ABL_VIEW_CORONAL,
    ABL_VIEW_SAGITTAL,
    ABL_VIEW_NEAREST, /**< through the shortest distance, when there is one */
    ABL_VIEW_PATH,    /**< only when there is a path */
    ABL_VIEW_NEEDLE,  /**< the same */
    ABL_VIEW_ACCESS,  /**< only when access was assessed */
    ABL_VIEW_COUNT
} abl_lesion_view;

/** Whether there is a distance that ABL_VIEW_NEAREST would show. */
bool abl_overlay_has_nearest(const abl_lesion_findings *lesion);

/** Draws one picture of a lesion and writes it below @p folder. */
abl_status abl_overlay_lesion(abl_picture *out, const char *folder,
                              const abl_report *report, size_t lesion,
                              abl_lesion_view kind,
                              abl_error *err) ABL_MUST_CHECK;

/** Four planes across the recommended path, as the needle sees them. */
abl_status abl_overlay_needle(abl_picture *out, const char *folder,
                              const abl_report *report, size_t lesion,
                              abl_error *err) ABL_MUST_CHECK;

/** All directions of one lesion: open, or closed by what. */
abl_status abl_overlay_access(abl_picture *out, const char *folder,
                              const abl_report *report, size_t lesion,
                              abl_error *err) ABL_MUST_CHECK;

/** Draws and writes overlays/overview.png. */
abl_status abl_overlay_overview(abl_picture *out, const char *folder,
                                const abl_report *report,
                                abl_error *err) ABL_MUST_CHECK;

/** Draws and writes overlays/montage.png; at least one lesion. */
abl_status abl_overlay_montage(abl_picture *out, const char *folder,
                               const abl_report *report,
                               abl_error *err) ABL_MUST_CHECK;

/** Draws and writes overlays/projection.png. */
abl_status abl_overlay_projection(abl_picture *out, const char *folder,
                                  const abl_report *report,
                                  abl_error *err) ABL_MUST_CHECK;

/** Draws and writes overlays/surface.png. */
abl_status abl_overlay_surface(abl_picture *out, const char *folder,
                               const abl_report *report,
                               abl_error *err) ABL_MUST_CHECK;

/** "does not meet imaging criteria; 3 lesions, 1 of low confidence", and who
 * read it. */
void abl_overlay_head(char *text, size_t size, const abl_report *report);

/** "series 4 portal", without a number that a file format does not have. */
void abl_overlay_series(char *text, size_t size, const abl_report *report);

/** Where a field is seen in a pane, on the canvas. */
typedef struct abl_seen {
    bool is_seen;
    double middle[2];  /**< of its outline's points */
    double box[4];     /**< left, top, right, bottom */
    double ends[4][2]; /**< the outline's points there */
} abl_seen;

/** @return false when the plane misses it */
bool abl_pane_find_field(abl_seen *seen, const abl_pane *pane,
                         const abl_volume *field);

/** Finds where lesions are seen and keeps labels off them.
 * @param[out] seen @p count of them
 * @param fields of lesions 1 to @p count; NULL is not seen */
void abl_pane_find_lesions(abl_seen *seen, const abl_pane *pane,
                           const abl_volume *const *fields, size_t count);

/** Numbers beside lesions 1 to @p count; number @p except has none. */
void abl_pane_number(const abl_pane *pane, const abl_seen *seen, size_t count,
                     int except);

/** Names a picture of the patient and opens its canvas, cleared by the caller
 * when this succeeds.
 * @param name "surface" for overlays/surface.png
 * @retval ABL_E_NOMEM */
abl_status abl_overlay_open(abl_picture *out, abl_canvas *canvas,
                            const char *name, const char *caption, size_t width,
                            size_t height, abl_error *err) ABL_MUST_CHECK;

/** Three lines at the top: the verdict, @p what is shown, the series. */
void abl_overlay_draw_head(abl_canvas *canvas, const abl_report *report,
                           const char *what);

/** Writes the canvas as picture->file in @p folder and notes its size. */
abl_status abl_overlay_finish(abl_picture *picture, abl_canvas *canvas,
                              const char *folder,
                              abl_error *err) ABL_MUST_CHECK;

/** Slice number as a viewer counts (from 1, in the order of the native
 * series) of canonical slice k; 0 when slices do not run head to feet. */
size_t abl_native_slice_number(const abl_report *report, size_t k);

#endif
