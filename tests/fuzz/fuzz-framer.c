/* The framer under any conversation. The first byte chooses the protocol; then come pieces: a byte
 * of direction and whether to skip, a byte of size, the bytes. What must hold for every input:
 * messages come in the order of their ends and end where bytes were seen, they do not overlap but for
 * HTTP/2's, and their labels are terminated; frames of HTTP/2 come in a row. */
#include "tb-base.h"
#include "tb-proto.h"

#include <stdlib.h>
#include <string.h>

typedef struct
{
  const TbFramer *framer;
  uint64_t seen[2], last[2], frame[2];
  TbDirection direction;
} Watch;

static void
check (const TbMessage *m, void *data)
{
  Watch *w = data;
  TB_CHECK (m->start < m->end && m->end >= w->last[m->direction]);
  TB_CHECK (m->start >= w->last[m->direction] || tb_framer_proto (w->framer) == TB_PROTO_HTTP2);
  TB_CHECK (m->end <= w->seen[m->direction]);
  TB_CHECK (memchr (m->label, 0, sizeof m->label) != NULL);
  TB_CHECK (m->kind != TB_MSG_REPLY || m->number > 0);
  w->last[m->direction] = m->end;
}

static void
check_frame (const TbHttp2Frame *f, void *data)
{
  Watch *w = data;
  TB_CHECK (f->start >= w->frame[w->direction] && f->start + 9 <= f->end);
  TB_CHECK (f->end <= w->seen[w->direction]);
  TB_CHECK (f->padding < f->end - f->start && (f->block_n == 0 || f->block != NULL));
  TB_CHECK (f->label != NULL && strlen (f->label) < TB_LABEL_MAX);
  w->frame[w->direction] = f->end;
}

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  static const TbProto lines[] = { TB_PROTO_UNKNOWN, TB_PROTO_HTTP, TB_PROTO_RESP,
                                   TB_PROTO_HTTP2 };
  static const TbProto packets[] = { TB_PROTO_POSTGRESQL, TB_PROTO_MQTT, TB_PROTO_NATS,
                                     TB_PROTO_KAFKA };
  Watch watch = { 0 };
  if (n < 1)
    return 0;
  TbFramer *f = malloc (tb_framer_size ());
  watch.framer = f;
  tb_framer_init (f, bytes[0] < 0x80    ? lines[bytes[0] % 4]
                     : bytes[0] == 0xff ? TB_PROTO_RPC
                                        : packets[bytes[0] % 4]);
  for (size_t at = 1; at + 2 <= n;)
    {
      TbDirection d = bytes[at] & 1 ? TB_DIR_DOWN : TB_DIR_UP;
      size_t size = TB_MIN ((size_t) bytes[at + 1], n - at - 2);
      uint64_t opaque = tb_framer_opaque (f, d);
      /* Offsets would wrap after years; a body without an end may be skipped by any size. */
      uint64_t skip = TB_MIN (opaque, UINT64_C (1) << (bytes[at] >> 2 & 31));
      if (bytes[at] & 2 && opaque > 0)
        {
          watch.seen[d] += skip;
          tb_framer_skip (f, d, skip, 1, check, &watch);
        }
      watch.seen[d] += size;
      watch.direction = d;
      tb_framer_feed_frames (f, d, bytes + at + 2, size, 1, check, check_frame, &watch);
      at += 2 + size;
    }
  tb_framer_end (f, TB_DIR_DOWN, 1, check, &watch);
  tb_framer_clear (f);
  free (f);
  return 0;
}
