/* SPDX-License-Identifier: MIT */
/*
 * idle - what the machine does when it has nothing to do.
 *
 * Time in it is counted in instructions; what it idles away would be skipped, and while it
 * waits for the computer it idles. So it is given a loop to run. An emulator takes an empty
 * instruction almost for nothing: sixteen of them each round make idle time pass about three
 * times as fast as the clock on the wall: fast enough for a run, slow enough for a disk.
 */
int main(void)
{
	for (;;)
		__asm__ volatile(".rept 16\n\tnop\n\t.endr");
}
