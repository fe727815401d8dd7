#include "data_files.hpp"

#include "eckart/data/info.hpp"
#include "eckart/data/png.hpp"
#include "eckart/data/preview.hpp"

namespace eckart::cli {

void write_data_files(const RunDirectory& directory, const data::DatasetPair& data, const RunRecord& record,
                      Overwrite overwrite) {
    if (!directory.present()) return;
    directory.write("data.json", "eckart.data/1", record, data::describe(data), overwrite);
    const bool drawable = data.train.shape.channels == 1 || data.train.shape.channels == 3;
    if (!drawable) return;
    write_file(directory.file("data.png"), data::encode_png(data::preview_grid(data.train, {})), overwrite);
}

}  // namespace eckart::cli
