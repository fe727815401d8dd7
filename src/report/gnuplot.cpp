#include "report/gnuplot.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "eckart/core/error.hpp"
#include "report/plots.hpp"
#include "report/process.hpp"

namespace eckart::report {
namespace fs = std::filesystem;
namespace {

// page.css has the same colors.
constexpr std::array<const char*, 6> kColors{"#2f6bb0", "#d2691e", "#2e8b6f",
                                             "#9a4f96", "#b08a1e", "#4c5a6b"};
constexpr double kMostUnitTics = 20;
constexpr std::array<int, 6> kPointTypes{7, 13, 5, 9, 11, 15};

/// A gnuplot string: single quotes are doubled, and control characters, which could end the line, become
/// spaces.
std::string quoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text) {
        if (c == '\'') result += '\'';
        result += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    }
    return result + "'";
}

std::string range_text(const Axis& axis) {
    const auto bound = [](double value) {
        return std::isfinite(value) ? fmt::format("{}", value) : std::string("*");
    };
    return fmt::format("[{}:{}]", bound(axis.low), bound(axis.high));
}

std::string axis_script(const Axis& axis, char name) {
    std::string script =
        fmt::format("set {}label {}\nset {}range {}\n", name, quoted(axis.label), name, range_text(axis));
    if (axis.logarithmic) script += fmt::format("set logscale {}\n", name);
    if (axis.style == NumberStyle::kWhole && !axis.logarithmic && axis.high - axis.low <= kMostUnitTics) {
        script += fmt::format("set {}tics 1\n", name);
    }
    if (axis.style == NumberStyle::kShort) {
        script += fmt::format("set format {} '%.0s %c'\n", name);
    } else if (axis.logarithmic) {
        script += fmt::format("set format {} '%g'\n", name);
    }
    return script;
}

std::string reference_script(const Plot& plot) {
    std::string script;
    int tag = 1;
    for (const Reference& line : plot.references) {
        const std::string value = fmt::format("{}", line.value);
        const std::string from = line.horizontal ? "graph 0, first " + value : "first " + value + ", graph 0";
        const std::string to = line.horizontal ? "graph 1, first " + value : "first " + value + ", graph 1";
        script += fmt::format("set arrow {} from {} to {} nohead dashtype 2 linecolor rgb '#6d7785'\n", tag,
                              from, to);
        script +=
            line.horizontal
                ? fmt::format(
                      "set label {} {} at graph {}, first {} {} offset 0,0.6 textcolor rgb '#5b6675'\n", tag,
                      quoted(line.label), line.label_at_end ? "0.98" : "0.02", value,
                      line.label_at_end ? "right" : "left")
                : fmt::format(
                      "set label {} {} at first {}, graph 0.04 left rotate by 90 offset 1.2,0 textcolor rgb "
                      "'#5b6675'\n",
                      tag, quoted(line.label), value);
        ++tag;
    }
    return script;
}

/// Empty blocks would shift the numbers of those behind them.
bool has_values(const Series& series) {
    return std::any_of(series.points.begin(), series.points.end(),
                       [](const PlotPoint& point) { return std::isfinite(point.y); });
}

bool has_spread(const Series& series) {
    for (const PlotPoint& point : series.points) {
        if (!std::isfinite(point.low) || !std::isfinite(point.high)) return false;
    }
    return !series.points.empty();
}

std::string plot_command(const Plot& plot) {
    std::string script = "plot ";
    const std::string data = quoted(plot.id + ".tsv");
    bool first = true;
    int block = 0;
    for (const Series& series : plot.series) {
        if (!has_values(series)) continue;
        const auto color = static_cast<std::size_t>(series.color) % kColors.size();
        if (has_spread(series)) {
            script += fmt::format(
                "{}{} index {} using 1:3:4 with filledcurves notitle fillcolor rgb '{}' fillstyle "
                "transparent solid 0.18 noborder",
                first ? "" : ", \\\n     ", data, block, kColors[color]);
            first = false;
        }
        const std::string style =
            series.style == SeriesStyle::kLine   ? "lines"
            : series.style == SeriesStyle::kDots ? "points pointtype 7 pointsize 0.35"
            : series.style == SeriesStyle::kPoints
                ? fmt::format("points pointtype {} pointsize 1.2", kPointTypes[color])
                : fmt::format("linespoints pointtype {} pointsize 1.2", kPointTypes[color]);
        script +=
            fmt::format("{}{} index {} using 1:2 with {} linewidth 2 linecolor rgb '{}' title {}",
                        first ? "" : ", \\\n     ", data, block, style, kColors[color], quoted(series.label));
        first = false;
        ++block;
    }
    return script + "\n";
}

