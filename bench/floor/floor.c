/*
 * The floor under a broadcast: an epoll loop that writes the same bytes to every connection with write(2), and does
 * nothing else. What a server costs beyond this is the server's own; what this costs is the kernel's.
 *
 * It listens on 127.0.0.1 at a free port, and answers the first bytes of a connection with the head of an event stream, so
 * that whoever measures a real server can measure this one with the same client. It is told what to do on its input and
 * answers on its output, a line each:
 *
 *   (start)                       port <port>
 *   count                         count <open connections>
 *   broadcast <bytes>\n<payload>  broadcast <written> <CPU microseconds> <begun> <ended>
 *
 * Begun and ended are nanoseconds of CLOCK_MONOTONIC, which is also the clock of Node's process.hrtime. CPU time is user
 * and system time of the process over the broadcast. It ends with its input.
 *
 *   gcc -O2 -o floor floor.c && ./floor
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { FD_MAX = 1 << 17, PAYLOAD_MAX = 1 << 20, EVENTS = 512 };

static const char head[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";

/* What is known of a descriptor: whether it is a connection, whether it was greeted, and how much of the payload it has. */
static struct {
  unsigned char open, greeted;
  uint32_t sent;
} peers[FD_MAX];
static int fd_highest, connections, epoll, listener;
static char payload[PAYLOAD_MAX];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t cpu_us(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000u +
         (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void watch(int fd, uint32_t events, int operation) {
  struct epoll_event e = {.events = events, .data.fd = fd};
  if (epoll_ctl(epoll, operation, fd, &e) != 0) fail("epoll_ctl");
}

static void drop(int fd) {
  close(fd);
  peers[fd].open = 0;
  connections--;
}

static void accept_all(void) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0) {
      if (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR) return;
      fail("accept4");
    }
    if (fd >= FD_MAX) {
      close(fd);
      continue;
    }
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    memset(&peers[fd], 0, sizeof peers[fd]);
    peers[fd].open = 1;
    if (fd > fd_highest) fd_highest = fd;
    connections++;
    watch(fd, EPOLLIN | EPOLLRDHUP, EPOLL_CTL_ADD);
  }
}

/* Requests are not read for what they say: the first bytes earn the head, the rest is thrown away. */
static void read_peer(int fd) {
  char buffer[16384];
  ssize_t n = read(fd, buffer, sizeof buffer);
  if (n > 0) {
    if (!peers[fd].greeted) {
      peers[fd].greeted = 1;
      if (write(fd, head, sizeof head - 1) != (ssize_t)(sizeof head - 1)) drop(fd);
    }
  } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
    drop(fd);
  }
}

/* Writes what a connection still lacks; 1 when it has everything or is gone. */
static int feed(int fd, uint32_t size) {
  while (peers[fd].sent < size) {
    ssize_t n = write(fd, payload + peers[fd].sent, size - peers[fd].sent);
    if (n > 0) peers[fd].sent += (uint32_t)n;
    else if (errno == EAGAIN) return 0;
    else if (errno != EINTR) {
      drop(fd);
      return 1;
    }
  }
  return 1;
}

static void broadcast(uint32_t size) {
  uint64_t cpu = cpu_us(), begun = now_ns();
  int waiting = 0, all = connections;
  for (int fd = 0; fd <= fd_highest; fd++) {
    if (!peers[fd].open) continue;
    peers[fd].sent = 0;
    if (feed(fd, size)) continue;
    waiting++;
    watch(fd, EPOLLOUT, EPOLL_CTL_MOD);
  }
  struct epoll_event events[EVENTS];
  while (waiting > 0) {
    int n = epoll_wait(epoll, events, EVENTS, -1);
    for (int i = 0; i < n; i++) {
      int fd = events[i].data.fd;
      if (fd == listener || fd == 0 || !(events[i].events & (EPOLLOUT | EPOLLHUP | EPOLLERR))) continue;
      if (!feed(fd, size)) continue;
      waiting--;
      if (peers[fd].open) watch(fd, EPOLLIN | EPOLLRDHUP, EPOLL_CTL_MOD);
    }
  }
  uint64_t ended = now_ns();
  printf("broadcast %d %llu %llu %llu\n", all, (unsigned long long)(cpu_us() - cpu), (unsigned long long)begun,
         (unsigned long long)ended);
}

static void obey(void) {
  char line[64];
  unsigned size;
  /* Unbuffered, so that nothing waits in stdio while epoll sees an empty pipe. */
  if (fgets(line, sizeof line, stdin) == NULL) exit(0);
  if (strcmp(line, "count\n") == 0) {
    printf("count %d\n", connections);
  } else if (sscanf(line, "broadcast %u", &size) == 1 && size > 0 && size <= PAYLOAD_MAX) {
    if (fread(payload, 1, size, stdin) != size) exit(1);
    broadcast(size);
  } else {
    fprintf(stderr, "Cannot obey: say \"count\" or \"broadcast <1 to %d>\"\n", PAYLOAD_MAX);
    exit(1);
  }
  fflush(stdout);
}

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  setvbuf(stdin, NULL, _IONBF, 0);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  epoll = epoll_create1(0);
  listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) fail("bind");
  if (listen(listener, 4096) != 0) fail("listen");
  getsockname(listener, (struct sockaddr *)&address, &length);
  printf("port %d\n", ntohs(address.sin_port));
  fflush(stdout);
  watch(listener, EPOLLIN, EPOLL_CTL_ADD);
  watch(0, EPOLLIN, EPOLL_CTL_ADD);
  struct epoll_event events[EVENTS];
  for (;;) {
    int n = epoll_wait(epoll, events, EVENTS, -1);
    for (int i = 0; i < n; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) accept_all();
      else if (fd == 0) obey();
      else if (peers[fd].open) read_peer(fd);
    }
  }
}
