/* Lines out of the LOG records of a recording. What an instance printed comes in pieces of any size; of
 * each the rest that has no newline yet is kept until the next. */
#include "tb-log-book.h"

#include <errno.h>
#include <string.h>

#include "tb-base.h"
#include "tb-payload.h"
#include "tb-record.h"
#include "tb-session.h"
#include "tb-text.h"

#define HEAD_BYTES 16
#define INSTANCES_MAX 65536
/* Of a line that does not end more is not kept. */
#define REST_MAX (4 * TB_LOG_LINE_MAX)
/* Who prints nothing but newlines has more than anybody reads. */
#define LINES_MAX 2000000

typedef struct
{
  GString *bytes; /* of the line that has not ended */
  gint64 time_ns; /* of its first byte */
  guint64 lost;
} Rest;

struct TbLogBook
{
  TbRecordReader *reader;
  gint64 end_ns;  /* of the newest record that was read */
  GPtrArray *rests; /* of Rest, by instance; NULL where there is none */
  GArray *lines;
  GStringChunk *texts;
};

static void
rest_free (gpointer data)
{
  Rest *rest = data;
  if (!rest)
    return;
  g_string_free (rest->bytes, TRUE);
  g_free (rest);
}

TbLogBook *
tb_log_book_open (const char *path, GError **error)
{
  TbRecordReader *reader;
  int failed = tb_record_reader_open (path, &reader, NULL);
  if (failed != 0)
    {
      g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME, "%s: %s", path,
                   tb_record_words (failed));
      return NULL;
    }
  TbLogBook *book = g_new0 (TbLogBook, 1);
  book->reader = reader;
  book->rests = g_ptr_array_new_with_free_func (rest_free);
  book->lines = g_array_new (FALSE, FALSE, sizeof (TbLogLine));
  book->texts = g_string_chunk_new (65536);
  return book;
}

void
tb_log_book_free (TbLogBook *book)
{
  if (!book)
    return;
  tb_record_reader_close (book->reader);
  g_ptr_array_unref (book->rests);
  g_array_unref (book->lines);
  g_string_chunk_free (book->texts);
  g_free (book);
}

static Rest *
rest_of (TbLogBook *book, guint instance)
{
  if (instance >= book->rests->len)
    g_ptr_array_set_size (book->rests, (gint) instance + 1);
  if (!book->rests->pdata[instance])
    {
      Rest *rest = g_new0 (Rest, 1);
      rest->bytes = g_string_new (NULL);
      book->rests->pdata[instance] = rest;
    }
  return book->rests->pdata[instance];
}

/* What has gathered is a line. */
static void
end_line (TbLogBook *book, guint instance, Rest *rest)
{
  gsize n = rest->bytes->len;
  if (n > 0 && rest->bytes->str[n - 1] == '\r')
    n--;
  n = tb_text_without_escapes (rest->bytes->str, n, NULL);
  gboolean wanted = (n > 0 || rest->lost > 0) && book->lines->len < LINES_MAX;
  g_autofree char *text = tb_payload_line (rest->bytes->str, n, TB_LOG_LINE_MAX);
  TbLogLine line = { rest->time_ns, instance, rest->lost,
                     wanted ? g_string_chunk_insert (book->texts, text) : NULL };
  if (wanted)
    g_array_append_val (book->lines, line);
  g_string_truncate (rest->bytes, 0);
  rest->lost = 0;
}

static void
gather (Rest *rest, const char *bytes, gsize n, gint64 time_ns)
{
  if (rest->bytes->len == 0)
    rest->time_ns = time_ns;
  g_string_append_len (rest->bytes, bytes, (gssize) MIN (n, REST_MAX - MIN (rest->bytes->len, REST_MAX)));
}

static void
take_bytes (TbLogBook *book, guint instance, const char *bytes, gsize n, gint64 time_ns)
{
  Rest *rest = rest_of (book, instance);
  while (n > 0)
    {
      const char *newline = memchr (bytes, '\n', n);
      gsize length = newline ? (gsize) (newline - bytes) : n;
      gather (rest, bytes, length, time_ns);
      if (!newline)
        return;
      end_line (book, instance, rest);
      bytes += length + 1;
      n -= length + 1;
    }
}

/* What was lost stands before what follows it; what was begun before that ends there. */
static void
take_lost (TbLogBook *book, guint instance, guint64 lost, gint64 time_ns)
{
  Rest *rest = rest_of (book, instance);
  if (rest->bytes->len > 0)
    end_line (book, instance, rest);
  rest->lost += lost;
  rest->time_ns = time_ns;
}

static void
take_record (TbLogBook *book, const TbRecord *record)
{
  guint32 instance;
  guint64 lost;
  if (record->type != TB_RECORD_LOG || record->size < HEAD_BYTES)
    return;
  memcpy (&instance, record->body, sizeof instance);
  memcpy (&lost, (const guint8 *) record->body + 8, sizeof lost);
  if (instance >= INSTANCES_MAX)
    return;
  if (lost > 0)
    take_lost (book, instance, lost, record->time_ns);
  take_bytes (book, instance, (const char *) record->body + HEAD_BYTES, record->size - HEAD_BYTES,
              record->time_ns);
}

/* Lines that nothing has followed for a while, or ever will; also what is only known to be lost. */
static void
end_old_lines (TbLogBook *book, gboolean all)
{
  for (guint i = 0; i < book->rests->len; i++)
    {
      Rest *rest = book->rests->pdata[i];
      if (rest && (rest->bytes->len > 0 || (all && rest->lost > 0))
          && (all || book->end_ns - rest->time_ns > TB_NS_PER_S))
        end_line (book, i, rest);
    }
}

gboolean
tb_log_book_read (TbLogBook *book, gint64 budget_ns, gboolean over)
{
  gint64 until_ns = tb_now_ns () + budget_ns;
  TbRecord record;
  int got;
  tb_record_reader_refresh (book->reader, 0);
  for (guint i = 0; (got = tb_record_reader_next (book->reader, &record)) != 0; i++)
    {
      if (got > 0)
        {
          book->end_ns = MAX (book->end_ns, record.time_ns);
          take_record (book, &record);
        }
      else if (got != -EBADMSG)
        break;
      if (i % 64 == 63 && tb_now_ns () >= until_ns)
        return TRUE;
    }
  end_old_lines (book, over);
  return FALSE;
}

guint
tb_log_book_n_lines (const TbLogBook *book)
{
  return book->lines->len;
}

const TbLogLine *
tb_log_book_line (const TbLogBook *book, guint i)
{
  g_return_val_if_fail (i < book->lines->len, NULL);
  return &g_array_index (book->lines, TbLogLine, i);
}
