#include "probe/program/program_copies.hpp"

#include <fmt/core.h>
#include <poll.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "eckart/core/error.hpp"
#include "probe/program/line_protocol.hpp"

namespace eckart::probe {
namespace {

constexpr std::size_t kLongestAnswer = 4096;
constexpr std::size_t kReadAtOnce = 64U << 10U;
constexpr std::size_t kOutputShown = 60;
constexpr std::chrono::milliseconds kBetweenLooks{20};
constexpr std::chrono::milliseconds kNap{2};
constexpr std::chrono::milliseconds kMoment{200};
constexpr std::chrono::milliseconds kGrace{500};
constexpr std::chrono::milliseconds kFarewell{1000};

std::chrono::steady_clock::duration seconds(double value) {
    return std::chrono::duration_cast<std::chrono::steady_clock::duration>(
        std::chrono::duration<double>(value));
}

/// Of one whose stdout is at its end: mostly it is just ending itself.
std::string how_it_ended(const ChildProcess& process) {
    return process.ends_within(kMoment) ? process.ending() : "closed its stdout";
}

}  // namespace

ProgramCopies::ProgramCopies(ExternalProgramOptions options) : options_(std::move(options)) {
    options_.validate();
    program_ = find_program(options_.command.front());
    copies_.resize(static_cast<std::size_t>(options_.jobs));
    start(copies_.front());
}

VectorD ProgramCopies::answers(const MatrixD& points, const std::vector<std::int64_t>& calls,
                               const OnAnswer& on_answer) {
    const SigpipeHeld held;
    Batch batch{points, calls, on_answer, VectorD(points.rows()), 0, points.rows()};
    try {
        run(batch);
    } catch (...) {
        end_all();
        throw;
    }
    return batch.results;
}

void ProgramCopies::run(Batch& batch) {
    while (batch.left > 0) {
        if (should_stop(options_.stop)) throw Interrupted();
        for (Copy& copy : copies_) {
            if (!copy.busy() && batch.next < batch.points.rows()) begin(copy, batch);
        }
        wait_for_any();
        for (Copy& copy : copies_) {
            if (copy.process == nullptr) continue;
            transfer(copy);
            if (copy.busy()) serve(copy, batch);
            require_silence(copy);
        }
    }
    for (Copy& copy : copies_) {
        if (copy.process == nullptr) continue;
        transfer(copy);
        require_silence(copy);
    }
}

ProgramCopies::~ProgramCopies() {
    end_all();
}

void ProgramCopies::start(Copy& copy) {
    copy.process = std::make_unique<ChildProcess>(program_, options_.command);
    copy.received.clear();
    copy.said.clear();
}

void ProgramCopies::restart(Copy& copy, const Batch& batch, Eigen::Index row, const std::string& why) {
    if (restarts_ >= options_.max_restarts) {
        throw IoError(
            fmt::format("{}it {}, and it was started again {} times already, which is the limit{}; mend "
                        "the program, or allow more restarts if it is meant to end after an answer",
                        call_text(batch, row), why, restarts_, last_words(copy)));
    }
    ++restarts_;
    copy.process->end(kGrace);
    start(copy);
}

/// Asks an idle copy about the next row.
void ProgramCopies::begin(Copy& copy, Batch& batch) {
    if (copy.process == nullptr) start(copy);
    transfer(copy);
    require_silence(copy);
    const Eigen::Index row = batch.next++;
    // It may have ended after its last answer; that is no failure at this question.
    if (!copy.process->output.is_open() || copy.process->has_ended())
        restart(copy, batch, row, how_it_ended(*copy.process));
    copy.row = row;
    copy.attempts = 0;
    ask(copy, batch);
}

void ProgramCopies::ask(Copy& copy, const Batch& batch) {
    copy.unsent = joined(batch.points, copy.row, ' ') + '\n';
    copy.deadline = Clock::now() + seconds(options_.timeout);
    transfer(copy);
}

/// Sleeps until a copy has something to say or room for the rest of its question, a busy one may have ended,
/// its time is over, or it is time to ask `stop`.
void ProgramCopies::wait_for_any() {
    std::vector<pollfd> ends;
    Clock::time_point wake = Clock::now() + kBetweenLooks;
    for (const Copy& copy : copies_) {
        if (copy.process == nullptr) continue;
        const auto add = [&](const Descriptor& end, short events) {
            if (end.is_open()) ends.push_back({end.number(), events, 0});
        };
        if (!copy.unsent.empty()) add(copy.process->input, POLLOUT);
        add(copy.process->output, POLLIN);
        add(copy.process->errors, POLLIN);
        if (copy.busy()) wake = std::min(wake, copy.deadline);
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(wake - Clock::now());
    poll(ends.data(), ends.size(), std::max(0, static_cast<int>(left.count()) + 1));
}

/// Moves what can be moved without waiting.
void ProgramCopies::transfer(Copy& copy) {
    ChildProcess& process = *copy.process;
    if (!copy.unsent.empty()) {
        copy.unsent.erase(0, process.input.write_some(copy.unsent));
        // It reads no more, but may still answer.
        if (!process.input.is_open()) copy.unsent.clear();
    }
    std::string errors;
    process.errors.read_some(errors, kReadAtOnce);
    copy.said.add(errors);
    if (copy.received.size() <= kLongestAnswer) process.output.read_some(copy.received, kLongestAnswer + 1);
}

void ProgramCopies::serve(Copy& copy, Batch& batch) {
    ChildProcess& process = *copy.process;
    // In this order, so that nothing that it wrote before its end is missed.
    const bool ended = process.has_ended();
    if (ended) transfer(copy);
    const std::size_t length = copy.received.find('\n');
    if (length != std::string::npos) return take_line(copy, batch, length);
    if (copy.received.size() > kLongestAnswer) {
        throw FormatError(
            fmt::format("{}it answered with a line of more than {} bytes, beginning '{}'{}; one number per "
                        "line is an answer",
                        call_text(batch, copy.row), kLongestAnswer, shown(copy.received, kOutputShown),
                        last_words(copy)));
    }
    const std::string amid =
        copy.received.empty() ? "" : fmt::format(" amid its answer '{}'", shown(copy.received, kOutputShown));
    if (ended || !process.output.is_open()) return fail(copy, batch, how_it_ended(process) + amid);
    if (Clock::now() < copy.deadline) return;
    fail(copy, batch,
         fmt::format("gave no answer within {} s{}", options_.timeout,
                     amid.empty()
                         ? ""
                         : ", but only '" + shown(copy.received, kOutputShown) + "' without a line break"));
}

void ProgramCopies::take_line(Copy& copy, Batch& batch, std::size_t length) {
    const Answer answer = parse_answer(std::string_view(copy.received).substr(0, length));
    if (!answer.fault.empty()) {
        throw FormatError(fmt::format("{}it {}{}; an answer is one finite number in a line",
                                      call_text(batch, copy.row), answer.fault, last_words(copy)));
    }
    copy.received.erase(0, length + 1);
    if (!copy.received.empty())
        refuse_unasked(batch.calls[static_cast<std::size_t>(copy.row)], copy.received);
    if (!copy.unsent.empty()) {
        throw FormatError(
            fmt::format("{}it answered before it had read the question{}; it should read a line of {} "
                        "numbers first",
                        call_text(batch, copy.row), last_words(copy), options_.dim));
    }
    const Eigen::Index row = std::exchange(copy.row, -1);
    copy.last_call = batch.calls[static_cast<std::size_t>(row)];
    batch.results[row] = answer.value;
    --batch.left;
    if (batch.on_answer) batch.on_answer(row, answer.value);
}

/// Starts the copy again and asks it the same, unless that has been done.
void ProgramCopies::fail(Copy& copy, Batch& batch, const std::string& why) {
    if (++copy.attempts > 1) {
        const char* hint = why.starts_with("gave no answer")
                               ? "a program must read line by line and flush its output after every answer "
                                 "(mawk: -W interactive), and a slow one needs a longer timeout"
                               : "try this point by hand";
        throw IoError(fmt::format("{}it {} when asked for the second time{}; {}", call_text(batch, copy.row),
                                  why, last_words(copy), hint));
    }
    restart(copy, batch, copy.row, why);
    ask(copy, batch);
}

/// An idle copy has nothing to say.
void ProgramCopies::require_silence(const Copy& copy) const {
    if (!copy.busy() && !copy.received.empty()) refuse_unasked(copy.last_call, copy.received);
}

/// `call` was answered last, 0 where none was.
void ProgramCopies::refuse_unasked(std::int64_t call, const std::string& text) const {
    const std::string after =
        call == 0 ? "before the first call" : fmt::format("after its answer to call {}", call);
    throw FormatError(
        fmt::format("'{}' wrote '{}' {}, which was not asked for, so that its answers may be those of "
                    "other questions; it should write one line per question and nothing else on stdout; then "
                    "start the study over",
                    options_.command.front(), shown(text.substr(0, text.find('\n')), kOutputShown), after));
}

std::string ProgramCopies::call_text(const Batch& batch, Eigen::Index row) const {
    return fmt::format("call {} of '{}' at {}: ", batch.calls[static_cast<std::size_t>(row)],
                       options_.command.front(), short_point(batch.points, row));
}

std::string ProgramCopies::last_words(Copy& copy) {
    std::string errors;
    copy.process->errors.read_some(errors, kReadAtOnce);
    copy.said.add(errors);
    const std::string line = copy.said.last_line();
    return line.empty() ? "" : fmt::format(" (the last line on its stderr: '{}')", line);
}

void ProgramCopies::end_all() {
    const auto runs = [](const Copy& copy) { return copy.process != nullptr && !copy.process->has_ended(); };
    for (Copy& copy : copies_) {
        if (copy.process != nullptr) copy.process->ask_to_end();
    }
    // All of them share the time they get.
    const Clock::time_point deadline = Clock::now() + kGrace;
    while (Clock::now() < deadline && std::ranges::any_of(copies_, runs)) std::this_thread::sleep_for(kNap);
    for (Copy& copy : copies_) {
        copy.process.reset();
        copy.unsent.clear();
        copy.received.clear();
        copy.row = -1;
    }
}

void ProgramCopies::finish() {
    const Clock::time_point deadline = Clock::now() + kFarewell;
    const auto speaks = [](const Copy& copy) {
        return copy.process != nullptr && copy.process->output.is_open();
    };
    for (Copy& copy : copies_) {
        if (copy.process != nullptr) copy.process->input.close();
    }
    while (Clock::now() < deadline && std::ranges::any_of(copies_, speaks)) {
        wait_for_any();
        for (Copy& copy : copies_) {
            if (copy.process == nullptr) continue;
            transfer(copy);
            if (copy.process->has_ended()) {
                transfer(copy);
                copy.process->output.close();
            }
        }
        if (should_stop(options_.stop)) break;
    }
    const auto loud = std::ranges::find_if(copies_, [](const Copy& copy) { return !copy.received.empty(); });
    const std::string text = loud == copies_.end() ? "" : loud->received;
    end_all();
    if (!text.empty()) refuse_unasked(loud->last_call, text);
}

}  // namespace eckart::probe
