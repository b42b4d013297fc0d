/* The words the supervisor says things with. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "supervise.h"

const char *
tb_words_for_time (int64_t ns, char *out, size_t size)
{
  int64_t ms = ns / TB_NS_PER_MS, s = ns / TB_NS_PER_S;
  if (ms < 1000)
    snprintf (out, size, "%" PRId64 " ms", ms);
  else if (s < 60)
    snprintf (out, size, "%" PRId64 ".%" PRId64 " s", s, ms / 100 % 10);
  else
    snprintf (out, size, "%" PRId64 " min %" PRId64 " s", s / 60, s % 60);
  return out;
}

const char *
tb_words_for_asking (TbProbeKind kind, const char *argument, char *out, size_t size)
{
  static const struct
  {
    const char *before, *after;
  } words[] = {
    [TB_PROBE_NONE] = { "started", NULL },    [TB_PROBE_NOTIFY] = { "its own word", NULL },
    [TB_PROBE_TCP] = { "tcp ", "" },          [TB_PROBE_HTTP] = { "http ", "" },
    [TB_PROBE_RESP] = { "ping to port ", "" }, [TB_PROBE_LOG] = { "a line like «", "»" },
    [TB_PROBE_EXEC] = { "status 0 of «", "»" }, [TB_PROBE_POSTGRESQL] = { "postgresql ", "" },
    [TB_PROBE_MQTT] = { "mqtt ", "" },
  };
  TB_CHECK ((unsigned) kind < TB_ARRAY_LENGTH (words));
  const char *before = words[kind].before, *after = words[kind].after;
  if (argument == NULL || after == NULL)
    argument = "";
  snprintf (out, size, "%s%s%s", before, argument, after != NULL ? after : "");
  return out;
}

const char *
tb_words_for_probe (const TbWireInstance *instance, char *out, size_t size)
{
  return tb_words_for_asking (instance->probe, instance->probe_argument, out, size);
}

const char *
tb_words_for_signal (int signal, char *out, size_t size)
{
  const char *name = sigabbrev_np (signal);
  if (name != NULL)
    snprintf (out, size, "SIG%s", name);
  else
    snprintf (out, size, "signal %d", signal);
  return out;
}

const char *
tb_words_for_end (int code, int64_t lived_ns, const char *last_line, char *out, size_t size)
{
  char lived[32], by[32], how[64];
  if (code < 0)
    snprintf (how, sizeof how, "killed by %s", tb_words_for_signal (-code, by, sizeof by));
  else
    snprintf (how, sizeof how, "exited with status %d", code);
  tb_words_for_time (lived_ns, lived, sizeof lived);
  bool says = last_line != NULL && last_line[0] != '\0';
  snprintf (out, size, "%s after %s%s%s", how, lived, says ? ": " : "", says ? last_line : "");
  return out;
}

const char *
tb_words_for_errno (int error, char *out, size_t size)
{
  const char *text = strerrordesc_np (error);
  if (text == NULL)
    snprintf (out, size, "error %d", error);
  else
    {
      snprintf (out, size, "%s", text);
      /* "I/O error" keeps its capitals. */
      if (isupper ((unsigned char) out[0]) && islower ((unsigned char) out[1]))
        out[0] = (char) tolower ((unsigned char) out[0]);
    }
  return out;
}

static size_t
length_of_character (const unsigned char *p)
{
  size_t n = *p < 0x80 ? 1 : *p >= 0xc2 && *p < 0xe0 ? 2 : *p >= 0xe0 && *p < 0xf0 ? 3
           : *p >= 0xf0 && *p < 0xf5 ? 4 : 0;
  for (size_t i = 1; i < n; i++)
    if ((p[i] & 0xc0) != 0x80)
      return 0;
  /* Overlong forms, surrogates, beyond the last plane. */
  if ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] >= 0xa0) || (*p == 0xf0 && p[1] < 0x90)
      || (*p == 0xf4 && p[1] >= 0x90))
    return 0;
  return n;
}

char *
tb_words_make_valid (char *text)
{
  for (unsigned char *p = (unsigned char *) text; *p != '\0';)
    {
      size_t n = length_of_character (p);
      if (n == 0 || *p < 0x20 || *p == 0x7f)
        {
          *p = *p == '\t' ? ' ' : '?';
          n = 1;
        }
      p += n;
    }
  return text;
}
