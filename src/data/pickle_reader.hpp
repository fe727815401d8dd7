#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace eckart::data {

/// A value that a pickle describes. Containers point to values that the PickleReader owns.
struct PickleValue {
    enum class Kind {
        kNone,
        kBoolean,  ///< integer: 0 or 1
        kInteger,  ///< integer
        kText,     ///< text: bytes or characters
        kTuple,    ///< items
        kList,     ///< items
        kDict,     ///< items: key, value, key, value, ...
        kGlobal,   ///< text: "module name", one of the few that are known; never looked up anywhere
        kDtype,    ///< text: numpy's code of the element type, e.g. "u1"
        kArray,    ///< items: shape (tuple), dtype, column-major (boolean), elements (text); none until built
    };
    Kind kind = Kind::kNone;
    std::int64_t integer = 0;
    std::string_view text;
    std::vector<const PickleValue*> items;

    /// The value of a dict's text key, null when it is absent or this is no dict.
    [[nodiscard]] const PickleValue* find(std::string_view key) const;
};

/// Reads a pickle of protocol 2 that consists of dicts, lists, tuples, text, integers and numpy arrays, as
/// CIFAR-10's Python version does. A pickle is a program for a stack machine that may call anything in
/// Python: here nothing is ever called; the five names that numpy's arrays need are recognized as words, any
/// other name ends the reading.
///
/// Memory: at most kOperations values, and the text that had to be decoded, which is never longer than the
/// file. No recursion.
class PickleReader {
  public:
    static constexpr std::size_t kOperations = 1'000'000;

    /// Reads `bytes`, which must outlive the reader; `name` is the file's, for errors. Throws FormatError.
    PickleReader(std::string_view bytes, std::string name);
    PickleReader(const PickleReader&) = delete;
    PickleReader& operator=(const PickleReader&) = delete;

    [[nodiscard]] const PickleValue& root() const { return *root_; }

  private:
    using Kind = PickleValue::Kind;

    [[noreturn]] void fail(const std::string& what) const;
    std::string_view take(std::size_t size);
    std::uint64_t take_number(std::size_t size);
    std::string_view take_line();

    void run();
    bool step(unsigned char operation);  // false at STOP
    bool step_number(unsigned char operation);
    bool step_text(unsigned char operation);
    bool step_container(unsigned char operation);
    bool step_memo(unsigned char operation);

    PickleValue& push(Kind kind);
    PickleValue* pop();
    PickleValue& top(Kind kind, const char* operation);
    std::vector<const PickleValue*> pop_to_mark();
    void push_tuple(std::size_t size);
    void append(std::vector<const PickleValue*> items, Kind kind);
    void push_global();
    void reduce();
    void build();
    std::string_view decode_latin1(std::string_view utf8);

    std::string_view bytes_;
    std::string name_;
    std::size_t position_ = 0;
    std::size_t operations_ = 0;
    std::size_t decoded_bytes_ = 0;
    std::deque<PickleValue> values_;
    std::deque<std::string> decoded_;
    std::vector<PickleValue*> stack_;
    std::vector<std::size_t> marks_;
    std::unordered_map<std::uint64_t, PickleValue*> memo_;
    const PickleValue* root_ = nullptr;
};

}  // namespace eckart::data
