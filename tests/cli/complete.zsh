# What zsh offers for a command line, one a line: complete.zsh FOLDER LINE, where FOLDER holds _eckart.
# An interactive zsh in a terminal of its own completes the line as soon as it could be edited, and ends.
zmodload zsh/zpty
export ECKART_LINE=$2 ZDOTDIR=$(mktemp -d)
cat >$ZDOTDIR/.zshrc <<EOF
fpath=(${(q)1:A} \$fpath)
EOF
cat >>$ZDOTDIR/.zshrc <<'EOF'
autoload -Uz compinit
compinit -u -D
compadd() {
    # Calls that fill arrays or ask are the completion system's own.
    if (( ${argv[(I)-[OAD]]} == 0 )); then
        local -a offered
        builtin compadd -O offered "$@"
        print -rl -- $offered >>$ZDOTDIR/offered
    fi
    builtin compadd "$@"
}
offer() {
    _main_complete
    compstate[list]=
    compstate[insert]=
}
zle -C offer list-choices offer
zle-line-init() {
    BUFFER=$ECKART_LINE
    CURSOR=$#BUFFER
    zle offer
    exit
}
zle -N zle-line-init
EOF
zpty completing zsh -d -i
while zpty -r completing line; do :; done
[[ -e $ZDOTDIR/offered ]] && grep . $ZDOTDIR/offered
rm -r $ZDOTDIR
