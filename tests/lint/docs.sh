#!/bin/sh
# Every command and long option stands in the program's help, in assay(1) and in the completion.
cd "$top_srcdir" || exit 1
n=0

report() {
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		echo "$2" | sed 's/^/# /'
	fi
}

commands=$("$ASSAY" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
# Every option of every command and subcommand, as "command --option".
options=$(for c in $commands; do
	"$ASSAY" "$c" --help | sed -n 's/^  \(--[a-z-]*\).*/\1/p'
	for s in $("$ASSAY" "$c" --help | sed -n '/^commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p'); do
		"$ASSAY" "$c" "$s" --help | sed -n 's/^  \(--[a-z-]*\).*/\1/p'
	done
done | sort -u)
# mdoc spells --name as `Fl -name`.
in_manual=$(grep -hoE 'Fl -[a-z-]+' man/assay.1 man/*.[157] | sed 's/^Fl /-/' | sort -u)
in_completion=$(grep -oE '\-\-[a-z][a-z-]*' completions/assay.bash | sort -u)

report "there are commands and options to check" "$([ -n "$commands" ] && [ -n "$options" ] || echo none)"
report "each command is in the manual" "$(for c in $commands; do grep -qE "^\.(Ic|It Ic|Ss|Cm|It Cm) .*\b$c\b" man/assay.1 || echo "$c"; done)"
report "each option is in the manual" "$(for o in $options; do echo "$in_manual" | grep -qx -e "$o" || echo "$o"; done)"
report "the manual invents no option" "$(for o in $in_manual; do
	echo "$options --version" | tr ' ' '\n' | grep -qx -e "$o" || echo "$o"; done)"
report "each command is completed" "$(for c in $commands; do grep -qw "$c" completions/assay.bash || echo "$c"; done)"
report "each option is completed" "$(for o in $options; do echo "$in_completion" | grep -qx -e "$o" || echo "$o"; done)"
report "the completion invents no option" "$(for o in $in_completion; do
	echo "$options --version" | tr ' ' '\n' | grep -qx -e "$o" || echo "$o"; done)"
echo "1..$n"
