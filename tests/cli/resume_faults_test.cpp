// --resume with something else than what the interrupted run has left.
#include "bad_call.hpp"
#include "eckart/core/atomic_file.hpp"
#include "eckart/data/synthetic.hpp"
#include "materials.hpp"
#include "small_networks.hpp"

namespace eckart::test {
namespace fs = std::filesystem;
namespace {

constexpr const char* kCheckpoint = "trained.safetensors.checkpoint";

const Words kResume{"train", "--hidden", "16", "-o", "trained.safetensors", "--run", "study", "--resume"};
const Words kResumeOnData = kResume + Words{"--data", "data"};
const Words kFinetune{"finetune", "small.safetensors", "--data", "data", "-o", "tuned.safetensors", "--run",
                      "study",    "--resume"};

void lay_out_other_data(const fs::path& folder) {
    lay_out_checkpoint(folder);
    write_data(data::make_synthetic({40, 20, 1}), folder / "other");
}

auto checkpoint_cut_to(std::uintmax_t size) {
    return [size](const fs::path& folder) {
        lay_out_checkpoint(folder);
        fs::resize_file(folder / kCheckpoint, size);
    };
}

void cut_orthogonal_checkpoint(const fs::path& folder) {
    lay_out_orthogonal_checkpoint(folder);
    fs::resize_file(folder / "tuned.safetensors.checkpoint", 300'000);
}

void put_a_network_there(const fs::path& folder) {
    fs::copy_file(folder / "net.safetensors", folder / kCheckpoint);
}

void put_text_there(const fs::path& folder) {
    write_file(folder / kCheckpoint, "not a checkpoint", Overwrite::kRefuse);
}

void lay_out_other_start(const fs::path& folder) {
    lay_out_finetune_checkpoint(folder);
    fs::rename(folder / "small.safetensors", folder / "first.safetensors");
    save(random_network(dense_network().architecture(), 4, Rng(7)), folder / "small.safetensors");
}

/// The checkpoint, and under the output's name a finished network.
void finish_elsewhere(const fs::path& folder) {
    lay_out_checkpoint(folder);
    fs::copy_file(folder / "net.safetensors", folder / "trained.safetensors");
}

/// Under the output's name a network that this command does not make.
auto finished(std::string network) {
    return [network = std::move(network)](const fs::path& folder) {
        save(network_of_other_size(), folder / "other.safetensors");
        fs::copy_file(folder / network, folder / "trained.safetensors");
    };
}

void run_file_of_another(const fs::path& folder) {
    fs::create_directory(folder / "study");
    write_file(folder / "study/training.json", "mine", Overwrite::kRefuse);
}

void text_as_output(const fs::path& folder) {
    write_file(folder / "trained.safetensors", "mine", Overwrite::kRefuse);
}

std::vector<BadCall> calls() {
    const std::string same = "give the same options";
    return {
        {"OtherBatch", kResumeOnData + Words{"--batch", "7"}, 2, same, lay_out_checkpoint},
        {"OtherSeed", kResumeOnData + Words{"--seed", "7"}, 2, same, lay_out_checkpoint},
        {"OtherRate", kResumeOnData + Words{"--learning-rate", "0.5"}, 2, same, lay_out_checkpoint},
        {"OtherSchedule", kResumeOnData + Words{"--schedule", "cosine"}, 2, same, lay_out_checkpoint},
        {"FewerEpochs", kResumeOnData + Words{"--epochs", "1"}, 2, same, lay_out_checkpoint},
        {"OtherBlocks", kResumeOnData + Words{"--blocks", "1"}, 2, "options of the interrupted run",
         lay_out_checkpoint},
        {"OtherData", kResume + Words{"--data", "other"}, 2, "give the same --data", lay_out_other_data},
        {"CutInTheLength", kResumeOnData, 3, kCheckpoint, checkpoint_cut_to(5)},
        {"CutInTheHeader", kResumeOnData, 3, "get it again", checkpoint_cut_to(200)},
        {"CutInTheTensors", kResumeOnData, 3, "get it again", checkpoint_cut_to(300'000)},
        {"Empty", kResumeOnData, 3, kCheckpoint, checkpoint_cut_to(0)},
        {"ANetwork", kResumeOnData, 3, "not a checkpoint", put_a_network_there},
        {"Text", kResumeOnData, 3, kCheckpoint, put_text_there},
        {"OrthogonalOfAFreeRun", kFinetune + Words{"--orthogonal"}, 2, "free factors instead of orthogonal",
         lay_out_finetune_checkpoint},
        {"FreeOfAnOrthogonalRun", kFinetune, 2, "orthogonal factors instead of free",
         lay_out_orthogonal_checkpoint},
        {"CutOrthogonal", kFinetune + Words{"--orthogonal"}, 3, "get it again", cut_orthogonal_checkpoint},
        {"OtherNetwork", kFinetune, 2, "began with another network", lay_out_other_start},
        {"FinishedElsewhere", kResumeOnData, 5, "add --force", finish_elsewhere},
        {"NothingToResumeButARunFile", kResumeOnData, 5, "add --force", run_file_of_another},
        {"CompleteOfOtherData", kResumeOnData, 2, "other names or shapes", finished("other.safetensors")},
        {"CompleteButFactored", kResumeOnData, 2, "other names or shapes", finished("small.safetensors")},
        {"CompleteOfOtherSeed", kResumeOnData + Words{"--seed", "7"}, 2, "seed 0 instead of 7",
         finished("net.safetensors")},
        {"CompleteButNoNetwork", kResumeOnData, 3, "trained.safetensors", text_as_output},
    };
}

ECKART_BAD_CALLS(BadResume, calls());

}  // namespace
}  // namespace eckart::test
