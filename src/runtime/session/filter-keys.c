/* The words of the filter language. */
#include "filter-private.h"

const TbFilterKeyRow tb_filter_keys[TB_KEY_COUNT] = {
  [TB_KEY_LINK] = { "link", TB_VALUE_NAMES, "the link it crossed", "link:save" },
  [TB_KEY_FROM] = { "from", TB_VALUE_NAMES, "who sent it", "from:shop" },
  [TB_KEY_TO] = { "to", TB_VALUE_NAMES, "who was to have it", "to:orders/2" },
  [TB_KEY_INSTANCE] = { "instance", TB_VALUE_NAMES, "either end", "instance:orders/1" },
  [TB_KEY_KIND] = { "kind", TB_VALUE_WORDS, "what it is", "kind:request" },
  [TB_KEY_IS] = { "is", TB_VALUE_WORDS, "what became of it", "is:error" },
  [TB_KEY_STATUS] = { "status", TB_VALUE_COUNT, "of a reply of HTTP", "status>=500" },
  [TB_KEY_LATENCY] = { "latency", TB_VALUE_DURATION, "of a reply, since its request", "latency>20ms" },
  [TB_KEY_SIZE] = { "size", TB_VALUE_BYTES, "of a message", "size>1KiB" },
  [TB_KEY_TIME] = { "time", TB_VALUE_SECONDS, "since the run began", "time<12.5s" },
  [TB_KEY_LABEL] = { "label", TB_VALUE_TEXT, "what it says in short", "label:\"PUT /cart\"" },
  [TB_KEY_TRACE] = { "trace", TB_VALUE_HEX, "the traceparent it carries", "trace:4bf92f" },
  [TB_KEY_CONNECTION] = { "connection", TB_VALUE_COUNT, "counted over the run", "connection:12" },
  [TB_KEY_NUMBER] = { "number", TB_VALUE_COUNT, "of the request on its connection", "number:1" },
  [TB_KEY_PORT] = { "port", TB_VALUE_COUNT, "of the service", "port:6379" },
  [TB_KEY_PAYLOAD] = { "payload", TB_VALUE_TEXT, "all it said, as far as it was kept", "payload:order" },
};

const char *const tb_filter_is_names[TB_IS_COUNT] = {
#define X(name, text, help) text,
  TB_FILTER_IS (X)
#undef X
};

const char *const tb_filter_is_help[TB_IS_COUNT] = {
#define X(name, text, help) help,
  TB_FILTER_IS (X)
#undef X
};

guint
tb_filter_kind_from_name (const char *name)
{
  for (guint kind = 0; kind < TB_FILTER_KINDS; kind++)
    if (g_str_equal (tb_event_kind_name ((TbEventKind) kind), name))
      return kind;
  return G_MAXUINT;
}
