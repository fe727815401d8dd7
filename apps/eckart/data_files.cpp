#include "data_files.hpp"

#include <optional>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/created_folders.hpp"
#include "eckart/data/info.hpp"
#include "eckart/data/png.hpp"
#include "eckart/data/preview.hpp"

namespace eckart::cli {

void write_data_files(const RunDirectory& directory, const data::DatasetPair& data, const RunRecord& record,
                      Overwrite overwrite) {
    if (!directory.present()) return;
    const bool drawable = data.train.shape.channels == 1 || data.train.shape.channels == 3;
    const CreatedFolders created(directory.folder());
    std::optional<AtomicFile> image;
    if (drawable) {
        image.emplace(directory.file("data.png"), overwrite);
        image->write(data::encode_png(data::preview_grid(data.train, {})));
    }
    // Both files or none, as far as a full disk is concerned.
    directory.write("data.json", "eckart.data/1", record, data::describe(data), overwrite);
    if (drawable) image->commit();
}

}  // namespace eckart::cli
