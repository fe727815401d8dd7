#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/wire_format_lite.h>

#include <algorithm>
#include <limits>

#include "io/foreign_file.hpp"
#include "io/onnx/faults.hpp"
#include "io/onnx/wire.hpp"
#include "io/onnx/wire_tree.hpp"

namespace eckart::io {

namespace {

namespace pb = google::protobuf;
using pb::internal::WireFormatLite;

// As deep as the message classes go, and about as many bytes and messages as fit a machine's memory: a
// message of two bytes becomes an object of some hundred.
constexpr int kDeepest = 100;
constexpr std::size_t kMostMessages = 10'000'000;
constexpr std::size_t kLargestSkeleton = 1U << 30U;

/// Hands a file to Protocol Buffers and skips without reading.
class FileStream final : public pb::io::CopyingInputStream {
  public:
    explicit FileStream(const InputFile& file) : file_(file) {}
    int Read(void* buffer, int size) override {
        const auto part = std::min<std::uint64_t>(static_cast<std::uint64_t>(size), file_.size() - position_);
        file_.read(position_, buffer, part);
        position_ += part;
        return static_cast<int>(part);
    }
    int Skip(int count) override {
        const auto part =
            std::min<std::uint64_t>(static_cast<std::uint64_t>(count), file_.size() - position_);
        position_ += part;
        return static_cast<int>(part);
    }

  private:
    const InputFile& file_;
    std::uint64_t position_ = 0;
};

class SkeletonReader {
  public:
    SkeletonReader(const InputFile& file, pb::io::CodedInputStream& stream,
                   std::vector<DataReference>& references)
        : file_(file), stream_(stream), references_(references) {}

    /// The fields up to the limit that is set on the stream, without large data.
    std::string read(WireMessage message, int depth) {
        if (depth > kDeepest) fail("nests messages too deeply");
        if (++messages_ > kMostMessages)
            fail(fmt::format("has more than {} nodes and tensors", kMostMessages));
        std::string bytes;
        while (const std::uint32_t tag = stream_.ReadTag()) read_field(tag, message, depth, bytes);
        if (!stream_.ConsumedEntireMessage()) fail("is damaged");
        return bytes;
    }

  private:
    [[noreturn]] void fail(const std::string& what) const {
        fail_onnx(file_.path(),
                  fmt::format("is not an ONNX model that can be read: it {} near byte {}; get it "
                              "or export it again",
                              what, stream_.CurrentPosition()));
    }

    void read_field(std::uint32_t tag, WireMessage message, int depth, std::string& bytes) {
        const int number = WireFormatLite::GetTagFieldNumber(tag);
        const WireFormatLite::WireType type = WireFormatLite::GetTagWireType(tag);
        if (number == 0) fail("is damaged");
        if (type != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
            if (member(message, number) != WireMessage::kOther) fail("has a field of the wrong kind");
            copy_scalar(tag, bytes);
        } else {
            read_block(tag, number, message, depth, bytes);
        }
        if (bytes.size() > kLargestSkeleton) {
            fail_onnx(file_.path(),
                      "has more than 1 GB beside the raw data of its tensors; store its weights as "
                      "raw or external data");
        }
    }

    void copy_scalar(std::uint32_t tag, std::string& bytes) {
        pb::io::StringOutputStream into(&bytes);
        pb::io::CodedOutputStream out(&into);
        if (!WireFormatLite::SkipField(&stream_, tag, &out)) fail("is damaged");
    }

    void read_block(std::uint32_t tag, int number, WireMessage message, int depth, std::string& bytes) {
        std::uint32_t size = 0;
        if (!stream_.ReadVarint32(&size)) fail("is cut off");
        if (size > file_.size() - static_cast<std::uint64_t>(stream_.CurrentPosition())) fail("is cut off");
        if (const WireMessage inner = member(message, number); inner != WireMessage::kOther) {
            const auto limit = stream_.PushLimit(static_cast<int>(size));
            const std::string content = read(inner, depth + 1);
            stream_.PopLimit(limit);
            append_block(tag, content, bytes);
        } else if (is_large_data(message, number, size)) {
            refer(number, size, bytes);
        } else {
            std::string content;
            if (!stream_.ReadString(&content, static_cast<int>(size))) fail("is cut off");
            append_block(tag, content, bytes);
        }
    }

