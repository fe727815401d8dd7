#pragma once

#include <optional>
#include <string>

#include "training_run.hpp"
#include "verb.hpp"

namespace eckart::cli {

/// The options of `train` and `finetune` as they were typed.
struct TrainingArguments {
    std::string data;
    std::string output;
    std::string log;
    std::string run_directory;
    std::string schedule;
    train::TrainOptions options;
    bool resume = false;

    [[nodiscard]] TrainingRun training_run(const CommonOptions& common) const;
};

/// Declares them; the defaults are those of `arguments.options`.
void add_training_options(Verb& verb, TrainingArguments& arguments);

/// --data DIR, required.
void add_data_option(Verb& verb, std::string& folder);
/// --run DIR.
void add_run_option(Verb& verb, std::string& folder);

}  // namespace eckart::cli
