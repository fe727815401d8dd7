#include "eckart/ops/instructions.hpp"

#include "eckart/ops/backend.hpp"
#include "ops/multiversion.hpp"
#include "ops/onednn/instructions.hpp"

namespace eckart::ops {

void add_instructions(RunRecord& record) {
    record.libraries["oneDNN"] = onednn_version();
    record.instructions["oneDNN"] = onednn::instructions();
    record.instructions["loops"] = chosen_version();
    record.math_mode = onednn::math_mode();
}

}  // namespace eckart::ops
