/* The checks of `tierboard doctor`: one function each, in the table of cmd-doctor.c. */
#pragma once

#include <glib.h>

typedef enum
{
  TB_DOCTOR_GOOD,
  TB_DOCTOR_PARTLY, /* something is less than it could be; a run works */
  TB_DOCTOR_BAD     /* a run, or a part of it, does not work */
} TbDoctorState;

typedef struct
{
  TbDoctorState state;
  char *found;  /* what is so, in words */
  char *advice; /* what to do; NULL where there is nothing to do */
} TbDoctorAnswer;

/* Fills the answer in; both texts are owned by it. advice may be NULL. */
void tb_doctor_answer (TbDoctorAnswer *answer, TbDoctorState state, const char *advice,
                       const char *format, ...) G_GNUC_PRINTF (4, 5);

void tb_doctor_interception (TbDoctorAnswer *answer);
void tb_doctor_io_uring (TbDoctorAnswer *answer);
void tb_doctor_namespaces (TbDoctorAnswer *answer);
void tb_doctor_addresses (TbDoctorAnswer *answer);
void tb_doctor_descriptors (TbDoctorAnswer *answer);
/* doctor-own.c */
void tb_doctor_low_ports (TbDoctorAnswer *answer);
void tb_doctor_names (TbDoctorAnswer *answer);
void tb_doctor_servers (TbDoctorAnswer *answer);
void tb_doctor_programs (TbDoctorAnswer *answer);
void tb_doctor_debugger (TbDoctorAnswer *answer);
void tb_doctor_display (TbDoctorAnswer *answer);
void tb_doctor_fonts (TbDoctorAnswer *answer);
