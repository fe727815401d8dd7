#include "eckart/core/parse_json.hpp"

#include <fmt/core.h>

#include <vector>

#include "eckart/core/error.hpp"

namespace eckart {
namespace {

constexpr std::size_t kDeepest = 16;
constexpr int kMostMembers = 100;

/// Reads a document without keeping it, and throws where it leaves the bounds. It ends quietly at the first
/// fault: the parser that comes after it says what it is. (One pass would need the parser's callback, with
/// which nlohmann-json looks at all elements of an array again after each object in it.)
class Bounds : public nlohmann::json_sax<Json> {
  public:
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool start_object(std::size_t) override { return open(); }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override { return open(); }
    bool end_array() override { return close(); }
    bool key(string_t&) override {
        if (++members_.back() > kMostMembers)
            throw FormatError(fmt::format("an object in it has more than {} members", kMostMembers));
        return true;
    }
    bool parse_error(std::size_t, const std::string&, const Json::exception&) override { return false; }

  private:
    bool open() {
        if (members_.size() == kDeepest)
            throw FormatError(fmt::format("it is nested deeper than {} levels", kDeepest));
        members_.push_back(0);
        return true;
    }
    bool close() {
        members_.pop_back();
        return true;
    }

    std::vector<int> members_;  ///< seen so far in each object or array that is open
};

}  // namespace

Json parse_json(const std::string& text) {
    Bounds bounds;
    Json::sax_parse(text, &bounds);
    try {
        return Json::parse(text);
    } catch (const Json::parse_error& error) {
        throw FormatError(fmt::format("it is not valid JSON at byte {}", error.byte));
    } catch (const Json::exception&) {
        throw FormatError("it holds a number out of range");
    }
}

}  // namespace eckart
