#pragma once

#include <stdexcept>
#include <string>

#pragma GCC visibility push(default)

namespace eckart {

/// What went wrong, in the terms a caller can act on. The command line maps each to one exit code.
enum class ErrorKind {
    kInvalidArgument,  ///< an argument is outside its documented range
    kIo,               ///< the operating system refused to read or write
    kFormat,           ///< a file was read but its content is malformed or not supported
    kNumerical,        ///< a computation failed or would give non-finite results
    kBackend,          ///< a compute library reported an internal failure
    kNetwork,          ///< a download failed, or its checksum is wrong
};

/// Base of every exception that Eckart throws. what() is one sentence with the actual values (file, tensor,
/// expected, found) and a hint how to mend it.
class Error : public std::runtime_error {
  public:
    Error(ErrorKind kind, const std::string& message);
    [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }

  private:
    ErrorKind kind_;
};

class InvalidArgument : public Error {
  public:
    explicit InvalidArgument(const std::string& message) : Error(ErrorKind::kInvalidArgument, message) {}
};

class IoError : public Error {
  public:
    explicit IoError(const std::string& message) : Error(ErrorKind::kIo, message) {}
};

class FormatError : public Error {
  public:
    explicit FormatError(const std::string& message) : Error(ErrorKind::kFormat, message) {}
};

class NumericalError : public Error {
  public:
    explicit NumericalError(const std::string& message) : Error(ErrorKind::kNumerical, message) {}
};

class BackendError : public Error {
  public:
    explicit BackendError(const std::string& message) : Error(ErrorKind::kBackend, message) {}
};

class NetworkError : public Error {
  public:
    explicit NetworkError(const std::string& message) : Error(ErrorKind::kNetwork, message) {}
};

}  // namespace eckart

#pragma GCC visibility pop
