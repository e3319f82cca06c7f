/* How access is planned: widths, lengths and margins.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_ACCESS_OPTIONS_H
#define ABL_ELIGIBILITY_ACCESS_OPTIONS_H

#include <stdbool.h>

#include "eligibility/profile.h"

/** Lengths in mm, angles in degrees. The usual values are those of the
 * profile "net"; their sources stand there. */
typedef struct abl_access_options {
    double corridor_mm; /**< half-width of a corridor in the axial plane */
    double corridor_out_of_plane_mm; /**< the same across the axial plane;
                                          >= corridor_mm */
    double growth_per_100mm;   /**< what corridor_mm gains for each 100 mm of
                                    depth below the skin; the half-width out
                                    of the plane keeps its ratio */
    double pleura_margin_mm;   /**< kept from the lung, in any direction */
    double max_axial_tilt_deg; /**< steeper directions are no way in */
    double min_path_mm;        /**< shorter paths are not offered */
    double max_path_mm;
    double borderline_path_mm;    /**< longer than max_path_mm, up to this, is
                                      clear but long */
    double min_liver_transit_mm;  /**< wanted before the lesion */
    double max_capsule_angle_deg; /**< wanted, from the capsule's normal */
    bool is_table_side_allowed;   /**< entries under the patient count */
} abl_access_options;

/** Free-hand under CT: 5 mm in the axial plane, 10 mm out of it. */
abl_access_options abl_access_options_default(void);

/** What a profile says; the table's side is not allowed. */
abl_access_options abl_access_options_from(const abl_profile_access *profile);

#endif
