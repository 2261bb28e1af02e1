#!/usr/bin/perl
# command_agent.pl: somebody's agent as a program, as assay's candidate kind `command` runs it: one line of JSON in, one line
# of JSON out, until the input ends. It understands hardly anything; it is here to show the shape.
use strict;
use warnings;
use JSON::PP;

$| = 1;    # an answer that stays in a buffer is an answer that never comes
my $json = JSON::PP->new->canonical->ascii;
while (my $line = <STDIN>) {
    my $turn = $json->decode($line);
    my %found;
    $found{phone} = "+1$1$2$3" if $turn->{user_text} =~ /\b(\d{3})[ -](\d{3})[ -](\d{4})\b/;
    $found{name} = join ' ', map { ucfirst } ($1, $2)
        if $turn->{user_text} =~ /\bmy name(?:'s| is) (\w+) (\w+)/ || ($turn->{state} eq 'collect_name' && $turn->{user_text} =~ /^(\w+) (\w+)$/);
    print $json->encode({response => 'Noted.', extracted_slots => \%found, confidence => 0.7, next_state => $turn->{state}}), "\n";
}
