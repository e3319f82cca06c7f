/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/adapters/dicom_object.hpp"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>

#include "imaging/adapters/guard.hpp"
#include "imaging/dicom_write.h"

namespace
{
struct Code {
    std::string value, scheme, meaning;
    explicit Code(const abl_code &code)
        : value(code.value ? code.value : ""), scheme(code.scheme ? code.scheme : ""),
          meaning(code.meaning ? code.meaning : "")
    {
    }
    abl_code view() const
    {
        return {value.c_str(), scheme.c_str(), meaning.c_str()};
    }
};

struct Item {
    int depth;
    abl_sr_relation relation;
    abl_sr_type type;
    Code name, code;
    std::string template_id, text, instance_uid, graphic_type;
    unsigned segment, frame;
    double number;
    int decimals;
    std::vector<float> points;
};
} // namespace

struct abl_sr_document {
    std::vector<Item> items;
};

namespace
{
const char *const relations[] = {"CONTAINS",       "HAS CONCEPT MOD", "HAS OBS CONTEXT",
                                 "HAS PROPERTIES", "INFERRED FROM",   "SELECTED FROM"};
const char *const types[] = {"CONTAINER", "TEXT",  "CODE",   "NUM",
                             "UIDREF",    "IMAGE", "SCOORD", "SCOORD3D"};

bool is_code(const Code &code)
{
    return !code.value.empty() && code.value.size() <= 16 && !code.scheme.empty() &&
           code.scheme.size() <= 16 && !code.meaning.empty() && code.meaning.size() <= 64;
}

bool needs_name(abl_sr_type type)
{
    return type != ABL_SR_IMAGE;
}

bool is_graphic(const Item &item)
{
    const size_t per_point = item.type == ABL_SR_SCOORD3D ? 3 : 2;
    const size_t count = item.points.size() / per_point;
    if (item.points.size() % per_point)
        return false;
    for (float value : item.points)
        if (!std::isfinite(value))
            return false;
    return item.graphic_type == "POINT" ? count == 1
                                        : item.graphic_type == "POLYLINE" && count >= 2;
}

abl_status check_item(const abl_sr_document &document, const Item &item, abl_error *err)
{
    const int last = document.items.empty() ? -1 : document.items.back().depth;
    const char *wrong = nullptr;
    if (item.depth < 0 || item.depth > last + 1 || (item.depth == 0 && last >= 0))
        wrong = "its depth leaves a gap";
    else if (needs_name(item.type) && !is_code(item.name))
        wrong = "its concept name is missing or too long";
    else if ((item.type == ABL_SR_CODE || item.type == ABL_SR_NUM) && !is_code(item.code))
        wrong = "its code or unit is missing or too long";
    else if (item.type == ABL_SR_NUM && !std::isfinite(item.number))
        wrong = "its number is not finite";
    else if ((item.type == ABL_SR_TEXT || item.type == ABL_SR_UIDREF) && item.text.empty())
        wrong = "its text is empty";
    else if ((item.type == ABL_SR_SCOORD || item.type == ABL_SR_SCOORD3D) && !is_graphic(item))
        wrong = "its points do not fit the graphic type";
    if (wrong)
        return abl_error_set(err, ABL_E_INVALID, "report item %zu (%s): %s",
                             document.items.size() + 1, item.name.meaning.c_str(), wrong);
    return ABL_OK;
}

void put_number(abl::ItemWriter &item, const Item &from)
{
    char text[40];
    std::snprintf(text, sizeof text, "%.*f", from.decimals, from.number);
    abl::ItemWriter value(item.add_item(DCM_MeasuredValueSequence));
    value.put(DCM_NumericValue, text);
    value.put_code(DCM_MeasurementUnitsCodeSequence, from.code.view());
    item.note(value.result());
}

void put_image(abl::ItemWriter &item, const Item &from)
{
    DcmItem &reference =
        item.add_reference(DCM_ReferencedSOPSequence, from.text, from.instance_uid);
    abl::ItemWriter writer(reference);
    if (from.frame)
        writer.put(DCM_ReferencedFrameNumber, std::to_string(from.frame));
    if (from.segment)
        writer.put_u16(DCM_ReferencedSegmentNumber, from.segment);
    item.note(writer.result());
}

void put_value(abl::ItemWriter &item, const Item &from, const abl_dicom_source &source)
{
    switch (from.type) {
    case ABL_SR_TEXT:
        item.put(DCM_TextValue, abl::text_for(source, from.text));
        break;
    case ABL_SR_CODE:
        item.put_code(DCM_ConceptCodeSequence, from.code.view());
        break;
    case ABL_SR_NUM:
        put_number(item, from);
        break;
    case ABL_SR_UIDREF:
        item.put(DCM_UID, from.text);
        break;
    case ABL_SR_IMAGE:
        put_image(item, from);
        break;
    case ABL_SR_SCOORD3D:
        item.put(DCM_ReferencedFrameOfReferenceUID, source.frame_uid);
        /* fall through */
    case ABL_SR_SCOORD:
        item.put(DCM_GraphicType, from.graphic_type);
        item.put_floats(DCM_GraphicData, from.points);
        break;
    case ABL_SR_CONTAINER:
        item.put(DCM_ContinuityOfContent, "SEPARATE");
        if (!from.template_id.empty()) {
            abl::ItemWriter inner(item.add_item(DCM_ContentTemplateSequence));
            inner.put(DCM_MappingResource, "DCMR");
            inner.put(DCM_TemplateIdentifier, from.template_id);
            item.note(inner.result());
        }
        break;
    }
}

void put_item(abl::ItemWriter &writer, const Item &from, const abl_dicom_source &source)
{
    if (from.depth > 0)
        writer.put(DCM_RelationshipType, relations[from.relation]);
    writer.put(DCM_ValueType, types[from.type]);
    if (!from.name.value.empty()) {
        Code name = from.name;
        name.meaning = abl::text_for(source, name.meaning).substr(0, 64);
        writer.put_code(DCM_ConceptNameCodeSequence, name.view());
    }
    put_value(writer, from, source);
}

/** Items are in document order; the chain of open parents is kept. */
void put_tree(abl::ItemWriter &root, DcmItem &dataset, const abl_sr_document &document,
              const abl_dicom_source &source)
{
    std::vector<DcmItem *> open = {&dataset};
    put_item(root, document.items[0], source);
    for (size_t n = 1; n < document.items.size(); n++) {
        const Item &from = document.items[n];
        open.resize(static_cast<size_t>(from.depth));
        abl::ItemWriter parent(*open.back());
        DcmItem &item = parent.add_item(DCM_ContentSequence);
        abl::ItemWriter writer(item);
        put_item(writer, from, source);
        root.note(writer.result());
        open.push_back(&item);
    }
}

void put_evidence(abl::ItemWriter &root, const abl_dicom_source &source,
                  const abl_dicom_reference *others, size_t count)
{
    abl::ItemWriter study(root.add_item(DCM_CurrentRequestedProcedureEvidenceSequence));
    study.put(DCM_StudyInstanceUID, source.study_uid);
    abl::ItemWriter series(study.add_item(DCM_ReferencedSeriesSequence));
    series.put(DCM_SeriesInstanceUID, source.series_uid);
    for (const auto &instance : source.instances)
        series.add_reference(DCM_ReferencedSOPSequence, instance.class_uid, instance.instance_uid);
    for (size_t n = 0; n < count; n++) {
        abl::ItemWriter other(study.add_item(DCM_ReferencedSeriesSequence));
        other.put(DCM_SeriesInstanceUID, others[n].series_uid);
        other.add_reference(DCM_ReferencedSOPSequence, others[n].class_uid, others[n].instance_uid);
        root.note(other.result());
    }
    root.note(series.result());
    root.note(study.result());
}

/** Private codes need to say whose they are. */
void put_schemes(abl::ItemWriter &root)
{
    char uid[65];
    abl_dicom_uid(uid, ABL_DICOM_PRIVATE_SCHEME);
    abl::ItemWriter scheme(root.add_item(DCM_CodingSchemeIdentificationSequence));
    scheme.put(DCM_CodingSchemeDesignator, ABL_DICOM_PRIVATE_SCHEME);
    scheme.put(DCM_CodingSchemeUID, uid);
    scheme.put(DCM_CodingSchemeName, "AblaScreen rules and results");
    root.note(scheme.result());
}

abl_status write_document(const char *path, const abl_dicom_source &source,
                          const abl_dicom_object_info &info, const abl_sr_document &document,
                          const abl_dicom_reference *others, size_t count, abl_error *err)
{
    static const abl::ObjectKind kind = {"sr", UID_Comprehensive3DSRStorage, "SR"};
    DcmFileFormat file;
    DcmDataset &dataset = *file.getDataset();
    abl::ItemWriter root(dataset);
    abl::put_common(root, dataset, source, info, kind);
    abl::require(dataset.insertEmptyElement(DCM_ReferencedPerformedProcedureStepSequence),
                 "the report's series");
    abl::require(dataset.insertEmptyElement(DCM_PerformedProcedureCodeSequence), "the report");
    root.put(DCM_CompletionFlag, "COMPLETE");
    root.put(DCM_VerificationFlag, "UNVERIFIED");
    root.put(DCM_PreliminaryFlag, "FINAL");
    put_schemes(root);
    put_evidence(root, source, others, count);
    put_tree(root, dataset, document, source);
    abl::require(root.result(), "the structured report");
    return abl::save_object(file, path, 256, err);
}
} // namespace

