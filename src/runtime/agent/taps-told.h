/* What crosses between the tap loop (thread 1) and the agent's other thread: commands one way, facts and events for the
 * recording the other. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tb-wire.h"

typedef enum
{
  TB_COMMAND_INSTANCE,
  TB_COMMAND_GONE,
  TB_COMMAND_FAULT,
  TB_COMMAND_HEAL,
  TB_COMMAND_STEP, /* instance: how many */
  TB_COMMAND_TARGET, /* of a tap alone; instance: whether it accepts */
  TB_COMMAND_FOLLOW, /* what is in TbTaps.change */
  TB_COMMAND_HELD,
  TB_COMMAND_QUIT
} TbTapsCommandType;

typedef struct
{
  TbTapsCommandType type;
  uint32_t instance;
  int fd;
  TbWireFault *fault; /* owned by whoever has the command */
  char *id;
  TbWireHeldDo held;
} TbTapsCommand;

typedef enum
{
  TB_TOLD_TAP,
  TB_TOLD_FAULT,
  TB_TOLD_PROBLEM,
  TB_TOLD_EMPTY,
  TB_TOLD_LISTENS, /* a tap alone */
  TB_TOLD_UNIX, /* a connect() to a Unix socket: thread 2 finds whose it is */
  TB_TOLD_HELD, /* row: how many are in the text, as TbWireHeld; link: of so many */
  TB_TOLD_HELD_DONE, /* row: token; text: why not */
  TB_TOLD_BLIND /* calls of an instance cannot be seen or not be allowed: flag is a TbBlind */
} TbToldType;

typedef enum
{
  TB_BLIND_HIDDEN,   /* its memory and sockets may not be reached */
  TB_BLIND_LEADER,   /* nor its sockets, since its first thread has ended (before Linux 6.9) */
  TB_BLIND_IO_URING, /* it was told that there is no io_uring */
  TB_BLIND_LISTENER, /* it was refused a filter with a listener */
  TB_BLIND_FILTER,   /* it could not be put under the filter */
  TB_BLIND_COUNT
} TbBlind;

/* A fact on its way to thread 2; text follows it, terminated. */
typedef struct
{
  TbToldType type;
  uint32_t row, link, from, to;
  uint16_t port;
  uint8_t flag; /* fault: TbFaultState; problem: severity; listens: TbListening */
  uint32_t reason_at; /* fault: where in the text the reason begins */
  int64_t time_ns;
} TbTold;

/* An event on its way to the recording; payload follows it. */
typedef struct
{
  TbEvent event;
  uint64_t gap_events, gap_bytes; /* left out before it */
} TbRecorded;
