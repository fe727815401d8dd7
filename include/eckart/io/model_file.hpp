#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/json.hpp"
#include "eckart/core/matrix.hpp"

#pragma GCC visibility push(default)

namespace eckart::io {

/// The weight matrix W (out, in) of a fully-connected layer, y = W x + b, as a model file stores it.
struct StoredLinear {
    std::string name;    ///< the layer's: its factors are called name.0.weight and name.1.weight
    std::string tensor;  ///< the stored weight's, e.g. "fc1.weight" or "onnx::MatMul_33"
    std::string kind;    ///< what uses it: "Linear" in a state dict, "Gemm", "MatMul" or "Conv" in a graph
    std::string dtype;   ///< of the factors: "F32", "F16", "BF16" or "F64"
    std::int64_t out = 0;
    std::int64_t in = 0;
    std::int64_t rank = 0;        ///< of the factors that are stored already; 0 for a matrix
    std::int64_t parameters = 0;  ///< of the matrix or its factors, without bias
    std::uint64_t bytes = 0;      ///< of the same, as stored
    int uses = 1;                 ///< nodes that share it
    std::string doubt = {};       ///< why it is to be left alone unless it is asked for by name; mostly empty
};

/// A tensor that stays as it is although it looks like a weight, and why.
struct KeptTensor {
    std::string name;
    std::vector<std::int64_t> shape;
    std::string dtype;
    std::string why;
};

/// {"name", "shape", "dtype", "why"}
Json to_json(const KeptTensor& tensor);

/// Factors W = B A as they will be stored: A (rank, in) and B (out, rank), row-major, little-endian.
struct EncodedFactors {
    std::string dtype;
    std::int64_t out = 0;
    std::int64_t in = 0;
    std::int64_t rank = 0;
    std::vector<unsigned char> a;
    std::vector<unsigned char> b;
};

/// What write() puts in the place of matrices.
struct Replacements {
    /// Index of the linear -> rank of its factors; all others stay as they are.
    std::map<std::size_t, std::int64_t> ranks;
    /// The factors of one of them. Called once for each, so that memory holds one pair at a time.
    std::function<EncodedFactors(std::size_t)> factors;
    /// Added to the file's metadata.
    std::map<std::string, std::string> metadata;
};

enum class ModelFormat { kSafetensors, kOnnx };

/// A trained model that is edited without being understood as a whole: its fully-connected layers are found
/// and may be replaced by factors, everything else passes through as it is. Tensors stay in the file until
/// they are asked for.
class ModelFile {
  public:
    virtual ~ModelFile() = default;
    ModelFile(const ModelFile&) = delete;
    ModelFile& operator=(const ModelFile&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] ModelFormat format() const { return format_; }
    /// Every file that the model consists of.
    [[nodiscard]] virtual std::vector<std::filesystem::path> inputs() const { return {path_}; }
    /// One line for a person: format, version, size of the graph.
    [[nodiscard]] const std::string& description() const { return description_; }
    /// Entries and bytes of all tensors.
    [[nodiscard]] std::int64_t parameters() const { return parameters_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    /// Texts that the file carries beside its tensors.
    [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return metadata_; }
    /// In the order of the file or graph.
    [[nodiscard]] const std::vector<StoredLinear>& linears() const { return linears_; }
    [[nodiscard]] const std::vector<KeptTensor>& kept() const { return kept_; }

    /// W (out, in) of a linear that is stored as a matrix. Entries may be NaN or infinite. Throws IoError,
    /// FormatError, and InvalidArgument for an index that is none.
    [[nodiscard]] virtual MatrixF weight_float(std::size_t index) const = 0;
    [[nodiscard]] virtual MatrixD weight_double(std::size_t index) const = 0;
    /// {A (rank, in), B (out, rank)} of a linear that is stored as factors, converted to float.
    [[nodiscard]] virtual std::pair<MatrixF, MatrixF> factors_float(std::size_t index) const = 0;
    [[nodiscard]] virtual std::pair<MatrixD, MatrixD> factors_double(std::size_t index) const = 0;

    /// Every file that write() would make for `target`, the target itself last. Throws InvalidArgument when
    /// its name says another format.
    [[nodiscard]] virtual std::vector<std::filesystem::path> outputs(
        const std::filesystem::path& target) const = 0;
    /// Writes the model with matrices replaced by factors (or factors by smaller ones), in the format it came
    /// in. Files appear under their names only when complete, `target` last. Throws IoError.
    virtual void write(const std::filesystem::path& target, Overwrite overwrite,
                       const Replacements& replacements) const = 0;

  protected:
    ModelFile(std::filesystem::path path, ModelFormat format) : path_(std::move(path)), format_(format) {}

    std::string description_;
    std::int64_t parameters_ = 0;
    std::uint64_t bytes_ = 0;
    std::map<std::string, std::string> metadata_;
    std::vector<StoredLinear> linears_;
    std::vector<KeptTensor> kept_;

  private:
    std::filesystem::path path_;
    ModelFormat format_;
};

/// Opens an ONNX model, a safetensors file, or a sharded one by its index (*.safetensors.index.json), told
/// apart by content. Reads structure and names, no weights. Throws IoError when a file cannot be read and
/// FormatError when it is malformed or of another format, with what to do.
std::unique_ptr<ModelFile> open_model(const std::filesystem::path& path);

/// Metadata key under which write() callers leave the factored layers: a JSON object, name -> rank.
inline constexpr const char* kFactorsKey = "eckart.factors";

/// `count` entries of `dtype` (F32, F16, BF16, F64), rounded to nearest even. Throws NumericalError with
/// `name` when an entry is NaN or leaves the range of `dtype`.
template <class T>
std::vector<unsigned char> encode(const T* entries, std::size_t count, const std::string& dtype,
                                  const std::string& name);

/// The reverse, exact where T holds `dtype`.
template <class T>
void decode(const unsigned char* bytes, std::size_t count, const std::string& dtype, T* entries);

}  // namespace eckart::io

#pragma GCC visibility pop
