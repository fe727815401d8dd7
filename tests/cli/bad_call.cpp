#include "bad_call.hpp"

#include <algorithm>

#include "child_process.hpp"
#include "folder_listing.hpp"
#include "materials.hpp"
#include "scratch_folder.hpp"

namespace eckart::test {
namespace fs = std::filesystem;
namespace {

/// Gives every folder back the permissions that removing it needs.
void unlock(const fs::path& folder) {
    constexpr auto kSkip = fs::directory_options::skip_permission_denied;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder, kSkip)) {
        if (entry.is_symlink() || !entry.is_directory()) continue;
        fs::permissions(entry.path(), fs::perms::owner_all, fs::perm_options::add);
    }
}

std::string command_of(const BadCall& call) {
    std::string text = "eckart";
    for (const std::string& argument : call.arguments) text += " '" + argument + "'";
    return text;
}

}  // namespace

Words operator+(Words first, const Words& rest) {
    first.insert(first.end(), rest.begin(), rest.end());
    return first;
}

void PrintTo(const BadCall& call, std::ostream* out) {
    *out << command_of(call);
}

std::string name_of(const testing::TestParamInfo<BadCall>& info) {
    return info.param.name;
}

void expect_refusal(const BadCall& call) {
    if (call.plain_rights && !can_drop_rights()) GTEST_SKIP() << "root cannot give up its rights here";
    SCOPED_TRACE(command_of(call));
    const ScratchFolder folder;
    lay_out(folder.path());
    if (call.prepare) call.prepare(folder.path());
    const std::string before = listing(folder.path());
    Start start{call.arguments, folder.path(), call.environment, call.stdout_path};
    start.plain_rights = call.plain_rights;
    const Ended ended = run_eckart(start);
    EXPECT_EQ(ended.code, call.code);
    EXPECT_EQ(ended.out, "");
    EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
    EXPECT_TRUE(ended.err.starts_with("eckart: ")) << ended.err;
    EXPECT_TRUE(ended.err.ends_with("\n")) << ended.err;
    EXPECT_NE(ended.err.find(call.says), std::string::npos) << ended.err << "lacks: " << call.says;
    EXPECT_EQ(listing(folder.path()), before);
    unlock(folder.path());
}

}  // namespace eckart::test
