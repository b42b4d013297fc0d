/* A scenario in virtual time: play.c has the loop and the findings, play-do.c does what the engine asks for,
 * play-facts.c shows it what there is. */
#pragma once

#include "virtual-private.h"

typedef struct Play
{
  TbVirtual *v;
  World *w;
  const TbScenario *scenario;
  TbEngine *engine;
  TbRng rng;            /* of partitions */
  GHashTable *struck;   /* action → GArray of guint: whom it struck; roles are others' by the time it is taken back */
  TbLiveInstance *instances;
  TbLiveLink *links;
  TbLiveTap *taps;
  guint n_taps;
  guint32 *lives;       /* by instance: how often it was started */
  TbLiveFrame frame;
  TbFacts facts;
} Play;

void play_facts_begin (Play *p);
void play_facts_clear (Play *p);
/* The frame as it is now. */
void play_look (Play *p);
/* What an instance says that it is. */
const char *play_role (guint instance, gpointer play);
/* Whether everything that the name means (NULL: everything) is simulated, traffic or instances. */
gboolean play_is_simulated (const TbVirtual *v, const char *name);

extern const TbEngineHost play_host;
