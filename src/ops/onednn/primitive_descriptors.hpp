#pragma once

#include <oneapi/dnnl/dnnl.hpp>

// oneDNN's API changed between the 2.x of Debian 12 and the 3.x of Debian 13: operation descriptors went
// away. Everything else here is common to both.
namespace eckart::ops::onednn {

inline dnnl::inner_product_forward::primitive_desc forward_descriptor(
    const dnnl::engine& engine, const dnnl::memory::desc& x, const dnnl::memory::desc& w,
    const dnnl::memory::desc& bias, const dnnl::memory::desc& y, const dnnl::primitive_attr& attributes) {
    // Inference kernels also serve training: an inner product keeps nothing for its backward pass.
    constexpr auto kind = dnnl::prop_kind::forward_inference;
#if DNNL_VERSION_MAJOR >= 3
    return {engine, kind, x, w, bias, y, attributes};
#else
    return {{kind, x, w, bias, y}, attributes, engine};
#endif
}

/// The same product for weights (in, out); bias (1, out).
inline dnnl::matmul::primitive_desc product_descriptor(
    const dnnl::engine& engine, const dnnl::memory::desc& x, const dnnl::memory::desc& w,
    const dnnl::memory::desc& bias, const dnnl::memory::desc& y, const dnnl::primitive_attr& attributes) {
#if DNNL_VERSION_MAJOR >= 3
    return {engine, x, w, bias, y, attributes};
#else
    return {{x, w, bias, y}, attributes, engine};
#endif
}

inline dnnl::inner_product_backward_data::primitive_desc backward_data_descriptor(
    const dnnl::engine& engine, const dnnl::memory::desc& dx, const dnnl::memory::desc& w,
    const dnnl::memory::desc& dy, const dnnl::primitive_attr& attributes,
    const dnnl::inner_product_forward::primitive_desc& hint) {
#if DNNL_VERSION_MAJOR >= 3
    return {engine, dx, w, dy, hint, attributes};
#else
    return {{dx, w, dy}, attributes, engine, hint};
#endif
}

inline dnnl::inner_product_backward_weights::primitive_desc backward_weights_descriptor(
    const dnnl::engine& engine, const dnnl::memory::desc& x, const dnnl::memory::desc& dw,
    const dnnl::memory::desc& db, const dnnl::memory::desc& dy, const dnnl::primitive_attr& attributes,
    const dnnl::inner_product_forward::primitive_desc& hint) {
#if DNNL_VERSION_MAJOR >= 3
    return {engine, x, dw, db, dy, hint, attributes};
#else
    return {{x, dw, db, dy}, attributes, engine, hint};
#endif
}

inline void append_relu(dnnl::post_ops& operations) {
#if DNNL_VERSION_MAJOR >= 3
    operations.append_eltwise(dnnl::algorithm::eltwise_relu, 0.F, 0.F);
#else
    operations.append_eltwise(1.F, dnnl::algorithm::eltwise_relu, 0.F, 0.F);
#endif
}

}  // namespace eckart::ops::onednn
