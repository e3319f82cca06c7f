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

abl_access_options abl_access_options_from(const abl_profile_access *profile)
{
    return (abl_access_options){
        .corridor_mm = profile->corridor_in_plane_mm,
        .corridor_out_of_plane_mm = profile->corridor_out_of_plane_mm,
        .growth_per_100mm = profile->growth_per_100mm,
        .pleura_margin_mm = profile->pleura_margin_mm,
        .max_axial_tilt_deg = profile->max_axial_tilt_deg,
        .min_path_mm = profile->min_path_mm,
        .max_path_mm = profile->max_path_mm,
        .borderline_path_mm = profile->borderline_path_mm,
        .min_liver_transit_mm = profile->min_liver_transit_mm,
        .max_capsule_angle_deg = profile->max_capsule_angle_deg,
        .is_table_side_allowed = false};
}
