/* What `tierboard run` is told of its recording: where it is kept, how much of it, and what not. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cli.h"
#include "run-private.h"
#include "tb-record.h"

/* "200", "64KiB", "1.5GB". */
static gboolean
parse_bytes (const char *text, double *bytes)
{
  static const struct
  {
    const char *unit;
    double bytes;
  } units[] = { { "", 1 },     { "B", 1 },      { "KB", 1e3 },      { "kB", 1e3 },     { "MB", 1e6 },
                { "GB", 1e9 }, { "KiB", 1024 }, { "MiB", 1 << 20 }, { "GiB", 1 << 30 } };
  double number;
  const char *end = tb_decimal_parse (text, &number);
  for (guint i = 0; end != NULL && i < G_N_ELEMENTS (units); i++)
    if (g_str_equal (end, units[i].unit))
      {
        *bytes = number * units[i].bytes;
        return TRUE;
      }
  return FALSE;
}

static gboolean
read_limit (TbRunRecord *r)
{
  double bytes;
  if (r->limit == NULL)
    return TRUE;
  if (!parse_bytes (r->limit, &bytes) || bytes < TB_RECORD_LIMIT_LEAST || bytes > 1e15)
    {
      tb_cli_error ("--record-limit: “%s” is no size like 64MiB or 2GB, of 1MiB at least", r->limit);
      return FALSE;
    }
  r->limit_bytes = (gint64) bytes;
  return TRUE;
}

static gboolean
read_age (TbRunRecord *r)
{
  if (r->age == NULL)
    return TRUE;
  if (tb_duration_parse (r->age, &r->limit_ns, NULL) && r->limit_ns > 0)
    return TRUE;
  tb_cli_error ("--record-for: “%s” is no duration like 30s, 10m or 1h", r->age);
  return FALSE;
}

static gboolean
read_payload (TbRunRecord *r)
{
  double bytes;
  r->payload_off = g_strcmp0 (r->payload, "off") == 0;
  if (r->payload == NULL || r->payload_off)
    return TRUE;
  if (!parse_bytes (r->payload, &bytes) || bytes > TB_SESSION_PAYLOAD_MOST)
    {
      tb_cli_error ("--payload: “%s” is neither “off” nor a size of at most %d bytes", r->payload,
                    TB_SESSION_PAYLOAD_MOST);
      return FALSE;
    }
  r->payload_max = (guint) bytes;
  r->payload_off = r->payload_max == 0;
  return TRUE;
}

static gboolean
check_masks (const TbRunRecord *r)
{
  char why[200];
  for (guint i = 0; r->masks != NULL && r->masks[i] != NULL; i++)
    if (!tb_record_mask_check (r->masks[i], why, sizeof why))
      {
        tb_cli_error ("--mask: “%s” is no extended regular expression: %s", r->masks[i], why);
        return FALSE;
      }
  return TRUE;
}

gboolean
tb_run_record_read (TbRunRecord *r)
{
  gboolean said = r->limit != NULL || r->age != NULL || r->payload != NULL || r->masks != NULL;
  if (said && r->path == NULL)
    {
      tb_cli_error ("--record-limit, --record-for, --payload and --mask say what --record keeps, and it is "
                    "not there");
      return FALSE;
    }
  return read_limit (r) && read_age (r) && read_payload (r) && check_masks (r);
}

gboolean
tb_run_record_is_possible (const TbRunRecord *r)
{
  int fd = r->path != NULL ? open (r->path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666) : -1;
  if (r->path != NULL && fd < 0)
    tb_cli_error ("%s: the recording cannot be written: %s", r->path, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return r->path == NULL || fd >= 0;
}

void
tb_run_record_fill (const TbRunRecord *r, TbSessionOptions *options)
{
  options->record_path = r->path;
  options->record_off = r->path == NULL;
  options->record_limit_bytes = r->limit_bytes;
  options->record_limit_ns = r->limit_ns;
  options->payload_max = r->payload_max;
  options->payload_off = r->payload_off;
  options->record_masks = (const char *const *) r->masks;
}

void
tb_run_record_clear (TbRunRecord *r)
{
  g_free (r->path);
  g_free (r->limit);
  g_free (r->age);
  g_free (r->payload);
  g_strfreev (r->masks);
}
