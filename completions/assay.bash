# bash completion for assay                                  -*- shell-script -*-

_assay()
{
	local cur prev command
	cur=${COMP_WORDS[COMP_CWORD]}
	prev=${COMP_WORDS[COMP_CWORD-1]}
	command=${COMP_WORDS[1]}
	local commands="doctor explain inspect keygen log policy report rules scan sign verify"
	local common="--help --color"
	local shared="--format --output --fail-on --signature --public-key --certificate-chain --keyring --trusted-root
		--identity --identity-regex --issuer --issuer-regex --ignore --ignore-unsigned --allow-symlinks
		--allow-expired --jobs --timeout --no-sandbox --quiet --no-progress"

	case $prev in
	--policy) mapfile -t COMPREPLY < <(compgen -W "security developer ci audit" -f -- "$cur"); return ;;
	--fail-on) mapfile -t COMPREPLY < <(compgen -W "low medium high critical" -- "$cur"); return ;;
	--format) mapfile -t COMPREPLY < <(compgen -W "text json sarif junit markdown html" -- "$cur"); return ;;
	--color) mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "$cur"); return ;;
	esac
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$commands --help --version" -- "$cur")
		return
	fi
	if [ "$COMP_CWORD" -eq 2 ]; then
		case $command in
		policy) mapfile -t COMPREPLY < <(compgen -W "check list show --help" -- "$cur"); return ;;
		log) mapfile -t COMPREPLY < <(compgen -W "init list prove verify --help" -- "$cur"); return ;;
		report) mapfile -t COMPREPLY < <(compgen -W "diff show verify --help" -- "$cur"); return ;;
		rules) mapfile -t COMPREPLY < <(compgen -W "check list test --help" -- "$cur"); return ;;
		esac
	fi
	case $cur in
	-*)
		local options=$common
		case $command in
		scan) options="$common $shared --policy --rules --osv --waivers --baseline --evidence-key --key --log" ;;
		sign) options="$common --key --token --certificate-chain --output --ignore --allow-symlinks
			--method --shard-size --hash --jobs" ;;
		verify) options="$common $shared" ;;
		explain) options="$common --rules" ;;
		log) options="$common --origin --log-key --checkpoint" ;;
		report) options="$common --format --public-key --log-key --signature-only" ;;
		esac
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
		;;
	*) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	esac
}
complete -o filenames -F _assay assay
