#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "eckart/compress/compress.hpp"
#include "eckart/core/atomic_file.hpp"
#include "eckart/core/json.hpp"
#include "eckart/core/progress.hpp"
#include "eckart/core/stop.hpp"
#include "eckart/io/model_file.hpp"

#pragma GCC visibility push(default)

namespace eckart::compress {

struct ModelOptions {
    /// Inner dimension of every layer's factors; cut to min(out, in), or to the rank of factors that are
    /// there already. 0: `keep` decides.
    std::int64_t rank = 0;
    /// The rank of each layer is floor(keep m n / (m + n)), at least 1: its factors have this share of the
    /// matrix's entries. 0: `rank` decides.
    double keep = 0;
    /// Factorize also layers whose factors take as many bytes as they do, or more.
    bool allow_larger = false;
    /// Patterns with * and ? for whole names of layers or tensors. Empty: all layers but those that seem to
    /// be something else (StoredLinear::doubt), which need their whole name here.
    std::vector<std::string> include;
    std::vector<std::string> exclude;
    /// By which share the error of a layer may exceed the smallest possible (linalg/truncated_svd.hpp).
    double tolerance = 0.01;
    std::uint64_t seed = 0;  ///< of the random vectors of decompositions and checks
    int jobs = 1;            ///< layers at a time; they share the threads
    int threads = 1;         ///< of all jobs together
    /// Bytes that the process may take; 0: three times the largest layer and 200 MB for each job.
    std::uint64_t max_memory = 0;

    /// Throws InvalidArgument when a field is outside its range, or rank and keep are both given, or neither.
    void validate() const;
};

/// The rank at which the factors of a layer take as many bytes as its matrix does, or would if it were not
/// stored as factors.
double break_even_rank(const io::StoredLinear& layer);

/// What compress_model() would do with every element of model.linears(), known from shapes alone. Throws
/// InvalidArgument for wrong options, for a pattern that fits no layer, and for a layer that max_memory has
/// no room for, saying what it needs.
std::vector<LayerOutcome> plan(const io::ModelFile& model, const ModelOptions& options);

/// What to do with the parts that an interrupted run has left.
enum class EarlierParts {
    kRefuse,   ///< throw IoError
    kResume,   ///< go on with them; throw InvalidArgument when they are of other options or another model
    kReplace,  ///< start over
};

struct ModelOutput {
    std::filesystem::path target;
    Overwrite overwrite = Overwrite::kRefuse;
    EarlierParts earlier = EarlierParts::kRefuse;
    /// Added to the file's metadata; a resumed run takes what the first one had.
    std::map<std::string, std::string> metadata;
};

struct CompressedModel {
    std::vector<LayerOutcome> layers;
    bool complete = false;    ///< false: stopped; what is done waits in the folder of parts
    std::size_t done = 0;     ///< layers factorized, in this and earlier runs
    std::size_t resumed = 0;  ///< of these, by earlier runs
};

/// The folder beside `target` where finished layers wait until all are done: target.parts.
std::filesystem::path parts_folder(const std::filesystem::path& target);

/// Fails before the work does: throws what compress_model() would for outputs that may not be written or
/// parts that are there.
void require_output(const io::ModelFile& model, const ModelOutput& output);

/// Writes the model to output.target with W (m, n) of every planned layer replaced by B A, B = U sqrt(s), A =
/// sqrt(s) Vt: the nearest matrix of that rank up to options.tolerance (linalg/truncated_svd.hpp), its
/// factors of equal norm, rounded to the layer's dtype. Factors that are there already are cut through the
/// SVD of their product, without forming it.
///
/// Memory holds one layer per job: at most three times the largest matrix as it is stored and 200 MB, unless
/// max_memory says otherwise. Every finished layer goes to a file in parts_folder(), so that a run
/// that was stopped or killed, or that an IoError ended, goes on where it was; any other exception removes
/// them, as the end does. After writing, every factored layer is read from the output, compared with its part
/// bit by bit, and B (A x) of four random x with what the rebuilt matrix gave.
///
/// Between layers it asks `stop`. The result does not depend on the order in which jobs finish. Throws
/// FormatError naming a tensor that is not finite, NumericalError, IoError, InvalidArgument.
CompressedModel compress_model(const io::ModelFile& model, const ModelOptions& options,
                               const ModelOutput& output, ProgressObserver& progress,
                               const StopRequested& stop);

/// compression.json of a run directory: layers, skipped tensors, totals of the layers and of the whole model.
Json to_json(const io::ModelFile& model, const std::vector<LayerOutcome>& layers,
             const ModelOptions& options);

}  // namespace eckart::compress

#pragma GCC visibility pop
