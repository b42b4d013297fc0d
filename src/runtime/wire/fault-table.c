/* Which fault has which attributes, in which units, with which bounds and defaults. */
#include "tb-fault.h"

#include <string.h>

static const struct
{
  const char *name, *what;
  TbFaultStrikes strikes;
} faults[] = {
#define X(name, text, strikes, what) [TB_FAULT_##name] = { text, what, TB_STRIKES_##strikes },
  TB_FAULTS (X)
#undef X
};

const char *
tb_fault_name (TbFaultKind kind)
{
  return (size_t) kind < TB_FAULT_COUNT ? faults[kind].name : "?";
}

const char *
tb_fault_what (TbFaultKind kind)
{
  return (size_t) kind < TB_FAULT_COUNT ? faults[kind].what : "";
}

TbFaultStrikes
tb_fault_strikes (TbFaultKind kind)
{
  TB_CHECK ((size_t) kind < TB_FAULT_COUNT);
  return faults[kind].strikes;
}

static bool
is_named (const char *name, const char *given)
{
  for (; *name != '\0' && (*given == *name || (*name == '_' && *given == '-')); given++)
    name++;
  return *name == '\0' && *given == '\0';
}

bool
tb_fault_from_name (const char *name, TbFaultKind *kind)
{
  for (unsigned i = 0; i < TB_FAULT_COUNT; i++)
    if (is_named (faults[i].name, name))
      {
        *kind = (TbFaultKind) i;
        return true;
      }
  return false;
}

#define MSEC ((double) TB_NS_PER_MS)
#define USEC ((double) TB_NS_PER_US)
#define HOUR (3600.0 * (double) TB_NS_PER_S)
#define MANY 9e15

#define OF(kind, name, unit, field, least, most, normal, help)                                     \
  {                                                                                                \
    TB_FAULT_##kind, name, TB_UNIT_##unit, offsetof (TbWireFault, field), least, most, normal, help \
  }
#define COND(name, unit, field, least, most, normal, help)                                         \
  OF (COUNT, name, unit, field, least, most, normal, help)

static const TbFaultAttribute table[] = {
  OF (LATENCY, "latency", DIST_MS, latency, 0, HOUR, 100 * MSEC,
      "how much later: a duration, or a distribution: “normal 5ms 1ms”, “pareto 5ms 2”"),
  OF (LATENCY, "jitter", MS, jitter_ns, 0, HOUR, 0, "how much the latency varies, evenly, ±"),
  OF (LATENCY, "correlation", SHARE, correlation, 0, 1, 0,
      "how much each draw resembles the one before"),
  OF (RESET_PEER, "timeout", MS, timeout_ns, 0, HOUR, 0,
      "how long a connection lives on, with traffic or without"),
  OF (BANDWIDTH, "rate", KB_S, rate, 1, 1e13, 100e3, "bytes a second; 1 KB is 1 000 bytes"),
  OF (SLOW_CLOSE, "delay", MS, delay_ns, 0, HOUR, 1000 * MSEC, "how much later the end is passed on"),
  OF (TIMEOUT, "timeout", MS, timeout_ns, 0, HOUR, 0,
      "after how long a connection is closed; 0: it hangs until healed"),
  OF (TIMEOUT, "limit_time", MS, limit_time_ns, 0, HOUR, 0,
      "instead: everything passes, and so long after it was made the connection is closed"),
  OF (SLICER, "average_size", BYTES, average_size, 1, 1e6, 64, "of a piece"),
  OF (SLICER, "size_variation", BYTES, size_variation, 0, 1e6, 0,
      "how much that varies, evenly, ±; less than average_size"),
  OF (SLICER, "delay", US, delay_ns, 0, HOUR, 1000 * USEC, "the pause between two pieces"),
  OF (LIMIT_DATA, "bytes", BYTES, bytes, 0, MANY, 1000,
      "so many pass in a direction, counted from when the fault came onto the connection"),
  OF (PACKET_LOSS, "loss_rate", SHARE, loss_rate, 0, 1, 0.1, "the share of packets that are lost"),
  OF (PACKET_LOSS, "correlation", SHARE, correlation, 0, 1, 0,
      "how much each draw resembles the one before: losses come in bursts"),
  OF (DUPLICATE, "copies", COUNT, copies, 1, 100, 1, "how many more arrive"),
  OF (REORDER, "distance", COUNT, distance, 1, 1000, 1, "by how many messages it is overtaken"),
  OF (REORDER, "delay", MS, delay_ns, 0, HOUR, 100 * MSEC,
      "how long it waits for these at most; then it goes on"),
  OF (CORRUPT, "bits", COUNT, bits, 1, 1000, 1, "how many bits of a message are turned over"),
  OF (HTTP_ABORT, "http_status", COUNT, http_status, 200, 599, 503, "of the answer"),
  OF (HTTP_DELAY, "delay", DIST_MS, latency, 0, HOUR, 100 * MSEC,
      "how long a request waits: a duration, or a distribution"),
  COND ("stream", STREAM, up, 0, 0, 0,
        "upstream (to the called), downstream (to the caller) or both"),
  COND ("toxicity", SHARE, toxicity, 0, 1, 1, "the share of connections it is on"),
  COND ("probability", SHARE, probability, 0, 1, 1,
        "the share of messages it strikes; of connections, where it strikes these"),
  COND ("first", COUNT, first, 0, MANY, 0, "strikes only the first so many; 0: no limit"),
  COND ("every", COUNT, every, 0, MANY, 0, "strikes only every so manieth; 0: each"),
  COND ("match", TEXT, match, 0, 0, 0,
        "strikes only messages whose label is like this: “GET /cart*”, “SET *”"),
  COND ("after", MS, after_ns, 0, 24 * HOUR, 0, "begins so long after it was added"),
  COND ("until", MS, until_ns, 0, 24 * HOUR, 0, "ends so long after it was added; 0: stays"),
  COND ("seed", COUNT, seed, 0, MANY, 0, "of its chance; 0: from the run's"),
};

const TbFaultAttribute *
tb_fault_attribute (TbFaultKind kind, unsigned i)
{
  for (size_t row = 0; row < TB_ARRAY_LENGTH (table); row++)
    if ((table[row].kind == kind || table[row].kind == TB_FAULT_COUNT) && i-- == 0)
      return &table[row];
  return NULL;
}

const TbFaultAttribute *
tb_fault_find_attribute (TbFaultKind kind, const char *name)
{
  const TbFaultAttribute *a;
  for (unsigned i = 0; (a = tb_fault_attribute (kind, i)) != NULL; i++)
    if (is_named (a->name, name))
      return a;
  return NULL;
}
