#include "loopback_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace eckart::test {
namespace {

// The head of a request: everything up to the empty line.
std::string read_head(int connection) {
    std::string head;
    std::array<char, 1024> chunk{};
    while (head.find("\r\n\r\n") == std::string::npos) {
        const ssize_t count = recv(connection, chunk.data(), chunk.size(), 0);
        if (count <= 0) break;
        head.append(chunk.data(), static_cast<std::size_t>(count));
    }
    return head;
}

void send_all(int connection, const std::string& bytes) {
    for (std::size_t sent = 0; sent < bytes.size();) {
        const ssize_t count = send(connection, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (count <= 0) return;  // the client went away
        sent += static_cast<std::size_t>(count);
    }
}

// The N of "Range: bytes=N-", 0 without one.
std::size_t range_begin(const std::string& head) {
    const std::size_t at = head.find("Range: bytes=");
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + 13));
}

}  // namespace

LoopbackServer::LoopbackServer() {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (listener_ < 0 || bind(listener_, generic, size) != 0 || listen(listener_, 16) != 0 ||
        getsockname(listener_, generic, &size) != 0) {
        throw std::runtime_error("no server on loopback");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
}

LoopbackServer::~LoopbackServer() {
    shutdown(listener_, SHUT_RDWR);  // ends accept()
    thread_.join();
    close(listener_);
}

std::string LoopbackServer::url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
}

void LoopbackServer::serve(const std::string& path, std::vector<Reply> replies) {
    const std::lock_guard lock(mutex_);
    replies_[path] = std::move(replies);
}

std::vector<std::string> LoopbackServer::requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
}

void LoopbackServer::run() {
    for (;;) {
        const int connection = accept(listener_, nullptr, nullptr);
        if (connection < 0) return;
        answer(connection);
        close(connection);
    }
}

Reply LoopbackServer::reply_to(const std::string& path) {
    const auto found = replies_.find(path);
    if (found == replies_.end()) return {"", 404};
    std::vector<Reply>& queue = found->second;
    const Reply reply = queue.front();
    if (queue.size() > 1) queue.erase(queue.begin());
    return reply;
}

void LoopbackServer::answer(int connection) {
    const std::string head = read_head(connection);
    const std::size_t begin_of_path = head.find(' ') + 1;
    const std::string path = head.substr(begin_of_path, head.find(' ', begin_of_path) - begin_of_path);
    const std::size_t begin = range_begin(head);
    const std::lock_guard lock(mutex_);
    requests_.push_back(begin > 0 ? path + " from " + std::to_string(begin) : path);
    const Reply reply = reply_to(path);
    std::string answer;
    std::string body = reply.body;
    if (begin > 0 && reply.ranges && reply.status == 200) {
        if (begin >= body.size()) {
            send_all(connection,
                     "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return;
        }
        answer = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " + std::to_string(begin) + "-" +
                 std::to_string(body.size() - 1) + "/" + std::to_string(body.size()) + "\r\n";
        body.erase(0, begin);
    } else {
        answer = "HTTP/1.1 " + std::to_string(reply.status) + " Reply\r\n";
    }
    if (!reply.location.empty()) answer += "Location: " + reply.location + "\r\n";
    answer += "Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n";
    send_all(connection, answer + body.substr(0, reply.cut_after));
}

}  // namespace eckart::test
