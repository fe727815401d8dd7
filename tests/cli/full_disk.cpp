#include "full_disk.hpp"

#include <sched.h>
#include <sys/mount.h>

#include <utility>

namespace eckart::test {

FullDisk::FullDisk(std::filesystem::path place) : place_(std::move(place)) {
    mounted_ = unshare(CLONE_NEWNS) == 0 && mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
               mount("none", place_.c_str(), "tmpfs", 0, "size=64k") == 0;
}

FullDisk::~FullDisk() {
    if (mounted_) umount2(place_.c_str(), MNT_DETACH);
}

void FullDisk::free_space() const {
    mount("none", place_.c_str(), "tmpfs", MS_REMOUNT, "size=4m");
}

}  // namespace eckart::test
