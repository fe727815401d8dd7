#include "cifar10_archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/core.h>

#include <stdexcept>

#include "eckart/core/atomic_file.hpp"

namespace eckart::test {

std::string golden_bytes(const std::string& name) {
    return read_file(std::filesystem::path(ECKART_SOURCE_DIR) / "tests/golden" / name, 1 << 20);
}

std::vector<Member> binary_members() {
    std::string record(3073, 'x');
    std::vector<Member> members;
    for (int label = 1; label <= 5; ++label) {
        record[0] = static_cast<char>(label);
        members.push_back({fmt::format("cifar-10-batches-bin/data_batch_{}.bin", label), record});
    }
    record[0] = '\0';
    members.push_back({"cifar-10-batches-bin/test_batch.bin", record});
    return members;
}

std::vector<Member> python_members(const std::string& writer) {
    const std::string folder = "cifar-10-batches-py/";
    const std::string batch = golden_bytes("cifar10_" + writer + "_batch");
    std::vector<Member> members;
    for (int number = 1; number <= 5; ++number) {
        members.push_back({folder + "data_batch_" + std::to_string(number), batch});
    }
    members.push_back({folder + "test_batch", batch});
    members.push_back({folder + "batches.meta", golden_bytes("cifar10_python2_meta")});
    return members;
}

void write_archive(const std::filesystem::path& path, const std::vector<Member>& members) {
    archive* handle = archive_write_new();
    archive_write_set_format_pax_restricted(handle);
    if (path.extension() == ".gz") archive_write_add_filter_gzip(handle);
    if (archive_write_open_filename(handle, path.c_str()) != ARCHIVE_OK)
        throw std::runtime_error("libarchive");
    for (const Member& member : members) {
        archive_entry* entry = archive_entry_new();
        archive_entry_set_pathname(entry, member.path.c_str());
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_size(entry, static_cast<la_int64_t>(member.content.size()));
        archive_entry_set_filetype(entry, member.link.empty() ? AE_IFREG : AE_IFLNK);
        if (!member.link.empty()) archive_entry_set_symlink(entry, member.link.c_str());
        archive_write_header(handle, entry);
        archive_write_data(handle, member.content.data(), member.content.size());
        archive_entry_free(entry);
    }
    archive_write_close(handle);
    archive_write_free(handle);
}

}  // namespace eckart::test
