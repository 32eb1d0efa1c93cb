#define MAXSTRINGLEN 512
#include "runtime/script.h"

static const struct stp_site site[] = {
	{ "keyword 'return'", "emitted.stp:4:20" },
	{ "identifier 'counts'", "emitted.stp:6:2" },
	{ "identifier 'half'", "emitted.stp:6:18" },
	{ "keyword 'foreach'", "emitted.stp:7:2" },
	{ "keyword 'if'", "emitted.stp:8:3" },
	{ "keyword 'break'", "emitted.stp:8:18" },
	{ "identifier 'printf'", "emitted.stp:9:3" },
	{ "identifier '@count'", "emitted.stp:9:24" },
	{ "keyword 'try'", "emitted.stp:11:2" },
	{ "identifier 'total'", "emitted.stp:11:8" },
	{ "operator '%='", "emitted.stp:11:14" },
	{ "identifier 'println'", "emitted.stp:11:43" },
	{ "identifier 'name'", "emitted.stp:12:2" },
	{ "identifier 'sprintf'", "emitted.stp:12:10" },
	{ "identifier 'exit'", "emitted.stp:13:2" },
};

static const struct stp_stat_desc stat_g_counts = {
	.hist = STP_HIST_NONE, .variance = 0, .shift = 0,
	.buckets = 0,
};
static const struct stp_map_desc map_g_counts = {
	.nkeys = 1, .key = { STP_STRING }, .value = STP_STATS,
	.wrap = 0, .max_entries = 2048,
	.stat = &stat_g_counts,
};
static struct stp_map *g_counts;
static stp_i64 g_total = 5;
static char g_name[MAXSTRINGLEN] = "x";

static struct stp_global globals[] = {
	{ .name = "counts", .kind = STP_G_MAP, .storage = &g_counts, .map = &map_g_counts, .stat = &stat_g_counts },
	{ .name = "total", .kind = STP_G_LONG, .storage = &g_total },
	{ .name = "name", .kind = STP_G_STRING, .storage = g_name },
};

static const struct stp_format formats[] = {
	{ "%s %d\n", "sd" },
	{ "%s\n", "s" },
};

static __attribute__((unused)) stp_i64 fn_half(struct stp_ctx *c, stp_i64 a0);
static __attribute__((unused)) void fn_exit(struct stp_ctx *stp_context);

/* half at emitted.stp:4:10 */
static stp_i64 fn_half(struct stp_ctx *c, stp_i64 l_n)
{
	char *f;
	stp_i64 ret = 0;

	f = (void *)stp_frame_push(c, 0, c->site);
	if (!f)
		return 0;
	if (stp_spend(c, 1)) {
		stp_fail_actions(c, &site[0]);
		goto out;
	}
	ret = ((stp_i64)l_n / 2);
	goto out;
out:
	stp_frame_pop(c, (char *)f);
	return ret;
}

/* exit at ROOT/tapset/logging.stp:23:10 */
static void fn_exit(struct stp_ctx *stp_context)
{
	{ /* unprivileged */
	stp_exit(CONTEXT);
}
out: __attribute__((unused));
}

