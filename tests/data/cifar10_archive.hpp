#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace eckart::test {

/// A member of an archive: a file, or a symbolic link when `link` is not empty.
struct Member {
    std::string path;
    std::string content;
    std::string link = "";
};

/// A file of tests/golden.
std::string golden_bytes(const std::string& name);

/// The binary version with one image per batch: batch k has the label k and pixels 'x', the test batch the
/// label 0.
std::vector<Member> binary_members();

/// The Python version with the golden file of `writer` ("python2" or "python3") as each batch.
std::vector<Member> python_members(const std::string& writer);

/// Writes a .tar, or a .tar.gz by its ending.
void write_archive(const std::filesystem::path& path, const std::vector<Member>& members);

}  // namespace eckart::test
