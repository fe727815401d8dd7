#include "data_output.hpp"

#include <fmt/core.h>

#include "eckart/data/info.hpp"
#include "run_directory.hpp"
#include "table.hpp"

namespace eckart::cli {
namespace {

std::string shape_text(const data::ImageShape& shape) {
    return fmt::format("{} x {} {}", shape.width, shape.height,
                       shape.channels == 3   ? "in color"
                       : shape.channels == 1 ? "in gray"
                                             : fmt::format("in {} channels", shape.channels));
}

void print_warnings(const Json& description, Context& context) {
    for (const Json& warning : description["warnings"]) {
        context.print("warning: " + warning.get<std::string>());
    }
}

void print_object(const Json& description, const data::DatasetPair& data, Context& context) {
    context.print_json(with_record("eckart.data/1", context.record(data.checksum), description));
}

std::string headline(const data::DatasetPair& data) {
    return fmt::format("{}: {} training and {} test images, {}, {} classes", data.name,
                       with_commas(static_cast<std::int64_t>(data.train.count())),
                       with_commas(static_cast<std::int64_t>(data.test.count())),
                       shape_text(data.train.shape), data.train.class_names.size());
}

}  // namespace

void print_content(const data::DatasetPair& data, Context& context) {
    const Json description = data::describe(data);
    context.print(headline(data));
    Table table({"class", "training", "test"});
    const Json& train = description["train"]["per_class"];
    const Json& test = description["test"]["per_class"];
    for (std::size_t i = 0; i < data.train.class_names.size(); ++i) {
        table.add_row({fmt::format("{} {}", i, data.train.class_names[i]),
                       with_commas(train[i].get<std::int64_t>()), with_commas(test[i].get<std::int64_t>())});
    }
    table.add_rule();
    table.add_row({"all", with_commas(static_cast<std::int64_t>(data.train.count())),
                   with_commas(static_cast<std::int64_t>(data.test.count()))});
    context.print(table.text());
    context.print(data.checksum);
    print_warnings(description, context);
    print_object(description, data, context);
}

void print_written(const data::DatasetPair& data, const std::string& folder, Context& context) {
    const Json description = data::describe(data);
    context.print(fmt::format("{}, in '{}'", headline(data), folder));
    print_warnings(description, context);
    context.progress().on_line(fmt::format("Next: eckart train --data {} -o net.safetensors", folder));
    print_object(description, data, context);
}

}  // namespace eckart::cli
