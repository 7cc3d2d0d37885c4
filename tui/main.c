/* SPDX-License-Identifier: MIT */
/*
 * main - what was asked for on the command line.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/scope.h"
#include "core/fanfare.h"
#include "tui/app.h"
#include "tui/script.h"

enum { MAIN_USAGE = 2 }; /* exit status of a command line that makes no sense */

static const char main_help[] =
	"Fanfare: one source in, every speaker out, in time with each other.\n"
	"\n"
	"  fanfare [--profile NAME|FILE]    the console; q leaves it and the music plays on\n"
	"  fanfare --headless [--profile NAME|FILE]\n"
	"                                   play without a console until SIGTERM\n"
	"  fanfare --help | --version\n"
	"\n"
	"  --theme NAME      colours of the console (T in the console goes through them)\n"
	"  --no-bluetooth    leave Bluetooth alone\n"
	"\n"
	"Without --profile the last one is played, at first a demonstration.\n";

static int main_misused(const char *what, const char *word)
{
	fprintf(stderr, "fanfare: %s \"%s\"; fanfare --help lists what there is\n", what, word);
	return MAIN_USAGE;
}

/* The value of option --name, as "--name VALUE" or "--name=VALUE"; NULL = another option. */
static const char *main_value(int argc, char **argv, int *i, const char *name,
			      bool *ret_missing)
{
	size_t n = strlen(name);

	if (strncmp(argv[*i], name, n) != 0)
		return NULL;
	if (argv[*i][n] == '=')
		return argv[*i] + n + 1;
	if (argv[*i][n] != '\0')
		return NULL;
	if (*i + 1 < argc)
		return argv[++*i];
	*ret_missing = true;
	return "";
}

/*
 * Who started us may have closed a standard descriptor. The next one opened
 * would take its number, and a stdin source would then eat our own signals.
 */
static void main_fill_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR); /* inherited by commands: no O_CLOEXEC */
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	struct app_options o = { 0 };

	main_fill_standard();
	if (argc > 1) {
		int status = script_run(argc - 1, argv + 1);

		if (status >= 0)
			return status;
	}
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i], *value;
		bool missing = false;

		if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 ||
		    strcmp(word, "help") == 0) {
			printf("%s\n%s", main_help, script_help);
			return EXIT_SUCCESS;
		} else if (strcmp(word, "--version") == 0) {
			puts("fanfare " FANFARE_VERSION);
			return EXIT_SUCCESS;
		} else if (strcmp(word, "--headless") == 0) {
			o.headless = true;
		} else if (strcmp(word, "--no-bluetooth") == 0) {
			o.no_bluetooth = true;
		} else if ((value = main_value(argc, argv, &i, "--profile", &missing))) {
			o.profile = value;
		} else if ((value = main_value(argc, argv, &i, "--theme", &missing))) {
			o.theme = value;
		} else {
			return main_misused("unknown argument", word);
		}
		if (missing)
			return main_misused("a value is missing after", word);
	}
	if (o.headless &&
	    !o.profile) { /* /etc/fanfare/fanfare.conf, by way of fanfare.service */
		o.profile = getenv("FANFARE_PROFILE");
		o.resume = true; /* a boot goes on where a power cut fell */
	}
	if (o.profile && !*o.profile)
		o.profile = NULL;
	return app_run(&o);
}
