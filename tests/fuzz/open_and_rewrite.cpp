#include "open_and_rewrite.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <utility>
#include <vector>

#include "eckart/core/error.hpp"
#include "eckart/io/model_file.hpp"

namespace eckart::test {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void give_up(const std::string& fault) {
    fmt::print(stderr, "fuzz: {}\n", fault);
    std::abort();
}

void write_bytes(const fs::path& file, const char* bytes, std::size_t size) {
    std::ofstream stream(file, std::ios::binary | std::ios::trunc);
    stream.write(bytes, static_cast<std::streamsize>(size));
    if (!stream.flush()) give_up(fmt::format("cannot write '{}'", file.string()));
}

void check_message(const Error& error) {
    const std::string message = error.what();
    const bool printable =
        std::ranges::all_of(message, [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
    if (!printable || message.empty()) give_up(fmt::format("not a printable line: {}", message));
    if (error.kind() == ErrorKind::kInvalidArgument) give_up(fmt::format("blames the caller: {}", message));
}

/// The factors need not have anything to do with the matrix.
io::EncodedFactors factors_of(const io::StoredLinear& linear) {
    const auto in = static_cast<std::size_t>(linear.in);
    const auto out = static_cast<std::size_t>(linear.out);
    const std::vector<float> ones(std::max(in, out), 1.0F);
    return {linear.dtype,
            linear.out,
            linear.in,
            1,
            io::encode(ones.data(), in, linear.dtype, linear.name),
            io::encode(ones.data(), out, linear.dtype, linear.name)};
}

/// Reads all weights; not all have to be finite.
void read_weights(const io::ModelFile& model) {
    for (std::size_t i = 0; i < model.linears().size(); ++i) {
        const io::StoredLinear& linear = model.linears()[i];
        if (linear.rank > 0) {
            (void)model.factors_float(i);
            (void)model.factors_double(i);
            continue;
        }
        const MatrixF weight = model.weight_float(i);
        (void)model.weight_double(i);
        if (weight.rows() != linear.out || weight.cols() != linear.in)
            give_up("the weight has another shape");
    }
}

void check_result(const fs::path& file, const io::ModelFile& before, std::size_t count) {
    try {
        const std::unique_ptr<io::ModelFile> after = io::open_model(file);
        const auto factored = static_cast<std::size_t>(std::ranges::count_if(
            after->linears(), [](const io::StoredLinear& linear) { return linear.rank == 1; }));
        if (factored < count) give_up(fmt::format("{} layers were written, {} are read", count, factored));
        read_weights(*after);
        if (after->linears().size() < before.linears().size()) give_up("layers are gone");
    } catch (const Error& error) {
        give_up(fmt::format("cannot read what was written: {}", error.what()));
    }
}

}  // namespace

OpenAndRewrite::OpenAndRewrite(std::string input, std::string output)
    : input_(folder_ / input), output_(folder_ / output) {}

void OpenAndRewrite::add(const std::string& name, const std::string& bytes) const {
    write_bytes(folder_ / name, bytes.data(), bytes.size());
}

void OpenAndRewrite::run(const std::uint8_t* bytes, std::size_t size) const {
    write_bytes(input_, reinterpret_cast<const char*>(bytes), size);
    std::vector<fs::path> written;
    try {
        const std::unique_ptr<io::ModelFile> model = io::open_model(input_);
        read_weights(*model);
        io::Replacements replacements;
        for (std::size_t i = 0; i < model->linears().size(); ++i) replacements.ranks[i] = 1;
        replacements.factors = [&model](std::size_t i) { return factors_of(model->linears()[i]); };
        written = model->outputs(output_);
        model->write(output_, Overwrite::kReplace, replacements);
        check_result(output_, *model, replacements.ranks.size());
    } catch (const Error& error) {
        check_message(error);
    }
    for (const fs::path& file : written) fs::remove(file);
}

}  // namespace eckart::test
