/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the functions of the script library call.  Grouped as the tapset
 * files are; a function here is safe in every context a probe can run in.
 *
 * dst holds stp_script.limits.maxstringlen bytes and is always terminated.
 * Failing functions set c->error (see script.h); c->site names the caller.
 * Task arguments are addresses of struct task_struct from the script, so
 * unchecked: every field is read through a fault-proof copy.
 */
#ifndef STAPX_TAPSET_H
#define STAPX_TAPSET_H

/* ---- strings (core/str.c) ---- */
stp_i64 stp_strlen(const char *s);
void stp_substr(struct stp_ctx *c, char *dst, const char *s, stp_i64 start,
		stp_i64 len);
stp_i64 stp_stringat(struct stp_ctx *c, const char *s, stp_i64 pos, int strict);
int stp_isinstr(const char *s, const char *part);
stp_i64 stp_strpos(const char *s, const char *part);	/* -1: absent */
stp_i64 stp_strtol(const char *s, stp_i64 base);
void stp_str_replace(struct stp_ctx *c, char *dst, const char *s,
		     const char *what, const char *with);
/* tokenize(): s non-empty starts anew; the rest is kept per context. */
void stp_tokenize(struct stp_ctx *c, char *dst, const char *s,
		  const char *delim);
/* Printable text, the rest as \ escapes; at most len bytes of s. */
void stp_text_str(struct stp_ctx *c, char *dst, const char *s, stp_i64 len,
		  int quoted);
/* "Tue Jan  1 00:00:00 1970", UTC; <0 or too far: the peer's texts. */
void stp_ctime(struct stp_ctx *c, char *dst, stp_i64 seconds);
stp_i64 stp_randint(struct stp_ctx *c, stp_i64 below);
/* Byte b at a time helpers for the message of error(): copies msg. */
void stp_error(struct stp_ctx *c, const char *msg);
void stp_system(struct stp_ctx *c, const char *command);

/* ---- the last =~ of this handler (core/match.c) ---- */
stp_i64 stp_ngroups(struct stp_ctx *c);
void stp_matched(struct stp_ctx *c, char *dst, stp_i64 n);

/* ---- floating point (core/fp.c, core/fptext.c): the bits of a double ---- */
enum stp_fp_rounding {
	STP_FP_NEAR_EVEN, STP_FP_TO_ZERO, STP_FP_DOWN, STP_FP_UP,
	STP_FP_NEAR_AWAY, STP_FP_ODD = 6
};
stp_i64 stp_fp_add(stp_i64 x, stp_i64 y);
stp_i64 stp_fp_sub(stp_i64 x, stp_i64 y);
stp_i64 stp_fp_mul(stp_i64 x, stp_i64 y);
stp_i64 stp_fp_div(stp_i64 x, stp_i64 y);
stp_i64 stp_fp_rem(stp_i64 x, stp_i64 y);	/* IEEE's remainder */
stp_i64 stp_fp_sqrt(stp_i64 x);
int stp_fp_eq(stp_i64 x, stp_i64 y);
int stp_fp_lt(stp_i64 x, stp_i64 y);
int stp_fp_le(stp_i64 x, stp_i64 y);
stp_i64 stp_fp_from_long(stp_i64 n);
stp_i64 stp_fp_from_fp32(stp_i64 n);
/* What does not fit: the most negative number. */
stp_i64 stp_fp_to_long(stp_i64 x, enum stp_fp_rounding how);
void stp_fp_to_string(struct stp_ctx *c, char *dst, stp_i64 x,
		      stp_i64 precision);
stp_i64 stp_string_to_fp(const char *s);

/* ---- the hit (core/hit.c) ---- */
void stp_pp(struct stp_ctx *c, char *dst);
void stp_pn(struct stp_ctx *c, char *dst);
void stp_ppfunc(struct stp_ctx *c, char *dst);
void stp_probefunc(struct stp_ctx *c, char *dst);
void stp_probemod(struct stp_ctx *c, char *dst);
void stp_probe_type(struct stp_ctx *c, char *dst);
stp_i64 stp_target(void);
stp_i64 stp_set_target(stp_i64 pid);
void stp_module_name(struct stp_ctx *c, char *dst);
stp_i64 stp_cpu(struct stp_ctx *c);

