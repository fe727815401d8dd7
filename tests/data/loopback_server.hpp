#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace eckart::test {

/// What the server answers to one request.
struct Reply {
    std::string body = "";
    int status = 200;
    bool ranges = true;                         ///< whether a Range is honoured
    std::size_t cut_after = std::string::npos;  ///< bytes of the body after which the connection is closed
    std::string location = "";                  ///< address to redirect to, with status 302
};

/// An HTTP server on 127.0.0.1 for one test: one request per connection, one connection at a time.
class LoopbackServer {
  public:
    LoopbackServer();
    ~LoopbackServer();
    LoopbackServer(const LoopbackServer&) = delete;
    LoopbackServer& operator=(const LoopbackServer&) = delete;

    [[nodiscard]] std::string url(const std::string& path) const;
    /// The replies to the first, second, ... request for `path`; the last one is repeated. Other paths give
    /// 404.
    void serve(const std::string& path, std::vector<Reply> replies);
    /// What was asked for so far: "/path", or "/path from 100" with a Range.
    std::vector<std::string> requests();

  private:
    void run();
    void answer(int connection);
    Reply reply_to(const std::string& path);

    int listener_ = -1;
    int port_ = 0;
    std::mutex mutex_;
    std::map<std::string, std::vector<Reply>> replies_;
    std::vector<std::string> requests_;
    std::thread thread_;
};

}  // namespace eckart::test
