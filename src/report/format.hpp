#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace eckart::report {

// Numbers as a reader wants them; a no-break space stands before the unit. Independent of the locale.

std::string percent(double fraction, int digits = 1);  ///< 0.541 -> "54.1 %"
std::string points(double difference);                 ///< 0.013 -> "1.3 points", sign dropped
std::string whole(std::int64_t value);                 ///< 7087010 -> "7,087,010"
std::string short_count(double value);                 ///< 7087010 -> "7.09 M"
std::string bytes(std::int64_t value);                 ///< 28348040 -> "28.3 MB"
std::string seconds(double value);                     ///< 0.00123 -> "1.23 ms", 113 -> "1 min 53 s"
std::string times(double factor);                      ///< 9.87 -> "9.9x" with a multiplication sign
std::string significant(double value, int digits);     ///< 0.04567, 2 -> "0.046"; never with an exponent
std::string scientific(double value);                  ///< 0.0456 -> "0.0456", 1.234e-9 -> "1.23e-9"
std::string plural(std::int64_t count,
                   const std::string& noun);  ///< 1, "epoch" -> "1 epoch"; 3 -> "3 epochs"

/// Text for HTML content and double-quoted attributes: & < > " ' become references, control characters
/// spaces.
std::string escape_html(std::string_view text);

/// RFC 4648 base64, for data URIs.
std::string base64(std::string_view bytes);

}  // namespace eckart::report
