// Words that the command line does not know, lacks or cannot take together.
#include "bad_call.hpp"

namespace eckart::test {
namespace {

const Words kTrain{"train", "--data", "data", "-o", "out.safetensors"};
const Words kEval{"eval", "net.safetensors", "--data", "data"};

std::vector<BadCall> calls() {
    return {
        {"UnknownCommand", {"tarin"}, 2, "did you mean 'train'?"},
        {"UnknownCommandLikeNothing", {"zzzzzzzz"}, 2, "see 'eckart --help'"},
        {"EmptyCommand", {""}, 2, "see 'eckart --help'"},
        {"UnknownDataCommand", {"data", "synht", "out"}, 2, "did you mean 'synth'?"},
        {"NoDataCommand", {"data"}, 2, "see 'eckart data --help'"},
        {"OptionBeforeCommand", {"--threads", "2"}, 2, "see 'eckart --help'"},
        {"UnknownOption", kTrain + Words{"--epoch", "3"}, 2, "did you mean '--epochs'?"},
        {"UnknownOptionWithValue", kTrain + Words{"--epoch=3"}, 2, "did you mean '--epochs'?"},
        {"UnknownOptionLikeNothing", kTrain + Words{"--zzzzzzzzzz"}, 2, "see 'eckart train --help'"},
        {"UnknownShortOption", kTrain + Words{"-x"}, 2, "see 'eckart train --help'"},
        {"LongUnknownOption", kTrain + Words{"--" + std::string(100'000, 'a')}, 2,
         "see 'eckart train --help'"},
        {"MisspelledRequiredOption",
         {"compress", "net.safetensors", "--rnak", "5"},
         2,
         "did you mean '--rank'?"},
        {"NoRank", {"compress", "net.safetensors", "-o", "out"}, 2, "--rank is required"},
        {"NoData", {"eval", "net.safetensors"}, 2, "--data is required"},
        {"NoModel", {"inspect"}, 2, "MODEL is required"},
        {"NoOutputToTrain", {"train", "--data", "data"}, 2, "--output is required"},
        {"NoOutputToCompress",
         {"compress", "net.safetensors", "--rank", "2"},
         2,
         "add -o FILE, or --dry-run"},
        {"NoFolderToSynth", {"data", "synth"}, 2, "DIR is required"},
        {"NoValue", kTrain + Words{"--seed"}, 2, "--seed takes one value"},
        {"OptionTwice", kTrain + Words{"--seed", "1", "--seed", "2"}, 2, "may be given once"},
        {"FlagWithValue", kTrain + Words{"--json=3"}, 2, "--json takes no value"},
        {"FlagDenied", kTrain + Words{"--force=false"}, 2, "--force takes no value"},
        {"SurplusArgument", kEval + Words{"more"}, 2, "unknown argument 'more'"},
        {"SurplusCommand", kEval + Words{"eval"}, 2, "unknown argument 'eval'"},
        {"SurplusArgumentToTrain", kTrain + Words{"net.safetensors"}, 2, "unknown argument"},
        {"UnknownSchedule", kTrain + Words{"--schedule", "linear"}, 2,
         "'linear'; it must be constant or cosine"},
        {"EmptySchedule", kTrain + Words{"--schedule", ""}, 2, "must be constant or cosine"},
        {"UnknownPart", {"data", "preview", "data", "-o", "out.png", "--part", "all"}, 2, "train or test"},
        {"UnknownDataSet", {"data", "fetch", "cifar100", "out"}, 2, "cifar10"},
        {"AddressWithoutScheme", {"data", "fetch", "cifar10", "out", "--url", "host/x"}, 2, "http://"},
        {"EmptyAddress", {"data", "fetch", "cifar10", "out", "--url", ""}, 2, "--url: its value is empty"},
        {"FinetuneOfADenseNetwork",
         {"finetune", "net.safetensors", "--data", "data", "-o", "out.safetensors"},
         2,
         "compress it first"},
        {"OrthogonalFinetuneOfADenseNetwork",
         {"finetune", "net.safetensors", "--data", "data", "-o", "out.safetensors", "--orthogonal"},
         2,
         "compress it first"},
        {"ExportWithoutAFormat", {"export", "net.safetensors", "-o", "out.bin"}, 2, "add --onnx"},
        {"ExportWithoutAnOutput", {"export", "net.safetensors", "--onnx"}, 2, "--output is required"},
        {"TrainFromANetworkAndSizes", kTrain + Words{"--from", "net.safetensors", "--hidden", "16"}, 2,
         "drop --hidden and --blocks"},
        {"TrainFromAFactoredNetwork", kTrain + Words{"--from", "small.safetensors"}, 2, "'eckart finetune'"},
        {"OrthogonalTraining", kTrain + Words{"--orthogonal"}, 2, "see 'eckart train --help'"},
        {"DemoRankThatSavesNothing",
         {"demo", "--data", "data", "--hidden", "16", "--ranks", "16", "--run", "out"},
         2,
         "--ranks of at most 15 "},
        {"ControlCodesInAName", {"eval", "a\nb\x1b[31m\rc\x7f", "--data", "data"}, 5, "'a b [31m c '"},
    };
}

ECKART_BAD_CALLS(BadUsage, calls());

}  // namespace
}  // namespace eckart::test