/* begin at emitted.stp:5:1 */
static void probe_0(struct stp_ctx *c)
{
	struct {
		char l_k[MAXSTRINGLEN];
		char l_msg[MAXSTRINGLEN];
		char b0[MAXSTRINGLEN];
	} *f;
	stp_i64 t0;
	struct stp_iter it0;
	struct stp_try try0;

	f = (void *)stp_frame_open(c, sizeof *f);
	if (!f)
		return;
	f->l_k[0] = 0;
	f->l_msg[0] = 0;
	if (stp_spend(c, 2)) {
		stp_fail_actions(c, &site[1]);
		goto out;
	}
	c->site = &site[2];
	t0 = fn_half(c, g_total);
	if (stp_unlikely(c->error))
		goto out;
	stp_map_stat_add(c, g_counts, (union stp_val[]){{ .s = "a" }}, t0, &site[1]);
	if (stp_unlikely(c->error))
		goto out;
	if (!stp_iter_open(c, &it0, g_counts, (struct stp_sort){ 2, 0, 0 }, -1, 0, 0x0, &site[3]))
		goto out;
	while (stp_iter_next(c, &it0)) {
		if (stp_spend(c, 1)) {
			stp_fail_actions(c, &site[3]);
			goto done_0;
		}
		stp_strcpy(f->l_k, stp_iter_key_string(&it0, 0), MAXSTRINGLEN);
		if (stp_spend(c, 1)) {
			stp_fail_actions(c, &site[4]);
			goto done_0;
		}
		if (stp_strcmp(f->l_k, g_name) == 0) {
			if (stp_spend(c, 1)) {
				stp_fail_actions(c, &site[5]);
				goto done_0;
			}
			break;
		}
		if (stp_spend(c, 1)) {
			stp_fail_actions(c, &site[6]);
			goto done_0;
		}
		stp_print(c, 0, (union stp_val[]){{ .s = f->l_k }, { .n = stp_stat_extract(c, stp_map_stat_get(c, g_counts, (union stp_val[]){{ .s = f->l_k }}), &stat_g_counts, STP_COUNT, &site[7]) }});
	}
done_0:
	stp_iter_close(c, &it0);
	if (stp_unlikely(c->error))
		goto out;
	if (stp_spend(c, 1)) {
		stp_fail_actions(c, &site[8]);
		goto out;
	}
	try0 = stp_try_begin(c);
	{
		if (stp_spend(c, 1)) {
			stp_fail_actions(c, &site[9]);
			goto caught_1;
		}
		t0 = stp_mod(c, g_total, (stp_i64)((stp_u64)g_total - 5), &site[10]);
		if (stp_unlikely(c->error))
			goto caught_1;
		g_total = t0;
	}
	if (0) {
caught_1:
		if (c->actions < 0)
			goto out;
		stp_catch(c, &try0, f->l_msg, MAXSTRINGLEN);
		if (stp_spend(c, 1)) {
			stp_fail_actions(c, &site[11]);
			goto out;
		}
		stp_print(c, 1, (union stp_val[]){{ .s = f->l_msg }});
	}
	if (stp_spend(c, 2)) {
		stp_fail_actions(c, &site[12]);
		goto out;
	}
	t0 = g_total;
	g_total = (stp_i64)((stp_u64)t0 + 1);
	stp_sprint(c, f->b0, MAXSTRINGLEN, "%d", "d", (union stp_val[]){{ .n = t0 }}, &site[13]);
	if (stp_unlikely(c->error))
		goto out;
	stp_strcat(g_name, f->b0, MAXSTRINGLEN);
	c->site = &site[14];
	fn_exit(c);
	if (stp_unlikely(c->error))
		goto out;
out:
	stp_frame_close(c, (char *)f);
	return;
}

static const struct stp_seq_arg arg_0 = { 0 };
static const struct stp_lock locks_0[] = { { 0, 1 }, { 1, 1 }, { 2, 1 }, };

static struct stp_probe probes[] = {
	{
		.name = "begin",
		.where = "emitted.stp:5:1",
		.handler = probe_0,
		.kind = &stp_kind_begin, .arg = &arg_0,
		.locks = locks_0, .nlocks = 3,
	},
};

struct stp_script stp_script = {
	.abi = STP_SCRIPT_ABI,
	.name = STP_MODULE_NAME,
	.release = "",
	.build_id = "",
	.limits = {
		.maxaction = 10000, .maxnesting = 2,
		.maxstringlen = MAXSTRINGLEN, .maxerrors = 0, .maxskipped = 100,
		.maxtrylock = 100, .trylockdelay_us = 10,
		.maxbacktrace = 20, .minstackspace = 1024,
		.overload_interval_ns = 1000000000,
		.overload_threshold_ns = 500000000,
		.suppress_errors = 0,
	},
	.probes = probes,
	.nprobes = sizeof probes / sizeof probes[0],
	.globals = globals,
	.nglobals = sizeof globals / sizeof globals[0],
	.formats = formats,
	.nformats = sizeof formats / sizeof formats[0],
	.frame_size = 1536,
	.sort_depth = 1,
};
