/* See probe-talk.h. One that wants a password, or nobody but 127.0.0.1, answers and is as ready as it
 * will be: only what says itself that it is not ready yet counts as that. */
#include "probe-talk.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

/* ---- HTTP -------------------------------------------------------------------------------------- */

static size_t
ask_http (const TbTalkTopic *topic, uint8_t *out)
{
  struct in_addr a = { htonl (topic->address) };
  char host[INET_ADDRSTRLEN];
  const char *header = topic->tries->header != NULL ? topic->tries->header : "";
  inet_ntop (AF_INET, &a, host, sizeof host);
  int n = snprintf ((char *) out, TB_TALK_QUESTION_MAX,
                    "GET %s HTTP/1.1\r\nHost: %s:%u\r\nUser-Agent: tierboard-probe\r\n%s%s"
                    "Connection: close\r\n\r\n",
                    topic->path, host, topic->port, header, header[0] != '\0' ? "\r\n" : "");
  return (size_t) TB_CLAMP (n, 0, TB_TALK_QUESTION_MAX - 1);
}

static TbTalk
judge_http (const TbTalkTopic *topic, const char *reply, size_t n, bool whole, char *answer)
{
  int status = 0;
  if (n < 12 && memchr (reply, '\n', n) == NULL)
    return TB_TALK_MORE;
  if (sscanf (reply, "HTTP/1.%*1d %3d", &status) != 1 || status < 100)
    {
      strcpy (answer, "the answer is not HTTP");
      return TB_TALK_BAD;
    }
  if (topic->tries->status != 0 ? status == topic->tries->status : status >= 200 && status < 400)
    return TB_TALK_GOOD;
  snprintf (answer, TB_TALK_ANSWER_MAX, "status %d", status);
  return TB_TALK_BAD;
}

/* ---- RESP -------------------------------------------------------------------------------------- */

static size_t
ask_resp (const TbTalkTopic *topic, uint8_t *out)
{
  static const char ping[] = "*1\r\n$4\r\nPING\r\n";
  memcpy (out, ping, sizeof ping - 1);
  return sizeof ping - 1;
}

static TbTalk
judge_resp (const TbTalkTopic *topic, const char *reply, size_t n, bool whole, char *answer)
{
  size_t line = strcspn (reply, "\r\n");
  if (line == n && !whole)
    return TB_TALK_MORE;
  if (reply[0] == '+' || strncmp (reply, "-NOAUTH", 7) == 0 || strncmp (reply, "-DENIED", 7) == 0)
    return TB_TALK_GOOD;
  if (line == 0 || reply[0] == '\0')
    {
      strcpy (answer, "the answer is not RESP");
      return TB_TALK_BAD;
    }
  snprintf (answer, TB_TALK_ANSWER_MAX, "%.*s", (int) TB_MIN (line, (size_t) 60), reply);
  for (char *p = answer; *p != '\0'; p++)
    if ((unsigned char) *p < 0x20 || (unsigned char) *p > 0x7e)
      *p = '?';
  return TB_TALK_BAD;
}

/* ---- PostgreSQL -------------------------------------------------------------------------------- */

/* A start-up packet as pg_isready sends it (protocol 3.0, "Message Formats" of its manual). */
static size_t
ask_postgresql (const TbTalkTopic *topic, uint8_t *out)
{
  static const char body[] = "\0\3\0\0user\0postgres\0database\0postgres\0application_name\0tierboard";
  size_t n = sizeof body + 1;
  memset (out, 0, n + 4);
  out[3] = (uint8_t) (n + 4);
  memcpy (out + 4, body, sizeof body);
  return n + 4;
}

static uint32_t
big_endian (const uint8_t *p)
{
  return (uint32_t) p[0] << 24 | (uint32_t) p[1] << 16 | (uint32_t) p[2] << 8 | p[3];
}

/* The text of an error's field, NULL where it has none. */
static const char *
error_field (const char *reply, size_t n, char field)
{
  for (size_t at = 5; at < n && reply[at] != '\0';)
    {
      size_t length = strnlen (reply + at + 1, n - at - 1);
      if (at + 1 + length >= n)
        return NULL;
      if (reply[at] == field)
        return reply + at + 1;
      at += length + 2;
    }
  return NULL;
}

static TbTalk
judge_postgresql (const TbTalkTopic *topic, const char *reply, size_t n, bool whole, char *answer)
{
  if (reply[0] == 'R')
    return TB_TALK_GOOD;
  if (reply[0] != 'E')
    {
      strcpy (answer, "the answer is not PostgreSQL");
      return TB_TALK_BAD;
    }
  if (!whole && (n < 5 || n < 1 + (size_t) big_endian ((const uint8_t *) reply + 1)))
    return TB_TALK_MORE;
  const char *code = error_field (reply, n, 'C'), *words = error_field (reply, n, 'M');
  /* 57P03 is "cannot connect now", 53300 "too many connections": every other refusal comes from a
   * server that is up and does not know our name. */
  if (code == NULL || (strcmp (code, "57P03") != 0 && strcmp (code, "53300") != 0))
    return TB_TALK_GOOD;
  snprintf (answer, TB_TALK_ANSWER_MAX, "%.60s", words != NULL && words[0] != '\0' ? words : code);
  return TB_TALK_BAD;
}

/* ---- MQTT -------------------------------------------------------------------------------------- */

/* CONNECT of 3.1.1, which servers of 5 know too: a clean session, an empty name. */
static size_t
ask_mqtt (const TbTalkTopic *topic, uint8_t *out)
{
  static const uint8_t connect[] = { 0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 10, 0, 0 };
  memcpy (out, connect, sizeof connect);
  return sizeof connect;
}

static TbTalk
judge_mqtt (const TbTalkTopic *topic, const char *reply, size_t n, bool whole, char *answer)
{
  if (n < 4 && (uint8_t) reply[0] == 0x20)
    return TB_TALK_MORE;
  /* 3 is "server unavailable"; who is not let in was answered. */
  if ((uint8_t) reply[0] == 0x20 && reply[3] != 3)
    return TB_TALK_GOOD;
  strcpy (answer, (uint8_t) reply[0] == 0x20 ? "it says it is unavailable" : "the answer is not MQTT");
  return TB_TALK_BAD;
}

/* ---- All of them ------------------------------------------------------------------------------- */

static const struct
{
  size_t (*ask) (const TbTalkTopic *topic, uint8_t *out);
  TbTalk (*judge) (const TbTalkTopic *topic, const char *reply, size_t n, bool whole, char *answer);
} rows[] = {
  [TB_PROBE_HTTP] = { ask_http, judge_http },
  [TB_PROBE_RESP] = { ask_resp, judge_resp },
  [TB_PROBE_POSTGRESQL] = { ask_postgresql, judge_postgresql },
  [TB_PROBE_MQTT] = { ask_mqtt, judge_mqtt },
};

bool
tb_talk_has_question (TbProbeKind kind)
{
  return (size_t) kind < TB_ARRAY_LENGTH (rows) && rows[kind].ask != NULL;
}

size_t
tb_talk_question (const TbTalkTopic *topic, uint8_t *out)
{
  return rows[topic->kind].ask (topic, out);
}

TbTalk
tb_talk_judge (const TbTalkTopic *topic, const uint8_t *reply, size_t n, bool whole, char *answer)
{
  answer[0] = '\0';
  return n == 0 ? TB_TALK_MORE
                : rows[topic->kind].judge (topic, (const char *) reply, n, whole, answer);
}
