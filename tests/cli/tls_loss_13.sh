#!/usr/bin/env bash
# What a missing segment costs: TLS 1.3.
# shellcheck source=tests/cli/tls_loss.bash
. "$(dirname "$0")/tls_loss.bash"
loss_of captures/tls-13*.keylog captures/tls-[a-z]*.keylog
done_testing
