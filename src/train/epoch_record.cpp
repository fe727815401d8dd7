#include <fmt/core.h>

#include "eckart/core/error.hpp"
#include "eckart/train/train.hpp"

namespace eckart::train {

double EpochRecord::test_accuracy() const {
    return test_count == 0 ? 0 : static_cast<double>(test_correct) / static_cast<double>(test_count);
}

std::string to_string(Outcome outcome) {
    switch (outcome) {
        case Outcome::kCompleted:
            return "completed";
        case Outcome::kInterrupted:
            return "interrupted";
        case Outcome::kDiverged:
            return "diverged";
    }
    return "unknown";
}

std::string transcript_line(const EpochRecord& record) {
    return fmt::format("Test set: Average loss: {:.4f}, Accuracy: {}/{} ({:.0f}%)", record.test_loss,
                       record.test_correct, record.test_count, 100 * record.test_accuracy());
}

Json to_json(const EpochRecord& record) {
    return {{"epoch", record.epoch},
            {"learning_rate", record.learning_rate},
            {"train_loss", record.train_loss},
            {"test_loss", record.test_loss},
            {"test_correct", record.test_correct},
            {"test_count", record.test_count},
            {"test_accuracy", record.test_accuracy()},
            {"seconds", record.seconds},
            {"samples_per_second", record.samples_per_second}};
}

EpochRecord epoch_record_from_json(const Json& json) {
    try {
        EpochRecord record;
        json.at("epoch").get_to(record.epoch);
        json.at("learning_rate").get_to(record.learning_rate);
        json.at("train_loss").get_to(record.train_loss);
        json.at("test_loss").get_to(record.test_loss);
        json.at("test_correct").get_to(record.test_correct);
        json.at("test_count").get_to(record.test_count);
        json.at("seconds").get_to(record.seconds);
        json.at("samples_per_second").get_to(record.samples_per_second);
        return record;
    } catch (const Json::exception& error) {
        throw FormatError(fmt::format("an epoch's record is malformed: {}", error.what()));
    }
}

Json to_json(const std::vector<EpochRecord>& history) {
    Json list = Json::array();
    for (const EpochRecord& record : history) list.push_back(to_json(record));
    return list;
}

}  // namespace eckart::train
