// What may a product do, and record one use. POSIX sockets only; on Windows open the pipe with CreateFile instead.
//
//   g++ -std=c++17 -o check check.cpp && ./check PRODUCT METER [ID]
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

static std::string records() {
  if (const char* h = std::getenv("HOLDFAST_HOME")) return h;
  if (const char* d = std::getenv("XDG_DATA_HOME")) return std::string(d) + "/holdfast";
  const char* home = std::getenv("HOME");
  return std::string(home ? home : "") + "/.local/share/holdfast";
}

// The endpoint file is one line of JSON; a socket's name in it has nothing to unescape.
static std::string address() {
  std::ifstream f(records() + "/endpoint");
  std::string line;
  std::getline(f, line);
  const std::string key = "\"address\":\"";
  auto from = line.find(key);
  if (from == std::string::npos) throw std::runtime_error("no Holdfast runs");
  from += key.size();
  return line.substr(from, line.find('"', from) - from);
}

// One request on a connection of its own; the answer ends with the connection.
static std::string ask(const std::string& path, const std::string& body) {
  int s = socket(AF_UNIX, SOCK_STREAM, 0);
  if (s < 0) throw std::runtime_error("no socket");
  struct Closer { int s; ~Closer() { close(s); } } closer{s};
  timeval ten{10, 0};
  setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &ten, sizeof ten);
  setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &ten, sizeof ten);
  sockaddr_un a{};
  a.sun_family = AF_UNIX;
  const std::string name = address();
  if (name.size() >= sizeof a.sun_path) throw std::runtime_error("the socket's name is too long");
  std::memcpy(a.sun_path, name.c_str(), name.size());
  if (connect(s, reinterpret_cast<sockaddr*>(&a), sizeof a) != 0) throw std::runtime_error("no Holdfast answers");
  const std::string request = "POST " + path + " HTTP/1.0\r\nHost: holdfast\r\nContent-Type: application/json\r\nContent-Length: " +
                              std::to_string(body.size()) + "\r\n\r\n" + body;
  for (size_t sent = 0; sent < request.size();) {
    ssize_t n = send(s, request.data() + sent, request.size() - sent, 0);
    if (n <= 0) throw std::runtime_error("the connection ended");
    sent += n;
  }
  std::string answer;
  char part[4096];
  for (ssize_t n; (n = recv(s, part, sizeof part, 0)) > 0;) answer.append(part, n);
  auto end = answer.find("\r\n\r\n");
  if (end == std::string::npos) throw std::runtime_error("no answer: send the same again");
  return answer.substr(end + 4);
}

int main(int argc, char** argv) try {
  if (argc < 3) return 2;
  const std::string product = argv[1], meter = argv[2], id = argc > 3 ? argv[3] : "job-17";
  std::cout << ask("/v1/check", R"({"schema_version":1,"product":")" + product + R"("})") << "\n"
            << ask("/v1/usage", R"({"schema_version":1,"events":[{"product":")" + product + R"(","meter":")" + meter +
                                    R"(","units":1,"id":")" + id + R"("}]})")
            << "\n";
} catch (const std::exception& e) {
  std::cerr << e.what() << "\n";
  return 1;
}
