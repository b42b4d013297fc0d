/* What servers answer to probes: cut anywhere, judged the same in the end, and never read behind. The
 * first byte chooses the protocol. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe-talk.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n);

static TbTalk
judge (const TbTalkTopic *topic, const uint8_t *reply, size_t n, bool whole)
{
  char answer[TB_TALK_ANSWER_MAX];
  /* Its own memory, with the zero that is promised behind: a step too far is found. */
  uint8_t *copy = malloc (n + 1);
  memcpy (copy, reply, n);
  copy[n] = 0;
  TbTalk talk = tb_talk_judge (topic, copy, n, whole, answer);
  assert (memchr (answer, 0, sizeof answer) != NULL);
  assert (talk != TB_TALK_BAD || answer[0] != '\0');
  free (copy);
  return talk;
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  static const TbProbeKind kinds[] = { TB_PROBE_HTTP, TB_PROBE_RESP, TB_PROBE_POSTGRESQL, TB_PROBE_MQTT };
  char header[] = "X-Probe: yes";
  if (n < 2)
    return 0;
  const TbWireTries tries = { .status = bytes[1] % 4 == 0 ? 204 : 0,
                              .header = bytes[1] % 2 == 0 ? header : NULL };
  const TbTalkTopic topic = { .kind = kinds[bytes[0] % 4], .address = 0x7f010101, .port = 80,
                              .path = "/", .tries = &tries };
  uint8_t question[TB_TALK_QUESTION_MAX];
  size_t asked = tb_talk_question (&topic, question);
  assert (asked > 0 && asked <= sizeof question);
  bytes += 2;
  n = TB_MIN (n - 2, (size_t) 4096);
  /* However it comes: once it is judged, more of it does not matter; until then it waits for more. */
  for (size_t i = 1; i <= n && i < 200; i++)
    judge (&topic, bytes, i, false);
  judge (&topic, bytes, n, false);
  judge (&topic, bytes, n, true);
  return 0;
}
