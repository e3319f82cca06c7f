/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/access_options.h"

abl_access_options abl_access_options_default(void)
{
    return (abl_access_options){.corridor_mm = 5,
                                .corridor_out_of_plane_mm = 10,
                                .growth_per_100mm = 0,
                                .pleura_margin_mm = 5,
                                .max_axial_tilt_deg = 60,
                                .min_path_mm = 30,
                                .max_path_mm = 150,
                                .borderline_path_mm = 200,
                                .min_liver_transit_mm = 10,
                                .max_capsule_angle_deg = 60,
                                .is_table_side_allowed = false};
}
