/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/outline_names.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* A code and its predecessor; NULL: none known. */
typedef struct coded_structure {
    const char *sct, *srt;
    abl_structure_id id;
} coded_structure;

static const coded_structure structures[] = {
    {"10200004", "T-62000", ABL_LIVER},
    {"78961009", "T-C3000", ABL_SPLEEN},
    {"9846003", "T-71010", ABL_RIGHT_KIDNEY},
    {"18639004", "T-71020", ABL_LEFT_KIDNEY},
    {"28231008", "T-63000", ABL_GALLBLADDER},
    {"32849002", "T-56000", ABL_ESOPHAGUS},
    {"69695003", "T-57000", ABL_STOMACH},
    {"15825003", "T-42000", ABL_AORTA},
    {"7832008", NULL, ABL_AORTA},
    {"64131007", "T-48710", ABL_INFERIOR_VENA_CAVA},
    {"110765007", NULL, ABL_PORTAL_AND_SPLENIC_VEIN},
    {"15776009", "T-65000", ABL_PANCREAS},
    {"29392005", NULL, ABL_RIGHT_ADRENAL_GLAND},
    {"38360003", NULL, ABL_LEFT_ADRENAL_GLAND},
    {"39607008", "T-28000", ABL_LUNG},
    {"3341006", "T-28100", ABL_LUNG},
    {"44029006", "T-28500", ABL_LUNG},
    {"272673000", NULL, ABL_BONE},
    {"421060004", NULL, ABL_BONE},
    {"113197003", "T-11300", ABL_BONE},
    {"80891009", "T-32000", ABL_HEART},
    {"8993003", "T-48720", ABL_HEPATIC_VEINS},
    {"32764006", "T-48810", ABL_PORTAL_VEINS},
    {"59820001", "T-40000", ABL_LIVER_VESSELS},
    {"71854001", "T-59300", ABL_COLON},
    {"38848004", "T-58200", ABL_DUODENUM},
    {"30315005", "T-58000", ABL_SMALL_BOWEL},
};

static const struct {
    const char *sct, *srt;
    abl_structure_id left, right;
} paired[] = {
    {"64033007", "T-71000", ABL_LEFT_KIDNEY, ABL_RIGHT_KIDNEY},
    {"23451007", "T-B3000", ABL_LEFT_ADRENAL_GLAND, ABL_RIGHT_ADRENAL_GLAND},
};

/* Lesion, mass, neoplasm, primary and secondary malignant neoplasm. */
static const struct {
    const char *sct, *srt;
} tumours[] = {
    {"52988006", "M-01000"}, {"4147007", "M-03000"},  {"108369006", "M-80000"},
    {"86049000", "M-80003"}, {"14799000", "M-80006"}, {"399981008", NULL},
    {"372087000", NULL},     {"128462008", NULL},     {"94381002", NULL},
    {"109841003", NULL},
};

static bool is_code(const abl_outline_part *part, const char *sct,
                    const char *srt)
{
    if (strcmp(part->scheme, "SCT") == 0)
        return sct && strcmp(part->code, sct) == 0;
    if (strcmp(part->scheme, "SRT") == 0 || strcmp(part->scheme, "SNM3") == 0)
        return srt && strcmp(part->code, srt) == 0;
    return false;
}

static abl_label_meaning structure(abl_structure_id id)
{
    return (abl_label_meaning){ABL_LABEL_STRUCTURE, id, false};
}

static abl_label_meaning of_code(const abl_outline_part *part)
{
    for (size_t n = 0; n < COUNT(structures); n++)
        if (is_code(part, structures[n].sct, structures[n].srt))
            return structure(structures[n].id);
    const bool is_left =
        strcmp(part->side, "7771000") == 0 || strcmp(part->side, "G-A101") == 0;
    const bool is_right = strcmp(part->side, "24028007") == 0 ||
                          strcmp(part->side, "G-A100") == 0;
    for (size_t n = 0; n < COUNT(paired) && (is_left || is_right); n++)
        if (is_code(part, paired[n].sct, paired[n].srt))
            return structure(is_left ? paired[n].left : paired[n].right);
    for (size_t n = 0; n < COUNT(tumours); n++)
        if (is_code(part, tumours[n].sct, tumours[n].srt))
            return (abl_label_meaning){ABL_LABEL_TUMOUR, ABL_BACKGROUND, false};
    return (abl_label_meaning){ABL_LABEL_UNNAMED, ABL_BACKGROUND, false};
}

