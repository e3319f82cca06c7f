/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/dicom_codes.h"

const abl_code abl_code_anatomical = {"123037004", "SCT",
                                      "Anatomical Structure"};
const abl_code abl_code_abnormal = {"49755003", "SCT",
                                    "Morphologically Abnormal Structure"};
const abl_code abl_code_lesion = {"52988006", "SCT", "Lesion"};

abl_code abl_code_of_structure(abl_structure_id id)
{
    static const struct {
        abl_structure_id id;
        abl_code code;
    } table[] = {
        {ABL_LIVER, {"10200004", "SCT", "Liver"}},
        {ABL_SPLEEN, {"78961009", "SCT", "Spleen"}},
        {ABL_RIGHT_KIDNEY, {"64033007", "SCT", "Kidney"}},
        {ABL_LEFT_KIDNEY, {"64033007", "SCT", "Kidney"}},
        {ABL_GALLBLADDER, {"28231008", "SCT", "Gallbladder"}},
        {ABL_ESOPHAGUS, {"32849002", "SCT", "Esophagus"}},
        {ABL_STOMACH, {"69695003", "SCT", "Stomach"}},
        {ABL_AORTA, {"15825003", "SCT", "Aorta"}},
        {ABL_INFERIOR_VENA_CAVA, {"64131007", "SCT", "Inferior vena cava"}},
        {ABL_PORTAL_AND_SPLENIC_VEIN,
         {"110765007", "SCT", "Portal vein and splenic vein"}},
        {ABL_PANCREAS, {"15776009", "SCT", "Pancreas"}},
        {ABL_RIGHT_ADRENAL_GLAND, {"23451007", "SCT", "Adrenal gland"}},
        {ABL_LEFT_ADRENAL_GLAND, {"23451007", "SCT", "Adrenal gland"}},
        {ABL_LUNG, {"39607008", "SCT", "Lung"}},
        {ABL_BONE, {"272673000", "SCT", "Bone"}},
        {ABL_HEART, {"80891009", "SCT", "Heart"}},
        {ABL_SKIN, {"39937001", "SCT", "Skin"}},
        {ABL_HEPATIC_VEINS, {"8993003", "SCT", "Hepatic vein"}},
        {ABL_PORTAL_VEINS, {"32764006", "SCT", "Portal vein"}},
        {ABL_LIVER_VESSELS, {"59820001", "SCT", "Blood vessel"}},
        {ABL_COLON, {"71854001", "SCT", "Colon"}},
        {ABL_DUODENUM, {"38848004", "SCT", "Duodenum"}},
        {ABL_SMALL_BOWEL, {"30315005", "SCT", "Small intestine"}},
    };
    for (size_t n = 0; n < sizeof table / sizeof table[0]; n++)
        if (table[n].id == id)
            return table[n].code;
    return (abl_code){NULL, NULL, NULL};
}

abl_code abl_code_of_side(abl_structure_id id)
{
    static const abl_code left = {"7771000", "SCT", "Left"},
                          right = {"24028007", "SCT", "Right"};
    switch (id) {
    case ABL_RIGHT_KIDNEY:
    case ABL_RIGHT_ADRENAL_GLAND:
        return right;
    case ABL_LEFT_KIDNEY:
    case ABL_LEFT_ADRENAL_GLAND:
        return left;
    default:
        return (abl_code){NULL, NULL, NULL};
    }
}

abl_code abl_code_of_result(abl_result result)
{
    static const abl_code codes[] = {
        [ABL_MET] = {"MET", ABL_DICOM_PRIVATE_SCHEME, "Limit met"},
        [ABL_BORDERLINE] = {"BORDERLINE", ABL_DICOM_PRIVATE_SCHEME,
                            "Borderline"},
        [ABL_NOT_MET] = {"NOT-MET", ABL_DICOM_PRIVATE_SCHEME, "Limit not met"},
        [ABL_NOT_ASSESSABLE] = {"NOT-ASSESSABLE", ABL_DICOM_PRIVATE_SCHEME,
                                "Not assessable"},
    };
    return codes[result];
}

abl_code abl_code_of_verdict(abl_verdict verdict)
{
    static const abl_code codes[] = {
        [ABL_VERDICT_MEETS] = {"V-MEETS", ABL_DICOM_PRIVATE_SCHEME,
                               "Meets imaging criteria"},
        [ABL_VERDICT_BORDERLINE] = {"V-BORDERLINE", ABL_DICOM_PRIVATE_SCHEME,
                                    "Borderline: needs review"},
        [ABL_VERDICT_DOES_NOT_MEET] = {"V-NOT-MET", ABL_DICOM_PRIVATE_SCHEME,
                                       "Does not meet imaging criteria"},
        [ABL_VERDICT_NOT_ASSESSABLE] = {"V-UNKNOWN", ABL_DICOM_PRIVATE_SCHEME,
                                        "Not assessable"},
    };
    return codes[verdict];
}

abl_code abl_code_of_outline(abl_outline_source source)
{
    static const abl_code codes[] = {
        [ABL_OUTLINE_FOUND] = {"O-FOUND", ABL_DICOM_PRIVATE_SCHEME,
                               "Found by the program"},
        [ABL_OUTLINE_EXTENDED] = {"O-EXTENDED", ABL_DICOM_PRIVATE_SCHEME,
                                  "Found, and extended by given outlines"},
        [ABL_OUTLINE_IMPORTED] = {"O-IMPORTED", ABL_DICOM_PRIVATE_SCHEME,
                                  "Imported"},
        [ABL_OUTLINE_READ] = {"O-READ", ABL_DICOM_PRIVATE_SCHEME,
                              "Drawn by a reader"},
    };
    return codes[source];
}
