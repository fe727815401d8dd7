#include "data/pickle_reader.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "eckart/core/error.hpp"

namespace eckart::data {
namespace {

// Names as Python's pickletools prints them.
enum Operation : unsigned char {
    kProto = 0x80,
    kStop = '.',
    kMark = '(',
    kPop = '0',
    kNone = 'N',
    kNewTrue = 0x88,
    kNewFalse = 0x89,
    kBinInt = 'J',
    kBinInt1 = 'K',
    kBinInt2 = 'M',
    kShortBinString = 'U',
    kBinString = 'T',
    kBinUnicode = 'X',
    kEmptyTuple = ')',
    kTuple = 't',
    kTuple1 = 0x85,
    kTuple2 = 0x86,
    kTuple3 = 0x87,
    kEmptyList = ']',
    kAppend = 'a',
    kAppends = 'e',
    kEmptyDict = '}',
    kSetItem = 's',
    kSetItems = 'u',
    kBinPut = 'q',
    kLongBinPut = 'r',
    kBinGet = 'h',
    kLongBinGet = 'j',
    kGlobal = 'c',
    kReduce = 'R',
    kBuild = 'b',
};

constexpr std::size_t kLongestLine = 100;

constexpr std::string_view kNdarray = "numpy ndarray";
constexpr std::string_view kDtype = "numpy dtype";
constexpr std::string_view kEncode = "_codecs encode";
constexpr std::array kReconstruct = {std::string_view("numpy.core.multiarray _reconstruct"),
                                     std::string_view("numpy._core.multiarray _reconstruct")};

// The known name that `global` is, none when it is not known.
std::string_view known_name(std::string_view global) {
    for (const std::string_view name : {kNdarray, kDtype, kEncode, kReconstruct[0], kReconstruct[1]}) {
        if (global == name) return name;
    }
    return {};
}

std::string shown(std::string_view text) {
    std::string result;
    for (const char c : text) result += c >= ' ' && c <= '~' ? c : '?';
    return result;
}

}  // namespace

const PickleValue* PickleValue::find(std::string_view key) const {
    if (kind != Kind::kDict) return nullptr;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
        if (items[i]->kind == Kind::kText && items[i]->text == key) return items[i + 1];
    }
    return nullptr;
}

PickleReader::PickleReader(std::string_view bytes, std::string name) : bytes_(bytes), name_(std::move(name)) {
    run();
}

void PickleReader::fail(const std::string& what) const {
    throw FormatError(
        fmt::format("'{}' is not a pickle of a CIFAR-10 batch: {} at byte {}", name_, what, position_));
}

std::string_view PickleReader::take(std::size_t size) {
    if (size > bytes_.size() - position_) {
        fail(fmt::format("{} bytes are announced and {} are left", size, bytes_.size() - position_));
    }
    const std::string_view taken = bytes_.substr(position_, size);
    position_ += size;
    return taken;
}

std::uint64_t PickleReader::take_number(std::size_t size) {
    std::uint64_t number = 0;
    int shift = 0;
    for (const char byte : take(size)) {
        number |= std::uint64_t{static_cast<unsigned char>(byte)} << shift;
        shift += 8;
    }
    return number;
}

std::string_view PickleReader::take_line() {
    const std::string_view rest = bytes_.substr(position_, kLongestLine + 1);
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) fail("a name without an end");
    position_ += end + 1;
    return rest.substr(0, end);
}

void PickleReader::run() {
    if (take_number(1) != kProto) fail("it does not start with a protocol number");
    if (const std::uint64_t protocol = take_number(1); protocol != 2) {
        fail(fmt::format("protocol {}, where 2 is expected,", protocol));
    }
    while (step(static_cast<unsigned char>(take_number(1)))) {
        if (++operations_ > kOperations) fail(fmt::format("more than {} operations", kOperations));
    }
    if (stack_.size() != 1 || !marks_.empty()) fail(fmt::format("{} values are left", stack_.size()));
    root_ = stack_.back();
    if (position_ != bytes_.size()) fail(fmt::format("{} bytes after its end", bytes_.size() - position_));
}

