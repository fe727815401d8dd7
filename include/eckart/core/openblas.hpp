#pragma once

#include <string>

#pragma GCC visibility push(default)  // this is the library's interface

namespace eckart {

/// The OpenBLAS that this process has loaded.
struct Openblas {
    std::string version;  ///< "0.3.21"
    std::string threads;  ///< "OpenMP", "pthreads" or "sequential"
    std::string kernels;  ///< the processor that its kernels are made for: "Haswell", "Zen", ...
};

Openblas loaded_openblas();

/// OpenBLAS chooses its kernels when the process starts, by the processor's maker and family. Virtual AMD
/// processors of family 15 (QEMU's qemu64 and kvm64) get those of an Opteron, with 3DNow! instructions that
/// no AMD processor has had since 2011, and the first product ends the process (OpenBLAS issue 5831). Returns
/// the value of OPENBLAS_CORETYPE to start the process with instead; empty where the choice is right.
std::string needed_openblas_coretype();

}  // namespace eckart

#pragma GCC visibility pop
