/* Liver segments after Couinaud, estimated from veins and the portal plane.
 * SPDX-License-Identifier: Apache-2.0
 *
 * How: around the inferior vena cava where the hepatic veins join it, the
 * right, middle and left hepatic vein hang like curtains along the body's
 * axis. Right of the right vein lie VI and VII, up to the middle vein V and
 * VIII, up to the left vein IV, beyond it II and III; the height at which the
 * right portal vein divides parts V, VI from VIII, VII, the height of the left
 * portal vein II from III and IVa from IVb. Below the middle hepatic vein the
 * border between the lobes turns to the gallbladder (Cantlie's line), below
 * the left one that of IV to the umbilical portion of the left portal vein,
 * where those are seen. Segment I lies behind the fissure of the venous
 * ligament, beside the vena cava.
 *
 * How sure: classical planes and the territories of portal branches differ by
 * up to a quarter of a segment's volume (kappa 0.35 to 0.45 over five
 * segments), so a segment is always an estimate and the next one is named
 * where its border is within ABL_COUINAUD_BORDER_MM.
 */
#ifndef ABL_SEGMENTATION_COUINAUD_H
#define ABL_SEGMENTATION_COUINAUD_H

#include "segmentation/hilum.h"
#include "segmentation/vessel_tree.h"

typedef enum abl_couinaud {
    ABL_COUINAUD_NONE,
    ABL_COUINAUD_I,
    ABL_COUINAUD_II,
    ABL_COUINAUD_III,
    ABL_COUINAUD_IVA,
    ABL_COUINAUD_IVB,
    ABL_COUINAUD_V,
    ABL_COUINAUD_VI,
    ABL_COUINAUD_VII,
    ABL_COUINAUD_VIII,
    ABL_COUINAUD_RIGHT, /**< right of the middle vein, not told apart */
    ABL_COUINAUD_LEFT,  /**< left of it, not told apart */
    ABL_COUINAUD_COUNT
} abl_couinaud;
/** "IVa", "right liver". */
const char *abl_couinaud_title(abl_couinaud segment);

/** Borders nearer than this are named [mm] (convention). */
#define ABL_COUINAUD_BORDER_MM 10.0
/** Half of a vena cava and its wall: segment I begins beside it [mm]
 * (convention). */
#define ABL_CAVA_HALF_MM 12.0

/** Direction of a vein around the vena cava by horizontal distance from it:
 * degrees, 0 to the front, positive to the patient's left. */
#define ABL_CURTAIN_STEP_MM 5.0
#define ABL_CURTAIN_STEPS   40
typedef struct abl_curtain {
    bool is_found;
    double degrees[ABL_CURTAIN_STEPS]; /**< at 0, 5, 10 .. mm */
} abl_curtain;

typedef struct abl_couinaud_map {
    bool has_lobes;      /**< the middle hepatic vein was found */
    bool has_right;      /**< V to VIII can be told apart */
    bool has_left;       /**< II to IV can be told apart */
    bool has_left_below; /**< III and IVb, by the umbilical portion alone */
    bool has_caudate;
    char why_not[160];  /**< what is missing, one sentence; "" for nothing */
    double cava_lps[3]; /**< where the hepatic veins join it */
    abl_curtain right, middle, left;
    bool has_umbilical; /**< umbilical portion seen */
    double umbilical_degrees, umbilical_z;
    bool has_gallbladder; /**< and its place shows its bed */
    double gallbladder_degrees, gallbladder_z;
    double middle_vein_z, left_vein_z;  /**< mean heights of their courses */
    double right_level_z, left_level_z; /**< heights of the portal planes */
    /** Segment I: behind this line in the sagittal plane (heights rising,
     * level below the first) left of the vena cava, on its right behind its
     * front, within x and z of the box. */
    double caudate_front_z[3], caudate_front_y[3];
    double caudate_cava_x, caudate_cava_y; /**< its middle, its front */
    double caudate_lo[3], caudate_hi[3];
} abl_couinaud_map;

/**
 * Finds the three hepatic veins and the portal levels; names the parts of the
 * hepatic nodes.
 *
 * A vein is a path of the hepatic tree from the vena cava; R, M and L are the
 * three that together are longest and thickest in the directions usual for
 * them (right -95, middle that of the gallbladder or else -30, left +45
 * degrees: common anatomy, unverified), 25 degrees or more apart and on their
 * own from 30 mm after the first node. The middle vein is not told apart when
 * its direction is more than 35 degrees off the gallbladder's, the right or
 * left one when its curtain comes within 15 degrees of the middle one
 * (conventions): no segment is better than a wrong one.
 *
 * @param[in,out] vessels     with both trees assessable
 * @param         hilum       as found; not found leaves only lobes
 * @param         cava        field of the inferior vena cava; may be NULL
 * @param         gallbladder its field; may be NULL
 * @retval ABL_E_INVALID as abl_vessel_walk_make(); ABL_E_NOMEM
 */
abl_status abl_couinaud_locate(abl_couinaud_map *out, abl_vessels *vessels,
                               const abl_hilum *hilum, const abl_volume *cava,
                               const abl_volume *gallbladder,
                               abl_error *err) ABL_MUST_CHECK;

/** The segment of a point of the liver; the lobe where segments cannot be
 * told apart, ABL_COUINAUD_NONE without a middle vein. */
abl_couinaud abl_couinaud_at(const abl_couinaud_map *map, const double lps[3]);

/** Where one lesion lies. */
typedef struct abl_lesion_segment {
    bool is_assessed;
    abl_couinaud main;                /**< holds most of it */
    double share[ABL_COUINAUD_COUNT]; /**< of the lesion's volume, 0..1 */
    abl_couinaud second; /**< nearest other; NONE: none within 10 mm */
    double second_mm;    /**< to it from the lesion; 0: reaches into it */
} abl_lesion_segment;

/**
 * @param liver  field, to know what beyond the lesion is liver
 * @param lesion field
 * @retval ABL_E_NOMEM
 */
abl_status abl_couinaud_of_lesion(abl_lesion_segment *out,
                                  const abl_couinaud_map *map,
                                  const abl_volume *liver,
                                  const abl_volume *lesion,
                                  abl_error *err) ABL_MUST_CHECK;

struct abl_structures;

/** Fills structures->couinaud; needs abl_hilum_find() before. */
abl_status abl_couinaud_find(struct abl_structures *structures,
                             abl_error *err) ABL_MUST_CHECK;

#endif