bool PickleReader::step(unsigned char operation) {
    switch (operation) {
        case kStop:
            return false;
        case kMark:
            marks_.push_back(stack_.size());
            return true;
        case kPop:
            pop();
            return true;
        case kGlobal:
            push_global();
            return true;
        case kReduce:
            reduce();
            return true;
        case kBuild:
            build();
            return true;
        default:
            break;
    }
    if (!step_number(operation) && !step_text(operation) && !step_container(operation) &&
        !step_memo(operation)) {
        fail(fmt::format("the operation 0x{:02x}, which such files do not use,", operation));
    }
    return true;
}

bool PickleReader::step_number(unsigned char operation) {
    switch (operation) {
        case kNone:
            push(Kind::kNone);
            return true;
        case kNewTrue:
        case kNewFalse:
            push(Kind::kBoolean).integer = operation == kNewTrue ? 1 : 0;
            return true;
        case kBinInt:
            push(Kind::kInteger).integer =
                static_cast<std::int32_t>(static_cast<std::uint32_t>(take_number(4)));
            return true;
        case kBinInt1:
            push(Kind::kInteger).integer = static_cast<std::int64_t>(take_number(1));
            return true;
        case kBinInt2:
            push(Kind::kInteger).integer = static_cast<std::int64_t>(take_number(2));
            return true;
        default:
            return false;
    }
}

bool PickleReader::step_text(unsigned char operation) {
    if (operation != kShortBinString && operation != kBinString && operation != kBinUnicode) return false;
    const std::uint64_t size = take_number(operation == kShortBinString ? 1 : 4);
    push(Kind::kText).text = take(static_cast<std::size_t>(size));
    return true;
}

bool PickleReader::step_container(unsigned char operation) {
    switch (operation) {
        case kEmptyTuple:
            push(Kind::kTuple);
            return true;
        case kTuple: {
            std::vector<const PickleValue*> items = pop_to_mark();
            push(Kind::kTuple).items = std::move(items);
            return true;
        }
        case kTuple1:
        case kTuple2:
        case kTuple3:
            push_tuple(std::size_t{1} + operation - kTuple1);
            return true;
        case kEmptyList:
            push(Kind::kList);
            return true;
        case kAppend:
            append({pop()}, Kind::kList);
            return true;
        case kAppends:
            append(pop_to_mark(), Kind::kList);
            return true;
        case kEmptyDict:
            push(Kind::kDict);
            return true;
        case kSetItem: {
            const PickleValue* value = pop();
            const PickleValue* key = pop();
            append({key, value}, Kind::kDict);
            return true;
        }
        case kSetItems:
            append(pop_to_mark(), Kind::kDict);
            return true;
        default:
            return false;
    }
}

bool PickleReader::step_memo(unsigned char operation) {
    const bool put = operation == kBinPut || operation == kLongBinPut;
    const bool get = operation == kBinGet || operation == kLongBinGet;
    if (!put && !get) return false;
    const std::uint64_t index = take_number(operation == kBinPut || operation == kBinGet ? 1 : 4);
    if (put) {
        PickleValue* value = pop();
        stack_.push_back(value);
        memo_[index] = value;
        return true;
    }
    const auto found = memo_.find(index);
    if (found == memo_.end()) fail(fmt::format("value {} is used before it was stored", index));
    stack_.push_back(found->second);
    return true;
}

PickleValue& PickleReader::push(Kind kind) {
    values_.emplace_back().kind = kind;
    stack_.push_back(&values_.back());
    return values_.back();
}

PickleValue* PickleReader::pop() {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) fail("a value is missing");
    PickleValue* value = stack_.back();
    stack_.pop_back();
    return value;
}

PickleValue& PickleReader::top(Kind kind, const char* operation) {
    PickleValue* value = pop();
    stack_.push_back(value);
    if (value->kind != kind) fail(fmt::format("{} meets a value of the wrong kind", operation));
    return *value;
}