/* ---- time (kernel/time.c, user/time.c) ---- */
stp_i64 stp_gettimeofday_ns(void);
stp_i64 stp_ktime_ns(void);		/* monotonic */
stp_i64 stp_local_clock_ns(void);
stp_i64 stp_cpu_clock_ns(stp_i64 cpu);
stp_i64 stp_cycles(void);		/* get_cycles() */
stp_i64 stp_jiffies(void);
stp_i64 stp_hz(void);

/* ---- the current task (kernel/task.c, user/task.c) ---- */
void stp_execname(struct stp_ctx *c, char *dst);
stp_i64 stp_pid(void);
stp_i64 stp_tid(void);
stp_i64 stp_ppid(void);
stp_i64 stp_pgrp(void);
stp_i64 stp_sid(void);
stp_i64 stp_uid(void);
stp_i64 stp_euid(void);
stp_i64 stp_gid(void);
stp_i64 stp_egid(void);
void stp_pexecname(struct stp_ctx *c, char *dst);
stp_i64 stp_user_mode(struct stp_ctx *c);	/* the hit was in user mode */
stp_i64 stp_in_irq(void);

/* ---- any task (kernel/task.c) ---- */
stp_u64 stp_task_current(void);
stp_u64 stp_task_parent(struct stp_ctx *c, stp_u64 task);
stp_u64 stp_pid2task(struct stp_ctx *c, stp_i64 pid);
stp_i64 stp_task_pid(struct stp_ctx *c, stp_u64 task);
stp_i64 stp_task_tid(struct stp_ctx *c, stp_u64 task);
stp_i64 stp_task_state(struct stp_ctx *c, stp_u64 task);
stp_i64 stp_task_cpu(struct stp_ctx *c, stp_u64 task);
stp_i64 stp_task_prio(struct stp_ctx *c, stp_u64 task);
stp_i64 stp_task_nice(struct stp_ctx *c, stp_u64 task);
stp_i64 stp_task_uid(struct stp_ctx *c, stp_u64 task);
stp_i64 stp_task_euid(struct stp_ctx *c, stp_u64 task);
stp_i64 stp_task_gid(struct stp_ctx *c, stp_u64 task);
stp_i64 stp_task_egid(struct stp_ctx *c, stp_u64 task);
void stp_task_execname(struct stp_ctx *c, char *dst, stp_u64 task);
void stp_cmdline_str(struct stp_ctx *c, char *dst);

/* ---- memory (kernel/memory.c) ---- */
/* Reads up to a NUL or len - 1 bytes (len < 0: maxstringlen).  0, or -1 on a
 * fault with dst "" and no error set: the tapset decides. */
int stp_kernel_string(struct stp_ctx *c, char *dst, stp_u64 addr, stp_i64 len);
int stp_user_string(struct stp_ctx *c, char *dst, stp_u64 addr, stp_i64 len);
/* "kernel string copy fault at 0x…" / "user …", as an error. */
void stp_fail_fault(struct stp_ctx *c, const char *what, stp_u64 addr);

/* ---- text that is no plain string (core/foreign.c) ---- */
/* UTF-16 or UTF-32 (width 2 or 4) as UTF-8, up to a zero. */
void stp_wide_string(struct stp_ctx *c, char *dst, stp_u64 addr, int width,
		     int user);
/* n bytes in quotes, in at most so many (0: maxstringlen). */
void stp_buffer_quoted(struct stp_ctx *c, char *dst, stp_u64 addr, stp_i64 n,
		       stp_i64 most, int user);

/* ---- registers and arguments (kernel/regs.c) ---- */
stp_i64 stp_register(struct stp_ctx *c, const char *name);
stp_i64 stp_u_register(struct stp_ctx *c, const char *name);
void stp_set_arg(struct stp_ctx *c, stp_i64 n, stp_i64 value);	/* as stp_arg */
stp_i64 stp_arg(struct stp_ctx *c, stp_i64 n);	/* n from 1, function entry */
stp_i64 stp_syscall_nr(void);	/* that the process is in; -1 */
stp_i64 stp_returnval(struct stp_ctx *c);
stp_u64 stp_addr(struct stp_ctx *c);		/* of the probe point hit */
stp_u64 stp_uaddr(struct stp_ctx *c);
stp_i64 stp_is_return(struct stp_ctx *c);
stp_i64 stp_is_compat(void);			/* probing_32bit_app */

