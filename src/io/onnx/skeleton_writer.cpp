#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/wire_format_lite.h>

#include <array>
#include <limits>
#include <string>

#include "eckart/core/error.hpp"
#include "io/onnx/wire.hpp"
#include "io/onnx/wire_tree.hpp"

namespace eckart::io {

namespace {

namespace protobuf = google::protobuf;
using protobuf::io::CodedOutputStream;

constexpr std::uint32_t kRawDataTag = protobuf::internal::WireFormatLite::MakeTag(
    onnx::TensorProto::kRawDataFieldNumber, protobuf::internal::WireFormatLite::WIRETYPE_LENGTH_DELIMITED);

std::uint64_t varint_size(std::uint64_t value) {
    return CodedOutputStream::VarintSize64(value);
}

/// A message of the skeleton, as bytes that will get longer: each nested message's length comes before it, so
/// all lengths are found first, and used in the same order afterwards.
class SkeletonWriter {
  public:
    explicit SkeletonWriter(const DataSource& data) : data_(data) {}

    /// The message's bytes once its data is in place.
    std::uint64_t measure(std::string_view bytes, WireMessage message) {
        if (message == WireMessage::kTensor) return measure_tensor(bytes);
        std::uint64_t size = 0;
        for_each_field(
            bytes, message, [&](std::string_view field, std::string_view content, WireMessage inner) {
                if (inner == WireMessage::kOther) {
                    size += field.size();
                    return;
                }
                const std::size_t place = sizes_.size();
                sizes_.push_back(0);
                sizes_[place] = measure(content, inner);
                const std::size_t header = field.size() - content.size() - varint_size(content.size());
                size += header + varint_size(sizes_[place]) + sizes_[place];
            });
        return size;
    }

    void write(std::string_view bytes, WireMessage message, AtomicFile& target) {
        write_message(bytes, message, target);
        flush(target);
    }

  private:
    void write_message(std::string_view bytes, WireMessage message, AtomicFile& target) {
        if (message == WireMessage::kTensor) return write_tensor(bytes, target);
        for_each_field(
            bytes, message, [&](std::string_view field, std::string_view content, WireMessage inner) {
                if (inner == WireMessage::kOther) {
                    append(field, target);
                    return;
                }
                append(field.substr(0, field.size() - content.size() - varint_size(content.size())), target);
                append_varint(sizes_[next_++], target);
                write_message(content, inner, target);
            });
    }

    template <class Visit>
    static void for_each_field(std::string_view bytes, WireMessage message, const Visit& visit) {
        protobuf::io::CodedInputStream stream(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                              static_cast<int>(bytes.size()));
        int begin = 0;
        while (const std::uint32_t tag = stream.ReadTag()) {
            using protobuf::internal::WireFormatLite;
            const bool block =
                WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
            std::uint32_t size = 0;
            if (block) {
                stream.ReadVarint32(&size);
                stream.Skip(static_cast<int>(size));
            } else {
                WireFormatLite::SkipField(&stream, tag);
            }
            const int end = stream.CurrentPosition();
            const auto field =
                bytes.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
            const WireMessage inner =
                block ? member(message, WireFormatLite::GetTagFieldNumber(tag)) : WireMessage::kOther;
            visit(field, field.substr(field.size() - size), inner);
            begin = end;
        }
    }

    /// The tensor without its reference, and the reference or -1.
    std::pair<onnx::TensorProto, std::int64_t> split(std::string_view bytes) const {
        onnx::TensorProto tensor;
        tensor.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
        std::int64_t reference = -1;
        for (int i = tensor.external_data_size() - 1; i >= 0; --i) {
            if (tensor.external_data(i).key() != kReferenceKey) continue;
            reference = std::stoll(tensor.external_data(i).value());
            tensor.mutable_external_data()->DeleteSubrange(i, 1);
        }
        return {std::move(tensor), reference};
    }

    std::uint64_t measure_tensor(std::string_view bytes) const {
        const auto [tensor, reference] = split(bytes);
        if (reference < 0) return bytes.size();
        const std::uint64_t size = data_.size(static_cast<std::size_t>(reference));
        return tensor.ByteSizeLong() + varint_size(kRawDataTag) + varint_size(size) + size;
    }

    void write_tensor(std::string_view bytes, AtomicFile& target) {
        const auto [tensor, reference] = split(bytes);
        if (reference < 0) return append(bytes, target);
        append(tensor.SerializeAsString(), target);
        append_varint(kRawDataTag, target);
        append_varint(data_.size(static_cast<std::size_t>(reference)), target);
        flush(target);
        data_.copy(static_cast<std::size_t>(reference), target);
    }

    /// Most fields have a few bytes: they are written many at a time.
    void append(std::string_view bytes, AtomicFile& target) {
        pending_ += bytes;
        if (pending_.size() > (1U << 20U)) flush(target);
    }

    void append_varint(std::uint64_t value, AtomicFile& target) {
        std::array<std::uint8_t, 10> bytes{};
        const std::uint8_t* const end = CodedOutputStream::WriteVarint64ToArray(value, bytes.data());
        append({reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(end - bytes.data())},
               target);
    }

    void flush(AtomicFile& target) {
        target.write(pending_);
        pending_.clear();
    }

    const DataSource& data_;
    std::vector<std::uint64_t> sizes_;  // of nested messages, in the order of their beginnings
    std::size_t next_ = 0;
    std::string pending_;
};

}  // namespace

std::uint64_t skeleton_size(const onnx::ModelProto& model, const DataSource& data) {
    return SkeletonWriter(data).measure(model.SerializeAsString(), WireMessage::kModel);
}

void write_skeleton(const onnx::ModelProto& model, const DataSource& data, AtomicFile& target) {
    const std::string bytes = model.SerializeAsString();
    SkeletonWriter writer(data);
    if (writer.measure(bytes, WireMessage::kModel) >
        static_cast<std::uint64_t>(std::numeric_limits<int>::max())) {
        throw InvalidArgument("an ONNX model of more than 2 GB needs external data");
    }
    writer.write(bytes, WireMessage::kModel, target);
}

}  // namespace eckart::io
