/* A file for a recording, and events like those of a run. */
#pragma once

#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "tb-record.h"

typedef struct
{
  char *path;
} Fixture;

static inline void
set_up (Fixture *f, gconstpointer data)
{
  int fd = g_file_open_tmp ("tb-record-XXXXXX", &f->path, NULL);
  close (fd);
}

static inline void
tear_down (Fixture *f, gconstpointer data)
{
  g_unlink (f->path);
  g_free (f->path);
}

#define EVENT_STEP_NS 10000

/* The i-th event, from 0: of a few connections, each a request and then its reply. */
static inline TbEvent
event_at (guint64 i)
{
  guint64 message = i / 2;
  TbEvent e = { .time_ns = (gint64) (i + 1) * EVENT_STEP_NS + (gint64) (i * 2654435761u % 5000),
                .tap = (guint32) (message % 3),
                .connection = (guint32) (message % 8 + 1),
                .number = (guint32) (message / 8 + 1),
                .size = (guint32) (30 + message % 7),
                .kind = i % 2 ? TB_EVENT_REPLY : TB_EVENT_REQUEST,
                .direction = i % 2,
                .status = i % 2 ? 200 : 0,
                .aux = i % 2 ? EVENT_STEP_NS + message * 2654435761u % 3000 : 0 };
  g_snprintf (e.label, sizeof e.label, i % 2 ? "200" : "GET /item/%u", (guint) (message % 50));
  return e;
}

static inline TbRecordWriter *
writer_new (Fixture *f, const TbRecordLimits *limits)
{
  TbRecordWriter *w;
  g_assert_cmpint (tb_record_writer_open (f->path, 7, 0, limits, &w), ==, 0);
  return w;
}

/* n events from the one of that position on, with their payload if limits keep any. */
static inline void
write_some (TbRecordWriter *w, guint64 from, guint64 n)
{
  for (guint64 i = from; i < from + n; i++)
    {
      TbEvent e = event_at (i);
      char payload[64];
      int size = g_snprintf (payload, sizeof payload, "message %" G_GUINT64_FORMAT, i);
      g_assert_cmpint (tb_record_writer_event (w, &e, payload, (size_t) size), ==, 0);
    }
}

static inline void
write_events (Fixture *f, guint64 n, const TbRecordLimits *limits)
{
  TbRecordWriter *w = writer_new (f, limits);
  write_some (w, 0, n);
  g_assert_cmpint (tb_record_writer_close (w), ==, 0);
}

static inline TbRecordReader *
reader_new (Fixture *f)
{
  TbRecordReader *r;
  g_assert_cmpint (tb_record_reader_open (f->path, &r, NULL), ==, 0);
  return r;
}

/* Every event that can be read is as it was written; returns how many those are. */
static inline guint64
check_events (TbRecordReader *r)
{
  guint64 n = 0;
  TbEvent e;
  for (guint64 i = tb_record_reader_first_event (r); i < tb_record_reader_n_events (r); i++)
    if (tb_record_reader_event (r, i, &e) == 1)
      {
        TbEvent want = event_at (i);
        g_assert_cmpmem (&e, sizeof e, &want, sizeof want);
        n++;
      }
  return n;
}

/* As is the payload that is there. */
static inline guint64
check_payload (TbRecordReader *r)
{
  guint64 n = 0;
  const void *bytes;
  size_t size;
  for (guint64 i = 0; i < tb_record_reader_n_events (r); i++)
    if (tb_record_reader_payload (r, i, &bytes, &size) == 1)
      {
        char want[64];
        int length = g_snprintf (want, sizeof want, "message %" G_GUINT64_FORMAT, i);
        g_assert_cmpmem (bytes, size, want, (size_t) length);
        n++;
      }
  return n;
}
