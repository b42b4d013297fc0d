/* What `tierboard log` prints: cmd-log.c reads and puts it in order, log-entries.c says it. */
#pragma once

#include "tb-filter.h"
#include "tb-log-book.h"
#include "tb-past.h"

typedef enum
{
  TB_ENTRY_LINE,
  TB_ENTRY_FAULT_BEGINS,
  TB_ENTRY_FAULT_ENDS,
  TB_ENTRY_PROBLEM,
  TB_ENTRY_STATE,
  TB_ENTRY_GAP
} TbEntryKind;

/* Something that is no message; index: of the line, band, problem, state or gap. */
typedef struct
{
  gint64 time_ns;
  TbEntryKind kind;
  guint index;
} TbEntry;

typedef struct
{
  TbPast *past;
  TbLogBook *book;
  char **instances;  /* components and instances that are meant; NULL: all */
  GRegex *grep;      /* of lines; NULL: all */
  TbFilter *filter;  /* of messages */
  gboolean messages; /* FALSE: none */
  gboolean json, colour;
  gint64 from_ns, to_ns;
} TbLogShown;

/* Whether it is one of those that are asked for, time apart. */
gboolean tb_log_means_entry (const TbLogShown *shown, const TbEntry *entry);
gboolean tb_log_means_event (const TbLogShown *shown, guint64 position, const TbEvent *event);
void tb_log_say_entry (const TbLogShown *shown, const TbEntry *entry);
void tb_log_say_event (const TbLogShown *shown, const TbEvent *event);
