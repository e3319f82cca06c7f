"""Every code of a data set against the tables of the standard that pydicom
has (PS3.16, all context groups): value, scheme and meaning belong together.

SPDX-License-Identifier: Apache-2.0
"""
from pydicom.sr._concepts_dict import concepts

PRIVATE = "99ABLASCREEN"
# Codes that pydicom 2.3 does not list, and where they stand.
ELSEWHERE = {
    ("UMLS", "C0034375"): "Qualitative Evaluations",  # PS3.16 TID 1500, row 12
    ("IBSI", "L0JK"): "Maximum 3D Diameter of a Mesh",  # PS3.16 CID 7477
    ("RFC5646", "en"): "English",  # TID 1204
    # SNOMED CT; no context group of DICOM has both veins in one
    ("SCT", "110765007"): "Portal vein and splenic vein",
}


def meanings(scheme, value):
    """Lower case; concepts maps scheme to keyword to value to meaning."""
    return {codes[value][0].lower()
            for codes in concepts.get(scheme, {}).values() if value in codes}


def code_items(dataset):
    """(value, scheme, meaning) of every code in all depths."""
    for element in dataset:
        if element.VR != "SQ":
            continue
        for item in element.value:
            if "CodeValue" in item:
                yield (item.CodeValue, item.CodingSchemeDesignator,
                       item.CodeMeaning)
            yield from code_items(item)


def check_codes(dataset):
    """Number of different codes of others that were looked up."""
    declared = {item.CodingSchemeDesignator for item in
                dataset.get("CodingSchemeIdentificationSequence", [])}
    looked_up = set()
    for value, scheme, meaning in code_items(dataset):
        if scheme == PRIVATE:
            assert scheme in declared, scheme
            continue
        known = meanings(scheme, value)
        if not known and (scheme, value) in ELSEWHERE:
            known = {ELSEWHERE[scheme, value].lower()}
        assert meaning.lower() in known, (scheme, value, meaning, known)
        looked_up.add((scheme, value))
    return len(looked_up)
