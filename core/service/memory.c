/* SPDX-License-Identifier: MIT */
/* memory - see memory.h. */
#include "core/service/memory.h"

#include "core/base/clock.h"
#include "core/base/scope.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#ifndef F_SEAL_FUTURE_WRITE /* Linux 5.1; glibc before 2.38 does not name it */
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL)

#define READ_PATIENCE (100 * NS_PER_MS)
#define READ_NAP      (NS_PER_MS / 5)

struct memory_page {
	char magic[8];
	uint32_t layout;
	uint32_t size;	       /* of the snapshot, bytes */
	_Atomic uint64_t turn; /* publishes the snapshot: odd while it is written */
	struct ff_snapshot snapshot;
};

static const char magic[8] = "Fanfare";

uint32_t memory_layout(void)
{
	static const size_t parts[] = {
		sizeof(struct ff_snapshot),
		sizeof(struct ff_command),
		sizeof(struct ff_source),
		sizeof(struct ff_speaker),
		sizeof(struct ff_zone),
		sizeof(struct ff_adapter),
		sizeof(struct ff_device),
		sizeof(struct ff_sound),
		sizeof(struct ff_profile),
		offsetof(struct ff_snapshot, speakers),
		offsetof(struct ff_snapshot, log),
		sizeof(struct ff_measure),
		sizeof(struct ff_measured),
		FF_ADMIT,
	};
	uint32_t n = 1; /* counted up when only the meaning of a field changes */

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		n = n * 0x01000193u ^ (uint32_t)parts[i];
	return n;
}

int memory_make(struct memory *m)
{
	SCOPED(closep) int fd = memfd_create("fanfare", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct memory_page *page;
	char path[32];
	int look;

	if (fd < 0 || ftruncate(fd, sizeof(*page)) < 0)
		return -errno;
	page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		return -errno;
	/* what is mapped already stays writable, and nothing else ever will be */
	if (fcntl(fd, F_ADD_SEALS, SEALS) < 0) {
		int r = -errno;

		munmap(page, sizeof(*page));
		return r;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	look = open(path, O_RDONLY | O_CLOEXEC);
	memcpy(page->magic, magic, sizeof(magic));
	page->layout = memory_layout();
	page->size = sizeof(page->snapshot);
	/* without /proc the seals alone keep writers out */
	*m = (struct memory){ .page = page, .fd = look >= 0 ? look : TAKE_FD(fd) };
	return 0;
}

int memory_map(struct memory *m, int fd)
{
	struct memory_page *page;
	struct stat st;
	int seals = fcntl(fd, F_GET_SEALS);

	if (seals < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!(seals & F_SEAL_SHRINK))
		return -EPERM;
	if (st.st_size != sizeof(*page))
		return -EPROTONOSUPPORT;
	page = mmap(NULL, sizeof(*page), PROT_READ, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		return -errno;
	if (memcmp(page->magic, magic, sizeof(magic)) != 0 || page->layout != memory_layout() ||
	    page->size != sizeof(page->snapshot)) {
		munmap(page, sizeof(*page));
		return -EPROTONOSUPPORT;
	}
	*m = (struct memory){ .page = page, .fd = -EBADF };
	return 0;
}

void memory_done(struct memory *m)
{
	if (m->page) {
		munmap(TAKE(m->page), sizeof(*m->page));
		closep(&m->fd);
		m->fd = -EBADF;
	}
}

void memory_write(struct memory *m, const struct ff_snapshot *snapshot)
{
	struct memory_page *page = m->page;
	uint64_t turn = atomic_load_explicit(&page->turn, memory_order_relaxed);

	atomic_store_explicit(&page->turn, turn + 1, memory_order_relaxed);
	/* release: the odd number is seen before anything of what follows it */
	atomic_thread_fence(memory_order_release);
	memcpy(&page->snapshot, snapshot, sizeof(page->snapshot));
	/* release: the even number is seen after all of it */
	atomic_store_explicit(&page->turn, turn + 2, memory_order_release);
}

static bool try_read(const struct memory_page *page, struct ff_snapshot *ret)
{
	/* acquire: what was written before this number is seen */
	uint64_t turn = atomic_load_explicit(&page->turn, memory_order_acquire);

	memcpy(ret, &page->snapshot, sizeof(*ret));
	/* acquire: the number is looked at again after the last byte was copied */
	atomic_thread_fence(memory_order_acquire);
	return turn % 2 == 0 && turn == atomic_load_explicit(&page->turn, memory_order_relaxed);
}

bool memory_read(const struct memory *m, struct ff_snapshot *ret)
{
	uint64_t end = 0;

	while (!try_read(m->page, ret)) {
		uint64_t now = clock_now();

		if (!end)
			end = now + READ_PATIENCE;
		else if (now > end)
			return false;
		clock_sleep_until(now + READ_NAP);
	}
	return true;
}
