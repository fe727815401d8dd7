#include "io/metadata.hpp"

#include <fmt/core.h>

#include "eckart/core/error.hpp"
#include "eckart/core/parse_json.hpp"

namespace eckart::io {

Json parse_metadata(const std::string& text, std::size_t longest) {
    if (text.size() > longest)
        throw FormatError(fmt::format("it has {} bytes, more than {}", text.size(), longest));
    return parse_json(text);
}

}  // namespace eckart::io
