#include "eckart/core/error.hpp"

namespace eckart {

Error::Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}

}  // namespace eckart
