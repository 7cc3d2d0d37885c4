# SPDX-License-Identifier: MIT
# fish completion for fanfare

function __fanfare_speakers
	fanfare volume all 2>/dev/null | string split -f1 \t
end

function __fanfare_profiles
	fanfare profile list 2>/dev/null | string split -f1 \t
end

set -l commands status profile volume mute trim scan pair connect disconnect forget measure doctor
set -l kinds list show check load save delete

complete -c fanfare -f
complete -c fanfare -l headless -d 'Play without a console'
complete -c fanfare -l profile -x -a '(__fanfare_profiles)' -d 'Play this profile'
complete -c fanfare -l theme -x -a 'dark light mono contrast amber dusk' -d 'Colours'
complete -c fanfare -l no-bluetooth -d 'Leave Bluetooth alone'
complete -c fanfare -l help -d 'What there is'
complete -c fanfare -l version -d 'Which version'
complete -c fanfare -l json -d 'For programs'
complete -c fanfare -n __fish_use_subcommand -a "$commands"
complete -c fanfare -n '__fish_seen_subcommand_from profile' -a "$kinds"
complete -c fanfare -n '__fish_seen_subcommand_from show load save delete' -a '(__fanfare_profiles)'
complete -c fanfare -n '__fish_seen_subcommand_from check' -F
complete -c fanfare -n '__fish_seen_subcommand_from volume mute trim connect disconnect' \
	-a '(__fanfare_speakers)'
complete -c fanfare -n '__fish_seen_subcommand_from measure' \
	-a 'alsa:default pulse: show undo redo levels cancel'
complete -c fanfare -n '__fish_seen_subcommand_from mute' -a 'on off toggle'
