/* Where a sampled field changes sign, as lines that can be dashed.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_CONTOUR_H
#define ABL_ELIGIBILITY_REPORT_CONTOUR_H

#include "eligibility/report/view.h"

/** The next point of a line, in pixels of the view; @p starts a new line.
 * Lines that do not run off the lattice end where they started. */
typedef void (*abl_contour_fn)(void *user, const double point_px[2],
                               bool starts);

/**
 * Lines of the zero level, linear between the points of the lattice; each part
 * once, open lines first.
 * @param values  lattice->size[0] * size[1], rows of columns
 * @retval ABL_E_NOMEM
 */
abl_status abl_contour_trace(const float *values, const abl_lattice *lattice,
                             abl_contour_fn point, void *user,
                             abl_error *err) ABL_MUST_CHECK;

/** Samples @p field every @p step_px of the view and traces it; nothing when
 * the plane misses it. @retval ABL_E_NOMEM */
abl_status abl_contour_field(const abl_view *view, const abl_volume *field,
                             double step_px, abl_contour_fn point, void *user,
                             abl_error *err) ABL_MUST_CHECK;

#endif
