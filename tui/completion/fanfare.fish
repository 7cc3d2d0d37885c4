# SPDX-License-Identifier: MIT
# fish completion for fanfare

# __fanfare_at N WORD... - whether the N-th argument is being typed, after one of these words
function __fanfare_at
	set -l typed (commandline -opc)
	test (count $typed) -eq $argv[1]; and contains -- "$typed[2]" $argv[2..-1]
end

# the same for what follows "fanfare profile"
function __fanfare_profile
	set -l typed (commandline -opc)
	test (count $typed) -eq 3; and test "$typed[2]" = profile; and contains -- "$typed[3]" $argv
end

# __fanfare_measure_speaker N - the same for what follows "fanfare measure speaker"
function __fanfare_measure_speaker
	set -l typed (commandline -opc)
	test (count $typed) -eq $argv[1]; and test "$typed[2] $typed[3]" = 'measure speaker'
end

# __fanfare_list COLUMN WORD... - that column of what fanfare WORD... lists
function __fanfare_list
	fanfare $argv[2..-1] 2>/dev/null | string split -f$argv[1] \t
end

function __fanfare_zones
	fanfare status 2>/dev/null | string replace -rf '^zone (.*)' '$1'
end

set -l commands status profile volume mute trim connect disconnect scan devices pair forget \
	admit add remove source measure doctor

complete -c fanfare -f
complete -c fanfare -n __fish_use_subcommand -l headless -d 'Play without a console'
complete -c fanfare -l profile -x -a '(__fanfare_list 1 profile list)' -d 'Play this profile'
complete -c fanfare -l theme -x -a 'dark light mono contrast amber dusk' -d 'Colours'
complete -c fanfare -l no-bluetooth -d 'Leave Bluetooth alone'
complete -c fanfare -n __fish_use_subcommand -l help -d 'What there is'
complete -c fanfare -n __fish_use_subcommand -l version -d 'Which version'
complete -c fanfare -l json -d 'For programs'
complete -c fanfare -n __fish_use_subcommand -a "$commands"
complete -c fanfare -n '__fanfare_at 2 profile' -a 'list show check new load save delete'
complete -c fanfare -n '__fanfare_profile show load save delete' -a '(__fanfare_list 1 profile list)'
complete -c fanfare -n '__fanfare_profile check' -F
complete -c fanfare -n '__fanfare_at 2 volume mute' -a all
complete -c fanfare -n '__fanfare_at 2 volume mute trim connect disconnect remove' \
	-a '(__fanfare_list 1 volume all)'
complete -c fanfare -n '__fanfare_at 3 mute' -a 'on off toggle'
complete -c fanfare -n '__fanfare_at 2 pair forget add' -a '(__fanfare_list 2 devices)'
complete -c fanfare -n '__fanfare_at 2 add' -a 'alsa: pulse: file:'
complete -c fanfare -n '__fanfare_at 2 source' -a '(__fanfare_list 1 source) pulse: tone:tune fifo: command: bluetooth:'
complete -c fanfare -n '__fanfare_at 3 source measure; and not __fanfare_measure_speaker 3; or __fanfare_at 4 add' \
	-a '(__fanfare_zones)'
complete -c fanfare -n '__fanfare_at 2 measure' \
	-a 'alsa:default pulse: speaker show undo redo levels cancel'
complete -c fanfare -n '__fanfare_measure_speaker 3' -a '(__fanfare_list 1 volume all)'
complete -c fanfare -n '__fanfare_measure_speaker 4' -a 'alsa:default pulse: dismiss'
