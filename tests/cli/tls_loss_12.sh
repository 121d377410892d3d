#!/usr/bin/env bash
# What a missing segment costs: TLS 1.0 to 1.2.
# shellcheck source=tests/cli/tls_loss.bash
. "$(dirname "$0")/tls_loss.bash"
loss_of captures/tls-1[012]*.keylog
done_testing
