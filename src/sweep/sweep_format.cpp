// A sweep's points as JSON and CSV.
#include <fmt/core.h>

#include "eckart/core/error.hpp"
#include "eckart/sweep/sweep.hpp"

namespace eckart::sweep {

namespace {

double batches_in(std::int64_t samples, std::int64_t batch) {
    const std::int64_t batches = (samples + batch - 1) / batch;
    return static_cast<double>(batches);
}

evaluate::Spread spread_from_json(const Json& json) {
    return {json.at("median").get<double>(), json.at("low").get<double>(), json.at("high").get<double>()};
}

Json to_json(const PointLatency& latency, std::int64_t test_count) {
    const double batches = batches_in(test_count, latency.batch);
    const evaluate::Spread& factored = latency.factored.seconds;
    const evaluate::Spread& dense = latency.dense.seconds;
    return {{"batch", latency.batch},
            {"repetitions", latency.factored.repetitions},
            {"seconds", evaluate::to_json(factored)},
            {"dense_seconds", evaluate::to_json(dense)},
            {"speedup", dense.median / factored.median},
            {"test_set_seconds", factored.median * batches},
            {"dense_test_set_seconds", dense.median * batches}};
}

PointLatency latency_from_json(const Json& json) {
    const int repetitions = json.at("repetitions").get<int>();
    return {json.at("batch").get<std::int64_t>(),
            {spread_from_json(json.at("seconds")), repetitions},
            {spread_from_json(json.at("dense_seconds")), repetitions}};
}

}  // namespace

Json to_json(const SweepPoint& point) {
    Json json{{"rank", point.rank},
              {"parameters", point.size.parameters},
              {"bytes", point.size.bytes},
              {"macs", point.size.macs},
              {"layers_factored", point.layers_factored},
              {"test_accuracy", point.test.accuracy()},
              {"test_loss", point.test.mean_loss},
              {"test_correct", point.test.correct},
              {"test_count", point.test.count},
              {"latency", Json::array()}};
    for (const PointLatency& latency : point.latency)
        json["latency"].push_back(to_json(latency, point.test.count));
    return json;
}

SweepPoint point_from_json(const Json& json) {
    try {
        SweepPoint point;
        json.at("rank").get_to(point.rank);
        json.at("parameters").get_to(point.size.parameters);
        json.at("bytes").get_to(point.size.bytes);
        json.at("macs").get_to(point.size.macs);
        json.at("layers_factored").get_to(point.layers_factored);
        json.at("test_loss").get_to(point.test.mean_loss);
        json.at("test_correct").get_to(point.test.correct);
        json.at("test_count").get_to(point.test.count);
        for (const Json& latency : json.at("latency")) point.latency.push_back(latency_from_json(latency));
        return point;
    } catch (const Json::exception& error) {
        throw FormatError(fmt::format("a sweep's point is malformed: {}", error.what()));
    }
}

std::string to_csv(const std::vector<SweepPoint>& points) {
    std::string csv =
        "rank,parameters,bytes,macs,layers_factored,test_accuracy,test_loss,batch,repetitions,seconds_median,"
        "seconds_p10,seconds_p90,dense_seconds_median,speedup\r\n";
    for (const SweepPoint& point : points) {
        for (const PointLatency& latency : point.latency) {
            const evaluate::Spread& seconds = latency.factored.seconds;
            csv +=
                fmt::format("{},{},{},{},{},{:.6f},{:.6f},{},{},{:.9f},{:.9f},{:.9f},{:.9f},{:.4f}\r\n",
                            point.rank, point.size.parameters, point.size.bytes, point.size.macs,
                            point.layers_factored, point.test.accuracy(), point.test.mean_loss, latency.batch,
                            latency.factored.repetitions, seconds.median, seconds.low, seconds.high,
                            latency.dense.seconds.median, latency.dense.seconds.median / seconds.median);
        }
    }
    return csv;
}

}  // namespace eckart::sweep
