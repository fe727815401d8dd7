#include "eckart/model/network.hpp"

namespace eckart::model {

namespace {

std::vector<int> count_uses(const Architecture& architecture) {
    std::vector<int> uses(architecture.steps.size() + 1, 0);
    for (const Step& step : architecture.steps) {
        ++uses[step.input];
        if (step.kind == Step::Kind::kAdd) ++uses[step.other];
    }
    return uses;
}

}  // namespace

std::vector<Stage> stages_of(const Architecture& architecture) {
    architecture.validate();
    const std::vector<Step>& steps = architecture.steps;
    const std::vector<int> uses = count_uses(architecture);
    std::vector<Stage> stages;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const Step& step = steps[i];
        const std::size_t number = i + 1;
        // Whether this step only goes on with what the stage before gives.
        const bool follows = !stages.empty() && step.input == i && stages.back().output == i && uses[i] == 1;
        if (follows && !stages.back().relu) {
            Stage& stage = stages.back();
            const bool fuses_sum = step.kind == Step::Kind::kAdd && stage.layer && !stage.addend;
            if (fuses_sum) stage.addend = step.other;
            if (step.kind == Step::Kind::kRelu) stage.relu = true;
            if (fuses_sum || step.kind == Step::Kind::kRelu) {
                stage.output = number;
                continue;
            }
        }
        Stage stage{step.input, {}, {}, step.kind == Step::Kind::kRelu, number};
        if (step.kind == Step::Kind::kLinear) stage.layer = step.layer;
        if (step.kind == Step::Kind::kAdd) stage.addend = step.other;
        stages.push_back(stage);
    }
    return stages;
}

}  // namespace eckart::model
