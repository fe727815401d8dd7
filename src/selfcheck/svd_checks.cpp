#include "eckart/linalg/svd_check.hpp"

#include <string>

#include "eckart/linalg/product.hpp"
#include "selfcheck/checks.hpp"

namespace eckart::selfcheck {

namespace {

template <class T>
std::vector<Finding> svd_numbers(const Matrix<T>& a) {
    const linalg::SvdErrors errors = linalg::svd_errors(a, linalg::thin_svd(a));
    const double bound = linalg::svd_tolerance(a);
    return {compare("|A - U S Vt| / |A|", errors.reconstruction, bound),
            compare("|Ut U - I|", errors.u_orthogonality, bound),
            compare("|Vt V - I|", errors.v_orthogonality, bound),
            compare("disorder of the singular values", errors.disorder, 0),
            compare("|A - A_r|^2 beside the sum of the cut s^2, all r", errors.tail, bound)};
}

}  // namespace

std::vector<Check> svd_checks(const Rng& rng) {
    const auto wide = [=] {
        Rng draw = rng.fork("float32");
        return svd_numbers(normal_matrix<float>(200, 500, draw));
    };
    const auto tall = [=] {
        Rng draw = rng.fork("float64");
        return svd_numbers(normal_matrix<double>(300, 100, draw));
    };
    const auto deficient = [=] {
        Rng draw = rng.fork("rank 20");
        const MatrixF left = normal_matrix<float>(150, 20, draw);
        return svd_numbers<float>(1e-20F *
                                  linalg::multiply<float>(left, normal_matrix<float>(20, 150, draw)));
    };
    return {{"SVD, float32, 200 x 500", wide},
            {"SVD, float64, 300 x 100", tall},
            {"SVD, float32, 150 x 150 of rank 20 and size 1e-20", deficient}};
}

}  // namespace eckart::selfcheck
