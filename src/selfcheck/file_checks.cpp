#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "eckart/core/error.hpp"
#include "eckart/core/run_record.hpp"
#include "eckart/io/network_file.hpp"
#include "eckart/model/residual_mlp.hpp"
#include "selfcheck/checks.hpp"

namespace eckart::selfcheck {

namespace {

namespace fs = std::filesystem;

model::Network<float> sample_network(Rng rng) {
    model::Network<float> network = model::make_initialized({12, 10, 1, 3}, rng);
    const auto& shapes = network.architecture().layers;
    network.replace_layer(
        1, std::make_unique<model::FactoredLinear<float>>(
               shapes[1].name, normal_matrix<float>(shapes[1].out, 2, rng),
               normal_matrix<float>(2, shapes[1].in, rng), normal_matrix<float>(1, shapes[1].out, rng)));
    return network;
}

/// A file in `folder` with a name of its own, removed at the end.
class ScratchFile {
  public:
    ScratchFile(const fs::path& folder, const Rng& rng)
        : path_(folder / ("eckart-selfcheck-" + std::to_string(Rng(rng).next_u64()) + ".safetensors")) {}
    ~ScratchFile() {
        std::error_code ignored;
        fs::remove(path_, ignored);
    }
    ScratchFile(const ScratchFile&) = delete;
    ScratchFile& operator=(const ScratchFile&) = delete;
    [[nodiscard]] const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

int differing_tensors(const model::Network<float>& a, const model::Network<float>& b) {
    const auto left = a.parameters();
    const auto right = b.parameters();
    int differing = std::abs(static_cast<int>(left.size()) - static_cast<int>(right.size()));
    for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
        const MatrixF& x = left[i]->value;
        const MatrixF& y = right[i]->value;
        const bool same =
            left[i]->name == right[i]->name && x.rows() == y.rows() && x.cols() == y.cols() &&
            std::memcmp(x.data(), y.data(), sizeof(float) * static_cast<std::size_t>(x.size())) == 0;
        differing += same ? 0 : 1;
    }
    return differing;
}

bool is_refused(const fs::path& path) {
    try {
        (void)io::load_network(path);
    } catch (const FormatError&) {
        return true;
    }
    return false;
}

std::vector<Finding> round_trip(const Rng& rng, const fs::path& folder) {
    const model::Network<float> network = sample_network(rng);
    const ScratchFile file(folder, rng);
    io::save_network(network, capture_run_record("selfcheck", 0, 1), file.path(), Overwrite::kReplace);
    const int differing = differing_tensors(network, io::load_network(file.path()).network);
    fs::resize_file(file.path(), fs::file_size(file.path()) - 1);
    return {compare("tensors that differ after saving and loading", differing, 0),
            compare("files cut short by a byte that were accepted", is_refused(file.path()) ? 0 : 1, 0)};
}

}  // namespace

std::vector<Check> file_checks(const Rng& rng, const fs::path& folder) {
    return {{"Network file", [=] { return round_trip(rng.fork("files"), folder); }}};
}

}  // namespace eckart::selfcheck
