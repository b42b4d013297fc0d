/* What a probe says to a server and what its answer means, a row a protocol: pure, no sockets. */
#pragma once

#include "tb-wire.h"

enum
{
  TB_TALK_QUESTION_MAX = 1024,
  TB_TALK_ANSWER_MAX = 64
};

typedef enum
{
  TB_TALK_MORE, /* it has not said enough yet */
  TB_TALK_GOOD,
  TB_TALK_BAD
} TbTalk;

typedef struct
{
  TbProbeKind kind;
  uint32_t address; /* of whoever is asked, host order */
  uint16_t port;
  const char *path;        /* HTTP */
  const TbWireTries *tries; /* HTTP: status, header */
} TbTalkTopic;

/* Whether connecting is not all there is to it. */
bool tb_talk_has_question (TbProbeKind kind);
/* Writes what to send to out (TB_TALK_QUESTION_MAX). Returns its length. */
size_t tb_talk_question (const TbTalkTopic *topic, uint8_t *out);
/* Judges the n bytes that came so far, behind which is a zero; whole: no more than these can be kept.
 * BAD leaves a few words in answer (TB_TALK_ANSWER_MAX). */
TbTalk tb_talk_judge (const TbTalkTopic *topic, const uint8_t *reply, size_t n, bool whole,
                      char *answer);
