#pragma once

#include <fmt/core.h>

#include <string>
#include <unordered_map>

namespace eckart::io {

/// Finds names that are free: NAME, NAME_2, NAME_3, ... For each NAME it goes on where it was, so that many
/// equal ones take no longer than different ones.
class FreeNames {
  public:
    template <class IsFree>
    std::string find(const std::string& wanted, const IsFree& is_free) {
        std::string name = wanted;
        if (is_free(name)) return name;
        int& number = last_.try_emplace(wanted, 1).first->second;
        do {
            name = fmt::format("{}_{}", wanted, ++number);
        } while (!is_free(name));
        return name;
    }

  private:
    std::unordered_map<std::string, int> last_;
};

}  // namespace eckart::io
