#include "data/transfer.hpp"

#include <curl/curl.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <exception>
#include <memory>
#include <system_error>

#include "eckart/core/error.hpp"

namespace eckart::data {
namespace fs = std::filesystem;
namespace {

using Kind = TransferEnd::Kind;

constexpr long kConnectSeconds = 30;
constexpr long kRedirections = 5;
constexpr long kPartialContent = 206;
constexpr long kRangeNotSatisfiable = 416;

// libcurl asks to be initialized once, before threads use it.
struct Library {
    Library() : code(curl_global_init(CURL_GLOBAL_DEFAULT)) {}
    CURLcode code;
};

void require_library() {
    static const Library library;
    if (library.code != CURLE_OK) {
        throw BackendError(fmt::format("libcurl cannot start: {}", curl_easy_strerror(library.code)));
    }
}

// The file that bytes are appended to.
class PartFile {
  public:
    explicit PartFile(const fs::path& path) : path_(path) {
        descriptor_ = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        if (descriptor_ < 0) fail();
        const bool alone = flock(descriptor_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
        const off_t end = lseek(descriptor_, 0, SEEK_END);
        if (!alone || end < 0) {
            close(descriptor_);
            throw IoError(fmt::format("cannot write '{}': {}", path.string(),
                                      alone ? "it is no regular file" : "another process is downloading it"));
        }
        size_ = static_cast<std::uint64_t>(end);
    }
    ~PartFile() { close(descriptor_); }
    PartFile(const PartFile&) = delete;
    PartFile& operator=(const PartFile&) = delete;

    void append(const char* bytes, std::size_t size) {
        while (size > 0) {
            const ssize_t written = write(descriptor_, bytes, size);
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) fail();
            bytes += written;
            size -= static_cast<std::size_t>(written);
            size_ += static_cast<std::uint64_t>(written);
        }
    }
    void flush() {
        if (fsync(descriptor_) != 0) fail();
    }
    [[nodiscard]] std::uint64_t size() const { return size_; }

  private:
    [[noreturn]] void fail() const {
        throw IoError(
            fmt::format("cannot write '{}': {}; free some space or choose another folder, what came is kept",
                        path_.string(), std::generic_category().message(errno)));
    }
    fs::path path_;
    int descriptor_ = -1;
    std::uint64_t size_ = 0;
};

// What libcurl's callbacks share. Exceptions must not pass through C: they wait here.
struct Request {
    CURL* handle = nullptr;
    PartFile* file = nullptr;
    const DownloadOptions* options = nullptr;
    std::string task;
    std::uint64_t resumed_at = 0;
    std::uint64_t received = 0;
    bool stopped = false;
    bool too_large = false;
    bool not_resumed = false;
    std::exception_ptr failure;
};

void receive(Request& request, const char* bytes, std::size_t size) {
    long status = 0;
    curl_easy_getinfo(request.handle, CURLINFO_RESPONSE_CODE, &status);
    // Status 0: a file or another protocol without one. Never append a whole file to its own beginning.
    if (request.resumed_at > 0 && status != 0 && status != kPartialContent) {
        request.not_resumed = true;
        return;
    }
    if (request.file->size() + size > request.options->largest) {
        request.too_large = true;
        return;
    }
    request.file->append(bytes, size);
    request.received += size;
}

extern "C" std::size_t eckart_receive(char* bytes, std::size_t size, std::size_t count, void* context) {
    Request& request = *static_cast<Request*>(context);
    try {
        receive(request, bytes, size * count);
    } catch (...) {
        request.failure = std::current_exception();
    }
    const bool go_on = !request.failure && !request.too_large && !request.not_resumed;
    return go_on ? size * count : 0;
}

extern "C" int eckart_progress(void* context, curl_off_t total, curl_off_t, curl_off_t, curl_off_t) {
    Request& request = *static_cast<Request*>(context);
    try {
        request.stopped = request.stopped || should_stop(request.options->stop);
        if (request.options->observer != nullptr && request.received > 0) {
            const std::uint64_t all = total > 0 ? request.resumed_at + static_cast<std::uint64_t>(total) : 0;
            request.options->observer->on_progress({request.task, request.file->size(), all, "bytes", ""});
        }
    } catch (...) {
        request.failure = std::current_exception();
    }
    return request.stopped || request.failure ? 1 : 0;
}

void configure(CURL* handle, const std::string& url, Request& request,
               std::array<char, CURL_ERROR_SIZE>& why) {
    curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https,file");
    curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(handle, CURLOPT_MAXREDIRS, kRedirections);
    curl_easy_setopt(handle, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.options->stall_seconds));
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "eckart");
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, why.data());
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &eckart_receive);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &request);
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, &eckart_progress);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &request);
    if (request.resumed_at > 0) {
        curl_easy_setopt(handle, CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(request.resumed_at));
    }
}

bool worth_another_try(CURLcode code) {
    return code == CURLE_PARTIAL_FILE || code == CURLE_RECV_ERROR || code == CURLE_OPERATION_TIMEDOUT ||
           code == CURLE_GOT_NOTHING || code == CURLE_SEND_ERROR || code == CURLE_HTTP2_STREAM ||
           code == CURLE_SSL_CONNECT_ERROR;
}

TransferEnd judge(const Request& request, CURLcode code, const char* why) {
    const std::string reason = why[0] != '\0' ? why : curl_easy_strerror(code);
    long status = 0;
    curl_easy_getinfo(request.handle, CURLINFO_RESPONSE_CODE, &status);
    if (request.stopped) return {Kind::kInterrupted, "", request.received};
    if (request.too_large) {
        return {Kind::kRefused, fmt::format("sends more than {} bytes", request.options->largest),
                request.received};
    }
    const bool range_error = code == CURLE_RANGE_ERROR || code == CURLE_BAD_DOWNLOAD_RESUME ||
                             code == CURLE_FILE_COULDNT_READ_FILE || status == kRangeNotSatisfiable;
    if (request.not_resumed || (request.resumed_at > 0 && range_error)) {
        return {Kind::kCannotResume, reason, 0};
    }
    if (code == CURLE_OK) return {Kind::kComplete, "", request.received};
    return {worth_another_try(code) ? Kind::kBroken : Kind::kRefused, reason, request.received};
}

}  // namespace

TransferEnd transfer(const std::string& url, const fs::path& part, const DownloadOptions& options) {
    require_library();
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(curl_easy_init(), &curl_easy_cleanup);
    if (!handle) throw BackendError("libcurl cannot start a request");
    PartFile file(part);
    Request request;
    request.handle = handle.get();
    request.file = &file;
    request.options = &options;
    request.task = "downloading " + url;
    request.resumed_at = file.size();
    std::array<char, CURL_ERROR_SIZE> why{};
    configure(handle.get(), url, request, why);
    const CURLcode code = curl_easy_perform(handle.get());
    if (request.failure) std::rethrow_exception(request.failure);
    file.flush();
    return judge(request, code, why.data());
}

}  // namespace eckart::data
