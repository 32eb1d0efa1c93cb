/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line to struct options. */
#ifndef STAPX_OPTIONS_H
#define STAPX_OPTIONS_H

#include "session.h"

enum options_result {
	OPTIONS_RUN,	/* go on */
	OPTIONS_DONE,	/* -h, -V: all was said */
	OPTIONS_WRONG,	/* reported */
};

/* The options in the rc file of the state folder come first. */
enum options_result options_parse(struct session *s, int argc, char **argv);

#endif