constexpr std::string_view kWorkPrefix = "drawing-";
constexpr std::size_t kWorkSuffix = 6;  // XXXXXX

/// A folder that is open and locked as long as this lives.
class LockedFolder {
  public:
    /// `operation` as for flock(2).
    LockedFolder(const fs::path& path, int operation)
        : descriptor_(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) {
        locked_ = descriptor_ >= 0 && flock(descriptor_, operation) == 0;
    }
    ~LockedFolder() {
        if (descriptor_ >= 0) close(descriptor_);
    }
    LockedFolder(const LockedFolder&) = delete;
    LockedFolder& operator=(const LockedFolder&) = delete;
    [[nodiscard]] bool locked() const { return locked_; }

  private:
    int descriptor_;
    bool locked_ = false;
};

/// Removes the work folders of reports that were killed: those of living ones are locked.
void remove_abandoned_work(const fs::path& parent) {
    std::vector<fs::path> candidates;
    std::error_code error;
    for (fs::directory_iterator entry(parent, error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (name.size() == kWorkPrefix.size() + kWorkSuffix && name.starts_with(kWorkPrefix))
            candidates.push_back(entry->path());
    }
    for (const fs::path& path : candidates) {
        const LockedFolder folder(path, LOCK_EX | LOCK_NB);
        if (folder.locked()) fs::remove_all(path, error);
    }
}

/// A folder beside the plots that goes away with everything in it.
class WorkFolder {
  public:
    explicit WorkFolder(const fs::path& parent) {
        // Before it is locked, another report may take the new folder for an abandoned one.
        std::error_code ignored;
        do {
            std::string name = (parent / kWorkPrefix).string() + std::string(kWorkSuffix, 'X');
            if (mkdtemp(name.data()) == nullptr) {
                throw IoError(
                    fmt::format("cannot create a folder in '{}'; check its permissions and the free space",
                                parent.string()));
            }
            path_ = name;
            lock_.emplace(path_, LOCK_EX);
        } while (lock_->locked() && !fs::exists(path_, ignored));
    }
    ~WorkFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    WorkFolder(const WorkFolder&) = delete;
    WorkFolder& operator=(const WorkFolder&) = delete;
    [[nodiscard]] const fs::path& path() const { return path_; }

  private:
    fs::path path_;
    std::optional<LockedFolder> lock_;
};

std::string first_line(const std::string& text) {
    const std::size_t begin = text.find_first_not_of(" \n\t");
    return begin == std::string::npos ? "no message" : text.substr(begin, text.find('\n', begin) - begin);
}

bool drawable(const Plot* plot) {
    return std::any_of(plot->series.begin(), plot->series.end(), has_values);
}

constexpr std::array<const char*, 2> kEndings{".svg", ".png"};

/// Draws one plot into the folder `work`. Returns false where that failed or was interrupted, and says so in
/// `files`.
bool draw(const Plot& plot, const fs::path& work, const StopRequested& stop, PlotFiles& files) {
    const fs::path script = work / (plot.id + ".gp");
    write_file(work / (plot.id + ".tsv"), gnuplot_data(plot), Overwrite::kReplace);
    write_file(script, fmt::format("cd {}\n", quoted(work.string())) + gnuplot_script(plot),
               Overwrite::kReplace);
    // "-d": without the user's own settings.
    const ProcessResult result = run_process("gnuplot", {"-d", script.string()}, work / "messages", stop);
    files.interrupted = result.interrupted || should_stop(stop);
    if (files.interrupted) return false;
    if (!result.found) {
        files.problem =
            "gnuplot is not installed, so there are no plot files: install the Debian package "
            "gnuplot-nox";
    } else if (result.status != 0) {
        files.problem = fmt::format("gnuplot could not draw '{}' (exit status {}): {}", plot.id,
                                    result.status, first_line(result.output));
    }
    return files.problem.empty();
}

/// Files of plots that an earlier report could draw and this one did not would show another run.
void remove_other_plots(const fs::path& folder, const std::vector<std::string>& names, const PlotIds& known) {
    std::vector<fs::path> others;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        const fs::path& path = entry->path();
        const std::string ending = path.extension().string();
        if (std::find(kEndings.begin(), kEndings.end(), ending) == kEndings.end()) continue;
        if (!known(path.stem().string())) continue;
        if (std::find(names.begin(), names.end(), path.filename().string()) == names.end())
            others.push_back(path);
    }
    for (const fs::path& path : others) {
        if (fs::is_regular_file(fs::symlink_status(path, error))) fs::remove(path, error);
    }
}

}  // namespace