/* Lower case, words joined with "_", a number behind it split off. */
static void normalise(char out[65], bool *has_number, const char *label)
{
    size_t used = 0;
    for (const char *c = label; *c && used < 64; c++) {
        const bool is_upper = *c >= 'A' && *c <= 'Z';
        const bool is_word = is_upper || (*c >= 'a' && *c <= 'z') ||
                             (*c >= '0' && *c <= '9') || (*c & 0x80) != 0;
        if (is_word)
            out[used++] = is_upper ? (char)(*c - 'A' + 'a') : *c;
        else if (used && out[used - 1] != '_')
            out[used++] = '_';
    }
    while (used && out[used - 1] == '_')
        used--;
    out[used] = '\0';
    size_t digits = used;
    while (digits && out[digits - 1] >= '0' && out[digits - 1] <= '9')
        digits--;
    *has_number = digits < used && digits > 0;
}

/* "lesion_3" without its number is "lesion", which is a tumour. */
static abl_label_meaning of_numbered(char name[65])
{
    size_t used = strlen(name);
    while (used && (name[used - 1] == '_' ||
                    (name[used - 1] >= '0' && name[used - 1] <= '9')))
        used--;
    name[used] = '\0';
    abl_label_meaning meaning = abl_label_meaning_of(name);
    if (strcmp(name, "gtv") == 0 || strcmp(name, "metastasis") == 0 ||
        meaning.kind == ABL_LABEL_TUMOUR)
        return (abl_label_meaning){ABL_LABEL_LESION, ABL_BACKGROUND, false};
    return (abl_label_meaning){ABL_LABEL_UNNAMED, ABL_BACKGROUND, false};
}

static abl_label_meaning of_label(const char *label)
{
    static const char *const more[] = {"gtv",           "metastasis",
                                       "metastases",    "liver_metastases",
                                       "hepatic_tumor", "hepatic_lesions"};
    char name[65];
    bool has_number = false;
    normalise(name, &has_number, label);
    const abl_label_meaning meaning = abl_label_meaning_of(name);
    if (meaning.kind != ABL_LABEL_UNNAMED)
        return meaning;
    for (size_t n = 0; n < COUNT(more); n++)
        if (strcmp(more[n], name) == 0)
            return (abl_label_meaning){ABL_LABEL_TUMOUR, ABL_BACKGROUND, false};
    return has_number
               ? of_numbered(name)
               : (abl_label_meaning){ABL_LABEL_UNNAMED, ABL_BACKGROUND, false};
}

static bool is_tumour(abl_label_meaning meaning)
{
    return meaning.kind >= ABL_LABEL_LESION;
}

static bool is_same(abl_label_meaning a, abl_label_meaning b)
{
    return is_tumour(a) || is_tumour(b)
               ? is_tumour(a) == is_tumour(b)
               : a.kind != ABL_LABEL_STRUCTURE ||
                     b.kind != ABL_LABEL_STRUCTURE || a.id == b.id;
}

abl_label_meaning abl_outline_meaning(const abl_outline_part *part,
                                      bool *disagrees)
{
    const abl_label_meaning code = of_code(part), label = of_label(part->label);
    const bool has_code = code.kind != ABL_LABEL_UNNAMED;
    const bool has_label = label.kind != ABL_LABEL_UNNAMED;
    abl_label_meaning meaning = has_code ? code : label;
    *disagrees = has_code && has_label && label.kind != ABL_LABEL_IGNORED &&
                 !is_same(code, label);
    if (!has_code && !has_label)
        meaning = of_label(part->meaning);
    if (meaning.kind == ABL_LABEL_UNNAMED && strcmp(part->role, "GTV") == 0)
        meaning.kind = ABL_LABEL_TUMOUR;
    if (meaning.kind == ABL_LABEL_TUMOUR &&
        (part->is_tracked || label.kind == ABL_LABEL_LESION))
        meaning.kind = ABL_LABEL_LESION;
    if (meaning.kind == ABL_LABEL_STRUCTURE &&
        abl_structure_is_in_liver(meaning.id))
        meaning.kind = ABL_LABEL_IGNORED;
    return meaning;
}
