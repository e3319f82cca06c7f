/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/text.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

static const char replacement[] = "\xef\xbf\xbd";

/* Bytes of the character at the start, 0 when ill-formed (Unicode 15,
 * table 3-7). */
static size_t character_bytes(const unsigned char *in)
{
    if (in[0] < 0x80)
        return 1;
    const size_t bytes = in[0] >= 0xc2 && in[0] <= 0xdf   ? 2
                         : in[0] >= 0xe0 && in[0] <= 0xef ? 3
                         : in[0] >= 0xf0 && in[0] <= 0xf4 ? 4
                                                          : 0;
    for (size_t n = 1; n < bytes; n++)
        if ((in[n] & 0xc0) != 0x80)
            return 0;
    if ((in[0] == 0xe0 && in[1] < 0xa0) || (in[0] == 0xed && in[1] > 0x9f) ||
        (in[0] == 0xf0 && in[1] < 0x90) || (in[0] == 0xf4 && in[1] > 0x8f))
        return 0;
    return bytes;
}

/* Control characters, and U+200E/F, U+202A-E, U+2066-9. */
static bool is_unwanted(const unsigned char *in, size_t bytes)
{
    if (bytes == 1)
        return in[0] < 0x20 || in[0] == 0x7f;
    if (bytes == 2)
        return in[0] == 0xc2 && in[1] < 0xa0;
    if (bytes != 3 || in[0] != 0xe2)
        return false;
    return (in[1] == 0x80 && ((in[2] >= 0xaa && in[2] <= 0xae) ||
                              in[2] == 0x8e || in[2] == 0x8f)) ||
           (in[1] == 0x81 && in[2] >= 0xa6 && in[2] <= 0xa9);
}

size_t abl_text_clean(char *out, size_t size, const char *in)
{
    const unsigned char *at = (const unsigned char *)(in ? in : "");
    size_t used = 0;
    while (*at) {
        const size_t bytes = character_bytes(at);
        const bool keep = bytes && !is_unwanted(at, bytes);
        const size_t adds = keep ? bytes : sizeof replacement - 1;
        if (used + adds >= size)
            break;
        memcpy(out + used, keep ? (const char *)at : replacement, adds);
        used += adds;
        at += bytes ? bytes : 1;
    }
    out[used] = '\0';
    return used;
}

typedef struct note_list {
    abl_note *items;
    size_t count;
} note_list;

static void add(note_list *list, const char *code, const char *text)
{
    if (list->count == ABL_MAX_NOTES)
        return;
    abl_note *note = &list->items[list->count++];
    note->code = code;
    snprintf(note->text, sizeof note->text, "%s", text);
}

static void add_context(note_list *list, const abl_context *context)
{
    char text[384] = "Not in the images and not given: ";
    bool any = false;
    for (int n = 0; n < ABL_CONTEXT_FIELD_COUNT; n++) {
        const size_t used = strlen(text);
        if (context && context->facts[n].given)
            continue;
        snprintf(text + used, sizeof text - used, "%s%s", any ? ", " : "",
                 abl_context_field_title((abl_context_field)n));
        any = true;
    }
    const size_t used = strlen(text);
    snprintf(text + used, sizeof text - used, ".");
    if (any)
        add(list, "context", text);
}

static void add_missing(note_list *list, const abl_findings *findings)
{
    char text[384] = "Looked for and not found (removed, missed or outside "
                     "the scan): ";
    bool any = false;
    for (int id = ABL_LIVER; id < ABL_STRUCTURE_COUNT; id++) {
        if (findings->structures[id].found != ABL_NOT_FOUND)
            continue;
        const size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s", any ? ", " : "",
                 abl_structure_title((abl_structure_id)id));
        any = true;
    }
    const size_t used = strlen(text);
    snprintf(text + used, sizeof text - used, ".");
    if (any)
        add(list, "structures-not-found", text);
}

static void add_vessels(note_list *list, const abl_findings *findings)
{
    char text[384];
    if (!findings->has_liver_vessels)
        add(list, "liver-vessels",
            "Vessels inside the liver were not looked for; only the inferior "
            "vena cava, the aorta and the portal and splenic vein were "
            "measured. R7 and R11 can fail but not be met.");
    for (int t = ABL_TREE_HEPATIC;
         findings->has_liver_vessels && t <= ABL_TREE_PORTAL; t++) {
        const abl_tree_state *state = &findings->trees[t];
        if (state->is_assessable)
            continue;
        snprintf(text, sizeof text,
                 "The %ss inside the liver cannot be assessed: %s. R7 and R11 "
                 "can fail but not be met.",
                 abl_tree_title((abl_tree)t), state->why_not);
        add(list, "liver-vessels", text);
    }
    snprintf(text, sizeof text,
             findings->has_hilum
                 ? "Bile ducts were not looked for; the portal bifurcation "
                   "and its first branches stand in for the central ones.%s"
                 : "Bile ducts were not looked for and the portal bifurcation "
                   "was not located: %s. R8 can fail but not be met.",
             findings->has_hilum ? "" : findings->hilum_why_not);
    add(list, "hilum", text);
    snprintf(text, sizeof text, "Liver segments are estimates%s%s.",
             findings->segments.why_not[0] ? " or not assessable: " : "",
             findings->segments.why_not);
    add(list, "segments", text);
}

size_t abl_notes_list(abl_note out[ABL_MAX_NOTES], const abl_findings *findings)
{
    note_list list = {out, 0};
    add_vessels(&list, findings);
    add(&list, "bowel",
        "Colon, duodenum and small bowel have no outline of their own; gas "
        "and soft tissue without a name stand in for them.");
    add(&list, "diaphragm",
        "The diaphragm and the pleural recess have no outline; the lung and "
        "the depth in the liver stand in for them.");
    add(&list, "other-series",
        "One series was analysed. What other contrast phases, MRI or "
        "ultrasound show is not known.");
    add_context(&list, findings->context);
    add_missing(&list, findings);
    return list.count;
}

size_t abl_report_slice(const abl_report *report, const double lps[3])
{
    double ijk[3];
    abl_grid_to_ijk(ijk, &report->image->grid, lps);
    const double k = rint(ijk[2]);
    if (!(k >= 0 && k < (double)report->image->grid.size[2]))
        return 0;
    return (size_t)k + 1;
}

void abl_phase_describe(char out[64], const abl_phase_estimate *phase)
{
    if (phase->phase == ABL_PHASE_UNKNOWN)
        snprintf(out, 64, "unknown");
    else
        snprintf(out, 64, "%s, confidence %.2f", abl_phase_name(phase->phase),
                 phase->confidence);
}

abl_status abl_text_open(FILE **out, const char *path, abl_error *err)
{
    *out = fopen(path, "wb");
    return *out ? ABL_OK
                : abl_error_set(err, ABL_E_IO, "%s: cannot be written: %s",
                                path, strerror(errno));
}

abl_status abl_text_close(FILE *file, const char *path, abl_error *err)
{
    const bool was_bad = ferror(file) != 0;
    errno = 0;
    const bool is_bad = fclose(file) != 0;
    if (!was_bad && !is_bad)
        return ABL_OK;
    return abl_error_set(err, ABL_E_IO, "%s: could not be written whole%s%s",
                         path, errno ? ": " : "", errno ? strerror(errno) : "");
}
