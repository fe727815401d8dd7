// Numbers on the command line: one spelling, in every locale, and nothing that a reader could take for
// another.
#include <cctype>

#include "bad_call.hpp"

namespace eckart::test {
namespace {

struct BadText {
    const char* name;
    const char* text;
};

const std::vector<BadText> kNoNumbers{
    {"Empty", ""},           {"Word", "five"},         {"Nan", "nan"},        {"Inf", "inf"},
    {"Hexadecimal", "0x10"}, {"LeadingZero", "010"},   {"SpaceBefore", " 5"}, {"SpaceAfter", "5 "},
    {"Plus", "+5"},          {"DecimalComma", "0,5"},  {"TwoNumbers", "5 6"}, {"Unit", "5k"},
    {"LineBreak", "5\n"},    {"ArabicDigit", "\u0665"}};
const std::vector<BadText> kNoIntegers{{"Negative", "-1"},
                                       {"Exponent", "1e3"},
                                       {"Fraction", "1.5"},
                                       {"PointZero", "5.0"},
                                       {"BeyondSigned", "9223372036854775808"},
                                       {"BeyondUnsigned", "18446744073709551616"}};
const std::vector<BadText> kNoRates{
    {"Negative", "-1"}, {"Zero", "0"}, {"Huge", "1e400"}, {"Tiny", "1e-400"}, {"TwoPoints", "1.2.3"}};
const std::vector<BadText> kNoLists{{"Empty", ""},
                                    {"TwoCommas", "1,,2"},
                                    {"CommaAfter", "1,2,"},
                                    {"CommaBefore", ",1"},
                                    {"Semicolon", "1;2"},
                                    {"Space", "1, 2"},
                                    {"Zero", "1,0"},
                                    {"Negative", "1,-2"},
                                    {"Range", "1-5"},
                                    {"Fraction", "1,2.5"},
                                    {"Overflow", "1,99999999999999999999"}};

const Words kTrain{"train", "--data", "data", "-o", "out.safetensors"};
const Words kCompress{"compress", "net.safetensors", "-o", "out.safetensors"};
const Words kSweep{"sweep", "net.safetensors", "--data", "data"};
const Words kPreview{"data", "preview", "data", "-o", "out.png"};

/// "--learning-rate" -> "LearningRate".
std::string camel(const std::string& option) {
    std::string text;
    for (std::size_t i = 2; i < option.size(); ++i) {
        if (option[i] == '-') continue;
        const bool first = option[i - 1] == '-';
        text += first ? static_cast<char>(std::toupper(static_cast<unsigned char>(option[i]))) : option[i];
    }
    return text;
}

void add(std::vector<BadCall>& calls, const Words& command, const std::string& option,
         const std::vector<BadText>& texts) {
    for (const BadText& bad : texts) {
        calls.push_back(
            {camel(option) + bad.name, command + Words{option, bad.text}, 2, option + " must be "});
    }
}

std::vector<BadCall> calls() {
    const std::vector<BadText> no_count{
        {"Zero", "0"}, {"Negative", "-1"}, {"Empty", ""}, {"TooLarge", "2000000000"}};
    std::vector<BadCall> calls;
    add(calls, kTrain, "--seed", kNoNumbers);
    add(calls, kTrain, "--seed", kNoIntegers);
    std::erase_if(calls, [](const BadCall& call) { return call.name == "SeedBeyondSigned"; });  // is a seed
    add(calls, kCompress, "--rank", kNoNumbers);
    add(calls, kCompress, "--rank", kNoIntegers);
    add(calls, kCompress, "--rank", {{"Zero", "0"}});
    add(calls, kTrain, "--learning-rate", kNoNumbers);
    add(calls, kTrain, "--learning-rate", kNoRates);
    add(calls, kSweep, "--ranks", kNoLists);
    add(calls, kSweep, "--batches", {{"TwoCommas", "1,,2"}, {"Zero", "0"}, {"Empty", ""}});
    add(calls, kSweep, "--seconds",
        {{"Negative", "-1"}, {"Nan", "nan"}, {"Empty", ""}, {"DecimalComma", "0,5"}});
    add(calls, kTrain, "--threads", no_count);
    add(calls, kTrain, "--epochs", no_count);
    add(calls, kTrain, "--batch", no_count);
    add(calls, kTrain, "--hidden", no_count);
    add(calls, kTrain, "--blocks", {{"Negative", "-1"}, {"TooLarge", "1001"}});
    add(calls, kPreview, "--per-class", no_count);
    add(calls, kPreview, "--scale", no_count);
    add(calls, {"data", "synth", "out"}, "--train", no_count);
    add(calls, {"data", "synth", "out"}, "--test", no_count);
    return calls;
}

ECKART_BAD_CALLS(BadNumber, calls());

}  // namespace
}  // namespace eckart::test
