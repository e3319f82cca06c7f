/* A computed CT with exactly known answers: recipe in, image and truth out.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A recipe is JSON. "base" names a built-in recipe whose solids and parts come
 * first. "solids" are named shapes in LPS millimetres; "parts" paint solids
 * over one another in the order given, each with its HU, texture and label;
 * "lesions" follow and take the labels 101, 102, ...; "image" says how the
 * result is scanned. testdata/recipes/README.md lists every key.
 */
#ifndef ABL_IMAGING_PHANTOM_H
#define ABL_IMAGING_PHANTOM_H

#include "imaging/series.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Label of the first lesion. Other labels are numbers in the recipe. */
#define ABL_PHANTOM_LESION_FIRST 101
#define ABL_PHANTOM_MAX_LESIONS  150

/** What a scan is made to look like: one switch for every tissue. */
typedef enum abl_phantom_look {
    ABL_LOOK_PLAIN, /**< values as written in the recipe */
    ABL_LOOK_UNENHANCED,
    ABL_LOOK_ARTERIAL,
    ABL_LOOK_PORTAL_VENOUS,
    ABL_LOOK_DELAYED,
    ABL_LOOK_T1, /**< MR: signal in arbitrary units, magnitude noise */
    ABL_LOOK_T2
} abl_phantom_look;

/** A parsed recipe. Immutable after loading. */
typedef struct abl_phantom abl_phantom;

/**
 * Parses a recipe. Every number is checked against a stated range and unknown
 * keys are refused, so that a typing error cannot go unseen.
 *
 * @param[out] out  caller destroys with abl_phantom_destroy()
 * @param      path file of at most 1 MB; NULL: the built-in demo recipe
 * @retval ABL_E_IO, ABL_E_NOMEM
 * @retval ABL_E_FORMAT no JSON, or a key, name or number that is not allowed;
 *                      says where, what was found and what is allowed
 */
abl_status abl_phantom_load(abl_phantom **out, const char *path,
                            abl_error *err) ABL_MUST_CHECK;

/** As abl_phantom_load() from text; @p name stands for it in messages. */
abl_status abl_phantom_parse(abl_phantom **out, const char *text, size_t length,
                             const char *name, abl_error *err) ABL_MUST_CHECK;
void abl_phantom_destroy(abl_phantom *phantom);

/**
 * A recipe drawn by @p seed: the adult with more or less fat and another liver
 * surface; 0 to 12 lesions of 5 to 50 mm (spheres, ellipsoids, lobulated
 * unions; hypo- and hyper-attenuating, rims, cysts), anywhere in the liver, at
 * drawn distances of the capsule, vessels or organs, some through the capsule,
 * none meeting another; in-plane spacing 0.6 to 1 mm, slices 0.8 to 5 mm, some
 * oblique, some tilted, all phases (mostly portal venous). Same seed, same
 * text.
 *
 * @param[out] text  a whole recipe; caller frees with free()
 * @retval ABL_E_NOMEM
 */
abl_status abl_phantom_random_recipe(char **text, uint64_t seed,
                                     abl_error *err) ABL_MUST_CHECK;
/** The same, parsed; caller destroys. */
abl_status abl_phantom_random(abl_phantom **out, uint64_t seed,
                              abl_error *err) ABL_MUST_CHECK;

/** Borrowed; lives as long as the phantom. */
const char *abl_phantom_name(const abl_phantom *phantom);
const char *abl_phantom_series_description(const abl_phantom *phantom);
bool abl_phantom_is_enhanced(const abl_phantom *phantom);
abl_phantom_look abl_phantom_get_look(const abl_phantom *phantom);
bool abl_phantom_is_mr(const abl_phantom *phantom);
/** "plain", "unenhanced", "arterial", "portal_venous", "delayed", "t1", "t2" */
const char *abl_phantom_look_name(abl_phantom_look look);
/** Of the slices. With a tilt, slice k lies abl_phantom_slice_start_lps() and
 * not where this upright grid has it. */
const abl_grid *abl_phantom_grid(const abl_phantom *phantom);
double abl_phantom_tilt_deg(const abl_phantom *phantom);
/** Of the slice profile: the recipe's, or the spacing. */
double abl_phantom_slice_thickness_mm(const abl_phantom *phantom);
/** Centre of the first pixel of slice @p k. */
void abl_phantom_slice_start_lps(double lps[3], const abl_phantom *phantom,
                                 size_t k);