/* ---- arguments of system calls (kernel/sysargs.c) ---- */
/*
 * Of a wrapper that takes one struct pt_regs *.  place: the argument's number from
 * 1, and 16 times that for a 32-bit program where it has another.  kind:
 *	d U l u		int, unsigned int, long, unsigned long
 *	L		64 bits, of a 32-bit program in two arguments
 *	x p		unsigned int, an address; shown in hexadecimal
 *	o m		a mode, in octal; m: when the argument before has O_CREAT
 *	s b		a string; as many bytes as the argument behind says
 *	f a e		a folder's descriptor; the strings of argv; how many of envp
 */
stp_i64 stp_syscall_arg(struct stp_ctx *c, stp_u64 pt_regs, stp_i64 place,
			char kind);
/* Their text: what is a list of NCK[TABLE] with spaces between: N and C are the
 * digits of a place, K the kind; TABLE (core/names.c) names numbers, ! shows them in
 * hexadecimal. */
void stp_sysargs(struct stp_ctx *c, char *dst, stp_u64 pt_regs,
		 const char *what);

/* ---- stacks and symbols (kernel/stack.c) ---- */
/* Addresses as "0x… 0x…" up to MAXBACKTRACE. */
void stp_backtrace(struct stp_ctx *c, char *dst);
/* The place hit and n more; all, when n < 0. */
void stp_callers(struct stp_ctx *c, char *dst, stp_i64 n);
stp_u64 stp_stack(struct stp_ctx *c, stp_i64 n);	/* 0: not so deep */
void stp_print_backtrace(struct stp_ctx *c);
void stp_sprint_backtrace(struct stp_ctx *c, char *dst);
void stp_symname(struct stp_ctx *c, char *dst, stp_u64 addr);
void stp_symdata(struct stp_ctx *c, char *dst, stp_u64 addr); /* name+0x1/0x2 [module] */
/* A line for each address of a string as stp_backtrace has it; whole: with the
 * function's size. */
void stp_sprint_syms(struct stp_ctx *c, char *dst, const char *stk, int whole);
void stp_symhex(struct stp_ctx *c, char *dst, stp_u64 addr);	/* 0x1 */
void stp_modname(struct stp_ctx *c, char *dst, stp_u64 addr);

/* ---- the current task's user space (kernel/uspace.c, kernel/ustack.c) ---- */
/* For the letters of STP_PLACES: buf gets a u16 length and the bytes; none
 * where size is too small. */
const char *stp_uplace(struct stp_ctx *c, char *buf, stp_size size,
		       stp_u64 addr);
void stp_umodname(struct stp_ctx *c, char *dst, stp_u64 addr);
/* As stp_callers and stp_stack. */
void stp_ucallers(struct stp_ctx *c, char *dst, stp_i64 max);
stp_u64 stp_ustack(struct stp_ctx *c, stp_i64 n);
/* By what the script brought of the file, else the number.  whole: with the
 * function's size. */
void stp_usymname(struct stp_ctx *c, char *dst, stp_u64 addr);
void stp_usymdata(struct stp_ctx *c, char *dst, stp_u64 addr, int whole);
/* form: enum stp_ustack_form of record.h. */
void stp_print_ubacktrace(struct stp_ctx *c, int form);
void stp_print_ubacktrace_at(struct stp_ctx *c, int form, stp_u64 pc,
			     stp_u64 sp, stp_u64 fp);

/* ---- the machine (kernel/machine.c) ---- */
void stp_printk(struct stp_ctx *c, stp_i64 level, const char *text);
/* Names of allocation flags, "GFP_KERNEL|__GFP_ZERO". */
void stp_gfp_str(struct stp_ctx *c, char *dst, stp_i64 flags);
stp_i64 stp_num_online_cpus(void);
stp_i64 stp_page_size(void);
stp_i64 stp_stack_size(void);		/* of the kernel's, of a task */
stp_i64 stp_stack_unused(void);

/* ---- what guru scripts do to it (kernel/guru.c) ---- */
void stp_raise(struct stp_ctx *c, stp_i64 signo);
void stp_panic(const char *text);
void stp_dump_stack(void);
void stp_delay(struct stp_ctx *c, stp_i64 us);
void stp_ftrace(const char *text);
stp_u64 stp_file_dentry(struct stp_ctx *c, stp_u64 file);
void stp_dentry_path(struct stp_ctx *c, char *dst, stp_u64 dentry);

#endif
