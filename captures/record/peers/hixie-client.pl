# hixie-client.pl PORT hixie-75|hixie-76: three texts that come back, then the closing handshake where the draft has one.
use strict;
use warnings;
use IO::Socket::INET;
use Protocol::WebSocket::Handshake::Client;
use Protocol::WebSocket::Frame;

my ($port, $draft) = @ARGV;
my $version = $draft eq 'hixie-75' ? 'draft-hixie-75' : 'draft-ietf-hybi-00';
my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) or die $!;
my $handshake = Protocol::WebSocket::Handshake::Client->new(url => "ws://127.0.0.1:$port/demo", version => $version);
$handshake->req->origin('http://old.example');

sub receive {
    sysread $socket, my $bytes, 4096 or die 'the server hung up';
    return $bytes;
}

print $socket $handshake->to_string;
$socket->flush;
until ($handshake->is_done) {
    my $bytes = receive;
    $handshake->parse($bytes) or die $handshake->error;
}
for my $text ('hello', "h\xc3\xa9llo", 'x' x 3000) {
    print $socket Protocol::WebSocket::Frame->new(version => $version, buffer => $text)->to_bytes;
    $socket->flush;
    my $answer = Protocol::WebSocket::Frame->new(version => $version);
    $answer->append(receive) until defined $answer->next;
}
if ($draft eq 'hixie-76') {
    print $socket "\xff\x00";
    $socket->flush;
    receive;
}
close $socket;
