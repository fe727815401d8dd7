#pragma once

#include <string>
#include <string_view>

namespace eckart::cli {

/// Opens what of stdin, stdout and stderr the caller has closed, so that no file of ours gets its number and
/// with it the text that was meant for the stream. To use such a stream fails, as it would have.
void open_missing_streams();

/// Writes to stderr. Where that fails, there is nobody to tell.
void write_to_stderr(std::string_view text);

/// "eckart: MESSAGE" as one line: names may hold line breaks and codes that rule terminals.
std::string one_line(std::string message);

/// Writes to stdout. A failure is remembered: results_delivered() tells.
void write_to_stdout(std::string_view text);

/// Flushes stdout. False when anything that was written to it since the start has been lost.
bool results_delivered();

}  // namespace eckart::cli
