// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the sections of loaded modules lie.
 *
 * In: names of modules.  Out: stp_maddr.  A module's sections are learnt from
 * sysfs in process context and kept in a table that probes may read in any
 * context.
 */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "kernel.h"

#define SECTION_NAME_MAX 40

/* Entries are added in front, and change only their base, until the session
 * ends: readers need no lock. */
static struct section {
	struct section *next;
	u64 base;		/* 0: not loaded */
	char module[MODULE_NAME_LEN];
	char name[SECTION_NAME_MAX];
} *sections;
static DEFINE_MUTEX(sections_lock);	/* of those who change them */

static struct section *section_find(const char *module, const char *name)
{
	struct section *s;

	for (s = smp_load_acquire(&sections); s; s = s->next)
		if (!strcmp(s->name, name) && !strcmp(s->module, module))
			return s;
	return NULL;
}

stp_u64 stp_maddr(const char *module, const char *section, stp_u64 offset)
{
	const struct section *s = section_find(module, section);
	u64 base = s ? READ_ONCE(s->base) : 0;

	return base ? base + offset : 0;
}

/* What sysfs says of one section; 0: nothing. */
static u64 section_base(const char *module, const char *name)
{
	char path[32 + MODULE_NAME_LEN + SECTION_NAME_MAX], text[32];
	struct file *f;
	loff_t pos = 0;
	ssize_t n;
	u64 base;

	snprintf(path, sizeof(path), "/sys/module/%s/sections/%s", module,
		 name);
	f = filp_open(path, O_RDONLY, 0);
	if (IS_ERR(f))
		return 0;
	n = kernel_read(f, text, sizeof(text) - 1, &pos);
	filp_close(f, NULL);
	if (n <= 0)
		return 0;
	text[n] = 0;
	return kstrtou64(strim(text), 0, &base) ? 0 : base;
}

#define PER_CPU ".data..percpu"
#define MODULES_MAX 4096

/* Where a module's per-CPU variables are: sysfs does not tell.  The list of
 * modules is walked from our own place in it; its head, which is no module,
 * is told by its name that is none. */
static u64 percpu_base(const char *name)
{
	u64 base = 0;
#ifdef CONFIG_SMP
	struct list_head *own = &THIS_MODULE->list, *p;
	char at[MODULE_NAME_LEN];
	int i;

	preempt_disable();
	for (p = READ_ONCE(own->next), i = 0; p != own && i < MODULES_MAX;
	     p = READ_ONCE(p->next), i++) {
		struct module *m = list_entry(p, struct module, list);

		if (copy_from_kernel_nofault(at, m->name, sizeof(at)) ||
		    strncmp(at, name, sizeof(at)))
			continue;
		base = (u64)(unsigned long)m->percpu;
		break;
	}
	preempt_enable();
#endif
	return base;
}

static int section_learn(const char *module, const char *name)
{
	struct section *s = section_find(module, name);
	u64 base = strcmp(name, PER_CPU) ? section_base(module, name) :
					   percpu_base(module);

	if (!base)
		return -ENOENT;
	if (s) {
		WRITE_ONCE(s->base, base);
		return 0;
	}
	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	strscpy(s->module, module, sizeof(s->module));
	strscpy(s->name, name, sizeof(s->name));
	s->base = base;
	s->next = sections;
	smp_store_release(&sections, s);
	return 0;
}

int stp_module_learn(const char *name)
{
	static const char *const names[] = {
		".text", ".text.unlikely", ".init.text", ".exit.text",
		".data", ".bss", ".rodata", ".data..read_mostly",
		".data..ro_after_init", ".noinstr.text", PER_CPU,
	};
	int i, err = -ENOENT;

	mutex_lock(&sections_lock);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!section_learn(name, names[i]))
			err = 0;
	mutex_unlock(&sections_lock);
	return err;
}

void stp_module_forget(const char *name)
{
	struct section *s;

	mutex_lock(&sections_lock);
	for (s = sections; s; s = s->next)
		if (!strcmp(s->module, name))
			WRITE_ONCE(s->base, 0);
	mutex_unlock(&sections_lock);
}

void stp_modules_discard(void)
{
	struct section *s;

	while ((s = sections)) {
		sections = s->next;
		kfree(s);
	}
}
