/* Volumes pressed flat along one of their axes.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_PROJECT_H
#define ABL_ELIGIBILITY_REPORT_PROJECT_H

#include "imaging/volume.h"

/**
 * The largest value of a field along @p axis (0 to 2), as a volume of one
 * voxel along it, which lies where @p through_lps does on that axis. Its zero
 * level is the outline of the shadow that the structure throws.
 * @param field f32
 * @retval ABL_E_NOMEM
 */
abl_status abl_project_field(abl_volume **out, const abl_volume *field,
                             int axis, const double through_lps[3],
                             abl_error *err) ABL_MUST_CHECK;

/**
 * Maximum intensity along @p axis over voxels range[0] to range[1] of it, the
 * same shape; three voxels along the ray count together. Where a ray meets a
 * structure only that counts; elsewhere the ray's mean is shown.
 * @param image  i16 HU
 * @param labels u8 on the same grid, @p inside the structure's value; or NULL
 * @retval ABL_E_NOMEM
 */
abl_status abl_project_image(abl_volume **out, const abl_volume *image,
                             const abl_volume *labels, uint8_t inside, int axis,
                             const size_t range[2], const double through_lps[3],
                             abl_error *err) ABL_MUST_CHECK;

#endif
