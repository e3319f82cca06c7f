/* What a parsed phantom recipe holds (internal).
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_PHANTOM_MODEL_H
#define ABL_IMAGING_PHANTOM_MODEL_H

#include <jansson.h>

#include "imaging/phantom.h"
#include "imaging/phantom_solid.h"

#define ABL_PHANTOM_MAX_PARTS    1024
#define ABL_PHANTOM_MAX_NODES    8192
#define ABL_PHANTOM_MAX_POINTS   65536
#define ABL_PHANTOM_MAX_CHILDREN 16384
#define ABL_PHANTOM_MAX_TARGETS  64
#define ABL_PHANTOM_MAX_VESSELS  16
#define ABL_PHANTOM_MAX_PATHS    64
#define ABL_PHANTOM_KEEP_LABEL   (-1)

typedef struct abl_phantom_part {
    char name[64];
    size_t solid;
    double hu;
    int label;         /**< 0..255, or ABL_PHANTOM_KEEP_LABEL */
    double edge_mm;    /**< width over which the part fades in */
    double texture_hu; /**< amplitude of smooth random variation */
    double texture_mm; /**< its wavelength */
} abl_phantom_part;

typedef struct abl_phantom_lesion {
    char name[64];
    size_t solid;
    double hu;
} abl_phantom_lesion;

typedef struct abl_phantom_target {
    char name[64];
    size_t solid;
} abl_phantom_target;

/** A tree of tubes, painted where it lies within another solid. */
typedef struct abl_phantom_vessel {
    char name[64];
    size_t solid, within;
} abl_phantom_vessel;

/** A corridor to be judged. */
typedef struct abl_phantom_path {
    char name[64];
    double entry_lps[3], target_lps[3], half_width_mm;
} abl_phantom_path;

struct abl_phantom {
    char name[65];
    char series_description[65];
    bool is_enhanced;
    abl_phantom_look look;
    abl_grid grid;             /**< of the slices; sheared when tilted */
    double tilt_deg;           /**< of the gantry: slices shift along j */
    double thickness_mm;       /**< of the slice profile; 0: the spacing */
    bool is_profile_bell;      /**< Gaussian with this FWHM, else a box */
    double psf_mm, psf_z_mm;   /**< sigma of the blur in plane, along k */
    double noise_hu, noise_mm; /**< SD and sigma of its correlation */
    double background_hu;
    abl_solids solids;
    abl_phantom_part *parts;
    size_t part_count;
    abl_phantom_lesion *lesions;
    size_t lesion_count;
    abl_phantom_target *targets; /**< named solids that gaps are stated to */
    size_t target_count;
    abl_phantom_target *obstacles; /**< that no path may meet */
    size_t obstacle_count;
    bool has_skin;
    size_t skin; /**< the body's solid, where paths begin */
    abl_phantom_vessel *vessels;
    size_t vessel_count;
    abl_phantom_path *paths;
    size_t path_count;
    json_t *expect, *about; /**< NULL when not given */
};

/** Where slice @p k starts beside its place in the upright stack of
 * phantom->grid: nothing without tilt, else along the columns, so that slice
 * starts follow the table. */
void abl_phantom_slice_shift(double shift_lps[3], const abl_phantom *phantom,
                             double k);

/** A recipe being read. */
typedef struct abl_recipe {
    abl_phantom *phantom;
    json_t *root;
    const char *name;
    json_t *solid_indices; /**< name to node, of solids already built */
    int depth;
} abl_recipe;

typedef struct abl_number_range {
    double min, max;
} abl_number_range;

/** Helpers of the parser; @p where is a path such as "solids.liver". */
abl_status abl_recipe_keys(const abl_recipe *recipe, const json_t *object,
                           const char *const *allowed, const char *where,
                           abl_error *err);
/** An optional number; @p out keeps its value when the key is absent. */
abl_status abl_recipe_number(const abl_recipe *recipe, double *out,
                             const json_t *object, const char *key,
                             abl_number_range range, const char *where,
                             abl_error *err);
/** @p count numbers; ABL_E_FORMAT when the key is absent. */
abl_status abl_recipe_numbers(const abl_recipe *recipe, double *out,
                              size_t count, const json_t *array,
                              abl_number_range range, const char *where,
                              abl_error *err);
abl_status abl_recipe_text(const abl_recipe *recipe, char *out, size_t size,
                           const json_t *object, const char *key,
                           const char *where, abl_error *err);

/** The node of a solid: a name in "solids", or an object. */
abl_status abl_recipe_solid(abl_recipe *recipe, size_t *index,
                            const json_t *value, const char *where,
                            abl_error *err);

/** Reads "image", after abl_recipe_look(). */
abl_status abl_recipe_image(abl_recipe *recipe, abl_error *err);

/** Reads image.look and what follows from it. */
abl_status abl_recipe_look(abl_recipe *recipe, abl_error *err);
/** HU (or MR signal) of a part or lesion: @p hu_key, or @p tissue_key looked
 * up in "tissues" for the recipe's look. NAN when neither is given. */
abl_status abl_recipe_value(const abl_recipe *recipe, double *out,
                            const json_t *item, const char *hu_key,
                            const char *tissue_key, const char *where,
                            abl_error *err);

/** What parts and lesions share. */
abl_status abl_recipe_paint(abl_recipe *recipe, abl_phantom_part *part,
                            const json_t *item, const char *where,
                            abl_error *err);
abl_status abl_recipe_append_part(abl_recipe *recipe,
                                  const abl_phantom_part *part, abl_error *err);
abl_status abl_recipe_lesion(abl_recipe *recipe, const json_t *item,
                             const char *where, abl_error *err);
/** Moves a lesion's solid to where its "place" wants it. */
abl_status abl_recipe_place(abl_recipe *recipe, size_t *solid,
                            const json_t *lesion, const char *where,
                            abl_error *err);

abl_status abl_recipe_vessel(abl_recipe *recipe, const json_t *item,
                             const char *where, abl_error *err);
abl_status abl_recipe_path(abl_recipe *recipe, const json_t *item,
                           const char *where, abl_error *err);
/** Reads "expect", after the lesions. */
abl_status abl_recipe_expect(abl_recipe *recipe, abl_error *err);

/** The points of a tube or loft. */
abl_status abl_recipe_tube(abl_recipe *recipe, abl_solid_node *node,
                           const json_t *object, const char *where,
                           abl_error *err);
abl_status abl_recipe_loft(abl_recipe *recipe, abl_solid_node *node,
                           const json_t *object, const char *where,
                           abl_error *err);

/** Fills the phantom from a recipe whose base has been joined. */
abl_status abl_recipe_read(abl_recipe *recipe, abl_error *err);

/** Built-in recipes, or NULL; @p length without a terminator. */
const char *abl_phantom_builtin(const char *name, size_t *length);

#endif
