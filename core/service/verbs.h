/* SPDX-License-Identifier: MIT */
/*
 * verbs - the verbs of fanfare.h as methods on D-Bus, one a verb.
 *
 * One list makes the service's methods, what their introspection says, and the
 * calls that an attached console sends.
 */
#ifndef FANFARE_SERVICE_VERBS_H
#define FANFARE_SERVICE_VERBS_H

#include "core/fanfare.h"

#include <systemd/sd-bus.h>

#define SERVICE_NAME	  "org.fanfare.Fanfare1"
#define SERVICE_PATH	  "/org/fanfare/Fanfare1"
#define SERVICE_INTERFACE SERVICE_NAME
#define SERVICE_BUSY	  SERVICE_NAME ".Error.Busy"
#define SERVICE_OTHER	  SERVICE_NAME ".Error.OtherVersion"

/*
 * X(verb, method, fields, types, names): each letter of fields is a field of
 * struct ff_command, in the order of the arguments:
 *	i id, v value, f flag, m map, o output, x other, t type, a address,
 *	d adapter, D device, T text
 */
#define VERBS(X)                                                                               \
	X(FF_SET_VOLUME, SetVolume, "iv", "ud", SD_BUS_PARAM(speaker) SD_BUS_PARAM(decibels))  \
	X(FF_SET_MUTE, SetMute, "if", "ub", SD_BUS_PARAM(speaker) SD_BUS_PARAM(mute))          \
	X(FF_SET_SOLO, SetSolo, "if", "ub", SD_BUS_PARAM(speaker) SD_BUS_PARAM(solo))          \
	X(FF_SET_MAP, SetMap, "im", "us", SD_BUS_PARAM(speaker) SD_BUS_PARAM(map))             \
	X(FF_SET_TRIM, SetTrim, "iv", "ud", SD_BUS_PARAM(speaker) SD_BUS_PARAM(milliseconds))  \
	X(FF_SET_ABSOLUTE, SetAbsolute, "iv", "ud",                                            \
	  SD_BUS_PARAM(speaker) SD_BUS_PARAM(volume))                                          \
	X(FF_CLEAR_CLIP, ClearClip, "i", "u", SD_BUS_PARAM(speaker))                           \
	X(FF_CONNECT, Connect, "i", "u", SD_BUS_PARAM(speaker))                                \
	X(FF_DISCONNECT, Disconnect, "i", "u", SD_BUS_PARAM(speaker))                          \
	X(FF_RENAME_SPEAKER, RenameSpeaker, "iT", "us",                                        \
	  SD_BUS_PARAM(speaker) SD_BUS_PARAM(name))                                            \
	X(FF_REMOVE_SPEAKER, RemoveSpeaker, "ix", "uu",                                        \
	  SD_BUS_PARAM(speaker) SD_BUS_PARAM(ticket))                                          \
	X(FF_MOVE_SPEAKER, MoveSpeaker, "ix", "uu", SD_BUS_PARAM(speaker) SD_BUS_PARAM(zone))  \
	X(FF_SET_DOUBT, SetDoubt, "if", "ub", SD_BUS_PARAM(speaker) SD_BUS_PARAM(doubt))       \
	X(FF_CLICKS, Clicks, "ixf", "uub",                                                     \
	  SD_BUS_PARAM(speaker) SD_BUS_PARAM(reference) SD_BUS_PARAM(on))                      \
	X(FF_SET_SOURCE_GAIN, SetSourceGain, "iv", "ud",                                       \
	  SD_BUS_PARAM(source) SD_BUS_PARAM(decibels))                                         \
	X(FF_SET_SOURCE_DEVICE, SetSourceDevice, "itD", "uss",                                 \
	  SD_BUS_PARAM(source) SD_BUS_PARAM(type) SD_BUS_PARAM(device))                        \
	X(FF_RENAME_SOURCE, RenameSource, "iT", "us", SD_BUS_PARAM(source) SD_BUS_PARAM(name)) \
	X(FF_REMOVE_SOURCE, RemoveSource, "ix", "uu",                                          \
	  SD_BUS_PARAM(source) SD_BUS_PARAM(ticket))                                           \
	X(FF_RESTORE, Restore, "ix", "uu", SD_BUS_PARAM(id) SD_BUS_PARAM(ticket))              \
	X(FF_SET_MASTER, SetMaster, "iv", "ud", SD_BUS_PARAM(zone) SD_BUS_PARAM(decibels))     \
	X(FF_SET_ZONE_MUTE, SetZoneMute, "if", "ub", SD_BUS_PARAM(zone) SD_BUS_PARAM(mute))    \
	X(FF_ADD_SPEAKER, AddSpeaker, "ioadDTx", "usssssu",                                    \
	  SD_BUS_PARAM(zone) SD_BUS_PARAM(output) SD_BUS_PARAM(address) SD_BUS_PARAM(adapter)  \
		  SD_BUS_PARAM(device) SD_BUS_PARAM(name) SD_BUS_PARAM(ticket))                \
	X(FF_ADD_SOURCE, AddSource, "itDTx", "usssu",                                          \
	  SD_BUS_PARAM(zone) SD_BUS_PARAM(type) SD_BUS_PARAM(device) SD_BUS_PARAM(name)        \
		  SD_BUS_PARAM(ticket))                                                        \
	X(FF_ADD_ZONE, AddZone, "Tx", "su", SD_BUS_PARAM(name) SD_BUS_PARAM(ticket))           \
	X(FF_RENAME_ZONE, RenameZone, "iT", "us", SD_BUS_PARAM(zone) SD_BUS_PARAM(name))       \
	X(FF_REMOVE_ZONE, RemoveZone, "i", "u", SD_BUS_PARAM(zone))                            \
	X(FF_RESTORE_ZONE, RestoreZone, "i", "u", SD_BUS_PARAM(zone))                          \
	X(FF_MUTE_ALL, MuteAll, "f", "b", SD_BUS_PARAM(mute))                                  \
	X(FF_LOAD_PROFILE, LoadProfile, "T", "s", SD_BUS_PARAM(name))                          \
	X(FF_SAVE_PROFILE, SaveProfile, "T", "s", SD_BUS_PARAM(name))                          \
	X(FF_DELETE_PROFILE, DeleteProfile, "T", "s", SD_BUS_PARAM(name))                      \
	X(FF_NEW_PROFILE, NewProfile, "T", "s", SD_BUS_PARAM(name))                            \
	X(FF_RENAME_PROFILE, RenameProfile, "DT", "ss",                                        \
	  SD_BUS_PARAM(name) SD_BUS_PARAM(wanted))                                             \
	X(FF_LIST_SOUNDS, ListSounds, "", "", "")                                              \
	X(FF_MEASURE, Measure, "itD", "uss",                                                   \
	  SD_BUS_PARAM(zone) SD_BUS_PARAM(type) SD_BUS_PARAM(microphone))                      \
	X(FF_MEASURE_ONE, MeasureOne, "itD", "uss",                                            \
	  SD_BUS_PARAM(speaker) SD_BUS_PARAM(type) SD_BUS_PARAM(device))                       \
	X(FF_MEASURE_CANCEL, CancelMeasure, "", "", "")                                        \
	X(FF_MEASURE_RESULT, SetMeasureResult, "f", "b", SD_BUS_PARAM(on))                     \
	X(FF_MEASURE_LEVELS, SetMeasureLevels, "f", "b", SD_BUS_PARAM(on))                     \
	X(FF_CHECK_UNDER_MUSIC, CheckUnderMusic, "ixtD", "uuss",                               \
	  SD_BUS_PARAM(speaker) SD_BUS_PARAM(reference) SD_BUS_PARAM(type)                     \
		  SD_BUS_PARAM(microphone))                                                    \
	X(FF_CANCEL_UNDER_MUSIC, CancelUnderMusic, "", "", "")                                 \
	X(FF_APPLY_UNDER_MUSIC, ApplyUnderMusic, "f", "b", SD_BUS_PARAM(on))                   \
	X(FF_SCAN, Scan, "fvd", "bds",                                                         \
	  SD_BUS_PARAM(on) SD_BUS_PARAM(seconds) SD_BUS_PARAM(adapter))                        \
	X(FF_PAIR, Pair, "ad", "ss", SD_BUS_PARAM(address) SD_BUS_PARAM(adapter))              \
	X(FF_TRUST, Trust, "adf", "ssb",                                                       \
	  SD_BUS_PARAM(address) SD_BUS_PARAM(adapter) SD_BUS_PARAM(trust))                     \
	X(FF_DISCONNECT_DEVICE, DisconnectDevice, "ad", "ss",                                  \
	  SD_BUS_PARAM(address) SD_BUS_PARAM(adapter))                                         \
	X(FF_FORGET, Forget, "ad", "ss", SD_BUS_PARAM(address) SD_BUS_PARAM(adapter))          \
	X(FF_RENAME_DEVICE, RenameDevice, "adT", "sss",                                        \
	  SD_BUS_PARAM(address) SD_BUS_PARAM(adapter) SD_BUS_PARAM(name))                      \
	X(FF_CANCEL, Cancel, "ad", "ss", SD_BUS_PARAM(address) SD_BUS_PARAM(adapter))          \
	X(FF_PAIR_REPLY, ReplyToPairing, "ifT", "ubs",                                         \
	  SD_BUS_PARAM(cookie) SD_BUS_PARAM(yes) SD_BUS_PARAM(code))                           \
	X(FF_ADMIT, Admit, "fvd", "bds",                                                       \
	  SD_BUS_PARAM(on) SD_BUS_PARAM(seconds) SD_BUS_PARAM(adapter))

/* [any] The method that carries a verb; NULL = no such verb. */
const char *verbs_method(enum ff_verb verb);

/*
 * [any] Read the arguments of a call of one of these methods; *ret is whole on
 * success. -ENOENT: not one of them; -EINVAL: a text too long for its field, or
 * a word that is no map or output, and what is at fault in *ret_why ("name").
 */
int verbs_read(sd_bus_message *m, struct ff_command *ret, const char **ret_why);

/* [any] Append a command's arguments to a call of its method. -EINVAL: no such verb or word. */
int verbs_write(sd_bus_message *m, const struct ff_command *command);

#endif
