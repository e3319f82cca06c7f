/* The section through a vessel: brightness by ray and ring; internal to
 * vessels.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_VESSELS_SECTION_H
#define ABL_SEGMENTATION_VESSELS_SECTION_H

#include "segmentation/vessels_profile.h"
#include "segmentation/vessels_work.h"

enum {
    ABL_SECTION_RAYS = 16,
    ABL_SECTION_RINGS = 40 /* most */
};
#define ABL_SECTION_STEP_MM 0.5 /* between rings; the first at half of it */
#define ABL_SECTION_RING_MM 1.5 /* of background around the vessel */

typedef struct abl_vessel_section {
    float value[ABL_SECTION_RAYS][ABL_SECTION_RINGS]; /**< contrast [HU] */
    size_t rings;
} abl_vessel_section;

/** Rings within @p mm, from 2 on. */
size_t abl_section_rings(double mm);

/** Unit vectors across @p course (unit): the first ray and a quarter on. */
void abl_section_frame(double u[3], double v[3], const double course[3]);

/** Samples the plane across @p course (unit) at @p mm, out to @p reach_mm. */
void abl_section_sample(abl_vessel_section *section,
                        const abl_vessel_work *work, const double mm[3],
                        const double course[3], double reach_mm);

/** Median of the three rings from @p inner on that look like liver: within
 * @p contrast_hu of 0; 0 when there are too few. */
double abl_section_background(const abl_vessel_section *section, size_t inner,
                              double contrast_hu);

/** Mean contrast within half of the radius over what a vessel of brightness 1
 * would have there. */
double abl_section_core(const abl_vessel_section *section,
                        const abl_vessel_profile *profile, double radius_mm,
                        double blur_mm, double background_hu);

/** Square of the radius: contrast summed over the first @p inner rings over
 * the vessel's contrast. Blur moves brightness about but keeps its sum. */
double abl_section_square_radius(const abl_vessel_section *section,
                                 size_t inner, double background_hu,
                                 double contrast_hu);

/** How much wider than @p radius_mm the vessel is, by least squares against
 * the blurred disc; @p weight: sum of the squared slope over the section
 * [dimensionless], the larger the surer; @p shift_mm: how far off the vessel's
 * middle lies, along the frame. */
double abl_section_widening(double *weight, double shift_mm[2],
                            const abl_vessel_section *section,
                            const abl_vessel_profile *profile, double radius_mm,
                            double blur_mm, double background_hu,
                            double contrast_hu);

/** Sum of squares left by the blurred disc [HU^2 mm^2]. */
double abl_section_misfit(const abl_vessel_section *section,
                          const abl_vessel_profile *profile, double radius_mm,
                          double blur_mm, double background_hu,
                          double contrast_hu);

#endif
