/* Names of the drawing as addresses, for programs that look names up: each instance has its own
 * /etc/hosts, mounted over the machine's in a mount namespace of its own. "store" is the virtual
 * address of its link to the store, so that `redis://store:6379` in an unmodified program goes
 * through the tap of exactly that link; "store-2" is that instance; a device's name is what runs on
 * it. Where there are no such namespaces, the environment alone says the addresses. */
#pragma once

#include "leash.h"

/* Tried on a child. *why_not gets a static sentence with NONE. */
TbNamesWay tb_names_way (const char **why_not);

/* The whole file for an instance: the drawing's names before the machine's. (transfer full) */
char *tb_names_text (const TbWirePlan *plan, uint32_t instance, const char *machine);
/* The machine's own file, "" where there is none. (transfer full) */
char *tb_names_machine (void);

/* Writes the file of one that runs, for it to see other names from now on: 0 or errno. */
int tb_names_refresh (const TbLeashSpec *spec);

/* ---- Between fork and exec --------------------------------------------------------------------- */

/* What clone() needs to be asked for. */
int tb_names_clone_flags (const TbLeashSpec *spec);
/* In the new process, before it changes its user: 0 or errno. */
int tb_names_enter (const TbLeashSpec *spec);
/* This process's user and group are the only ones its new user namespace knows: 0 or errno. */
int tb_names_map_user (uid_t uid, gid_t gid);
/* Mounts made from now on stay in this namespace; false where they would not. */
bool tb_names_keep_mounts (void);