size_t abl_phantom_lesion_count(const abl_phantom *phantom);

/**
 * The grid that a reader of the series gets: that of the slices, or, with a
 * tilt, the larger one that holds all slices put upright (abl_stack_build()).
 * @retval ABL_E_GEOMETRY, ABL_E_NOMEM
 */
abl_status abl_phantom_upright_grid(abl_grid *out, const abl_phantom *phantom,
                                    abl_error *err) ABL_MUST_CHECK;

/**
 * Renders the image (i16 HU) and its labels (u8, the topmost labelled part at
 * each voxel centre) on the recipe's slices (tilted if it says so), or upright
 * on @p grid when not NULL. Edges take partial volume from a subdivision down
 * to 0.4 mm; slices of a stated thickness are the weighted mean of sub-slices
 * of at most 0.7 mm; then point spread, then noise. Same recipe, grid and seed, same voxels at any thread count.
 * Peak memory: both volumes and four floats per voxel of some 20 slices.
 *
 * @param[out] image, labels  caller destroys; either may be NULL: not wanted
 * @retval ABL_E_CANCELLED, ABL_E_NOMEM, ABL_E_GEOMETRY (@p grid)
 */
abl_status abl_phantom_render(abl_volume **image, abl_volume **labels,
                              const abl_phantom *phantom, const abl_grid *grid,
                              uint64_t seed, const abl_progress *progress,
                              abl_error *err) ABL_MUST_CHECK;

/** What is known of one lesion without looking at voxels. */
typedef struct abl_phantom_lesion_truth {
    const char *name; /**< borrowed */
    bool is_exact;    /**< an ellipsoid: closed formulas; else by sampling */
    double centre_lps[3];     /**< of the bounds */
    double diameters_mm[3];   /**< axes, longest first; of the bounds when not
                                  exact */
    double axial_mm[2];       /**< longest in any plane of constant z, and the
                                  longest at right angles to it there */
    double slice_mm[2];       /**< the same in any plane along the slices */
    double diameter_3d_mm;    /**< between the farthest surface points */
    double diameter_error_mm; /**< estimate for the five above; exact: 0 */
    double volume_ml, volume_error_ml;
    double hu;
} abl_phantom_lesion_truth;

/** Takes up to some tenths of a second for a lesion that is not exact. */
abl_phantom_lesion_truth abl_phantom_lesion_get(const abl_phantom *phantom,
                                                size_t lesion);

/**
 * Shortest distance between the surfaces of a lesion and a named solid [mm]:
 * closed formula for spheres against the solid's field, numerical otherwise
 * (error below 0.05 mm on smooth shapes). 0 when they cross.
 * @retval ABL_E_INVALID no such solid
 */
abl_status abl_phantom_gap_mm(double *gap_mm, const abl_phantom *phantom,
                              size_t lesion, const char *solid,
                              abl_error *err) ABL_MUST_CHECK;

/** Shortest distance between the surfaces of two lesions; 0: they cross. */
double abl_phantom_lesion_gap_mm(const abl_phantom *phantom, size_t a,
                                 size_t b);

/** The wall of a tree that comes nearest to a lesion. */
typedef struct abl_phantom_nearest_vessel {
    double gap_mm;     /**< between surfaces, 0: they meet; NAN: none */
    double calibre_mm; /**< of the tree there */
    double at_lps[3];  /**< on the centreline */
} abl_phantom_nearest_vessel;

size_t abl_phantom_vessel_count(const abl_phantom *phantom);
/** "portal", "hepatic"; borrowed. */
const char *abl_phantom_vessel_name(const abl_phantom *phantom, size_t vessel);
/**
 * Looks at centreline points 0.5 mm apart, where they lie in the organ of the
 * tree, from @p least_calibre_mm up.
 */
abl_phantom_nearest_vessel abl_phantom_vessel_near(const abl_phantom *phantom,
                                                   size_t vessel, size_t lesion,
                                                   double least_calibre_mm);

/** Everything above, stated corridors and the way to the skin in 200
 * directions from each lesion, and the recipe's "expect", as truth.json. Same phantom, same bytes.
 * @retval ABL_E_IO, ABL_E_NOMEM */
abl_status abl_phantom_write_truth(const char *path, const abl_phantom *phantom,
                                   uint64_t seed,
                                   abl_error *err) ABL_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
