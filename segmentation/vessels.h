/* Finding the vessels inside the liver of a contrast CT.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_VESSELS_H
#define ABL_SEGMENTATION_VESSELS_H

#include "segmentation/structures.h"

/** Thickest distance between slices at which vessels are looked for [mm];
 * convention: 5 mm slices are common and still show vessels of 5 mm. */
#define ABL_VESSEL_MOST_SLICE_MM 5.05

/** Least vessel-to-liver contrast [HU], and in noise of a 1 mm grid
 * (convention; below them the phantom's vessels are lost). */
#define ABL_VESSEL_LEAST_CONTRAST_HU 15.0
#define ABL_VESSEL_LEAST_CNR         1.2

/** Least calibre to state for noisy and very noisy scans [mm]: contrast over
 * noise of a 1 mm grid below 3.6 and 2.2 (convention, from phantoms). */
#define ABL_VESSEL_LEAST_NOISY_MM 4.0
#define ABL_VESSEL_LEAST_POOR_MM  5.0

/**
 * Fills structures->vessels and the items ABL_HEPATIC_VEINS, ABL_PORTAL_VEINS
 * and ABL_LIVER_VESSELS.
 *
 * On a grid of about 1 mm around the liver: contrast above the parenchyma
 * nearby; voxels that are bright and tube-like, joined to what is half as
 * bright as vessels are; thinned to lines; lines that go to the vena cava are
 * hepatic veins, to the portal trunk portal. Where both reach one place the
 * way with fewer sharp turns and less widening wins, and a vessel that can
 * only be reached by an impossible way is of unknown tree. Lesions, and a rim
 * of the liver's surface, hold no vessel.
 *
 * Where one tree is brighter than the other in this scan, brightness speaks too.
 *
 * Calibre: the diameter of the circle whose area is that of the section. First
 * from the contrast summed over the section divided by the contrast of wide
 * vessels of the same tree (blur moves brightness about but keeps its sum),
 * then by least squares against a disc blurred as this scan's vessels are. The
 * radii of a whole tree are then made one: calibre changes slowly along a
 * branch, gets less away from the trunk, and a value far off the rest counts
 * less. The stated SD holds noise, the contrast divided by and the slices.
 * Fields are tubes of that calibre around the centred, smoothed line: calibre
 * from ABL_VESSEL_LEAST_MM, inside the liver, never inside a lesion.
 *
 * A tree is not assessable, with the reason, when the phase is unenhanced or
 * arterial, slices are more than 5 mm apart, vessels are no brighter than the
 * liver's noise allows, or its trunk was not found or nothing joins it.
 * least_calibre_mm is the greatest of 3 mm, the distance between slices and, in
 * noisy scans, 4 or 5 mm.
 *
 * Expects liver, organs, lesions, labels, noise and phase in @p structures.
 *
 * @param image    i16 HU in canonical order
 * @param progress may be NULL
 * @retval ABL_E_INVALID   no labels or liver, or another image than theirs
 * @retval ABL_E_CANCELLED, ABL_E_NOMEM
 */
abl_status abl_vessels_find(abl_structures *structures, const abl_volume *image,
                            const abl_progress *progress,
                            abl_error *err) ABL_MUST_CHECK;

#endif
