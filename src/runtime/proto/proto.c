/* Names of protocols, and which one a caller's first line belongs to. */
#include "framer-private.h"

#include <string.h>
#include <strings.h>

static const struct
{
  const char *name;
  TbProto proto;
} names[] = {
  { "auto", TB_PROTO_UNKNOWN }, { "bytes", TB_PROTO_BYTES }, { "http", TB_PROTO_HTTP },
  { "resp", TB_PROTO_RESP },    { "redis", TB_PROTO_RESP },  { "tcp", TB_PROTO_BYTES },
  { "postgresql", TB_PROTO_POSTGRESQL },
  { "postgres", TB_PROTO_POSTGRESQL },
  { "mqtt", TB_PROTO_MQTT },
  { "nats", TB_PROTO_NATS },
  { "kafka", TB_PROTO_KAFKA },
  { "http2", TB_PROTO_HTTP2 },
  { "grpc", TB_PROTO_HTTP2 },
  { "udp", TB_PROTO_UDP },
  { "rpc", TB_PROTO_RPC },
  { "tls", TB_PROTO_BYTES },
};

TbProto
tb_proto_from_name (const char *name, bool *known)
{
  for (size_t i = 0; i < TB_ARRAY_LENGTH (names); i++)
    if (strcmp (names[i].name, name) == 0)
      {
        if (known)
          *known = true;
        return names[i].proto;
      }
  if (known)
    *known = false;
  return TB_PROTO_UNKNOWN;
}

const char *
tb_proto_name (TbProto proto)
{
  for (size_t i = 0; i < TB_ARRAY_LENGTH (names); i++)
    if (names[i].proto == proto)
      return names[i].name;
  return "?";
}

/* Inline commands a connection may begin with; anything rarer is taken for plain bytes. */
static const char *const inline_commands[] = { "PING", "INFO", "AUTH", "HELLO", "ECHO",   "GET",
                                               "SET",  "QUIT", "SYNC", "PSYNC", "MONITOR" };

TbProto
tb_sniff_line (const char *line, size_t n)
{
  TbSlice method, target, word = { line, 0 };
  unsigned minor;
  int64_t count;
  if (tb_http2_is_preface (line, n))
    return TB_PROTO_HTTP2;
  if (n > 1 && line[0] == '*')
    return tb_resp_integer (line + 1, n - 1, &count) ? TB_PROTO_RESP : TB_PROTO_BYTES;
  if (tb_http_request_line (line, n, &method, &target, &minor))
    return TB_PROTO_HTTP;
  while (word.n < n && line[word.n] != ' ')
    word.n++;
  for (size_t i = 0; i < TB_ARRAY_LENGTH (inline_commands); i++)
    if (tb_slice_is (word, inline_commands[i]))
      return TB_PROTO_RESP;
  return TB_PROTO_BYTES;
}

bool
tb_sniff_possible (const char *bytes, size_t n)
{
  if (n > 8192)
    return false;
  for (size_t i = 0; i < TB_MIN (n, 16); i++)
    if (bytes[i] < ' ' && bytes[i] != '\r')
      return false;
  return n == 0 || bytes[0] == '*' || bytes[0] == '\r' || (bytes[0] | 0x20) >= 'a';
}

/* ---- Protocols of packets ---------------------------------------------------------------------- */

uint32_t
tb_read_u16 (const char *p)
{
  return (uint32_t) (uint8_t) p[0] << 8 | (uint8_t) p[1];
}

uint32_t
tb_read_u32 (const char *p)
{
  return tb_read_u16 (p) << 16 | tb_read_u16 (p + 2);
}

bool
tb_sniff_is_packet (char first)
{
  return first == 0 || first == 0x10;
}

/* CONNECT: its length in one or two digits, then the name of the protocol. */
static bool
is_mqtt (const char *bytes)
{
  size_t at = (bytes[1] & 0x80) ? 3 : 2;
  return bytes[0] == 0x10 && bytes[at] == 0 && (bytes[at + 1] == 4 || bytes[at + 1] == 6)
         && bytes[at + 2] == 'M' && bytes[at + 3] == 'Q';
}

TbProto
tb_sniff_packet (const char *bytes)
{
  uint32_t length = tb_read_u32 (bytes), code = tb_read_u32 (bytes + 4);
  bool postgres = code >> 16 == 3 || code >> 16 == TB_PG_SPECIAL;
  if (is_mqtt (bytes))
    return TB_PROTO_MQTT;
  if (bytes[0] == 0 && postgres && length >= 8 && length <= TB_PG_STARTUP_MAX)
    return TB_PROTO_POSTGRESQL;
  /* A Kafka client begins by asking for the versions there are. */
  if (bytes[0] == 0 && code >> 16 == TB_KAFKA_API_VERSIONS && (code & 0xffff) <= 9 && length >= 10)
    return TB_PROTO_KAFKA;
  return TB_PROTO_BYTES;
}

TbProto
tb_sniff_greeting (const char *line, size_t n)
{
  return n > 6 && memcmp (line, "INFO {", 6) == 0 ? TB_PROTO_NATS : TB_PROTO_BYTES;
}
