#include "io/onnx/node_metadata.hpp"

#include <google/protobuf/unknown_field_set.h>

namespace eckart::io {

namespace pb = google::protobuf;

namespace {

constexpr int kMetadataProps = 9;

}  // namespace

// Debian 12's classes are older than the field, which to them is one that they do not know.
std::string node_metadata(const onnx::NodeProto& node, const std::string& key) {
    onnx::StringStringEntryProto entry;
    const pb::Reflection& reflection = *node.GetReflection();
    if (const pb::FieldDescriptor* field = node.GetDescriptor()->FindFieldByNumber(kMetadataProps)) {
        for (int i = 0; i < reflection.FieldSize(node, field); ++i) {
            entry.CopyFrom(reflection.GetRepeatedMessage(node, field, i));
            if (entry.key() == key) return entry.value();
        }
        return {};
    }
    const pb::UnknownFieldSet& unknown = reflection.GetUnknownFields(node);
    for (int i = 0; i < unknown.field_count(); ++i) {
        const pb::UnknownField& field = unknown.field(i);
        const bool candidate =
            field.number() == kMetadataProps && field.type() == pb::UnknownField::TYPE_LENGTH_DELIMITED;
        if (candidate && entry.ParseFromString(field.length_delimited()) && entry.key() == key)
            return entry.value();
    }
    return {};
}

}  // namespace eckart::io
