#pragma once

#include <fmt/core.h>

#include <string>

#include "eckart/core/error.hpp"
#include "eckart/core/json.hpp"
#include "io/foreign_file.hpp"
#include "io/printable.hpp"

namespace eckart::io {

/// Reads JSON event by event, so that a hostile text costs no more memory than itself, and refuses every
/// event: formats override what they have. Every handler returns true or throws FormatError, whose words
/// begin with "it".
class RefusingSax : public nlohmann::json_sax<nlohmann::json> {
  public:
    bool null() override { fail("null"); }
    bool boolean(bool) override { fail("a boolean"); }
    bool number_integer(number_integer_t value) override {
        fail(fmt::format("the negative number {}", value));
    }
    bool number_unsigned(number_unsigned_t value) override { fail(fmt::format("the number {}", value)); }
    bool number_float(number_float_t, const string_t& text) override {
        fail(fmt::format("the number {}", printable(text)));
    }
    bool string(string_t& value) override { fail(fmt::format("the text '{}'", printable(value))); }
    bool binary(binary_t&) override { fail("binary data"); }
    bool start_object(std::size_t) override { fail("an object"); }
    bool end_object() override { return true; }
    bool key(string_t& name) override { fail(fmt::format("the member '{}'", printable(name))); }
    bool start_array(std::size_t) override { fail("an array"); }
    bool end_array() override { return true; }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
        throw FormatError(fmt::format("it is not valid JSON at byte {}", position));
    }

  protected:
    [[noreturn]] static void fail(const std::string& found) {
        throw FormatError(fmt::format("it has {} where the format has none", found));
    }
};

/// Reads `text` with `handler`. nlohmann would skip a byte order mark and stop at a NUL byte.
inline void read_strictly(const std::string& text, RefusingSax& handler) {
    if (!looks_like_json_object(text) || text.find('\0') != std::string::npos)
        throw FormatError("it is not a JSON object");
    nlohmann::json::sax_parse(text, &handler);
}

}  // namespace eckart::io
