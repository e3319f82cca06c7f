/* Stacks of slices around lesions that a page scrolls without a network.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Lesions lie in the same slices, so a page holds each slice once: a set of
 * slices at the scan's own pixels, black where no lesion's window reaches, and
 * for each lesion a window of it. A lesion too large for these pixels has a set
 * of its own, resampled.
 *
 * A page that uses it holds abl_viewer_css (embedded.h) in a <style>, one
 * abl_viewer_write_slices(), one abl_viewer_write_stack() for each lesion, and
 * abl_viewer_js in a <script> at its end. Its Content-Security-Policy allows
 * `img-src data:` and the script by abl_viewer_script_source(). The markup
 * carries no text of the scan: slice numbers, positions and outlines only.
 */
#ifndef ABL_ELIGIBILITY_REPORT_VIEWER_H
#define ABL_ELIGIBILITY_REPORT_VIEWER_H

#include "eligibility/report/report.h"

enum {
    ABL_VIEWER_MAX_SLICES = 41, /**< of a stack; more are thinned out evenly */
    ABL_VIEWER_MAX_SIDE_PX = 320,
    ABL_VIEWER_PACK_SLICES = 16 /**< in one picture of a set */
};
/** Reach of a stack beyond the lesion [mm], and of its least number of slices
 * to either side. */
#define ABL_VIEWER_MARGIN_MM    10.0
#define ABL_VIEWER_LEAST_SLICES 10

/** A set of slices, each of them once. */
typedef struct abl_viewer_set {
    size_t width_px, height_px, slice_count;
    size_t png_count;
    uint8_t **png; /**< grey, up to ABL_VIEWER_PACK_SLICES below one another;
                        values are codes of abl_viewer_code() */
    size_t *png_bytes;
    char *facts; /**< JSON for viewer.js: size, slices, outlines */
    size_t facts_bytes;
} abl_viewer_set;

/** The window of one lesion. */
typedef struct abl_viewer_stack {
    int lesion; /**< its number */
    size_t width_px, height_px, slice_count;
    char *facts; /**< JSON for viewer.js: which set, where, which slices */
    size_t facts_bytes;
} abl_viewer_stack;

/** All of a page; zeroed: nothing. */
typedef struct abl_viewer {
    size_t stack_count, set_count;
    abl_viewer_stack *stacks; /**< in the order of the findings */
    abl_viewer_set *sets;
} abl_viewer;

/** HU as one byte: steps of 4 HU from -200 to 312, of 16 HU from -1016 to
 * 1544, the ends beyond. */
uint8_t abl_viewer_code(double hu);
/** The middle of a code's step [HU]. */
double abl_viewer_code_hu(uint8_t code);

/**
 * Axial slices of the image around the first @p lesions, in the order of the
 * native series, at the image's own pixels where they are square and few
 * enough, else trilinear; with outlines of lesions, liver, vessels and organs.
 * @param[out] out  clear with abl_viewer_clear()
 * @param report structures and image are needed
 * @retval ABL_E_NOMEM
 */
abl_status abl_viewer_create(abl_viewer *out, const abl_report *report,
                             size_t lesions, abl_error *err) ABL_MUST_CHECK;
void abl_viewer_clear(abl_viewer *viewer);

/** At least the bytes that it adds to a page. */
size_t abl_viewer_page_bytes(const abl_viewer *viewer);

/** Markup of the sets, between <!--slices--> and <!--/slices-->, never shown.
 * Write errors are left to the stream. */
void abl_viewer_write_slices(FILE *file, const abl_viewer *viewer);

/** Markup of one stack, between the comments <!--viewer N--> and
 * <!--/viewer-->, hidden until the script runs. */
void abl_viewer_write_stack(FILE *file, const abl_viewer_stack *stack);

/** "'sha256-...'": the script's source for a Content-Security-Policy. */
void abl_viewer_script_source(char out[56]);

#endif