abl_status abl_sr_create(abl_sr_document **out, abl_error *err)
{
    *out = nullptr;
    return abl::guard(err, [&]() -> abl_status {
        *out = new abl_sr_document;
        return ABL_OK;
    });
}

void abl_sr_destroy(abl_sr_document *document)
{
    delete document;
}

abl_status abl_sr_add(abl_sr_document *document, const abl_sr_item *from, abl_error *err)
{
    return abl::guard(err, [&]() -> abl_status {
        Item item = {from->depth,
                     from->relation,
                     from->type,
                     Code(from->name),
                     Code(from->code),
                     from->template_id ? from->template_id : "",
                     from->text ? from->text : "",
                     from->instance_uid ? from->instance_uid : "",
                     from->graphic_type ? from->graphic_type : "",
                     from->segment,
                     from->frame,
                     from->number,
                     from->decimals,
                     {}};
        const size_t per_point = from->type == ABL_SR_SCOORD3D ? 3 : 2;
        for (size_t n = 0; n < per_point * from->point_count; n++)
            item.points.push_back(static_cast<float>(from->points[n]));
        const abl_status status = check_item(*document, item, err);
        if (!status)
            document->items.push_back(std::move(item));
        return status;
    });
}

abl_status abl_dicom_sr_write(const char *path, const abl_dicom_source *source,
                              const abl_dicom_object_info *info, const abl_sr_document *document,
                              const abl_dicom_reference *others, size_t other_count, abl_error *err)
{
    return abl::guard(err, [&]() -> abl_status {
        const abl_status status = abl::check_object_info(info, err);
        if (status)
            return status;
        if (document->items.empty() || document->items[0].type != ABL_SR_CONTAINER)
            return abl_error_set(err, ABL_E_INVALID, "%s: a report begins with a container", path);
        return write_document(path, *source, *info, *document, others, other_count, err);
    });
}