    static bool is_large_data(WireMessage message, int number, std::uint64_t size) {
        return message == WireMessage::kTensor && size >= kSmallData &&
               (number == onnx::TensorProto::kRawDataFieldNumber ||
                number == onnx::TensorProto::kFloatDataFieldNumber ||
                number == onnx::TensorProto::kDoubleDataFieldNumber);
    }

    /// Packed floats and doubles are stored like raw data.
    void refer(int field, std::uint32_t size, std::string& bytes) {
        onnx::TensorProto reference;
        set_reference(reference, references_.size());
        references_.push_back({0, static_cast<std::uint64_t>(stream_.CurrentPosition()), size, field});
        if (!stream_.Skip(static_cast<int>(size))) fail("is cut off");
        reference.AppendToString(&bytes);
    }

    static void append_block(std::uint32_t tag, const std::string& content, std::string& bytes) {
        pb::io::StringOutputStream into(&bytes);
        pb::io::CodedOutputStream out(&into);
        out.WriteTag(tag);
        out.WriteVarint32(static_cast<std::uint32_t>(content.size()));
        out.WriteString(content);
    }

    const InputFile& file_;
    pb::io::CodedInputStream& stream_;
    std::vector<DataReference>& references_;
    std::size_t messages_ = 0;
};

}  // namespace

onnx::ModelProto read_skeleton(const InputFile& file, std::vector<DataReference>& references) {
    if (file.size() > static_cast<std::uint64_t>(std::numeric_limits<int>::max())) {
        fail_onnx(file.path(),
                  "has more than 2 GB, which no ONNX model has in one file; store its weights as "
                  "external data");
    }
    if (file.size() == 0)
        fail_onnx(file.path(), "is not an ONNX model: it is empty; get it or export it again");
    FileStream bytes(file);
    pb::io::CopyingInputStreamAdaptor buffered(&bytes, 1 << 16);
    pb::io::CodedInputStream stream(&buffered);
    const auto whole = stream.PushLimit(static_cast<int>(file.size()));
    const std::string skeleton = SkeletonReader(file, stream, references).read(WireMessage::kModel, 0);
    stream.PopLimit(whole);
    const pb::LogSilencer silent;  // it would print what we throw
    onnx::ModelProto model;
    if (!model.ParseFromString(skeleton)) {
        fail_onnx(file.path(),
                  "is not an ONNX model that can be read: a field has the wrong kind; get it or "
                  "export it again");
    }
    return model;
}

std::int64_t reference_of(const onnx::TensorProto& tensor, std::size_t count,
                          const std::filesystem::path& file) {
    std::int64_t index = -1;
    for (const onnx::StringStringEntryProto& entry : tensor.external_data()) {
        if (entry.key() != kReferenceKey) continue;
        const bool number = !entry.value().empty() && entry.value().size() < 16 &&
                            std::ranges::all_of(entry.value(), [](char c) { return c >= '0' && c <= '9'; });
        if (index >= 0 || !number || std::stoull(entry.value()) >= count) {
            fail_onnx(file,
                      fmt::format("gives the data of '{}' twice; export it again", printable(tensor.name())));
        }
        index = std::stoll(entry.value());
    }
    return index;
}

void set_reference(onnx::TensorProto& tensor, std::size_t index) {
    onnx::StringStringEntryProto* entry = tensor.add_external_data();
    entry->set_key(kReferenceKey);
    entry->set_value(std::to_string(index));
}

}  // namespace eckart::io
