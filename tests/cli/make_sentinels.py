"""Gives every identifying attribute of a study a value found nowhere else.

usage: make_sentinels.py IN OUT SENTINELS.json

The attributes are those that DICOM PS3.15 Table E.1-1 removes or replaces in
its basic profile and that a CT may hold, with private ones and sequences.
SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import sys

import pydicom
from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

MARK, UID_MARK, TIME_MARK = "ZQ7XJ", "73517351", "926535"
KEYWORDS = """
AccessionNumber AcquisitionComments AcquisitionDate AcquisitionDateTime
AcquisitionDeviceProcessingDescription AcquisitionProtocolDescription
AcquisitionTime ActualHumanPerformersSequence AdmissionID AdmittingDate
AdmittingDiagnosesDescription AdmittingTime AdditionalPatientHistory Allergies
BranchOfService CassetteID CommentsOnThePerformedProcedureStep
ConsultingPhysicianName ContentCreatorName ContentDate ContentTime
CountryOfResidence CurrentPatientLocation DeviceSerialNumber
DerivationDescription DetectorID DeviceUID EthnicGroup FillerOrderNumberImagingServiceRequest
FrameComments GantryID GeneratorID IdentifyingComments ImageComments
ImagingServiceRequestComments InstanceCreationDate InstanceCreationTime
InstanceCreatorUID InstitutionAddress InstitutionName
InstitutionalDepartmentName InsurancePlanIdentification
IssuerOfPatientID LastMenstrualDate Manufacturer ManufacturerModelName
MedicalAlerts MedicalRecordLocator MilitaryRank
NameOfPhysiciansReadingStudy Occupation OperatorsName OrderEnteredBy
OrderEntererLocation OtherPatientIDs OtherPatientNames PatientAddress
PatientBirthDate PatientBirthName PatientBirthTime PatientComments PatientID
PatientInstitutionResidence PatientMotherBirthName PatientName
PatientReligiousPreference PatientState PatientTelephoneNumbers
PerformedLocation PerformedProcedureStepDescription PerformedProcedureStepID
PerformedProcedureStepStartDate PerformedProcedureStepStartTime
PerformedStationAETitle PerformedStationName PerformingPhysicianName
PersonAddress PhysiciansOfRecord PlacerOrderNumberImagingServiceRequest
PlateID PreMedication ProtocolName ReasonForStudy RegionOfResidence
ReferringPhysicianAddress ReferringPhysicianName
ReferringPhysicianTelephoneNumbers RequestedProcedureComments
RequestedProcedureDescription RequestedProcedureID RequestingPhysician
RequestingService ResponsibleOrganization ResponsiblePerson
ScheduledPerformingPhysicianName ScheduledProcedureStepDescription
ScheduledProcedureStepID ScheduledProcedureStepLocation
ScheduledStationAETitle ScheduledStationName SeriesDate SeriesDescription
SeriesTime ServiceEpisodeDescription ServiceEpisodeID SmokingStatus
SoftwareVersions SpecialNeeds StationName StudyComments StudyDate
StudyDescription StudyID StudyTime TextComments TextString TimezoneOffsetFromUTC
VerifyingOrganization VisitComments
""".split()
TEXT_VRS = {"AE", "CS", "LO", "LT", "SH", "ST", "UC", "UR", "UT"}


class Sentinels:
    def __init__(self):
        self.values = {}
        self.count = 0

    def value(self, keyword, vr):
        self.count += 1
        n = self.count
        text = "%s%03d" % (MARK, n)
        if vr == "PN":
            text = "%s^%s" % (text, "%s%03d" % (MARK, n + 500))
        elif vr == "DA":
            text = "1837%02d%02d" % (n % 12 + 1, n % 28 + 1)
        elif vr == "TM":
            text = "03%02d%02d.%s" % (n % 60, n // 60, TIME_MARK)
        elif vr == "DT":
            text = "1837%02d%02d0314%02d.%s" % (
                n % 12 + 1, n % 28 + 1, n % 60, TIME_MARK)
        elif vr == "UI":
            text = "2.25.%s%012d" % (UID_MARK, n)
        elif vr not in TEXT_VRS:
            return None
        self.values[keyword] = text
        return text


def identify(sentinels):
    """The attributes that are alike in all files, as a data set."""
    out = Dataset()
    for keyword in KEYWORDS:
        vr = dictionary_VR(keyword)
        value = sentinels.value(keyword, vr)
        if value is not None:
            setattr(out, keyword, value)
    inner = Dataset()
    inner.PatientID = sentinels.value("nested PatientID", "LO")
    inner.TypeOfPatientID = "TEXT"
    out.OtherPatientIDsSequence = Sequence([inner])
    block = out.private_block(0x0099, sentinels.value("private", "LO"),
                              create=True)
    block.add_new(0x01, "LO", sentinels.value("private element", "LO"))
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID",
                    "FrameOfReferenceUID"):
        setattr(out, keyword, sentinels.value(keyword, "UI"))
    out.PatientAge = "093Y"
    out.PatientWeight = "83.2171"
    return out


def main(source, target, record):
    sentinels = Sentinels()
    common = identify(sentinels)
    os.makedirs(target)
    for n, name in enumerate(sorted(os.listdir(source))):
        data = pydicom.dcmread(os.path.join(source, name))
        data.update(common)
        uid = "2.25.%s%012d" % (UID_MARK, 100000 + n)
        data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = uid
        data.save_as(os.path.join(target, "%s-%s" % (MARK, name)))
    with open(record, "w") as file:
        json.dump({"marks": [MARK, UID_MARK, TIME_MARK],
                   "values": sentinels.values}, file, indent=1)
    assert sentinels.count > 90, sentinels.count


main(*sys.argv[1:])
