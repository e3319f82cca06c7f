/* A lesion in a liver beside an organ and a vessel, all of known shape.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_ACCURACY_SCENE_H
#define ABL_TESTS_ACCURACY_SCENE_H

#include "blob.h"
#include "imaging/volume.h"

enum {
    SCENE_LESION,
    SCENE_ORGAN,
    SCENE_LIVER,
    SCENE_VESSEL,
    SCENE_ITEMS
};

enum {
    SCENE_AXIAL,
    SCENE_PERPENDICULAR,
    SCENE_FERET,
    SCENE_VOLUME,
    SCENE_EQUIVALENT,
    SCENE_TO_ORGAN,
    SCENE_TO_CAPSULE,
    SCENE_TO_VESSEL,
    SCENE_ROWS
};

/** A blob, or a tube with round ends. */
typedef struct scene_item {
    bool is_tube;
    blob body;
    double from[3], to[3], radius_mm;
} scene_item;

typedef struct scene {
    abl_grid lattice; /**< far larger than the scene; crops of it are scanned */
    scene_item items[SCENE_ITEMS];
    double truth[SCENE_ROWS]; /**< mm and mm3 */
} scene;

/**
 * Longest diameter of the lesion 5 to 50 mm, one in three lobulated; voxels
 * 0.6-1 x 0.6-1 x 0.8-5 mm, turned by up to 20 degrees about two axes; the
 * organ an ellipsoid, the liver a sphere around the lesion, the vessel a tube
 * of 3 to 12 mm, each at 0.5 to 20 mm.
 */
void scene_draw(scene *out);

/** About the distance to the surface in mm, positive inside. */
double scene_item_value(const scene_item *item, const double lps[3]);

/** The part of the lattice that holds an item and @p margin voxels around. */
abl_grid scene_item_grid(const scene *from, int item, size_t margin);

#endif
