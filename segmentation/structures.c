/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/structures.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *title;
} labels[ABL_STRUCTURE_COUNT] = {
    {"background", "background"},
    {"liver", "liver"},
    {"spleen", "spleen"},
    {"right_kidney", "right kidney"},
    {"left_kidney", "left kidney"},
    {"gallbladder", "gallbladder"},
    {"esophagus", "oesophagus"},
    {"stomach", "stomach"},
    {"aorta", "aorta"},
    {"inferior_vena_cava", "inferior vena cava"},
    {"portal_and_splenic_vein", "portal and splenic vein"},
    {"pancreas", "pancreas"},
    {"right_adrenal_gland", "right adrenal gland"},
    {"left_adrenal_gland", "left adrenal gland"},
    {"lung", "lung"},
    {"bone", "bone"},
    {"bowel_gas", "gas-filled bowel"},
    {"heart", "heart"},
    {"skin", "skin"},
    {"unclassified", "unclassified soft tissue"},
    {"hepatic_veins", "hepatic veins"},
    {"portal_veins", "portal vein branches"},
    {"liver_vessels", "liver vessel of unknown tree"},
    {"hilum", "liver hilum"},
    {"colon", "colon"},
    {"duodenum", "duodenum"},
    {"small_bowel", "small bowel"},
};

const char *abl_structure_name(abl_structure_id id)
{
    return (unsigned)id < ABL_STRUCTURE_COUNT ? labels[id].name : "background";
}

const char *abl_structure_title(abl_structure_id id)
{
    return (unsigned)id < ABL_STRUCTURE_COUNT ? labels[id].title : "background";
}

abl_structure_id abl_structure_from_name(const char *name)
{
    for (int id = 0; id < ABL_STRUCTURE_COUNT; id++)
        if (strcmp(labels[id].name, name) == 0)
            return (abl_structure_id)id;
    return ABL_BACKGROUND;
}

bool abl_structure_is_bowel(abl_structure_id id)
{
    return id == ABL_COLON || id == ABL_DUODENUM || id == ABL_SMALL_BOWEL;
}

bool abl_structure_is_in_liver(abl_structure_id id)
{
    return id >= ABL_HEPATIC_VEINS && id <= ABL_HILUM;
}

void abl_structures_destroy(abl_structures *structures)
{
    if (!structures)
        return;
    for (int id = 0; id < ABL_STRUCTURE_COUNT; id++)
        abl_volume_destroy(structures->items[id].field);
    for (size_t n = 0; n < structures->lesion_count; n++)
        abl_volume_destroy(structures->lesions[n].field);
    free(structures->lesions);
    abl_vessels_destroy(structures->vessels);
    if (structures->hilum)
        abl_hilum_clear(structures->hilum);
    free(structures->hilum);
    free(structures->couinaud);
    abl_volume_destroy(structures->labels);
    abl_volume_destroy(structures->lesion_labels);
    free(structures);
}

void abl_structures_warn(abl_structures *structures, const char *code,
                         const char *format, ...)
{
    abl_warning one = {"", ""};
    snprintf(one.code, sizeof one.code, "%s", code);
    va_list args;
    va_start(args, format);
    vsnprintf(one.text, sizeof one.text, format, args);
    va_end(args);
    for (size_t n = 0; n < structures->warning_count; n++)
        if (strcmp(structures->warnings[n].code, one.code) == 0 &&
            strcmp(structures->warnings[n].text, one.text) == 0)
            return;
    if (structures->warning_count == ABL_MAX_WARNINGS) {
        abl_warning *last = &structures->warnings[ABL_MAX_WARNINGS - 1];
        snprintf(last->code, sizeof last->code, "warnings-left-out");
        snprintf(last->text, sizeof last->text,
                 "More warnings than can be listed; see the log.");
        return;
    }
    structures->warnings[structures->warning_count++] = one;
}