std::string gnuplot_data(const Plot& plot) {
    std::string text;
    for (const Series& series : plot.series) {
        if (!has_values(series)) continue;
        for (const PlotPoint& point : series.points) {
            if (!std::isfinite(point.y)) continue;
            text += fmt::format("{}\t{}", point.x, point.y);
            text += std::isfinite(point.low) && std::isfinite(point.high)
                        ? fmt::format("\t{}\t{}\n", point.low, point.high)
                        : std::string("\n");
        }
        text += "\n\n";
    }
    return text;
}

std::string gnuplot_script(const Plot& plot) {
    std::string script = fmt::format(
        "set encoding utf8\nset title {} noenhanced\nset termoption noenhanced\nset border 3 linecolor rgb "
        "'#9aa3af'\n"
        "set tics nomirror scale 0.5 textcolor rgb '#1b2330'\nset grid ytics linecolor rgb '#e4e7ec' "
        "linetype 1\n"
        "set key outside top left horizontal Left reverse noenhanced samplen 2\n{}",
        quoted(plot.title), plot.series.size() > 1 ? "" : "unset key\n");
    script += axis_script(plot.x, 'x') + axis_script(plot.y, 'y') + reference_script(plot);
    const std::string command = plot_command(plot);
    script += fmt::format(
        "set terminal svg size 800,480 noenhanced font 'Liberation Sans,14' background rgb 'white'\n"
        "set output {}\n{}set output\n",
        quoted(plot.id + ".svg"), command);
    script += fmt::format(
        "set terminal pngcairo size 1600,960 noenhanced font 'Liberation Sans,22' linewidth 1.6\n"
        "set output {}\n{}set output\n",
        quoted(plot.id + ".png"), command);
    return script;
}

PlotFiles draw_plot_files(const std::vector<const Plot*>& plots, const fs::path& folder, Overwrite overwrite,
                          const StopRequested& stop, const PlotIds& known) {
    PlotFiles files;
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) {
        throw IoError(fmt::format("cannot create the folder '{}': {}; check its permissions", folder.string(),
                                  error.message()));
    }
    for (const Plot* plot : plots) {
        for (const char* ending : kEndings) require_writable(folder / (plot->id + ending), overwrite);
    }
    remove_abandoned_work(folder);
    const WorkFolder work(folder);
    std::vector<std::string> drawn;
    for (const Plot* plot : plots) {
        if (!drawable(plot)) continue;
        if (!draw(*plot, work.path(), stop, files)) break;
        for (const char* ending : kEndings) drawn.push_back(plot->id + ending);
    }
    if (files.interrupted) return files;
    for (const std::string& name : drawn) {
        write_file(folder / name, read_file(work.path() / name, 64U << 20U), overwrite);
        files.names.push_back(name);
    }
    if (files.problem.empty() && overwrite == Overwrite::kReplace)
        remove_other_plots(folder, files.names, known);
    return files;
}

}  // namespace eckart::report
