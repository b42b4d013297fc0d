/* Throughput of the framer. Prints name, value, unit and target. */
#include "tb-base.h"
#include "tb-proto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE (64u << 10)
#define CHUNK 4096u
#define CHUNKS 15u
#define AT_LEAST_NS (300 * TB_NS_PER_MS)

static void
count (const TbMessage *m, void *data)
{
  ++*(uint64_t *) data;
}

static TbFramer *
framer_new (TbProto proto)
{
  TbFramer *f = malloc (tb_framer_size ());
  tb_framer_init (f, proto);
  return f;
}

static void
framer_free (TbFramer *f)
{
  tb_framer_clear (f);
  free (f);
}

/* A body read in 64 KiB pieces, as a tap reads one. */
static double
bodies (const char *head, bool chunked)
{
  static char piece[PIECE];
  TbFramer *f = framer_new (TB_PROTO_HTTP);
  uint64_t n = 0, bytes = 0;
  int64_t begin = tb_now_ns (), now;
  memset (piece, 'x', sizeof piece);
  for (size_t i = 0; chunked && i < CHUNKS; i++)
    {
      char *chunk = piece + i * (CHUNK + 8);
      memcpy (chunk, "1000\r\n", 6);
      memcpy (chunk + 6 + CHUNK, "\r\n", 2);
    }
  size_t whole = chunked ? CHUNKS * (CHUNK + 8) : sizeof piece;
  tb_framer_feed (f, TB_DIR_UP, head, strlen (head), begin, count, &n);
  do
    {
      for (int i = 0; i < 1000; i++)
        tb_framer_feed (f, TB_DIR_UP, piece, whole, begin, count, &n);
      bytes += 1000 * whole;
      now = tb_now_ns ();
    }
  while (now - begin < AT_LEAST_NS);
  framer_free (f);
  return (double) bytes / (double) (now - begin);
}

/* Requests and replies, many in a piece. */
static double
messages (TbProto proto, const char *request, const char *reply, unsigned batch)
{
  static char up[PIECE], down[PIECE];
  size_t up_n = 0, down_n = 0;
  TbFramer *f = framer_new (proto);
  uint64_t n = 0;
  for (unsigned i = 0; i < batch; i++)
    {
      memcpy (up + up_n, request, strlen (request));
      memcpy (down + down_n, reply, strlen (reply));
      up_n += strlen (request);
      down_n += strlen (reply);
    }
  int64_t begin = tb_now_ns (), now;
  do
    {
      for (int i = 0; i < 1000; i++)
        {
          tb_framer_feed (f, TB_DIR_UP, up, up_n, begin, count, &n);
          tb_framer_feed (f, TB_DIR_DOWN, down, down_n, begin, count, &n);
        }
      now = tb_now_ns ();
    }
  while (now - begin < AT_LEAST_NS);
  framer_free (f);
  return (double) n / (double) (now - begin) * 1e3;
}

/* Calls of gRPC, one after the other: their streams' numbers rise. */
static double
grpc_calls (void)
{
  static const char begin_up[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";
  static const char begin_down[] = "\0\0\0\4\0\0\0\0\0";
  char up[] = "\0\0\x25\1\4\0\0\0\0\x83\x86\x04\x0e/shop.Cart/Add\x0f\x10\x10"
              "application/grpc\0\0\x0a\0\1\0\0\0\0\0\0\0\0\5hello";
  char down[] = "\0\0\x14\1\4\0\0\0\0\x88\x0f\x10\x10" "application/grpc"
                "\0\0\6\0\0\0\0\0\0\0\0\0\0\1y\0\0\x0f\1\5\0\0\0\0\0\x0bgrpc-status\1" "0";
  TbFramer *f = framer_new (TB_PROTO_HTTP2);
  uint64_t n = 0;
  uint32_t id = 1;
  int64_t begin = tb_now_ns (), now;
  tb_framer_feed (f, TB_DIR_UP, begin_up, sizeof begin_up - 1, begin, count, &n);
  tb_framer_feed (f, TB_DIR_DOWN, begin_down, sizeof begin_down - 1, begin, count, &n);
  do
    {
      for (int i = 0; i < 1000; i++, id += 2)
        {
          for (int k = 0; k < 4; k++)
            up[5 + k] = up[46 + 5 + k] = down[5 + k] = down[29 + 5 + k] = down[44 + 5 + k]
              = (char) (id >> (24 - 8 * k));
          tb_framer_feed (f, TB_DIR_UP, up, sizeof up - 1, begin, count, &n);
          tb_framer_feed (f, TB_DIR_DOWN, down, sizeof down - 1, begin, count, &n);
        }
      now = tb_now_ns ();
    }
  while (now - begin < AT_LEAST_NS);
  if (n < id - 1 || tb_framer_outstanding (f) != 0)
    printf ("gRPC was not read as it should be: %s\n", tb_framer_note (f) ? tb_framer_note (f) : "?");
  framer_free (f);
  return (double) n / (double) (now - begin) * 1e3;
}

int
main (void)
{
  static const char set[] = "*3\r\n$3\r\nSET\r\n$7\r\norder:7\r\n$8\r\nshop/1:7\r\n";
  static const char get[] = "GET /cart HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"
                            "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-10f067aa0ba902b7-01\r\n\r\n";
  static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                               "Content-Length: 2\r\n\r\n{}";
  printf ("framer, HTTP body\t%.1f\tGB/s\t≥ 1\n",
          bodies ("PUT / HTTP/1.1\r\nContent-Length: 999999999999999999\r\n\r\n", false));
  printf ("framer, HTTP body in chunks of 4 KiB\t%.1f\tGB/s\t≥ 1\n",
          bodies ("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", true));
  printf ("framer, RESP, one at a time\t%.2f\tM messages/s\t≥ 3\n",
          messages (TB_PROTO_RESP, set, "+OK\r\n", 1));
  printf ("framer, RESP, pipelined\t%.2f\tM messages/s\t≥ 3\n",
          messages (TB_PROTO_RESP, set, "+OK\r\n", 100));
  printf ("framer, HTTP, one at a time\t%.2f\tM messages/s\t-\n",
          messages (TB_PROTO_HTTP, get, answer, 1));
  printf ("framer, gRPC, one at a time\t%.2f\tM messages/s\t-\n", grpc_calls ());
  printf ("framer, idle connection\t%zu\tbytes\t≤ 256\n", tb_framer_size ());
  return 0;
}