std::vector<const PickleValue*> PickleReader::pop_to_mark() {
    if (marks_.empty()) fail("a mark is missing");
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<const PickleValue*> items(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return items;
}

void PickleReader::push_tuple(std::size_t size) {
    std::vector<const PickleValue*> items(size);
    for (auto item = items.rbegin(); item != items.rend(); ++item) *item = pop();
    push(Kind::kTuple).items = std::move(items);
}

void PickleReader::append(std::vector<const PickleValue*> items, Kind kind) {
    if (kind == Kind::kDict && items.size() % 2 != 0) fail("a key without a value");
    PickleValue& container = top(kind, kind == Kind::kDict ? "setting an item" : "appending");
    container.items.insert(container.items.end(), items.begin(), items.end());
}

void PickleReader::push_global() {
    const std::string_view module = take_line();
    const std::string_view name = take_line();
    const std::string_view known = known_name(fmt::format("{} {}", module, name));
    if (known.empty()) {
        throw FormatError(
            fmt::format("'{}' asks for Python's '{}.{}', which images do not need; it was not run, and "
                        "the file is refused",
                        name_, shown(module), shown(name)));
    }
    push(Kind::kGlobal).text = known;
}

void PickleReader::reduce() {
    const PickleValue* arguments = pop();
    const PickleValue* callee = pop();
    if (callee->kind != Kind::kGlobal || arguments->kind != Kind::kTuple) fail("a call of what is no name");
    const auto& items = arguments->items;
    const auto is_text = [&](std::size_t i) { return i < items.size() && items[i]->kind == Kind::kText; };
    if (callee->text == kDtype && is_text(0)) {
        push(Kind::kDtype).text = items[0]->text;
    } else if (callee->text == kEncode && items.size() == 2 && is_text(0) && is_text(1) &&
               items[1]->text == "latin1") {
        const std::string_view decoded = decode_latin1(items[0]->text);
        push(Kind::kText).text = decoded;
    } else if ((callee->text == kReconstruct[0] || callee->text == kReconstruct[1]) && !items.empty() &&
               items[0]->kind == Kind::kGlobal && items[0]->text == kNdarray) {
        push(Kind::kArray);
    } else {
        fail(fmt::format("a call of '{}' with unknown arguments", callee->text));
    }
}

void PickleReader::build() {
    const PickleValue* state = pop();
    PickleValue* object = pop();
    stack_.push_back(object);
    if (state->kind != Kind::kTuple) fail("a state that is no tuple");
    if (object->kind == Kind::kDtype) return;  // byte order and alignment do not concern single bytes
    const auto& parts = state->items;          // version, shape, dtype, column-major, elements
    const bool truth =
        parts.size() == 5 && (parts[3]->kind == Kind::kBoolean || parts[3]->kind == Kind::kInteger);
    if (object->kind != Kind::kArray || parts.size() != 5 || parts[1]->kind != Kind::kTuple ||
        parts[2]->kind != Kind::kDtype || !truth || parts[4]->kind != Kind::kText) {
        fail("a state that is none of an array");
    }
    object->items.assign(parts.begin() + 1, parts.end());
}

// Python 3 writes bytes in protocol 2 as characters U+0000 to U+00FF in UTF-8.
std::string_view PickleReader::decode_latin1(std::string_view utf8) {
    decoded_bytes_ += utf8.size();
    if (decoded_bytes_ > bytes_.size()) fail("the same text is decoded again and again");
    std::string& text = decoded_.emplace_back();
    text.reserve(utf8.size());
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        const auto lead = static_cast<unsigned char>(utf8[i]);
        if (lead < 0x80) {
            text += utf8[i];
            continue;
        }
        const bool pair = (lead == 0xC2 || lead == 0xC3) && i + 1 < utf8.size() &&
                          (static_cast<unsigned char>(utf8[i + 1]) & 0xC0U) == 0x80U;
        if (!pair) fail("bytes that are not encoded as such");
        ++i;
        text += static_cast<char>(((lead & 0x03U) << 6U) | (static_cast<unsigned char>(utf8[i]) & 0x3FU));
    }
    return text;
}

}  // namespace eckart::data
