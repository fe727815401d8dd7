// The matrix exponential beside Eigen's, and beside SciPy's and PyTorch's where ECKART_PEER_PYTHON names an
// interpreter that has them: accuracy on the 50-digit references of the tests, then time.
//
//   matrix_exponential_bench [THREADS]
//
// Machines are busy and differ: only the ratios within one run mean something.

#include <fmt/core.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <unsupported/Eigen/MatrixFunctions>
#include <vector>

#include "eckart/core/json.hpp"
#include "eckart/core/rng.hpp"
#include "eckart/core/threads.hpp"
#include "eckart/linalg/matrix_exponential.hpp"
#include "eckart/linalg/product.hpp"
#include "peer_python.hpp"
#include "timing.hpp"

namespace {

using namespace eckart;
using bench::median_seconds;

const std::string kGolden = ECKART_SOURCE_DIR "/tests/golden/matrix_exponential.json";

MatrixD random_of_norm(Eigen::Index n, double scale) {
    Rng rng(1);
    MatrixD a(n, n);
    for (double& entry : a.reshaped()) entry = rng.normal() * scale / std::sqrt(static_cast<double>(n));
    return a;
}

MatrixD matrix_of(const Json& rows) {
    const auto n = static_cast<Eigen::Index>(rows.size());
    MatrixD a(n, n);
    for (Eigen::Index i = 0; i < a.size(); ++i) {
        a.data()[i] =
            rows.at(static_cast<std::size_t>(i / n)).at(static_cast<std::size_t>(i % n)).get<double>();
    }
    return a;
}

double relative_error(const MatrixD& x, const MatrixD& y) {
    return (x - y).stableNorm() / y.stableNorm();
}

/// A library's name and its numbers.
struct PeerLine {
    std::string name;
    std::vector<double> numbers;
};

std::vector<PeerLine> peer(const std::string& arguments) {
    std::vector<PeerLine> result;
    for (const std::string& line : bench::peer_lines("exponential_peers.py", arguments)) {
        std::istringstream words(line);
        PeerLine parsed;
        words >> parsed.name;
        for (double number = 0; words >> number;) parsed.numbers.push_back(number);
        result.push_back(parsed);
    }
    return result;
}

/// Prints the errors of all; false when ours is beyond what rounding explains.
bool verify() {
    const Json golden = Json::parse(std::ifstream(kGolden));
    const std::vector<PeerLine> peers = peer(fmt::format("accuracy '{}'", kGolden));
    fmt::print("{:<30} {:>9} {:>10} {:>10}", "|X - exp(A)| / |exp(A)|", "cond(A)", "eckart", "Eigen");
    for (const PeerLine& line : peers) fmt::print(" {:>20}", line.name);
    fmt::print("\n");
    bool right = true;
    std::size_t i = 0;
    for (const Json& c : golden.at("cases")) {
        const MatrixD a = matrix_of(c.at("matrix"));
        const MatrixD expected = matrix_of(c.at("exponential"));
        const double ours = relative_error(linalg::expm<double>(a), expected);
        const double condition = c.at("condition").get<double>();
        right = right && ours <= 1e-14 * std::max(1.0, condition);
        fmt::print("{:<30} {:>9.1e} {:>10.1e} {:>10.1e}", c.at("name").get<std::string>(), condition, ours,
                   relative_error(a.exp(), expected));
        for (const PeerLine& line : peers) fmt::print(" {:>20.1e}", line.numbers.at(i));
        fmt::print("\n");
        ++i;
    }
    return right;
}

void time_general(int threads) {
    fmt::print("\n{:>5} {:>6} {:>12} {:>10} {:>12} {:>10} {:>10}\n", "n", "|A|", "product ms", "eckart ms",
               "in products", "Eigen ms", "as float");
    for (const Eigen::Index n : {10, 40, 100, 200, 500}) {
        for (const double scale : {0.1, 1.0, 10.0}) {
            const MatrixD a = random_of_norm(n, scale);
            const MatrixF narrow = a.cast<float>();
            MatrixD x;
            const double product = median_seconds([&] { x = linalg::multiply(a, a); });
            const double ours = median_seconds([&] { x = linalg::expm<double>(a); });
            const double eigen = median_seconds([&] { x = a.exp(); });
            const double single = median_seconds([&] { (void)linalg::expm<float>(narrow); });
            fmt::print("{:>5} {:>6.1f} {:>12.3f} {:>10.3f} {:>12.1f} {:>10.3f} {:>10.3f}", n, 2 * scale,
                       1e3 * product, 1e3 * ours, ours / product, 1e3 * eigen, 1e3 * single);
            std::fflush(stdout);
            if (scale != 1.0) {
                fmt::print("\n");
                continue;
            }
            for (const PeerLine& line : peer(fmt::format("time {} {} {}", threads, n, scale))) {
                fmt::print("  {} {:.3f}", line.name, 1e3 * line.numbers.at(0));
            }
            fmt::print("\n");
        }
    }
}

MatrixD by_hermitian_eigenvectors(const MatrixD& skew) {
    using Complex = std::complex<double>;
    const Eigen::MatrixXcd hermitian = Complex(0, 1) * skew.cast<Complex>();
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXcd> eigen(hermitian);
    const Eigen::VectorXcd phases =
        eigen.eigenvalues().unaryExpr([](double w) { return std::polar(1.0, -w); });
    return (eigen.eigenvectors() * phases.asDiagonal() * eigen.eigenvectors().adjoint()).real();
}

double distance_from_orthogonal(const MatrixD& x) {
    return (x.transpose() * x - MatrixD::Identity(x.rows(), x.rows())).norm();
}

void time_skew() {
    fmt::print("\n{:>5} {:>8} {:>34} {:>34} {:>34}\n", "n", "|A|", "skew, double: ms, |XtX-I|",
               "skew, float: ms, |XtX-I|", "eigenvectors of iA: ms, |XtX-I|");
    for (const Eigen::Index n : {40, 100, 200}) {
        for (const double scale : {0.1, 1.0, 1e4}) {
            const MatrixD g = random_of_norm(n, scale);
            const MatrixD a = (g - g.transpose()) / 2;
            const MatrixF narrow = a.cast<float>();
            MatrixD x;
            MatrixF y;
            MatrixD z;
            const double wide = median_seconds([&] { x = linalg::expm_skew<double>(a); });
            const double single = median_seconds([&] { y = linalg::expm_skew<float>(narrow); });
            const double eigen = median_seconds([&] { z = by_hermitian_eigenvectors(a); });
            fmt::print("{:>5} {:>8.1f} {:>24.3f} {:>9.1e} {:>24.3f} {:>9.1e} {:>24.3f} {:>9.1e}\n", n,
                       2 * scale, 1e3 * wide, distance_from_orthogonal(x), 1e3 * single,
                       distance_from_orthogonal(y.cast<double>()), 1e3 * eigen, distance_from_orthogonal(z));
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    const ThreadScope threads(argc > 1 ? std::atoi(argv[1]) : 0);
    if (!verify()) {
        fmt::print(stderr, "matrix_exponential_bench: a result is wrong, so its time means nothing\n");
        return 1;
    }
    const MatrixD large = random_of_norm(2000, 1);
    const double product = median_seconds([&] { (void)linalg::multiply(large, large); });
    fmt::print("\n{} threads; a product of 2000 x 2000 in double: {:.0f} GFLOP/s\n", threads.count(),
               2 * 8.0 / product);
    time_general(threads.count());
    time_skew();
    return 0;
}
